"""What commands share: the study argument, progress, how faults are shown."""

import errno
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from phusong.cli.speech import spoken, warn_of
from phusong.cluster import LOCAL, Cluster, cluster_at, is_open_to_others
from phusong.engine import available_cores
from phusong.errors import DataWarning, ModelRangeWarning, PhusongError
from phusong.language import legible, retold, spoken_language, told
from phusong.pipeline.bars import Shown, shown_progress
from phusong.stopping import faults_of_stops

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

ClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", help="Compute path losses on a cluster: local starts processes."),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option("--scheduler", help="Address of a Dask scheduler, as tls://10.0.0.5:8786."),
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
    try:
        with faults_of_stops(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            warnings.simplefilter("ignore", ModelRangeWarning)
            warnings.showwarning = lambda message, *_, **__: warn_of(str(message))
            yield
    except PhusongError as error:
        trouble = str(error)
    except MemoryError:
        trouble = told(
            "out of memory; use fewer workers, a smaller area or a coarser grid.resolution_m"
        )
    except OSError as error:
        if error.errno == errno.EPIPE:  # who reads the output has gone; nothing is wrong
            raise
        trouble = told(
            f"{error}; see that there is space and that the file may be used, then run again"
        )
    else:
        return
    console = Console(stderr=True, highlight=False)
    words = spoken("error: {what}", what=retold(trouble, spoken_language()))
    console.print(legible(words), style="bold red", markup=False, soft_wrap=True)
    raise typer.Exit(BAD_INPUT) from None


@contextmanager
def workers_of(
    cluster: str | None, scheduler: str | None, workers: int | None
) -> Iterator[Cluster | None]:
    """Cluster that a command was told to use.

    Parameters
    ----------
    cluster
        What ``--cluster`` says: ``local`` is allowed.
    scheduler
        What ``--scheduler`` says.
    workers
        Processes to start for a local cluster; one for each core when None.

    Yields
    ------
    Cluster or None
        None when neither was named.
    """
    if cluster is not None and scheduler is not None:
        raise typer.BadParameter("name --cluster local or --scheduler ADDRESS, not both")
    if cluster not in {None, LOCAL}:
        raise typer.BadParameter(
            f"--cluster {cluster}: only local is known; a cluster that runs "
            "already is named by --scheduler ADDRESS"
        )
    where = cluster or scheduler
    if where is None:
        yield None
        return
    if where != LOCAL and is_open_to_others(where):
        warn_of(
            told(
                f"whoever reaches {where} can run any code as you on its workers; use tls:// "
                "(docs/cluster.md) unless the network is yours alone"
            )
        )
    with cluster_at(where, workers=workers or available_cores()) as opened:
        yield opened


def told_progress(*, notebooks: bool = True) -> Shown:
    """What shows how far a command is, in the language of the command line.

    Parameters
    ----------
    notebooks
        Whether notebooks are executed, too, for the time that is left.

    Returns
    -------
    Shown
        Bars in a terminal, plain lines in a log.
    """
    return shown_progress(spoken_language(), notebooks=notebooks)
