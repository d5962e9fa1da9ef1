"""How many sites serve a place, and what is lost when one of them fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.units import BoolArray, Float32Array, FloatArray

NO_SITE = -1
MOST_SITES = 254


@dataclass(frozen=True, slots=True)
class SiteName:
    """A site as the table of resilience names it.

    Parameters
    ----------
    site_id
        Name from the tower list; several that share a place are joined.
    easting, northing
        Position in the study's CRS [m].
    """

    site_id: str
    easting: float
    northing: float


class SiteMargins:
    """Running best and second-best site, and how many cover, over any number of sites.

    Margins are levels above the threshold in standard deviations. Each site is added once, with
    the best of its sectors. Of equal margins the lower index wins, so order changes nothing.

    Parameters
    ----------
    grid
        The frame.
    covered_percent
        Probability from which a cell is covered, whole percent [%].
    """

    def __init__(self, grid: Grid, *, covered_percent: int) -> None:
        self.grid = grid
        self.covered_percent = covered_percent
        self.best = np.full(grid.shape, -np.inf, dtype=np.float32)
        self.second = np.full(grid.shape, -np.inf, dtype=np.float32)
        self.site = np.full(grid.shape, NO_SITE, dtype=np.int32)
        self.count = np.zeros(grid.shape, dtype=np.uint8)

    def add(self, margin: Float32Array, index: int, *, row0: int, col0: int) -> None:
        """Let one site compete.

        Parameters
        ----------
        margin
            Of its best sector over its window; -infinity where it does not reach.
        index
            Its index among the sites.
        row0, col0
            First row and column of the window in the grid.
        """
        rows, cols = margin.shape
        window = np.s_[row0 : row0 + rows, col0 : col0 + cols]
        best, second, site = self.best[window], self.second[window], self.site[window]
        count = self.count[window]
        reached = margin > -np.inf
        wins = reached & ((margin > best) | ((margin == best) & (index < site)))
        np.maximum(second, np.where(wins, best, margin), out=second)
        np.copyto(best, margin, where=wins)
        np.copyto(site, np.int32(index), where=wins)
        more = self.covers(margin) & (count < MOST_SITES)
        count += more

    def covers(self, margin: Float32Array) -> BoolArray:
        """Whether a margin is enough to cover.

        Parameters
        ----------
        margin
            In standard deviations.

        Returns
        -------
        numpy.ndarray
            True where the probability, rounded down to a percent, is high enough.
        """
        percent = np.floor(100.0 * ndtr(margin.astype(np.float64)) + 1e-9)
        return np.asarray(percent >= self.covered_percent)

    def spare_percent(self) -> NDArray[np.uint8]:
        """Probability of service without the best site.

        Returns
        -------
        numpy.ndarray
            Whole percent rounded down, of the second-best site [%].
        """
        percent = np.floor(100.0 * ndtr(self.second.astype(np.float64)) + 1e-9)
        return np.asarray(percent, dtype=np.uint8)


def resilience_table(
    margins: SiteMargins, sites: Sequence[SiteName], people: People
) -> pd.DataFrame:
    """People and area that lose service when a site goes down, for every site.

    Parameters
    ----------
    margins
        Best and second-best site per cell.
    sites
        By their index.
    people
        People per cell.

    Returns
    -------
    pandas.DataFrame
        One row per site: ``site_id``, ``longitude``, ``latitude``, ``people_served`` and
        ``area_served_km2`` (covered, and this site is the best), ``people_lost`` and
        ``area_lost_km2`` (no other site covers them), ``people_lost_percent`` of those served.
        A cell is covered by the best single site; probabilities of several are not combined.
    """
    covered = margins.covers(margins.best)
    lost = covered & ~margins.covers(margins.second)
    count = np.nan_to_num(people.count, nan=0.0)
    columns: dict[str, FloatArray] = {}
    for name, mask in (("served", covered), ("lost", lost)):
        index = margins.site[mask]
        people_of = np.bincount(index, weights=count[mask], minlength=len(sites))
        cells = np.bincount(index, minlength=len(sites)).astype(np.float64)
        columns[f"people_{name}"] = np.asarray(people_of, dtype=np.float64)
        columns[f"area_{name}_km2"] = cells * margins.grid.cell_area_km2
    places = [margins.grid.longitude_latitude(s.easting, s.northing) for s in sites]
    table = pd.DataFrame(
        {
            "site_id": [s.site_id for s in sites],
            "latitude": [latitude for _, latitude in places],
            "longitude": [longitude for longitude, _ in places],
            **columns,
        }
    )
    served = table["people_served"].where(table["people_served"] > 0)
    table["people_lost_percent"] = 100.0 * table["people_lost"] / served
    return table
