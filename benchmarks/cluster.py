"""Path losses on workers of a local cluster: threads, one worker, two; the same bytes each time.

Four hundred sectors on a hundred and thirty-four masts in one invented province, ITU-R P.1812,
computed and stored. The time to start a cluster is told apart: it is paid once. Clock times are
what counts, on a machine that does nothing else. CPU times are printed beside them, which others
disturb less: what all processes spent together against one thread (work that a cluster adds), and
how much faster two workers would be if each had a core of its own (all that workers spend against
what the busiest process spends).

Each is done a few times, and the fastest counts: what else the machine does can only slow one down.

Usage: ``python -m benchmarks.cluster [--masts 134] [--radius-km 15] [--times 3]``.
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


@dataclasses.dataclass(frozen=True)
class Measured:
    """What the losses of all masts took."""

    clock_s: float
    own_cpu_s: float
    worker_cpu_s: tuple[float, ...]
    worker_rss: int
    digest: str

    @property
    def cpu_s(self) -> float:
        """CPU time of all processes."""
        return self.own_cpu_s + sum(self.worker_cpu_s)

    @property
    def alone_s(self) -> float:
        """CPU time of the busiest process: what the clock cannot go below."""
        return max(self.own_cpu_s, *self.worker_cpu_s, 0.0)


def worker_times() -> dict[int, float]:
    """CPU time of each process below this one."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        spent = process.cpu_times()
        found[process.pid] = spent.user + spent.system
    return found


def measured(study: Study, masts: list[Mast], cluster: Cluster | None, workers: int) -> Measured:
    """Compute and store the losses of all masts."""
    shutil.rmtree(study.output / "cache", ignore_errors=True)
    session = start(study, workers=workers, cluster=cluster)
    losses = LossMaps(session)
    # Terrain is read and machine code loaded before the clock runs.
    warm = [dataclasses.replace(m, antenna_height_m=11.0 + k) for k, m in enumerate(masts[:4])]
    list(losses.kept(warm))
    before, own, begun = worker_times(), time.process_time(), time.perf_counter()
    assert not any(losses.kept(masts)), "some were there already"
    clock, own_cpu = time.perf_counter() - begun, time.process_time() - own
    spent = tuple(after - before.get(pid, 0.0) for pid, after in worker_times().items())
    digest = hashlib.sha256()
    for loss in losses.maps(masts):
        digest.update(loss.path_loss_db.tobytes())
    most = max((p.memory_info().rss for p in psutil.Process().children(recursive=True)), default=0)
    return Measured(clock, own_cpu, spent, most, digest.hexdigest())


def fastest(
    study: Study, masts: list[Mast], cluster: Cluster | None, workers: int, times: int
) -> Measured:
    """The fastest of several computations, all with the same bytes."""
    found = [measured(study, masts, cluster, workers) for _ in range(times)]
    assert len({one.digest for one in found}) == 1, "two computations give different bytes"
    return min(found, key=lambda one: one.clock_s)


def loaded() -> str:
    """How busy the machine was, and how many cores it has."""
    return f"{psutil.getloadavg()[0]:.1f} processes ready on {psutil.cpu_count()} cores"


def main() -> None:
    """Measure and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--masts", type=int, default=134)
    parser.add_argument("--radius-km", type=float, default=15.0)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    print(f"before: {loaded()}")
    with tempfile.TemporaryDirectory() as folder:
        study = phusong.open_study(write_practice_study(Path(folder)))
        masts = masts_of(start(study).inputs.grid, asked.masts, asked.radius_km)
        print(
            f"{len(masts)} masts, {SECTORS_EACH * len(masts)} sectors, {asked.radius_km:g} km, "
            f"fastest of {asked.times}"
        )
        one = fastest(study, masts, None, 1, asked.times)
        print(f"one thread: {one.clock_s:.1f} s, CPU {one.cpu_s:.1f} s")
        threads = fastest(study, masts, None, available_cores(), asked.times)
        print(
            f"{available_cores()} threads: {threads.clock_s:.1f} s, "
            f"x {one.clock_s / threads.clock_s:.2f}; CPU {threads.cpu_s:.1f} s"
        )
        assert threads.digest == one.digest
        found = {}
        for workers in (1, 2):
            begun = time.perf_counter()
            with cluster_at("local", workers=workers) as cluster:
                started = time.perf_counter() - begun
                found[workers] = fastest(study, masts, cluster, 1, asked.times)
            here = found[workers]
            assert here.digest == one.digest, "a cluster gives other bytes"
            print(
                f"{workers} worker(s): {here.clock_s:.1f} s, started in {started:.1f} s, "
                f"{here.worker_rss / 1e9:.2f} GB each at most; CPU: workers "
                f"{sum(here.worker_cpu_s):.1f} s, this process {here.own_cpu_s:.1f} s"
            )
        two = found[2]
        print(f"two workers against one: x {found[1].clock_s / two.clock_s:.2f} (asked for: 1.8)")
        print(
            f"  with a core for each, by CPU time: x {sum(found[1].worker_cpu_s) / two.alone_s:.2f}"
        )
        overhead = found[1].clock_s / one.clock_s - 1
        print(f"one worker against one thread: {overhead:+.0%} (at most 10 %)")
        print(f"  all processes, by CPU time: {found[1].cpu_s / one.cpu_s - 1:+.0%}")
    print(f"after: {loaded()}")


if __name__ == "__main__":
    main()
