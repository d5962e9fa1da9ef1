"""What workers see of a study whose reach is stored: classes, people, its inputs."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from phusong.analysis.gaps import ClassArray, Confidence, Layer, class_of
from phusong.analysis.level_errors import SectorLines
from phusong.analysis.reach import Reach
from phusong.errors import ClusterError
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile
from phusong.pipeline.reach_files import layer_file
from phusong.pipeline.session import Session
from phusong.pipeline.workers import maker_key
from phusong.store.cache import Cache
from phusong.store.files import key_of, sha256_of
from phusong.store.rasters import ROWS_AT_ONCE, raster_part
from phusong.study import Study
from phusong.units import FloatArray

REACH = "reach"
SUFFIX = ".f64"


@dataclass(frozen=True)
class Asked:
    """What workers need to know of a study to look into its reach.

    Parameters
    ----------
    study
        The study.
    token
        Of the session that asks.
    maker
        Key of the code and the libraries that it must be computed with.
    frame
        The study's grid.
    environment
        Service environment.
    confidence
        Where the lines between the classes are drawn.
    seals
        SHA-256 of the raster of probabilities of each layer.
    """

    study: Study = field(compare=False)
    token: str
    maker: str
    frame: Grid = field(compare=False)
    environment: str = field(compare=False)
    confidence: Confidence = field(compare=False)
    seals: Mapping[Layer, str] = field(compare=False, repr=False)

    def classes(self, layer: Layer, tile: Tile) -> ClassArray:
        """Class of each cell of a part of the grid, out of the stored raster.

        Parameters
        ----------
        layer
            Operator's key and technology.
        tile
            The part.

        Returns
        -------
        numpy.ndarray
            Shape of the tile.
        """
        file = _probability(self.study, self.environment, layer)
        see(file, self.seals[layer])
        return class_of(raster_part(file, tile), self.confidence)


@dataclass(frozen=True)
class StoredPeople:
    """People of every cell in a file that workers look into.

    Parameters
    ----------
    file
        People per cell, float64.
    seal
        SHA-256 of the file.
    """

    file: Path
    seal: str

    def over(self, grid: Grid) -> Callable[[Tile], FloatArray]:
        """Look people up.

        Parameters
        ----------
        grid
            The frame.

        Returns
        -------
        callable
            Gives people per cell of a part of the grid.
        """
        see(self.file, self.seal)
        people = np.memmap(self.file, dtype=np.float64, mode="r", shape=grid.shape)
        return lambda tile: np.array(tile.part(people))


@dataclass(frozen=True)
class StoredLines:
    """What each sector needs, in a file that workers look into.

    Parameters
    ----------
    file
        Level, deviation, variability of locations and mast of every sector, float64.
    seal
        SHA-256 of the file.
    """

    file: Path
    seal: str

    def read(self) -> SectorLines:
        """Look into the file.

        Returns
        -------
        SectorLines
            In the order of the network.
        """
        see(self.file, self.seal)
        needed, deviation, location, site = np.fromfile(self.file, dtype=np.float64).reshape(4, -1)
        return SectorLines(needed, deviation, location, site.astype(np.int64))


def asked_of(session: Session, reach: Reach, sure: Confidence) -> Asked:
    """Say what workers need to know of a reach.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    reach
        Received levels, as they are stored.
    sure
        Where the lines between the classes are drawn.

    Returns
    -------
    Asked
        For tasks of one environment.
    """
    study, environment = session.study, reach.environment
    files = {layer: _probability(study, environment, layer) for layer in reach.layers}
    sealed = seals_of(session, files.values())
    seals = {layer: sealed[file] for layer, file in files.items()}
    return Asked(study, session.token, maker_key(), session.inputs.grid, environment, sure, seals)


def stored_lines(session: Session, environment: str, lines: SectorLines) -> StoredLines:
    """Keep what each sector needs where workers can look into it.

    Parameters
    ----------
    session
        The study in use.
    environment
        Service environment.
    lines
        What each sector needs there.

    Returns
    -------
    StoredLines
        Until :func:`forget_people` removes it.
    """
    rows = (lines.needed_dbm, lines.standard_deviation_db, lines.location_db, lines.site)
    values = np.stack([row.astype(np.float64) for row in rows])
    return StoredLines(*_kept(session, key_of([session.key("lines"), environment]), values.tofile))


def seals_of(session: Session, files: Iterable[Path]) -> dict[Path, str]:
    """Look up what the reach has recorded of its rasters.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    files
        Some of the rasters.

    Returns
    -------
    dict
        SHA-256 of each.
    """
    step, folder = session.manifest.step(REACH), session.study.output
    assert step is not None, "the reach is computed before its gaps"
    return {file: step.outputs[file.relative_to(folder).as_posix()] for file in files}


def forget_people(session: Session) -> None:
    """Remove the files that workers have looked up people and sectors in.

    Parameters
    ----------
    session
        The study in use.
    """
    shutil.rmtree(_people_store(session).folder, ignore_errors=True)


def _people_store(session: Session) -> Cache:
    return Cache(session.study.output / "cache" / "people")


def _kept(session: Session, key: str, write: Callable[[Path], object]) -> tuple[Path, str]:
    """A file that workers look into, written unless it is there and whole, and its SHA-256."""
    store = _people_store(session)
    if not store.has(key, SUFFIX):
        store.put(key, SUFFIX, write)
    return store.path(key, SUFFIX), store.seal(key, SUFFIX)


def stored_people(session: Session) -> StoredPeople:
    """Keep people per cell where workers can look into them.

    Parameters
    ----------
    session
        The study in use.

    Returns
    -------
    StoredPeople
        Until :func:`forget_people` removes them.
    """
    count = session.inputs.people.count

    def write(aside: Path) -> None:
        with aside.open("wb") as stream:
            for row in range(0, count.shape[0], ROWS_AT_ONCE):
                stream.write(np.ascontiguousarray(count[row : row + ROWS_AT_ONCE]).data)

    return StoredPeople(*_kept(session, session.key("people"), write))


def _probability(study: Study, environment: str, layer: Layer) -> Path:
    return layer_file(study, study.propagation.models[0], environment, *layer, "probability")


@lru_cache(maxsize=256)
def see(file: Path, seal: str) -> None:
    """See once that a worker has the same file as the process that asks.

    Parameters
    ----------
    file
        The file.
    seal
        Its SHA-256 there.

    Raises
    ------
    ClusterError
        It is another one here, or none.
    """
    if not file.is_file() or sha256_of(file) != seal:
        raise ClusterError(
            f"a worker does not see the {file} that this run has written: every worker needs the "
            "study's output folder on a disk that all of them share"
        )


@lru_cache(maxsize=1)
def session_of(asked: Asked) -> Session:
    """Take what a worker has read of a study, for all tasks of one session.

    Parameters
    ----------
    asked
        The study.

    Returns
    -------
    Session
        It reads what it is asked for.
    """
    return Session(asked.study, frame=asked.frame)
