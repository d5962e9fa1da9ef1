"""The sweep: P.1812-8 from one mast to every cell of a disc, along a fan of shared radials."""

import numpy as np
from numba import njit

from phusong.kernels.exact_disc import DiscTask
from phusong.kernels.fan import (
    FIRST_POINTS,
    Fan,
    HalfSector,
    Radial,
    cell_boundaries,
    column_limits,
    distances,
    radial,
    receivers,
    sample_clutter,
    sample_radial,
)
from phusong.kernels.p1812_climate import climate
from phusong.kernels.sweep_block import solve_block
from phusong.kernels.sweep_layout import (
    BLOCK,
    BORROWING,
    GEO_SIZE,
    HOLE,
    RES_SIZE,
    SPH_SIZE,
    TRK_SIZE,
    Line,
    Modes,
    Scratch,
    Track,
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
def new_track(size: int) -> Track:
    """Scratch of one surface and radius."""
    return Track(
        np.empty(size, np.float32),
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
def new_scratch(half: HalfSector) -> Scratch:
    """Everything that a task writes to on its way."""
    size = half.x_max + FIRST_POINTS
    return Scratch(
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.float32),
        np.empty(size, np.float64),
        np.empty(size, np.float64),
        np.empty(BLOCK, np.float64),
        np.empty(BLOCK, np.float64),
        np.empty(GEO_SIZE, np.float32),
        np.empty(SPH_SIZE, np.float32),
        np.empty(SPH_SIZE, np.float32),
        np.empty(RES_SIZE, np.float32),
        new_track(size),
        new_track(size),
        new_track(size),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def sweep_half_sector(
    ground: np.ndarray,
    clutter: np.ndarray,
    fan: Fan,
    half: HalfSector,
    task: DiscTask,
    modes: Modes,
    f: np.ndarray,
    bands: np.ndarray,
    table: np.ndarray,
    j_first: int,
    j_last: int,
    loss: np.ndarray,
    elevation: np.ndarray,
) -> None:
    """Radials j_first..j_last-1 of one half sector.

    ``ground`` and ``clutter`` are flat padded rasters, the ground relative to the mast's foot;
    ``f`` are frequencies (GHz), ``bands`` their coefficients, ``table`` what depends on the
    path length. Fills ``loss`` (bands x cells) and the ray's ``elevation`` (mrad).
    """
    s = new_scratch(half)
    lower = np.empty(half.x_max + 2, np.int32)
    upper = np.empty(half.x_max + 2, np.int32)
    _radials(
        s,
        lower,
        upper,
        ground,
        clutter,
        fan,
        half,
        task,
        modes,
        f,
        bands,
        table,
        j_first,
        j_last,
        loss,
        elevation,
    )


@njit(**BORROWING)
def _radials(
    s: Scratch,
    lower: np.ndarray,
    upper: np.ndarray,
    ground: np.ndarray,
    clutter: np.ndarray,
    fan: Fan,
    half: HalfSector,
    task: DiscTask,
    modes: Modes,
    f: np.ndarray,
    bands: np.ndarray,
    table: np.ndarray,
    j_first: int,
    j_last: int,
    loss: np.ndarray,
    elevation: np.ndarray,
) -> None:
    """One radial after the other with the memory that there is."""
    _, i_may = column_limits(max(j_first - 1, 0), fan, half)
    cell_boundaries(lower, j_first - 1, i_may, fan, half)
    for j in range(j_first, j_last):
        _, i_may = column_limits(j, fan, half)
        cell_boundaries(upper, j, i_may, fan, half)
        n_rec = receivers(s.column, s.offset, lower, upper, j, fan, half)
        lower, upper = upper, lower
        if n_rec == 0:
            continue
        ray = radial(j, fan, half)
        farthest = np.int64(s.column[n_rec - 1])
        n = farthest - ray.back
        distances(s.x, s.inverse_x, farthest + ray.shift, ray, half)
        sample_radial(s.terrain.height, ground, n, ray, half)
        if modes.cluttered:
            sample_clutter(s.cover.height, s.terrain.height, clutter, n, ray, half)
        if modes.holes:
            n = known_points(s.cover.height if modes.cluttered else s.terrain.height, n)
            n_rec = np.searchsorted(s.column[:n_rec], n + ray.back, side="right")
            if n_rec == 0:
                continue
        line = _line(ray, fan, task)
        _scan_radial(s, n, line, modes)
        for first in range(0, n_rec, BLOCK):
            count = min(BLOCK, n_rec - first)
            solve_block(
                s,
                ground,
                clutter,
                ray,
                half,
                task,
                modes,
                line,
                f,
                bands,
                table,
                first,
                count,
                loss,
                elevation,
            )


@njit(**BORROWING)
def known_points(height: np.ndarray, n: int) -> int:
    """Points before the first one at which the ground or its clutter is missing."""
    for i in range(1, n + 1):
        if height[i] > HOLE:
            return i - 1
    return n


@njit(**BORROWING)
def _line(ray: Radial, fan: Fan, task: DiscTask) -> Line:
    """Constants of a radial."""
    step = fan.cell_km / ray.pitch
    sky = climate(0.0, 1.0, 1.0, task.phi, task.delta_n)  # the radii need no path length
    return Line(
        F32(task.h_tg),
        F32(task.h_rg),
        F32(500.0 * step * step / sky.a_e),
        F32(500.0 * step * step / sky.a_beta),
        F32(step),
        F32(1000.0 / sky.a_e),
        F32(sky.a_e),
        F32(sky.a_beta),
        F32(ray.pitch),
        F32(ray.gap),
    )


@njit(**BORROWING)
def _scan_radial(s: Scratch, n: int, line: Line, modes: Modes) -> None:
    """Everything that runs along a radial, for the ground and for what stands on it."""
    running_sums(s.A1, s.A2, s.terrain.height, s.x, n)
    raw_slopes(s.slope, s.terrain.height, s.inverse_x, n, line)
    running_maximum(s.top_slope, s.slope, n)
    curved_slopes(s.terrain.S, s.slope, s.x, n, line.K)
    curved_heights(s.terrain.G, s.terrain.height, s.x, n, line.K)
    find_records(s.terrain, s.x, n)
    if modes.cluttered:
        raw_slopes(s.slope, s.cover.height, s.inverse_x, n, line)
        curved_slopes(s.cover.S, s.slope, s.x, n, line.K)
        curved_heights(s.cover.G, s.cover.height, s.x, n, line.K)
        find_records(s.cover, s.x, n)
    if modes.two_radii:
        curved_slopes(s.beta.S, s.slope, s.x, n, line.K_beta)
        find_records(s.beta, s.x, n)
