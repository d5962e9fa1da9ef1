"""Things lie where they are: points and rasters over the whole frame, as a browser draws them."""

import base64
import io
import math

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer

from browser.conftest import MAP, Visitor
from phusong.reporting.facts import Column, same
from phusong.reporting.layers import Category, Feature, RasterLayer, VectorLayer
from phusong.reporting.maps import coverage_map
from phusong.reporting.palette import service_classes
from unit.reporting.cases import CRS, SHAPE, content, grid

pytestmark = pytest.mark.browser
POINTS, CELLS, ZOOM = 200, 300, 17
SEEN_FROM = f"""([middles, zoom]) => {{
  const map = {MAP};
  const seen = () => [...document.querySelectorAll('.leaflet-phusong-point-pane path')]
    .map(p => p.getBoundingClientRect()).filter(b => b.width > 0)
    .map(b => [b.x + b.width / 2, b.y + b.height / 2]);
  return middles.map(at => {{ map.setView(at, zoom, {{animate: false}}); return seen(); }});
}}"""
"""Where points are drawn in the window, for each middle that the map is given."""
MERCATOR = Transformer.from_crs(4326, 3857, always_xy=True)
METRES = Transformer.from_crs(CRS, 4326, always_xy=True)


def spots(count: int) -> np.ndarray:
    """Eastings and northings over the whole frame, its corners among them."""
    west, south, east, north = grid().bounds
    rng = np.random.default_rng(4)
    drawn = np.column_stack([rng.uniform(west, east, count), rng.uniform(south, north, count)])
    drawn[:4] = [(west, south), (west, north), (east, south), (east, north)]
    return np.clip(drawn, (west + 20, south + 20), (east - 20, north - 20))


def test_points_lie_within_five_metres(visitor: Visitor) -> None:
    places = np.column_stack(METRES.transform(*spots(POINTS).T))
    features = tuple(
        Feature({"type": "Point", "coordinates": [lon, lat]}, (str(i),))
        for i, (lon, lat) in enumerate(places.tolist())
    )
    layer = VectorLayer(
        same("x"), same("y"), "point", (Column(same("n")),), features,
        (Category(same("x"), "#12507b"),),
    )  # fmt: skip
    page = visitor.visit(coverage_map(content(vectors=(layer,), rasters=()))).page
    box = page.locator(".folium-map").bounding_box()
    assert box
    metres_per_px = 2 * math.pi * 6_378_137.0 / (256 * 2**ZOOM)
    points = [(lon, lat, [lat + 0.0004, lon - 0.0007]) for lon, lat in places.tolist()]
    seen = page.evaluate(SEEN_FROM, [[middle for *_, middle in points], ZOOM])
    worst = 0.0
    for (lon, lat, middle), drawn in zip(points, seen, strict=True):
        (x, y), (x0, y0) = MERCATOR.transform(lon, lat), MERCATOR.transform(middle[1], middle[0])
        there = (
            box["x"] + box["width"] / 2 + (x - x0) / metres_per_px,
            box["y"] + box["height"] / 2 - (y - y0) / metres_per_px,
        )
        ground = metres_per_px * math.cos(math.radians(lat))
        worst = max(worst, min(ground * math.dist(there, point) for point in drawn))
    assert worst < 5.0


def test_cells_lie_within_half_a_pixel(visitor: Visitor) -> None:
    """Every cell has another class than its neighbours, so that a shift cannot hide."""
    row, col = np.mgrid[: SHAPE[0], : SHAPE[1]]
    classes = ((row + 2 * col) % 3).astype(np.uint8)
    raster = RasterLayer(same("x"), same("y"), classes, service_classes(), shown=True)
    given = content(vectors=(), rasters=(raster,), practice=None)
    page = visitor.visit(coverage_map(given)).page
    picture = page.locator(".phusong-classes")
    url = picture.get_attribute("src")
    assert url
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        colours = np.asarray(image.convert("RGBA"))
    code = np.full(colours.shape[:2], 255, dtype=np.uint8)
    for style in given.rasters[0].legend:
        shades = (style.colour, tuple(round(band * 0.56) for band in style.colour))
        for shade in shades if style.hatched else shades[:1]:
            code[(colours[..., :3] == shade).all(axis=-1) & (colours[..., 3] > 0)] = style.code
    corner = page.evaluate(
        f"() => {{const m = {MAP}; const b = m.getContainer().getBoundingClientRect();"
        " const p = m.containerPointToLatLng([0, 0]); return [b.x, b.y, p.lat, p.lng, m.getZoom()]}"
    )
    metres_per_px = 2 * math.pi * 6_378_137.0 / (256 * 2 ** corner[4])
    x0, y0 = MERCATOR.transform(corner[3], corner[2])
    box = picture.bounding_box()
    assert box
    wrong = 0
    for east, north in spots(CELLS):
        at_row, at_col = (int(v) for v in grid().pixel_of(east, north))
        x, y = MERCATOR.transform(*METRES.transform(east, north))
        left = corner[0] + (x - x0) / metres_per_px - box["x"]
        down = corner[1] + (y0 - y) / metres_per_px - box["y"]
        px, py = left / box["width"] * code.shape[1], down / box["height"] * code.shape[0]
        around = {
            code[min(max(int(py + dy), 0), code.shape[0] - 1),
                 min(max(int(px + dx), 0), code.shape[1] - 1)]
            for dx in (-0.5, 0, 0.5) for dy in (-0.5, 0, 0.5)
        }  # fmt: skip
        wrong += classes[at_row, at_col] not in around
    assert wrong == 0
