"""``tables.xlsx``: every table of a study in one workbook, read from the files that it wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from phusong.language import LANGUAGES
from phusong.reporting.address_labels import FOLDER as LABELS
from phusong.reporting.columns import ColumnFacts, column_facts, columns_of
from phusong.reporting.facts import Bilingual
from phusong.reporting.products import products_of
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.workbook import (
    ASSUMPTION_HEADINGS,
    ASSUMPTIONS,
    COLUMN_HEADINGS,
    COLUMNS,
    CONTENT_HEADINGS,
    CONTENTS,
    NUMBERS,
    SOURCE_HEADINGS,
    SOURCES,
    Rows,
    assumption_rows,
    column_rows,
    contents_rows,
    in_language,
    number_format,
    source_rows,
    table_names,
)
from phusong.store.tables import read_as_text
from phusong.store.workbooks import (
    MOST_ROWS,
    Book,
    BookSheet,
    SheetColumn,
    sheet_names,
    write_book,
)

WORKBOOK = "tables.xlsx"
_EXPORTS = "export"
"""Folder of what planning tools read, whose words are theirs."""


@dataclass(frozen=True, eq=False)
class _Table:
    """A table as its file has it, and what its columns hold."""

    cells: pd.DataFrame
    columns: tuple[ColumnFacts, ...]


def write_workbook(facts: StudyFacts, folder: Path, paths: Sequence[str]) -> Path:
    """Write every table of a folder into one workbook.

    The tables are read from their CSV files, so that a workbook holds what its reader has anyway.
    Lists behind printed labels are left out: the table of address codes has their rows.

    Parameters
    ----------
    facts
        The study, cut down to its reader.
    folder
        Where the files are, and where the workbook goes.
    paths
        Files of the folder; those that are no tables are passed over.

    Returns
    -------
    pathlib.Path
        ``tables.xlsx``.
    """
    chosen = [p for p in paths if p.endswith(".csv") and not p.startswith(f"{LABELS}/")]
    products = products_of(facts.study, dict.fromkeys(chosen))
    tables = {p.path: _table(facts, folder / p.path) for p in products}
    left_out = [path for path, table in tables.items() if len(table.cells) > MOST_ROWS]
    language = facts.study.study.language
    words = [in_language(name, "vi" if language == "both" else language)
             for name in (CONTENTS, COLUMNS, ASSUMPTIONS, SOURCES)]  # fmt: skip
    first, *last = words
    kept = [path for path in tables if path not in left_out]
    names = sheet_names([first, *table_names(kept), *last])
    sheet_of = dict(zip(kept, names[1:], strict=False))
    contents = contents_rows(
        facts, products, {path: len(table.cells) for path, table in tables.items()}, left_out
    )
    links = {i: sheet_of[p.path] for i, p in enumerate(products) if p.path in sheet_of}
    titles = {product.path: product.title for product in products}
    sheets = [_words_sheet(names[0], CONTENTS, CONTENT_HEADINGS, contents, language, links)]
    sheets += [_sheet(sheet_of[path], titles[path], tables[path], language) for path in kept]
    beside: tuple[tuple[Bilingual, tuple[Bilingual, ...], Rows], ...] = (
        (COLUMNS, COLUMN_HEADINGS, column_rows({p: t.columns for p, t in tables.items()})),
        (ASSUMPTIONS, ASSUMPTION_HEADINGS, assumption_rows(facts)),
        (SOURCES, SOURCE_HEADINGS, source_rows(facts.sources)),
    )
    for name, (title, headings, rows) in zip(names[-len(beside) :], beside, strict=True):
        sheets.append(_words_sheet(name, title, headings, rows, language))
    study = facts.study.study
    practice = "" if facts.practice is None else in_language(facts.practice, language)
    whole = in_language(Bilingual(study.title_vi, study.title_en), language)
    file = folder / WORKBOOK
    write_book(file, Book(whole, sheets, marking=facts.marking, practice=practice))
    return file


def _table(facts: StudyFacts, file: Path) -> _Table:
    cells = read_as_text(file)
    language = facts.study.study.language
    cells = cells[columns_of(cells.columns, language)]
    columns = []
    for name in cells:
        column = column_facts(str(name), cells[name], facts.study)
        twin = f"{name}_{language}" in cells  # the same in words stands beside the codes
        if file.parent.name == _EXPORTS or twin or language not in LANGUAGES:
            column = replace(column, codes={})
        columns.append(column)
    said = {c.name: {code: words.to(language) for code, words in c.codes.items()} for c in columns}
    told = cells.assign(**{name: cells[name].map(words | {"": ""})
                           for name, words in said.items() if words})  # fmt: skip
    return _Table(told, tuple(columns))


def _sheet(name: str, title: Bilingual, table: _Table, language: str) -> BookSheet:
    columns = [
        SheetColumn(in_language(c.titled, language), c.kind, number_format(c))
        for c in table.columns
    ]
    rows = list(table.cells.itertuples(index=False, name=None))
    return BookSheet(name, in_language(title, language), columns, rows)


def _words_sheet(
    name: str,
    title: Bilingual,
    headings: Sequence[Bilingual],
    rows: Rows,
    language: str,
    links: Mapping[int, str] | None = None,
) -> BookSheet:
    columns = [
        SheetColumn(in_language(words, language), "number" if words in NUMBERS else "text")
        for words in headings
    ]
    cells = [tuple(in_language(cell, language) for cell in row) for row in rows]
    return BookSheet(name, in_language(title, language), columns, cells, links or {})
