"""Tables of a commune's page, and the table that puts all communes side by side."""

from typing import Any

import pandas as pd

from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG
from phusong.planning.reasons import begun
from phusong.reporting.basis_words import titled
from phusong.reporting.commune_words import (
    STATUS_WORDS,
    VERDICT_WORDS,
    options_of,
    villages_of,
)
from phusong.reporting.facts import Bilingual, Column
from phusong.reporting.gap_words import CODE, PLACE, place_words
from phusong.reporting.page_tables import PageTable
from phusong.reporting.ranges import RANGE, RANGE_NOTE, Range, ends_of, village_row
from phusong.reporting.second_model import by_second_model, by_words, second_model
from phusong.reporting.study_facts import MILLION, StudyFacts, money_unit
from phusong.reporting.wording import said

_PEOPLE = said("people")
_SILENT = said("No signal")
_SHARE = Column(said("Share without signal"), "%", 1, share=True, lacking=True)
_BETWEEN = Bilingual.made_by(lambda language: begun(RANGE.to(language)))
_RANGE = Column(_BETWEEN, _PEOPLE)
_MOST_GAPS, _MOST_OPTIONS = 3, 4


def villages_table(facts: StudyFacts, code: str) -> PageTable:
    """Villages of a commune with their verdicts, numbered as on the picture.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        One row per village; only the columns that the reader may see.
    """
    villages = villages_of(facts, code)
    prefix = f"{ANY}_{facts.technology.lower()}_"
    more: dict[str, Column] = {
        f"{prefix}trang_song_percent": Column(said("Trials without signal"), "%", 0),
        f"{prefix}margin_db": Column(said("Margin"), "dB", 1),
        f"{prefix}settlement_signal_percent": Column(said("Settlement with signal"), "%", 0),
    }
    shown = {name: column for name, column in more.items() if name in villages}
    other = second_model(facts)
    told = f"{prefix}second_model_verdict"
    beside = other is not None and told in villages
    rows = tuple(
        (
            str(number), row["name"], row.get("population"), row.get("households"),
            VERDICT_WORDS.get(str(row.get(f"{prefix}verdict")), VERDICT_WORDS["unknown"]),
            *((VERDICT_WORDS.get(str(row[told]), VERDICT_WORDS["unknown"]),) if beside else ()),
            *(row[name] for name in shown),
        )
        for number, (_, row) in enumerate(villages.iterrows(), 1)
    )  # fmt: skip
    return PageTable(
        title=_of_all(facts, said("Villages and verdicts")),
        columns=(
            Column(said("No.")),
            Column(said("Village")),
            Column(said("People"), decimals=0),
            Column(said("Households", context="column"), decimals=0),
            Column(said("Verdict")),
            *((Column(by_words(other)),) if beside and other else ()),
            *shown.values(),
        ),
        rows=rows,
        note=said(
            "Numbers as on the picture. No signal: of no operator at the centre; none "
            "in a part: a signal at the centre, none in part of the settlement."
        ),
    )


def coverage_table(facts: StudyFacts, code: str) -> PageTable:
    """Who covers a commune: people by class, by operator.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        All operators together, then each that the reader may see.
    """
    lines, unsure, other = [], False, second_model(facts)
    for key, name in facts.operators():
        row = facts.commune_row(code, key)
        ends = ends_of(row, "people_no_signal")
        unsure |= ends is not None
        second = by_second_model(facts, key, code)
        beside: tuple[object, ...] = ()
        if other is not None:
            beside = (None, None)
            if second is not None:
                beside = (second["people_no_signal"], _words(ends_of(second, "people_no_signal")))
        lines.append(
            (
                titled(name, facts.gaps.basis, (key, facts.technology)),
                row["people_covered"], row["people_marginal"], row["people_no_signal"],
                _words(ends), *beside, row["people_no_signal_percent"],
            )
        )  # fmt: skip
    return PageTable(
        title=said("Who covers"),
        columns=(
            Column(said("Operator")),
            Column(said("Covered"), _PEOPLE, 0),
            Column(said("Marginal"), _PEOPLE, 0),
            Column(_SILENT, _PEOPLE, 0),
            _RANGE,
            *((Column(by_words(other), _PEOPLE, 0), _RANGE) if other else ()),
            _SHARE,
        ),
        rows=tuple(lines),
        note=RANGE_NOTE if unsure else None,
    )


def white_zone_table(facts: StudyFacts, code: str) -> PageTable:
    """White zones of a commune with most people, and why where that was found.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        One row per zone.
    """
    gaps = pd.DataFrame(facts.gaps.polygons.drop(columns="geometry"))
    own = gaps[
        (gaps["commune_code"] == code)
        & (gaps["operator"] == ANY)
        & (gaps["technology"] == facts.technology)
    ].sort_values(["people", "gap_id"], ascending=[False, True])
    cause = {name for name in ("cause_vi", "cause_en") if name in own}
    near = "nearest_covered_km" in own
    rows = tuple(
        (
            place_words(row), row["area_km2"], row["people"], _words(ends_of(row, "people")),
            *((row["nearest_covered_km"],) if near else ()),
            *((Bilingual(str(row["cause_vi"]), str(row["cause_en"])),) if len(cause) > 1 else ()),
            row["gap_id"],
        )
        for _, row in own.head(_MOST_GAPS).iterrows()
    )  # fmt: skip
    return PageTable(
        title=_of_all(facts, said("White zones with most people")),
        columns=(
            PLACE,
            Column(said("Area"), "km²", 2),
            Column(said("People"), _PEOPLE, 0),
            Column(said("Stay without, {RANGE}", RANGE=RANGE), _PEOPLE),
            *((Column(said("Nearest cover"), "km"),) if near else ()),
            *((Column(said("Cause")),) if len(cause) > 1 else ()),
            CODE,
        ),
        rows=rows,
        note=said("{rows} of {own} zones.", rows=len(rows), own=len(own)) if rows else None,
    )


def options_table(facts: StudyFacts, code: str) -> PageTable:
    """Ranked options that serve a commune.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        One row per option.
    """
    options = options_of(facts, code)
    money = money_unit(facts.study)
    rows = tuple(
        (
            str(row.rank), row.operator, row.commune, row.people_newly_covered,
            row.people_white_zone, row.capex / MILLION,
        )
        for row in options.head(_MOST_OPTIONS).itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("Priorities that serve the commune"),
        columns=(
            Column(said("Rank")),
            Column(said("Operator")),
            Column(said("In or near")),
            Column(said("Newly covered"), _PEOPLE, 0),
            Column(said("Of them in white zones"), _PEOPLE, 0),
            Column(said("Capex"), money, 0),
        ),
        rows=rows,
        note=said(
            "{rows} of {options} options that stand in the commune or cover a village "
            "centre of it; people of other communes included.",
            rows=len(rows),
            options=len(options),
        )
        if rows
        else None,
    )


def criterion_table(facts: StudyFacts, code: str) -> PageTable | None:
    """State of criterion 8 in a commune.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable or None
        One row per indicator; None where the study does not ask.
    """
    table = facts.gaps.criterion8
    if "commune_code" not in table:
        return None
    own = table[table["commune_code"] == code]
    appraised = "appraised_status" in own and own["appraised_status"].isin(STATUS_WORDS).any()
    return PageTable(
        title=said("Criterion 8"),
        columns=(
            Column(said("Indicator")),
            Column(said("Text")),
            Column(said("From data and model")),
            *((Column(said("As appraised")),) if appraised else ()),
        ),
        rows=tuple(
            (
                str(row["indicator"]), Bilingual(str(row["text_vi"]), str(row["text_en"])),
                STATUS_WORDS.get(str(row["status"])),
                *((STATUS_WORDS.get(str(row["appraised_status"])),) if appraised else ()),
            )
            for _, row in own.iterrows()
        ),
        note=said(
            "Thresholds are proposals; evidence and what is missing are in gaps/criterion8.csv."
        ),
    )  # fmt: skip


def comparison_table(facts: StudyFacts) -> PageTable:
    """All communes side by side.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    PageTable
        One row per commune, those with the largest share without signal first.
    """
    rows = facts.commune_rows()
    rows = rows.sort_values(["people_no_signal_percent", "commune"], ascending=[False, True])
    plan, judged = facts.priorities is not None, "commune_code" in facts.gaps.criterion8
    other = second_model(facts)

    def by_other(code: str) -> object:
        second = by_second_model(facts, ANY, code)
        return None if second is None else second["people_no_signal"]

    def line(row: Any) -> tuple[object, ...]:
        code = row["commune_code"]
        counts = village_row(facts.gaps, ANY, facts.technology, code)
        return (
            row["commune"], row["people"], row["people_no_signal"],
            _words(ends_of(row, "people_no_signal")),
            *((by_other(code),) if other else ()),
            row["people_no_signal_percent"],
            *_villages(counts),
            *((_met(facts, code),) if judged else ()),
            *((len(options_of(facts, code)),) if plan else ()),
        )  # fmt: skip

    return PageTable(
        title=_of_all(facts, said("The communes side by side")),
        columns=(
            Column(said("Commune")),
            Column(said("People"), _PEOPLE, 0),
            Column(_SILENT, _PEOPLE, 0),
            _RANGE,
            *((Column(by_words(other), _PEOPLE, 0),) if other else ()),
            _SHARE,
            Column(said("Villages without signal")),
            Column(_BETWEEN),
            Column(said("None in a part"), decimals=0),
            *((Column(said("Criterion 8 met")),) if judged else ()),
            *((Column(said("Options")),) if plan else ()),
        ),
        rows=tuple(line(row) for _, row in rows.iterrows()),
        note=RANGE_NOTE,
    )


def _of_all(facts: StudyFacts, title: Bilingual) -> Bilingual:
    """A title that says what gaps of all operators together are."""
    return titled(title, facts.gaps.basis, (ANY, facts.technology))


def _villages(counts: "pd.Series[Any]") -> tuple[object, ...]:
    if counts.empty:
        return (None, None, None)
    return (
        f"{int(counts[f'villages_{TRANG_SONG}'])} / {int(counts['villages'])}",
        _words(ends_of(counts, f"villages_{TRANG_SONG}")),
        int(counts[f"villages_{LOM_SONG}"]),
    )


def _met(facts: StudyFacts, code: str) -> str:
    table = facts.gaps.criterion8
    own = table[table["commune_code"] == code]
    return f"{int((own['status'] == 'met').sum())} / {len(own)}"


def _words(ends: Range | None) -> Bilingual | None:
    return None if ends is None else ends.words()
