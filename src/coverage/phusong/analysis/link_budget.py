"""Link budgets in both directions: what a base station needs, and which direction decides."""

import math
from dataclasses import dataclass

from phusong.analysis.reach import SUBCARRIERS_PER_BLOCK, Threshold
from phusong.errors import DomainError

NOISE_DBM_PER_HZ = -174.0
"""Thermal noise at 290 K, k T = 4.0e-21 W/Hz."""
DOWNLINK, UPLINK = 1, 2
DIRECTION_NAMES = {DOWNLINK: "downlink", UPLINK: "uplink"}


@dataclass(frozen=True, slots=True)
class UplinkEnds:
    """What the direction from handset to base station rests on.

    Parameters
    ----------
    handset_power_dbm
        Power of the handset, over all that it sends [dBm].
    base_gain_dbi
        Gain of the base station's antenna less the loss of its feeder [dBi].
    sensitivity_dbm
        Power that the base station needs at its receiver, over all that is sent [dBm].
    """

    handset_power_dbm: float
    base_gain_dbi: float
    sensitivity_dbm: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What one sector radiates, and what a handset needs of it.

    Parameters
    ----------
    measured_dbm
        EIRP of what the handset measures [dBm].
    entry_loss_db
        Loss of body, vehicle and building on the handset's side [dB].
    threshold
        When the handset is served, in the directions that count.
    uplink_dbm
        Measured level at which the uplink just suffices [dBm].
    direction
        The one that fails first as the path loss grows: 1 downlink, 2 uplink.
    """

    measured_dbm: float
    entry_loss_db: float
    threshold: Threshold
    uplink_dbm: float
    direction: int


def noise_dbm(*, width_khz: float, noise_figure_db: float) -> float:
    r"""Noise power of a receiver.

    Parameters
    ----------
    width_khz
        Bandwidth :math:`B`, > 0 [kHz].
    noise_figure_db
        Noise figure :math:`F` [dB].

    Returns
    -------
    float
        Noise power [dBm].

    Raises
    ------
    DomainError
        The bandwidth is not above 0.

    Notes
    -----
    .. math:: N = -174 + 10 \log_{10} B + F \text{ with } B \text{ in Hz}

    Examples
    --------
    >>> round(noise_dbm(width_khz=180.0, noise_figure_db=5.0), 2)
    -116.45
    """
    if not width_khz > 0:
        raise DomainError(f"width_khz={width_khz:g} is impossible, above 0 kHz is allowed")
    return NOISE_DBM_PER_HZ + 10.0 * math.log10(1000.0 * width_khz) + noise_figure_db


def sensitivity_dbm(
    *, resource_blocks: int, spacing_khz: float, noise_figure_db: float, sinr_db: float
) -> float:
    r"""Power that a base station needs over the resource blocks of one handset.

    Parameters
    ----------
    resource_blocks
        Blocks that the handset sends on, > 0; 1 gives the sensitivity per block.
    spacing_khz
        Subcarrier spacing: 15 in LTE, 15, 30 or 60 in NR [kHz].
    noise_figure_db
        Noise figure of the base station [dB].
    sinr_db
        Ratio of signal to noise and interference that the wanted rate needs [dB].

    Returns
    -------
    float
        Power over all the blocks [dBm].

    Notes
    -----
    .. math:: S = -174 + 10 \log_{10}(12 N_{RB} \Delta f) + F + SINR

    Source: thermal noise; 12 subcarriers per block (3GPP TS 36.211, TS 38.211). Not modelled: a
    rise of the noise by other cells' handsets.

    Examples
    --------
    >>> round(
    ...     sensitivity_dbm(resource_blocks=1, spacing_khz=15, noise_figure_db=5, sinr_db=-5), 2
    ... )
    -121.45
    """
    width_khz = SUBCARRIERS_PER_BLOCK * resource_blocks * spacing_khz
    return noise_dbm(width_khz=width_khz, noise_figure_db=noise_figure_db) + sinr_db


def uplink_threshold_dbm(measured_dbm: float, *, ends: UplinkEnds) -> float:
    r"""Level in the downlink at which the uplink just suffices.

    Parameters
    ----------
    measured_dbm
        EIRP of what the handset measures: of a resource element for RSRP [dBm].
    ends
        Both ends of the uplink.

    Returns
    -------
    float
        Level of what the handset measures [dBm].

    Notes
    -----
    Path loss, antenna pattern and entry loss are the same in both directions, so the uplink
    suffices where

    .. math:: P_h + G - L \ge S \iff EIRP - L \ge EIRP + S - P_h - G

    and the right side is the threshold. Departures: the loss of the uplink's own frequency, a few
    percent away, is taken as that of the downlink. Not modelled: gain of a mast-head amplifier or
    of more receiving antennas.

    Examples
    --------
    >>> ends = UplinkEnds(handset_power_dbm=23.0, base_gain_dbi=15.5, sensitivity_dbm=-112.0)
    >>> round(uplink_threshold_dbm(30.71, ends=ends), 2)
    -119.79
    """
    return measured_dbm + ends.sensitivity_dbm - ends.handset_power_dbm - ends.base_gain_dbi


def deciding_direction(*, downlink_dbm: float, uplink_dbm: float) -> int:
    """Direction that fails first as the path loss grows.

    Parameters
    ----------
    downlink_dbm
        Threshold of the measured level [dBm].
    uplink_dbm
        Level at which the uplink just suffices; see :func:`uplink_threshold_dbm` [dBm].

    Returns
    -------
    int
        1 for the downlink, also where both fail together; 2 for the uplink.

    Examples
    --------
    >>> deciding_direction(downlink_dbm=-115.0, uplink_dbm=-119.8)
    1
    """
    return UPLINK if uplink_dbm > downlink_dbm else DOWNLINK
