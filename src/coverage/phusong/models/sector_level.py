"""Received level of one sector over the window of its mast's path loss, compiled."""

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from phusong.geo.network import Sector
from phusong.kernels.sector_level import Beam, sector_levels
from phusong.models.antenna import (
    SECTOR_FRONT_TO_BACK_DB,
    SECTOR_SIDE_LOBE_DB,
    omni_pattern_loss_db,
    sector_pattern_loss_db,
)
from phusong.models.loss_map import LossMap
from phusong.units import Float32Array

Number = TypeVar("Number", bound=np.generic)

_NO_OFFSET = 1e-15
"""Cells: stands for 0 northwards, so that the mast's own cell lies north of it, not nowhere."""

_CURVATURE_DB = 12.0  # loss at a full half-power width off the beam


def sector_map_dbm(
    loss: LossMap, sector: Sector, *, eirp_dbm: float, entry_loss_db: float
) -> Float32Array:
    r"""Median received level of one sector over its mast's window.

    Parameters
    ----------
    loss
        Path loss of the sector's mast; must hold its frequency.
    sector
        Antenna, azimuth and tilts.
    eirp_dbm
        EIRP of what is received (a resource element for RSRP) at the antenna's maximum [dBm].
    entry_loss_db
        Loss of body, vehicle or building on the receiver's side, >= 0 [dB].

    Returns
    -------
    numpy.ndarray
        Level, float32, shape of the window; NaN where the loss is unknown [dBm].

    Raises
    ------
    DomainError
        A tilt or beamwidth is impossible.

    Notes
    -----
    .. math:: P = EIRP - L_{entry} - L - L_{pattern}

    Source: :func:`phusong.models.antenna.sector_pattern_loss_db`, or
    :func:`~phusong.models.antenna.omni_pattern_loss_db` where the sector has no azimuth, with the
    true azimuth and the elevation of the ray, in float32: within 1e-4 dB of them for beams of 3
    degrees and more and rays up to 80 degrees steep, and the same bits on every processor.
    """
    _check(sector)
    band = loss.frequencies_mhz.index(sector.frequency_mhz)
    row, col = (float(v) for v in loss.grid.pixel_of(sector.easting, sector.northing))
    rows, cols = loss.inside.shape
    north = row - (np.arange(rows) + loss.row0 + 0.5)
    east = (np.arange(cols) + loss.col0 + 0.5) - col
    north[north == 0.0] = _NO_OFFSET
    level = np.empty(loss.inside.shape, dtype=np.float32)
    sector_levels(
        level,
        _plain(loss.path_loss_db[band]),
        _plain(loss.tx_elevation_mrad),
        _plain(loss.inside),
        north.astype(np.float32),
        east.astype(np.float32),
        _beam(loss, sector, eirp_dbm - entry_loss_db),
    )
    return level


def _check(sector: Sector) -> None:
    """Let the antenna's own model refuse what is impossible, in one direction."""
    if sector.azimuth_deg is None:
        omni_pattern_loss_db(
            0.0,
            vertical_beamwidth_deg=sector.vertical_beamwidth_deg,
            electrical_tilt_deg=sector.electrical_tilt_deg,
        )
        return
    sector_pattern_loss_db(
        sector.azimuth_deg,
        0.0,
        horizontal_beamwidth_deg=sector.horizontal_beamwidth_deg,
        vertical_beamwidth_deg=sector.vertical_beamwidth_deg,
        electrical_tilt_deg=sector.electrical_tilt_deg,
        mechanical_tilt_deg=sector.mechanical_tilt_deg,
    )


def _beam(loss: LossMap, sector: Sector, peak_dbm: float) -> Beam:
    """Antenna for the kernel; without an azimuth it stands upright and has no horizontal cut."""
    azimuth, tilt, horizontal = 0.0, 0.0, 0.0
    if sector.azimuth_deg is not None:
        turn = loss.grid.north_azimuth_deg(sector.easting, sector.northing)
        azimuth = math.radians(sector.azimuth_deg - turn)
        tilt = math.radians(sector.mechanical_tilt_deg)
        horizontal = _CURVATURE_DB / math.radians(sector.horizontal_beamwidth_deg) ** 2
    width_mrad = 1000.0 * math.radians(sector.vertical_beamwidth_deg)
    values = (
        peak_dbm,
        math.sin(azimuth),
        math.cos(azimuth),
        math.sin(tilt),
        math.cos(tilt),
        1000.0 * math.radians(sector.electrical_tilt_deg),
        horizontal,
        _CURVATURE_DB / width_mrad**2,
        SECTOR_FRONT_TO_BACK_DB,
        SECTOR_SIDE_LOBE_DB,
    )
    return Beam(*(np.float32(v) for v in values))


def _plain(values: NDArray[Number]) -> NDArray[Number]:
    """Read-only, contiguous: the one kind of raster that the kernel is compiled for."""
    raster = np.ascontiguousarray(values).view()
    raster.setflags(write=False)
    return raster
