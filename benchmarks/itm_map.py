"""ITM over a map: error of shared radials against exact profiles, beside ITM's own noise; time.

The noise is the same exact loss with the receiver half a cell away: ITM jumps with small
changes of its profile, so an error well below that says nothing about the ground.
"""

import math
import platform
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.terrain import Mast, nine_masts
from phusong.kernels.itm import Link, point_to_point
from phusong.kernels.itm_map import ItmDisc, sample_line
from phusong.models.itm import ItmConditions, kernel_link
from phusong.models.itm_map import ItmMethod, itm_loss_map
from phusong.models.loss_map import LossMap

RADIUS_M = 30_000.0
EXACT_RADIUS_M = 10_000.0
NEAREST_M = 600.0
CELLS_PER_MAST = 2000
THRESHOLDS_DB = (130.0, 140.0, 150.0, 160.0)
TX_HEIGHT_M, RX_HEIGHT_M, FREQUENCY_MHZ = 30.0, 1.5, 800.0


@dataclass(frozen=True)
class Losses:
    """Losses of the same cells: exact, along radials, and exact half a cell away."""

    exact: NDArray[np.float64]
    radial: NDArray[np.float64]
    moved: NDArray[np.float64]


def itm_map(mast: Mast, radius_m: float, *, method: ItmMethod = "radial", step: int = 1) -> LossMap:
    return itm_loss_map(
        mast.terrain,
        easting=mast.easting,
        northing=mast.northing,
        tx_height_m=TX_HEIGHT_M,
        rx_height_m=RX_HEIGHT_M,
        frequencies_mhz=(FREQUENCY_MHZ,),
        radius_m=radius_m,
        method=method,
        step=step,
    )


def timed(
    mast: Mast, radius_m: float, *, method: ItmMethod = "radial", step: int = 1
) -> tuple[LossMap, float]:
    start = time.process_time()
    loss = itm_map(mast, radius_m, method=method, step=step)
    return loss, time.process_time() - start


def exact_loss_db(
    height: NDArray[np.float32], disc: ItmDisc, link: Link, down: float, right: float
) -> float:
    """Loss to a point down and right of the mast, on its own profile of at most one cell a step."""
    distance = math.hypot(down, right)
    n = math.ceil(distance - 1e-9)
    z = np.empty(n + 1)
    assert sample_line(height, disc, down, right, n, z)
    step_m = distance * disc.cell_m / n
    return float(point_to_point(z, step_m, disc.h_1_m, disc.h_2_m, link).L_db)


def losses(mast: Mast, loss: LossMap, *, seed: int = 1) -> Losses:
    """Random cells of one map."""
    cell_m = mast.terrain.grid.resolution_m
    disc = ItmDisc(mast.row, mast.col, cell_m, TX_HEIGHT_M, RX_HEIGHT_M)
    link = kernel_link(FREQUENCY_MHZ, ItmConditions())
    rows, cols = np.nonzero(loss.inside)
    down = rows + loss.row0 + 0.5 - mast.row
    right = cols + loss.col0 + 0.5 - mast.col
    far = np.flatnonzero(np.hypot(down, right) * cell_m > NEAREST_M)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(far, CELLS_PER_MAST, replace=False)
    turns = rng.uniform(0.0, 2.0 * math.pi, CELLS_PER_MAST)
    height = np.ascontiguousarray(mast.terrain.height_amsl_m)
    height.setflags(write=False)

    def exact(k: int, away: float, turn: float) -> float:
        at = (down[k] + away * math.sin(turn), right[k] + away * math.cos(turn))
        return exact_loss_db(height, disc, link, float(at[0]), float(at[1]))

    return Losses(
        np.array([exact(k, 0.0, 0.0) for k in chosen]),
        loss.path_loss_db[0, rows[chosen], cols[chosen]].astype(np.float64),
        np.array([exact(k, 0.5, turn) for k, turn in zip(chosen, turns, strict=True)]),
    )


def line(name: str, found: Losses) -> str:
    """One row of the table."""
    words = [f"{name:18s}"]
    for other in (found.radial, found.moved):
        size = np.abs(other - found.exact)
        flips = [100.0 * np.mean((other > t) != (found.exact > t)) for t in THRESHOLDS_DB]
        rms, (p95, most) = math.sqrt(np.mean(size**2)), np.percentile(size, [95, 100])
        words.append(
            f"{size.mean():.2f} {rms:5.2f} {p95:5.2f} {most:5.1f}  "
            + "/".join(f"{flip:.2f}" for flip in flips)
        )
    return " | ".join(words)


def main() -> None:
    print(f"ITM over a map on {platform.processor() or platform.machine()}, one thread")
    print(f"{CELLS_PER_MAST} random cells a mast, {FREQUENCY_MHZ:g} MHz, {TX_HEIGHT_M:g} m mast")
    print(f"{'':18s} | dB: mean rms p95 max, flips % at {THRESHOLDS_DB} | half a cell away")
    seconds, thirds, ratios = [], [], []
    for mast in nine_masts():
        itm_map(mast, 900.0)  # compile
        itm_map(mast, 900.0, method="exact")
        loss, cpu = timed(mast, RADIUS_M)
        _, third = timed(mast, RADIUS_M, step=3)
        _, cpu_near = timed(mast, EXACT_RADIUS_M)
        _, cpu_exact = timed(mast, EXACT_RADIUS_M, method="exact")
        seconds.append(1e6 * cpu / loss.inside.sum())
        thirds.append(third / cpu)
        ratios.append(cpu_exact / cpu_near)
        print(line(mast.name, losses(mast, loss)))
    print(f"{RADIUS_M / 1000:g} km: median {np.median(seconds):.2f} CPU s per million cells")
    print(f"every third cell takes {np.median(thirds):.2f} of that")
    near_km = EXACT_RADIUS_M / 1000
    print(f"exact profiles take {np.median(ratios):.1f} times the radials at {near_km:g} km")


if __name__ == "__main__":
    main()
