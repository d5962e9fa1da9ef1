"""ITU-R P.1812-8, sections 4.6 to 4.10: the sub-models together, locations, field strength.

Distances are km, angles mrad, times and locations per cent, losses dB.
"""

import math
from typing import NamedTuple

from numba import njit

from phusong.kernels.p1812_climate import SEA, inverse_normal


class Clear(NamedTuple):
    """Losses of the path without obstruction, and by troposcatter."""

    L_bfs: float
    L_b0p: float
    L_b0beta: float
    L_bs: float


class Combination(NamedTuple):
    """Steps from the sub-models to the loss without locational effects."""

    F_i: float
    F_j: float
    F_k: float
    L_dp: float
    L_bd50: float
    L_bd: float
    L_minb0p: float
    L_minbap: float
    L_bda: float
    L_bam: float
    L_bc: float


@njit(cache=True, nogil=True, error_model="numpy")
def time_interpolation(p: float, beta_0: float) -> float:
    """Interpolation factor F_i between median and beta_0. P.1812-8, eq. (40)."""
    if p > beta_0:
        return inverse_normal(p / 100.0) / inverse_normal(beta_0 / 100.0)  # eq. (40a)
    return 1.0  # eq. (40b)


@njit(cache=True, nogil=True, error_model="numpy")
def add_powers(x: float, y: float, scale: float) -> float:
    """Stable ``scale * ln(exp(x / scale) + exp(y / scale))``, scale of either sign."""
    u = x / scale
    v = y / scale
    return scale * (max(u, v) + math.log1p(math.exp(-abs(u - v))))


@njit(cache=True, nogil=True, error_model="numpy")
def combine(
    D: float,
    theta: float,
    omega: float,
    beta_0: float,
    p: float,
    clear: Clear,
    L_d50: float,
    L_dbeta: float,
    L_ba: float,
) -> Combination:
    """Loss without locational effects. P.1812-8, eq. (40) to (43), (57) to (63)."""
    F_i = time_interpolation(p, beta_0)
    L_dp = L_d50
    if p < 50.0:
        L_dp = L_d50 + F_i * (L_dbeta - L_d50)  # eq. (41)
    L_bd50 = clear.L_bfs + L_d50  # eq. (42)
    L_bd = clear.L_b0p + L_dp  # eq. (43)
    F_j = 1.0 - 0.5 * (1.0 + math.tanh(3.0 * 0.8 * (theta - 0.3) / 0.3))  # eq. (57)
    F_k = 1.0 - 0.5 * (1.0 + math.tanh(3.0 * 0.5 * (D - 20.0) / 20.0))  # eq. (58)
    L_minb0p = clear.L_b0p + (1.0 - omega) * L_dp  # eq. (59a)
    if p >= beta_0:
        at_beta = clear.L_b0beta + (1.0 - omega) * L_dp
        L_minb0p = L_bd50 + (at_beta - L_bd50) * F_i  # eq. (59b); F_i is 1 at p = beta_0
    L_minbap = add_powers(L_ba, clear.L_b0p, 2.5)  # eq. (60)
    L_bda = L_bd  # eq. (61a)
    if L_minbap <= L_bd:
        L_bda = L_minbap + (L_bd - L_minbap) * F_k  # eq. (61b)
    L_bam = L_bda + (L_minb0p - L_bda) * F_j  # eq. (62)
    L_bc = add_powers(clear.L_bs, L_bam, -5.0 / math.log(10.0))  # eq. (63)
    return Combination(F_i, F_j, F_k, L_dp, L_bd50, L_bd, L_minb0p, L_minbap, L_bda, L_bam, L_bc)


@njit(cache=True, nogil=True, error_model="numpy")
def location_sigma(f: float, w_a: float) -> float:
    """Location variability sigma_L in a cell w_a metres wide, outdoors. P.1812-8, eq. (66)."""
    sigma_L: float = (0.52 + 0.024 * f) * w_a**0.28
    return sigma_L


@njit(cache=True, nogil=True, error_model="numpy")
def height_reduction(h_rg: float, R_n: float) -> float:
    """Reduction u_h of location variability for a high receiver. P.1812-8, eq. (67), (68)."""
    return min(max(1.0 - (h_rg - R_n) / 10.0, 0.0), 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def location_loss(
    p_L: float,
    sigma_L: float,
    h_rg: float,
    R_n: float,
    zone_r: int,
    indoors: bool,
    L_be: float,
    sigma_be: float,
) -> float:
    """Loss that location variability and building entry add. P.1812-8, eq. (64) to (69)."""
    sigma = height_reduction(h_rg, R_n) * sigma_L
    if indoors:
        return L_be - inverse_normal(p_L / 100.0) * math.sqrt(sigma**2 + sigma_be**2)
    if zone_r == SEA:
        return 0.0
    return -inverse_normal(p_L / 100.0) * sigma


@njit(cache=True, nogil=True, error_model="numpy")
def field_strength(f: float, L_b: float) -> float:
    """Field strength of 1 kW effective radiated power, dB(uV/m). P.1812-8, eq. (70)."""
    return 199.36 + 20.0 * math.log10(f) - L_b  # eq. (70)
