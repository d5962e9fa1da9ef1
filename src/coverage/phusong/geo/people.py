"""People on the study's grid."""

from dataclasses import dataclass

import numpy as np

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.units import FloatArray


@dataclass(frozen=True, eq=False)
class People:
    """Number of people in each cell of a grid.

    Parameters
    ----------
    grid
        The frame.
    count
        People per cell, float64, >= 0; NaN where the source does not know.
    source_total
        People of the source inside the frame, before they were put on the grid.
    """

    grid: Grid
    count: FloatArray
    source_total: float

    def __post_init__(self) -> None:
        if self.count.shape != self.grid.shape:
            raise DataError(f"people have shape {self.count.shape}, the grid {self.grid.shape}")
        if np.nanmin(self.count, initial=0.0) < 0:
            raise DataError("people per cell are negative; check the population raster's nodata")
        self.count.setflags(write=False)

    @property
    def total(self) -> float:
        """People on the grid."""
        return float(np.nansum(self.count))

    @property
    def unknown_cells(self) -> int:
        """Cells where the source does not know how many people live."""
        return int(np.isnan(self.count).sum())
