"""Text from outside in the one form that everything has inside."""

import unicodedata

_CLOSED_BY = {
    "\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c",
    "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069",
}  # fmt: skip
"""Marks that turn the direction of writing, and those that end them (Unicode Annex 9)."""
_MARKS = frozenset({*_CLOSED_BY, *_CLOSED_BY.values()})


def plain_text(words: str) -> str:
    r"""A name or a note as readers of files take it.

    Parameters
    ----------
    words
        As it stands in a file.

    Returns
    -------
    str
        In Unicode's composed form (NFC), without spaces around it; what turns the direction of
        writing ends with it, so that a number behind a name is never read from its other end.

    Examples
    --------
    >>> plain_text(" Bản\u202e ") == "Bản\u202e\u202c"
    True
    """
    stripped = unicodedata.normalize("NFC", words.strip())
    return stripped if _MARKS.isdisjoint(stripped) else _closed(stripped).strip()


def _closed(words: str) -> str:
    """Text whose marks of direction come in pairs; those that end nothing are left out."""
    kept: list[str] = []
    waiting: list[str] = []
    for sign in words:
        if sign in _CLOSED_BY:
            waiting.append(_CLOSED_BY[sign])
        elif sign in _MARKS:
            if sign not in waiting or (sign == "\u202c" and waiting[-1] != sign):
                continue
            while waiting.pop() != sign:  # the end of an isolate ends what began in it, too
                pass
        kept.append(sign)
    return "".join([*kept, *reversed(waiting)])
