"""Killed without warning at random moments: a rerun ends with the bytes of an undisturbed run."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from forked import Fork, Nursery
from phusong.pipeline.api import open_study
from synthetic import Region
from wholeness import (
    assert_nothing_half_is_taken_for_whole,
    leftovers,
    results,
    small_region,
    work_of,
)

KILLS = int(os.environ.get("PHUSONG_SOAK", "20"))
"""Kills over the small study: 20 by default, 200 by ``make soak``."""
PRACTICE_KILLS = int(os.environ.get("PHUSONG_SOAK_PRACTICE", "0"))
"""Kills over the practice study: none by default, 10 by ``make soak``."""
UNTIL_S = 120.0
"""Longest wait for a run to go on; a limit for broken runs, not a measurement."""


def kill_after(run: Fork, cpu_s: float) -> float | None:
    """Kill a run once it has worked for so long; what it worked when it ended before [s]."""
    process, end, before = psutil.Process(run.pid), time.monotonic() + UNTIL_S, -1.0
    while time.monotonic() < end:
        ended = process.status() == psutil.STATUS_ZOMBIE  # it is one until it is waited for
        used = process.cpu_times()
        worked = used.user + used.system
        if ended:
            return worked
        if worked >= cpu_s:
            os.kill(run.pid, signal.SIGKILL)
            return None
        if worked > before:
            before, end = worked, time.monotonic() + UNTIL_S
        time.sleep(0.003)
    pytest.fail("the run neither works nor ends")


def killed_in(run: Fork, region: Region, cpu_s: float) -> float | None:
    """Kill a run at a moment; None when it was, else what it worked to its end [s]."""
    worked = kill_after(run, cpu_s)
    status = run.wait().status
    assert_nothing_half_is_taken_for_whole(region)
    if status == -signal.SIGKILL:
        return None
    assert status == 0
    return cpu_s if worked is None else worked  # it ended just as the signal was sent


@pytest.mark.timeout(0 if KILLS > 20 else 1200)
def test_kills_at_random_moments(
    tmp_path: Path,
    nursery: Nursery,
    whole_cpu_s: float,
    rerun: Callable[[Region], None],
) -> None:
    """A moment is a share of a run's work; a machine that gets faster ends some before theirs.

    How much work that is was then measured anew, and another run takes its place.
    """
    chance = random.Random(64)
    killed = 0
    for number in range(2 * KILLS):
        region = small_region(tmp_path / f"{number}")
        workers = str(chance.randint(1, 2))
        run = nursery.start("run", region.study, "--no-notebooks", "--workers", workers)
        worked = killed_in(run, region, chance.uniform(0.0, 0.98 * whole_cpu_s))
        rerun(region)
        assert leftovers(region) == []
        if worked is not None:
            whole_cpu_s = worked
        else:
            killed += 1
            if killed == KILLS:
                break
    assert killed == KILLS, f"only {killed} of {2 * KILLS} were killed before their end"


if PRACTICE_KILLS:

    @pytest.mark.timeout(0)
    def test_kills_of_the_practice_study(tmp_path: Path, nursery: Nursery) -> None:
        def practice(name: str) -> Region:
            folder = tmp_path / name
            assert nursery.run("demo", "data", cwd=str(made(folder))).status == 0
            study = folder / "data" / "demo.toml"
            return Region(folder, study, open_study(study).output)

        undisturbed = practice("undisturbed")
        run = nursery.start("run", undisturbed.study, "--no-notebooks", "--workers", "1")
        whole = work_of(run)
        expected = results(undisturbed)
        chance = random.Random(10)
        for number in range(PRACTICE_KILLS):
            region = practice(f"{number}")
            run = nursery.start("run", region.study, "--no-notebooks")
            assert killed_in(run, region, chance.uniform(0.02, 0.95) * whole) is None
            ended = nursery.run("run", region.study, "--no-notebooks")
            assert ended.status == 0, ended.stderr
            assert results(region) == expected
            shutil.rmtree(region.folder)


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
