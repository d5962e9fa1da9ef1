"""The time that is left, by a clock of the test's own, and the table of costs."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.pipeline.run_log import Cost, cost_table
from phusong.pipeline.time_left import USUAL_SHARES, TimeLeft, marks_of, shares_of


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def estimates(
    shares: dict[str, float], times: dict[str, float], parts: int = 40
) -> Iterator[tuple[float, float, float | None]]:
    """Part of the work done, what is truly left, and what is told, all along a run."""
    clock, total = Clock(), sum(times.values())
    left = TimeLeft(shares, clock)
    for step, seconds in times.items():
        for part in range(1, parts + 1):
            clock.now += seconds / parts
            left.progress(step, part, parts)
            gone = clock.now - 1000.0
            yield gone / total, total - gone, left.seconds()
        left.ended(step, computed=True)


def assert_within_a_factor_of_two(shares: dict[str, float], times: dict[str, float]) -> None:
    total = sum(times.values())
    checked = 0
    for done, truly, told in estimates(shares, times):
        if done >= 0.1 and truly > 0.02 * total:
            assert told is not None
            assert truly / 2 <= told <= 2 * truly, (done, truly, told)
            checked += 1
    assert checked > 20


@given(
    scale=st.floats(0.01, 1e5),
    paces=st.lists(st.floats(0.71, 1.41), min_size=5, max_size=5),
)
def test_right_within_a_factor_of_two_after_a_tenth(scale: float, paces: list[float]) -> None:
    """Steps may be faster or slower than last time by a factor of 1.4, each on its own."""
    times = {s: scale * p * USUAL_SHARES[s] for s, p in zip(USUAL_SHARES, paces, strict=True)}
    assert_within_a_factor_of_two(USUAL_SHARES, times)


@pytest.mark.parametrize(
    "times",
    [
        {"reach": 400.0, "service": 3.0, "gaps": 9.0, "plan": 60.0, "report": 20.0},
        {"reach": 1.0, "service": 1.0, "gaps": 90.0, "plan": 2.0, "report": 30.0},
    ],
    ids=["mostly path losses", "mostly gaps"],
)
def test_the_second_run_knows_the_first(times: dict[str, float]) -> None:
    log = [
        {"event": "step", "step": step, "state": "computed", "wall_s": 2.5 * seconds}
        for step, seconds in times.items()
    ]  # the same study on a machine 2.5 times as slow
    assert_within_a_factor_of_two(shares_of(log), times)


PRACTICE = json.loads(Path(__file__).with_name("practice_runs.json").read_text(encoding="utf-8"))
"""Whole runs of the practice study from their logs: what steps told after how many seconds, and
how long each took. Two were run beside other work, which made them two and four times as slow."""


def replayed(
    lines: list[list[object]], left: TimeLeft, clock: Clock
) -> Iterator[tuple[float, float]]:
    """Part of a run that is over, and what is told by what is true, at each hundredth of it."""
    total = sum(float(str(line[-1])) for line in lines if len(line) == 2)
    waiting, began, base = list(lines), clock.now, clock.now
    for hundredth in range(1, 96):
        now = began + total * hundredth / 100
        while waiting and base + float(str(waiting[0][-1])) <= now:
            name, *parts, after = waiting.pop(0)
            clock.now = base + float(str(after))
            if parts:
                left.progress(str(name), *(int(str(part)) for part in parts))
            else:
                left.ended(str(name), computed=True)
                base = clock.now
        clock.now = now
        told = left.seconds()
        if hundredth >= 10:
            assert told is not None
            yield hundredth / 100, told / (total * (1 - hundredth / 100))


@pytest.mark.parametrize(
    ("run", "factor"),
    [
        ("busy", 2.0), ("without notebooks", 2.0), ("busy, without notebooks", 2.0),
        ("compiling", 2.1),  # kernels were compiled first, which looks like slow path losses
    ],
)  # fmt: skip
def test_a_first_run_of_the_practice_study(run: str, factor: float) -> None:
    notebooks = "without" not in run
    clock = Clock()
    left = TimeLeft(shares_of([], notebooks=notebooks), clock, marks_of(notebooks=notebooks))
    for part, told in replayed(PRACTICE[run], left, clock):
        assert 1 / factor <= told <= factor, (part, told)


@pytest.mark.parametrize("run", PRACTICE)
def test_a_second_run_of_the_practice_study(run: str) -> None:
    """The first took twice as long, and its log tells how the time was spread."""
    notebooks = "without" not in run
    log = [{"event": "start", "notebooks": notebooks}] + [
        {"event": "step", "step": line[0], "state": "computed", "wall_s": 2.0 * line[1]}
        for line in PRACTICE[run]
        if len(line) == 2
    ]
    clock = Clock()
    shares = shares_of(log, notebooks=notebooks)
    left = TimeLeft(shares, clock, marks_of(notebooks=notebooks))
    for part, told in replayed(PRACTICE[run], left, clock):
        assert 0.5 <= told <= 2.0, (part, told)


def test_reports_with_and_without_notebooks_are_not_compared() -> None:
    log = [
        {"event": "start", "notebooks": True},
        *({"event": "step", "step": s, "state": "computed", "wall_s": 7.0} for s in USUAL_SHARES),
    ]
    assert shares_of(log)["report"] == 7.0
    assert shares_of(log, notebooks=False)["report"] < USUAL_SHARES["report"]


def test_a_step_that_overruns_is_not_about_to_end() -> None:
    clock = Clock()
    left = TimeLeft({"reach": 1.0, "plan": 1.0}, clock)
    clock.now += 10.0
    left.ended("reach", computed=True)
    told = []
    for _ in range(20):
        clock.now += 10.0
        told.append(left.seconds())
    assert min(t for t in told if t is not None) > 0.0
    assert told[-1] == pytest.approx(20.0)


def test_parts_beyond_the_end_are_the_end() -> None:
    clock = Clock()
    left = TimeLeft({"report": 1.0}, clock)
    clock.now += 5.0
    left.progress("report", 58, 29)
    assert left.seconds() == 0.0


def test_what_is_reused_is_not_waited_for() -> None:
    clock = Clock()
    left = TimeLeft({"reach": 80.0, "gaps": 10.0, "plan": 10.0}, clock)
    left.ended("reach", computed=False)
    assert left.seconds() is None
    clock.now += 5.0
    left.progress("gaps", 1, 2)
    assert left.seconds() == pytest.approx(5.0 + 10.0)
    clock.now += 5.0
    left.ended("gaps", computed=True)
    assert left.seconds() == pytest.approx(10.0)
    clock.now += 4.0  # a step that has told nothing yet
    assert left.seconds() == pytest.approx(6.0)


def test_never_negative_and_never_a_division_by_nothing() -> None:
    clock = Clock()
    left = TimeLeft({}, clock)
    for step, done, total in itertools.product(("a", "reach"), (0, 1, 5), (0, 1, 4)):
        left.progress(step, done, total)
        assert left.seconds() is None
    left.ended("reach", computed=True)
    assert left.seconds() is None


@pytest.mark.parametrize(
    "log",
    [[], [{}], [{"event": "step", "step": "reach", "state": "computed", "wall_s": 5.0}],
     [{"event": "step", "step": s, "state": "computed", "wall_s": "x"} for s in USUAL_SHARES]],
)  # fmt: skip
def test_without_a_whole_run_before(log: list[dict[str, object]]) -> None:
    assert shares_of(log) == USUAL_SHARES


def test_the_table_adds_up() -> None:
    costs = [
        Cost("reach", "computed", 10.04, 18.0, 500_000_000, 2_000_000),
        Cost("service", "reused", 1.0, 1.0, 900_000_000, 9),
        Cost("gaps", "computed", 5.0, 4.0, None, 1_000_000),
    ]
    assert cost_table(costs).splitlines() == [
        "step          time s     CPU s   peak MB  written MB",
        "reach           10.0      18.0       500         2.0",
        "gaps             5.0       4.0         -         1.0",
        "all             15.0      22.0       500         3.0",
    ]
    assert cost_table([costs[1]]) == ""
    assert "vùng phủ" in cost_table([Cost("reach", "computed", 1.0, 1.0, None, 0)], "vi")
