"""Words of tower lists in Vietnamese and English, and what Phusong calls them."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from phusong.study import Study

WATTS, ERP = "w", "erp"
"""Units that are no factor: power in watts, and power over a half-wave dipole."""
DERIVED = {"power_w": ("power_dbm", WATTS), "erp_dbm": ("eirp_dbm", ERP)}

_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_LONGEST_HEADING = 1000
"""No unit is looked for in longer ones: brackets that nothing closes take the square of time."""
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading stands for.

    Parameters
    ----------
    column
        Column of Phusong; empty when the heading is not one.
    unit
        Unit that the heading states in brackets, folded; empty when it states none.
    rank
        0 for the column's own name, 1 for another word for it, 2 for a second choice.
    """

    column: str
    unit: str = ""
    rank: int = 0


def fold(text: str) -> str:
    """Text without marks, capitals and punctuation, for comparing words.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        Letters and digits, one space between words.

    Examples
    --------
    >>> fold("  Vĩ_ĐỘ: ")
    'vi do'
    """
    return _NO_LETTERS.sub(" ", unmarked(text)).strip()


def unmarked(text: str) -> str:
    """Text without Vietnamese marks and capitals.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The same with plain small letters; punctuation stays.
    """
    parts = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("đ", "d")


@cache
def table() -> Mapping[str, Any]:
    """The table of words that is shipped with Phusong.

    Returns
    -------
    dict
        Sections of ``towers_words.toml``.
    """
    shipped = files("phusong.sources").joinpath("towers_words.toml")
    return tomllib.loads(shipped.read_text(encoding="utf-8"))


@cache
def _headings() -> Mapping[str, Meaning]:
    """Meaning of every known heading, by its folded form."""
    known: dict[str, Meaning] = {}
    for rank, section in ((2, "second_choice"), (1, "columns")):
        for column, others in table()[section].items():
            known |= {fold(word): Meaning(column, rank=rank) for word in others}
    known |= {fold(column): Meaning(column) for column in table()["columns"]}
    return known


@cache
def columns() -> frozenset[str]:
    """Columns of Phusong that a heading may stand for.

    Returns
    -------
    frozenset of str
        Their names.
    """
    return frozenset(table()["columns"])


def meaning(title: str, own: Mapping[str, str]) -> Meaning | None:
    """What a heading stands for.

    Parameters
    ----------
    title
        Heading as it stands in the file.
    own
        The study's own headings, folded, and their columns.

    Returns
    -------
    Meaning or None
        None for a heading that is not known.
    """
    if own and fold(title) in own:
        return Meaning(own[fold(title)])
    return _shipped_meaning(title)


@lru_cache(maxsize=4096)  # separators and rows are guessed by asking for each cell again and again
def _shipped_meaning(title: str) -> Meaning | None:
    known = _headings()
    whole = known.get(fold(title))
    bare = known.get(_without_brackets(title))
    if whole is not None or bare is None:
        return whole
    unit = "".join(_BRACKETS.findall(title))
    return Meaning(bare.column, unmarked(unit), bare.rank)


def _without_brackets(title: str) -> str:
    """Folded heading without what stands in brackets."""
    return fold(title if len(title) > _LONGEST_HEADING else _BRACKETS.sub(" ", title))


def unclear(title: str) -> tuple[str, ...]:
    """Columns that a heading might stand for, when it does not say which.

    Parameters
    ----------
    title
        Heading as it stands in the file.

    Returns
    -------
    tuple of str
        Names; empty for a heading that is clear or unknown.
    """
    bare = _without_brackets(title)
    for word, meant in table()["unclear"].items():
        if fold(word) in {bare, fold(title)}:
            return tuple(meant)
    return ()


@cache
def _unused() -> frozenset[str]:
    return frozenset(fold(word) for word in table()["known_unused"]["words"])


def is_unused(title: str) -> bool:
    """Whether a heading is a usual one that no model needs.

    Parameters
    ----------
    title
        Heading as it stands in the file.

    Returns
    -------
    bool
        True for row numbers, notes, addresses.
    """
    return _without_brackets(title) in _unused()


@cache
def _missing() -> frozenset[str]:
    return frozenset(unmarked(word) for word in table()["missing"]["words"])


def is_missing(cell: str) -> bool:
    """Whether a cell says in words that there is nothing.

    Parameters
    ----------
    cell
        Text of the cell.

    Returns
    -------
    bool
        True for ``n/a``, ``không có`` and their like; False for an empty cell.
    """
    return unmarked(cell) in _missing()


def technology_of(word: str, study: Study) -> str | None:
    """Technology of the study that a word stands for.

    Parameters
    ----------
    word
        Text of a cell.
    study
        Its technologies.

    Returns
    -------
    str or None
        Key of the technology.
    """
    return _one_of(word, study.technologies, table()["technologies"])


def status_of(word: str) -> str | None:
    """Status that a word stands for.

    Parameters
    ----------
    word
        Text of a cell.

    Returns
    -------
    str or None
        ``existing``, ``planned`` or ``broken``.
    """
    return _one_of(word, table()["status"], table()["status"])


def operator_of(word: str, study: Study) -> str | None:
    """Operator of the study that a word or an MCC-MNC stands for.

    Parameters
    ----------
    word
        Text of a cell, or for example ``452-04``.
    study
        Its operators, and its own words for them.

    Returns
    -------
    str or None
        Name of the operator; None when the word is unknown or could be two of them.
    """
    own = {fold(key): name for key, name in study.inputs.towers.operators.items()}
    if fold(word) in own:
        return own[fold(word)]
    names = {op.name: {fold(op.name), fold(op.key)} for op in study.operators}
    wanted = {fold(word)}
    groups = table()["operators"]
    group = table()["codes"].get(word)
    for key, others in groups.items():
        if key == group or wanted & {fold(other) for other in others}:
            wanted |= {fold(other) for other in others}
    found = [name for name, forms in names.items() if forms & wanted]
    return found[0] if len(found) == 1 else None


def band_mhz(word: str) -> float | None:
    """Frequency that stands for a band.

    Parameters
    ----------
    word
        For example ``B28`` or ``L1800``.

    Returns
    -------
    float or None
        Frequency [MHz].
    """
    found = _one_of(word, table()["bands"], table()["bands"])
    return None if found is None else float(found)


def unit_factor(unit: str, wanted: str) -> float | None:
    """What a unit is worth in another one.

    Parameters
    ----------
    unit
        Unit as written, folded.
    wanted
        Unit of the column, for example ``MHz``.

    Returns
    -------
    float or None
        Factor; None for a unit that is not known there.
    """
    found = table()["units"].get(wanted, {}).get(unit.replace(" ", ""))
    return None if found is None else float(found)


def _one_of(word: str, keys: Iterable[str], others: Mapping[str, Any]) -> str | None:
    keys = tuple(keys)
    if word in keys:
        return word
    folded = fold(word)
    found = [key for key in keys if folded in {fold(o) for o in (key, *others.get(key, ()))}]
    return found[0] if folded and len(found) == 1 else None
