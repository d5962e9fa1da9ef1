"""A plain twin of prices: a new site as the sum of what it is made of."""

import math

from phusong.planning.cost import (
    PriceLevel,
    SiteCost,
    SiteFacts,
    access_factor,
    power_cost,
    price_at,
)
from phusong.planning.finance import account
from phusong.study import CostsSection


def site_cost(
    facts: SiteFacts, costs: CostsSection, *, longest_hop_m: float, level: PriceLevel = "base"
) -> SiteCost:
    """Price of a new site of the usual height, item by item."""
    factor = access_factor(
        facts.road_m / 1000.0,
        facts.slope_deg,
        per_road_km=price_at(costs.access_per_road_km, level),
        per_slope_step=price_at(costs.access_per_slope_step, level),
    )
    power, supply = power_cost(facts.power_line_m, costs, level)
    hops = max(1, math.ceil(facts.backhaul_m / longest_hop_m))
    capex = (
        price_at(costs.passive_site, level) * factor
        + price_at(costs.radio_site, level)
        + supply
        + hops * price_at(costs.microwave_hop, level)
    )
    money = account(
        capex=capex,
        opex_per_year=price_at(costs.site_opex, level),
        rate=costs.discount_rate.value,
        horizon_years=costs.horizon.value,
    )
    rate = costs.shown_rate
    return SiteCost(
        capex=capex * rate,
        opex_per_year=price_at(costs.site_opex, level) * rate,
        present_value=money.total_cost * rate,
        power=power,
        backhaul_hops=hops,
        currency=costs.shown_currency,
        power_capex=supply * rate,
    )
