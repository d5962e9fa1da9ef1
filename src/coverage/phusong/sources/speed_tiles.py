"""Speed tests by telephones, added up in squares of the web map: Ookla's open performance tiles.

A square counts every operator and technology together. One without a test says nothing: nobody
tested there, which is no sign of missing signal.
"""

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import Transformer

from phusong.errors import DataError
from phusong.geo.grid import Grid

KEY = "inputs.speed_tiles"
ZOOM = 16
SIDE = 1 << ZOOM
COLUMNS = ("quadkey", "avg_d_kbps", "avg_u_kbps", "avg_lat_ms", "tests", "devices")
NUMBERS = COLUMNS[1:]
HIGHEST_LATITUDE = 85.05112877980659
Bounds = tuple[float, float, float, float]
"""West, south, east and north [degrees]; east is below west across the antimeridian."""


def tile_at(longitude: float, latitude: float) -> tuple[int, int]:
    """Column and row of the square that holds a point.

    Parameters
    ----------
    longitude, latitude
        Of the point [degrees].

    Returns
    -------
    column, row
        From the north-west corner of the web map.
    """
    south = min(max(latitude, -HIGHEST_LATITUDE), HIGHEST_LATITUDE)
    mercator = math.asinh(math.tan(math.radians(south))) / math.pi
    col, row = (longitude + 180.0) / 360.0 * SIDE, (1.0 - mercator) / 2.0 * SIDE
    return min(max(int(col), 0), SIDE - 1), min(max(int(row), 0), SIDE - 1)


def quadkey(column: int, row: int) -> str:
    """Name of a square.

    Parameters
    ----------
    column, row
        From the north-west corner of the web map.

    Returns
    -------
    str
        Sixteen digits from 0 to 3.
    """
    digits = [(column >> bit & 1) | (row >> bit & 1) << 1 for bit in range(ZOOM - 1, -1, -1)]
    return "".join(map(str, digits))


def places_of(names: pd.Series) -> tuple[Any, Any]:
    """Column and row of squares.

    Parameters
    ----------
    names
        Their quadkeys.

    Returns
    -------
    column, row
        Arrays; −1 for what is no quadkey of this zoom.
    """
    good = names.str.fullmatch(f"[0-3]{{{ZOOM}}}").fillna(value=False).to_numpy(dtype=bool)
    text = names.where(good, "0" * ZOOM).astype(f"S{ZOOM}").to_numpy().astype(f"S{ZOOM}")
    digits = text.view(np.uint8).reshape(len(names), ZOOM).astype(np.int64) - ord("0")
    weights = 1 << np.arange(ZOOM - 1, -1, -1)
    col, row = (digits & 1) @ weights, (digits >> 1) @ weights
    return np.where(good, col, -1), np.where(good, row, -1)


def tiles_of_box(source: Any, bounds: Bounds, name: str) -> pd.DataFrame:
    """Squares of a box, from the provider's file; parts that cannot hold them are not read.

    Parameters
    ----------
    source
        Path, or a file that can be read from anywhere in it.
    bounds
        West, south, east and north [degrees].
    name
        Of the file, for messages.

    Returns
    -------
    pandas.DataFrame
        Columns as the provider has them, sorted by quadkey.

    Raises
    ------
    DataError
        It is no Parquet file, or lacks a column.
    """
    boxes = _boxes(bounds)
    try:
        file = pq.ParquetFile(source)
        missing = [column for column in COLUMNS if column not in file.schema_arrow.names]
        if missing:
            raise DataError(
                f"{name} has no column {', '.join(missing)}; Ookla's open performance tiles have "
                "them: get the file again"
            )
        needed = [n for n in range(file.num_row_groups) if _may_hold(file, n, boxes)]
        table = file.read_row_groups(needed, columns=list(COLUMNS)).to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name} cannot be read as Parquet ({error}); get it again") from None
    return _inside(table, boxes)


def _boxes(bounds: Bounds) -> list[tuple[int, int, int, int]]:
    """First and last column and row of a box, on each side of the antimeridian."""
    west, south, east, north = bounds
    sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    found = []
    for left, right in sides:
        (first, top), (last, bottom) = tile_at(left, north), tile_at(right, south)
        found.append((first, top, last, bottom))
    return found


def _may_hold(file: pq.ParquetFile, group: int, boxes: list[tuple[int, int, int, int]]) -> bool:
    """Whether a part of the file can hold a square of the boxes, by its least and its last name."""
    column = file.schema_arrow.names.index("quadkey")
    told = file.metadata.row_group(group).column(column).statistics
    if told is None or not told.has_min_max:
        return True
    return any(
        str(told.min) <= quadkey(last, bottom) and quadkey(first, top) <= str(told.max)
        for first, top, last, bottom in boxes
    )


def _inside(table: pd.DataFrame, boxes: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    col, row = places_of(table["quadkey"].astype(str))
    here = np.zeros(len(table), dtype=bool)
    for first, top, last, bottom in boxes:
        here |= (col >= first) & (col <= last) & (row >= top) & (row <= bottom)
    return table.loc[here, list(COLUMNS)].sort_values("quadkey").reset_index(drop=True)


def read_speed_tiles(file: Path, grid: Grid) -> gpd.GeoDataFrame:
    """Read the squares of a frame.

    Parameters
    ----------
    file
        Parquet as Ookla has it, or a CSV with the same columns.
    grid
        The frame.

    Returns
    -------
    geopandas.GeoDataFrame
        ``quadkey``, ``tests``, ``devices``, ``download_mbps``, ``upload_mbps``, ``latency_ms`` and
        the square, in the grid's CRS; sorted by quadkey.

    Raises
    ------
    DataError
        The file cannot be read, or holds what is no speed test.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist; check {KEY}.file in the study file")
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    bounds = to_degrees.transform_bounds(*grid.bounds, densify_pts=51)
    if file.suffix.lower() == ".parquet":
        table = tiles_of_box(file, bounds, file.name)
    else:
        table = _inside(_csv(file), _boxes(bounds))
    numbers = table[list(NUMBERS)].astype(float)
    col, row = places_of(table["quadkey"].astype(str))
    return gpd.GeoDataFrame(
        {
            "quadkey": table["quadkey"].astype(str),
            "tests": numbers["tests"].astype(np.int64),
            "devices": numbers["devices"].astype(np.int64),
            "download_mbps": numbers["avg_d_kbps"] / 1000.0,
            "upload_mbps": numbers["avg_u_kbps"] / 1000.0,
            "latency_ms": numbers["avg_lat_ms"],
        },
        geometry=_squares(col, row),
        crs="EPSG:4326",
    ).to_crs(grid.crs)


def _csv(file: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name} cannot be read as a table ({error}); get it again") from None
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise DataError(
            f"{file.name} has no column {', '.join(missing)}; Ookla's open performance tiles have "
            "them: get the file again"
        )
    bad = places_of(table["quadkey"])[0] < 0
    _refuse(file, table, "quadkey", bad, f"{ZOOM} digits from 0 to 3")
    for column in NUMBERS:
        values = pd.to_numeric(table[column], errors="coerce")
        whole = column in {"tests", "devices"}
        bad = ~(values >= 0) | np.isinf(values) | (whole & (values % 1 != 0))
        _refuse(file, table, column, bad.to_numpy(), "a number from 0 on")
        table[column] = values
    return table


def _refuse(file: Path, table: pd.DataFrame, column: str, bad: Any, allowed: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{file.name}, row {row + 2}, {column} = {table[column].iloc[row]!r}: {allowed} "
            "is allowed; get the file again"
        )


def _squares(col: Any, row: Any) -> Any:
    """Squares of the web map in WGS 84."""

    def latitude(edge: Any) -> Any:
        return np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * edge / SIDE))))

    west, east = col / SIDE * 360.0 - 180.0, (col + 1) / SIDE * 360.0 - 180.0
    return shapely.box(west, latitude(row + 1), east, latitude(row))
