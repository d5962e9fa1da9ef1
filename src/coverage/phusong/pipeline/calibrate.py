"""Comparing a study's levels with measurements, and fitting what the model gets wrong."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from phusong.analysis.calibration import Samples, fit
from phusong.analysis.calibration_checks import (
    NOTHING,
    candidate_terms,
    choose_terms,
    held_out,
)
from phusong.analysis.heard import cells_heard
from phusong.analysis.measured import binned
from phusong.analysis.model_choice import at_every_cell
from phusong.analysis.reach import NO_SERVER, Reach, ReachLayer
from phusong.errors import DataError
from phusong.language import told
from phusong.pipeline.calibration_files import (
    BLOCK_M,
    FOLDER,
    STEP,
    Calibration,
    read_calibration,
    write_calibration,
)
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.reach import reach
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.sources.measurements import Measurements, read_measurements
from phusong.study import MeasurementInput
from phusong.units import FloatArray, IntArray

NEAREST_M = 20.0
"""Distance from a mast below which path loss says nothing of the ground [m]."""


def calibrate(session: Session, *, strict: bool = True) -> list[Calibration]:
    """Compare levels with the study's measurements, fit corrections, and write what was found.

    Parameters
    ----------
    session
        The study in use.
    strict
        Whether too few measurements everywhere are an error; else that is only noted.

    Returns
    -------
    list of Calibration
        One for each environment and technology that was measured, under each of the study's models.

    Raises
    ------
    DataError
        The study names no measurements, none can be used, or they are too few everywhere; the
        message says how many are needed.
    """
    study = session.study
    if not study.measurements:
        raise DataError(
            f"{study.file.name} names no measurements; add for example\n[[measurements]]\n"
            'file = "data/raw/drive-test.csv"\nsource = "who measured, and when"'
        )
    reach(session)
    found: list[Calibration] = []
    faults: list[str] = []
    read: list[Measurements] = []
    heard: list[pd.DataFrame] = []
    for environment, sections in _by_environment(session).items():
        measured = read_measurements(sections, study)
        read.append(measured)
        sensitivity = max(section.sensitivity.value for section in sections)
        easting, northing = _positions(session, measured)
        cells = binned(session.inputs.grid, easting, northing, measured.frame)
        for model in study.propagation.models:
            reached = load_reach(session, environment, model=model)
            if model == study.propagation.models[0]:
                heard.append(_heard(session, reached, measured, easting, northing))
            reached = _everywhere(session, reached)
            for technology in sorted(set(cells["technology"])):
                part = cells[cells["technology"] == technology]
                try:
                    found.append(_one(session, reached, technology, part, sensitivity))
                except DataError as error:
                    faults.append(f"{technology}, {environment}, {model}: {error}")
    if not found and strict:
        raise DataError("\n".join(faults) or "no measurement lies in the study's frame")
    write_calibration(session, found, read, faults, heard)
    return found


def compare(session: Session) -> bool:
    """See that a study is compared with its measurements, now or in an earlier run.

    Parameters
    ----------
    session
        The study in use; its reach is computed first when it is missing.

    Returns
    -------
    bool
        False for a study without measurements.

    Raises
    ------
    DataError
        A file of measurements cannot be used.
    """
    if not session.study.measurements:
        session.manifest.forget(STEP)
        return False
    if not session.is_done(STEP):
        calibrate(session, strict=False)
    return True


def _everywhere(session: Session, reached: Reach) -> Reach:
    """Levels of a model on every cell of the study's grid."""
    lattice = lattice_of(session, reached.model)
    if lattice.step == 1:
        return reached
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    return at_every_cell(reached, lattice, unknown)


def _by_environment(session: Session) -> dict[str, list[MeasurementInput]]:
    first = next(iter(session.study.environments))
    grouped: dict[str, list[MeasurementInput]] = {}
    for section in session.study.measurements:
        grouped.setdefault(section.environment or first, []).append(section)
    return grouped


def _positions(session: Session, measured: Measurements) -> tuple[FloatArray, FloatArray]:
    frame = measured.frame
    to_metres = Transformer.from_crs("EPSG:4326", session.inputs.grid.crs, always_xy=True)
    x, y = to_metres.transform(frame["longitude"].to_numpy(), frame["latitude"].to_numpy())
    return np.asarray(x), np.asarray(y)


def _heard(
    session: Session,
    reached: Reach,
    measured: Measurements,
    easting: FloatArray,
    northing: FloatArray,
) -> pd.DataFrame:
    """Cells that were heard, against the whole tower list: a broken site may be on air again."""
    names = {op.key: op.name for op in session.study.operators}
    table = cells_heard(
        measured.frame, easting, northing, grid=reached.grid, network=session.inputs.network,
        layers=_of_the_whole_list(session, reached, names),
    )  # fmt: skip
    table.insert(0, "environment", reached.environment)
    return table


def _of_the_whole_list(
    session: Session, reached: Reach, names: Mapping[str, str]
) -> dict[tuple[str, str], ReachLayer]:
    """Layers whose servers count the sectors of the whole list, planned and broken ones too."""
    place = {sector: index for index, sector in enumerate(session.inputs.network.sectors)}
    number = np.array([*(place[s] for s in reached.network.sectors), NO_SERVER], dtype=np.int32)
    return {
        (names[key], technology): replace(layer, server=number[layer.server])
        for (key, technology), layer in reached.layers.items()
        if key in names
    }


def _one(
    session: Session, reached: Reach, technology: str, cells: pd.DataFrame, sensitivity: float
) -> Calibration:
    study, grid = session.study, session.inputs.grid
    keys = {op.name: op.key for op in study.operators}
    row, col = cells["row"].to_numpy(), cells["col"].to_numpy()
    level = np.full(len(cells), np.nan)
    server = np.full(len(cells), NO_SERVER)
    for operator in sorted(set(cells["operator"])):
        here = (cells["operator"] == operator).to_numpy()
        layer = reached.layers.get((keys[operator], technology))
        if layer is not None:
            level[here] = layer.level_dbm[row[here], col[here]]
            server[here] = layer.server[row[here], col[here]]
    x, y = grid.affine * (col + 0.5, row + 0.5)
    sectors = reached.network.sectors
    mast = np.array([(s.easting, s.northing) for s in sectors] + [(np.nan, np.nan)])
    distance = np.hypot(x - mast[server, 0], y - mast[server, 1])
    usable = ~np.isnan(level) & (server != NO_SERVER) & (distance > NEAREST_M)
    cells = cells[usable].reset_index(drop=True)
    step = BLOCK_M / grid.resolution_m
    block = (row // step).astype(int) * 100_000 + (col // step).astype(int)
    samples = Samples(
        observed_dbm=cells["level_dbm"].to_numpy(dtype=float),
        modelled_dbm=level[usable].astype(float),
        distance_m=distance[usable],
        block=block[usable],
        ground=_ground(session, row, col)[usable],
        sensitivity_dbm=sensitivity,
    )
    seed = study.planning.stability.seed
    tried = [held_out(samples, terms, seed=seed) for terms in candidate_terms(samples)]
    if not tried:
        fit(samples, NOTHING)  # says how many are needed
    after = choose_terms(tried)
    best = fit(samples, after.terms)
    residual = samples.observed_dbm - samples.modelled_dbm - best.correction_db(samples)
    cells = cells.assign(
        modelled_dbm=samples.modelled_dbm,
        corrected_dbm=samples.modelled_dbm + best.correction_db(samples),
        residual_db=residual,
        distance_m=samples.distance_m,
    )
    threshold = study.technologies[technology].threshold.value
    return Calibration(
        reached.model, reached.environment, technology, best, tried[0], after, samples, cells,
        threshold,
    )  # fmt: skip


def _ground(session: Session, row: IntArray, col: IntArray) -> IntArray:
    """Class of land cover of each cell; one class everywhere without land cover."""
    clutter = session.inputs.clutter
    if clutter is None:
        return np.zeros(len(row), dtype=np.int64)
    return clutter.ground_class[row, col].astype(np.int64)


def noticed_lines(session: Session) -> list[str]:
    """What was noticed of measurements, and which rows were left out, for the terminal.

    Parameters
    ----------
    session
        The study in use; the comparison must have been made.

    Returns
    -------
    list of str
        Lines.
    """
    read = read_calibration(session)
    return [
        *read.remarks,
        *(
            told(f"{row.file}: {int(row.rows):,} rows are left out: {row.reason}")
            for row in read.tables["left-out"].itertuples()
        ),
        *(told(f"not fitted: {fault}") for fault in read.faults),
    ]


def report_lines(found: list[Calibration], folder: Path) -> list[str]:
    """What was found, for the terminal.

    Parameters
    ----------
    found
        The calibrations.
    folder
        Output folder of the study.

    Returns
    -------
    list of str
        Lines.
    """
    lines = []
    for one in found:
        best = one.fit
        lines.append(
            f"{one.technology}, {one.environment}, {one.model}: {best.samples} measured cells, "
            f"{best.silent} without network, {best.blocks} squares"
        )
        lines += [
            f"  {name} = {value:.2f} ({low:.2f} … {high:.2f})"
            for name, value, low, high in zip(
                best.terms.names, best.value, best.low, best.high, strict=True
            )
        ]
        lines.append(
            f"  error σ = {best.sigma_db:.1f} dB ({best.sigma_low_db:.1f} … "
            f"{best.sigma_high_db:.1f}); held out, RMS {one.before.rms_error_db:.1f} → "
            f"{one.after.rms_error_db:.1f} dB"
        )
    lines.append(told(f"to put into the study file: {folder / FOLDER / 'settings.toml'}"))
    return lines
