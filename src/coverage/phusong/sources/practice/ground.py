"""The practice ground on 180 m cells: what outlines, lines and settlements are laid over."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.sources.practice import facts
from phusong.sources.practice.fields import steepness, to_geographic, to_metric
from phusong.units import BoolArray, Float32Array, FloatArray, IntArray

PLAN_CELL_M = 180.0
LEAST_SPARE_M = 500.0
METRES_PER_DEGREE = 110_800.0
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Row and column of one neighbour of each opposite pair."""


@dataclass(frozen=True, eq=False)
class Ground:
    """The terrain averaged to 180 m, with what follows from it.

    Parameters
    ----------
    grid
        The 180 m frame.
    height_m
        Mean height above sea level of each cell [m].
    """

    grid: Grid
    height_m: Float32Array

    @classmethod
    def of(cls, terrain: Terrain) -> "Ground":
        """Average a terrain whose cells divide 180 m.

        Parameters
        ----------
        terrain
            The terrain.

        Returns
        -------
        Ground
            Its 180 m means.
        """
        factor = round(PLAN_CELL_M / terrain.grid.resolution_m)
        rows, cols = (n // factor for n in terrain.grid.shape)
        blocks = terrain.height_amsl_m.reshape(rows, factor, cols, factor)
        height_m = blocks.mean(axis=(1, 3), dtype=np.float64).astype(np.float32)
        return cls(terrain.grid.with_resolution(PLAN_CELL_M), height_m)

    @cached_property
    def slope(self) -> Float32Array:
        """Rise over run."""
        return steepness(self.height_m, PLAN_CELL_M)

    @cached_property
    def relative_height_m(self) -> Float32Array:
        """Height above the mean of the surrounding kilometres: ridges > 0, valleys < 0 [m]."""
        mean = ndimage.gaussian_filter(self.height_m, 1500.0 / PLAN_CELL_M)
        return np.asarray(self.height_m - mean, dtype=np.float32)

    @cached_property
    def centres(self) -> tuple[FloatArray, FloatArray]:
        """Easting and northing of the cell centres [m]."""
        rows, cols = self.grid.shape
        west, _, _, north = self.grid.bounds
        easting, northing = np.meshgrid(
            west + (np.arange(cols) + 0.5) * PLAN_CELL_M,
            north - (np.arange(rows) + 0.5) * PLAN_CELL_M,
        )
        return easting, northing

    @cached_property
    def spare_m(self) -> Float32Array:
        """About how far a cell lies on this side of the northern limit; < 0 beyond it [m]."""
        easting, northing = self.centres
        latitude, longitude = to_geographic(easting[::8, ::8], northing[::8, ::8], crs=facts.CRS)
        limit = np.array(facts.NORTHERN_LIMIT)
        south_m = (np.interp(longitude, limit[:, 0], limit[:, 1]) - latitude) * METRES_PER_DEGREE
        zoom = [n / m for n, m in zip(easting.shape, south_m.shape, strict=True)]
        fine_m = ndimage.zoom(south_m, zoom, order=1, grid_mode=True, mode="nearest")
        return np.asarray(fine_m, dtype=np.float32)

    @cached_property
    def allowed(self) -> BoolArray:
        """Cells on this side of the northern limit, with half a kilometre to spare."""
        return np.asarray(self.spare_m > LEAST_SPARE_M)

    def cell_at(self, latitude: float, longitude: float) -> int:
        """Flat index of the cell under a point.

        Parameters
        ----------
        latitude, longitude
            WGS 84, inside the frame [deg].

        Returns
        -------
        int
            Row times columns plus column.
        """
        row, col = self.grid.pixel_of(*to_metric(latitude, longitude, crs=facts.CRS))
        return int(row) * self.grid.shape[1] + int(col)

    def graph(self, weight: Float32Array, gradient_scale: float) -> sparse.csr_matrix:
        """Network of neighbouring cells for least-cost paths.

        Parameters
        ----------
        weight
            Cost per metre of a level path, shape of the grid; infinite where there is no way.
        gradient_scale
            Rise over run at which a path costs twice as much as a level one.

        Returns
        -------
        scipy.sparse.csr_matrix
            Cost between neighbouring cells, one direction of each pair.
        """
        index = np.arange(self.height_m.size).reshape(self.height_m.shape)
        parts: list[tuple[IntArray, IntArray, FloatArray]] = []
        for down, right in STEPS:
            here = (slice(0, -down or None), slice(max(0, -right), -right if right > 0 else None))
            there = (slice(down, None), slice(max(0, right), right if right < 0 else None))
            length_m = PLAN_CELL_M * float(np.hypot(down, right))
            gradient = (self.height_m[there] - self.height_m[here]) / np.float32(length_m)
            cost = 0.5 * (weight[here] + weight[there]) * length_m
            cost = cost * (1.0 + (gradient / np.float32(gradient_scale)) ** 2)
            open_way = np.isfinite(cost)
            parts.append((index[here][open_way], index[there][open_way], cost[open_way]))
        start, end, costs = (np.concatenate(items) for items in zip(*parts, strict=True))
        size = self.height_m.size
        return sparse.csr_matrix((costs.astype(np.float64), (start, end)), shape=(size, size))


def cheapest_ways(
    graph: sparse.csr_matrix, sources: Iterable[int], *, limit: float = np.inf
) -> tuple[FloatArray, IntArray]:
    """Least cost from the nearest of some cells to every cell.

    Parameters
    ----------
    graph
        Costs between cells, in either direction.
    sources
        Flat indices of the cells to start from.
    limit
        Largest cost sought.

    Returns
    -------
    cost
        Least cost of each cell, infinite beyond the limit.
    previous
        Cell before each cell on its way, negative at the sources and where there is no way.
    """
    cost, previous, _ = csgraph.dijkstra(
        graph, directed=False, indices=sorted(sources), min_only=True,
        return_predecessors=True, limit=limit,
    )  # fmt: skip
    return cost, previous.astype(np.int64)
