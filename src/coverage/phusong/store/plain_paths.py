"""Paths that pyogrio takes for addresses, and how it gets to the file all the same."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OF_ADDRESSES = frozenset(";!?")
"""End a path for pyogrio, or part an archive from what lies in it."""


@contextmanager
def plainly_named(file: Path) -> Iterator[Path]:
    """A vector file by a path that pyogrio hands to GDAL as it is.

    It cuts off what stands behind ``;``, and takes what stands before ``!`` for an archive: of
    ``xã; bản/a.gpkg`` it would read the file ``xã``.

    Parameters
    ----------
    file
        The file.

    Yields
    ------
    pathlib.Path
        The same path, or while this lasts a link to the file and to all that has its name with
        another ending. Paths of Windows, which begin with a drive, are never taken for addresses.
    """
    where = file.absolute()
    if os.name == "nt" or not _OF_ADDRESSES & set(str(where)):
        yield file
        return
    plain = "".join("_" if sign in _OF_ADDRESSES else sign for sign in where.stem)
    with tempfile.TemporaryDirectory() as folder:
        for part in where.parent.iterdir():
            if part.name.startswith(f"{where.stem}."):
                (Path(folder) / (plain + part.name.removeprefix(where.stem))).symlink_to(part)
        yield Path(folder) / (plain + where.suffix)
