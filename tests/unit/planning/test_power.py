"""Power by hand: sizes, present values, and what must rise with distance and load."""

import itertools
import math
from dataclasses import replace

import pytest

from phusong.errors import DomainError
from phusong.planning.power import PowerChoice, PowerPrices, Sun, power_choice, solar_size
from phusong.planning.present_value import annuity_factor

SUN = Sun(
    peak_hours_per_day=3.0, performance_share=0.75, autonomy_days=2.0,
    depth_of_discharge_share=0.8, battery_efficiency_share=0.9,
)  # fmt: skip
PRICES = PowerPrices(
    grid_connection=5_000.0, line_per_km=20_000.0, transformer=9_000.0, energy_per_kwh=0.1,
    panel_per_w=2.7, battery_per_kwh=550.0, inverter_per_kw=598.0, solar_upkeep_per_year=500.0,
    diesel_set=8_000.0, diesel_per_litre=1.2, litres_per_kwh=0.35, diesel_upkeep_per_year=1_500.0,
    grid_years=10.0, panel_years=25.0, battery_years=8.0, inverter_years=8.0, diesel_set_years=7.0,
)  # fmt: skip


def choose(
    line_distance_m: float = 1000.0, load_w: float = 1000.0, **changes: float
) -> PowerChoice:
    return power_choice(
        load_w, line_distance_m=line_distance_m, sun=SUN, prices=replace(PRICES, **changes),
        rate=0.08, horizon_years=10.0,
    )  # fmt: skip


def test_solar_plant_by_hand() -> None:
    size = solar_size(1500.0, SUN)
    assert size.panel_w == pytest.approx(36_000 / (3.0 * 0.75))  # 16 kW
    assert size.battery_kwh == pytest.approx(36.0 * 2 / 0.72)  # 100 kWh
    assert size.inverter_kw == pytest.approx(1.875)


def test_grid_by_hand() -> None:
    grid = choose(2500.0).grid
    assert grid is not None
    assert grid.capex == 5_000 + 2.5 * 20_000 + 9_000
    assert grid.running == pytest.approx(8760 * 0.1 * annuity_factor(0.08, 10))


def test_solar_by_hand() -> None:
    solar = choose().solar
    panels, battery, inverter = 2.7 * 24_000 / 2.25, 550 * 48 / 0.72, 598 * 1.25
    assert solar.capex == pytest.approx(panels + battery + inverter)
    again = (battery + inverter) * 1.08**-8  # at year 8
    left = (panels * 15 / 25 + (battery + inverter) * 6 / 8) * 1.08**-10
    expected = 500 * annuity_factor(0.08, 10) + again - left
    assert solar.running == pytest.approx(expected)


def test_diesel_by_hand() -> None:
    diesel = choose().diesel
    fuel = 8760 * 0.35 * 1.2
    wear = 8_000 * 1.08**-7 - 8_000 * 4 / 7 * 1.08**-10
    assert diesel.capex == 8_000
    assert diesel.running == pytest.approx((fuel + 1_500) * annuity_factor(0.08, 10) + wear)


def test_the_cheaper_one_is_taken() -> None:
    near, far = choose(0.0), choose(20_000.0)
    assert (near.source, far.source) == ("grid", "solar")
    assert near.solar == far.solar


def test_no_known_line_means_solar() -> None:
    found = choose(math.nan)
    assert (found.source, found.grid) == ("solar", None)


def test_farther_or_hungrier_is_never_cheaper() -> None:
    for before, after in itertools.pairwise(choose(d) for d in (0.0, 10.0, 900.0, 40_000.0)):
        assert before.grid is not None
        assert after.grid is not None
        assert after.grid.total_cost >= before.grid.total_cost
    for before, after in itertools.pairwise(choose(load_w=w) for w in (0.0, 200.0, 900.0, 5000.0)):
        assert after.solar.total_cost >= before.solar.total_cost
        assert after.diesel.total_cost >= before.diesel.total_cost


def test_each_price_moves_its_own_way_only() -> None:
    base, dear = choose(), choose(diesel_per_litre=2.4)
    assert dear.diesel.running > base.diesel.running
    assert (dear.grid, dear.solar) == (base.grid, base.solar)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"peak_hours_per_day": 0.0}, "peak_hours_per_day=0"),
        ({"peak_hours_per_day": 25.0}, "peak_hours_per_day=25"),
        ({"performance_share": 75.0}, "performance_share=75"),
        ({"depth_of_discharge_share": 0.0}, "depth_of_discharge_share=0"),
        ({"battery_efficiency_share": math.nan}, "battery_efficiency_share=nan"),
        ({"autonomy_days": -1.0}, "autonomy_days=-1"),
    ],
)
def test_impossible_suns(change: dict[str, float], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        solar_size(1000.0, replace(SUN, **change))


def test_impossible_loads_and_lines() -> None:
    with pytest.raises(DomainError, match="load_w=-1"):
        solar_size(-1.0, SUN)
    with pytest.raises(DomainError, match="line_distance_m=-1"):
        choose(-1.0)
