"""Counts of many draws, and the ends of the intervals that tables give for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from phusong.units import FloatArray

Number = TypeVar("Number", bound=np.number[Any])
LOW_PERCENT, HIGH_PERCENT = 10, 90
"""An interval holds what lies between: eight of ten draws."""
CLASSES = ("covered", "marginal", "no_signal")


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of each draw.

    Parameters
    ----------
    area_km2, people
        By class of service, draws × areas [km²; people].
    people_total
        People of each area, draws × areas.
    """

    area_km2: Mapping[str, FloatArray] = field(repr=False)
    people: Mapping[str, FloatArray] = field(repr=False)
    people_total: FloatArray = field(repr=False)

    def of(self, groups: csr_array) -> "Counts":
        """Sums over areas, draw by draw.

        Parameters
        ----------
        groups
            Groups × areas: the share of each area that counts.

        Returns
        -------
        Counts
            Of the groups.
        """
        return Counts(
            {name: np.asarray(draws @ groups.T) for name, draws in self.area_km2.items()},
            {name: np.asarray(draws @ groups.T) for name, draws in self.people.items()},
            np.asarray(self.people_total @ groups.T),
        )

    @classmethod
    def mixed(cls, parts: Sequence["Counts"]) -> "Counts":
        """Draws of several models, each as often as the others, as far as the number allows.

        Parameters
        ----------
        parts
            Counts by each model, over the same draws of errors.

        Returns
        -------
        Counts
            The first draw by the first model, the second by the second, and so on.
        """
        return cls(
            {name: in_turn([p.area_km2[name] for p in parts]) for name in CLASSES},
            {name: in_turn([p.people[name] for p in parts]) for name in CLASSES},
            in_turn([p.people_total for p in parts]),
        )

    @classmethod
    def beside(cls, parts: Sequence["Counts"]) -> "Counts":
        """Counts of several lists of areas as those of one list.

        Parameters
        ----------
        parts
            Over the same draws.

        Returns
        -------
        Counts
            In their order.
        """

        def joined(arrays: Iterable[FloatArray]) -> FloatArray:
            return np.concatenate(list(arrays), axis=1)

        return cls(
            {name: joined(p.area_km2[name] for p in parts) for name in CLASSES},
            {name: joined(p.people[name] for p in parts) for name in CLASSES},
            joined(p.people_total for p in parts),
        )

    def columns(self) -> dict[str, FloatArray]:
        """Ends of the intervals, as tables have them.

        Returns
        -------
        dict
            ``people_p10`` and so on, one value per area.
        """
        found = dict(interval("people", "", self.people_total))
        for name in CLASSES:
            found |= interval(f"area_{name}", "_km2", self.area_km2[name])
        for name in CLASSES:
            found |= interval(f"people_{name}", "", self.people[name])
        total = np.where(self.people_total > 0, self.people_total, np.nan)
        silent = 100.0 * self.people["no_signal"] / total
        weak = 100.0 * self.people["marginal"] / total
        return (
            found
            | interval("people_no_signal", "_percent", silent)
            | interval("people_not_covered", "_percent", silent + weak)
        )


def in_turn(arrays: Sequence[NDArray[Number]]) -> NDArray[Number]:
    """Draws of several models: the first by the first, the second by the second, and so on.

    Parameters
    ----------
    arrays
        Draws × areas of each model, of one shape.

    Returns
    -------
    numpy.ndarray
        Of the same shape; each model as often as the others, as far as the number allows.
    """
    draws = np.arange(len(arrays[0]))
    return np.asarray(np.stack(arrays)[draws % len(arrays), draws])


def interval(name: str, unit: str, draws: FloatArray) -> dict[str, FloatArray]:
    """Ends of an interval under the names that tables give them.

    Parameters
    ----------
    name, unit
        Quantity, and what its name ends with, for example ``_km2``.
    draws
        Draws × areas.

    Returns
    -------
    dict
        Two arrays.
    """
    return {
        f"{name}_p{percent}{unit}": np.percentile(draws, percent, axis=0, method="inverted_cdf")
        for percent in (LOW_PERCENT, HIGH_PERCENT)
    }


def interval_table(counts: Mapping[tuple[str, str], Counts], codes: Sequence[str]) -> pd.DataFrame:
    """Ends of the intervals of every commune and layer.

    Parameters
    ----------
    counts
        By operator key and technology.
    codes
        Of the communes, in the order of the counts.

    Returns
    -------
    pandas.DataFrame
        ``commune_code``, ``operator``, ``technology`` and the columns of
        :meth:`Counts.columns`.
    """
    parts = [
        pd.DataFrame(
            {"commune_code": codes, "operator": operator, "technology": technology} | each.columns()
        )
        for (operator, technology), each in counts.items()
    ]
    return pd.concat(parts, ignore_index=True)
