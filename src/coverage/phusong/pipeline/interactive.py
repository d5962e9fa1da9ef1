"""A study and its results as notebooks have them: they know their study, and show themselves.

Each class is the plain result with its study beside it, so that whatever takes the one takes the
other. Drawing is loaded when something is drawn: the command line opens studies too, and must not
wait for matplotlib and folium.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from phusong.analysis.reach import ANY
from phusong.errors import PhusongError
from phusong.pipeline.begin import start
from phusong.reporting.escape import NO_FORMULAS, text
from phusong.reporting.facts import Picture
from phusong.study import Study

if TYPE_CHECKING:
    from phusong.pipeline.map_views import MapView
    from phusong.reporting.summary import Summary

Known = TypeVar("Known", bound="KnowsStudy")
Size = tuple[float, float]
_MACHINERY = frozenset({"keep", "located", "note"})
"""Public names of a study that readers have no use for, beside those of every model."""


class Shows:
    """What every object of a study does in a notebook: it says and shows what it is."""

    def _summary(self) -> "Summary":
        raise NotImplementedError

    def _picture(self) -> Picture | None:
        return None

    def _repr_html_(self) -> str:
        return self._summary().html(self._picture())

    def __repr__(self) -> str:
        return self._summary().plain()

    def __str__(self) -> str:
        return repr(self)

    def __dir__(self) -> list[str]:
        """Names that a reader may use, for completion."""
        return sorted(name for name in super().__dir__() if not name.startswith("_"))


def _of_use(names: Iterable[str]) -> list[str]:
    """Names of a study that its readers use, without those of every model."""
    return [name for name in names if not (hasattr(BaseModel, name) or name in _MACHINERY)]


class _Listed(type(BaseModel)):  # type: ignore[misc]  # pydantic's metaclass has no public name
    """Lists a class's names for completion, which asks objects and their classes."""

    def __dir__(cls) -> list[str]:
        return _of_use(super().__dir__())


class OpenStudy(Shows, Study, metaclass=_Listed):
    """A study as :func:`phusong.open_study` gives it."""

    def explore(
        self, *, operator: str = ANY, column: str = "coverage", height_px: int = 620
    ) -> "MapView":
        """Show everything that was found on a map; missing steps are done first.

        Parameters
        ----------
        operator
            Key or name of the operator to begin with; ``any`` for all together.
        column
            What to begin with: ``coverage``, ``level``, ``probability``, ``environment``,
            ``rate``, ``spare`` or ``direction``.
        height_px
            Height of the map in the notebook [px].

        Returns
        -------
        MapView
            A self-contained page, shown below the cell; ``save`` writes it to a file.
        """
        from phusong.pipeline.map_views import map_view  # noqa: PLC0415 — see above

        return map_view(self, operator=operator, column=column, height_px=height_px)

    def plot(self, *, ax: Any = None, figsize: Size | None = None, legend: bool = True) -> Any:
        """Draw what is asked about: terrain, communes and sites on air; nothing is computed.

        Parameters
        ----------
        ax
            Matplotlib axes to draw on; a new figure by default.
        figsize
            Width and height of a new figure [inch].
        legend
            Whether signs are explained under the map.

        Returns
        -------
        matplotlib.axes.Axes
            The axes.
        """
        from phusong.pipeline.pictures import study_plot  # noqa: PLC0415 — see above

        return study_plot(self, ax=ax, figsize=figsize, legend=legend)

    def _summary(self) -> "Summary":
        from phusong.reporting.summary import study_summary  # noqa: PLC0415 — see above

        return study_summary(self)

    def _repr_html_(self) -> str:
        from phusong.pipeline.pictures import study_picture  # noqa: PLC0415 — see above
        from phusong.reporting.summary import study_summary  # noqa: PLC0415 — see above

        try:
            drawn = study_picture(self)
            network = start(self).inputs.network.on_air()
        except PhusongError as error:  # the study is open; what is wrong is said beside it
            trouble = f'<p role="alert" class="{NO_FORMULAS}">{text(error)}</p>'
            return study_summary(self).html() + trouble
        return study_summary(self, network).html(drawn)

    def __dir__(self) -> list[str]:
        """Names of the study file's sections, and what a reader may ask of them."""
        return _of_use(super().__dir__())


@dataclass(frozen=True, eq=False, repr=False)
class KnowsStudy(Shows):
    """A result with its study beside it.

    Parameters
    ----------
    study
        The study that it belongs to.
    """

    study: Study = field(kw_only=True)


def opened(study: Study) -> OpenStudy:
    """The same study, which shows itself.

    Parameters
    ----------
    study
        A study.

    Returns
    -------
    OpenStudy
        It has no history yet.
    """
    made = OpenStudy.model_construct(study.model_fields_set, **dict(study))
    return made.located(study.file, study.root)


def with_study(kind: type[Known], study: Study, result: Any) -> Known:
    """A step's result with its study beside it.

    Parameters
    ----------
    kind
        What it becomes.
    study
        The study.
    result
        What the step gave.

    Returns
    -------
    KnowsStudy
        The same numbers.
    """
    facts = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    return kind(**{**facts, "study": study})
