"""Spots for masts: high ground, people near, allowed, known, and the same on every machine."""

import math

import geopandas as gpd
import numpy as np
import pytest
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString, Point

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.planning.candidates import (
    PEOPLE_WITHIN_M,
    Spot,
    candidate_spots,
    distances_m,
    points_along,
)

GRID = Grid.from_bounds(0, 0, 9000, 7200, crs="EPSG:32648", resolution_m=90)  # 80 x 100 cells
ROW, COL = np.mgrid[0 : GRID.shape[0], 0 : GRID.shape[1]]
EVERYWHERE = np.ones(GRID.shape, dtype=np.bool_)
ONE_EACH = np.ones(GRID.shape)


def cone(row: float, col: float, height: float, slope: float = 0.2) -> NDArray[np.float64]:
    return (height - slope * 90 * np.hypot(ROW - row, COL - col)).clip(min=0)


def hills() -> NDArray[np.float32]:
    """Three hills of different height on ground that falls to the east."""
    ground = 100 - 0.3 * COL + 0.05 * ROW
    return (ground + cone(20, 20, 400) + cone(60, 30, 300) + cone(40, 80, 500)).astype(np.float32)


def spots(
    height: NDArray[np.float32],
    people: NDArray[np.float64] = ONE_EACH,
    allowed: NDArray[np.bool_] = EVERYWHERE,
    *,
    spacing_m: float = 1500.0,
    kept: int = 50,
) -> tuple[Spot, ...]:
    return candidate_spots(Terrain(GRID, height), people, allowed, spacing_m=spacing_m, kept=kept)


def cells(found: tuple[Spot, ...]) -> list[tuple[int, int]]:
    """Row and column of the cell whose centre each spot is."""
    made = []
    for spot in found:
        row, col = (float(v) for v in GRID.pixel_of(spot.easting, spot.northing))
        assert row % 1 == pytest.approx(0.5)
        assert col % 1 == pytest.approx(0.5)
        made.append((int(row), int(col)))
    return made


def test_hilltops_are_found() -> None:
    assert {(20, 20), (60, 30), (40, 80)} <= set(cells(spots(hills())))


def test_a_spot_is_the_highest_within_its_spacing() -> None:
    rng = np.random.default_rng(11)
    rough = (hills() + rng.normal(0, 80, GRID.shape)).astype(np.float32)
    found = spots(rough, spacing_m=720, kept=1000)
    assert len(found) > 10
    # The ground is smoothed before it is compared, so two tops are as far apart as the spacing.
    places = np.array([(s.easting, s.northing) for s in found])
    apart = np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    assert float(apart.min()) > 720


def test_facts_of_a_spot_by_hand() -> None:
    # A ridge that rises 9 m per cell of 90 m to the north and 18 m to the west: tan = 0.2236.
    plane = (2000 - 9.0 * ROW - 18.0 * COL).astype(np.float32)
    allowed = np.zeros(GRID.shape, dtype=np.bool_)
    allowed[0, 0] = True
    (spot,) = spots(plane, allowed=allowed)
    assert (spot.easting, spot.northing) == (45, 7155)  # the centre of the north-west cell
    assert spot.ground_amsl_m == 2000
    assert spot.slope_deg == pytest.approx(math.degrees(math.atan(math.hypot(0.1, 0.2))), abs=1e-4)


def test_people_near_by_brute_force() -> None:
    rng = np.random.default_rng(3)
    people = rng.poisson(0.4, GRID.shape).astype(float)
    people[rng.random(GRID.shape) < 0.05] = np.nan
    # A square of about the area of the circle: its side is √π · 4000 m, in an odd number of cells.
    half = math.floor(math.sqrt(math.pi) * PEOPLE_WITHIN_M / 90 / 2)
    for spot in spots(hills(), people):
        ((row, col),) = cells((spot,))
        window = people[max(0, row - half) : row + half + 1, max(0, col - half) : col + half + 1]
        assert spot.people_near == pytest.approx(np.nansum(window), abs=1e-6)


def test_most_people_first() -> None:
    people = np.zeros(GRID.shape)
    people[58:63, 5:35] = 10  # around the lowest hill, out of reach of the others' squares
    found = spots(hills(), people + 0.001)
    assert cells(found)[0] == (60, 30)
    near = [s.people_near for s in found]
    assert near == sorted(near, reverse=True)


def test_nobody_near_no_spot() -> None:
    assert spots(hills(), np.zeros(GRID.shape)) == ()
    assert spots(hills(), np.full(GRID.shape, np.nan)) == ()


def test_only_allowed_and_known_ground() -> None:
    allowed = EVERYWHERE.copy()
    allowed[15:26, 15:26] = False
    height = hills()
    height[38:43, 78:83] = np.nan
    found = cells(spots(height, allowed=allowed))
    assert (60, 30) in found
    assert all(allowed[place] and not np.isnan(height[place]) for place in found)


def test_the_best_are_kept() -> None:
    every = spots(hills(), kept=1000)
    assert len(every) >= 3
    assert spots(hills(), kept=2) == every[:2]


def test_inputs_are_not_written_to() -> None:
    people, allowed, height = ONE_EACH.copy(), EVERYWHERE.copy(), hills()
    for array in (people, allowed):
        array.setflags(write=False)
    assert spots(height, people, allowed) == spots(hills())


def test_moving_the_frame_moves_the_spots() -> None:
    other = Grid.from_bounds(
        450_000, 2_400_030, 459_000, 2_407_230, crs="EPSG:32648", resolution_m=90
    )
    moved = candidate_spots(
        Terrain(other, hills()), ONE_EACH, EVERYWHERE, spacing_m=1500.0, kept=50
    )
    shift = np.array([other.bounds[0] - GRID.bounds[0], other.bounds[3] - GRID.bounds[3]])
    np.testing.assert_allclose(
        np.array([(s.easting, s.northing) for s in moved]) - shift,
        [(s.easting, s.northing) for s in spots(hills())],
    )


def test_mirrored_ground_has_mirrored_spots() -> None:
    straight = set(cells(spots(hills(), spacing_m=900)))
    mirrored = cells(spots(hills()[:, ::-1].copy(), spacing_m=900))
    assert {(row, GRID.shape[1] - 1 - col) for row, col in mirrored} == straight


def test_distances_by_hand() -> None:
    found = (
        Spot(0.0, 0.0, 100.0, 1.0, 10.0),
        Spot(300.0, 400.0, 100.0, 1.0, 10.0),
        Spot(1000.0, -50.0, 100.0, 1.0, 10.0),
    )
    things = gpd.GeoSeries([LineString([(0, 400), (200, 400)]), Point(900, -50)])
    np.testing.assert_allclose(distances_m(found, things), [400, 100, 100])
    assert np.isnan(distances_m(found, gpd.GeoSeries([]))).all()
    assert distances_m((), things).shape == (0,)


def test_places_add_spots_and_take_no_summits_place() -> None:
    allowed = EVERYWHERE.copy()
    allowed[:, 52:] = False
    places = [(45.0 + 90 * 48, 7155.0 - 90 * 40), (45.0 + 90 * 90, 45.0), (-500.0, 0.0)]
    ground = Terrain(GRID, hills())
    wider = candidate_spots(
        ground, ONE_EACH, allowed, spacing_m=540.0, kept=1000, places=places[:1]
    )
    alone = candidate_spots(ground, ONE_EACH, allowed, spacing_m=540.0, kept=1000)
    assert wider[: len(alone)] == alone
    ((row, col),) = cells(wider[len(alone) :])
    near = (np.hypot(ROW - 40, COL - 48) <= 6) & allowed
    # Smoothed ground is compared: its highest cell is within a metre or two of the highest.
    assert near[row, col]
    assert hills()[row, col] >= hills()[near].max() - 2.0
    # On forbidden ground and outside the grid nothing is found.
    assert alone == candidate_spots(
        ground, ONE_EACH, allowed, spacing_m=540.0, kept=1000, places=places[1:]
    )


def test_points_along_lines_by_hand() -> None:
    things = gpd.GeoSeries(
        [Point(5, 6), LineString([(0, 0), (100, 0)]), MultiLineString([[(0, 9), (0, 29)]]), None]
    )
    assert points_along(things, 50.0) == [(5, 6), (0, 0), (50, 0), (100, 0), (0, 9), (0, 29)]
    assert points_along(gpd.GeoSeries([]), 50.0) == []
