"""Signal at the rim of the radius, counted by hand on a line of cells."""

from dataclasses import replace

import numpy as np
import pytest

from phusong.analysis.reach import NO_SERVER, UNKNOWN_PERCENT, Reach, ReachLayer
from phusong.analysis.rim import rim_km2
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector

GRID = Grid.from_bounds(500_000, 2_500_000, 510_000, 2_500_500, crs="EPSG:32648", resolution_m=500)
SECTOR = Sector(
    site_id="S1", sector_id="1", operator="A", technology="LTE", latitude=22.6, longitude=105.0,
    easting=500_250.0, northing=2_500_250.0, mast_height_m=30.0, antenna_height_m=28.0,
    frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=61.5, azimuth_deg=None,
    electrical_tilt_deg=0.0, mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0,
    vertical_beamwidth_deg=10.0,
)  # fmt: skip


def reach(percent: list[int], server: list[int]) -> Reach:
    layer = ReachLayer(
        np.zeros(GRID.shape, np.float32),
        np.array([server], np.int32),
        np.array([percent], np.uint8),
    )
    far = replace(SECTOR, site_id="S2", easting=509_750.0)
    return Reach(GRID, "p1812", "outdoor", Network((SECTOR, far)), {("any", "LTE"): layer})


def rim(percent: list[int], server: list[int]) -> float:
    return rim_km2(reach(percent, server), ("any", "LTE"), radius_m=4000.0, marginal_percent=50)


def test_served_cells_of_the_last_kilometre_count() -> None:
    # 4 km from the first mast: cells 7 and 8 stand 3.5 and 4.0 km away, cell 6 just 3.0 km
    assert rim([90] * 9 + [0] * 11, [0] * 9 + [NO_SERVER] * 11) == pytest.approx(2 * 0.25)


def test_what_ends_by_itself_does_not() -> None:
    assert rim([90] * 6 + [10] * 3 + [0] * 11, [0] * 9 + [NO_SERVER] * 11) == 0.0
    assert rim([UNKNOWN_PERCENT] * 20, [0] * 20) == 0.0


def test_the_distance_is_that_to_the_server() -> None:
    assert rim([90] * 20, [0] * 6 + [1] * 14) == pytest.approx(0.25 * 7)
