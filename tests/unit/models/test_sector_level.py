"""The compiled level of a sector against the antenna's own model, and what it leaves unknown."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from phusong.analysis.reach import true_azimuth_deg
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.network import Sector
from phusong.models.antenna import omni_pattern_loss_db, sector_pattern_loss_db
from phusong.models.disc_window import disc_window
from phusong.models.loss_map import LossMap
from phusong.models.sector_level import sector_map_dbm
from phusong.units import FloatArray

# West of the zone's central meridian: grid north lies 0.38 degrees off true north.
GRID = Grid.from_bounds(390_000, 2_480_000, 396_000, 2_486_000, crs="EPSG:32648", resolution_m=50)
SECTOR = Sector(
    site_id="S1", sector_id="1", operator="A", technology="LTE", latitude=22.4, longitude=104.0,
    easting=393_012.0, northing=2_483_041.0, mast_height_m=30.0, antenna_height_m=28.0,
    frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=61.5, azimuth_deg=70.0,
    electrical_tilt_deg=4.0, mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0,
    vertical_beamwidth_deg=8.0,
)  # fmt: skip
BUDGET = {"eirp_dbm": 30.71, "entry_loss_db": 3.0}
RNG = np.random.default_rng(7)

ANTENNAS: list[dict[str, Any]] = [
    {},
    {"azimuth_deg": 359.5, "electrical_tilt_deg": -3.0},
    {"mechanical_tilt_deg": 6.0},
    {"mechanical_tilt_deg": -8.0, "electrical_tilt_deg": 2.0, "azimuth_deg": 200.0},
    {"mechanical_tilt_deg": 90.0, "azimuth_deg": 180.0},
    {"horizontal_beamwidth_deg": 5.0, "vertical_beamwidth_deg": 3.0},
    {"horizontal_beamwidth_deg": 5.0, "vertical_beamwidth_deg": 3.0, "mechanical_tilt_deg": 3.0},
    {"horizontal_beamwidth_deg": 360.0, "vertical_beamwidth_deg": 180.0},
    {"azimuth_deg": None},
    {"azimuth_deg": None, "vertical_beamwidth_deg": float("inf"), "electrical_tilt_deg": 0.0},
    {"azimuth_deg": None, "mechanical_tilt_deg": 5.0},  # stands upright all the same
]


def loss_map(*, spread_deg: float, sector: Sector = SECTOR, radius_m: float = 2_400.0) -> LossMap:
    """Any loss over a disc, rays between ``spread_deg`` below and above the horizon."""
    window = disc_window(GRID, easting=sector.easting, northing=sector.northing, radius_m=radius_m)
    shape = window.inside.shape
    path = np.where(window.inside, RNG.uniform(60.0, 220.0, (2, *shape)), np.nan)
    rays = np.where(window.inside, RNG.uniform(-spread_deg, spread_deg, shape), np.nan)
    return LossMap(
        grid=GRID, row0=window.row0, col0=window.col0, frequencies_mhz=(900.0, 1800.0),
        path_loss_db=path.astype(np.float32), inside=window.inside,
        tx_elevation_mrad=(1000.0 * np.radians(rays)).astype(np.float32),
    )  # fmt: skip


def plain_level(loss: LossMap, sector: Sector) -> FloatArray:
    """The same in float64 by the antenna's own model."""
    elevation_deg = np.degrees(loss.tx_elevation_mrad.astype(np.float64) / 1000.0)
    vertical = {
        "vertical_beamwidth_deg": sector.vertical_beamwidth_deg,
        "electrical_tilt_deg": sector.electrical_tilt_deg,
    }
    if sector.azimuth_deg is None:
        pattern = omni_pattern_loss_db(elevation_deg, **vertical)
    else:
        azimuth = true_azimuth_deg(loss, easting=sector.easting, northing=sector.northing)
        pattern = sector_pattern_loss_db(
            azimuth - sector.azimuth_deg, elevation_deg,
            horizontal_beamwidth_deg=sector.horizontal_beamwidth_deg,
            mechanical_tilt_deg=sector.mechanical_tilt_deg, **vertical,
        )  # fmt: skip
    return np.asarray(30.71 - 3.0 - loss.path_loss_db[1].astype(np.float64) - pattern)


@pytest.mark.parametrize("antenna", ANTENNAS)
@pytest.mark.parametrize("spread_deg", [5.0, 80.0])
def test_every_cell_is_the_antenna_models(antenna: dict[str, Any], spread_deg: float) -> None:
    sector = replace(SECTOR, **antenna)
    loss = loss_map(spread_deg=spread_deg)
    level = sector_map_dbm(loss, sector, **BUDGET)
    assert level.dtype == np.float32
    np.testing.assert_allclose(level, plain_level(loss, sector), rtol=0.0, atol=1e-4)


@pytest.mark.parametrize("antenna", [{}, {"mechanical_tilt_deg": 6.0}])
@pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 210.0])
def test_a_mast_in_the_middle_of_its_cell(antenna: dict[str, Any], azimuth_deg: float) -> None:
    # The mast's own cell has no direction; it counts as north of the mast, here and there.
    centre = {"easting": 393_025.0, "northing": 2_483_025.0, "azimuth_deg": azimuth_deg}
    sector = replace(SECTOR, **(centre | antenna))
    loss = loss_map(spread_deg=20.0, sector=sector)
    level = sector_map_dbm(loss, sector, **BUDGET)
    np.testing.assert_allclose(level, plain_level(loss, sector), rtol=0.0, atol=1e-4)


@pytest.mark.parametrize("antenna", [{}, {"mechanical_tilt_deg": 6.0}, {"azimuth_deg": None}])
def test_what_is_unknown_stays_so(antenna: dict[str, Any]) -> None:
    sector = replace(SECTOR, **antenna)
    loss = loss_map(spread_deg=5.0)
    rows, cols = loss.inside.shape
    loss.path_loss_db[1, rows // 2, 10:14] = np.nan
    loss.tx_elevation_mrad[rows // 3, cols // 2] = np.nan
    level = sector_map_dbm(loss, sector, **BUDGET)
    unknown = ~loss.inside | np.isnan(loss.path_loss_db[1]) | np.isnan(loss.tx_elevation_mrad)
    np.testing.assert_array_equal(np.isnan(level), unknown)


def test_cells_outside_the_disc_have_no_level() -> None:
    loss = loss_map(spread_deg=5.0)
    full = replace(loss, path_loss_db=np.full_like(loss.path_loss_db, 100.0))
    level = sector_map_dbm(
        replace(full, tx_elevation_mrad=np.zeros_like(loss.tx_elevation_mrad)), SECTOR, **BUDGET
    )
    np.testing.assert_array_equal(np.isfinite(level), loss.inside)


def test_rasters_that_cannot_be_written_to() -> None:
    loss = loss_map(spread_deg=5.0)
    level = sector_map_dbm(loss, SECTOR, **BUDGET)
    for raster in (loss.path_loss_db, loss.tx_elevation_mrad, loss.inside):
        raster.setflags(write=False)
    np.testing.assert_array_equal(sector_map_dbm(loss, SECTOR, **BUDGET), level)


@pytest.mark.parametrize(
    ("antenna", "name"),
    [
        ({"mechanical_tilt_deg": 91.0}, "mechanical_tilt_deg"),
        ({"electrical_tilt_deg": -91.0}, "electrical_tilt_deg"),
        ({"horizontal_beamwidth_deg": 0.0}, "horizontal_beamwidth_deg"),
        ({"azimuth_deg": None, "vertical_beamwidth_deg": 0.0}, "vertical_beamwidth_deg"),
    ],
)
def test_an_impossible_antenna_is_refused(antenna: dict[str, Any], name: str) -> None:
    with pytest.raises(DomainError, match=name):
        sector_map_dbm(loss_map(spread_deg=5.0), replace(SECTOR, **antenna), **BUDGET)
