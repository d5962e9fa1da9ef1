"""The ranked options as tables for readers."""

import math
from typing import Any

import pandas as pd

from phusong.reporting.basis_words import titled_by_rows
from phusong.reporting.facts import Bilingual, Column
from phusong.reporting.page_tables import PageTable
from phusong.reporting.study_facts import MILLION, money_unit
from phusong.reporting.study_tables import COMMUNE, OPERATOR
from phusong.reporting.wording import said
from phusong.study import Study

PEOPLE = said("people")
KIND, RANK_RANGE = Column(said("Kind")), Column(said("Rank in trials (80 %)"))


def priority_table(study: Study, priorities: pd.DataFrame, *, most: int) -> PageTable:
    """The first ranks, with people and money.

    Parameters
    ----------
    study
        Currency and weights.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.
    most
        Rows to show, at least 1.

    Returns
    -------
    PageTable
        One row per option.
    """
    money = money_unit(study)
    weight = study.planning.white_zone_weight.value
    rows = tuple(
        (
            str(row.rank), rank_range(row.rank_p10, row.rank_p90), row.operator, kind_words(row),
            row.commune, row.people_newly_covered, row.people_white_zone,
            row.capex / MILLION, row.present_value / MILLION, row.cost_per_person / MILLION,
        )
        for row in priorities.head(most).itertuples()
    )  # fmt: skip
    return PageTable(
        title=titled_by_rows(said("Investment priorities"), priorities),
        columns=(
            Column(said("Rank")),
            RANK_RANGE,
            OPERATOR,
            KIND,
            COMMUNE,
            Column(said("Newly covered"), PEOPLE, 0),
            Column(said("Of them in white zones"), PEOPLE, 0),
            Column(said("Capex"), money, 0),
            Column(said("Present value"), money, 0),
            Column(said("Present value per person"), money, 2),
        ),
        rows=rows,
        note=said(
            "{rows} of {priorities} options; all of them in plan/priorities.xlsx. "
            "Ranked by people newly covered per present value, those in white zones "
            "counted {weight} × more. Rank in trials: where 80 % of the trials "
            "with other levels, prices and people put it among all options that were looked at, of "
            "every operator. Costs are benchmarks of other countries.",
            rows=len(rows), priorities=len(priorities), weight=weight,
        ) if rows else None,
    )  # fmt: skip


def kind_words(row: Any) -> Bilingual | str:
    """Kind of option in the reader's language; its key where a table has no words for it.

    Parameters
    ----------
    row
        One row of ``plan/priorities.csv``.

    Returns
    -------
    Bilingual or str
        Words.
    """
    vi, en = getattr(row, "kind_vi", ""), getattr(row, "kind_en", "")
    return Bilingual(vi, en) if vi and en else str(getattr(row, "kind", ""))


def rank_range(first: float, last: float) -> str | None:
    """Ranks from first to last; None where no trials were made.

    Parameters
    ----------
    first, last
        Ends of the interval; NaN without trials.

    Returns
    -------
    str or None
        For example ``4–92``; one number where both are the same.
    """
    if math.isnan(first) or math.isnan(last):
        return None
    return f"{first:.0f}" if first == last else f"{first:.0f}–{last:.0f}"
