"""Briefs on disk: one for the province, one for each operator, each with its origin."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from phusong.pipeline.session import Session, versions
from phusong.reporting.audience import for_operator
from phusong.reporting.brief import brief_page
from phusong.reporting.products import BRIEF, PROVINCE
from phusong.reporting.study_brief import Origin, operator_brief, province_brief
from phusong.reporting.study_facts import StudyFacts
from phusong.store.files import key_of, sha256_of, write_text
from phusong.study import Study

_VERSIONS = ("phusong", "python", "numpy", "numba", "rasterio")


def write_briefs(session: Session, facts: StudyFacts) -> Iterator[Path]:
    """Write the brief for the province and one for each operator of the study.

    Parameters
    ----------
    session
        The study in use, its steps done.
    facts
        Its results.

    Yields
    ------
    pathlib.Path
        Each file, once it is there.
    """
    yield _write(session, PROVINCE, brief_for(session, facts))
    for operator in session.study.operators:
        own = for_operator(facts, operator.key)
        yield _write(session, operator.key, brief_for(session, own))


def brief_for(session: Session, facts: StudyFacts) -> str:
    """The brief of whoever the facts were cut down to.

    Parameters
    ----------
    session
        The study in use, its steps done.
    facts
        What the reader may see: of one operator, or of all for the province.

    Returns
    -------
    str
        The page.
    """
    if facts.own:
        origin = _origin(session, all_lists=False)
        return brief_page(operator_brief(facts, facts.own, origin))
    return brief_page(province_brief(facts, _origin(session)))


def _write(session: Session, whose: str, page: str) -> Path:
    file = session.study.output / f"{BRIEF}{whose}.html"
    write_text(file, page)
    return file


def _origin(session: Session, *, all_lists: bool = True) -> Origin:
    """How to make the results again; tower lists one by one, or as one checksum of all.

    The name of a list may tell which other operator gave one.
    """
    study = session.study
    lists = [study.inputs.towers, *study.inputs.towers.also]
    names = tuple(section.file for section in lists)
    towers = {k: v for k, v in session.digests.items() if k.startswith(names)}
    others = {k: v for k, v in session.digests.items() if k not in towers}
    shown = {**others, **(towers if all_lists else {"towers": key_of(towers)})}
    packages = versions()
    file, output = _named(study, study.file), _named(study, study.output)
    return Origin(
        commands=tuple(
            shlex.join(("phusong", *words))
            for words in (("check", file), ("run", file), ("verify", output))
        ),
        identity=(
            ("results", session.manifest.results_key()),
            (file, f"sha256 {sha256_of(study.file)}"),
            *((name, f"sha256 {digest}") for name, digest in shown.items()),
            *((name, packages[name]) for name in _VERSIONS),
        ),
    )


def _named(study: Study, path: Path) -> str:
    """A path as one types it in the study's root."""
    inside = path.is_relative_to(study.root)
    return path.relative_to(study.root).as_posix() if inside else path.name
