"""Reading where buildings stand, so that people are counted there and not beside them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import CRS

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.sources.tables import read_layer
from phusong.units import FloatArray

KEY = "inputs.buildings"


def building_weights(file: Path, grid: Grid, affine: Affine, shape: tuple[int, int]) -> FloatArray:
    """Weight of the buildings in each cell of a lattice.

    Parameters
    ----------
    file
        Points, each counts the same, or polygons (footprints or settlement areas), by their area.
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
    """
    layer = read_layer(file, key=KEY).to_crs(grid.crs)
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
