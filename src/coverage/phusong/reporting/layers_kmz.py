"""Layers of a study for Google Earth: folders of places with their facts, in one KMZ.

Data is written as text of XML. Google Earth takes ``$[name]`` and ``<tag>`` within its balloons
for its own; what looks so in data is parted by a sign that is not seen. Pictures are inside.
"""

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

import geopandas as gpd
import pandas as pd
import shapely
from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from phusong.geo.antimeridian import cut_where_it_crosses
from phusong.reporting.packing import packed
from phusong.reporting.qgis_xml import Colour, Symbol, VectorStyle, inert

_WGS84 = "EPSG:4326"
_DIGITS = 6
_SIGN_PX = 32
_SIGNS: Mapping[str, Sequence[tuple[float, float]]] = {
    "circle": (),
    "square": ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)),
    "triangle": ((0.5, 0.1), (0.92, 0.86), (0.08, 0.86)),
    "star": tuple(
        (0.5 + r * math.sin(turn * math.pi / 5), 0.53 - r * math.cos(turn * math.pi / 5))
        for turn, r in enumerate([0.48, 0.2] * 5)
    ),
}
"""Corners of signs in parts of a side; none for a dot."""
_PER_MM, _LABEL = 0.22, "0.8"
_DARK, _LIGHT = 80, (255, 255, 255)
"""An outline below this brightness is not seen on pictures from space, and becomes light."""
_HATCHED = 0.5
"""Google Earth knows no pattern: what QGIS hatches is filled half as strongly."""
_TAKEN = re.compile(r"\$(?=\[)|<")
_JOINER = "\u2060"


@dataclass(frozen=True)
class KmlFolder:
    """A layer with its words and its look.

    Parameters
    ----------
    title
        What it shows.
    layer
        Its features; columns beside the geometry are their facts.
    style
        How they are drawn, and words for the columns.
    names, told
        What each feature is called, and what its reader wants to know first, in lines.
    """

    title: str
    layer: gpd.GeoDataFrame
    style: VectorStyle
    names: Sequence[str]
    told: Sequence[str]


def layers_kmz(title: str, notes: Sequence[str], folders: Mapping[str, KmlFolder]) -> bytes:
    """Write layers as a KMZ.

    Parameters
    ----------
    title
        Title of the study.
    notes
        What a reader must know: marking, practice data, whom the data is from.
    folders
        Layers by name, in the order in which they are listed.

    Returns
    -------
    bytes
        The archive; the same layers give the same bytes.
    """
    kml = Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = SubElement(kml, "Document")
    _text(document, "name", title)
    _text(document, "open", "1")
    _text(document, "description", "\n".join(filter(None, notes)))
    for name, folder in folders.items():
        for number, category in enumerate(folder.style.categories):
            document.append(_style(f"{name}-{number}", category.symbol))
    for name, folder in folders.items():
        document.append(_folder(name, folder))
    content: bytes = tostring(kml, encoding="utf-8", xml_declaration=True)
    return packed([("doc.kml", content), *((f"{name}.png", _sign(name)) for name in _SIGNS)])


def _sign(name: str) -> bytes:
    """A white sign, which Google Earth colours."""
    picture = Image.new("RGBA", (_SIGN_PX, _SIGN_PX), (255, 255, 255, 0))
    pen, white, dark = ImageDraw.Draw(picture), (255, 255, 255, 255), (40, 40, 40, 255)
    if corners := [(x * _SIGN_PX, y * _SIGN_PX) for x, y in _SIGNS[name]]:
        pen.polygon(corners, fill=white, outline=dark, width=2)
    else:
        pen.ellipse((4, 4, _SIGN_PX - 5, _SIGN_PX - 5), fill=white, outline=dark, width=3)
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def _folder(name: str, folder: KmlFolder) -> Element:
    element = Element("Folder")
    _text(element, "name", folder.title)
    layer, style = folder.layer.to_crs(_WGS84), folder.style
    numbers = {category.value: n for n, category in enumerate(style.categories)}
    facts = layer.drop(columns=layer.geometry.name).to_dict("records")
    for row, shape, named, told in zip(
        facts, layer.geometry, folder.names, folder.told, strict=True
    ):
        place = SubElement(element, "Placemark")
        _text(place, "name", named)
        SubElement(place, "Snippet", maxLines="0")
        _text(place, "description", told)
        number = numbers.get(str(row[style.attribute]), 0) if style.attribute else 0
        _text(place, "styleUrl", f"#{name}-{number}")
        data = SubElement(place, "ExtendedData")
        for column, value in row.items():
            if words := _words(value):
                entry = SubElement(data, "Data", name=inert(str(column)))
                _text(entry, "displayName", style.aliases.get(str(column), str(column)))
                _text(entry, "value", words)
        place.append(_geometry(cut_where_it_crosses(shape)))
    return element


def _words(value: object) -> str:
    """Text of a cell; empty where it is not known."""
    if pd.isna(value):
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _text(parent: Element, tag: str, words: str) -> None:
    SubElement(parent, tag).text = _TAKEN.sub(lambda found: found[0] + _JOINER, inert(words))


def _style(key: str, symbol: Symbol) -> Element:
    style = Element("Style", id=key)
    if symbol.kind == "marker":
        icon = SubElement(style, "IconStyle")
        _text(icon, "color", _colour(symbol.colour))
        _text(icon, "scale", f"{_PER_MM * symbol.size_mm:.2f}")
        sign = symbol.shape if symbol.shape in _SIGNS else "circle"
        _text(SubElement(icon, "Icon"), "href", f"{sign}.png")
        _text(SubElement(style, "LabelStyle"), "scale", _LABEL)
        return style
    line = SubElement(style, "LineStyle")
    edge = symbol.colour if symbol.kind == "line" else symbol.outline
    _text(line, "color", _colour(_LIGHT if max(edge) < _DARK else edge))
    _text(line, "width", "2")
    if symbol.kind == "fill":
        inside = SubElement(style, "PolyStyle")
        opacity = symbol.opacity * (_HATCHED if symbol.shape else 1.0)
        _text(inside, "color", _colour(symbol.colour, opacity))
        _text(inside, "fill", "0" if symbol.shape == "no" else "1")
    return style


def _colour(colour: Colour, opacity: float = 1.0) -> str:
    """Alpha, blue, green and red, as KML has them."""
    red, green, blue = colour
    return f"{round(255 * opacity):02x}{blue:02x}{green:02x}{red:02x}"


def _geometry(shape: BaseGeometry) -> Element:
    if isinstance(shape, shapely.Polygon):
        element = Element("Polygon")
        for tag, ring in (
            ("outerBoundaryIs", shape.exterior),
            *(("innerBoundaryIs", hole) for hole in shape.interiors),
        ):
            line = SubElement(SubElement(element, tag), "LinearRing")
            _text(line, "coordinates", _coordinates(ring))
        return element
    if isinstance(shape, shapely.Point | shapely.LineString):
        element = Element(shape.geom_type)
        _text(element, "coordinates", _coordinates(shape))
        return element
    element = Element("MultiGeometry")
    for part in shapely.get_parts(shape):
        element.append(_geometry(part))
    return element


def _coordinates(shape: BaseGeometry) -> str:
    points = shapely.get_coordinates(shape)
    return " ".join(f"{x:.{_DIGITS}f},{y:.{_DIGITS}f}" for x, y in points)
