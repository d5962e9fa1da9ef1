"""The study file: one TOML file that holds every choice and assumption of a study.

Nothing else configures a run. A value that is not measured or decided by the user is a
``Quantity``: it carries its unit, where it comes from, and whether that was verified, and it is
printed with every product.
"""

import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

SCHEMA_VERSION = 1
PRACTICE_LABEL = "Practice data / Dữ liệu mô phỏng"
"""Stands on every table, map and figure that is made from practice data."""

BLOCK_TOLERANCE_MHZ = 0.05

CommuneCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,20}$")]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, strip_whitespace=True),
    AfterValidator(partial(unicodedata.normalize, "NFC")),
]
TechnologyKey = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,20}$")]
Bandwidth = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?$")]
FileKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]


class Section(BaseModel):
    """A table of the study file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Quantity(Section):
    """A number with its unit, its origin and whether the origin was verified."""

    value: float
    unit: str
    source: Name
    verified: bool = False


def quantity(unit: str, low: float, high: float) -> Callable[[Quantity], Quantity]:
    """Make the check that a quantity has this unit and lies in a closed range.

    Parameters
    ----------
    unit
        The only unit that is accepted.
    low, high
        Closed range of possible values, in that unit.

    Returns
    -------
    Callable
        A validator for pydantic.
    """

    def check(given: Quantity) -> Quantity:
        if given.unit != unit:
            raise ValueError(f"unit is '{given.unit}', '{unit}' is needed")
        if not low <= given.value <= high:
            raise ValueError(f"value is {given.value:g}, {low:g} to {high:g} {unit} is allowed")
        return given

    return check


def _q(unit: str, low: float, high: float) -> AfterValidator:
    return AfterValidator(quantity(unit, low, high))


Metres = Annotated[Quantity, _q("m", 0.0, 3000.0)]
Decibels = Annotated[Quantity, _q("dB", 0.0, 100.0)]
Dbm = Annotated[Quantity, _q("dBm", -200.0, 100.0)]
Degrees = Annotated[Quantity, _q("deg", -90.0, 360.0)]
Share = Annotated[Quantity, _q("fraction", 0.0, 1.0)]


class TitledSection(Section):
    """What has a title in two languages; without the Vietnamese one the English stands for both."""

    title_en: Name
    title_vi: Name = ""

    @model_validator(mode="before")
    @classmethod
    def _one_title_is_enough(cls, given: Any) -> Any:
        if isinstance(given, dict) and "title_en" in given:
            return {"title_vi": given["title_en"], **given}
        return given


class StudySection(TitledSection):
    """What the study is called, and where its output goes."""

    name: FileKey
    practice_data: bool = False
    root: str | None = None
    output: str
    question_en: str = ""
    question_vi: str = ""


class AreaSection(Section):
    """Which communes are asked about."""

    communes: tuple[CommuneCode, ...] = Field(min_length=1)
    vintage: Name
    gazetteer: FileKey | None = None
    margin_km: float = Field(default=10.0, ge=0.0, le=100.0)

    @model_validator(mode="after")
    def _no_twins(self) -> Self:
        twins = sorted({c for c in self.communes if self.communes.count(c) > 1})
        if twins:
            raise ValueError(f"communes lists {', '.join(twins)} more than once")
        return self


class GridSection(Section):
    """The metric grid that everything is computed on."""

    crs: str
    resolution_m: float = Field(ge=5.0, le=2000.0)


class Source(Section):
    """Where an input comes from; printed with every product."""

    source: Name
    licence: Name = "not stated"
    attribution: str = ""
    date: str = ""


class TerrainInput(Source):
    """Ground heights: raster files or folders of tiles."""

    files: tuple[str, ...] = Field(min_length=1)
    kind: Literal["terrain", "surface"] = "terrain"


class TableInput(Source):
    """A table or layer in one file."""

    file: str
    encoding: str = "utf-8-sig"


class TowerInput(TableInput):
    """A tower list as an operator wrote it, or a cell dump in OpenCelliD's columns.

    ``columns`` maps a heading of the file to a column of Phusong, ``values`` gives columns that
    the file does not have, ``operators`` maps a word of the file (or MCC-MNC, as in ``452-04``)
    to an operator of the study, ``crs`` belongs to coordinates in metres, ``sheet`` is the sheet
    of a workbook or the layer of a GeoPackage. ``also`` holds further lists, each written in its
    own way: one file of each operator.
    """

    encoding: str = "auto"
    sheet: str = ""
    crs: str = ""
    bad_rows: Literal["refuse", "leave-out"] = "refuse"
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    operators: dict[str, Name] = Field(default_factory=dict)
    also: tuple["TowerInput", ...] = ()

    @model_validator(mode="after")
    def _side_by_side(self) -> Self:
        if any(other.also for other in self.also):
            raise ValueError("a list in also has an also of its own; put all lists side by side")
        return self


class BoundaryInput(TableInput):
    """Commune outlines."""

    code_column: str = "code"
    name_column: str = "name"
    approximate: bool = False
    codes: dict[str, CommuneCode] = Field(default_factory=dict)
    names: dict[CommuneCode, Name] = Field(default_factory=dict)


class PopulationInput(TableInput):
    """People per cell."""


class StatisticsInput(TableInput):
    """Official figures by commune; rates of different poverty standards are never mixed."""

    poverty_standard: Name | None = None


class InputsSection(Section):
    """Every file that the study reads, with its origin."""

    terrain: TerrainInput
    towers: TowerInput
    boundaries: BoundaryInput
    population: PopulationInput
    villages: TableInput | None = None
    facilities: TableInput | None = None
    roads: TableInput | None = None
    power_lines: TableInput | None = None
    gazetteer: TableInput | None = None
    village_positions: TableInput | None = None
    settlements: TableInput | None = None
    statistics: StatisticsInput | None = None
    reported: TableInput | None = None
    criteria: TableInput | None = None
    indicators: TableInput | None = None
    households: TableInput | None = None


class OperatorSection(Section):
    """A mobile operator of the study.

    ``stations`` is how many sites it says to have in the area, where that is known: a list that
    holds fewer is incomplete, and its gaps are those of the known sites.
    """

    name: Name
    key: FileKey
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    stations: Annotated[Quantity, _q("sites", 0.0, 100_000.0)] | None = None


class TechnologySection(Section):
    """A radio technology, what a handset measures of it, and the level at which it is served.

    ``quantity`` is RSRP (LTE), SS-RSRP (NR), RSCP (UMTS) or RxLev (GSM). The first two are levels
    of one resource element and need ``resource_blocks`` by bandwidth; RSCP is that of the common
    pilot, ``pilot`` below the carrier; RxLev is that of the whole carrier. ``bandwidth`` fills
    what a tower list leaves out, before ``towers.bandwidth``. ``spacing`` is the distance of
    subcarriers, 15 kHz in LTE. ``handset_power`` and ``base_sensitivity`` are the ends of the
    uplink where ``service.uplink`` does not give them. Threshold, bandwidth and ends of the others
    than RSRP have starting values, printed with every product like any assumption.
    """

    threshold: Dbm
    quantity: Literal["RSRP", "SS-RSRP", "RSCP", "RxLev"] = "RSRP"
    resource_blocks: dict[Bandwidth, Annotated[int, Field(ge=1, le=1000)]] = Field(
        default_factory=lambda: {"1.4": 6, "3": 15, "5": 25, "10": 50, "15": 75, "20": 100}
    )
    pilot: Decibels | None = None
    bandwidth: Annotated[Quantity, _q("MHz", 0.1, 400.0)] | None = None
    spacing: Annotated[Quantity, _q("kHz", 3.75, 240.0)] | None = None
    handset_power: Dbm | None = None
    base_sensitivity: Dbm | None = None

    @model_validator(mode="before")
    @classmethod
    def _starting_values(cls, given: Any) -> Any:
        values = (
            STARTING_VALUES.get(str(given.get("quantity"))) if isinstance(given, dict) else None
        )
        return {**values, **given} if values else given

    @property
    def bandwidths(self) -> tuple[str, ...]:
        """Bandwidths that a carrier may have [MHz]."""
        if self.quantity in WHOLE_CARRIER and self.bandwidth is not None:
            return (f"{self.bandwidth.value:g}",)
        return tuple(self.resource_blocks)

    def knows(self, bandwidth_mhz: float) -> bool:
        """Whether a carrier may have this bandwidth.

        Parameters
        ----------
        bandwidth_mhz
            Bandwidth of the carrier [MHz].

        Returns
        -------
        bool
            True when it is one of the technology's.
        """
        return any(abs(float(w) - bandwidth_mhz) < BLOCK_TOLERANCE_MHZ for w in self.bandwidths)

    def blocks(self, bandwidth_mhz: float) -> int | None:
        """Resource blocks of a carrier.

        Parameters
        ----------
        bandwidth_mhz
            Bandwidth of the carrier [MHz].

        Returns
        -------
        int or None
            Number of blocks; None when the technology has no such bandwidth.
        """
        for width, blocks in self.resource_blocks.items():
            if abs(float(width) - bandwidth_mhz) < BLOCK_TOLERANCE_MHZ:
                return blocks
        return None


WHOLE_CARRIER = ("RSCP", "RxLev")
"""Quantities that are not of one resource element."""


def _assumed(value: float, unit: str, source: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": source}


STARTING_VALUES: dict[str, dict[str, Any]] = {
    "SS-RSRP": {
        "threshold": _assumed(-115.0, "dBm", "assumption, as for LTE"),
        "resource_blocks": {
            "5": 11, "10": 24, "15": 38, "20": 51, "25": 65, "30": 78, "40": 106, "50": 133,
            "60": 162, "70": 189, "80": 217, "90": 245, "100": 273,
        },  # 3GPP TS 38.101-1, table 5.3.2-1, subcarriers of 30 kHz
        "bandwidth": _assumed(100.0, "MHz", "assumption"),
        "spacing": _assumed(30.0, "kHz", "assumption: usual above 1 GHz; 15 kHz below"),
    },
    "RSCP": {
        "threshold": _assumed(-100.0, "dBm", "assumption; believed, not verified"),
        "pilot": _assumed(10.0, "dB", "assumption: a tenth of the carrier's power is the pilot"),
        "bandwidth": _assumed(5.0, "MHz", "3GPP TS 25.104, channel raster of 5 MHz"),
        "handset_power": _assumed(24.0, "dBm", "3GPP TS 25.101, power class 3"),
        "base_sensitivity": _assumed(-121.0, "dBm", "3GPP TS 25.104, 12.2 kbit/s, wide area"),
    },
    "RxLev": {
        "threshold": _assumed(-100.0, "dBm", "assumption"),
        "bandwidth": _assumed(0.2, "MHz", "3GPP TS 45.005, carriers of 200 kHz"),
        "handset_power": _assumed(33.0, "dBm", "3GPP TS 45.005, class 4; 30 dBm at 1800 MHz"),
        "base_sensitivity": _assumed(-104.0, "dBm", "3GPP TS 45.005, normal base station"),
    },
}  # fmt: skip
"""What a technology has when the study file does not say otherwise."""


class EnvironmentSection(TitledSection):
    """Where the handset is: ``entry_loss``, and a ``building`` of ITU-R P.2109 on top of it."""

    entry_loss: Decibels
    receiver_height: Annotated[Quantity, _q("m", 1.0, 3000.0)]
    building: Literal["traditional", "thermally efficient"] | None = None


class PropagationSection(Section):
    """The propagation model and its climate."""

    models: tuple[Literal["p1812"], ...] = ("p1812",)
    method: Literal["sweep", "exact"] = "sweep"
    radius_km: float = Field(default=30.0, ge=0.5, le=100.0)
    time_percent: float = Field(default=50.0, ge=1.0, le=50.0)
    polarization: Literal["horizontal", "vertical"] = "vertical"
    delta_n: Annotated[Quantity, _q("N/km", 1.0, 156.0)]
    surface_refractivity_n0: Annotated[Quantity, _q("N", 150.0, 450.0)]


def _given(value: float, unit: str, source: str) -> Quantity:
    return Quantity(value=value, unit=unit, source=source)


class UplinkSection(Section):
    """The direction from handset to base station: what a handset of LTE or NR must get through."""

    handset_power: Dbm = _given(23.0, "dBm", "3GPP TS 36.101, power class 3")
    base_noise_figure: Decibels = _given(5.0, "dB", "assumption")
    rate: Annotated[Quantity, _q("Mbit/s", 0.001, 100.0)] = _given(
        0.256, "Mbit/s", "VNPT, least mean upload of its WCDMA zones (vnpt.vn)"
    )
    resource_blocks: Annotated[Quantity, _q("1", 1.0, 273.0)] = _given(
        10.0, "1", "assumption: blocks that a handset at the edge sends on"
    )


class QualitySection(Section):
    """Interference and throughput, and from where service is good."""

    neighbour_load: Share = _given(0.5, "fraction", "assumption")
    handset_noise_figure: Decibels = _given(7.0, "dB", "assumption")
    mimo_layers: Annotated[Quantity, _q("1", 1.0, 8.0)] = _given(
        2.0, "1", "assumption: two antennas at both ends"
    )
    busy_share: Share = _given(
        0.01, "fraction", "assumption: people of a cell who want data at once in the busy hour"
    )
    floor: Annotated[Quantity, _q("Mbit/s", 0.0, 1000.0)] = _given(
        2.5, "Mbit/s", "VNPT, LTE-A, zone 2, least download (vnpt.vn)"
    )
    good: Annotated[Quantity, _q("Mbit/s", 0.0, 1000.0)] = _given(
        5.0, "Mbit/s", "VNPT, LTE-A, zone 1, least download (vnpt.vn)"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.floor.value > self.good.value:
            raise ValueError(f"floor = {self.floor.value:g} is above good = {self.good.value:g}")
        return self


class ServiceSection(Section):
    """When a place counts as covered.

    With ``both_directions`` the weaker of downlink and uplink decides. ``sites`` says whose
    probability counts: that of the best sector alone, or that of any of several sites, whose
    deviations are ``independent`` or ``correlated`` by ``site_correlation``.
    """

    covered: Share
    marginal: Share
    model_error: Annotated[Quantity, _q("dB", 0.1, 30.0)]
    smallest_gap: Annotated[Quantity, _q("km2", 0.0, 100.0)]
    both_directions: bool = True
    sites: Literal["best", "independent", "correlated"] = "best"
    site_correlation: Annotated[Quantity, _q("fraction", 0.0, 0.7)] = _given(
        0.5, "fraction", "assumption; sectors of one mast have 1"
    )
    uplink: UplinkSection = UplinkSection()
    quality: QualitySection = QualitySection()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.marginal.value >= self.covered.value:
            raise ValueError(
                f"marginal = {self.marginal.value:g} must be below covered = {self.covered.value:g}"
            )
        return self


class VerdictsSection(Section):
    """When a village is without signal as a whole (trắng sóng) or in part (lõm sóng)."""

    centre_signal: Literal["marginal", "covered"] = "marginal"
    settlement_signal: Literal["marginal", "covered"] = "marginal"
    settlement_radius: Annotated[Quantity, _q("m", 10.0, 20_000.0)] = Quantity(
        value=500.0,
        unit="m",
        source="assumption: people nearer to this village than to others and within this distance",
    )
    smallest_part: Share = Quantity(
        value=0.05,
        unit="fraction",
        source="assumption: a smaller part of a settlement without signal is no lõm sóng",
    )
    trang_song: Name = "no operator has a signal at the village centre"
    lom_song: Name = "the village centre has a signal, part of the settlement has none"
    wording_source: Name = (
        "usage in Tuyên Quang's report of 12 January 2026 (baotuyenquang.com.vn); the second half "
        "is a reading, the text of CV 1603/BTTTT-CVT is not at hand"
    )


class CriterionSection(Section):
    """Which set of new-rural criterion 8 is asked about, and the study's own thresholds."""

    set: Name = "2021-2025"
    thresholds: dict[str, Share] = Field(default_factory=dict)
    complete: tuple[Name, ...] = ()


class TowerDefaults(Section):
    """What a tower list leaves out; every use is recorded and shown."""

    mast_height: Metres
    antenna_height: Annotated[Quantity, _q("m", 1.0, 3000.0)]
    carrier_power: Dbm
    antenna_gain_below_1ghz: Annotated[Quantity, _q("dBi", -10.0, 40.0)]
    antenna_gain_above_1ghz: Annotated[Quantity, _q("dBi", -10.0, 40.0)]
    feeder_loss: Decibels
    bandwidth: Annotated[Quantity, _q("MHz", 0.1, 400.0)]
    electrical_tilt: Degrees
    mechanical_tilt: Degrees
    horizontal_beamwidth: Annotated[Quantity, _q("deg", 1.0, 360.0)]
    vertical_beamwidth: Annotated[Quantity, _q("deg", 1.0, 180.0)]
    frequency: dict[TechnologyKey, Annotated[Quantity, _q("MHz", 30.0, 6000.0)]] = Field(
        default_factory=dict
    )


class CostItem(Section):
    """One line of the cost table: low, base and high, and where they come from."""

    low: float = Field(ge=0.0)
    base: float = Field(ge=0.0)
    high: float = Field(ge=0.0)
    unit: Name
    year: Name
    source: Name
    tag: Name

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.base <= self.high:
            raise ValueError(
                f"low {self.low:g}, base {self.base:g}, high {self.high:g} are not in order"
            )
        return self


def _positive(given: Quantity) -> Quantity:
    if given.value <= 0:
        raise ValueError(f"value is {given.value:g}, a rate above 0 is needed")
    return given


class ExchangeSection(Section):
    """The money that results are shown in."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    rate: Annotated[Quantity, AfterValidator(_positive)]
    date: Name


class CostsSection(Section):
    """Prices of one currency and price year."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    price_year: int = Field(ge=1990, le=2100)
    exchange: ExchangeSection
    discount_rate: Annotated[Quantity, _q("fraction/year", 0.0, 1.0)]
    horizon: Annotated[Quantity, _q("year", 1.0, 50.0)]
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

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        for key, item in self:
            if isinstance(item, CostItem):
                unit = item.unit.split("/")[0]
                if unit not in {self.currency, "fraction"}:
                    raise ValueError(
                        f"{key}.unit = '{item.unit}' is not in {self.currency}, "
                        "the currency of the table; convert the price or change costs.currency"
                    )
        return self


class NewSite(Section):
    """The site that would be built at a candidate spot."""

    antenna_height: Annotated[Quantity, _q("m", 5.0, 200.0)]
    frequency: Annotated[Quantity, _q("MHz", 30.0, 6000.0)]
    bandwidth: Annotated[Quantity, _q("MHz", 0.1, 400.0)]
    eirp: Annotated[Quantity, _q("dBm", 0.0, 100.0)]
    sectors: int = Field(default=3, ge=1, le=6)


class StabilitySection(Section):
    """What the ranking is tried against: how far levels, prices and people may be otherwise.

    Every draw has a level error that all candidates share and one that each has for itself,
    prices between the ends of the cost table (a triangle with its top at the base; a share of
    the spread is common to all sites), and an error of people by squares of the ground.
    """

    seed: int = Field(default=1, ge=0)
    draws: int = Field(default=200, ge=1, le=10_000)
    common_error: Decibels = _given(
        4.0, "dB", "assumption: error of the model that all sites share"
    )
    site_error: Decibels = _given(4.0, "dB", "assumption: error of the model about one site")
    shared_prices: Share = _given(
        0.5, "fraction", "assumption: a dear year is dear everywhere, a hard site is hard alone"
    )
    people_error: Annotated[Quantity, _q("fraction", 0.0, 2.0)] = _given(
        0.2, "fraction", "assumption: standard deviation of the people of one square"
    )
    people_square: Annotated[Quantity, _q("m", 1.0, 100_000.0)] = _given(
        2000.0, "m", "assumption: people within such a square are wrong together"
    )


class RevenueSection(Section):
    """What people newly covered bring; without it no gap of money is told."""

    penetration: Share
    market_share: dict[FileKey, Share]
    arpu: Annotated[Quantity, AfterValidator(_positive)]


class PlanningSection(Section):
    """How candidate sites are found and ranked."""

    new_site: NewSite
    candidate_spacing: Annotated[Quantity, _q("m", 100.0, 20_000.0)]
    candidates_kept: int = Field(default=60, ge=1, le=5000)
    candidate_radius_km: float = Field(default=15.0, ge=1.0, le=60.0)
    longest_hop: Annotated[Quantity, _q("km", 0.1, 100.0)]
    white_zone_weight: Annotated[Quantity, _q("1", 0.0, 100.0)]
    priorities: int = Field(default=20, ge=1, le=1000)
    stability: StabilitySection = StabilitySection()
    revenue: RevenueSection | None = None


class NewBand(Section):
    """A carrier that every mast of the operators concerned would radiate as well."""

    technology: TechnologyKey
    frequency: Annotated[Quantity, _q("MHz", 30.0, 6000.0)]
    bandwidth: Annotated[Quantity, _q("MHz", 0.1, 400.0)]
    eirp: Annotated[Quantity, _q("dBm", 0.0, 100.0)]


class ScenarioSection(TitledSection):
    """A network that differs from the one of the tower list; told as differences from it.

    ``operators`` names whom the changes concern, by their keys; everybody when it is empty.
    ``off`` are technologies that are switched off, ``broken`` sites that fail. ``eirp_change``
    and ``height_change`` are added to every sector that is left, and last comes ``new_band``.
    """

    source: str = ""
    operators: tuple[FileKey, ...] = ()
    off: tuple[TechnologyKey, ...] = ()
    broken: tuple[Name, ...] = ()
    eirp_change: Annotated[Quantity, _q("dB", -60.0, 60.0)] | None = None
    height_change: Annotated[Quantity, _q("m", -300.0, 300.0)] | None = None
    new_band: NewBand | None = None


class Assumption(Section):
    """One assumed value of a study, as it is printed with every product."""

    key: str
    value: float
    unit: str
    source: str
    verified: bool


class Study(Section):
    """A whole study file.

    Made by :func:`phusong.open_study`; two studies with equal fields give equal results.
    """

    schema_version: Literal[1]
    study: StudySection
    area: AreaSection
    grid: GridSection
    inputs: InputsSection
    operators: tuple[OperatorSection, ...] = Field(min_length=1)
    technologies: dict[TechnologyKey, TechnologySection] = Field(min_length=1)
    environments: dict[FileKey, EnvironmentSection] = Field(min_length=1)
    propagation: PropagationSection
    service: ServiceSection
    scenarios: dict[FileKey, ScenarioSection] = Field(default_factory=dict)
    verdicts: VerdictsSection = VerdictsSection()
    criterion8: CriterionSection | None = None
    towers: TowerDefaults
    costs: CostsSection
    planning: PlanningSection

    _root: Path = PrivateAttr(default=Path())
    _file: Path = PrivateAttr(default=Path())
    _history: list[str] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for what in ("name", "key"):
            values = [getattr(op, what) for op in self.operators]
            twins = sorted({v for v in values if values.count(v) > 1})
            if twins:
                raise ValueError(f"operators have the same {what}: {', '.join(twins)}")
        if any(op.key == "any" for op in self.operators):
            raise ValueError("operators.key = 'any' is reserved for all operators together")
        if any(op.key == "province" for op in self.operators):
            raise ValueError("operators.key = 'province' is reserved for the province's brief")
        files = [key.lower() for key in self.technologies]
        if len(set(files)) < len(files):
            raise ValueError(
                f"technologies {', '.join(self.technologies)} differ in capitals only; "
                "their files would have the same names"
            )
        return self

    @model_validator(mode="after")
    def _scenarios_name_what_exists(self) -> Self:
        operators = {op.key for op in self.operators}
        for key, scenario in self.scenarios.items():
            bands = [] if scenario.new_band is None else [scenario.new_band]
            named = {*scenario.off, *(band.technology for band in bands)}
            for what, unknown in (
                ("operators", sorted(set(scenario.operators) - operators)),
                ("technologies", sorted(named - set(self.technologies))),
            ):
                if unknown:
                    raise ValueError(
                        f"scenarios.{key} names {what} that the study does not have: "
                        f"{', '.join(unknown)}"
                    )
            for band in bands:
                technology = self.technologies[band.technology]
                if not technology.knows(band.bandwidth.value):
                    raise ValueError(
                        f"scenarios.{key}.new_band.bandwidth = {band.bandwidth.value:g} MHz is "
                        f"not a {band.technology} bandwidth; {', '.join(technology.bandwidths)} "
                        "MHz is allowed"
                    )
        return self

    @model_validator(mode="after")
    def _revenue_fits(self) -> Self:
        revenue = self.planning.revenue
        if revenue is None:
            return self
        if revenue.arpu.unit != (unit := f"{self.costs.currency}/month"):
            raise ValueError(
                f"planning.revenue.arpu.unit is '{revenue.arpu.unit}', '{unit}' is needed"
            )
        unknown = sorted(set(revenue.market_share) - {op.key for op in self.operators})
        if unknown:
            raise ValueError(
                "planning.revenue.market_share names operators that the study does not have: "
                f"{', '.join(unknown)}"
            )
        return self

    @model_validator(mode="after")
    def _one_receiver_height(self) -> Self:
        heights = {e.receiver_height.value for e in self.environments.values()}
        if len(heights) > 1:
            raise ValueError(
                "environments have different receiver_height, "
                f"{', '.join(f'{h:g}' for h in sorted(heights))} m; path loss is computed for one: "
                "give each the same, and what differs as entry_loss or building"
            )
        return self

    @model_validator(mode="after")
    def _one_gazetteer(self) -> Self:
        if self.area.gazetteer is not None and self.inputs.gazetteer is not None:
            raise ValueError("area.gazetteer and inputs.gazetteer are both given; keep one")
        return self

    @model_validator(mode="after")
    def _bandwidths_known(self) -> Self:
        planned = next(iter(self.technologies))
        new_site = self.planning.new_site.bandwidth
        for key, technology in self.technologies.items():
            uses = {"towers.bandwidth": self.towers.bandwidth}
            if technology.bandwidth is not None:
                uses = {f"technologies.{key}.bandwidth": technology.bandwidth}
            if key == planned:
                uses["planning.new_site.bandwidth"] = new_site
            for where, given in uses.items():
                if not technology.knows(given.value):
                    raise ValueError(
                        f"{where} = {given.value:g} MHz is not a {key} bandwidth; "
                        f"{', '.join(technology.bandwidths)} MHz is allowed"
                    )
        return self

    @property
    def root(self) -> Path:
        """Folder that the paths of the study start from."""
        return self._root

    @property
    def file(self) -> Path:
        """The study file itself."""
        return self._file

    @property
    def output(self) -> Path:
        """Folder that results are written to."""
        return self.path(self.study.output)

    def path(self, relative: str) -> Path:
        """Absolute path of a file that the study names.

        Parameters
        ----------
        relative
            Path as written in the study file.

        Returns
        -------
        pathlib.Path
            The path under the study's root.
        """
        return (self._root / relative).resolve()

    def located(self, file: Path, root: Path) -> Self:
        """Return the same study, knowing where its file and its root are.

        Parameters
        ----------
        file
            The study file.
        root
            Folder that relative paths start from.

        Returns
        -------
        Study
            A copy.
        """
        copy = self.model_copy()
        copy._file, copy._root, copy._history = file, root, []
        return copy

    @property
    def history(self) -> tuple[str, ...]:
        """What was computed and what reused since the study was opened, one line each."""
        return tuple(self._history)

    def note(self, line: str) -> None:
        """Add a line to the history.

        Parameters
        ----------
        line
            For example ``reach: reused``.
        """
        self._history.append(line)

    @property
    def environment(self) -> EnvironmentSection:
        """The first service environment, which coverage is decided for."""
        return next(iter(self.environments.values()))

    def assumptions(self) -> tuple[Assumption, ...]:
        """Every assumed value, in the order of the study file.

        Returns
        -------
        tuple of Assumption
            Key, value, unit, source, and whether it was verified.
        """
        return tuple(_walk_assumptions("", self))


def _walk_assumptions(prefix: str, node: Any) -> Iterator[Assumption]:
    if isinstance(node, Quantity):
        yield Assumption(key=prefix, **node.model_dump())
    elif isinstance(node, CostItem):
        yield Assumption(
            key=prefix,
            value=node.base,
            unit=node.unit,
            source=f"{node.source} ({node.year}; {node.low:g} to {node.high:g}; {node.tag})",
            verified=False,
        )
    elif isinstance(node, BaseModel):
        for key in type(node).model_fields:
            yield from _walk_assumptions(f"{prefix}.{key}" if prefix else key, getattr(node, key))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk_assumptions(f"{prefix}.{key}", value)
