"""The switch of languages in a real browser: one language at a time, kept in the address."""

import re
from collections.abc import Callable

import nbformat
import pytest

from browser.conftest import PHONE, Visit, Visitor, wait_until
from phusong.reporting.brief import brief_page
from phusong.reporting.facts import PRACTICE, Column, same
from phusong.reporting.maps import coverage_map
from phusong.reporting.notebooks import render_notebook
from phusong.reporting.page_tables import PageTable
from phusong.reporting.pages import IndexContent, index_page
from phusong.reporting.shown import shown_table
from phusong.reporting.wording import said
from unit.reporting.cases import content
from unit.reporting.test_brief import brief
from unit.reporting.test_pages import index

pytestmark = pytest.mark.browser

STRAY = """language => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, around = node.parentElement;
    if (!/\\p{L}/u.test(node.data) || around.closest('script, style, iframe')) continue;
    if (!around.getClientRects().length) continue;
    const marked = around.closest('[lang]:not(html)');
    if (marked ? marked.lang === language || marked.closest('.always')
               : around.closest('.t, math, code, pre, .leaflet-control, .leaflet-pane')) continue;
    found.push(around.outerHTML.slice(0, 120));
  }
  return found;
}"""
"""Texts that are seen and are neither in the language nor marked as names and values from data."""
SEEN = "document.body.innerText"
TABLE = PageTable(
    said("Results"), (Column(same("x")), Column(said("People"), decimals=1)), (("a", 1234.5),)
)


def notebook() -> str:
    prose = (
        "# 00 · Bắt đầu nhanh · Quick start\n\n**Câu hỏi.** Nơi nào chưa có sóng?\n\nWhere is it?"
    )
    cell = nbformat.v4.new_code_cell("1 + 1", id="a")
    markup = {"text/html": shown_table(TABLE).html}
    cell.outputs = [nbformat.v4.new_output("display_data", markup)]
    cells = [nbformat.v4.new_markdown_cell(prose, id="b"), cell]
    return render_notebook(nbformat.v4.new_notebook(cells=cells), practice=PRACTICE)


PAGES: dict[str, Callable[[], str]] = {
    "index": lambda: index_page(index()),
    "brief": lambda: brief_page(brief()),
    "map": lambda: coverage_map(content()),
    "notebook": notebook,
}


def choose(visit: Visit, language: str) -> None:
    visit.page.locator(f'button[data-to-language="{language}"]').first.click()


@pytest.mark.parametrize("name", PAGES)
def test_one_language_at_a_time(visitor: Visitor, name: str) -> None:
    visit = visitor.visit(PAGES[name]())
    box = visit.page.locator(".languages").first.bounding_box()
    assert box
    assert box["height"] > 25
    for language in ("vi", "en"):
        choose(visit, language)
        assert visit.page.evaluate(STRAY, language) == []
        assert visit.page.evaluate("document.documentElement.lang") == language
        assert visit.page.evaluate("document.documentElement.dataset.language") == language
    labels = (
        "[...document.querySelectorAll('[data-said]')].map(e => e.getAttribute(e.dataset.said))"
    )
    for words in visit.page.evaluate(labels):
        assert " · " not in words
    choose(visit, "both")
    assert "English" in visit.page.evaluate(SEEN)
    visit.assert_quiet()


def test_numbers_follow_the_language(visitor: Visitor) -> None:
    page = index_page(IndexContent(same("x"), same("y"), None, tables=(TABLE,)))
    visit = visitor.visit(page)
    cell = visit.page.locator("td.n")
    assert cell.inner_text() == "1.234,5"
    choose(visit, "en")
    assert cell.inner_text() == "1,234.5"
    choose(visit, "both")
    assert cell.inner_text() == "1.234,5"


def test_choice_stays_in_the_address_and_goes_along(visitor: Visitor) -> None:
    visit = visitor.visit(index_page(index()))
    page = visit.page
    assert "lang=" not in page.url
    choose(visit, "en")
    assert page.url.endswith("#lang=en")
    assert page.locator(".button").get_attribute("href") == "maps/coverage.html#lang=en"
    page.locator('nav a[href="#sources"]').click()
    wait_until(page, "location.hash === '#sources&lang=en'")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.language") == "en"
    wait_until(page, "window.scrollY > 0")
    choose(visit, "vi")
    assert page.url.endswith("#sources")
    assert page.locator(".button").get_attribute("href") == "maps/coverage.html"
    visit.assert_quiet()


BROKEN = ("lang=en&%", "lang=en&%E0%A4%A", 'lang=en&"]', 'lang=en&z=1e999&c=NaN,x&on="],__proto__')


@pytest.mark.parametrize("name", ["index", "map"])
def test_a_mistyped_address_stops_no_script(visitor: Visitor, name: str) -> None:
    visit = visitor.visit(PAGES[name]())
    address = visit.page.url.partition("#")[0]
    for broken in BROKEN:
        visit.page.goto("about:blank")
        visit.page.goto(f"{address}#{broken}")
        assert visit.page.evaluate("document.documentElement.dataset.language") == "en"
        visit.page.evaluate("mark => { location.hash = mark; }", f"{broken}&x")
    visit.assert_quiet()


def test_a_study_may_ask_for_english_first(visitor: Visitor) -> None:
    visit = visitor.visit(index_page(IndexContent(same("x"), same("y"), None, language="en")))
    assert visit.page.locator("h2").first.inner_text().upper() == "WHAT WAS ASKED"
    assert visit.page.evaluate(STRAY, "en") == []


def test_without_scripts_both_are_seen(visitor: Visitor) -> None:
    page = re.sub(r"<script>.*?</script>", "", brief_page(brief()), flags=re.DOTALL)
    visit = visitor.visit(page, size=PHONE)
    assert "Kết quả chính" in visit.page.evaluate(SEEN)
    assert "Main results" in visit.page.evaluate(SEEN)
    assert not visit.page.locator(".languages").is_visible()


def test_map_in_a_notebook_follows(visitor: Visitor) -> None:
    inside = coverage_map(content()).replace("&", "&amp;").replace('"', "&quot;")
    frame = f'<iframe title="Bản đồ" srcdoc="{inside}" style="width:100%;height:480px"></iframe>'
    cell = nbformat.v4.new_code_cell("x", id="a")
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": frame})]
    visit = visitor.visit(render_notebook(nbformat.v4.new_notebook(cells=[cell])))
    framed = visit.page.frames[1]
    framed.wait_for_selector(".phusong-badge")
    choose(visit, "en")
    wait_until(framed, "document.documentElement.dataset.language === 'en'")
    assert framed.evaluate(STRAY, "en") == []
    visit.assert_quiet()


def test_printed_margins_follow_the_language(visitor: Visitor) -> None:
    visit = visitor.visit(brief_page(brief()))
    choose(visit, "en")
    assert visit.page.evaluate("getComputedStyle(document.body).page") in {"auto", "en"}
    visit.page.emulate_media(media="print")
    assert visit.page.evaluate("getComputedStyle(document.body).page") == "en"
    assert not visit.page.locator(".languages").is_visible()
