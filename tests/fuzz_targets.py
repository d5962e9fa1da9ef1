"""Every reader of other people's files, as a function of bytes: what fuzzers and the corpus call.

A target writes bytes to a file and reads it. It returns when they were read, or refused by an
error of Phusong's own; anything else that is raised is a fault, and so is a result that cannot be.
"""

import csv
import io
import json
import math
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter
from pydantic import BaseModel

from phusong.cli.path import _answers
from phusong.errors import DataWarning, ModelRangeWarning, PhusongError
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.geo.places import Communes, Places
from phusong.sources.antennas import read_planet_pattern
from phusong.sources.areas import read_areas
from phusong.sources.boundaries import read_communes
from phusong.sources.clutter import read_clutter
from phusong.sources.cost_form import cost_items, read_cost_form
from phusong.sources.criteria import read_appraisals
from phusong.sources.gazetteer import read_gazetteer
from phusong.sources.infrastructure import read_infrastructure, read_offices
from phusong.sources.links import parse_links, read_text
from phusong.sources.measurements import HIGHEST_DBM, LOWEST_DBM, Measurements, read_measurements
from phusong.sources.own_coverage import read_own_coverage
from phusong.sources.people import read_people
from phusong.sources.places import read_places
from phusong.sources.recognise import recognise
from phusong.sources.reported import read_reported
from phusong.sources.responses import FIELDS, FORM_SHEET, is_response_form, read_response
from phusong.sources.statistics import read_statistics
from phusong.sources.study_file import read_study
from phusong.sources.terrain import HIGHEST_M, LOWEST_M, read_terrain
from phusong.sources.towers import read_towers
from phusong.store.archive import check_archive, write_archive
from phusong.study import MeasurementInput, Study, TableInput
from phusong.study.inputs import CoverageInput, StatisticsInput, VillagesInput
from synthetic import (
    COMMUNES,
    CRS,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    degrees,
    geojson,
    write_raster,
    write_region,
)

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
ORIGIN = {"source": "invented for tests", "licence": "MIT"}
SHEET = "xl/worksheets/sheet1.xml"
CSV_HEADS: Mapping[str, str] = {
    "measurements": "time,latitude,longitude,operator,technology,rsrp_dbm,cell_id,accuracy_m",
    "statistics": "commune_code,year,source,population,households,poverty_standard,poor_households",
    "infrastructure": "village_id,fibre,fixed_broadband,grid,road",
    "offices": "commune_code,lan,connection,date,evidence",
    "reported": "village,commune_code,operator,state,date,latitude,longitude",
    "appraisals": "commune_code,indicator,status,evidence,appraiser,date",
}
CSV_ROWS: Mapping[str, Sequence[str]] = {
    "statistics": ("00101,2024,Niên giám,1200,300,A,45", "00203,2024,Niên giám,900,,,"),
    "infrastructure": ("V01,yes,no,yes,", "V03,có,không,x,?"),
    "offices": ("00101,yes,fibre,2025-01-02,công văn 1", "00203,no,4g,2025-03-04,"),
    "reported": (
        "Bản Trên,00101,,trắng sóng,2025-02-03,,",
        "Đèo Gió 1,00203,Nhà mạng A,lõm sóng,2025-02-03,22.57,104.05",
    ),
    "appraisals": (
        "00101,8.1,met,biên bản,Sở,2025-07-30",
        "00203,8.2,unknown,chưa rõ,Sở,2025-07-30",
    ),
}


FACTS: Mapping[str, Any] = {
    "inputs.towers.operators": {"452-01": "Nhà mạng A", "452-04": "Nhà mạng B"},
    "towers.frequency": {"LTE": {"value": 1800.0, "unit": "MHz", "source": "invented for tests"}},
}
"""What a dump of cells needs besides."""
GAZETTEER = """
name = "elsewhere"
[[vintages]]
key = "1999"
title = "Two levels"
levels = ["county", "parish"]
source = "invented"
[names.levels.parish]
prefixes = ["saint"]
[[units]]
vintage = "1999"
level = "county"
rows = [["A", "", "Ayr"]]
[[units]]
vintage = "1999"
level = "parish"
rows = [["A1", "A", "John"], ["A2", "A", "Mary"]]
"""


HURTS = (
    b"", b"\0", b"\xff", b"nan", b"1e999", b"-1", b"0", b"99999999999999999999", b'"', b"[", b"{",
    b"]" * 50, b"[" * 5000, b"null", b"true", b",", b";", b"\n", b"\r", b"\xef\xbb\xbf", b"=1+1",
    b"<!ENTITY a 'b'>", b"/vsicurl/http://127.0.0.1:9/a", "Đ".encode(), b"\x00\x00\x00\x00", b"'",
    b"inf", b"1_0", b"0x10", b"<", b"&#0;", b"&a;", b"]]>", b"</row>", b"A1048577", b"\t", b",,,,",
)  # fmt: skip
"""What is known to hurt readers."""


class ImpossibleError(AssertionError):
    """A reader has given what cannot be, without a word about it."""


class Good:
    """A region on disk whose other inputs are good, and a good file for each reader.

    Parameters
    ----------
    folder
        An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.region = write_region(folder, study=FACTS)
        self.folder = folder
        self.study = read_study(self.region.study)

    def __repr__(self) -> str:
        return "Good()"

    def input(self, name: str) -> bytes:
        """A good input of the region."""
        return self.region.input(name).read_bytes()

    @cached_property
    def communes(self) -> Communes:
        """Its communes."""
        return read_communes(self.region.input("communes.geojson"), self.study)

    @cached_property
    def places(self) -> Places:
        """Its villages and facilities."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            return read_places(self.study, self.communes)

    def with_only(self, key: str, section: object) -> Study:
        """The study with one list of places: what reads a list is not to read all others."""
        lists = ("villages", "facilities", "households", "roads", "power_lines")
        update = {**dict.fromkeys(lists), key: section}
        inputs = self.study.inputs.model_copy(update=update)
        return self.study.model_copy(update={"inputs": inputs})


Read = Callable[[Path, Good], object]


@dataclass(frozen=True)
class Target:
    """A reader, good files for it, and how bytes of a fuzzer become its file.

    Parameters
    ----------
    name
        For example ``towers``.
    file
        Name of the file; its suffix matters.
    seeds
        Good contents.
    read
        Reads the file.
    whole
        Makes the file of what a fuzzer changes: the sheet of a workbook, the text of a KMZ.
    """

    name: str
    file: str
    seeds: Callable[[Good], Sequence[bytes]]
    read: Read
    whole: Callable[[bytes, Good], bytes] = lambda content, _: content


def outcome(target: Target, content: bytes, good: Good) -> object:
    """What a reader makes of content: its result, or the error of Phusong's own.

    A warning that is none of Phusong's is raised as an error.
    """
    file = good.folder / "case" / target.file
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(target.whole(content, good))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # What GDAL says while it reads or refuses.
        warnings.filterwarnings("ignore", message=r".*(OGR|Geo|ring|coord|JSON)")
        warnings.simplefilter("ignore", DataWarning)
        warnings.simplefilter("ignore", ModelRangeWarning)
        try:
            return target.read(file, good)
        except PhusongError as error:
            if not str(error).strip():
                raise ImpossibleError("an error without words") from error
            return error


# Results that cannot be


def within(values: Iterable[float], low: float, high: float, what: str) -> None:
    """Fail where a number is outside its range; NaN stands for missing."""
    found = np.asarray(list(values), dtype=float)
    bad = found[~np.isnan(found) & ~((found >= low) & (found <= high))]
    if bad.size:
        raise ImpossibleError(f"{what} = {bad[0]:g}, {low:g} to {high:g} is possible")


def numbers_of(value: object) -> Iterator[float]:
    """Every number of nested data."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    elif is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        for part in value.values():
            yield from numbers_of(part)
    elif isinstance(value, list | tuple | frozenset):
        for part in value:
            yield from numbers_of(part)
    elif isinstance(value, float):
        yield value


def finite(value: object, what: str) -> None:
    """Fail where nested data holds a number that is none."""
    for number in numbers_of(value):
        if not math.isfinite(number):
            raise ImpossibleError(f"{what} holds {number}")


def as_written(file: Path, head: str, column: str, values: Iterable[float]) -> None:
    """Fail where a number of a table stands nowhere in its column, read by another reader.

    Tables under another heading than the good one are passed over: they may mean anything.
    """
    with suppress(UnicodeDecodeError, csv.Error):
        text = file.read_text(encoding="utf-8-sig")
        if text.split("\n", 1)[0].rstrip("\r") != head:
            return
        written = set()
        for row in csv.DictReader(io.StringIO(text, newline="")):
            with suppress(ValueError, AttributeError):
                written.add(float(str(row[column]).strip().replace(",", ".")))
        for value in values:
            if not math.isnan(value) and value not in written:
                raise ImpossibleError(f"{column} = {value!r} stands nowhere in the file")


# The readers


def _study(file: Path, good: Good) -> object:
    study = read_study(file)
    finite(study, "the study")
    return study


def _antenna(file: Path, good: Good) -> object:
    pattern = read_planet_pattern(file)
    finite([pattern.horizontal_loss_db, pattern.vertical_loss_db], "the pattern")
    return pattern


def _link(file: Path, good: Good) -> object:
    text = read_text(file)
    return [
        json.dumps(answer, allow_nan=False)
        for answer in _answers(parse_links(text), intermediate=False, compare=None)
    ]


def _towers(file: Path, good: Good) -> object:
    network = read_towers(file, good.study, GRID)
    _possible(network)
    return network


def _possible(network: Network) -> None:
    for sector in network.sectors:
        within([sector.latitude], -90, 90, "latitude")
        within([sector.longitude], -180, 180, "longitude")
        within([sector.mast_height_m, sector.antenna_height_m], 0.5, 1000, "height")
        within([sector.frequency_mhz], 30, 100_000, "frequency")
        finite(sector, f"sector {sector.site_id}")


def _boundaries(file: Path, good: Good) -> object:
    communes = read_communes(file, good.study)
    for outline in communes.frame.geometry:
        if not outline.is_valid or outline.is_empty or not np.isfinite(outline.bounds).all():
            raise ImpossibleError(f"an outline that is none: {outline.wkt[:200]}")
    return communes


def _areas(file: Path, good: Good) -> object:
    areas = read_areas(file, key="inputs.exclusions")
    if not np.isfinite(areas.total_bounds).all():
        raise ImpossibleError("areas without bounds")
    return areas


def _terrain(file: Path, good: Good) -> object:
    terrain = read_terrain([file], GRID)
    within(terrain.height_amsl_m.ravel(), LOWEST_M, HIGHEST_M, "height")
    return terrain


def _population(file: Path, good: Good) -> object:
    people = read_people(file, GRID)
    within(people.count.ravel(), 0.0, 1e9, "people")
    return people


def _clutter(file: Path, good: Good) -> object:
    clutter = read_clutter([file], GRID, kind="worldcover")
    within(clutter.height_m.ravel(), 0.0, 150.0, "height of cover")
    return clutter


def _own_coverage(file: Path, good: Good) -> object:
    raster = file.suffix == ".tif"
    section = CoverageInput(
        file=str(file.relative_to(good.folder)), date="2025-06-30", operator="Nhà mạng A",
        technology="LTE", holds="levels", column="" if raster else "dbm",
        threshold={"value": -105.0, "unit": "dBm", "source": "invented for tests"}, **ORIGIN,
    )  # fmt: skip
    maps = read_own_coverage(good.with_only("operator_coverage", (section,)), GRID)
    for own in maps:
        if own.level_dbm is not None:
            within(own.level_dbm.ravel(), -200.0, 100.0, "level")
    return maps


def _measurements(file: Path, good: Good) -> object:
    section = MeasurementInput(file=str(file.relative_to(good.folder)), **ORIGIN)
    read = read_measurements([section], good.study)
    _measured(read)
    if file.suffix == ".csv":
        for column, theirs in (
            ("latitude", "latitude"), ("longitude", "longitude"), ("level_dbm", "rsrp_dbm"),
        ):  # fmt: skip
            as_written(file, CSV_HEADS["measurements"], theirs, read.frame[column])
    return read


def _measured(read: Measurements) -> None:
    within(read.frame["latitude"], -90, 90, "latitude")
    within(read.frame["longitude"], -180, 180, "longitude")
    within(read.frame["level_dbm"], LOWEST_DBM, HIGHEST_DBM, "level")
    if read.frame[["latitude", "longitude"]].isna().any(axis=None):
        raise ImpossibleError("a measurement without a position is used")


def _villages(file: Path, good: Good) -> object:
    section = VillagesInput(file=str(file.relative_to(good.folder)), **ORIGIN)
    places = read_places(good.with_only("villages", section), good.communes)
    for column in ("households", "population"):
        if column in places.villages:
            within(places.villages[column], 0, 1e9, column)
            if file.suffix == ".csv":
                head = good.input("villages.csv").decode().split("\n", 1)[0]
                as_written(file, head, column, places.villages[column])
    if not np.isfinite(places.villages.geometry.x).all():
        raise ImpossibleError("a village that lies nowhere")
    return places


def _facilities(file: Path, good: Good) -> object:
    section = TableInput(file=str(file.relative_to(good.folder)), **ORIGIN)
    return read_places(good.with_only("facilities", section), good.communes)


def _roads(file: Path, good: Good) -> object:
    section = TableInput(file=str(file.relative_to(good.folder)), **ORIGIN)
    roads = read_places(good.with_only("roads", section), good.communes).roads
    if len(roads) and not np.isfinite(roads.total_bounds).all():
        raise ImpossibleError("roads without bounds")
    return roads


def _statistics(file: Path, good: Good) -> object:
    section = StatisticsInput(file=str(file.relative_to(good.folder)), **ORIGIN)
    figures = read_statistics(section, good.study, good.communes)
    for column in ("population", "households", "poor_households"):
        within(figures.rows[column], 0, 1e9, column)
        as_written(file, CSV_HEADS["statistics"], column, figures.rows[column])
    return figures


def _table(read: Callable[[TableInput, Good], object]) -> Read:
    def in_file(file: Path, good: Good) -> object:
        return read(TableInput(file=str(file.relative_to(good.folder)), **ORIGIN), good)

    return in_file


def _response(file: Path, good: Good) -> object:
    is_response_form(file)
    answers = read_response(file)
    within((a.latitude for a in answers), -90, 90, "latitude")
    within((a.longitude for a in answers), -180, 180, "longitude")
    return answers


def _costs(file: Path, good: Good) -> object:
    prices = read_cost_form(file, good.study, source="invented for tests")
    finite(prices, "prices")
    return prices


# Good files


def _csv(name: str) -> Callable[[Good], Sequence[bytes]]:
    def seeds(good: Good) -> Sequence[bytes]:
        rows = CSV_ROWS.get(name) or measured_rows()
        return ["\n".join([CSV_HEADS[name], *rows, ""]).encode()]

    return seeds


def measured_rows() -> list[str]:
    """A short drive through the region."""
    rows = []
    for number in range(12):
        longitude, latitude = degrees(1500.0 + 37.0 * number, 1200.0 + 71.0 * number)
        rows.append(
            f"2025-06-01 08:{number:02d}:00,{latitude:.6f},{longitude:.6f},Nhà mạng A,LTE,"
            f"{-80.5 - 3 * number},{100 + number},5"
        )
    return rows


def _workbook(sheet: str, rows: Sequence[Sequence[object]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return stream.getvalue()


BOOKS: Mapping[str, bytes] = {
    "response": _workbook(FORM_SHEET, [
        [f"x / {name}" for name in FIELDS],
        ["N1", "agree", "", "", "", "2026-Q3", "Ông A"],
        ["N2", "modify", "gần đường hơn", 22.6, 104.1, "", "Bà B"],
    ]),
    "costs": _workbook("Dữ liệu", [
        ["item", "low", "base", "high", "unit", "year", "source", "tag"],
        [next(iter(cost_items())), 1000, 2000, 3000, "USD/site", "2025", "báo giá", ""],
        ["radio_site", "", 900_000_000, "", "VND/site", "2025", "báo giá", "bid"],
    ]),
    "measured": _workbook("Dữ liệu", [
        CSV_HEADS["measurements"].split(","), *(row.split(",") for row in measured_rows()),
    ]),
}  # fmt: skip


def _parts(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _sheet_of(name: str) -> Callable[[bytes, Good], bytes]:
    """The workbook whose first sheet or whose texts a fuzzer has written."""

    def whole(content: bytes, good: Good) -> bytes:
        part = "xl/sharedStrings.xml" if b"<sst" in content[:200] else SHEET
        return _zipped({**_parts(BOOKS[name]), part: content})

    return whole


def _sheet_seeds(name: str) -> Callable[[Good], Sequence[bytes]]:
    def seeds(good: Good) -> Sequence[bytes]:
        parts = _parts(BOOKS[name])
        return [parts[SHEET], parts["xl/sharedStrings.xml"]]

    return seeds


def _antenna_seeds(good: Good) -> Sequence[bytes]:
    text = "NAME a\nGAIN 17 dBi\nHORIZONTAL 360\n"
    text += "".join(f"{i} {min(i, 360 - i) // 8}\n" for i in range(360)) + "VERTICAL 360\n"
    return [(text + "".join(f"{i} {min(i, 360 - i) // 4}\n" for i in range(360))).encode()]


def _link_seeds(good: Good) -> Sequence[bytes]:
    link = {
        "model": "p1812", "frequency_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 1.5,
        "distance_km": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "height_m": [5, 9, 30, 20, 8, 2],
        "latitude_tx": 22.1, "longitude_tx": 104.0, "latitude_rx": 22.1, "longitude_rx": 104.05,
    }  # fmt: skip
    other = {
        "model": "hata", "frequency_mhz": 900, "distance_km": 4, "tx_height_m": 40,
        "rx_height_m": 2, "surroundings": "open",
    }  # fmt: skip
    return [json.dumps(link).encode(), json.dumps([other, other]).encode()]


def _kml_seeds(good: Good) -> Sequence[bytes]:
    ring = " ".join("{},{},0".format(*degrees(*p)) for p in [(0, 0), (900, 0), (0, 900), (0, 0)])
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        "<Document><Placemark><name>Rừng</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    )
    return [text.encode()]


def _cover_seeds(good: Good) -> Sequence[bytes]:
    file = good.folder / "cover.tif"
    classes = np.resize(np.array([10, 30, 50, 80], dtype=np.uint8), GRID.shape)
    write_raster(file, classes, crs=CRS, transform=GRID.affine)
    return [file.read_bytes()]


def _cell_seeds(good: Good) -> Sequence[bytes]:
    longitude, latitude = degrees(1500, 1500)
    head = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,"
    rows = [
        f"LTE,452,{net},10,{256 * 7 + net},0,{longitude},{latitude},900,{3 + net},1,1500000000,"
        "1700000000,0"
        for net in (1, 2, 4)
    ]
    return ["\n".join([f"{head}averageSignal", *rows, ""]).encode()]


def _level_seeds(good: Good) -> Sequence[bytes]:
    file = good.folder / "levels.tif"
    levels = np.resize(np.linspace(-120.0, -70.0, 77, dtype=np.float32), GRID.shape)
    write_raster(file, levels, crs=CRS, transform=GRID.affine, nodata=-9999.0)
    return [file.read_bytes()]


def _polygon_seeds(good: Good) -> Sequence[bytes]:
    return [geojson(COMMUNES, properties={"dbm": -95.5}).encode()]


def _archive_seeds(good: Good) -> Sequence[bytes]:
    file = good.folder / "packed.zip"
    write_archive(file, {"a/b.txt": b"one" * 40, "c.csv": b"x,y\n1,2\n"}, {"study": "thử"})
    return [file.read_bytes()]


def _named_input(name: str) -> Callable[[Good], Sequence[bytes]]:
    return lambda good: [good.input(name)]


def _csv_target(name: str, read: Callable[[TableInput, Good], object]) -> Target:
    return Target(name, f"{name}.csv", _csv(name), _table(read))


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("study", "study.toml", lambda g: [g.region.study.read_bytes()], _study),
        Target("antenna", "a.msi", _antenna_seeds, _antenna),
        Target("link", "link.json", _link_seeds, _link),
        Target("towers", "towers.csv", _named_input("towers.csv"), _towers),
        Target("cells", "cells.csv", _cell_seeds, _towers),
        Target("boundaries", "c.geojson", _named_input("communes.geojson"), _boundaries),
        Target("areas", "areas.kml", _kml_seeds, _areas),
        Target("terrain", "dem.tif", _named_input("dem.tif"), _terrain),
        Target("population", "people.tif", _named_input("population.tif"), _population),
        Target("clutter", "cover.tif", _cover_seeds, _clutter),
        Target("own_raster", "levels.tif", _level_seeds, _own_coverage),
        Target("own_areas", "levels.geojson", _polygon_seeds, _own_coverage),
        Target("measurements", "drive.csv", _csv("measurements"), _measurements),
        Target("measured_book", "drive.xlsx", _sheet_seeds("measured"), _measurements,
               _sheet_of("measured")),
        Target("response", "response.xlsx", _sheet_seeds("response"), _response,
               _sheet_of("response")),
        Target("response_book", "response.xlsx", lambda _: [BOOKS["response"]], _response),
        Target("costs", "costs.xlsx", _sheet_seeds("costs"), _costs, _sheet_of("costs")),
        Target("villages", "villages.csv", _named_input("villages.csv"), _villages),
        Target("facilities", "facilities.csv", _named_input("facilities.csv"), _facilities),
        Target("roads", "roads.geojson", _named_input("roads.geojson"), _roads),
        Target("statistics", "statistics.csv", _csv("statistics"), _statistics),
        _csv_target("infrastructure", lambda s, g: read_infrastructure(s, g.study, g.places)),
        _csv_target("offices", lambda s, g: read_offices(s, g.study, g.communes)),
        _csv_target("reported", lambda s, g: read_reported(s, g.study, g.places, None)),
        _csv_target("appraisals", lambda s, g: read_appraisals(s, g.study, g.communes)),
        Target("recognised", "what.csv", _csv("measurements"), lambda f, g: recognise(f, g.study)),
        Target("gazetteer", "names.toml",
               lambda _: [GAZETTEER.encode()], lambda f, _: read_gazetteer(f)),
        Target("archive", "a.phusong.zip", _archive_seeds, lambda f, _: check_archive(f)),
    )
}  # fmt: skip
"""By name; README of the corpus: ``tests/fuzz/corpus/<name>/``."""
