"""A run that is stopped at any moment goes on to the same result, and takes no half for whole."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from phusong.pipeline.api import open_study
from phusong.pipeline.begin import start
from phusong.pipeline.run import run_study
from phusong.store import files
from phusong.store.files import remove_leftovers, sha256_of
from runs import digests, finished, invoke, run_here, started
from synthetic import Region, write_region

STEPS = ("reach/", "gaps/", "plan/", "maps/")
"""Products that do not depend on whether notebooks are run as well."""


def results(region: Region) -> dict[str, str]:
    return {name: sha for name, sha in digests(region.output).items() if name.startswith(STEPS)}


def leftovers(region: Region) -> list[Path]:
    return [file for file in region.output.rglob("*") if ".part" in file.name]


def files_written(region: Region) -> int:
    return sum(not name.name.startswith(".") for name in region.output.rglob("*.*"))


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """However slowly the machine works; the limit of every test ends one that hangs."""
    while process.poll() is None and not happened():
        time.sleep(0.002)


def assert_nothing_half_is_taken_for_whole(region: Region) -> None:
    """Every file that the manifest or a seal vouches for is what they say."""
    session = start(open_study(region.study))
    for step in ("reach", "service", "gaps", "plan", "report"):
        found = session.manifest.step(step)
        for name, sha in found.outputs.items() if found else ():
            assert sha256_of(region.output / name) == sha, name
    for seal in (region.output / "cache").rglob("*.sha256"):
        if not seal.name.startswith("."):
            assert sha256_of(seal.with_suffix("")) == seal.read_text(encoding="ascii")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_ends_as_an_undisturbed_one(tmp_path: Path, first_run: Region) -> None:
    chance = random.Random(20)
    region = write_region(tmp_path / "Dự án sóng")
    kills = 0
    for _ in range(4):
        already, more = files_written(region), chance.randint(1, 20)
        pause = chance.uniform(0.0, 0.05)
        process = started(
            "run", region.study, "--no-notebooks", "--workers", str(chance.randint(1, 2)),
            cwd=tmp_path,
        )  # fmt: skip
        wait_until(lambda: files_written(region) >= already + more, process)  # noqa: B023 — used at once
        time.sleep(pause)
        process.kill()
        kills += finished(process).returncode == -signal.SIGKILL
        assert_nothing_half_is_taken_for_whole(region)
    assert kills >= 3, "the run was over before it could be killed"
    run_here(region)
    assert leftovers(region) == []
    expected = results(first_run)
    assert results(region) == {name: expected[name] for name in results(region)}
    assert results(region).keys() == expected.keys()
    assert invoke("verify", region.output).exit_code == 0


class PowerCut(BaseException):
    """No handler of errors may survive it, as none survives a kill."""


def test_a_cut_at_any_write_loses_no_finished_work(
    tmp_path: Path, first_run: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut before a file gets its name, again and again, until a run comes through."""
    region = write_region(tmp_path / "r")
    left, cuts = 0, 0

    def fsync(handle: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerCut

    monkeypatch.setattr(files.os, "fsync", fsync)
    while True:
        left = 9 * (cuts + 1)  # a step is one piece: at last the cut comes after its last write
        try:
            run_study(open_study(region.study), workers=1, with_notebooks=False)
        except PowerCut:
            cuts += 1
            assert_nothing_half_is_taken_for_whole(region)
        else:
            break
    assert cuts >= 3, f"only {cuts} cuts"
    expected = results(first_run)
    assert results(region) == expected


def test_leftovers_and_damage_are_cleared_away(tmp_path: Path, first_run: Region) -> None:
    """What a kill, a full disk or a careless hand can leave: the next run puts it right."""
    region = write_region(tmp_path / "r")
    run_here(region)
    rasters = sorted((region.output / "reach").rglob("*.tif"))
    losses = sorted((region.output / "cache").rglob("*.tif"))
    rest = rasters[0].with_name(".any-lte-level-abc123.part.tif")
    rest.write_bytes(rasters[0].read_bytes()[:100])
    rasters[1].write_bytes(rasters[1].read_bytes()[:-7])
    losses[0].write_bytes(b"")
    losses[1].unlink()
    losses[2].with_name(losses[2].name + ".sha256").unlink()
    (region.output / "gaps" / "communes.csv").unlink()
    result = run_here(region)
    assert "reach: computed" in result.stdout
    assert "gaps: computed" in result.stdout
    assert not rest.exists()
    assert results(region) == results(first_run)
    assert remove_leftovers(region.output) == 0


def test_what_a_changed_study_no_longer_makes_is_removed(tmp_path: Path) -> None:
    """An operator that goes takes its rasters along: no stale layer beside new ones."""
    region = write_region(tmp_path / "r")
    run_here(region)
    folder = region.output / "reach" / "p1812" / "outdoor"
    assert (folder / "mang-b-lte-level.tif").is_file()
    text = region.study.read_text(encoding="utf-8").replace('"mang-b"', '"mang-moi"')
    region.study.write_text(text, encoding="utf-8", newline="\n")
    run_here(region)
    assert not (folder / "mang-b-lte-level.tif").exists()
    assert (folder / "mang-moi-lte-level.tif").is_file()
    assert invoke("verify", region.output).exit_code == 0


# Ctrl-C


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C in another way")
def test_ctrl_c_stops_with_a_message_and_goes_on_later(tmp_path: Path, first_run: Region) -> None:
    region = write_region(tmp_path / "Dự án sóng")
    process = started("run", region.study, "--no-notebooks", "--workers", "2", cwd=tmp_path)
    wait_until(lambda: files_written(region) >= 6, process)
    os.kill(process.pid, signal.SIGINT)
    result = finished(process)
    assert result.returncode == 130
    assert result.stdout == ""
    assert result.stderr == "stopped; run the same command again to go on from here\n"
    assert leftovers(region) == []
    assert_nothing_half_is_taken_for_whole(region)
    again = run_here(region)
    assert ", 0 reused" not in again.stdout.splitlines()[0]
    assert results(region) == results(first_run)
