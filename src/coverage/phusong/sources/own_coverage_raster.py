"""Values of a raster at the centres of the study's cells: sampled, so nothing is invented."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import rasterio
from pyproj import CRS, Transformer
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.sources.areas import known_crs
from phusong.sources.gdal_files import refuse_nowhere
from phusong.sources.vector_files import refuse_unsafe
from phusong.units import BoolArray, Float32Array, FloatArray

RASTER_FORMATS: Mapping[str, str] = {".tif": "GTiff", ".tiff": "GTiff", ".bil": "EHdr"}
"""GDAL driver by suffix; no other driver is ever asked."""
_TIFF = re.compile(rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+")
_BEGINNINGS = {
    ".tif": (_TIFF, "a GeoTIFF"),
    ".tiff": (_TIFF, "a GeoTIFF"),
    ".bil": (re.compile(rb""), "a BIL raster"),
}
_KEY = "inputs.operator_coverage"
_ROWS_AT_ONCE = 64
_MOST_CELLS_AT_ONCE = 20_000_000


def read_cells(file: Path, grid: Grid, *, crs: str = "") -> tuple[Float32Array, BoolArray]:
    """Take the value of a raster at the centre of each cell of a grid.

    Parameters
    ----------
    file
        GeoTIFF or BIL with its header.
    grid
        Frame to read for.
    crs
        CRS of a file that does not say its own.

    Returns
    -------
    values, inside
        Value with scale and offset applied, NaN where the raster has none; whether the cell lies
        within the raster.

    Raises
    ------
    DataError
        The file is unreadable, is not what its name says, or has no CRS or several bands.
    """
    refuse_unsafe(file, key=_KEY, beginnings=_BEGINNINGS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(file, driver=RASTER_FORMATS[file.suffix.lower()]) as source:
                refuse_nowhere(source, "coverage map", file)
                return _sampled(source, file, grid, crs)
    except DataError:
        raise
    except (RasterioError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}); export it again") from None


def _sampled(
    source: DatasetReader, file: Path, grid: Grid, crs: str
) -> tuple[Float32Array, BoolArray]:
    if source.count != 1 and not _alpha(source):
        raise DataError(
            f"{file} has {source.count} bands; a coverage map of one band is needed, not a picture"
        )
    place = source.crs.to_wkt() if source.crs else known_crs(file, _KEY, crs)
    if source.transform.is_identity:
        raise DataError(
            f"{file} does not say where its corners lie; ask for a georeferenced raster"
        )
    to_source = Transformer.from_crs(grid.crs, CRS.from_user_input(place), always_xy=True)
    values = np.full(grid.shape, np.nan, dtype=np.float32)
    inside = np.zeros(grid.shape, dtype=np.bool_)
    rows, cols = grid.shape
    for row0 in range(0, rows, _ROWS_AT_ONCE):
        block = np.s_[row0 : row0 + _ROWS_AT_ONCE]
        row, col = np.mgrid[row0 : min(row0 + _ROWS_AT_ONCE, rows), 0:cols]
        east, north = to_source.transform(*(grid.affine * (col + 0.5, row + 0.5)))
        here = ~source.transform * (np.asarray(east), np.asarray(north))
        values[block], inside[block] = _taken(source, *here)
    return values, inside


def _taken(
    source: DatasetReader, col: FloatArray, row: FloatArray
) -> tuple[Float32Array, BoolArray]:
    """Values at pixel coordinates of a raster, reading only the window that holds them."""
    values = np.full(col.shape, np.nan, dtype=np.float32)
    inside = (col >= 0) & (col < source.width) & (row >= 0) & (row < source.height)
    if not inside.any():
        return values, inside
    at_col, at_row = (np.floor(v[inside]).astype(np.int64) for v in (col, row))
    col0, row0 = int(at_col.min()), int(at_row.min())
    width, height = int(at_col.max()) - col0 + 1, int(at_row.max()) - row0 + 1
    if width * height > _MOST_CELLS_AT_ONCE and len(col) > 1:  # far finer than the grid
        middle = len(col) // 2
        parts = [_taken(source, col[p], row[p]) for p in (np.s_[:middle], np.s_[middle:])]
        return np.concatenate([v for v, _ in parts]), np.concatenate([i for _, i in parts])
    window = Window(col0, row0, width, height)
    with np.errstate(invalid="ignore"):  # a NaN that signals is a NaN
        cells = source.read(1, window=window).astype(np.float64)
    cells = cells * source.scales[0] + source.offsets[0]
    cells[source.read_masks(1, window=window) == 0] = np.nan
    values[inside] = cells[at_row - row0, at_col - col0]
    return values, inside


def _alpha(source: DatasetReader) -> bool:
    """A second band that only says where the first one is known."""
    last = source.colorinterp[-1]
    return bool(source.count == 2 and last == ColorInterp.alpha)
