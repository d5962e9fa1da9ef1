"""Longley-Rice ITM 1.4: variability in time, locations and situations (step 12).

Metres, MHz, dB. Tags: ALG = Hufford, The ITM Algorithm v1.2.2; TN101 = NBS Technical Note 101.
"""

import math

import numpy as np
from numba import njit

from phusong.kernels.itm_terrain import Geometry

# Rows: climates 1 to 7. Columns of the three curves: c_1, c_2 [dB], x_1, x_2, x_3 [km].
_MEDIAN = np.array(
    [
        [-9.67, 12.7, 144.9, 190.3, 133.8],
        [-0.62, 9.19, 228.9, 205.2, 143.6],
        [1.26, 15.5, 262.6, 185.2, 99.8],
        [-9.21, 9.05, 84.1, 101.1, 98.6],
        [-0.62, 9.19, 228.9, 205.2, 143.6],
        [-0.39, 2.86, 141.7, 315.9, 167.4],
        [3.15, 857.9, 2222.0, 164.8, 116.3],
    ]
)
_MINUS = np.array(
    [
        [2.13, 159.5, 762.2, 123.6, 94.5],
        [2.66, 7.67, 100.4, 172.5, 136.4],
        [6.11, 6.65, 138.2, 242.2, 178.6],
        [1.98, 13.11, 139.1, 132.7, 193.5],
        [2.68, 7.16, 93.7, 186.8, 133.5],
        [6.86, 10.38, 187.8, 169.6, 108.9],
        [8.51, 169.8, 609.8, 119.9, 106.6],
    ]
)
_PLUS = np.array(
    [
        [2.11, 102.3, 636.9, 134.8, 95.6],
        [6.87, 15.53, 138.7, 143.7, 98.6],
        [10.08, 9.60, 165.3, 225.7, 129.7],
        [3.68, 159.3, 464.4, 93.1, 94.2],
        [4.75, 8.12, 93.2, 135.9, 113.4],
        [8.58, 13.97, 216.0, 152.0, 122.7],
        [8.43, 8.19, 136.2, 188.5, 122.9],
    ]
)
_TAIL = np.array(  # C_D, z_D
    [
        [1.224, 1.282],
        [0.801, 2.161],
        [1.380, 1.282],
        [1.000, 20.0],
        [1.224, 1.282],
        [1.518, 1.282],
        [1.518, 1.282],
    ]
)
_GAIN_MINUS = np.array(  # b_1, b_2, b_3
    [
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.92, 0.25, 1.77],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ]
)
_GAIN_PLUS = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.93, 0.31, 2.00],
        [1.0, 0.0, 0.0],
        [0.93, 0.19, 1.79],
        [0.93, 0.31, 2.00],
        [1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ]
)


@njit(cache=True, nogil=True, error_model="numpy")
def inverse_complementary_normal(q: float) -> float:
    """Standard normal deviate exceeded with probability q, Q; Abramowitz and Stegun 26.2.23."""
    x = min(q, 1.0 - q)
    t = math.sqrt(-2.0 * math.log(x))
    top = (0.010328 * t + 0.802853) * t + 2.515516
    deviate = t - top / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return deviate if q <= 0.5 else -deviate


@njit(cache=True, nogil=True, error_model="numpy")
def curve(row: np.ndarray, d_e_m: float) -> float:
    """Variability curve V of an effective distance, TN101 (III.69), ALG (5.5) and (5.6)."""
    u = (d_e_m / (row[2] * 1e3)) ** 2
    peak = row[1] / (1.0 + ((d_e_m - row[3] * 1e3) / (row[4] * 1e3)) ** 2)
    return float((row[0] + peak) * u / (1.0 + u))


@njit(cache=True, nogil=True, error_model="numpy")
def frequency_factor(row: np.ndarray, k: float) -> float:
    """Frequency dependence g of the time variability, ALG (5.7)."""
    return float(row[0] + row[1] / ((row[2] * math.log(0.133 * k)) ** 2 + 1.0))


@njit(cache=True, nogil=True, error_model="numpy")
def effective_distance(g: Geometry, k: float) -> float:
    """Distance by which variability is looked up, d_e, ALG (5.3)."""
    d_ex: float = (
        math.sqrt(18e6 * g.h_e1_m) + math.sqrt(18e6 * g.h_e2_m) + (575.7e12 / k) ** (1.0 / 3.0)
    )
    return 130e3 * g.d_m / d_ex if g.d_m < d_ex else 130e3 + g.d_m - d_ex


@njit(cache=True, nogil=True, error_model="numpy")
def time_deviation(climate: int, k: float, d_e_m: float, z_T: float) -> float:
    """Standard deviation of the time variability on the side of its quantile, sigma_T."""
    c = climate - 1
    if z_T < 0.0:
        return curve(_MINUS[c], d_e_m) * frequency_factor(_GAIN_MINUS[c], k)
    sigma_plus = curve(_PLUS[c], d_e_m) * frequency_factor(_GAIN_PLUS[c], k)
    C_D = float(_TAIL[c, 0])
    z_D = float(_TAIL[c, 1])
    if z_T <= z_D:
        return sigma_plus
    return C_D * sigma_plus + (1.0 - C_D) * sigma_plus * z_D / z_T  # ALG (5.10)


@njit(cache=True, nogil=True, error_model="numpy")
def with_variability(
    A_ref_db: float,
    g: Geometry,
    f_mhz: float,
    climate: int,
    mdvar: int,
    z_T: float,
    z_L: float,
    z_S: float,
) -> float:
    """Attenuation not exceeded for the three quantiles, A (step 12)."""
    k = f_mhz / 47.7
    d_e = effective_distance(g, k)
    mode = mdvar % 10
    sigma_S = 0.0 if mdvar >= 20 else 5.0 + 3.0 * math.exp(-d_e / 100e3)  # ALG (5.12)
    if mdvar // 10 % 2 == 1:
        sigma_L = 0.0
    else:
        delta_h_d = g.delta_h_m * (1.0 - 0.8 * math.exp(-g.d_m / 50e3))
        sigma_L = 10.0 * k * delta_h_d / (k * delta_h_d + 13.0)  # ALG (5.9)
    if mode == 0:
        z_T = z_S
        z_L = z_S
    elif mode == 1:
        z_L = z_S
    elif mode == 2:
        z_L = z_T
    sigma_T = time_deviation(climate, k, d_e, z_T)
    Y_L = sigma_L * z_L
    Y_T = sigma_T * z_T
    W = sigma_S**2 + Y_T**2 / (7.8 + z_S**2) + Y_L**2 / (24.0 + z_S**2)  # ALG (5.11)
    if mode == 0:
        Y_R = 0.0
        Y_S = z_S * math.sqrt(sigma_T**2 + sigma_L**2 + W)
    elif mode == 1:
        Y_R = Y_T
        Y_S = z_S * math.sqrt(sigma_L**2 + W)
    elif mode == 2:
        Y_R = z_T * math.sqrt(sigma_T**2 + sigma_L**2)
        Y_S = z_S * math.sqrt(W)
    else:
        Y_R = Y_T + Y_L
        Y_S = z_S * math.sqrt(W)
    A = A_ref_db - curve(_MEDIAN[climate - 1], d_e) - Y_R - Y_S
    if A < 0.0:
        A = A * (29.0 - A) / (29.0 - 10.0 * A)  # ALG (5.13)
    return A
