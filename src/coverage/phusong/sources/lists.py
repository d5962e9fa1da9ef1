"""Reading lists as text: CSV, sheets of workbooks and forms, points of vector files."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from phusong.errors import DataError
from phusong.sources.header import listed, refuse_wide, twins_of
from phusong.sources.list_words import named
from phusong.sources.tables import Record, csv_records, raise_faults, text_table, wide_rows
from phusong.sources.towers_workbook import WORKBOOK_SUFFIXES, read_workbook
from phusong.sources.vector_files import VECTOR_SUFFIXES, read_layer
from phusong.texts import plain_text

DATA_SHEET = "Dữ liệu"
"""Sheet of a form that is filled in."""
HEADER_WITHIN = 10
"""Rows at the top among which the names of columns are looked for."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FEWEST_NAMES = 2


def read_text_table(file: Path, *, encoding: str, key: str) -> pd.DataFrame:
    """Read a CSV table, a sheet of a workbook or a vector layer of points as text.

    Parameters
    ----------
    file
        CSV (comma or semicolon), a workbook (see :func:`read_list`), or a vector file whose
        points become the columns ``latitude`` and ``longitude``.
    encoding
        Encoding of a CSV file, for example ``utf-8-sig``.
    key
        Key of the study file that names the table; errors mention it.

    Returns
    -------
    pandas.DataFrame
        Text columns, empty text for missing; the index is the line in the file, so that errors
        can name it.

    Raises
    ------
    DataError
        The file is missing, in another encoding, empty, has a column twice, or a row with more
        cells than the header.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist; check {key}.file in the study file")
    if file.suffix.lower() in VECTOR_SUFFIXES:
        return _points_as_text(file, key)
    if file.suffix.lower() in WORKBOOK_SUFFIXES:
        return read_list(file, key)
    try:
        content = file.read_bytes().decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError(
            f"{file} cannot be read as {encoding} ({error}); save it as UTF-8, or name its "
            f"encoding as {key}.encoding in the study file (for example 'cp1258')"
        ) from None
    if not content.strip():
        raise DataError(f"{file} is empty; a header and at least one row are needed")
    first = content.lstrip().splitlines()[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    header, *rows = csv_records(content, separator, file) or [Record(1, [])]
    if not rows:
        raise DataError(f"{file} has a header but no rows; at least one row is needed")
    return _table(header, rows, file, key)


def read_list(file: Path, key: str = "") -> pd.DataFrame:
    """Read the list of a workbook as text.

    The sheet that is called "Dữ liệu" is read, as in the forms of ``phusong templates``, or the
    only visible one that holds something. Its header is the first row with nothing but names of
    columns such as ``village_id``; without such a row near the top, the first row.

    Parameters
    ----------
    file
        XLSX, XLS or ODS.
    key
        Input that the list is for; its Vietnamese headings are understood, none without it.

    Returns
    -------
    pandas.DataFrame
        Text columns, empty text for missing; the index is the row in the sheet.

    Raises
    ------
    DataError
        The workbook cannot be read, or has no such sheet, no rows or a column twice.
    """
    sheets = {name: rows for name, (rows, shown, _) in read_workbook(file).items() if shown}
    filled = [name for name, rows in sheets.items() if rows]
    name = DATA_SHEET if DATA_SHEET in sheets else filled[0] if len(filled) == 1 else ""
    if not name:
        raise DataError(
            f"{file.name} has {len(filled)} sheets that hold something ({', '.join(filled)}); "
            f"name the list {DATA_SHEET!r}, or save it alone"
        )
    records = [Record(r.line, [plain_text(c) for c in r.cells]) for r in sheets[name]]
    start = header_row(records)
    if len(records) <= start + 1:
        raise DataError(
            f"{file.name}, sheet {name!r} has a header but no rows; at least one row is needed"
        )
    return _table(records[start], records[start + 1 :], file, key)


def is_form(file: Path) -> bool:
    """Whether a workbook is a form of ``phusong templates``.

    Parameters
    ----------
    file
        A workbook.

    Returns
    -------
    bool
        True with a sheet "Dữ liệu" that is shown.
    """
    sheets = read_workbook(file)
    return DATA_SHEET in sheets and sheets[DATA_SHEET][1]


def header_row(records: Sequence[Record]) -> int:
    """Which row holds the names of columns.

    Parameters
    ----------
    records
        Rows of a sheet.

    Returns
    -------
    int
        Index of the first row near the top with nothing but names, at least two; else 0.
    """
    for index, record in enumerate(records[:HEADER_WITHIN]):
        cells = [cell for cell in record.cells if cell]
        if len(cells) >= _FEWEST_NAMES and all(map(_NAME.fullmatch, cells)):
            return index
    return 0


def _table(header: Record, rows: Sequence[Record], file: Path, key: str) -> pd.DataFrame:
    refuse_wide(len(header.cells), line=header.line, file=file)
    titles = named(header.cells, key)
    header = Record(header.line, titles)
    twins = twins_of(titles)
    if twins:
        raise DataError(f"{file.name}: column {listed(twins)} stands twice; keep one")
    raise_faults(wide_rows(header, rows, file))
    return text_table(header, rows).drop(columns="", errors="ignore")


def _points_as_text(file: Path, key: str) -> pd.DataFrame:
    layer = read_layer(file, key=key)
    wgs84 = layer.to_crs("EPSG:4326")
    others = sorted({str(kind or "nothing") for kind in wgs84.geom_type.fillna("")} - {"Point"})
    if others:
        raise DataError(f"{file} holds {', '.join(others)}; every feature must be a point")
    table = pd.DataFrame(wgs84.drop(columns="geometry")).astype("object")
    table["latitude"], table["longitude"] = wgs84.geometry.y, wgs84.geometry.x
    text = table.map(lambda v: "" if pd.isna(v) else plain_text(str(v)))
    text.columns = pd.Index(named([str(title) for title in text.columns], key))
    text.index = pd.RangeIndex(1, len(text) + 1, name="line")
    return text
