"""What is asked, checked once: options, demand, prices and rules of a choice."""

import math
import operator
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from phusong.errors import DataError, DomainError
from phusong.planning.choose_floors import Floor, RowFloor, checked_floors, row_floors
from phusong.planning.choose_limits import Limit, OpenLimit, open_limits
from phusong.planning.choose_links import Links, no_links
from phusong.planning.choose_rows import Rows, merged_rows
from phusong.units import BoolArray, FloatArray, IntArray

SAME = 1e-9
"""Amounts that differ by less than this share are the same amount."""


@dataclass(frozen=True, eq=False)
class Question:
    """A choice to be made, over the options that are still open.

    Parameters
    ----------
    free
        Row of each open option in the caller's matrix.
    cost
        Price of each.
    budget, count, target
        Most that may be spent, most options, least weight to be covered; None for no limit.
    groups
        Open options of which at most one may be chosen.
    links
        Which option can feed which.
    rows
        Demand.
    floors
        What must be covered beside the goal.
    limits
        What may not be passed beside the budget.
    weight
        Weight of each point, all of them.
    unreachable
        Points of weight above 0 that no option reaches.
    whole_weight, whole_cost
        Whether all weights, or all prices, are whole numbers.
    """

    free: IntArray
    cost: FloatArray
    budget: float | None
    count: int | None
    target: float | None
    groups: tuple[IntArray, ...] = field(repr=False)
    links: Links = field(repr=False)
    rows: Rows = field(repr=False)
    floors: tuple[RowFloor, ...] = field(repr=False)
    limits: tuple[OpenLimit, ...] = field(repr=False)
    weight: FloatArray = field(repr=False)
    unreachable: IntArray = field(repr=False)
    whole_weight: bool
    whole_cost: bool

    @property
    def wanted(self) -> float:
        """Weight to be covered, without end when there is no target."""
        return math.inf if self.target is None else self.target

    def spent(self, chosen: BoolArray) -> float:
        """Price of a choice, summed without rounding errors.

        Parameters
        ----------
        chosen
            Whether each open option is chosen.

        Returns
        -------
        float
            Sum of the prices.
        """
        return math.fsum(self.cost[chosen].tolist())

    def allowed(self, chosen: BoolArray) -> bool:
        """Whether a choice keeps every rule but the target and the floors.

        Parameters
        ----------
        chosen
            Whether each open option is chosen.

        Returns
        -------
        bool
            Within budget, limits, count and groups, and all of it connected.
        """
        return (
            (self.budget is None or not_above(self.spent(chosen), self.budget))
            and all(limit.room(chosen) >= 0 for limit in self.limits)
            and (self.count is None or int(chosen.sum()) <= self.count)
            and all(int(chosen[group].sum()) <= 1 for group in self.groups)
            and bool((self.links.connected(chosen) == chosen).all())
        )

    def reaches_floors(self, chosen: BoolArray) -> bool:
        """Whether a choice covers what it must beside the goal.

        Parameters
        ----------
        chosen
            Whether each open option is chosen.

        Returns
        -------
        bool
            True without floors.
        """
        if not self.floors:
            return True
        covered = self.rows.covered(chosen.astype(np.float64))
        return all(floor.is_reached(float(floor.weight @ covered)) for floor in self.floors)


def not_above(amount: float, limit: float) -> bool:
    """Whether an amount is within a limit, sums of decimal fractions taken as meant.

    Parameters
    ----------
    amount, limit
        In one unit.

    Returns
    -------
    bool
        True also where the amount is above by less than a billionth.
    """
    return amount <= limit or amount - limit < SAME * min(max(abs(limit), abs(amount)), 1e300)


def read_question(  # noqa: PLR0913 — as best_set
    cover: object,
    *,
    weight: ArrayLike,
    cost: ArrayLike | None,
    budget: float | None,
    count: int | None,
    fixed: Iterable[int],
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None,
    requires: Mapping[int, Iterable[int]] | None,
    target: float | None,
    floors: Sequence[Floor] = (),
    twice: ArrayLike | None = None,
    limits: Sequence[Limit] = (),
) -> Question:
    """Check what :func:`phusong.planning.choose.best_set` is given.

    Parameters
    ----------
    cover, weight, cost, budget, count, fixed, groups, requires, target, floors, twice, limits
        As there.

    Returns
    -------
    Question
        The same, with rows merged and closed options left out.

    Raises
    ------
    DataError
        A length or a row number does not fit.
    DomainError
        A weight, price or limit is negative or NaN.
    """
    matrix = cover_matrix(cover)
    options, points = matrix.shape
    weights = _amounts("weight", weight, points, "demand points (columns of cover)")
    prices = (
        np.ones(options)
        if cost is None
        else _amounts("cost", cost, options, "options (rows of cover)")
    )
    _limits(budget=budget, count=count, target=target)
    if count is not None and count != int(count):
        raise DomainError(f"count={count} is no whole number of options; round it down")
    there = np.zeros(options, dtype=np.bool_)
    there[_row_numbers("fixed", fixed, options)] = True
    labels = group_labels(groups, options)
    taken = {labels[row] for row in np.flatnonzero(there).tolist()} - {None}
    needs = _needs(requires, options)
    closed = np.array([label is not None and label in taken for label in labels], dtype=np.bool_)
    usable = ~there & ~closed
    usable &= _can_be_fed(needs, there, usable)
    free = np.flatnonzero(usable)
    asked = checked_floors(floors, points)
    rows = merged_rows(
        matrix, weights, there=np.flatnonzero(there), free=free, twice=_twice(twice, points),
        counts=np.logical_or.reduce([weights > 0, *(floor.weight > 0 for floor in asked)]),
    )  # fmt: skip
    reached = np.asarray(matrix.getnnz(axis=0) > 0)
    return Question(
        free=free,
        cost=prices[free],
        budget=budget,
        count=None if count is None else int(count),
        target=target,
        groups=_groups(labels, free),
        links=_links(needs, there, free),
        rows=rows,
        floors=row_floors(asked, rows),
        limits=open_limits(limits, free, options),
        weight=weights,
        unreachable=np.flatnonzero(~reached & (weights > 0)),
        whole_weight=bool((weights == np.floor(weights)).all()),
        whole_cost=bool((prices == np.floor(prices)).all()),
    )


def cover_matrix(cover: object) -> sparse.csc_matrix:
    """Matrix of options × demand points, 1 where an option covers a point.

    Parameters
    ----------
    cover
        SciPy sparse matrix or anything that becomes an array of two dimensions.

    Returns
    -------
    scipy.sparse.csc_matrix
        A copy with 1 for every entry other than 0.

    Raises
    ------
    DataError
        It is no matrix.
    DomainError
        An entry is NaN.
    """
    shape = cover.shape if isinstance(cover, sparse.spmatrix | sparse.sparray) else None
    if shape is None:
        cover = np.asarray(cover)
        shape = cover.shape
    if len(shape) != 2:
        raise DataError(
            f"cover has shape {shape}; a matrix of options × demand points is needed, with one "
            "row for each option"
        )
    matrix = sparse.csc_matrix(cover)
    if matrix.data.dtype.kind == "f" and np.isnan(matrix.data).any():
        raise DomainError(
            "cover has NaN entries; say covered or not: unknown cells are not covered until "
            "they are known"
        )
    covered = sparse.csc_matrix(
        ((matrix.data != 0).astype(np.int8), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    covered.sum_duplicates()
    covered.eliminate_zeros()
    return covered


def _amounts(name: str, values: ArrayLike, length: int, of_what: str) -> FloatArray:
    amounts = np.asarray(values, dtype=np.float64)
    if amounts.shape != (length,):
        raise DataError(
            f"{name} has shape {amounts.shape}, but there are {length} {of_what}; give one number "
            "for each"
        )
    wrong = np.flatnonzero(~(np.isfinite(amounts) & (amounts >= 0)))
    if wrong.size:
        first = int(wrong[0])
        raise DomainError(
            f"{name}[{first}]={amounts[first]:g} is impossible, at least 0 and finite is allowed; "
            "check the input"
        )
    return amounts


def _twice(twice: ArrayLike | None, points: int) -> BoolArray:
    if twice is None:
        return np.zeros(points, dtype=np.bool_)
    found = np.asarray(twice)
    if found.shape != (points,) or found.dtype != np.bool_:
        raise DataError(
            f"twice has shape {found.shape} and type {found.dtype}, but there are {points} demand "
            "points (columns of cover); give True or False for each"
        )
    return found


def _limits(**limits: float | None) -> None:
    for name, limit in limits.items():
        if limit is not None and not limit >= 0:
            raise DomainError(
                f"{name}={limit} is impossible, at least 0 is allowed; leave it out for no limit"
            )


def _row_numbers(name: str, rows: Iterable[int], options: int) -> list[int]:
    try:
        numbers = [operator.index(row) for row in rows]
    except TypeError as error:
        raise DataError(f"{name} holds something that is no row number: {error}") from None
    outside = [row for row in numbers if not 0 <= row < options]
    if outside:
        raise DataError(
            f"{name} names row {outside[0]}, but cover has rows 0 to {options - 1}; rows are "
            "counted from 0"
        )
    return numbers


def group_labels(
    groups: Mapping[int, Hashable] | Sequence[Hashable] | None, options: int
) -> list[Hashable | None]:
    """Group of each row.

    Parameters
    ----------
    groups
        As for :func:`phusong.planning.choose.best_set`.
    options
        How many rows there are.

    Returns
    -------
    list
        Labels; None where None, NaN or a negative number means no group.

    Raises
    ------
    DataError
        There is another number of labels, or a row that does not exist.
    """
    if groups is None:
        return [None] * options
    if isinstance(groups, Mapping):
        found: list[Hashable | None] = [None] * options
        numbers = _row_numbers("groups", groups, options)
        for row, label in zip(numbers, groups.values(), strict=True):
            found[row] = label
    else:
        found = list(groups)
        if len(found) != options:
            raise DataError(
                f"groups has {len(found)} labels, but cover has {options} rows; give one label for "
                "each, None for no group"
            )
    return [None if _is_no_label(label) else label for label in found]


def _is_no_label(label: Hashable | None) -> bool:
    if isinstance(label, int | float | np.integer | np.floating):
        return bool(label != label or label < 0)  # noqa: PLR0124 — NaN
    return label is None


def _groups(labels: list[Hashable | None], free: IntArray) -> tuple[IntArray, ...]:
    members: dict[Hashable, list[int]] = {}
    for place, row in enumerate(free.tolist()):
        if (label := labels[row]) is not None:
            members.setdefault(label, []).append(place)
    return tuple(np.array(group) for group in members.values() if len(group) > 1)


def _needs(requires: Mapping[int, Iterable[int]] | None, options: int) -> dict[int, list[int]]:
    if requires is None:
        return {}
    numbers = _row_numbers("requires", requires, options)
    return {
        row: sorted(set(_row_numbers(f"requires[{row}]", parents, options)))
        for row, parents in zip(numbers, requires.values(), strict=True)
    }


def _can_be_fed(needs: dict[int, list[int]], there: BoolArray, usable: BoolArray) -> BoolArray:
    """Options with any way to a root or to what stands already."""
    everyone = np.arange(len(there))
    return _links(needs, there, everyone).connected(usable | there)


def _links(needs: dict[int, list[int]], there: BoolArray, free: IntArray) -> Links:
    """Links among open options; what stands already is connected and feeds for nothing."""
    if not needs:
        return no_links(len(free))
    place = np.full(len(there), -1, dtype=np.int64)
    place[free] = np.arange(len(free))
    root = np.ones(len(free), dtype=np.bool_)
    pairs: list[tuple[int, int]] = []
    for row, parents in needs.items():
        if place[row] < 0 or there[row] or any(there[parent] for parent in parents):
            continue
        root[place[row]] = False
        pairs += [(int(place[p]), int(place[row])) for p in parents if place[p] >= 0 and p != row]
    tails, heads = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    feeds = sparse.csr_matrix(
        (np.ones(len(pairs), dtype=np.int8), (tails, heads)), shape=(len(free), len(free))
    )
    return Links(feeds, root)
