"""Demand made small: points that the same options cover become one row.

What is already there takes its points out, points that nobody can cover go too, and the rest are
merged. The exact choice and its greedy twin both work on these rows.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from phusong.units import BoolArray, FloatArray, IntArray

ROWS_OF_THEIR_OWN = 2_000
"""Up to this many covered pairs every row stands for itself in the model; beyond, rows share
bounds by the two strongest options that cover them."""
MOST_BUNDLES = 1_500
"""When pairs of options make more bundles than this, the strongest option alone decides."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Demand rows, each with the set of options that cover it.

    Parameters
    ----------
    by_option
        Options × rows, 1 where an option covers a row.
    weight
        Weight of each row.
    base
        Weight that is covered already.
    twice
        Whether a row counts only when two options cover it.
    row_of_point
        Row of each demand point, −1 for those that are done, that no open option covers, or that
        count nothing.
    is_done
        Whether a demand point is covered already.
    """

    by_option: sparse.csr_matrix = field(repr=False)
    weight: FloatArray = field(repr=False)
    base: float
    twice: BoolArray = field(repr=False)
    row_of_point: IntArray = field(repr=False)
    is_done: BoolArray = field(repr=False)
    by_row: sparse.csr_matrix = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the transpose, which every evaluation needs."""
        object.__setattr__(self, "by_row", self.by_option.T.tocsr())

    def covered(self, chosen: FloatArray) -> FloatArray:
        """Share of each row that a choice covers.

        Parameters
        ----------
        chosen
            0 to 1 for each option; fractions are those of a relaxed choice.

        Returns
        -------
        numpy.ndarray
            0 to 1 for each row.
        """
        return np.asarray(np.minimum(1.0, self.servers(chosen)))

    def servers(self, chosen: FloatArray) -> FloatArray:
        r"""How often each row is served, where two must serve without the strongest of them.

        Parameters
        ----------
        chosen
            0 to 1 for each option.

        Returns
        -------
        numpy.ndarray
            At least 1 where a whole choice covers the row.

        Notes
        -----
        Two options cover a row exactly when, whichever is left out, another one covers it, so
        the row counts at most :math:`\sum_j x_j - \max_j x_j` over those that cover it.
        """
        served = np.asarray(self.by_row @ chosen)
        both = np.flatnonzero(self.twice)
        if both.size:
            served[both] -= chosen[self.strongest(chosen)]
        return served

    def strongest(self, chosen: FloatArray) -> IntArray:
        """Option that serves each row most, of the rows that two must serve.

        Parameters
        ----------
        chosen
            0 to 1 for each option.

        Returns
        -------
        numpy.ndarray
            Options, row after row; of equal ones the first.
        """
        starts = self.by_row.indptr
        indices = self.by_row.indices
        found = [
            indices[starts[row] + int(np.argmax(chosen[indices[starts[row] : starts[row + 1]]]))]
            for row in np.flatnonzero(self.twice).tolist()
        ]
        return np.array(found, dtype=np.int64)

    def value(self, chosen: FloatArray) -> float:
        """Weight that a choice adds to what is covered already.

        Parameters
        ----------
        chosen
            0 to 1 for each option.

        Returns
        -------
        float
            Weight, without ``base``.
        """
        return float(self.weight @ self.covered(chosen))


def merged_rows(
    cover: sparse.csc_matrix,
    weight: FloatArray,
    *,
    there: IntArray,
    free: IntArray,
    twice: BoolArray,
    counts: BoolArray,
) -> Rows:
    """Rows of the options that are still open.

    Parameters
    ----------
    cover
        All options × demand points, any entry other than 0 covers.
    weight
        Weight of each point.
    there
        Options that stand already.
    free
        Options to choose from, in the order that the rows use.
    twice
        Whether a point counts only when two options cover it.
    counts
        Whether a point counts at all, in the weight or in a floor.

    Returns
    -------
    Rows
        Points that count, that an open option covers (two of them where two are needed) and no
        standing one does, merged. The order of the rows does not depend on that of the points.
    """
    standing = np.zeros(cover.shape[1], dtype=np.int64)
    if there.size:
        standing = np.asarray(cover.tocsr()[there].getnnz(axis=0), dtype=np.int64)
    done = standing > twice
    lacks_two = twice & (standing == 0)
    base = float(weight[done].sum())
    open_cover = cover.tocsr()[free].tocsc()
    open_cover.sort_indices()
    ends = open_cover.indptr
    members: dict[tuple[bytes, bool], int] = {}
    label = np.full(cover.shape[1], -1, dtype=np.int64)
    wanted = np.flatnonzero(~done & counts & (np.diff(ends) > lacks_two))
    indices = open_cover.indices.astype(">u4")  # big end first: bytes then sort like numbers
    for point in wanted.tolist():
        key = indices[ends[point] : ends[point + 1]].tobytes(), bool(lacks_two[point])
        label[point] = members.setdefault(key, len(members))
    order = sorted(members)
    place = np.empty(len(members), dtype=np.int64)
    for new, key in enumerate(order):
        place[members[key]] = new
    sums = np.bincount(place[label[wanted]], weights=weight[wanted], minlength=len(order)).astype(
        np.float64
    )
    lists = [np.frombuffer(key, dtype=">u4").astype(np.int64) for key, _ in order]
    pointer = np.concatenate(([0], np.cumsum([len(row) for row in lists]))).astype(np.int64)
    columns = np.concatenate(lists) if lists else np.empty(0, dtype=np.int64)
    by_row = sparse.csr_matrix(
        (np.ones(len(columns)), columns, pointer), shape=(len(order), len(free))
    )
    row_of_point = np.full(cover.shape[1], -1, dtype=np.int64)
    row_of_point[wanted] = place[label[wanted]]
    return Rows(
        by_row.T.tocsr(), sums, base, np.array([two for _, two in order], dtype=np.bool_),
        row_of_point, done,
    )  # fmt: skip


def bundles(rows: Rows, weight: FloatArray) -> IntArray:
    """Which rows share one bound in the model.

    Parameters
    ----------
    rows
        Demand rows.
    weight
        What each row counts, that of the goal or of a floor.

    Returns
    -------
    numpy.ndarray
        Bundle of each row, from 0. Few rows are a bundle each, which makes the model exact at
        once; many are bundled by the two options of largest weight that cover them, or by the
        first of the two. Rows that two options must serve stay alone.
    """
    count = len(rows.weight)
    if rows.by_row.nnz <= ROWS_OF_THEIR_OWN:
        return np.arange(count, dtype=np.int64)
    reach = rows.by_option @ weight
    strongest_first = np.lexsort((np.arange(len(reach)), -reach))
    ranked = rows.by_row[:, strongest_first].tocsr()
    ranked.sort_indices()
    start, length = ranked.indptr[:-1], np.diff(ranked.indptr)
    first = ranked.indices[start].astype(np.int64)
    second = np.where(length > 1, ranked.indices[np.minimum(start + 1, ranked.nnz - 1)], -1)
    pairs = first * (rows.by_option.shape[0] + 1) + second + 1
    alone = pairs.max(initial=0) + 1 + np.arange(count)
    kinds, bundle = np.unique(np.where(rows.twice, alone, pairs), return_inverse=True)
    if len(kinds) > MOST_BUNDLES:
        bundle = np.unique(np.where(rows.twice, alone, first), return_inverse=True)[1]
    return np.asarray(bundle, dtype=np.int64)
