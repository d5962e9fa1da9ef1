"""Quality, resilience, several sites and scenarios as tables and sentences for readers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from phusong.analysis.reach import ANY
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.page_tables import PageTable
from phusong.reporting.palette import (
    COVERED_COLOUR,
    MARGINAL_COLOUR,
    NO_SIGNAL_COLOUR,
    ClassStyle,
)
from phusong.reporting.study_facts import operator_words, technology_of
from phusong.reporting.wording import amount, joined, said, shortest
from phusong.reporting.wording import share as as_share
from phusong.study import Study

_PEOPLE = said("people")
_DARK, _MIDDLE = (0, 34, 78), (88, 130, 176)
OPERATOR = Column(said("Operator"))
TECHNOLOGY = Column(said("Technology"))
MOST_SITES = 3
"""Places with this many sites or more are told together."""


def rate_legend(study: Study) -> tuple[ClassStyle, ...]:
    """How classes of download rate are drawn and named.

    Parameters
    ----------
    study
        Its floor and its good rate.

    Returns
    -------
    tuple of ClassStyle
        From the best to the worst, with the codes of the class.
    """
    quality = study.service.quality
    floor, good = shortest(quality.floor.value), shortest(quality.good.value)
    return (
        ClassStyle(3, said("≥ {good} Mbit/s", good=good), _DARK),
        ClassStyle(2, said("{floor} … {good} Mbit/s", floor=floor, good=good), COVERED_COLOUR),
        ClassStyle(1, said("< {floor} Mbit/s", floor=floor), MARGINAL_COLOUR),
        ClassStyle(0, said("no signal", context="class"), NO_SIGNAL_COLOUR, hatched=True),
    )


def sites_legend() -> tuple[ClassStyle, ...]:
    """How the number of sites that cover a place is drawn and named.

    Returns
    -------
    tuple of ClassStyle
        From many to none, with the number as the code.
    """
    return (
        ClassStyle(3, said("3 sites or more"), _DARK),
        ClassStyle(2, said("2 sites"), _MIDDLE),
        ClassStyle(1, said("1 site"), MARGINAL_COLOUR),
        ClassStyle(0, said("none"), NO_SIGNAL_COLOUR, hatched=True),
    )


def quality_table(study: Study, quality: pd.DataFrame) -> PageTable:
    """People in the communes by class of download rate.

    Parameters
    ----------
    study
        Operators, floor and good rate.
    quality
        The columns of ``reach/quality.csv``.

    Returns
    -------
    PageTable
        One row per operator and technology.
    """
    names, floor, good = operator_words(study), *_rates(study)
    parts = ["people_rate_good", "people_rate_floor", "people_rate_below_floor", "people_rate_none"]
    sums = quality.groupby(["operator", "technology"], sort=True)[["people", *parts]].sum()
    rows = tuple(
        (
            names.get(operator, same(operator)), technology, *(float(row[p]) for p in parts),
            _percent(float(row[parts[0]] + row[parts[1]]), float(row["people"])),
        )
        for (operator, technology), row in sums.iterrows()
    )  # fmt: skip
    return PageTable(
        title=said("Download rate in the busy hour"),
        columns=(
            OPERATOR,
            TECHNOLOGY,
            Column(said("≥ {good} Mbit/s", good=good), _PEOPLE, 0),
            Column(said("{floor} … {good} Mbit/s", floor=floor, good=good), _PEOPLE, 0),
            Column(said("< {floor} Mbit/s", floor=floor), _PEOPLE, 0),
            Column(said("No signal"), _PEOPLE, 0),
            Column(said("{floor} Mbit/s or more", floor=floor), "%", 1),
        ),
        rows=rows,
        note=said(
            "Within the communes. With interference of other sites, shared among those "
            "who are active at once, by the assumed loads. No interval: rates were not "
            "tried with errors of levels."
        ),
    )


def resilience_table(study: Study, resilience: pd.DataFrame, *, most: int) -> PageTable:
    """Sites whose failure takes service from most people, whoever operates them.

    Parameters
    ----------
    study
        Its technology.
    resilience
        The columns of ``reach/resilience.csv``.
    most
        Rows to show, at least 1.

    Returns
    -------
    PageTable
        Numbered as on the map.
    """
    worst = worst_sites(study, resilience, most=most)
    return PageTable(
        title=said("When a site goes down"),
        columns=(
            Column(said("No.")),
            Column(said("Site")),
            Column(said("Served by it"), _PEOPLE, 0),
            Column(said("Lose service"), _PEOPLE, 0),
            Column(said("Lose service"), "km²", 1),
        ),
        rows=tuple(
            (str(number), row.site_id, row.people_served, row.people_lost, row.area_lost_km2)
            for number, row in enumerate(worst.itertuples(), 1)
        ),
        note=said(
            "All operators at the place fail together; over the whole computed area. "
            "All of them in reach/resilience.csv."
        ),
    )


def worst_sites(study: Study, resilience: pd.DataFrame, *, most: int) -> pd.DataFrame:
    """Sites whose failure takes service from most people.

    Parameters
    ----------
    study
        Its technology.
    resilience
        The columns of ``reach/resilience.csv``.
    most
        Rows to keep, at least 1.

    Returns
    -------
    pandas.DataFrame
        The worst first; of equal ones the first by name.
    """
    chosen = (resilience["operator"] == ANY) & (resilience["technology"] == technology_of(study))
    ordered = resilience[chosen].sort_values(["people_lost", "site_id"], ascending=[False, True])
    return ordered.head(most).reset_index(drop=True)


def sites_table(
    study: Study, people: Mapping[str, Sequence[float]], area: Mapping[str, Sequence[float]]
) -> PageTable:
    """People and area of the communes by the number of sites that cover them.

    Parameters
    ----------
    study
        Operators.
    people, area
        By operator's key: of no site, one, two, and three or more [people; km²].

    Returns
    -------
    PageTable
        All operators together, then each.
    """
    words = [style.name for style in sites_legend()][::-1]
    rows = tuple(
        (name, *people[key], *area[key])
        for key, name in operator_words(study).items() if key in people
    )  # fmt: skip
    return PageTable(
        title=said("How many sites cover a place"),
        columns=(
            OPERATOR,
            *(Column(name, _PEOPLE, 0) for name in words),
            *(Column(name, "km²", 1) for name in words),
        ),
        rows=rows,
        note=said("Within the communes. A place with one site loses service when it fails."),
    )


def scenario_table(study: Study, changes: pd.DataFrame) -> PageTable:
    """What each scenario changes, against the network of today.

    Parameters
    ----------
    study
        Titles of the scenarios, operators.
    changes
        The columns of ``scenarios/communes.csv``.

    Returns
    -------
    PageTable
        All operators together, and each operator that something changes for.
    """
    names, rows = operator_words(study), []
    columns = ["people_covered_change", "people_no_signal_change", "area_covered_change_km2"]
    for key, scenario in study.scenarios.items():
        own = changes[changes["scenario"] == key]
        sums = own.groupby(["operator", "technology"], sort=True)[columns].sum()
        for (operator, technology), row in sums.iterrows():
            values = [float(row[column]) for column in columns]
            if operator == ANY or np.abs(values).max() > 0:
                title = Bilingual(scenario.title_vi, scenario.title_en)
                rows.append((title, names.get(operator, same(operator)), technology, *values))
    return PageTable(
        title=said("Scenarios against today's network"),
        columns=(
            Column(said("Scenario")),
            OPERATOR,
            TECHNOLOGY,
            Column(said("More people covered"), _PEOPLE, 0),
            Column(said("More people without"), _PEOPLE, 0),
            Column(said("More area covered"), "km²", 2),
        ),
        rows=tuple(rows),
        note=said("Within the communes; negative is less."),
    )


def environment_table(study: Study, totals: pd.DataFrame) -> PageTable:
    """People of the communes without signal in every environment, by operator.

    Parameters
    ----------
    study
        Environments, operators, technology.
    totals
        The columns of ``gaps/totals.csv``.

    Returns
    -------
    PageTable
        One row per environment and operator, with intervals.
    """
    names, technology = operator_words(study), technology_of(study)
    rows = []
    for environment, section in study.environments.items():
        chosen = totals[
            (totals["environment"] == environment) & (totals["technology"] == technology)
        ].set_index("operator")
        for key, name in names.items():
            if key in chosen.index:
                where = Bilingual(section.title_vi, section.title_en)
                rows.append((where, name, *_cells(chosen.loc[key])))
    first = Column(said("Environment"))
    title = said("By environment, {technology}", technology=technology)
    return _coverage(title, (first, OPERATOR), rows)


def technology_table(study: Study, totals: pd.DataFrame) -> PageTable:
    """People of the communes by technology, all operators together and each.

    Parameters
    ----------
    study
        Environments and operators.
    totals
        The columns of ``gaps/totals.csv``.

    Returns
    -------
    PageTable
        One row per technology and operator, with intervals; ``any`` is any technology at all.
    """
    names = operator_words(study)
    own = totals[totals["environment"] == next(iter(study.environments))]
    rows = [
        (
            said("any technology") if row["technology"] == ANY
            else same(str(row["technology"])),
            names.get(row["operator"], same(str(row["operator"]))), *_cells(row),
        )
        for _, row in own.iterrows()
    ]  # fmt: skip
    where = study.environment
    title = said("By technology: {where}", where=Bilingual(where.title_vi, where.title_en))
    return _coverage(title, (TECHNOLOGY, OPERATOR), rows)


def _coverage(
    title: Bilingual, first: tuple[Column, ...], rows: Sequence[tuple[object, ...]]
) -> PageTable:
    from_, to = "p10", "p90"
    return PageTable(
        title=title,
        columns=(
            *first,
            Column(said("Covered"), _PEOPLE, 0),
            Column(said("Marginal"), _PEOPLE, 0),
            Column(said("No signal"), _PEOPLE, 0),
            Column(said("No signal, {from_}", from_=from_), _PEOPLE, 0),
            Column(said("No signal, {to}", to=to), _PEOPLE, 0),
            Column(said("Share without"), "%", 1, share=True, lacking=True),
        ),
        rows=tuple(rows),
        note=said("Within the communes; p10 to p90 hold 80 % of the trials."),
    )


def _cells(row: "pd.Series[float]") -> tuple[object, ...]:
    parts = ("covered", "marginal", "no_signal", "no_signal_p10", "no_signal_p90")
    return (*(float(row[f"people_{p}"]) for p in parts), float(row["people_no_signal_percent"]))


def service_findings(
    study: Study, quality: pd.DataFrame, resilience: pd.DataFrame, single: float, whole: float
) -> tuple[Bilingual, ...]:
    """How good service is, and how much hangs on single sites.

    Parameters
    ----------
    study
        Its floor and technology.
    quality, resilience
        Tables of the service step.
    single, whole
        People of the communes whom one site alone covers, and whom any covers.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    names, floor, _ = operator_words(study), *_rates(study)
    told = []
    sums = quality.groupby("operator", sort=True)[
        ["people", "people_rate_floor", "people_rate_good"]
    ].sum()
    each = [
        (names.get(str(key), same(str(key))),
         _percent(float(row["people_rate_floor"] + row["people_rate_good"]), float(row["people"])))
        for key, row in sums.iterrows()
    ]  # fmt: skip
    if each:
        shares = joined(
            (said("{name} {share}", name=n, share=as_share(v or 0.0)) for n, v in each), "; "
        )
        told.append(
            said(
                "People of the communes with at least {floor} Mbit/s in the busy hour: {shares}.",
                floor=floor, shares=shares,
            )
        )  # fmt: skip
    worst = worst_sites(study, resilience, most=1)
    if len(worst):
        row = worst.iloc[0]
        lost = float(row["people_lost"])
        told.append(
            said(
                "Most people hang on {site_id}: when it fails, about {lost} people of the "
                "computed area lose service.",
                site_id=row["site_id"],
                lost=amount(lost),
            )
        )
    if whole > 0:
        share = 100.0 * single / whole
        told.append(
            said(
                "Of the people of the communes who are covered, {share} % have one site only.",
                share=amount(share, 1),
            )
        )
    return tuple(told)


def _rates(study: Study) -> tuple[Bilingual, Bilingual]:
    quality = study.service.quality
    return shortest(quality.floor.value), shortest(quality.good.value)


def _percent(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole else None
