"""Rasters beside the terrain that a single map takes: clutter; and what files say of themselves."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import rasterio
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.sources.practice.facts import STATEMENT
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


def read_clutter_height(file: Path, grid: Grid, *, kind: ClutterKind) -> Float32Array:
    """Clutter on a grid, from the nearest cell of a raster.

    Parameters
    ----------
    file
        Raster of representative heights above ground in metres, or of WorldCover classes.
    grid
        Frame to warp to.
    kind
        ``"heights"`` or ``"worldcover"``.

    Returns
    -------
    numpy.ndarray
        Clutter height, float32, shape of the grid; NaN where the raster knows none [m].

    Raises
    ------
    DataError
        The file is unreadable or has no CRS, or holds what is no height or no class.

    Warns
    -----
    DataWarning
        Some cells of the grid have no clutter.
    """
    with _opened(file) as source:
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
            values = np.asarray(warped.read(1), dtype=np.float32)
    heights = _worldcover_heights(values, file) if kind == "worldcover" else values
    known = heights[~np.isnan(heights)]
    if known.size and (known.min() < 0.0 or known.max() > HIGHEST_CLUTTER_M):
        raise DataError(
            f"clutter heights of {file.name} run from {known.min():g} to {known.max():g} m, 0 to "
            f"{HIGHEST_CLUTTER_M:g} m above ground is possible; are they classes, or heights "
            "above sea level?"
        )
    if known.size < heights.size:
        warnings.warn(
            f"clutter is unknown in {heights.size - known.size} of {heights.size} cells; paths "
            "over them are unknown",
            DataWarning,
            stacklevel=2,
        )
    return heights


def _opened(file: Path) -> DatasetReader:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            return rasterio.open(file)
    except RasterioError as error:
        raise DataError(f"raster {file} cannot be read ({error}); give a GDAL raster") from None


def _worldcover_heights(classes: Float32Array, file: Path) -> Float32Array:
    """Height of each class; class 0 is WorldCover's own nodata."""
    heights = np.full(classes.shape, np.nan, dtype=np.float32)
    for code, height_m in WORLDCOVER_HEIGHT_M.items():
        heights[classes == code] = height_m
    strangers = np.unique(classes[np.isnan(heights) & ~np.isnan(classes) & (classes != 0)])
    if strangers.size:
        raise DataError(
            f"clutter file {file.name} holds the values {strangers[:5].tolist()}, WorldCover has "
            f"{', '.join(map(str, WORLDCOVER_HEIGHT_M))}; is it a raster of heights?"
        )
    return heights


def is_practice(files: Sequence[Path]) -> bool:
    """Whether one of the rasters says that it is practice data.

    Parameters
    ----------
    files
        Rasters.

    Returns
    -------
    bool
        True when its tag ``data_status`` holds the statement that practice data carries.

    Raises
    ------
    DataError
        A file is unreadable.
    """
    for file in files:
        with _opened(file) as source:
            if source.tags().get("data_status") == STATEMENT:
                return True
    return False
