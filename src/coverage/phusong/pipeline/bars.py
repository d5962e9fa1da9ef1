"""Progress bars: in a terminal, in a notebook, and nothing where nobody watches."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from phusong.language import spoken_language, translated
from phusong.reporting.escape import text

Told = Callable[[str, int, int], None]
"""As :data:`phusong.pipeline.session.Progress`; here without what a session loads."""
VARIABLE = "PHUSONG_PROGRESS"
"""Environment variable that, at 0, leaves out bars that would be shown."""


def step_words(step: str, language: str) -> str:
    """What a progress bar calls a step.

    Parameters
    ----------
    step
        Its key, such as ``reach``.
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        Words for it; the key where it has none.
    """
    known = {
        "candidates": translated("candidates", language, context="step"),
        "reach": translated("reach", language, context="step"),
        "service": translated("service", language, context="step"),
        "gaps": translated("gaps", language, context="step"),
        "plan": translated("plan", language, context="step"),
        "report": translated("report", language, context="step"),
        "map": translated("map", language, context="step"),
    }
    return known.get(step, step)


class _Counted(ProgressColumn):
    """A column of a line that counts parts; empty in a line of words alone."""

    def __init__(self, column: ProgressColumn) -> None:
        super().__init__()
        self._column = column

    def render(self, task: Task) -> RenderableType:
        """What stands in the column."""
        return "" if task.total is None else self._column.render(task)


class TerminalBars:
    """Progress bars on standard error, one per step; quiet when nobody watches.

    Parameters
    ----------
    words
        What a bar calls a step.
    """

    def __init__(self, words: Callable[[str], str]) -> None:
        self._words = words
        self._progress = Progress(
            TextColumn("{task.description:<10}"),
            _Counted(BarColumn()),
            _Counted(MofNCompleteColumn()),
            _Counted(TimeRemainingColumn(elapsed_when_finished=True)),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how far a step is.

        Parameters
        ----------
        what
            The step.
        done, total
            Parts of it.
        """
        self._progress.update(self._task(what, self._words(what)), completed=done, total=total)

    def describe(self, what: str, words: str) -> None:
        """Give a line other words.

        Parameters
        ----------
        what
            The line.
        words
            What it shall say.
        """
        self._progress.update(self._task(what, words), description=words)

    def _task(self, what: str, words: str) -> TaskID:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(words, total=None)
        return self._tasks[what]


class NotebookBars:
    """Progress bars below a cell, one per step: markup that stays readable once it is saved."""

    def __init__(self) -> None:
        self._steps: dict[str, tuple[int, int]] = {}
        self._shown: Any = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how far a step is.

        Parameters
        ----------
        what
            The step.
        done, total
            Parts of it.
        """
        from IPython.display import display  # noqa: PLC0415 — loaded already where this runs

        if self._steps.get(what) == (done, total):
            return
        self._steps[what] = (done, total)
        if self._shown is None:
            self._shown = display(self, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._shown.update(self)

    def _lines(self) -> Iterator[tuple[str, int, int]]:
        for what, (done, total) in self._steps.items():
            words = dict.fromkeys(step_words(what, language) for language in ("vi", "en"))
            yield " · ".join(words), done, total

    def _repr_html_(self) -> str:
        bars = (
            f'<label style="display:block">{text(words)} '
            f'<progress value="{done}" max="{max(total, 1)}"></progress> {done} / {total}</label>'
            for words, done, total in self._lines()
        )
        return f'<div class="progress">{"".join(bars)}</div>'

    def __repr__(self) -> str:
        return "\n".join(f"{words}: {done} / {total}" for words, done, total in self._lines())


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook.

    Returns
    -------
    bool
        False in a terminal, also under IPython, and in scripts.
    """
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


def _unseen(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@contextmanager
def watched(progress: Told | None) -> Iterator[Told]:
    """What is told how far a step is.

    Parameters
    ----------
    progress
        What the caller wants told; None for bars where somebody watches.

    Yields
    ------
    Progress
        Bars below the cell in a notebook, on standard error in a terminal; elsewhere, and where
        ``PHUSONG_PROGRESS`` is 0, nothing is shown.
    """
    if progress is not None:
        yield progress
    elif os.environ.get(VARIABLE, "") == "0":
        yield _unseen
    elif in_notebook():
        yield NotebookBars()
    elif sys.stderr.isatty():
        with TerminalBars(lambda step: step_words(step, spoken_language())) as bars:
            yield bars
    else:
        yield _unseen
