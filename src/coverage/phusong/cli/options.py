"""What commands share: the study argument, progress, how faults are shown."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from phusong.errors import DataWarning, ModelRangeWarning, PhusongError

STUDY_VARIABLE = "PHUSONG_STUDY"
DEFAULT_STUDY = "configs/demo.toml"
BAD_INPUT = 2

StudyArgument = Annotated[
    Path | None,
    typer.Argument(help=f"Study file; else --study, else {STUDY_VARIABLE}, else {DEFAULT_STUDY}."),
]
StudyOption = Annotated[Path | None, typer.Option("--study", help="The same, as an option.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Threads; every core by default.")
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Compute again what is stored (as PHUSONG_FRESH=1 does).")
]


def study_file(argument: Path | None, option: Path | None) -> Path:
    """Study file that a command was given, by argument, option or environment.

    Parameters
    ----------
    argument, option
        What stands on the command line.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    typer.BadParameter
        Argument and option name different files.
    """
    if argument and option and argument != option:
        raise typer.BadParameter(f"{argument} and --study {option} differ; name one study")
    named = argument or option or os.environ.get(STUDY_VARIABLE)
    return Path(named or DEFAULT_STUDY)


@contextmanager
def faults_shown() -> Iterator[None]:
    """Show a fault as a message without a traceback, and end with status 2."""
    console = Console(stderr=True, highlight=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            warnings.simplefilter("ignore", ModelRangeWarning)
            warnings.showwarning = lambda message, *_, **__: typer.echo(
                f"warning: {message}", err=True
            )
            yield
    except PhusongError as error:
        console.print(f"error: {error}", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        console.print("stopped; run the same command again to go on from here", style="yellow")
        raise typer.Exit(130) from None


class Bars:
    """Progress bars on standard error, one per step; quiet when nobody watches."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> "Bars":
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
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done, total=total)  # type: ignore[arg-type]
