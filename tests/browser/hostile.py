"""The invented region, where every free text of every input tries to break out of its place.

Which texts there are is asked of the readers themselves, see :func:`free_fields` and
:func:`reading`: what is added to an input has to carry a payload here, or to be named below with
the reason why it cannot.
"""

import csv
import json
import sys
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import xlsxwriter
from pydantic import BaseModel

from browser.hostile_inputs import (
    disguise_files,
    further_sections,
    write_further_inputs,
)  # fmt: skip
from browser.payloads import Payloads, disguised
from phusong.sources import tables
from phusong.sources.responses import FIELDS, response_folder
from phusong.sources.tables import Text
from phusong.study import Study
from synthetic import (
    FOLDER,
    Region,
    assumed,
    degrees,
    geojson,
    study_facts,
    write_csv,
    write_region,
    write_text,
)  # fmt: skip

NOT_FREE: Mapping[str, str] = {
    "file": "a path: the file has a name that tries to break out",
    "files": "paths: the same",
    "root": "a path",
    "output": "a path",
    "encoding": "a name of Python's",
    "crs": "a name of PROJ's",
    "unit": "checked",
}
"""Texts of a study file that are no words for a reader: looked up or checked."""
NOT_FREE_COLUMNS: Mapping[str, str] = {
    "commune_code": "looked up", "vintage": "looked up", "indicator": "looked up",
    "operator": "looked up", "state": "words that are known", "date": "read as a date",
    "postcode": "a number of five digits at most", "technology": "looked up",
}  # fmt: skip
"""Columns that readers look up or check, and refuse otherwise."""


def free_fields(section: Any, seen: set[str] | None = None) -> set[str]:
    """Texts of a study file's sections that may hold any words, as ``Section.field``."""
    found: set[str] = set() if seen is None else seen
    if isinstance(section, type) and issubclass(section, BaseModel):
        for name, field in section.model_fields.items():
            key = f"{section.__name__}.{name}"
            if key not in found and _is_free(field.annotation, field.metadata):
                found.add(key)
            if f"{key}:" not in found:
                found.add(f"{key}:")
                free_fields(field.annotation, found)
    for part in typing.get_args(section):
        free_fields(part, found)
    return {key for key in found if not key.endswith(":")} if seen is None else found


def _is_free(kind: Any, rules: Any = ()) -> bool:
    if any(getattr(rule, "pattern", None) for rule in rules):
        return False
    if kind is str or typing.get_origin(kind) is Literal:
        return kind is str
    parts = typing.get_args(kind)
    if typing.get_origin(kind) is typing.Annotated:
        return _is_free(parts[0], parts[1:])
    return any(_is_free(part) for part in parts)


def carried(section: BaseModel, payloads: Payloads) -> Iterator[str]:
    """Texts of a study that hold a payload, as ``Section.field``."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        for one in _inside(value):
            if isinstance(one, BaseModel):
                yield from carried(one, payloads)
            elif payloads.in_(one):
                yield f"{type(section).__name__}.{name}"


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from (key, *_inside(one))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _inside(one)
    elif isinstance(value, BaseModel | str):
        yield value


@contextmanager
def reading(seen: dict[str, set[str]], payloads: Payloads) -> Iterator[None]:
    """While it lasts: each column of free text that a reader reads, and whether it is hostile."""
    original = tables.examined

    def watched(table: Any, columns: Any, *, file: Path) -> Any:
        frame, faults = original(table, columns, file=file)
        for name, kind in columns.items():
            if isinstance(kind, Text) and not kind.allowed and name not in NOT_FREE_COLUMNS:
                held = set(frame[name]) & set(payloads.where)
                seen.setdefault(f"{file.stem}.{name}", set()).update(held)
        return frame, faults

    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("phusong.sources") and hasattr(module, "examined"):
                patch.setattr(module, "examined", watched)
        yield


def write_hostile_region(folder: Path, payloads: Payloads) -> Region:
    """The invented region with all that a study may have, each free text a payload."""
    facts = study_facts()
    names = {one["name"]: payloads.of("operator", one["name"]) for one in facts["operators"]}
    region = write_region(folder, study=_study(facts, payloads, names))
    _tables(region, payloads, names)
    _more_tables(region, payloads, names)
    _layers(region, payloads)
    write_further_inputs(region, payloads)
    disguise_files(region)
    return replace(region, output=region.folder / disguised(region.output.name))


def _study(facts: dict[str, Any], payloads: Payloads, names: dict[str, str]) -> dict[str, Any]:
    """Values of the study file to replace."""
    new = payloads.new
    study: dict[str, Any] = {
        f"study.{key}": new(f"study.{key}")
        for key in ("title_vi", "title_en", "question_vi", "question_en")
    }
    study["study.output"] = disguised(facts["study"]["output"])
    further = further_sections(payloads, names)
    study["operators"] = [
        {**one, "name": names[one["name"]], "stations": assumed(1.0, "sites"),
         "stations_date": new("operators.stations_date")}
        for one in facts["operators"]
    ]  # fmt: skip
    inputs = facts["inputs"] | {
        key: {"file": f"{FOLDER}/{key}.{kind}"}
        for key, kind in (
            ("statistics", "csv"), ("reported", "csv"), ("indicators", "csv"),
            ("households", "csv"), ("infrastructure", "csv"), ("offices", "csv"),
            ("village_positions", "csv"), ("settlements", "geojson"), ("country", "geojson"),
            ("water", "geojson"),
        )
    }  # fmt: skip
    inputs["statistics"]["poverty_standard"] = payloads.of("poverty_standard", "new")
    inputs |= {key.removeprefix("inputs."): one for key, one in further.items() if "inputs" in key}
    for key in ("country", "water"):
        inputs[key]["layer"] = payloads.of("layer", key)
    inputs["exclusions"] = [{
        "file": f"{FOLDER}/exclusions.geojson", "name_column": payloads.of("column", "excluded"),
        "layer": payloads.of("layer", "exclusions"),
        "title_vi": new("exclusions.title_vi"), "title_en": new("exclusions.title_en"),
    }]  # fmt: skip
    drive = {"file": f"{FOLDER}/drive.csv", "operator": names["Nhà mạng A"], "technology": "LTE",
             "columns": {payloads.of("heading", "level_dbm"): "level_dbm"}}  # fmt: skip
    study["measurements"] = [_told("measurements", drive, payloads)]
    for key, value in inputs.items():
        told = [_told(key, one, payloads) for one in value] if isinstance(value, list) else None
        study[f"inputs.{key}"] = told or _told(key, value, payloads)
    study["scenarios"] = {"fails": {
        "title_en": new("scenarios.title_en"), "title_vi": new("scenarios.title_vi"),
        "source": new("scenarios.source"), "broken": [payloads.of("site_id", "S1")],
    }}  # fmt: skip
    study["environments.outdoor.title_en"] = new("environments.title_en")
    study["environments.outdoor.title_vi"] = new("environments.title_vi")
    study["verdicts"] = {key: new(f"verdicts.{key}")
                         for key in ("trang_song", "lom_song", "wording_source")}  # fmt: skip
    study["costs.exchange.date"] = new("costs.exchange.date")
    for key in ("year", "source", "tag"):
        study[f"costs.microwave_hop.{key}"] = new(f"costs.{key}")
    study["technologies.LTE.threshold"] = {**assumed(-100.0, "dBm"), "source": new("threshold")}
    return study | {key: one for key, one in further.items() if "inputs" not in key}


def _told(key: str, section: Mapping[str, Any], payloads: Payloads) -> dict[str, Any]:
    """An input whose origin is a payload in every field."""
    origin = {name: payloads.new(f"{key}.{name}")
              for name in ("source", "licence", "attribution", "date")}  # fmt: skip
    return {**section, **origin}


def _tables(region: Region, payloads: Payloads, names: dict[str, str]) -> None:
    """Lists that the region has, with payloads for their names."""
    more = {"towers": ("backhaul", "power_source"), "villages": ("languages",),
            "facilities": ()}  # fmt: skip
    ids = ("site_id", "sector_id", "village_id", "facility_id")
    for table, added in more.items():
        file = region.input(f"{table}.csv")
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
        for row in rows:
            for column in {"operator", "name", *ids} & set(row):
                known = names.get(row[column])
                row[column] = known or payloads.of(column, row[column])
            row |= {column: payloads.new(f"{table}.{column}") for column in added}
            row |= {payloads.of("column", table): payloads.new(f"{table}.cell")}
        write_csv(file, rows)


def _more_tables(region: Region, payloads: Payloads, names: dict[str, str]) -> None:
    """Lists that the region lacks otherwise, one row each."""
    village, code = payloads.of("village_id", "V01"), {"commune_code": "00101"}
    longitude, latitude = degrees(900.0, 2200.0)
    place = {"latitude": f"{latitude:.7f}", "longitude": f"{longitude:.7f}"}

    def write(table: str, row: Mapping[str, str], *free: str) -> None:
        told = {column: payloads.new(f"{table}.{column}") for column in free}
        write_csv(region.input(f"{table}.csv"), [{**row, **told}])

    standard = {"poverty_standard": payloads.of("poverty_standard", "new")}
    write("statistics", {**code, "year": "2021", "population": "1200", "poor_rate_percent": "61.5",
                         **standard}, "source", "year_status")  # fmt: skip
    write("reported", {**code, "state": "trắng sóng"}, "village", "commune", "district")
    indicator = payloads.of("indicator", "8.4")
    write("indicators", {**code, "indicator": indicator, "status": "met", "date": "2025-01-02"},
          "evidence", "appraiser")  # fmt: skip
    write("households", {**code, "village_id": village, **place}, "household_id")
    write("infrastructure", {"village_id": village, "fibre": "yes", "grid": "no"})
    write("offices", {**code, "lan": "yes", "connection": "fibre", "date": "2024-10-15"},
          "evidence")  # fmt: skip
    write("village_positions", {"village_id": village, **place})
    rows = [
        {"time": f"2026-03-02T07:30:{second:02d}", **place, "operator": names["Nhà mạng A"],
         "technology": "LTE", payloads.of("heading", "level_dbm"): "-90",
         "cell_id": payloads.new("drive.cell_id")}
        for second in range(3)
    ]  # fmt: skip
    write_csv(region.input("drive.csv"), rows)


def _layers(region: Region, payloads: Payloads) -> None:
    """Polygons with names, in layers and columns that have payloads for names."""
    ring = [(700.0, 2000.0), (1200.0, 2000.0), (1200.0, 2400.0), (700.0, 2400.0)]
    wide = [(-9e3, -9e3), (15e3, -9e3), (15e3, 15e3), (-9e3, 15e3)]
    for layer, outline in (("settlements", ring), ("country", wide), ("water", ring),
                           ("exclusions", ring)):  # fmt: skip
        shapes = json.loads(geojson({"V01": ("", outline)})) | {"name": payloads.of("layer", layer)}
        title = payloads.of("column", "excluded") if layer == "exclusions" else "name"
        shapes["features"][0]["properties"] = {
            "village_id": payloads.of("village_id", "V01"), title: payloads.new(f"{layer}.name"),
            payloads.new(f"{layer}.column"): payloads.new(f"{layer}.cell"),
        }  # fmt: skip
        file = region.input(f"{layer}.geojson")
        write_text(file, json.dumps(shapes, ensure_ascii=False))


def answer(study: Study, option_id: str, payloads: Payloads) -> None:
    """A response form about one option, its words payloads."""
    file = response_folder(study) / "answer.xlsx"
    file.parent.mkdir(parents=True)
    row = {"option_id": option_id, "answer": "decline", "reason": payloads.new("response.reason"),
           "signer": payloads.new("response.signer")}  # fmt: skip
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("response")
        for column, name in enumerate(FIELDS):
            sheet.write_string(0, column, f"x / {name}")
            sheet.write_string(1, column, row.get(name, ""))
