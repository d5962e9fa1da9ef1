"""How far the cells of a workbook reach, before a reader makes room for all that lies between."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress

MOST_CELLS = 20_000_000
"""Cells from A1 to the last one of a sheet: 300,000 rows of 60 columns stay below."""
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error)
_PLACE = re.compile(rb"""(?<![\w:.-])r\s*=\s*["']([A-Za-z]{0,9})([0-9]{1,20})["']""")
_TAG = re.compile(rb"<(/?)table:(table-row|table-cell|covered-table-cell|table)\b([^<]*)")
_TIMES = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']([0-9]{1,20})["']""")


def most_cells(archive: zipfile.ZipFile) -> int:
    """How many cells the largest sheet reaches over, from A1 to the last one.

    Parameters
    ----------
    archive
        The workbook's parts; one that is damaged holds none.

    Returns
    -------
    int
        Rows times columns.
    """
    cells = 0
    for part in archive.infolist():
        with suppress(*_DAMAGED), archive.open(part) as stream:
            content = stream.read()
            cells = max(cells, _placed(content), *_repeated(content))
    return cells


def _placed(content: bytes) -> int:
    """Cells of a sheet of Excel from A1 to the last row and column that are named."""
    rows, columns = 0, 0
    for letters, digits in _PLACE.findall(content):
        rows = max(rows, int(digits))
        if letters:
            columns = max(columns, _number(letters))
    return rows * max(columns, 1)


def _number(letters: bytes) -> int:
    """Number of a column, 1 for A."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - ord("A") + 1
    return number


def _repeated(content: bytes) -> Iterator[int]:
    """Cells of each sheet of LibreOffice from A1 to the last cell that holds something."""
    row, times, column, rows, columns = 0, 1, 0, 0, 0
    for closed, name, rest in _TAG.findall(content):
        found = _TIMES.search(rest)
        count = int(found[1]) if found else 1
        if name == b"table":
            yield rows * columns
            row, rows, columns = 0, 0, 0
        elif closed:
            row += times if name == b"table-row" else 0
        elif name == b"table-row":
            column, times = 0, count
            row += count if _is_empty(rest) else 0
        else:
            column += count
            if not _is_empty(rest):
                rows, columns = max(rows, row + times), max(columns, column)
    yield rows * columns


def _is_empty(rest: bytes) -> bool:
    """Whether a tag ends at once, and gives no value."""
    return rest.rstrip().endswith(b"/>") and b"value" not in rest
