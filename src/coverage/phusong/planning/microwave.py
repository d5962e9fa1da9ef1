"""Microwave hops: is the path clear, and how much mast would make it clear."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DomainError
from phusong.units import FloatArray

EARTH_RADIUS_M = 6_371_000.0
SPEED_OF_LIGHT_M_PER_S = 299_792_458.0
LONGEST_HOP_M = 100_000.0

Rain = Literal["high", "moderate", "low"]
LONGEST_BY_RAIN_KM: dict[Rain, float] = {"high": 15.0, "moderate": 30.0, "low": 45.0}
"""Longest clear hop by rain (E. Oughton, e3nb, 2021)."""
BANDS_MHZ = ((10.0, 18_000.0), (20.0, 15_000.0), (45.0, 8_000.0))
"""Up to which length [km] which carrier [MHz] (e3nb)."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """Clearance that a hop needs for one state of the atmosphere.

    Parameters
    ----------
    k_factor
        Effective Earth radius by true Earth radius.
    fresnel_share
        Share of the first Fresnel zone's radius that must be free.
    """

    k_factor: float
    fresnel_share: float


STANDARD = (Criterion(4.0 / 3.0, 0.6),)
TWO_K = (Criterion(4.0 / 3.0, 1.0), Criterion(0.6, 0.6))
"""Median refraction with the whole first zone, strong sub-refraction with 0.6 of it."""


@dataclass(frozen=True, eq=False)
class Hop:
    """Line of sight between two masts.

    Parameters
    ----------
    status
        ``clear``, ``blocked`` or, where any ground on the path is unknown, ``unknown``.
    clearance_m
        Smallest height of the line above what it needs, below 0 when blocked; NaN when unknown
        [m].
    worst_m
        Distance of that place from end A; NaN when unknown [m].
    extra_mast_a_m, extra_mast_b_m
        Metres that would have to be added at A alone, or at B alone, to clear the hop; 0 when
        clear, NaN when unknown [m].
    """

    status: Literal["clear", "blocked", "unknown"]
    clearance_m: float
    worst_m: float
    extra_mast_a_m: float = field(default=0.0)
    extra_mast_b_m: float = field(default=0.0)


def earth_bulge_m(distance_m: ArrayLike, *, length_m: float, k_factor: float) -> FloatArray:
    r"""Height of the curved Earth above the chord of a path.

    Parameters
    ----------
    distance_m
        Distance :math:`d_1` from one end, any shape [m].
    length_m
        Length :math:`D` of the path [m].
    k_factor
        Effective Earth radius by true Earth radius, > 0.

    Returns
    -------
    numpy.ndarray
        Bulge, shape of ``distance_m`` [m].

    Notes
    -----
    .. math:: b = d_1 (D - d_1) / (2 k R)

    Examples
    --------
    >>> round(float(earth_bulge_m(20_000.0, length_m=40_000.0, k_factor=4 / 3)), 1)
    23.5
    """
    first = np.asarray(distance_m, dtype=np.float64)
    return np.asarray(first * (length_m - first) / (2.0 * k_factor * EARTH_RADIUS_M))


def fresnel_radius_m(distance_m: ArrayLike, *, length_m: float, frequency_mhz: float) -> FloatArray:
    r"""Radius of the first Fresnel zone.

    Parameters
    ----------
    distance_m
        Distance :math:`d_1` from one end, any shape [m].
    length_m
        Length :math:`D` of the path [m].
    frequency_mhz
        Carrier frequency, > 0 [MHz].

    Returns
    -------
    numpy.ndarray
        Radius, shape of ``distance_m`` [m].

    Notes
    -----
    .. math:: F_1 = \sqrt{\lambda d_1 (D - d_1) / D}

    Source: ITU-R P.530-18, § 2.2.

    Examples
    --------
    >>> round(float(fresnel_radius_m(6000.0, length_m=10_000.0, frequency_mhz=8000.0)), 4)
    9.4836
    """
    first = np.asarray(distance_m, dtype=np.float64)
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / (frequency_mhz * 1e6)
    return np.asarray(np.sqrt(wavelength_m * first * (length_m - first) / length_m))


def hop_clearance(
    distance_m: ArrayLike,
    *,
    ground_amsl_m: ArrayLike,
    mast_a_m: float,
    mast_b_m: float,
    frequency_mhz: float,
    obstacle_m: ArrayLike = 0.0,
    criteria: Sequence[Criterion] = TWO_K,
) -> Hop:
    r"""Whether a microwave hop is clear, and what mast would clear it.

    Parameters
    ----------
    distance_m
        Distance of each profile point from end A, from 0 to the length of the hop, rising, at
        most 100 km [m].
    ground_amsl_m
        Ground at each point above sea level, NaN where unknown; 0 is ground at the sea's level
        [m].
    mast_a_m, mast_b_m
        Antenna heights above ground at both ends, >= 0 [m].
    frequency_mhz
        Carrier frequency, 100 to 100 000 [MHz].
    obstacle_m
        Trees and houses on the ground at each point, or everywhere; the ends stand free [m].
    criteria
        Clearance that is needed; all must hold.

    Returns
    -------
    Hop
        Status, clearance and extra mast.

    Raises
    ------
    DomainError
        The profile has fewer than two points, does not rise from 0, is longer than 100 km, or
        another number is outside its range.

    Notes
    -----
    .. math:: X = z + h_{obstacle} + b(k) + c F_1 \le line(d_1), \quad
              \Delta h_A = (X - line) D / d_2

    with the largest value over the profile. Clearance rule of ITU-R P.530-18, § 2.2.2, with two
    fixed values of k: 4/3 for the median and 0.6 for sub-refraction (the Recommendation
    gives the second one by path length and climate, from measurements). Not modelled:
    diversity, ducting, rain, multipath.

    Examples
    --------
    >>> hop = hop_clearance(
    ...     [0.0, 6000.0, 10_000.0], ground_amsl_m=[900.0, 1060.0, 1100.0], mast_a_m=30.0,
    ...     mast_b_m=30.0, frequency_mhz=8000.0, criteria=STANDARD,
    ... )
    >>> hop.status, round(hop.extra_mast_a_m, 3), round(hop.extra_mast_b_m, 3)
    ('blocked', 42.757, 28.505)
    """
    first, ground = _profile(distance_m, ground_amsl_m)
    _ranges(mast_a_m, mast_b_m, frequency_mhz, criteria)
    length = float(first[-1])
    obstacle = np.broadcast_to(np.asarray(obstacle_m, dtype=np.float64), first.shape)
    start, end = ground[0] + mast_a_m, ground[-1] + mast_b_m
    line = start + (end - start) * first / length
    inner = slice(1, -1)
    needed = np.max(
        [
            ground + obstacle + earth_bulge_m(first, length_m=length, k_factor=rule.k_factor)
            + rule.fresnel_share
            * fresnel_radius_m(first, length_m=length, frequency_mhz=frequency_mhz)
            for rule in criteria
        ],
        axis=0,
    )  # fmt: skip
    if np.isnan(ground).any() or np.isnan(obstacle).any():
        return Hop("unknown", np.nan, np.nan, np.nan, np.nan)
    clearance = (line - needed)[inner]
    if clearance.size == 0:
        return Hop("clear", np.inf, np.nan)
    worst = int(np.argmin(clearance))
    lack = np.maximum(0.0, -clearance)
    return Hop(
        status="clear" if clearance[worst] >= 0 else "blocked",
        clearance_m=float(clearance[worst]),
        worst_m=float(first[inner][worst]),
        extra_mast_a_m=float(np.max(lack * length / (length - first[inner]))),
        extra_mast_b_m=float(np.max(lack * length / first[inner])),
    )


def _profile(distance_m: ArrayLike, ground_amsl_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first = np.asarray(distance_m, dtype=np.float64)
    ground = np.asarray(ground_amsl_m, dtype=np.float64)
    if first.ndim != 1 or first.shape != ground.shape or len(first) < 2:
        raise DomainError(
            f"distance_m has shape {first.shape} and ground_amsl_m {ground.shape}; two profiles of "
            "one length, of at least two points, are needed"
        )
    if first[0] != 0.0 or not (np.diff(first) > 0).all():
        raise DomainError("distance_m must rise from 0 at end A to the length of the hop")
    if first[-1] > LONGEST_HOP_M:
        raise DomainError(
            f"distance_m ends at {first[-1]:g} m, at most {LONGEST_HOP_M:g} m is allowed; did you "
            "pass metres twice?"
        )
    return first, ground


def _ranges(
    mast_a_m: float, mast_b_m: float, frequency_mhz: float, criteria: Sequence[Criterion]
) -> None:
    if not (mast_a_m >= 0 and mast_b_m >= 0):
        raise DomainError(
            f"mast_a_m={mast_a_m} and mast_b_m={mast_b_m}: at least 0 m is allowed for both"
        )
    if not 100.0 <= frequency_mhz <= 100_000.0:
        raise DomainError(
            f"frequency_mhz={frequency_mhz:g} is outside 100 to 100000 MHz; did you pass GHz?"
        )
    if not criteria or not all(r.k_factor > 0 and r.fresnel_share >= 0 for r in criteria):
        raise DomainError("criteria needs at least one rule with k above 0 and a share >= 0")


def hop_band_mhz(length_m: float) -> float:
    """Carrier that is usual for the length of a hop.

    Parameters
    ----------
    length_m
        Length, > 0, at most 45 km [m].

    Returns
    -------
    float
        18 000 up to 10 km, 15 000 up to 20 km, 8 000 up to 45 km [MHz].

    Raises
    ------
    DomainError
        No band reaches so far.

    Examples
    --------
    >>> hop_band_mhz(12_000.0)
    15000.0
    """
    for longest_km, frequency_mhz in BANDS_MHZ:
        if 0.0 < length_m <= 1000.0 * longest_km:
            return frequency_mhz
    raise DomainError(
        f"length_m={length_m:g}: above 0 and at most {1000.0 * BANDS_MHZ[-1][0]:g} m is allowed; "
        "put a relay in between"
    )


def longest_hop_m(rain: Rain) -> float:
    """Longest clear hop by how much it rains.

    Parameters
    ----------
    rain
        ``high``, ``moderate`` or ``low``.

    Returns
    -------
    float
        15, 30 or 45 km in metres [m].

    Raises
    ------
    DomainError
        The word is unknown.

    Examples
    --------
    >>> longest_hop_m("high")
    15000.0
    """
    if rain not in LONGEST_BY_RAIN_KM:
        raise DomainError(f"rain={rain!r} is unknown; high, moderate and low are")
    return 1000.0 * LONGEST_BY_RAIN_KM[rain]
