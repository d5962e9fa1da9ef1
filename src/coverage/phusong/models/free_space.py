"""Free space: what distance alone takes, the floor under every other model."""

import numpy as np
from numpy.typing import ArrayLike

from phusong.models.ranges import Range, possible, warn_outside
from phusong.units import FloatArray

SPEED_OF_LIGHT_M_PER_S = 299_792_458.0

_DISTANCE = Range(0.0, unit="m", open_low=True)
_FREQUENCY = Range(1.0, 1_000_000.0, "MHz")
_GOOD_FREQUENCY = Range(10.0, 300_000.0, "MHz")


def free_space_loss_db(distance_m: ArrayLike, *, frequency_mhz: ArrayLike) -> FloatArray:
    r"""Free-space basic transmission loss between isotropic antennas.

    Parameters
    ----------
    distance_m
        Slant distance :math:`d` from transmitter to receiver, > 0, any shape [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 1 to 1 000 000, recommended 10 to 300 000 [MHz].

    Returns
    -------
    numpy.ndarray
        Positive loss beyond the near field, float64, broadcast shape; NaN where an input is
        NaN [dB].

    Raises
    ------
    DomainError
        A distance is <= 0, or a frequency is outside the possible range.

    Warns
    -----
    ModelRangeWarning
        A frequency is outside the recommended range, or the antennas are closer than one
        wavelength; the loss is still computed.

    Notes
    -----
    .. math:: L_{bf} = 20 \log_{10}(4 \pi d / \lambda), \quad \lambda = c / f

    which is 32.4478 + 20 log f + 20 log d with MHz and km. The Recommendation rounds the
    constant to 32.4, ITM to 32.45 and P.1812 to 92.4 with GHz; those models keep their own.

    Source: ITU-R P.525-5, free-space basic transmission loss of point-to-point links.
    Departures: the constant is not rounded.
    Not modelled: terrain, clutter, gases, antenna pattern.

    Examples
    --------
    >>> round(float(free_space_loss_db(1000.0, frequency_mhz=1000.0)), 2)
    92.45
    """
    d = possible("distance_m", distance_m, _DISTANCE, hint="give the distance in metres")
    f = possible("frequency_mhz", frequency_mhz, _FREQUENCY, hint="did you pass GHz or Hz?")
    wavelengths = d * f * (1e6 / SPEED_OF_LIGHT_M_PER_S)
    warn_outside(
        "free space",
        frequency_mhz=(f, _GOOD_FREQUENCY),
        distance_in_wavelengths=(np.asarray(wavelengths), Range(1.0)),
    )
    return np.asarray(20.0 * np.log10(4.0 * np.pi * wavelengths))  # P.525, L_bf
