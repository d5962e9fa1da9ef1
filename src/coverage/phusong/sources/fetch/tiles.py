"""Names of the tiles that cover a box, by the lattice of each provider."""

import math
from collections.abc import Callable, Iterator

from phusong.errors import DataError
from phusong.sources.fetch.ranges import Bounds, unbroken

COPERNICUS_COLUMNS = ((50.0, 1.0), (60.0, 1.5), (70.0, 2.0), (80.0, 3.0), (85.0, 5.0), (90.0, 10.0))
"""Latitude up to which a column of Copernicus GLO-30 is that many arc-seconds wide."""
ARC_SECOND = 1.0 / 3600.0
GHSL_WEST, GHSL_NORTH, GHSL_STEP = -180.0, 89.1, 10.0


def tiles_of(lattice: str, bounds: Bounds) -> tuple[str, ...]:
    """Tiles that hold at least one cell of a box, from north-west to south-east.

    Parameters
    ----------
    lattice
        ``copernicus-1-degree``, ``worldcover-3-degrees`` or ``ghsl-10-degrees``.
    bounds
        West, south, east and north [degrees]; east is below west where the box crosses the
        antimeridian.

    Returns
    -------
    tuple of str
        Names as they stand in the provider's addresses.

    Raises
    ------
    DataError
        The box is empty or lies outside the globe.
    """
    west, south, east, north = bounds
    if not (-90.0 <= south < north <= 90.0 and -180.0 <= west <= 180.0 and -180.0 <= east <= 180.0):
        raise DataError(
            f"box {west:g}, {south:g}, {east:g}, {north:g} is not west, south, east, north in "
            "degrees (WGS 84)"
        )
    named = [name for part in unbroken(bounds) for name in LATTICES[lattice](part)]
    return tuple(dict.fromkeys(named))


def square_of(tile: str) -> str:
    """Square of one degree that a tile of Copernicus GLO-30 stands for.

    Parameters
    ----------
    tile
        Name of the tile.

    Returns
    -------
    str
        As ``inputs.terrain.sea`` names it, such as ``N20E107``; empty for other tiles.
    """
    parts = tile.split("_")
    return f"{parts[4]}{parts[6]}" if tile.startswith("Copernicus_DSM_COG_10_") else ""


def _copernicus(bounds: Bounds) -> Iterator[str]:
    """Tiles of GLO-30: cells are centred on whole arc-seconds.

    A tile therefore reaches half a cell beyond its name to the west and to the north, and ends
    half a cell early in the east and in the south.
    """
    west, south, east, north = bounds
    half_row = ARC_SECOND / 2
    for row in range(math.ceil(north - half_row) - 1, math.floor(south - half_row) - 1, -1):
        half = _copernicus_column(row) / 2
        for col in range(math.floor(west + half), math.ceil(east + half)):
            wrapped = (col + 180) % 360 - 180
            yield (
                f"Copernicus_DSM_COG_10_{_hemisphere(row, 'NS', 2)}_00_"
                f"{_hemisphere(wrapped, 'EW', 3)}_00_DEM"
            )


def _copernicus_column(row: int) -> float:
    """Width of a column in the tile whose southern edge is that degree [degrees]."""
    nearest_equator = min(abs(row), abs(row + 1))
    return next(step for limit, step in COPERNICUS_COLUMNS if nearest_equator < limit) * ARC_SECOND


def _worldcover(bounds: Bounds) -> Iterator[str]:
    west, south, east, north = bounds
    for row in range(math.ceil(north / 3) - 1, math.floor(south / 3) - 1, -1):
        for col in range(math.floor(west / 3), math.ceil(east / 3)):
            yield f"{_hemisphere(3 * row, 'NS', 2)}{_hemisphere(3 * col, 'EW', 3)}"


def _ghsl(bounds: Bounds) -> Iterator[str]:
    """Tiles of ten degrees, rows from the north, columns from the west, both from 1."""
    west, south, east, north = bounds
    first = math.floor((GHSL_NORTH - north) / GHSL_STEP)
    last = math.ceil((GHSL_NORTH - south) / GHSL_STEP)
    for row in range(max(first, 0), max(last, 1)):
        for col in range(
            math.floor((west - GHSL_WEST) / GHSL_STEP), math.ceil((east - GHSL_WEST) / GHSL_STEP)
        ):
            yield f"R{row + 1}_C{col + 1}"


def _hemisphere(degrees: int, letters: str, digits: int) -> str:
    return f"{letters[degrees < 0]}{abs(degrees):0{digits}d}"


LATTICES: dict[str, Callable[[Bounds], Iterator[str]]] = {
    "copernicus-1-degree": _copernicus,
    "worldcover-3-degrees": _worldcover,
    "ghsl-10-degrees": _ghsl,
}
