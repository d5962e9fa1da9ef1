"""Path losses on workers of a local cluster: threads, one worker, two; the same bytes each time.

Four hundred sectors on a hundred and thirty-four masts in one invented province, ITU-R P.1812. The
time to start a cluster is told apart: it is paid once. CPU that others use falsifies the ratios, so
run it on a machine that does nothing else.

Usage: ``python -m benchmarks.cluster [--masts 134] [--radius-km 15]``.
"""

import argparse
import dataclasses
import hashlib
import shutil
import tempfile
import time
from pathlib import Path

import psutil

import phusong
from phusong.cluster import Cluster, cluster_at
from phusong.engine import available_cores
from phusong.pipeline.begin import start
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.practice import write_practice_study
from phusong.study import Study

SECTORS_EACH = 3
FREQUENCIES_MHZ = (900.0, 1800.0)


def masts_of(grid: object, count: int, radius_km: float) -> list[Mast]:
    """Masts on a lattice over the frame, the same each time."""
    west, south, east, north = grid.bounds  # type: ignore[attr-defined]
    found = []
    for number in range(count):
        share = (number * 0.6180339887 % 1.0, number * 0.7548776662 % 1.0)
        x = west + (0.05 + 0.9 * share[0]) * (east - west)
        y = south + (0.05 + 0.9 * share[1]) * (north - south)
        found.append(Mast(x, y, 30.0 + number % 20, FREQUENCIES_MHZ, 1000.0 * radius_km))
    return found


def measured(
    study: Study, masts: list[Mast], cluster: Cluster | None, workers: int
) -> tuple[float, str, int]:
    """Seconds, a digest of every loss, and the most memory of a worker [byte]."""
    shutil.rmtree(study.output / "cache", ignore_errors=True)
    session = start(study, workers=workers, cluster=cluster)
    losses = LossMaps(session)
    # Terrain is read and machine code loaded before the clock runs.
    warm = [dataclasses.replace(m, antenna_height_m=11.0 + k) for k, m in enumerate(masts[:4])]
    list(losses.maps(warm))
    digest, begun = hashlib.sha256(), time.perf_counter()
    for loss in losses.maps(masts):
        digest.update(loss.path_loss_db.tobytes())
    seconds = time.perf_counter() - begun
    most = max((p.memory_info().rss for p in psutil.Process().children(recursive=True)), default=0)
    return seconds, digest.hexdigest(), most


def main() -> None:
    """Measure and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--masts", type=int, default=134)
    parser.add_argument("--radius-km", type=float, default=15.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = phusong.open_study(write_practice_study(Path(folder)))
        masts = masts_of(start(study).inputs.grid, asked.masts, asked.radius_km)
        print(f"{len(masts)} masts, {SECTORS_EACH * len(masts)} sectors, {asked.radius_km:g} km")
        one_thread, wanted, _ = measured(study, masts, None, 1)
        print(f"one thread: {one_thread:.1f} s")
        threads, digest, _ = measured(study, masts, None, available_cores())
        print(f"{available_cores()} threads: {threads:.1f} s, x {one_thread / threads:.2f}")
        assert digest == wanted
        times = {}
        for workers in (1, 2):
            begun = time.perf_counter()
            with cluster_at("local", workers=workers) as cluster:
                started = time.perf_counter() - begun
                times[workers], digest, memory = measured(study, masts, cluster, 1)
            assert digest == wanted, "a cluster gives other bytes"
            print(
                f"{workers} worker(s): {times[workers]:.1f} s, started in {started:.1f} s, "
                f"{memory / 1e9:.2f} GB each at most"
            )
        print(f"two workers against one: x {times[1] / times[2]:.2f} (asked for: 1.8)")
        print(f"one worker against one thread: {times[1] / one_thread - 1:+.0%} (at most 10 %)")


if __name__ == "__main__":
    main()
