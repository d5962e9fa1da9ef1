"""Two runs side by side, as a page and as lines for the terminal."""

from collections.abc import Sequence

import pandas as pd

from phusong.reporting.escape import text
from phusong.reporting.facts import PRACTICE, Bilingual, Column
from phusong.reporting.page_tables import PageTable, table_html
from phusong.reporting.shell import document

_TITLE = Bilingual("So sánh hai lần tính", "Two runs compared")
_HEADINGS = {
    "commune_code": Bilingual("Mã xã", "Commune code"),
    "commune": Bilingual("Xã", "Commune"),
    "operator": Bilingual("Nhà mạng", "Operator"),
    "technology": Bilingual("Công nghệ", "Technology"),
    "people_covered": Bilingual("Người có sóng", "People covered"),
    "people_no_signal": Bilingual("Người không có sóng", "People without signal"),
    "area_covered_km2": Bilingual("Diện tích có sóng [km²]", "Area covered [km²]"),
    "option_id": Bilingual("Phương án", "Option"),
    "change": Bilingual("Thay đổi", "Change"),
    "kind": Bilingual("Loại", "Kind"),
    "rank": Bilingual("Hạng", "Rank"),
    "people_newly_covered": Bilingual("Người phủ mới", "People newly covered"),
    "capex": Bilingual("Vốn đầu tư", "Capex"),
    "what": Bilingual("Cái gì", "What"),
    "key": Bilingual("Tên", "Key"),
}
_WHEN = {
    "_before": Bilingual("trước", "before"),
    "_after": Bilingual("sau", "after"),
    "_change": Bilingual("thay đổi", "change"),
}
_CHANGES = {
    "new": "mới / new", "gone": "không còn / gone", "changed": "thay đổi / changed",
}  # fmt: skip
_TABLES = (
    Bilingual("Độ phủ theo xã", "Coverage by commune"),
    Bilingual("Phương án và hạng", "Options and ranks"),
    Bilingual("Vì sao: đầu vào, giả định, phiên bản", "Why: inputs, assumptions, versions"),
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
        f"<main><h1>{_TITLE.html()}</h1>\n<p>{text(names[0])} → {text(names[1])}</p>\n"
        f"{tables}</main>"
    )
    banner = PRACTICE if practice else None
    return document(title=_TITLE.plain, body=body, practice=banner)


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
    for title, said in zip(_TABLES, parts, strict=True):
        lines.append(f"{title.plain}: {len(said)}" if said else f"{title.plain}: = ")
        lines += [f"  {line}" for line in said[:MOST_LINES]]
        if len(said) > MOST_LINES:
            lines.append(f"  … {len(said) - MOST_LINES} more")
    return "\n".join(lines)


def _number(value: object) -> str:
    cell = _cell(value)
    return "-" if cell is None else f"{cell:,.10g}"
