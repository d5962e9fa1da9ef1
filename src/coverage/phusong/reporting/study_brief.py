"""The briefs of a study: one for the province, one for each operator."""

import dataclasses
from dataclasses import dataclass

import geopandas as gpd

from phusong.analysis.reach import ANY
from phusong.reporting.audience import served_elsewhere
from phusong.reporting.basis_words import titled
from phusong.reporting.brief import BriefContent
from phusong.reporting.brief_tables import money_table, operator_priorities, uncertain_villages
from phusong.reporting.brief_words import (
    elsewhere_finding,
    measure_words,
    money_words,
    own_finding,
    planned,
    siteless,
)
from phusong.reporting.commune_figures import ranked_picture, show_every
from phusong.reporting.coverage_figures import Outline, coverage_figure
from phusong.reporting.facts import Bilingual, Picture, same
from phusong.reporting.figures import spoken_picture
from phusong.reporting.findings import gap_findings, village_findings
from phusong.reporting.frontier import frontier_figure
from phusong.reporting.hop_figures import hop_pictures
from phusong.reporting.money_gaps import gap_money_table, strategy_table
from phusong.reporting.ownership import own_and_others, own_legend
from phusong.reporting.page_tables import PageTable
from phusong.reporting.pages import KeyNumber
from phusong.reporting.palette import (
    service_classes,
)
from phusong.reporting.priority_tables import priority_table
from phusong.reporting.ranges import ends_of, silent_range, total_row
from phusong.reporting.rank_words import rank_headings, reasons
from phusong.reporting.study_facts import (
    StudyFacts,
    commune_rows,
    practice_words,
    silent_villages,
    technology_of,
)
from phusong.reporting.study_index import best_set_tables, outlines, standing_warnings
from phusong.reporting.study_tables import commune_table, operator_table
from phusong.reporting.sureness_tables import (
    measure_page_table,
    split_page_table,
    sure_findings,
)
from phusong.reporting.wording import said
from phusong.reporting.words import gathered_assumptions

_WIDTH_IN, _DPI = 6.2, 150
_MOST_RANKS, _MOST_REASONS, _MOST_VILLAGES, _MOST_SQUARES = 10, 3, 10, 3
_SIGNERS = (said("Prepared by"), said("Checked by"))


@dataclass(frozen=True)
class Origin:
    """How to make the results of a brief again, and which results they are.

    Parameters
    ----------
    commands
        Command lines, in their order.
    identity
        Names and values: key of the results, checksums, versions.
    """

    commands: tuple[str, ...]
    identity: tuple[tuple[str, str], ...]


def province_brief(facts: StudyFacts, origin: Origin) -> BriefContent:
    """What the brief for the province says.

    Parameters
    ----------
    facts
        Results of all operators.
    origin
        How to make them again.

    Returns
    -------
    BriefContent
        For ``brief_page``.
    """
    study, priorities = facts.study, facts.ranked
    common = _brief(
        facts,
        origin,
        ANY,
        title=said("Brief for the province"),
        signer=said("Approved by"),
        more=planned(facts),
    )
    ranked = priority_table(study, priorities, most=_MOST_RANKS)
    return dataclasses.replace(
        common,
        key_numbers=_numbers(facts, ANY),
        results=(operator_table(study, facts.gaps), commune_table(study, facts.gaps)),
        priorities=(ranked,) if len(priorities) else (),
        sure=_sure(facts),
        doubt=_doubt(facts) if len(priorities) else (),
        money_picture=_frontier(facts),
    )


def _sure(facts: StudyFacts) -> tuple[Bilingual, ...]:
    """How sure the ranking of all operators is; nothing where it was not tried."""
    extras = facts.extras
    if extras.stability.empty:
        return ()
    told = extras.variance_split.iloc[:0], extras.measure_next.iloc[:0]  # their tables follow
    return sure_findings(extras.stability, *told)


def _doubt(facts: StudyFacts) -> tuple[PageTable, ...]:
    """What the doubt comes from, and where to measure; nothing where nothing is open."""
    extras, found = facts.extras, []
    if len(extras.variance_split):
        found.append(split_page_table(extras.variance_split))
    if len(extras.measure_next):
        found.append(measure_page_table(extras.measure_next, most=_MOST_SQUARES))
    return tuple(found)


def operator_brief(facts: StudyFacts, key: str, origin: Origin) -> BriefContent:
    """What the brief for an operator says.

    Parameters
    ----------
    facts
        What that operator may see; see :func:`phusong.reporting.audience.for_operator`.
    key
        The operator's key.
    origin
        How to make the results again.

    Returns
    -------
    BriefContent
        For ``brief_page``.
    """
    study = facts.study
    name = next(op.name for op in study.operators if op.key == key)
    computed = (key, technology_of(study)) in facts.gaps.classes
    seen = key if computed else ANY
    common = _brief(
        facts,
        origin,
        seen,
        title=said("Brief for {name}", name=name),
        signer=said("For {name}", name=name),
        first=(own_finding(facts, key), elsewhere_finding(facts, key)) if computed else (),
        more=planned(facts),
    )
    ranked = operator_priorities(study, facts.ranked, options=facts.options)
    return dataclasses.replace(
        common,
        key_numbers=_operator_numbers(facts, key, computed=computed),
        results=(commune_table(study, facts.gaps, seen),),
        priorities=(ranked,) if len(facts.ranked) else (),
    )


def _brief(
    facts: StudyFacts,
    origin: Origin,
    key: str,
    *,
    title: Bilingual,
    signer: Bilingual,
    more: tuple[Bilingual, ...],
    first: tuple[Bilingual, ...] = (),
) -> BriefContent:
    study, about = facts.study, facts.study.study
    return BriefContent(
        title=titled(
            title, facts.gaps.basis, (ANY, technology_of(study)), (key, technology_of(study))
        ),
        study_title=Bilingual(about.title_vi, about.title_en),
        question=Bilingual(about.question_vi, about.question_en),
        practice=practice_words(study),
        marking=facts.marking,
        findings=(
            *first,
            *gap_findings(study, facts.gaps),
            *village_findings(study, facts.gaps),
            *siteless(facts),
            *more,
        ),
        picture=_picture(facts, key),
        reasons=reasons(facts.ranked, most=_MOST_REASONS),
        ranks=rank_headings(facts.ranked, most=_MOST_REASONS),
        reason_pictures=hop_pictures(
            study, facts.ranked, facts.extras.hop_profiles, most=_MOST_REASONS, small=True
        ),
        money=_money(facts),
        money_words=money_words(study),
        measurements=uncertain_villages(study, facts.gaps, key, most=_MOST_VILLAGES),
        measure_words=measure_words(facts, key),
        warnings=standing_warnings(study, facts.places),
        assumptions=gathered_assumptions(study.assumptions(), study),
        sources=facts.sources,
        commands=origin.commands,
        identity=origin.identity,
        signatures=(*_SIGNERS, signer),
        language=about.language,
    )


def _money(facts: StudyFacts) -> tuple[PageTable, ...]:
    """What the ranked options cost, who would pay, and what closes the gap."""
    study, ranked = facts.study, facts.ranked
    if ranked.empty:
        return ()
    return (
        money_table(study, ranked),
        *gap_money_table(study, ranked),
        *strategy_table(study, facts.extras.strategies),
        *best_set_tables(facts),
    )


def _frontier(facts: StudyFacts) -> Picture | None:
    """People against money; None without a plan."""
    frontier = facts.extras.frontier
    if frontier.empty:
        return None
    title = said("People against money: best sets, greedy steps, build order")
    figure = frontier_figure(
        frontier, title=title, currency=facts.study.costs.shown_currency,
        practice=practice_words(facts.study), paper=True,
    )  # fmt: skip
    return spoken_picture(figure, alt=title, dpi=_DPI, wide=True)


def _numbers(facts: StudyFacts, key: str) -> tuple[KeyNumber, ...]:
    study, gaps = facts.study, facts.gaps
    rows = commune_rows(gaps, ANY, technology_of(study))
    people, without = float(rows["people"].sum()), float(rows["people_no_signal"].sum())
    count = len(gaps.villages)
    silent = len(silent_villages(study, gaps)) if count else None
    technology = technology_of(study)
    total = total_row(gaps, ANY, technology)
    return (
        KeyNumber(len(rows), said("communes")),
        KeyNumber(people, said("people"), between=ends_of(total, "people")),
        KeyNumber(
            without,
            said("people without any signal"),
            alarming=True,
            between=ends_of(total, "people_no_signal"),
        ),
        *(
            ()
            if silent is None
            else (
                KeyNumber(
                    silent,
                    said("of {count} village centres without signal", count=count),
                    alarming=True,
                    between=silent_range(gaps, ANY, technology),
                ),
            )
        ),
        KeyNumber(
            len(facts.ranked),
            said("ranked options") if key == ANY else said("options of this operator"),
        ),
    )


def _operator_numbers(facts: StudyFacts, key: str, *, computed: bool) -> tuple[KeyNumber, ...]:
    first, people, nobody, *others = _numbers(facts, key)
    if not computed:
        return first, people, nobody, *others
    rows = commune_rows(facts.gaps, key, technology_of(facts.study))
    return (
        first,
        people,
        KeyNumber(
            float(rows["people_no_signal"].sum()),
            said("people without this operator"),
            alarming=True,
            between=ends_of(
                total_row(facts.gaps, key, technology_of(facts.study)), "people_no_signal"
            ),
        ),
        nobody,
        KeyNumber(
            served_elsewhere(facts, key),
            said("people whom only another one covers"),
        ),
        *others,
    )


def _picture(facts: StudyFacts, key: str) -> Picture:
    """The map: classes over relief, communes, ranked spots as badges."""
    study, gaps, technology = facts.study, facts.gaps, technology_of(facts.study)
    together = gaps.classes[ANY, technology]
    if key == ANY:
        who = said("all operators")
        classes, legend = together, service_classes()
    else:
        name = next(op.name for op in study.operators if op.key == key)
        who = same(name)
        classes = own_and_others(gaps.classes[key, technology], together)
        legend = own_legend(name)
    title = titled(
        said("{technology} coverage and ranked spots, {who}", technology=technology, who=who),
        gaps.basis,
        (key, technology),
        (ANY, technology),
    )
    spots = _spots(facts)
    if show_every(facts, spots):
        return ranked_picture(facts, spots, title)
    figure = coverage_figure(
        classes,
        legend,
        grid=gaps.grid,
        title=title,
        height_amsl_m=facts.terrain.height_amsl_m,
        outlines=(*outlines(facts.places), *spots),
        practice=practice_words(study),
        width_in=_WIDTH_IN,
    )
    return spoken_picture(figure, alt=title, dpi=_DPI)


def _spots(facts: StudyFacts) -> tuple[Outline, ...]:
    """Ranked options as badges, the first rank drawn last, so that it lies on top."""
    table = facts.ranked
    places = gpd.points_from_xy(table["longitude"], table["latitude"], crs="EPSG:4326")
    points = places.to_crs(facts.gaps.grid.crs)
    spots = (Outline(p, str(rank)) for p, rank in zip(points, table["rank"], strict=True))
    return tuple(spots)[::-1]
