"""A real browser, without a network, that tells everything that goes wrong."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, sync_playwright

from conftest import ROOT

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DESKTOP, PHONE = (1400, 900), (390, 844)
MAP = "Object.entries(window).find(([k, v]) => k.startsWith('map_') && v instanceof L.Map)[1]"
MOST_LOOKS = 1500
STILL = f"(map => !map._panAnim || !map._panAnim._inProgress)({MAP})"
"""Whether the map has come to where keys or a popup have moved it."""
IN_SIGHT = f"{STILL} && document.querySelector('.leaflet-popup').getBoundingClientRect().x >= 0"
"""Whether it has made room for a popup."""

SCREENSHOTS = ROOT / "build" / "ci" / "screenshots"
"""Kept by CI beside its report."""


def keep_picture(page: Page, name: str, folder: Path) -> Path:
    """Screenshot of a product as it is seen now; in CI it stays to be looked at."""
    place = SCREENSHOTS if os.environ.get("CI") else folder
    place.mkdir(parents=True, exist_ok=True)
    file = place / f"{name}.png"
    page.screenshot(path=file)
    return file


def find_chromium() -> str | None:
    """The browser named by ``PHUSONG_CHROMIUM``, or one on the path."""
    named = os.environ.get("PHUSONG_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def wait_until(place: Page | Frame, condition: str) -> None:
    """Wait for a condition in JavaScript.

    Playwright's own wait asks again by ``eval`` inside the page, which the policy of our pages
    forbids: it fails wherever the condition does not hold at once.
    """
    for _ in range(MOST_LOOKS):
        if place.evaluate(condition):
            return
        place.wait_for_timeout(20)
    pytest.fail(f"it never came to {condition}")


@dataclass
class Visit:
    """An open page, and what it did that it should not."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """No script failed, nothing was asked for, and no payload ran in any frame."""
        assert self.errors == []
        assert self.requests == []
        for frame in self.page.frames:
            assert frame.evaluate("typeof window.probe") == "undefined"


class Visitor:
    """Opens files the way a reader does: from disk, with the network cut."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self._contexts: list[object] = []

    def visit(self, markup: str, *, size: tuple[int, int] = DESKTOP) -> Visit:
        """Write a page to disk and open it."""
        file = self._folder / f"trang có dấu {len(self._contexts)}.html"
        file.write_text(markup, encoding="utf-8", newline="\n")
        phone = size[0] < 500
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, is_mobile=phone, has_touch=phone
        )
        self._contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        visit = Visit(page)
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.on("dialog", lambda dialog: (visit.errors.append("dialog"), dialog.dismiss()))
        page.on("popup", lambda _: visit.errors.append("popup"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.partition("#")[0] == file.as_uri()
                or request.url.startswith(("data:", "about:"))
                else visit.requests.append(request.url)
            ),
        )
        page.goto(file.as_uri(), wait_until="load")
        page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        return visit

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the test is skipped, in CI it fails."""
    path = find_chromium()
    if path is None or not Path(path).exists():
        reason = f"no Chromium ({path or 'not on the path'}); name one in PHUSONG_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; CI may not skip its tests")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    """Opens pages for one test."""
    made = Visitor(browser, tmp_path)
    yield made
    made.close()
