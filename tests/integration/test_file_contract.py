"""What a run writes: names, formats, columns, marks. Others build on it."""

import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from python_calamine import CalamineWorkbook

from phusong.reporting.cell_codes import sentence_words
from phusong.study import PRACTICE_LABEL
from runs import PRACTICE_WORDS, outputs, sheet, table
from synthetic import ASKED, CELL_M, CELLS, COMMUNES, CRS, NORTH, WEST, Region

REACH = "reach/p1812/outdoor"
OPERATORS = ("any", "mang-a", "mang-b")
RASTERS = [f"{REACH}/{op}-lte-{what}.tif" for op in OPERATORS
           for what in ("level", "server", "probability")]  # fmt: skip
TABLES = ["reach/servers.csv", "gaps/communes.csv", "gaps/villages.csv", "gaps/facilities.csv",
          "plan/priorities.csv", "plan/build-order.csv", "plan/stability.csv",
          "plan/backhaul.csv", "plan/variance-split.csv", "plan/measure-next.csv"]  # fmt: skip
LAYERS = ["gaps/no-signal.gpkg", "plan/options.gpkg", "plan/backhaul.gpkg"]
PAGES = ["index.html", "maps/coverage.html", "brief-province.html", "brief-mang-a.html",
         "plan/priorities.html"]  # fmt: skip
NOTEBOOKS = [
    "00_quickstart", "01_data", "02_reach", "03_gaps", "04_priorities", "05_service",
    "06_uncertainty", "07_validation",
]  # fmt: skip
FIRST_COLUMNS = [
    "rank", "option_id", "kind", "operator", "latitude", "longitude", "commune_code", "commune",
    "villages", "people_newly_covered", "people_white_zone", "capex", "opex_per_year",
    "cost_per_person", "currency", "backhaul", "backhaul_hops", "power", "gap_type", "rank_p10",
    "rank_p90", "probability_in_top_10", "why_vi", "why_en",
]  # fmt: skip


ORDER_COLUMNS = [
    "step", "option_id", "operator", "latitude", "longitude", "commune_code", "commune", "capex",
    "present_value", "cumulative_present_value", "people_newly_covered", "people_white_zone",
    "cumulative_people", "cumulative_worth_people", "best_set_worth_people", "best_set_proven",
    "loss_percent", "currency", "cumulative_present_value_usd", "exchange_rate", "exchange_date",
]  # fmt: skip
STABILITY_COLUMNS = [
    "option_id", "operator", "latitude", "longitude", "commune_code", "commune", "rank",
    "rank_p10", "rank_p90", "place_rank_p10", "place_rank_p90", "probability_in_top_10",
    "probability_in_best_set", "draws", "seed", "budget_present_value", "regret_worth_people",
    "regret_p90_worth_people", "kendall_tau", "in_base_plan", "option_regret_worth_people",
    "measure_rank",
]  # fmt: skip


@pytest.fixture(scope="module")
def output(first_run: Region) -> Path:
    return first_run.output


@pytest.fixture(scope="module")
def manifest(output: Path) -> dict[str, object]:
    return json.loads((output / "manifest.json").read_text(encoding="utf-8"))


def test_every_promised_file_is_there(output: Path) -> None:
    promised = {
        *RASTERS, *TABLES, *LAYERS, *PAGES, "gaps/no-signal.parquet", "plan/priorities.xlsx",
        "tables.xlsx", "manifest.json", *(f"notebooks/{name}.html" for name in NOTEBOOKS),
    }  # fmt: skip
    assert promised - outputs(output).keys() == set()


def test_the_manifest_lists_every_file_and_nothing_else_lies_about(
    output: Path, manifest: dict[str, dict[str, dict[str, object]]]
) -> None:
    listed = [name for step in manifest["steps"].values() for name in step["outputs"]]
    assert len(listed) == len(set(listed))
    assert {*listed, "manifest.json"} == outputs(output).keys()


# Rasters


@pytest.mark.parametrize("name", RASTERS)
def test_rasters_are_cloud_optimised_and_lie_on_the_grid(output: Path, name: str) -> None:
    kind, nodata, scale, unit = {
        "level": ("int16", -32768, 0.1, "dBm"),
        "server": ("int32", -1, 1.0, None),
        "probability": ("uint8", 255, 1.0, "percent"),
    }[name.rsplit("-", 1)[1].removesuffix(".tif")]
    with rasterio.open(output / name) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (raster.dtypes, raster.nodata, raster.scales) == ((kind,), nodata, (scale,))
        assert (raster.units[0] or None) == unit
        assert raster.crs.to_string() == CRS
        assert raster.shape == (CELLS, CELLS)
        assert tuple(raster.transform)[:6] == (CELL_M, 0, WEST, 0, -CELL_M, NORTH)
        assert raster.tags()["DATA_STATUS"] == PRACTICE_LABEL
        values = raster.read(1)
        masked = raster.read(1, masked=True)
    assert (np.ma.getmaskarray(masked) == (values == nodata)).all()
    assert (values != nodata).any()


def test_numbers_of_rasters_are_possible(output: Path) -> None:
    sectors = len(table(output / "reach/servers.csv"))
    for operator in OPERATORS:
        level, server, percent = (
            rasterio.open(output / f"{REACH}/{operator}-lte-{what}.tif").read(1).astype(float)
            for what in ("level", "server", "probability")
        )
        assert percent[percent != 255].max() <= 100
        assert server.min() >= -1
        assert server.max() < sectors
        known = level != -32768
        # No EIRP above 60 dBm, and far less than 300 dB of loss within 8 km.
        assert level[known].max() / 10 < 0
        assert level[known].min() / 10 > -300
        assert ((server >= 0) == known).all()


# Tables


@pytest.mark.parametrize("name", TABLES)
def test_csv_is_what_excel_and_programs_read(output: Path, name: str) -> None:
    content = (output / name).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    found = table(output / name)
    assert len(found) > 0
    assert set(found["data_status"]) == {PRACTICE_LABEL}
    assert all(re.fullmatch(r"[a-z0-9_-]+", column) for column in found.columns)
    assert not found.map(lambda cell: cell.lower() in {"nan", "none", "<na>"}).any(axis=None)


def test_codes_keep_their_zeros(output: Path) -> None:
    codes = set(table(output / "gaps/communes.csv")["commune_code"])
    assert codes == set(ASKED)
    assert set(table(output / "plan/priorities.csv")["commune_code"]) <= set(ASKED)
    assert set(gpd.read_file(output / "gaps/no-signal.gpkg")["commune_code"]) <= set(ASKED)


def test_priorities_begin_with_the_promised_columns(output: Path) -> None:
    found = table(output / "plan/priorities.csv")
    assert list(found.columns)[: len(FIRST_COLUMNS)] == FIRST_COLUMNS
    assert list(found["rank"]) == [str(n) for n in range(1, len(found) + 1)]
    assert set(found["currency"]) == {"VND"}
    assert set(found["operator"]) <= {"Nhà mạng A", "Nhà mạng B"}
    for money in ("capex", "opex_per_year", "cost_per_person"):
        assert found[money].str.fullmatch(r"\d+").all()
    assert (found["why_vi"] != found["why_en"]).all()


@pytest.mark.parametrize(
    ("name", "columns"),
    [("plan/build-order.csv", ORDER_COLUMNS), ("plan/stability.csv", STABILITY_COLUMNS)],
)
def test_plan_tables_have_the_promised_columns(output: Path, name: str, columns: list[str]) -> None:
    found = table(output / name)
    assert list(found.columns) == [*columns, "data_status"]
    assert set(found["commune_code"]) <= set(ASKED)
    # Steps that no best set is looked for beside are empty there, and at least one is compared.
    beside = [c for c in ("best_set_worth_people", "best_set_proven", "loss_percent") if c in found]
    said = found[beside] != ""
    assert not beside or said.all(axis=1).any()
    assert (said.all(axis=1) == said.any(axis=1)).all() or not beside
    assert not (found.drop(columns=[*beside, "measure_rank"], errors="ignore") == "").any(axis=None)


def test_money_is_in_dollars_too_with_the_rate_and_its_date(output: Path) -> None:
    found = table(output / "plan/priorities.csv")
    assert set(found["exchange_rate"]) == {"25000.0"}
    assert (found["exchange_date"] != "").all()
    for name in ("capex", "opex_per_year", "present_value"):
        dong, dollars = found[name].astype(float), found[f"{name}_usd"].astype(float)
        assert (abs(dong / 25_000 - dollars) <= 0.5).all()
        assert (dollars[dong > 0] > 0).all()


def test_the_base_plan_and_its_regret_by_option_fit_together(output: Path) -> None:
    found = table(output / "plan/stability.csv")
    assert set(found["in_base_plan"]) <= {"yes", "no"}
    assert "yes" in set(found["in_base_plan"])
    regret = found["option_regret_worth_people"].astype(float)
    assert (regret >= 0).all()
    places = len(table(output / "plan/measure-next.csv"))
    ranks = found.loc[found["measure_rank"] != "", "measure_rank"].astype(int)
    assert ranks.between(1, places).all()


def test_the_workbook_of_priorities_says_what_their_file_says(output: Path) -> None:
    header, *rows = sheet(output / "plan/priorities.xlsx")
    _, *columns = sheet(output / "plan/priorities.xlsx", 2)
    expected = told_once(table(output / "plan/priorities.csv"))
    names = [row["B"][1] for row in columns]
    assert names == list(expected.columns)
    letters = dict(zip(names, header, strict=True))
    numbers = {row["B"][1] for row in columns if row["F"][1] == "số"}
    assert not {words for _, words in header.values()} & {"rank", "commune_code", "capex"}
    assert len(rows) == len(expected)
    for row, (_, line) in zip(rows, expected.iterrows(), strict=True):
        for name, letter in letters.items():
            kind, value = row.get(letter, ("", ""))
            if name in numbers and value:
                assert kind == "n"
                assert float(value) == pytest.approx(float(line[name]), abs=1e-9), name
        assert row[letters["option_id"]] == ("s", line["option_id"])
        assert row[letters["commune_code"]] == ("s", line["commune_code"])
        assert row[letters["rank"]][0] == row[letters["capex"]][0] == "n"
        assert row[letters["kind"]][1] not in line["kind"], "words, no code"


def told_once(whole: pd.DataFrame) -> pd.DataFrame:
    """A table without what a book in Vietnamese has no need of: English, and words of codes."""
    bases = {c[:-3] for c in whole if c.endswith("_en") and f"{c[:-3]}_vi" in whole}
    gone = [f"{c}_en" for c in bases] + [f"{c}_vi" for c in bases if c in whole]
    return whole.drop(columns=gone)


def test_assumptions_stand_in_the_workbook(output: Path) -> None:
    _, *rows = sheet(output / "plan/priorities.xlsx", 3)
    found = {row["A"][1]: row for row in rows}
    assert len(found) > 20
    assert found["Sai số mô hình (độ lệch chuẩn)"]["C"][1] == "dB"


SAME_WORDS = {"operator", "technology"}
"""Codes that may be the words themselves."""


@pytest.mark.parametrize("name", ["first", "second"])
def test_one_workbook_holds_every_table_with_its_numbers(
    name: str, both_runs: tuple[Region, Region]
) -> None:
    output = both_runs[("first", "second").index(name)].output
    book = CalamineWorkbook.from_path(output / "tables.xlsx")
    contents = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    columns = book.get_sheet_by_name(book.sheet_names[-3]).to_python()
    assert {"Giả định", "Nguồn và giấy phép"} == set(book.sheet_names[-2:])
    listed, coded = [row[3] for row in contents[1:] if row[3]], set()
    assert set(listed) == {file for file in outputs(output) if file.endswith(".csv")}
    for file, title in zip(listed, book.sheet_names[1:-3], strict=True):
        whole = table(output / file)
        expected = told_once(whole)
        header, *rows = book.get_sheet_by_name(title).to_python()
        names = [row[1] for row in columns if row[0] == file]
        codes = {row[1]: dict(part.split(" = ") for part in row[6].split("; "))
                 for row in columns if row[0] == file and row[6]}  # fmt: skip
        coded |= set(codes)
        assert names == list(expected.columns), file
        assert not set(names) & set(header), "headings in words"
        assert len(rows) == len(expected)
        for row, cells in zip(rows, expected.itertuples(index=False), strict=True):
            for column, given, wanted in zip(names, row, cells, strict=True):
                told = given if isinstance(given, str) else str(given)
                if column in codes and wanted:
                    assert told == codes[column][wanted] != wanted or column in SAME_WORDS
                    continue
                told_as = sentence_words(column, wanted).vi  # a sentence, or a source
                same = told in {wanted, told_as} or float(given) == float(wanted)
                assert same, (file, column, given, wanted)
                assert isinstance(given, str) or not column.endswith(("_id", "_code")), column
    assert {"operator", "environment", "any_lte_verdict", "backhaul"} <= coded


def test_the_workbook_is_the_same_in_both_runs(both_runs: tuple[Region, Region]) -> None:
    first, second = ((run.output / "tables.xlsx").read_bytes() for run in both_runs)
    assert first == second


# Layers


@pytest.mark.parametrize(("name", "columns_of"), [("plan/options.gpkg", "plan/priorities.csv")])
def test_layers_have_the_columns_of_their_table(output: Path, name: str, columns_of: str) -> None:
    layer, expected = gpd.read_file(output / name), table(output / columns_of)
    assert [c for c in layer.columns if c != "geometry"] == list(expected.columns)
    assert len(layer) == len(expected)
    assert list(layer["option_id"]) == list(expected["option_id"])
    assert list(layer["commune_code"]) == list(expected["commune_code"])
    assert np.allclose(layer.to_crs("EPSG:4326").geometry.x, expected["longitude"].astype(float),
                       atol=1e-5)  # fmt: skip


SAME_ROWS = {
    "options": "plan/priorities.csv", "villages": "gaps/villages.csv",
    "facilities": "gaps/facilities.csv", "gaps": "gaps/no-signal.csv",
}  # fmt: skip


@pytest.mark.parametrize(("name", "of"), SAME_ROWS.items())
def test_csv_geopackage_and_geoparquet_hold_the_same_numbers(
    output: Path, name: str, of: str
) -> None:
    expected = table(output / of)
    for layer in (
        gpd.read_file(output / "gis/layers.gpkg", layer=name),
        gpd.read_parquet(output / f"gis/{name}.parquet"),
    ):
        assert layer.crs.to_string() == CRS
        assert [c for c in layer.columns if c != layer.geometry.name] == list(expected.columns)
        assert len(layer) == len(expected)
        for column in expected.columns:
            for given, wanted in zip(layer[column], expected[column], strict=True):
                if wanted == "":
                    assert given in {"", None} or np.isnan(given), column
                elif isinstance(given, str):
                    assert given == wanted, column
                else:
                    assert float(given) == float(wanted), column
    if name != "gaps":
        layer = layer.to_crs("EPSG:4326")
        for axis, column in ((layer.geometry.x, "longitude"), (layer.geometry.y, "latitude")):
            assert np.allclose(axis, layer[column], atol=1e-9)


def test_layers_of_communes_have_the_row_of_all_operators(output: Path) -> None:
    layer = gpd.read_file(output / "gis/layers.gpkg", layer="communes")
    rows = table(output / "gaps/communes.csv")
    rows = rows[(rows["operator"] == "any") & (rows["technology"] == "LTE")]
    assert list(layer["commune_code"]) == list(rows["commune_code"])
    assert list(layer["people_no_signal"]) == [float(n) for n in rows["people_no_signal"]]
    for code, outline in zip(layer["commune_code"], layer.geometry, strict=True):
        corners = COMMUNES[code][1]
        assert outline.area == pytest.approx(shapely.Polygon(corners).area, rel=1e-3)


def test_sites_are_those_on_air(output: Path) -> None:
    layer = gpd.read_file(output / "gis/layers.gpkg", layer="sites")
    sectors = table(output / "reach/servers.csv")
    assert set(zip(layer["operator"], layer["site_id"], strict=True)) == set(
        zip(sectors["operator"], sectors["site_id"], strict=True)
    )
    assert layer["sectors"].sum() == len(sectors)
    assert not layer.duplicated(["operator", "site_id"]).any()


def test_google_earth_has_the_same_rows_facts_and_places(output: Path) -> None:
    with zipfile.ZipFile(output / "gis/layers.kmz") as packed:
        signs = packed.namelist()[1:]
        assert packed.namelist()[0] == "doc.kml"
        root = ElementTree.fromstring(packed.read("doc.kml"))
    kml = "{http://www.opengis.net/kml/2.2}"
    styles = {f"#{style.get('id')}" for style in root.iter(f"{kml}Style")}
    assert {icon.text for icon in root.iter(f"{kml}href")} <= set(signs)
    layers = gis_layer_names(output)
    assert len(root.findall(f"{kml}Document/{kml}Folder")) == len(layers)
    seen = 0
    for name, folder in zip(layers, root.iter(f"{kml}Folder"), strict=True):
        layer = gpd.read_file(output / "gis/layers.gpkg", layer=name).to_crs("EPSG:4326")
        if name == "gaps":
            layer = layer[(layer["operator"] == "any") & (layer["technology"] == "LTE")]
        places = folder.findall(f"{kml}Placemark")
        assert len(places) == len(layer)
        for place, (_, row) in zip(places, layer.iterrows(), strict=True):
            assert place.findtext(f"{kml}styleUrl") in styles
            told = place.findtext(f"{kml}name") or ""
            assert told
            assert not {told} & {str(row.get(code)) for code in ("option_id", "gap_id", "link")}
            assert ": " in (place.findtext(f"{kml}description") or "")
            given = {d.get("name"): d.findtext(f"{kml}value") for d in place.iter(f"{kml}Data")}
            for column, words in given.items():
                value = row[column]
                assert words == str(value) or float(words or "nan") == pytest.approx(float(value))
                seen += 1
            if row.geometry.geom_type == "Point":
                lon, lat = map(float, (place.findtext(f".//{kml}coordinates") or "").split(","))
                assert (lon, lat) == pytest.approx((row.geometry.x, row.geometry.y), abs=1e-6)
    assert seen > 100


def gis_layer_names(output: Path) -> list[str]:
    """Layers of the GeoPackage in their order, without its styles."""
    names = pyogrio.list_layers(output / "gis/layers.gpkg")[:, 0]
    return [str(name) for name in names if name != "layer_styles"]


def project_of(output: Path) -> ElementTree.Element:
    (file,) = output.glob("*.qgz")
    with zipfile.ZipFile(file) as packed:
        assert packed.namelist() == [f"{file.stem}.qgs"]
        return ElementTree.fromstring(packed.read(f"{file.stem}.qgs"))


def test_the_project_for_qgis_finds_every_layer_beside_it(output: Path) -> None:
    root = project_of(output)
    assert root.findtext("projectCrs/spatialrefsys/authid") == CRS
    layers = root.findall("projectlayers/maplayer")
    tables = set(pyogrio.list_layers(output / "gis/layers.gpkg")[:, 0])
    assert tables == {*SAME_ROWS, "links", "sites", "communes", "layer_styles"}
    shown, rasters = set(), set()
    for layer in layers:
        path, *more = (layer.findtext("datasource") or "").split("|")
        assert path.startswith("./")
        assert (output / path).is_file()
        assert layer.findtext("srs/spatialrefsys/authid") == CRS
        if layer.get("type") == "raster":
            rasters.add(path.removeprefix("./"))
            with rasterio.open(output / path) as raster:
                assert raster.crs.to_string() == CRS
            continue
        name = more[0].removeprefix("layername=")
        shown.add(name)
        where = more[1].removeprefix("subset=") if len(more) > 1 else ""
        found = gpd.read_file(output / path, layer=name, where=where or None)
        count = re.search(r"\((\d+)", layer.findtext("layername") or "")
        assert count
        assert len(found) == int(count[1]), name
        assert {layer.get("wkbType")} <= {k.removeprefix("Multi") for k in found.geom_type}
        fields = {alias.get("field") for alias in layer.iterfind("aliases/alias")}
        assert fields == set(found.columns) - {"geometry"}
        assert " · " in (layer.findtext("layername") or "") or name == "gaps"
    assert shown == tables - {"layer_styles"}
    expected = {n for n in RASTERS if not n.endswith("-server.tif")}
    assert expected <= rasters
    assert PRACTICE_WORDS.search(root.findtext("properties/TitleLabel/Label") or "")
    extent = root.find("mapcanvas/extent")
    assert extent is not None
    west, south, east, north = (float(side.text or "nan") for side in extent)
    outlines = gpd.read_file(output / "gis/layers.gpkg", layer="communes").total_bounds
    assert west < outlines[0] < outlines[2] < east
    assert south < outlines[1] < outlines[3] < north


def test_layers_bring_their_style(output: Path) -> None:
    styles = pyogrio.read_dataframe(output / "gis/layers.gpkg", layer="layer_styles")
    assert set(styles["f_table_name"]) == {*SAME_ROWS, "links", "sites", "communes"}
    assert styles["useAsDefault"].all()
    assert set(styles["f_geometry_column"]) == {"geom"}
    for style in styles["styleQML"]:
        assert ElementTree.fromstring(style).find("renderer-v2") is not None


def test_gaps_are_the_same_in_geopackage_and_parquet(output: Path) -> None:
    package, parquet = (
        gpd.read_file(output / "gaps/no-signal.gpkg"),
        gpd.read_parquet(output / "gaps/no-signal.parquet"),
    )
    assert package.crs == parquet.crs == CRS
    assert len(package) == len(parquet) > 0
    assert package.geometry.geom_equals_exact(parquet.geometry, 1e-6).all()
    plain = [pd.DataFrame(layer.drop(columns="geometry")) for layer in (package, parquet)]
    pd.testing.assert_frame_equal(*plain, check_dtype=False)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_say_that_they_are_practice_data(output: Path, name: str) -> None:
    assert set(gpd.read_file(output / name)["data_status"]) == {PRACTICE_LABEL}


# Pages and manifest


@pytest.mark.parametrize("name", [*PAGES, *(f"notebooks/{n}.html" for n in NOTEBOOKS)])
def test_pages_say_that_they_are_practice_data(output: Path, name: str) -> None:
    page = (output / name).read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    seen = re.sub(r"<(script|style)\b.*?</\1>|srcdoc=\"[^\"]*\"", "", page,
                  flags=re.DOTALL | re.IGNORECASE)  # fmt: skip
    assert PRACTICE_WORDS.search(re.sub(r"<[^>]+>", " ", seen))


@pytest.mark.parametrize("name", PAGES)
def test_pages_name_every_commune_in_vietnamese(output: Path, name: str) -> None:
    page = (output / name).read_text(encoding="utf-8")
    names = [COMMUNES[code][0] for code in ASKED]
    assert [n for n in names if n not in page and json.dumps(n)[1:-1] not in page] == []


def test_the_manifest_says_what_results_rest_on(
    first_run: Region, manifest: dict[str, object]
) -> None:
    text = (first_run.output / "manifest.json").read_text(encoding="utf-8")
    assert str(first_run.folder) not in text  # results of two folders are the same
    assert manifest["practice_data"] == PRACTICE_LABEL
    versions = manifest["versions"]
    assert isinstance(versions, dict)
    assert {"phusong", "python", "numpy", "numba", "rasterio"} <= versions.keys()
    inputs = manifest["inputs"]
    assert isinstance(inputs, list)
    assert {part["key"] for part in inputs} >= {"terrain", "towers", "boundaries", "population"}
    assert all(re.fullmatch("[0-9a-f]{64}", sha) for i in inputs for sha in i["files"].values())
    assumptions = manifest["assumptions"]
    assert isinstance(assumptions, list)
    assert all({"key", "value", "unit", "source", "verified"} <= a.keys() for a in assumptions)
