"""Fixtures that every test folder shares."""

import os
import re
import signal
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from phusong.engine import forget_stale_kernels
from phusong.sources.practice import write_practice_data
from synthetic import Region, write_region

# Compilation on first use and busy machines make times meaningless.
hypothesis.settings.register_profile(
    "phusong", deadline=None, derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)  # fmt: skip
hypothesis.settings.load_profile("phusong")

ROOT = Path(__file__).resolve().parents[1]

# Printing takes seconds for each brief: only the tests of it have a browser.
os.environ["PHUSONG_BROWSER"] = ""
# How far a command is depends on the machine's pace: tests of that ask for it.
os.environ["PHUSONG_PROGRESS"] = "0"

# What a shell starts in the background ignores Ctrl-C, and so would what tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one file share a process, and so do all files that look at the two whole runs."""
    from xdist.scheduler import LoadFileScheduling

    files = (ROOT / "tests" / "integration").glob("test_*.py")
    whole = {
        file.relative_to(ROOT).as_posix()
        for file in files
        if re.search(r"\b(both_runs|first_run)\b", file.read_text(encoding="utf-8"))
    }

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return "whole runs" if file in whole else file

    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def fresh_kernels() -> None:
    """Test what the sources say now, not machine code from before they were changed."""
    forget_stale_kernels()


def find_shared_dir() -> Path | None:
    """Folder with the real inputs and reference values, kept beside the repository."""
    named = os.environ.get("PHUSONG_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder if (folder / "vectors").is_dir() else None


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of reference data; the test is skipped where it is absent (never in CI)."""
    folder = find_shared_dir()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail("reference data folder ../shared is missing, and CI may not skip its tests")
        pytest.skip("reference data folder ../shared is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def practice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The practice study's data, written once; tests only read it."""
    folder = tmp_path_factory.mktemp("practice") / "dữ liệu thực hành"
    write_practice_data(folder)
    return folder


@pytest.fixture(scope="session")
def plain_run(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The invented region as it is, computed once without notebooks; tests only read it.

    What writes into results takes them elsewhere first (``runs.copied``).
    """
    from runs import run_here

    region = write_region(tmp_path_factory.mktemp("một lần") / "vùng thử")
    run_here(region)
    return region
