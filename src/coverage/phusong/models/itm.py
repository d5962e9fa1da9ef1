"""Longley-Rice Irregular Terrain Model (ITM), NTIA version 1.4: the second opinion.

Source: G. A. Hufford, The ITM Algorithm, version 1.2.2 (ITS, Boulder); A. G. Longley and
P. L. Rice, ESSA ERL 79-ITS 67 (1968); NTIA release 1.4 for ranges, warnings and constants.
"""

import warnings
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DomainError, ModelRangeWarning
from phusong.kernels import itm as kernel
from phusong.kernels.itm_attenuation import MODE_TROPOSCATTER
from phusong.models.itm_result import ITM_WARNINGS, ItmResult, Mode
from phusong.models.ranges import Range, possible
from phusong.units import FloatArray

Siting = Literal["random", "careful", "very careful"]

_ANNOUNCED = (
    kernel.WARN_TX_HEIGHT
    | kernel.WARN_RX_HEIGHT
    | kernel.WARN_FREQUENCY
    | kernel.WARN_DISTANCE_LARGE
    | kernel.WARN_DISTANCE_SMALL
    | kernel.WARN_PROBABILITY
    | kernel.WARN_REFRACTIVITY
)
_SITINGS: Final[tuple[Siting, ...]] = ("random", "careful", "very careful")
_POLARIZATIONS: Final = ("horizontal", "vertical")
_VARIABILITY_MODES: Final = tuple(m + e for e in (0, 10, 20, 30) for m in range(4))
_MIN_POINTS = 3

_PERCENT = Range(0.0, 100.0, "%", open_low=True, open_high=True)
_ANTENNA_HEIGHT = Range(0.5, 3000.0, "m")
_FREQUENCY = Range(20.0, 20000.0, "MHz")


@dataclass(frozen=True)
class ItmConditions:
    """Climate, ground and statistics of a link: all that is not its geometry.

    Parameters
    ----------
    polarization
        ``"horizontal"`` or ``"vertical"``, the same at both ends.
    climate
        1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert,
        5 continental temperate, 6 maritime temperate over land, 7 maritime temperate over sea.
    surface_refractivity_n0
        Refractivity reduced to sea level :math:`N_0`, 250 to 400 [N-units].
    ground_permittivity
        Relative permittivity of the ground, >= 1.
    ground_conductivity_s_per_m
        Conductivity of the ground, > 0 [S/m].
    time_percent, location_percent, situation_percent
        Share of time, locations and situations for which the loss is not exceeded, above 0
        and below 100; 0.1 to 99.9 recommended [%].
    mode_of_variability
        0 single message, 1 accidental, 2 mobile, 3 broadcast; plus 10 without location
        variability, plus 20 without situation variability.

    Raises
    ------
    DomainError
        A value is impossible.
    """

    polarization: Literal["horizontal", "vertical"] = "vertical"
    climate: int = 5
    surface_refractivity_n0: float = 325.0
    ground_permittivity: float = 15.0
    ground_conductivity_s_per_m: float = 0.005
    time_percent: float = 50.0
    location_percent: float = 50.0
    situation_percent: float = 50.0
    mode_of_variability: int = 12

    def __post_init__(self) -> None:
        if self.polarization not in _POLARIZATIONS:
            raise DomainError(
                f"polarization={self.polarization!r} is unknown, horizontal or vertical is "
                "allowed; correct the word"
            )
        if self.climate not in range(1, 8):
            raise DomainError(
                f"climate={self.climate!r} is impossible, a whole number from 1 (equatorial) to "
                "7 (maritime temperate, over sea) is allowed; 2 is continental subtropical"
            )
        if self.mode_of_variability not in _VARIABILITY_MODES:
            raise DomainError(
                f"mode_of_variability={self.mode_of_variability!r} is impossible, 0 to 3 plus 0, "
                "10, 20 or 30 is allowed; 12 is mobile without location variability"
            )
        refractivity = Range(250.0, 400.0, "N-units")
        for name, allowed, hint in (
            ("surface_refractivity_n0", refractivity, "give the value at sea level"),
            ("ground_permittivity", Range(1.0), "average ground has 15"),
            ("ground_conductivity_s_per_m", Range(0.0, unit="S/m", open_low=True), "give S/m"),
            ("time_percent", _PERCENT, "give percent, not a fraction"),
            ("location_percent", _PERCENT, "give percent, not a fraction"),
            ("situation_percent", _PERCENT, "give percent, not a fraction"),
        ):
            value = getattr(self, name)
            if np.isnan(possible(name, value, allowed, hint=hint)):
                raise DomainError(f"{name}=nan is unknown, {allowed} is needed; {hint}")


def kernel_link(frequency_mhz: float, conditions: ItmConditions) -> kernel.Link:
    """Conditions in the kernel's units.

    Parameters
    ----------
    frequency_mhz
        Carrier frequency [MHz].
    conditions
        Climate, ground and statistics.

    Returns
    -------
    Link
        Everything about a link but its path.
    """
    return kernel.Link(
        f_mhz=float(frequency_mhz),
        N_0=float(conditions.surface_refractivity_n0),
        epsilon=float(conditions.ground_permittivity),
        sigma_s_per_m=float(conditions.ground_conductivity_s_per_m),
        pol=_POLARIZATIONS.index(conditions.polarization),
        climate=int(conditions.climate),
        mdvar=int(conditions.mode_of_variability),
        time=conditions.time_percent / 100.0,
        location=conditions.location_percent / 100.0,
        situation=conditions.situation_percent / 100.0,
    )


def _raise_kernel_error(answer: kernel.Answer) -> None:
    """Turn an error code of the kernel into a message."""
    if answer.error == kernel.ERROR_SURFACE_REFRACTIVITY:
        raise DomainError(
            f"surface refractivity N_s={answer.N_s:.1f} is impossible, 150 to 400 N-units is "
            "allowed; check the terrain heights and surface_refractivity_n0"
        )
    if answer.error == kernel.ERROR_GROUND_IMPEDANCE:
        raise DomainError(
            "ground impedance has a real part not above its imaginary part; ground_permittivity "
            "and ground_conductivity_s_per_m do not go together at this frequency"
        )


def _mode(answer: kernel.Answer) -> Mode:
    """What carries the signal, as the QKPFL driver of ITM words it."""
    if answer.mode == kernel.MODE_UNKNOWN:
        return "unknown"
    if answer.geometry.d_m < answer.lines.d_ml_m:
        return "line of sight"
    return "troposcatter" if answer.mode == MODE_TROPOSCATTER else "diffraction"


def _result(answer: kernel.Answer) -> ItmResult:
    """Public form of the kernel's answer; announces ranges that were left."""
    _raise_kernel_error(answer)
    g = answer.geometry
    result = ItmResult(
        basic_transmission_loss_db=float(answer.L_db),
        free_space_loss_db=float(answer.L_fs_db),
        reference_attenuation_db=float(answer.A_ref_db),
        attenuation_db=float(answer.A_db),
        mode=_mode(answer),
        region=int(answer.mode),
        warnings=int(answer.warnings),
        surface_refractivity_ns=float(answer.N_s),
        effective_earth_radius_m=float(answer.a_m),
        distance_m=float(g.d_m),
        tx_effective_height_m=float(g.h_e1_m),
        rx_effective_height_m=float(g.h_e2_m),
        tx_horizon_distance_m=float(g.d_l1_m),
        rx_horizon_distance_m=float(g.d_l2_m),
        tx_horizon_angle_rad=float(g.theta_1_rad),
        rx_horizon_angle_rad=float(g.theta_2_rad),
        terrain_irregularity_m=float(g.delta_h_m),
    )
    announced = [ITM_WARNINGS[bit] for bit in ITM_WARNINGS if result.warnings & _ANNOUNCED & bit]
    if announced:
        warnings.warn(
            f"ITM: {'; '.join(announced)}; the loss is still computed, treat it with care",
            ModelRangeWarning,
            stacklevel=3,
        )
    return result


def check_ends(frequency_mhz: float, tx_height_m: float, rx_height_m: float) -> None:
    """Refuse an impossible or unknown frequency or antenna height.

    Parameters
    ----------
    frequency_mhz
        Carrier frequency, 20 to 20 000 [MHz].
    tx_height_m, rx_height_m
        Antenna heights above ground, 0.5 to 3000 [m].

    Raises
    ------
    DomainError
        One is outside, or not a number.
    """
    for name, value, allowed, hint in (
        ("frequency_mhz", frequency_mhz, _FREQUENCY, "did you pass GHz or Hz?"),
        ("tx_height_m", tx_height_m, _ANTENNA_HEIGHT, "give metres above the ground"),
        ("rx_height_m", rx_height_m, _ANTENNA_HEIGHT, "give metres above the ground"),
    ):
        if np.isnan(possible(name, value, allowed, hint=hint)):
            raise DomainError(f"{name}=nan is unknown, {allowed} is needed; {hint}")


def _profile(height_amsl_m: ArrayLike) -> FloatArray:
    """Heights as contiguous float64, long enough and not infinite."""
    # A copy is always writable and contiguous, so the kernel compiles for one type alone.
    z = np.array(height_amsl_m, dtype=np.float64, order="C")
    if z.ndim != 1 or z.size < _MIN_POINTS:
        raise DomainError(
            f"height_amsl_m has shape {z.shape}, one row of at least {_MIN_POINTS} heights is "
            "needed; sample the path more finely"
        )
    possible("height_amsl_m", z, Range(-12000.0, 10000.0, "m"), hint="heights are in metres")
    return z


def itm_point_to_point(
    height_amsl_m: ArrayLike,
    *,
    step_m: float,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    conditions: ItmConditions | None = None,
) -> ItmResult:
    r"""Basic transmission loss over a terrain profile by Longley-Rice.

    Parameters
    ----------
    height_amsl_m
        Ground heights from transmitter to receiver at equal steps, at least 3; one that is NaN
        makes the answer unknown [m].
    step_m
        Distance between neighbouring heights, > 0 [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 20 to 20 000, recommended 40 to 10 000 [MHz].
    tx_height_m, rx_height_m
        Antenna heights above ground. Possible 0.5 to 3000, recommended 1 to 1000 [m].
    conditions
        Climate, ground and statistics; the defaults of :class:`ItmConditions` when None.

    Returns
    -------
    ItmResult
        Loss, mode, warning bits and intermediate quantities.

    Raises
    ------
    DomainError
        A value is impossible, or the surface refractivity or ground impedance that follow from
        the values are.

    Warns
    -----
    ModelRangeWarning
        Height, frequency, distance (below 1 km or above 1000 km), percentage or refractivity is
        outside its recommended range. Bits about horizons are in the result alone, as mountain
        paths set them as a rule.

    Notes
    -----
    Source: see the module. Departures: none; eq. (5.13) and the others stand on the lines of the
    kernels. The model is not reciprocal and jumps with small changes of the profile.
    Not modelled: clutter, gases and rain, multipath beyond two rays, antenna pattern.

    Examples
    --------
    >>> flat = itm_point_to_point(
    ...     [100.0] * 51, step_m=200.0, frequency_mhz=900.0, tx_height_m=40.0, rx_height_m=1.5
    ... )
    >>> flat.mode, round(flat.basic_transmission_loss_db, 2)
    ('line of sight', 124.59)
    """
    check_ends(frequency_mhz, tx_height_m, rx_height_m)
    if np.isnan(possible("step_m", step_m, Range(0.0, unit="m", open_low=True))):
        raise DomainError("step_m=nan is unknown, above 0 m is needed; give the sampling step")
    z = _profile(height_amsl_m)
    link = kernel_link(frequency_mhz, conditions or ItmConditions())
    return _result(
        kernel.point_to_point(z, float(step_m), float(tx_height_m), float(rx_height_m), link)
    )


def itm_area(
    distance_m: float,
    *,
    terrain_irregularity_m: float,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    tx_siting: Siting = "random",
    rx_siting: Siting = "random",
    conditions: ItmConditions | None = None,
) -> ItmResult:
    r"""Basic transmission loss over terrain of a stated irregularity by Longley-Rice.

    Parameters
    ----------
    distance_m
        Path length :math:`d`, > 0 [m].
    terrain_irregularity_m
        Interdecile range of terrain heights :math:`\Delta h`, >= 0: plains 30, hills 90,
        mountains 200, rugged mountains 500 [m].
    frequency_mhz
        Carrier frequency :math:`f`. Possible 20 to 20 000, recommended 40 to 10 000 [MHz].
    tx_height_m, rx_height_m
        Antenna heights above ground. Possible 0.5 to 3000, recommended 1 to 1000 [m].
    tx_siting, rx_siting
        How the place was chosen: ``"random"``, ``"careful"`` or ``"very careful"``.
    conditions
        Climate, ground and statistics; the defaults of :class:`ItmConditions` when None. The
        refractivity is taken as the one at the surface.

    Returns
    -------
    ItmResult
        Loss, mode, warning bits and intermediate quantities.

    Raises
    ------
    DomainError
        A value is impossible, or what follows from the values is.

    Warns
    -----
    ModelRangeWarning
        As for :func:`itm_point_to_point`.

    Notes
    -----
    Source: see the module. Departures: none. Not modelled: the actual terrain, clutter, gases
    and rain, antenna pattern.

    Examples
    --------
    >>> hills = itm_area(
    ...     10000.0,
    ...     terrain_irregularity_m=90.0,
    ...     frequency_mhz=900.0,
    ...     tx_height_m=40.0,
    ...     rx_height_m=1.5,
    ... )
    >>> round(hills.basic_transmission_loss_db, 2)
    131.08
    """
    check_ends(frequency_mhz, tx_height_m, rx_height_m)
    for name, value, allowed in (
        ("distance_m", distance_m, Range(0.0, unit="m", open_low=True)),
        ("terrain_irregularity_m", terrain_irregularity_m, Range(0.0, unit="m")),
    ):
        if np.isnan(possible(name, value, allowed)):
            raise DomainError(f"{name}=nan is unknown, {allowed} is needed; give a number")
    for name, siting in (("tx_siting", tx_siting), ("rx_siting", rx_siting)):
        if siting not in _SITINGS:
            raise DomainError(
                f"{name}={siting!r} is unknown, random, careful or very careful is allowed; "
                "correct the word"
            )
    answer = kernel.area(
        float(distance_m),
        float(terrain_irregularity_m),
        float(tx_height_m),
        float(rx_height_m),
        _SITINGS.index(tx_siting),
        _SITINGS.index(rx_siting),
        kernel_link(frequency_mhz, conditions or ItmConditions()),
    )
    return _result(answer)
