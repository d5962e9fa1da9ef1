"""Columns of tables as workbooks show them: headings in two languages, units, kinds of cells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from phusong.analysis.reach import ANY
from phusong.language import LANGUAGES
from phusong.planning.second_currency import RATE
from phusong.reporting.cell_codes import Codes, codes_of
from phusong.reporting.column_words import COLUMN_WORDS
from phusong.reporting.facts import Bilingual, same, with_unit
from phusong.reporting.study_facts import operator_words
from phusong.reporting.wording import joined, said
from phusong.study import Study

if TYPE_CHECKING:
    import pandas as pd

CellKind = Literal["text", "number", "date"]

_UNITS: dict[str, Bilingual] = {
    "_kwh": same("kWh"),
    "_kw": same("kW"),
    "_w": same("W"),
    "_h_per_day": said("hours a day"),
    "_km2": same("km²"),
    "_km": same("km"),
    "_mhz": same("MHz"),
    "_dbm": same("dBm"),
    "_dbi": same("dBi"),
    "_db": same("dB"),
    "_deg": same("°"),
    "_percent": same("%"),
    "_usd": same("USD"),
    "_m": same("m"),
}
"""Unit by what ends the name of a column; the longest ending first."""
_MONEY = ("capex", "opex", "cost", "present_value", "net_present_value", "grant", "support_per",
          "cumulative_present_value", "budget", "power_capex", "power_opex", "repurchases",
          "salvage")  # fmt: skip
_MODIFIERS: dict[str, Bilingual] = {
    "_p10": said("p10: 10 % of the trials are below"),
    "_p90": said("p90: 90 % of the trials are below"),
    "_base": said("today"),
    "_change": said("change"),
    "_en": said("in English"),
    "_vi": said("in Vietnamese"),
}
_PEOPLE = (
    "people", "cumulative_people", "poor_people", "population_raster", "population_official",
    "best_set_people", "open_people", "models_differ_people",
)  # fmt: skip
"""What begins the names of columns that count people, unless a unit or a year ends them."""
_NOT_PEOPLE = ("_source", "_year", "_status", "_date", "_percent")
_TEXTS = ("_id", "_code", "code", "name", "vintage", "sector_id", "option", "village", "site")
"""Names, or ends of names, of columns that are text even where every cell looks like a number."""
_DEGREES, _MOST_DECIMALS, _OF_PEOPLE = 6, 4, 1
"""Most digits behind the point that a spreadsheet shows: of degrees, of numbers, of people."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True)
class ColumnFacts:
    """What a column of a table holds.

    Parameters
    ----------
    name
        Its name in the CSV file.
    heading
        Words for readers, without unit.
    unit
        Unit in both languages; empty words for none.
    kind
        What its cells are.
    decimals
        Digits after the decimal sign that its numbers have at most.
    codes
        Words for the codes that it holds; empty for none.
    """

    name: str
    heading: Bilingual
    unit: Bilingual
    kind: CellKind
    decimals: int = 0
    codes: Codes = field(default_factory=dict)

    @property
    def titled(self) -> Bilingual:
        """Words and unit, as they stand above the column."""
        return with_unit(self.heading, self.unit)


def columns_of(names: Iterable[str], language: str) -> list[str]:
    """Columns of a table that a reader of a language needs.

    Parameters
    ----------
    names
        Of all columns.
    language
        ``vi``, ``en`` or ``both``.

    Returns
    -------
    list of str
        The same without words in the other language, where a column has them in both, and
        without the words of a column of codes, which is told by them.

    Examples
    --------
    >>> columns_of(["rank", "kind", "kind_vi", "kind_en", "why_vi", "why_en", "name_en"], "vi")
    ['rank', 'kind', 'why_vi', 'name_en']
    """
    known = list(names)
    if language not in LANGUAGES:
        return known
    pairs = {
        name.removesuffix(f"_{language}") for name in known
        if name.endswith(f"_{language}") and twins(name.removesuffix(f"_{language}")) <= {*known}
    }  # fmt: skip
    gone = {twin for base in pairs for twin in twins(base) if base in known}
    gone |= {twin for base in pairs for twin in twins(base) if not twin.endswith(f"_{language}")}
    return [name for name in known if name not in gone]


def twins(name: str) -> set[str]:
    """Columns that say the same in each language.

    Parameters
    ----------
    name
        Their name without language.

    Returns
    -------
    set of str
        One name for each language.
    """
    return {f"{name}_{language}" for language in LANGUAGES}


def column_facts(name: str, cells: "pd.Series[str]", study: Study) -> ColumnFacts:
    """What a column of a CSV file holds, by its name and its cells.

    Parameters
    ----------
    name
        Name of the column.
    cells
        Its cells as they stand in the file, empty text where nothing is known.
    study
        Operators and technologies, with which names of columns begin; currency.

    Returns
    -------
    ColumnFacts
        Words, unit, kind.
    """
    kind = cell_kind(name, cells)
    decimals = 0
    if kind == "number":
        decimals = max((_decimals(c) for c in cells if "e" not in c.lower()), default=0)
    heading, unit = _heading(name, study)
    codes = codes_of(name, cells, study) if kind == "text" else {}
    most = _DEGREES if name.endswith(("latitude", "longitude")) else _MOST_DECIMALS
    if unit == said("people"):
        most = _OF_PEOPLE
    return ColumnFacts(name, heading, unit, kind, min(decimals, most), codes)


def _decimals(cell: str) -> int:
    """Digits behind the point that say something."""
    return len(cell.partition(".")[2].rstrip("0"))


def column_title(name: str, study: Study) -> Bilingual:
    """What stands above a column, by its name alone.

    Parameters
    ----------
    name
        Name of the column.
    study
        Operators and technologies, with which names of columns begin; currency.

    Returns
    -------
    Bilingual
        Words and unit.
    """
    return with_unit(*_heading(name, study))


def _heading(name: str, study: Study) -> tuple[Bilingual, Bilingual]:
    """Words and unit of a column."""
    who, own = _owner(name, study)
    words = column_words(own)
    return words if who is None else joined((who, words), ": "), unit_of(own, study)


def cell_kind(name: str, cells: "pd.Series[str]") -> CellKind:
    """Whether the cells of a column are numbers, dates or text.

    A column of codes is text, and so is one with a cell that a number would change, such as
    ``02863``.

    Parameters
    ----------
    name
        Name of the column.
    cells
        Its cells as they stand in the file.

    Returns
    -------
    str
        ``number``, ``date`` or ``text``.
    """
    filled = cells[cells != ""]
    if filled.empty or name.endswith(_TEXTS):
        return "text"
    for kind, pattern in (("number", _NUMBER), ("date", _DATE)):
        if all(map(pattern.fullmatch, filled)):
            return kind  # type: ignore[return-value]
    return "text"


def unit_of(name: str, study: Study) -> Bilingual:
    """Unit of a column.

    Parameters
    ----------
    name
        Its name, without operator and technology.
    study
        Its currency.

    Returns
    -------
    Bilingual
        The unit; empty words for none.
    """
    plain = _MIDDLE.sub("", name)
    if plain == RATE and study.costs.exchange is not None:
        return same(study.costs.exchange.rate.unit)
    if plain.startswith(_MONEY) and not plain.endswith("_usd"):
        return same(study.costs.shown_currency)
    _, unit = unit_words(plain)
    if unit.en:
        return unit
    if plain.startswith(_PEOPLE) and not plain.endswith(_NOT_PEOPLE):
        return said("people")
    return same("")


def unit_words(name: str) -> tuple[str, Bilingual]:
    """Name of a column without its unit, and the unit.

    Parameters
    ----------
    name
        For example ``mast_height_m``.

    Returns
    -------
    str, Bilingual
        ``mast_height`` and m; the name and empty words where it has no unit.
    """
    for end in sorted(_UNITS, key=len, reverse=True):
        if name.endswith(end):
            return name.removesuffix(end), _UNITS[end]
    return name, same("")


_MIDDLE = re.compile("|".join(map(re.escape, _MODIFIERS)) + r"(?=_|$)")


def column_words(name: str) -> Bilingual:
    """Words of a column.

    Parameters
    ----------
    name
        Its name, without operator and technology.

    Returns
    -------
    Bilingual
        Words without unit; the name where there are none.
    """
    if name in COLUMN_WORDS:
        return COLUMN_WORDS[name]
    plain, _ = unit_words(name)
    if plain in COLUMN_WORDS:
        return COLUMN_WORDS[plain]
    for end, words in _MODIFIERS.items():
        base = plain.removesuffix(end)
        if base != plain and base in COLUMN_WORDS:
            return joined((COLUMN_WORDS[base], words))
    return same(name)


def _owner(name: str, study: Study) -> tuple[Bilingual | None, str]:
    """Operator and technology with which a name begins, and the rest of it."""
    known = operator_words(study)
    for key in sorted(known, key=len, reverse=True):
        for technology in (*study.technologies, ANY):
            start = f"{key}_{technology.lower()}_"
            if name.startswith(start):
                shown = known[key]
                who = shown if technology == ANY else joined((shown, same(technology)))
                return who, name.removeprefix(start)
    return None, name
