"""Sheets of a workbook as records: merged cells filled down, every cell as text."""

import datetime
import zipfile
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from phusong.errors import DataError
from phusong.geo.network import Change
from phusong.sources.tables import Record
from phusong.sources.workbook_extent import MOST_CELLS, most_cells

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
LARGEST_BYTES = 1_000_000_000
"""Most that the parts of a workbook may hold when they are unpacked."""


def read_workbook(file: Path) -> dict[str, tuple[list[Record], bool, list[Change]]]:
    """Read every sheet of a workbook.

    Parameters
    ----------
    file
        XLSX, XLSM, XLS or ODS.

    Returns
    -------
    dict
        By name: rows that hold something (rows counted as the program shows them), whether the
        sheet is visible, and what was done to read it. Formulas give their stored values.

    Raises
    ------
    DataError
        The file is no workbook, needs a password, or is too large.
    """
    refuse_huge(file)
    try:
        book = CalamineWorkbook.from_path(file)
        visible = {
            sheet.name: sheet.visible == SheetVisibleEnum.Visible for sheet in book.sheets_metadata
        }
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise DataError(
            f"{file} cannot be read as a workbook ({error}); open it, take away any password, "
            "and save it as XLSX or as CSV in UTF-8"
        ) from None
    found = {}
    for name, sheet in sheets.items():
        records, changes = _records(sheet)
        found[name] = (records, visible[name], changes)
    return found


def refuse_huge(file: Path) -> None:
    """Refuse a workbook that would fill the memory when it is unpacked.

    Parameters
    ----------
    file
        Any workbook; what is no archive of parts is left to its reader.

    Raises
    ------
    DataError
        Its parts hold more than ``LARGEST_BYTES``, or a cell stands too far away.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(part.file_size for part in archive.infolist())
            cells = most_cells(archive) if size <= LARGEST_BYTES else 0
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return  # an old workbook, or none: reading says so
    if size > LARGEST_BYTES:
        raise DataError(
            f"{file} unpacks to {size / 1e9:.1f} GB, at most {LARGEST_BYTES / 1e9:g} GB is "
            "allowed; save the list alone as CSV"
        )
    if cells > MOST_CELLS:
        raise DataError(
            f"{file}: a sheet reaches over {cells:,} cells, at most {MOST_CELLS:,} are read; "
            "delete what is below and to the right of the list, or save the list alone as CSV"
        )


def _records(sheet: CalamineSheet) -> tuple[list[Record], list[Change]]:
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    filled, example = 0, ""
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom >= len(rows) or left >= len(rows[top]):
            continue
        for row in range(top + 1, bottom + 1):
            rows[row][left] = rows[top][left]
            filled += 1
            example = example or f"row {row + 1}: {rows[top][left]!r} taken from row {top + 1}"
    changes = [Change("merged cells", "", filled, example)] if filled else []
    numbered = (Record(line, cells) for line, cells in enumerate(rows, 1))
    return [record for record in numbered if any(record.cells)], changes


def _text(cell: object) -> str:
    """A cell as a person would type it; whole numbers without a decimal point."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell).strip()
