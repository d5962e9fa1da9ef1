"""Areas without signal drawn layer by layer, and counted commune by commune, by any process."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.analysis.gaps import (
    ClassArray,
    Confidence,
    Layer,
    class_of,
    commune_sums,
    commune_table,
    table_of_sums,
)
from phusong.analysis.reach import Reach
from phusong.analysis.silent_areas import silent_areas
from phusong.errors import ClusterError
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile
from phusong.pipeline.reach_files import layer_file
from phusong.pipeline.session import Session
from phusong.pipeline.workers import maker_key, refuse_other_maker
from phusong.store.cache import Cache
from phusong.store.files import sha256_of
from phusong.store.rasters import ROWS_AT_ONCE, raster_part
from phusong.study import Study

REACH, COMMUNES_AT_ONCE = "reach", 4
SUFFIX = ".f64"
Sums = dict[Layer, dict[str, float]]


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
        _see(file, self.seals[layer])
        return class_of(raster_part(file, tile), self.confidence)


@dataclass(frozen=True)
class DrawTask:
    """Areas without signal of one layer.

    Parameters
    ----------
    asked
        The study.
    layer
        Operator's key and technology.
    """

    asked: Asked
    layer: Layer

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"areas without signal of {self.layer[0]}, {self.layer[1]}"


@dataclass(frozen=True)
class CountTask:
    """Area and people by class of some communes, in every layer.

    Parameters
    ----------
    asked
        The study.
    layers
        Operator keys and technologies.
    communes
        Their numbers.
    people
        File of people per cell.
    seal
        Its SHA-256.
    """

    asked: Asked
    layers: tuple[Layer, ...]
    communes: range
    people: Path
    seal: str

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"the communes {self.communes.start} to {self.communes.stop - 1}"


def drawn(session: Session, reach: Reach, sure: Confidence) -> dict[Layer, gpd.GeoDataFrame] | None:
    """Draw the areas without signal of every layer on the workers of a cluster.

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
    dict or None
        What :func:`phusong.analysis.silent_areas.silent_areas` gives for each layer; None where
        the session has no cluster.
    """
    if session.cluster is None:
        return None
    asked = _asked(session, reach, sure)
    made = session.cluster.in_order(draw, [DrawTask(asked, layer) for layer in reach.layers])
    return dict(zip(reach.layers, made, strict=True))


def draw(task: DrawTask) -> gpd.GeoDataFrame:
    """Draw the areas without signal of one layer.

    Parameters
    ----------
    task
        What to draw.

    Returns
    -------
    geopandas.GeoDataFrame
        As :func:`phusong.analysis.silent_areas.silent_areas` gives them.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    asked = task.asked
    refuse_other_maker(asked.maker)

    def classes(tile: Tile) -> ClassArray:
        return asked.classes(task.layer, tile)

    return silent_areas(
        classes, asked.frame, _session(asked).inputs.communes,
        smallest_km2=asked.study.service.smallest_gap.value,
    )  # fmt: skip


def counted(
    session: Session, reach: Reach, classes: Mapping[Layer, ClassArray], sure: Confidence
) -> pd.DataFrame:
    """Count area and people by class, on the workers of a cluster where there is one.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    reach
        Received levels, as they are stored.
    classes
        Service class per cell, by operator key and technology.
    sure
        Where the lines between the classes are drawn.

    Returns
    -------
    pandas.DataFrame
        As :func:`phusong.analysis.gaps.commune_table` gives it.
    """
    communes, people = session.inputs.communes, session.inputs.people
    if session.cluster is None:
        return commune_table(classes, communes, people)
    asked, layers, count = _asked(session, reach, sure), tuple(classes), len(communes.frame)
    file = _people_file(session)
    seal = sha256_of(file)
    tasks = [
        CountTask(asked, layers, range(first, min(first + COMMUNES_AT_ONCE, count)), file, seal)
        for first in range(0, count, COMMUNES_AT_ONCE)
    ]
    sums = [each for some in session.cluster.in_order(count_communes, tasks) for each in some]
    return table_of_sums(layers, communes, sums)


def count_communes(task: CountTask) -> list[Sums]:
    """Count area and people by class in some communes.

    Parameters
    ----------
    task
        Which ones.

    Returns
    -------
    list of dict
        As :func:`phusong.analysis.gaps.commune_sums` gives them.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    asked = task.asked
    refuse_other_maker(asked.maker)
    grid, outlines = asked.frame, _session(asked).inputs.communes.frame.geometry
    _see(task.people, task.seal)
    people = np.memmap(task.people, dtype=np.float64, mode="r", shape=grid.shape)

    def classes(tile: Tile) -> Iterator[tuple[Layer, ClassArray]]:
        for layer in task.layers:
            yield layer, asked.classes(layer, tile)

    def living(tile: Tile) -> NDArray[np.float64]:
        return np.array(tile.part(people))

    return [
        commune_sums(outlines.iloc[[number]], grid, classes=classes, people=living)
        for number in task.communes
    ]


def forget_people(session: Session) -> None:
    """Remove the file that workers have looked up people in.

    Parameters
    ----------
    session
        The study in use.
    """
    shutil.rmtree(_people_store(session).folder, ignore_errors=True)


def _people_store(session: Session) -> Cache:
    return Cache(session.study.output / "cache" / "people")


def _people_file(session: Session) -> Path:
    """People per cell where workers can look into them."""
    store, count = _people_store(session), session.inputs.people.count
    key = session.key("people")

    def write(aside: Path) -> None:
        with aside.open("wb") as stream:
            for row in range(0, count.shape[0], ROWS_AT_ONCE):
                stream.write(np.ascontiguousarray(count[row : row + ROWS_AT_ONCE]).data)

    if not store.has(key, SUFFIX):
        store.put(key, SUFFIX, write)
    return store.path(key, SUFFIX)


def _asked(session: Session, reach: Reach, sure: Confidence) -> Asked:
    study, environment = session.study, reach.environment
    step = session.manifest.step(REACH)
    assert step is not None, "the reach is computed before its gaps"
    files = {layer: _probability(study, environment, layer) for layer in reach.layers}
    seals = {
        layer: step.outputs[file.relative_to(study.output).as_posix()]
        for layer, file in files.items()
    }
    return Asked(study, session.token, maker_key(), session.inputs.grid, environment, sure, seals)


def _probability(study: Study, environment: str, layer: Layer) -> Path:
    return layer_file(study, study.propagation.models[0], environment, *layer, "probability")


@lru_cache(maxsize=256)
def _see(file: Path, seal: str) -> None:
    """See once that a worker has the same file as the process that asks."""
    if not file.is_file() or sha256_of(file) != seal:
        raise ClusterError(
            f"a worker does not see the {file} that this run has written: every worker needs the "
            "study's output folder on a disk that all of them share"
        )


@lru_cache(maxsize=1)
def _session(asked: Asked) -> Session:
    """What a worker has read of a study, for all tasks of one session."""
    return Session(asked.study, frame=asked.frame)
