"""A nursery of runs, a study that takes seconds, and what an undisturbed run of it gives."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forked import Nursery
from runs import clean_environment
from synthetic import Region
from wholeness import results, small_region, work_of


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Starts runs without the wait for an interpreter."""
    with Nursery(tmp_path_factory.mktemp("printed"), clean_environment()) as started:
        yield started


@pytest.fixture(scope="session")
def whole(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, float]:
    """A run to which nothing happened, and what it worked [s of CPU]."""
    region = small_region(tmp_path_factory.mktemp("undisturbed") / "r")
    return region, work_of(nursery.start("run", region.study, "--no-notebooks", "--workers", "1"))


@pytest.fixture(scope="session")
def undisturbed(whole: tuple[Region, float]) -> Region:
    """What it made; tests only read it."""
    return whole[0]


@pytest.fixture(scope="session")
def whole_cpu_s(whole: tuple[Region, float]) -> float:
    """What it worked [s of CPU]."""
    return whole[1]


@pytest.fixture(scope="session")
def expected(undisturbed: Region) -> dict[str, str]:
    """Digest of each of its products, and its manifest's."""
    return results(undisturbed)


@pytest.fixture
def rerun(nursery: Nursery, expected: dict[str, str]) -> Callable[[Region], None]:
    """Run a disturbed study again: it must end with the bytes of an undisturbed one."""

    def run_again(region: Region, *options: str | Path) -> None:
        ended = nursery.run("run", region.study, "--no-notebooks", "--workers", "1", *options)
        assert ended.status == 0, ended.stderr
        found = results(region)
        wrong = sorted(n for n in found.keys() | expected if found.get(n) != expected.get(n))
        assert wrong == []

    return run_again
