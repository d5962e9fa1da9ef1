"""ITU-R P.1812 over a disc in exact mode: frame, own cell, unknown ground, order of the work."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DataError, DomainError, ModelRangeWarning
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.kernels.exact_disc import OWN_CELL_DISTANCE, bilinear
from phusong.models.disc_window import disc_window
from phusong.models.loss_map import LossMap, p1812_loss_map
from phusong.models.p1812 import P1812Link, P1812Profile, p1812_loss

SIDE = 60.0
ROWS, COLS = 29, 33
LEFT, BOTTOM = 400_020.0, 2_480_040.0
TOP = BOTTOM + ROWS * SIDE
GRID = Grid.from_bounds(LEFT, BOTTOM, LEFT + COLS * SIDE, TOP, crs="EPSG:32648", resolution_m=SIDE)


def ground() -> np.ndarray:
    rng = np.random.default_rng(3)
    slope = np.add.outer(np.arange(ROWS) * 3.0, np.arange(COLS) * -2.0)
    return (slope + rng.normal(size=(ROWS, COLS)) * 15.0 + 300.0).astype(np.float32)


def loss_map(height: np.ndarray, row: float = 14.3, col: float = 16.6, **changes: Any) -> LossMap:
    """Map of a mast at pixel coordinates."""
    side = GRID.resolution_m
    grid = GRID
    if height.shape != GRID.shape:
        rows, cols = height.shape
        grid = Grid.from_bounds(
            LEFT, TOP - rows * side, LEFT + cols * side, TOP, crs="EPSG:32648", resolution_m=side
        )
    conditions: dict[str, Any] = {
        "tx_height_m": 22.0,
        "rx_height_m": 1.5,
        "frequencies_mhz": (900.0,),
        "radius_m": 12.0 * SIDE,
        "latitude_deg": 22.4,
        "method": "exact",
    }
    return p1812_loss_map(
        Terrain(grid, height),
        easting=LEFT + col * side,
        northing=TOP - row * side,
        **(conditions | changes),
    )


def whole(loss: LossMap, values: np.ndarray) -> np.ndarray:
    """Values of a window in the frame of its grid."""
    full = np.full((*values.shape[:-2], *loss.grid.shape), np.nan, dtype=values.dtype)
    rows, cols = values.shape[-2:]
    full[..., loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols] = values
    return full


# Frame


@pytest.mark.parametrize("method", ["exact", "sweep"])
def test_an_area_gets_the_same_values_and_nothing_else(method: str) -> None:
    rows, cols = np.mgrid[:ROWS, :COLS]
    area = 2 * rows + cols > 42  # not the mast's own cell
    all_of_it, part = (loss_map(ground(), method=method, within=w) for w in (None, area))
    expected = np.where(area, whole(all_of_it, all_of_it.path_loss_db[0]), np.nan)
    assert 0 < np.isfinite(expected).sum() < all_of_it.inside.sum()
    np.testing.assert_array_equal(whole(part, part.path_loss_db[0]), expected)
    np.testing.assert_array_equal(np.isfinite(part.tx_elevation_mrad), part.inside)
    assert part.unknown_cells == 0


def test_an_area_of_another_grid_is_refused() -> None:
    with pytest.raises(DataError, match=r"within has shape \(3, 3\), the terrain has \(29, 33\)"):
        loss_map(ground(), within=np.ones((3, 3), dtype=np.bool_))


def test_window_holds_the_cells_whose_centres_are_near():
    loss = loss_map(ground())
    rows, cols = np.mgrid[:ROWS, :COLS] + 0.5
    near = np.hypot(rows - 14.3, cols - 16.6) <= 12.0
    np.testing.assert_array_equal(whole(loss, loss.inside.astype(float)) == 1.0, near)
    np.testing.assert_array_equal(np.isfinite(whole(loss, loss.path_loss_db)[0]), near)
    np.testing.assert_array_equal(np.isfinite(whole(loss, loss.tx_elevation_mrad)), near)
    assert loss.path_loss_db.dtype == loss.tx_elevation_mrad.dtype == np.float32
    assert loss.unknown_cells == 0


def test_a_radius_of_whole_cells_includes_its_rim():
    loss = loss_map(ground(), row=14.5, col=16.5, radius_m=5.0 * SIDE)
    assert loss.inside.shape == (11, 11)
    assert loss.inside[0, 5]
    assert loss.inside[2, 1]  # 3-4-5


def test_a_tiny_radius_leaves_the_own_cell():
    loss = loss_map(ground(), row=14.05, col=16.95, radius_m=1.0)
    assert (loss.row0, loss.col0, loss.inside.tolist()) == (14, 16, [[True]])


@pytest.mark.parametrize(("row", "col"), [(0.0, 0.0), (0.2, 0.1), (28.9, 32.95), (14.0, 32.9)])
def test_a_disc_over_the_edge_is_cut_and_known(row, col):
    loss = loss_map(ground(), row=row, col=col)
    rows, cols = np.mgrid[:ROWS, :COLS] + 0.5
    near = np.hypot(rows - row, cols - col) <= 12.0
    np.testing.assert_array_equal(np.isfinite(whole(loss, loss.path_loss_db)[0]), near)


def test_edge_cells_are_level_in_their_outer_half():
    height = ground()
    assert bilinear(height, 0.1, 20.5) == height[0, 20]
    assert bilinear(height, ROWS - 0.1, 0.2) == height[ROWS - 1, 0]
    assert bilinear(height, 3.75, 4.25) == pytest.approx(
        0.75 * (0.25 * height[3, 3] + 0.75 * height[3, 4])
        + 0.25 * (0.25 * height[4, 3] + 0.75 * height[4, 4])
    )


def test_window_of_a_mast_outside():
    with pytest.raises(DataError, match=r"transmitter at easting=1\.0, northing=2\.0 is outside"):
        disc_window(GRID, easting=1.0, northing=2.0, radius_m=100.0)


# Values


def test_own_cell_is_free_space_over_flat_ground():
    loss = loss_map(ground(), tx_height_m=22.0, rx_height_m=2.0)
    here = (14 - loss.row0, 16 - loss.col0)
    across = OWN_CELL_DISTANCE * SIDE / 1000.0
    slant = math.hypot(across, 0.020)
    expected = 92.4 + 20 * math.log10(0.9) + 20 * math.log10(slant)
    assert loss.path_loss_db[0][here] == pytest.approx(expected, abs=1e-5)
    assert loss.tx_elevation_mrad[here] == pytest.approx(
        1000 * math.atan(-20.0 / (1000 * across)), rel=1e-6
    )


def test_a_cell_is_the_link_along_its_row():
    # A mast on a cell's centre: the profile along the row are the cells themselves
    height = ground()
    loss = loss_map(height, row=14.5, col=16.5)
    here = (14 - loss.row0, 27 - loss.col0)
    profile = P1812Profile(np.arange(12) * SIDE / 1000.0, height[14, 16:28].astype(np.float64))
    place = {"latitude_tx": 22.4, "longitude_tx": 104, "latitude_rx": 22.4, "longitude_rx": 104.01}
    link = P1812Link(frequency_mhz=900.0, tx_height_m=22.0, rx_height_m=1.5, **place)
    result = p1812_loss(profile, link=link)
    assert loss.path_loss_db[0][here] == pytest.approx(result.basic_transmission_loss_db, abs=1e-5)
    assert loss.tx_elevation_mrad[here] == pytest.approx(result.intermediates["theta_t"], rel=1e-6)


def test_bands_together_are_the_bands_alone():
    bands = (700.0, 1800.0, 2600.0)
    together = loss_map(ground(), frequencies_mhz=bands)
    assert together.frequencies_mhz == bands
    for b, frequency in enumerate(bands):
        alone = loss_map(ground(), frequencies_mhz=(frequency,))
        np.testing.assert_array_equal(together.path_loss_db[b], alone.path_loss_db[0])


@pytest.mark.parametrize("time_percent", [50.0, 5.0])
def test_same_bits_for_any_number_of_threads(time_percent):
    one = loss_map(ground(), time_percent=time_percent)
    for threads in (2, 5, 40):
        many = loss_map(ground(), time_percent=time_percent, threads=threads)
        assert many.path_loss_db.tobytes() == one.path_loss_db.tobytes()
        assert many.tx_elevation_mrad.tobytes() == one.tx_elevation_mrad.tobytes()


@pytest.mark.parametrize("turn", ["rows", "cols", "transpose", "quarter"])
def test_turned_terrain_turns_the_map(turn):
    height = ground()[:, :ROWS]
    row, col = 14.3, 11.6
    clutter = np.where(height > 300.0, 15.0, 0.0).astype(np.float32)
    places = {
        "rows": (ROWS - row, col),
        "cols": (row, ROWS - col),
        "transpose": (col, row),
        "quarter": (ROWS - col, row),
    }
    turns = {
        "rows": lambda a: a[..., ::-1, :],
        "cols": lambda a: a[..., ::-1],
        "transpose": lambda a: np.swapaxes(a, -1, -2),
        "quarter": lambda a: np.rot90(a, axes=(-2, -1)),
    }
    plain = loss_map(height.copy(), row, col, clutter_height_m=clutter)
    turned = loss_map(
        turns[turn](height).copy(), *places[turn], clutter_height_m=turns[turn](clutter).copy()
    )
    # float32 storage: two values 1e-12 apart may round to neighbours 8e-6 dB apart
    np.testing.assert_allclose(
        whole(turned, turned.path_loss_db),
        turns[turn](whole(plain, plain.path_loss_db)),
        rtol=0.0,
        atol=2e-5,
    )


def test_never_better_than_free_space():
    height = ground()
    loss = loss_map(height)
    rows, cols = np.mgrid[: loss.inside.shape[0], : loss.inside.shape[1]]
    down, right = rows + loss.row0 + 0.5 - 14.3, cols + loss.col0 + 0.5 - 16.6
    across = np.hypot(down, right) * SIDE / 1000.0
    free_space = 92.4 + 20 * math.log10(0.9) + 20 * np.log10(across)
    other = loss.inside & (across > SIDE / 1000.0)
    assert (loss.path_loss_db[0][other] >= free_space[other] - 1e-4).all()


# Unknown ground


def test_unknown_ground_shadows_what_lies_behind_it():
    height = ground()
    height[14, 20] = np.nan
    loss = loss_map(height, row=14.5, col=16.5)
    unknown = np.isnan(whole(loss, loss.path_loss_db)[0]) & (whole(loss, loss.inside * 1.0) == 1.0)
    np.testing.assert_array_equal(
        np.isnan(whole(loss, loss.tx_elevation_mrad)), np.isnan(whole(loss, loss.path_loss_db)[0])
    )
    # along the row: everything from the gap on, nothing before it, nothing on the other side
    assert unknown[14, 20:29].all()
    assert not unknown[14, :20].any()
    # one row up: the lines pass beside the gap, and it has weight in them
    assert unknown[13, 21:28].all()
    assert not unknown[:12, :20].any()
    assert loss.unknown_cells == unknown.sum()
    known = loss_map(ground(), row=14.5, col=16.5)
    apart = ~np.isnan(whole(loss, loss.path_loss_db)[0])
    np.testing.assert_array_equal(
        whole(loss, loss.path_loss_db)[0][apart], whole(known, known.path_loss_db)[0][apart]
    )


def test_a_gap_that_has_no_weight_does_not_count():
    height = ground()
    height[13, 20] = np.nan  # beside the row of the mast
    loss = loss_map(height, row=14.5, col=16.5)
    assert np.isfinite(whole(loss, loss.path_loss_db)[0][14, 17:29]).all()


def test_a_mast_on_unknown_ground_knows_nothing():
    height = ground()
    height[14, 16] = np.nan
    loss = loss_map(height)
    assert np.isnan(loss.path_loss_db).all()
    assert loss.unknown_cells == loss.inside.sum()


# Clutter


def test_clutter_of_height_zero_changes_no_bit():
    zero = np.zeros((ROWS, COLS), dtype=np.float32)
    bare, level = loss_map(ground()), loss_map(ground(), clutter_height_m=zero)
    assert level.path_loss_db.tobytes() == bare.path_loss_db.tobytes()


def test_the_cells_of_both_antennas_carry_no_clutter():
    bare = loss_map(ground())
    clutter = np.zeros((ROWS, COLS), dtype=np.float32)
    clutter[14, 16] = 25.0  # the mast's
    assert loss_map(ground(), clutter_height_m=clutter).path_loss_db.tobytes() == (
        bare.path_loss_db.tobytes()
    )
    clutter[20, 20] = 25.0
    behind = loss_map(ground(), clutter_height_m=clutter)
    here = (20 - bare.row0, 20 - bare.col0)
    assert behind.path_loss_db[0][here] == bare.path_loss_db[0][here]
    assert (behind.path_loss_db[0] > bare.path_loss_db[0] + 1.0).sum() > 3


def test_unknown_clutter_is_unknown_loss():
    clutter = np.zeros((ROWS, COLS), dtype=np.float32)
    clutter[14, 20] = np.nan
    loss = loss_map(ground(), row=14.5, col=16.5, clutter_height_m=clutter)
    row = np.isnan(whole(loss, loss.path_loss_db)[0][14, 5:29])
    np.testing.assert_array_equal(np.flatnonzero(row), np.arange(16, 24))


# What it refuses


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tx_height_m": 0.0}, "tx_height_m=0 "),
        ({"rx_height_m": -1.5}, "rx_height_m=-1.5 "),
        ({"frequencies_mhz": ()}, "frequencies_mhz is empty"),
        ({"frequencies_mhz": (900.0, 1.8)}, r"frequency_mhz=1\.8 .*GHz"),
        ({"radius_m": 0.0}, "radius_m=0 "),
        ({"radius_m": math.nan}, "radius_m=NaN"),
        ({"latitude_deg": 91.0}, "latitude_deg=91 "),
        ({"time_percent": 0.1}, "time_percent=0.1 "),
        ({"polarization": "slant"}, "polarization='slant'"),
        ({"method": "guess"}, "method='guess' is unknown; use 'sweep' or 'exact'"),
        ({"threads": 0}, "threads=0 "),
        ({"clutter_height_m": np.full((ROWS, COLS), -3.0, np.float32)}, "clutter_height_m=-3 "),
    ],
)
def test_impossible_conditions(changes, message):
    with pytest.raises(DomainError, match=message):
        loss_map(ground(), **changes)


def test_clutter_of_another_shape():
    with pytest.raises(DataError, match=r"clutter_height_m has shape \(3, 3\)"):
        loss_map(ground(), clutter_height_m=np.zeros((3, 3), np.float32))


def test_a_frequency_outside_the_recommendation_warns():
    with pytest.warns(ModelRangeWarning, match="frequency_mhz=6500"):
        loss_map(ground(), frequencies_mhz=(6500.0,), radius_m=100.0)
