"""Longley-Rice over a disc: frame, own cell, unknown ground, every third cell, refusals."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DataError, DomainError, ModelRangeWarning
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.models.itm import ItmConditions, itm_point_to_point
from phusong.models.itm_map import NEAR_CELLS, ItmMethod, itm_loss_map
from phusong.models.loss_map import LossMap, p1812_loss_map

SIDE = 60.0
ROWS, COLS = 92, 87
LEFT, TOP = 400_020.0, 2_500_020.0
GRID = Grid.from_bounds(
    LEFT, TOP - ROWS * SIDE, LEFT + COLS * SIDE, TOP, crs="EPSG:32648", resolution_m=SIDE
)
METHODS: tuple[ItmMethod, ...] = ("radial", "exact")


def ground() -> np.ndarray:
    rng = np.random.default_rng(3)
    slope = np.add.outer(np.arange(ROWS) * 3.0, np.arange(COLS) * -2.0)
    return (slope + rng.normal(size=(ROWS, COLS)) * 15.0 + 300.0).astype(np.float32)


def loss_map(height: np.ndarray, row: float = 44.3, col: float = 41.6, **changes: Any) -> LossMap:
    """Map of a mast at pixel coordinates."""
    conditions: dict[str, Any] = {
        "tx_height_m": 22.0,
        "rx_height_m": 1.5,
        "frequencies_mhz": (900.0,),
        "radius_m": 36.0 * SIDE,
    }
    place = {"easting": LEFT + col * SIDE, "northing": TOP - row * SIDE}
    return itm_loss_map(Terrain(GRID, height), **place, **(conditions | changes))


def whole(loss: LossMap, values: np.ndarray) -> np.ndarray:
    """Values of a window in the frame of its grid."""
    full = np.full(loss.grid.shape, np.nan)
    rows, cols = values.shape
    full[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols] = values
    return full


@pytest.mark.parametrize("method", METHODS)
def test_the_cells_whose_centres_are_near_are_known(method: ItmMethod) -> None:
    loss = loss_map(ground(), method=method)
    rows, cols = np.mgrid[:ROWS, :COLS] + 0.5
    near = np.hypot(rows - 44.3, cols - 41.6) <= 36.0
    np.testing.assert_array_equal(np.isfinite(whole(loss, loss.path_loss_db[0])), near)
    np.testing.assert_array_equal(np.isfinite(whole(loss, loss.tx_elevation_mrad)), near)
    assert loss.path_loss_db.dtype == loss.tx_elevation_mrad.dtype == np.float32
    assert loss.unknown_cells == 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("row", "col"), [(0.0, 0.0), (0.2, 86.9), (91.95, 3.5)])
def test_a_disc_over_the_edge_is_cut_and_known(method: ItmMethod, row: float, col: float) -> None:
    loss = loss_map(ground(), row, col, method=method)
    rows, cols = np.mgrid[:ROWS, :COLS] + 0.5
    near = np.hypot(rows - row, cols - col) <= 36.0
    np.testing.assert_array_equal(np.isfinite(whole(loss, loss.path_loss_db[0])), near)


def test_own_cell_is_free_space_over_flat_ground() -> None:
    loss = loss_map(ground(), rx_height_m=2.0)
    here = (44 - loss.row0, 41 - loss.col0)
    across = 0.3826 * SIDE / 1000.0
    expected = 32.45 + 20 * math.log10(900.0) + 20 * math.log10(math.hypot(across, 0.020))
    assert loss.path_loss_db[0][here] == pytest.approx(expected, abs=1e-5)
    assert loss.tx_elevation_mrad[here] == pytest.approx(
        1000 * math.atan(-20.0 / (1000 * across)), rel=1e-6
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_cell_is_the_link_along_its_row(method: ItmMethod) -> None:
    # A mast on a cell's centre: the profile along the row are the cells themselves
    height = ground()
    loss = loss_map(height, row=44.5, col=41.5, method=method)
    result = itm_point_to_point(
        height[44, 41:75],
        step_m=SIDE,
        frequency_mhz=900.0,
        tx_height_m=22.0,
        rx_height_m=1.5,
    )
    here = (44 - loss.row0, 74 - loss.col0)
    assert loss.path_loss_db[0][here] == pytest.approx(result.basic_transmission_loss_db, abs=2e-5)


def test_the_elevation_is_that_of_the_ray_as_p1812_sees_it() -> None:
    # Both take the direct ray or the horizon; only the effective Earth differs, by little here
    height = ground()
    loss = loss_map(height, method="exact")
    other = p1812_loss_map(
        Terrain(GRID, height),
        easting=LEFT + 41.6 * SIDE,
        northing=TOP - 44.3 * SIDE,
        tx_height_m=22.0,
        rx_height_m=1.5,
        frequencies_mhz=(900.0,),
        radius_m=36.0 * SIDE,
        latitude_deg=22.0,
        method="exact",
    )
    np.testing.assert_allclose(loss.tx_elevation_mrad, other.tx_elevation_mrad, rtol=0, atol=0.05)


def test_bands_together_are_the_bands_alone() -> None:
    bands = (700.0, 1800.0, 2600.0)
    together = loss_map(ground(), frequencies_mhz=bands)
    assert together.frequencies_mhz == bands
    for b, frequency in enumerate(bands):
        alone = loss_map(ground(), frequencies_mhz=(frequency,))
        np.testing.assert_array_equal(together.path_loss_db[b], alone.path_loss_db[0])


@pytest.mark.parametrize("method", METHODS)
def test_same_bits_for_any_number_of_threads(method: ItmMethod) -> None:
    one = loss_map(ground(), method=method)
    for threads in (2, 5, 40):
        many = loss_map(ground(), method=method, threads=threads)
        assert many.path_loss_db.tobytes() == one.path_loss_db.tobytes()
        assert many.tx_elevation_mrad.tobytes() == one.tx_elevation_mrad.tobytes()


def test_percentages_and_climate_matter() -> None:
    median = loss_map(ground()).path_loss_db[0]
    rare = ItmConditions(time_percent=95.0, situation_percent=95.0)
    assert np.nanmean(loss_map(ground(), conditions=rare).path_loss_db[0] - median) > 5.0


# Unknown ground


@pytest.mark.parametrize("method", METHODS)
def test_unknown_ground_shadows_what_lies_behind_it(method: ItmMethod) -> None:
    height = ground()
    height[44, 65] = np.nan
    loss = loss_map(height, row=44.5, col=41.5, method=method)
    known = loss_map(ground(), row=44.5, col=41.5, method=method)
    unknown = np.isnan(whole(loss, loss.path_loss_db[0])) & np.isfinite(
        whole(known, known.path_loss_db[0])
    )
    np.testing.assert_array_equal(
        np.isnan(whole(loss, loss.tx_elevation_mrad)), np.isnan(whole(loss, loss.path_loss_db[0]))
    )
    assert unknown[44, 65:78].all()
    assert not unknown[44, :65].any()
    assert not unknown[:43, :66].any()
    assert 12 <= unknown.sum() == loss.unknown_cells < 60
    apart = np.isfinite(whole(loss, loss.path_loss_db[0]))
    np.testing.assert_array_equal(
        whole(loss, loss.path_loss_db[0])[apart], whole(known, known.path_loss_db[0])[apart]
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_mast_on_unknown_ground_knows_nothing(method: ItmMethod) -> None:
    height = ground()
    height[44, 41] = np.nan
    loss = loss_map(height, method=method)
    assert np.isnan(loss.path_loss_db).all()
    assert loss.unknown_cells == loss.inside.sum()


def test_a_half_of_the_terrain_is_unknown() -> None:
    height = ground()
    height[:, 60:] = np.nan
    loss = loss_map(height)
    known = np.isfinite(whole(loss, loss.path_loss_db[0]))
    assert not known[:, 60:].any()
    assert known[44, 10:59].all()


def test_a_refractivity_that_no_model_knows_is_unknown() -> None:
    # N_0 = 250 at 5000 m is 147 at the surface, below ITM's 150
    loss = loss_map(
        ground() + np.float32(5000.0), conditions=ItmConditions(surface_refractivity_n0=250.0)
    )
    assert loss.unknown_cells == loss.inside.sum() - 1  # the mast's own cell is free space


# Every third cell


def test_every_third_cell_stands_for_its_block() -> None:
    full, coarse = loss_map(ground()), loss_map(ground(), step=3)
    whole_full, whole_coarse = (whole(m, m.path_loss_db[0]) for m in (full, coarse))
    np.testing.assert_array_equal(np.isnan(whole_full), np.isnan(whole_coarse))
    middles = np.zeros((ROWS, COLS), bool)
    middles[1::3, 1::3] = True
    middles &= np.isfinite(whole_full)
    np.testing.assert_array_equal(whole_full[middles], whole_coarse[middles])
    # A block away from mast and rim: rows 60 to 62, columns 66 to 68
    assert (whole_coarse[60:63, 66:69] == whole_full[61, 67]).all()
    # Near the mast every cell has its own
    span = np.s_[
        44 - NEAR_CELLS + 2 : 44 + NEAR_CELLS - 2, 41 - NEAR_CELLS + 2 : 41 + NEAR_CELLS - 2
    ]
    np.testing.assert_array_equal(whole_full[span], whole_coarse[span])


def test_a_step_leaves_unknown_ground_unknown() -> None:
    height = ground()
    height[62, 68] = np.nan
    loss = loss_map(height, step=3)
    values = whole(loss, loss.path_loss_db[0])
    assert np.isnan(values[62, 68])
    assert np.isfinite(values[62, 66])


def test_progress_is_told_to_the_end() -> None:
    seen: list[tuple[int, int]] = []
    loss_map(ground(), progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert {total for _, total in seen} == {len(seen)}


# What it refuses


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tx_height_m": 0.0}, "tx_height_m=0 "),
        ({"rx_height_m": -1.5}, "rx_height_m=-1.5 "),
        ({"frequencies_mhz": ()}, "frequencies_mhz is empty"),
        ({"frequencies_mhz": (900.0, 1.8)}, r"frequency_mhz=1\.8 .*GHz"),
        ({"radius_m": 0.0}, "radius_m=0 "),
        ({"radius_m": math.nan}, "radius_m=nan"),
        ({"method": "guess"}, "method='guess' is unknown; use 'radial' or 'exact'"),
        ({"threads": 0}, "threads=0 "),
        ({"step": 0}, "step=0 "),
        (
            {
                "frequencies_mhz": (900.0,),
                "conditions": ItmConditions(
                    polarization="horizontal",
                    ground_permittivity=1.0,
                    ground_conductivity_s_per_m=0.005,
                ),
            },
            "ground_permittivity=1 and ground_conductivity_s_per_m=0.005 do not go together",
        ),
    ],
)
def test_impossible_conditions(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        loss_map(ground(), **changes)


def test_a_mast_outside_the_terrain() -> None:
    with pytest.raises(DataError, match="is outside the terrain"):
        loss_map(ground(), row=-3.0)


def test_values_outside_the_recommended_range_warn_once() -> None:
    with pytest.warns(ModelRangeWarning, match=r"frequency_mhz=30 .*rx_height_m=0\.5") as caught:
        loss_map(ground(), frequencies_mhz=(30.0,), rx_height_m=0.5, radius_m=100.0)
    assert len(caught) == 1


# Cells that are asked for


@pytest.mark.parametrize("method", METHODS)
def test_asked_cells_are_the_same_as_without_asking(method: ItmMethod) -> None:
    asked = np.random.default_rng(8).random(GRID.shape) < 0.1
    loss, part = loss_map(ground(), method=method), loss_map(ground(), method=method, within=asked)
    here = asked & np.isfinite(whole(loss, loss.path_loss_db[0]))
    assert here.any()
    for values, some in zip(
        (*loss.path_loss_db, loss.tx_elevation_mrad),
        (*part.path_loss_db, part.tx_elevation_mrad),
        strict=True,
    ):
        expected = np.where(here, whole(loss, values), np.nan)
        np.testing.assert_array_equal(whole(part, some), expected)
    np.testing.assert_array_equal(whole(part, part.inside) == 1.0, here)
    assert part.unknown_cells == 0


def test_asked_cells_of_another_grid_are_refused() -> None:
    with pytest.raises(DataError, match=r"within has shape \(3, 4\), the terrain has"):
        loss_map(ground(), within=np.ones((3, 4), dtype=bool))
