"""The header of a table: how many columns, which stand twice, and how messages list them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from phusong.errors import DataError

MOST_COLUMNS = 2000
"""More than any export of a measuring tool has; every column costs time before it is left out."""
MOST_SHOWN = 40


def twins_of(titles: Sequence[str]) -> list[str]:
    """Headings that stand more than once.

    Parameters
    ----------
    titles
        Headings; empty ones do not count.

    Returns
    -------
    list of str
        Sorted.
    """
    return sorted(title for title, times in Counter(titles).items() if title and times > 1)


def listed(titles: Iterable[str]) -> str:
    """Headings for a message: the first of them where there are very many.

    Parameters
    ----------
    titles
        Headings of a file.

    Returns
    -------
    str
        One line.
    """
    names = list(titles)
    more = len(names) - MOST_SHOWN
    return ", ".join(names[:MOST_SHOWN]) + (f", … (+{more})" if more > 0 else "")


def refuse_wide(columns: int, *, line: int, file: Path) -> None:
    """Refuse a table with so many columns that something must be wrong with it.

    Parameters
    ----------
    columns
        How many it has.
    line
        Row of the file.
    file
        Where it is from.

    Raises
    ------
    DataError
        They are more than ``MOST_COLUMNS``.
    """
    if columns > MOST_COLUMNS:
        raise DataError(
            f"{file.name} row {line} has {columns} columns, at most {MOST_COLUMNS} are read; is it "
            "a table at all, or one that lies on its side? Keep the columns that are needed"
        )
