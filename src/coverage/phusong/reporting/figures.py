"""Figures for notebooks and pages: drawn without a display, equal to the byte each time.

A figure is built once and knows its words: a notebook shows it in both languages at once, a page in
that of its reader, since :func:`spoken_picture` draws it for each.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox
from PIL import Image

from phusong.language import LANGUAGES, number_text
from phusong.reporting.facts import BOTH, Bilingual, Picture, shown
from phusong.reporting.palette import ClassStyle
from phusong.reporting.relief import UInt8Array

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.linewidth": 0.8,
    "svg.hashsalt": "phusong",
    "path.simplify": True,
    "text.parse_math": False,
}
"""Of every figure; a name with ``$`` is a name, and no formula."""
INK, QUIET = "#17242f", "#566472"
Kind = Literal["png", "webp", "jpeg"]
_WEBP_QUALITY = 82
_JPEG_QUALITY = 86
_WORDS_EVERY_IN = 1.7
_SUBTITLE_IN = 0.33
_AROUND_PX = 2
_SMALL_IN = 7.5
"""Figures up to the width of a sheet of paper have smaller words for practice data."""
_LONGEST_NAME = 28
"""Letters of a name in a label of a picture."""
_TELLINGS = "phusong_tellings"
"""Attribute of a figure: what writes its words, called with a language."""


def worded_figure(size_in: tuple[float, float]) -> Figure:
    """A figure that writes its words anew when it is drawn in another language.

    Parameters
    ----------
    size_in
        Width and height [inch].

    Returns
    -------
    matplotlib.figure.Figure
        Empty; ``say`` writes on it.
    """
    figure = Figure(figsize=size_in)
    FigureCanvasAgg(figure)
    setattr(figure, _TELLINGS, [])
    return figure


def tell(figure: Figure, language: str) -> None:
    """Write every word of a figure in a language.

    Parameters
    ----------
    figure
        Made by ``worded_figure``.
    language
        ``vi``, ``en`` or ``both``.
    """
    for telling in getattr(figure, _TELLINGS):
        telling(language)


def say(figure: Any, telling: Callable[[str], object]) -> None:
    """Write words on a figure: in both languages now, and in one when it is drawn for one.

    Parameters
    ----------
    figure
        The figure; one that is not of ours, as a reader's own axes have, keeps both languages.
    telling
        Writes them, for example ``lambda to: axes.set_ylabel(words.to(to))``.
    """
    getattr(figure, _TELLINGS, []).append(telling)
    telling(BOTH)


def say_legend(figure: Any, legend: Any, names: Sequence[Bilingual]) -> None:
    """Write the words of a legend.

    Parameters
    ----------
    figure
        The figure.
    legend
        Legend of matplotlib with as many entries.
    names
        Words of each entry.
    """

    def tell(language: str) -> None:
        for entry, words in zip(legend.get_texts(), names, strict=True):
            entry.set_parse_math(False)
            entry.set_text(words.to(language))

    say(figure, tell)


def number_axis(figure: Figure, axis: Any) -> None:
    """Write the numbers along an axis as the language of the picture writes them.

    Parameters
    ----------
    figure
        The figure.
    axis
        An axis of matplotlib, changed in place.
    """
    say(figure, lambda to: axis.set_major_formatter(lambda value, _: tick_words(value, to)))


def tick_words(value: float, language: str) -> str:
    """A number beside an axis.

    Parameters
    ----------
    value
        The number.
    language
        ``vi``, ``en``, or ``both`` for a way of writing that neither reads wrongly.

    Returns
    -------
    str
        With the decimals that it has, three at most.

    Examples
    --------
    >>> tick_words(1500.0, "vi"), tick_words(2.5, "vi"), tick_words(2.5, "both")
    ('1.500', '2,5', '2.5')
    """
    decimals = len(f"{value:.3f}".rstrip("0").partition(".")[2])
    if language == BOTH:
        return shown(float(value), decimals=decimals)
    return number_text(value, language, decimals).replace("-", "−")


def picture(figure: Figure, *, alt: Bilingual, dpi: int = 110, kind: Kind = "png") -> Picture:
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
    return Picture(content=_encoded(_drawn(figure, dpi), kind), alt=alt, mime=f"image/{kind}")


def spoken_picture(
    figure: Figure, *, alt: Bilingual, dpi: int = 110, wide: bool = False
) -> Picture:
    """A figure as a picture for pages, drawn once in each language.

    Parameters
    ----------
    figure
        The figure.
    alt
        What it shows, for those who cannot see it.
    dpi
        Pixels per inch.
    wide
        Whether it needs the whole width of a page.

    Returns
    -------
    Picture
        Two drawings, of which a page shows that of its reader; maps are painted once and copied,
        as they bear names alone.
    """
    first, second = LANGUAGES
    tell(figure, first)
    drawn = _drawn(figure, dpi)
    maps = [axes for axes in figure.axes if axes.images]
    boxes = [_pixels(axes.get_tightbbox(), drawn.shape) for axes in maps]
    tell(figure, second)
    for axes in maps:
        axes.set_visible(False)
    again = _drawn(figure, dpi)
    for axes, box in zip(maps, boxes, strict=True):
        axes.set_visible(True)
        again[box] = drawn[box]
    tell(figure, BOTH)
    contents = (_encoded(pixels, "webp") for pixels in (drawn, again))
    return Picture(*contents, alt=alt, mime="image/webp", wide=wide)


def _drawn(figure: Figure, dpi: int) -> UInt8Array:
    canvas = FigureCanvasAgg(figure)
    with mpl.rc_context(STYLE):
        figure.set_dpi(dpi)
        canvas.draw()
    return np.array(canvas.buffer_rgba())


def _pixels(box: Bbox | None, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns that hold a box of the figure, which counts from below."""
    if box is None:
        return slice(0), slice(0)
    left, right = int(box.x0) - _AROUND_PX, int(box.x1) + 1 + _AROUND_PX
    top, bottom = int(shape[0] - box.y1) - _AROUND_PX, int(shape[0] - box.y0) + 1 + _AROUND_PX
    return slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))


def _encoded(pixels: UInt8Array, kind: Kind) -> bytes:
    out = io.BytesIO()
    drawn = Image.fromarray(pixels).convert("RGB")
    if kind == "webp":
        drawn.save(out, format="WEBP", quality=_WEBP_QUALITY, method=4)
    elif kind == "jpeg":
        drawn.save(out, format="JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True)
    else:
        drawn.save(out, format="PNG", optimize=True)
    return out.getvalue()


def burn_in(figure: Figure, practice: Bilingual, *, badge_at: float = 0.5) -> None:
    """Write the words for practice data across a figure, so that any part of it carries them.

    Parameters
    ----------
    figure
        The figure, changed in place.
    practice
        The words.
    badge_at
        Middle of the words at the foot, as a share of the width.
    """
    for axes in figure.axes:
        burn_in_axes(axes, practice)
    small = figure.get_figwidth() < _SMALL_IN
    badge = figure.text(
        badge_at, 0.008, "", ha="center", va="bottom", fontsize=7 if small else 11,
        fontweight="bold", color="#1a1500", zorder=60, parse_math=False,
        bbox={"facecolor": "#ffd23f", "edgecolor": "#1a1500", "pad": 3},
    )  # fmt: skip
    say(figure, lambda to: badge.set_text(practice.to(to)))


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
    size = 8 if axes.get_figure(root=True).get_figwidth() < _SMALL_IN else 14
    height_in = axes.get_position().height * axes.get_figure(root=True).get_figheight()
    count = max(1, round(height_in / _WORDS_EVERY_IN))
    for row in range(count):
        for x in (0.0, 0.5, 1.0) if row % 2 else (0.25, 0.75):
            axes.text(
                x, (row + 0.5) / count, words, rotation=24, ha="center", va="center",
                fontsize=size, fontweight="bold", color=INK, alpha=0.26, zorder=50, clip_on=True,
                transform=axes.transAxes, parse_math=False,
            )  # fmt: skip


def short_name(name: str) -> str:
    """A name for a label of a picture.

    Parameters
    ----------
    name
        As the data has it.

    Returns
    -------
    str
        Its beginning where it is so long that it would cover what stands beside it.

    Examples
    --------
    >>> short_name("Dìn Chin"), short_name("x" * 300)
    ('Dìn Chin', 'xxxxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def in_lines(words: Bilingual, language: str) -> str:
    """Words for a narrow place: both languages below each other.

    Parameters
    ----------
    words
        The words.
    language
        ``vi``, ``en`` or ``both``.

    Returns
    -------
    str
        One line, or two for ``both``.
    """
    both = language == BOTH and words.vi != words.en
    return f"{words.vi}\n{words.en}" if both else words.to(language)


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
        figure = worded_figure(size_in)
        yield figure
        draw_title(figure, title)
        if practice is not None:
            burn_in(figure, practice)


def draw_title(figure: Figure, title: Bilingual) -> None:
    """Write the title of a figure: in Vietnamese with the English below, or in one language.

    Parameters
    ----------
    figure
        The figure, changed in place.
    title
        The words.
    """
    top = 0.985
    below = top - _SUBTITLE_IN / figure.get_figheight()
    size = 11 if figure.get_figwidth() < _SMALL_IN else 13
    first = figure.text(0.02, top, "", fontsize=size, fontweight="bold", va="top", color=INK,
                        parse_math=False)  # fmt: skip
    second = figure.text(0.02, below, "", fontsize=10.5, va="top", color=QUIET, parse_math=False)

    def tell(language: str) -> None:
        first.set_text(title.vi if language == BOTH else title.to(language))
        first.set_y(top if language == BOTH else (top + below) / 2)
        second.set_text(title.en if language == BOTH and title.en != title.vi else "")

    say(figure, tell)


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
