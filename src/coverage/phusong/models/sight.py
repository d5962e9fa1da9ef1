"""The direct ray over a profile: Earth's curvature, the first Fresnel zone, what stands in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DomainError
from phusong.models.ranges import Range, possible
from phusong.units import FloatArray

EARTH_RADIUS_KM = 6371.0
SPEED_OF_LIGHT_M_PER_S = 299_792_458.0

_DELTA_N = Range(0.0, 156.0, "N-units/km")
_FREQUENCY = Range(1.0, 1_000_000.0, "MHz")
_MIN_POINTS = 3


@dataclass(frozen=True, eq=False)
class Sight:
    """A profile as the direct ray passes over it; heights on the curved Earth, the ray straight.

    Parameters
    ----------
    distance_km
        Distance of each point from the transmitter [km].
    bulge_m
        What the Earth's curvature adds to each height above the straight line between both
        ends' feet at sea level [m].
    ground_m
        Height of the bare ground with the bulge [m].
    top_m
        The same with clutter, which neither end carries [m].
    ray_m
        Height of the direct ray [m].
    fresnel_radius_m
        Radius of the first Fresnel zone, 0 at both ends [m].
    worst_share
        Least clearance of the ray over ground and clutter, in radii of the first Fresnel zone;
        negative where the ray is cut.
    worst_km
        Where that is [km].
    effective_earth_radius_m
        Radius of the Earth over which the ray is straight [m].
    """

    distance_km: FloatArray
    bulge_m: FloatArray
    ground_m: FloatArray
    top_m: FloatArray
    ray_m: FloatArray
    fresnel_radius_m: FloatArray
    worst_share: float
    worst_km: float
    effective_earth_radius_m: float

    @property
    def visible(self) -> bool:
        """Whether nothing reaches the direct ray."""
        return self.worst_share > 0.0


def direct_sight(
    height_amsl_m: ArrayLike,
    *,
    distance_km: ArrayLike,
    tx_height_m: float,
    rx_height_m: float,
    frequency_mhz: float,
    delta_n: float = 45.0,
    clutter_height_m: ArrayLike | None = None,
) -> Sight:
    r"""Clearance of the direct ray over a terrain profile.

    Parameters
    ----------
    height_amsl_m
        Ground above mean sea level at each point, at least 3 [m].
    distance_km
        Distance of each point from the transmitter, from 0, ascending [km].
    tx_height_m, rx_height_m
        Antenna heights above ground, >= 0 [m].
    frequency_mhz
        Carrier frequency, 1 to 1 000 000 [MHz].
    delta_n
        Mean lapse rate of refractivity :math:`\Delta N`, 0 to 156 [N-units/km].
    clutter_height_m
        Representative clutter at each point, >= 0; nothing where left out. The first and the
        last point never carry their own [m].

    Returns
    -------
    Sight
        Ray, Fresnel zone and clearance.

    Raises
    ------
    DomainError
        A value is impossible or not finite, or the columns do not fit together.

    Notes
    -----
    .. math::
        a_e = 6371 \frac{157}{157 - \Delta N}, \quad b = \frac{d_1 d_2}{2 a_e}, \quad
        R_1 = \sqrt{\frac{\lambda d_1 d_2}{d_1 + d_2}}

    Source: ITU-R P.1812-8, eq. (6); ITU-R P.526, Fresnel ellipsoids, :math:`n = 1`. Departures:
    none. Not modelled: the ray's bending by layers, obstacles beside the path.

    Examples
    --------
    >>> sight = direct_sight(
    ...     [100.0, 100.0, 100.0],
    ...     distance_km=[0.0, 5.0, 10.0],
    ...     tx_height_m=40.0,
    ...     rx_height_m=10.0,
    ...     frequency_mhz=800.0,
    ... )
    >>> round(float(sight.fresnel_radius_m[1]), 1), round(sight.worst_share, 2)
    (30.6, 0.77)
    """
    d, h, R = _columns(distance_km, height_amsl_m, clutter_height_m)
    for name, value, allowed in (
        ("tx_height_m", tx_height_m, Range(0.0, unit="m")),
        ("rx_height_m", rx_height_m, Range(0.0, unit="m")),
        ("frequency_mhz", frequency_mhz, _FREQUENCY),
        ("delta_n", delta_n, _DELTA_N),
    ):
        if np.isnan(possible(name, value, allowed)):
            raise DomainError(f"{name}=nan is unknown, {allowed} is needed; give a number")
    a_e_km = EARTH_RADIUS_KM * 157.0 / (157.0 - delta_n)  # P.1812-8, eq. (6)
    D = d[-1]
    bulge = 1000.0 * d * (D - d) / (2.0 * a_e_km)
    h_ts, h_rs = h[0] + tx_height_m, h[-1] + rx_height_m
    ray = h_ts + (h_rs - h_ts) * d / D
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / (frequency_mhz * 1e6)
    fresnel = np.sqrt(wavelength_m * 1000.0 * d * (D - d) / D)  # P.526, R_1
    ground = h + bulge
    top = ground + R
    share = (ray - top)[1:-1] / fresnel[1:-1]
    worst = int(np.argmin(share))
    return Sight(
        distance_km=d,
        bulge_m=bulge,
        ground_m=ground,
        top_m=top,
        ray_m=ray,
        fresnel_radius_m=fresnel,
        worst_share=float(share[worst]),
        worst_km=float(d[worst + 1]),
        effective_earth_radius_m=1000.0 * a_e_km,
    )


def _columns(
    distance_km: ArrayLike, height_amsl_m: ArrayLike, clutter_height_m: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Distances, heights and clutter of one length, finite and in order."""
    d = np.asarray(distance_km, dtype=np.float64)
    h = np.asarray(height_amsl_m, dtype=np.float64)
    R = np.zeros_like(d) if clutter_height_m is None else np.array(clutter_height_m, dtype=float)
    if d.ndim != 1 or d.size < _MIN_POINTS:
        raise DomainError(
            f"distance_km has shape {d.shape}, one row of at least {_MIN_POINTS} points is needed; "
            "sample the path more finely"
        )
    for name, column in (("height_amsl_m", h), ("clutter_height_m", R)):
        if column.shape != d.shape:
            raise DomainError(
                f"{name} has shape {column.shape}, distance_km has {d.shape}; give one per point"
            )
    if not (np.isfinite(d).all() and np.isfinite(h).all() and np.isfinite(R).all()):
        raise DomainError("the profile holds a value that is not finite; fill or cut it first")
    if d[0] != 0.0 or (np.diff(d) <= 0.0).any():
        raise DomainError("distance_km must begin with 0 and ascend strictly; sort the points")
    possible("clutter_height_m", R, Range(0.0, unit="m"))
    R[0] = R[-1] = 0.0
    return d, h, R
