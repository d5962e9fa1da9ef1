"""Link budget to 0.01 dB by hand, best server, probability, and what is unknown."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.analysis.reach import (
    NO_SERVER,
    UNKNOWN_PERCENT,
    BestServer,
    ReachLayer,
    Threshold,
    combine,
    combine_technologies,
    rsrp_eirp_dbm,
    service_margin,
)
from phusong.geo.grid import Grid
from phusong.geo.network import Sector
from phusong.models.loss_map import LossMap
from phusong.models.sector_level import sector_map_dbm

# Around the zone's central meridian, where grid north is true north. The mast stands in the
# centre of the cell at row 4, column 5 of 9 x 12 cells.
GRID = Grid.from_bounds(499_500, 2_500_200, 500_700, 2_501_100, crs="EPSG:32648", resolution_m=100)
EAST, NORTH = 500_050.0, 2_500_650.0
ROW, COL = 4, 5
TILT_DEG = 4.0
SECTOR = Sector(
    site_id="S1", sector_id="1", operator="A", technology="LTE", latitude=22.6, longitude=105.0,
    easting=EAST, northing=NORTH, mast_height_m=30.0, antenna_height_m=28.0, frequency_mhz=1800.0,
    bandwidth_mhz=20.0, eirp_dbm=61.5, azimuth_deg=90.0, electrical_tilt_deg=TILT_DEG,
    mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=10.0,
)  # fmt: skip
THRESHOLD = Threshold(level_dbm=-100.0, standard_deviation_db=8.0)


def loss_map(
    path_loss_db: float | NDArray[np.float32] = 100.0,
    *,
    elevation_deg: float = -TILT_DEG,
    shape: tuple[int, int] | None = None,
    corner: tuple[int, int] = (0, 0),
    frequencies_mhz: tuple[float, ...] = (900.0, 1800.0),
    grid: Grid = GRID,
) -> LossMap:
    """Loss of one mast: the second band is 7 dB worse than the first is meant to be mixed up."""
    shape = shape or grid.shape
    band = np.broadcast_to(np.asarray(path_loss_db, dtype=np.float32), shape)
    losses = np.stack([band + 7.0 * (k - 1) for k in range(len(frequencies_mhz))])
    return LossMap(
        grid=grid, row0=corner[0], col0=corner[1], frequencies_mhz=frequencies_mhz,
        path_loss_db=losses.astype(np.float32),
        tx_elevation_mrad=np.full(shape, 1000 * math.radians(elevation_deg), dtype=np.float32),
        inside=np.ones(shape, dtype=np.bool_),
    )  # fmt: skip


def level_at(
    row: int, col: int, sector: Sector = SECTOR, loss: LossMap | None = None, *, eirp: float = 30.71
) -> float:
    level = sector_map_dbm(loss or loss_map(), sector, eirp_dbm=eirp, entry_loss_db=3.0)
    return float(level[row, col])


@pytest.mark.parametrize(
    ("blocks", "eirp_dbm"),
    [
        (100, 61.5 - 30.79),  # 20 MHz: 1200 subcarriers, 10 log 1200 = 30.79
        (50, 61.5 - 27.78),  # 10 MHz: 600 subcarriers, 27.78
        (25, 61.5 - 24.77),
        (6, 61.5 - 18.57),  # 1.4 MHz: 72 subcarriers
    ],
)
def test_power_of_a_resource_element(blocks: int, eirp_dbm: float) -> None:
    assert rsrp_eirp_dbm(61.5, resource_blocks=blocks) == pytest.approx(eirp_dbm, abs=0.005)


@pytest.mark.parametrize(("blocks", "rsrp_dbm"), [(100, -72.29), (50, -69.28)])
def test_rsrp_in_the_beam_by_hand(blocks: int, rsrp_dbm: float) -> None:
    # 61.5 − 30.79 (or 27.78) − 100 path − 3 entry − 0 pattern.
    eirp = rsrp_eirp_dbm(61.5, resource_blocks=blocks)
    assert level_at(ROW, COL + 4, eirp=eirp) == pytest.approx(rsrp_dbm, abs=0.01)


def test_the_sectors_own_band_is_taken() -> None:
    low = replace(SECTOR, frequency_mhz=900.0)
    assert level_at(ROW, COL + 4, low) - level_at(ROW, COL + 4) == pytest.approx(7.0, abs=1e-4)


@pytest.mark.parametrize(
    ("row", "col", "azimuth_deg", "pattern_db"),
    [
        (ROW, COL + 3, 90.0, 0.0),  # due east
        (ROW - 3, COL, 0.0, 0.0),  # due north is up
        (ROW + 4, COL, 180.0, 0.0),  # due south is down
        (ROW, COL - 3, 270.0, 0.0),  # due west
        (ROW - 3, COL + 3, 45.0, 0.0),  # north-east
        (ROW - 3, COL + 3, 45.0 + 32.5, 3.0),  # half the beamwidth to a side
        (ROW - 3, COL + 3, 45.0 - 32.5, 3.0),
        (ROW, COL + 3, 90.0 + 65.0, 12.0),
        (ROW, COL + 3, 270.0, 30.0),  # behind
        (ROW - 1, COL + 2, math.degrees(math.atan2(2, 1)), 0.0),  # 2 east, 1 north: 63.4°
    ],
)
def test_directions_by_hand(row: int, col: int, azimuth_deg: float, pattern_db: float) -> None:
    sector = replace(SECTOR, azimuth_deg=azimuth_deg)
    assert level_at(row, col, sector) == pytest.approx(-72.29 - pattern_db, abs=0.01)


def test_azimuths_are_from_true_north() -> None:
    # At 104° E the grid turns by −0.383°, so a cell due grid east lies at a true azimuth of
    # 89.617°. A beam of 2° aimed there loses nothing; aimed at 90.617°, half its width away, 3 dB.
    east, north = 397_108.0, 2_488_700.0  # 104.0° E, 22.5° N
    grid = Grid.from_bounds(
        east - 450, north - 450, east + 450, north + 450, crs="EPSG:32648", resolution_m=100
    )
    row, col = (int(v) for v in grid.pixel_of(east, north))
    place = (grid.affine.c + 100 * (col + 0.5), grid.affine.f - 100 * (row + 0.5))
    narrow = replace(SECTOR, easting=place[0], northing=place[1], horizontal_beamwidth_deg=2.0)
    loss = loss_map(grid=grid)
    turn = -0.3827
    for off, pattern_db in ((0.0, 0.0), (1.0, 3.0), (-1.0, 3.0)):
        aimed = replace(narrow, azimuth_deg=90.0 + turn + off)
        assert level_at(row, col + 3, aimed, loss) == pytest.approx(-72.29 - pattern_db, abs=0.03)


@pytest.mark.parametrize(
    ("elevation_deg", "pattern_db"),
    [(-4.0, 0.0), (1.0, 3.0), (-9.0, 3.0), (6.0, 12.0), (-30.0, 20.0)],
)
def test_vertical_pattern_by_hand(elevation_deg: float, pattern_db: float) -> None:
    loss = loss_map(elevation_deg=elevation_deg)
    assert level_at(ROW, COL + 3, loss=loss) == pytest.approx(-72.29 - pattern_db, abs=0.01)


def test_an_omni_antenna_looks_everywhere() -> None:
    omni = replace(SECTOR, azimuth_deg=None)
    level = sector_map_dbm(loss_map(), omni, eirp_dbm=30.71, entry_loss_db=3.0)
    np.testing.assert_allclose(level, -72.29, atol=0.01)
    up = sector_map_dbm(loss_map(elevation_deg=1.0), omni, eirp_dbm=30.71, entry_loss_db=3.0)
    np.testing.assert_allclose(up, -75.29, atol=0.01)


def test_a_window_keeps_its_place() -> None:
    # The window begins at row 2, column 4: its cell (2, 4) is the grid's (4, 8), due east.
    loss = loss_map(shape=(5, 6), corner=(2, 4))
    level = sector_map_dbm(loss, SECTOR, eirp_dbm=30.71, entry_loss_db=3.0)
    assert float(level[2, 4]) == pytest.approx(-72.29, abs=0.01)
    whole = sector_map_dbm(loss_map(), SECTOR, eirp_dbm=30.71, entry_loss_db=3.0)
    np.testing.assert_allclose(level, whole[2:7, 4:10], atol=1e-5)


def test_unknown_loss_is_unknown_level() -> None:
    path = np.full(GRID.shape, 100.0, dtype=np.float32)
    path[1, 2] = np.nan
    level = sector_map_dbm(loss_map(path), SECTOR, eirp_dbm=30.0, entry_loss_db=0.0)
    assert level.dtype == np.float32
    assert np.argwhere(np.isnan(level)).tolist() == [[1, 2]]


# Best server


def best(*levels: float | NDArray[np.float32], threshold: Threshold = THRESHOLD) -> BestServer:
    """Servers 0, 1, … with these levels over the whole grid."""
    server = BestServer(GRID)
    for index, level in enumerate(levels):
        server.add(loss_map(), whole(level), index, threshold)
    return server


def whole(level: float | NDArray[np.float32]) -> NDArray[np.float32]:
    return np.array(np.broadcast_to(np.float32(level), GRID.shape))


def layer_of(
    server: BestServer, unknown: NDArray[np.bool_] | None = None, covered: int = 95
) -> ReachLayer:
    terrain = np.zeros(GRID.shape, dtype=np.bool_) if unknown is None else unknown
    return server.layer(terrain, covered_percent=covered)


def test_the_strongest_serves() -> None:
    layer = layer_of(best(-90.0, -80.0, -85.0))
    assert (layer.level_dbm == -80).all()
    assert (layer.server == 1).all()


def test_ties_go_to_the_lower_index_in_any_order() -> None:
    for order in itertools.permutations([2, 0, 1]):
        server = BestServer(GRID)
        for index in order:
            server.add(loss_map(), whole(-80.0), index, THRESHOLD)
        assert (layer_of(server).server == 0).all()


def test_order_and_grouping_change_nothing() -> None:
    rng = np.random.default_rng(20_250_101)
    # Whole levels, so that ties are many.
    levels = [np.rint(rng.uniform(-110, -90, GRID.shape)).astype(np.float32) for _ in range(5)]
    for level in levels:
        level[rng.random(GRID.shape) < 0.1] = np.nan
    straight = BestServer(GRID)
    for index, level in enumerate(levels):
        straight.add(loss_map(), level, index, THRESHOLD)
    for order in ([4, 3, 2, 1, 0], [2, 4, 0, 3, 1]):
        parts = [BestServer(GRID) for _ in range(2)]
        for place, index in enumerate(order):
            parts[place % 2].add(loss_map(), levels[index], index, THRESHOLD)
        for merged in (combine(parts, GRID), combine(parts[::-1], GRID)):
            for name in ("level", "server", "margin", "unknown"):
                np.testing.assert_array_equal(getattr(merged, name), getattr(straight, name))


def test_truth_of_the_best_server_by_plain_numpy() -> None:
    rng = np.random.default_rng(7)
    levels = np.stack([rng.uniform(-120, -80, GRID.shape) for _ in range(4)]).astype(np.float32)
    layer = layer_of(best(*levels))
    np.testing.assert_array_equal(layer.level_dbm, levels.max(axis=0))
    np.testing.assert_array_equal(layer.server, levels.argmax(axis=0))


@pytest.mark.parametrize(
    ("margin_db", "percent"),
    [
        (0.0, 50),  # Φ(0) = 0.5
        (8.0, 84),  # Φ(1) = 0.8413
        (-8.0, 15),  # 0.1587
        (8 * 1.6449, 95),  # Φ(1.6449) = 0.95000
        (8 * 1.6448, 94),  # 0.94999
        (8 * 1.2816, 90),
        (8 * -1.2816, 9),  # 0.09999
        (8 * 2.3264, 99),  # 0.99000
        (40.0, 99),  # Φ(5) = 0.9999997: still not certain
        (80.0, 100),  # Φ(10) is 1 in any number
        (-80.0, 0),
    ],
)
def test_probability_is_the_normal_distribution_rounded_down(
    margin_db: float, percent: int
) -> None:
    layer = layer_of(best(-100.0 + margin_db))
    assert layer.probability_percent.dtype == np.uint8
    assert (layer.probability_percent == percent).all()


def test_each_sector_counts_by_its_own_threshold() -> None:
    # The stronger server has the smaller margin: −80 against −75 is −5 dB, −85 against −100 is
    # +15 dB. Level and server follow the strongest, the probability the safest.
    server = BestServer(GRID)
    server.add(loss_map(), whole(-80.0), 0, Threshold(-75.0, 8.0))
    server.add(loss_map(), whole(-85.0), 1, Threshold(-100.0, 8.0))
    layer = layer_of(server)
    assert (layer.server == 0).all()
    assert (layer.level_dbm == -80).all()
    assert (layer.probability_percent == 96).all()  # Φ(15/8) = 0.9696


def test_nobody_within_reach_is_no_signal_not_unknown() -> None:
    layer = layer_of(BestServer(GRID))
    assert (layer.probability_percent == 0).all()
    assert (layer.server == NO_SERVER).all()
    assert np.isnan(layer.level_dbm).all()


def test_unknown_terrain_is_unknown_whatever_reaches_it() -> None:
    unknown = np.zeros(GRID.shape, dtype=np.bool_)
    unknown[3, 7] = True
    layer = layer_of(best(-60.0), unknown)
    assert layer.probability_percent[3, 7] == UNKNOWN_PERCENT
    assert layer.server[3, 7] == NO_SERVER
    assert np.isnan(layer.level_dbm[3, 7])
    assert (np.delete(layer.probability_percent.ravel(), 3 * 12 + 7) == 99).all()


def test_an_unknown_path_spoils_only_what_is_not_covered_anyway() -> None:
    lost = whole(np.nan)
    covered = layer_of(best(-60.0, lost))
    assert (covered.probability_percent == 99).all()
    assert (covered.server == 0).all()
    weak = layer_of(best(-100.0, lost))  # 50 %: the lost sector might cover
    assert (weak.probability_percent == UNKNOWN_PERCENT).all()
    assert (weak.level_dbm == -100).all()  # what is known stays known
    alone = layer_of(best(lost))
    assert (alone.probability_percent == UNKNOWN_PERCENT).all()
    assert np.isnan(alone.level_dbm).all()


def test_beyond_the_radius_is_not_unknown() -> None:
    loss = loss_map()
    inside = loss.inside.copy()
    inside[:, 6:] = False
    level = whole(-60.0)
    level[:, 6:] = np.nan
    server = BestServer(GRID)
    server.add(replace(loss, inside=inside), level, 0, THRESHOLD)
    layer = layer_of(server)
    assert (layer.probability_percent[:, :6] == 99).all()
    assert (layer.probability_percent[:, 6:] == 0).all()
    assert (layer.server[:, 6:] == NO_SERVER).all()


def test_a_window_serves_only_where_it_lies() -> None:
    server = BestServer(GRID)
    small = loss_map(shape=(2, 3), corner=(5, 7))
    server.add(small, np.full((2, 3), -70.0, dtype=np.float32), 4, THRESHOLD)
    layer = layer_of(server)
    expected = np.full(GRID.shape, NO_SERVER)
    expected[5:7, 7:10] = 4
    np.testing.assert_array_equal(layer.server, expected)


# Several technologies

STRICT = Threshold(level_dbm=-70.0, standard_deviation_db=8.0)


def test_the_safest_technology_serves_in_an_emergency() -> None:
    # −80 dBm is 20 dB above what the first needs; −60 dBm only 10 dB above what the second needs.
    first, second = best(-80.0), BestServer(GRID)
    second.add(loss_map(), whole(-60.0), 1, STRICT)
    for parts in ([first, second], [second, first]):
        layer = layer_of(combine_technologies(parts, GRID))
        assert (layer.server == 0).all()
        assert (layer.level_dbm == -80).all()
        assert (layer.probability_percent == 99).all()  # Φ(20/8) = 0.9938


def test_another_technology_never_takes_service_away() -> None:
    nothing = BestServer(GRID)
    weak = best(-100.0)
    for parts in ([nothing, weak], [weak, nothing]):
        layer = layer_of(combine_technologies(parts, GRID))
        assert (layer.probability_percent == 50).all()
        assert (layer.server == 0).all()
    silent = layer_of(combine_technologies([nothing], GRID))
    assert (silent.probability_percent == 0).all()


def test_equally_safe_servers_go_to_the_lower_index() -> None:
    first, second = BestServer(GRID), BestServer(GRID)
    first.add(loss_map(), whole(-92.0), 3, THRESHOLD)
    second.add(loss_map(), whole(-62.0), 1, STRICT)
    for parts in ([first, second], [second, first]):
        assert (layer_of(combine_technologies(parts, GRID)).server == 1).all()


def test_margin_counts_standard_deviations_and_unknown_counts_nothing() -> None:
    level = np.array([[-100.0, -92.0], [np.nan, -116.0]], dtype=np.float32)
    margin = service_margin(level, THRESHOLD)
    assert margin.dtype == np.float32
    np.testing.assert_array_equal(margin, [[0.0, 1.0], [-np.inf, -2.0]])
