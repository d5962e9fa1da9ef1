"""Inputs that somebody changes while a study runs: never a result under the other's checksum."""

import json
import os
from pathlib import Path

import pytest

import phusong
from phusong.errors import DataError
from phusong.pipeline import reach as reach_step
from phusong.pipeline.begin import start
from runs import digests
from synthetic import write_region


@pytest.mark.parametrize("which", ["towers.csv", "study.toml"])
def test_a_file_changed_while_levels_are_computed_is_named(tmp_path: Path, which: str) -> None:
    region = write_region(tmp_path / "r")
    file = region.study if which == "study.toml" else region.input(which)
    before = file.read_text(encoding="utf-8")
    after = (
        before + "# one word more\n" if which == "study.toml" else before.replace("52.5", "51.5")
    )
    assert after != before

    def change(what: str, done: int, total: int) -> None:
        if done == 1:
            file.write_text(after, encoding="utf-8")

    with pytest.raises(DataError, match=f"{which}: changed while the study was computed"):
        reach_step.reach(start(phusong.open_study(region.study), workers=1, progress=change))
    assert not (region.output / "manifest.json").exists()
    study = phusong.open_study(region.study)
    reach_step.reach(start(study, workers=1))
    assert "reach: computed" in study.history
    other = write_region(tmp_path / "other")
    changed = other.study if which == "study.toml" else other.input(which)
    changed.write_text(after, encoding="utf-8")
    reach_step.reach(start(phusong.open_study(other.study), workers=1))
    assert digests(region.output) == digests(other.output)


def test_a_file_that_was_only_touched_is_not(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r")

    def touch(what: str, done: int, total: int) -> None:
        os.utime(region.input("towers.csv"), (1.0, 1.0))

    reach_step.reach(start(phusong.open_study(region.study), workers=1, progress=touch))
    assert "reach" in json.loads((region.output / "manifest.json").read_bytes())["steps"]
