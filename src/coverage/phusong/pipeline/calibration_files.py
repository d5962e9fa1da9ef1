"""What a comparison with measurements leaves behind: tables, a layer, lines for the study file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from phusong.analysis.calibration import Fit, Samples
from phusong.analysis.calibration_checks import HeldOut, confusion, reliability, where_next
from phusong.analysis.reach import ANY, UNKNOWN_PERCENT
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.reporting.tables import tidy
from phusong.sources.measurements import Measurements
from phusong.store.files import make_folder, write_text
from phusong.store.plain_paths import plainly_named
from phusong.store.tables import read_csv, write_csv, write_geopackage

STEP = "calibration"
FOLDER = "calibration"
BLOCK_M = 500.0
"""Side of the squares within which measurements count as wrong together [m]."""
NEXT_SQUARE_M = 1000.0
MOST_NEXT = 30
TABLES = ("fit", "held-out", "confusion", "reliability", "left-out", "where-next", "cells")
TEXTS = ("model", "environment", "technology", "correction", "levels", "file", "reason", "first",
         "operator", "cell_id", "match", "site_id", "sector_id")  # fmt: skip


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
        for code in self.fit.terms.ground_classes:
            value = fitted[f"ground_{code}_db"]
            lines.append(
                f'ground.{code} = {{ value = {value:.2f}, unit = "dB", source = "{said}" }}'
            )
        sigma = float(np.median(self.after.sigma_db))
        lines += [
            "",
            "# in [service]:",
            f'# model_error = {{ value = {sigma:.1f}, unit = "dB", source = "{said}" }}',
        ]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, eq=False)
class CalibrationTables:
    """What a comparison with measurements found, as its files hold it.

    Parameters
    ----------
    tables
        ``fit``, ``held-out``, ``confusion``, ``reliability``, ``left-out``, ``where-next`` and,
        where samples name their cell, ``cells``; without ``fit`` there were too few measurements.
    cells
        Measured cells with their modelled level and residual, in the study's CRS.
    remarks
        What was noticed of the rows that are used.
    faults
        What could not be fitted, and why.
    """

    tables: Mapping[str, pd.DataFrame]
    cells: gpd.GeoDataFrame
    remarks: tuple[str, ...]
    faults: tuple[str, ...]


def read_calibration(session: Session) -> CalibrationTables:
    """What the last comparison found.

    Parameters
    ----------
    session
        The study in use; the comparison must have been made.

    Returns
    -------
    CalibrationTables
        Its tables.
    """
    folder = session.study.output / FOLDER
    there = (name for name in TABLES if (folder / f"{name}.csv").exists())
    with plainly_named(folder / "residuals.gpkg") as layer:
        cells = gpd.read_file(layer) if layer.exists() else gpd.GeoDataFrame()
    step = session.manifest.step(STEP)
    facts = step.facts if step is not None else {}
    return CalibrationTables(
        tables={name: read_csv(folder / f"{name}.csv", text=TEXTS) for name in there},
        cells=cells,
        remarks=tuple(facts.get("remarks", ())),
        faults=tuple(facts.get("not_fitted", ())),
    )


def write_calibration(
    session: Session,
    found: list[Calibration],
    read: list[Measurements],
    faults: list[str],
    heard: list[pd.DataFrame],
) -> None:
    """Write what a comparison with measurements found.

    Parameters
    ----------
    session
        The study in use.
    found
        What could be fitted; when it is empty, only rows that were left out are told.
    read
        The measurements.
    faults
        What could not be fitted, and why.
    heard
        Cells that telephones heard.
    """
    study = session.study
    folder = study.output / FOLDER
    make_folder(folder)
    facts = {
        "remarks": [remark for m in read for remark in m.remarks],
        "not_fitted": faults,
    }
    left_out = pd.concat([m.left_out for m in read], ignore_index=True)
    tables = {"left-out.csv": left_out, **_tables_of(session, found)}
    cells = pd.concat(heard, ignore_index=True)
    if len(cells):
        tables["cells.csv"] = cells
    files = []
    for name in TABLES:
        file = folder / f"{name}.csv"
        if file.name in tables:
            write_csv(file, tidy(tables[file.name], practice=study.study.practice_data))
            files.append(file)
        else:
            file.unlink(missing_ok=True)
    files += _write_cells(session, found)
    settings = folder / "settings.toml"
    if found:
        write_text(settings, "\n".join(c.settings for c in found))
        files.append(settings)
    else:
        settings.unlink(missing_ok=True)
    session.record(STEP, facts, files)


def _tables_of(session: Session, found: list[Calibration]) -> dict[str, pd.DataFrame]:
    if not found:
        return {}
    first = session.study.propagation.models[0]
    next_places = [_next(session, c) for c in found if c.model == first]
    return {
        "fit.csv": pd.concat([_fit_table(c) for c in found], ignore_index=True),
        "held-out.csv": pd.DataFrame([_held_out_row(c) for c in found]),
        "confusion.csv": pd.DataFrame([row for c in found for row in _confusion_rows(c)]),
        "reliability.csv": pd.concat([_reliability(c) for c in found], ignore_index=True),
        "where-next.csv": pd.concat(next_places, ignore_index=True),
    }


def _write_cells(session: Session, found: list[Calibration]) -> list[Path]:
    file = session.study.output / FOLDER / "residuals.gpkg"
    if not found:
        file.unlink(missing_ok=True)
        return []
    layer = pd.concat([_named(c, c.cells) for c in found], ignore_index=True)
    grid = session.inputs.grid
    x, y = grid.affine * (layer["col"] + 0.5, layer["row"] + 0.5)
    points = gpd.GeoDataFrame(
        layer.drop(columns=["row", "col"]), geometry=gpd.points_from_xy(x, y), crs=grid.crs
    )
    write_geopackage(file, points, name="residuals")
    return [file]


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
