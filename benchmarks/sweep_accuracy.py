"""Error of the sweep against exact per-pixel profiles, beside what half a pixel changes.

The exact loss of a cell is ITU-R P.1812 on the cell's own bilinear profile in float64. The
rival is the question itself: the same exact loss with the receiver half a pixel away.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.warp import transform_bounds

from benchmarks.terrain import Mast, masts, nine_masts
from phusong.geo.grid import Grid
from phusong.kernels.exact_disc import DiscTask, exact_cell
from phusong.models.loss_map import LossMap, p1812_loss_map
from phusong.sources.terrain import read_terrain

RADIUS_M = 30_000.0
NEAREST_M = 600.0
CELLS_PER_MAST = 2000
THRESHOLDS_DB = (130.0, 140.0, 150.0, 160.0)
TX_HEIGHT_M, RX_HEIGHT_M, FREQUENCY_MHZ, LATITUDE = 30.0, 1.5, 800.0, 22.0

SHARED = Path(os.environ.get("PHUSONG_SHARED", Path(__file__).resolve().parents[2] / "shared"))
# real terrain: file, metric CRS, cell [m], radius [m]; the cell is about the file's own
REAL = (
    ("dem_calgary_3arcsec.tif", "EPSG:32612", 90.0, 30_000.0),
    ("dem_monterey_3arcsec.tif", "EPSG:32610", 90.0, 25_000.0),
    ("N44W072.hgt", "EPSG:32619", 90.0, 30_000.0),
    ("bigtujunga.tif", "EPSG:32611", 30.0, 8_000.0),
)


@dataclass(frozen=True)
class Errors:
    """Losses of the same cells: exact, by the sweep, and exact half a cell away."""

    exact: NDArray[np.float64]
    sweep: NDArray[np.float64]
    moved: NDArray[np.float64]


def sweep(mast: Mast, radius_m: float) -> LossMap:
    return p1812_loss_map(
        mast.terrain,
        easting=mast.easting,
        northing=mast.northing,
        tx_height_m=TX_HEIGHT_M,
        rx_height_m=RX_HEIGHT_M,
        frequencies_mhz=(FREQUENCY_MHZ,),
        radius_m=radius_m,
        latitude_deg=LATITUDE,
        method="sweep",
    )


def errors(mast: Mast, radius_m: float, *, cells: int = CELLS_PER_MAST, seed: int = 1) -> Errors:
    """Compare random cells of one disc."""
    loss = sweep(mast, radius_m)
    cell_m = mast.terrain.grid.resolution_m
    task = DiscTask(
        mast.row, mast.col, cell_m / 1000.0, TX_HEIGHT_M, RX_HEIGHT_M, LATITUDE, 45.0, 325.0,
        50.0, 2,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    rows, cols = np.nonzero(loss.inside & ~np.isnan(loss.path_loss_db[0]))
    rows, cols = rows + loss.row0, cols + loss.col0
    far = np.hypot(rows + 0.5 - mast.row, cols + 0.5 - mast.col) * cell_m > NEAREST_M
    chosen = rng.choice(np.flatnonzero(far), cells, replace=False)
    turns = rng.uniform(0.0, 2.0 * math.pi, cells)
    height = np.ascontiguousarray(mast.terrain.height_amsl_m)
    scratch = [np.empty(2 * max(height.shape) + 10) for _ in range(3)]

    def exact(row: float, col: float) -> float:
        out = np.empty(1)
        exact_cell(
            height, np.empty((0, 0), np.float32), task, np.array([FREQUENCY_MHZ / 1000.0]),
            float(row), float(col), *scratch, out,
        )  # fmt: skip
        return float(out[0])

    at = [(rows[k], cols[k]) for k in chosen]
    moves = [(0.5 * math.sin(turn), 0.5 * math.cos(turn)) for turn in turns]
    return Errors(
        np.array([exact(row, col) for row, col in at]),
        np.array([loss.path_loss_db[0, r - loss.row0, c - loss.col0] for r, c in at], np.float64),
        np.array(
            [exact(r + down, c + right) for (r, c), (down, right) in zip(at, moves, strict=True)]
        ),
    )


def real_masts() -> Iterator[tuple[Mast, float]]:
    """Three masts on each real terrain that is at hand, with a radius."""
    for name, crs, cell_m, radius_m in REAL:
        file = SHARED / "data" / "terrain" / name
        if not file.exists():
            print(f"  {name}: not here")
            continue
        with rasterio.open(file) as source:
            west, south, east, north = transform_bounds(source.crs, crs, *source.bounds)
        middle = ((west + east) / 2.0, (south + north) / 2.0)
        reach = min(radius_m + 6_000.0, (east - west) / 2.1, (north - south) / 2.1)
        grid = Grid.from_bounds(
            middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach,
            crs=crs, resolution_m=cell_m,
        )  # fmt: skip
        within_m = min(radius_m, reach - 20 * cell_m)
        terrain = read_terrain([file], grid)
        for mast in masts(terrain, file.stem, radius_cells=math.ceil(within_m / cell_m)):
            yield mast, within_m


def line(name: str, found: Errors) -> str:
    """One row of the table."""
    words = [f"{name:28s}"]
    for other in (found.sweep, found.moved):
        size = np.abs(other - found.exact)
        known = ~np.isnan(size)
        flips = [
            100.0 * np.mean((other > t)[known] != (found.exact > t)[known]) for t in THRESHOLDS_DB
        ]
        p95, p99, most = np.percentile(size[known], [95, 99, 100])
        words.append(
            f"{size[known].mean():.3f} {p95:5.2f} {p99:5.2f} {most:5.1f}  "
            + "/".join(f"{flip:.2f}" for flip in flips)
        )
    return " | ".join(words)


def pooled(found: list[Errors]) -> Errors:
    return Errors(
        *(np.concatenate([getattr(e, name) for e in found]) for name in ("exact", "sweep", "moved"))
    )


def main() -> None:
    print(f"sweep against exact profiles, {CELLS_PER_MAST} random cells a mast, 0.8 GHz, 30 m mast")
    print(
        f"{'':28s} | error dB: mean p95 p99 max, flips % at {THRESHOLDS_DB} dB | half a cell away"
    )
    by_kind: dict[str, list[Errors]] = {}
    cases = [(mast, RADIUS_M) for mast in nine_masts()]
    for mast, radius_m in (*cases, *real_masts()):
        found = errors(mast, radius_m)
        by_kind.setdefault(mast.name.split()[0], []).append(found)
        print(line(mast.name, found))
    for kind, several in by_kind.items():
        print(line(f"{kind}: all masts", pooled(several)))
    print(line("all terrains", pooled([e for several in by_kind.values() for e in several])))


if __name__ == "__main__":
    main()
