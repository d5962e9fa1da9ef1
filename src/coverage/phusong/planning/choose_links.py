"""Who is connected: an option that needs another one counts only with a way to a root.

Two options that need each other hold each other up in a pairwise rule; here a chain must end at an
option that needs nothing. In the exact model cuts say so: whoever is chosen needs one of the
options that every way to it passes. The relaxation is made tight in
:mod:`phusong.planning.choose_trees`.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from phusong.units import BoolArray, FloatArray, IntArray

CAPACITY = 1_000_000
"""What a whole option carries in the integer flow that finds cuts."""
SMALLEST_VIOLATION = 0.01
MOST_CUTS_AT_ONCE = 60


@dataclass(frozen=True, eq=False)
class Links:
    """Which option can be fed by which.

    Parameters
    ----------
    feeds
        Options × options, 1 where the row's option can feed the column's.
    root
        Options that need nothing.
    """

    feeds: sparse.csr_matrix = field(repr=False)
    root: BoolArray = field(repr=False)

    @property
    def any(self) -> bool:
        """Whether some option needs another one."""
        return not bool(self.root.all())

    def connected(self, chosen: BoolArray) -> BoolArray:
        """Chosen options with a way to a root through chosen options.

        Parameters
        ----------
        chosen
            Whether each option is chosen.

        Returns
        -------
        numpy.ndarray
            Whether it is chosen and connected.
        """
        reached = chosen & self.root
        front = reached
        while front.any():
            fed = np.asarray(self.feeds[np.flatnonzero(front)].getnnz(axis=0) > 0)
            front = fed & chosen & ~reached
            reached = reached | front
        return reached

    @property
    def has_loops(self) -> bool:
        """Whether some options need each other in a ring, so that pairs alone say too little."""
        tails, heads = self.arcs
        count = len(self.root)
        graph = sparse.csr_matrix((np.ones(len(tails)), (tails, heads)), shape=(count, count))
        return bool(connected_components(graph, connection="strong")[0] < count)

    @property
    def arcs(self) -> tuple[IntArray, IntArray]:
        """Who feeds and who is fed, pair by pair; roots are fed by nobody."""
        pairs = self.feeds.tocoo()
        kept = ~self.root[pairs.col]
        return pairs.row[kept].astype(np.int64), pairs.col[kept].astype(np.int64)

    def among(self, kept: BoolArray) -> "Links":
        """Links between some of the options.

        Parameters
        ----------
        kept
            Whether an option is one of them.

        Returns
        -------
        Links
            The same options without the links of the others.
        """
        if not self.any or kept.all():
            return self
        pairs = self.feeds.tocoo()
        both = kept[pairs.row] & kept[pairs.col]
        feeds = sparse.csr_matrix(
            (pairs.data[both], (pairs.row[both], pairs.col[both])), shape=self.feeds.shape
        )
        return Links(feeds, self.root)

    def cuts(self, share: FloatArray) -> list[tuple[int, IntArray]]:
        """Connections that a relaxed or whole choice lacks.

        Parameters
        ----------
        share
            0 to 1 for each option.

        Returns
        -------
        list
            Pairs of an option and the options of which it needs one; each is broken by
            ``share``, and every connected choice keeps all of them.
        """
        if not self.any:
            return []
        suspects = np.flatnonzero((share > SMALLEST_VIOLATION) & ~self.root)
        order = suspects[np.lexsort((suspects, -share[suspects]))]
        network = self._network(share)
        found: list[tuple[int, IntArray]] = []
        known: set[tuple[int, bytes]] = set()
        for option in order.tolist():
            for wall in self._walls(network, option, share):
                key = (option, wall.tobytes())
                if key not in known:
                    known.add(key)
                    found.append((option, wall))
            if len(found) >= MOST_CUTS_AT_ONCE:
                break
        return found

    def _network(self, share: FloatArray) -> sparse.csr_matrix:
        """Every option as two nodes, in (i) and out (n + i), with its share between them."""
        count = len(share)
        source = 2 * count
        carries = np.maximum(1, np.round(share * CAPACITY)).astype(np.int32)
        pairs = self.feeds.tocoo()
        roots = np.flatnonzero(self.root)
        everyone = np.arange(count)
        tail = np.concatenate([everyone, count + pairs.row, np.full(len(roots), source)])
        head = np.concatenate([count + everyone, pairs.col, roots])
        wide = np.full(len(pairs.row) + len(roots), 50 * CAPACITY, dtype=np.int32)
        return sparse.csr_matrix(
            (np.concatenate([carries, wide]), (tail, head)), shape=(source + 1, source + 1)
        )

    def _walls(self, network: sparse.csr_matrix, option: int, share: FloatArray) -> list[IntArray]:
        """Smallest sets that every way to an option passes: nearest the roots, nearest to it."""
        count = len(share)
        source = 2 * count
        flow = maximum_flow(network, source, option)
        if flow.flow_value >= (share[option] - SMALLEST_VIOLATION) * CAPACITY:
            return []
        left = network - flow.flow
        left.data[left.data < 0] = 0
        left.eliminate_zeros()
        from_root = np.zeros(source + 1, dtype=np.bool_)
        from_root[breadth_first_order(left, source, return_predecessors=False)] = True
        to_option = np.zeros(source + 1, dtype=np.bool_)
        backwards = breadth_first_order(left.T.tocsr(), option, return_predecessors=False)
        to_option[backwards] = True
        near_root = np.flatnonzero(from_root[:count] & ~from_root[count:source])
        near_option = np.flatnonzero(~to_option[:count] & to_option[count:source])
        return [near_root, near_option]


def no_links(count: int) -> Links:
    """Links of options that need nothing.

    Parameters
    ----------
    count
        How many options.

    Returns
    -------
    Links
        Every option is a root.
    """
    return Links(sparse.csr_matrix((count, count)), np.ones(count, dtype=np.bool_))
