"""Build order and stability of a study as tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from phusong.geo.grid import Grid
from phusong.geo.places import Places, commune_at
from phusong.planning.build_steps import BuildPlan
from phusong.planning.explain import SECOND_RANK
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import SecondRanking
from phusong.planning.stability import Stability

ORDER_COLUMNS = (
    "step", "option_id", "operator", "latitude", "longitude", "commune_code", "commune", "capex",
    "present_value", "cumulative_present_value", "people_newly_covered", "people_white_zone",
    "cumulative_people", "cumulative_worth_people", "best_set_worth_people", "best_set_proven",
    "loss_percent", "currency",
)  # fmt: skip
STABILITY_COLUMNS = (
    "option_id", "operator", "latitude", "longitude", "commune_code", "commune", "rank",
    "rank_p10", "rank_p90", "place_rank_p10", "place_rank_p90", "probability_in_top_10",
    "probability_in_best_set", "draws", "seed", "budget_present_value", "regret_worth_people",
    "regret_p90_worth_people", "kendall_tau", "in_base_plan", "option_regret_worth_people",
    "measure_rank",
)  # fmt: skip


def build_order_table(
    order: BuildPlan, places: Places, grid: Grid, operators: Mapping[str, str]
) -> pd.DataFrame:
    """Build order as it is handed over.

    Parameters
    ----------
    order
        The steps, and the budgets at which they are compared.
    places
        Communes that spots stand in.
    grid
        Frame of the options.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        One row per step. Worth is people newly covered, and those of the white zone
        ``white_zone_weight`` times on top; ``loss_percent`` compares it with the best set for
        the largest of the compared budgets that pays for the steps so far and not for the next
        one, and is empty where there is none.
    """
    rows = []
    people = 0.0
    for step in order.steps:
        point = order.point_at(step.step)
        proven = "yes" if point and point.best.status == "optimal" else "no"
        cost = step.option.cost
        people += step.people_newly_covered
        rows.append(
            {
                "step": step.step,
                **where_it_stands(step.option, places, grid, operators),
                "capex": cost.capex,
                "present_value": cost.present_value,
                "cumulative_present_value": step.cumulative_present_value,
                "people_newly_covered": step.people_newly_covered,
                "people_white_zone": step.people_white_zone,
                "cumulative_people": people,
                "cumulative_worth_people": step.cumulative_worth,
                "best_set_worth_people": point.best_worth if point else np.nan,
                "best_set_proven": proven if point else "",
                "loss_percent": point.loss_percent if point else np.nan,
                "currency": cost.currency,
            }
        )
    return pd.DataFrame(rows, columns=list(ORDER_COLUMNS))


def stability_table(
    options: Sequence[Option],
    found: Stability | None,
    places: Places,
    grid: Grid,
    operators: Mapping[str, str],
    *,
    seed: int,
    second: SecondRanking | None = None,
    budget: float = 0.0,
) -> pd.DataFrame:
    """How sure the rank of each option is, as it is handed over.

    Parameters
    ----------
    options
        Every option.
    found
        Their ranks in the base case and in the draws; None without an option to rank.
    places
        Communes that spots stand in.
    grid
        Frame of the options.
    operators
        Operator's name by key.
    seed
        Of the draws.
    second
        Ranks by another model; None in a study of one.
    budget
        Money of the best sets, present value.

    Returns
    -------
    pandas.DataFrame
        One row per option, by its rank in the base case. ``place_rank`` is that of its place,
        whoever builds there. Options that add nothing to those
        before them are ranked last. Budget, regret and tau are of the whole ranking and the same
        in each row. ``in_base_plan`` says whether the base case would build it for that budget,
        and ``option_regret_worth_people`` what deciding so misses on average, all else being
        chosen for each draw. ``measure_rank`` is not known yet. With a second model
        ``rank_second_model`` is the last column.
    """
    columns = [*STABILITY_COLUMNS, *((SECOND_RANK,) if second else ())]
    if found is None:
        return pd.DataFrame(columns=columns)
    planned = set(found.plan)
    rows = [
        {
            **where_it_stands(options[row], places, grid, operators),
            "rank": int(found.rank[row]),
            "rank_p10": int(found.rank_p10[row]),
            "rank_p90": int(found.rank_p90[row]),
            "place_rank_p10": int(found.place_rank_p10[row]),
            "place_rank_p90": int(found.place_rank_p90[row]),
            "probability_in_top_10": float(found.probability_in_top[row]),
            "probability_in_best_set": float(found.probability_in_best_set[row]),
            "draws": found.draws,
            "seed": seed,
            "budget_present_value": budget,
            "regret_worth_people": found.regret,
            "regret_p90_worth_people": found.regret_p90,
            "kendall_tau": found.kendall_tau,
            "in_base_plan": "yes" if row in planned else "no",
            "option_regret_worth_people": float(found.option_regret[row]),
            "measure_rank": np.nan,
            **({} if second is None else {SECOND_RANK: int(second.rank[row])}),
        }
        for row in np.argsort(found.rank, kind="stable").tolist()
    ]
    return pd.DataFrame(rows, columns=columns)


def where_it_stands(
    option: Option, places: Places, grid: Grid, operators: Mapping[str, str]
) -> dict[str, str | float]:
    """Columns that say which option it is and where it stands.

    Parameters
    ----------
    option
        The option.
    places
        Communes that spots stand in.
    grid
        Frame of the options.
    operators
        Operator's name by key.

    Returns
    -------
    dict
        By column name.
    """
    spot = option.spot
    longitude, latitude = grid.longitude_latitude(spot.easting, spot.northing)
    code, commune, _ = commune_at(spot.easting, spot.northing, places)
    return {
        "option_id": option.option_id,
        "operator": operators[option.operator],
        "latitude": latitude,
        "longitude": longitude,
        "commune_code": code,
        "commune": commune,
    }
