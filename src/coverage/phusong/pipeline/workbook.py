"""``tables.xlsx``: every table of a study in one workbook, read from the files that it wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from phusong.language import LANGUAGES
from phusong.reporting.address_labels import FOLDER as LABELS
from phusong.reporting.cell_codes import sentence_words
from phusong.reporting.columns import (
    ColumnFacts,
    column_facts,
    column_words,
    columns_of,
    twins,
)
from phusong.reporting.facts import PRACTICE, Bilingual
from phusong.reporting.products import products_of
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import said
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
from phusong.study import Assumption, Study

WORKBOOK = "tables.xlsx"
PRIORITIES = said("Investment priorities")
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
    tables = {p.path: _table(facts.study, folder / p.path) for p in products}
    left_out = [path for path, table in tables.items() if len(table.cells) > MOST_ROWS]
    language = facts.study.study.language
    words = [in_language(name, "vi" if language == "both" else language)
             for name in (CONTENTS, COLUMNS, ASSUMPTIONS, SOURCES)]  # fmt: skip
    first, *last = words
    kept = [path for path in tables if path not in left_out]
    listed = [product for product in products if product.path in kept]
    names = sheet_names([first, *table_names(listed, language), *last])
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
        (ASSUMPTIONS, ASSUMPTION_HEADINGS, assumption_rows(facts.assumptions, facts.study)),
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


def write_priorities(
    study: Study, file: Path, assumptions: Sequence[Assumption], marking: str = ""
) -> Path:
    """Write the table of priorities as a workbook of its own, with its columns and assumptions.

    Parameters
    ----------
    study
        Its language, operators and currency.
    file
        The CSV file of the priorities.
    assumptions
        Those that the reader may see.
    marking
        Words at the top of each printed page; empty for none.

    Returns
    -------
    pathlib.Path
        The workbook, beside the file.
    """
    language, about = study.study.language, study.study
    table = _table(study, file)
    of_one = "vi" if language == "both" else language
    names = sheet_names([in_language(n, of_one) for n in (PRIORITIES, COLUMNS, ASSUMPTIONS)])
    sheets = [
        _sheet(names[0], PRIORITIES, table, language),
        _words_sheet(names[1], COLUMNS, COLUMN_HEADINGS,
                     column_rows({file.name: table.columns}), language),
        _words_sheet(names[2], ASSUMPTIONS, ASSUMPTION_HEADINGS,
                     assumption_rows(assumptions, study), language),
    ]  # fmt: skip
    practice = in_language(PRACTICE, language) if about.practice_data else ""
    title = in_language(Bilingual(about.title_vi, about.title_en), language)
    made = file.with_suffix(".xlsx")
    write_book(made, Book(title, sheets, marking=marking, practice=practice))
    return made


def _table(study: Study, file: Path) -> _Table:
    cells = read_as_text(file)
    language = study.study.language
    told, columns = cells[columns_of(cells.columns, language)].copy(), []
    for name in told:
        column = column_facts(str(name), cells[name], study)
        if language in LANGUAGES and file.parent.name != _EXPORTS:
            column = _in_words(column, cells, language)
            told[name] = [_told(column, cell, language) for cell in cells[name]]
        else:
            column = replace(column, codes={})
        columns.append(column)
    return _Table(told, tuple(columns))


def _in_words(column: ColumnFacts, cells: pd.DataFrame, language: str) -> ColumnFacts:
    """A column with the words that stand beside its codes, and those without what is plain."""
    beside = sorted(twins(column.name))
    if set(beside) <= set(cells.columns):
        pairs = cells[[column.name, *beside]].drop_duplicates()
        codes = {
            code: Bilingual.made_by(words.__getitem__)
            for code, *told in pairs.itertuples(index=False, name=None)
            for words in [dict(zip([name[-2:] for name in beside], told, strict=True))] if code
        }  # fmt: skip
        single = len(codes) == (pairs[column.name] != "").sum()
        return replace(column, codes=codes if single else {})
    base = column.name.removesuffix(f"_{language}")
    if base != column.name and twins(base) <= {*cells.columns}:
        return replace(column, heading=column_words(base))
    return column


def _told(column: ColumnFacts, cell: str, language: str) -> str:
    """A cell in the language of the workbook."""
    if column.kind != "text":
        return cell
    known = column.codes.get(cell)
    return (sentence_words(column.name, cell) if known is None else known).to(language)


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
