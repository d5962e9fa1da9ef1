"""Two undisturbed runs of the invented region, started in different ways, that tests only read."""

import pytest

from runs import SECRETS, finished, started, write_project
from synthetic import Region


@pytest.fixture(scope="session")
def both_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, Region]:
    """Two runs at the same time, in unlike folders.

    One by one thread, in the plainest locale, from a folder that has nothing to do with it; one
    by two threads, named by the environment, which holds secrets, from a folder inside the
    project.
    """
    first = write_project(tmp_path_factory.mktemp("lần một") / "Dự án sóng" / "vùng thử")
    second = write_project(tmp_path_factory.mktemp("second") / "project")
    elsewhere = tmp_path_factory.mktemp("nơi khác")
    processes = [
        started("run", first.study, "--workers", "1", cwd=elsewhere, variables={"LC_ALL": "C"}),
        started(
            "run", "--workers", "2",
            cwd=second.folder / "notebooks",
            variables={"PHUSONG_STUDY": "configs/demo.toml", **SECRETS},
        ),
    ]  # fmt: skip
    for region, result in zip((first, second), map(finished, processes), strict=True):
        assert (result.returncode, result.stderr) == (0, "")
        assert "reach: computed\n" in result.stdout
        assert result.stdout.endswith(f"done: open {region.output / 'index.html'}\n")
    assert list(elsewhere.iterdir()) == []
    return first, second


@pytest.fixture(scope="session")
def first_run(both_runs: tuple[Region, Region]) -> Region:
    """The run by one thread."""
    return both_runs[0]


@pytest.fixture(scope="session")
def second_run(both_runs: tuple[Region, Region]) -> Region:
    """The run by two threads."""
    return both_runs[1]
