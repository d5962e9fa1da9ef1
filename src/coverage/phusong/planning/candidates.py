"""Spots where a mast could stand: high ground near people who are not covered."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, maximum_filter, uniform_filter

from phusong.geo.terrain import Terrain
from phusong.units import BoolArray, FloatArray

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
) -> tuple[Spot, ...]:
    """High ground near people in need, the most promising first.

    A spot is the highest cell within ``spacing_m`` of itself. Spots are ordered by the people
    in need within 4 km, then by height above the ground around, then by position, so that the
    order is the same on every machine; the first ``kept`` are returned.

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
    top = _is_highest(smooth, spacing_m / cell) & ~unknown & allowed & (near >= 1.0)
    rows, cols = np.nonzero(top)
    prominence = filled - uniform_filter(filled, size=_odd(2 * spacing_m / cell))
    slope = _slope_deg(filled, cell)
    order = np.lexsort((cols, rows, -prominence[rows, cols], -np.round(near[rows, cols], 6)))
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
