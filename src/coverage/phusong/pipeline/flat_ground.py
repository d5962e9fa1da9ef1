"""What the path loss of a mast would be, were the ground flat."""

import dataclasses

import numpy as np

from phusong.geo.grid import Grid
from phusong.geo.lattice import Lattice
from phusong.geo.terrain import Terrain
from phusong.models.loss_map import LossMap
from phusong.pipeline.loss_models import LossRequest, Mast, loss_map
from phusong.pipeline.session import Session
from phusong.units import Float32Array, FloatArray

STRIP_ROWS = 3
"""Rows of the strip of flat ground; the mast stands in the middle one."""


class FlatGround:
    """Path loss over flat ground by distance: the study's model over a strip without relief.

    Parameters
    ----------
    session
        The study in use.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.curves: dict[tuple[float, float], tuple[FloatArray, FloatArray, FloatArray]] = {}

    def map(self, loss: LossMap, mast: Mast, distance_m: Float32Array) -> LossMap:
        """Window of a mast as it would be over flat ground.

        Parameters
        ----------
        loss
            Path loss of the mast over the window.
        mast
            The mast.
        distance_m
            From it, shape of the window [m].

        Returns
        -------
        LossMap
            Unknown where the loss is unknown.
        """
        asked = np.log(np.maximum(distance_m, 1.0))
        losses, elevation = np.empty_like(loss.path_loss_db), np.empty_like(loss.tx_elevation_mrad)
        for band, frequency in enumerate(loss.frequencies_mhz):
            log_m, loss_db, mrad = self._curve(mast.antenna_height_m, frequency)
            losses[band] = np.interp(asked, log_m, loss_db)
            elevation[:] = np.interp(asked, log_m, mrad)
        losses[np.isnan(loss.path_loss_db)] = np.nan
        return dataclasses.replace(loss, path_loss_db=losses, tx_elevation_mrad=elevation)

    def _curve(
        self, antenna_height_m: float, frequency_mhz: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Logarithm of the distance, loss and elevation of the ray at the mast."""
        key = (antenna_height_m, frequency_mhz)
        if key not in self.curves:
            self.curves[key] = self._strip(*key)
        return self.curves[key]

    def _strip(
        self, antenna_height_m: float, frequency_mhz: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        study, grid = self.session.study, self.session.inputs.grid
        propagation, step_m = study.propagation, grid.resolution_m
        bounds = grid.bounds
        west, south = (
            float(np.floor((low + high) / 2 / step_m) * step_m)
            for low, high in zip(bounds[:2], bounds[2:], strict=True)
        )
        radius_m = 1000.0 * propagation.radius_km
        cols = int(np.ceil(radius_m / step_m)) + 3
        strip = Grid.from_bounds(
            west, south, west + cols * step_m, south + STRIP_ROWS * step_m,
            crs=grid.crs, resolution_m=step_m,
        )  # fmt: skip
        mast = Mast(
            west + step_m / 2, south + STRIP_ROWS * step_m / 2, antenna_height_m,
            (frequency_mhz,), radius_m + 2 * step_m,
        )  # fmt: skip
        asked = LossRequest(
            terrain=Terrain(strip, np.zeros(strip.shape, dtype=np.float32)),
            lattice=Lattice(strip, 1),
            mast=mast,
            receiver_height_m=study.environment.receiver_height.value,
            propagation=propagation.model_copy(update={"method": "exact"}),
        )
        loss = loss_map(propagation.models[0], asked)
        middle = np.s_[STRIP_ROWS // 2, 1:]
        values = loss.path_loss_db[0][middle].astype(np.float64)
        away_m = step_m * np.arange(1, values.size + 1)
        return np.log(away_m), values, loss.tx_elevation_mrad[middle].astype(np.float64)
