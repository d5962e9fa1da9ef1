"""ITU-R P.2109-2: loss of entering a building."""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from phusong.errors import DomainError
from phusong.models.ranges import Range, possible
from phusong.units import FloatArray

BuildingType = Literal["traditional", "thermally efficient"]

_COEFFICIENTS: Final[dict[str, tuple[float, ...]]] = {
    "traditional": (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
    "thermally efficient": (28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1),
}
"""r, s, t, u, v, w, x, y and z of table 1."""

_FREQUENCY = Range(80.0, 100_000.0, "MHz")
_PERCENT = Range(0.0, 100.0, "%", open_low=True, open_high=True)
_ELEVATION = Range(-90.0, 90.0, "degrees")


def building_entry_loss_db(
    frequency_mhz: ArrayLike,
    *,
    building_type: BuildingType,
    not_exceeded_percent: ArrayLike = 50.0,
    elevation_deg: ArrayLike = 0.0,
) -> FloatArray:
    r"""Loss between the outside of a building and a terminal within it.

    Parameters
    ----------
    frequency_mhz
        Carrier frequency :math:`f`, 80 to 100 000, any shape [MHz].
    building_type
        ``"traditional"`` or ``"thermally efficient"`` (metallised glass, foil-backed panels).
    not_exceeded_percent
        Probability :math:`100 P` that the loss is not exceeded, over buildings and places in
        them, above 0 and below 100 [%].
    elevation_deg
        Elevation :math:`\theta` of the path at the facade, -90 to 90; its sign does not
        matter [deg].

    Returns
    -------
    numpy.ndarray
        Loss :math:`L_{bel}`, float64, broadcast shape; it may be negative for a few percent of
        places; NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        A value is outside the Recommendation's range, or the type is unknown.

    Notes
    -----
    .. math::
        L_{bel} = 10 \log(10^{0.1 (\mu_1 + \sigma_1 F^{-1}(P))}
            + 10^{0.1 (\mu_2 + \sigma_2 F^{-1}(P))} + 10^{-0.3})

    .. math::
        \mu_1 = r + s \log f + t \log^2 f + 0.212 |\theta|, \quad
        \sigma_1 = u + v \log f, \quad \mu_2 = w + x \log f, \quad \sigma_2 = y + z \log f

    with :math:`f` in GHz.

    Source: ITU-R P.2109-2, section 3 and table 1. Departures: none.
    Not modelled: which building it is, how deep inside the terminal is.

    Examples
    --------
    >>> round(float(building_entry_loss_db(900.0, building_type="traditional")), 2)
    14.24
    """
    f_mhz = possible("frequency_mhz", frequency_mhz, _FREQUENCY, hint="did you pass GHz or Hz?")
    P = possible(
        "not_exceeded_percent", not_exceeded_percent, _PERCENT, hint="give percent, not a fraction"
    )
    theta = possible("elevation_deg", elevation_deg, _ELEVATION)
    if building_type not in _COEFFICIENTS:
        raise DomainError(
            f"building_type={building_type!r} is unknown, traditional or thermally efficient is "
            "allowed; correct the words"
        )
    r, s, t, u, v, w, x, y, z = _COEFFICIENTS[building_type]
    log_f = np.log10(f_mhz / 1000.0)
    quantile = ndtri(P / 100.0)
    mu_1 = r + s * log_f + t * log_f**2 + 0.212 * np.abs(theta)  # P.2109-2, L_h and L_e
    mu_2 = w + x * log_f
    A = mu_1 + (u + v * log_f) * quantile
    B = mu_2 + (y + z * log_f) * quantile
    return np.asarray(10.0 * np.log10(10.0 ** (0.1 * A) + 10.0 ** (0.1 * B) + 10.0**-0.3))


def building_entry_spread_db(
    frequency_mhz: ArrayLike, *, building_type: BuildingType, elevation_deg: ArrayLike = 0.0
) -> FloatArray:
    """Half the span of the entry loss from 16 to 84 %, as a standard deviation.

    Parameters
    ----------
    frequency_mhz
        Carrier frequency, 80 to 100 000, any shape [MHz].
    building_type
        ``"traditional"`` or ``"thermally efficient"``.
    elevation_deg
        Elevation of the path at the facade, -90 to 90 [deg].

    Returns
    -------
    numpy.ndarray
        Spread, float64, broadcast shape; NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        A value is outside the Recommendation's range, or the type is unknown.

    Notes
    -----
    Source: ITU-R P.2109-2; the loss is not normally distributed, so this is an approximation for
    models that ask for a standard deviation, such as ITU-R P.1812. Departures: none.
    Not modelled: the long tail of deep indoor places.

    Examples
    --------
    >>> round(float(building_entry_spread_db(900.0, building_type="traditional")), 2)
    7.6
    """
    high, low = (
        building_entry_loss_db(
            frequency_mhz,
            building_type=building_type,
            not_exceeded_percent=percent,
            elevation_deg=elevation_deg,
        )
        for percent in (84.0, 16.0)
    )
    return np.asarray((high - low) / 2.0)
