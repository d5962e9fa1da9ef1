"""What the practice study adds to maps: tables that agree with its villages, and show something."""

import csv
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio

from phusong.sources.practice.facts import COMMUNES

CODES = {fact.code for fact in COMMUNES}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / name).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_households_are_those_of_their_villages(practice_folder: Path) -> None:
    homes = rows(practice_folder, "households.csv")
    villages = {row["village_id"]: row for row in rows(practice_folder, "villages.csv")}
    listed = {row["commune_code"] for row in homes}
    assert listed == {"02764", "02722"}, "one on either side of the meridian of 104 degrees"
    for village_id, village in villages.items():
        count = sum(home["village_id"] == village_id for home in homes)
        assert count == (int(village["households"]) if village["commune_code"] in listed else 0)
    assert len({home["household_id"] for home in homes}) == len(homes) == 1246
    longitude = np.array([float(home["longitude"]) for home in homes])
    assert (longitude < 104).any()
    assert (longitude > 104).any()
    places = {(home["latitude"], home["longitude"]) for home in homes}
    assert 0.93 * len(homes) < len(places) < len(homes), "some share a house"
    assert {home["postcode"] for home in homes if home["commune_code"] == "02722"} == {""}


def test_buildings_stand_where_people_live(practice_folder: Path) -> None:
    buildings = gpd.read_file(practice_folder / "buildings.geojson")
    households = sum(int(row["households"]) for row in rows(practice_folder, "villages.csv"))
    assert 0.93 * households < len(buildings) < households
    outlines = gpd.read_file(practice_folder / "communes.geojson")
    # a house may stand up to half a cell outside, where its cell lies across the outline
    assert buildings.within(outlines.union_all().buffer(0.0006)).all()
    with rasterio.open(practice_folder / "population.tif") as dataset:
        people = dataset.read(1)
        col, row = ~dataset.transform * (buildings.geometry.x, buildings.geometry.y)
    assert (people[row.astype(int), col.astype(int)] > 0).all()


def test_official_figures_differ_a_little_from_the_raster(practice_folder: Path) -> None:
    table = rows(practice_folder, "statistics.csv")
    assert {row["commune_code"] for row in table} == CODES
    factors = {
        row["commune_code"]: int(row["population"]) / fact.population
        for fact in COMMUNES
        for row in table
        if row["commune_code"] == fact.code and row["population"]
    }
    assert len(factors) == 9, "of one commune no population is given"
    assert all(0.93 < factor < 1.12 for factor in factors.values())
    assert len(set(factors.values())) == 9
    din_chin = [row for row in table if row["commune_code"] == "02764"]
    rates = {row["poverty_standard"]: row["poor_rate_percent"] for row in din_chin}
    assert rates == {"2022-2025": "69.71", "2016-2020": "28.53"}


def test_reports_hold_what_lists_hold(practice_folder: Path) -> None:
    table = rows(practice_folder, "reported.csv")
    villages = {row["name"]: row for row in rows(practice_folder, "villages.csv")}
    known = [row for row in table if row["village"] in villages]
    strangers = [row["village"] for row in table if row["village"] not in villages]
    assert strangers == ["Thôn 5 La Pán Tẩn", "Thôn 15 Pa Cheo"]
    for row in known:
        assert villages[row["village"]]["commune_code"] == row["commune_code"]
    states = {row["state"] for row in known}
    assert states == {"trắng sóng", "lõm sóng", "có sóng"}
    assert "Thôn 12 Nậm Chày" in {row["village"] for row in known}, "it has no coordinates"
    assert {row["operator"] for row in table} == {"", "Nhà mạng A"}


def test_some_of_what_villages_have_is_not_known(practice_folder: Path) -> None:
    table = rows(practice_folder, "infrastructure.csv")
    assert [row["village_id"] for row in table] == [
        row["village_id"] for row in rows(practice_folder, "villages.csv")
    ]
    for what in ("fibre", "fixed_broadband", "grid", "road"):
        answers = [row[what] for row in table]
        assert set(answers) == {"yes", "no", ""}
        assert 0.02 < answers.count("") / len(answers) < 0.25
    for row in table:
        assert not (row["fixed_broadband"] == "yes" and row["fibre"] == "no")
    languages = [row["languages"] for row in rows(practice_folder, "villages.csv")]
    assert 0 < languages.count("") < 0.25 * len(languages)
    assert all("Việt" in said for said in languages if said)


def test_offices_could_still_meet_the_plan_or_miss_it(practice_folder: Path) -> None:
    table = rows(practice_folder, "offices.csv")
    lan = {row["commune_code"]: row["lan"] for row in table}
    assert list(lan.values()).count("yes") < 8
    assert list(lan.values()).count("no") <= 2
    found = rows(practice_folder, "indicators.csv")
    assert {row["indicator"] for row in found} == {"8.1", "8.2", "8.3", "8.4"}
    assert {row["commune_code"] for row in found} < CODES
