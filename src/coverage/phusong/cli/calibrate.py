"""``calibrate``: a study's levels against measurements."""

from phusong.cli.options import (
    StudyArgument,
    StudyOption,
    WorkersOption,
    faults_shown,
    study_file,
    told_progress,
)
from phusong.cli.speech import tell


def calibrate(
    *,
    study: StudyArgument = None,
    study_option: StudyOption = None,
    workers: WorkersOption = None,
) -> None:
    """Compare levels with measurements, and fit what the model gets wrong.

    Writes tables of the fit, of what is covered as modelled and as measured, the residual of each
    place, where to measure next, and the lines to put into the study file.
    """
    with faults_shown(), told_progress() as bars:
        from phusong.pipeline.api import open_study  # noqa: PLC0415
        from phusong.pipeline.begin import start  # noqa: PLC0415
        from phusong.pipeline.calibrate import calibrate as run_calibration  # noqa: PLC0415
        from phusong.pipeline.calibrate import noticed_lines, report_lines  # noqa: PLC0415
        from phusong.store.lock import alone_in  # noqa: PLC0415

        opened = open_study(study_file(study, study_option))
        with alone_in(opened.output):
            session = start(opened, workers=workers, progress=bars)
            found = run_calibration(session)
    for line in (*noticed_lines(session), *report_lines(found, opened.output)):
        tell(line)
