"""How each layer of a study is drawn and named in QGIS: the colours of its maps."""

import math
from collections.abc import Sequence
from pathlib import PurePosixPath

import geopandas as gpd
import pandas as pd

from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG, UNDECIDED, WITH_SIGNAL
from phusong.reporting.columns import column_title
from phusong.reporting.facts import Bilingual
from phusong.reporting.palette import (
    CIVIDIS,
    COVERED_COLOUR,
    MARGINAL_COLOUR,
    NO_SIGNAL_COLOUR,
    ClassStyle,
    level_classes,
    operator_colour,
    percent_classes,
)
from phusong.reporting.qgis_xml import (
    Category,
    Colour,
    RasterClass,
    RasterStyle,
    Symbol,
    VectorStyle,
)
from phusong.reporting.study_facts import LEVEL_EDGES_DBM, StudyFacts
from phusong.reporting.wording import said
from phusong.study import Study

LAYER_WORDS = {
    "options": said("Investment priorities"),
    "links": said("Backhaul links"),
    "sites": said("Sites", context="layer"),
    "villages": said("Villages"),
    "facilities": said("Facilities"),
    "gaps": said("No signal"),
    "communes": said("Communes"),
}
_GREY: Colour = (136, 136, 136)
_DARK: Colour = (23, 36, 47)
_WHITE: Colour = (255, 255, 255)
_VERDICTS = {
    TRANG_SONG: (said("no signal anywhere"), NO_SIGNAL_COLOUR),
    LOM_SONG: (said("no signal in a part"), MARGINAL_COLOUR),
    WITH_SIGNAL: (said("with signal"), COVERED_COLOUR),
    UNDECIDED: (said("unknown"), _GREY),
}
_PROBABILITY = (99, 95, 80, 50, 20)
_SINR_DB = (-5.0, 0.0, 5.0, 10.0, 20.0)


def vector_style(name: str, layer: gpd.GeoDataFrame, facts: StudyFacts) -> VectorStyle:
    """How a layer of features is drawn.

    Parameters
    ----------
    name
        Its name, one of ``LAYER_WORDS``.
    layer
        Its features.
    facts
        The study.

    Returns
    -------
    VectorStyle
        Symbols, labels, words for the attributes.
    """
    verdict = f"{ANY}_{facts.technology.lower()}_verdict"
    attribute, label = "", ""
    if name in {"options", "sites"}:
        attribute, label = "operator", "rank" if name == "options" else ""
        categories = _by_operator(facts.study, star=name == "options")
    elif name == "villages" and verdict in layer:
        attribute = verdict
        categories = [
            Category(value, words.plain, Symbol("marker", colour, size_mm=2.2))
            for value, (words, colour) in _VERDICTS.items()
        ]
    else:
        categories = [Category("", LAYER_WORDS[name].plain, _PLAIN[name])]
        label = "commune" if name == "communes" else ""
    names = [str(column) for column in layer.columns if column != layer.geometry.name]
    aliases = {column: column_title(column, facts.study).plain for column in names}
    return VectorStyle(categories, attribute, label, aliases)


_PLAIN = {
    "links": Symbol("line", _DARK, size_mm=0.5, shape="dash"),
    "villages": Symbol("marker", _GREY, size_mm=2.2),
    "facilities": Symbol("marker", _WHITE, size_mm=1.8, shape="square"),
    "gaps": Symbol("fill", NO_SIGNAL_COLOUR, opacity=0.7, size_mm=0.2, shape="b_diagonal",
                   outline=NO_SIGNAL_COLOUR),
    "communes": Symbol("fill", _WHITE, size_mm=0.5, shape="no", outline=_DARK),
}  # fmt: skip


def _by_operator(study: Study, *, star: bool) -> list[Category]:
    """Triangles for sites and stars for options in the colour of each operator."""
    shape, size = ("star", 5.0) if star else ("triangle", 2.6)
    found = []
    for place, operator in enumerate(study.operators):
        colour = _rgb(operator_colour(operator.colour, place))
        symbol = Symbol("marker", colour, size_mm=size, shape=shape)
        found.append(Category(operator.name, operator.name, symbol))
    rest = Symbol("marker", _GREY, size_mm=size, shape=shape)
    return [*found, Category("", said("others").plain, rest)]


def _rgb(colour: str) -> Colour:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def raster_style(path: str, study: Study) -> RasterStyle | None:
    """How a raster is drawn, by the quantity that ends its name.

    Parameters
    ----------
    path
        Its path, for example ``reach/p1812/outdoor/any-lte-level.tif``.
    study
        Thresholds of rates.

    Returns
    -------
    RasterStyle or None
        None for a quantity that is not drawn, such as numbers of servers.
    """
    quantity = PurePosixPath(path).stem.rpartition("-")[2]
    if quantity in {"probability", "spare"}:
        return RasterStyle(_bands(percent_classes(_PROBABILITY), _PROBABILITY))
    if quantity == "rate":
        return RasterStyle(_rates(study))
    if quantity == "sinr":
        classes = [
            RasterClass(value, f"{value:g} dB", colour)
            for value, colour in zip(_SINR_DB, CIVIDIS, strict=True)
        ]
        return RasterStyle(classes, "between")
    return _FIXED.get(quantity)


def _bands(classes: Sequence[ClassStyle], edges: Sequence[float]) -> list[RasterClass]:
    """Bands by rising value, each up to where the next one begins."""
    ends = [*sorted(edges), math.inf]
    rising = sorted(classes, key=lambda each: each.code)
    return [
        RasterClass(_below(end), each.name.plain, each.colour)
        for end, each in zip(ends, rising, strict=True)
    ]


def _below(edge: float) -> float:
    """Largest value of the band below an edge: QGIS counts the edge itself to that band."""
    return edge if math.isinf(edge) else edge - _FINER


_FINER = 0.01
"""Finer than any raster is stored: levels in 0.1 dB, percent and rates in whole units or tenths."""


def _rates(study: Study) -> list[RasterClass]:
    floor, good = study.service.quality.floor.value, study.service.quality.good.value
    return [
        RasterClass(_below(floor), f"< {floor:g} Mbit/s", NO_SIGNAL_COLOUR),
        RasterClass(_below(good), f"{floor:g} … {good:g} Mbit/s", MARGINAL_COLOUR),
        RasterClass(math.inf, f"≥ {good:g} Mbit/s", COVERED_COLOUR),
    ]


_FIXED = {
    "level": RasterStyle(_bands(level_classes(LEVEL_EDGES_DBM), LEVEL_EDGES_DBM)),
    "sites": RasterStyle(
        [
            RasterClass(0.5, said("no site").plain, NO_SIGNAL_COLOUR),
            RasterClass(1.5, said("1 site").plain, MARGINAL_COLOUR),
            RasterClass(2.5, said("2 sites").plain, CIVIDIS[1]),
            RasterClass(math.inf, said("3 sites or more").plain, CIVIDIS[0]),
        ]
    ),
    "direction": RasterStyle(
        [
            RasterClass(1, said("Downlink").plain, COVERED_COLOUR),
            RasterClass(2, said("Uplink").plain, MARGINAL_COLOUR),
        ],
        "exact",
    ),
    "agreement": RasterStyle(
        [
            RasterClass(0, said("no signal by either model").plain, NO_SIGNAL_COLOUR),
            RasterClass(1, said("signal by the first model alone").plain, MARGINAL_COLOUR),
            RasterClass(2, said("signal by the second model alone").plain, CIVIDIS[2]),
            RasterClass(3, said("signal by both models").plain, COVERED_COLOUR),
        ],
        "exact",
    ),
}


def operators_of(layer: gpd.GeoDataFrame) -> list[str]:
    """Keys of operators in a layer of gaps, all together first.

    Parameters
    ----------
    layer
        Gaps.

    Returns
    -------
    list of str
        In their order in the layer.
    """
    return sorted(dict.fromkeys(layer["operator"].astype(str)), key=lambda key: key != ANY)


def counted(layer: pd.DataFrame, words: Bilingual) -> Bilingual:
    """Words with the number of features behind them.

    Parameters
    ----------
    layer
        The features.
    words
        What they are.

    Returns
    -------
    Bilingual
        For example ``Villages (82)``.
    """
    return said("{words} ({count})", words=words, count=len(layer))
