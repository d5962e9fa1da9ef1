"""Squares of speed tests: their names and places, and what a file may hold."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.sources.speed_tiles import (
    COLUMNS,
    places_of,
    quadkey,
    read_speed_tiles,
    tile_at,
    tiles_of_box,
)
from synthetic import CRS, SOUTH, TO_DEGREES, WEST

GRID = Grid.from_bounds(WEST, SOUTH, WEST + 5760, SOUTH + 5760, crs=CRS, resolution_m=90)


def test_names_are_those_of_the_web_map() -> None:
    assert quadkey(0, 0) == "0" * 16
    assert quadkey(*tile_at(-179.99, -85.0)).startswith("2")
    assert quadkey(*tile_at(-0.001, 0.001)) == "0" + "3" * 15  # north-west of the middle
    assert quadkey(*tile_at(0.001, -0.001)) == "3" + "0" * 15
    col, row = places_of(pd.Series([quadkey(52_000, 27_000), "12", "4" * 16]))
    assert col.tolist() == [52_000, -1, -1]
    assert row.tolist() == [27_000, -1, -1]


def table(*places: tuple[float, float, int]) -> pd.DataFrame:
    """Tests at metres east and north of the corner of the grid."""
    rows = []
    for n, (east, north, tests) in enumerate(places):
        key = quadkey(*tile_at(*TO_DEGREES.transform(WEST + east, SOUTH + north)))
        rows.append((key, 20_000 + n, 5_000, 30, tests, 2))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def many(count: int) -> pd.DataFrame:
    """Squares all over the world, sorted as the provider has them."""
    rng = np.random.default_rng(1)
    keys = sorted({quadkey(*tile_at(*p)) for p in rng.uniform((-180, -60), (180, 70), (count, 2))})
    return pd.DataFrame({"quadkey": keys, **dict.fromkeys(COLUMNS[1:], 7)})


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_squares_of_the_frame_in_the_grid_s_crs(tmp_path: Path, suffix: str) -> None:
    near = table((1000, 1000, 12), (3000, 4000, 5))
    whole = pd.concat([near, many(3000)]).sort_values("quadkey")
    file = tmp_path / f"tiles{suffix}"
    if suffix == ".csv":
        whole.to_csv(file, index=False)
    else:
        whole.to_parquet(file, row_group_size=500)
    tiles = read_speed_tiles(file, GRID)
    assert sorted(tiles["tests"]) == [5, 12]
    first = tiles[tiles["tests"] == 12].iloc[0]
    assert first["download_mbps"] == 20.0
    assert first.geometry.area == pytest.approx(564**2, rel=0.02)  # 611.5 m cos 22.57°
    west, south, east, north = first.geometry.bounds
    assert west < WEST + 1000 < east
    assert south < SOUTH + 1000 < north


def test_only_the_parts_that_can_hold_the_frame_are_read(tmp_path: Path) -> None:
    whole = pd.concat([table((1000, 1000, 12)), many(20_000)]).sort_values("quadkey")
    file = tmp_path / "tiles.parquet"
    whole.to_parquet(file, row_group_size=200, compression=None)

    read = 0

    class Counting(io.FileIO):
        def readinto(self, buffer: Any) -> int | None:
            nonlocal read
            count = super().readinto(buffer)
            read += count or 0
            return count

        def read(self, size: int | None = -1) -> bytes | None:
            nonlocal read
            piece = super().read(size)
            read += len(piece or b"")
            return piece

    lon, lat = TO_DEGREES.transform(WEST + 1000, SOUTH + 1000)
    box = (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)
    with Counting(file) as stream, pa.PythonFile(stream, mode="r") as source:
        assert list(tiles_of_box(source, box, "x")["tests"]) == [12]
    assert read < file.stat().st_size / 4


def test_both_sides_of_the_antimeridian(tmp_path: Path) -> None:
    keys = sorted(quadkey(*tile_at(lon, -16.9)) for lon in (179.99, -179.99, 0.0))
    frame = pd.DataFrame({"quadkey": keys, **dict.fromkeys(COLUMNS[1:], 3)})
    frame.to_parquet(tmp_path / "t.parquet")
    found = tiles_of_box(tmp_path / "t.parquet", (179.9, -17.0, -179.9, -16.8), "t")
    assert len(found) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("quadkey,tests\n1,2\n", "no column avg_d_kbps, avg_u_kbps, avg_lat_ms, devices"),
        (f"{','.join(COLUMNS)}\n12,1,1,1,1,1\n", "row 2, quadkey = '12': 16 digits from 0 to 3"),
        (f"{','.join(COLUMNS)}\n{'1' * 16},1,1,1,-1,1\n", "row 2, tests = '-1': a number from 0"),
        (f"{','.join(COLUMNS)}\n{'1' * 16},x,1,1,1,1\n", "row 2, avg_d_kbps = 'x'"),
        (f"{','.join(COLUMNS)}\n{'1' * 16},1,1,1,1.5,1\n", "row 2, tests = '1.5'"),
        ("", "cannot be read as a table"),
    ],
)
def test_what_is_no_speed_test_is_named(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "tiles.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_speed_tiles(file, GRID)


def test_no_parquet_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tiles.parquet"
    file.write_bytes(b"<html>busy</html>")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_speed_tiles(file, GRID)
    pd.DataFrame({"quadkey": ["1"]}).to_parquet(file)
    with pytest.raises(DataError, match="no column avg_d_kbps"):
        read_speed_tiles(file, GRID)
