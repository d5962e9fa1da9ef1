"""Index and notebooks in a real browser, from disk and without a network."""

import dataclasses
import re

import nbformat
import pytest

from browser.conftest import DESKTOP, PHONE, Visitor, wait_until
from phusong.errors import DataError
from phusong.reporting.brief import brief_page
from phusong.reporting.facts import PRACTICE, same
from phusong.reporting.maps import coverage_map
from phusong.reporting.notebooks import render_notebook
from phusong.reporting.page_tables import RankReason
from phusong.reporting.pages import index_page
from unit.reporting.cases import HOSTILE, TOGETHER, content
from unit.reporting.test_brief import brief
from unit.reporting.test_pages import PIXEL, index

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_index_fits_the_window(visitor: Visitor, size: tuple[int, int]) -> None:
    visit = visitor.visit(index_page(index()), size=size)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator(".button").get_attribute("href") == "maps/coverage.html"
    assert page.locator(".practice").is_visible()
    page.locator('nav a[href="#sources"]').click()
    assert page.locator("#sources").is_visible()
    visit.assert_quiet()


def test_practice_stays_in_sight_and_on_paper(visitor: Visitor) -> None:
    visit = visitor.visit(index_page(index()), size=PHONE)
    page = visit.page
    page.mouse.wheel(0, 100_000)
    banner = page.locator(".practice").bounding_box()
    assert banner
    assert banner["y"] == pytest.approx(0, abs=1)
    page.emulate_media(media="print")
    words = page.evaluate("getComputedStyle(document.body, '::after').content")
    assert words == '"Dữ liệu mô phỏng"'
    visit.assert_quiet()


@pytest.mark.parametrize("payload", TOGETHER)
def test_hostile_names_are_shown_verbatim(visitor: Visitor, payload: str) -> None:
    visit = visitor.visit(index_page(index(payload)))
    page = visit.page
    read = "e => e.textContent"
    assert page.locator("h1").evaluate(read) == payload
    assert page.locator(".asked p").evaluate(read) == payload
    assert page.locator(".findings li").evaluate(read) == payload
    assert page.locator("#results tbody th").evaluate(read) == payload
    assert page.locator(".warnings li").evaluate(read) == payload
    assert page.locator("#assumptions td").first.evaluate(read) == payload
    assert page.locator("#sources dt").evaluate(read) == payload
    assert page.locator("#versions dd").evaluate(read) == payload
    assert page.locator(".head img").get_attribute("alt") == payload
    visit.assert_quiet()


PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")


def test_brief_prints_on_a4_with_its_banner_in_the_margin(visitor: Visitor) -> None:
    visit = visitor.visit(brief_page(brief()))
    page = visit.page
    assert page.locator(".practice").is_visible()
    pages = PAGE_OF_PDF.findall(page.pdf(prefer_css_page_size=True, print_background=True))
    assert 1 <= len(pages) <= 2
    page.emulate_media(media="print")
    assert not page.locator(".practice").is_visible()
    read = "getComputedStyle(document.body, '::after').content"
    assert page.evaluate(read) == '"Dữ liệu mô phỏng"'
    margins = (
        "[...document.styleSheets[0].cssRules].flatMap(r => [...(r.cssRules || [])])"
        ".map(r => r.cssText).join(' ')"
    )
    assert "DỮ LIỆU MÔ PHỎNG · PRACTICE DATA" in page.evaluate(margins)
    visit.assert_quiet()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_brief_fits_the_window(visitor: Visitor, size: tuple[int, int]) -> None:
    visit = visitor.visit(brief_page(brief()), size=size)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    visit.assert_quiet()


@pytest.mark.parametrize("payload", TOGETHER)
def test_hostile_names_in_a_brief_are_shown_verbatim(visitor: Visitor, payload: str) -> None:
    visit = visitor.visit(brief_page(brief(payload)))
    page = visit.page
    read = "e => e.textContent"
    for place in ("h1", ".study", ".question", ".findings li", ".reasons li", "pre", "dd"):
        assert page.locator(place).first.evaluate(read) == payload
    page.pdf(prefer_css_page_size=True)
    visit.assert_quiet()


def notebook_page(markup: str, text: str = "") -> str:
    cell = nbformat.v4.new_code_cell("x", id="a")
    cell.outputs = [
        nbformat.v4.new_output("display_data", {"text/html": markup}),
        nbformat.v4.new_output("display_data", {"text/plain": text}),
    ]
    words = nbformat.v4.new_markdown_cell("# Sổ tay\n\n$$\\frac{a}{b}$$", id="b")
    return render_notebook(nbformat.v4.new_notebook(cells=[words, cell]), practice=PRACTICE)


def test_notebook_carries_a_living_map(visitor: Visitor) -> None:
    """The frame's scripts run under the policy of the page around it; it cannot reach out."""
    inside = coverage_map(content()).replace("&", "&amp;").replace('"', "&quot;")
    frame = f'<iframe title="Bản đồ" srcdoc="{inside}" style="width:100%;height:480px"></iframe>'
    visit = visitor.visit(notebook_page(frame))
    page = visit.page
    assert len(page.frames) == 2
    framed = page.frames[1]
    framed.wait_for_selector(".phusong-badge")
    assert framed.locator(".leaflet-image-layer").count() == 2
    framed.locator('input[value="vector-5"]').uncheck()
    assert framed.locator(".phusong-badge").count() == 0
    assert framed.evaluate("window.origin") == "null"
    assert page.locator("iframe").get_attribute("title") == "Bản đồ"
    box = page.locator("iframe").bounding_box()
    assert box
    assert box["height"] == pytest.approx(482, abs=3)
    formula = page.locator("math").bounding_box()
    assert formula
    assert formula["height"] > 20
    visit.assert_quiet()


def test_framed_map_may_get_its_size_late(visitor: Visitor) -> None:
    """A frame's scripts can run before it is laid out: the panel must not stay shut."""
    inside = coverage_map(content()).replace("&", "&amp;").replace('"', "&quot;")
    frame = f'<iframe title="Bản đồ" srcdoc="{inside}" style="width:100%;height:480px"></iframe>'
    visit = visitor.visit(notebook_page(f'<div id="later" style="display:none">{frame}</div>'))
    page = visit.page
    framed = page.frames[1]
    framed.wait_for_selector(".phusong-badge", state="attached")
    assert framed.evaluate("window.innerWidth") == 0
    page.evaluate("document.getElementById('later').style.display = ''")
    framed.locator('input[value="vector-5"]').wait_for(state="visible")
    wait_until(
        framed,
        "document.querySelector('.leaflet-phusong-outline-pane path')"
        ".getBoundingClientRect().width > 200",
    )
    visit.assert_quiet()


OUTSIDE = "https://example.org/"


def test_raw_markup_that_would_load_from_outside_makes_no_page() -> None:
    loading = [p for p in HOSTILE if OUTSIDE in p and "<form" not in p and "<base" not in p]
    assert len(loading) >= 4
    for payload in loading:
        with pytest.raises(DataError, match="from outside, nothing may be"):
            notebook_page(f"<p>{payload}</p>", text="x")


@pytest.mark.parametrize("payload", TOGETHER)
def test_raw_markup_in_outputs_runs_nothing(visitor: Visitor, payload: str) -> None:
    """Even what a careless library printed as markup cannot run, though it may look odd."""
    parts = [p for p in HOSTILE if OUTSIDE not in p] if payload == TOGETHER[0] else [payload]
    harmless = " ".join(parts).replace("src=x", f"src='{PIXEL}' ")
    visit = visitor.visit(notebook_page(f"<p>{harmless}</p>", text=payload))
    visit.page.mouse.move(400, 300)
    visit.assert_quiet()


OPEN = "[...document.querySelectorAll('details.fold')].filter(part => part.open).length"


def test_index_folds_and_its_contents_open_what_they_name(visitor: Visitor) -> None:
    visit = visitor.visit(index_page(index()))
    page = visit.page
    assert page.locator("#results .fold").first.get_attribute("open") is not None
    assert not page.locator("#assumptions table").is_visible()
    link = page.locator('nav a[href="#assumptions"]')
    link.focus()
    page.keyboard.press("Enter")
    page.locator("#assumptions table").wait_for(state="visible")
    summary = page.locator("#assumptions summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.locator("#assumptions table").wait_for(state="hidden")
    link.click()  # the address is the same as before
    page.locator("#assumptions table").wait_for(state="visible")
    page.reload()
    assert page.locator("#assumptions table").is_visible()
    targets = page.evaluate(
        "[...document.querySelectorAll('nav.contents a')].map(a => a.getAttribute('href'))"
    )
    assert len(targets) == len(set(targets)) > 6
    for target in targets:
        assert page.locator(target).count() == 1
    visit.assert_quiet()


def test_all_of_an_index_is_open_on_paper_and_by_a_button(visitor: Visitor) -> None:
    visit = visitor.visit(index_page(index()))
    page = visit.page
    whole = page.locator("details.fold").count()
    before = page.evaluate(OPEN)
    assert 0 < before < whole
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(OPEN) == whole
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(OPEN) == before
    page.locator('[data-fold="open"]').click()
    assert page.evaluate(OPEN) == whole
    page.locator('[data-fold="fold"]').click()
    assert page.evaluate(OPEN) == 0
    visit.assert_quiet()


def test_a_reason_shows_its_first_sentence_and_on_paper_all(visitor: Visitor) -> None:
    told = RankReason(4, same("Mast"), same("First sentence."), same("And the rest."))
    visit = visitor.visit(index_page(dataclasses.replace(index(), reasons=(told,))))
    page = visit.page
    item = page.locator(".reasons li")
    item.locator("xpath=ancestor::details").last.evaluate("part => { part.open = true; }")
    assert item.get_attribute("value") == "4"
    assert item.get_by_text("First sentence.").is_visible()
    rest = item.get_by_text("And the rest.")
    assert not rest.is_visible()
    item.locator("summary").click()
    assert rest.is_visible()
    item.locator("summary").click()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert rest.is_visible()
    assert not item.locator("summary").is_visible()
    visit.assert_quiet()


def test_parts_fold_without_scripts(visitor: Visitor) -> None:
    plain = re.sub(r"<script>.*?</script>", "", index_page(index()), flags=re.DOTALL)
    page = visitor.visit(plain).page
    assert not page.locator("#versions dd").first.is_visible()
    page.locator("#versions summary").click()
    assert page.locator("#versions dd").first.is_visible()
    assert not page.locator(".folding").is_visible()
