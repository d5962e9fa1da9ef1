"""Receivers on every n-th cell of a grid, and the coarser grid that their values live on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.units import BoolArray, IntArray


@dataclass(frozen=True)
class Lattice:
    """One receiver for each block of cells: in its middle, which is the centre of a cell.

    Blocks begin at the grid's upper left corner. What the lower and the right edge cut off is a
    block too; where its middle would lie outside, the receiver stands in the last row or column.

    Parameters
    ----------
    whole
        The grid.
    step
        Rows and columns of a block, odd so that its middle is a cell; 1 is every cell.

    Raises
    ------
    DomainError
        The step is even or below 1.
    """

    whole: Grid
    step: int

    def __post_init__(self) -> None:
        if self.step < 1 or self.step % 2 == 0:
            raise DomainError(
                f"step={self.step} is impossible, an odd number from 1 is allowed; a block of an "
                "even number of cells has no cell in its middle"
            )

    @cached_property
    def grid(self) -> Grid:
        """Frame whose cells are the blocks; the last ones may reach over the whole grid's edge."""
        if self.step == 1:
            return self.whole
        affine = self.whole.affine * Affine.scale(self.step)
        return Grid(GeoBox((self.rows.size, self.cols.size), affine, self.whole.crs))

    @cached_property
    def rows(self) -> IntArray:
        """Row of the whole grid that the receivers of each row of blocks stand in."""
        return self._middles(self.whole.shape[0])

    @cached_property
    def cols(self) -> IntArray:
        """Column likewise."""
        return self._middles(self.whole.shape[1])

    def _middles(self, size: int) -> IntArray:
        blocks = np.arange(-(-size // self.step), dtype=np.int64)
        return np.minimum(blocks * self.step + self.step // 2, size - 1)

    @cached_property
    def receivers(self) -> BoolArray:
        """Whether a receiver stands in each cell of the whole grid."""
        there = np.zeros(self.whole.shape, dtype=np.bool_)
        there[np.ix_(self.rows, self.cols)] = True
        there.setflags(write=False)
        return there

    def sampled(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the whole grid at the receivers.

        Parameters
        ----------
        values
            Shape of the whole grid.

        Returns
        -------
        numpy.ndarray
            Shape of :attr:`grid`.
        """
        return values if self.step == 1 else values[np.ix_(self.rows, self.cols)]

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Give each cell of the whole grid the value of its block.

        Parameters
        ----------
        values
            Shape of :attr:`grid`.

        Returns
        -------
        numpy.ndarray
            Shape of the whole grid.
        """
        if self.step == 1:
            return values
        rows, cols = self.whole.shape
        return values[np.ix_(np.arange(rows) // self.step, np.arange(cols) // self.step)]

    def blocks(self, cells: IntArray) -> IntArray:
        """Block of each cell.

        Parameters
        ----------
        cells
            Flat indices into the whole grid.

        Returns
        -------
        numpy.ndarray
            Flat indices into :attr:`grid`.
        """
        rows, cols = np.divmod(cells, self.whole.shape[1])
        return np.asarray(rows // self.step * self.grid.shape[1] + cols // self.step)
