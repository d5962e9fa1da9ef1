"""Two runs side by side, as a page and as lines for the terminal."""

from collections.abc import Sequence

import pandas as pd

from phusong.reporting.escape import text
from phusong.reporting.facts import PRACTICE, Bilingual, Column
from phusong.reporting.page_tables import PageTable, table_html
from phusong.reporting.shell import document
from phusong.reporting.wording import said

_TITLE = said("Two runs compared")
_HEADINGS = {
    "commune_code": said("Commune code"),
    "commune": said("Commune"),
    "operator": said("Operator"),
    "technology": said("Technology"),
    "people_covered": said("People covered"),
    "people_no_signal": said("People without signal"),
    "area_covered_km2": said("Area covered [km²]"),
    "option_id": said("Option"),
    "change": said("Change"),
    "kind": said("Kind"),
    "rank": said("Rank"),
    "people_newly_covered": said("People newly covered"),
    "capex": said("Capex"),
    "what": said("What"),
    "key": said("Key"),
}
_WHEN = {
    "_before": said("before"),
    "_after": said("after"),
    "_change": said("change"),
}
_CHANGES = {
    "new": "mới / new", "gone": "không còn / gone", "changed": "thay đổi / changed",
}  # fmt: skip
_TABLES = (
    said("Coverage by commune"),
    said("Options and ranks"),
    said("Why: inputs, assumptions, versions"),
)
MOST_LINES = 12
"""Lines of each part that the terminal shows."""


def comparison_page(
    coverage: pd.DataFrame,
    options: pd.DataFrame,
    why: pd.DataFrame,
    names: Sequence[str],
    *,
    practice: bool,
) -> str:
    """Two runs compared, as a page that opens without a network.

    Parameters
    ----------
    coverage, options, why
        What differs.
    names
        What the two runs are called.
    practice
        Whether practice data went in.

    Returns
    -------
    str
        The page.
    """
    shown = options.assign(change=options["change"].map(lambda word: _CHANGES.get(word, word)))
    parts = zip(_TABLES, (coverage, shown, why), strict=True)
    tables = "\n".join(table_html(_page_table(title, table)) for title, table in parts)
    body = (
        f'<main><h1>{_TITLE.html()}</h1>\n<p class="t">{text(names[0])} → {text(names[1])}</p>\n'
        f"{tables}</main>"
    )
    banner = PRACTICE if practice else None
    return document(title=_TITLE, body=body, practice=banner)


def _page_table(title: Bilingual, table: pd.DataFrame) -> PageTable:
    columns = tuple(_column(str(name)) for name in table.columns)
    rows = tuple(tuple(_cell(v) for v in row) for row in table.itertuples(index=False))
    return PageTable(title, columns, rows)


def _cell(value: object) -> object:
    """A cell; None where a number is missing."""
    return None if value is None or (isinstance(value, float) and value != value) else value  # noqa: PLR0124


def _column(name: str) -> Column:
    for end, when in _WHEN.items():
        base = name.removesuffix(end)
        if name.endswith(end) and base in _HEADINGS:
            word = _HEADINGS[base]
            return Column(Bilingual(f"{word.vi}, {when.vi}", f"{word.en}, {when.en}"))
    return Column(_HEADINGS.get(name) or _WHEN.get(f"_{name}") or Bilingual(name, name))


def comparison_text(
    coverage: pd.DataFrame, options: pd.DataFrame, why: pd.DataFrame, names: Sequence[str]
) -> str:
    """Two runs compared, for the terminal.

    Parameters
    ----------
    coverage, options, why
        What differs.
    names
        What the two runs are called.

    Returns
    -------
    str
        The first lines of each part, and how many more there are.
    """
    parts = (
        [f"{r.commune} {r.operator} {r.technology}: people covered "
         f"{_number(r.people_covered_before)} -> {_number(r.people_covered_after)}, area "
         f"{_number(r.area_covered_km2_before)} -> {_number(r.area_covered_km2_after)} km2"
         for r in coverage.itertuples()],
        [f"{r.option_id} ({r.change}): rank {_number(r.rank_before)} -> {_number(r.rank_after)}, "
         f"people {_number(r.people_newly_covered_before)} -> "
         f"{_number(r.people_newly_covered_after)}" for r in options.itertuples()],
        [f"{r.what} {r.key}: {r.before or '-'} -> {r.after or '-'}" for r in why.itertuples()],
    )  # fmt: skip
    lines = [f"{names[0]} -> {names[1]}"]
    for title, told in zip(_TABLES, parts, strict=True):
        lines.append(f"{title.plain}: {len(told)}" if told else f"{title.plain}: = ")
        lines += [f"  {line}" for line in told[:MOST_LINES]]
        if len(told) > MOST_LINES:
            lines.append(f"  … {len(told) - MOST_LINES} more")
    return "\n".join(lines)


def _number(value: object) -> str:
    cell = _cell(value)
    return "-" if cell is None else f"{cell:,.10g}"
