"""Which sectors compete over a grid, and which of them may reach a tile of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.tiles import Tile
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.reach_files import Layer
from phusong.study import Study

_AROUND = 2.0
"""Cells by which a disc may stand out of its radius: its mast's own cell, and rounding."""
Group = tuple[tuple[float, float, float], tuple[tuple[int, Sector], ...]]
"""Place and height of a mast, and its sectors, each with its index in the network."""


@dataclass(frozen=True)
class Competitors:
    """Sectors that may serve, mast by mast: all that best servers need to know of a network.

    Parameters
    ----------
    own
        Operators and technologies to tell of; a layer without a sector has no signal.
    supplied
        Those of them that an operator's map stands for.
    groups
        Masts with their sectors, none of them of a layer that a map stands for.
    radius_m
        How far a sector reaches [m].
    """

    own: tuple[Layer, ...]
    supplied: tuple[Layer, ...]
    groups: tuple[Group, ...]
    radius_m: float

    @cached_property
    def masts(self) -> tuple[Mast, ...]:
        """What the path loss of each group depends on, with the bands of its sectors."""
        return tuple(self._masts())

    def _masts(self) -> Iterator[Mast]:
        for (easting, northing, height), sectors in self.groups:
            bands = sorted({sector.frequency_mhz for _, sector in sectors})
            yield Mast(easting, northing, height, tuple(bands), self.radius_m)

    @cached_property
    def _places(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Easting and northing of each mast."""
        return np.array([place[:2] for place, _ in self.groups], dtype=np.float64).reshape(-1, 2)

    def near(self, grid: Grid, tile: Tile) -> "Competitors":
        """Those whose sectors may reach a tile, in the same order.

        Parameters
        ----------
        grid
            Grid of the losses.
        tile
            A part of it.

        Returns
        -------
        Competitors
            What a process needs that knows the tile alone, however large the network is.
        """
        row, col = grid.pixel_of(self._places[:, 0], self._places[:, 1])
        reach = self.radius_m / grid.resolution_m + _AROUND
        down = (row + reach >= tile.row0) & (row - reach <= tile.row0 + tile.rows)
        across = (col + reach >= tile.col0) & (col - reach <= tile.col0 + tile.cols)
        return replace(self, groups=tuple(self.groups[n] for n in np.flatnonzero(down & across)))


def competitors(
    study: Study, network: Network, own: tuple[Layer, ...], supplied: Collection[Layer]
) -> Competitors:
    """Sectors of a network that no operator's own map stands for.

    Parameters
    ----------
    study
        Says how far to look.
    network
        The sectors that radiate.
    own
        Operators and technologies to tell of.
    supplied
        Those of ``own`` that an operator's map stands for.

    Returns
    -------
    Competitors
        By mast, in the order of the masts.
    """
    groups = []
    for mast, indices in network.masts():
        sectors = tuple((i, network.sectors[i]) for i in indices)
        kept = tuple(pair for pair in sectors if layer_of(study, pair[1]) not in supplied)
        if kept:
            groups.append((mast, kept))
    radius_m = 1000.0 * study.propagation.radius_km
    return Competitors(
        tuple(layer for layer in own if layer not in supplied),
        tuple(sorted(supplied)), tuple(groups), radius_m,
    )  # fmt: skip


def layer_of(study: Study, sector: Sector) -> Layer:
    """Say which layer a sector belongs to.

    Parameters
    ----------
    study
        Its operators.
    sector
        The sector.

    Returns
    -------
    operator, technology
        Key of the layer.
    """
    return study.operator_key(sector.operator), sector.technology
