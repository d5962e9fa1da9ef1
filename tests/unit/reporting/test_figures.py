"""Figures: the same bytes each time, words burned in, names as they are."""

import io
import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image
from shapely.geometry import box

from conftest import ROOT
from phusong.errors import DataError
from phusong.reporting.coverage_figures import Outline, coverage_figure, scale_bar_m
from phusong.reporting.facts import PRACTICE, Bilingual, Picture, same
from phusong.reporting.figures import (
    STYLE,
    number_axis,
    picture,
    spoken_picture,
    tell,
    worded_figure,
)
from phusong.reporting.frontier import money_figure
from phusong.reporting.palette import service_classes
from phusong.reporting.sureness_figures import interval_figure
from unit.reporting.cases import grid, heights, service
from unit.reporting.study_cases import priorities

TITLE = Bilingual("Vùng phủ sóng", "Coverage")
WEST, SOUTH, EAST, NORTH = grid().bounds
OUTLINES = (
    Outline(box(WEST + 9000, SOUTH + 9000, WEST + 20000, SOUTH + 20000), "Dìn Chin"),
    Outline(box(WEST + 9500, SOUTH + 9500, WEST + 20500, SOUTH + 20500), "Tả Ngài Chồ"),
)


def draw(**changes: object) -> bytes:
    options = {"height_amsl_m": heights(), "outlines": OUTLINES, "practice": PRACTICE, **changes}
    title = options.pop("title", TITLE)
    figure = coverage_figure(service(), service_classes(), grid=grid(), title=title, **options)  # type: ignore[arg-type]
    return picture(figure, alt=TITLE, dpi=60).content


def pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_same_bytes_and_no_metadata() -> None:
    content = draw()
    assert content == draw()
    for word in (b"Software", b"matplotlib", b"tIME"):
        assert word not in content


def test_every_quarter_carries_the_words() -> None:
    wet, dry = pixels(draw()), pixels(draw(practice=None))
    rows, cols = (side // 2 for side in wet.shape[:2])
    for top in (0, rows):
        for left in (0, cols):
            part = np.s_[top : top + rows, left : left + cols]
            assert (np.abs(wet[part] - dry[part]).sum(axis=2) > 30).mean() > 0.01


def test_no_word_of_a_legend_runs_over_the_edge() -> None:
    styles = service_classes()
    long = tuple(
        replace(style, name=same(f"{style.name.plain} and forty more letters than before"))
        for style in styles
    )
    figure = coverage_figure(service(), long, grid=grid(), title=TITLE)
    (key,) = figure.legends
    assert key.get_window_extent().x1 <= figure.bbox.x1
    assert len(key.get_texts()) == len(styles)


def test_classes_keep_their_colours_on_plain_ground() -> None:
    shown = pixels(draw(height_amsl_m=None, outlines=(), practice=None))
    colours = {tuple(c) for c in shown.reshape(-1, 3).tolist()}
    assert {style.colour for style in service_classes()} <= colours


def test_names_do_not_touch() -> None:
    figure = coverage_figure(
        service(), service_classes(), grid=grid(), title=TITLE, outlines=OUTLINES
    )
    figure.canvas.draw()
    names = {name.name for name in OUTLINES}
    boxes = [t.get_window_extent() for t in figure.findobj(Text) if t.get_text() in names]
    assert len(boxes) == 2
    assert not boxes[0].overlaps(boxes[1])


def test_names_are_no_formulas() -> None:
    hostile = Bilingual("$\\frac{1}{0$ {{x}} \\n", "$x$ %s")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        content = draw(
            title=hostile, practice=hostile, outlines=(Outline(OUTLINES[0].geometry, "$\\bad{$"),)
        )
    assert content != draw()


def test_ranks_are_seen_beside_names_that_are_long_and_look_like_formulas() -> None:
    columns = {"rank": [1, 2], "rank_p10": [1, 1], "rank_p90": [2, 3],
               "probability_in_best_set": [1.0, 0.5], "operator": "$\\q$ _x_^",
               "commune": ["ắ" * 300, "Dìn Chin"]}  # fmt: skip
    figure = interval_figure(pd.DataFrame(columns), most=2, title=TITLE)
    figure.canvas.draw()
    labels = figure.axes[0].get_yticklabels()
    assert labels[1].get_text() == "2 · $\\q$ _x_^, Dìn Chin"
    assert all(label.get_window_extent().x0 > 0 for label in labels)
    ticks = [str(tick.get_text()) for tick in figure.axes[0].get_xticklabels(which="both")]
    assert not any("$" in tick for tick in ticks)


def test_every_figure_is_drawn_without_formulas() -> None:
    """What names are drawn with is the style of all, in which ``$`` is a letter."""
    package = ROOT / "src" / "coverage" / "phusong"
    styles = {
        style
        for file in package.rglob("*.py")
        for style in re.findall(r"rc_context\((.*)\)", file.read_text(encoding="utf-8"))
    }
    assert styles == {"STYLE", '{**STYLE, "font.size": 9.0}'}
    assert STYLE["text.parse_math"] is False


def test_unknown_class_is_refused() -> None:
    with pytest.raises(DataError, match="classes holds"):
        coverage_figure(service(), service_classes()[:1], grid=grid(), title=TITLE)


def test_webp() -> None:
    figure = coverage_figure(service(), service_classes(), grid=grid(), title=TITLE)
    drawn = picture(figure, alt=TITLE, dpi=60, kind="webp")
    assert drawn.mime == "image/webp"
    with Image.open(io.BytesIO(drawn.content)) as image:
        assert image.format == "WEBP"


@pytest.mark.parametrize(
    ("span", "length"), [(85_000.0, 20_000.0), (48_000.0, 10_000.0), (400.0, 50.0), (4.2, 1.0)]
)
def test_scale_bar(span: float, length: float) -> None:
    assert scale_bar_m(span) == length


def draw_money(practice: Bilingual | None) -> Picture:
    figure = money_figure(priorities(), title=TITLE, currency="V$_N$D", practice=practice)
    return picture(figure, alt=TITLE, dpi=60, kind="jpeg")


def test_money_is_drawn_the_same_and_marked() -> None:
    drawn = draw_money(PRACTICE)
    assert drawn == draw_money(PRACTICE)
    assert drawn._repr_mimebundle_()[0].keys() == {"image/jpeg", "text/plain"}
    wet, dry = pixels(drawn.content), pixels(draw_money(None).content)
    rows, cols = (side // 2 for side in wet.shape[:2])
    for top in (0, rows):
        for left in (0, cols):
            part = np.s_[top : top + rows, left : left + cols]
            assert (np.abs(wet[part] - dry[part]).max(axis=2) > 20).mean() > 0.005


def test_money_of_no_priorities_is_an_empty_frame() -> None:
    assert money_figure(priorities().head(0), title=TITLE, currency="VND").axes


def test_a_page_has_a_drawing_for_each_language() -> None:
    """Each is what a figure of that language alone would be, the map within copied."""
    options = {
        "grid": grid(),
        "height_amsl_m": heights(),
        "outlines": OUTLINES,
        "practice": PRACTICE,
    }
    figure = coverage_figure(service(), service_classes(), title=TITLE, **options)  # type: ignore[arg-type]
    drawn = spoken_picture(figure, alt=TITLE, dpi=60)
    assert drawn.english is not None
    for language, content in (("vi", drawn.content), ("en", drawn.english)):
        alone = coverage_figure(service(), service_classes(), title=TITLE, **options)  # type: ignore[arg-type]
        tell(alone, language)
        assert picture(alone, alt=TITLE, dpi=60, kind="webp").content == content
        said = {words.get_text() for words in alone.findobj(Text)}
        assert {TITLE.to(language), PRACTICE.to(language)} <= said
        assert not any(" · " in words for words in said if words != PRACTICE.plain.upper())
    assert '<img lang="vi" src="data:image/webp;base64,' in drawn.html()
    assert f'alt="{TITLE.en}"' in drawn.html().partition('<img lang="en"')[2]
    assert picture(figure, alt=TITLE, dpi=60, kind="webp").content not in {
        drawn.content, drawn.english,
    }, "notebooks show both"  # fmt: skip


def test_numbers_along_an_axis_follow_the_language() -> None:
    figure = worded_figure((3.0, 2.0))
    axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
    axes.plot([0.0, 2.5], [0.0, 1500.0])
    number_axis(figure, axes.yaxis)
    written = {}
    for language in ("vi", "en"):
        tell(figure, language)
        written[language] = axes.yaxis.get_major_formatter()(1500.0, 0)
    assert written == {"vi": "1.500", "en": "1,500"}
