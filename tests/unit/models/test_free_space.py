"""Free space: hand arithmetic, shapes, both tiers of ranges."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError, ModelRangeWarning
from phusong.models.free_space import free_space_loss_db


def test_by_hand() -> None:
    # 4 pi 2500 m / (299792458 / 700e6 m) = 73355; 20 log of it
    assert free_space_loss_db(2500.0, frequency_mhz=700.0) == pytest.approx(97.308544, abs=1e-6)
    # The constant of MHz and km, not rounded, is 20 log(4 pi 1e9 / c) = 32.4478; here + 60.
    assert free_space_loss_db(1000.0, frequency_mhz=1000.0) == pytest.approx(92.4478, abs=5e-5)


@pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")
def test_twice_as_far_and_twice_as_fast_lose_the_same() -> None:
    near = free_space_loss_db([100.0, 2e5], frequency_mhz=450.0)
    far = free_space_loss_db([200.0, 4e5], frequency_mhz=450.0)
    fast = free_space_loss_db([100.0, 2e5], frequency_mhz=900.0)
    np.testing.assert_allclose(far - near, 20.0 * math.log10(2.0), rtol=1e-13)
    np.testing.assert_array_equal(fast, far)


def test_arrays_broadcast_and_unknown_stays_unknown() -> None:
    distance = np.array([[100.0], [np.nan]])
    distance.setflags(write=False)
    loss = free_space_loss_db(distance, frequency_mhz=np.array([700.0, 1800.0, 2600.0]))
    assert loss.shape == (2, 3)
    assert loss.dtype == np.float64
    assert np.isnan(loss[1]).all()
    assert np.isfinite(loss[0]).all()


@pytest.mark.parametrize(
    ("distance", "frequency", "message"),
    [
        (0.0, 800.0, "distance_m=0 is impossible, above 0 m is allowed; give the distance in m"),
        (-5.0, 800.0, "distance_m=-5"),
        ([10.0, math.inf], 800.0, "distance_m=inf"),
        (10.0, 0.8, r"frequency_mhz=0\.8 is impossible, 1 to 1e\+06 MHz is allowed; .*GHz"),
        (10.0, 8e8, "frequency_mhz=8e"),
    ],
)
def test_impossible(distance: Any, frequency: float, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        free_space_loss_db(distance, frequency_mhz=frequency)


@pytest.mark.parametrize(
    ("distance", "frequency", "message"),
    [
        (1000.0, 5.0, "frequency_mhz=5 is outside the recommended 10 to 300000 MHz"),
        (0.2, 800.0, r"distance_in_wavelengths=0\.53.* is outside the recommended at least 1"),
    ],
)
def test_outside_the_recommended_range_warns_and_computes(
    distance: float, frequency: float, message: str
) -> None:
    with pytest.warns(ModelRangeWarning, match=message) as caught:
        assert np.isfinite(free_space_loss_db(distance, frequency_mhz=frequency))
    assert len(caught) == 1
