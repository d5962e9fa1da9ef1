"""The propagation models that can fill a map, by the word that asks for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phusong.errors import DomainError
from phusong.geo.terrain import Terrain
from phusong.models.direct_rays import free_space_map
from phusong.models.itm import ItmConditions
from phusong.models.itm_map import itm_loss_map
from phusong.models.location_map import loss_at_locations
from phusong.models.loss_map import LossMap, p1812_loss_map
from phusong.models.p1812_ranges import Polarization
from phusong.pipeline.map_request import MapConditions
from phusong.units import Float32Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the mast stands.

    Parameters
    ----------
    terrain
        Heights around it.
    clutter_height_m
        Clutter on top of them, or none [m].
    easting, northing
        The mast [m].
    latitude_deg
        Its latitude [deg].
    """

    terrain: Terrain
    clutter_height_m: Float32Array | None
    easting: float
    northing: float
    latitude_deg: float


Progress = Callable[[int, int], None]
MapModel = Callable[[Ground, MapConditions, int, Progress], LossMap]


def checked_polarization(word: str) -> Polarization:
    """Polarisation, if a word names one.

    Parameters
    ----------
    word
        What the user wrote.

    Returns
    -------
    str
        ``vertical`` or ``horizontal``.

    Raises
    ------
    DomainError
        Any other word.
    """
    if word == "vertical":
        return "vertical"
    if word == "horizontal":
        return "horizontal"
    raise DomainError(f"polarization={word!r} is unknown; use 'horizontal' or 'vertical'")


def _p1812(ground: Ground, conditions: MapConditions, threads: int, progress: Progress) -> LossMap:
    """ITU-R P.1812-8 at the asked share of locations."""
    loss = p1812_loss_map(
        ground.terrain,
        easting=ground.easting,
        northing=ground.northing,
        tx_height_m=conditions.tx_height_m,
        rx_height_m=conditions.rx_height_m,
        frequencies_mhz=(conditions.frequency_mhz,),
        radius_m=1000.0 * conditions.radius_km,
        latitude_deg=ground.latitude_deg,
        delta_n=conditions.delta_n,
        surface_refractivity_n0=conditions.surface_refractivity_n0,
        time_percent=conditions.time_percent,
        polarization=checked_polarization(conditions.polarization),
        clutter_height_m=ground.clutter_height_m,
        method="exact" if conditions.exact else "sweep",
        threads=threads,
    )
    progress(1, 1)
    return loss_at_locations(
        loss,
        terrain=ground.terrain,
        easting=ground.easting,
        northing=ground.northing,
        tx_height_m=conditions.tx_height_m,
        rx_height_m=conditions.rx_height_m,
        location_percent=conditions.location_percent,
        time_percent=conditions.time_percent,
        clutter_height_m=ground.clutter_height_m,
    )


def _itm(ground: Ground, conditions: MapConditions, threads: int, progress: Progress) -> LossMap:
    """Longley-Rice."""
    return itm_loss_map(
        ground.terrain,
        easting=ground.easting,
        northing=ground.northing,
        tx_height_m=conditions.tx_height_m,
        rx_height_m=conditions.rx_height_m,
        frequencies_mhz=(conditions.frequency_mhz,),
        radius_m=1000.0 * conditions.radius_km,
        conditions=ItmConditions(
            polarization=checked_polarization(conditions.polarization),
            climate=conditions.climate,
            surface_refractivity_n0=conditions.surface_refractivity_n0,
            ground_permittivity=conditions.ground_permittivity,
            ground_conductivity_s_per_m=conditions.ground_conductivity_s_per_m,
            time_percent=conditions.time_percent,
            location_percent=conditions.location_percent,
            situation_percent=conditions.situation_percent,
            mode_of_variability=conditions.mode_of_variability,
        ),
        method="exact" if conditions.exact else "radial",
        threads=threads,
        progress=progress,
    )


def _free_space(
    ground: Ground, conditions: MapConditions, threads: int, progress: Progress
) -> LossMap:
    """ITU-R P.525 over the slant distance: terrain counts for heights alone."""
    del threads
    loss = free_space_map(
        ground.terrain,
        easting=ground.easting,
        northing=ground.northing,
        tx_height_m=conditions.tx_height_m,
        rx_height_m=conditions.rx_height_m,
        frequencies_mhz=(conditions.frequency_mhz,),
        radius_m=1000.0 * conditions.radius_km,
    )
    progress(1, 1)
    return loss


MAP_MODELS: Mapping[str, MapModel] = {"p1812": _p1812, "itm": _itm, "free_space": _free_space}
"""What ``phusong map`` can compute with."""
