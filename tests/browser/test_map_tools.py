"""Search, distances, the address, printing, phones and keys: what people do with a map."""

import dataclasses
import math
import re

import pytest
from playwright.sync_api import Page

from browser.conftest import IN_SIGHT, MAP, Visit, Visitor, wait_until
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.layers import Category, Feature, MapContent, VectorLayer
from phusong.reporting.maps import coverage_map
from unit.reporting.cases import TOGETHER, content

pytestmark = pytest.mark.browser
SMALL_PHONE = (360, 740)
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")


def villages(*names: str, shown: bool = True) -> VectorLayer:
    """Points with names, a tenth of a degree apart."""
    return VectorLayer(
        Bilingual("Thôn", "Villages"), same("Địa phương"), "point",
        (Column(Bilingual("Thôn", "Village")), Column(Bilingual("Xã", "Commune"))),
        tuple(
            Feature({"type": "Point", "coordinates": [103.9 + 0.1 * i, 22.5]}, (name, "Dền Thàng"))
            for i, name in enumerate(names)
        ),
        (Category(same("x"), "#12507b"),), shown=shown,
    )  # fmt: skip


def open_map(visitor: Visitor, given: MapContent, **options: tuple[int, int]) -> Visit:
    return visitor.visit(coverage_map(given), **options)


def found(page: Page, words: str) -> list[str]:
    page.locator("#search").fill(words)
    return page.locator("#found button").evaluate_all("all => all.map(e => e.textContent)")


@pytest.mark.parametrize("words", ["Dìn Chin", "din chin", "DIN  CHIN", "dìn", "chin"])
def test_search_with_and_without_marks(visitor: Visitor, words: str) -> None:
    visit = open_map(visitor, content(vectors=(villages("Dìn Chin", "Đèo Gió"),)))
    assert found(visit.page, words) == ["Dìn Chin · Dền Thàng"]
    assert found(visit.page, "deo") == ["Đèo Gió · Dền Thàng"]
    assert found(visit.page, "xyz") == []
    assert len(found(visit.page, "gio den thang")) == 1, "words of several columns"
    visit.assert_quiet()


def test_the_best_match_first_and_twelve_at_most(visitor: Visitor) -> None:
    names = [f"Bản Pho {i}" for i in range(20)] + ["Pho", "Nậm Pho"]
    page = open_map(visitor, content(vectors=(villages(*names),))).page
    listed = found(page, "pho")
    assert len(listed) == 12
    assert listed[0].startswith("Pho ·")
    assert page.locator("#found-count").inner_text() == "22"


def test_what_is_found_is_switched_on_shown_and_opened(visitor: Visitor) -> None:
    visit = open_map(visitor, content(vectors=(villages("Dìn Chin", "Đèo Gió", shown=False),)))
    page = visit.page
    found(page, "deo gio")
    page.locator("#search").press("Enter")
    page.locator(".leaflet-popup td").first.wait_for()
    assert page.locator(".leaflet-popup td").first.inner_text().strip() == "Đèo Gió"
    assert page.locator('input[value="vector-0"]').is_checked()
    centre = page.evaluate(f"{MAP}.getCenter().lng")
    assert centre == pytest.approx(104.0, abs=0.05)
    visit.assert_quiet()


def test_the_search_can_be_done_with_keys_alone(visitor: Visitor) -> None:
    page = open_map(visitor, content(vectors=(villages("Dìn Chin", "Dìn Hạ"),))).page
    found(page, "din")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("Dìn Hạ")
    page.keyboard.press("Enter")
    page.locator(".leaflet-popup td").first.wait_for()
    page.locator("#search").focus()
    page.keyboard.press("Escape")
    assert page.locator("#found button").count() == 0


@pytest.mark.parametrize("payload", TOGETHER)
def test_hostile_names_are_found_and_run_nothing(visitor: Visitor, payload: str) -> None:
    visit = open_map(visitor, content(vectors=(villages(payload[:60], "Đèo Gió"),)))
    page = visit.page
    listed = found(page, payload[:6].strip() or payload)
    assert any(payload[:60].strip() in item for item in listed)
    page.locator("#found button").first.click()
    visit.assert_quiet()


def test_distance_is_that_along_the_ground(visitor: Visitor) -> None:
    visit = open_map(visitor, content(focus=(103.9, 22.4, 104.2, 22.7)))
    page = visit.page
    button = page.get_by_role("button", name="Đo khoảng cách")
    button.click()
    for lat, lng in ((22.5, 103.95), (22.5, 104.05), (22.6, 104.05)):
        page.evaluate(f"{MAP}.fire('click', {{latlng: L.latLng({lat}, {lng})}})")

    def written() -> str:
        return page.locator(".phusong-length").inner_text()

    told = float(written().split()[0].replace(",", "."))
    metres = 6371.0088 * math.radians(0.1)
    assert told == pytest.approx(metres * (1 + math.cos(math.radians(22.5))), abs=0.01)
    page.mouse.click(500, 400)
    assert float(written().split()[0].replace(",", ".")) > told
    as_vietnamese = written()
    page.locator('button[data-to-language="en"]').click()
    assert written() == as_vietnamese.replace(",", ".")
    page.locator('button[data-to-language="vi"]').click()
    assert page.locator(".leaflet-popup").count() == 0, "nothing is asked while measuring"
    page.keyboard.press("Escape")
    assert not page.locator(".phusong-length").is_visible()
    assert button.get_attribute("aria-pressed") == "false"
    visit.assert_quiet()


def test_the_address_holds_view_and_layers(visitor: Visitor) -> None:
    visit = open_map(visitor, content())
    page = visit.page
    page.locator('input[value="raster-1"]').check()
    page.locator('input[value="vector-5"]').uncheck()
    page.evaluate(f"{MAP}.setView([22.61, 104.11], 12, {{animate: false}})")
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    assert page.evaluate(f"{MAP}.getZoom()") == 12
    centre = page.evaluate(f"[{MAP}.getCenter().lat, {MAP}.getCenter().lng]")
    assert centre == pytest.approx([22.61, 104.11], abs=1e-3)
    assert page.locator('input[value="raster-1"]').is_checked()
    assert not page.locator('input[value="vector-5"]').is_checked()
    assert page.locator(".phusong-badge").count() == 0
    assert page.locator(".phusong-classes").count() == 1
    visit.assert_quiet()


def test_the_address_keeps_the_language_when_the_map_moves(visitor: Visitor) -> None:
    page = open_map(visitor, content(vectors=(villages("Dìn Chin"),))).page
    page.locator('[data-to-language="en"]').first.click()
    assert "lang=en" in page.evaluate("location.hash")
    page.evaluate(f"{MAP}.setView([22.6, 104.1], 11, {{animate: false}})")
    assert page.evaluate("location.hash").count("lang=en") == 1
    page.locator('input[value="vector-0"]').uncheck()
    assert page.evaluate("location.hash").count("lang=en") == 1
    page.reload()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate(f"{MAP}.getZoom()") == 11
    assert not page.locator('input[value="vector-0"]').is_checked()


@pytest.mark.parametrize(
    "address",
    ["#z=1e9&c=NaN,x&on=nothing", "#c=1,2,3", "#z=12&c=9999,0", "#on=<img src=x onerror=probe=1>",
     "#%E0%A4%A", "#z=&c=,&on="],
)  # fmt: skip
def test_a_broken_address_does_no_harm(visitor: Visitor, address: str) -> None:
    visit = open_map(visitor, content())
    page = visit.page
    whole = page.evaluate("location.href").partition("#")[0]
    page.goto("about:blank")
    page.goto(whole + address)
    outline = page.locator(".leaflet-phusong-outline-pane path")
    assert outline.count() <= 1
    assert page.evaluate(f"Number.isFinite({MAP}.getZoom())")
    assert visit.errors == []
    assert page.evaluate("typeof window.probe") == "undefined"


def test_a_map_in_a_frame_leaves_the_address_alone(visitor: Visitor) -> None:
    inside = coverage_map(content()).replace("&", "&amp;").replace('"', "&quot;")
    visit = visitor.visit(f'<iframe srcdoc="{inside}" style="width:900px;height:500px"></iframe>')
    visit.page.frames[1].wait_for_selector(".phusong-badge")
    assert "#" not in visit.page.evaluate("location.href")
    visit.assert_quiet()


def test_paper_shows_map_title_and_legend_on_one_sheet(visitor: Visitor) -> None:
    visit = open_map(visitor, content(marking="Dự thảo"))
    page = visit.page
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(PAGE_OF_PDF.findall(printed)) <= 3
    sizes = {(float(w), float(h)) for w, h in re.findall(
        rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)}  # fmt: skip
    assert {tuple(map(round, size)) for size in sizes} == {(842, 595)}
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1047, "height": 718})
    sheet = page.locator(".folium-map").bounding_box()
    assert sheet
    for part in ("h1 .t", "[data-legend-of]:visible .swatch"):
        box = page.locator(part).first.bounding_box()
        assert box
        assert box["x"] >= sheet["x"] + sheet["width"]
        assert box["y"] + box["height"] <= sheet["y"] + sheet["height"]
    assert not page.locator(".search").is_visible()
    assert page.locator(".summary").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".search").is_visible()
    assert page.locator(".summary + .part").count() == 1, "back at its place"
    visit.assert_quiet()


def test_a_small_phone_can_do_everything(visitor: Visitor) -> None:
    given = content(vectors=(*content().vectors, villages("Dìn Chin", "Đèo Gió")))
    long = dataclasses.replace(given, title=Bilingual("Nghiên cứu rất dài " * 6, "Long study " * 8))
    visit = open_map(visitor, long, size=SMALL_PHONE)
    page = visit.page
    page.locator("summary.title").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE[0]
    inner = "e => e.scrollWidth - e.clientWidth"
    assert page.locator(".panel").evaluate(inner) <= 0
    page.locator("#search").fill("deo")
    page.locator("#found button").first.tap()
    page.locator(".leaflet-popup").wait_for()
    assert not page.locator("#search").is_visible(), "the map is free again"
    wait_until(page, IN_SIGHT)
    popup = page.locator(".leaflet-popup").bounding_box()
    assert popup
    assert popup["x"] >= 0
    assert popup["x"] + popup["width"] <= SMALL_PHONE[0]
    for box in page.locator(".phusong-tool, .leaflet-control-zoom a").all():
        size = box.bounding_box()
        assert size is None or min(size["width"], size["height"]) >= 40
    visit.assert_quiet()
