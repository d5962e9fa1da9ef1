"""Ground heights on a grid."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.units import Float32Array


@dataclass(frozen=True, eq=False)
class Terrain:
    """Ground height at the cell centres of a grid.

    Parameters
    ----------
    grid
        The frame.
    height_amsl_m
        Height above mean sea level at cell centres, float32, shape of the grid; NaN is
        unknown, never sea level [m].
    known_digest
        Digest of the heights where they are known to have it; empty to make it when asked for.
    """

    grid: Grid
    height_amsl_m: Float32Array
    known_digest: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.height_amsl_m.shape != self.grid.shape:
            raise DataError(
                f"terrain has shape {self.height_amsl_m.shape}, the grid has {self.grid.shape}; "
                "warp the terrain to the grid first"
            )
        self.height_amsl_m.setflags(write=False)

    @cached_property
    def unknown_cells(self) -> int:
        """Number of cells without a height."""
        return sum(int(np.isnan(rows).sum()) for rows in self._bands())

    @cached_property
    def digest(self) -> str:
        """Digest of all heights."""
        return self.known_digest or digest_of(self._bands())

    def _bands(self) -> Iterator[Float32Array]:
        """A thousand rows at a time: nothing of the size of the terrain is made."""
        for row in range(0, self.grid.shape[0], 1000):
            yield self.height_amsl_m[row : row + 1000]

    @property
    def unknown_share(self) -> float:
        """Share of the cells without a height, 0 to 1."""
        return self.unknown_cells / self.height_amsl_m.size


def digest_of(bands: Iterator[Float32Array]) -> str:
    """Digest of heights, however they are cut into rows.

    Parameters
    ----------
    bands
        Whole rows, from the north.

    Returns
    -------
    str
        Hexadecimal digest.
    """
    found = hashlib.blake2b(digest_size=16)
    for band in bands:
        found.update(np.ascontiguousarray(band, dtype="<f4").data)
    return found.hexdigest()


def thinned(terrain: Terrain, step: int) -> Terrain:
    """Terrain of coarser cells, each as high as its known cells are on average.

    Parameters
    ----------
    terrain
        Ground heights.
    step
        Rows and columns that become one, >= 1.

    Returns
    -------
    Terrain
        Unknown where every cell is; the last cells may reach over the edge.
    """
    if step == 1:
        return terrain
    rows, cols = (-(-size // step) for size in terrain.grid.shape)
    padded = np.full((rows * step, cols * step), np.nan)
    height = terrain.height_amsl_m
    padded[: height.shape[0], : height.shape[1]] = height
    blocks = padded.reshape(rows, step, cols, step)
    known = (~np.isnan(blocks)).sum(axis=(1, 3))
    mean = np.where(known > 0, np.nansum(blocks, axis=(1, 3)) / np.maximum(known, 1), np.nan)
    affine = terrain.grid.affine * Affine.scale(step)
    return Terrain(Grid(GeoBox((rows, cols), affine, terrain.grid.crs)), mean.astype(np.float32))
