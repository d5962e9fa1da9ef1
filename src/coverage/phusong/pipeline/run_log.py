"""What a run does and costs: a log of JSON lines, and a table at its end."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

from phusong.errors import DataWarning
from phusong.language import translated
from phusong.pipeline.session import Progress, silent
from phusong.pipeline.step_words import COMPUTED, step_words
from phusong.pipeline.time_left import TimeLeft, marks_of, shares_of
from phusong.store.files import bytes_written, parsed_json
from phusong.study import Study
from phusong.version import __version__

FILE = "log/run.jsonl"
"""Where the log lies in the output folder; it is no product, and no manifest lists it."""
MOST_BYTES = 5_000_000
"""A longer log is put aside before the next run."""
_MEMORY = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    """What a step cost.

    Parameters
    ----------
    step
        For example ``reach``.
    state
        ``computed`` or ``reused``.
    wall_s
        Time that passed [s].
    cpu_s
        Time that the cores of this machine worked, those of ended child processes included [s].
    peak_memory_bytes
        Most memory that the process held during the step; None where the system does not tell.
    bytes_written
        Size of the files that this process wrote.
    """

    step: str
    state: str
    wall_s: float
    cpu_s: float
    peak_memory_bytes: int | None
    bytes_written: int


class RunLog:
    """The log of one run; it is the progress that steps report to, too.

    It holds names of steps, numbers and versions. What is in the inputs, paths and messages stay
    out, unless they are asked for: messages may quote rows.

    Parameters
    ----------
    study
        The study.
    progress
        Is told how far the work is.
    left
        Is told the time that is left [s].
    messages
        Log warnings and errors by their words, not only by number and kind.
    clock
        Seconds that pass.
    notebooks
        Whether notebooks are executed, too.
    """

    def __init__(
        self,
        study: Study,
        *,
        progress: Progress = silent,
        left: Callable[[float | None], None] | None = None,
        messages: bool = False,
        clock: Callable[[], float] = time.monotonic,
        notebooks: bool = True,
    ) -> None:
        self.study = study
        self.costs: list[Cost] = []
        self._progress, self._left, self._messages = progress, left, messages
        self._clock = clock
        self._file = study.output / FILE
        self._waiting: list[str] = []
        self._run = uuid4().hex[:12]
        self._tenths: dict[str, int] = {}
        shares = shares_of(read_log(self._file), notebooks=notebooks)
        self._notebooks = notebooks
        self._time_left = TimeLeft(shares, clock, marks_of(notebooks=notebooks))
        self._mark()

    def __enter__(self) -> "RunLog":
        facts = {"phusong": __version__, "notebooks": self._notebooks}
        self._write("start", study=self.study.study.name, **facts)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        told: dict[str, Any] = {"outcome": "done" if kind is None else kind.__name__}
        if self._messages and value is not None:
            told["message"] = str(value)
        self._write("end", **told, wall_s=round(sum(c.wall_s for c in self.costs), 3))

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of progress.

        Parameters
        ----------
        what
            The step.
        done, total
            Parts of it.
        """
        self._time_left.progress(what, done, total)
        self._progress(what, done, total)
        seconds = self._time_left.seconds()
        if self._left is not None:
            self._left(seconds)
        tenth = 10 * done // total if total else 0
        if tenth > self._tenths.get(what, -1):
            self._tenths[what] = tenth
            left = None if seconds is None else round(seconds, 1)
            self._write("progress", step=what, done=done, total=total, left_s=left)

    def step(self, name: str, state: str) -> None:
        """Take note that a step has ended; what was done since the last one is its cost.

        Parameters
        ----------
        name
            The step.
        state
            ``computed`` or ``reused``.
        """
        wall, cpu, written = self._clock(), _cpu_s(), bytes_written()
        cost = Cost(
            name, state, round(wall - self._wall, 3), round(cpu - self._cpu, 3),
            _peak_memory(), written - self._written,
        )  # fmt: skip
        self.costs.append(cost)
        self._time_left.ended(name, computed=state == COMPUTED)
        self._write("step", **asdict(cost))
        self._mark()

    def warned(self, lines: Iterable[str]) -> None:
        """Take note of what was suspicious in the inputs.

        Parameters
        ----------
        lines
            The warnings.
        """
        said = list(lines)
        more = {"messages": said} if self._messages else {}
        self._write("warnings", kind=DataWarning.__name__, count=len(said), **more)

    def _mark(self) -> None:
        self._wall, self._cpu, self._written = self._clock(), _cpu_s(), bytes_written()
        _forget_peak()

    def _write(self, event: str, **facts: Any) -> None:
        """Append a line; a log that cannot be written never stops a run."""
        at = datetime.now(tz=UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"event": event, "time": at, "run": self._run, **facts})
        self._waiting.append(line)
        if not self.study.output.is_dir():
            return  # nothing was written yet, and perhaps nothing can be
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            if event == "start" and self._file.is_file() and self._file.stat().st_size > MOST_BYTES:
                self._file.replace(self._file.with_suffix(".old.jsonl"))
            with self._file.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write("".join(f"{waiting}\n" for waiting in self._waiting))
            self._waiting.clear()


def read_log(file: Path) -> list[dict[str, Any]]:
    """Lines of a log, without those that a kill has cut.

    Parameters
    ----------
    file
        The log.

    Returns
    -------
    list of dict
        One for each line; none where there is no log.
    """
    found = []
    with contextlib.suppress(OSError):
        for line in file.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                entry = parsed_json(line)
                if isinstance(entry, dict):
                    found.append(entry)
    return found


def cost_table(costs: Iterable[Cost], language: str = "en") -> str:
    """What the steps of a run cost, as a table of plain text.

    Parameters
    ----------
    costs
        One for each step.
    language
        Of headings and steps, ``vi`` or ``en``.

    Returns
    -------
    str
        Empty when nothing was computed.
    """
    computed = [cost for cost in costs if cost.state == COMPUTED]
    if not computed:
        return ""
    peaks = [cost.peak_memory_bytes for cost in computed if cost.peak_memory_bytes is not None]
    everything = translated("all", language, context="step")
    whole = Cost(
        everything, COMPUTED, sum(c.wall_s for c in computed), sum(c.cpu_s for c in computed),
        max(peaks, default=None), sum(c.bytes_written for c in computed),
    )  # fmt: skip
    head = (
        translated("step", language), translated("time s", language), "CPU s",
        translated("peak MB", language), translated("written MB", language),
    )  # fmt: skip
    wide = 10 if language == "en" else 14
    lines = [f"{head[0]:<{wide}}{head[1]:>10}{head[2]:>10}{head[3]:>10}{head[4]:>12}"]
    for cost in (*computed, whole):
        peak = "-" if cost.peak_memory_bytes is None else f"{cost.peak_memory_bytes / 1e6:.0f}"
        lines.append(
            f"{step_words(cost.step, language):<{wide}}{cost.wall_s:>10.1f}{cost.cpu_s:>10.1f}"
            f"{peak:>10}{cost.bytes_written / 1e6:>12.1f}"
        )
    return "\n".join(lines)


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_memory() -> int | None:
    """Most memory since the last step where the system tells that, else since the start."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in _MEMORY.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 — Windows has none

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
