"""Gaps by the study's other models: counts, verdicts, and rasters of where they disagree."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from phusong.analysis.gaps import UNKNOWN, Confidence
from phusong.analysis.model_choice import (
    agreement,
    at_every_cell,
    at_receivers_only,
    classes_of,
    model_table,
    verdict_columns,
)
from phusong.analysis.reach import Reach
from phusong.analysis.verdicts import village_verdicts
from phusong.pipeline.gap_tables import verdict_rules
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import study_basis
from phusong.store.rasters import write_raster
from phusong.study import PRACTICE_LABEL


@dataclass(frozen=True, eq=False)
class ModelChoice:
    """What another model says of a study's gaps.

    Parameters
    ----------
    table
        ``gaps/models.csv``.
    villages
        Columns beside the verdicts on villages.
    files
        Rasters that were written.
    facts
        For the manifest.
    """

    table: pd.DataFrame = field(repr=False)
    villages: pd.DataFrame = field(repr=False)
    files: list[Path]
    facts: dict[str, Any]


def model_choice(
    session: Session, reach: Reach, confidence: Confidence, verdicts: pd.DataFrame
) -> ModelChoice | None:
    """Count again by the study's second model.

    Parameters
    ----------
    session
        The study in use.
    reach
        Received levels by the first model.
    confidence
        Where the lines between the classes are drawn.
    verdicts
        Verdicts on villages by the first model.

    Returns
    -------
    ModelChoice or None
        Nothing for a study of one model.
    """
    models = session.study.propagation.models
    if len(models) == 1:
        return None
    inputs, second = session.inputs, models[1]
    lattice = lattice_of(session, second)
    unknown = np.isnan(inputs.terrain.height_amsl_m)
    other = at_every_cell(load_reach(session, reach.environment, model=second), lattice, unknown)
    thinned = at_receivers_only(reach, lattice, unknown)
    counted = (
        classes_of(reach, 1, confidence),
        classes_of(thinned, lattice.step, confidence),
        classes_of(other, lattice.step, confidence),
    )
    layers = tuple(reach.layers)
    villages = verdict_columns(
        verdicts,
        _verdicts(session, thinned, confidence),
        _verdicts(session, other, confidence),
        layers,
    )
    files = []
    for key in layers:
        said = (lattice.sampled(part.classes[key]) for part in counted[1:])
        files.append(_write(session, key, agreement(*said), second))
    changed = villages.filter(regex="_model_changes_verdict$")
    facts = {
        "second_model": second,
        "receiver_step": lattice.step,
        "villages_by_model_changes_verdict": {
            name: changed[name].value_counts().sort_index().to_dict() for name in changed
        },
    }
    table = model_table(counted, inputs.communes, inputs.people)
    return ModelChoice(table, villages, files, facts)


def _verdicts(session: Session, reach: Reach, confidence: Confidence) -> pd.DataFrame:
    places, basis = session.inputs.places, study_basis(session.inputs, tuple(reach.layers))
    rules = verdict_rules(session.study, reach.network, basis)
    people = session.inputs.people
    return village_verdicts(places.villages, reach, people, confidence, rules, places.settlements)


def _write(
    session: Session,
    layer: tuple[str, str],
    values: np.ndarray[Any, np.dtype[np.uint8]],
    model: str,
) -> Path:
    study = session.study
    tags = {"DATA_STATUS": PRACTICE_LABEL} if study.study.practice_data else {}
    operator, technology = layer
    file = study.output / "gaps" / "models" / f"{operator}-{technology.lower()}-agreement.tif"
    grid = lattice_of(session, model).grid
    write_raster(file, values, grid, nodata=UNKNOWN, tags=tags)
    return file
