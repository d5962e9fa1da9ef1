"""From path loss to received level: best server of each operator, and of all together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.geo.tiles import Tile, whole
from phusong.kernels.best_server import compete
from phusong.models.loss_map import LossMap
from phusong.study import WHOLE_CARRIER, TechnologySection
from phusong.units import BoolArray, Float32Array, FloatArray

Number = TypeVar("Number", bound=np.generic)
ANY = "any"
"""Key of all operators together, and of all technologies."""
NO_SERVER = -1
UNKNOWN_PERCENT = 255
SUBCARRIERS_PER_BLOCK = 12


@dataclass(frozen=True, slots=True)
class Threshold:
    """When a handset is served.

    Parameters
    ----------
    level_dbm
        Received level that is needed [dBm].
    standard_deviation_db
        Spread of the true level about the modelled median: location variability and model
        error together [dB].
    """

    level_dbm: float
    standard_deviation_db: float


@dataclass(frozen=True, eq=False)
class ReachLayer:
    """Best server of one operator (or of any) in one technology.

    Parameters
    ----------
    level_dbm
        Median received level of the best server, float32; NaN where terrain is unknown or no
        site is within the modelled radius [dBm].
    server
        Index of the best server among the network's sectors, int32; -1 without one.
    probability_percent
        Probability that the level reaches the threshold, whole percent rounded down, uint8;
        0 where no site is within the radius, 255 where terrain is unknown [%].
    """

    level_dbm: Float32Array
    server: NDArray[np.int32]
    probability_percent: NDArray[np.uint8]

    def at(self, cell: NDArray[Any]) -> "ReachLayer":
        """The layer at some cells alone.

        Parameters
        ----------
        cell
            Flat indices into the grid.

        Returns
        -------
        ReachLayer
            Shape of ``cell``.
        """
        parts = (self.level_dbm, self.server, self.probability_percent)
        return ReachLayer(*(values.ravel()[cell] for values in parts))

    def part(self, tile: Tile) -> "ReachLayer":
        """The layer over a tile alone.

        Parameters
        ----------
        tile
            A part of the grid.

        Returns
        -------
        ReachLayer
            Views, shape of the tile.
        """
        parts = (self.level_dbm, self.server, self.probability_percent)
        return ReachLayer(*(tile.part(values) for values in parts))


@dataclass(frozen=True, eq=False)
class Reach:
    """Received level on a grid, by operator and technology.

    Parameters
    ----------
    grid
        The frame.
    model
        Propagation model.
    environment
        Service environment, for example ``outdoor``.
    network
        The sectors that radiate; ``server`` of a layer indexes them.
    layers
        By operator key (``any`` for all together) and technology.
    """

    grid: Grid
    model: str
    environment: str
    network: Network
    layers: Mapping[tuple[str, str], ReachLayer] = field(repr=False)


def rsrp_eirp_dbm(eirp_dbm: float, *, resource_blocks: int) -> float:
    r"""EIRP of one resource element of LTE or NR.

    Parameters
    ----------
    eirp_dbm
        EIRP of the whole carrier [dBm].
    resource_blocks
        Number of resource blocks :math:`N_{RB}` of the carrier, > 0.

    Returns
    -------
    float
        EIRP per resource element [dBm].

    Notes
    -----
    .. math:: EIRP_{RE} = EIRP - 10 \log_{10}(12 N_{RB})

    Source: the definition of RSRP in 3GPP TS 36.214 and the blocks of TS 36.101, with power
    spread evenly over the carrier. Not modelled: boosted reference signals.

    Examples
    --------
    >>> round(rsrp_eirp_dbm(61.5, resource_blocks=100), 2)
    30.71
    """
    return float(eirp_dbm - 10.0 * np.log10(SUBCARRIERS_PER_BLOCK * resource_blocks))


def measured_eirp_dbm(
    eirp_dbm: float, *, technology: TechnologySection, bandwidth_mhz: float
) -> float:
    r"""EIRP of what a handset measures.

    Parameters
    ----------
    eirp_dbm
        EIRP of the whole carrier [dBm].
    technology
        Quantity, resource blocks and pilot.
    bandwidth_mhz
        Bandwidth of the carrier [MHz].

    Returns
    -------
    float
        For RSRP and SS-RSRP the EIRP of one resource element, for RSCP that of the common pilot,
        for RxLev that of the carrier [dBm].

    Raises
    ------
    DomainError
        The technology has no such bandwidth.

    Notes
    -----
    .. math:: EIRP_{RE} = EIRP - 10 \log_{10}(12 N_{RB}), \quad EIRP_{CPICH} = EIRP - \Delta

    Source: the definitions of RSRP in 3GPP TS 36.214, of SS-RSRP and RSCP in TS 38.215 and TS
    25.215, of RxLev in TS 45.008; a broadcast carrier of GSM radiates at full power in every
    time slot. Not modelled: boosted reference signals, beams of NR's synchronisation block.
    """
    blocks = technology.blocks(bandwidth_mhz)
    if technology.quantity in WHOLE_CARRIER and technology.knows(bandwidth_mhz):
        return float(eirp_dbm - (0.0 if technology.pilot is None else technology.pilot.value))
    if technology.quantity in WHOLE_CARRIER or blocks is None:
        raise DomainError(
            f"bandwidth_mhz={bandwidth_mhz:g} is not a bandwidth of the technology, allowed are "
            f"{', '.join(technology.bandwidths)} MHz; correct it"
        )
    return rsrp_eirp_dbm(eirp_dbm, resource_blocks=blocks)


def true_azimuth_deg(loss: LossMap, *, easting: float, northing: float) -> FloatArray:
    """Azimuth from true north, from a mast to each cell of its window.

    Parameters
    ----------
    loss
        The window.
    easting, northing
        The mast [m].

    Returns
    -------
    numpy.ndarray
        Clockwise, the convergence of the meridians counted, shape of the window [deg].
    """
    row, col = loss.grid.pixel_of(easting, northing)
    rows, cols = loss.inside.shape
    north = float(row) - (np.arange(rows) + loss.row0 + 0.5)
    east = (np.arange(cols) + loss.col0 + 0.5) - float(col)
    bearing = np.degrees(np.arctan2(east[np.newaxis, :], north[:, np.newaxis]))
    return np.asarray(bearing + loss.grid.north_azimuth_deg(easting, northing))


def service_margin(level_dbm: Float32Array, threshold: Threshold) -> Float32Array:
    """Level above what is needed, in standard deviations.

    Parameters
    ----------
    level_dbm
        Level, NaN where unknown [dBm].
    threshold
        When it serves.

    Returns
    -------
    numpy.ndarray
        Margin, float32; -infinity where the level is unknown.
    """
    level = np.where(np.isnan(level_dbm), np.float32(-np.inf), level_dbm)
    needed, spread = np.float32(threshold.level_dbm), np.float32(threshold.standard_deviation_db)
    return np.asarray((level - needed) / spread, dtype=np.float32)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    """Contiguous, not to be written to: the one kind of raster that the kernel is compiled for."""
    raster = np.ascontiguousarray(values).view()
    raster.setflags(write=False)
    return raster


class BestServer:
    """Running best server over any number of sectors, in memory of one grid.

    The result does not depend on the order in which sectors are added: of equal levels the
    lower index wins.

    Parameters
    ----------
    grid
        The frame.
    tile
        The part of the frame that is asked for; all of it when None.
    """

    def __init__(self, grid: Grid, tile: Tile | None = None) -> None:
        self.tile = tile or whole(grid.shape)
        shape = self.tile.shape
        self.level = np.full(shape, -np.inf, dtype=np.float32)
        self.margin = np.full(shape, -np.inf, dtype=np.float32)
        self.server = np.full(shape, NO_SERVER, dtype=np.int32)
        self.unknown = np.zeros(shape, dtype=np.bool_)

    def add(
        self,
        loss: LossMap,
        level_dbm: Float32Array,
        index: int,
        threshold: Threshold,
        *,
        lowered_db: float = 0.0,
    ) -> None:
        """Let one sector compete.

        Parameters
        ----------
        loss
            Window and reach of the sector's mast, within the tile.
        level_dbm
            Its level over the window, NaN where unknown [dBm].
        index
            Its index in the network.
        threshold
            When it serves.
        lowered_db
            By how much its level is lower here [dB].
        """
        compete(
            self.level, self.margin, self.server, self.unknown,
            loss.row0 - self.tile.row0, loss.col0 - self.tile.col0,
            _read_only(level_dbm), _read_only(loss.inside), np.float32(lowered_db),
            np.float32(threshold.level_dbm), np.float32(threshold.standard_deviation_db), index,
        )  # fmt: skip

    def merge(self, other: "BestServer") -> None:
        """Let the winners of another set compete.

        Parameters
        ----------
        other
            Best server over the same frame.
        """
        wins = (other.level > self.level) | (
            (other.level == self.level) & (other.server < self.server) & (other.server >= 0)
        )
        np.copyto(self.level, other.level, where=wins)
        np.copyto(self.server, other.server, where=wins)
        np.maximum(self.margin, other.margin, out=self.margin)
        self.unknown |= other.unknown

    def merge_technology(self, other: "BestServer") -> None:
        """Let the winners in another technology compete: the safest serves, not the strongest.

        Parameters
        ----------
        other
            Best server over the same frame, whose levels are of another quantity.
        """
        wins = (other.margin > self.margin) | (
            (other.margin == self.margin) & (other.server < self.server) & (other.server >= 0)
        )
        np.copyto(self.level, other.level, where=wins)
        np.copyto(self.server, other.server, where=wins)
        np.copyto(self.margin, other.margin, where=wins)
        self.unknown |= other.unknown

    def layer(self, unknown_terrain: BoolArray, *, covered_percent: int) -> ReachLayer:
        """Finish: what is known, and what is not.

        Parameters
        ----------
        unknown_terrain
            Cells without a ground height.
        covered_percent
            Probability from which a cell is covered; a cell that known sites cover stays
            covered though other paths to it are unknown [%].

        Returns
        -------
        ReachLayer
            Level, server and probability.
        """
        percent = np.floor(100.0 * ndtr(self.margin.astype(np.float64)) + 1e-9)
        unknown = unknown_terrain | (self.unknown & (percent < covered_percent))
        percent[unknown] = UNKNOWN_PERCENT
        silent = unknown_terrain | (self.server == NO_SERVER)
        level = np.where(silent, np.float32(np.nan), self.level)
        server = np.where(silent, np.int32(NO_SERVER), self.server)
        return ReachLayer(level, server, percent.astype(np.uint8))


def combine(parts: Iterable[BestServer], grid: Grid, tile: Tile | None = None) -> BestServer:
    """Best server over several sets.

    Parameters
    ----------
    parts
        Best servers over the same frame.
    grid
        The frame.
    tile
        The part of it that they are over; all of it when None.

    Returns
    -------
    BestServer
        The best of all.
    """
    best = BestServer(grid, tile)
    for part in parts:
        best.merge(part)
    return best


def combine_technologies(
    parts: Iterable[BestServer], grid: Grid, tile: Tile | None = None
) -> BestServer:
    """Safest server over several technologies: whom an emergency call would reach.

    Parameters
    ----------
    parts
        Best servers of each technology over the same frame.
    grid
        The frame.
    tile
        The part of it that they are over; all of it when None.

    Returns
    -------
    BestServer
        The one most sure to serve; its level is of the quantity of its own technology.
    """
    best = BestServer(grid, tile)
    for part in parts:
        best.merge_technology(part)
    return best
