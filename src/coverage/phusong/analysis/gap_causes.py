"""Why a place has no signal, found by asking what would give it one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.geo.network import Sector
from phusong.geo.tiles import Tile
from phusong.models.loss_map import LossMap
from phusong.models.sector_level import sector_map_dbm
from phusong.units import BoolArray, Float32Array, FloatArray

NOW, DOWNLINK, POWER, ANTENNA, FLAT = "now", "downlink", "power", "antenna", "flat"
BOTH = "both"
QUESTIONS = (NOW, DOWNLINK, POWER, ANTENNA, FLAT, BOTH)
"""As it is; were the downlink alone to count; with more power; in the main lobe; on flat ground;
in the main lobe on flat ground."""
NEAREST = "nearest"
UPLINK_CAUSE, POWER_CAUSE, ANTENNA_CAUSE = "uplink", "power", "antenna"
NO_SITE_CAUSE, TERRAIN_CAUSE, DISTANCE_CAUSE = "no_site", "terrain", "distance"
CAUSES = (
    UPLINK_CAUSE, POWER_CAUSE, ANTENNA_CAUSE, NO_SITE_CAUSE, TERRAIN_CAUSE, DISTANCE_CAUSE,
)  # fmt: skip
"""From the smallest change that would give a signal to the largest; the first one counts."""
NOT_KNOWN = "unknown"
"""Cause where an operator's own map stands for sites that are not known."""
_ASKED_OF: Mapping[str, str] = {
    UPLINK_CAUSE: DOWNLINK, POWER_CAUSE: POWER, ANTENNA_CAUSE: ANTENNA,
    NO_SITE_CAUSE: NEAREST, TERRAIN_CAUSE: FLAT, DISTANCE_CAUSE: BOTH,
}  # fmt: skip
NO_SECTOR = -1
Sectors = Sequence[Sector] | Mapping[int, Sector]


@dataclass(frozen=True, slots=True)
class CauseRules:
    """Where the lines between causes are drawn.

    Parameters
    ----------
    more_power_db
        EIRP that a site could be given more [dB].
    site_distance_m
        Where no site is nearer than this, there is none [m].
    """

    more_power_db: float
    site_distance_m: float


@dataclass(frozen=True, slots=True)
class SectorNeeds:
    """What a sector sends at most, and what a handset needs of it to have a signal.

    Parameters
    ----------
    peak_dbm
        EIRP of what is measured, less the loss on the handset's side [dBm].
    downlink_dbm
        Level that the downlink needs, the safety for the probability of a signal on top [dBm].
    uplink_dbm
        Level at which the uplink suffices, with the same safety; -infinity where the uplink does
        not count [dBm].
    """

    peak_dbm: float
    downlink_dbm: float
    uplink_dbm: float


class WhatIf:
    """Best margin per cell under each question, over any number of sectors of one layer.

    A margin is the level above what is needed in both directions [dB]; of equal margins the
    lower index wins, so that the order of sectors changes nothing.

    Parameters
    ----------
    tile
        The part of a grid that is asked about.
    asked
        Its cells that will be asked about; None for all of them. The others have no answer, and
        take no memory but that of a number.
    """

    def __init__(self, tile: Tile, asked: BoolArray | None = None) -> None:
        self.tile = tile
        whole = np.ones(tile.shape, dtype=bool) if asked is None else asked
        self.cells = np.flatnonzero(whole)
        count = self.cells.size
        self.number = np.full(tile.shape, -1, dtype=np.int32)
        self.number.ravel()[self.cells] = np.arange(count, dtype=np.int32)
        self.margin_db = {q: np.full(count, -np.inf, dtype=np.float32) for q in QUESTIONS}
        self.nearest_m = np.full(count, np.inf, dtype=np.float32)
        self.server = {q: np.full(count, NO_SECTOR, dtype=np.int32) for q in (*QUESTIONS, NEAREST)}

    def add(
        self,
        loss: LossMap,
        flat: LossMap,
        sector: Sector,
        index: int,
        needs: SectorNeeds,
        *,
        distance_m: Float32Array,
    ) -> None:
        """Let one sector answer.

        Parameters
        ----------
        loss
            Path loss of the sector's mast, within the tile.
        flat
            The same window over flat ground.
        sector
            The sector.
        index
            Its index in the network.
        needs
            What it sends, and what is needed of it.
        distance_m
            From the mast, shape of the window [m].
        """
        rows, cols = loss.inside.shape
        window = Tile(loss.row0, loss.col0, rows, cols).inside(self.tile.row0, self.tile.col0)
        inside = loss.inside & (self.number[window] >= 0)
        cells = np.flatnonzero(inside)
        if cells.size == 0:
            return
        band = loss.frequencies_mhz.index(sector.frequency_mhz)
        needed = np.float32(max(needs.downlink_dbm, needs.uplink_dbm))
        peak = np.float32(needs.peak_dbm) - needed
        level, on_flat = (
            sector_map_dbm(
                replace(way, inside=inside), sector, eirp_dbm=needs.peak_dbm, entry_loss_db=0.0
            ).ravel()[cells]
            for way in (loss, flat)
        )
        path, flat_path = (way.path_loss_db[band].ravel()[cells] for way in (loss, flat))
        down = level - np.float32(needs.downlink_dbm)
        heard = level >= np.float32(needs.uplink_dbm)
        answers = {
            NOW: level - needed,
            DOWNLINK: down,
            POWER: np.where(heard, down, np.float32(np.nan)),
            ANTENNA: peak - path,
            FLAT: on_flat - needed,
            BOTH: peak - flat_path,
        }
        here = self.number[window].ravel()[cells]
        for question, margin in answers.items():
            _take(self.margin_db[question], self.server[question], margin, index, here)
        near = distance_m.ravel()[cells]
        _take_least(self.nearest_m, self.server[NEAREST], near, index, here)

    def merge(self, other: "WhatIf") -> None:
        """Let the sectors of another layer answer too.

        Parameters
        ----------
        other
            Answers over the same tile, at least about the cells that are asked about here.
        """
        at = other.number.ravel()[self.cells]
        mine, theirs = self.server, other.server
        for question in QUESTIONS:
            _take(
                self.margin_db[question], mine[question],
                other.margin_db[question][at], theirs[question][at],
            )  # fmt: skip
        _take_least(self.nearest_m, mine[NEAREST], other.nearest_m[at], theirs[NEAREST][at])


def _take(
    best: Float32Array,
    server: NDArray[np.int32],
    margin: Float32Array,
    index: NDArray[np.int32] | int,
    where: NDArray[np.int32] | None = None,
) -> None:
    """Keep the larger margins and whose they are; what is unknown wins nowhere."""
    known = best if where is None else best[where]
    wins = margin > known
    ties = (margin == known) & (margin > -np.inf)
    _keep(best, server, margin, index, where, wins=wins, ties=ties)


def _take_least(
    least: Float32Array,
    server: NDArray[np.int32],
    distance: Float32Array,
    index: NDArray[np.int32] | int,
    where: NDArray[np.int32] | None = None,
) -> None:
    """Keep the smaller distances and whose they are."""
    known = least if where is None else least[where]
    wins = distance < known
    ties = (distance == known) & (distance < np.inf)
    _keep(least, server, distance, index, where, wins=wins, ties=ties)


def _keep(
    best: Float32Array,
    server: NDArray[np.int32],
    values: Float32Array,
    index: NDArray[np.int32] | int,
    where: NDArray[np.int32] | None,
    *,
    wins: BoolArray,
    ties: BoolArray,
) -> None:
    """Write what wins, in place; few cells do, so that no others are touched."""
    if ties.any():
        wins |= ties & (index < (server if where is None else server[where]))
    cells = np.flatnonzero(wins) if where is None else where[wins]
    best[cells] = values[wins]
    server[cells] = index if isinstance(index, int) else index[wins]


def cause_numbers(answers: WhatIf, rules: CauseRules) -> NDArray[np.uint8]:
    """Cause of each cell, were it without signal.

    Parameters
    ----------
    answers
        Margins under each question.
    rules
        Where the lines are drawn.

    Returns
    -------
    numpy.ndarray
        Index among :data:`CAUSES`, uint8, one for each cell that was asked about.

    Notes
    -----
    The smallest change that would give a signal is the cause: none at the site (only the handset
    is not heard), a bounded one of its power, of its antenna's direction; then whether a site is
    there at all; then the ground between. Where flat ground and the main lobe would do together
    only, the one that gains more is the cause; where not even both would, it is distance.
    """
    margin = answers.margin_db
    together, turned, flat = margin[BOTH] >= 0, margin[ANTENNA], margin[FLAT]
    found = (
        (UPLINK_CAUSE, margin[DOWNLINK] >= 0),
        (POWER_CAUSE, margin[POWER] >= -rules.more_power_db),
        (ANTENNA_CAUSE, turned >= 0),
        (NO_SITE_CAUSE, ~(answers.nearest_m <= rules.site_distance_m)),
        (TERRAIN_CAUSE, (flat >= 0) | (together & (flat >= turned))),
        (ANTENNA_CAUSE, together),
    )
    numbers = [CAUSES.index(cause) for cause, _ in found]
    conditions = [condition for _, condition in found]
    last = CAUSES.index(DISTANCE_CAUSE)
    return np.select(conditions, numbers, default=last).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class AskedPlace:
    """Cells of one place, and what each of them counts.

    Parameters
    ----------
    cells
        Flat indices into the tile that is asked about.
    cell_weight
        People, or area where nobody is known to live.
    """

    cells: NDArray[np.int32]
    cell_weight: FloatArray


def cause_table(
    answers: WhatIf, places: Sequence[AskedPlace], rules: CauseRules, sectors: Sectors
) -> pd.DataFrame:
    """Say for each place why it has no signal, with the numbers that this rests on.

    Parameters
    ----------
    answers
        Margins under each question.
    places
        Cells without signal.
    rules
        Where the lines are drawn.
    sectors
        By their index.

    Returns
    -------
    pandas.DataFrame
        One row per place, in their order. ``cause`` is that of most of its weight,
        ``cause_share_percent`` how much of it that is; the numbers are means over this part:
        ``cause_missing_db``, the level that is missing; ``cause_more_power_db``, the EIRP that
        would mend it (empty where the uplink would still fail); and what would be gained
        ``cause_uplink_gain_db`` were the downlink alone to count, ``cause_antenna_gain_db`` in
        the main lobe, ``cause_flat_gain_db`` over flat ground, ``cause_both_gain_db`` with both;
        ``cause_nearest_km``, the nearest site. ``cause_site`` and ``cause_site_operator`` name the
        sector that was asked about in most of this part. All are empty for a place without cells.
    """
    causes = cause_numbers(answers, rules)
    rows = [_row(answers, causes, place, sectors) for place in places]
    columns = ["cause", "cause_share_percent", "cause_site", "cause_site_operator", *_NUMBERS]
    return pd.DataFrame(rows, columns=columns)


_NUMBERS = (
    "cause_missing_db", "cause_more_power_db", "cause_uplink_gain_db", "cause_antenna_gain_db",
    "cause_flat_gain_db", "cause_both_gain_db", "cause_nearest_km",
)  # fmt: skip


def unknown_causes(count: int) -> pd.DataFrame:
    """Say of places that nobody can be asked about them, because no site is known.

    Parameters
    ----------
    count
        How many places.

    Returns
    -------
    pandas.DataFrame
        Columns as of :func:`cause_table`, the numbers empty.
    """
    row = {"cause": NOT_KNOWN, "cause_share_percent": np.nan, "cause_site": "",
           "cause_site_operator": "", **dict.fromkeys(_NUMBERS, np.nan)}  # fmt: skip
    return pd.DataFrame([row] * count, columns=list(row))


def _row(
    answers: WhatIf,
    causes: NDArray[np.uint8],
    place: AskedPlace,
    sectors: Sectors,
) -> dict[str, object]:
    weight = place.cell_weight
    if not weight.sum() > 0:
        empty = {"cause": "", "cause_site": "", "cause_site_operator": ""}
        return {**empty, "cause_share_percent": np.nan, **dict.fromkeys(_NUMBERS, np.nan)}
    at = answers.number.ravel()[place.cells]
    by_cause = np.bincount(causes[at], weights=weight, minlength=len(CAUSES))
    number = int(np.argmax(by_cause))
    part = causes[at] == number
    cells, weight = at[part], weight[part]
    m = {q: values[cells].astype(np.float64) for q, values in answers.margin_db.items()}
    m = {q: np.where(np.isfinite(values), values, np.nan) for q, values in m.items()}
    nearest_m = answers.nearest_m[cells].astype(np.float64)
    numbers = (
        -m[NOW], -m[POWER], m[DOWNLINK] - m[NOW], m[ANTENNA] - m[NOW], m[FLAT] - m[NOW],
        m[BOTH] - m[NOW],
        np.where(np.isfinite(nearest_m), nearest_m / 1000.0, np.nan),
    )  # fmt: skip
    server = answers.server[_ASKED_OF[CAUSES[number]]][cells]
    sector = _most(server, weight, sectors)
    return {
        "cause": CAUSES[number],
        "cause_share_percent": float(100.0 * by_cause[number] / by_cause.sum()),
        "cause_site": "" if sector is None else sector.site_id,
        "cause_site_operator": "" if sector is None else sector.operator,
        **{name: _mean(values, weight) for name, values in zip(_NUMBERS, numbers, strict=True)},
    }


def _mean(values: FloatArray, weight: FloatArray) -> float:
    """Mean of what is known."""
    known: BoolArray = np.isfinite(values)
    total = weight[known].sum()
    return float((values * weight)[known].sum() / total) if total > 0 else np.nan


def _most(server: NDArray[np.int32], weight: FloatArray, sectors: Sectors) -> Sector | None:
    """Sector of most of the weight; of equal ones the first."""
    found = server >= 0
    if not found.any():
        return None
    return sectors[int(np.argmax(np.bincount(server[found], weights=weight[found])))]
