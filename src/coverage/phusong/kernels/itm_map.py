"""Longley-Rice over a disc: every cell on its own straight profile, and what both ways share.

Rows and columns are fractional pixel coordinates with cell centres at half-integers. Metres,
MHz, radians, dB. A profile is sampled bilinearly at equal steps from the mast to the cell.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phusong.kernels.exact_disc import OWN_CELL_DISTANCE, bilinear, intervals
from phusong.kernels.itm import ERROR_NONE, Link, input_error, loss_over_geometry
from phusong.kernels.itm_terrain import (
    Geometry,
    effective_earth_curvature,
    geometry_within_horizons,
    ground_impedance,
    horizons,
    mean_height,
    surface_refractivity,
)

POINT_TO_POINT_Q = 10.0
"""What step 7 adds to the product of the antenna heights on a known profile [m²]."""


class ItmDisc(NamedTuple):
    """Mast and receivers of a map."""

    tx_row: float
    tx_col: float
    cell_m: float
    h_1_m: float
    h_2_m: float


class Result(NamedTuple):
    """Where a map's numbers go: losses per band, elevation of the ray at the mast."""

    path_loss: np.ndarray
    elevation_mrad: np.ndarray


@njit(cache=True, nogil=True, error_model="numpy")
def with_frequency(link: Link, f_mhz: float) -> Link:
    """The same conditions at another frequency."""
    return Link(
        f_mhz,
        link.N_0,
        link.epsilon,
        link.sigma_s_per_m,
        link.pol,
        link.climate,
        link.mdvar,
        link.time,
        link.location,
        link.situation,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def write_losses(
    out: Result, i: int, j: int, g: Geometry, link: Link, f: np.ndarray, N_s: float, a_m: float
) -> None:
    """Fill the loss of one cell per frequency; NaN where the ground refuses a frequency."""
    for b in range(f.size):
        at = with_frequency(link, f[b])
        Z = ground_impedance(at.epsilon, at.sigma_s_per_m, at.f_mhz, at.pol)
        out.path_loss[b, i, j] = math.nan
        if input_error(N_s, Z) == ERROR_NONE:
            answer = loss_over_geometry(g, at, N_s, a_m, Z, POINT_TO_POINT_Q)
            out.path_loss[b, i, j] = answer.L_db


@njit(cache=True, nogil=True, error_model="numpy")
def write_own_cell(out: Result, i: int, j: int, disc: ItmDisc, f: np.ndarray) -> None:
    """Fill the cell of the mast: free space over flat ground at a mean distance."""
    d_m = OWN_CELL_DISTANCE * disc.cell_m
    slant_m = math.sqrt(d_m * d_m + (disc.h_1_m - disc.h_2_m) ** 2)
    for b in range(f.size):
        out.path_loss[b, i, j] = (
            32.45 + 20.0 * math.log10(f[b]) + 20.0 * math.log10(slant_m / 1000.0)
        )
    out.elevation_mrad[i, j] = 1000.0 * math.atan((disc.h_2_m - disc.h_1_m) / d_m)


@njit(cache=True, nogil=True, error_model="numpy")
def sample_line(
    height: np.ndarray, disc: ItmDisc, down: float, right: float, n: int, z: np.ndarray
) -> bool:
    """Fill z[0..n] from the mast to a point (down, right) of it; False where one is unknown."""
    for k in range(n + 1):
        share = k / n
        z[k] = bilinear(height, disc.tx_row + share * down, disc.tx_col + share * right)
        if math.isnan(z[k]):
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def exact_cell(
    height: np.ndarray,
    disc: ItmDisc,
    link: Link,
    f: np.ndarray,
    row: int,
    col: int,
    z: np.ndarray,
    out: Result,
    i: int,
    j: int,
) -> None:
    """Fill one cell from the profile of its own line; unknown terrain leaves it as it is."""
    down = row + 0.5 - disc.tx_row
    right = col + 0.5 - disc.tx_col
    distance = math.sqrt(down * down + right * right)
    n = intervals(distance)
    if not sample_line(height, disc, down, right, n, z):
        return
    if row == math.floor(disc.tx_row) and col == math.floor(disc.tx_col):
        write_own_cell(out, i, j, disc, f)
        return
    xi_m = distance * disc.cell_m / n
    N_s = surface_refractivity(link.N_0, mean_height(z, n))
    a_m = 1.0 / effective_earth_curvature(N_s)
    seen = horizons(z, n, xi_m, disc.h_1_m, disc.h_2_m, a_m)
    g = geometry_within_horizons(z, n, xi_m, disc.h_1_m, disc.h_2_m, a_m, seen)
    write_losses(out, i, j, g, link, f, N_s, a_m)
    out.elevation_mrad[i, j] = 1000.0 * math.atan(seen[2])


@njit(cache=True, nogil=True, error_model="numpy")
def exact_cells(
    height: np.ndarray,
    disc: ItmDisc,
    link: Link,
    f: np.ndarray,
    row0: int,
    col0: int,
    cells: np.ndarray,
    out: Result,
) -> None:
    """Fill the cells at flat indices of a window at (row0, col0)."""
    rows, cols = out.elevation_mrad.shape
    z = np.empty(int(math.sqrt(float(rows * rows + cols * cols))) + 12)
    for cell in cells:
        i = cell // cols
        j = cell % cols
        exact_cell(height, disc, link, f, row0 + i, col0 + j, z, out, i, j)
