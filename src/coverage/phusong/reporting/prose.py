"""Prose of notebooks: which language a paragraph is in, and the two halves of a heading."""

import html
import re
import unicodedata

from phusong.reporting.facts import Bilingual, same

_TAG = re.compile(r"<math\b.*?</math>|<code\b.*?</code>|<[^>]*>", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = " · "
_MARKED = 0.3
"""Share of words with Vietnamese letters above which a text is Vietnamese: prose has about three
quarters; an English sentence full of names may have half, so its small words decide first."""
_ENGLISH = frozenset(
    "the of and is are in to a an by for with from that which where not".split()  # noqa: SIM905
)
_SMALL = 0.15


def language_of(words: str) -> str:
    """Language of a paragraph.

    Parameters
    ----------
    words
        Text or markup.

    Returns
    -------
    str
        ``vi`` or ``en``; empty where there are no words.

    Examples
    --------
    >>> language_of("Nơi nào chưa có sóng?"), language_of("Where is no signal in Lào Cai?")
    ('vi', 'en')
    """
    found = _WORD.findall(html.unescape(_TAG.sub(" ", words)))
    if not found:
        return ""
    if sum(word.lower() in _ENGLISH for word in found) >= _SMALL * len(found):
        return "en"
    return "vi" if sum(map(_is_marked, found)) > _MARKED * len(found) else "en"


def heading_words(heading: str) -> Bilingual:
    """A heading of the form ``00 · Vietnamese · English`` in its two languages.

    Parameters
    ----------
    heading
        Text or markup.

    Returns
    -------
    Bilingual
        Each language with what stands before both; the same twice for a heading in one language.
    """
    *before, vi, en = heading.split(_BETWEEN) if _BETWEEN in heading else ("", heading)
    if not vi or (language_of(vi), language_of(en)) != ("vi", "en"):
        return same(heading)
    return Bilingual(_BETWEEN.join([*before, vi]), _BETWEEN.join([*before, en]))


def _is_marked(word: str) -> bool:
    """Whether a word has a letter that English does not have."""
    letters = unicodedata.normalize("NFC", word)
    return any(c in "đĐ" or _is_accented(c) for c in letters)


def _is_accented(letter: str) -> bool:
    """Whether a letter is made of another one and a mark; raised ones as in m² are not."""
    parts = unicodedata.decomposition(letter)
    return bool(parts) and not parts.startswith("<")
