"""Terrain and masts that the benchmarks of maps share."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from tests.relief import Kind, relief

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain

CELL_M = 30.0
CELLS = 2400
KINDS: tuple[Kind, ...] = ("gentle", "hills", "alpine")


@dataclass(frozen=True)
class Mast:
    """A place for a transmitter, anywhere inside a cell."""

    name: str
    terrain: Terrain
    row: float
    col: float

    @property
    def easting(self) -> float:
        return self.terrain.grid.bounds[0] + self.col * self.terrain.grid.resolution_m

    @property
    def northing(self) -> float:
        return self.terrain.grid.bounds[3] - self.row * self.terrain.grid.resolution_m


def relief_terrain(kind: Kind, *, cells: int = CELLS) -> Terrain:
    """Invented terrain of 30 m cells."""
    side = cells * CELL_M
    grid = Grid.from_bounds(0, 0, side, side, crs="EPSG:32648", resolution_m=CELL_M)
    return Terrain(grid, relief(kind, cells=cells, cell_m=CELL_M))


def masts(terrain: Terrain, name: str, *, radius_cells: int) -> Iterator[Mast]:
    """Hilltop, steepest slope and valley of the middle, where a whole disc fits around each."""
    ground = terrain.height_amsl_m
    rows, cols = (slice(radius_cells + 2, size - radius_cells - 2) for size in ground.shape)
    middle = ground[rows, cols]
    steepness = np.hypot(*np.gradient(middle))
    for place, score in (("hilltop", middle), ("slope", steepness), ("valley", -middle)):
        row, col = np.unravel_index(np.nanargmax(score), middle.shape)
        # a third of a cell off the node: masts do not stand on raster nodes
        yield Mast(f"{name} {place}", terrain, rows.start + row + 0.8, cols.start + col + 0.3)


def nine_masts(*, radius_cells: int = 1000) -> Iterator[Mast]:
    """Three masts on each of three kinds of terrain."""
    for kind in KINDS:
        yield from masts(relief_terrain(kind), kind, radius_cells=radius_cells)
