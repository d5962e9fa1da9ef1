"""Links in the output folder, a cache that two studies share, and a run that is put to sleep."""

import os
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest

from forked import Nursery
from wholeness import assert_nothing_half_is_taken_for_whole, results, small_region


def test_folders_of_the_results_on_another_disk(
    tmp_path: Path, nursery: Nursery, expected: dict[str, str]
) -> None:
    """A link to a folder is followed; what else lies there stays."""
    region = small_region(tmp_path / "r")
    region.output.mkdir()
    links = {region.output / name: tmp_path / f"đĩa {name}" for name in ("cache", "gaps")}
    for link, elsewhere in links.items():
        elsewhere.mkdir()
        (elsewhere / "mine.txt").write_text("mine", encoding="utf-8")
        link.symlink_to(elsewhere)
    ended = nursery.run("run", region.study, "--no-notebooks", "--workers", "1")
    assert ended.status == 0, ended.stderr
    assert_nothing_half_is_taken_for_whole(region)
    for link, elsewhere in links.items():
        assert link.is_symlink()
        assert (elsewhere / "mine.txt").read_text(encoding="utf-8") == "mine"
        link.unlink()
        (elsewhere / "mine.txt").unlink()
        shutil.move(elsewhere, link)
    assert results(region) == expected


@pytest.mark.parametrize("name", ["cache", "reach"])
def test_a_link_to_nowhere_is_named(tmp_path: Path, nursery: Nursery, name: str) -> None:
    region, link = small_region(tmp_path / "r"), tmp_path / "r" / "kết quả" / name
    region.output.mkdir()
    link.symlink_to(tmp_path / "nowhere")
    ended = nursery.run("run", region.study, "--no-notebooks", "--workers", "1")
    assert ended.status == 2, ended.stderr
    told = ended.stderr.splitlines()[-1]
    assert told.startswith(f"error: cannot write to {link}")
    assert f"{link} is a link to {tmp_path / 'nowhere'}, which is not there" in told
    assert told.endswith("make that folder, remove the link, or choose another output")
    assert link.is_symlink()


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path, nursery: Nursery) -> None:
    region = small_region(tmp_path / "r")
    region.output.mkdir()
    (region.output / "cache").write_text("mine", encoding="utf-8")
    ended = nursery.run("run", region.study, "--no-notebooks", "--workers", "1")
    assert ended.status == 2, ended.stderr
    told = ended.stderr.splitlines()[-1]
    assert f"{region.output / 'cache'} is a file where a folder is needed" in told
    assert (region.output / "cache").read_text(encoding="utf-8") == "mine"


def test_two_studies_with_one_cache_at_once(
    tmp_path: Path, nursery: Nursery, expected: dict[str, str]
) -> None:
    """Both compute and keep the same path losses under the same names at the same time."""
    shared = tmp_path / "cache"
    shared.mkdir()
    regions = [small_region(tmp_path / name) for name in ("a", "b")]
    for region in regions:
        region.output.mkdir()
        (region.output / "cache").symlink_to(shared)
    options = ("--no-notebooks", "--workers", "2")
    runs = [nursery.start("run", region.study, *options) for region in regions]
    ended = [run.wait() for run in runs]
    assert [end.status for end in ended] == [0, 0], [end.stderr for end in ended]
    for region in regions:
        assert results(region) == expected
    assert not [file for file in shared.rglob("*") if ".part" in file.name]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="the system cannot stop a process")
def test_a_run_that_is_put_to_sleep_and_woken(
    tmp_path: Path, nursery: Nursery, expected: dict[str, str]
) -> None:
    """As by a lid that closes: it goes on where it was, and others are kept out meanwhile."""
    region = small_region(tmp_path / "r")
    run = nursery.start("run", region.study, "--no-notebooks", "--workers", "2")
    process = psutil.Process(run.pid)
    naps = 0
    while process.status() != psutil.STATUS_ZOMBIE and naps < 3:
        used = process.cpu_times().user
        time.sleep(0.15)
        os.kill(run.pid, signal.SIGSTOP)
        naps += (region.output / "cache").is_dir()
        if naps == 1:
            other = nursery.run("run", region.study, "--no-notebooks")
            assert other.status == 2
            assert "another run is writing to" in other.stderr
        time.sleep(0.1)
        assert process.cpu_times().user >= used
        os.kill(run.pid, signal.SIGCONT)
    ended = run.wait()
    assert naps, "the run was over before it was put to sleep"
    assert ended.status == 0, ended.stderr
    assert results(region) == expected
