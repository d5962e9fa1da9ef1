"""Reading what stands on the ground: classes of land cover, or heights."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from phusong.errors import DataError, DataWarning
from phusong.geo.clutter import Clutter
from phusong.geo.grid import Grid
from phusong.sources.gdal_files import open_raster
from phusong.units import Float32Array

ClutterKind = Literal["heights", "worldcover"]

HIGHEST_CLUTTER_M = 150.0

WORLDCOVER_HEIGHT_M: Mapping[int, float] = {
    10: 15.0,  # tree cover: "urban/trees/forest"
    20: 0.0,  # shrubland: "open/rural"
    30: 0.0,  # grassland
    40: 0.0,  # cropland
    50: 10.0,  # built-up: "suburban"
    60: 0.0,  # bare or sparse vegetation
    70: 0.0,  # snow and ice
    80: 0.0,  # permanent water bodies: "water/sea"
    90: 0.0,  # herbaceous wetland
    95: 15.0,  # mangroves: "urban/trees/forest"
    100: 0.0,  # moss and lichen
}
"""Representative clutter height of the classes of ESA WorldCover 2021, by the categories and
default heights of ITU-R P.1812-8, table 2 [m]."""


def read_clutter(
    files: Sequence[Path],
    grid: Grid,
    *,
    kind: ClutterKind,
    heights_m: Mapping[int, float] | None = None,
) -> Clutter:
    """Clutter on a grid, from the nearest cell of the first raster that knows one.

    Parameters
    ----------
    files
        Rasters of representative heights above ground in metres, or of WorldCover classes, most
        trusted first.
    grid
        Frame to warp to.
    kind
        ``"heights"`` or ``"worldcover"``.
    heights_m
        Heights of classes that differ from :data:`WORLDCOVER_HEIGHT_M` [m].

    Returns
    -------
    Clutter
        NaN where no raster knows the height.

    Raises
    ------
    DataError
        A file is unreadable or has no CRS, or holds what is no height or no class.

    Warns
    -----
    DataWarning
        Some cells of the grid have no clutter.
    """
    table = {**WORLDCOVER_HEIGHT_M, **(heights_m or {})}
    height = np.full(grid.shape, np.nan, dtype=np.float32)
    ground = np.zeros(grid.shape, dtype=np.uint8)
    for file in files:
        values = _warped(file, grid)
        found = values if kind == "heights" else _class_heights(values, table, file)
        _refuse_impossible(found, file)
        new = np.isnan(height) & ~np.isnan(found)
        height[new] = found[new]
        if kind == "worldcover":
            ground[new] = values[new].astype(np.uint8)
    unknown = int(np.isnan(height).sum())
    if unknown:
        warnings.warn(
            f"clutter is unknown in {unknown} of {height.size} cells; paths over them are unknown",
            DataWarning,
            stacklevel=2,
        )
    return Clutter(grid, height, ground)


def _warped(file: Path, grid: Grid) -> Float32Array:
    try:
        return _on_grid(file, grid)
    except RasterioError as error:
        raise DataError(f"clutter file {file} cannot be read: {error}; get it again") from None


def _on_grid(file: Path, grid: Grid) -> Float32Array:
    with open_raster(file, "raster") as source:
        if source.crs is None:
            raise DataError(
                f"clutter file {file} has no CRS; "
                "write one into it, for example with `rio edit-info --crs EPSG:4326`"
            )
        rows, cols = grid.shape
        with WarpedVRT(
            source,
            crs=CRS.from_user_input(grid.crs).to_wkt(),
            transform=grid.affine,
            width=cols,
            height=rows,
            resampling=Resampling.nearest,
            dtype="float32",
            nodata=np.nan,
        ) as warped:
            return np.asarray(warped.read(1), dtype=np.float32)


def _class_heights(values: Float32Array, table: Mapping[int, float], file: Path) -> Float32Array:
    """Height of each class; class 0 is WorldCover's own nodata."""
    heights = np.full(values.shape, np.nan, dtype=np.float32)
    for code, height_m in table.items():
        heights[values == code] = height_m
    strangers = np.unique(values[np.isnan(heights) & ~np.isnan(values) & (values != 0)])
    if strangers.size:
        raise DataError(
            f"clutter file {file.name} holds the values {strangers[:5].tolist()}, WorldCover has "
            f"{', '.join(map(str, table))}; is it a raster of heights?"
        )
    return heights


def _refuse_impossible(heights: Float32Array, file: Path) -> None:
    known = heights[~np.isnan(heights)]
    if known.size and (known.min() < 0.0 or known.max() > HIGHEST_CLUTTER_M):
        raise DataError(
            f"clutter heights of {file.name} run from {known.min():g} to {known.max():g} m, 0 to "
            f"{HIGHEST_CLUTTER_M:g} m above ground is possible; are they classes, or heights "
            "above sea level?"
        )
