"""ITM's public face: both range tiers, unknown terrain, results, hand-computed pieces."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError, ModelRangeWarning
from phusong.kernels.itm_attenuation import (
    Lines,
    forward_scatter,
    knife_edge,
    within_smooth_horizon,
)
from phusong.kernels.itm_terrain import (
    Geometry,
    horizons,
    mean_height,
    order_statistics,
    sited_height,
    straight_fit,
    surface_refractivity,
    terrain_irregularity,
)
from phusong.kernels.itm_variability import inverse_complementary_normal
from phusong.models.itm import ItmConditions, itm_area, itm_point_to_point
from phusong.models.itm_result import ITM_WARNINGS

LINK: dict[str, Any] = {
    "step_m": 250.0,
    "frequency_mhz": 900.0,
    "tx_height_m": 40.0,
    "rx_height_m": 1.5,
}
RIDGE = np.concatenate([np.linspace(300.0, 900.0, 21), np.linspace(870.0, 200.0, 25)])
FLAT = np.full(41, 120.0)


def test_flat_short_path_is_line_of_sight() -> None:
    result = itm_point_to_point(FLAT, **LINK)
    assert result.mode == "line of sight"
    assert result.region == 1
    assert result.distance_m == 10000.0
    assert result.free_space_loss_db == pytest.approx(32.45 + 20 * math.log10(900.0 * 10.0))
    assert result.basic_transmission_loss_db == pytest.approx(
        result.free_space_loss_db + result.attenuation_db
    )
    assert result.terrain_irregularity_m == pytest.approx(0.0, abs=1e-9)
    assert result.warnings == 0
    assert result.warning_texts == ()


def test_ridge_is_diffraction_though_within_the_smooth_horizon() -> None:
    result = itm_point_to_point(RIDGE, **LINK)
    assert result.region == 1
    assert result.mode == "diffraction"
    assert result.tx_horizon_distance_m == 20 * 250.0
    assert result.rx_horizon_distance_m == 25 * 250.0
    open_path = itm_point_to_point(np.full(46, 300.0), **LINK)
    assert result.basic_transmission_loss_db > open_path.basic_transmission_loss_db + 20.0


def test_very_long_path_is_troposcatter() -> None:
    result = itm_point_to_point(np.zeros(401), **(LINK | {"step_m": 1500.0}))
    assert (result.mode, result.region) == ("troposcatter", 3)


def test_list_and_read_only_input_give_the_same() -> None:
    heights = RIDGE.copy()
    heights.setflags(write=False)
    strided = np.repeat(RIDGE, 2)[::2]
    expected = itm_point_to_point(list(RIDGE), **LINK)
    assert itm_point_to_point(heights, **LINK) == expected
    assert itm_point_to_point(strided, **LINK) == expected
    assert itm_point_to_point(RIDGE.astype(np.float32), **LINK).mode == expected.mode


def test_unknown_terrain_gives_an_unknown_loss() -> None:
    for index in (0, 7, RIDGE.size - 1):
        heights = RIDGE.copy()
        heights[index] = np.nan
        result = itm_point_to_point(heights, **LINK)
        assert math.isnan(result.basic_transmission_loss_db)
        assert math.isnan(result.attenuation_db)
        assert result.mode == "unknown"
        assert result.region == 0
        assert result.warnings == 0


def test_symbols_hold_every_intermediate() -> None:
    symbols = itm_point_to_point(RIDGE, **LINK).by_symbol
    assert symbols["d_m"] == 45 * 250.0
    assert symbols["mode"] == "diffraction"
    assert {"N_s", "a_e_m", "h_e1_m", "d_L2_m", "theta_e1_rad", "delta_h_m", "A_ref_db"} <= set(
        symbols
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frequency_mhz": 0.9}, r"frequency_mhz=0.9 is impossible, 20 to 20000 MHz.*GHz"),
        ({"frequency_mhz": 900e6}, "frequency_mhz=9e\\+08"),
        ({"frequency_mhz": math.nan}, "frequency_mhz=nan is unknown"),
        ({"tx_height_m": -3.0}, r"tx_height_m=-3 is impossible, 0.5 to 3000 m"),
        ({"rx_height_m": 0.2}, "rx_height_m=0.2"),
        ({"rx_height_m": 3001.0}, "rx_height_m=3001"),
        ({"step_m": 0.0}, "step_m=0 is impossible, above 0 m"),
        ({"step_m": math.inf}, "step_m=inf"),
        ({"step_m": math.nan}, "step_m=nan is unknown"),
    ],
)
def test_impossible_values(changes: dict[str, float], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        itm_point_to_point(FLAT, **(LINK | changes))


@pytest.mark.parametrize(
    ("heights", "message"),
    [
        ([1.0, 2.0], r"shape \(2,\), one row of at least 3 heights"),
        (np.zeros((3, 3)), r"shape \(3, 3\)"),
        ([0.0, math.inf, 0.0], "height_amsl_m=inf"),
        ([0.0, 30000.0, 0.0], "height_amsl_m=30000 is impossible"),
    ],
)
def test_impossible_profiles(heights: Any, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        itm_point_to_point(heights, **LINK)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"polarization": "slant"}, "polarization='slant' is unknown"),
        ({"climate": 0}, "climate=0 is impossible"),
        ({"climate": 2.5}, "climate=2.5"),
        ({"mode_of_variability": 4}, "mode_of_variability=4"),
        ({"mode_of_variability": -1}, "mode_of_variability=-1"),
        ({"surface_refractivity_n0": 249.0}, "surface_refractivity_n0=249 .* 250 to 400 N-units"),
        ({"surface_refractivity_n0": math.nan}, "surface_refractivity_n0=nan is unknown"),
        ({"ground_permittivity": 0.9}, "ground_permittivity=0.9 .* at least 1"),
        ({"ground_conductivity_s_per_m": 0.0}, "ground_conductivity_s_per_m=0 .* above 0 S/m"),
        ({"time_percent": 0.0}, "time_percent=0 is impossible, above 0 and below 100 %"),
        ({"location_percent": 100.0}, "location_percent=100"),
        ({"situation_percent": 120.0}, "situation_percent=120"),
    ],
)
def test_impossible_conditions(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        ItmConditions(**changes)


def test_conditions_that_do_not_go_together() -> None:
    wet = ItmConditions(
        polarization="horizontal", ground_permittivity=1.0, ground_conductivity_s_per_m=5.0
    )
    with pytest.raises(DomainError, match="ground impedance"):
        itm_point_to_point(
            FLAT, **(LINK | {"frequency_mhz": 450.0}), conditions=wet
        )  # Z = 10 + 10i
    high = np.full(41, 9000.0)
    with pytest.raises(DomainError, match=r"surface refractivity N_s=125\.5 is impossible"):
        itm_point_to_point(high, **LINK, conditions=ItmConditions(surface_refractivity_n0=325.0))


@pytest.mark.parametrize(
    ("changes", "bit", "message"),
    [
        ({"tx_height_m": 0.8}, 1, "tx_height_m is outside 1 to 1000 m"),
        ({"rx_height_m": 2000.0}, 2, "rx_height_m is outside 1 to 1000 m"),
        ({"frequency_mhz": 30.0}, 4, "frequency_mhz is outside 40 to 10000 MHz"),
        ({"frequency_mhz": 15000.0}, 4, "frequency_mhz is outside"),
        ({"step_m": 30000.0}, 8, "longer than 1000 km"),
        ({"step_m": 60000.0}, 16, "longer than 1000 km"),
        ({"step_m": 20.0}, 64, "shorter than 1 km"),
        (
            {"conditions": ItmConditions(time_percent=99.95, mode_of_variability=3)},
            8192,
            "below 0.1 or above 99.9 %",
        ),
    ],
)
def test_recommended_ranges_warn_and_compute(
    changes: dict[str, Any], bit: int, message: str
) -> None:
    with pytest.warns(ModelRangeWarning, match=message) as caught:
        result = itm_point_to_point(FLAT, **(LINK | changes))
    assert len(caught) == 1
    assert result.warnings & bit
    assert math.isfinite(result.basic_transmission_loss_db)


def test_low_refractivity_in_the_mountains_warns() -> None:
    with pytest.warns(ModelRangeWarning, match="refractivity is below 250"):
        result = itm_point_to_point(np.full(41, 3500.0), **LINK)
    assert result.warnings & 16384


@pytest.mark.parametrize(
    ("heights", "antennas", "bits"),
    [
        ([0.0, 400.0, *([0.0] * 8)], (40.0, 1.5), 128 | 512),
        ([*([0.0] * 8), 400.0, 0.0], (40.0, 1.5), 256 | 1024),
        # A far ridge; within sight of each other the horizons are at most smooth Earth's.
        ([*([0.0] * 90), 400.0, *([0.0] * 9)], (1.0, 1.5), 2048),
        ([*([0.0] * 9), 400.0, *([0.0] * 90)], (1.5, 1.0), 4096),
        ([0.0] * 10, (900.0, 1.5), 32),
    ],
)
def test_geometry_bits_are_silent(
    heights: list[float], antennas: tuple[float, float], bits: int
) -> None:
    result = itm_point_to_point(
        heights, step_m=300.0, frequency_mhz=900.0, tx_height_m=antennas[0], rx_height_m=antennas[1]
    )
    assert result.warnings & bits == bits
    assert len(result.warning_texts) == bin(result.warnings).count("1")


def test_every_bit_has_a_text() -> None:
    assert list(ITM_WARNINGS) == [2**i for i in range(15)]


AREA: dict[str, Any] = {
    "terrain_irregularity_m": 90.0,
    "frequency_mhz": 900.0,
    "tx_height_m": 30.0,
    "rx_height_m": 3.0,
}


def test_careful_siting_helps() -> None:
    losses = [
        itm_area(20000.0, **AREA, tx_siting=siting).basic_transmission_loss_db
        for siting in ("random", "careful", "very careful")
    ]
    assert losses[0] > losses[1] > losses[2]


@pytest.mark.parametrize(
    ("distance", "changes", "message"),
    [
        (0.0, {}, "distance_m=0 is impossible"),
        (math.nan, {}, "distance_m=nan is unknown"),
        (1e4, {"terrain_irregularity_m": -1.0}, "terrain_irregularity_m=-1"),
        (1e4, {"terrain_irregularity_m": math.nan}, "terrain_irregularity_m=nan"),
        (1e4, {"tx_siting": "lucky"}, "tx_siting='lucky' is unknown"),
        (1e4, {"rx_siting": "lucky"}, "rx_siting='lucky' is unknown"),
        (1e4, {"frequency_mhz": 0.9}, "frequency_mhz=0.9"),
    ],
)
def test_impossible_area_values(distance: float, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        itm_area(distance, **(AREA | changes))


def test_area_refuses_impossible_ground() -> None:
    wet = ItmConditions(
        polarization="horizontal", ground_permittivity=1.0, ground_conductivity_s_per_m=5.0
    )
    with pytest.raises(DomainError, match="ground impedance"):
        itm_area(1e4, **(AREA | {"frequency_mhz": 450.0}), conditions=wet)


def test_quantile_is_the_published_approximation() -> None:
    assert inverse_complementary_normal(0.5) == pytest.approx(0.0, abs=1e-6)
    # The approximation's stated error is 4.5e-4.
    assert inverse_complementary_normal(0.1) == pytest.approx(1.2815516, abs=4.5e-4)
    assert inverse_complementary_normal(0.99) == pytest.approx(-2.3263479, abs=4.5e-4)


def test_mean_height_and_refractivity_by_hand() -> None:
    z = np.arange(21.0) ** 2  # n = 20: points 2 to 18
    assert mean_height(z, 20) == pytest.approx(np.mean(np.arange(2.0, 19.0) ** 2))
    assert surface_refractivity(301.0, 0.0) == 301.0
    assert surface_refractivity(301.0, 946.0) == pytest.approx(301.0 * math.exp(-0.1))


def test_horizons_by_hand() -> None:
    z = np.array([0.0, 50.0, 0.0, 0.0, 50.0, 0.0])
    d_l1, d_l2, theta_1, theta_2 = horizons(z, 5, 1000.0, 10.0, 20.0, 8.5e6)
    assert (d_l1, d_l2) == (1000.0, 1000.0)
    assert theta_1 == pytest.approx(0.040 - 1000.0 / 17e6)
    assert theta_2 == pytest.approx(0.030 - 1000.0 / 17e6)
    clear = horizons(np.zeros(6), 5, 1000.0, 10.0, 20.0, 8.5e6)
    assert clear[:2] == (5000.0, 5000.0)
    assert clear[2] == pytest.approx(10.0 / 5000.0 - 5000.0 / 17e6)


def test_fit_recovers_a_straight_line_and_weighs_a_bump() -> None:
    z = 100.0 + 3.0 * np.arange(11.0)
    assert straight_fit(z, 10, 50.0, 100.0, 400.0) == pytest.approx((100.0, 130.0))
    # A range of no length is widened by one point at either side, as far as there is one.
    assert straight_fit(z, 10, 50.0, 250.0, 250.0) == pytest.approx((100.0, 130.0))
    assert straight_fit(z, 10, 50.0, 0.0, 0.0) == pytest.approx((100.0, 130.0))


def test_irregularity_of_a_slope_is_nothing_and_short_is_nothing() -> None:
    z = 5.0 * np.arange(101.0)
    assert terrain_irregularity(z, 100, 30.0, 200.0, 2800.0) == pytest.approx(0.0, abs=1e-9)
    assert terrain_irregularity(z * np.arange(101.0), 100, 30.0, 200.0, 259.0) == 0.0


def test_order_statistics_are_sorting() -> None:
    rng = np.random.default_rng(7)
    for size in (1, 2, 3, 35, 245):
        plain = rng.normal(size=size)
        outlier = np.where(np.arange(size) == size // 2, 1e9, plain)  # all others in one slot
        for values in (plain, np.round(plain), np.zeros(size), np.arange(size) * -1.0, outlier):
            ordered = np.sort(values)
            before = values.copy()
            for rank in range(size):
                other = size - 1 - rank
                assert order_statistics(values, rank, other) == (ordered[rank], ordered[other])
            np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(
    ("height", "siting", "irregularity", "expected"),
    [
        (7.0, 0, 50.0, 7.0),
        (7.0, 1, 50.0, 7.0 + 5.0 * math.exp(-0.28)),
        (7.0, 2, 50.0, 7.0 + 10.0 * math.exp(-0.28)),
        (2.0, 2, 50.0, 2.0 + (1.0 + 9.0 * math.sin(0.2 * math.pi)) * math.exp(-0.08)),
        (7.0, 1, 0.0, 7.0 + 5.0 * math.exp(-20.0)),
    ],
)
def test_siting(height: float, siting: int, irregularity: float, expected: float) -> None:
    assert sited_height(height, siting, irregularity) == pytest.approx(expected, rel=1e-12)


def test_curves_meet_where_their_pieces_join() -> None:
    assert knife_edge(5.76 - 1e-9) == pytest.approx(knife_edge(5.76), abs=0.02)
    for join in (10e3, 70e3):
        # The printed coefficients leave a step of 0.31 dB at 70 km.
        assert forward_scatter(join) == pytest.approx(forward_scatter(join + 1e-6), abs=0.32)


# d_0 = 0.04 * 2000 * 35 * 35 = 98 km, A_d0 < 0; d_1 = -A_d0 / M_d, at least 12.5 km.
OPEN = Geometry(40e3, 30.0, 30.0, 35.0, 35.0, 25e3, 25e3, 0.0, 0.0, 0.0)
GROUND = complex(0.3, 0.01)


@pytest.mark.parametrize(
    ("slope_db_per_m", "base_db"),
    [
        # The diffraction line falls with distance: no rising curve can join it.
        (-1e-3, 1.0),
        # The curve starts beyond its second point, d_1 = 90 km, and does not rise to A_s = -6 dB:
        # A_1 = -10 log|exp(-1.140i) - 0.990|^2 = -0.6 dB is above.
        (2e-4, -18.0),
    ],
)
def test_line_of_sight_falls_back_on_the_diffraction_slope(
    slope_db_per_m: float, base_db: float
) -> None:
    lines = Lines(30e3, 30e3, 60e3, 50e3, 0.0, 4e3, slope_db_per_m, base_db)
    expected = slope_db_per_m * 60e3 + base_db + slope_db_per_m * (40e3 - 60e3)
    got = within_smooth_horizon(OPEN, lines, 2000.0, GROUND)
    assert got == pytest.approx(expected, abs=1e-9)


def test_line_of_sight_joins_one_point_and_the_end_of_the_line() -> None:
    # d_1 = 65 km < d_0, A_s = -0.5 dB, k_1 = (A_s - A_1) / (d_s - d_1), k_2 = 0.
    lines = Lines(30e3, 30e3, 60e3, 50e3, 0.0, 4e3, 1e-4, -6.5)
    s = 70.0 / math.hypot(65e3, 70.0)
    reflection = (s - GROUND) / (s + GROUND)
    phase = math.pi - (math.pi / 2.0) ** 2 / (2.0 * 2000.0 / 47.7 * 35.0 * 35.0 / 65e3)
    a_1_db = -10.0 * math.log10(abs(complex(math.cos(phase), -math.sin(phase)) + reflection) ** 2)
    assert a_1_db == pytest.approx(-3.02, abs=0.01)
    expected = -0.5 + (-0.5 - a_1_db) / (60e3 - 65e3) * (40e3 - 60e3)
    got = within_smooth_horizon(OPEN, lines, 2000.0, GROUND)
    assert got == pytest.approx(expected, abs=1e-9)
