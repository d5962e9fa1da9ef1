"""Prices, what could be built, and how the ranking is tried."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from phusong.study.choosing import BackhaulSection, ChoiceSection, Lives, PowerSection
from phusong.study.cost_items import AssetLives, CostItem
from phusong.study.rain import RainSection
from phusong.study.values import (
    Decibels,
    FileKey,
    Name,
    Quantity,
    Section,
    Share,
    assumed,
    positive,
    within,
)

UNITS: dict[str, tuple[str, ...]] = {
    "passive_site": ("{}/site",),
    "radio_site": ("{}/site",),
    "access_per_road_km": ("fraction/km",),
    "access_per_slope_step": ("fraction/10deg",),
    "power_grid": ("{}/site",),
    "power_line": ("{}/km",),
    "transformer": ("{}/site",),
    "power_solar": ("{}/site",),
    "microwave_hop": ("{}/hop",),
    "site_opex": ("{}/year", "{}/site/year"),
    "mast_step": ("{}/10m",),
    "fibre": ("{}/km",),
    "fibre_opex": ("{}/km/year",),
    "satellite_terminal": ("{}/site",),
    "satellite_capacity": ("{}/year", "{}/site/year"),
    "radio_upgrade": ("{}/site",),
    "upgrade_opex": ("{}/year", "{}/site/year"),
    "repair": ("{}/site",),
    "satellite_site": ("{}/site",),
    "satellite_opex": ("{}/year", "{}/site/year"),
    "roaming_fee": ("{}/subscriber/year",),
    "power.energy": ("{}/kWh",),
    "power.panel": ("{}/W",),
    "power.battery": ("{}/kWh",),
    "power.inverter": ("{}/kW",),
    "power.solar_upkeep": ("{}/year", "{}/site/year"),
    "power.diesel_set": ("{}/site",),
    "power.diesel": ("{}/l",),
    "power.diesel_use": ("l/kWh",),
    "power.diesel_upkeep": ("{}/year", "{}/site/year"),
    **{f"lives.{name}": ("year",) for name in AssetLives.model_fields},
}
"""What each line of the cost table is counted in; ``{}`` is the currency of the table."""


class ExchangeSection(Section):
    """The money that results are shown in."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    rate: Annotated[Quantity, AfterValidator(positive)]
    date: Name


SpotsNear = Literal["squares", "villages", "roads", "power-lines"]
OptionKind = Literal[
    "new-mast", "taller-mast", "added-band", "added-sector", "shared-site", "roaming", "repair",
    "new-power", "satellite",
]  # fmt: skip
"""What could be built; see :mod:`phusong.planning.kinds`."""
ALL_KINDS: tuple[OptionKind, ...] = (
    "new-mast", "taller-mast", "added-band", "added-sector", "shared-site", "roaming", "repair",
    "new-power", "satellite",
)  # fmt: skip


class PowerCosts(Section):
    """Unit prices of power; with them a site's power is sized and the cheapest over the horizon."""

    energy: CostItem
    panel: CostItem
    battery: CostItem
    inverter: CostItem
    solar_upkeep: CostItem
    diesel_set: CostItem
    diesel: CostItem
    diesel_use: CostItem
    diesel_upkeep: CostItem
    lives: Lives = Lives()


class CostsSection(Section):
    """Prices of one currency and price year.

    Those that may be left out belong to kinds of options which are then left out as well, with a
    word about it: a price is never guessed.
    """

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    price_year: int = Field(ge=1990, le=2100)
    exchange: ExchangeSection | None = None
    discount_rate: Annotated[Quantity, within("fraction/year", 0.0, 1.0)]
    horizon: Annotated[Quantity, within("year", 1.0, 50.0)]
    passive_site: CostItem
    radio_site: CostItem
    access_per_road_km: CostItem
    access_per_slope_step: CostItem
    power_grid: CostItem
    power_line: CostItem
    transformer: CostItem
    power_solar: CostItem
    microwave_hop: CostItem
    site_opex: CostItem
    mast_step: CostItem | None = None
    fibre: CostItem | None = None
    fibre_opex: CostItem | None = None
    satellite_terminal: CostItem | None = None
    satellite_capacity: CostItem | None = None
    radio_upgrade: CostItem | None = None
    upgrade_opex: CostItem | None = None
    repair: CostItem | None = None
    satellite_site: CostItem | None = None
    satellite_opex: CostItem | None = None
    roaming_fee: CostItem | None = None
    power: PowerCosts | None = None
    lives: AssetLives = AssetLives()

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        items = [(key, item) for key, item in self if isinstance(item, CostItem)]
        items += [(f"lives.{k}", life) for k, life in self.lives]
        items += [(f"power.{k}", i) for k, i in self.power or () if isinstance(i, CostItem)]
        for key, item in items:
            allowed = [unit.format(self.currency) for unit in UNITS[key]]
            if item.unit in allowed:
                continue
            if "{}" in UNITS[key][0] and item.unit.split("/")[0] != self.currency:
                raise ValueError(
                    f"{key}.unit = '{item.unit}' is not in {self.currency}, "
                    "the currency of the table; convert the price or change costs.currency"
                )
            raise ValueError(
                f"{key}.unit = '{item.unit}', '{allowed[0]}' is needed; convert low, base and high"
            )
        return self

    @model_validator(mode="after")
    def _exchange_fits(self) -> Self:
        if self.exchange is None:
            return self
        wanted = f"{self.exchange.currency}/{self.currency}"
        if self.exchange.rate.unit != wanted:
            raise ValueError(
                f"exchange.rate.unit is '{self.exchange.rate.unit}', '{wanted}' is needed"
            )
        if self.exchange.currency == self.currency and self.exchange.rate.value != 1.0:
            raise ValueError(
                f"exchange.rate is {self.exchange.rate.value:g} {wanted}; a currency is worth 1 of "
                "itself: leave costs.exchange out to show results in the currency of the table"
            )
        return self

    @property
    def shown_currency(self) -> str:
        """Currency that results are shown in: that of the table without an exchange rate."""
        return self.currency if self.exchange is None else self.exchange.currency

    @property
    def shown_rate(self) -> float:
        """What one unit of the table's currency is in the shown one."""
        return 1.0 if self.exchange is None else self.exchange.rate.value


class NewSite(Section):
    """The site that would be built at a candidate spot.

    ``passive_site`` of the cost table pays a mast for ``antenna_height``; ``heights`` are tried
    beside it, every 10 m at ``mast_step``.
    """

    antenna_height: Annotated[Quantity, within("m", 5.0, 200.0)]
    heights: tuple[Annotated[Quantity, within("m", 5.0, 200.0)], ...] = ()
    frequency: Annotated[Quantity, within("MHz", 30.0, 6000.0)]
    bandwidth: Annotated[Quantity, within("MHz", 0.1, 400.0)]
    eirp: Annotated[Quantity, within("dBm", 0.0, 100.0)]
    sectors: int = Field(default=3, ge=1, le=6)

    @property
    def heights_m(self) -> tuple[float, ...]:
        """Antenna heights that are tried, ascending [m]."""
        given = {height.value for height in self.heights}
        return tuple(sorted({self.antenna_height.value, *given}))


class SmallSite(Section):
    """The small site with a satellite link that could serve a single village."""

    antenna_height: Annotated[Quantity, within("m", 2.0, 60.0)] = assumed(
        12.0, "m", "assumption: a pole"
    )
    eirp: Annotated[Quantity, within("dBm", 0.0, 100.0)] = assumed(
        43.0, "dBm", "assumption: 5 W (37 dBm) into an antenna of 6 dBi"
    )
    radius: Annotated[Quantity, within("km", 0.5, 20.0)] = assumed(
        5.0, "km", "assumption: further away a small site is not looked for"
    )


class StabilitySection(Section):
    """What the ranking is tried against: how far levels, prices and people may be otherwise.

    Every draw has a level error that all candidates share and one that each has for itself,
    prices between the ends of the cost table (a triangle with its top at the base; a share of
    the spread is common to all sites), and an error of people by squares of the ground. A share
    of the draws takes the study's second propagation model, and a share the population raster as
    it is where the study scales it to official figures.
    """

    seed: int = Field(default=1, ge=0)
    draws: int = Field(default=200, ge=1, le=10_000)
    common_error: Decibels = assumed(
        4.0, "dB", "assumption: error of the model that all sites share"
    )
    site_error: Decibels = assumed(4.0, "dB", "assumption: error of the model about one site")
    shared_prices: Share = assumed(
        0.5, "fraction", "assumption: a dear year is dear everywhere, a hard site is hard alone"
    )
    people_error: Annotated[Quantity, within("fraction", 0.0, 2.0)] = assumed(
        0.2, "fraction", "assumption: standard deviation of the people of one square"
    )
    people_square: Annotated[Quantity, within("m", 1.0, 100_000.0)] = assumed(
        2000.0, "m", "assumption: people within such a square are wrong together"
    )
    second_model_weight: Share = assumed(
        0.5, "fraction", "assumption: both propagation models are as likely"
    )
    height_error: Annotated[Quantity, within("m", 0.0, 50.0)] = assumed(
        4.0, "m", "assumption: masts of lists are rounded, Copernicus DEM errs by 4 m in 10 %"
    )
    raster_people_weight: Share = assumed(
        0.5, "fraction", "assumption: official figures and the raster's own are as likely"
    )


class ScreeningSection(Section):
    """How thousands of spots become those that are computed in full.

    Every spot is swept once, at the height of ``new_site.antenna_height`` and on ground thinned
    to cells of about ``resolution``. Step by step the spot that adds most people per money is
    taken, for each operator by itself; ``near_best_kept`` that come within ``near_best`` of it
    stay beside it, and the same is done ``rounds`` times without those found before.
    """

    resolution: Annotated[Quantity, within("m", 1.0, 2000.0)] = assumed(
        90.0, "m", "assumption: the ground is thinned to about this for the quick sweep"
    )
    rounds: int = Field(default=2, ge=1, le=10)
    near_best: Share = assumed(
        0.3, "fraction", "measured on the practice study: see docs/planning.md"
    )
    near_best_kept: int = Field(default=10, ge=0, le=1000)
    last_step: Share = assumed(
        0.02, "fraction", "assumption: people per money of the last step by that of the first"
    )
    village_kept: int = Field(default=2, ge=0, le=1000)
    commune_kept: int = Field(default=3, ge=0, le=1000)


class RevenueSection(Section):
    """What people newly covered bring; without it no gap of money is told."""

    penetration: Share
    market_share: dict[FileKey, Share]
    arpu: Annotated[Quantity, AfterValidator(positive)]


class PlanningSection(Section):
    """How options are found and ranked.

    ``kinds`` names what may be built; ``upgrades_kept`` existing sites and ``villages_kept``
    villages are looked at, those with most people in need first. ``sharing_consent`` names
    operators that let others read of options on their sites: without it such an option stands
    in the province's files alone.
    ``choice`` asks for best sets beside the ranking.
    ``candidates_near`` looks for spots of new masts in every square of ``candidate_spacing`` and
    beside villages, roads or power lines too; ``screening`` says which are computed in full, at
    most ``candidates_kept``.
    ``planned_sites`` of the tower list are ``ignored``, or ``fixed``: then they count as built,
    and whom they will cover is not planned for again.
    Operators whose lists of sites are incomplete are ranked only with ``rank_incomplete``.
    """

    new_site: NewSite
    kinds: tuple[OptionKind, ...] = Field(default=ALL_KINDS, min_length=1)
    small_site: SmallSite = SmallSite()
    taller_by: Annotated[Quantity, within("m", 1.0, 100.0)] = assumed(
        20.0, "m", "assumption: what is put on top of an existing mast"
    )
    search_ring: Annotated[Quantity, within("m", 0.0, 5000.0)] = assumed(
        250.0, "m", "assumption: a new mast may move this far from its spot in the field"
    )
    upgrades_kept: int = Field(default=40, ge=0, le=5000)
    villages_kept: int = Field(default=20, ge=0, le=5000)
    sharing_consent: tuple[FileKey, ...] = ()
    local_crs: str = ""
    candidate_spacing: Annotated[Quantity, within("m", 100.0, 20_000.0)]
    candidates_kept: int = Field(default=100, ge=1, le=5000)
    candidates_near: tuple[SpotsNear, ...] = ("squares",)
    screening: ScreeningSection = ScreeningSection()
    candidate_radius_km: float = Field(default=15.0, ge=1.0, le=60.0)
    longest_hop: Annotated[Quantity, within("km", 0.1, 100.0)]
    white_zone_weight: Annotated[Quantity, within("1", 0.0, 100.0)]
    priorities: int = Field(default=20, ge=1, le=1000)
    stability: StabilitySection = StabilitySection()
    backhaul: BackhaulSection = BackhaulSection()
    choice: ChoiceSection = ChoiceSection()
    power: PowerSection = PowerSection()
    rain: RainSection | None = None
    revenue: RevenueSection | None = None
    rank_incomplete: bool = False
    planned_sites: Literal["fixed", "ignored"] = "ignored"
