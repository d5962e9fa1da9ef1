"""What a study asks about, and the files that it reads."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from phusong.study.values import (
    CommuneCode,
    Dbm,
    FileKey,
    Name,
    Note,
    Quantity,
    Section,
    Share,
    TechnologyKey,
    TitledSection,
    within,
)


class StudySection(TitledSection):
    """What the study is called, where its output goes, and which language its pages show first."""

    name: FileKey
    practice_data: bool = False
    root: str | None = None
    output: str
    question_en: Note = ""
    question_vi: Note = ""
    language: Literal["vi", "en", "both"] = "vi"


CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class AreaSection(Section):
    """Which communes are asked about; ``country`` is its ISO 3166 code of three letters.

    ``neighbours`` are countries that the frame reaches into: people who are had by country are
    had of them, too.
    """

    communes: tuple[CommuneCode, ...] = Field(min_length=1)
    vintage: Name
    gazetteer: FileKey | None = None
    margin_km: float = Field(default=10.0, ge=0.0, le=100.0)
    country: CountryCode | None = None
    neighbours: tuple[CountryCode, ...] = ()

    @model_validator(mode="after")
    def _own_country_first(self) -> Self:
        if self.neighbours and self.country is None:
            raise ValueError("neighbours are beside a country; write country as well")
        return self

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
    local_crs: str = ""  # in which maps show coordinates beside WGS 84
    tile_cells: int = Field(default=2048, ge=16, le=32768)  # of a tile's side; no result has it


ClassCode = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,2}$")]


class Source(Section):
    """Where an input comes from; printed with every product.

    ``fetch`` names the open data that ``phusong fetch`` fills it with.
    """

    source: Name
    licence: Name = "not stated"
    attribution: Note = ""
    date: Note = ""
    fetch: FileKey | None = None


class TerrainInput(Source):
    """Ground heights: raster files or folders of tiles.

    ``sea`` names squares of one degree by their south-western corner, as in ``N20E107``, where
    what no file knows is the sea: 0 m. Elsewhere what no file knows stays unknown.
    """

    files: tuple[str, ...] = Field(min_length=1)
    kind: Literal["terrain", "surface"] = "terrain"
    sea: tuple[Annotated[str, StringConstraints(pattern=r"^[NS]\d{2}[EW]\d{3}$")], ...] = ()


class ClutterInput(Source):
    """What stands on the ground: classes of ESA WorldCover, or heights above ground in metres.

    ``heights`` gives a class, named by its code, another representative height than ITU-R P.1812
    has for it. ITU-R P.1812 knows clutter, Longley-Rice does not.
    """

    files: tuple[str, ...] = Field(min_length=1)
    holds: Literal["worldcover", "heights"] = "worldcover"
    heights: dict[ClassCode, Annotated[Quantity, within("m", 0.0, 150.0)]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _classes_only(self) -> Self:
        if self.heights and self.holds != "worldcover":
            raise ValueError("heights are those of classes; holds = 'heights' has its own")
        return self


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


class BuildingsInput(TableInput):
    """Where buildings stand: footprints or points, or a table in the columns of Open Buildings.

    With ``least_confidence`` only those count whose ``confidence_column`` is at least that: the
    chance that there is a building, from 0 to 1.
    """

    least_confidence: Share | None = None
    confidence_column: Name = "confidence"


class SpeedTilesInput(TableInput):
    """Speed tests by telephones, added up in squares, of one ``quarter`` as in ``2024-Q4``.

    They are shown beside the modelled levels and never mixed with them.
    """

    quarter: Annotated[str, StringConstraints(pattern=r"^20\d{2}-Q[1-4]$")]


class VillagesInput(TableInput):
    """Villages.

    With ``official_year`` their people and households are official figures of that year: a commune
    that ``inputs.statistics`` has no figure of gets the sum over its villages, where each of them
    has a number.
    """

    official_year: int | None = Field(default=None, ge=1900, le=2100)


class StatisticsInput(TableInput):
    """Official figures by commune; rates of different poverty standards are never mixed."""

    poverty_standard: Name | None = None


class AreaInput(TableInput):
    """Polygons; ``layer`` of a file with several, ``crs`` of a file that does not say its own."""

    layer: str = ""
    crs: str = ""


class CountryInput(AreaInput):
    """Land of the country: no new site stands outside it, or in the ``belt`` along its border."""

    belt: Annotated[Quantity, within("km", 0.0, 100.0)] | None = None


class ExclusionInput(AreaInput, TitledSection):
    """Ground on which no new site may stand: protected forest, landslides, military.

    ``buffer`` is added around it, and lines are taken with one; ``name_column`` holds the names
    of its parts.
    """

    buffer: Annotated[Quantity, within("km", 0.0, 100.0)] | None = None
    name_column: str = ""


class CoverageInput(TableInput):
    """An operator's own map of its coverage, taken as its reach where no site of it is known.

    A raster ``holds`` levels [dBm] or classes, polygons hold what is covered, or levels or classes
    in ``column``. ``threshold`` is the level that the operator calls covered; levels need it.
    ``classes`` says what each value of a map of classes means. ``empty`` says what a cell without
    a value, or a place between polygons, means within the map's extent; outside it nothing is
    known. ``extent`` (west, south, east, north of WGS 84) is for polygons, their bounding box by
    default. ``use`` says which counts where the operator has sites in the technology as well.
    ``date`` is when the map was made, ``environment`` what it is for, the study's first by default.
    """

    date: Name
    operator: Name
    technology: TechnologyKey
    holds: Literal["levels", "classes", "covered"]
    threshold: Dbm | None = None
    column: str = ""
    classes: dict[str, Literal["covered", "marginal", "no_signal", "unknown"]] = Field(
        default_factory=dict
    )
    empty: Literal["unknown", "no_signal"] | None = None
    extent: tuple[float, float, float, float] | None = None
    crs: str = ""
    layer: str = ""
    environment: FileKey | None = None
    use: Literal["where-no-sites", "instead-of-sites"] = "where-no-sites"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.holds == "levels" and self.threshold is None:
            raise ValueError(
                "holds = 'levels' needs a threshold: the level that the operator calls covered"
            )
        if (self.holds == "classes") != bool(self.classes):
            raise ValueError(
                f"holds = '{self.holds}' and classes = {dict(self.classes)} do not fit: a map of "
                "classes needs the meaning of each value, other maps have none"
            )
        if self.extent is not None:
            west, south, east, north = self.extent
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError(
                    f"extent = {list(self.extent)}: west, south, east and north in degrees are "
                    "needed, in this order"
                )
        return self


class InputsSection(Section):
    """Every file that the study reads, with its origin."""

    terrain: TerrainInput
    clutter: ClutterInput | None = None
    towers: TowerInput
    boundaries: BoundaryInput
    population: PopulationInput
    villages: VillagesInput | None = None
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
    buildings: BuildingsInput | None = None
    speed_tiles: SpeedTilesInput | None = None
    infrastructure: TableInput | None = None
    offices: TableInput | None = None
    operator_coverage: tuple[CoverageInput, ...] = ()
    country: CountryInput | None = None
    water: AreaInput | None = None
    exclusions: tuple[ExclusionInput, ...] = ()
