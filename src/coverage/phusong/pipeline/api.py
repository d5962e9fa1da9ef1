"""The steps as plain functions, for notebooks and scripts."""

import os
from pathlib import Path
from typing import Any, Literal

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import Reach
from phusong.cluster import Cluster
from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import plan as plan_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline import service as service_step
from phusong.pipeline.begin import start
from phusong.pipeline.plan import Plan
from phusong.pipeline.service import Service
from phusong.pipeline.session import Progress, Session, silent, versions
from phusong.sources.study_file import read_study
from phusong.study import Study


def open_study(file: str | os.PathLike[str]) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    file
        The study file. A relative path is looked up in the current folder and then in each
        folder above it, so that notebooks run from any folder of a project.

    Returns
    -------
    Study
        The study.

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
    return read_study(path)


def shown_in(study: Study, language: Literal["vi", "en", "both"]) -> Study:
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
    progress: Progress = silent,
    client: Any = None,
) -> Reach:
    """Received level of every operator; stored results are shown when nothing changed.

    Parameters
    ----------
    study
        The study.
    workers
        Threads; every core by default.
    progress
        Is told how far the work is.
    client
        A ``distributed.Client`` whose workers compute the path losses; they need the same files
        and the same environment. This machine's cores by default.

    Returns
    -------
    Reach
        Best server per operator and technology, and of all operators.
    """
    return reach_step.reach(_started(study, workers, progress, client))


def service(
    study: Study, reached: Reach, *, workers: int | None = None, progress: Progress = silent
) -> Service:
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
        Is told how far the work is.

    Returns
    -------
    Service
        Quality by commune, and resilience by site.
    """
    return service_step.service(start(study, workers=workers, progress=progress), reached)


def gaps(study: Study, reached: Reach) -> Gaps:
    """Where there is no signal, and who lives there.

    Parameters
    ----------
    study
        The study.
    reached
        Received levels of the same study.

    Returns
    -------
    Gaps
        Classes, polygons and tables.
    """
    return gaps_step.gaps(start(study), reached)


def plan(
    study: Study,
    found: Gaps,
    *,
    workers: int | None = None,
    progress: Progress = silent,
    client: Any = None,
) -> Plan:
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
        Is told how far the work is.
    client
        A ``distributed.Client`` whose workers compute the path losses; they need the same files
        and the same environment. This machine's cores by default.

    Returns
    -------
    Plan
        The ranking.
    """
    return plan_step.plan(_started(study, workers, progress, client), found)


def _started(study: Study, workers: int | None, progress: Progress, client: Any) -> Session:
    cluster = None if client is None else Cluster(client)
    return start(study, workers=workers, progress=progress, cluster=cluster)


def provenance(study: Study) -> str:
    """What was computed and what reused, the key of the results, and versions, as text.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    str
        One line each.
    """
    session = start(study)
    lines = [f"study {study.study.name}, file {study.file.name}"]
    lines += [f"  {line}" for line in study.history or ("inputs read, nothing computed",)]
    lines.append(f"results {session.manifest.results_key()}")
    lines.append(", ".join(f"{name} {number}" for name, number in versions().items()))
    return "\n".join(lines)
