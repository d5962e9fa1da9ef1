"""Straight rays from a mast to the cells of its disc, and free space along them."""

from dataclasses import dataclass

import numpy as np

from phusong.geo.terrain import Terrain
from phusong.kernels.exact_disc import OWN_CELL_DISTANCE, bilinear
from phusong.models.disc_window import disc_window
from phusong.models.free_space import free_space_loss_db
from phusong.models.itm import check_ends
from phusong.models.loss_map import LossMap
from phusong.units import FloatArray


@dataclass(frozen=True, eq=False)
class DirectRays:
    """Rays from the antenna to the receivers of a window, over flat Earth.

    Parameters
    ----------
    distance_m
        Distance along the ground to each cell's centre; to the mast's own cell the mean over
        it [m].
    rise_m
        Height of the receiver above the antenna, NaN where the ground is unknown; over the
        mast's own cell the ground is flat [m].
    """

    distance_m: FloatArray
    rise_m: FloatArray

    @property
    def slant_m(self) -> FloatArray:
        """Length of the rays [m]."""
        return np.asarray(np.hypot(self.distance_m, self.rise_m))


def direct_rays(
    terrain: Terrain,
    *,
    easting: float,
    northing: float,
    tx_height_m: float,
    rx_height_m: float,
    row0: int,
    col0: int,
    shape: tuple[int, int],
) -> DirectRays:
    """Rays from a mast to the cells of a window.

    Parameters
    ----------
    terrain
        Ground heights.
    easting, northing
        The mast, inside the window [m].
    tx_height_m, rx_height_m
        Antenna heights above ground [m].
    row0, col0
        First row and column of the window in the terrain's grid.
    shape
        Rows and columns of the window.

    Returns
    -------
    DirectRays
        Distances and rises, each of the shape.
    """
    grid = terrain.grid
    row, col = (float(v) for v in grid.pixel_of(easting, northing))
    rows, cols = shape
    down = np.arange(rows) + row0 + 0.5 - row
    right = np.arange(cols) + col0 + 0.5 - col
    own = (int(row) - row0, int(col) - col0)
    cells = np.hypot(down[:, np.newaxis], right[np.newaxis, :])
    cells[own] = OWN_CELL_DISTANCE
    ground = terrain.height_amsl_m[row0 : row0 + rows, col0 : col0 + cols].astype(np.float64)
    mast = float(bilinear(np.ascontiguousarray(terrain.height_amsl_m), row, col))
    rise = ground - mast + (rx_height_m - tx_height_m)
    rise[own] = rise[own] * 0.0 + (rx_height_m - tx_height_m)  # unknown ground stays unknown
    return DirectRays(cells * grid.resolution_m, rise)


def free_space_map(
    terrain: Terrain,
    *,
    easting: float,
    northing: float,
    tx_height_m: float,
    rx_height_m: float,
    frequencies_mhz: tuple[float, ...],
    radius_m: float,
) -> LossMap:
    """Free-space loss from one mast to every cell of a disc, whatever stands between.

    Parameters
    ----------
    terrain
        Ground heights; NaN is unknown.
    easting, northing
        Mast, anywhere inside a cell of the terrain [m].
    tx_height_m, rx_height_m
        Antenna heights above ground, 0.5 to 3000 [m].
    frequencies_mhz
        Carrier frequencies, 20 to 20 000 [MHz].
    radius_m
        Radius of the disc, > 0 [m].

    Returns
    -------
    LossMap
        Loss over the slant distance. NaN outside the radius and where the ground at the mast
        or at the cell is unknown; what lies between does not count.

    Raises
    ------
    DomainError
        A value is impossible.
    DataError
        The mast stands outside the terrain.

    Notes
    -----
    Source: ITU-R P.525-5. Departures: the mast's own cell is flat, at 0.3826 of its side.
    Not modelled: everything but distance; this is the floor under the other models.
    """
    for frequency_mhz in frequencies_mhz:
        check_ends(frequency_mhz, tx_height_m, rx_height_m)
    window = disc_window(terrain.grid, easting=easting, northing=northing, radius_m=radius_m)
    rays = direct_rays(
        terrain,
        easting=easting,
        northing=northing,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        row0=window.row0,
        col0=window.col0,
        shape=(window.inside.shape[0], window.inside.shape[1]),
    )
    slant = np.where(window.inside, rays.slant_m, np.nan)
    losses = [free_space_loss_db(slant, frequency_mhz=f) for f in frequencies_mhz]
    elevation = 1000.0 * np.arctan(np.where(window.inside, rays.rise_m, np.nan) / rays.distance_m)
    return LossMap(
        grid=terrain.grid,
        row0=window.row0,
        col0=window.col0,
        frequencies_mhz=tuple(frequencies_mhz),
        path_loss_db=np.asarray(losses, dtype=np.float32),
        tx_elevation_mrad=np.asarray(elevation, dtype=np.float32),
        inside=window.inside,
    )
