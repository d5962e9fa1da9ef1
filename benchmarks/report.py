"""Size of a study's map, and how long a browser takes to paint it and to answer the first click.

Give the maps as arguments; without any, that of the practice study as it was last run. The network
is cut. Times are of the machine at hand: compare them with each other.
"""

import os
import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ALLOWED_MB, ALLOWED_S = 8.0, 2.0
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


if __name__ == "__main__":
    main()
