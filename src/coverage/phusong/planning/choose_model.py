"""The model of a choice in HiGHS: its rules, and the bounds that are added where they matter."""

import math
import time
from dataclasses import replace

import highspy
import numpy as np

from phusong.planning.choose_bounds import SCALE, Bundles
from phusong.planning.choose_goal import Goal, unit_of
from phusong.planning.choose_inputs import Question
from phusong.planning.choose_trees import Trees, at_one_feeder, parts_of
from phusong.units import BoolArray, FloatArray, IntArray

SEED = 20_260_701


class Model:
    """One question as a growing model in HiGHS.

    Parameters
    ----------
    question
        What is asked.
    deadline
        When to stop on the clock of :func:`time.monotonic`; None for limits by nodes alone.
    """

    def __init__(self, question: Question, *, deadline: float | None) -> None:
        self.question = question
        self.deadline = deadline
        rows = question.rows
        self.weight_unit, self.weight_step = unit_of(
            rows.weight, whole=question.whole_weight, largest=SCALE / max(1, len(rows.weight))
        )
        self.cost_unit, self.cost_step = unit_of(
            question.cost, whole=question.whole_cost, largest=SCALE / 100.0
        )
        self.price = question.cost / self.cost_unit
        self.bundles = Bundles(question, self.weight_unit)
        self.trees: Trees | None = None
        self.left_out: BoolArray = np.zeros(len(question.cost), dtype=np.bool_)
        self.nodes_left = 0
        self.hoped = math.inf
        self._build()

    # The model

    def _build(self) -> None:
        options, question, bundles = len(self.price), self.question, self.bundles
        solver = self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False), ("log_to_console", False), ("threads", 1),
            ("parallel", "off"), ("random_seed", SEED), ("mip_rel_gap", 0.0),
            ("mip_feasibility_tolerance", 1e-7), ("primal_feasibility_tolerance", 1e-8),
        ):  # fmt: skip
            solver.setOptionValue(name, value)
        none = np.empty(0, dtype=np.int32)
        total = options + self.bundles.number
        upper = np.ones(total)
        solver.addCols(
            total, np.zeros(total), np.zeros(total), upper, 0,
            np.zeros(total, dtype=np.int32), none, np.empty(0),
        )  # fmt: skip
        infinite = highspy.kHighsInf
        everyone = np.arange(options)
        self._add(-infinite, infinite, everyone, self.price)  # row 0: what is spent
        self._add(-infinite, infinite, options + np.arange(bundles.number), bundles.goal_full)
        self._add(-infinite, infinite, everyone, (question.cost == 0).astype(np.float64))
        self.limit_spending(question.budget)
        for limit in question.limits:
            unit = float(limit.amount.max(initial=0.0)) or 1.0
            self._add(-infinite, limit.most / unit + 1e-6, everyone, limit.amount / unit)
        if question.count is not None:
            self._add(-infinite, float(question.count), everyone, np.ones(options))
        for floor, unit, first, end in zip(
            question.floors,
            bundles.floor_units,
            bundles.parts[1:],
            bundles.parts[2:],
            strict=False,
        ):
            own = np.arange(first, end)
            self._add(floor.least / unit, infinite, options + own, bundles.full[own])
        for group in question.groups:
            self._add(-infinite, 1.0, group, np.ones(len(group)))
        needy = np.flatnonzero(~question.links.root)
        parents = question.links.feeds.tocsc()
        for option in needy.tolist():
            feeding = parents.indices[parents.indptr[option] : parents.indptr[option + 1]]
            self._need_one_of(option, feeding)
        self.bound_weight(np.zeros(options), None)

    def link(self, *, most: int) -> bool:
        """Take links into the model as columns, where there are rings and not too many links.

        Parameters
        ----------
        most
            Links up to which that is done; those of options that are settled not to be chosen
            are left out.

        Returns
        -------
        bool
            Whether links are in the model now.
        """
        links, bundles = self.question.links.among(~self.left_out), self.bundles
        number = len(links.arcs[0])
        if self.trees is not None or number > most or not links.has_loops:
            return self.trees is not None
        self.trees = Trees(links, len(self.price) + bundles.number)
        self.parts_of_walls = parts_of(
            bundles.row, bundles.weight, bundles.bundle, bundles.full, self.question.rows.twice
        )
        self.solver.addCols(
            number, np.zeros(number), np.zeros(number), np.ones(number), 0,
            np.zeros(number, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0),
        )  # fmt: skip
        for low, high, columns, factors in at_one_feeder(self.trees):
            self._add(low, high, columns, factors)
        return True

    def _add(self, low: float, high: float, columns: IntArray, values: FloatArray) -> None:
        kept = values != 0
        self.solver.addRow(
            low, high, int(kept.sum()), columns[kept].astype(np.int32), values[kept].astype(float)
        )

    def _need_one_of(self, option: int, others: IntArray) -> None:
        columns = np.concatenate([[option], others]).astype(np.int64)
        self._add(-highspy.kHighsInf, 0.0, columns, np.r_[1.0, -np.ones(len(others))])

    def limit_spending(self, budget: float | None) -> None:
        """Set the most that may be spent, by what the solver finds and what completes it.

        Parameters
        ----------
        budget
            In the caller's unit, None for no limit.
        """
        self.question = replace(self.question, budget=budget)
        high = highspy.kHighsInf if budget is None else budget / self.cost_unit
        if np.isfinite(high):
            high += 1e-9 * abs(high) if self.cost_step == 0 else 1e-6
        self.solver.changeRowBounds(0, -highspy.kHighsInf, high)

    def limit_free_options(self, most: int) -> None:
        """Set how many options that cost nothing may be chosen.

        Parameters
        ----------
        most
            Largest number.
        """
        self.solver.changeRowBounds(2, -highspy.kHighsInf, float(most))

    def fix(self, option: int, *, chosen: bool) -> None:
        """Settle one option.

        Parameters
        ----------
        option
            Which.
        chosen
            Whether it is chosen.
        """
        self.solver.changeColBounds(option, float(chosen), float(chosen))
        self.left_out[option] = not chosen

    def rule_out(self, choice: BoolArray) -> int:
        """Let every set but one be chosen.

        Parameters
        ----------
        choice
            The one.

        Returns
        -------
        int
            Number of the rule, for :meth:`allow`.
        """
        row = int(self.solver.getNumRow())
        most = float(choice.sum() - 1)
        everyone = np.arange(len(choice))
        self._add(-highspy.kHighsInf, most, everyone, np.where(choice, 1.0, -1.0))
        return row

    def allow(self, row: int) -> None:
        """Drop a rule of :meth:`rule_out`.

        Parameters
        ----------
        row
            Its number.
        """
        self.solver.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)

    # Bounds that the choice breaks

    def bound_weight(self, point: FloatArray, current: FloatArray | None) -> int:
        """Add the bounds on covered weight at a point that a solution breaks.

        Parameters
        ----------
        point
            0 to 1 for each option.
        current
            Columns of the model in that solution; None for all bounds.

        Returns
        -------
        int
            How many were added.
        """
        options, number = len(self.price), self.bundles.number
        solution = None if current is None else (
            current[:options], current[options : options + number]
        )  # fmt: skip
        broken = self.bundles.broken(point, solution)
        if broken.bundle.size == 0:
            return 0
        self._add_bounds(
            broken.bundle, broken.constant, np.diff(broken.slope.indptr), broken.slope.indices,
            -broken.slope.data,
        )  # fmt: skip
        return len(broken.bundle)

    def _add_bounds(
        self, bundle: IntArray, most: FloatArray, lengths: IntArray, column: IntArray,
        value: FloatArray,
    ) -> None:  # fmt: skip
        """Rows that hold the share of a bundle each, its own column first."""
        starts = np.concatenate([[0], np.cumsum(lengths + 1)]).astype(np.int64)
        own = np.zeros(int(starts[-1]), dtype=np.bool_)
        own[starts[:-1]] = True
        columns = np.empty(len(own), dtype=np.int32)
        values = np.empty(len(own))
        columns[own], values[own] = len(self.price) + bundle, 1.0
        columns[~own], values[~own] = column, value
        self.solver.addRows(
            len(bundle), np.full(len(bundle), -highspy.kHighsInf), most, len(own),
            starts[:-1].astype(np.int32), columns, values,
        )  # fmt: skip

    def wall_off(self, point: FloatArray, now: FloatArray) -> int:
        """Add the bounds that what flows to the rows at a point gives and the solution breaks.

        Parameters
        ----------
        point, now
            Columns of the model, where flows are looked for and what the solver found.

        Returns
        -------
        int
            How many were added; none where links are not in the model.
        """
        if self.trees is None:
            return 0
        options, full = len(self.price), self.bundles.full
        theta = now[options : options + self.bundles.number] * full
        found = self.trees.broken(self.question.rows, self.parts_of_walls, point, now, theta)
        share = 1.0 / full[found.bundle]
        lengths = np.diff(found.start)
        self._add_bounds(
            found.bundle, share * found.constant, lengths, found.column,
            -found.slope * np.repeat(share, lengths),
        )  # fmt: skip
        return len(found.bundle)

    def connect(self, x: FloatArray) -> int:
        """Add the connections that a solution lacks.

        Parameters
        ----------
        x
            0 to 1 for each option.

        Returns
        -------
        int
            How many were added.
        """
        cuts = self.question.links.cuts(x)
        for option, others in cuts:
            self._need_one_of(option, others)
        return len(cuts)

    # Solving

    def aim(self, goal: Goal) -> None:
        """Give the solver a goal.

        Parameters
        ----------
        goal
            What is optimised.
        """
        everything = np.concatenate([goal.per_option, goal.per_weight * self.bundles.goal_full])
        sense = highspy.ObjSense.kMaximize if goal.maximise else highspy.ObjSense.kMinimize
        self.solver.changeObjectiveSense(sense)
        self.solver.changeColsCost(
            len(everything), np.arange(len(everything), dtype=np.int32), everything
        )
        low = goal.least_weight - (0.5 * self.weight_step or 1e-9 * abs(goal.least_weight))
        self.solver.changeRowBounds(1, low if low > 0 else -highspy.kHighsInf, highspy.kHighsInf)

    def late(self) -> bool:
        """Whether the time is over.

        Returns
        -------
        bool
            False without a limit on the clock.
        """
        return self.deadline is not None and time.monotonic() >= self.deadline

    def run(self) -> FloatArray | None:
        """Let HiGHS solve the model as it is.

        Returns
        -------
        numpy.ndarray or None
            Values of the columns, None without a solution.
        """
        self.solver.setOptionValue("mip_max_nodes", max(1, self.nodes_left))
        if self.deadline is not None:
            # HiGHS counts its time from the first run.
            left = max(0.01, self.deadline - time.monotonic())
            self.solver.setOptionValue("time_limit", self.solver.getRunTime() + left)
        self.solver.run()
        if self.solver.getInfo().primal_solution_status != 2:
            return None
        return np.array(self.solver.getSolution().col_value)
