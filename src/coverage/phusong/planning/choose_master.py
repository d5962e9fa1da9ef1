r"""The exact model: few unknowns, and bounds on what they cover, added where they matter.

The choice is a mixed-integer programme in one binary per option and one bound per bundle of
demand rows (Benders' decomposition of maximal covering: J.-F. Cordeau, F. Furini, I. Ljubić,
*Benders decomposition for very large scale partial set covering and maximal covering location
problems*, European Journal of Operational Research 275, 2019). The rows of a bundle :math:`k` give,
at any point where they are served :math:`s_g` times,

.. math:: W_k \theta_k \le \sum_{g: s_g \ge 1} w_g
          + \sum_j x_j \sum_{g: s_g < 1,\, j\ covers\ g} w_g, \quad 0 \le \theta_k \le 1

which holds for every choice and is exact at that point. For a row that two options must serve
:math:`s_g` is :math:`\sum_j x_j - \max_j x_j` over those that cover it. Floors have bundles of
their own. When each row is its own bundle these are the rows of the textbook model. HiGHS solves
the programme again and again until no bound and no connection is broken.
"""

import math
import time

import highspy
import numpy as np
from scipy import sparse

from phusong.planning import choose_trees
from phusong.planning.choose_goal import Found, Goal, unit_of
from phusong.planning.choose_greedy import completed
from phusong.planning.choose_inputs import Question
from phusong.planning.choose_rows import bundles
from phusong.planning.choose_trees import Trees, at_one_feeder, parts_of, tree
from phusong.units import BoolArray, FloatArray, IntArray

SEED = 20_260_701
FIRST_GAP = 1e-3
MOST_NODES = 60_000
LEAST_NODES = 50
NODE_WORK = 20_000_000
"""Nodes times entries of the model before a search ends unproven."""
MOST_ROUNDS = 200
MOST_SEARCHES = 60
ROUND_WORK = 30_000_000
"""Entries of the model, summed over the rounds of its relaxation, before walls are given up."""
SUPPORTS = (0.05, 0.5, 0.9)
"""Shares from which an option of a relaxed solution is looked at first."""
HOPELESS, TINY = 1e-6, 1e-9
SLACK = 1e-3
"""Rows with so much room left after the relaxation are dropped, as shares of a bundle."""
SCALE = 1e6
"""Weights that are no whole numbers are scaled to this sum, prices to a dearest of a hundredth."""


class Master:
    """One question as a growing model in HiGHS.

    Parameters
    ----------
    question
        What is asked.
    deadline
        When to stop on the clock of :func:`time.monotonic`; None for limits by nodes alone.
    most_nodes
        Most nodes of one search; None for a limit by the size of the question.
    """

    def __init__(
        self, question: Question, *, deadline: float | None, most_nodes: int | None = None
    ) -> None:
        self.question = question
        self.most_nodes = most_nodes
        self.deadline = deadline
        rows = question.rows
        self.weight_unit, self.weight_step = unit_of(
            rows.weight, whole=question.whole_weight, largest=SCALE / max(1, len(rows.weight))
        )
        self.cost_unit, self.cost_step = unit_of(
            question.cost, whole=question.whole_cost, largest=SCALE / 100.0
        )
        self.price = question.cost / self.cost_unit
        self._bundle()
        self.nodes_left = 0
        self.hoped = math.inf
        self._build()

    # The model

    def _bundle(self) -> None:
        """Entries of the goal, then of each floor: rows, what they count, and their bundles.

        Without floors the entries are the rows.
        """
        rows = self.question.rows
        units = [self.weight_unit]
        units += [
            unit_of(floor.weight, whole=False, largest=SCALE / max(1, len(floor.weight)))[0]
            for floor in self.question.floors
        ]
        weights = [rows.weight, *(floor.weight for floor in self.question.floors)]
        entries = [np.flatnonzero(weight > 0) for weight in weights]
        self.row: IntArray = np.concatenate(entries)
        self.weight: FloatArray = np.concatenate(
            [w[e] / unit for w, e, unit in zip(weights, entries, units, strict=True)]
        )
        found, self.parts = [], [0]
        for weight, entry in zip(weights, entries, strict=True):
            kinds, bundle = np.unique(bundles(rows, weight)[entry], return_inverse=True)
            found.append(self.parts[-1] + bundle)
            self.parts.append(self.parts[-1] + len(kinds))
        self.bundle: IntArray = np.concatenate(found).astype(np.int64)
        self.number = self.parts[-1]
        self.full: FloatArray = np.bincount(
            self.bundle, weights=self.weight, minlength=self.number
        ).astype(np.float64)
        self.goal_full = np.where(np.arange(self.number) < self.parts[1], self.full, 0.0)
        self.floor_units = units[1:]
        self.by_option = rows.by_option[:, self.row].tocsr()
        self.gather = sparse.csr_matrix(
            (np.ones(len(self.weight)), (np.arange(len(self.weight)), self.bundle)),
            shape=(len(self.weight), self.number),
        )

    def _build(self) -> None:
        options, question = len(self.price), self.question
        solver = self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False), ("log_to_console", False), ("threads", 1),
            ("parallel", "off"), ("random_seed", SEED), ("mip_rel_gap", 0.0),
            ("mip_feasibility_tolerance", 1e-7), ("primal_feasibility_tolerance", 1e-8),
        ):  # fmt: skip
            solver.setOptionValue(name, value)
        none = np.empty(0, dtype=np.int32)
        total = options + self.number
        upper = np.ones(total)
        solver.addCols(
            total, np.zeros(total), np.zeros(total), upper, 0,
            np.zeros(total, dtype=np.int32), none, np.empty(0),
        )  # fmt: skip
        infinite = highspy.kHighsInf
        everyone = np.arange(options)
        self._add(-infinite, infinite, everyone, self.price)  # row 0: what is spent
        self._add(-infinite, infinite, options + np.arange(self.number), self.goal_full)
        self._add(-infinite, infinite, everyone, (question.cost == 0).astype(np.float64))
        self.limit_spending(question.budget)
        if question.count is not None:
            self._add(-infinite, float(question.count), everyone, np.ones(options))
        for floor, unit, first, end in zip(
            question.floors, self.floor_units, self.parts[1:], self.parts[2:], strict=False
        ):
            own = np.arange(first, end)
            self._add(floor.least / unit, infinite, options + own, self.full[own])
        for group in question.groups:
            self._add(-infinite, 1.0, group, np.ones(len(group)))
        needy = np.flatnonzero(~question.links.root)
        parents = question.links.feeds.tocsc()
        for option in needy.tolist():
            feeding = parents.indices[parents.indptr[option] : parents.indptr[option + 1]]
            self._need_one_of(option, feeding)
        self._link()
        self._bound_weight(np.zeros(options), None)

    def _link(self) -> None:
        """Links as columns, where there are rings of options and not too many links."""
        links = self.question.links
        self.trees: Trees | None = None
        number = len(links.arcs[0])
        if number > choose_trees.TREES_UP_TO or not links.has_loops:
            return
        self.trees = Trees(links, len(self.price) + self.number)
        self.parts_of_walls = parts_of(
            self.row, self.weight, self.bundle, self.full, self.question.rows.twice
        )
        self.solver.addCols(
            number, np.zeros(number), np.zeros(number), np.ones(number), 0,
            np.zeros(number, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0),
        )  # fmt: skip
        for low, high, columns, factors in at_one_feeder(self.trees):
            self._add(low, high, columns, factors)

    def _add(self, low: float, high: float, columns: IntArray, values: FloatArray) -> None:
        kept = values != 0
        self.solver.addRow(
            low, high, int(kept.sum()), columns[kept].astype(np.int32), values[kept].astype(float)
        )

    def _need_one_of(self, option: int, others: IntArray) -> None:
        columns = np.concatenate([[option], others]).astype(np.int64)
        self._add(-highspy.kHighsInf, 0.0, columns, np.r_[1.0, -np.ones(len(others))])

    def limit_spending(self, budget: float | None) -> None:
        """Set the most that may be spent.

        Parameters
        ----------
        budget
            In the caller's unit, None for no limit.
        """
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

    def _bound_weight(self, point: FloatArray, current: FloatArray | None) -> int:
        """Add the bounds at a point that the current solution breaks; all of them when None."""
        rows, options = self.question.rows, len(self.price)
        full = rows.servers(point)[self.row] >= 1.0 - 1e-9
        constant = np.bincount(self.bundle[full], weights=self.weight[full], minlength=self.number)
        slope = (
            self.by_option @ sparse.diags(np.where(full, 0.0, self.weight)) @ self.gather
        ).tocsc()
        if rows.twice.any():
            slope = (slope - self._strongest_part(point, full)).tocsc()
            slope.data[np.abs(slope.data) < 1e-12] = 0.0
        slope.eliminate_zeros()
        if current is None:
            broken = np.arange(self.number)
        else:
            theta, x = current[options : options + self.number] * self.full, current[:options]
            over = theta - (slope.T @ x) - constant
            broken = np.flatnonzero(over > 1e-5 + 1e-9 * self.full)
        if broken.size == 0:
            return 0
        share = 1.0 / self.full[broken]
        picked = (slope[:, broken] @ sparse.diags(share)).tocsc()
        lengths = np.diff(picked.indptr) + 1
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
        own = np.zeros(int(lengths.sum()), dtype=np.bool_)
        own[starts] = True
        columns = np.empty(len(own), dtype=np.int32)
        values = np.empty(len(own))
        columns[own], values[own] = options + broken, 1.0
        columns[~own], values[~own] = picked.indices, -picked.data
        self.solver.addRows(
            len(broken), np.full(len(broken), -highspy.kHighsInf), constant[broken] * share,
            len(own), starts, columns, values,
        )  # fmt: skip
        return len(broken)

    def _wall_off(self, point: FloatArray, now: FloatArray) -> int:
        """Add the bounds that what flows to the rows at a point gives and the solution breaks."""
        if self.trees is None:
            return 0
        theta = now[len(self.price) : len(self.price) + self.number] * self.full
        found = self.trees.broken(self.question.rows, self.parts_of_walls, point, now, theta)
        for number, bundle in enumerate(found.bundle.tolist()):
            own, share = (
                slice(found.start[number], found.start[number + 1]),
                1.0 / self.full[bundle],
            )
            columns = np.append(found.column[own], len(self.price) + bundle)
            values = np.append(-share * found.slope[own], 1.0)
            self._add(-highspy.kHighsInf, share * found.constant[number], columns, values)
        return len(found.bundle)

    def _strongest_part(self, point: FloatArray, full: BoolArray) -> sparse.csc_matrix:
        """What the strongest option of each row that two must serve does not count for."""
        rows, place = self.question.rows, np.cumsum(self.question.rows.twice) - 1
        entry = np.flatnonzero(rows.twice[self.row] & ~full)
        strongest = rows.strongest(point)[place[self.row[entry]]]
        return sparse.csc_matrix(
            (self.weight[entry], (strongest, self.bundle[entry])),
            shape=(len(self.price), self.number),
        )

    def _connect(self, x: FloatArray) -> int:
        cuts = self.question.links.cuts(x)
        for option, others in cuts:
            self._need_one_of(option, others)
        return len(cuts)

    # Solving

    def relax(self, goal: Goal, start: BoolArray) -> BoolArray:
        """Solve without whole numbers first, which is quick and brings most of the bounds.

        Parameters
        ----------
        goal
            What is optimised.
        start
            A good choice; bounds are taken between it and the current solution.

        Returns
        -------
        numpy.ndarray
            A choice made in greedy steps, of the options of the relaxed solution first.
        """
        self._set(goal)
        options, rows = len(self.price), self.question.rows
        first, work, walled, added = int(self.solver.getNumRow()), 0, False, 1
        inner = x = start.astype(np.float64)
        inside = np.empty(0)
        for _ in range(MOST_ROUNDS):
            if self._run() is None or self._late():
                break
            now = np.array(self.solver.getSolution().col_value)
            if goal.maximise:
                self.hoped = float(self.solver.getInfo().objective_function_value)
            x = np.clip(now[:options], 0.0, 1.0)
            covered = float(self.goal_full @ now[options : options + self.number])
            over = covered - rows.value(x) / self.weight_unit
            near = over <= 1e-6 * max(1.0, float(self.goal_full.sum()))
            near &= not self.question.floors
            inner = 0.5 * (inner + x)
            added = self._connect(x)
            if not near:
                added += self._bound_weight(inner, now) or self._bound_weight(x, now)
            if added == 0 or walled:
                inside = 0.5 * (inside + now) if walled else now
                walled = True
                added += self._wall_off(inside, now) or self._wall_off(now, now)
            work += int(self.solver.getNumNz())
            if added == 0 or work > ROUND_WORK:
                break
        nothing = np.zeros(options, dtype=np.bool_)
        tried = [completed(self.question, nothing, preferred=x > share) for share in SUPPORTS]
        if not goal.maximise:
            self._drop_slack(first)
            return tried[0]
        fitting = [choice for choice in [*tried, start] if self.question.reaches_floors(choice)]
        if fitting and added == 0:
            self._leave_out_hopeless(max(self._score(goal, choice) for choice in fitting))
        self._drop_slack(first)
        return max(tried, key=lambda choice: self._score(goal, choice))

    def _leave_out_hopeless(self, score: float) -> None:
        """Settle options that no choice as good as a known one can have otherwise.

        With one of them changed the relaxation stays below that choice by its reduced cost.
        """
        worth = np.abs(np.array(self.solver.getSolution().col_dual)[: len(self.price)])
        shares = np.array(self.solver.getSolution().col_value)[: len(self.price)]
        clear = self.hoped - worth < score - HOPELESS * abs(score) - 0.5 * self.weight_step
        for chosen in (False, True):
            for option in np.flatnonzero(clear & (np.abs(shares - chosen) < TINY)).tolist():
                self.fix(option, chosen=chosen)

    def _drop_slack(self, first: int) -> None:
        """Take rows out that the last relaxed solution does not touch, from one row on."""
        solution = self.solver.getSolution()
        value = np.array(solution.row_value)
        later = np.arange(first, len(value))
        high = np.array(self.solver.getLp().row_upper_)[later]
        idle = later[high - value[later] > SLACK]
        if idle.size and self.trees is not None:
            self.solver.deleteRows(len(idle), idle.astype(np.int32))

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
        self._set(goal)
        self._whole(relaxed=False)
        self.nodes_left = self._node_limit()
        sign = 1.0 if goal.maximise else -1.0
        chosen, score, bound = start, -math.inf, math.inf  # as if everything were maximised
        if start is not None:
            score = sign * self._score(goal, start)
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
            now = self._run()
            info = self.solver.getInfo()
            if self.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                return Found(chosen, sign * score, proven=True)
            bound = min(bound, sign * info.mip_dual_bound)
            added = 0
            if now is not None:
                x = now[: len(self.price)] > 0.5
                added, better = self._look_at(goal, x, now)
                if better is not None and sign * self._score(goal, better) > score:
                    chosen, score = better, sign * self._score(goal, better)
            if self._closed(score, bound, goal):
                return Found(chosen, sign * score, proven=True)
            done = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            self.nodes_left -= max(1, int(info.mip_node_count))
            if self.nodes_left <= 0 or self._late() or (not done and not added):
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
        added = self._connect(point) + self._bound_weight(point, whole)
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

    def _score(self, goal: Goal, choice: BoolArray) -> float:
        covered = self.question.rows.value(choice.astype(np.float64)) / self.weight_unit
        return float(goal.per_option @ choice) + goal.per_weight * covered

    def _set(self, goal: Goal) -> None:
        everything = np.concatenate([goal.per_option, goal.per_weight * self.goal_full])
        sense = highspy.ObjSense.kMaximize if goal.maximise else highspy.ObjSense.kMinimize
        self.solver.changeObjectiveSense(sense)
        self.solver.changeColsCost(
            len(everything), np.arange(len(everything), dtype=np.int32), everything
        )
        low = goal.least_weight - (0.5 * self.weight_step or 1e-9 * abs(goal.least_weight))
        self.solver.changeRowBounds(1, low if low > 0 else -highspy.kHighsInf, highspy.kHighsInf)

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
        covered = self.question.rows.covered(choice.astype(np.float64))[self.row] * self.weight
        theta = np.bincount(self.bundle, weights=covered, minlength=self.number)
        solution = highspy.HighsSolution()
        shares = theta / self.full
        flow = np.empty(0) if self.trees is None else tree(self.question.links, choice)
        values = np.concatenate([choice.astype(np.float64), shares, flow])
        solution.col_value = values.tolist()
        self.solver.setSolution(solution)

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _run(self) -> FloatArray | None:
        """Values of the columns, None without a solution."""
        self.solver.setOptionValue("mip_max_nodes", max(1, self.nodes_left))
        if self.deadline is not None:
            # HiGHS counts its time from the first run.
            left = max(0.01, self.deadline - time.monotonic())
            self.solver.setOptionValue("time_limit", self.solver.getRunTime() + left)
        self.solver.run()
        if self.solver.getInfo().primal_solution_status != 2:
            return None
        return np.array(self.solver.getSolution().col_value)
