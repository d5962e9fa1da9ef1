"""What a place of a layer is called, and what its reader wants to know first, in words."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.analysis.reach import ANY
from phusong.reporting.columns import ColumnFacts, column_facts
from phusong.reporting.facts import Bilingual, is_number, same
from phusong.reporting.gap_words import place_words
from phusong.reporting.rank_words import rank_headings
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import amount, joined, said

_BY_OPERATOR = "{operator}_{technology}_"
"""Begins a column that there is for all operators together and for each of them."""
_FIRST: Mapping[str, tuple[str, ...]] = {
    "options": (
        "why", "people_newly_covered", "people_white_zone", "capex", "opex_per_year",
        "present_value", "backhaul", "power",
    ),
    "links": ("operator", "kind", "length_m", "frequency_mhz", "clearance_m", "capex"),
    "sites": ("operator", "technologies", "sectors", "mast_height_m", "status"),
    "villages": (
        f"{_BY_OPERATOR}verdict", f"{_BY_OPERATOR}class", "population", "households",
        "poor_households",
    ),
    "facilities": ("kind", f"{_BY_OPERATOR}class"),
    "gaps": (
        "cause_detail", "commune", "people", "area_km2", "village_names", "facilities",
        "nearest_covered_km",
    ),
    "communes": (
        "people", "people_no_signal", "people_no_signal_percent", "area_km2", "area_no_signal_km2",
        "successor",
    ),
}  # fmt: skip
"""Columns that a reader wants first, by layer; ``why`` stands for ``why_vi`` and ``why_en``."""
_MOST_DECIMALS, _WHOLE = 1, ("people", "m")
"""Digits behind the point, and units that are counted in whole numbers."""


def place_names(name: str, layers: Mapping[str, gpd.GeoDataFrame]) -> tuple[Bilingual, ...]:
    """What readers call the places of a layer.

    Parameters
    ----------
    name
        The layer.
    layers
        All layers by name: links are called by the options that they belong to.

    Returns
    -------
    tuple of Bilingual
        One per feature, no code of the program among them where words are known.
    """
    layer = layers[name]
    if name == "options":
        return tuple(_ranked(layer).values())
    if name == "links":
        known = _ranked(layers["options"]) if "options" in layers else {}
        ends = zip(layer["from"].astype(str), layer["to"].astype(str), strict=True)
        return tuple(joined((known.get(e, same(e)) for e in pair), " → ") for pair in ends)
    if name == "sites":
        return tuple(same(f"{row.site_id} ({row.operator})") for row in layer.itertuples())
    if name == "gaps":
        return tuple(place_words(row) for _, row in layer.iterrows())
    return tuple(same(str(words)) for words in layer["name" if "name" in layer else "commune"])


def _ranked(options: gpd.GeoDataFrame) -> dict[str, Bilingual]:
    """Rank, kind, place and operator of options by their codes."""
    headings = rank_headings(options, most=len(options))
    return {
        str(code): said("{rank}. {what}", rank=rank, what=what)
        for code, (rank, what) in zip(options["option_id"], headings, strict=True)
    }


def place_facts(
    name: str, layer: gpd.GeoDataFrame, facts: StudyFacts
) -> tuple[tuple[Bilingual, ...], ...]:
    """What a reader wants to know first of the places of a layer.

    Parameters
    ----------
    name
        The layer.
    layer
        Its features.
    facts
        The study, cut down to its reader.

    Returns
    -------
    tuple of tuple of Bilingual
        For each feature its lines: a sentence, or what it is and its value; nothing of what is
        not known.
    """
    tellers = [_teller(column, layer, facts) for column in _first(name, layer, facts)]
    rows = layer.drop(columns=layer.geometry.name).to_dict("records")
    return tuple(tuple(filter(None, (tell(row) for tell in tellers))) for row in rows)


Row = Mapping[Any, Any]


def _first(name: str, layer: gpd.GeoDataFrame, facts: StudyFacts) -> Iterator[str]:
    """Columns of a layer that are told first, those that it has."""
    keys = (ANY, *(operator.key for operator in facts.study.operators))
    for told in _FIRST[name]:
        named = dict.fromkeys(
            told.format(operator=key, technology=facts.technology.lower()) for key in keys
        )
        yield from (c for c in named if {c, f"{c}_vi"} & {*map(str, layer.columns)})


def _teller(
    column: str, layer: gpd.GeoDataFrame, facts: StudyFacts
) -> Callable[[Row], Bilingual | None]:
    """What tells a column of a row."""
    if f"{column}_vi" in layer:
        return lambda row: _sentence(row[f"{column}_vi"], row[f"{column}_en"])
    about = column_facts(column, _as_text(layer[column]), facts.study)
    return lambda row: _line(about, row[column])


def _sentence(vi: object, en: object) -> Bilingual | None:
    return None if _is_unknown(vi) else Bilingual(str(vi), str(en))


def _as_text(cells: pd.Series) -> "pd.Series[str]":
    return cells.map(lambda cell: "" if _is_unknown(cell) else str(cell))


def _is_unknown(cell: object) -> bool:
    return bool(pd.isna(cell)) or cell == ""


def _line(about: ColumnFacts, cell: object) -> Bilingual | None:
    """Heading and value of a cell; None where it is not known."""
    if _is_unknown(cell):
        return None
    value = about.codes.get(str(cell), same(str(cell)))
    if is_number(cell):
        most = 0 if about.unit.en in _WHOLE else _MOST_DECIMALS
        value = amount(cell, min(about.decimals, most))
        value = joined((value, about.unit), "\u00a0") if about.unit.en else value
    return joined((about.heading, value), ": ")


def in_lines(lines: Sequence[Bilingual], language: str) -> str:
    """Lines of a place as text.

    Parameters
    ----------
    lines
        The lines.
    language
        ``vi``, ``en``, or ``both`` for one after the other.

    Returns
    -------
    str
        One line below the other.
    """
    languages = ("vi", "en") if language == "both" else (language,)
    return "\n".join(
        itertools.chain.from_iterable((line.to(to) for line in lines) for to in languages)
    )
