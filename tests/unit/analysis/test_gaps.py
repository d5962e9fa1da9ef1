"""Classes, zonal sums, tables and polygons against sums done another way."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon, box

from phusong.analysis.gap_areas import gap_polygons
from phusong.analysis.gaps import (
    COVERED,
    MARGINAL,
    NO_SIGNAL,
    UNKNOWN,
    Confidence,
    commune_table,
    point_table,
    service_class,
    white_zone,
    zonal_sums,
)
from phusong.analysis.reach import ANY, Reach, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.people import People
from phusong.geo.places import Communes

CRS = "EPSG:32648"
SURE = Confidence(covered_percent=95, marginal_percent=50)
SMALL = Grid.from_bounds(0, 0, 200, 200, crs=CRS, resolution_m=100)
GRID = Grid.from_bounds(1000, 2000, 2200, 2900, crs=CRS, resolution_m=100)  # 9 rows, 12 columns


def sums(values: NDArray[np.float64], *zones: Polygon | MultiPolygon) -> list[float]:
    return zonal_sums(values, SMALL, gpd.GeoSeries(list(zones), crs=CRS)).tolist()


def layer(percent: NDArray[np.uint8]) -> ReachLayer:
    level = np.where(percent == 255, np.nan, percent.astype(np.float32) - 200)
    return ReachLayer(level.astype(np.float32), np.zeros(percent.shape, np.int32), percent)


def test_classes_begin_at_their_percent() -> None:
    percent = np.array([[0, 49, 50, 94, 95, 100, 255]], dtype=np.uint8)
    classes = service_class(layer(percent), SURE)
    assert classes.dtype == np.uint8
    assert classes.tolist() == [
        [NO_SIGNAL, NO_SIGNAL, MARGINAL, MARGINAL, COVERED, COVERED, UNKNOWN]
    ]


# Zonal sums: 2 x 2 cells of 100 m, the first row is the north.

FOUR = np.array([[1.0, 2.0], [4.0, 8.0]])


def test_zonal_sums_by_hand() -> None:
    assert sums(FOUR, box(0, 0, 200, 200)) == pytest.approx([15])
    assert sums(FOUR, box(0, 100, 100, 200)) == pytest.approx([1])  # the north-west cell
    assert sums(FOUR, box(100, 0, 200, 100)) == pytest.approx([8])  # the south-east cell
    assert sums(FOUR, box(50, 50, 150, 150)) == pytest.approx([15 / 4])  # a quarter of each
    assert sums(FOUR, box(0, 0, 25, 200)) == pytest.approx([(1 + 4) / 4])
    # The triangle south-west of the diagonal: half of the north-west and south-east cells.
    assert sums(FOUR, Polygon([(0, 0), (200, 0), (0, 200)])) == pytest.approx([0.5 + 4 + 4])
    ring = box(0, 0, 200, 200).difference(box(100, 0, 200, 100))
    assert sums(FOUR, ring) == pytest.approx([7])


def test_zonal_sums_outside_and_in_parts() -> None:
    assert sums(FOUR, box(300, 300, 400, 400)) == [0]
    assert sums(FOUR, box(-500, -500, 100, 500)) == pytest.approx([5])
    parts = MultiPolygon([box(0, 100, 100, 200), box(100, 0, 200, 100)])
    assert sums(FOUR, parts, box(0, 0, 100, 100)) == pytest.approx([9, 4])


def test_the_unknown_counts_as_nothing() -> None:
    assert sums(np.array([[1.0, np.nan], [4.0, 8.0]]), box(0, 0, 200, 200)) == pytest.approx([13])
    assert sums(np.full((2, 2), np.nan), box(0, 0, 200, 200)) == [0]


def test_zonal_sums_keep_the_index_of_the_zones() -> None:
    zones = gpd.GeoSeries([box(0, 0, 100, 100), box(0, 0, 200, 200)], index=["b", "a"], crs=CRS)
    assert zonal_sums(FOUR, SMALL, zones).to_dict() == pytest.approx({"b": 4, "a": 15})


def test_sums_are_kept_in_full_precision() -> None:
    values = np.array([[1e9, 1e-3], [1e9, 2e-3]])
    assert sums(values, box(0, 0, 200, 200))[0] == pytest.approx(2e9 + 3e-3, abs=1e-6)


# Tables


def communes(*outlines: Polygon) -> Communes:
    codes = ["00101", "00203", "00102"][: len(outlines)]
    frame = gpd.GeoDataFrame(
        {"code": codes, "name": [f"Xã {c}" for c in codes]}, geometry=list(outlines), crs=CRS
    )
    return Communes(frame, vintage="2025-06-30")


def people(unknown: bool = False) -> People:
    row, col = np.mgrid[0:9, 0:12]
    count = ((3 * row + 7 * col) % 11) * 1.25
    if unknown:
        count[2, 3] = np.nan
    return People(GRID, count, source_total=float(np.nansum(count)))


def classes() -> NDArray[np.uint8]:
    row, col = np.mgrid[0:9, 0:12]
    found = ((row * 5 + col * 3 + row * col) % 4).astype(np.uint8)
    found[found == 3] = UNKNOWN
    return found


def share_inside(outline: Polygon) -> NDArray[np.float64]:
    """Share of each cell inside an outline, cell by cell with shapely."""
    west, _, _, north = GRID.bounds
    shares = np.zeros(GRID.shape)
    for row in range(GRID.shape[0]):
        for col in range(GRID.shape[1]):
            left, top = west + 100 * col, north - 100 * row
            cell = box(left, top - 100, left + 100, top)
            shares[row, col] = cell.intersection(outline).area / cell.area
    return shares


OUTLINES = (
    Polygon([(1010, 2030), (1540, 2000), (1700, 2450), (1333, 2666), (1000, 2870)]),
    Polygon([(1540, 2000), (2200, 2111), (2090, 2777), (1700, 2450)]),
    Polygon([(1000, 2870), (1333, 2666), (1700, 2450), (2090, 2777), (1888, 2900)]),
)


@pytest.mark.parametrize("unknown", [False, True])
def test_commune_table_against_plain_sums(unknown: bool) -> None:
    crowd = people(unknown)
    count = np.nan_to_num(crowd.count)
    found = {("mang-a", "LTE"): classes(), (ANY, "LTE"): np.minimum(classes(), COVERED)}
    table = commune_table(found, communes(*OUTLINES), crowd)
    assert len(table) == 6
    assert table["commune_code"].tolist() == ["00101", "00203", "00102"] * 2
    assert set(table["vintage"]) == {"2025-06-30"}
    names = {"no_signal": NO_SIGNAL, "marginal": MARGINAL, "covered": COVERED, "unknown": UNKNOWN}
    for _, row in table.iterrows():
        outline = OUTLINES[["00101", "00203", "00102"].index(row["commune_code"])]
        inside = share_inside(outline)
        verdict = found[row["operator"], row["technology"]]
        assert row["area_km2"] == pytest.approx(outline.area / 1e6, rel=1e-6)
        assert row["people"] == pytest.approx(float((inside * count).sum()), rel=1e-6)
        for name, value in names.items():
            here = inside * (verdict == value)
            assert row[f"area_{name}_km2"] == pytest.approx(0.01 * float(here.sum()), abs=1e-8)
            assert row[f"people_{name}"] == pytest.approx(float((here * count).sum()), abs=1e-5)
        parts = [row[f"people_{name}"] for name in names]
        assert sum(parts) == pytest.approx(row["people"], rel=1e-9)
        assert sum(row[f"area_{name}_km2"] for name in names) == pytest.approx(row["area_km2"])
        assert row["people_no_signal_percent"] == pytest.approx(100 * parts[0] / row["people"])
        assert row["people_not_covered_percent"] == pytest.approx(
            100 * (parts[0] + parts[1]) / row["people"]
        )


def test_a_commune_without_people_has_no_percent() -> None:
    nobody = People(GRID, np.zeros(GRID.shape), source_total=0.0)
    table = commune_table({(ANY, "LTE"): classes()}, communes(OUTLINES[0]), nobody)
    assert table["people"].tolist() == [0]
    assert table["people_no_signal_percent"].isna().all()


def test_point_table_takes_the_cell_of_the_point() -> None:
    percent = (np.arange(108) % 101).astype(np.uint8).reshape(9, 12)
    percent[8, 0] = 255
    reached = Reach(GRID, "p1812", "outdoor", network(), {("mang-a", "LTE"): layer(percent)})
    points = gpd.GeoDataFrame(
        {"village_id": list("abcdef")},
        geometry=[
            Point(1000, 2900), Point(1199.9, 2899.9), Point(1250, 2050), Point(1050, 2050),
            Point(999, 2500), Point(2200, 2500),
        ],
        crs=CRS,
    )  # fmt: skip
    table = point_table(points, reached, SURE)
    # Cells (0, 0), (0, 1), (8, 2), (8, 0, unknown), and twice outside.
    chances = [0.0, 1.0, float((8 * 12 + 2) % 101), np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(table["mang-a_lte_probability_percent"], chances)
    assert table["mang-a_lte_class"].tolist() == [
        "no_signal", "no_signal", "covered", "unknown", "unknown", "unknown",
    ]  # fmt: skip
    np.testing.assert_array_equal(
        table["mang-a_lte_level_dbm"], [-200, -199, -102, np.nan, np.nan, np.nan]
    )
    assert "geometry" not in table.columns
    assert table["village_id"].tolist() == list("abcdef")


def network() -> Network:
    return Network(
        (
            Sector(
                "S1", "1", "A", "LTE", 22.0, 104.0, 1500.0, 2500.0, 30.0, 28.0, 1800.0, 20.0,
                60.0, None, 4.0, 0.0, 65.0, 10.0,
            ),
        )
    )  # fmt: skip


# Polygons


def polygons(
    silent: NDArray[np.bool_],
    *,
    smallest_km2: float = 0.0,
    outlines: tuple[Polygon, ...] = (box(1000, 2000, 2200, 2900),),
    unknown: NDArray[np.bool_] | None = None,
) -> gpd.GeoDataFrame:
    found = np.where(silent, NO_SIGNAL, COVERED).astype(np.uint8)
    if unknown is not None:
        found[unknown] = UNKNOWN
    return gap_polygons(
        {(ANY, "LTE"): found}, communes(*outlines), people(), smallest_km2=smallest_km2
    )


def cells(*places: tuple[slice | int, slice | int]) -> NDArray[np.bool_]:
    silent = np.zeros(GRID.shape, dtype=np.bool_)
    for place in places:
        silent[place] = True
    return silent


def test_polygons_are_the_silent_cells() -> None:
    silent = cells((slice(1, 4), slice(2, 7)), (slice(6, 8), slice(9, 12)), (0, 0))
    made = polygons(silent)
    assert len(made) == 3
    assert made["area_km2"].tolist() == pytest.approx([0.15, 0.06, 0.01])  # largest first
    # Rows run south from 2900, columns east from 1000.
    assert made.geometry.iloc[0].equals(box(1200, 2500, 1700, 2800))
    assert made.geometry.iloc[1].equals(box(1900, 2100, 2200, 2300))
    counts = people().count
    assert made["people"].tolist() == pytest.approx(
        [counts[1:4, 2:7].sum(), counts[6:8, 9:12].sum(), counts[0, 0]]
    )
    assert made["gap_id"].tolist() == ["00101-any-001", "00101-any-002", "00101-any-003"]
    assert made["commune"].tolist() == ["Xã 00101"] * 3
    assert made.crs == CRS


def test_area_and_people_of_polygons_are_those_of_the_raster() -> None:
    rng = np.random.default_rng(5)
    silent = rng.random(GRID.shape) < 0.55
    made = polygons(silent)
    assert made["area_km2"].sum() == pytest.approx(0.01 * silent.sum())
    assert made["people"].sum() == pytest.approx(people().count[silent].sum())


def test_polygons_are_cut_by_commune() -> None:
    halves = (box(1000, 2000, 1450, 2900), box(1450, 2000, 2200, 2900))
    made = polygons(cells((slice(1, 4), slice(2, 7))), outlines=halves)
    assert made["commune_code"].tolist() == ["00101", "00203"]
    assert made["area_km2"].tolist() == pytest.approx([0.25 * 0.3, 0.25 * 0.3])
    assert made["people"].sum() == pytest.approx(people().count[1:4, 2:7].sum())


def test_silence_outside_the_communes_is_not_asked_about() -> None:
    made = polygons(cells((slice(0, 9), slice(0, 12))), outlines=(box(1300, 2200, 1600, 2500),))
    assert made["area_km2"].tolist() == pytest.approx([0.09])


def test_corners_do_not_join_areas() -> None:
    assert len(polygons(cells((2, 2), (3, 3)))) == 2


def test_holes_stay_holes() -> None:
    silent = cells((slice(2, 5), slice(2, 5)))
    silent[3, 3] = False
    made = polygons(silent)
    assert made["area_km2"].tolist() == pytest.approx([0.08])


def test_specks_are_merged_into_their_surroundings() -> None:
    silent = cells((slice(1, 4), slice(2, 7)), (7, 7))
    silent[2, 4] = False  # a speck of signal inside
    made = polygons(silent, smallest_km2=0.03)
    assert made["area_km2"].tolist() == pytest.approx([0.15])
    # Three cells are not below 0.03 km².
    kept = polygons(cells((slice(1, 4), 2)), smallest_km2=0.03)
    assert kept["area_km2"].tolist() == pytest.approx([0.03])


def test_unknown_cells_are_never_drawn_as_silent() -> None:
    unknown = cells((2, 4))
    made = polygons(cells((slice(1, 4), slice(2, 7))), unknown=unknown, smallest_km2=0.03)
    assert made["area_km2"].sum() == pytest.approx(0.14)


def test_no_silence_no_polygons_but_the_same_columns() -> None:
    none, some = polygons(cells()), polygons(cells((0, 0)))
    assert none.empty
    assert set(none.columns) == set(some.columns)
    assert none.crs == CRS


def test_ids_are_unique_over_operators_and_technologies() -> None:
    silent = np.where(cells((0, 0), (4, 4)), NO_SIGNAL, COVERED).astype(np.uint8)
    layers = {(op, tech): silent for op in (ANY, "mang-a") for tech in ("LTE", "NR")}
    made = gap_polygons(layers, communes(box(1000, 2000, 2200, 2900)), people(), smallest_km2=0.0)
    assert len(made) == 8
    assert made["gap_id"].is_unique


def test_white_zone_is_where_nobody_has_a_signal() -> None:
    found = {(ANY, "LTE"): classes(), ("mang-a", "LTE"): np.zeros(GRID.shape, np.uint8)}
    white = white_zone(found, "LTE")
    assert white.dtype == np.bool_
    np.testing.assert_array_equal(white, classes() == 0)
    assert not white[classes() == UNKNOWN].any()


def test_order_of_layers_does_not_move_rows_between_runs() -> None:
    layers = {(ANY, "LTE"): classes(), ("mang-a", "LTE"): classes()[::-1].copy()}
    turned = dict(reversed(layers.items()))
    one, other = (
        gap_polygons(found, communes(*OUTLINES), people(), smallest_km2=0.02)
        for found in (layers, turned)
    )
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
