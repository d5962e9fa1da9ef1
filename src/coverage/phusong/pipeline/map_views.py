"""The map of a study and of its results, as notebooks show them."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY, Reach
from phusong.errors import unknown_name
from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline.begin import start
from phusong.pipeline.calibration_files import CalibrationTables
from phusong.pipeline.pictures import chosen_layer
from phusong.pipeline.results import sources_of, study_facts
from phusong.pipeline.service_pictures import cells_of_model
from phusong.reporting.facts import Bilingual
from phusong.reporting.layers import VectorLayer
from phusong.reporting.maps import coverage_map
from phusong.reporting.measured_layers import MEASUREMENTS, measured_layer, next_layer
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.study_map import COVERAGE, LEVEL, opening_with, study_map
from phusong.store.files import write_text
from phusong.study import Study


class MapView:
    """A finished map as a notebook shows it: a page in a frame that cannot reach the notebook.

    Parameters
    ----------
    page
        Self-contained HTML.
    height_px
        Height of the frame [px].
    """

    def __init__(self, page: str, *, height_px: int = 620) -> None:
        self.page = page
        self.height_px = height_px

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the page to a file, which opens in any browser without a network.

        Parameters
        ----------
        file
            Where to; a name that ends with ``.html``.

        Returns
        -------
        pathlib.Path
            The file.
        """
        path = Path(file)
        write_text(path, self.page)
        return path

    def _repr_html_(self) -> str:
        inside = self.page.replace("&", "&amp;").replace('"', "&quot;")
        return (
            f'<iframe title="Bản đồ phủ sóng · Coverage map" srcdoc="{inside}" '
            f'sandbox="allow-scripts allow-popups" '
            f'style="width:100%;height:{self.height_px}px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"MapView({len(self.page) / 1e6:.1f} MB)"


def led_by(study: Study, technology: str) -> Study:
    """The same study with another technology first, for what shows the first one.

    Parameters
    ----------
    study
        The study.
    technology
        One of its technologies.

    Returns
    -------
    Study
        For showing alone: results are those of the study itself.
    """
    order = sorted(study.technologies, key=lambda name: name != technology)
    found = {name: study.technologies[name] for name in order}
    return study.model_copy(update={"technologies": found})


def map_view(
    study: Study, *, operator: str = ANY, column: str = COVERAGE, height_px: int = 620
) -> MapView:
    """Show the coverage map of a study in a notebook.

    Parameters
    ----------
    study
        The study; missing steps are done first.
    operator
        Key or name of the operator to begin with; ``any`` for all together.
    column
        What to begin with, for example ``coverage``, ``level`` or ``rate``.
    height_px
        Height of the frame [px].

    Returns
    -------
    MapView
        Shown by notebooks as it is.
    """
    named = {ANY, *(name for op in study.operators for name in (op.key, op.name))}
    if operator not in named:  # said before anything is computed for it
        raise unknown_name("operator", operator, sorted(named))
    return _view(study_facts(start(study)), operator, column, height_px)


def reach_view(
    study: Study,
    reached: Reach,
    *,
    operator: str = ANY,
    technology: str | None = None,
    column: str = LEVEL,
    height_px: int = 620,
) -> MapView:
    """Show levels, coverage and sites of one technology on a map.

    Parameters
    ----------
    study
        The study.
    reached
        Its reach.
    operator
        Key or name of the operator to begin with; ``any`` for all together.
    technology
        Technology to show; the study's first by default.
    column
        What to begin with: ``level``, ``coverage`` or ``probability``.
    height_px
        Height of the frame [px].

    Returns
    -------
    MapView
        Shown by notebooks as it is.
    """
    _, which = chosen_layer(study, reached.layers, operator, technology)
    found = gaps_step.gaps(start(study), reached)
    return _view(_facts(study, reached, found, which), operator, column, height_px)


def gaps_view(
    study: Study,
    found: Gaps,
    *,
    operator: str = ANY,
    technology: str | None = None,
    height_px: int = 620,
) -> MapView:
    """Show coverage, white zones, communes and villages on a map.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.
    operator
        Key or name of the operator to begin with; ``any`` for all together.
    technology
        Technology to show; the study's first by default.
    height_px
        Height of the frame [px].

    Returns
    -------
    MapView
        Shown by notebooks as it is.
    """
    _, which = chosen_layer(study, found.classes, operator, technology)
    reached = reach_step.reach(start(study))
    return _view(_facts(study, reached, found, which), operator, COVERAGE, height_px)


def calibration_view(
    study: Study,
    found: CalibrationTables,
    *,
    model: str | None = None,
    technology: str | None = None,
    operator: str = ANY,
    height_px: int = 620,
) -> MapView:
    """Show measured cells beside one model, and where to measure next, on a map.

    Parameters
    ----------
    study
        The study.
    found
        What its measurements say.
    model
        Key of a propagation model; the study's first by default.
    technology
        Technology to show; the first measured one by default.
    operator
        Key or name of the operator whose coverage is shown at first; ``any`` for all together.
    height_px
        Height of the frame [px].

    Returns
    -------
    MapView
        Shown by notebooks as it is.
    """
    cells = cells_of_model(study, found.cells, model)
    measured = tuple(dict.fromkeys(cells["technology"]))
    which = measured[0] if technology is None else technology
    if which not in measured:
        raise unknown_name("technology", which, measured)
    session = start(study)
    reached = reach_step.reach(session)
    facts = _facts(study, reached, gaps_step.gaps(session, reached), which)
    names = {
        key: Bilingual(section.title_vi, section.title_en)
        for key, section in study.environments.items()
    }
    layers = [measured_layer(cells[cells["technology"] == which], names)]
    own = _of_first(found.tables.get("where-next"), cells["model"].iloc[0], which)
    if len(own):
        layers.append(next_layer(own))
    return _view(facts, operator, COVERAGE, height_px, layers)


def _of_first(where: pd.DataFrame | None, model: str, technology: str) -> pd.DataFrame:
    """Squares to measure in by one model and technology, in the first environment that has any."""
    if where is None:
        return pd.DataFrame()
    own = where[(where["technology"] == technology) & (where["model"] == model)]
    return own[own["environment"] == own["environment"].iloc[0]] if len(own) else own


def _facts(study: Study, reached: Reach, found: Gaps, technology: str) -> StudyFacts:
    """What a map shows of one technology before anything is planned."""
    session = start(study)
    return StudyFacts(
        study=led_by(study, technology),
        terrain=session.inputs.terrain,
        places=session.inputs.places,
        layers=reached.layers,
        sectors=tuple(s for s in reached.network.sectors if s.technology == technology),
        gaps=found,
        priorities=None,
        sources=tuple(sources_of(study)),
        limits=session.inputs.limits,
    )


def _view(
    facts: StudyFacts,
    operator: str,
    column: str,
    height_px: int,
    more: Sequence[VectorLayer] = (),
) -> MapView:
    key, _ = chosen_layer(facts.study, facts.gaps.classes, operator, facts.technology)
    content = opening_with(study_map(facts), operator=key, column=column)
    if more:
        content = replace(
            content,
            vectors=(*content.vectors, *more),
            groups=(MEASUREMENTS, *content.groups),
        )
    return MapView(coverage_map(content), height_px=height_px)
