"""Antenna patterns: omnidirectional, 3GPP sector, and measured horizontal and vertical cuts.

A pattern loss is a positive number of dB to subtract from the antenna's peak gain. Signs, the
same in every function here: *azimuth offset* is the azimuth of the direction minus the azimuth
of the antenna, clockwise positive; *elevation* is positive above the horizon; *tilt* is positive
downwards. Electrical tilt lowers the vertical pattern by the same angle in every azimuth;
mechanical tilt turns the whole antenna about its horizontal axis, so the beam goes down in
front, up behind, and rolls at the sides.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DataError, DomainError
from phusong.units import FloatArray

SECTOR_FRONT_TO_BACK_DB = 30.0
"""A_m of 3GPP TR 38.901 table 7.3-1: most that the horizontal cut and the sum may lose."""

SECTOR_SIDE_LOBE_DB = 20.0
"""SLA_v of 3GPP TR 36.814 table A.2.1.1-2: most that the vertical cut may lose."""


@dataclass(frozen=True, eq=False)
class AntennaPattern:
    """Measured pattern of an antenna: one horizontal and one vertical cut.

    Parameters
    ----------
    name
        What the maker calls the antenna.
    frequency_mhz
        Frequency of the measurement, NaN when unknown [MHz].
    gain_dbi
        Peak gain over an isotropic antenna [dB].
    horizontal_loss_db
        Loss at equal steps clockwise from the boresight over the full circle, each >= 0 [dB].
    vertical_loss_db
        Loss at equal steps from the horizon in front downwards over the full circle: the
        entry at 90 degrees looks straight down, at 180 degrees behind, each >= 0 [dB].
    electrical_tilt_deg
        Tilt that the vertical cut already contains, NaN when the source does not say [deg].

    Raises
    ------
    DataError
        A cut has fewer than 4 values, or a value that is negative or not finite.
    """

    name: str
    frequency_mhz: float
    gain_dbi: float
    horizontal_loss_db: FloatArray
    vertical_loss_db: FloatArray
    electrical_tilt_deg: float

    def __post_init__(self) -> None:
        for cut in ("horizontal_loss_db", "vertical_loss_db"):
            values = np.array(getattr(self, cut), dtype=np.float64)
            if values.ndim != 1 or values.size < 4:
                raise DataError(
                    f"antenna {self.name!r}: {cut} has shape {values.shape}, at least 4 values "
                    "over the full circle are needed; check the pattern"
                )
            bad = ~(np.isfinite(values) & (values >= 0.0))
            if bad.any():
                first = int(np.argmax(bad))
                raise DataError(
                    f"antenna {self.name!r}: {cut} at {first * 360.0 / values.size:g} deg is "
                    f"{values[first]}, a finite loss >= 0 dB is needed; check the pattern"
                )
            values.setflags(write=False)
            object.__setattr__(self, cut, values)


def _direction(
    azimuth_offset_deg: ArrayLike, elevation_deg: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Azimuth offset within [-180, 180) and elevation, both checked, as float64."""
    azimuth = np.asarray(azimuth_offset_deg, dtype=np.float64)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    if np.isinf(azimuth).any():
        raise DomainError(
            "azimuth_offset_deg holds an infinite value, finite degrees (or NaN for unknown) "
            "are needed; check the positions"
        )
    beyond = np.abs(elevation) > 90.0
    if beyond.any():
        raise DomainError(
            f"elevation_deg={float(elevation[beyond].flat[0])} is impossible, -90 to 90 deg is "
            "allowed; did you pass milliradians?"
        )
    return (azimuth + 180.0) % 360.0 - 180.0, elevation


def _check_tilt(**tilts_deg: float) -> None:
    """Raise unless every tilt lies within -90 to 90 degrees."""
    for name, value in tilts_deg.items():
        if not -90.0 <= value <= 90.0:
            raise DomainError(
                f"{name}={value} is impossible, -90 to 90 deg is allowed, positive down; "
                "check the site table"
            )


def _check_beamwidth(name: str, value: float, *, greatest: float) -> None:
    """Raise unless a half-power beamwidth is above 0 and at most ``greatest`` degrees."""
    if not 0.0 < value <= greatest:
        raise DomainError(
            f"{name}={value} is impossible, above 0 to {greatest:g} deg is allowed; give the full "
            "width between the half-power points"
        )


def antenna_frame(
    azimuth_offset_deg: ArrayLike, elevation_deg: ArrayLike, *, mechanical_tilt_deg: float
) -> tuple[FloatArray, FloatArray]:
    r"""Direction as seen from an antenna that leans forward by its mechanical tilt.

    Parameters
    ----------
    azimuth_offset_deg
        Azimuth of the direction minus azimuth of the antenna, clockwise, any shape [deg].
    elevation_deg
        Elevation of the direction, positive up, -90 to 90, broadcast with the azimuth [deg].
    mechanical_tilt_deg
        Rotation about the antenna's horizontal axis, positive down, -90 to 90 [deg].

    Returns
    -------
    azimuth_offset_deg, elevation_deg
        The same direction in the antenna's own frame, float64; azimuth within -180 to 180;
        NaN where an input is NaN [deg].

    Raises
    ------
    DomainError
        An angle is impossible.

    Notes
    -----
    With the antenna's forward axis :math:`(\cos\tau, 0, -\sin\tau)` and up axis
    :math:`(\sin\tau, 0, \cos\tau)` the direction :math:`(\cos e\cos\varphi,
    \cos e\sin\varphi, \sin e)` has the coordinates

    .. math::

        x' = x\cos\tau - z\sin\tau, \quad y' = y, \quad z' = x\sin\tau + z\cos\tau

    Source: a rotation; the same as 3GPP TR 38.901 clause 7.1.3 with alpha = gamma = 0 and
    beta = tau. Not modelled: roll of the antenna about its forward axis.

    Examples
    --------
    >>> azimuth, elevation = antenna_frame(180.0, 0.0, mechanical_tilt_deg=5.0)
    >>> round(float(elevation), 6)
    -5.0
    """
    _check_tilt(mechanical_tilt_deg=mechanical_tilt_deg)
    azimuth, elevation = _direction(azimuth_offset_deg, elevation_deg)
    if mechanical_tilt_deg == 0.0:
        azimuth, elevation = np.broadcast_arrays(azimuth, elevation)
        return azimuth, elevation
    azimuth_rad, elevation_rad = np.radians(azimuth), np.radians(elevation)
    tilt = math.radians(mechanical_tilt_deg)
    x = np.cos(elevation_rad) * np.cos(azimuth_rad)
    y = np.cos(elevation_rad) * np.sin(azimuth_rad)
    z = np.sin(elevation_rad)
    forward = x * math.cos(tilt) - z * math.sin(tilt)
    up = x * math.sin(tilt) + z * math.cos(tilt)
    return (
        np.degrees(np.arctan2(y, forward)),
        np.degrees(np.arctan2(up, np.hypot(forward, y))),
    )


def omni_pattern_loss_db(
    elevation_deg: ArrayLike,
    *,
    vertical_beamwidth_deg: float = math.inf,
    electrical_tilt_deg: float = 0.0,
    max_vertical_loss_db: float = SECTOR_SIDE_LOBE_DB,
) -> FloatArray:
    r"""Loss of an antenna that radiates alike in every azimuth.

    Parameters
    ----------
    elevation_deg
        Elevation of the direction, positive up, -90 to 90, any shape [deg].
    vertical_beamwidth_deg
        Full width between the half-power points, > 0; infinity: isotropic, no loss [deg].
    electrical_tilt_deg
        Tilt of the beam, positive down, -90 to 90 [deg].
    max_vertical_loss_db
        Loss of the side lobes, > 0 [dB].

    Returns
    -------
    pattern_loss_db
        Loss from peak gain, >= 0, float64; NaN where the elevation is NaN [dB].

    Raises
    ------
    DomainError
        An angle, width or limit is impossible.

    Notes
    -----
    Source: the vertical cut of 3GPP TR 36.814 table A.2.1.1-2 alone. Not modelled: mechanical
    tilt (an omnidirectional antenna stands upright), nulls between side lobes.

    Examples
    --------
    >>> float(omni_pattern_loss_db(-5.0, vertical_beamwidth_deg=10.0))
    3.0
    """
    _check_tilt(electrical_tilt_deg=electrical_tilt_deg)
    _check_beamwidth("vertical_beamwidth_deg", vertical_beamwidth_deg, greatest=math.inf)
    _check_limit("max_vertical_loss_db", max_vertical_loss_db)
    _, elevation = _direction(0.0, elevation_deg)
    off_beam = (-elevation - electrical_tilt_deg) / vertical_beamwidth_deg
    return np.asarray(np.minimum(12.0 * off_beam**2, max_vertical_loss_db))


def _check_limit(name: str, value: float) -> None:
    """Raise unless a largest loss is positive and finite."""
    if not (math.isfinite(value) and value > 0.0):
        raise DomainError(f"{name}={value} is impossible, above 0 dB is allowed; give a loss")


def sector_pattern_loss_db(
    azimuth_offset_deg: ArrayLike,
    elevation_deg: ArrayLike,
    *,
    horizontal_beamwidth_deg: float = 65.0,
    vertical_beamwidth_deg: float = 10.0,
    electrical_tilt_deg: float = 0.0,
    mechanical_tilt_deg: float = 0.0,
    max_horizontal_loss_db: float = SECTOR_FRONT_TO_BACK_DB,
    max_vertical_loss_db: float = SECTOR_SIDE_LOBE_DB,
) -> FloatArray:
    r"""Loss of a 3GPP sector antenna from its peak gain.

    Parameters
    ----------
    azimuth_offset_deg
        Azimuth of the direction minus azimuth of the antenna, clockwise, any shape [deg].
    elevation_deg
        Elevation of the direction, positive up, -90 to 90, broadcast with the azimuth [deg].
    horizontal_beamwidth_deg
        Full horizontal width :math:`\varphi_{3dB}`, above 0 to 360 [deg].
    vertical_beamwidth_deg
        Full vertical width :math:`\theta_{3dB}`, above 0 to 180 [deg].
    electrical_tilt_deg
        Tilt of the beam inside the antenna, positive down, -90 to 90 [deg].
    mechanical_tilt_deg
        Tilt of the antenna itself, positive down, -90 to 90 [deg].
    max_horizontal_loss_db
        :math:`A_m`, largest loss of the horizontal cut and of the sum, > 0 [dB].
    max_vertical_loss_db
        :math:`SLA_v`, largest loss of the vertical cut, > 0 [dB].

    Returns
    -------
    pattern_loss_db
        Loss from peak gain, 0 to :math:`A_m`, float64; NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        An angle, width or limit is impossible.

    Notes
    -----
    In the frame of :func:`antenna_frame`, with :math:`\theta = -e` the angle below the horizon:

    .. math::

        L = \min\left[\min\left(12\left(\frac{\varphi}{\varphi_{3dB}}\right)^2, A_m\right)
        + \min\left(12\left(\frac{\theta - \theta_{etilt}}{\theta_{3dB}}\right)^2,
        SLA_v\right), A_m\right]

    Source: 3GPP TR 36.814 V9.2.0 table A.2.1.1-2; same form in TR 38.901 table 7.3-1.
    Departures: :math:`A_m` = 30 dB as in TR 38.901 (TR 36.814 has 25), :math:`SLA_v` = 20 dB
    as in TR 36.814 (TR 38.901 has 30); both can be set. Not modelled: nulls, grating lobes,
    change of the beamwidth with tilt.

    Examples
    --------
    >>> float(sector_pattern_loss_db(32.5, -4.0, electrical_tilt_deg=4.0))
    3.0
    >>> float(sector_pattern_loss_db(180.0, -4.0, electrical_tilt_deg=4.0))
    30.0
    """
    _check_tilt(electrical_tilt_deg=electrical_tilt_deg)
    _check_beamwidth("horizontal_beamwidth_deg", horizontal_beamwidth_deg, greatest=360.0)
    _check_beamwidth("vertical_beamwidth_deg", vertical_beamwidth_deg, greatest=180.0)
    _check_limit("max_horizontal_loss_db", max_horizontal_loss_db)
    _check_limit("max_vertical_loss_db", max_vertical_loss_db)
    azimuth, elevation = antenna_frame(
        azimuth_offset_deg, elevation_deg, mechanical_tilt_deg=mechanical_tilt_deg
    )
    horizontal = np.minimum(
        12.0 * (azimuth / horizontal_beamwidth_deg) ** 2, max_horizontal_loss_db
    )
    off_beam = (-elevation - electrical_tilt_deg) / vertical_beamwidth_deg
    vertical = np.minimum(12.0 * off_beam**2, max_vertical_loss_db)
    return np.asarray(np.minimum(horizontal + vertical, max_horizontal_loss_db))


def _cut_loss_db(angle_deg: FloatArray, cut_loss_db: FloatArray) -> FloatArray:
    """Loss of a full-circle cut between its equally spaced angles, linear in dB."""
    steps = cut_loss_db.size
    known = np.isfinite(angle_deg)
    position = np.where(known, angle_deg % 360.0, 0.0) * (steps / 360.0)
    lower = np.floor(position).astype(np.int64)
    part = position - lower
    loss = (1.0 - part) * cut_loss_db[lower % steps] + part * cut_loss_db[(lower + 1) % steps]
    return np.where(known, loss, np.nan)


def measured_pattern_loss_db(
    azimuth_offset_deg: ArrayLike,
    elevation_deg: ArrayLike,
    *,
    pattern: AntennaPattern,
    electrical_tilt_deg: float = 0.0,
    mechanical_tilt_deg: float = 0.0,
) -> FloatArray:
    r"""Loss of a measured antenna from its peak gain, between its two cuts.

    Parameters
    ----------
    azimuth_offset_deg
        Azimuth of the direction minus azimuth of the antenna, clockwise, any shape [deg].
    elevation_deg
        Elevation of the direction, positive up, -90 to 90, broadcast with the azimuth [deg].
    pattern
        The two cuts.
    electrical_tilt_deg
        Tilt beyond the one in the vertical cut, positive down, -90 to 90 [deg].
    mechanical_tilt_deg
        Tilt of the antenna itself, positive down, -90 to 90 [deg].

    Returns
    -------
    pattern_loss_db
        Loss from peak gain, >= 0, float64; NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        An angle is impossible.

    Notes
    -----
    In the frame of :func:`antenna_frame`, with :math:`\theta = -e - \theta_{etilt}` and
    :math:`w = |\varphi| / 180°`, the front and back halves of the vertical cut are weighted by
    the azimuth:

    .. math::

        L = \max\{0, H(\varphi) + (1 - w)[V(\theta) - H(0)] + w[V(180° - \theta) - H(180°)]\}

    This is exact on both halves of the vertical cut, and on the horizontal cut where the two
    cuts agree at the front and at the back. Inside a cut the loss is linear in dB between
    angles.

    Source: the horizontal-projection interpolation; see F. Gil, A. R. Claro, J. M. Ferreira,
    C. Pardelinha, L. M. Correia, "A 3D interpolation method for base-station-antenna radiation
    patterns", IEEE Antennas and Propagation Magazine 43(2), 2001, which compares such methods.
    Not modelled: off-cut side lobes; a change of tilt beyond a few degrees changes the real
    shape, so a file measured at the tilt in use is better than ``electrical_tilt_deg`` here.

    Examples
    --------
    >>> cut = np.array([0.0, 10.0, 30.0, 10.0])
    >>> antenna = AntennaPattern("four corners", 900.0, 12.0, cut, cut, 0.0)
    >>> float(measured_pattern_loss_db(45.0, 0.0, pattern=antenna))
    5.0
    """
    _check_tilt(electrical_tilt_deg=electrical_tilt_deg)
    azimuth, elevation = antenna_frame(
        azimuth_offset_deg, elevation_deg, mechanical_tilt_deg=mechanical_tilt_deg
    )
    below = -elevation - electrical_tilt_deg
    horizontal = _cut_loss_db(azimuth, pattern.horizontal_loss_db)
    ahead, behind = _cut_loss_db(np.array([0.0, 180.0]), pattern.horizontal_loss_db)
    front = _cut_loss_db(below, pattern.vertical_loss_db) - ahead
    back = _cut_loss_db(180.0 - below, pattern.vertical_loss_db) - behind
    weight = np.abs(azimuth) / 180.0
    return np.asarray(np.maximum(0.0, horizontal + (1.0 - weight) * front + weight * back))
