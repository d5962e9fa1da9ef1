"""The two languages of everything that people read: messages from catalogues, numbers.

A message is written in English where it is used, with ``{names}`` for what changes, and is its
own key in the catalogues of ``locale/<language>/LC_MESSAGES``: ``phusong.po`` has what products
say, ``told.po`` the help, errors and notes. ``scripts/catalogue.py`` collects them.
"""

import math
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
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
TOLD = "told"
"""Context of the templates of sentences in the catalogues."""
STEP = "step"
"""Name of what a template calls a step by, and context of what steps are called."""
_MARK = re.compile(r"(; |: |(?<=\d) )")
"""Where sentences are put together of others, or a sentence follows a number."""
_MOST_PARTS = 9
"""Between marks, of a sentence that is put together of several."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What steers a terminal, turns the direction of writing, begins a line or cannot be written."""
_PLACE = re.compile(r"(?P<file>\S[^:;]*\.[a-z]{3,7}) row (?P<line>\d+)")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
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
    found = {}
    for file in sorted((_LOCALE / language / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as content:
            read = read_po(content, locale=language)
        for message in read:
            given = message.string or ""
            forms = (given,) if isinstance(given, str) else tuple(given)
            if message.id and all(forms) and not message.fuzzy:
                words = message.id if isinstance(message.id, str) else message.id[0]
                found[message.context or "", words] = forms
    return found


def legible(words: str) -> str:
    r"""Words as a terminal may have them: what would steer it is shown as a code.

    Names in lists and of files may hold the sequences by which programs colour, move and wipe
    what a terminal shows, or write to its clipboard; and marks that turn the direction of all
    that follows.

    Parameters
    ----------
    words
        One line or several.

    Returns
    -------
    str
        The same; tabs and line breaks stay, what is not seen stands as Python writes it.

    Examples
    --------
    >>> print(legible("Xã Bản\x1b[2J\u202e"))
    Xã Bản\x1b[2J\u202e
    """
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], words)


def told(sentence: str) -> str:
    """A sentence put together in English that :func:`retold` knows in other languages.

    Parameters
    ----------
    sentence
        The sentence, in the code an f-string or a literal, so that ``scripts/catalogue.py``
        collects its template.

    Returns
    -------
    str
        The same.
    """
    return sentence


def template(words: str) -> str:
    """A template of what another library says, with ``{names}`` for what changes.

    Parameters
    ----------
    words
        The English words, a literal, so that ``scripts/catalogue.py`` collects it.

    Returns
    -------
    str
        The same.
    """
    return words


NEAR = template("(did you mean {near}?)")
"""What :func:`phusong.errors.nearest` says in the middle of a message."""


def retold(sentence: str, language: str, *, context: str = TOLD) -> str:
    """An error, a warning or a note in one of the languages.

    They are put together in English where they arise, far below where anybody reads them. The
    catalogue has their templates, ``{file}: row {row} has no name``; the one with most words that
    fits says what the sentence is in another language, with its values as they are.

    Parameters
    ----------
    sentence
        What was said in English; several lines are told line by line.
    language
        ``vi`` or ``en``.
    context
        Of the templates in the catalogue.

    Returns
    -------
    str
        The words of the catalogue; the English ones where no template fits.
    """
    if language == _MINE:
        return sentence
    whole = _fitted(sentence, language, context)
    if whole is not None:
        return whole
    if "\n" in sentence:
        return "\n".join(retold(one, language, context=context) for one in sentence.split("\n"))
    return _by_parts(sentence, language, context)


def _by_parts(sentence: str, language: str, context: str) -> str:
    """A sentence of which the longest part that a template fits is told, then what is around it."""
    cuts = [0, *(at.start() for at in _MARK.finditer(sentence)), len(sentence)]
    ends = [0, *(at.end() for at in _MARK.finditer(sentence)), len(sentence)]
    windows = sorted(
        (ends[first] - cuts[last], first, last)
        for first in range(len(cuts) - 1)
        for last in range(first + 1, min(first + _MOST_PARTS, len(cuts)))
        if last - first < len(cuts) - 1
    )
    for _, first, last in windows:
        told_part = _fitted(sentence[ends[first] : cuts[last]], language, context)
        if told_part is not None:
            before = _part(sentence[: cuts[first]], language, context)
            after = _part(sentence[ends[last] :], language, context)
            mark_before = sentence[cuts[first] : ends[first]]
            return before + mark_before + told_part + sentence[cuts[last] : ends[last]] + after
    return "".join(_placed(_grouped(part), language) for part in _MARK.split(sentence))


def _part(sentence: str, language: str, context: str) -> str:
    """What stands beside a part that is told: by a template of its own, or by its own parts."""
    whole = _fitted(sentence, language, context)
    return _by_parts(sentence, language, context) if whole is None else whole


def _fitted(sentence: str, language: str, kind: str) -> str | None:
    """A sentence by the template that fits with most words; None when none does."""
    bare = sentence.strip()
    for words, parts, translation in _templates(language, kind):
        if not all(part in bare for part in parts):
            continue
        if (found := _pattern(words).fullmatch(bare)) is not None:
            values = {
                name: _value(name, value, language, kind)
                for name, value in found.groupdict().items()
            }
            return sentence.replace(bare, translation.format(**values))
    return None


def _value(name: str, value: str, language: str, kind: str) -> str:
    """What is filled into a template: a step by what it is called, a sentence told, a number."""
    if name == STEP:
        return _catalogue(language).get((STEP, value), (value,))[0]
    return retold(value, language, context=kind) if " " in value else _grouped(value)


@cache
def _templates(language: str, kind: str) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Templates of sentences with their fixed parts and translation, most words first."""
    found = [
        (words, tuple(part for part, *_ in Formatter().parse(words) if part), forms[0].strip())
        for words, forms in (
            (words.strip(), forms)
            for (context, words), forms in _catalogue(language).items()
            if context == kind
        )
    ]
    return tuple(sorted(found, key=lambda entry: (-sum(map(len, entry[1])), entry[0])))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    """What fits a template; what comes first in a sentence does not reach over a mark."""
    pattern, seen = "", set[str]()
    for part, name, *_ in Formatter().parse(words):
        pattern += re.escape(part)
        if name:
            any_text = ".*?" if pattern else r"(?:(?!: |; ).)*?"
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{any_text})"
            seen.add(name)
    return re.compile(pattern)


def _placed(part: str, language: str) -> str:
    """The place of a fault, a file and a row, that stands alone before what no template has."""
    found = _PLACE.fullmatch(part)
    if found is None:
        return part
    return translated("{file} row {line}", language, context="place").format(**found.groupdict())


def _grouped(value: str) -> str:
    """A number with thousands, as Vietnamese writes it; anything else as it is."""
    return value.translate(_SWAPPED) if _THOUSANDS.fullmatch(value) else value
