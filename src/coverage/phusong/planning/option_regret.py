"""What it costs to decide about one option by the base case, when a draw turns out otherwise."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from phusong.planning.choose import best_set
from phusong.planning.choose_greedy import Progress
from phusong.planning.choose_inputs import Question, cover_matrix
from phusong.planning.scenarios import Scenario
from phusong.units import BoolArray, FloatArray, IntArray

Groups = Mapping[int, Hashable] | Sequence[Hashable] | None
Requires = Mapping[int, Iterable[int]] | None


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw with its best set and what is there of the base plan.

    Parameters
    ----------
    scenario
        Cover, weight and cost.
    chosen
        Rows of the best set.
    built
        Rows of the base plan that the draw's money pays for, fixed ones among them.
    best, value
        Weight that each of them covers.
    """

    scenario: Scenario = field(repr=False)
    chosen: tuple[int, ...]
    built: tuple[int, ...]
    best: float
    value: float

    def decided_otherwise(self, counted: BoolArray) -> list[int]:
        """Options about which the best set decides otherwise than the base plan.

        Parameters
        ----------
        counted
            Rows that are options; not links, relays and what stands.

        Returns
        -------
        list of int
            Ascending.
        """
        both = set(self.chosen) ^ set(self.built)
        return sorted(row for row in both if counted[row])


def greedy_regret(draw: Draw, question: Question, counted: BoolArray) -> FloatArray:
    r"""Regret of a draw by option, from greedy sets.

    Parameters
    ----------
    draw
        The draw.
    question
        What is asked in it, with its budget.
    counted
        Rows that are options.

    Returns
    -------
    numpy.ndarray
        Weight, >= 0, of each row; at most the regret of the whole plan.

    Notes
    -----
    .. math:: R_j = V^* - V^*(x_j = x_j^0)

    with the draw's best set :math:`V^*` and the best set that decides about option :math:`j` as
    the base plan :math:`x^0` does, all else being free. It is 0 where both decide alike. Here the
    second one begins with what the first one keeps, goes on in greedy steps, and is never worse
    than the base plan itself, which decides so too.
    """
    regret = np.zeros(len(counted))
    if draw.best <= draw.value:
        return regret
    position = {int(row): number for number, row in enumerate(question.free)}
    kept = np.zeros(len(question.free), dtype=np.bool_)
    kept[[position[row] for row in draw.chosen if row in position]] = True
    for row in draw.decided_otherwise(counted):
        option = position[row]
        found = _without(question, kept, option) if kept[option] else _with(question, kept, option)
        regret[row] = max(0.0, draw.best - max(draw.value, found))
    return regret


def exact_regret(
    draw: Draw, counted: BoolArray, *, budget: float | None, count: int | None,
    fixed: tuple[int, ...], groups: Groups, requires: Requires,
) -> FloatArray:  # fmt: skip
    """Regret of a draw by option, from exact sets.

    Parameters
    ----------
    draw
        The draw.
    counted
        Rows that are options.
    budget, count, fixed, groups, requires
        Limits and rules, as for :func:`phusong.planning.choose.best_set`.

    Returns
    -------
    numpy.ndarray
        As :func:`greedy_regret`.
    """
    regret = np.zeros(len(counted))
    if draw.best <= draw.value:
        return regret
    for row in draw.decided_otherwise(counted):
        scenario, needs, extra = draw.scenario, requires, 0.0
        if row in draw.chosen:  # what only itself could feed never comes to stand
            needs = {**(requires or {}), row: (row,)}
        else:
            extra = 1.0 + float(np.sum(scenario.weight))
            scenario = _wanted(scenario, row, weight=extra)
        found = best_set(
            scenario.cover, weight=scenario.weight, cost=scenario.cost, budget=budget, count=count,
            fixed=fixed, groups=groups, requires=needs,
        )  # fmt: skip
        regret[row] = max(0.0, draw.best - max(draw.value, found.objective - extra))
    return regret


def _wanted(scenario: Scenario, row: int, *, weight: float) -> Scenario:
    """The same with something more that an option alone covers, so that it is chosen."""
    cover = cover_matrix(scenario.cover)
    alone = sparse.csc_matrix(([1.0], ([row], [0])), shape=(cover.shape[0], 1))
    return Scenario(
        sparse.csc_matrix(sparse.hstack([cover, alone])),
        np.append(np.asarray(scenario.weight, dtype=np.float64), weight), scenario.cost,
    )  # fmt: skip


def _without(question: Question, kept: BoolArray, option: int) -> float:
    """Weight of a set without one option, its money spent again."""
    part = kept.copy()
    part[option] = False
    if question.links.any:
        part = question.links.connected(part) & part
    progress = Progress(question)
    if part.any():
        progress.add(np.flatnonzero(part))
    progress.closed[option] = True
    progress.run(per_cost=True)
    return progress.weight


def _with(question: Question, kept: BoolArray, option: int) -> float:
    """Weight of a set with one option more, and as much of the rest as the money then pays."""
    progress = Progress(question)
    progress.add(chain_to(progress, option, progress.outlook()[3]))
    progress.closed = ~kept
    progress.run(per_cost=True)
    progress.closed = np.zeros_like(kept)
    progress.run(per_cost=True)
    return progress.weight


def chain_to(progress: Progress, option: int, before: IntArray) -> IntArray:
    """An option with the cheapest chain of what it still needs.

    Parameters
    ----------
    progress
        What is there already.
    option
        Number of an open option.
    before
        Who stands before each option, of :meth:`~phusong.planning.choose_greedy.Progress.outlook`.

    Returns
    -------
    numpy.ndarray
        Numbers of open options, the one that is wanted last.
    """
    chain, count = [option], len(before)
    while 0 <= (ahead := int(before[chain[-1]])) < count and not progress.chosen[ahead]:
        chain.append(ahead)
    return np.array(chain[::-1])
