"""Rasters of both sides of the antimeridian, for a frame that it runs through."""

from collections.abc import Iterable
from contextlib import ExitStack

from affine import Affine
from rasterio.io import DatasetReader, MemoryFile
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

from phusong.geo.grid import Grid

Box = tuple[float, float, float, float]
"""West, south, east and north."""


def unwrapped(box: Box) -> Box:
    """A box whose east is above its west: it goes on beyond 180° where the antimeridian is in it.

    Parameters
    ----------
    box
        East is below west where the box crosses the antimeridian.

    Returns
    -------
    tuple of float
        The same box.
    """
    west, south, east, north = box
    return (west, south, east + 360.0 if east < west else east, north)


def on_one_side(
    datasets: Iterable[DatasetReader], grid: Grid, *, around: int, stack: ExitStack
) -> list[DatasetReader]:
    """Move what lies beyond the antimeridian, so that tiles of both sides meet.

    Parameters
    ----------
    datasets
        Open rasters.
    grid
        The frame.
    around
        Cells that are kept around it.
    stack
        Closes what is opened here.

    Returns
    -------
    list of rasterio.io.DatasetReader
        The same rasters; where the frame crosses the antimeridian, also copies, with longitudes
        beyond 180°, of what lies in the frame east of it.
    """
    found = []
    for dataset in datasets:
        beyond = _beyond(dataset, grid, around, stack)
        found += [dataset] if beyond is None else [dataset, beyond]
    return found


def _beyond(
    dataset: DatasetReader, grid: Grid, around: int, stack: ExitStack
) -> DatasetReader | None:
    """A copy, 360° further east, of what lies east of the antimeridian; None for all others."""
    if not dataset.crs.is_geographic:
        return None
    west, south, east, north = transform_bounds(grid.crs, dataset.crs, *grid.bounds)
    if east >= west or dataset.bounds.left > 0.0:
        return None
    step_x, step_y = dataset.res
    box = (
        -180.0 - around * step_x, south - around * step_y,
        east + around * step_x, north + around * step_y,
    )  # fmt: skip
    wanted = from_bounds(*box, transform=dataset.transform)
    col, row = max(0, int(wanted.col_off)), max(0, int(wanted.row_off))
    cols = min(dataset.width, int(wanted.col_off + wanted.width) + 1) - col
    rows = min(dataset.height, int(wanted.row_off + wanted.height) + 1) - row
    if cols <= 0 or rows <= 0:
        return None
    window = Window(col, row, cols, rows)
    profile = {
        "driver": "GTiff", "width": cols, "height": rows, "count": 1, "dtype": dataset.dtypes[0],
        "crs": dataset.crs, "nodata": dataset.nodata,
        "transform": Affine.translation(360.0, 0.0) * dataset.window_transform(window),
    }  # fmt: skip
    memory = stack.enter_context(MemoryFile())
    with memory.open(**profile) as copy:
        copy.write(dataset.read(1, window=window), 1)
        copy.scales, copy.offsets = dataset.scales[:1], dataset.offsets[:1]
    return stack.enter_context(memory.open())
