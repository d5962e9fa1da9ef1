"""``plan`` and ``compare``: where to build first, and what changed between two runs."""

import math
from pathlib import Path
from typing import Annotated

import typer

from phusong.cli.options import (
    FreshOption,
    StudyArgument,
    StudyOption,
    WorkersOption,
    faults_shown,
    study_file,
    told_progress,
)
from phusong.cli.speech import say, spoken, tell
from phusong.language import spoken_language

MOST_SHOWN = 10


def plan(
    *,
    study: StudyArgument = None,
    study_option: StudyOption = None,
    workers: WorkersOption = None,
    fresh: FreshOption = False,
) -> None:
    """Rank where to build first, with the tables of plan/; what is done already is reused."""
    with faults_shown(), told_progress() as bars:
        from phusong.pipeline.api import open_study  # noqa: PLC0415
        from phusong.pipeline.begin import start  # noqa: PLC0415
        from phusong.pipeline.run import plan_study  # noqa: PLC0415

        opened = open_study(study_file(study, study_option))
        found = plan_study(start(opened, workers=workers, progress=bars, fresh=fresh or None))
    for line in opened.history:
        tell(line)
    for row in found.priorities.head(MOST_SHOWN).itertuples():
        gain = spoken(
            "{people} people, {money} {currency}",
            people=round(row.people_newly_covered), money=row.present_value, currency=row.currency,
        )  # fmt: skip
        named = " ".join(f"{row.option_id}  {row.operator}, {row.commune}".splitlines())
        say(f"{row.rank:>3}  {named}: {gain}")
    say(spoken("done: {folder}", folder=opened.output / "plan"))


def split(
    *,
    study: StudyArgument = None,
    study_option: StudyOption = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help="Column of the outlines with the region; the gazetteer's units otherwise."
        ),
    ] = None,
) -> None:
    """Write one study file for each region of a study, beside it."""
    with faults_shown():
        from phusong.pipeline.api import open_study  # noqa: PLC0415
        from phusong.pipeline.split import split_study  # noqa: PLC0415

        for file in split_study(open_study(study_file(study, study_option)), by):
            say(spoken("{file} written", file=file))


def share_budget(
    studies: Annotated[list[Path], typer.Argument(help="Study files, one for each region.")],
    *,
    budget: Annotated[
        float, typer.Option("--budget", help="Present value for all of them, in their currency.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", help="CSV file for the division.")
    ] = None,
) -> None:
    """Divide one budget among studies of several regions whose plans are there."""
    with faults_shown():
        from phusong.pipeline.api import open_study  # noqa: PLC0415
        from phusong.pipeline.shared_budget import (  # noqa: PLC0415
            shared_budget,
            write_shared_budget,
        )

        opened = [open_study(study_file(file, None)) for file in studies]
        table = shared_budget(opened, budget)
        for row in table.itertuples():
            told = spoken(
                "{money} {currency}, {options} options, {people} people newly covered",
                money=row.budget, currency=row.currency, options=round(row.options),
                people=round(row.people_newly_covered + row.people_white_zone),
            )  # fmt: skip
            say(f"{row.study_file or spoken('together')}: {told}")
            if row.study_file and row.is_largest:
                say(
                    spoken(
                        "{study}: the largest budget that it has a best set for; with a higher "
                        "planning.priorities it may use more",
                        study=row.study_file,
                    )
                )
        say(
            spoken(
                "at most {percent} % below any division of this money, no study beyond the largest "
                "budget that it has a best set for",
                percent=math.ceil(10.0 * table["gap_percent"].iloc[-1]) / 10.0,
            )
        )
        if output is not None:
            write_shared_budget(output, table, opened)
            say(spoken("{file} written", file=output))


def compare(
    before: Annotated[Path, typer.Argument(help="Study file that was run, or output folder.")],
    after: Annotated[Path, typer.Argument(help="The other one.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Folder for compare.html, tables as CSV, and JSON."),
    ] = None,
) -> None:
    """Say what changed between two runs: coverage, options, ranks, and which inputs differ."""
    with faults_shown():
        from phusong.pipeline.compare import compare as compared  # noqa: PLC0415
        from phusong.pipeline.compare import text_of, write_comparison  # noqa: PLC0415

        found = compared(before, after)
        say(text_of(found, spoken_language()))
        if output is not None:
            for file in write_comparison(found, output):
                say(spoken("{file} written", file=file))
