"""People in buildings: the total of every source cell is kept, whoever lives where."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from numpy.typing import NDArray
from rasterio.transform import from_origin
from shapely.geometry import LineString, Point, box

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.sources.people import read_people
from synthetic import CRS, SOUTH, WEST, write_raster

SIDE_M, SOURCE_M = 2700.0, 450.0
GRID = Grid.from_bounds(WEST, SOUTH, WEST + SIDE_M, SOUTH + SIDE_M, crs=CRS, resolution_m=90)
NORTH = SOUTH + SIDE_M


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    row, col = np.mgrid[0:6, 0:6]
    people = ((5 * row + 11 * col + row * col) % 17 + 1).astype(np.float64) * 1.37
    write_raster(
        tmp_path / "p.tif", people, crs=CRS, transform=from_origin(WEST, NORTH, SOURCE_M, SOURCE_M)
    )
    return tmp_path / "p.tif"


def layer(file: Path, shapes: list[object], crs: str = CRS) -> Path:
    gpd.GeoSeries(shapes, crs=CRS).to_crs(crs).to_file(file)
    return file


def by_source(count: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(count.reshape(6, 5, 6, 5).sum(axis=(1, 3)))


@pytest.mark.parametrize("kind", ["points", "footprints", "areas"])
@pytest.mark.parametrize("crs", [CRS, "EPSG:4326"])
def test_every_source_cell_keeps_its_people(
    tmp_path: Path, raster: Path, kind: str, crs: str
) -> None:
    rng = np.random.default_rng(3)
    places = [(WEST + e, SOUTH + n) for e, n in rng.uniform(50, SIDE_M - 50, (60, 2))]
    half = {"points": 0.0, "footprints": 4.0, "areas": 45.0}[kind]
    shapes = [
        Point(e, n) if not half else box(e - half, n - half, e + half, n + half) for e, n in places
    ]
    even = read_people(raster, GRID)
    people = read_people(raster, GRID, layer(tmp_path / "b.gpkg", shapes, crs))
    np.testing.assert_allclose(by_source(people.count), by_source(even.count), rtol=1e-9)
    assert people.total == pytest.approx(even.total, rel=1e-9)
    assert not np.allclose(people.count, even.count)
    assert np.isnan(even.spread_people)


def test_people_stand_where_the_buildings_stand(tmp_path: Path, raster: Path) -> None:
    # Two buildings in one cell of the grid and one in another, all in one source cell.
    at = [(10.0, 10.0), (20.0, 15.0), (400.0, 300.0)]
    file = layer(tmp_path / "b.gpkg", [Point(WEST + e, NORTH - s) for e, s in at])
    even, people = read_people(raster, GRID), read_people(raster, GRID, file)
    first = np.s_[0:5, 0:5]
    total = float(even.count[first].sum())
    expected = np.zeros((5, 5))
    expected[0, 0], expected[3, 4] = 2 / 3 * total, 1 / 3 * total
    np.testing.assert_allclose(people.count[first], expected, rtol=1e-9)
    others = np.ones((30, 30), dtype=bool)
    others[first] = False
    np.testing.assert_allclose(people.count[others], even.count[others], rtol=1e-9)
    assert people.spread_people == pytest.approx(even.total - total, rel=1e-9)


def test_an_area_counts_by_its_size(tmp_path: Path, raster: Path) -> None:
    # 180 x 90 m over two cells, and 10 x 9 m in one cell, all in one source cell: 180 to 1.
    small = box(WEST + 300, NORTH - 300, WEST + 310, NORTH - 291)
    shapes = [box(WEST, NORTH - 90, WEST + 180, NORTH), small]
    people = read_people(raster, GRID, layer(tmp_path / "b.gpkg", shapes))
    cell = people.count[0:5, 0:5]
    assert cell[3, 3] / cell.sum() == pytest.approx(1 / 181, rel=1e-3)
    assert cell[0, 0] == pytest.approx(cell[0, 1], rel=1e-3)
    assert np.count_nonzero(cell > 1e-9) == 3


def test_one_more_building_moves_people_of_its_source_cell_only(
    tmp_path: Path, raster: Path
) -> None:
    points = [Point(WEST + 100, NORTH - 100), Point(WEST + 700, NORTH - 1000)]
    before = read_people(raster, GRID, layer(tmp_path / "a.gpkg", points))
    after = read_people(
        raster, GRID, layer(tmp_path / "b.gpkg", [*points, Point(WEST + 250, NORTH - 300)])
    )
    changed = np.abs(after.count - before.count) > 1e-9
    assert changed[0:5, 0:5].any()
    changed[0:5, 0:5] = False
    assert not changed.any()


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([LineString([(WEST, SOUTH), (WEST + 9, SOUTH + 9)])], "holds LineString"),
        ([Point(WEST + 5, SOUTH + 5), box(WEST, SOUTH, WEST + 9, SOUTH + 9)], "not both"),
        ([Point(WEST - 90_000, SOUTH)], "no building in the study area"),
    ],
)
def test_what_is_no_building_is_named(
    tmp_path: Path, raster: Path, shapes: list[object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_people(raster, GRID, layer(tmp_path / "b.geojson", shapes))
