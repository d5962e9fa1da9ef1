"""Where the sweep keeps its numbers while it works on a block of receivers.

Every quantity of a block lies in one flat array at a fixed offset, because loops over fixed
offsets of one array vectorise without run-time overlap checks. Suffix of the array: ``geo``
what no surface or radius changes, ``trk`` one surface (terrain, or terrain with clutter) seen
with one effective Earth radius, ``sph`` the smooth Earth of one radius, ``res`` results.
"""

from typing import Any, NamedTuple

import numpy as np

BORROWING: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""How functions are compiled that allocate nothing: they borrow the arrays of their caller.

Otherwise Numba counts references to every array that is passed, which takes longer than the work
on a short block. A function that does allocate is refused.
"""

BLOCK = 256
"""Receivers per block: all arrays of a block stay in the first-level cache."""

_STRIDE = BLOCK + 16  # not a power of two, so that fields do not share cache sets

FIELD = np.uint64(_STRIDE)
"""From a field to the next one."""


def _offsets(count: int) -> tuple[np.uint64, ...]:
    """Offsets of the fields of one array; unsigned, so that no index can count from the end."""
    return tuple(np.uint64(k * _STRIDE) for k in range(count))


# geo: receiver x [steps], own ground, the radial's last point before the own ones, h_rs, S_tr,
# h_st, h_sr, raw slopes and obstruction of own points and of the hull, what the formula pass
# reads, both horizons [steps], and for ducting: the part that no frequency changes, the part
# that grows with its cube root, multipath at the horizons, log10 of beta_0, factor F_i
(
    X_N,
    A_N,
    A_LAST,
    H_RS,
    S_TR,
    H_ST,
    H_SR,
    S_RAW,
    OWN_R,
    OWN_O,
    HULL_R,
    HULL_O,
    D_KM,
    LOG_D,
    T_H,
    R_H,
    FREE,
    SCATTER,
    THETA_T,
    THETA_R,
    THETA,
    HORIZON_T,
    HORIZON_R,
    D_LT,
    D_LR,
    H_M,
    DUCT_0,
    DUCT_1,
    FADE,
    LOG_BETA_0,
    F_I,
) = _offsets(31)
GEO_SIZE = 31 * _STRIDE

# trk: heights of the own points 1..4 before the receiver; S* on the radial and on the own
# points, where; steepest receiver slopes
# (less 2 K X); least clearance, where and its S; nu for a wavelength of 1 m
(
    OWN_1,
    OWN_2,
    OWN_3,
    OWN_4,
    S_HULL,
    S_OWN,
    T_HULL,
    T_OWN,
    F_MIN,
    X_F,
    S_F,
    X_LT,
    X_LT_OWN,
    X_LR,
    X_LR_OWN,
    NU_A,
    SLOPE_T,
    SLOPE_R,
) = _offsets(18)
TRK_SIZE = 18 * _STRIDE

# sph: nu of the smooth Earth for a wavelength of 1 m, a^(-1/3), and log2 of that
NU_S, ROOT_A, LOG_ROOT_A = _offsets(3)
SPH_SIZE = 3 * _STRIDE

# res: loss, loss by diffraction alone, diffraction loss for the radius of beta_0 % of time
L_B, L_BD, L_D_BETA = _offsets(3)
RES_SIZE = 3 * _STRIDE

LOWEST = np.float32(-1e30)

MISSING = np.float32(1e30)
"""Stands for unknown ground in the rasters; a finite number, because NaN slips through max."""

HOLE = np.float32(1e15)
"""Every height between nodes of which one is missing, with a weight above 0, exceeds this."""


class Track(NamedTuple):
    """One surface seen with one effective Earth radius, along one radial.

    ``height`` at columns 1..n, curved heights ``G``, curved slopes ``S`` from the antenna,
    column ``lt`` of the steepest so far; records of S in order of distance (``record_x``,
    ``record_S``) and how many there are up to a column; upper hull of (x, G) on a stack, with
    ``state`` = top, next column, bottom column; ``trk`` the fields of a block.
    """

    height: np.ndarray
    G: np.ndarray
    S: np.ndarray
    lt: np.ndarray
    records: np.ndarray
    record_x: np.ndarray
    record_S: np.ndarray
    stack_x: np.ndarray
    stack_G: np.ndarray
    state: np.ndarray
    trk: np.ndarray


class Line(NamedTuple):
    """Constants of one radial, all float32.

    Antenna heights [m], curvature K [m/step²] for the median radius and for that of beta_0 %
    of time, step [km], 1000 / a_e [mrad/km], a_e and a_beta [km], pitch and gap of the radial
    [steps].
    """

    h_tg: np.float32
    h_rg: np.float32
    K: np.float32
    K_beta: np.float32
    step_km: np.float32
    bulge_mrad: np.float32
    a_e: np.float32
    a_beta: np.float32
    pitch: np.float32
    gap: np.float32


class Modes(NamedTuple):
    """What a sweep has to do.

    ``holes``: some ground or clutter is missing; ``cluttered``: obstacles are higher than the
    ground; ``two_radii``: the time percentage is below 50.
    """

    holes: bool
    cluttered: bool
    two_radii: bool


class Scratch(NamedTuple):
    """All that a task writes to on its way.

    Columns and cross offsets of a radial's receivers; x and 1/x of columns; slopes, their
    running maximum and sums of heights along the radial, sums at each receiver; the fields of
    a block; tracks of the ground, of ground with clutter, and of the obstacles for a_beta.
    """

    column: np.ndarray
    offset: np.ndarray
    x: np.ndarray
    inverse_x: np.ndarray
    slope: np.ndarray
    top_slope: np.ndarray
    A1: np.ndarray
    A2: np.ndarray
    sum_1: np.ndarray
    sum_2: np.ndarray
    geo: np.ndarray
    sph: np.ndarray
    sph_beta: np.ndarray
    res: np.ndarray
    terrain: Track
    cover: Track
    beta: Track
