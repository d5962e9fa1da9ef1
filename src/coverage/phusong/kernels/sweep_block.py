"""One block of the receivers of a radial: from profile and hulls to losses in the rasters."""

import numpy as np
from numba import njit

from phusong.kernels.exact_disc import DiscTask
from phusong.kernels.fan import (
    HalfSector,
    Radial,
    sample_own_clutter,
    sample_own_point,
    sample_receivers,
)
from phusong.kernels.sweep_ducting import (
    duct_where_needed,
    ducting_bounds,
    ducting_parts,
    loss_for_time,
    own_roughness,
)
from phusong.kernels.sweep_formula import (
    angles,
    delta_bullington,
    diffraction_parameters,
    horizon_places,
    median_loss,
    smooth_earth,
    smooth_heights,
)
from phusong.kernels.sweep_hull import clearances, tangents
from phusong.kernels.sweep_layout import (
    A_LAST,
    A_N,
    BORROWING,
    HOLE,
    L_B,
    L_BD,
    L_D_BETA,
    OWN_1,
    OWN_2,
    OWN_3,
    OWN_4,
    S_RAW,
    THETA_T,
    X_N,
    Line,
    Modes,
    Scratch,
    Track,
)
from phusong.kernels.sweep_own import (
    direct_rays,
    own_horizons,
    own_obstructions,
    pick,
    radial_so_far,
    smooth_surfaces,
)


@njit(**BORROWING)
def solve_block(
    s: Scratch,
    ground: np.ndarray,
    clutter: np.ndarray,
    ray: Radial,
    half: HalfSector,
    task: DiscTask,
    modes: Modes,
    line: Line,
    f: np.ndarray,
    bands: np.ndarray,
    table: np.ndarray,
    first: int,
    count: int,
    loss: np.ndarray,
    elevation: np.ndarray,
) -> None:
    """Receivers first..first+count-1 of the radial that ``s`` holds."""
    _own_ground(s, ground, ray, half, first, count)
    if modes.cluttered:
        _own_cover(s, clutter, ray, half, first, count)
    direct_rays(s.geo, count, line)
    smooth_surfaces(s.geo, s.terrain.trk, count, s.sum_1, s.sum_2, line)
    obstacles = s.cover if modes.cluttered else s.terrain
    _obstacles(s, obstacles, modes, ray, line, first, count)
    angles(s.geo, s.terrain.trk, count, line)
    horizon_places(s.geo, s.terrain.trk, count, line)
    smooth_heights(s.geo, count, line)
    smooth_earth(s.geo, s.sph, count, line.a_e)
    if modes.two_radii:
        smooth_earth(s.geo, s.sph_beta, count, line.a_beta)
        own_roughness(s.geo, s.terrain.trk, count, line)
        ducting_parts(s.geo, count, table, line, task.p)
    else:
        ducting_bounds(s.geo, count, table, line.a_e)
    for b in range(bands.shape[0]):
        delta_bullington(s.geo, obstacles.trk, s.sph, s.res, L_BD, count, bands[b])
        if modes.two_radii:
            delta_bullington(s.geo, s.beta.trk, s.sph_beta, s.res, L_D_BETA, count, bands[b])
            loss_for_time(s.geo, s.res, count, bands[b], task.p)
        else:
            median_loss(s.geo, s.res, count, bands[b])
            duct_where_needed(
                s.geo,
                s.res,
                first,
                count,
                s.column,
                ray.back,
                s.x,
                s.terrain,
                line.pitch,
                f[b],
                bands[b],
                task,
            )
        if modes.holes:
            _forget_unknown(s.geo, obstacles.trk, s.res, count)
        _write(loss[b], s.res, L_B, s.column, s.offset, first, count, half)
    _write(elevation, s.geo, THETA_T, s.column, s.offset, first, count, half)


@njit(**BORROWING)
def _own_ground(
    s: Scratch, ground: np.ndarray, ray: Radial, half: HalfSector, first: int, count: int
) -> None:
    """Receivers' own heights and last points, and the radial's running values before them."""
    geo = s.geo
    own = s.terrain.trk
    column = s.column
    sample_receivers(geo, A_N, X_N, ground, first, count, column, s.offset, half)
    pick(geo, A_LAST, s.terrain.height, first, count, column, ray.back)
    pick(geo, S_RAW, s.top_slope, first, count, column, ray.back)
    pick(s.sum_1, np.uint64(0), s.A1, first, count, column, ray.back)
    pick(s.sum_2, np.uint64(0), s.A2, first, count, column, ray.back)
    w = ray.pitch
    sample_own_point(own, OWN_1, ground, w, first, count, s.column, s.offset, half)
    sample_own_point(own, OWN_2, ground, 2.0 * w, first, count, s.column, s.offset, half)
    sample_own_point(own, OWN_3, ground, 3.0 * w, first, count, s.column, s.offset, half)
    sample_own_point(own, OWN_4, ground, 4.0 * w, first, count, s.column, s.offset, half)


@njit(**BORROWING)
def _own_cover(
    s: Scratch, clutter: np.ndarray, ray: Radial, half: HalfSector, first: int, count: int
) -> None:
    """Last points of the receivers' own lines with the clutter that stands on them."""
    on = s.cover.trk
    own = s.terrain.trk
    w = ray.pitch
    sample_own_clutter(on, OWN_1, own, clutter, w, first, count, s.column, s.offset, half)
    sample_own_clutter(on, OWN_2, own, clutter, 2.0 * w, first, count, s.column, s.offset, half)
    sample_own_clutter(on, OWN_3, own, clutter, 3.0 * w, first, count, s.column, s.offset, half)
    sample_own_clutter(on, OWN_4, own, clutter, 4.0 * w, first, count, s.column, s.offset, half)


@njit(**BORROWING)
def _obstacles(
    s: Scratch, obstacles: Track, modes: Modes, ray: Radial, line: Line, first: int, count: int
) -> None:
    """Horizons, clearances and diffraction parameters of every surface and radius."""
    geo = s.geo
    column = s.column
    back = ray.back
    ground = s.terrain
    two = modes.two_radii
    own_obstructions(geo, ground.trk, count, line)
    radial_so_far(first, count, column, back, s.x, ground)
    own_horizons(geo, ground.trk, ground.trk, count, line.K, line.h_tg, line.pitch)
    if two:
        radial_so_far(first, count, column, back, s.x, s.beta)
        own_horizons(geo, obstacles.trk, s.beta.trk, count, line.K_beta, line.h_tg, line.pitch)
    two_here = two and not modes.cluttered
    tangents(first, count, column, back, s.x, geo, ground, s.beta, line, True, two_here, two)
    clearances(first, count, column, back, geo, ground, line.K)
    diffraction_parameters(geo, ground.trk, count, line.K, line.step_km)
    if modes.cluttered:
        cover = s.cover
        radial_so_far(first, count, column, back, s.x, cover)
        own_horizons(geo, cover.trk, cover.trk, count, line.K, line.h_tg, line.pitch)
        tangents(first, count, column, back, s.x, geo, cover, s.beta, line, False, two, False)
        clearances(first, count, column, back, geo, cover, line.K)
        diffraction_parameters(geo, cover.trk, count, line.K, line.step_km)
    if two:
        clearances(first, count, column, back, geo, s.beta, line.K_beta)
        diffraction_parameters(geo, s.beta.trk, count, line.K_beta, line.step_km)


@njit(**BORROWING)
def _forget_unknown(geo: np.ndarray, own: np.ndarray, res: np.ndarray, count: int) -> None:
    """NaN where a receiver's own ground or one of its own points is missing."""
    for r in range(np.uint64(count)):
        highest = max(own[r + OWN_1], own[r + OWN_2], own[r + OWN_3], own[r + OWN_4])
        if max(highest, geo[r + A_N]) > HOLE:
            res[r + L_B] = np.nan
            geo[r + THETA_T] = np.nan


@njit(**BORROWING)
def _write(
    raster: np.ndarray,
    fields: np.ndarray,
    field: np.uint64,
    column: np.ndarray,
    offset: np.ndarray,
    first: int,
    count: int,
    half: HalfSector,
) -> None:
    """One field of a block into the cells of a flat raster."""
    for r in range(count):
        cell = half.out + column[first + r] * half.out_main + offset[first + r] * half.out_cross
        raster[np.uint64(cell)] = fields[np.uint64(r) + field]
