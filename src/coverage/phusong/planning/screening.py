"""Which of thousands of spots are computed in full: those that a choice could take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from phusong.planning.priorities import SMALLEST_PRICE
from phusong.study import ScreeningSection
from phusong.units import BoolArray, FloatArray, IntArray

ONE_PERSON = 1.0
"""A spot that adds less than this adds nobody [person]."""

ANSWERED, UNKNOWN = "answered", "unknown"
BEST, NEAR_BEST, VILLAGE, COMMUNE, AGAIN = "best", "near-best", "village", "commune", "again"
NOBODY, BEHIND, NO_ROOM, ALL = "nobody", "behind", "no-room", "all"


@dataclass(frozen=True, eq=False)
class Screened:
    """What the screening decides.

    Parameters
    ----------
    order
        Spots that are kept, the most promising first.
    rule
        Of each spot, the first rule that keeps it, or why it is dropped: ``nobody`` (nobody in
        need is reached) or ``behind`` (others reach the same people for less money).
    people
        Of each spot, most people in need of one operator that it reaches.
    """

    order: IntArray = field(repr=False)
    rule: tuple[str, ...] = field(repr=False)
    people: FloatArray = field(repr=False)


@dataclass(frozen=True, eq=False)
class Reached:
    """Whom each spot reaches, as the quick sweep sees it, and what it costs.

    Parameters
    ----------
    cover
        Spots × blocks of ground, 1 where a spot reaches the block.
    people
        People in need of each block: one row per operator and a last one for the white zone.
    white_zone_weight
        Extra worth of people without any operator, >= 0.
    price
        Present value of a mast by operator and spot.
    unknown
        Spots about which the quick sweep can say nothing.
    """

    cover: sparse.csr_matrix = field(repr=False)
    people: FloatArray = field(repr=False)
    white_zone_weight: float
    price: FloatArray = field(repr=False)
    unknown: Sequence[int] = ()

    @property
    def worth(self) -> FloatArray:
        """Worth of each block for each operator: its own people, those of the white zone more."""
        return np.asarray(self.people[:-1] + self.white_zone_weight * self.people[-1])


def screen(
    reached: Reached,
    section: ScreeningSection,
    *,
    villages: Sequence[int] = (),
    communes: IntArray | None = None,
    answered: Sequence[int] = (),
) -> Screened:
    """Keep every spot that a choice among all of them could take.

    Parameters
    ----------
    reached
        Whom the spots reach and what they cost.
    section
        How many are kept by each rule.
    villages
        Blocks of village centres.
    communes
        Number of the commune that each spot stands in; none is looked at when left out.
    answered
        Spots that an operator has answered about.

    Returns
    -------
    Screened
        Kept are, in this order: spots answered about; the best spot of each step; spots that can
        not be judged; those near the best at a step; the best ones of each village without any
        operator and of each commune; and the same steps again without all these, ``rounds``
        times in all.

    Notes
    -----
    A step takes, for one operator, the spot that adds most people per money to those of the steps
    before. Beside it stand the next ``near_best_kept`` that add at least 1 − ``near_best`` of
    that. Steps end where the best adds nobody or less than ``last_step`` of the first.
    """
    spots = reached.cover.shape[0]
    rule: dict[int, str] = dict.fromkeys(answered, ANSWERED)
    worth = reached.worth
    whole = np.asarray(reached.cover @ reached.people[:-1].T)
    people = whole.max(axis=1, initial=0.0)
    score = _score((reached.cover @ worth.T).T, reached.price).max(axis=0, initial=0.0)
    for number in range(section.rounds):
        free = np.array([spot not in rule or number == 0 for spot in range(spots)], dtype=np.bool_)
        rounds = [list(_steps(reached, k, section, free)) for k in range(len(worth))]
        found = _by_step(rounds)
        if number:
            for spot, _ in found:
                rule.setdefault(spot, AGAIN)
            continue
        for wanted in (BEST, NEAR_BEST):
            for spot, what in found:
                if what == wanted:
                    rule.setdefault(spot, what)
            for spot in reached.unknown if wanted == BEST else ():
                rule.setdefault(spot, UNKNOWN)
        _best_of(rule, _of_villages(reached, villages), score, section.village_kept, VILLAGE)
        groups = () if communes is None else [np.flatnonzero(communes == c) for c in
                                              np.unique(communes)]  # fmt: skip
        _best_of(rule, groups, np.where(people >= ONE_PERSON, score, 0.0),
                 section.commune_kept, COMMUNE)  # fmt: skip
    dropped = np.where(people >= ONE_PERSON, BEHIND, NOBODY)
    return Screened(
        np.array(list(rule), dtype=np.int64),
        tuple(rule.get(spot, str(dropped[spot])) for spot in range(spots)),
        np.asarray(people, dtype=np.float64),
    )


def _score(worth: FloatArray, price: FloatArray) -> FloatArray:
    """People per money; what costs nothing is compared by people."""
    return np.asarray(np.round(worth, 6) / np.maximum(price, SMALLEST_PRICE))


def _steps(
    reached: Reached, operator: int, section: ScreeningSection, free: BoolArray
) -> Iterator[list[int]]:
    """The best spot of each step of one operator, with those that come near it behind it."""
    left, price = reached.worth[operator].copy(), reached.price[operator]
    gain = np.asarray(reached.cover @ left)
    by_block = sparse.csr_matrix(reached.cover.T)
    first = None
    while True:
        score = np.where(free, _score(gain, price), 0.0)
        best = int(np.argmax(score)) if score.size else 0
        if not score.size or score[best] <= 0.0 or gain[best] < ONE_PERSON - 1e-6:
            return
        first = score[best] if first is None else first
        if score[best] < section.last_step.value * first:
            return
        near = np.flatnonzero(score >= (1.0 - section.near_best.value) * score[best])
        order = near[np.lexsort((near, -score[near]))]
        yield order[: section.near_best_kept + 1].tolist()
        blocks = reached.cover[best].indices
        taken = blocks[left[blocks] > 0.0]
        gain = gain - np.asarray(by_block[taken].T @ left[taken])
        left[taken] = 0.0


def _by_step(rounds: Sequence[Sequence[list[int]]]) -> list[tuple[int, str]]:
    """Spots of all operators step by step, each with what it is there."""
    found = []
    for step in range(max((len(steps) for steps in rounds), default=0)):
        there = [steps[step] for steps in rounds if step < len(steps)]
        found += [(order[0], BEST) for order in there]
        found += [(spot, NEAR_BEST) for order in there for spot in order[1:]]
    return found


def _of_villages(reached: Reached, villages: Sequence[int]) -> Iterator[IntArray]:
    """Spots that reach each village without any operator."""
    by_block = sparse.csc_matrix(reached.cover)
    for block in dict.fromkeys(villages):
        if reached.people[-1, block] > 0.0:
            yield np.sort(by_block[:, block].nonzero()[0])


def _best_of(
    rule: dict[int, str], groups: Sequence[IntArray] | Iterator[IntArray], score: FloatArray,
    kept: int, name: str,
) -> None:  # fmt: skip
    """Keep the first few of each group by people per money."""
    for group in groups:
        for spot in group[np.lexsort((group, -score[group]))][:kept].tolist():
            if score[spot] > 0.0:
                rule.setdefault(spot, name)
