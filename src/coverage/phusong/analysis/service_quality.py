"""Quality of service: interference, and the throughput that is left."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.analysis.reach import NO_SERVER
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.models.loss_map import LossMap
from phusong.units import Float32Array, FloatArray

RATE_UNKNOWN, RATE_NONE, RATE_BELOW, RATE_FLOOR, RATE_GOOD = 255, 0, 1, 2, 3
RATE_NAMES = {
    RATE_NONE: "none", RATE_BELOW: "below_floor", RATE_FLOOR: "floor", RATE_GOOD: "good",
    RATE_UNKNOWN: "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShannonFit:
    """How near a link adaptation comes to Shannon's bound.

    Parameters
    ----------
    attenuation
        Share of the bound that is reached.
    sinr_min_db
        Ratio below which nothing gets through [dB].
    most_bps_per_hz
        Spectral efficiency of the best coding [bit/s/Hz].
    """

    attenuation: float
    sinr_min_db: float
    most_bps_per_hz: float


DOWNLINK_FIT: Final = ShannonFit(0.6, -10.0, 4.4)
UPLINK_FIT: Final = ShannonFit(0.4, -10.0, 2.0)


def spectral_efficiency_bps_per_hz(
    sinr_db: ArrayLike, *, fit: ShannonFit = DOWNLINK_FIT
) -> FloatArray:
    r"""Throughput per hertz of one stream.

    Parameters
    ----------
    sinr_db
        Ratio of signal to interference and noise, any shape [dB].
    fit
        How near to Shannon's bound.

    Returns
    -------
    numpy.ndarray
        Spectral efficiency, float64; NaN where the ratio is NaN [bit/s/Hz].

    Notes
    -----
    .. math::

        \eta = \begin{cases} 0 & SINR < SINR_{min} \\
        \min(\alpha \log_2(1 + SINR), \eta_{max}) & \text{else} \end{cases}

    Source: 3GPP TR 36.942, annex A, attenuated and truncated Shannon bound; downlink
    :math:`\alpha` = 0.6 and 4.4 bit/s/Hz, uplink 0.4 and 2.0 bit/s/Hz, floor -10 dB in both,
    quoted from general knowledge. Departures: none. Not modelled: fading, retransmission.

    Examples
    --------
    >>> float(spectral_efficiency_bps_per_hz(0.0))
    0.6
    """
    sinr = np.asarray(sinr_db, dtype=np.float64)
    bound = fit.attenuation * np.log2(1.0 + 10.0 ** (sinr / 10.0))
    bound = np.minimum(bound, fit.most_bps_per_hz)
    return np.asarray(np.where(sinr < fit.sinr_min_db, 0.0, bound))


def sinr_needed_db(efficiency_bps_per_hz: float, *, fit: ShannonFit = DOWNLINK_FIT) -> float:
    r"""Ratio that a spectral efficiency needs: the inverse of the attenuated Shannon bound.

    Parameters
    ----------
    efficiency_bps_per_hz
        Above 0, at most that of the best coding [bit/s/Hz].
    fit
        How near to Shannon's bound.

    Returns
    -------
    float
        Ratio of signal to interference and noise, at least the floor of the fit [dB].

    Raises
    ------
    DomainError
        No coding is that good.

    Notes
    -----
    .. math:: SINR = 2^{\eta / \alpha} - 1

    Source: 3GPP TR 36.942, annex A. Departures: none.

    Examples
    --------
    >>> round(sinr_needed_db(0.6), 6)
    0.0
    """
    if not 0.0 < efficiency_bps_per_hz <= fit.most_bps_per_hz:
        raise DomainError(
            f"efficiency_bps_per_hz={efficiency_bps_per_hz:g} is out of reach, above 0 and at most "
            f"{fit.most_bps_per_hz:g} bit/s/Hz is allowed; ask for a lower rate or give more blocks"
        )
    needed = 10.0 * np.log10(2.0 ** (efficiency_bps_per_hz / fit.attenuation) - 1.0)
    return float(max(needed, fit.sinr_min_db))


def throughput_mbps(
    sinr_db: ArrayLike, *, width_mhz: float, layers: int = 1, fit: ShannonFit = DOWNLINK_FIT
) -> FloatArray:
    r"""Throughput of a carrier that serves one handset alone.

    Parameters
    ----------
    sinr_db
        Ratio of signal to interference and noise over all layers, any shape [dB].
    width_mhz
        Width that carries data: 180 kHz times the number of blocks in LTE [MHz].
    layers
        Streams that MIMO may use at most, >= 1.
    fit
        How near each layer comes to Shannon's bound.

    Returns
    -------
    numpy.ndarray
        Throughput, float64; NaN where the ratio is NaN [Mbit/s].

    Raises
    ------
    DomainError
        The number of layers is below 1.

    Notes
    -----
    .. math:: R = B \max_{1 \le k \le n} k \, \eta(SINR / k)

    Power is shared evenly by the layers in use, and as many are used as give most. Source: 3GPP
    TR 36.942, annex A per layer. Departures: the width of the blocks, not of the channel, so that
    the guard band carries nothing. Not modelled: interference between the layers, control
    channels.

    Examples
    --------
    >>> round(float(throughput_mbps(0.0, width_mhz=9.0)), 2)
    5.4
    """
    if layers < 1:
        raise DomainError(f"layers={layers} is impossible, at least 1 is needed")
    sinr = np.asarray(sinr_db, dtype=np.float64)
    best = spectral_efficiency_bps_per_hz(sinr, fit=fit)
    for k in range(2, layers + 1):
        each = spectral_efficiency_bps_per_hz(sinr - 10.0 * np.log10(k), fit=fit)
        best = np.maximum(best, k * each)
    return np.asarray(width_mhz * best)


class CarrierPower:
    """Running strongest sector and summed power of one carrier of one operator.

    Parameters
    ----------
    grid
        The frame.
    """

    def __init__(self, grid: Grid) -> None:
        self.level = np.full(grid.shape, -np.inf, dtype=np.float32)
        self.server = np.full(grid.shape, NO_SERVER, dtype=np.int32)
        self.total_mw = np.zeros(grid.shape)
        self.unknown = np.zeros(grid.shape, dtype=np.bool_)

    def add(self, loss: LossMap, level_dbm: Float32Array, index: int) -> None:
        """Add one sector.

        Parameters
        ----------
        loss
            Window and reach of the sector's mast.
        level_dbm
            Its level over the window, NaN where unknown [dBm].
        index
            Its index in the network.
        """
        rows, cols = level_dbm.shape
        window = np.s_[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols]
        unknown = np.isnan(level_dbm)
        self.unknown[window] |= unknown & loss.inside
        level = np.where(unknown, np.float32(-np.inf), level_dbm)
        best, server = self.level[window], self.server[window]
        wins = (level > best) | ((level == best) & (index < server) & ~unknown)
        np.copyto(best, level, where=wins)
        np.copyto(server, np.int32(index), where=wins)
        self.total_mw[window] += 10.0 ** (level.astype(np.float64) / 10.0)

    def sinr_db(self, *, load_share: float, noise_dbm: float) -> FloatArray:
        r"""Ratio of the strongest sector to all other sectors and noise.

        Parameters
        ----------
        load_share
            Share of time or blocks in which the others send, 0 to 1.
        noise_dbm
            Noise of the handset over what the levels are of [dBm].

        Returns
        -------
        numpy.ndarray
            Ratio, float64; NaN where nobody reaches or a path is unknown [dB].

        Notes
        -----
        .. math:: SINR = \frac{S}{\lambda \sum_{i \ne s} I_i + N}

        Source: the definition. Not modelled: shadowing (all levels are medians), interference of
        neighbouring carriers and of other operators.
        """
        served = (self.server != NO_SERVER) & ~self.unknown
        wanted = np.where(served, 10.0 ** (self.level.astype(np.float64) / 10.0), np.nan)
        others = np.maximum(self.total_mw - wanted, 0.0)
        return np.asarray(
            10.0 * np.log10(wanted / (load_share * others + 10.0 ** (noise_dbm / 10.0)))
        )


def active_handsets(
    server: NDArray[np.int32], people: FloatArray, *, sectors: int, busy_share: float
) -> FloatArray:
    """Handsets that want data at once in each sector.

    Parameters
    ----------
    server
        Index of the serving sector per cell; -1 without one.
    people
        People per cell; NaN counts as nobody.
    sectors
        Number of sectors of the network.
    busy_share
        Share of the people who are active in the busy hour, 0 to 1.

    Returns
    -------
    numpy.ndarray
        One number per sector, at least 1: whoever asks is there.
    """
    served = server != NO_SERVER
    count = np.bincount(
        server[served], weights=np.nan_to_num(people[served], nan=0.0), minlength=sectors
    )
    return np.asarray(np.maximum(busy_share * count, 1.0))


def rate_class(rate_mbps: FloatArray, *, floor_mbps: float, good_mbps: float) -> NDArray[np.uint8]:
    """Class of a throughput against the service floor.

    Parameters
    ----------
    rate_mbps
        Throughput; NaN where unknown [Mbit/s].
    floor_mbps, good_mbps
        Floor of the service, and from where it is good [Mbit/s].

    Returns
    -------
    numpy.ndarray
        0 nothing, 1 below the floor, 2 from the floor, 3 good, 255 unknown.
    """
    classes = np.full(rate_mbps.shape, RATE_NONE, dtype=np.uint8)
    classes[rate_mbps > 0] = RATE_BELOW
    classes[rate_mbps >= floor_mbps] = RATE_FLOOR
    classes[rate_mbps >= good_mbps] = RATE_GOOD
    classes[np.isnan(rate_mbps)] = RATE_UNKNOWN
    return classes
