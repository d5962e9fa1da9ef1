"""People in buildings: the total of every source cell is kept, whoever lives where."""

import gzip
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from numpy.typing import NDArray
from rasterio.transform import from_origin
from shapely.geometry import LineString, Point, box

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.sources.buildings import Buildings
from phusong.sources.people import read_people
from synthetic import CRS, SOUTH, TO_DEGREES, WEST, write_raster

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
    people = read_people(raster, GRID, Buildings(layer(tmp_path / "b.gpkg", shapes, crs)))
    np.testing.assert_allclose(by_source(people.count), by_source(even.count), rtol=1e-9)
    assert people.total == pytest.approx(even.total, rel=1e-9)
    assert not np.allclose(people.count, even.count)
    assert np.isnan(even.spread_people)


def test_people_stand_where_the_buildings_stand(tmp_path: Path, raster: Path) -> None:
    # Two buildings in one cell of the grid and one in another, all in one source cell.
    at = [(10.0, 10.0), (20.0, 15.0), (400.0, 300.0)]
    file = layer(tmp_path / "b.gpkg", [Point(WEST + e, NORTH - s) for e, s in at])
    even, people = read_people(raster, GRID), read_people(raster, GRID, Buildings(file))
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
    people = read_people(raster, GRID, Buildings(layer(tmp_path / "b.gpkg", shapes)))
    cell = people.count[0:5, 0:5]
    assert cell[3, 3] / cell.sum() == pytest.approx(1 / 181, rel=1e-3)
    assert cell[0, 0] == pytest.approx(cell[0, 1], rel=1e-3)
    assert np.count_nonzero(cell > 1e-9) == 3


def test_one_more_building_moves_people_of_its_source_cell_only(
    tmp_path: Path, raster: Path
) -> None:
    points = [Point(WEST + 100, NORTH - 100), Point(WEST + 700, NORTH - 1000)]
    before = read_people(raster, GRID, Buildings(layer(tmp_path / "a.gpkg", points)))
    after = read_people(
        raster,
        GRID,
        Buildings(layer(tmp_path / "b.gpkg", [*points, Point(WEST + 250, NORTH - 300)])),
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
        read_people(raster, GRID, Buildings(layer(tmp_path / "b.geojson", shapes)))


HEADER = "latitude,longitude,area_in_meters,confidence,geometry,full_plus_code"


def google(*places: tuple[float, float, float], half_m: float = 5.0, outlines: bool = True) -> str:
    """Buildings in the provider's columns: metres east and south of a corner, and confidence."""
    lines = [HEADER if outlines else HEADER.replace("geometry,", "")]
    for east, south, confidence in places:
        x, y = WEST + east, NORTH - south
        ring = box(x - half_m, y - half_m, x + half_m, y + half_m).exterior.coords
        corners = [TO_DEGREES.transform(*point) for point in ring]
        wkt = "POLYGON((" + ", ".join(f"{a:.9f} {b:.9f}" for a, b in corners) + "))"
        lon, lat = TO_DEGREES.transform(x, y)
        shape = f'"{wkt}",' if outlines else ""
        lines.append(f"{lat:.8f},{lon:.8f},{4 * half_m**2:.1f},{confidence},{shape}7PJ4+XX")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("outlines", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_google_s_table_is_read_as_it_is(
    tmp_path: Path, raster: Path, packed: bool, outlines: bool
) -> None:
    content = google((20, 20, 0.9), (420, 320, 0.66), (500_000, 20, 0.9), outlines=outlines)
    file = tmp_path / ("36d_buildings.csv.gz" if packed else "buildings.csv")
    file.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    even, people = read_people(raster, GRID), read_people(raster, GRID, Buildings(file))
    total = float(even.count[0:5, 0:5].sum())
    assert people.count[0, 0] == pytest.approx(total / 2, rel=1e-3)
    assert people.count[3, 4] == pytest.approx(total / 2, rel=1e-3)


def test_buildings_that_are_not_sure_are_left_out_and_counted(tmp_path: Path, raster: Path) -> None:
    file = tmp_path / "buildings.csv"
    file.write_text(google((20, 20, 0.9), (420, 320, 0.66)), encoding="utf-8")
    even = read_people(raster, GRID)
    with pytest.warns(
        DataWarning, match=r"1 of 2 buildings are left out, confidence is below 0\.7"
    ):
        people = read_people(raster, GRID, Buildings(file, 0.7))
    assert people.count[0, 0] == pytest.approx(float(even.count[0:5, 0:5].sum()), rel=1e-9)
    with pytest.raises(
        DataError, match=r"none of its 2 buildings has confidence of at least 0\.95"
    ):
        read_people(raster, GRID, Buildings(file, 0.95))
    plain = layer(tmp_path / "b.gpkg", [Point(WEST + 100, NORTH - 100)])
    with pytest.raises(DataError, match=r"no column confidence.*confidence_column"):
        read_people(raster, GRID, Buildings(plain, 0.7))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        (HEADER + "\n", "has no row|no building"),
        ("latitude,longitude\n1,2\n", "no column area_in_meters, confidence"),
        (HEADER + "\n22.5,104.0,1,0.9,POLYGON((1,X\n", "row 2, geometry = 'POLYGON"),
        (HEADER + "\n22.5,104.0,1,0.9,POINT(1 2),X\n", "no polygon in WKT"),
        (HEADER + "\n22.5,104.0,1,0.9,x,X\n22.5,104.0,1,90,x,X\n", "row 3, confidence = '90'"),
        (HEADER + "\n-,104.0,1,0.9,x,X\n", "row 2, latitude = '-': -90 to 90"),
        (google((500_000, 20, 0.9)), "no building in the study area"),
    ],
)
def test_faults_of_a_table_are_named(
    tmp_path: Path, raster: Path, content: str, words: str
) -> None:
    lon, lat = TO_DEGREES.transform(WEST + 20, NORTH - 20)
    file = tmp_path / "buildings.csv"
    file.write_text(content.replace("22.5,104.0", f"{lat},{lon}"), encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_people(raster, GRID, Buildings(file))


def test_half_a_packed_table_is_refused(tmp_path: Path, raster: Path) -> None:
    file = tmp_path / "36d_buildings.csv.gz"
    file.write_bytes(gzip.compress(google(*[(20, 20, 0.9)] * 500).encode())[:-40])
    with pytest.raises(DataError, match="is damaged"):
        read_people(raster, GRID, Buildings(file))
