"""Step 1: received level of every operator, from towers and terrain."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from phusong.analysis.basis import Basis
from phusong.analysis.reach import ANY, BestServer, Reach, combine, combine_technologies
from phusong.analysis.service_probability import SeveralSites
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.language import told
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.corrections import sector_dbm
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps, lattice_of
from phusong.pipeline.reach_files import Layer, load_reach, own_layers, servers_table, write_layers
from phusong.pipeline.rim import rim_warnings
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import (
    basis_facts,
    study_basis,
    supplied_maps,
    supplied_servers,
    unused_maps,
)
from phusong.reporting.tables import tidy
from phusong.store.files import make_folder
from phusong.store.tables import write_csv
from phusong.study import ModelKey, Study

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
    own, everywhere = own_layers(study, network), tuple(study.environments)
    files = [
        file
        for model in study.propagation.models
        for environment, layers in best_servers(
            session, network, own, environments=everywhere, model=model
        )
        for file in write_layers(session, environment, layers, model=model)
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
    model: ModelKey | None = None,
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
    model
        Propagation model; the study's first one when None. Best servers of another one are on
        the grid of its receivers.

    Yields
    ------
    environment, layers
        Best servers by operator and technology; with ``any`` for all operators, and for all
        technologies where there are several. Each environment is forgotten once it is told of.
    """
    study, losses = session.study, LossMaps(session, model)
    grid = losses.grid
    keys = {op.name: op.key for op in study.operators}
    if supplied is None:
        supplied = frozenset(supplied_maps(study, network))
    own = tuple(layer for layer in own if layer not in supplied)
    places = {name: study.environments[name] for name in environments}
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
                    level = sector_dbm(
                        losses, loss, sector, eirp_dbm=budget.measured_dbm, entry_loss_db=first
                    )
                lowered = budget.entry_loss_db - first
                found[name][layer].add(loss, level, index, budget.threshold, lowered_db=lowered)
                several = chances[name]
                if several is not None:
                    here = level - np.float32(lowered)
                    several.add(layer, loss, here, sector, budget.threshold)
        session.progress(STEP, done, len(groups))
    study.note(_told(losses))
    for name in environments:
        layers = {
            **found.pop(name),
            **supplied_servers(session.inputs, supplied, name, losses.lattice),
        }
        _put_together(layers, chances.pop(name), grid)
        yield name, layers


def _told(losses: LossMaps) -> str:
    """What was computed and what reused, the model named where it is not the study's first."""
    first = losses.model == losses.session.study.propagation.models[0]
    by = "" if first else f" by {losses.model}"
    return told(f"path loss{by}: {losses.computed} masts computed, {losses.reused} reused")


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


def _masts(
    study: Study, network: Network, groups: list[tuple[tuple[float, float, float], tuple[int, ...]]]
) -> Iterator[Mast]:
    for (easting, northing, height), indices in groups:
        bands = sorted({network.sectors[i].frequency_mhz for i in indices})
        yield Mast(easting, northing, height, tuple(bands), 1000.0 * study.propagation.radius_km)


def _finish(
    session: Session, network: Network, files: list[Path], doubts: tuple[str, ...], basis: Basis
) -> None:
    study, grid = session.study, session.inputs.grid
    table = study.output / "reach" / "servers.csv"
    write_csv(table, tidy(servers_table(study, network), practice=study.study.practice_data))
    facts = {
        "model": study.propagation.models[0],
        "models": {model: _receivers(session, model) for model in study.propagation.models},
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


def _receivers(session: Session, model: str) -> dict[str, object]:
    """How dense a model's receivers stand."""
    lattice = lattice_of(session, model)
    return {
        "every_nth_row_and_column": lattice.step,
        "resolution_m": lattice.grid.resolution_m,
        "cells": int(np.prod(lattice.grid.shape)),
    }
