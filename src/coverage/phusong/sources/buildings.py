"""Reading where buildings stand, so that people are counted there and not beside them."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import CRS, Transformer
from rasterio.transform import array_bounds

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.sources.gdal_files import refuse_pointer
from phusong.sources.open_buildings import is_table, read_open_buildings
from phusong.sources.vector_files import read_layer
from phusong.units import FloatArray

KEY = "inputs.buildings"
FEW_CELLS = 8
"""Cells of the lattice beyond its edge within which buildings are read too."""


@dataclass(frozen=True, slots=True)
class Buildings:
    """A file of buildings, and which of them count.

    Parameters
    ----------
    file
        Points, each counts the same, or polygons (footprints or settlement areas), by their area;
        a vector layer, or a table in the columns of Open Buildings.
    least_confidence
        Chance that a building is one, from which on it counts; None counts all.
    confidence_column
        Where the file has it.
    """

    file: Path
    least_confidence: float | None = None
    confidence_column: str = "confidence"


def building_weights(
    buildings: Buildings, grid: Grid, affine: Affine, shape: tuple[int, int]
) -> FloatArray:
    """Weight of the buildings in each cell of a lattice.

    Parameters
    ----------
    buildings
        The file, and which of them count.
    grid
        The CRS of the lattice.
    affine, shape
        Of the lattice.

    Returns
    -------
    numpy.ndarray
        Buildings, or area in cells; 0 where there is none.

    Raises
    ------
    DataError
        The file cannot be read, holds lines, or points and polygons together, or has nothing in
        the area.

    Warns
    -----
    DataWarning
        Buildings are left out because their confidence is too low.
    """
    file = buildings.file
    layer = _sure(_read(file, grid, affine, shape), buildings).to_crs(grid.crs)
    shapes = layer.geometry[layer.geometry.notna() & ~layer.geometry.is_empty]
    kinds = set(shapes.geom_type)
    points, areas = {"Point", "MultiPoint"}, {"Polygon", "MultiPolygon"}
    if not kinds or not (kinds <= points or kinds <= areas):
        raise DataError(
            f"{file.name} holds {', '.join(sorted(kinds)) or 'nothing'}; buildings are points or "
            f"polygons, not both; give one layer of either as {KEY}"
        )
    weights = np.zeros(shape)
    if kinds <= points:
        parts = shapely.get_parts(shapes.to_numpy())
        _add(weights, affine, parts, np.ones(len(parts)))
    else:
        _lay(weights, affine, gpd.GeoSeries(shapes.make_valid(), crs=grid.crs))
    if not weights.any():
        raise DataError(
            f"{file.name} has no building in the study area; check its CRS, or leave out {KEY}"
        )
    return weights


def _read(file: Path, grid: Grid, affine: Affine, shape: tuple[int, int]) -> gpd.GeoDataFrame:
    """The layer; of a table, which may hold half a country, what is near the lattice."""
    if not is_table(file):
        return read_layer(file, key=KEY)
    refuse_pointer(file, KEY)
    west, south, east, north = array_bounds(*shape, affine)
    more = FEW_CELLS * affine.a
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    bounds = to_degrees.transform_bounds(
        west - more, south - more, east + more, north + more, densify_pts=51
    )
    layer = read_open_buildings(file, bounds, key=KEY)
    if layer.empty:
        raise DataError(
            f"{file.name} has no building in the study area; get the table of its S2 cell, or "
            f"leave out {KEY}"
        )
    return layer


def _sure(layer: gpd.GeoDataFrame, buildings: Buildings) -> gpd.GeoDataFrame:
    """Buildings that are sure enough to be some."""
    least, column, file = buildings.least_confidence, buildings.confidence_column, buildings.file
    if least is None:
        return layer
    if column not in layer.columns:
        raise DataError(
            f"{file.name} has no column {column}, and {KEY}.least_confidence needs one; name it by "
            f"{KEY}.confidence_column, or leave out least_confidence"
        )
    confidence = pd.to_numeric(layer[column], errors="coerce")
    kept = layer[confidence >= least]
    gone = len(layer) - len(kept)
    if kept.empty:
        raise DataError(
            f"{file.name}: none of its {gone} buildings has {column} of at least {least:g}; lower "
            f"{KEY}.least_confidence, or leave it out"
        )
    if gone:
        warnings.warn(
            f"{file.name}: {gone} of {len(layer)} buildings are left out, {column} is below "
            f"{least:g} or not given",
            DataWarning,
            stacklevel=2,
        )
    return kept


def _lay(weights: FloatArray, affine: Affine, polygons: gpd.GeoSeries) -> None:
    """Add to each cell the share of it that each polygon covers."""
    rows, cols = weights.shape
    source = NumPyRasterSource(
        weights, xmin=affine.c, xmax=affine.c + cols * affine.a,
        ymin=affine.f + rows * affine.e, ymax=affine.f,
        srs_wkt=CRS.from_user_input(polygons.crs).to_wkt(),
    )  # fmt: skip
    frame = gpd.GeoDataFrame(geometry=polygons)
    parts = exact_extract(source, frame, ["cell_id", "coverage"], output="pandas")
    flat = np.zeros(weights.size)
    for cells, shares in zip(parts["cell_id"], parts["coverage"], strict=True):
        np.add.at(flat, np.asarray(cells, dtype=np.int64), np.asarray(shares, dtype=np.float64))
    weights += flat.reshape(weights.shape)


def _add(
    weights: FloatArray,
    affine: Affine,
    points: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
    values: FloatArray,
) -> None:
    """Add values at points; those outside the lattice are left out."""
    col, row = ~affine * (shapely.get_x(points), shapely.get_y(points))
    rows, cols = weights.shape
    row, col = np.floor(row), np.floor(col)
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    at = (row[inside].astype(np.int64), col[inside].astype(np.int64))
    np.add.at(weights, at, values[inside])
