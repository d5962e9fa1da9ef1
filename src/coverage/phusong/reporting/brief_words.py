"""Sentences that only briefs have: an operator's rank, money, and what to measure next."""

from collections import Counter

from phusong.analysis.reach import ANY
from phusong.reporting.audience import served_elsewhere
from phusong.reporting.brief_tables import marginal_villages
from phusong.reporting.facts import Bilingual
from phusong.reporting.findings import plan_findings
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import amount, joined, said, share, sourced
from phusong.reporting.words import field_names, unit_words
from phusong.study import CostItem, Study

_MOST_FIELDS = 4


def elsewhere_finding(facts: StudyFacts, key: str) -> Bilingual:
    """How many people only another operator covers.

    Parameters
    ----------
    facts
        What an operator may see.
    key
        The operator's key.

    Returns
    -------
    Bilingual
        One sentence.
    """
    people = served_elsewhere(facts, key)
    return said(
        "About {people} people of the communes are covered by another operator "
        "only: sharing may come before building.",
        people=amount(people),
    )


def own_finding(facts: StudyFacts, key: str) -> Bilingual:
    """How many people an operator does not reach.

    Parameters
    ----------
    facts
        What an operator may see.
    key
        The operator's key.

    Returns
    -------
    Bilingual
        One sentence.
    """
    rows = facts.commune_rows(key)
    people, silent = float(rows["people"].sum()), float(rows["people_no_signal"].sum())
    return said(
        "As modelled, about {silent} of {people} people ({share}) in the communes have no "
        "{technology} signal of {operator} outdoors.",
        silent=amount(silent),
        people=amount(people),
        share=share(100.0 * silent / people if people else float("nan")),
        technology=facts.technology,
        operator=next(op.name for op in facts.study.operators if op.key == key),
    )


def operator_plan(facts: StudyFacts) -> Bilingual:
    """Where the best option of an operator stands among all.

    Parameters
    ----------
    facts
        What an operator may see.

    Returns
    -------
    Bilingual
        One sentence.
    """
    table = facts.ranked
    if table.empty:
        return said(
            "None of the {options} ranked options is this operator's.", options=facts.options
        )
    first = table.iloc[0]
    new, white = first["people_newly_covered"], first["people_white_zone"]
    return said(
        "{table} of the {options} ranked options are this operator's. The best one "
        "ranks {rank}, in or near {commune}: about {new} people gain its signal, "
        "{white} of whom have no operator today.",
        table=len(table),
        options=facts.options,
        rank=first["rank"],
        commune=first["commune"],
        new=amount(new),
        white=amount(white),
    )


def siteless(facts: StudyFacts) -> tuple[Bilingual, ...]:
    """Which of the reader's operators have no site that could serve anybody.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    tuple of Bilingual
        One sentence; none where each has a site on air or coverage of its own.
    """
    serving = {sector.operator for sector in facts.sectors if sector.status == "existing"}
    named = [
        name
        for key, name in facts.operators()
        if key != ANY
        and (not facts.own or key == facts.own)
        and name.en not in serving
        and not facts.commune_rows(key)[["area_covered_km2", "area_marginal_km2"]].any(axis=None)
    ]
    if not named:
        return ()
    return (
        said(
            "No site on air in the tower list: {names}. Nobody is counted as served by it.",
            names=joined(named),
        ),
    )


def planned(facts: StudyFacts) -> tuple[Bilingual, ...]:
    """What the ranking says to its reader.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    tuple of Bilingual
        Of an operator's own options, or of all; nothing where the reader gets no ranking.
    """
    if facts.priorities is None:
        return ()
    removed = _removed(facts)
    if facts.own:
        return (operator_plan(facts), *removed)
    return (*plan_findings(facts.study, facts.priorities), *removed)


def _removed(facts: StudyFacts) -> tuple[Bilingual, ...]:
    """Where no new site may stand, and what that takes away; nothing without limits."""
    if not facts.removed:
        return ()
    parts = joined(
        (
            said(
                "{what}: {spots} spots, {area} km² of the communes",
                what=Bilingual(part.title_vi, part.title_en),
                spots=part.spots,
                area=amount(part.area_km2, 1),
            )
            for part in facts.removed
        ),
        "; ",
    )
    return (said("No new site stands on: {parts}.", parts=parts),)


def money_words(study: Study) -> tuple[Bilingual, ...]:
    """What the money rests on.

    Parameters
    ----------
    study
        Its costs.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    costs, mast, radio = study.costs, study.costs.passive_site, study.costs.radio_site
    exchange = costs.exchange
    rate, years = 100.0 * costs.discount_rate.value, costs.horizon.value
    return (
        said(
            "Unit prices are benchmarks of other countries, not domestic quotes, and wide: mast "
            "and civil works {mast} {mast_unit}, radio equipment {radio} {radio_unit} "
            "(low – used – high).",
            mast=_range(mast),
            mast_unit=unit_words(mast.unit),
            radio=_range(radio),
            radio_unit=unit_words(radio.unit),
        ),
        said(
            "Present value is capex and the opex of {years} years, discounted at {rate} % a year.",
            years=amount(years),
            rate=amount(rate, 1),
        ),
        *(
            ()
            if exchange is None
            else (
                said(
                    "Prices are in {priced} of {year}, shown in {shown} at {rate} {unit}; date of "
                    "the rate: {date}.",
                    priced=costs.currency,
                    year=str(costs.price_year),
                    shown=exchange.currency,
                    rate=amount(exchange.rate.value),
                    unit=unit_words(exchange.rate.unit),
                    date=sourced(exchange.date),
                ),
            )
        ),
    )


def measure_words(facts: StudyFacts, key: str) -> tuple[Bilingual, ...]:
    """What should be measured, asked and checked before anybody decides.

    Parameters
    ----------
    facts
        What the reader may see.
    key
        Operator's key; ``any`` for all together.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    marginal = len(marginal_villages(facts.study, facts.gaps, key))
    words = [*_filled(facts)]
    if marginal:
        words.append(
            said(
                "Measure the level in the {marginal} villages that are marginal at their "
                "centre: the model is least sure there, so that measurements change most.",
                marginal=marginal,
            )
        )
    words.append(
        said(
            "Each sample has latitude, longitude, time, operator, technology and level "
            "[dBm]; outdoors, the handset at 1.5 m."
        )
    )
    if len(facts.ranked):
        words.append(
            said(
                "Survey the first ranks: line of sight of the microwave hop, access, power,"
                " land; and ask for domestic quotes."
            )
        )
    return tuple(words)


def _filled(facts: StudyFacts) -> list[Bilingual]:
    """Which fields of the tower list were filled, the most frequent first."""
    sectors = [sector for sector in facts.sectors if sector.filled]
    if not sectors:
        return []
    fields = Counter(column for sector in sectors for column in sector.filled)
    ordered = sorted(fields, key=lambda column: (-fields[column], column))
    named = field_names(ordered[:_MOST_FIELDS])
    left = len(ordered) - _MOST_FIELDS
    if left > 0:
        named = said("{fields} and {left} more", fields=named, left=left)
    return [
        said(
            "Confirm {filled} of {sectors} sectors with fields that were filled from defaults: "
            "{fields}.",
            filled=len(sectors),
            sectors=len(facts.sectors),
            fields=named,
        )
    ]


def _range(item: CostItem) -> Bilingual:
    return joined((amount(value) for value in (item.low, item.base, item.high)), " – ")
