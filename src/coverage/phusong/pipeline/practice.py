"""Writing the practice study."""

from pathlib import Path

from phusong.sources.practice.study import practice_study_text
from phusong.sources.practice.writer import write_practice_data
from phusong.store.files import write_text

STUDY_NAME = "demo.toml"


def write_practice_study(folder: Path) -> Path:
    """Write the practice data and a study file that reads it.

    Parameters
    ----------
    folder
        Where to; made when missing.

    Returns
    -------
    pathlib.Path
        The study file; its results go to ``processed`` beside it.
    """
    write_practice_data(folder)
    study = folder / STUDY_NAME
    write_text(study, practice_study_text(data="", output="processed"))
    return study
