"""``pack`` and ``unpack``: a finished study as one sealed archive, from machine to machine."""

from pathlib import Path
from typing import Annotated

import typer

from phusong.cli.options import StudyArgument, StudyOption, faults_shown, study_file
from phusong.cli.speech import say, spoken, warn_of
from phusong.language import told


def pack(
    study: StudyArgument = None,
    study_option: StudyOption = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="The archive; beside the output folder by default.")
    ] = None,
    with_input: Annotated[
        list[str] | None,
        typer.Option(help="Key of an input that may be passed on, whatever its licence says."),
    ] = None,
) -> None:
    """Pack a finished study into one sealed archive, to hand over."""
    with faults_shown():
        from phusong.pipeline.api import open_study  # noqa: PLC0415
        from phusong.pipeline.pack import pack as packed_study  # noqa: PLC0415
        from phusong.store.lock import alone_in  # noqa: PLC0415

        opened = open_study(study_file(study, study_option))
        with alone_in(opened.output):
            packed = packed_study(opened, to, allowed=frozenset(with_input or ()))
    for line in packed.left_out:
        say(spoken("left out: {what}", what=line), trouble=True)
    say(spoken("{count} files in {file}", count=packed.count, file=packed.file))
    say(spoken("seal: {seal}", seal=packed.seal))
    say(
        "it holds what all operators have told; give the seal to the receiver by another way, "
        "for: phusong verify ARCHIVE --seal SEAL"
    )


def unpack(
    archive: Annotated[Path, typer.Argument(help="Archive that `phusong pack` has made.")],
    folder: Annotated[
        Path | None, typer.Argument(help="New folder; named like the archive by default.")
    ] = None,
) -> None:
    """Unpack an archive of a study into a new folder, and verify every file of it."""
    with faults_shown():
        from phusong.pipeline.pack import SUFFIX  # noqa: PLC0415
        from phusong.pipeline.pack import unpack as unpacked_study  # noqa: PLC0415

        name = archive.name.removesuffix(SUFFIX).removesuffix(".zip")
        target = folder or Path(f"{name}-unpacked" if name == archive.name else name)
        study, differences = unpacked_study(archive, target)
    for line in differences:
        warn_of(told(f"{line}; a rerun may give other bytes"))
    say(spoken("every file is what was packed; study: {study}", study=study))
