"""How good service is, and what a failing site takes: after reach, over the same path losses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from phusong.analysis.gaps import zonal_sums
from phusong.analysis.link_budget import noise_dbm
from phusong.analysis.reach import (
    ANY,
    NO_SERVER,
    UNKNOWN_PERCENT,
    Reach,
    service_margin,
)
from phusong.analysis.service_quality import (
    RATE_NAMES,
    CarrierPower,
    active_handsets,
    rate_class,
    throughput_mbps,
)
from phusong.analysis.service_sites import SiteMargins, SiteName, resilience_table
from phusong.geo.network import Network, Sector
from phusong.pipeline.budgets import has_elements, occupied_mhz, sector_budget, spacing_khz
from phusong.pipeline.corrections import sector_dbm
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.reach_files import own_layers
from phusong.pipeline.service_files import ServiceFiles
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import supplied_maps
from phusong.store.tables import read_csv
from phusong.study import Study
from phusong.units import Float32Array, FloatArray

STEP = "service"
TEXT_COLUMNS = ("commune_code", "commune", "vintage", "operator", "technology", "site_id",
                "data_status")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Service:
    """Quality of service by commune, and what is lost when a site fails.

    Parameters
    ----------
    quality
        People by class of throughput, one row per commune, operator and technology.
    resilience
        People and area that lose service, one row per site, operator and technology; of operator
        ``any`` per place, whatever operators share it.
    """

    quality: pd.DataFrame = field(repr=False)
    resilience: pd.DataFrame = field(repr=False)


def service(session: Session, reached: Reach) -> Service:
    """Compute quality and resilience, or take them from the last run when nothing changed.

    Parameters
    ----------
    session
        The study in use.
    reached
        Received levels of the first environment.

    Returns
    -------
    Service
        Tables; rasters stand beside those of the reach.
    """
    folder = session.study.output / "reach"
    if not session.is_done(STEP):
        _compute(session, reached)
    return Service(
        *(read_csv(folder / f"{name}.csv", text=TEXT_COLUMNS) for name in ("quality", "resilience"))
    )


def _compute(session: Session, reached: Reach) -> None:
    study, network = session.study, reached.network
    writer = ServiceFiles(session, reached)
    keys = {op.name: op.key for op in study.operators}
    told = set(supplied_maps(study, network))  # they know no site and no carrier
    own = tuple(layer for layer in own_layers(study, network) if layer not in told)
    everyone = [(ANY, technology) for technology in sorted({t for _, t in own})]
    work = [*own, *everyone]
    quality, resilience = [], []
    for done, (operator, technology) in enumerate(work, 1):
        chosen = [
            index
            for index, sector in enumerate(network.sectors)
            if sector.technology == technology and operator in {ANY, keys[sector.operator]}
        ]
        alone = operator != ANY
        label = _by_name if alone else _by_place
        carriers: dict[float, CarrierPower] | None = None
        if alone and has_elements(study, technology):
            carriers = {}
        sites, margins = _sweep(session, network, chosen, label, carriers)
        table = resilience_table(margins, sites, session.inputs.people)
        table.insert(0, "operator", operator)
        table.insert(1, "technology", technology)
        resilience.append(table)
        writer.sites((operator, technology), margins)
        if carriers is not None:
            layer = (operator, technology)
            rate, sinr = _rates(session, reached, layer, carriers)
            writer.rates(layer, rate, sinr)
            quality.append(_quality_table(session, rate, layer))
        session.progress(STEP, done, len(work))
    if not quality:  # no technology with resource elements: a table without rows
        nothing = np.full(session.inputs.grid.shape, np.nan)
        quality.append(_quality_table(session, nothing, (ANY, "")).iloc[:0])
    writer.directions()
    writer.tables(quality, resilience)
    session.record(STEP, {"layers": len(work)}, writer.written)


def _by_name(sector: Sector) -> str:
    return sector.site_id


def _by_place(sector: Sector) -> str:
    return f"{sector.easting:.3f} {sector.northing:.3f}"


def _sweep(
    session: Session,
    network: Network,
    chosen: list[int],
    label: Callable[[Sector], str],
    carriers: dict[float, CarrierPower] | None,
) -> tuple[list[SiteName], SiteMargins]:
    """Best and second-best site over the chosen sectors; power is added to the carriers."""
    study, grid = session.study, session.inputs.grid
    covered = round(100 * study.service.covered.value)
    margins = SiteMargins(grid, covered_percent=covered)
    groups = _groups(network, chosen, label)
    losses = LossMaps(session)
    maps = losses.maps(_masts(study, network, groups))
    names = []
    for number, masts in enumerate(groups):
        parts: list[tuple[int, int, Float32Array]] = []
        for indices in masts:
            loss = next(maps)
            for index in indices:
                sector = network.sectors[index]
                budget = sector_budget(study, sector, study.environment)
                level = sector_dbm(
                    losses, loss, sector,
                    eirp_dbm=budget.measured_dbm, entry_loss_db=budget.entry_loss_db,
                )  # fmt: skip
                parts.append((loss.row0, loss.col0, service_margin(level, budget.threshold)))
                if carriers is not None:
                    if sector.frequency_mhz not in carriers:
                        carriers[sector.frequency_mhz] = CarrierPower(grid)
                    carriers[sector.frequency_mhz].add(loss, level, index)
        row0, col0, margin = _union(parts)
        margins.add(margin, number, row0=row0, col0=col0)
        first = network.sectors[masts[0][0]]
        ids = sorted({network.sectors[i].site_id for indices in masts for i in indices})
        names.append(SiteName("; ".join(ids), first.easting, first.northing))
    return names, margins


def _groups(
    network: Network, chosen: list[int], label: Callable[[Sector], str]
) -> list[list[tuple[int, ...]]]:
    """Sectors of each site, mast by mast; sites in the order of their labels."""
    sites: dict[str, dict[tuple[float, float, float], list[int]]] = {}
    for index in chosen:
        sector = network.sectors[index]
        sites.setdefault(label(sector), {}).setdefault(sector.mast, []).append(index)
    return [
        [tuple(indices) for _, indices in sorted(masts.items())]
        for _, masts in sorted(sites.items())
    ]


def _masts(study: Study, network: Network, groups: list[list[tuple[int, ...]]]) -> Iterator[Mast]:
    radius_m = 1000.0 * study.propagation.radius_km
    for masts in groups:
        for indices in masts:
            bands = sorted({network.sectors[i].frequency_mhz for i in indices})
            yield Mast(*network.sectors[indices[0]].mast, tuple(bands), radius_m)


def _union(parts: list[tuple[int, int, Float32Array]]) -> tuple[int, int, Float32Array]:
    """Best of several windows, over the smallest window that holds them all."""
    row0, col0 = min(r for r, _, _ in parts), min(c for _, c, _ in parts)
    rows = max(r + part.shape[0] for r, _, part in parts) - row0
    cols = max(c + part.shape[1] for _, c, part in parts) - col0
    best = np.full((rows, cols), -np.inf, dtype=np.float32)
    for row, col, part in parts:
        window = best[
            row - row0 : row - row0 + part.shape[0], col - col0 : col - col0 + part.shape[1]
        ]
        np.maximum(window, part, out=window)
    return row0, col0, best


def _rates(
    session: Session,
    reached: Reach,
    layer: tuple[str, str],
    carriers: dict[float, CarrierPower],
) -> tuple[FloatArray, FloatArray]:
    """Throughput in the busy hour and SINR of the carrier that gives most."""
    study, network = session.study, reached.network
    quality, percent = study.service.quality, reached.layers[layer].probability_percent
    noise = noise_dbm(
        width_khz=spacing_khz(study, layer[1]), noise_figure_db=quality.handset_noise_figure.value
    )
    widths = np.array([occupied_mhz(study, sector) for sector in network.sectors])
    rate, ratio = np.full(percent.shape, -np.inf), np.full(percent.shape, np.nan)
    server = np.full(percent.shape, NO_SERVER, dtype=np.int32)
    for _, power in sorted(carriers.items()):
        sinr = power.sinr_db(load_share=quality.neighbour_load.value, noise_dbm=noise)
        each = throughput_mbps(sinr, width_mhz=1.0, layers=round(quality.mimo_layers.value))
        each *= widths[power.server]  # -1 takes the last width; the ratio is unknown there
        better = each > rate
        np.copyto(rate, each, where=better)
        np.copyto(ratio, sinr, where=better)
        np.copyto(server, power.server, where=better)
    covered = percent >= round(100 * study.service.covered.value)
    busy = np.where(covered & (percent != UNKNOWN_PERCENT), server, np.int32(NO_SERVER))
    handsets = active_handsets(
        busy, session.inputs.people.count,
        sectors=len(network.sectors), busy_share=quality.busy_share.value,
    )  # fmt: skip
    rate = np.where(server == NO_SERVER, np.nan, rate / handsets[server])
    rate[percent < round(100 * study.service.marginal.value)] = 0.0
    rate[percent == UNKNOWN_PERCENT] = np.nan
    return np.asarray(rate), ratio


def _quality_table(session: Session, rate: FloatArray, layer: tuple[str, str]) -> pd.DataFrame:
    quality, communes = session.study.service.quality, session.inputs.communes
    people, zones = session.inputs.people, communes.frame.geometry
    classes = rate_class(rate, floor_mbps=quality.floor.value, good_mbps=quality.good.value)
    table = pd.DataFrame(
        {
            "commune_code": communes.frame["code"], "commune": communes.frame["name"],
            "vintage": communes.vintage, "operator": layer[0], "technology": layer[1],
            "people": zonal_sums(people.count, people.grid, zones),
        }
    )  # fmt: skip
    for value, name in RATE_NAMES.items():
        part = np.where(classes == value, people.count, 0.0)
        table[f"people_rate_{name}"] = zonal_sums(part, people.grid, zones)
    total = table["people"].where(table["people"] > 0)
    enough = table["people_rate_floor"] + table["people_rate_good"]
    table["people_at_floor_percent"] = 100.0 * enough / total
    return table
