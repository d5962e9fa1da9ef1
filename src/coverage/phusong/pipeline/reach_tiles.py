"""Reach of a grid of several tiles: each reduced on its own, then written as one raster."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from phusong.cluster import AHEAD
from phusong.errors import ClusterError
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.geo.tiles import Tile, tiles_of
from phusong.pipeline.best_servers import STEP, Reduction
from phusong.pipeline.competitors import Competitors, competitors
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.reach_files import layer_file, layer_names, own_layers, raster_tags
from phusong.pipeline.reach_join import RASTERS, SUFFIX, JoinTask, joined
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import supplied_maps
from phusong.pipeline.workers import maker_key, refuse_other_maker
from phusong.store.cache import Cache
from phusong.store.files import key_of
from phusong.store.rasters import tenths_of, write_stack
from phusong.study import ModelKey, Study
from phusong.units import BoolArray


def reach_tiles(session: Session, model: str) -> tuple[Tile, ...]:
    """Tiles that best servers are found in.

    Parameters
    ----------
    session
        The study in use.
    model
        Propagation model.

    Returns
    -------
    tuple of Tile
        Of the grid of the model's receivers; one where it has no more than
        ``grid.tile_cells`` rows and columns.
    """
    shape = lattice_of(session, model).grid.shape
    return tiles_of(shape, cells=session.study.grid.tile_cells)


def write_by_tile(session: Session, network: Network, model: ModelKey) -> list[Path]:
    """Compute and write the rasters of one model, with one tile in memory at a time.

    Parameters
    ----------
    session
        The study in use; tiles are reduced by the workers of its cluster where it has one.
    network
        The sectors that radiate.
    model
        Propagation model.

    Returns
    -------
    list of pathlib.Path
        The files, the same bytes as for one tile.
    """
    study, tiles = session.study, reach_tiles(session, model)
    losses = LossMaps(session, model)
    own, supplied = own_layers(study, network), supplied_maps(study, network)
    rivals = competitors(study, network, own, supplied)
    tasks = tile_tasks(losses, rivals, tiles)
    total, seen, done = len(rivals.masts) + len(tiles), set[Mast](), 0
    for masts, some in _in_turn(losses, rivals, tasks):
        with losses.held(masts):
            for mast, _ in zip(masts, losses.kept(masts), strict=True):
                seen.add(mast)
                session.progress(STEP, done + len(seen), total)
            for _ in _kept(losses, some):
                done += 1
                session.progress(STEP, done + len(seen), total)
    study.note(losses.told())
    return list(joined(session, [
        task
        for environment in study.environments
        for task in _to_join(session, network, environment, tasks)
    ]))  # fmt: skip


def _in_turn(
    losses: LossMaps, rivals: Competitors, tasks: Sequence["TileTask"]
) -> Iterator[tuple[Sequence[Mast], Sequence["TileTask"]]]:
    """Masts and the tiles that follow them: all at once, or as few as a limited cache asks for."""
    session = losses.session
    if session.most_cache_bytes is None:
        yield rivals.masts, tasks
        return
    cluster, store = session.cluster, _store(session.study)
    together = 1 if cluster is None else AHEAD * cluster.cores
    for first in range(0, len(tasks), together):
        some = tasks[first : first + together]
        lacking = [task for task in some if not _is_kept(session, store, task)]
        yield tuple(dict.fromkeys(m for task in lacking for m in task.rivals.masts)), some


def tile_tasks(losses: LossMaps, rivals: Competitors, tiles: Iterable[Tile]) -> list["TileTask"]:
    """One task for each tile, with no more of the network than may reach it.

    Parameters
    ----------
    losses
        Path losses of all masts.
    rivals
        All sectors that compete.
    tiles
        The tiles.

    Returns
    -------
    list of TileTask
        In the order of the tiles.
    """
    session, model, frame = losses.session, losses.model, losses.session.inputs.grid
    key = key_of([session.key(STEP), model, session.study.grid.tile_cells])
    return [
        TileTask(
            session.study, session.token, maker_key(), model, frame, tile,
            rivals.near(losses.grid, tile), key,
        )
        for tile in tiles
    ]  # fmt: skip


def forget_tiles(session: Session) -> None:
    """Remove the parts that whole rasters were made of.

    Parameters
    ----------
    session
        The study in use; its reach must have been recorded.
    """
    shutil.rmtree(_store(session.study).folder, ignore_errors=True)


@dataclass(frozen=True)
class TileTask:
    """Best servers of one tile, to be kept in the study's output folder.

    Parameters
    ----------
    study
        The study.
    token
        Of the session that asks.
    maker
        Key of the code and the libraries that it must be computed with.
    model
        Propagation model.
    frame
        The study's grid: no worker needs the communes for it.
    tile
        The tile.
    rivals
        The sectors that may reach it: no worker needs the others.
    key
        Of everything that the tiles of this model depend on.
    """

    study: Study = field(compare=False)
    token: str
    maker: str
    model: ModelKey
    frame: Grid = field(compare=False)
    tile: Tile = field(compare=False)
    rivals: Competitors = field(compare=False)
    key: str = field(compare=False)

    def __str__(self) -> str:
        """What it is called in a message."""
        return f"the tile {self.tile.key}"

    def file_key(self, environment: str, what: str) -> str:
        """Key of what is kept of the tile.

        Parameters
        ----------
        environment
            Service environment.
        what
            ``level``, ``server`` or ``probability``.

        Returns
        -------
        str
            Hexadecimal digest.
        """
        return key_of([self.key, self.tile.key, environment, what])

    def files(self) -> list[str]:
        """List what is kept of the tile.

        Returns
        -------
        list of str
            Keys.
        """
        return [self.file_key(name, what) for name in self.study.environments for what in RASTERS]


def keep_tile(task: TileTask) -> None:
    """Find the best servers of a tile on a worker, into the study's output folder.

    Parameters
    ----------
    task
        What to compute.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries than the one that asks.
    """
    refuse_other_maker(task.maker)
    _reduce(_losses(task), task)


@lru_cache(maxsize=1)
def _losses(task: TileTask) -> LossMaps:
    """What a worker has read of a study, for all tiles of one session and model."""
    return LossMaps(Session(task.study, frame=task.frame), task.model)


def _kept(losses: LossMaps, tasks: Sequence[TileTask]) -> Iterator[TileTask]:
    """See that every tile is stored, on the workers where there are any."""
    session = losses.session
    store, cluster = _store(session.study), session.cluster
    there = [_is_kept(session, store, task) for task in tasks]
    lacking = [task for task, is_there in zip(tasks, there, strict=True) if not is_there]
    yield from (task for task, is_there in zip(tasks, there, strict=True) if is_there)
    here = (_reduce(losses, task) for task in lacking)
    made: Iterator[object] = here if cluster is None else cluster.in_order(keep_tile, lacking)
    for task, _ in zip(lacking, made, strict=True):
        if not all(store.has(key, SUFFIX) for key in task.files()):
            raise ClusterError(
                f"a worker has computed {task}, but its files are not in {store.folder}: every "
                "worker needs the study's output folder on a disk that all of them share"
            )
        session.has_made(task.files())
        yield task


def _is_kept(session: Session, store: Cache, task: TileTask) -> bool:
    keys = task.files()
    return session.may_take(keys) and all(store.has(key, SUFFIX) for key in keys)


def _store(study: Study) -> Cache:
    return Cache(study.output / "cache" / "tiles")


def _reduce(losses: LossMaps, task: TileTask) -> TileTask:
    """Find the best servers of a tile and keep them: one file for each kind of raster."""
    study, store = task.study, _store(task.study)
    asked = Reduction(losses, task.rivals, environments=tuple(study.environments))
    unknown = _unknown(losses, task.tile)
    covered = round(100 * study.service.covered.value)
    for environment, servers in asked.over(task.tile):
        found = [
            server.layer(unknown, covered_percent=covered) for _, server in sorted(servers.items())
        ]
        stacks: dict[str, Any] = {
            "level": np.stack([tenths_of(layer.level_dbm) for layer in found]),
            "server": np.stack([layer.server for layer in found]),
            "probability": np.stack([layer.probability_percent for layer in found]),
        }
        for what, values in stacks.items():
            key = task.file_key(environment, what)
            store.put(key, SUFFIX, partial(write_stack, values=values))
    return task


def _unknown(losses: LossMaps, tile: Tile) -> BoolArray:
    """Receivers of a tile without a ground height."""
    lattice, height = losses.lattice, losses.terrain.height_amsl_m
    down, across = tile.window
    here = height[np.ix_(lattice.rows[down], lattice.cols[across])]
    return np.asarray(np.isnan(here))


def _to_join(
    session: Session, network: Network, environment: str, tasks: list[TileTask]
) -> Iterator[JoinTask]:
    """Every raster of one environment, with the tiles that it is made of."""
    study, folder, model = session.study, _store(session.study).folder, tasks[0].model
    grid, names = lattice_of(session, model).grid, layer_names(study, network)
    tags = raster_tags(session, names)
    parts = {
        what: tuple((task.tile, task.file_key(environment, what)) for task in tasks)
        for what in RASTERS
    }
    for number, (operator, technology) in enumerate(names):
        for what, own in parts.items():
            file = layer_file(study, model, environment, operator, technology, what)
            about = tags[operator, technology]
            yield JoinTask(maker_key(), folder, own, number, what, file, grid, about)
