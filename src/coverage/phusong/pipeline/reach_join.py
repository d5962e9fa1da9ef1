"""Whole rasters of the reach, each made of the parts that all tiles have of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from phusong.analysis.reach import NO_SERVER, UNKNOWN_PERCENT
from phusong.engine import in_order
from phusong.errors import ClusterError
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile
from phusong.pipeline.session import Session
from phusong.pipeline.workers import refuse_other_maker
from phusong.store.cache import Cache
from phusong.store.files import sha256_of
from phusong.store.rasters import TENTH, TENTHS_NODATA, read_stack, write_raster_of_parts

SUFFIX = ".tif"
RASTERS: Mapping[str, Mapping[str, Any]] = {
    "level": {"nodata": TENTHS_NODATA, "scale": TENTH, "unit": "dBm"},
    "server": {"nodata": NO_SERVER},
    "probability": {"nodata": UNKNOWN_PERCENT, "unit": "percent"},
}
"""Kinds of rasters of the reach, and how each is stored."""


@dataclass(frozen=True)
class JoinTask:
    """One raster to be written from the tiles that are kept.

    Parameters
    ----------
    maker
        Key of the code and the libraries that it must be written with.
    folder
        Where the tiles are kept.
    parts
        Every tile, and the key of its file.
    number
        Which raster of these files.
    what
        ``level``, ``server`` or ``probability``.
    file
        Where to.
    grid
        The frame.
    tags
        Texts to keep with the raster.
    """

    maker: str
    folder: Path
    parts: tuple[tuple[Tile, str], ...] = field(repr=False)
    number: int
    what: str
    file: Path
    grid: Grid = field(compare=False)
    tags: Mapping[str, str] = field(compare=False)

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"the raster {self.file.parent.name}/{self.file.name}"


def join(task: JoinTask) -> str:
    """Write one raster, with one tile in memory at a time.

    Parameters
    ----------
    task
        What to write.

    Returns
    -------
    str
        SHA-256 of the file.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    refuse_other_maker(task.maker)
    store = Cache(task.folder)

    def parts() -> Iterator[tuple[Tile, NDArray[Any]]]:
        for tile, key in task.parts:
            yield tile, read_stack(store.path(key, SUFFIX), task.number)

    write_raster_of_parts(task.file, parts(), task.grid, tags=task.tags, **RASTERS[task.what])
    return sha256_of(task.file)


def joined(session: Session, tasks: Sequence[JoinTask]) -> Iterator[Path]:
    """Write rasters on the workers of a session, on this machine's cores without any.

    Parameters
    ----------
    session
        The study in use.
    tasks
        What to write.

    Yields
    ------
    pathlib.Path
        Each file, in the order of the tasks.

    Raises
    ------
    ClusterError
        A worker has written where this process sees something else.
    """
    cluster = session.cluster
    made: Iterator[str] = (
        in_order(join, tasks, workers=session.workers)
        if cluster is None
        else cluster.in_order(join, tasks)
    )
    for task, digest in zip(tasks, made, strict=True):
        if cluster is not None and not (task.file.is_file() and sha256_of(task.file) == digest):
            raise ClusterError(
                f"a worker has written {task}, but it is not in {task.file.parent}: every worker "
                "needs the study's output folder on a disk that all of them share"
            )
        yield task.file
