"""Layers for Google Earth: cut at 180 degrees, and nothing of the data is taken for a command."""

import io
import zipfile
from xml.etree import ElementTree

import geopandas as gpd
from shapely import LineString, Point, box

from phusong.reporting.layers_kmz import KmlFolder, layers_kmz
from phusong.reporting.qgis_xml import Category, Symbol, VectorStyle

KML = "{http://www.opengis.net/kml/2.2}"
FIJI = "EPSG:32701"
"""UTM zone 1 south, whose western edge is the antimeridian."""


def written(layer: gpd.GeoDataFrame) -> ElementTree.Element:
    style = VectorStyle([Category("", "all", Symbol("fill", (1, 2, 3)))])
    names = list(layer["name"])
    areas = KmlFolder("Areas", layer, style, names, [f"about {name}" for name in names])
    content = layers_kmz("Fiji", ("a note",), {"areas": areas})
    assert content == layers_kmz("Fiji", ("a note",), {"areas": areas})
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return ElementTree.fromstring(packed.read("doc.kml"))


def test_shapes_are_cut_at_the_antimeridian() -> None:
    edge = gpd.GeoSeries([Point(180.0, -17.0)], crs="EPSG:4326").to_crs(FIJI).iloc[0]
    across = [
        box(edge.x - 5000, edge.y - 5000, edge.x + 5000, edge.y + 5000),
        LineString([(edge.x - 5000, edge.y), (edge.x + 5000, edge.y)]),
        box(edge.x + 1000, edge.y, edge.x + 5000, edge.y + 5000),
    ]
    root = written(gpd.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=across, crs=FIJI))
    parts = []
    for place in root.iter(f"{KML}Placemark"):
        shapes = [c.text or "" for c in place.iter(f"{KML}coordinates")]
        for shape in shapes:
            longitudes = [float(corner.split(",")[0]) for corner in shape.split()]
            assert max(longitudes) - min(longitudes) < 0.1
        parts.append(len(shapes))
    assert parts == [2, 2, 1]


def test_text_of_data_is_neither_markup_nor_replaced() -> None:
    name = "$[name] <b>Bản</b> & \x00 [% now() %]"
    layer = gpd.GeoDataFrame({"name": [name]}, geometry=[Point(5e5, 8e6)], crs=FIJI)
    root = written(layer)
    for words in (root.findtext(f".//{KML}Placemark/{KML}name"), root.findtext(f".//{KML}value")):
        assert words is not None
        assert not [taken for taken in ("$[", "<b", "[%", "\x00") if taken in words]
        assert "Bản" in words
