"""Workbooks of many tables: typed cells, filters, A4 across, nothing live, fixed bytes."""

import datetime as dt
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from phusong.store.files import write_bytes
from phusong.store.tables import FIXED_TIME

MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its headings."""
MOST_TEXT = 32_767
"""Characters that a cell holds."""
_CUT = "…"
_WIDEST, _NARROWEST = 60, 9
_PAGE_WIDTH = 210
"""Characters of column width that are still legible side by side on A4 across."""
_MOST_NAME, _FORBIDDEN = 31, "[]:*?/\\'"
_MOST_PAPER = 70
_A4 = 9
_STEERING = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_PICTURE = re.compile(r"&(?=G|\[Picture\])")
_JOINER = "\u2060"
"""Is not seen, and parts what must not stand together."""
_HEADING_HEIGHT = 48


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet.

    Parameters
    ----------
    heading
        What stands above it.
    kind
        ``text``, ``number`` or ``date``.
    number_format
        How a spreadsheet shows its numbers; empty for the general way.
    """

    heading: str
    kind: Literal["text", "number", "date"] = "text"
    number_format: str = ""


@dataclass(frozen=True, eq=False)
class BookSheet:
    """One sheet of a workbook.

    Parameters
    ----------
    name
        Its name, as :func:`sheet_names` gives it.
    title
        What is printed above it.
    columns
        Its columns.
    rows
        Its cells as text: decimal point, ISO dates, empty where nothing is known.
    links
        Name of the sheet that the first cell of a row leads to, by number of the row.
    """

    name: str
    title: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Sequence[str]] = field(repr=False)
    links: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Book:
    """A workbook.

    Parameters
    ----------
    title
        Name of the study.
    sheets
        Its sheets, in their order.
    marking
        Words at the top of each printed page; empty for none.
    practice
        Words at the foot of each printed page when practice data went in; empty for none.
    """

    title: str
    sheets: Sequence[BookSheet]
    marking: str = ""
    practice: str = ""


def sheet_names(names: Sequence[str]) -> list[str]:
    """Names that a spreadsheet takes, no two alike.

    Parameters
    ----------
    names
        What the sheets should be called.

    Returns
    -------
    list of str
        31 characters at most, without those that are forbidden; a number behind a second one.

    Examples
    --------
    >>> sheet_names(["gaps/communes", "Gaps/Communes", ""])
    ['gaps-communes', 'Gaps-Communes 2', '1']
    """
    taken: set[str] = set()
    found = []
    for wanted in names:
        plain = "".join("-" if c in _FORBIDDEN or ord(c) < ord(" ") else c for c in wanted)
        number, name = 1, plain[:_MOST_NAME]
        while not name.strip() or name.casefold() in taken or name.casefold() == "history":
            end = str(number) if not plain.strip() else f" {number + 1}"
            name = f"{plain[: _MOST_NAME - len(end)]}{end}".strip()
            number += 1
        taken.add(name.casefold())
        found.append(name)
    return found


def write_book(file: Path, book: Book) -> None:
    """Write a workbook.

    Text stays text: nothing in a cell becomes a formula, a link or a number.

    Parameters
    ----------
    file
        Where to.
    book
        What stands in it.
    """
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "in_memory": True,
    }  # fmt: skip

    content = io.BytesIO()  # its library tells of a full disk in a kind of its own
    with xlsxwriter.Workbook(content, options) as made:
        made.set_properties({"created": FIXED_TIME.replace(tzinfo=None), "title": book.title[:255]})
        formats = _Formats(made)
        for sheet in book.sheets:
            _write_sheet(made.add_worksheet(sheet.name), sheet, book, formats)
    write_bytes(file, content.getbuffer())


class _Formats:
    """Formats of a workbook, each made once."""

    def __init__(self, book: "xlsxwriter.Workbook") -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}
        self.heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e6ecf2", "bottom": 1}
        )
        self.link = book.add_format({"font_color": "#1f4e9d", "underline": 1, "valign": "top"})

    def of(self, number_format: str, *, wrap: bool) -> Any:
        key = (number_format, wrap)
        if key not in self._made:
            facts: dict[str, Any] = {"valign": "top", "text_wrap": wrap}
            self._made[key] = self._book.add_format({**facts, "num_format": number_format})
        return self._made[key]


def _write_sheet(made: Any, sheet: BookSheet, book: Book, formats: _Formats) -> None:
    widths = [_width(sheet, index) for index in range(len(sheet.columns))]
    made.set_row(0, _HEADING_HEIGHT)
    for index, (column, width) in enumerate(zip(sheet.columns, widths, strict=True)):
        made.write_string(0, index, column.heading[:MOST_TEXT], formats.heading)
        shown = formats.of(_format_of(column), wrap=column.kind == "text" and width == _WIDEST)
        made.set_column(index, index, width, shown)
        for row, cells in enumerate(sheet.rows, start=1):
            if index == 0 and row - 1 in sheet.links:
                target = sheet.links[row - 1]
                made.write_url(row, 0, f"internal:'{target}'!A1", formats.link, cells[0])
            else:
                _write_cell(made, row, index, cells[index], column.kind, shown)
    made.freeze_panes(1, 1 if len(sheet.columns) > 1 else 0)
    if sheet.columns and sheet.rows:
        made.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    _for_paper(made, sheet, book, math.ceil(sum(widths) / _PAGE_WIDTH))


def _write_cell(made: Any, row: int, column: int, cell: str, kind: str, shown: Any) -> None:
    if cell == "":
        return
    if kind == "number":
        made.write_number(row, column, float(cell), shown)
    elif kind == "date":
        made.write_datetime(row, column, dt.datetime.fromisoformat(cell), shown)
    else:
        text = cell if len(cell) <= MOST_TEXT else cell[: MOST_TEXT - 1] + _CUT
        made.write_string(row, column, text, shown)


def _format_of(column: SheetColumn) -> str:
    return {"text": "@", "date": "yyyy-mm-dd"}.get(column.kind, column.number_format or "General")


def _width(sheet: BookSheet, index: int) -> int:
    """Width of a column: its longest cell, or its heading on three lines."""
    heading = sheet.columns[index].heading
    longest = max((len(row[index]) for row in sheet.rows), default=0)
    behind = sheet.columns[index].number_format.count('"') and 5
    words = max((len(word) for word in heading.split()), default=0)
    wanted = max(longest + 2 + behind, words + 3, len(heading) // 3 + 3, _NARROWEST)
    return min(wanted, _WIDEST)


def _for_paper(made: Any, sheet: BookSheet, book: Book, across: int) -> None:
    """A4 across, headings and first column on every page, marking above, page number below."""
    made.set_landscape()
    made.set_paper(_A4)
    made.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    made.fit_to_pages(max(across, 1), 0)
    made.repeat_rows(0)
    if across > 1:
        made.repeat_columns(0)
    made.set_header(f"&L{_paper(sheet.title)}&R&B{_paper(book.marking)}")
    made.set_footer(f"&L{_paper(book.title)}&C{_paper(book.practice)}&R&P / &N")


def _paper(words: str) -> str:
    """Words at the edge of a page: codes of the spreadsheet disarmed, one line, not too long.

    A longer edge, or one with what looks like the code of a picture, would be left out whole.
    """
    line = " ".join(_STEERING.sub("", words).split())
    if _units(_disarmed(line)) <= _MOST_PAPER:
        return _disarmed(line)
    ends = range(min(len(line), _MOST_PAPER), -1, -1)
    end = next(n for n in ends if _units(_disarmed(line[:n])) < _MOST_PAPER)
    return _disarmed(line[:end]) + _CUT


def _disarmed(line: str) -> str:
    return _PICTURE.sub(f"&{_JOINER}", line).replace("&", "&&")


def _units(text: str) -> int:
    """Length as a spreadsheet counts it: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
