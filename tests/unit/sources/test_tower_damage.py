"""Damaged tower lists: each kind of damage names row, column, value and remedy, and good rows
survive only where the study allows it."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import xlsxwriter
from shapely.geometry import Point, Polygon

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.sources.study_file import read_study
from phusong.sources.tables import TableError
from phusong.sources.towers import read_towers
from synthetic import (
    CRS,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    csv_text,
    degrees,
    replace,
    study_facts,
    toml,
    tower_rows,
)

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
ROWS = len(tower_rows())
Facts = dict[str, Any]
Writer = Callable[[Path], tuple[Path, Facts]]


def read(file: Path, facts: Facts) -> Network:
    whole = study_facts()
    for key, value in facts.items():
        replace(whole, key, value)
    study = file.parent / "study.toml"
    study.write_text(toml(whole), encoding="utf-8")
    return read_towers(file, read_study(study), GRID)


def cells(row: int = 3, **changes: str) -> Writer:
    """The synthetic list with cells of one row changed, as CSV."""

    def write(folder: Path) -> tuple[Path, Facts]:
        rows = tower_rows()
        rows[row - 2] |= changes
        return text(csv_text(rows))(folder)

    return write


def text(content: str | bytes, name: str = "towers.csv", **facts: Any) -> Writer:
    """A file of this content."""

    def write(folder: Path) -> tuple[Path, Facts]:
        file = folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return file, {f"inputs.towers.{key}": value for key, value in facts.items()}

    return write


def renamed(**names: str) -> Writer:
    """The synthetic list with headings changed."""
    rows = [{names.get(k, k): v for k, v in row.items()} for row in tower_rows()]
    return text(csv_text(rows))


def without(*columns: str) -> Writer:
    """The synthetic list without columns."""
    return text(csv_text([{k: v for k, v in r.items() if k not in columns} for r in tower_rows()]))


def in_watts(folder: Path) -> tuple[Path, Facts]:
    rows = [{("power_w" if k == "power_dbm" else k): v for k, v in r.items()} for r in tower_rows()]
    rows[1]["power_w"] = "0"
    return text(csv_text(rows))(folder)


def shapes(bad: dict[str, Any] | None) -> Writer:
    """A GeoJSON whose third feature is no point."""
    features = []
    for row in tower_rows():
        point = [float(row["longitude"]), float(row["latitude"])]
        facts = {k: v for k, v in row.items() if k not in {"latitude", "longitude"} and v}
        geometry = {"type": "Point", "coordinates": point}
        features.append({"type": "Feature", "properties": facts, "geometry": geometry})
    features[2]["geometry"] = bad
    return text(json.dumps({"type": "FeatureCollection", "features": features}), "towers.geojson")


def metres(crs: str | None, easting: str = "", northing: str = "") -> Writer:
    """The synthetic list with easting and northing in the study's own CRS."""
    rows = [
        {k: v for k, v in row.items() if k not in {"latitude", "longitude"}}
        | {"easting": f"{WEST + 500 * n + 300:.2f}", "northing": f"{SOUTH + 400 * n + 700:.2f}"}
        for n, row in enumerate(tower_rows())
    ]
    rows[1]["easting"] = easting or rows[1]["easting"]
    rows[1]["northing"] = northing or rows[1]["northing"]
    return text(csv_text(rows), **({"crs": crs} if crs is not None else {}))


def two_sheets(folder: Path) -> tuple[Path, Facts]:
    file = folder / "towers.xlsx"
    with xlsxwriter.Workbook(file) as book:
        for name in ("Viettel", "VNPT"):
            book.add_worksheet(name).write_row(0, 0, list(tower_rows()[0]))
    return file, {}


def two_layers(folder: Path) -> tuple[Path, Facts]:
    file = folder / "towers.gpkg"
    for name in ("2023", "2024"):
        frame = gpd.GeoDataFrame({"site_id": ["S1"]}, geometry=[Point(104, 22)], crs="EPSG:4326")
        frame.to_file(file, layer=name, driver="GPKG")
    return file, {}


def broken_book(folder: Path) -> tuple[Path, Facts]:
    file = folder / "towers.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    return file, {}


EVIL = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>&b;</name></Placemark></kml>"""
LATITUDE, LONGITUDE = tower_rows()[1]["latitude"], tower_rows()[1]["longitude"]
TWIN = csv_text([*tower_rows(), tower_rows()[2] | {"eirp_dbm": "1"}])
COMMA = csv_text(tower_rows()).replace(",30,1,28,", ",30,5,1,28,")
SQUARE = json.loads(gpd.GeoSeries([Polygon([(104, 22), (105, 22), (105, 23)])]).to_json())
SQUARE = SQUARE["features"][0]["geometry"]

# Kind, list, and what must be said: the place, the value, what is allowed, what to do.
ROW_DAMAGE: list[tuple[str, Writer, tuple[str, ...]]] = [
    ("latitude missing", cells(latitude=""),
     ("row 3, column latitude is empty", "give WGS 84 degrees")),
    ("latitude in words", cells(latitude="phía bắc"),
     ("row 3, column latitude = phía bắc", "-90 to 90 deg", "give WGS 84 degrees")),
    ("latitude beyond the pole", cells(latitude="95.5"),
     ("row 3, column latitude = 95.5", "-90 to 90 deg")),
    ("coordinates swapped", cells(latitude=LONGITUDE, longitude=LATITUDE),
     (f"row 3, columns latitude = {LONGITUDE}", "look swapped", "exchange the two columns")),
    ("minutes beyond 60", cells(latitude="22°75'10\""),
     ("row 3, column latitude = 22°75'10\"", "give WGS 84 degrees")),
    ("N among Vietnamese letters", cells(latitude="22°33'47\"N", longitude="104°03'24\"Đ"),
     ("row 3, column latitude = 22°33'47\"N", "write Bắc or Nam")),
    ("letter of the other axis", cells(latitude="22°33'47\"E"),
     ("row 3, column latitude = 22°33'47\"E", "-90 to 90 deg")),
    ("zero for nothing", cells(latitude="0", longitude="0"),
     ("row 3, columns latitude = 0 and longitude = 0", "give WGS 84 degrees")),
    ("-9999 for nothing", cells(latitude="-9999"),
     ("row 3, column latitude = -9999", "-90 to 90 deg")),
    ("longitude missing", cells(longitude="không có"),
     ("row 3, column longitude", "give WGS 84 degrees")),
    ("site missing", cells(site_id=""),
     ("row 3, column site_id is empty", "give every row its site")),
    ("operator unknown", cells(operator="Mạng Lạ"),
     ("row 3, column operator = 'Mạng Lạ'", "allowed are Nhà mạng A, Nhà mạng B", "add the oper")),
    ("operator missing", cells(operator=""),
     ("row 3, column operator is empty", "correct it")),
    ("technology unknown", cells(technology="6G"),
     ("row 3, column technology = '6G'", "allowed are LTE", "add the technology")),
    ("status unknown", cells(status="off"),
     ("row 3, column status = 'off'", "allowed are existing, planned, broken", "correct")),
    ("frequency in GHz", cells(frequency_mhz="1.8"),
     ("row 3, column frequency_mhz = 1.8", "30 to 6000 MHz", "did you give GHz or kHz?")),
    ("two carriers in a cell", cells(frequency_mhz="1800/2100"),
     ("row 3, column frequency_mhz = 1800/2100", "a row of its own")),
    ("frequency missing", cells(frequency_mhz=""),
     ("row 3, column frequency_mhz is empty", "did you give")),
    ("bandwidth unknown", cells(bandwidth_mhz="7"),
     ("row 3, column bandwidth_mhz = 7", "1.4, 3, 5, 10, 15, 20 MHz", "correct it, or add it")),
    ("mast of 900 m", cells(mast_height_m="900"),
     ("row 3, column mast_height_m = 900", "1 to 400 m", "above ground")),
    ("mast below ground", cells(mast_height_m="-30"),
     ("row 3, column mast_height_m = -30", "1 to 400 m", "leave it empty")),
    ("height in words", cells(antenna_height_m="cao"),
     ("row 3, column antenna_height_m = cao", "1 to 400 m", "leave it empty")),
    ("a date for a height", cells(antenna_height_m="2025-05-28"),
     ("row 3, column antenna_height_m = 2025-05-28", "a spreadsheet made it", "type the number")),
    ("azimuth 400", cells(azimuth_deg="400"),
     ("row 3, column azimuth_deg = 400", "0 to 360 deg", "degrees from true north")),
    ("azimuth in words", cells(azimuth_deg="Đông Bắc"),
     ("row 3, column azimuth_deg = Đông Bắc", "0 to 360 deg", "degrees from true north")),
    ("EIRP impossible", cells(eirp_dbm="1000"),
     ("row 3, column eirp_dbm = 1000", "-30 to 90 dBm", "leave the cell empty")),
    ("no watts", in_watts,
     ("row 3, column power_dbm = 0", "give watts above 0")),
    ("tilt of 45 degrees", cells(electrical_tilt_deg="45"),
     ("row 3, column electrical_tilt_deg = 45", "-20 to 30 deg", "leave the cell empty")),
    ("gain impossible", cells(antenna_gain_dbi="175"),
     ("row 3, column antenna_gain_dbi = 175", "-10 to 40 dBi", "leave the cell empty")),
    ("two decimal signs", cells(mast_height_m="30.5.2"),
     ("row 3, column mast_height_m = 30.5.2", "1 to 400 m", "leave it empty")),
    ("unit of another quantity", cells(mast_height_m="30 dBm"),
     ("row 3, column mast_height_m = 30 dBm", "1 to 400 m", "leave it empty")),
    ("infinite", cells(mast_height_m="inf"),
     ("row 3, column mast_height_m = inf", "1 to 400 m", "leave it empty")),
    ("sector twice", text(TWIN),
     ("rows 4, 8 are the same sector twice", "S2, LTE, 900 MHz, 300 deg", "keep one row")),
    ("comma inside a number", text(COMMA),
     ("row 2 has 18 cells, the header has 17 columns", "into quotes")),
    ("polygon for a point", shapes(SQUARE),
     ("row 3, column geometry = Polygon", "must be a point")),
    ("feature without a place", shapes(None),
     ("row 3, column geometry = nothing", "must be a point")),
    ("easting in words", metres(CRS, "cột 3"),
     ("row 3, column easting = cột 3", "metres are allowed", "correct the value")),
    ("easting of nowhere", metres(CRS, "99999999999"),
     ("row 3, columns easting = 99999999999", f"no place of {CRS}", "inputs.towers.crs")),
    ("metres swapped", metres(CRS, "2495680.5", "400350"),
     ("row 3, columns easting = 2495680.5 and northing = 400350", "look swapped", "exchange")),
]  # fmt: skip

FILE_DAMAGE: list[tuple[str, Writer, tuple[str, ...]]] = [
    ("encoding unknown", text("site_id,operator\nS1,Société\n".encode("cp1252")),
     ("is not UTF-8 (byte 24)", "cannot be told", "inputs.towers.encoding")),
    ("encoding of the west", text("site_id,operator\nS1,São João\n".encode("cp1252")),
     ("is not UTF-8 (byte 21)", "'cp1258'", "inputs.towers.encoding")),
    ("encoding wrong", text("site_id\nNhà\n".encode("cp1252"), encoding="utf-8"),
     ("cannot be read as utf-8", "save it as UTF-8, or name its encoding")),
    ("TCVN3 fonts", text("site_id,operator\nS1,Nhµ m¹ng A\nS2,Nhµ m¹ng B\n".encode("latin-1")),
     ("TCVN3 (ABC) or VNI fonts", "UniKey")),
    ("UTF-8 read twice", text(
        "site_id,operator\nS1,Nhà mạng ở bản\n".encode().decode("cp1252", "replace") * 2),
     ("read as Windows-1252 and saved again", "export it once more")),
    ("zero bytes", text(b"site_id,operator\n" + b"x" * 5000 + b"\0,y\n"),
     ("holds zero bytes", "a workbook under another name")),
    ("empty", text(""), ("is empty", "a header and at least one row are needed")),
    ("header alone", text("site_id,operator,latitude,longitude\n"),
     ("has a header but no rows",)),
    ("column missing", without("technology"),
     ("column technology is missing", "rename or add it")),
    ("column twice", text("site_id,operator,site_id\nS1,A,S2\n"),
     ("column site_id stands twice", "keep one")),
    ("two headings of one meaning", renamed(eirp_dbm="Kinh độ", longitude="lon"),
     ("columns lon and Kinh độ both mean longitude", "inputs.towers.columns")),
    ("quote left open", text('site_id,operator\n"S1,A\n'), ("check quotes and separators",)),
    ("metres without a CRS", metres(None),
     ("gives positions in metres", "inputs.towers.crs", "EPSG:9208")),
    ("a CRS that is none", metres("EPSG:99999"), ("inputs.towers.crs = 'EPSG:99999'", "EPSG:9208")),
    ("a bare proj string", metres("+proj=tmerc +lon_0=104.75 +k=0.9999 +x_0=500000"),
     ("loses the datum shift of VN-2000", "EPSG:9208")),
    ("the CRS of another zone", metres("EPSG:9217"), ("no site lies in the study area", "crs")),
    ("entities in KML", text(EVIL, "towers.kml"), ("declares a document type or entities",)),
    ("KML that is none", text("site_id,operator", "towers.kml"), ("is not KML",)),
    ("KML without placemarks", text("<kml/>", "towers.kml"), ("holds no placemark",)),
    ("workbook that is none", text("site_id,operator", "towers.xlsx"),
     ("cannot be read as a workbook", "save it as XLSX")),
    ("workbook cut short", broken_book, ("cannot be read as a workbook",)),
    ("two sheets alike", two_sheets, ("more than one sheet", "Viettel, VNPT", "inputs.towers.she")),
    ("two layers", two_layers, ("has 2 layers (2023, 2024)", "inputs.towers.sheet")),
    ("unknown kind", text("S1", "towers.docx"), ("is of no known kind", "GeoPackage")),
    ("packed KML", text("S1", "towers.kmz"), ("is of no known kind", "unzip a KMZ")),
    ("packed badly", text("S1", "towers.csv.gz"), ("cannot be unpacked", "fetch it again")),
    ("an answer for a file", text('{"status":"error","message":"bad token"}', "452.csv.gz"),
     ("cannot be unpacked", "bad token", "an answer of the server")),
    ("every row bad", text("site_id,operator,latitude,longitude,technology,frequency_mhz\n"
                           "S1,Nhà mạng A,22.56,104.04,LTE,1800 kg\n"),
     ("row 2, column frequency_mhz = 1800 kg",)),
]  # fmt: skip

DOUBTS: list[tuple[str, Writer, str]] = [
    ("position of a village", cells(latitude="22.57", longitude="104.06"),
     r"row 3: 22\.57, 104\.06 has fewer than 3 decimals"),
    ("height of what", renamed(mast_height_m="Chiều cao (m)"),
     r"'Chiều cao \(m\)' is not used: it may be mast_height_m or antenna_height_m; say which in "),
    ("site far away", cells(row=4, latitude="10.5"),
     r"1 site\(s\) lie outside the study area and are left out: S2; raise area\.margin_km"),
]  # fmt: skip


def names(cases: list[Any]) -> list[str]:
    return [case[0] for case in cases]


def test_there_are_more_than_forty_kinds() -> None:
    kinds = names([*ROW_DAMAGE, *FILE_DAMAGE, *DOUBTS])
    assert len(set(kinds)) == len(kinds) > 40


@pytest.mark.parametrize(("kind", "write", "said"), ROW_DAMAGE, ids=names(ROW_DAMAGE))
def test_a_bad_row_refuses_the_list(
    kind: str, write: Writer, said: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(TableError) as error:
        read(*write(tmp_path))
    assert len(error.value.faults) == 1
    message = str(error.value)
    assert message.startswith("towers.")
    for words in said:
        assert words in message


@pytest.mark.parametrize(("kind", "write", "said"), ROW_DAMAGE, ids=names(ROW_DAMAGE))
def test_good_rows_survive_where_the_study_allows_it(
    kind: str, write: Writer, said: tuple[str, ...], tmp_path: Path
) -> None:
    file, facts = write(tmp_path)
    with pytest.warns(DataWarning, match=r"1 of [67] row\(s\) cannot be used and are left out"):
        network = read(file, facts | {"inputs.towers.bad_rows": "leave-out"})
    assert len(network.sectors) == ROWS - (kind != "sector twice")
    assert len(network.left_out) == 1
    for words in said:
        assert words in network.left_out[0]


@pytest.mark.parametrize(("kind", "write", "said"), FILE_DAMAGE, ids=names(FILE_DAMAGE))
def test_a_bad_file_is_refused_always(
    kind: str, write: Writer, said: tuple[str, ...], tmp_path: Path
) -> None:
    file, facts = write(tmp_path)
    for bad_rows in ("refuse", "leave-out"):
        with pytest.raises(DataError) as error:
            read(file, facts | {"inputs.towers.bad_rows": bad_rows})
        for words in said:
            assert words in str(error.value)


@pytest.mark.parametrize(("kind", "write", "said"), DOUBTS, ids=names(DOUBTS))
def test_a_doubt_is_a_warning(kind: str, write: Writer, said: str, tmp_path: Path) -> None:
    file, facts = write(tmp_path)
    with pytest.warns(DataWarning, match=said):
        assert read(file, facts).sectors


def test_every_fault_is_kept_though_the_message_is_cut(tmp_path: Path) -> None:
    longitude, latitude = degrees(1000, 2000)
    start = f"Nhà mạng A,{latitude},{longitude},LTE"
    lines = [f"S{n},{start},7000" for n in range(50)]
    content = "\n".join(["site_id,operator,latitude,longitude,technology,frequency_mhz", *lines])
    with pytest.raises(TableError) as error:
        read(*text(content)(tmp_path))
    assert len(error.value.faults) == 50
    assert str(error.value).endswith("… and 30 more")
    first = error.value.faults[0]
    assert (first.line, first.column, first.value) == (2, "frequency_mhz", "7000.0")
