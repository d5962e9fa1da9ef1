"""P.2108-1: hand-computed rows for every branch, refusals, unknown values."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError
from phusong.models.p2108 import (
    height_gain_clutter_loss_db,
    slant_clutter_loss_db,
    terrestrial_clutter_loss_db,
)

HEIGHT_GAIN: dict[str, Any] = {
    "rx_height_m": 3.0,
    "clutter_height_m": 12.0,
    "street_width_m": 20.0,
}


@pytest.mark.parametrize(
    ("clutter_class", "expected"),
    [
        # -(21.8 + 6.2 log 0.9) log(3 / 12) = 21.5163 * 0.60206
        ("water", 12.954106),
        ("open", 12.954106),
        # nu = 0.342 sqrt(0.9) sqrt(9 * atan(9 / 20) = 24.2277 deg) = 4.790988; J(nu) - 6.03
        ("suburban", 20.412926),
        ("urban", 20.412926),
        ("trees", 20.412926),
        ("dense urban", 20.412926),
    ],
)
def test_height_gain_by_hand(clutter_class: Any, expected: float) -> None:
    loss = height_gain_clutter_loss_db(900.0, **HEIGHT_GAIN, clutter_class=clutter_class)
    assert loss == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("clutter_class", ["open", "urban"])
def test_above_the_clutter_there_is_no_loss(clutter_class: Any) -> None:
    heights = np.array([11.999999, 12.0, 30.0, np.nan])
    heights.setflags(write=False)
    loss = height_gain_clutter_loss_db(
        900.0, **(HEIGHT_GAIN | {"rx_height_m": heights}), clutter_class=clutter_class
    )
    # J(0) = 6.9 + 20 log(sqrt(1.01) - 0.1) = 6.0328: the class formulae end within 0.003 dB of 0
    assert loss[0] == pytest.approx(0.0, abs=0.003)
    np.testing.assert_array_equal(loss[1:3], 0.0)
    assert math.isnan(loss[3])


def test_terrestrial_by_hand() -> None:
    # f = 3.5 GHz: L_l = 30.396218. At 1 km L_s = 34.612204, sigma = 4.302277, Q^-1(0.8) = -0.8416
    # and L = 30.1051 + 3.6209. At 2 km L_s = 41.806821, sigma = 4.012967.
    distance = np.array([500.0, 1000.0, 2000.0, 15000.0, np.nan])
    distance.setflags(write=False)
    loss = terrestrial_clutter_loss_db(distance, frequency_mhz=3500.0, location_percent=80.0)
    expected = [31.684107, 33.725956, 33.762306, 33.762306]
    np.testing.assert_allclose(loss[:4], expected, atol=1e-6)
    assert math.isnan(loss[4])


def test_terrestrial_is_never_above_its_value_at_2_km() -> None:
    # The spread is larger on a short path: 99 % of it would exceed the loss at 2 km.
    short, far = terrestrial_clutter_loss_db(
        [600.0, 2000.0], frequency_mhz=3500.0, location_percent=[99.9, 99.9]
    )
    assert short == far


def test_slant_by_hand() -> None:
    # {-93 * 28^0.175 ln 0.3 cot(0.05 * 60/90 + pi/6)}^(1/3) - 1 + 0.6 * 0.5244
    elevation = np.array([30.0, 0.0, 90.0, np.nan])
    elevation.setflags(write=False)
    loss = slant_clutter_loss_db(elevation, frequency_mhz=28000.0, location_percent=70.0)
    # At the zenith the brace has the power 0 and 0.6 * 0.5244 is left.
    np.testing.assert_allclose(loss[:3], [6.169968, 62.630146, 0.314640], atol=1e-6)
    assert math.isnan(loss[3])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frequency_mhz": 29.0}, "frequency_mhz=29 is impossible, 30 to 3000 MHz.*GHz"),
        ({"frequency_mhz": 3001.0}, "frequency_mhz=3001"),
        ({"rx_height_m": 0.0}, "rx_height_m=0 is impossible, above 0 m"),
        ({"clutter_height_m": 0.0}, "clutter_height_m=0 is impossible, above 0 m"),
        ({"street_width_m": 0.0}, "street_width_m=0 is impossible, above 0 m"),
        ({"clutter_class": "jungle"}, "clutter_class='jungle' is unknown, one of water, open"),
    ],
)
def test_height_gain_refuses(changes: dict[str, Any], message: str) -> None:
    given = {"frequency_mhz": 900.0, "clutter_class": "urban"} | HEIGHT_GAIN | changes
    with pytest.raises(DomainError, match=message):
        height_gain_clutter_loss_db(given.pop("frequency_mhz"), **given)


@pytest.mark.parametrize(
    ("distance", "frequency", "percent", "message"),
    [
        (249.0, 3500.0, 50.0, "distance_m=249 is impossible, at least 250 m"),
        (300.0, 499.0, 50.0, "frequency_mhz=499 is impossible, 500 to 67000 MHz"),
        (300.0, 67001.0, 50.0, "frequency_mhz=67001"),
        (300.0, 3500.0, 0.0, "location_percent=0 is impossible, above 0 and below 100 %"),
        (300.0, 3500.0, 100.0, "location_percent=100"),
    ],
)
def test_terrestrial_refuses(
    distance: float, frequency: float, percent: float, message: str
) -> None:
    with pytest.raises(DomainError, match=message):
        terrestrial_clutter_loss_db(distance, frequency_mhz=frequency, location_percent=percent)


@pytest.mark.parametrize(
    ("elevation", "frequency", "percent", "message"),
    [
        (-0.1, 28000.0, 50.0, r"elevation_deg=-0\.1 is impossible, 0 to 90 degrees"),
        (90.1, 28000.0, 50.0, r"elevation_deg=90\.1"),
        (45.0, 9900.0, 50.0, "frequency_mhz=9900 is impossible, 10000 to 100000 MHz"),
        (45.0, 100100.0, 50.0, "frequency_mhz=100100"),
        (45.0, 28000.0, 0.0, "location_percent=0"),
        (45.0, 28000.0, 100.0, "location_percent=100"),
    ],
)
def test_slant_refuses(elevation: float, frequency: float, percent: float, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        slant_clutter_loss_db(elevation, frequency_mhz=frequency, location_percent=percent)
