"""``index.html``: the door to a study, and the first thing that its reader opens."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from phusong.errors import DataError
from phusong.reporting.escape import text
from phusong.reporting.facts import Assumption, Bilingual, Picture, Source
from phusong.reporting.folding import Part, contents_html, folded_html, folding_script
from phusong.reporting.notices import identity_words, origin_words, source_words, verification_mark
from phusong.reporting.page_tables import (
    WHY,
    PageTable,
    RankReason,
    rank_reasons_html,
    table_body_html,
)
from phusong.reporting.policy import closed
from phusong.reporting.ranges import RANGE, Range
from phusong.reporting.shell import document
from phusong.reporting.wording import amount, cell_words, said, sourced

ProductKind = Literal["map", "commune", "brief", "notebook", "table", "file", "raster"]

_KINDS: dict[str, Bilingual] = {
    "map": said("Maps"),
    "commune": said("Commune by commune"),
    "brief": said("Briefs and forms to print and sign"),
    "notebook": said("Worked steps"),
    "table": said("Tables"),
    "file": said("Data files"),
    "raster": said("Rasters (GeoTIFF)"),
}
_OPENED = ("map", "commune", "brief")
"""Kinds of files that stand open on the page; there are many of the others."""
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_KILO = 1000


@dataclass(frozen=True)
class KeyNumber:
    """One number that the reader should remember.

    Parameters
    ----------
    value
        The number; None or NaN where unknown.
    label
        What it counts.
    unit
        Unit after the number.
    decimals
        Digits after the point, for numbers of a floating type.
    alarming
        Whether it is drawn in the colour of no signal.
    between
        Interval of the number, or None.
    """

    value: object
    label: Bilingual
    unit: str = ""
    decimals: int = 0
    alarming: bool = False
    between: Range | None = None


@dataclass(frozen=True)
class Product:
    """A file of the study that the page links to.

    Parameters
    ----------
    kind
        Where it is listed.
    path
        Relative path from the page, with forward slashes.
    title
        What it is.
    detail
        One sentence about what it answers, or None.
    size_bytes
        Size of the file, or None.
    """

    kind: ProductKind
    path: str
    title: Bilingual
    detail: Bilingual | None = None
    size_bytes: int | None = None

    def __post_init__(self) -> None:
        parts = self.path.split("/")
        if (
            not self.path
            or _SCHEME.match(self.path)
            or "\\" in self.path
            or {"", ".", ".."} & set(parts)
        ):
            raise DataError(
                f"path={self.path!r} must be relative, inside the study's folder and with "
                "forward slashes, for example maps/coverage.html"
            )


@dataclass(frozen=True)
class IndexContent:
    """Everything that the index of a study says.

    Parameters
    ----------
    title
        Name of the study.
    question
        What was asked.
    practice
        Words of the banner when practice data went in, else None.
    marking
        Words that stand on each page; empty for none.
    answer
        The answer in a sentence or two, below the question.
    findings
        What was found, in sentences.
    key_numbers
        A handful of numbers.
    tables
        Results; the first one is by commune.
    products
        Files to open, in order.
    assumptions, sources
        What the results rest on.
    warnings
        What a reader must know before using the results.
    versions
        Name and version of what computed them; checksums of inputs.
    picture
        A picture of the result, or None.
    reasons
        Why the first ranks stand where they stand, in their order.
    language
        What the page shows first: ``vi``, ``en`` or ``both``.
    """

    title: Bilingual
    question: Bilingual
    practice: Bilingual | None
    marking: str = ""
    answer: tuple[Bilingual, ...] = ()
    findings: tuple[Bilingual, ...] = ()
    key_numbers: tuple[KeyNumber, ...] = ()
    tables: tuple[PageTable, ...] = ()
    products: tuple[Product, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    sources: tuple[Source, ...] = ()
    warnings: tuple[Bilingual, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    picture: Picture | None = None
    reasons: tuple[RankReason, ...] = ()
    language: str = "vi"


def index_page(content: IndexContent) -> str:
    r"""Write the index of a study as one self-contained page.

    Parameters
    ----------
    content
        What it says, as data; all of it is encoded here.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.
    """
    parts = [part for part in _parts(content) if part.markup or part.parts]
    body = (
        f"{_head(content)}\n{contents_html(parts)}\n<main>\n"
        + "\n".join(map(folded_html, parts))
        + f"\n</main>\n<footer>{_NUMBERS.html()}</footer>\n{folding_script()}"
    )
    page = document(
        title=content.title,
        body=body,
        practice=content.practice,
        marking=content.marking,
        language=content.language,
    )
    return closed(page, "index page")


_ASKED, _ANSWERED = said("What was asked"), said("Answer")
_IN_MOST = said("{range}:", range=RANGE)
_NO_RESULT = said("No result yet")
_NUMBERS = said("Numbers are written as in 1,234.5; “–” means unknown, not zero.")


def _head(content: IndexContent) -> str:
    first_map = next((p for p in content.products if p.kind == "map"), None)
    button = ""
    if first_map is not None:
        button = f'<a class="button" href="{_href(first_map)}">{first_map.title.html()}</a>'
    picture = asked = ""
    if content.picture is not None:
        picture = f"<figure>{content.picture.html()}</figure>"
    if content.question.vi or content.question.en:
        words = content.question.html()
        asked = f'<div class="asked"><h2>{_ASKED.html()}</h2><p>{words}</p></div>'
    if content.answer:
        words = "".join(f"<p>{sentence.html()}</p>" for sentence in content.answer)
        asked += f'<div class="asked answer"><h2>{_ANSWERED.html()}</h2>{words}</div>'
    return (
        f'<header class="head"><div class="words"><h1>{content.title.html()}</h1>'
        f"{asked}{button}</div>{picture}</header>"
    )


def _parts(content: IndexContent) -> tuple[Part, ...]:
    """Results and files first and open; what they rest on waits for whom it concerns."""
    tables = _tables(content)
    results = _results(content) or ("" if tables else f"<p>{_NO_RESULT.html()}</p>")
    return (
        Part("results", said("Results"), results, tables),
        Part("products", said("Open"), "", _products(content.products)),
        Part("warnings", said("Mind this"), _warnings(content.warnings)),
        Part("assumptions", said("Assumptions"), _assumptions(content.assumptions), opened=False),
        Part("sources", said("Data sources"), _sources(content.sources), opened=False),
        Part("versions", said("Versions"), _versions(content.versions), opened=False),
    )


def _results(content: IndexContent) -> str:
    cards = "".join(card_html(number) for number in content.key_numbers)
    return (f'<div class="cards">{cards}</div>' if cards else "") + listed(content.findings)


def listed(sentences: Iterable[Bilingual]) -> str:
    """Sentences as a list.

    Parameters
    ----------
    sentences
        Each becomes an item.

    Returns
    -------
    str
        Markup, nothing without any sentence.
    """
    items = "".join(f"<li>{sentence.html()}</li>" for sentence in sentences)
    return f'<ul class="findings">{items}</ul>' if items else ""


def _tables(content: IndexContent) -> tuple[Part, ...]:
    """Tables of results, the first of them open, and the reasons of the ranking."""
    found = [(table.title, table_body_html(table)) for table in content.tables]
    if content.reasons:
        found.append((WHY, rank_reasons_html(content.reasons)))
    return tuple(
        Part(f"results-{number}", title, markup, opened=number == 1)
        for number, (title, markup) in enumerate(found, 1)
    )


def card_html(number: KeyNumber) -> str:
    """A number that the reader should remember, with what it counts.

    Parameters
    ----------
    number
        The number.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    alarm = " alarming" if number.alarming and number.value != 0 else ""
    unit = f'<span class="unit t">{text(number.unit)}</span>' if number.unit else ""
    value = cell_words(number.value, decimals=number.decimals).html()
    between = ""
    if number.between is not None:
        words = number.between.words(number.decimals).html()
        between = (
            f'<div class="between">{_IN_MOST.html()} <span class="ends">{words}{unit}</span></div>'
        )
    return (
        f'<div class="card{alarm}"><div class="number">{value}{unit}</div>'
        f"<div>{number.label.html()}</div>{between}</div>"
    )


def _products(products: Sequence[Product]) -> tuple[Part, ...]:
    groups: dict[str, list[Product]] = {}
    for product in products:
        groups.setdefault(product.kind, []).append(product)
    return tuple(
        Part(
            f"open-{kind}",
            _KINDS[kind],
            f'<ul class="products {kind}">{"".join(map(_product, group))}</ul>',
            opened=kind in _OPENED,
        )
        for kind, group in groups.items()
    )


def _product(product: Product) -> str:
    size = "" if product.size_bytes is None else f'<span class="size">{_size(product)}</span>'
    detail = f"<p>{product.detail.html()}</p>" if product.detail else ""
    return (
        f'<li><a href="{_href(product)}">{product.title.html()}</a>{detail}'
        f'<span class="path t">{text(product.path)}</span>{size}</li>'
    )


def _href(product: Product) -> str:
    return text(quote(product.path, safe="/"))


def _size(product: Product) -> str:
    size = float(product.size_bytes or 0)
    for unit in ("B", "kB"):
        if size < _KILO:
            return amount(size, unit=unit).html()
        size /= _KILO
    return amount(size, 1, unit="MB").html()


def _warnings(warnings: Sequence[Bilingual]) -> str:
    items = "".join(f"<li>{warning.html()}</li>" for warning in warnings)
    return f'<ul class="warnings">{items}</ul>' if items else ""


def _assumptions(assumptions: Sequence[Assumption]) -> str:
    if not assumptions:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{a.name.html()}</th>'
        f'<td class="words">{cell_words(a.value).html()}</td>'
        f'<td class="words">{source_words(a).html()}</td>'
        f"<td>{verification_mark(verified=a.verified)}</td></tr>"
        for a in assumptions
    )
    heads = (
        said("Assumption"),
        said("Value"),
        said("Source"),
        said("Standing"),
    )
    head = "".join(f'<th scope="col">{heading.html()}</th>' for heading in heads)
    return (
        f'<div class="scroll" tabindex="0" role="region" {heads[0].attribute("aria-label")}>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _sources(sources: Sequence[Source]) -> str:
    items = "".join(
        f"<dt>{s.name.html()}</dt><dd><span class='always'>{sourced(s.attribution).html()}</span>"
        f'<span class="path">{origin_words(s).html()}</span></dd>'
        for s in sources
    )
    return f"<dl>{items}</dl>" if items else ""


def _versions(versions: Sequence[tuple[str, str]]) -> str:
    items = "".join(
        f'<dt>{identity_words(name).html()}</dt><dd class="t code">{text(version)}</dd>'
        for name, version in versions
    )
    return f"<dl>{items}</dl>" if items else ""
