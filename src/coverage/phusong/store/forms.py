"""Workbooks that somebody fills in: lists to choose from, cells that stay text, fixed bytes."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import xlsxwriter

from phusong.store.files import write_bytes
from phusong.store.tables import FIXED_TIME

HEADING_ROW = 1
"""Row of the headings, counted from 0; above it stand a few words."""


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
        Rows with everything that is known; columns to fill in are empty.
    lists
        Allowed words by column.
    messages
        Words that show when a cell of a column is chosen.
    instructions
        Lines of the second sheet.
    """

    sheet: str
    words: str
    table: pd.DataFrame = field(repr=False)
    lists: Mapping[str, Sequence[str]]
    messages: Mapping[str, str]
    instructions: Sequence[str]


def write_form(file: Path, form: Form) -> None:
    """Write a form as a workbook, the same bytes each time.

    Parameters
    ----------
    file
        Where to.
    form
        What stands in it; texts are never taken for formulas.
    """
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False, "in_memory": True,
    }  # fmt: skip

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": FIXED_TIME.replace(tzinfo=None)})
        sheet = book.add_worksheet(form.sheet)
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        to_fill = book.add_format({"num_format": "@", "bg_color": "#fff8dc"})
        as_text = book.add_format({"num_format": "@"})
        sheet.write_string(0, 0, form.words, bold)
        sheet.set_row(HEADING_ROW, 45)
        for column, title in enumerate(form.table.columns):
            open_cells = bool((form.table[title].astype(str) == "").all())
            sheet.set_column(
                column, column, min(40, max(14, len(str(title)) // 2 + 4)),
                to_fill if open_cells else as_text,
            )  # fmt: skip
            sheet.write_string(HEADING_ROW, column, str(title), bold)
            for row, value in enumerate(form.table[title], HEADING_ROW + 1):
                if isinstance(value, int | float) and value == value:  # noqa: PLR0124 — NaN
                    sheet.write_number(row, column, value)
                elif not isinstance(value, float):
                    sheet.write_string(row, column, str(value))
            _validate(sheet, form, str(title), column)
        sheet.freeze_panes(HEADING_ROW + 1, 1)
        second = book.add_worksheet("instructions")
        second.set_column(0, 0, 120)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for row, line in enumerate(form.instructions):
            second.write_string(row, 0, line, wrapped)
    write_bytes(file, made.getbuffer())


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
