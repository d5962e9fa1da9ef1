"""Prices by hand: annuity, access, power, hops, and that nothing gets cheaper by being harder."""

import math
from dataclasses import replace
from typing import Any

import pytest

from phusong.errors import DomainError
from phusong.planning.cost import PriceLevel, SiteCost, SiteFacts, access_factor, option_money
from phusong.planning.option_cost import Build, option_cost
from phusong.planning.present_value import annuity_factor
from phusong.study import CostsSection, RevenueSection
from synthetic import assumed, lives, price, study_facts
from synthetic import replace as put

BASE = SiteFacts(road_m=0.0, power_line_m=0.0, slope_deg=0.0, backhaul_m=1000.0)


def costs(**changes: Any) -> CostsSection:
    """The synthetic prices, in USD itself unless changed."""
    facts = {"costs": {**study_facts()["costs"], "lives": lives(10)}}
    put(facts, "costs.exchange.rate", assumed(1.0, "USD/USD"))
    put(facts, "costs.exchange.currency", "USD")
    for key, value in changes.items():
        put(facts, f"costs.{key.replace('__', '.')}", value)
    return CostsSection.model_validate(facts["costs"])


def cost_of(
    facts: SiteFacts,
    prices: CostsSection | None = None,
    hop_m: float = 30_000.0,
    level: PriceLevel = "base",
) -> Any:
    site = Build("new-mast", facts, 40.0, 40.0, 3)
    return option_cost(site, prices or costs(), longest_hop_m=hop_m, level=level)


@pytest.mark.parametrize(
    ("rate", "years", "factor"),
    [
        (0.05, 10, 7.721735),
        (0.08, 10, 6.710081),
        (0.12, 10, 5.650223),
        (0.0, 10, 10.0),
        (0.0, 1, 1.0),
        (0.08, 1, 1 / 1.08),
        (1.0, 2, 0.75),  # 1/2 + 1/4
    ],
)
def test_annuity_by_hand(rate: float, years: float, factor: float) -> None:
    assert annuity_factor(rate, years) == pytest.approx(factor, abs=5e-7)


def test_annuity_is_the_sum_of_discounted_years() -> None:
    assert annuity_factor(0.07, 23) == pytest.approx(sum(1.07**-k for k in range(1, 24)), rel=1e-12)
    assert annuity_factor(1e-6, 10) == pytest.approx(10.0, rel=1e-5)


@pytest.mark.parametrize(("rate", "years"), [(-0.01, 10), (0.08, 0), (0.08, -1)])
def test_annuity_of_impossible_values(rate: float, years: float) -> None:
    with pytest.raises(DomainError, match=f"rate={rate} and years={years}"):
        annuity_factor(rate, years)


@pytest.mark.parametrize(
    ("road_km", "slope_deg", "factor"),
    [
        (4.0, 25.0, 1.35),  # 1 + 0.05·4 + 0.10·(25 − 10)/10
        (0.0, 0.0, 1.0),
        (0.0, 10.0, 1.0),  # 10° is still gentle
        (0.0, 20.0, 1.1),
        (4.0, 0.0, 1.2),
        (100.0, 0.0, 2.0),  # capped
        (15.0, 80.0, 2.0),
        (math.nan, 25.0, 1.15),  # no roads given
    ],
)
def test_access_by_hand(road_km: float, slope_deg: float, factor: float) -> None:
    got = access_factor(road_km, slope_deg, per_road_km=0.05, per_slope_step=0.10)
    assert got == pytest.approx(factor, abs=1e-12)


def test_access_never_falls_with_distance_or_slope() -> None:
    roads = [0.0, 0.5, 3.0, 12.0, 40.0]
    slopes = [0.0, 9.0, 10.0, 17.0, 44.0, 80.0]
    table = [
        [access_factor(r, s, per_road_km=0.05, per_slope_step=0.10) for s in slopes] for r in roads
    ]
    assert all(row == sorted(row) for row in table)
    assert all(list(col) == sorted(col) for col in zip(*table, strict=True))


def test_a_site_by_hand() -> None:
    # 4 km from a road on 25°: passive 35,000 · 1.35 = 47,250; radio 35,000; grid 5,000 + 9,000 +
    # 0.1 km · 20,000 = 16,000, below solar 18,000; one hop 20,000.
    facts = SiteFacts(road_m=4000, power_line_m=100, slope_deg=25, backhaul_m=12_000)
    cost = cost_of(facts)
    assert cost.capex == pytest.approx(47_250 + 35_000 + 16_000 + 20_000)
    assert cost.opex_per_year == 12_000
    assert cost.present_value == pytest.approx(118_250 + 12_000 * 6.710081, abs=0.01)
    assert (cost.power, cost.backhaul_hops, cost.currency) == ("grid", 1, "USD")


def test_the_exchange_rate_changes_money_and_nothing_else() -> None:
    facts = SiteFacts(road_m=4000, power_line_m=100, slope_deg=25, backhaul_m=12_000)
    vnd = cost_of(
        facts, costs(exchange__rate=assumed(25_000.0, "VND/USD"), exchange__currency="VND")
    )
    usd = cost_of(facts)
    assert vnd.currency == "VND"
    for name in ("capex", "opex_per_year", "present_value"):
        assert getattr(vnd, name) == pytest.approx(25_000 * getattr(usd, name))
    assert (vnd.power, vnd.backhaul_hops) == (usd.power, usd.backhaul_hops)


@pytest.mark.parametrize(
    ("power_line_m", "power", "price_usd"),
    [
        (0.0, "grid", 14_000),
        (200.0, "grid", 18_000),  # as dear as solar: the grid
        (201.0, "solar", 18_000),
        (50_000.0, "solar", 18_000),
        (math.nan, "solar", 18_000),  # no lines given
    ],
)
def test_power_is_the_cheaper_to_build(power_line_m: float, power: str, price_usd: float) -> None:
    cost = cost_of(replace(BASE, power_line_m=power_line_m))
    assert cost.power == power
    assert cost.capex == pytest.approx(35_000 + 35_000 + 20_000 + price_usd)


@pytest.mark.parametrize(
    ("backhaul_m", "hops"),
    [(0.0, 1), (1.0, 1), (30_000.0, 1), (30_000.1, 2), (60_000.0, 2), (60_001.0, 3)],
)
def test_long_distances_take_relays(backhaul_m: float, hops: int) -> None:
    cost = cost_of(replace(BASE, backhaul_m=backhaul_m))
    assert cost.backhaul_hops == hops
    assert cost.capex == pytest.approx(35_000 + 35_000 + 14_000 + 20_000 * hops)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.12])
def test_capex_is_paid_today_at_every_rate(rate: float) -> None:
    free = costs(site_opex=price(0, "USD/year"), discount_rate=assumed(rate, "fraction/year"))
    cost = cost_of(BASE, free)
    assert cost.present_value == cost.capex


def test_without_discount_the_years_add_up() -> None:
    prices = costs(discount_rate=assumed(0.0, "fraction/year"))
    cost = cost_of(BASE, prices)
    assert cost.present_value == pytest.approx(cost.capex + 10 * 12_000)
    twice = cost_of(BASE, costs(horizon=assumed(20.0, "year")))
    assert twice.opex_per_year == cost.opex_per_year  # a longer horizon changes no yearly amount


def test_a_higher_rate_never_raises_the_present_value() -> None:
    values = [
        cost_of(BASE, costs(discount_rate=assumed(r, "fraction/year"))).present_value
        for r in (0.0, 0.03, 0.08, 0.2)
    ]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 4


@pytest.mark.parametrize(
    ("item", "unit"),
    [
        ("passive_site", "USD/site"), ("radio_site", "USD/site"), ("power_grid", "USD/site"),
        ("power_line", "USD/km"), ("transformer", "USD/site"), ("microwave_hop", "USD/hop"),
        ("site_opex", "USD/year"), ("access_per_road_km", "fraction/km"),
        ("access_per_slope_step", "fraction/10deg"),
    ],
)  # fmt: skip
def test_every_price_counts_once(item: str, unit: str) -> None:
    facts = SiteFacts(road_m=2000, power_line_m=100, slope_deg=30, backhaul_m=40_000)
    shares = {  # how many of each are in the present value
        "passive_site": 1.3, "radio_site": 1, "power_grid": 1, "power_line": 0.1,
        "transformer": 1, "microwave_hop": 2, "site_opex": annuity_factor(0.08, 10),
        "access_per_road_km": 2 * 35_000, "access_per_slope_step": 2 * 35_000,
    }  # fmt: skip
    base = getattr(costs(), item).base
    step = base * 0.01
    dearer = cost_of(facts, costs(**{item: price(base + step, unit)}))
    rise = dearer.present_value - cost_of(facts).present_value
    assert rise == pytest.approx(step * shares[item], rel=1e-6)


def test_free_prices_cost_nothing() -> None:
    free = {
        key: price(0, item["unit"])
        for key, item in study_facts()["costs"].items()
        if isinstance(item, dict) and "base" in item
    }
    cost = cost_of(BASE, costs(**free))
    assert (cost.capex, cost.opex_per_year, cost.present_value) == (0, 0, 0)


def test_harder_places_are_never_cheaper() -> None:
    for name, values in (
        ("road_m", [0, 10, 5000, 90_000]), ("slope_deg", [0, 10, 11, 60]),
        ("power_line_m", [0, 150, 250, 9000]), ("backhaul_m", [0, 29_999, 31_000, 99_000]),
    ):  # fmt: skip
        prices = [cost_of(replace(BASE, **{name: float(v)})).present_value for v in values]
        assert prices == sorted(prices)


def test_ends_of_the_table_enclose_the_base() -> None:
    facts = SiteFacts(road_m=4000.0, power_line_m=500.0, slope_deg=25.0, backhaul_m=45_000.0)
    ends = [
        cost_of(facts, level="low").capex,
        cost_of(facts, level="base").capex,
        cost_of(facts, level="high").capex,
    ]
    assert ends == sorted(set(ends))
    assert ends[1] == cost_of(facts).capex


@pytest.mark.parametrize(
    ("people", "operator", "expected"),
    [
        # 60 % of people subscribe, half of them here, 3 USD a month, 8 %, 10 years: 72.47 USD
        # each. Total cost 175,520.98 USD is 2,422 people; the running alone 1,112.
        (2423, "a", "commercial"),
        (2421, "a", "capex_grant"),
        (1112, "a", "capex_grant"),
        (1111, "a", "running_support"),
        (2423, "b", "unknown"),
    ],
)
def test_gap_of_money(people: int, operator: str, expected: str) -> None:
    table = costs(discount_rate=assumed(0.08, "fraction/year"), horizon=assumed(10.0, "year"))
    price = SiteCost(95_000.0, 12_000.0, 175_520.98, "grid", 1, "USD")
    revenue = RevenueSection.model_validate(
        {
            "penetration": assumed(0.6, "fraction"),
            "market_share": {"a": assumed(0.5, "fraction")},
            "arpu": assumed(3.0, "USD/month"),
        }
    )
    money = option_money(price, table, revenue, people_newly_covered=people, operator=operator)
    assert ("unknown" if money is None else money.gap.gap_type) == expected
