"""The two languages of everything that people read: messages from catalogues, numbers.

A message is written in English where it is used, with ``{names}`` for what changes, and is its
own key in ``locale/<language>/LC_MESSAGES/phusong.po``. ``scripts/catalogue.py`` collects them.
"""

import math
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

LANGUAGES = ("vi", "en")
"""Codes of the languages, Vietnamese first."""
VARIABLE = "PHUSONG_LANG"
"""Environment variable that names the language of the command line."""

Language = Literal["vi", "en"]

_MINE = "en"
_LOCALE = Path(__file__).parent / "locale"
_UNKNOWN = "–"
_SWAPPED = str.maketrans(",.", ".,")


def translated(message: str, language: str, *, context: str = "") -> str:
    """A message in one of the languages, its names not yet filled in.

    Parameters
    ----------
    message
        The English words.
    language
        ``vi`` or ``en``.
    context
        Which of several meanings of the same English words is meant; empty for the only one.

    Returns
    -------
    str
        The words of the catalogue; the English ones where it has none.
    """
    if language == _MINE:
        return message
    found = _catalogue(language).get((context, message))
    return found[0] if found else message


def translated_count(one: str, many: str, count: int, language: str) -> str:
    """A message that counts something, in the form that the count asks for.

    Parameters
    ----------
    one, many
        The English words for one thing and for any other number.
    count
        How many.
    language
        ``vi``, which has one form for all, or ``en``.

    Returns
    -------
    str
        The words of the catalogue; the English ones where it has none.
    """
    if language != _MINE and (found := _catalogue(language).get(("", one))):
        return found[0]
    return one if count == 1 else many


def number_text(value: float, language: str, decimals: int = 0) -> str:
    """A number as a language writes it.

    Parameters
    ----------
    value
        The number.
    language
        ``vi`` parts thousands by points, ``en`` by commas.
    decimals
        Digits after the decimal sign.

    Returns
    -------
    str
        Its text; an en dash where it is unknown.

    Examples
    --------
    >>> number_text(1234.5, "vi", 1), number_text(1234.5, "en", 1), number_text(float("nan"), "en")
    ('1.234,5', '1,234.5', '–')
    """
    if math.isnan(value):
        return _UNKNOWN
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    written = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    return written.translate(_SWAPPED) if language == "vi" else written


def spoken_language(environment: Mapping[str, str] | None = None) -> Language:
    """Language of the command line.

    Parameters
    ----------
    environment
        Variables; those of this process by default.

    Returns
    -------
    str
        What ``PHUSONG_LANG`` names, else the language of the locale, else English.

    Examples
    --------
    >>> spoken_language({"LANG": "vi_VN.UTF-8"}), spoken_language({"PHUSONG_LANG": "en"})
    ('vi', 'en')
    """
    known = os.environ if environment is None else environment
    for name in (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := known.get(name, ""):
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


@cache
def _catalogue(language: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Forms of each message by its context and its English words, read once and when needed."""
    file = _LOCALE / language / "LC_MESSAGES" / "phusong.po"
    with file.open("rb") as content:
        read = read_po(content, locale=language)
    found = {}
    for message in read:
        given = message.string or ""
        forms = (given,) if isinstance(given, str) else tuple(given)
        if message.id and all(forms) and not message.fuzzy:
            words = message.id if isinstance(message.id, str) else message.id[0]
            found[message.context or "", words] = forms
    return found
