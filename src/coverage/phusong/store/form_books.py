"""Forms to send out as workbooks: data, example and instructions, checked while they are filled."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

from phusong.store.files import write_bytes
from phusong.store.tables import FIXED_TIME

ROWS = 500
"""Rows of the data sheet that are formatted and checked."""
HEADING_ROW, NAME_ROW, FIRST_ROW = 1, 2, 3
"""Rows of headings, of names and of the first data, counted from 0; the title stands above."""
_MOST_LIST, _MOST_MESSAGE, _MOST_TITLE = 255, 255, 32
_A4 = 9


@dataclass(frozen=True)
class FormField:
    """One column of a form.

    Parameters
    ----------
    name
        Name that the reader looks for.
    heading
        Words above it.
    example
        Cells of the example rows.
    choices
        Words that may be chosen; empty for any.
    low, high
        Range of its numbers; None for text.
    message
        Words that show when a cell is chosen, and when it is wrong.
    needed
        Whether it has to be filled in.
    given
        Cells that the data sheet holds already.
    """

    name: str
    heading: str
    example: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    message: str = ""
    needed: bool = False
    given: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FormBook:
    """A form.

    Parameters
    ----------
    title
        What is asked for; stands at the top of the sheets.
    sheets
        Names of the three sheets: data, example, instructions.
    fields
        Columns.
    lines
        Sentences of the instructions.
    table
        Headings and rows of the instructions' table of columns.
    """

    title: str
    sheets: tuple[str, str, str]
    fields: Sequence[FormField] = field(repr=False)
    lines: Sequence[str] = field(repr=False)
    table: Sequence[Sequence[str]] = field(repr=False)


def write_form_book(file: Path, form: FormBook) -> None:
    """Write a form, the same bytes each time.

    Parameters
    ----------
    file
        Where to.
    form
        What stands in it; texts are never taken for formulas.
    """
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "in_memory": True,
    }  # fmt: skip

    content = io.BytesIO()  # its library tells of a full disk in a kind of its own
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"created": FIXED_TIME.replace(tzinfo=None), "title": form.title})
        data, example, instructions = (book.add_worksheet(name) for name in form.sheets)
        _fields(book, data, form, example=False)
        for column, each in enumerate(form.fields):
            _validate(data, each, column)
        _fields(book, example, form, example=True)
        _instructions(book, instructions, form)
    write_bytes(file, content.getbuffer())


def _fields(book: "xlsxwriter.Workbook", sheet: Any, form: FormBook, *, example: bool) -> None:
    """Title, headings, names, and rows: those of the example, or those that are given."""
    bold = book.add_format({"bold": True, "font_size": 13})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e6ecf2"}
    )
    must = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#fbe3c0"}
    )
    names = book.add_format({"font_color": "#666666", "bg_color": "#dddddd", "italic": True})
    as_text = book.add_format({"num_format": "@"})
    number = book.add_format({"num_format": "General"})
    sheet.write_string(0, 0, form.title, bold)
    sheet.set_row(HEADING_ROW, 62)
    for column, each in enumerate(form.fields):
        cells = each.example if example else each.given
        known = (*each.heading.splitlines(), *each.example, *each.given, each.name)
        longest = max(map(len, known))
        is_text = each.low is None
        shown = as_text if is_text else number
        sheet.set_column(column, column, min(34, max(12, longest + 2)), shown)
        sheet.write_string(HEADING_ROW, column, each.heading, must if each.needed else head)
        sheet.write_string(NAME_ROW, column, each.name, names)
        for row, cell in enumerate(cells, FIRST_ROW):
            if cell and is_text:
                sheet.write_string(row, column, cell, as_text)
            elif cell:
                sheet.write_number(row, column, float(cell), number)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADING_ROW, NAME_ROW)


def _validate(sheet: Any, each: FormField, column: int) -> None:
    """Refuse what could not be read, in the words of the instructions."""
    message = each.message[:_MOST_MESSAGE]
    rule: dict[str, Any] = {
        "input_title": each.name[:_MOST_TITLE], "input_message": message, "ignore_blank": True,
        "error_title": each.name[:_MOST_TITLE], "error_message": message,
    }  # fmt: skip
    if each.choices and len(",".join(each.choices)) <= _MOST_LIST:
        rule |= {"validate": "list", "source": list(each.choices)}
    elif each.low is not None and each.high is not None:
        rule |= {
            "validate": "decimal", "criteria": "between", "minimum": each.low,
            "maximum": each.high,
        }  # fmt: skip
    elif message:
        rule |= {"validate": "any"}
    else:
        return
    sheet.data_validation(FIRST_ROW, column, FIRST_ROW + ROWS - 1, column, rule)


def _instructions(book: "xlsxwriter.Workbook", sheet: Any, form: FormBook) -> None:
    bold = book.add_format({"bold": True, "font_size": 13})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e6ecf2"}
    )
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, form.title, bold)
    widths = (34, 22, 16, 52, 30)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    row = 1
    for line in form.lines:
        sheet.merge_range(row, 0, row, len(widths) - 1, "", wrapped)
        sheet.write_string(row, 0, line, wrapped)
        sheet.set_row(row, 15 * sum(1 + len(part) // 140 for part in line.splitlines()))
        row += 1
    row += 1
    for index, cells in enumerate(form.table):
        for column, cell in enumerate(cells):
            sheet.write_string(row + index, column, cell, head if index == 0 else wrapped)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
