"""The documentation as a site: built without warnings or network, complete, whole in itself."""

import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conftest import ROOT
from runs import clean_environment

pytestmark = pytest.mark.slow

# No name can be looked up from within the build.
NO_NETWORK = """
import socket, sys, sphinx.cmd.build as build
def refuse(*given, **more):
    raise OSError(f"the build asked the network for {given}")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
sys.exit(build.main(sys.argv[1:]))
"""


class Page(HTMLParser):
    """Anchors of a page, where it leads, and what it loads."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.language = ""
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") not in {"index", "search", "next", "prev"}:
            self.loaded.append(given["href"])
        self.loaded += [
            given[name] for name in ("src", "srcset", "data", "poster") if given.get(name)
        ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    recipe = re.search(r"^docs:.*\n\t\$\(BIN\)/python -m sphinx (.*)$", makefile(), re.MULTILINE)
    assert recipe, "the Makefile builds the documentation"
    options = recipe[1].replace("build/doctrees", str(folder / "trees")).split()
    command = [sys.executable, "-c", NO_NETWORK, *options[:-1], str(folder / "site")]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {file: Page(file) for file in sorted(site.rglob("*.html"))}


def test_every_link_of_the_site_resolves(site: Path, pages: dict[Path, Page]) -> None:
    dead = []
    count = 0
    for file, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme:
                continue
            count += 1
            path = urllib.parse.unquote(parts.path)
            target = (file.parent / path).resolve() if path else file
            anchor = urllib.parse.unquote(parts.fragment)
            if not target.is_file() or (
                anchor and target in pages and anchor not in pages[target].anchors
            ):
                dead.append(f"{file.relative_to(site)}: {link}")
    assert count > 1000
    assert not dead


def addresses(text: str) -> Iterator[str]:
    """What a style sheet loads."""
    yield from re.findall(r"url\(\s*['\"]?([^'\")]+)", text)
    yield from re.findall(r"@import\s+['\"]([^'\"]+)", text)


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    loaded = {(file, what) for file, page in pages.items() for what in page.loaded}
    for sheet in site.rglob("*.css"):
        loaded |= {(sheet, what) for what in addresses(sheet.read_text(encoding="utf-8"))}
    assert len(loaded) > len(pages)
    foreign = {what for _, what in loaded if re.match(r"(?:[a-z]+:)?//", what)}
    assert not foreign
    local = {(file, what) for file, what in loaded if not what.startswith("data:")}
    missing = {
        what
        for file, what in local
        if not (file.parent / urllib.parse.unquote(what.partition("?")[0])).exists()
    }
    assert not missing


def test_the_reference_has_every_public_name(site: Path, pages: dict[Path, Page]) -> None:
    import phusong
    from phusong import study
    from phusong.cli.app import app

    reference = site / "docs" / "reference"
    python = pages[reference / "python.html"].anchors
    assert {f"phusong.{name}" for name in phusong.__all__} <= python
    models = pages[reference / "models.html"].anchors
    assert {"phusong.models.p1812.p1812_loss", "module-phusong.models.itm"} <= models
    commands = (reference / "commands.html").read_text(encoding="utf-8")
    for known in app.registered_commands:
        assert f"<h2>phusong {known.name}" in commands
    keys = set(re.findall(r">(\w+)</span>", (reference / "study.html").read_text(encoding="utf-8")))
    tables = [value for value in vars(study).values() if hasattr(value, "model_fields")]
    left_out = {"Assumption", "Quantity", "Section", "TitledSection"}
    fields = {f for t in tables if t.__name__ not in left_out for f in t.model_fields}
    assert len(fields) > 100
    assert fields <= keys


def test_formulas_are_drawn_without_a_script(site: Path) -> None:
    planning = (site / "docs" / "reference" / "planning.html").read_text(encoding="utf-8")
    assert "<math" in planning
    assert "mathjax" not in planning.lower()


def test_pages_say_their_language(pages: dict[Path, Page]) -> None:
    for file, page in pages.items():
        assert page.language == ("vi" if file.stem.endswith(".vi") else "en"), file


def test_the_first_page_leads_to_the_documents(site: Path) -> None:
    assert 'url=docs/index.html"' in (site / "index.html").read_text(encoding="utf-8")
