"""What a cell of a notebook ends with: words and tables that read well there and as plain text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from phusong.language import legible
from phusong.reporting.escape import NO_FORMULAS
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.figures import picture
from phusong.reporting.notices import practice_banner
from phusong.reporting.page_tables import PageTable, table_html
from phusong.reporting.study_facts import practice_words
from phusong.reporting.wording import cell_words
from phusong.study import Study

PLAIN_LOOK = (
    ":where(.practice) { padding: 6px 12px; background: #ffd23f; color: #1a1500; "
    "font-weight: 700; } :where(.practice > small) { margin-left: 8px; } "
    ":where(.said, th, td, .note, .reasons) :where(.en) { display: block; } "
    ":where(.summary th[scope=row]) { text-align: left; } "
    "html:not([data-language]) .num[lang=en] { display: none; }"
)
"""For JupyterLab and plain nbconvert, which lack our style sheet; where it is, it wins."""


@dataclass(frozen=True)
class Shown:
    """Something finished to look at.

    Parameters
    ----------
    html
        Markup with every name encoded.
    plain
        The same as plain text.
    """

    html: str
    plain: str

    def _repr_html_(self) -> str:
        return f'<div class="{NO_FORMULAS}">{self.html}</div>'

    def __repr__(self) -> str:
        return legible(self.plain)

    def __str__(self) -> str:
        return repr(self)


def shown_sentences(sentences: Iterable[Bilingual]) -> Shown:
    """Sentences, each in Vietnamese and in English.

    Parameters
    ----------
    sentences
        In their order.

    Returns
    -------
    Shown
        One paragraph per sentence and language.
    """
    said = tuple(sentences)
    items = "".join(f"<p>{sentence.html()}</p>" for sentence in said)
    plain = "\n\n".join("\n".join(dict.fromkeys((s.vi, s.en))) for s in said)
    return Shown(f'<div class="said">{items}</div>', plain)


def shown_lines(lines: Iterable[Bilingual]) -> Shown:
    """Short lines, as of a log.

    Parameters
    ----------
    lines
        In their order.

    Returns
    -------
    Shown
        One line each; as plain text Vietnamese, and after a point English.
    """
    said = tuple(lines)
    items = "\n".join(f"<p>{line.html()}</p>" for line in said)
    plain = "\n".join(" · ".join(dict.fromkeys((line.vi, line.en))) for line in said)
    return Shown(f'<div class="said lines">{items}</div>', plain)


def together(heading: Bilingual, *parts: Shown) -> Shown:
    """Several finished things under one heading.

    Parameters
    ----------
    heading
        What they are about.
    *parts
        In their order.

    Returns
    -------
    Shown
        One under the other.
    """
    html = "".join(part.html for part in parts)
    plain = "\n\n".join((heading.plain, *(part.plain for part in parts)))
    return Shown(f"<h3>{heading.html()}</h3>{html}", plain)


def shown_list(heading: Bilingual, items: Sequence[Bilingual]) -> Shown:
    """A numbered list.

    Parameters
    ----------
    heading
        What is listed.
    items
        In their order, from number 1.

    Returns
    -------
    Shown
        One item per number.
    """
    markup = "".join(f"<li>{item.html()}</li>" for item in items)
    plain = "\n".join(f"{number}. {item.vi}\n   {item.en}" for number, item in enumerate(items, 1))
    label = f"<h3>{heading.html()}</h3>"
    return Shown(f'{label}<ol class="reasons">{markup}</ol>', f"{heading.plain}\n{plain}")


def shown_table(table: PageTable) -> Shown:
    """A table with its title and note.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    Shown
        Rounded as pages show it; exact numbers are in the results.
    """
    heads = [column.heading.plain for column in table.columns]
    rows = (*table.rows, *([table.total] if table.total else []))
    lines = [
        " | ".join(
            cell_words(value, decimals=column.decimals).plain
            for column, value in zip(table.columns, row, strict=True)
        )
        for row in rows
    ]
    plain = "\n".join((table.title.plain, " | ".join(heads), *lines))
    return Shown(table_html(table), plain)


def shown_headline(title: Bilingual, question: Bilingual, practice: Bilingual | None) -> Shown:
    """What a study is called, what it asks, and whether practice data went in.

    Parameters
    ----------
    title, question
        Of the study.
    practice
        Words of the banner when practice data went in, else None.

    Returns
    -------
    Shown
        For the first step of a notebook.
    """
    warned = [] if practice is None else [practice.plain.upper()]
    plain = "\n".join((title.vi, title.en, question.vi, question.en, *warned))
    look = f"<style>{PLAIN_LOOK}</style>"
    words = f"<p><strong>{title.html()}</strong></p><p>{question.html()}</p>"
    return Shown(f'{look}{practice_banner(practice)}<div class="said">{words}</div>', plain)


def drawn(
    study: Study,
    table: pd.DataFrame,
    figure_of: Callable[..., Figure],
    *,
    title: Bilingual,
    **more: object,
) -> Picture:
    """A figure of a study's table as notebooks show it.

    Parameters
    ----------
    study
        Whether practice data went in.
    table
        What is drawn.
    figure_of
        Draws it; knows ``title`` and ``practice``.
    title
        Title of the figure, and what stands for it where it cannot be seen.
    **more
        What ``figure_of`` is told besides.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    figure = figure_of(table, title=title, practice=practice_words(study), **more)
    return picture(figure, alt=title, kind="jpeg")


def first_or(tables: Sequence[PageTable], otherwise: Bilingual) -> Shown:
    """The first of some tables, or a sentence where there is none.

    Parameters
    ----------
    tables
        Tables.
    otherwise
        Why there would be none.

    Returns
    -------
    Shown
        Shown by notebooks as it is.
    """
    return shown_table(tables[0]) if tables else shown_sentences((otherwise,))
