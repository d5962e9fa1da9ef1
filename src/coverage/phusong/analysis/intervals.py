"""How sure counts are: area, people and villages under other levels and other people."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr

from phusong.analysis.counts import Counts, interval
from phusong.analysis.gaps import Confidence, Layer, cell_shares
from phusong.analysis.level_errors import ErrorDraws, SectorLines, above_line_db
from phusong.analysis.ordered import sparse_product
from phusong.analysis.reach import NO_SERVER, UNKNOWN_PERCENT, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.geo.tiles import Tile, whole
from phusong.units import FloatArray, IntArray

CELLS_AT_ONCE = 500_000
"""Cells of areas that are counted together, unless one area has more: 150 bytes each."""
_STEP_DB, _REACH_DB = 0.5, 48.0
_EDGES_DB = np.arange(-_REACH_DB, _REACH_DB + _STEP_DB / 2, _STEP_DB)
_MIDDLES_DB = np.concatenate([[-np.inf], _EDGES_DB[:-1] + _STEP_DB / 2, [np.inf]])


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas that are counted in, cut into cells.

    Parameters
    ----------
    shares
        Areas × cells of the tile, the share of each cell inside.
    grid
        The frame.
    tile
        A part of it that holds them.
    living
        People of each cell of the tile, flat.
    held
        Areas whose number of people is held in every draw: it is an official figure.
    """

    shares: csr_array = field(repr=False)
    grid: Grid = field(repr=False)
    tile: Tile
    living: FloatArray = field(repr=False)
    held: FloatArray = field(repr=False)

    @classmethod
    def from_outlines(
        cls, outlines: gpd.GeoSeries, people: People, *, held: Sequence[bool] | None = None
    ) -> "Areas":
        """Cut outlines into cells of the whole grid.

        Parameters
        ----------
        outlines
            In the grid's CRS.
        people
            People per cell.
        held
            Whether an area's number of people is official; of none when left out.

        Returns
        -------
        Areas
            In the order of the outlines.
        """
        tile = whole(people.grid.shape)
        return cls.within(tile, outlines, people.grid, lambda _: people.count, held=held)

    @classmethod
    def within(
        cls,
        tile: Tile,
        outlines: gpd.GeoSeries,
        grid: Grid,
        people: Callable[[Tile], FloatArray],
        *,
        held: Sequence[bool] | None = None,
    ) -> "Areas":
        """Cut outlines into cells of a part of the grid, looking at nothing else.

        Parameters
        ----------
        tile
            Holds them.
        outlines
            In the grid's CRS.
        grid
            The frame.
        people
            People per cell of a part of it.
        held
            Whether an area's number of people is official; of none when left out.

        Returns
        -------
        Areas
            In the order of the outlines.
        """
        fixed = np.zeros(len(outlines)) if held is None else np.asarray(held, dtype=np.float64)
        living = np.nan_to_num(people(tile)).ravel()
        return cls(cell_shares(grid.part(tile), outlines), grid, tile, living, fixed)

    def in_grid(self, cell: IntArray) -> IntArray:
        """Where cells of the tile lie in the whole grid.

        Parameters
        ----------
        cell
            Flat indices into the tile.

        Returns
        -------
        numpy.ndarray
            Flat indices into the grid.
        """
        row, col = np.divmod(cell.astype(np.int64), self.tile.cols)
        found = (row + self.tile.row0) * self.grid.shape[1] + col + self.tile.col0
        return np.asarray(found, dtype=np.int64)

    def in_parts(self, cells: int) -> Iterator["Areas"]:
        """Cut the list of areas into shorter ones.

        Parameters
        ----------
        cells
            How many cells the areas of a part have together, unless one alone has more.

        Yields
        ------
        Areas
            At least one, in their order.
        """
        ends, first, count = self.shares.indptr, 0, self.shares.shape[0]
        while True:
            last = int(np.searchsorted(ends, ends[first] + cells, side="right")) - 1
            last = min(max(last, first + 1), count)
            yield replace(self, shares=self.shares[first:last], held=self.held[first:last])
            first = last
            if first >= count:
                return


def class_counts(
    layer: ReachLayer,
    areas: Areas,
    *,
    lines: SectorLines,
    draws: ErrorDraws,
    confidence: Confidence,
) -> Counts:
    r"""Area and people by class of service in each draw.

    Parameters
    ----------
    layer
        Level, server and probability over the tile of the areas.
    areas
        Where to count.
    lines
        What each sector needs.
    draws
        Errors of levels and people.
    confidence
        Where the lines between the classes are drawn.

    Returns
    -------
    Counts
        What the rules of the study would count, were levels and people as in the draw.

    Notes
    -----
    A cell :math:`i` with server :math:`s` in square :math:`q` has, in a draw, the level
    :math:`L_i + e + e_s + e_q`; of the places within it a share
    :math:`\Phi((T - L_i - e - e_s - e_q) / \sigma_L)` is below a line :math:`T`, with
    :math:`\sigma_L` the variability of locations, in closed form. Cells of one area, server and
    square are put together by how far they are above the line, in steps of 0.5 dB; between steps
    the sum is linear, at steps exact. The server of a cell is the same in every draw.
    """
    parts = [
        _counted(layer, some, lines=lines, draws=draws, confidence=confidence)
        for some in areas.in_parts(CELLS_AT_ONCE)
    ]
    return Counts.beside(parts)


def _counted(
    layer: ReachLayer,
    areas: Areas,
    *,
    lines: SectorLines,
    draws: ErrorDraws,
    confidence: Confidence,
) -> Counts:
    """Counts of a few areas: every sum is over the cells of one, so others change no bit."""
    whole = areas.shares.tocoo()
    zone, cell, share = whole.row, whole.col, whole.data
    here = layer.at(cell)
    square = draws.square(areas.in_grid(cell))
    amounts = share * areas.living[cell]
    weights = (share * areas.grid.cell_area_km2, amounts)
    total = _people_total(zone, square, amounts, draws, len(areas.held))
    base = np.bincount(zone, weights=amounts, minlength=len(areas.held))
    factor = np.where((areas.held > 0) & (total > 0), base / np.where(total > 0, total, 1.0), 1.0)
    below: dict[str, tuple[FloatArray, FloatArray]] = {}
    for name, percent in (
        ("no_signal", confidence.marginal_percent),
        ("not_covered", confidence.covered_percent),
    ):
        above = above_line_db(here, lines, line_percent=percent)
        groups = _Groups.of(zone, here.server, square, above, weights, lines)
        below[name] = groups.below(draws, len(areas.held))
    seen = here.probability_percent != UNKNOWN_PERCENT
    below["known"] = (
        np.bincount(zone[seen], weights=weights[0][seen], minlength=len(areas.held)).astype(
            np.float64
        ),
        _people_total(zone[seen], square[seen], amounts[seen], draws, len(areas.held)),
    )
    area = {name: parts[0] for name, parts in below.items()}
    people = {name: parts[1] * factor for name, parts in below.items()}
    return Counts(_by_class(area), _by_class(people), total * factor)


def _by_class(below: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    return {
        "covered": below["known"] - below["not_covered"],
        "marginal": below["not_covered"] - below["no_signal"],
        "no_signal": below["no_signal"],
    }


def _people_total(
    zone: IntArray, square: IntArray, amounts: FloatArray, draws: ErrorDraws, count: int
) -> FloatArray:
    """People of each area in each draw."""
    squares = draws.people_factor.shape[1]
    table = csr_array((amounts, (square, zone)), shape=(squares, count))
    return np.asarray(draws.people_factor @ table)


@dataclass(frozen=True, eq=False)
class _Groups:
    """Cells of one area, server and square, put together by how far they are above a line."""

    zone: IntArray
    site: IntArray
    square: IntArray
    below_edges: tuple[FloatArray, FloatArray]

    @classmethod
    def of(
        cls,
        zone: IntArray,
        server: NDArray[np.int32],
        square: IntArray,
        above: FloatArray,
        weights: tuple[FloatArray, FloatArray],
        lines: SectorLines,
    ) -> "_Groups":
        kept = ~np.isnan(above)
        zone, server, square, above = zone[kept], server[kept], square[kept], above[kept]
        sectors = len(lines.site) + 1
        key = (zone.astype(np.int64) * sectors + server + 1) * (int(square.max(initial=0)) + 1)
        first, number = np.unique(key + square, return_index=True, return_inverse=True)[1:]
        bins = np.searchsorted(_EDGES_DB, above, side="right")  # 0 is below every edge
        width = len(_EDGES_DB) + 1
        own_server = server[first]
        deviation = np.append(lines.location_db, 0.0)[own_server]
        tables = []
        for weight in weights:
            flat = np.bincount(
                number * width + bins, weights=weight[kept], minlength=len(first) * width
            )
            table = flat.reshape(len(first), width).astype(np.float64)
            tables.append(_smoothed(table, deviation))
        site = np.where(own_server == NO_SERVER, 0, np.append(lines.site, 0)[own_server])
        return cls(zone[first], site, square[first], (tables[0], tables[1]))

    def below(self, draws: ErrorDraws, count: int) -> tuple[FloatArray, FloatArray]:
        """Area and people below the line, draws × areas."""
        found = np.zeros((2, draws.draws, count))
        row = np.arange(len(self.zone))
        for number in range(draws.draws):
            line = -(
                draws.common_db[number]
                + (draws.site_db[number, self.site] if draws.sites else 0.0)
                + draws.local_db[number, self.square]
            )
            place = np.clip((line + _REACH_DB) / _STEP_DB, 0.0, len(_EDGES_DB) - 1.0)
            left = np.minimum(place.astype(np.int64), len(_EDGES_DB) - 2)
            part = place - left
            for kind, table in enumerate(self.below_edges):
                sums = table[row, left] * (1.0 - part) + table[row, left + 1] * part
                if kind == 1:
                    sums = sums * draws.people_factor[number, self.square]
                found[kind, number] = np.bincount(self.zone, weights=sums, minlength=count)
        return found[0], found[1]


def _smoothed(table: FloatArray, deviation_db: FloatArray) -> FloatArray:
    """Sums below each edge, with the variability of locations in closed form."""
    found = np.empty((len(table), len(_EDGES_DB)))
    for sigma in np.unique(deviation_db):
        rows = deviation_db == sigma
        if sigma > 0:
            share = ndtr((_EDGES_DB[np.newaxis, :] - _MIDDLES_DB[:, np.newaxis]) / sigma)
            found[rows] = sparse_product(table[rows], share)
        else:
            found[rows] = np.cumsum(table[rows], axis=1)[:, :-1]
    return found


def gap_intervals(
    gaps: gpd.GeoDataFrame,
    models: Callable[[Layer, Tile], Sequence[ReachLayer]],
    grid: Grid,
    people: Callable[[Tile], FloatArray],
    *,
    lines: SectorLines,
    draws: ErrorDraws,
    confidence: Confidence,
) -> pd.DataFrame:
    """How much of each gap, and how many of its people, stay without signal.

    Parameters
    ----------
    gaps
        No-signal areas with ``operator``, ``technology``, ``area_km2`` and ``people``; no more
        than the grid around them is looked at.
    models
        Gives a layer over a part of the grid by each propagation model; the first one drew the
        gaps.
    grid
        The frame.
    people
        People per cell of a part of it.
    lines, draws, confidence
        As for :func:`class_counts`.

    Returns
    -------
    pandas.DataFrame
        Indexed like the gaps: ``area_p10_km2``, ``area_p90_km2``, ``people_p10``,
        ``people_p90``. The outline is the same in every draw; what would come in from outside
        it is not counted.
    """
    names = ["area_p10_km2", "area_p90_km2", "people_p10", "people_p90"]
    found = pd.DataFrame(np.nan, index=gaps.index, columns=names)
    for key, layer in gaps.groupby(["operator", "technology"], sort=True):
        tile = grid.tile_around(tuple(layer.total_bounds)) or whole(grid.shape)
        areas = Areas.within(tile, layer.geometry, grid, people)
        here = models(key, tile)
        counts = Counts.mixed(
            [
                class_counts(each, areas, lines=lines, draws=draws, confidence=confidence)
                for each in here
            ]
        )
        silent = here[0].probability_percent.ravel() < confidence.marginal_percent
        for name, unit, drawn, weight in (
            ("area", "_km2", counts.area_km2["no_signal"],
             np.full(silent.size, grid.cell_area_km2)),
            ("people", "", counts.people["no_signal"], areas.living),
        ):  # fmt: skip
            base = np.asarray(areas.shares @ np.where(silent, weight, 0.0))
            part = drawn / np.where(base > 0, base, 1.0)
            stated = layer[f"{name}{unit}"].to_numpy(dtype=np.float64)
            for column, values in interval(name, unit, part * stated).items():
                found.loc[layer.index, column] = values
    return found
