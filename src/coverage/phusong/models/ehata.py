"""Extended Hata model of NTIA (eHata): Okumura's curves up to 3 GHz and 100 km, with terrain.

Source: NTIA Technical Report TR-15-517 (2015), appendix A, and NTIA's program eHata.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from phusong.errors import DomainError
from phusong.kernels import ehata as kernel
from phusong.models.ranges import Range, possible, warn_outside
from phusong.units import FloatArray

EhataSurroundings = Literal["urban", "suburban", "rural"]

_NAME: Final = "extended Hata"
_FREQUENCY = Range(500.0, 10_000.0, "MHz")
_HEIGHT = Range(0.5, 3000.0, "m")
_AREA_TX_HEIGHT = Range(15.0, 1000.0, "m")
"""Below about 11 m the curve's two slopes change places, and the break distance has no meaning."""

_DISTANCE = Range(0.0, 3_000_000.0, "m", open_low=True)
_PERCENT = Range(0.0, 100.0, "%", open_low=True, open_high=True)
_STEP = Range(0.0, 1000.0, "m", open_low=True)
_GROUND = Range(-12_000.0, 10_000.0, "m")

_GOOD_FREQUENCY = Range(1500.0, 3000.0, "MHz")
_GOOD_TX_HEIGHT = Range(30.0, 200.0, "m")
_GOOD_RX_HEIGHT = Range(1.0, 10.0, "m")
_GOOD_DISTANCE = Range(1000.0, 100_000.0, "m")
_MIN_POINTS = 3


@dataclass(frozen=True)
class EhataResult:
    """Loss of one link by extended Hata and every part of it; NaN where terrain is unknown.

    Parameters
    ----------
    basic_transmission_loss_db
        Loss between isotropic antennas [dB].
    urban_loss_db
        Median loss in a city on flat ground, with the effective heights [dB].
    surroundings_correction_db
        What the surroundings lose less than a city [dB].
    ridge_correction_db
        Gain behind a ridge that is the horizon of both ends; 0 where there is none [dB].
    rolling_correction_db
        Median gain over rolling hills; 0 behind a ridge [dB].
    fine_rolling_correction_db
        Gain of a receiver on a hill, loss in a hollow; 0 behind a ridge [dB].
    slope_correction_db
        Gain of ground that rises towards the receiver; 0 behind a ridge [dB].
    sea_correction_db
        Gain of a path that is partly over the sea [dB].
    distance_m
        Path length [m].
    tx_effective_height_m, rx_effective_height_m
        Heights above the mean ground 3 to 15 km away, within 30 to 200 and 1 to 10 m [m].
    terrain_irregularity_m
        Interdecile range of the ground within 10 km of the receiver [m].
    """

    basic_transmission_loss_db: float
    urban_loss_db: float
    surroundings_correction_db: float
    ridge_correction_db: float
    rolling_correction_db: float
    fine_rolling_correction_db: float
    slope_correction_db: float
    sea_correction_db: float
    distance_m: float
    tx_effective_height_m: float
    rx_effective_height_m: float
    terrain_irregularity_m: float


def ehata_area_loss_db(
    distance_m: ArrayLike,
    *,
    frequency_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    surroundings: EhataSurroundings,
    location_percent: ArrayLike = 50.0,
) -> FloatArray:
    r"""Basic transmission loss by extended Hata over quasi-smooth ground.

    Parameters
    ----------
    distance_m
        Distance :math:`d` along the ground, any shape. Possible above 0 to 3 000 000,
        recommended 1000 to 100 000 [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 500 to 10 000, recommended 1500 to 3000 [MHz].
    tx_height_m
        Height of the base :math:`h_b` above ground. Possible 15 to 1000, recommended 30 to
        200 [m].
    rx_height_m
        Height of the mobile :math:`h_m` above ground. Possible 0.5 to 3000, recommended 1 to
        10 [m].
    surroundings
        Of the mobile: ``"urban"``, ``"suburban"`` or ``"rural"``.
    location_percent
        Share of locations for which the loss is not exceeded, above 0 and below 100 [%].

    Returns
    -------
    numpy.ndarray
        Positive loss, float64, broadcast shape; NaN where an input is NaN [dB].

    Raises
    ------
    DomainError
        A value is impossible.

    Warns
    -----
    ModelRangeWarning
        Values are outside the recommended range; the loss is still computed.

    Notes
    -----
    The urban curve changes its slope at a break distance; suburban and rural ground lose less,
    and :math:`-Q(q)\sigma(f)` moves the median to another share of locations.

    Source: NTIA TR-15-517, appendix A. Departures: none. Not modelled: terrain (see
    :func:`ehata_point_to_point`), clutter other than by surroundings, time.

    Examples
    --------
    >>> loss = ehata_area_loss_db(
    ...     5000.0,
    ...     frequency_mhz=2000.0,
    ...     tx_height_m=40.0,
    ...     rx_height_m=1.5,
    ...     surroundings="rural",
    ... )
    >>> round(float(loss), 2)
    126.01
    """
    d = possible("distance_m", distance_m, _DISTANCE, hint="give the distance in metres")
    f, h_b, h_m = _link(frequency_mhz, tx_height_m, rx_height_m)
    possible("tx_height_m", h_b, _AREA_TX_HEIGHT, hint="no curve is given for a lower mast")
    q = possible("location_percent", location_percent, _PERCENT, hint="give percent")
    warn_outside(
        _NAME,
        distance_m=(d, _GOOD_DISTANCE),
        frequency_mhz=(f, _GOOD_FREQUENCY),
        tx_height_m=(h_b, _GOOD_TX_HEIGHT),
        rx_height_m=(h_m, _GOOD_RX_HEIGHT),
    )
    urban = kernel.urban_loss(f, h_b, h_m, d / 1000.0, np.hypot(d, h_b - h_m))
    return np.asarray(urban - _surroundings_gain(f, surroundings, q), dtype=np.float64)


def ehata_point_to_point(
    height_amsl_m: ArrayLike,
    *,
    step_m: float,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    surroundings: EhataSurroundings,
    location_percent: float = 50.0,
) -> EhataResult:
    r"""Basic transmission loss over a terrain profile by extended Hata.

    Parameters
    ----------
    height_amsl_m
        Ground heights from base to mobile at equal steps, at least 3; exactly 0 is sea; one
        that is NaN makes the answer unknown [m].
    step_m
        Distance between neighbouring heights, above 0 to 1000 [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 500 to 10 000, recommended 1500 to 3000 [MHz].
    tx_height_m
        Height of the base :math:`h_b` above ground. Possible 0.5 to 3000, recommended 30 to
        200, and so its effective height [m].
    rx_height_m
        Height of the mobile :math:`h_m` above ground. Possible 0.5 to 3000, recommended 1 to
        10, and so its effective height [m].
    surroundings
        Of the mobile: ``"urban"``, ``"suburban"`` or ``"rural"``.
    location_percent
        Share of locations for which the loss is not exceeded, above 0 and below 100 [%].

    Returns
    -------
    EhataResult
        Loss and every correction.

    Raises
    ------
    DomainError
        A value is impossible, or the profile has fewer than 3 points.

    Warns
    -----
    ModelRangeWarning
        Values are outside the recommended range. The model itself bounds the effective heights
        to 30 to 200 and 1 to 10 m; the warning tells that it did.

    Notes
    -----
    Source: NTIA TR-15-517, appendix A, and the program eHata where the report is silent: heights
    of a path below 10 km are scaled together with their range, the base looks for its horizon
    only beyond the mobile's first obstacle, and the table of ridges is extrapolated beyond 15
    and 60 km. Departures: none. Not modelled: time, gases and rain, antenna pattern, more than
    one ridge.

    Examples
    --------
    >>> flat = ehata_point_to_point(
    ...     [100.0] * 201,
    ...     step_m=50.0,
    ...     frequency_mhz=2000.0,
    ...     tx_height_m=40.0,
    ...     rx_height_m=1.5,
    ...     surroundings="rural",
    ... )
    >>> round(flat.basic_transmission_loss_db, 2)
    136.37
    """
    z = _profile(height_amsl_m)
    possible("step_m", step_m, _STEP, hint="resample the profile")
    possible("location_percent", location_percent, _PERCENT, hint="give percent")
    f, h_b, h_m = _link(frequency_mhz, tx_height_m, rx_height_m)
    for name, value in (
        ("step_m", step_m), ("location_percent", location_percent), ("frequency_mhz", f),
        ("tx_height_m", h_b), ("rx_height_m", h_m),
    ):  # fmt: skip
        if np.isnan(value):
            raise DomainError(f"{name}=nan is unknown, a number is needed; give one")
    correction = float(_surroundings_gain(f, surroundings, np.asarray(location_percent, float)))
    step_km = step_m / 1000.0
    d_km = step_km * (z.size - 1)
    if np.isnan(z).any():
        unknown = dict.fromkeys(EhataResult.__dataclass_fields__, math.nan)
        return EhataResult(**(unknown | {"distance_m": 1000.0 * d_km}))
    h_eb, h_em = kernel.effective_heights(z, step_km, float(h_b), float(h_m))
    warn_outside(
        _NAME,
        distance_m=(np.asarray(1000.0 * d_km), _GOOD_DISTANCE),
        frequency_mhz=(f, _GOOD_FREQUENCY),
        tx_height_m=(h_b, _GOOD_TX_HEIGHT),
        rx_height_m=(h_m, _GOOD_RX_HEIGHT),
        tx_effective_height_m=(np.asarray(h_eb), _GOOD_TX_HEIGHT),
        rx_effective_height_m=(np.asarray(h_em), _GOOD_RX_HEIGHT),
    )
    # The curves end there, so the source bounds both; the warning above has said so.
    h_eb = min(max(h_eb, _GOOD_TX_HEIGHT.low), _GOOD_TX_HEIGHT.high)
    h_em = min(max(h_em, _GOOD_RX_HEIGHT.low), _GOOD_RX_HEIGHT.high)
    slant_m = math.hypot(1000.0 * d_km, h_eb - h_em)
    urban = kernel.urban_loss(f, *map(np.asarray, (h_eb, h_em, d_km, slant_m)))
    terrain = _terrain_corrections(z, step_km, float(h_b), float(h_m))
    return EhataResult(
        basic_transmission_loss_db=float(urban) - correction - sum(terrain.values()),
        urban_loss_db=float(urban),
        surroundings_correction_db=correction,
        **terrain,
        distance_m=1000.0 * d_km,
        tx_effective_height_m=h_eb,
        rx_effective_height_m=h_em,
        terrain_irregularity_m=kernel.heights_near_mobile(z, step_km).delta_h_m,
    )


def _terrain_corrections(
    z: FloatArray, step_km: float, h_b_m: float, h_m_m: float
) -> dict[str, float]:
    """Every correction of the terrain, 0 where it does not apply."""
    found = kernel.horizons(z, step_km, h_b_m, h_m_m)
    ridge = rolling = fine = slope = 0.0
    if math.isnan(found.h_r_m):
        near = kernel.heights_near_mobile(z, step_km)
        rolling = kernel.rolling_hills(near)
        fine = kernel.fine_rolling_hills(float(z[0]), near)
        slope = kernel.general_slope(z, step_km)
    else:
        ridge = kernel.isolated_ridge(found)
    return {
        "ridge_correction_db": ridge,
        "rolling_correction_db": rolling,
        "fine_rolling_correction_db": fine,
        "slope_correction_db": slope,
        "sea_correction_db": kernel.mixed_land_and_sea(z, step_km),
    }


def _link(
    frequency_mhz: ArrayLike, tx_height_m: ArrayLike, rx_height_m: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Frequency and heights as float64, refused where impossible."""
    height = "give metres above the ground"
    return (
        possible("frequency_mhz", frequency_mhz, _FREQUENCY, hint="did you pass GHz or Hz?"),
        possible("tx_height_m", tx_height_m, _HEIGHT, hint=height),
        possible("rx_height_m", rx_height_m, _HEIGHT, hint=height),
    )


def _surroundings_gain(f: FloatArray, surroundings: str, q_percent: FloatArray) -> FloatArray:
    """What is subtracted for the surroundings and for the share of locations."""
    if surroundings not in get_args(EhataSurroundings):
        raise DomainError(
            f"surroundings={surroundings!r} is unknown, urban, suburban or rural is allowed; "
            "correct the word"
        )
    gain = np.zeros_like(f)
    sigma = kernel.location_sigma(f)
    if surroundings != "urban":
        gain = kernel.suburban_gain(f) if surroundings == "suburban" else kernel.rural_gain(f)
        sigma = sigma + 2.0
    return np.asarray(gain - ndtri(q_percent / 100.0) * sigma)


def _profile(height_amsl_m: ArrayLike) -> FloatArray:
    """Heights from the mobile to the base, contiguous, long enough and possible."""
    z = np.array(height_amsl_m, dtype=np.float64, order="C")
    if z.ndim != 1 or z.size < _MIN_POINTS:
        raise DomainError(
            f"height_amsl_m has shape {z.shape}, one row of at least {_MIN_POINTS} heights is "
            "needed; sample the path more finely"
        )
    possible("height_amsl_m", z, _GROUND, hint="heights are in metres")
    return np.ascontiguousarray(z[::-1])
