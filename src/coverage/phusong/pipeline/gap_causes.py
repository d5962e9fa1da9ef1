"""Why there is no signal: gaps and villages, asked about part by part, by any process."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.analysis.cause_words import cause_words
from phusong.analysis.gap_causes import unknown_causes
from phusong.analysis.gaps import NO_SIGNAL, ClassArray, Confidence
from phusong.analysis.reach import ANY, Reach
from phusong.cluster import AHEAD
from phusong.geo.grid import Grid
from phusong.pipeline.cause_parts import (
    CausePart,
    CauseTools,
    Found,
    cause_parts,
    cause_rules,
    causes_of,
)
from phusong.pipeline.competitors import Competitors, competitors
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.reach_files import Layer, own_layers
from phusong.pipeline.session import Session
from phusong.pipeline.stored_reach import Asked, StoredPeople, asked_of, session_of, stored_people
from phusong.pipeline.supplied import supplied_maps
from phusong.pipeline.workers import refuse_other_maker


@dataclass(frozen=True)
class CauseTask:
    """Gaps and villages of a part of the grid, to be asked about.

    Parameters
    ----------
    asked
        The study.
    part
        What is asked about.
    rivals
        The sectors that may reach it: no worker needs the others.
    people
        People per cell.
    """

    asked: Asked
    part: CausePart = field(compare=False, repr=False)
    rivals: Competitors = field(compare=False, repr=False)
    people: StoredPeople

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"causes of gaps in the part {self.part.tile.key} of the grid"


def with_causes(
    session: Session,
    reach: Reach,
    classes: Mapping[Layer, ClassArray],
    polygons: gpd.GeoDataFrame,
    sure: Confidence,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Add its cause to each gap, and make the table of villages without signal.

    Parameters
    ----------
    session
        The study in use; workers of its cluster ask where it has one.
    reach
        Received levels of the first environment.
    classes
        Service class per cell, by operator key and technology.
    polygons
        Gaps.
    sure
        Where the lines between the classes are drawn.

    Returns
    -------
    polygons, villages
        The gaps with columns ``cause`` and ``cause_…`` before their geometry; one row per village
        without signal at its centre, operator and technology, with the same columns.
    """
    rules, villages = cause_rules(session), session.inputs.places.villages
    silent = {
        layer: _silent_centres(villages, layer_classes, reach.grid)
        for layer, layer_classes in classes.items()
    }
    found = list(_found(session, reach, classes, cause_parts(polygons, silent, reach.grid), sure))
    of_gaps, of_villages = [], []
    for layer in _in_turn(session, reach):
        own = (polygons["operator"] == layer[0]) & (polygons["technology"] == layer[1])
        told = _joined([each[layer][0] for each in found if layer in each], polygons.index[own])
        of_gaps.append(pd.concat([told, cause_words(told, rules)], axis="columns"))
        told = _joined([each[layer][1] for each in found if layer in each], silent[layer].index)
        named = _named(villages.iloc[told.index], layer)
        told = told.set_index(named.index)
        of_villages.append(pd.concat([named, told, cause_words(told, rules)], axis="columns"))
    causes = pd.concat(of_gaps).reindex(polygons.index)
    columns = [c for c in polygons.columns if c != "geometry"]
    whole = pd.concat([polygons[columns], causes], axis="columns")
    order = ["village_id", "operator", "technology"]
    table = pd.concat(of_villages).sort_values(order, kind="stable").reset_index(drop=True)
    return gpd.GeoDataFrame(whole, geometry=polygons.geometry, crs=polygons.crs), table


def _joined(parts: Sequence[pd.DataFrame], places: pd.Index) -> pd.DataFrame:
    """Rows of all parts in the order of the places; unknown where no part can tell."""
    told = [part for part in parts if len(part)]
    if told:
        return pd.concat(told).loc[places]
    return unknown_causes(len(places)).set_index(places)


def _in_turn(session: Session, reach: Reach) -> Iterator[Layer]:
    """Layers, those of all operators after those that they are made of."""
    own = own_layers(session.study, reach.network)
    technologies = sorted({technology for _, technology in own})
    for technology in technologies:
        yield from (layer for layer in own if layer[1] == technology)
        yield ANY, technology
    if len(technologies) > 1:
        yield ANY, ANY


def _found(
    session: Session,
    reach: Reach,
    classes: Mapping[Layer, ClassArray],
    parts: Sequence[CausePart],
    sure: Confidence,
) -> Iterator[Found]:
    """What each part tells, found here one after the other or on the workers of a cluster."""
    tools, cluster, people = CauseTools.of(session), session.cluster, session.inputs.people
    asked = None if cluster is None else asked_of(session, reach, sure)
    stored = None if cluster is None else stored_people(session)
    for masts, some in _held_together(session, reach, parts, tools.losses.grid):
        with tools.losses.held(masts):
            for _ in tools.losses.kept(masts):
                pass
            if cluster is None or asked is None or stored is None:
                for part, rivals in some:
                    yield causes_of(
                        part, tools, rivals,
                        classes=lambda layer, tile: tile.part(classes[layer]),
                        people=lambda tile: tile.part(people.count),
                    )  # fmt: skip
            else:
                tasks = [CauseTask(asked, part, rivals, stored) for part, rivals in some]
                yield from cluster.in_order(tell_causes, tasks)


def _held_together(
    session: Session, reach: Reach, parts: Sequence[CausePart], grid: Grid
) -> Iterator[tuple[tuple[Mast, ...], list[tuple[CausePart, Competitors]]]]:
    """Masts and the parts that they reach: all at once, or as few as a limited cache asks for."""
    study, cluster = session.study, session.cluster
    own, supplied = own_layers(study, reach.network), supplied_maps(study, reach.network)
    rivals = competitors(study, reach.network, own, supplied)
    pairs = [(part, rivals.near(grid, part.tile)) for part in parts]
    together = len(pairs)
    if session.most_cache_bytes is not None:
        together = 1 if cluster is None else AHEAD * cluster.cores
    for first in range(0, len(pairs), max(1, together)):
        some = pairs[first : first + together]
        yield tuple(dict.fromkeys(mast for _, near in some for mast in near.masts)), some


def tell_causes(task: CauseTask) -> Found:
    """Ask about a part of the grid on a worker.

    Parameters
    ----------
    task
        The part.

    Returns
    -------
    dict
        As :func:`phusong.pipeline.cause_parts.causes_of` gives it.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    refuse_other_maker(task.asked.maker)
    return causes_of(
        task.part, _tools_of(task.asked), task.rivals,
        classes=task.asked.classes, people=task.people.over(task.asked.frame),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _tools_of(asked: Asked) -> CauseTools:
    """What a worker has read of a study, for all parts of one session."""
    return CauseTools.of(session_of(asked))


def cause_columns(
    villages: pd.DataFrame, causes: pd.DataFrame, layers: Mapping[Layer, ClassArray]
) -> pd.DataFrame:
    """Cause of each village in every layer, empty where its centre has a signal.

    Parameters
    ----------
    villages
        Villages by ``village_id``.
    causes
        One row per village without signal, operator and technology.
    layers
        Operator keys and technologies.

    Returns
    -------
    pandas.DataFrame
        Indexed like the villages: a column ``<operator>_<technology>_cause`` for each layer.
    """
    found = {}
    for operator, technology in layers:
        own = causes[(causes["operator"] == operator) & (causes["technology"] == technology)]
        by_id = dict(zip(own["village_id"], own["cause"], strict=True))
        found[f"{operator}_{technology.lower()}_cause"] = [
            by_id.get(village, "") for village in villages["village_id"]
        ]
    return pd.DataFrame(found, index=villages.index, dtype="object")


def _named(villages: gpd.GeoDataFrame, layer: Layer) -> pd.DataFrame:
    named = pd.DataFrame(villages[["village_id", "name", "commune_code"]])
    return named.assign(operator=layer[0], technology=layer[1])


def _silent_centres(villages: gpd.GeoDataFrame, classes: ClassArray, grid: Grid) -> pd.Series:
    """Cells of villages' centres without a signal, flat in the grid, by the villages' numbers."""
    row, col = grid.pixel_of(villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy())
    rows, cols = grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    down, across = (np.where(inside, np.floor(at), 0).astype(np.int64) for at in (row, col))
    silent = inside & (classes[down, across] == NO_SIGNAL)
    return pd.Series((down * cols + across)[silent], index=np.flatnonzero(silent))
