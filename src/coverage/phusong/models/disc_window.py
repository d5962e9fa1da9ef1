"""The cells of a grid that lie within a radius of a mast."""

import math
from dataclasses import dataclass, replace

import numpy as np

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.units import BoolArray

_ON_THE_RIM = 1e-9  # cells: a centre this near the radius counts as on it, whatever the rounding


@dataclass(frozen=True, eq=False)
class DiscWindow:
    """The part of a grid that a disc touches.

    Parameters
    ----------
    row0, col0
        First row and column in the grid.
    inside
        Whether each cell's centre lies within the radius; the mast's own cell always does.
    """

    row0: int
    col0: int
    inside: BoolArray


def disc_window(grid: Grid, *, easting: float, northing: float, radius_m: float) -> DiscWindow:
    """Cells of a grid whose centres lie within a radius.

    Parameters
    ----------
    grid
        The frame.
    easting, northing
        Centre of the disc, inside the frame [m].
    radius_m
        Radius, > 0 [m].

    Returns
    -------
    DiscWindow
        The smallest window that holds them, cut at the frame's edges.

    Raises
    ------
    DataError
        The centre is outside the frame.
    """
    row, col = (float(v) for v in grid.pixel_of(easting, northing))
    if not bool(grid.contains(easting, northing)):
        west, south, east, north = grid.bounds
        raise DataError(
            f"transmitter at easting={easting:.1f}, northing={northing:.1f} is outside the terrain "
            f"(easting {west:.1f} to {east:.1f}, northing {south:.1f} to {north:.1f} m); check the "
            "coordinates, or use terrain that contains the mast"
        )
    reach = radius_cells(radius_m, grid)
    rows, cols = (
        np.arange(
            max(min(math.ceil(centre - 0.5 - reach), math.floor(centre)), 0),
            min(max(math.floor(centre - 0.5 + reach), math.floor(centre)), size - 1) + 1,
        )
        for centre, size in zip((row, col), grid.shape, strict=True)
    )
    down, right = np.abs(rows + 0.5 - row), np.abs(cols + 0.5 - col)
    chord = np.sqrt(np.maximum((reach - down) * (reach + down), 0.0))  # half its length
    inside = (right <= chord[:, np.newaxis]) & (down <= reach)[:, np.newaxis]
    inside[math.floor(row) - rows[0], math.floor(col) - cols[0]] = True
    return DiscWindow(int(rows[0]), int(cols[0]), inside)


def asked_for(window: DiscWindow, within: BoolArray | None, grid: Grid) -> DiscWindow:
    """Leave out the cells of a disc that nobody asks for.

    Parameters
    ----------
    window
        The disc.
    within
        Cells that are asked for, shape of the grid; all of them when None.
    grid
        Frame of the window.

    Returns
    -------
    DiscWindow
        The same window, with fewer cells inside.

    Raises
    ------
    DataError
        ``within`` has another shape than the grid.
    """
    if within is None:
        return window
    if within.shape != grid.shape:
        raise DataError(
            f"within has shape {within.shape}, the terrain has {grid.shape}; "
            "rasterise the area on the terrain's grid"
        )
    rows, cols = window.inside.shape
    part = within[window.row0 : window.row0 + rows, window.col0 : window.col0 + cols]
    return replace(window, inside=window.inside & part)


def radius_cells(radius_m: float, grid: Grid) -> float:
    """Radius in cells, a hair larger, so that rounding takes no cell off the rim.

    Parameters
    ----------
    radius_m
        Radius [m].
    grid
        The frame.

    Returns
    -------
    float
        In cells.
    """
    return radius_m / grid.resolution_m + _ON_THE_RIM
