"""ITU-R P.1812-8, section 4.3: Bullington, spherical-Earth and delta-Bullington diffraction.

Distances are km, heights m, slopes m/km, losses dB. Diffraction parameters come out for a
wavelength of 1 m (``nu_1``), so that one profile scan serves every frequency:
``nu = nu_1 / sqrt(wavelength)``.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

VERTICAL = 2


class Bullington(NamedTuple):
    """Slopes of one profile and its diffraction parameter for a wavelength of 1 m.

    ``S_rim`` is NaN in line of sight, where nothing needs it.
    """

    S_tim: float
    S_tr: float
    S_rim: float
    nu_1: float


class SphericalEarth(NamedTuple):
    """Spherical-Earth diffraction loss and its parts, NaN where the path does not need them."""

    d_los: float
    d_1: float
    h_se: float
    h_req: float
    a_em: float
    L_dft: float
    L_dsph: float


class DeltaBullington(NamedTuple):
    """Diffraction loss for one effective Earth radius, with both Bullington losses."""

    nu_a: float
    L_bulla: float
    nu_s: float
    L_bulls: float
    L_d: float


@njit(cache=True, nogil=True, error_model="numpy")
def knife_edge_loss(nu: float) -> float:
    """Single knife-edge loss J(nu). P.1812-8, eq. (12)."""
    if nu <= -0.78:
        return 0.0
    return 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)  # eq. (12)


@njit(cache=True, nogil=True, error_model="numpy")
def bullington_loss(nu: float, D: float) -> float:
    """Bullington loss from the diffraction parameter. P.1812-8, eq. (16) or (20), and (21)."""
    L_uc = knife_edge_loss(nu)  # eq. (16), (20)
    return L_uc + (1.0 - math.exp(-L_uc / 6.0)) * (10.0 + 0.02 * D)  # eq. (21)


@njit(cache=True, nogil=True, error_model="numpy")
def bullington(d: np.ndarray, y: np.ndarray, H_t: float, H_r: float, a_p: float) -> Bullington:
    """Diffraction parameter of a profile y with end heights H. P.1812-8, eq. (13) to (19)."""
    n = d.size - 1
    D = d[n]
    C = 500.0 / a_p
    S_tim = -math.inf
    for i in range(1, n):
        S_tim = max(S_tim, (y[i] + C * d[i] * (D - d[i]) - H_t) / d[i])  # eq. (13)
    S_tr = (H_r - H_t) / D  # eq. (14)
    if S_tim < S_tr:
        nu_1 = -math.inf
        for i in range(1, n):
            both = d[i] * (D - d[i])
            clearance = y[i] + C * both - (H_t * (D - d[i]) + H_r * d[i]) / D
            nu_1 = max(nu_1, clearance * math.sqrt(0.002 * D / both))  # eq. (15)
        return Bullington(S_tim, S_tr, math.nan, nu_1)
    S_rim = -math.inf
    for i in range(1, n):
        back = D - d[i]
        S_rim = max(S_rim, (y[i] + C * d[i] * back - H_r) / back)  # eq. (17)
    return Bullington(S_tim, S_tr, S_rim, _bullington_point_nu_1(D, S_tim, S_rim, S_tr))


@njit(cache=True, nogil=True, error_model="numpy")
def _bullington_point_nu_1(D: float, S_tim: float, S_rim: float, S_tr: float) -> float:
    """Parameter of the Bullington point, in a form without cancellation. P.1812-8, eq. (18)-(19).

    Putting d_b of (18) into (19) leaves the product of the two slopes above the direct ray.
    """
    return math.sqrt(max(0.002 * D * (S_tim - S_tr) * (S_rim + S_tr), 0.0))


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_bullington(D: float, n: int, t: float, r: float, a_p: float) -> Bullington:
    """As :func:`bullington` over smooth Earth on n equal intervals. P.1812-8, eq. (13) to (19).

    For y = 0 the three scanned functions have one maximum each, at a known distance, so only
    the two grid points beside it are looked at.
    """
    step = D / n
    C = 500.0 / a_p
    S_tim = _smooth_slope(D, n, C, t)  # eq. (13)
    S_tr = (r - t) / D  # eq. (14)
    if S_tim < S_tr:
        x = specular_distance(D, t, r, a_p) / step
        nu_1 = -math.inf
        for j in (math.floor(x), math.ceil(x)):
            x_j = min(max(j, 1), n - 1) * step
            both = x_j * (D - x_j)
            clearance = C * both - (t * (D - x_j) + r * x_j) / D
            nu_1 = max(nu_1, clearance * math.sqrt(0.002 * D / both))  # eq. (15)
        return Bullington(S_tim, S_tr, math.nan, nu_1)
    S_rim = _smooth_slope(D, n, C, r)  # eq. (17)
    return Bullington(S_tim, S_tr, S_rim, _bullington_point_nu_1(D, S_tim, S_rim, S_tr))


@njit(cache=True, nogil=True, error_model="numpy")
def _smooth_slope(D: float, n: int, C: float, height: float) -> float:
    """Steepest slope to smooth Earth from one end, on n equal intervals. P.1812-8, eq. (13)."""
    step = D / n
    x = math.sqrt(height / C) / step
    slope = -math.inf
    for j in (math.floor(x), math.ceil(x)):
        x_j = min(max(j, 1), n - 1) * step
        slope = max(slope, C * (D - x_j) - height / x_j)
    return slope


@njit(cache=True, nogil=True, error_model="numpy")
def specular_distance(D: float, t: float, r: float, a_p: float) -> float:
    """Distance d_1 to the point of least clearance over smooth Earth. P.1812-8, eq. (24)."""
    c = (t - r) / (t + r)  # eq. (24d)
    m = 250.0 * D * D / (a_p * (t + r))  # eq. (24e)
    u = min(max(1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3), -1.0), 1.0)
    b = (
        2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + math.acos(u) / 3.0)
    )  # eq. (24c)
    return 0.5 * D * (1.0 + b)  # eq. (24a)


@njit(cache=True, nogil=True, error_model="numpy")
def first_term_part(
    D: float, t: float, r: float, a: float, f: float, pol: int, eps_r: float, sigma: float
) -> float:
    """First-term spherical-Earth loss over one kind of ground. P.1812-8, eq. (29) to (36)."""
    loss_tangent = (18.0 * sigma / f) ** 2
    K: float = (
        0.036 * (a * f) ** (-1.0 / 3.0) * ((eps_r - 1.0) ** 2 + loss_tangent) ** -0.25
    )  # eq. (29a)
    if pol == VERTICAL:
        K *= math.sqrt(eps_r**2 + loss_tangent)  # eq. (29b)
    K2 = K * K
    beta = (1.0 + 1.6 * K2 + 0.67 * K2 * K2) / (1.0 + 4.5 * K2 + 1.53 * K2 * K2)  # eq. (30)
    X = 21.88 * beta * (f / (a * a)) ** (1.0 / 3.0) * D  # eq. (31)
    Y = 0.9575 * beta * (f * f / a) ** (1.0 / 3.0)  # eq. (32) per metre of height
    F: float
    if X >= 1.6:
        F = 11.0 + 10.0 * math.log10(X) - 17.6 * X  # eq. (33a)
    else:
        F = -20.0 * math.log10(X) - 5.6488 * X**1.425  # eq. (33b)
    floor = 2.0 + 20.0 * math.log10(K)
    G_t = max(_height_gain(beta * Y * t), floor)
    G_r = max(_height_gain(beta * Y * r), floor)
    return -F - G_t - G_r  # eq. (36)


@njit(cache=True, nogil=True, error_model="numpy")
def _height_gain(B: float) -> float:
    """Height gain G of an antenna at normalised height B. P.1812-8, eq. (34), (35)."""
    if B > 2.0:
        return 17.6 * math.sqrt(B - 1.1) - 5.0 * math.log10(B - 1.1) - 8.0  # eq. (34a)
    return 20.0 * math.log10(B + 0.1 * B**3)  # eq. (34b)


@njit(cache=True, nogil=True, error_model="numpy")
def first_term(D: float, t: float, r: float, a: float, f: float, pol: int, omega: float) -> float:
    """First-term spherical-Earth loss of a land and sea path. P.1812-8, eq. (28)."""
    L_dft = (1.0 - omega) * first_term_part(D, t, r, a, f, pol, 22.0, 0.003)
    if omega > 0.0:
        L_dft += omega * first_term_part(D, t, r, a, f, pol, 80.0, 5.0)
    return L_dft


@njit(cache=True, nogil=True, error_model="numpy")
def spherical_earth_loss(
    D: float, t: float, r: float, a_p: float, f: float, pol: int, omega: float
) -> SphericalEarth:
    """Diffraction loss over smooth Earth, antennas t and r above it. P.1812-8, eq. (22)-(27)."""
    d_los = math.sqrt(2.0 * a_p) * (math.sqrt(0.001 * t) + math.sqrt(0.001 * r))  # eq. (22)
    if d_los <= D:
        L_dft = first_term(D, t, r, a_p, f, pol, omega)
        return SphericalEarth(d_los, math.nan, math.nan, math.nan, math.nan, L_dft, L_dft)
    d_1 = specular_distance(D, t, r, a_p)  # eq. (24a)
    d_2 = D - d_1  # eq. (24b)
    h_se = (
        (t - 500.0 * d_1 * d_1 / a_p) * d_2 + (r - 500.0 * d_2 * d_2 / a_p) * d_1
    ) / D  # eq. (23)
    h_req = 17.456 * math.sqrt(d_1 * d_2 * (0.2998 / f) / D)  # eq. (25)
    if h_se > h_req:
        return SphericalEarth(d_los, d_1, h_se, h_req, math.nan, math.nan, 0.0)
    a_em = 500.0 * (D / (math.sqrt(t) + math.sqrt(r))) ** 2  # eq. (26)
    L_dft = first_term(D, t, r, a_em, f, pol, omega)
    L_dsph = (1.0 - h_se / h_req) * max(L_dft, 0.0)  # eq. (27)
    return SphericalEarth(d_los, d_1, h_se, h_req, a_em, L_dft, L_dsph)


@njit(cache=True, nogil=True, error_model="numpy")
def delta_bullington(
    D: float, actual: Bullington, smooth: Bullington, L_dsph: float, f: float
) -> DeltaBullington:
    """Delta-Bullington loss from the actual and the smooth profile. P.1812-8, eq. (37) to (39)."""
    root_wavelength = math.sqrt(0.2998 / f)
    nu_a = actual.nu_1 / root_wavelength
    nu_s = smooth.nu_1 / root_wavelength
    L_bulla = bullington_loss(nu_a, D)
    L_bulls = bullington_loss(nu_s, D)
    L_d = L_bulla + max(L_dsph - L_bulls, 0.0)  # eq. (39)
    return DeltaBullington(nu_a, L_bulla, nu_s, L_bulls, L_d)
