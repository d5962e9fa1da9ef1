"""Plain facts that maps, pages and figures share: words in two languages, columns, assumptions."""

import base64
import math
from dataclasses import dataclass

import numpy as np

from phusong.reporting.escape import text

NARROW_SPACE = "\u202f"
UNKNOWN = "–"
_BETWEEN = " · "


@dataclass(frozen=True)
class Bilingual:
    """The same words in Vietnamese and in English.

    Parameters
    ----------
    vi, en
        The words; equal for names that are not translated.
    """

    vi: str
    en: str

    @property
    def plain(self) -> str:
        """Both languages in one line of plain text, once if they are equal."""
        return self.vi if self.vi == self.en else f"{self.vi} · {self.en}"

    def html(self) -> str:
        """Both languages as encoded markup, each marked with its language.

        Returns
        -------
        str
            One or two ``span`` elements.
        """
        if self.vi == self.en:
            return f'<span class="t">{text(self.vi)}</span>'
        return (
            f'<span class="t" lang="vi">{text(self.vi)}</span> '
            f'<span class="t en" lang="en">{text(self.en)}</span>'
        )


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


PRACTICE = Bilingual(vi="Dữ liệu mô phỏng", en="Practice data")
"""What every product made from the practice study carries."""


@dataclass(frozen=True)
class Column:
    """One shown column of a table or of a map layer.

    Parameters
    ----------
    name
        Heading.
    unit
        Unit after the heading, empty for none; where it is a word, in Vietnamese and English
        with `` · `` between.
    decimals
        Digits after the decimal point of numbers that are not whole by type.
    share
        Whether the value is a share in percent, 0 to 100, that a page may draw as a bar.
    """

    name: Bilingual
    unit: str = ""
    decimals: int = 1
    share: bool = False

    @property
    def heading(self) -> Bilingual:
        """Name and unit, each in its language."""
        if not self.unit:
            return self.name
        units = self.unit.split(_BETWEEN)
        return Bilingual(f"{self.name.vi} [{units[0]}]", f"{self.name.en} [{units[-1]}]")


@dataclass(frozen=True)
class Assumption:
    """One assumption of a study, as it is printed with every product.

    Parameters
    ----------
    name
        What is assumed.
    value
        The value with its unit, as text.
    source
        Where it comes from; empty when no source is known.
    verified
        Whether the source was checked.
    """

    name: Bilingual
    value: str
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
        The file's content.
    alt
        What the picture shows.
    mime
        ``image/png``, or ``image/webp`` where small matters more than old readers.
    """

    content: bytes
    alt: Bilingual
    mime: str = "image/png"

    @property
    def url(self) -> str:
        """The picture as a data address."""
        return f"data:{self.mime};base64," + base64.b64encode(self.content).decode("ascii")

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
