"""What depends on the propagation model: the same counts and verdicts by another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from phusong.analysis.gaps import (
    MARGINAL,
    UNKNOWN,
    ClassArray,
    Confidence,
    cell_shares,
    commune_table,
    service_class,
)
from phusong.analysis.reach import NO_SERVER, UNKNOWN_PERCENT, Reach, ReachLayer
from phusong.analysis.verdicts import UNDECIDED
from phusong.geo.lattice import Lattice
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.units import BoolArray

NEITHER, ONLY_FIRST, ONLY_SECOND, BOTH = 0, 1, 2, 3
"""Which of two models gives a signal."""
Layer = tuple[str, str]
"""Operator's key and technology."""


@dataclass(frozen=True, eq=False)
class ModelClasses:
    """Service classes by one model on the study's grid.

    Parameters
    ----------
    model
        Propagation model.
    receiver_step
        Rows and columns from one receiver to the next; cells between take their block's.
    classes
        By operator key and technology: 0 no signal, 1 marginal, 2 covered, 255 unknown.
    """

    model: str
    receiver_step: int
    classes: Mapping[Layer, ClassArray] = field(repr=False)


def at_every_cell(reach: Reach, lattice: Lattice, unknown_terrain: BoolArray) -> Reach:
    """Give each cell of the study's grid what the receiver of its block has.

    Parameters
    ----------
    reach
        On the lattice's grid.
    lattice
        Where the receivers stand.
    unknown_terrain
        Cells of the whole grid without a ground height, which stay unknown.

    Returns
    -------
    Reach
        On the whole grid.
    """
    layers = {}
    for key, layer in reach.layers.items():
        level, server = lattice.spread(layer.level_dbm), lattice.spread(layer.server)
        percent = lattice.spread(layer.probability_percent)
        layers[key] = ReachLayer(
            np.where(unknown_terrain, np.float32(np.nan), level),
            np.where(unknown_terrain, np.int32(NO_SERVER), server),
            np.where(unknown_terrain, np.uint8(UNKNOWN_PERCENT), percent),
        )
    return replace(reach, grid=lattice.whole, layers=layers)


def at_receivers_only(reach: Reach, lattice: Lattice, unknown_terrain: BoolArray) -> Reach:
    """What a model would say if it had the receivers of a lattice alone.

    Parameters
    ----------
    reach
        On the lattice's whole grid.
    lattice
        Where the receivers stand.
    unknown_terrain
        Cells of the whole grid without a ground height.

    Returns
    -------
    Reach
        On the whole grid; compared with another model at the same receivers, only the model
        differs.
    """
    taken = {
        key: ReachLayer(
            lattice.sampled(layer.level_dbm),
            lattice.sampled(layer.server),
            lattice.sampled(layer.probability_percent),
        )
        for key, layer in reach.layers.items()
    }
    return at_every_cell(replace(reach, grid=lattice.grid, layers=taken), lattice, unknown_terrain)


def agreement(first: ClassArray, second: ClassArray) -> ClassArray:
    """Which of two models gives a signal, marginal or better.

    Parameters
    ----------
    first, second
        Service classes by each model, of one shape.

    Returns
    -------
    numpy.ndarray
        0 neither, 1 only the first, 2 only the second, 3 both, 255 unknown to one of them; uint8.
    """
    unknown = (first == UNKNOWN) | (second == UNKNOWN)
    found = (first >= MARGINAL) * np.uint8(ONLY_FIRST) + (second >= MARGINAL) * np.uint8(
        ONLY_SECOND
    )
    return np.where(unknown, np.uint8(UNKNOWN), found).astype(np.uint8)


def model_table(
    counted: Sequence[ModelClasses], communes: Communes, people: People
) -> pd.DataFrame:
    """Area and people by class for each model, and where the models decide otherwise.

    Parameters
    ----------
    counted
        The study's first model on every cell; then, for each other model, the first one at that
        model's receivers alone, and the other model.
    communes
        The areas.
    people
        People per cell.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`phusong.analysis.gaps.commune_table`, ``model`` and
        ``receiver_step``; for every other model against the first one at the same receivers
        ``area_other_class_km2``, ``people_other_class``, ``people_signal_lost`` and
        ``people_signal_gained``.
    """
    tables, before = [], counted[0]
    shares = cell_shares(people.grid, communes.frame.geometry)
    count = np.nan_to_num(people.count).ravel()
    for now in counted:
        table = commune_table(now.classes, communes, people)
        table.insert(5, "model", now.model)
        table.insert(6, "receiver_step", now.receiver_step)
        if now.model != counted[0].model:
            parts = {
                key: _differences(before.classes[key], now.classes[key]) for key in now.classes
            }
            for name, unit in (
                ("area_other_class_km2", people.grid.cell_area_km2), ("people_other_class", count),
                ("people_signal_lost", count), ("people_signal_gained", count),
            ):  # fmt: skip
                table[name] = np.concatenate(
                    [shares @ np.where(part[name], unit, 0.0) for part in parts.values()]
                )
        tables.append(table)
        before = now
    return pd.concat(tables, ignore_index=True)


def _differences(first: ClassArray, second: ClassArray) -> dict[str, BoolArray]:
    """Cells of another class, and those that lose or gain a signal, by the columns they fill."""
    a, b = first.ravel(), second.ravel()
    known = (a != UNKNOWN) & (b != UNKNOWN)
    signal = agreement(a, b)
    other = known & (a != b)
    return {
        "area_other_class_km2": other,
        "people_other_class": other,
        "people_signal_lost": signal == ONLY_FIRST,
        "people_signal_gained": signal == ONLY_SECOND,
    }


def verdict_columns(
    first: pd.DataFrame, thinned: pd.DataFrame, second: pd.DataFrame, layers: Sequence[Layer]
) -> pd.DataFrame:
    """Verdicts on villages by the second model, and whether the model changes them.

    Parameters
    ----------
    first
        Verdicts by the first model; see :func:`phusong.analysis.verdicts.village_verdicts`.
    thinned
        Those by the first model at the receivers of the second one alone.
    second
        Those by the second model.
    layers
        Operators' keys and technologies.

    Returns
    -------
    pandas.DataFrame
        Indexed like the villages: for each layer ``second_model_verdict``, and
        ``model_changes_verdict``: ``no``; ``yes``; ``receivers`` where the first model at the same
        receivers says what the second one says, so that the coarser grid and not the model
        changes it; ``unknown`` where a verdict is.
    """
    columns: dict[str, pd.Series | np.ndarray] = {}
    for operator, technology in layers:
        prefix = f"{operator}_{technology.lower()}"
        a, sparse, b = (table[f"{prefix}_verdict"] for table in (first, thinned, second))
        changes = np.where(a == b, "no", np.where(sparse == b, "receivers", "yes"))
        unknown = (a == UNDECIDED) | (b == UNDECIDED)
        columns[f"{prefix}_second_model_verdict"] = b
        columns[f"{prefix}_model_changes_verdict"] = np.where(unknown, UNDECIDED, changes)
    return pd.DataFrame(columns, index=first.index)


def classes_of(reach: Reach, step: int, confidence: Confidence) -> ModelClasses:
    """Service classes of a reach.

    Parameters
    ----------
    reach
        On the study's grid.
    step
        Rows and columns from one receiver to the next.
    confidence
        Where the lines between the classes are drawn.

    Returns
    -------
    ModelClasses
        By its model.
    """
    found = {key: service_class(layer, confidence) for key, layer in reach.layers.items()}
    return ModelClasses(reach.model, step, found)
