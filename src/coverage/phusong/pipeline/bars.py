"""How far the work is: bars in a terminal and in a notebook, plain lines in a log."""

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
from phusong.pipeline.progress_lines import ProgressLines
from phusong.pipeline.step_words import step_words, time_words
from phusong.reporting.escape import text

Told = Callable[[str, int, int], None]
"""As :data:`phusong.pipeline.session.Progress`; here without what a session loads."""
VARIABLE = "PHUSONG_PROGRESS"
"""Environment variable that, at 0, leaves out what would be shown."""


class _Counted(ProgressColumn):
    """A column of a line that counts parts; empty in a line of words alone."""

    def __init__(self, column: ProgressColumn) -> None:
        super().__init__()
        self._column = column

    def render(self, task: Task) -> RenderableType:
        """What stands in the column."""
        return "" if task.total is None else self._column.render(task)


class TerminalBars:
    """Progress bars on standard error, one per step.

    Parameters
    ----------
    language
        Of the words beside them, ``vi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._progress = Progress(
            TextColumn("{task.description:<10}"),
            _Counted(BarColumn()),
            _Counted(MofNCompleteColumn()),
            _Counted(TimeRemainingColumn(elapsed_when_finished=True)),
            console=Console(stderr=True),
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
        words = step_words(what, self._language)
        self._progress.update(self._task(what, words), completed=done, total=total)

    def left(self, seconds: float | None) -> None:
        """Show how long the whole run will still take.

        Parameters
        ----------
        seconds
            Time that is left, None while it is not known [s].
        """
        if seconds is not None:
            words = translated("all: about {time} left", self._language)
            words = words.format(time=time_words(seconds, self._language))
            self._progress.update(self._task("", words), description=words)

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


class Unseen:
    """Progress that nobody is shown."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show nothing.

        Parameters
        ----------
        what
            The step.
        done, total
            Parts of it.
        """

    def left(self, seconds: float | None) -> None:
        """Show nothing.

        Parameters
        ----------
        seconds
            Time that is left [s].
        """


Shown = TerminalBars | ProgressLines | Unseen
"""What shows on standard error how far the work is."""


def shown_progress(language: str, *, notebooks: bool = True) -> Shown:
    """What shows on standard error how far the work is.

    Parameters
    ----------
    language
        Of its words, ``vi`` or ``en``.
    notebooks
        Whether notebooks are executed, too, for the time that is left.

    Returns
    -------
    Shown
        Bars in a terminal, plain lines where standard error goes to a file or a pipe; nothing
        where ``PHUSONG_PROGRESS`` is 0.
    """
    if os.environ.get(VARIABLE, "") == "0":
        return Unseen()
    if sys.stderr.isatty():
        return TerminalBars(language)
    return ProgressLines(language, notebooks=notebooks)


@contextmanager
def watched(progress: Told | None) -> Iterator[Told]:
    """What is told how far a step is.

    Parameters
    ----------
    progress
        What the caller wants told; None for what suits the place.

    Yields
    ------
    Progress
        Bars below the cell in a notebook, on standard error in a terminal, plain lines there
        elsewhere; nothing is shown where ``PHUSONG_PROGRESS`` is 0.
    """
    if progress is not None:
        yield progress
    elif in_notebook() and os.environ.get(VARIABLE, "") != "0":
        yield NotebookBars()
    else:
        with shown_progress(spoken_language()) as shown:
            yield shown
