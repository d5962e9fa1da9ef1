"""The briefs of a study as they come out of a printer."""

import re
from pathlib import Path

import pytest

from browser.conftest import Visitor
from synthetic import Region

pytestmark = pytest.mark.browser
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module")
def output(plain_run: Region) -> Path:
    return plain_run.output


@pytest.mark.parametrize("whose", ["province", "mang-a", "mang-b"])
def test_two_to_six_pages(visitor: Visitor, output: Path, whose: str) -> None:
    markup = (output / f"brief-{whose}.html").read_text(encoding="utf-8")
    visit = visitor.visit(markup)
    page = visit.page
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert 2 <= len(PAGE_OF_PDF.findall(printed)) <= 6
    pictures = page.locator("figure img").evaluate_all("all => all.map(e => e.naturalWidth)")
    assert pictures
    assert min(pictures) > 600
    assert page.locator(".boxes > div").count() == 3
    assert page.locator("h2").count() == 8
    visit.assert_quiet()
