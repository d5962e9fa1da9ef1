"""The metric grid that every raster of a study lives on."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS, Geod, Transformer

from phusong.errors import DataError
from phusong.geo.tiles import Tile, whole
from phusong.units import FloatArray


@dataclass(frozen=True)
class Grid:
    """A north-up frame of square cells in a metric CRS.

    Rows run south, columns run east; ``(row + 0.5, col + 0.5)`` is the centre of a cell in
    pixel coordinates. Two grids are equal when their geoboxes are.

    Parameters
    ----------
    geobox
        Shape, affine and CRS. Must be metric, north-up and square-celled.

    Raises
    ------
    DataError
        The CRS is no map projection in metres, the cells are not square, or the frame is rotated.
    """

    geobox: GeoBox

    def __post_init__(self) -> None:
        if self.geobox.crs is None:
            raise DataError("grid has no CRS; give one, for example EPSG:32648")
        crs = CRS.from_user_input(str(self.geobox.crs))
        if crs.is_geographic:
            raise DataError(
                f"grid has CRS {self.geobox.crs} (degrees), a metric CRS is needed; "
                "use for example EPSG:32648"
            )
        if not crs.is_projected:
            raise DataError(
                f"grid has CRS {self.geobox.crs}, which is no map projection; "
                "use for example EPSG:32648"
            )
        units = {axis.unit_name for axis in crs.axis_info}
        if units - {"metre", "meter", "m"}:
            raise DataError(
                f"grid has CRS {self.geobox.crs} in {', '.join(sorted(units))}, "
                "metres are needed; use for example EPSG:32648"
            )
        a = self.geobox.affine
        if a.b or a.d or a.a <= 0 or not math.isclose(a.a, -a.e, rel_tol=1e-9):
            raise DataError(
                f"grid has affine {tuple(a)[:6]}, a north-up grid of square cells is needed; "
                "warp the raster first"
            )

    @classmethod
    def from_bounds(
        cls, west: float, south: float, east: float, north: float, *, crs: str, resolution_m: float
    ) -> "Grid":
        """Smallest grid whose edges lie on whole multiples of the resolution.

        Parameters
        ----------
        west, south, east, north
            Bounds that the grid must contain, in the CRS [m].
        crs
            Metric CRS, for example ``EPSG:32648``.
        resolution_m
            Side of a cell, > 0 [m].

        Returns
        -------
        Grid
            The frame.
        """
        left, bottom = (math.floor(v / resolution_m) * resolution_m for v in (west, south))
        cols = math.ceil(round((east - left) / resolution_m, 9))
        rows = math.ceil(round((north - bottom) / resolution_m, 9))
        top = bottom + rows * resolution_m
        affine = Affine(resolution_m, 0.0, left, 0.0, -resolution_m, top)
        return cls(GeoBox((rows, cols), affine, crs))

    @cached_property
    def resolution_m(self) -> float:
        """Side of a cell [m]."""
        return float(self.geobox.affine.a)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        rows, cols = self.geobox.shape
        return int(rows), int(cols)

    @property
    def crs(self) -> str:
        """Authority code of the CRS, for example ``EPSG:32648``."""
        return str(self.geobox.crs)

    @property
    def affine(self) -> Affine:
        """Affine from pixel (col, row) to (easting, northing)."""
        return self.geobox.affine

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edges [m]."""
        box = self.geobox.extent.boundingbox
        return float(box.left), float(box.bottom), float(box.right), float(box.top)

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the middle [deg]."""
        west, south, east, north = self.bounds
        return self.longitude_latitude((west + east) / 2, (south + north) / 2)

    @property
    def cell_area_km2(self) -> float:
        """Area of one cell [km²]."""
        return self.resolution_m**2 / 1e6

    def pixel_of(
        self, easting: FloatArray | float, northing: FloatArray | float
    ) -> tuple[FloatArray, FloatArray]:
        """Fractional row and column of points, cell centres at half-integers.

        Parameters
        ----------
        easting, northing
            Coordinates in the grid's CRS, any shape [m].

        Returns
        -------
        row, col
            Pixel coordinates; ``floor`` of them is the cell, outside the frame too.
        """
        a = self.geobox.affine
        col = (np.asarray(easting, dtype=np.float64) - a.c) / a.a
        row = (np.asarray(northing, dtype=np.float64) - a.f) / a.e
        return row, col

    def contains(
        self, easting: FloatArray | float, northing: FloatArray | float
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Whether points fall inside the frame.

        Parameters
        ----------
        easting, northing
            Coordinates in the grid's CRS, any shape [m].

        Returns
        -------
        numpy.ndarray
            True where the point's cell exists.
        """
        row, col = self.pixel_of(easting, northing)
        rows, cols = self.shape
        return np.asarray((row >= 0) & (row < rows) & (col >= 0) & (col < cols))

    def north_azimuth_deg(self, easting: float, northing: float) -> float:
        """True azimuth of the grid's north at a point: add it to a grid bearing.

        Parameters
        ----------
        easting, northing
            Point in the grid's CRS [m].

        Returns
        -------
        float
            Grid convergence, positive where grid north points east of true north [deg].
        """
        to_wgs84 = Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        step = 100.0
        here, north = (to_wgs84.transform(easting, n) for n in (northing, northing + step))
        azimuth, _, _ = Geod(ellps="WGS84").inv(*here, *north)
        return float(azimuth)

    def longitude_latitude(self, easting: float, northing: float) -> tuple[float, float]:
        """WGS 84 coordinates of a point.

        Parameters
        ----------
        easting, northing
            Point in the grid's CRS [m].

        Returns
        -------
        longitude, latitude
            [deg].
        """
        to_wgs84 = Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        longitude, latitude = to_wgs84.transform(easting, northing)
        return float(longitude), float(latitude)

    def part(self, tile: Tile) -> "Grid":
        """Frame of a tile.

        Parameters
        ----------
        tile
            A part of this grid.

        Returns
        -------
        Grid
            The same cells.
        """
        affine = self.affine * Affine.translation(tile.col0, tile.row0)
        return Grid(GeoBox(tile.shape, affine, self.crs))

    def tile_around(self, bounds: tuple[float, float, float, float]) -> Tile | None:
        """Smallest tile that contains a place, and one cell more on each side.

        Parameters
        ----------
        bounds
            West, south, east and north edges in the grid's CRS [m].

        Returns
        -------
        Tile or None
            Cut at the frame's edges; None where the place is outside.
        """
        west, south, east, north = bounds
        (top, bottom), (left, right) = self.pixel_of(
            np.array([west, east]), np.array([north, south])
        )
        row0, col0 = math.floor(top) - 1, math.floor(left) - 1
        shape = math.ceil(bottom) + 1 - row0, math.ceil(right) + 1 - col0
        return whole(self.shape).common(row0, col0, shape)

    def with_resolution(self, resolution_m: float) -> "Grid":
        """Grid over the same bounds at another resolution.

        Parameters
        ----------
        resolution_m
            Side of a cell, > 0 [m].

        Returns
        -------
        Grid
            The frame; it may reach up to one cell further.
        """
        west, south, east, north = self.bounds
        return Grid.from_bounds(west, south, east, north, crs=self.crs, resolution_m=resolution_m)
