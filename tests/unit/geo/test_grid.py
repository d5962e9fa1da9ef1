"""The grid: what it refuses, where its cells lie, and which way is north."""

import math

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from phusong.errors import DataError
from phusong.geo.grid import Grid

UTM = "EPSG:32648"


def grid(west: float = 100, south: float = 200, east: float = 1000, north: float = 1300) -> Grid:
    return Grid.from_bounds(west, south, east, north, crs=UTM, resolution_m=90)


def box(affine: Affine, crs: str | None = UTM) -> GeoBox:
    return GeoBox((5, 7), affine, crs)


def test_edges_snap_to_multiples_of_the_resolution() -> None:
    made = grid()
    # 100/90 down to 90, 200/90 down to 180; (1000-90)/90 = 10.1, (1300-180)/90 = 12.4 up.
    assert made.shape == (13, 11)
    assert made.bounds == (90, 180, 90 + 11 * 90, 180 + 13 * 90)
    assert made.resolution_m == 90
    assert made.cell_area_km2 == pytest.approx(0.0081, rel=1e-12)


def test_bounds_on_the_lattice_stay() -> None:
    assert grid(90, 180, 990, 1350).bounds == (90, 180, 990, 1350)
    assert grid(-180, -90, 90, 90).bounds == (-180, -90, 90, 90)
    # A rounding error of the caller's arithmetic adds no row.
    assert grid(90, 180, 990 + 1e-9, 1350 + 1e-9).shape == grid(90, 180, 990, 1350).shape


def test_negative_coordinates_snap_outwards() -> None:
    assert grid(-100, -200, 10, 20).bounds == (-180, -270, 90, 90)


def test_same_place_same_lattice() -> None:
    one, other = grid(), grid(130, 350, 700, 900)
    assert (other.bounds[0] - one.bounds[0]) % 90 == 0
    assert (other.bounds[3] - one.bounds[3]) % 90 == 0
    assert grid() == one
    assert other != one


@pytest.mark.parametrize(
    ("affine", "said"),
    [
        (Affine(90, 5, 0, 5, -90, 0), "north-up"),  # sheared
        (Affine.rotation(10) * Affine(90, 0, 0, 0, -90, 0), "north-up"),
        (Affine(90, 0, 0, 0, -80, 0), "square"),
        (Affine(90, 0, 0, 0, 90, 0), "north-up"),  # south-up
        (Affine(-90, 0, 0, 0, 90, 0), "north-up"),
    ],
)
def test_refuses_rotated_flipped_and_oblong_cells(affine: Affine, said: str) -> None:
    with pytest.raises(DataError, match=said):
        Grid(box(affine))


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        (None, "no CRS"),
        ("EPSG:4326", "degrees"),
        ("EPSG:4756", "degrees"),  # VN-2000, geographic
        ("EPSG:2263", "US survey foot"),
        ("EPSG:4978", "no map projection"),  # geocentric metres
    ],
)
def test_refuses_crs_without_metres_on_a_map(crs: str | None, said: str) -> None:
    with pytest.raises(DataError, match=said):
        Grid(box(Affine(90, 0, 0, 0, -90, 0), crs))


def test_accepts_the_national_projection() -> None:
    assert Grid.from_bounds(0, 0, 900, 900, crs="EPSG:9208", resolution_m=90).crs == "EPSG:9208"


def test_pixel_of_by_hand() -> None:
    made = grid()  # north edge 1350, west edge 90
    assert [float(v) for v in made.pixel_of(90, 1350)] == [0, 0]
    assert [float(v) for v in made.pixel_of(135, 1305)] == [0.5, 0.5]
    # 200 m east of the west edge: 2.2222 columns; 45 m south of the north edge: half a row.
    row, col = made.pixel_of(290, 1305)
    assert (float(row), float(col)) == pytest.approx((0.5, 200 / 90))
    row, col = made.pixel_of(np.array([90.0, 1080.0]), np.array([180.0, 1350.0]))
    np.testing.assert_allclose(row, [13, 0])
    np.testing.assert_allclose(col, [0, 11])


def test_contains_north_and_west_edges_only() -> None:
    made = grid()
    assert bool(made.contains(90, 1350))
    assert not bool(made.contains(1080, 1350))
    assert not bool(made.contains(90, 180))
    inside = made.contains(np.array([89.9, 500, 500]), np.array([500, 179.9, 500]))
    assert inside.tolist() == [False, False, True]
    assert not bool(made.contains(math.inf, 500))
    assert not bool(made.contains(math.nan, 500))


@pytest.mark.parametrize(
    ("longitude", "latitude", "zone"),
    [
        (104.0, 22.5, "EPSG:32648"),  # west of the central meridian, 105° E
        (106.5, 10.8, "EPSG:32648"),
        (105.0, 22.5, "EPSG:32648"),
        (106.5, -10.8, "EPSG:32748"),
    ],
)
def test_north_azimuth_is_the_convergence(longitude: float, latitude: float, zone: str) -> None:
    to_grid = Transformer.from_crs("EPSG:4326", zone, always_xy=True)
    easting, northing = to_grid.transform(longitude, latitude)
    made = Grid.from_bounds(
        easting - 900, northing - 900, easting + 900, northing + 900, crs=zone, resolution_m=90
    )
    # Transverse Mercator on a sphere: tan γ = tan(λ − λ0) sin φ, positive east of λ0 and north
    # of the equator. The ellipsoid changes it by less than 0.001° within 2° of the meridian.
    turn = math.degrees(
        math.atan(math.tan(math.radians(longitude - 105)) * math.sin(math.radians(latitude)))
    )
    assert made.north_azimuth_deg(easting, northing) == pytest.approx(turn, abs=0.002)


def test_north_azimuth_at_a_published_place() -> None:
    # One degree west of the central meridian at 22.5° N: −0.383° (tan 1° × sin 22.5°).
    to_grid = Transformer.from_crs("EPSG:4326", UTM, always_xy=True)
    easting, northing = to_grid.transform(104.0, 22.5)
    assert grid().north_azimuth_deg(easting, northing) == pytest.approx(-0.3827, abs=0.001)


def test_longitude_latitude_of_the_zone_origin() -> None:
    longitude, latitude = grid().longitude_latitude(500_000, 0)
    assert (longitude, latitude) == pytest.approx((105.0, 0.0), abs=1e-9)


def test_other_resolution_covers_the_same_place() -> None:
    fine = grid().with_resolution(30)
    assert fine.bounds == grid().bounds
    assert fine.shape == (39, 33)
    coarse = grid().with_resolution(200)
    west, south, east, north = grid().bounds
    assert coarse.bounds[0] <= west
    assert coarse.bounds[1] <= south
    assert coarse.bounds[2] >= east
    assert coarse.bounds[3] >= north
