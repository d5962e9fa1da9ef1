"""Areas without signal drawn layer by layer, and counted commune by commune, by any process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from phusong.analysis.gap_areas import living_in
from phusong.analysis.gaps import (
    ClassArray,
    Confidence,
    Layer,
    commune_sums,
    commune_table,
    table_of_sums,
)
from phusong.analysis.reach import Reach
from phusong.analysis.silent_areas import silent_areas
from phusong.geo.tiles import Tile
from phusong.pipeline.session import Session
from phusong.pipeline.stored_reach import Asked, StoredPeople, asked_of, session_of, stored_people
from phusong.pipeline.workers import refuse_other_maker

COMMUNES_AT_ONCE = 4
Sums = dict[Layer, dict[str, float]]


@dataclass(frozen=True)
class DrawTask:
    """Areas without signal of one layer.

    Parameters
    ----------
    asked
        The study.
    layer
        Operator's key and technology.
    """

    asked: Asked
    layer: Layer

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"areas without signal of {self.layer[0]}, {self.layer[1]}"


@dataclass(frozen=True)
class CountTask:
    """Area and people by class of some communes, in every layer.

    Parameters
    ----------
    asked
        The study.
    layers
        Operator keys and technologies.
    communes
        Their numbers.
    people
        People per cell.
    """

    asked: Asked
    layers: tuple[Layer, ...]
    communes: range
    people: StoredPeople

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"the communes {self.communes.start} to {self.communes.stop - 1}"


@dataclass(frozen=True)
class LivingTask:
    """People of the gaps of one commune.

    Parameters
    ----------
    asked
        The study.
    gaps
        Outlines of the gaps.
    people
        People per cell.
    """

    asked: Asked
    gaps: gpd.GeoSeries = field(compare=False, repr=False)
    people: StoredPeople

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"people of {len(self.gaps)} areas without signal"


def drawn(session: Session, reach: Reach, sure: Confidence) -> dict[Layer, gpd.GeoDataFrame] | None:
    """Draw the areas without signal of every layer on the workers of a cluster.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    reach
        Received levels, as they are stored.
    sure
        Where the lines between the classes are drawn.

    Returns
    -------
    dict or None
        What :func:`phusong.analysis.silent_areas.silent_areas` gives for each layer; None where
        the session has no cluster.
    """
    if session.cluster is None:
        return None
    asked = asked_of(session, reach, sure)
    made = session.cluster.in_order(draw, [DrawTask(asked, layer) for layer in reach.layers])
    return dict(zip(reach.layers, made, strict=True))


def living(
    session: Session, reach: Reach, sure: Confidence
) -> Callable[[Sequence[gpd.GeoSeries]], Iterator[pd.DataFrame]] | None:
    """Count the people of gaps on the workers of a cluster.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    reach
        Received levels, as they are stored.
    sure
        Where the lines between the classes are drawn.

    Returns
    -------
    callable or None
        Gives for the gaps of each commune what :func:`phusong.analysis.gap_areas.living_in`
        gives; None where the session has no cluster.
    """
    cluster = session.cluster
    if cluster is None:
        return None
    asked, people = asked_of(session, reach, sure), stored_people(session)
    return lambda near: cluster.in_order(
        count_living, [LivingTask(asked, gaps, people) for gaps in near]
    )


def count_living(task: LivingTask) -> pd.DataFrame:
    """Count the people of the gaps of one commune.

    Parameters
    ----------
    task
        Which ones.

    Returns
    -------
    pandas.DataFrame
        As :func:`phusong.analysis.gap_areas.living_in` gives it.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    refuse_other_maker(task.asked.maker)
    grid = task.asked.frame
    return living_in(task.gaps, grid, task.people.over(grid))


def draw(task: DrawTask) -> gpd.GeoDataFrame:
    """Draw the areas without signal of one layer.

    Parameters
    ----------
    task
        What to draw.

    Returns
    -------
    geopandas.GeoDataFrame
        As :func:`phusong.analysis.silent_areas.silent_areas` gives them.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    asked = task.asked
    refuse_other_maker(asked.maker)

    def classes(tile: Tile) -> ClassArray:
        return asked.classes(task.layer, tile)

    return silent_areas(
        classes, asked.frame, session_of(asked).inputs.communes,
        smallest_km2=asked.study.service.smallest_gap.value,
    )  # fmt: skip


def counted(
    session: Session, reach: Reach, classes: Mapping[Layer, ClassArray], sure: Confidence
) -> pd.DataFrame:
    """Count area and people by class, on the workers of a cluster where there is one.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    reach
        Received levels, as they are stored.
    classes
        Service class per cell, by operator key and technology.
    sure
        Where the lines between the classes are drawn.

    Returns
    -------
    pandas.DataFrame
        As :func:`phusong.analysis.gaps.commune_table` gives it.
    """
    communes, people = session.inputs.communes, session.inputs.people
    if session.cluster is None:
        return commune_table(classes, communes, people)
    asked, layers, count = asked_of(session, reach, sure), tuple(classes), len(communes.frame)
    stored = stored_people(session)
    tasks = [
        CountTask(asked, layers, range(first, min(first + COMMUNES_AT_ONCE, count)), stored)
        for first in range(0, count, COMMUNES_AT_ONCE)
    ]
    sums = [each for some in session.cluster.in_order(count_communes, tasks) for each in some]
    return table_of_sums(layers, communes, sums)


def count_communes(task: CountTask) -> list[Sums]:
    """Count area and people by class in some communes.

    Parameters
    ----------
    task
        Which ones.

    Returns
    -------
    list of dict
        As :func:`phusong.analysis.gaps.commune_sums` gives them.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    asked = task.asked
    refuse_other_maker(asked.maker)
    grid, outlines = asked.frame, session_of(asked).inputs.communes.frame.geometry
    people = task.people.over(grid)

    def classes(tile: Tile) -> Iterator[tuple[Layer, ClassArray]]:
        for layer in task.layers:
            yield layer, asked.classes(layer, tile)

    return [
        commune_sums(outlines.iloc[[number]], grid, classes=classes, people=people)
        for number in task.communes
    ]
