"""Products for one audience, in a folder of their own: cut down first, made afterwards."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd

from phusong.errors import DataError, nearest
from phusong.pipeline.briefs import brief_for
from phusong.pipeline.communes import write_communes
from phusong.pipeline.gis import write_gis
from phusong.pipeline.printing import print_briefs
from phusong.pipeline.report import INDEX, MAP, STEP
from phusong.pipeline.responses import write_response_form
from phusong.pipeline.results import study_facts
from phusong.pipeline.session import PRODUCTS, Session, code_key, versions
from phusong.pipeline.workbook import write_priorities, write_workbook
from phusong.planning.budget_tables import OPERATOR_FRONTIER, OPERATOR_ORDER
from phusong.reporting.audience import for_operator, for_public
from phusong.reporting.commune_page import commune_titles
from phusong.reporting.maps import coverage_map
from phusong.reporting.pages import index_page
from phusong.reporting.priorities_page import FILE as PRIORITIES
from phusong.reporting.priorities_page import priorities_page
from phusong.reporting.products import products_of
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.study_index import study_index
from phusong.reporting.study_map import study_map
from phusong.reporting.tables import tidy
from phusong.store.files import key_of, write_text
from phusong.store.manifest import MANIFEST, Manifest
from phusong.store.tables import write_csv, write_geopackage
from phusong.study import Study

PROVINCE, PUBLIC, OPERATOR = "province", "public", "operator:"
_MOST_PRODUCTS = 22
"""Files before workbook and layers, beside the communes' pages; for progress alone."""


def write_for_audience(session: Session, audience: str, *, marking: str = "") -> Path:
    """Write what one audience may see into a folder of its own.

    Parameters
    ----------
    session
        The study in use; missing steps are done first.
    audience
        ``province``, ``public``, or ``operator:`` and the name or key of an operator.
    marking
        Words that stand on each page, for example ``Lưu hành nội bộ``.

    Returns
    -------
    pathlib.Path
        ``index.html`` of ``for-<audience>`` in the study's output folder.

    Raises
    ------
    DataError
        There is no such audience.
    """
    key = _operator_key(session.study, audience)
    facts = dataclasses.replace(study_facts(session), marking=marking)
    if key:
        facts = for_operator(facts, key)
    elif audience == PUBLIC:
        facts = for_public(facts)
    folder = session.study.output / f"for-{f'operator-{key}' if key else audience}"
    outputs: list[Path] = []
    total = _MOST_PRODUCTS + len(session.study.area.communes)
    for file in _products(session, facts, folder, audience=audience):
        outputs.append(file)
        session.progress(STEP, min(len(outputs), total - 1), total)
    written = [file.relative_to(folder).as_posix() for file in outputs]
    outputs += [write_workbook(facts, folder, written), *write_gis(facts, folder, written)]
    index = folder / INDEX
    sizes: dict[str, int | None] = {
        file.relative_to(folder).as_posix(): file.stat().st_size for file in outputs
    }
    products = products_of(facts.study, {**sizes, MANIFEST: None}, commune_titles(facts))
    numbers = {**versions(), "results": session.manifest.results_key()}
    write_text(index, index_page(study_index(facts, products, numbers)))
    made = key_of([session.key(STEP), code_key(*PRODUCTS), audience, marking])
    told = {"audience": audience, "marking": marking}
    Manifest(folder).record(STEP, made, told, [*outputs, index])
    session.progress(STEP, total, total)
    return index


def _operator_key(study: Study, audience: str) -> str:
    """Key of the operator that an audience names; empty for the two others."""
    if audience in {PROVINCE, PUBLIC}:
        return ""
    name = audience.removeprefix(OPERATOR)
    for operator in study.operators:
        if audience.startswith(OPERATOR) and name in {operator.name, operator.key}:
            return operator.key
    known = [PROVINCE, PUBLIC, *(f"{OPERATOR}{op.key}" for op in study.operators)]
    raise DataError(
        f"audience={audience!r} is not known{nearest(audience, known)}; give one of "
        f"{', '.join(known)}"
    )


def _products(
    session: Session, facts: StudyFacts, folder: Path, *, audience: str
) -> Iterator[Path]:
    """Map, tables and layers; the ranking and a brief where the audience gets them."""
    yield _page(folder / MAP, coverage_map(study_map(facts)))
    yield from write_communes(facts, folder)
    gaps = facts.gaps
    tables = {
        "communes": gaps.communes, "totals": gaps.totals, "villages": gaps.villages,
        "village-counts": gaps.village_counts, "facilities": gaps.facilities,
    }  # fmt: skip
    for name, table in tables.items():
        if not len(table.columns):
            continue
        yield _table(folder / "gaps" / f"{name}.csv", table)
    if len(gaps.causes):
        yield _table(folder / "gaps" / "causes.csv", gaps.causes)
    layer = folder / "gaps" / "no-signal.gpkg"
    write_geopackage(layer, gaps.polygons, name="no-signal")
    yield layer
    practice = facts.practice is not None
    yield _table(folder / "gaps" / "no-signal.csv", tidy(gaps.polygons, practice=practice))
    if facts.priorities is None:
        return
    yield from _plan(facts, facts.priorities, folder / "plan")
    yield _page(folder / PRIORITIES, priorities_page(facts))
    own = {
        "choices": facts.extras.choices,
        OPERATOR_FRONTIER: facts.extras.operator_frontier,
        OPERATOR_ORDER: facts.extras.operator_build_order,
    }  # fmt: skip
    for name, table in own.items():
        if facts.own and len(table):
            yield _table(folder / "plan" / f"{name}.csv", table)
    if facts.own:
        form = folder / "plan" / f"response-{facts.own}.xlsx"
        (operator,) = facts.study.operators
        write_response_form(form, facts.study, facts.priorities, operator.name)
        yield form
    whose = facts.own or audience
    brief = _page(folder / f"brief-{whose}.html", brief_for(session, facts))
    yield brief
    yield from print_briefs(session, [brief])


def _plan(facts: StudyFacts, ranked: pd.DataFrame, folder: Path) -> Iterator[Path]:
    yield _table(folder / "priorities.csv", ranked)
    layer = folder / "options.gpkg"
    file = folder / "priorities.csv"
    yield write_priorities(facts.study, file, facts.assumptions, facts.marking)
    points = gpd.points_from_xy(ranked["longitude"], ranked["latitude"])
    write_geopackage(
        layer, gpd.GeoDataFrame(ranked, geometry=points, crs="EPSG:4326"), name="options"
    )
    yield layer


def _page(file: Path, page: str) -> Path:
    write_text(file, page)
    return file


def _table(file: Path, table: pd.DataFrame) -> Path:
    """A table as it was read back from the study's own: rounded and disarmed already."""
    write_csv(file, table)
    return file
