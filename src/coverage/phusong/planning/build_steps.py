"""A study's build order: one step after the other, beside the best set for the same money."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
BUDGETS = 8
"""Budgets that the order is made for and compared at."""


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
    """

    step: int
    option: Option = field(repr=False)
    cumulative_present_value: float
    people_newly_covered: float
    people_white_zone: float
    cumulative_worth: float


@dataclass(frozen=True, eq=False)
class BudgetPoint:
    """What a budget buys at best, in greedy steps, and in the build order.

    Parameters
    ----------
    budget
        Present value.
    steps
        How many steps of the order it pays for.
    best
        Best set, rows of all candidates.
    greedy_worth
        Worth of the set that greedy steps make.
    order_worth
        Worth of those steps of the order.
    """

    budget: float
    steps: int
    best: BestSet = field(repr=False)
    greedy_worth: float
    order_worth: float

    @property
    def best_worth(self) -> float:
        """Worth of the best set, or of the order where a search ended before it was found."""
        return max(self.best.objective, self.order_worth)

    @property
    def loss_percent(self) -> float:
        """What the order misses of the best set [%]."""
        return 100.0 * (1.0 - self.order_worth / self.best_worth) if self.best_worth else 0.0


@dataclass(frozen=True, eq=False)
class BuildPlan:
    """One order in which to build, and what it loses at some budgets.

    Parameters
    ----------
    steps
        One after the other.
    points
        By rising budget.
    """

    steps: tuple[BuildStep, ...] = ()
    points: tuple[BudgetPoint, ...] = ()

    def point_at(self, step: int) -> BudgetPoint | None:
        """The budget that pays for the steps up to one and not for the next.

        Parameters
        ----------
        step
            From 1.

        Returns
        -------
        BudgetPoint or None
            The largest of them; None where the order is not compared.
        """
        return next((point for point in self.points[::-1] if point.steps == step), None)


def build_steps(
    candidates: Candidates,
    demand: Demand,
    *,
    ranked: Sequence[Option],
    rows: IntArray | None = None,
) -> BuildPlan:
    """Order in which to build, for the money that the ranking takes.

    Parameters
    ----------
    candidates
        Options with their prices.
    demand
        Whom to reach.
    ranked
        Options of the ranking; the present value of its first ones are the budgets, that of all
        of them the largest one.
    rows
        Rows that may be built, such as those of one operator, ascending; all when left out.

    Returns
    -------
    BuildPlan
        Nested steps that lose least against the best sets of rising budgets. People of a column
        are whole people and prices have three digits in the choice. Each best set is looked for
        once, among all rows that may be built, and so is the greedy one; the order looks at no
        more spots than those of best sets and ranking, and up to 25 at least.
    """
    if not ranked:
        return BuildPlan()
    columns = candidates.columns(demand)
    allowed = np.arange(len(candidates.price)) if rows is None else rows
    everything = exact_choice(candidates, columns, allowed)
    spent = np.cumsum([option.cost.present_value for option in ranked])
    last = np.linspace(1, len(ranked), min(BUDGETS, len(ranked))).astype(int) - 1
    budgets = [float(money) for money in spent[np.unique(last)]]
    units = [everything.in_unit(money) for money in budgets]
    best, quick = _rising(everything, units)
    chosen = [allowed[np.array(found.chosen, dtype=np.int64)] for found in best]
    looked_at = _looked_at(candidates, columns, ranked, chosen, allowed)
    order = looked_at[_order(exact_choice(candidates, columns, looked_at), units, [
        replace(found, chosen=tuple(np.searchsorted(looked_at, own).tolist()))
        for found, own in zip(best, chosen, strict=True)
    ])]  # fmt: skip
    steps, prices = [], []
    money, there = 0.0, np.empty(0, dtype=np.int64)
    for number, one in enumerate(built_in_order(candidates, columns, order.tolist()), 1):
        money += one.option.cost.present_value
        there = np.append(there, np.searchsorted(allowed, one.rows)).astype(np.int64)
        prices.append(float(everything.price[there].sum()))
        steps.append(
            BuildStep(number, one.option, money, one.people, one.white_zone,
                      everything.worth(there))
        )  # fmt: skip
    points = []
    for budget, unit, found, own, greedy in zip(budgets, units, best, chosen, quick, strict=True):
        within = sum(not_above(price, unit) for price in prices)
        worth = steps[within - 1].cumulative_worth if within else 0.0
        whole = replace(found, chosen=tuple(own.tolist()))
        points.append(BudgetPoint(budget, within, whole, greedy, worth))
    return BuildPlan(tuple(steps), tuple(points))


def _rising(choice: ExactChoice, budgets: Sequence[float]) -> tuple[list[BestSet], list[float]]:
    """Best set of each budget, each search begun with the last one, and worth of greedy steps."""
    best: list[BestSet] = []
    quick: list[float] = []
    for budget in budgets:
        greedy = choice.greedy(budget=budget)
        starts = [greedy.chosen, *(found.chosen for found in best[-1:])]
        best.append(choice.best(budget=budget, starts=starts))
        quick.append(greedy.objective)
    return best, quick


def _order(choice: ExactChoice, budgets: Sequence[float], best: Sequence[BestSet]) -> IntArray:
    """Rows in the order in which they are built, within the largest budget."""
    found = build_order(
        choice.cover, weight=choice.weight, cost=choice.price, groups=choice.groups,
        requires=choice.requires or None, budgets=budgets, best=best, most_nodes=MOST_NODES,
        settle_ties=False,
    )  # fmt: skip
    within = [not_above(spent, budgets[-1]) for spent in found.cumulative_cost]
    return np.array(found.order, dtype=np.int64)[np.array(within, dtype=np.bool_)]


def _looked_at(
    candidates: Candidates,
    columns: Columns,
    ranked: Sequence[Option],
    chosen: Sequence[IntArray],
    allowed: IntArray,
) -> IntArray:
    """Options of the spots of ranking and best sets, and the best others, with all links."""
    names = {option.option_id for option in ranked}
    rows = allowed[allowed < len(candidates.options)]
    taken = np.concatenate([*chosen, np.empty(0, dtype=np.int64)])
    first = np.isin(rows, taken) | np.array(
        [candidates.options[row].option_id in names for row in rows], dtype=np.bool_
    )
    price = np.maximum(candidates.price, SMALLEST_PRICE)
    value = ((columns.cover @ columns.weight) / price)[rows]
    order = np.lexsort((rows, -value, ~first))
    spots = list(dict.fromkeys(candidates.site[rows[order]].tolist()))
    most = max(MOST_SPOTS, len(set(candidates.site[rows[first]].tolist())))
    kept = rows[np.isin(candidates.site[rows], spots[:most])]
    return np.concatenate([kept, allowed[allowed >= len(candidates.options)]])
