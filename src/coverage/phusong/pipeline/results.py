"""Results of a study as its maps, pages, tables and notebooks need them."""

from collections.abc import Iterator

from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import plan as plan_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline import scenarios as scenarios_step
from phusong.pipeline import service as service_step
from phusong.pipeline.extras import study_extras
from phusong.pipeline.input_files import named_inputs
from phusong.pipeline.session import Session
from phusong.reporting.facts import Source, same
from phusong.reporting.input_words import INPUT_NAMES
from phusong.reporting.study_facts import StudyFacts
from phusong.study import Study


def study_facts(session: Session) -> StudyFacts:
    """Results of a study, as its products need them.

    Parameters
    ----------
    session
        The study in use; missing steps are done first.

    Returns
    -------
    StudyFacts
        Results and where they come from.
    """
    reached = reach_step.reach(session)
    service_step.service(session, reached)
    scenarios_step.scenarios(session, reached)
    found = gaps_step.gaps(session, reached)
    ranked = plan_step.plan(session, found)
    inputs = session.inputs
    return StudyFacts(
        study=session.study,
        terrain=inputs.terrain,
        places=inputs.places,
        layers=reached.layers,
        sectors=reached.network.sectors,
        gaps=found,
        priorities=ranked.priorities,
        options=len(ranked.priorities),
        sources=tuple(sources_of(session.study)),
        warnings=reach_step.noticed(session),
        limits=inputs.limits,
        removed=plan_step.removed_ground(session),
        extras=study_extras(session, reached, ranked),
    )


def sources_of(study: Study) -> Iterator[Source]:
    """Origins of a study's inputs, in the words that products print.

    Parameters
    ----------
    study
        The study.

    Yields
    ------
    Source
        One for each input.
    """
    for key, section, files in named_inputs(study):
        yield Source(
            key=key,
            name=INPUT_NAMES.get(key, same(key)),
            attribution=section.attribution or section.source,
            licence=section.licence,
            detail=" · ".join(filter(None, (section.source, section.date, *files))),
            short="" if len(section.attribution) < 60 else section.source,
        )
