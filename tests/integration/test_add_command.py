"""Own files into a study: recognised, checked, copied with their origin, and undone again."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from rasterio.transform import from_origin

import phusong
from phusong.pipeline.begin import start
from phusong.sources.recognise import recognise
from phusong.store.raw import damaged_raw
from runs import invoke
from synthetic import (
    Region,
    csv_text,
    tower_rows,
    write_csv,
    write_raster,
    write_region,
    write_text,
)


@pytest.fixture
def region(tmp_path: Path) -> Region:
    """A study that reads everything, and comments in its file."""
    written = write_region(tmp_path / "vùng")
    text = written.study.read_text(encoding="utf-8")
    written.study.write_text(f"# Ghi chú đầu tệp\n{text}# cuối\n", encoding="utf-8")
    return written


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    """A folder of files as somebody brings them."""
    folder = tmp_path / "của tôi"
    folder.mkdir()
    write_csv(folder / "danh sách.csv", tower_rows()[:2])
    return folder


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("towers.csv", "towers"), ("villages.csv", "villages"), ("facilities.csv", "facilities"),
        ("dem.tif", "terrain"), ("population.tif", "population"),
        ("communes.geojson", "boundaries"),
    ],
)  # fmt: skip
def test_what_a_file_is(region: Region, tmp_path: Path, name: str, key: str) -> None:
    """By its content: the name tells nothing."""
    file = tmp_path / f"x{Path(name).suffix}"
    shutil.copyfile(region.input(name), file)
    study = phusong.open_study(region.study)
    assert recognise(file, study).key == key


def test_what_is_not_sure_is_asked(region: Region, brought: Path) -> None:
    write_text(brought / "gì.csv", "latitude,longitude,colour\n22.5,104,red\n")
    lines = gpd.GeoDataFrame({"ten": ["a"]}, geometry=gpd.read_file(
        region.input("roads.geojson")).geometry[:1], crs="EPSG:4326")  # fmt: skip
    pyogrio.write_dataframe(lines, brought / "duong.gpkg")
    for name, words in (
        ("gì.csv", "say what it is with --as: towers, boundaries"),
        ("duong.gpkg", "roads or power lines?"),
        ("không có.csv", "does not exist"),
    ):
        result = invoke("add", region.study, brought / name)
        assert result.exit_code == 2, result.output
        assert words in result.stderr
    assert "duong.gpkg: roads (as you say)" in invoke(
        "add", region.study, brought / "duong.gpkg", "--as", "roads", "--replace", "--dry-run"
    ).output  # fmt: skip


def test_nothing_that_is_read_is_put_aside_unasked(region: Region, brought: Path) -> None:
    before = region.study.read_bytes()
    result = invoke("add", region.study, brought / "danh sách.csv")
    assert result.exit_code == 2
    assert "give --replace to read the new file instead, or --beside to read both" in result.stderr
    result = invoke("add", region.study, brought / "danh sách.csv", "--replace", "--dry-run")
    assert result.exit_code == 0
    assert '+"file" = ' not in result.output
    assert '+file = "data/raw/synthetic/danh sách.csv"' in result.output
    assert "nothing was written (--dry-run)" in result.output
    assert region.study.read_bytes() == before
    assert not (region.folder / "data").exists()


def test_a_list_takes_the_place_of_another_and_all_can_be_undone(
    region: Region, brought: Path
) -> None:
    before = region.study.read_bytes()
    options = ("--source", "Nhà mạng A, phòng kỹ thuật", "--date", "2026-05")
    result = invoke("add", region.study, brought / "danh sách.csv", "--replace", *options)
    assert result.exit_code == 0, result.output
    study = phusong.open_study(region.study)
    assert study.inputs.towers.file == "data/raw/synthetic/danh sách.csv"
    assert (study.inputs.towers.source, study.inputs.towers.date) == (options[1], "2026-05")
    assert start(study).inputs.network.site_ids == ("S1",)
    text = region.study.read_text(encoding="utf-8")
    assert text.startswith("# Ghi chú đầu tệp\n")
    assert text.endswith("# cuối\n")
    place = region.folder / "data" / "raw" / "synthetic"
    note = json.loads((place / "provenance.json").read_text(encoding="utf-8"))["files"]
    record = note["danh sách.csv"]
    assert record["source"] == options[1]
    assert record["original_name"] == "danh sách.csv"
    assert record["input"] == "towers"
    assert str(brought) not in json.dumps(record)
    assert damaged_raw(place) == []
    backup = region.study.with_name("study.toml.bak")
    assert backup.read_bytes() == before
    shutil.copyfile(backup, region.study)
    assert len(start(phusong.open_study(region.study)).inputs.network.site_ids) > 1


def test_the_same_name_with_other_content_is_kept_apart(region: Region, brought: Path) -> None:
    file = brought / "danh sách.csv"
    assert invoke("add", region.study, file, "--replace").exit_code == 0
    again = invoke("add", region.study, file, "--replace")
    assert "the study file names them already" in again.output
    first = region.folder / "data" / "raw" / "synthetic" / "danh sách.csv"
    held = first.read_bytes()
    write_csv(file, tower_rows()[:3])
    result = invoke("add", region.study, file, "--beside")
    assert result.exit_code == 2  # both hold S1
    assert "as inputs.towers this cannot be used, and nothing was written" in result.stderr
    write_csv(file, tower_rows()[3:5])
    assert invoke("add", region.study, file, "--beside").exit_code == 0
    assert first.read_bytes() == held
    study = phusong.open_study(region.study)
    assert len(list(first.parent.glob("danh sách-*.csv"))) == 1
    assert start(study).inputs.network.site_ids == ("S1", "S3", "S4")


def test_a_bad_file_changes_nothing(region: Region, brought: Path) -> None:
    rows = tower_rows()[:2]
    rows[1]["latitude"] = "222,5"
    write_text(brought / "danh sách.csv", csv_text(rows))
    before = region.study.read_bytes()
    result = invoke("add", region.study, brought / "danh sách.csv", "--replace")
    assert result.exit_code == 2
    assert "danh sách.csv row 3, column latitude" in result.stderr
    assert region.study.read_bytes() == before
    assert not (region.folder / "data").exists()


def test_several_files_at_once_fill_an_empty_study(tmp_path: Path) -> None:
    """Nothing of the study is there yet: all is added in one go, a shapefile with its parts."""
    whole = write_region(tmp_path / "đủ")
    bare = write_region(tmp_path / "trống", study={"inputs.villages": None})
    shutil.rmtree(bare.folder / "đầu vào")
    mine = tmp_path / "tệp"
    mine.mkdir()
    names = ("towers.csv", "villages.csv", "dem.tif", "population.tif")
    files = [shutil.copyfile(whole.input(name), mine / name) for name in names]
    frame = gpd.read_file(whole.input("communes.geojson"))
    pyogrio.write_dataframe(frame, mine / "xa.shp")
    for part in ("facilities.csv", "roads.geojson", "power.geojson"):
        (bare.folder / "đầu vào").mkdir(exist_ok=True)
        shutil.copyfile(whole.input(part), bare.input(part))
    result = invoke("add", bare.study, *files, mine / "xa.shp", "--source", "tỉnh")
    assert result.exit_code == 0, result.output + result.stderr
    study = phusong.open_study(bare.study)
    assert study.inputs.boundaries.file == "data/raw/synthetic/xa.shp"
    assert (bare.folder / "data/raw/synthetic/xa.dbf").is_file()
    inputs = start(study).inputs
    assert len(inputs.places.villages) == 6
    assert inputs.terrain.unknown_cells == 0
    again = start(phusong.open_study(whole.study)).inputs
    assert inputs.network.site_ids == again.network.site_ids


def test_files_come_in_any_order(tmp_path: Path) -> None:
    """What the study can do without and does not have yet stops nothing else."""
    region = write_region(tmp_path / "vùng")
    kept = tmp_path / "tệp"
    kept.mkdir()
    optional = ("villages.csv", "facilities.csv", "roads.geojson")
    for name in optional:
        shutil.move(region.input(name), kept / name)
    for name, key in zip(optional, ("villages", "facilities", "roads"), strict=True):
        result = invoke("add", region.study, kept / name, "--as", key, "--source", "tỉnh")
        assert result.exit_code == 0, result.output + result.stderr
    places = start(phusong.open_study(region.study)).inputs.places
    assert len(places.villages) == 6
    assert len(places.facilities) > 0
    assert len(places.roads) > 0


def test_a_raster_of_zeros_is_neither_heights_nor_people(tmp_path: Path, region: Region) -> None:
    """Nothing tells them apart."""
    write_raster(
        tmp_path / "không.tif", np.zeros((30, 30), dtype=np.float32),
        crs="EPSG:4326", transform=from_origin(104, 23, 0.01, 0.01),
    )  # fmt: skip
    result = invoke("add", region.study, tmp_path / "không.tif")
    assert result.exit_code == 2
    assert "heights or people?" in result.stderr


# Inputs of which a study has any number, and tables that tell what they are


def drive_test(file: Path, *, sites: int = 12) -> None:
    rows = [
        {"time": f"2026-03-02T08:{k:02d}:00", "latitude": f"{22.32 + k / 1000:.6f}",
         "longitude": f"{103.95 + k / 1000:.6f}", "operator": "Nhà mạng A", "network type": "LTE",
         "rsrp": str(-80 - k)}
        for k in range(sites)
    ]  # fmt: skip
    write_csv(file, rows)


def test_measurements_are_named_in_a_list_of_their_own(region: Region, brought: Path) -> None:
    drive_test(brought / "đo 1.csv")
    drive_test(brought / "đo 2.csv", sites=20)
    result = invoke("add", region.study, brought / "đo 1.csv", "--source", "Sở, 3/2026",
                    "--set", "environment=in-vehicle", "--set", "sensitivity=-120 dBm",
                    "--set", "missing_is_no_service=true")  # fmt: skip
    assert result.exit_code == 2  # the study has no such environment
    assert "measurements[1].environment = 'in-vehicle' is not in the study" in result.stderr
    assert not (region.folder / "data").exists()
    first = next(iter(phusong.open_study(region.study).environments))
    for name in ("đo 1.csv", "đo 2.csv", "đo 2.csv"):
        result = invoke("add", region.study, brought / name, "--source", "Sở, 3/2026",
                        "--set", f"environment={first}", "--set", "sensitivity=-120 dBm",
                        "--set", "missing_is_no_service=true")  # fmt: skip
        assert result.exit_code == 0, result.output
        assert f"{name}: measurements (levels and times)" in result.output
    study = phusong.open_study(region.study)
    assert [m.file for m in study.measurements] == [
        "data/raw/synthetic/đo 1.csv", "data/raw/synthetic/đo 2.csv",
    ]  # fmt: skip
    one = study.measurements[0]
    assert (one.environment, one.missing_is_no_service) == (first, True)
    assert (one.sensitivity.value, one.sensitivity.unit) == (-120.0, "dBm")
    assert one.source == one.sensitivity.source == "Sở, 3/2026"


def test_measurements_that_cannot_be_used_change_nothing(region: Region, brought: Path) -> None:
    before = region.study.read_bytes()
    rows = [{"time": "2026-03-02T08:00:00", "latitude": "22.3", "longitude": "103.9",
             "operator": "Ai Đó", "network type": "LTE", "rsrp": "40"}]  # fmt: skip
    write_csv(brought / "hỏng.csv", rows * 3)
    result = invoke("add", region.study, brought / "hỏng.csv")
    assert result.exit_code == 2
    assert "as measurements this cannot be used, and nothing was written" in result.stderr
    assert region.study.read_bytes() == before


@pytest.mark.parametrize("text", ["environment", "=x", "a b=c", "environment="])
def test_a_detail_has_a_name_and_a_value(region: Region, brought: Path, text: str) -> None:
    result = invoke("add", region.study, brought / "danh sách.csv", "--set", text)
    assert result.exit_code == 2
    assert "give NAME=VALUE" in result.stderr


def test_an_operators_own_coverage_is_added_with_its_details(region: Region, brought: Path) -> None:
    study = phusong.open_study(region.study)
    grid = start(study).inputs.grid
    west, _, east, north = grid.bounds
    step = (east - west) / 30
    write_raster(
        brought / "muc.tif", np.full((30, 30), -95, dtype=np.float32),
        crs=str(grid.crs), transform=from_origin(west, north, step, step),
    )  # fmt: skip
    before = region.study.read_bytes()
    result = invoke("add", region.study, brought / "muc.tif")
    assert result.exit_code == 2
    assert "operator" in result.stderr
    assert region.study.read_bytes() == before
    result = invoke(
        "add", region.study, brought / "muc.tif", "--date", "2026-05", "--source", "Nhà mạng A",
        "--set", "operator=Nhà mạng A", "--set", "technology=LTE", "--set", "holds=levels",
        "--set", "threshold=-115 dBm",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    (given,) = phusong.open_study(region.study).inputs.operator_coverage
    assert (given.operator, given.date, given.holds) == ("Nhà mạng A", "2026-05", "levels")
    assert given.threshold is not None
    assert given.threshold.value == -115.0


def test_ground_without_sites_is_added_by_its_title(region: Region, brought: Path) -> None:
    shapes = gpd.read_file(region.input("communes.geojson")).iloc[:1][["geometry"]]
    pyogrio.write_dataframe(shapes, brought / "rừng.gpkg")
    result = invoke("add", region.study, brought / "rừng.gpkg", "--as", "exclusions",
                    "--set", "title_en=Forest", "--set", "title_vi=Rừng đặc dụng")  # fmt: skip
    assert result.exit_code == 0, result.output
    (given,) = phusong.open_study(region.study).inputs.exclusions
    assert (given.title_en, given.title_vi) == ("Forest", "Rừng đặc dụng")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("statistics.csv", "statistics"), ("reported.csv", "reported"),
        ("indicators.csv", "indicators"), ("infrastructure.csv", "infrastructure"),
        ("offices.csv", "offices"), ("households.csv", "households"),
        ("drive-test.csv", "measurements"),
        ("villages.csv", "villages"), ("towers.csv", "towers"),
    ],
)  # fmt: skip
def test_what_practice_files_are(
    region: Region, practice_folder: Path, tmp_path: Path, name: str, key: str
) -> None:
    file = tmp_path / f"x{Path(name).suffix}"
    shutil.copyfile(practice_folder / name, file)
    assert recognise(file, phusong.open_study(region.study)).key == key


def test_a_file_without_a_source_is_told_as_such(region: Region, brought: Path) -> None:
    """When it is added, in the study file in its language, and in each check until it has one."""
    command = ("add", region.study, brought / "danh sách.csv", "--replace")
    result = invoke(*command)
    assert result.exit_code == 0, result.stderr
    assert "danh sách.csv: nobody says where it is from" in result.stderr
    assert 'source = "chưa nêu nguồn"' in region.study.read_text(encoding="utf-8")
    said = "towers: nobody says where it is from; write its source into the study file"
    assert said in invoke("check", region.study).output
    stated = invoke(*command, "--source", "Nhà mạng A")
    assert "nobody says" not in stated.stderr
    assert "nobody says" not in invoke("check", region.study).output
