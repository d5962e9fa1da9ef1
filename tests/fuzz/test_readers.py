"""Damaged inputs of every kind: read, or refused by an error of Phusong's own, never otherwise.

Each case is a good file with bytes changed, cut, doubled or swapped for what is known to hurt.
``make fuzz`` tries 10,000 of them for each reader, by other chances each time.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz_targets import HURTS, TARGETS, Good, Target, outcome
from phusong.errors import PhusongError

CASES = int(os.environ.get("PHUSONG_FUZZ", "500"))
HOW = settings(
    max_examples=CASES,
    deadline=None,
    derandomize="PHUSONG_FUZZ" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
CHANGE = st.tuples(
    st.floats(0.0, 1.0, exclude_max=True),
    st.integers(0, 60),
    st.sampled_from(HURTS) | st.binary(max_size=4),
)
CHANGES = st.lists(CHANGE, min_size=1, max_size=6)


def changed(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for where, length, put in changes:
        start = int(where * len(content))
        content = content[:start] + put + content[start + length :]
    return content


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    return Good(tmp_path_factory.mktemp("good") / "r")


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_good_files_are_read(good: Good, target: Target) -> None:
    """Else what follows would damage what is refused already."""
    for content in target.seeds(good):
        assert not isinstance(found := outcome(target, content, good), PhusongError), found


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
@given(chosen=st.integers(0, 9), changes=CHANGES)
@HOW
def test_damaged_files(
    good: Good, target: Target, chosen: int, changes: list[tuple[float, int, bytes]]
) -> None:
    seeds = target.seeds(good)
    outcome(target, changed(seeds[chosen % len(seeds)], changes), good)


def test_as_many_cases_as_promised() -> None:
    """docs/reliability.md says 500, unless somebody asks for another number."""
    if "PHUSONG_FUZZ" not in os.environ:
        assert CASES == 500
    text = Path(__file__).parents[2].joinpath("Makefile").read_text(encoding="utf-8")
    assert "PHUSONG_FUZZ=10000" in text
