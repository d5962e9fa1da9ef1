"""Measurements on a grid: one value for each cell, kept apart from the modelled."""

import numpy as np
import pandas as pd

from phusong.geo.grid import Grid


def binned(
    grid: Grid, easting: np.ndarray, northing: np.ndarray, frame: pd.DataFrame
) -> pd.DataFrame:
    """Bring samples together by operator, technology and cell of the grid.

    The level of a cell is the median of its samples, a sample without network being below all
    others; a cell of which more than half of the samples found no network had none. Where it is
    exactly half, the weakest level that was heard stands for the cell.

    Parameters
    ----------
    grid
        The frame.
    easting, northing
        Positions of the samples in its CRS [m].
    frame
        Samples with ``operator``, ``technology`` and ``level_dbm`` (NaN: no network).

    Returns
    -------
    pandas.DataFrame
        ``operator``, ``technology``, ``row``, ``col``, ``level_dbm`` (NaN: no network),
        ``samples``, ``silent`` and ``spread_db`` (half of the distance between the quartiles, times
        1.48), sorted; samples outside the grid are left out.
    """
    affine = ~grid.affine
    col, row = affine * (np.asarray(easting), np.asarray(northing))
    col, row = np.floor(col).astype(np.int64), np.floor(row).astype(np.int64)
    rows, cols = grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    kept = pd.DataFrame(
        {
            "operator": frame["operator"].to_numpy()[inside],
            "technology": frame["technology"].to_numpy()[inside],
            "cell": (row * cols + col)[inside],
            "level": np.nan_to_num(frame["level_dbm"].to_numpy(dtype=float)[inside], nan=-np.inf),
        }
    )
    kept = kept.sort_values(["operator", "technology", "cell", "level"], kind="stable")
    keys = ["operator", "technology", "cell"]
    starts = np.flatnonzero(~kept.duplicated(keys).to_numpy())
    counts = np.diff([*starts, len(kept)])
    level = kept["level"].to_numpy()

    def quantile(share: float) -> np.ndarray:
        place = share * (counts - 1)
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, counts - 1)
        a, b = level[starts + below], level[starts + above]
        with np.errstate(invalid="ignore"):
            between = a + (place - below) * (b - a)
        between = np.where(np.isneginf(a) & (place > below), b, between)
        return np.where(np.isneginf(between), np.nan, between)

    first = kept.iloc[starts]
    heard = np.isfinite(level)
    silent = counts - np.add.reduceat(heard, starts) if len(starts) else counts
    with np.errstate(invalid="ignore"):
        spread = 1.4826 * (quantile(0.75) - quantile(0.25)) / 2
    return pd.DataFrame(
        {
            "operator": first["operator"].to_numpy(),
            "technology": first["technology"].to_numpy(),
            "row": first["cell"].to_numpy() // cols,
            "col": first["cell"].to_numpy() % cols,
            "level_dbm": quantile(0.5),
            "samples": counts,
            "silent": silent,
            "spread_db": spread,
        }
    )
