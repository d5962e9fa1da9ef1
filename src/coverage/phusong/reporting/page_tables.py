"""Tables of results as pages and notebooks show them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from phusong.errors import DataError
from phusong.reporting.facts import UNKNOWN, Bilingual, Column, Picture, is_number
from phusong.reporting.wording import cell_words, said

_FULL_SHARE = 100.0
_COUNTED = re.compile(r"[−\d.,]+–[−\d.,]+|\d+ / \d+( \(\d+ \?\))?|\d{4}")
"""An interval, so many of so many with those that are not known, and a year."""
WHY = said("Why")
_WHOLE_REASON = said("The whole reason")
_FEW_LETTERS = 4
"""A heading of a row of as many, a rank or a number, needs no room for words."""
_ROWS_TOGETHER = 16
"""A table of as many rows is not parted by the end of a sheet of paper."""
_LONG_HEADING = 40
"""Letters of a heading of a row that needs the room of a sentence."""
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


@dataclass(frozen=True)
class RankReason:
    """Why an option has its rank.

    Parameters
    ----------
    rank
        Its rank among all operators' options.
    heading
        What it is, where, and whose.
    first
        The first sentence of the reason, which is read at a glance.
    rest
        Every other sentence; empty for none.
    """

    rank: int
    heading: Bilingual
    first: Bilingual
    rest: Bilingual


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
    counted = [_is_column_of_numbers(table, index) for index in range(len(table.columns))]
    body = "".join(_row(table.columns, row, counted) for row in table.rows)
    foot = f"<tfoot>{_row(table.columns, table.total, counted)}</tfoot>" if table.total else ""
    note = f'<p class="note">{table.note.html()}</p>' if table.note else ""
    if not table.rows:
        return f'<p class="nothing">{_NO_ROWS.html()}</p>{note}'
    longest = max(len(cell_words(row[0]).vi) for row in table.rows)
    short = " short" if len(table.rows) <= _ROWS_TOGETHER else ""
    short += " sentences" if longest > _LONG_HEADING else ""
    return (
        f'<div class="scroll{short}" tabindex="0" role="region" '
        f"{table.title.attribute('aria-label')}><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{foot}</table></div>{note}"
    )


Ranks = Sequence[tuple[int, Bilingual]]


def reasons_html(
    reasons: Sequence[Bilingual], pictures: Sequence[Picture | None] = (), ranks: Ranks = ()
) -> str:
    """Why the first ranks stand where they stand.

    Parameters
    ----------
    reasons
        One for each rank, from the first.
    pictures
        What belongs to each of them; empty where nothing does.
    ranks
        Rank and heading of each of them; empty where the list counts them.

    Returns
    -------
    str
        Markup with every name encoded; empty for none.
    """
    if not reasons:
        return ""
    return f"<h3>{WHY.html()}</h3>{reasons_list_html(reasons, pictures, ranks)}"


def reasons_list_html(
    reasons: Sequence[Bilingual], pictures: Sequence[Picture | None] = (), ranks: Ranks = ()
) -> str:
    """The same without a heading.

    Parameters
    ----------
    reasons
        One for each rank, from the first.
    pictures
        What belongs to each of them; empty where nothing does.
    ranks
        Rank and heading of each of them; empty where the list counts them.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    drawn = [*pictures, *[None] * (len(reasons) - len(pictures))]
    begun = [(f' value="{rank}"', f"<strong>{what.html()}</strong> ") for rank, what in ranks] or [
        ("", "")
    ] * len(reasons)
    items = "".join(
        f"<li{number}>{_hop_html(drawing)}{what}{reason.html()}</li>"
        for reason, drawing, (number, what) in zip(reasons, drawn, begun, strict=True)
    )
    return f'<ol class="reasons">{items}</ol>'


def rank_reasons_html(reasons: Sequence[RankReason]) -> str:
    """Ranks with the first sentence of their reasons; the rest folds out.

    Parameters
    ----------
    reasons
        In the order of their ranks.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    items = "".join(
        f'<li value="{reason.rank}"><strong>{reason.heading.html()}</strong> '
        f"{reason_html(reason)}</li>"
        for reason in reasons
    )
    return f'<ol class="reasons">{items}</ol>'


def reason_html(reason: RankReason) -> str:
    """The first sentence of a reason, with the rest folded behind it.

    Parameters
    ----------
    reason
        The reason.

    Returns
    -------
    str
        Markup with every name encoded.
    """
    told = f'<p class="reason">{reason.first.html()}</p>'
    if not reason.rest.en:
        return told
    return (
        f'{told}<details class="fold rest"><summary>{_WHOLE_REASON.html()}</summary>'
        f'<p class="reason">{reason.rest.html()}</p></details>'
    )


def _heading(table: PageTable, index: int) -> str:
    right = index > 0 and not table.columns[index].share and _is_column_of_numbers(table, index)
    kind = ' class="n"' if right else ""
    return f'<th scope="col"{kind}>{table.columns[index].heading.html()}</th>'


def _is_column_of_numbers(table: PageTable, index: int) -> bool:
    """Whether the cells of a column stand to the right: all that are known are counted."""
    known = [row[index] for row in table.rows if not _is_unknown(row[index])]
    return bool(known) and all(map(_is_counted, known))


def _is_unknown(value: object) -> bool:
    return cell_words(value).en == UNKNOWN


def _is_counted(value: object) -> bool:
    """Whether a cell is a number, an interval of numbers, or one number of another."""
    words = value.vi if isinstance(value, Bilingual) else value
    if isinstance(value, Bilingual) and value.numeric:
        return True
    return is_number(value) or (isinstance(words, str) and bool(_COUNTED.fullmatch(words)))


def _row(columns: Sequence[Column], row: Sequence[object], counted: Sequence[bool]) -> str:
    cells = (
        _cell(column, value, heading=index == 0, right=counted[index])
        for index, (column, value) in enumerate(zip(columns, row, strict=True))
    )
    return f"<tr>{''.join(cells)}</tr>"


def _cell(column: Column, value: object, *, heading: bool, right: bool) -> str:
    shown = cell_words(value, decimals=column.decimals)
    words = shown.html()
    if heading:
        if is_number(value):
            return f'<th scope="row">{words}</th>'
        kind = "few" if len(shown.vi) <= _FEW_LETTERS else "words"
        return f'<th scope="row" class="{kind}">{words}</th>'
    if shown.en == UNKNOWN:
        return f'<td class="none{" n" if right else ""}">{words}</td>'
    if not right:
        return f'<td class="words">{words}</td>'
    if not column.share or not is_number(value):
        return f'<td class="n">{words}</td>'
    width = min(max(float(value), 0.0), _FULL_SHARE)  # type: ignore[arg-type]
    kind = "bar lacking" if column.lacking else "bar"
    bar = f'<span class="{kind}" aria-hidden="true"><i style="width:{width:.1f}%"></i></span>'
    return f'<td class="n share">{bar}{words}</td>'


def _hop_html(drawing: Picture | None) -> str:
    return "" if drawing is None else figure_html(drawing, "hop")


def figure_html(picture: Picture, kind: str = "") -> str:
    """A picture in its figure, which scrolls on a phone where the picture is wide.

    Parameters
    ----------
    picture
        The picture.
    kind
        Class of the figure; empty for none.

    Returns
    -------
    str
        One element.
    """
    kinds = " ".join(filter(None, (kind, "wide" if picture.wide else "")))
    marks = f' class="{kinds}"' if kinds else ""
    if picture.wide:
        marks += f' tabindex="0" role="region" {picture.alt.attribute("aria-label")}'
    return f"<figure{marks}>{picture.html()}</figure>"
