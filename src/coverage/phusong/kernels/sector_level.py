"""Received level of one sector over a map: pattern and budget of every cell in one pass.

The 3GPP pattern of ``models/antenna.py`` in float32 with polynomials of its own: adds, multiplies,
divisions and square roots alone, so with strict IEEE arithmetic every processor gives the same
bits. Angles of the antenna itself come ready as sines and cosines. Within 1e-4 dB of the same in
float64 for beams of 3 degrees and more and rays up to 80 degrees steep.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

F32 = np.float32
_ONE = F32(1.0)
_PI = F32(np.pi)
_HALF_PI = F32(0.5 * np.pi)
_RAD = F32(0.001)

# Taylor series: for elevations of 90 degrees the first term left out is below 6e-8
_S1, _S2, _S3, _S4, _S5 = (
    F32(c) for c in (-1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362880.0, -1.0 / 39916800.0)
)
_C1, _C2, _C3, _C4, _C5, _C6 = (
    F32(c)
    for c in (
        -1.0 / 2.0,
        1.0 / 24.0,
        -1.0 / 720.0,
        1.0 / 40320.0,
        -1.0 / 3628800.0,
        1.0 / 479001600.0,
    )
)

# arc tangent over its argument, in the argument's square up to 1: interpolated at Chebyshev's
# points, relative error 2e-8, so that narrow beams are as exact as wide ones
_T1, _T2, _T3, _T4, _T5, _T6, _T7, _T8 = (
    F32(c)
    for c in (
        -0.333330367,
        0.19991872,
        -0.141977978,
        0.106183706,
        -0.0745685481,
        0.0421376235,
        -0.015731249,
        0.00276628348,
    )
)


class Beam(NamedTuple):
    """One sector's antenna and budget, all float32.

    EIRP less the losses at the receiver [dBm]; sine and cosine of the azimuth from grid north and
    of the mechanical tilt; electrical tilt [mrad]; what an angle's square is multiplied by,
    horizontally [dB/rad²] and vertically [dB/mrad²]; largest losses [dB].
    """

    peak_dbm: np.float32
    sin_azimuth: np.float32
    cos_azimuth: np.float32
    sin_tilt: np.float32
    cos_tilt: np.float32
    tilt_mrad: np.float32
    horizontal: np.float32
    vertical: np.float32
    max_horizontal: np.float32
    max_vertical: np.float32


@njit(cache=True, nogil=True, error_model="numpy")
def sector_levels(
    level: np.ndarray,
    loss: np.ndarray,
    elevation: np.ndarray,
    inside: np.ndarray,
    north: np.ndarray,
    east: np.ndarray,
    beam: Beam,
) -> None:
    """Level of every cell; NaN outside the disc, and where the loss or the elevation is.

    ``north`` and ``east`` are the offsets of rows and columns from the mast in cells, in no cell
    both 0; ``elevation`` is in mrad. Each row is worked on from its first cell inside to its last.
    """
    rows, cols = level.shape
    for row in range(rows):
        first = 0
        while first < cols and not inside[row, first]:
            first += 1
        last = cols
        while last > first and not inside[row, last - 1]:
            last -= 1
        level[row, :first] = np.nan
        level[row, last:] = np.nan
        span = slice(first, last)
        if beam.sin_tilt == F32(0.0):
            _upright(
                level[row, span],
                loss[row, span],
                elevation[row, span],
                north[row],
                east[span],
                beam,
            )
        else:
            _leaning(
                level[row, span],
                loss[row, span],
                elevation[row, span],
                north[row],
                east[span],
                beam,
            )


@njit(inline="always")
def _level(azimuth: float, below_mrad: float, loss: float, beam: Beam) -> float:
    """Level of one cell, angles in the antenna's frame. 3GPP TR 36.814 table A.2.1.1-2."""
    horizontal = beam.horizontal * azimuth * azimuth
    horizontal = beam.max_horizontal if horizontal > beam.max_horizontal else horizontal
    vertical = beam.vertical * below_mrad * below_mrad
    vertical = beam.max_vertical if vertical > beam.max_vertical else vertical
    pattern = horizontal + vertical
    pattern = beam.max_horizontal if pattern > beam.max_horizontal else pattern
    return (beam.peak_dbm - loss) - pattern


@njit(inline="always")
def _angle(across: float, along: float) -> float:
    """Angle of a direction with an axis from sizes across and along it, radians, 0 to pi/2."""
    z = min(across, along) / max(across, along)
    q = z * z
    poly = _T4 + q * (_T5 + q * (_T6 + q * (_T7 + q * _T8)))
    angle = z * (_ONE + q * (_T1 + q * (_T2 + q * (_T3 + q * poly))))
    return _HALF_PI - angle if across > along else angle


@njit(inline="always")
def _off_boresight(side: float, forward: float) -> float:
    """Angle between a direction and the forward axis, radians, 0 to pi; its sign is not needed."""
    angle = _angle(abs(side), abs(forward))
    return _PI - angle if forward < F32(0.0) else angle


@njit(cache=True, nogil=True, error_model="numpy")
def _upright(
    level: np.ndarray,
    loss: np.ndarray,
    elevation: np.ndarray,
    north: float,
    east: np.ndarray,
    beam: Beam,
) -> None:
    """Cells of one row for an antenna without mechanical tilt."""
    ahead = north * beam.cos_azimuth
    aside = north * beam.sin_azimuth
    for c in range(np.uint64(level.size)):
        forward = ahead + east[c] * beam.sin_azimuth
        side = east[c] * beam.cos_azimuth - aside
        below = -elevation[c] - beam.tilt_mrad
        level[c] = _level(_off_boresight(side, forward), below, loss[c], beam)


@njit(cache=True, nogil=True, error_model="numpy")
def _leaning(
    level: np.ndarray,
    loss: np.ndarray,
    elevation: np.ndarray,
    north: float,
    east: np.ndarray,
    beam: Beam,
) -> None:
    """Cells of one row for an antenna with mechanical tilt. 3GPP TR 38.901 clause 7.1.3."""
    ahead = north * beam.cos_azimuth
    aside = north * beam.sin_azimuth
    for c in range(np.uint64(level.size)):
        forward = ahead + east[c] * beam.sin_azimuth
        side = east[c] * beam.cos_azimuth - aside
        e = elevation[c] * _RAD
        q = e * e
        sine = e * (_ONE + q * (_S1 + q * (_S2 + q * (_S3 + q * (_S4 + q * _S5)))))
        cosine = _ONE + q * (_C1 + q * (_C2 + q * (_C3 + q * (_C4 + q * (_C5 + q * _C6)))))
        scale = cosine / np.sqrt(forward * forward + side * side)
        x = forward * scale
        y = side * scale
        x_turned = x * beam.cos_tilt - sine * beam.sin_tilt
        up = x * beam.sin_tilt + sine * beam.cos_tilt
        rise = _angle(abs(up), np.sqrt(x_turned * x_turned + y * y)) / _RAD
        below = (rise if up < F32(0.0) else -rise) - beam.tilt_mrad
        level[c] = _level(_off_boresight(y, x_turned), below, loss[c], beam)
