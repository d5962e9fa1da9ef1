"""What levels and people may be otherwise: seeded draws that every count of a study shares."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from phusong.analysis.reach import NO_SERVER, UNKNOWN_PERCENT, ReachLayer
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile
from phusong.units import FloatArray, IntArray

_BELOW_DB = -1e-3
"""A level that does not reach its line is at least this far below it [dB]."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far levels and people may be otherwise than modelled.

    Parameters
    ----------
    whole_error_db
        Standard deviation of the whole error of modelled medians, >= 0 [dB].
    common_error_db, site_error_db
        The part that all sites share, and the part that each site has for itself, >= 0 [dB].
    people_error
        Standard deviation of the people of one square, as a share of them, >= 0.
    square_m
        People within such a square are wrong together, and so is what is left of the error of
        levels, > 0 [m].
    draws
        How many, >= 1.
    seed
        Of the random generator.
    """

    whole_error_db: float
    common_error_db: float
    site_error_db: float
    people_error: float
    square_m: float
    draws: int = 200
    seed: int = 1

    @property
    def local_error_db(self) -> float:
        """What the common and the site's error leave of the whole one, in squares [dB]."""
        shared = self.common_error_db**2 + self.site_error_db**2
        return math.sqrt(max(0.0, self.whole_error_db**2 - shared))


@dataclass(frozen=True, eq=False)
class SectorLines:
    """What each sector needs to serve, as its index in server rasters has it.

    Parameters
    ----------
    needed_dbm
        Level that suffices [dBm].
    standard_deviation_db
        Spread that the classes of service rest on [dB].
    location_db
        Part of it that is the variability of locations within a cell, >= 0 [dB].
    site
        Number of the sector's mast, from 0.
    """

    needed_dbm: FloatArray = field(repr=False)
    standard_deviation_db: FloatArray = field(repr=False)
    location_db: FloatArray = field(repr=False)
    site: IntArray = field(repr=False)


class ErrorDraws:
    """Draws of all errors: the same for every layer, commune, village and gap of a study.

    Parameters
    ----------
    grid
        The frame, which the squares are cut from.
    spread
        How far things may be otherwise.
    sites
        How many masts there are.

    Raises
    ------
    DomainError
        A deviation is negative, or the number of draws or the side of a square is not above 0.

    Notes
    -----
    The common error takes the middles of equal parts of its normal distribution, in seeded
    order, so that its quantiles are exact; the others are seeded normal numbers. People are
    multiplied by log-normal factors with mean 1.
    """

    def __init__(self, grid: Grid, spread: Spread, *, sites: int) -> None:
        parts = (
            spread.whole_error_db, spread.common_error_db, spread.site_error_db,
            spread.people_error,
        )  # fmt: skip
        if not min(parts) >= 0.0 or spread.draws < 1 or not spread.square_m > 0.0:
            raise DomainError(
                f"deviations {parts}, draws={spread.draws} and square_m={spread.square_m}: at "
                "least 0, at least 1 and above 0 are allowed"
            )
        self.grid, self.spread, self.sites = grid, spread, sites
        rng = np.random.default_rng([spread.seed, 5])
        strata = (rng.permutation(spread.draws) + 0.5) / spread.draws
        self.common_db = spread.common_error_db * ndtri(strata)
        self.site_db = spread.site_error_db * rng.standard_normal((spread.draws, sites))

    @property
    def draws(self) -> int:
        """How many there are."""
        return self.spread.draws

    def square(self, cell: IntArray) -> IntArray:
        """Number of the square that cells lie in.

        Parameters
        ----------
        cell
            Flat indices into the grid.

        Returns
        -------
        numpy.ndarray
            From 0.
        """
        row, col = np.divmod(cell, self.grid.shape[1])
        return np.asarray(row // self._cells * self._across + col // self._cells, dtype=np.int64)

    @property
    def _cells(self) -> int:
        return max(1, round(self.spread.square_m / self.grid.resolution_m))

    @property
    def _across(self) -> int:
        return -(-self.grid.shape[1] // self._cells)

    @property
    def _squares(self) -> int:
        return -(-self.grid.shape[0] // self._cells) * self._across

    @cached_property
    def local_db(self) -> FloatArray:
        """Draws × squares: what is left of the error of levels [dB]."""
        rng = np.random.default_rng([self.spread.seed, 6])
        noise = rng.standard_normal((self.draws, self._squares))
        return np.asarray(self.spread.local_error_db * noise)

    @cached_property
    def people_factor(self) -> FloatArray:
        """Draws × squares: what people are multiplied with."""
        rng = np.random.default_rng([self.spread.seed, 7])
        sigma = math.sqrt(math.log1p(self.spread.people_error**2))
        noise = rng.standard_normal((self.draws, self._squares))
        return np.asarray(np.exp(sigma * noise - 0.5 * sigma**2))

    def level_db(self, site: IntArray, square: IntArray) -> FloatArray:
        """Error of levels.

        Parameters
        ----------
        site, square
            Mast and square of each place.

        Returns
        -------
        numpy.ndarray
            Draws × places, to be added to levels [dB].
        """
        own = self.site_db[:, site] if self.sites else 0.0
        return np.asarray(self.common_db[:, np.newaxis] + own + self.local_db[:, square])


def above_line_db(layer: ReachLayer, lines: SectorLines, *, line_percent: int) -> FloatArray:
    """How far each cell's level is above that at which its class changes.

    Parameters
    ----------
    layer
        Level, server and probability.
    lines
        What each sector needs.
    line_percent
        Probability at which the class changes [%].

    Returns
    -------
    numpy.ndarray
        Flat; 0 or above exactly where the layer's probability reaches the line; without a
        server infinite, since no error of a level is known there; NaN where unknown [dB].

    Notes
    -----
    From level and need of the best server, kept within the percent that the layer states: where
    several sites may serve, or the safest sector is not the strongest, the percent counts.
    """
    percent = layer.probability_percent.ravel()
    server = layer.server.ravel()
    served = (server != NO_SERVER) & (percent != UNKNOWN_PERCENT)
    at = server[served]
    deviation, share = lines.standard_deviation_db[at], percent[served] / 100.0
    level = layer.level_dbm.ravel()[served].astype(np.float64)
    margin = np.clip(
        (level - lines.needed_dbm[at]) / deviation,
        ndtri(np.minimum(share, 1.0 - 1e-12)), ndtri(np.minimum(share + 0.01, 1.0)),
    )  # fmt: skip
    found = (margin - ndtri(line_percent / 100.0)) * deviation
    reached = percent[served] >= line_percent
    above = np.where(percent >= line_percent, np.inf, -np.inf)
    above[served] = np.where(reached, np.maximum(found, 0.0), np.minimum(found, _BELOW_DB))
    above[percent == UNKNOWN_PERCENT] = np.nan
    return above


def spread_out(layer: ReachLayer, step: int, shape: tuple[int, int]) -> ReachLayer:
    """Layer of fewer receivers, each standing for the cells of its block.

    Parameters
    ----------
    layer
        One cell for each block.
    step
        Rows and columns of a block, >= 1.
    shape
        Rows and columns of the whole grid.

    Returns
    -------
    ReachLayer
        Shape of the whole grid.
    """
    if step == 1:
        return layer
    rows, cols = (np.arange(size) // step for size in shape)
    block = np.ix_(rows, cols)
    return ReachLayer(layer.level_dbm[block], layer.server[block], layer.probability_percent[block])


def spread_over(read: Callable[[Tile], ReachLayer], step: int, tile: Tile) -> ReachLayer:
    """Part of what :func:`spread_out` gives, out of the receivers that stand for it alone.

    Parameters
    ----------
    read
        Gives the layer over a part of the receivers' grid.
    step
        Rows and columns of a block, >= 1.
    tile
        A part of the whole grid.

    Returns
    -------
    ReachLayer
        Shape of the tile.
    """
    if step == 1:
        return read(tile)
    rows, cols = (
        np.arange(first, first + count) // step
        for first, count in ((tile.row0, tile.rows), (tile.col0, tile.cols))
    )
    few = Tile(int(rows[0]), int(cols[0]), int(rows[-1] - rows[0]) + 1, int(cols[-1] - cols[0]) + 1)
    layer, block = read(few), np.ix_(rows - few.row0, cols - few.col0)
    return ReachLayer(layer.level_dbm[block], layer.server[block], layer.probability_percent[block])


def masts_of(places: Mapping[int, tuple[float, float]]) -> IntArray:
    """Number of each sector's mast, by where it stands.

    Parameters
    ----------
    places
        Easting and northing by the sector's index, from 0 without a gap [m].

    Returns
    -------
    numpy.ndarray
        From 0, in the order of the positions.
    """
    number = {place: k for k, place in enumerate(sorted(set(places.values())))}
    return np.array([number[places[k]] for k in range(len(places))], dtype=np.int64)
