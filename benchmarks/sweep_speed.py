"""CPU time of the sweep, against a literal loop over cells, further work, and its own growth.

Rivals and floors, all in one run: the same equations on every cell's own profile (exact mode,
a sample of cells), a sweep without what is added (bands, sectors, clutter, time percentages),
growth with the area, and perfect use of the cores. Compilation is left out.
"""

import os
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import llvmlite.binding
import numpy as np

from benchmarks.terrain import Mast, nine_masts
from phusong.analysis.reach import sector_level_dbm
from phusong.geo.network import Sector
from phusong.kernels.exact_disc import DiscTask, exact_rows
from phusong.models.loss_map import LossMap, p1812_loss_map

RADIUS_M = 30_000.0
TX_HEIGHT_M, RX_HEIGHT_M, LATITUDE = 30.0, 1.5, 22.0
BAND_MHZ, BANDS_MHZ = (800.0,), (800.0, 1800.0, 2600.0)
TRIALS = 3
EXACT_CELLS = 1000
RADII_M = (5_000.0, 10_000.0, 15_000.0, 20_000.0, 30_000.0)


def vector_width() -> str:
    """Widest vectors that the machine has, in bits."""
    features = llvmlite.binding.get_host_cpu_features()
    if features.get("avx512f"):
        return "512 (AVX-512)"
    if features.get("avx2"):
        return "256 (AVX2)"
    return "128"


def sweep(mast: Mast, **changes: Any) -> LossMap:
    conditions: dict[str, Any] = {
        "easting": mast.easting,
        "northing": mast.northing,
        "tx_height_m": TX_HEIGHT_M,
        "rx_height_m": RX_HEIGHT_M,
        "frequencies_mhz": BAND_MHZ,
        "radius_m": RADIUS_M,
        "latitude_deg": LATITUDE,
        "method": "sweep",
        "threads": 1,
    }
    return p1812_loss_map(mast.terrain, **(conditions | changes))


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Least time of several trials: what disturbs a run only adds to it."""
    times = []
    for _ in range(TRIALS):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def per_million(mast: Mast, **changes: Any) -> float:
    """CPU seconds for a million cells."""
    cells = int(sweep(mast, **changes).inside.sum())
    return 1e6 * seconds(lambda: sweep(mast, **changes)) / cells


def exact_per_million(mast: Mast, loss: LossMap) -> float:
    """CPU seconds for a million cells on their own profiles, from a sample of them."""
    chosen = np.random.default_rng(1).choice(
        np.flatnonzero(loss.inside), EXACT_CELLS, replace=False
    )
    sample = np.zeros(loss.inside.shape, dtype=np.bool_)
    sample.flat[chosen] = True
    height = np.ascontiguousarray(mast.terrain.height_amsl_m)
    height.setflags(write=False)
    none = np.empty((0, 0), np.float32)
    none.setflags(write=False)
    cell_km = mast.terrain.grid.resolution_m / 1000.0
    task = DiscTask(
        mast.row, mast.col, cell_km, TX_HEIGHT_M, RX_HEIGHT_M, LATITUDE, 45.0, 325.0, 50.0, 2
    )
    path_loss, elevation = np.empty((1, *sample.shape), np.float32), np.empty_like(sample, "f4")
    frequencies = np.array(BAND_MHZ) / 1000.0

    def work() -> None:
        exact_rows(
            height, none, task, frequencies, loss.row0, loss.col0, 0, sample.shape[0],
            sample, path_loss, elevation,
        )  # fmt: skip

    work()
    return 1e6 * seconds(work) / EXACT_CELLS


def sector(mast: Mast) -> Sector:
    return Sector(
        site_id="S", sector_id="1", operator="A", technology="LTE", latitude=LATITUDE,
        longitude=105.0, easting=mast.easting, northing=mast.northing, mast_height_m=35.0,
        antenna_height_m=TX_HEIGHT_M, frequency_mhz=BAND_MHZ[0], bandwidth_mhz=10.0,
        eirp_dbm=60.0, azimuth_deg=70.0, electrical_tilt_deg=4.0, mechanical_tilt_deg=0.0,
        horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=8.0, status="existing",
    )  # fmt: skip


def clutter(mast: Mast) -> np.ndarray:
    """Classes in patches of some hundred metres."""
    classes = np.array([0.0, 0.0, 0.0, 10.0, 15.0, 20.0], np.float32)
    rows, cols = (-(-size // 8) for size in mast.terrain.grid.shape)
    patches = np.random.default_rng(2).choice(classes, (rows, cols))
    whole = patches.repeat(8, axis=0).repeat(8, axis=1)
    return whole[: mast.terrain.grid.shape[0], : mast.terrain.grid.shape[1]]


def memory(mast: Mast) -> float:
    """Most that is allocated beside terrain and result, in float32 windows of the terrain."""
    tracemalloc.start()
    loss = sweep(mast)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    result = loss.path_loss_db.nbytes + loss.tx_elevation_mrad.nbytes + loss.inside.nbytes
    return (most - result) / loss.tx_elevation_mrad.nbytes


def report_masts() -> Mast:
    """Print the time of every mast; one of them for everything else."""
    times, ratios = [], []
    kept = None
    for mast in nine_masts():
        loss = sweep(mast)
        times.append(per_million(mast))
        ratios.append(exact_per_million(mast, loss) / times[-1])
        print(
            f"    {mast.name:16s} {times[-1]:.3f}   literal loop takes {ratios[-1]:.0f} times that"
        )
        kept = mast if mast.name == "hills slope" else kept
    print(
        f"  median {statistics.median(times):.3f}; literal loop over cells (a sample of "
        f"{EXACT_CELLS}) median {statistics.median(ratios):.0f} times as slow (bar 50)"
    )
    assert kept is not None
    return kept


def report_further_work(mast: Mast) -> None:
    """Print what bands, sectors, clutter and time percentages add."""
    one = per_million(mast)
    further = (per_million(mast, frequencies_mhz=BANDS_MHZ) - one) / (len(BANDS_MHZ) - 1)
    loss = sweep(mast)
    cells = int(loss.inside.sum())
    antenna = sector(mast)
    level = 1e6 * seconds(lambda: sector_level_dbm(loss, antenna, eirp_dbm=40, entry_loss_db=3))
    print(f"  on {mast.name}: {one:.3f}; in multiples of that:")
    print(f"    a further band {further / one:.3f} (bar 0.20)")
    print(f"    level and pattern of a sector, no sweep {level / cells / one:.3f}")
    print(
        f"    with clutter {per_million(mast, clutter_height_m=clutter(mast)) / one:.2f} (bar 1.6)"
    )
    for p in (10.0, 1.0):
        share = per_million(mast, time_percent=p) / one
        print(f"    not exceeded for {p:g} % of the time {share:.2f}")


def report_growth(mast: Mast) -> None:
    """Print the exponent of the radius, use of cores, and memory."""
    times = [seconds(lambda r=radius: sweep(mast, radius_m=r)) for radius in RADII_M]
    slope = np.polyfit(np.log(RADII_M), np.log(times), 1)[0]
    print(f"  time grows as R^{slope:.2f} from {RADII_M[0]:.0f} to {RADII_M[-1]:.0f} m (floor 2)")
    cores = len(os.sched_getaffinity(0))
    alone = seconds(lambda: sweep(mast), time.perf_counter)
    together = seconds(lambda: sweep(mast, threads=cores), time.perf_counter)
    print(f"  wall time on {cores} cores {alone / together:.2f} times faster (floor {cores})")
    print(f"  memory beside terrain and result: {memory(mast):.2f} windows in float32 (bar 3)")


def main() -> None:
    print(f"sweep over {RADIUS_M / 1000:.0f} km of 30 m cells, p = 50 %, one thread")
    print(f"  vectors of {vector_width()} bits")
    print("  CPU s per million cells (bar 0.12 with AVX-512, 0.16 with AVX2):")
    mast = report_masts()
    report_further_work(mast)
    report_growth(mast)


if __name__ == "__main__":
    main()
