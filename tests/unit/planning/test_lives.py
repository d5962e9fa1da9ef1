"""What wears out within the horizon: by hand, by the year, and what must never happen."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from phusong.planning.cost import SiteFacts, option_money
from phusong.planning.lives import LIFE_OF, life_years
from phusong.planning.option_cost import Build, option_cost
from phusong.planning.present_value import Asset, annuity_factor, asset_value, wear_of
from phusong.planning.price import price_of
from phusong.study import CostsSection, RevenueSection
from phusong.study.cost_items import AssetLives
from phusong.study.planning import UNITS
from synthetic import assumed, lives, price, study_facts

YEARS = st.floats(0.5, 60.0)
RATES = st.floats(0.0, 0.3)
SITE = Build("new-mast", SiteFacts(0.0, 100.0, 0.0, 1000.0), 40.0, 40.0, 3)


def costs(**changes: Any) -> CostsSection:
    facts = {**study_facts()["costs"], "mast_step": price(10_000, "USD/10m"),
             "fibre": price(8_000, "USD/km")}  # fmt: skip
    facts["exchange"] = {**facts["exchange"], "currency": "USD", "rate": assumed(1.0, "USD/USD")}
    return CostsSection.model_validate({**facts, **changes})


def cost(table: CostsSection, level: Any = "base") -> Any:
    return option_cost(SITE, table, longest_hop_m=30_000.0, level=level)


def test_a_site_of_usual_lives_by_hand() -> None:
    # Over 10 years at 8 %: mast 35,000 and grid 16,000 last 20 and are half left; radio 35,000
    # lasts 10; the hop 20,000 lasts 7, is bought again in year 7 and has 4 of 7 years left.
    made, late = cost(costs()), 1.08**-10
    assert made.wear.repurchases == pytest.approx(20_000 * 1.08**-7)
    assert made.wear.salvage == pytest.approx((51_000 / 2 + 20_000 * 4 / 7) * late)
    annual = 12_000 * annuity_factor(0.08, 10)
    assert made.capex == 35_000 + 35_000 + 16_000 + 20_000
    assert made.present_value == pytest.approx(made.capex + annual + made.wear.net)
    assert made.power_wear.salvage == pytest.approx(16_000 / 2 * late)


@given(st.floats(0.0, 1e6), YEARS, RATES, st.integers(1, 40))
def test_payments_year_by_year_are_the_present_value(
    paid: float, life: float, rate: float, years: int
) -> None:
    found = asset_value(Asset(paid, life), rate=rate, horizon_years=years)
    flow, bought = [0.0] * (years + 1), 0
    when = 0.0
    while when < years - 1e-6:
        bought += 1
        flow[0] += paid * (1.0 + rate) ** -when if when else paid
        when += life
    flow[years] -= paid * (when - years) / life
    assert found.purchases == bought
    total = sum(amount * (1.0 + rate) ** -year for year, amount in enumerate(flow))
    assert found.present_value == pytest.approx(total, abs=1e-6 * (1.0 + paid))


@given(st.floats(1.0, 1e6), YEARS, YEARS, RATES, st.floats(1.0, 40.0))
def test_a_longer_life_is_never_dearer(
    paid: float, one: float, other: float, rate: float, years: float
) -> None:
    short, long = (
        asset_value(Asset(paid, life), rate=rate, horizon_years=years).present_value
        for life in sorted((one, other))
    )
    assert long <= short + 1e-6 * paid


@given(st.floats(1.0, 1e6), RATES, st.floats(1.0, 40.0), st.floats(0.0, 40.0))
def test_what_outlives_the_horizon_is_bought_once(
    paid: float, rate: float, years: float, more: float
) -> None:
    found = asset_value(Asset(paid, years + more), rate=rate, horizon_years=years)
    assert (found.purchases, found.repurchases) == (1, 0.0)
    assert 0.0 <= found.salvage <= paid


@given(YEARS, RATES, st.floats(1.0, 40.0))
def test_what_costs_nothing_is_bought_again_for_nothing(
    life: float, rate: float, years: float
) -> None:
    found = wear_of([Asset(0.0, life)] * 3, rate=rate, horizon_years=years)
    assert (found.repurchases, found.salvage, found.net) == (0.0, 0.0, 0.0)


def test_the_end_of_a_life_does_not_jump() -> None:
    # Just short of the horizon it is bought once more, and nearly all of that is left.
    just, whole = (
        asset_value(Asset(1000.0, life), rate=0.08, horizon_years=10.0).present_value
        for life in (5.0 - 1e-7, 5.0)
    )
    assert just == pytest.approx(whole, abs=0.001)


def test_low_prices_go_with_long_lives() -> None:
    table = costs()
    assert [life_years(table, "mast", level) for level in ("low", "base", "high")] == [30, 20, 15]
    ends = [cost(table, level).present_value for level in ("low", "base", "high")]
    assert ends == sorted(ends)


@pytest.mark.parametrize("life", list(AssetLives.model_fields))
def test_each_life_counts_where_it_should(life: str) -> None:
    table = costs(lives=lives(10), satellite_terminal=price(5_000, "USD/site"))
    longer = costs(lives=lives(10, **{life: 20}), satellite_terminal=price(5_000, "USD/site"))
    lines = [line for line, name in LIFE_OF.items() if name == life]
    assert lines
    for line in LIFE_OF:
        if getattr(table, line) is None:
            continue
        before, after = (price_of(one, capex=[(2.0, line)]) for one in (table, longer))
        assert before.wear.salvage == 0
        cheaper = after.low < before.low and after.base < before.base and after.high < before.high
        assert cheaper == (line in lines), line


def test_everything_that_is_bought_has_a_life() -> None:
    sums = ("{}/site", "{}/hop", "{}/10m", "{}/km")
    bought = {line for line, units in UNITS.items() if units[0] in sums and "." not in line}
    assert bought == set(LIFE_OF)
    assert set(LIFE_OF.values()) == set(AssetLives.model_fields)


def test_what_is_left_narrows_the_gap_of_money() -> None:
    revenue = RevenueSection.model_validate({
        "penetration": assumed(0.7, "fraction"), "arpu": assumed(3.0, "USD/month"),
        "market_share": {"a": assumed(0.5, "fraction")},
    })  # fmt: skip
    for people, (table, longer) in itertools.product(
        (0.0, 900.0, 2_000.0), [(costs(lives=lives(10)), costs(lives=lives(20)))]
    ):
        plain, left = (
            option_money(cost(one), one, revenue, people_newly_covered=people, operator="a")
            for one in (table, longer)
        )
        assert plain is not None
        assert left is not None
        gain = left.site.net_present_value - plain.site.net_present_value
        assert gain == pytest.approx(cost(longer).wear.salvage)
        assert left.gap.grant <= plain.gap.grant
        closing = left.gap.grant + left.gap.support_per_year * left.site.annuity
        assert left.site.net_present_value + closing >= -1e-6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"low": 0.0}, "0.5 to 100 year is allowed"),
        ({"high": 200.0}, "0.5 to 100 year is allowed"),
        ({"low": 30.0}, "are not in order"),
        ({"unit": "month"}, "lives.mast.unit = 'month', 'year' is needed"),
    ],
)
def test_an_impossible_life_is_said(change: dict[str, Any], said: str) -> None:
    wrong = {**lives(20.0), "mast": {**lives(20.0)["mast"], **change}}
    with pytest.raises(ValidationError, match=said):
        costs(lives=wrong)
