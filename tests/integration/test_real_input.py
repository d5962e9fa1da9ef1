"""The chain on real input: outlines, people and Copernicus tiles of Lào Cai; terrain of elsewhere.

The tower list is the practice network and the tiles hold stand-in heights, so no number here is
a fact about any place but people and outlines.
"""

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from exactextract import exact_extract
from pyproj import Geod
from rasterio.warp import transform

from conftest import ROOT
from phusong.study import PRACTICE_LABEL
from runs import invoke, outputs, run_here, table
from synthetic import Region, assumed, replace, toml

# Neighbours in the south of the area; the key of each in the file of outlines.
ASKED = {"02794": ("Tả Thàng", "2050529"), "02791": ("La Pan Tẩn", "2050527")}
CLASSES = ("no_signal", "marginal", "covered", "unknown")


def set_up(folder: Path, shared_dir: Path, changes: dict[str, Any]) -> Region:
    """Follow the README: the real files into data/raw/lao-cai, the practice network beside them."""
    shutil.copytree(shared_dir / "data" / "lao-cai", folder / "data" / "raw" / "lao-cai")
    result = invoke("demo", folder / "data" / "raw" / "demo")
    assert result.exit_code == 0, result.output
    facts = tomllib.loads((ROOT / "configs" / "lao-cai.toml").read_text(encoding="utf-8"))
    for key, value in changes.items():
        replace(facts, key, value)
    study = folder / "configs" / "lao-cai.toml"
    study.parent.mkdir()
    study.write_text(toml(facts), encoding="utf-8", newline="\n")
    return Region(folder, study, folder / "data" / "processed" / "lao-cai")


@pytest.fixture(scope="module")
def lao_cai(tmp_path_factory: pytest.TempPathFactory, shared_dir: Path) -> Region:
    """Two of the ten communes at 90 m, with everything else as in configs/lao-cai.toml."""
    region = set_up(
        tmp_path_factory.mktemp("Lào Cai") / "dự án", shared_dir,
        {
            "area.communes": list(ASKED), "area.margin_km": 6.0, "propagation.radius_km": 12.0,
            "planning.candidates_kept": 6, "planning.candidate_radius_km": 6.0,
            "planning.candidate_spacing": assumed(900.0, "m"),
        },
    )  # fmt: skip
    run_here(region)
    return region


def outlines(region: Region) -> gpd.GeoDataFrame:
    layer = gpd.read_file(region.folder / "data/raw/lao-cai/communes_2009.geojson")
    return layer.set_index(layer["commune_id"].astype(str))


def test_the_whole_study_can_be_read(tmp_path: Path, shared_dir: Path) -> None:
    """``phusong check configs/lao-cai.toml`` on all ten communes, exactly as it is."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "cp -r ../shared/data/lao-cai data/raw/\n" in readme
    assert "phusong run configs/lao-cai.toml\n" in readme
    region = set_up(tmp_path / "r", shared_dir, {})
    shutil.copy(ROOT / "configs" / "lao-cai.toml", region.study)
    result = invoke("check", region.study)
    assert (result.exit_code, result.stderr) == (1, ""), "usable, with warnings"
    said = result.stdout
    assert PRACTICE_LABEL in said
    assert "communes: 10 (Hoàng Thu Phố, Lùng Cải, Dền Thàng, Pa Cheo, Nậm Chày, La Pan Tẩn" in said
    assert "filled from the study's defaults" in said
    assert "terrain is unknown in" in said  # the margin reaches past the two tiles
    assert "lie outside the study area" not in said, "the grid holds the whole practice network"


def test_people_are_those_of_the_real_raster(lao_cai: Region) -> None:
    people = lao_cai.folder / "data/raw/lao-cai/worldpop_2020_1km.tif"
    found = table(lao_cai.output / "gaps/communes.csv")
    shapes = outlines(lao_cai)
    for code, (_, key) in ASKED.items():
        zone = shapes.loc[[key]].reset_index(drop=True)
        counted = exact_extract(str(people), zone, ["sum"], output="pandas")["sum"][0]
        mine = found[found["commune_code"] == code]["people"].astype(float)
        # Cells of 1 km, cut by an outline of 30 km2 after being dealt out to cells of 90 m.
        assert mine.to_numpy() == pytest.approx(counted, rel=0.03)


def test_areas_are_those_of_the_real_outlines(lao_cai: Region) -> None:
    found = table(lao_cai.output / "gaps/communes.csv")
    shapes = outlines(lao_cai)
    for code, (name, key) in ASKED.items():
        rows = found[found["commune_code"] == code]
        assert set(rows["commune"]) == {name}, "the official name, not the file's"
        on_ellipsoid, _ = Geod(ellps="WGS84").geometry_area_perimeter(shapes.geometry[key])
        # UTM 48N shrinks areas by up to 0.08 % here.
        assert rows["area_km2"].astype(float).to_numpy() == pytest.approx(
            abs(on_ellipsoid) / 1e6, rel=2e-3
        )


def test_every_class_of_every_operator_adds_up(lao_cai: Region) -> None:
    found = table(lao_cai.output / "gaps/communes.csv")
    assert set(found["operator"]) == {"any", "nha-mang-a", "nha-mang-b", "nha-mang-c"}
    people = found[[f"people_{c}" for c in CLASSES]].astype(float).sum(axis=1)
    assert people.to_numpy() == pytest.approx(found["people"].astype(float).to_numpy(), abs=0.25)
    area = found[[f"area_{c}_km2" for c in CLASSES]].astype(float).sum(axis=1)
    assert area.to_numpy() == pytest.approx(found["area_km2"].astype(float).to_numpy(), abs=2e-4)
    # Mountains, five dozen sites on 90 km: there is signal, and there are gaps.
    everyone = found[found["operator"] == "any"]
    assert everyone["area_covered_km2"].astype(float).sum() > 0
    assert everyone["area_no_signal_km2"].astype(float).sum() > 0


def test_terrain_of_the_tiles_reaches_the_results(lao_cai: Region) -> None:
    options = gpd.read_file(lao_cai.output / "plan/options.gpkg")
    assert len(options) >= 1
    tiles = [rasterio.open(f) for f in sorted((lao_cai.folder / "data/raw/lao-cai/dem").iterdir())]
    for option in options.itertuples():
        place = (option.geometry.x, option.geometry.y)
        tile = next(t for t in tiles if t.bounds.left <= place[0] < t.bounds.right)
        around = [
            next(tile.sample([(place[0] + dx / 3600, place[1] + dy / 3600)]))[0]
            for dx in (-2, 0, 2) for dy in (-2, 0, 2)
        ]  # fmt: skip
        # The average over a cell of 90 m, within the range of the heights around its centre.
        assert min(around) - 20 <= option.ground_amsl_m <= max(around) + 20


def test_products_are_complete_marked_and_unchanged(lao_cai: Region) -> None:
    assert {"index.html", "maps/coverage.html", "plan/priorities.csv", "plan/priorities.xlsx"} <= (
        outputs(lao_cai.output).keys()
    )
    ranked = table(lao_cai.output / "plan/priorities.csv")
    assert set(ranked["data_status"]) == {PRACTICE_LABEL}
    assert set(ranked["commune_code"]) <= set(ASKED)
    manifest = json.loads((lao_cai.output / "manifest.json").read_text(encoding="utf-8"))
    files = {name for part in manifest["inputs"] for name in part["files"]}
    assert len([f for f in files if "Copernicus_DSM_COG_10_N22_00_E10" in f]) == 2
    licences = {part["key"]: part["licence"] for part in manifest["inputs"]}
    assert licences["population"] == "CC BY 4.0"
    page = (lao_cai.output / "index.html").read_text(encoding="utf-8")
    assert "WorldPop" in page
    assert "Copernicus WorldDEM-30 © DLR" in page
    assert invoke("verify", lao_cai.output).exit_code == 0


# One tower on each real terrain file: latitude and longitude.
TERRAIN = {
    "N44W072.hgt": (44.42, -71.52),  # NASADEM, 3 seconds, geographic
    "bigtujunga.tif": (34.31, -118.14),  # SRTM, 30 m, UTM 11N
    "dem_calgary_3arcsec.tif": (51.102167, -114.098667),  # SRTM, 3 seconds
    "dem_monterey_3arcsec.tif": (36.6002, -121.8947),  # SRTM, 3 seconds, at the coast
}


@pytest.mark.parametrize("name", TERRAIN)
def test_one_tower_on_real_terrain(tmp_path: Path, shared_dir: Path, name: str) -> None:
    latitude, longitude = TERRAIN[name]
    out, megahertz, radius_km = tmp_path / "mất mát.tif", 800.0, 4.0
    result = invoke(
        "map", "--dem", shared_dir / "data/terrain" / name, "--out", out,
        "--latitude", str(latitude), "--longitude", str(longitude), "--radius-km", str(radius_km),
        "--frequency-mhz", str(megahertz), "--resolution-m", "90",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    with rasterio.open(out) as dataset:
        assert dataset.crs.is_projected
        loss = dataset.read(1, masked=True).astype(float) * dataset.scales[0]
        (east,), (north,) = transform("EPSG:4326", dataset.crs, [longitude], [latitude])
        rows, cols = np.mgrid[0 : dataset.height, 0 : dataset.width] + 0.5
        eastings = dataset.transform.c + cols * dataset.transform.a
        northings = dataset.transform.f + rows * dataset.transform.e
    away_km = np.hypot(eastings - east, northings - north) / 1000
    disc = (away_km < radius_km - 0.2) & (away_km > 0.2)
    assert not np.ma.getmaskarray(loss)[disc].any(), "every height is known there"
    assert np.ma.getmaskarray(loss)[away_km > radius_km + 0.2].all()
    free_space = 32.45 + 20 * np.log10(np.maximum(away_km, 0.01) * megahertz)
    # UTM stretches by 0.1 % at most (0.01 dB); losses are stored in steps of up to 0.1 dB.
    assert (loss[disc] >= free_space[disc] - 0.1).all()
    # Ridges stand in the way of somebody in mountains, and nobody loses 200 dB over 4 km.
    assert (loss[disc] > free_space[disc] + 6).any()
    assert loss[disc].max() < 250
    near, far = (np.ma.median(loss[disc & zone]) for zone in (away_km < 1, away_km > 3))
    assert far > near + 9.5  # 20 log 3, if nothing else stood in the way


def test_a_disc_that_leaves_the_terrain_is_unknown_there(tmp_path: Path, shared_dir: Path) -> None:
    out = tmp_path / "edge.tif"
    result = invoke(
        "map", "--dem", shared_dir / "data/terrain/N44W072.hgt", "--out", out,
        "--latitude", "44.02", "--longitude", "-71.5", "--radius-km", "4",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "unknown" in result.output
    with rasterio.open(out) as dataset:
        known = ~np.ma.getmaskarray(dataset.read(1, masked=True))
    half = known.shape[0] // 2
    # The tile ends 2.2 km south of the mast.
    assert known[:half].sum() > 1.3 * known[half:].sum() > 0
