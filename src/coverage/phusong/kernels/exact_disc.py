"""Exact mode: ITU-R P.1812-8 for every cell of a disc, each on its own straight profile.

Rows and columns are fractional pixel coordinates with cell centres at half-integers. The
profile of a cell has max(8, distance in cells) equal intervals of at most one cell, heights
by bilinear interpolation between cell centres, clutter from the nearest cell.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phusong.kernels.p1812_link import (
    band_terms,
    direct_ray_mrad,
    median_location_loss,
    own_cell_loss,
    path_terms,
)

NEGLIGIBLE = 1e-9
"""Share of a cell below which a position counts as lying on a node: no weight, no step."""

OWN_CELL_DISTANCE = 0.3826
"""Mean distance from the centre of a unit square to its points: where the mast's cell lies."""

FEWEST_INTERVALS = 8


class DiscTask(NamedTuple):
    """The transmitter, the receivers' height and the conditions of one disc."""

    tx_row: float
    tx_col: float
    cell_km: float
    h_tg: float
    h_rg: float
    phi: float
    delta_n: float
    N_0: float
    p: float
    pol: int


@njit(cache=True, nogil=True, error_model="numpy")
def bilinear(height: np.ndarray, row: float, col: float) -> float:
    """Height at pixel coordinates; NaN where a node of non-zero weight is missing.

    Outside the outermost cell centres the height is that of the edge.
    """
    r = min(max(row - 0.5, 0.0), height.shape[0] - 1.0)
    c = min(max(col - 0.5, 0.0), height.shape[1] - 1.0)
    i = int(r)
    j = int(c)
    down = r - i
    right = c - j
    if down > 1.0 - NEGLIGIBLE:
        i += 1
        down = 0.0
    if right > 1.0 - NEGLIGIBLE:
        j += 1
        right = 0.0
    upper = _between(height, i, j, right)
    if down < NEGLIGIBLE:
        return upper
    return upper + down * (_between(height, i + 1, j, right) - upper)


@njit(cache=True, nogil=True, error_model="numpy")
def _between(height: np.ndarray, i: int, j: int, right: float) -> float:
    """Height on row i between the nodes j and j + 1."""
    left = float(height[i, j])
    if right < NEGLIGIBLE:
        return left
    difference = float(height[i, j + 1]) - left
    return left + right * difference


@njit(cache=True, nogil=True, error_model="numpy")
def intervals(distance_cells: float) -> int:
    """Number of equal intervals of the profile to a cell, none longer than a cell."""
    return max(FEWEST_INTERVALS, math.ceil(distance_cells - NEGLIGIBLE))


@njit(cache=True, nogil=True, error_model="numpy")
def sample_profile(
    height: np.ndarray, task: DiscTask, row: int, col: int, d: np.ndarray, h: np.ndarray
) -> int:
    """Fill distances d (km) and heights h to the centre of a cell; the intervals, 0 if unknown."""
    down = row + 0.5 - task.tx_row
    right = col + 0.5 - task.tx_col
    distance = math.sqrt(down * down + right * right)
    n = intervals(distance)
    per_interval = 1.0 / n
    for k in range(n + 1):
        share = k * per_interval
        d[k] = share * (distance * task.cell_km)
        h[k] = bilinear(height, task.tx_row + share * down, task.tx_col + share * right)
        if math.isnan(h[k]):
            return 0
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def add_clutter(
    clutter: np.ndarray, task: DiscTask, row: int, col: int, n: int, h: np.ndarray, g: np.ndarray
) -> bool:
    """Fill g with h plus the clutter of the nearest cell; False where the clutter is unknown.

    The cells of both antennas never carry their own clutter. P.1812-8, section 3.2.
    """
    own_row = math.floor(task.tx_row)
    own_col = math.floor(task.tx_col)
    down = row + 0.5 - task.tx_row
    right = col + 0.5 - task.tx_col
    per_interval = 1.0 / n
    for k in range(n + 1):
        share = k * per_interval
        i = math.floor(task.tx_row + share * down)
        j = math.floor(task.tx_col + share * right)
        g[k] = h[k]
        if not ((i == row and j == col) or (i == own_row and j == own_col)):
            g[k] += float(clutter[i, j])
            if math.isnan(g[k]):
                return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def exact_cell(
    height: np.ndarray,
    clutter: np.ndarray,
    task: DiscTask,
    f: np.ndarray,
    row: int,
    col: int,
    d: np.ndarray,
    h: np.ndarray,
    g: np.ndarray,
    loss: np.ndarray,
) -> float:
    """Fill the loss of one cell per frequency f (GHz); its ray's elevation theta_t (mrad).

    ``clutter`` is empty where there is none; d, h and g are scratch for the profile. Unknown
    terrain or clutter on the profile gives NaN throughout.
    """
    loss[:] = math.nan
    n = sample_profile(height, task, row, col, d, h)
    if n == 0:
        return math.nan
    if row == math.floor(task.tx_row) and col == math.floor(task.tx_col):
        D = OWN_CELL_DISTANCE * task.cell_km
        for b in range(f.size):
            loss[b] = own_cell_loss(f[b], D, task.h_tg, task.h_rg)
        return direct_ray_mrad(D, task.h_tg, task.h_rg)
    profile = h[: n + 1]
    obstacles = profile
    if clutter.size > 0:
        if not add_clutter(clutter, task, row, col, n, h, g):
            return math.nan
        obstacles = g[: n + 1]
    D = d[n]
    both_radii = task.p < 50.0  # at p = 50 eq. (41) needs no loss for a_beta
    equal_steps = True
    path = path_terms(
        d[: n + 1],
        profile,
        obstacles,
        task.h_tg,
        task.h_rg,
        (0.0, D, D),  # inland all the way
        task.phi,
        task.delta_n,
        task.p,
        500.0,
        500.0,
        equal_steps,
        both_radii,
    )
    for b in range(f.size):
        band = band_terms(path, f[b], task.pol, task.N_0, task.p, both_radii)
        loss[b] = median_location_loss(band)
    return path.horizons.theta_t


@njit(cache=True, nogil=True, error_model="numpy")
def exact_rows(
    height: np.ndarray,
    clutter: np.ndarray,
    task: DiscTask,
    f: np.ndarray,
    row0: int,
    col0: int,
    first: int,
    last: int,
    inside: np.ndarray,
    path_loss: np.ndarray,
    elevation: np.ndarray,
) -> None:
    """Fill rows first..last-1 of a window at (row0, col0) for the cells that are inside."""
    longest = int(math.sqrt(float(inside.shape[0] ** 2 + inside.shape[1] ** 2))) + 3
    size = max(longest, FEWEST_INTERVALS) + 1
    d = np.empty(size)
    h = np.empty(size)
    g = np.empty(size)
    loss = np.empty(f.size)
    for i in range(first, last):
        for j in range(inside.shape[1]):
            if inside[i, j]:
                elevation[i, j] = exact_cell(
                    height, clutter, task, f, row0 + i, col0 + j, d, h, g, loss
                )
                for b in range(f.size):
                    path_loss[b, i, j] = loss[b]
