"""Same inputs, same outputs? Checksums of one run, numbers of two."""

from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from rasterio.errors import RasterioError

from phusong.errors import DomainError, StoreError
from phusong.store.files import sha256_of
from phusong.store.manifest import MANIFEST, Manifest
from phusong.store.rasters import read_scaled
from phusong.store.raw import PROVENANCE, damaged_raw

MOST_ROWS_SHOWN = 5
FLOAT32_SLACK = 1e-4
"""Levels near -200 dBm are read back to 2e-5 dB, and stored in steps of 0.1 dB."""
EXACT_COLUMNS = ("_code", "_id", "server", "_hops")
"""Ends of columns that look like numbers and are names or counts: no tolerance, zeros matter."""


def damaged_files(folder: Path) -> list[str]:
    """Files of a run, or raw inputs that were fetched, that are missing or not what they were.

    Parameters
    ----------
    folder
        Output folder of a study, or a folder of raw inputs with their provenance.

    Returns
    -------
    list of str
        One line per file; empty when all is well.

    Raises
    ------
    StoreError
        The folder holds no readable manifest.
    """
    if not (folder / MANIFEST).is_file() and next(folder.rglob(PROVENANCE), None) is not None:
        return damaged_raw(folder)
    manifest = _manifest(folder)
    faults = [
        f"{manifest.file}: its record of step {step} was changed; run the study again"
        for step in manifest.damaged
    ]
    for step, entry in sorted(manifest.data["steps"].items()):
        for name, digest in sorted(entry["outputs"].items()):
            file = folder / name
            if not file.is_file():
                faults.append(f"{file}: missing (step {step}); run the study again")
            elif sha256_of(file) != digest:
                faults.append(f"{file}: changed since step {step} wrote it; run the study again")
    return faults


def _manifest(folder: Path) -> Manifest:
    manifest = Manifest(folder)
    if not (folder / MANIFEST).is_file() or not (manifest.data["steps"] or manifest.damaged):
        raise StoreError(
            f"{folder} holds no {MANIFEST} of a finished step; name the output folder of a study"
        )
    return manifest


def compare_runs(folder: Path, other: Path, *, tolerance: float) -> list[str]:
    """Differences between the rasters and tables of two runs of the same study.

    Parameters
    ----------
    folder, other
        Output folders, for example of two machines.
    tolerance
        Largest difference that counts as equal, in the unit of each number.

    Returns
    -------
    list of str
        One line per raster, table column or rank that differs.

    Raises
    ------
    DomainError
        The tolerance is no number of 0 or more.
    StoreError
        A folder holds no readable manifest.
    """
    if not 0.0 <= tolerance < np.inf:
        raise DomainError(f"tolerance={tolerance} is not possible; give 0 or more")
    ours, theirs = (_result_files(f) for f in (folder, other))
    faults = [f"{name}: only in {folder}" for name in sorted(ours - theirs)]
    faults += [f"{name}: only in {other}" for name in sorted(theirs - ours)]
    for name in sorted(ours & theirs):
        missing = [f / name for f in (folder, other) if not (f / name).is_file()]
        faults += [f"{file}: missing; run the study again" for file in missing]
        if missing:
            continue
        if name.endswith(".tif"):
            faults += _compare_rasters(name, folder / name, other / name, tolerance)
        elif name.endswith(".csv"):
            faults += _compare_tables(name, folder / name, other / name, tolerance)
    return faults


def _result_files(folder: Path) -> set[str]:
    steps = _manifest(folder).data["steps"]
    return {name for entry in steps.values() for name in entry["outputs"]}


def _compare_rasters(name: str, ours: Path, theirs: Path, tolerance: float) -> list[str]:
    try:
        with rasterio.open(ours, driver="GTiff") as a, rasterio.open(theirs, driver="GTiff") as b:
            if a.shape != b.shape or a.crs != b.crs or not a.transform.almost_equals(b.transform):
                return [f"{name}: other grid ({a.shape} against {b.shape})"]
        a_values, b_values = read_scaled(ours), read_scaled(theirs)
    except (RasterioError, StoreError) as error:
        return [f"{name}: cannot be read: {error}"]
    unknown = np.isnan(a_values) != np.isnan(b_values)
    away = np.abs(a_values.astype(np.float64) - b_values.astype(np.float64))
    allowed = 0.0 if name.endswith("-server.tif") else tolerance + FLOAT32_SLACK
    differ = unknown | (np.nan_to_num(away) > allowed)
    if not differ.any():
        return []
    row, col = np.argwhere(differ)[0]
    largest = float(np.nanmax(away, initial=0.0))
    return [
        f"{name}: {int(differ.sum())} of {differ.size} cells differ by more than {tolerance:g} "
        f"(largest {largest:.4g}, {int(unknown.sum())} known in one run only; "
        f"first at row {row}, column {col})"
    ]


def _compare_tables(name: str, ours: Path, theirs: Path, tolerance: float) -> list[str]:
    try:
        a, b = (
            pd.read_csv(f, encoding="utf-8-sig", dtype=str, keep_default_na=False)
            for f in (ours, theirs)
        )
    except ValueError as error:
        return [f"{name}: cannot be read: {error}"]
    if list(a.columns) != list(b.columns):
        others = sorted(set(a.columns) ^ set(b.columns))
        return [f"{name}: other columns ({', '.join(others) or 'in another order'})"]
    ranked = {"option_id", "rank"} <= set(a.columns)
    if ranked and all(table["option_id"].is_unique for table in (a, b)):
        return _compare_rankings(name, a, b, tolerance)
    if len(a) != len(b):
        return [f"{name}: {len(a)} rows against {len(b)}"]
    return _compare_cells(name, a, b, [f"row {line + 2}" for line in range(len(a))], tolerance)


def _compare_rankings(name: str, a: pd.DataFrame, b: pd.DataFrame, tolerance: float) -> list[str]:
    """What changed its rank, and what else is said of the options that both runs rank."""
    a, b = (table.set_index("option_id") for table in (a, b))
    faults = []
    for option in dict.fromkeys((*a.index, *b.index)):
        left, right = (t["rank"][option] if option in t.index else "none" for t in (a, b))
        if left != right:
            faults.append(f"{name}: option {option}: rank {left} against {right}")
    both = [option for option in a.index if option in b.index]
    a, b = (table.loc[both].drop(columns="rank").reset_index() for table in (a, b))
    return faults + _compare_cells(name, a, b, [f"option {option}" for option in both], tolerance)


def _compare_cells(
    name: str, a: pd.DataFrame, b: pd.DataFrame, places: list[str], tolerance: float
) -> list[str]:
    faults = []
    for column in a.columns:
        left, right = (pd.to_numeric(t[column], errors="coerce") for t in (a, b))
        numbers = left.notna() & right.notna() & (not column.endswith(EXACT_COLUMNS))
        differ = np.where(numbers, (left - right).abs() > tolerance + 1e-9, a[column] != b[column])
        faults += [
            f"{name}: {places[row]}, column {column}: {a[column][row]} against {b[column][row]}"
            for row in np.flatnonzero(differ)[:MOST_ROWS_SHOWN]
        ]
        more = int(differ.sum()) - MOST_ROWS_SHOWN
        if more > 0:
            faults.append(f"{name}: column {column} differs in {more} more rows")
    return faults
