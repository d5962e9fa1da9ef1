"""What the map of a study answers to a click: the GeoTIFF's values, and right coordinates."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import rasterio
from playwright.sync_api import Browser, Page
from pyproj import Transformer

import phusong
from browser.conftest import IN_SIGHT, MAP, PHONE, STILL, Visit, Visitor, wait_until
from phusong.geo.local_crs import local_projection
from synthetic import CELL_M, CRS, EAST, NORTH, SOUTH, WEST, Region, write_region

pytestmark = pytest.mark.browser
LAST = ".leaflet-popup:last-child .phusong-reading"
"""In the newest popup: older ones may still be fading."""
ASKED = f"""async places => {{
  const map = {MAP}, answers = [];
  const rows = () => [...document.querySelectorAll('{LAST} li')];
  for (const at of places) {{
    map.closePopup().fire('click', {{latlng: L.latLng(at)}});
    while (!rows().length) await new Promise(done => setTimeout(done, 5));
    answers.push(rows().map(li => [li.querySelector('strong .t').textContent, li.dataset.service,
      (li.querySelector('.facts-line') || {{textContent: ''}}).textContent]));
  }}
  return answers; }}"""
"""What the popup of a click says, for one place after the other."""
PLACES, PROJECTED = 200, 100
NAMES = {"any": "Tất cả nhà mạng", "mang-a": "Nhà mạng A", "mang-b": "Nhà mạng B"}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    study = {"grid.local_crs": "EPSG:9208"}
    region = write_region(tmp_path_factory.mktemp("hỏi") / "vùng thử", study=study)
    phusong.report(phusong.open_study(region.study), with_notebooks=False)
    return region


@pytest.fixture(scope="module")
def visit(
    browser: Browser, region: Region, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visit]:
    visitor = Visitor(browser, tmp_path_factory.mktemp("trang"))
    markup = (region.output / "maps" / "coverage.html").read_text(encoding="utf-8")
    yield visitor.visit(markup)
    visitor.close()


def places(count: int, seed: int = 7) -> np.ndarray:
    """Eastings and northings over the whole frame, but for its last tenth of a cell."""
    rng, edge = np.random.default_rng(seed), CELL_M / 10
    east = rng.uniform(WEST + edge, EAST - edge, count)
    return np.column_stack([east, rng.uniform(SOUTH + edge, NORTH - edge, count)])


def degrees(metres: np.ndarray) -> list[list[float]]:
    """Latitude first."""
    longitude, latitude = Transformer.from_crs(CRS, 4326, always_xy=True).transform(*metres.T)
    return np.column_stack([latitude, longitude]).tolist()


def band(region: Region, key: str, what: str) -> Any:
    return rasterio.open(region.output / "reach" / "p1812" / "outdoor" / f"{key}-lte-{what}.tif")


def asked(page: Page, places: list[list[float]]) -> list[dict[str, tuple[str, str]]]:
    """Service and facts by operator, as the popup of a click at each place says them."""
    answers = page.evaluate(ASKED, places)
    return [{name: (service, facts) for name, service, facts in rows} for rows in answers]


def near(dataset: Any, values: np.ndarray, east: float, north: float) -> set[float]:
    """Values of the cells within half a cell of a place: what a click may answer."""
    half = CELL_M / 2
    corners = ((east + dx, north + dy) for dx in (-half, 0, half) for dy in (-half, 0, half))
    cells = (dataset.index(*corner) for corner in corners)
    rows, cols = dataset.shape
    return {float(values[r, c]) for r, c in cells if 0 <= r < rows and 0 <= c < cols}


def test_a_click_tells_the_values_of_the_rasters(visit: Visit, region: Region) -> None:
    page, spots = visit.page, places(PLACES)
    answers = asked(page, degrees(spots))
    assert all(answer.keys() == set(NAMES.values()) for answer in answers)
    for key, name in NAMES.items():
        with band(region, key, "level") as level, band(region, key, "probability") as share:
            tenths, percent = level.read(1), share.read(1)
            exact = 0
            for (east, north), answer in zip(spots, answers, strict=True):
                found = re.match(r"(−\d+) dBm · (\d+) %", answer[name][1])
                assert found, answer
                told = (float(found[1].replace("−", "-")), float(found[2]))
                around = near(level, tenths / 10.0, east, north)
                assert min(abs(told[0] - value) for value in around) <= 1.0
                assert told[1] in near(share, percent, east, north)
                cell = level.index(east, north)
                exact += abs(told[0] - tenths[cell] / 10.0) <= 0.501 and told[1] == percent[cell]
            assert exact == PLACES  # nearer than asked: the very cell
    visit.assert_quiet()


def test_service_and_server_are_those_of_the_cell(visit: Visit, region: Region) -> None:
    servers = (region.output / "reach" / "servers.csv").read_text(encoding="utf-8-sig")
    spots = places(20, seed=3)
    with band(region, "any", "probability") as share:
        percent = share.read(1)
        cells = [share.index(*spot) for spot in spots]
    for answer, cell in zip(asked(visit.page, degrees(spots)), cells, strict=True):
        service, facts = answer["Tất cả nhà mạng"]
        expected = 2 if percent[cell] >= 95 else 1 if percent[cell] >= 50 else 0
        assert service == str(expected)
        site, sector = re.search(r"· (\S+) / (\S+),", facts).groups()  # type: ignore[union-attr]
        assert re.search(rf"{site},{sector}\b", servers)


def test_a_pointer_click_asks_the_place_under_it(visit: Visit, region: Region) -> None:
    page = visit.page
    page.evaluate(f"{MAP}.closePopup()")
    box = page.locator(".folium-map").bounding_box()
    assert box
    x, y = round(box["x"] + box["width"] * 0.2), round(box["y"] + box["height"] * 0.93)
    at = page.evaluate(
        f"([x, y]) => {{const p = {MAP}.mouseEventToLatLng({{clientX: x, clientY: y}});"
        " return [p.lat, p.lng]}",
        [x, y],
    )
    page.mouse.click(x, y)
    page.locator(f"{LAST} .where").wait_for()
    where = page.locator(f"{LAST} .where").inner_text().splitlines()
    assert where[0].split() == f"WGS 84 {at[0]:.5f}°, {at[1]:.5f}°".split()
    east, north = Transformer.from_crs(4326, 9208, always_xy=True).transform(at[1], at[0])
    found = re.search(r"N (\d+), E (\d+) m", where[1])
    assert found
    assert [float(part) for part in found.groups()] == pytest.approx([north, east], abs=1.0)


def test_beyond_the_frame_nothing_is_known(visit: Visit) -> None:
    page = visit.page
    at = degrees(np.array([[WEST - 300.0, NORTH + 100.0]]))[0]
    page.evaluate(f"at => {MAP}.closePopup().fire('click', {{latlng: L.latLng(at)}})", at)
    page.get_by_text("Ngoài khung tính toán").wait_for()
    assert page.locator(f"{LAST} li").count() == 0


def test_popups_of_features_tell_their_place_too(visit: Visit) -> None:
    page = visit.page
    page.evaluate(f"{MAP}.closePopup()")
    page.locator(".phusong-badge").first.dispatch_event("click")
    page.locator(f"{LAST} li").first.wait_for()
    assert page.locator(".leaflet-popup:last-child td").count() == 9
    assert page.locator(LAST).count() == 1


def test_enter_asks_in_the_middle(visit: Visit) -> None:
    page = visit.page
    page.evaluate(f"{MAP}.closePopup()")
    page.locator(".folium-map").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".phusong-cross").is_visible()
    wait_until(page, STILL)
    middle = page.evaluate(f"[{MAP}.getCenter().lat, {MAP}.getCenter().lng]")
    page.keyboard.press("Enter")
    page.locator(f"{LAST} li").first.wait_for()
    told = page.locator(f"{LAST} .where").inner_text()
    assert f"{middle[0]:.5f}°, {middle[1]:.5f}°" in told
    page.mouse.click(60, 60)
    assert not page.locator(".phusong-cross").is_visible()


@pytest.mark.parametrize("crs", ["EPSG:9208", "EPSG:5897", "EPSG:3405", "EPSG:32648"])
def test_local_coordinates_are_those_of_proj(visit: Visit, crs: str) -> None:
    rng = np.random.default_rng(11)
    places = np.column_stack(
        [rng.uniform(21.8, 22.9, PROJECTED), rng.uniform(103.4, 105, PROJECTED)]
    )
    to = local_projection(crs, longitude=104.2, latitude=22.4)
    found = visit.page.evaluate(
        "([places, to]) => places.map(([lat, lng]) => phusong.projected(lat, lng, to))",
        [places.tolist(), to],
    )
    expected = Transformer.from_crs(4326, crs, always_xy=True).transform(places[:, 1], places[:, 0])
    assert np.abs(np.array(found) - np.column_stack(expected)).max() < 0.01


def test_a_tap_on_a_phone_asks(visitor: Visitor, region: Region) -> None:
    markup = (region.output / "maps" / "coverage.html").read_text(encoding="utf-8")
    visit = visitor.visit(markup, size=PHONE)
    page = visit.page
    page.touchscreen.tap(60, 560)
    page.locator(f"{LAST} li").first.wait_for()
    wait_until(page, IN_SIGHT)
    box = page.locator(".leaflet-popup").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    visit.assert_quiet()


CORNER = """async ([east, north, out]) => {
  const map = MAP, bounds = Object.values(map._layers).find(l => l instanceof L.ImageOverlay)
    .getBounds();
  const at = L.latLng(north ? bounds.getNorth() : bounds.getSouth(),
    east ? bounds.getEast() : bounds.getWest());
  map.closePopup();
  map.setView(at, map.getZoom() - out, { animate: false });
  await new Promise(done => setTimeout(done, 200));
  map.fire('click', { latlng: at });
  await new Promise(done => setTimeout(done, 600));
  const popup = document.querySelector('.leaflet-popup:last-child').getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  return [popup.top - frame.top, popup.left - frame.left, frame.right - popup.right,
    frame.bottom - popup.bottom];
}""".replace("MAP", MAP)


def test_a_popup_at_a_corner_of_the_frame_is_seen_whole(visitor: Visitor, region: Region) -> None:
    """On a phone, at the first zoom and farther out, where the frame is small in the window."""
    markup = (region.output / "maps" / "coverage.html").read_text(encoding="utf-8")
    page = visitor.visit(markup, size=PHONE).page
    page.evaluate("document.documentElement.dataset.language = 'both'")  # popups are tallest so
    for out in (0, 1):
        for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
            room = page.evaluate(CORNER, [*corner, out])
            assert min(room) >= 0, (corner, out, room)
