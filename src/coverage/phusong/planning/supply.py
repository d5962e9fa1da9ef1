"""Power as part of an option's price: the cheapest way to feed a load at a place."""

import math
from dataclasses import dataclass

from phusong.planning.cost import PriceLevel, power_cost, price_at
from phusong.planning.kinds import NEW_MAST, NEW_POWER, SATELLITE
from phusong.planning.lives import life_years
from phusong.planning.power import PowerChoice, PowerPrices, Sun, power_choice
from phusong.planning.present_value import NO_WEAR, Wear
from phusong.study import CostsSection, OptionKind, PowerCosts, PowerSection

FED_KINDS: tuple[OptionKind, ...] = (NEW_MAST, NEW_POWER, SATELLITE)
"""Kinds that need power of their own."""
SOLAR_CONSTANT = 0.0820
"""Solar constant of FAO-56 [MJ/m²/min]."""
MJ_PER_KWH = 3.6
MIDDLE_DAYS = (15, 46, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349)
"""Day of the year in the middle of each month."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Power of an option.

    Parameters
    ----------
    source
        ``grid`` or ``solar``.
    capex
        Building it.
    opex_per_year
        Energy and upkeep.
    choice
        Every way with its money; None where the cost table has no unit prices.
    wear
        Present value of worn-out parts bought again, and of what is left at the end.
    """

    source: str
    capex: float
    opex_per_year: float
    choice: PowerChoice | None = None
    wear: Wear = NO_WEAR

    @property
    def diesel_saves_percent(self) -> float:
        """By how much a diesel set would be cheaper over the horizon; NaN if not compared [%]."""
        if self.choice is None:
            return math.nan
        grid, solar = self.choice.grid, self.choice.solar
        taken = (grid if self.source == "grid" and grid else solar).total_cost
        return 100.0 * (taken - self.choice.diesel.total_cost) / taken if taken > 0 else math.nan


def extraterrestrial_kwh(latitude_deg: float, day: int) -> float:
    r"""Sun on level ground above the atmosphere.

    Parameters
    ----------
    latitude_deg
        Latitude, −90 to 90 [deg].
    day
        Day of the year, 1 to 366.

    Returns
    -------
    float
        Irradiation [kWh/m²/day].

    Notes
    -----
    Source: Allen et al. (1998), FAO Irrigation and Drainage Paper 56, equations 21 to 25.

    Examples
    --------
    >>> round(3.6 * extraterrestrial_kwh(-20.0, 246), 1)  # FAO-56, example 8
    32.2
    """
    turn = 2.0 * math.pi * day / 365.0
    distance = 1.0 + 0.033 * math.cos(turn)  # eq. 23
    declination = 0.409 * math.sin(turn - 1.39)  # eq. 24
    latitude = math.radians(latitude_deg)
    sunset = math.acos(min(1.0, max(-1.0, -math.tan(latitude) * math.tan(declination))))  # eq. 25
    upright = sunset * math.sin(latitude) * math.sin(declination)
    slanted = math.cos(latitude) * math.cos(declination) * math.sin(sunset)
    day_mj = 24.0 * 60.0 / math.pi * SOLAR_CONSTANT * distance * (upright + slanted)  # eq. 21
    return max(0.0, day_mj) / MJ_PER_KWH


def sun_of(section: PowerSection, latitude_deg: float) -> Sun:
    """Sun of a place.

    Parameters
    ----------
    section
        The user's own value or months, or how much of the sun gets through.
    latitude_deg
        Latitude of the place [deg].

    Returns
    -------
    Sun
        Of the darkest month.
    """
    if section.sun_by_month:
        peak = min(month.value for month in section.sun_by_month)
    elif section.sun is not None:
        peak = section.sun.value
    else:
        darkest = min(extraterrestrial_kwh(latitude_deg, day) for day in MIDDLE_DAYS)
        peak = section.clearness.value * darkest
    return Sun(
        peak, section.performance.value, section.autonomy.value,
        section.depth_of_discharge.value, section.battery_efficiency.value,
    )  # fmt: skip


def load_w(section: PowerSection, *, sectors: int, hops: int, kind: OptionKind = NEW_MAST) -> float:
    """Mean load of a site.

    Parameters
    ----------
    section
        Loads.
    sectors
        Carriers that radiate, each sector of each band one.
    hops
        Ends of microwave links.
    kind
        Kind of option; a small site has one load, however many sectors it has.

    Returns
    -------
    float
        [W].
    """
    if kind == SATELLITE:
        return section.small_load.value
    return (
        section.site_load.value
        + sectors * section.sector_load.value
        + (hops * section.hop_load.value)
    )


def supply(
    load: float, grid_m: float, sun: Sun | None, costs: CostsSection, level: PriceLevel = "base"
) -> Supply:
    """Cheapest way to feed a load, over the horizon.

    Parameters
    ----------
    load
        Mean load [W].
    grid_m
        Distance to the nearest known point of the grid; NaN when none is known [m].
    sun
        Sun of the place; needed where the cost table has unit prices of power.
    costs
        The study's cost table.
    level
        Which end of the cost table prices are taken from.

    Returns
    -------
    Supply
        With unit prices (``costs.power``) the cheaper of grid and solar by present value; without
        them by the two lump sums.
    """
    if costs.power is None or sun is None:
        source, capex, wear = power_cost(grid_m, costs, level)
        return Supply(source, capex, 0.0, wear=wear)
    rate, years = costs.discount_rate.value, costs.horizon.value
    choice = power_choice(
        load, line_distance_m=grid_m, sun=sun, prices=_prices(costs, costs.power, level),
        rate=rate, horizon_years=years,
    )  # fmt: skip
    money = choice.grid if choice.source == "grid" and choice.grid else choice.solar
    yearly = (money.running - money.wear.net) / money.annuity
    return Supply(choice.source, money.capex, yearly, choice, money.wear)


def _prices(costs: CostsSection, power: PowerCosts, level: PriceLevel) -> PowerPrices:
    lives = power.lives
    return PowerPrices(
        grid_connection=price_at(costs.power_grid, level),
        line_per_km=price_at(costs.power_line, level),
        transformer=price_at(costs.transformer, level),
        energy_per_kwh=price_at(power.energy, level),
        panel_per_w=price_at(power.panel, level),
        battery_per_kwh=price_at(power.battery, level),
        inverter_per_kw=price_at(power.inverter, level),
        solar_upkeep_per_year=price_at(power.solar_upkeep, level),
        diesel_set=price_at(power.diesel_set, level),
        diesel_per_litre=price_at(power.diesel, level),
        litres_per_kwh=price_at(power.diesel_use, level),
        diesel_upkeep_per_year=price_at(power.diesel_upkeep, level),
        grid_years=life_years(costs, "grid", level),
        panel_years=lives.panel.value,
        battery_years=lives.battery.value,
        inverter_years=lives.inverter.value,
        diesel_set_years=lives.diesel_set.value,
    )
