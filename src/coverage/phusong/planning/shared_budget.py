"""One budget over several studies: how much each is to have, with a proven bound.

Each study has a best set at some budgets already, each with its bound. Which budget to give to
which study, so that all sets together are worth most, is a knapsack with one choice per group.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from phusong.units import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Frontier:
    """What money buys in one study, at some budgets.

    Parameters
    ----------
    name
        What the study is called.
    budget
        Budgets, ascending, above 0.
    worth
        Worth of the best set at each [person].
    bound
        What no set at that budget exceeds [person].
    """

    name: str
    budget: FloatArray = field(repr=False)
    worth: FloatArray = field(repr=False)
    bound: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shares:
    """Which budget each study is to have.

    Parameters
    ----------
    steps
        Number of the budget of each study's frontier; -1 for none.
    spent
        Sum of those budgets.
    worth
        Sum of what they buy [person].
    bound
        What no division of the money exceeds in which each study gets at most the largest budget
        of its frontier [person].
    """

    steps: tuple[int, ...]
    spent: float
    worth: float
    bound: float

    @property
    def gap(self) -> float:
        """Of the bound, as a share."""
        return 1.0 - self.worth / self.bound if self.bound > 0 else 0.0


def shared_out(frontiers: Sequence[Frontier], budget: float) -> Shares:
    """Divide a budget among studies so that their best sets are worth most together.

    Parameters
    ----------
    frontiers
        What money buys in each study. The studies must ask about different people.
    budget
        Money for all of them, at least 0.

    Returns
    -------
    Shares
        The best choice of one budget, or none, for each study; of several such, one of the
        cheapest.

    Notes
    -----
    Bound: between two budgets of a frontier a study reaches at most the bound of the upper one,
    and spends more than the lower one. So the same choice among the pairs (lower budget, upper
    bound) is at least what any division reaches.
    """
    points = [(_from_zero(f.budget), _from_zero(np.maximum.accumulate(f.worth))) for f in frontiers]
    steps, spent, worth = _best(points, budget)
    most = [
        (
            np.concatenate([[0.0], f.budget]),
            np.concatenate([top := np.maximum.accumulate(f.bound), top[-1:]]),
        )
        for f in frontiers
        if f.budget.size
    ]
    bound = _best(most, budget)[2]
    return Shares(tuple(step - 1 for step in steps), spent, worth, max(worth, bound))


def _from_zero(values: FloatArray) -> FloatArray:
    return np.concatenate([[0.0], values])


def _best(
    groups: Sequence[tuple[FloatArray, FloatArray]], budget: float
) -> tuple[list[int], float, float]:
    """One (cost, worth) of each group, worth most together within the budget: exact.

    Sums that cost no less and are worth no more than another are forgotten on the way.
    """
    cost, worth = np.zeros(1), np.zeros(1)
    came: list[tuple[IntArray, IntArray]] = []
    for costs, worths in groups:
        added = np.add.outer(cost, costs).ravel()
        summed = np.add.outer(worth, worths).ravel()
        within = np.flatnonzero(added <= budget)
        order = within[np.lexsort((within, -summed[within], added[within]))]
        best = np.maximum.accumulate(summed[order])
        is_new = np.append(True, best[1:] > best[:-1])
        kept = order[is_new]
        came.append((kept // costs.size, kept % costs.size))
        cost, worth = added[kept], summed[kept]
    at = cost.size - 1
    spent, most = float(cost[at]), float(worth[at])
    steps: list[int] = []
    for before, chosen in reversed(came):
        steps.append(int(chosen[at]))
        at = int(before[at])
    return steps[::-1], spent, most
