"""What measurements say of a study as notebooks have it: it knows its study, and shows itself.

Drawing is loaded when something is drawn, as in :mod:`phusong.pipeline.interactive`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phusong.analysis.reach import ANY
from phusong.pipeline.calibration_files import CalibrationTables
from phusong.pipeline.interactive import KnowsStudy, Size

if TYPE_CHECKING:
    from phusong.pipeline.map_views import MapView
    from phusong.reporting.summary import Summary


@dataclass(frozen=True, eq=False, repr=False)
class StudyCalibration(KnowsStudy, CalibrationTables):
    """What measurements say of a study, as notebook 07 has it.

    Parameters
    ----------
    tables, cells, remarks, faults
        As of :class:`phusong.pipeline.calibration_files.CalibrationTables`.
    study
        The study that it belongs to.
    """

    def explore(
        self,
        *,
        model: str | None = None,
        technology: str | None = None,
        operator: str = ANY,
        height_px: int = 620,
    ) -> "MapView":
        """Show measured cells beside the model, and where to measure next, on a map.

        Parameters
        ----------
        model
            Key of a propagation model; the study's first by default.
        technology
            Technology to show; the first measured one by default.
        operator
            Key or name of the operator whose coverage is shown at first; ``any`` for all together.
        height_px
            Height of the map in the notebook [px].

        Returns
        -------
        MapView
            A self-contained page, shown below the cell; ``save`` writes it to a file.
        """
        from phusong.pipeline.map_views import calibration_view  # noqa: PLC0415 — see above

        return calibration_view(
            self.study, self, model=model, technology=technology, operator=operator,
            height_px=height_px,
        )  # fmt: skip

    def plot(self, *, ax: Any = None, model: str | None = None, figsize: Size | None = None) -> Any:
        """Draw measured against modelled levels.

        Parameters
        ----------
        ax
            Matplotlib axes to draw on; a new figure by default.
        model
            Key of a propagation model; the study's first by default.
        figsize
            Width and height of a new figure [inch].

        Returns
        -------
        matplotlib.axes.Axes
            The axes: a dot for each measured cell with a level, the threshold dashed.
        """
        from phusong.pipeline.service_pictures import levels_plot  # noqa: PLC0415 — see above

        return levels_plot(self.study, self.cells, model=model, ax=ax, figsize=figsize)

    def _summary(self) -> "Summary":
        from phusong.reporting.summary import calibration_summary  # noqa: PLC0415 — see above

        return calibration_summary(self.study, self.tables, self.faults)
