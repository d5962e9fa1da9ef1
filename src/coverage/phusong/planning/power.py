"""Power for a site: a line from the grid, solar with batteries, or a diesel set beside them."""

import math
from dataclasses import dataclass
from typing import Literal

from phusong.errors import DomainError
from phusong.planning.finance import Account, account
from phusong.planning.present_value import Asset

HOURS_PER_DAY, HOURS_PER_YEAR = 24.0, 8760.0

Source = Literal["grid", "solar", "diesel"]


@dataclass(frozen=True, slots=True)
class Sun:
    """Sun of a place and what is asked of the batteries.

    Parameters
    ----------
    peak_hours_per_day
        Irradiation of the worst month on the panels, as hours at 1 kW/m² [h/day].
    performance_share
        Share of the panels' rated energy that reaches the batteries: heat, dust, cables, charging.
    autonomy_days
        Days that the batteries must last without sun [day].
    depth_of_discharge_share
        Share of the batteries' capacity that may be used.
    battery_efficiency_share
        Share of the stored energy that comes out again.
    """

    peak_hours_per_day: float
    performance_share: float
    autonomy_days: float
    depth_of_discharge_share: float
    battery_efficiency_share: float


@dataclass(frozen=True, slots=True)
class SolarSize:
    """Solar plant for a load.

    Parameters
    ----------
    panel_w
        Rated power of the panels [W].
    battery_kwh
        Capacity of the batteries [kWh].
    inverter_kw
        Rated power of the inverter [kW].
    """

    panel_w: float
    battery_kwh: float
    inverter_kw: float


@dataclass(frozen=True, slots=True)
class PowerPrices:
    """Unit prices in one currency, and lives.

    Parameters
    ----------
    grid_connection
        Meter, cabinet and rectifier of a grid-tied site.
    line_per_km
        Medium-voltage line.
    transformer
        Transformer at the site.
    energy_per_kwh
        Grid energy.
    panel_per_w, battery_per_kwh, inverter_per_kw
        Solar plant by rated size, installed.
    solar_upkeep_per_year
        Cleaning and guarding.
    diesel_set
        Generator with tank, installed.
    diesel_per_litre
        Fuel at the site, transport included.
    litres_per_kwh
        What the set burns for a kilowatt-hour [l/kWh].
    diesel_upkeep_per_year
        Oil, filters and visits.
    grid_years, panel_years, battery_years, inverter_years, diesel_set_years
        Lives; connection, line and transformer have one [year].
    """

    grid_connection: float
    line_per_km: float
    transformer: float
    energy_per_kwh: float
    panel_per_w: float
    battery_per_kwh: float
    inverter_per_kw: float
    solar_upkeep_per_year: float
    diesel_set: float
    diesel_per_litre: float
    litres_per_kwh: float
    diesel_upkeep_per_year: float
    grid_years: float
    panel_years: float
    battery_years: float
    inverter_years: float
    diesel_set_years: float


@dataclass(frozen=True)
class PowerChoice:
    """Ways to feed a site and the cheapest of them.

    Parameters
    ----------
    source
        Cheapest of ``grid`` and ``solar`` by present value; of equal ones the grid.
    grid
        Money of the line; None when the distance to a line is unknown.
    solar
        Money of solar with batteries.
    diesel
        Money of a diesel set that runs all the time, for comparison.
    solar_size
        What the solar plant is made of.
    """

    source: Source
    grid: Account | None
    solar: Account
    diesel: Account
    solar_size: SolarSize


def solar_size(load_w: float, sun: Sun, *, inverter_margin: float = 1.25) -> SolarSize:
    r"""Panels, batteries and inverter for a steady load.

    Parameters
    ----------
    load_w
        Mean load of the site, >= 0 [W].
    sun
        Sun of the place and what is asked of the batteries.
    inverter_margin
        Inverter power by mean load, >= 1.

    Returns
    -------
    SolarSize
        The plant.

    Raises
    ------
    DomainError
        A value is outside its range.

    Notes
    -----
    .. math:: P_{pv} = 24 P / (H \eta), \quad E = 24 P A / (DoD\ \eta_b)

    with the load :math:`P`, peak hours :math:`H`, performance :math:`\eta` and autonomy
    :math:`A`: the energy of the worst month's mean day is harvested each day.

    Examples
    --------
    >>> solar_size(1000.0, Sun(4.0, 0.75, 2.0, 0.5, 1.0))
    SolarSize(panel_w=8000.0, battery_kwh=96.0, inverter_kw=1.25)
    """
    shares = {
        "performance_share": sun.performance_share,
        "depth_of_discharge_share": sun.depth_of_discharge_share,
        "battery_efficiency_share": sun.battery_efficiency_share,
    }
    for name, share in shares.items():
        if not 0.0 < share <= 1.0:
            raise DomainError(f"{name}={share} is impossible, above 0 to 1 is allowed")
    if not (load_w >= 0 and sun.autonomy_days >= 0 and inverter_margin >= 1):
        raise DomainError(
            f"load_w={load_w}, autonomy_days={sun.autonomy_days}, inverter_margin="
            f"{inverter_margin}: at least 0 W, 0 days and 1 are allowed"
        )
    if not 0.0 < sun.peak_hours_per_day <= HOURS_PER_DAY:
        raise DomainError(
            f"peak_hours_per_day={sun.peak_hours_per_day} is impossible, above 0 to 24 h is "
            "allowed; give kWh/m² of the worst month's mean day"
        )
    day_wh = load_w * HOURS_PER_DAY
    usable = sun.depth_of_discharge_share * sun.battery_efficiency_share
    return SolarSize(
        panel_w=day_wh / (sun.peak_hours_per_day * sun.performance_share),
        battery_kwh=day_wh / 1000.0 * sun.autonomy_days / usable,
        inverter_kw=load_w / 1000.0 * inverter_margin,
    )


def power_choice(
    load_w: float,
    *,
    line_distance_m: float,
    sun: Sun,
    prices: PowerPrices,
    rate: float,
    horizon_years: float,
) -> PowerChoice:
    """Compare grid, solar and diesel over the horizon.

    Parameters
    ----------
    load_w
        Mean load of the site, >= 0 [W].
    line_distance_m
        Distance to the nearest medium-voltage line, >= 0; NaN when no line is known [m].
    sun
        Sun of the place and what is asked of the batteries.
    prices
        Unit prices and lives.
    rate
        Real discount rate, >= 0 [fraction/year].
    horizon_years
        Horizon, > 0 [year].

    Returns
    -------
    PowerChoice
        Every way with its money. What is worn out is bought again, and what is left at the end
        counts.

    Raises
    ------
    DomainError
        A value is outside its range.
    """
    if line_distance_m < 0:
        raise DomainError(
            f"line_distance_m={line_distance_m} is impossible, at least 0 m is allowed; NaN says "
            "that no line is known"
        )
    size = solar_size(load_w, sun)
    energy_kwh = load_w / 1000.0 * HOURS_PER_YEAR
    grid = None
    if not math.isnan(line_distance_m):
        line = prices.line_per_km * line_distance_m / 1000.0
        built = prices.grid_connection + line + prices.transformer
        grid = account(
            capex=built,
            opex_per_year=energy_kwh * prices.energy_per_kwh,
            rate=rate,
            horizon_years=horizon_years,
            assets=(Asset(built, prices.grid_years),),
        )
    plant = (
        Asset(size.panel_w * prices.panel_per_w, prices.panel_years),
        Asset(size.battery_kwh * prices.battery_per_kwh, prices.battery_years),
        Asset(size.inverter_kw * prices.inverter_per_kw, prices.inverter_years),
    )
    solar = account(
        capex=math.fsum(asset.price for asset in plant),
        opex_per_year=prices.solar_upkeep_per_year,
        rate=rate,
        horizon_years=horizon_years,
        assets=plant,
    )
    fuel = energy_kwh * prices.litres_per_kwh * prices.diesel_per_litre
    diesel = account(
        capex=prices.diesel_set,
        opex_per_year=fuel + prices.diesel_upkeep_per_year,
        rate=rate,
        horizon_years=horizon_years,
        assets=(Asset(prices.diesel_set, prices.diesel_set_years),),
    )
    on_grid = grid is not None and grid.total_cost <= solar.total_cost
    return PowerChoice("grid" if on_grid else "solar", grid, solar, diesel, size)
