"""The receiver's end of every path: its own ground and the last points of its own line."""

import numpy as np
from numba import njit

from phusong.kernels.sweep_layout import (
    A_N,
    F_MIN,
    H_RS,
    H_SR,
    H_ST,
    LOWEST,
    OWN_1,
    OWN_2,
    OWN_3,
    OWN_4,
    OWN_O,
    OWN_R,
    S_HULL,
    S_OWN,
    S_RAW,
    S_TR,
    T_OWN,
    X_F,
    X_LR_OWN,
    X_LT,
    X_LT_OWN,
    X_N,
    Line,
    Track,
)

F32 = np.float32
_ONE = F32(1.0)
_TWO = F32(2.0)
_THREE = F32(3.0)
_FOUR = F32(4.0)


@njit(cache=True, nogil=True, error_model="numpy")
def direct_rays(geo: np.ndarray, count: int, line: Line) -> None:
    """Receiver height and slope of the direct ray. P.1812-8, eq. (14)."""
    for r in range(np.uint64(count)):
        h_rs = geo[r + A_N] + line.h_rg
        geo[r + H_RS] = h_rs
        geo[r + S_TR] = (h_rs - line.h_tg) / geo[r + X_N]


@njit(cache=True, nogil=True, error_model="numpy")
def own_horizons(
    geo: np.ndarray, own: np.ndarray, trk: np.ndarray, count: int, K: float, h_tg: float
) -> None:
    """Steepest slopes of the own points from both ends, least clearance. P.1812-8, (13)-(17).

    Farthest point first: the transmitter's horizon is the first maximum (strictly steeper
    replaces), the receiver's and the clearance the last (as steep replaces).
    """
    for r in range(np.uint64(count)):
        x = geo[r + X_N]
        h_rs = geo[r + H_RS]
        s_r = geo[r + S_TR] - K * x
        x_4 = x - _FOUR
        x_3 = x - _THREE
        x_2 = x - _TWO
        x_1 = x - _ONE
        a_4 = own[r + OWN_4]
        a_3 = own[r + OWN_3]
        a_2 = own[r + OWN_2]
        a_1 = own[r + OWN_1]
        S_4 = (a_4 - h_tg) / x_4 - K * x_4
        S_3 = (a_3 - h_tg) / x_3 - K * x_3
        S_2 = (a_2 - h_tg) / x_2 - K * x_2
        S_1 = (a_1 - h_tg) / x_1 - K * x_1
        S = S_4
        back = _FOUR
        back = _THREE if S_3 > S else back
        S = max(S, S_3)
        back = _TWO if S_2 > S else back
        S = max(S, S_2)
        back = _ONE if S_1 > S else back
        S = max(S, S_1)
        trk[r + S_OWN] = S
        trk[r + X_LT_OWN] = x - back
        T_4 = (a_4 - h_rs) * F32(0.25) - K * _FOUR
        T_3 = (a_3 - h_rs) * F32(1.0 / 3.0) - K * _THREE
        T_2 = (a_2 - h_rs) * F32(0.5) - K * _TWO
        T_1 = (a_1 - h_rs) - K
        T = T_4
        back = _FOUR
        back = _THREE if T_3 >= T else back
        T = max(T, T_3)
        back = _TWO if T_2 >= T else back
        T = max(T, T_2)
        back = _ONE if T_1 >= T else back
        T = max(T, T_1)
        trk[r + T_OWN] = T
        trk[r + X_LR_OWN] = x - back
        f_4 = (s_r - S_4) * (s_r - S_4) * x_4 * F32(0.25)
        f_3 = (s_r - S_3) * (s_r - S_3) * x_3 * F32(1.0 / 3.0)
        f_2 = (s_r - S_2) * (s_r - S_2) * x_2 * F32(0.5)
        f_1 = (s_r - S_1) * (s_r - S_1) * x_1
        f = f_4
        back = _FOUR
        back = _THREE if f_3 <= f else back
        f = min(f, f_3)
        back = _TWO if f_2 <= f else back
        f = min(f, f_2)
        back = _ONE if f_1 <= f else back
        f = min(f, f_1)
        trk[r + F_MIN] = f
        trk[r + X_F] = x - back


@njit(cache=True, nogil=True, error_model="numpy")
def own_obstructions(geo: np.ndarray, own: np.ndarray, count: int, line: Line) -> None:
    """Straight-ray slopes and obstruction of the own points. P.1812-8, eq. (89)."""
    h_tg = line.h_tg
    for r in range(np.uint64(count)):
        x = geo[r + X_N]
        h_rs = geo[r + H_RS]
        S_tr = geo[r + S_TR]
        slope_r = LOWEST
        highest = LOWEST
        S_raw = geo[r + S_RAW]
        a = own[r + OWN_4]
        S_raw = max(S_raw, (a - h_tg) / (x - _FOUR))
        slope_r = max(slope_r, (a - h_rs) * F32(0.25))
        highest = max(highest, a - S_tr * (x - _FOUR))
        a = own[r + OWN_3]
        S_raw = max(S_raw, (a - h_tg) / (x - _THREE))
        slope_r = max(slope_r, (a - h_rs) * F32(1.0 / 3.0))
        highest = max(highest, a - S_tr * (x - _THREE))
        a = own[r + OWN_2]
        S_raw = max(S_raw, (a - h_tg) / (x - _TWO))
        slope_r = max(slope_r, (a - h_rs) * F32(0.5))
        highest = max(highest, a - S_tr * (x - _TWO))
        a = own[r + OWN_1]
        S_raw = max(S_raw, (a - h_tg) / (x - _ONE))
        slope_r = max(slope_r, a - h_rs)
        highest = max(highest, a - S_tr * (x - _ONE))
        geo[r + S_RAW] = S_raw
        geo[r + OWN_R] = slope_r
        geo[r + OWN_O] = highest - h_tg


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_surfaces(
    geo: np.ndarray,
    own: np.ndarray,
    count: int,
    sum_1: np.ndarray,
    sum_2: np.ndarray,
    first_height: float,
    first_x: float,
) -> None:
    """Smooth-Earth surface heights at both ends, float64. P.1812-8, eq. (85) to (88).

    ``sum_1`` and ``sum_2`` are the radial's sums before the own points; the first interval is
    ``first_x`` long, not 1, when the mast stands beside its node.
    """
    short_1 = first_height * (first_x - 1.0)
    short_2 = first_height * (2.0 * first_x - 1.0) * (first_x - 1.0)
    for r in range(np.uint64(count)):
        x = np.float64(geo[r + X_N])
        a_4 = np.float64(own[r + OWN_4])
        a_3 = np.float64(own[r + OWN_3])
        a_2 = np.float64(own[r + OWN_2])
        a_1 = np.float64(own[r + OWN_1])
        a_n = np.float64(geo[r + A_N])
        B_1 = sum_1[r] + (a_4 + a_3 + a_2 + a_1)
        B_2 = sum_2[r] + (a_4 * (x - 4.0) + a_3 * (x - 3.0) + a_2 * (x - 2.0) + a_1 * (x - 1.0))
        v_1 = 2.0 * B_1 + a_n + short_1  # eq. (85)
        v_2 = 6.0 * B_2 + a_n * (3.0 * x - 1.0) + short_2  # eq. (86)
        P = v_1 / x
        Q = v_2 / (x * x)
        geo[r + H_ST] = F32(2.0 * P - Q)  # eq. (87)
        geo[r + H_SR] = F32(Q - P)  # eq. (88)


@njit(cache=True, nogil=True, error_model="numpy")
def radial_so_far(
    first: int,
    count: int,
    column: np.ndarray,
    x: np.ndarray,
    track: Track,
) -> None:
    """Steepest slope of the radial before the own points of each receiver, and where."""
    trk = track.trk
    for r in range(np.uint64(count)):
        before = np.int64(column[first + np.int64(r)]) - 5
        lt = track.lt[before]
        trk[r + S_HULL] = track.S[lt]
        trk[r + X_LT] = x[lt]
