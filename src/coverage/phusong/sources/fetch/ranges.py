"""Part of a large raster over the network: only the blocks that a window needs."""

import io
import re
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window, from_bounds

from phusong.sources.fetch.errors import FetchError, PassingError
from phusong.sources.fetch.wire import Wire, check_length, hidden

BLOCK_BYTES = 1 << 18
BLOCKS_KEPT = 128
ANSWER = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
Bounds = tuple[float, float, float, float]
"""West, south, east and north."""


def unbroken(bounds: Bounds) -> tuple[Bounds, ...]:
    """Parts of a box on either side of the antimeridian.

    Parameters
    ----------
    bounds
        West, south, east and north [degrees]; east is below west where the box crosses the
        antimeridian.

    Returns
    -------
    tuple of tuple of float
        The box itself, or its western and its eastern part.
    """
    west, south, east, north = bounds
    if west < east:
        return (bounds,)
    return (west, south, 180.0, north), (-180.0, south, east, north)


def holds(bounds: Bounds, longitude: float, latitude: float) -> bool:
    """Whether a box holds a point.

    Parameters
    ----------
    bounds
        West, south, east and north [degrees]; east is below west across the antimeridian.
    longitude, latitude
        Of the point [degrees].

    Returns
    -------
    bool
        Its edges count.
    """
    west, south, east, north = bounds
    if not south <= latitude <= north:
        return False
    return west <= longitude <= east if west <= east else longitude >= west or longitude <= east


class RangeFile:
    """A file at the provider, read block by block.

    Parameters
    ----------
    wire
        The way to the hosts of the catalogue.
    url
        Address as the catalogue has it.

    Raises
    ------
    FetchError
        It cannot be had, or the provider does not serve parts of it.
    """

    def __init__(self, wire: Wire, url: str) -> None:
        self.wire, self.url = wire, url
        self.etag = self.modified = ""
        self.size_bytes = -1
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self.block(0)

    def block(self, index: int) -> bytes:
        """Bytes of one block, from memory or from the provider.

        Parameters
        ----------
        index
            Number of the block, from 0.

        Returns
        -------
        bytes
            The block; the last one is shorter.

        Raises
        ------
        FetchError
            The provider has another version of the file by now, or it cannot be had.
        """
        if index in self._blocks:
            self._blocks.move_to_end(index)
            return self._blocks[index]
        block: bytes = self.wire.tried(hidden(self.url), lambda: self._ask(index))
        self._blocks[index] = block
        if len(self._blocks) > BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return block

    def _ask(self, index: int) -> bytes:
        start = index * BLOCK_BYTES
        headers = {"Range": f"bytes={start}-{start + BLOCK_BYTES - 1}"}
        with self.wire.answer(self.url, headers=headers) as response:
            said = ANSWER.fullmatch(response.headers.get("Content-Range", ""))
            if response.status_code != 206 or said is None or int(said[1]) != start:
                raise FetchError(
                    f"{hidden(self.url)}: the server does not serve parts of a file, and the "
                    "whole is not taken for a window; put the file there by hand"
                )
            etag = response.headers.get("ETag", "")
            modified = response.headers.get("Last-Modified", "")
            if self.size_bytes < 0:
                self.size_bytes, self.etag, self.modified = int(said[3]), etag, modified
            elif (int(said[3]), etag, modified) != (self.size_bytes, self.etag, self.modified):
                raise FetchError(
                    f"{hidden(self.url)} was changed at the provider while it was read; "
                    "run the same command again"
                )
            pieces = self.wire.pieces(response, most_bytes=BLOCK_BYTES, what=hidden(self.url))
            body = b"".join(pieces)
            check_length(response, len(body))
            if len(body) != int(said[2]) - start + 1:
                raise PassingError("the answer is not as long as it says")
        return body


class _Reader(io.RawIOBase):
    """A position in a :class:`RangeFile`, for GDAL; keeps the fault that GDAL would swallow."""

    def __init__(self, file: RangeFile, faults: list[Exception]) -> None:
        self._file, self._faults, self._place = file, faults, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._file.size_bytes}
        self._place = max(0, base[whence] + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._file.size_bytes - self._place)
        done = 0
        try:
            while done < wanted:
                index, inside = divmod(self._place, BLOCK_BYTES)
                piece = self._file.block(index)[inside : inside + wanted - done]
                buffer[done : done + len(piece)] = piece
                done += len(piece)
                self._place += len(piece)
        except Exception as error:  # noqa: BLE001 — kept, and raised once GDAL is left
            self._faults.append(error)
            return 0
        return done


def reader_of(file: RangeFile, faults: list[Exception]) -> io.RawIOBase:
    """Read a file at the provider like one on the disk.

    Parameters
    ----------
    file
        The file.
    faults
        Takes what went wrong on the wire, which libraries hide or rename.

    Returns
    -------
    io.RawIOBase
        Opened at its beginning.
    """
    return _Reader(file, faults)


def read_remote_window(
    file: RangeFile, bounds: Bounds
) -> tuple[np.ndarray[Any, Any], dict[str, Any]]:
    """Read the part of a raster at a provider that lies in a box.

    Parameters
    ----------
    file
        A GeoTIFF at the provider; tiled ones cost least.
    bounds
        West, south, east and north in the raster's own CRS; a cell that they cut is taken.

    Returns
    -------
    array
        Values of the first band, shape (rows, columns); no cells when the box misses the raster.
    dict
        Profile of a GeoTIFF that holds them on the raster's own lattice.

    Raises
    ------
    FetchError
        The file is no GeoTIFF, or it cannot be read over the network.
    """
    faults: list[Exception] = []
    name = f"{Path(hidden(file.url)).name or 'remote'}"

    def opener(path: str, *_: Any, **__: Any) -> _Reader:
        if Path(path).name != name:
            raise FileNotFoundError(path)
        return _Reader(file, faults)

    try:
        with (
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
            rasterio.open(name, opener=opener, driver="GTiff") as dataset,
        ):
            window = window_of(dataset.transform, dataset.width, dataset.height, bounds)
            values = dataset.read(1, window=window)
            profile = profile_of(dataset, window)
    except RasterioError as error:
        if faults:
            raise faults[0] from None
        raise FetchError(
            f"{hidden(file.url)} cannot be read as a GeoTIFF ({error}); it may be damaged at the "
            "provider: try later, or put the file there by hand"
        ) from None
    if faults:
        raise faults[0]
    return values, profile


def profile_of(dataset: DatasetReader, window: Window) -> dict[str, Any]:
    """Profile of a GeoTIFF that holds a window of a raster's first band.

    Parameters
    ----------
    dataset
        The raster.
    window
        Whole cells of it.

    Returns
    -------
    dict
        As rasterio has it.
    """
    return {
        "driver": "GTiff",
        "width": window.width,
        "height": window.height,
        "count": 1,
        "dtype": dataset.dtypes[0],
        "crs": dataset.crs,
        "transform": dataset.window_transform(window),
        "nodata": dataset.nodata,
        "compress": "deflate",
    }


def window_of(transform: Affine, width: int, height: int, bounds: Bounds) -> Window:
    """Whole cells that a box touches, cut to the raster.

    Parameters
    ----------
    transform, width, height
        Of the raster, in cells.
    bounds
        West, south, east and north in its CRS.

    Returns
    -------
    rasterio.windows.Window
        Empty when the box misses the raster.
    """
    wanted = from_bounds(*bounds, transform=transform)
    nudge = 1e-6  # of a cell: an edge of the box on an edge of a cell takes no further cell
    first_col = max(0, int(np.floor(wanted.col_off + nudge)))
    first_row = max(0, int(np.floor(wanted.row_off + nudge)))
    last_col = min(width, int(np.ceil(wanted.col_off + wanted.width - nudge)))
    last_row = min(height, int(np.ceil(wanted.row_off + wanted.height - nudge)))
    return Window(first_col, first_row, max(0, last_col - first_col), max(0, last_row - first_row))
