"""What measurements have taught a model, added to the levels of a sector."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from phusong.geo.network import Sector
from phusong.models.loss_map import LossMap
from phusong.models.sector_level import sector_map_dbm
from phusong.pipeline.losses import LossMaps
from phusong.study import CalibrationSection
from phusong.units import Float32Array

NEAREST_KM = 0.02
"""Distance below which the slope is that of this distance [km]."""


def sector_dbm(
    losses: LossMaps, loss: LossMap, sector: Sector, *, eirp_dbm: float, entry_loss_db: float
) -> Float32Array:
    """Level of a sector, with what measurements have taught the model.

    Parameters
    ----------
    losses
        Where the path loss is from.
    loss
        Path loss of its mast.
    sector
        The sector.
    eirp_dbm
        EIRP of what is received at the antenna's maximum [dBm].
    entry_loss_db
        Loss of body, vehicle or building on the receiver's side [dB].

    Returns
    -------
    array
        Levels over the window of the path loss [dBm].
    """
    level = sector_map_dbm(loss, sector, eirp_dbm=eirp_dbm, entry_loss_db=entry_loss_db)
    corrections = losses.session.study.propagation.calibration.get(losses.model, {})
    return calibrated_dbm(level, loss, sector, corrections, losses.ground_class)


def calibrated_dbm(
    level_dbm: Float32Array,
    loss: LossMap,
    sector: Sector,
    corrections: Mapping[str, CalibrationSection],
    ground_class: NDArray[np.uint8] | None = None,
) -> Float32Array:
    """Add the corrections of a sector's technology to its levels.

    Parameters
    ----------
    level_dbm
        Levels of the sector over the window of its path loss [dBm].
    loss
        Path loss of its mast.
    sector
        The sector.
    corrections
        By technology; none leaves levels as they are.
    ground_class
        Class of land cover of every cell of the loss's grid; needed for corrections of classes.

    Returns
    -------
    array
        Levels [dBm].
    """
    known = corrections.get(sector.technology)
    if known is None:
        return level_dbm
    corrected: Float32Array = level_dbm + np.float32(known.offset.value)
    rows, cols = level_dbm.shape
    if known.slope is not None:
        col, row = np.meshgrid(np.arange(cols), np.arange(rows))
        x, y = loss.grid.affine * (loss.col0 + col + 0.5, loss.row0 + row + 0.5)
        away_km = np.maximum(np.hypot(x - sector.easting, y - sector.northing) / 1000.0, NEAREST_KM)
        corrected += (known.slope.value * np.log10(away_km)).astype(np.float32)
    if known.ground and ground_class is not None:
        here = ground_class[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols]
        for code, added in known.ground.items():
            corrected[here == int(code)] += np.float32(added.value)
    return corrected
