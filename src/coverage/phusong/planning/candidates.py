"""Spots where a mast could stand: high ground near people who are not covered."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, maximum_filter, uniform_filter

from phusong.geo.terrain import Terrain
from phusong.units import BoolArray, FloatArray, IntArray

PEOPLE_WITHIN_M = 4000.0
"""People this near decide whether a spot is worth a full computation."""
SMOOTHING_M = 90.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a mast.

    Parameters
    ----------
    easting, northing
        Cell centre in the study's CRS [m].
    ground_amsl_m
        Ground height [m].
    slope_deg
        Slope of the ground [deg].
    people_near
        People not covered within 4 km.
    """

    easting: float
    northing: float
    ground_amsl_m: float
    slope_deg: float
    people_near: float


def candidate_spots(
    terrain: Terrain,
    people_in_need: FloatArray,
    allowed: BoolArray,
    *,
    spacing_m: float,
    kept: int,
    places: Sequence[tuple[float, float]] = (),
    squares: bool = False,
) -> tuple[Spot, ...]:
    """High ground near people in need, the most promising first.

    A spot is the highest cell within ``spacing_m`` of itself. Spots are ordered by the people
    in need within 4 km, then by height above the ground around, then by position, so that the
    order is the same on every machine. The highest allowed cells within ``spacing_m`` of
    ``places``, and of each square, follow in the same order, so that they take no summit's place;
    the first ``kept`` of all are returned.

    Parameters
    ----------
    terrain
        Ground heights; unknown ground carries no mast.
    people_in_need
        People without coverage per cell of the same grid, NaN counts as nobody.
    allowed
        Cells where a mast may stand.
    spacing_m
        Distance within which a spot must be the highest [m].
    kept
        How many to keep.
    places
        Easting and northing of villages or points of lines, near which spots are looked for
        too [m].
    squares
        Look for the highest allowed cell of each square ``spacing_m`` wide too.

    Returns
    -------
    tuple of Spot
        At most ``kept`` spots with at least one person in need near.
    """
    cell = terrain.grid.resolution_m
    height = terrain.height_amsl_m.astype(np.float64)
    unknown = np.isnan(height)
    filled = np.where(unknown, np.nanmin(height), height)
    smooth = gaussian_filter(filled, SMOOTHING_M / cell)
    near = sum_within(np.nan_to_num(people_in_need), PEOPLE_WITHIN_M / cell)
    fit = ~unknown & allowed & (near >= 1.0)
    top = _is_highest(smooth, spacing_m / cell) & fit
    high = np.where(fit, smooth, -np.inf)
    beside = _highest_near(terrain, high, places, spacing_m)
    if squares:
        beside |= _highest_in_squares(high, max(1, round(spacing_m / cell)))
    beside &= ~top
    prominence = filled - uniform_filter(filled, size=_odd(2 * spacing_m / cell))
    slope = _slope_deg(filled, cell)
    rows, cols = np.nonzero(top | beside)
    order = np.lexsort(
        (cols, rows, -prominence[rows, cols], -np.round(near[rows, cols], 6), beside[rows, cols])
    )
    affine = terrain.grid.affine
    return tuple(
        Spot(
            easting=float(affine.c + (cols[i] + 0.5) * cell),
            northing=float(affine.f - (rows[i] + 0.5) * cell),
            ground_amsl_m=float(height[rows[i], cols[i]]),
            slope_deg=float(slope[rows[i], cols[i]]),
            people_near=float(near[rows[i], cols[i]]),
        )
        for i in order[:kept]
    )


def _highest_near(
    terrain: Terrain, height: FloatArray, places: Sequence[tuple[float, float]], radius_m: float
) -> BoolArray:
    """Highest cell near each place; -inf where no mast may stand, of equal ones the first."""
    found = np.zeros(height.shape, dtype=np.bool_)
    disc = _disc(radius_m / terrain.grid.resolution_m)
    away: IntArray = np.argwhere(disc) - disc.shape[0] // 2
    for easting, northing in places:
        if not bool(terrain.grid.contains(easting, northing)):
            continue
        centre = [int(np.floor(v)) for v in terrain.grid.pixel_of(easting, northing)]
        cells = away + centre
        cells = cells[((cells >= 0) & (cells < height.shape)).all(axis=1)]
        row, col = cells[np.argmax(height[cells[:, 0], cells[:, 1]])]
        found[row, col] |= bool(np.isfinite(height[row, col]))
    return found


def _highest_in_squares(height: FloatArray, side: int) -> BoolArray:
    """Highest cell of each square; -inf where no mast may stand, of equal ones the first."""
    rows, cols = np.nonzero(np.isfinite(height))
    square = (rows // side) * (height.shape[1] // side + 1) + cols // side
    order = np.lexsort((cols, rows, -height[rows, cols], square))
    _, first = np.unique(square[order], return_index=True)
    found = np.zeros(height.shape, dtype=np.bool_)
    found[rows[order[first]], cols[order[first]]] = True
    return found


def points_along(things: gpd.GeoSeries, step_m: float) -> list[tuple[float, float]]:
    """Points on lines, and points as they are.

    Parameters
    ----------
    things
        Points, lines, or several of them together, in metres; empty ones are left out.
    step_m
        Largest distance between neighbours on a line [m].

    Returns
    -------
    list of tuple of float
        Easting and northing [m].
    """
    known = [thing for thing in things if thing is not None and not thing.is_empty]
    found = shapely.get_coordinates(shapely.segmentize(known, step_m))
    return [(float(easting), float(northing)) for easting, northing in found]


def _is_highest(height: FloatArray, radius_cells: float) -> BoolArray:
    window = _disc(radius_cells)
    return np.asarray(height >= maximum_filter(height, footprint=window, mode="nearest"))


def sum_within(values: FloatArray, radius_cells: float) -> FloatArray:
    """Sum over a square of about the same area as a disc: exact sums of whole cells.

    Parameters
    ----------
    values
        One value per cell, none unknown.
    radius_cells
        Radius of the disc in cells, > 0.

    Returns
    -------
    numpy.ndarray
        Sum around each cell; what lies outside counts as 0.
    """
    side = _odd(np.sqrt(np.pi) * radius_cells)
    half = side // 2
    padded = np.pad(values, half + 1)
    table = padded.cumsum(axis=0).cumsum(axis=1)
    rows, cols = values.shape
    lower, upper = np.s_[side : side + rows], np.s_[0:rows]
    right, left = np.s_[side : side + cols], np.s_[0:cols]
    return np.asarray(
        table[lower, right] - table[upper, right] - table[lower, left] + table[upper, left]
    )


def _slope_deg(height: FloatArray, cell_m: float) -> FloatArray:
    north, east = np.gradient(height, cell_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(north, east))))


def _odd(cells: float) -> int:
    return max(1, 2 * round(cells / 2) + 1)


def _disc(radius_cells: float) -> NDArray[np.bool_]:
    radius = max(1, round(radius_cells))
    away = np.arange(-radius, radius + 1)
    return np.asarray(away[:, None] ** 2 + away[None, :] ** 2 <= radius**2)


def distances_m(spots: tuple[Spot, ...], things: gpd.GeoSeries) -> FloatArray:
    """Distance from each spot to the nearest thing.

    Parameters
    ----------
    spots
        Spots in the things' CRS.
    things
        Lines or points; may be empty.

    Returns
    -------
    numpy.ndarray
        Distance of each spot, NaN when there are no things [m].
    """
    if things.empty:
        return np.full(len(spots), np.nan)
    points = gpd.points_from_xy([s.easting for s in spots], [s.northing for s in spots])
    (spot_index, _), distance = things.sindex.nearest(
        points, return_all=False, return_distance=True
    )
    nearest = np.full(len(spots), np.nan)
    nearest[spot_index] = distance
    return nearest
