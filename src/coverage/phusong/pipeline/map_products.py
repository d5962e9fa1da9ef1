"""From the loss around a transmitter to a file: quantity, antenna pattern, GeoTIFF or KMZ."""

import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from phusong.analysis.reach import true_azimuth_deg
from phusong.errors import DataWarning
from phusong.models.antenna import measured_pattern_loss_db, sector_pattern_loss_db
from phusong.models.loss_map import LossMap
from phusong.pipeline.map_models import Ground
from phusong.pipeline.map_request import Radiation, Transmitter
from phusong.reporting.facts import PRACTICE
from phusong.reporting.kmz import KMZ_SCALES, KmzPlace, transmitter_kmz
from phusong.store.files import write_whole
from phusong.store.rasters import write_raster
from phusong.units import Float32Array, FloatArray
from phusong.version import __version__

FIELD_STRENGTH_1KW_DB = 199.36
"""Field strength for 1 kW ERP is this + 20 log f[GHz] − loss. ITU-R P.1812-8, eq. (70)."""

UNITS: Mapping[str, str] = {
    "path-loss": "dB",
    "received-level": "dBm",
    "field-strength": "dB(uV/m)",
}
"""What a map can hold, and its unit."""

MRAD_TO_DEG = 0.18 / np.pi
ITM_ONLY = (
    "climate", "ground_permittivity", "ground_conductivity_s_per_m", "situation_percent",
    "mode_of_variability",
)  # fmt: skip
"""Conditions that no other model knows."""

_MEASURED_NEAR = 0.2  # share by which the frequency of a pattern may differ unnoticed


def map_quantity(loss: LossMap, transmitter: Transmitter, ground: Ground) -> Float32Array:
    """The asked quantity over the window of a map.

    Parameters
    ----------
    loss
        The map.
    transmitter
        What is asked for.
    ground
        Where the mast stands.

    Returns
    -------
    numpy.ndarray
        The quantity, float32; NaN where the loss is unknown [dB, dBm or dB(uV/m)].
    """
    median = loss.path_loss_db[0]
    if transmitter.quantity == "path-loss":
        return np.asarray(median, dtype=np.float32)
    if transmitter.quantity == "received-level":
        strongest = transmitter.eirp_dbm
    else:
        frequency_ghz = transmitter.conditions.frequency_mhz / 1000.0
        strongest = FIELD_STRENGTH_1KW_DB + 20.0 * np.log10(frequency_ghz)
    if transmitter.radiation is None:
        return np.asarray(np.float32(strongest) - median, dtype=np.float32)
    pattern = _pattern_loss_db(loss, transmitter, ground)
    return np.asarray(strongest - median - pattern, dtype=np.float32)


def _pattern_loss_db(loss: LossMap, transmitter: Transmitter, ground: Ground) -> FloatArray:
    """Loss of the antenna towards each cell, by true azimuth and elevation of the ray."""
    radiation = transmitter.radiation or Radiation()
    azimuth = true_azimuth_deg(loss, easting=ground.easting, northing=ground.northing)
    offset = azimuth - radiation.azimuth_deg
    elevation = loss.tx_elevation_mrad * MRAD_TO_DEG
    if radiation.pattern is None:
        return sector_pattern_loss_db(
            offset,
            elevation,
            electrical_tilt_deg=radiation.electrical_tilt_deg,
            mechanical_tilt_deg=radiation.mechanical_tilt_deg,
        )
    measured_mhz = radiation.pattern.frequency_mhz
    ratio = measured_mhz / transmitter.conditions.frequency_mhz
    if abs(ratio - 1.0) > _MEASURED_NEAR:
        warnings.warn(
            f"the antenna pattern was measured at {measured_mhz:g} MHz, the carrier is at "
            f"{transmitter.conditions.frequency_mhz:g} MHz; take the file of the carrier's band",
            DataWarning,
            stacklevel=2,
        )
    return measured_pattern_loss_db(
        offset,
        elevation,
        pattern=radiation.pattern,
        electrical_tilt_deg=radiation.electrical_tilt_deg,
        mechanical_tilt_deg=radiation.mechanical_tilt_deg,
    )


def write_map(
    out: Path, values: Float32Array, loss: LossMap, transmitter: Transmitter, *, practice: bool
) -> None:
    """Write a map over its whole frame, in the form that the suffix asks for.

    Parameters
    ----------
    out
        File: ``.kmz`` is for Google Earth, anything else a float32 GeoTIFF.
    values
        The quantity over the window.
    loss
        The map that it was made from.
    transmitter
        What was asked for.
    practice
        Whether the input is practice data, which the file then says.
    """
    whole = np.full(loss.grid.shape, np.nan, dtype=np.float32)
    rows, cols = values.shape
    whole[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols] = values
    quantity, conditions = transmitter.quantity, transmitter.conditions
    if out.suffix.lower() == ".kmz":
        scale = KMZ_SCALES[quantity]
        lines = (
            f"{transmitter.model}, {conditions.frequency_mhz:g} MHz",
            f"Tx {conditions.tx_height_m:g} m, Rx {conditions.rx_height_m:g} m",
            *([f"EIRP {transmitter.eirp_dbm:g} dBm"] if quantity == "received-level" else []),
        )
        place = KmzPlace(
            f"Phusong, {scale.title.plain}", transmitter.latitude, transmitter.longitude, lines
        )
        content = transmitter_kmz(
            whole, loss.grid, scale=scale, place=place, practice=PRACTICE if practice else None
        )
        write_whole(out, lambda aside: aside.write_bytes(content))
        return
    tags = _asked_for(transmitter) | ({"DATA_STATUS": PRACTICE.plain} if practice else {})
    write_raster(out, whole, loss.grid, nodata=np.nan, unit=UNITS[quantity], tags=tags)


def _asked_for(transmitter: Transmitter) -> dict[str, str]:
    """Everything that the map was asked for, so that the file says how to make it again."""
    asked: dict[str, object] = {
        "software": f"Phusong {__version__}",
        "quantity": transmitter.quantity,
        "model": transmitter.model,
        "latitude": transmitter.latitude,
        "longitude": transmitter.longitude,
        **asdict(transmitter.conditions),
    }
    if transmitter.model != "itm":
        asked = {key: value for key, value in asked.items() if key not in ITM_ONLY}
    if transmitter.quantity == "received-level":
        asked["eirp_dbm"] = transmitter.eirp_dbm
    if transmitter.radiation is not None:
        turned = asdict(transmitter.radiation)
        measured = turned.pop("pattern")
        asked |= {"antenna": "3gpp" if measured is None else "measured pattern", **turned}
    return {key.upper(): str(value) for key, value in asked.items()}
