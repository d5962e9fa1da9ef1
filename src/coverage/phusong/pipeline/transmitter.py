"""One transmitter over terrain, for people who have no study."""

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from phusong.engine import available_cores
from phusong.errors import DataError, DataWarning, DomainError, ModelRangeWarning
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.pipeline.map_models import MAP_MODELS, Ground, checked_polarization
from phusong.pipeline.map_products import UNITS, map_quantity, write_map
from phusong.pipeline.map_request import Radiation, Transmitter
from phusong.sources.antennas import read_planet_pattern
from phusong.sources.clutter import ClutterKind, read_clutter
from phusong.sources.map_rasters import is_practice
from phusong.sources.terrain import read_terrain, terrain_files

MOST_CELLS = 400_000_000
"""Cells of a frame that a single map may have: 1.6 GB for the terrain alone."""

SECTOR = "3gpp"
"""Word for the sector pattern of 3GPP in place of a file."""

_WARM_CELLS = 30

Report = Callable[[str, int, int], None]


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
        Of the propagation alone, without reading terrain and without compilation.
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


def read_radiation(
    antenna: str | None,
    *,
    azimuth_deg: float,
    mechanical_tilt_deg: float,
    electrical_tilt_deg: float,
) -> Radiation | None:
    """Antenna as a user names it.

    Parameters
    ----------
    antenna
        Pattern file in the Planet format, ``3gpp`` for the sector of 3GPP, None for none.
    azimuth_deg
        Where it points, from true north, clockwise [deg].
    mechanical_tilt_deg, electrical_tilt_deg
        Tilts, positive downwards [deg].

    Returns
    -------
    Radiation or None
        The antenna; None radiates alike in every direction.

    Raises
    ------
    DataError
        The file cannot be read, or is no complete pattern.
    DomainError
        An azimuth or a tilt without an antenna, or one that is not finite.
    """
    angles = (azimuth_deg, mechanical_tilt_deg, electrical_tilt_deg)
    if not all(math.isfinite(angle) for angle in angles):
        raise DomainError(f"azimuth and tilts {angles} are impossible, finite degrees are needed")
    if antenna is None:
        if any(angles):
            raise DomainError(
                "an azimuth or a tilt needs an antenna that has a direction; give --antenna"
            )
        return None
    return Radiation(
        pattern=None if antenna.lower() == SECTOR else read_planet_pattern(antenna),
        azimuth_deg=azimuth_deg,
        mechanical_tilt_deg=mechanical_tilt_deg,
        electrical_tilt_deg=electrical_tilt_deg,
    )


def map_transmitter(
    transmitter: Transmitter,
    *,
    dem: Sequence[Path],
    out: Path,
    clutter: Path | None = None,
    clutter_kind: ClutterKind = "heights",
    threads: int | None = None,
    progress: Report | None = None,
) -> MapMade:
    """Compute a transmitter's coverage and write it as a float32 GeoTIFF, or as a KMZ.

    Parameters
    ----------
    transmitter
        The transmitter.
    dem
        Terrain rasters or folders of them.
    out
        File to write; its suffix decides: ``.tif``, ``.tiff`` or ``.kmz``.
    clutter
        Raster of what stands on the ground, for the models that take it.
    clutter_kind
        Whether it holds ``heights`` in metres or the classes of ``worldcover``.
    threads
        Threads; every core by default. They change nothing but the time.
    progress
        Told the step, the parts done and their number.

    Returns
    -------
    MapMade
        Cells, unknown cells and times.

    Raises
    ------
    DataError, DomainError
        Terrain, clutter or transmitter cannot be used.
    """
    report = progress or (lambda _step, _done, _total: None)
    threads = threads or available_cores()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _check(transmitter, out, clutter)
        _warm_up(transmitter, with_clutter=clutter is not None)
        files = terrain_files(dem)
        report("terrain", 0, 1)
        ground = _ground(transmitter, files, clutter, clutter_kind)
        report("terrain", 1, 1)
        cpu, wall = time.process_time(), time.perf_counter()
        loss = MAP_MODELS[transmitter.model](
            ground, transmitter.conditions, threads, partial(report, "sweep")
        )
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        values = map_quantity(loss, transmitter, ground)
    practice = is_practice([*files, *([clutter] if clutter else [])])
    report("write", 0, 1)
    write_map(out, values, loss, transmitter, practice=practice)
    report("write", 1, 1)
    kinds = (DataWarning, ModelRangeWarning)
    noticed = [str(w.message) for w in caught if issubclass(w.category, kinds)]
    pixels, unknown = int(loss.inside.sum()), loss.unknown_cells
    if unknown:
        noticed.append(
            f"terrain is unknown on the way to {unknown:,} of {pixels:,} cells within the radius "
            f"({unknown / pixels:.1%}); they stay unknown (NaN)"
        )
    return MapMade(pixels, unknown, cpu, wall, tuple(dict.fromkeys(noticed)))


def _check(transmitter: Transmitter, out: Path, clutter: Path | None) -> None:
    """Refuse what can be refused before anything is read."""
    conditions = transmitter.conditions
    for name, word, known in (
        ("quantity", transmitter.quantity, tuple(UNITS)),
        ("model", transmitter.model, tuple(MAP_MODELS)),
        ("suffix of the output", out.suffix.lower(), (".tif", ".tiff", ".kmz")),
    ):
        if word not in known:
            raise DomainError(f"{name}={word!r} is unknown; use {', '.join(known)}")
    checked_polarization(conditions.polarization)
    if clutter is not None and transmitter.model != "p1812":
        raise DomainError(
            f"model={transmitter.model} takes no clutter; leave --clutter out, or use p1812"
        )
    for name, value in (
        ("eirp_dbm", transmitter.eirp_dbm),
        ("radius_km", conditions.radius_km),
        ("resolution_m", conditions.resolution_m),
    ):
        if not np.isfinite(value) or (name != "eirp_dbm" and value <= 0.0):
            allowed = "a finite number" if name == "eirp_dbm" else "a number above 0"
            raise DomainError(f"{name}={value} is impossible, {allowed} is needed")
    side = 2000.0 * conditions.radius_km / conditions.resolution_m
    if side**2 > MOST_CELLS:
        raise DomainError(
            f"radius_km={conditions.radius_km:g} at resolution_m={conditions.resolution_m:g} has "
            f"{side**2:.2g} cells, {MOST_CELLS:.2g} are possible; take larger cells"
        )
    if transmitter.radiation and transmitter.quantity == "path-loss":
        warnings.warn(
            "the antenna does not enter the path loss, which is between isotropic antennas; ask "
            "for received-level or field-strength",
            DataWarning,
            stacklevel=2,
        )


def _warm_up(transmitter: Transmitter, *, with_clutter: bool) -> None:
    """Compute a small flat disc with the same settings.

    It compiles what is not compiled yet, which is no part of the sweep's time, and meets
    impossible settings before terrain is read.
    """
    side = transmitter.conditions.resolution_m
    half = (_WARM_CELLS + 2) * side
    grid = Grid.from_bounds(0.0, 0.0, 2 * half, 2 * half, crs="EPSG:32648", resolution_m=side)
    flat = np.zeros(grid.shape, dtype=np.float32)
    ground = Ground(
        terrain=Terrain(grid, flat),
        clutter_height_m=flat.copy() if with_clutter else None,
        easting=half + 0.3 * side,
        northing=half + 0.3 * side,
        latitude_deg=transmitter.latitude,
    )
    conditions = replace(transmitter.conditions, radius_km=_WARM_CELLS * side / 1000.0)
    MAP_MODELS[transmitter.model](ground, conditions, 1, lambda _done, _total: None)


def _ground(
    transmitter: Transmitter, files: Sequence[Path], clutter: Path | None, kind: ClutterKind
) -> Ground:
    """Terrain and clutter on a metric grid round the mast."""
    conditions = transmitter.conditions
    crs = metric_crs(transmitter.latitude, transmitter.longitude)
    to_metric = Transformer.from_crs("EPSG:4326", CRS.from_user_input(crs), always_xy=True)
    easting, northing = to_metric.transform(transmitter.longitude, transmitter.latitude)
    reach = 1000.0 * conditions.radius_km + 2 * conditions.resolution_m
    grid = Grid.from_bounds(
        easting - reach, northing - reach, easting + reach, northing + reach,
        crs=crs, resolution_m=conditions.resolution_m,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # the corners of the frame do not matter
        terrain = read_terrain(files, grid)
        heights = None if clutter is None else read_clutter([clutter], grid, kind=kind).height_m
    row, col = (int(v) for v in grid.pixel_of(easting, northing))
    if np.isnan(terrain.height_amsl_m[row, col]):
        raise DataError(
            f"transmitter at latitude={transmitter.latitude}, longitude={transmitter.longitude} "
            "is outside the terrain, or stands where it is unknown; check the coordinates, or add "
            "the terrain tile that holds the mast"
        )
    return Ground(
        terrain=terrain,
        clutter_height_m=heights,
        easting=easting,
        northing=northing,
        latitude_deg=transmitter.latitude,
    )
