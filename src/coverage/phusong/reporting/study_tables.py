"""Results of a study as tables for readers: words in two languages, units, rounded numbers."""

from typing import TYPE_CHECKING, Any

import numpy as np

from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, UNKNOWN, Gaps
from phusong.analysis.reach import ANY
from phusong.reporting.basis_words import titled
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.gap_words import CODE, PLACE, place_words
from phusong.reporting.page_tables import PageTable
from phusong.reporting.ranges import RANGE, RANGE_NOTE, ends_of, total_row
from phusong.reporting.study_facts import (
    EVERYONE,
    commune_rows,
    silent_villages,
    technology_of,
)
from phusong.reporting.wording import joined, said
from phusong.study import Study

if TYPE_CHECKING:
    import pandas as pd

COMMUNE = Column(said("Commune"))
OPERATOR = Column(said("Operator"))
_PEOPLE = said("people")
_COVERED = said("Covered")
_MARGINAL = said("Marginal")
_NO_SIGNAL = said("No signal")
_SHARE = Column(said("Share without signal"), "%", 1, share=True, lacking=True)
_RANGE = Column(joined((_NO_SIGNAL, RANGE)), _PEOPLE)
_TRIALS = Column(said("Trials without signal"), "%", 0)
_STAY = Column(said("Stay without, {RANGE}", RANGE=RANGE), _PEOPLE)
_TOTAL = said("Total")


def commune_table(study: Study, found: Gaps, operator: str = ANY) -> PageTable:
    """Area and people by commune.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.
    operator
        Operator's key; ``any`` for all together.

    Returns
    -------
    PageTable
        One row per commune, those with most people without signal first, and the total.
    """
    rows = commune_rows(found, operator, technology_of(study))
    rows = rows.sort_values(["people_no_signal", "commune"], ascending=[False, True])

    total = total_row(found, operator, technology_of(study))
    unsure = ends_of(total, "people_no_signal") is not None
    sums = total if len(total) else rows.select_dtypes("number").sum()

    def line(name: object, row: Any, ends: Any, silent_percent: float | None) -> tuple[object, ...]:
        return (
            name, row["area_km2"], row["area_no_signal_km2"],
            row["people"], row["people_covered"], row["people_marginal"], row["people_no_signal"],
            *_ends(ends, unsure=unsure), silent_percent,
        )  # fmt: skip

    names = {op.key: op.name for op in study.operators}
    who = same(names[operator]) if operator in names else said("all operators")
    return PageTable(
        title=titled(
            said("By commune, {who}", who=who),
            found.basis,
            (operator, technology_of(study)),
        ),
        columns=(
            COMMUNE,
            Column(said("Area"), "km²"),
            Column(_NO_SIGNAL, "km²"),
            Column(said("People"), _PEOPLE, 0),
            Column(_COVERED, _PEOPLE, 0),
            Column(_MARGINAL, _PEOPLE, 0),
            Column(_NO_SIGNAL, _PEOPLE, 0),
            *((_RANGE,) if unsure else ()),
            _SHARE,
        ),
        rows=tuple(
            line(row["commune"], row, row, row["people_no_signal_percent"])
            for _, row in rows.iterrows()
        ),
        total=line(_TOTAL, sums, total, _percent(sums["people_no_signal"], sums["people"])),
        note=_noted(
            said("Modelled, not measured; commune outlines may be approximate."),
            unsure=unsure,
        ),
    )


def operator_table(study: Study, found: Gaps) -> PageTable:
    """People in the communes by operator.

    Parameters
    ----------
    study
        Operators and technology.
    found
        Its gaps.

    Returns
    -------
    PageTable
        All operators together, then each.
    """
    lines, technology = [], technology_of(study)
    unsure = ends_of(total_row(found, ANY, technology), "people_no_signal") is not None
    for key, name in _operators(study, found):
        total = total_row(found, key, technology)
        counts = total if len(total) else commune_rows(found, key, technology).sum()
        parts = [float(counts[f"people_{c}"]) for c in ("covered", "marginal", "no_signal")]
        told = titled(name, found.basis, (key, technology_of(study)))
        ends = _ends(total, unsure=unsure)
        share = _percent(parts[2], float(counts["people"]))
        lines.append((told, *parts, *ends, share))
    return PageTable(
        title=titled(
            said("By operator, within the communes"),
            found.basis,
            *_all_layers(study),
        ),
        columns=(
            OPERATOR,
            *(Column(name, _PEOPLE, 0) for name in (_COVERED, _MARGINAL, _NO_SIGNAL)),
            *((_RANGE,) if unsure else ()),
            _SHARE,
        ),
        rows=tuple(lines),
    )


def _ends(row: "pd.Series[float]", *, unsure: bool) -> tuple[Bilingual | None, ...]:
    """A cell with the interval of people without signal, where the table has such a column."""
    ends = ends_of(row, "people_no_signal")
    return (None if ends is None else ends.words(),) if unsure else ()


def _noted(note: Bilingual, *, unsure: bool) -> Bilingual:
    """A note, with what intervals are where the table has them."""
    if not unsure:
        return note
    return joined((note, RANGE_NOTE), " ")


def area_table(study: Study, found: Gaps) -> PageTable:
    """Area by operator, in the communes and in the whole computed area.

    Parameters
    ----------
    study
        Operators and technology.
    found
        Its gaps.

    Returns
    -------
    PageTable
        All operators together, then each.
    """
    technology = technology_of(study)
    lines = []
    for key, name in _operators(study, found):
        rows = commune_rows(found, key, technology)
        area = float(rows["area_km2"].sum())
        classes = found.classes[key, technology]
        known = float(np.count_nonzero(classes != UNKNOWN))
        whole = (
            _percent(float(np.count_nonzero(classes == code)), known)
            for code in (COVERED, MARGINAL, NO_SIGNAL)
        )
        inside = (
            _percent(float(rows[f"area_{c}_km2"].sum()), area)
            for c in ("covered", "marginal", "no_signal")
        )
        told = titled(name, found.basis, (key, technology))
        lines.append((told, *inside, *whole))
    here, all_over = said("communes", context="within"), said("whole area")
    return PageTable(
        title=titled(said("Shares of area"), found.basis, *_all_layers(study)),
        columns=(
            OPERATOR,
            *(
                Column(joined((name, where)), "%")
                for where in (here, all_over)
                for name in (_COVERED, _MARGINAL, _NO_SIGNAL)
            ),
        ),
        rows=tuple(lines),
        note=said("Whole area: the communes and the margin around them; shares of what is known."),
    )


def village_table(study: Study, found: Gaps, *, most: int) -> PageTable:
    """The largest villages whose centre has no signal of any operator.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.
    most
        Rows to show, at least 1.

    Returns
    -------
    PageTable
        One row per village.
    """
    technology = technology_of(study)
    silent = silent_villages(study, found)
    communes = dict(zip(found.communes["commune_code"], found.communes["commune"], strict=True))
    prefix, sure = f"{ANY}_{technology.lower()}_", "trang_song_percent"
    level = f"{prefix}level_dbm"
    rows = tuple(
        (
            row["name"], communes.get(row["commune_code"], row["commune_code"]),
            row["population"], row["households"], row[level], *_sure(row, f"{prefix}{sure}"),
        )
        for _, row in silent.head(most).iterrows()
    )  # fmt: skip
    count = len(silent)
    return PageTable(
        title=titled(
            said("Villages without signal at the centre"),
            found.basis,
            (ANY, technology),
        ),
        columns=(
            Column(said("Village")),
            COMMUNE,
            Column(said("People"), _PEOPLE, 0),
            Column(said("Households", context="column"), decimals=0),
            Column(said("Strongest level"), "dBm", 0),
            *((_TRIALS,) if f"{prefix}{sure}" in silent else ()),
        ),
        rows=rows,
        note=said(
            "{rows} of {counts} villages; all of them in gaps/villages.csv.",
            rows=len(rows),
            counts=count,
        ),
    )


def gap_table(study: Study, found: Gaps, *, most: int) -> PageTable:
    """The white zones with most people.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.
    most
        Rows to show, at least 1.

    Returns
    -------
    PageTable
        One row per white zone.
    """
    gaps = found.polygons
    unsure = "people_p10" in gaps
    white = gaps[(gaps["operator"] == ANY) & (gaps["technology"] == technology_of(study))]
    white = white.sort_values(["people", "gap_id"], ascending=[False, True])
    rows = tuple(
        (
            place_words(row),
            row["commune"],
            row["area_km2"],
            row["people"],
            *_people(row, unsure=unsure),
            row["gap_id"],
        )
        for _, row in white.head(most).iterrows()
    )
    return PageTable(
        title=titled(
            said("White zones with most people"),
            found.basis,
            (ANY, technology_of(study)),
        ),
        columns=(
            PLACE,
            COMMUNE,
            Column(said("Area"), "km²", 2),
            Column(said("People"), _PEOPLE, 0),
            *((_STAY,) if unsure else ()),
            CODE,
        ),
        rows=rows,
        note=said(
            "{rows} of {white} zones; all of them in gaps/no-signal.gpkg. Those smaller"
            " than {smallest_gap} km² are not drawn.",
            rows=len(rows),
            white=len(white),
            smallest_gap=study.service.smallest_gap.value,
        ),
    )


def _sure(row: "pd.Series[Any]", column: str) -> tuple[object, ...]:
    """Share of the trials in which a village centre has no signal, where that was tried."""
    return (row[column],) if column in row.index else ()


def _people(row: "pd.Series[Any]", *, unsure: bool) -> tuple[Bilingual | None, ...]:
    """People of a gap who stay without signal in most trials."""
    ends = ends_of(row, "people")
    return (None if ends is None else ends.words(),) if unsure else ()


def _all_layers(study: Study) -> tuple[tuple[str, str], ...]:
    return tuple((key, technology_of(study)) for key in (ANY, *(op.key for op in study.operators)))


def _operators(study: Study, found: Gaps) -> list[tuple[str, Bilingual]]:
    named = [(op.key, same(op.name)) for op in study.operators]
    technology = technology_of(study)
    return [(k, n) for k, n in ((ANY, EVERYONE), *named) if (k, technology) in found.classes]


def _percent(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole else None
