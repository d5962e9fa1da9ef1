"""A drive test along the practice roads: what a phone in a car would have measured."""

import datetime
from dataclasses import dataclass, replace

import numpy as np
import shapely

from phusong.geo.network import Sector
from phusong.geo.terrain import Terrain
from phusong.models.loss_map import p1812_loss_map
from phusong.models.sector_level import sector_map_dbm
from phusong.sources.practice import facts
from phusong.sources.practice.antennas import PracticeSector
from phusong.sources.practice.fields import generator, to_metric
from phusong.sources.practice.lines import Lines
from phusong.units import BoolArray, FloatArray, IntArray

OFFSET_DB = -5.0
"""Levels are lower than ITU-R P.1812 says, everywhere by as much: what calibration must find."""
PLACE_SIGMA_DB, SQUARE_SIGMA_DB = 5.0, 3.0
"""Spread from sample to sample, and from one square of 500 m to the next."""
SQUARE_M = 500.0
LOWEST_DBM = -124.0
"""Below this the phone finds no network."""
CAR_DB = 8.0
EVERY_M = 300.0
SPEED_M_S = 9.0
PAUSE_S = 1800.0
"""Between two roads."""
RADIUS_M = 30_000.0
MEASURED = ("Nhà mạng A", "Nhà mạng C")
START = datetime.datetime(2026, 3, 2, 7, 30)
HOURS_A_DAY = 9
UNKNOWN_ABOVE_GROUND_M, UNKNOWN_EIRP_DBM, UNKNOWN_TILT_DEG = 38.0, 61.5, 4.0
"""What is true of the sectors whose fields are empty in the tower list."""
UNLISTED, UNLISTED_NUMBER = "A-091-1", 4
"""Name of the cell that the tower list lacks, and which of those that are heard it is."""
BLOCKS = {10: 50, 15: 75, 20: 100}


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the drive test; a level of None says that there was no network.

    Parameters
    ----------
    time
        Local time, ISO 8601.
    latitude, longitude
        Position, WGS 84 [deg].
    operator, technology
        What was measured.
    level_dbm
        RSRP [dBm].
    cell_id
        The sector that was heard.
    """

    time: str
    latitude: float
    longitude: float
    operator: str
    technology: str
    level_dbm: float | None
    cell_id: str


def practice_drive_test(
    terrain: Terrain, roads: Lines, sectors: tuple[PracticeSector, ...], seed: int
) -> tuple[Sample, ...]:
    """Levels of two of the operators along main roads, with what spoils real logs.

    Parameters
    ----------
    terrain
        The ground.
    roads
        Where the car went; it left out the roads of communes.
    sectors
        The network; those on air are heard.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    tuple of Sample
        In the order of time. Three rows cannot be true, as in every log.
    """
    latitude, longitude, seconds = _way(roads)
    easting, northing = to_metric(latitude, longitude, crs=facts.CRS)
    row, col = (np.floor(v).astype(int) for v in terrain.grid.pixel_of(easting, northing))
    rng = generator(seed, "drive test")
    square = np.unique(
        np.stack([easting // SQUARE_M, northing // SQUARE_M]), axis=1, return_inverse=True
    )[1]
    levels, names = [], []
    for operator in MEASURED:
        own = [s for s in sectors if s.operator == operator and s.status == "existing"]
        best, heard = _best(terrain, own, row, col)
        shared = rng.normal(0.0, SQUARE_SIGMA_DB, int(square.max()) + 1)[square]
        noise = rng.normal(0.0, PLACE_SIGMA_DB, len(best))
        levels.append(best + OFFSET_DB + shared + noise)
        names.append(heard)
    samples = [
        _sample(seconds[k], latitude[k], longitude[k], operator, level[k], heard[k])
        for k in range(len(latitude))
        for operator, level, heard in zip(MEASURED, levels, names, strict=True)
    ]
    return _with_faults(samples)


def _way(roads: Lines) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points along main roads, some 300 m apart: latitudes, longitudes, seconds of driving."""
    points, seconds, end = [], [], 0.0
    for kind, line in roads.geographic:
        if kind == "commune":
            continue
        longitude, latitude = np.asarray(line.coords).T
        x, y = to_metric(latitude, longitude, crs=facts.CRS)
        metric = shapely.LineString(np.column_stack([x, y]))
        along = np.arange(0.0, metric.length, EVERY_M)
        places = shapely.line_interpolate_point(line, along / metric.length, normalized=True)
        points.append(shapely.get_coordinates(places))
        seconds.append(end + along / SPEED_M_S)
        end = seconds[-1][-1] + PAUSE_S
    longitude, latitude = np.concatenate(points).T
    return np.round(latitude, 6), np.round(longitude, 6), np.concatenate(seconds)


def _best(
    terrain: Terrain, sectors: list[PracticeSector], row: IntArray, col: IntArray
) -> tuple[FloatArray, list[str]]:
    """Strongest level at each point without any error, and the sector that it comes from."""
    asked = np.zeros(terrain.grid.shape, dtype=bool)
    asked[row, col] = True
    best = np.full(len(row), -np.inf)
    heard = np.full(len(row), "", dtype=object)
    for sector in sectors:
        level = _levels(terrain, sector, asked)[row, col]
        stronger = np.nan_to_num(level, nan=-np.inf) > best
        best[stronger] = level[stronger]
        heard[stronger] = sector.sector_id
    return best, heard.tolist()


def _levels(terrain: Terrain, known: PracticeSector, asked: BoolArray) -> FloatArray:
    """Level of one sector in the cells that are asked for; NaN elsewhere."""
    sector = _true(known)
    loss = p1812_loss_map(
        terrain,
        easting=sector.easting,
        northing=sector.northing,
        tx_height_m=sector.antenna_height_m,
        rx_height_m=1.5,
        frequencies_mhz=(sector.frequency_mhz,),
        radius_m=RADIUS_M,
        latitude_deg=sector.latitude,
        within=asked,
        method="exact",
    )
    elements = 12 * BLOCKS[known.bandwidth_mhz]
    window = sector_map_dbm(
        loss, sector, eirp_dbm=sector.eirp_dbm - 10.0 * np.log10(elements), entry_loss_db=CAR_DB
    )
    level = np.full(asked.shape, np.nan)
    rows, cols = window.shape
    level[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols] = window
    return level


def _true(known: PracticeSector) -> Sector:
    """A sector as it stands, which the tower list does not tell in every field."""
    easting, northing = to_metric(known.latitude, known.longitude, crs=facts.CRS)
    height = _or(known.antenna_height_m, UNKNOWN_ABOVE_GROUND_M)
    return Sector(
        site_id=known.site_id,
        sector_id=known.sector_id,
        operator=known.operator,
        technology=known.technology,
        latitude=known.latitude,
        longitude=known.longitude,
        easting=float(easting),
        northing=float(northing),
        mast_height_m=_or(known.mast_height_m, height + 2.0),
        antenna_height_m=height,
        frequency_mhz=float(known.frequency_mhz),
        bandwidth_mhz=float(known.bandwidth_mhz),
        eirp_dbm=_or(known.eirp_dbm, UNKNOWN_EIRP_DBM),
        azimuth_deg=float(known.azimuth_deg),
        electrical_tilt_deg=_or(known.electrical_tilt_deg, UNKNOWN_TILT_DEG),
        mechanical_tilt_deg=_or(known.mechanical_tilt_deg, 0.0),
        horizontal_beamwidth_deg=float(known.beamwidth_deg),
        vertical_beamwidth_deg=10.0,
    )


def _or(value: float | None, truth: float) -> float:
    return truth if value is None else float(value)


def _sample(
    seconds: float, latitude: float, longitude: float, operator: str, level: float, heard: str
) -> Sample:
    day, rest = divmod(seconds, HOURS_A_DAY * 3600.0)
    time = START + datetime.timedelta(days=day, seconds=round(rest))
    there = level >= LOWEST_DBM
    return Sample(
        time=time.isoformat(),
        latitude=float(latitude),
        longitude=float(longitude),
        operator=operator,
        technology="LTE" if there else "no service",
        level_dbm=round(float(level)) if there else None,
        cell_id=heard if there else "",
    )


def _with_faults(samples: list[Sample]) -> tuple[Sample, ...]:
    """The same with what spoils real logs, and a cell that stands in no tower list."""
    heard = list(dict.fromkeys(s.cell_id for s in samples if s.cell_id))
    samples = [
        replace(s, cell_id=UNLISTED) if s.cell_id == heard[UNLISTED_NUMBER] else s for s in samples
    ]
    lost = replace(samples[40], latitude=0.0, longitude=0.0)
    loud = replace(samples[60], technology="LTE", level_dbm=40.0)
    return (*samples[:41], lost, *samples[41:61], loud, samples[100], *samples[61:])
