"""Same inputs, same outputs: on any number of threads, in any folder, however it is started."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

from runs import SECRET_PART, SECRETS, digests, in_one_line, invoke, outputs, run_here, table
from synthetic import Region, write_region


def test_two_runs_give_the_same_bytes(first_run: Region, second_run: Region) -> None:
    ours, theirs = digests(first_run.output), digests(second_run.output)
    kinds = {Path(name).suffix for name in ours}
    assert kinds == {".tif", ".csv", ".parquet", ".xlsx", ".html", ".gpkg", ".qgz", ".kmz"}
    assert {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)} == (
        set()
    )


def test_manifests_agree_on_everything_but_geopackages(
    first_run: Region, second_run: Region
) -> None:
    ours, theirs = (
        json.loads((run.output / "manifest.json").read_text(encoding="utf-8"))
        for run in (first_run, second_run)
    )
    for manifest in (ours, theirs):
        for step in manifest["steps"].values():
            step["outputs"] = {k: v for k, v in step["outputs"].items() if not k.endswith(".gpkg")}
    assert ours == theirs


def test_no_file_of_a_run_holds_what_the_environment_does(second_run: Region) -> None:
    """Products, notebooks, manifest, log and cache; archives and workbooks as what is in them."""
    named: dict[str, set[str]] = {}
    for file in second_run.folder.rglob("*"):
        if not file.is_file():
            continue
        texts = [file.read_bytes()]
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        named.setdefault(file.suffix, set()).add(file.name)
        assert not any(SECRET_PART in text for text in texts), file
    assert {".html", ".xlsx", ".gpkg", ".qgz", ".csv", ".tif", ".json", ".jsonl"} <= named.keys()
    assert "manifest.json" in named[".json"]
    assert all(SECRET_PART in value.encode() for value in SECRETS.values())


def test_the_order_of_rows_changes_nothing(tmp_path: Path, first_run: Region) -> None:
    region = write_region(tmp_path / "r", shuffle=5)
    run_here(region)
    ours, theirs = digests(first_run.output), digests(region.output)
    steps = ("reach/", "gaps/", "plan/", "maps/")
    for name in (name for name in theirs if name.startswith(steps)):
        assert theirs[name] == ours[name], name


def test_a_second_run_computes_nothing(tmp_path: Path, first_run: Region) -> None:
    before = {name: file.stat().st_mtime_ns for name, file in outputs(first_run.output).items()}
    result = invoke("run", "--study", first_run.study)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:-1] == [
        f"{step}: reused" for step in ("reach", "service", "gaps", "plan", "report")
    ]
    after = {name: file.stat().st_mtime_ns for name, file in outputs(first_run.output).items()}
    assert after == before


# phusong verify


def test_an_untouched_run_is_what_it_was(first_run: Region, second_run: Region) -> None:
    result = invoke("verify", first_run.output)
    assert (result.exit_code, result.stdout) == (0, "every file is what it was\n")
    result = invoke("verify", first_run.output, "--against", second_run.output)
    assert (result.exit_code, result.stdout) == (0, "both runs agree\n")


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.fixture
def copy(tmp_path: Path, first_run: Region) -> Path:
    """The output folder alone: what is handed over can be verified without its inputs."""
    folder = tmp_path / "bản sao"
    shutil.copytree(first_run.output, folder, ignore=lambda *_: {"cache"})
    return folder


@pytest.mark.parametrize(
    "name",
    ["reach/p1812/outdoor/any-lte-level.tif", "gaps/no-signal.gpkg", "gaps/no-signal.parquet",
     "plan/priorities.csv", "plan/priorities.xlsx", "maps/coverage.html",
     "notebooks/00_quickstart.html", "index.html"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("damage", "said"),
    [(shorten, "changed"), (flip_a_bit, "changed"), (empty, "changed"), (Path.unlink, "missing")],
    ids=["truncated", "changed", "emptied", "missing"],
)
def test_damage_is_found(
    copy: Path, name: str, damage: Callable[[Path], object], said: str
) -> None:
    damage(copy / name)
    result = invoke("verify", copy)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{copy / name}: {said}")
    assert line.endswith("run the study again")


def test_what_is_no_run_is_said_to_be_none(tmp_path: Path, copy: Path) -> None:
    (copy / "manifest.json").write_text('{"schema_version": 1, "ste', encoding="utf-8")
    for folder in (tmp_path, tmp_path / "nowhere", copy, copy / "index.html"):
        result = invoke("verify", folder)
        assert result.exit_code == 2
        assert f"{folder} holds no manifest.json of a finished step" in result.stderr


# phusong verify --tolerance


def damage_level(copy: Path, *, decibels: float) -> None:
    """Change the level of one cell, and the sum that stands for it."""
    file = copy / "reach/p1812/outdoor/mang-b-lte-level.tif"
    with rasterio.open(file) as dataset:
        values, profile, scales = dataset.read(1), dataset.profile, dataset.scales
    row, col = np.argwhere(values > -32768)[7]
    values[row, col] += round(10 * decibels)
    profile.update(driver="GTiff")
    with rasterio.open(file, "w", **profile) as dataset:
        dataset.write(values, 1)
        dataset.scales = scales


@pytest.mark.parametrize(
    ("tolerance", "differs"), [("0", True), ("0.2", True), ("0.3", False), ("5", False)]
)
def test_levels_are_compared_within_a_tolerance(
    copy: Path, first_run: Region, tolerance: str, differs: bool
) -> None:
    damage_level(copy, decibels=0.3)
    result = invoke("verify", first_run.output, "--against", copy, "--tolerance", tolerance)
    found = [line for line in result.stderr.splitlines() if "cells differ" in line]
    assert len(found) == differs
    if differs:
        assert found[0].startswith(
            f"reach/p1812/outdoor/mang-b-lte-level.tif: 1 of 4096 cells differ by more than "
            f"{tolerance} (largest 0.3, 0 known in one run only; first at row "
        )
    # The changed file is named all the same: its checksum is not what the run wrote.
    assert result.exit_code == 1
    assert "changed since step reach wrote it" in result.stderr


def rewritten(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8-sig", newline="\n")


def test_ranks_are_compared_by_option_and_exactly(copy: Path, first_run: Region) -> None:
    file = copy / "plan/priorities.csv"
    rows = file.read_text(encoding="utf-8-sig").splitlines()
    first, second = rows[1].split(",")[1], rows[2].split(",")[1]
    swapped = [rows[0], "1," + rows[2].split(",", 1)[1], "2," + rows[1].split(",", 1)[1], *rows[3:]]
    file.write_text("\n".join(swapped) + "\n", encoding="utf-8-sig", newline="\n")
    result = invoke("verify", first_run.output, "--against", copy, "--tolerance", "1e9")
    found = [line for line in result.stderr.splitlines() if line.startswith("plan/")]
    assert found == [
        f"plan/priorities.csv: option {first}: rank 1 against 2",
        f"plan/priorities.csv: option {second}: rank 2 against 1",
    ]


def test_an_option_that_only_one_run_ranks(copy: Path, first_run: Region) -> None:
    file = copy / "plan/priorities.csv"
    rows = file.read_text(encoding="utf-8-sig").splitlines()
    last = rows[-1].split(",")[1]
    file.write_text("\n".join(rows[:-1]) + "\n", encoding="utf-8-sig", newline="\n")
    result = invoke("verify", first_run.output, "--against", copy)
    rank = len(rows) - 1
    assert f"plan/priorities.csv: option {last}: rank {rank} against none" in result.stderr


def test_zeros_of_codes_are_no_matter_of_tolerance(copy: Path, first_run: Region) -> None:
    rewritten(copy / "gaps/communes.csv", "\n00101,", "\n101,")
    result = invoke("verify", first_run.output, "--against", copy, "--tolerance", "1000")
    assert "gaps/communes.csv: row 2, column commune_code: 00101 against 101" in result.stderr


def test_people_are_compared_within_a_tolerance(copy: Path, first_run: Region) -> None:
    people = table(copy / "gaps/communes.csv")["people_no_signal"][0]
    rewritten(copy / "gaps/communes.csv", f",{people},", f",{float(people) + 0.5:.1f},")
    for tolerance, differs in (("0.4", True), ("0.6", False)):
        result = invoke("verify", first_run.output, "--against", copy, "--tolerance", tolerance)
        assert ("column people_no_signal:" in result.stderr) is differs


@pytest.mark.parametrize("tolerance", ["-1", "nan", "inf", "much"])
def test_what_is_no_tolerance(first_run: Region, tolerance: str) -> None:
    folder = first_run.output
    result = invoke("verify", folder, "--against", folder, "--tolerance", tolerance)
    assert result.exit_code == 2
    assert "tolerance" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_tolerance_needs_two_runs(first_run: Region) -> None:
    result = invoke("verify", first_run.output, "--tolerance", "1")
    assert result.exit_code == 2
    assert "compares two runs; name the other with --against" in in_one_line(result.stderr)
