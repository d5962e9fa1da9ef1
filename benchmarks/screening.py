"""Screening of candidate spots: how many, how long, and how many are kept.

Ground of ridges and valleys at 90 m and at 30 m, a mast in every square of 500 m, people in clumps.
"""

import time

import numpy as np
from scipy import sparse
from scipy.ndimage import gaussian_filter

from phusong.engine import available_cores, in_order
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain, thinned
from phusong.models.loss_map import p1812_loss_map
from phusong.planning.candidates import Spot, candidate_spots
from phusong.planning.screening import Reached, screen
from phusong.study import ScreeningSection

CRS, WEST, SOUTH = "EPSG:32648", 380_000.0, 2_450_000.0
SPACING_M, RADIUS_M, LOSS_DB, SWEPT_M = 500.0, 15_000.0, 130.0, 90.0
AREAS = ((20.0, 90.0), (20.0, 30.0), (45.0, 90.0))
"""Side [km] and cell [m]."""


def ground(side_km: float, cell_m: float) -> tuple[Terrain, np.ndarray]:
    """Mountains with 1.5 km of relief, and people in clumps on a fiftieth of the ground."""
    side = 1000.0 * side_km
    grid = Grid.from_bounds(WEST, SOUTH, WEST + side, SOUTH + side, crs=CRS, resolution_m=cell_m)
    rng = np.random.default_rng(1)
    coarse = rng.normal(size=tuple(-(-n // 4) for n in grid.shape))
    rough = sum(
        gaussian_filter(coarse, km * 250.0 / cell_m) * km * 250.0 / cell_m for km in (4.0, 1.5, 0.6)
    )
    height = np.kron(rough, np.ones((4, 4)))[: grid.shape[0], : grid.shape[1]]
    height = 800.0 + 700.0 * gaussian_filter(height, 2) / np.abs(height).max()
    people = rng.gamma(0.05, 100.0, grid.shape) * (rng.random(grid.shape) < 0.02)
    return Terrain(grid, height.astype(np.float32)), people


def sweep(
    terrain: Terrain, spots: tuple[Spot, ...], top_m: float, workers: int
) -> list[np.ndarray]:
    """Blocks within reach of a mast at each spot."""

    def one(spot: Spot) -> np.ndarray:
        loss = p1812_loss_map(
            terrain, easting=spot.easting, northing=spot.northing, tx_height_m=top_m,
            rx_height_m=1.5, frequencies_mhz=(900.0,), radius_m=RADIUS_M, latitude_deg=22.4,
        )  # fmt: skip
        rows, cols = np.nonzero(loss.path_loss_db[0] <= LOSS_DB)
        return np.asarray((rows + loss.row0) * terrain.grid.shape[1] + cols + loss.col0)

    return list(in_order(one, spots, workers=workers))


def main() -> None:
    """Print a line for each area."""
    workers = available_cores()
    print(f"{workers} threads; square of {SPACING_M:g} m, radius {RADIUS_M / 1000:g} km, 900 MHz")
    print("side km  cell m  swept m   spots  sweep s  ms/spot  full s*  rule s   kept  share %")
    for side_km, cell_m in AREAS:
        terrain, people = ground(side_km, cell_m)
        spots = candidate_spots(
            terrain, people, np.ones(people.shape, dtype=np.bool_), spacing_m=SPACING_M,
            kept=people.size, squares=True,
        )  # fmt: skip
        step = max(1, round(SWEPT_M / cell_m))
        thin = thinned(terrain, step)
        sweep(thin, spots[:2], 40.0, 1)  # compile
        began = time.perf_counter()
        sweep(terrain, spots[:20], 40.0, workers)
        full = (time.perf_counter() - began) / 20 * len(spots)
        began = time.perf_counter()
        reach = sweep(thin, spots, 40.0, workers)
        swept = time.perf_counter() - began
        rows, cols = np.nonzero(people)
        size = thin.grid.shape[0] * thin.grid.shape[1]
        blocks = rows // step * thin.grid.shape[1] + cols // step
        need = np.bincount(blocks, weights=people[rows, cols], minlength=size)
        reach = [found[need[found] > 0] for found in reach]
        starts = np.concatenate([[0], np.cumsum([len(found) for found in reach])])
        indices = np.concatenate(reach)
        cover = sparse.csr_matrix((np.ones(len(indices)), indices, starts), (len(spots), size))
        price = np.random.default_rng(2).uniform(0.9, 1.3, len(spots))
        began = time.perf_counter()
        kept = len(screen(
            Reached(cover, np.stack([need, need]), 1.0, price[np.newaxis]), ScreeningSection()
        ).order)  # fmt: skip
        rule = time.perf_counter() - began
        print(
            f"{side_km:7.0f} {cell_m:7.0f} {cell_m * step:8.0f} {len(spots):7d} {swept:8.1f} "
            f"{1000 * swept / len(spots):8.1f} {full:8.1f} {rule:7.2f} {kept:6d} "
            f"{100 * kept / len(spots):8.1f}"
        )
    print("* every spot swept on the whole ground, from 20 of them, at one height")


if __name__ == "__main__":
    main()
