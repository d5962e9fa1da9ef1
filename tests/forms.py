"""Response forms filled in as another spreadsheet program would."""

from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

HEADING = 2
"""Row of the headings, counted from 1."""


def cells_of(form: Path) -> list[list[Any]]:
    """Cells of the sheet to fill in."""
    return CalamineWorkbook.from_path(str(form)).get_sheet_by_name("response").to_python()


def fill(form: Path, target: Path, answers: dict[int, dict[str, Any]]) -> Path:
    """Fill in rows of a form, counted from 0, and save it."""
    cells = cells_of(form)
    columns = [str(title).rpartition("/")[2].strip() for title in cells[HEADING - 1]]
    for row, given in answers.items():
        for name, value in given.items():
            cells[HEADING + row][columns.index(name)] = value
    options = {"strings_to_formulas": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("response")
        for row, line in enumerate(cells):
            sheet.write_row(row, 0, line)
    return target
