"""The index page of a study: the door to everything that was made."""

from phusong.analysis.reach import ANY
from phusong.geo.places import Places
from phusong.reporting.basis_words import titled
from phusong.reporting.brief_words import planned, siteless
from phusong.reporting.coverage_figures import Outline, coverage_figure
from phusong.reporting.facts import Bilingual, Picture
from phusong.reporting.figures import spoken_picture
from phusong.reporting.findings import gap_findings, silent_finding, worst_finding
from phusong.reporting.frontier import choice_table
from phusong.reporting.page_tables import PageTable
from phusong.reporting.pages import IndexContent, KeyNumber, Product
from phusong.reporting.palette import service_classes
from phusong.reporting.priority_tables import priority_table
from phusong.reporting.ranges import ends_of, silent_range, total_row
from phusong.reporting.rank_words import rank_reasons
from phusong.reporting.study_facts import StudyFacts, silent_villages
from phusong.reporting.study_tables import commune_table, operator_table
from phusong.reporting.wording import as_told, said
from phusong.reporting.words import MODEL_NAMES, gathered_assumptions
from phusong.study import Study

_MOST_RANKS, _MOST_REASONS = 10, 5


def study_index(
    facts: StudyFacts, products: tuple[Product, ...], versions: dict[str, str]
) -> IndexContent:
    """What the index page of a study says.

    Parameters
    ----------
    facts
        Results and where they come from.
    products
        Files that it links to.
    versions
        What computed them.

    Returns
    -------
    IndexContent
        Findings, numbers, tables, products, assumptions, sources.
    """
    study = facts.study.study
    answer = (
        silent_finding(facts.study, facts.gaps),
        *worst_finding(facts.study, facts.gaps),
        *planned(facts)[:1],
    )
    found = (*gap_findings(facts.study, facts.gaps), *siteless(facts), *planned(facts))
    return IndexContent(
        title=titled(
            Bilingual(study.title_vi, study.title_en),
            facts.gaps.basis,
            *((key, facts.technology) for key, _ in facts.operators()),
        ),
        question=Bilingual(study.question_vi, study.question_en),
        practice=facts.practice,
        marking=facts.marking,
        answer=answer,
        findings=tuple(sentence for sentence in found if sentence not in answer),
        key_numbers=_key_numbers(facts),
        tables=(
            commune_table(facts.study, facts.gaps),
            *_own_communes(facts),
            operator_table(facts.study, facts.gaps),
            *_priorities(facts),
            *best_set_tables(facts),
        ),
        reasons=rank_reasons(facts.ranked, most=_MOST_REASONS),
        products=products,
        assumptions=gathered_assumptions(facts.assumptions, facts.study),
        sources=facts.sources,
        warnings=(
            *standing_warnings(facts.study, facts.places),
            *(as_told(w) for w in facts.warnings),
            *_unprinted(products),
        ),
        versions=tuple(versions.items()),
        language=study.language,
        picture=_picture(facts),
    )


def _unprinted(products: tuple[Product, ...]) -> tuple[Bilingual, ...]:
    """That briefs are pages alone, where no browser printed them."""
    briefs = [product.path for product in products if product.kind == "brief"]
    if not briefs or any(path.endswith(".pdf") for path in briefs):
        return ()
    return (
        said(
            "Briefs are here as pages, not as PDF: no browser printed them. Open one and print it "
            "with Ctrl+P, or install Chromium and run phusong report again."
        ),
    )


def _picture(facts: StudyFacts) -> Picture:
    title = titled(
        said("{technology} coverage, all operators", technology=facts.technology),
        facts.gaps.basis,
        (ANY, facts.technology),
    )
    figure = coverage_figure(
        facts.gaps.classes[ANY, facts.technology],
        service_classes(),
        grid=facts.grid,
        title=title,
        height_amsl_m=facts.terrain.height_amsl_m,
        outlines=outlines(facts.places),
        practice=facts.practice,
    )
    return spoken_picture(figure, alt=title)


def best_set_tables(facts: StudyFacts) -> tuple[PageTable, ...]:
    """Best sets for the budget and targets of a study.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    tuple of PageTable
        One table; none where the study asks for no set, or the reader may see none.
    """
    choices = facts.extras.choices
    return () if choices.empty else (choice_table(facts.study, choices),)


def outlines(places: Places) -> tuple[Outline, ...]:
    """Communes as figures draw them.

    Parameters
    ----------
    places
        The communes.

    Returns
    -------
    tuple of Outline
        In the grid's CRS.
    """
    frame = places.communes.frame
    return tuple(Outline(g, n) for g, n in zip(frame.geometry, frame["name"], strict=True))


def _key_numbers(facts: StudyFacts) -> tuple[KeyNumber, ...]:
    rows = facts.commune_rows()
    villages = facts.gaps.villages
    silent = len(silent_villages(facts.study, facts.gaps)) if len(villages) else None
    total = total_row(facts.gaps, ANY, facts.technology)
    people, without = float(rows["people"].sum()), float(rows["people_no_signal"].sum())
    return (
        KeyNumber(len(rows), said("communes")),
        KeyNumber(people, said("people"), between=ends_of(total, "people")),
        KeyNumber(
            without, said("people without signal"), alarming=True,
            between=ends_of(total, "people_no_signal"),
        ),
        KeyNumber(
            100.0 * without / people if people else None,
            said("of people without signal"),
            unit="%", decimals=1, alarming=True,
            between=ends_of(total, "people_no_signal", "_percent"),
        ),
        *(() if silent is None else (KeyNumber(
            silent,
            said("village centres without signal (of {villages})", villages=len(villages)),
            alarming=True,
            between=silent_range(facts.gaps, ANY, facts.technology),
        ),)),
        *_options(facts),
    )  # fmt: skip


def _own_communes(facts: StudyFacts) -> tuple[PageTable, ...]:
    if (facts.own, facts.technology) not in facts.gaps.classes:
        return ()
    return (commune_table(facts.study, facts.gaps, facts.own),)


def _options(facts: StudyFacts) -> tuple[KeyNumber, ...]:
    if facts.priorities is None:
        return ()
    return (KeyNumber(len(facts.ranked), said("ranked options")),)


def _priorities(facts: StudyFacts) -> tuple[PageTable, ...]:
    if facts.priorities is None:
        return ()
    return (priority_table(facts.study, facts.priorities, most=_MOST_RANKS),)


def standing_warnings(study: Study, places: Places) -> tuple[Bilingual, ...]:
    """What a reader must know before using any result of a study.

    Parameters
    ----------
    study
        Its grid, and whether practice data went in.
    places
        Whether outlines are approximate.

    Returns
    -------
    tuple of Bilingual
        One sentence or two each.
    """
    warnings = [
        _models(study),
        said(
            "Outdoors, on a grid of {resolution_m} m, not calibrated with measurements.",
            resolution_m=study.grid.resolution_m,
        ),
    ]
    if places.communes.approximate:
        warnings.append(said("Commune outlines are approximate, not official."))
    if study.study.practice_data:
        warnings.append(said("Practice data went in: none of these numbers is a fact."))
    return tuple(warnings)


def _models(study: Study) -> Bilingual:
    """By which model, and whether another one was asked."""
    main, *others = (MODEL_NAMES[model] for model in study.propagation.models)
    if not others:
        return said(
            "One propagation model ({main}); another model may give a very different "
            "coverage in mountains.",
            main=main,
        )
    step = study.propagation.second_model_step
    return said(
        "Decided by {main}; {others}, at one receiver in each {step} × {step} "
        "cells, shows what depends on the model.",
        main=main,
        others=others[0],
        step=step,
    )
