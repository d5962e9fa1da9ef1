"""What each kind of option costs, all on the same footing: capex, opex and present value."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from phusong.planning.cost import PriceLevel, SiteCost, SiteFacts, access_factor
from phusong.planning.cost import price_at as _at
from phusong.planning.finance import account
from phusong.planning.kinds import (
    ADDED_BAND,
    ADDED_SECTOR,
    KINDS,
    NEW_MAST,
    NEW_POWER,
    REPAIR,
    ROAMING,
    SATELLITE,
    SHARED_SITE,
    TALLER_MAST,
)
from phusong.planning.lives import assets_of
from phusong.planning.power import HOURS_PER_YEAR
from phusong.planning.supply import Supply, load_w, sun_of, supply
from phusong.study import CostItem, CostsSection, OptionKind, PowerSection

STEP_M = 10.0
"""Height that one ``mast_step`` pays for [m]."""
FULL_SITE_SECTORS = 3
"""Sectors that the prices of radio stand for."""
NONE = "none"
EXISTING = "existing"


@dataclass(frozen=True, slots=True)
class Build:
    """What is built, as its price sees it.

    Parameters
    ----------
    kind
        Kind of option.
    facts
        Where it is built.
    height_m, standing_m
        Height of the mast that is wanted, and of the one that stands or that ``passive_site``
        pays for [m].
    sectors
        Sectors that are bought.
    subscribers
        New subscribers whom a roaming fee is paid for.
    carriers
        Sectors that radiate, those that stand already too; they draw power.
    power
        Loads and sun.
    """

    kind: OptionKind
    facts: SiteFacts
    height_m: float
    standing_m: float
    sectors: int
    subscribers: float = 0.0
    carriers: int = 0
    power: PowerSection = field(default=PowerSection(), repr=False)

    def supply(self, costs: CostsSection, level: PriceLevel = "base", *, hops: int = 1) -> Supply:
        """Cheapest power for it.

        Parameters
        ----------
        costs
            The study's cost table.
        level
            Which end of the cost table prices are taken from.
        hops
            Ends of microwave links that draw power.

        Returns
        -------
        Supply
            At its place, for its load.
        """
        load = load_w(
            self.power, sectors=max(self.carriers, self.sectors), hops=hops, kind=self.kind
        )
        sun = None if costs.power is None else sun_of(self.power, self.facts.latitude_deg)
        return supply(load, self.facts.power_line_m, sun, costs, level)


def mast_steps(height_m: float, standing_m: float) -> int:
    """Steps of 10 m from one mast to a taller one.

    Parameters
    ----------
    height_m, standing_m
        Height wanted, and height that stands or is paid for already [m].

    Returns
    -------
    int
        Steps, below 0 for a lower mast.

    Examples
    --------
    >>> mast_steps(60.0, 40.0), mast_steps(42.0, 40.0), mast_steps(30.0, 40.0)
    (2, 1, -1)
    """
    return math.ceil(height_m / STEP_M) - math.ceil(standing_m / STEP_M)


def option_cost(
    build: Build, costs: CostsSection, *, longest_hop_m: float, level: PriceLevel = "base"
) -> SiteCost:
    """Price of an option of any kind.

    Parameters
    ----------
    build
        What is built.
    costs
        The study's cost table; the lines of the kind must be there.
    longest_hop_m
        Longest microwave hop; longer distances take relays [m].
    level
        Which end of the cost table every price is taken from.

    Returns
    -------
    SiteCost
        What stands already is left out: an upgrade pays for what it adds, a shared site for its
        own radio and hops, a repair for the repair. Radio is priced by three sectors. The yearly
        costs of a site are paid where a site starts to run: a new, shared or repaired one. A
        lower mast never costs less than nothing. A small site's power is in its lump sum where
        the cost table has no unit prices of power.
    """
    bought, opex, fed, hops = _parts(build, costs, longest_hop_m, level)
    money = account(
        capex=sum(paid for _, paid in bought) + fed.capex, opex_per_year=opex + fed.opex_per_year,
        rate=costs.discount_rate.value, horizon_years=costs.horizon.value,
        assets=assets_of(costs, bought, level), wear=fed.wear,
    )  # fmt: skip
    rate = costs.shown_rate
    return SiteCost(
        capex=money.capex * rate,
        opex_per_year=(opex + fed.opex_per_year) * rate,
        present_value=money.total_cost * rate,
        power=fed.source,
        backhaul_hops=hops,
        currency=costs.shown_currency,
        power_capex=fed.capex * rate,
        power_opex_per_year=fed.opex_per_year * rate,
        diesel_saves_percent=fed.diesel_saves_percent,
        wear=money.wear * rate,
        power_wear=fed.wear * rate,
    )


Bought = list[tuple[str, float]]
"""Line of the cost table, and what is paid for it in all."""
_Simple = Mapping[str, Callable[[], tuple[Bought, float, Supply]]]


def _parts(
    build: Build, costs: CostsSection, longest_hop_m: float, level: PriceLevel
) -> tuple[Bought, float, Supply, int]:
    """What is bought, opex per year without power, power, and hops."""
    facts, sectors = build.facts, build.sectors / FULL_SITE_SECTORS
    opex = _at(costs.site_opex, level)
    hops = max(1, math.ceil(facts.backhaul_m / longest_hop_m))
    hop = ("microwave_hop", hops * _at(costs.microwave_hop, level))
    if build.kind == NEW_MAST:
        mast = _mast(build, costs, level, base=_at(costs.passive_site, level))
        radio = ("radio_site", _at(costs.radio_site, level) * sectors)
        return [("passive_site", mast), radio, hop], opex, build.supply(costs, level), hops
    there = Supply(EXISTING, 0.0, 0.0)
    if build.kind == SHARED_SITE:
        bought = [("radio_upgrade", _given(costs.radio_upgrade, level) * sectors), hop]
        return bought, opex, _energy(build, costs, level), hops
    simple: _Simple = {
        TALLER_MAST: lambda: ([("mast_step", _mast(build, costs, level, base=0.0))], 0.0, there),
        ADDED_BAND: lambda: (*_radio(costs, level, sectors), there),
        ADDED_SECTOR: lambda: (*_radio(costs, level, sectors), there),
        REPAIR: lambda: (
            [("repair", _given(costs.repair, level))], opex, _energy(build, costs, level)
        ),
        NEW_POWER: lambda: ([], opex, build.supply(costs, level)),
        ROAMING: lambda: ([], _given(costs.roaming_fee, level) * build.subscribers, there),
        SATELLITE: lambda: (
            [("satellite_site", _given(costs.satellite_site, level))],
            _given(costs.satellite_opex, level), _small_supply(build, costs, level),
        ),
    }  # fmt: skip
    return *simple[build.kind](), 0


def _small_supply(build: Build, costs: CostsSection, level: PriceLevel) -> Supply:
    """Power of a small site, which is in its lump sum where there are no unit prices."""
    return Supply("solar", 0.0, 0.0) if costs.power is None else build.supply(costs, level)


def _radio(costs: CostsSection, level: PriceLevel, sectors: float) -> tuple[Bought, float]:
    bought = [("radio_upgrade", _given(costs.radio_upgrade, level) * sectors)]
    return bought, _given(costs.upgrade_opex, level) * sectors


def _energy(build: Build, costs: CostsSection, level: PriceLevel) -> Supply:
    """Energy of a site that is fed already, at the price of the grid."""
    if costs.power is None:
        return Supply(EXISTING, 0.0, 0.0)
    load = load_w(build.power, sectors=max(build.carriers, build.sectors), hops=1)
    yearly = load / 1000.0 * HOURS_PER_YEAR * _at(costs.power.energy, level)
    return Supply(EXISTING, 0.0, yearly)


def _mast(build: Build, costs: CostsSection, level: PriceLevel, *, base: float) -> float:
    """A mast, or what is put on top of one; both are dearer far from roads and on slopes."""
    facts = build.facts
    factor = access_factor(
        facts.road_m / 1000.0, facts.slope_deg,
        per_road_km=_at(costs.access_per_road_km, level),
        per_slope_step=_at(costs.access_per_slope_step, level),
    )  # fmt: skip
    steps = mast_steps(build.height_m, build.standing_m)
    taller = steps * _given(costs.mast_step, level) if steps else 0.0
    return max(0.0, base + taller) * factor


def _given(item: CostItem | None, level: PriceLevel) -> float:
    if item is None:  # kinds without their prices are never built: see kinds_in_use
        raise ValueError("a price of the kind is missing from the cost table")
    return _at(item, level)


def backhaul_of(kind: OptionKind) -> str:
    """How an option of a kind is connected.

    Parameters
    ----------
    kind
        The kind.

    Returns
    -------
    str
        ``microwave``, ``existing``, ``host`` or ``satellite``.
    """
    return KINDS[kind].backhaul
