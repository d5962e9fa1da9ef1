"""Buildings in the columns of Google's Open Buildings: a table, packed or not, by pieces."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.errors import DataError
from phusong.units import BoolArray

SUFFIXES = (".csv", ".csv.gz")
POSITION = ("latitude", "longitude")
OUTLINE, CONFIDENCE, AREA = "geometry", "confidence", "area_in_meters"
NEEDED = (*POSITION, AREA, CONFIDENCE)
ROWS_AT_ONCE = 100_000
Bounds = tuple[float, float, float, float]
"""West, south, east and north [degrees]; east is below west across the antimeridian."""


def is_table(file: Path) -> bool:
    """Whether a file's name is that of a table of buildings, packed or not.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    bool
        By the ending of its name alone.
    """
    return file.name.lower().endswith(SUFFIXES)


@contextmanager
def unpacked(file: Path) -> Iterator[TextIO]:
    """Read a table as text, whether it is packed or not.

    Parameters
    ----------
    file
        The file.

    Yields
    ------
    text stream
        Its content.
    """
    raw: Any = gzip.open(file) if file.name.lower().endswith(".gz") else file.open("rb")  # noqa: SIM115
    with raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
        yield stream


def has_columns(file: Path) -> bool:
    """Whether a table has the columns of Open Buildings.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    bool
        False also when it cannot be read.
    """
    try:
        with unpacked(file) as stream:
            header = next(csv.reader(stream), [])
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error):
        return False
    return set(NEEDED) <= {title.strip() for title in header}


def in_box(longitude: Any, latitude: Any, bounds: Bounds) -> BoolArray:
    """Whether points lie in a box, which may run across the antimeridian.

    Parameters
    ----------
    longitude, latitude
        Of each point [degrees].
    bounds
        West, south, east and north.

    Returns
    -------
    array of bool
        False where a coordinate is NaN.
    """
    west, south, east, north = bounds
    with np.errstate(invalid="ignore"):
        from_west, to_east = longitude >= west, longitude <= east
        across = from_west & to_east if west <= east else from_west | to_east
        return np.asarray(across & (latitude >= south) & (latitude <= north))


def read_open_buildings(file: Path, bounds: Bounds, *, key: str) -> gpd.GeoDataFrame:
    """Read the buildings of a box.

    Parameters
    ----------
    file
        CSV, or CSV packed with gzip, as Google has it: with outlines, or points alone.
    bounds
        West, south, east and north [degrees].
    key
        Of the study file; errors mention it.

    Returns
    -------
    geopandas.GeoDataFrame
        WGS 84, column ``confidence``; outlines where the file has them, else points.

    Raises
    ------
    DataError
        It is damaged, lacks a column, or holds what is no building.
    """
    parts = []
    line = 2
    try:
        with unpacked(file) as stream:
            reader = pd.read_csv(stream, dtype=str, keep_default_na=False, chunksize=ROWS_AT_ONCE)
            for table in reader:
                _refuse_columns(table, file, key)
                parts.append(_kept(table, line, bounds, file))
                line += len(table)
    except pd.errors.EmptyDataError:
        raise DataError(f"{file.name} is empty; get it again") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DataError(f"{file.name} is damaged ({error}); get it again") from None
    if not parts:
        raise DataError(f"{file.name} has no row; get it again")
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs="EPSG:4326")


def _refuse_columns(table: pd.DataFrame, file: Path, key: str) -> None:
    missing = [column for column in NEEDED if column not in table.columns]
    if missing:
        raise DataError(
            f"{file.name} has no column {', '.join(missing)}; a table of {key} has the columns of "
            "Open Buildings, other buildings are a GeoPackage or GeoJSON"
        )


def _kept(table: pd.DataFrame, line: int, bounds: Bounds, file: Path) -> gpd.GeoDataFrame:
    numbers = {}
    for column, low, high in (("latitude", -90, 90), ("longitude", -180, 180), (CONFIDENCE, 0, 1)):
        numbers[column] = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            bad = ~((numbers[column] >= low) & (numbers[column] <= high))
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise DataError(
                f"{file.name}, row {line + row}, {column} = {table[column].iloc[row]!r}: {low} to "
                f"{high} is allowed; get the file again, or take the row out"
            )
    here = in_box(numbers["longitude"], numbers["latitude"], bounds)
    if OUTLINE in table.columns:
        shapes = _outlines(table[OUTLINE].to_numpy()[here], np.flatnonzero(here) + line, file)
    else:
        shapes = shapely.points(numbers["longitude"][here], numbers["latitude"][here])
    confidence = {CONFIDENCE: numbers[CONFIDENCE][here]}
    return gpd.GeoDataFrame(confidence, geometry=shapes, crs="EPSG:4326")


def _outlines(texts: Any, lines: Any, file: Path) -> Any:
    shapes = shapely.from_wkt(texts, on_invalid="ignore")
    bad = shapely.is_missing(shapes) | (shapely.get_dimensions(shapes) != 2)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{file.name}, row {lines[first]}, {OUTLINE} = {str(texts[first])[:60]!r} is no "
            "polygon in WKT; get the file again, or take the row out"
        )
    return shapes
