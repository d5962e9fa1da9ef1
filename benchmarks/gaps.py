"""Every table, interval and polygon of the gaps of a province: 30 m, 164 communes, three operators.

The floor is what nobody can avoid: one look at each cell of each layer, in NumPy alone.
"""

import resource
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom
from shapely.geometry import Polygon

from phusong.analysis.counts import interval_table
from phusong.analysis.gap_areas import Nearby, gap_polygons
from phusong.analysis.gaps import Confidence, commune_table, point_table, service_class
from phusong.analysis.intervals import Areas, class_counts
from phusong.analysis.level_errors import ErrorDraws, SectorLines, Spread
from phusong.analysis.reach import ANY, Reach, ReachLayer
from phusong.analysis.verdicts import VerdictRules, village_verdicts
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.people import People
from phusong.geo.places import Communes, Places

CRS = "EPSG:32648"
WEST, SOUTH, SIDE_M, CELL_M = 340_000.0, 2_430_000.0, 80_000.0, 30.0
COLUMNS, COMMUNES, VILLAGES, FACILITIES, SITES = 13, 164, 1562, 900, 1500
OPERATORS = ("a", "b", "c")
TECHNOLOGY = "LTE"
SURE = Confidence(covered_percent=95, marginal_percent=50)
MASTS = 484
SPREAD = Spread(
    whole_error_db=8.0, common_error_db=4.0, site_error_db=4.0, people_error=0.2,
    square_m=2000.0, draws=200, seed=1,
)  # fmt: skip
RULES = VerdictRules(1, 1, 500.0, 0.05, {TECHNOLOGY: -115.0})


def province() -> Communes:
    """A lattice of communes with crooked borders that meet without gap or overlap."""
    rng = np.random.default_rng(1)
    step = SIDE_M / COLUMNS
    east, north = np.meshgrid(np.arange(COLUMNS + 1) * step, np.arange(COLUMNS + 1) * step)
    inner = np.zeros(east.shape)
    inner[1:-1, 1:-1] = 0.3 * step
    east, north = (WEST + east + inner * rng.uniform(-1, 1, east.shape),
                   SOUTH + north + inner * rng.uniform(-1, 1, north.shape))  # fmt: skip
    corners = ((0, 0), (0, 1), (1, 1), (1, 0))
    outlines = [
        Polygon([(east[i + r, j + c], north[i + r, j + c]) for r, c in corners])
        for i in range(COLUMNS)
        for j in range(COLUMNS)
    ][:COMMUNES]
    codes = [f"{n:05}" for n in range(COMMUNES)]
    return Communes(
        gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=outlines, crs=CRS), "2025-06-30"
    )


def field(grid: Grid, seed: int) -> NDArray[np.float64]:
    """A rough surface with a mean of 0 and a deviation of about 1."""
    rng = np.random.default_rng(seed)
    coarse = gaussian_filter(rng.standard_normal((200, 200)), 2.0)
    whole = zoom(coarse / coarse.std(), np.array(grid.shape) / 200, order=1)
    return whole + 0.2 * rng.standard_normal(grid.shape)


def reach_of(grid: Grid) -> Reach:
    """Levels of three operators, and of any."""
    layers = {}
    best = np.full(grid.shape, -np.inf)
    for seed, operator in enumerate(OPERATORS):
        level = -112.0 + 12.0 * field(grid, seed)
        best = np.maximum(best, level)
        layers[operator, TECHNOLOGY] = layer_of(level)
    layers[ANY, TECHNOLOGY] = layer_of(best)
    return Reach(grid, "p1812", "outdoor", Network((sector(),)), layers)


def layer_of(level: NDArray[np.float64]) -> ReachLayer:
    percent = np.clip(50 + 4 * (level + 115), 0, 100).astype(np.uint8)
    return ReachLayer(level.astype(np.float32), np.zeros(level.shape, np.int32), percent)


def sector() -> Sector:
    return Sector(
        "S1", "1", "a", TECHNOLOGY, 22.0, 104.0, WEST, SOUTH, 30.0, 28.0, 1800.0, 20.0, 60.0, None,
        4.0, 0.0, 65.0, 10.0,
    )  # fmt: skip


def served_by_masts(layer: ReachLayer, first: int) -> ReachLayer:
    """The same levels, each square of the ground served by a mast of its own."""
    side = int(np.sqrt(MASTS))
    row, col = (np.arange(n) * side // n for n in layer.level_dbm.shape)
    server = (first + row[:, None] * side + col[None, :]) % MASTS
    return ReachLayer(layer.level_dbm, server.astype(np.int32), layer.probability_percent)


def intervals(reach: Reach, communes: Communes, people: People, grid: Grid) -> pd.DataFrame:
    """Ends of every count of every commune and layer, over all draws."""
    lines = SectorLines(
        np.full(MASTS, -115.0), np.full(MASTS, 9.0), np.full(MASTS, 4.0), np.arange(MASTS)
    )
    layers = {key: served_by_masts(layer, n) for n, (key, layer) in enumerate(reach.layers.items())}
    draws = ErrorDraws(grid, SPREAD, sites=MASTS)
    areas = Areas.from_outlines(communes.frame.geometry, people)
    counts = {
        key: class_counts(layer, areas, lines=lines, draws=draws, confidence=SURE)
        for key, layer in layers.items()
    }
    return interval_table(counts, communes.codes)


def points(count: int, label: str, communes: Communes, seed: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    east, north = (WEST + SIDE_M * rng.random(count), SOUTH + SIDE_M * rng.random(count))
    frame = gpd.GeoDataFrame(
        {label: [f"{label}-{n}" for n in range(count)]},
        geometry=gpd.points_from_xy(east, north), crs=CRS,
    )  # fmt: skip
    frame["name"] = frame[label]
    return frame.assign(commune_code=communes.code_at(frame.geometry))


def timed(name: str, work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    seconds = time.perf_counter() - before
    print(f"  {name:24s} {seconds:7.2f} s")
    return seconds


def main() -> None:
    """Print the time of each part, the whole as a ratio to the floor, and the memory."""
    grid = Grid.from_bounds(
        WEST, SOUTH, WEST + SIDE_M, SOUTH + SIDE_M, crs=CRS, resolution_m=CELL_M
    )
    communes = province()
    people = People(grid, np.exp(field(grid, 9)) * 0.1, source_total=float("nan"))
    reach = reach_of(grid)
    villages = points(VILLAGES, "village_id", communes, 4)
    facilities = points(FACILITIES, "facility_id", communes, 5)
    none = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=CRS))
    sites = points(SITES, "site_id", communes, 6)
    nearby = Nearby(
        Places(communes, villages, facilities, none, none),
        pd.DataFrame(
            {
                "site_id": sites["site_id"], "operator": [OPERATORS[n % 3] for n in range(SITES)],
                "technology": TECHNOLOGY, "easting": sites.geometry.x,
                "northing": sites.geometry.y,
            }
        ),
    )  # fmt: skip
    classes = {key: service_class(layer, SURE) for key, layer in reach.layers.items()}
    print(f"gaps of {grid.shape[0]} x {grid.shape[1]} cells, {len(communes.codes)} communes, "
          f"{len(classes)} layers")  # fmt: skip
    floor = timed(
        "floor: look at each cell",
        lambda: [np.bincount(c.ravel(), weights=people.count.ravel()) for c in classes.values()],
    )
    whole = sum(
        timed(name, work)
        for name, work in (
            ("commune table", lambda: commune_table(classes, communes, people)),
            ("intervals, 200 draws", lambda: intervals(reach, communes, people, grid)),
            ("village table", lambda: point_table(villages, reach, SURE)),
            ("village verdicts",
             lambda: village_verdicts(villages, reach, people, SURE, RULES)),
            ("polygons",
             lambda: gap_polygons(classes, communes, people, smallest_km2=0.05, nearby=nearby)),
        )
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"  all {whole:.1f} s, {whole / floor:.0f} times the floor; peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
