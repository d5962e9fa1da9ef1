"""A study's build order: one step after the other, beside the best set for the same money."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from phusong.planning.choose import BestSet
from phusong.planning.choose_inputs import not_above
from phusong.planning.demand import Columns, Demand
from phusong.planning.exact_choice import MOST_NODES, ExactChoice, exact_choice
from phusong.planning.order import build_order
from phusong.planning.priorities import SMALLEST_PRICE, Option
from phusong.planning.rank_intervals import Candidates
from phusong.planning.ranking import built_in_order
from phusong.units import IntArray

MOST_SPOTS = 25
"""How many spots the exact choice looks at; those of the ranking are among them."""
BUDGETS = 4
"""Budgets that the order is made for."""
COMPARED = 8
"""Steps at which the order is compared with the best set for the same money: every one of up to
so many, else so many from the first to the last one, evenly spread."""


@dataclass(frozen=True, eq=False)
class BuildStep:
    """One step of the build order.

    Parameters
    ----------
    step
        From 1.
    option
        What to build.
    cumulative_present_value
        Present value of this and all earlier steps.
    people_newly_covered
        People whom the operator covers by this step and did not before; whole people.
    people_white_zone
        Those of them who had no operator at all.
    cumulative_worth
        Worth of all steps so far: people newly covered, and those of the white zone
        ``white_zone_weight`` times on top.
    best_set_worth
        Worth of the best set for the same money; NaN at a step that is not compared.
    loss_percent
        What the order misses of that; NaN at a step that is not compared [%].
    is_proven
        Whether the best set is proven to be the best; None at a step that is not compared.
    best
        That set, rows of all options; None at a step that is not compared.
    greedy_worth
        Worth of the set that greedy steps make for the same money; NaN there.
    """

    step: int
    option: Option = field(repr=False)
    cumulative_present_value: float
    people_newly_covered: float
    people_white_zone: float
    cumulative_worth: float
    best_set_worth: float
    loss_percent: float
    is_proven: bool | None
    best: BestSet | None = field(default=None, repr=False)
    greedy_worth: float = math.nan


def build_steps(
    candidates: Candidates, demand: Demand, *, ranked: Sequence[Option]
) -> tuple[BuildStep, ...]:
    """Order in which to build, for the money that the ranking takes.

    Parameters
    ----------
    candidates
        Options with their prices.
    demand
        Whom to reach.
    ranked
        Options of the ranking; the present value of all of them is the largest budget.

    Returns
    -------
    tuple of BuildStep
        Nested steps that lose least against the best sets of rising budgets. People of a column
        are whole people and prices have three digits in the choice. The order looks at no more
        than 25 spots: those of the ranking, then those of most worth for the money by themselves;
        the best sets and greedy ones are of all options.
    """
    if not ranked:
        return ()
    columns = candidates.columns(demand)
    looked_at = _looked_at(candidates, columns, ranked)
    everything = exact_choice(candidates, columns)
    choice = exact_choice(candidates, columns, looked_at)
    spent = sum(option.cost.present_value for option in ranked)
    order = looked_at[_order(choice, choice.in_unit(spent))]
    built = built_in_order(candidates, columns, order.tolist())
    compared = set(np.linspace(1, len(built), min(COMPARED, len(built))).astype(int).tolist())
    steps, spent, there = [], 0.0, np.empty(0, dtype=np.int64)
    start: tuple[int, ...] = ()
    for number, one in enumerate(built, 1):
        spent += one.option.cost.present_value
        there = np.append(there, one.rows).astype(np.int64)
        worth, best, quick = everything.worth(there), None, math.nan
        if number in compared:
            money = float(everything.price[there].sum())
            best = everything.best(budget=money, starts=(there.tolist(), start))
            quick, start = everything.greedy(budget=money).objective, best.chosen
        most = math.nan if best is None else max(worth, best.objective)
        loss = 0.0 if most == 0 else 100.0 * (1.0 - worth / most)
        proven = None if best is None else best.status == "optimal"
        steps.append(
            BuildStep(
                number, one.option, spent, one.people, one.white_zone, worth, most, loss, proven,
                best, quick,
            )
        )  # fmt: skip
    return tuple(steps)


def _order(choice: ExactChoice, whole: float) -> IntArray:
    """Rows in the order in which they are built, within the largest budget."""
    found = build_order(
        choice.cover, weight=choice.weight, cost=choice.price, groups=choice.groups,
        requires=choice.requires or None,
        budgets=[whole * k / BUDGETS for k in range(1, BUDGETS + 1)],
        most_nodes=MOST_NODES, settle_ties=False,
    )  # fmt: skip
    within = [not_above(spent, whole) for spent in found.cumulative_cost]
    return np.array(found.order, dtype=np.int64)[np.array(within, dtype=np.bool_)]


def _looked_at(candidates: Candidates, columns: Columns, ranked: Sequence[Option]) -> IntArray:
    """Options of the ranking's spots, and of the best others by themselves, with all links."""
    names = {option.option_id for option in ranked}
    first = [option.option_id in names for option in candidates.options]
    rows = np.arange(len(first))
    price = np.maximum(candidates.price, SMALLEST_PRICE)
    value = ((columns.cover @ columns.weight) / price)[rows]
    order = np.lexsort((rows, -value, ~np.array(first)))
    spots = list(dict.fromkeys(candidates.site[order].tolist()))[:MOST_SPOTS]
    extra = np.arange(len(rows), len(price))
    return np.concatenate([np.flatnonzero(np.isin(candidates.site, spots)), extra])
