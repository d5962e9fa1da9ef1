"""Intervals of communes and gaps, found a few communes at a time, by any process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from phusong.analysis.counts import Counts
from phusong.analysis.gaps import Confidence, Layer
from phusong.analysis.intervals import Areas, class_counts, gap_intervals
from phusong.analysis.level_errors import ErrorDraws, SectorLines, spread_over
from phusong.analysis.reach import Reach, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile, together, whole
from phusong.pipeline.reach_files import layer_file
from phusong.pipeline.session import Session
from phusong.pipeline.spread import spread_of
from phusong.pipeline.stored_reach import (
    Asked,
    StoredLines,
    StoredPeople,
    asked_of,
    seals_of,
    see,
    session_of,
    stored_lines,
    stored_people,
)
from phusong.pipeline.workers import refuse_other_maker
from phusong.store.rasters import raster_part, scaled_part
from phusong.units import FloatArray

CELLS_TOGETHER = 500_000
"""Cells around communes that are counted together, unless one alone has more."""
KINDS = ("level", "server", "probability")
ByLayer = dict[Layer, Counts]


@dataclass(frozen=True, eq=False)
class Errors:
    """What levels and people may be otherwise, and where that changes a class.

    Parameters
    ----------
    lines
        What each sector needs.
    draws
        Errors of levels and people.
    confidence
        Where the lines between the classes are drawn.
    """

    lines: SectorLines
    draws: ErrorDraws
    confidence: Confidence


@dataclass(frozen=True, eq=False)
class Near:
    """Where a process looks up layers and people of parts of the grid.

    Parameters
    ----------
    grid
        The frame.
    over
        Gives a layer over a part of the grid by each model of the study, the first one first.
    people
        People per cell of a part of the grid.
    """

    grid: Grid
    over: Callable[[Layer, Tile], list[ReachLayer]]
    people: Callable[[Tile], FloatArray]


@dataclass(frozen=True)
class StoredModels:
    """Rasters of one environment by each model, and what its errors are drawn from.

    Parameters
    ----------
    asked
        The study.
    layers
        Operator keys and technologies.
    models
        Names, each with the side of the block that a receiver stands for.
    seals
        SHA-256 of every raster.
    lines
        What each sector needs.
    sites
        How many masts there are.
    people
        People per cell.
    """

    asked: Asked
    layers: tuple[Layer, ...] = field(repr=False)
    models: tuple[tuple[str, int], ...]
    seals: Mapping[Path, str] = field(compare=False, repr=False)
    lines: StoredLines
    sites: int
    people: StoredPeople

    def near(self) -> Near:
        """Look into the stored rasters.

        Returns
        -------
        Near
            For a worker.
        """
        frame = self.asked.frame
        return Near(frame, self._over, self.people.over(frame))

    def _over(self, layer: Layer, tile: Tile) -> list[ReachLayer]:
        return [
            spread_over(partial(self._read, model, layer), step, tile)
            for model, step in self.models
        ]

    def _read(self, model: str, layer: Layer, tile: Tile) -> ReachLayer:
        asked = self.asked
        level, server, probability = (
            layer_file(asked.study, model, asked.environment, *layer, kind) for kind in KINDS
        )
        for file in (level, server, probability):
            see(file, self.seals[file])
        return ReachLayer(
            scaled_part(level, tile), raster_part(server, tile), raster_part(probability, tile)
        )

    def errors(self) -> Errors:
        """Make the errors, the same in every process.

        Returns
        -------
        Errors
            Of the environment.
        """
        return Errors(self.lines.read(), _draws(self.asked, self.sites), self.asked.confidence)


@lru_cache(maxsize=1)
def _draws(asked: Asked, sites: int) -> ErrorDraws:
    """Errors that a worker has drawn, for all tasks of one session."""
    return ErrorDraws(asked.frame, spread_of(asked.study), sites=sites)


@dataclass(frozen=True)
class CommunesTask:
    """Communes to be counted in every draw.

    Parameters
    ----------
    stored
        The environment.
    communes
        Their numbers.
    held
        Whether the number of people of each is official.
    """

    stored: StoredModels
    communes: tuple[int, ...]
    held: tuple[bool, ...]

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"intervals of the communes {self.communes[0]} to {self.communes[-1]}"


@dataclass(frozen=True)
class GapsTask:
    """Gaps of a few communes to be counted in every draw.

    Parameters
    ----------
    stored
        The environment.
    gaps
        With ``operator``, ``technology``, ``area_km2`` and ``people``.
    """

    stored: StoredModels
    gaps: gpd.GeoDataFrame = field(compare=False, repr=False)

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"intervals of {len(self.gaps)} areas without signal"


def stored_models(
    session: Session, reach: Reach, errors: Errors, steps: Mapping[str, int]
) -> StoredModels:
    """Say what workers need to know to count an environment in every draw.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    reach
        Received levels of the environment.
    errors
        What they may be otherwise.
    steps
        Side of the block that a receiver stands for, by model, the first one first.

    Returns
    -------
    StoredModels
        For tasks of one environment.
    """
    study, asked = session.study, asked_of(session, reach, errors.confidence)
    files = [
        layer_file(study, model, reach.environment, *layer, kind)
        for model in steps for layer in reach.layers for kind in KINDS
    ]  # fmt: skip
    return StoredModels(
        asked, tuple(reach.layers), tuple(steps.items()), seals_of(session, files),
        stored_lines(session, reach.environment, errors.lines), errors.draws.sites,
        stored_people(session),
    )  # fmt: skip


def count_communes(
    outlines: gpd.GeoSeries,
    held: Sequence[bool],
    near: Near,
    errors: Errors,
    layers: Sequence[Layer],
) -> list[ByLayer]:
    """Count communes in every draw, looking at the grid around them alone.

    Parameters
    ----------
    outlines
        Of the communes.
    held
        Whether the number of people of each is official.
    near
        Layers and people of parts of the grid.
    errors
        What may be otherwise.
    layers
        Operator keys and technologies.

    Returns
    -------
    list of dict
        Counts by layer, for each model.
    """
    tile = near.grid.tile_around(tuple(outlines.total_bounds)) or whole(near.grid.shape)
    areas = Areas.within(tile, outlines, near.grid, near.people, held=held)
    found: list[ByLayer] = []
    for layer in layers:
        for number, here in enumerate(near.over(layer, tile)):
            if number == len(found):
                found.append({})
            found[number][layer] = class_counts(
                here, areas, lines=errors.lines, draws=errors.draws, confidence=errors.confidence
            )
    return found


def ends_of_gaps(gaps: gpd.GeoDataFrame, near: Near, errors: Errors) -> pd.DataFrame:
    """Count gaps in every draw, looking at the grid around them alone.

    Parameters
    ----------
    gaps
        Of a few communes.
    near
        Layers and people of parts of the grid.
    errors
        What may be otherwise.

    Returns
    -------
    pandas.DataFrame
        As :func:`phusong.analysis.intervals.gap_intervals` gives it.
    """
    return gap_intervals(
        gaps, near.over, near.grid, near.people,
        lines=errors.lines, draws=errors.draws, confidence=errors.confidence,
    )  # fmt: skip


def communes_on_worker(task: CommunesTask) -> list[ByLayer]:
    """Count communes in every draw on a worker.

    Parameters
    ----------
    task
        Which ones.

    Returns
    -------
    list of dict
        As :func:`count_communes` gives it.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    stored = task.stored
    refuse_other_maker(stored.asked.maker)
    outlines = session_of(stored.asked).inputs.communes.frame.geometry.iloc[list(task.communes)]
    return count_communes(outlines, task.held, stored.near(), stored.errors(), stored.layers)


def gaps_on_worker(task: GapsTask) -> pd.DataFrame:
    """Count gaps in every draw on a worker.

    Parameters
    ----------
    task
        Which ones.

    Returns
    -------
    pandas.DataFrame
        As :func:`ends_of_gaps` gives it.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    refuse_other_maker(task.stored.asked.maker)
    return ends_of_gaps(task.gaps, task.stored.near(), task.stored.errors())


def in_groups(shapes: Sequence[gpd.GeoSeries], grid: Grid) -> list[tuple[int, ...]]:
    """Put communes together that are counted at once.

    Parameters
    ----------
    shapes
        Outlines of what is counted in each.
    grid
        The frame.

    Returns
    -------
    list of tuple of int
        Their numbers, each once and in their order.
    """
    tiles = (grid.tile_around(tuple(own.total_bounds)) or whole(grid.shape) for own in shapes)
    return [numbers for _, numbers in together(tiles, cells=CELLS_TOGETHER)]
