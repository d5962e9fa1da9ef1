"""A brief: two to six printed pages that an operator or an official can sign under."""

from collections.abc import Sequence
from dataclasses import dataclass

from phusong.reporting.escape import text
from phusong.reporting.facts import Assumption, Bilingual, Picture, Source
from phusong.reporting.inlining import asset
from phusong.reporting.notices import identity_words, source_items, source_words, verification_mark
from phusong.reporting.page_tables import PageTable, figure_html, reasons_html, table_html
from phusong.reporting.pages import KeyNumber, card_html, listed
from phusong.reporting.policy import closed
from phusong.reporting.shell import document, printed_margins
from phusong.reporting.wording import cell_words, said


@dataclass(frozen=True)
class BriefContent:
    """Everything that a brief says.

    Parameters
    ----------
    title
        What it is and for whom.
    study_title
        Name of the study.
    question
        What was asked.
    practice
        Words of the banner when practice data went in, else None.
    marking
        Words that stand on each page; empty for none.
    key_numbers
        A handful of numbers.
    findings
        What was found, in sentences.
    picture
        The map, or None where there is nothing to draw.
    results, priorities
        Tables of the first two sections.
    reasons, reason_pictures, ranks
        Why the first ranks stand where they stand, the hops of each, None for one without, and
        the rank among all and what it is.
    sure, doubt
        How sure the ranking is, in sentences, and tables of what the doubt comes from.
    money, money_picture, money_words
        Tables of the section, people against money (None without a plan), sentences before them.
    measurements, measure_words
        The same of what to measure next.
    warnings
        What a reader must know before using the results.
    assumptions, sources
        What the results rest on.
    commands
        Command lines that make the same results again.
    identity
        Names and values that say which results these are: keys, checksums, versions.
    signatures
        Who signs, from left to right.
    language
        What the page shows first: ``vi``, ``en`` or ``both``.
    """

    title: Bilingual
    study_title: Bilingual
    question: Bilingual
    practice: Bilingual | None
    marking: str = ""
    key_numbers: tuple[KeyNumber, ...] = ()
    findings: tuple[Bilingual, ...] = ()
    picture: Picture | None = None
    results: tuple[PageTable, ...] = ()
    priorities: tuple[PageTable, ...] = ()
    reasons: tuple[Bilingual, ...] = ()
    reason_pictures: tuple[Picture | None, ...] = ()
    ranks: tuple[tuple[int, Bilingual], ...] = ()
    sure: tuple[Bilingual, ...] = ()
    doubt: tuple[PageTable, ...] = ()
    money: tuple[PageTable, ...] = ()
    money_picture: Picture | None = None
    money_words: tuple[Bilingual, ...] = ()
    measurements: tuple[PageTable, ...] = ()
    measure_words: tuple[Bilingual, ...] = ()
    warnings: tuple[Bilingual, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    sources: tuple[Source, ...] = ()
    commands: tuple[str, ...] = ()
    identity: tuple[tuple[str, str], ...] = ()
    signatures: tuple[Bilingual, ...] = ()
    language: str = "vi"


def brief_page(content: BriefContent) -> str:
    r"""Write a brief as one self-contained page that prints on A4.

    Parameters
    ----------
    content
        What it says, as data; all of it is encoded here.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``. The same content gives the same
        bytes.

    Raises
    ------
    DataError
        Something on the page would be loaded from outside.
    """
    sections = (
        (said("Main results"), _results(content)),
        (said("Priorities and reasons"), _priorities(content)),
        (said("Money"), listed(content.money_words) + _money(content)),
        (
            said("What to measure next"),
            listed(content.measure_words) + _tables(content.measurements),
        ),
        (said("Mind this"), listed(content.warnings)),
        (said("Assumptions"), _assumptions(content.assumptions)),
        (said("Data sources"), _facts(source_items(content.sources))),
        (said("How to reproduce"), _reproduction(content)),
    )
    filled = [(heading, markup) for heading, markup in sections if markup]
    body = (
        f"{_head(content)}\n<main>\n"
        + "\n".join(
            f"<section><h2>{number}. {heading.html()}</h2>{markup}</section>"
            for number, (heading, markup) in enumerate(filled, start=1)
        )
        + f"\n{_signatures(content.signatures)}</main>"
    )
    page = document(
        title=content.title,
        language=content.language,
        body=body,
        practice=content.practice,
        marking=content.marking,
        styles=asset("brief.css")
        + printed_margins(content.title, content.study_title, content.practice),
    )
    return closed(page, "brief")


def _head(content: BriefContent) -> str:
    question = content.question
    asked = f'<p class="question">{question.html()}</p>' if question.vi or question.en else ""
    return (
        f'<header class="brief"><h1>{content.title.html()}</h1>'
        f'<p class="study">{content.study_title.html()}</p>'
        f"{asked}</header>"
    )


def _results(content: BriefContent) -> str:
    cards = "".join(card_html(number) for number in content.key_numbers)
    picture = "" if content.picture is None else figure_html(content.picture)
    wide = content.picture is not None and content.picture.wide
    found = listed(content.findings)
    told = found + picture if wide else picture + found  # a narrow one stands beside the words
    return (
        (f'<div class="cards">{cards}</div>' if cards else "")
        + (f'<div class="told">{told}</div>' if told else "")
        + _tables(content.results)
    )


def _priorities(content: BriefContent) -> str:
    """Options, why they stand there, and how sure that is."""
    why = reasons_html(content.reasons, content.reason_pictures, content.ranks)
    sure = listed(content.sure)
    return (
        _tables(content.priorities)
        + why
        + (f"<h3>{_HOW_SURE.html()}</h3>{sure}" if sure else "")
        + _tables(content.doubt)
    )


def _money(content: BriefContent) -> str:
    picture = content.money_picture
    figure = "" if picture is None else figure_html(picture)
    return _tables(content.money[:-1]) + figure + _tables(content.money[-1:])


def _tables(tables: Sequence[PageTable]) -> str:
    return "".join(table_html(table) for table in tables)


_MARKED = said(
    "Only assumptions with a mark were checked against their source; the others were not. On paper "
    "their sources are left out: the page and index.html have them."
)


def _assumptions(assumptions: Sequence[Assumption]) -> str:
    """Name, value and source of each; a mark for the few that were verified."""
    items = [
        f'<li>{a.name.html()} <span class="value">{cell_words(a.value).html()}</span> '
        f"{verification_mark(verified=True) if a.verified else ''}"
        f'<span class="from">{source_words(a).html()}</span></li>'
        for a in assumptions
    ]
    return f'<p class="note">{_MARKED.html()}</p>{_facts(items, "assumed")}' if items else ""


def _facts(items: Sequence[str], kind: str = "named") -> str:
    return f'<ul class="facts {kind}">{"".join(items)}</ul>' if items else ""


def _reproduction(content: BriefContent) -> str:
    lines = "\n".join(text(command) for command in content.commands)
    pairs = "".join(_identity(name, value) for name, value in content.identity)
    files = any(value.startswith(_CHECKSUM) for _, value in content.identity)
    return (
        (f"<pre>{lines}</pre>" if lines else "")
        + (f"<dl>{pairs}</dl>" if pairs else "")
        + (f'<p class="note on-paper">{_ELSEWHERE.html()}</p>' if files else "")
    )


def _identity(name: str, value: str) -> str:
    """A name and its value; of files on the screen alone, since paper has little room."""
    kind = " of-file" if value.startswith(_CHECKSUM) else ""
    words = identity_words(name).html()
    return f'<dt class="{kind.strip()}">{words}</dt><dd class="t code{kind}">{text(value)}</dd>'


_CHECKSUM = "sha256 "
_ELSEWHERE = said(
    "Checksums of each file are left out on paper: the page and manifest.json have them. The key "
    "of all results changes as soon as one of them does."
)
_HOW_SURE = said("How sure the ranking is")
_PLACE_AND_DATE = said("Place and date: ……………………………")
_SIGN = said("(Signature and full name)")


def _signatures(signers: Sequence[Bilingual]) -> str:
    if not signers:
        return ""
    boxes = "".join(
        f"<div><strong>{signer.html()}</strong><small>{_SIGN.html()}</small></div>"
        for signer in signers
    )
    return (
        f'<section class="signatures"><p class="date">{_PLACE_AND_DATE.html()}</p>'
        f'<div class="boxes">{boxes}</div></section>'
    )
