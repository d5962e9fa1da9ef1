"""One budget for several studies, from what each has written about people against money."""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import DataError
from phusong.pipeline.begin import start
from phusong.planning.shared_budget import Frontier, Shares, shared_out
from phusong.reporting.tables import tidy
from phusong.store.tables import read_csv, write_csv
from phusong.study import Study

COLUMNS = (
    "study_file", "title_vi", "title_en", "budget", "options", "people_newly_covered",
    "people_white_zone", "worth_people", "bound_worth_people", "gap_percent", "is_largest",
    "currency",
)  # fmt: skip
_TEXT = ("status", "currency", "data_status")


def shared_budget(studies: Sequence[Study], budget: float) -> pd.DataFrame:
    """Divide money among studies of different communes.

    Parameters
    ----------
    studies
        Studies whose plans are there, up to date.
    budget
        Present value for all of them, in the currency that they show.

    Returns
    -------
    pandas.DataFrame
        One row per study, in their order: its share and what its best set for it reaches;
        ``is_largest`` where the share is the largest budget that the study has a best set for.
        The last row, without a file, is all of them together with the proven bound.

    Raises
    ------
    DataError
        A plan is missing, the budget is not a number above 0, or people or money of the studies
        cannot be added.
    """
    if not (math.isfinite(budget) and budget > 0):
        raise DataError(f"the budget is {budget:g}; give an amount above 0")
    _refuse_what_cannot_be_added(studies)
    tables = [_frontier(study) for study in studies]
    frontiers = [
        Frontier(
            study.file.name,
            *(
                table[name].to_numpy(dtype=np.float64)
                for name in ("budget", "best_set_worth_people", "bound_worth_people")
            ),
        )
        for study, table in zip(studies, tables, strict=True)
    ]
    shares = shared_out(frontiers, budget)
    rows = [
        _row(study, table, step)
        for study, table, step in zip(studies, tables, shares.steps, strict=True)
    ]
    return pd.DataFrame([*rows, _together(rows, shares)], columns=list(COLUMNS))


def write_shared_budget(file: Path, table: pd.DataFrame, studies: Sequence[Study]) -> None:
    """Write the division as CSV.

    Parameters
    ----------
    file
        Where to.
    table
        The division.
    studies
        The studies; practice data of one makes all of it practice data.
    """
    write_csv(file, tidy(table, practice=any(s.study.practice_data for s in studies)))


def _refuse_what_cannot_be_added(studies: Sequence[Study]) -> None:
    for one, other in itertools.combinations(studies, 2):
        names = f"{one.file} and {other.file}"
        same = sorted(set(one.area.communes) & set(other.area.communes))
        if same:
            raise DataError(
                f"{names} both ask about {', '.join(same[:5])}: people "
                "and options there would count twice; leave each commune to one study "
                "(area.margin_km may overlap)"
            )
        theirs = _terms(other)
        for key, value in _terms(one).items():
            if theirs[key] != value:
                raise DataError(
                    f"{names} differ in {key}, {value} and {theirs[key]}: their people and money "
                    "cannot be added; make it the same and run phusong plan again"
                )


def _terms(study: Study) -> dict[str, object]:
    """What must be the same for worth and money to be added."""
    costs = study.costs
    return {
        "area.country": study.area.country,
        "area.vintage": study.area.vintage,
        "costs.shown_currency": costs.shown_currency,
        "costs.price_year": costs.price_year,
        "costs.discount_rate": costs.discount_rate.value,
        "costs.horizon": costs.horizon.value,
        "planning.white_zone_weight": study.planning.white_zone_weight.value,
        "technologies (the first)": next(iter(study.technologies)),
    }


def _frontier(study: Study) -> pd.DataFrame:
    if not start(study).is_done("plan"):
        raise DataError(
            f"{study.file} has no plan of its inputs as they are now; run: "
            f"phusong plan {study.file.name}"
        )
    return read_csv(study.output / "plan" / "frontier.csv", text=_TEXT)


def _row(study: Study, table: pd.DataFrame, step: int) -> dict[str, object]:
    at = None if step < 0 else table.iloc[step]
    value = {
        "budget": "budget",
        "options": "best_set_options",
        "people_newly_covered": "best_set_people",
        "people_white_zone": "best_set_people_white_zone",
        "worth_people": "best_set_worth_people",
        "bound_worth_people": "bound_worth_people",
        "gap_percent": "gap_percent",
    }
    return {
        "study_file": study.file.name,
        "title_vi": study.study.title_vi,
        "title_en": study.study.title_en,
        **{name: 0.0 if at is None else float(at[column]) for name, column in value.items()},
        "is_largest": step == len(table) - 1,
        "currency": study.costs.shown_currency,
    }


def _together(rows: Sequence[dict[str, object]], shares: Shares) -> dict[str, object]:
    summed = ("budget", "options", "people_newly_covered", "people_white_zone")
    return {
        "study_file": "",
        "title_vi": "Tất cả",
        "title_en": "All",
        **{name: sum(float(str(row[name])) for row in rows) for name in summed},
        "worth_people": shares.worth,
        "bound_worth_people": shares.bound,
        "gap_percent": 100.0 * shares.gap,
        "is_largest": all(bool(row["is_largest"]) for row in rows),
        "currency": rows[0]["currency"],
    }
