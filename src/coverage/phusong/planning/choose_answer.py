"""Answers of the exact choice: what a set is worth, how far it may be from the best, why none."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from phusong.planning.choose_floors import RowFloor
from phusong.planning.choose_inputs import SAME, Question, not_above
from phusong.units import BoolArray

MOST_NAMED = 5


@dataclass(frozen=True)
class BestSet:
    """What to build.

    Parameters
    ----------
    chosen
        Chosen rows of the cover matrix, ascending, from 0; ``fixed`` ones are left out.
    objective
        Weight that the chosen and the fixed rows cover together.
    cost
        Price of the chosen rows.
    bound
        Proven: no allowed set covers more weight. With a target: no set that reaches it costs
        less. NaN when the question has no answer.
    gap
        How far the answer may be from the best one, as a share of the bound (of the cost when
        there is a target); 0 when it is the best. NaN when the question has no answer.
    status
        ``optimal`` (nothing better exists), ``feasible`` (allowed, not proven to be the best) or
        ``infeasible`` (the target cannot be reached).
    reason
        Why nothing is chosen, or why the target cannot be reached; empty otherwise.
    """

    chosen: tuple[int, ...]
    objective: float
    cost: float
    bound: float
    gap: float
    status: Literal["optimal", "feasible", "infeasible"]
    reason: str = ""


def covered(question: Question, choice: BoolArray) -> float:
    """Weight that a choice covers, with what stands already.

    Parameters
    ----------
    question
        What is asked.
    choice
        Whether each open option is chosen.

    Returns
    -------
    float
        Weight.
    """
    return question.rows.base + question.rows.value(choice.astype(np.float64))


def reaches(question: Question, choice: BoolArray) -> bool:
    """Whether a choice covers as much as is wanted.

    Parameters
    ----------
    question
        What is asked.
    choice
        Whether each open option is chosen.

    Returns
    -------
    bool
        Never without a target.
    """
    return not_above(question.wanted, covered(question, choice))


def simple_answer(question: Question) -> BestSet | None:
    """Answer to what needs no search, with its reason.

    Parameters
    ----------
    question
        What is asked.

    Returns
    -------
    BestSet or None
        None where a search is needed.
    """
    rows, target = question.rows, question.target
    nothing = np.zeros(len(question.free), dtype=np.bool_)
    for floor in question.floors:
        if not floor.is_reached(floor.total):
            return nothing_for(question, f"{floor.name}: all options together {_short(floor)}")
    if not question.reaches_floors(nothing):
        return None
    if target is not None:
        nothing_is_free = len(rows.weight) == 0 or bool((question.cost > 0).all())
        if reaches(question, nothing) and nothing_is_free:
            return answer(question, nothing, 0.0, proven=True, reason=_why_nothing(question))
        if not not_above(target, rows.base + float(rows.weight.sum())):
            return unreached(question, f"all options together cover {_everything(question):g}")
    elif len(rows.weight) == 0:
        return answer(question, nothing, rows.base, proven=True, reason=_why_nothing(question))
    return None


def _short(floor: RowFloor) -> str:
    return f"add {floor.total:g} of the {floor.least:g} that are missing"


def _everything(question: Question) -> float:
    return question.rows.base + float(question.rows.weight.sum())


def _why_nothing(question: Question) -> str:
    if not question.weight.sum() > 0:
        return "no demand point has any weight"
    if question.target is not None:
        return "what stands already reaches the target"
    if question.rows.base >= float(question.weight.sum()) * (1.0 - SAME):
        return "everything is covered already"
    if len(question.free) == 0:
        return "there is no option to choose from"
    return "no option covers a point that is not covered already"


def unreached(question: Question, why: str) -> BestSet:
    """Answer where a target cannot be reached.

    Parameters
    ----------
    question
        What is asked.
    why
        How far the options come.

    Returns
    -------
    BestSet
        With the demand that no option reaches in its reason.
    """
    missing = question.unreachable
    named = ", ".join(
        f"{point} (weight {question.weight[point]:g})" for point in missing[:MOST_NAMED].tolist()
    )
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    out_of_reach = f"; no option reaches demand point {named}{more}" if len(missing) else ""
    return nothing_for(
        question, f"target={question.wanted:g} cannot be reached: {why}{out_of_reach}"
    )


def nothing_for(question: Question, reason: str) -> BestSet:
    """Answer to what has none.

    Parameters
    ----------
    question
        What is asked.
    reason
        Why.

    Returns
    -------
    BestSet
        Infeasible.
    """
    return BestSet(
        chosen=(), objective=question.rows.base, cost=0.0, bound=math.nan, gap=math.nan,
        status="infeasible", reason=reason,
    )  # fmt: skip


def answer(
    question: Question, choice: BoolArray, bound: float, *, proven: bool, reason: str = ""
) -> BestSet:
    """Result with every amount computed again from the set.

    Parameters
    ----------
    question
        What is asked.
    choice
        Whether each open option is chosen.
    bound
        Proven bound, of weight or with a target of money.
    proven
        Whether the choice is the best.
    reason
        Why nothing is chosen.

    Returns
    -------
    BestSet
        The whole answer.
    """
    objective, cost = covered(question, choice), question.spent(choice)
    best = objective if question.target is None else cost
    gap = 0.0
    if proven:
        bound = best
    elif question.target is None:
        bound = math.floor(bound + 1e-3) if question.whole_weight else bound
        bound = max(bound, objective)
        gap = (bound - objective) / bound if bound > 0 else 0.0
    else:
        bound = math.ceil(bound - 1e-3) if question.whole_cost else bound
        bound = min(max(bound, 0.0), cost)
        gap = (cost - bound) / cost if cost > 0 else 0.0
    proven = proven or gap <= SAME
    if not choice.any() and not reason and question.target is None:
        reason = "no allowed option covers a point that is not covered already"
    return BestSet(
        chosen=tuple(question.free[choice].tolist()),
        objective=objective,
        cost=cost,
        bound=bound,
        gap=0.0 if proven else gap,
        status="optimal" if proven else "feasible",
        reason=reason,
    )
