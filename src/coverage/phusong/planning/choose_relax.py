"""Solving without whole numbers first: quick, and it brings most of the bounds and a good start.

First the bounds on covered weight and the cuts that connect; then a start is looked for among the
options that the relaxed solution uses; then, where that leaves a gap, links become part of the
model and walls around the demand are added. What no set as good as the start can have otherwise is
settled on the way by its reduced cost.
"""

import math

import numpy as np

from phusong.planning.choose_goal import Goal
from phusong.planning.choose_greedy import completed
from phusong.planning.choose_master import FIRST_GAP, Master
from phusong.planning.choose_part import part_of
from phusong.units import BoolArray, FloatArray

MOST_LINKS = 40_000
"""Links up to which they may be in the model."""
MOST_ROUNDS = 200
ROUND_WORK = 30_000_000
"""Entries of the model, summed over the rounds of its relaxation, before walls are given up."""
FOUND_EVERY = 8
"""Rounds with walls after which a better start is looked for: with it more options are settled."""
SUPPORTS = (0.05, 0.5, 0.9)
"""Shares from which an option of a relaxed solution is looked at first."""
HOPELESS, TINY = 1e-6, 1e-9
SLACK = 1e-3
"""Rows with so much room left in a relaxed solution are dropped, as shares of a bundle."""
PART, PART_NODES = 250, 50
"""Options of the part that is solved for a start, and nodes of that search."""
PART_OF = 2
"""Only questions of so many times these options have one."""


def relax(master: Master, goal: Goal, start: BoolArray) -> BoolArray:
    """Solve without whole numbers, and find a start.

    Parameters
    ----------
    master
        The model; bounds are added to it, and options are settled.
    goal
        What is optimised.
    start
        A good choice; bounds are taken between it and the current solution.

    Returns
    -------
    numpy.ndarray
        A choice that keeps every rule but the floors and the target.
    """
    return _Relaxation(master, goal, start).run()


class _Relaxation:
    """The rounds of one relaxation."""

    def __init__(self, master: Master, goal: Goal, start: BoolArray) -> None:
        self.master, self.goal, self.question = master, goal, master.question
        self.first = int(master.solver.getNumRow())
        self.start, self.known = start, [start]
        self.work = 0
        # The last solution, kept because the solver forgets it when the model changes.
        self.now: FloatArray | None = None
        self.reached = math.inf
        self.worth: FloatArray = np.zeros(0)

    def run(self) -> BoolArray:
        self.master.aim(self.goal)
        closed = self._rounds(walls=False)
        found = self._completions()
        if not self.goal.maximise:
            if self.master.link(most=MOST_LINKS):
                self._rounds(walls=True)
                found = self._completions()
            self._drop_slack()
            return found[0]
        self.known += found
        self._solve_a_part()
        if closed:
            self._settle()
        if self._gap() > 0 and self.master.link(most=MOST_LINKS):
            self._rounds(walls=True)
            self.known += self._completions()
            self._solve_a_part()
            self._settle()
        self._drop_slack()
        return max(self.known, key=lambda choice: self.master.score(self.goal, choice))

    def _rounds(self, *, walls: bool) -> bool:
        """Add bounds until none is broken; whether that point was reached."""
        master, question, options = self.master, self.question, len(self.master.price)
        inner = self.start.astype(np.float64)
        inside: FloatArray | None = None
        for number in range(MOST_ROUNDS):
            now = master.run()
            if now is None or master.late():
                return False
            self.now = now
            self.reached = float(master.solver.getInfo().objective_function_value)
            self.worth = np.abs(np.array(master.solver.getSolution().col_dual))
            if self.goal.maximise:
                master.hoped = min(master.hoped, self.reached)
            if walls:
                if self.goal.maximise and number % FOUND_EVERY == FOUND_EVERY - 1:
                    self.known += self._completions()
                self._settle()
                self._drop_slack()
            x = np.clip(now[:options], 0.0, 1.0)
            covered = float(
                master.bundles.goal_full @ now[options : options + master.bundles.number]
            )
            over = covered - question.rows.value(x) / master.weight_unit
            near = over <= 1e-6 * max(1.0, float(master.bundles.goal_full.sum()))
            near &= not question.floors
            inner = 0.5 * (inner + x)
            added = 0
            if walls:
                inside = now if inside is None else 0.5 * (inside + now)
                added = master.wall_off(inside, now) or master.wall_off(now, now)
            if added == 0:  # walls hold most of what cuts do
                added = master.connect(x)
            if not near:
                added += master.bound_weight(inner, now) or master.bound_weight(x, now)
            self.work += int(master.solver.getNumNz())
            if added == 0:
                return True
            if self.work > ROUND_WORK:
                return False
        return False

    def _completions(self) -> list[BoolArray]:
        """Choices in greedy steps, of the options of the relaxed solution first."""
        nothing = np.zeros(len(self.start), dtype=np.bool_)
        x = self.start if self.now is None else self.now[: len(self.start)]
        return [completed(self.question, nothing, preferred=x > share) for share in SUPPORTS]

    def _score(self) -> float:
        """What the best known choice is worth, minus infinity without one."""
        fitting = [c for c in self.known if self.question.reaches_floors(c)]
        return max((self.master.score(self.goal, c) for c in fitting), default=-np.inf)

    def _gap(self) -> float:
        """How far the best known choice may be from the best one, as a share."""
        score = self._score()
        if not np.isfinite(score) or not np.isfinite(self.master.hoped):
            return np.inf
        return max(0.0, self.master.hoped - score) / max(abs(score), 1e-300)

    def _solve_a_part(self) -> None:
        """Look for a better start among the options that the relaxed solution uses or nearly."""
        options, master = len(self.start), self.master
        if self.now is None or self.question.floors or options < PART_OF * PART or master.late():
            return
        if self._gap() <= FIRST_GAP:
            return
        score = [master.score(self.goal, choice) for choice in self.known]
        best = self.known[int(np.argmax(score))]
        wanted = (self.now[:options] > HOPELESS) | best
        order = np.lexsort((np.arange(options), self.worth[:options], ~wanted))
        kept = np.sort(order[: max(PART, int(wanted.sum()))])
        if PART_OF * len(kept) >= options:
            return
        part = Master(
            part_of(self.question, kept), deadline=master.deadline,
            most_nodes=min(PART_NODES, master.most_nodes or PART_NODES),
        )  # fmt: skip
        goal = Goal(np.zeros(len(kept)), 1.0, maximise=True, step=part.weight_step)
        starts = [best[kept], relax(part, goal, best[kept])]
        found = part.best(goal, max(starts, key=lambda choice: part.score(goal, choice)))
        if found.chosen is not None:
            whole = np.zeros(options, dtype=np.bool_)
            whole[kept[found.chosen]] = True
            self.known.append(whole)

    def _settle(self) -> None:
        """Settle options that no choice as good as a known one can have otherwise.

        With one of them changed the relaxation stays below that choice by its reduced cost. Where
        cost is made small nothing is settled: known choices need not reach the target.
        """
        score, options = self._score(), len(self.start)
        if self.now is None or not self.goal.maximise or not np.isfinite(score):
            return
        least = score - HOPELESS * abs(score) - 0.5 * self.master.weight_step
        clear = self.reached - self.worth[:options] < least
        for chosen in (False, True):
            there = np.abs(self.now[:options] - chosen) < TINY
            for option in np.flatnonzero(clear & there).tolist():
                self.master.fix(option, chosen=chosen)

    def _drop_slack(self) -> None:
        """Take rows out that the last relaxed solution does not touch."""
        solver = self.master.solver
        if self.master.trees is None:
            return
        value = np.array(solver.getSolution().row_value)
        later = np.arange(self.first, len(value))
        high = np.array(solver.getLp().row_upper_)[later]
        idle = later[high - value[later] > SLACK]
        if idle.size:
            solver.deleteRows(len(idle), idle.astype(np.int32))
