"""What a choice must cover beside its goal: a floor for some of the demand, such as a commune's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from phusong.errors import DataError, DomainError
from phusong.planning.choose_rows import Rows
from phusong.units import FloatArray

SAME_FLOOR = 1e-9
"""A floor that is missed by less than this share of it is reached."""


@dataclass(frozen=True, eq=False)
class Floor:
    """Least weight that a choice must cover of some of the demand.

    Parameters
    ----------
    name
        What it is a floor of, as a reader is told when it cannot be reached.
    weight
        What each demand point counts here, >= 0; 0 for those that do not count.
    least
        Weight to be covered, by the fixed options too, >= 0.
    """

    name: str
    weight: FloatArray = field(repr=False)
    least: float


@dataclass(frozen=True, eq=False)
class RowFloor:
    """A floor over the merged rows of a question.

    Parameters
    ----------
    name
        As in :class:`Floor`.
    weight
        What each row counts.
    least
        Weight that the open options must add to what stands already; not above 0 when reached.
    total
        Weight that all open options together add.
    """

    name: str
    weight: FloatArray = field(repr=False)
    least: float
    total: float

    def is_reached(self, added: float) -> bool:
        """Whether so much added weight is enough.

        Parameters
        ----------
        added
            Weight of the rows that a choice covers.

        Returns
        -------
        bool
            True also where less than a billionth is missing.
        """
        return added >= self.least - SAME_FLOOR * abs(self.least)


def checked_floors(floors: Sequence[Floor], points: int) -> tuple[Floor, ...]:
    """Check floors against the demand.

    Parameters
    ----------
    floors
        As given.
    points
        Demand points.

    Returns
    -------
    tuple of Floor
        The same, with weights as arrays.

    Raises
    ------
    DataError
        Weights of another length.
    DomainError
        A weight or a floor is negative or NaN.
    """
    found = []
    for floor in floors:
        weight = np.asarray(floor.weight, dtype=np.float64)
        if weight.shape != (points,):
            raise DataError(
                f"floor {floor.name!r}: weight has shape {weight.shape}, but there are {points} "
                "demand points (columns of cover); give one number for each"
            )
        wrong = np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))
        if wrong.size:
            raise DomainError(
                f"floor {floor.name!r}: weight[{wrong[0]}]={weight[wrong[0]]:g} is impossible, at "
                "least 0 and finite is allowed; check the input"
            )
        if not (np.isfinite(floor.least) and floor.least >= 0):
            raise DomainError(
                f"floor {floor.name!r}: least={floor.least} is impossible, at least 0 and finite "
                "is allowed; leave the floor out for none"
            )
        found.append(Floor(floor.name, weight, float(floor.least)))
    return tuple(found)


def row_floors(floors: Sequence[Floor], rows: Rows) -> tuple[RowFloor, ...]:
    """Floors over merged rows.

    Parameters
    ----------
    floors
        Checked ones.
    rows
        Demand rows, and which points each was made of.

    Returns
    -------
    tuple of RowFloor
        In the same order; what stands already is counted.
    """
    found = []
    inside = rows.row_of_point >= 0
    for floor in floors:
        weight = np.bincount(
            rows.row_of_point[inside], weights=floor.weight[inside], minlength=len(rows.weight)
        ).astype(np.float64)
        least = floor.least - float(floor.weight[rows.is_done].sum())
        found.append(RowFloor(floor.name, weight, least, float(weight.sum())))
    return tuple(found)
