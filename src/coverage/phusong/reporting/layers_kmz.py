"""Layers of a study for Google Earth: folders of places with their facts, in one KMZ.

Data is written as text of XML. Google Earth takes ``$[name]`` and ``<tag>`` within its balloons
for its own; what looks so in data is parted by a sign that is not seen. The only picture is inside.
"""

import io
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
_NAMED_BY = ("name", "rank", "site_id", "link", "gap_id", "commune")
_DIGITS = 6
_SIGN, _SIGN_PX = "sign.png", 32
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
    """

    title: str
    layer: gpd.GeoDataFrame
    style: VectorStyle


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
    _text(document, "description", "\n".join(filter(None, notes)))
    for name, folder in folders.items():
        for number, category in enumerate(folder.style.categories):
            document.append(_style(f"{name}-{number}", category.symbol))
    for name, folder in folders.items():
        document.append(_folder(name, folder))
    content: bytes = tostring(kml, encoding="utf-8", xml_declaration=True)
    return packed([("doc.kml", content), (_SIGN, _sign())])


def _sign() -> bytes:
    """A white dot, which Google Earth colours."""
    picture = Image.new("RGBA", (_SIGN_PX, _SIGN_PX), (255, 255, 255, 0))
    ImageDraw.Draw(picture).ellipse(
        (4, 4, _SIGN_PX - 5, _SIGN_PX - 5), fill=(255, 255, 255, 255), outline=(40, 40, 40, 255),
        width=3,
    )  # fmt: skip
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def _folder(name: str, folder: KmlFolder) -> Element:
    element = Element("Folder")
    _text(element, "name", folder.title)
    layer, style = folder.layer.to_crs(_WGS84), folder.style
    numbers = {category.value: n for n, category in enumerate(style.categories)}
    shown = next(key for key in _NAMED_BY if key in layer.columns)
    facts = layer.drop(columns=layer.geometry.name)
    for row, shape in zip(facts.to_dict("records"), layer.geometry, strict=True):
        place = SubElement(element, "Placemark")
        _text(place, "name", _words(row[shown]))
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
        _text(SubElement(icon, "Icon"), "href", _SIGN)
        return style
    line = SubElement(style, "LineStyle")
    _text(line, "color", _colour(symbol.colour if symbol.kind == "line" else symbol.outline))
    _text(line, "width", "2")
    if symbol.kind == "fill":
        inside = SubElement(style, "PolyStyle")
        _text(inside, "color", _colour(symbol.colour, symbol.opacity))
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
