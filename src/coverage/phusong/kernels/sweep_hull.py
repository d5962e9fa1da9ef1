"""Queries of one receiver against one radial: tangent to the hull, least clearance.

The hull of (x, G) is kept on a stack and emptied at every record of S: for a receiver beyond
the horizon no point before the steepest one can be its tangent, and in line of sight none is
asked for. Only points that have ceased to be receivers are on it.
"""

import numpy as np
from numba import njit

from phusong.kernels.sweep_layout import (
    A_N,
    BORROWING,
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


@njit(**BORROWING)
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
    with ``rough`` the terrain roughness. P.1812-8, eq. (17), (82), (89), (92) to (95).

    One function, and no array is bound to a name inside its loop: Numba would count references
    to it there, which costs more than the search.
    """
    trk = track.trk
    trk_beta = beta.trk
    lt_of = track.lt
    G = track.G
    stack_x = track.stack_x
    stack_G = track.stack_G
    K = line.K
    K_beta = line.K_beta
    h_tg = line.h_tg
    top = track.state[0]
    i = track.state[1]
    bottom = track.state[2]
    for r in range(np.uint64(count)):
        S = trk[r + S_HULL]
        x_n = geo[r + X_N]
        S_tr = geo[r + S_TR]
        h_rs = geo[r + H_RS]
        trk[r + T_HULL] = LOWEST
        if two_radii:
            trk_beta[r + T_HULL] = LOWEST
        if rough:
            geo[r + H_M] = LOWEST
        if raw:
            geo[r + HULL_R] = LOWEST
            geo[r + HULL_O] = LOWEST
        if trk[r + S_OWN] > S or S < S_tr - K * x_n:
            continue

        # bring the hull from the record lt up to the last point before the own ones
        last = np.int64(column[first + np.int64(r)]) - back
        lt = np.int64(lt_of[last])
        if bottom != lt:  # a new record empties the stack
            top = np.int64(-1)
            i = lt
            bottom = lt
        while i <= last:
            x_i = x[i]
            G_i = G[i]
            while top >= 1 and (stack_G[top - 1] - G_i) * (x_i - stack_x[top]) >= (
                stack_G[top] - G_i
            ) * (x_i - stack_x[top - 1]):
                top -= 1
            top += 1
            stack_x[top] = x_i
            stack_G[top] = G_i
            i += 1

        # tangent from the receiver: slopes have one maximum along the hull
        k = top
        H = h_rs - K * x_n * x_n
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
        x_0 = stack_x[0]

        # straight ray: obstruction and receiver slope, from the tangent towards the mast.
        # Neither has one maximum along the curved hull, so the walk ends only when bounds that
        # have say that nothing larger can follow: u is above the obstruction and concave, and
        # the curved slope falls from the tangent on.
        if raw and geo[r + S_RAW] > S_tr:
            slope = S_tr - K * (x_0 + stack_x[k])
            level = K * x_0 * stack_x[k] + h_tg
            best_r = LOWEST
            best_o = LOWEST
            u_before = LOWEST
            v = k
            while v >= 0:
                x_v = stack_x[v]
                a_v = stack_G[v] + K * x_v * x_v
                slope_r = (a_v - h_rs) / (x_n - x_v)
                u = stack_G[v] - slope * x_v - level
                best_r = max(best_r, slope_r)
                best_o = max(best_o, a_v - h_tg - S_tr * x_v)
                if u < u_before and u < best_o and slope_r + K * (x_v - x_0) < best_r:
                    break
                u_before = u
                v -= 1
            geo[r + HULL_R] = best_r
            geo[r + HULL_O] = best_o

        # a_beta: a smaller curvature's hull is part of a larger one's, and its tangent vertex
        # lies at or before the other's; ``rest`` bounds what can still follow
        S_beta = trk_beta[r + S_HULL]
        if two_radii and not (trk_beta[r + S_OWN] > S_beta or S_beta < S_tr - K_beta * x_n):
            best = LOWEST
            v = k
            while v >= 0:
                x_v = stack_x[v]
                a_v = stack_G[v] + K * x_v * x_v
                reach = (a_v - h_rs) / (x_n - x_v) + K_beta * x_v
                best = max(best, reach)
                rest = reach + (K - K_beta) * (x_v - x_0)
                if rest < best:
                    break
                v -= 1
            trk_beta[r + T_HULL] = best - K_beta * x_n

        # roughness: between the horizons only vertices of the hull can stand highest
        if rough:
            h_st = min(geo[r + H_ST], _ZERO)  # eq. (92a)
            h_sr = min(geo[r + H_SR], geo[r + A_N])  # eq. (92b)
            m = (h_sr - h_st) / x_n  # eq. (93)
            h_m = LOWEST
            farthest = k
            if trk[r + T_HULL] <= trk[r + T_OWN]:
                farthest = top  # the receiver's horizon is an own point, beyond the hull
            for v in range(farthest + 1):
                x_v = stack_x[v]
                a_v = stack_G[v] + K * x_v * x_v
                h_m = max(h_m, a_v - (h_st + m * x_v))  # eq. (95)
            geo[r + H_M] = h_m
    track.state[0] = top
    track.state[1] = i
    track.state[2] = bottom


@njit(**BORROWING)
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
