"""Tables on disk: what a spreadsheet makes of them, codes with zeros, the same bytes each time."""

import contextlib
import csv
import io
import sqlite3
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, Polygon

from phusong.reporting.tables import tidy
from phusong.store.tables import (
    read_csv,
    write_csv,
    write_geopackage,
    write_geoparquet,
    write_layers,
)
from phusong.study import PRACTICE_LABEL

HOSTILE = [
    "=cmd|'/c calc'!A0",
    "+1+2",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "  =1+1",
    '=HYPERLINK("http://x","y")',
    "＝1+1",
]
HARMLESS = [
    'He said "x", twice',
    "line\nbreak",
    "Đèo Gió; Khe Sâu",
    "00101",
    "1e5",
    "NA",
    "None",
    "",
]


def sheet_cells(file: Path, sheet: int = 1) -> list[dict[str, tuple[str, str]]]:
    """Type and content of the cells of each row of a sheet by column, as they stand in the file."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(file) as book:
        strings = [
            "".join(t.text or "" for t in item.iterfind(".//s:t", space))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    rows = []
    for row in root.iterfind(".//s:row", space):
        cells = {}
        for cell in row.iterfind("s:c", space):
            kind = "formula" if cell.find("s:f", space) is not None else cell.get("t", "n")
            value = cell.findtext("s:v", default="", namespaces=space)
            cells[cell.get("r", "")[0]] = (kind, strings[int(value)] if kind == "s" else value)
        rows.append(cells)
    return rows


def table(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "commune_code": [f"{i:05d}" for i in range(101, 101 + len(names))],
            "name": names,
            "level_dbm": [-100.25 - i for i in range(len(names))],
            "people": [12.5 * i for i in range(len(names))],
        }
    )


# CSV


def test_csv_is_utf8_with_a_mark_and_plain_line_ends(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", table(["Lùng Khấu Nhin"]))
    assert (tmp_path / "a.csv").read_bytes() == (
        "\ufeffcommune_code,name,level_dbm,people\n00101,Lùng Khấu Nhin,-100.25,0.0\n".encode()
    )


def test_csv_comes_back_as_it_was(tmp_path: Path) -> None:
    given = table(HARMLESS)
    given.loc[2, "level_dbm"] = np.nan
    write_csv(tmp_path / "a.csv", given)
    back = read_csv(tmp_path / "a.csv", text=("commune_code", "name", "not there"))
    assert back["commune_code"].tolist() == given["commune_code"].tolist()
    assert back["name"].tolist() == HARMLESS  # a village called NA is not missing
    np.testing.assert_array_equal(back["level_dbm"], given["level_dbm"])
    assert back["level_dbm"].dtype == "float64"


def test_csv_without_rows_comes_back(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", table([]))
    assert list(read_csv(tmp_path / "a.csv", text=("name",)).columns) == list(table([]).columns)


def test_hostile_names_are_harmless_in_csv_and_numbers_untouched(tmp_path: Path) -> None:
    given = table(HOSTILE)
    write_csv(tmp_path / "a.csv", tidy(given, practice=False))
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row, name in zip(rows, HOSTILE, strict=True):
        assert row["name"] == f"'{name}"
    assert [float(r["level_dbm"]) for r in rows] == pytest.approx(given["level_dbm"], abs=0.051)
    assert all(r["level_dbm"].startswith("-1") for r in rows)  # still a number, no apostrophe
    assert [r["commune_code"] for r in rows] == given["commune_code"].tolist()


# Layers


def layer(names: list[str]) -> gpd.GeoDataFrame:
    shapes = [Point(400_000 + i, 2_500_000) for i in range(len(names))]
    return gpd.GeoDataFrame(table(names), geometry=shapes, crs="EPSG:32648")


def test_geopackage_has_the_same_content_each_time(tmp_path: Path) -> None:
    files = [tmp_path / "a.gpkg", tmp_path / "thư mục" / "b.gpkg"]
    for file in files:
        write_geopackage(file, layer(["Đèo Gió", *HOSTILE]), name="options")
    dumps = []
    for file in files:
        with sqlite3.connect(file) as base:
            dumps.append("\n".join(base.iterdump()))
        base.close()
    assert dumps[0] == dumps[1]
    assert "2000-01-01T00:00:00" in dumps[0]
    back = gpd.read_file(files[0], layer="options")
    assert back["commune_code"].tolist() == layer(["Đèo Gió", *HOSTILE])["commune_code"].tolist()
    assert back.crs == "EPSG:32648"
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["a.gpkg", "b.gpkg"]


@pytest.mark.parametrize("name", ["xã; bản", "a!b", "#1 & [x] %41"])
def test_geopackages_in_any_folder(tmp_path: Path, name: str) -> None:
    """Of several layers too: pyogrio takes some paths for addresses of other files."""
    folder = tmp_path / name
    folder.mkdir()
    given = layer(["Đèo Gió"])
    write_geopackage(folder / "one.gpkg", given, name="a")
    write_layers(folder / "two.gpkg", {"a": given, "b": given}, {"a": "<qgis/>"})
    assert {file.name for file in folder.iterdir()} == {"one.gpkg", "two.gpkg"}
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with contextlib.closing(sqlite3.connect(folder / "two.gpkg")) as book:
        assert book.execute("SELECT count(*) FROM b").fetchone() == (1,)


def test_geopackage_and_parquet_without_features(tmp_path: Path) -> None:
    empty = layer(["x"]).iloc[:0]
    write_geopackage(tmp_path / "a.gpkg", empty, name="no-signal")
    write_geoparquet(tmp_path / "a.parquet", empty)
    assert gpd.read_parquet(tmp_path / "a.parquet").empty
    assert gpd.read_file(tmp_path / "a.gpkg").empty


def test_geoparquet_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    square = layer(["x"]).set_geometry([Polygon([(0, 0), (5, 0), (5, 9)])], crs="EPSG:32648")
    for name in ("a", "b"):
        write_geoparquet(tmp_path / f"{name}.parquet", square)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    back = gpd.read_parquet(tmp_path / "a.parquet")
    assert back.geometry.iloc[0].equals(square.geometry.iloc[0])
    assert back.crs == "EPSG:32648"


# Ready to hand over


def test_numbers_are_rounded_by_their_unit() -> None:
    row = {
        "latitude": 22.123456789, "level_dbm": -100.2567, "area_km2": 1.234567, "road_m": 12.345,
        "road_km": 1.23456, "people": 10.06, "people_no_signal_percent": 33.33333,
        "capex": 1234.6, "cost_per_person": 99.5, "opex_per_year": 7.4, "slope_deg": 3.14159,
        "share": 0.123456789,
    }  # fmt: skip
    ready = tidy(pd.DataFrame([row]), practice=False).iloc[0].to_dict()
    assert ready == {
        "latitude": 22.123457, "level_dbm": -100.3, "area_km2": 1.2346, "road_m": 12.3,
        "road_km": 1.235, "people": 10.1, "people_no_signal_percent": 33.33, "capex": 1235,
        "cost_per_person": 100, "opex_per_year": 7, "slope_deg": 3.14, "share": 0.123457,
    }  # fmt: skip


def test_money_is_whole_and_the_unknown_stays_unknown() -> None:
    money = pd.DataFrame({"capex": [1.0e10, 2.5], "opex_per_year": [np.nan, 3.0]})
    ready = tidy(money, practice=False)
    assert ready["capex"].dtype == "int64"
    assert pd.isna(ready["opex_per_year"].iloc[0])


def test_no_negative_zero_and_no_change_to_the_callers_table() -> None:
    given = pd.DataFrame({"level_dbm": [-0.04], "name": ["=1"]})
    ready = tidy(given, practice=False)
    assert not np.signbit(ready["level_dbm"].iloc[0])
    assert given["name"].iloc[0] == "=1"


def test_practice_data_is_marked_in_every_row() -> None:
    assert tidy(table(["a", "b"]), practice=True)["data_status"].tolist() == [PRACTICE_LABEL] * 2
    assert "data_status" not in tidy(table(["a"]), practice=False).columns
    assert "geometry" not in tidy(layer(["a"]), practice=False).columns
