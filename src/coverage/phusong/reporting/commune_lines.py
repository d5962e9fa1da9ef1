"""What is known of a commune besides its signal: official figures and the plan's other lines."""

from collections.abc import Iterator

import pandas as pd

from phusong.analysis.infrastructure import HAS
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.page_tables import PageTable
from phusong.reporting.plan_lines import (
    ANSWER_WORDS,
    CONNECTION_WORDS,
    HAS_WORDS,
    SIGNAL_WORDS,
    WAY_WORDS,
    answered,
    informed,
    languages_of,
    own_rows,
    running,
)
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import amount, joined, said, shortest, sourced

Line = tuple[Bilingual, Bilingual]
_RELATION = {"gt": same("> "), "lt": same("< ")}


def lines_table(facts: StudyFacts, code: str) -> PageTable | None:
    """Official figures first, then what the plan asks besides.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable or None
        One row per line; None where the study can tell nothing of the kind.
    """
    rows = (
        *_official(facts, code),
        *_poor(facts, code),
        *_infrastructure(facts, code),
        *_loudspeakers(facts, code),
        *_information(facts, code),
        *_office(facts, code),
        *_unplaced(facts, code),
    )
    if not rows:
        return None
    return PageTable(
        title=said("Official figures and other lines of the plan"),
        columns=(Column(said("Subject")), Column(said("Known"))),
        rows=rows,
        note=said(
            "4 / 8 (1 ?): 4 of 8 villages have it, of 1 nobody said. Where there is an official "
            "population the raster is scaled to it."
        ),
    )


def _official(facts: StudyFacts, code: str) -> Iterator[Line]:
    row = facts.commune_row(code)
    if "population_official" not in row.index:
        return
    raster = amount(float(row["population_raster"]))
    if pd.isna(row["population_official"]):
        yield said("Population"), said("no official figure; by the raster {raster}", raster=raster)
    else:
        yield (
            said("Population"),
            said(
                "{official} (official, {year}, {source}); by the raster {raster}, factor {factor}",
                official=amount(float(row["population_official"])),
                year=str(int(row["population_official_year"])),
                source=sourced(str(row["population_official_source"])),
                raster=raster,
                factor=amount(float(row["population_factor"]), 3),
            ),
        )
    if not pd.isna(row["households_official"]):
        yield (
            said("Households", context="column"),
            said(
                "{official} (official, {year}, {source})",
                official=amount(float(row["households_official"])),
                year=str(int(row["households_official_year"])),
                source=sourced(str(row["households_official_source"])),
            ),
        )
    yield from _rates(row)


def _rates(row: "pd.Series[float]") -> Iterator[Line]:
    """Poverty, with its standard and year: never one without the other."""
    names = {
        "poor_rate_percent": said("Poor households"),
        "near_poor_rate_percent": said("Near-poor households"),
        "poor_and_near_poor_rate_percent": said("Poor and near-poor households"),
    }
    for name, words in names.items():
        if pd.isna(row[name]):
            continue
        sign = _RELATION.get(str(row["poor_rate_relation"]), same(""))
        if name != "poor_rate_percent":
            sign = same("")
        yield (
            words,
            said(
                "{sign}{rate} by the standard {standard}, {year} ({source})",
                sign=sign,
                rate=shortest(float(row[name]), unit="%"),
                standard=str(row["poverty_standard"]),
                year=str(int(row["poverty_year"])),
                source=sourced(str(row["poverty_source"])),
            ),
        )


def _poor(facts: StudyFacts, code: str) -> Iterator[Line]:
    rows = own_rows(facts.gaps, "support", code)
    words = {
        "poor_households": said("Poor households by signal"),
        "near_poor_households": said("Near-poor households by signal"),
    }
    for name, title in words.items():
        if rows.empty or f"{name}_covered" not in rows:
            continue
        row = rows.iloc[0]
        yield (
            title,
            said(
                "{covered} in villages with signal (support helps now), {marginal} with a weak "
                "one, {silent} in gaps (build first), of {unknown} it is not known",
                covered=amount(float(row[f"{name}_covered"])),
                marginal=amount(float(row[f"{name}_marginal"])),
                silent=amount(float(row[f"{name}_no_signal"])),
                unknown=amount(float(row[f"{name}_signal_unknown"])),
            ),
        )


def _infrastructure(facts: StudyFacts, code: str) -> Iterator[Line]:
    rows = own_rows(facts.gaps, "infrastructure-communes", code)
    if rows.empty or not rows["villages"].iloc[0]:
        return
    row = rows.iloc[0]
    known = sum(int(row[f"{what}_yes"]) + int(row[f"{what}_no"]) for what in HAS)
    if not known:
        return
    parts = [
        said("{what} {answer}", what=HAS_WORDS[what], answer=answered(row, what)) for what in HAS
    ]
    yield said("Infrastructure of villages"), joined(parts, "; ")


def _loudspeakers(facts: StudyFacts, code: str) -> Iterator[Line]:
    rows = own_rows(facts.gaps, "loudspeakers", code)
    if rows.empty:
        return
    mobile, fibre, perhaps, no, unknown = running(rows)
    yield (
        said("Loudspeaker clusters"),
        said(
            "{clusters}: {mobile} run on a mobile signal, {fibre} on fibre of their village, "
            "{perhaps} to be measured, {no} wait for either, {unknown} not known",
            clusters=len(rows),
            mobile=mobile,
            fibre=fibre,
            perhaps=perhaps,
            no=no,
            unknown=unknown,
        ),
    )


def _information(facts: StudyFacts, code: str) -> Iterator[Line]:
    rows = own_rows(facts.gaps, "information", code)
    if rows.empty or not rows["villages"].iloc[0]:
        return
    parts = [
        said("{way} {villages}", way=WAY_WORDS[way], villages=villages)
        for way, villages in informed(rows).items()
        if villages
    ]
    yield said("Ways to inform villages"), joined(parts, "; ")
    spoken = languages_of(rows)
    if spoken is not None:
        yield said("Languages, villages"), spoken


def _office(facts: StudyFacts, code: str) -> Iterator[Line]:
    rows = own_rows(facts.gaps, "offices", code)
    if rows.empty:
        return
    row = rows.iloc[0]
    yield (
        said("Commune office"),
        said(
            "local network: {lan}; connection: {connection}; mobile signal: {signal}",
            lan=ANSWER_WORDS[str(row["lan"])],
            connection=CONNECTION_WORDS[str(row["connection"])],
            signal=SIGNAL_WORDS[str(row["mobile_signal"])],
        ),
    )


def _unplaced(facts: StudyFacts, code: str) -> Iterator[Line]:
    rows = own_rows(facts.gaps, "villages-to-place", code)
    if rows.empty:
        return
    yield (
        said("Villages without coordinates"),
        said(
            "{names}: no verdict, on no picture; place them in gaps/villages-to-place.csv",
            names=", ".join(rows["name"].astype(str)),
        ),
    )
