"""Areas without signal of one layer: sieved, drawn, and cut by commune."""

from collections.abc import Callable, Iterator

import geopandas as gpd
import numpy as np
import shapely
from rasterio.features import shapes

from phusong.analysis.gaps import NO_SIGNAL, UNKNOWN, ClassArray, zonal_sums
from phusong.analysis.stitched import Patches, Sieved
from phusong.geo.grid import Grid
from phusong.geo.places import Communes
from phusong.geo.tiles import Tile

LARGEST_CHANGE = 0.02
"""Sieving, and drawing an outline with fewer corners, may change an area by less than this."""
ROUNDING = 1e-9
"""How far an area of one cell may be below it after a cut."""


def silent_areas(
    classes: Callable[[Tile], ClassArray], grid: Grid, communes: Communes, *, smallest_km2: float
) -> gpd.GeoDataFrame:
    """Silent areas of one layer, sieved as far as their area in the communes stays the same.

    Parameters
    ----------
    classes
        Class of each cell of a part of the grid.
    grid
        The frame.
    communes
        The areas that are asked about.
    smallest_km2
        Areas below this are merged into their surroundings, less where that would change the
        area within the communes by 2 % or more [km²].

    Returns
    -------
    geopandas.GeoDataFrame
        ``commune_code``, ``commune``, ``geometry``, ``sieved_below_km2`` and
        ``sieve_change_percent``.
    """

    def silent(tile: Tile) -> ClassArray:
        return np.asarray(classes(tile) == NO_SIGNAL, dtype=np.uint8)

    before = _area_km2(silent, grid, communes)
    least = max(1, round(smallest_km2 / grid.cell_area_km2))
    patches = Patches(grid.shape, silent) if least > 1 else None
    while True:
        kept = _known(patches.sieved(least), classes) if patches and least > 1 else silent
        cut = _cut(kept, grid, communes)
        if least > 0:  # slivers at the edges of communes
            cut = cut[cut.area >= 1e6 * grid.cell_area_km2 * (1 - ROUNDING)]
        after = cut.area.sum() / 1e6
        change = after / before - 1.0 if before > 0 else 0.0
        if abs(change) < LARGEST_CHANGE or least == 0:
            return cut.assign(
                sieved_below_km2=max(least, 0) * grid.cell_area_km2,
                sieve_change_percent=100.0 * change,
            )
        least //= 2


def _known(sieved: Sieved, classes: Callable[[Tile], ClassArray]) -> Callable[[Tile], ClassArray]:
    """What is silent after sieving; what is unknown never is."""

    def kept(tile: Tile) -> ClassArray:
        values = sieved.over(tile)
        values[classes(tile) == UNKNOWN] = 0
        return values

    return kept


def _area_km2(silent: Callable[[Tile], ClassArray], grid: Grid, communes: Communes) -> float:
    """Silent area of all communes, each looked at on its own."""
    found = 0.0
    for tile, outline in _windows(grid, communes.frame.geometry):
        areas = np.asarray(silent(tile) * grid.cell_area_km2, dtype=np.float64)
        found += float(zonal_sums(areas, grid.part(tile), outline).sum())
    return found


def _windows(grid: Grid, outlines: gpd.GeoSeries) -> Iterator[tuple[Tile, gpd.GeoSeries]]:
    """Each outline with the part of the grid around it; without those that lie outside."""
    for number, bounds in enumerate(outlines.bounds.to_numpy()):
        tile = grid.tile_around(tuple(bounds)) if not np.isnan(bounds).any() else None
        if tile is not None:
            yield tile, outlines.iloc[[number]]


def _cut(silent: Callable[[Tile], ClassArray], grid: Grid, communes: Communes) -> gpd.GeoDataFrame:
    """Connected silent areas of each commune, from the north-west; each looked at on its own."""
    frame = communes.frame
    where: list[int] = []
    parts: list[shapely.Geometry] = []
    numbered = frame.geometry.reset_index(drop=True)
    for tile, outline in _windows(grid, numbered):
        here, affine = silent(tile), grid.part(tile).affine
        areas = [
            shapely.geometry.shape(area)
            for area, value in shapes(here, mask=here == 1, transform=affine)
            if value == 1
        ]
        whole = shapely.make_valid(outline.iloc[0])
        pieces = shapely.get_parts(shapely.intersection(np.array(areas, dtype=object), whole))
        pieces = shapely.get_parts(pieces)  # of those that touch an edge in a line as well
        pieces = pieces[shapely.area(pieces) > 0]
        west, _, _, north = shapely.bounds(pieces).reshape(-1, 4).T
        found = pieces[np.lexsort((west, -north))]
        parts += list(found)
        where += [outline.index[0]] * len(found)
    zones = frame[["code", "name"]].set_axis(["commune_code", "commune"], axis="columns")
    return gpd.GeoDataFrame(
        zones.iloc[where].reset_index(drop=True), geometry=gpd.GeoSeries(parts, crs=grid.crs)
    )
