"""Small patches of a raster merged into their surroundings, found tile by tile."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from phusong.geo.tiles import Tile, tiles_of
from phusong.units import IntArray

TILE_CELLS = 1024
KEPT_TILES = 8
"""Tiles that are remembered after they were looked at."""
Silent = Callable[[Tile], NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class _Cells:
    """Cells of a part of the raster: number of their patch, value, and where they begin."""

    patch: IntArray
    value: NDArray[np.uint8]
    row0: int
    col0: int

    def cut(self, *, rows: slice = slice(None), cols: slice = slice(None)) -> "_Cells":
        """Take some rows and columns."""
        down, _, _ = rows.indices(self.patch.shape[0])
        right, _, _ = cols.indices(self.patch.shape[1])
        part = self.patch[rows, cols].copy(), self.value[rows, cols].copy()
        return _Cells(*part, self.row0 + down, self.col0 + right)

    def joined(self, other: "_Cells") -> IntArray:
        """Patches on both sides of an edge that are one."""
        same = self.value == other.value
        return np.unique(np.stack([self.patch[same], other.patch[same]]), axis=1)


class Patches:
    """Connected areas of a raster of zeros and ones, stitched across the edges of tiles.

    The raster is asked for a tile at a time, and nothing of its size is kept.

    Parameters
    ----------
    shape
        Rows and columns of the raster.
    silent
        Its values in a tile: 1 or 0.
    tile_cells
        Rows and columns of a tile, ``TILE_CELLS`` by default; no result depends on it.
    """

    def __init__(self, shape: tuple[int, int], silent: Silent, *, tile_cells: int = 0) -> None:
        self.shape, self.silent = shape, silent
        tile_cells = tile_cells or TILE_CELLS
        self.tiles = tiles_of(shape, cells=tile_cells)
        self._across = -(-shape[1] // tile_cells)
        self._labelled = lru_cache(maxsize=KEPT_TILES)(self._label)
        self._stitch()

    def sieved(self, least: int) -> "Sieved":
        """Give each patch below a size the value of the area around it.

        Parameters
        ----------
        least
            Cells from which a patch stays, >= 1.

        Returns
        -------
        Sieved
            The raster after that.

        Notes
        -----
        A small patch takes the value of its largest neighbour (of equal ones the first from the
        north-west), or of that one's largest neighbour where it is small itself, and so on;
        where that leads to no large one it stays. Source: ``GDALSieveFilter`` with four
        neighbours, whose result this is.
        """
        large = self.size >= least
        end = np.where(large | (self.largest < 0), np.arange(large.size), self.largest)
        for _ in range(max(1, int(large.size).bit_length())):
            end = end[end]  # twice as many steps each time
        return Sieved(self, np.where(large[end], self.value[end], self.value))

    def _label(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Patches of a tile, those of ones first, and how many; its values."""
        values = self.silent(self.tiles[number])
        ones, count = label(values)
        zeros, _ = label(values == 0)
        return np.where(values == 1, ones, zeros + count).astype(np.int32) - 1, values

    def _stitch(self) -> None:
        """Number all patches, join those that an edge cuts, find each one's largest neighbour."""
        sizes: list[IntArray] = []
        values: list[NDArray[np.uint8]] = []
        joins: list[IntArray] = []
        pairs: list[IntArray] = []
        lower: dict[int, _Cells] = {}
        left: _Cells | None = None
        start, starts = 0, []
        for number, tile in enumerate(self.tiles):
            labels, here = self._label(number)
            size = np.bincount(labels.ravel()).astype(np.int64)
            value = np.zeros(size.size, dtype=np.uint8)
            value[labels.ravel()] = here.ravel()
            sizes.append(size)
            values.append(value)
            starts.append(start)
            cells = _Cells(labels.astype(np.int64) + start, here, tile.row0, tile.col0)
            start += size.size
            pairs += [
                self._touching(cells.cut(rows=slice(None, -1)), cells.cut(rows=slice(1, None))),
                self._touching(cells.cut(cols=slice(None, -1)), cells.cut(cols=slice(1, None))),
            ]
            above = lower.pop(number - self._across, None)
            for near, edge in ((above, cells.cut(rows=slice(0, 1))),
                               (left, cells.cut(cols=slice(0, 1)))):  # fmt: skip
                if near is not None:
                    joins.append(near.joined(edge))
                    pairs.append(self._touching(near, edge))
            lower[number] = cells.cut(rows=slice(-1, None))
            last = (number + 1) % self._across == 0
            left = None if last else cells.cut(cols=slice(-1, None))
        self._starts = starts
        self._settle(np.concatenate(sizes), np.concatenate(values), joins, pairs)

    def _settle(
        self,
        size: IntArray,
        value: NDArray[np.uint8],
        joins: list[IntArray],
        pairs: list[IntArray],
    ) -> None:
        one, other = np.concatenate([np.empty((2, 0), dtype=np.int64), *joins], axis=1)
        graph = coo_array((np.ones(one.size, dtype=np.int8), (one, other)), shape=(size.size,) * 2)
        count, self.patch = connected_components(graph, directed=False)
        self.size = np.bincount(self.patch, weights=size, minlength=count).astype(np.int64)
        self.value = np.zeros(count, dtype=np.uint8)
        self.value[self.patch] = value
        one, other, met = np.concatenate(pairs, axis=1)
        own, near = (np.concatenate([self.patch[a], self.patch[b]])
                     for a, b in ((one, other), (other, one)))  # fmt: skip
        order = np.lexsort((np.tile(met, 2), -self.size[near], own))
        first, where = np.unique(own[order], return_index=True)
        self.largest = np.full(count, -1, dtype=np.int64)
        self.largest[first] = near[order][where]

    def _touching(self, one: "_Cells", other: "_Cells") -> IntArray:
        """Neighbours of different value, and when a walk through the raster first meets each."""
        rows, cols = np.nonzero(one.value != other.value)
        beside = int(other.row0 == one.row0)  # in each row, those above are met before those beside
        met = (2 * (other.row0 + rows) + beside) * self.shape[1] + one.col0 + cols
        pair = np.stack([one.patch[rows, cols], other.patch[rows, cols], met])
        pair = pair[:, np.argsort(met, kind="stable")]
        _, first = np.unique(pair[:2], axis=1, return_index=True)
        return pair[:, first]

    def number(self, tile: int) -> IntArray:
        """Number of the patch of each cell of a tile.

        Parameters
        ----------
        tile
            Which of :attr:`tiles`.

        Returns
        -------
        numpy.ndarray
            Shape of the tile.
        """
        labels, _ = self._labelled(tile)
        return np.asarray(self.patch[labels + self._starts[tile]])


class Sieved:
    """A raster of zeros and ones after small patches were merged.

    Parameters
    ----------
    patches
        Its patches.
    value
        Value of each patch now.
    """

    def __init__(self, patches: Patches, value: NDArray[np.uint8]) -> None:
        self.patches, self.value = patches, value

    def over(self, asked: Tile) -> NDArray[np.uint8]:
        """Take a part of the raster.

        Parameters
        ----------
        asked
            The part.

        Returns
        -------
        numpy.ndarray
            1 or 0, shape of the part.
        """
        found = np.zeros(asked.shape, dtype=np.uint8)
        for number, tile in enumerate(self.patches.tiles):
            shared = tile.common(asked.row0, asked.col0, asked.shape)
            if shared is not None:
                here = shared.inside(tile.row0, tile.col0)
                values = self.value[self.patches.number(number)[here]]
                found[shared.inside(asked.row0, asked.col0)] = values
        return found
