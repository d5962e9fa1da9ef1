"""Comparing place names: one spelling out of many, without taking one place for another.

How a language spells its names is data (:class:`NameRules`), so that nothing here knows which
country the names are from.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

_JOINERS = re.compile(r"[\s\-‐‑‒–—_]+")


@dataclass(frozen=True, slots=True)
class NameRules:
    """How the names of one level of places are spelled.

    Parameters
    ----------
    prefixes, suffixes
        Words that say what kind of place it is and are no part of its name, for example ``xã``
        in front or ``commune`` behind.
    shifted_clusters
        Pairs of letters over which a mark may stand on the first or on the second, for example
        ``oa`` (hòa and hoà are one word).
    shifting_marks
        The combining marks that do so.
    letters
        Letters that Unicode does not take apart, and what they are without marks, for example
        ``đ`` and ``d``.
    """

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    shifted_clusters: tuple[str, ...] = ()
    shifting_marks: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)


def marked_key(name: str, rules: NameRules) -> str:
    """Spelling of a name that keeps every mark: equal keys are the same written name.

    Parameters
    ----------
    name
        Name as it was written.
    rules
        How names of its level are spelled.

    Returns
    -------
    str
        NFC, without capitals, one space between words whatever joined them, each mark over the
        letter where the rules want it. Prefixes are kept.

    Examples
    --------
    >>> rules = NameRules(shifted_clusters=("oa",), shifting_marks="\u0300\u0301")
    >>> marked_key("  Hòa-Bình", rules) == marked_key("hoà  bình", rules)
    True
    """
    plain = unicodedata.normalize("NFC", name).casefold()
    plain = _JOINERS.sub(" ", plain).strip(" .,")
    letters = unicodedata.normalize("NFD", plain)
    for cluster in rules.shifted_clusters:
        first, second = cluster[0], cluster[1]
        letters = re.sub(
            f"{first}([{rules.shifting_marks}]){second}", rf"{first}{second}\1", letters
        )
    return unicodedata.normalize("NFC", letters)


def bare_key(name: str, rules: NameRules) -> str:
    """Spelling of a name without any mark: equal keys may still be different places.

    Parameters
    ----------
    name
        Name as it was written.
    rules
        How names of its level are spelled.

    Returns
    -------
    str
        The marked key without its marks.

    Examples
    --------
    >>> bare_key("Đèo Gió", NameRules(letters={"đ": "d"}))
    'deo gio'
    """
    letters = unicodedata.normalize("NFD", marked_key(name, rules))
    kept = "".join(c for c in letters if not unicodedata.combining(c))
    return "".join(rules.letters.get(c, c) for c in kept)


def file_key(text: str) -> str:
    """Name for a file, in plain letters.

    Parameters
    ----------
    text
        What it is called.

    Returns
    -------
    str
        Small letters, digits and dashes; empty where the text has neither letters nor digits.

    Examples
    --------
    >>> file_key("Tỉnh Điện Biên")
    'tinh-dien-bien'
    """
    plain = bare_key(text, NameRules(letters={"đ": "d"}))
    return re.sub(r"[^a-z0-9-]+", "-", plain).strip("-")


def marked_forms(name: str, rules: NameRules) -> tuple[str, ...]:
    """Marked keys that a name may be found under: as written, and without its kind of place.

    Parameters
    ----------
    name
        Name as it was written.
    rules
        How names of its level are spelled.

    Returns
    -------
    tuple of str
        The full key first. A name that begins like a kind of place (the commune Bản Phố) keeps
        its own key.
    """
    prefixes = tuple(marked_key(p, rules) for p in rules.prefixes)
    suffixes = tuple(marked_key(s, rules) for s in rules.suffixes)
    return _forms(marked_key(name, rules), prefixes, suffixes)


def bare_forms(name: str, rules: NameRules) -> tuple[str, ...]:
    """Bare keys that a name may be found under.

    Parameters
    ----------
    name
        Name as it was written.
    rules
        How names of its level are spelled.

    Returns
    -------
    tuple of str
        The full key first, then the keys without the kind of place.
    """
    prefixes = tuple(bare_key(p, rules) for p in rules.prefixes)
    suffixes = tuple(bare_key(s, rules) for s in rules.suffixes)
    full = bare_key(name, rules)
    stripped = (bare_key(form, rules) for form in marked_forms(name, rules))
    return tuple(dict.fromkeys([full, *stripped, *_forms(full, prefixes, suffixes)]))


def _forms(key: str, prefixes: tuple[str, ...], suffixes: tuple[str, ...]) -> tuple[str, ...]:
    heads = [key, *(key[len(p) :].strip(" .") for p in prefixes if _begins(key, p))]
    tails = [head[: -len(s)].strip() for head in heads for s in suffixes if head.endswith(f" {s}")]
    return tuple(dict.fromkeys(form for form in [*heads, *tails] if form))


def _begins(key: str, prefix: str) -> bool:
    return key.startswith((f"{prefix} ", f"{prefix}."))


def has_marks(name: str, rules: NameRules) -> bool:
    """Whether a name was written with any mark at all.

    Parameters
    ----------
    name
        Name as it was written.
    rules
        How names of its level are spelled.

    Returns
    -------
    bool
        False for plain Latin letters, as map services export them.
    """
    return marked_key(name, rules) != bare_key(name, rules)
