"""Intervals of counts as readers see them: from the tables of a study into words and cells."""

import math
from dataclasses import dataclass

import pandas as pd

from phusong.analysis.counts import HIGH_PERCENT, LOW_PERCENT
from phusong.analysis.gaps import Gaps
from phusong.analysis.verdicts import TRANG_SONG
from phusong.language import LANGUAGES
from phusong.reporting.facts import Bilingual
from phusong.reporting.wording import amount, said

SURE_PERCENT = HIGH_PERCENT - LOW_PERCENT
"""Share of the draws that an interval holds [%]."""
RANGE = said("{SURE_PERCENT} % interval", SURE_PERCENT=SURE_PERCENT)
RANGE_NOTE = said(
    "The {SURE_PERCENT} % interval holds {SURE_PERCENT} % of the trials in "
    "which levels and people differ from the model as far as the study assumes;"
    " propagated, not measured.",
    SURE_PERCENT=SURE_PERCENT,
)


@dataclass(frozen=True, slots=True)
class Range:
    """What a count lies between in most trials.

    Parameters
    ----------
    low, high
        Ends of the interval.
    """

    low: float
    high: float

    def words(self, decimals: int = 0) -> Bilingual:
        """Both ends with a dash, as a reader sees them.

        Parameters
        ----------
        decimals
            Digits after the point.

        Returns
        -------
        Bilingual
            For example ``13.880–16.986``; one number where both ends read the same.
        """
        ends = dict.fromkeys(amount(float(end), decimals) for end in (self.low, self.high))
        vi, en = ("–".join(end.to(language) for end in ends) for language in LANGUAGES)
        return Bilingual(vi, en, number=True)


def ends_of(row: "pd.Series[float]", name: str, unit: str = "") -> Range | None:
    """Ends of the interval of one quantity of a row.

    Parameters
    ----------
    row
        Of a table with intervals, or without.
    name, unit
        Quantity, and what its name ends with, for example ``_km2``.

    Returns
    -------
    Range or None
        None where the table has no interval of it.
    """
    keys = [f"{name}_p{percent}{unit}" for percent in (LOW_PERCENT, HIGH_PERCENT)]
    if not set(keys) <= set(row.index):
        return None
    low, high = (float(row[key]) for key in keys)
    return None if math.isnan(low) or math.isnan(high) else Range(low, high)


def total_row(found: Gaps, operator: str, technology: str) -> "pd.Series[float]":
    """All communes together, as counted for one operator.

    Parameters
    ----------
    found
        Gaps of a study.
    operator
        Operator's key.
    technology
        For example ``LTE``.

    Returns
    -------
    pandas.Series
        Counts with their intervals; empty where there are none.
    """
    return _one(found.totals, operator=operator, technology=technology)


def village_row(
    found: Gaps, operator: str, technology: str, commune_code: str = "all"
) -> "pd.Series[float]":
    """Villages by verdict in a commune, or in all of them.

    Parameters
    ----------
    found
        Gaps of a study.
    operator
        Operator's key.
    technology
        For example ``LTE``.
    commune_code
        Code of the commune.

    Returns
    -------
    pandas.Series
        Counts with their intervals; empty where there are none.
    """
    return _one(
        found.village_counts, operator=operator, technology=technology, commune_code=commune_code
    )


def silent_range(found: Gaps, operator: str, technology: str) -> Range | None:
    """How many village centres have no signal in most trials.

    Parameters
    ----------
    found
        Gaps of a study.
    operator
        Operator's key.
    technology
        For example ``LTE``.

    Returns
    -------
    Range or None
        None without villages.
    """
    return ends_of(village_row(found, operator, technology), f"villages_{TRANG_SONG}")


def _one(table: pd.DataFrame, **wanted: str) -> "pd.Series[float]":
    if not set(wanted) <= set(table.columns):
        return pd.Series(dtype="float64")
    chosen = table
    for column, value in wanted.items():
        chosen = chosen[chosen[column] == value]
    return chosen.iloc[0] if len(chosen) else pd.Series(dtype="float64")
