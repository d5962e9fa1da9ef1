"""Path losses and angles as whole steps in 16 bits, in GeoTIFF files of one mast's window."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile
from rasterio.windows import Window

from phusong.errors import StoreError
from phusong.models.loss_map import LossMap
from phusong.units import Float32Array

SUFFIX = ".tif"
NODATA = -32768
LOSS_STEP_DB = 0.01
ELEVATION_STEP_MRAD = 0.1


def steps_writer(values: Float32Array, step: float, loss: LossMap) -> Callable[[Path], None]:
    """Make the function that writes a window as whole steps in 16 bits.

    Parameters
    ----------
    values
        Losses or angles over the window, NaN where unknown.
    step
        What a whole step is worth.
    loss
        Where the window lies.

    Returns
    -------
    callable
        Writes to the path it is given.
    """
    whole = np.full(values.shape, NODATA, dtype=np.int16)
    known = ~np.isnan(values)
    whole[known] = np.clip(np.rint(values[known].astype(np.float64) / step), -32767, 32767)
    rows, cols = values.shape
    transform = loss.grid.affine * Affine.translation(loss.col0, loss.row0)

    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": "int16",
        "crs": loss.grid.crs, "transform": transform, "nodata": NODATA, "compress": "deflate",
        "predictor": 2, "zlevel": 1,
    }  # fmt: skip

    def write(aside: Path) -> None:
        with MemoryFile(ext=SUFFIX) as made:
            with made.open(**profile) as dataset:
                dataset.write(whole, 1)
                dataset.scales = (step,)
            aside.write_bytes(made.getbuffer())

    return write


def read_steps(file: Path, step: float, down: slice, across: slice) -> Float32Array:
    """Read a part of a window.

    Parameters
    ----------
    file
        The file.
    step
        What a whole step is worth.
    down, across
        Rows and columns of the window to read.

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
            whole = dataset.read(1, window=Window.from_slices(down, across))
    except RasterioError as error:
        raise StoreError(f"cannot read {file}: {error}; remove it and run again") from None
    values = (whole.astype(np.float64) * step).astype(np.float32)
    values[whole == NODATA] = np.nan
    return np.asarray(values)
