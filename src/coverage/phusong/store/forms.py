"""Workbooks that somebody fills in: lists to choose from, open and locked cells, fixed bytes."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from phusong.store.files import write_bytes
from phusong.store.tables import FIXED_TIME

HEADING_ROW = 1
"""Row of the headings, counted from 0; above it stand a few words."""
_A4 = 9
_NARROWEST, _TO_WRITE, _WIDEST, _HEADING_LINES = 9, 24, 44, 3
_MAY = {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
"""What stays allowed on a protected sheet, beside filling in; there is no password."""


@dataclass(frozen=True, eq=False)
class Form:
    """A form to fill in.

    Parameters
    ----------
    sheet
        Name of its sheet.
    words
        What stands above the headings.
    table
        Rows with everything that is known.
    to_fill
        Columns to fill in.
    lists
        Allowed words by column.
    messages
        Words that show when a cell of a column is chosen.
    instructions
        Lines of the second sheet.
    formats
        How numbers of a column are shown, for example ``#,##0``; others stand as they are.
    """

    sheet: str
    words: str
    table: pd.DataFrame = field(repr=False)
    to_fill: Collection[str]
    lists: Mapping[str, Sequence[str]]
    messages: Mapping[str, str]
    instructions: Sequence[str]
    formats: Mapping[str, str] = field(default_factory=dict)


def write_form(file: Path, form: Form) -> None:
    """Write a form as a workbook, the same bytes each time.

    Parameters
    ----------
    file
        Where to.
    form
        What stands in it; texts are never taken for formulas. All but the columns to fill in is
        locked, without a password.
    """
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False, "in_memory": True,
    }  # fmt: skip

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": FIXED_TIME.replace(tzinfo=None), "title": form.words})
        sheet = book.add_worksheet(form.sheet)
        sheet.write_string(0, 0, form.words, book.add_format({"bold": True, "font_size": 13}))
        sheet.set_row(HEADING_ROW, 15 * _HEADING_LINES + 3)
        for column, title in enumerate(map(str, form.table.columns)):
            _column(book, sheet, form, title, column)
            _validate(sheet, form, title, column)
        sheet.freeze_panes(HEADING_ROW + 1, 1)
        sheet.protect("", _MAY)
        second = book.add_worksheet("instructions")
        second.set_column(0, 0, 120)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for row, line in enumerate(form.instructions):
            second.write_string(row, 0, line, wrapped)
        for one in (sheet, second):
            one.set_landscape()
            one.set_paper(_A4)
            one.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADING_ROW)
    write_bytes(file, made.getbuffer())


def _column(book: "xlsxwriter.Workbook", sheet: Any, form: Form, title: str, column: int) -> None:
    """Heading and cells of a column: yellow and open where it is to be filled in."""
    cells = form.table[title]
    is_open = title in form.to_fill
    framed = {"border": 1, "border_color": "#b8b8b8", "valign": "top", "text_wrap": True}
    head = {**framed, "bold": True, "bg_color": "#fbe3c0" if is_open else "#e6ecf2"}
    kind: dict[str, Any] = {"num_format": form.formats.get(title, "General")}
    if is_open:
        kind = {"num_format": "@", "bg_color": "#fff8dc", "locked": False}
    shown = book.add_format({**framed, **kind})
    longest = max((len(_shown(cell, form.formats.get(title, ""))) for cell in cells), default=0)
    wanted = max(longest, *map(len, title.split(" "))) + 2
    narrowest = _TO_WRITE if is_open else _NARROWEST
    sheet.set_column(column, column, min(_WIDEST, max(narrowest, wanted)))
    sheet.write_string(HEADING_ROW, column, title, book.add_format(head))
    for row, value in enumerate(cells, HEADING_ROW + 1):
        if isinstance(value, float) and value != value:  # noqa: PLR0124 — NaN
            sheet.write_blank(row, column, None, shown)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, shown)
        elif value == "":
            sheet.write_blank(row, column, None, shown)
        else:
            sheet.write_string(row, column, str(value), shown)


def _shown(cell: object, number_format: str) -> str:
    """About what a cell looks like, for its width."""
    if isinstance(cell, int | float) and number_format.startswith("#"):
        return f"{cell:,.0f}"
    return str(cell)


def _validate(sheet: "xlsxwriter.worksheet.Worksheet", form: Form, title: str, column: int) -> None:
    first, last = HEADING_ROW + 1, HEADING_ROW + max(1, len(form.table))
    message = form.messages.get(title)
    if title in form.lists:
        sheet.data_validation(
            first, column, last, column,
            {
                "validate": "list", "source": list(form.lists[title]),
                "input_message": message or "", "ignore_blank": True,
            },
        )  # fmt: skip
    elif message:
        sheet.data_validation(
            first, column, last, column, {"validate": "any", "input_message": message}
        )
