r"""The exact model: few unknowns, and bounds on what they cover, added where they matter.

The choice is a mixed-integer programme in one binary per option and one bound per bundle of
demand rows (Benders' decomposition of maximal covering: J.-F. Cordeau, F. Furini, I. Ljubić,
*Benders decomposition for very large scale partial set covering and maximal covering location
problems*, European Journal of Operational Research 275, 2019). The bounds are those of
:mod:`phusong.planning.choose_bounds`; HiGHS solves the programme again and again until no bound
and no connection is broken. :mod:`phusong.planning.choose_relax` brings most of them beforehand.
"""

import math

import highspy
import numpy as np

from phusong.planning.choose_goal import Found, Goal
from phusong.planning.choose_greedy import completed
from phusong.planning.choose_inputs import Question
from phusong.planning.choose_model import Model
from phusong.planning.choose_trees import tree
from phusong.units import BoolArray, FloatArray

FIRST_GAP = 1e-3
MOST_NODES = 60_000
LEAST_NODES = 50
NODE_WORK = 20_000_000
"""Nodes times entries of the model before a search ends unproven."""
MOST_SEARCHES = 60


class Master(Model):
    """The search for the best choice: solve, look at what was found, add what it breaks.

    Parameters
    ----------
    question, deadline
        As for the model.
    most_nodes
        Most nodes of one search; None for a limit by the size of the question.
    """

    def __init__(
        self, question: Question, *, deadline: float | None, most_nodes: int | None = None
    ) -> None:
        super().__init__(question, deadline=deadline)
        self.most_nodes = most_nodes

    def best(self, goal: Goal, start: BoolArray | None) -> Found:
        """Optimise one goal over whole choices.

        Parameters
        ----------
        goal
            What is optimised.
        start
            A choice that keeps every rule, None without one.

        Returns
        -------
        Found
            The best choice and the proven bound.
        """
        self.aim(goal)
        self._whole(relaxed=False)
        self.nodes_left = self._node_limit()
        sign = 1.0 if goal.maximise else -1.0
        chosen, score, bound = start, -math.inf, math.inf  # as if everything were maximised
        if start is not None:
            score = sign * self.score(goal, start)
        gap, hoped = FIRST_GAP, self.hoped if goal.maximise else math.inf
        for _ in range(MOST_SEARCHES):
            hoped = min(hoped, bound)
            if gap > 0.0 and math.isfinite(hoped - score) and hoped != 0.0:
                # A rough answer is enough as long as it breaks bounds anyway.
                gap = max(FIRST_GAP, 0.25 * (hoped - score) / abs(hoped))
            self.solver.setOptionValue("mip_rel_gap", gap)
            self.solver.setOptionValue("mip_abs_gap", 0.99 * goal.step if goal.step else 1e-6)
            if chosen is not None:
                self._start_from(chosen)
            now = self.run()
            info = self.solver.getInfo()
            if self.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                return Found(chosen, sign * score, proven=True)
            bound = min(bound, sign * info.mip_dual_bound)
            added = 0
            if now is not None:
                x = now[: len(self.price)] > 0.5
                added, better = self._look_at(goal, x, now)
                if better is not None and sign * self.score(goal, better) > score:
                    chosen, score = better, sign * self.score(goal, better)
            if self._closed(score, bound, goal):
                return Found(chosen, sign * score, proven=True)
            done = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            self.nodes_left -= max(1, int(info.mip_node_count))
            if self.nodes_left <= 0 or self.late() or (not done and not added):
                break
            if not added or bound - score <= FIRST_GAP * abs(bound):
                if gap == 0.0 and not added:
                    break
                gap = 0.0
        return Found(chosen, sign * bound, proven=False)

    def _closed(self, score: float, bound: float, goal: Goal) -> bool:
        slack = goal.step - 1e-3 * goal.step if goal.step else 1e-9 * max(1.0, abs(bound))
        return bound - score <= slack + 1e-9 * abs(bound)

    def _look_at(self, goal: Goal, x: BoolArray, now: FloatArray) -> tuple[int, BoolArray | None]:
        """Bounds that a solution breaks, and the choice that it stands for if that is allowed."""
        question = self.question
        point = x.astype(np.float64)
        whole = np.concatenate([point, now[len(self.price) :]])
        added = self.connect(point) + self.bound_weight(point, whole)
        choice = question.links.connected(x)
        covered = question.rows.value(choice.astype(np.float64)) / self.weight_unit
        if not question.allowed(choice):
            # Within the solver's tolerance of a limit, but outside: this very set is ruled out.
            self._add(
                -highspy.kHighsInf, float(x.sum() - 1), np.flatnonzero(x), np.ones(int(x.sum()))
            )
            return added + 1, None
        if goal.per_weight > 0 and (choice != x).any():
            choice = completed(question, choice, preferred=x)
            covered = question.rows.value(choice.astype(np.float64)) / self.weight_unit
        enough = covered >= goal.least_weight - 1e-6 - 1e-9 * abs(goal.least_weight)
        enough = enough and question.reaches_floors(choice)
        return added, choice if enough else None

    def score(self, goal: Goal, choice: BoolArray) -> float:
        """What a choice is worth, in the goal's unit.

        Parameters
        ----------
        goal
            What is optimised.
        choice
            Whether each option is chosen.

        Returns
        -------
        float
            Larger is better only where the goal is made large.
        """
        covered = self.question.rows.value(choice.astype(np.float64)) / self.weight_unit
        return float(goal.per_option @ choice) + goal.per_weight * covered

    def _whole(self, *, relaxed: bool) -> None:
        kind = highspy.HighsVarType.kContinuous if relaxed else highspy.HighsVarType.kInteger
        for option in range(len(self.price)):
            self.solver.changeColIntegrality(option, kind)

    def _node_limit(self) -> int:
        if self.most_nodes is not None:
            return self.most_nodes
        entries = max(1, self.solver.getNumNz())
        return int(np.clip(NODE_WORK // entries, LEAST_NODES, MOST_NODES))

    def _start_from(self, choice: BoolArray) -> None:
        flow = np.empty(0) if self.trees is None else tree(self.trees.links, choice)
        values = np.concatenate([choice.astype(np.float64), self.bundles.shares(choice), flow])
        solution = highspy.HighsSolution()
        solution.col_value = values.tolist()
        self.solver.setSolution(solution)
