"""What a workbook of all tables says beside them: contents, columns, assumptions, sources."""

from collections.abc import Mapping, Sequence

from phusong.reporting.columns import ColumnFacts
from phusong.reporting.facts import Bilingual, Source, same
from phusong.reporting.notices import licence_words
from phusong.reporting.pages import Product
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import joined, said, sourced
from phusong.reporting.words import named_assumptions, unit_words
from phusong.study import CHOICE, Assumption, Study

CONTENTS, COLUMNS = said("Contents"), said("Columns")
ASSUMPTIONS, SOURCES = said("Assumptions"), said("Sources and licences")
ROWS, VALUE = said("Rows"), said("Value")
NUMBERS = (ROWS, VALUE)
"""Headings of columns whose cells are numbers."""
Rows = tuple[tuple[Bilingual, ...], ...]

_KINDS = {"text": said("text"), "number": said("number"), "date": said("date")}
_GROUPED = frozenset({"km²", "km", "m", "MHz"})
"""Units whose numbers have their thousands parted."""
_LONGEST_NAME = 31
"""Letters of the name of a sheet."""
_TOO_LONG = said("Too many rows for a sheet: read the CSV file.")
_DETAILS = {
    "plan/priorities.csv": said("Where to build first, for whom, cost and reason."),
}
"""What a table answers where its file is only said to be the same as another one."""
_MADE = said(
    "Every table of the study with the numbers of its CSV file; what is not known is empty, "
    "never zero."
)


def in_language(words: Bilingual, language: str) -> str:
    """Words as a cell of a workbook has them.

    Parameters
    ----------
    words
        The words.
    language
        ``vi``, ``en`` or ``both``.

    Returns
    -------
    str
        One language, or both, each on a line of its own.
    """
    if language != "both":
        return words.to(language)
    vi, en = words.vi, words.en
    return vi if vi == en else f"{vi}\n{en}"


def number_format(column: ColumnFacts) -> str:
    """How a spreadsheet shows the numbers of a column.

    Parameters
    ----------
    column
        What the column holds.

    Returns
    -------
    str
        Code of a number format: as many decimals as the column has, thousands parted for people,
        money and lengths, the unit behind.

    Examples
    --------
    >>> number_format(ColumnFacts("area_km2", same("Area"), same("km²"), "number", 1))
    '#,##0.0" km²"'
    """
    if column.kind != "number":
        return ""
    unit = column.unit
    money = unit.en.isascii() and unit.en.isupper() and len(unit.en) == 3
    grouped = unit.en in _GROUPED or unit.vi != unit.en or money
    digits = (
        f"{'#,##0' if grouped else '0'}{'.' + '0' * column.decimals if column.decimals else ''}"
    )
    shown = unit.en if unit.vi == unit.en and '"' not in unit.en else ""
    behind = "" if shown == "°" else " "
    return f'{digits}"{behind}{shown}"' if shown else digits


def table_names(products: Sequence[Product], language: str) -> list[str]:
    """What the sheets of tables are called.

    Parameters
    ----------
    products
        The tables.
    language
        ``vi``, ``en``, or ``both`` for Vietnamese.

    Returns
    -------
    list of str
        Their titles, cut behind a word where a spreadsheet takes no more letters.

    Examples
    --------
    >>> table_names([Product("table", "a.csv", same("Everything by commune (CSV)"))], "en")
    ['Everything by commune']
    """
    shown = "vi" if language == "both" else language
    return [_cut(titled_as_sheet(product.title).to(shown)) for product in products]


def titled_as_sheet(title: Bilingual) -> Bilingual:
    """Title of a table without the kind of its file, which a sheet is not.

    Parameters
    ----------
    title
        Title of the file.

    Returns
    -------
    Bilingual
        The same without ``(CSV)``.
    """
    return Bilingual.made_by(lambda language: title.to(language).removesuffix(" (CSV)"))


def _cut(title: str) -> str:
    if len(title) <= _LONGEST_NAME:
        return title
    return title[: _LONGEST_NAME + 1].rpartition(" ")[0] or title[:_LONGEST_NAME]


def contents_rows(
    facts: StudyFacts, products: Sequence[Product], rows: Mapping[str, int], left_out: Sequence[str]
) -> Rows:
    """First sheet: what the study is, and a line for each table.

    Parameters
    ----------
    facts
        The study.
    products
        Its tables with their words.
    rows
        Rows of each table by path.
    left_out
        Paths of tables that have too many rows.

    Returns
    -------
    tuple of tuple of Bilingual
        Title, what it answers, number of rows, file.
    """
    return tuple(
        (
            titled_as_sheet(product.title),
            _TOO_LONG
            if product.path in left_out
            else _DETAILS.get(product.path, product.detail or same("")),
            same(str(rows[product.path])),
            same(product.path),
        )
        for product in products
    ) + _about(facts)


def _about(facts: StudyFacts) -> Rows:
    study = facts.study.study
    empty = same("")
    told = [
        (said("Study"), Bilingual(study.title_vi, study.title_en)),
        (said("Question"), Bilingual(study.question_vi, study.question_en)),
        (said("Numbers"), _MADE),
    ]
    if facts.practice is not None:
        told.append((said("Status of the data"), facts.practice))
    if facts.marking:
        told.append((said("Marking"), same(facts.marking)))
    return tuple((name, words, empty, empty) for name, words in told)


CONTENT_HEADINGS = (said("Table"), said("What it answers"), ROWS, said("File"))
COLUMN_HEADINGS = (
    said("Table"), said("Name in the CSV file"), said("Vietnamese"), said("English"),
    said("Unit"), said("Kind of cells"),
    said("Codes in the CSV file"),
)  # fmt: skip
ASSUMPTION_HEADINGS = (said("Assumption"), VALUE, said("Unit"), said("Source"), said("Verified"))
SOURCE_HEADINGS = (
    said("Data"), said("Source, date, file"), said("Licence"), said("Attribution"),
)  # fmt: skip


def column_rows(tables: Mapping[str, Sequence[ColumnFacts]]) -> Rows:
    """Sheet that explains the columns.

    Parameters
    ----------
    tables
        Columns of each table by path.

    Returns
    -------
    tuple of tuple of Bilingual
        One row for each column of each table.
    """
    return tuple(
        (
            same(path), same(column.name), same(column.heading.vi), same(column.heading.en),
            column.unit, _KINDS[column.kind],
            joined((said("{code} = {words}", code=code, words=words)
                    for code, words in column.codes.items()), "; "),
        )
        for path, columns in tables.items()
        for column in columns
    )  # fmt: skip


def assumption_rows(assumptions: Sequence[Assumption], study: Study) -> Rows:
    """Sheet of the assumptions that a reader's results rest on.

    Parameters
    ----------
    assumptions
        Those that a reader may see.
    study
        Names of operators and technologies.

    Returns
    -------
    tuple of tuple of Bilingual
        Name, value, unit, source, whether it was verified.
    """
    return tuple(
        (
            named.name,
            same(f"{assumed.value:.12g}"),
            said("1 yes, 0 no") if assumed.unit == CHOICE else unit_words(assumed.unit),
            sourced(assumed.source) if assumed.source else said("no source"),
            said("yes") if assumed.verified else said("no"),
        )
        for named, assumed in zip(named_assumptions(assumptions, study), assumptions, strict=True)
    )


def source_rows(sources: Sequence[Source]) -> Rows:
    """Sheet of the data sources with their licences.

    Parameters
    ----------
    sources
        Where the inputs come from.

    Returns
    -------
    tuple of tuple of Bilingual
        Name, source, licence and attribution.
    """
    return tuple(
        (
            source.name, sourced(source.detail),
            licence_words(source.licence), sourced(source.attribution),
        )
        for source in sources
    )  # fmt: skip
