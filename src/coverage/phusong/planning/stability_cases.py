"""Every draw of a plan's trials under the rules that all of them share."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from phusong.planning.choose import best_set
from phusong.planning.choose_greedy import Progress, greedy_choice
from phusong.planning.choose_inputs import (
    Question,
    cover_matrix,
    not_above,
    read_question,
)
from phusong.planning.option_regret import Draw, exact_regret, greedy_regret
from phusong.planning.scenarios import Scenario
from phusong.units import BoolArray, FloatArray, IntArray

RankBy = Literal["alone", "steps"]
BestBy = Literal["exact", "greedy"]


@dataclass(frozen=True, eq=False)
class BestSets:
    """How often each row is in the best set, regret by draw and by option, and the base plan.

    Parameters
    ----------
    in_set
        Share of the draws whose best set has the row, 0 to 1; NaN without a limit.
    regret
        By draw: weight that its best set covers beyond the base plan, >= 0.
    option_regret
        By row: weight that is missed by deciding about it alone as the base plan does, mean over
        the draws that were looked at; NaN without a limit.
    proven
        Share of the draws whose best set is proven to be one, 0 to 1; NaN without a limit.
    plan
        Rows of the base plan in the order in which they are built.
    """

    in_set: FloatArray
    regret: FloatArray
    option_regret: FloatArray
    proven: float
    plan: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Cases:
    """The rules that every scenario shares.

    Parameters
    ----------
    fixed, groups, requires, budget, count
        Limits and rules as for :func:`phusong.planning.choose.best_set`.
    rank_by, best_by
        As for :func:`phusong.planning.stability.stability`.
    counted
        Rows that have a rank and a regret.
    """

    fixed: tuple[int, ...]
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None
    requires: Mapping[int, Iterable[int]] | None
    budget: float | None
    count: int | None
    rank_by: RankBy
    best_by: BestBy
    counted: BoolArray

    def ranking(self, scenario: Scenario) -> FloatArray:
        """Rank of each row, NaN for those that are not ranked.

        Parameters
        ----------
        scenario
            One draw.

        Returns
        -------
        numpy.ndarray
            Ranks from 1 on; equal ones go to the smaller row.
        """
        question = read_question(
            scenario.cover, weight=scenario.weight, cost=scenario.cost, budget=None, count=None,
            fixed=self.fixed, groups=self.groups if self.rank_by == "steps" else None,
            requires=self.requires if self.rank_by == "steps" else None, target=None,
        )  # fmt: skip
        alone = np.zeros(len(scenario.cost))
        gain = question.rows.by_option @ question.rows.weight
        alone[question.free] = gain / np.maximum(question.cost, 1e-12)
        first: list[int] = []
        if self.rank_by == "steps":
            progress = Progress(question)
            first = question.free[progress.run(per_cost=True)].tolist()
        rows = np.arange(len(alone))
        place = np.full(len(alone), len(alone))
        place[first] = np.arange(len(first))
        order = np.lexsort((rows, -alone, place))
        order = order[self.counted[order]]
        rank = np.full(len(alone), np.nan)
        rank[order] = np.arange(1, len(order) + 1)
        return rank

    def best_sets(
        self, base: Scenario, scenarios: Sequence[Scenario], *, regret_draws: int
    ) -> BestSets:
        """Best sets of the draws beside the base plan.

        Parameters
        ----------
        base
            The base case, whose best set is the plan.
        scenarios
            The draws.
        regret_draws
            How many of them, the first ones, regret by option is looked for in, >= 1.

        Returns
        -------
        BestSets
            Everything NaN, and no plan, where neither a budget nor a count limits a set.
        """
        options, count = len(base.cost), len(scenarios)
        if self.budget is None and self.count is None:
            none = np.full(options, np.nan)
            return BestSets(none, np.full(count, np.nan), none, math.nan, ())
        chosen, _, _, _ = self._best(base)
        plan = self._in_order(base, chosen)
        times, regret, proven = np.zeros(options), np.zeros(count), 0
        by_option = np.zeros(options)
        for number, scenario in enumerate(scenarios):
            draw, status, question = self._draw(scenario, plan)
            times[list(draw.chosen)] += 1.0
            regret[number] = max(0.0, draw.best - draw.value)
            proven += status == "optimal"
            if number < regret_draws:
                by_option += self._by_option(draw, question)
        return BestSets(
            times / count, regret, by_option / regret_draws, proven / count, tuple(plan.tolist())
        )

    def _draw(self, scenario: Scenario, plan: IntArray) -> tuple[Draw, str, Question | None]:
        """Best set of a draw, and what is there of the base plan."""
        built = self._built(scenario, plan)
        chosen, objective, status, question = self._best(scenario)
        value = covered_weight(scenario, built)
        if self.best_by == "greedy" and value > objective:
            chosen, objective = tuple(row for row in built if row not in self.fixed), value
        return Draw(scenario, chosen, tuple(built), objective, value), status, question

    def _by_option(self, draw: Draw, question: Question | None) -> FloatArray:
        if question is not None:
            return greedy_regret(draw, question, self.counted)
        return exact_regret(
            draw, self.counted, budget=self.budget, count=self.count, fixed=self.fixed,
            groups=self.groups, requires=self.requires,
        )  # fmt: skip

    def _best(self, scenario: Scenario) -> tuple[tuple[int, ...], float, str, Question | None]:
        """Best set, its weight and status, and what was asked where it is a greedy one."""
        if self.best_by == "greedy":
            return self._best_of_greedy(scenario)
        found = best_set(
            scenario.cover, weight=scenario.weight, cost=scenario.cost, budget=self.budget,
            count=self.count, fixed=self.fixed, groups=self.groups, requires=self.requires,
        )  # fmt: skip
        return found.chosen, found.objective, found.status, None

    def _best_of_greedy(
        self, scenario: Scenario
    ) -> tuple[tuple[int, ...], float, str, Question | None]:
        """The better of both greedy sets, by weight for the money where they are equal."""
        question = read_question(
            scenario.cover, weight=scenario.weight, cost=scenario.cost, budget=self.budget,
            count=self.count, fixed=self.fixed, groups=self.groups, requires=self.requires,
            target=None,
        )  # fmt: skip
        best: tuple[int, ...] = ()
        most = -math.inf
        for per_cost in (True, False):
            chosen = question.free[greedy_choice(question, per_cost=per_cost)]
            value = covered_weight(scenario, [*self.fixed, *chosen.tolist()])
            if value > most:
                best, most = tuple(chosen.tolist()), value
        return best, most, "feasible", question

    def _in_order(self, base: Scenario, chosen: Sequence[int]) -> IntArray:
        """The base plan in the order of its steps."""
        question = read_question(
            base.cover, weight=base.weight, cost=base.cost, budget=None, count=None,
            fixed=self.fixed, groups=self.groups, requires=self.requires, target=None,
        )  # fmt: skip
        progress = Progress(question)
        progress.closed = ~np.isin(question.free, chosen)
        return np.asarray(question.free[progress.run(per_cost=True)])

    def _built(self, scenario: Scenario, plan: IntArray) -> list[int]:
        """What of the base plan is there at a draw's prices, when its money has ended."""
        spent, built = 0.0, list(self.fixed)
        for row in plan.tolist():
            spent += float(scenario.cost[row])
            if self.budget is not None and not not_above(spent, self.budget):
                break
            built.append(row)
        return built


def covered_weight(scenario: Scenario, built: Sequence[int]) -> float:
    """Weight that some rows cover.

    Parameters
    ----------
    scenario
        Cover and weight.
    built
        The rows.

    Returns
    -------
    float
        Each demand point counts once.
    """
    reached = cover_matrix(scenario.cover).tocsr()[list(built)].getnnz(axis=0) > 0
    return float(np.asarray(scenario.weight)[reached].sum())
