"""ITM against maps that SPLAT! computed with its own copy of the model, on real terrain.

Reference: SPLAT!, point_to_point_ITM (-olditm), maps of meshtastic-site-planner at commit 1f1c6bd
on SRTM 3" terrain; a model's output, not a measurement. What its command line made of the case:
the transmitter's height is in feet, ERP (over a dipole) is 0.1 W, confidence and reliability are
0.95, and 1 m of clutter stands on all ground above sea level except at both antennas.

SPLAT! takes the nearest cell of its terrain and reuses the profiles to the rim of the disc, so
its maps differ from ITM on a cell's own profile. Where both were run on one rugged disc the
difference was 5.46 dB in the mean of its size and 11.6 dB RMS: these are the bars.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer

from phusong.geo.grid import Grid
from phusong.kernels.itm import point_to_point
from phusong.models.itm import ItmConditions, kernel_link
from phusong.models.itm_map import itm_loss_map
from phusong.sources.terrain import read_terrain

pytestmark = pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")

MEAN_SIZE_DB, RMS_DB = 5.46, 11.6
EIRP_DBM = 20.0 + 2.14  # 0.1 W over SPLAT!'s dipole
CLUTTER_M = 1.0
FEET_M = 0.3048
CELL_M = 90.0
NEAREST_M = 600.0
PIXELS = 1500
CLIMATES = {"continental_temperate": 5, "maritime_temperate_sea": 7}


@dataclass(frozen=True)
class Case:
    """One map of SPLAT! with its terrain; positions are those of its coloured pixels."""

    facts: dict[str, Any]
    dem_file: Path
    dem: NDArray[np.float64]
    west: float
    north: float
    cell_deg: float
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    level_dbm: NDArray[np.float64]

    @property
    def conditions(self) -> ItmConditions:
        return ItmConditions(
            polarization=self.facts["polarization"],
            climate=CLIMATES[self.facts["radio_climate"]],
            surface_refractivity_n0=self.facts["atmosphere_bending"],
            ground_permittivity=self.facts["ground_dielectric"],
            ground_conductivity_s_per_m=self.facts["ground_conductivity"],
            time_percent=self.facts["time_fraction"],
            situation_percent=self.facts["situation_fraction"],
            mode_of_variability=12,
        )

    @property
    def heights_m(self) -> tuple[float, float]:
        return self.facts["tx_height"] * FEET_M, self.facts["rx_height"]


def read_case(folder: Path, place: str, radius_km: int) -> Case:
    facts = json.loads((folder / f"{place}_{radius_km}km.json").read_text(encoding="utf-8"))
    with rasterio.open(folder / f"{place}_{radius_km}km_splat_signal_dbm.tif") as source:
        level, affine, nodata = source.read(1).astype(np.float64), source.transform, source.nodata
    dem_file = folder / f"dem_{place}_3arcsec.tif"
    with rasterio.open(dem_file) as source:
        dem = source.read(1).astype(np.float64)
        assert source.transform == affine
    rows, cols = np.nonzero(level != nodata)
    longitude = affine.c + affine.a * (cols + 0.5)
    latitude = affine.f + affine.e * (rows + 0.5)
    return Case(
        facts, dem_file, dem, affine.c, affine.f, affine.a, longitude, latitude, level[rows, cols]
    )


@pytest.fixture(scope="module", params=[("calgary", 30), ("monterey", 25)], ids=lambda p: p[0])
def case(request: pytest.FixtureRequest, shared_dir: Path) -> Case:
    return read_case(shared_dir / "data" / "terrain", *request.param)


def figures(difference: NDArray[np.float64]) -> dict[str, float]:
    return {
        "bias": float(difference.mean()),
        "median": float(np.median(difference)),
        "mean size": float(np.abs(difference).mean()),
        "rms": math.sqrt(float(np.mean(difference**2))),
    }


def metric(case: Case) -> tuple[Transformer, float, float]:
    """Metric coordinates of the map, and where its transmitter stands."""
    crs = "EPSG:32611" if case.facts["lon"] > -120.0 else "EPSG:32610"
    to_metric = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return to_metric, *to_metric.transform(case.facts["lon"], case.facts["lat"])


def test_the_model_on_profiles_as_splat_takes_them(case: Case) -> None:
    """Nearest cells and clutter as SPLAT! has them: what is left is its reuse of profiles."""
    to_metric, easting, northing = metric(case)
    tx_m, rx_m = case.heights_m
    link = kernel_link(case.facts["frequency_mhz"], case.conditions)
    x, y = to_metric.transform(case.longitude, case.latitude)
    distance_m = np.hypot(x - easting, y - northing)
    rng = np.random.default_rng(1)
    found = []
    for k in rng.choice(np.flatnonzero(distance_m > NEAREST_M), PIXELS, replace=False):
        n = max(8, math.ceil(distance_m[k] / CELL_M))
        share = np.arange(n + 1) / n
        longitude = case.facts["lon"] + share * (case.longitude[k] - case.facts["lon"])
        latitude = case.facts["lat"] + share * (case.latitude[k] - case.facts["lat"])
        rows = np.floor((case.north - latitude) / case.cell_deg).astype(int)
        cols = np.floor((longitude - case.west) / case.cell_deg).astype(int)
        heights = case.dem[rows, cols]
        heights[1:-1] += np.where(heights[1:-1] > 0.0, CLUTTER_M, 0.0)
        loss_db = point_to_point(heights, distance_m[k] / n, tx_m, rx_m, link).L_db
        found.append(case.level_dbm[k] - (EIRP_DBM - loss_db))
    told = figures(np.array(found))
    assert told["mean size"] < MEAN_SIZE_DB, told
    assert told["rms"] < RMS_DB, told
    assert abs(told["median"]) < 0.5, told  # the levels are whole decibels


def test_the_map_over_a_coast(shared_dir: Path) -> None:
    """Half of this disc is sea, where clutter and nearest cells change nothing."""
    case = read_case(shared_dir / "data" / "terrain", "monterey", 25)
    to_metric, easting, northing = metric(case)
    reach = 25_200.0
    grid = Grid.from_bounds(
        easting - reach, northing - reach, easting + reach, northing + reach,
        crs="EPSG:32610", resolution_m=CELL_M,
    )  # fmt: skip
    tx_m, rx_m = case.heights_m
    loss = itm_loss_map(
        read_terrain([case.dem_file], grid),
        easting=easting,
        northing=northing,
        tx_height_m=tx_m,
        rx_height_m=rx_m,
        frequencies_mhz=(case.facts["frequency_mhz"],),
        radius_m=25_100.0,
        conditions=case.conditions,
    )
    x, y = to_metric.transform(case.longitude, case.latitude)
    far = np.hypot(x - easting, y - northing) > NEAREST_M
    row, col = (v.astype(int) for v in grid.pixel_of(x[far], y[far]))
    ours = EIRP_DBM - loss.path_loss_db[0][row - loss.row0, col - loss.col0].astype(np.float64)
    assert np.isfinite(ours).mean() > 0.999
    known = np.isfinite(ours)
    told = figures(case.level_dbm[far][known] - ours[known])
    assert told["mean size"] < MEAN_SIZE_DB, told
    assert told["rms"] < RMS_DB, told
    assert abs(told["bias"]) < 1.84, told  # what SPLAT!'s map had on the rugged disc
