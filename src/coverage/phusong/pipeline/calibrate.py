"""Comparing a study's levels with measurements, and fitting what the model gets wrong."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from phusong.analysis.calibration import Fit, Samples, fit
from phusong.analysis.calibration_checks import (
    NOTHING,
    HeldOut,
    candidate_terms,
    choose_terms,
    confusion,
    held_out,
    reliability,
    where_next,
)
from phusong.analysis.measured import binned
from phusong.analysis.reach import ANY, NO_SERVER, UNKNOWN_PERCENT, Reach
from phusong.errors import DataError
from phusong.pipeline.reach import reach
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.reporting.tables import tidy
from phusong.sources.measurements import Measurements, read_measurements
from phusong.store.files import make_folder, sha256_of, write_text
from phusong.store.tables import write_csv, write_geopackage
from phusong.study import MeasurementInput

STEP = "calibration"
FOLDER = "calibration"
BLOCK_M = 500.0
"""Side of the squares within which measurements count as wrong together [m]."""
NEXT_SQUARE_M = 1000.0
MOST_NEXT = 30
NEAREST_M = 20.0
"""Distance from a mast below which path loss says nothing of the ground [m]."""


@dataclass(frozen=True)
class Calibration:
    """What measurements say of one technology in one environment, under one model.

    Parameters
    ----------
    model, environment, technology
        What was compared.
    fit
        The corrections that were chosen, with intervals.
    before, after
        Held-out error without correction, and with the one that was chosen.
    samples
        Measured and modelled levels.
    cells
        The measured cells with their residual.
    threshold_dbm
        Level from which a place is covered.
    """

    model: str
    environment: str
    technology: str
    fit: Fit
    before: HeldOut
    after: HeldOut
    samples: Samples
    cells: pd.DataFrame
    threshold_dbm: float

    @property
    def settings(self) -> str:
        """What to write into the study file.

        Returns
        -------
        str
            TOML.
        """
        fitted = dict(zip(self.fit.terms.names, self.fit.value, strict=True))
        said = (
            f"fitted to {self.fit.samples} measured cells ({self.fit.silent} without network) in "
            f"{self.fit.blocks} squares of {BLOCK_M:.0f} m"
        )
        lines = [f"[propagation.calibration.{self.model}.{self.technology}]"]
        for key, name, unit in (
            ("offset", "offset_db", "dB"),
            ("slope", "slope_db_per_decade", "dB/decade"),
        ):
            if name in fitted or key == "offset":
                value = fitted.get(name, 0.0)
                lines.append(
                    f'{key} = {{ value = {value:.2f}, unit = "{unit}", source = "{said}" }}'
                )
        sigma = float(np.median(self.after.sigma_db))
        lines += [
            "",
            "# in [service]:",
            f'# model_error = {{ value = {sigma:.1f}, unit = "dB", source = "{said}" }}',
        ]
        return "\n".join(lines) + "\n"


def calibrate(session: Session) -> list[Calibration]:
    """Compare levels with the study's measurements, fit corrections, and write what was found.

    Parameters
    ----------
    session
        The study in use.

    Returns
    -------
    list of Calibration
        One for each environment and technology that was measured.

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
    make_folder(study.output / FOLDER)
    found: list[Calibration] = []
    faults: list[str] = []
    read: list[Measurements] = []
    for environment, sections in _by_environment(session).items():
        measured = read_measurements(sections, study)
        read.append(measured)
        reached = load_reach(session, environment)
        sensitivity = max(section.sensitivity.value for section in sections)
        cells = _cells(session, measured)
        for technology in sorted(set(cells["technology"])):
            part = cells[cells["technology"] == technology]
            try:
                found.append(_one(session, reached, technology, part, sensitivity))
            except DataError as error:
                faults.append(f"{technology}, {environment}: {error}")
    if not found:
        raise DataError("\n".join(faults) or "no measurement lies in the study's frame")
    _write(session, found, read, faults)
    return found


def _by_environment(session: Session) -> dict[str, list[MeasurementInput]]:
    first = next(iter(session.study.environments))
    grouped: dict[str, list[MeasurementInput]] = {}
    for section in session.study.measurements:
        grouped.setdefault(section.environment or first, []).append(section)
    return grouped


def _cells(session: Session, measured: Measurements) -> pd.DataFrame:
    grid, frame = session.inputs.grid, measured.frame
    to_metres = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    x, y = to_metres.transform(frame["longitude"].to_numpy(), frame["latitude"].to_numpy())
    return binned(grid, x, y, frame)


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
        ground=np.zeros(len(cells), dtype=int),
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


def _write(
    session: Session, found: list[Calibration], read: list[Measurements], faults: list[str]
) -> None:
    study = session.study
    folder = study.output / FOLDER
    tables = {
        "fit.csv": pd.concat([_fit_table(c) for c in found], ignore_index=True),
        "held-out.csv": pd.DataFrame([_held_out_row(c) for c in found]),
        "confusion.csv": pd.DataFrame([row for c in found for row in _confusion_rows(c)]),
        "reliability.csv": pd.concat([_reliability(c) for c in found], ignore_index=True),
        "left-out.csv": pd.concat([m.left_out for m in read], ignore_index=True),
        "where-next.csv": pd.concat([_next(session, c) for c in found], ignore_index=True),
    }
    files = []
    for name, table in tables.items():
        write_csv(folder / name, tidy(table, practice=study.study.practice_data))
        files.append(folder / name)
    layer = pd.concat([_named(c, c.cells) for c in found], ignore_index=True)
    grid = session.inputs.grid
    x, y = grid.affine * (layer["col"] + 0.5, layer["row"] + 0.5)
    points = gpd.GeoDataFrame(
        layer.drop(columns=["row", "col"]), geometry=gpd.points_from_xy(x, y), crs=grid.crs
    )
    write_geopackage(folder / "residuals.gpkg", points, name="residuals")
    write_text(folder / "settings.toml", "\n".join(c.settings for c in found))
    files += [folder / "residuals.gpkg", folder / "settings.toml"]
    facts = {
        "measurements": {m.file: sha256_of(study.path(m.file)) for m in study.measurements},
        "remarks": [remark for m in read for remark in m.remarks],
        "not_fitted": faults,
    }
    session.record(STEP, facts, files)


def _named(found: Calibration, table: pd.DataFrame) -> pd.DataFrame:
    table = table.drop(columns=["technology"], errors="ignore")
    table.insert(0, "technology", found.technology)
    table.insert(0, "environment", found.environment)
    table.insert(0, "model", found.model)
    return table


def _fit_table(found: Calibration) -> pd.DataFrame:
    best = found.fit
    rows = [
        {"correction": name, "value_db": value, "low_db": low, "high_db": high}
        for name, value, low, high in zip(
            best.terms.names, best.value, best.low, best.high, strict=True
        )
    ]
    rows.append(
        {
            "correction": "sigma_db",
            "value_db": best.sigma_db,
            "low_db": best.sigma_low_db,
            "high_db": best.sigma_high_db,
        }
    )
    return _named(found, pd.DataFrame(rows))


def _held_out_row(found: Calibration) -> dict[str, object]:
    return {
        "model": found.model,
        "environment": found.environment,
        "technology": found.technology,
        "measured_cells": found.fit.samples,
        "cells_without_network": found.fit.silent,
        "squares": found.fit.blocks,
        "outlier_share": found.fit.outliers,
        "mean_error_before_db": found.before.mean_error_db,
        "rms_error_before_db": found.before.rms_error_db,
        "mean_error_after_db": found.after.mean_error_db,
        "rms_error_after_db": found.after.rms_error_db,
    }


def _confusion_rows(found: Calibration) -> list[dict[str, object]]:
    rows = []
    for what, predicted in (
        ("as modelled", found.samples.modelled_dbm),
        ("corrected, held out", found.after.predicted_dbm),
    ):
        counts = confusion(found.samples, predicted, found.threshold_dbm)
        rows.append(
            {
                "model": found.model,
                "environment": found.environment,
                "technology": found.technology,
                "levels": what,
                "threshold_dbm": found.threshold_dbm,
                **counts,
            }
        )
    return rows


def _reliability(found: Calibration) -> pd.DataFrame:
    after = found.after
    table = reliability(found.samples, after.predicted_dbm, after.sigma_db, found.threshold_dbm)
    return _named(found, table)


def _next(session: Session, found: Calibration) -> pd.DataFrame:
    grid = session.inputs.grid
    reached = load_reach(session, found.environment)
    percent = reached.layers[ANY, found.technology].probability_percent
    chance = np.where(percent == UNKNOWN_PERCENT, np.nan, percent / 100.0)
    measured = np.zeros(grid.shape)
    np.add.at(measured, (found.cells["row"], found.cells["col"]), found.cells["samples"])
    side = max(1, round(NEXT_SQUARE_M / grid.resolution_m))
    table = where_next(
        chance, session.inputs.people.count, measured, cells_per_square=side, most=MOST_NEXT
    )
    x, y = grid.affine * (table["col"].to_numpy() + 0.5, table["row"].to_numpy() + 0.5)
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(x, y)
    table = table.drop(columns=["row", "col"])
    table.insert(0, "longitude", lon)
    table.insert(0, "latitude", lat)
    table.insert(0, "order", np.arange(1, len(table) + 1))
    return _named(found, table)


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
        Lines in Vietnamese and English.
    """
    lines = []
    for one in found:
        best = one.fit
        lines.append(
            f"{one.technology}, {one.environment}, {one.model}: {best.samples} ô đo / measured "
            f"cells, {best.silent} không có sóng / without network, {best.blocks} ô vuông / squares"
        )
        lines += [
            f"  {name} = {value:.2f} ({low:.2f} … {high:.2f})"
            for name, value, low, high in zip(
                best.terms.names, best.value, best.low, best.high, strict=True
            )
        ]
        lines.append(
            f"  sai số / error σ = {best.sigma_db:.1f} dB ({best.sigma_low_db:.1f} … "
            f"{best.sigma_high_db:.1f}); held out, RMS {one.before.rms_error_db:.1f} → "
            f"{one.after.rms_error_db:.1f} dB"
        )
    lines.append(
        f"ghi vào study file / to put into the study file: {folder / FOLDER / 'settings.toml'}"
    )
    return lines
