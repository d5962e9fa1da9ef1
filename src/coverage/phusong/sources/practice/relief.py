"""Mountain terrain grown by uplift and running water, then carved finer and finer.

The landscape is grown on 360 m cells until rivers and ridges are in balance, scaled to the
height that the region's ridges reach, grown on at 120 m, given gullies at 60 m and written at
30 m. No height in it is true.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.sources.practice import facts
from phusong.sources.practice.drainage import Incision, flow_over
from phusong.sources.practice.fields import (
    distance_to_line,
    generator,
    refined,
    spectral_noise,
    steepness,
    to_metric,
)
from phusong.units import BoolArray, Float32Array, FloatArray

COARSE_M, MIDDLE_M, GULLY_M, CELL_M = 360.0, 120.0, 60.0, 30.0
MARGIN_CELLS = 12
"""Coarse cells grown beyond the frame, so that its edges look like the rest."""
KEPT_MARGIN_CELLS = 3

COARSE_STEPS, MIDDLE_STEPS = 32, 3
ADJUST_EVERY, LAST_STEPS_FREE = 4, 5
COARSE_ERODIBILITY = 0.15
AREA_EXPONENT = 0.45
MIDDLE_TIME, MIDDLE_UPLIFT = 1.6, 0.75
MIDDLE_LEAST_AREA_M2 = 6e4
COARSE_STEEPEST, MIDDLE_STEEPEST = 0.6, 0.58
RIDGE_BANDWIDTH_M = 5500.0
RIVER_HALF_WIDTH_M = 80.0
VALLEY_CATCHMENT_M2 = 8e6
RIVER_CATCHMENT_M2 = 4e8
GULLY_MARGIN_CELLS = 3
WRINKLE_M = 35.0
LOWEST_M = 70.0
STEEP = 0.35
"""Rise over run at which the fine detail has its full height."""


@dataclass(frozen=True, eq=False)
class _Growth:
    """A landscape on its way: heights and what goes on shaping them."""

    height_m: FloatArray
    uplift_m: FloatArray
    erodibility: FloatArray
    bend_east_m: FloatArray
    bend_north_m: FloatArray
    river_distance_m: FloatArray


def practice_grid() -> Grid:
    """Frame of the practice study at 30 m.

    Returns
    -------
    Grid
        About 88 by 97 km around the ten communes.
    """
    return Grid.from_bounds(
        facts.WEST, facts.SOUTH, facts.EAST, facts.NORTH, crs=facts.CRS, resolution_m=CELL_M
    )


def practice_terrain(seed: int) -> Terrain:
    """Invented mountain terrain of the practice study.

    Parameters
    ----------
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    Terrain
        Heights in steps of 0.1 m, all known.
    """
    middle = _middle_landscape(_coarse_landscape(seed), seed)
    height_m = _fine_detail(middle, seed)
    return Terrain(practice_grid(), height_m)


def _metric_vertices(points: tuple[tuple[float, float, float], ...]) -> FloatArray:
    table = np.array(points, dtype=np.float64)
    easting, northing = to_metric(table[:, 0], table[:, 1], crs=facts.CRS)
    return np.column_stack([easting, northing, table[:, 2]])


def _centres(cell_m: float, margin_cells: int) -> tuple[FloatArray, FloatArray]:
    """Easting and northing of the cell centres of the frame with a margin."""
    rows = round((facts.NORTH - facts.SOUTH) / cell_m) + 2 * margin_cells
    cols = round((facts.EAST - facts.WEST) / cell_m) + 2 * margin_cells
    eastings = facts.WEST + (np.arange(cols) - margin_cells + 0.5) * cell_m
    northings = facts.NORTH - (np.arange(rows) - margin_cells + 0.5) * cell_m
    easting, northing = np.meshgrid(eastings, northings)
    return easting, northing


def _ridge_heights(easting: FloatArray, northing: FloatArray) -> FloatArray:
    """How high ridges reach: the listed points, blended by Gaussian weights."""
    total = np.zeros(easting.shape)
    weights = np.full(easting.shape, 1e-12)
    for east, north, height in _metric_vertices(facts.RIDGE_HEIGHTS):
        square = (easting - east) ** 2 + (northing - north) ** 2
        weight = np.exp(-square / (2.0 * RIDGE_BANDWIDTH_M**2))
        total += weight * height
        weights += weight
    return np.asarray(total / weights)


def _edges(shape: tuple[int, int]) -> BoolArray:
    edge = np.ones(shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    return edge


def _coarse_landscape(seed: int) -> _Growth:
    """Valleys and ridges on 360 m cells, from nearly flat ground."""
    easting, northing = _centres(COARSE_M, MARGIN_CELLS)
    shape = (easting.shape[0], easting.shape[1])

    def noise(purpose: str, exponent: float, shortest_m: float, longest_m: float) -> FloatArray:
        field = spectral_noise(
            generator(seed, purpose), shape, cell_m=COARSE_M, exponent=exponent,
            shortest_m=shortest_m, longest_m=longest_m,
        )  # fmt: skip
        return field.astype(np.float64)

    bend_east_m = 700.0 * noise("relief bend east", 3.0, 900.0, 9000.0)
    bend_north_m = 700.0 * noise("relief bend north", 3.0, 900.0, 9000.0)
    ridge_m = _ridge_heights(easting + 2.0 * bend_east_m, northing + 2.0 * bend_north_m)
    ridge_m *= np.exp(0.1 * noise("relief ridges", 2.5, 1500.0, 9000.0))
    erodibility = COARSE_ERODIBILITY * np.exp(0.4 * noise("relief rock", 2.2, 600.0, 8000.0))
    height_m = 0.3 * ridge_m + 60.0 * noise("relief start", 2.2, 500.0, 9000.0)
    outlets = _edges(shape)
    height_m[outlets] = np.maximum(0.5 * ridge_m[outlets], 120.0)
    rivers = [
        distance_to_line(easting + bend_east_m, northing + bend_north_m, _metric_vertices(river))
        for river in facts.RIVERS
    ]
    for distance_m, water_m in rivers:
        wet = distance_m < 0.75 * COARSE_M
        outlets |= wet
        height_m[wet] = water_m[wet]
    height_m = np.maximum(height_m, 73.0)
    taste = generator(seed, "relief coarse taste").uniform(0.5, 1.5, shape).astype(np.float32)
    height_m, uplift_m = _grown(height_m, ridge_m, erodibility, outlets, taste)
    water_m = _water_level(rivers)
    scale = _relief_scale(height_m, ridge_m, water_m)
    scaled_m = np.where(height_m > water_m, water_m + (height_m - water_m) * scale, height_m)
    return _Growth(
        scaled_m, uplift_m * scale, erodibility, bend_east_m, bend_north_m,
        np.minimum.reduce([distance_m for distance_m, _ in rivers]),
    )  # fmt: skip


def _grown(
    height_m: FloatArray,
    ridge_m: FloatArray,
    erodibility: FloatArray,
    outlets: BoolArray,
    taste: Float32Array,
) -> tuple[FloatArray, FloatArray]:
    """Heights and uplift per step after all coarse steps."""
    uplift_m = 0.1 * ridge_m
    for step in range(COARSE_STEPS):
        flow = flow_over(height_m, cell_m=COARSE_M, taste=taste, outlets=outlets)
        incision = Incision(uplift_m, erodibility, AREA_EXPONENT, 0.0, COARSE_STEEPEST)
        height_m, _ = incision.applied(height_m, flow)
        if step % ADJUST_EVERY == ADJUST_EVERY - 1 and step < COARSE_STEPS - LAST_STEPS_FREE:
            reached_m = ndimage.gaussian_filter(ndimage.maximum_filter(height_m, 13), 6.0)
            uplift_m = uplift_m * np.clip(ridge_m / reached_m, 0.75, 1.3)
            uplift_m = np.clip(uplift_m, 0.05 * ridge_m, 0.3 * ridge_m)
    return height_m, uplift_m


def _water_level(rivers: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """Height of the main rivers, spread over the land between them by nearness."""
    total, weights = np.zeros(rivers[0][0].shape), np.zeros(rivers[0][0].shape)
    for distance_m, river_m in rivers:
        nearness = 1.0 / (distance_m + 500.0) ** 2
        total += nearness * river_m
        weights += nearness
    return np.asarray(total / weights)


def _relief_scale(height_m: FloatArray, ridge_m: FloatArray, water_m: FloatArray) -> FloatArray:
    """Smooth factor that brings the ridges to the height they should reach."""
    reached_m = ndimage.gaussian_filter(ndimage.maximum_filter(height_m, 15), 8.0)
    scale = np.clip((ridge_m - water_m) / (reached_m - water_m), 0.3, 2.0)
    return np.asarray(ndimage.gaussian_filter(scale, 6.0))


def _middle_landscape(coarse: _Growth, seed: int) -> Float32Array:
    """The landscape on 120 m cells, with a margin: bent, grown on, valleys floored."""
    factor = round(COARSE_M / MIDDLE_M)
    margin = KEPT_MARGIN_CELLS * factor
    cut = MARGIN_CELLS - KEPT_MARGIN_CELLS
    easting, northing = _centres(MIDDLE_M, margin)
    shape = (easting.shape[0], easting.shape[1])

    def noise(purpose: str, exponent: float, shortest_m: float, longest_m: float) -> Float32Array:
        return spectral_noise(
            generator(seed, purpose), shape, cell_m=MIDDLE_M, exponent=exponent,
            shortest_m=shortest_m, longest_m=longest_m,
        )  # fmt: skip

    shift_east_m = 150.0 * noise("relief shift east", 2.4, 200.0, 1500.0)
    shift_north_m = 150.0 * noise("relief shift north", 2.4, 200.0, 1500.0)
    rows, cols = np.indices(shape, dtype=np.float32)
    places = np.stack([rows - shift_north_m / MIDDLE_M, cols + shift_east_m / MIDDLE_M])

    def bent(field: FloatArray | Float32Array) -> FloatArray:
        fine = refined(field[cut:-cut, cut:-cut], factor, softness=0.3)
        return np.asarray(
            ndimage.map_coordinates(fine, places, order=1, mode="nearest"), dtype=np.float64
        )

    height_m, uplift_m, erodibility = (
        bent(field) for field in (coarse.height_m, coarse.uplift_m, coarse.erodibility)
    )
    easting = easting + shift_east_m + bent(coarse.bend_east_m)
    northing = northing + shift_north_m + bent(coarse.bend_north_m)
    near = bent(coarse.river_distance_m) < 2.0 * COARSE_M
    wet, water_m = _river_beds(easting, northing, near)
    height_m[wet] = water_m[wet]
    slope = steepness(ndimage.gaussian_filter(height_m.astype(np.float32), 2.0), MIDDLE_M)
    rough_m = 25.0 * noise("relief rough", 2.0, 130.0, 800.0) * np.clip(slope / 0.3, 0.15, 1.5)
    height_m += np.where(wet, 0.0, rough_m)
    taste = generator(seed, "relief middle taste").uniform(0.5, 1.5, shape).astype(np.float32)
    incision = Incision(
        MIDDLE_UPLIFT * uplift_m, MIDDLE_TIME * erodibility, AREA_EXPONENT,
        MIDDLE_LEAST_AREA_M2, MIDDLE_STEEPEST,
    )  # fmt: skip
    outlets = wet | _edges(shape)
    catchment_m2 = np.zeros(shape)
    for _ in range(MIDDLE_STEPS):
        flow = flow_over(height_m, cell_m=MIDDLE_M, taste=taste, outlets=outlets)
        height_m, catchment_m2 = incision.applied(height_m, flow)
    spread = np.exp(0.5 * noise("relief floors", 2.4, 400.0, 6000.0))
    return _with_valley_floors(height_m, catchment_m2, wet, spread)


def _river_beds(
    easting: FloatArray, northing: FloatArray, near: BoolArray
) -> tuple[BoolArray, FloatArray]:
    """Cells of the main rivers, sought where they may be, and the height of their water."""
    nearest_m = np.full(int(near.sum()), np.inf)
    height_m = np.zeros(nearest_m.size)
    for river in facts.RIVERS:
        distance_m, river_m = distance_to_line(
            easting[near], northing[near], _metric_vertices(river)
        )
        closer = distance_m < nearest_m
        nearest_m = np.where(closer, distance_m, nearest_m)
        height_m = np.where(closer, river_m, height_m)
    wet = np.zeros(near.shape, dtype=bool)
    wet[near] = nearest_m < RIVER_HALF_WIDTH_M
    water_m = np.zeros(near.shape)
    water_m[near] = height_m
    return wet, water_m


def _with_valley_floors(
    height_m: FloatArray, catchment_m2: FloatArray, wet: BoolArray, spread: Float32Array
) -> Float32Array:
    """Flat ground beside streams, the wider the larger their catchment."""
    stream = wet | (catchment_m2 > VALLEY_CATCHMENT_M2)
    away, (rows, cols) = ndimage.distance_transform_edt(~stream, return_indices=True)
    away_m = away * MIDDLE_M
    bed_m = height_m[rows, cols]
    catchment = np.where(wet, RIVER_CATCHMENT_M2, catchment_m2)[rows, cols]
    width_m = np.clip(120.0 * (catchment / 1e7) ** 0.4 * spread, 80.0, 1800.0)
    wall = np.clip(away_m / width_m, 0.0, 1.0)
    wall = wall * wall * (3.0 - 2.0 * wall)
    floor_m = bed_m + np.maximum(height_m - bed_m, 0.0) * wall + 0.015 * away_m * (1.0 - wall)
    lowering = np.where(away_m < width_m, floor_m - height_m, 0.0)
    lowering = np.where(stream, lowering, ndimage.gaussian_filter(lowering, 0.8))
    return np.asarray(height_m + lowering, dtype=np.float32)


def _fine_detail(middle_m: Float32Array, seed: int) -> Float32Array:
    """Gullies on 60 m cells and grain at 30 m, cut to the frame."""
    spare = KEPT_MARGIN_CELLS * round(COARSE_M / MIDDLE_M) - GULLY_MARGIN_CELLS
    height_m = _wrinkled(middle_m[spare:-spare, spare:-spare], seed)
    shape = (height_m.shape[0], height_m.shape[1])
    slope = ndimage.uniform_filter(steepness(height_m, GULLY_M), 5) / np.float32(STEEP)
    height_m += np.clip(slope, 0.03, 1.4) * 3.0 * spectral_noise(
        generator(seed, "relief slopes"), shape, cell_m=GULLY_M, exponent=2.0,
        shortest_m=60.0, longest_m=500.0,
    )  # fmt: skip
    taste = generator(seed, "relief gully taste").uniform(0.5, 1.5, shape).astype(np.float32)
    flow = flow_over(height_m, cell_m=GULLY_M, taste=taste)
    depth = np.log2(flow.upstream_cells(doublings=7)).reshape(shape).astype(np.float32)
    depth = 0.5 * depth + 0.5 * ndimage.uniform_filter(depth, 3)
    height_m -= 1.1 * depth * np.clip(slope, 0.02, 1.4)
    edge = GULLY_MARGIN_CELLS * round(MIDDLE_M / GULLY_M)
    fine_m = refined(height_m, 2, softness=0.3)[2 * edge : -2 * edge, 2 * edge : -2 * edge]
    grain = generator(seed, "relief grain").standard_normal(fine_m.shape, dtype=np.float32)
    grain *= 0.3 * np.clip(slope[edge:-edge, edge:-edge], 0.05, 1.3).repeat(2, 0).repeat(2, 1)
    fine_m = np.maximum(fine_m + grain, np.float32(LOWEST_M))
    return np.asarray(np.rint(fine_m * 10.0) / np.float32(10.0), dtype=np.float32)


def _wrinkled(middle_m: Float32Array, seed: int) -> Float32Array:
    """The landscape on 60 m cells, bent a little so that no valley follows the grid."""
    height_m = refined(middle_m, round(MIDDLE_M / GULLY_M), softness=0.35)
    shape = (middle_m.shape[0], middle_m.shape[1])
    places = np.indices(height_m.shape, dtype=np.float32)
    for axis, purpose in enumerate(("relief wrinkle north", "relief wrinkle east")):
        shift = spectral_noise(
            generator(seed, purpose), shape, cell_m=MIDDLE_M, exponent=2.4,
            shortest_m=240.0, longest_m=900.0,
        )  # fmt: skip
        places[axis] += WRINKLE_M / GULLY_M * refined(shift, 2, softness=1.0)
    bent = ndimage.map_coordinates(height_m, places, order=1, mode="nearest")
    return np.asarray(bent, dtype=np.float32)
