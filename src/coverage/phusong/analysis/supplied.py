"""An operator's own map where a best server is asked for."""

import numpy as np
from scipy.special import ndtri

from phusong.analysis.reach import BestServer, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.own_coverage import OwnCoverage
from phusong.geo.tiles import Tile
from phusong.units import BoolArray, Float32Array


class SuppliedServer(BestServer):
    """An operator's own map where a best server is asked for: it serves, but no sector does.

    Parameters
    ----------
    grid
        The frame.
    coverage
        What the map says; None where it is not for this environment, and nothing is known.
    marginal_percent
        Probability that stands for weakly covered [%].
    tile
        The part of the frame that is asked for; all of it when None.
    """

    def __init__(
        self,
        grid: Grid,
        coverage: OwnCoverage | None,
        *,
        marginal_percent: int,
        tile: Tile | None = None,
    ) -> None:
        super().__init__(grid, tile)
        self.told_dbm: Float32Array | None = None
        if coverage is None:
            self.unknown[:] = True
            return
        here = self.tile.part
        self.unknown[:] = ~here(coverage.known)
        self.margin[here(coverage.marginal)] = ndtri((marginal_percent + 0.5) / 100.0)
        self.margin[here(coverage.covered)] = np.inf
        self.told_dbm = None if coverage.level_dbm is None else here(coverage.level_dbm)

    def layer(self, unknown_terrain: BoolArray, *, covered_percent: int) -> ReachLayer:
        """Finish: the classes as probabilities, and the levels as the operator gave them.

        Parameters
        ----------
        unknown_terrain
            Cells without a ground height.
        covered_percent
            Probability from which a cell is covered [%].

        Returns
        -------
        ReachLayer
            No server; 100 % where covered, the marginal percent where weakly covered.
        """
        found = super().layer(unknown_terrain, covered_percent=covered_percent)
        if self.told_dbm is None:
            return found
        level = np.where(unknown_terrain, np.float32(np.nan), self.told_dbm)
        return ReachLayer(level.astype(np.float32), found.server, found.probability_percent)
