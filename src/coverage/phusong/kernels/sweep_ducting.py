"""Ducting and time percentages over a map: P.1812-8, sections 4.2, 4.5 and 4.6.

At p = 50 % ducting decides in very few cells. A lower bound of its loss, cheap over a block,
finds them, and they alone are computed, in float64. Below 50 % every cell needs it: one pass
in float32 without branches. What depends on the path length alone comes from a table.
"""

import math

import numpy as np
from numba import njit

from phusong.kernels.exact_disc import DiscTask
from phusong.kernels.p1812_anomalous import ducting_loss, ducting_statistics, time_variability
from phusong.kernels.p1812_climate import climate, multipath_correction
from phusong.kernels.p1812_combine import Clear, combine, time_interpolation
from phusong.kernels.p1812_profile import DuctingHeights, Horizons
from phusong.kernels.sweep_formula import (
    B_CUBE_ROOT,
    B_DUCT,
    B_FREE,
    B_ROOT,
    B_SCATTER,
)
from phusong.kernels.sweep_layout import (
    A_N,
    BORROWING,
    D_KM,
    D_LR,
    D_LT,
    DUCT_0,
    DUCT_1,
    F_I,
    FADE,
    FIELD,
    FREE,
    H_M,
    H_RS,
    H_SR,
    H_ST,
    HORIZON_R,
    HORIZON_T,
    L_B,
    L_BD,
    L_D_BETA,
    LOG_BETA_0,
    LOWEST,
    OWN_1,
    S_F,
    S_HULL,
    S_OWN,
    S_TR,
    SCATTER,
    THETA,
    THETA_R,
    THETA_T,
    X_N,
    Line,
    Track,
)
from phusong.kernels.sweep_math import exp2_f32, log2_f32

F32 = np.float32
_ZERO = F32(0.0)
_ONE = F32(1.0)
_TENTH = F32(0.1)
_FORTY = F32(40.0)
_LOG10_OF_2 = math.log10(2.0)
_LOG2_OF_E = math.log2(math.e)
_TO_LOG10 = F32(_LOG10_OF_2)
_TO_LOG2 = F32(1.0 / _LOG10_OF_2)
_DB20 = F32(20.0 * _LOG10_OF_2)
_DB5 = F32(5.0 * _LOG10_OF_2)
_PER_DB5 = F32(0.2 / _LOG10_OF_2)
_MIX = F32(2.5 / _LOG2_OF_E)
_PER_MIX = F32(_LOG2_OF_E / 2.5)
_FADE = F32(-0.1 * _LOG2_OF_E)
_ROUGH = F32(-4.6e-5 * _LOG2_OF_E)
_DECAY = F32(-1e-6 * _LOG2_OF_E)
_NEAR_HORIZON = F32(16.0 * _LOG2_OF_E)
_FAR = F32(0.15 * _LOG2_OF_E)
_LOG10_OF_50 = F32(math.log10(50.0))

TABLE_STEP_KM = 0.05
_PER_STEP = F32(1.0 / TABLE_STEP_KM)

# rows of the table over the path length: least A(p) from there on, log10 of beta_0, alpha of
# eq. (55a), F_i of eq. (40), the power of the length in eq. (53a)
T_LEAST, T_BETA, T_ALPHA, T_SHARE, T_POWER = range(5)
TABLE_WIDTH = 5

_SLACK_DB = F32(0.05)
"""Taken off the lower bound, for what lies between rows of the table and for float32."""


@njit(cache=True, nogil=True, error_model="numpy")
def path_length_table(longest_km: float, phi: float, delta_n: float, p: float) -> np.ndarray:
    """Everything that depends on the length of an inland path alone, at equal steps."""
    size = int(longest_km / TABLE_STEP_KM) + 3
    table = np.empty((TABLE_WIDTH, size), np.float32)
    least = math.inf
    for k in range(size - 1, -1, -1):
        D = k * TABLE_STEP_KM
        sky = climate(0.0, D, D, phi, delta_n)
        _, A_p = time_variability(D, p, sky.beta_0)
        least = min(least, A_p)
        table[T_LEAST, k] = F32(least)
        table[T_BETA, k] = F32(math.log10(sky.beta_0))
        table[T_ALPHA, k] = F32(max(-0.6 - 3.5e-9 * D**3.1 * sky.tau, -3.4))  # eq. (55a)
        table[T_SHARE, k] = F32(time_interpolation(p, sky.beta_0))
        table[T_POWER, k] = F32(D**1.13)
    return table


@njit(**BORROWING)
def ducting_bounds(geo: np.ndarray, count: int, table: np.ndarray, a_e: float) -> None:
    """Parts of a lower bound of L_ba. P.1812-8, eq. (46) to (56).

    Without roughness and antenna heights A(p) is least, and without its logarithm A_s. What
    comes from the table is fetched first: a loop that does so does not vectorise.
    """
    gamma = F32(5e-5) * a_e
    least = table[T_LEAST]
    for r in range(np.uint64(count)):
        geo[r + DUCT_0] = least[np.uint64(np.int32(geo[r + D_KM] * _PER_STEP))]
    for r in range(np.uint64(count)):
        d_lt = geo[r + D_LT]
        d_lr = geo[r + D_LR]
        bend_t = _TENTH * d_lt
        bend_r = _TENTH * d_lr
        theta_t = geo[r + THETA_T]
        theta_r = geo[r + THETA_R]
        theta = geo[r + THETA] - max(theta_t - bend_t, _ZERO) - max(theta_r - bend_r, _ZERO)
        shield = max(theta_t - bend_t, _ZERO) + max(theta_r - bend_r, _ZERO)
        geo[r + DUCT_0] = _DB20 * log2_f32(d_lt + d_lr) + geo[r + DUCT_0] - _SLACK_DB
        geo[r + DUCT_1] = gamma * theta + F32(0.264) * shield


@njit(inline="always")
def _shielding_logarithm(theta: float, d_l: float, b_root: float) -> float:
    """Logarithmic part of the site shielding of one end. P.1812-8, eq. (48)."""
    q = max(theta - _TENTH * d_l, _ZERO)
    return _DB20 * log2_f32(_ONE + F32(0.361) * q * b_root * math.sqrt(d_l))


@njit(**BORROWING)
def duct_where_needed(
    geo: np.ndarray,
    res: np.ndarray,
    first: int,
    count: int,
    column: np.ndarray,
    back: int,
    x: np.ndarray,
    terrain: Track,
    pitch: float,
    f: float,
    band: np.ndarray,
    task: DiscTask,
) -> None:
    """Put ducting into the loss at p = 50 % where its lower bound is not above L_bd.

    The bound is first tried without the logarithms of the site shielding, then with them.
    """
    b_duct = band[B_DUCT]
    b_cube_root = band[B_CUBE_ROOT]
    b_root = band[B_ROOT]
    for r in range(np.uint64(count)):
        bound = geo[r + DUCT_0] + b_cube_root * geo[r + DUCT_1] + b_duct
        if bound > res[r + L_BD]:
            continue
        bound += _shielding_logarithm(geo[r + THETA_T], geo[r + D_LT], b_root)
        bound += _shielding_logarithm(geo[r + THETA_R], geo[r + D_LR], b_root)
        if bound <= res[r + L_BD]:
            last = np.int64(column[first + np.int64(r)]) - back
            h_m = roughness_by_scan(r, last, geo, x, terrain, pitch)
            res[r + L_B] = F32(_loss_with_ducting(r, h_m, geo, res, f, band, task))


@njit(**BORROWING)
def roughness_by_scan(
    r: int, last: int, geo: np.ndarray, x: np.ndarray, terrain: Track, pitch: float
) -> float:
    """Terrain roughness of one receiver from all points between its horizons. Eq. (95).

    ``last`` is the radial's last point before the own ones.
    """
    x_n = geo[r + X_N]
    h_st = min(geo[r + H_ST], _ZERO)  # eq. (92a)
    m = (min(geo[r + H_SR], geo[r + A_N]) - h_st) / x_n  # eq. (92b), (93)
    x_lt = geo[r + HORIZON_T]
    x_lr = geo[r + HORIZON_R]
    h_m = LOWEST
    for i in range(max(1, np.int64(x_lt)), last + 1):  # point i lies at most half a step beyond i
        if x_lt <= x[i] <= x_lr:
            h_m = max(h_m, terrain.height[i] - (h_st + m * x[i]))
    for k in range(4):
        x_k = x_n - F32(k + 1) * pitch
        if x_lt <= x_k <= x_lr:
            own = terrain.trk[r + OWN_1 + np.uint64(k) * FIELD]
            h_m = max(h_m, own - (h_st + m * x_k))
    return h_m


@njit(**BORROWING)
def _loss_with_ducting(
    r: int,
    h_m: float,
    geo: np.ndarray,
    res: np.ndarray,
    f: float,
    band: np.ndarray,
    task: DiscTask,
) -> float:
    """Loss of one receiver at p = 50 %, float64 from here on. P.1812-8, sections 4.5, 4.6."""
    D = np.float64(geo[r + D_KM])
    theta = np.float64(geo[r + THETA])
    d_lt = np.float64(geo[r + D_LT])
    d_lr = np.float64(geo[r + D_LR])
    theta_t = np.float64(geo[r + THETA_T])
    theta_r = np.float64(geo[r + THETA_R])
    seen = Horizons(math.nan, math.nan, math.nan, theta_t, theta_r, theta, d_lt, d_lr)
    h_st = min(np.float64(geo[r + H_ST]), 0.0)
    h_sr = min(np.float64(geo[r + H_SR]), np.float64(geo[r + A_N]))
    h_te = task.h_tg - h_st  # eq. (94a)
    h_re = np.float64(geo[r + H_RS]) - h_sr  # eq. (94b)
    heights = DuctingHeights(h_st, h_sr, (h_sr - h_st) / D, h_te, h_re, np.float64(h_m))
    sky = climate(0.0, D, D, task.phi, task.delta_n)
    duct = ducting_loss(
        f, seen, sky.a_e, ducting_statistics(seen, heights, sky, D, task.p, 0.0, 0.0)
    )
    L_bfs = np.float64(geo[r + FREE]) + np.float64(band[B_FREE])
    L_d50 = np.float64(res[r + L_BD]) - L_bfs
    L_bs = np.float64(geo[r + SCATTER]) + np.float64(band[B_SCATTER])
    L_b0beta = L_bfs + multipath_correction(d_lt, d_lr, sky.beta_0)
    clear = Clear(L_bfs, L_bfs, L_b0beta, L_bs)
    total = combine(D, theta, 0.0, sky.beta_0, task.p, clear, L_d50, L_d50, duct.L_ba)
    return max(L_bfs, total.L_bc)


@njit(**BORROWING)
def own_roughness(
    geo: np.ndarray,
    trk: np.ndarray,
    count: int,
    line: Line,
) -> None:
    """Add own points, and the one point of a receiver in line of sight, to h_m. Eq. (95)."""
    for r in range(np.uint64(count)):
        x_n = geo[r + X_N]
        h_st = min(geo[r + H_ST], _ZERO)  # eq. (92a)
        m = (min(geo[r + H_SR], geo[r + A_N]) - h_st) / x_n  # eq. (92b), (93)
        x_lt = geo[r + HORIZON_T]
        x_lr = geo[r + HORIZON_R]
        h_m = geo[r + H_M]
        sight = max(trk[r + S_HULL], trk[r + S_OWN]) < geo[r + S_TR] - line.K * x_n
        if sight and trk[r + S_F] > LOWEST:
            a = line.h_tg + x_lt * (trk[r + S_F] + line.K * x_lt)  # the height that has this slope
            h_m = a - (h_st + m * x_lt)
        for k in range(4):
            x_k = x_n - F32(k + 1) * line.pitch
            rise = trk[r + OWN_1 + np.uint64(k) * FIELD] - (h_st + m * x_k)
            h_m = max(h_m, rise) if x_lt <= x_k <= x_lr else h_m
        geo[r + H_M] = h_m


@njit(**BORROWING)
def _interpolate(geo: np.ndarray, field: np.uint64, count: int, row: np.ndarray) -> None:
    """One row of the table at the path length of each receiver."""
    for r in range(np.uint64(count)):
        at = geo[r + D_KM] * _PER_STEP
        k = np.uint64(np.int32(at))
        geo[r + field] = row[k] + (at - F32(np.int32(at))) * (row[k + np.uint64(1)] - row[k])


@njit(**BORROWING)
def ducting_parts(geo: np.ndarray, count: int, table: np.ndarray, line: Line, p: float) -> None:
    """What of L_ba no frequency changes. P.1812-8, eq. (9), (40), (50) to (56).

    ``DUCT_0`` and ``DUCT_1`` as in :func:`ducting_bounds`, now without leaving anything out; before
    that they hold alpha of eq. (55a) and the power of eq. (53a).
    """
    log_p = F32(math.log10(p))
    gamma = F32(5e-5) * line.a_e
    _interpolate(geo, LOG_BETA_0, count, table[T_BETA])
    _interpolate(geo, F_I, count, table[T_SHARE])
    _interpolate(geo, DUCT_0, count, table[T_ALPHA])
    _interpolate(geo, DUCT_1, count, table[T_POWER])
    for r in range(np.uint64(count)):
        D = geo[r + D_KM]
        log_beta_0 = geo[r + LOG_BETA_0]
        alpha = geo[r + DUCT_0]
        d_lt = geo[r + D_LT]
        d_lr = geo[r + D_LR]
        h_te = line.h_tg - min(geo[r + H_ST], _ZERO)  # eq. (92a), (94a)
        h_re = geo[r + H_RS] - min(geo[r + H_SR], geo[r + A_N])  # eq. (92b), (94b)
        roots = math.sqrt(h_te) + math.sqrt(h_re)
        log_mu_2 = alpha * log2_f32(F32(500.0) * D * D / (line.a_e * roots * roots))  # eq. (55)
        d_I = min(D - d_lt - d_lr, _FORTY)  # eq. (56a)
        above = max(geo[r + H_M] - F32(10.0), _ZERO)
        log_mu_3 = _ROUGH * above * (F32(43.0) + F32(6.0) * d_I)  # eq. (56)
        log_beta = log_beta_0 + _TO_LOG10 * (min(log_mu_2, _ZERO) + log_mu_3)  # eq. (54)
        decay = F32(9.51) - F32(4.8) * log_beta + F32(0.198) * log_beta * log_beta
        log_gamma = (
            F32(-1.012) * log2_f32(F32(2.0058) - log_beta) + _DECAY * decay * geo[r + DUCT_1]
        )
        Gamma = F32(1.076) * exp2_f32(log_gamma)  # eq. (53a)
        log_share = log_p - log_beta
        A_p = F32(-12.0) + (F32(1.2) + F32(3.7e-3) * D) * log_share
        A_p += F32(12.0) * exp2_f32(Gamma * log_share * _TO_LOG2)  # eq. (53)
        shield = max(geo[r + THETA_T] - _TENTH * d_lt, _ZERO)
        shield += max(geo[r + THETA_R] - _TENTH * d_lr, _ZERO)
        geo[r + DUCT_0] = A_p + _DB20 * log2_f32(d_lt + d_lr)
        geo[r + DUCT_1] = gamma * (geo[r + THETA] - shield) + F32(0.264) * shield
        geo[r + FADE] = F32(2.6) * (_ONE - exp2_f32(_FADE * (d_lt + d_lr)))  # eq. (9)


@njit(**BORROWING)
def loss_for_time(geo: np.ndarray, res: np.ndarray, count: int, band: np.ndarray, p: float) -> None:
    """Loss not exceeded for p < 50 % of the time. P.1812-8, eq. (40) to (63), (69).

    Takes the diffraction losses for a_e and a_beta from ``L_BD`` and ``L_D_BETA``.
    """
    log_p = F32(math.log10(p))
    for r in range(np.uint64(count)):
        D = geo[r + D_KM]
        theta = geo[r + THETA]
        F_i = geo[r + F_I]
        log_beta_0 = geo[r + LOG_BETA_0]
        L_d50 = res[r + L_BD]
        L_bfs = geo[r + FREE] + band[B_FREE]
        L_bs = geo[r + SCATTER] + band[B_SCATTER]
        L_b0p = L_bfs + geo[r + FADE] * (log_p - _LOG10_OF_50)  # eq. (10)
        L_b0beta = L_bfs + geo[r + FADE] * (log_beta_0 - _LOG10_OF_50)  # eq. (11)
        L_dp = L_d50 + F_i * (res[r + L_D_BETA] - L_d50)  # eq. (41)
        L_bd = L_b0p + L_dp  # eq. (43)
        L_bd50 = L_bfs + L_d50  # eq. (42)
        L_ba = geo[r + DUCT_0] + band[B_DUCT] + band[B_CUBE_ROOT] * geo[r + DUCT_1]
        L_ba += _shielding_logarithm(geo[r + THETA_T], geo[r + D_LT], band[B_ROOT])
        L_ba += _shielding_logarithm(geo[r + THETA_R], geo[r + D_LR], band[B_ROOT])
        gap = abs(L_ba - L_b0p)
        L_ma = max(L_ba, L_b0p) + _MIX * log2_f32(_ONE + exp2_f32(-gap * _PER_MIX))  # eq. (60)
        F_j = _ONE / (_ONE + exp2_f32((theta - F32(0.3)) * _NEAR_HORIZON))  # eq. (57)
        F_k = _ONE / (_ONE + exp2_f32((D - F32(20.0)) * _FAR))  # eq. (58)
        at_beta = L_bd50 + (L_b0beta + L_dp - L_bd50) * F_i
        L_m0 = L_bd if log_p < log_beta_0 else at_beta  # eq. (59), inland
        ducted = L_ma + (L_bd - L_ma) * F_k
        L_bda = L_bd if L_ma > L_bd else ducted  # eq. (61)
        L_bam = L_bda + (L_m0 - L_bda) * F_j  # eq. (62)
        gap = abs(L_bs - L_bam)
        L_bc = min(L_bs, L_bam) - _DB5 * log2_f32(_ONE + exp2_f32(-gap * _PER_DB5))  # eq. (63)
        res[r + L_BD] = L_bd
        res[r + L_B] = max(L_b0p, L_bc)  # eq. (69)
