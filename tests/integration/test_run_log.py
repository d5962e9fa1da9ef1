"""The log of runs: what it tells, what it never tells, and that no product depends on it."""

import json
import os
import sys
from pathlib import Path

import pytest

from phusong.pipeline.api import open_study
from phusong.pipeline.run import run_study
from phusong.pipeline.run_log import FILE, read_log
from runs import digests, invoke, run_here
from synthetic import Region, village_rows
from wholeness import small_region

STEPS = ["reach", "service", "gaps", "plan", "report"]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, str]:
    """A region that was run, and what was printed."""
    os.environ["PHUSONG_TEST_SECRET"] = "hunter2"
    region = small_region(tmp_path_factory.mktemp("log") / "r")
    try:
        return region, run_here(region).stdout
    finally:
        del os.environ["PHUSONG_TEST_SECRET"]


def test_each_step_with_its_cost(logged: tuple[Region, str]) -> None:
    region, stdout = logged
    log = read_log(region.output / FILE)
    assert log[0]["event"] == "start"
    assert (log[-1]["event"], log[-1]["outcome"]) == ("end", "done")
    steps = [line for line in log if line["event"] == "step"]
    assert [(line["step"], line["state"]) for line in steps] == [(s, "computed") for s in STEPS]
    assert all(line["wall_s"] > 0 and line["cpu_s"] > 0 for line in steps)
    assert all(line["bytes_written"] > 0 for line in steps)
    if sys.platform != "win32":
        assert all(line["peak_memory_bytes"] > 50e6 for line in steps)
    products = sum((region.output / name).stat().st_size for name in digests(region.output))
    assert sum(line["bytes_written"] for line in steps) >= products
    table = stdout.splitlines()
    head = table.index("step          time s     CPU s   peak MB  written MB")
    assert [line.split()[0] for line in table[head + 1 : head + 7]] == [*STEPS, "all"]
    assert table[head + 7].startswith("done: open ")


def test_progress_is_told_by_tenths(logged: tuple[Region, str]) -> None:
    log = read_log(logged[0].output / FILE)
    told = [line for line in log if line["event"] == "progress"]
    assert {line["step"] for line in told} >= {"reach", "gaps", "plan", "report"}
    assert any(isinstance(line["left_s"], float) for line in told)


def test_it_tells_nothing_of_the_data(logged: tuple[Region, str]) -> None:
    region, _ = logged
    text = (region.output / FILE).read_text(encoding="utf-8")
    words = [value for row in village_rows() for value in row.values() if len(value) > 3]
    for secret in (*words, "hunter2", "Nhà mạng", "S1", "towers.csv", str(region.folder), os.sep):
        assert secret not in text, secret
    assert "warnings" in text
    for line in text.splitlines():
        json.loads(line)


def test_a_fault_is_logged_by_its_kind_and_by_its_words_when_asked(tmp_path: Path) -> None:
    region = small_region(tmp_path / "r")
    run_here(region)
    towers = region.input("towers.csv")
    text = towers.read_text(encoding="utf-8")
    towers.write_text(text.replace("LTE", "Bí mật", 1), encoding="utf-8")
    assert invoke("run", region.study, "--no-notebooks").exit_code == 2
    log = (region.output / FILE).read_text(encoding="utf-8")
    assert json.loads(log.splitlines()[-1])["outcome"] == "TableError"
    assert "mật" not in log
    assert "m\\u1eadt" not in log
    assert invoke("run", region.study, "--no-notebooks", "--log-messages").exit_code == 2
    assert "Bí mật" in read_log(region.output / FILE)[-1]["message"]


def test_no_product_depends_on_it(logged: tuple[Region, str]) -> None:
    region, _ = logged
    before = digests(region.output)
    assert not any(name.startswith("log") for name in before)
    assert "run.jsonl" not in (region.output / "manifest.json").read_text(encoding="utf-8")
    file = region.output / FILE
    file.write_bytes(b'{"event": "step", "step": 5}\n[]\n\xff\xfe{{{' + b"[" * 100_000)
    result = run_here(region)
    assert result.stdout.count(": reused\n") == 5
    assert "time s" not in result.stdout
    assert digests(region.output) == before


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    region = small_region(tmp_path / "r")
    (region.output / FILE).mkdir(parents=True)
    run_study(open_study(region.study), workers=1, with_notebooks=False)
    assert (region.output / "index.html").is_file()
