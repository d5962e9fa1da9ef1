"""Okumura-Hata and COST 231-Hata: median loss from a base station above its surroundings.

Sources: M. Hata, Empirical Formula for Propagation Loss in Land Mobile Radio Services, IEEE
Trans. Veh. Technol. 29 (1980); COST 231 final report (1999), section 4.4.1.
"""

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DomainError
from phusong.models.ranges import Range, possible, warn_outside
from phusong.units import FloatArray

HataSurroundings = Literal["urban", "suburban", "open"]
CitySize = Literal["medium", "large"]

LARGE_CITY_SPLIT_MHZ: Final = 300.0
"""Frequency up to which the low formula of a large city holds."""

_FREQUENCY = Range(100.0, 3000.0, "MHz")
_TX_HEIGHT = Range(1.0, 3000.0, "m")
_RX_HEIGHT = Range(0.5, 10.0, "m")
"""Above 10 m the linear height correction outgrows the whole loss."""

_DISTANCE = Range(0.0, 200_000.0, "m", open_low=True)

_HATA_FREQUENCY = Range(150.0, 1500.0, "MHz")
_COST_FREQUENCY = Range(1500.0, 2000.0, "MHz")
_GOOD_TX_HEIGHT = Range(30.0, 200.0, "m")
_GOOD_RX_HEIGHT = Range(1.0, 10.0, "m")
_GOOD_DISTANCE = Range(1000.0, 20_000.0, "m")


def hata_loss_db(
    distance_m: ArrayLike,
    *,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    surroundings: HataSurroundings,
    city_size: CitySize = "medium",
) -> FloatArray:
    r"""Median basic transmission loss by Okumura-Hata.

    Parameters
    ----------
    distance_m
        Distance :math:`d` along the ground, any shape. Possible above 0 to 200 000, recommended
        1000 to 20 000 [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 100 to 3000, recommended 150 to 1500 [MHz].
    tx_height_m
        Effective height of the base :math:`h_b`: above the mean ground 3 to 15 km away.
        Possible 1 to 3000, recommended 30 to 200 [m].
    rx_height_m
        Height of the mobile :math:`h_m` above ground. Possible 0.5 to 10, recommended 1 to
        10 [m].
    surroundings
        Of the mobile: ``"urban"``, ``"suburban"`` or ``"open"``.
    city_size
        Which height correction of the mobile: ``"medium"`` for small and medium-sized cities,
        or ``"large"``.

    Returns
    -------
    numpy.ndarray
        Positive loss, float64, broadcast shape; NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        A value is impossible, or a word is unknown.

    Warns
    -----
    ModelRangeWarning
        Values are outside the recommended range; the loss is still computed.

    Notes
    -----
    .. math::
        L = 69.55 + 26.16 \log f - 13.82 \log h_b - a(h_m)
            + (44.9 - 6.55 \log h_b) \log d

    less :math:`2 \log^2(f/28) + 5.4` in suburbs or :math:`4.78 \log^2 f - 18.33 \log f + 40.94`
    in open country, with :math:`f` in MHz and :math:`d` in km.

    Source: Hata (1980), equations as in the abstract table. Departures: the large city's formula
    for low frequencies is taken up to 300 MHz, where the literature has 200, 300 or 400 MHz.
    Not modelled: terrain, individual buildings, gases, antenna pattern.

    Examples
    --------
    >>> loss = hata_loss_db(
    ...     5000.0, frequency_mhz=900.0, tx_height_m=40.0, rx_height_m=1.5, surroundings="urban"
    ... )
    >>> round(float(loss), 2)
    148.73
    """
    d, f, h_b, h_m = _checked(distance_m, frequency_mhz, tx_height_m, rx_height_m)
    _check_word("surroundings", surroundings, get_args(HataSurroundings))
    _check_word("city_size", city_size, get_args(CitySize))
    warn_outside(
        "Okumura-Hata",
        distance_m=(d, _GOOD_DISTANCE),
        frequency_mhz=(f, _HATA_FREQUENCY),
        tx_height_m=(h_b, _GOOD_TX_HEIGHT),
        rx_height_m=(h_m, _GOOD_RX_HEIGHT),
    )
    log_f = np.log10(f)
    a = _large_city_db(f, h_m) if city_size == "large" else _medium_city_db(f, h_m)
    loss = 69.55 + 26.16 * log_f - a + _distance_db(d, h_b)
    if surroundings == "suburban":
        loss = loss - 2.0 * np.log10(f / 28.0) ** 2 - 5.4
    elif surroundings == "open":
        loss = loss - 4.78 * log_f**2 + 18.33 * log_f - 40.94
    return np.asarray(loss)


def cost231_loss_db(
    distance_m: ArrayLike,
    *,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    city_size: CitySize = "medium",
) -> FloatArray:
    r"""Median basic transmission loss by COST 231-Hata, for cities and suburbs.

    Parameters
    ----------
    distance_m
        Distance :math:`d` along the ground, any shape. Possible above 0 to 200 000, recommended
        1000 to 20 000 [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 100 to 3000, recommended 1500 to 2000 [MHz].
    tx_height_m
        Effective height of the base :math:`h_b`, above the roofs around it. Possible 1 to 3000,
        recommended 30 to 200 [m].
    rx_height_m
        Height of the mobile :math:`h_m` above ground. Possible 0.5 to 10, recommended 1 to
        10 [m].
    city_size
        ``"medium"`` for medium-sized cities and suburban centres with some trees, ``"large"``
        for metropolitan centres, which lose 3 dB more.

    Returns
    -------
    numpy.ndarray
        Positive loss, float64, broadcast shape; NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        A value is impossible, or a word is unknown.

    Warns
    -----
    ModelRangeWarning
        Values are outside the recommended range; the loss is still computed.

    Notes
    -----
    .. math::
        L = 46.3 + 33.9 \log f - 13.82 \log h_b - a(h_m)
            + (44.9 - 6.55 \log h_b) \log d + C_m

    with :math:`f` in MHz, :math:`d` in km and :math:`a(h_m)` of a medium-sized city always.

    Source: COST 231 final report (1999), section 4.4.1. Departures: none.
    Not modelled: open country, terrain, individual buildings, gases, antenna pattern.

    Examples
    --------
    >>> loss = cost231_loss_db(5000.0, frequency_mhz=1800.0, tx_height_m=40.0, rx_height_m=1.5)
    >>> round(float(loss), 2)
    158.52
    """
    d, f, h_b, h_m = _checked(distance_m, frequency_mhz, tx_height_m, rx_height_m)
    _check_word("city_size", city_size, get_args(CitySize))
    warn_outside(
        "COST 231-Hata",
        distance_m=(d, _GOOD_DISTANCE),
        frequency_mhz=(f, _COST_FREQUENCY),
        tx_height_m=(h_b, _GOOD_TX_HEIGHT),
        rx_height_m=(h_m, _GOOD_RX_HEIGHT),
    )
    c_m = 3.0 if city_size == "large" else 0.0
    loss = 46.3 + 33.9 * np.log10(f) - _medium_city_db(f, h_m) + _distance_db(d, h_b) + c_m
    return np.asarray(loss)


def _checked(
    distance_m: ArrayLike, frequency_mhz: ArrayLike, tx_height_m: ArrayLike, rx_height_m: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Inputs as float64, refused where impossible."""
    height = "give metres above the ground"
    return (
        possible("distance_m", distance_m, _DISTANCE, hint="give the distance in metres"),
        possible("frequency_mhz", frequency_mhz, _FREQUENCY, hint="did you pass GHz or Hz?"),
        possible("tx_height_m", tx_height_m, _TX_HEIGHT, hint=height),
        possible("rx_height_m", rx_height_m, _RX_HEIGHT, hint=height),
    )


def _check_word(name: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise DomainError(
            f"{name}={word!r} is unknown, {', '.join(known[:-1])} or {known[-1]} is allowed; "
            "correct the word"
        )


def _distance_db(d_m: FloatArray, h_b: FloatArray) -> FloatArray:
    """The part that both formulae share."""
    log_h = np.log10(h_b)
    return np.asarray(-13.82 * log_h + (44.9 - 6.55 * log_h) * np.log10(d_m / 1000.0))


def _medium_city_db(f: FloatArray, h_m: FloatArray) -> FloatArray:
    """Height correction of the mobile in a small or medium-sized city, a(h_m)."""
    log_f = np.log10(f)
    return np.asarray((1.1 * log_f - 0.7) * h_m - (1.56 * log_f - 0.8))


def _large_city_db(f: FloatArray, h_m: FloatArray) -> FloatArray:
    """Height correction of the mobile in a large city, a(h_m)."""
    low = 8.29 * np.log10(1.54 * h_m) ** 2 - 1.1
    high = 3.2 * np.log10(11.75 * h_m) ** 2 - 4.97
    return np.where(f <= LARGE_CITY_SPLIT_MHZ, low, high)
