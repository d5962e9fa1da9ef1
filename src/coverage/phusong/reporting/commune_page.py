"""A page for each commune, and one that puts them side by side."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

import pandas as pd

from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG
from phusong.reporting.basis_words import basis_findings
from phusong.reporting.commune_figures import commune_picture, communes_picture
from phusong.reporting.commune_lines import lines_table
from phusong.reporting.commune_tables import (
    comparison_table,
    coverage_table,
    criterion_table,
    options_table,
    villages_table,
    white_zone_table,
)
from phusong.reporting.commune_words import commune_findings, what_would_change
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual, Picture, same
from phusong.reporting.gap_tables import criterion_overview, official_table
from phusong.reporting.inlining import asset
from phusong.reporting.page_tables import PageTable, figure_html, table_html
from phusong.reporting.pages import KeyNumber, card_html, listed
from phusong.reporting.plan_lines import plan_tables
from phusong.reporting.policy import closed
from phusong.reporting.ranges import ends_of, village_row
from phusong.reporting.shell import document, printed_margins
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.study_index import standing_warnings
from phusong.reporting.wording import said

FOLDER = "communes"
COMPARISON = f"{FOLDER}/index.html"
_LONGEST_NAME = 60
"""Letters of a commune's name in that of its page's file: disks take 255 bytes, paths more."""


@dataclass(frozen=True)
class CommuneContent:
    """Everything that the page of a commune says, or that of all of them.

    Parameters
    ----------
    title
        Name and code.
    study_title
        Name of the study.
    practice
        Words of the banner when practice data went in, else None.
    marking
        Words that stand on each page; empty for none.
    links
        Where else to go: address and words.
    key_numbers
        A handful of numbers.
    findings
        What was found, in sentences.
    picture
        The commune, or all of them.
    tables
        What is known, table by table.
    changes
        What would change it.
    warnings
        What a reader must know.
    wide
        Whether the sheet on screen is as wide as a table of many columns.
    language
        What the page shows first: ``vi``, ``en`` or ``both``.
    """

    title: Bilingual
    study_title: Bilingual
    practice: Bilingual | None
    marking: str
    links: tuple[tuple[str, Bilingual], ...]
    key_numbers: tuple[KeyNumber, ...]
    findings: tuple[Bilingual, ...]
    picture: Picture
    tables: tuple[PageTable, ...]
    changes: tuple[Bilingual, ...]
    warnings: tuple[Bilingual, ...]
    wide: bool = False
    language: str = "vi"


def commune_file(code: str, name: str) -> str:
    """Where the page of a commune lies, relative to the index.

    Parameters
    ----------
    code, name
        Of the commune.

    Returns
    -------
    str
        In plain letters, the code first.

    Examples
    --------
    >>> commune_file("02764", "Dìn Chin")
    'communes/02764-din-chin.html'
    """
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    words = re.sub("[^a-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
    return f"{FOLDER}/{code}-{words}.html" if words else f"{FOLDER}/{code}.html"


def commune_titles(facts: StudyFacts) -> dict[str, Bilingual]:
    """Every page and what it is called, in the order of the communes.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    dict
        Words by file.
    """
    names = facts.places.communes.names
    pages = {commune_file(code, name): same(f"{name} ({code})") for code, name in names.items()}
    return {COMPARISON: said("The communes side by side"), **pages}


def commune_page(facts: StudyFacts, code: str) -> str:
    r"""Write the page of one commune.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.
    """
    name = facts.places.communes.names[code]
    study = facts.study.study
    tables = [villages_table(facts, code)] if len(facts.gaps.villages) else []
    tables += [coverage_table(facts, code), white_zone_table(facts, code)]
    if facts.priorities is not None:
        tables.append(options_table(facts, code))
    tables += [
        table
        for table in (criterion_table(facts, code), lines_table(facts, code))
        if table is not None
    ]
    return _page(
        CommuneContent(
            title=same(f"{name} ({code})"),
            study_title=Bilingual(study.title_vi, study.title_en),
            practice=facts.practice,
            marking=facts.marking,
            language=study.language,
            links=_links(facts, code),
            key_numbers=_numbers(facts, code),
            findings=(
                *basis_findings(facts.study, facts.gaps.basis, facts.technology),
                *commune_findings(facts, code),
            ),
            picture=commune_picture(facts, code),
            tables=tuple(tables),
            changes=what_would_change(facts, code),
            warnings=standing_warnings(facts.study, facts.places),
        )
    )


def comparison_page(facts: StudyFacts) -> str:
    r"""Write the page that puts all communes side by side.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.
    """
    study = facts.study.study
    pages = {file: words for file, words in commune_titles(facts).items() if file != COMPARISON}
    return _page(
        CommuneContent(
            title=commune_titles(facts)[COMPARISON],
            wide=True,
            study_title=Bilingual(study.title_vi, study.title_en),
            practice=facts.practice,
            marking=facts.marking,
            language=study.language,
            links=(_UP, *((_here(file), words) for file, words in pages.items())),
            key_numbers=(),
            findings=basis_findings(facts.study, facts.gaps.basis, facts.technology),
            picture=communes_picture(facts),
            tables=comparison_tables(facts),
            changes=(),
            warnings=standing_warnings(facts.study, facts.places),
        )
    )


def comparison_tables(facts: StudyFacts) -> tuple[PageTable, ...]:
    """All communes side by side: signal, official figures, criterion 8, the plan's other lines.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    tuple of PageTable
        Only those that the study can fill.
    """
    gaps, names = facts.gaps, dict(facts.places.communes.names)
    tables = [comparison_table(facts)]
    if "population_official" in gaps.communes:
        tables.append(official_table(facts.study, gaps.communes))
    if "commune_code" in gaps.criterion8:
        tables.append(criterion_overview(gaps.criterion8))
    return (*tables, *plan_tables(gaps, names))


_WIDE = (
    "@media screen { header.brief, main, nav.commune { max-width: 290mm; } "
    "figure img { max-height: none; width: 100%; } }"
)
_UP = ("../index.html", said("Index"))
_CHANGES = said("What would change it")
_KNOWN = said("Results")
_MIND = said("Mind this")


def _here(file: str) -> str:
    return file.removeprefix(f"{FOLDER}/")


def _links(facts: StudyFacts, code: str) -> tuple[tuple[str, Bilingual], ...]:
    """Up, across, and to the communes before and after."""
    names = facts.places.communes.names
    codes = list(names)
    place = codes.index(code)
    beside = [codes[n] for n in (place - 1, place + 1) if 0 <= n < len(codes)]
    return (
        _UP,
        (_here(COMPARISON), commune_titles(facts)[COMPARISON]),
        ("../maps/coverage.html", said("Map")),
        *((_here(commune_file(c, names[c])), same(names[c])) for c in beside),
    )


def _numbers(facts: StudyFacts, code: str) -> tuple[KeyNumber, ...]:
    row = facts.commune_row(code)
    counts = village_row(facts.gaps, ANY, facts.technology, code)
    official = "population_official" in row.index and not pd.isna(row["population_official"])
    numbers = [
        KeyNumber(
            float(row["people"]),
            said("people, officially") if official else said("people"),
            between=None if official else ends_of(row, "people"),
        ),
        KeyNumber(
            float(row["people_no_signal"]),
            said("people without signal"),
            alarming=True, between=ends_of(row, "people_no_signal"),
        ),
        KeyNumber(
            float(row["people_no_signal_percent"]),
            said("of people without signal"),
            unit="%", decimals=1, alarming=True,
            between=ends_of(row, "people_no_signal", "_percent"),
        ),
    ]  # fmt: skip
    if not counts.empty:
        of = int(counts["villages"])
        numbers += [
            KeyNumber(
                int(counts[f"villages_{TRANG_SONG}"]),
                said("of {of} villages without signal", of=of),
                alarming=True, between=ends_of(counts, f"villages_{TRANG_SONG}"),
            ),
            KeyNumber(
                int(counts[f"villages_{LOM_SONG}"]),
                said("with none in a part"),
                between=ends_of(counts, f"villages_{LOM_SONG}"),
            ),
        ]  # fmt: skip
    return tuple(numbers)


def _page(content: CommuneContent) -> str:
    links = "".join(f'<a href="{text(quote(to, safe="/."))}">{words.html()}</a>'
                    for to, words in content.links)  # fmt: skip
    cards = "".join(card_html(number) for number in content.key_numbers)
    sections = (
        (
            _KNOWN,
            (f'<div class="cards">{cards}</div>' if cards else "")
            + listed(content.findings)
            + figure_html(content.picture)
            + "".join(table_html(table) for table in content.tables),
        ),
        (_CHANGES, listed(content.changes)),
        (_MIND, listed(content.warnings)),
    )
    body = (
        f'<header class="brief"><h1>{content.title.html()}</h1>'
        f'<p class="study">{content.study_title.html()}</p></header>'
        f'<nav class="commune">{links}</nav>\n<main>\n'
        + "\n".join(
            f"<section><h2>{heading.html()}</h2>{markup}</section>"
            for heading, markup in sections if markup
        )
        + "\n</main>"
    )  # fmt: skip
    page = document(
        title=content.title,
        body=body,
        language=content.language,
        practice=content.practice,
        marking=content.marking,
        styles=asset("brief.css")
        + asset("commune.css")
        + (_WIDE if content.wide else "")
        + printed_margins(content.title, content.study_title, content.practice),
    )
    return closed(page)
