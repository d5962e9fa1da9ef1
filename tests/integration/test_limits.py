"""The border, water and areas where nothing may be built: checked, and kept out of the plan."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer

from phusong.pipeline.api import open_study
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from runs import invoke, run_here, table
from synthetic import CRS, SOUTH, WEST, Region, assumed, degrees, write_region
from unit.sources.test_own_coverage import areas

EAST_M = 3_700.0
"""The country ends here, metres from the west corner: site S2 and S4 stand beyond it."""


def place(east: float, north: float) -> tuple[float, float]:
    return WEST + east, SOUTH + north


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(*place(west, south), *place(east, north))


FOREST = box(300, 2000, 1500, 4200)
LAKE = box(2000, 3700, 2800, 4500)
ROAD = shapely.LineString([place(0, 1000), place(3700, 1000)])
LIMITS: dict[str, Any] = {
    "inputs.country": {"file": "country.gpkg", "source": "made up", "belt": assumed(0.4, "km")},
    "inputs.water": {"file": "water.kml", "source": "made up"},
    "inputs.exclusions": [
        {
            "file": "forest.geojson", "source": "made up", "title_en": "Protected forest",
            "title_vi": "Rừng phòng hộ", "name_column": "ten",
        },
        {
            "file": "fault.gpkg", "source": "made up", "title_en": "Landslides",
            "title_vi": "Sạt lở", "buffer": assumed(0.2, "km"),
        },
    ],
}  # fmt: skip


def with_limits(folder: Path, **study: Any) -> Region:
    region = write_region(folder, study={**LIMITS, **study})
    areas(folder / "country.gpkg", [box(-60_000, -50_000, EAST_M, 90_000)])
    areas(folder / "water.kml", [LAKE])
    areas(folder / "forest.geojson", [FOREST], ten=["Hoàng Liên"])
    areas(folder / "fault.gpkg", [ROAD])
    return region


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    region = with_limits(tmp_path_factory.mktemp("biên giới") / "vùng")
    run_here(region)
    return region


def spots(region: Region) -> np.ndarray:
    """Positions of the ranked options in the study's CRS."""
    found = table(region.output / "plan" / "priorities.csv")
    to_grid = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    degrees_east, degrees_north = (found[c].astype(float) for c in ("longitude", "latitude"))
    return np.column_stack(to_grid.transform(degrees_east, degrees_north))


def test_no_option_stands_where_none_may(region: Region, tmp_path: Path) -> None:
    points = shapely.points(spots(region))
    assert len(points) > 0
    half = 0.2  # positions have six decimals of a degree
    assert (shapely.get_x(points) <= WEST + EAST_M - 400 + half).all()
    for ground in (FOREST, LAKE, ROAD.buffer(200)):
        assert not shapely.intersects(ground.buffer(-half), points).any()
    free = write_region(tmp_path / "vùng")
    run_here(free)
    others = shapely.points(spots(free))
    assert (shapely.get_x(others) > WEST + EAST_M - 400).any()  # else the limits would say nothing


def test_what_was_taken_away_is_counted_and_said(region: Region) -> None:
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    removed = {r["title_en"]: r for r in manifest["steps"]["plan"]["facts"]["removed"]}
    assert list(removed) == [
        "Outside the national boundary", "Water", "Border belt of 0.4 km", "Protected forest",
        "Landslides",
    ]  # fmt: skip
    asked = shapely.union_all(
        gpd.read_file(region.input("communes.geojson")).query("code != '09999'")
        .to_crs(CRS).geometry.to_numpy()
    )  # fmt: skip
    grounds = {
        "Outside the national boundary": box(EAST_M, -9000, 90_000, 90_000),
        "Water": LAKE, "Protected forest": FOREST, "Landslides": ROAD.buffer(200),
        "Border belt of 0.4 km": box(EAST_M - 400, -9000, EAST_M, 90_000),
    }  # fmt: skip
    for title, ground in grounds.items():
        wanted = shapely.intersection(ground, asked).area / 1e6
        # Cells of 0.0081 km2 by their centre: the edge is known to half a cell.
        tolerance = 0.045e-3 * shapely.intersection(ground, asked).length
        assert removed[title]["area_km2"] == pytest.approx(wanted, abs=tolerance), title
    assert removed["Outside the national boundary"]["spots"] > 0
    names = [part["key"] for part in manifest["inputs"]]
    assert [n for n in names if n in {"country", "water", "exclusions"}] == [
        "country", "water", "exclusions", "exclusions",
    ]  # fmt: skip
    keys = {a["key"]: a["value"] for a in manifest["assumptions"]}
    assert keys["inputs.country.belt"] == 0.4
    assert keys["inputs.exclusions.2.buffer"] == 0.2
    for page in ("index.html", "brief-province.html", "brief-mang-a.html"):
        said = (region.output / page).read_text(encoding="utf-8")
        assert "Không đặt trạm mới ở: Ngoài biên giới quốc gia:" in said, page
        assert "Rừng phòng hộ" in said, page


def test_check_names_sites_abroad_and_in_the_water_with_row_and_distance(
    region: Region, tmp_path: Path
) -> None:
    result = invoke("check", region.study)
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    # S2 stands at 4210 m, S4 at 5050 m, S3 at (2390, 4120) in the lake, 380 m from its shore.
    assert "S2 (Nhà mạng A), towers.csv row 4, 0.51 km beyond it" in said
    assert "S4 (Nhà mạng B), towers.csv row 6, 1.35 km beyond it" in said
    assert "S3 (Nhà mạng B), towers.csv row 5, 0.38 km from the shore" in said
    assert "Đèo Gió (00203)" in said
    assert "reach beyond the national boundary" in said


def test_the_map_draws_them_but_not_for_everybody(region: Region) -> None:
    page = (region.output / "maps" / "coverage.html").read_text(encoding="utf-8")
    assert "No new sites here" in page
    assert "National boundary" in page
    assert json.dumps("Hoàng Liên")[1:-1] in page
    write_for_audience(start(open_study(region.study)), "public")
    for file in sorted((region.output / "for-public").rglob("*.html")):
        said = file.read_text(encoding="utf-8")
        assert "No new sites" not in said, file
        assert "Protected forest" not in said, file
    said = invoke("check", region.study).output
    assert "no new sites: Protected forest: 2.6 km² in and near the frame (Hoàng Liên)" in said


def test_sea_is_seen_in_the_terrain_itself(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    with rasterio.open(region.input("dem.tif"), "r+") as source:
        height = source.read(1)
        west, north = degrees(
            *(v - w for v, w in zip(place(3900, 3300), (WEST, SOUTH), strict=True))
        )
        row, col = source.index(west, north)
        height[row : row + 12, col : col + 14] = 0.0
        source.write(height, 1)
    said = " ".join(invoke("check", region.study).output.split())
    assert "1 site(s) stand where the ground is 0 m all around" in said
    assert "S2 (Nhà mạng A), towers.csv row 4" in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inputs.exclusions": [{**LIMITS["inputs.exclusions"][1], "buffer": assumed(0, "km")}]},
         "fault.gpkg row 1 is a LineString, a polygon is needed"),
        ({"inputs.exclusions": [{**LIMITS["inputs.exclusions"][0], "name_column": "loai"}]},
         "column loai is missing"),
        ({"inputs.country": {"file": "far.gpkg", "source": "s"}},
         "holds no part of the study area"),
        ({"inputs.water": {"file": "none.gpkg", "source": "s"}}, "none.gpkg does not exist"),
    ],
)  # fmt: skip
def test_limits_that_cannot_be_used(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    region = with_limits(tmp_path / "vùng", **changes)
    areas(tmp_path / "vùng" / "far.gpkg", [box(90_000, 90_000, 91_000, 91_000)])
    result = invoke("check", region.study)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
