"""Pictures, tables and answers of a study for notebooks."""

import numpy as np

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY, Reach
from phusong.pipeline.begin import start
from phusong.pipeline.plan import Plan
from phusong.pipeline.results import sources_of, study_facts
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.figures import picture
from phusong.reporting.findings import (
    environment_findings,
    gap_findings,
    plan_findings,
    reach_findings,
    village_findings,
)
from phusong.reporting.frontier import money_figure
from phusong.reporting.hop_figures import HOPS_TITLE, hops_figure
from phusong.reporting.input_findings import assumption_findings, data_findings
from phusong.reporting.input_tables import (
    assumption_table,
    filled_table,
    network_table,
    source_table,
)
from phusong.reporting.priority_tables import priority_table
from phusong.reporting.rank_words import rank_headings, reasons
from phusong.reporting.shown import (
    Shown,
    drawn,
    shown_headline,
    shown_list,
    shown_sentences,
    shown_table,
)
from phusong.reporting.study_facts import practice_words, technology_of
from phusong.reporting.study_tables import (
    area_table,
    commune_table,
    gap_table,
    operator_table,
    village_table,
)
from phusong.reporting.wording import joined, said, shortest
from phusong.study import Study

_NO_HOPS = said("None of the first options builds a microwave hop.")


def money_picture(study: Study, ranked: Plan) -> Picture:
    """Draw people newly covered against the money it takes, rank after rank.

    Parameters
    ----------
    study
        Its currency.
    ranked
        Its ranking.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    title = said("People newly covered against money")
    return drawn(
        study, ranked.priorities, money_figure, title=title, currency=study.costs.shown_currency
    )


def headline(study: Study) -> Shown:
    """Name and question of a study, and whether practice data went in.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Shown
        Shown by notebooks as it is.
    """
    words = study.study
    return shown_headline(
        Bilingual(words.title_vi, words.title_en),
        Bilingual(words.question_vi, words.question_en),
        practice_words(study),
    )


def computed(reached: Reach) -> Shown:
    """What a reach was computed of: sites, sectors and cells.

    Parameters
    ----------
    reached
        Received levels.

    Returns
    -------
    Shown
        Two sentences.
    """
    rows, cols = reached.grid.shape
    return shown_sentences(
        (
            said(
                "{sites} sites on air, {sectors} sectors.",
                sites=len(reached.network.site_ids),
                sectors=len(reached.network.sectors),
            ),
            said(
                "{rows} × {cols} cells of {resolution_m} m.",
                rows=rows,
                cols=cols,
                resolution_m=reached.grid.resolution_m,
            ),
        )
    )


def thresholds(study: Study) -> Shown:
    """From which level and which chance on a place counts as covered.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Shown
        Three sentences, with the threshold of the first technology.
    """
    threshold = study.technologies[technology_of(study)].threshold
    service = study.service
    return shown_sentences(
        (
            said("Threshold: {level}.", level=shortest(threshold.value, unit=threshold.unit)),
            said("Covered from {chance}.", chance=shortest(100 * service.covered.value, unit="%")),
            said(
                "Marginal from {chance}.", chance=shortest(100 * service.marginal.value, unit="%")
            ),
        )
    )


def inputs(study: Study) -> tuple[Shown, ...]:
    """What was read: where it comes from, the network, and what was filled.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    tuple of Shown
        Sources, network, filled fields.
    """
    network = start(study).inputs.network
    tables = (
        source_table(tuple(sources_of(study))),
        network_table(study, network),
        filled_table(network),
    )
    return tuple(shown_table(table) for table in tables)


def assumptions(study: Study) -> Shown:
    """Every assumed number of a study, with its source.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(assumption_table(study))


def communes(study: Study, found: Gaps, operator: str = ANY) -> Shown:
    """Area and people by commune.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.
    operator
        Operator's key; ``any`` for all together.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(commune_table(study, found, operator))


def operators(study: Study, found: Gaps) -> Shown:
    """People in the communes by operator.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(operator_table(study, found))


def areas(study: Study, found: Gaps) -> Shown:
    """Shares of area by operator.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(area_table(study, found))


def villages(study: Study, found: Gaps, *, most: int = 15) -> Shown:
    """The largest villages without signal at their centre.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.
    most
        Rows to show, at least 1.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(village_table(study, found, most=most))


def white_zones(study: Study, found: Gaps, *, most: int = 10) -> Shown:
    """The white zones with most people.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.
    most
        Rows to show, at least 1.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(gap_table(study, found, most=most))


def priorities(study: Study, ranked: Plan, *, most: int = 10) -> Shown:
    """The first ranks, with people and money.

    Parameters
    ----------
    study
        The study.
    ranked
        Its ranking.
    most
        Rows to show, at least 1.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(priority_table(study, ranked.priorities, most=most))


def why(ranked: Plan, *, most: int = 5) -> Shown:
    """Why the first ranks stand where they stand.

    Parameters
    ----------
    ranked
        A ranking.
    most
        Reasons to give, at least 1.

    Returns
    -------
    Shown
        A numbered list.
    """
    headings = rank_headings(ranked.priorities, most=most)
    told = reasons(ranked.priorities, most=most)
    items = [joined(pair, ". ") for pair in zip((what for _, what in headings), told, strict=True)]
    return shown_list(said("Why"), items)


def hops(study: Study, ranked: Plan, *, most: int = 5) -> Picture | Shown:
    """Draw the microwave hops of the first options over their ground.

    Parameters
    ----------
    study
        The study.
    ranked
        Its ranking.
    most
        Options to look at, at least 1.

    Returns
    -------
    Picture or Shown
        Shown by notebooks as it is; a sentence where none of them builds a hop.
    """
    figure = hops_figure(study, ranked.priorities, ranked.hop_profiles, most=most)
    if figure is None:
        return shown_sentences((_NO_HOPS,))
    return picture(figure, alt=HOPS_TITLE, kind="jpeg")


def answer_assumptions(study: Study) -> Shown:
    """What a study was given, what is missing, and how much is assumed, in sentences.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Shown
        Vietnamese and English.
    """
    inputs = start(study).inputs
    unplaced = inputs.places.unplaced
    given = data_findings(
        inputs.network,
        inputs=sum(1 for _ in sources_of(study)),
        unknown_share=100.0 * float(np.isnan(inputs.terrain.height_amsl_m).mean()),
        unplaced=0 if unplaced is None else len(unplaced),
    )
    return shown_sentences((*given, *assumption_findings(study)))


def answer_reach(study: Study, found: Gaps) -> Shown:
    """How much is covered, in sentences with numbers.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Shown
        Vietnamese and English.
    """
    return shown_sentences((*reach_findings(study, found), *environment_findings(study, found)))


def answer_gaps(study: Study, found: Gaps) -> Shown:
    """Who has no signal, in sentences with numbers.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    Shown
        Vietnamese and English.
    """
    return shown_sentences((*gap_findings(study, found), *village_findings(study, found)))


def answer_plan(study: Study, ranked: Plan) -> Shown:
    """What to build first and what it does, in sentences with numbers.

    Parameters
    ----------
    study
        The study.
    ranked
        Its ranking.

    Returns
    -------
    Shown
        Vietnamese and English.
    """
    return shown_sentences(plan_findings(study, ranked.priorities))


def findings(study: Study) -> Shown:
    """What was found, in sentences with numbers, Vietnamese and English.

    Parameters
    ----------
    study
        The study; missing steps are done first.

    Returns
    -------
    Shown
        One paragraph per sentence.
    """
    facts = study_facts(start(study))
    return shown_sentences(
        (*gap_findings(study, facts.gaps), *plan_findings(study, facts.priorities))
    )
