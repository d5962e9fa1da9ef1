"""Step 4: maps, pages and notebooks that can be handed over."""

from collections.abc import Iterator
from pathlib import Path

from phusong.engine import in_order
from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import plan as plan_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline.api import start
from phusong.pipeline.inputs import named_inputs
from phusong.pipeline.session import Progress, Session, code_key, silent, versions
from phusong.reporting.facts import PRACTICE, Bilingual, Source
from phusong.reporting.maps import coverage_map
from phusong.reporting.notebooks import execute_notebook, render_notebook
from phusong.reporting.pages import Product, index_page
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.study_index import study_index
from phusong.reporting.study_map import study_map
from phusong.store.files import key_of, sha256_of, write_text
from phusong.study import Study

STEP = "report"
MAP = "maps/coverage.html"
INDEX = "index.html"
_TABLES = {
    "plan/priorities.xlsx": Bilingual("Bảng ưu tiên đầu tư (Excel)", "Priorities (Excel)"),
    "plan/priorities.csv": Bilingual("Bảng ưu tiên đầu tư (CSV)", "Priorities (CSV)"),
    "plan/options.gpkg": Bilingual("Vị trí ưu tiên (GeoPackage)", "Priorities (GeoPackage)"),
    "gaps/communes.csv": Bilingual("Theo xã", "By commune"),
    "gaps/villages.csv": Bilingual("Theo thôn", "By village"),
    "gaps/facilities.csv": Bilingual("Theo cơ sở công cộng", "By facility"),
    "gaps/no-signal.gpkg": Bilingual("Vùng không có sóng (GeoPackage)", "Gaps (GeoPackage)"),
    "reach/servers.csv": Bilingual("Trạm và sector đã dùng", "Sites and sectors used"),
    "manifest.json": Bilingual("Bản kê: đầu vào, giả định, mã băm", "Manifest"),
}
_NOTEBOOKS = {
    "00_quickstart": Bilingual("Bắt đầu nhanh", "Quick start"),
    "01_data": Bilingual("Dữ liệu", "Data"),
    "02_reach": Bilingual("Vùng phủ sóng", "Reach"),
    "03_gaps": Bilingual("Vùng không có sóng", "Gaps"),
    "04_priorities": Bilingual("Ưu tiên đầu tư", "Priorities"),
}


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
    found = gaps_step.gaps(session, reached)
    ranked = plan_step.plan(session, found)
    inputs = session.inputs
    return StudyFacts(
        study=session.study,
        terrain=inputs.terrain,
        places=inputs.places,
        reach=reached,
        gaps=found,
        priorities=ranked.priorities,
        sources=tuple(_sources(session.study)),
        warnings=inputs.warnings(),
    )


def _sources(study: Study) -> Iterator[Source]:
    words = {
        "terrain": Bilingual("Địa hình", "Terrain"),
        "towers": Bilingual("Danh sách trạm", "Towers"),
        "boundaries": Bilingual("Ranh giới xã", "Commune outlines"),
        "population": Bilingual("Dân số", "Population"),
        "villages": Bilingual("Thôn", "Villages"),
        "facilities": Bilingual("Cơ sở công cộng", "Facilities"),
        "roads": Bilingual("Đường", "Roads"),
        "power_lines": Bilingual("Đường điện", "Power lines"),
    }
    for key, section, files in named_inputs(study):
        yield Source(
            name=words[key],
            attribution=section.attribution or section.source,
            licence=section.licence,
            detail=" · ".join(filter(None, (section.source, section.date, *files))),
            short="" if len(section.attribution) < 60 else section.source,
        )


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
    folder = session.study.output
    notebooks = notebook_files(session.study) if with_notebooks else ()
    key = _key(session, notebooks)
    if not again and not session.fresh and session.manifest.is_done(STEP, key):
        session.study.note(f"{STEP}: reused")
        return folder / INDEX
    total = 2 + len(notebooks)
    session.progress(STEP, 0, total)
    outputs = [folder / MAP]
    write_text(outputs[0], coverage_map(study_map(facts)))
    for file in in_order(lambda n: _render(session, n), notebooks, workers=session.workers):
        outputs.append(file)
        session.progress(STEP, len(outputs), total)
    index = folder / INDEX
    products = tuple(_products(folder, [file for file in outputs if file.parent.name != "maps"]))
    write_text(index, index_page(study_index(facts, products, _versions(session))))
    session.record(STEP, {"notebooks": [n.stem for n in notebooks]}, [*outputs, index], key=key)
    session.progress(STEP, total, total)
    return index


def _key(session: Session, notebooks: tuple[Path, ...]) -> str:
    sources = {notebook.name: sha256_of(notebook) for notebook in notebooks}
    return key_of([session.key(STEP), code_key("reporting"), sources])


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
    study = session.study
    executed = execute_notebook(
        notebook,
        env={"PHUSONG_STUDY": str(study.file), "PHUSONG_FRESH": "0"},
        cwd=notebook.parent,
    )
    file = study.output / "notebooks" / f"{notebook.stem}.html"
    practice = PRACTICE if study.study.practice_data else None
    write_text(file, render_notebook(executed, practice=practice))
    return file


def _products(folder: Path, notebooks: list[Path]) -> Iterator[Product]:
    yield Product(
        "map", MAP, Bilingual("Bản đồ phủ sóng", "Coverage map"),
        Bilingual(
            "Vùng phủ, vùng trắng sóng, trạm và vị trí ưu tiên; mở được khi không có mạng.",
            "Coverage, white zones, sites and priorities; opens without a network.",
        ),
        size_bytes=(folder / MAP).stat().st_size,
    )  # fmt: skip
    for file in notebooks:
        words = _NOTEBOOKS.get(file.stem, Bilingual(file.stem, file.stem))
        path = file.relative_to(folder).as_posix()
        yield Product("notebook", path, words, size_bytes=file.stat().st_size)
    for path, words in _TABLES.items():
        if (folder / path).is_file():
            yield Product("table", path, words)
