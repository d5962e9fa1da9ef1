"""The cells of the practice population: 3 arc-seconds in WGS 84, and who could live in them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from affine import Affine
from scipy import ndimage

from phusong.geo.terrain import Terrain
from phusong.sources.practice import facts
from phusong.sources.practice.fields import steepness, to_geographic, to_metric
from phusong.sources.practice.ground import LEAST_SPARE_M, PLAN_CELL_M, Ground
from phusong.units import BoolArray, Float32Array, FloatArray

CELLS_PER_DEGREE = 1200
KNOT_CELLS = 16
"""Positions are computed exactly on every 16th cell: in between, they are linear to 0.1 m."""

CLIFF_SLOPE = 0.60
"""Rise over run beyond which nobody lives."""
COMFORTABLE_SLOPE = 0.24
FADING_M = 2500.0
"""Width of the strip before the northern limit in which people grow fewer."""
SLOPE_CELL_M = 90.0


@dataclass(frozen=True, eq=False)
class Lattice:
    """Cells of 3 arc-seconds that cover the study's frame.

    Parameters
    ----------
    ground
        The ground under them.
    slope_90m
        Rise over run on 90 m cells of the same frame.
    west, north
        Outer corner, in whole cells from longitude 0 and latitude 0.
    shape
        Rows and columns.
    """

    ground: Ground
    slope_90m: Float32Array
    west: int
    north: int
    shape: tuple[int, int]

    @classmethod
    def over(cls, terrain: Terrain, ground: Ground) -> "Lattice":
        """Cover the frame of a terrain.

        Parameters
        ----------
        terrain
            The terrain on 30 m cells.
        ground
            Its 180 m means.

        Returns
        -------
        Lattice
            The smallest that covers it.
        """
        west, south, east, north = terrain.grid.bounds
        along = np.linspace(0.0, 1.0, 33)
        eastings = np.concatenate([west + (east - west) * along] * 2 + [[west] * 33, [east] * 33])
        sides = south + (north - south) * along
        northings = np.concatenate([[south] * 33, [north] * 33, sides, sides])
        latitude, longitude = to_geographic(eastings, northings, crs=facts.CRS)
        left = int(np.floor(longitude.min() * CELLS_PER_DEGREE))
        right = int(np.ceil(longitude.max() * CELLS_PER_DEGREE))
        bottom = int(np.floor(latitude.min() * CELLS_PER_DEGREE))
        top = int(np.ceil(latitude.max() * CELLS_PER_DEGREE))
        factor = round(SLOPE_CELL_M / terrain.grid.resolution_m)
        rows, cols = (n // factor for n in terrain.grid.shape)
        blocks = terrain.height_amsl_m.reshape(rows, factor, cols, factor)
        mean_m = blocks.mean(axis=(1, 3), dtype=np.float64).astype(np.float32)
        slope = steepness(mean_m, SLOPE_CELL_M)
        return cls(ground, slope, left, top, (top - bottom, right - left))

    @property
    def affine(self) -> Affine:
        """Affine from pixel (column, row) to (longitude, latitude)."""
        size = 1.0 / CELLS_PER_DEGREE
        return Affine(size, 0.0, self.west * size, 0.0, -size, self.north * size)

    @cached_property
    def geographic(self) -> tuple[FloatArray, FloatArray]:
        """Latitude of the rows' centres and longitude of the columns' centres [deg]."""
        rows, cols = self.shape
        latitude = (self.north - np.arange(rows) - 0.5) / CELLS_PER_DEGREE
        longitude = (self.west + np.arange(cols) + 0.5) / CELLS_PER_DEGREE
        return latitude, longitude

    @cached_property
    def metric(self) -> tuple[FloatArray, FloatArray]:
        """Easting and northing of the cell centres [m]."""
        rows, cols = (-(-n // KNOT_CELLS) + 1 for n in self.shape)
        latitude = (self.north - KNOT_CELLS * np.arange(rows) - 0.5) / CELLS_PER_DEGREE
        longitude = (self.west + KNOT_CELLS * np.arange(cols) + 0.5) / CELLS_PER_DEGREE
        knots = to_metric(latitude[:, None] + 0 * longitude, longitude + 0 * latitude[:, None],
                          crs=facts.CRS)  # fmt: skip
        row, col = (np.arange(n) / KNOT_CELLS for n in self.shape)
        easting, northing = (_between(knot, row, col) for knot in knots)
        return easting, northing

    def sampled(self, field: Float32Array, cell_m: float) -> Float32Array:
        """Values of a field of the frame at the cell centres, by bilinear sampling.

        Parameters
        ----------
        field
            Values on north-up cells of the study's frame.
        cell_m
            Side of those cells [m].

        Returns
        -------
        numpy.ndarray
            Values of the shape of the lattice, float32; the nearest one outside the frame.
        """
        easting, northing = self.metric
        places = np.stack(
            [(facts.NORTH - northing) / cell_m - 0.5, (easting - facts.WEST) / cell_m - 0.5]
        )
        values = ndimage.map_coordinates(field, places, order=1, mode="nearest")
        return np.asarray(values, dtype=np.float32)

    @cached_property
    def height_m(self) -> Float32Array:
        """Height above sea level [m]."""
        return self.sampled(self.ground.height_m, PLAN_CELL_M)

    @cached_property
    def inside_frame(self) -> BoolArray:
        """Cells well inside the frame."""
        easting, northing = self.metric
        edge = 1000.0
        inside = (easting > facts.WEST + edge) & (easting < facts.EAST - edge)
        inside &= (northing > facts.SOUTH + edge) & (northing < facts.NORTH - edge)
        return np.asarray(inside)

    @cached_property
    def comfort(self) -> Float32Array:
        """How well a cell suits people, 0 on cliffs and beyond the limit, at most about 1."""
        slope = self.sampled(self.slope_90m, SLOPE_CELL_M)
        perched = self.sampled(self.ground.relative_height_m, PLAN_CELL_M)
        comfort = np.exp(-((slope / COMFORTABLE_SLOPE) ** 2))
        comfort *= np.exp(-np.clip(self.height_m - 500.0, 0.0, None) / 1100.0)
        comfort *= np.exp(-np.clip(perched, -150.0, 450.0) / 220.0) * 0.5
        spare_m = self.sampled(self.ground.spare_m, PLAN_CELL_M) - LEAST_SPARE_M
        comfort *= np.clip(spare_m / FADING_M, 0.0, 1.0)
        comfort[(slope > CLIFF_SLOPE) | ~self.inside_frame] = 0.0
        return np.asarray(comfort, dtype=np.float32)

    def cell_at(self, latitude: float, longitude: float) -> tuple[int, int]:
        """Row and column of the cell under a point.

        Parameters
        ----------
        latitude, longitude
            WGS 84 [deg].

        Returns
        -------
        row, col
            The cell.
        """
        row = int(np.floor(self.north - latitude * CELLS_PER_DEGREE))
        col = int(np.floor(longitude * CELLS_PER_DEGREE - self.west))
        return row, col


def _between(knots: FloatArray, row: FloatArray, col: FloatArray) -> FloatArray:
    """Bilinear interpolation between knots at fractional rows and columns."""
    top, left = row.astype(np.int64), col.astype(np.int64)
    down, right = (row - top)[:, None], (col - left)[None, :]
    rows = knots[top] * (1.0 - down) + knots[top + 1] * down
    return np.asarray(rows[:, left] * (1.0 - right) + rows[:, left + 1] * right)
