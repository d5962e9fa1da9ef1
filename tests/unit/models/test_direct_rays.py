"""Straight rays over a disc, free space along them, and the share of locations of P.1812."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DataError, DomainError, ModelRangeWarning
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.models.direct_rays import free_space_map
from phusong.models.location_map import loss_at_locations
from phusong.models.loss_map import LossMap, p1812_loss_map
from phusong.models.p1812 import P1812Link, P1812Profile, p1812_loss

SIDE = 50.0
ROWS, COLS = 41, 47
LEFT, TOP = 400_000.0, 2_500_000.0
GRID = Grid.from_bounds(
    LEFT, TOP - ROWS * SIDE, LEFT + COLS * SIDE, TOP, crs="EPSG:32648", resolution_m=SIDE
)
MAST = {"easting": LEFT + 23.5 * SIDE, "northing": TOP - 20.5 * SIDE}
HEIGHTS = {"tx_height_m": 22.0, "rx_height_m": 2.0}


def ground() -> Terrain:
    rng = np.random.default_rng(5)
    slope = np.add.outer(np.arange(ROWS) * 9.0, np.arange(COLS) * -7.0)
    return Terrain(GRID, (slope + 8.0 * rng.normal(size=(ROWS, COLS)) + 400.0).astype(np.float32))


def free_space(terrain: Terrain, **changes: Any) -> LossMap:
    settings = {"frequencies_mhz": (900.0, 1800.0), "radius_m": 900.0}
    return free_space_map(terrain, **(MAST | HEIGHTS | settings | changes))


def median(terrain: Terrain, **changes: Any) -> LossMap:
    settings = {
        "frequencies_mhz": (900.0,),
        "radius_m": 900.0,
        "latitude_deg": 22.0,
        "method": "exact",
    }
    return p1812_loss_map(terrain, **(MAST | HEIGHTS | settings | changes))


def test_free_space_follows_the_slant_distance() -> None:
    terrain = ground()
    loss = free_space(terrain)
    row, col = 11, 30
    rise = terrain.height_amsl_m[row, col] + 2.0 - (terrain.height_amsl_m[20, 23] + 22.0)
    across = SIDE * math.hypot(row - 20, col - 23)
    slant = math.hypot(across, rise)
    here = (row - loss.row0, col - loss.col0)
    for b, f in enumerate((900.0, 1800.0)):
        expected = 32.4478 + 20 * math.log10(f) + 20 * math.log10(slant / 1000.0)
        assert loss.path_loss_db[b][here] == pytest.approx(expected, abs=1e-4)
    assert loss.tx_elevation_mrad[here] == pytest.approx(1000 * math.atan(rise / across), rel=1e-5)


def test_free_space_of_the_own_cell_is_over_flat_ground() -> None:
    loss = free_space(ground())
    slant_km = math.hypot(0.3826 * SIDE, 20.0) / 1000.0
    expected = 32.4478 + 20 * math.log10(900.0) + 20 * math.log10(slant_km)
    assert loss.path_loss_db[0][20 - loss.row0, 23 - loss.col0] == pytest.approx(expected, abs=1e-4)


def test_free_space_knows_what_it_stands_on_and_no_more() -> None:
    height = ground().height_amsl_m.copy()
    height[20, 28] = np.nan
    loss = free_space(Terrain(GRID, height))
    assert loss.unknown_cells == 1
    assert np.isfinite(loss.path_loss_db[0][20 - loss.row0, 29 - loss.col0])
    height = height.copy()
    height[20, 23] = np.nan
    loss = free_space(Terrain(GRID, height))
    assert loss.unknown_cells == loss.inside.sum()


def test_free_space_refuses_what_it_must() -> None:
    with pytest.raises(DomainError, match=r"frequency_mhz=0\.9 .*GHz"):
        free_space(ground(), frequencies_mhz=(0.9,))
    with pytest.raises(DataError, match="outside the terrain"):
        free_space(ground(), easting=0.0)


def shifted(terrain: Terrain, loss: LossMap, percent: float, **changes: Any) -> LossMap:
    return loss_at_locations(
        loss, terrain=terrain, **(MAST | HEIGHTS | {"location_percent": percent} | changes)
    )


def test_half_of_the_locations_is_the_map_itself() -> None:
    terrain = ground()
    loss = median(terrain)
    assert shifted(terrain, loss, 50.0) is loss


@pytest.mark.parametrize(("percent", "time_percent"), [(90.0, 50.0), (10.0, 50.0), (5.0, 3.0)])
def test_every_cell_is_the_link_at_that_share(percent: float, time_percent: float) -> None:
    terrain = ground()
    loss = median(terrain, time_percent=time_percent)
    moved = shifted(terrain, loss, percent, time_percent=time_percent)
    for col in (31, 33, 36, 41):  # shorter paths are sampled more finely by the map
        profile = P1812Profile(
            np.arange(col - 22) * SIDE / 1000.0, terrain.height_amsl_m[20, 23 : col + 1]
        )
        result = p1812_loss(
            profile,
            link=P1812Link(
                frequency_mhz=900.0,
                **HEIGHTS,
                latitude_tx=22.0,
                longitude_tx=104.0,
                latitude_rx=22.0,
                longitude_rx=104.01,
                time_percent=time_percent,
                location_percent=percent,
                cell_width_m=SIDE,
            ),
        )
        here = (20 - moved.row0, col - moved.col0)
        assert moved.path_loss_db[0][here] == pytest.approx(
            result.basic_transmission_loss_db, abs=0.02
        )


def test_clutter_at_the_receiver_widens_the_spread() -> None:
    terrain = ground()
    clutter = np.zeros(GRID.shape, np.float32)
    clutter[:, 30:] = 15.0
    clutter[0, 0] = np.nan
    high = HEIGHTS | {"rx_height_m": 8.0}
    loss = median(terrain, **high)
    moved = shifted(terrain, loss, 90.0, clutter_height_m=clutter, **high)
    change = (moved.path_loss_db - loss.path_loss_db)[0]
    west, east = change[20 - loss.row0, 10 - loss.col0], change[20 - loss.row0, 38 - loss.col0]
    sigma = (0.52 + 0.024 * 0.9) * SIDE**0.28
    assert east == pytest.approx(1.2816 * sigma, abs=2e-3)
    assert west == pytest.approx(0.2 * 1.2816 * sigma, abs=2e-3)


def test_no_share_of_locations_beats_free_space() -> None:
    terrain = ground()
    best = shifted(terrain, median(terrain), 1.0)
    floor = free_space(terrain, frequencies_mhz=(900.0,))
    both = best.inside & np.isfinite(best.path_loss_db[0])
    assert (best.path_loss_db[0][both] > floor.path_loss_db[0][both] - 0.05).all()


def test_shares_outside_the_range() -> None:
    terrain = ground()
    loss = median(terrain)
    with pytest.raises(DomainError, match="location_percent=0 "):
        shifted(terrain, loss, 0.0)
    with pytest.warns(ModelRangeWarning, match=r"location_percent=99\.5"):
        shifted(terrain, loss, 99.5)
