"""Share of locations over a map of ITU-R P.1812: from the median place of a cell to any other."""

from dataclasses import replace

import numpy as np

from phusong.geo.terrain import Terrain
from phusong.kernels.p1812_climate import inverse_normal
from phusong.models.direct_rays import direct_rays
from phusong.models.location import location_variability_db
from phusong.models.loss_map import LossMap
from phusong.models.p1812_ranges import check_scalars
from phusong.units import Float32Array, FloatArray


def loss_at_locations(  # noqa: PLR0913 — what the Recommendation's eq. (69) needs
    loss: LossMap,
    *,
    terrain: Terrain,
    easting: float,
    northing: float,
    tx_height_m: float,
    rx_height_m: float,
    location_percent: float,
    time_percent: float = 50.0,
    clutter_height_m: Float32Array | None = None,
) -> LossMap:
    r"""Loss not exceeded at a share of the outdoor locations of each cell.

    Parameters
    ----------
    loss
        Map of P.1812, whose losses are medians over locations.
    terrain
        Its terrain.
    easting, northing
        Its mast [m].
    tx_height_m, rx_height_m
        Antenna heights above ground [m].
    location_percent
        Share of locations :math:`p_L`, above 0 and below 100, recommended 1 to 99 [%].
    time_percent
        Share of the year of the map, 1 to 50 [%].
    clutter_height_m
        Clutter at the cells of the terrain, none when None [m].

    Returns
    -------
    LossMap
        The same map with other losses; NaN stays NaN.

    Raises
    ------
    DomainError
        A value is impossible.

    Warns
    -----
    ModelRangeWarning
        The share of locations is outside 1 to 99 %.

    Notes
    -----
    .. math:: L_b = \max(L_{b0p}, L_{bc} - I(p_L / 100) u_h \sigma_L)

    Source: ITU-R P.1812-8, eq. (69) with (66) to (68), the width of the locations being that
    of a cell. Departures: the loss of the map, which is :math:`\max(L_{b0p}, L_{bc})`, stands
    for :math:`L_{bc}` (it differs in line of sight only, by the troposcatter in parallel), and
    :math:`L_{b0p}` of eq. (9) takes the path length for the sum of the horizon distances,
    which only lowers it. Not modelled: indoor receivers, receivers at sea.
    """
    check_scalars({"location_percent": location_percent, "time_percent": time_percent})
    if location_percent == 50.0:
        return loss
    rays = direct_rays(
        terrain,
        easting=easting,
        northing=northing,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        row0=loss.row0,
        col0=loss.col0,
        shape=(loss.inside.shape[0], loss.inside.shape[1]),
    )
    floor = 92.4 + 20.0 * np.log10(rays.slant_m / 1000.0)  # eq. (8) at 1 GHz
    reach_km = rays.distance_m / 1000.0
    floor += 2.6 * (1.0 - np.exp(-0.1 * reach_km)) * np.log10(time_percent / 50.0)  # eq. (9), (10)
    quantile = float(inverse_normal(location_percent / 100.0))
    moved = np.empty_like(loss.path_loss_db)
    for b, frequency_mhz in enumerate(loss.frequencies_mhz):
        sigma = _sigma_db(loss, frequency_mhz, rx_height_m, clutter_height_m)
        at_share = loss.path_loss_db[b] - quantile * sigma
        moved[b] = np.maximum(at_share, floor + 20.0 * np.log10(frequency_mhz / 1000.0))
    return replace(loss, path_loss_db=moved)


def _sigma_db(
    loss: LossMap, frequency_mhz: float, rx_height_m: float, clutter_height_m: Float32Array | None
) -> FloatArray | float:
    """Spread over the locations of each cell, by its clutter. P.1812-8, eq. (66), (67)."""

    def sigma(clutter_m: float) -> float:
        return location_variability_db(
            frequency_mhz=frequency_mhz,
            cell_width_m=loss.grid.resolution_m,
            rx_height_m=rx_height_m,
            clutter_height_m=clutter_m,
        )

    if clutter_height_m is None:
        return sigma(0.0)
    rows, cols = loss.inside.shape
    here = clutter_height_m[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols]
    heights, which = np.unique(here, return_inverse=True)
    by_height = [np.nan if np.isnan(height) else sigma(float(height)) for height in heights]
    return np.asarray(by_height)[which.reshape(here.shape)]
