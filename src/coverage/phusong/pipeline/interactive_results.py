"""Results of the steps as notebooks have them: they know their study, and show themselves.

Drawing is loaded when something is drawn, as in :mod:`phusong.pipeline.interactive`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY, Reach
from phusong.pipeline.interactive import KnowsStudy, Size
from phusong.pipeline.plan import Plan
from phusong.pipeline.service import Service
from phusong.reporting.facts import Picture

if TYPE_CHECKING:
    from phusong.pipeline.map_views import MapView
    from phusong.reporting.summary import Summary


@dataclass(frozen=True, eq=False, repr=False)
class StudyReach(KnowsStudy, Reach):
    """Received level as :func:`phusong.reach` gives it.

    Parameters
    ----------
    grid, model, environment, network, layers
        As of :class:`phusong.analysis.reach.Reach`.
    study
        The study that it belongs to.
    """

    def explore(
        self,
        *,
        operator: str = ANY,
        technology: str | None = None,
        column: str = "level",
        height_px: int = 620,
    ) -> "MapView":
        """Show levels, coverage and sites on a map.

        Parameters
        ----------
        operator
            Key or name of the operator to begin with; ``any`` for all together.
        technology
            Technology to show; the study's first by default.
        column
            What to begin with: ``level``, ``coverage`` or ``probability``.
        height_px
            Height of the map in the notebook [px].

        Returns
        -------
        MapView
            A self-contained page, shown below the cell; ``save`` writes it to a file.
        """
        from phusong.pipeline.map_views import reach_view  # noqa: PLC0415 — see above

        return reach_view(
            self.study, self, operator=operator, technology=technology, column=column,
            height_px=height_px,
        )  # fmt: skip

    def plot(
        self,
        *,
        ax: Any = None,
        operator: str = ANY,
        technology: str | None = None,
        column: str = "level",
        figsize: Size | None = None,
        legend: bool = True,
    ) -> Any:
        """Draw levels of one operator.

        Parameters
        ----------
        ax
            Matplotlib axes to draw on; a new figure by default.
        operator
            Key or name of an operator; ``any`` for all together.
        technology
            Technology to show; the study's first by default.
        column
            ``level``, ``coverage`` or ``probability``.
        figsize
            Width and height of a new figure [inch].
        legend
            Whether classes are explained under the map.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.
        """
        from phusong.pipeline.pictures import reach_plot  # noqa: PLC0415 — see above

        return reach_plot(
            self.study, self, operator=operator, technology=technology, column=column,
            ax=ax, figsize=figsize, legend=legend,
        )  # fmt: skip

    def _summary(self) -> "Summary":
        from phusong.reporting.summary import reach_summary  # noqa: PLC0415 — see above

        return reach_summary(self.study, self)

    def _picture(self) -> Picture:
        from phusong.pipeline.pictures import reach_picture  # noqa: PLC0415 — see above

        return reach_picture(self.study, self)


@dataclass(frozen=True, eq=False, repr=False)
class StudyService(KnowsStudy, Service):
    """Quality and resilience as :func:`phusong.service` gives them.

    Parameters
    ----------
    quality, resilience
        As of :class:`phusong.pipeline.service.Service`.
    study
        The study that it belongs to.
    """

    def explore(
        self, *, operator: str | None = None, column: str = "rate", height_px: int = 620
    ) -> "MapView":
        """Show download rates, or what is left without the best site, on the map of the study.

        Parameters
        ----------
        operator
            Key or name of the operator to begin with; the first computed one by default.
        column
            ``rate``, ``spare`` or ``direction``, or another of :meth:`OpenStudy.explore`.
        height_px
            Height of the map in the notebook [px].

        Returns
        -------
        MapView
            A self-contained page, shown below the cell; ``save`` writes it to a file.
        """
        from phusong.pipeline.map_views import map_view  # noqa: PLC0415 — see above

        first = self.quality["operator"].iloc[0]
        return map_view(self.study, operator=operator or first, column=column, height_px=height_px)

    def plot(
        self,
        *,
        ax: Any = None,
        operator: str | None = None,
        technology: str | None = None,
        column: str = "rate",
        figsize: Size | None = None,
        legend: bool = True,
    ) -> Any:
        """Draw classes of download rate, or how many sites cover a place.

        Parameters
        ----------
        ax
            Matplotlib axes to draw on; a new figure by default.
        operator
            Key or name of an operator; the first computed one by default, for ``sites`` all.
        technology
            Technology to show; the study's first by default.
        column
            ``rate`` or ``sites``.
        figsize
            Width and height of a new figure [inch].
        legend
            Whether classes are explained under the map.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.
        """
        from phusong.pipeline.service_pictures import service_plot  # noqa: PLC0415 — see above

        return service_plot(
            self.study, self, operator=operator, technology=technology, column=column,
            ax=ax, figsize=figsize, legend=legend,
        )  # fmt: skip

    def _summary(self) -> "Summary":
        from phusong.reporting.summary import service_summary  # noqa: PLC0415 — see above

        return service_summary(self.study, self.quality, self.resilience)

    def _picture(self) -> Picture | None:
        from phusong.pipeline.service_pictures import service_picture  # noqa: PLC0415 — see above

        return service_picture(self.study, self)


@dataclass(frozen=True, eq=False, repr=False)
class StudyGaps(KnowsStudy, Gaps):
    """Who has no signal, as :func:`phusong.gaps` gives it.

    Parameters
    ----------
    grid, classes, polygons, communes, villages, facilities, environments, basis, totals
        As of :class:`phusong.analysis.gaps.Gaps`.
    village_counts, criterion8, models, causes, beside
        As of :class:`phusong.analysis.gaps.Gaps`.
    study
        The study that it belongs to.
    """

    def explore(
        self, *, operator: str = ANY, technology: str | None = None, height_px: int = 620
    ) -> "MapView":
        """Show coverage, white zones, communes and villages on a map.

        Parameters
        ----------
        operator
            Key or name of the operator to begin with; ``any`` for all together.
        technology
            Technology to show; the study's first by default.
        height_px
            Height of the map in the notebook [px].

        Returns
        -------
        MapView
            A self-contained page, shown below the cell; ``save`` writes it to a file.
        """
        from phusong.pipeline.map_views import gaps_view  # noqa: PLC0415 — see above

        return gaps_view(
            self.study, self, operator=operator, technology=technology, height_px=height_px
        )

    def plot(
        self,
        *,
        ax: Any = None,
        operator: str = ANY,
        technology: str | None = None,
        figsize: Size | None = None,
        legend: bool = True,
    ) -> Any:
        """Draw where one operator covers and where not.

        Parameters
        ----------
        ax
            Matplotlib axes to draw on; a new figure by default.
        operator
            Key or name of an operator; ``any`` for all together.
        technology
            Technology to show; the study's first by default.
        figsize
            Width and height of a new figure [inch].
        legend
            Whether classes are explained under the map.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.
        """
        from phusong.pipeline.pictures import gaps_plot  # noqa: PLC0415 — see above

        return gaps_plot(
            self.study, self, operator=operator, technology=technology, ax=ax, figsize=figsize,
            legend=legend,
        )  # fmt: skip

    def _summary(self) -> "Summary":
        from phusong.reporting.summary import gaps_summary  # noqa: PLC0415 — see above

        return gaps_summary(self.study, self)

    def _picture(self) -> Picture:
        from phusong.pipeline.pictures import gaps_picture  # noqa: PLC0415 — see above

        return gaps_picture(self.study, self)


@dataclass(frozen=True, eq=False, repr=False)
class StudyPlan(KnowsStudy, Plan):
    """What to build first, as :func:`phusong.plan` gives it.

    Parameters
    ----------
    priorities, build_order, stability, variance_split, measure_next, frontier, choices
        As of :class:`phusong.pipeline.plan.Plan`.
    strategies, hop_profiles, operator_frontier, operator_build_order
        As of :class:`phusong.pipeline.plan.Plan`.
    study
        The study that it belongs to.
    """

    def explore(
        self, *, operator: str = ANY, column: str = "coverage", height_px: int = 620
    ) -> "MapView":
        """Show ranked options with their reasons on the map of the study.

        Parameters
        ----------
        operator
            Key or name of the operator to begin with; ``any`` for all together.
        column
            What to begin with, see :meth:`OpenStudy.explore`.
        height_px
            Height of the map in the notebook [px].

        Returns
        -------
        MapView
            A self-contained page, shown below the cell; ``save`` writes it to a file.
        """
        from phusong.pipeline.map_views import map_view  # noqa: PLC0415 — see above

        return map_view(self.study, operator=operator, column=column, height_px=height_px)

    def plot(
        self,
        *,
        ax: Any = None,
        operator: str = ANY,
        most: int = 10,
        figsize: Size | None = None,
        legend: bool = True,
    ) -> Any:
        """Draw the first ranks over today's coverage.

        Parameters
        ----------
        ax
            Matplotlib axes to draw on; a new figure by default.
        operator
            Key or name of the operator whose options and coverage are drawn; ``any`` for all.
        most
            Ranks to draw, at least 1.
        figsize
            Width and height of a new figure [inch].
        legend
            Whether classes are explained under the map.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.
        """
        from phusong.pipeline.pictures import plan_plot  # noqa: PLC0415 — see above

        return plan_plot(
            self.study, self, operator=operator, most=most, ax=ax, figsize=figsize, legend=legend
        )

    def _summary(self) -> "Summary":
        from phusong.reporting.summary import plan_summary  # noqa: PLC0415 — see above

        return plan_summary(self.study, self.priorities)

    def _picture(self) -> Picture:
        from phusong.pipeline.pictures import plan_picture  # noqa: PLC0415 — see above

        return plan_picture(self.study, self)
