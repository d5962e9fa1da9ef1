"""Step 4: maps, pages and notebooks that can be handed over."""

from itertools import count
from pathlib import Path

from phusong.engine import in_order
from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import plan as plan_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline import scenarios as scenarios_step
from phusong.pipeline import service as service_step
from phusong.pipeline.begin import start
from phusong.pipeline.briefs import write_briefs
from phusong.pipeline.calibrate import compare
from phusong.pipeline.calibration_files import STEP as CALIBRATION
from phusong.pipeline.communes import write_communes
from phusong.pipeline.gis import write_gis
from phusong.pipeline.labels import write_labels
from phusong.pipeline.printing import print_briefs, prints
from phusong.pipeline.results import study_facts
from phusong.pipeline.session import PRODUCTS, Progress, Session, code_key, silent, versions
from phusong.pipeline.speed import STEP as SPEED_TESTS
from phusong.pipeline.speed import speed_tests
from phusong.pipeline.step_words import REUSED
from phusong.pipeline.workbook import write_workbook
from phusong.reporting.commune_page import commune_titles
from phusong.reporting.facts import PRACTICE
from phusong.reporting.maps import coverage_map
from phusong.reporting.pages import index_page
from phusong.reporting.priorities_page import FILE as PRIORITIES
from phusong.reporting.priorities_page import priorities_page
from phusong.reporting.products import products_of
from phusong.reporting.study_index import study_index
from phusong.reporting.study_map import study_map
from phusong.store.files import key_of, sha256_of, write_text
from phusong.store.manifest import MANIFEST
from phusong.study import Study

STEP = "report"
STEPS = (
    reach_step.STEP, service_step.STEP, scenarios_step.STEP, gaps_step.STEP, plan_step.STEP,
    CALIBRATION,
    SPEED_TESTS,
)  # fmt: skip
MAP = "maps/coverage.html"
INDEX = "index.html"


def report(
    study: Study,
    plan: plan_step.Plan | None = None,  # noqa: ARG001 — the chain reads open, reach, gaps, plan, report
    *,
    with_notebooks: bool = True,
    workers: int | None = None,
    progress: Progress = silent,
) -> Path:
    """Write the maps, index and notebooks of a study.

    Parameters
    ----------
    study
        The study; steps that are not done yet are done first.
    plan
        The ranking, as the last step gave it.
    with_notebooks
        Execute and render the notebooks as well.
    workers
        Threads; every core by default.
    progress
        Is told how far the work is.

    Returns
    -------
    pathlib.Path
        ``index.html``.
    """
    session = start(study, workers=workers, progress=progress)
    return write_report(session, with_notebooks=with_notebooks)


def write_report(session: Session, *, again: bool = False, with_notebooks: bool = True) -> Path:
    """Write the products of a study, or leave them when nothing changed.

    Parameters
    ----------
    session
        The study in use; missing steps are done first.
    again
        Write them even when nothing changed.
    with_notebooks
        Execute and render the notebooks as well.

    Returns
    -------
    pathlib.Path
        ``index.html``.
    """
    facts = study_facts(session)
    compare(session)
    speed_tests(session)
    folder = session.study.output
    notebooks = notebook_files(session.study) if with_notebooks else ()
    key = _key(session, notebooks)
    if not again and not session.fresh and session.manifest.is_done(STEP, key):
        session.study.note(f"{STEP}: {REUSED}")
        session.observe(STEP, REUSED)
        return folder / INDEX
    briefs = 1 + len(session.study.operators)
    total = 4 + len(notebooks) + briefs * (1 + prints()) + len(session.study.area.communes)
    counted = count(1)

    def told() -> None:
        session.progress(STEP, next(counted), total)

    session.progress(STEP, 0, total)
    outputs = [folder / MAP]
    write_text(outputs[0], coverage_map(study_map(facts)))
    for file in write_communes(facts, folder):
        outputs.append(file)
        told()
    outputs += write_labels(session)
    outputs.append(folder / PRIORITIES)
    write_text(outputs[-1], priorities_page(facts))
    told()
    pages: list[Path] = []
    for file in write_briefs(session, facts):
        pages.append(file)
        told()
    outputs += pages
    for file in print_briefs(session, pages):
        outputs.append(file)
        told()
    for file in in_order(lambda n: _render(session, n), notebooks, workers=session.workers):
        outputs.append(file)
        told()
    written = sorted(_sizes(session, outputs))
    outputs += [write_workbook(facts, folder, written), *write_gis(facts, folder, written)]
    index = folder / INDEX
    sizes = _sizes(session, outputs)
    products = products_of(session.study, sizes, commune_titles(facts))
    write_text(index, index_page(study_index(facts, products, _versions(session))))
    told()
    session.record(STEP, {"notebooks": [n.stem for n in notebooks]}, [*outputs, index], key=key)
    session.progress(STEP, total, total)
    return index


def _key(session: Session, notebooks: tuple[Path, ...]) -> str:
    sources = {notebook.name: sha256_of(notebook) for notebook in notebooks}
    return key_of([session.key(STEP), code_key(*PRODUCTS), sources, prints()])


def _versions(session: Session) -> dict[str, str]:
    return {**versions(), "results": session.manifest.results_key()}


def notebook_files(study: Study) -> tuple[Path, ...]:
    """Notebooks that belong to a study.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    tuple of pathlib.Path
        Those in the folder ``notebooks`` of its root, else those that come with Phusong.
    """
    package = Path(__file__).parents[1]
    folders = (study.root / "notebooks", package / "_notebooks", package.parents[2] / "notebooks")
    for folder in folders:
        found = tuple(sorted(folder.glob("[0-9][0-9]_*.ipynb")))
        if found:
            return found
    return ()


def _render(session: Session, notebook: Path) -> Path:
    # Jupyter takes seconds to load: a run without notebooks does not wait for it.
    from phusong.reporting.notebooks import execute_notebook, render_notebook  # noqa: PLC0415

    study = session.study
    executed = execute_notebook(
        notebook,
        env={"PHUSONG_STUDY": str(study.file), "PHUSONG_FRESH": "0"},
        cwd=notebook.parent,
    )
    file = study.output / "notebooks" / f"{notebook.stem}.html"
    practice = PRACTICE if study.study.practice_data else None
    write_text(file, render_notebook(executed, practice=practice, language=study.study.language))
    return file


def _sizes(session: Session, written: list[Path]) -> dict[str, int | None]:
    """Every file of the study by its path; the manifest's size is not known before its end."""
    folder, manifest = session.study.output, session.manifest
    steps = [manifest.step(name) for name in STEPS]
    names = [file.relative_to(folder).as_posix() for file in written]
    names += [name for step in steps if step is not None for name in sorted(step.outputs)]
    sizes: dict[str, int | None] = {name: (folder / name).stat().st_size for name in names}
    return {**sizes, MANIFEST: None}
