"""All steps of a study, in order."""

from pathlib import Path

from phusong.cluster import Cluster
from phusong.pipeline.begin import start
from phusong.pipeline.gaps import gaps
from phusong.pipeline.plan import Plan
from phusong.pipeline.plan import plan as make_plan
from phusong.pipeline.reach import noticed, reach
from phusong.pipeline.report import write_report
from phusong.pipeline.run_log import RunLog
from phusong.pipeline.service import service
from phusong.pipeline.session import Progress, Session, silent
from phusong.store.files import remove_leftovers
from phusong.study import Study

WARNING = "warning: "
"""Begins a line of the study's history that tells of something suspicious in its inputs."""


def run_study(
    study: Study,
    *,
    workers: int | None = None,
    progress: Progress = silent,
    fresh: bool | None = None,
    with_notebooks: bool = True,
    cluster: Cluster | None = None,
    log: RunLog | None = None,
) -> Path:
    """Compute reach, gaps and plan, and write every product; finished steps are reused.

    Parameters
    ----------
    study
        The study.
    workers
        Threads; every core by default.
    progress
        Is told how far the work is.
    fresh
        Compute again what is stored; by default when ``PHUSONG_FRESH`` is 1.
    with_notebooks
        Execute and render the notebooks as well.
    cluster
        Workers that compute path losses; this machine's cores when None.
    log
        Takes note of what steps cost; one of its own, which tells ``progress``, when None.

    Returns
    -------
    pathlib.Path
        ``index.html``.
    """
    if study.output.is_dir():
        remove_leftovers(study.output)
    with log or RunLog(study, progress=progress, notebooks=with_notebooks) as told:
        session = start(study, workers=workers, progress=told, fresh=fresh, cluster=cluster)
        session.observe = told.step
        door = write_report(session, with_notebooks=with_notebooks)
        told.warned(noticed(session))
    if told_of_cache := session.told_of_cache():
        study.note(told_of_cache)
    for line in noticed(session):
        study.note(f"{WARNING}{line}")
    return door


def plan_study(session: Session) -> Plan:
    """Compute reach, gaps and plan; finished steps are reused, and nothing is drawn.

    Parameters
    ----------
    session
        The study in use.

    Returns
    -------
    Plan
        The ranking.
    """
    reached = reach(session)
    service(session, reached)
    return make_plan(session, gaps(session, reached))
