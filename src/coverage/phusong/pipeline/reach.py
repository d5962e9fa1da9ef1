"""Step 1: received level of every operator, from towers and terrain."""

from pathlib import Path

import numpy as np

from phusong.analysis.basis import Basis
from phusong.analysis.reach import Reach
from phusong.geo.network import Network
from phusong.pipeline.best_servers import best_servers
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.reach_files import load_reach, own_layers, servers_table, write_layers
from phusong.pipeline.reach_tiles import forget_tiles, reach_tiles, write_by_tile
from phusong.pipeline.rim import rim_warnings
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import (
    basis_facts,
    study_basis,
    unused_maps,
)
from phusong.reporting.tables import tidy
from phusong.store.files import make_folder
from phusong.store.tables import write_csv
from phusong.study import ModelKey

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
    files = [
        file for model in study.propagation.models for file in _written(session, network, model)
    ]
    reached = load_reach(session)
    basis = study_basis(session.inputs, tuple(reached.layers))
    _finish(session, network, files, (*doubts, *rim_warnings(study, reached, basis)), basis)
    forget_tiles(session)
    return reached


def _written(session: Session, network: Network, model: ModelKey) -> list[Path]:
    """Rasters of one model: at once where the grid is one tile, tile by tile where it is not."""
    if len(reach_tiles(session, model)) > 1:
        return write_by_tile(session, network, model)
    own, everywhere = own_layers(session.study, network), tuple(session.study.environments)
    servers = best_servers(session, network, own, environments=everywhere, model=model)
    return [
        file
        for environment, layers in servers
        for file in write_layers(session, environment, layers, model=model)
    ]


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
