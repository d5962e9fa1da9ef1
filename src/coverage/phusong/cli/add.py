"""``add``: own files into a study."""

from pathlib import Path
from typing import Annotated

import typer

from phusong.cli.options import faults_shown
from phusong.cli.speech import say, spoken, tell, warn_of
from phusong.language import retold, spoken_language


def add(  # noqa: PLR0913 — a command line
    study: Annotated[Path, typer.Argument(help="Study file.")],
    files: Annotated[list[Path], typer.Argument(help="Files that you bring.")],
    *,
    as_key: Annotated[
        str, typer.Option("--as", help="What they are, such as towers, where it is not recognised.")
    ] = "",
    source: Annotated[
        str, typer.Option("--source", help="Who made them; stands on every product.")
    ] = "",
    licence: Annotated[str, typer.Option("--licence", help="Their licence.")] = "",
    attribution: Annotated[str, typer.Option("--attribution", help="Words to print.")] = "",
    date: Annotated[str, typer.Option("--date", help="Of when they are.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Read them instead of what the study reads now.")
    ] = False,
    beside: Annotated[
        bool,
        typer.Option("--beside", help="Read a tower list or terrain beside what is read now."),
    ] = False,
    details: Annotated[
        list[str] | None,
        typer.Option("--set", help="A further value, such as environment=in-vehicle; repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
) -> None:
    """Add your own files: recognised, checked, copied to data/raw, named in the study file.

    Towers, outlines of communes, villages, facilities, households, terrain, population, roads,
    power lines, settlements, buildings, official figures, reported villages, infrastructure,
    offices, appraised indicators, the national boundary, water, excluded ground, an operator's own
    coverage, measurements, prices on a cost form, and response
    forms that operators filled in. Comments of the study
    file stay; as it was, it is kept beside it.
    """
    with faults_shown():
        from phusong.pipeline.add import Told, carry_out, plan_addition  # noqa: PLC0415
        from phusong.pipeline.costs import add_costs  # noqa: PLC0415
        from phusong.pipeline.responses import add_response  # noqa: PLC0415
        from phusong.sources.cost_form import is_cost_form  # noqa: PLC0415
        from phusong.sources.responses import is_response_form  # noqa: PLC0415

        forms = [file for file in files if not as_key and is_response_form(file)]
        for file in forms:
            for line in add_response(study, file, source=source, dry_run=dry_run):
                tell(line)
        files = [file for file in files if file not in forms]
        if forms and not files:
            return
        priced = [file for file in files if not as_key and is_cost_form(file)]
        for file in priced:
            for line in add_costs(study, file, source=source, dry_run=dry_run):
                tell(line)
        files = [file for file in files if file not in priced]
        if priced and not files:
            return
        told = Told(
            as_key, source, licence, attribution, date,
            replace=replace, beside=beside,
        ).of(details or ())  # fmt: skip
        addition = plan_addition(study, files, told)
        for part in addition.added:
            why = retold(part.recognised.why, spoken_language())
            say(f"{part.file.name}: {part.recognised.key} ({why})")
        for line in addition.noticed:
            warn_of(line)
        say(addition.difference or spoken("the study file names them already"))
        if dry_run:
            say(spoken("nothing was written (--dry-run)"))
            return
        for line in carry_out(addition):
            tell(line)
