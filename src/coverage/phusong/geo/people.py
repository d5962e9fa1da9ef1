"""People on the study's grid."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.units import FloatArray


@dataclass(frozen=True, eq=False)
class People:
    """Number of people in each cell of a grid.

    Parameters
    ----------
    grid
        The frame.
    count
        People per cell, float64, >= 0; NaN where the source does not know.
    source_total
        People of the source inside the frame, before they were put on the grid.
    spread_people
        Those of source cells without a building, which stay spread evenly; NaN where nobody was
        put into buildings.
    """

    grid: Grid
    count: FloatArray
    source_total: float
    spread_people: float = float("nan")

    def __post_init__(self) -> None:
        if self.count.shape != self.grid.shape:
            raise DataError(f"people have shape {self.count.shape}, the grid {self.grid.shape}")
        if np.nanmin(self.count, initial=0.0) < 0:
            raise DataError("people per cell are negative; check the population raster's nodata")
        self.count.setflags(write=False)

    @property
    def total(self) -> float:
        """People on the grid."""
        return float(np.nansum(self.count))

    @property
    def unknown_cells(self) -> int:
        """Cells where the source does not know how many people live."""
        return int(np.isnan(self.count).sum())


@dataclass(frozen=True, eq=False)
class OfficialFigures:
    """Official population, households and poverty by commune; standards are never mixed.

    Parameters
    ----------
    rows
        One row per commune, year and source: ``row`` (in the file), ``commune_code``, ``year``,
        ``year_status``, ``population``, ``households``, ``poverty_standard``,
        ``poor_households``, ``near_poor_households``, ``poor_rate_percent``,
        ``poor_rate_relation``, ``near_poor_rate_percent``, ``poor_and_near_poor_rate_percent``,
        ``source``.
    vintage
        Which official list the codes belong to.
    poverty_standard
        Standard whose rates are shown; None where the figures have one only.
    """

    rows: pd.DataFrame
    vintage: str
    poverty_standard: str | None = None

    def latest(self, figure: str) -> pd.DataFrame:
        """Newest value of a figure that does not depend on a standard.

        Parameters
        ----------
        figure
            ``population`` or ``households``.

        Returns
        -------
        pandas.DataFrame
            Indexed by commune code: the figure, ``year``, ``year_status`` and ``source``.
        """
        known = self.rows[self.rows[figure].notna()].sort_values("year", kind="stable")
        newest = known.drop_duplicates("commune_code", keep="last").set_index("commune_code")
        return newest[[figure, "year", "year_status", "source"]].sort_index()

    @property
    def standards(self) -> tuple[str, ...]:
        """Poverty standards that the figures have."""
        return tuple(sorted(set(self.rows["poverty_standard"]) - {""}))

    def poverty(self) -> pd.DataFrame:
        """Newest poverty figures of one standard.

        Returns
        -------
        pandas.DataFrame
            Indexed by commune code: the rates, ``poverty_standard``, ``year`` and ``source``;
            communes that have no figure of this standard are left out, not filled from another.

        Raises
        ------
        DataError
            The figures are of several standards and the study names none, or names another.
        """
        standard = self.poverty_standard
        if standard is None and len(self.standards) > 1:
            raise DataError(
                f"poverty figures are of the standards {', '.join(self.standards)}, which cannot "
                "be compared; name one as inputs.statistics.poverty_standard"
            )
        if standard is not None and standard not in self.standards:
            raise DataError(
                f"inputs.statistics.poverty_standard = {standard!r} is not among the standards of "
                f"the figures: {', '.join(self.standards) or 'none'}"
            )
        own = self.rows[self.rows["poverty_standard"] == (standard or "".join(self.standards))]
        own = own[own["poverty_standard"] != ""].sort_values("year", kind="stable")
        return own.drop_duplicates("commune_code", keep="last").set_index("commune_code")
