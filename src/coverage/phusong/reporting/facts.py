"""Plain facts that maps, pages and figures share: words in two languages, columns, assumptions."""

import base64
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from phusong.language import translated
from phusong.reporting.escape import text

NARROW_SPACE = "\u202f"
UNKNOWN = "–"
_BETWEEN = " · "
BOTH = "both"
"""Stands for both languages at once, Vietnamese first."""


_BEFORE_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|dBm?|dBi|km²?|m|MHz|GHz|Mbit/s|W|kW|kB|MB|VND|USD)(?!\w))"
)


def unbroken(words: str) -> str:
    """Words whose numbers stay on one line with their units.

    Parameters
    ----------
    words
        A sentence.

    Returns
    -------
    str
        The same, with spaces that do not break.

    Examples
    --------
    >>> unbroken("80 % within 3 km of 2 villages").replace(chr(160), "_")
    '80_% within 3_km of 2 villages'
    """
    return _BEFORE_UNIT.sub("\u00a0", words)


class Bilingual:
    """The same words in Vietnamese and in English.

    Parameters
    ----------
    vi, en
        The words; equal for names that are not translated.
    number
        Whether they are one number, of which a line in both languages shows the Vietnamese form.
    """

    __slots__ = ("_number", "_read")

    def __init__(self, vi: str, en: str, *, number: bool = False) -> None:
        self._read: Callable[[str], str] = {"vi": vi, "en": en}.__getitem__
        self._number = number

    @classmethod
    def made_by(cls, read: Callable[[str], str]) -> "Bilingual":
        """Words that are made when they are asked for.

        Parameters
        ----------
        read
            Gives the words in the language with the code ``vi`` or ``en``.

        Returns
        -------
        Bilingual
            The words.
        """
        words = cls("", "")
        words._read = read
        return words

    @property
    def vi(self) -> str:
        """The words in Vietnamese."""
        return self._read("vi")

    @property
    def en(self) -> str:
        """The words in English."""
        return self._read("en")

    @property
    def numeric(self) -> bool:
        """Whether they are one number, or one interval."""
        return self._number

    def to(self, language: str) -> str:
        """The words in one language.

        Parameters
        ----------
        language
            ``vi`` or ``en``, or ``both`` for a line in both.

        Returns
        -------
        str
            The words.
        """
        return self.plain if language == BOTH else self._read(language)

    @property
    def plain(self) -> str:
        """Both languages in one line of plain text, once if they are equal."""
        vi, en = self.vi, self.en
        return vi if vi == en or self._number else f"{vi}{_BETWEEN}{en}"

    def html(self) -> str:
        """Both languages as encoded markup, each marked with its language.

        Returns
        -------
        str
            One or two ``span`` elements.
        """
        vi, en = self.vi, self.en
        if vi == en:  # a name of the data, to be shown as it is
            return f'<span class="t">{text(vi)}</span>'
        vi, en = unbroken(vi), unbroken(en)
        kind = "t num" if self._number else "t en"
        return (
            f'<span class="t" lang="vi">{text(vi)}</span>{"" if self._number else " "}'
            f'<span class="{kind}" lang="en">{text(en)}</span>'
        )

    def attribute(self, name: str) -> str:
        """An attribute that the switch of languages changes; both languages without it.

        Parameters
        ----------
        name
            For example ``aria-label``.

        Returns
        -------
        str
            Markup for the inside of a tag.
        """
        if self.vi == self.en:
            return f'{name}="{text(self.vi)}"'
        return (
            f'{name}="{text(self.plain)}" data-said="{name}" '
            f'data-vi="{text(self.vi)}" data-en="{text(self.en)}"'
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Bilingual):
            return NotImplemented
        return (self.vi, self.en) == (other.vi, other.en)

    def __hash__(self) -> int:
        return hash((self.vi, self.en))

    def __repr__(self) -> str:
        return f"Bilingual(vi={self.vi!r}, en={self.en!r})"


def same(name: str) -> Bilingual:
    """Words for a name that is not translated.

    Parameters
    ----------
    name
        For example the name of a commune or of an operator.

    Returns
    -------
    Bilingual
        The name in both places.
    """
    return Bilingual(vi=name, en=name)


def with_unit(name: Bilingual, unit: Bilingual) -> Bilingual:
    """A heading with the unit of what stands below it.

    Parameters
    ----------
    name
        Heading.
    unit
        Unit in both languages; empty words for none.

    Returns
    -------
    Bilingual
        Heading and unit, each in its language.
    """
    if not unit.en:
        return name
    return Bilingual.made_by(lambda language: f"{name.to(language)} [{unit.to(language)}]")


PRACTICE = Bilingual.made_by(lambda language: translated("Practice data", language))
"""What every product made from the practice study carries."""


@dataclass(frozen=True)
class Column:
    """One shown column of a table or of a map layer.

    Parameters
    ----------
    name
        Heading.
    unit
        Unit after the heading, in both languages where it is a word; empty for none.
    decimals
        Digits after the decimal point of numbers that are not whole by type.
    share
        Whether the value is a share in percent, 0 to 100, that a page may draw as a bar.
    lacking
        Whether it is the share of what lacks signal, drawn in the pattern of no signal.
    """

    name: Bilingual
    unit: Bilingual | str = ""
    decimals: int = 1
    share: bool = False
    lacking: bool = False

    @property
    def heading(self) -> Bilingual:
        """Name and unit, each in its language."""
        if not self.unit:
            return self.name
        return with_unit(self.name, same(self.unit) if isinstance(self.unit, str) else self.unit)


@dataclass(frozen=True)
class Assumption:
    """One assumption of a study, as it is printed with every product.

    Parameters
    ----------
    name
        What is assumed.
    value
        The value with its unit.
    source
        Where it comes from; empty when no source is known.
    verified
        Whether the source was checked.
    """

    name: Bilingual
    value: Bilingual | str
    source: str
    verified: bool


@dataclass(frozen=True)
class Source:
    """One data source with the words that its licence asks for.

    Parameters
    ----------
    name
        What the data is.
    attribution
        The text to print, word for word.
    licence
        Name of the licence, or that it is unknown.
    detail
        Edition, date, checksum or whatever identifies the file; may be empty.
    short
        Credit for the corner of a map, where the whole attribution has no room.
    key
        Which input of a study it is, for example ``towers``; empty for others.
    """

    name: Bilingual
    attribution: str
    licence: str
    detail: str = ""
    short: str = ""
    key: str = ""

    @property
    def credit(self) -> str:
        """The short credit, or the attribution where there is none."""
        return self.short or self.attribution


@dataclass(frozen=True)
class Picture:
    """A finished picture with the words for those who cannot see it.

    Parameters
    ----------
    content
        The file's content, its words in both languages; in Vietnamese alone with ``english``.
    english
        The same with English words, or None.
    alt
        What the picture shows.
    mime
        ``image/png``, or ``image/webp`` where small matters more than old readers.
    wide
        Whether its words can be read at the whole width of a page alone.
    """

    content: bytes
    english: bytes | None = None
    alt: Bilingual = field(kw_only=True)
    mime: str = field(default="image/png", kw_only=True)
    wide: bool = field(default=False, kw_only=True)

    def html(self) -> str:
        """The picture as markup.

        Returns
        -------
        str
            One element whose alternative text follows the switch of languages, or one for each
            language, of which the switch shows that of the reader.
        """
        if self.english is None:
            return f'<img src="{self._url(self.content)}" {self.alt.attribute("alt")}>'
        return "".join(
            f'<img lang="{language}" src="{self._url(content)}" '
            f'alt="{text(self.alt.to(language))}">'
            for language, content in (("vi", self.content), ("en", self.english))
        )

    def _url(self, content: bytes) -> str:
        return f"data:{self.mime};base64," + base64.b64encode(content).decode("ascii")

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, object]]:
        """How a notebook shows it."""
        words = {"text/plain": self.alt.plain}
        return {self.mime: self.content, **words}, {self.mime: {"alt": self.alt.plain}}


def shown(value: object, *, decimals: int = 1) -> str:
    """A value as a reader sees it, not yet encoded.

    Thousands are parted by a narrow space and the decimal sign is a point, which neither
    Vietnamese nor English readers can mistake for the other.

    Parameters
    ----------
    value
        Text, words in two languages, number, None or NaN.
    decimals
        Digits after the point for numbers of a floating type.

    Returns
    -------
    str
        The text; an en dash for None and NaN, since unknown is not zero.

    Examples
    --------
    >>> shown(1234567).replace(NARROW_SPACE, " "), shown(12.34), shown(float("nan"))
    ('1 234 567', '12.3', '–')
    """
    if value is None or isinstance(value, Bilingual):
        return UNKNOWN if value is None else value.plain
    if isinstance(value, (bool, np.bool_)):
        return "có · yes" if value else "không · no"
    if isinstance(value, (int, np.integer)):
        return f"{int(value):,}".replace(",", NARROW_SPACE)
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            return UNKNOWN if math.isnan(value) else str(float(value))
        rounded = round(float(value), decimals) + 0.0
        return f"{rounded:,.{decimals}f}".replace(",", NARROW_SPACE)
    return str(value)


def is_number(value: object) -> bool:
    """Whether a cell is a number, so that a table aligns it to the right.

    Parameters
    ----------
    value
        A cell.

    Returns
    -------
    bool
        False for text, None and booleans.
    """
    if isinstance(value, (bool, np.bool_)) or value is None:
        return False
    return isinstance(value, (int, float, np.integer, np.floating))
