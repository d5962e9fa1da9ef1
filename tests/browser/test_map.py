"""The coverage map in a real browser, from disk and without a network."""

import base64
import dataclasses
import io
import math

import numpy as np
import pytest
import shapely
from PIL import Image

from browser.conftest import DESKTOP, PHONE, STILL, Visitor, wait_until
from phusong.reporting.facts import Bilingual, Column, Source, same
from phusong.reporting.layers import Category, Feature, VectorLayer
from phusong.reporting.maps import coverage_map
from phusong.reporting.overlays import class_overlay
from phusong.reporting.palette import service_classes
from unit.reporting.cases import TOGETHER, content, service

pytestmark = pytest.mark.browser


def test_opens_quietly_and_shows_everything(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content()))
    page = visit.page
    assert page.title() == "Dìn Chin"
    assert page.locator(".leaflet-image-layer").count() == 2
    assert page.locator(".phusong-badge").count() == 1
    assert page.locator(".phusong-sign").count() == 1
    assert page.locator("path.leaflet-interactive").count() == 4
    assert page.locator(".practice").inner_text().replace("\n", " ").startswith("Dữ liệu mô phỏng")
    assert page.locator(".leaflet-control-scale").inner_text().endswith("km")
    page.mouse.move(500, 500)
    assert page.locator(".phusong-coordinates").inner_text().startswith("WGS 84")
    visit.assert_quiet()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_fits_the_window(visitor: Visitor, size: tuple[int, int]) -> None:
    visit = visitor.visit(coverage_map(content(focus=(103.85, 22.45, 104.28, 22.75))), size=size)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
    box = page.locator(".folium-map").bounding_box()
    assert box
    assert box["width"] * box["height"] > 0.5 * size[0] * size[1]
    picture = page.locator(".leaflet-image-layer").first.bounding_box()
    assert picture
    assert picture["width"] > 0.6 * min(box["width"], box["height"])
    visit.assert_quiet()


def test_a_short_credit_is_one_line(visitor: Visitor) -> None:
    page = visitor.visit(coverage_map(content())).page
    box = page.locator(".leaflet-control-attribution").bounding_box()
    assert box
    assert box["width"] > 3 * box["height"]
    assert page.locator(".phusong-credits").is_hidden()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_long_credits_are_read_whole(visitor: Visitor, size: tuple[int, int]) -> None:
    sources = tuple(Source(same(f"{n}"), f"Credit {n} of a survey", "MIT") for n in range(60))
    told = dataclasses.replace(content(), sources=sources)
    page = visitor.visit(coverage_map(told), size=size).page
    box, button = page.locator(".leaflet-control-attribution"), page.locator(".phusong-credits")
    hidden = "e => e.scrollHeight - e.clientHeight"
    assert box.evaluate(hidden) > 0
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert box.evaluate("e => getComputedStyle(e).overflowY") == "auto"
    assert box.bounding_box()["height"] < 0.5 * size[1]  # type: ignore[index]
    button.click()
    assert box.evaluate(hidden) > 0


def test_layers_toggle(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content()))
    page = visit.page
    coverage = page.locator(".phusong-classes")
    first = coverage.get_attribute("src")
    assert page.locator("[data-legend-of]:visible").inner_text().startswith("Có sóng")
    page.locator('input[value="raster-1"]').check()
    assert coverage.count() == 1
    assert coverage.get_attribute("src") != first
    assert page.locator("[data-legend-of]:visible").inner_text().startswith("≥ −85 dBm")
    page.locator('input[value="none"]').check()
    assert coverage.count() == 0
    assert page.locator("[data-legend-of]:visible").count() == 0
    for key, mark in (("vector-5", ".phusong-badge"), ("vector-4", ".phusong-sign")):
        box = page.locator(f'input[value="{key}"]')
        box.uncheck()
        assert page.locator(mark).count() == 0
        box.check()
        assert page.locator(mark).count() == 1
    page.locator('input[value="vector-0"]').uncheck()
    assert page.locator(".phusong-label").count() == 0
    visit.assert_quiet()


def test_boxes_answer_to_the_keyboard(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content()))
    page = visit.page
    page.locator('input[value="vector-5"]').focus()
    page.keyboard.press("Space")
    assert page.locator(".phusong-badge").count() == 0
    page.locator('input[value="raster-0"]').focus()
    page.keyboard.press("ArrowDown")
    assert page.locator('input[value="raster-1"]').is_checked()
    visit.assert_quiet()


def test_opacity(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content()))
    pane = visit.page.locator(".leaflet-phusong-coverage-pane")
    assert pane.evaluate("e => e.style.opacity") == "0.58"
    visit.page.locator("#opacity").fill("90")
    assert pane.evaluate("e => e.style.opacity") == "0.9"
    visit.assert_quiet()


def test_click_shows_all_columns_and_hides_the_tooltip(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content("Pa Cheo", focus=(103.85, 22.3, 104.15, 22.6))))
    page = visit.page
    badge = page.locator(".phusong-badge")
    badge.hover()
    assert page.locator(".leaflet-tooltip td").first.inner_text() == "Pa Cheo"
    badge.click()
    cells = page.locator(".leaflet-popup td")
    assert [cell.strip() for cell in cells.all_inner_texts()] == ["Pa Cheo", "1.234"]
    assert "Dân số [Pa Cheo]" in page.locator(".leaflet-popup th").nth(1).inner_text()
    page.locator(".leaflet-tooltip").wait_for(state="detached", timeout=5000)
    visit.assert_quiet()


def test_words_for_practice_data_stand_on_every_part(visitor: Visitor) -> None:
    """At every zoom, and in a cut of the window as large as the words themselves."""
    shown = "getComputedStyle(document.querySelector('.phusong-words')).backgroundImage"
    near, far = (104.0, 22.55, 104.01, 22.56), (103.5, 22.3, 104.6, 22.9)
    for focus in (near, far):
        visit = visitor.visit(coverage_map(content(focus=focus)))
        pictures = set()
        for language in ("vi", "en", "both"):
            visit.page.locator(f'button[data-to-language="{language}"]').click()
            pictures.add(visit.page.evaluate(shown))
        assert len(pictures) == 3, "words in each language, and in both"
        for picture in pictures:
            assert picture.startswith('url("data:image/svg+xml;base64,')
        visit.assert_quiet()
    real = visitor.visit(coverage_map(content(focus=near, practice=None)))
    assert real.page.locator(".phusong-words").count() == 0


def test_words_fill_the_window_and_stay_under_popups(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content(focus=(103.85, 22.3, 104.15, 22.6))))
    page = visit.page
    page.locator(".phusong-badge").click()
    page.locator(".leaflet-popup").wait_for()
    for _ in range(2):
        words, window = (page.locator(c).bounding_box() for c in (".phusong-words", ".folium-map"))
        assert words == pytest.approx(window, abs=1)
        page.locator(".folium-map").focus()
        page.keyboard.press("ArrowRight")
        wait_until(page, STILL)
    height = "e => Number(getComputedStyle(e).zIndex)"
    panes = [f".leaflet-{name}-pane" for name in ("marker", "phusong-words", "tooltip", "popup")]
    heights = [page.locator(pane).evaluate(height) for pane in panes]
    assert heights == sorted(set(heights))
    assert page.locator(".leaflet-map-pane > *").count() > len(panes)
    visit.assert_quiet()


def test_veil_dims_outside_and_answers_to_no_click(visitor: Visitor) -> None:
    words, outside = Bilingual("Làm mờ", "Dim"), shapely.box(103.5, 22.3, 104.6, 22.9)
    hole = shapely.difference(outside, shapely.box(104.05, 22.55, 104.2, 22.66))
    veil = VectorLayer(
        words, words, "veil", (Column(words),), (Feature(hole, (words,)),),
        (Category(words, "#f4f6f7"),),
    )  # fmt: skip
    visit = visitor.visit(coverage_map(content(vectors=(*content().vectors, veil))))
    page = visit.page
    drawn = page.locator(".leaflet-phusong-veil-pane path")
    assert drawn.count() == 1
    assert "leaflet-interactive" not in (drawn.get_attribute("class") or "")
    assert page.locator('label:has(input[value="vector-6"])').inner_text() == "Làm mờ"
    page.locator('input[value="vector-6"]').uncheck()
    assert drawn.count() == 0
    visit.assert_quiet()


def test_legend_says_what_its_classes_mean(visitor: Visitor) -> None:
    first, second = content().rasters
    noted = dataclasses.replace(second, note=Bilingual("Trung vị", "Median"))
    page = visitor.visit(coverage_map(content(rasters=(first, noted)))).page
    assert page.locator(".meaning").count() == 1
    assert not page.locator(".meaning").is_visible()
    page.locator('input[value="raster-1"]').check()
    assert page.locator(".meaning").inner_text().split() == ["Trung", "vị"]


def test_panel_follows_the_width(visitor: Visitor) -> None:
    """A phone may be turned, a window pulled; beside the map the panel cannot be lost."""
    page = visitor.visit(coverage_map(content())).page
    box = page.locator('input[value="vector-5"]')
    page.locator("summary.title").click()
    assert box.is_visible()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    box.wait_for(state="hidden")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    box.wait_for(state="visible")


def test_view_follows_the_window_until_it_is_moved(visitor: Visitor) -> None:
    page = visitor.visit(coverage_map(content())).page
    outline = page.locator(".leaflet-phusong-outline-pane path")
    wide = outline.bounding_box()
    page.set_viewport_size({"width": 900, "height": 500})
    wait_until(
        page,
        f"document.querySelector('.leaflet-phusong-outline-pane path')"
        f".getBoundingClientRect().width < {wide and wide['width']}",
    )
    page.mouse.click(300, 300)
    fitted = outline.bounding_box()
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    wait_until(page, "document.querySelector('.folium-map').clientWidth > 900")
    kept = outline.bounding_box()
    assert fitted
    assert kept
    assert kept["width"] == pytest.approx(fitted["width"], abs=1)


def test_names_stand_clear_of_small_outlines(visitor: Visitor) -> None:
    """Four outlines at one place: above the first, below it, inside it, and a name has to wait."""
    outline = content().vectors[0]
    small = shapely.box(104.12, 22.6, 104.13, 22.61)
    feature = dataclasses.replace(outline.features[0], geometry=small)
    twins = dataclasses.replace(outline, features=(feature,) * 4)
    focus = (103.95, 22.5, 104.25, 22.7)
    page = visitor.visit(coverage_map(content(vectors=(twins,), focus=focus))).page
    labels = page.locator(".phusong-label")
    places = labels.evaluate_all("all => all.map(label => label.dataset.place)")
    assert places[:3] == ["above", "below", ""]
    visible = labels.evaluate_all("all => all.map(label => label.style.visibility)")
    assert visible == ["", "", "", "hidden"]
    near = visitor.visit(coverage_map(content())).page
    assert near.locator(".phusong-label").get_attribute("data-place") == ""


def test_keyboard_reaches_ranks_not_every_sign(visitor: Visitor) -> None:
    page = visitor.visit(coverage_map(content())).page
    assert page.locator(".phusong-sign").get_attribute("tabindex") is None
    badge = page.locator(".phusong-badge")
    badge.focus()
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup td").count() == 2


def test_sentences_in_popups_are_in_both_languages(visitor: Visitor) -> None:
    layer = content().vectors[5]
    said = Bilingual(
        "Khoảng 4.130 người được phủ sóng mới của nhà mạng này." * 2, "About 4,130." * 9
    )
    feature = dataclasses.replace(layer.features[0], values=(Bilingual("Có sóng", "Covered"), said))
    vectors = (dataclasses.replace(layer, features=(feature,)),)
    visit = visitor.visit(coverage_map(content(vectors=vectors)))
    visit.page.locator(".phusong-badge").click()
    cells = visit.page.locator(".leaflet-popup td")
    assert cells.nth(0).inner_text() == "Có sóng"
    assert cells.nth(1).locator("[lang=vi]").inner_text() == said.vi
    assert cells.nth(1).locator("[lang=en]").inner_text() == said.en
    visit.assert_quiet()


def test_phone_opens_the_panel_on_demand(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content()), size=PHONE)
    page = visit.page
    assert not page.locator('input[value="vector-5"]').is_visible()
    page.locator("summary.title").tap()
    assert page.locator('input[value="vector-5"]').is_visible()
    visit.assert_quiet()


def test_facts_are_folded_and_print_opens_them(visitor: Visitor) -> None:
    visit = visitor.visit(coverage_map(content()))
    page = visit.page
    assert page.locator("details.part").count() == 2
    assert not page.locator("details.part .facts").first.is_visible()
    page.locator("details.part summary").first.click()
    assert page.locator("details.part .facts").first.is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.part[open]").count() == 2
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.part[open]").count() == 1
    visit.assert_quiet()


def test_a_point_lies_on_its_cell(visitor: Visitor) -> None:
    """The browser draws a cell and the point at its centre at one place, when zoomed far in."""
    spot = content().vectors[3].features[0].geometry["coordinates"]
    lon, lat = spot
    visit = visitor.visit(
        coverage_map(
            content(practice=None, focus=(lon - 0.004, lat - 0.004, lon + 0.004, lat + 0.004))
        )
    )
    page = visit.page
    picture = page.locator(".phusong-classes").bounding_box()
    point = page.locator(".leaflet-phusong-point-pane path").bounding_box()
    assert picture
    assert point
    drawn = class_overlay(
        service(), service_classes(), affine=content().grid.affine, crs=content().grid.crs
    )
    with Image.open(io.BytesIO(base64.b64decode(drawn.url.partition(",")[2]))) as image:
        colours = np.asarray(image.convert("RGBA"))
    across = (point["x"] + point["width"] / 2 - picture["x"]) / picture["width"]
    down = (point["y"] + point["height"] / 2 - picture["y"]) / picture["height"]
    row, col = math.floor(down * drawn.shape[0]), math.floor(across * drawn.shape[1])
    assert tuple(colours[row, col]) == (*service_classes()[1].colour, 255)
    visit.assert_quiet()


@pytest.mark.parametrize("payload", TOGETHER)
def test_hostile_names_are_shown_verbatim(visitor: Visitor, payload: str) -> None:
    visit = visitor.visit(coverage_map(content(payload)))
    page = visit.page
    read = "e => e.textContent"
    assert page.title().split() == payload.split()
    assert page.locator("h1").evaluate(read) == payload
    assert page.locator("legend").first.evaluate(read) == payload
    assert page.locator('label:has(input[value="raster-0"])').evaluate(read) == payload
    assert page.locator('label:has(input[value="vector-5"])').evaluate(read) == f"{payload} (1)"
    assert page.locator(".summary p").evaluate(read) == payload
    assert page.locator(".facts .from").first.evaluate(read) == payload
    assert page.locator(".version").evaluate(read) == payload
    assert payload in page.locator(".leaflet-control-attribution").evaluate(read)
    assert page.locator(".phusong-badge").evaluate(read) == payload
    assert page.locator(".phusong-badge").get_attribute("aria-label") == payload
    assert page.locator(".phusong-label").evaluate(read) == payload
    page.locator(".phusong-badge").dispatch_event("click")
    assert page.locator(".leaflet-popup td").first.evaluate(read).strip() == payload
    assert page.locator(".leaflet-popup th").first.evaluate(read).strip() == payload
    heading = page.locator(".leaflet-popup th").nth(1).evaluate(read)
    # Before what looks like a unit a space does not break.
    assert heading.replace("\u00a0", " ").strip().endswith(f"People [{payload}]")
    page.mouse.move(700, 400)
    visit.assert_quiet()


def test_map_without_results_opens(visitor: Visitor) -> None:
    nothing = tuple(dataclasses.replace(v, features=()) for v in content().vectors)
    visit = visitor.visit(
        coverage_map(content(vectors=nothing, rasters=(), assumptions=(), sources=(), summary=()))
    )
    assert visit.page.locator("input:disabled").count() == len(nothing)
    assert visit.page.locator(".leaflet-image-layer").count() == 1
    visit.assert_quiet()
