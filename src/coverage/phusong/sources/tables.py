"""Reading tables: text in, typed columns out, every fault with its file, row and column."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
from pyogrio.errors import DataSourceError

from phusong.errors import DataError

MOST_FAULTS_SHOWN = 20
VECTOR_SUFFIXES = frozenset({".gpkg", ".geojson", ".json", ".shp", ".fgb", ".kml"})


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


def read_text_table(file: Path, *, encoding: str, key: str) -> pd.DataFrame:
    """Read a CSV table or a vector layer of points as text.

    Parameters
    ----------
    file
        CSV (comma or semicolon), or a vector file whose points become the columns
        ``latitude`` and ``longitude``.
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
    try:
        content = file.read_bytes().decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError(
            f"{file} cannot be read as {encoding} ({error}); save it as UTF-8, or name its "
            f"encoding as {key}.encoding in the study file (for example 'cp1258')"
        ) from None
    if not content.strip():
        raise DataError(f"{file} is empty; a header and at least one row are needed")
    header, *rows = _records(content, file)
    if not rows:
        raise DataError(f"{file} has a header but no rows; at least one row is needed")
    titles = header.cells
    twins = sorted({t for t in titles if t and titles.count(t) > 1})
    if twins:
        raise DataError(f"{file.name}: column {', '.join(twins)} stands twice; keep one")
    width = len(titles)
    raise_faults(
        [
            (
                row.line,
                f"{file.name} row {row.line} has {len(row.cells)} cells, the header has {width} "
                f"columns; put text that holds the separator into quotes",
            )
            for row in rows
            if any(row.cells[width:])
        ]
    )
    return pd.DataFrame(
        [(row.cells + [""] * width)[:width] for row in rows],
        columns=pd.Index(titles),
        index=pd.Index([row.line for row in rows], name="line"),
        dtype="str",
    ).drop(columns="", errors="ignore")


@dataclass(frozen=True, slots=True)
class _Record:
    """A row of a CSV file and the line that it begins on."""

    line: int
    cells: list[str]


def _records(content: str, file: Path) -> list[_Record]:
    """Rows that hold something, header first; text in the one form of Unicode that names have."""
    header = content.lstrip().splitlines()[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            cleaned = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
            if any(cleaned):
                records.append(_Record(line, cleaned))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{file} row {line} is not a row of a table: {error}; check quotes and separators"
        ) from None
    return records


def _points_as_text(file: Path, key: str) -> pd.DataFrame:
    layer = read_layer(file, key=key)
    wgs84 = layer.to_crs("EPSG:4326")
    others = sorted({str(kind or "nothing") for kind in wgs84.geom_type.fillna("")} - {"Point"})
    if others:
        raise DataError(f"{file} holds {', '.join(others)}; every feature must be a point")
    table = pd.DataFrame(wgs84.drop(columns="geometry")).astype("object")
    table["latitude"], table["longitude"] = wgs84.geometry.y, wgs84.geometry.x
    text = table.map(lambda v: "" if pd.isna(v) else unicodedata.normalize("NFC", str(v).strip()))
    text.index = pd.RangeIndex(1, len(text) + 1, name="line")
    return text


def read_layer(file: Path, *, key: str) -> gpd.GeoDataFrame:
    """Read a vector layer that has a CRS and at least one feature.

    Parameters
    ----------
    file
        GeoPackage, GeoJSON, shapefile or another vector file.
    key
        Key of the study file that names it; errors mention it.

    Returns
    -------
    geopandas.GeoDataFrame
        The features, in the file's CRS.

    Raises
    ------
    DataError
        The file is missing, unreadable, empty or without a CRS.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist; check {key}.file in the study file")
    try:
        layer = gpd.read_file(file)
    except (DataSourceError, ValueError) as error:
        raise DataError(
            f"{file} cannot be read as a vector layer ({error}); "
            "allowed: GeoPackage, GeoJSON, shapefile"
        ) from None
    if not isinstance(layer, gpd.GeoDataFrame) or layer.empty:
        raise DataError(f"{file} has no features; at least one is needed")
    if layer.crs is None:
        raise DataError(f"{file} has no CRS; write one into it, for example EPSG:4326")
    return layer


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
    missing = [n for n, c in columns.items() if c.required and n not in table.columns]
    if missing:
        raise DataError(
            f"{file.name}: column {', '.join(missing)} is missing; "
            f"the header has {', '.join(table.columns)}; rename or add it"
        )
    faults: list[tuple[int, str]] = []
    typed: dict[str, pd.Series] = {}
    for name, spec in columns.items():
        cells = table[name] if name in table.columns else pd.Series("", index=table.index)
        if isinstance(spec, Number):
            values = pd.to_numeric(cells.where(cells != ""), errors="coerce").astype("float64")
            odd = table.index[(cells != "") & values.isna()]
            faults += [(line, _fault(file, line, name, cells[line], spec)) for line in odd]
            typed[name] = values
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
            if not any(f"row {line}, column {name} " in fault for _, fault in faults):
                faults.append((line, _fault(file, line, name, case.failure_case, columns[name])))
    raise_faults(faults)
    return frame


def raise_faults(faults: Sequence[tuple[int, str]]) -> None:
    """Raise one error for all faults of a table, in the order of its lines.

    Parameters
    ----------
    faults
        Line and message of each.

    Raises
    ------
    DataError
        There is at least one fault.
    """
    if not faults:
        return
    lines = [message for _, message in sorted(faults)]
    more = len(lines) - MOST_FAULTS_SHOWN
    shown = lines[:MOST_FAULTS_SHOWN] + ([f"… and {more} more"] if more > 0 else [])
    raise DataError("\n".join(shown))


def _fault(file: Path, line: int, name: str, value: object, spec: Number | Text) -> str:
    where = f"{file.name} row {line}, column {name}"
    if value is None or value == "" or (isinstance(value, float) and pd.isna(value)):
        return f"{where} is empty, a value is needed; {spec.remedy}"
    if isinstance(spec, Number):
        allowed = f"{spec.low:g} to {spec.high:g} {spec.unit} is allowed"
        return f"{where} = {value}: {allowed}; {spec.remedy}"
    return f"{where} = {value!r} is not known: allowed are {', '.join(spec.allowed)}; {spec.remedy}"


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
