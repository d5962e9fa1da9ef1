"""What a study and its results say of themselves: key numbers, as markup and as plain text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY, UNKNOWN_PERCENT, Reach
from phusong.geo.network import Network
from phusong.language import legible
from phusong.reporting.escape import NO_FORMULAS
from phusong.reporting.facts import Bilingual, Column, Picture, same
from phusong.reporting.notices import practice_banner
from phusong.reporting.page_tables import PageTable, table_body_html
from phusong.reporting.ranges import ends_of, silent_range, total_row
from phusong.reporting.service_tables import worst_sites
from phusong.reporting.shown import PLAIN_LOOK
from phusong.reporting.study_facts import (
    MILLION,
    commune_rows,
    environment_words,
    money_unit,
    operator_words,
    practice_words,
    silent_villages,
    technology_of,
)
from phusong.reporting.wording import amount, as_told, joined, said, share
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study

Row = tuple[Bilingual, object]
"""What is told, and its value or words."""

_WHAT, _VALUE = Column(said("What")), Column(said("Value"))
_MOST_LINES = 12
"""Lines about single operators; tables of the results have all of them."""

_FIRST = 5
"""Ranks that a plan tells of itself."""


@dataclass(frozen=True)
class Summary:
    """Key numbers of one object.

    Parameters
    ----------
    title
        What the object is.
    rows
        What is told, and its value.
    practice
        Words of the banner when practice data went in, else None.
    """

    title: Bilingual
    rows: tuple[Row, ...]
    practice: Bilingual | None

    def plain(self) -> str:
        """The summary as plain text.

        Returns
        -------
        str
            One line per number, the first one with the title.
        """
        marked = [] if self.practice is None else [self.practice.plain.upper()]
        rows = (f"  {label.plain}: {_words(value).plain}" for label, value in self.rows)
        return legible("\n".join((self.title.plain, *(f"  {line}" for line in marked), *rows)))

    def html(self, drawn: Picture | None = None) -> str:
        """The summary beside a small picture.

        Parameters
        ----------
        drawn
            The picture; None for none.

        Returns
        -------
        str
            Markup with every name encoded.
        """
        rows = tuple((label, _words(value)) for label, value in self.rows)
        table = f'<p class="titled"><strong>{self.title.html()}</strong></p>' + table_body_html(
            PageTable(self.title, (_WHAT, _VALUE), rows)
        )
        side = "" if drawn is None else f'<div style="flex:0 1 330px">{drawn.html()}</div>'
        return (
            f"<style>{PLAIN_LOOK}</style>{practice_banner(self.practice)}"
            f'<div class="summary {NO_FORMULAS}" '
            f'style="display:flex;flex-wrap:wrap;gap:16px">{side}'
            f'<div style="flex:1 1 320px;min-width:0">{table}</div></div>'
        )


def _words(value: object) -> Bilingual:
    if isinstance(value, Bilingual):
        return value
    return same(value) if isinstance(value, str) else amount(value)


def _listed(names: list[str]) -> str:
    few = names[:_MOST_LINES]
    return ", ".join(few) + (", …" if len(names) > len(few) else "")


def _titled(what: Bilingual, study: Study) -> Bilingual:
    name = Bilingual(study.study.title_vi, study.study.title_en)
    return joined((what, name), ": ")


def study_summary(study: Study, network: Network | None = None) -> Summary:
    """What a study asks, by which means, and how much of it is assumed.

    Parameters
    ----------
    study
        The study.
    network
        Its sectors on air, when they have been read.

    Returns
    -------
    Summary
        Key numbers.
    """
    assumed = study.assumptions()
    asked = Bilingual(study.study.question_vi, study.study.question_en)
    rows: list[Row] = [
        *([(said("What was asked"), asked)] if asked.en or asked.vi else []),
        (said("Communes"), len(study.area.communes)),
        (said("Operators"), _listed([op.name for op in study.operators])),
        (said("Technologies"), _listed(list(study.technologies))),
    ]
    if network is not None:
        rows += [
            (said("Sites on air"), len(network.site_ids)),
            (said("Sectors"), len(network.sectors)),
        ]
    rows += [
        (said("Propagation model"), _listed([MODEL_NAMES[m] for m in study.propagation.models])),
        (said("Side of a cell"), amount(float(study.grid.resolution_m), unit="m")),
        (said("Assumptions"), len(assumed)),
        (said("of them not verified"), sum(not a.verified for a in assumed)),
        (said("Study file"), study.file.name),
        (said("Results"), f"{study.study.output}/"),
    ]
    return Summary(_titled(said("Study"), study), tuple(rows), practice_words(study))


def reach_summary(study: Study, reached: Reach) -> Summary:
    """How large the computed frame is, and how much of it each operator covers.

    Parameters
    ----------
    study
        The study.
    reached
        Its reach.

    Returns
    -------
    Summary
        Key numbers.
    """
    rows, cols = reached.grid.shape
    numbers: list[Row] = [
        (said("Propagation model"), MODEL_NAMES.get(reached.model, reached.model)),
        (said("Environment"), _environment(study, reached.environment)),
        (
            said("Frame"),
            said(
                "{rows} × {cols} cells of {size} m",
                rows=rows,
                cols=cols,
                size=float(reached.grid.resolution_m),
            ),
        ),
        (said("Sites on air"), len(reached.network.site_ids)),
        (said("Sectors"), len(reached.network.sectors)),
        *list(_covered(study, reached))[:_MOST_LINES],
    ]
    return Summary(_titled(said("Reach"), study), tuple(numbers), practice_words(study))


def _environment(study: Study, key: str) -> Bilingual:
    section = study.environments.get(key)
    return same(key) if section is None else Bilingual(section.title_vi, section.title_en)


def _covered(study: Study, reached: Reach) -> Iterator[Row]:
    """Share of the frame that each operator covers, where something is known."""
    names = operator_words(study)
    line = round(100 * study.service.covered.value)
    for (key, technology), layer in reached.layers.items():
        if key not in names or technology not in study.technologies:
            continue
        known = layer.probability_percent != UNKNOWN_PERCENT
        covered = known & (layer.probability_percent >= line)
        count = int(np.count_nonzero(known))
        percent = 100.0 * int(np.count_nonzero(covered)) / count if count else float("nan")
        yield (
            said(
                "{operator}, {technology}: covered part of the frame",
                operator=names[key],
                technology=technology,
            ),
            share(percent),
        )


def service_summary(study: Study, quality: pd.DataFrame, resilience: pd.DataFrame) -> Summary:
    """Who gets a rate that is enough, and which site most people hang on.

    Parameters
    ----------
    study
        The study.
    quality, resilience
        Tables of the service step.

    Returns
    -------
    Summary
        Key numbers.
    """
    names, floor = operator_words(study), study.service.quality.floor.value
    columns = ["people", "people_rate_floor", "people_rate_good"]
    rows: list[Row] = []
    for (key, technology), sums in (
        quality.groupby(["operator", "technology"])[columns].sum().iterrows()
    ):
        enough = float(sums["people_rate_floor"] + sums["people_rate_good"])
        people = float(sums["people"])
        rows.append((
            said(
                "{operator}, {technology}: people with at least {floor} Mbit/s",
                operator=names.get(str(key), same(str(key))), technology=str(technology),
                floor=floor,
            ),
            share(100.0 * enough / people if people else float("nan")),
        ))  # fmt: skip
    for worst in worst_sites(study, resilience, most=1).itertuples():
        lost = said(
            "{site}: {people} people", site=str(worst.site_id), people=amount(worst.people_lost)
        )
        rows.append((said("Most people hang on the site"), lost))
    return Summary(
        _titled(said("Service"), study), tuple(rows[-_MOST_LINES:]), practice_words(study)
    )


def calibration_summary(
    study: Study, tables: Mapping[str, pd.DataFrame], faults: Sequence[str]
) -> Summary:
    """How far levels are from measured ones.

    Parameters
    ----------
    study
        The study.
    tables
        Tables of the comparison.
    faults
        What could not be fitted, and why.

    Returns
    -------
    Summary
        Key numbers; the reasons, where nothing could be compared.
    """
    rows: list[Row] = []
    for row in tables["held-out"].itertuples() if "held-out" in tables else ():
        who = joined(
            (same(MODEL_NAMES[row.model]), environment_words(study, row.environment),
             same(row.technology))
        )  # fmt: skip
        told = said(
            "{cells} cells, mean error {mean}, RMS error {before}; corrected {after}",
            cells=amount(int(row.measured_cells)),
            mean=amount(float(row.mean_error_before_db), 1, unit="dB"),
            before=amount(float(row.rms_error_before_db), 1, unit="dB"),
            after=amount(float(row.rms_error_after_db), 1, unit="dB"),
        )
        rows.append((who, told))
    rows += [(said("Not compared"), as_told(fault)) for fault in faults]
    if "left-out" in tables and len(tables["left-out"]):
        left = int(tables["left-out"]["rows"].sum())
        rows.append((said("Rows that were not used"), left))
    return Summary(_titled(said("Measurements"), study), tuple(rows), practice_words(study))


def gaps_summary(study: Study, found: Gaps) -> Summary:
    """Who has no signal.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Summary
        Key numbers of the study's first technology.
    """
    technology, names = technology_of(study), operator_words(study)
    zones = found.polygons
    white = zones[(zones["operator"] == ANY) & (zones["technology"] == technology)]
    rows: list[Row] = [(said("Technology"), technology)]
    for key, name in names.items():
        counted = commune_rows(found, key, technology)
        if len(counted):
            silent = _silent(found, key, technology, counted)
            rows.append((said("{operator}: people without signal", operator=name), silent))
    rows.append((said("White zones (no operator)"), len(white)))
    if len(found.villages):
        rows.append((said("Villages"), len(found.villages)))
        silent_there = amount(len(silent_villages(study, found)))
        between = silent_range(found, ANY, technology)
        rows.append((
            said("Villages without signal"),
            silent_there if between is None else _with_range(silent_there, between.words()),
        ))  # fmt: skip
    return Summary(
        _titled(said("Gaps"), study),
        tuple(rows[: _MOST_LINES + len(names)]),
        practice_words(study),
    )


def _silent(found: Gaps, key: str, technology: str, counted: pd.DataFrame) -> Bilingual:
    people, silent = (float(counted[c].sum()) for c in ("people", "people_no_signal"))
    percent = share(100.0 * silent / people if people else float("nan"))
    words = said("{silent} of {people} ({percent})", silent=amount(silent), people=amount(people),
                 percent=percent)  # fmt: skip
    between = ends_of(total_row(found, key, technology), "people_no_signal")
    return words if between is None else _with_range(words, between.words())


def _with_range(words: Bilingual, between: Bilingual) -> Bilingual:
    return said("{count}; 80 % interval {between}", count=words, between=between)


def plan_summary(study: Study, priorities: pd.DataFrame) -> Summary:
    """What to build first, and what the first ranks bring and cost.

    Parameters
    ----------
    study
        The study.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.

    Returns
    -------
    Summary
        Key numbers.
    """
    rows: list[Row] = [(said("Ranked options"), len(priorities))]
    rows += [_rank(study, row) for row in priorities.head(_FIRST).itertuples()]
    return Summary(_titled(said("Plan"), study), tuple(rows), practice_words(study))


def _rank(study: Study, row: Any) -> Row:
    return (
        said(
            "Rank {rank}: {operator}, {commune}",
            rank=int(row.rank),
            operator=row.operator,
            commune=row.commune,
        ),
        said(
            "{people} people newly covered, {money} {unit}",
            people=amount(float(row.people_newly_covered)),
            money=amount(row.present_value / MILLION),
            unit=money_unit(study),
        ),
    )
