"""Ground heights on a grid."""

from dataclasses import dataclass

import numpy as np

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
    """

    grid: Grid
    height_amsl_m: Float32Array

    def __post_init__(self) -> None:
        if self.height_amsl_m.shape != self.grid.shape:
            raise DataError(
                f"terrain has shape {self.height_amsl_m.shape}, the grid has {self.grid.shape}; "
                "warp the terrain to the grid first"
            )
        self.height_amsl_m.setflags(write=False)

    @property
    def unknown_cells(self) -> int:
        """Number of cells without a height."""
        return int(np.isnan(self.height_amsl_m).sum())

    @property
    def unknown_share(self) -> float:
        """Share of the cells without a height, 0 to 1."""
        return self.unknown_cells / self.height_amsl_m.size
