"""Tables on their way in: encodings, separators, and every fault with its place."""

import json
import os
import unicodedata
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, Polygon

from phusong.errors import DataError
from phusong.sources.header import MOST_COLUMNS, listed, twins_of
from phusong.sources.lists import read_text_table
from phusong.sources.tables import MOST_FAULTS_SHOWN, Columns, Number, Text, checked
from phusong.sources.vector_files import read_layer

COLUMNS: Columns = {
    "site": Text(required=True, remedy="give every row its site"),
    "height_m": Number(1, 400, "m", required=True, remedy="metres above ground"),
    "status": Text(allowed=("existing", "planned")),
    "gain_dbi": Number(-10, 40, "dBi"),
}
HEADER = "site,height_m,status,gain_dbi"


def read(
    folder: Path, content: str | bytes, *, encoding: str = "utf-8-sig", name: str = "t.csv"
) -> pd.DataFrame:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return checked(
        read_text_table(file, encoding=encoding, key="inputs.towers"), COLUMNS, file=file
    )


def fault(folder: Path, content: str | bytes, **options: str) -> str:
    with pytest.raises(DataError) as error:
        read(folder, content, **options)
    return str(error.value)


def test_a_plain_table(tmp_path: Path) -> None:
    table = read(tmp_path, f"{HEADER}\nS1,30,existing,15.5\nS2,41.25,,\n")
    assert table["site"].tolist() == ["S1", "S2"]
    assert table["height_m"].tolist() == [30.0, 41.25]
    assert table["status"].tolist() == ["existing", ""]
    assert table["gain_dbi"].iloc[0] == 15.5
    assert pd.isna(table["gain_dbi"].iloc[1])
    assert table["height_m"].dtype == "float64"
    assert table.index.tolist() == [2, 3]  # lines of the file


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEADER}\nS1,30,,\n",  # a byte order mark, as Excel writes it
        "site;height_m;status;gain_dbi\nS1;30;;\n",
        f"{HEADER}\r\nS1,30,,\r\n",
        f"{HEADER}\rS1,30,,\r",
        f"\n\n{HEADER}\n\nS1,30,,\n,,,\n",  # blank lines and rows
        f" site , height_m,status ,gain_dbi,,\n S1 , 30 ,,,,\n",  # noqa: F541 — spaces, spare columns
        "gain_dbi,height_m,other,site\n,30,kept out,S1\n",  # another order, unknown columns
        f'{HEADER}\n"S1","30",,\n',
        f"{HEADER}\nS1,3e1\n",  # cells left out at the end
    ],
)
def test_what_spreadsheets_write_is_understood(tmp_path: Path, content: str) -> None:
    table = read(tmp_path, content)
    assert table["site"].tolist() == ["S1"]
    assert table["height_m"].tolist() == [30.0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_named_encodings(tmp_path: Path, encoding: str) -> None:
    # Windows' Vietnamese code page has base letters and combining marks: Excel's "ạ" is two.
    loose = unicodedata.normalize("NFC", "Bản Dưới").replace("ả", "a\u0309").replace("ớ", "ơ\u0301")
    text = f"{HEADER}\n{loose if encoding == 'cp1258' else 'Bản Dưới'},30,,\n"
    table = read(tmp_path, text.encode(encoding), encoding=encoding)
    assert table["site"].tolist() == ["Bản Dưới"]


def test_names_come_in_one_form_of_unicode(tmp_path: Path) -> None:
    table = read(tmp_path, unicodedata.normalize("NFD", f"{HEADER}\nĐèo Gió,30,,\n"))
    assert table["site"].tolist() == ["Đèo Gió"]


def test_words_that_look_missing_are_text(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\nNA,30,,\nnull,31,,\n")["site"].tolist() == ["NA", "null"]


def test_wrong_encoding_says_what_to_do(tmp_path: Path) -> None:
    said = fault(tmp_path, f"{HEADER}\nNhà,30,,\n".encode("cp1258"))
    assert "t.csv cannot be read as utf-8-sig" in said
    assert "save it as UTF-8, or name its encoding as inputs.towers.encoding" in said
    assert "unknown encoding: utf-9" in fault(tmp_path, f"{HEADER}\nS,3,,\n", encoding="utf-9")


@pytest.mark.parametrize("content", ["", "\ufeff", " \n\t\n"])
def test_empty_files(tmp_path: Path, content: str) -> None:
    assert "t.csv is empty; a header and at least one row" in fault(tmp_path, content)


@pytest.mark.parametrize("content", [HEADER, f"{HEADER}\n\n,,,\n"])
def test_a_header_alone(tmp_path: Path, content: str) -> None:
    assert "has a header but no rows" in fault(tmp_path, content)


def test_missing_file_names_its_key(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv does not exist; check inputs\.towers\.file"):
        read_text_table(tmp_path / "gone.csv", encoding="utf-8", key="inputs.towers")


def test_missing_columns(tmp_path: Path) -> None:
    said = fault(tmp_path, "Site,height\nS1,30\n")
    assert said == (
        "t.csv: column site, height_m is missing; the header has Site, height; rename or add it"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("abc", "abc"), ("1,5", "1,5"), ("1 800", "1 800"), ("nan", "nan"), ("True", "True"),
        ("0x1E", "0x1E"), ("1_0", "1_0"), ("30m", "30m"), ("inf", "inf"), ("-3", "-3"),
        ("0.99", "0.99"), ("400.1", "400.1"), ("-", "-"),
    ],
)  # fmt: skip
def test_no_number_and_impossible_numbers(tmp_path: Path, value: str, shown: str) -> None:
    said = fault(tmp_path, f'{HEADER}\nS1,30,,\nS2,"{value}",,\n')
    start = f"t.csv row 3, column height_m = {shown}"
    assert said.startswith(start)
    assert said.endswith("1 to 400 m is allowed; metres above ground")


def test_the_ends_of_a_range_are_allowed(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\nS1,1,,\nS2,400,,\n")["height_m"].tolist() == [1, 400]


def test_required_cells(tmp_path: Path) -> None:
    said = fault(tmp_path, f"{HEADER}\n,30,,\nS2,,,\n")
    assert said.splitlines() == [
        "t.csv row 2, column site is empty, a value is needed; give every row its site",
        "t.csv row 3, column height_m is empty, a value is needed; metres above ground",
    ]


def test_unknown_words(tmp_path: Path) -> None:
    said = fault(tmp_path, f"{HEADER}\nS1,30,Existing,\n")
    assert said == (
        "t.csv row 2, column status = 'Existing' is not known (did you mean 'existing'?): "
        "allowed are existing, planned; "
        "correct the value"
    )


def test_every_fault_is_named_at_once_in_the_order_of_rows(tmp_path: Path) -> None:
    said = fault(tmp_path, f"{HEADER}\nS1,30,gone,99\n,x,,\nS3,500,,\n").splitlines()
    assert [line.split(":")[0].split(" = ")[0] for line in said] == [
        "t.csv row 2, column gain_dbi",
        "t.csv row 2, column status",
        "t.csv row 3, column height_m",
        "t.csv row 3, column site is empty, a value is needed; give every row its site",
        "t.csv row 4, column height_m",
    ]


def test_a_flood_of_faults_is_cut(tmp_path: Path) -> None:
    said = fault(tmp_path, f"{HEADER}\n" + "S,0,,\n" * 50).splitlines()
    assert len(said) == MOST_FAULTS_SHOWN + 1
    assert said[-1] == "… and 30 more"


def test_a_row_with_more_cells_than_the_header_is_not_cut(tmp_path: Path) -> None:
    # 41,5 in a table with commas is two cells: everything behind it would move by one column.
    said = fault(tmp_path, f"{HEADER}\nS1,30,,\nS2,41,5,,15\n")
    assert said.startswith("t.csv row 3 has 5 cells, the header has 4 columns")


def test_a_column_that_stands_twice(tmp_path: Path) -> None:
    assert "column site stands twice" in fault(tmp_path, "site,height_m,site\nS1,30,S2\n")


def test_rows_are_lines_of_the_file_though_cells_hold_line_breaks(tmp_path: Path) -> None:
    said = fault(tmp_path, f'{HEADER}\n"S\n1",30,,\n\nS2,x,,\n')
    assert said.startswith("t.csv row 5, column height_m = x")


def test_an_open_quote(tmp_path: Path) -> None:
    said = fault(tmp_path, f'{HEADER}\nS0,30,,\n"S1,30,,\nS2,31,,\n')
    assert "t.csv row 3 is not a row of a table" in said
    assert "check quotes and separators" in said


def test_points_of_a_layer_become_latitude_and_longitude(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame(
        {"site": ["S1 ", None], "height_m": [30, 41], "power_dbm": [43.5, None]},
        geometry=[Point(400_000, 2_495_000), Point(410_000, 2_490_000)],
        crs="EPSG:32648",
    )
    layer.to_file(tmp_path / "t.gpkg", driver="GPKG")
    text = read_text_table(tmp_path / "t.gpkg", encoding="utf-8", key="inputs.towers")
    assert text["site"].tolist() == ["S1", ""]
    assert text["height_m"].tolist() == ["30", "41"]
    assert text["power_dbm"].tolist() == ["43.5", ""]
    wgs84 = layer.to_crs("EPSG:4326").geometry
    assert [float(v) for v in text["latitude"]] == pytest.approx(list(wgs84.y), abs=1e-12)
    assert [float(v) for v in text["longitude"]] == pytest.approx(list(wgs84.x), abs=1e-12)


def test_a_layer_must_hold_points(tmp_path: Path) -> None:
    square = Polygon([(104, 22), (105, 22), (105, 23)])
    for shapes, said in (
        ([square, square], "holds Polygon"),
        ([Point(104, 22), None], "holds nothing"),
    ):
        layer = gpd.GeoDataFrame({"site": ["a", "b"]}, geometry=shapes, crs="EPSG:4326")
        layer.to_file(tmp_path / "t.geojson", driver="GeoJSON")
        with pytest.raises(DataError, match=f"{said}; every feature must be a point"):
            read_text_table(tmp_path / "t.geojson", encoding="utf-8", key="inputs.towers")


def test_layers_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "t.geojson"
    for content, said in (
        ("", "is not GeoJSON, as its name says"),
        ('{"type": "FeatureCollection", "features": [{', "cannot be read as a vector layer"),
        (json.dumps({"type": "FeatureCollection", "features": []}), "has no features"),
    ):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=rf"t\.geojson {said}"):
            read_layer(file, key="inputs.roads")
    with pytest.raises(DataError, match=r"none\.gpkg does not exist; check inputs\.roads\.file"):
        read_layer(tmp_path / "none.gpkg", key="inputs.roads")


def test_a_layer_without_crs(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame({"site": ["a"]}, geometry=[Point(1, 2)], crs="EPSG:32648")
    layer.to_file(tmp_path / "t.shp")
    (tmp_path / "t.prj").unlink()
    with pytest.raises(DataError, match=r"t\.shp has no CRS; write one into it"):
        read_layer(tmp_path / "t.shp", key="inputs.roads")


def test_a_table_of_very_many_columns_is_refused_at_once(tmp_path: Path) -> None:
    """Each heading was compared with each other: minutes for 100,000."""
    wide = ",".join(f"c{n}" for n in range(100_000))
    words = fault(tmp_path, f"{HEADER},{wide}\nA,3,existing,1")
    assert f"t.csv row 1 has 100004 columns, at most {MOST_COLUMNS} are read" in words
    assert len(words) < 300
    commas = "," * 100_000  # of empty columns nobody needs to be told
    assert list(read(tmp_path, f"{HEADER}{commas}\nA,3,existing,1{commas}")["site"]) == ["A"]


def test_headings_in_messages_are_the_first_of_many(tmp_path: Path) -> None:
    titles = [f"c{n}" for n in range(1500)]
    words = fault(tmp_path, f"{','.join(titles)}\nA,3")
    assert words.startswith("t.csv: column site, height_m is missing; the header has c0, c1, ")
    assert words.endswith("c39, … (+1460); rename or add it")
    assert listed(titles[:3]) == "c0, c1, c2"
    assert twins_of(["b", "a", "", "b", "", "a", "c"]) == ["a", "b"]


@pytest.mark.parametrize("name", ["xã; bản", "a!b", "a?", "#1 & [x] %41", "x.zip!y"])
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_names_that_pyogrio_takes_for_addresses(tmp_path: Path, name: str, suffix: str) -> None:
    """Neither folder nor file is another one, and the other parts of a shapefile are found."""
    if os.name == "nt" and "?" in name:
        pytest.skip("no such name on Windows")
    points = gpd.GeoDataFrame({"name": ["Đèo"]}, geometry=[Point(104, 22)], crs="EPSG:4326")
    plain = tmp_path / f"points{suffix}"
    points.to_file(plain)
    folder = tmp_path / name
    folder.mkdir()
    for part in tmp_path.glob("points.*"):
        part.rename(folder / f"{name}{part.suffix}")
    for other in ("xã", "a", "y"):
        (tmp_path / other).write_bytes(b"another file")
    found = read_layer(folder / f"{name}{suffix}", key="inputs.roads")
    assert found["name"].tolist() == ["Đèo"]
    assert found.crs == "EPSG:4326"
