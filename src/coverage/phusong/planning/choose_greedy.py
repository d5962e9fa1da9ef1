"""The plain twin of the exact choice: take the best option, then the next, until nothing helps."""

import numpy as np

from phusong.kernels.chains import THE_ROOT, cheapest_chains
from phusong.planning.choose_inputs import SAME, Question, not_above
from phusong.units import BoolArray, FloatArray, IntArray

SMALLEST_PRICE = 1e-9
"""What counts as the price of something free, as a share of the dearest option."""
SAME_SCORE = 1e-12


class Progress:
    """What is chosen so far, what it leaves open, and the best next step.

    Parameters
    ----------
    question
        What is asked.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.chosen: BoolArray = np.zeros(len(question.free), dtype=np.bool_)
        self.taken: BoolArray = np.zeros(len(question.free), dtype=np.bool_)
        self.closed: BoolArray = np.zeros(len(question.free), dtype=np.bool_)
        self.left: FloatArray = question.rows.weight.copy()
        self.ready: BoolArray = ~question.rows.twice
        self.gain: FloatArray = self._gain()
        feeds = question.links.feeds.tocsr()
        self.links_of = feeds.indptr.astype(np.int64), feeds.indices.astype(np.int64)
        # A row stands in one group at most: its number, or -1.
        self.group_of: IntArray = np.full(len(self.chosen), -1, dtype=np.int64)
        for number, group in enumerate(question.groups):
            self.group_of[group] = number
        self.free_price = SMALLEST_PRICE * float(question.cost.max(initial=1.0)) + 1e-300

    def add(self, options: IntArray) -> None:
        """Build some options.

        Parameters
        ----------
        options
            Open options, connected together with what is chosen already.
        """
        by_option = self.question.rows.by_option
        self.chosen[options] = True
        newly = by_option[options].indices
        if self.question.rows.twice.any():
            served = self.question.rows.covered(self.chosen.astype(np.float64)) >= 1.0
            self.left[served] = 0.0
            self.ready[newly] = True
            self.gain = self._gain()
        else:
            lost = np.zeros_like(self.left)
            lost[newly] = self.left[newly]
            self.gain = self.gain - by_option @ lost
            self.left[newly] = 0.0
        groups = self.group_of[options]
        self.taken |= np.isin(self.group_of, groups[groups >= 0])

    def _gain(self) -> FloatArray:
        """What each option adds by itself: rows that two must serve count with the second."""
        return np.asarray(self.question.rows.by_option @ np.where(self.ready, self.left, 0.0))

    @property
    def blocked(self) -> BoolArray:
        """Options that may not be built: their place is taken, or they are closed for now."""
        return self.taken | self.closed

    @property
    def weight(self) -> float:
        """Weight that is covered so far, what was covered before included."""
        rows = self.question.rows
        return rows.base + float(rows.weight.sum()) - float(self.left.sum())

    def run(self, *, per_cost: bool) -> IntArray:
        """Take steps until nothing helps or the target is reached.

        Parameters
        ----------
        per_cost
            Whether steps are compared by weight for the money, or by weight alone.

        Returns
        -------
        numpy.ndarray
            What was built, in order.
        """
        order: list[int] = []
        while not not_above(self.question.wanted, self.weight):
            step = self.best_step(per_cost=per_cost)
            if step is None:
                break
            self.add(step)
            order += step.tolist()
        return np.array(order, dtype=np.int64)

    def best_step(self, *, per_cost: bool) -> IntArray | None:
        """Best affordable option, together with what it needs.

        Parameters
        ----------
        per_cost
            Whether steps are compared by weight for the money, or by weight alone.

        Returns
        -------
        numpy.ndarray or None
            Options to build, the one that is wanted last; None when nothing helps.
        """
        gain, price, length, before = self.outlook()
        possible = (gain > 0) & ~self.chosen & ~self.blocked
        possible &= self._fits(price, length, before)
        score = gain / np.maximum(price, self.free_price) if per_cost else gain
        order = np.flatnonzero(possible)
        order = order[np.lexsort((order, -score[order]))]
        best: IntArray | None = None
        best_score, best_option = 0.0, -1
        for option in order.tolist():
            # The score of a chain adds up gains that may overlap, so it is never too small.
            if best is not None and score[option] < best_score * (1.0 - SAME_SCORE):
                break
            chain = _chain(option, before, self.chosen)
            if not self._keeps_groups(chain):
                continue
            exact = float(score[option])
            if len(chain) > 1:
                newly = np.unique(self.question.rows.by_option[chain].indices)
                weight = float(self.left[newly[self.ready[newly]]].sum())
                exact = weight / max(float(price[option]), self.free_price) if per_cost else weight
            better = exact > best_score * (1.0 + SAME_SCORE)
            same = exact >= best_score * (1.0 - SAME_SCORE) and option < best_option
            if better or same:
                best, best_score, best_option = chain, exact, option
        return best

    def outlook(self) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
        """What each option would bring and cost with the cheapest chain of what it needs.

        Returns
        -------
        gain, price, length, before
            Gain (overlaps are added up), price and number of the chain to each open option, and
            who stands before it.
        """
        question, count = self.question, len(self.chosen)
        if not question.links.any:
            ones = np.ones(count, dtype=np.int64)
            return self.gain, question.cost, ones, np.full(count, count)
        before = self._chains()
        reached = before >= 0
        gain = self._along(self.gain, before)
        price = self._along(question.cost, before)
        length = self._along(np.ones(count), before).astype(np.int64)
        gain[~reached] = 0.0
        price[~reached] = np.inf
        length[~reached] = 0
        return gain, price, length, before

    def _along(self, amount: FloatArray, before: IntArray) -> FloatArray:
        """Sum of what every option of the chain to each one has, chosen ones left out."""
        count = len(self.chosen)
        own = np.append(np.where(self.chosen, 0.0, amount), 0.0)
        total = own[:count].copy()
        up = np.append(np.where(before >= 0, before, count), count)
        at = up[:count].copy()
        while (at != count).any():
            total += own[at]
            at = up[at]
        return total

    def _chains(self) -> IntArray:
        """Who stands before every option on its cheapest way from what is connected; or below 0."""
        question, count = self.question, len(self.chosen)
        open_now = ~self.chosen & ~self.blocked
        # Of chains of one price the shorter wins.
        price = np.where(self.chosen, 0.0, question.cost) + self.free_price
        before = cheapest_chains(
            *self.links_of, price, question.links.root | self.chosen, open_now | self.chosen
        )
        before[before == THE_ROOT] = count
        return np.asarray(before)

    def _fits(self, price: FloatArray, length: IntArray, before: IntArray) -> BoolArray:
        question = self.question
        fits = np.isfinite(price)
        if question.budget is not None:
            spent = question.spent(self.chosen)
            room = question.budget - spent + SAME * max(question.budget, spent)
            fits &= price <= room
        for limit in question.limits:
            fits &= self._along(limit.amount, before) <= limit.room(self.chosen)
        if question.count is not None:
            fits &= length <= question.count - int(self.chosen.sum())
        return fits

    def _keeps_groups(self, chain: IntArray) -> bool:
        groups = self.group_of[chain]
        groups = groups[groups >= 0]
        return len(np.unique(groups)) == len(groups)


def greedy_choice(question: Question, *, per_cost: bool) -> BoolArray:
    """Choice that takes the best affordable step again and again.

    A step is an option with the cheapest chain of others that it needs. Of equal steps the one
    of the smaller row comes first. With a target the steps end when it is reached. In the end
    whatever can go without loss is left out.

    Parameters
    ----------
    question
        What is asked.
    per_cost
        Whether steps are compared by weight for the money, or by weight alone.

    Returns
    -------
    numpy.ndarray
        Whether each open option is chosen; all rules but the target are kept.
    """
    progress = Progress(question)
    progress.run(per_cost=per_cost)
    return without_useless(question, progress.chosen)


def completed(question: Question, part: BoolArray, *, preferred: BoolArray) -> BoolArray:
    """Choice that keeps a part and spends what is left in greedy steps.

    Parameters
    ----------
    question
        What is asked.
    part
        Choice that keeps every rule.
    preferred
        Options that are looked at first.

    Returns
    -------
    numpy.ndarray
        A choice that keeps every rule and covers at least as much.
    """
    progress = Progress(question)
    if part.any():
        progress.add(np.flatnonzero(part))
    progress.closed = ~preferred
    progress.run(per_cost=True)
    progress.closed = np.zeros_like(part)
    progress.run(per_cost=True)
    slim = without_useless(question, progress.chosen)
    if (slim == progress.chosen).all():
        return slim
    again = Progress(question)
    if slim.any():
        again.add(np.flatnonzero(slim))
    again.run(per_cost=True)
    return without_useless(question, again.chosen)


def _chain(option: int, before: IntArray, chosen: BoolArray) -> IntArray:
    """Options to build, from the first to ``option``."""
    chain = []
    while option != len(chosen) and not chosen[option]:
        chain.append(option)
        option = int(before[option])
    return np.array(chain[::-1])


def without_useless(question: Question, chosen: BoolArray) -> BoolArray:
    """Choice without the options that add nothing, the dearest looked at first.

    Parameters
    ----------
    question
        What is asked.
    chosen
        A choice that keeps the rules.

    Returns
    -------
    numpy.ndarray
        A part of it that covers the same weight.
    """
    kept = chosen.copy()
    rows, links = question.rows, question.links
    servers = np.asarray(rows.by_row @ kept.astype(np.float64))
    needed = np.where(rows.twice, 2.0, 1.0)
    order = np.flatnonzero(kept)
    order = order[np.lexsort((-order, -question.cost[order]))]
    again = True
    while again:
        again = False
        for option in order[kept[order]].tolist():
            reached = rows.by_option[option].indices
            if (servers[reached] == needed[reached]).any():
                continue
            kept[option] = False
            if links.any and not (links.connected(kept) == kept).all():
                kept[option] = True
                continue
            servers[reached] -= 1.0
            again = links.any
    return kept
