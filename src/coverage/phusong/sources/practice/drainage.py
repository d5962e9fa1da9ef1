"""Running water on a grid: where it flows, how much gathers, how deep it cuts.

Flow goes to one of the eight neighbours. Sums along the tree of receivers are taken by pointer
doubling, which visits every cell a logarithmic number of times and needs no ordering. Incision
is the stream-power law, solved implicitly from the outlets upwards. Source of the method:
Braun and Willett, Geomorphology 180-181 (2013), 170-179, eq. (12) to (23); basins without an
outlet are joined over their lowest pass as in Cordonnier, Bovy and Braun, Earth Surface
Dynamics 7 (2019), 549-562.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from phusong.units import BoolArray, Float32Array, FloatArray, IntArray

NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
STAY = len(NEIGHBOURS)
HILLSLOPE_DOUBLINGS = 6
"""The steepest hillslope is held over paths of 2**6 cells; longer ones are streams."""

SQUARE_KM_M2 = 1e6


@dataclass(frozen=True, eq=False)
class Flow:
    """Where the water of every cell goes next.

    Parameters
    ----------
    shape
        Rows and columns of the grid.
    cell_m
        Side of a cell [m].
    receiver
        Flat index of the next cell; a cell's own index where the water stays.
    distance_m
        Length of that step [m].
    """

    shape: tuple[int, int]
    cell_m: float
    receiver: IntArray
    distance_m: Float32Array

    def upstream_cells(self, doublings: int = 32) -> FloatArray:
        """Number of cells whose water passes through each cell, itself included.

        Parameters
        ----------
        doublings
            Count paths of up to ``2**doublings`` cells.

        Returns
        -------
        numpy.ndarray
            Counts, flat, >= 1.
        """
        cells = self.receiver.size
        sink = np.where(self.receiver == np.arange(cells), cells, self.receiver)
        target = np.append(sink, cells)
        count = np.append(np.ones(cells), 0.0)
        for _ in range(doublings):
            if (target == cells).all():
                break
            count += np.bincount(target, weights=count, minlength=cells + 1)
            count[cells] = 0.0
            target = target[target]
        return count[:cells]


def flow_over(
    height_m: FloatArray | Float32Array,
    *,
    cell_m: float,
    taste: Float32Array,
    outlets: BoolArray | None = None,
) -> Flow:
    """Steepest descent, with each neighbour's fall weighted by its taste.

    Parameters
    ----------
    height_m
        Heights at cell centres [m].
    cell_m
        Side of a cell, > 0 [m].
    taste
        Weight of a cell as a receiver, about 1; its scatter keeps valleys from following the
        eight directions of the grid.
    outlets
        Cells where water leaves. With them every cell drains to one of them, basins over
        their lowest pass; without them water stays in the pits.

    Returns
    -------
    Flow
        The receivers.
    """
    height = np.asarray(height_m, dtype=np.float32)
    rows, cols = height.shape
    around = np.pad(height, 1, constant_values=np.inf)
    weight = np.pad(taste, 1, constant_values=1.0)
    fall = np.zeros(height.shape, dtype=np.float32)
    choice = np.full(height.shape, STAY, dtype=np.int8)
    for direction, (down, right) in enumerate(NEIGHBOURS):
        window = (slice(1 + down, 1 + down + rows), slice(1 + right, 1 + right + cols))
        candidate = height - around[window]
        candidate *= weight[window] * np.float32(1.0 / np.hypot(down, right))
        better = candidate > fall
        np.copyto(fall, candidate, where=better)
        choice[better] = direction
    picked = choice.ravel()
    if outlets is not None:
        picked[outlets.ravel()] = STAY
    steps = np.array([down * cols + right for down, right in NEIGHBOURS] + [0])
    lengths = np.array([np.hypot(*step) for step in NEIGHBOURS] + [1.0], dtype=np.float32) * cell_m
    receiver = np.arange(height.size) + steps[picked]
    distance_m = lengths.astype(np.float32)[picked]
    if outlets is not None:
        _join_basins(height.ravel(), outlets.ravel(), receiver, distance_m, (cols, cell_m))
    return Flow((rows, cols), cell_m, receiver, distance_m)


def _join_basins(
    height: Float32Array,
    outlets: BoolArray,
    receiver: IntArray,
    distance_m: Float32Array,
    layout: tuple[int, float],
) -> None:
    """Let every pit drain over the lowest pass towards an outlet (in place)."""
    cols, cell_m = layout
    cells = np.arange(height.size)
    pits = np.flatnonzero((receiver == cells) & ~outlets)
    if pits.size == 0:
        return
    basin_of_root = np.zeros(height.size, dtype=np.int64)
    basin_of_root[pits] = np.arange(1, pits.size + 1)
    root = receiver
    for jumped in _doubled(receiver):
        root = jumped
    basin = basin_of_root[root]
    near, far, low, high = _passes(height, basin, cols)
    rank = np.arange(1.0, near.size + 1.0)  # passes come sorted: their rank is a unique height
    graph = sparse.csr_matrix((rank, (low, high)), shape=(pits.size + 1, pits.size + 1))
    tree = csgraph.minimum_spanning_tree(graph)
    order, parent = csgraph.breadth_first_order(tree, 0, directed=False)
    child = order[1:]
    both_ways = (tree + tree.T).tocsr()
    crossed = np.asarray(both_ways[child, parent[child]]).ravel().astype(np.int64) - 1
    leaves_near = basin[near[crossed]] == child
    beyond = np.where(leaves_near, far[crossed], near[crossed])
    pit = pits[child - 1]
    receiver[pit] = beyond
    apart = np.hypot(pit // cols - beyond // cols, pit % cols - beyond % cols)
    distance_m[pit] = np.maximum(apart, 1.0) * cell_m


def _doubled(receiver: IntArray) -> Iterator[IntArray]:
    """Receivers 1, 2, 4, 8 … steps on, until they no longer change."""
    jumped = receiver
    while True:
        yield jumped
        further = jumped[jumped]
        if np.array_equal(further, jumped):
            return
        jumped = further


def _passes(
    height: Float32Array, basin: IntArray, cols: int
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Lowest pass between each pair of touching basins, sorted by height."""
    label = basin.reshape(-1, cols)
    index = np.arange(height.size).reshape(-1, cols)
    across = label[:, :-1] != label[:, 1:]
    along = label[:-1, :] != label[1:, :]
    near = np.concatenate([index[:, :-1][across], index[:-1, :][along]])
    far = np.concatenate([index[:, 1:][across], index[1:, :][along]])
    level = np.maximum(height[near], height[far])
    low = np.minimum(basin[near], basin[far])
    high = np.maximum(basin[near], basin[far])
    order = np.lexsort((near, level, high, low))
    pair = (low * (int(basin.max()) + 1) + high)[order]
    lowest = order[np.concatenate([[True], pair[1:] != pair[:-1]])]
    lowest = lowest[np.argsort(level[lowest], kind="stable")]
    return near[lowest], far[lowest], low[lowest], high[lowest]


@dataclass(frozen=True, eq=False)
class Incision:
    """One step of uplift and stream-power incision.

    Parameters
    ----------
    uplift_m
        Rise of every cell during the step, shape of the grid [m].
    erodibility
        Ratio of incision to slope for 1 km² of catchment during the step, times 1 km; shape of
        the grid.
    area_exponent
        Exponent of the catchment area, 0.4 to 0.5.
    least_area_m2
        Area added to every catchment: rounds the ridges [m²].
    steepest
        Largest rise over run along the flow.
    """

    uplift_m: FloatArray | Float32Array
    erodibility: FloatArray | Float32Array
    area_exponent: float
    least_area_m2: float
    steepest: float

    def applied(self, height_m: FloatArray, flow: Flow) -> tuple[FloatArray, FloatArray]:
        """Heights after the step.

        Parameters
        ----------
        height_m
            Heights before the step; cells that keep their water keep their height [m].
        flow
            The water's way over them.

        Returns
        -------
        height_m
            Heights after the step [m].
        catchment_m2
            Area that drains through each cell [m²].
        """
        catchment_m2 = flow.upstream_cells() * flow.cell_m**2
        keeps = flow.receiver == np.arange(flow.receiver.size)
        area_km2 = (catchment_m2 + self.least_area_m2) / SQUARE_KM_M2
        erodibility: FloatArray = np.asarray(self.erodibility, dtype=np.float64).ravel()
        pull = erodibility * area_km2**self.area_exponent * 1000.0 / flow.distance_m
        before = height_m.ravel()
        # h = own + share * h_receiver; composed along the path: own <- own + share * own[next]
        share = np.where(keeps, 0.0, pull / (1.0 + pull))
        own = np.where(keeps, before, (before + np.ravel(self.uplift_m)) / (1.0 + pull))
        climb = np.where(keeps, 0.0, self.steepest * flow.distance_m)
        ladder = list(_doubled(flow.receiver))
        for jumped in ladder:
            own += share * own[jumped]
            share *= share[jumped]
        ceiling = own
        for jumped in ladder[:HILLSLOPE_DOUBLINGS]:
            ceiling = np.minimum(ceiling, ceiling[jumped] + climb)
            climb = climb + climb[jumped]
        return ceiling.reshape(flow.shape), catchment_m2.reshape(flow.shape)
