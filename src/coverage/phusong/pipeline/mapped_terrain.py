"""Ground heights of a large grid in a file that processes look into instead of holding it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import rasterio

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain, digest_of
from phusong.sources import terrain as reader
from phusong.store.cache import Cache
from phusong.store.files import key_of, sha256_of
from phusong.units import Float32Array

SUFFIX = ".f32"


def mapped_terrain(
    folder: Path, files: Sequence[Path], grid: Grid, sea: Sequence[str] = ()
) -> Terrain:
    """Take ground heights from a file of them, made from the inputs when it is not there.

    The system brings the parts that are looked at into memory and drops them when it needs
    room; processes of one machine share them.

    Parameters
    ----------
    folder
        Where the file is kept.
    files
        Raster files, most trusted first.
    grid
        Frame to warp to.
    sea
        Squares of one degree where what no file knows is 0 m.

    Returns
    -------
    Terrain
        The heights that :func:`phusong.sources.terrain.read_terrain` gives, to the bit.
    """
    cache = Cache(folder)
    key = key_of(
        [
            [sha256_of(file) for file in files],
            [grid.crs, list(grid.affine)[:6], list(grid.shape)],
            list(sea),
            [sha256_of(Path(reader.__file__)), rasterio.__version__, rasterio.__gdal_version__],
        ]
    )
    if not cache.has(key, SUFFIX):

        def write(aside: Path) -> None:
            with aside.open("wb") as stream:
                for band in reader.terrain_bands(files, grid, sea):
                    stream.write(np.ascontiguousarray(band, dtype="<f4").data)

        cache.put(key, SUFFIX, write)
    file = cache.path(key, SUFFIX)
    height = np.memmap(file, dtype="<f4", mode="r", shape=grid.shape)
    terrain = Terrain(grid, height, known_digest=digest_of(_read(file, grid)))
    reader.look_over(terrain, files)
    return terrain


def _read(file: Path, grid: Grid) -> Iterator[Float32Array]:
    """Its rows, read rather than looked into: what is looked into counts as this process's."""
    rows, cols = grid.shape
    with file.open("rb") as stream:
        for row in range(0, rows, 1000):
            here = min(1000, rows - row)
            yield np.fromfile(stream, dtype="<f4", count=here * cols).reshape(here, cols)
