"""Pictures of a study and of its results, and axes with them drawn, as notebooks show them."""

from collections.abc import Iterable
from typing import Any

from pyproj import Transformer
from shapely.geometry import Point

from phusong.analysis.gaps import UNKNOWN, Gaps, service_class
from phusong.analysis.reach import ANY, Reach
from phusong.errors import unknown_name
from phusong.geo.grid import Grid
from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline.begin import start
from phusong.pipeline.gaps import confidence
from phusong.pipeline.plan import Plan
from phusong.reporting.coverage_figures import Outline, coverage_figure
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.figures import picture
from phusong.reporting.palette import (
    level_classes,
    operator_colour,
    percent_classes,
    service_classes,
)
from phusong.reporting.plots import Plotted, Signs, draw_map, small_picture
from phusong.reporting.service_rasters import PERCENT_EDGES, percent_bands
from phusong.reporting.study_facts import (
    LEVEL_EDGES_DBM,
    operator_words,
    practice_words,
)
from phusong.reporting.study_index import outlines
from phusong.reporting.study_map import COVERAGE, LEVEL, level_bands
from phusong.reporting.wording import said
from phusong.study import Study

PROBABILITY = "probability"
COLUMNS = (LEVEL, COVERAGE, PROBABILITY)
"""What may be drawn of a reach."""
_FEW = 10


def chosen_layer(
    study: Study, layers: Iterable[tuple[str, str]], operator: str, technology: str | None
) -> tuple[str, str]:
    """Key of a layer that a reader names.

    Parameters
    ----------
    study
        The study.
    layers
        Keys of the layers that there are: operator and technology.
    operator
        Key or name of an operator; ``any`` for all together.
    technology
        For example ``LTE``; the study's first by default.

    Returns
    -------
    operator, technology
        The key.

    Raises
    ------
    DomainError
        There is no such layer; the message names the nearest.
    """
    there = set(layers)
    which = next(iter(study.technologies)) if technology is None else technology
    technologies = {known for _, known in there}
    if which not in technologies:
        raise unknown_name(
            "technology", which, [t for t in study.technologies if t in technologies]
        )
    names = {ANY: ANY} | {name: op.key for op in study.operators for name in (op.key, op.name)}
    known = {name: key for name, key in names.items() if (key, which) in there}
    if operator not in known:
        raise unknown_name("operator", operator, known)
    return known[operator], which


def coverage_picture(study: Study, found: Gaps, operator: str = ANY) -> Picture:
    """Draw where an operator covers, over shaded terrain.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.
    operator
        Key or name of an operator; ``any`` for all together.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    key = chosen_layer(study, found.classes, operator, None)
    content = _gaps_plotted(study, found, key)
    figure = coverage_figure(
        found.classes[key],
        content.legend,
        grid=content.grid,
        title=content.title,
        height_amsl_m=content.height_amsl_m,
        outlines=content.outlines,
        practice=content.practice,
    )
    return picture(figure, alt=content.title, kind="jpeg")


def study_plot(study: Study, **drawn: Any) -> Any:
    """Draw terrain, communes and sites on air.

    Parameters
    ----------
    study
        The study.
    **drawn
        Axes, size and legend, see :func:`phusong.reporting.plots.draw_map`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    return draw_map(_study_plotted(study), **drawn)


def study_picture(study: Study) -> Picture:
    """The same, small.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Picture
        The picture.
    """
    return small_picture(_study_plotted(study))


def _study_plotted(study: Study) -> Plotted:
    inputs = start(study).inputs
    signs = []
    for place, operator in enumerate(study.operators):
        own = [s for s in inputs.network.on_air().sectors if s.operator == operator.name]
        points = tuple(sorted({(s.easting, s.northing) for s in own}))
        if points:
            words = said("Sites of {name}", name=operator.name)
            signs.append(Signs(words, operator_colour(operator.colour, place), points))
    return plotted(study, inputs.grid, title=said("Communes and sites on air"), signs=tuple(signs))


def plotted(
    study: Study, grid: Grid, *, title: Bilingual, spots: tuple[Outline, ...] = (), **shown: Any
) -> Plotted:
    """What every map of a study shows, and something on it.

    Parameters
    ----------
    study
        The study.
    grid
        Frame of the classes.
    title
        What the map shows.
    spots
        Further outlines.
    **shown
        Classes with their legend, or signs, see :class:`phusong.reporting.plots.Plotted`.

    Returns
    -------
    Plotted
        With relief, communes and the words of practice data.
    """
    inputs = start(study).inputs
    return Plotted(
        title=title,
        grid=grid,
        height_amsl_m=inputs.terrain.height_amsl_m,
        outlines=(*outlines(inputs.places), *spots),
        practice=practice_words(study),
        **shown,
    )


def reach_plot(
    study: Study,
    reached: Reach,
    *,
    operator: str = ANY,
    technology: str | None = None,
    column: str = LEVEL,
    **drawn: Any,
) -> Any:
    """Draw level, coverage or probability of one operator.

    Parameters
    ----------
    study
        The study.
    reached
        Its reach.
    operator
        Key or name of an operator; ``any`` for all together.
    technology
        Technology to show; the study's first by default.
    column
        ``level``, ``coverage`` or ``probability``.
    **drawn
        Axes, size and legend, see :func:`phusong.reporting.plots.draw_map`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    key = chosen_layer(study, reached.layers, operator, technology)
    return draw_map(_reach_plotted(study, reached, key, column), **drawn)


def reach_picture(study: Study, reached: Reach) -> Picture:
    """Level of all operators, small.

    Parameters
    ----------
    study
        The study.
    reached
        Its reach.

    Returns
    -------
    Picture
        The picture.
    """
    key = chosen_layer(study, reached.layers, ANY, None)
    return small_picture(_reach_plotted(study, reached, key, LEVEL))


def _reach_plotted(study: Study, reached: Reach, key: tuple[str, str], column: str) -> Plotted:
    layer, (operator, technology) = reached.layers[key], key
    who = operator_words(study)[operator]
    if column == LEVEL:
        classes = level_bands(layer.level_dbm, layer.probability_percent == UNKNOWN)
        legend = level_classes(LEVEL_EDGES_DBM)
        title = said("{technology} level: {who}", technology=technology, who=who)
    elif column == COVERAGE:
        classes, legend = service_class(layer, confidence(study)), service_classes()
        title = said("{technology} coverage: {who}", technology=technology, who=who)
    elif column == PROBABILITY:
        classes, legend = percent_bands(layer.probability_percent), percent_classes(PERCENT_EDGES)
        title = said("{technology}, probability of service: {who}", technology=technology, who=who)
    else:
        raise unknown_name("column", column, COLUMNS)
    return plotted(study, reached.grid, title=title, classes=classes, legend=legend)


def gaps_plot(
    study: Study, found: Gaps, *, operator: str = ANY, technology: str | None = None, **drawn: Any
) -> Any:
    """Draw where one operator covers and where not.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.
    operator
        Key or name of an operator; ``any`` for all together.
    technology
        Technology to show; the study's first by default.
    **drawn
        Axes, size and legend, see :func:`phusong.reporting.plots.draw_map`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    key = chosen_layer(study, found.classes, operator, technology)
    return draw_map(_gaps_plotted(study, found, key), **drawn)


def gaps_picture(study: Study, found: Gaps) -> Picture:
    """Coverage of all operators, small.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Picture
        The picture.
    """
    key = chosen_layer(study, found.classes, ANY, None)
    return small_picture(_gaps_plotted(study, found, key))


def _gaps_plotted(
    study: Study, found: Gaps, key: tuple[str, str], spots: tuple[Outline, ...] = ()
) -> Plotted:
    operator, technology = key
    who = operator_words(study)[operator]
    title = said("{technology} coverage: {who}", technology=technology, who=who)
    return plotted(
        study, found.grid, title=title, spots=spots, classes=found.classes[key],
        legend=service_classes(),
    )  # fmt: skip


def plan_plot(
    study: Study, ranked: Plan, *, operator: str = ANY, most: int = _FEW, **drawn: Any
) -> Any:
    """Draw the first ranks over today's coverage.

    Parameters
    ----------
    study
        The study.
    ranked
        Its ranking.
    operator
        Key or name of the operator whose options and coverage are drawn; ``any`` for all.
    most
        Ranks to draw, at least 1.
    **drawn
        Axes, size and legend, see :func:`phusong.reporting.plots.draw_map`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    return draw_map(_plan_plotted(study, ranked, operator, most), **drawn)


def plan_picture(study: Study, ranked: Plan) -> Picture:
    """The first ranks of all operators, small.

    Parameters
    ----------
    study
        The study.
    ranked
        Its ranking.

    Returns
    -------
    Picture
        The picture.
    """
    return small_picture(_plan_plotted(study, ranked, ANY, _FEW))


def _plan_plotted(study: Study, ranked: Plan, operator: str, most: int) -> Plotted:
    session = start(study)
    found = gaps_step.gaps(session, reach_step.reach(session))
    key = chosen_layer(study, found.classes, operator, None)
    table = ranked.priorities
    if key[0] != ANY:
        table = table[table["operator"] == operator_words(study)[key[0]].en]
    first = table.head(most)[::-1]  # the first rank is drawn last, so that it lies on top
    to_grid = Transformer.from_crs(4326, found.grid.crs, always_xy=True)
    east, north = to_grid.transform(first["longitude"], first["latitude"])
    spots = (
        Outline(Point(*at), str(rank)) for *at, rank in zip(east, north, first["rank"], strict=True)
    )
    return _gaps_plotted(study, found, key, tuple(spots))
