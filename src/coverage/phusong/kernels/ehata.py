"""Extended Hata: the urban curve, and what a terrain profile adds to it.

Source: NTIA Technical Report TR-15-517, appendix A, and NTIA's program eHata, after the curves of
Okumura et al. (1968). MHz, dB; profiles run from the mobile (m) to the base (b), heights in m at
equal steps, other distances in km. Corrections are gains: they are subtracted from the loss.
"""

import math
from typing import NamedTuple

import numpy as np

from phusong.kernels.itm_terrain import (
    effective_earth_curvature,
    mean_height,
    straight_fit,
    surface_refractivity,
)

_SPEED_OF_LIGHT = 2.9979563769e8
_NEAR_KM, _FAR_KM = 3.0, 15.0
_N_0 = 301.0

_RIDGE_D1_KM = np.array([15.0, 30.0, 60.0])
_RIDGE_D2_KM = np.arange(9.0)
_RIDGE_DB = np.array(
    [
        [4.0, -13.0, -17.5, -17.5, -15.0, -12.5, -10.0, -8.0, -6.0],
        [12.0, -8.5, -13.0, -12.0, -10.0, -8.0, -6.5, -5.0, -4.0],
        [20.0, -4.0, -6.5, -6.0, -4.5, -3.5, -2.5, -2.0, -1.0],
    ]
)

# Up to 30 km and from 60 km: share of sea, gain where the base's half is wetter, the mobile's.
_SEA_30 = np.array(
    [
        [0.0, 0.15, 0.35, 0.45, 0.6, 0.65, 0.725, 0.775, 0.85, 1.0],
        [0.0, 1.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0],
        [0.0, 4.0, 5.5, 7.0, 8.5, 9.0, 9.5, 9.8, 10.25, 11.0],
    ]
)
_SEA_60 = np.array(
    [
        [0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.725, 0.85, 0.9, 1.0],
        [0.0, 2.0, 4.0, 5.5, 7.0, 9.0, 11.0, 13.0, 14.0, 15.0],
        [0.0, 4.25, 6.25, 9.2, 10.5, 11.75, 13.0, 14.0, 14.25, 15.0],
    ]
)


class Heights(NamedTuple):
    """Order statistics of the ground within 10 km of the mobile."""

    z10_m: float  # exceeded on 10 % of it
    z50_m: float
    z90_m: float
    delta_h_m: float


class Horizons(NamedTuple):
    """Where each end sees its horizon; ``h_r_m`` is NaN where the horizons are two."""

    d_m_km: float
    d_b_km: float
    h_r_m: float


def urban_loss(
    f_mhz: np.ndarray, h_b_m: np.ndarray, h_m_m: np.ndarray, d_km: np.ndarray, r_m: np.ndarray
) -> np.ndarray:
    """Median loss between buildings on flat ground; ``r_m`` is the slant distance."""
    lf, lb, ld = np.log10(f_mhz), np.log10(h_b_m), np.log10(d_km)
    k = 2.0 * math.pi * f_mhz * 1e6 / _SPEED_OF_LIGHT
    A_100 = 120.78129 - 52.714929 * lf + 10.919011 * lf**2
    A_1 = 63.13272655 + 3.18516296 * lf + 4.44961891 * lf**2 - 20.0 * np.log10(2.0 * k * 1019.21980)
    n_h = 2.0 * (-0.74967740 + 3.27488346 * lb - 0.67348507 * lb**2 - 1.0)
    n_l = 0.1 * (44.9 - 6.55 * lb) - 2.0
    ld_bp = (2.0 * n_h + 0.1 * (A_1 - A_100)) / (n_h - n_l)
    ends = -13.82 * lb - 3.2 * np.log10(11.75 * h_m_m) ** 2 + 4.97
    near = 97.62280540 + 3.18516296 * lf + 4.44961891 * lf**2 + ends + (44.9 - 6.55 * lb) * ld
    far = A_100 + 34.49007885 + ends - 20.0 * n_h + 10.0 * n_h * ld + 20.0 * np.log10(2.0 * k * r_m)
    return np.where(ld <= ld_bp, near, far)


def suburban_gain(f_mhz: np.ndarray) -> np.ndarray:
    """What low houses lose less than a city."""
    lf = np.log10(f_mhz)
    return 54.19108862 - 33.30493762 * lf + 6.25408519 * lf**2


def rural_gain(f_mhz: np.ndarray) -> np.ndarray:
    """What open country loses less than a city."""
    lf = np.log10(f_mhz)
    return 40.94 - 18.33 * lf + 4.78 * lf**2


def location_sigma(f_mhz: np.ndarray) -> np.ndarray:
    """Standard deviation over locations in a city; outside one it is 2 dB more."""
    lf = np.log10(f_mhz)
    return 4.0976291 - 1.2255656 * lf + 0.68350345 * lf**2


def effective_heights(
    z: np.ndarray, step_km: float, h_b_m: float, h_m_m: float
) -> tuple[float, float]:
    """Heights of base and mobile over the mean ground 3 to 15 km away."""
    n = z.size - 1
    d_km = n * step_km
    if d_km < _NEAR_KM:
        return h_b_m, h_m_m
    first = int(_NEAR_KM / step_km)
    last = int(_FAR_KM / step_km) if d_km > _FAR_KM else n
    share = min(1.0, (d_km - _NEAR_KM) / (_FAR_KM - _NEAR_KM))
    over_b = float(z[n] - np.mean(z[n - last : n - first + 1]))
    over_m = float(z[0] - np.mean(z[first : last + 1]))
    return h_b_m + share * over_b, h_m_m + share * over_m


def heights_near_mobile(z: np.ndarray, step_km: float) -> Heights:
    """Order statistics of the first 10 km, all four scaled up on a shorter path."""
    d_km = (z.size - 1) * step_km
    near = z[: int(10.0 / step_km) + 1] if d_km > 10.0 else z
    falling = np.sort(near)[::-1]
    z10, z50, z90 = (float(falling[int(q * falling.size - 1.0)]) for q in (0.1, 0.5, 0.9))
    scale = 1.0
    if d_km < 10.0:
        scale = (1.0 - 0.8 * math.exp(-0.2)) / (1.0 - 0.8 * math.exp(-0.02 * d_km))
    return Heights(z10 * scale, z50 * scale, z90 * scale, (z10 - z90) * scale)


def horizons(z: np.ndarray, step_km: float, h_b_m: float, h_m_m: float) -> Horizons:
    """Horizons of both ends over the effective Earth, and a ridge that is both."""
    n = z.size - 1
    xi_m = 1000.0 * step_km
    d_m = n * xi_m
    gamma = effective_earth_curvature(surface_refractivity(_N_0, mean_height(z, n)))
    z_m, z_b = float(z[0]) + h_m_m, float(z[n]) + h_b_m
    x = xi_m * np.arange(1, n)
    rest = d_m - x
    from_m = (z[1:n] - z_m) / x - gamma * x / 2.0
    from_b = (z[1:n] - z_b) / rest - gamma * rest / 2.0
    hits_m = np.flatnonzero(from_m > (z_b - z_m) / d_m - gamma * d_m / 2.0)
    d_Lm = d_Lb = d_m
    if hits_m.size:
        d_Lm = float(x[np.argmax(from_m)])
        # As in the source, the base looks only beyond what first hides it from the mobile. That
        # point hides the mobile from it, too, so a horizon is always found.
        d_Lb = float(rest[hits_m[0] + np.argmax(from_b[hits_m[0] :])])
    h_r_m = math.nan
    if abs(d_m - d_Lm - d_Lb) <= xi_m / 2.0:
        # The ends' weights stand as in the source: the base's height with the base's distance.
        line = (z_b * d_Lb + z_m * d_Lm) / d_m
        h_r_m = max(0.0, float(z[round(d_Lm / xi_m)]) - line + gamma * d_Lb * d_Lm / 2.0)
    return Horizons(d_Lm / 1000.0, d_Lb / 1000.0, h_r_m)


def isolated_ridge(found: Horizons) -> float:
    """Gain behind one ridge, the end intervals of the table extrapolated."""
    at_d2 = [_extrapolated(found.d_m_km, _RIDGE_D2_KM, row) for row in _RIDGE_DB]
    K = _extrapolated(found.d_b_km, _RIDGE_D1_KM, np.array(at_d2))
    return math.sqrt(found.h_r_m / 200.0) * K


def _extrapolated(x: float, nodes: np.ndarray, values: np.ndarray) -> float:
    i = min(max(int(np.searchsorted(nodes, x, side="right")) - 1, 0), nodes.size - 2)
    part = (x - nodes[i]) / (nodes[i + 1] - nodes[i])
    return float(values[i] + part * (values[i + 1] - values[i]))


def rolling_hills(heights: Heights) -> float:
    """Median gain over rolling hills, 0 up to an irregularity of 15 m."""
    u = math.log10(max(heights.delta_h_m, 15.0))
    return -1.5072013 + 8.458676 * u - 6.102538 * u**2


def fine_rolling_hills(z_0_m: float, heights: Heights) -> float:
    """Gain of a mobile on a hill, loss of one in a hollow, linear to 0 half-way up."""
    z10, z50, z90, delta_h = heights
    if delta_h < 10.0:
        return 0.0
    u = math.log10(delta_h)
    K_h = -11.728795 + 15.544272 * u - 1.8154766 * u**2
    if z_0_m >= z10:
        return K_h
    if z_0_m <= z90:
        return -K_h
    return K_h * (z_0_m - z50) / (z10 - z50 if z_0_m >= z50 else z50 - z90)


def general_slope(z: np.ndarray, step_km: float) -> float:
    """Gain of ground that rises towards the mobile, loss where it falls."""
    d_km = (z.size - 1) * step_km
    if d_km < 5.0:
        return 0.0
    slopes_mrad = []
    for length_km in range(5, 11):
        if length_km <= d_km:
            part = int(length_km / step_km)
            start, end = straight_fit(z[: part + 1], part, 1.0, 0.0, float(part))
            slopes_mrad.append((start - end) / length_km)  # the nominal length, as in the source
    if min(slopes_mrad) >= 0.0:
        theta_m = max(slopes_mrad)
    elif max(slopes_mrad) < 0.0:
        theta_m = min(slopes_mrad)
    else:
        theta_m = slopes_mrad[0]
    if theta_m <= 0.0:
        return theta_m * float(np.interp(d_km, (10.0, 30.0), (0.25, 0.8)))
    return theta_m * float(np.interp(d_km, (10.0, 30.0, 60.0), (0.125, 0.35, 0.6)))


def mixed_land_and_sea(z: np.ndarray, step_km: float) -> float:
    """Gain of a path that is partly over the sea, which is ground at 0 m exactly."""
    sea = z == 0.0
    half = z.size // 2
    at_m, at_b = int(sea[:half].sum()), int(sea[half:].sum())
    gains = []
    for share, base, mobile in (_SEA_30, _SEA_60):
        gain = (base + mobile) / 2.0
        if at_m != at_b:
            gain = base if at_b > at_m else mobile
        gains.append(float(np.interp(float(np.mean(sea)), share, gain)))
    return float(np.interp((z.size - 1) * step_km, (30.0, 60.0), gains))
