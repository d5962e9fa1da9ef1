"""What must hold for the sweep whatever the terrain: orientation, free space, unknown ground."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.models.loss_map import LossMap, p1812_loss_map
from relief import Kind, relief

SIDE = 30.0
SIZE = 101
WEST, SOUTH = 399_600.0, 2_480_400.0
NORTH = SOUTH + SIZE * SIDE

# Mirrored radials interpolate between the same nodes from the other side, in float32.
ORIENTATION_DB = 5e-3
FLOAT32_DB = 2e-5  # a float32 at 150 dB is this close


def sweep(ground: NDArray[np.float32], row: float, col: float, **changes: Any) -> LossMap:
    grid = Grid.from_bounds(
        WEST, SOUTH, WEST + SIZE * SIDE, NORTH, crs="EPSG:32648", resolution_m=SIDE
    )
    conditions: dict[str, Any] = {
        "easting": WEST + col * SIDE,
        "northing": NORTH - row * SIDE,
        "tx_height_m": 25.0,
        "rx_height_m": 1.5,
        "frequencies_mhz": (900.0,),
        "radius_m": 1300.0,
        "latitude_deg": 22.0,
        "method": "sweep",
    }
    return p1812_loss_map(Terrain(grid, ground.copy()), **(conditions | changes))


def whole(loss: LossMap, values: NDArray[np.float32]) -> NDArray[np.float32]:
    full = np.full((SIZE, SIZE), np.nan, np.float32)
    rows, cols = values.shape
    full[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols] = values
    return full


def ground(kind: Kind, seed: int) -> NDArray[np.float32]:
    return relief(kind, cells=128, seed=seed)[:SIZE, :SIZE]


TURNS = {
    "north to south": lambda a: a[::-1],
    "west to east": lambda a: a[:, ::-1],
    "transposed": lambda a: a.T,
    "half a turn": lambda a: a[::-1, ::-1],
    "quarter of a turn": lambda a: a[::-1].T,
}


def turned_place(name: str, row: float, col: float) -> tuple[float, float]:
    return {
        "north to south": (SIZE - row, col),
        "west to east": (row, SIZE - col),
        "transposed": (col, row),
        "half a turn": (SIZE - row, SIZE - col),
        "quarter of a turn": (col, SIZE - row),
    }[name]


# Places on multiples of 1/256 cell, so that the mast is not rounded; never on the diagonal or
# axis of a cell, where a tie between radials goes another way in the turned raster.
PLACES = st.tuples(st.integers(1, 126), st.integers(129, 254)).map(
    lambda at: (50.0 + at[0] / 256.0, 46.0 + at[1] / 256.0)
)


@settings(max_examples=12)
@given(
    kind=st.sampled_from(["gentle", "hills", "alpine"]),
    seed=st.integers(0, 1000),
    place=PLACES,
    name=st.sampled_from(sorted(TURNS)),
    time_percent=st.sampled_from([50.0, 10.0]),
)
def test_turning_the_terrain_turns_the_map(
    kind: Kind, seed: int, place: tuple[float, float], name: str, time_percent: float
) -> None:
    surface = ground(kind, seed)
    turn = TURNS[name]
    plain = sweep(surface, *place, time_percent=time_percent)
    turned = sweep(turn(surface), *turned_place(name, *place), time_percent=time_percent)
    before = turn(whole(plain, plain.path_loss_db[0]))
    after = whole(turned, turned.path_loss_db[0])
    np.testing.assert_array_equal(np.isnan(before), np.isnan(after))
    apart = np.abs(before - after)
    assert np.nanmax(apart) < ORIENTATION_DB


@settings(max_examples=10)
@given(
    kind=st.sampled_from(["gentle", "hills", "alpine"]),
    seed=st.integers(0, 1000),
    row=st.floats(0.0, 100.9),
    col=st.floats(0.0, 100.9),
)
def test_no_cell_is_better_than_free_space(kind: Kind, seed: int, row: float, col: float) -> None:
    surface = ground(kind, seed)
    loss = sweep(surface, row, col)
    rows, cols = np.nonzero(loss.inside)
    down, right = rows + loss.row0 + 0.5 - row, cols + loss.col0 + 0.5 - col
    apart_km = np.hypot(down, right) * SIDE / 1000.0
    # mast and radials may be off by 1/256 of a cell and a thousandth of the length
    shortest = np.maximum(apart_km * 0.999 - SIDE / 1000.0 / 256.0, 0.38 * SIDE / 1000.0)
    free = 92.4 + 20.0 * np.log10(0.9) + 20.0 * np.log10(shortest)
    found = loss.path_loss_db[0][rows, cols]
    assert np.isfinite(found).all()
    own = apart_km < SIDE / 1000.0  # the mast's cell, and those where it stands on the edge
    assert (found > free - FLOAT32_DB)[~own].all()


def test_unknown_foot_gives_an_unknown_map() -> None:
    surface = ground("hills", 3)
    surface[50, 47] = np.nan
    loss = sweep(surface, 50.5, 47.5)
    assert loss.unknown_cells == loss.inside.sum()
    assert np.isnan(loss.tx_elevation_mrad).all()


def test_unknown_ground_is_unknown_from_there_outwards() -> None:
    surface = ground("hills", 3)
    surface[50, 70] = np.nan
    loss = sweep(surface, 50.5, 47.5)
    map_ = whole(loss, loss.path_loss_db[0])
    assert np.isnan(map_[50, 70:91]).all()  # behind it, to the rim
    assert np.isfinite(map_[50, 5:69]).all()
    np.testing.assert_array_equal(np.isnan(loss.path_loss_db[0]), np.isnan(loss.tx_elevation_mrad))
    assert 0 < loss.unknown_cells < 0.02 * loss.inside.sum()


def test_unknown_clutter_is_unknown_from_there_outwards() -> None:
    clutter = np.zeros((SIZE, SIZE), np.float32)
    clutter[50, 70] = np.nan
    clutter[50, 47] = np.nan  # the mast's own cell carries none
    loss = sweep(ground("hills", 3), 50.5, 47.5, clutter_height_m=clutter)
    map_ = whole(loss, loss.path_loss_db[0])
    assert np.isfinite(map_[50, 5:71]).all()  # nor does the receiver's
    assert np.isnan(map_[50, 71:91]).all()


def test_small_discs_and_rasters_of_one_row() -> None:
    surface = ground("hills", 3)
    for radius_m in (1.0, 100.0, 390.0, 430.0):
        swept = sweep(surface, 50.3, 47.9, radius_m=radius_m)
        exact = sweep(surface, 50.3, 47.9, radius_m=radius_m, method="exact")
        assert np.isfinite(swept.path_loss_db[0][swept.inside]).all()
        np.testing.assert_array_equal(swept.inside, exact.inside)


def test_a_lapse_rate_that_turns_the_radii_around_is_refused() -> None:
    surface = ground("hills", 3)
    with pytest.raises(DomainError, match=r"delta_n=110 with time_percent=10 .*method='exact'"):
        sweep(surface, 50.5, 47.5, delta_n=110.0, time_percent=10.0)
    assert np.isfinite(sweep(surface, 50.5, 47.5, delta_n=110.0).path_loss_db[0][50 - 7, 47 - 4])
