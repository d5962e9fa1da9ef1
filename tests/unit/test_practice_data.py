"""The practice study's files: deterministic, consistent with each other, named practice data."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.features import geometry_mask
from scipy import sparse
from scipy.sparse import csgraph

from phusong.sources.practice.facts import COMMUNES, NORTHERN_LIMIT, STATEMENT

PLACED = ("villages.csv", "facilities.csv", "towers.csv", "households.csv", "drive-test.csv")
TABLES = (
    *PLACED, "statistics.csv", "infrastructure.csv", "offices.csv", "reported.csv",
    "indicators.csv",
)  # fmt: skip
LAYERS = ("communes.geojson", "roads.geojson", "power_lines.geojson", "buildings.geojson")
UNPLACED = "03076-12"
RASTERS = ("dem.tif", "population.tif")
TOWER_COLUMNS = [
    *("site_id", "operator", "latitude", "longitude", "mast_height_m", "sector_id"),
    *("antenna_height_m", "technology", "frequency_mhz", "bandwidth_mhz", "eirp_dbm"),
    *("azimuth_deg", "electrical_tilt_deg", "mechanical_tilt_deg", "beamwidth_deg"),
    *("owner", "status", "backhaul", "power_source", "data_status"),
]
WITHOUT_SITES = {"02842", "02722", "02794"}
SECOND_WRITE = """
import sys
from pathlib import Path
from phusong.sources.practice import write_practice_data
write_practice_data(Path(sys.argv[1]))
"""


@pytest.fixture
def folder(practice_folder: Path) -> Path:
    return practice_folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / name).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def layer(folder: Path, name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / name)


def placed(folder: Path) -> list[dict[str, str]]:
    """Villages with coordinates: all but one."""
    table = rows(folder, "villages.csv")
    found = [row for row in table if row["latitude"] and row["longitude"]]
    assert {row["village_id"] for row in table} - {row["village_id"] for row in found} == {UNPLACED}
    return found


def points(table: list[dict[str, str]]) -> np.ndarray:
    return np.array([(float(row["longitude"]), float(row["latitude"])) for row in table])


def to_metric(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    transformer = Transformer.from_crs("EPSG:4326", "EPSG:32648", always_xy=True)
    return np.column_stack(transformer.transform(longitude, latitude))


def limit_latitude(longitude: np.ndarray) -> np.ndarray:
    return np.interp(longitude, *np.array(NORTHERN_LIMIT).T)


def test_another_process_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "again"
    # another hash seed would show any order that comes from a set or a hash
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    subprocess.run(
        [sys.executable, "-c", SECOND_WRITE, str(other)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in other.iterdir())
    for file in sorted(folder.iterdir()):
        assert file.read_bytes() == (other / file.name).read_bytes(), file.name


def test_everything_is_written_and_nothing_is_left_aside(folder: Path) -> None:
    names = {*TABLES, *LAYERS, *RASTERS, "provenance.json"}
    assert {p.name for p in folder.iterdir()} == names


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table_says_practice_data(folder: Path, name: str) -> None:
    raw = (folder / name).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    table = rows(folder, name)
    assert table
    assert list(table[0])[-1] == "data_status"
    assert {row["data_status"] for row in table} == {STATEMENT}


@pytest.mark.parametrize("name", LAYERS)
def test_every_feature_says_practice_data(folder: Path, name: str) -> None:
    features = json.loads((folder / name).read_text(encoding="utf-8"))["features"]
    assert features
    assert {f["properties"]["data_status"] for f in features} == {STATEMENT}


@pytest.mark.parametrize("name", RASTERS)
def test_every_raster_says_practice_data(folder: Path, name: str) -> None:
    with rasterio.open(folder / name) as dataset:
        assert dataset.tags()["data_status"] == STATEMENT
        assert dataset.tags()["TIFFTAG_IMAGEDESCRIPTION"] == STATEMENT


def test_provenance_names_seed_and_checksums(folder: Path) -> None:
    record = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert record["data_status"] == STATEMENT
    assert record["seed"] == 20230224
    assert set(record["files"]) == {*TABLES, *LAYERS, *RASTERS}
    for name, digest in record["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_coordinates_have_at_most_six_decimals(folder: Path) -> None:
    for name in LAYERS:
        coordinates = shapely.get_coordinates(layer(folder, name).geometry)
        assert np.array_equal(coordinates, np.round(coordinates, 6)), name
    for name in PLACED:
        for row in rows(folder, name):
            if row.get("village_id") != UNPLACED or name != "villages.csv":
                assert len(row["latitude"].partition(".")[2]) == 6


def test_communes_are_the_ten_with_their_official_codes(folder: Path, shared_dir: Path) -> None:
    text = (shared_dir / "communes.csv").read_text(encoding="utf-8-sig")
    official = {row["code_pre2025"]: row for row in csv.DictReader(io.StringIO(text))}
    communes = layer(folder, "communes.geojson").set_index("code")
    assert set(communes.index) == set(official)
    for code, row in official.items():
        commune = communes.loc[code]
        assert commune["name"] == row["name"]
        for column in ("district", "district_code", "successor_code", "successor_name"):
            assert commune[column] == row[column], (code, column)
        assert str(commune["vintage"])[:10] == "2025-06-30"
        assert commune["outline"] == "illustrative"
        assert commune.geometry.contains(shapely.Point(float(row["lon"]), float(row["lat"])))


def test_outlines_have_their_areas_and_do_not_overlap(folder: Path) -> None:
    communes = layer(folder, "communes.geojson")
    assert communes.geometry.is_valid.all()
    assert (communes.geom_type == "Polygon").all()
    assert all(ring.is_ccw for ring in communes.exterior)
    areas = dict(zip(communes["code"], communes.to_crs("EPSG:32648").area / 1e6, strict=True))
    for fact in COMMUNES:
        assert areas[fact.code] == pytest.approx(fact.area_km2, rel=0.03), fact.name
    shapes = list(communes.geometry)
    pairs = [(a, b) for k, a in enumerate(shapes) for b in shapes[:k]]
    assert all(a.intersection(b).area == 0.0 for a, b in pairs)
    assert any(a.intersection(b).length > 0.0 for a, b in pairs), "neighbours share their border"


def test_terrain_reaches_six_kilometres_beyond_every_outline(folder: Path) -> None:
    west, south, east, north = layer(folder, "communes.geojson").to_crs("EPSG:32648").total_bounds
    with rasterio.open(folder / "dem.tif") as dataset:
        assert dataset.crs.to_epsg() == 32648
        assert dataset.res == (30.0, 30.0)
        bounds = dataset.bounds
    margins = (west - bounds.left, south - bounds.bottom, bounds.right - east, bounds.top - north)
    assert min(margins) >= 6000.0


def test_villages_lie_in_their_communes_and_add_up(folder: Path) -> None:
    villages = rows(folder, "villages.csv")
    outlines = dict(layer(folder, "communes.geojson").set_index("code").geometry)
    assert len({row["village_id"] for row in villages}) == len(villages)
    where = placed(folder)
    for row, (lon, lat) in zip(where, points(where), strict=True):
        assert outlines[row["commune_code"]].contains(shapely.Point(lon, lat)), row["name"]
    for row in villages:
        assert row["commune"] in row["name"]
        poor, near_poor = int(row["poor_households"]), int(row["near_poor_households"])
        assert 0 <= poor <= poor + near_poor <= int(row["households"]) < int(row["population"])
    for fact in COMMUNES:
        own = [row for row in villages if row["commune_code"] == fact.code]
        assert 6 <= len(own) <= 14
        assert sum(int(row["population"]) for row in own) == fact.population
    din_chin = [row for row in villages if row["commune_code"] == "02764"]
    assert len(din_chin) == 9
    assert sum(int(row["households"]) for row in din_chin) == 713
    assert sum(int(row["poor_households"]) for row in din_chin) == 497


def test_population_agrees_with_the_villages(folder: Path) -> None:
    communes = layer(folder, "communes.geojson").set_index("code")
    with rasterio.open(folder / "population.tif") as dataset:
        assert dataset.crs.to_epsg() == 4326
        assert dataset.nodata == -99999.0
        assert dataset.res == pytest.approx((1 / 1200, 1 / 1200))
        people = dataset.read(1).astype(np.float64)
        transform = dataset.transform
    assert people.min() == 0.0
    assert 350_000 < people.sum() < 450_000
    for fact in COMMUNES:
        shape = communes.geometry[fact.code]
        touched = ~geometry_mask([shape], people.shape, transform, all_touched=True)
        inside = ~geometry_mask([shape.buffer(-0.001)], people.shape, transform)
        # whole cells well inside hold everyone: any rule for cut cells gives the same sum
        assert people[inside].sum() == pytest.approx(fact.population, abs=1e-3), fact.name
        assert people[touched].sum() == pytest.approx(fact.population, abs=1e-3), fact.name


def test_people_of_a_village_live_around_its_point(folder: Path) -> None:
    villages = placed(folder)
    with rasterio.open(folder / "population.tif") as dataset:
        people = dataset.read(1)
        for row, (lon, lat) in zip(villages, points(villages), strict=True):
            r, c = dataset.index(lon, lat)
            near = people[r - 6 : r + 7, c - 6 : c + 7].sum()
            assert near >= 0.9 * int(row["population"]), row["name"]


def test_nobody_lives_on_cliffs(folder: Path) -> None:
    with rasterio.open(folder / "dem.tif") as dataset:
        height = dataset.read(1).astype(np.float64)
        to_pixel = ~dataset.transform
    blocks = height.reshape(height.shape[0] // 3, 3, height.shape[1] // 3, 3).mean(axis=(1, 3))
    slope = np.hypot(*np.gradient(blocks, 90.0))
    with rasterio.open(folder / "population.tif") as dataset:
        people = dataset.read(1)
        row, col = np.nonzero(people)
        lon, lat = dataset.xy(row, col)
    east, north = to_metric(np.asarray(lon), np.asarray(lat)).T
    at_col, at_row = to_pixel * (east, north)
    found = slope[(at_row / 3).astype(int), (at_col / 3).astype(int)]
    # 0.6 is the limit at the cell's centre; the nearest 90 m cell may be a little steeper
    assert np.quantile(found, 0.999) < 0.65
    assert found.max() < 0.9


def test_facilities_per_commune(folder: Path) -> None:
    facilities = rows(folder, "facilities.csv")
    outlines = dict(layer(folder, "communes.geojson").set_index("code").geometry)
    assert len({row["facility_id"] for row in facilities}) == len(facilities)
    for row, (lon, lat) in zip(facilities, points(facilities), strict=True):
        assert outlines[row["commune_code"]].contains(shapely.Point(lon, lat)), row["name"]
    for fact in COMMUNES:
        kinds = [row["kind"] for row in facilities if row["commune_code"] == fact.code]
        assert kinds.count("commune_office") == 1
        assert kinds.count("clinic") == 1
        assert 2 <= kinds.count("school") <= 4
        assert 2 <= kinds.count("loudspeaker") <= 6
        assert kinds.count("postal_point") <= 1
        assert set(kinds) - {"postal_point"} == {
            "commune_office", "clinic", "school", "loudspeaker",
        }  # fmt: skip
    assert sum(row["kind"] == "postal_point" for row in facilities) == 7


def test_sites_of_the_three_invented_operators(folder: Path) -> None:
    sectors = rows(folder, "towers.csv")
    assert list(sectors[0]) == TOWER_COLUMNS
    sites = {row["site_id"]: row for row in sectors}
    names = [row["operator"] for row in sites.values()]
    assert [names.count(f"Nhà mạng {letter}") for letter in "ABC"] == [26, 20, 14]
    for site in sites:
        count = sum(row["site_id"] == site for row in sectors)
        assert count in {2, 3}
    identity = [
        (row["site_id"], row["technology"], row["frequency_mhz"], row["azimuth_deg"])
        for row in sectors
    ]
    assert len(set(identity)) == len(identity)
    assert len({row["sector_id"] for row in sectors}) == len(sectors)


def test_fields_of_sectors_are_possible_and_some_are_missing(folder: Path) -> None:
    sectors = rows(folder, "towers.csv")
    for row in sectors:
        assert row["technology"] == "LTE"
        assert int(row["frequency_mhz"]) in {700, 900, 1800}
        assert int(row["bandwidth_mhz"]) in {10, 15, 20}
        assert 0 <= int(row["azimuth_deg"]) < 360
        assert int(row["beamwidth_deg"]) in {65, 90}
        assert row["status"] in {"existing", "planned", "broken"}
        assert row["backhaul"] in {"fibre", "microwave"}
        assert row["power_source"] in {"grid", "solar", "grid+battery"}
        assert row["eirp_dbm"] == "" or 59.0 <= float(row["eirp_dbm"]) <= 64.0
        if row["mast_height_m"] and row["antenna_height_m"]:
            assert 0 < int(row["antenna_height_m"]) < int(row["mast_height_m"]) <= 45
    low = {row["operator"] for row in sectors if row["frequency_mhz"] == "700"}
    assert low == {"Nhà mạng C"}
    for column in ("mast_height_m", "antenna_height_m", "eirp_dbm", "electrical_tilt_deg"):
        blank = sum(row[column] == "" for row in sectors)
        assert 0 < blank < 0.2 * len(sectors), column
    existing = sum(row["status"] == "existing" for row in sectors)
    assert 0.85 * len(sectors) < existing < len(sectors)


def test_some_communes_have_no_site_and_none_stands_beyond_the_limit(folder: Path) -> None:
    sectors = rows(folder, "towers.csv")
    lon, lat = points(sectors).T
    assert (lat < limit_latitude(lon)).all()
    communes = layer(folder, "communes.geojson").set_index("code")
    with_site = {
        code
        for code, shape in communes.geometry.items()
        if shapely.contains_xy(shape, lon, lat).any()
    }
    assert with_site == set(communes.index) - WITHOUT_SITES


def test_sites_see_further_than_the_villages_around_them(folder: Path) -> None:
    sectors = {row["site_id"]: row for row in rows(folder, "towers.csv")}
    with rasterio.open(folder / "dem.tif") as dataset:
        height = dataset.read(1)
        above = []
        for row in sectors.values():
            east, north = to_metric(
                np.array([float(row["longitude"])]), np.array([float(row["latitude"])])
            )[0]
            r, c = dataset.index(east, north)
            around = height[max(r - 40, 0) : r + 41, max(c - 40, 0) : c + 41]
            above.append(float((height[r, c] > around).mean()))
    # most stand on hills; those in towns do not
    assert np.median(above) > 0.7


def test_lines_leave_some_villages_far_from_road_and_power(folder: Path) -> None:
    roads = layer(folder, "roads.geojson").to_crs("EPSG:32648")
    power = layer(folder, "power_lines.geojson").to_crs("EPSG:32648")
    assert set(roads["kind"]) == {"national", "provincial", "commune"}
    assert set(power["kind"]) == {"35 kV", "22 kV"}
    assert (roads.geom_type == "LineString").all()
    villages = gpd.GeoSeries.from_xy(*points(placed(folder)).T, crs="EPSG:4326")
    villages = villages.to_crs("EPSG:32648")
    to_road, to_power = (villages.distance(line.union_all()) for line in (roads, power))
    far = (to_road > 1000.0) & (to_power > 1000.0)
    assert 0.05 < far.mean() < 0.5
    assert (to_road < 300.0).mean() > 0.5
    for name in ("roads.geojson", "power_lines.geojson"):
        lon, lat = shapely.get_coordinates(layer(folder, name).geometry).T
        assert (lat < limit_latitude(lon)).all(), name


@pytest.mark.parametrize("name", ["roads.geojson", "power_lines.geojson"])
def test_lines_form_one_network(folder: Path, name: str) -> None:
    ends = [shapely.get_coordinates(line)[[0, -1]] for line in layer(folder, name).geometry]
    _, node = np.unique(np.concatenate(ends), axis=0, return_inverse=True)
    pairs = node.reshape(-1, 2)
    size = int(node.max()) + 1
    graph = sparse.coo_array((np.ones(len(pairs)), pairs.T), shape=(size, size))
    assert csgraph.connected_components(graph, directed=False)[0] == 1
