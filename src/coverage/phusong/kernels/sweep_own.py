"""The receiver's end of every path: its own ground and the last points of its own line."""

import numpy as np
from numba import njit

from phusong.kernels.sweep_layout import (
    A_LAST,
    A_N,
    BORROWING,
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


@njit(**BORROWING)
def pick(
    fields: np.ndarray,
    field: np.uint64,
    running: np.ndarray,
    first: int,
    count: int,
    column: np.ndarray,
    back: int,
) -> None:
    """Running value of the radial before the own points of each receiver."""
    for r in range(np.uint64(count)):
        before = np.int64(column[np.uint64(first) + r]) - back
        fields[r + field] = running[np.uint64(before)]


@njit(**BORROWING)
def direct_rays(geo: np.ndarray, count: int, line: Line) -> None:
    """Receiver height and slope of the direct ray. P.1812-8, eq. (14)."""
    for r in range(np.uint64(count)):
        h_rs = geo[r + A_N] + line.h_rg
        geo[r + H_RS] = h_rs
        geo[r + S_TR] = (h_rs - line.h_tg) / geo[r + X_N]


@njit(**BORROWING)
def own_horizons(
    geo: np.ndarray,
    own: np.ndarray,
    trk: np.ndarray,
    count: int,
    K: float,
    h_tg: float,
    pitch: float,
) -> None:
    """Steepest slopes of the own points from both ends, least clearance. P.1812-8, (13)-(17).

    Farthest point first: the transmitter's horizon is the first maximum (strictly steeper
    replaces), the receiver's and the clearance the last (as steep replaces).
    """
    b_1, b_2, b_3, b_4 = pitch, _TWO * pitch, _THREE * pitch, _FOUR * pitch
    i_1, i_2, i_3, i_4 = _ONE / b_1, _ONE / b_2, _ONE / b_3, _ONE / b_4
    for r in range(np.uint64(count)):
        x = geo[r + X_N]
        h_rs = geo[r + H_RS]
        s_r = geo[r + S_TR] - K * x
        x_4 = x - b_4
        x_3 = x - b_3
        x_2 = x - b_2
        x_1 = x - b_1
        a_4 = own[r + OWN_4]
        a_3 = own[r + OWN_3]
        a_2 = own[r + OWN_2]
        a_1 = own[r + OWN_1]
        S_4 = (a_4 - h_tg) / x_4 - K * x_4
        S_3 = (a_3 - h_tg) / x_3 - K * x_3
        S_2 = (a_2 - h_tg) / x_2 - K * x_2
        S_1 = (a_1 - h_tg) / x_1 - K * x_1
        S = S_4
        where = x_4
        where = x_3 if S_3 > S else where
        S = max(S, S_3)
        where = x_2 if S_2 > S else where
        S = max(S, S_2)
        where = x_1 if S_1 > S else where
        S = max(S, S_1)
        trk[r + S_OWN] = S
        trk[r + X_LT_OWN] = where
        T_4 = (a_4 - h_rs) * i_4 - K * b_4
        T_3 = (a_3 - h_rs) * i_3 - K * b_3
        T_2 = (a_2 - h_rs) * i_2 - K * b_2
        T_1 = (a_1 - h_rs) * i_1 - K * b_1
        T = T_4
        where = x_4
        where = x_3 if T_3 >= T else where
        T = max(T, T_3)
        where = x_2 if T_2 >= T else where
        T = max(T, T_2)
        where = x_1 if T_1 >= T else where
        T = max(T, T_1)
        trk[r + T_OWN] = T
        trk[r + X_LR_OWN] = where
        f_4 = (s_r - S_4) * (s_r - S_4) * x_4 * i_4
        f_3 = (s_r - S_3) * (s_r - S_3) * x_3 * i_3
        f_2 = (s_r - S_2) * (s_r - S_2) * x_2 * i_2
        f_1 = (s_r - S_1) * (s_r - S_1) * x_1 * i_1
        f = f_4
        where = x_4
        where = x_3 if f_3 <= f else where
        f = min(f, f_3)
        where = x_2 if f_2 <= f else where
        f = min(f, f_2)
        where = x_1 if f_1 <= f else where
        f = min(f, f_1)
        trk[r + F_MIN] = f
        trk[r + X_F] = where


@njit(**BORROWING)
def own_obstructions(geo: np.ndarray, own: np.ndarray, count: int, line: Line) -> None:
    """Straight-ray slopes and obstruction of the own points. P.1812-8, eq. (89)."""
    h_tg = line.h_tg
    b_1, b_2, b_3, b_4 = line.pitch, _TWO * line.pitch, _THREE * line.pitch, _FOUR * line.pitch
    i_1, i_2, i_3, i_4 = _ONE / b_1, _ONE / b_2, _ONE / b_3, _ONE / b_4
    for r in range(np.uint64(count)):
        x = geo[r + X_N]
        h_rs = geo[r + H_RS]
        S_tr = geo[r + S_TR]
        slope_r = LOWEST
        highest = LOWEST
        S_raw = geo[r + S_RAW]
        a = own[r + OWN_4]
        S_raw = max(S_raw, (a - h_tg) / (x - b_4))
        slope_r = max(slope_r, (a - h_rs) * i_4)
        highest = max(highest, a - S_tr * (x - b_4))
        a = own[r + OWN_3]
        S_raw = max(S_raw, (a - h_tg) / (x - b_3))
        slope_r = max(slope_r, (a - h_rs) * i_3)
        highest = max(highest, a - S_tr * (x - b_3))
        a = own[r + OWN_2]
        S_raw = max(S_raw, (a - h_tg) / (x - b_2))
        slope_r = max(slope_r, (a - h_rs) * i_2)
        highest = max(highest, a - S_tr * (x - b_2))
        a = own[r + OWN_1]
        S_raw = max(S_raw, (a - h_tg) / (x - b_1))
        slope_r = max(slope_r, (a - h_rs) * i_1)
        highest = max(highest, a - S_tr * (x - b_1))
        geo[r + S_RAW] = S_raw
        geo[r + OWN_R] = slope_r
        geo[r + OWN_O] = highest - h_tg


@njit(**BORROWING)
def smooth_surfaces(
    geo: np.ndarray,
    own: np.ndarray,
    count: int,
    sum_1: np.ndarray,
    sum_2: np.ndarray,
    line: Line,
) -> None:
    """Smooth-Earth surface heights at both ends, float64. P.1812-8, eq. (85) to (88).

    ``sum_1`` and ``sum_2`` hold the radial's running sums up to its last point before the own
    ones. A point at x with the intervals l before and r after it adds its height times l + r
    to v_1, and times 3 x (l + r) + r² - l² to v_2.
    """
    w = np.float64(line.pitch)
    gap = np.float64(line.gap)
    for r in range(np.uint64(count)):
        x = np.float64(geo[r + X_N])
        a_4 = np.float64(own[r + OWN_4])
        a_3 = np.float64(own[r + OWN_3])
        a_2 = np.float64(own[r + OWN_2])
        a_1 = np.float64(own[r + OWN_1])
        a_n = np.float64(geo[r + A_N])
        a_5 = np.float64(geo[r + A_LAST])
        x_4 = x - 4.0 * w
        x_5 = x_4 - gap
        v_1 = 2.0 * (sum_1[r] + w * (a_3 + a_2 + a_1))
        v_1 += (gap - 1.0) * a_5 + (gap + w) * a_4 + w * a_n  # eq. (85)
        v_2 = 6.0 * sum_2[r] + 6.0 * w * (a_3 * (x - 3.0 * w) + a_2 * (x - 2.0 * w) + a_1 * (x - w))
        v_2 += a_5 * (3.0 * x_5 * (gap - 1.0) + gap * gap - 1.0)
        v_2 += a_4 * (3.0 * x_4 * (gap + w) + w * w - gap * gap)
        v_2 += a_n * w * (3.0 * x - w)  # eq. (86)
        P = v_1 / x
        Q = v_2 / (x * x)
        geo[r + H_ST] = F32(2.0 * P - Q)  # eq. (87)
        geo[r + H_SR] = F32(Q - P)  # eq. (88)


@njit(**BORROWING)
def radial_so_far(
    first: int,
    count: int,
    column: np.ndarray,
    back: int,
    x: np.ndarray,
    track: Track,
) -> None:
    """Steepest slope of the radial before the own points of each receiver, and where."""
    trk = track.trk
    for r in range(np.uint64(count)):
        before = np.int64(column[first + np.int64(r)]) - back
        lt = track.lt[before]
        trk[r + S_HULL] = track.S[lt]
        trk[r + X_LT] = x[lt]
