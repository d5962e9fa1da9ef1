"""``doctor``: whether this machine is ready."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from phusong.cli.options import BAD_INPUT, faults_shown
from phusong.language import legible, retold, spoken_language

STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


def doctor(
    folder: Annotated[Path, typer.Argument(help="Where results would be written.")] = Path(
        "data/processed"
    ),
) -> None:
    """Look at versions, drivers, cores, disk and places to write to.

    Ends with status 0 when all is well, 1 with warnings, 2 with errors.
    """
    with faults_shown():
        from phusong.pipeline.doctor import FAULT, GOOD, examine  # noqa: PLC0415

        found = examine(folder)
    table = Table(show_header=False, box=None)
    for finding in found:
        state, what, words = (
            escape(legible(retold(part, spoken_language())))
            for part in (finding.state, finding.what, finding.found)
        )
        table.add_row(f"[{STYLES[finding.state]}]{state}[/]", what, words)
    Console().print(table)
    states = {finding.state for finding in found}
    if states != {GOOD}:
        raise typer.Exit(BAD_INPUT if FAULT in states else BAD_INPUT - 1)
