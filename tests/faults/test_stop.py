"""Ctrl-C at any moment: status 130, one line that says how to go on, nothing half-written."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from forked import Fork, Nursery
from runs import clean_environment, command
from synthetic import Region
from wholeness import assert_nothing_half_is_taken_for_whole, leftovers, small_region

SAID = "stopped; run the same command again to go on from here\n"
STOPS = 8


def stop_after(run: Fork, cpu_s: float, *, times: int = 1) -> None:
    process = psutil.Process(run.pid)
    began = process.cpu_times()
    while process.status() != psutil.STATUS_ZOMBIE:
        used = process.cpu_times()
        if used.user + used.system - began.user - began.system >= cpu_s:
            for _ in range(times):
                os.kill(run.pid, signal.SIGINT)
                time.sleep(0.02)
            return
        time.sleep(0.002)


def test_at_random_moments(
    tmp_path: Path, nursery: Nursery, whole_cpu_s: float, rerun: Callable[[Region], None]
) -> None:
    """One study, stopped again and again on its way, by one thread and by two."""
    chance = random.Random(130)
    region = small_region(tmp_path / "Dự án sóng")
    stopped = 0
    for number in range(STOPS):
        workers = str(1 + number % 2)
        run = nursery.start("run", region.study, "--no-notebooks", "--workers", workers)
        stop_after(run, chance.uniform(0.0, 0.15 * whole_cpu_s))
        ended = run.wait()
        if ended.status == 0:
            break
        stopped += 1
        assert (ended.status, ended.stdout, ended.stderr) == (130, "", SAID)
        assert leftovers(region) == []
        assert_nothing_half_is_taken_for_whole(region)
    assert stopped >= 3, f"stopped only {stopped} times"
    rerun(region)


def test_pressed_twice(tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None]) -> None:
    """An impatient user gets no traceback either."""
    region = small_region(tmp_path / "r")
    run = nursery.start("run", region.study, "--no-notebooks", "--workers", "2")
    stop_after(run, 0.2, times=3)
    ended = run.wait()
    assert ended.status in {130, -signal.SIGINT}
    assert "Traceback" not in ended.stderr
    assert_nothing_half_is_taken_for_whole(region)
    rerun(region)


@pytest.mark.parametrize("fault", ["lost", "renamed", "called_bad_input"])
def test_in_code_that_does_not_let_it_through(
    tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None], fault: str
) -> None:
    """A library may drop Ctrl-C, or make a fault of it; the run stops all the same."""
    region = small_region(tmp_path / "r")
    run = ("run", region.study, "--no-notebooks", "--workers", "1")
    ended = nursery.run(*run, fault=f"stoppers:{fault}")
    assert (ended.status, ended.stdout, ended.stderr) == (130, "", SAID)
    assert leftovers(region) == []
    assert_nothing_half_is_taken_for_whole(region)
    if fault == "lost":
        rerun(region)


@pytest.mark.parametrize("arguments", [("doctor",), ("models",), ("check", "STUDY")])
def test_other_commands(tmp_path: Path, nursery: Nursery, arguments: tuple[str, ...]) -> None:
    region = small_region(tmp_path / "r")
    named = [str(region.study) if a == "STUDY" else a for a in arguments]
    run = nursery.start(*named, fault="stoppers:at_once")
    assert run.wait().status == 130


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_while_the_command_line_itself_is_loading() -> None:
    """From the first line of Phusong's own code on."""
    code = "import os, signal, sys\nfrom phusong.__main__ import main\n"
    code += "import stoppers\nstoppers.at_once()\nsys.argv = ['phusong', 'models']\nmain()"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean_environment(), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert ended.returncode == 130
    assert "Traceback" not in ended.stderr
    assert command("models")
