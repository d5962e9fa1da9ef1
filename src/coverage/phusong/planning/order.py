"""In which order to build: one nested order, and what it loses against the best sets.

Best sets of rising budgets are not nested: the best single site may be missing from the best pair.
A build order is nested by nature, so it is chosen to lose least along the way and says how much.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DataError, DomainError
from phusong.planning.choose import BestSet, best_set
from phusong.planning.choose_greedy import Progress
from phusong.planning.choose_inputs import Question, cover_matrix, not_above, read_question
from phusong.units import FloatArray

BUDGETS = 8
LONGEST_IMPROVED = 60
"""Orders of up to this many steps are improved by moving single steps."""
MOST_PASSES = 20


@dataclass(frozen=True)
class BuildOrder:
    """Options one after the other, beside the best sets.

    Parameters
    ----------
    order
        Rows of the cover matrix in the order in which they are built.
    cumulative_cost
        Price of the steps so far, after each.
    cumulative_weight
        Weight covered after each step, by the fixed rows too.
    budgets
        Budgets at which the order is compared, ascending.
    best
        Best set of each budget.
    reached
        Weight covered by the steps that each budget pays for, by the fixed rows too.
    loss
        Share of the newly covered weight of the best set that the order misses at each budget.
    """

    order: tuple[int, ...]
    cumulative_cost: tuple[float, ...]
    cumulative_weight: tuple[float, ...]
    budgets: tuple[float, ...]
    best: tuple[BestSet, ...] = field(repr=False)
    reached: tuple[float, ...]
    loss: tuple[float, ...]

    @property
    def worst_loss(self) -> float:
        """Largest loss over the budgets."""
        return max(self.loss, default=0.0)

    @property
    def mean_loss(self) -> float:
        """Mean loss over the budgets."""
        return sum(self.loss) / len(self.loss) if self.loss else 0.0


def build_order(  # noqa: PLR0913 — as best_set
    cover: object,
    *,
    weight: ArrayLike,
    cost: ArrayLike | None = None,
    budgets: Sequence[float] | None = None,
    fixed: Iterable[int] = (),
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None = None,
    requires: Mapping[int, Iterable[int]] | None = None,
    time_limit_s: float | None = None,
    most_nodes: int | None = None,
    settle_ties: bool = True,
    best: Sequence[BestSet] | None = None,
) -> BuildOrder:
    r"""Nested order that loses least against the best set of each budget.

    Parameters
    ----------
    cover, weight, cost
        As for :func:`phusong.planning.choose.best_set`.
    budgets
        Where the order is compared with the best set, each >= 0; eight budgets up to the price
        of the cheapest set that covers all when left out.
    fixed, groups, requires, time_limit_s, most_nodes, settle_ties
        As there; the limits are for each best set, the time in seconds.
    best
        Best set of each of ``budgets``, ascending, where they are known: they are not looked for
        again.

    Returns
    -------
    BuildOrder
        Several orders are made (by weight for the money; the best set of the smallest budget
        extended budget by budget; that of the largest thinned out budget by budget), the one of
        the smallest mean loss is kept, and single steps are moved as long as that helps.

    Raises
    ------
    DataError, DomainError
        As for :func:`phusong.planning.choose.best_set`.

    Notes
    -----
    .. math:: loss(B) = 1 - V(prefix\ within\ B) / V^*(B)

    with :math:`V` the newly covered weight. The order is good, not proven to be the best of all
    orders; each best set is proven as its ``gap`` says. A step that a budget cannot pay ends
    what is built with it: later, cheaper steps are not brought forward.

    Examples
    --------
    >>> cover = [[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]]
    >>> found = build_order(cover, weight=[4, 5, 5, 4], budgets=[1, 2])
    >>> found.order, [round(loss, 3) for loss in found.loss]
    ((1, 2), [0.1, 0.0])
    """
    matrix = cover_matrix(cover)
    prices = np.ones(matrix.shape[0]) if cost is None else np.asarray(cost, dtype=np.float64)
    standing = tuple(fixed)

    def best_at(budget: float | None, there: Iterable[int] = ()) -> BestSet:
        return best_set(
            matrix, weight=weight, cost=prices, budget=budget, fixed=[*standing, *there],
            groups=groups, requires=requires, time_limit_s=time_limit_s, most_nodes=most_nodes,
            settle_ties=settle_ties,
        )  # fmt: skip

    question = read_question(
        matrix, weight=weight, cost=prices, budget=None, count=None, fixed=standing,
        groups=groups, requires=requires, target=None,
    )  # fmt: skip
    levels = _levels(budgets, prices, best_at)
    if best is not None and len(best) != len(levels):
        raise DataError(
            f"best has {len(best)} sets, but there are {len(levels)} budgets; give one for each"
        )
    path = _Path(question, levels, best or [best_at(budget) for budget in levels])
    candidates = [path.by_steps(), path.extended(best_at), path.thinned()]
    return path.result(path.improved(min(candidates, key=path.badness)))


def _levels(
    budgets: Sequence[float] | None, prices: FloatArray, best_at: Callable[[None], BestSet]
) -> list[float]:
    if budgets is not None:
        levels = sorted(float(budget) for budget in budgets)
        if not all(level >= 0 for level in levels):
            raise DomainError(f"budgets={levels}: at least 0 is allowed for each; check the input")
        return levels
    everything = best_at(None)
    if (prices == 1.0).all():
        number = len(everything.chosen)
        return sorted({float(round(b)) for b in np.linspace(1, max(1, number), BUDGETS)})
    return [everything.cost * k / BUDGETS for k in range(1, BUDGETS + 1)]


class _Path:
    """Orders over the open options of a question, and how good they are."""

    def __init__(
        self, question: Question, levels: Sequence[float], best: Sequence[BestSet]
    ) -> None:
        self.question = question
        self.levels = levels
        self.best = best
        self.place = {int(row): place for place, row in enumerate(question.free)}
        self.wanted = [found.objective - question.rows.base for found in best]
        self.union = sorted({row for found in best for row in found.chosen})
        by_option, feeds = question.rows.by_option, question.links.feeds.tocsc()
        self.reach = np.split(by_option.indices, by_option.indptr[1:-1])
        self.parents = np.split(feeds.indices, feeds.indptr[1:-1])

    def by_steps(self) -> list[int]:
        """All that any best set holds, by weight for the money."""
        return self._arranged([self.union])

    def extended(self, best_at: Callable[[float, Iterable[int]], BestSet]) -> list[int]:
        """The best set of the smallest budget, extended to each next one."""
        parts: list[list[int]] = []
        there: list[int] = []
        spent = 0.0
        for number, level in enumerate(self.levels):
            first = number == 0
            found = self.best[0] if first else best_at(max(0.0, level - spent), there)
            parts.append(list(found.chosen))
            there += found.chosen
            spent += found.cost
        return self._arranged(parts)

    def thinned(self) -> list[int]:
        """The best set of the largest budget, thinned out to each smaller one."""
        kept = list(self.best[-1].chosen) if self.best else []
        parts: list[list[int]] = []
        for level in reversed(self.levels):
            smaller = self._best_within(kept, level)
            parts.append([row for row in kept if row not in set(smaller)])
            kept = smaller
        return self._arranged([kept, *parts[::-1]])

    def _best_within(self, rows: Sequence[int], budget: float) -> list[int]:
        """Best set of a budget out of some connected rows."""
        places = np.array([self.place[row] for row in rows], dtype=np.int64)
        question = self.question
        feeds = question.links.feeds[places][:, places].tocoo()
        needs = {
            new: feeds.row[feeds.col == new].tolist()
            for new in np.flatnonzero(~question.links.root[places]).tolist()
        }
        found = best_set(
            question.rows.by_option[places], weight=question.rows.weight,
            cost=question.cost[places], budget=budget, requires=needs,
        )  # fmt: skip
        return [rows[new] for new in found.chosen]

    def _arranged(self, parts: Sequence[Sequence[int]]) -> list[int]:
        """Rows part after part, inside each by weight for the money; useless ones left out."""
        progress = Progress(self.question)
        order: list[int] = []
        allowed = np.zeros(len(progress.chosen), dtype=np.bool_)
        for part in parts:
            allowed[[self.place[row] for row in part]] = True
            progress.closed = ~allowed
            order += progress.run(per_cost=True).tolist()
        return order

    def badness(self, order: list[int]) -> tuple[float, float, float, list[int]]:
        """Mean loss, worst loss, weight missed and the order itself, to be made small."""
        return self._badness(order, *self._along(order))

    def _badness(
        self, order: list[int], prices: list[float], weights: list[float]
    ) -> tuple[float, float, float, list[int]]:
        loss = self._loss(self._reached(prices, weights))
        return (round(sum(loss), 12), round(max(loss, default=0.0), 12), -sum(weights), order)

    def improved(self, order: list[int]) -> list[int]:
        """The order with single steps moved as long as that lowers the loss."""
        best, score = order, self.badness(order)
        if len(order) > LONGEST_IMPROVED:
            return order
        for _ in range(MOST_PASSES):
            found, lowest = best, score
            for moved, prices, weights in self._moves(best):
                badness = self._badness(moved, prices, weights)
                if badness < lowest and self._is_connected(moved):
                    found, lowest = moved, badness
            if lowest == score:
                break
            best, score = found, lowest
        return best

    def _moves(self, order: list[int]) -> Iterator[tuple[list[int], list[float], list[float]]]:
        """Every order with one step moved, with price and weight after each of its steps.

        Before the first step that differs and from the last one on they are those of the order
        itself, so only what lies between is counted again.
        """
        left = [self.question.rows.weight]
        for option in order:
            left.append(left[-1].copy())
            left[-1][self.reach[option]] = 0.0
        prices, weights = self._along(order)
        for old in range(len(order)):
            rest = order[:old] + order[old + 1 :]
            for new in range(len(order)):
                if new == old:
                    continue
                moved = [*rest[:new], order[old], *rest[new:]]
                first, last = min(old, new), max(old, new)
                middle = self._from(
                    moved[first:last], left[first].copy(),
                    spent=prices[first - 1] if first else 0.0,
                    covered=weights[first - 1] if first else 0.0,
                )  # fmt: skip
                yield (
                    moved,
                    prices[:first] + middle[0] + prices[last:],
                    weights[:first] + middle[1] + weights[last:],
                )

    def _is_connected(self, order: list[int]) -> bool:
        links = self.question.links
        if not links.any:
            return True
        there = np.zeros(len(links.root), dtype=np.bool_)
        for option in order:
            if not links.root[option] and not there[self.parents[option]].any():
                return False
            there[option] = True
        return True

    def _along(self, order: list[int]) -> tuple[list[float], list[float]]:
        """Price and newly covered weight after each step."""
        return self._from(order, self.question.rows.weight.copy(), spent=0.0, covered=0.0)

    def _from(
        self, order: list[int], left: FloatArray, *, spent: float, covered: float
    ) -> tuple[list[float], list[float]]:
        """The same, from where some weight is left and something is spent and covered already."""
        prices, weights = [], []
        for option in order:
            reached = self.reach[option]
            covered += float(left[reached].sum())
            left[reached] = 0.0
            spent += float(self.question.cost[option])
            prices.append(spent)
            weights.append(covered)
        return prices, weights

    def _reached(self, prices: list[float], weights: list[float]) -> list[float]:
        within = [sum(not_above(price, level) for price in prices) for level in self.levels]
        return [weights[steps - 1] if steps else 0.0 for steps in within]

    def _loss(self, reached: list[float]) -> list[float]:
        pairs = zip(reached, self.wanted, strict=True)
        return [1.0 - weight / best if best > 0 else 0.0 for weight, best in pairs]

    def result(self, order: list[int]) -> BuildOrder:
        """The order as it is handed over."""
        prices, weights = self._along(order)
        reached, base = self._reached(prices, weights), self.question.rows.base
        return BuildOrder(
            order=tuple(self.question.free[np.array(order, dtype=np.int64)].tolist()),
            cumulative_cost=tuple(prices),
            cumulative_weight=tuple(base + weight for weight in weights),
            budgets=tuple(self.levels),
            best=tuple(self.best),
            reached=tuple(base + weight for weight in reached),
            loss=tuple(self._loss(reached)),
        )
