"""A plain twin of prices: a new site as the sum of what it is made of."""

import math
from collections.abc import Mapping

from phusong.planning.cost import (
    PriceLevel,
    SiteCost,
    SiteFacts,
    access_factor,
    power_cost,
    price_at,
)
from phusong.planning.present_value import Wear
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
    power, supply, power_wear = power_cost(facts.power_line_m, costs, level)
    hops = max(1, math.ceil(facts.backhaul_m / longest_hop_m))
    capex = (
        price_at(costs.passive_site, level) * factor
        + price_at(costs.radio_site, level)
        + supply
        + hops * price_at(costs.microwave_hop, level)
    )
    rate = costs.shown_rate
    yearly, interest = price_at(costs.site_opex, level), costs.discount_rate.value
    bought = {
        "mast": price_at(costs.passive_site, level) * factor,
        "radio": price_at(costs.radio_site, level),
        "microwave": hops * price_at(costs.microwave_hop, level),
    }
    again, left = wear_plain(bought, costs, level)
    again, left = again + power_wear.repurchases, left + power_wear.salvage
    total = capex + again - left
    for year in range(1, int(costs.horizon.value) + 1):
        total += yearly / (1.0 + interest) ** year
    return SiteCost(
        capex=capex * rate,
        opex_per_year=price_at(costs.site_opex, level) * rate,
        present_value=total * rate,
        power=power,
        backhaul_hops=hops,
        currency=costs.shown_currency,
        power_capex=supply * rate,
        wear=Wear(again * rate, left * rate),
        power_wear=power_wear * rate,
    )


def wear_plain(
    bought: Mapping[str, float], costs: CostsSection, level: PriceLevel
) -> tuple[float, float]:
    """What is bought again and what is left, by walking from one purchase to the next."""
    again = left = 0.0
    end, interest = costs.horizon.value, costs.discount_rate.value
    for name, paid in bought.items():
        life = getattr(getattr(costs.lives, name), {"low": "high", "high": "low"}.get(level, level))
        worn = life
        while worn < end:
            again += paid / (1.0 + interest) ** worn
            worn += life
        left += paid * (worn - end) / life / (1.0 + interest) ** end
    return again, left
