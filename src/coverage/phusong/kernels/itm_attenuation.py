"""Longley-Rice ITM 1.4: reference attenuation below free space (steps 6 to 11).

Metres, MHz, radians, dB. Tags: ALG = Hufford, The ITM Algorithm v1.2.2; ERL = ESSA ERL
79-ITS 67; TN101 = NBS Technical Note 101.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phusong.kernels.itm_terrain import Geometry, dim

MODE_LINE_OF_SIGHT = 1
MODE_DIFFRACTION = 2
MODE_TROPOSCATTER = 3

_A_CURVE = (25.0, 80.0, 177.0, 395.0, 705.0)
_B_CURVE = (24.0, 45.0, 68.0, 80.0, 105.0)


class Lines(NamedTuple):
    """Distances, angle and the straight line of the diffraction region (step 6)."""

    d_s1_m: float
    d_s2_m: float
    d_s_m: float
    d_ml_m: float
    theta_los_rad: float
    X_m: float
    M_d: float
    A_d0_db: float


@njit(cache=True, nogil=True, error_model="numpy")
def irregularity_at(delta_h_m: float, D_m: float) -> float:
    """Irregularity over a distance, delta h (D), ERL (3)."""
    return delta_h_m * (1.0 - 0.8 * math.exp(-D_m / 50e3))


@njit(cache=True, nogil=True, error_model="numpy")
def roughness(y_m: float) -> float:
    """Standard deviation of heights within the first Fresnel zone, sigma_h, ERL (3.6a)."""
    return 0.78 * y_m * math.exp(-0.5 * y_m**0.25)


@njit(cache=True, nogil=True, error_model="numpy")
def knife_edge(v: float) -> float:
    """Knife-edge loss by the square of nu, F, ERL (3.27)."""
    if v < 5.76:
        return 6.02 + 9.11 * math.sqrt(v) - 1.27 * v
    return 12.953 + 10.0 * math.log10(v)


@njit(cache=True, nogil=True, error_model="numpy")
def height_function(x: float, K: float) -> float:
    """Height gain over a smooth sphere, H(x, K), TN101 (8.4) as in ALG (6.4 to 6.6)."""
    if x < 200.0:
        w = -math.log(K)
        if K < 1e-5 or x * w**3 > 5495.0:
            return -117.0 + (17.372 * math.log(x) if x > 1.0 else 0.0)
        return 2.5e-5 * x * x / K - 8.686 * w - 15.0
    y = 0.05751 * x - 4.343 * math.log(x)
    if x < 2000.0:
        u = 0.0134 * x * math.exp(-0.005 * x)
        y = (1.0 - u) * y + u * (17.372 * math.log(x) - 117.0)
    return y


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_earth(
    D_m: float, g: Geometry, d_ml_m: float, angle_rad: float, f_mhz: float, Z_abs: float
) -> float:
    """Vogler's three-radii diffraction over rounded Earth, A_r (step 7)."""
    a_0 = (D_m - d_ml_m) / angle_rad
    a_1 = g.d_l1_m**2 / (2.0 * g.h_e1_m)
    a_2 = g.d_l2_m**2 / (2.0 * g.h_e2_m)
    C_0 = (4.0 / 3.0 * 6370e3 / a_0) ** (1.0 / 3.0)
    C_1 = (4.0 / 3.0 * 6370e3 / a_1) ** (1.0 / 3.0)
    C_2 = (4.0 / 3.0 * 6370e3 / a_2) ** (1.0 / 3.0)
    f_third = f_mhz ** (1.0 / 3.0)
    K_0 = 0.017778 * C_0 / f_third / Z_abs
    K_1 = 0.017778 * C_1 / f_third / Z_abs
    K_2 = 0.017778 * C_2 / f_third / Z_abs
    x_1 = (1.607 - K_1) * C_1**2 * f_third * g.d_l1_m / 1000.0
    x_2 = (1.607 - K_2) * C_2**2 * f_third * g.d_l2_m / 1000.0
    x_0 = (1.607 - K_0) * C_0**2 * f_third * (a_0 * angle_rad) / 1000.0 + x_1 + x_2
    G: float = 0.05751 * x_0 - 10.0 * math.log10(x_0)
    return G - height_function(x_1, K_1) - height_function(x_2, K_2) - 20.0  # ALG (4.20)


@njit(cache=True, nogil=True, error_model="numpy")
def diffraction(
    D_m: float,
    g: Geometry,
    d_ml_m: float,
    d_s_m: float,
    theta_los_rad: float,
    a_m: float,
    f_mhz: float,
    Z_abs: float,
    q_extra_m2: float,
) -> float:
    """Diffraction attenuation at a distance beyond the horizons, A_dif (step 7)."""
    angle = D_m / a_m - theta_los_rad  # ALG (4.12)
    k = f_mhz / 47.7
    beyond = D_m - d_ml_m
    v_1 = 0.0795775 * k * angle**2 * g.d_l1_m * beyond / (beyond + g.d_l1_m)  # TN101 (I.7)
    v_2 = 0.0795775 * k * angle**2 * g.d_l2_m * beyond / (beyond + g.d_l2_m)
    A_k = knife_edge(v_1) + knife_edge(v_2)
    A_r = smooth_earth(D_m, g, d_ml_m, angle, f_mhz, Z_abs)
    sigma_h = roughness(irregularity_at(g.delta_h_m, d_s_m))
    A_fo = min(15.0, 5.0 * math.log10(1.0 + 1e-5 * g.h_1_m * g.h_2_m * f_mhz * sigma_h))  # (3.38c)
    q = g.h_1_m * g.h_2_m
    q_k = g.h_e1_m * g.h_e2_m - q
    q += q_extra_m2
    term = math.sqrt(1.0 + q_k / q) + (d_ml_m - theta_los_rad * a_m) / D_m
    w = 25.1 / (25.1 + math.sqrt(term * min(irregularity_at(g.delta_h_m, D_m) * k, 6283.2)))
    return w * A_r + (1.0 - w) * A_k + A_fo  # ERL (3.23)


@njit(cache=True, nogil=True, error_model="numpy")
def diffraction_line(
    g: Geometry, a_m: float, f_mhz: float, Z_abs: float, q_extra_m2: float
) -> Lines:
    """Horizon distances and the line through two diffraction values (step 6)."""
    d_s1 = math.sqrt(2.0 * g.h_e1_m * a_m)
    d_s2 = math.sqrt(2.0 * g.h_e2_m * a_m)
    d_s = d_s1 + d_s2
    d_ML = g.d_l1_m + g.d_l2_m
    theta_los = -max(g.theta_1_rad + g.theta_2_rad, -d_ML / a_m)
    X = (a_m**2 / f_mhz) ** (1.0 / 3.0)
    d_3 = max(d_s, d_ML + 5.0 * X)
    d_4 = d_3 + 10.0 * X
    A_3 = diffraction(d_3, g, d_ML, d_s, theta_los, a_m, f_mhz, Z_abs, q_extra_m2)
    A_4 = diffraction(d_4, g, d_ML, d_s, theta_los, a_m, f_mhz, Z_abs, q_extra_m2)
    M_d = (A_4 - A_3) / (d_4 - d_3)
    return Lines(d_s1, d_s2, d_s, d_ML, theta_los, X, M_d, A_3 - M_d * d_3)


@njit(cache=True, nogil=True, error_model="numpy")
def line_of_sight(D_m: float, g: Geometry, lines: Lines, f_mhz: float, Z: complex) -> float:
    """Two-ray attenuation blended with extended diffraction, A_los (step 8)."""
    k = f_mhz / 47.7
    sigma_h = roughness(irregularity_at(g.delta_h_m, D_m))
    sum_h = g.h_e1_m + g.h_e2_m
    s = sum_h / math.sqrt(D_m**2 + sum_h**2)  # ALG (4.46)
    R = (s - Z) / (s + Z) * math.exp(-min(10.0, k * sigma_h * s))  # ALG (4.47)
    q = R.real**2 + R.imag**2
    if q < 0.25 or q < s:
        R = R * math.sqrt(s / q)  # ALG (4.48)
    phi = 2.0 * k * g.h_e1_m * g.h_e2_m / D_m  # ALG (4.49)
    if phi > math.pi / 2.0:
        phi = math.pi - (math.pi / 2.0) ** 2 / phi  # ALG (4.50)
    ray = complex(math.cos(phi), -math.sin(phi)) + R
    A_t = -10.0 * math.log10(ray.real**2 + ray.imag**2)
    w = 1.0 / (1.0 + f_mhz * g.delta_h_m / max(10e3, lines.d_s_m))  # ALG (4.43)
    return w * A_t + (1.0 - w) * (lines.M_d * D_m + lines.A_d0_db)


@njit(cache=True, nogil=True, error_model="numpy")
def within_smooth_horizon(g: Geometry, lines: Lines, f_mhz: float, Z: complex) -> float:
    """Reference attenuation of a path shorter than d_s, A_ref (step 9)."""
    d_s, M_d, A_d0 = lines.d_s_m, lines.M_d, lines.A_d0_db
    A_s = M_d * d_s + A_d0
    d_0 = 0.04 * f_mhz * g.h_e1_m * g.h_e2_m
    if A_d0 >= 0.0:
        d_0 = min(d_0, 0.5 * lines.d_ml_m)
        d_1 = d_0 + 0.25 * (lines.d_ml_m - d_0)
    else:
        d_1 = max(-A_d0 / M_d, 0.25 * lines.d_ml_m)  # ERL (3.16)
    A_1 = line_of_sight(d_1, g, lines, f_mhz, Z)
    k_1 = 0.0
    k_2 = 0.0
    usable = False
    if d_0 < d_1:
        A_0 = line_of_sight(d_0, g, lines, f_mhz, Z)
        Q = math.log(d_s / d_0)
        rise = (d_s - d_0) * (A_1 - A_0) - (d_1 - d_0) * (A_s - A_0)
        k_2 = max(0.0, rise / ((d_s - d_0) * math.log(d_1 / d_0) - (d_1 - d_0) * Q))  # ERL (3.20)
        usable = A_d0 > 0.0 or k_2 > 0.0
        if usable:
            k_1 = (A_s - A_0 - k_2 * Q) / (d_s - d_0)  # ERL (3.21)
            if k_1 < 0.0:
                k_1 = 0.0
                k_2 = dim(A_s, A_0) / Q
                if k_2 == 0.0:
                    k_1 = M_d
    if not usable:
        k_2 = 0.0
        k_1 = dim(A_s, A_1) / (d_s - d_1)
        if k_1 == 0.0:
            k_1 = M_d
    return A_s + k_1 * (g.d_m - d_s) + k_2 * math.log(g.d_m / d_s)  # ERL (3.19)


@njit(cache=True, nogil=True, error_model="numpy")
def frequency_gain(r: float, eta: float) -> float:
    """Frequency gain function H_00 of one terminal, ALG (6.13)."""
    eta = min(max(eta, 1.0), 5.0)
    j = int(eta)
    part = eta - j
    inverse = 1.0 / r**2
    lower = 10.0 * math.log10(1.0 + (_A_CURVE[j - 1] * inverse + _B_CURVE[j - 1]) * inverse)
    if part == 0.0:
        return lower
    upper = 10.0 * math.log10(1.0 + (_A_CURVE[j] * inverse + _B_CURVE[j]) * inverse)
    return (1.0 - part) * lower + part * upper


@njit(cache=True, nogil=True, error_model="numpy")
def forward_scatter(y_m: float) -> float:
    """Attenuation function F of angular distance times distance, TN101 (9.1), ALG (6.9)."""
    if y_m <= 10e3:
        return 133.4 + 0.332e-3 * y_m - 10.0 * math.log10(y_m)
    if y_m <= 70e3:
        return 104.6 + 0.212e-3 * y_m - 2.5 * math.log10(y_m)
    return 71.8 + 0.157e-3 * y_m + 5.0 * math.log10(y_m)


@njit(cache=True, nogil=True, error_model="numpy")
def scatter_gain(D_m: float, g: Geometry, a_m: float, k: float, N_s: float, H_0: float) -> float:
    """Frequency gain H_0 at a distance, NaN when both terminals are too low (step 11)."""
    delta = g.d_l1_m - g.d_l2_m
    rho = g.h_e2_m / g.h_e1_m
    if delta < 0.0:
        delta = -delta
        rho = 1.0 / rho
    angle = g.theta_1_rad + g.theta_2_rad + D_m / a_m
    r_1 = 2.0 * k * angle * g.h_e1_m
    r_2 = 2.0 * k * angle * g.h_e2_m
    if r_1 < 0.2 and r_2 < 0.2:
        return np.nan
    s = (D_m - delta) / (D_m + delta)
    q = min(max(rho / s, 0.1), 10.0)
    s = max(0.1, s)
    h_0 = (D_m - delta) * (D_m + delta) * angle * 0.25 / D_m  # ALG (4.66)
    falling = math.exp(-(min(1.7, h_0 / 8e3) ** 6))
    eta = h_0 / 1755.6 * (1.0 + (0.031 - 2.32e-3 * N_s + 5.67e-6 * N_s**2) * falling)  # (4.67)
    H_00 = 0.5 * (frequency_gain(r_1, eta) + frequency_gain(r_2, eta))
    delta_H = min(H_00, 6.0 * (0.6 - math.log10(max(eta, 1.0))) * math.log10(s) * math.log10(q))
    new = max(0.0, H_00 + delta_H)
    if eta < 1.0:
        root = math.sqrt(2.0)
        near = ((1.0 + root / r_1) * (1.0 + root / r_2)) ** 2
        low = 10.0 * math.log10(near * (r_1 + r_2) / (r_1 + r_2 + 2.0 * root))
        new = eta * new + (1.0 - eta) * low
    return H_0 if new > 15.0 and H_0 >= 0.0 else new


@njit(cache=True, nogil=True, error_model="numpy")
def troposcatter(
    D_m: float,
    g: Geometry,
    theta_los_rad: float,
    a_m: float,
    f_mhz: float,
    N_s: float,
    H_0: float,
) -> tuple[float, float]:
    """Scatter attenuation A_sc (1001 when there is none) and the H_0 to carry on (step 11)."""
    k = f_mhz / 47.7
    if not H_0 > 15.0:
        gain = scatter_gain(D_m, g, a_m, k, N_s, H_0)
        if np.isnan(gain):
            return 1001.0, H_0
        H_0 = gain
    angle = D_m / a_m - theta_los_rad
    y = angle * D_m
    A_sc = (
        forward_scatter(y)
        + 10.0 * math.log10(47.7 * k * angle**4)
        - 0.1 * (N_s - 301.0) * math.exp(-y / 40e3)
        + H_0
    )  # ALG (4.63)
    return A_sc, H_0


@njit(cache=True, nogil=True, error_model="numpy")
def beyond_smooth_horizon(
    g: Geometry, lines: Lines, a_m: float, f_mhz: float, N_s: float
) -> tuple[float, int]:
    """Reference attenuation beyond d_s and its mode, A_ref (step 10)."""
    d_5 = lines.d_ml_m + 200e3
    d_6 = lines.d_ml_m + 400e3
    A_6, H_0 = troposcatter(d_6, g, lines.theta_los_rad, a_m, f_mhz, N_s, -1.0)
    A_5, _ = troposcatter(d_5, g, lines.theta_los_rad, a_m, f_mhz, N_s, H_0)
    if A_5 < 1000.0:
        M_s = (A_6 - A_5) / 200e3
        d_x = max(
            lines.d_s_m,
            lines.d_ml_m + 1.088 * lines.X_m * math.log(f_mhz),
            (A_5 - lines.A_d0_db - M_s * d_5) / (lines.M_d - M_s),
        )
        if g.d_m > d_x:
            A_s0 = (lines.M_d - M_s) * d_x + lines.A_d0_db
            return M_s * g.d_m + A_s0, MODE_TROPOSCATTER
    return lines.M_d * g.d_m + lines.A_d0_db, MODE_DIFFRACTION


@njit(cache=True, nogil=True, error_model="numpy")
def reference_attenuation(
    g: Geometry, lines: Lines, a_m: float, f_mhz: float, N_s: float, Z: complex
) -> tuple[float, int]:
    """Median attenuation below free space, at least 0, and its mode, A_ref (steps 9 and 10)."""
    if g.d_m < lines.d_s_m:
        A_ref = within_smooth_horizon(g, lines, f_mhz, Z)
        mode = MODE_LINE_OF_SIGHT
    else:
        A_ref, mode = beyond_smooth_horizon(g, lines, a_m, f_mhz, N_s)
    return max(0.0, A_ref), mode
