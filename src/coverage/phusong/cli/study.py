"""``demo``, ``check``, ``run``, ``report`` and ``verify``: a study from inputs to products."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from phusong.cli.options import (
    BAD_INPUT,
    ClusterOption,
    FreshOption,
    SchedulerOption,
    StudyArgument,
    StudyOption,
    WorkersOption,
    faults_shown,
    study_file,
    told_progress,
    workers_of,
)
from phusong.cli.speech import command_line, say, spoken, tell, warn_of
from phusong.errors import DataError
from phusong.language import spoken_language


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write the practice study to.")] = Path(
        "data/raw/demo"
    ),
) -> None:
    """Write the practice study: invented terrain, towers, people and villages."""
    with faults_shown():
        from phusong.pipeline.practice import write_practice_study  # noqa: PLC0415

        study = write_practice_study(folder)
        say(spoken("practice data written to {folder}", folder=folder))
        say(spoken("next: {command}", command=command_line("phusong", "run", study)))


def check(
    study: StudyArgument = None,
    study_option: StudyOption = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the report as a page.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the report for a machine.")
    ] = None,
) -> None:
    """Say what is missing, guessed or suspicious in the inputs, before any computing.

    Ends with status 0 when nothing is suspicious, 1 with warnings, 2 with errors.
    """
    from phusong.pipeline.api import open_study  # noqa: PLC0415
    from phusong.pipeline.check import (  # noqa: PLC0415
        audit_inputs,
        report_json,
        report_page,
        report_text,
    )
    from phusong.store.files import write_text  # noqa: PLC0415

    with faults_shown():
        audit = audit_inputs(open_study(study_file(study, study_option)))
        if html is not None:
            write_text(html, report_page(audit))
        if json_file is not None:
            write_text(json_file, report_json(audit))
        if audit.messages:
            raise DataError("\n".join(audit.messages))
    tell(report_text(audit, spoken_language()))
    if audit.status:
        raise typer.Exit(audit.status)


def run(
    *,
    study: StudyArgument = None,
    study_option: StudyOption = None,
    workers: WorkersOption = None,
    fresh: FreshOption = False,
    notebooks: Annotated[
        bool, typer.Option(help="Execute and render the notebooks as well.")
    ] = True,
    cluster: ClusterOption = None,
    scheduler: SchedulerOption = None,
    log_messages: Annotated[
        bool,
        typer.Option("--log-messages", help="Log warnings by their words, which may quote rows."),
    ] = False,
) -> None:
    """Compute reach, gaps and plan, and write maps, tables and notebooks."""
    with faults_shown(), told_progress(notebooks=notebooks) as bars:
        from phusong.pipeline.api import open_study  # noqa: PLC0415
        from phusong.pipeline.run import WARNING, run_study  # noqa: PLC0415
        from phusong.pipeline.run_log import RunLog, cost_table  # noqa: PLC0415
        from phusong.store.lock import alone_in  # noqa: PLC0415

        opened = open_study(study_file(study, study_option))
        with alone_in(opened.output), workers_of(cluster, scheduler, workers) as used:
            log = RunLog(
                opened, progress=bars, left=bars.left, messages=log_messages, notebooks=notebooks
            )
            door = run_study(
                opened,
                workers=workers,
                log=log,
                fresh=fresh or None,
                with_notebooks=notebooks,
                cluster=used,
            )
    for line in opened.history:
        if line.startswith(WARNING):
            warn_of(line.removeprefix(WARNING))
        else:
            tell(line)
    costs = cost_table(log.costs, spoken_language())
    if costs:
        say(costs)
    say(spoken("done: open {file}", file=door))


def report(
    *,
    study: StudyArgument = None,
    study_option: StudyOption = None,
    workers: WorkersOption = None,
    notebooks: Annotated[
        bool, typer.Option(help="Execute and render the notebooks as well.")
    ] = True,
    audience: Annotated[
        str | None,
        typer.Option(help="Only for these readers: province, public, or operator:NAME."),
    ] = None,
    marking: Annotated[
        str, typer.Option(help="Words on each page for an audience, such as Lưu hành nội bộ.")
    ] = "",
    language: Annotated[
        Literal["vi", "en", "both"] | None,
        typer.Option(
            help="Language shown first, and of the workbook; as the study says otherwise."
        ),
    ] = None,
) -> None:
    """Write the maps, tables and notebooks of a study again, or those for one audience."""
    if marking and audience is None:
        raise typer.BadParameter("--marking marks the pages for an audience; name --audience")
    with faults_shown(), told_progress(notebooks=notebooks) as bars:
        from phusong.pipeline.api import open_study, shown_in  # noqa: PLC0415
        from phusong.pipeline.audience import write_for_audience  # noqa: PLC0415
        from phusong.pipeline.begin import start  # noqa: PLC0415
        from phusong.pipeline.report import write_report  # noqa: PLC0415
        from phusong.store.lock import alone_in  # noqa: PLC0415

        opened = open_study(study_file(study, study_option))
        if language is not None:
            opened = shown_in(opened, language)
        with alone_in(opened.output):
            session = start(opened, workers=workers, progress=bars)
            if audience is None:
                door = write_report(session, again=True, with_notebooks=notebooks)
            else:
                door = write_for_audience(session, audience, marking=marking)
    say(spoken("done: open {file}", file=door))


def verify(
    folder: Annotated[
        Path,
        typer.Argument(
            help="A study or its output folder, a folder of fetched inputs, or a packed archive."
        ),
    ],
    against: Annotated[
        Path | None, typer.Option(help="Another output folder to compare numbers with.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest difference that counts as equal \\[dB, people].")
    ] = 0.0,
    seal: Annotated[
        str | None, typer.Option(help="Seal that `phusong pack` has told, of an archive.")
    ] = None,
) -> None:
    """Check every file of a run against its checksum, or two runs against each other."""
    if tolerance and against is None:
        raise typer.BadParameter("--tolerance compares two runs; name the other with --against")
    if seal is not None and not folder.is_file():
        raise typer.BadParameter("--seal is of an archive; name one of `phusong pack`")
    with faults_shown():
        from phusong.pipeline.verify import compare_runs, damaged_files  # noqa: PLC0415

        folder, against = _output_of(folder), None if against is None else _output_of(against)
        if folder.is_file() and against is None and folder.suffix == ".zip":
            _verify_archive(folder, seal)
            return
        faults = damaged_files(folder)
        if against is not None:
            faults += damaged_files(against) + compare_runs(folder, against, tolerance=tolerance)
    for fault in faults:
        tell(fault, trouble=True)
    if faults:
        raise typer.Exit(BAD_INPUT - 1)
    same = spoken("every file is what it was")
    say(same if against is None else spoken("both runs agree"))


def _output_of(named: Path) -> Path:
    """Where the results of a study file are; anything else is what it is."""
    from phusong.pipeline.api import open_study  # noqa: PLC0415

    return open_study(named).output if named.suffix == ".toml" and named.is_file() else named


def _verify_archive(archive: Path, seal: str | None) -> None:
    from phusong.pipeline.pack import archive_faults  # noqa: PLC0415

    found, faults = archive_faults(archive, seal)
    for fault in faults:
        tell(fault, trouble=True)
    if faults:
        raise typer.Exit(BAD_INPUT - 1)
    known = spoken("as told") if seal else spoken("compare it with the one that was told")
    say(spoken("every file is what was packed"))
    say(spoken("seal: {seal}, {known}", seal=found, known=known))
