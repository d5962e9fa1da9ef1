"""What must hold for ITM on any path."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.models.itm import ItmConditions, itm_area, itm_point_to_point

pytestmark = pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")

SEEDS = st.integers(0, 2**32 - 1)


def rough_profile(seed: int, points: int = 121) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 500.0 + np.cumsum(rng.normal(0.0, 15.0, points)).clip(-450.0, 1500.0)


@given(seed=SEEDS, frequency=st.floats(40.0, 6000.0), antenna=st.floats(2.0, 200.0))
def test_finite_and_free_space_is_the_median_floor(
    seed: int, frequency: float, antenna: float
) -> None:
    result = itm_point_to_point(
        rough_profile(seed),
        step_m=100.0,
        frequency_mhz=frequency,
        tx_height_m=antenna,
        rx_height_m=1.5,
    )
    assert math.isfinite(result.basic_transmission_loss_db)
    assert result.reference_attenuation_db >= 0.0
    # Continental climates lower the median by at most 1 dB on a path of 12 km.
    assert result.basic_transmission_loss_db >= result.free_space_loss_db - 1.0


@given(seed=SEEDS, offset=st.floats(-400.0, 2000.0))
def test_raising_everything_changes_refractivity_alone(seed: int, offset: float) -> None:
    low, high = rough_profile(seed), rough_profile(seed) + offset
    mean_low, mean_high = low[12:109].mean(), high[12:109].mean()
    common = {"step_m": 90.0, "frequency_mhz": 800.0, "tx_height_m": 30.0, "rx_height_m": 1.5}
    surface = 260.0
    losses = [
        itm_point_to_point(
            z,
            **common,
            conditions=ItmConditions(surface_refractivity_n0=surface * math.exp(mean / 9460.0)),
        ).basic_transmission_loss_db
        for z, mean in ((low, mean_low), (high, mean_high))
    ]
    # Same N_s, same relief: only rounding differs, magnified where the model nearly jumps.
    assert losses[1] == pytest.approx(losses[0], abs=1e-5)


@given(percents=st.lists(st.floats(1.0, 99.0), min_size=2, max_size=2, unique=True))
def test_more_reliability_costs_more(percents: list[float]) -> None:
    low, high = sorted(percents)
    z = rough_profile(5)
    for name in ("time_percent", "situation_percent"):
        losses = [
            itm_point_to_point(
                z,
                step_m=100.0,
                frequency_mhz=900.0,
                tx_height_m=30.0,
                rx_height_m=1.5,
                conditions=ItmConditions(mode_of_variability=13, **{name: percent}),
            ).basic_transmission_loss_db
            for percent in (low, high)
        ]
        assert losses[1] > losses[0]


@given(seed=SEEDS)
@settings(max_examples=30)
def test_polarisation_matters_little_and_nan_wins(seed: int) -> None:
    z = rough_profile(seed)
    z[seed % z.size] = np.nan
    result = itm_point_to_point(
        z, step_m=100.0, frequency_mhz=900.0, tx_height_m=30.0, rx_height_m=1.5
    )
    assert math.isnan(result.basic_transmission_loss_db)


@given(
    near=st.floats(50e3, 400e3),
    factor=st.floats(1.01, 2.0),
    irregularity=st.floats(0.0, 500.0),
)
def test_area_loss_grows_with_distance_beyond_the_horizon(
    near: float, factor: float, irregularity: float
) -> None:
    losses = [
        itm_area(
            distance,
            terrain_irregularity_m=irregularity,
            frequency_mhz=900.0,
            tx_height_m=20.0,
            rx_height_m=2.0,
        ).reference_attenuation_db
        for distance in (near, near * factor)
    ]
    assert losses[1] > losses[0]


@given(
    height=st.floats(2.0, 100.0),
    other=st.floats(2.0, 100.0),
    distance=st.floats(1e3, 3e5),
    irregularity=st.floats(0.0, 500.0),
)
def test_area_mode_is_reciprocal(
    height: float, other: float, distance: float, irregularity: float
) -> None:
    there, back = (
        itm_area(
            distance,
            terrain_irregularity_m=irregularity,
            frequency_mhz=900.0,
            tx_height_m=heights[0],
            rx_height_m=heights[1],
        ).basic_transmission_loss_db
        for heights in ((height, other), (other, height))
    )
    assert there == pytest.approx(back, abs=1e-7)
