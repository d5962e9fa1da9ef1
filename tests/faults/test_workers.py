"""A process that works for a run is killed, and a task that cannot be done: told, and mended."""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from forked import Nursery
from synthetic import Region
from wholeness import assert_nothing_half_is_taken_for_whole, small_region


def kernel_of(run: psutil.Process) -> psutil.Process:
    """Wait for the process that executes a notebook; libraries start others for a moment."""
    while run.status() != psutil.STATUS_ZOMBIE:
        for child in run.children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if any("ipykernel" in word for word in child.cmdline()):
                    return child
        time.sleep(0.01)
    pytest.fail("the run ended without executing a notebook")


def test_the_process_of_a_notebook_is_killed(
    tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None]
) -> None:
    """The only process beside its own that a run on one machine starts."""
    region = small_region(tmp_path / "r")
    waits = "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.05)"
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None,
        "source": waits,
    }  # fmt: skip
    notebook = region.folder / "notebooks" / "00_waits.ipynb"
    notebook.parent.mkdir()
    facts = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    notebook.write_text(json.dumps(facts), encoding="utf-8")
    run = nursery.start("run", region.study)
    kernel_of(psutil.Process(run.pid)).kill()
    ended = run.wait()
    assert ended.status == 2, ended.stderr
    assert "00_waits.ipynb: a cell took more than" in ended.stderr
    assert "or ended its process (" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert_nothing_half_is_taken_for_whole(region)
    rerun(region)


def test_a_mast_that_needs_more_memory_than_there_is(
    tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None]
) -> None:
    """Named; what the others gave is kept, and is not computed again."""
    region = small_region(tmp_path / "r")
    ended = nursery.run("run", region.study, "--no-notebooks", fault="stoppers:third_mast_too_big")
    assert ended.status == 2
    told = ended.stderr.splitlines()[-1]
    assert told.startswith("error: the mast at easting 40")
    assert "does not fit into memory; use fewer workers" in told
    kept = sorted((region.output / "cache").rglob("*.tif"))
    assert len(kept) >= 4
    times = [file.stat().st_mtime_ns for file in kept]
    rerun(region)
    assert [file.stat().st_mtime_ns for file in kept] == times


def test_memory_that_ends_elsewhere(tmp_path: Path, nursery: Nursery) -> None:
    region = small_region(tmp_path / "r")
    ended = nursery.run("run", region.study, "--no-notebooks", fault="stoppers:no_memory_left")
    assert ended.status == 2
    assert ended.stderr.splitlines()[-1].startswith("error: out of memory; use fewer workers")
