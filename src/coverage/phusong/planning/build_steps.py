"""A study's build order: one step after the other, beside the best set for the same money."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from phusong.planning.choose import best_set
from phusong.planning.choose_inputs import not_above
from phusong.planning.demand import Columns, Demand
from phusong.planning.order import build_order
from phusong.planning.priorities import SMALLEST_PRICE, Option
from phusong.planning.rank_intervals import Candidates
from phusong.units import FloatArray, IntArray

MOST_SPOTS = 40
"""How many spots the exact choice looks at; those of the ranking are among them."""
BUDGETS = 4
"""Budgets that the order is made for."""
COMPARED = 24
"""Steps at which the order is compared with the best set for the same money: every one of up to
so many, else so many from the first to the last one, evenly spread."""
MOST_NODES = 5_000
"""Nodes of the search behind each comparison."""
PRICE_DIGITS = 3
"""Digits of the dearest price that the exact choice sees."""


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
        are whole people and prices have three digits in the choice. It looks at no more than 40
        spots: those of the ranking, then those of most worth for the money by themselves.
    """
    if not ranked:
        return ()
    columns = candidates.columns(demand)
    looked_at = _looked_at(candidates, columns, ranked)
    choice = _Choice(
        columns.cover[looked_at], np.round(columns.weight),
        _whole_prices(candidates.price)[looked_at], candidates.site[looked_at],
    )  # fmt: skip
    names = {option.option_id for option in ranked}
    taken = [candidates.options[row].option_id in names for row in looked_at]
    order = choice.order(float(choice.price[np.array(taken)].sum()))
    people = _people(columns, looked_at[order])
    compared = set(np.linspace(1, len(order), min(COMPARED, len(order))).astype(int).tolist())
    steps, spent = [], 0.0
    for number, row in enumerate(order.tolist(), 1):
        option = candidates.options[looked_at[row]]
        spent += option.cost.present_value
        worth, best, proven = choice.worth(order[:number]), math.nan, None
        if number in compared:
            best, proven = choice.best_worth(order[:number], worth)
        loss = 0.0 if best == 0 else 100.0 * (1.0 - worth / best)
        steps.append(
            BuildStep(number, option, spent, *people[number - 1], worth, best, loss, proven)
        )
    return tuple(steps)


def _whole_prices(price: FloatArray) -> FloatArray:
    """Prices in whole units of their leading digits: whole numbers are compared exactly."""
    dearest = float(price.max(initial=0.0))
    unit = 10.0 ** (math.floor(math.log10(dearest)) + 1 - PRICE_DIGITS) if dearest > 0 else 1.0
    return np.round(price / unit)


def _looked_at(candidates: Candidates, columns: Columns, ranked: Sequence[Option]) -> IntArray:
    """Options of the ranking's spots, and of the best others by themselves."""
    names = {option.option_id for option in ranked}
    first = [option.option_id in names for option in candidates.options]
    value = (columns.cover @ columns.weight) / np.maximum(candidates.price, SMALLEST_PRICE)
    rows = np.arange(len(value))
    order = np.lexsort((rows, -value, ~np.array(first)))
    spots = list(dict.fromkeys(candidates.site[order].tolist()))[:MOST_SPOTS]
    return np.flatnonzero(np.isin(candidates.site, spots))


def _people(columns: Columns, order: IntArray) -> list[tuple[float, float]]:
    """People newly covered by each step, and those of the white zone."""
    left = columns.people.copy()
    found = []
    for row in order.tolist():
        reached = columns.cover[row].indices
        white = columns.white_zone[reached]
        found.append((float(left[reached][~white].sum()), float(left[reached][white].sum())))
        left[reached] = 0.0
    return found


@dataclass(frozen=True, eq=False)
class _Choice:
    """What the exact choice sees: whole worth and whole prices, one option per spot."""

    cover: sparse.csr_matrix
    weight: FloatArray
    price: FloatArray
    site: IntArray

    def order(self, whole: float) -> IntArray:
        """Rows in the order in which they are built, within the largest budget."""
        found = build_order(
            self.cover, weight=self.weight, cost=self.price, groups=self.site.tolist(),
            budgets=[whole * k / BUDGETS for k in range(1, BUDGETS + 1)],
        )  # fmt: skip
        within = [not_above(spent, whole) for spent in found.cumulative_cost]
        return np.array(found.order, dtype=np.int64)[np.array(within, dtype=np.bool_)]

    def worth(self, built: IntArray) -> float:
        """Worth of a set."""
        reached = self.cover[built].getnnz(axis=0) > 0
        return float(self.weight[reached].sum())

    def best_worth(self, built: IntArray, worth: float) -> tuple[float, bool]:
        """Worth of the best set for the same money, and whether that is proven."""
        best = best_set(
            self.cover, weight=self.weight, cost=self.price, groups=self.site.tolist(),
            budget=float(self.price[built].sum()), start=built.tolist(), settle_ties=False,
            most_nodes=MOST_NODES,
        )  # fmt: skip
        return max(worth, best.objective), best.status == "optimal"
