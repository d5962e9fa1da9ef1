"""The propagation models that a study's path losses can come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phusong.geo.lattice import Lattice
from phusong.geo.terrain import Terrain
from phusong.models.itm import ItmConditions
from phusong.models.itm_map import itm_loss_map
from phusong.models.loss_map import LossMap, p1812_loss_map
from phusong.models.receivers import at_receivers
from phusong.study import ItmSection, PropagationSection
from phusong.units import BoolArray, Float32Array


@dataclass(frozen=True, slots=True)
class Mast:
    """What the path loss of a mast depends on, besides the study.

    Parameters
    ----------
    easting, northing
        Position in the study's CRS [m].
    antenna_height_m
        Above ground [m].
    frequencies_mhz
        Bands that are asked for [MHz].
    radius_m
        How far to look [m].
    """

    easting: float
    northing: float
    antenna_height_m: float
    frequencies_mhz: tuple[float, ...]
    radius_m: float


@dataclass(frozen=True, slots=True)
class LossRequest:
    """A mast and its receivers, and under which conditions.

    Parameters
    ----------
    terrain
        Ground that the waves run over.
    lattice
        Where receivers stand.
    mast
        The mast, with the bands that are missing.
    receiver_height_m
        Above ground [m].
    propagation
        Climate and method.
    clutter_height_m
        What stands on the ground, shape of the terrain; nothing when None. ITU-R P.1812 alone
        knows it [m].
    """

    terrain: Terrain
    lattice: Lattice
    mast: Mast
    receiver_height_m: float
    propagation: PropagationSection
    clutter_height_m: Float32Array | None = None

    @property
    def within(self) -> BoolArray | None:
        """Cells with a receiver; None when that is every cell."""
        return None if self.lattice.step == 1 else self.lattice.receivers


LossModel = Callable[[LossRequest], LossMap]


def _p1812(asked: LossRequest) -> LossMap:
    """ITU-R P.1812-8, median over locations."""
    mast, propagation = asked.mast, asked.propagation
    _, latitude = asked.terrain.grid.longitude_latitude(mast.easting, mast.northing)
    return p1812_loss_map(
        asked.terrain,
        easting=mast.easting,
        northing=mast.northing,
        tx_height_m=mast.antenna_height_m,
        rx_height_m=asked.receiver_height_m,
        frequencies_mhz=mast.frequencies_mhz,
        radius_m=mast.radius_m,
        latitude_deg=latitude,
        delta_n=propagation.delta_n.value,
        surface_refractivity_n0=propagation.surface_refractivity_n0.value,
        time_percent=propagation.time_percent,
        polarization=propagation.polarization,
        clutter_height_m=asked.clutter_height_m,
        within=asked.within,
        method=propagation.method,
    )


def _itm(asked: LossRequest) -> LossMap:
    """Longley-Rice: a mobile without location variability, half of the situations."""
    mast, propagation = asked.mast, asked.propagation
    own = propagation.itm or ItmSection()
    return itm_loss_map(
        asked.terrain,
        easting=mast.easting,
        northing=mast.northing,
        tx_height_m=mast.antenna_height_m,
        rx_height_m=asked.receiver_height_m,
        frequencies_mhz=mast.frequencies_mhz,
        radius_m=mast.radius_m,
        conditions=ItmConditions(
            polarization=propagation.polarization,
            climate=round(own.climate.value),
            surface_refractivity_n0=propagation.surface_refractivity_n0.value,
            ground_permittivity=own.ground_permittivity.value,
            ground_conductivity_s_per_m=own.ground_conductivity.value,
            time_percent=propagation.time_percent,
        ),
        within=asked.within,
        method="radial" if propagation.method == "sweep" else "exact",
    )


LOSS_MODELS: Mapping[str, LossModel] = {"p1812": _p1812, "itm": _itm}
"""By the word that a study names a model with."""
KNOW_CLUTTER = frozenset({"p1812"})
"""Those in which trees and buildings stand in the way."""


def loss_map(model: str, asked: LossRequest) -> LossMap:
    """Path loss of a mast at its receivers, by one model.

    Parameters
    ----------
    model
        A key of :data:`LOSS_MODELS`.
    asked
        Mast, receivers and conditions.

    Returns
    -------
    LossMap
        On the grid of the lattice.
    """
    return at_receivers(LOSS_MODELS[model](asked), asked.lattice)
