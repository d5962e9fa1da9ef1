"""Population rasters: nobody lost, nobody counted twice, nobody invented."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.transform import from_origin

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.sources.people import read_people
from synthetic import (
    CRS,
    EAST,
    NORTH,
    SOUTH,
    TO_METRES,
    WEST,
    degrees,
    write_population,
    write_raster,
)

SIDE_M = 2700.0  # 30 x 30 cells of 90 m


def grid(resolution_m: float = 90.0) -> Grid:
    return Grid.from_bounds(
        WEST, SOUTH, WEST + SIDE_M, SOUTH + SIDE_M, crs=CRS, resolution_m=resolution_m
    )


def crowd(rows: int, cols: int) -> NDArray[np.float64]:
    """Uneven and asymmetric, many empty cells."""
    row, col = np.mgrid[0:rows, 0:cols]
    return ((5 * row + 11 * col + row * col) % 17 - 8).clip(min=0) * 1.37


def raster(file: Path, values: NDArray[Any], **profile: Any) -> Path:
    write_raster(file, values, **profile)
    return file


def expect_unknown(cells: int, of: int = 900) -> Any:
    return pytest.warns(DataWarning, match=rf"no data in {cells} of {of} grid cells")


@pytest.mark.parametrize(
    ("cell_m", "crs"),
    [(450, CRS), (97, CRS), (13, CRS), (311, "EPSG:32647"), (40, "EPSG:32647"), (360, "EPSG:9208")],
)
def test_everyone_inside_arrives(tmp_path: Path, cell_m: float, crs: str) -> None:
    # A raster that lies wholly inside the grid, of coarser or finer cells, in its own CRS.
    middle = Transformer.from_crs(CRS, crs, always_xy=True).transform(
        WEST + SIDE_M / 2, SOUTH + SIDE_M / 2
    )
    count = int(1400 / cell_m)
    values = crowd(count, count + 1)
    corner = (middle[0] - count * cell_m / 2, middle[1] + count * cell_m / 2)
    file = raster(
        tmp_path / "p.tif", values, crs=crs, transform=from_origin(*corner, cell_m, cell_m)
    )
    with pytest.warns(DataWarning, match="no data in"):
        people = read_people(file, grid())
    assert people.total == pytest.approx(values.sum(), rel=1e-9)
    assert people.source_total == pytest.approx(values.sum(), rel=1e-9)


@pytest.mark.parametrize("seconds", [30.0, 9.0, 1.5])
def test_everyone_inside_arrives_from_degrees(tmp_path: Path, seconds: float) -> None:
    step = seconds / 3600
    west, north = degrees(500, 2200)
    count = int(1500 / (seconds * 31))
    values = crowd(count, count) + 0.5  # somebody lives in the one cell of 30 seconds too
    file = raster(
        tmp_path / "p.tif", values, crs="EPSG:4326", transform=from_origin(west, north, step, step)
    )
    with pytest.warns(DataWarning, match="no data in"):
        people = read_people(file, grid())
    assert people.total == pytest.approx(values.sum(), rel=1e-9)


@pytest.mark.parametrize("seconds", [30.0, 9.0, 1.5])
def test_points_looked_up_in_a_file_give_the_same_bits(tmp_path: Path, seconds: float) -> None:
    step, (west, north) = seconds / 3600, degrees(-400, 3100)  # past every edge of the grid
    count = int(3600 / (seconds * 31)) + 1
    file = raster(
        tmp_path / "p.tif", crowd(count, count) + 0.5, crs="EPSG:4326",
        transform=from_origin(west, north, step, step),
    )  # fmt: skip
    held, looked_up = read_people(file, grid()), read_people(file, grid(), scratch=tmp_path / "s")
    assert held.count.tobytes() == looked_up.count.tobytes()
    assert held.source_total == looked_up.source_total
    assert not list((tmp_path / "s").iterdir())


def test_a_coarse_cell_is_shared_equally_by_hand(tmp_path: Path) -> None:
    # One cell of 180 m over four cells of the grid: 8 people, 2 in each.
    values = np.zeros((15, 15), dtype=np.float32)
    values[2, 4] = 8
    file = raster(
        tmp_path / "p.tif", values, crs=CRS, transform=from_origin(WEST, SOUTH + SIDE_M, 180, 180)
    )
    people = read_people(file, grid())
    expected = np.zeros((30, 30))
    expected[4:6, 8:10] = 2
    np.testing.assert_allclose(people.count, expected, rtol=1e-12)


def test_fine_cells_are_added_up_by_hand(tmp_path: Path) -> None:
    values = crowd(90, 90)  # cells of 30 m, nine to a cell of the grid
    file = raster(
        tmp_path / "p.tif", values, crs=CRS, transform=from_origin(WEST, SOUTH + SIDE_M, 30, 30)
    )
    people = read_people(file, grid())
    blocks = values.reshape(30, 3, 30, 3).sum(axis=(1, 3))
    np.testing.assert_allclose(people.count, blocks, rtol=1e-9)


def test_a_cell_cut_by_the_edge_gives_its_part(tmp_path: Path) -> None:
    # Cells of 180 m that begin 90 m west of the grid: half of the first column is inside.
    values = np.full((15, 16), 4.0)
    corner = (WEST - 90, SOUTH + SIDE_M)
    file = raster(tmp_path / "p.tif", values, crs=CRS, transform=from_origin(*corner, 180, 180))
    people = read_people(file, grid())
    np.testing.assert_allclose(people.count, 1.0, rtol=1e-12)
    assert people.total == pytest.approx(900.0, rel=1e-12)


def test_neighbouring_grids_share_a_raster_without_loss(tmp_path: Path) -> None:
    write_population(tmp_path / "p.tif")
    whole = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
    middle = WEST + 31 * 90
    halves = [
        Grid.from_bounds(WEST, SOUTH, middle, NORTH, crs=CRS, resolution_m=90),
        Grid.from_bounds(middle, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90),
    ]
    parts = [read_people(tmp_path / "p.tif", half) for half in halves]
    everyone = read_people(tmp_path / "p.tif", whole)
    joined = np.hstack([p.count for p in parts])
    # Warping follows its own frame to a few decimetres, so that a fine point on the edge of a
    # source cell may fall to either side: single people move, nobody is lost.
    assert sum(p.total for p in parts) == pytest.approx(everyone.total, rel=1e-4)
    assert float(np.abs(joined - everyone.count).sum()) < 0.005 * everyone.total


def test_positions_are_right_to_half_a_cell(tmp_path: Path) -> None:
    # One person in one 3″ cell: found where that cell lies, and nowhere else.
    step = 3 / 3600
    west, north = degrees(0, SIDE_M)
    values = np.zeros((30, 30), dtype=np.float32)
    values[7, 19] = 1
    file = raster(
        tmp_path / "p.tif", values, crs="EPSG:4326",
        transform=from_origin(west - 2 * step, north + 2 * step, step, step), nodata=-1,
    )  # fmt: skip
    with pytest.warns(DataWarning, match="no data in"):
        count = np.nan_to_num(read_people(file, grid()).count)
    row, col = np.mgrid[0:30, 0:30] + 0.5
    east, south = float((count * col).sum() * 90), float((count * row).sum() * 90)
    longitude, latitude = west + 17.5 * step, north - 5.5 * step
    easting, northing = TO_METRES.transform(longitude, latitude)
    assert east == pytest.approx(easting - WEST, abs=12)  # fine points lie 90/5 m apart
    assert south == pytest.approx(SOUTH + SIDE_M - northing, abs=12)


@pytest.mark.parametrize("kind", ["declared", "nan"])
def test_nodata_is_unknown_not_nobody(tmp_path: Path, kind: str) -> None:
    values = np.full((15, 15), 4.0)
    hole = -99999.0 if kind == "declared" else np.nan
    values[3, 5] = hole
    file = raster(
        tmp_path / "p.tif", values, crs=CRS, transform=from_origin(WEST, SOUTH + SIDE_M, 180, 180),
        nodata=-99999.0 if kind == "declared" else None,
    )  # fmt: skip
    with expect_unknown(4):
        people = read_people(file, grid())
    assert people.unknown_cells == 4
    assert np.isnan(people.count[6:8, 10:12]).all()
    assert people.total == pytest.approx(4.0 * 224)


def test_a_raster_that_ends_inside_is_warned_of(tmp_path: Path) -> None:
    values = np.full((15, 10), 4.0)
    file = raster(
        tmp_path / "p.tif", values, crs=CRS, transform=from_origin(WEST, SOUTH + SIDE_M, 180, 180)
    )
    with expect_unknown(300):
        people = read_people(file, grid())
    assert np.isnan(people.count[:, 20:]).all()
    assert people.total == pytest.approx(600.0)


def test_whole_numbers_are_people_too(tmp_path: Path) -> None:
    values = np.arange(225, dtype=np.uint8).reshape(15, 15)
    file = raster(
        tmp_path / "p.tif", values, crs=CRS, transform=from_origin(WEST, SOUTH + SIDE_M, 180, 180)
    )
    assert read_people(file, grid()).total == pytest.approx(float(values.astype(int).sum()))


@pytest.mark.parametrize("bad", [-1.0, -99999.0, np.inf])
def test_impossible_counts_are_named(tmp_path: Path, bad: float) -> None:
    values = np.full((15, 15), 4.0)
    values[3, 5] = bad
    file = raster(
        tmp_path / "p.tif", values, crs=CRS, transform=from_origin(WEST, SOUTH + SIDE_M, 180, 180)
    )
    with pytest.raises(DataError, match=rf"holds {bad:g} people in a cell .*check its nodata"):
        read_people(file, grid())


def test_population_elsewhere_is_an_error(tmp_path: Path) -> None:
    file = raster(
        tmp_path / "p.tif", np.ones((9, 9)), crs="EPSG:4326",
        transform=from_origin(-70, 20, 0.01, 0.01),
    )  # fmt: skip
    with pytest.raises(DataError, match=r"p\.tif does not overlap the study area"):
        read_people(file, grid())


def test_population_without_crs_is_an_error(tmp_path: Path) -> None:
    write_population(tmp_path / "p.tif", crs=None)
    with pytest.raises(DataError, match=r"p\.tif has no CRS; write one into it"):
        read_people(tmp_path / "p.tif", grid())


@pytest.mark.parametrize("content", [b"", b"people\n1\n"])
def test_unreadable_population_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.tif").write_bytes(content)
    with pytest.raises(DataError, match=r"population file: .*p\.tif cannot be read as a raster"):
        read_people(tmp_path / "p.tif", grid())


def test_missing_population_names_its_key(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"does not exist; check inputs\.population\.file"):
        read_people(tmp_path / "p.tif", grid())
