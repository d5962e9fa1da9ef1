"""How sure the verdict on a village is, and how many villages there are of each verdict."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.analysis.counts import interval
from phusong.analysis.gaps import Confidence
from phusong.analysis.level_errors import ErrorDraws, SectorLines, above_line_db
from phusong.analysis.ordered import product
from phusong.analysis.reach import NO_SERVER, ReachLayer
from phusong.analysis.verdicts import (
    LOM_SONG,
    SHARE_TOLERANCE,
    TRANG_SONG,
    UNDECIDED,
    WITH_SIGNAL,
    Settlement,
    VerdictRules,
)
from phusong.geo.grid import Grid
from phusong.units import FloatArray

VERDICTS = (TRANG_SONG, LOM_SONG, WITH_SIGNAL, UNDECIDED)
Codes = NDArray[np.uint8]


def verdict_draws(
    villages: gpd.GeoDataFrame,
    where: Sequence[Settlement],
    layer: ReachLayer,
    *,
    lines: SectorLines,
    draws: ErrorDraws,
    confidence: Confidence,
    rules: VerdictRules,
) -> Codes:
    """Verdict on each village in each draw.

    Parameters
    ----------
    villages
        Points in the grid's CRS.
    where
        Their settlements.
    layer
        Level, server and probability.
    lines
        What each sector needs.
    draws
        Errors of levels.
    confidence, rules
        Where the lines of classes and verdicts are drawn.

    Returns
    -------
    numpy.ndarray
        Draws × villages: 0 trắng sóng, 1 lõm sóng, 2 covered, 3 unknown. The centre is one
        place, so that the variability of locations counts in full; in the settlement it is
        already in the class.
    """
    percent = {1: confidence.marginal_percent, 2: confidence.covered_percent}
    centre = centre_cells(villages, draws.grid)
    asked = np.unique(np.concatenate([centre[centre >= 0], *(s.cells for s in where)]))
    here = layer.at(asked)
    centre_above = above_line_db(here, lines, line_percent=percent[rules.centre_class])
    cells_above = above_line_db(here, lines, line_percent=percent[rules.settlement_class])
    site = np.where(here.server == NO_SERVER, 0, np.append(lines.site, 0)[here.server])
    location = np.append(lines.location_db, 0.0)[here.server]
    square = draws.square(asked)
    noise = centre_noise(draws, len(centre))
    found = np.full((draws.draws, len(centre)), VERDICTS.index(UNDECIDED), dtype=np.uint8)
    for index, (cell, settlement) in enumerate(zip(centre, where, strict=True)):
        at = int(np.searchsorted(asked, cell))
        if cell < 0 or np.isnan(centre_above[at]):
            continue
        error = draws.level_db(site[[at]], square[[at]])[:, 0]
        silent = centre_above[at] + error + location[at] * noise[:, index] < 0.0
        inside = np.searchsorted(asked, settlement.cells)
        found[:, index] = _of_settlement(
            settlement.cell_weight, cells_above[inside],
            draws.level_db(site[inside], square[inside]), rules,
        )  # fmt: skip
        found[silent, index] = VERDICTS.index(TRANG_SONG)
    return found


def centre_noise(draws: ErrorDraws, count: int) -> FloatArray:
    """Variability of locations at village centres, the same wherever it is asked for.

    Parameters
    ----------
    draws
        Their number and seed.
    count
        Villages.

    Returns
    -------
    numpy.ndarray
        Draws × villages, of mean 0 and deviation 1.
    """
    return np.random.default_rng([draws.spread.seed, 8]).standard_normal((draws.draws, count))


def centre_cells(villages: gpd.GeoDataFrame, grid: Grid) -> NDArray[np.int64]:
    """Cell that each village's centre lies in.

    Parameters
    ----------
    villages
        Points in the grid's CRS.
    grid
        The frame.

    Returns
    -------
    numpy.ndarray
        Flat index; -1 outside the grid.
    """
    row, col = grid.pixel_of(villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy())
    rows, cols = grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    return np.where(inside, np.floor(row) * cols + np.floor(col), -1).astype(np.int64)


def _of_settlement(
    cell_weight: FloatArray, level: FloatArray, error: FloatArray, rules: VerdictRules
) -> Codes:
    """Verdict of each draw where the centre has a signal."""
    total = cell_weight.sum()
    if not total > 0:
        return np.full(len(error), VERDICTS.index(UNDECIDED), dtype=np.uint8)
    weight = cell_weight / total
    unseen = np.isnan(level)
    silent = product(np.where(unseen, 0.0, level + error < 0.0), weight)
    unknown = float(weight[unseen].sum())
    least = rules.smallest_part - SHARE_TOLERANCE
    found = np.full(len(error), VERDICTS.index(WITH_SIGNAL), dtype=np.uint8)
    if unknown > 0:
        found[silent + unknown >= least] = VERDICTS.index(UNDECIDED)
    found[(silent > 0) & (silent >= least)] = VERDICTS.index(LOM_SONG)
    return found


def verdict_shares(drawn: Codes, prefix: str) -> dict[str, FloatArray]:
    """Share of the draws with each verdict that says that a signal lacks.

    Parameters
    ----------
    drawn
        Draws × villages, from :func:`verdict_draws`.
    prefix
        Of the columns, for example ``any_lte``.

    Returns
    -------
    dict
        ``<prefix>_trang_song_percent`` and ``<prefix>_lom_song_percent`` [%].
    """
    return {
        f"{prefix}_{name}_percent": 100.0 * (drawn == VERDICTS.index(name)).mean(axis=0)
        for name in (TRANG_SONG, LOM_SONG)
    }


def village_counts(
    drawn: Mapping[tuple[str, str], Codes],
    villages: pd.DataFrame,
    codes: Sequence[str],
) -> pd.DataFrame:
    """Number of villages by verdict, by commune and in all of them, with intervals.

    Parameters
    ----------
    drawn
        Verdicts of each draw, by operator key and technology.
    villages
        The table of villages with the verdicts as modelled.
    codes
        Of the communes.

    Returns
    -------
    pandas.DataFrame
        ``commune_code`` (``all`` for all communes together), ``operator``, ``technology``,
        ``villages``, and for each verdict the number as modelled, ``_p10`` and ``_p90``.
    """
    own = villages["commune_code"].to_numpy()
    members = {code: own == code for code in codes}
    members["all"] = np.isin(own, list(codes))
    rows = []
    for (operator, technology), each in drawn.items():
        modelled = villages[f"{operator}_{technology.lower()}_verdict"].to_numpy()
        for code, mine in members.items():
            row: dict[str, object] = {
                "commune_code": code, "operator": operator, "technology": technology,
                "villages": int(mine.sum()),
            }  # fmt: skip
            for number, name in enumerate(VERDICTS):
                count = (each[:, mine] == number).sum(axis=1)[:, np.newaxis]
                row[f"villages_{name}"] = int((modelled[mine] == name).sum())
                ends = interval(f"villages_{name}", "", count.astype(np.float64))
                row |= {key: int(value[0]) for key, value in ends.items()}
            rows.append(row)
    return pd.DataFrame(rows)
