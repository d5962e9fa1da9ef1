"""Inputs that no other test of the region needs: rasters with tags, layers, facts, workbooks.

Each takes payloads wherever a reader takes text: names of layers, columns, sheets and files,
attributes, tags and names of bands, titles and names in files of facts.
"""

import contextlib
import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import rasterio
import shapely
import xlsxwriter
from rasterio.transform import from_origin

from browser.payloads import Payloads, disguised
from phusong.sources.speed_tiles import COLUMNS, quadkey, tile_at
from synthetic import (
    ASKED,
    CELL_M,
    CELLS,
    COMMUNES,
    CRS,
    FOLDER,
    NORTH,
    WEST,
    Region,
    assumed,
    degrees,
    geojson,
    price,
    toml,
    write_csv,
    write_raster,
    write_text,
)  # fmt: skip

DAYS = {"valid_from": "2021-01-01", "valid_to": "2030-12-31"}
COVERED, SILENT = "covered", "no_signal"


def further_sections(payloads: Payloads, names: dict[str, str]) -> dict[str, Any]:
    """What the study file says of these inputs, by dotted key."""
    of, new = payloads.of, payloads.new
    trees = {**assumed(12.0, "m"), "source": new("clutter.heights")}
    clutter = {"files": [f"{FOLDER}/clutter.tif"], "heights": {"10": trees}}
    buildings = {
        "file": f"{FOLDER}/buildings.gpkg", "confidence_column": of("column", "confidence"),
        "least_confidence": {**assumed(0.5, "fraction"), "source": new("buildings.confidence")},
    }  # fmt: skip
    boundaries = {
        "file": f"{FOLDER}/communes.geojson", "code_column": of("column", "code"),
        "name_column": of("column", "name"), "names": {ASKED[0]: new("boundaries.names")},
        "codes": {of("code", code): code for code in COMMUNES},
    }  # fmt: skip
    towers = {
        "file": f"{FOLDER}/towers.xlsx", "sheet": payloads.short("sheet"),
        "columns": {of("heading", column): column for column in ("operator", "site_id")},
        "values": {"owner": new("towers.values")},
        "operators": {of("word", name): told for name, told in names.items()},
    }  # fmt: skip
    return {
        "area.vintage": of("vintage", "own"),
        "grid.local_crs": named_projection(new("local_crs")),
        "planning.local_crs": named_projection(new("planning.local_crs")),
        "inputs.clutter": clutter,
        "inputs.buildings": buildings,
        "inputs.boundaries": boundaries,
        "inputs.towers": towers,
        "inputs.speed_tiles": {"file": f"{FOLDER}/speed.csv", "quarter": "2024-Q4"},
        "inputs.gazetteer": {"file": f"{FOLDER}/gazetteer.toml"},
        "inputs.criteria": {"file": f"{FOLDER}/criteria.toml"},
        "inputs.operator_coverage": own_maps(payloads, names),
        "criterion8": {
            "set": of("criterion set", "own"), "complete": ["clinic", new("criterion8.complete")],
            "thresholds": {of("indicator", "8.1"): {**assumed(0.5, "fraction"),
                                                    "source": new("criterion8.thresholds")}},
        },
        "costs.lives.mast": {**price(20.0, "year"), "low": 15.0, "high": 30.0,
                             **{key: new(f"lives.{key}") for key in ("year", "source", "tag")}},
    }  # fmt: skip


def own_maps(payloads: Payloads, names: dict[str, str]) -> list[dict[str, Any]]:
    """Two operators' own maps: polygons beside sites that count, levels instead of sites."""
    polygons = {
        "technology": "LTE", "file": f"{FOLDER}/coverage.gpkg", "operator": names["Nhà mạng A"],
        "holds": "classes", "layer": payloads.of("layer", "coverage"),
        "column": payloads.of("column", "class"),
        "classes": {payloads.of("class", word): word for word in (COVERED, SILENT)},
    }  # fmt: skip
    levels = {
        "technology": "LTE", "file": f"{FOLDER}/levels.tif", "operator": names["Nhà mạng B"],
        "holds": "levels", "use": "instead-of-sites",
        "threshold": {**assumed(-100.0, "dBm"), "source": payloads.new("coverage.threshold")},
    }  # fmt: skip
    return [polygons, levels]


def named_projection(name: str) -> str:
    """A projection that has a name of its own, as text."""
    known = pyproj.CRS.from_user_input(CRS).to_json_dict()
    return json.dumps({**known, "name": name}, ensure_ascii=False)


def write_further_inputs(region: Region, payloads: Payloads) -> None:
    """The files of these sections; all files of the region get names that try to break out."""
    shape = (CELLS, CELLS)
    place = {"transform": from_origin(WEST, NORTH, CELL_M, CELL_M), "crs": CRS}
    half = np.arange(CELLS) < CELLS // 2
    classes = np.where(half, 10, 50) * np.ones(shape)
    levels = np.where(half, -80.0, -115.0) * np.ones(shape)
    write_raster(region.input("clutter.tif"), classes.astype(np.uint8), **place)
    write_raster(region.input("levels.tif"), levels.astype(np.float32), **place)
    for name in ("clutter", "levels", "dem", "population"):
        tag(region.input(f"{name}.tif"), payloads)
    _layers(region, payloads)
    _outlines(region, payloads)
    _towers(region, payloads)
    _speed(region, payloads)
    write_text(region.input("gazetteer.toml"), toml(gazetteer(payloads)))
    write_text(region.input("criteria.toml"), toml(criteria(payloads)))


def tag(file: Path, payloads: Payloads) -> None:
    """Have a raster, its band and their tags say something."""
    with rasterio.open(file, "r+") as dataset:
        said = {key: payloads.new(f"{file.stem}.{key}") for key in ("AREA", "TIFFTAG_COPYRIGHT")}
        dataset.update_tags(**said)
        dataset.update_tags(1, NAME=payloads.new(f"{file.stem}.band"))
        dataset.set_band_description(1, payloads.new(f"{file.stem}.description"))


def _layers(region: Region, payloads: Payloads) -> None:
    """Buildings, and what an operator calls covered."""
    squares = [
        shapely.box(*degrees(x, 800.0), *degrees(x + 400.0, 2600.0)) for x in (700.0, 3000.0)
    ]
    for name, columns in (
        ("buildings", {payloads.of("column", "confidence"): [0.9, 0.2]}),
        ("coverage", {payloads.of("column", "class"):
                      [payloads.of("class", word) for word in (COVERED, SILENT)]}),
    ):  # fmt: skip
        more = {payloads.new(f"{name}.column"): [payloads.new(f"{name}.cell") for _ in squares]}
        layer = gpd.GeoDataFrame({**columns, **more}, geometry=squares, crs="EPSG:4326")
        write_layer(region.input(f"{name}.gpkg"), layer, payloads.of("layer", name))


def write_layer(file: Path, shapes: gpd.GeoDataFrame, name: str) -> None:
    """A GeoPackage whose layer has a name that GDAL reads, but would not write."""
    shapes.to_file(file, layer="plain", driver="GPKG", SPATIAL_INDEX="NO")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as book:
        triggers = book.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            book.execute(f'DROP TRIGGER "{trigger}"')
        quoted = name.replace('"', '""')
        book.execute(f'ALTER TABLE plain RENAME TO "{quoted}"')
        book.execute("DELETE FROM gpkg_ogr_contents")
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            book.execute(f"UPDATE {table} SET table_name = ?", (name,))
        book.execute("UPDATE gpkg_contents SET identifier = ?, description = ?", (name, name))


def _outlines(region: Region, payloads: Payloads) -> None:
    """Communes, in columns that the study file names, by codes that it knows."""
    outlines = json.loads(geojson(COMMUNES))
    for feature in outlines["features"]:
        code = feature["properties"]["code"]
        feature["properties"] = {
            payloads.of("column", "code"): payloads.of("code", code),
            payloads.of("column", "name"): payloads.new("boundaries.name"),
            payloads.new("boundaries.column"): payloads.new("boundaries.cell"),
        }  # fmt: skip
    write_text(region.input("communes.geojson"), json.dumps(outlines, ensure_ascii=False))


def _towers(region: Region, payloads: Payloads) -> None:
    """The list as a workbook: headings and words that the study file names, and further ones."""
    rows = list(csv.DictReader(region.input("towers.csv").read_text("utf-8").splitlines()))
    words = {payloads.of("operator", name): payloads.of("word", name)
             for name in ("Nhà mạng A", "Nhà mạng B")}  # fmt: skip
    own = {column: payloads.of("heading", column) for column in ("operator", "site_id")}
    extra = payloads.new("towers.column")
    with xlsxwriter.Workbook(region.input("towers.xlsx"), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(payloads.short("sheet"))
        for column, title in enumerate([*rows[0], extra]):
            sheet.write_string(0, column, own.get(title, title))
            for line, row in enumerate(rows, 1):
                cell = row.get(title) or payloads.new("towers.cell") * (title == extra)
                sheet.write_string(line, column, words.get(cell, cell))


def _speed(region: Region, payloads: Payloads) -> None:
    """Speed tests of one square."""
    place = quadkey(*tile_at(*degrees(2500.0, 2500.0)))
    row = dict(zip(COLUMNS, (place, "9000", "4000", "40", "12", "5"), strict=True))
    write_csv(
        region.input("speed.csv"),
        [row | {payloads.new("speed.column"): payloads.new("speed.cell")}],
    )


def gazetteer(payloads: Payloads) -> dict[str, Any]:
    """Units before and after a reform, with spellings, twins and kinds of place."""
    of, new = payloads.of, payloads.new
    own, later = of("vintage", "own"), of("vintage", "later")
    lists = ((own, ["district", "commune"]), (later, ["commune"]))
    code = ASKED[0]
    return {
        "name": new("gazetteer.name"),
        "vintages": [{"key": key, "levels": levels, "title": new("gazetteer.title"),
                      "source": new("gazetteer.source")} for key, levels in lists],
        "units": [
            {"vintage": own, "level": "district", "rows": [["001", "", new("gazetteer.district")]]},
            {"vintage": own, "level": "commune",
             "rows": [[asked, "001", new("gazetteer.commune")] for asked in ASKED]},
            {"vintage": later, "level": "commune",
             "rows": [["90001", "", new("gazetteer.successor")]]},
        ],
        "variants": [{"vintage": own, "code": code, "spelling": new("gazetteer.spelling"),
                      "where": new("gazetteer.where")}],
        "twins": [{"vintage": own, "code": code, "is_not": new("gazetteer.twin")}],
        "crosswalks": [{
            "from_vintage": own, "to_vintage": later, "source": new("gazetteer.decision"),
            "rows": [[asked, "90001", 1.0, new("gazetteer.clause")] for asked in ASKED],
        }],
        "names": {"letters": {"đ": "d"}, "levels": {"commune": {
            "prefixes": [new("gazetteer.prefix")], "suffixes": [new("gazetteer.suffix")],
        }}},
    }  # fmt: skip


def criteria(payloads: Payloads) -> dict[str, Any]:
    """A set of indicators, one of each kind."""
    of, new = payloads.of, payloads.new
    kinds = (("8.1", "facilities", "1"), ("8.2", "villages_served", "fraction"),
             ("8.4", "reported", ""))  # fmt: skip

    def indicator(key: str, test: str, unit: str) -> dict[str, Any]:
        texts = {
            part: new(f"criteria.{part}") for part in ("text_vi", "text_en", "required", "needs")
        }
        limit = {"threshold": {**assumed(1.0, unit), "source": new("criteria.threshold")}}
        kind = {"facility": "clinic"} if test == "facilities" else {}
        return {
            "key": of("indicator", key),
            "test": test,
            **texts,
            **kind,
            **(limit if unit else {}),
        }

    said = {part: new(f"criteria.{part}") for part in ("source", "note")}
    listed = [indicator(*kind) for kind in kinds]
    return {"sets": [{"key": of("criterion set", "own"), **DAYS, **said, "indicators": listed}]}


def disguise_files(region: Region) -> None:
    """Have every input file, and the folder of results, a name that tries to break out."""
    study = region.study.read_text(encoding="utf-8")
    for file in sorted(region.study.parent.joinpath(FOLDER).iterdir()):
        named = file.rename(file.with_name(disguised(file.name)))
        old, new = (json.dumps(f"{FOLDER}/{name}", ensure_ascii=False)
                    for name in (file.name, named.name))  # fmt: skip
        study = study.replace(old, new)
    write_text(region.study, study)
