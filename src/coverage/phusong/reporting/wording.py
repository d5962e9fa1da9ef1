"""What pages say: messages of the catalogues and numbers, each in both languages."""

import math
import re
from collections.abc import Iterable

import numpy as np

from phusong.language import LANGUAGES, number_text, retold, translated, translated_count
from phusong.reporting.facts import UNKNOWN, Bilingual, is_number, same
from phusong.reporting.prose import language_of

SOURCE = "source"
"""Context of the sources of numbers in the catalogue."""
_BETWEEN = " · "
_OR = " / "
_NUMBER = r"[-+.\de]+"
_PRICED = re.compile(
    rf"(?P<source>.*) \((?P<year>[^;()]*); (?P<low>{_NUMBER}) to (?P<high>{_NUMBER}); "
    r"(?P<tag>[^()]*)\)",
    re.DOTALL,
)
"""How a study tells the source of a price with its range; see ``phusong.study.whole``."""
Value = Bilingual | str | float | int


def said(message: str, /, *, context: str = "", **values: Value) -> Bilingual:
    """A message in both languages.

    Parameters
    ----------
    message
        The English words, a literal, so that ``scripts/catalogue.py`` finds it; ``{name}`` stands
        for a value.
    context
        Which of several meanings of the same English words is meant; empty for the only one.
    **values
        What is filled in: words in both languages, text as it is, and numbers as each language
        writes them. A number of a floating type gets as many decimals as it has, three at most;
        for a year, give text.

    Returns
    -------
    Bilingual
        The words; the catalogue is read once they are asked for.

    Examples
    --------
    >>> said("Any field").vi, said("Any field").en
    ('Bất kỳ trường nào', 'Any field')
    """
    return Bilingual.made_by(
        lambda language: _filled(translated(message, language, context=context), values, language)
    )


def said_count(one: str, many: str, /, count: int, **values: Value) -> Bilingual:
    """A message that counts something, in both languages.

    Parameters
    ----------
    one, many
        The English words, literals, for one thing and for any other number; ``{count}`` stands
        for the number.
    count
        How many.
    **values
        What else is filled in; see :func:`said`.

    Returns
    -------
    Bilingual
        The words.
    """
    return Bilingual.made_by(
        lambda language: _filled(
            translated_count(one, many, count, language), {"count": count, **values}, language
        )
    )


def as_told(sentence: str) -> Bilingual:
    """A warning or a finding that was put together in English, in both languages.

    Parameters
    ----------
    sentence
        The English sentence; see :func:`phusong.language.retold`.

    Returns
    -------
    Bilingual
        The words.

    Examples
    --------
    >>> as_told("3 site(s) stand in the water; correct the position").vi
    '3 trạm đứng dưới nước; hãy sửa vị trí'
    """
    return Bilingual.made_by(lambda language: retold(sentence, language))


def sourced(source: str) -> Bilingual:
    """Where a number or a file comes from, in both languages.

    Parameters
    ----------
    source
        What a study says: the sources of the starting values and of the practice study are in
        the catalogue, and anything else, as names of documents, stays as it is. Parts may be
        set off by `` · ``; Vietnamese and English beside each other, by `` / ``, are told apart.

    Returns
    -------
    Bilingual
        The words.

    Examples
    --------
    >>> sourced("assumption: body of the user").vi
    'giả định: cơ thể người dùng'
    >>> sourced("Giả định / invented").en
    'invented'
    """
    return Bilingual.made_by(
        lambda language: _BETWEEN.join(_sourced(part, language) for part in source.split(_BETWEEN))
    )


def _sourced(source: str, language: str) -> str:
    pair = source.split(_OR)
    if [language_of(words) for words in pair] == list(LANGUAGES):
        return pair[LANGUAGES.index(language)]
    if (priced := _PRICED.fullmatch(source)) is None:
        return retold(source, language, context=SOURCE)
    ends = [_one(float(priced[end]), language) for end in ("low", "high")]
    words = translated("{source} ({year}; {low} to {high}; {tag})", language)
    return words.format(
        source=retold(priced["source"], language, context=SOURCE), year=priced["year"],
        low=ends[0], high=ends[1], tag=retold(priced["tag"], language, context=SOURCE),
    )  # fmt: skip


def amount(value: object, decimals: int = 0, *, unit: str = "") -> Bilingual:
    """A number as each language writes it.

    Parameters
    ----------
    value
        The number; None and NaN are unknown. Whole numbers have no decimals.
    decimals
        Digits after the decimal sign.
    unit
        Unit behind it, after a space that does not break.

    Returns
    -------
    Bilingual
        Its text; an en dash where it is unknown, since unknown is not zero.

    Examples
    --------
    >>> amount(1234.5, 1).vi, amount(1234.5, 1).en, amount(None).en
    ('1.234,5', '1,234.5', '–')
    """
    if value is None:
        return Bilingual(UNKNOWN, UNKNOWN)
    number = float(value)  # type: ignore[arg-type]
    digits = 0 if isinstance(value, (int, np.integer)) else decimals
    behind = f"\u00a0{unit}" if unit and not math.isnan(number) else ""
    written = {
        name: number_text(number, name, digits).replace("-", "−") + behind for name in LANGUAGES
    }
    return Bilingual(**written, number=True)


def share(percent: float, decimals: int = 1) -> Bilingual:
    """A share as each language writes it.

    Parameters
    ----------
    percent
        The share [%].
    decimals
        Digits after the decimal sign.

    Returns
    -------
    Bilingual
        Number and sign.

    Examples
    --------
    >>> share(12.34).vi.replace(chr(160), " ")
    '12,3 %'
    """
    return amount(float(percent), decimals, unit="%")


def shortest(value: float, *, unit: str = "") -> Bilingual:
    """A number with as many decimals as it has, six at most.

    Parameters
    ----------
    value
        The number.
    unit
        Unit behind it, after a space that does not break.

    Returns
    -------
    Bilingual
        Its text, with the sign of a minus where it is below zero.

    Examples
    --------
    >>> shortest(-115.5, unit="dBm").vi.replace(chr(160), " ")
    '−115,5 dBm'
    """
    behind = f"\u00a0{unit}" if unit else ""
    decimals = len(np.format_float_positional(value, precision=6, trim="-").partition(".")[2])
    written = {name: number_text(value, name, decimals).replace("-", "−") for name in LANGUAGES}
    return Bilingual(**{name: words + behind for name, words in written.items()}, number=True)


def joined(parts: Iterable[Bilingual], between: str = ", ") -> Bilingual:
    """Words one after the other, each language for itself.

    Parameters
    ----------
    parts
        Words in their order.
    between
        What stands between them.

    Returns
    -------
    Bilingual
        One line.
    """
    known = tuple(parts)
    return Bilingual.made_by(lambda language: between.join(part.to(language) for part in known))


def cell_words(value: object, *, decimals: int = 1) -> Bilingual:
    """A cell of a table as readers see it, not yet encoded.

    Parameters
    ----------
    value
        Words, text, number, truth, None or NaN.
    decimals
        Digits after the decimal sign for numbers of a floating type.

    Returns
    -------
    Bilingual
        The words; an en dash for None and NaN, since unknown is not zero.
    """
    if isinstance(value, Bilingual):
        return value
    if isinstance(value, (bool, np.bool_)):
        return said("yes") if value else said("no")
    if value is None or is_number(value):
        return amount(value, decimals)
    return same(str(value))


def _filled(words: str, values: dict[str, Value], language: str) -> str:
    return words.format(**{name: _one(value, language) for name, value in values.items()})


def _one(value: Value, language: str) -> str:
    if isinstance(value, Bilingual):
        return value.to(language)
    if isinstance(value, (float, np.floating)) and not isinstance(value, bool):
        shortest = f"{value:.3f}".rstrip("0").partition(".")[2]
        return number_text(float(value), language, len(shortest))
    if isinstance(value, (int, np.integer)):
        return number_text(int(value), language)
    return str(value)
