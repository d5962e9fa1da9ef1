"""``templates``: forms to send out."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from phusong.cli.options import faults_shown
from phusong.cli.speech import say, spoken


def templates(
    folder: Annotated[Path, typer.Argument(help="Folder to write the forms to.")] = Path(
        "templates"
    ),
    *,
    language: Annotated[
        Literal["vi", "en", "both"],
        typer.Option(help="Language of the words; both: Vietnamese, English below."),
    ] = "both",
) -> None:
    """Write forms to send out: towers, villages, facilities, measurements and more, as XLSX.

    Each has a sheet to fill in, an example and instructions; what comes back is read by
    phusong add.
    """
    with faults_shown():
        from phusong.pipeline.templates import write_templates  # noqa: PLC0415

        files = write_templates(folder, language=language)
    for file in files:
        say(str(file))
    say(
        spoken(
            "fill in the sheet {sheet}, then: {command}",
            sheet="Dữ liệu", command="phusong add STUDY FILE",
        )
    )  # fmt: skip
