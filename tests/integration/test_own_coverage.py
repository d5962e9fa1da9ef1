"""An operator's own coverage from its file to every product, and what it never touches."""

import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

import phusong
from phusong.pipeline import show_service
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.pipeline.results import study_facts
from phusong.reporting.basis_words import SUPPLIED, plain
from phusong.reporting.study_readings import study_readings
from runs import invoke, run_here, table
from synthetic import CRS, SOUTH, WEST, Region, assumed, write_region

SAID = plain(SUPPLIED)
SECRET = "Kế hoạch mạng của B 4711-kin"
MAP = {
    "operator": "mang-b", "technology": "LTE", "file": "đầu vào/b.tab", "holds": "covered",
    "threshold": assumed(-110.0, "dBm"), "date": "2026-03-31", "source": SECRET, "licence": "B",
}  # fmt: skip
ONLY_A = {(row, "operator"): "Nhà mạng A" for row in (5, 6, 7)}
"""Rows of the tower list that are B's become A's."""


def write_map(region: Region) -> Region:
    """B's polygons: the west half of the region up to 5 km, with a hole in what they span."""
    parts = [
        shapely.box(WEST, SOUTH, WEST + 2700, SOUTH + 2700),
        shapely.box(WEST, SOUTH + 3600, WEST + 2700, SOUTH + 5040),
    ]
    frame = gpd.GeoDataFrame({"id": [1, 2]}, geometry=parts, crs=CRS)
    pyogrio.write_dataframe(frame, region.input("b.tab"), driver="MapInfo File")
    return region


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    folder = tmp_path_factory.mktemp("nhà mạng") / "vùng thử"
    written = write_map(
        write_region(folder, study={"inputs.operator_coverage": [MAP]}, towers=ONLY_A)
    )
    run_here(written)
    return written


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The same without B's map."""
    written = write_region(tmp_path_factory.mktemp("không bản đồ") / "vùng thử", towers=ONLY_A)
    run_here(written)
    return written


def raster(region: Region, name: str) -> np.ndarray:
    with rasterio.open(region.output / "reach" / "p1812" / "outdoor" / name) as source:
        return source.read(1)


def told() -> tuple[np.ndarray, np.ndarray]:
    """Cells that B calls covered, and cells that its map spans, on the study's grid."""
    shape = (64, 64)
    rows, cols = np.indices(shape)
    east, north = (cols + 0.5) * 90.0, (shape[0] - rows - 0.5) * 90.0
    west = east < 2700
    return west & ((north < 2700) | ((north > 3600) & (north < 5040))), west & (north < 5040)


def placed(region: Region, found: np.ndarray) -> np.ndarray:
    """The region's cells as the study's grid has them, which is a little smaller."""
    with rasterio.open(
        region.output / "reach" / "p1812" / "outdoor" / "any-lte-level.tif"
    ) as source:
        col = round((source.transform.c - WEST) / 90.0)
        row = round((SOUTH + 64 * 90.0 - source.transform.f) / 90.0)
        return found[row : row + source.height, col : col + source.width]


def test_the_map_is_the_operators_reach_and_joins_the_white_zones(
    region: Region, alone: Region
) -> None:
    covered, spanned = (placed(region, found) for found in told())
    of_b, of_any = (raster(region, f"{who}-lte-probability.tif") for who in ("mang-b", "any"))
    of_a = raster(region, "mang-a-lte-probability.tif")
    assert (of_b[covered] == 100).all()
    assert (of_b[spanned & ~covered] == 0).all()
    assert (of_b[~spanned] == 255).all()
    assert (of_any[covered] == 100).all()
    assert np.array_equal(of_any[spanned & ~covered], of_a[spanned & ~covered])
    beyond = ~spanned
    served = beyond & (of_a >= 95) & (of_a != 255)
    assert served.any()
    assert np.array_equal(of_any[served], of_a[served])
    assert (of_any[beyond & ~served] == 255).all()  # nobody knows, so no white zone
    assert (raster(region, "mang-b-lte-server.tif") == -1).all()
    for name in ("any-lte-level.tif", "any-lte-server.tif", "mang-a-lte-probability.tif"):
        assert np.array_equal(raster(region, name), raster(alone, name)), name
    white = {r: people(r, "any", "people_no_signal") for r in (region, alone)}
    assert 0 < white[region] < white[alone]
    unknown = people(region, "any", "people_unknown")
    assert unknown > 0
    assert people(alone, "any", "people_unknown") == 0


def people(region: Region, operator: str, column: str) -> float:
    found = pd.read_csv(region.output / "gaps" / "communes.csv", encoding="utf-8-sig")
    return float(found.loc[found["operator"] == operator, column].sum())


def test_a_notebook_shows_the_sites_of_others_and_does_not_guess_its(region: Region) -> None:
    study = phusong.open_study(region.study)
    reached = phusong.reach(study)
    phusong.service(study, reached)
    html = show_service.several_sites(study, reached)._repr_html_()
    row = html.partition("Nhà mạng B</span>")[2].partition("</tr>")[0]
    assert row.count("–") == 2 * 4
    assert "–" not in html.partition("Nhà mạng A</span>")[2].partition("</tr>")[0]


def test_every_product_says_operator_supplied(region: Region) -> None:
    for page in ("index.html", "maps/coverage.html", "brief-province.html", "brief-mang-b.html"):
        said = (region.output / page).read_text(encoding="utf-8")
        assert SUPPLIED.en in said, page
        assert SUPPLIED.vi in said, page
        assert SECRET in said, page
    communes = table(region.output / "gaps" / "communes.csv").set_index("operator")
    assert set(communes.loc["mang-b", "coverage_basis"]) == {SAID}
    assert set(communes.loc["any", "coverage_basis"]) == {SAID}
    assert set(communes.loc["mang-a", "coverage_basis"]) == {""}
    villages = table(region.output / "gaps" / "villages.csv")
    assert set(villages["any_lte_basis"]) == set(villages["mang-b_lte_basis"])
    assert set(villages["any_lte_basis"]) == {SAID}
    assert "mang-a_lte_basis" not in villages
    gaps = pyogrio.read_dataframe(region.output / "gaps" / "no-signal.gpkg")
    assert set(gaps.loc[gaps["operator"] == "mang-b", "coverage_basis"]) == {SAID}
    assert set(gaps.loc[gaps["operator"] == "mang-b", "cause"]) == {"unknown"}, "no site is known"
    assert "unknown" not in set(gaps.loc[gaps["operator"] == "mang-a", "cause"])
    with rasterio.open(
        region.output / "reach" / "p1812" / "outdoor" / "mang-b-lte-probability.tif"
    ) as source:
        assert source.tags()["COVERAGE_BASIS"] == SAID
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    (fact,) = manifest["steps"]["reach"]["facts"]["operator_coverage"]
    assert fact["in_use"] is True
    assert (fact["operator"], fact["threshold_dbm"], fact["date"]) == (
        "mang-b", -110.0, "2026-03-31",
    )  # fmt: skip
    assert fact["cells_unknown"] == fact["cells_outside"] > 0
    (entry,) = [i for i in manifest["inputs"] if i["key"] == "operator_coverage"]
    assert entry["source"] == SECRET


def test_a_click_names_no_server_where_it_is_the_map_that_covers(region: Region) -> None:
    facts = study_facts(start(phusong.open_study(region.study)))
    everybody, of_a, of_b = study_readings(facts).layers
    assert of_b.name.en == f"Nhà mạng B ({SUPPLIED.en})"
    assert of_b.server is None
    assert of_b.probability_percent is None
    assert of_b.level_dbm is None  # the map has no levels
    assert everybody.server is not None
    assert of_a.server is not None
    covered, _ = (placed(region, found) for found in told())
    by_map = covered & (of_a.classes < 2)
    assert by_map.any()
    assert (everybody.server[by_map] == -1).all()
    assert (everybody.probability_percent[by_map] == 255).all()  # type: ignore[index]
    assert np.array_equal(everybody.server[~covered], of_a.server[~covered])


def test_it_touches_neither_resilience_nor_quality(region: Region, alone: Region) -> None:
    for name in ("quality.csv", "resilience.csv"):
        mine = table(region.output / "reach" / name)
        assert set(mine["operator"]) <= {"mang-a", "any"}, name
        others = table(alone.output / "reach" / name)
        kept = others[others["operator"].isin(["mang-a", "any"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, kept)


def test_a_competitor_reads_nothing_of_it(region: Region) -> None:
    study = phusong.open_study(region.study)
    for audience in ("operator:mang-a", "public"):
        write_for_audience(start(study), audience)
    for folder in ("for-operator-mang-a", "for-public"):
        for file in sorted((region.output / folder).rglob("*")):
            if file.suffix in {".html", ".csv", ".json"}:
                said = file.read_text(encoding="utf-8-sig")
                assert "4711-kin" not in said, file
                assert "2026-03-31" not in said, file
                if folder == "for-operator-mang-a":
                    assert "mang-b" not in said, file
                if file.suffix == ".html":
                    assert SUPPLIED.en in said, file


def test_sites_win_unless_the_study_says_otherwise(tmp_path: Path) -> None:
    """B has sites: its map is left aside, and a run says so; or it stands instead of them."""
    without = write_region(tmp_path / "một")
    given = write_map(write_region(tmp_path / "hai", study={"inputs.operator_coverage": [MAP]}))
    instead = {**MAP, "use": "instead-of-sites"}
    chosen = write_map(write_region(tmp_path / "ba", study={"inputs.operator_coverage": [instead]}))
    for region in (without, given, chosen):
        run_here(region)
    name = "mang-b-lte-probability.tif"
    assert np.array_equal(raster(given, name), raster(without, name))
    page = (given.output / "index.html").read_text(encoding="utf-8")
    assert "so its coverage map b.tab is not used" in page
    assert "coverage_basis" not in table(given.output / "gaps" / "communes.csv")
    covered, _ = told()
    assert (raster(chosen, name)[placed(chosen, covered)] == 100).all()
    assert set(table(chosen.output / "reach" / "resilience.csv")["operator"]) == {"mang-a", "any"}


def test_check_reads_it(region: Region, tmp_path: Path) -> None:
    result = invoke("check", region.study)
    assert result.exit_code == 1
    assert "b.tab: mang-b's own coverage of LTE says nothing of" in result.output
    assert "mang-b, own LTE map: " in result.output
    assert "have no site in the frame" not in result.output
    broken = write_region(
        tmp_path / "vùng", study={"inputs.operator_coverage": [MAP]}, towers=ONLY_A
    )
    broken.input("b.tab").write_text("!table\n!version 300\nType VIEW\n", encoding="utf-8")
    result = invoke("check", broken.study)
    assert result.exit_code == 2
    assert "is not a MapInfo table of the type NATIVE" in result.output


def test_the_same_bytes_again_and_a_changed_map_is_seen(tmp_path: Path) -> None:
    region = write_map(
        write_region(tmp_path / "vùng", study={"inputs.operator_coverage": [MAP]}, towers=ONLY_A)
    )
    run_here(region)
    before = (region.output / "gaps" / "communes.csv").read_bytes()
    study = phusong.open_study(region.study)
    phusong.reach(study)
    assert "reach: reused" in study.history
    frame = pyogrio.read_dataframe(region.input("b.tab")).head(1)
    for part in region.input("b.tab").parent.glob("b.*"):
        part.unlink()
    pyogrio.write_dataframe(frame, region.input("b.tab"), driver="MapInfo File")
    run_here(region)
    assert (region.output / "gaps" / "communes.csv").read_bytes() != before


def test_other_environments_scenarios_and_technologies(tmp_path: Path) -> None:
    """Indoors nothing is known of the map; a switch-off takes the map away; 3G alone is B's map."""
    vehicle = {
        "title_en": "In a vehicle", "title_vi": "Trong xe", "entry_loss": assumed(8.0, "dB"),
        "receiver_height": assumed(1.5, "m"),
    }  # fmt: skip
    operators = [
        {"name": "Nhà mạng A", "key": "mang-a"},
        {"name": "Nhà mạng B", "key": "mang-b", "stations": assumed(9, "sites")},
    ]
    study = {
        "operators": operators,
        "environments.in-vehicle": vehicle,
        "technologies.UMTS": {"quantity": "RSCP"},
        "inputs.operator_coverage": [MAP, {**MAP, "technology": "UMTS"}],
        "scenarios.off": {"title_en": "B's 4G ends", "operators": ["mang-b"], "off": ["LTE"]},
    }
    region = write_map(write_region(tmp_path / "vùng", study=study, towers=ONLY_A))
    run_here(region)
    communes = pd.read_csv(region.output / "gaps" / "environments.csv", encoding="utf-8-sig")
    of_b = communes[(communes["operator"] == "mang-b") & (communes["technology"] == "LTE")]
    by_place = of_b.groupby("environment")[["area_covered_km2", "area_unknown_km2"]].sum()
    assert by_place.loc["outdoor", "area_covered_km2"] > 1.0
    assert by_place.loc["in-vehicle", "area_covered_km2"] == 0.0
    whole = of_b.loc[of_b["environment"] == "in-vehicle", "area_km2"].sum()
    assert by_place.loc["in-vehicle", "area_unknown_km2"] == pytest.approx(whole, abs=0.001)
    umts = communes[(communes["technology"] == "UMTS") & (communes["environment"] == "outdoor")]
    covered = umts.groupby("operator")["area_covered_km2"].sum()
    assert covered["any"] == covered["mang-b"] == by_place.loc["outdoor", "area_covered_km2"]
    assert covered["mang-a"] == 0.0
    changes = pd.read_csv(region.output / "scenarios" / "communes.csv", encoding="utf-8-sig")
    lost = changes[(changes["operator"] == "mang-b") & (changes["technology"] == "LTE")]
    assert lost["area_covered_km2"].sum() == 0.0
    kept = changes[(changes["operator"] == "mang-b") & (changes["technology"] == "UMTS")]
    assert kept["area_covered_km2"].sum() == pytest.approx(covered["mang-b"])
    assert set(table(region.output / "reach" / "resilience.csv")["technology"]) == {"LTE"}
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    assert "incomplete_lists" not in manifest["steps"]["reach"]["facts"]  # the map is no list
    assert "B, 0 of 9" not in invoke("check", region.study).output
    probability = raster(region, "any-any-probability.tif").astype(int)
    lte = raster(region, "any-lte-probability.tif").astype(int)
    assert np.array_equal(probability == 100, lte == 100)
