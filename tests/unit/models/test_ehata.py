"""Extended Hata: hand-computed rows for the curve and for every branch of the corrections."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError, ModelRangeWarning
from phusong.kernels import ehata as kernel
from phusong.models.ehata import ehata_area_loss_db, ehata_point_to_point

AREA: dict[str, Any] = {"frequency_mhz": 2000.0, "tx_height_m": 50.0, "rx_height_m": 2.0}


# The curve


@pytest.mark.parametrize(
    ("distance", "surroundings", "percent", "expected"),
    [
        # The break distance is 23.86 km: 127.0609 - 23.4798 - 1.0395 + 33.7717 log 5 at 5 km,
        # and the other piece at 60 km.
        (5e3, "urban", 50.0, 155.703953),
        (60e3, "urban", 50.0, 201.447986),
        # 54.1911 - 33.3049 * 3.30103 + 6.2541 * 10.8968 = 12.4
        (5e3, "suburban", 50.0, 143.303953),
        # 40.94 - 18.33 * 3.30103 + 4.78 * 10.8968 = 32.518820
        (5e3, "rural", 50.0, 123.185133),
        # Q(0.9) = -1.281552 times sigma = 7.5 dB in a city, 9.5 dB outside
        (5e3, "urban", 90.0, 165.315589),
        (5e3, "rural", 10.0, 111.010393),
    ],
)
def test_area_by_hand(distance: float, surroundings: Any, percent: float, expected: float) -> None:
    loss = ehata_area_loss_db(distance, **AREA, surroundings=surroundings, location_percent=percent)
    assert loss == pytest.approx(expected, abs=2e-6)


def test_both_pieces_meet_at_the_break_distance() -> None:
    # 23.862350 km by hand. The source puts it where the far piece, with the ratio of slant to
    # ground distance that holds at 1 km (1019.2198 m), meets the near one: it steps down by that.
    near, far = ehata_area_loss_db([23862.34, 23862.36], **AREA, surroundings="urban")
    assert far - near == pytest.approx(-20.0 * math.log10(1.0192198), abs=1e-4)


def test_area_broadcasts_and_unknown_stays_unknown() -> None:
    distance = np.array([[2e3], [np.nan]])
    distance.setflags(write=False)
    loss = ehata_area_loss_db(
        distance, **(AREA | {"tx_height_m": [30.0, 60.0, 120.0]}), surroundings="urban"
    )
    assert loss.shape == (2, 3)
    assert loss.dtype == np.float64
    assert (np.diff(loss[0]) < 0.0).all()
    assert np.isnan(loss[1]).all()


# Effective heights


@pytest.mark.parametrize(
    ("length_km", "expected"),
    [
        (2.0, (50.0, 2.0)),
        # 9 km: mean over 3 km to the far end, half (9 - 3) / 12 of the difference. The ramp
        # rises by 10 m a km from the mobile, so the mobile sees 60 m more, the base 60 m less.
        (9.0, (50.0 + 0.5 * 60.0, 2.0 - 0.5 * 60.0)),
        # 20 km: mean over 3 to 15 km, 90 m off at either end.
        (20.0, (50.0 + 90.0, 2.0 - 90.0)),
    ],
)
def test_effective_heights_by_hand(length_km: float, expected: tuple[float, float]) -> None:
    step_km = 0.125
    z = 10.0 * step_km * np.arange(round(length_km / step_km) + 1)
    assert kernel.effective_heights(z, step_km, 50.0, 2.0) == pytest.approx(expected)


# Statistics of the ground


def test_order_statistics_by_hand() -> None:
    # 20 km of a ramp: 101 points within 10 km, ranks int(9.1), int(49.5), int(89.9) from the top
    long = kernel.heights_near_mobile(np.arange(201.0), 0.1)
    assert long == (91.0, 51.0, 11.0, 80.0)
    # 5 km: 51 points, ranks int(4.1), int(24.5), int(44.9)
    scale = (1.0 - 0.8 * math.exp(-0.2)) / (1.0 - 0.8 * math.exp(-0.1))
    short = kernel.heights_near_mobile(np.arange(51.0), 0.1)
    np.testing.assert_allclose(short, np.array([46.0, 26.0, 6.0, 40.0]) * scale)


@pytest.mark.parametrize(
    ("delta_h", "expected"),
    [
        (5.0, 0.0),
        (15.0, 0.0),
        # u = 2: -1.5072013 + 16.917352 - 24.410152
        (100.0, -9.0000013),
    ],
)
def test_rolling_hills_by_hand(delta_h: float, expected: float) -> None:
    heights = kernel.Heights(0.0, 0.0, 0.0, delta_h)
    assert kernel.rolling_hills(heights) == pytest.approx(expected, abs=2e-7)


# u = 2: K_h = -11.728795 + 31.088544 - 7.2619064
K_H = 12.0978426


@pytest.mark.parametrize(
    ("ground", "delta_h", "expected"),
    [
        (999.0, 9.9, 0.0),
        (150.0, 100.0, K_H),
        (170.0, 100.0, K_H),
        (130.0, 100.0, 0.5 * K_H),
        (110.0, 100.0, 0.0),
        (95.0, 100.0, -0.25 * K_H),
        (50.0, 100.0, -K_H),
        (20.0, 100.0, -K_H),
    ],
)
def test_fine_rolling_hills_by_hand(ground: float, delta_h: float, expected: float) -> None:
    heights = kernel.Heights(150.0, 110.0, 50.0, delta_h)
    assert kernel.fine_rolling_hills(ground, heights) == pytest.approx(expected, abs=1e-7)


# Slope


def slope_profile(length_km: float, *per_mille: float) -> np.ndarray:
    """Ground in steps of 100 m whose slope from the mobile changes every 5 km."""
    x_km = 0.1 * np.arange(round(length_km / 0.1) + 1)
    ends = np.cumsum([0.0, *[5.0 * slope for slope in per_mille]])
    return np.interp(x_km, 5.0 * np.arange(ends.size), ends)


@pytest.mark.parametrize(
    ("length_km", "slopes", "expected"),
    [
        (4.9, (3.0,), 0.0),
        # One fit alone at 5 km. Ground that rises away from the mobile counts as negative.
        (5.0, (4.0,), -4.0 * 0.25),
        (5.0, (-4.0,), 4.0 * 0.125),
        # All fits alike, and the factor between its nodes
        (20.0, (4.0, 4.0, 4.0, 4.0), -4.0 * (0.25 + 0.55 / 2.0)),
        (20.0, (-4.0, -4.0, -4.0, -4.0), 4.0 * (0.125 + 0.225 / 2.0)),
        (45.0, (-4.0,) * 9, 4.0 * 0.475),
        (70.0, (-4.0,) * 14, 4.0 * 0.6),
        (70.0, (4.0,) * 14, -4.0 * 0.8),
        # Signs differ: that of 5 km
        (10.0, (4.0, -20.0), -4.0 * 0.25),
        (10.0, (-4.0, 20.0), 4.0 * 0.125),
    ],
)
def test_slope_by_hand(length_km: float, slopes: tuple[float, ...], expected: float) -> None:
    z = slope_profile(length_km, *slopes)
    # The fit weighs its ends by half, which turns a straight line by 2 parts in L^2 + 2.
    assert kernel.general_slope(z, 0.1) == pytest.approx(expected, rel=2e-3)


def test_the_steepest_of_equal_signs_counts() -> None:
    steeper_far = kernel.general_slope(slope_profile(10.0, -1.0, -20.0), 0.1)
    assert steeper_far > 2.0 * 0.125
    gentler_far = kernel.general_slope(slope_profile(10.0, 20.0, 1.0), 0.1)
    assert gentler_far == pytest.approx(-20.0 * 0.25, rel=2e-3)


# Land and sea


@pytest.mark.parametrize(
    ("wet", "length_km", "expected"),
    [
        ([], 40.0, 0.0),
        # 20 of 100 points: beta = 0.2. Base: 1 + 2 / 4 and 2 + 2 / 3; mobile: 4 + 1.5 / 4 and
        # 4.25 + 2 / 3; a third and two thirds of the way from 30 to 60 km.
        (range(80, 100), 20.0, 1.5),
        (range(20), 20.0, 4.375),
        (range(80, 100), 70.0, 2.6666667),
        (range(20), 70.0, 4.9166667),
        (range(20), 40.0, (2.0 * 4.375 + 4.9166667) / 3.0),
        (range(40, 60), 20.0, (1.5 + 4.375) / 2.0),
    ],
)
def test_sea_by_hand(wet: Any, length_km: float, expected: float) -> None:
    z = np.full(100, 30.0)
    z[list(wet)] = 0.0
    assert kernel.mixed_land_and_sea(z, length_km / 99.0) == pytest.approx(expected, abs=1e-6)


# Horizons and the ridge


def test_one_ridge_is_the_horizon_of_both() -> None:
    z = np.full(201, 10.0)
    z[30] = 260.0  # 3 km from the mobile, 17 km from the base
    found = kernel.horizons(z, 0.1, 50.0, 2.0)
    assert (found.d_m_km, found.d_b_km) == pytest.approx((3.0, 17.0))
    # gamma at N_s = 301 exp(-11.55 / 9460) is 1.1795e-7 / m: half of it times 3 km and 17 km is
    # 3.0 m. The line: (60 * 17 + 12 * 3) / 20 = 52.8 m.
    assert found.h_r_m == pytest.approx(260.0 - 52.8 + 3.0, abs=0.1)
    # K at d_2 = 3: -17.5 and -12 at 15 and 30 km, -16.7667 at 17 km.
    expected = math.sqrt(found.h_r_m / 200.0) * (-17.5 + 5.5 * 2.0 / 15.0)
    assert kernel.isolated_ridge(found) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("d_base", "d_mobile", "expected"),
    [
        (15.0, 0.0, 4.0),
        (30.0, 8.0, -4.0),
        (60.0, 2.5, -6.25),
        (45.0, 1.0, (-8.5 - 4.0) / 2.0),
        # Beyond the table the end intervals go on.
        (15.0, 10.0, -2.0),
        (90.0, 0.0, 28.0),
        (0.0, 0.0, -4.0),
    ],
)
def test_ridge_table_by_hand(d_base: float, d_mobile: float, expected: float) -> None:
    ridge = kernel.isolated_ridge(kernel.Horizons(d_mobile, d_base, 200.0))
    assert ridge == pytest.approx(expected)


def test_horizons_without_and_with_two_obstacles() -> None:
    clear = kernel.horizons(np.full(101, 10.0), 0.1, 50.0, 20.0)
    assert clear[:2] == pytest.approx((10.0, 10.0))
    assert math.isnan(clear.h_r_m)
    z = np.full(101, 10.0)
    z[[20, 70]] = 200.0
    two = kernel.horizons(z, 0.1, 50.0, 2.0)
    assert two[:2] == pytest.approx((2.0, 3.0))
    assert math.isnan(two.h_r_m)
    # Nothing the base could see lies beyond the mobile's only obstacle, next to the base.
    z = np.full(101, 10.0)
    z[99] = 40.0
    last = kernel.horizons(z, 0.1, 50.0, 2.0)
    assert last[:2] == pytest.approx((10.0, 10.0))


# The whole path


PATH: dict[str, Any] = {"step_m": 100.0, "surroundings": "urban", **AREA}


@pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")
def test_flat_path_is_the_area_and_parts_add_up() -> None:
    # 60 m above the sea everywhere, 10 km: nothing but the curve.
    flat = ehata_point_to_point(np.full(101, 60.0), **PATH)
    area = ehata_area_loss_db(10e3, **AREA, surroundings="urban")
    # The two constants of rolling hills meet to 1.1e-7 dB at an irregularity of 15 m.
    assert flat.basic_transmission_loss_db == pytest.approx(float(area), abs=1e-6)
    assert flat.urban_loss_db == pytest.approx(float(area), abs=1e-9)
    assert (flat.tx_effective_height_m, flat.rx_effective_height_m) == (50.0, 2.0)
    rng = np.random.default_rng(3)
    rough = ehata_point_to_point(
        200.0 + np.cumsum(rng.normal(0.0, 8.0, 301)), **(PATH | {"surroundings": "rural"})
    )
    parts = (
        rough.surroundings_correction_db + rough.ridge_correction_db
        + rough.rolling_correction_db + rough.fine_rolling_correction_db
        + rough.slope_correction_db + rough.sea_correction_db
    )  # fmt: skip
    assert rough.basic_transmission_loss_db == pytest.approx(rough.urban_loss_db - parts)
    assert rough.rolling_correction_db < 0.0
    assert rough.fine_rolling_correction_db != 0.0
    assert rough.slope_correction_db != 0.0


def test_profile_runs_from_the_transmitter() -> None:
    z = np.full(201, 10.0)
    z[170] = 260.0  # 3 km from the mobile, which is the last point
    with pytest.warns(ModelRangeWarning, match="rx_effective_height_m"):
        result = ehata_point_to_point(z, **PATH)
    assert result.ridge_correction_db < -10.0
    assert result.rolling_correction_db == 0.0
    assert result.slope_correction_db == 0.0


def test_unknown_terrain_gives_an_unknown_loss() -> None:
    z = np.full(101, 60.0)
    z[17] = np.nan
    result = ehata_point_to_point(z, **PATH)
    assert math.isnan(result.basic_transmission_loss_db)
    assert math.isnan(result.slope_correction_db)
    assert result.distance_m == pytest.approx(10e3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frequency_mhz": 2.0}, r"frequency_mhz=2 is impossible, 500 to 10000 MHz.*GHz"),
        ({"frequency_mhz": math.nan}, "frequency_mhz=nan is unknown"),
        ({"tx_height_m": 0.0}, r"tx_height_m=0 is impossible, 0\.5 to 3000 m"),
        ({"rx_height_m": 4000.0}, "rx_height_m=4000"),
        ({"step_m": 0.0}, "step_m=0 is impossible, above 0 and up to 1000 m"),
        ({"location_percent": 100.0}, "location_percent=100"),
        ({"surroundings": "open"}, "surroundings='open' is unknown, urban, suburban or rural"),
    ],
)
def test_impossible(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        ehata_point_to_point(np.full(101, 60.0), **(PATH | changes))


@pytest.mark.parametrize(
    ("heights", "message"),
    [
        ([1.0, 2.0], r"shape \(2,\), one row of at least 3 heights"),
        (np.zeros((3, 3)), r"shape \(3, 3\)"),
        ([0.0, 2e4, 0.0], "height_amsl_m=20000 is impossible"),
    ],
)
def test_impossible_profiles(heights: Any, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        ehata_point_to_point(heights, **PATH)


@pytest.mark.parametrize(
    ("distance", "changes", "message"),
    [
        (0.0, {}, "distance_m=0 is impossible"),
        (5e3, {"tx_height_m": 10.0}, "tx_height_m=10 is impossible, 15 to 1000 m"),
        (5e3, {"frequency_mhz": 2.0}, "frequency_mhz=2 is impossible"),
    ],
)
def test_impossible_areas(distance: float, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        ehata_area_loss_db(distance, **(AREA | changes), surroundings="urban")


@pytest.mark.parametrize(
    ("distance", "changes", "message"),
    [
        (500.0, {}, "distance_m=500 is outside the recommended 1000 to 100000 m"),
        (5e3, {"frequency_mhz": 900.0}, "frequency_mhz=900 is outside the recommended 1500 to"),
        (5e3, {"tx_height_m": 20.0}, "tx_height_m=20 is outside the recommended 30 to 200 m"),
        (5e3, {"rx_height_m": 12.0}, "rx_height_m=12 is outside the recommended 1 to 10 m"),
    ],
)
def test_outside_the_recommended_range_warns_and_computes(
    distance: float, changes: dict[str, Any], message: str
) -> None:
    with pytest.warns(ModelRangeWarning, match="extended Hata: " + message) as caught:
        loss = ehata_area_loss_db(distance, **(AREA | changes), surroundings="urban")
    assert len(caught) == 1
    assert np.isfinite(loss)
    steps = {"step_m": distance / 100.0}
    with pytest.warns(ModelRangeWarning, match="extended Hata: .*" + message) as caught:
        result = ehata_point_to_point(np.full(101, 60.0), **(PATH | steps | changes))
    assert len(caught) == 1
    assert math.isfinite(result.basic_transmission_loss_db)


def test_bounded_effective_heights_are_told() -> None:
    # The mobile stands 90 m below what lies 3 to 15 km away: its effective height is bounded.
    hill = 100.0 + 0.01 * np.abs(np.arange(201) * 100.0 - 20e3)
    with pytest.warns(ModelRangeWarning, match="rx_effective_height_m=-88"):
        result = ehata_point_to_point(hill, **PATH)
    assert result.rx_effective_height_m == 1.0
