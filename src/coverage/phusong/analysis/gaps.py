"""Where there is no signal, and who lives there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from pyproj import CRS
from scipy.sparse import csr_array

from phusong.analysis.basis import COMPUTED, Basis
from phusong.analysis.reach import ANY, UNKNOWN_PERCENT, Reach, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.geo.tiles import Tile

NO_SIGNAL, MARGINAL, COVERED, UNKNOWN = 0, 1, 2, 255
CLASS_NAMES: Mapping[int, str] = {
    NO_SIGNAL: "no_signal",
    MARGINAL: "marginal",
    COVERED: "covered",
    UNKNOWN: "unknown",
}
ClassArray = NDArray[np.uint8]
Layer = tuple[str, str]
"""Operator's key and technology."""
_UNITS = {"area": "_km2", "people": ""}
SUMS = tuple(
    f"{what}{part}{unit}"
    for what, unit in _UNITS.items()
    for part in ("", *(f"_{name}" for name in CLASS_NAMES.values()))
)
"""What is counted in each commune."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """Where the lines between covered, marginal and no signal are drawn.

    Parameters
    ----------
    covered_percent, marginal_percent
        Probabilities from which a cell counts as covered, or as marginal, whole percent [%].
    """

    covered_percent: int
    marginal_percent: int


@dataclass(frozen=True, eq=False)
class Gaps:
    """What has no signal: classes per cell, polygons, and tables.

    Parameters
    ----------
    grid
        The frame.
    classes
        By operator key (``any`` for all together) and technology: 0 no signal, 1 marginal,
        2 covered, 255 unknown.
    polygons
        No-signal areas within the communes; see
        :func:`phusong.analysis.gap_areas.gap_polygons`.
    communes, villages, facilities
        Tables; see :func:`commune_table` and :func:`point_table`.
    environments
        The table by commune in every service environment, the first one among them.
    basis
        What each layer rests on, where that is not a whole list of sites.
    totals
        All communes together, one row per operator and technology.
    village_counts
        Villages by verdict, by commune and in all of them.
    criterion8
        Indicators of criterion 8 by commune, where the study asks.
    models
        The table by commune by each propagation model, where the study has several; see
        :func:`phusong.analysis.model_choice.model_table`.
    causes
        Villages without signal, and why; see :func:`phusong.analysis.gap_causes.cause_table`.
    beside
        What a plan asks besides, where the study can tell: ``support``, ``information``,
        ``infrastructure-communes``, ``loudspeakers``, ``offices``, ``offices-target`` and
        ``villages-to-place``, tables by these names.
    """

    grid: Grid
    classes: Mapping[tuple[str, str], ClassArray] = field(repr=False)
    polygons: gpd.GeoDataFrame = field(repr=False)
    communes: pd.DataFrame = field(repr=False)
    villages: pd.DataFrame = field(repr=False)
    facilities: pd.DataFrame = field(repr=False)
    environments: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    basis: Basis = COMPUTED
    totals: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    village_counts: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    criterion8: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    models: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    causes: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    beside: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)


def service_class(layer: ReachLayer, confidence: Confidence) -> ClassArray:
    """Decide for each cell: covered, marginal, no signal, or unknown.

    Parameters
    ----------
    layer
        Probability per cell.
    confidence
        Where the lines are drawn.

    Returns
    -------
    numpy.ndarray
        0 no signal, 1 marginal, 2 covered, 255 unknown; uint8, shape of the layer.
    """
    return class_of(layer.probability_percent, confidence)


def class_of(percent: NDArray[np.uint8], confidence: Confidence) -> ClassArray:
    """Decide of probabilities: covered, marginal, no signal, or unknown.

    Parameters
    ----------
    percent
        Whole percent; 255 where unknown [%].
    confidence
        Where the lines are drawn.

    Returns
    -------
    numpy.ndarray
        0 no signal, 1 marginal, 2 covered, 255 unknown; uint8, of the same shape.
    """
    classes = np.full(percent.shape, NO_SIGNAL, dtype=np.uint8)
    classes[percent >= confidence.marginal_percent] = MARGINAL
    classes[percent >= confidence.covered_percent] = COVERED
    classes[percent == UNKNOWN_PERCENT] = UNKNOWN
    return classes


def raster_source(values: NDArray[np.float64], grid: Grid) -> NumPyRasterSource:
    """Raster on a grid, as exactextract takes it.

    Parameters
    ----------
    values
        One value per cell.
    grid
        The frame.

    Returns
    -------
    exactextract.raster.NumPyRasterSource
        The raster with its place on the ground.
    """
    west, south, east, north = grid.bounds
    return NumPyRasterSource(
        values,
        xmin=west, ymin=south, xmax=east, ymax=north,
        srs_wkt=CRS.from_user_input(grid.crs).to_wkt(),
    )  # fmt: skip


def zonal_sums(values: NDArray[np.float64], grid: Grid, zones: gpd.GeoSeries) -> pd.Series:
    """Sum of a raster over areas, each cell by the exact fraction inside.

    Parameters
    ----------
    values
        One value per cell; NaN counts as nothing.
    grid
        The frame.
    zones
        Areas in the grid's CRS.

    Returns
    -------
    pandas.Series
        One sum per area, indexed like the areas.
    """
    source = raster_source(np.nan_to_num(values, nan=0.0), grid)
    frame = gpd.GeoDataFrame(geometry=zones.values, crs=grid.crs)
    sums = exact_extract(source, frame, ["sum"], output="pandas")
    return pd.Series(sums["sum"].fillna(0.0).to_numpy(dtype=np.float64), index=zones.index)


def cell_shares(grid: Grid, zones: gpd.GeoSeries) -> csr_array:
    """Share of each cell that lies inside each area.

    Parameters
    ----------
    grid
        The frame.
    zones
        Areas in the grid's CRS.

    Returns
    -------
    scipy.sparse.csr_array
        Areas by cells (row after row); times values per cell it gives sums over areas.
    """
    frame = gpd.GeoDataFrame(geometry=zones.values, crs=grid.crs)
    source = raster_source(np.zeros(grid.shape), grid)
    parts = exact_extract(source, frame, ["cell_id", "coverage"], output="pandas")
    cells = [np.asarray(c, dtype=np.int32) for c in parts["cell_id"]]
    inside = [np.asarray(s, dtype=np.float64) for s in parts["coverage"]]
    ends = np.concatenate([[0], np.cumsum([c.size for c in cells])]).astype(np.int32)
    shape = (len(cells), grid.shape[0] * grid.shape[1])
    return csr_array((np.concatenate(inside), np.concatenate(cells), ends), shape=shape)


def commune_table(
    gaps: Mapping[Layer, ClassArray], communes: Communes, people: People
) -> pd.DataFrame:
    """Area and people by class, one row per commune, operator and technology.

    Parameters
    ----------
    gaps
        Classes per cell, by operator key and technology.
    communes
        The areas.
    people
        People per cell.

    Returns
    -------
    pandas.DataFrame
        As :func:`table_of_sums` makes it.
    """

    def sums(number: int) -> Mapping[Layer, Mapping[str, float]]:
        outline = communes.frame.geometry.iloc[[number]]
        return commune_sums(
            outline, people.grid,
            classes=lambda tile: ((layer, tile.part(found)) for layer, found in gaps.items()),
            people=lambda tile: tile.part(people.count),
        )  # fmt: skip

    return table_of_sums(tuple(gaps), communes, [sums(n) for n in range(len(communes.frame))])


def table_of_sums(
    layers: Sequence[Layer], communes: Communes, sums: Sequence[Mapping[Layer, Mapping[str, float]]]
) -> pd.DataFrame:
    """Make the table by commune of what was counted in each.

    Parameters
    ----------
    layers
        Operator keys and technologies, in the order of the rows.
    communes
        The areas.
    sums
        What :func:`commune_sums` gives for each.

    Returns
    -------
    pandas.DataFrame
        ``commune_code``, ``commune``, ``vintage``, ``operator``, ``technology``, and for area
        and people the total and the part in each class; shares of people without signal.
    """
    rows = []
    for operator, technology in layers:
        table = pd.DataFrame(
            {
                "commune_code": communes.frame["code"],
                "commune": communes.frame["name"],
                "vintage": communes.vintage,
                "operator": operator,
                "technology": technology,
            }
        )
        for column in SUMS:
            found = [each[operator, technology][column] if each else 0.0 for each in sums]
            table[column] = np.array(found, dtype=np.float64)
        people_total = table["people"].where(table["people"] > 0)
        table["people_no_signal_percent"] = 100.0 * table["people_no_signal"] / people_total
        table["people_not_covered_percent"] = (
            100.0 * (table["people_no_signal"] + table["people_marginal"]) / people_total
        )
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def commune_sums(
    outline: gpd.GeoSeries,
    grid: Grid,
    *,
    classes: Callable[[Tile], Iterable[tuple[Layer, ClassArray]]],
    people: Callable[[Tile], NDArray[np.float64]],
) -> dict[Layer, dict[str, float]]:
    """Area and people of one commune, in all and by class; only the grid around it is looked at.

    Parameters
    ----------
    outline
        One area in the grid's CRS.
    grid
        The frame.
    classes
        Classes of every layer in a part of the grid.
    people
        People per cell in a part of the grid.

    Returns
    -------
    dict
        Values of :data:`SUMS` by operator key and technology; empty outside of the grid.
    """
    tile = grid.tile_around(tuple(outline.bounds.to_numpy()[0]))
    if tile is None:
        return {}
    shares = cell_shares(grid.part(tile), outline)
    living = np.nan_to_num(people(tile)).ravel()
    weights = {"area": np.full(living.size, grid.cell_area_km2), "people": living}
    sums: dict[Layer, dict[str, float]] = {}
    for layer, found in classes(tile):
        here, own = found.ravel(), sums.setdefault(layer, {})
        for what, weight in weights.items():
            own[f"{what}{_UNITS[what]}"] = float((shares @ weight)[0])
            for value, name in CLASS_NAMES.items():
                inside = shares @ np.where(here == value, weight, 0.0)
                own[f"{what}_{name}{_UNITS[what]}"] = float(inside[0])
    return sums


def point_table(points: gpd.GeoDataFrame, reach: Reach, confidence: Confidence) -> pd.DataFrame:
    """Verdict at each point, one column group per operator and technology.

    Parameters
    ----------
    points
        Villages or facilities in the grid's CRS.
    reach
        Level and probability.
    confidence
        Where the lines are drawn.

    Returns
    -------
    pandas.DataFrame
        The points' own columns, and for each layer its class, probability and level at the
        point; ``unknown`` outside the grid.
    """
    table = pd.DataFrame(points.drop(columns="geometry"))
    row, col = reach.grid.pixel_of(points.geometry.x.to_numpy(), points.geometry.y.to_numpy())
    rows, cols = reach.grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    at = (
        np.clip(np.floor(row), 0, rows - 1).astype(int),
        np.clip(np.floor(col), 0, cols - 1).astype(int),
    )
    for (operator, technology), layer in reach.layers.items():
        classes = np.where(inside, service_class(layer, confidence)[at], UNKNOWN)
        percent = layer.probability_percent[at].astype(np.float64)
        percent[~inside | (percent == UNKNOWN_PERCENT)] = np.nan
        level = layer.level_dbm[at].astype(np.float64)
        level[~inside] = np.nan
        prefix = f"{operator}_{technology.lower()}"
        table[f"{prefix}_class"] = [CLASS_NAMES[int(c)] for c in classes]
        table[f"{prefix}_probability_percent"] = percent
        table[f"{prefix}_level_dbm"] = level
    return table


def white_zone(gaps: Mapping[tuple[str, str], ClassArray], technology: str) -> NDArray[np.bool_]:
    """Cells where no operator at all has a signal.

    Parameters
    ----------
    gaps
        Classes per cell, by operator key and technology.
    technology
        Technology.

    Returns
    -------
    numpy.ndarray
        True in a white zone; unknown cells are not.
    """
    return np.asarray(gaps[ANY, technology] == NO_SIGNAL)
