"""Words of lists of places and people in Vietnamese, and what Phusong calls them."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from phusong.sources.towers_words import fold

_KINDS = "kinds"


def named(titles: Sequence[str], key: str) -> list[str]:
    """Headings of a list as Phusong calls its columns.

    Parameters
    ----------
    titles
        Headings as they are written.
    key
        Input that the list is for, for example ``villages`` or ``inputs.villages``.

    Returns
    -------
    list of str
        A heading that is a known word for a column that the list lacks becomes that column, the
        first of several; all others stay as they are.

    Examples
    --------
    >>> named(["Mã thôn", "Tên thôn", "Ghi chú"], "villages")
    ['village_id', 'name', 'Ghi chú']
    """
    known = _words().get(key.removeprefix("inputs."), {}) if key != _KINDS else {}
    found = list(titles)
    folded = [fold(title) for title in found] if known else []
    for column, words in known.items():
        if column in found:
            continue
        place = next((folded.index(word) for word in words if word in folded), None)
        if place is not None:
            found[place], folded[place] = column, words[0]
    return found


def kind_of_facility(word: str) -> str:
    """A kind of facility as Phusong calls it.

    Parameters
    ----------
    word
        The kind as it is written.

    Returns
    -------
    str
        For example ``school`` for *trường học*; what is not known stays as it is.
    """
    asked = fold(word)
    return next((kind for kind, words in _words()[_KINDS].items() if asked in words[1:]), word)


@cache
def _words() -> dict[str, dict[str, tuple[str, ...]]]:
    """Folded words of each column by list, read once."""
    text = files("phusong.sources").joinpath("list_words.toml").read_text(encoding="utf-8")
    return {
        key: {
            column: tuple(dict.fromkeys([fold(column), *map(fold, words)]))
            for column, words in columns.items()
        }
        for key, columns in tomllib.loads(text).items()
    }
