"""A grid cut into tiles, so that no process needs to hold all of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of a grid's cells.

    Parameters
    ----------
    row0, col0
        Its first row and column in the grid.
    rows, cols
        How many it has.
    """

    row0: int
    col0: int
    rows: int
    cols: int

    @property
    def key(self) -> str:
        """Name of the tile, the same on every machine: where it begins."""
        return f"r{self.row0:06d}c{self.col0:06d}"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.cols

    @property
    def window(self) -> tuple[slice, slice]:
        """Its place in an array of the whole grid."""
        down = slice(self.row0, self.row0 + self.rows)
        return down, slice(self.col0, self.col0 + self.cols)

    def common(self, row0: int, col0: int, shape: tuple[int, int]) -> "Tile | None":
        """Cells that it shares with a window.

        Parameters
        ----------
        row0, col0
            First row and column of the window in the grid.
        shape
            Rows and columns of the window.

        Returns
        -------
        Tile or None
            A part of the grid; None where they share nothing.
        """
        top, left = max(self.row0, row0), max(self.col0, col0)
        bottom = min(self.row0 + self.rows, row0 + shape[0])
        right = min(self.col0 + self.cols, col0 + shape[1])
        if top >= bottom or left >= right:
            return None
        return Tile(top, left, bottom - top, right - left)

    def inside(self, row0: int, col0: int) -> tuple[slice, slice]:
        """Its place in a window that holds it.

        Parameters
        ----------
        row0, col0
            First row and column of the window in the grid.

        Returns
        -------
        tuple of slice
            Rows and columns of the window.
        """
        top, left = self.row0 - row0, self.col0 - col0
        return slice(top, top + self.rows), slice(left, left + self.cols)

    def joint(self, other: "Tile") -> "Tile":
        """Smallest tile that holds this one and another.

        Parameters
        ----------
        other
            A part of the same grid.

        Returns
        -------
        Tile
            A part of the grid.
        """
        top, left = min(self.row0, other.row0), min(self.col0, other.col0)
        bottom = max(self.row0 + self.rows, other.row0 + other.rows)
        right = max(self.col0 + self.cols, other.col0 + other.cols)
        return Tile(top, left, bottom - top, right - left)

    def part(self, values: NDArray[Any]) -> NDArray[Any]:
        """Its cells out of a raster.

        Parameters
        ----------
        values
            Shape of the whole grid.

        Returns
        -------
        numpy.ndarray
            A view, shape of the tile.
        """
        return values[self.window]


def tiles_of(shape: tuple[int, int], *, cells: int) -> tuple[Tile, ...]:
    """Cut a grid into squares from its upper left corner, row after row.

    Parameters
    ----------
    shape
        Rows and columns of the grid.
    cells
        Rows and columns of a tile, > 0; those at the lower and the right edge may be smaller.

    Returns
    -------
    tuple of Tile
        Each cell lies in exactly one.
    """
    rows, cols = shape
    return tuple(
        Tile(row0, col0, min(cells, rows - row0), min(cells, cols - col0))
        for row0 in range(0, rows, cells)
        for col0 in range(0, cols, cells)
    )


def together(tiles: Iterable[Tile], *, cells: int) -> Iterator[tuple[Tile, tuple[int, ...]]]:
    """Put tiles that follow each other together, as long as what holds them all stays small.

    Parameters
    ----------
    tiles
        Parts of one grid.
    cells
        Most cells of what holds them, unless one alone has more.

    Yields
    ------
    tile, numbers
        What holds some of them, and their numbers.
    """
    held: Tile | None = None
    numbers: list[int] = []
    for number, tile in enumerate(tiles):
        joint = tile if held is None else held.joint(tile)
        if held is not None and joint.rows * joint.cols > cells:
            yield held, tuple(numbers)
            joint, numbers = tile, []
        held = joint
        numbers.append(number)
    if held is not None:
        yield held, tuple(numbers)


def whole(shape: tuple[int, int]) -> Tile:
    """One tile for all of a grid.

    Parameters
    ----------
    shape
        Rows and columns of the grid.

    Returns
    -------
    Tile
        All of it.
    """
    return Tile(0, 0, *shape)
