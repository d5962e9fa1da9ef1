"""What the reach step writes and what others read of it: rasters by model, the sectors' table."""

from pathlib import Path

import numpy as np
import pandas as pd

from phusong.analysis.link_budget import DIRECTION_NAMES
from phusong.analysis.reach import (
    ANY,
    NO_SERVER,
    UNKNOWN_PERCENT,
    BestServer,
    Reach,
    ReachLayer,
)
from phusong.errors import DataError
from phusong.geo.network import Network, Sector
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import study_basis, supplied_maps
from phusong.reporting.basis_words import BASIS_TAG, SUPPLIED, plain
from phusong.store.mapped import mapped
from phusong.store.rasters import (
    raster_bands,
    read_raster,
    read_scaled,
    scaled_bands,
    write_decibels,
    write_raster,
)
from phusong.study import PRACTICE_LABEL, Study

Layer = tuple[str, str]
"""Operator's key and technology."""


def own_layers(study: Study, network: Network) -> tuple[Layer, ...]:
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


def write_layers(
    session: Session, environment: str, layers: dict[Layer, BestServer], *, model: str | None = None
) -> list[Path]:
    """Write the rasters of one environment by one model.

    Parameters
    ----------
    session
        The study in use.
    environment
        Service environment.
    layers
        Best servers by operator and technology.
    model
        Propagation model that they are from; the study's first one when None.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    study = session.study
    model = model or study.propagation.models[0]
    lattice = lattice_of(session, model)
    grid = lattice.grid
    unknown = lattice.sampled(np.isnan(session.inputs.terrain.height_amsl_m))
    covered = round(100 * study.service.covered.value)
    files = []
    tags_by_layer = raster_tags(session, tuple(layers))
    for (operator, technology), server in sorted(layers.items()):
        layer = server.layer(unknown, covered_percent=covered)
        tags = tags_by_layer[operator, technology]
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


def raster_tags(session: Session, layers: tuple[Layer, ...]) -> dict[Layer, dict[str, str]]:
    """What the rasters of each layer say of themselves.

    Parameters
    ----------
    session
        The study in use.
    layers
        Every layer that reach is told for.

    Returns
    -------
    dict
        Texts by layer.
    """
    practice = {"DATA_STATUS": PRACTICE_LABEL} if session.study.study.practice_data else {}
    told = study_basis(session.inputs, layers).told_layers
    return {
        layer: {**practice, **({BASIS_TAG: plain(SUPPLIED)} if layer in told else {})}
        for layer in layers
    }


def load_reach(
    session: Session, environment: str | None = None, *, model: str | None = None
) -> Reach:
    """Take stored levels.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    environment
        Service environment; the study's first, which coverage is decided for, by default.
    model
        Propagation model; the study's first, which coverage is decided by, by default.

    Returns
    -------
    Reach
        As written, on the grid of the model's receivers.

    Raises
    ------
    DataError
        The study has no such model.
    """
    study = session.study
    models = study.propagation.models
    model = model or models[0]
    if model not in models:
        raise DataError(
            f"model={model!r} is not one of the study's ({', '.join(models)}); name it in "
            "propagation.models and run again"
        )
    environment = environment or next(iter(study.environments))
    network, grid = session.inputs.network.on_air(), lattice_of(session, model).grid
    layers = {}
    for operator, technology in layer_names(study, network):
        level, server, probability = (
            layer_file(study, model, environment, operator, technology, what)
            for what in ("level", "server", "probability")
        )
        layers[operator, technology] = _layer(session, grid.shape, level, server, probability)
    return Reach(grid, model, environment, network, layers)


def _layer(
    session: Session, shape: tuple[int, int], level: Path, server: Path, probability: Path
) -> ReachLayer:
    """Rasters of one layer: in memory, or looked into where the grid is of several tiles."""
    folder = session.inputs.scratch
    if folder is None:
        return ReachLayer(read_scaled(level), read_raster(server), read_raster(probability))
    return ReachLayer(
        mapped(folder, scaled_bands(level), dtype=np.float32, shape=shape),
        mapped(folder, raster_bands(server), dtype=np.int32, shape=shape),
        mapped(folder, raster_bands(probability), dtype=np.uint8, shape=shape),
    )


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
