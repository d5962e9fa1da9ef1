"""ITU-R P.1812-8 for one link: a terrain profile in, the basic transmission loss out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from phusong.errors import DomainError
from phusong.kernels.p1812_climate import COASTAL, INLAND, SEA, path_centre_latitude
from phusong.kernels.p1812_combine import location_sigma
from phusong.kernels.p1812_link import LINK_QUANTITIES, link_quantities
from phusong.models.p1812_ranges import Polarization, check_scalars, polarization_number
from phusong.units import FloatArray

Zone = Literal["sea", "coastal", "inland"]

ZONES: Mapping[str, int] = {"sea": SEA, "coastal": COASTAL, "inland": INLAND}
"""Number of each radio-climatic zone in the kernels."""

FEWEST_POINTS = 5
SHORTEST_KM = 0.25
LONGEST_KM = 3000.0
LOWEST_GROUND_M = -1000.0
HIGHEST_GROUND_M = 10_000.0


@dataclass(frozen=True, eq=False)
class P1812Profile:
    """The ground from transmitter to receiver.

    Parameters
    ----------
    distance_km
        Distance of each point from the transmitter: from 0, strictly ascending, 0.25 to
        3000 km long, at least 5 points; the step need not be uniform [km].
    height_m
        Height of the bare ground above mean sea level at each point, -1000 to 10 000 [m].
    clutter_height_m
        Representative height of what stands on the ground, >= 0; nothing where left out. The
        first and the last point never carry their own [m].
    zone
        ``"sea"``, ``"coastal"`` or ``"inland"`` for each point; inland where left out.

    Raises
    ------
    DomainError
        A column has the wrong length, a value is not finite or not possible, or the distances
        do not ascend.
    """

    distance_km: FloatArray
    height_m: FloatArray
    clutter_height_m: FloatArray | None = None
    zone: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check every column and keep read-only copies."""
        distance_km = _column("distance_km", self.distance_km)
        _check_distances(distance_km)
        height_m = _column("height_m", self.height_m, like=distance_km)
        _check_values("height_m", height_m, LOWEST_GROUND_M, HIGHEST_GROUND_M)
        object.__setattr__(self, "distance_km", distance_km)
        object.__setattr__(self, "height_m", height_m)
        if self.clutter_height_m is not None:
            clutter = _column("clutter_height_m", self.clutter_height_m, like=distance_km)
            _check_values("clutter_height_m", clutter, 0.0, 500.0)
            object.__setattr__(self, "clutter_height_m", clutter)
        if self.zone is not None:
            object.__setattr__(self, "zone", tuple(self.zone))
            _zone_numbers(self.zone, distance_km.size)

    @property
    def length_km(self) -> float:
        """Length of the path [km]."""
        return float(self.distance_km[-1])


@dataclass(frozen=True, kw_only=True)
class P1812Link:
    """Both ends of a link and the conditions it is asked about.

    Parameters
    ----------
    frequency_mhz
        Carrier frequency. Possible 10 to 100 000, recommended 30 to 6000 [MHz].
    tx_height_m, rx_height_m
        Antenna heights above ground, 1 to 3000 [m].
    latitude_tx, longitude_tx, latitude_rx, longitude_rx
        Both ends: latitudes -80 to 80, longitudes -180 to 360 [deg].
    polarization
        ``"horizontal"`` or ``"vertical"``.
    time_percent
        Share of an average year for which the loss is not exceeded, 1 to 50 [%].
    location_percent
        Share of the locations around the receiver for which it is not exceeded, above 0 and
        below 100, recommended 1 to 99 [%].
    delta_n
        Mean lapse rate of refractivity in the lowest kilometre, 0 to 150 [N-units/km].
    surface_refractivity_n0
        Refractivity at sea level, 150 to 500 [N-units].
    cell_width_m
        Side of the square in which locations vary; needed when ``location_percent`` is not 50
        [m].
    coast_distance_tx_km, coast_distance_rx_km
        Distance over land to the coast along the path, >= 0; 0 is taken where the end itself
        stands at sea [km].
    building_entry_loss_db
        Median building entry loss of an indoor receiver (for example ITU-R P.2109 at 50 %), or
        None outdoors, >= 0 [dB].
    building_entry_sigma_db
        Standard deviation of that loss, >= 0 [dB].

    Raises
    ------
    DomainError
        A value is impossible, or ``cell_width_m`` is missing where it is needed.

    Warns
    -----
    ModelRangeWarning
        Frequency or location percentage outside the recommended range.
    """

    frequency_mhz: float
    tx_height_m: float
    rx_height_m: float
    latitude_tx: float
    longitude_tx: float
    latitude_rx: float
    longitude_rx: float
    polarization: Polarization = "vertical"
    time_percent: float = 50.0
    location_percent: float = 50.0
    delta_n: float = 45.0
    surface_refractivity_n0: float = 325.0
    cell_width_m: float | None = None
    coast_distance_tx_km: float = 500.0
    coast_distance_rx_km: float = 500.0
    building_entry_loss_db: float | None = None
    building_entry_sigma_db: float = 0.0

    def __post_init__(self) -> None:
        """Check every value."""
        polarization_number(self.polarization)
        check_scalars(
            {
                name: value
                for name, value in vars(self).items()
                if name != "polarization" and value is not None
            }
        )
        if self.cell_width_m is None and self.location_percent != 50.0:
            raise DomainError(
                f"cell_width_m is missing; location_percent={self.location_percent:g} needs the "
                "side of the square in which locations vary, in metres; give it, or ask for "
                "location_percent=50"
            )

    @property
    def location_sigma_db(self) -> float:
        """Standard deviation of the loss over the cell, outdoors near the ground [dB]."""
        if self.cell_width_m is None:
            return 0.0
        return float(location_sigma(self.frequency_mhz / 1000.0, self.cell_width_m))


@dataclass(frozen=True)
class P1812Result:
    """What ITU-R P.1812-8 says about one link.

    Parameters
    ----------
    basic_transmission_loss_db
        Loss between isotropic antennas, positive [dB].
    field_strength_dbuvm_1kw
        Field strength at the receiver for 1 kW effective radiated power [dB(uV/m)].
    intermediates
        Every quantity on the way, by its symbol in the Recommendation, in its units (km, m,
        mrad, %, dB). A symbol computed for both effective Earth radii ends in ``50`` (median)
        or ``beta``; ``_a`` and ``_s`` are the actual and the smooth profile; ``nu_1`` is a
        diffraction parameter for a wavelength of 1 m. NaN: the path does not need it.
    """

    basic_transmission_loss_db: float
    field_strength_dbuvm_1kw: float
    intermediates: Mapping[str, float]


def p1812_loss(profile: P1812Profile, *, link: P1812Link) -> P1812Result:
    r"""Basic transmission loss of one link by ITU-R P.1812-8.

    Parameters
    ----------
    profile
        The ground from transmitter to receiver.
    link
        Both ends and the conditions.

    Returns
    -------
    P1812Result
        Loss, field strength and every intermediate quantity.

    Notes
    -----
    Source: ITU-R P.1812-8, all sections; equation numbers stand in the kernels. The loss is

    .. math:: L_b = \max(L_{b0p}, L_{bc} + L_{loc})

    of sub-models for line of sight, diffraction over terrain and clutter (delta-Bullington),
    troposcatter, ducting and layer reflection. Departures: none in the numbers; the Bullington
    point's diffraction parameter is computed from the two slopes, an identity of eq. (18) and
    (19) that loses no digits.
    Not modelled: gases, rain, reflections off the path, antenna patterns.

    Examples
    --------
    >>> import numpy as np
    >>> profile = P1812Profile(
    ...     distance_km=np.linspace(0.0, 10.0, 101), height_m=np.zeros(101)
    ... )
    >>> link = P1812Link(
    ...     frequency_mhz=800.0, tx_height_m=30.0, rx_height_m=1.5,
    ...     latitude_tx=22.5, longitude_tx=104.0, latitude_rx=22.59, longitude_rx=104.0,
    ... )
    >>> round(p1812_loss(profile, link=link).basic_transmission_loss_db, 2)
    127.44
    """
    f = link.frequency_mhz / 1000.0
    n = profile.distance_km.size
    zone = _zone_numbers(profile.zone, n)
    clutter = profile.clutter_height_m
    phi = path_centre_latitude(
        link.latitude_tx,
        link.longitude_tx,
        link.latitude_rx,
        link.longitude_rx,
        profile.length_km,
    )
    indoors = link.building_entry_loss_db is not None
    numbers = link_quantities(
        profile.distance_km.copy(),  # writable, so that the kernel is compiled only once
        profile.height_m.copy(),
        np.zeros(n) if clutter is None else clutter.copy(),
        zone,
        f,
        float(link.time_percent),
        float(link.location_percent),
        float(link.tx_height_m),
        float(link.rx_height_m),
        polarization_number(link.polarization),
        phi,
        float(link.delta_n),
        float(link.surface_refractivity_n0),
        0.0 if zone[0] == SEA else float(link.coast_distance_tx_km),
        0.0 if zone[-1] == SEA else float(link.coast_distance_rx_km),
        link.location_sigma_db,
        indoors,
        float(link.building_entry_loss_db or 0.0),
        float(link.building_entry_sigma_db),
    )
    named = {"f": f, "lambda": 0.2998 / f, "phi": phi, "sigma_L": link.location_sigma_db}
    named.update(zip(LINK_QUANTITIES, numbers.tolist(), strict=True))
    return P1812Result(named["L_b"], named["E_p"], MappingProxyType(named))


def _column(name: str, values: object, like: FloatArray | None = None) -> FloatArray:
    """Read-only float64 copy of a column of the profile, of the right length."""
    column = np.array(values, dtype=np.float64)
    if column.ndim != 1:
        raise DomainError(
            f"{name} has {column.ndim} dimensions, a profile has one; give one value per point"
        )
    if like is not None and column.size != like.size:
        raise DomainError(
            f"{name} has {column.size} values, distance_km has {like.size}; give one per point"
        )
    if column.size < FEWEST_POINTS:
        raise DomainError(
            f"{name} has {column.size} values, a profile needs at least {FEWEST_POINTS} points; "
            "sample the terrain more finely"
        )
    column.setflags(write=False)
    return column


def _check_values(name: str, column: FloatArray, low: float, high: float) -> None:
    """Refuse values that are missing or not possible."""
    bad = np.flatnonzero(~((column >= low) & (column <= high)))
    if bad.size:
        i = int(bad[0])
        raise DomainError(
            f"{name}[{i}]={column[i]:g} is not possible (allowed: {low:g} to {high:g} m, "
            f"{bad.size} of {column.size} values are not); fill or mask unknown ground first"
        )


def _check_distances(column: FloatArray) -> None:
    """Refuse distances that do not start at 0, do not ascend or are out of range."""
    if column[0] != 0.0:
        raise DomainError(
            f"distance_km[0]={column[0]:g} is not 0; distances count from the transmitter in km"
        )
    bad = np.flatnonzero(~(np.diff(column) > 0.0))
    if bad.size:
        i = int(bad[0]) + 1
        raise DomainError(
            f"distance_km[{i}]={column[i]:g} is not above distance_km[{i - 1}]="
            f"{column[i - 1]:g}; distances must be strictly ascending, remove repeated points"
        )
    if not SHORTEST_KM <= column[-1] <= LONGEST_KM:
        raise DomainError(
            f"distance_km[{column.size - 1}]={column[-1]:g} is the path length, allowed are "
            f"{SHORTEST_KM:g} to {LONGEST_KM:g} km; did you pass metres?"
        )


def _zone_numbers(zone: Sequence[str] | None, n: int) -> NDArray[np.int8]:
    """Zone numbers of the kernels for every point; inland where none are given."""
    if zone is None:
        return np.full(n, INLAND, dtype=np.int8)
    if len(zone) != n:
        raise DomainError(f"zone has {len(zone)} values, distance_km has {n}; give one per point")
    for i, word in enumerate(zone):
        if word not in ZONES:
            raise DomainError(f"zone[{i}]={word!r} is unknown; use 'sea', 'coastal' or 'inland'")
    return np.array([ZONES[word] for word in zone], dtype=np.int8)
