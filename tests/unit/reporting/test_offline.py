"""Pages that carry everything, run nothing of data's, and come out the same each time."""

import base64
import hashlib
import os
import re
import threading
import warnings

import branca.element
import folium
import pytest
from folium.plugins import MarkerCluster

from phusong.errors import DataError
from phusong.reporting.facts import same
from phusong.reporting.inlining import asset
from phusong.reporting.offline import (
    OfflineMap,
    map_page,
    numbered_ids,
    renumbered_ids,
    self_contained,
)
from phusong.reporting.policy import loaded_from_outside, sealed, unsealed
from unit.reporting.cases import HOSTILE, PYTHON_PROBE

POINT = {"type": "Point", "coordinates": [104, 22]}


def drawn(name: str = "Trạm") -> str:
    """A small map, with ``name`` where only the second wall guards."""
    with numbered_ids():
        picture = OfflineMap(location=[22.5, 104.2], zoom_start=9)
        group = folium.FeatureGroup(name=name)
        folium.CircleMarker([22.5, 104.2]).add_to(group)
        group.add_to(picture)
        folium.LayerControl().add_to(picture)
        return map_page(picture, title=same(name))


def test_page_is_self_contained() -> None:
    page = drawn()
    assert loaded_from_outside(page) == []
    assert page.startswith(
        '<!DOCTYPE html>\n<html lang="vi" data-language="both" data-default="vi">\n'
        '<head>\n<meta charset="utf-8">'
    )
    assert "\r" not in page
    assert "Leaflet 1.9.4" in page
    assert "Volodymyr Agafonkin" in page
    assert "sourceMappingURL" not in page
    assert "user-scalable=no" not in page
    assert len(page) < 190_000


def test_same_map_same_bytes_and_random_ids_afterwards() -> None:
    assert drawn() == drawn()
    generate = branca.element.Element.__dict__["_generate_id"]
    drawn()
    assert branca.element.Element.__dict__["_generate_id"] is generate
    assert folium.Map().get_name() != folium.Map().get_name()


def test_ids_come_back_after_an_error() -> None:
    generate = branca.element.Element.__dict__["_generate_id"]
    with pytest.raises(RuntimeError, match="stop"), numbered_ids():
        raise RuntimeError("stop")
    assert branca.element.Element.__dict__["_generate_id"] is generate


def test_threads_draw_the_same() -> None:
    """Pages drawn at once do not mix, and a plain folium map beside them is untouched."""
    pages: list[str] = []
    plain: list[str] = []

    def plain_maps() -> None:
        for _ in range(6):
            picture = folium.Map()
            picture.get_root().html.add_child(branca.element.Element("{{ 6 * 7 }}"))
            plain.append(picture.get_root().render())

    threads = [threading.Thread(target=lambda: pages.append(drawn())) for _ in range(4)]
    threads.append(threading.Thread(target=plain_maps))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pages)) == 1
    assert set(pages) == {drawn()}
    assert len(plain) == 6
    assert all(">42" in page.replace(" ", "").replace("\n", ">") for page in plain)


@pytest.mark.parametrize("payload", HOSTILE)
def test_names_are_not_compiled(payload: str) -> None:
    """Even a name that nobody encoded stays text in Python."""
    os.environ.pop(PYTHON_PROBE, None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = drawn(payload)
    assert PYTHON_PROBE not in os.environ
    assert page.rstrip().endswith("</html>")


def test_tiles_icons_and_plugins_are_refused() -> None:
    tiled, pinned, clustered = (OfflineMap(location=[22.5, 104.2]) for _ in range(3))
    folium.Marker([22.5, 104.2], popup="text").add_to(pinned)
    folium.Marker([22.5, 104.2], icon=folium.Icon()).add_to(pinned)
    MarkerCluster().add_to(clustered)
    for picture in (folium.Map(), clustered):
        with pytest.raises(DataError, match=r"page asks for https://.* which is not carried"):
            map_page(picture, title=same("x"))
    image = folium.raster_layers.ImageOverlay("data:image/png;base64,AAAA", [[0, 0], [1, 1]])
    image.add_to(tiled)
    tiled.get_root().html.add_child(branca.element.Element('<img src="https://x.example/a.png">'))
    with pytest.raises(DataError, match=r"page would load https://x\.example/a\.png from outside"):
        map_page(tiled, title=same("x"))


def test_policy_names_exactly_the_scripts() -> None:
    page = drawn()
    policy = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert len(policy) == 1
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert hashes
    named = re.findall(r"'sha256-([^']*)'", policy[0])
    assert named == list(dict.fromkeys(hashes))
    for rule in (
        "default-src 'none'",
        "connect-src 'none'",
        "base-uri 'none'",
        "img-src data: blob:",
    ):
        assert rule in policy[0]
    assert "unsafe-eval" not in policy[0]
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_page_without_scripts_may_run_none() -> None:
    page = sealed("<html><head></head><body></body></html>")
    assert "script-src 'none'" in page


def test_seal_comes_off_whole() -> None:
    bare = "<html><head><title>x</title></head><body></body></html>"
    assert unsealed(sealed(bare)) == bare
    assert unsealed(bare) == bare


def test_page_needs_a_head() -> None:
    with pytest.raises(DataError, match="page has no <head>"):
        sealed("<p>x</p>")


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<img src="a.png">', "a.png"),
        ("<IMG SRC=https://x.example/a.png>", "https://x.example/a.png"),
        ('<img srcset="b.png 2x">', "b.png 2x"),
        ('<iframe src="//x.example"></iframe>', "//x.example"),
        ('<object data="x.swf"></object>', "x.swf"),
        ('<svg><use href="x.svg#a"/></svg>', "x.svg#a"),
        ('<svg><image xlink:href="x.png"/></svg>', "x.png"),
        ("<p style=\"background: url( 'x.png' )\">", "x.png"),
        ("<style>a { background: URL(x.woff) }</style>", "x.woff"),
        ('<style>@import "x.css";</style>', "@import"),
        ('<base href="https://x.example/">', "https://x.example/"),
        ('<meta http-equiv="Refresh" content="0;url=x">', "meta refresh"),
        ("<iframe srcdoc=\"<img src='deep.png'>\"></iframe>", "deep.png"),
    ],
)
def test_leaks_are_found(markup: str, address: str) -> None:
    assert loaded_from_outside(f"<html><head></head><body>{markup}</body></html>") == [address]
    with pytest.raises(DataError, match="from outside"):
        self_contained(f"<html><head></head><body>{markup}</body></html>")


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://x.example">source</a>',
        '<img src="data:image/png;base64,AA==">',
        '<p style="fill: url(#hatch)">',
        "<p>url(x.png) &lt;img src=x&gt;</p>",
        "<script>var a = '<img src=x.png>';</script>",
    ],
)
def test_harmless_markup_passes(markup: str) -> None:
    assert loaded_from_outside(f"<html><body>{markup}</body></html>") == []


def test_unknown_links_are_refused() -> None:
    for link in (
        '<script src="https://x.example/a.js"></script>',
        '<link rel="icon" href="x.ico">',
    ):
        with pytest.raises(DataError, match="which is not carried"):
            self_contained(f"<html><head>{link}</head></html>")


def test_foreign_maps_get_numbers() -> None:
    pages = []
    for _ in range(2):
        picture = OfflineMap(location=[22.5, 104.2])
        folium.GeoJson(
            {"type": "Feature", "properties": {}, "geometry": POINT}, marker=folium.CircleMarker()
        ).add_to(picture)
        pages.append(map_page(picture, title=same("x")))
    assert pages[0] != pages[1]
    again = [self_contained(renumbered_ids(unsealed(page))) for page in pages]
    assert again[0] == again[1]
    assert again[0].count("Content-Security-Policy") == 1
    kept = "<p>a_0123456789abcdef0123456789abcdef</p>"
    assert renumbered_ids(kept) == kept


def test_assets_are_text() -> None:
    assert "\r" not in asset("map/stage.js") + asset("page.css")
    assert "<!--" not in asset("map/stage.js")
