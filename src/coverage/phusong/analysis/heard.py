"""Cells that telephones heard, and the sectors of the tower list that they are."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from phusong.analysis.reach import NO_SERVER, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.units import FloatArray, IntArray

BEHIND_DEG = 120.0
"""Farther than this from its main direction, a sector is heard from behind."""
LISTED, UNLISTED, SEVERAL = "listed", "not in the list", "several sectors"
FEWEST = 3
"""Samples below which a cell that the list lacks may be a slip of the telephone."""
_SEPARATORS = ("-", "_", "/", ".", " ", "")


def cells_heard(
    frame: pd.DataFrame,
    easting: FloatArray,
    northing: FloatArray,
    *,
    grid: Grid,
    network: Network,
    layers: Mapping[tuple[str, str], ReachLayer],
) -> pd.DataFrame:
    """Match each cell that was heard with a sector, and look at both.

    A cell is a sector of the same operator and technology whose identity it has: its sector_id,
    or site_id and sector_id with a sign between them.

    Parameters
    ----------
    frame
        Samples with ``operator`` (name), ``technology``, ``cell_id`` (empty when unknown) and
        ``level_dbm``.
    easting, northing
        Their positions, in the grid's CRS [m].
    grid
        Frame of the layers.
    network
        Sectors of the tower list.
    layers
        Reach by operator's name and technology.

    Returns
    -------
    pandas.DataFrame
        By operator, technology and ``cell_id``: ``samples``, ``median_level_dbm``, ``match``
        (``listed``, ``not in the list``, ``several sectors``), ``site_id``, ``sector_id``,
        ``median_distance_km`` and ``median_off_beam_deg`` from the sector, ``same_site_share`` of
        the samples where the modelled best server stands on the same site.
    """
    known = _identities(network)
    heard = (frame["cell_id"] != "") & frame["level_dbm"].notna()
    rows = []
    for key, part in frame[heard.to_numpy()].groupby(
        ["operator", "technology", "cell_id"], sort=True
    ):
        operator, technology, cell_id = key
        found = known.get((operator, technology), {}).get(cell_id.strip().casefold(), ())
        at = part.index.to_numpy()
        row: dict[str, object] = {
            "operator": operator,
            "technology": technology,
            "cell_id": cell_id,
            "samples": len(part),
            "median_level_dbm": float(part["level_dbm"].median()),
            "match": (UNLISTED, LISTED)[len(found)] if len(found) < 2 else SEVERAL,
        }
        if len(found) == 1:
            sector = network.sectors[found[0]]
            row |= _seen_from(sector, easting[at], northing[at])
            server = _server(layers.get((operator, technology)), grid, easting[at], northing[at])
            sites = np.array([*(s.site_id for s in network.sectors), ""])
            same = sites[np.where(server == NO_SERVER, -1, server)] == sector.site_id
            row["same_site_share"] = float(same.mean())
        rows.append(row)
    return pd.DataFrame(rows, columns=list(_COLUMNS))


_COLUMNS = (
    "operator", "technology", "cell_id", "samples", "median_level_dbm", "match", "site_id",
    "sector_id", "median_distance_km", "median_off_beam_deg", "same_site_share",
)  # fmt: skip


def _identities(network: Network) -> dict[tuple[str, str], dict[str, tuple[int, ...]]]:
    """Sectors by operator and technology, and by each way to write their identity."""
    found: dict[tuple[str, str], dict[str, tuple[int, ...]]] = {}
    for index, sector in enumerate(network.sectors):
        own = found.setdefault((sector.operator, sector.technology), {})
        for word in _written(sector):
            own[word] = (*own.get(word, ()), index)
    return found


def _written(sector: Sector) -> Iterator[str]:
    words = [sector.sector_id]
    words += [f"{sector.site_id}{sign}{sector.sector_id}" for sign in _SEPARATORS]
    yield from dict.fromkeys(word.strip().casefold() for word in words)


def _seen_from(sector: Sector, easting: FloatArray, northing: FloatArray) -> dict[str, object]:
    east, north = easting - sector.easting, northing - sector.northing
    seen: dict[str, object] = {
        "site_id": sector.site_id,
        "sector_id": sector.sector_id,
        "median_distance_km": float(np.median(np.hypot(east, north))) / 1000.0,
    }
    if sector.azimuth_deg is not None:
        bearing = np.degrees(np.arctan2(east, north))
        off = np.abs((bearing - sector.azimuth_deg + 180.0) % 360.0 - 180.0)
        seen["median_off_beam_deg"] = float(np.median(off))
    return seen


def _server(
    layer: ReachLayer | None, grid: Grid, easting: FloatArray, northing: FloatArray
) -> IntArray:
    """Modelled best server at each sample; none outside the grid."""
    if layer is None:
        return np.full(len(easting), NO_SERVER, dtype=np.int64)
    col, row = ~grid.affine * (easting, northing)
    row, col = np.floor(row).astype(np.int64), np.floor(col).astype(np.int64)
    rows, cols = grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    server = layer.server[np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)]
    return np.where(inside, server, NO_SERVER).astype(np.int64)
