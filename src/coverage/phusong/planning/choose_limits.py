"""Further limits of a choice beside its budget, each counting something of its own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DataError, DomainError
from phusong.units import BoolArray, FloatArray, IntArray

SAME_LIMIT = 1e-9
"""A limit that is passed by less than this share of it is kept."""


@dataclass(frozen=True, eq=False)
class Limit:
    """Most that the chosen options may have of something together, such as capex.

    Parameters
    ----------
    name
        What it is a limit of, as messages call it.
    amount
        What each option has of it, >= 0; ``fixed`` ones count nothing.
    most
        Largest sum, >= 0.
    """

    name: str
    amount: ArrayLike = field(repr=False)
    most: float

    def among(self, rows: IntArray) -> "Limit":
        """The same limit over some of the options.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        Limit
            Of these alone.
        """
        return Limit(self.name, np.asarray(self.amount)[rows], self.most)


@dataclass(frozen=True, eq=False)
class OpenLimit:
    """A limit over the open options of a question.

    Parameters
    ----------
    amount
        What each open option has.
    most
        Largest sum.
    """

    amount: FloatArray = field(repr=False)
    most: float

    def room(self, chosen: BoolArray) -> float:
        """What is left of it.

        Parameters
        ----------
        chosen
            Whether each open option is chosen.

        Returns
        -------
        float
            Below 0 where it is passed; a billionth is given on top.
        """
        return self.most * (1.0 + SAME_LIMIT) - math.fsum(self.amount[chosen].tolist())

    def among(self, kept: IntArray) -> "OpenLimit":
        """The same limit over some of the options.

        Parameters
        ----------
        kept
            Which.

        Returns
        -------
        OpenLimit
            Of these alone.
        """
        return OpenLimit(self.amount[kept], self.most)


def open_limits(limits: Sequence[Limit], free: IntArray, options: int) -> tuple[OpenLimit, ...]:
    """Check limits, and keep what concerns open options.

    Parameters
    ----------
    limits
        As given.
    free
        Open options.
    options
        How many there are in all.

    Returns
    -------
    tuple of OpenLimit
        In the same order.

    Raises
    ------
    DataError
        Amounts of another length.
    DomainError
        An amount or a limit is negative or NaN.
    """
    found = []
    for limit in limits:
        amount = np.asarray(limit.amount, dtype=np.float64)
        if amount.shape != (options,):
            raise DataError(
                f"limit {limit.name!r}: amount has shape {amount.shape}, but there are {options} "
                "options (rows of cover); give one number for each"
            )
        wrong = np.flatnonzero(~(np.isfinite(amount) & (amount >= 0)))
        if wrong.size:
            raise DomainError(
                f"limit {limit.name!r}: amount[{wrong[0]}]={amount[wrong[0]]:g} is impossible, at "
                "least 0 and finite is allowed; check the input"
            )
        if not (np.isfinite(limit.most) and limit.most >= 0):
            raise DomainError(
                f"limit {limit.name!r}: most={limit.most} is impossible, at least 0 and finite is "
                "allowed; leave it out for no limit"
            )
        found.append(OpenLimit(amount[free], float(limit.most)))
    return tuple(found)
