r"""Chains as trees: who feeds whom is part of the model, so that half a chain covers half.

With a variable for each link, every chosen option that is no root has exactly one feeder, and a
demand row :math:`g` is covered only as far as links enter every set of options :math:`S` that holds
all those that cover it (directed cuts of the Steiner tree problem: S. Chopra, M. R. Rao, *The
Steiner tree problem I*, Mathematical Programming 64, 1994; with prizes: I. Ljubić and others, *An
algorithmic framework for the exact solution of the prize-collecting Steiner tree problem*, 105,
2006):

.. math:: \sum_{i} z_{ij} = x_j, \quad
          y_g \le \sum_{i \notin S,\, j \in S} z_{ij}
          = \sum_{j \in S} x_j - \sum_{i,\,j \in S} z_{ij}

Without it two half chains that meet cover in full what lies between them. The sets are found by the
largest flow to each row; those of one bundle make one bound, as in
:mod:`phusong.planning.choose_master`.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import sparse

from phusong.kernels.wall import WHOLE, walls
from phusong.planning.choose_links import Links
from phusong.planning.choose_rows import Rows
from phusong.units import BoolArray, FloatArray, IntArray

MOST_ENTRIES = 20_000_000
"""Entries of all walls of one round together."""
CREEP = 1_000
"""What each link carries beyond its share when walls are looked for, in millionths: of walls that
are about as thin those of fewest links are found, which bound more and are shorter."""


class Network(NamedTuple):
    """Options and one source before all roots, each link as two opposite arcs, node by node.

    Parameters
    ----------
    start
        First arc of each node, and the number of arcs.
    head
        Node at the other end of each arc.
    other
        Number of the opposite arc.
    column
        The link's column in the model; −1 for the opposite arc.
    """

    start: IntArray
    head: IntArray
    other: IntArray
    column: IntArray


class Bounds(NamedTuple):
    """Bounds that a solution breaks.

    Parameters
    ----------
    bundle
        Which bundle each bounds.
    constant
        What it allows without any link.
    start
        First entry of each bound, and the number of entries.
    column, slope
        Columns of the model and what each adds, bound after bound.
    """

    bundle: IntArray
    constant: FloatArray
    start: IntArray
    column: IntArray
    slope: FloatArray


@dataclass(frozen=True, eq=False)
class Trees:
    """Links as columns of a model.

    Parameters
    ----------
    links
        Who can feed whom.
    first
        Column of the first link; options have the columns from 0 on.
    """

    links: Links = field(repr=False)
    first: int
    network: Network = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay out the network once."""
        tails, heads = self.links.arcs
        roots, source = np.flatnonzero(self.links.root), len(self.links.root)
        tail = np.concatenate([tails, np.full(len(roots), source)])
        head = np.concatenate([heads, roots])
        column = np.concatenate([self.first + np.arange(len(tails)), roots])
        count = len(tail)
        ends = np.concatenate([tail, head]), np.concatenate([head, tail])
        order = np.lexsort((ends[1], ends[0]))
        place = np.empty(2 * count, dtype=np.int64)
        place[order] = np.arange(2 * count)
        opposite = np.concatenate([np.arange(count) + count, np.arange(count)])
        lengths = np.bincount(ends[0], minlength=source + 1)
        both = np.concatenate([column, np.full(count, -1)])
        network = Network(
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            ends[1][order].astype(np.int64), place[opposite[order]], both[order].astype(np.int64),
        )  # fmt: skip
        object.__setattr__(self, "network", network)

    def broken(
        self, rows: Rows, parts: "Parts", point: FloatArray, now: FloatArray, bound: FloatArray
    ) -> Bounds:
        """Walls around the rows at a point that the current solution breaks.

        Parameters
        ----------
        rows
            Demand.
        parts
            What each bundle is made of.
        point, now
            Columns of the model, where flows are looked for and what the solver found.
        bound
            What each bundle counts in ``now``.

        Returns
        -------
        Bounds
            One for each bundle that counts more than flows to its rows.
        """
        column = self.network.column
        share = np.clip(point[column], 0.0, 1.0)
        capacity = np.where(column >= 0, np.round(share * WHOLE) + CREEP, 0).astype(np.int64)
        bundles = len(bound)
        constant, number = np.zeros(bundles), np.zeros(bundles, dtype=np.int64)
        most = min(MOST_ENTRIES, bundles * len(now))
        where, value = np.empty(most, dtype=np.int64), np.empty(most)
        total = walls(
            *self.network, capacity, len(self.links.root),
            rows.by_row.indptr.astype(np.int64), rows.by_row.indices.astype(np.int64),
            parts.row, parts.weight, parts.start, bound, 1e-4 + 1e-6 * parts.full, now,
            constant, number, where, value,
        )  # fmt: skip
        bundle = np.flatnonzero(number >= 0) if total >= 0 else np.empty(0, dtype=np.int64)
        ends = np.concatenate([[0], np.cumsum(number[bundle])])
        return Bounds(
            bundle, constant[bundle], ends, where[: max(total, 0)], value[: max(total, 0)]
        )


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows of each bundle, one bundle after the other; those that two must serve are left out.

    Parameters
    ----------
    row, weight
        Demand rows and what they count.
    start
        First entry of each bundle, and the number of entries.
    full
        What a bundle counts when all of it is served.
    """

    row: IntArray = field(repr=False)
    weight: FloatArray = field(repr=False)
    start: IntArray = field(repr=False)
    full: FloatArray = field(repr=False)


def parts_of(
    row: IntArray, weight: FloatArray, bundle: IntArray, full: FloatArray, twice: BoolArray
) -> Parts:
    """Entries of a model in the order of their bundles.

    Parameters
    ----------
    row, weight, bundle
        Of each entry.
    full
        Sum of each bundle.
    twice
        Demand rows that two options must serve.

    Returns
    -------
    Parts
        Where a row must be served twice the bundle is empty: other bounds hold it.
    """
    order = np.argsort(bundle, kind="stable")
    once = order[~twice[row[order]]]
    start = np.searchsorted(bundle[once], np.arange(len(full) + 1))
    spared = np.where(np.diff(start) > 0, full, np.inf)
    return Parts(row[once], weight[once], start.astype(np.int64), spared)


def tree(links: Links, chosen: BoolArray) -> FloatArray:
    """Links of one tree that connects a choice.

    Parameters
    ----------
    links
        Who can feed whom.
    chosen
        Options, all of them connected.

    Returns
    -------
    numpy.ndarray
        1 for each of ``links.arcs`` that feeds somebody, of fewest links to a root.
    """
    tails, heads = links.arcs
    kept = np.zeros(len(tails))
    usable = chosen[tails] & chosen[heads]
    reached = chosen & links.root
    while True:
        fresh = np.flatnonzero(usable & reached[tails] & ~reached[heads])
        if fresh.size == 0:
            return kept
        fresh = fresh[np.unique(heads[fresh], return_index=True)[1]]
        kept[fresh] = 1.0
        reached[heads[fresh]] = True


def at_one_feeder(trees: Trees) -> list[tuple[float, float, IntArray, FloatArray]]:
    """Rows of the model: one feeder for each, no link without its feeder, none both ways.

    Parameters
    ----------
    trees
        Links as columns.

    Returns
    -------
    list
        Lowest and highest value, columns and their factors.
    """
    links, first = trees.links, trees.first
    tails, heads = links.arcs
    count = len(links.root)
    found: list[tuple[float, float, IntArray, FloatArray]] = []
    into = sparse.csr_matrix(
        (np.ones(len(heads)), (heads, np.arange(len(heads)))), (count, len(heads))
    )
    for option in np.flatnonzero(~links.root).tolist():
        feeding = first + into.indices[into.indptr[option] : into.indptr[option + 1]]
        found.append((0.0, 0.0, np.append(feeding, option), np.append(np.ones(len(feeding)), -1.0)))
    place = {pair: arc for arc, pair in enumerate(zip(tails.tolist(), heads.tolist(), strict=True))}
    for (tail, head), arc in place.items():
        back = place.get((head, tail))
        both = [first + arc] if back is None else [first + arc, first + back]
        factors = np.append(np.ones(len(both)), -1.0)
        found.append((-np.inf, 0.0, np.array([*both, tail]), factors))
    return found
