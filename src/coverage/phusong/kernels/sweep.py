"""The sweep: P.1812-8 from one mast to every cell of a disc, along a fan of shared radials."""

import numpy as np
from numba import njit

from phusong.kernels.fan import (
    Fan,
    HalfSector,
    cell_boundaries,
    column_limits,
    receivers,
    sample_own_point,
    sample_radial,
)
from phusong.kernels.sweep_formula import (
    angles,
    delta_bullington,
    diffraction_parameters,
    median_loss,
    smooth_earth,
    smooth_heights,
)
from phusong.kernels.sweep_hull import clearances, tangents
from phusong.kernels.sweep_layout import (
    A_N,
    BLOCK,
    GEO_SIZE,
    L_B,
    L_BD,
    OWN_1,
    OWN_2,
    OWN_3,
    OWN_4,
    RES_SIZE,
    S_RAW,
    SPH_SIZE,
    THETA_T,
    TRK_SIZE,
    X_N,
    Line,
    Track,
)
from phusong.kernels.sweep_own import (
    direct_rays,
    own_horizons,
    own_obstructions,
    radial_so_far,
    smooth_surfaces,
)
from phusong.kernels.sweep_profile import (
    curved_heights,
    curved_slopes,
    find_records,
    raw_slopes,
    running_maximum,
    running_sums,
)

F32 = np.float32


@njit(cache=True, nogil=True, error_model="numpy")
def new_track(height: np.ndarray, size: int) -> Track:
    """Scratch of one surface and radius."""
    return Track(
        height,
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(3, np.int64),
        np.empty(TRK_SIZE, np.float32),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def sweep_half_sector(
    ground: np.ndarray,
    fan: Fan,
    half: HalfSector,
    h_tg: float,
    h_rg: float,
    a_e: float,
    a_beta: float,
    bands: np.ndarray,
    j_first: int,
    j_last: int,
    loss: np.ndarray,
    elevation: np.ndarray,
) -> None:
    """Radials j_first..j_last-1 of one half sector."""
    size = half.x_max + 2
    lower = np.empty(size, np.int32)
    upper = np.empty(size, np.int32)
    column = np.empty(size, np.int32)
    offset = np.empty(size, np.int32)
    x = np.empty(size, np.float32)
    inverse_x = np.empty(size, np.float32)
    slope = np.empty(size, np.float32)
    top_slope = np.empty(size, np.float32)
    A1 = np.empty(size, np.float64)
    A2 = np.empty(size, np.float64)
    terrain = new_track(np.empty(size, np.float32), size)
    geo = np.empty(GEO_SIZE, np.float32)
    sph = np.empty(SPH_SIZE, np.float32)
    res = np.empty(RES_SIZE, np.float32)
    sum_1 = np.empty(BLOCK, np.float64)
    sum_2 = np.empty(BLOCK, np.float64)
    for i in range(1, size):
        x[i] = F32(np.float64(i) - half.f)
        inverse_x[i] = F32(1.0 / (np.float64(i) - half.f))
    _, i_may = column_limits(max(j_first - 1, 0), fan, half)
    cell_boundaries(lower, j_first - 1, i_may, fan, half)
    for j in range(j_first, j_last):
        _, i_may = column_limits(j, fan, half)
        cell_boundaries(upper, j, i_may, fan, half)
        n_rec = receivers(column, offset, lower, upper, j, fan, half)
        lower, upper = upper, lower
        if n_rec == 0:
            continue
        n = np.int64(column[n_rec - 1]) - 5
        v = np.float64(j) / np.float64(fan.M)
        step = fan.cell_km * np.sqrt(1.0 + v * v)
        line = Line(
            F32(h_tg),
            F32(h_rg),
            F32(500.0 * step * step / a_e),
            F32(500.0 * step * step / a_beta),
            F32(step),
            F32(1000.0 / a_e),
            F32(a_e),
            F32(a_beta),
        )
        sample_radial(terrain.height, ground, j, n, fan, half)
        running_sums(A1, A2, terrain.height, x, n)
        raw_slopes(slope, terrain.height, inverse_x, n, line)
        running_maximum(top_slope, slope, n)
        curved_slopes(terrain.S, slope, x, n, line.K)
        curved_heights(terrain.G, terrain.height, x, n, line.K)
        find_records(terrain, x, n)
        for first in range(0, n_rec, BLOCK):
            count = min(BLOCK, n_rec - first)
            own = terrain.trk
            for r in range(count):
                X = column[first + r]
                node = np.uint64(half.base + X * half.main + offset[first + r] * half.cross)
                u = np.uint64(r)
                geo[u + A_N] = ground[node]
                geo[u + X_N] = x[X]
                geo[u + S_RAW] = top_slope[X - 5]
                sum_1[r] = A1[X - 5]
                sum_2[r] = A2[X - 5]
            sample_own_point(own, OWN_1, ground, 1, first, count, column, offset, half)
            sample_own_point(own, OWN_2, ground, 2, first, count, column, offset, half)
            sample_own_point(own, OWN_3, ground, 3, first, count, column, offset, half)
            sample_own_point(own, OWN_4, ground, 4, first, count, column, offset, half)
            direct_rays(geo, count, line)
            smooth_surfaces(
                geo, own, count, sum_1, sum_2, np.float64(terrain.height[1]), 1.0 - half.f
            )
            radial_so_far(first, count, column, x, terrain)
            own_horizons(geo, own, terrain.trk, count, line.K, line.h_tg)
            own_obstructions(geo, own, count, line)
            tangents(first, count, column, x, geo, terrain, terrain, line, True, False, False)
            clearances(first, count, column, geo, terrain, line.K)
            diffraction_parameters(geo, terrain.trk, count, line.K, line.step_km)
            angles(geo, terrain.trk, count, line)
            smooth_heights(geo, count, line)
            smooth_earth(geo, sph, count, line.a_e)
            for b in range(bands.shape[0]):
                delta_bullington(geo, terrain.trk, sph, res, L_BD, count, bands[b])
                median_loss(geo, res, count, bands[b])
                for r in range(count):
                    cell = np.uint64(
                        half.out
                        + column[first + r] * half.out_main
                        + offset[first + r] * half.out_cross
                    )
                    loss[b, cell] = res[np.uint64(r) + L_B]
            for r in range(count):
                cell = np.uint64(
                    half.out
                    + column[first + r] * half.out_main
                    + offset[first + r] * half.out_cross
                )
                elevation[cell] = geo[np.uint64(r) + THETA_T]
