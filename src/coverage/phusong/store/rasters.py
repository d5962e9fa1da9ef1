"""Rasters of a study as Cloud Optimized GeoTIFF, with NaN as nodata."""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile
from rasterio.windows import Window

from phusong.errors import StoreError
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile
from phusong.store.files import write_bytes, write_whole
from phusong.units import Float32Array

TENTHS_NODATA = -32768
TENTH = 0.1
_OPTIMIZED = {
    "driver": "COG", "compress": "DEFLATE", "predictor": "YES", "overview_resampling": "NEAREST",
    "num_threads": "1",
}  # fmt: skip
_LOOSE = {"tiled": True, "compress": "deflate", "zlevel": 1, "bigtiff": "if_safer"}
LARGEST_INT16 = 32767
ROWS_AT_ONCE = 512
"""Rows that are read together: as many as a block of these files has."""


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
    profile = _profile(grid, values.dtype, nodata)
    with MemoryFile() as memory, MemoryFile(ext=".tif") as made:
        with memory.open(**profile) as dataset:
            dataset.write(values, 1)
            dataset.scales, dataset.units = (scale,), (unit,)
            dataset.update_tags(**(tags or {}))
        with memory.open() as dataset:
            rasterio.shutil.copy(dataset, made.name, **_OPTIMIZED)
        write_bytes(file, made.getbuffer())


def write_raster_of_parts(
    file: Path,
    parts: Iterable[tuple[Tile, NDArray[Any]]],
    grid: Grid,
    *,
    nodata: float,
    scale: float = 1.0,
    unit: str = "",
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write what :func:`write_raster` writes, byte for byte, without holding all of it.

    Parameters
    ----------
    file
        Where to.
    parts
        Tiles of the grid with their stored values, which together hold every cell once.
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

    Raises
    ------
    StoreError
        The disk is full: what was written is read again, because GDAL does not always tell.
    """

    def write(aside: Path) -> None:
        loose = aside.with_name(f"{aside.stem}.part-loose.tif")
        try:
            dataset, digests = None, {}
            for tile, values in parts:
                if dataset is None:
                    profile = _profile(grid, values.dtype, nodata)
                    dataset = rasterio.open(loose, "w", **profile, **_LOOSE)
                dataset.write(values, 1, window=_window(tile))
                digests[tile] = _digest(values)
            assert dataset is not None, "a grid has at least one tile"
            dataset.scales, dataset.units = (scale,), (unit,)
            dataset.update_tags(**(tags or {}))
            dataset.close()
            with rasterio.open(loose, driver="GTiff") as dataset:
                rasterio.shutil.copy(dataset, aside, **_OPTIMIZED)
            with rasterio.open(aside, driver="GTiff") as dataset:
                for tile, digest in digests.items():
                    if _digest(dataset.read(1, window=_window(tile))) != digest:
                        raise StoreError(
                            f"cannot write {file}: it reads back differently; free some space and "
                            "run again"
                        )
        finally:
            loose.unlink(missing_ok=True)

    write_whole(file, write)


def write_stack(file: Path, values: NDArray[Any]) -> None:
    """Write rasters of one shape into one file, for :func:`read_stack`.

    Parameters
    ----------
    file
        Where to.
    values
        Rasters x rows x columns.
    """
    count, rows, cols = values.shape
    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": count, "dtype": values.dtype,
        "compress": "deflate", "predictor": 2, "zlevel": 1, "interleave": "band",
        "transform": Affine.translation(0.0, rows) * Affine.scale(1.0, -1.0),
    }  # fmt: skip
    # Whoever reads it knows where it lies. Without any place GDAL warns, and threads that silence
    # warnings are in each other's way.
    with MemoryFile(ext=".tif") as made:
        with made.open(**profile) as dataset:
            dataset.write(values)
        file.write_bytes(made.getbuffer())


def read_stack(file: Path, number: int) -> NDArray[Any]:
    """Read one raster of a stack.

    Parameters
    ----------
    file
        Written by :func:`write_stack`.
    number
        Which one, from 0.

    Returns
    -------
    numpy.ndarray
        Its values.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    return _band(file, number + 1)


def _profile(grid: Grid, dtype: Any, nodata: float) -> dict[str, Any]:
    rows, cols = grid.shape
    return {
        "driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": dtype,
        "crs": grid.crs, "transform": grid.affine, "nodata": nodata,
    }  # fmt: skip


def _window(tile: Tile) -> Window:
    return Window.from_slices(*tile.window)


def _digest(values: NDArray[Any]) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).digest()


def _band(file: Path, number: int) -> NDArray[Any]:
    with _opened(file) as dataset:
        return np.asarray(dataset.read(number))


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
    tenths = tenths_of(values)
    write_raster(file, tenths, grid, nodata=TENTHS_NODATA, scale=TENTH, unit=unit, tags=tags)


def tenths_of(values: Float32Array) -> NDArray[np.int16]:
    """Levels or losses as they are stored.

    Parameters
    ----------
    values
        Within ±3276 [dB or dBm].

    Returns
    -------
    numpy.ndarray
        Tenths, int16; -32768 where NaN.
    """
    tenths = np.full(values.shape, TENTHS_NODATA, dtype=np.int16)
    known = ~np.isnan(values)
    stored = np.rint(values[known].astype(np.float64) * 10.0)
    tenths[known] = np.clip(stored, -LARGEST_INT16, LARGEST_INT16).astype(np.int16)
    return tenths


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
    return _band(file, 1)


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
    (values,) = _scaled_parts(file, 0)
    return values


def scaled_bands(file: Path) -> Iterator[Float32Array]:
    """Read what :func:`read_scaled` reads, some rows after the other.

    Parameters
    ----------
    file
        Raster of one band.

    Yields
    ------
    numpy.ndarray
        Values, float32; NaN where unknown.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    yield from _scaled_parts(file, ROWS_AT_ONCE)


def raster_bands(file: Path) -> Iterator[NDArray[Any]]:
    """Read what :func:`read_raster` reads, some rows after the other.

    Parameters
    ----------
    file
        Raster of one band.

    Yields
    ------
    numpy.ndarray
        Stored values.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    with _opened(file) as dataset:
        for row in range(0, dataset.height, ROWS_AT_ONCE):
            yield _rows(dataset, row, ROWS_AT_ONCE)


def raster_part(file: Path, tile: Tile) -> NDArray[Any]:
    """Read a part of what :func:`read_raster` reads.

    Parameters
    ----------
    file
        Raster of one band.
    tile
        The part.

    Returns
    -------
    numpy.ndarray
        Stored values, shape of the tile.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    with _opened(file) as dataset:
        return np.asarray(dataset.read(1, window=_window(tile)))


def scaled_part(file: Path, tile: Tile) -> Float32Array:
    """Read a part of what :func:`read_scaled` reads.

    Parameters
    ----------
    file
        Raster of one band.
    tile
        The part.

    Returns
    -------
    numpy.ndarray
        Values, float32, shape of the tile; NaN where unknown.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    with _opened(file) as dataset:
        return _scaled(dataset, np.asarray(dataset.read(1, window=_window(tile))))


def _scaled_parts(file: Path, rows: int) -> Iterator[Float32Array]:
    with _opened(file) as dataset:
        for row in range(0, dataset.height, rows or dataset.height):
            yield _scaled(dataset, _rows(dataset, row, rows or dataset.height))


def _scaled(dataset: Any, stored: NDArray[Any]) -> Float32Array:
    values: Float32Array = (stored.astype(np.float64) * dataset.scales[0]).astype(np.float32)
    if dataset.nodata is not None:
        values[stored == dataset.nodata] = np.nan
    return values


def _rows(dataset: Any, row: int, rows: int) -> NDArray[Any]:
    window = Window(0, row, dataset.width, min(rows, dataset.height - row))
    return np.asarray(dataset.read(1, window=window))


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        with rasterio.open(file, driver="GTiff") as dataset:
            yield dataset
    except RasterioError as error:
        raise StoreError(f"cannot read {file}: {error}; remove it and run again") from None
