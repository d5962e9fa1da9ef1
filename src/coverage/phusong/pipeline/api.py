"""The steps as plain functions, for notebooks and scripts."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import Reach
from phusong.cluster import Cluster
from phusong.language import told
from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import plan as plan_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline import service as service_step
from phusong.pipeline.bars import watched
from phusong.pipeline.begin import start
from phusong.pipeline.interactive import OpenStudy, opened, with_study
from phusong.pipeline.interactive_results import StudyGaps, StudyPlan, StudyReach, StudyService
from phusong.pipeline.session import Progress, Session, versions
from phusong.sources.study_file import read_study
from phusong.study import Study

if TYPE_CHECKING:
    from phusong.reporting.shown import Shown

Same = TypeVar("Same", bound=Study)


def open_study(file: str | os.PathLike[str]) -> OpenStudy:
    """Read and check a study file.

    Parameters
    ----------
    file
        The study file. A relative path is looked up in the current folder and then in each
        folder above it, so that notebooks run from any folder of a project.

    Returns
    -------
    OpenStudy
        The study; it shows itself in a notebook.

    Raises
    ------
    StudyError
        The file is missing or wrong; every fault is named.
    """
    path = Path(file)
    if not path.is_absolute() and not path.is_file():
        here = Path.cwd()
        found = (folder / path for folder in here.parents if (folder / path).is_file())
        path = next(found, path)
    return opened(read_study(path))


def shown_in(study: Same, language: Literal["vi", "en", "both"]) -> Same:
    """A study whose pages show another language first.

    Parameters
    ----------
    study
        The study.
    language
        ``vi``, ``en`` or ``both``; results do not depend on it.

    Returns
    -------
    Study
        The same study otherwise.
    """
    section = study.study.model_copy(update={"language": language})
    return study.model_copy(update={"study": section})


def reach(
    study: Study,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    client: Any = None,
) -> StudyReach:
    """Received level of every operator; stored results are shown when nothing changed.

    Parameters
    ----------
    study
        The study.
    workers
        Threads; every core by default.
    progress
        Is told how far the work is; a bar by default where somebody watches.
    client
        A ``distributed.Client`` whose workers compute the path losses; they need the same files
        and the same environment. This machine's cores by default.

    Returns
    -------
    StudyReach
        Best server per operator and technology, and of all operators.
    """
    _expect("study", study, Study, "phusong.open_study(file)")
    with watched(progress) as told:
        return with_study(
            StudyReach, study, reach_step.reach(_started(study, workers, told, client))
        )


def service(
    study: Study,
    reached: Reach,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> StudyService:
    """How good service is, and what a failing site takes.

    Parameters
    ----------
    study
        The study.
    reached
        Received levels of the same study.
    workers
        Threads; every core by default.
    progress
        Is told how far the work is; a bar by default where somebody watches.

    Returns
    -------
    StudyService
        Quality by commune, and resilience by site.
    """
    _expect("study", study, Study, "phusong.open_study(file)")
    _expect("reached", reached, Reach, "phusong.reach(study)")
    with watched(progress) as told:
        session = start(study, workers=workers, progress=told)
        return with_study(StudyService, study, service_step.service(session, reached))


def gaps(
    study: Study, reached: Reach, *, progress: Progress | None = None, client: Any = None
) -> StudyGaps:
    """Where there is no signal, and who lives there.

    Parameters
    ----------
    study
        The study.
    reached
        Received levels of the same study.
    progress
        Is told how far the work is; a bar by default where somebody watches.
    client
        A ``distributed.Client`` whose workers draw and count; they need the same files and the
        same environment. This process does it by default.

    Returns
    -------
    StudyGaps
        Classes, polygons and tables.
    """
    _expect("study", study, Study, "phusong.open_study(file)")
    _expect("reached", reached, Reach, "phusong.reach(study)")
    with watched(progress) as told:
        session = _started(study, None, told, client)
        return with_study(StudyGaps, study, gaps_step.gaps(session, reached))


def plan(
    study: Study,
    found: Gaps,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    client: Any = None,
) -> StudyPlan:
    """Where to build first.

    Parameters
    ----------
    study
        The study.
    found
        Who has no signal.
    workers
        Threads; every core by default.
    progress
        Is told how far the work is; a bar by default where somebody watches.
    client
        A ``distributed.Client`` whose workers compute the path losses; they need the same files
        and the same environment. This machine's cores by default.

    Returns
    -------
    StudyPlan
        The ranking.
    """
    _expect("study", study, Study, "phusong.open_study(file)")
    _expect("found", found, Gaps, "phusong.gaps(study, reached)")
    with watched(progress) as told:
        return with_study(
            StudyPlan, study, plan_step.plan(_started(study, workers, told, client), found)
        )


def _expect(parameter: str, value: object, kind: type, made_by: str) -> None:
    """Refuse arguments that were swapped or left half-made, in words that help."""
    if not isinstance(value, kind):
        raise TypeError(
            f"{parameter} is a {type(value).__name__}, it must be what {made_by} gives; "
            "the study comes first, then the result"
        )


def _started(study: Study, workers: int | None, progress: Progress, client: Any) -> Session:
    cluster = None if client is None else Cluster(client)
    return start(study, workers=workers, progress=progress, cluster=cluster)


def provenance(study: Study) -> "Shown":
    """What was computed and what reused, the key of the results, and versions.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Shown
        One line each; as text Vietnamese, and after a point English.
    """
    from phusong.reporting.facts import same  # noqa: PLC0415 — it loads what draws
    from phusong.reporting.shown import shown_lines  # noqa: PLC0415
    from phusong.reporting.wording import as_told  # noqa: PLC0415

    session = start(study)
    lines = [
        told(f"study {study.study.name}, file {study.file.name}"),
        *(study.history or (told("inputs read, nothing computed"),)),
        told(f"results {session.manifest.results_key()}"),
    ]
    made_by = ", ".join(f"{name} {number}" for name, number in versions().items())
    return shown_lines((*map(as_told, lines), same(made_by)))
