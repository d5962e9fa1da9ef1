"""Signal at the rim of the radius: where the computation stopped before the signal did."""

import numpy as np

from phusong.analysis.reach import NO_SERVER, UNKNOWN_PERCENT, Reach

RIM_M = 1000.0
"""Width of the outermost ring that is looked at [m]."""


def rim_km2(
    reach: Reach, layer: tuple[str, str], *, radius_m: float, marginal_percent: int
) -> float:
    """Area that is still served by a mast which is about as far away as was computed.

    Beyond the radius nothing is computed, and no signal is assumed. Where the outermost ring
    still has signal, there would be some beyond it, and areas without signal come out too large.

    Parameters
    ----------
    reach
        Received level, best server and probability.
    layer
        Operator's key and technology.
    radius_m
        How far from each mast the reach was computed [m].
    marginal_percent
        Probability from which a cell counts as served [%].

    Returns
    -------
    float
        Area of the cells served whose best server is less than 1 km inside the radius [km²].
    """
    found = reach.layers[layer]
    grid = reach.grid
    chance = found.probability_percent
    served = (
        (found.server != NO_SERVER) & (chance >= marginal_percent) & (chance != UNKNOWN_PERCENT)
    )
    rows, cols = np.nonzero(served)
    sectors = reach.network.sectors
    east = np.array([sector.easting for sector in sectors])[found.server[rows, cols]]
    north = np.array([sector.northing for sector in sectors])[found.server[rows, cols]]
    affine = grid.affine
    away_m = np.hypot(
        affine.c + (cols + 0.5) * affine.a - east, affine.f + (rows + 0.5) * affine.e - north
    )
    return float(np.count_nonzero(away_m > radius_m - RIM_M) * grid.cell_area_km2)
