"""What a search is for and what it found, in numbers that suit a solver."""

import math
from dataclasses import dataclass, field

from phusong.units import BoolArray, FloatArray

LARGEST_WHOLE = 1e7
"""Whole numbers up to this, after their common divisor, go to the solver as they are."""


@dataclass(frozen=True, eq=False)
class Goal:
    """What is optimised, over options and covered weight, in the model's own units.

    Parameters
    ----------
    per_option
        What each option counts.
    per_weight
        What a unit of covered weight counts.
    maximise
        Or minimise.
    step
        Values of the goal lie a whole number of steps apart; 0 when unknown.
    least_weight
        Weight that a choice must cover.
    """

    per_option: FloatArray = field(repr=False)
    per_weight: float
    maximise: bool
    step: float
    least_weight: float = 0.0


@dataclass(frozen=True, eq=False)
class Found:
    """Answer to one goal.

    Parameters
    ----------
    chosen
        The best choice that was found, None without one.
    bound
        Proven bound on the goal.
    proven
        Whether the choice is the best, or that there is none.
    """

    chosen: BoolArray | None = field(repr=False)
    bound: float
    proven: bool


def unit_of(values: FloatArray, *, whole: bool, largest: float) -> tuple[float, float]:
    """Unit that makes numbers easy for a solver, and the step between their sums in it.

    Parameters
    ----------
    values
        Amounts, at least 0.
    whole
        Whether all are whole numbers.
    largest
        What the largest becomes when they are not, or are too large.

    Returns
    -------
    tuple of float
        Unit and step; the step is 0 when sums may lie anywhere.
    """
    positive = values[values > 0]
    if positive.size == 0:
        return 1.0, 1.0
    if whole:
        common = math.gcd(*(int(v) for v in positive.tolist()))
        if float(positive.max()) / common <= LARGEST_WHOLE:
            return float(common), 1.0
    return float(positive.max()) / largest, 0.0
