"""ITU-R P.1812-8, sections 4.4 and 4.5: troposcatter, ducting and layer reflection.

Distances are km, heights m, angles mrad, times per cent, losses dB.
"""

import math
from typing import NamedTuple

from numba import njit

from phusong.kernels.p1812_climate import Climate
from phusong.kernels.p1812_profile import DuctingHeights, Horizons


class DuctingStatistics(NamedTuple):
    """Time dependence of ducting: everything in it that is free of frequency."""

    theta_prime: float
    alpha: float
    mu_2: float
    mu_3: float
    beta: float
    Gamma: float
    A_p: float
    A_ct: float
    A_cr: float


class DuctingLoss(NamedTuple):
    """Ducting and layer-reflection loss for one frequency, and its parts."""

    A_lf: float
    A_st: float
    A_sr: float
    A_f: float
    A_d: float
    L_ba: float


@njit(cache=True, nogil=True, error_model="numpy")
def troposcatter_loss(f: float, D: float, theta: float, N_0: float, p: float) -> float:
    """Troposcatter loss not exceeded for p % of the time. P.1812-8, eq. (44), (45)."""
    L_f = 25.0 * math.log10(f) - 2.5 * math.log10(0.5 * f) ** 2  # eq. (45)
    Y_p: float = 10.125 * math.log10(50.0 / p) ** 0.7
    return 190.1 + L_f + 20.0 * math.log10(D) + 0.573 * theta - 0.15 * N_0 - Y_p  # eq. (44)


@njit(cache=True, nogil=True, error_model="numpy")
def coupling_over_sea(omega: float, d_coast: float, d_horizon: float, h_s: float) -> float:
    """Correction for over-sea surface-duct coupling at one end. P.1812-8, eq. (49)."""
    if omega >= 0.75 and d_coast <= d_horizon and d_coast <= 5.0:
        rise = 1.0 + math.tanh(0.07 * (50.0 - h_s))
        return -3.0 * math.exp(-0.25 * d_coast * d_coast) * rise  # eq. (49a), (49b)
    return 0.0  # eq. (49c)


@njit(cache=True, nogil=True, error_model="numpy")
def time_variability(D: float, p: float, beta: float) -> tuple[float, float]:
    """Gamma and loss A(p) of the time percentage, beta % of anomalous time. P.1812-8, eq. (53)."""
    log_beta = math.log10(beta)
    Gamma = (1.076 / (2.0058 - log_beta) ** 1.012) * math.exp(
        -(9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta) * 1e-6 * D**1.13
    )  # eq. (53a)
    share = p / beta
    A_p = -12.0 + (1.2 + 3.7e-3 * D) * math.log10(share) + 12.0 * share**Gamma  # eq. (53)
    return Gamma, A_p


@njit(cache=True, nogil=True, error_model="numpy")
def ducting_statistics(
    seen: Horizons,
    heights: DuctingHeights,
    sky: Climate,
    D: float,
    p: float,
    A_ct: float,
    A_cr: float,
) -> DuctingStatistics:
    """Angular distance and time variability of ducting. P.1812-8, eq. (52) to (56)."""
    bend_t = min(seen.theta_t, 0.1 * seen.d_lt)  # eq. (52a)
    bend_r = min(seen.theta_r, 0.1 * seen.d_lr)
    theta_prime = 1000.0 * D / sky.a_e + bend_t + bend_r  # eq. (52)
    alpha = max(-0.6 - 3.5e-9 * D**3.1 * sky.tau, -3.4)  # eq. (55a)
    roots = math.sqrt(heights.h_te) + math.sqrt(heights.h_re)
    mu_2 = min((500.0 * D * D / (sky.a_e * roots * roots)) ** alpha, 1.0)  # eq. (55)
    mu_3 = 1.0
    if heights.h_m > 10.0:
        d_I = min(D - seen.d_lt - seen.d_lr, 40.0)  # eq. (56a)
        mu_3 = math.exp(-4.6e-5 * (heights.h_m - 10.0) * (43.0 + 6.0 * d_I))  # eq. (56)
    beta = sky.beta_0 * mu_2 * mu_3  # eq. (54)
    Gamma, A_p = time_variability(D, p, beta)
    return DuctingStatistics(theta_prime, alpha, mu_2, mu_3, beta, Gamma, A_p, A_ct, A_cr)


@njit(cache=True, nogil=True, error_model="numpy")
def site_shielding(f: float, theta_x: float, d_l: float) -> float:
    """Site-shielding diffraction loss of one end. P.1812-8, eq. (48)."""
    q = theta_x - 0.1 * d_l  # eq. (48a)
    if q <= 0.0:
        return 0.0
    spread: float = 0.264 * q * f ** (1.0 / 3.0)
    return 20.0 * math.log10(1.0 + 0.361 * q * math.sqrt(f * d_l)) + spread  # eq. (48)


@njit(cache=True, nogil=True, error_model="numpy")
def ducting_loss(f: float, seen: Horizons, a_e: float, time: DuctingStatistics) -> DuctingLoss:
    """Ducting and layer-reflection loss. P.1812-8, eq. (46) to (51)."""
    A_lf = 0.0
    if f < 0.5:
        A_lf = 45.375 - 137.0 * f + 92.5 * f * f  # eq. (47a)
    A_st = site_shielding(f, seen.theta_t, seen.d_lt)
    A_sr = site_shielding(f, seen.theta_r, seen.d_lr)
    A_f = (
        102.45
        + 20.0 * math.log10(f)
        + 20.0 * math.log10(seen.d_lt + seen.d_lr)
        + A_lf
        + A_st
        + A_sr
        + time.A_ct
        + time.A_cr
    )  # eq. (47)
    gamma_d = 5e-5 * a_e * f ** (1.0 / 3.0)  # eq. (51)
    A_d = gamma_d * time.theta_prime + time.A_p  # eq. (50)
    return DuctingLoss(A_lf, A_st, A_sr, A_f, A_d, A_f + A_d)  # eq. (46)
