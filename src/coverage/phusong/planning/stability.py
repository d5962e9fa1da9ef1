"""How sure a ranking is: ranks, best sets and regret under other coverage, people and prices."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import kendalltau

from phusong.errors import DataError, DomainError
from phusong.planning.choose import best_set
from phusong.planning.choose_greedy import Progress, greedy_choice
from phusong.planning.choose_inputs import (
    Question,
    cover_matrix,
    group_labels,
    not_above,
    read_question,
)
from phusong.planning.option_regret import Draw, exact_regret, greedy_regret
from phusong.planning.scenarios import Scenario
from phusong.units import BoolArray, FloatArray, IntArray

RankBy = Literal["alone", "steps"]
BestBy = Literal["exact", "greedy"]


@dataclass(frozen=True, eq=False)
class Stability:
    """What a ranking is worth when the inputs are a little different.

    Parameters
    ----------
    rank
        Rank of each option in the base case, from 1; NaN for rows without a rank, here and below.
    rank_p10, rank_p90
        Ranks that are not passed in 10 % and in 90 % of the draws.
    place_rank_p10, place_rank_p90
        The same for the best-ranked option of the same group.
    probability_in_top
        Share of the draws in which the option is among the first ``top``.
    probability_in_best_set
        Share of the draws in which it is in the best set; NaN without budget and count.
    regret
        Weight that the base plan misses against the best set of a draw, mean over the draws;
        NaN without budget and count. With greedy sets it is a lower bound.
    regret_p90
        The same, not passed in 90 % of the draws.
    option_regret
        Weight that is missed by deciding about one option as the base plan does (to build it, or
        to leave it out) when all else is chosen for the draw, mean over the first
        ``regret_draws``; NaN without budget and count. It is at most ``regret`` in each draw, and
        0 where the best set decides alike.
    kendall_tau
        Agreement of the ranking of each draw with the base ranking, mean: 1 the same, −1 reversed.
    proven
        Share of the draws whose best set was proven to be the best.
    top
        How many count as first.
    draws
        How many scenarios were looked at.
    ranks
        Rank of each option in each draw, draws × options.
    plan
        Rows of the base plan in the order of its steps; empty without budget and count.
    """

    rank: FloatArray = field(repr=False)
    rank_p10: FloatArray = field(repr=False)
    rank_p90: FloatArray = field(repr=False)
    place_rank_p10: FloatArray = field(repr=False)
    place_rank_p90: FloatArray = field(repr=False)
    probability_in_top: FloatArray = field(repr=False)
    probability_in_best_set: FloatArray = field(repr=False)
    regret: float
    regret_p90: float
    option_regret: FloatArray = field(repr=False)
    kendall_tau: float
    proven: float
    top: int
    draws: int
    ranks: FloatArray = field(repr=False)
    plan: tuple[int, ...] = ()

    def of_first(self, rows: int) -> "Stability":
        """The same for the first rows alone.

        Parameters
        ----------
        rows
            How many; those after them are relays and links.

        Returns
        -------
        Stability
            Arrays cut short.
        """
        return replace(
            self,
            rank=self.rank[:rows],
            rank_p10=self.rank_p10[:rows],
            rank_p90=self.rank_p90[:rows],
            place_rank_p10=self.place_rank_p10[:rows],
            place_rank_p90=self.place_rank_p90[:rows],
            probability_in_top=self.probability_in_top[:rows],
            ranks=self.ranks[:, :rows],
            probability_in_best_set=self.probability_in_best_set[:rows],
            option_regret=self.option_regret[:rows],
        )


def stability(  # noqa: PLR0913 — as best_set
    cover: object,
    *,
    weight: ArrayLike,
    cost: ArrayLike | None = None,
    scenarios: Sequence[Scenario],
    budget: float | None = None,
    count: int | None = None,
    fixed: Iterable[int] = (),
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None = None,
    requires: Mapping[int, Iterable[int]] | None = None,
    ranked: Iterable[int] | None = None,
    top: int = 10,
    rank_by: RankBy = "alone",
    best_by: BestBy = "exact",
    regret_draws: int | None = None,
) -> Stability:
    """Rank intervals, probabilities and regret over scenarios.

    Parameters
    ----------
    cover, weight, cost
        The base case, as for :func:`phusong.planning.choose.best_set`.
    scenarios
        Draws of cover, weight and cost for the base case's options; the demand points may be
        other ones in each draw. Every option and every plan meets the same draws, each of which
        is asked for once, and once more for best sets. :mod:`phusong.planning.scenarios` makes
        them.
    budget, count, fixed, groups, requires
        Limits and rules, as there; the same in every draw.
    ranked
        Rows that have a rank, all but the fixed ones when left out; links and relays have none.
    top
        Probability of being among how many first ones, >= 1.
    rank_by
        ``alone``: new weight for the money of each option by itself; ``steps``: the order of
        greedy steps, in which people reached by earlier options no longer count, and then what
        adds nothing, by itself.
    best_by
        ``exact``: the best set of a draw by :func:`phusong.planning.choose.best_set`; ``greedy``:
        the best of the greedy sets by weight for the money and by weight, and of the base plan.
    regret_draws
        How many of the draws, the first ones, regret by option is looked for in, >= 1; all when
        left out. Each takes a few more sets.

    Returns
    -------
    Stability
        Arrays have one entry per row of ``cover``. Equal ranks go to the smaller row. The regret
        of a draw compares its best set with the base plan, built step by step at the draw's
        prices until its money ends.

    Raises
    ------
    DataError
        A scenario has another number of options than the base case.
    DomainError
        ``top`` or ``regret_draws`` is below 1, there is no scenario, or as for
        :func:`phusong.planning.choose.best_set`.

    Examples
    --------
    >>> import numpy as np
    >>> base = {"weight": np.array([9.0, 5.0]), "cost": np.array([1.0, 1.0])}
    >>> same = [Scenario(np.eye(2), base["weight"], base["cost"])] * 3
    >>> found = stability(np.eye(2), **base, scenarios=same, count=1, top=1)
    >>> found.rank_p10, found.probability_in_best_set, found.regret
    (array([1., 2.]), array([1., 0.]), 0.0)
    """
    matrix = cover_matrix(cover)
    prices = np.ones(matrix.shape[0]) if cost is None else np.asarray(cost, dtype=np.float64)
    standing = tuple(fixed)
    base = Scenario(matrix, np.asarray(weight, dtype=np.float64), prices)
    counted = np.zeros(len(prices), dtype=np.bool_)
    counted[list(range(len(prices)) if ranked is None else ranked)] = True
    counted[list(standing)] = False
    cases = _Cases(standing, groups, requires, budget, count, rank_by, best_by, counted)
    tried = len(scenarios) if regret_draws is None else min(regret_draws, len(scenarios))
    if top < 1 or tried < 1:
        raise DomainError(
            f"top={top}, regret_draws={regret_draws} and {len(scenarios)} scenarios: at least 1 "
            "of each is needed"
        )
    order = cases.ranking(base)
    ranks = np.array(
        [
            cases.ranking(_checked(number, scenario, options=len(prices)))
            for number, scenario in enumerate(scenarios)
        ]
    )
    places = _of_places(ranks, group_labels(groups, len(prices)))
    taus = [_tau(order, rank) for rank in ranks]
    found = cases.best_sets(base, scenarios, regret_draws=tried)
    return Stability(
        rank=order,
        rank_p10=np.percentile(ranks, 10, axis=0, method="inverted_cdf"),
        rank_p90=np.percentile(ranks, 90, axis=0, method="inverted_cdf"),
        place_rank_p10=np.percentile(places, 10, axis=0, method="inverted_cdf"),
        place_rank_p90=np.percentile(places, 90, axis=0, method="inverted_cdf"),
        probability_in_top=np.where(np.isnan(order), np.nan, (ranks <= top).mean(axis=0)),
        probability_in_best_set=np.where(np.isnan(order), np.nan, found.in_set),
        regret=float(found.regret.mean()),
        regret_p90=float(np.percentile(found.regret, 90, method="inverted_cdf")),
        option_regret=np.where(np.isnan(order), np.nan, found.option_regret),
        kendall_tau=float(np.mean(taus)),
        proven=found.proven,
        top=top,
        draws=len(scenarios),
        ranks=ranks,
        plan=found.plan,
    )


def _checked(number: int, scenario: Scenario, *, options: int) -> Scenario:
    shapes = [np.shape(scenario.cover), np.shape(scenario.weight), np.shape(scenario.cost)]
    points = int(np.size(scenario.weight))
    if shapes != [(options, points), (points,), (options,)]:
        raise DataError(
            f"scenarios[{number}] has shapes {shapes} of cover, weight and cost, the base case "
            f"has {options} options; all draws must be of the same options"
        )
    return scenario


def _of_places(ranks: FloatArray, labels: Sequence[Hashable | None]) -> FloatArray:
    """Rank of the best option of each option's group, draw by draw."""
    members: dict[Hashable, list[int]] = {}
    for row, label in enumerate(labels):
        if label is not None:
            members.setdefault(label, []).append(row)
    places = ranks.copy()
    for rows in members.values():
        best = np.where(np.isnan(ranks[:, rows]), np.inf, ranks[:, rows]).min(axis=1)
        places[:, rows] = np.where(np.isnan(ranks[:, rows]), np.nan, best[:, np.newaxis])
    return places


def _tau(base: FloatArray, other: FloatArray) -> float:
    ranked = ~np.isnan(base)
    if int(ranked.sum()) < 2:
        return 1.0
    return float(kendalltau(base[ranked], other[ranked], variant="b").statistic)


@dataclass(frozen=True, eq=False)
class _BestSets:
    """How often each row is in the best set, regret by draw and by option, and the base plan."""

    in_set: FloatArray
    regret: FloatArray
    option_regret: FloatArray
    proven: float
    plan: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Cases:
    """The rules that every scenario shares."""

    fixed: tuple[int, ...]
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None
    requires: Mapping[int, Iterable[int]] | None
    budget: float | None
    count: int | None
    rank_by: RankBy
    best_by: BestBy
    counted: BoolArray

    def ranking(self, scenario: Scenario) -> FloatArray:
        """Rank of each row, NaN for those that are not ranked."""
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
    ) -> _BestSets:
        """Best sets of the draws beside the base plan."""
        options, count = len(base.cost), len(scenarios)
        if self.budget is None and self.count is None:
            none = np.full(options, np.nan)
            return _BestSets(none, np.full(count, np.nan), none, math.nan, ())
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
        return _BestSets(
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
