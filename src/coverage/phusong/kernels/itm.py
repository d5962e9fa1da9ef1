"""Longley-Rice Irregular Terrain Model, NTIA version 1.4: point to point and area.

Metres, MHz, radians, dB. The steps live in the sibling modules; here they are put in order.
Kernels never raise: an input that cannot be computed gives NaN and an error code.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phusong.kernels.itm_attenuation import Lines, diffraction_line, reference_attenuation
from phusong.kernels.itm_terrain import (
    Geometry,
    area_geometry,
    effective_earth_curvature,
    ground_impedance,
    mean_height,
    profile_geometry,
    surface_refractivity,
)
from phusong.kernels.itm_variability import inverse_complementary_normal, with_variability

MODE_UNKNOWN = 0

ERROR_NONE = 0
ERROR_SURFACE_REFRACTIVITY = 1
ERROR_GROUND_IMPEDANCE = 2

WARN_TX_HEIGHT = 1
WARN_RX_HEIGHT = 2
WARN_FREQUENCY = 4
WARN_DISTANCE_LARGE = 8
WARN_DISTANCE_HUGE = 16
WARN_DISTANCE_BELOW_HEIGHTS = 32
WARN_DISTANCE_SMALL = 64
WARN_TX_ANGLE = 128
WARN_RX_ANGLE = 256
WARN_TX_HORIZON_NEAR = 512
WARN_RX_HORIZON_NEAR = 1024
WARN_TX_HORIZON_FAR = 2048
WARN_RX_HORIZON_FAR = 4096
WARN_PROBABILITY = 8192
WARN_REFRACTIVITY = 16384


class Link(NamedTuple):
    """Everything about a link but its path."""

    f_mhz: float
    N_0: float
    epsilon: float
    sigma_s_per_m: float
    pol: int  # 0 horizontal, 1 vertical
    climate: int  # 1 to 7
    mdvar: int
    time: float  # fractions in (0, 1)
    location: float
    situation: float


class Answer(NamedTuple):
    """Loss and every quantity on the way."""

    L_db: float
    L_fs_db: float
    A_ref_db: float
    A_db: float
    mode: int
    error: int
    warnings: int
    N_s: float
    a_m: float
    geometry: Geometry
    lines: Lines


@njit(cache=True, nogil=True, error_model="numpy")
def path_warnings(g: Geometry, lines: Lines) -> int:
    """Warning bits of the geometry; none stops the model."""
    bits = 0
    if g.d_m > 1000e3:
        bits |= WARN_DISTANCE_LARGE
    if g.d_m > 2000e3:
        bits |= WARN_DISTANCE_HUGE
    if g.d_m < abs(g.h_e1_m - g.h_e2_m) / 0.2:
        bits |= WARN_DISTANCE_BELOW_HEIGHTS
    if g.d_m < 1e3:
        bits |= WARN_DISTANCE_SMALL
    if abs(g.theta_1_rad) > 0.2:
        bits |= WARN_TX_ANGLE
    if abs(g.theta_2_rad) > 0.2:
        bits |= WARN_RX_ANGLE
    if g.d_l1_m < 0.1 * lines.d_s1_m:
        bits |= WARN_TX_HORIZON_NEAR
    if g.d_l2_m < 0.1 * lines.d_s2_m:
        bits |= WARN_RX_HORIZON_NEAR
    if g.d_l1_m > 3.0 * lines.d_s1_m:
        bits |= WARN_TX_HORIZON_FAR
    if g.d_l2_m > 3.0 * lines.d_s2_m:
        bits |= WARN_RX_HORIZON_FAR
    return bits


@njit(cache=True, nogil=True, error_model="numpy")
def input_warnings(
    h_1_m: float, h_2_m: float, f_mhz: float, N_s: float, z_T: float, z_L: float, z_S: float
) -> int:
    """Warning bits of the inputs; none stops the model."""
    bits = 0
    if h_1_m < 1.0 or h_1_m > 1000.0:
        bits |= WARN_TX_HEIGHT
    if h_2_m < 1.0 or h_2_m > 1000.0:
        bits |= WARN_RX_HEIGHT
    if f_mhz < 40.0 or f_mhz > 10000.0:
        bits |= WARN_FREQUENCY
    if N_s < 250.0:
        bits |= WARN_REFRACTIVITY
    if max(abs(z_T), abs(z_L), abs(z_S)) > 3.10:
        bits |= WARN_PROBABILITY
    return bits


@njit(cache=True, nogil=True, error_model="numpy")
def input_error(N_s: float, Z: complex) -> int:
    """Error code of the derived quantities, 0 when the model can go on."""
    # N_s in this range keeps the effective Earth radius within 7138 to 11257 km, well inside
    # the 4000 to 13333 km that NTIA tests in addition.
    if not 150.0 <= N_s <= 400.0:
        return ERROR_SURFACE_REFRACTIVITY
    if Z.real <= abs(Z.imag):
        return ERROR_GROUND_IMPEDANCE
    return ERROR_NONE


@njit(cache=True, nogil=True, error_model="numpy")
def no_answer(error: int, N_s: float, a_m: float, g: Geometry) -> Answer:
    """Unknown loss: NaN throughout."""
    nan = np.nan
    lines = Lines(nan, nan, nan, nan, nan, nan, nan, nan)
    return Answer(nan, nan, nan, nan, MODE_UNKNOWN, error, 0, N_s, a_m, g, lines)


@njit(cache=True, nogil=True, error_model="numpy")
def loss_over_geometry(
    g: Geometry, link: Link, N_s: float, a_m: float, Z: complex, q_extra_m2: float
) -> Answer:
    """Basic transmission loss of a path whose geometry is known (steps 6 to 12)."""
    lines = diffraction_line(g, a_m, link.f_mhz, abs(Z), q_extra_m2)
    A_ref, mode = reference_attenuation(g, lines, a_m, link.f_mhz, N_s, Z)
    z_T = inverse_complementary_normal(link.time)
    z_L = inverse_complementary_normal(link.location)
    z_S = inverse_complementary_normal(link.situation)
    A = with_variability(A_ref, g, link.f_mhz, link.climate, link.mdvar, z_T, z_L, z_S)
    L_fs = 32.45 + 20.0 * math.log10(link.f_mhz) + 20.0 * math.log10(g.d_m / 1000.0)
    bits = path_warnings(g, lines)
    bits |= input_warnings(g.h_1_m, g.h_2_m, link.f_mhz, N_s, z_T, z_L, z_S)
    return Answer(A + L_fs, L_fs, A_ref, A, mode, ERROR_NONE, bits, N_s, a_m, g, lines)


@njit(cache=True, nogil=True, error_model="numpy")
def point_to_point(z: np.ndarray, xi_m: float, h_1_m: float, h_2_m: float, link: Link) -> Answer:
    """Loss over a terrain profile of equal steps; NaN where a height is NaN."""
    nan = np.nan
    n = z.size - 1
    h_sys = mean_height(z, n)
    N_s = surface_refractivity(link.N_0, h_sys)
    a_m = 1.0 / effective_earth_curvature(N_s)
    Z = ground_impedance(link.epsilon, link.sigma_s_per_m, link.f_mhz, link.pol)
    nothing = Geometry(n * xi_m, h_1_m, h_2_m, nan, nan, nan, nan, nan, nan, nan)
    for i in range(n + 1):
        if np.isnan(z[i]):
            return no_answer(ERROR_NONE, nan, nan, nothing)
    error = input_error(N_s, Z)
    if error != ERROR_NONE:
        return no_answer(error, N_s, a_m, nothing)
    g = profile_geometry(z, n, xi_m, h_1_m, h_2_m, a_m)
    return loss_over_geometry(g, link, N_s, a_m, Z, 10.0)


@njit(cache=True, nogil=True, error_model="numpy")
def area(
    d_m: float,
    delta_h_m: float,
    h_1_m: float,
    h_2_m: float,
    siting_1: int,
    siting_2: int,
    link: Link,
) -> Answer:
    """Loss over terrain of a stated irregularity, without a profile."""
    nan = np.nan
    N_s = link.N_0
    a_m = 1.0 / effective_earth_curvature(N_s)
    Z = ground_impedance(link.epsilon, link.sigma_s_per_m, link.f_mhz, link.pol)
    error = input_error(N_s, Z)
    if error != ERROR_NONE:
        nothing = Geometry(d_m, h_1_m, h_2_m, nan, nan, nan, nan, nan, nan, delta_h_m)
        return no_answer(error, N_s, a_m, nothing)
    g = area_geometry(d_m, h_1_m, h_2_m, delta_h_m, siting_1, siting_2, a_m)
    return loss_over_geometry(g, link, N_s, a_m, Z, 0.0)
