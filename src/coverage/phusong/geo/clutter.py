"""What stands on the ground, on a grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.units import Float32Array


@dataclass(frozen=True, eq=False)
class Clutter:
    """Representative height of trees and buildings in each cell, and its class of land cover.

    Parameters
    ----------
    grid
        The frame.
    height_m
        Height above ground, float32, shape of the grid; NaN is unknown [m].
    ground_class
        Code of the land cover, uint8, shape of the grid; 0 where it is unknown, or where the
        raster has heights only.
    """

    grid: Grid
    height_m: Float32Array
    ground_class: NDArray[np.uint8]

    def __post_init__(self) -> None:
        for name in ("height_m", "ground_class"):
            values = getattr(self, name)
            if values.shape != self.grid.shape:
                raise DataError(
                    f"clutter {name} has shape {values.shape}, the grid has {self.grid.shape}; "
                    "warp the land cover to the grid first"
                )
            values.setflags(write=False)

    @property
    def unknown_cells(self) -> int:
        """Number of cells without a height."""
        return int(np.isnan(self.height_m).sum())
