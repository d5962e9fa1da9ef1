"""Best sets, their options, and people against money as tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from phusong.geo.grid import Grid
from phusong.geo.places import Places
from phusong.planning.build_steps import BudgetPoint
from phusong.planning.chosen_sets import BUDGET, ChosenSet
from phusong.planning.demand import Columns
from phusong.planning.plan_tables import where_it_stands
from phusong.planning.set_words import answer, question
from phusong.units import FloatArray

OPERATOR_FRONTIER, OPERATOR_ORDER = "operator-frontier", "operator-build-order"
FRONTIER_COLUMNS = (
    "step", "budget", "best_set_options", "best_set_people", "best_set_people_white_zone",
    "best_set_worth_people", "bound_worth_people", "gap_percent", "status",
    "greedy_worth_people", "greedy_loss_percent", "build_order_worth_people",
    "build_order_loss_percent", "currency",
)  # fmt: skip
SET_COLUMNS = (
    "choice", "option_id", "kind", "operator", "latitude", "longitude", "commune_code", "commune",
    "people_newly_covered", "people_white_zone", "capex", "opex_per_year", "repurchases", "salvage",
    "present_value", "currency",
)  # fmt: skip
CHOICE_COLUMNS = (
    "choice", "operator", "question_vi", "question_en", "status", "options", "capex",
    "present_value",
    "people_newly_covered", "people_white_zone", "poor_people_white_zone", "objective", "bound",
    "objective_unit", "gap_percent", "lowest_commune", "lowest_commune_share_percent",
    "villages_with_signal", "facilities_with_second_server", "people_less_percent",
    "options_added", "options_dropped", "answer_vi", "answer_en", "currency",
)  # fmt: skip
CHOICE_TEXT = (
    "choice", "operator", "question_vi", "question_en", "status", "objective_unit",
    "lowest_commune",
    "options_added", "options_dropped", "answer_vi", "answer_en",
)  # fmt: skip


def frontier_table(
    points: Sequence[BudgetPoint], columns: Columns, *, options: int, currency: str
) -> pd.DataFrame:
    """People against money at the budgets at which the build order is compared.

    Parameters
    ----------
    points
        What the budgets buy.
    columns
        Whom each row covers.
    options
        How many of the rows are options; the others are relays and links.
    currency
        Of the budgets.

    Returns
    -------
    pandas.DataFrame
        One row per budget, ascending: the best set of all options with its proven bound, what
        greedy steps reach for the same money, and what the build order reaches and loses.
        Worth is people newly covered, and those of the white zone ``white_zone_weight`` times
        on top.
    """
    rows = []
    for point in points:
        best = point.best
        chosen = np.array(best.chosen, dtype=np.int64)
        reached = columns.cover[chosen].getnnz(axis=0) > 0
        rows.append(
            {
                "step": point.steps,
                "budget": round(point.budget),
                "best_set_options": int((chosen < options).sum()),
                "best_set_people": _whole(columns.people[reached & ~columns.white_zone]),
                "best_set_people_white_zone": _whole(columns.people[reached & columns.white_zone]),
                "best_set_worth_people": best.objective,
                "bound_worth_people": best.bound,
                "gap_percent": 100.0 * best.gap,
                "status": best.status,
                "greedy_worth_people": point.greedy_worth,
                "greedy_loss_percent": _less(point.greedy_worth, point.best_worth),
                "build_order_worth_people": point.order_worth,
                "build_order_loss_percent": point.loss_percent,
                "currency": currency,
            }
        )
    return pd.DataFrame(rows, columns=list(FRONTIER_COLUMNS))


def best_set_table(
    sets: Sequence[ChosenSet], places: Places, grid: Grid, operators: Mapping[str, str]
) -> pd.DataFrame:
    """Options of every set.

    Parameters
    ----------
    sets
        The sets.
    places
        Communes that spots stand in.
    grid
        Frame of the options.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        One row per set and option, the options of most worth for the money first; people are
        those whom it covers and those before it do not.
    """
    rows = [
        {
            **where_it_stands(one.option, places, grid, operators),
            "choice": found.key,
            "kind": one.option.layout.kind if one.option.layout else "new-mast",
            "people_newly_covered": one.people,
            "people_white_zone": one.white_zone,
            "capex": one.option.cost.capex,
            "opex_per_year": one.option.cost.opex_per_year,
            "repurchases": one.option.cost.wear.repurchases,
            "salvage": one.option.cost.wear.salvage,
            "present_value": one.option.cost.present_value,
            "currency": one.option.cost.currency,
        }
        for found in sets
        for one in found.built
    ]
    return pd.DataFrame(rows, columns=list(SET_COLUMNS))


def choices_table(
    sets: Sequence[ChosenSet],
    communes: Sequence[str],
    *,
    currency: str,
    operators: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """What every set reaches and costs, beside the plain one for the budget.

    Parameters
    ----------
    sets
        The sets.
    communes
        Names of the communes.
    currency
        Of the money.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        One row per set; ``operator`` is empty where it is of the options of all.
        ``people_less_percent`` is the price of a term: by how much fewer people (white zone on
        top) it covers than the plain set for the same budget.
    """
    plain = next((found for found in sets if found.key == BUDGET), None)
    rows = []
    for found in sets:
        answered = found.status != "infeasible"
        shares = found.commune_shares
        lowest = int(np.nanargmin(shares)) if np.isfinite(shares).any() else -1
        compared = plain if answered and found.is_for_the_budget else None
        own, other = _names(found), set() if compared is None else _names(compared)
        rows.append(
            {
                "choice": found.key,
                "operator": (operators or {}).get(found.operator, found.operator),
                "question_vi": question(found.key, "vi"),
                "question_en": question(found.key, "en"),
                "status": found.status,
                "options": len(found.built) if answered else np.nan,
                "capex": found.capex if answered else np.nan,
                "present_value": found.cost if answered else np.nan,
                "people_newly_covered": found.people if answered else np.nan,
                "people_white_zone": found.white_zone if answered else np.nan,
                "poor_people_white_zone": found.poor if answered else np.nan,
                "objective": round(found.objective, 1),
                "bound": round(found.bound, 1),
                "objective_unit": currency if found.is_for_money else "person",
                "gap_percent": 100.0 * found.gap,
                "lowest_commune": communes[lowest] if answered and lowest >= 0 else "",
                "lowest_commune_share_percent": (
                    100.0 * shares[lowest] if answered and lowest >= 0 else np.nan
                ),
                "villages_with_signal": found.villages if answered else np.nan,
                "facilities_with_second_server": found.facilities if answered else np.nan,
                "people_less_percent": (
                    np.nan
                    if compared is None
                    else _less(
                        found.people + found.white_zone, compared.people + compared.white_zone
                    )
                ),
                "options_added": "; ".join(sorted(own - other)) if compared else "",
                "options_dropped": "; ".join(sorted(other - own)) if compared else "",
                "answer_vi": answer(found, plain, currency, "vi"),
                "answer_en": answer(found, plain, currency, "en"),
                "currency": currency,
            }
        )
    return pd.DataFrame(rows, columns=list(CHOICE_COLUMNS))


def _whole(people: FloatArray) -> float:
    return round(float(people.sum()), 1)


def _less(amount: float, best: float) -> float:
    """By how much less than the best [%]."""
    return 100.0 * (1.0 - amount / best) if best > 0 else 0.0


def _names(found: ChosenSet) -> set[str]:
    return {one.option.option_id for one in found.built}
