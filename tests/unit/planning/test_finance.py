"""Money over time: numbers worked out by hand, and the mistakes that peers made."""

import itertools
import math

import pytest

from phusong.errors import DomainError
from phusong.planning.finance import (
    Account,
    account,
    bill,
    break_even_subscribers,
    gap_of,
    revenue_per_year,
)
from phusong.planning.present_value import Asset, annuity_factor, asset_value
from phusong.planning.sharing import CLASSES, Part, operator_account

CENT = 0.005
BASE = {"capex": 95_000.0, "opex_per_year": 12_000.0, "rate": 0.08, "horizon_years": 10.0}


def site(subscribers: float = 0.0, **changes: float) -> Account:
    yearly = revenue_per_year(subscribers, penetration=1.0, market_share=1.0, arpu_per_month=3.0)
    return account(**{**BASE, "revenue_per_year": yearly, **changes})  # type: ignore[arg-type]


def test_base_site_by_hand() -> None:
    money = site()
    assert money.running == pytest.approx(80_520.98, abs=CENT)
    assert money.total_cost == pytest.approx(175_520.98, abs=CENT)
    assert money.cost_per_year == pytest.approx(26_157.80, abs=CENT)
    assert math.isnan(account(capex=0, opex_per_year=0, rate=0.1, horizon_years=5)
                      .benefit_cost_ratio)  # fmt: skip


@pytest.mark.parametrize(("arpu", "subscribers"), [(2.0, 1090), (3.0, 727), (5.0, 436)])
def test_break_even_by_hand(arpu: float, subscribers: int) -> None:
    money = site()
    found = break_even_subscribers(money.total_cost, arpu_per_month=arpu, annuity=money.annuity)
    assert found == subscribers


def test_all_low_and_all_high_by_hand() -> None:
    # low: passive 20,000, radio 25,000, power 3,000, hop 12,000; high: 60, 45, 10, 45 thousand.
    low = account(capex=60_000, opex_per_year=8_000, rate=0.05, horizon_years=10)
    high = account(capex=160_000, opex_per_year=18_000, rate=0.12, horizon_years=10)
    assert low.total_cost == pytest.approx(121_773.88, abs=CENT)
    assert high.total_cost == pytest.approx(261_704.01, abs=CENT)


def test_repurchase_and_salvage_by_hand() -> None:
    value = asset_value(Asset(10_000.0, 8.0), rate=0.08, horizon_years=10.0)
    assert value.purchases == 2
    assert value.repurchases == pytest.approx(5_402.69, abs=CENT)
    assert value.salvage == pytest.approx(3_473.95, abs=CENT)
    assert value.present_value == pytest.approx(11_928.74, abs=CENT)


@pytest.mark.parametrize(("life", "purchases"), [(10, 1), (5, 2), (4, 3), (25, 1), (10 / 3, 3)])
def test_nothing_is_bought_when_the_horizon_ends(life: float, purchases: int) -> None:
    # A peer counts floor(N / L) repurchases, so one in the very last year.
    value = asset_value(Asset(100.0, life), rate=0.08, horizon_years=10.0)
    assert value.purchases == purchases


def test_a_life_of_the_horizon_costs_its_price() -> None:
    value = asset_value(Asset(100.0, 10.0), rate=0.08, horizon_years=10.0)
    assert (value.present_value, value.salvage) == (100.0, 0.0)


def test_account_takes_wear_from_assets() -> None:
    plain = site()
    worn = account(**BASE, assets=(Asset(10_000.0, 8.0),))  # type: ignore[arg-type]
    assert worn.total_cost - plain.total_cost == pytest.approx(1_928.74, abs=CENT)
    assert worn.capex == plain.capex


# Mistakes seen in open planning tools, each turned into what must hold.


def test_revenue_and_opex_run_over_the_same_years() -> None:
    money = account(
        capex=70_000, opex_per_year=9_000, revenue_per_year=9_000, rate=0.0, horizon_years=10
    )
    assert money.net_present_value == -70_000
    assert money.total_cost == 70_000 + 10 * 9_000


def test_a_longer_horizon_leaves_yearly_amounts_alone() -> None:
    short, long = (
        account(capex=0, opex_per_year=12_000, rate=0.08, horizon_years=years) for years in (10, 20)
    )
    assert short.cost_per_year == pytest.approx(12_000)
    assert long.cost_per_year == pytest.approx(12_000)


def test_every_item_is_priced_and_summed() -> None:
    prices = {"mast": 35_000.0, "antenna": 1_500.0, "router": 2_000.0, "paint": 0.0}
    found = bill({"mast": 1, "antenna": 3, "router": 1, "paint": 7}, prices)
    assert found.items == {"mast": 35_000, "antenna": 4_500, "router": 2_000, "paint": 0}
    assert found.total == 41_500
    assert bill({"antenna": 6}, prices).total == 2 * bill({"antenna": 3}, prices).total
    with pytest.raises(DomainError, match="switch: no price is given"):
        bill({"switch": 1}, prices)
    with pytest.raises(DomainError, match="mast: -1"):
        bill({"mast": -1}, prices)
    assert bill({}, {}).total == 0


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.1, 0.5])
def test_what_is_paid_today_is_not_discounted(rate: float) -> None:
    # A peer spreads capex over the years first: 100,000 becomes 89,826 at 2 %, 61,446 at 10 %.
    money = account(capex=100_000, opex_per_year=0, rate=rate, horizon_years=10)
    assert money.total_cost == 100_000


def test_market_share_leaves_costs_alone() -> None:
    yearly = [
        revenue_per_year(800, penetration=0.6, market_share=share, arpu_per_month=3.0)
        for share in (0.25, 0.5)
    ]
    assert yearly[1] == 2 * yearly[0] == 12 * 3 * 800 * 0.6 * 0.5
    costs = {account(**BASE, revenue_per_year=r).total_cost for r in yearly}  # type: ignore[arg-type]
    assert len(costs) == 1


def test_a_higher_rate_lowers_both_sides() -> None:
    values = [site(600, rate=rate) for rate in (0.0, 0.03, 0.08, 0.2)]
    for before, after in itertools.pairwise(values):
        assert after.running < before.running
        assert after.revenue < before.revenue
        assert after.capex == before.capex


# Three gaps


@pytest.mark.parametrize(
    ("subscribers", "gap_type", "net", "grant", "support"),
    [
        (727, "commercial", 95.27, 0.0, 0.0),
        (726, "capex_grant", -146.29, 146.29, 0.0),
        (400, "capex_grant", None, 78_895.80, 0.0),
        (300, "running_support", None, 95_000.0, 1_200.0),
        (0, "running_support", -175_520.98, 95_000.0, 12_000.0),
    ],
)
def test_three_gaps_by_hand(
    subscribers: int, gap_type: str, net: float | None, grant: float, support: float
) -> None:
    money = site(subscribers)
    gap = gap_of(money)
    assert gap.gap_type == gap_type
    assert gap.grant == pytest.approx(grant, abs=CENT)
    assert gap.support_per_year == pytest.approx(support, abs=CENT)
    if net is not None:
        assert money.net_present_value == pytest.approx(net, abs=CENT)


def test_the_gap_is_what_closes_it() -> None:
    for subscribers in range(0, 1200, 37):
        money, gap = site(subscribers), gap_of(site(subscribers))
        given = gap.grant + gap.support_per_year * money.annuity
        assert 0 <= gap.grant <= money.capex
        assert money.net_present_value + given >= -1e-6
        assert (gap.gap_type == "commercial") == (given == 0)


# Sharing: prices of a published model (radio 40,000, mast and civils 60,000, backhaul 15,000).

PARTS = {
    "mast": Part(30_000.0), "civils": Part(10_000.0), "installation": Part(20_000.0),
    "rent": Part(0.0, 3_000.0), "backhaul": Part(15_000.0), "radio": Part(40_000.0),
    "energy": Part(0.0, 3_000.0), "operation": Part(0.0, 7_400.0),
}  # fmt: skip


@pytest.mark.parametrize(
    ("strategy", "total"),
    [("stand_alone", 218_471), ("passive_and_backhaul", 153_028), ("moran", 72_824)],
)
def test_sharing_by_hand(strategy: str, total: int) -> None:
    money = operator_account(
        PARTS,
        strategy=strategy,
        operators=3,
        rate=0.05,
        horizon_years=10,  # type: ignore[arg-type]
    )
    assert round(money.total_cost) == total


def test_shared_is_never_dearer_than_alone() -> None:
    for operators in range(1, 6):
        totals = [
            operator_account(
                PARTS, strategy=strategy, operators=operators, rate=0.05, horizon_years=10
            ).total_cost
            for strategy in ("stand_alone", "passive", "passive_and_backhaul", "moran")
        ]
        assert totals == sorted(totals, reverse=True)
        assert operators > 1 or len(set(totals)) == 1
        assert totals[-1] * operators == pytest.approx(totals[0])


def test_roaming_builds_nothing() -> None:
    money = operator_account(
        PARTS, strategy="roaming", operators=3, rate=0.08, horizon_years=10,
        roaming_fee_per_year=1_000.0,
    )  # fmt: skip
    assert (money.capex, round(money.running, 2)) == (0.0, 6_710.08)


def test_classes_are_known() -> None:
    assert set(PARTS) <= CLASSES
    with pytest.raises(DomainError, match="router: unknown class"):
        operator_account(
            {"router": Part(1.0)}, strategy="moran", operators=2, rate=0.0, horizon_years=1
        )
    with pytest.raises(DomainError, match="operators=0"):
        operator_account({}, strategy="moran", operators=0, rate=0.0, horizon_years=1)
    with pytest.raises(DomainError, match="strategy='mocn'"):
        operator_account({}, strategy="mocn", operators=2, rate=0.0, horizon_years=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: account(**{**BASE, "capex": -1.0}), "capex=-1"),
        (lambda: account(**{**BASE, "opex_per_year": math.nan}), "opex_per_year=nan"),
        (lambda: site(revenue_per_year=-1.0), "revenue_per_year=-1"),
        (lambda: annuity_factor(math.nan, 10), "rate=nan"),
        (lambda: asset_value(Asset(-1.0, 5.0), rate=0.1, horizon_years=5), "price=-1"),
        (lambda: asset_value(Asset(1.0, 0.0), rate=0.1, horizon_years=5), "life_years=0"),
        (
            lambda: revenue_per_year(-1, penetration=0.5, market_share=0.5, arpu_per_month=3.0),
            "people_newly_served=-1",
        ),
        (
            lambda: revenue_per_year(1, penetration=60.0, market_share=0.5, arpu_per_month=3.0),
            "penetration=60",
        ),
        (
            lambda: break_even_subscribers(1.0, arpu_per_month=0.0, annuity=5.0),
            "arpu_per_month=0",
        ),
    ],
)
def test_impossible_money(call: object, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        call()  # type: ignore[operator]
