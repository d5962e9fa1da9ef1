"""Rasters and tables of the service step, beside those of the reach."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.analysis.reach import NO_SERVER, UNKNOWN_PERCENT, Reach
from phusong.analysis.service_sites import SiteMargins
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.reach_files import Layer, layer_file
from phusong.pipeline.session import Session
from phusong.reporting.tables import tidy
from phusong.store.rasters import write_decibels, write_raster
from phusong.store.tables import write_csv
from phusong.study import PRACTICE_LABEL
from phusong.units import Float32Array, FloatArray

RATE_STEP_MBPS = 0.1
RATE_NODATA = 65535
UNKNOWN_COUNT = 255


class ServiceFiles:
    """Writes what the service step finds, and remembers the files.

    Parameters
    ----------
    session
        The study in use.
    reached
        Received levels that the step rests on.
    """

    def __init__(self, session: Session, reached: Reach) -> None:
        self.session, self.reached = session, reached
        practice = session.study.study.practice_data
        self.tags = {"DATA_STATUS": PRACTICE_LABEL} if practice else {}
        self.unknown = np.isnan(session.inputs.terrain.height_amsl_m)
        self.written = [
            session.study.output / "reach" / f"{name}.csv" for name in ("quality", "resilience")
        ]

    def sites(self, layer: Layer, margins: SiteMargins) -> None:
        """Write how many sites cover a cell, and the probability without the best of them.

        Parameters
        ----------
        layer
            Operator's key and technology.
        margins
            Best and second-best site.
        """
        for what, found, unit in (
            ("sites", margins.count, ""),
            ("spare", margins.spare_percent(), "percent"),
        ):
            values = np.where(self.unknown, np.uint8(UNKNOWN_COUNT), found)
            self._put(layer, what, values, nodata=UNKNOWN_COUNT, unit=unit)

    def rates(self, layer: Layer, rate_mbps: FloatArray, sinr_db: FloatArray) -> None:
        """Write throughput and the ratio that it rests on.

        Parameters
        ----------
        layer
            Operator's key and technology.
        rate_mbps
            Throughput in the busy hour; NaN where unknown [Mbit/s].
        sinr_db
            Signal over interference and noise; NaN where unknown [dB].
        """
        steps = np.full(rate_mbps.shape, RATE_NODATA, dtype=np.uint16)
        known = ~np.isnan(rate_mbps)
        whole = np.floor(rate_mbps[known] / RATE_STEP_MBPS + 1e-9)
        steps[known] = np.minimum(whole, RATE_NODATA - 1).astype(np.uint16)
        self._put(layer, "rate", steps, nodata=RATE_NODATA, unit="Mbit/s", scale=RATE_STEP_MBPS)
        file = self._file(layer, "sinr")
        ratio: Float32Array = sinr_db.astype(np.float32)
        write_decibels(file, ratio, self.reached.grid, unit="dB", tags=self.tags)

    def directions(self) -> None:
        """Write which direction fails first at the best server of each cell."""
        study, sectors = self.session.study, self.reached.network.sectors
        direction = [sector_budget(study, s, study.environment).direction for s in sectors]
        lookup = np.array([*direction, 0], dtype=np.uint8)  # -1 takes the last: nobody serves
        for layer, found in sorted(self.reached.layers.items()):
            values = lookup[found.server]
            lost = (found.server == NO_SERVER) & (found.probability_percent == UNKNOWN_PERCENT)
            values[lost | self.unknown] = UNKNOWN_COUNT
            self._put(layer, "direction", values, nodata=UNKNOWN_COUNT)

    def tables(self, quality: list[pd.DataFrame], resilience: list[pd.DataFrame]) -> None:
        """Write the tables.

        Parameters
        ----------
        quality, resilience
            Parts to put below each other.
        """
        practice = self.session.study.study.practice_data
        for file, parts in zip(self.written[:2], (quality, resilience), strict=True):
            whole = pd.concat(parts, ignore_index=True)
            write_csv(file, tidy(whole, practice=practice))

    def _put(
        self,
        layer: Layer,
        what: str,
        values: NDArray[np.unsignedinteger],
        *,
        nodata: int,
        unit: str = "",
        scale: float = 1.0,
    ) -> None:
        write_raster(
            self._file(layer, what), values, self.reached.grid,
            nodata=nodata, unit=unit, scale=scale, tags=self.tags,
        )  # fmt: skip

    def _file(self, layer: Layer, what: str) -> Path:
        reached = self.reached
        file = layer_file(self.session.study, reached.model, reached.environment, *layer, what)
        self.written.append(file)
        return file
