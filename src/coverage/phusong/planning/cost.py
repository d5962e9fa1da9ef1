"""What a new site costs: capex, yearly opex and present value, every part shown."""

import math
from dataclasses import dataclass

from phusong.planning.finance import account
from phusong.study import CostsSection

LARGEST_ACCESS_FACTOR = 2.0
GENTLE_SLOPE_DEG = 10.0
SLOPE_STEP_DEG = 10.0


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the price of a site depends on.

    Parameters
    ----------
    road_m, power_line_m
        Distance to the nearest road and power line, NaN when no lines are given [m].
    slope_deg
        Slope of the ground [deg].
    backhaul_m
        Distance to the nearest site that it can be connected to [m].
    """

    road_m: float
    power_line_m: float
    slope_deg: float
    backhaul_m: float


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
        Capex plus the discounted opex over the horizon.
    power
        ``grid`` or ``solar``, whichever is cheaper to build.
    backhaul_hops
        Microwave hops.
    currency
        Of all the amounts.
    """

    capex: float
    opex_per_year: float
    present_value: float
    power: str
    backhaul_hops: int
    currency: str


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


def site_cost(facts: SiteFacts, costs: CostsSection, *, longest_hop_m: float) -> SiteCost:
    """Price of a new site at the base values of the cost table.

    Parameters
    ----------
    facts
        Where it stands.
    costs
        The study's cost table.
    longest_hop_m
        Longest microwave hop; longer distances take relays [m].

    Returns
    -------
    SiteCost
        The price. Unknown distances to a road count as 0; without power lines the site is
        solar. The line of sight of the hops is not checked.
    """
    factor = access_factor(
        facts.road_m / 1000.0,
        facts.slope_deg,
        per_road_km=costs.access_per_road_km.base,
        per_slope_step=costs.access_per_slope_step.base,
    )
    power, power_cost = _power(facts.power_line_m, costs)
    hops = max(1, math.ceil(facts.backhaul_m / longest_hop_m))
    capex = (
        costs.passive_site.base * factor
        + costs.radio_site.base
        + power_cost
        + hops * costs.microwave_hop.base
    )
    money = account(
        capex=capex,
        opex_per_year=costs.site_opex.base,
        rate=costs.discount_rate.value,
        horizon_years=costs.horizon.value,
    )
    rate = costs.exchange.rate.value
    return SiteCost(
        capex=capex * rate,
        opex_per_year=costs.site_opex.base * rate,
        present_value=money.total_cost * rate,
        power=power,
        backhaul_hops=hops,
        currency=costs.exchange.currency,
    )


def _power(power_line_m: float, costs: CostsSection) -> tuple[str, float]:
    solar = costs.power_solar.base
    if math.isnan(power_line_m):
        return "solar", solar
    line = costs.power_line.base * power_line_m / 1000.0
    grid = costs.power_grid.base + costs.transformer.base + line
    return ("grid", grid) if grid <= solar else ("solar", solar)
