"""Reading a population raster, and putting its people on a grid without losing any."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.transform import array_bounds
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window, from_bounds

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.sources.antimeridian import unwrapped
from phusong.sources.buildings import Buildings, building_weights
from phusong.sources.gdal_files import open_raster
from phusong.sources.terrain import refuse_turned
from phusong.store.mapped import mapped
from phusong.units import FloatArray

MOST_PEOPLE = 1e8
"""More people than any cell of a raster can hold: those of Việt Nam."""
POINTS_PER_SIDE = 4
"""A source cell is spread over at least this many points in each direction."""
ROWS_AT_ONCE = 256
"""Rows of such points that are looked at together: all of them would take 400 bytes a cell."""
IndexArray = np.ndarray[tuple[int, ...], np.dtype[np.int32]]


def read_people(
    file: Path, grid: Grid, buildings: Buildings | None = None, *, scratch: Path | None = None
) -> People:
    """Read people per cell of any raster onto the study's grid, keeping totals.

    Each source cell's people are shared equally among fine points that fall into it, and the
    points are counted per grid cell: whatever the two rasters' sizes and CRS, no person is
    lost or counted twice. Only a source cell cut by the grid's edge gives the part inside.

    Parameters
    ----------
    file
        Raster of people per cell (a count, not a density), any CRS.
    grid
        Frame to put the people on.
    buildings
        Points or polygons; the people of a source cell are shared among the buildings in it
        (points alike, polygons by area) instead of evenly. None spreads everybody evenly.
    scratch
        Folder for a file where a large grid's points are looked up, at 4 bytes for each, instead
        of in memory; no value depends on it.

    Returns
    -------
    People
        People per cell of the grid. A source cell with people and without a building keeps them
        spread evenly; they are counted.

    Raises
    ------
    DataError
        The file is missing, unreadable, has no CRS, does not overlap, or has negative counts.

    Warns
    -----
    DataWarning
        Part of the grid has no population data, or nobody lives there.
    """
    counts, transform, crs = _read_window(file, grid)
    fine = _FinePoints.over(grid, counts.shape, transform, crs)
    index = _nowhere(fine.shape, scratch)
    _find_sources(index, counts.shape, transform, crs, fine, grid)
    share = _share(counts, index)
    spread = np.nan
    if buildings is None:
        count, source_total = _counted(share, index, fine, grid.shape)
    else:
        per_point = _per_point(share, index)
        spread = _refined(per_point, counts.ravel(), index, building_weights(buildings, grid,
                          fine.affine, fine.shape), fine)  # fmt: skip
        edge = fine.margin * fine.per_cell
        count, source_total = _in_blocks(per_point[edge:-edge, edge:-edge], fine, grid.shape[1])
    nothing = np.isnan(count)
    people = People(grid, count, source_total=source_total, spread_people=spread)
    if nothing.any():
        warnings.warn(
            f"population {file.name} has no data in {int(nothing.sum())} of {nothing.size} grid "
            "cells; nobody is counted there",
            DataWarning,
            stacklevel=2,
        )
    if people.total <= 0:
        warnings.warn(
            f"population {file.name} counts nobody in the study area; nothing can be ranked",
            DataWarning,
            stacklevel=2,
        )
    return people


def _share(counts: FloatArray, index: IndexArray) -> FloatArray:
    """People of each fine point by source cell; NaN where no point falls into it."""
    points = np.zeros(counts.size, dtype=np.int64)
    for first in range(0, len(index), ROWS_AT_ONCE):
        here = index[first : first + ROWS_AT_ONCE]
        points += np.bincount(here[here >= 0], minlength=counts.size)
    known = np.full(counts.size, np.nan)
    np.divide(counts.ravel(), points, out=known, where=points > 0)
    return known


def _per_point(share: FloatArray, index: IndexArray) -> FloatArray:
    """People of each fine point, NaN outside of the source."""
    return np.asarray(np.where(index >= 0, share[np.maximum(index, 0)], np.nan))


def _counted(
    share: FloatArray, index: IndexArray, fine: "_FinePoints", shape: tuple[int, int]
) -> tuple[FloatArray, float]:
    """People of each cell and of all, a band of rows after the other: points are many."""
    edge, band = fine.margin * fine.per_cell, max(1, ROWS_AT_ONCE // fine.per_cell)
    count, totals = np.empty(shape, dtype=np.float64), []
    for row in range(0, shape[0], band):
        last = min(row + band, shape[0])
        here = index[edge + row * fine.per_cell : edge + last * fine.per_cell, edge:-edge]
        count[row:last], total = _in_blocks(_per_point(share, here), fine, shape[1])
        totals.append(total)
    return count, math.fsum(totals)


def _in_blocks(points: FloatArray, fine: "_FinePoints", cols: int) -> tuple[FloatArray, float]:
    """People of each cell, NaN where no point is known, and of all."""
    blocks = points.reshape(-1, fine.per_cell, cols, fine.per_cell)
    count = np.nansum(blocks, axis=(1, 3))
    count[np.isnan(blocks).all(axis=(1, 3))] = np.nan
    return count, float(np.nansum(points))


def _refined(
    per_point: FloatArray,
    people: FloatArray,
    index: IndexArray,
    weights: FloatArray,
    fine: "_FinePoints",
) -> float:
    """Move the people of each source cell to its buildings; who lives where there is none."""
    known = index >= 0
    total = np.bincount(index[known], weights=weights[known], minlength=people.size)
    built = known & (total > 0)[np.maximum(index, 0)]
    cells = index[built]
    per_point[built] = people[cells] * weights[built] / total[cells]
    edge = fine.margin * fine.per_cell
    inner = np.s_[edge:-edge, edge:-edge]
    return float(np.nansum(per_point[inner][~built[inner]]))


def _read_window(file: Path, grid: Grid) -> tuple[FloatArray, Affine, str]:
    if not file.is_file():
        raise DataError(f"population file {file} does not exist; check inputs.population.file")
    try:
        with open_raster(file, "population file") as dataset:
            if dataset.crs is None:
                raise DataError(
                    f"population file {file} has no CRS; "
                    "write one into it, for example with `rio edit-info --crs EPSG:4326`"
                )
            refuse_turned(dataset, f"population file {file}")
            box = unwrapped(transform_bounds(grid.crs, dataset.crs, *grid.bounds))
            step_x, step_y = dataset.res
            pad = (2 * step_x, 2 * step_y)
            window = from_bounds(
                box[0] - pad[0], box[1] - pad[1], box[2] + pad[0], box[3] + pad[1],
                transform=dataset.transform,
            )  # fmt: skip
            full = Window(0, 0, dataset.width, dataset.height)
            try:
                window = window.round_offsets().round_lengths().intersection(full)
            except (rasterio.errors.WindowError, ValueError):
                raise DataError(
                    f"population file {file} does not overlap the study area; "
                    "get the raster of this area"
                ) from None
            with np.errstate(invalid="ignore"):  # a NaN that signals is a NaN
                counts = dataset.read(1, window=window, masked=True).astype(np.float64)
            transform = dataset.window_transform(window)
            crs = dataset.crs.to_wkt()
    except RasterioError as error:
        raise DataError(
            f"population file {file} cannot be read as a raster ({error}); "
            "give a GeoTIFF or another GDAL raster, or get the file again"
        ) from None
    values = counts.filled(np.nan)
    impossible = (values < 0) | (values > MOST_PEOPLE)
    if impossible.any():
        row, col = np.argwhere(impossible)[0]
        raise DataError(
            f"population file {file} holds {values[row, col]:g} people in a cell (row {row}, "
            f"column {col} of the area); 0 to {MOST_PEOPLE:,.0f} is allowed; check its nodata value"
        )
    return values, transform, crs


@dataclass(frozen=True)
class _FinePoints:
    """Lattice of points that refines a grid and reaches past it by a whole source cell.

    The margin makes a source cell that the grid's edge cuts count all of its points.
    """

    per_cell: int
    margin: int
    shape: tuple[int, int]
    affine: Affine

    @classmethod
    def over(
        cls, grid: Grid, source_shape: tuple[int, ...], transform: Affine, crs: str
    ) -> "_FinePoints":
        box = array_bounds(source_shape[0], source_shape[1], transform)
        left, bottom, right, top = transform_bounds(crs, grid.crs, *box)
        cell_m = ((right - left) / source_shape[1], (top - bottom) / source_shape[0])
        per_cell = max(1, math.ceil(POINTS_PER_SIDE * grid.resolution_m / min(cell_m)))
        margin = math.ceil(max(cell_m) / grid.resolution_m) + 1
        step, edge = grid.resolution_m / per_cell, margin * grid.resolution_m
        rows, cols = grid.shape
        affine = Affine(step, 0, grid.affine.c - edge, 0, -step, grid.affine.f + edge)
        shape = ((rows + 2 * margin) * per_cell, (cols + 2 * margin) * per_cell)
        return cls(per_cell, margin, shape, affine)


def _nowhere(shape: tuple[int, int], scratch: Path | None) -> IndexArray:
    """An index of fine points that says −1 for each, in memory or in a file."""
    if scratch is None:
        return np.full(shape, -1, dtype=np.int32)
    bands = (
        np.full((min(ROWS_AT_ONCE, shape[0] - row), shape[1]), -1, dtype=np.int32)
        for row in range(0, shape[0], ROWS_AT_ONCE)
    )
    return mapped(scratch, bands, dtype=np.int32, shape=shape, kept=True)


def _find_sources(
    index: IndexArray,
    shape: tuple[int, ...],
    transform: Affine,
    crs: str,
    fine: _FinePoints,
    grid: Grid,
) -> None:
    """Write the flat index of the source cell that each fine point falls into, −1 outside."""
    cells = np.arange(shape[0] * shape[1], dtype=np.int32).reshape(shape[0], shape[1])
    reproject(
        cells,
        index,
        src_transform=transform,
        src_crs=crs,
        dst_transform=fine.affine,
        dst_crs=CRS.from_user_input(grid.crs).to_wkt(),
        src_nodata=None,
        dst_nodata=-1,
        init_dest_nodata=True,
        resampling=Resampling.nearest,
        tolerance=0.0,
    )
