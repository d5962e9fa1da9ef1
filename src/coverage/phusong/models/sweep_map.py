"""ITU-R P.1812 over a disc by the sweep: the fan's eight half sectors, the cells at the mast."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phusong.errors import DomainError
from phusong.kernels.exact_disc import DiscTask, bilinear, exact_rows
from phusong.kernels.fan import NEAREST_COLUMN, Fan, HalfSector
from phusong.kernels.sweep import sweep_half_sector
from phusong.kernels.sweep_ducting import path_length_table
from phusong.kernels.sweep_formula import band_coefficients
from phusong.kernels.sweep_layout import MISSING, Modes
from phusong.models.side_by_side import side_by_side
from phusong.units import BoolArray, Float32Array, FloatArray

NEAR = NEAREST_COLUMN - 1
"""Cells within so many rows and columns of the mast's own are computed one by one."""

FEWEST_RADIALS = 256
"""Slopes of a half sector, at least: a path's length is then within a thousandth of the true."""

_PLACES = 256  # the mast stands on a multiple of 1/256 cell: column distances stay exact
_RADIALS_PER_TASK = 48
_STRIP = 128
_DELTA_N_OF_BETA = 157.0 * 2.0 / 3.0  # N-units/km at which a_e is the radius of beta_0 % of time


@dataclass(frozen=True, eq=False)
class DiscRasters:
    """Ground and clutter, and the window of them that a disc touches.

    Parameters
    ----------
    height_m
        Ground heights, float32; NaN is unknown [m].
    clutter_height_m
        Clutter heights, float32, shape of the ground or empty for none; NaN is unknown [m].
    row0, col0
        First row and column of the window.
    inside
        Whether each cell of the window lies within the radius.
    """

    height_m: Float32Array
    clutter_height_m: Float32Array
    row0: int
    col0: int
    inside: BoolArray


@dataclass(frozen=True)
class _Mast:
    """Node of the window that the mast's cell is, and where in the cell it stands."""

    row: int
    col: int
    down: float
    right: float


@dataclass(frozen=True, eq=False)
class _Side:
    """One eighth of the plane and the rasters that it steps through outwards one by one."""

    ground: Float32Array
    clutter: Float32Array
    half: HalfSector


def sweep_disc(
    rasters: DiscRasters,
    task: DiscTask,
    frequencies_ghz: Sequence[float],
    *,
    radius_cells: float,
    threads: int,
) -> tuple[Float32Array, Float32Array]:
    """Loss and ray elevation for every cell of a disc along shared radials.

    Parameters
    ----------
    rasters
        Ground, clutter and the window.
    task
        Transmitter and conditions.
    frequencies_ghz
        Carrier frequencies [GHz].
    radius_cells
        Radius in cells, > 0.
    threads
        Threads, >= 1; the result is the same to the bit for any number.

    Returns
    -------
    tuple
        Loss, float32, bands x rows x columns [dB], and elevation, rows x columns [mrad]; NaN
        outside the disc and where ground or clutter on the path is missing.

    Raises
    ------
    DomainError
        The time percentage is below 50 and the lapse rate so high that the median radius of
        the Earth is not the smaller one.

    Notes
    -----
    Source: ITU-R P.1812-8. A cell's profile is that of the nearest of 8 (R + 1) radials, R
    being the radius in cells but 255 at least, with the last four points and the end from the
    straight line to the cell itself. Points lie one cell apart over the first eight and the
    last four cells, and at every column (or row) in between. Departures from the exact
    profile: a lateral distance of at most half a cell, the mast on the nearest 1/256 of a
    cell, smooth-Earth Bullington loss by attachment 4. Cells within 13 rows and columns of the
    mast are exact.
    """
    if task.p < 50.0 and task.delta_n >= _DELTA_N_OF_BETA:
        raise DomainError(
            f"delta_n={task.delta_n:g} with time_percent={task.p:g} is outside what the sweep "
            f"can do (below {_DELTA_N_OF_BETA:.1f} N-units/km); use method='exact'"
        )
    rows, cols = rasters.inside.shape
    f = np.array(frequencies_ghz, dtype=np.float64)
    loss = np.full((f.size, rows * cols), np.nan, dtype=np.float32)
    elevation = np.full(rows * cols, np.nan, dtype=np.float32)
    foot = np.float32(bilinear(rasters.height_m, task.tx_row, task.tx_col))
    if not np.isnan(foot):
        _sweep(rasters, task, f, float(radius_cells), threads, foot, loss, elevation)
    path_loss = loss.reshape(f.size, rows, cols)
    angles = elevation.reshape(rows, cols)
    _near_cells(rasters, task, f, path_loss, angles)
    outside = ~rasters.inside
    np.copyto(path_loss, np.nan, where=outside)
    np.copyto(angles, np.nan, where=outside)
    return path_loss, angles


def _sweep(
    rasters: DiscRasters,
    task: DiscTask,
    f: FloatArray,
    radius_cells: float,
    threads: int,
    foot: np.float32,
    loss: Float32Array,
    elevation: Float32Array,
) -> None:
    """Run all radials, in tasks that write to cells of their own."""
    mast = _mast(task, rasters)
    rho = radius_cells + 2.0 / _PLACES  # the rim is cut where the mast truly stands
    ground, holes = _padded(rasters, rasters.height_m)
    ground -= foot
    clutter = np.empty((0, 0), dtype=np.float32)
    cluttered = rasters.clutter_height_m.size > 0
    unknown_clutter = False
    if cluttered:
        clutter, unknown_clutter = _padded(rasters, rasters.clutter_height_m)
        clutter[np.isnan(clutter)] = MISSING
    ground[np.isnan(ground)] = MISSING
    modes = Modes(holes or unknown_clutter, cluttered, task.p < 50.0)
    bands = np.array([band_coefficients(f_b, task.pol, task.N_0, task.p) for f_b in f])
    table = path_length_table((rho + 2.0) * task.cell_km, task.phi, task.delta_n, task.p)
    sides = _sides(ground, clutter, mast, rasters.inside.shape)
    farthest = max(side.half.x_max for side in sides)
    radials = max(min(math.floor(rho), farthest + 1) + 1, FEWEST_RADIALS)
    fan = Fan(radials, rho, NEAR, task.cell_km)

    def work(side: _Side, first: int) -> None:
        last = min(first + _RADIALS_PER_TASK, fan.M + 1)
        sweep_half_sector(
            side.ground, side.clutter, fan, side.half, task, modes,
            f, bands, table, first, last, loss, elevation,
        )  # fmt: skip

    starts = range(0, fan.M + 1, _RADIALS_PER_TASK)
    side_by_side(work, ((side, first) for side in sides for first in starts), threads=threads)


def _mast(task: DiscTask, rasters: DiscRasters) -> _Mast:
    """The mast's node, and its place in the cell as a whole number of 1/256, at most 127."""
    row, col = math.floor(task.tx_row), math.floor(task.tx_col)
    most = _PLACES // 2 - 1
    down, right = (
        min(max(round((at - node - 0.5) * _PLACES), -most), most) / _PLACES
        for at, node in ((task.tx_row, row), (task.tx_col, col))
    )
    return _Mast(row - rasters.row0, col - rasters.col0, down, right)


def _padded(rasters: DiscRasters, values: Float32Array) -> tuple[Float32Array, bool]:
    """Copy the window and one more row and column on each side; whether a cell is missing.

    Beyond the edge of the raster the outermost cells are repeated.
    """
    parts, widths = [], []
    for start, size, whole in zip(
        (rasters.row0, rasters.col0), rasters.inside.shape, values.shape, strict=True
    ):
        first, last = max(start - 1, 0), min(start + size + 1, whole)
        parts.append(slice(first, last))
        widths.append((first - start + 1, start + size + 1 - last))
    copy = np.pad(values[tuple(parts)], widths, mode="edge")
    return copy, bool(np.isnan(copy).any())


def _sides(
    ground: Float32Array, clutter: Float32Array, mast: _Mast, shape: tuple[int, ...]
) -> list[_Side]:
    """Half sectors: east and west on the rasters, south and north on their transposed copies."""
    rows, cols = shape
    ground_turned, clutter_turned = _turned(ground), _turned(clutter)
    out = mast.row * cols + mast.col
    sides = []
    for main in (1, -1):
        for cross in (1, -1):
            right = cols - 1 - mast.col if main > 0 else mast.col
            down = rows - 1 - mast.row if cross > 0 else mast.row
            half = HalfSector(
                (mast.row + 1) * (cols + 2) + mast.col + 1, main, cross * (cols + 2),
                out, main, cross * cols, right, down,
                main * mast.right, cross * mast.down,
                takes_axis=cross > 0, takes_diagonal=True,
            )  # fmt: skip
            sides.append(_Side(ground.reshape(-1), clutter.reshape(-1), half))
    for main in (1, -1):
        for cross in (1, -1):
            down = rows - 1 - mast.row if main > 0 else mast.row
            right = cols - 1 - mast.col if cross > 0 else mast.col
            half = HalfSector(
                (mast.col + 1) * (rows + 2) + mast.row + 1, main, cross * (rows + 2),
                out, main * cols, cross, down, right,
                main * mast.down, cross * mast.right,
                takes_axis=cross > 0, takes_diagonal=False,
            )  # fmt: skip
            sides.append(_Side(ground_turned, clutter_turned, half))
    return sides


def _turned(raster: Float32Array) -> Float32Array:
    """Transposed copy, flat; strips of rows stay in the cache while they are turned."""
    copy = np.empty(raster.shape[::-1], dtype=np.float32)
    for first in range(0, raster.shape[0], _STRIP):
        copy[:, first : first + _STRIP] = raster[first : first + _STRIP].T
    return copy.reshape(-1)


def _near_cells(
    rasters: DiscRasters,
    task: DiscTask,
    f: FloatArray,
    path_loss: Float32Array,
    elevation: Float32Array,
) -> None:
    """Compute the cells around the mast on their own exact profiles."""
    rows, cols = (
        slice(max(math.floor(at) - start - NEAR, 0), math.floor(at) - start + NEAR + 1)
        for at, start in ((task.tx_row, rasters.row0), (task.tx_col, rasters.col0))
    )
    inside = np.ascontiguousarray(rasters.inside[rows, cols])
    near_loss = np.full((f.size, *inside.shape), np.nan, dtype=np.float32)
    near_elevation = np.full(inside.shape, np.nan, dtype=np.float32)
    exact_rows(
        rasters.height_m, rasters.clutter_height_m, task, f,
        rasters.row0 + rows.start, rasters.col0 + cols.start,
        0, inside.shape[0], inside, near_loss, near_elevation,
    )  # fmt: skip
    path_loss[:, rows, cols] = near_loss
    elevation[rows, cols] = near_elevation
