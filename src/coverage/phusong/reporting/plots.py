"""Maps on matplotlib axes: what ``plot()`` draws in notebooks and scripts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from shapely.geometry import shape

from phusong.geo.grid import Grid
from phusong.reporting.coverage_figures import Outline, draw_coverage
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.figures import INK, STYLE, burn_in_axes, legend_patches, picture
from phusong.reporting.palette import ClassStyle
from phusong.reporting.relief import UInt8Array
from phusong.units import Float32Array

_WIDTH_IN = 8.0
_WORDS_IN = 1.15
"""Height beside the map, for its title and legend."""
_COLUMNS = 3
_SMALL_IN, _SMALL_DPI = 4.0, 96
_MARKERS = ("o", "s", "^", "D", "v")
"""Shapes of the first, second, … signs, so that colour is not their only mark."""


@dataclass(frozen=True, eq=False)
class Signs:
    """Spots that are drawn alike.

    Parameters
    ----------
    name
        Words of the legend.
    colour
        ``#rrggbb``.
    points
        Easting and northing of each, in the grid's CRS [m].
    """

    name: Bilingual
    colour: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Plotted:
    """A map to be drawn.

    Parameters
    ----------
    title
        Title in both languages.
    grid
        Frame of the rasters.
    height_amsl_m
        Terrain to shade; NaN is unknown [m].
    outlines
        Communes, and the spots of ranked options, in the grid's CRS.
    practice
        Words to burn in when practice data went in, else None.
    classes
        Class codes, uint8, shape of the grid; 255 is unknown; None for the ground alone.
    legend
        How each class is drawn.
    signs
        Spots over it.
    """

    title: Bilingual
    grid: Grid
    height_amsl_m: Float32Array
    outlines: Sequence[Outline]
    practice: Bilingual | None
    classes: UInt8Array | None = None
    legend: tuple[ClassStyle, ...] = ()
    signs: tuple[Signs, ...] = ()


def draw_map(
    content: Plotted,
    *,
    ax: Any = None,
    figsize: tuple[float, float] | None = None,
    legend: bool = True,
) -> Any:
    """Draw a map on axes, as geopandas does.

    Parameters
    ----------
    content
        What the map shows.
    ax
        Matplotlib axes to draw on; a new figure of pyplot by default.
    figsize
        Width and height of a new figure [inch].
    legend
        Whether the classes are explained under the map.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    from matplotlib import pyplot as plt  # noqa: PLC0415 — it chooses how windows open

    with mpl.rc_context(STYLE):
        if ax is None:
            size = figsize or _size(content, _WIDTH_IN, beside_in=_WORDS_IN)
            _, ax = plt.subplots(figsize=size, layout="constrained")
        marks = _draw_content(ax, content)
        vi, en = content.title.vi, content.title.en
        ax.set_title(vi if vi == en else f"{vi}\n{en}", loc="left", color=INK, parse_math=False)
        if content.practice is not None:
            _draw_badge(ax, content.practice)
        if legend:
            _draw_legend(ax, content, marks)
    return ax


def mark_practice(ax: Any, practice: Bilingual) -> None:
    """Write the words for practice data on axes that show no map.

    Parameters
    ----------
    ax
        Matplotlib axes, changed in place.
    practice
        The words.
    """
    burn_in_axes(ax, practice)
    _draw_badge(ax, practice)


def small_picture(content: Plotted) -> Picture:
    """The map as a picture that stands beside key numbers.

    Parameters
    ----------
    content
        What the map shows.

    Returns
    -------
    Picture
        A few hundred pixels wide, its title as the alternative text.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=_size(content, _SMALL_IN, beside_in=0.0))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        bare = tuple(replace(outline, name=outline.name if _is_spot(outline) else "")
                     for outline in content.outlines)  # fmt: skip
        _draw_content(axes, replace(content, outlines=bare))
    return picture(figure, alt=content.title, dpi=_SMALL_DPI, kind="jpeg")


def _is_spot(outline: Outline) -> bool:
    return bool(shape(outline.geometry).geom_type == "Point")


def _size(content: Plotted, width_in: float, *, beside_in: float) -> tuple[float, float]:
    west, south, east, north = content.grid.bounds
    return width_in, width_in * (north - south) / (east - west) + beside_in


def _draw_content(ax: Any, content: Plotted) -> list[Any]:
    """The map itself; what it returns stands in the legend."""
    draw_coverage(
        ax,
        content.classes,
        content.legend,
        grid=content.grid,
        height_amsl_m=content.height_amsl_m,
        outlines=content.outlines,
    )
    marks = [
        ax.scatter(
            *zip(*signs.points, strict=True), s=22, color=signs.colour, edgecolors="white",
            linewidths=0.7, marker=_MARKERS[place % len(_MARKERS)], zorder=15,
        )
        for place, signs in enumerate(content.signs)
    ]  # fmt: skip
    if content.practice is not None:
        burn_in_axes(ax, content.practice)
    return marks


def _draw_badge(ax: Any, practice: Bilingual) -> None:
    ax.text(
        0.5, 0.0, practice.plain, ha="center", va="bottom", fontsize=9,
        fontweight="bold", color="#1a1500", transform=ax.transAxes, parse_math=False,
        bbox={"facecolor": "#ffd23f", "edgecolor": "#1a1500", "pad": 3}, zorder=60,
    )  # fmt: skip


def _draw_legend(ax: Any, content: Plotted, marks: Sequence[Any]) -> None:
    names = [style.name.plain for style in content.legend]
    names += [signs.name.plain for signs in content.signs]
    if not names:
        return
    key = ax.legend(
        [*legend_patches(content.legend), *marks],
        names,
        loc="upper left",
        bbox_to_anchor=(0.0, -0.01),
        borderaxespad=0.0,
        ncols=min(_COLUMNS, len(names)),
        frameon=False,
        fontsize=8.5,
    )
    for words in key.get_texts():
        words.set_parse_math(False)
