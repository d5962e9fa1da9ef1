"""Communes one by one, criterion 8, official figures, reports and the audit for notebooks."""

from phusong.analysis.gaps import Gaps
from phusong.pipeline.begin import start
from phusong.pipeline.check import audit_content, audit_inputs
from phusong.pipeline.results import study_facts
from phusong.reporting.audit_page import audit_tables
from phusong.reporting.commune_figures import communes_picture
from phusong.reporting.commune_tables import comparison_table, coverage_table, villages_table
from phusong.reporting.commune_words import commune_findings, what_would_change
from phusong.reporting.facts import Picture, same
from phusong.reporting.figures import picture
from phusong.reporting.gap_tables import (
    address_table,
    criterion_overview,
    official_table,
    reported_figure,
)
from phusong.reporting.plan_lines import plan_tables
from phusong.reporting.shown import Shown, shown_sentences, shown_table, together
from phusong.reporting.wording import said
from phusong.store.tables import read_csv
from phusong.study import Study

_NO_POINTS = said("The study has no villages and no households (inputs.households).")
_NO_REPORTS = said("The study has no list of reported villages (inputs.reported).")


def audit(study: Study) -> tuple[Shown, ...]:
    """What is missing, guessed or suspicious in the inputs, in both languages.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    tuple of Shown
        Tables of the page that ``phusong check --html`` writes, but for the assumptions.
    """
    tables = audit_tables(audit_content(audit_inputs(study)))
    return tuple(shown_table(table) for table in tables)


def comparison(study: Study) -> Shown:
    """All communes side by side.

    Parameters
    ----------
    study
        The study; missing steps are done first.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(comparison_table(study_facts(start(study))))


def communes_pictures(study: Study) -> Picture:
    """Draw all communes side by side, at one scale.

    Parameters
    ----------
    study
        The study; missing steps are done first.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    return communes_picture(study_facts(start(study)), notebook=True)


def profiles(study: Study) -> tuple[Shown, ...]:
    """Each commune: who has no signal, its villages, who covers, and what would change it.

    Parameters
    ----------
    study
        The study; missing steps are done first.

    Returns
    -------
    tuple of Shown
        One per commune.
    """
    facts = study_facts(start(study))
    found = []
    for code, name in facts.places.communes.names.items():
        tables = [coverage_table(facts, code)]
        if len(facts.gaps.villages):
            tables.insert(0, villages_table(facts, code))
        found.append(
            together(
                same(f"{name} ({code})"),
                shown_sentences(commune_findings(facts, code)),
                *(shown_table(table) for table in tables),
                shown_sentences(what_would_change(facts, code)),
            )
        )
    return tuple(found)


def criterion8(found: Gaps) -> Shown:
    """State of every indicator of criterion 8 in every commune.

    Parameters
    ----------
    found
        Gaps of a study.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(criterion_overview(found.criterion8))


def official(study: Study, found: Gaps) -> Shown:
    """Official figures of each commune beside the population raster.

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
    return shown_table(official_table(study, found.communes))


def plan_lines(study: Study, found: Gaps) -> tuple[Shown, ...]:
    """What the plan asks besides: infrastructure, poor households, information, offices.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.

    Returns
    -------
    tuple of Shown
        One table per line that the study can fill.
    """
    names = dict(start(study).inputs.communes.names)
    return tuple(shown_table(table) for table in plan_tables(found, names))


def address_codes(study: Study) -> Shown:
    """Address codes by commune: how many points have one, and how many share a cell.

    Parameters
    ----------
    study
        The study; its gaps must have been found.

    Returns
    -------
    Shown
        A table, or a sentence where the study has no village and no household.
    """
    places = start(study).inputs.places
    if places.villages.empty and places.households is None:
        return shown_sentences((_NO_POINTS,))
    codes = read_csv(
        study.output / "gaps" / "address-codes.csv",
        text=("commune_code", "point_kind", "address_code", "short_code_experimental"),
    )
    return shown_table(address_table(codes, dict(places.communes.names)))


def reports(study: Study) -> Picture | Shown:
    """Reported lists against the model.

    Parameters
    ----------
    study
        The study; its gaps must have been found.

    Returns
    -------
    Picture or Shown
        A figure, or a sentence where the study has no list.
    """
    if study.inputs.reported is None:
        return shown_sentences((_NO_REPORTS,))
    file = study.output / "gaps" / "reported-confusion.csv"
    table = read_csv(file, text=("operator", "technology", "reported"))
    figure, title = reported_figure(study, table)
    return picture(figure, alt=title, kind="jpeg")
