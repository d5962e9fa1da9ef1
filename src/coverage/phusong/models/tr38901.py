"""3GPP TR 38.901, rural and urban macro cells (RMa, UMa): statistics, not a map of a place.

Loss follows from distance and heights alone, so the same in every direction: over a map these
models draw circles. Source: 3GPP TR 38.901 V17, tables 7.4.1-1 and 7.4.2-1.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DomainError
from phusong.models.ranges import Range, possible, warn_outside
from phusong.units import FloatArray

Visibility = Literal["los", "nlos"]

_C_M_PER_S: Final = 3.0e8
_EFFECTIVE_ENVIRONMENT_M: Final = 1.0

_DISTANCE = Range(0.0, 100_000.0, "m", open_low=True)
_FREQUENCY = Range(100.0, 100_000.0, "MHz")
_TX_HEIGHT = Range(2.0, 1000.0, "m")
_RX_HEIGHT = Range(1.0, 100.0, "m")
_STREET = Range(1.0, 1000.0, "m")
_BUILDING = Range(1.0, 100.0, "m")

_GOOD_LOS_DISTANCE = Range(10.0, 10_000.0, "m")
_GOOD_DISTANCE = Range(10.0, 5000.0, "m")
_GOOD_FREQUENCY_RMA = Range(500.0, 30_000.0, "MHz")
_GOOD_FREQUENCY_UMA = Range(500.0, 100_000.0, "MHz")


@dataclass(frozen=True, eq=False)
class Tr38901Result:
    """Median loss, its spread, and how likely the sight is that was assumed.

    Parameters
    ----------
    basic_transmission_loss_db
        Median loss between isotropic antennas, broadcast shape; NaN where unknown [dB].
    shadow_sigma_db
        Standard deviation of shadow fading about the median [dB].
    line_of_sight_share
        Share of places at this distance that see the base.
    """

    basic_transmission_loss_db: FloatArray
    shadow_sigma_db: FloatArray
    line_of_sight_share: FloatArray


def tr38901_rma(
    distance_m: ArrayLike,
    *,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike = 35.0,
    rx_height_m: ArrayLike = 1.5,
    visibility: Visibility,
    street_width_m: ArrayLike = 20.0,
    building_height_m: ArrayLike = 5.0,
) -> Tr38901Result:
    r"""Median loss of a rural macro cell, RMa.

    Parameters
    ----------
    distance_m
        Distance along the ground :math:`d_{2D}`, any shape. Possible above 0 to 100 000,
        recommended 10 to 10 000 in line of sight and 10 to 5000 without [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 100 to 100 000, recommended 500 to 30 000 [MHz].
    tx_height_m
        Height of the base :math:`h_b`. Possible 2 to 1000, recommended 10 to 150 [m].
    rx_height_m
        Height of the user :math:`h_u`. Possible 1 to 100, recommended 1 to 10 [m].
    visibility
        ``"los"`` in line of sight, ``"nlos"`` without.
    street_width_m
        Average street width :math:`W`. Possible 1 to 1000, recommended 5 to 50 [m].
    building_height_m
        Average building height :math:`h`. Possible 1 to 100, recommended 5 to 50 [m].

    Returns
    -------
    Tr38901Result
        Median loss, shadow fading, probability of line of sight.

    Raises
    ------
    DomainError
        A value is impossible, or the visibility is unknown.

    Warns
    -----
    ModelRangeWarning
        Values are outside the recommended range; the loss is still computed.

    Notes
    -----
    In line of sight :math:`PL_1(d_{3D})` up to the break distance
    :math:`d_{BP} = 2 \pi h_b h_u f / c`, then :math:`PL_1(d_{BP}) + 40 \log(d_{3D}/d_{BP})`;
    without, the larger of that and the NLOS formula.

    Source: 3GPP TR 38.901 V17, tables 7.4.1-1 and 7.4.2-1, RMa, with :math:`c` = 3e8 m/s.
    Departures: none. Not modelled: terrain, any particular building, indoor users, gases.

    Examples
    --------
    >>> result = tr38901_rma(2000.0, frequency_mhz=700.0, visibility="nlos")
    >>> round(float(result.basic_transmission_loss_db), 2)
    128.07
    """
    d, f_ghz, h_b, h_u = _checked(distance_m, frequency_mhz, tx_height_m, rx_height_m, visibility)
    W = possible("street_width_m", street_width_m, _STREET)
    h = possible("building_height_m", building_height_m, _BUILDING)
    in_sight = visibility == "los"
    warn_outside(
        "TR 38.901 RMa",
        distance_m=(d, _GOOD_LOS_DISTANCE if in_sight else _GOOD_DISTANCE),
        frequency_mhz=(1000.0 * f_ghz, _GOOD_FREQUENCY_RMA),
        tx_height_m=(h_b, Range(10.0, 150.0, "m")),
        rx_height_m=(h_u, Range(1.0, 10.0, "m")),
        street_width_m=(W, Range(5.0, 50.0, "m")),
        building_height_m=(h, Range(5.0, 50.0, "m")),
    )
    d_3 = np.hypot(d, h_b - h_u)
    d_bp = 2.0 * np.pi * h_b * h_u * f_ghz * 1e9 / _C_M_PER_S  # table 7.4.1-1, note 5
    beyond = _rma_pl1(d_bp, f_ghz, h) + 40.0 * np.log10(d_3 / d_bp)  # table 7.4.1-1, PL_2
    loss = np.where(d <= d_bp, _rma_pl1(d_3, f_ghz, h), beyond)
    sigma = np.where(d <= d_bp, 4.0, 6.0)
    if not in_sight:
        loss = np.maximum(loss, _rma_nlos(d_3, f_ghz, h_b, h_u, W, h))
        sigma = np.full_like(sigma, 8.0)
    share = np.where(d <= 10.0, 1.0, np.exp(-(d - 10.0) / 1000.0))  # table 7.4.2-1
    return _result(loss, sigma, share)


def tr38901_uma(
    distance_m: ArrayLike,
    *,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike = 25.0,
    rx_height_m: ArrayLike = 1.5,
    visibility: Visibility,
) -> Tr38901Result:
    r"""Median loss of an urban macro cell, UMa.

    Parameters
    ----------
    distance_m
        Distance along the ground :math:`d_{2D}`, any shape. Possible above 0 to 100 000,
        recommended 10 to 5000 [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 100 to 100 000, recommended 500 to 100 000 [MHz].
    tx_height_m
        Height of the base :math:`h_b`. Possible 2 to 1000, recommended 25 and no other [m].
    rx_height_m
        Height of the user :math:`h_u`. Possible 1 to 100, recommended 1.5 to 22.5 [m].
    visibility
        ``"los"`` in line of sight, ``"nlos"`` without.

    Returns
    -------
    Tr38901Result
        Median loss, shadow fading, probability of line of sight.

    Raises
    ------
    DomainError
        A value is impossible, or the visibility is unknown.

    Warns
    -----
    ModelRangeWarning
        Values are outside the recommended range; the loss is still computed.

    Notes
    -----
    In line of sight :math:`28 + 22 \log d_{3D} + 20 \log f` up to the break distance
    :math:`d'_{BP} = 4 (h_b - h_E)(h_u - h_E) f / c`, then a slope of 40 dB a decade; without,
    the larger of that and :math:`13.54 + 39.08 \log d_{3D} + 20 \log f - 0.6 (h_u - 1.5)`.

    Source: 3GPP TR 38.901 V17, tables 7.4.1-1 and 7.4.2-1, UMa, with :math:`c` = 3e8 m/s.
    Departures: the height of the effective environment :math:`h_E` is 1 m for every user, where
    the report draws it at random for users at 13 m and above.
    Not modelled: terrain, any particular building, indoor users, gases.

    Examples
    --------
    >>> result = tr38901_uma(500.0, frequency_mhz=3500.0, visibility="nlos")
    >>> round(float(result.basic_transmission_loss_db), 2)
    129.92
    """
    d, f_ghz, h_b, h_u = _checked(distance_m, frequency_mhz, tx_height_m, rx_height_m, visibility)
    warn_outside(
        "TR 38.901 UMa",
        distance_m=(d, _GOOD_DISTANCE),
        frequency_mhz=(1000.0 * f_ghz, _GOOD_FREQUENCY_UMA),
        tx_height_m=(h_b, Range(25.0, 25.0, "m")),
        rx_height_m=(h_u, Range(1.5, 22.5, "m")),
    )
    d_3 = np.hypot(d, h_b - h_u)
    h_E = _EFFECTIVE_ENVIRONMENT_M
    d_bp = 4.0 * (h_b - h_E) * (h_u - h_E) * f_ghz * 1e9 / _C_M_PER_S  # table 7.4.1-1, note 1
    log_d, log_f = np.log10(d_3), np.log10(f_ghz)
    near = 28.0 + 22.0 * log_d + 20.0 * log_f  # table 7.4.1-1, PL_1
    far = 28.0 + 40.0 * log_d + 20.0 * log_f - 9.0 * np.log10(d_bp**2 + (h_b - h_u) ** 2)
    loss = np.where(d <= d_bp, near, far)
    sigma = 4.0
    if visibility == "nlos":
        loss = np.maximum(loss, 13.54 + 39.08 * log_d + 20.0 * log_f - 0.6 * (h_u - 1.5))
        sigma = 6.0
    return _result(loss, np.asarray(sigma), _uma_line_of_sight(d, h_u))


def _checked(
    distance_m: ArrayLike,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    visibility: str,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Distance, frequency in GHz and heights as float64, refused where impossible."""
    if visibility not in get_args(Visibility):
        raise DomainError(
            f"visibility={visibility!r} is unknown, los or nlos is allowed; correct the word"
        )
    height = "give metres above the ground"
    f_mhz = possible("frequency_mhz", frequency_mhz, _FREQUENCY, hint="did you pass GHz or Hz?")
    return (
        possible("distance_m", distance_m, _DISTANCE, hint="give the distance in metres"),
        np.asarray(f_mhz / 1000.0),
        possible("tx_height_m", tx_height_m, _TX_HEIGHT, hint=height),
        possible("rx_height_m", rx_height_m, _RX_HEIGHT, hint=height),
    )


def _rma_pl1(d_3: FloatArray, f_ghz: FloatArray, h: FloatArray) -> FloatArray:
    """RMa in line of sight before the break distance, PL_1."""
    return np.asarray(
        20.0 * np.log10(40.0 * np.pi * d_3 * f_ghz / 3.0)
        + np.minimum(0.03 * h**1.72, 10.0) * np.log10(d_3)
        - np.minimum(0.044 * h**1.72, 14.77)
        + 0.002 * d_3 * np.log10(h)
    )


def _rma_nlos(
    d_3: FloatArray,
    f_ghz: FloatArray,
    h_b: FloatArray,
    h_u: FloatArray,
    W: FloatArray,
    h: FloatArray,
) -> FloatArray:
    """RMa without line of sight, before it is compared with PL of line of sight."""
    return np.asarray(
        161.04
        - 7.1 * np.log10(W)
        + 7.5 * np.log10(h)
        - (24.37 - 3.7 * (h / h_b) ** 2) * np.log10(h_b)
        + (43.42 - 3.1 * np.log10(h_b)) * (np.log10(d_3) - 3.0)
        + 20.0 * np.log10(f_ghz)
        - (3.2 * np.log10(11.75 * h_u) ** 2 - 4.97)
    )


def _uma_line_of_sight(d: FloatArray, h_u: FloatArray) -> FloatArray:
    """Probability of line of sight in an urban macro cell, table 7.4.2-1."""
    C = np.where(h_u <= 13.0, 0.0, np.maximum((h_u - 13.0) / 10.0, 0.0) ** 1.5)
    base = 18.0 / d + np.exp(-d / 63.0) * (1.0 - 18.0 / d)
    high = 1.0 + C * 1.25 * (d / 100.0) ** 3 * np.exp(-d / 150.0)
    return np.where(d <= 18.0, 1.0, np.minimum(base * high, 1.0))


def _result(loss: FloatArray, sigma: FloatArray, share: FloatArray) -> Tr38901Result:
    """All three in one shape."""
    return Tr38901Result(*(np.array(part) for part in np.broadcast_arrays(loss, sigma, share)))
