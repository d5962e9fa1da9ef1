"""Path loss of each mast and band, kept by the content of its inputs."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from phusong.cluster import Cluster
from phusong.engine import forget_stale_kernels, in_order
from phusong.errors import ClusterError
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile
from phusong.language import told
from phusong.models.disc_window import DiscWindow
from phusong.models.loss_map import LossMap
from phusong.pipeline.loss_files import (
    ELEVATION_STEP_MRAD,
    LOSS_STEP_DB,
    SUFFIX,
    read_steps,
    steps_writer,
)
from phusong.pipeline.loss_maker import LossMaker, called
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.session import Session
from phusong.pipeline.workers import maker_key, refuse_other_maker
from phusong.study import ModelKey, Study

MASTS_TOGETHER = 16
"""Masts in one task of a cluster at most: a task costs Dask about 5 ms of CPU."""


class LossMaps(LossMaker):
    """Path loss of masts: taken from the cache where it is there, else computed and kept.

    Stored losses are whole hundredths of a decibel and angles whole tenths of a milliradian;
    what was just computed is rounded in the same way, so both give the same results.

    Parameters
    ----------
    session
        The study's inputs and cache.
    model
        Propagation model; the study's first one when None.
    """

    def __init__(self, session: Session, model: ModelKey | None = None) -> None:
        super().__init__(session, model)
        self.computed = 0
        self.reused = 0

    def maps(self, masts: Iterable[Mast]) -> Iterator[LossMap]:
        """Path loss of each mast, in their order.

        Parameters
        ----------
        masts
            The masts.

        Yields
        ------
        LossMap
            Losses of its bands.
        """
        for loss, was_stored in in_order(
            self._map, self._tasks(masts), workers=self.session.workers
        ):
            self.reused += was_stored
            self.computed += not was_stored
            yield loss

    def kept(self, masts: Iterable[Mast]) -> Iterator[bool]:
        """See that the path loss of each mast is stored, without taking it.

        Parameters
        ----------
        masts
            The masts.

        Yields
        ------
        bool
            Whether it was there already.
        """
        for was_stored in in_order(self._see, self._tasks(masts), workers=self.session.workers):
            self.reused += was_stored
            self.computed += not was_stored
            yield was_stored

    def parts(self, masts: Iterable[Mast], tile: Tile) -> Iterator[LossMap | None]:
        """Stored path loss of each mast over a tile, in their order.

        Parameters
        ----------
        masts
            Masts whose losses are stored; see :meth:`kept`.
        tile
            A part of the grid of the losses.

        Yields
        ------
        LossMap or None
            Losses of its bands within the tile; None for a mast that does not reach it.
        """

        def part(mast: Mast) -> LossMap | None:
            window = self.window(mast)
            shared = tile.common(window.row0, window.col0, window.inside.shape)
            return None if shared is None else self._stored(mast, window, shared)

        yield from in_order(part, masts, workers=self.session.workers)

    def _tasks(self, masts: Iterable[Mast]) -> Iterable[tuple[Mast, bool | None]]:
        cluster = self.session.cluster
        return ((m, None) for m in masts) if cluster is None else self._by(cluster, list(masts))

    @contextlib.contextmanager
    def held(self, masts: Iterable[Mast]) -> Iterator[None]:
        """Keep the path losses of masts while they are used, whatever the limit of the cache.

        Parameters
        ----------
        masts
            The masts.

        Yields
        ------
        None
            Nothing.
        """
        with self.session.losses.held(key for mast in masts for key in self.keys(mast).values()):
            yield

    def told(self) -> str:
        """Say what was computed and what reused.

        Returns
        -------
        str
            One line, the model named where it is not the study's first.
        """
        first = self.model == self.session.study.propagation.models[0]
        by = "" if first else told(f" by the model {self.model}")
        return told(f"path loss{by}: {self.computed} masts computed, {self.reused} reused")

    def _by(self, cluster: Cluster, masts: list[Mast]) -> Iterator[tuple[Mast, bool | None]]:
        """The masts, each when it is done; whether a worker made its files, or they were whole."""
        asked = [(mast, self.keys(mast)) for mast in masts]
        lacking = [bool(self._missing(keys)) for _, keys in asked]
        wanted = [mast for mast, lacks in zip(masts, lacking, strict=True) if lacks]
        groups = list(groups_of(wanted, cluster.cores))
        done = zip(groups, cluster.in_order(keep_losses, map(self._task, groups)), strict=True)
        made = (mast for group, _ in done for mast in group)
        for (mast, keys), lacks in zip(asked, lacking, strict=True):
            if lacks:
                next(made)
                self.session.has_made(keys.values())
                self.session.losses.noted(keys.values(), SUFFIX)
            yield mast, lacks

    def _task(self, masts: tuple[Mast, ...]) -> "LossTask":
        session = self.session
        return LossTask(
            session.study, session.token, maker_key(), self.model, session.inputs.grid, masts,
            fresh=session.fresh,
        )  # fmt: skip

    def keep(self, mast: Mast) -> bool:
        """See that the path loss of a mast is stored.

        Parameters
        ----------
        mast
            The mast.

        Returns
        -------
        bool
            Whether it was there already.
        """
        keys = self.keys(mast)
        missing = self._missing(keys)
        if missing:
            self._make(mast, keys, missing)
        return not missing

    def _missing(self, keys: Mapping[float | None, str]) -> tuple[float, ...]:
        """Bands whose losses are not stored; all of them without the mast's angles."""
        stored = self._is_kept(keys[None])
        bands = (band for band in keys if band is not None)
        return tuple(f for f in bands if not (stored and self._is_kept(keys[f])))

    def _make(
        self, mast: Mast, keys: Mapping[float | None, str], missing: tuple[float, ...]
    ) -> None:
        cache, made = self.session.losses, self.made(mast, missing)
        cache.put(
            keys[None], SUFFIX, steps_writer(made.tx_elevation_mrad, ELEVATION_STEP_MRAD, made)
        )
        for band, frequency in enumerate(made.frequencies_mhz):
            writer = steps_writer(made.path_loss_db[band], LOSS_STEP_DB, made)
            cache.put(keys[frequency], SUFFIX, writer)
        self.session.has_made(keys[band] for band in (None, *missing))

    def _map(self, task: tuple[Mast, bool | None]) -> tuple[LossMap, bool]:
        with self.held(task[:1]):
            was_stored = self._see(task)
            return self._stored(task[0], self.window(task[0])), was_stored

    def _see(self, task: tuple[Mast, bool | None]) -> bool:
        """See that a mast's path loss is stored, and say whether it was."""
        mast, made_elsewhere = task
        cache, keys = self.session.losses, self.keys(mast)
        if made_elsewhere is False and not cache.has_lost(keys.values()):
            return True
        missing = self._missing(keys)
        if missing and made_elsewhere and not cache.has_lost(keys.values()):
            raise ClusterError(
                f"a worker has computed {called(mast)}, but its file is not in "
                f"{self.session.losses.folder}, or it was made from other inputs: every "
                "worker needs the same input files, and the study's output folder on a "
                "disk that all of them share"
            )
        if missing:
            self._make(mast, keys, missing)
        return not (missing or made_elsewhere)

    def _stored(self, mast: Mast, window: DiscWindow, part: Tile | None = None) -> LossMap:
        """Loss map of stored rasters: where it lies follows from the mast."""
        cache, keys = self.session.losses, self.keys(mast)
        here = part or Tile(window.row0, window.col0, *window.inside.shape)
        down, across = here.inside(window.row0, window.col0)
        losses = [
            read_steps(cache.path(keys[band], SUFFIX), LOSS_STEP_DB, down, across)
            for band in mast.frequencies_mhz
        ]
        return LossMap(
            grid=self.grid,
            row0=here.row0,
            col0=here.col0,
            frequencies_mhz=mast.frequencies_mhz,
            path_loss_db=np.stack(losses),
            tx_elevation_mrad=read_steps(
                cache.path(keys[None], SUFFIX), ELEVATION_STEP_MRAD, down, across
            ),
            inside=window.inside[down, across],
        )

    def _is_kept(self, key: str) -> bool:
        """Whether a file can be taken: a fresh session takes only what it has made itself."""
        return self.session.may_take((key,)) and self.session.losses.has(key, SUFFIX)


@dataclass(frozen=True)
class LossTask:
    """Path loss of a few masts, for a worker to compute and keep in the study's output folder.

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
    masts
        The masts.
    fresh
        Compute again what is stored.
    """

    study: Study = field(compare=False)
    token: str
    maker: str
    model: ModelKey
    frame: Grid = field(compare=False)
    masts: tuple[Mast, ...] = field(compare=False)
    fresh: bool

    def __str__(self) -> str:
        """What it is called in a message."""
        first, others = called(self.masts[0]), len(self.masts) - 1
        return f"{first} or one of the {others} after it" if others else first


def keep_losses(task: LossTask) -> None:
    """Compute the path loss of a few masts on a worker, into the study's output folder.

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
    losses = _losses(task)
    for mast in task.masts:
        losses.keep(mast)


@lru_cache(maxsize=2)
def _losses(task: LossTask) -> LossMaps:
    """What a worker has read of a study, for all masts of one session and model."""
    forget_stale_kernels()
    return LossMaps(Session(task.study, fresh=task.fresh, frame=task.frame), task.model)


def groups_of(masts: Sequence[Mast], cores: int) -> Iterator[tuple[Mast, ...]]:
    """Cut masts into tasks, smaller ones towards the end: no core waits long for the last.

    Parameters
    ----------
    masts
        The masts.
    cores
        Cores of all workers, at least 1.

    Yields
    ------
    tuple of Mast
        Masts of one task.
    """
    at = 0
    while at < len(masts):
        size = max(1, min(MASTS_TOGETHER, (len(masts) - at) // (2 * cores)))
        yield tuple(masts[at : at + size])
        at += size
