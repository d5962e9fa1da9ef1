"""What rasters say of themselves."""

from collections.abc import Sequence
from pathlib import Path

from phusong.sources.gdal_files import open_raster
from phusong.sources.practice.facts import STATEMENT


def is_practice(files: Sequence[Path]) -> bool:
    """Whether one of the rasters says that it is practice data.

    Parameters
    ----------
    files
        Rasters.

    Returns
    -------
    bool
        True when its tag ``data_status`` holds the statement that practice data carries.

    Raises
    ------
    DataError
        A file is unreadable.
    """
    for file in files:
        with open_raster(file, "raster") as source:
            if source.tags().get("data_status") == STATEMENT:
                return True
    return False
