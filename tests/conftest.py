"""Fixtures that every test folder shares."""

import os
from pathlib import Path

import hypothesis
import pytest

from phusong.engine import forget_stale_kernels
from phusong.sources.practice import write_practice_data

# Compilation on first use and busy machines make times meaningless.
hypothesis.settings.register_profile("phusong", deadline=None, derandomize=True)
hypothesis.settings.load_profile("phusong")

ROOT = Path(__file__).resolve().parents[1]

# Printing takes seconds for each brief: only the tests of it have a browser.
os.environ["PHUSONG_BROWSER"] = ""


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one file share a process, and so do all files that look at the two whole runs."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    whole = {item.path for item in items if "both_runs" in getattr(item, "fixturenames", ())}
    for item in items:
        group = "whole-runs" if item.path in whole else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


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
