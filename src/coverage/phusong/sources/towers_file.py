"""A tower list in whatever file it comes: text cells under the headings of the file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from phusong.errors import DataError
from phusong.geo.network import Change
from phusong.sources.header import MOST_COLUMNS, listed, refuse_wide, twins_of
from phusong.sources.lists import DATA_SHEET
from phusong.sources.tables import Fault, Record, csv_records, text_table, wide_rows
from phusong.sources.towers_encoding import decoded
from phusong.sources.towers_kml import read_kml
from phusong.sources.towers_words import fold, meaning
from phusong.sources.towers_workbook import WORKBOOK_SUFFIXES, read_workbook
from phusong.sources.vector_files import VECTOR_SUFFIXES, read_layer
from phusong.store.plain_paths import plainly_named
from phusong.study import TowerInput
from phusong.texts import plain_text

KEY = "inputs.towers"
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".gz"})
SEPARATORS = (",", ";", "\t", "|")
HEADER_WITHIN = 20
"""Rows at the top among which the header is looked for."""
FEWEST_HEADINGS = 2
DUMP_COLUMNS = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples",
    "changeable", "created", "updated", "averageSignal",
)  # fmt: skip
"""OpenCelliD's columns; its files by country have no header."""
_DUMP_START = re.compile(r"(GSM|UMTS|LTE|NR|CDMA)$")
_HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")


@dataclass(frozen=True)
class Sheet:
    """A table of text, as it stands in a file.

    Parameters
    ----------
    table
        Text columns under the file's headings; the index is the row in the file.
    changes
        What was done to read it.
    faults
        Rows that cannot be used.
    """

    table: pd.DataFrame
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def read_sheet(file: Path, section: TowerInput) -> Sheet:
    """Read a tower list or a cell dump as text.

    Parameters
    ----------
    file
        CSV, XLSX, GeoPackage, GeoJSON, KML or another vector file of points.
    section
        Its encoding, sheet and headings.

    Returns
    -------
    Sheet
        Points of a vector file have the columns ``latitude`` and ``longitude``.

    Raises
    ------
    DataError
        The file is missing or of an unknown kind, or cannot be read as a table.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist; check {KEY}.file in the study file")
    suffix = file.suffix.lower()
    own = {fold(title): column for title, column in section.columns.items()}
    if suffix in WORKBOOK_SUFFIXES:
        sheets = read_workbook(file)
        return _chosen(sheets, section, own, file)
    if suffix == ".kml":
        return _cleaned(*read_kml(file), own, file)
    if suffix in VECTOR_SUFFIXES:
        return _layer(file, section)
    if suffix not in TEXT_SUFFIXES:
        raise DataError(
            f"{file} is of no known kind; allowed are CSV, XLSX, GeoPackage, GeoJSON and KML "
            "(unzip a KMZ), told by the ending of the name"
        )
    return _text(file, section, own)


def _text(file: Path, section: TowerInput, own: Mapping[str, str]) -> Sheet:
    content, encoding = decoded(file, section.encoding, KEY)
    if not content.strip():
        raise DataError(f"{file} is empty; a header and at least one row are needed")
    separator = _separator(content, own)
    records = csv_records(content, separator, file)
    if records and records[0].cells[0].lower().startswith("sep="):
        records = records[1:]
    changes = []
    if encoding not in {"utf-8", "utf-8-sig"}:
        changes.append(Change("encoding", "", 1, f"the file is read as {encoding}"))
    return _cleaned(records, changes, own, file)


def _separator(content: str, own: Mapping[str, str]) -> str:
    """What stands between cells: named by Excel's first line, or what makes most headings."""
    lines = content.lstrip().splitlines()[:HEADER_WITHIN]
    first = lines[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) > len("sep="):
        return first[len("sep=")]

    def headings(separator: str) -> tuple[int, int]:
        rows = [
            [cell.strip(' "') for cell in line.split(separator)[:MOST_COLUMNS]] for line in lines
        ]
        known = max(sum(meaning(cell, own) is not None for cell in row) for row in rows)
        return known, first.count(separator)

    return max(SEPARATORS, key=headings)


def _chosen(
    sheets: Mapping[str, tuple[list[Record], bool, list[Change]]],
    section: TowerInput,
    own: Mapping[str, str],
    file: Path,
) -> Sheet:
    """The sheet that the study names, or the only one that looks like a tower list."""
    if section.sheet:
        if section.sheet not in sheets:
            raise DataError(
                f"{file.name} has no sheet {section.sheet!r}; it has {', '.join(sheets)}; "
                f"correct {KEY}.sheet in the study file"
            )
        name = section.sheet
    else:
        shown = {n: rows for n, (rows, visible, _) in sheets.items() if visible and rows}
        likely = [n for n, rows in shown.items() if _header(rows, own)[1] >= FEWEST_HEADINGS]
        fits = likely if likely or len(shown) != 1 else list(shown)
        fits = [DATA_SHEET] if DATA_SHEET in shown else fits  # a form, with an example beside it
        if len(fits) != 1:
            raise DataError(
                f"{file.name}: {'no sheet' if not fits else 'more than one sheet'} looks like a "
                f"tower list ({', '.join(fits or sheets) or 'the workbook is empty'}); name it "
                f"as {KEY}.sheet in the study file"
            )
        name = fits[0]
    records, _, changes = sheets[name]
    if len(sheets) > 1:
        changes = [*changes, Change("sheet", "", 1, f"sheet {name!r} of {len(sheets)} is read")]
    return _cleaned(records, changes, own, file)


def _header(records: Sequence[Record], own: Mapping[str, str]) -> tuple[int, int]:
    """Index of the row that holds most known headings, and how many."""
    scores = [
        sum(meaning(cell, own) is not None for cell in record.cells[:MOST_COLUMNS] if cell)
        for record in records[:HEADER_WITHIN]
    ]
    best = max(scores, default=0)
    return (scores.index(best) if best >= FEWEST_HEADINGS else 0), best


def _cleaned(
    records: Sequence[Record], changes: Sequence[Change], own: Mapping[str, str], file: Path
) -> Sheet:
    """Find the header, clean the cells, and make a table of it."""
    changes = list(changes)
    if not records:
        raise DataError(f"{file} is empty; a header and at least one row are needed")
    first = [cell.strip() for cell in records[0].cells]
    if _DUMP_START.match(first[0]) and len(first) >= len(DUMP_COLUMNS) - 1:
        titles, rows = list(DUMP_COLUMNS[: len(first)]), list(records)
        changes.append(Change("header", "", 1, "a cell dump without a header: OpenCelliD's order"))
        header = Record(0, titles)
    else:
        index, _ = _header(records, own)
        header, rows = records[index], list(records[index + 1 :])
        if index:
            example = f"the header is row {header.line}; {index} row(s) above it are not read"
            changes.append(Change("header", "", index, example))
    if not rows:
        raise DataError(f"{file} has a header but no rows; at least one row is needed")
    refuse_wide(len(header.cells), line=header.line, file=file)
    titles = [_plain(title) for title in header.cells]
    _refuse_twins(titles, own, file)
    header = Record(header.line, [t or f"column {n}" for n, t in enumerate(titles, 1)])
    faults = wide_rows(header, rows, file)
    table = text_table(header, rows)
    for title in table.columns:
        cells = table[title].map(_plain)
        odd = table.index[cells != table[title]]
        if len(odd):
            example = f"row {odd[0]}: {table[title][odd[0]]!r} read as {cells[odd[0]]!r}"
            changes.append(Change("hidden characters", title, len(odd), example))
            table[title] = cells
    nameless = [f"column {n}" for n, t in enumerate(titles, 1) if not t]
    table = table.drop(columns=[n for n in nameless if (table[n] == "").all()])
    return Sheet(table, tuple(changes), tuple(faults))


def _refuse_twins(titles: Sequence[str], own: Mapping[str, str], file: Path) -> None:
    """A heading may stand twice only when nothing is read from it."""
    twins = twins_of(titles)
    known = [title for title in twins if meaning(title, own) is not None]
    if known or twins:
        raise DataError(f"{file.name}: column {listed(known or twins)} stands twice; keep one")


def _plain(cell: str) -> str:
    """A cell without invisible characters, odd spaces and Excel's text mark."""
    cell = _SPACES.sub(" ", _HIDDEN.sub("", cell)).strip()
    if cell.startswith("'") and not cell.endswith("'"):
        cell = cell[1:].strip()
    return plain_text(cell)


def _layer(file: Path, section: TowerInput) -> Sheet:
    """Points of a vector file; a feature without a point is a fault of its row."""
    name = _layer_name(file, section)
    layer = read_layer(file, key=KEY, layer=name, crs=section.crs)
    wgs84 = layer.to_crs("EPSG:4326")
    point = (wgs84.geom_type == "Point") & ~wgs84.geometry.is_empty
    table = pd.DataFrame(wgs84.drop(columns=wgs84.geometry.name)).astype("object")
    table["latitude"] = wgs84.geometry.where(point).y
    table["longitude"] = wgs84.geometry.where(point).x
    text = table.map(lambda value: "" if pd.isna(value) else _plain(str(value)))
    text.index = pd.RangeIndex(1, len(text) + 1, name="line")
    faults = [
        Fault(
            line,
            f"{file.name} row {line}, column geometry = {kind}: every feature must "
            "be a point; give the mast's own point",
            "geometry",
            kind,
        )
        for line, kind, good in zip(
            text.index, wgs84.geom_type.fillna("nothing"), point, strict=True
        )
        if not good
    ]
    return Sheet(text, faults=tuple(faults))


def _layer_name(file: Path, section: TowerInput) -> str | None:
    try:
        with plainly_named(file) as place:
            names = [str(name) for name in pyogrio.list_layers(place)[:, 0]]
    except (DataSourceError, ValueError):
        return None  # reading says what is wrong
    if section.sheet and section.sheet not in names:
        raise DataError(
            f"{file.name} has no layer {section.sheet!r}; it has {', '.join(names)}; correct "
            f"{KEY}.sheet in the study file"
        )
    if len(names) > 1 and not section.sheet:
        raise DataError(
            f"{file.name} has {len(names)} layers ({', '.join(names)}); name the one of the "
            f"towers as {KEY}.sheet in the study file"
        )
    return section.sheet or None
