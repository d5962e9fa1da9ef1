"""Reading ground heights: any GDAL raster or SRTM tiles, mosaicked and warped once."""

import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.merge import merge
from rasterio.warp import reproject, transform_bounds

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.geo.tiles import tiles_of
from phusong.language import told
from phusong.sources.antimeridian import on_one_side, unwrapped
from phusong.sources.gdal_files import open_raster
from phusong.units import BoolArray, Float32Array

RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".hgt", ".img", ".bil", ".asc", ".dt1", ".dt2"})
LOWEST_M, HIGHEST_M = -500.0, 9000.0
BLOCK_CELLS = 2048
"""Rows and columns of the grid that are read at once; the same for every grid."""
EDGE_CELLS = 4
"""Cells read beyond the grid, so that the outermost cells are interpolated like the others."""


def terrain_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """List raster files, looking into folders of tiles.

    Parameters
    ----------
    paths
        Files, or folders whose rasters are taken in the order of their names.

    Returns
    -------
    tuple of pathlib.Path
        The files.

    Raises
    ------
    DataError
        A path does not exist, or a folder holds no raster.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            tiles = sorted(p for p in path.iterdir() if p.suffix.lower() in RASTER_SUFFIXES)
            if not tiles:
                raise DataError(
                    f"terrain folder {path} holds no raster; "
                    f"allowed: {', '.join(sorted(RASTER_SUFFIXES))}"
                )
            files.extend(tiles)
        elif path.is_file():
            files.append(path)
        else:
            raise DataError(f"terrain file {path} does not exist; check inputs.terrain.files")
    return tuple(files)


def read_terrain(files: Sequence[Path], grid: Grid, sea: Sequence[str] = ()) -> Terrain:
    """Read ground heights onto a grid.

    Files with the same CRS, cell size and lattice are joined before they are warped, so that a
    tile edge leaves no trace; where files overlap, the first that knows a height wins. Heights are
    interpolated bilinearly (averaged where the grid is coarser than the file). What no file
    knows stays NaN.

    Parameters
    ----------
    files
        Raster files, most trusted first.
    grid
        Frame to warp to.
    sea
        Squares of one degree, named as ``N20E107``, where what no file knows is 0 m.

    Returns
    -------
    Terrain
        Heights at the cell centres.

    Raises
    ------
    DataError
        A file is unreadable or has no CRS, no file overlaps the grid, or heights are impossible.

    Warns
    -----
    DataWarning
        Some cells of the grid have no height.
    """
    height = np.concatenate(list(terrain_bands(files, grid, sea)))
    terrain = Terrain(grid, height)
    look_over(terrain, files)
    return terrain


def look_over(terrain: Terrain, files: Sequence[Path]) -> None:
    """Refuse terrain without a height, and tell of cells that have none.

    Parameters
    ----------
    terrain
        What was read.
    files
        Where from.

    Raises
    ------
    DataError
        No file overlaps the grid.

    Warns
    -----
    DataWarning
        Some cells of the grid have no height.
    """
    size = terrain.height_amsl_m.size
    if terrain.unknown_cells == size:
        names = ", ".join(file.name for file in files)
        raise DataError(
            f"terrain ({names}) does not overlap the study area {_describe(terrain.grid)}; "
            "get the tiles of this area, or check the CRS of the files"
        )
    if terrain.unknown_cells:
        warnings.warn(
            f"terrain is unknown in {terrain.unknown_cells} of {size} cells "
            f"({terrain.unknown_share:.1%}); they stay unknown on every map",
            DataWarning,
            stacklevel=3,
        )


def terrain_bands(
    files: Sequence[Path], grid: Grid, sea: Sequence[str] = ()
) -> Iterator[Float32Array]:
    """Read ground heights onto a grid from north to south, a block of cells at a time.

    Parameters
    ----------
    files, grid, sea
        As in :func:`read_terrain`.

    Yields
    ------
    numpy.ndarray
        All columns of the next rows; NaN is unknown [m].
    """
    blocks = tiles_of(grid.shape, cells=BLOCK_CELLS)
    with ExitStack() as stack:
        opened = [stack.enter_context(_open_raster(file)) for file in files]
        datasets = on_one_side(opened, grid, around=2 * EDGE_CELLS, stack=stack)
        groups = _same_lattice(datasets)
        for _, row in groupby(blocks, key=lambda block: block.row0):
            yield np.hstack([_block(groups, grid.part(block), sea) for block in row])


def _block(groups: list[list[DatasetReader]], grid: Grid, sea: Sequence[str]) -> Float32Array:
    height = np.full(grid.shape, np.nan, dtype=np.float32)
    for group in groups:
        if np.isnan(height).any():
            warped = _warp(group, grid)
            if warped is not None:
                np.copyto(height, warped, where=np.isnan(height))
    if sea:
        height[np.isnan(height) & _in_squares(grid, sea)] = 0.0
    return height


def _in_squares(grid: Grid, names: Sequence[str]) -> BoolArray:
    """Cells whose centre lies in a square of one degree that is named."""
    rows, cols = grid.shape
    row, col = np.mgrid[0:rows, 0:cols]
    x, y = grid.affine * (col + 0.5, row + 0.5)
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    inside = np.zeros(grid.shape, dtype=bool)
    for name in names:
        south = int(name[1:3]) * (1 if name[0] == "N" else -1)
        west = int(name[4:7]) * (1 if name[3] == "E" else -1)
        inside |= (np.floor(latitude) == south) & (np.floor(longitude) == west)
    return inside


def _open_raster(file: Path) -> DatasetReader:
    dataset = open_raster(file, "terrain file")
    if dataset.crs is None:
        raise DataError(
            f"terrain file {file} has no CRS; "
            "write one into it, for example with `rio edit-info --crs EPSG:4326`"
        )
    refuse_turned(dataset, f"terrain file {file}")
    return dataset


def refuse_turned(dataset: DatasetReader, what: str) -> None:
    """Refuse a raster whose rows do not run from west to east and from north to south.

    Parameters
    ----------
    dataset
        The open raster.
    what
        What messages call it.

    Raises
    ------
    DataError
        It is rotated, sheared or flipped.
    """
    a = dataset.transform
    if a.b != 0 or a.d != 0 or a.a <= 0 or a.e >= 0:
        raise DataError(
            f"{what} is rotated or flipped (affine {tuple(a)[:6]}), a north-up raster is needed; "
            "warp it first, for example with `rio warp --dst-crs EPSG:4326`"
        )


def _same_lattice(datasets: list[DatasetReader]) -> list[list[DatasetReader]]:
    groups: dict[tuple[str | float, ...], list[DatasetReader]] = {}
    for dataset in datasets:
        step_x, step_y = (round(step, 9) for step in dataset.res)
        edges = (dataset.bounds.left / step_x, dataset.bounds.top / step_y)
        phase = tuple(round(edge % 1.0, 2) % 1.0 for edge in edges)
        numbers = (dataset.scales[0], dataset.offsets[0])
        key = (dataset.crs.to_string(), step_x, step_y, *phase, *numbers)
        groups.setdefault(key, []).append(dataset)
    return list(groups.values())


def _warp(group: list[DatasetReader], grid: Grid) -> Float32Array | None:
    """Join files of one lattice over the grid and warp them to it; None without overlap."""
    first = group[0]
    west, south, east, north = unwrapped(
        transform_bounds(grid.crs, first.crs, *_grown(grid.bounds, EDGE_CELLS * grid.resolution_m))
    )
    step_x, step_y = first.res
    box = (
        west - EDGE_CELLS * step_x,
        south - EDGE_CELLS * step_y,
        east + EDGE_CELLS * step_x,
        north + EDGE_CELLS * step_y,
    )
    near = [d for d in group if _overlap(tuple(d.bounds), box)]
    if not near:
        return None
    try:
        mosaic, transform = merge(
            near,
            bounds=_on_lattice(_clipped(box, near), first),
            nodata=np.nan,
            dtype="float32",
            masked=False,
        )
    except RasterioError as error:
        names = ", ".join(Path(d.name).name for d in near)
        raise DataError(f"terrain file {names} cannot be read: {error}; get it again") from None
    with np.errstate(all="ignore"):  # what damaged files hold is refused below
        heights = mosaic[0] * np.float32(first.scales[0]) + np.float32(first.offsets[0])
    _refuse_impossible(heights, near)
    warped = np.full(grid.shape, np.nan, dtype=np.float32)
    reproject(
        heights,
        warped,
        src_transform=transform,
        src_crs=first.crs,
        src_nodata=np.nan,
        dst_transform=grid.affine,
        dst_crs=CRS.from_user_input(grid.crs).to_wkt(),
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
        tolerance=0.0,
    )
    return warped


def _refuse_impossible(heights: Float32Array, files: list[DatasetReader]) -> None:
    """Look at what stands in the files: warping would hide a bad cell among its neighbours."""
    lowest = float(np.nanmin(heights, initial=0.0))
    highest = float(np.nanmax(heights, initial=0.0))
    if lowest < LOWEST_M or highest > HIGHEST_M:
        raise DataError(
            f"terrain heights of {', '.join(Path(d.name).name for d in files)} run from "
            f"{lowest:.0f} to {highest:.0f} m, {LOWEST_M:.0f} to {HIGHEST_M:.0f} m is possible; "
            "check the unit and the nodata value"
        )


def _grown(
    bounds: tuple[float, float, float, float], margin: float
) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    return west - margin, south - margin, east + margin, north + margin


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _clipped(
    box: tuple[float, float, float, float], group: list[DatasetReader]
) -> tuple[float, float, float, float]:
    """Box within the union of the files' bounds: no memory for what no file can know."""
    return (
        max(box[0], min(d.bounds.left for d in group)),
        max(box[1], min(d.bounds.bottom for d in group)),
        min(box[2], max(d.bounds.right for d in group)),
        min(box[3], max(d.bounds.top for d in group)),
    )


def _on_lattice(
    box: tuple[float, float, float, float], dataset: DatasetReader
) -> tuple[float, float, float, float]:
    """Box grown to whole cells of a file: joined off its lattice, heights would be shifted."""
    left, top = dataset.bounds.left, dataset.bounds.top
    step_x, step_y = dataset.res
    west, east = ((v - left) / step_x for v in (box[0], box[2]))
    south, north = ((top - v) / step_y for v in (box[1], box[3]))
    return (
        left + math.floor(round(west, 6)) * step_x,
        top - math.ceil(round(south, 6)) * step_y,
        left + math.ceil(round(east, 6)) * step_x,
        top - math.floor(round(north, 6)) * step_y,
    )


def _describe(grid: Grid) -> str:
    west, south, east, north = transform_bounds(grid.crs, "EPSG:4326", *grid.bounds)
    return told(f"{south:.3f} to {north:.3f}° N, {west:.3f} to {east:.3f}° E")
