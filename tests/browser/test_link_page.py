"""The page of one link in a real browser, from disk and without a network."""

import pytest

from browser.conftest import DESKTOP, PHONE, Visitor
from phusong.reporting.profile import profile_page
from unit.reporting.cases import TOGETHER
from unit.reporting.test_profile import view

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_link_fits_the_window(visitor: Visitor, size: tuple[int, int]) -> None:
    visit = visitor.visit(profile_page(view()), size=size)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("document.images[0].naturalWidth") > 1000
    rows = page.locator("#losses tbody tr")
    assert rows.count() == len(view().losses)
    assert rows.nth(1).inner_text().split()[:3] == ["Okumura-Hata", "148.7", "+36.6"]
    visit.assert_quiet()


@pytest.mark.parametrize("payload", TOGETHER)
def test_hostile_names_are_shown_verbatim(visitor: Visitor, payload: str) -> None:
    visit = visitor.visit(profile_page(view(name=payload)))
    names = visit.page.locator("#losses tbody th")
    assert names.nth(1).evaluate("e => e.textContent") == payload
    visit.assert_quiet()
