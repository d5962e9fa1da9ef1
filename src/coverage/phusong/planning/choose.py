"""The best set of options: most people within a budget, or least cost for a target, with proof."""

import math
import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DomainError
from phusong.planning.choose_answer import (
    BestSet,
    answer,
    covered,
    nothing_for,
    reaches,
    simple_answer,
    unreached,
)
from phusong.planning.choose_floors import Floor
from phusong.planning.choose_goal import Goal
from phusong.planning.choose_greedy import greedy_choice, without_useless
from phusong.planning.choose_inputs import SAME, Question, read_question
from phusong.planning.choose_limits import Limit
from phusong.planning.choose_master import Master
from phusong.planning.choose_relax import relax
from phusong.planning.choose_ties import settled
from phusong.units import BoolArray

__all__ = ["BestSet", "best_set", "greedy_set"]


def best_set(  # noqa: PLR0913 — the limits are independent, most calls give two
    cover: object,
    *,
    weight: ArrayLike,
    cost: ArrayLike | None = None,
    budget: float | None = None,
    count: int | None = None,
    fixed: Iterable[int] = (),
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None = None,
    requires: Mapping[int, Iterable[int]] | None = None,
    target: float | None = None,
    time_limit_s: float | None = None,
    most_nodes: int | None = None,
    start: Iterable[int] = (),
    settle_ties: bool = True,
    floors: Sequence[Floor] = (),
    twice: ArrayLike | None = None,
    limits: Sequence[Limit] = (),
) -> BestSet:
    r"""Set of options that covers most weight within the limits, or a target for least cost.

    Parameters
    ----------
    cover
        Options × demand points, a SciPy sparse matrix or anything that becomes one; an entry
        other than 0 says that the option covers the point.
    weight
        People (or any worth) of each demand point, >= 0.
    cost
        Price of each option, >= 0, all on one basis such as the present value; 1 for each when
        left out.
    budget
        Most that the chosen options may cost together, >= 0.
    count
        Most options, >= 0; fewer are taken when more would not help.
    fixed
        Rows that stand already: they cost nothing, cover, feed others and count as connected.
    groups
        Label of each row, or labels by row: of the rows with one label at most one may be there,
        so a group with a fixed row is full. None, NaN and negative numbers are no label.
    requires
        Rows of which at least one must be there, by row; rows without an entry are roots. Every
        chosen row has a chain of such rows to a root or a fixed row: two rows that only need
        each other are never chosen.
    target
        Weight to be covered, by the fixed rows too; the answer is then the cheapest set, and of
        equally cheap ones that of most weight.
    time_limit_s
        Wall-clock limit, > 0; the best set found so far comes back with its gap. Results then
        depend on the machine; without it, limits count the nodes of the search and the
        same question has the same answer everywhere [s].
    most_nodes
        Most nodes of the first search, >= 1; by default as many as the size of the question
        allows in some minutes. A search that ends early comes back with its gap.
    start
        Rows of a good set from elsewhere, such as the best one of a smaller budget; the search
        begins with it where it keeps the rules. It changes how long the search takes, and which
        set comes back where ties are not settled or the search ends early.
    settle_ties
        False: any set of most weight (of least cost with a target) will do, without options that
        add nothing. This takes a tenth of the time and is for those who need the weight alone.
    floors
        What must be covered beside that, such as some people of every commune.
    twice
        For each demand point whether it counts only when two of the rows that are there cover
        it, as a second server does; fixed rows count among the two.
    limits
        What the chosen options may not pass beside the budget, such as capex or the budgets of
        single operators.

    Returns
    -------
    BestSet
        Among sets of equal weight the cheapest, among those the one with fewest free options,
        then the one whose sorted rows come first (the last for up to 200 open options).

    Raises
    ------
    DataError
        Lengths or row numbers do not fit ``cover``.
    DomainError
        A weight, price or limit is negative or NaN, or the time limit ended before any set
        that reaches the target was found.

    Notes
    -----
    .. math:: \max \sum_g w_g y_g, \quad y_g \le \sum_{j\,covers\,g} x_j, \quad
              \sum_j c_j x_j \le B, \quad x_j \in \{0, 1\}

    (maximal covering: R. Church, C. ReVelle, *The maximal covering location problem*, Papers of
    the Regional Science Association 32, 1974), solved by HiGHS to a gap of 0, then again for least
    cost at that weight. Amounts are recomputed from the set, never the solver's floats. Weights
    and prices that are whole numbers are exact up to 2^53.

    Examples
    --------
    >>> cover = [[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]]
    >>> best_set(cover, weight=[4, 5, 5, 4], cost=[1, 1, 1], budget=2).chosen
    (1, 2)
    """
    deadline = _deadline(time_limit_s)
    if most_nodes is not None and most_nodes < 1:
        raise DomainError(f"most_nodes={most_nodes} is impossible, at least 1 is allowed")
    question = read_question(
        cover, weight=weight, cost=cost, budget=budget, count=count, fixed=fixed, groups=groups,
        requires=requires, target=target, floors=floors, twice=twice, limits=limits,
    )  # fmt: skip
    simple = simple_answer(question)
    if simple is not None:
        return simple
    starts = [greedy_choice(question, per_cost=per_cost) for per_cost in (True, False)]
    starts += _given(question, start)
    master = Master(question, deadline=deadline, most_nodes=most_nodes)
    if target is None:
        return _most_weight(question, master, starts, settle=settle_ties)
    return _least_cost(question, master, starts, settle=settle_ties)


def greedy_set(  # noqa: PLR0913 — as best_set
    cover: object,
    *,
    weight: ArrayLike,
    cost: ArrayLike | None = None,
    budget: float | None = None,
    count: int | None = None,
    fixed: Iterable[int] = (),
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None = None,
    requires: Mapping[int, Iterable[int]] | None = None,
    target: float | None = None,
    by: Literal["weight_per_cost", "weight"] = "weight_per_cost",
    limits: Sequence[Limit] = (),
) -> BestSet:
    """Set made by taking the best affordable option, then the next, until none adds weight.

    It explains itself and takes no time, and it can be far from the best set: an option of cost 1
    and weight 1.01 wins against one of cost 100 and weight 100, which the budget then cannot hold.

    Parameters
    ----------
    cover, weight, cost, budget, count, fixed, groups, requires, target
        As for :func:`best_set`.
    by
        What is best: ``weight_per_cost`` (new weight for the money) or ``weight``.
    limits
        As there.

    Returns
    -------
    BestSet
        ``feasible``, with the weight of all reachable points (with a target: 0 cost) as the bound;
        ``infeasible`` when the steps end below the target.

    Raises
    ------
    DataError, DomainError
        As for :func:`best_set`.

    Examples
    --------
    >>> greedy_set([[1, 0], [0, 1]], weight=[1.01, 100], cost=[1, 100], budget=100).chosen
    (0,)
    """
    if by not in {"weight_per_cost", "weight"}:
        raise DomainError(f"by={by!r} is unknown; weight_per_cost and weight are allowed")
    question = read_question(
        cover, weight=weight, cost=cost, budget=budget, count=count, fixed=fixed, groups=groups,
        requires=requires, target=target, limits=limits,
    )  # fmt: skip
    simple = simple_answer(question)
    if simple is not None:
        return simple
    choice = greedy_choice(question, per_cost=by == "weight_per_cost")
    everything = question.rows.base + float(question.rows.weight.sum())
    if target is None:
        return answer(question, choice, everything, proven=False)
    if not reaches(question, choice):
        return unreached(question, f"the steps end at {covered(question, choice):g}")
    return answer(question, choice, 0.0, proven=False)


def _given(question: Question, start: Iterable[int]) -> list[BoolArray]:
    """The caller's own start, where it keeps the rules."""
    choice = np.isin(question.free, np.fromiter(start, dtype=np.int64))
    return [choice] if choice.any() and question.allowed(choice) else []


def _deadline(time_limit_s: float | None) -> float | None:
    if time_limit_s is None:
        return None
    if not time_limit_s > 0:
        raise DomainError(
            f"time_limit_s={time_limit_s} is impossible, above 0 s is allowed; leave it out for a "
            "limit that does not depend on the machine"
        )
    return time.monotonic() + time_limit_s


def _most_weight(
    question: Question, master: Master, starts: Sequence[BoolArray], *, settle: bool
) -> BestSet:
    start = max(starts, key=lambda choice: (covered(question, choice), -question.spent(choice)))
    goal = Goal(np.zeros(len(question.free)), 1.0, maximise=True, step=master.weight_step)
    starts = [*starts, relax(master, goal, start)]
    fitting = [choice for choice in starts if question.reaches_floors(choice)]
    first = max(fitting, key=lambda c: (covered(question, c), -question.spent(c)), default=None)
    found = master.best(goal, first)
    if found.chosen is None:
        return _no_floor(question, proven=found.proven)
    bound = question.rows.base + found.bound * master.weight_unit
    chosen = found.chosen
    if not found.proven:
        return answer(question, without_useless(question, chosen), bound, proven=False)
    if not settle:
        return answer(question, without_useless(question, chosen), bound, proven=True)
    least = question.rows.value(chosen.astype(np.float64)) / master.weight_unit
    cheapest = master.best(_cheap(master, least), without_useless(question, chosen))
    if cheapest.chosen is not None:
        chosen = cheapest.chosen
    if cheapest.proven:
        chosen = settled(question, master, chosen, least)
    return answer(question, chosen, bound, proven=True)


def _least_cost(
    question: Question, master: Master, starts: Sequence[BoolArray], *, settle: bool
) -> BestSet:
    least = (question.wanted - question.rows.base) / master.weight_unit
    if master.weight_step:
        least = math.ceil(least * (1.0 - SAME))  # covered weight moves in whole steps
    goal = _cheap(master, least)
    starts = [*starts, relax(master, goal, starts[0])]
    reaching = [
        choice for choice in starts if reaches(question, choice) and question.reaches_floors(choice)
    ]
    start = min(reaching, key=question.spent) if reaching else None
    found = master.best(goal, start)
    if found.chosen is None:
        if found.proven and question.floors:
            return _no_floor(question, proven=True)
        if found.proven:
            return unreached(question, "no set within the limits covers as much")
        raise DomainError(
            f"target={question.wanted:g}: the limit ended before any set that reaches it was "
            "found; allow more time or a lower target"
        )
    bound = found.bound * master.cost_unit
    if not (found.proven and settle):
        kept = without_useless(question, found.chosen)
        return answer(question, kept, bound, proven=found.proven)
    master.limit_spending(question.spent(found.chosen))
    weighty = Goal(
        np.zeros(len(question.free)), 1.0, maximise=True, step=master.weight_step,
        least_weight=least,
    )  # fmt: skip
    most = master.best(weighty, found.chosen)
    chosen = most.chosen if most.chosen is not None else found.chosen
    if most.proven:
        least = question.rows.value(chosen.astype(np.float64)) / master.weight_unit
        chosen = settled(question, master, chosen, least)
    return answer(question, chosen, bound, proven=True)


def _no_floor(question: Question, *, proven: bool) -> BestSet:
    names = ", ".join(f"{floor.name} ({floor.least:g} to be added)" for floor in question.floors)
    if not proven:
        raise DomainError(
            f"floors: the limit ended before any set that reaches them was found: {names}; allow "
            "more time or lower them"
        )
    return nothing_for(question, f"no set within the limits reaches every floor: {names}")


def _cheap(master: Master, least_weight: float) -> Goal:
    return Goal(master.price, 0.0, maximise=False, step=master.cost_step, least_weight=least_weight)
