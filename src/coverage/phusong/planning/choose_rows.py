"""Demand made small: points that the same options cover become one row.

What is already there takes its points out, points that nobody can cover go too, and the rest are
merged. The exact choice and its greedy twin both work on these rows.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from phusong.units import FloatArray, IntArray

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
    """

    by_option: sparse.csr_matrix = field(repr=False)
    weight: FloatArray = field(repr=False)
    base: float
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
        return np.asarray(np.minimum(1.0, self.by_row @ chosen))

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
    cover: sparse.csc_matrix, weight: FloatArray, *, there: IntArray, free: IntArray
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

    Returns
    -------
    Rows
        Points of weight above 0 that an open option covers and no standing one does, merged.
        The order of the rows does not depend on that of the points.
    """
    done = np.zeros(cover.shape[1], dtype=np.bool_)
    if there.size:
        done = np.asarray(cover.tocsr()[there].getnnz(axis=0) > 0)
    base = float(weight[done].sum())
    open_cover = cover.tocsr()[free].tocsc()
    open_cover.sort_indices()
    ends = open_cover.indptr
    members: dict[bytes, int] = {}
    label = np.full(cover.shape[1], -1, dtype=np.int64)
    wanted = np.flatnonzero(~done & (weight > 0) & (np.diff(ends) > 0))
    indices = open_cover.indices.astype(">u4")  # big end first: bytes then sort like numbers
    for point in wanted.tolist():
        key = indices[ends[point] : ends[point + 1]].tobytes()
        label[point] = members.setdefault(key, len(members))
    order = sorted(members)
    place = np.empty(len(members), dtype=np.int64)
    for new, key in enumerate(order):
        place[members[key]] = new
    sums = np.bincount(place[label[wanted]], weights=weight[wanted], minlength=len(order)).astype(
        np.float64
    )
    lists = [np.frombuffer(key, dtype=">u4").astype(np.int64) for key in order]
    pointer = np.concatenate(([0], np.cumsum([len(row) for row in lists]))).astype(np.int64)
    columns = np.concatenate(lists) if lists else np.empty(0, dtype=np.int64)
    by_row = sparse.csr_matrix(
        (np.ones(len(columns)), columns, pointer), shape=(len(order), len(free))
    )
    return Rows(by_row.T.tocsr(), sums, base)


def bundles(rows: Rows) -> IntArray:
    """Which rows share one bound in the model.

    Parameters
    ----------
    rows
        Demand rows.

    Returns
    -------
    numpy.ndarray
        Bundle of each row, from 0. Few rows are a bundle each, which makes the model exact at
        once; many are bundled by the two options of largest weight that cover them, or by the
        first of the two.
    """
    count = len(rows.weight)
    if rows.by_row.nnz <= ROWS_OF_THEIR_OWN:
        return np.arange(count, dtype=np.int64)
    reach = rows.by_option @ rows.weight
    strongest_first = np.lexsort((np.arange(len(reach)), -reach))
    ranked = rows.by_row[:, strongest_first].tocsr()
    ranked.sort_indices()
    start, length = ranked.indptr[:-1], np.diff(ranked.indptr)
    first = ranked.indices[start].astype(np.int64)
    second = np.where(length > 1, ranked.indices[np.minimum(start + 1, ranked.nnz - 1)], -1)
    pairs = first * (rows.by_option.shape[0] + 1) + second + 1
    kinds, bundle = np.unique(pairs, return_inverse=True)
    if len(kinds) > MOST_BUNDLES:
        bundle = np.unique(first, return_inverse=True)[1]
    return np.asarray(bundle, dtype=np.int64)
