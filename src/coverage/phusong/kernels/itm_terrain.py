"""Longley-Rice ITM 1.4: what a terrain profile means to the model (steps 1 to 5).

Metres, MHz, radians. A profile is the heights ``z`` at ``n + 1`` points with the equal step
``xi_m``. Tags: ALG = Hufford, The ITM Algorithm v1.2.2; ERL = ESSA ERL 79-ITS 67;
TN101 = NBS Technical Note 101.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

_SLOTS = 128


class Geometry(NamedTuple):
    """What steps 6 to 12 need to know about a path; terminals are 1 (Tx) and 2 (Rx)."""

    d_m: float
    h_1_m: float
    h_2_m: float
    h_e1_m: float
    h_e2_m: float
    d_l1_m: float
    d_l2_m: float
    theta_1_rad: float
    theta_2_rad: float
    delta_h_m: float


@njit(cache=True, nogil=True, error_model="numpy")
def dim(x: float, y: float) -> float:
    """Positive difference, max(x - y, 0)."""
    return max(x - y, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def mean_height(z: np.ndarray, n: int) -> float:
    """Mean of the inner 80 % of a profile, h_sys (step 1)."""
    p_10 = int(0.1 * n)
    total = 0.0
    for i in range(p_10, n - p_10 + 1):
        total += z[i]
    return total / (n - 2 * p_10 + 1)


@njit(cache=True, nogil=True, error_model="numpy")
def surface_refractivity(N_0: float, h_sys_m: float) -> float:
    """Refractivity at the surface, N_s (step 1)."""
    return N_0 if h_sys_m == 0.0 else N_0 * math.exp(-h_sys_m / 9460.0)  # TN101 (4.3)


@njit(cache=True, nogil=True, error_model="numpy")
def effective_earth_curvature(N_s: float) -> float:
    """Curvature of the effective Earth, gamma in 1/m (step 1)."""
    return 157e-9 * (1.0 - 0.04665 * math.exp(N_s / 179.3))  # TN101 (4.4)


@njit(cache=True, nogil=True, error_model="numpy")
def ground_impedance(epsilon: float, sigma_s_per_m: float, f_mhz: float, pol: int) -> complex:
    """Transfer impedance of the ground, Z; polarisation 0 horizontal, 1 vertical (step 1)."""
    epsilon_r: complex = complex(epsilon, 18000.0 * sigma_s_per_m / f_mhz)
    Z: complex = np.sqrt(epsilon_r - 1.0)
    return Z / epsilon_r if pol == 1 else Z


@njit(cache=True, nogil=True, error_model="numpy")
def horizons(
    z: np.ndarray, n: int, xi_m: float, h_1_m: float, h_2_m: float, a_m: float
) -> tuple[float, float, float, float]:
    """Horizon distances and elevation angles, TN101 (6.15) (step 2)."""
    d_m = n * xi_m
    z_1 = z[0] + h_1_m
    z_2 = z[n] + h_2_m
    theta_1 = (z_2 - z_1) / d_m - d_m / (2.0 * a_m)
    theta_2 = (z_1 - z_2) / d_m - d_m / (2.0 * a_m)
    d_L1 = d_m
    d_L2 = d_m
    for i in range(1, n):
        x = i * xi_m
        rest = d_m - x
        theta = (z[i] - z_1) / x - x / (2.0 * a_m)
        if theta > theta_1:
            theta_1 = theta
            d_L1 = x
        theta = (z[i] - z_2) / rest - rest / (2.0 * a_m)
        if theta > theta_2:
            theta_2 = theta
            d_L2 = rest
    return d_L1, d_L2, theta_1, theta_2


@njit(cache=True, nogil=True, error_model="numpy")
def straight_fit(
    z: np.ndarray, n: int, xi_m: float, start_m: float, end_m: float
) -> tuple[float, float]:
    """Least-squares line over part of a profile, as its heights at both ends (step 4)."""
    i = int(dim(start_m / xi_m, 0.0))
    j = n - int(dim(n, end_m / xi_m))
    if j <= i:
        i = int(dim(i, 1.0))
        j = n - int(dim(n, j + 1.0))
    L = j - i
    c = -0.5 * L
    S = 0.5 * (z[i] + z[j])
    M = 0.5 * (z[i] - z[j]) * c
    for k in range(i + 1, j):
        S += z[k]
        M += z[k] * (k - i + c)
    S /= L
    M *= 12.0 / ((L * L + 2.0) * L)
    return S - M * (j + c), S + M * (n - j - c)


@njit(cache=True, nogil=True, error_model="numpy")
def order_statistics(y: np.ndarray, lower: int, upper: int) -> tuple[float, float]:
    """Values of two ranks from 0 in ascending order.

    Values are counted in slots of equal width; only the slot of a rank is sorted. On a few
    hundred values this is twice as fast as selection, whose branches no processor foresees.
    """
    low = y[0]
    high = y[0]
    for k in range(1, y.size):
        low = min(low, y[k])
        high = max(high, y[k])
    if not high > low:
        return float(low), float(high)
    count = np.zeros(_SLOTS, np.int64)
    slot = np.empty(y.size, np.uint8)
    per_slot = (_SLOTS - 1e-6) / (high - low)
    for k in range(y.size):
        slot[k] = np.uint8((y[k] - low) * per_slot)
        count[slot[k]] += 1
    return _in_slot(y, slot, count, lower), _in_slot(y, slot, count, upper)


@njit(cache=True, nogil=True, error_model="numpy")
def _in_slot(y: np.ndarray, slot: np.ndarray, count: np.ndarray, rank: int) -> float:
    """Value of a rank, from the slot that holds it (insertion sort of its few values)."""
    wanted = 0
    before = 0
    while before + count[wanted] <= rank:
        before += count[wanted]
        wanted += 1
    inside = np.empty(count[wanted])
    n = 0
    for k in range(y.size):
        if slot[k] == wanted:
            value = y[k]
            at = n
            while at > 0 and inside[at - 1] > value:
                inside[at] = inside[at - 1]
                at -= 1
            inside[at] = value
            n += 1
    return float(inside[rank - before])


@njit(cache=True, nogil=True, error_model="numpy")
def terrain_irregularity(z: np.ndarray, n: int, xi_m: float, x_s_m: float, x_e_m: float) -> float:
    """Interdecile range of the heights about their fit, delta h (step 3)."""
    A = x_s_m / xi_m
    B = x_e_m / xi_m
    if B - A < 2.0:
        return 0.0
    p = min(max(int(0.1 * (B - A + 8.0)), 4), 25)
    m = 10 * p - 5
    s = (B - A) / (m - 1)
    y = np.empty(m, dtype=np.float64)
    i = int(A)
    t = A - (i + 1)
    for k in range(m):
        while t > 0.0 and i + 1 < n:
            t -= 1.0
            i += 1
        y[k] = z[i + 1] + (z[i + 1] - z[i]) * t
        t += s
    fit_0, fit_n = straight_fit(y, m - 1, 1.0, 0.0, m - 1.0)
    for k in range(m):
        y[k] -= fit_0 + (fit_n - fit_0) * k / (m - 1)
    lowest, highest = order_statistics(y, p - 1, m - p)
    return (highest - lowest) / (1.0 - 0.8 * math.exp(-(x_e_m - x_s_m) / 50e3))  # ERL (3), inverted


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_horizon(h_e_m: float, a_m: float, delta_h_m: float) -> float:
    """Horizon distance over irregular terrain without a known horizon, ALG (3.3)."""
    return math.sqrt(2.0 * h_e_m * a_m) * math.exp(-0.07 * math.sqrt(delta_h_m / max(h_e_m, 5.0)))


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_horizon_angle(h_e_m: float, d_L_m: float, a_m: float, delta_h_m: float) -> float:
    """Horizon elevation angle that belongs to :func:`smooth_horizon`, ALG (3.4)."""
    d_s_m = math.sqrt(2.0 * h_e_m * a_m)
    return (0.65 * delta_h_m * (d_s_m / d_L_m - 1.0) - 2.0 * h_e_m) / d_s_m


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_geometry(
    d_m: float, h_1_m: float, h_2_m: float, h_e1: float, h_e2: float, a_m: float, delta_h: float
) -> Geometry:
    """Geometry of a path that its horizons do not cut short (step 5, first branch)."""
    d_L1 = smooth_horizon(h_e1, a_m, delta_h)
    d_L2 = smooth_horizon(h_e2, a_m, delta_h)
    if d_L1 + d_L2 <= d_m:
        q = (d_m / (d_L1 + d_L2)) ** 2
        h_e1 *= q
        h_e2 *= q
        d_L1 = smooth_horizon(h_e1, a_m, delta_h)
        d_L2 = smooth_horizon(h_e2, a_m, delta_h)
    theta_1 = smooth_horizon_angle(h_e1, d_L1, a_m, delta_h)
    theta_2 = smooth_horizon_angle(h_e2, d_L2, a_m, delta_h)
    return Geometry(d_m, h_1_m, h_2_m, h_e1, h_e2, d_L1, d_L2, theta_1, theta_2, delta_h)


@njit(cache=True, nogil=True, error_model="numpy")
def geometry_within_horizons(
    z: np.ndarray,
    n: int,
    xi_m: float,
    h_1_m: float,
    h_2_m: float,
    a_m: float,
    seen: tuple[float, float, float, float],
) -> Geometry:
    """Irregularity and effective heights of a profile whose horizons are known (steps 3, 5)."""
    d_L1, d_L2, theta_1, theta_2 = seen
    d_m = n * xi_m
    x_s = min(15.0 * h_1_m, 0.1 * d_L1)
    x_e = d_m - min(15.0 * h_2_m, 0.1 * d_L2)
    delta_h = terrain_irregularity(z, n, xi_m, x_s, x_e)
    if d_L1 + d_L2 > 1.5 * d_m:
        fit_0, fit_n = straight_fit(z, n, xi_m, x_s, x_e)
        h_e1 = h_1_m + dim(z[0], fit_0)
        h_e2 = h_2_m + dim(z[n], fit_n)
        return smooth_geometry(d_m, h_1_m, h_2_m, h_e1, h_e2, a_m, delta_h)
    fit_0, _ = straight_fit(z, n, xi_m, x_s, 0.9 * d_L1)
    _, fit_n = straight_fit(z, n, xi_m, d_m - 0.9 * d_L2, x_e)
    h_e1 = h_1_m + dim(z[0], fit_0)
    h_e2 = h_2_m + dim(z[n], fit_n)
    return Geometry(d_m, h_1_m, h_2_m, h_e1, h_e2, d_L1, d_L2, theta_1, theta_2, delta_h)


@njit(cache=True, nogil=True, error_model="numpy")
def profile_geometry(
    z: np.ndarray, n: int, xi_m: float, h_1_m: float, h_2_m: float, a_m: float
) -> Geometry:
    """Horizons, irregularity and effective heights of a profile (steps 2, 3 and 5)."""
    seen = horizons(z, n, xi_m, h_1_m, h_2_m, a_m)
    return geometry_within_horizons(z, n, xi_m, h_1_m, h_2_m, a_m, seen)


@njit(cache=True, nogil=True, error_model="numpy")
def sited_height(h_m: float, siting: int, delta_h_m: float) -> float:
    """Effective height by siting 0 random, 1 careful, 2 very careful, ALG (3.2)."""
    if siting == 0:
        return h_m
    B = 4.0 if siting == 1 else 9.0
    if h_m < 5.0:
        B *= math.sin(0.1 * math.pi * h_m)
    return h_m + (1.0 + B) * math.exp(-min(20.0, 2.0 * h_m / max(1e-3, delta_h_m)))


@njit(cache=True, nogil=True, error_model="numpy")
def area_geometry(
    d_m: float,
    h_1_m: float,
    h_2_m: float,
    delta_h_m: float,
    siting_1: int,
    siting_2: int,
    a_m: float,
) -> Geometry:
    """Geometry without a profile, from the irregularity and the siting (area mode)."""
    h_e1 = sited_height(h_1_m, siting_1, delta_h_m)
    h_e2 = sited_height(h_2_m, siting_2, delta_h_m)
    d_L1 = smooth_horizon(h_e1, a_m, delta_h_m)
    d_L2 = smooth_horizon(h_e2, a_m, delta_h_m)
    theta_1 = smooth_horizon_angle(h_e1, d_L1, a_m, delta_h_m)
    theta_2 = smooth_horizon_angle(h_e2, d_L2, a_m, delta_h_m)
    return Geometry(d_m, h_1_m, h_2_m, h_e1, h_e2, d_L1, d_L2, theta_1, theta_2, delta_h_m)
