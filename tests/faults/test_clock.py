"""The clock of the system set back: contents decide, never times."""

import os
from collections.abc import Callable
from pathlib import Path

from forked import Nursery
from synthetic import Region
from wholeness import small_region

YEAR_S = 365.25 * 86400.0


def move(folder: Path, seconds: float) -> None:
    """Every file seems to have been written at another time."""
    for file in [folder, *folder.rglob("*")]:
        at = file.stat().st_mtime + seconds
        os.utime(file, (at, at))


def test_set_back_between_two_runs(
    tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None]
) -> None:
    region = small_region(tmp_path / "r")
    rerun(region)
    move(region.folder, YEAR_S)  # written in what is the future now
    (region.output / "gaps" / "communes.csv").unlink()
    ended = nursery.run("run", region.study, "--no-notebooks", clock_s=-YEAR_S)
    assert ended.status == 0, ended.stderr
    assert "reach: reused" in ended.stdout
    assert "gaps: computed" in ended.stdout
    rerun(region)


def test_a_changed_input_with_an_older_time_is_seen(
    tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None]
) -> None:
    region = small_region(tmp_path / "r")
    rerun(region)
    towers = region.input("towers.csv")
    before, text = towers.stat(), towers.read_text(encoding="utf-8")
    changed = text.replace("52.5", "51.5", 1)
    assert len(changed) == len(text)
    towers.write_text(changed, encoding="utf-8")
    os.utime(towers, (before.st_atime, before.st_mtime - YEAR_S))
    ended = nursery.run("run", region.study, "--no-notebooks", clock_s=-2 * YEAR_S)
    assert "reach: computed" in ended.stdout
    towers.write_text(text, encoding="utf-8")
    os.utime(towers, (before.st_atime, before.st_mtime))
    rerun(region)


def test_set_back_during_a_run(
    tmp_path: Path, nursery: Nursery, rerun: Callable[[Region], None]
) -> None:
    """By an hour at each look at it."""
    region = small_region(tmp_path / "r")
    ended = nursery.run("run", region.study, "--no-notebooks", fault="stoppers:clock_runs_back")
    assert ended.status == 0, ended.stderr
    rerun(region)
