"""``fetch`` and ``sources``: open data into data/raw, and what there is of it."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from phusong.cli.options import StudyArgument, StudyOption, faults_shown, study_file, told_progress
from phusong.cli.speech import spoken, tell
from phusong.language import spoken_language


def fetch(
    *,
    study: StudyArgument = None,
    study_option: StudyOption = None,
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Use no network: say what is missing and where to put it."),
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Take what providers have now, and pin that.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="Source whose terms you agree to, such as gadm41-3."),
    ] = None,
) -> None:
    """Fill data/raw with the open data that a study names, each file checked and recorded.

    What is there already is kept. Checksums are pinned beside the study file, so that a later
    run either gets the same bytes or says what changed.
    """
    with faults_shown(), told_progress() as bars:
        from phusong.pipeline.api import open_study  # noqa: PLC0415
        from phusong.pipeline.fetch import Fetching  # noqa: PLC0415

        opened = open_study(study_file(study, study_option))
        fetching = Fetching(
            opened, offline=offline, update=update, accepted=frozenset(accept or ()), progress=bars
        )
        for line in fetching.run():
            tell(line)


def sources() -> None:
    """List the open data that can fill an input, with licence and what it is good for."""
    from phusong.sources.fetch.catalogue import catalogue  # noqa: PLC0415

    table = Table(title='fetch = "..."', title_justify="left")
    for heading in (spoken("key"), spoken("fills"), spoken("what"), spoken("licence")):
        table.add_column(heading, overflow="fold")
    vietnamese = spoken_language() == "vi"
    for key, source in catalogue().items():
        title = source.title_vi if vietnamese else source.title_en
        table.add_row(key, f"inputs.{source.fills}", title, source.licence)
    Console().print(table)
