"""Coverage by class over shaded terrain, as notebooks and pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from shapely.geometry import shape as shapely_shape

from phusong.geo.grid import Grid
from phusong.reporting.facts import Bilingual
from phusong.reporting.figures import (
    INK,
    STYLE,
    burn_in,
    draw_title,
    legend_patches,
    say_legend,
    short_name,
    worded_figure,
)
from phusong.reporting.overlays import check_classes, class_colours
from phusong.reporting.palette import ClassStyle
from phusong.reporting.relief import UInt8Array, hillshade, relief_colours
from phusong.units import Float32Array

_NAME_STEP_PT = 8
_NAME_STEPS = (0, 1, -1, 2, -2, 3, -3, 4, -4)
_NAME_PAD_PX = 2.0
_BAR_SHARES = (1, 2, 5)
_BAR_PART = 0.24
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
        height_in = width_in * (north - south) / (east - west) + 1.15
        figure = worded_figure((width_in, height_in))
        axes = figure.add_axes((0.02, 0.085, 0.96, 0.83))
        draw_coverage(
            axes, classes, legend, grid=grid, height_amsl_m=height_amsl_m, outlines=outlines
        )
        _make_room(figure, axes, _draw_words(figure, title, legend))
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
            draw_badge(axes, shape, outline.name)
            continue
        rings = [shapely.get_coordinates(part) for part in _rings(shape)]
        axes.add_collection(LineCollection(rings, colors="white", linewidths=3.0, alpha=0.8))
        axes.add_collection(LineCollection(rings, colors=INK, linewidths=1.3))
        if outline.name:
            names.append((shape.representative_point(), short_name(outline.name)))
    _write_names(axes, names)


def draw_badge(axes: Any, spot: shapely.Point, label: str, *, size_pt: float = 7.5) -> None:
    """A number in a disc.

    Parameters
    ----------
    axes
        Matplotlib axes, changed in place.
    spot
        Where, in the grid's CRS.
    label
        The number.
    size_pt
        Height of its letters [point].
    """
    axes.annotate(
        label, (spot.x, spot.y), ha="center", va="center", fontsize=size_pt, fontweight="bold",
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


def _make_room(figure: Figure, axes: Any, legend: Any) -> None:
    """Grow the figure where its legend takes more rows than there is room for below the map."""
    height, top = figure.get_figheight(), axes.get_position().y0
    over = legend.get_window_extent().y1 / figure.bbox.y1 - top
    if over <= 0.0:
        return
    taller = height * (1.0 + over)
    figure.set_figheight(taller)
    left, bottom, width, tall = axes.get_position().bounds
    axes.set_position((left, (bottom + over) * height / taller, width, tall * height / taller))


def _draw_words(figure: Figure, title: Bilingual, legend: Sequence[ClassStyle]) -> Any:
    draw_title(figure, title)
    most = max(1, min(int(figure.get_figwidth() / _COLUMN_IN), len(legend)))
    for columns in range(most, 0, -1):
        key = figure.legend(
            legend_patches(legend),
            [""] * len(legend),
            loc="lower left",
            bbox_to_anchor=(0.015, 0.026),
            ncols=columns,
            frameon=False,
            fontsize=9,
        )
        say_legend(None, key, [style.name for style in legend])
        if columns == 1 or key.get_window_extent().x1 <= figure.bbox.x1:
            break
        key.remove()  # the words run over the edge
    say_legend(figure, key, [style.name for style in legend])
    return key
