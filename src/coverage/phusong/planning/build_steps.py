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
from phusong.planning.ranking import built_in_order
from phusong.units import FloatArray, IntArray

MOST_SPOTS = 25
"""How many spots the exact choice looks at; those of the ranking are among them."""
BUDGETS = 4
"""Budgets that the order is made for."""
COMPARED = 8
"""Steps at which the order is compared with the best set for the same money: every one of up to
so many, else so many from the first to the last one, evenly spread."""
MOST_NODES = 200
"""Nodes of the search behind each best set."""
PRICE_DIGITS = 3
"""Digits of the median price that the exact choice sees."""


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
        are whole people and prices have three digits in the choice. It looks at no more than 25
        spots: those of the ranking, then those of most worth for the money by themselves.
    """
    if not ranked:
        return ()
    columns = candidates.columns(demand)
    looked_at = _looked_at(candidates, columns, ranked)
    choice = _choice(candidates, columns, looked_at)
    spent = sum(option.cost.present_value for option in ranked)
    order = looked_at[choice.order(_in_unit(spent, candidates.price))]
    built = built_in_order(candidates, columns, order.tolist())
    compared = set(np.linspace(1, len(built), min(COMPARED, len(built))).astype(int).tolist())
    steps, spent, there = [], 0.0, np.empty(0, dtype=np.int64)
    for number, one in enumerate(built, 1):
        spent += one.option.cost.present_value
        there = np.append(there, np.searchsorted(looked_at, one.rows))
        worth, best, proven = choice.worth(there), math.nan, None
        if number in compared:
            best, proven = choice.best_worth(there, worth)
        loss = 0.0 if best == 0 else 100.0 * (1.0 - worth / best)
        steps.append(
            BuildStep(
                number, one.option, spent, one.people, one.white_zone, worth, best, loss, proven
            )
        )
    return tuple(steps)


def _unit(price: FloatArray) -> float:
    """Unit in which prices are whole numbers of few digits, which are compared exactly."""
    usual = float(np.median(price[price > 0])) if (price > 0).any() else 0.0
    return 10.0 ** (math.floor(math.log10(usual)) + 1 - PRICE_DIGITS) if usual > 0 else 1.0


def _in_unit(amount: float, price: FloatArray) -> float:
    return float(np.round(amount / _unit(price)))


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


def _choice(candidates: Candidates, columns: Columns, rows: IntArray) -> "_Choice":
    """The question of some rows of the candidates."""
    new = {row: number for number, row in enumerate(rows.tolist())}
    price = candidates.price
    return _Choice(
        columns.cover[rows], np.round(columns.weight), np.round(price / _unit(price))[rows],
        [candidates.groups[row] for row in rows.tolist()],
        {
            new[row]: [new[parent] for parent in parents if parent in new]
            for row, parents in candidates.requires.items()
            if row in new
        },
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Choice:
    """What the exact choice sees: whole worth and whole prices, one option per spot, links."""

    cover: sparse.csr_matrix
    weight: FloatArray
    price: FloatArray
    groups: list[int]
    requires: dict[int, list[int]]

    def order(self, whole: float) -> IntArray:
        """Rows in the order in which they are built, within the largest budget."""
        found = build_order(
            self.cover, weight=self.weight, cost=self.price, groups=self.groups,
            requires=self.requires or None,
            budgets=[whole * k / BUDGETS for k in range(1, BUDGETS + 1)],
            most_nodes=MOST_NODES, settle_ties=False,
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
            self.cover, weight=self.weight, cost=self.price, groups=self.groups,
            requires=self.requires or None,
            budget=float(self.price[built].sum()), start=built.tolist(), settle_ties=False,
            most_nodes=MOST_NODES,
        )  # fmt: skip
        return max(worth, best.objective), best.status == "optimal"
