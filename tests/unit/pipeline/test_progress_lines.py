"""Plain lines of progress, by a clock of the test's own."""

import io
from dataclasses import dataclass, field

import pytest

from phusong.pipeline.bars import TerminalBars, Unseen, shown_progress
from phusong.pipeline.progress_lines import ProgressLines


@dataclass
class Log:
    """A log, the lines that write to it, and the time that a test lets pass."""

    language: str = "en"
    now: float = 1000.0
    stream: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.lines = ProgressLines(self.language, stream=self.stream, clock=lambda: self.now)

    def tell(self, step: str, parts: int, *, seconds: float) -> None:
        """A step of some parts that takes some time."""
        for part in range(1, parts + 1):
            self.now += seconds / parts
            self.lines(step, part, parts)

    @property
    def said(self) -> list[str]:
        return self.stream.getvalue().splitlines()


def test_what_is_soon_done_says_nothing() -> None:
    log = Log()
    log.tell("terrain", 40, seconds=9.0)
    assert log.said == []


def test_a_line_each_tenth_with_the_time_that_is_left() -> None:
    log = Log()
    log.tell("terrain", 1000, seconds=200.0)
    assert log.said == [
        "terrain: 10 %, about 3 min left",
        "terrain: 20 %, about 3 min left",
        "terrain: 30 %, about 2 min left",
        "terrain: 40 %, about 2 min left",
        "terrain: 50 %, about 2 min left",
        "terrain: 60 %, about 80 s left",
        "terrain: 70 %, about 60 s left",
        "terrain: 80 %, about 40 s left",
        "terrain: 90 %, about 20 s left",
        "terrain: 100 %",
    ]
    assert "\r" not in log.stream.getvalue()
    assert "\x1b" not in log.stream.getvalue()


def test_a_slow_step_says_something_each_half_minute_and_then_less_often() -> None:
    log = Log()
    log.tell("terrain", 100_000, seconds=1000.0)
    assert 30 <= len(log.said) <= 45
    long = Log()
    long.tell("terrain", 100_000, seconds=100_000.0)
    assert 100 < len(long.said) < 600


def test_vietnamese() -> None:
    log = Log("vi")
    log.tell("map", 10, seconds=200.0)
    assert log.said[4] == "bản đồ: 50 %, còn khoảng 2 phút"


def test_the_time_of_the_whole_run_is_told_where_it_is_known() -> None:
    log = Log()
    log.lines.left(7200.0)
    log.tell("terrain", 2, seconds=3600.0)
    assert log.said == [
        "terrain: 50 %, all: about 1.5 h left",
        "terrain: 100 %, all: about 60 min left",
    ]


def test_parts_of_a_step_are_told_by_the_share_of_its_time() -> None:
    log = Log()
    log.tell("candidates", 3, seconds=60.0)
    log.tell("plan", 3, seconds=60.0)
    assert [line.partition(" %")[0] for line in log.said][-1] == "plan: 11"


def test_a_step_that_tells_nothing_is_still_at_work() -> None:
    log = Log()
    log.lines.still()
    log.now += 20.0
    log.lines("terrain", 1, 2)
    assert log.said == ["terrain: 50 %, about 20 s left"]
    log.now += 59.0
    log.lines.still()
    assert len(log.said) == 1
    log.now += 2.0
    log.lines.still()
    log.lines.still()
    assert log.said[1:] == ["terrain: still at work, about 4 s left"]


def test_a_log_that_is_closed_stops_nothing() -> None:
    log = Log()
    log.stream.close()
    log.tell("terrain", 3, seconds=300.0)


def test_who_watches_chooses_how_it_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHUSONG_PROGRESS", "")
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(shown_progress("en"), ProgressLines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert isinstance(shown_progress("en"), TerminalBars)
    monkeypatch.setenv("PHUSONG_PROGRESS", "0")
    quiet = shown_progress("en")
    assert isinstance(quiet, Unseen)
    with quiet as unseen:
        unseen("terrain", 1, 2)
        unseen.left(3.0)
