"""What measurements have taught a model, added to the levels of a sector."""

from collections.abc import Mapping

import numpy as np

from phusong.geo.network import Sector
from phusong.models.loss_map import LossMap
from phusong.study import CalibrationSection
from phusong.units import Float32Array

NEAREST_KM = 0.02
"""Distance below which the slope is that of this distance [km]."""


def calibrated_dbm(
    level_dbm: Float32Array,
    loss: LossMap,
    sector: Sector,
    corrections: Mapping[str, CalibrationSection],
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

    Returns
    -------
    array
        Levels [dBm].
    """
    known = corrections.get(sector.technology)
    if known is None:
        return level_dbm
    added = np.float32(known.offset.value)
    if known.slope is None:
        return level_dbm + added
    rows, cols = level_dbm.shape
    col, row = np.meshgrid(np.arange(cols), np.arange(rows))
    x, y = loss.grid.affine * (loss.col0 + col + 0.5, loss.row0 + row + 0.5)
    away_km = np.maximum(np.hypot(x - sector.easting, y - sector.northing) / 1000.0, NEAREST_KM)
    slope = (known.slope.value * np.log10(away_km)).astype(np.float32)
    corrected: Float32Array = level_dbm + added + slope
    return corrected
