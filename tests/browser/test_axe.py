"""Every product in a real browser: axe-core finds minor faults at most; a picture is kept.

Pages are those of a whole run of the invented region, with payloads for every text: nothing runs.
All that is folded is opened, both languages are seen, and on maps a popup is open, so that nothing
hides from the check.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Frame, Page

import phusong
from browser.conftest import DESKTOP, PHONE, Visitor, keep_picture, wait_until
from browser.hostile import (
    NOT_FREE,
    answer,
    carried,
    free_fields,
    reading,
    write_hostile_region,
)  # fmt: skip
from browser.live_parts import PLAIN_NAME, live_parts
from browser.payloads import CALCULATED, Payloads
from phusong.language import legible
from phusong.pipeline.interactive import OpenStudy
from phusong.reporting.facts import PRACTICE
from phusong.reporting.notebooks import execute_notebook, render_notebook
from phusong.sources.study_file import read_study
from phusong.study import Study
from phusong.study.inputs import InputsSection
from runs import NOTEBOOKS, clean_environment, invoke, table
from synthetic import Region
from unit.reporting.cases import PYTHON_PROBE

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
TEXTS = """() => [document.body.innerText, ...[...document.querySelectorAll('*')]
  .filter(part => !['SCRIPT', 'STYLE'].includes(part.tagName))
  .flatMap(part => [...part.childNodes].filter(n => n.nodeType === 3).map(n => n.data))]
  .join(' ')"""
FEWEST_FIELDS, FEWEST_COLUMNS, FEWEST_PAGES = 60, 20, 20
SHOWN = {
    "study.title_vi", "study.title_en", "study.question_vi", "study.question_en", "operator",
    "site_id", "name", "exclusions.name", "exclusions.title_vi", "exclusions.title_en",
    "environments.title_vi", "environments.title_en", "threshold", "costs.source",
    "costs.exchange.date", "villages.languages", "households.household_id",
    "measurements.source", "poverty_standard", "boundaries.names", "gazetteer.commune",
    "vintage", "buildings.confidence", "clutter.heights", "column", "criteria.text_vi",
    "criteria.text_en", "criterion set", "criterion8.thresholds", "heading", "indicator",
    "lives.source", "lives.tag", "towers.column",
}  # fmt: skip
"""Texts that some page shows, word for word."""
KINDS = {".html", ".csv", ".xlsx", ".gpkg", ".qgz", ".kmz", ".json"}
"""Of files that the study's texts go into."""
CONTRAST, NAME = "color-contrast", "button-name"


@dataclass(frozen=True)
class Hostile:
    """A study whose texts are payloads, and what was seen while it was read."""

    payloads: Payloads
    study: Study
    columns: dict[str, set[str]]
    out: Path
    printed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """Everything that commands write of it, as a user has it written."""
    payloads, columns = Payloads(), dict[str, set[str]]()
    region = write_hostile_region(tmp_path_factory.mktemp("mọi trang") / "vùng thử", payloads)
    out, study = region.output, phusong.open_study(region.study)
    made = Hostile(payloads, read_study(region.study), columns, out)
    with reading(columns, payloads):
        phusong.plan(study, phusong.gaps(study, phusong.reach(study)))
        answer(made.study, table(out / "plan" / "priorities.csv")["option_id"].iloc[0], payloads)
        for arguments in (
            ("report", region.study, "--no-notebooks"),
            ("report", region.study, "--audience", "operator:mang-a", "--no-notebooks"),
            ("report", region.study, "--audience", "public", "--no-notebooks"),
            ("check", region.study, "--html", out / "check.html"),
            ("compare", region.study, out, "--output", out),
        ):
            result = invoke(*arguments)
            assert result.exit_code == int(arguments[0] == "check"), result.output
            made.printed.append(result.output)
    (out / "notebook.html").write_text(notebook(study), encoding="utf-8", newline="\n")
    (out / "data.html").write_text(executed("01_data", region), encoding="utf-8", newline="\n")
    assert PYTHON_PROBE not in os.environ
    return made


def executed(name: str, region: Region) -> str:
    """A notebook of the repository about a study, as a page."""
    environment = clean_environment(PHUSONG_STUDY=str(region.study))
    done = execute_notebook(NOTEBOOKS / f"{name}.ipynb", env=environment, cwd=region.folder)
    return render_notebook(done, practice=PRACTICE)


@pytest.fixture(scope="module")
def pages(hostile: Hostile) -> dict[str, Path]:
    """A page of each kind."""
    out = hostile.out
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


def test_every_text_of_every_input_is_a_payload(hostile: Hostile) -> None:
    """What readers and study file know by themselves: a new text is a payload, or has a reason."""
    assert set(InputsSection.model_fields) <= hostile.study.inputs.model_fields_set
    held = set(carried(hostile.study, hostile.payloads))
    free = {key: key.split(".")[1] for key in free_fields(Study)}
    assert [
        key for key, name in sorted(free.items()) if key not in held and name not in NOT_FREE
    ] == []
    assert len(held) > FEWEST_FIELDS
    assert [column for column, held in sorted(hostile.columns.items()) if not held] == []
    assert len(hostile.columns) > FEWEST_COLUMNS
    told = {where.split(".")[0] for where in hostile.payloads.where.values()}
    assert told >= {"boundaries", "exclusions", "drive", "response", "operator", "site_id"}


def test_no_text_of_any_input_runs_on_any_page(hostile: Hostile, browser: Browser) -> None:
    """All pages of the study, of each reader: no script, no template, no request; text is text."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
    page, faults_, texts = context.new_page(), list[str](), list[str]()
    page.on("pageerror", lambda error: faults_.append(f"{page.url}: {error}"))
    page.on("dialog", lambda dialog: (faults_.append(f"{page.url}: dialog"), dialog.dismiss()))
    page.on("popup", lambda _: faults_.append(f"{page.url}: popup"))
    page.on("request", lambda request: (
        None if request.url.startswith(("file:", "data:", "about:", "blob:"))
        else faults_.append(f"{page.url}: {request.url}")
    ))  # fmt: skip
    files = sorted(hostile.out.rglob("*.html"))
    for file in files:
        page.goto(file.as_uri(), wait_until="load")
        page.evaluate(OPEN_ALL)
        for frame in page.frames:
            if frame.evaluate("typeof window.probe") != "undefined":
                faults_.append(f"{file.name}: a payload ran")
            texts.append(frame.evaluate(TEXTS))
    context.close()
    assert faults_ == []
    assert len(files) > FEWEST_PAGES
    seen = " ".join(" ".join(text.split()) for text in texts)
    assert CALCULATED not in seen
    verbatim = {where for payload, where in hostile.payloads.where.items()
                if " ".join(payload.split()) in seen}  # fmt: skip
    origins = {f"{key}.{part}" for key in hostile.study.inputs.model_fields_set
               for part in ("source", "licence", "attribution", "date")}  # fmt: skip
    assert (SHOWN | origins) - verbatim == set()


def test_no_text_of_any_input_is_alive_in_any_file(hostile: Hostile) -> None:
    """Tables, workbooks, layers, projects: no formula, link or expression, and names of ours."""
    files = sorted(file for file in hostile.out.rglob("*") if file.is_file())
    assert [part for file in files for part in live_parts(file)] == []
    assert {file.suffix for file in files} >= KINDS
    names = {part for file in files for part in file.relative_to(hostile.out).parts}
    assert [name for name in sorted(names) if not PLAIN_NAME.fullmatch(name)] == []


def test_no_text_of_any_input_steers_a_terminal(hostile: Hostile) -> None:
    """What commands print has names, and no sequence that a terminal would carry out."""
    for printed in hostile.printed:
        assert printed == legible(printed)
    assert any("\\x1b]0;" in printed for printed in hostile.printed)


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
        wait_until(page, SETTLED)
    for frame in page.frames:
        if frame is not page.main_frame:
            frame.evaluate(OPEN_ALL)
        assert faults(frame) == []
    visit.assert_quiet()
