"""Outlines within 2 % of what they stand for, and what lies in and near a gap."""

import dataclasses
import math
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.features import shapes, sieve
from scipy.ndimage import uniform_filter
from shapely.geometry import Point, Polygon, box, shape

from phusong.analysis.gap_areas import Nearby, gap_polygons
from phusong.analysis.gap_places import gap_places
from phusong.analysis.gaps import (
    COVERED,
    MARGINAL,
    NO_SIGNAL,
    UNKNOWN,
    ClassArray,
    zonal_sums,
)
from phusong.analysis.reach import ANY
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.geo.places import Communes, Places

CRS = "EPSG:32648"
GRID = Grid.from_bounds(400_000, 2_490_000, 403_000, 2_492_000, crs=CRS, resolution_m=50)
WEST, NORTH = 400_000.0, 2_492_000.0
ROWS, COLS = GRID.shape


def communes(*outlines: Polygon) -> Communes:
    codes = [f"0010{n}" for n in range(len(outlines))]
    frame = gpd.GeoDataFrame(
        {"code": codes, "name": [f"Xã {c}" for c in codes]}, geometry=list(outlines), crs=CRS
    )
    return Communes(frame, vintage="2025-06-30")


WHOLE = communes(box(400_000, 2_490_000, 403_000, 2_492_000))
MIDDLE = [(401_700, 2_490_050), (401_300, 2_491_900)]
TWO = communes(
    Polygon([(400_100, 2_490_100), *MIDDLE, (400_200, 2_491_700)]),
    Polygon([*MIDDLE[::-1], (402_900, 2_490_300), (402_700, 2_491_950)]),
)


def people(seed: int = 3) -> People:
    count = np.random.default_rng(seed).random((ROWS, COLS)) * 4
    return People(GRID, count, source_total=float(count.sum()))


def blobs(seed: int, share: float) -> NDArray[np.uint8]:
    """Classes in patches of some cells, with specks in between."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((ROWS // 5, COLS // 5))
    field = np.kron(coarse, np.ones((5, 5))) + 0.35 * rng.random((ROWS, COLS))
    silent = field < np.quantile(field, share)
    return np.where(silent, NO_SIGNAL, COVERED).astype(np.uint8)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.1, 0.8), st.sampled_from([0.0, 0.01, 0.05, 0.2]))
def test_areas_change_by_less_than_two_percent_and_say_so(
    seed: int, share: float, smallest_km2: float
) -> None:
    classes = blobs(seed, share)
    counted = people()
    made = gap_polygons({(ANY, "LTE"): classes}, TWO, counted, smallest_km2=smallest_km2)
    silent = np.where(classes == NO_SIGNAL, GRID.cell_area_km2, 0.0)
    raw_km2 = float(zonal_sums(silent, GRID, TWO.frame.geometry).sum())
    change = made["sieve_change_percent"].iloc[0]
    assert abs(change) < 2.0
    assert made["area_km2"].sum() == pytest.approx(raw_km2 * (1 + change / 100), rel=1e-6)
    assert (made["outline_change_percent"].abs() < 2.0).all()
    drawn = made.geometry.area / 1e6
    stated = made["area_km2"] * (1 + made["outline_change_percent"] / 100)
    np.testing.assert_allclose(drawn, stated, rtol=1e-9)
    assert made.geometry.is_valid.all()
    union_m2 = made.geometry.union_all().area
    assert union_m2 == pytest.approx(made.geometry.area.sum(), rel=1e-9), "drawings overlap"
    assert (made["sieved_below_km2"] <= max(smallest_km2, GRID.cell_area_km2) + 1e-12).all()


def test_area_and_people_are_of_the_cells_not_of_the_drawing() -> None:
    row, col = np.mgrid[0:ROWS, 0:COLS]
    silent = (row - 18) ** 2 + (col - 30) ** 2 < 13**2  # a disc of steps
    classes = np.where(silent, NO_SIGNAL, COVERED).astype(np.uint8)
    counted = people()
    made = gap_polygons({(ANY, "LTE"): classes}, WHOLE, counted, smallest_km2=0.05)
    assert made["area_km2"].tolist() == pytest.approx([silent.sum() * GRID.cell_area_km2])
    assert made["people"].tolist() == pytest.approx([counted.count[silent].sum()])
    corners = len(made.geometry.iloc[0].exterior.coords)
    assert corners < 60, "steps of cells are drawn as a line"
    assert 0 < abs(made["outline_change_percent"].iloc[0]) < 2


def test_sieving_gives_way_where_it_would_change_too_much() -> None:
    classes = np.full((ROWS, COLS), COVERED, dtype=np.uint8)
    classes[::4, ::4] = NO_SIGNAL  # nothing but specks
    made = gap_polygons({(ANY, "LTE"): classes}, WHOLE, people(), smallest_km2=0.05)
    assert made["area_km2"].sum() == pytest.approx((classes == NO_SIGNAL).sum() * 0.0025)
    assert set(made["sieved_below_km2"]) == {GRID.cell_area_km2}
    assert made["sieve_change_percent"].tolist() == pytest.approx([0.0] * len(made))


# In and near


def surroundings(
    villages: list[tuple[str, float, float]],
    facilities: list[tuple[str, float, float]],
    sites: list[tuple[str, str, float, float]],
) -> Nearby:
    def points(rows: list[tuple[str, float, float]], label: str) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {label: [r[0] for r in rows]}, geometry=[Point(r[1], r[2]) for r in rows], crs=CRS
        )

    none = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=CRS))
    places = Places(WHOLE, points(villages, "name"), points(facilities, "facility_id"), none, none)
    table = pd.DataFrame(
        [(site, operator, "LTE", easting, northing) for site, operator, easting, northing in sites],
        columns=["site_id", "operator", "technology", "easting", "northing"],
    )
    return Nearby(places, table)


def two_gaps() -> NDArray[np.uint8]:
    classes = np.full((ROWS, COLS), COVERED, dtype=np.uint8)
    classes[2:14, 3:21] = NO_SIGNAL
    classes[22:30, 40:50] = NO_SIGNAL
    classes[20:32, 38:40] = MARGINAL  # near, but not covered
    return classes


def test_what_lies_inside() -> None:
    around = surroundings(
        [("Bản Trong", 400_300, 2_491_700), ("Bản Ngoài", 401_900, 2_491_700),
         ("Bản Hai", 400_900, 2_491_400), ("Bản Xa", 402_200, 2_490_700)],
        [("F1", 400_305, 2_491_705), ("F2", 402_900, 2_490_100)],
        [("S1", "a", 402_500, 2_491_500)],
    )  # fmt: skip
    made = gap_polygons(
        {(ANY, "LTE"): two_gaps()}, WHOLE, people(), smallest_km2=0.0, nearby=around
    )
    assert made["villages"].tolist() == [2, 1]
    assert made["village_names"].tolist() == ["Bản Trong; Bản Hai", "Bản Xa"]
    assert made["facilities"].tolist() == [1, 0]


def test_distances_are_from_where_most_people_live() -> None:
    counted = people().count.copy()
    counted[10, 12] = 500.0
    there = People(GRID, counted, source_total=float(counted.sum()))
    sites = [("S2", "b", 401_000.0, 2_491_000.0), ("S1", "a", 402_500.0, 2_490_100.0),
             ("S0", "b", 402_500.0, 2_490_100.0)]  # fmt: skip
    around = surroundings([], [], sites)
    classes = two_gaps()
    made = gap_polygons(
        {(ANY, "LTE"): classes, ("a", "LTE"): classes},
        WHOLE, there, smallest_km2=0.0, nearby=around,
    )  # fmt: skip
    home = (WEST + 12.5 * 50, NORTH - 10.5 * 50)
    first = made[made["operator"] == ANY].iloc[0]
    row, col = np.nonzero(classes == COVERED)
    nearest = np.hypot(WEST + (col + 0.5) * 50 - home[0], NORTH - (row + 0.5) * 50 - home[1]).min()
    assert first["nearest_covered_km"] == pytest.approx(nearest / 1000)
    by_hand = {s: np.hypot(e - home[0], n - home[1]) / 1000 for s, _, e, n in sites}
    assert (first["nearest_site"], first["nearest_site_operator"]) == ("S2", "b")
    assert first["nearest_site_km"] == pytest.approx(by_hand["S2"])
    alone = made[made["operator"] == "a"].iloc[0]
    assert (alone["nearest_site"], alone["nearest_site_km"]) == (
        "S1", pytest.approx(by_hand["S1"]),
    )  # fmt: skip
    longitude, latitude = GRID.longitude_latitude(*home)
    assert (first["latitude"], first["longitude"]) == pytest.approx((latitude, longitude))


def test_a_gap_without_people_or_cover_or_sites() -> None:
    empty = People(GRID, np.zeros((ROWS, COLS)), source_total=0.0)
    classes = np.full((ROWS, COLS), NO_SIGNAL, dtype=np.uint8)
    made = gap_polygons(
        {(ANY, "LTE"): classes}, WHOLE, empty, smallest_km2=0.0,
        nearby=surroundings([], [], []),
    )  # fmt: skip
    only = made.iloc[0]
    assert np.isnan(only["nearest_covered_km"])
    assert np.isnan(only["nearest_covered_latitude"])
    assert np.isnan(only["nearest_site_km"])
    assert only["nearest_site"] == ""
    inside = GRID.longitude_latitude(401_500, 2_491_000)
    assert (only["longitude"], only["latitude"]) == pytest.approx(inside, abs=0.02)


def test_no_gap_has_the_same_columns() -> None:
    around = surroundings([], [], [])
    covered = np.full((ROWS, COLS), COVERED, dtype=np.uint8)
    none, some = (
        gap_polygons({(ANY, "LTE"): c}, WHOLE, people(), smallest_km2=0.0, nearby=around)
        for c in (covered, two_gaps())
    )
    assert none.empty
    assert list(none.columns) == list(some.columns)


def at_once(classes: ClassArray, frame: Grid, zones: Communes, least: int) -> gpd.GeoDataFrame:
    """Gaps from the whole raster: sieved, drawn and cut at once, without looking by parts."""
    silent = (classes == NO_SIGNAL).astype(np.uint8)
    kept = sieve(silent, least, connectivity=4)
    kept[classes == UNKNOWN] = 0
    areas = [shape(a) for a, v in shapes(kept, mask=kept == 1, transform=frame.affine) if v == 1]
    layer = gpd.GeoDataFrame(geometry=areas, crs=frame.crs)
    cut = gpd.overlay(layer, zones.frame, how="intersection", keep_geom_type=True)
    cut = cut.explode(index_parts=False, ignore_index=True)
    return cut[cut.area >= 1e6 * frame.cell_area_km2 * (1 - 1e-9)]


@pytest.mark.parametrize("tile_cells", [9, 16, 200])
@pytest.mark.parametrize("seed", [1, 2])
def test_looking_by_parts_finds_the_gaps_of_the_whole(
    seed: int, tile_cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phusong.analysis.stitched.TILE_CELLS", tile_cells)
    rng = np.random.default_rng(seed)
    frame = Grid.from_bounds(0, 0, 9000, 6300, crs="EPSG:32648", resolution_m=90.0)
    rough = uniform_filter(rng.normal(size=frame.shape), 6)
    classes = np.where(rough > 0.01, NO_SIGNAL, COVERED).astype(np.uint8)
    classes[rng.random(frame.shape) < 0.02] = UNKNOWN
    border = [(4333.3, 150.7), (4900.1, 2000.3), (3100.9, 4100.4), (4700.2, 6100.6)]
    west, east = [(130.2, 6000.1), (200.5, 240.8)], [(8800.7, 300.3), (8700.4, 5900.9)]
    outlines = [Polygon([*west, *border]), Polygon([*border, *reversed(east)])]
    zones = communes(*outlines)
    living = People(frame, rng.random(frame.shape) * (rough > 0.02), 0.0)
    layer = {("a", "LTE"): classes}
    found = gap_polygons(layer, zones, living, smallest_km2=3 * frame.cell_area_km2)
    least = round(found["sieved_below_km2"].iloc[0] / frame.cell_area_km2)
    wanted = at_once(classes, frame, zones, least)
    assert len(found) == len(wanted) > 20
    for code in ("00100", "00101"):
        ours, theirs = found[found["commune_code"] == code], wanted[wanted["code"] == code]
        np.testing.assert_allclose(
            ours["area_km2"], sorted(theirs.area / 1e6, reverse=True), rtol=1e-12
        )
        inside = zonal_sums(living.count, frame, theirs.geometry)
        np.testing.assert_allclose(ours["people"].sum(), inside.sum(), rtol=1e-9)
    # Drawn with fewer corners, but of the same gaps.
    assert found.geometry.union_all().symmetric_difference(wanted.union_all()).area < (
        0.1 * wanted.area.sum()
    )


def test_gaps_are_called_by_villages() -> None:
    """The village with most people inside, or the nearest one; without villages by number."""
    around = surroundings(
        [("Bản Trong", 400_300, 2_491_700), ("Bản Hai", 400_900, 2_491_400)], [], []
    )
    villages = around.places.villages.assign(population=[math.nan, 7.0])
    around = dataclasses.replace(
        around, places=dataclasses.replace(around.places, villages=villages)
    )
    classes = {(ANY, "LTE"): two_gaps()}
    made = gap_polygons(classes, WHOLE, people(), smallest_km2=0.0, nearby=around)
    assert made["place_en"].tolist()[0] == "Bản Hai and 1 more village"
    assert made["place_vi"].tolist()[0] == "Bản Hai và 1 thôn, bản khác"
    assert re.fullmatch(r"1\.\d km south-east of Bản Hai", made["place_en"].tolist()[1])
    assert re.fullmatch(r"Cách Bản Hai 1,\d km về phía đông nam", made["place_vi"].tolist()[1])
    bare = gap_polygons(classes, WHOLE, people(), smallest_km2=0.0)
    commune = bare["commune"].tolist()[0]
    assert bare["place_en"].tolist() == [f"Area 1 of {commune}", f"Area 2 of {commune}"]
    assert bare["place_vi"].tolist() == [f"Vùng 1 của {commune}", f"Vùng 2 của {commune}"]


@pytest.mark.parametrize(
    ("east_m", "north_m", "words"),
    [
        (0, 1000, "north"), (700, 700, "north-east"), (1000, 0, "east"), (700, -700, "south-east"),
        (0, -1000, "south"), (-700, -700, "south-west"), (-1000, 0, "west"),
        (-700, 700, "north-west"), (-30, 1000, "north"),
    ],
)  # fmt: skip
def test_directions_are_those_of_the_compass(east_m: float, north_m: float, words: str) -> None:
    village = gpd.GeoDataFrame({"name": ["{x}"]}, geometry=gpd.points_from_xy([5.0], [9.0]))
    point = gpd.points_from_xy([5.0 + east_m], [9.0 + north_m])
    gap = gpd.GeoDataFrame({"gap_id": ["1-any-001"], "commune": ["C"]}, geometry=point)
    living = pd.DataFrame({"easting": [5.0 + east_m], "northing": [9.0 + north_m]})
    told = gap_places(gap, living, village).loc[0, "place_en"]
    assert told == f"1.0 km {words} of {{x}}"
