"""Best server of every layer over a grid or a tile of it, from the stored losses of its masts."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from phusong.analysis.reach import ANY, BestServer, combine, combine_technologies
from phusong.analysis.service_probability import SeveralSites
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.geo.tiles import Tile, whole
from phusong.language import told
from phusong.models.loss_map import LossMap
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.corrections import sector_dbm
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.reach_files import Layer
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import supplied_maps, supplied_servers
from phusong.study import ModelKey, Study

STEP = "reach"
_AROUND = 2.0
"""Cells by which a disc may stand out of its radius: its mast's own cell, and rounding."""
Group = tuple[tuple[float, float, float], tuple[int, ...]]


class Reduction:
    """Best server of every layer in each environment, over the sectors of a network.

    Parameters
    ----------
    session
        The study in use.
    network
        The sectors that radiate.
    own
        Operators and technologies to tell of; a layer without a sector has no signal.
    environments
        Service environments of the study.
    supplied
        Those of ``own`` that an operator's map stands for; by default what the study says.
    model
        Propagation model; the study's first one when None. Best servers of another one are on
        the grid of its receivers.
    """

    def __init__(
        self,
        session: Session,
        network: Network,
        own: tuple[Layer, ...],
        *,
        environments: tuple[str, ...],
        supplied: frozenset[Layer] | None = None,
        model: ModelKey | None = None,
    ) -> None:
        study = session.study
        self.session, self.network, self.losses = session, network, LossMaps(session, model)
        self.keys = {op.name: op.key for op in study.operators}
        asked = supplied_maps(study, network) if supplied is None else supplied
        self.supplied = frozenset(asked)
        self.own = tuple(layer for layer in own if layer not in self.supplied)
        self.places = {name: study.environments[name] for name in environments}

    @cached_property
    def groups(self) -> list[Group]:
        """Masts with the sectors that no operator's own map stands for."""
        groups = []
        for mast, indices in self.network.masts():
            kept = tuple(i for i in indices if self.layer_of(i) not in self.supplied)
            if kept:
                groups.append((mast, kept))
        return groups

    @cached_property
    def masts(self) -> list[Mast]:
        """What the path loss of each group depends on."""
        return list(masts_of(self.session.study, self.network, self.groups))

    @cached_property
    def _middles(self) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of each mast in the grid of the losses."""
        places = np.array([place[:2] for place, _ in self.groups], dtype=np.float64).reshape(-1, 2)
        return self.losses.grid.pixel_of(places[:, 0], places[:, 1])

    def near(self, tile: Tile) -> list[int]:
        """Groups whose sectors may reach a tile.

        Parameters
        ----------
        tile
            A part of the grid of the losses.

        Returns
        -------
        list of int
            Their numbers, ascending.
        """
        row, col = self._middles
        radius_m = 1000.0 * self.session.study.propagation.radius_km
        reach = radius_m / self.losses.grid.resolution_m + _AROUND
        down = (row + reach >= tile.row0) & (row - reach <= tile.row0 + tile.rows)
        across = (col + reach >= tile.col0) & (col - reach <= tile.col0 + tile.cols)
        return [int(number) for number in np.flatnonzero(down & across)]

    def all(self) -> Iterator[tuple[str, dict[Layer, BestServer]]]:
        """Best servers over the whole grid; what is not stored is computed on the way.

        Yields
        ------
        environment, layers
            As :func:`best_servers`.
        """
        running = _Running(self, whole(self.losses.grid.shape))
        maps = self.losses.maps(self.masts)
        for done, ((_, indices), loss) in enumerate(zip(self.groups, maps, strict=True), 1):
            running.add(loss, indices)
            self.session.progress(STEP, done, len(self.groups))
        self.session.study.note(self.told())
        yield from running.finished()

    def over(self, tile: Tile) -> Iterator[tuple[str, dict[Layer, BestServer]]]:
        """Best servers over a tile, from losses that are stored.

        Parameters
        ----------
        tile
            A part of the grid of the losses.

        Yields
        ------
        environment, layers
            As :func:`best_servers`, with the same values as there.
        """
        running, near = _Running(self, tile), self.near(tile)
        parts = self.losses.parts((self.masts[n] for n in near), tile)
        for number, loss in zip(near, parts, strict=True):
            if loss is not None:
                running.add(loss, self.groups[number][1])
        yield from running.finished()

    def told(self) -> str:
        """Say what was computed and what reused.

        Returns
        -------
        str
            One line, the model named where it is not the study's first.
        """
        losses = self.losses
        first = losses.model == self.session.study.propagation.models[0]
        by = "" if first else f" by {losses.model}"
        return told(f"path loss{by}: {losses.computed} masts computed, {losses.reused} reused")

    def layer_of(self, index: int) -> Layer:
        """Say which layer a sector belongs to.

        Parameters
        ----------
        index
            Of the sector in the network.

        Returns
        -------
        operator, technology
            Key of the layer.
        """
        sector = self.network.sectors[index]
        return self.keys[sector.operator], sector.technology


class _Running:
    """Best servers of a tile so far."""

    def __init__(self, asked: Reduction, tile: Tile) -> None:
        self.asked, self.tile, self.grid = asked, tile, asked.losses.grid
        study, own = asked.session.study, asked.own
        self.found = {
            name: {layer: BestServer(self.grid, tile) for layer in own} for name in asked.places
        }
        self.chances = {name: _chances(study, self.grid, own, tile) for name in asked.places}

    def add(self, loss: LossMap, indices: tuple[int, ...]) -> None:
        """Let the sectors of a mast compete."""
        asked, study = self.asked, self.asked.session.study
        for index in indices:
            sector = asked.network.sectors[index]
            layer = asked.layer_of(index)
            level, first = None, 0.0
            for name, environment in asked.places.items():
                budget = sector_budget(study, sector, environment)
                if level is None:
                    first = budget.entry_loss_db
                    level = sector_dbm(
                        asked.losses, loss, sector,
                        eirp_dbm=budget.measured_dbm, entry_loss_db=first,
                    )  # fmt: skip
                lowered = budget.entry_loss_db - first
                best = self.found[name][layer]
                best.add(loss, level, index, budget.threshold, lowered_db=lowered)
                several = self.chances[name]
                if several is not None:
                    here = level - np.float32(lowered)
                    several.add(layer, loss, here, sector, budget.threshold)

    def finished(self) -> Iterator[tuple[str, dict[Layer, BestServer]]]:
        """Every environment, with operators' own maps and all operators together."""
        asked = self.asked
        for name in asked.places:
            layers: dict[Layer, BestServer] = {
                **self.found.pop(name),
                **supplied_servers(
                    asked.session.inputs, asked.supplied, name, asked.losses.lattice, self.tile
                ),
            }
            _put_together(layers, self.chances.pop(name), self.grid, self.tile)
            yield name, layers


def best_servers(
    session: Session,
    network: Network,
    own: tuple[Layer, ...],
    *,
    environments: tuple[str, ...],
    supplied: frozenset[Layer] | None = None,
    model: ModelKey | None = None,
) -> Iterator[tuple[str, dict[Layer, BestServer]]]:
    """Best server of every layer in each environment, over the sectors of a network.

    Parameters
    ----------
    session
        The study in use.
    network
        The sectors that radiate.
    own
        Operators and technologies to tell of; a layer without a sector has no signal.
    environments
        Service environments of the study.
    supplied
        Those of ``own`` that an operator's map stands for; by default what the study says.
    model
        Propagation model; the study's first one when None. Best servers of another one are on
        the grid of its receivers.

    Yields
    ------
    environment, layers
        Best servers by operator and technology; with ``any`` for all operators, and for all
        technologies where there are several. Each environment is forgotten once it is told of.
    """
    asked = Reduction(
        session, network, own, environments=environments, supplied=supplied, model=model
    )
    yield from asked.all()


def masts_of(study: Study, network: Network, groups: list[Group]) -> Iterator[Mast]:
    """What the path loss of each group of sectors depends on.

    Parameters
    ----------
    study
        Says how far to look.
    network
        The sectors.
    groups
        Place and height of each mast, and the indices of its sectors.

    Yields
    ------
    Mast
        One for each group, with the bands of its sectors.
    """
    for (easting, northing, height), indices in groups:
        bands = sorted({network.sectors[i].frequency_mhz for i in indices})
        yield Mast(easting, northing, height, tuple(bands), 1000.0 * study.propagation.radius_km)


def _chances(study: Study, grid: Grid, own: tuple[Layer, ...], tile: Tile) -> SeveralSites | None:
    """What is needed when any of several sites may serve; None when the best one counts alone."""
    sites = study.service.sites
    if sites == "best":
        return None
    correlation = study.service.site_correlation.value if sites == "correlated" else 0.0
    together = {(ANY, technology) for _, technology in own}
    return SeveralSites(grid, [*own, *sorted(together)], correlation=correlation, tile=tile)


def _put_together(
    layers: dict[Layer, BestServer], chances: SeveralSites | None, grid: Grid, tile: Tile
) -> None:
    """Add all operators together, and all technologies together where there are several."""
    technologies = sorted({technology for _, technology in layers})
    for technology in technologies:
        parts = [server for (_, t), server in sorted(layers.items()) if t == technology]
        layers[ANY, technology] = combine(parts, grid, tile)
    if chances is not None:
        for layer, margin in chances.margins().items():
            np.maximum(layers[layer].margin, margin, out=layers[layer].margin)
    if len(technologies) > 1:
        parts = [layers[ANY, technology] for technology in technologies]
        layers[ANY, ANY] = combine_technologies(parts, grid, tile)
