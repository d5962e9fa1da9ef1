"""Rain on hops: the numbers of ITU-R P.838, P.837 and P.530, and which carrier bears it."""

import math
from typing import Any

import pytest
from pydantic import ValidationError

from phusong.errors import DomainError
from phusong.planning.rain import (
    RainRule,
    fade_margin_db,
    rain_coefficients,
    rain_fade_db,
    rain_rate_mm_per_h,
)
from phusong.study import Quantity, RainSection
from synthetic import assumed


def quantity(value: float, unit: str) -> Quantity:
    return Quantity(value=value, unit=unit, source="test")


def radio(rate: float, **changes: Quantity) -> RainSection:
    return RainSection(rate=quantity(rate, "mm/h"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frequency_ghz", "horizontal", "vertical"),
    [  # ITU-R P.838-3, table 5: k and alpha
        (4, (0.0001071, 1.6009), (0.0002461, 1.2476)),
        (8, (0.004115, 1.3905), (0.003450, 1.3797)),
        (10, (0.01217, 1.2571), (0.01129, 1.2156)),
        (15, (0.04481, 1.1233), (0.05008, 1.0440)),
        (18, (0.07078, 1.0818), (0.07708, 1.0025)),
        (20, (0.09164, 1.0568), (0.09611, 0.9847)),
    ],
)
def test_coefficients_of_the_recommendation(
    frequency_ghz: float, horizontal: tuple[float, float], vertical: tuple[float, float]
) -> None:
    frequency_mhz = 1000.0 * frequency_ghz
    assert rain_coefficients(frequency_mhz, "horizontal") == pytest.approx(horizontal, rel=5e-4)
    assert rain_coefficients(frequency_mhz) == pytest.approx(vertical, rel=5e-4)


@pytest.mark.parametrize(
    ("elevation_deg", "frequency_ghz", "tilt_deg", "k", "alpha"),
    [  # validation examples of ITU-R study group 3 for P.838-3
        (31.07699124, 14.25, 0.0, 0.03975488, 1.12418043),
        (46.35969261, 29.0, 0.0, 0.21978097, 0.9484851),
        (48.24117054, 14.25, 90.0, 0.04226474, 1.07871664),
        (20.14335809, 29.0, 90.0, 0.21298877, 0.92265917),
    ],
)
def test_validation_examples_of_slanting_paths(
    elevation_deg: float, frequency_ghz: float, tilt_deg: float, k: float, alpha: float
) -> None:
    k_h, alpha_h = rain_coefficients(1000.0 * frequency_ghz, "horizontal")
    k_v, alpha_v = rain_coefficients(1000.0 * frequency_ghz, "vertical")
    turn = math.cos(math.radians(elevation_deg)) ** 2 * math.cos(2 * math.radians(tilt_deg))
    found = (k_h + k_v + (k_h - k_v) * turn) / 2  # eq. 4
    assert found == pytest.approx(k, abs=6e-9)
    slope = (k_h * alpha_h + k_v * alpha_v + (k_h * alpha_h - k_v * alpha_v) * turn) / (2 * found)
    assert slope == pytest.approx(alpha, abs=6e-9)  # eq. 5


def test_fade_by_hand() -> None:
    # 10 km at 18 GHz vertical in 80 mm/h: k 0.07708, alpha 1.0025, 6.2336 dB/km;
    # 1/r = 0.477 * 4.2954 * 1.3777 * 1.4267 - 10.579 * 0.21337 = 1.7719.
    gamma = 0.0770761 * 80.0**1.0025047
    assert gamma == pytest.approx(6.234, abs=0.001)
    inverse = 0.477 * 10**0.633 * 80 ** (0.073 * 1.0025047) * 18**0.123
    inverse -= 10.579 * (1 - math.exp(-0.24))
    c0 = 0.12 + 0.4 * math.log10(1.8**0.8)
    share = 0.07**c0 * 0.12 ** (1 - c0)
    c2, c3 = 0.855 * c0 + 0.546 * (1 - c0), 0.139 * c0 + 0.043 * (1 - c0)
    for percent in (0.001, 0.01, 0.1, 1.0):
        at = math.log10(percent)
        wanted = gamma * 10 / inverse * share * percent ** -(c2 + c3 * at)
        found = rain_fade_db(10_000.0, frequency_mhz=18_000.0, rate_mm_per_h=80.0, percent=percent)
        assert found == pytest.approx(wanted, rel=1e-5)
    # The law of other percentages gives the usual one back within its rounding.
    usual = rain_fade_db(10_000.0, frequency_mhz=18_000.0, rate_mm_per_h=80.0)
    assert usual == pytest.approx(gamma * 10 / inverse, rel=0.01)


def test_the_distance_factor_is_2_5_at_most() -> None:
    k, alpha = rain_coefficients(8000.0)
    found = rain_fade_db(200.0, frequency_mhz=8000.0, rate_mm_per_h=10.0)
    assert found == pytest.approx(k * 10**alpha * 0.2 * 2.5, rel=0.01)


def test_more_rain_longer_or_higher_is_never_less() -> None:
    def fade(**change: float) -> float:
        given = {"length_m": 12_000.0, "frequency_mhz": 15_000.0, "rate_mm_per_h": 60.0} | change
        return rain_fade_db(given.pop("length_m"), **given)

    assert fade(rate_mm_per_h=0.0) == 0.0
    for name, values in {
        "length_m": [1e3, 3e3, 1e4, 2e4, 4e4, 6e4],
        "frequency_mhz": [8e3, 1e4, 1.5e4, 1.8e4, 2.3e4, 3.8e4],
        "rate_mm_per_h": [0.0, 5.0, 30.0, 90.0, 200.0],
        "percent": [1.0, 0.1, 0.01, 0.001],
    }.items():
        found = [fade(**{name: value}) for value in values]
        assert found == sorted(found), name


def test_rain_of_the_months_has_the_curve_of_the_validation_examples() -> None:
    # ITU-R study group 3, P.837-7 at Kuala Lumpur: 99.15, 34.65, 27.76, 18.26 and 16.50 mm/h at
    # 0.01, 0.1, 0.15, 0.3 and 0.35 %, of months of which the maps say about 200 mm and 26.5 °C.
    months = [199.52] * 12, [26.5] * 12
    for percent, rate in {0.01: 99.15, 0.1: 34.65, 0.15: 27.76, 0.3: 18.26, 0.35: 16.50}.items():
        assert rain_rate_mm_per_h(*months, percent=percent) == pytest.approx(rate, rel=3e-3)


def test_a_month_by_hand() -> None:
    # 50 mm at 0 °C in every month: it rains 50 / (730.5 * 0.5874) of the hours, 11.65 %.
    share = 100 * 50 / (24 * 365.25 / 12 * 0.5874)
    rate = rain_rate_mm_per_h([50.0] * 12, [-5.0] * 12)
    tail = 0.5 * math.erfc((math.log(rate) + 0.7938 - math.log(0.5874)) / 1.26 / math.sqrt(2))
    assert share * tail == pytest.approx(0.01, rel=0.03)  # months differ in length
    assert rain_rate_mm_per_h([0.0] * 12, [20.0] * 12) == 0.0
    dry, wet = ([0.0] * 6 + [v] * 6 for v in (100.0, 200.0))
    warm = [25.0] * 12
    assert 0 < rain_rate_mm_per_h(dry, warm) < rain_rate_mm_per_h(wet, warm)
    assert rain_rate_mm_per_h([1000.0] * 12, [0.0] * 12) > 0  # it rains 70 % of the time at most


def test_margin_by_hand() -> None:
    # 10 km at 18 GHz: free space 137.55 dB; dishes of 1.2 m with 55 % 44.5 dBi each.
    free_space = 92.45 + 20 * math.log10(18.0) + 20 * math.log10(10.0)
    gain = 10 * math.log10(0.55 * (math.pi * 1.2 * 18e9 / 299_792_458) ** 2)
    assert gain == pytest.approx(44.5, abs=0.05)
    wanted = 22 + 2 * gain - free_space - 4 + 75
    assert fade_margin_db(10_000.0, frequency_mhz=18_000.0, radio=radio(80.0)) == pytest.approx(
        wanted, abs=0.01
    )


def test_heavier_rain_takes_lower_carriers_and_shorter_hops() -> None:
    lengths = [1e3 * km for km in (1, 5, 9, 12, 16, 19, 25, 35, 44)]
    bands = {
        rate: [RainRule(radio(rate)).band_mhz(m) for m in lengths]
        for rate in (10.0, 50.0, 90.0, 150.0)
    }
    assert bands[10.0] == [18e3, 18e3, 18e3, 15e3, 15e3, 15e3, 8e3, 8e3, 8e3]
    for light, heavy in ((10.0, 50.0), (50.0, 90.0), (90.0, 150.0)):
        pairs = zip(bands[light], bands[heavy], strict=True)
        assert all((b or 0.0) <= (a or 0.0) for a, b in pairs)
    assert bands[90.0] != bands[10.0]
    weak = radio(150.0, dish_diameter=quantity(0.3, "m"))
    assert RainRule(weak).band_mhz(44_000.0) is None
    lax = weak.model_copy(update={"availability": quantity(0.99, "fraction")})
    assert RainRule(lax).percent == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rain_coefficients(18.0), "did you pass GHz"),
        (lambda: rain_coefficients(18e3, "round"), "polarization='round'"),  # type: ignore[arg-type]
        (lambda: rain_fade_db(0.0, frequency_mhz=18e3, rate_mm_per_h=9.0), "length_m=0"),
        (lambda: rain_fade_db(1e3, frequency_mhz=2e5, rate_mm_per_h=9.0), "at most 100000 MHz"),
        (lambda: rain_fade_db(1e3, frequency_mhz=18e3, rate_mm_per_h=math.nan), "0 to 500"),
        (
            lambda: rain_fade_db(1e3, frequency_mhz=18e3, rate_mm_per_h=9.0, percent=5.0),
            "percent=5",
        ),
        (lambda: rain_rate_mm_per_h([1.0] * 11, [1.0] * 12), "12 of both"),
        (lambda: rain_rate_mm_per_h([-1.0] * 12, [1.0] * 12), "at least 0 mm"),
        (lambda: rain_rate_mm_per_h([1.0] * 12, [math.nan] * 12), "-60 to 50"),
    ],
)
def test_impossible_rain(call: Any, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        call()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "12 of both are needed"),
        ({"rain_by_month": [assumed(9.0, "mm")] * 12}, "temperature_by_month 0 values"),
        (
            {"rate": assumed(80.0, "mm/h"), "rain_by_month": [assumed(9.0, "mm")] * 12},
            "leave one out",
        ),
        ({"rate": assumed(80.0, "mm")}, "'mm/h' is needed"),
        ({"rate": assumed(80.0, "mm/h"), "availability": assumed(99.99, "fraction")}, "0.99 to"),
    ],
)
def test_sections_that_cannot_be(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        RainSection.model_validate(given)
