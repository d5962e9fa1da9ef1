"""Figures for notebooks and pages: drawn without a display, equal to the byte each time."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from PIL import Image
from shapely.geometry import shape as shapely_shape

from phusong.geo.grid import Grid
from phusong.reporting.facts import Bilingual, Picture, shown
from phusong.reporting.overlays import check_classes, class_colours
from phusong.reporting.palette import ClassStyle
from phusong.reporting.relief import UInt8Array, hillshade, relief_colours
from phusong.reporting.wording import said
from phusong.units import Float32Array

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.linewidth": 0.8,
    "svg.hashsalt": "phusong",
    "path.simplify": True,
}
INK, _QUIET = "#17242f", "#566472"
_NAME_STEP_PT = 8
_NAME_STEPS = (0, 1, -1, 2, -2, 3, -3, 4, -4)
_NAME_PAD_PX = 2.0
_WEBP_QUALITY = 82
_JPEG_QUALITY = 86
_BAR_SHARES = (1, 2, 5)
_BAR_PART = 0.24
_WORDS_EVERY_IN = 1.7
_SUBTITLE_IN = 0.33
_COLUMN_IN = 2.6
_VEIL, _VEIL_STRENGTH = "#f4f6f7", 0.72
_OVERLAY_STRENGTH = 0.58
"""The opacity with which maps open, so that figure and map look alike."""


@dataclass(frozen=True)
class Outline:
    """A named outline, or a numbered spot, in the grid's CRS.

    Parameters
    ----------
    geometry
        Polygon, line or point as GeoJSON geometry or anything with ``__geo_interface__`` [m].
        What lies outside every polygon is dimmed.
    name
        Written inside, for a point inside its badge; empty for none.
    """

    geometry: Any
    name: str = ""


def coverage_figure(
    classes: UInt8Array,
    legend: Sequence[ClassStyle],
    *,
    grid: Grid,
    title: Bilingual,
    height_amsl_m: Float32Array | None = None,
    outlines: Sequence[Outline] = (),
    practice: Bilingual | None = None,
    width_in: float = 8.0,
) -> Figure:
    """Coverage by class over shaded terrain, with outlines, scale bar and legend.

    Parameters
    ----------
    classes
        Class codes, uint8, shape of the grid; 255 is unknown.
    legend
        How each class is drawn.
    grid
        Frame of the rasters.
    title
        Title in both languages.
    height_amsl_m
        Terrain to shade; NaN is unknown; None for a plain ground [m].
    outlines
        Communes, and the spots of ranked options, in the grid's CRS.
    practice
        Words to burn in when practice data went in, else None.
    width_in
        Width of the figure [inch]; the height follows from the grid.

    Returns
    -------
    matplotlib.figure.Figure
        The figure; ``picture`` turns it into a file.
    """
    check_classes(classes, legend)
    west, south, east, north = grid.bounds
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width_in, width_in * (north - south) / (east - west) + 1.15))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.02, 0.085, 0.96, 0.83))
        draw_coverage(
            axes, classes, legend, grid=grid, height_amsl_m=height_amsl_m, outlines=outlines
        )
        _draw_words(figure, title, legend)
        if practice is not None:
            burn_in(figure, practice)
    return figure


def draw_coverage(
    axes: Any,
    classes: UInt8Array | None,
    legend: Sequence[ClassStyle],
    *,
    grid: Grid,
    height_amsl_m: Float32Array | None = None,
    outlines: Sequence[Outline] = (),
) -> None:
    """Coverage by class over shaded terrain, with outlines and scale bar, on given axes.

    Parameters
    ----------
    axes
        Matplotlib axes, changed in place.
    classes
        Class codes, uint8, shape of the grid; 255 is unknown; None for the ground alone.
    legend
        How each class is drawn.
    grid
        Frame of the rasters.
    height_amsl_m
        Terrain to shade; NaN is unknown; None for a plain ground [m].
    outlines
        Communes, and the spots of ranked options, in the grid's CRS.
    """
    west, south, east, north = grid.bounds
    axes.set_aspect("equal")
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_xticks([])
    axes.set_yticks([])
    extent = (west, east, south, north)
    if height_amsl_m is not None:
        ground = relief_colours(hillshade(height_amsl_m, resolution_m=grid.resolution_m))
        axes.imshow(ground, extent=extent, interpolation="bilinear", origin="upper")
    if classes is not None:
        axes.imshow(
            class_colours(classes, legend),
            extent=extent,
            interpolation="nearest",
            origin="upper",
            alpha=_OVERLAY_STRENGTH if height_amsl_m is not None else 1.0,
        )
    _draw_veil(axes, outlines, extent)
    _draw_outlines(axes, outlines)
    _draw_scale_bar(axes, grid)


def picture(
    figure: Figure, *, alt: Bilingual, dpi: int = 110, kind: Literal["png", "webp", "jpeg"] = "png"
) -> Picture:
    """A figure as a picture whose bytes depend on what it shows, and on nothing else.

    Parameters
    ----------
    figure
        The figure.
    alt
        What it shows, for those who cannot see it.
    dpi
        Pixels per inch.
    kind
        ``jpeg`` for notebooks, which know no ``webp``; that for pages; ``png`` for no loss.

    Returns
    -------
    Picture
        The picture, without a date and without the name of a program.
    """
    canvas = FigureCanvasAgg(figure)
    out = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.set_dpi(dpi)
        canvas.draw()
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    if kind == "webp":
        drawn.save(out, format="WEBP", quality=_WEBP_QUALITY, method=4)
    elif kind == "jpeg":
        drawn.save(out, format="JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True)
    else:
        drawn.save(out, format="PNG", optimize=True)
    return Picture(content=out.getvalue(), alt=alt, mime=f"image/{kind}")


def burn_in(figure: Figure, practice: Bilingual) -> None:
    """Write the words for practice data across a figure, so that any part of it carries them.

    Parameters
    ----------
    figure
        The figure, changed in place.
    practice
        The words.
    """
    for axes in figure.axes:
        burn_in_axes(axes, practice)
    figure.text(
        0.5, 0.008, practice.plain, ha="center", va="bottom", fontsize=11, fontweight="bold",
        color="#1a1500", bbox={"facecolor": "#ffd23f", "edgecolor": "#1a1500", "pad": 3},
        zorder=60, parse_math=False,
    )  # fmt: skip


def burn_in_axes(axes: Any, practice: Bilingual) -> None:
    """Write the words for practice data across one pair of axes.

    Parameters
    ----------
    axes
        Matplotlib axes, changed in place.
    practice
        The words.
    """
    words = practice.plain.upper()
    height_in = axes.get_position().height * axes.get_figure(root=True).get_figheight()
    count = max(1, round(height_in / _WORDS_EVERY_IN))
    for row in range(count):
        for x in (0.0, 0.5, 1.0) if row % 2 else (0.25, 0.75):
            axes.text(
                x, (row + 0.5) / count, words, rotation=24, ha="center", va="center",
                fontsize=14, fontweight="bold", color=INK, alpha=0.26, zorder=50, clip_on=True,
                transform=axes.transAxes, parse_math=False,
            )  # fmt: skip


@contextmanager
def titled_figure(
    size_in: tuple[float, float], *, title: Bilingual, practice: Bilingual | None
) -> Iterator[Figure]:
    """A figure to draw on in the style of all, finished with its title and what else it must say.

    Parameters
    ----------
    size_in
        Width and height [inch].
    title
        Title in both languages.
    practice
        Words to burn in when practice data went in, else None.

    Yields
    ------
    matplotlib.figure.Figure
        Empty.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=size_in)
        FigureCanvasAgg(figure)
        yield figure
        _draw_title(figure, title)
        if practice is not None:
            burn_in(figure, practice)


def money_figure(
    priorities: pd.DataFrame, *, title: Bilingual, currency: str, practice: Bilingual | None = None
) -> Figure:
    """People newly covered against money, rank after rank.

    Parameters
    ----------
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.
    title
        Title in both languages.
    currency
        Of ``present_value``.
    practice
        Words to burn in when practice data went in, else None.

    Returns
    -------
    matplotlib.figure.Figure
        Steps from the first rank to the last: gains per operator, and those of them who had no
        operator at all.
    """
    money = np.concatenate([[0.0], priorities["present_value"].cumsum() / 1e9])
    lines = (
        ("people_newly_covered", "#12507b", "o", said("per operator")),
        ("people_white_zone", "#c81e1e", "s", said("in white zones")),
    )
    with titled_figure((8.0, 4.9), title=title, practice=practice) as figure:
        axes = figure.add_axes((0.11, 0.17, 0.86, 0.66))
        for column, colour, sign, words in lines:
            people = np.concatenate([[0.0], priorities[column].cumsum()])
            axes.step(money, people, where="post", color=colour, marker=sign, markersize=4.5,
                      label=words.plain)  # fmt: skip
        unit = f"[tỷ · billion {currency}]"
        axes.set_xlabel(f"Giá trị hiện tại cộng dồn · Cumulative present value {unit}",
                        parse_math=False)  # fmt: skip
        axes.set_ylabel("Người được phủ mới · People newly covered", parse_math=False)
        axes.yaxis.set_major_formatter(lambda value, _: shown(value, decimals=0))
        axes.set_xlim(left=0.0)
        axes.set_ylim(bottom=0.0)
        axes.grid(alpha=0.3)
        axes.legend(loc="upper left", frameon=False)
    return figure


def scale_bar_m(span_m: float) -> float:
    """A round length for a scale bar.

    Parameters
    ----------
    span_m
        Width of what is shown, > 0 [m].

    Returns
    -------
    float
        The largest 1, 2 or 5 times a power of ten that takes up to a quarter of the width [m].

    Examples
    --------
    >>> scale_bar_m(85_000.0)
    20000.0
    """
    room = span_m * _BAR_PART
    power = 10.0 ** np.floor(np.log10(room))
    return float(max(share * power for share in _BAR_SHARES if share * power <= room))


def _draw_veil(
    axes: Any, outlines: Sequence[Outline], extent: tuple[float, float, float, float]
) -> None:
    """Dim what lies outside the polygons, as maps do."""
    shapes = [shapely_shape(outline.geometry) for outline in outlines]
    areas = [shape for shape in shapes if shape.geom_type.endswith("Polygon")]
    if not areas:
        return
    west, east, south, north = extent
    outside = shapely.difference(
        shapely.box(west, south, east, north), shapely.union_all(areas)
    ).normalize()
    rings = [Path(shapely.get_coordinates(ring)) for ring in _rings(outside)]
    if rings:
        veil = PathPatch(Path.make_compound_path(*rings), facecolor=_VEIL, alpha=_VEIL_STRENGTH)
        veil.set_linewidth(0.0)
        axes.add_patch(veil)


def _draw_outlines(axes: Any, outlines: Sequence[Outline]) -> None:
    names = []
    for outline in outlines:
        shape = shapely_shape(outline.geometry)
        if shape.geom_type == "Point":
            _draw_badge(axes, shape, outline.name)
            continue
        rings = [shapely.get_coordinates(part) for part in _rings(shape)]
        axes.add_collection(LineCollection(rings, colors="white", linewidths=3.0, alpha=0.8))
        axes.add_collection(LineCollection(rings, colors=INK, linewidths=1.3))
        if outline.name:
            names.append((shape.representative_point(), outline.name))
    _write_names(axes, names)


def _draw_badge(axes: Any, spot: shapely.Point, label: str) -> None:
    axes.annotate(
        label, (spot.x, spot.y), ha="center", va="center", fontsize=7.5, fontweight="bold",
        color="white", parse_math=False, annotation_clip=True, zorder=25,
        bbox={"boxstyle": "circle,pad=0.25", "facecolor": "#111111", "edgecolor": "white"},
    )  # fmt: skip


def _write_names(axes: Any, names: Sequence[tuple[shapely.Point, str]]) -> None:
    """Write each name inside its outline, or just above or below where names would touch."""
    axes.apply_aspect()
    taken: list[Any] = []
    for point, name in names:
        for step in _NAME_STEPS:
            words = axes.annotate(
                name, (point.x, point.y), xytext=(0, step * _NAME_STEP_PT),
                textcoords="offset points", ha="center", va="center", fontsize=8,
                fontweight="bold", color=INK, parse_math=False, annotation_clip=True, zorder=20,
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.2},
            )  # fmt: skip
            box = words.get_window_extent().padded(_NAME_PAD_PX)
            if not any(box.overlaps(other) for other in taken):
                break
            if step != _NAME_STEPS[-1]:
                words.remove()
        taken.append(box)


def _rings(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """The lines that a geometry is drawn with."""
    lines = shape.boundary if shape.geom_type.endswith("Polygon") else shape
    return list(getattr(lines, "geoms", [lines]))


def _draw_scale_bar(axes: Any, grid: Grid) -> None:
    west, south, east, north = grid.bounds
    length = scale_bar_m(east - west)
    x, y = west + 0.035 * (east - west), south + 0.035 * (north - south)
    for colour, width in (("white", 6.0), (INK, 3.0)):
        axes.plot([x, x + length], [y, y], color=colour, linewidth=width, solid_capstyle="butt")
    words = f"{length / 1000.0:g} km" if length >= 1000.0 else f"{length:g} m"
    axes.text(
        x + length / 2, y + 0.01 * (north - south), words, ha="center", va="bottom",
        fontweight="bold", color=INK,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def _draw_title(figure: Figure, title: Bilingual) -> None:
    top = 0.985
    figure.text(0.02, top, title.vi, fontsize=13, fontweight="bold", va="top", color=INK,
                parse_math=False)  # fmt: skip
    if title.en != title.vi:
        below = top - _SUBTITLE_IN / figure.get_figheight()
        figure.text(0.02, below, title.en, fontsize=10.5, va="top", color=_QUIET, parse_math=False)


def _draw_words(figure: Figure, title: Bilingual, legend: Sequence[ClassStyle]) -> None:
    _draw_title(figure, title)
    most = max(1, min(int(figure.get_figwidth() / _COLUMN_IN), len(legend)))
    for columns in range(most, 0, -1):
        key = figure.legend(
            legend_patches(legend),
            [style.name.plain for style in legend],
            loc="lower left",
            bbox_to_anchor=(0.015, 0.026),
            ncols=columns,
            frameon=False,
            fontsize=9,
        )
        for words in key.get_texts():
            words.set_parse_math(False)
        if key.get_window_extent().x1 <= figure.bbox.x1:
            break
        if columns > 1:  # the words run over the edge
            key.remove()


def legend_patches(legend: Sequence[ClassStyle]) -> list[Patch]:
    """The boxes of a legend.

    Parameters
    ----------
    legend
        How each class is drawn.

    Returns
    -------
    list of matplotlib.patches.Patch
        One per class.
    """
    return [
        Patch(
            facecolor=style.css,
            edgecolor="#3a0a0a" if style.hatched else "#444444",
            hatch="////" if style.hatched else None,
            linewidth=0.6,
        )
        for style in legend
    ]
