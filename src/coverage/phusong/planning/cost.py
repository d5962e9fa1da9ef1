"""What a new site costs: capex, yearly opex and present value, every part shown."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from phusong.planning.finance import Account, Gap, account, gap_of, revenue_per_year
from phusong.planning.lives import assets_of
from phusong.planning.present_value import NO_WEAR, Wear
from phusong.study import CostItem, CostsSection, RevenueSection

LARGEST_ACCESS_FACTOR = 2.0
GENTLE_SLOPE_DEG = 10.0
SLOPE_STEP_DEG = 10.0

PriceLevel = Literal["low", "base", "high"]


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the price of a site depends on.

    Parameters
    ----------
    road_m, power_line_m
        Distance to the nearest road, and to the nearest known point of the grid (a power line, a
        village with electricity, a site fed by it); NaN when none is known [m].
    slope_deg
        Slope of the ground [deg].
    backhaul_m
        Distance to the nearest site that it can be connected to [m].
    latitude_deg
        Of the place, for the sun [deg].
    """

    road_m: float
    power_line_m: float
    slope_deg: float
    backhaul_m: float
    latitude_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class SiteCost:
    """Price of a site in the currency that results are shown in.

    Parameters
    ----------
    capex
        Building, at the start.
    opex_per_year
        Running, at the end of each year.
    present_value
        Capex plus the discounted opex over the horizon, and what wears out within it.
    power
        ``grid`` or ``solar``, whichever is cheaper over the horizon.
    backhaul_hops
        Microwave hops.
    currency
        Of all the amounts.
    power_capex, power_opex_per_year
        What of it is for power.
    diesel_saves_percent
        By how much a diesel set would be cheaper over the horizon than the power that is taken,
        below 0 where it is dearer; NaN where they are not compared [%].
    wear
        Present value of what is bought again within the horizon, and of what is left at its end.
    power_wear
        What of it is of the power.
    """

    capex: float
    opex_per_year: float
    present_value: float
    power: str
    backhaul_hops: int
    currency: str
    power_capex: float = 0.0
    power_opex_per_year: float = 0.0
    diesel_saves_percent: float = math.nan
    wear: Wear = NO_WEAR
    power_wear: Wear = NO_WEAR


def access_factor(
    road_km: float, slope_deg: float, *, per_road_km: float, per_slope_step: float
) -> float:
    """How much dearer civil works are far from a road or on a slope.

    Parameters
    ----------
    road_km
        Distance to a road, >= 0; NaN when unknown counts as 0 [km].
    slope_deg
        Slope of the ground [deg].
    per_road_km
        Increase per kilometre [fraction/km].
    per_slope_step
        Increase per 10° beyond 10° [fraction].

    Returns
    -------
    float
        Factor from 1 to 2; never falls with distance or slope.

    Examples
    --------
    >>> access_factor(4.0, 25.0, per_road_km=0.05, per_slope_step=0.10)
    1.35
    """
    road = 0.0 if math.isnan(road_km) else road_km
    steps = max(0.0, slope_deg - GENTLE_SLOPE_DEG) / SLOPE_STEP_DEG
    return min(LARGEST_ACCESS_FACTOR, 1.0 + per_road_km * road + per_slope_step * steps)


@dataclass(frozen=True, slots=True)
class OptionMoney:
    """What an option brings and lacks over the horizon.

    Parameters
    ----------
    site
        Present values of capex, running and revenue.
    gap
        Which of the three gaps is left, and what closes it.
    """

    site: Account
    gap: Gap


def option_money(
    cost: SiteCost,
    costs: CostsSection,
    revenue: RevenueSection,
    *,
    people_newly_covered: float,
    operator: str,
) -> OptionMoney | None:
    """Money of an option with what the people whom it newly covers bring.

    Parameters
    ----------
    cost
        Its price.
    costs
        The study's cost table.
    revenue
        What people newly covered bring.
    people_newly_covered
        People, >= 0.
    operator
        Operator's key.

    Returns
    -------
    OptionMoney or None
        Its money in the currency of ``cost``; None when the study gives no market share of the
        operator.
    """
    share = revenue.market_share.get(operator)
    if share is None:
        return None
    income = revenue_per_year(
        people_newly_covered,
        penetration=revenue.penetration.value,
        market_share=share.value,
        arpu_per_month=revenue.arpu.value * costs.shown_rate,
    )
    money = account(
        capex=cost.capex,
        opex_per_year=cost.opex_per_year,
        rate=costs.discount_rate.value,
        horizon_years=costs.horizon.value,
        revenue_per_year=income,
        wear=cost.wear,
    )
    return OptionMoney(money, gap_of(money))


def power_cost(
    power_line_m: float, costs: CostsSection, level: PriceLevel = "base"
) -> tuple[str, float, Wear]:
    """Cheaper way to feed a site, by two lump sums over the horizon.

    Parameters
    ----------
    power_line_m
        Distance to the nearest power line; NaN when no lines are given [m].
    costs
        The study's cost table.
    level
        Which end of the cost table prices are taken from.

    Returns
    -------
    source, capex, wear
        ``grid`` or ``solar``, its price in the currency of the table, and what of it wears out.
    """
    solar = _lump([("power_solar", price_at(costs.power_solar, level))], costs, level)
    if math.isnan(power_line_m):
        return "solar", *solar
    line = price_at(costs.power_line, level) * power_line_m / 1000.0
    parts = [
        ("power_grid", price_at(costs.power_grid, level)),
        ("transformer", price_at(costs.transformer, level)),
        ("power_line", line),
    ]
    grid = _lump(parts, costs, level)
    on_grid = grid[0] + grid[1].net <= solar[0] + solar[1].net
    return ("grid", *grid) if on_grid else ("solar", *solar)


def _lump(
    bought: Sequence[tuple[str, float]], costs: CostsSection, level: PriceLevel
) -> tuple[float, Wear]:
    """Sum and wear of some lines of the table."""
    money = account(
        capex=sum(paid for _, paid in bought), opex_per_year=0.0, rate=costs.discount_rate.value,
        horizon_years=costs.horizon.value, assets=assets_of(costs, bought, level),
    )  # fmt: skip
    return money.capex, money.wear


def price_at(item: CostItem, level: PriceLevel) -> float:
    """Price at one end of the cost table.

    Parameters
    ----------
    item
        A line of the table.
    level
        ``low``, ``base`` or ``high``.

    Returns
    -------
    float
        The price.
    """
    return {"low": item.low, "base": item.base, "high": item.high}[level]
