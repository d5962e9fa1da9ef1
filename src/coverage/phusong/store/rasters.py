"""Rasters of a study as Cloud Optimized GeoTIFF, with NaN as nodata."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from phusong.errors import StoreError
from phusong.geo.grid import Grid
from phusong.store.files import write_bytes
from phusong.units import Float32Array

TENTHS_NODATA = -32768
LARGEST_INT16 = 32767


def write_raster(
    file: Path,
    values: NDArray[Any],
    grid: Grid,
    *,
    nodata: float,
    scale: float = 1.0,
    unit: str = "",
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write one band as a Cloud Optimized GeoTIFF, the same bytes for the same values.

    Parameters
    ----------
    file
        Where to.
    values
        Stored values, shape of the grid.
    grid
        The frame.
    nodata
        Stored value of unknown cells.
    scale
        What a stored step is worth.
    unit
        Unit of the scaled value.
    tags
        Texts to keep with the raster.
    """
    rows, cols = grid.shape
    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": values.dtype,
        "crs": grid.crs, "transform": grid.affine, "nodata": nodata,
    }  # fmt: skip

    with MemoryFile() as memory, MemoryFile(ext=".tif") as made:
        with memory.open(**profile) as dataset:
            dataset.write(values, 1)
            dataset.scales, dataset.units = (scale,), (unit,)
            dataset.update_tags(**(tags or {}))
        with memory.open() as dataset:
            rasterio.shutil.copy(
                dataset, made.name, driver="COG", compress="DEFLATE", predictor="YES",
                overview_resampling="NEAREST", num_threads="1",
            )  # fmt: skip
        write_bytes(file, made.getbuffer())


def write_decibels(
    file: Path,
    values: Float32Array,
    grid: Grid,
    *,
    unit: str,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write levels or losses as tenths of a decibel in 16 bits; NaN becomes nodata.

    Parameters
    ----------
    file
        Where to.
    values
        Levels or losses, within ±3276 [dB or dBm].
    grid
        The frame.
    unit
        ``dB`` or ``dBm``.
    tags
        Texts to keep with the raster.
    """
    tenths = np.full(values.shape, TENTHS_NODATA, dtype=np.int16)
    known = ~np.isnan(values)
    stored = np.rint(values[known].astype(np.float64) * 10.0)
    tenths[known] = np.clip(stored, -LARGEST_INT16, LARGEST_INT16).astype(np.int16)
    write_raster(file, tenths, grid, nodata=TENTHS_NODATA, scale=0.1, unit=unit, tags=tags)


def read_raster(file: Path) -> NDArray[Any]:
    """Read stored values as they are.

    Parameters
    ----------
    file
        Raster of one band.

    Returns
    -------
    numpy.ndarray
        Stored values.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    try:
        with rasterio.open(file, driver="GTiff") as dataset:
            return np.asarray(dataset.read(1))
    except RasterioError as error:
        raise StoreError(f"cannot read {file}: {error}; remove it and run again") from None


def read_scaled(file: Path) -> Float32Array:
    """Read a raster with its scale applied and its nodata as NaN.

    Parameters
    ----------
    file
        Raster of one band.

    Returns
    -------
    numpy.ndarray
        Values, float32; NaN where unknown.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    try:
        with rasterio.open(file, driver="GTiff") as dataset:
            stored = dataset.read(1)
            scale, nodata = dataset.scales[0], dataset.nodata
    except RasterioError as error:
        raise StoreError(f"cannot read {file}: {error}; remove it and run again") from None
    values = (stored.astype(np.float64) * scale).astype(np.float32)
    if nodata is not None:
        values[stored == nodata] = np.nan
    return np.asarray(values)
