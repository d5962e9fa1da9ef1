"""Model against measurements, model against model, and what remains unknown, for notebooks."""

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from phusong.errors import DataWarning
from phusong.pipeline.begin import start
from phusong.pipeline.calibrate import compare
from phusong.pipeline.calibration_files import CalibrationTables, read_calibration
from phusong.pipeline.interactive import with_study
from phusong.pipeline.interactive_calibration import StudyCalibration
from phusong.pipeline.session import Session
from phusong.pipeline.speed import read_speed_tests, speed_tests
from phusong.reporting.facts import Bilingual, Picture, same
from phusong.reporting.figures import picture
from phusong.reporting.shown import Shown, shown_sentences, shown_table
from phusong.reporting.speed_tables import NO_SPEED_TESTS, speed_table
from phusong.reporting.study_facts import practice_words
from phusong.reporting.study_index import outlines
from phusong.reporting.validation_figures import agreement_figure, residual_figure
from phusong.reporting.validation_tables import (
    NO_MEASUREMENTS,
    cells_table,
    confusion_table,
    error_table,
    fit_table,
    left_out_table,
    models_table,
    next_table,
    one_comparison,
)
from phusong.reporting.validation_words import (
    answers,
    operators_unmeasured,
    reliability_words,
    unknowns,
)
from phusong.reporting.wording import said
from phusong.reporting.words import MODEL_NAMES
from phusong.store.tables import read_csv
from phusong.study import Study

_ONE_MODEL = said(
    "This study has one propagation model; name a second one in propagation.models to see what "
    "depends on it."
)
_CODES = ("commune_code", "commune", "operator", "technology", "model")


def compared(study: Study) -> StudyCalibration | None:
    """What measurements say of a study; stored results are taken when nothing changed.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    StudyCalibration or None
        None for a study without measurements. Rows that are left out make no warning here: a
        table of :func:`measured` tells them, in the reader's language.
    """
    session = start(study)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        if not compare(session):
            return None
    return with_study(StudyCalibration, study, read_calibration(session))


def measured(study: Study, found: CalibrationTables | None) -> tuple[Shown, ...]:
    """Errors, corrections and confusion of a study's levels, as measurements say.

    Parameters
    ----------
    study
        The study.
    found
        What :func:`compared` gives.

    Returns
    -------
    tuple of Shown
        Tables, or a sentence for a study without measurements or with too few.
    """
    if found is None:
        return (shown_sentences((NO_MEASUREMENTS,)),)
    tables = found.tables
    left = [shown_table(left_out_table(tables["left-out"]))] if len(tables["left-out"]) else []
    if "cells" in tables:
        left.insert(0, shown_table(cells_table(tables["cells"])))
    if "fit" not in tables:
        return (shown_sentences(tuple(same(fault) for fault in found.faults)), *left)
    return (
        shown_table(error_table(study, tables["held-out"])),
        shown_table(fit_table(study, tables["fit"])),
        shown_table(confusion_table(study, tables["confusion"])),
        *left,
    )


def pictures(study: Study, found: CalibrationTables | None) -> tuple[Picture, ...]:
    """Draw measured against modelled levels, and where they differ, for each comparison.

    Parameters
    ----------
    study
        The study.
    found
        What :func:`compared` gives.

    Returns
    -------
    tuple of Picture
        None for a study without measurements.
    """
    if found is None or "fit" not in found.tables:
        return ()
    return tuple(_pictures(start(study), found))


def _pictures(session: Session, found: CalibrationTables) -> Iterator[Picture]:
    study, keys = session.study, ["model", "environment", "technology"]
    for who, cells in found.cells.groupby(keys, sort=False):
        model, environment, technology = who
        section = study.environments[environment]
        words = {
            "model": MODEL_NAMES[model], "technology": technology,
            "where": Bilingual(section.title_vi, section.title_en),
        }  # fmt: skip
        threshold = study.technologies[technology].threshold.value
        title = said("Measured against modelled: {technology}, {where}, {model}", **words)
        figure = agreement_figure(
            cells, one_comparison(found.tables["reliability"], who),
            threshold_dbm=threshold, title=title,
            practice=practice_words(study),
        )  # fmt: skip
        yield picture(figure, alt=title, kind="jpeg")
        if model == study.propagation.models[0]:
            title = said("What the corrected model leaves: {technology}, {where}, {model}", **words)
            yield _residuals(session, cells, threshold, title)


def _residuals(
    session: Session, cells: pd.DataFrame, threshold_dbm: float, title: Bilingual
) -> Picture:
    inputs = session.inputs
    silent = cells["level_dbm"].isna() & (cells["corrected_dbm"] >= threshold_dbm)
    figure = residual_figure(
        cells.geometry.x.to_numpy(), cells.geometry.y.to_numpy(),
        np.where(cells["level_dbm"].isna(), np.nan, cells["residual_db"].to_numpy(dtype=float)),
        silent=silent.to_numpy(), grid=inputs.grid, height_amsl_m=inputs.terrain.height_amsl_m,
        outlines=outlines(inputs.places), title=title, practice=practice_words(session.study),
    )  # fmt: skip
    return picture(figure, alt=title, kind="jpeg")


def speed(study: Study) -> Shown:
    """Speed tests by telephones, beside the modelled levels.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Shown
        A table by commune, or a sentence for a study without speed tests.
    """
    section = study.inputs.speed_tiles
    if section is None or not speed_tests(start(study)):
        return shown_sentences((NO_SPEED_TESTS,))
    return shown_table(speed_table(read_speed_tests(study), section.quarter))


def models(study: Study) -> Shown:
    """People without signal under each of a study's models.

    Parameters
    ----------
    study
        The study; its gaps must have been found.

    Returns
    -------
    Shown
        A table, or a sentence for a study of one model.
    """
    file = study.output / "gaps" / "models.csv"
    if len(study.propagation.models) == 1 or not file.exists():
        return shown_sentences((_ONE_MODEL,))
    return shown_table(models_table(study, read_csv(file, text=_CODES)))


def where_next(found: CalibrationTables | None) -> Shown:
    """Where a measurement would settle most.

    Parameters
    ----------
    found
        What :func:`compared` gives.

    Returns
    -------
    Shown
        A table, or a sentence for a study without measurements.
    """
    if found is None or "where-next" not in found.tables:
        return shown_sentences((NO_MEASUREMENTS,))
    return shown_table(next_table(found.tables["where-next"]))


def unknown(study: Study, found: CalibrationTables | None) -> Shown:
    """What remains unknown.

    Parameters
    ----------
    study
        The study.
    found
        What :func:`compared` gives.

    Returns
    -------
    Shown
        Sentences.
    """
    errors = pd.DataFrame()
    seen: set[str] = set()
    if found is not None and "fit" in found.tables:
        errors, seen = found.tables["held-out"], set(found.cells["operator"])
    network = start(study).inputs.network
    missing = [op.name for op in study.operators if op.name not in seen]
    told = (operators_unmeasured(missing),) if missing else ()
    filled = sum(network.filled.values())
    return shown_sentences((*told, *unknowns(study, errors, filled, len(network.sectors))))


def answer_validation(study: Study, found: CalibrationTables | None) -> Shown:
    """How far a study's levels can be trusted.

    Parameters
    ----------
    study
        The study.
    found
        What :func:`compared` gives.

    Returns
    -------
    Shown
        Sentences.
    """
    if found is None or "fit" not in found.tables:
        return shown_sentences((NO_MEASUREMENTS,))
    tables = found.tables
    first = tables["held-out"].iloc[0]
    who = (first["model"], first["environment"], first["technology"])
    return shown_sentences(
        (
            *answers(study, tables["held-out"], tables["fit"]),
            reliability_words(one_comparison(tables["reliability"], who)),
        )
    )
