"""Every page that a study writes, in each language, as a reader sees it: nothing is left over."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame

from browser.both_languages import seen, strays
from browser.conftest import Visitor
from runs import finished, invoke, started, write_project
from synthetic import FOLDER, Region, assumed, degrees, write_csv, write_region
from unit.reporting.test_pages import PIXEL

pytestmark = pytest.mark.browser

CHOICE: dict[str, Any] = {
    "budget": assumed(15e9, "VND"),
    "target": assumed(0.2, "fraction"),
    "every_village": True,
    "commune_floor": assumed(0.05, "fraction"),
    "second_server": ["clinic"],
}
EVERYTHING: dict[str, Any] = {
    "study.title_vi": "Vùng thử", "study.title_en": "Invented region",
    "study.question_vi": "Nơi nào chưa có sóng?", "study.question_en": "Where is no signal?",
    "planning.choice": CHOICE,
    "criterion8": {"set": "2021-2025"},
    "inputs.households": {"file": f"{FOLDER}/households.csv", "source": "assumption"},
    "propagation.models": ["p1812", "itm"], "propagation.second_model_step": 3,
    "scenarios": {
        "fails": {"title_en": "S1 fails", "title_vi": "S1 hỏng", "source": "invented",
                  "broken": ["S1"]}
    },
    "environments.indoor": {
        "title_en": "Indoors", "title_vi": "Trong nhà", "building": "traditional",
        "entry_loss": {"value": 3.0, "unit": "dB", "source": "assumption: body of the user"},
        "receiver_height": {"value": 1.5, "unit": "m", "source": "as outdoors"},
    },
}  # fmt: skip
HOUSEHOLDS = (("H-1", "V01", 900.0, 2200.0), ("H-2", "V01", 900.0, 2200.0))
STRICTER = assumed(-104.0, "dBm")
LINK = {
    "model": "p1812", "frequency_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 1.5,
    "distance_km": [0.1 * n for n in range(41)],
    "height_m": [300.0 + 40.0 * (n % 7) for n in range(41)],
    "latitude_tx": 22.5, "longitude_tx": 104.1, "latitude_rx": 22.536, "longitude_rx": 104.1,
}  # fmt: skip


PAGES = {
    "index.html", "maps/coverage.html", "brief-province.html", "brief-mang-a.html",
    "communes/index.html", "communes/00101-thu-mot.html", "address-labels/index.html",
    "address-labels/001-00101-v01.html", "for-public/index.html",
    "for-operator-mang-a/maps/coverage.html", "check.html", "compared/compare.html", "link.html",
    *(f"notebooks/{name}.html" for name in (
        "00_quickstart", "01_data", "02_reach", "03_gaps", "04_priorities", "05_service",
        "06_uncertainty", "07_validation",
    )),
}  # fmt: skip
FEWEST_TEXTS = 5000


def write_households(region: Region) -> None:
    """Two households of one village in one cell of 3 m."""
    rows = []
    for household, village, east, north in HOUSEHOLDS:
        longitude, latitude = degrees(east, north)
        place = {"latitude": f"{latitude:.7f}", "longitude": f"{longitude:.7f}"}
        rows.append({"household_id": household, "village_id": village, **place, "postcode": ""})
    write_csv(region.input("households.csv"), rows)


def write_everything(folder: Path) -> dict[str, Path]:
    """A study with all that it may have, and every page that a command can write of it."""
    region = write_project(folder / "r", study=EVERYTHING)
    write_households(region)
    result = finished(started("run", region.study, "--workers", "1", cwd=folder))
    assert (result.returncode, result.stderr) == (0, ""), result
    other = write_region(folder / "other", study={"technologies.LTE.threshold": STRICTER})
    link = folder / "link.json"
    link.write_text(json.dumps(LINK), encoding="utf-8")
    for command in (
        ("plan", other.study, "--workers", "1"),
        ("check", region.study, "--html", folder / "check.html"),
        ("compare", region.study, other.study, "--output", folder / "compared"),
        ("path", link, "--compare", folder / "link.html"),
        ("report", region.study, "--audience", "public"),
        ("report", region.study, "--audience", "operator:Nhà mạng A"),
    ):
        assert (done := invoke(*command)).exit_code == 0, done.output
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*.html"))}


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_everything(tmp_path_factory.mktemp("mọi sản phẩm"))


def test_no_page_has_anything_of_the_other_language(
    products: dict[str, Path], browser: Browser
) -> None:
    """All commands' pages: a reader of either language finds no word of the other one."""
    names = {name.removeprefix("r/kết quả/") for name in products}
    assert names >= PAGES
    faults, texts = [], {"vi": 0, "en": 0}
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    for name, file in products.items():
        for language in texts:
            page.goto("about:blank")
            page.goto(f"{file.as_uri()}#lang={language}")
            for frame in page.frames:
                use(frame)
                found = seen(frame)
                texts[language] += len(found)
                faults += [f"{name} [{language}] {fault}" for fault in strays(found, language)]
    page.close()
    assert faults == []
    assert min(texts.values()) > FEWEST_TEXTS


def use(frame: Frame) -> None:
    """Have everything said that a map says on demand: popups, a search, a distance."""
    if not frame.locator(".leaflet-container").count():
        return
    for sign in (".phusong-badge", ".phusong-sign", "path.leaflet-interactive"):
        if frame.locator(sign).count():
            frame.locator(sign).first.dispatch_event("click")
            frame.locator(".leaflet-popup").first.wait_for()
    frame.locator(".phusong-tool").first.click()
    frame.locator("#search").fill("a")


PLANTED = """<!DOCTYPE html><html lang="vi"><body>
<p lang="vi">Không có sóng</p><p lang="en" style="display:none">No signal</p>
<p class="t">Trường Bản Trên</p><p>1.234,5 km</p><p class="always" lang="en">English</p>
{planted}</body></html>"""
FAULTS = {
    '<p lang="en">Some words</p>': "marked as the other language",
    '<p lang="vi">No signal</p>': "said in the other language",
    '<p class="t">What is left of it is not here</p>': "reads as the other language",
    "<p>Chữ</p>": "has no mark",
    '<button title="Đóng · Close"><span lang="vi">x</span></button>': "is in both languages",
    f'<img src="{PIXEL}" alt="No signal">': "said in the other language",
    '<input placeholder="No signal">': "said in the other language",
    '<i class="t" aria-label="No signal">x</i>': "said in the other language",
    '<style>.g::before { content: "No signal" }</style><b class="g"></b>': "said in the other",
    '<details><summary lang="vi">Mở</summary><p lang="vi">No signal</p></details>': "said in",
}


def test_the_search_finds_what_is_planted(visitor: Visitor) -> None:
    clean = visitor.visit(PLANTED.format(planted="")).page
    assert list(strays(seen(clean), "vi")) == []
    assert len(list(strays(seen(clean), "en"))) == 1, "but for the name from data"
    for planted, fault in FAULTS.items():
        found = list(strays(seen(visitor.visit(PLANTED.format(planted=planted)).page), "vi"))
        assert [one[: len(fault)] for one in found] == [fault], planted
