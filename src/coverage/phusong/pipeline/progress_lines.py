"""How far the work is where no bar can be drawn: few plain lines, for logs, cron and CI."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from typing import Self, TextIO

import numpy as np

from phusong.language import number_text, translated
from phusong.pipeline.step_words import step_words, time_words
from phusong.pipeline.time_left import TimeLeft, marks_of

QUIET_S = 10.0
"""Time between two lines at least, and before the first: what is done by then says nothing."""
TENTH = 0.1
"""Part of a step after which the next line is due."""
EACH_S = 30.0
"""Time after which the next line is due, however little was done."""
SHARE_OF_TIME = 0.01
"""The same as part of the time so far: days of work give hundreds of lines, not thousands."""
SILENT_S = 60.0
"""Time after which a step that tells nothing is said to be at work still."""

_IN_PROPORTION = ((0.0, 0.0), (1.0, 1.0))


class ProgressLines:
    """Lines on standard error: the step, its share that is done, and the time that is left.

    Parameters
    ----------
    language
        Of the lines, ``vi`` or ``en``.
    stream
        Where they go; standard error of the time by default.
    clock
        Seconds that pass, from any beginning.
    notebooks
        Whether notebooks are executed, too.
    """

    def __init__(
        self,
        language: str,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        notebooks: bool = True,
    ) -> None:
        self._language, self._stream, self._clock = language, stream, clock
        self._marks = marks_of(notebooks=notebooks)
        self._began = self._line_s = self._told_s = clock()
        self._step, self._part, self._line_part = "", 0.0, 0.0
        self._spoke = False
        self._own: TimeLeft | None = None
        self._whole: tuple[float, float] | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, name="progress", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of progress, and say it if a line is due.

        Parameters
        ----------
        what
            The step.
        done, total
            Parts of it.
        """
        if total <= 0:
            return
        step, points = self._marks.get(what, (what, _IN_PROPORTION))
        parts, times = zip(*points, strict=True)
        with self._lock:
            if step != self._step:
                self._step, self._part, self._line_part, self._spoke = step, 0.0, 0.0, False
                marks = {step: (step, _IN_PROPORTION), **self._marks}
                self._own = TimeLeft({step: 1.0}, self._clock, marks, began=self._told_s)
            self._part = float(np.interp(done / total, parts, times))
            self._told_s = self._clock()
            if self._own is not None:
                self._own.progress(what, done, total)
            if self._due(self._told_s):
                self._say(self._share())

    def left(self, seconds: float | None) -> None:
        """Take note of how long the whole run will still take.

        Parameters
        ----------
        seconds
            Time that is left, None while it is not known [s].
        """
        with self._lock:
            self._whole = None if seconds is None else (seconds, self._clock())

    def still(self) -> None:
        """Say that the step is at work, if it has told nothing for long."""
        with self._lock:
            now = self._clock()
            if self._step and now - max(self._told_s, self._line_s) >= self._wait(SILENT_S, now):
                self._say(translated("still at work", self._language))

    def _due(self, now: float) -> bool:
        since = now - self._line_s
        if since < QUIET_S:
            return False
        further = self._part - self._line_part >= TENTH - 1e-9
        last = self._part >= 1.0 and self._spoke
        return further or last or since >= self._wait(EACH_S, now)

    def _wait(self, least_s: float, now: float) -> float:
        return max(least_s, SHARE_OF_TIME * (now - self._began))

    def _share(self) -> str:
        percent = number_text(int(100.0 * self._part), self._language)
        return translated("{percent} %", self._language).format(percent=percent)

    def _time(self) -> str:
        """Time that is left of the whole run where that is known, else of the step."""
        seconds = None if self._own is None or self._part >= 1.0 else self._own.seconds()
        words = translated("about {time} left", self._language)
        if self._whole is not None:
            told, at = self._whole
            seconds = told - (self._clock() - at)
            words = translated("all: about {time} left", self._language)
        if seconds is None or seconds <= 0.0:
            return ""
        return ", " + words.format(time=time_words(seconds, self._language))

    def _say(self, how: str) -> None:
        """Print a line; a log that nobody takes any more never stops the work."""
        line = f"{step_words(self._step, self._language)}: {how}{self._time()}\n"
        stream = sys.stderr if self._stream is None else self._stream
        with contextlib.suppress(OSError, ValueError):
            stream.write(line)
            stream.flush()
        self._line_s, self._line_part, self._spoke = self._clock(), self._part, True

    def _watch(self) -> None:
        while not self._ended.wait(SILENT_S / 4.0):
            self.still()
