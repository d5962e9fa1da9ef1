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
from phusong.pipeline.api import start
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
    write_text(brought / "do.csv", "time,latitude,longitude,rsrp\n2026,22.5,104,-90\n")
    write_text(brought / "gì.csv", "latitude,longitude,colour\n22.5,104,red\n")
    write_raster(
        brought / "muc.tif", np.full((9, 9), -95, dtype=np.float32),
        crs="EPSG:4326", transform=from_origin(104, 23, 0.01, 0.01),
    )  # fmt: skip
    lines = gpd.GeoDataFrame({"ten": ["a"]}, geometry=gpd.read_file(
        region.input("roads.geojson")).geometry[:1], crs="EPSG:4326")  # fmt: skip
    pyogrio.write_dataframe(lines, brought / "duong.gpkg")
    for name, words in (
        ("do.csv", "looks like measurements"),
        ("gì.csv", "say what it is with --as: towers, boundaries"),
        ("muc.tif", "[[inputs.operator_coverage]]"),
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


def test_a_raster_of_zeros_is_neither_heights_nor_people(tmp_path: Path, region: Region) -> None:
    """Nothing tells them apart."""
    write_raster(
        tmp_path / "không.tif", np.zeros((30, 30), dtype=np.float32),
        crs="EPSG:4326", transform=from_origin(104, 23, 0.01, 0.01),
    )  # fmt: skip
    result = invoke("add", region.study, tmp_path / "không.tif")
    assert result.exit_code == 2
    assert "heights or people?" in result.stderr
