"""Rasters on one lattice, joined: every cell stays where it was, and nothing is invented."""

from typing import Any

import numpy as np
import pytest
from rasterio.transform import from_origin

from phusong.sources.fetch.errors import FetchError
from phusong.sources.fetch.joined import Part, joined, moved, sides

STEP = 1 / 1200


def part(values: list[list[float]], col: float, row: float, **changes: Any) -> Part:
    array = np.array(values, dtype=np.float32)
    profile = {
        "driver": "GTiff", "dtype": "float32", "crs": "EPSG:4326", "nodata": -200.0,
        "width": array.shape[1], "height": array.shape[0], "count": 1,
        "transform": from_origin(100 + col * STEP, 20 - row * STEP, STEP, STEP), **changes,
    }  # fmt: skip
    return Part(array, profile, f"part at {col:g}, {row:g}")


def test_one_part_stays_as_it_is() -> None:
    one = part([[1, 2]], 0, 0)
    assert joined([one], "people") == (one, 0)


def test_parts_lie_where_they_lay_and_gaps_are_unknown() -> None:
    whole, twice = joined([part([[1, 2], [3, 4]], 0, 0), part([[5, 6]], 3, -1)], "people")
    assert twice == 0
    np.testing.assert_array_equal(
        whole.values,
        [[-200, -200, -200, 5, 6], [1, 2, -200, -200, -200], [3, 4, -200, -200, -200]],
    )
    assert whole.profile["transform"].c == pytest.approx(100)
    assert whole.profile["transform"].f == pytest.approx(20 + STEP)
    assert (whole.profile["width"], whole.profile["height"]) == (5, 3)


def test_first_counts_where_both_know_and_nobody_is_counted_twice() -> None:
    whole, twice = joined([part([[1, -200, 3]], 0, 0), part([[10, 20, 30]], 0, 0)], "people")
    np.testing.assert_array_equal(whole.values, [[1, 20, 3]])
    assert twice == 2


def test_without_a_mark_unknown_cells_are_nan() -> None:
    whole, _ = joined([part([[1]], 0, 0, nodata=None), part([[2]], 2, 0, nodata=None)], "people")
    np.testing.assert_array_equal(whole.values, [[1, np.nan, 2]])


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (part([[1]], 1.5, 0), "not on one lattice"),
        (part([[1]], 1, 0, crs="EPSG:4674"), "not on one lattice"),
        (part([[1]], 1, 0, transform=from_origin(101, 20, 2 * STEP, STEP)), "not on one lattice"),
    ],
)
def test_other_lattices_are_refused(other: Part, words: str) -> None:
    with pytest.raises(FetchError, match=words):
        joined([part([[1]], 0, 0), other], "people")


def test_whole_numbers_without_a_mark_cannot_be_joined() -> None:
    parts = [part([[1]], col, 0, nodata=None, dtype="uint8") for col in (0, 2)]
    with pytest.raises(FetchError, match="no value for unknown cells"):
        joined(parts, "people")


def test_the_eastern_side_goes_on_beyond_180_degrees() -> None:
    (west, none), (east, turn) = sides((179.5, -17.0, -179.5, -16.0))
    assert (west, none) == ((179.5, -17.0, 180.0, -16.0), 0.0)
    assert (east, turn) == ((-180.0, -17.0, -179.5, -16.0), 360.0)
    profile = moved({"transform": from_origin(-180, -16, STEP, STEP)}, turn)
    assert profile["transform"].c == pytest.approx(180.0)
    assert sides((103.0, 22.0, 104.0, 23.0)) == (((103.0, 22.0, 104.0, 23.0), 0.0),)
