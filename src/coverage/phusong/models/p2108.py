"""ITU-R P.2108-1: loss of the clutter round a terminal, for models that do not carry it.

Not to be added to ITU-R P.1812 with clutter heights in its profile: that would count it twice.
"""

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from phusong.errors import DomainError
from phusong.models.ranges import Range, possible
from phusong.units import FloatArray

ClutterClass = Literal["water", "open", "suburban", "urban", "trees", "dense urban"]

_PERCENT: Final = Range(0.0, 100.0, "%", open_low=True, open_high=True)
_POSITIVE: Final = Range(0.0, unit="m", open_low=True)
_FREQUENCY_HINT: Final = "did you pass GHz? Give MHz"
_PERCENT_HINT: Final = "give percent, not a fraction"
_FARTHEST_KM: Final = 2.0


def height_gain_clutter_loss_db(
    frequency_mhz: ArrayLike,
    *,
    rx_height_m: ArrayLike,
    clutter_height_m: ArrayLike,
    clutter_class: ClutterClass,
    street_width_m: ArrayLike = 27.0,
) -> FloatArray:
    r"""Loss to a terminal below the clutter that surrounds it.

    Parameters
    ----------
    frequency_mhz
        Carrier frequency :math:`f`, 30 to 3000, any shape [MHz].
    rx_height_m
        Height of the terminal :math:`h` above ground, > 0 [m].
    clutter_height_m
        Representative clutter height :math:`R`, > 0 [m].
    clutter_class
        ``"water"``, ``"open"`` (open and rural), ``"suburban"``, ``"urban"``, ``"trees"`` or
        ``"dense urban"``.
    street_width_m
        Width of the street :math:`w_s`, > 0; 27 where it is not known [m].

    Returns
    -------
    numpy.ndarray
        Loss :math:`A_h` to add, float64, broadcast shape; 0 for a terminal above the clutter,
        NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        A value is outside the Recommendation's range, or the class is unknown.

    Notes
    -----
    Water and open country: :math:`A_h = -(21.8 + 6.2 \log f) \log(h/R)` with :math:`f` in GHz.
    Other classes: diffraction :math:`J(\nu) - 6.03` over the clutter at half a street's width,
    :math:`\nu = 0.342 \sqrt{f (R-h) \arctan((R-h)/w_s)}`, the angle in degrees.

    Source: ITU-R P.2108-1, section 3.1. Departures: none. Not modelled: a terminal inside
    vegetation or a building.

    Examples
    --------
    >>> loss = height_gain_clutter_loss_db(
    ...     1500.0, rx_height_m=2.0, clutter_height_m=10.0, clutter_class="suburban"
    ... )
    >>> round(float(loss), 1)
    20.5
    """
    f_ghz = _frequency_ghz(frequency_mhz, Range(30.0, 3000.0, "MHz"))
    h = possible("rx_height_m", rx_height_m, _POSITIVE, hint="give metres above the ground")
    R = possible("clutter_height_m", clutter_height_m, _POSITIVE)
    w_s = possible("street_width_m", street_width_m, _POSITIVE)
    if clutter_class not in get_args(ClutterClass):
        known = ", ".join(get_args(ClutterClass))
        raise DomainError(
            f"clutter_class={clutter_class!r} is unknown, one of {known} is allowed; "
            "correct the word"
        )
    below = np.where(h >= R, 0.0, R - h)
    if clutter_class in {"water", "open"}:
        loss = -(21.8 + 6.2 * np.log10(f_ghz)) * np.log10(h / R)  # P.2108-1, § 3.1, A_h
    else:
        angle_deg = np.degrees(np.arctan(below / w_s))
        nu = 0.342 * np.sqrt(f_ghz) * np.sqrt(below * angle_deg)
        # nu is at least 0, so J needs no lower bound
        loss = 6.9 + 20.0 * np.log10(np.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1) - 6.03
    return np.where(h >= R, np.where(np.isnan(loss), np.nan, 0.0), loss)


def terrestrial_clutter_loss_db(
    distance_m: ArrayLike, *, frequency_mhz: ArrayLike, location_percent: ArrayLike
) -> FloatArray:
    r"""Statistical loss of built-up surroundings at one end of a terrestrial path.

    Parameters
    ----------
    distance_m
        Path length :math:`d`, at least 250, any shape [m].
    frequency_mhz
        Carrier frequency :math:`f`, 500 to 67 000 [MHz].
    location_percent
        Share of locations :math:`p` for which the loss is not exceeded, above 0 and below
        100 [%].

    Returns
    -------
    numpy.ndarray
        Loss :math:`L_{ctt}` to add for that end, float64, broadcast shape; NaN where an input
        is NaN [dB].

    Raises
    ------
    DomainError
        A value is outside the Recommendation's range.

    Notes
    -----
    .. math::
        L_l = -2 \log(10^{-5 \log f - 12.5} + 10^{-16.5}), \quad
        L_s = 32.98 + 23.9 \log d + 3 \log f

    .. math::
        L_{ctt} = -5 \log(10^{-0.2 L_l} + 10^{-0.2 L_s}) - \sigma_{cb} Q^{-1}(p/100)

    with :math:`f` in GHz and :math:`d` in km, and never above the loss at 2 km. A path from
    0.25 to 1 km gets it at one end only.

    Source: ITU-R P.2108-1, section 3.2. Departures: none. Not modelled: open country, forest.

    Examples
    --------
    >>> loss = terrestrial_clutter_loss_db(15800.0, frequency_mhz=26600.0, location_percent=45.0)
    >>> round(float(loss), 1)
    32.5
    """
    f_ghz = _frequency_ghz(frequency_mhz, Range(500.0, 67_000.0, "MHz"))
    d = possible("distance_m", distance_m, Range(250.0, unit="m"), hint="leave it out below")
    p = possible("location_percent", location_percent, _PERCENT, hint=_PERCENT_HINT)
    loss = _terrestrial_db(d / 1000.0, f_ghz, p)
    return np.minimum(loss, _terrestrial_db(np.asarray(_FARTHEST_KM), f_ghz, p))


def slant_clutter_loss_db(
    elevation_deg: ArrayLike, *, frequency_mhz: ArrayLike, location_percent: ArrayLike
) -> FloatArray:
    r"""Statistical loss of built-up surroundings towards an aircraft or a satellite.

    Parameters
    ----------
    elevation_deg
        Elevation of the other end :math:`\theta`, 0 to 90, any shape [deg].
    frequency_mhz
        Carrier frequency :math:`f`, 10 000 to 100 000 [MHz].
    location_percent
        Share of locations :math:`p` for which the loss is not exceeded, above 0 and below
        100 [%].

    Returns
    -------
    numpy.ndarray
        Loss :math:`L_{ces}` to add, float64, broadcast shape; it may be slightly negative; NaN
        where an input is NaN [dB].

    Raises
    ------
    DomainError
        A value is outside the Recommendation's range.

    Notes
    -----
    .. math::
        L_{ces} = \left\{-K_1 \ln(1 - p/100)
            \cot\left[A_1 (1 - \theta/90) + \pi \theta / 180\right]\right\}^{0.5 (90-\theta)/90}
            - 1 - 0.6\, Q^{-1}(p/100)

    with :math:`K_1 = 93 f^{0.175}`, :math:`A_1 = 0.05` and :math:`f` in GHz.

    Source: ITU-R P.2108-1, section 3.3. Departures: none. Not modelled: open country, forest.

    Examples
    --------
    >>> loss = slant_clutter_loss_db(10.5, frequency_mhz=10000.0, location_percent=45.0)
    >>> round(float(loss), 1)
    12.4
    """
    f_ghz = _frequency_ghz(frequency_mhz, Range(10_000.0, 100_000.0, "MHz"))
    theta = possible("elevation_deg", elevation_deg, Range(0.0, 90.0, "degrees"))
    share = possible("location_percent", location_percent, _PERCENT, hint=_PERCENT_HINT) / 100.0
    # At the zenith the cotangent is 0 up to rounding, and its power 0 makes 1 of it.
    cot = np.maximum(1.0 / np.tan(0.05 * (1.0 - theta / 90.0) + np.radians(theta)), 0.0)
    spread = -93.0 * f_ghz**0.175 * np.log1p(-share) * cot
    return np.asarray(spread ** (0.5 * (90.0 - theta) / 90.0) - 1.0 + 0.6 * ndtri(share))


def _frequency_ghz(frequency_mhz: ArrayLike, allowed: Range) -> FloatArray:
    return np.asarray(
        possible("frequency_mhz", frequency_mhz, allowed, hint=_FREQUENCY_HINT) / 1000.0
    )


def _terrestrial_db(d_km: FloatArray, f_ghz: FloatArray, p_percent: FloatArray) -> FloatArray:
    """Loss of section 3.2 without its bound."""
    log_f = np.log10(f_ghz)
    L_l = -2.0 * np.log10(10.0 ** (-5.0 * log_f - 12.5) + 10.0**-16.5)  # P.2108-1, § 3.2, L_l
    L_s = 32.98 + 23.9 * np.log10(d_km) + 3.0 * log_f  # P.2108-1, § 3.2, L_s
    w_l, w_s = 10.0 ** (-0.2 * L_l), 10.0 ** (-0.2 * L_s)
    sigma = np.sqrt((16.0 * w_l + 36.0 * w_s) / (w_l + w_s))  # P.2108-1, § 3.2, sigma_cb
    return np.asarray(-5.0 * np.log10(w_l + w_s) + sigma * ndtri(p_percent / 100.0))
