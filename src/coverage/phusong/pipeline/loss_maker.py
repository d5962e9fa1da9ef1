"""How the path loss of one mast is made, and the key by which it is known."""

import hashlib
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong.errors import StoreError
from phusong.geo.grid import Grid
from phusong.geo.lattice import Lattice
from phusong.geo.terrain import Terrain
from phusong.models.disc_window import DiscWindow, disc_window
from phusong.models.loss_map import LossMap
from phusong.models.receivers import receiver_window
from phusong.pipeline.loss_models import KNOW_CLUTTER, LossRequest, Mast, loss_map
from phusong.pipeline.session import Session, code_key, versions
from phusong.store.files import key_of
from phusong.study import ModelKey
from phusong.units import Float32Array

_NOT_LOSS = {"models", "radius_km", "second_model_step", "calibration"}
"""What the study says of propagation that the loss of one mast by one model knows otherwise."""


def lattice_of(session: Session, model: str) -> Lattice:
    """Where the receivers of a model stand.

    Parameters
    ----------
    session
        The study in use.
    model
        One of the study's models.

    Returns
    -------
    Lattice
        Every cell for the study's first model, one cell of each block for the others.
    """
    propagation = session.study.propagation
    first = model == propagation.models[0]
    return Lattice(session.inputs.grid, 1 if first else propagation.second_model_step)


class LossMaker:
    """Computes path losses of masts by one model, and names them by what they depend on.

    Parameters
    ----------
    session
        The study's inputs.
    model
        Propagation model; the study's first one when None.
    """

    def __init__(self, session: Session, model: ModelKey | None = None) -> None:
        self.session = session
        self.model = model or session.study.propagation.models[0]
        self.lattice = lattice_of(session, self.model)
        self.receiver_height_m = session.study.environment.receiver_height.value

    @property
    def terrain(self) -> Terrain:
        """Ground that the waves run over."""
        return self.session.inputs.terrain

    @cached_property
    def _clutter_m(self) -> Float32Array | None:
        """Heights of what stands on the ground, for a model that knows them."""
        if self.model not in KNOW_CLUTTER or self.session.inputs.clutter is None:
            return None
        return self.session.inputs.clutter.height_m

    @cached_property
    def ground_class(self) -> NDArray[np.uint8] | None:
        """Class of land cover of each receiver; None without land cover."""
        clutter = self.session.inputs.clutter
        return None if clutter is None else self.lattice.sampled(clutter.ground_class)

    @property
    def grid(self) -> Grid:
        """Frame of the losses: one cell for each receiver."""
        return self.lattice.grid

    @cached_property
    def _shared_facts(self) -> dict[str, Any]:
        terrain = self.terrain
        propagation = self.session.study.propagation
        unused: set[str] = set() if self.model == "itm" else {"itm"}
        return {
            "code": code_key("kernels", "models", "geo", "units.py", "pipeline/loss_models.py"),
            "versions": versions(),
            "terrain": terrain.digest,
            "clutter": None if self._clutter_m is None else _digest(self._clutter_m),
            "grid": [terrain.grid.crs, list(terrain.grid.affine)[:6], list(terrain.grid.shape)],
            "receiver_height_m": self.receiver_height_m,
            "model": self.model,
            "step": self.lattice.step,
            "propagation": propagation.model_dump(mode="json", exclude=_NOT_LOSS | unused),
        }

    def keys(self, mast: Mast) -> dict[float | None, str]:
        """Keys of a mast's path losses.

        Parameters
        ----------
        mast
            The mast.

        Returns
        -------
        dict
            The key of its angles (None) and of its losses by band.
        """
        return {band: self._key(mast, band) for band in (None, *mast.frequencies_mhz)}

    def window(self, mast: Mast) -> DiscWindow:
        """Where the losses of a mast lie.

        Parameters
        ----------
        mast
            The mast.

        Returns
        -------
        DiscWindow
            Its disc on the grid of the losses.
        """
        disc = disc_window(
            self.lattice.whole,
            easting=mast.easting, northing=mast.northing, radius_m=mast.radius_m,
        )  # fmt: skip
        return receiver_window(disc, self.lattice)

    def _key(self, mast: Mast, frequency_mhz: float | None) -> str:
        place = [mast.easting, mast.northing, mast.antenna_height_m, mast.radius_m]
        return key_of([self._shared_facts, place, frequency_mhz])

    def made(self, mast: Mast, frequencies_mhz: tuple[float, ...]) -> LossMap:
        """Compute the path losses of a mast.

        Parameters
        ----------
        mast
            The mast.
        frequencies_mhz
            Bands that are wanted [MHz].

        Returns
        -------
        LossMap
            Losses of these bands.

        Raises
        ------
        StoreError
            It does not fit into memory.
        """
        asked = LossRequest(
            terrain=self.terrain,
            lattice=self.lattice,
            mast=replace(mast, frequencies_mhz=frequencies_mhz),
            receiver_height_m=self.receiver_height_m,
            propagation=self.session.study.propagation,
            clutter_height_m=self._clutter_m,
        )
        try:
            return loss_map(self.model, asked)
        except MemoryError as error:
            raise StoreError(
                f"{called(mast)} does not fit into memory; use fewer workers, a smaller "
                "propagation.radius_km or a coarser grid.resolution_m. What was finished is kept"
            ) from error
        except Exception as error:
            error.add_note(f"while the path loss of {called(mast)} was computed")
            raise


def _digest(values: Float32Array) -> str:
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).hexdigest()


def called(mast: Mast) -> str:
    """What a mast is called in a message.

    Parameters
    ----------
    mast
        The mast.

    Returns
    -------
    str
        Where it stands.
    """
    return f"the mast at easting {mast.easting:.0f} m, northing {mast.northing:.0f} m"
