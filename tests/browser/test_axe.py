"""Every product in a real browser: axe-core finds minor faults at most; a picture is kept.

Pages are those of a whole run of the invented region, with payloads for every name: nothing runs.
All that is folded is opened, both languages are seen, and on maps a popup is open, so that nothing
hides from the check.
"""

import csv
import json
import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Frame, Page

import phusong
from browser.conftest import DESKTOP, PHONE, Visitor, keep_picture
from phusong.pipeline.interactive import OpenStudy
from phusong.reporting.facts import PRACTICE
from phusong.reporting.notebooks import render_notebook
from runs import invoke
from synthetic import Region, study_facts, write_csv, write_region, write_text
from unit.reporting.cases import HOSTILE, PYTHON_PROBE

pytestmark = pytest.mark.browser

NAMES = (
    "index", "map", "brief-province", "brief-operator", "communes", "commune", "check", "compare",
    "notebook", "operator-index", "operator-map", "public-map",
)  # fmt: skip
NOT_MINOR = {"moderate", "serious", "critical"}
OPEN_ALL = """() => {
  document.documentElement.dataset.language = 'both';
  document.querySelectorAll('details').forEach(part => part.open = true); }"""
SETTLED = (
    "document.querySelector('.leaflet-popup') && !document.querySelector('.leaflet-pan-anim') && "
    "getComputedStyle(document.querySelector('.leaflet-popup')).opacity == 1"
)
"""Popups fade in, pale at first, and the map moves until they are in sight."""
CONTRAST, NAME = "color-contrast", "button-name"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of each kind, written as a user has it written."""
    region = write_hostile_region(tmp_path_factory.mktemp("mọi trang") / "vùng thử")
    out, study = region.output, phusong.open_study(region.study)
    phusong.report(study, with_notebooks=False)
    for arguments in (
        ("report", region.study, "--audience", "operator:mang-a", "--no-notebooks"),
        ("report", region.study, "--audience", "public", "--no-notebooks"),
        ("check", region.study, "--html", out / "check.html"),
        ("compare", region.study, out, "--output", out),
    ):
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
    assert PYTHON_PROBE not in os.environ
    (out / "notebook.html").write_text(notebook(study), encoding="utf-8", newline="\n")
    return {
        "index": out / "index.html",
        "map": out / "maps" / "coverage.html",
        "brief-province": out / "brief-province.html",
        "brief-operator": out / "brief-mang-a.html",
        "communes": out / "communes" / "index.html",
        "commune": next(file for file in sorted((out / "communes").glob("0*.html"))),
        "check": out / "check.html",
        "compare": out / "compare.html",
        "notebook": out / "notebook.html",
        "operator-index": out / "for-operator-mang-a" / "index.html",
        "operator-map": out / "for-operator-mang-a" / "maps" / "coverage.html",
        "public-map": out / "for-public" / "maps" / "coverage.html",
    }


def write_hostile_region(folder: Path) -> Region:
    """The invented region, where every name and source of every input is a payload."""
    names = cycle(payload for payload in HOSTILE if payload.strip() == payload)
    study: dict[str, Any] = {
        f"study.{key}": next(names)
        for key in ("title_vi", "title_en", "question_vi", "question_en")
    }
    facts = study_facts()
    study |= {
        f"inputs.{key}.source": next(names) for key in ("terrain", "towers", "population", "roads")
    }
    study["operators"] = [{**operator, "name": next(names)} for operator in facts["operators"]]
    region = write_region(folder, study=study)
    operators = dict(zip(("Nhà mạng A", "Nhà mạng B"), study["operators"], strict=True))
    for table, columns in (("towers", ("site_id", "operator")), ("villages", ("name",)),
                           ("facilities", ("name",))):  # fmt: skip
        file = region.input(f"{table}.csv")
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
        told: dict[str, str] = {}
        for row in rows:
            for column in columns:
                known = operators.get(row[column])
                row[column] = known["name"] if known else told.setdefault(row[column], next(names))
        write_csv(file, rows)
    outlines = json.loads(region.input("communes.geojson").read_text(encoding="utf-8"))
    for feature in outlines["features"]:
        feature["properties"]["name"] = next(names)
    write_text(region.input("communes.geojson"), json.dumps(outlines, ensure_ascii=False))
    return region


def notebook(study: OpenStudy) -> str:
    """Results that show themselves, and a map, as cells of a rendered notebook."""
    reached = phusong.reach(study)
    found = phusong.gaps(study, reached)
    shown = (study, reached, found, phusong.plan(study, found), found.explore(height_px=480))
    cells = [nbformat.v4.new_markdown_cell("# Sổ tay · Notebook", id="a")]
    for number, thing in enumerate(shown):
        cell = nbformat.v4.new_code_cell("show", id=f"c{number}")
        data = {"text/html": thing._repr_html_(), "text/plain": repr(thing)}
        cell.outputs = [nbformat.v4.new_output("display_data", data)]
        cells.append(cell)
    return render_notebook(nbformat.v4.new_notebook(cells=cells), practice=PRACTICE)


@pytest.fixture(scope="module")
def shared_visitor(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    made = Visitor(browser, tmp_path_factory.mktemp("mở"))
    yield made
    made.close()


def faults(part: Page | Frame) -> list[str]:
    """What axe-core calls more than minor, with the first elements of each kind."""
    found = Axe().run(part, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{fault['impact']}: {fault['id']}, {fault['help']}: "
        + "; ".join(node["html"][:160] for node in fault["nodes"][:3])
        for fault in found
        if fault["impact"] in NOT_MINOR
    ]


def test_axe_finds_what_is_wrong(visitor: Visitor) -> None:
    page = visitor.visit(
        "<!doctype html><html lang=vi><title>x</title><main><button></button>"
        "<p style='color:#bbb;background:#fff'>mờ</p></main></html>"
    ).page
    found = faults(page)
    assert len(found) == 3
    assert any("page-has-heading-one" in fault for fault in found)
    assert any(NAME in fault for fault in found)
    assert any(CONTRAST in fault for fault in found)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["window", "phone"])
@pytest.mark.parametrize("name", NAMES)
def test_no_serious_fault(
    shared_visitor: Visitor,
    pages: dict[str, Path],
    tmp_path: Path,
    name: str,
    size: tuple[int, int],
) -> None:
    visit = shared_visitor.visit(pages[name].read_text(encoding="utf-8"), size=size)
    page = visit.page
    picture = keep_picture(page, f"{name}-{size[0]}", tmp_path)
    with Image.open(picture) as seen:
        assert len(seen.convert("RGB").resize((64, 64)).getcolors(4096) or ()) > 20
    page.evaluate(OPEN_ALL)
    if name.endswith("map"):
        page.locator(".phusong-badge, .leaflet-marker-icon").first.dispatch_event("click")
        while not page.evaluate(SETTLED):
            page.wait_for_timeout(50)
    for frame in page.frames:
        if frame is not page.main_frame:
            frame.evaluate(OPEN_ALL)
        assert faults(frame) == []
    visit.assert_quiet()
