"""Pictures of communes: one close up with its villages numbered, and all of them side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from phusong.analysis.reach import ANY
from phusong.geo.grid import Grid
from phusong.reporting.basis_words import titled
from phusong.reporting.commune_words import villages_of
from phusong.reporting.coverage_figures import Outline, coverage_figure, draw_badge
from phusong.reporting.facts import BOTH, Bilingual, Picture, same
from phusong.reporting.figures import (
    QUIET,
    STYLE,
    burn_in,
    picture,
    say,
    say_legend,
    short_name,
    spoken_picture,
    worded_figure,
)
from phusong.reporting.overlays import class_colours
from phusong.reporting.ownership import own_and_others, own_legend
from phusong.reporting.palette import ClassStyle, service_classes
from phusong.reporting.ranges import ends_of
from phusong.reporting.relief import UInt8Array, hillshade, relief_colours
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import said

_MARGIN_M = 1200.0
_WIDTH_IN, _DPI = 5.6, 130
_ACROSS = 5


@dataclass(frozen=True)
class _Look:
    """Sizes of the figure of all communes: panels, words between, above and below [inch, point]."""

    panel_in: float
    words_in: float
    top_in: float
    key_in: float
    caption_pt: float
    title_pt: float
    below_in: float = 0.28
    badge_at: float = 0.5


_WIDE = _Look(2.25, 0.42, 0.62, 0.7, 8.2, 12.0)
_PAPER = _Look(1.42, 0.31, 0.36, 0.3, 7.2, 10.0, below_in=0.0, badge_at=0.9)
"""As wide as a sheet of paper, letter for letter."""
_BADGE_PT, _PAPER_DPI = 6.0, 150
_FEWEST, _MOST = 3, 15
"""Communes of which a figure with spots shows one panel each."""
_STRENGTH = 0.58


@dataclass(frozen=True)
class _Window:
    """Rows and columns of the study's grid that are shown, as slices."""

    rows: slice
    cols: slice

    def grid(self, whole: Grid) -> Grid:
        """Frame of the window."""
        return Grid(whole.geobox[self.rows, self.cols])


def _around(grid: Grid, outline: Any, side_m: float | None = None) -> _Window:
    """Window about an outline; a square of a given side about its middle, where one is given."""
    west, south, east, north = outline.bounds
    if side_m is not None:
        middle = ((west + east) / 2.0, (south + north) / 2.0)
        west, east = middle[0] - side_m / 2.0, middle[0] + side_m / 2.0
        south, north = middle[1] - side_m / 2.0, middle[1] + side_m / 2.0
    else:
        west, south, east, north = (
            west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M,
        )  # fmt: skip
    top, left = grid.pixel_of(np.array([west]), np.array([north]))
    bottom, right = grid.pixel_of(np.array([east]), np.array([south]))
    rows, cols = grid.shape
    return _Window(
        slice(max(0, int(np.floor(top[0]))), min(rows, int(np.ceil(bottom[0])))),
        slice(max(0, int(np.floor(left[0]))), min(cols, int(np.ceil(right[0])))),
    )


def _classes(facts: StudyFacts) -> tuple[UInt8Array, Sequence[ClassStyle], Bilingual]:
    """What the reader sees: all operators together, or its own and that of others."""
    together = facts.gaps.classes[ANY, facts.technology]
    own = (facts.own, facts.technology)
    if own not in facts.gaps.classes:
        return together, service_classes(), said("all operators")
    name = next(op.name for op in facts.study.operators if op.key == facts.own)
    return own_and_others(facts.gaps.classes[own], together), own_legend(name), same(name)


def commune_picture(facts: StudyFacts, code: str) -> Picture:
    """Draw one commune close up, its villages numbered as in its table.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    Picture
        For its page.
    """
    frame = facts.places.communes.frame.set_index("code")
    outline, name = frame.geometry[code], str(frame["name"][code])
    window = _around(facts.grid, outline)
    classes, legend, who = _classes(facts)
    villages = villages_of(facts, code)
    points: gpd.GeoSeries = gpd.GeoSeries(
        gpd.points_from_xy(villages["longitude"], villages["latitude"]) if len(villages) else [],
        crs="EPSG:4326",
    ).to_crs(facts.grid.crs)
    title = said(
        "{name}: {technology} coverage, {who}", name=name, technology=facts.technology, who=who
    )
    title = titled(title, facts.gaps.basis, (ANY, facts.technology))
    figure = coverage_figure(
        classes[window.rows, window.cols],
        legend,
        grid=window.grid(facts.grid),
        title=title,
        height_amsl_m=facts.terrain.height_amsl_m[window.rows, window.cols],
        outlines=(
            Outline(outline),
            *(Outline(point, str(number)) for number, point in enumerate(points, 1)),
        ),
        practice=facts.practice,
        width_in=_WIDTH_IN,
    )
    return spoken_picture(figure, alt=title, dpi=_DPI)


def communes_figure(
    facts: StudyFacts, *, spots: Sequence[Outline] | None = None, title: Bilingual | None = None
) -> tuple[Figure, Bilingual]:
    """Draw all communes side by side, at one scale.

    Parameters
    ----------
    facts
        What the reader may see.
    spots
        Numbered spots, for a figure as wide as a sheet of paper; None for one without.
    title
        What the figure shows; None for the usual words.

    Returns
    -------
    figure, title
        One panel per commune with its people without signal, and what the figure shows.
    """
    look = _WIDE if spots is None else _PAPER
    own = (facts.own, facts.technology) in facts.gaps.classes
    rows = facts.commune_rows(facts.own if own else ANY).set_index("commune_code")
    frame = facts.places.communes.frame
    side = _side_m(frame)
    classes, legend, who = _classes(facts)
    if title is None:
        title = said(
            "The communes at one scale: {technology} coverage, {who}",
            technology=facts.technology,
            who=who,
        )
        title = titled(title, facts.gaps.basis, (ANY, facts.technology))
    across = min(_ACROSS, len(frame))
    down = -(-len(frame) // across)
    height = look.top_in + down * (look.panel_in + look.words_in) + look.key_in
    ground = relief_colours(
        hillshade(facts.terrain.height_amsl_m, resolution_m=facts.grid.resolution_m)
    )
    paint = class_colours(classes, legend)
    with mpl.rc_context({**STYLE, "font.size": 9.0}):
        figure = worded_figure((across * look.panel_in + 0.3, height))
        for index, (code, name, outline) in enumerate(
            zip(frame["code"], frame["name"], frame.geometry, strict=True)
        ):
            axes = _panel(figure, index, across, height, look)
            _draw_commune(axes, facts.grid, outline, side, (ground, paint))
            words = _caption(str(name), rows.loc[code])
            axes.set_title(words, fontsize=look.caption_pt, pad=3, parse_math=False)
            for spot in spots or ():
                if _square(outline, side).contains(spot.geometry):
                    draw_badge(axes, spot.geometry, spot.name, size_pt=_BADGE_PT)
        _draw_key(figure, title, legend, height, look)
        if facts.practice is not None:
            burn_in(figure, facts.practice, badge_at=look.badge_at)
    return figure, title


def _side_m(frame: gpd.GeoDataFrame) -> float:
    """Side of the square that any commune fits into [m]."""
    bounds = frame.geometry.bounds
    return float(
        max((bounds["maxx"] - bounds["minx"]).max(), (bounds["maxy"] - bounds["miny"]).max())
        + _MARGIN_M
    )


def _square(outline: Any, side_m: float) -> Any:
    """What the panel of a commune shows."""
    west, south, east, north = outline.bounds
    x, y, half = (west + east) / 2.0, (south + north) / 2.0, side_m / 2.0
    return shapely.box(x - half, y - half, x + half, y + half)


def show_every(facts: StudyFacts, spots: Sequence[Outline]) -> bool:
    """Whether the panels of the communes show every spot.

    Parameters
    ----------
    facts
        What the reader may see.
    spots
        Numbered spots in the grid's CRS.

    Returns
    -------
    bool
        False where one lies apart from all communes, and where panels would be too few or too
        small to be worth having.
    """
    frame = facts.places.communes.frame
    if not _FEWEST <= len(frame) <= _MOST:
        return False
    seen = shapely.union_all([_square(o, _side_m(frame)) for o in frame.geometry])
    return all(seen.contains(spot.geometry) for spot in spots)


def ranked_picture(facts: StudyFacts, spots: Sequence[Outline], title: Bilingual) -> Picture:
    """All communes side by side with numbered spots, as a picture for paper.

    Parameters
    ----------
    facts
        What the reader may see.
    spots
        Numbered spots in the grid's CRS.
    title
        What the picture shows.

    Returns
    -------
    Picture
        One panel per commune.
    """
    figure, _ = communes_figure(facts, spots=spots, title=title)
    return spoken_picture(figure, alt=title, dpi=_PAPER_DPI, wide=True)


def _panel(figure: Figure, index: int, across: int, height_in: float, look: _Look) -> Any:
    width_in = figure.get_figwidth()
    row, col = divmod(index, across)
    left = 0.15 + col * look.panel_in
    bottom = height_in - look.top_in - (row + 1) * (look.panel_in + look.words_in)
    axes = figure.add_axes((
        (left + 0.04) / width_in, bottom / height_in,
        (look.panel_in - 0.08) / width_in, look.panel_in / height_in,
    ))  # fmt: skip
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def _draw_commune(
    axes: Any, grid: Grid, outline: Any, side_m: float, layers: tuple[Any, Any]
) -> None:
    """Classes over relief, what lies outside the commune dimmed."""
    window = _around(grid, outline, side_m)
    west, south, east, north = window.grid(grid).bounds
    extent = (west, east, south, north)
    for layer, strength in zip(layers, (1.0, _STRENGTH), strict=True):
        axes.imshow(
            layer[window.rows, window.cols], extent=extent, origin="upper", alpha=strength,
            interpolation="nearest",
        )  # fmt: skip
    middle_x = (outline.bounds[0] + outline.bounds[2]) / 2.0
    middle_y = (outline.bounds[1] + outline.bounds[3]) / 2.0
    axes.set_xlim(middle_x - side_m / 2.0, middle_x + side_m / 2.0)
    axes.set_ylim(middle_y - side_m / 2.0, middle_y + side_m / 2.0)
    gpd.GeoSeries([outline.envelope.buffer(2.0 * side_m).difference(outline)]).plot(
        ax=axes, facecolor="#f4f6f7", alpha=0.8, edgecolor="none", aspect=None
    )
    gpd.GeoSeries([outline.boundary]).plot(ax=axes, color="#17242f", linewidth=1.2, aspect=None)
    axes.set_xlabel("")
    axes.set_ylabel("")


def _caption(name: str, row: Any) -> str:
    ends = ends_of(row, "people_no_signal", "_percent")
    between = "" if ends is None else f" ({ends.words().plain})"
    return f"{short_name(name)}\n{row['people_no_signal_percent']:.0f}{between} %"


def _draw_key(
    figure: Figure, title: Bilingual, legend: Sequence[ClassStyle], height_in: float, look: _Look
) -> None:
    first = figure.text(0.015, 1.0 - 0.08 / height_in, "", fontsize=look.title_pt,
                        fontweight="bold", va="top", parse_math=False)  # fmt: skip
    below = 0.12 + look.title_pt / 66.0
    small_pt = min(8.6, look.caption_pt + 0.4)
    second = figure.text(0.015, 1.0 - below / height_in, "", fontsize=small_pt, va="top",
                         color=QUIET, parse_math=False)  # fmt: skip
    words = said("share of people without signal, 80 % interval")

    def tell(language: str) -> None:
        both = language == BOTH
        first.set_text(title.vi if both else title.to(language))
        second.set_text(f"{title.en} · {words.plain}" if both else words.to(language))

    say(figure, tell)
    patches = [Patch(facecolor=style.css, edgecolor="#444444", linewidth=0.6) for style in legend]
    key = figure.legend(
        patches, [""] * len(legend), loc="lower left",
        bbox_to_anchor=(0.01, look.below_in / height_in),
        ncols=len(legend), frameon=False, fontsize=small_pt,
    )  # fmt: skip
    say_legend(figure, key, [style.name for style in legend])


def communes_picture(facts: StudyFacts, *, notebook: bool = False) -> Picture:
    """All communes side by side, as a picture.

    Parameters
    ----------
    facts
        What the reader may see.
    notebook
        For a notebook, which knows no ``webp``.

    Returns
    -------
    Picture
        One panel per commune.
    """
    figure, title = communes_figure(facts)
    if notebook:
        return picture(figure, alt=title, kind="jpeg")
    return spoken_picture(figure, alt=title, wide=True)
