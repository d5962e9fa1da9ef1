"""Parts of QGIS documents as XML elements: symbols, renderers, labels, reference systems.

Element and attribute names are those that QGIS 3.22 writes and reads. Properties of symbols are
written twice, as ``Option`` for QGIS 3.22 and later and as ``prop`` for earlier ones.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

from pyproj import CRS

from phusong.reporting.palette import css_colour

Colour = tuple[int, int, int]
Kind = Literal["fill", "line", "marker"]

_CLASSES = {"fill": "SimpleFill", "line": "SimpleLine", "marker": "SimpleMarker"}
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIVE = re.compile(r"\[(?=%)")
_INK = (35, 35, 35)
_VEIL = "0.55"
"""Opacity of rasters: what lies under and over them stays legible."""
_AROUND, _OVER = "0", "1"
"""Where QGIS puts a label: around a point, over the middle of an outline."""


def xml_text(value: object) -> str:
    """Text as XML can hold it.

    Parameters
    ----------
    value
        Anything; it is turned into a string first.

    Returns
    -------
    str
        Without characters that XML 1.0 forbids, which become question marks.
    """
    return _UNFIT.sub("?", str(value))


def inert(value: object) -> str:
    """Text that QGIS shows and does not evaluate.

    Titles, names of layers and labels of a legend may hold ``[% expressions %]``, which QGIS
    evaluates when it draws them.

    Parameters
    ----------
    value
        Anything; it is turned into a string first.

    Returns
    -------
    str
        The text with a space inside every ``[%``.

    Examples
    --------
    >>> inert("[% env('HOME') %]")
    "[ % env('HOME') %]"
    """
    return _LIVE.sub("[ ", xml_text(value))


@dataclass(frozen=True)
class Symbol:
    """How features are drawn.

    Parameters
    ----------
    kind
        ``fill``, ``line`` or ``marker``.
    colour
        Red, green and blue, 0 to 255.
    opacity
        Of the inside, 0 to 1.
    size_mm
        Diameter of a marker, width of a line or of an outline [mm].
    shape
        Name of a marker's shape, for example ``circle``; pattern of a fill, for example
        ``b_diagonal`` or ``no``.
    outline
        Colour of the outline.
    """

    kind: Kind
    colour: Colour
    opacity: float = 1.0
    size_mm: float = 0.3
    shape: str = ""
    outline: Colour = _INK


@dataclass(frozen=True)
class Category:
    """Features with one value of an attribute.

    Parameters
    ----------
    value
        The value; empty for all others.
    label
        What the legend says.
    symbol
        How they are drawn.
    """

    value: str
    label: str
    symbol: Symbol


@dataclass(frozen=True)
class VectorStyle:
    """How a layer of features is drawn and named.

    Parameters
    ----------
    categories
        One symbol for each value of ``attribute``, or a single one for all features.
    attribute
        Which attribute decides; empty for one symbol.
    label
        Attribute that is written beside a feature; empty for none.
    aliases
        Words for attributes by their names.
    """

    categories: Sequence[Category]
    attribute: str = ""
    label: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RasterClass:
    """A value of a raster, or all values up to one, and its colour.

    Parameters
    ----------
    value
        The value, or the upper end; infinite for the last one.
    label
        What the legend says.
    colour
        Red, green and blue.
    """

    value: float
    label: str
    colour: Colour


@dataclass(frozen=True)
class RasterStyle:
    """How a raster is drawn.

    Parameters
    ----------
    classes
        By rising value.
    how
        ``exact`` values, ``discrete`` bands up to each value, or ``between`` them a gradient.
    """

    classes: Sequence[RasterClass]
    how: Literal["exact", "discrete", "between"] = "discrete"


def vector_elements(style: VectorStyle) -> list[Element]:
    """Renderer, labels and aliases of a layer of features.

    Parameters
    ----------
    style
        How it is drawn.

    Returns
    -------
    list of xml.etree.ElementTree.Element
        For a layer of a project, or for a style by itself.
    """
    kind = "categorizedSymbol" if style.attribute else "singleSymbol"
    renderer = Element("renderer-v2", type=kind, forceraster="0", symbollevels="0")
    if style.attribute:
        renderer.set("attr", style.attribute)
        listed = SubElement(renderer, "categories")
        for number, category in enumerate(style.categories):
            SubElement(
                listed, "category", symbol=str(number), value=xml_text(category.value),
                label=inert(category.label), render="true",
            )  # fmt: skip
    symbols = SubElement(renderer, "symbols")
    for number, category in enumerate(style.categories):
        symbols.append(symbol_element(category.symbol, str(number)))
    found = [renderer]
    if style.label:
        marker = style.categories[0].symbol.kind == "marker"
        found.append(_labels(style.label, place=_AROUND if marker else _OVER))
    aliases = Element("aliases")
    for index, (name, words) in enumerate(style.aliases.items()):
        SubElement(aliases, "alias", field=name, index=str(index), name=inert(words))
    for tag, words in (("blendMode", "0"), ("featureBlendMode", "0"), ("layerOpacity", "1")):
        found.append(Element(tag))
        found[-1].text = words
    return [*found, aliases]


def symbol_element(symbol: Symbol, name: str) -> Element:
    """One symbol.

    Parameters
    ----------
    symbol
        How it looks.
    name
        What its renderer calls it.

    Returns
    -------
    xml.etree.ElementTree.Element
        The element ``symbol``.
    """
    made = Element("symbol", type=symbol.kind, name=name, alpha="1", clip_to_extent="1")
    layer = SubElement(
        made, "layer", {"class": _CLASSES[symbol.kind]}, enabled="1", locked="0"
    )  # fmt: skip
    layer.set("pass", "0")
    properties = _properties(symbol)
    options = SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        SubElement(options, "Option", name=key, value=value, type="QString")
    for key, value in properties.items():
        SubElement(layer, "prop", k=key, v=value)
    return made


def _properties(symbol: Symbol) -> dict[str, str]:
    inside, size = _rgba(symbol.colour, symbol.opacity), f"{symbol.size_mm:g}"
    if symbol.kind == "line":
        return {
            "line_color": inside, "line_width": size, "line_width_unit": "MM",
            "line_style": symbol.shape or "solid", "capstyle": "round", "joinstyle": "round",
        }  # fmt: skip
    outline = {
        "outline_color": _rgba(symbol.outline, 1.0), "outline_style": "solid",
        "outline_width_unit": "MM",
    }  # fmt: skip
    if symbol.kind == "fill":
        return {"color": inside, "style": symbol.shape or "solid", "outline_width": size, **outline}
    return {
        "color": inside, "name": symbol.shape or "circle", "size": size, "size_unit": "MM",
        "outline_width": "0.2", **outline,
    }  # fmt: skip


def _rgba(colour: Colour, opacity: float) -> str:
    return ",".join(map(str, (*colour, round(255 * opacity))))


def _labels(name: str, *, place: str) -> Element:
    """Labels with a white rim from one attribute; an attribute's name is no expression."""
    labeling = Element("labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    style = SubElement(
        settings, "text-style", fieldName=name, isExpression="0", fontSize="8",
        fontSizeUnit="Point", textColor=_rgba(_INK, 1.0), fontFamily="Open Sans",
    )  # fmt: skip
    SubElement(
        style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
        bufferColor="255,255,255,255", bufferOpacity="1",
    )  # fmt: skip
    SubElement(settings, "placement", placement=place, dist="1", distUnits="MM", priority="5")
    SubElement(settings, "rendering", drawLabels="1", obstacle="1", scaleVisibility="0")
    return labeling


def raster_elements(style: RasterStyle) -> list[Element]:
    """Renderer of a raster.

    Parameters
    ----------
    style
        How it is drawn.

    Returns
    -------
    list of xml.etree.ElementTree.Element
        For a layer of a project.
    """
    pipe = Element("pipe")
    renderer = SubElement(pipe, "rasterrenderer", band="1", opacity=_VEIL, alphaBand="-1")
    if style.how == "exact":
        renderer.set("type", "paletted")
        palette = SubElement(renderer, "colorPalette")
        for each in style.classes:
            SubElement(
                palette, "paletteEntry", value=f"{each.value:g}", label=inert(each.label),
                color=css_colour(each.colour), alpha="255",
            )  # fmt: skip
    else:
        _shade(renderer, style)
    SubElement(pipe, "rasterresampler", maxOversampling="2")
    blend = Element("blendMode")
    blend.text = "0"
    return [pipe, blend]


def _shade(renderer: Element, style: RasterStyle) -> None:
    ends = [each.value for each in style.classes if math.isfinite(each.value)]
    low, high = f"{min(ends):g}", f"{max(ends):g}"
    renderer.set("type", "singlebandpseudocolor")
    renderer.set("classificationMin", low)
    renderer.set("classificationMax", high)
    ramp = SubElement(
        SubElement(renderer, "rastershader"), "colorrampshader",
        colorRampType="DISCRETE" if style.how == "discrete" else "INTERPOLATED",
        classificationMode="1", clip="0", minimumValue=low, maximumValue=high,
    )  # fmt: skip
    for each in style.classes:
        SubElement(
            ramp, "item", value=f"{each.value:g}", label=inert(each.label),
            color=css_colour(each.colour), alpha="255",
        )  # fmt: skip


def srs_element(tag: str, crs: CRS) -> Element:
    """A reference system.

    Parameters
    ----------
    tag
        Name of the element around it, for example ``srs``.
    crs
        The system.

    Returns
    -------
    xml.etree.ElementTree.Element
        Its description as WKT, and its number where an authority gave it one.
    """
    around = Element(tag)
    made = SubElement(around, "spatialrefsys")
    authority = crs.to_authority(min_confidence=100)
    parts = {
        "wkt": crs.to_wkt("WKT2_2019"),
        "srid": authority[1] if authority and authority[1].isdecimal() else "0",
        "authid": ":".join(authority) if authority else "",
        "description": crs.name,
        "geographicflag": "true" if crs.is_geographic else "false",
    }
    for name, words in parts.items():
        SubElement(made, name).text = xml_text(words)
    return around
