"""Extended Hata against a slow twin written from the text, on random profiles."""

from typing import get_args

import numpy as np
import pytest

from oracle import ehata_twin
from phusong.models.ehata import EhataSurroundings, ehata_point_to_point

pytestmark = pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")

# Both are float64; sums of up to a thousand heights may differ in their last digits.
TOLERANCE_DB = 1e-8


def random_profile(rng: np.random.Generator, index: int) -> tuple[np.ndarray, float]:
    points = int(rng.integers(4, 700))
    step_m = float(rng.choice([30.0, 90.0, 100.0, 250.0, 700.0]))
    heights = 200.0 + np.cumsum(rng.normal(0.0, float(rng.choice([0.02, 1.0, 12.0])), points))
    if index % 3 == 0:  # one ridge
        heights = np.full(points, 20.0)
        heights[int(rng.integers(1, points - 1))] += float(rng.uniform(50.0, 900.0))
    if index % 4 == 0:  # sea
        start, end = sorted(rng.integers(0, points + 1, 2))
        heights[start:end] = 0.0
    return np.maximum(heights, 0.0), step_m


def test_random_profiles() -> None:
    rng = np.random.default_rng(20240603)
    ridges = hills = seas = 0
    for index in range(600):
        heights, step_m = random_profile(rng, index)
        surroundings = get_args(EhataSurroundings)[index % 3]
        frequency = float(rng.uniform(1500.0, 3000.0))
        h_b, h_m = float(rng.uniform(10.0, 250.0)), float(rng.uniform(1.0, 12.0))
        result = ehata_point_to_point(
            heights,
            step_m=step_m,
            frequency_mhz=frequency,
            tx_height_m=h_b,
            rx_height_m=h_m,
            surroundings=surroundings,
        )
        from_mobile = heights[::-1].tolist()
        expected = ehata_twin.ehata(from_mobile, step_m / 1000.0, frequency, h_b, h_m, surroundings)
        assert result.basic_transmission_loss_db == pytest.approx(expected, abs=TOLERANCE_DB)
        ridges += result.ridge_correction_db != 0.0
        hills += result.fine_rolling_correction_db != 0.0
        seas += result.sea_correction_db != 0.0
    assert min(ridges, hills, seas) > 50
