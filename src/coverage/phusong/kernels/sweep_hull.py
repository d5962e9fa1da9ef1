"""Queries of one receiver against one radial: tangent to the hull, least clearance.

The hull of (x, G) is kept on a stack and emptied at every record of S: for a receiver beyond
the horizon no point before the steepest one can be its tangent, and in line of sight none is
asked for. Only points that have ceased to be receivers are on it.
"""

import numpy as np
from numba import njit

from phusong.kernels.sweep_layout import (
    A_N,
    F_MIN,
    H_M,
    H_RS,
    H_SR,
    H_ST,
    HULL_O,
    HULL_R,
    LOWEST,
    S_F,
    S_HULL,
    S_OWN,
    S_RAW,
    S_TR,
    T_HULL,
    T_OWN,
    X_F,
    X_LR,
    X_N,
    Line,
    Track,
)

F32 = np.float32
_ZERO = F32(0.0)
_RECORD_BLOCK = 16


@njit(cache=True, nogil=True, error_model="numpy")
def insert_points(track: Track, x: np.ndarray, lt: int, last: int) -> int:
    """Bring the hull from the record lt up to column ``last``; its top position."""
    stack_x = track.stack_x
    stack_G = track.stack_G
    top = track.state[0]
    i = track.state[1]
    if track.state[2] != lt:  # a new record empties the stack
        top = np.int64(-1)
        i = np.int64(lt)
        track.state[2] = lt
    # the two uppermost entries stay in registers
    top_x = top_G = below_x = below_G = _ZERO
    if top >= 0:
        top_x = stack_x[top]
        top_G = stack_G[top]
    if top >= 1:
        below_x = stack_x[top - 1]
        below_G = stack_G[top - 1]
    while i <= last:
        x_i = x[i]
        G_i = track.G[i]
        while top >= 1 and (below_G - G_i) * (x_i - top_x) >= (top_G - G_i) * (x_i - below_x):
            top -= 1
            top_x = below_x
            top_G = below_G
            if top >= 1:
                below_x = stack_x[top - 1]
                below_G = stack_G[top - 1]
        top += 1
        stack_x[top] = x_i
        stack_G[top] = G_i
        below_x = top_x
        below_G = top_G
        top_x = x_i
        top_G = G_i
        i += 1
    track.state[0] = top
    track.state[1] = i
    return top


@njit(cache=True, nogil=True, error_model="numpy")
def tangents(
    first: int,
    count: int,
    column: np.ndarray,
    back: int,
    x: np.ndarray,
    geo: np.ndarray,
    track: Track,
    beta: Track,
    line: Line,
    raw: bool,
    two_radii: bool,
    rough: bool,
) -> None:
    """Receiver horizon on the radial, for receivers whose transmitter horizon is there.

    Steepest slope (less 2 K X) and where; with ``raw`` also the obstruction of the straight
    line between the antennas, with ``two_radii`` the slope for ``beta`` from the same hull,
    with ``rough`` the terrain roughness. P.1812-8, eq. (17), (82), (89), (95).
    """
    trk = track.trk
    stack_x = track.stack_x
    stack_G = track.stack_G
    K = line.K
    for r in range(np.uint64(count)):
        S = trk[r + S_HULL]
        x_n = geo[r + X_N]
        S_tr = geo[r + S_TR]
        trk[r + T_HULL] = LOWEST
        if two_radii:
            beta.trk[r + T_HULL] = LOWEST
        if rough:
            geo[r + H_M] = LOWEST
        if raw:
            geo[r + HULL_R] = LOWEST
            geo[r + HULL_O] = LOWEST
        if trk[r + S_OWN] > S or S < S_tr - K * x_n:
            continue
        last = np.int64(column[first + np.int64(r)]) - back
        top = insert_points(track, x, track.lt[last], last)
        k = top
        H = geo[r + H_RS] - K * x_n * x_n
        rise = stack_G[k] - H
        run = x_n - stack_x[k]
        while k > 0:
            next_rise = stack_G[k - 1] - H
            next_run = x_n - stack_x[k - 1]
            if next_rise * run <= rise * next_run:
                break
            rise = next_rise
            run = next_run
            k -= 1
        trk[r + T_HULL] = rise / run - (K + K) * x_n
        trk[r + X_LR] = stack_x[k]
        if raw and geo[r + S_RAW] > S_tr:
            obstruction(r, k, geo, track, line)
        if two_radii:
            second_tangent(r, k, geo, track, beta, line)
        if rough:
            if trk[r + T_HULL] <= trk[r + T_OWN]:
                k = top  # the receiver's horizon is an own point, beyond the whole hull
            roughness(r, k, geo, track, line)


@njit(cache=True, nogil=True, error_model="numpy")
def obstruction(r: int, k: int, geo: np.ndarray, track: Track, line: Line) -> None:
    """Largest obstruction and receiver slope of the straight ray. P.1812-8, eq. (89).

    From the tangent vertex k towards the mast. Neither quantity is unimodal along the curved
    hull, so the walk ends only when bounds that are say that nothing larger can follow: u is
    above the obstruction and concave, and the curved slope falls from the tangent on.
    """
    stack_x = track.stack_x
    stack_G = track.stack_G
    K = line.K
    x_n = geo[r + X_N]
    S_tr = geo[r + S_TR]
    h_rs = geo[r + H_RS]
    x_0 = stack_x[0]
    x_k = stack_x[k]
    slope = S_tr - K * (x_0 + x_k)
    level = K * x_0 * x_k + line.h_tg
    best_r = LOWEST
    best_o = LOWEST
    u_before = LOWEST
    i = np.int64(k)
    while i >= 0:
        x_v = stack_x[i]
        G_v = stack_G[i]
        a_v = G_v + K * x_v * x_v
        slope_r = (a_v - h_rs) / (x_n - x_v)
        u = G_v - slope * x_v - level
        best_r = max(best_r, slope_r)
        best_o = max(best_o, a_v - line.h_tg - S_tr * x_v)
        if u < u_before and u < best_o and slope_r + K * (x_v - x_0) < best_r:
            break
        u_before = u
        i -= 1
    geo[r + HULL_R] = best_r
    geo[r + HULL_O] = best_o


@njit(cache=True, nogil=True, error_model="numpy")
def second_tangent(r: int, k: int, geo: np.ndarray, track: Track, beta: Track, line: Line) -> None:
    """Receiver slope for the radius of beta_0 % of time. P.1812-8, eq. (17).

    A smaller curvature's hull is part of a larger one's, and its tangent vertex lies at or
    before the other's. ``rest`` bounds what can still follow.
    """
    trk = beta.trk
    x_n = geo[r + X_N]
    K = line.K_beta
    if trk[r + S_OWN] > trk[r + S_HULL] or trk[r + S_HULL] < geo[r + S_TR] - K * x_n:
        return
    h_rs = geo[r + H_RS]
    x_0 = track.stack_x[0]
    best = LOWEST
    i = np.int64(k)
    while i >= 0:
        x_v = track.stack_x[i]
        a_v = track.stack_G[i] + line.K * x_v * x_v
        reach = (a_v - h_rs) / (x_n - x_v) + K * x_v
        best = max(best, reach)
        rest = reach + (line.K - K) * (x_v - x_0)
        if rest < best:
            break
        i -= 1
    trk[r + T_HULL] = best - K * x_n


@njit(cache=True, nogil=True, error_model="numpy")
def roughness(r: int, k: int, geo: np.ndarray, track: Track, line: Line) -> None:
    """Terrain roughness from the record to the vertex k of the hull. P.1812-8, eq. (92)-(95)."""
    x_n = geo[r + X_N]
    h_st = min(geo[r + H_ST], _ZERO)  # eq. (92a)
    h_sr = min(geo[r + H_SR], geo[r + A_N])  # eq. (92b)
    m = (h_sr - h_st) / x_n  # eq. (93)
    h_m = LOWEST
    for i in range(k + 1):
        x_v = track.stack_x[i]
        a_v = track.stack_G[i] + line.K * x_v * x_v
        h_m = max(h_m, a_v - (h_st + m * x_v))  # eq. (95)
    geo[r + H_M] = h_m


@njit(cache=True, nogil=True, error_model="numpy")
def clearances(
    first: int,
    count: int,
    column: np.ndarray,
    back: int,
    geo: np.ndarray,
    track: Track,
    K: float,
) -> None:
    """Point of largest nu for receivers in line of sight. P.1812-8, eq. (15).

    ``S_F`` tells the slope of a point of the radial, and is ``LOWEST`` for an own point.

    Only records can be it. Blocks of them, newest first; one is passed over when the least
    that any of its points could reach is no better than what is known.
    """
    trk = track.trk
    record_x = track.record_x
    record_S = track.record_S
    for r in range(np.uint64(count)):
        x_n = geo[r + X_N]
        s_r = geo[r + S_TR] - K * x_n
        if not (trk[r + S_HULL] < s_r and trk[r + S_OWN] < s_r):
            continue
        best = trk[r + F_MIN]
        where = trk[r + X_F]
        S_there = LOWEST
        last = np.int64(column[first + np.int64(r)]) - back
        high = np.int64(track.records[last])
        while high > 0:
            low = max(high - _RECORD_BLOCK, 0)
            gap = s_r - record_S[high - 1]
            if gap * gap * record_x[low] < best * (x_n - record_x[low]):
                for k in range(high - 1, low - 1, -1):
                    gap = s_r - record_S[k]
                    f = gap * gap * record_x[k] / (x_n - record_x[k])
                    if f < best:
                        best = f
                        where = record_x[k]
                        S_there = record_S[k]
            high = low
        trk[r + F_MIN] = best
        trk[r + X_F] = where
        trk[r + S_F] = S_there
