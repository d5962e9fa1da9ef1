"""Size of a study's map, time to paint it and to answer a click; time of notebooks and tables.

Give the maps as arguments; without any, that of the practice study as it was last run, and then its
notebooks, executed and rendered by all cores, its workbook and its layers for QGIS are made as well
(in a folder that is removed). The network is cut. Times are of the machine at hand: compare them
with each other.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import phusong
from phusong.engine import available_cores, in_order
from phusong.pipeline.begin import start
from phusong.pipeline.gis import write_gis
from phusong.pipeline.report import notebook_files
from phusong.pipeline.results import study_facts
from phusong.pipeline.workbook import write_workbook
from phusong.reporting.notebooks import execute_notebook, render_notebook

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ALLOWED_MB, ALLOWED_S, ALLOWED_NOTEBOOKS_S = 8.0, 2.0, 240.0
STUDY = Path("configs/demo.toml")
PAINTED = "Promise.all([...document.images].map(image => image.decode()))"
ASKED = """() => { const map = Object.entries(window).find(([k, v]) => k.startsWith('map_')
  && v instanceof L.Map)[1]; map.fire('click', {latlng: map.getCenter()}); }"""


def measured(page: Page, file: Path) -> tuple[float, float, float]:
    """Size [MB], seconds until every picture is decoded, seconds until a click is answered."""
    started = time.perf_counter()
    page.goto(file.resolve().as_uri(), wait_until="load")
    page.evaluate(PAINTED)
    painted = time.perf_counter()
    page.evaluate(ASKED)
    page.locator(".phusong-reading li, .phusong-reading .told p").first.wait_for()
    answered = time.perf_counter()
    return file.stat().st_size / 1e6, painted - started, answered - painted


def notebooks() -> None:
    """Execute and render every notebook of the practice study, from results that are there."""
    study = phusong.open_study(STUDY)
    sources = notebook_files(study)

    def made(notebook: Path) -> tuple[str, float, float]:
        begun = time.perf_counter()
        environment = {"PHUSONG_STUDY": str(study.file), "PHUSONG_FRESH": "0"}
        executed = execute_notebook(notebook, env=environment, cwd=notebook.parent)
        page = render_notebook(executed, practice=None, language=study.study.language)
        return notebook.stem, len(page.encode("utf-8")) / 1e6, time.perf_counter() - begun

    started, workers = time.perf_counter(), available_cores()
    for name, size, seconds in in_order(made, sources, workers=workers):
        print(f"notebook {name}: {size:.2f} MB, {seconds:.1f} s")
    print(
        f"{len(sources)} notebooks by {workers} workers: {time.perf_counter() - started:.0f} s, "
        f"allowed {ALLOWED_NOTEBOOKS_S:g} s"
    )


def tables() -> None:
    """Write the workbook and the layers of the practice study."""
    session = start(phusong.open_study(STUDY))
    facts = study_facts(session)
    steps = [session.manifest.step(name) for name in ("reach", "service", "gaps", "plan")]
    paths = [path for step in steps if step is not None for path in sorted(step.outputs)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        shutil.copytree(session.study.output, folder, ignore=shutil.ignore_patterns("cache"))
        begun = time.perf_counter()
        book = write_workbook(facts, folder, paths)
        between = time.perf_counter()
        layers = write_gis(facts, folder, paths)
        size = sum(file.stat().st_size for file in layers) / 1e6
        print(f"tables.xlsx: {book.stat().st_size / 1e6:.2f} MB, {between - begun:.1f} s")
        print(f"QGIS project and layers: {size:.2f} MB, {time.perf_counter() - between:.1f} s")


def main() -> None:
    """Print a line for each map, the median of three visits."""
    files = [Path(name) for name in sys.argv[1:] if name.endswith(".html")]
    files = files or [Path("data/processed/demo/maps/coverage.html")]
    chromium = os.environ.get("PHUSONG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)))
    print(f"allowed: {ALLOWED_MB:g} MB, painted within {ALLOWED_S:g} s")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for file in files:
            visits = []
            for _ in range(3):
                context = browser.new_context(viewport={"width": 1400, "height": 900}, offline=True)
                visits.append(measured(context.new_page(), file))
                context.close()
            size, painted, answered = (sorted(values)[1] for values in zip(*visits, strict=True))
            print(
                f"{file}: {size:.2f} MB, painted in {painted:.2f} s, first answer {answered:.2f} s"
            )
        browser.close()
    if not sys.argv[1:]:
        notebooks()
        tables()


if __name__ == "__main__":
    main()
