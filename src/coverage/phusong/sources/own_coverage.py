"""Reading an operator's own coverage: levels, classes or polygons become cells of the grid."""

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer
from rasterio.features import rasterize

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.own_coverage import OwnCoverage
from phusong.sources.areas import AREA_SUFFIXES, read_areas
from phusong.sources.own_coverage_raster import RASTER_FORMATS, read_cells
from phusong.study import CoverageInput, Study
from phusong.units import BoolArray, Float32Array, FloatArray

KEY = "inputs.operator_coverage"
WEAKEST_DBM, STRONGEST_DBM = -160.0, 0.0
"""Levels that a handset can report of any technology, with room to spare."""
_MEANINGS = ("unknown", "no_signal", "marginal", "covered")
"""From what gives way to what wins where polygons overlap."""


def read_own_coverage(study: Study, grid: Grid) -> tuple[OwnCoverage, ...]:
    """Read every coverage map that operators gave.

    Parameters
    ----------
    study
        The maps and what their values mean.
    grid
        Frame of the study.

    Returns
    -------
    tuple of OwnCoverage
        In the order of the study file.

    Raises
    ------
    DataError
        A map cannot be used.

    Warns
    -----
    DataWarning
        A map leaves part of the frame unknown, or does not say which level it calls covered.
    """
    return tuple(_one(given, study, grid) for given in study.inputs.operator_coverage)


def _one(given: CoverageInput, study: Study, grid: Grid) -> OwnCoverage:
    file = study.path(given.file)
    suffix = file.suffix.lower()
    if suffix not in RASTER_FORMATS and suffix not in AREA_SUFFIXES:
        raise DataError(
            f"{file}: an operator's coverage is read from {', '.join(sorted(RASTER_FORMATS))} "
            f"(rasters) and {', '.join(sorted(AREA_SUFFIXES))} (polygons); export it as one of them"
        )
    read = _from_raster if suffix in RASTER_FORMATS else _from_areas
    codes, level, inside = read(file, given, grid)
    if not inside.any():
        raise DataError(
            f"{file} does not touch the study area; check {KEY}.file, its CRS and its extent"
        )
    coverage = OwnCoverage(
        operator=study.operator_key(given.operator),
        technology=given.technology,
        environment=given.environment or next(iter(study.environments)),
        covered=codes == _MEANINGS.index("covered"),
        marginal=codes == _MEANINGS.index("marginal"),
        known=codes != _MEANINGS.index("unknown"),
        level_dbm=level,
        threshold_dbm=np.nan if given.threshold is None else given.threshold.value,
        outside_cells=int((~inside).sum()),
        empty_cells=int((inside & (codes == 0)).sum()),
        source=given.source,
        date=given.date,
    )
    _say(coverage, given, file)
    return coverage


def _say(coverage: OwnCoverage, given: CoverageInput, file: Path) -> None:
    """What a reader of the results must know about a map."""
    who = f"{file.name}: {given.operator}'s own coverage of {given.technology}"
    if coverage.unknown_cells:
        warnings.warn(
            f"{who} says nothing of {coverage.unknown_cells} of {coverage.known.size} cells "
            f"({coverage.outside_cells} outside its extent, {coverage.empty_cells} without a "
            "value); they are unknown, not without signal",
            DataWarning,
            stacklevel=4,
        )
    if given.threshold is None:
        warnings.warn(
            f"{who} does not say which level counts as covered; ask the operator, and give it as "
            f"{KEY}.threshold",
            DataWarning,
            stacklevel=4,
        )


Cells = tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], Float32Array | None, BoolArray]
"""Meaning of each cell, its level where the map has levels, and which lie within the map."""


def _from_raster(file: Path, given: CoverageInput, grid: Grid) -> Cells:
    if given.holds == "covered":
        raise DataError(
            f"{file} is a raster, and holds = 'covered' is for polygons; say what its values mean: "
            "holds = 'levels', or holds = 'classes' and classes = { \"1\" = \"covered\", … }"
        )
    if given.extent is not None or given.column:
        raise DataError(f"{file} is a raster; {KEY}.extent and column are for polygons")
    values, inside = read_cells(file, grid, crs=given.crs)
    empty = _MEANINGS.index(given.empty or "unknown")
    if given.holds == "levels":
        _refuse_levels(values, file)
        codes = np.where(_reaches(values, given), 3, 1).astype(np.uint8)
        codes[np.isnan(values)] = empty
        codes[~inside] = 0
        return codes, values, inside
    codes = np.full(grid.shape, empty, dtype=np.uint8)
    known = {_number(text, file): meaning for text, meaning in given.classes.items()}
    found = np.unique(values[~np.isnan(values)])
    _refuse_classes([f"{v:g}" for v in found if v not in known], given, file)
    for value, meaning in known.items():
        codes[values == value] = _MEANINGS.index(meaning)
    codes[~inside] = 0
    return codes, None, inside


def _from_areas(file: Path, given: CoverageInput, grid: Grid) -> Cells:
    areas = read_areas(file, key=KEY, layer=given.layer, crs=given.crs).to_crs(grid.crs)
    if (given.holds != "covered") != bool(given.column):
        raise DataError(
            f"{file}: holds = '{given.holds}' and column = '{given.column}' do not fit; levels and "
            "classes of polygons stand in a column, which polygons of what is covered do not need"
        )
    if given.column and given.column not in areas.columns:
        raise DataError(
            f"{file.name}: column {given.column} is missing; the layer has "
            f"{', '.join(c for c in areas.columns if c != 'geometry')}; correct {KEY}.column"
        )
    inside = _extent(areas.total_bounds, given, grid)
    codes = np.where(inside, _MEANINGS.index(given.empty or "no_signal"), 0).astype(np.uint8)
    level = None
    if given.holds == "levels":
        numbers = np.array([_level(v, row, given, file) for row, v in areas[given.column].items()])
        _refuse_levels(numbers, file)
        level = _burned(areas.geometry, numbers, grid)
        codes[~np.isnan(level)] = 1
        codes[_reaches(level, given)] = 3
    else:
        meanings = _meanings(areas, given, file)
        burned = _burned(areas.geometry, np.array(meanings, dtype=float), grid)
        codes[~np.isnan(burned)] = burned[~np.isnan(burned)].astype(np.uint8)
    codes[~inside] = 0
    return codes, level, inside


def _reaches(level_dbm: Float32Array, given: CoverageInput) -> BoolArray:
    """Levels that the operator calls covered; a missing one is not."""
    needed = np.nan if given.threshold is None else given.threshold.value
    return np.asarray(level_dbm >= np.float32(needed))


def _meanings(areas: gpd.GeoDataFrame, given: CoverageInput, file: Path) -> list[int]:
    """What each polygon means, as a code."""
    if given.holds == "covered":
        return [_MEANINGS.index("covered")] * len(areas)
    texts = [_text(value) for value in areas[given.column]]
    _refuse_classes(sorted({t for t in texts if t not in given.classes}), given, file)
    return [_MEANINGS.index(given.classes[text]) for text in texts]


def _burned(shapes: gpd.GeoSeries, values: FloatArray, grid: Grid) -> Float32Array:
    """Value of the polygon over each cell's centre, the largest where several lie there."""
    order = np.argsort(values, kind="stable")
    geometries = list(shapes)
    pairs = [(geometries[i], float(values[i])) for i in order]
    return np.asarray(
        rasterize(pairs, out_shape=grid.shape, transform=grid.affine, fill=np.nan, dtype="float32")
    )


def _extent(bounds: FloatArray, given: CoverageInput, grid: Grid) -> BoolArray:
    """Cells within the map: inside the given corners, or the bounding box of the polygons."""
    rows, cols = np.indices(grid.shape)
    east, north = grid.affine * (cols + 0.5, rows + 0.5)
    box = bounds
    if given.extent is not None:
        to_wgs84 = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
        east, north = to_wgs84.transform(east, north)
        box = np.array(given.extent)
    return np.asarray((east >= box[0]) & (east <= box[2]) & (north >= box[1]) & (north <= box[3]))


def _text(value: Any) -> str:
    """A cell of an attribute table as the study file would write it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if pd.isna(value) else str(value).strip()


def _level(value: object, row: object, given: CoverageInput, file: Path) -> float:
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise DataError(
            f"{file.name} row {row}, column {given.column} = {value!r} is no level; a number of "
            "dBm is needed"
        )
    return number


def _number(text: str, file: Path) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(
            f"{KEY}.classes has the value {text!r}, and {file.name} is a raster of numbers; give "
            'numbers as text, for example "1"'
        ) from None


def _refuse_levels(levels: FloatArray | Float32Array, file: Path) -> None:
    known = levels[~np.isnan(levels)]
    if known.size and (known.min() < WEAKEST_DBM or known.max() > STRONGEST_DBM):
        raise DataError(
            f"levels of {file.name} run from {known.min():g} to {known.max():g}, "
            f"{WEAKEST_DBM:g} to {STRONGEST_DBM:g} dBm is possible; are they classes, or "
            "another unit, or is the nodata value or the scale not written in the file?"
        )


def _refuse_classes(strangers: list[str], given: CoverageInput, file: Path) -> None:
    if strangers:
        raise DataError(
            f"{file.name} holds the value(s) {', '.join(repr(s) for s in strangers[:10])}, "
            f"{KEY}.classes has {', '.join(repr(c) for c in given.classes)}; say what each means: "
            f"{', '.join(reversed(_MEANINGS))}"
        )
