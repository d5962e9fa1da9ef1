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


def kill_after(run: Fork, cpu_s: float) -> bool:
    """Kill a run once it has worked for so long, whatever else the machine does."""
    process, end, before = psutil.Process(run.pid), time.monotonic() + UNTIL_S, -1.0
    while time.monotonic() < end:
        try:
            used = process.cpu_times()
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
        except psutil.NoSuchProcess:
            return False
        worked = used.user + used.system
        if worked >= cpu_s:
            os.kill(run.pid, signal.SIGKILL)
            return True
        if worked > before:
            before, end = worked, time.monotonic() + UNTIL_S
        time.sleep(0.003)
    pytest.fail("the run neither works nor ends")


@pytest.mark.timeout(0 if KILLS > 20 else 600)
def test_kills_at_random_moments(
    tmp_path: Path,
    nursery: Nursery,
    whole_cpu_s: float,
    rerun: Callable[[Region], None],
) -> None:
    chance = random.Random(64)
    killed = 0
    for number in range(KILLS):
        region = small_region(tmp_path / f"{number}")
        workers = str(chance.randint(1, 2))
        run = nursery.start("run", region.study, "--no-notebooks", "--workers", workers)
        kill_after(run, chance.uniform(0.0, 0.98 * whole_cpu_s))
        killed += run.wait().status == -signal.SIGKILL
        assert_nothing_half_is_taken_for_whole(region)
        rerun(region)
        assert leftovers(region) == []
    assert killed >= 0.8 * KILLS, f"only {killed} of {KILLS} were killed before their end"


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
            kill_after(run, chance.uniform(0.02, 0.95) * whole)
            assert run.wait().status == -signal.SIGKILL
            assert_nothing_half_is_taken_for_whole(region)
            ended = nursery.run("run", region.study, "--no-notebooks")
            assert ended.status == 0, ended.stderr
            assert results(region) == expected
            shutil.rmtree(region.folder)


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
