"""Tables of results as pages and notebooks show them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from phusong.errors import DataError
from phusong.reporting.facts import UNKNOWN, Bilingual, Column, Picture, is_number
from phusong.reporting.wording import cell_words, said

_FULL_SHARE = 100.0
_INTERVAL = re.compile(r"[−\d.,]+–[−\d.,]+")
WHY = said("Why")
_FEW_LETTERS = 4
"""A heading of a row of as many, a rank or a number, needs no room for words."""
_NO_ROWS = said("Nothing to list.")


@dataclass(frozen=True)
class PageTable:
    """A table of results.

    Parameters
    ----------
    title
        Heading.
    columns
        Columns; those with ``share`` are drawn as bars.
    rows
        One value per column.
    total
        A last row that stands apart, or None.
    note
        A sentence under the table, or None.
    """

    title: Bilingual
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    total: tuple[object, ...] | None = None
    note: Bilingual | None = None

    def __post_init__(self) -> None:
        for index, row in enumerate((*self.rows, *([self.total] if self.total else []))):
            if len(row) != len(self.columns):
                raise DataError(
                    f"table {self.title.en!r}, row {index}: {len(row)} values for "
                    f"{len(self.columns)} columns; give one per column, None where unknown"
                )


def table_html(table: PageTable) -> str:
    """A table with its title and note.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    return f"<h3>{table.title.html()}</h3>{table_body_html(table)}"


def table_body_html(table: PageTable) -> str:
    """A table with its note, without its title.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    head = "".join(_heading(table, index) for index in range(len(table.columns)))
    body = "".join(_row(table.columns, row) for row in table.rows)
    foot = f"<tfoot>{_row(table.columns, table.total)}</tfoot>" if table.total else ""
    note = f'<p class="note">{table.note.html()}</p>' if table.note else ""
    if not table.rows:
        return f'<p class="nothing">{_NO_ROWS.html()}</p>{note}'
    return (
        f'<div class="scroll" tabindex="0" role="region" '
        f"{table.title.attribute('aria-label')}><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{foot}</table></div>{note}"
    )


def reasons_html(reasons: Sequence[Bilingual], pictures: Sequence[Picture | None] = ()) -> str:
    """Why the first ranks stand where they stand.

    Parameters
    ----------
    reasons
        One for each rank, from the first.
    pictures
        What belongs to each of them; empty where nothing does.

    Returns
    -------
    str
        Markup with every name encoded; empty for none.
    """
    return f"<h3>{WHY.html()}</h3>{reasons_list_html(reasons, pictures)}" if reasons else ""


def reasons_list_html(reasons: Sequence[Bilingual], pictures: Sequence[Picture | None] = ()) -> str:
    """The same without a heading.

    Parameters
    ----------
    reasons
        One for each rank, from the first.
    pictures
        What belongs to each of them; empty where nothing does.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    drawn = [*pictures, *[None] * (len(reasons) - len(pictures))]
    items = "".join(
        f"<li>{reason.html()}{_hop_html(drawing)}</li>"
        for reason, drawing in zip(reasons, drawn, strict=True)
    )
    return f'<ol class="reasons">{items}</ol>'


def _heading(table: PageTable, index: int) -> str:
    column = table.columns[index]
    right = index > 0 and not column.share and any(_is_counted(row[index]) for row in table.rows)
    kind = ' class="n"' if right else ""
    return f'<th scope="col"{kind}>{column.heading.html()}</th>'


def _is_counted(value: object) -> bool:
    """Whether a cell is a number, or an interval of numbers."""
    words = value.vi if isinstance(value, Bilingual) else value
    if isinstance(value, Bilingual) and value.numeric:
        return True
    return is_number(value) or (isinstance(words, str) and bool(_INTERVAL.fullmatch(words)))


def _row(columns: Sequence[Column], row: Sequence[object]) -> str:
    cells = (
        _cell(column, value, heading=index == 0)
        for index, (column, value) in enumerate(zip(columns, row, strict=True))
    )
    return f"<tr>{''.join(cells)}</tr>"


def _cell(column: Column, value: object, *, heading: bool) -> str:
    shown = cell_words(value, decimals=column.decimals)
    words = shown.html()
    if heading:
        if is_number(value):
            return f'<th scope="row">{words}</th>'
        kind = "few" if len(shown.vi) <= _FEW_LETTERS else "words"
        return f'<th scope="row" class="{kind}">{words}</th>'
    if shown.en == UNKNOWN:
        return f'<td class="none">{words}</td>'
    if not _is_counted(value):
        return f'<td class="words">{words}</td>'
    if not column.share or not is_number(value):
        return f'<td class="n">{words}</td>'
    width = min(max(float(value), 0.0), _FULL_SHARE)  # type: ignore[arg-type]
    kind = "bar lacking" if column.lacking else "bar"
    bar = f'<span class="{kind}" aria-hidden="true"><i style="width:{width:.1f}%"></i></span>'
    return f'<td class="n share">{bar}{words}</td>'


def _hop_html(drawing: Picture | None) -> str:
    return "" if drawing is None else f'<figure class="hop">{drawing.html()}</figure>'
