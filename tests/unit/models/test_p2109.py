"""P.2109-2: hand-computed rows of both building types, refusals, unknown values."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError
from phusong.models.p2109 import building_entry_loss_db, building_entry_spread_db


@pytest.mark.parametrize(
    ("building_type", "percent", "elevation", "expected"),
    [
        # log 2 = 0.30103: mu_1 = 13.8468 + 2.12, sigma_1 = 10.2021, mu_2 = 8.1969,
        # sigma_2 = 3.8979, F^-1(0.9) = 1.281552: 10 log(10^2.90412 + 10^1.31922 + 10^-0.3)
        ("traditional", 90.0, 10.0, 29.155442),
        # mu_1 = 28.0554 + 2.12, sigma_1 = 14.6439, mu_2 = 26.9270, sigma_2 = 8.7678
        ("thermally efficient", 90.0, -10.0, 49.290936),
        ("traditional", 50.0, 0.0, 14.962624),
    ],
)
def test_by_hand(building_type: Any, percent: float, elevation: float, expected: float) -> None:
    loss = building_entry_loss_db(
        2000.0, building_type=building_type, not_exceeded_percent=percent, elevation_deg=elevation
    )
    assert loss == pytest.approx(expected, abs=1e-6)


def test_spread_by_hand() -> None:
    # (24.271061 at 84 % - 7.443271 at 16 %) / 2
    spread = building_entry_spread_db(2000.0, building_type="traditional")
    assert spread == pytest.approx(8.413895, abs=1e-6)


def test_arrays_broadcast_and_unknown_stays_unknown() -> None:
    frequency = np.array([[800.0], [np.nan]])
    frequency.setflags(write=False)
    loss = building_entry_loss_db(
        frequency, building_type="traditional", not_exceeded_percent=[10.0, 50.0, 90.0]
    )
    assert loss.shape == (2, 3)
    assert loss.dtype == np.float64
    assert (np.diff(loss[0]) > 0.0).all()
    assert np.isnan(loss[1]).all()
    assert math.isnan(building_entry_spread_db(np.nan, building_type="thermally efficient"))


@pytest.mark.parametrize(
    ("frequency", "changes", "message"),
    [
        (79.0, {}, "frequency_mhz=79 is impossible, 80 to 100000 MHz is allowed; did you pass GHz"),
        (100_001.0, {}, "frequency_mhz=100001"),
        (800.0, {"not_exceeded_percent": 0.0}, "not_exceeded_percent=0 is impossible, above 0 and"),
        (800.0, {"not_exceeded_percent": 100.0}, "not_exceeded_percent=100"),
        (800.0, {"elevation_deg": 91.0}, "elevation_deg=91 is impossible, -90 to 90 degrees"),
        (800.0, {"building_type": "bamboo"}, "building_type='bamboo' is unknown, traditional or"),
    ],
)
def test_refuses(frequency: float, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        building_entry_loss_db(frequency, **({"building_type": "traditional"} | changes))
