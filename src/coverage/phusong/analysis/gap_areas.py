"""No-signal areas as polygons, and what lies in and near them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from exactextract import exact_extract
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import cKDTree

from phusong.analysis.gap_places import gap_places
from phusong.analysis.gaps import COVERED, ClassArray, raster_source
from phusong.analysis.reach import ANY
from phusong.analysis.silent_areas import LARGEST_CHANGE, ROUNDING, silent_areas
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.geo.places import Communes, Places
from phusong.geo.tiles import Tile
from phusong.geo.tiles import whole as whole_grid
from phusong.units import FloatArray

FIRST_LOOK = 32
"""Cells around a gap that are looked at first for cover."""
TOLERANCES = (0.75, 0.5)
"""Fractions of a cell by which an outline may move to lose corners, the largest first."""


@dataclass(frozen=True, eq=False)
class Nearby:
    """What a gap is described by.

    Parameters
    ----------
    places
        Villages and facilities; gaps are named by villages.
    sites
        Sectors on the air: ``site_id``, ``operator`` (key), ``technology``, ``easting``,
        ``northing``.
    """

    places: Places
    sites: pd.DataFrame


def gap_polygons(
    gaps: Mapping[tuple[str, str], ClassArray],
    communes: Communes,
    people: People,
    *,
    smallest_km2: float,
    nearby: Nearby | None = None,
    silent: Mapping[tuple[str, str], gpd.GeoDataFrame] | None = None,
    living: Callable[[Sequence[gpd.GeoSeries]], Iterable[pd.DataFrame]] | None = None,
) -> gpd.GeoDataFrame:
    """No-signal areas as polygons, cut by commune, without specks.

    Parameters
    ----------
    gaps
        Classes per cell, by operator key and technology.
    communes
        The areas that are asked about.
    people
        People per cell.
    smallest_km2
        Areas below this are merged into their surroundings before polygons are drawn; less is
        merged where that would change a layer's area within the communes by 2 % or more [km²].
    nearby
        Villages, facilities and sites to describe each gap by; None to leave that out.
    silent
        What :func:`phusong.analysis.silent_areas.silent_areas` gives for each layer; found here
        when left out.
    living
        Gives for the gaps of each commune what :func:`living_in` gives; found here when left out.

    Returns
    -------
    geopandas.GeoDataFrame
        ``gap_id``, ``operator``, ``technology``, ``commune_code``, ``commune``, ``place_en`` and
        ``place_vi`` (what it is called, see :func:`gap_places`), ``area_km2``
        and ``people`` (of the cells inside, exact fractions at the commune's edge),
        ``sieved_below_km2`` (what was merged), ``sieve_change_percent`` (what that, and slivers
        below a cell at the communes' edges, changed of the layer's whole area),
        ``outline_change_percent`` (the area of ``geometry`` against
        ``area_km2``, within 2 %), ``geometry``; the largest first within each commune. With
        surroundings also ``villages``, ``village_names``, ``facilities``; and from the cell
        where most people live (``latitude``, ``longitude``): ``nearest_covered_km`` with its
        position, ``nearest_site``, ``nearest_site_operator`` and ``nearest_site_km``.
    """
    grid = people.grid
    if silent is None:
        silent = {
            layer: silent_areas(partial(_part, classes), grid, communes, smallest_km2=smallest_km2)
            for layer, classes in gaps.items()
        }
    parts = [
        silent[operator, technology].assign(operator=operator, technology=technology)
        for operator, technology in gaps
    ]
    columns = ["operator", "technology", "commune_code", "commune"]
    stated = ["sieved_below_km2", "sieve_change_percent"]
    merged = _merged(parts, [*columns, *stated, "geometry"], grid)
    merged.insert(0, "gap_id", _ids(merged))
    near = [own.geometry for _, own in merged.groupby("commune_code", sort=True)]
    found = (
        [living_in(gaps, grid, partial(_part, people.count)) for gaps in near]
        if living is None
        else living(near)
    )
    lived = pd.concat([_nobody(merged.geometry.iloc[:0]), *found]).reindex(merged.index)
    merged["people"] = lived["people"]
    villages = merged.iloc[:0] if nearby is None else nearby.places.villages
    merged[["place_en", "place_vi"]] = gap_places(merged, lived, villages)
    if nearby is not None:
        merged = _described(merged, lived, gaps, grid, nearby)
    drawn = _drawn(merged, grid)
    merged["outline_change_percent"] = 100.0 * (drawn.area / merged.area - 1.0)
    columns += ["place_en", "place_vi"]
    first = ["gap_id", *columns, "area_km2", "people", *stated, "outline_change_percent"]
    others = [c for c in merged.columns if c not in {*first, "geometry"}]
    return merged.set_geometry(drawn)[[*first, *others, "geometry"]]


def _part(values: NDArray[Any], tile: Tile) -> NDArray[Any]:
    return tile.part(values)


def _merged(parts: list[gpd.GeoDataFrame], columns: list[str], grid: Grid) -> gpd.GeoDataFrame:
    """Parts of every layer in one order."""
    whole = pd.concat(parts, ignore_index=True)
    merged = gpd.GeoDataFrame(whole, geometry="geometry", crs=grid.crs)[columns]
    merged["area_km2"] = merged.area / 1e6
    return merged.sort_values(
        ["operator", "technology", "commune_code", "area_km2"],
        ascending=[True, True, True, False],
        kind="stable",
    ).reset_index(drop=True)


def _ids(gaps: gpd.GeoDataFrame) -> pd.Series:
    number = gaps.groupby(["operator", "commune_code"]).cumcount() + 1  # differs by technology
    return gaps["commune_code"] + "-" + gaps["operator"] + "-" + number.astype(str).str.zfill(3)


def _drawn(gaps: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoSeries:
    """Outlines with fewer corners, each within 2 % of its area, none over its neighbour."""
    outlines = gaps.geometry
    drawn = outlines.copy()
    area = outlines.area
    left = pd.Series(data=True, index=outlines.index)
    for tolerance in TOLERANCES:
        simple = outlines.simplify(tolerance * grid.resolution_m, preserve_topology=True)
        close = (simple.area - area).abs() < LARGEST_CHANGE * area
        take = left & close & simple.is_valid & (simple.geom_type == "Polygon")
        drawn[take] = simple[take]
        left &= ~take
    least_m2 = ROUNDING * grid.resolution_m**2
    for _, layer in gaps.groupby(["operator", "technology"], sort=True):
        own = drawn[layer.index]
        while len(over := _over(own, outlines[layer.index], least_m2)):
            own.iloc[over] = outlines[layer.index].iloc[over]
        drawn[layer.index] = own
    return drawn


def _over(drawn: gpd.GeoSeries, outlines: gpd.GeoSeries, least_m2: float) -> NDArray[np.intp]:
    """Which drawings lie over others where the outlines do not."""
    one, other = drawn.sindex.query(drawn, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    new = shapely.area(shapely.intersection(drawn.array[one], drawn.array[other]))
    old = shapely.area(shapely.intersection(outlines.array[one], outlines.array[other]))
    over = new > old + least_m2
    return np.unique(np.concatenate([one[over], other[over]]))


def _described(
    gaps: gpd.GeoDataFrame,
    living: pd.DataFrame,
    classes: Mapping[tuple[str, str], ClassArray],
    grid: Grid,
    nearby: Nearby,
) -> gpd.GeoDataFrame:
    """Villages and facilities inside, and how far cover and sites are."""
    places = nearby.places
    inside = _inside(gaps, places.villages, "name")
    facilities = _inside(gaps, places.facilities, "facility_id")
    table = gaps.assign(
        villages=inside.map(len).astype("int64"),
        village_names=inside.map("; ".join),
        facilities=facilities.map(len).astype("int64"),
    )
    parts = [
        _distances(living.loc[layer.index], classes[key], grid, nearby.sites, key)
        for key, layer in table.groupby(["operator", "technology"], sort=True)
    ]
    names = ["easting", "northing", "covered_easting", "covered_northing", "nearest_covered_km",
             "nearest_site", "nearest_site_operator", "nearest_site_km"]  # fmt: skip
    found = pd.concat(parts) if parts else pd.DataFrame(columns=names)
    found = found.reindex(table.index)
    to_wgs84 = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    for prefix, columns in (("", names[:2]), ("nearest_covered_", names[2:4])):
        places_m = found[columns].astype("float64").to_numpy()
        longitude, latitude = to_wgs84.transform(places_m[:, 0], places_m[:, 1])
        unknown = np.isnan(places_m[:, 0])
        table[f"{prefix}latitude"] = np.where(unknown, np.nan, latitude)
        table[f"{prefix}longitude"] = np.where(unknown, np.nan, longitude)
    for name in names[4:]:
        table[name] = found[name]
    return table


def _inside(gaps: gpd.GeoDataFrame, points: gpd.GeoDataFrame, label: str) -> pd.Series:
    """Labels of the points inside each gap, in the order of the points."""
    found = pd.Series([[] for _ in range(len(gaps))], index=gaps.index, dtype="object")
    if points.empty or gaps.empty:
        return found
    gap, point = points.sindex.query(gaps.geometry, predicate="intersects")
    for index, where in sorted(zip(gap.tolist(), point.tolist(), strict=True)):
        found.iloc[index].append(str(points[label].iloc[where]))
    return found


def _distances(
    living: pd.DataFrame,
    classes: ClassArray,
    grid: Grid,
    sites: pd.DataFrame,
    key: tuple[str, str],
) -> pd.DataFrame:
    """From where most people of each gap live: to cover, and to the nearest site."""
    operator, technology = key
    table = living[["easting", "northing"]].copy()
    easting, northing = table["easting"].to_numpy(), table["northing"].to_numpy()
    row, col = grid.pixel_of(easting, northing)
    cell = (
        np.clip(np.floor(row), 0, grid.shape[0] - 1).astype(int),
        np.clip(np.floor(col), 0, grid.shape[1] - 1).astype(int),
    )
    there = _nearest_covered(classes, *cell)
    table["covered_easting"] = grid.affine.c + (there[1] + 0.5) * grid.resolution_m
    table["covered_northing"] = grid.affine.f - (there[0] + 0.5) * grid.resolution_m
    table["nearest_covered_km"] = np.hypot(
        table["covered_easting"] - easting, table["covered_northing"] - northing
    ) / 1000.0  # fmt: skip
    own = sites[sites["technology"] == technology]
    own = own if operator == ANY else own[own["operator"] == operator]
    own = own.sort_values(["site_id", "operator"], kind="stable")
    table["nearest_site"] = table["nearest_site_operator"] = ""
    table["nearest_site_km"] = np.nan
    if len(own):
        tree = cKDTree(own[["easting", "northing"]].to_numpy(dtype=np.float64))
        here = np.column_stack([easting, northing])
        distance, _ = tree.query(here)
        same = tree.query_ball_point(here, distance * (1 + 1e-12) + 1e-6)
        nearest = [min(indices) for indices in same]  # several at one mast: the first by name
        table["nearest_site"] = own["site_id"].to_numpy()[nearest]
        table["nearest_site_operator"] = own["operator"].to_numpy()[nearest]
        table["nearest_site_km"] = distance / 1000.0
    return table


def _nearest_covered(
    classes: ClassArray, rows: NDArray[np.int_], cols: NDArray[np.int_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Row and column of the covered cell nearest to each cell; NaN where there is none at all.

    Of equally near ones the first from the north-west. Windows around a cell are looked at until
    no cell outside can be nearer.
    """
    found = np.full((2, rows.size), np.nan)
    frame = whole_grid(classes.shape)
    for number, (row, col) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        reach = FIRST_LOOK
        while np.isnan(found[0, number]):
            side = 2 * reach + 1
            tile = frame.common(row - reach, col - reach, (side, side)) or frame
            down, right = np.nonzero(tile.part(classes) == COVERED)
            away = np.hypot(down + tile.row0 - row, right + tile.col0 - col)
            if away.size and (away.min() <= reach or tile == frame):
                nearest = int(np.argmin(away))
                found[:, number] = down[nearest] + tile.row0, right[nearest] + tile.col0
            elif tile == frame:
                found[:] = np.nan  # nothing is covered anywhere
                return found[0], found[1]
            reach *= 2
    return found[0], found[1]


def living_in(
    gaps: gpd.GeoSeries, grid: Grid, people: Callable[[Tile], FloatArray]
) -> pd.DataFrame:
    """People of the gaps of one commune, and where most of them live.

    Parameters
    ----------
    gaps
        Their outlines.
    grid
        The frame.
    people
        People per cell of a part of it.

    Returns
    -------
    pandas.DataFrame
        Indexed like the gaps: ``people``, and ``easting`` and ``northing`` of the cell where most
        people live, of a point inside where nobody does.
    """
    table, tile = _nobody(gaps), grid.tile_around(tuple(gaps.total_bounds))
    if tile is None:
        return table
    source = raster_source(np.nan_to_num(people(tile)), grid.part(tile))
    frame = gpd.GeoDataFrame(geometry=gaps.values, crs=grid.crs)
    half = "(min_coverage_frac=0.5)"
    wanted = ["sum", *(f"{name}{half}" for name in ("max", "max_center_x", "max_center_y"))]
    found = exact_extract(source, frame, wanted, output="pandas")
    table["people"] = found["sum"].fillna(0.0).to_numpy(dtype=np.float64)
    lived_in = (found["max"] > 0).to_numpy()
    for column, name in (("easting", "max_center_x"), ("northing", "max_center_y")):
        table[column] = np.where(lived_in, found[name], table[column])
    return table


def _nobody(gaps: gpd.GeoSeries) -> pd.DataFrame:
    inner = gaps.representative_point()
    return pd.DataFrame({"people": 0.0, "easting": inner.x, "northing": inner.y}, gaps.index)
