"""Probability that at least one of several sites serves, their shadowing correlated or not."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from phusong.analysis.reach import ANY, Threshold, service_margin
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.network import Sector
from phusong.geo.tiles import Tile, whole
from phusong.models.loss_map import LossMap
from phusong.units import Float32Array, FloatArray

LAST_NODE, NODE_STEP = 4.8, 0.4
"""The quadrature over what sites have in common, in standard deviations."""
LARGEST_CORRELATION = 0.7
"""Beyond it the quadrature is no longer within its stated tolerance."""


class AnyServer:
    r"""Running probability that no site serves, in memory of one grid and a few nodes.

    The result does not depend on the order in which sites are added, beyond rounding.

    Parameters
    ----------
    grid
        The frame.
    correlation
        Correlation :math:`\rho` of the deviations of two sites, 0 to 0.7.
    tile
        The part of the frame that is asked for; all of it when None.

    Raises
    ------
    DomainError
        The correlation is outside its range.

    Notes
    -----
    The deviation of each site from its median is normal, and any two sites have the correlation
    :math:`\rho`. With :math:`m_s` the margin of site :math:`s` in standard deviations,

    .. math::

        P = 1 - \int \varphi(z) \prod_s
            \Phi\left(\frac{-m_s - \sqrt{\rho} z}{\sqrt{1 - \rho}}\right) dz

    and for :math:`\rho = 0` the plain product. The integral is a trapezoidal sum of 25 nodes from
    -4.8 to 4.8: within 0.0001 for any margins and up to 40 sites.

    Source: the one-factor form of the normal distribution with equal correlations; see C. W.
    Dunnett, M. Sobel, Biometrika 42 (1955), 258-260. Not modelled: correlation that depends on
    the angle between two sites.
    """

    def __init__(self, grid: Grid, *, correlation: float, tile: Tile | None = None) -> None:
        if not 0.0 <= correlation <= LARGEST_CORRELATION:
            raise DomainError(
                f"correlation={correlation:g} is impossible here, 0 to {LARGEST_CORRELATION:g} is "
                "allowed; sectors of one mast are taken as one site"
            )
        self.correlation = correlation
        self.common, self.weights = _nodes(correlation)
        self.tile = tile or whole(grid.shape)
        self.silent = np.ones((len(self.common), *self.tile.shape), dtype=np.float32)

    def add(self, margin: Float32Array, *, row0: int, col0: int) -> None:
        """Let one site try as well.

        Parameters
        ----------
        margin
            Level above the threshold in standard deviations over the site's window, the best of
            its sectors; -infinity where it does not reach.
        row0, col0
            First row and column of the window in the grid.
        """
        window = Tile(row0, col0, *margin.shape).inside(self.tile.row0, self.tile.col0)
        own = np.sqrt(1.0 - self.correlation)
        shared = np.sqrt(self.correlation)
        for silent, common in zip(self.silent, self.common, strict=True):
            silent[window] *= ndtr((-margin - np.float32(shared * common)) / np.float32(own))

    def merge(self, other: "AnyServer") -> None:
        """Let the sites of another set try as well.

        Parameters
        ----------
        other
            The same over other sites, with the same frame and correlation.
        """
        self.silent *= other.silent

    def probability(self) -> FloatArray:
        """Probability that at least one site serves.

        Returns
        -------
        numpy.ndarray
            0 to 1, float64, shape of the grid.
        """
        none = np.zeros(self.silent.shape[1:])
        for silent, weight in zip(self.silent, self.weights, strict=True):
            none += weight * silent
        return np.asarray(np.clip(1.0 - none, 0.0, 1.0))


def _nodes(correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of the standard normal distribution; one node without correlation."""
    if correlation == 0.0:
        return np.zeros(1), np.ones(1)
    count = round(2 * LAST_NODE / NODE_STEP) + 1
    nodes = np.linspace(-LAST_NODE, LAST_NODE, count)
    weights = np.exp(-(nodes**2) / 2.0)
    return nodes, weights / weights.sum()


class SeveralSites:
    """Running chance that any of several sites serves, for several layers at once.

    Sectors that share a mast are one site: their deviations are the same, so the best of them
    counts. Sectors must come mast by mast.

    Parameters
    ----------
    grid
        The frame.
    layers
        Operator's key and technology; ``any`` gathers the sectors of all operators.
    correlation
        Of the deviations of two sites, 0 to 0.7.
    tile
        The part of the frame that is asked for; all of it when None.
    """

    def __init__(
        self,
        grid: Grid,
        layers: Iterable[tuple[str, str]],
        *,
        correlation: float,
        tile: Tile | None = None,
    ) -> None:
        self.chances = {
            layer: AnyServer(grid, correlation=correlation, tile=tile) for layer in layers
        }
        self.place: tuple[float, float] | None = None
        self.corner = (0, 0)
        self.waiting: dict[tuple[str, str], Float32Array] = {}

    def add(
        self,
        layer: tuple[str, str],
        loss: LossMap,
        level_dbm: Float32Array,
        sector: Sector,
        threshold: Threshold,
    ) -> None:
        """Let one sector try as well.

        Parameters
        ----------
        layer
            Operator's key and technology.
        loss
            Window of the sector's mast.
        level_dbm
            Its level over the window, NaN where unknown [dBm].
        sector
            Its position.
        threshold
            When it serves.
        """
        place = (sector.easting, sector.northing)
        if place != self.place:
            self._settle()
            self.place, self.corner = place, (loss.row0, loss.col0)
        margin = service_margin(level_dbm, threshold)
        for key in (layer, (ANY, layer[1])):
            before = self.waiting.get(key)
            self.waiting[key] = margin if before is None else np.maximum(before, margin)

    def margins(self) -> dict[tuple[str, str], Float32Array]:
        """Chance of each layer as the margin of one site that would have it alone.

        Returns
        -------
        dict
            By layer, float32; infinite where service is certain or impossible.
        """
        self._settle()
        return {
            layer: ndtri(chance.probability()).astype(np.float32)
            for layer, chance in self.chances.items()
        }

    def _settle(self) -> None:
        row0, col0 = self.corner
        for layer, margin in self.waiting.items():
            self.chances[layer].add(margin, row0=row0, col0=col0)
        self.waiting = {}
