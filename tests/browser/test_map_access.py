"""Who cannot see well, or uses keys alone: names, contrast, languages, order. Checks of our own."""

import pytest
from playwright.sync_api import Page

from browser.conftest import DESKTOP, PHONE, Visitor
from phusong.reporting.maps import coverage_map
from unit.reporting.cases import content

pytestmark = pytest.mark.browser

NAMELESS = """() => [...document.querySelectorAll(
  'button, a[href], input, select, summary, iframe, [role=button], [tabindex="0"]')]
  .filter(e => e.getClientRects().length)
  .filter(e => !(e.getAttribute('aria-label') || e.title || e.textContent.trim() ||
    [...(e.labels || [])].some(l => l.textContent.trim())))
  .map(e => e.outerHTML.slice(0, 120))"""
FAINT = """() => {
  const lum = c => { const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
  const rgba = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const ground = e => { for (; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage !== 'none') { return null; }
      const c = rgba(style.backgroundColor);
      if (c.length === 3 || c[3] > .85) { return c; } }
    return [255, 255, 255]; };
  const found = [];
  for (const e of document.querySelectorAll('.panel *, .leaflet-control *, .leaflet-popup *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length || e.closest('svg')) { continue; }
    const style = getComputedStyle(e), back = ground(e);
    if (!back) { continue; }
    const [a, b] = [lum(rgba(style.color)), lum(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    if ((a + .05) / (b + .05) < least) {
      found.push([e.className, style.color, String(back), e.textContent.trim().slice(0, 40)]); }
  }
  return found; }"""
TWINS = """() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return ids.filter((id, i) => ids.indexOf(id) !== i); }"""
UNSPOKEN = """() => [...document.querySelectorAll('.panel .en, .leaflet-popup .en')]
  .filter(e => e.lang !== 'en').length"""


def opened(visitor: Visitor, size: tuple[int, int] = DESKTOP) -> Page:
    page = visitor.visit(coverage_map(content("Dìn Chin")), size=size).page
    if size == PHONE:
        page.locator("summary.title").tap()
    else:
        page.locator(".phusong-badge").dispatch_event("click")
        page.locator(".leaflet-popup td").first.wait_for()
    return page


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_no_serious_fault(visitor: Visitor, size: tuple[int, int]) -> None:
    page = opened(visitor, size)
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(FAINT) == []
    assert page.evaluate(TWINS) == []
    assert page.evaluate(UNSPOKEN) == 0
    assert page.evaluate("document.documentElement.lang") == "vi"
    assert page.title()
    assert page.evaluate("[...document.images].every(i => i.alt)")
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.evaluate("[...document.querySelectorAll('[tabindex]')].every(e => e.tabIndex < 1)")


def test_every_control_is_reached_by_keys_and_seen(visitor: Visitor) -> None:
    page = visitor.visit(coverage_map(content())).page
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e.tagName, e.id || e.value || e.className || e.textContent.trim(),"
            " s.outlineStyle !== 'none' || s.boxShadow !== 'none'] }"
        )
        if told[0] == "BODY":
            break
        reached.append(tuple(told))
    names = {str(name) for _, name, _ in reached}
    assert {"search", "opacity", "phusong-tool", "raster-0", "vector-5"} <= names
    assert any("zoom-in" in name for name in names)
    assert any("phusong-badge" in name for name in names)
    unseen = [item for item in reached if not item[2]]
    assert unseen == []


def test_what_scrolls_is_reached_by_keys(visitor: Visitor) -> None:
    page = visitor.visit(coverage_map(content())).page
    words = page.locator(".leaflet-control-attribution")
    words.focus()
    assert words.evaluate("e => e === document.activeElement")
    page.locator(".phusong-badge").first.dispatch_event("click")
    popup = page.locator(".leaflet-popup-content")
    popup.focus()
    assert popup.evaluate("e => e === document.activeElement")
    close = page.locator(".leaflet-popup-close-button")
    assert close.get_attribute("href") is None, "a button is no link"
    close.focus()
    page.keyboard.press("Enter")
    popup.wait_for(state="detached")


def test_layers_are_switched_by_keys_alone(visitor: Visitor) -> None:
    page = visitor.visit(coverage_map(content())).page
    first = page.locator("[value=raster-0]")
    assert first.is_checked()
    first.focus()
    page.keyboard.press("ArrowDown")
    assert not first.is_checked()
    box = page.locator("[value=vector-5]")
    box.focus()
    was = box.is_checked()
    page.keyboard.press("Space")
    assert box.is_checked() != was
    page.locator("#opacity").focus()
    value = float(page.locator("#opacity").input_value())
    page.keyboard.press("ArrowLeft")
    assert float(page.locator("#opacity").input_value()) < value


def test_signs_say_what_they_are(visitor: Visitor) -> None:
    """A name on an element without a role is heard by nobody."""
    page = visitor.visit(coverage_map(content())).page
    signs = "[...document.querySelectorAll('.phusong-sign')]"
    assert page.evaluate(f"{signs}.length") > 0
    assert page.evaluate(f"{signs}.every(e => e.getAttribute('role') === 'img' && e.ariaLabel)")


def test_enter_opens_what_has_the_focus(visitor: Visitor) -> None:
    page = visitor.visit(coverage_map(content())).page
    page.locator(".leaflet-phusong-outline-pane path").focus()
    page.keyboard.press("Enter")
    page.locator(".leaflet-popup td").first.wait_for()


def test_no_signal_is_never_colour_alone() -> None:
    """Its classes are hatched in pictures and in every legend, its points have a shape."""
    for raster in content().rasters:
        worst = raster.legend[-1]
        assert worst.hatched
    page = coverage_map(content())
    assert page.count("repeating-linear-gradient(135deg") >= 2
