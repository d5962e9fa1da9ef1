"""The commune table on real outlines and people, recomputed with plain NumPy sums and shapely.

Outlines of 2009 and WorldPop 2020 of Lào Cai are read as a study reads them; what has a signal
is invented, since only the sums are judged. Cells are cut with shapely one by one, where the
library asks exactextract.
"""

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from numpy.typing import NDArray

from conftest import ROOT
from phusong.analysis.crosswalk import by_successor
from phusong.analysis.gaps import CLASS_NAMES, commune_table, zonal_sums
from phusong.analysis.official import scaled_to_official
from phusong.analysis.reach import ANY
from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.pipeline.inputs import study_grid
from phusong.sources.boundaries import read_communes
from phusong.sources.gazetteer import shipped_gazetteer
from phusong.sources.people import read_people
from phusong.sources.study_file import read_study
from synthetic import toml

# exactextract keeps the share of a cell as a 32-bit number: 24 bits, about 6e-8 of a cell.
SHARES = 1e-6
OVERLAP_KM2 = 16.508
"""Area that more than one outline of 2009 claims, all 164 communes."""


@pytest.fixture(scope="module")
def folder(shared_dir: Path) -> Path:
    return shared_dir / "data" / "lao-cai"


@pytest.fixture(scope="module")
def ten(folder: Path) -> Communes:
    study = read_study(ROOT / "configs" / "lao-cai.toml")
    with pytest.warns(DataWarning, match=r"overlap by 0\.31 km² in all, between 2 pairs"):
        return read_communes(folder / "communes_2009.geojson", study, shipped_gazetteer("lao-cai"))


@pytest.fixture(scope="module")
def all_communes(folder: Path) -> Communes:
    layer = gpd.read_file(folder / "communes_2009.geojson").to_crs("EPSG:32648")
    frame = layer[["commune_id", "commune_vn", "geometry"]].astype({"commune_id": "str"})
    return Communes(
        frame.rename(columns={"commune_id": "code", "commune_vn": "name"}), "2009", True
    )


def frame_of(communes: Communes, resolution_m: float) -> Grid:
    west, south, east, north = communes.frame.total_bounds
    return Grid.from_bounds(
        west - 500, south - 500, east + 500, north + 500,
        crs="EPSG:32648", resolution_m=resolution_m,
    )  # fmt: skip


def people_on(grid: Grid, folder: Path) -> People:
    """WorldPop on a grid; it ends at the old province's border."""
    with pytest.warns(DataWarning, match="has no data in"):
        return read_people(folder / "worldpop_2020_1km.tif", grid)


def invented_classes(grid: Grid) -> NDArray[np.uint8]:
    """Patches of every class, the unknown among them; no symmetry."""
    row, col = np.indices(grid.shape)
    found = ((row // 7) * 5 + (col // 11) * 3 + (row // 23) * (col // 17)) % 5
    return np.choose(found, [0, 1, 2, 0, 255]).astype(np.uint8)


def shares_by_hand(grid: Grid, outline: shapely.Geometry) -> tuple[tuple[slice, slice], NDArray]:
    """Window of cells round an outline, and the share of each inside, cut one by one."""
    west, south, east, north = outline.bounds
    side = grid.resolution_m
    row0, row1 = int((grid.affine.f - north) // side), int((grid.affine.f - south) // side) + 1
    col0, col1 = int((west - grid.affine.c) // side), int((east - grid.affine.c) // side) + 1
    row, col = np.mgrid[row0:row1, col0:col1]
    left, top = grid.affine.c + col * side, grid.affine.f - row * side
    cells = shapely.box(left, top - side, left + side, top)
    inside = shapely.area(shapely.intersection(cells, outline)) / side**2
    return (slice(row0, row1), slice(col0, col1)), inside


def table_by_hand(classes: NDArray[np.uint8], communes: Communes, people: People) -> pd.DataFrame:
    rows = []
    count = np.nan_to_num(people.count)
    for code, outline in zip(communes.codes, communes.frame.geometry, strict=True):
        window, share = shares_by_hand(people.grid, outline)
        here = classes[window]
        row: dict[str, object] = {"commune_code": code}
        for what, weight, unit in (
            ("area", np.full(here.shape, people.grid.cell_area_km2), "_km2"),
            ("people", count[window], ""),
        ):
            row[f"{what}{unit}"] = (weight * share).sum()
            for value, name in CLASS_NAMES.items():
                row[f"{what}_{name}{unit}"] = (weight * share)[here == value].sum()
        rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def people(folder: Path, ten: Communes) -> People:
    study = read_study(ROOT / "configs" / "lao-cai.toml")
    grid = study_grid(study, ten)
    assert grid.resolution_m == 90.0
    return people_on(grid, folder)


def test_every_figure_of_the_ten_communes(ten: Communes, people: People) -> None:
    classes = invented_classes(people.grid)
    made = commune_table({(ANY, "LTE"): classes}, ten, people).set_index("commune_code")
    expected = table_by_hand(classes, ten, people).set_index("commune_code")
    assert list(made.index) == list(expected.index)
    assert len(made) == 10
    for column in expected.columns:
        np.testing.assert_allclose(
            made[column].to_numpy(), expected[column].to_numpy(float), rtol=SHARES, atol=SHARES,
            err_msg=column,
        )  # fmt: skip
    named = {"commune", "operator", "technology", "vintage"}
    shares = {"people_no_signal_percent", "people_not_covered_percent"}
    assert set(made.columns) - set(expected.columns) - {"area_km2"} == named | shares
    away = 100 * (1 - expected["people_covered"] / expected["people"])
    unknown = 100 * expected.get("people_unknown", 0.0) / expected["people"]
    np.testing.assert_allclose(
        made["people_not_covered_percent"], away - unknown, rtol=1e-6, atol=1e-6
    )
    silent = 100 * expected["people_no_signal"] / expected["people"]
    np.testing.assert_allclose(made["people_no_signal_percent"], silent, rtol=SHARES)
    np.testing.assert_allclose(made["area_km2"], ten.frame.area.to_numpy() / 1e6, rtol=SHARES)


def test_classes_add_up_to_the_whole(ten: Communes, people: People) -> None:
    made = commune_table({(ANY, "LTE"): invented_classes(people.grid)}, ten, people)
    for what, unit in (("area", "_km2"), ("people", "")):
        parts = sum(made[f"{what}_{name}{unit}"] for name in CLASS_NAMES.values())
        np.testing.assert_allclose(parts, made[f"{what}{unit}"], rtol=1e-12)


def test_communes_add_up_to_the_whole_and_their_overlap(
    folder: Path, all_communes: Communes
) -> None:
    grid = frame_of(all_communes, 600.0)
    counted = people_on(grid, folder)
    made = commune_table({(ANY, "LTE"): invented_classes(grid)}, all_communes, counted)
    outlines = all_communes.frame.geometry
    whole = gpd.GeoSeries([outlines.union_all()], crs=outlines.crs)
    overlap_km2 = made["area_km2"].sum() - whole.area.iloc[0] / 1e6
    assert overlap_km2 == pytest.approx(OVERLAP_KM2, abs=0.01)

    # How often each cell is claimed beyond the first time, from shapely alone.
    beyond = np.zeros(grid.shape)
    for outline in outlines:
        window, share = shares_by_hand(grid, outline)
        beyond[window] += share
    window, share = shares_by_hand(grid, whole.iloc[0])
    beyond[window] -= share
    assert (beyond > -1e-9).all()
    assert beyond.sum() * grid.cell_area_km2 == pytest.approx(overlap_km2, abs=1e-3)
    twice = float((np.nan_to_num(counted.count) * beyond).sum())
    people_of_all = float(zonal_sums(counted.count, grid, whole).iloc[0])
    assert made["people"].sum() == pytest.approx(people_of_all + twice, rel=SHARES)
    assert 0 < twice < 0.01 * people_of_all


def halves_of(west: float, south: float, east: float, north: float) -> list[shapely.Geometry]:
    """Two boxes that share an edge and together hold the bounds."""
    middle = west + 0.37 * (east - west)
    return [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]


def test_splitting_a_commune_changes_no_sum(ten: Communes, people: People) -> None:
    classes = invented_classes(people.grid)
    rows = [
        (code, name, outline.intersection(half))
        for code, name, outline in ten.frame[["code", "name", "geometry"]].itertuples(index=False)
        for half in halves_of(*outline.bounds)
    ]
    frame = gpd.GeoDataFrame(rows, columns=["code", "name", "geometry"], crs=ten.frame.crs)
    whole, halves = (
        commune_table({(ANY, "LTE"): classes}, places, people)
        for places in (ten, Communes(frame, ten.vintage))
    )
    numbers = [c for c in whole.select_dtypes("number") if not c.endswith("_percent")]
    summed = halves.groupby("commune_code", sort=False)[numbers].sum()
    np.testing.assert_allclose(summed, whole[numbers], rtol=SHARES, atol=SHARES)


def test_successors_add_up_to_the_ten(ten: Communes, people: People) -> None:
    made = commune_table({(ANY, "LTE"): invented_classes(people.grid)}, ten, people)
    places = shipped_gazetteer("lao-cai")
    walk = places.crosswalk("2025-06-30", "2025-07-01")
    after = by_successor(made, places, walk)
    assert len(after) == 7
    for column in ("area_km2", "people", "people_no_signal", "area_covered_km2"):
        assert after[column].sum() == pytest.approx(made[column].sum(), rel=1e-12)


def test_worldpop_is_kept_whole(folder: Path) -> None:
    file = folder / "worldpop_2020_1km.tif"
    with rasterio.open(file) as raster:
        expected = float(raster.read(1, masked=True).astype("float64").sum())
    grid = Grid.from_bounds(
        340_000, 2_390_000, 465_000, 2_545_000, crs="EPSG:32648", resolution_m=450.0
    )
    counted = people_on(grid, folder)
    assert counted.total == pytest.approx(expected, rel=1e-6)


def test_official_totals_of_real_communes_are_met(ten: Communes, people: People) -> None:
    official = pd.Series({"02764": 3830.0, "02863": 2539.0, "02842": 2270.0})
    scaled = scaled_to_official(people, ten, official)
    made = zonal_sums(scaled.count, people.grid, ten.frame.geometry)
    found = dict(zip(ten.codes, made, strict=True))
    for code, figure in official.items():
        assert found[str(code)] == pytest.approx(figure, rel=SHARES)
    window, share = shares_by_hand(people.grid, ten.frame.geometry[ten.codes.index("02764")])
    by_hand = float((np.nan_to_num(scaled.count)[window] * share).sum())
    assert by_hand == pytest.approx(3830.0, rel=SHARES)


# The seven successors, from the merger map of 2025

SEVEN = ("02839", "02842", "02707", "02725", "03076", "02782", "02752")


@pytest.fixture(scope="module")
def seven(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Communes:
    text = (ROOT / "configs" / "lao-cai.toml").read_text(encoding="utf-8")
    facts = tomllib.loads(text)
    facts["area"] |= {"communes": list(SEVEN), "vintage": "2025-07-01"}
    facts["inputs"]["boundaries"] = {
        "file": "wards_2025_lao_cai.gpkg", "source": "merger map of 2025", "name_column": "fullName"
    }  # fmt: skip
    file = tmp_path_factory.mktemp("seven") / "study.toml"
    file.write_text(toml(facts), encoding="utf-8")
    layer = folder / "wards_2025_lao_cai.gpkg"
    return read_communes(layer, read_study(file), shipped_gazetteer("lao-cai"))  # no overlap


def test_the_same_codes_are_other_communes_in_the_next_vintage(
    ten: Communes, seven: Communes
) -> None:
    assert seven.names == {
        "02839": "Bắc Hà", "02842": "Tả Củ Tỷ", "02707": "Dền Sáng", "02725": "Bản Xèo",
        "03076": "Nậm Chày", "02782": "Cao Sơn", "02752": "Pha Long",
    }  # fmt: skip
    shared = set(ten.codes) & set(seven.codes)
    assert shared == {"02842", "03076"}
    for code in shared:
        old, new = (c.frame.set_index("code").geometry[code] for c in (ten, seven))
        assert new.area > 1.5 * old.area


def test_each_commune_lies_in_the_successor_that_the_crosswalk_names(
    ten: Communes, seven: Communes
) -> None:
    went = {
        c.from_code: c.to_code
        for c in shipped_gazetteer("lao-cai").crosswalk("2025-06-30", "2025-07-01").changes
    }
    new = seven.frame.set_index("code").geometry
    for code, outline in zip(ten.codes, ten.frame.geometry, strict=True):
        inside = new.intersection(outline).area
        assert inside.idxmax() == went[code], code
        # The outlines of 2009 are simplified: up to 4.04 km² (Pa Cheo) lie outside.
        assert outline.area - inside.max() < 4.1e6
        assert inside.max() > 0.85 * outline.area


def test_figures_by_the_new_vintage_and_by_the_old_one_meet(folder: Path, seven: Communes) -> None:
    grid = frame_of(seven, 180.0)
    counted = people_on(grid, folder)
    classes = invented_classes(grid)
    made = commune_table({(ANY, "LTE"): classes}, seven, counted).set_index("commune_code")
    expected = table_by_hand(classes, seven, counted).set_index("commune_code")
    for column in expected.columns:
        np.testing.assert_allclose(
            made[column].to_numpy(), expected[column].to_numpy(float), rtol=SHARES, atol=SHARES,
            err_msg=column,
        )  # fmt: skip
    assert set(made["vintage"]) == {"2025-07-01"}
    places = shipped_gazetteer("lao-cai")
    walk = places.crosswalk("2025-06-30", "2025-07-01")
    with pytest.raises(DataError, match="the crosswalk starts from 2025-06-30"):
        by_successor(made.reset_index(), places, walk)
