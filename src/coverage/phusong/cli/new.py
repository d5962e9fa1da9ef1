"""``new``: a study file for any region."""

from pathlib import Path
from typing import Annotated

import typer

from phusong.cli.options import faults_shown
from phusong.cli.speech import command_line, say, spoken


def new(  # noqa: PLR0913 — one for each option
    file: Annotated[
        Path, typer.Argument(help="Study file to write, for example configs/my-district.toml.")
    ],
    *,
    bbox: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(help="The region as a box: west south east north, in degrees."),
    ] = None,
    boundary: Annotated[
        Path | None, typer.Option(help="The region as a file of outlines (GeoPackage, GeoJSON …).")
    ] = None,
    area: Annotated[
        str | None, typer.Option(help="The region by its name on OpenStreetMap (needs a network).")
    ] = None,
    country: Annotated[
        str, typer.Option(help="ISO 3166 code of three letters, for example VNM.")
    ] = "",
    title: Annotated[str, typer.Option(help="Title of the study, for people.")] = "",
    code_column: Annotated[
        str | None, typer.Option(help="Column of codes in the file of outlines.")
    ] = None,
    name_column: Annotated[
        str | None, typer.Option(help="Column of names in the file of outlines.")
    ] = None,
    vintage: Annotated[
        str, typer.Option(help="Which list the codes are of, for example a date.")
    ] = "as given",
) -> None:
    """Write a commented study file for a region, with starting values and their sources."""
    given = [
        name
        for name, value in (("--bbox", bbox), ("--boundary", boundary), ("--area", area))
        if value
    ]
    if len(given) != 1:
        raise typer.BadParameter("say where: one of --bbox, --boundary and --area")
    with faults_shown():
        from phusong.pipeline.new import (  # noqa: PLC0415
            outlines_of_box,
            outlines_of_file,
            outlines_of_name,
            write_new_study,
        )

        if bbox is not None:
            outlines = outlines_of_box(bbox, title or file.stem)
        elif boundary is not None:
            outlines = outlines_of_file(boundary, code_column, name_column)
        else:
            outlines = outlines_of_name(area or "")
        written = write_new_study(
            file, outlines, title=title or area or file.stem, country=country, vintage=vintage
        )
    say(spoken("{file} written", file=written))
    say(spoken("next: {command}", command=command_line("phusong", "fetch", written)))
