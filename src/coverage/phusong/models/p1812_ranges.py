"""What ITU-R P.1812-8 takes: possible and recommended ranges of every scalar."""

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from phusong.errors import DomainError
from phusong.models.ranges import Range, possible, warn_outside

Polarization = Literal["horizontal", "vertical"]

POLARIZATIONS: Mapping[str, int] = {"horizontal": 1, "vertical": 2}
"""Number of each polarisation in the kernels."""

_ABOVE_GROUND = (Range(1.0, 3000.0, "m"), "give the height above ground, not above sea level")
_LATITUDE = (Range(-80.0, 80.0, "degrees"), "check that latitude and longitude are in place")
_LONGITUDE = (Range(-180.0, 360.0, "degrees"), "give degrees east, negative for west")
_COAST = (Range(0.0, 1e5, "km"), "leave it out where the coast is far")

POSSIBLE: Mapping[str, tuple[Range, str]] = {
    "frequency_mhz": (Range(10.0, 100_000.0, "MHz"), "give the carrier frequency in MHz"),
    "time_percent": (Range(1.0, 50.0, "%"), "give the share of an average year"),
    "location_percent": (
        Range(0.0, 100.0, "%", open_low=True, open_high=True),
        "give the share of locations",
    ),
    "tx_height_m": _ABOVE_GROUND,
    "rx_height_m": _ABOVE_GROUND,
    "latitude_tx": _LATITUDE,
    "latitude_rx": _LATITUDE,
    "latitude_deg": _LATITUDE,
    "longitude_tx": _LONGITUDE,
    "longitude_rx": _LONGITUDE,
    "delta_n": (Range(0.0, 156.0, "N-units/km"), "give the positive mean lapse rate"),
    "surface_refractivity_n0": (Range(150.0, 500.0, "N-units"), "give the value at sea level"),
    "cell_width_m": (Range(1.0, 1e5, "m"), "give the side of the square of the locations"),
    "coast_distance_tx_km": _COAST,
    "coast_distance_rx_km": _COAST,
    "building_entry_loss_db": (Range(0.0, 200.0, "dB"), "leave it out for an outdoor receiver"),
    "building_entry_sigma_db": (Range(0.0, 100.0, "dB"), "give the standard deviation"),
    "radius_m": (
        Range(0.0, 3_000_000.0, "m", open_low=True),
        "give the radius of the map in metres",
    ),
}
"""What the model computes with, by parameter, and what to do about anything else."""

RECOMMENDED: Mapping[str, Range] = {
    "frequency_mhz": Range(30.0, 6000.0, "MHz"),
    "location_percent": Range(1.0, 99.0, "%"),
}
"""Range of the Recommendation, where it is narrower than the possible one."""


def check_scalars(values: Mapping[str, float]) -> None:
    """Check quantities of a link or a map against both tiers of ranges.

    Parameters
    ----------
    values
        Each quantity by its parameter name, a key of :data:`POSSIBLE`.

    Raises
    ------
    DomainError
        A value is not a number or outside the possible range.

    Warns
    -----
    ModelRangeWarning
        Values are outside the recommended range; the loss is still computed.
    """
    for name, value in values.items():
        allowed, hint = POSSIBLE[name]
        if math.isnan(value):
            raise DomainError(f"{name}=NaN is impossible, {allowed} is allowed; {hint}")
        possible(name, value, allowed, hint=_wrong_unit(name, value) or hint)
    warn_outside(
        "ITU-R P.1812-8",
        **{
            name: (np.asarray(values[name], dtype=np.float64), advised)
            for name, advised in RECOMMENDED.items()
            if name in values
        },
    )


def _wrong_unit(name: str, value: float) -> str | None:
    """Ask for the unit in which a frequency would make sense, if there is one."""
    if name == "frequency_mhz":
        for unit, factor in (("GHz", 1e3), ("kHz", 1e-3), ("Hz", 1e-6)):
            if not RECOMMENDED[name].outside(np.asarray(value * factor, dtype=np.float64)):
                return f"did you pass {unit}? Give MHz"
    return None


def polarization_number(polarization: str) -> int:
    """Give the number of a polarisation in the kernels.

    Parameters
    ----------
    polarization
        ``"horizontal"`` or ``"vertical"``.

    Returns
    -------
    int
        1 or 2.

    Raises
    ------
    DomainError
        Any other word.
    """
    if polarization not in POLARIZATIONS:
        raise DomainError(
            f"polarization={polarization!r} is unknown; use 'horizontal' or 'vertical'"
        )
    return POLARIZATIONS[polarization]
