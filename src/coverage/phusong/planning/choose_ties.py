"""Which of several equally good sets is taken, so that every machine takes the same."""

import numpy as np

from phusong.planning.choose_goal import Goal
from phusong.planning.choose_inputs import Question
from phusong.planning.choose_master import Master
from phusong.units import BoolArray

TIES_UP_TO = 200
"""Open options up to which ties of weight and cost are settled by the smaller row numbers."""
TIE_BLOCK = 16


def settled(
    question: Question, master: Master, chosen: BoolArray, least_weight: float
) -> BoolArray:
    """Of all sets of this weight and cost, fewest free options, then the smallest row numbers.

    Parameters
    ----------
    question
        What is asked.
    master
        Its model, which is not used for anything else afterwards.
    chosen
        A best set.
    least_weight
        Its weight, in the model's unit.

    Returns
    -------
    numpy.ndarray
        The set that ties are settled for, or ``chosen`` when there are too many open options or
        the search ends early.
    """
    options = len(question.free)
    if options > TIES_UP_TO:
        return chosen
    master.limit_spending(question.spent(chosen))
    free = question.cost == 0
    if chosen[free].any():
        fewest = Goal(
            free.astype(np.float64), 0.0, maximise=False, step=1.0, least_weight=least_weight
        )
        found = master.best(fewest, chosen)
        chosen = chosen if found.chosen is None else found.chosen
        if not found.proven:
            return chosen
        master.limit_free_options(int(chosen[free].sum()))
    elif free.any():
        master.limit_free_options(0)
    if _is_alone(master, chosen, least_weight):
        return chosen
    for first in range(0, int(np.flatnonzero(chosen).max(initial=-1)) + 1, TIE_BLOCK):
        block = np.arange(first, min(first + TIE_BLOCK, options))
        worth = np.zeros(options)
        worth[block] = 2.0 ** np.arange(len(block) - 1, -1, -1)
        early = Goal(worth, 0.0, maximise=True, step=1.0, least_weight=least_weight)
        found = master.best(early, chosen)
        if found.chosen is None or not found.proven:
            break
        chosen = found.chosen
        for option in block.tolist():
            master.fix(option, chosen=bool(chosen[option]))
    return chosen


def _is_alone(master: Master, chosen: BoolArray, least_weight: float) -> bool:
    """Whether no other set has this weight and cost, which one search tells for most questions."""
    row = master.rule_out(chosen)
    anything = Goal(np.zeros(len(chosen)), 0.0, maximise=False, step=1.0, least_weight=least_weight)
    other = master.best(anything, None)
    master.allow(row)
    return other.chosen is None and other.proven
