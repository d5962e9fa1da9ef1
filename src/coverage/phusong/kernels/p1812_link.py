"""ITU-R P.1812-8, one whole path: from a profile to the loss and everything on the way.

``path_terms`` holds what no frequency changes, so that several bands of one antenna share it;
``band_terms`` adds one frequency; ``link_quantities`` does both and writes every intermediate.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phusong.kernels.p1812_anomalous import (
    DuctingLoss,
    DuctingStatistics,
    coupling_over_sea,
    ducting_loss,
    ducting_statistics,
    troposcatter_loss,
)
from phusong.kernels.p1812_climate import (
    Climate,
    climate,
    free_space_loss,
    multipath_correction,
    zone_lengths,
)
from phusong.kernels.p1812_combine import (
    Clear,
    Combination,
    combine,
    field_strength,
    location_loss,
)
from phusong.kernels.p1812_diffraction import (
    Bullington,
    DeltaBullington,
    SphericalEarth,
    bullington,
    delta_bullington,
    smooth_bullington,
    spherical_earth_loss,
)
from phusong.kernels.p1812_profile import (
    DuctingHeights,
    Horizons,
    SmoothSurface,
    ducting_heights,
    horizons,
    smooth_surface,
)


class Ends(NamedTuple):
    """Path length, antenna heights above sea level and (primed) above the smooth surface."""

    D: float
    h_ts: float
    h_rs: float
    h_ts_prime: float
    h_rs_prime: float


class Obstruction(NamedTuple):
    """Actual and smooth profile as the delta-Bullington method sees them, for both radii."""

    a_50: Bullington
    s_50: Bullington
    a_beta: Bullington
    s_beta: Bullington


class PathTerms(NamedTuple):
    """Every quantity of one path that is free of frequency."""

    ends: Ends
    climate: Climate
    horizons: Horizons
    surface: SmoothSurface
    heights: DuctingHeights
    obstruction: Obstruction
    ducting: DuctingStatistics


class BandTerms(NamedTuple):
    """Every quantity of one path at one frequency."""

    clear: Clear
    sphere_50: SphericalEarth
    sphere_beta: SphericalEarth
    delta_50: DeltaBullington
    delta_beta: DeltaBullington
    ducting: DuctingLoss
    combination: Combination


class Totals(NamedTuple):
    """What one link comes to."""

    L_loc: float
    L_b: float
    E_p: float


def _at(radius: str, group: tuple[str, ...]) -> tuple[str, ...]:
    """Symbols of a group that a link has once for each effective Earth radius."""
    return tuple(f"L_d{radius}" if name == "L_d" else f"{name}_{radius}" for name in group)


LINK_QUANTITIES: tuple[str, ...] = (
    *Ends._fields,
    *Climate._fields,
    *Horizons._fields,
    *SmoothSurface._fields,
    *DuctingHeights._fields,
    *_at("a_50", Bullington._fields),
    *_at("s_50", Bullington._fields),
    *_at("a_beta", Bullington._fields),
    *_at("s_beta", Bullington._fields),
    *DuctingStatistics._fields,
    *Clear._fields,
    *_at("50", SphericalEarth._fields),
    *_at("beta", SphericalEarth._fields),
    *_at("50", DeltaBullington._fields),
    *_at("beta", DeltaBullington._fields),
    *DuctingLoss._fields,
    *Combination._fields,
    *Totals._fields,
)
"""Symbols of the numbers that ``link_quantities`` returns, in order."""

_COUNT = len(LINK_QUANTITIES)


@njit(cache=True, nogil=True, error_model="numpy")
def path_terms(
    d: np.ndarray,
    h: np.ndarray,
    g: np.ndarray,
    h_tg: float,
    h_rg: float,
    zones: tuple[float, float, float],
    phi: float,
    delta_n: float,
    p: float,
    d_ct: float,
    d_cr: float,
    equal_steps: bool,
    both_radii: bool,
) -> PathTerms:
    """Analyse a profile h (terrain) and g (terrain and clutter). P.1812-8, sections 3, 4, att. 1.

    ``zones`` are omega, d_tm, d_lm of :func:`zone_lengths`. ``equal_steps`` allows the short
    form of the smooth profile. Without ``both_radii`` the terms of a_beta repeat those of a_e,
    which is right at p = 50 only.
    """
    n = d.size - 1
    D = d[n]
    h_ts = h[0] + h_tg
    h_rs = h[n] + h_rg
    sky = climate(zones[0], zones[1], zones[2], phi, delta_n)
    seen, lt, lr = horizons(d, h, h_ts, h_rs, sky.a_e)
    surface = smooth_surface(d, h, h_ts, h_rs)
    heights = ducting_heights(d, h, h_tg, h_rg, surface.h_st, surface.h_sr, lt, lr)
    ends = Ends(
        D,
        h_ts,
        h_rs,
        h_ts - surface.h_std,  # eq. (37a)
        h_rs - surface.h_srd,  # eq. (37b)
    )
    a_50, s_50 = _both_profiles(d, g, ends, sky.a_e, equal_steps)
    a_beta, s_beta = a_50, s_50
    if both_radii:
        a_beta, s_beta = _both_profiles(d, g, ends, sky.a_beta, equal_steps)
    obstruction = Obstruction(a_50, s_50, a_beta, s_beta)
    A_ct = coupling_over_sea(sky.omega, d_ct, seen.d_lt, h_ts)
    A_cr = coupling_over_sea(sky.omega, d_cr, seen.d_lr, h_rs)
    ducting = ducting_statistics(seen, heights, sky, D, p, A_ct, A_cr)
    return PathTerms(ends, sky, seen, surface, heights, obstruction, ducting)


@njit(cache=True, nogil=True, error_model="numpy")
def _both_profiles(
    d: np.ndarray,
    g: np.ndarray,
    ends: Ends,
    a_p: float,
    equal_steps: bool,
) -> tuple[Bullington, Bullington]:
    """Bullington construction over the actual and the smooth profile. P.1812-8, eq. (37)."""
    actual = bullington(d, g, ends.h_ts, ends.h_rs, a_p)
    t = ends.h_ts_prime
    r = ends.h_rs_prime
    if equal_steps:
        return actual, smooth_bullington(ends.D, d.size - 1, t, r, a_p)
    return actual, bullington(d, np.zeros(d.size), t, r, a_p)


@njit(cache=True, nogil=True, error_model="numpy")
def band_terms(
    path: PathTerms,
    f: float,
    pol: int,
    N_0: float,
    p: float,
    both_radii: bool,
) -> BandTerms:
    """Losses of one path at one frequency, without locational effects. P.1812-8, section 4."""
    D = path.ends.D
    omega = path.climate.omega
    seen = path.horizons
    t = path.ends.h_ts_prime  # eq. (38a)
    r = path.ends.h_rs_prime  # eq. (38b)
    L_bfs = free_space_loss(f, D, path.ends.h_ts, path.ends.h_rs)
    clear = Clear(
        L_bfs,
        L_bfs + multipath_correction(seen.d_lt, seen.d_lr, p),  # eq. (10)
        L_bfs + multipath_correction(seen.d_lt, seen.d_lr, path.climate.beta_0),  # eq. (11)
        troposcatter_loss(f, D, seen.theta, N_0, p),
    )
    profiles = path.obstruction
    sphere_50 = spherical_earth_loss(D, t, r, path.climate.a_e, f, pol, omega)
    delta_50 = delta_bullington(D, profiles.a_50, profiles.s_50, sphere_50.L_dsph, f)
    sphere_beta, delta_beta = sphere_50, delta_50
    if both_radii:
        sphere_beta = spherical_earth_loss(D, t, r, path.climate.a_beta, f, pol, omega)
        delta_beta = delta_bullington(D, profiles.a_beta, profiles.s_beta, sphere_beta.L_dsph, f)
    duct = ducting_loss(f, seen, path.climate.a_e, path.ducting)
    total = combine(
        D, seen.theta, omega, path.climate.beta_0, p, clear, delta_50.L_d, delta_beta.L_d, duct.L_ba
    )
    return BandTerms(clear, sphere_50, sphere_beta, delta_50, delta_beta, duct, total)


@njit(cache=True, nogil=True, error_model="numpy")
def link_quantities(
    d: np.ndarray,
    h: np.ndarray,
    R: np.ndarray,
    zone: np.ndarray,
    f: float,
    p: float,
    p_L: float,
    h_tg: float,
    h_rg: float,
    pol: int,
    phi: float,
    delta_n: float,
    N_0: float,
    d_ct: float,
    d_cr: float,
    sigma_L: float,
    indoors: bool,
    L_be: float,
    sigma_be: float,
) -> np.ndarray:
    """Every quantity of one link, in the order of ``LINK_QUANTITIES``. P.1812-8, all sections."""
    n = d.size - 1
    g = h + R
    g[0] = h[0]  # the ends carry no clutter of their own
    g[n] = h[n]
    zones = zone_lengths(d, zone)
    equal_steps = False
    both_radii = True
    path = path_terms(
        d, h, g, h_tg, h_rg, zones, phi, delta_n, p, d_ct, d_cr, equal_steps, both_radii
    )
    band = band_terms(path, f, pol, N_0, p, both_radii)
    L_loc = location_loss(p_L, sigma_L, h_rg, R[n], zone[n], indoors, L_be, sigma_be)
    L_b = max(band.clear.L_b0p, band.combination.L_bc + L_loc)  # eq. (69)
    out = np.empty(_COUNT)
    k = _fill(out, 0, path.ends)
    k = _fill(out, k, path.climate)
    k = _fill(out, k, path.horizons)
    k = _fill(out, k, path.surface)
    k = _fill(out, k, path.heights)
    k = _fill(out, k, path.obstruction.a_50)
    k = _fill(out, k, path.obstruction.s_50)
    k = _fill(out, k, path.obstruction.a_beta)
    k = _fill(out, k, path.obstruction.s_beta)
    k = _fill(out, k, path.ducting)
    k = _fill(out, k, band.clear)
    k = _fill(out, k, band.sphere_50)
    k = _fill(out, k, band.sphere_beta)
    k = _fill(out, k, band.delta_50)
    k = _fill(out, k, band.delta_beta)
    k = _fill(out, k, band.ducting)
    k = _fill(out, k, band.combination)
    _fill(out, k, Totals(L_loc, L_b, field_strength(f, L_b)))
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(out: np.ndarray, k: int, values: tuple[float, ...]) -> int:
    """Write a group of quantities from position k on; the position after it."""
    for i in range(len(values)):
        out[k + i] = values[i]
    return k + len(values)


@njit(cache=True, nogil=True, error_model="numpy")
def median_location_loss(band: BandTerms) -> float:
    """Loss for half of the locations outdoors, where L_loc is 0. P.1812-8, eq. (69)."""
    return max(band.clear.L_b0p, band.combination.L_bc)


@njit(cache=True, nogil=True, error_model="numpy")
def own_cell_loss(f: float, D: float, h_tg: float, h_rg: float) -> float:
    """Free-space loss over flat ground, for the mast's own cell. P.1812-8, eq. (8)."""
    return free_space_loss(f, D, h_tg, h_rg)


@njit(cache=True, nogil=True, error_model="numpy")
def direct_ray_mrad(D: float, h_tg: float, h_rg: float) -> float:
    """Elevation of the direct ray over flat ground, for the mast's own cell. P.1812-8, eq. (78)."""
    return 1000.0 * math.atan((h_rg - h_tg) / (1000.0 * D))
