"""Step 1: received level of every operator, from towers and terrain."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.analysis.basis import Basis
from phusong.analysis.link_budget import DIRECTION_NAMES
from phusong.analysis.reach import (
    ANY,
    NO_SERVER,
    UNKNOWN_PERCENT,
    BestServer,
    Reach,
    ReachLayer,
    combine,
    combine_technologies,
)
from phusong.analysis.service_probability import SeveralSites
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.models.sector_level import sector_map_dbm
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.corrections import calibrated_dbm
from phusong.pipeline.losses import LossMaps, Mast
from phusong.pipeline.rim import rim_warnings
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import (
    basis_facts,
    study_basis,
    supplied_maps,
    supplied_servers,
    unused_maps,
)
from phusong.reporting.basis_words import BASIS_TAG, SUPPLIED, plain
from phusong.reporting.tables import tidy
from phusong.store.files import make_folder
from phusong.store.rasters import read_raster, read_scaled, write_decibels, write_raster
from phusong.store.tables import write_csv
from phusong.study import PRACTICE_LABEL, Study

STEP = "reach"
Layer = tuple[str, str]
"""Operator's key and technology."""


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
    return load_reach(session) if session.is_done(STEP) else _compute(session)


def noticed(session: Session) -> tuple[str, ...]:
    """What was noticed in the inputs, and of the radius, when the reach was computed.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.

    Returns
    -------
    tuple of str
        One line each.
    """
    step = session.manifest.step(STEP)
    return tuple(step.facts["warnings"]) if step else ()


def _compute(session: Session) -> Reach:
    study = session.study
    doubts = session.inputs.warnings()  # a fault in any input shows before hours of computing
    make_folder(study.output)
    network = session.inputs.network.on_air()
    doubts = (*doubts, *unused_maps(study, network))
    servers = best_servers(
        session, network, own_layers(study, network), environments=tuple(study.environments)
    )
    files = [
        file
        for environment, layers in servers
        for file in write_layers(session, environment, layers)
    ]
    reached = load_reach(session)
    basis = study_basis(session.inputs, tuple(reached.layers))
    _finish(session, network, files, (*doubts, *rim_warnings(study, reached, basis)), basis)
    return reached


def best_servers(
    session: Session,
    network: Network,
    own: tuple[Layer, ...],
    *,
    environments: tuple[str, ...],
    supplied: frozenset[Layer] | None = None,
) -> Iterator[tuple[str, dict[Layer, BestServer]]]:
    """Best server of every layer in each environment, over the sectors of a network.

    Parameters
    ----------
    session
        The study in use.
    network
        The sectors that radiate.
    own
        Operators and technologies to tell of; a layer without a sector has no signal.
    environments
        Service environments of the study.
    supplied
        Those of ``own`` that an operator's map stands for; by default what the study says.

    Yields
    ------
    environment, layers
        Best servers by operator and technology; with ``any`` for all operators, and for all
        technologies where there are several. Each environment is forgotten once it is told of.
    """
    study, grid = session.study, session.inputs.grid
    losses = LossMaps(session, study.environment.receiver_height.value)
    keys = {op.name: op.key for op in study.operators}
    if supplied is None:
        supplied = frozenset(supplied_maps(study, network))
    own = tuple(layer for layer in own if layer not in supplied)
    places = {name: study.environments[name] for name in environments}
    corrections = study.propagation.calibration.get(study.propagation.models[0], {})
    found = {name: {layer: BestServer(grid) for layer in own} for name in places}
    chances = {name: _chances(study, grid, own) for name in places}
    groups = _computed(network, keys, supplied)
    masts = list(_masts(study, network, groups))
    for done, ((_, indices), loss) in enumerate(zip(groups, losses.maps(masts), strict=True), 1):
        for index in indices:
            sector = network.sectors[index]
            layer = (keys[sector.operator], sector.technology)
            level, first = None, 0.0
            for name, environment in places.items():
                budget = sector_budget(study, sector, environment)
                if level is None:
                    first = budget.entry_loss_db
                    level = calibrated_dbm(
                        sector_map_dbm(
                            loss, sector, eirp_dbm=budget.measured_dbm, entry_loss_db=first
                        ),
                        loss, sector, corrections,
                    )  # fmt: skip
                here = level - np.float32(budget.entry_loss_db - first)
                found[name][layer].add(loss, here, index, budget.threshold)
                several = chances[name]
                if several is not None:
                    several.add(layer, loss, here, sector, budget.threshold)
        session.progress(STEP, done, len(groups))
    study.note(f"path loss: {losses.computed} masts computed, {losses.reused} reused")
    for name in environments:
        layers = {**found.pop(name), **supplied_servers(session.inputs, supplied, name)}
        _put_together(layers, chances.pop(name), grid)
        yield name, layers


def _computed(
    network: Network, keys: Mapping[str, str], supplied: frozenset[Layer]
) -> list[tuple[tuple[float, float, float], tuple[int, ...]]]:
    """Masts with the sectors that no operator's own map stands for."""
    groups = []
    for mast, indices in network.masts():
        sectors = ((i, network.sectors[i]) for i in indices)
        kept = tuple(i for i, s in sectors if (keys[s.operator], s.technology) not in supplied)
        if kept:
            groups.append((mast, kept))
    return groups


def _chances(study: Study, grid: Grid, own: tuple[Layer, ...]) -> SeveralSites | None:
    """What is needed when any of several sites may serve; None when the best one counts alone."""
    sites = study.service.sites
    if sites == "best":
        return None
    correlation = study.service.site_correlation.value if sites == "correlated" else 0.0
    together = {(ANY, technology) for _, technology in own}
    return SeveralSites(grid, [*own, *sorted(together)], correlation=correlation)


def _put_together(
    layers: dict[Layer, BestServer], chances: SeveralSites | None, grid: Grid
) -> None:
    """Add all operators together, and all technologies together where there are several."""
    technologies = sorted({technology for _, technology in layers})
    for technology in technologies:
        parts = [server for (_, t), server in sorted(layers.items()) if t == technology]
        layers[ANY, technology] = combine(parts, grid)
    if chances is not None:
        for layer, margin in chances.margins().items():
            np.maximum(layers[layer].margin, margin, out=layers[layer].margin)
    if len(technologies) > 1:
        parts = [layers[ANY, technology] for technology in technologies]
        layers[ANY, ANY] = combine_technologies(parts, grid)


def layer_names(study: Study, network: Network) -> tuple[Layer, ...]:
    """Every layer that reach is told for, those of all operators and technologies among them.

    Parameters
    ----------
    study
        Its operators.
    network
        The sectors that radiate.

    Returns
    -------
    tuple of tuple of str
        Operator's key and technology, sorted.
    """
    names = set(own_layers(study, network))
    technologies = {technology for _, technology in names}
    names |= {(ANY, technology) for technology in technologies}
    if len(technologies) > 1:
        names.add((ANY, ANY))
    return tuple(sorted(names))


def own_layers(study: Study, network: Network) -> tuple[tuple[str, str], ...]:
    """Operators and technologies that reach is told for.

    Parameters
    ----------
    study
        Its operators; one without a site in the area has a layer too, and no signal on it.
    network
        The sectors that radiate; a technology that neither they nor an operator's own map has
        is left out.

    Returns
    -------
    tuple of tuple of str
        Operator's key and technology, sorted.
    """
    technologies = {sector.technology for sector in network.sectors}
    technologies |= {technology for _, technology in supplied_maps(study, network)}
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


def write_layers(session: Session, environment: str, layers: dict[Layer, BestServer]) -> list[Path]:
    """Write the rasters of one environment.

    Parameters
    ----------
    session
        The study in use.
    environment
        Service environment.
    layers
        Best servers by operator and technology.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    study, grid = session.study, session.inputs.grid
    model = study.propagation.models[0]
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    covered = round(100 * study.service.covered.value)
    practice = {"DATA_STATUS": PRACTICE_LABEL} if study.study.practice_data else {}
    files = []
    told = study_basis(session.inputs, tuple(layers)).told_layers
    for (operator, technology), server in sorted(layers.items()):
        layer = server.layer(unknown, covered_percent=covered)
        tags = {
            **practice,
            **({BASIS_TAG: plain(SUPPLIED)} if (operator, technology) in told else {}),
        }
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
    return files


def _finish(
    session: Session, network: Network, files: list[Path], doubts: tuple[str, ...], basis: Basis
) -> None:
    study, grid = session.study, session.inputs.grid
    table = study.output / "reach" / "servers.csv"
    write_csv(table, tidy(servers_table(study, network), practice=study.study.practice_data))
    facts = {
        "model": study.propagation.models[0],
        "environment": next(iter(study.environments)),
        "environments": list(study.environments),
        "cells": int(np.prod(grid.shape)),
        "unknown_terrain_cells": session.inputs.terrain.unknown_cells,
        "sectors": len(network.sectors),
        "sites": len(network.site_ids),
        "filled_from_defaults": network.filled,
        "left_out": list(session.inputs.network.left_out),
        **basis_facts(basis, session.inputs.own_coverage),
        "warnings": list(doubts),
    }
    session.record(STEP, facts, [*files, table])


def servers_table(study: Study, network: Network) -> pd.DataFrame:
    """Sectors by the index that server rasters hold.

    Parameters
    ----------
    study
        Thresholds and directions.
    network
        The sectors that radiate.

    Returns
    -------
    pandas.DataFrame
        One row per sector with its values after filling, and which were filled; the level that
        suffices in each direction, and the direction that fails first.
    """
    budgets = [sector_budget(study, sector, study.environment) for sector in network.sectors]
    rows = [
        {
            "server": index,
            **{name: getattr(sector, name) for name in Sector.__dataclass_fields__},
            "filled": " ".join(sector.filled),
            "quantity": study.technologies[sector.technology].quantity,
            "downlink_needs_dbm": study.technologies[sector.technology].threshold.value,
            "uplink_needs_dbm": round(budget.uplink_dbm, 2),
            "weaker_direction": DIRECTION_NAMES[budget.direction],
        }
        for index, (sector, budget) in enumerate(zip(network.sectors, budgets, strict=True))
    ]
    return pd.DataFrame(rows).drop(columns=["easting", "northing"])


def load_reach(session: Session, environment: str | None = None) -> Reach:
    """Take stored levels.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    environment
        Service environment; the study's first, which coverage is decided for, by default.

    Returns
    -------
    Reach
        As written.
    """
    study = session.study
    model = study.propagation.models[0]
    environment = environment or next(iter(study.environments))
    network = session.inputs.network.on_air()
    layers = {}
    for operator, technology in layer_names(study, network):
        level, server, probability = (
            layer_file(study, model, environment, operator, technology, what)
            for what in ("level", "server", "probability")
        )
        layers[operator, technology] = ReachLayer(
            read_scaled(level), read_raster(server), read_raster(probability)
        )
    return Reach(session.inputs.grid, model, environment, network, layers)
