"""Rain on microwave hops: how much falls, what it takes, and which band bears it."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from phusong.errors import DomainError
from phusong.planning.microwave import BANDS_MHZ, SPEED_OF_LIGHT_M_PER_S
from phusong.study import RainSection

Polarization = Literal["vertical", "horizontal"]
DAYS = (31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0)
"""Days of each month in a mean year, as ITU-R P.837 counts them."""
USUAL_PERCENT = 0.01
"""Share of the year that rain is told for [%]."""
MOST_RATE_MM_PER_H = 500.0
LEAST_INVERSE_FACTOR = 0.4
"""The distance factor is at most 2.5."""

# ITU-R P.838-3, tables 1 to 4: a_j, b_j, c_j of the bells, then m and c of the line.
_K = {
    "horizontal": (
        ((-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400),
         (-0.23789, 0.86036, 0.15354), (-0.94158, 0.64552, 0.16817)), -0.18961, 0.71147,
    ),
    "vertical": (
        ((-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059),
         (-0.39902, 0.73042, 0.11899), (0.50167, 1.07319, 0.27195)), -0.16398, 0.63297,
    ),
}  # fmt: skip
_ALPHA = {
    "horizontal": (
        ((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822),
         (0.32177, 0.63773, 0.13164), (-5.37610, -0.96230, 1.47828),
         (16.1721, -3.29980, 3.43990)), 0.67849, -1.95537,
    ),
    "vertical": (
        ((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039),
         (-0.20238, 1.14520, 0.26809), (-48.2991, 0.791669, 0.116226),
         (48.5833, 0.791459, 0.116479)), -0.053739, 0.83433,
    ),
}  # fmt: skip


def rain_coefficients(
    frequency_mhz: float, polarization: Polarization = "vertical"
) -> tuple[float, float]:
    r"""Coefficients of the attenuation that rain causes on a level path.

    Parameters
    ----------
    frequency_mhz
        Carrier, 1000 to 1 000 000 [MHz].
    polarization
        ``vertical`` or ``horizontal``.

    Returns
    -------
    k, alpha
        Of :math:`\gamma_R = k R^\alpha` with dB/km and mm/h.

    Raises
    ------
    DomainError
        The carrier is outside the range, or the polarization is unknown.

    Notes
    -----
    Source: ITU-R P.838-3, equations 2 and 3.

    Examples
    --------
    >>> [round(value, 5) for value in rain_coefficients(10_000.0)]
    [0.01129, 1.21565]
    """
    if not 1000.0 <= frequency_mhz <= 1e6:
        raise DomainError(
            f"frequency_mhz={frequency_mhz:g} is outside 1000 to 1000000 MHz; did you pass GHz?"
        )
    if polarization not in _K:
        raise DomainError(f"polarization={polarization!r} is unknown; vertical and horizontal are")
    at = math.log10(frequency_mhz / 1000.0)
    return 10.0 ** _curve(_K[polarization], at), _curve(_ALPHA[polarization], at)  # eq. 2, 3


def _curve(of: tuple[Sequence[tuple[float, float, float]], float, float], at: float) -> float:
    """Bells over a line."""
    bells, slope, offset = of
    return (
        math.fsum(a * math.exp(-(((at - b) / c) ** 2)) for a, b, c in bells) + slope * at + offset
    )


def rain_fade_db(
    length_m: float,
    *,
    frequency_mhz: float,
    rate_mm_per_h: float,
    percent: float = USUAL_PERCENT,
    polarization: Polarization = "vertical",
) -> float:
    r"""Attenuation by rain that a hop passes in a share of the year.

    Parameters
    ----------
    length_m
        Length of the hop, > 0, at most 60 km [m].
    frequency_mhz
        Carrier, 1000 to 100 000 [MHz].
    rate_mm_per_h
        Rain that is exceeded in 0.01 % of the year, 0 to 500 [mm/h].
    percent
        Share of the year in which the attenuation is exceeded, 0.001 to 1 [%].
    polarization
        ``vertical`` or ``horizontal``.

    Returns
    -------
    float
        Attenuation [dB].

    Raises
    ------
    DomainError
        A value is outside its range.

    Notes
    -----
    .. math:: A_{0.01} = k R^\alpha\, d\, r, \quad
              1/r = 0.477\, d^{0.633} R^{0.073 \alpha} f^{0.123}
              - 10.579\, (1 - e^{-0.024 d}) \ge 0.4

    Source: ITU-R P.530-18, § 2.4.1, equations 32 to 35, with ITU-R P.838-3.

    Examples
    --------
    >>> round(rain_fade_db(10_000.0, frequency_mhz=18_000.0, rate_mm_per_h=80.0), 1)
    35.1
    """
    if not 0.0 < length_m <= 60_000.0:
        raise DomainError(f"length_m={length_m:g}: above 0 and at most 60000 m is allowed")
    if not 0.0 <= rate_mm_per_h <= MOST_RATE_MM_PER_H:
        raise DomainError(
            f"rate_mm_per_h={rate_mm_per_h:g}: 0 to {MOST_RATE_MM_PER_H:g} mm/h is allowed"
        )
    if not 0.001 <= percent <= 1.0:
        raise DomainError(f"percent={percent:g}: 0.001 to 1 % of the year is allowed")
    if not frequency_mhz <= 100_000.0:
        raise DomainError(f"frequency_mhz={frequency_mhz:g}: at most 100000 MHz is allowed")
    k, alpha = rain_coefficients(frequency_mhz, polarization)
    if rate_mm_per_h == 0.0:
        return 0.0
    d, f = length_m / 1000.0, frequency_mhz / 1000.0
    inverse = 0.477 * d**0.633 * rate_mm_per_h ** (0.073 * alpha) * f**0.123
    inverse -= 10.579 * -math.expm1(-0.024 * d)  # eq. 32
    usual = k * rate_mm_per_h**alpha * d / max(LEAST_INVERSE_FACTOR, inverse)  # eq. 33
    c0 = 0.12 + 0.4 * math.log10((f / 10.0) ** 0.8) if f >= 10.0 else 0.12  # eq. 35a
    c1 = 0.07**c0 * 0.12 ** (1.0 - c0)  # eq. 35b
    c2 = 0.855 * c0 + 0.546 * (1.0 - c0)  # eq. 35c
    c3 = 0.139 * c0 + 0.043 * (1.0 - c0)  # eq. 35d
    return float(usual * c1 * percent ** -(c2 + c3 * math.log10(percent)))  # eq. 34


def rain_rate_mm_per_h(
    rain_mm: Sequence[float], temperature_c: Sequence[float], *, percent: float = USUAL_PERCENT
) -> float:
    r"""Rain that is exceeded in a share of the year, from the months of a weather station.

    Parameters
    ----------
    rain_mm
        Mean total rainfall of each month from January on, >= 0 [mm].
    temperature_c
        Mean temperature of each month, −60 to 50 [°C].
    percent
        Share of the year, 0.001 to 10 [%].

    Returns
    -------
    float
        Rate, of one minute [mm/h]; 0 where it rains less often than that.

    Raises
    ------
    DomainError
        There are not twelve months, or a value is outside its range.

    Notes
    -----
    Source: ITU-R P.837-7, annex 1, which asks for the local means of a place where they are
    known.

    Examples
    --------
    >>> round(rain_rate_mm_per_h([100.0] * 12, [20.0] * 12), 1)
    53.3
    """
    rain, warm = np.asarray(rain_mm, dtype=np.float64), np.asarray(temperature_c, dtype=np.float64)
    if rain.shape != (12,) or warm.shape != (12,):
        raise DomainError(
            f"rain_mm has {rain.size} and temperature_c {warm.size} values; 12 of both are needed, "
            "from January on"
        )
    if not ((rain >= 0).all() and ((warm >= -60) & (warm <= 50)).all() and 0.001 <= percent <= 10):
        raise DomainError(
            "rain_mm of at least 0 mm, temperature_c of -60 to 50 °C and percent of 0.001 to 10 % "
            "are allowed"
        )
    hours = 24.0 * np.asarray(DAYS)
    mean = np.where(warm >= 0, 0.5874 * np.exp(0.0883 * warm), 0.5874)  # eq. 1
    rainy = 100.0 * rain / (hours * mean)  # eq. 2
    mean = np.where(rainy > 70.0, 100.0 / 70.0 * rain / hours, mean)
    rainy = np.minimum(rainy, 70.0)

    def exceeded(rate: float) -> float:
        tail = ndtr(-(math.log(rate) + 0.7938 - np.log(mean)) / 1.26)  # eq. 4
        return float((hours * rainy * tail).sum() / hours.sum())  # eq. 5

    if exceeded(1e-9) <= percent:
        return 0.0
    return float(brentq(lambda rate: exceeded(rate) - percent, 1e-9, 1e4, xtol=1e-9))


def fade_margin_db(length_m: float, *, frequency_mhz: float, radio: RainSection) -> float:
    """How far the signal of a hop may fade before the link is lost.

    Parameters
    ----------
    length_m
        Length of the hop, > 0 [m].
    frequency_mhz
        Carrier [MHz].
    radio
        Power, dishes, losses and threshold.

    Returns
    -------
    float
        Level in clear air above the receiver's threshold [dB].
    """
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / (frequency_mhz * 1e6)
    dish = math.pi * radio.dish_diameter.value / wavelength_m
    gain_dbi = 10.0 * math.log10(radio.dish_efficiency.value * dish**2)
    free_space_db = 20.0 * math.log10(4.0 * math.pi * length_m / wavelength_m)
    level_dbm = radio.power.value + 2.0 * gain_dbi - free_space_db - radio.losses.value
    return level_dbm - radio.threshold.value


class RainRule:
    """Which carrier bears the rain of the place over how far.

    Parameters
    ----------
    section
        Rain and radio of the study.
    """

    def __init__(self, section: RainSection) -> None:
        self.section = section
        self.percent = 100.0 * (1.0 - section.availability.value)
        months = [month.value for month in section.rain_by_month]
        self.rate_mm_per_h = (
            section.rate.value
            if section.rate is not None
            else rain_rate_mm_per_h(months, [m.value for m in section.temperature_by_month])
        )

    def fade_db(self, length_m: float, frequency_mhz: float) -> float:
        """Attenuation by rain that the hop must bear.

        Parameters
        ----------
        length_m
            Length of the hop [m].
        frequency_mhz
            Carrier [MHz].

        Returns
        -------
        float
            Exceeded in the share of the year that is allowed to be lost [dB].
        """
        return rain_fade_db(
            length_m, frequency_mhz=frequency_mhz, rate_mm_per_h=self.rate_mm_per_h,
            percent=self.percent, polarization=self.section.polarization,
        )  # fmt: skip

    def margin_db(self, length_m: float, frequency_mhz: float) -> float:
        """Fade that the hop can bear.

        Parameters
        ----------
        length_m
            Length of the hop [m].
        frequency_mhz
            Carrier [MHz].

        Returns
        -------
        float
            See :func:`fade_margin_db` [dB].
        """
        return fade_margin_db(length_m, frequency_mhz=frequency_mhz, radio=self.section)

    def band_mhz(self, length_m: float) -> float | None:
        """Highest carrier that bears the rain over a length.

        Parameters
        ----------
        length_m
            Length of the hop, > 0 [m].

        Returns
        -------
        float or None
            18 000, 15 000 or 8000, each up to 10, 20 and 45 km at most; None where none does
            [MHz].
        """
        for longest_km, frequency_mhz in BANDS_MHZ:
            if length_m > 1000.0 * longest_km:
                continue
            if self.fade_db(length_m, frequency_mhz) <= self.margin_db(length_m, frequency_mhz):
                return frequency_mhz
        return None
