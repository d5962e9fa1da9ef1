"""Two runs side by side, as a page and as lines for the terminal."""

import re
from collections.abc import Sequence

import pandas as pd

from phusong.analysis.reach import ANY
from phusong.planning.kinds import KINDS
from phusong.reporting.escape import text
from phusong.reporting.facts import PRACTICE, Bilingual, Column, same
from phusong.reporting.page_tables import PageTable, table_body_html
from phusong.reporting.shell import document
from phusong.reporting.study_facts import EVERYONE
from phusong.reporting.wording import amount, joined, said, shortest, sourced
from phusong.reporting.words import unit_words

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
    "present_value": said("Present value"),
    "what": said("What"),
    "key": said("Key"),
}
_ANY_TECHNOLOGY = said("any technology")
_WHOLE = ("rank", "capex", "present_value")
"""Columns of whole numbers, kept as decimal ones since some are missing."""
_ASSUMED = re.compile(r"(?P<value>[-+.\de]+) (?P<unit>\S+) \((?P<source>.*)\)", re.DOTALL)
_WHEN = {
    "_before": said("before"),
    "_after": said("after"),
    "_change": said("change"),
}
_CHANGES = {
    "new": said("new", context="change"),
    "gone": said("gone", context="change"),
    "changed": said("changed", context="change"),
}
_KINDS = {
    "input": said("input"),
    "assumption": said("assumption"),
    "version": said("version"),
    "study file": said("study file"),
    "answer": said("answer of an operator"),
}
_ANSWERED = {
    "agree": said("agreed", context="answer"),
    "decline": said("declined", context="answer"),
    "modify": said("modified", context="answer"),
    "pinned": said("will be built", context="answer"),
    "forbidden": said("taken out", context="answer"),
    "moved": said("moved", context="answer"),
    "noted": said("noted", context="answer"),
    "not offered": said("no such option any more", context="answer"),
}
"""What an operator answered, and what became of it."""
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
    served = coverage.assign(
        operator=[EVERYONE if key == ANY else key for key in coverage["operator"]],
        technology=[_ANY_TECHNOLOGY if key == ANY else key for key in coverage["technology"]],
    )
    shown = options.assign(change=options["change"].map(_changed), kind=options["kind"].map(_kind))
    told = why.assign(
        what=[_KINDS.get(word, word) for word in why["what"]],
        before=[
            _reason(what, words) for what, words in zip(why["what"], why["before"], strict=True)
        ],
        after=[_reason(what, words) for what, words in zip(why["what"], why["after"], strict=True)],
    )
    parts = zip(_TABLES, (served, shown, told), strict=True)
    tables = "\n".join(
        f"<section><h2>{title.html()}</h2>{table_body_html(_page_table(title, table))}</section>"
        for title, table in parts
    )
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
            return Column(joined((word, when)), decimals=0 if base in _WHOLE else 1)
    return Column(_HEADINGS.get(name) or _WHEN.get(f"_{name}") or same(name))


def comparison_text(
    coverage: pd.DataFrame,
    options: pd.DataFrame,
    why: pd.DataFrame,
    names: Sequence[str],
    *,
    language: str,
) -> str:
    """Two runs compared, for the terminal.

    Parameters
    ----------
    coverage, options, why
        What differs.
    names
        What the two runs are called.
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        The first lines of each part, and how many more there are.
    """
    parts = (
        [said("{commune} {operator} {technology}: people covered {people_before} → {people_after}, "
              "area {area_before} → {area_after} km²", commune=str(r.commune),
              operator=str(r.operator), technology=str(r.technology),
              people_before=_number(r.people_covered_before),
              people_after=_number(r.people_covered_after),
              area_before=_number(r.area_covered_km2_before),
              area_after=_number(r.area_covered_km2_after)) for r in coverage.itertuples()],
        [said("{option} ({change}): rank {rank_before} → {rank_after}, people {people_before} → "
              "{people_after}", option=str(r.option_id), change=_changed(str(r.change)),
              rank_before=_number(r.rank_before), rank_after=_number(r.rank_after),
              people_before=_number(r.people_newly_covered_before),
              people_after=_number(r.people_newly_covered_after)) for r in options.itertuples()],
        [joined((_KINDS.get(str(r.what), same(str(r.what))),
                 same(f"{r.key}:"), _told(r.what, r.before), same("→"),
                 _told(r.what, r.after)), " ")
         for r in why.itertuples()],
    )  # fmt: skip
    lines = [f"{names[0]} → {names[1]}"]
    for title, found in zip(_TABLES, parts, strict=True):
        lines.append(f"{title.to(language)}: {len(found)}")
        lines += [f"  {line.to(language)}" for line in found[:MOST_LINES]]
        if len(found) > MOST_LINES:
            more = said("{count} more", count=len(found) - MOST_LINES)
            lines.append(f"  … {more.to(language)}")
    return "\n".join(lines)


def _number(value: object) -> Bilingual:
    return amount(_cell(value), 0 if float(value or 0).is_integer() else 1)  # type: ignore[arg-type]


def _kind(key: str) -> Bilingual:
    """A kind of option by its key."""
    known = next((facts for kind, facts in KINDS.items() if kind == key), None)
    return same(key) if known is None else Bilingual(known.name_vi, known.name_en)


def _told(what: object, words: object) -> Bilingual:
    """What the terminal tells of a reason: assumptions as they are, answers in words."""
    known = str(words or "-")
    return _answered(known) if what == "answer" else same(known)


def _reason(what: str, words: str) -> Bilingual:
    """An assumption or an answer in either language, anything else as it is."""
    return _answered(words) if what == "answer" else _assumed(words)


def _answered(words: str) -> Bilingual:
    """An answer with what became of it; what the operator wrote itself stays as it is."""
    parts = words.split(", ", 2)
    known = [_ANSWERED.get(part, same(part)) for part in parts[:2]]
    return joined((*known, *map(same, parts[2:])), ", ")


def _assumed(words: str) -> Bilingual:
    """An assumption as a comparison tells it, ``3 dB (source)``; anything else as it is."""
    if (found := _ASSUMED.fullmatch(words)) is None:
        return same(words)
    number = joined((shortest(float(found["value"])), unit_words(found["unit"])), " ")
    return said("{number} ({source})", number=number, source=sourced(found["source"]))


def _changed(word: str) -> Bilingual:
    return _CHANGES.get(word, same(word))
