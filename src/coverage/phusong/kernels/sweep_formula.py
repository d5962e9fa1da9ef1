"""Closed formulas of P.1812-8 over a block of receivers, without branches, in float32.

First what no frequency changes, then one pass per band.
"""

import math

import numpy as np
from numba import njit

from phusong.kernels.p1812_diffraction import VERTICAL
from phusong.kernels.sweep_layout import (
    A_N,
    BORROWING,
    D_KM,
    D_LR,
    D_LT,
    F_MIN,
    FREE,
    H_RS,
    H_SR,
    H_ST,
    HORIZON_R,
    HORIZON_T,
    HULL_O,
    HULL_R,
    L_B,
    L_BD,
    LOG_D,
    LOG_ROOT_A,
    NU_A,
    NU_S,
    OWN_O,
    OWN_R,
    R_H,
    ROOT_A,
    S_HULL,
    S_OWN,
    S_RAW,
    S_TR,
    SCATTER,
    SLOPE_R,
    SLOPE_T,
    T_H,
    T_HULL,
    T_OWN,
    THETA,
    THETA_R,
    THETA_T,
    X_F,
    X_LR,
    X_LR_OWN,
    X_LT,
    X_LT_OWN,
    X_N,
    Line,
)
from phusong.kernels.sweep_math import (
    atan_f32,
    exp2_f32,
    log2_f32,
    sine_of_third_arcsine_f32,
)

F32 = np.float32
_ZERO = F32(0.0)
_ONE = F32(1.0)
_HALF = F32(0.5)
_TENTH = F32(0.1)
_SMALL = F32(1e-12)
_LOG10_OF_2 = math.log10(2.0)
_DB5 = F32(5.0 * _LOG10_OF_2)
_DB10 = F32(10.0 * _LOG10_OF_2)
_DB20 = F32(20.0 * _LOG10_OF_2)
_PER_DB5 = F32(0.2 / _LOG10_OF_2)
_UC = F32(1.0 / (6.0 * math.log(2.0)))
_LOG_ROOT = F32(-1.0 / 3.0)
_H_REQ = F32(1.0 / (17.456 * math.sqrt(0.002)))

# columns of a band's coefficients
(
    B_NU,
    B_FREE,
    B_SCATTER,
    B_K,
    B_FLOOR,
    B_X,
    B_Y,
    B_DUCT,
    B_CUBE_ROOT,
    B_ROOT,
) = range(10)
BAND_SIZE = 10


def band_coefficients(f: float, pol: int, N_0: float, p: float) -> np.ndarray:
    """What the formulas take from one frequency (GHz), float32.

    P.1812-8, eq. (8), (16), (29) to (33), (44), (45) and (47) to (51).
    """
    loss_tangent = (18.0 * 0.003 / f) ** 2
    K = 0.036 * f ** (-1.0 / 3.0) * (21.0**2 + loss_tangent) ** -0.25  # eq. (29a), inland
    if pol == VERTICAL:
        K *= math.sqrt(22.0**2 + loss_tangent)  # eq. (29b)
    L_f = 25.0 * math.log10(f) - 2.5 * math.log10(0.5 * f) ** 2  # eq. (45)
    Y_p = 10.125 * math.log10(50.0 / p) ** 0.7
    A_lf = 45.375 - 137.0 * f + 92.5 * f * f if f < 0.5 else 0.0  # eq. (47a)
    band = np.empty(BAND_SIZE, np.float32)
    band[B_NU] = 1.0 / math.sqrt(0.2998 / f)
    band[B_FREE] = 92.4 + 20.0 * math.log10(f)  # eq. (8)
    band[B_SCATTER] = 190.1 + L_f - 0.15 * N_0 - Y_p  # eq. (44)
    band[B_K] = K
    band[B_FLOOR] = 2.0 + 20.0 * math.log10(K)
    band[B_X] = 21.88 * f ** (1.0 / 3.0)  # eq. (31)
    band[B_Y] = 0.9575 * f ** (2.0 / 3.0)  # eq. (32)
    band[B_DUCT] = 102.45 + 20.0 * math.log10(f) + A_lf  # eq. (47)
    band[B_CUBE_ROOT] = f ** (1.0 / 3.0)
    band[B_ROOT] = math.sqrt(f)
    return band


@njit(**BORROWING)
def diffraction_parameters(
    geo: np.ndarray, trk: np.ndarray, count: int, K: float, step_km: float
) -> None:
    """Bullington's nu for a wavelength of 1 m, slopes of both rays. P.1812-8, eq. (13)-(19)."""
    scale = F32(0.002) / step_km
    for r in range(np.uint64(count)):
        x = geo[r + X_N]
        S_tr = geo[r + S_TR]
        S = max(trk[r + S_HULL], trk[r + S_OWN])
        T = max(trk[r + T_HULL], trk[r + T_OWN])
        rise = K * x
        sight = S < S_tr - rise
        above_t = S + rise - S_tr
        above_r = T + rise + S_tr
        blocked = max(above_t * above_r, _ZERO) * x  # eq. (18), (19)
        q = x * trk[r + F_MIN] if sight else blocked  # eq. (15)
        nu = math.sqrt(scale * q)
        trk[r + NU_A] = -nu if sight else nu
        trk[r + SLOPE_T] = max(S, S_tr - rise)
        trk[r + SLOPE_R] = -S_tr - rise if sight else T


@njit(**BORROWING)
def horizon_places(geo: np.ndarray, trk: np.ndarray, count: int, line: Line) -> None:
    """Horizon distances. P.1812-8, eq. (80) to (83)."""
    step_km = line.step_km
    for r in range(np.uint64(count)):
        x = geo[r + X_N]
        S_hull = trk[r + S_HULL]
        S_own = trk[r + S_OWN]
        sight = max(S_hull, S_own) < geo[r + S_TR] - line.K * x
        x_lt = trk[r + X_LT_OWN] if S_own > S_hull else trk[r + X_LT]
        x_lr = trk[r + X_LR] if trk[r + T_HULL] > trk[r + T_OWN] else trk[r + X_LR_OWN]
        x_lt = trk[r + X_F] if sight else x_lt
        x_lr = trk[r + X_F] if sight else x_lr
        geo[r + HORIZON_T] = x_lt
        geo[r + HORIZON_R] = x_lr
        geo[r + D_LT] = x_lt * step_km
        geo[r + D_LR] = (x - x_lr) * step_km


@njit(**BORROWING)
def angles(geo: np.ndarray, trk: np.ndarray, count: int, line: Line) -> None:
    """Distance, elevation angles, free space, troposcatter. P.1812-8, eq. (8), (44), (76)-(84).

    The last two without what frequency, time and climate add.
    """
    step_km = line.step_km
    to_tangent = F32(0.001) / step_km
    for r in range(np.uint64(count)):
        D = geo[r + X_N] * step_km
        log_D = log2_f32(D)
        theta_t = F32(1000.0) * atan_f32(trk[r + SLOPE_T] * to_tangent)
        theta_r = F32(1000.0) * atan_f32(trk[r + SLOPE_R] * to_tangent)
        theta = D * line.bulge_mrad + theta_t + theta_r  # eq. (84)
        rise = (geo[r + H_RS] - line.h_tg) * F32(0.001)
        geo[r + D_KM] = D
        geo[r + LOG_D] = log_D
        geo[r + THETA_T] = theta_t
        geo[r + THETA_R] = theta_r
        geo[r + THETA] = theta
        geo[r + FREE] = _DB10 * log2_f32(D * D + rise * rise)  # eq. (8)
        geo[r + SCATTER] = _DB20 * log_D + F32(0.573) * theta  # eq. (44)


@njit(**BORROWING)
def smooth_heights(geo: np.ndarray, count: int, line: Line) -> None:
    """Antenna heights above the smooth surface of diffraction. P.1812-8, eq. (90), (91), (37)."""
    for r in range(np.uint64(count)):
        S_tr = geo[r + S_TR]
        alpha_t = geo[r + S_RAW] - S_tr
        alpha_r = max(geo[r + OWN_R], geo[r + HULL_R]) + S_tr
        h_obs = max(geo[r + OWN_O], geo[r + HULL_O])
        share = alpha_t / max(alpha_t + alpha_r, _SMALL)
        above = h_obs > _ZERO
        down_t = h_obs * share if above else _ZERO
        down_r = h_obs * (_ONE - share) if above else _ZERO
        h_std = min(geo[r + H_ST] - down_t, _ZERO)
        h_srd = min(geo[r + H_SR] - down_r, geo[r + A_N])
        geo[r + T_H] = line.h_tg - h_std
        geo[r + R_H] = geo[r + H_RS] - h_srd


@njit(**BORROWING)
def smooth_earth(geo: np.ndarray, sph: np.ndarray, count: int, a_p: float) -> None:
    """Smooth Earth of radius a_p between the antennas. P.1812-8, eq. (22)-(26), (105)-(112).

    nu_s for a wavelength of 1 m, and the radius of the first-term loss: the Earth's own beyond
    the horizon, a_em before it; it is the smaller one.
    """
    C = F32(500.0) / a_p
    for r in range(np.uint64(count)):
        D = geo[r + D_KM]
        t = geo[r + T_H]
        h = geo[r + R_H]
        roots = math.sqrt(t) + math.sqrt(h)
        a_em = F32(500.0) * D * D / (roots * roots)  # eq. (26)
        total = t + h
        c = (t - h) / total  # eq. (24d)
        m = F32(250.0) * D * D / (a_p * total)  # eq. (24e)
        m_1 = m + _ONE
        u = F32(1.5) * c * math.sqrt(F32(3.0) * m / (m_1 * m_1 * m_1))
        b = F32(2.0) * math.sqrt(m_1 / (F32(3.0) * m)) * sine_of_third_arcsine_f32(u)
        d_1 = _HALF * D * (_ONE + b)
        d_2 = _HALF * D * (_ONE - b)
        product = d_1 * d_2
        h_se = (t * d_2 + h * d_1) / D - C * product  # eq. (23), as d_1 + d_2 = D
        nu_sight = -h_se * math.sqrt(F32(0.002) * D / product)
        S_tr = (h - t) / D
        S_t = C * D - F32(2.0) * math.sqrt(C * t)
        S_r = C * D - F32(2.0) * math.sqrt(C * h)
        above = max((S_t - S_tr) * (S_r + S_tr), _ZERO)
        nu_beyond = math.sqrt(F32(0.002) * D * above)
        sph[r + NU_S] = nu_sight if a_em < a_p else nu_beyond
        log_root_a = _LOG_ROOT * log2_f32(min(a_em, a_p))
        sph[r + LOG_ROOT_A] = log_root_a
        sph[r + ROOT_A] = exp2_f32(log_root_a)


@njit(inline="always")
def _bullington_loss(nu: float, D: float) -> float:
    """Bullington loss. P.1812-8, eq. (12), (21)."""
    v = nu - _TENTH
    J = F32(6.9) + _DB20 * log2_f32(math.sqrt(v * v + _ONE) + v)
    J = J if nu > F32(-0.78) else _ZERO
    return J + (_ONE - exp2_f32(-J * _UC)) * (F32(10.0) + F32(0.02) * D)


@njit(inline="always")
def _height_gain(B: float, floor: float) -> float:
    """Height gain of one end. P.1812-8, eq. (35)."""
    high = B > F32(2.0)
    argument = B - F32(1.1) if high else B + _TENTH * B * B * B
    logarithm = log2_f32(argument)
    gain_high = F32(17.6) * math.sqrt(max(B - F32(1.1), _ZERO)) - _DB5 * logarithm - F32(8.0)
    gain = gain_high if high else _DB20 * logarithm
    return max(gain, floor)


@njit(**BORROWING)
def delta_bullington(
    geo: np.ndarray,
    trk: np.ndarray,
    sph: np.ndarray,
    res: np.ndarray,
    field: np.uint64,
    count: int,
    band: np.ndarray,
) -> None:
    """Diffraction loss of one band into ``field`` of the results. P.1812-8, eq. (12)-(39)."""
    b_nu = band[B_NU]
    b_k = band[B_K]
    b_floor = band[B_FLOOR]
    b_x = band[B_X]
    b_y = band[B_Y]
    for r in range(np.uint64(count)):
        D = geo[r + D_KM]
        nu_s = sph[r + NU_S] * b_nu
        L_a = _bullington_loss(trk[r + NU_A] * b_nu, D)
        L_s = _bullington_loss(nu_s, D)
        root_a = sph[r + ROOT_A]
        K = b_k * root_a
        K2 = K * K
        beta = (_ONE + F32(1.6) * K2 + F32(0.67) * K2 * K2) / (
            _ONE + F32(4.5) * K2 + F32(1.53) * K2 * K2
        )  # eq. (31)
        X = b_x * beta * root_a * root_a * D  # eq. (32)
        log_X = log2_f32(X)
        F_far = F32(11.0) + _DB10 * log_X - F32(17.6) * X
        F_near = -_DB20 * log_X - F32(5.6488) * exp2_f32(F32(1.425) * log_X)
        F = F_far if X >= F32(1.6) else F_near  # eq. (34)
        unit = b_y * beta * beta * root_a  # eq. (33), (36)
        floor = b_floor + _DB20 * sph[r + LOG_ROOT_A]
        G_t = _height_gain(unit * geo[r + T_H], floor)
        G_r = _height_gain(unit * geo[r + R_H], floor)
        L_ft = max(-F - G_t - G_r, _ZERO)
        L_sph = L_ft * max(_ONE + min(nu_s, _ZERO) * _H_REQ, _ZERO)  # eq. (27)
        res[r + field] = L_a + max(L_sph - L_s, _ZERO)  # eq. (39)


@njit(**BORROWING)
def median_loss(geo: np.ndarray, res: np.ndarray, count: int, band: np.ndarray) -> None:
    """Loss at p = 50 % without ducting. P.1812-8, eq. (42), (63), (69).

    At 50 % the interpolations of eq. (59) to (62) leave only diffraction and troposcatter.
    ``L_BD`` holds the diffraction loss and becomes L_bd.
    """
    b_free = band[B_FREE]
    b_scatter = band[B_SCATTER]
    for r in range(np.uint64(count)):
        L_bfs = geo[r + FREE] + b_free
        L_bs = geo[r + SCATTER] + b_scatter
        L_bd = L_bfs + res[r + L_BD]  # eq. (42)
        gap = abs(L_bs - L_bd)
        L_bc = min(L_bs, L_bd) - _DB5 * log2_f32(_ONE + exp2_f32(-gap * _PER_DB5))  # eq. (63)
        res[r + L_BD] = L_bd
        res[r + L_B] = max(L_bfs, L_bc)  # eq. (69)
