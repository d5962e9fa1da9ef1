"""Reading tables: text in, typed columns out, every fault with its file, row and column."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from phusong.errors import DataError, nearest
from phusong.sources.header import MOST_COLUMNS, listed, refuse_wide
from phusong.texts import plain_text

MOST_FAULTS_SHOWN = 20
_DEGREES = frozenset({"latitude", "longitude"})
_COUNTS = frozenset({"people", "households"})
_THOUSANDS = re.compile(r"\d{1,3}([.,]\d{3})+")
_DECIMAL_COMMA = re.compile(r"^(-?\d{1,3}),(\d+)$")


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers: what is possible, and what to do about what is not.

    Parameters
    ----------
    low, high
        Closed range of possible values, in the unit.
    unit
        Unit, for messages.
    required
        Whether every row needs a value.
    remedy
        What to do about a bad cell.
    """

    low: float
    high: float
    unit: str
    required: bool = False
    remedy: str = "correct the value or leave the cell empty"


@dataclass(frozen=True, slots=True)
class Text:
    """A column of text: whether it may be empty, and which values are known.

    Parameters
    ----------
    required
        Whether every row needs a value.
    allowed
        Known values; empty when any text will do.
    remedy
        What to do about a bad cell.
    """

    required: bool = False
    allowed: tuple[str, ...] = ()
    remedy: str = "correct the value"


Columns = Mapping[str, Number | Text]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a table that cannot be used.

    Parameters
    ----------
    line
        Row of the file.
    message
        File, row, column, value, what is allowed and what to do.
    column
        Column; empty when the whole row is meant.
    value
        What stands there, as text.
    """

    line: int
    message: str
    column: str = ""
    value: str = ""


class TableError(DataError):
    """Rows of a table cannot be used; the message shows the first of them.

    Parameters
    ----------
    faults
        All of them, at least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: (f.line, f.message)))
        more = len(self.faults) - MOST_FAULTS_SHOWN
        shown = [fault.message for fault in self.faults[:MOST_FAULTS_SHOWN]]
        super().__init__("\n".join(shown + ([f"… and {more} more"] if more > 0 else [])))


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table and where it stands.

    Parameters
    ----------
    line
        Line of a text file that it begins on, or row of a sheet.
    cells
        Text of each cell.
    """

    line: int
    cells: list[str]


def csv_records(content: str, separator: str, file: Path) -> list[Record]:
    """Rows of a CSV text that hold something, in the one form of Unicode that names have.

    Parameters
    ----------
    content
        The text.
    separator
        What stands between cells.
    file
        Where it is from, for messages.

    Returns
    -------
    list of Record
        Header first.

    Raises
    ------
    DataError
        A quote is not closed, or a row has more cells than any table has columns.
    """
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    records, line = [], 1
    try:
        for row in reader:
            cells = row
            if len(cells) > MOST_COLUMNS:  # empty cells at the end of rows are Excel's, not wrong
                used = max((n for n, cell in enumerate(cells, 1) if cell.strip()), default=0)
                refuse_wide(used, line=line, file=file)
                cells = cells[:used]
            cleaned = [plain_text(cell) for cell in cells]
            if any(cleaned):
                records.append(Record(line, cleaned))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{file} row {line} is not a row of a table: {error}; check quotes and separators"
        ) from None
    return records


def wide_rows(header: Record, rows: Sequence[Record], file: Path) -> list[Fault]:
    """Rows with more cells than the header has columns.

    Parameters
    ----------
    header
        Titles.
    rows
        The rows under it.
    file
        Where they are from, for messages.

    Returns
    -------
    list of Fault
        One for each such row.
    """
    width = len(header.cells)
    return [
        Fault(
            row.line,
            f"{file.name} row {row.line} has {len(row.cells)} cells, the header has {width} "
            f"columns; put text that holds the separator into quotes",
        )
        for row in rows
        if any(row.cells[width:])
    ]


def text_table(header: Record, rows: Sequence[Record]) -> pd.DataFrame:
    """Text columns of records; cells left out at the end of a row are empty.

    Parameters
    ----------
    header
        Titles.
    rows
        The rows under it.

    Returns
    -------
    pandas.DataFrame
        Indexed by line.
    """
    width = len(header.cells)
    return pd.DataFrame(
        [(row.cells + [""] * width)[:width] for row in rows],
        columns=pd.Index(header.cells),
        index=pd.Index([row.line for row in rows], name="line"),
        dtype="str",
    )


def checked(table: pd.DataFrame, columns: Columns, *, file: Path) -> pd.DataFrame:
    """Turn text columns into typed ones, and name every fault at once.

    Parameters
    ----------
    table
        Text columns, indexed by line.
    columns
        What each column may hold; others are left out.
    file
        The table's file, for messages.

    Returns
    -------
    pandas.DataFrame
        The named columns: float64 with NaN for missing numbers, text with empty for missing.

    Raises
    ------
    DataError
        A required column is missing, or cells hold what is not allowed.
    """
    frame, faults = examined(table, columns, file=file)
    raise_faults(faults)
    return frame


def examined(
    table: pd.DataFrame, columns: Columns, *, file: Path
) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn text columns into typed ones, and list what cannot be used.

    Parameters
    ----------
    table
        Text columns, indexed by line.
    columns
        What each column may hold; others are left out.
    file
        The table's file, for messages.

    Returns
    -------
    frame, faults
        The named columns as in :func:`checked`, and every fault.

    Raises
    ------
    DataError
        A required column is missing.
    """
    _refuse_missing(table, columns, file)
    faults: dict[tuple[int, str], Fault] = {}
    typed: dict[str, pd.Series] = {}
    for name, spec in columns.items():
        cells = table[name] if name in table.columns else pd.Series("", index=table.index)
        if isinstance(spec, Number):
            typed[name], wrong = _numbers(cells, name, spec, file)
            faults |= {(fault.line, name): fault for fault in wrong}
        else:
            typed[name] = cells
    frame = pd.DataFrame(typed, index=table.index)
    try:
        _schema(columns).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        for case in errors.failure_cases.itertuples():
            if case.index is None or pd.isna(case.index):
                raise DataError(f"{file.name}: {case.column} {case.check}") from None
            line, name = int(case.index), str(case.column)
            if (line, name) not in faults:
                faults[line, name] = _fault(file, line, name, case.failure_case, columns[name])
    return frame, list(faults.values())


def _refuse_missing(table: pd.DataFrame, columns: Columns, file: Path) -> None:
    missing = [n for n, c in columns.items() if c.required and n not in table.columns]
    if missing and table.columns.empty:
        raise DataError(
            f"{file.name}: column {', '.join(missing)} is missing, no heading is known; rename or "
            "add it. Where letters look wrong (TCVN3, VNI), convert the file to Unicode with UniKey"
        )
    if missing:
        raise DataError(
            f"{file.name}: column {', '.join(missing)} is missing; the header has "
            f"{listed(table.columns)}; rename or add it"
        )


def _numbers(
    cells: pd.Series, name: str, spec: Number, file: Path
) -> tuple["pd.Series[float]", list[Fault]]:
    """A column of numbers, and the cells that are none or could be two."""
    if name in _DEGREES:  # a comma there cannot stand for thousands
        cells = cells.str.replace(_DECIMAL_COMMA, r"\1.\2", regex=True)
    values = pd.to_numeric(cells.where(cells != ""), errors="coerce").astype("float64")
    unread = cells.index[(cells != "") & values.isna()]
    faults = [_fault(file, line, name, cells[line], spec) for line in unread]
    if spec.unit in _COUNTS:
        doubtful = cells.index[cells.str.fullmatch(_THOUSANDS).to_numpy(dtype=bool)]
        faults += [_thousands(file, line, name, cells[line]) for line in doubtful]
    return values, faults


def raise_faults(faults: Sequence[Fault]) -> None:
    """Raise one error for all faults of a table, in the order of its lines.

    Parameters
    ----------
    faults
        Any number.

    Raises
    ------
    TableError
        There is at least one fault.
    """
    if faults:
        raise TableError(faults)


def _fault(file: Path, line: int, name: str, value: object, spec: Number | Text) -> Fault:
    where = f"{file.name} row {line}, column {name}"
    if value is None or value == "" or (isinstance(value, float) and pd.isna(value)):
        return Fault(line, f"{where} is empty, a value is needed; {spec.remedy}", name)
    if isinstance(spec, Number):
        allowed = f"{spec.low:.12g} to {spec.high:.12g} {spec.unit} is allowed"
        message = f"{where} = {value}: {allowed}; {spec.remedy}"
    else:
        allowed = f"allowed are {', '.join(spec.allowed)}"
        near = nearest(value, spec.allowed)
        message = f"{where} = {value!r} is not known{near}: {allowed}; {spec.remedy}"
    return Fault(line, message, name, str(value))


def _thousands(file: Path, line: int, name: str, cell: str) -> Fault:
    """A count such as 1.234, which is a thousand and more where it was written."""
    plain = cell.replace(".", "").replace(",", "")
    return Fault(
        line,
        f"{file.name} row {line}, column {name} = {cell}: one and a bit, or {plain}? Write counts "
        "without marks between their digits",
        name,
        cell,
    )


def _schema(columns: Columns) -> pa.DataFrameSchema:
    fields = {}
    for name, spec in columns.items():
        if isinstance(spec, Number):
            check = pa.Check.in_range(spec.low, spec.high)
            fields[name] = pa.Column("float64", check, nullable=not spec.required)
        else:
            checks = []
            if spec.required:
                checks.append(pa.Check(lambda s: s != "", name="not_empty"))
            if spec.allowed:
                allowed = list(spec.allowed) + ([] if spec.required else [""])
                checks.append(pa.Check.isin(allowed))
            fields[name] = pa.Column(None, checks, nullable=False)
    return pa.DataFrameSchema(fields)
