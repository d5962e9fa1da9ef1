"""ITU-R P.1812-8, annex attachment 1: analysis of the terrain profile, without clutter.

Distances d are km, heights h m above sea level, angles mrad. Index 0 is the transmitter.
Everything here is free of frequency.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit


class Horizons(NamedTuple):
    """Horizon angles (or the direct ray's, in line of sight) and distances."""

    theta_max: float
    theta_td: float
    transhorizon: float
    theta_t: float
    theta_r: float
    theta: float
    d_lt: float
    d_lr: float


class SmoothSurface(NamedTuple):
    """Smooth-Earth surface of the diffraction model."""

    v_1: float
    v_2: float
    h_st: float
    h_sr: float
    h_obs: float
    alpha_obt: float
    alpha_obr: float
    h_stp: float
    h_srp: float
    h_std: float
    h_srd: float


class DuctingHeights(NamedTuple):
    """Effective heights and roughness of the ducting model."""

    h_st_eq92: float
    h_sr_eq92: float
    m: float
    h_te: float
    h_re: float
    h_m: float


@njit(cache=True, nogil=True, error_model="numpy")
def horizons(
    d: np.ndarray, h: np.ndarray, h_ts: float, h_rs: float, a_e: float
) -> tuple[Horizons, int, int]:
    """Horizons, path angular distance, indices of both horizon points. P.1812-8, eq. (76)-(84)."""
    n = d.size - 1
    D = d[n]
    curve = 0.5 / a_e
    slope_max = -math.inf  # the arc tangent is monotone: compare slopes, bend once
    lt = 1
    for i in range(1, n):
        slope = (h[i] - h_ts) / (1000.0 * d[i]) - d[i] * curve  # eq. (77)
        if slope > slope_max:  # eq. (76); first maximum
            slope_max = slope
            lt = i
    slope_td = (h_rs - h_ts) / (1000.0 * D) - D * curve  # eq. (78)
    theta_max = 1000.0 * math.atan(slope_max)
    theta_td = 1000.0 * math.atan(slope_td)
    theta_t = max(theta_max, theta_td)  # eq. (79)
    transhorizon = slope_max > slope_td
    if transhorizon:
        lr, slope_r = _receiver_horizon(d, h, h_rs, a_e)
    else:
        lt = _strongest_obstacle(d, h, h_ts, h_rs, a_e)
        lr = lt
        slope_r = (h_ts - h_rs) / (1000.0 * D) - D * curve
    theta_r = 1000.0 * math.atan(slope_r)  # eq. (81) or (82)
    theta = 1000.0 * D / a_e + theta_t + theta_r  # eq. (84)
    d_lt = d[lt]  # eq. (80)
    d_lr = D - d[lr]  # eq. (83)
    flag = 1.0 if transhorizon else 0.0
    return Horizons(theta_max, theta_td, flag, theta_t, theta_r, theta, d_lt, d_lr), lt, lr


@njit(cache=True, nogil=True, error_model="numpy")
def _receiver_horizon(d: np.ndarray, h: np.ndarray, h_rs: float, a_e: float) -> tuple[int, float]:
    """Last point of steepest slope seen from the receiver. P.1812-8, eq. (82), (83)."""
    n = d.size - 1
    D = d[n]
    curve = 0.5 / a_e
    best = -math.inf
    lr = n - 1
    for i in range(1, n):
        back = D - d[i]
        slope = (h[i] - h_rs) / (1000.0 * back) - back * curve  # eq. (82a)
        if slope >= best:  # last maximum
            best = slope
            lr = i
    return lr, best


@njit(cache=True, nogil=True, error_model="numpy")
def _strongest_obstacle(d: np.ndarray, h: np.ndarray, h_ts: float, h_rs: float, a_e: float) -> int:
    """Last point of largest diffraction parameter in line of sight. P.1812-8, eq. (81)."""
    n = d.size - 1
    D = d[n]
    C = 500.0 / a_e
    best = -math.inf
    lt = 1
    for i in range(1, n):
        both = d[i] * (D - d[i])
        clearance = h[i] + C * both - (h_ts * (D - d[i]) + h_rs * d[i]) / D
        nu = clearance * math.sqrt(0.002 * D / both)  # eq. (15) of a wavelength of 1 m
        if nu >= best:
            best = nu
            lt = i
    return lt


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_surface(d: np.ndarray, h: np.ndarray, h_ts: float, h_rs: float) -> SmoothSurface:
    """Smooth-Earth surface for diffraction. P.1812-8, eq. (85) to (91)."""
    n = d.size - 1
    D = d[n]
    v_1 = 0.0
    v_2 = 0.0
    for i in range(1, n + 1):
        step = d[i] - d[i - 1]
        v_1 += step * (h[i] + h[i - 1])  # eq. (85)
        v_2 += step * (
            h[i] * (2.0 * d[i] + d[i - 1]) + h[i - 1] * (d[i] + 2.0 * d[i - 1])
        )  # eq. (86)
    h_st = (2.0 * v_1 * D - v_2) / (D * D)  # eq. (87)
    h_sr = (v_2 - v_1 * D) / (D * D)  # eq. (88)
    h_obs = alpha_obt = alpha_obr = -math.inf
    for i in range(1, n):
        back = D - d[i]
        H = h[i] - (h_ts * back + h_rs * d[i]) / D  # eq. (89d)
        h_obs = max(h_obs, H)  # eq. (89a)
        alpha_obt = max(alpha_obt, H / d[i])  # eq. (89b)
        alpha_obr = max(alpha_obr, H / back)  # eq. (89c)
    h_stp = h_st  # eq. (90a)
    h_srp = h_sr  # eq. (90b)
    if h_obs > 0.0:
        both = alpha_obt + alpha_obr
        h_stp = h_st - h_obs * (alpha_obt / both)  # eq. (90c), g_t of (90e)
        h_srp = h_sr - h_obs * (alpha_obr / both)  # eq. (90d), g_r of (90f)
    h_std = min(h_stp, h[0])  # eq. (91a), (91b)
    h_srd = min(h_srp, h[n])  # eq. (91c), (91d)
    return SmoothSurface(
        v_1, v_2, h_st, h_sr, h_obs, alpha_obt, alpha_obr, h_stp, h_srp, h_std, h_srd
    )


@njit(cache=True, nogil=True, error_model="numpy")
def ducting_heights(
    d: np.ndarray,
    h: np.ndarray,
    h_tg: float,
    h_rg: float,
    h_st: float,
    h_sr: float,
    lt: int,
    lr: int,
) -> DuctingHeights:
    """Effective heights and terrain roughness for ducting. P.1812-8, eq. (92) to (95)."""
    n = d.size - 1
    h_st = min(h_st, h[0])  # eq. (92a)
    h_sr = min(h_sr, h[n])  # eq. (92b)
    m = (h_sr - h_st) / d[n]  # eq. (93)
    h_te = h_tg + h[0] - h_st  # eq. (94a)
    h_re = h_rg + h[n] - h_sr  # eq. (94b)
    h_m = -math.inf
    for i in range(lt, lr + 1):
        h_m = max(h_m, h[i] - (h_st + m * d[i]))  # eq. (95)
    return DuctingHeights(h_st, h_sr, m, h_te, h_re, h_m)
