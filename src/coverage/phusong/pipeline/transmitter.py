"""One transmitter over terrain, for people who have no study."""

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from phusong.engine import available_cores
from phusong.errors import DataError, DataWarning, DomainError, ModelRangeWarning
from phusong.geo.grid import Grid
from phusong.models.loss_map import LossMap, p1812_loss_map
from phusong.models.p1812_ranges import Polarization
from phusong.sources.terrain import read_terrain, terrain_files
from phusong.store.rasters import write_raster
from phusong.units import Float32Array

FIELD_STRENGTH_1KW_DB = 199.36
"""Field strength for 1 kW ERP is this + 20 log f[GHz] − loss. ITU-R P.1812-8, eq. (70)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmitter:
    """A transmitter and the conditions of its map.

    Parameters
    ----------
    latitude, longitude
        Position, WGS 84 [deg].
    frequency_mhz
        Carrier [MHz].
    tx_height_m, rx_height_m
        Antenna and receiver above ground [m].
    eirp_dbm
        EIRP, for the received level [dBm].
    radius_km
        How far to compute [km].
    resolution_m
        Side of a cell [m].
    time_percent
        Share of the year for which the loss is not exceeded, 1 to 50 [%].
    polarization
        ``vertical`` or ``horizontal``.
    delta_n
        Refractivity lapse rate [N-units/km].
    surface_refractivity_n0
        Refractivity at sea level [N-units].
    """

    latitude: float
    longitude: float
    frequency_mhz: float
    tx_height_m: float
    rx_height_m: float
    eirp_dbm: float
    radius_km: float
    resolution_m: float
    time_percent: float
    polarization: str
    delta_n: float
    surface_refractivity_n0: float


@dataclass(frozen=True, slots=True)
class MapMade:
    """What a map holds and what it took.

    Parameters
    ----------
    pixels
        Cells within the radius.
    unknown
        Those of them with unknown terrain on the way.
    cpu_seconds, wall_seconds
        Of the propagation alone, without reading terrain.
    warnings
        What was noticed.
    """

    pixels: int
    unknown: int
    cpu_seconds: float
    wall_seconds: float
    warnings: tuple[str, ...]

    def timing(self) -> dict[str, float]:
        """Times as ``--timing`` prints them.

        Returns
        -------
        dict
            ``pixels``, ``cpu_seconds``, ``wall_seconds``.
        """
        return {
            "pixels": self.pixels,
            "cpu_seconds": round(self.cpu_seconds, 6),
            "wall_seconds": round(self.wall_seconds, 6),
        }


def metric_crs(latitude: float, longitude: float) -> str:
    """UTM zone of a place on WGS 84.

    Parameters
    ----------
    latitude, longitude
        The place [deg].

    Returns
    -------
    str
        Authority code, for example ``EPSG:32648``.

    Raises
    ------
    DataError
        No UTM zone covers the place.
    """
    area = AreaOfInterest(longitude, latitude, longitude, latitude)
    zones = query_utm_crs_info(datum_name="WGS 84", area_of_interest=area)
    if not zones:
        raise DataError(
            f"latitude={latitude}, longitude={longitude} lies in no UTM zone; "
            "latitudes -80 to 84 are covered"
        )
    return f"{zones[0].auth_name}:{zones[0].code}"


def map_transmitter(
    transmitter: Transmitter,
    *,
    dem: Sequence[Path],
    out: Path,
    quantity: str,
    threads: int | None = None,
) -> MapMade:
    """Compute a transmitter's coverage and write it as a float32 GeoTIFF.

    Parameters
    ----------
    transmitter
        The transmitter.
    dem
        Terrain rasters or folders of them.
    out
        File to write.
    quantity
        ``path-loss`` [dB], ``received-level`` [dBm] or ``field-strength`` for 1 kW ERP
        [dB(uV/m)].
    threads
        Threads; every core by default. They change nothing but the time.

    Returns
    -------
    MapMade
        Cells, unknown cells and times.

    Raises
    ------
    DataError, DomainError
        Terrain or transmitter cannot be used.
    """
    place = (transmitter.longitude, transmitter.latitude)
    crs = metric_crs(transmitter.latitude, transmitter.longitude)
    to_metric = Transformer.from_crs("EPSG:4326", CRS.from_user_input(crs), always_xy=True)
    easting, northing = to_metric.transform(*place)
    reach = 1000.0 * transmitter.radius_km + 2 * transmitter.resolution_m
    grid = Grid.from_bounds(
        easting - reach, northing - reach, easting + reach, northing + reach,
        crs=crs, resolution_m=transmitter.resolution_m,
    )  # fmt: skip
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        terrain = read_terrain(terrain_files(dem), grid)
        cpu, wall = time.process_time(), time.perf_counter()
        loss = p1812_loss_map(
            terrain,
            easting=easting,
            northing=northing,
            tx_height_m=transmitter.tx_height_m,
            rx_height_m=transmitter.rx_height_m,
            frequencies_mhz=(transmitter.frequency_mhz,),
            radius_m=1000.0 * transmitter.radius_km,
            latitude_deg=transmitter.latitude,
            delta_n=transmitter.delta_n,
            surface_refractivity_n0=transmitter.surface_refractivity_n0,
            time_percent=transmitter.time_percent,
            polarization=_polarization(transmitter.polarization),
            threads=threads or available_cores(),
        )
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    values = _quantity(loss, transmitter, quantity)
    whole = np.full(grid.shape, np.nan, dtype=np.float32)
    rows, cols = values.shape
    whole[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols] = values
    units = {"path-loss": "dB", "received-level": "dBm", "field-strength": "dB(uV/m)"}
    write_raster(out, whole, grid, nodata=np.nan, unit=units[quantity], tags={"QUANTITY": quantity})
    kinds = (DataWarning, ModelRangeWarning)
    noticed = tuple(str(w.message) for w in caught if issubclass(w.category, kinds))
    return MapMade(int(loss.inside.sum()), loss.unknown_cells, cpu, wall, noticed)


def _polarization(word: str) -> Polarization:
    if word == "vertical":
        return "vertical"
    if word == "horizontal":
        return "horizontal"
    raise DomainError(f"polarization={word!r} is unknown; use 'horizontal' or 'vertical'")


def _quantity(loss: LossMap, transmitter: Transmitter, quantity: str) -> Float32Array:
    if quantity == "path-loss":
        return np.asarray(loss.path_loss_db[0], dtype=np.float32)
    if quantity == "received-level":
        return np.asarray(np.float32(transmitter.eirp_dbm) - loss.path_loss_db[0], np.float32)
    offset = FIELD_STRENGTH_1KW_DB + 20.0 * np.log10(transmitter.frequency_mhz / 1000.0)
    return np.asarray(np.float32(offset) - loss.path_loss_db[0], dtype=np.float32)
