"""Step 1: received level of every operator, from towers and terrain."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.analysis.reach import (
    ANY,
    NO_SERVER,
    UNKNOWN_PERCENT,
    BestServer,
    Reach,
    ReachLayer,
    Threshold,
    combine,
    measured_eirp_dbm,
    sector_level_dbm,
)
from phusong.errors import DataError
from phusong.geo.network import Network, Sector
from phusong.models.location import location_variability_db
from phusong.pipeline.losses import LossMaps, Mast
from phusong.pipeline.session import Session
from phusong.reporting.tables import tidy
from phusong.store.files import make_folder
from phusong.store.rasters import read_raster, read_scaled, write_decibels, write_raster
from phusong.store.tables import write_csv
from phusong.study import PRACTICE_LABEL, Study

STEP = "reach"


def reach(session: Session) -> Reach:
    """Compute received levels, or take them from the last run when nothing changed.

    Parameters
    ----------
    session
        The study in use.

    Returns
    -------
    Reach
        Best server per operator and technology, and of all operators.
    """
    if not session.is_done(STEP):
        _compute(session)
    return load_reach(session)


def carrier_eirp_dbm(
    study: Study, technology: str, *, eirp_dbm: float, bandwidth_mhz: float
) -> float:
    """EIRP of what a handset measures of a carrier.

    Parameters
    ----------
    study
        Holds the technologies.
    technology
        For example ``LTE``.
    eirp_dbm
        EIRP of the whole carrier [dBm].
    bandwidth_mhz
        Bandwidth of the carrier [MHz].

    Returns
    -------
    float
        For LTE that of one resource element [dBm].

    Raises
    ------
    DataError
        The bandwidth is not one of the technology's.
    """
    section = study.technologies[technology]
    if not section.knows(bandwidth_mhz):
        raise DataError(
            f"bandwidth_mhz = {bandwidth_mhz:g} is not a {technology} bandwidth; allowed: "
            f"{', '.join(section.bandwidths)} MHz; correct it or technologies.{technology}"
        )
    return measured_eirp_dbm(eirp_dbm, technology=section, bandwidth_mhz=bandwidth_mhz)


def sector_threshold(study: Study, technology: str, frequency_mhz: float) -> Threshold:
    """Level at which a sector serves, and how sure the modelled level is.

    Parameters
    ----------
    study
        Threshold, model error, grid and receiver.
    technology
        For example ``LTE``.
    frequency_mhz
        Carrier [MHz].

    Returns
    -------
    Threshold
        Level and standard deviation: location variability of P.1812 and the model's error.
    """
    height = study.environment.receiver_height.value
    location = location_variability_db(
        frequency_mhz=frequency_mhz, cell_width_m=study.grid.resolution_m, rx_height_m=height
    )
    spread = float(np.hypot(location, study.service.model_error.value))
    return Threshold(study.technologies[technology].threshold.value, spread)


def _compute(session: Session) -> None:
    study = session.study
    noticed = session.inputs.warnings()  # a fault in any input shows before hours of computing
    make_folder(study.output)
    grid, network = session.inputs.grid, session.inputs.network.on_air()
    environment = study.environment
    losses = LossMaps(session, environment.receiver_height.value)
    keys = {op.name: op.key for op in study.operators}
    servers = {layer: BestServer(grid) for layer in own_layers(study, network)}
    groups = list(network.masts())
    masts = list(_masts(study, network, groups))
    for done, ((_, indices), loss) in enumerate(zip(groups, losses.maps(masts), strict=True), 1):
        for index in indices:
            sector = network.sectors[index]
            eirp_dbm = carrier_eirp_dbm(
                study, sector.technology,
                eirp_dbm=sector.eirp_dbm, bandwidth_mhz=sector.bandwidth_mhz,
            )  # fmt: skip
            level = sector_level_dbm(
                loss, sector, eirp_dbm=eirp_dbm,
                entry_loss_db=environment.entry_loss.value,
            )  # fmt: skip
            threshold = sector_threshold(study, sector.technology, sector.frequency_mhz)
            layer = (keys[sector.operator], sector.technology)
            servers[layer].add(loss, level, index, threshold)
        session.progress(STEP, done, len(groups))
    study.note(f"path loss: {losses.computed} masts computed, {losses.reused} reused")
    for technology in sorted({t for _, t in servers}):
        parts = [server for (_, t), server in sorted(servers.items()) if t == technology]
        servers[ANY, technology] = combine(parts, grid)
    _write(session, network, servers, noticed)


def own_layers(study: Study, network: Network) -> tuple[tuple[str, str], ...]:
    """Operators and technologies that reach is told for.

    Parameters
    ----------
    study
        Its operators; one without a site in the area has a layer too, and no signal on it.
    network
        The sectors that radiate; a technology that none of them has is left out.

    Returns
    -------
    tuple of tuple of str
        Operator's key and technology, sorted.
    """
    technologies = {sector.technology for sector in network.sectors}
    return tuple(sorted((op.key, t) for op in study.operators for t in technologies))


def _masts(
    study: Study, network: Network, groups: list[tuple[tuple[float, float, float], tuple[int, ...]]]
) -> Iterator[Mast]:
    for (easting, northing, height), indices in groups:
        bands = sorted({network.sectors[i].frequency_mhz for i in indices})
        yield Mast(easting, northing, height, tuple(bands), 1000.0 * study.propagation.radius_km)


def layer_file(
    study: Study, model: str, environment: str, operator: str, technology: str, what: str
) -> Path:
    """Where a raster of the reach is kept.

    Parameters
    ----------
    study
        The study.
    model, environment
        Propagation model and service environment.
    operator
        Operator's key, or ``any``.
    technology
        For example ``LTE``.
    what
        ``level``, ``server`` or ``probability``.

    Returns
    -------
    pathlib.Path
        The file.
    """
    folder = study.output / "reach" / model / environment
    return folder / f"{operator}-{technology.lower()}-{what}.tif"


def _write(
    session: Session,
    network: Network,
    servers: dict[tuple[str, str], BestServer],
    noticed: tuple[str, ...],
) -> None:
    study, grid = session.study, session.inputs.grid
    model, environment = study.propagation.models[0], next(iter(study.environments))
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    covered = round(100 * study.service.covered.value)
    tags = {"DATA_STATUS": PRACTICE_LABEL} if study.study.practice_data else {}
    files = []
    for (operator, technology), server in sorted(servers.items()):
        layer = server.layer(unknown, covered_percent=covered)
        where = [
            layer_file(study, model, environment, operator, technology, what)
            for what in ("level", "server", "probability")
        ]
        write_decibels(where[0], layer.level_dbm, grid, unit="dBm", tags=tags)
        write_raster(where[1], layer.server, grid, nodata=NO_SERVER, tags=tags)
        write_raster(
            where[2], layer.probability_percent, grid,
            nodata=UNKNOWN_PERCENT, unit="percent", tags=tags,
        )  # fmt: skip
        files += where
    table = study.output / "reach" / "servers.csv"
    write_csv(table, tidy(servers_table(network), practice=study.study.practice_data))
    facts = {
        "model": model,
        "environment": environment,
        "cells": int(np.prod(grid.shape)),
        "unknown_terrain_cells": session.inputs.terrain.unknown_cells,
        "sectors": len(network.sectors),
        "sites": len(network.site_ids),
        "filled_from_defaults": network.filled,
        "left_out": list(session.inputs.network.left_out),
        "warnings": list(noticed),
    }
    session.record(STEP, facts, [*files, table])


def servers_table(network: Network) -> pd.DataFrame:
    """Sectors by the index that server rasters hold.

    Parameters
    ----------
    network
        The sectors that radiate.

    Returns
    -------
    pandas.DataFrame
        One row per sector with its values after filling, and which were filled.
    """
    rows = [
        {
            "server": index,
            **{name: getattr(sector, name) for name in Sector.__dataclass_fields__},
            "filled": " ".join(sector.filled),
        }
        for index, sector in enumerate(network.sectors)
    ]
    return pd.DataFrame(rows).drop(columns=["easting", "northing"])


def load_reach(session: Session) -> Reach:
    """Take stored levels.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.

    Returns
    -------
    Reach
        As written.
    """
    study = session.study
    model, environment = study.propagation.models[0], next(iter(study.environments))
    network = session.inputs.network.on_air()
    grid = session.inputs.grid
    names = set(own_layers(study, network))
    names |= {(ANY, technology) for _, technology in names}
    layers = {}
    for operator, technology in sorted(names):
        level, server, probability = (
            layer_file(study, model, environment, operator, technology, what)
            for what in ("level", "server", "probability")
        )
        layers[operator, technology] = ReachLayer(
            read_scaled(level), read_raster(server), read_raster(probability)
        )
    return Reach(grid, model, environment, network, layers)
