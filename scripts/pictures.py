"""Draw the pictures of the README from the practice study, as a reader sees its pages.

    phusong demo data/raw/demo && phusong run configs/demo.toml
    python scripts/pictures.py data/processed/demo

Needs Chromium and the tools of the browser tests (playwright, pillow).
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
LANGUAGES = ("vi", "en")
SHOTS = {
    "map": ("maps/coverage.html", (1200, 900), 4000, 64),
    "index": ("index.html", (1200, 1000), 1000, 128),
    "commune": ("communes/02863-*.html", (900, 1200), 1000, 64),
}
"""Page, size of the window [px], wait until it is drawn [ms], colours."""
WIDTH_PX = {"map": 960, "index": 820, "commune": 620}


def main(folder: Path) -> None:
    """Write one picture for each page and language."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as player:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, (page, (width, height), wait_ms, colours) in SHOTS.items():
            (file,) = folder.resolve().glob(page)
            for language in LANGUAGES:
                tab = browser.new_page(viewport={"width": width, "height": height})
                shot = _shot(tab, f"{file.as_uri()}#lang={language}", wait_ms)
                _save(shot, IMAGES / f"{name}-{language}.png", WIDTH_PX[name], colours)
                tab.close()
        browser.close()


def _shot(tab: Page, url: str, wait_ms: int) -> bytes:
    tab.goto(url)
    tab.wait_for_timeout(wait_ms)
    return tab.screenshot()


def _save(shot: bytes, file: Path, width: int, colours: int) -> None:
    """A small PNG with few colours."""
    whole = Image.open(io.BytesIO(shot)).convert("RGB")
    small = whole.resize(
        (width, round(whole.height * width / whole.width)), Image.Resampling.LANCZOS
    )
    few = small.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/processed/demo"))
