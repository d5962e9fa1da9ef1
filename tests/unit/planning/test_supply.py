"""Power in an option's price: by hand, and against what it must never do."""

import math
from dataclasses import replace
from typing import Any

import pytest

from phusong.planning.cost import SiteFacts
from phusong.planning.kinds import NEW_MAST, NEW_POWER, REPAIR, SATELLITE, SHARED_SITE
from phusong.planning.option_cost import Build, option_cost
from phusong.planning.present_value import annuity_factor
from phusong.planning.supply import extraterrestrial_kwh, load_w, sun_of, supply
from phusong.study import CostsSection, PowerSection, Quantity
from synthetic import assumed, lives, price, study_facts

UNITS = {
    "energy": price(0.1, "USD/kWh"), "panel": price(2.0, "USD/W"),
    "battery": price(500, "USD/kWh"), "inverter": price(600, "USD/kW"),
    "solar_upkeep": price(300, "USD/year"), "diesel_set": price(12_000, "USD/site"),
    "diesel": price(1.0, "USD/l"), "diesel_use": price(0.4, "l/kWh"),
    "diesel_upkeep": price(2_000, "USD/year"),
}  # fmt: skip
AF = annuity_factor(0.08, 10)
FACTS = SiteFacts(road_m=0, power_line_m=100, slope_deg=0, backhaul_m=1000, latitude_deg=22.4)


def given(value: float, unit: str) -> Quantity:
    return Quantity(value=value, unit=unit, source="test")


SECTION = PowerSection(
    site_load=given(150, "W"), sector_load=given(100, "W"), hop_load=given(50, "W"),
    sun=given(3.0, "h/day"), performance=given(0.75, "fraction"), autonomy=given(2, "day"),
    depth_of_discharge=given(0.8, "fraction"), battery_efficiency=given(1.0, "fraction"),
)  # fmt: skip
BASE = Build(NEW_MAST, FACTS, 40.0, 40.0, 3, carriers=3, power=SECTION)


def costs(**changes: Any) -> CostsSection:
    facts = {**study_facts()["costs"], "power": UNITS, "radio_upgrade": price(20_500, "USD/site"),
             "repair": price(8_000, "USD/site"), "lives": lives(10)}  # fmt: skip
    facts["exchange"] = {**facts["exchange"], "currency": "USD", "rate": assumed(1.0, "USD/USD")}
    return CostsSection.model_validate({**facts, **changes})


def cost(build: Build, table: CostsSection | None = None, level: Any = "base") -> Any:
    return option_cost(build, table or costs(), longest_hop_m=30_000.0, level=level)


def test_sun_above_the_atmosphere_as_in_fao_56() -> None:
    # FAO-56, example 8: 20° S on 3 September has 32.2 MJ/m² a day.
    assert 3.6 * extraterrestrial_kwh(-20.0, 246) == pytest.approx(32.2, abs=0.05)
    assert extraterrestrial_kwh(80.0, 355) == 0.0, "polar night"


def test_the_darkest_month_counts_and_the_users_value_stands_for_it() -> None:
    winter = min(extraterrestrial_kwh(22.4, day) for day in range(1, 366))
    plain = sun_of(PowerSection(clearness=given(0.4, "fraction")), 22.4)
    assert plain.peak_hours_per_day == pytest.approx(0.4 * winter, rel=0.01)
    assert sun_of(SECTION, 22.4).peak_hours_per_day == 3.0
    months = tuple(given(h, "h/day") for h in (3, 2.5, 2.1, 4, 5, 5, 5, 5, 5, 4, 4, 3))
    assert sun_of(PowerSection(sun_by_month=months), 22.4).peak_hours_per_day == 2.1
    with pytest.raises(ValueError, match="12 are needed"):
        PowerSection(sun_by_month=months[:5])
    with pytest.raises(ValueError, match="leave one out"):
        PowerSection(sun_by_month=months, sun=given(3, "h/day"))


def test_grid_by_hand() -> None:
    # 150 + 3 · 100 + 50 = 500 W: 4,380 kWh a year at 0.1 USD; 5,000 + 9,000 + 0.1 km · 20,000.
    assert load_w(SECTION, sectors=3, hops=1) == 500
    made = cost(BASE)
    assert (made.power, made.power_capex) == ("grid", pytest.approx(16_000))
    assert made.power_opex_per_year == pytest.approx(438)
    assert made.capex == pytest.approx(35_000 + 35_000 + 16_000 + 20_000)
    assert made.opex_per_year == pytest.approx(12_438)
    assert made.present_value == pytest.approx(made.capex + 12_438 * AF)


def test_solar_by_hand() -> None:
    # 12 kWh a day: 12,000 / (3 · 0.75) = 5,333 W, 12 · 2 / 0.8 = 30 kWh, 0.625 kW.
    far = cost(replace(BASE, facts=replace(FACTS, power_line_m=20_000)))
    panel, battery, inverter = 5333.333 * 2, 30 * 500, 0.625 * 600
    assert far.power == "solar"
    assert far.power_capex == pytest.approx(panel + battery + inverter, rel=1e-6)
    late = 1.08**-10
    battery_like = battery + inverter  # both last 8 years: bought again once, 6 of 8 are left
    later = battery_like * 1.08**-8 - battery_like * 6 / 8 * late - panel * 15 / 25 * late
    assert far.power_opex_per_year == 300
    assert far.power_wear.net == pytest.approx(later, abs=0.01)
    assert far.wear == far.power_wear
    assert far.present_value == pytest.approx(far.capex + far.opex_per_year * AF + later, abs=0.01)


def test_the_cheapest_over_the_horizon_is_taken_and_farther_is_never_cheaper() -> None:
    last, kinds = 0.0, []
    for metres in (0, 200, 500, 1_000, 2_000, 5_000, 50_000, math.nan):
        build = replace(BASE, facts=replace(FACTS, power_line_m=metres))
        found = build.supply(costs())
        assert found.choice is not None
        ways = [m.total_cost for m in (found.choice.grid, found.choice.solar) if m is not None]
        value = found.capex + found.opex_per_year * AF + found.wear.net
        assert value == pytest.approx(min(ways))
        assert value >= last - 1e-6
        last = value
        kinds.append(found.source)
    assert kinds == sorted(kinds)
    assert set(kinds) == {"grid", "solar"}


def test_more_load_and_less_sun_are_never_cheaper_and_ends_are_in_order() -> None:
    dim = SECTION.model_copy(update={"sun": given(1.5, "h/day")})
    for metres in (100, 5_000):
        base = replace(BASE, facts=replace(FACTS, power_line_m=metres))
        assert cost(replace(base, carriers=6)).present_value > cost(base).present_value
        assert cost(replace(base, power=dim)).present_value >= cost(base).present_value
        low, middle, high = (cost(base, level=end).present_value for end in ("low", "base", "high"))
        assert low < middle < high


def test_zero_prices_cost_nothing() -> None:
    free = {key: price(0.0, line["unit"]) for key, line in UNITS.items()}
    table = costs(power=free, power_grid=price(0, "USD/site"), power_line=price(0, "USD/km"),
                  transformer=price(0, "USD/site"))  # fmt: skip
    for metres in (100, math.nan):
        sun = sun_of(SECTION, 22.4)
        found = supply(500.0, metres, sun, table)
        assert (found.capex, found.opex_per_year) == (0.0, 0.0)


def test_sites_that_are_fed_pay_their_energy_and_new_power_its_plant() -> None:
    for kind in (SHARED_SITE, REPAIR):
        made = cost(replace(BASE, kind=kind))
        assert made.opex_per_year == pytest.approx(12_438)
        assert (made.power, made.power_capex) == ("existing", 0.0)
    power = cost(replace(BASE, kind=NEW_POWER))
    assert power.capex == power.power_capex == pytest.approx(16_000)


def test_a_small_site_has_its_own_load_and_is_fed_like_the_others() -> None:
    # 300 W at 0.1 USD/kWh; beside the lump sum the same connection and transformer.
    assert load_w(PowerSection(), sectors=3, hops=1) == 1200, "a macro site by default"
    assert load_w(PowerSection(), sectors=3, hops=1, kind=SATELLITE) == 300
    table = costs(satellite_site=price(12_000, "USD/site"), satellite_opex=price(8_000, "USD/year"))
    at_line = replace(FACTS, power_line_m=0)
    near = cost(replace(BASE, kind=SATELLITE, facts=at_line), table)
    assert (near.power, near.capex) == ("grid", pytest.approx(12_000 + 14_000))
    assert near.opex_per_year == pytest.approx(8_000 + 0.3 * 8760 * 0.1)
    far = cost(replace(BASE, kind=SATELLITE, facts=replace(FACTS, power_line_m=9_000)), table)
    assert (far.power, far.present_value > near.present_value) == ("solar", True)


def test_what_diesel_would_save_is_against_the_way_that_is_taken() -> None:
    far = replace(BASE, facts=replace(FACTS, power_line_m=math.nan))
    made, found = cost(far), far.supply(costs()).choice
    assert found is not None
    less = 1.0 - found.diesel.total_cost / found.solar.total_cost
    assert made.diesel_saves_percent == pytest.approx(100 * less)
    assert math.isnan(cost(far, costs(power=None)).diesel_saves_percent)


def test_without_unit_prices_the_lump_sums_decide() -> None:
    made = cost(BASE, costs(power=None))
    assert (made.power, made.power_capex, made.power_opex_per_year) == ("grid", 16_000, 0.0)
    assert made.opex_per_year == 12_000


def test_unit_prices_are_in_the_currency_of_the_table() -> None:
    wrong = {**UNITS, "panel": price(50_000, "VND/W")}
    with pytest.raises(ValueError, match=r"power\.panel\.unit = 'VND/W' is not in USD"):
        costs(power=wrong)
