"""What was found, in sentences with numbers, Vietnamese and English."""

import numpy as np
import pandas as pd

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY
from phusong.reporting.basis_words import basis_findings
from phusong.reporting.facts import Bilingual
from phusong.reporting.ranges import SURE_PERCENT, Range, ends_of, silent_range, total_row
from phusong.reporting.rank_words import NEW_MAST
from phusong.reporting.study_facts import (
    commune_rows,
    in_dollars,
    silent_villages,
    technology_of,
)
from phusong.reporting.wording import amount, joined, said, share
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study

_BILLION = 1e9
_OF_PEOPLE = said("people without signal")
_OF_VILLAGES = said("villages without signal there")


def gap_findings(study: Study, found: Gaps) -> tuple[Bilingual, ...]:
    """Who has no signal of any operator, and where most of them live.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    technology = technology_of(study)
    rows = commune_rows(found, ANY, technology)
    people = float(rows["people"].sum())
    sentences = [
        *basis_findings(study, found.basis, technology),
        silent_finding(study, found),
        *_between(ends_of(total_row(found, ANY, technology), "people_no_signal"), _OF_PEOPLE),
        *model_findings(study, found, technology),
        *official_findings(rows),
    ]
    unknown = float(rows["people_unknown"].sum())
    if unknown >= 0.5:
        sentences.append(
            said(
                "For about {unknown} people ({people}) it is unknown whether there is signal.",
                unknown=amount(unknown),
                people=share(100.0 * unknown / people),
            )
        )
    return (*sentences, *worst_finding(study, found))


def silent_finding(study: Study, found: Gaps) -> Bilingual:
    """How many people have no signal of any operator.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.

    Returns
    -------
    Bilingual
        One sentence.
    """
    technology = technology_of(study)
    rows = commune_rows(found, ANY, technology)
    people, silent = float(rows["people"].sum()), float(rows["people_no_signal"].sum())
    if people and not silent:
        return nobody_is_without(
            people, len(rows), float(rows["area_no_signal_km2"].sum()), technology
        )
    return said(
        "As modelled, about {silent} of {people} people ({share}) in {rows} "
        "communes have no {technology} signal of any operator outdoors.",
        silent=amount(silent), people=amount(people),
        share=share(100.0 * silent / people if people else np.nan), rows=len(rows),
        technology=technology,
    )  # fmt: skip


def worst_finding(study: Study, found: Gaps) -> tuple[Bilingual, ...]:
    """Where most of the people without signal live.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.

    Returns
    -------
    tuple of Bilingual
        One sentence; none where nobody is without.
    """
    rows = commune_rows(found, ANY, technology_of(study))
    if not float(rows["people_no_signal"].sum()) > 0.0:
        return ()
    worst = rows.sort_values(["people_no_signal", "commune"], ascending=[False, True]).iloc[0]
    name, number, percent = (
        worst[c] for c in ("commune", "people_no_signal", "people_no_signal_percent")
    )
    return (
        said(
            "The commune with most people without any signal is {name}: about {number}, {percent} "
            "of its people.",
            name=name,
            number=amount(number),
            percent=share(percent),
        ),
    )


def nobody_is_without(people: float, communes: int, area_km2: float, technology: str) -> Bilingual:
    """That nobody is without a signal, and whether any area is.

    Parameters
    ----------
    people
        How many there are.
    communes
        In how many communes.
    area_km2
        Where there is no signal all the same [km²].
    technology
        For example ``LTE``.

    Returns
    -------
    Bilingual
        One sentence.
    """
    empty = (
        said("; {area} km² without signal have nobody living there", area=amount(area_km2, 1))
        if area_km2 > 0.0
        else said("; no area is without a signal")
    )
    where = said("the commune")
    if communes > 1:
        where = said("{communes} communes", communes=communes)
    return said(
        "As modelled, none of the {people} people in {where} is without {technology} signal "
        "outdoors{empty}.",
        people=amount(people), where=where, technology=technology, empty=empty,
    )  # fmt: skip


def official_findings(rows: pd.DataFrame) -> tuple[Bilingual, ...]:
    """How official figures and the population raster differ, where they are given.

    Parameters
    ----------
    rows
        One row per commune, with ``population_official`` where the study has such figures.

    Returns
    -------
    tuple of Bilingual
        One sentence with both totals; none without official figures.
    """
    if "population_official" not in rows:
        return ()
    known = rows[rows["population_official"].notna()]
    if known.empty:
        return ()
    years = sorted({str(int(year)) for year in known["population_official_year"]})
    return (
        said(
            "Official figures come first: {official} people in {known} of {rows} communes "
            "({years}), where the population raster has {raster}; it is scaled to them.",
            official=amount(float(known["population_official"].sum())),
            known=len(known),
            rows=len(rows),
            years=", ".join(years),
            raster=amount(float(known["population_raster"].sum())),
        ),
    )


def model_findings(study: Study, found: Gaps, technology: str) -> tuple[Bilingual, ...]:
    """How many people have no signal of any operator by the study's second model.

    Parameters
    ----------
    study
        Its models.
    found
        Its gaps.
    technology
        Whose signal.

    Returns
    -------
    tuple of Bilingual
        One sentence; none for a study of one model.
    """
    table = found.models
    if table.empty:
        return ()
    main, second = study.propagation.models[:2]
    asked = (table["operator"] == ANY) & (table["technology"] == technology)
    rows = table[asked & (table["model"] == second)]
    silent, lost, gained = (
        float(rows[f"people_{what}"].sum())
        for what in ("no_signal", "signal_lost", "signal_gained")
    )
    name, by = MODEL_NAMES[second], MODEL_NAMES[main]
    return (
        said(
            "By {name} they are about {silent}: {lost} people with signal by {by} have "
            "none, for {gained} it is the other way round.",
            name=name,
            silent=amount(silent),
            lost=amount(lost),
            by=by,
            gained=amount(gained),
        ),
    )


def village_findings(study: Study, found: Gaps) -> tuple[Bilingual, ...]:
    """How many village centres have no signal of any operator.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.

    Returns
    -------
    tuple of Bilingual
        One sentence; none without a list of villages.
    """
    count, silent = len(found.villages), silent_villages(study, found)
    if not count:
        return ()
    people = float(silent["population"].sum())
    return (
        said("None of {counts} villages is without a signal at its centre.", counts=count)
        if silent.empty
        else said(
            "{silent} of {counts} villages have no signal of any operator at their "
            "centre; by the list of villages, {people} people live there.",
            silent=len(silent),
            counts=count,
            people=amount(people),
        ),
        *_between(silent_range(found, ANY, technology_of(study)), _OF_VILLAGES),
    )


def _between(ends: Range | None, what: Bilingual) -> tuple[Bilingual, ...]:
    """What a count lies between, in a sentence; none without an interval or for none."""
    if ends is None or not ends.high:
        return ()
    return (
        said(
            "{SURE_PERCENT} % interval: {low} to {high} {what}, when levels and people "
            "differ from the model as far as the study assumes.",
            SURE_PERCENT=SURE_PERCENT,
            low=amount(ends.low),
            high=amount(ends.high),
            what=what,
        ),
    )


def reach_findings(study: Study, found: Gaps) -> tuple[Bilingual, ...]:
    """How much of the communes is covered, by all operators together and by each.

    Parameters
    ----------
    study
        Operators and technology.
    found
        Its gaps.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    technology = technology_of(study)
    named = [(op.key, op.name) for op in study.operators if (op.key, technology) in found.classes]
    together = _covered(found, ANY, technology)
    each = [(name, *_covered(found, key, technology)) for key, name in named]
    named_shares = joined(
        (
            said("{name} {area} and {people}", name=name, area=share(area), people=share(people))
            for name, area, people in each
        ),
        "; ",
    )
    return (
        *basis_findings(study, found.basis, technology),
        said(
            "As modelled, at least one operator covers {together} of the communes' area"
            " with {technology} outdoors, where {people} of the people live.",
            together=share(together[0]),
            technology=technology,
            people=share(together[1]),
        ),
        said("Area and people covered by each operator: {shares}.", shares=named_shares),
    )


def environment_findings(study: Study, found: Gaps) -> tuple[Bilingual, ...]:
    """How many people have signal of any operator in each environment.

    Parameters
    ----------
    study
        Environments and technology.
    found
        Its gaps.

    Returns
    -------
    tuple of Bilingual
        One sentence, or none where one environment alone was counted.
    """
    totals, technology = found.totals, technology_of(study)
    if "environment" not in totals:
        return ()
    own = totals[(totals["operator"] == ANY) & (totals["technology"] == technology)]
    shares = [
        said(
            "{where} {share}",
            where=Bilingual(section.title_vi, section.title_en),
            share=share(100.0 * float(row["people_covered"]) / float(row["people"])),
        )
        for key, section in study.environments.items()
        for _, row in own[own["environment"] == key].iterrows()
        if float(row["people"]) > 0.0
    ]
    if len(shares) < 2:
        return ()
    return (
        said(
            "People with {technology} signal of any operator by environment: {shares}.",
            technology=technology,
            shares=joined(shares, "; "),
        ),
    )


def _covered(found: Gaps, operator: str, technology: str) -> tuple[float, float]:
    """Shares of area and of people that are covered [%]."""
    rows = commune_rows(found, operator, technology)
    area, people = float(rows["area_km2"].sum()), float(rows["people"].sum())
    return (
        100.0 * float(rows["area_covered_km2"].sum()) / area if area else np.nan,
        100.0 * float(rows["people_covered"].sum()) / people if people else np.nan,
    )


def plan_findings(study: Study, priorities: pd.DataFrame) -> tuple[Bilingual, ...]:
    """The first rank, and what all of them together would do and cost.

    Parameters
    ----------
    study
        Its currency.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    if priorities.empty:
        return (said("No ranked option newly covers anybody."),)
    currency = study.costs.shown_currency
    first, count = priorities.iloc[0], len(priorities)
    what = Bilingual(first["kind_vi"], first["kind_en"]) if "kind_vi" in first else NEW_MAST
    who, where = first["operator"], first["commune"]
    new, white = first["people_newly_covered"], first["people_white_zone"]
    total, capex = priorities["people_white_zone"].sum(), priorities["capex"].sum() / _BILLION
    return (
        said(
            "First priority: {what}, {who}, in or near {where}; about {new} people of the "
            "communes gain this operator's signal, {white} of whom have no operator today.",
            what=what,
            who=who,
            where=where,
            new=amount(new),
            white=amount(white),
        ),
        said(
            "All {counts} options: a first signal for about {total} people, capex about"
            " {capex} billion {currency}{dollars} by benchmarks of other countries.",
            counts=count,
            total=amount(total),
            capex=amount(capex, 1),
            currency=currency,
            dollars=in_dollars(study, float(priorities["capex"].sum())),
        ),
    )
