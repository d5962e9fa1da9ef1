"""Villages without signal as a whole (trắng sóng) or in part (lõm sóng)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from exactextract import exact_extract
from numpy.typing import NDArray

from phusong.analysis.gaps import UNKNOWN, Confidence, raster_source, service_class
from phusong.analysis.reach import UNKNOWN_PERCENT, Reach, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.units import FloatArray

TRANG_SONG, LOM_SONG = "trang_song", "lom_song"
WITH_SIGNAL, UNDECIDED = "covered", "unknown"
SHARE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """When a village is without signal, as a whole or in part.

    Parameters
    ----------
    centre_class, settlement_class
        Service class from which the village centre, and a cell of the settlement, have a signal:
        1 marginal or 2 covered.
    settlement_radius_m
        How far a settlement without an outline reaches from its centre [m].
    smallest_part
        Share of the settlement from which a part without signal makes a lõm sóng, 0 to 1.
    thresholds_dbm
        Level that is needed, by technology, where no sector serves [dBm].
    sector_needs_dbm
        Level that is needed of each sector of the network, by its weaker direction; empty where
        the technology alone decides [dBm].
    told_dbm
        Level that an operator calls covered on its own map, by operator and technology [dBm].
    """

    centre_class: int
    settlement_class: int
    settlement_radius_m: float
    smallest_part: float
    thresholds_dbm: Mapping[str, float]
    sector_needs_dbm: Sequence[float] = ()
    told_dbm: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def needed_dbm(self, layer: tuple[str, str], server: int) -> float:
        """Level that is needed where a sector serves, or none.

        Parameters
        ----------
        layer
            Operator's key and technology.
        server
            Index of the sector; -1 for none.

        Returns
        -------
        float
            NaN where technologies have no level in common [dBm].
        """
        usual = self.told_dbm.get(layer, self.thresholds_dbm[layer[1]])
        if layer in self.told_dbm or server < 0 or not self.sector_needs_dbm or np.isnan(usual):
            return usual
        return self.sector_needs_dbm[server]


@dataclass(frozen=True, eq=False)
class Settlement:
    """Cells that a village's people live in.

    Parameters
    ----------
    cells
        Flat indices into the grid.
    cell_weight
        What each cell counts: people, or area where nobody is known to live.
    basis
        Where the area is from and what is counted: ``outline_people``, ``outline_area``,
        ``radius_people``, ``radius_area``, or ``none`` outside the grid.
    """

    cells: NDArray[np.int64]
    cell_weight: FloatArray
    basis: str


def verdict(
    centre_class: int, *, silent_share: float, unknown_share: float, rules: VerdictRules
) -> str:
    """Decide for one village.

    Parameters
    ----------
    centre_class
        Service class at its centre, 255 when unknown.
    silent_share, unknown_share
        Share of the settlement without signal, and of unknown signal, 0 to 1.
    rules
        Where the lines are drawn.

    Returns
    -------
    str
        ``trang_song`` without signal at the centre; ``lom_song`` with one there and none in part
        of the settlement; ``covered``; ``unknown`` where what is not known could decide.

    Notes
    -----
    Source: the usage in Tuyên Quang's report of 12 January 2026 for trắng sóng; lõm sóng as a
    part without signal is a reading of it. The text of CV 1603/BTTTT-CVT is not at hand.

    Examples
    --------
    >>> rules = VerdictRules(1, 1, 500.0, 0.05, {"LTE": -115.0})
    >>> verdict(0, silent_share=1.0, unknown_share=0.0, rules=rules)
    'trang_song'
    >>> verdict(2, silent_share=0.2, unknown_share=0.0, rules=rules)
    'lom_song'
    """
    if centre_class == UNKNOWN:
        return UNDECIDED
    if centre_class < rules.centre_class:
        return TRANG_SONG
    least = rules.smallest_part - SHARE_TOLERANCE
    if silent_share > 0 and silent_share >= least:
        return LOM_SONG
    if unknown_share > 0 and silent_share + unknown_share >= least:
        return UNDECIDED
    return WITH_SIGNAL


def settlements(
    villages: gpd.GeoDataFrame,
    people: People,
    *,
    radius_m: float,
    outlines: gpd.GeoDataFrame | None = None,
) -> tuple[Settlement, ...]:
    """Cells of each village's settlement, and what they count.

    Parameters
    ----------
    villages
        Points with ``village_id`` in the grid's CRS.
    people
        People per cell.
    radius_m
        Without an outline, a cell within this distance belongs to the nearest village [m].
    outlines
        Polygons with ``village_id``, where there are any.

    Returns
    -------
    tuple of Settlement
        In the order of the villages.
    """
    given = _outlined(people.grid, outlines)
    around = _around(villages, people.grid, radius_m)
    found = []
    for village_id, (near, share) in zip(villages["village_id"], around, strict=True):
        cells, part, shape = near, share, "radius"
        if village_id in given:
            cells, part = given[village_id]
            shape = "outline"
        if not cells.size:
            found.append(Settlement(cells, part, "none"))
            continue
        count = np.nan_to_num(people.count.ravel()[cells]) * part
        inhabited = bool(count.sum() > 0)
        basis = f"{shape}_{'people' if inhabited else 'area'}"
        found.append(Settlement(cells, count if inhabited else part, basis))
    return tuple(found)


def _outlined(
    grid: Grid, outlines: gpd.GeoDataFrame | None
) -> dict[str, tuple[NDArray[np.int64], FloatArray]]:
    """Cells inside each outline, and the exact share of each."""
    if outlines is None or outlines.empty:
        return {}
    source = raster_source(np.zeros(grid.shape), grid)
    frame = gpd.GeoDataFrame(geometry=outlines.geometry.values, crs=grid.crs)
    parts = exact_extract(source, frame, ["cell_id", "coverage"], output="pandas")
    return {
        village_id: (np.asarray(cells, dtype=np.int64), np.asarray(share, dtype=np.float64))
        for village_id, cells, share in zip(
            outlines["village_id"], parts["cell_id"], parts["coverage"], strict=True
        )
    }


def _around(
    villages: gpd.GeoDataFrame, grid: Grid, radius_m: float
) -> list[tuple[NDArray[np.int64], FloatArray]]:
    """Cells nearer to each village than to any other and within the radius; its own always."""
    rows, cols = grid.shape
    row, col = grid.pixel_of(villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy())
    reach = radius_m / grid.resolution_m
    nearest = np.full(grid.shape, np.inf)
    owner = np.full(grid.shape, -1, dtype=np.int32)
    windows = []
    for index, (r, c) in enumerate(zip(row, col, strict=True)):
        r0, r1 = (int(np.clip(np.floor(r + s * reach) + (s > 0), 0, rows)) for s in (-1, 1))
        c0, c1 = (int(np.clip(np.floor(c + s * reach) + (s > 0), 0, cols)) for s in (-1, 1))
        window = np.s_[r0:r1, c0:c1]
        windows.append((window, r0, c0))
        down = np.arange(r0, r1)[:, np.newaxis] + 0.5 - r
        across = np.arange(c0, c1)[np.newaxis, :] + 0.5 - c
        distance = down**2 + across**2
        wins = (distance <= reach**2) & (distance < nearest[window])
        nearest[window][wins] = distance[wins]
        owner[window][wins] = index
    found = []
    for index, (window, r0, c0) in enumerate(windows):
        own_rows, own_cols = np.nonzero(owner[window] == index)
        cells = (own_rows + r0) * cols + own_cols + c0
        if not cells.size and 0 <= row[index] < rows and 0 <= col[index] < cols:
            cells = np.array([int(row[index]) * cols + int(col[index])])
        found.append((cells.astype(np.int64), np.ones(cells.size)))
    return found


def village_verdicts(
    villages: gpd.GeoDataFrame,
    reach: Reach,
    people: People,
    confidence: Confidence,
    rules: VerdictRules,
    outlines: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Verdict of each village, with what it rests on.

    Parameters
    ----------
    villages
        Points with ``village_id`` in the grid's CRS.
    reach
        Level and probability.
    people
        People per cell, on the grid of the reach.
    confidence
        Where the lines between the service classes are drawn.
    rules
        When a village is without signal.
    outlines
        Polygons with ``village_id``, where there are any.

    Returns
    -------
    pandas.DataFrame
        Indexed like the villages: ``settlement_basis``, ``settlement_cells``, and for each layer
        ``verdict``; ``margin_db``, the level at the centre above what its server needs in the
        weaker direction; ``settlement_signal_percent``, the share of the settlement with a signal,
        of what is known; ``settlement_probability_percent``, the mean probability there. The
        verdict of ``any`` is that of the village; the verdict of one operator is what it would be
        if that operator were alone.
    """
    where = settlements(villages, people, radius_m=rules.settlement_radius_m, outlines=outlines)
    columns: dict[str, list[object]] = {
        "settlement_basis": [s.basis for s in where],
        "settlement_cells": [s.cells.size for s in where],
    }
    row, col = reach.grid.pixel_of(villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy())
    rows, cols = reach.grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    centre = np.where(inside, np.floor(row) * cols + np.floor(col), -1).astype(np.int64)
    for (operator, technology), layer in reach.layers.items():
        prefix = f"{operator}_{technology.lower()}"
        columns |= {
            f"{prefix}_{name}": values
            for name, values in _layer_columns(
                layer, centre, where, confidence, rules, (operator, technology)
            ).items()
        }
    return pd.DataFrame(columns, index=villages.index)


def _layer_columns(
    layer: ReachLayer,
    centre: NDArray[np.int64],
    where: tuple[Settlement, ...],
    confidence: Confidence,
    rules: VerdictRules,
    key: tuple[str, str],
) -> dict[str, list[object]]:
    classes = service_class(layer, confidence).ravel()
    percent = layer.probability_percent.ravel()
    level, server = layer.level_dbm.ravel(), layer.server.ravel()
    found: dict[str, list[object]] = {
        "verdict": [],
        "margin_db": [],
        "settlement_signal_percent": [],
        "settlement_probability_percent": [],
    }
    for cell, settlement in zip(centre, where, strict=True):
        signal, unknown, probability = _shares(settlement, classes, percent, rules)
        known = 1.0 - unknown
        at_centre = int(classes[cell]) if cell >= 0 else UNKNOWN
        found["verdict"].append(
            verdict(at_centre, silent_share=known - signal, unknown_share=unknown, rules=rules)
        )
        needed = rules.needed_dbm(key, int(server[cell])) if cell >= 0 else np.nan
        found["margin_db"].append(float(level[cell]) - needed)
        found["settlement_signal_percent"].append(100.0 * signal / known if known > 0 else np.nan)
        found["settlement_probability_percent"].append(probability)
    return found


def _shares(
    settlement: Settlement,
    classes: NDArray[np.uint8],
    percent: NDArray[np.uint8],
    rules: VerdictRules,
) -> tuple[float, float, float]:
    """Share with a signal, share unknown, and mean probability of what is known."""
    total = settlement.cell_weight.sum()
    if not total > 0:
        return 0.0, 1.0, np.nan
    weight = settlement.cell_weight / total
    here = classes[settlement.cells]
    known = here != UNKNOWN
    signal = float(weight[known & (here >= rules.settlement_class)].sum())
    unknown = float(weight[~known].sum())
    likely = percent[settlement.cells]
    sure = likely != UNKNOWN_PERCENT
    mean = float((weight * likely)[sure].sum() / weight[sure].sum()) if sure.any() else np.nan
    return signal, unknown, mean
