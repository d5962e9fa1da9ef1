"""How sure a ranking is: ranks, best sets and regret under other coverage, people and prices."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import kendalltau

from phusong.errors import DataError, DomainError
from phusong.planning.choose_inputs import (
    cover_matrix,
    group_labels,
)
from phusong.planning.scenarios import Scenario
from phusong.planning.stability_cases import BestBy, Cases, RankBy
from phusong.units import FloatArray


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
    cases = Cases(standing, groups, requires, budget, count, rank_by, best_by, counted)
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
