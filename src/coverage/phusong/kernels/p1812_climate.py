"""ITU-R P.1812-8, section 3 and annex attachment 3: climate of one path, line-of-sight losses.

Distances are km, heights m, angles degrees where named so, losses dB. Times are per cent.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

SEA = 1
COASTAL = 3
INLAND = 4

EARTH_RADIUS_KM = 6371.0


class Climate(NamedTuple):
    """What the zones, the latitude and the refractivity say about one path."""

    omega: float
    d_tm: float
    d_lm: float
    tau: float
    mu_1: float
    mu_4: float
    beta_0: float
    a_e: float
    a_beta: float


@njit(cache=True, nogil=True, error_model="numpy")
def inverse_normal(x: float) -> float:
    """Approximate inverse complementary normal I(x). P.1812-8, eq. (96), (97)."""
    x = min(max(x, 1e-6), 1.0 - 1e-6)
    if x > 0.5:
        return -_inverse_normal_tail(1.0 - x)  # eq. (96b)
    return _inverse_normal_tail(x)  # eq. (96a)


@njit(cache=True, nogil=True, error_model="numpy")
def _inverse_normal_tail(x: float) -> float:
    """I(x) for x <= 0.5. P.1812-8, eq. (97)."""
    t = math.sqrt(-2.0 * math.log(x))  # eq. (97a)
    top = (0.010328 * t + 0.802853) * t + 2.515516698
    bottom = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0
    return t - top / bottom  # eq. (97b)


@njit(cache=True, nogil=True, error_model="numpy")
def zone_lengths(d: np.ndarray, zone: np.ndarray) -> tuple[float, float, float]:
    """Share of the path over sea, longest stretches over land and inland. P.1812-8, eq. (1)."""
    n = d.size - 1
    sea = 0.0
    land_run = inland_run = d_tm = d_lm = 0.0
    for i in range(n + 1):
        c = 0.5 * (d[min(i + 1, n)] - d[max(i - 1, 0)])  # each point owns its half intervals
        if zone[i] == SEA:
            sea += c
            land_run = 0.0
        else:
            land_run += c
            d_tm = max(d_tm, land_run)
        if zone[i] == INLAND:
            inland_run += c
            d_lm = max(d_lm, inland_run)
        else:
            inland_run = 0.0
    return sea / d[n], d_tm, d_lm


@njit(cache=True, nogil=True, error_model="numpy")
def climate(omega: float, d_tm: float, d_lm: float, phi: float, delta_n: float) -> Climate:
    """Anomalous-propagation incidence and effective Earth radii. P.1812-8, eq. (2) to (7)."""
    tau = 1.0 - math.exp(-4.12e-4 * d_lm**2.41)  # eq. (3)
    mu_1 = (
        10.0 ** (-d_tm / (16.0 - 6.6 * tau)) + 10.0 ** (-5.0 * (0.496 + 0.354 * tau))
    ) ** 0.2  # eq. (2)
    mu_1 = min(mu_1, 1.0)
    lat = abs(phi)
    if lat <= 70.0:
        mu_4 = mu_1 ** (-0.935 + 0.0176 * lat)  # eq. (4)
        beta_0 = 10.0 ** (-0.015 * lat + 1.67) * mu_1 * mu_4  # eq. (5)
    else:
        mu_4 = mu_1**0.3  # eq. (4)
        beta_0 = 4.17 * mu_1 * mu_4  # eq. (5)
    a_e = EARTH_RADIUS_KM * (157.0 / (157.0 - delta_n))  # eq. (6), (7a)
    a_beta = EARTH_RADIUS_KM * 3.0  # eq. (7b)
    return Climate(omega, d_tm, d_lm, tau, mu_1, mu_4, beta_0, a_e, a_beta)


@njit(cache=True, nogil=True, error_model="numpy")
def free_space_loss(f: float, D: float, h_ts: float, h_rs: float) -> float:
    """Free-space loss over the slant distance. P.1812-8, eq. (8)."""
    rise = (h_ts - h_rs) / 1000.0
    return 92.4 + 20.0 * math.log10(f) + 10.0 * math.log10(D * D + rise * rise)  # eq. (8)


@njit(cache=True, nogil=True, error_model="numpy")
def multipath_correction(d_lt: float, d_lr: float, q: float) -> float:
    """Multipath and focusing at the horizons for q % of the time. P.1812-8, eq. (9) to (11)."""
    return 2.6 * (1.0 - math.exp(-0.1 * (d_lt + d_lr))) * math.log10(q / 50.0)


@njit(cache=True, nogil=True, error_model="numpy")
def path_centre_latitude(phi_t: float, psi_t: float, phi_r: float, psi_r: float, D: float) -> float:
    """Latitude half a path from the transmitter on the great circle. P.2001-4, annex, att. H."""
    lat_t = math.radians(phi_t)
    lat_r = math.radians(phi_r)
    d_lon = math.radians(psi_r - psi_t)
    # northward part without cancellation: two ends at one place point due north
    x = math.sin(lat_r - lat_t) + 2.0 * math.sin(lat_t) * math.cos(lat_r) * (
        math.sin(0.5 * d_lon) ** 2
    )
    y = math.cos(lat_r) * math.sin(d_lon)
    bearing = math.atan2(y, x)
    arc = 0.5 * D / EARTH_RADIUS_KM
    s = math.sin(lat_t) * math.cos(arc) + math.cos(lat_t) * math.sin(arc) * math.cos(bearing)
    return math.degrees(math.asin(min(max(s, -1.0), 1.0)))
