"""Best server of every layer over a grid or a tile of it, from the stored losses of its masts."""

from collections.abc import Iterator

import numpy as np

from phusong.analysis.reach import ANY, BestServer, combine, combine_technologies
from phusong.analysis.service_probability import SeveralSites
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.tiles import Tile, whole
from phusong.models.loss_map import LossMap
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.competitors import Competitors, competitors, layer_of
from phusong.pipeline.corrections import sector_dbm
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.reach_files import Layer
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import supplied_maps, supplied_servers
from phusong.study import ModelKey, Study

STEP = "reach"


class Reduction:
    """Best server of every layer in each environment, over sectors that compete.

    Parameters
    ----------
    losses
        Path losses of the sectors' masts, by the model and on the grid of its receivers.
    rivals
        The sectors, and the layers to tell of.
    environments
        Service environments of the study.
    """

    def __init__(
        self, losses: LossMaps, rivals: Competitors, *, environments: tuple[str, ...]
    ) -> None:
        self.session, self.losses, self.rivals = losses.session, losses, rivals
        self.places = {name: self.session.study.environments[name] for name in environments}

    def all(self) -> Iterator[tuple[str, dict[Layer, BestServer]]]:
        """Best servers over the whole grid; what is not stored is computed on the way.

        Yields
        ------
        environment, layers
            As :func:`best_servers`.
        """
        running = _Running(self, whole(self.losses.grid.shape))
        groups = self.rivals.groups
        maps = self.losses.maps(self.rivals.masts)
        for done, ((_, sectors), loss) in enumerate(zip(groups, maps, strict=True), 1):
            running.add(loss, sectors)
            self.session.progress(STEP, done, len(groups))
        self.session.study.note(self.losses.told())
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
        running, near = _Running(self, tile), self.rivals.near(self.losses.grid, tile)
        parts = self.losses.parts(near.masts, tile)
        for (_, sectors), loss in zip(near.groups, parts, strict=True):
            if loss is not None:
                running.add(loss, sectors)
        yield from running.finished()


class _Running:
    """Best servers of a tile so far."""

    def __init__(self, asked: Reduction, tile: Tile) -> None:
        self.asked, self.tile, self.grid = asked, tile, asked.losses.grid
        study, own = asked.session.study, asked.rivals.own
        self.found = {
            name: {layer: BestServer(self.grid, tile) for layer in own} for name in asked.places
        }
        self.chances = {name: _chances(study, self.grid, own, tile) for name in asked.places}

    def add(self, loss: LossMap, sectors: tuple[tuple[int, Sector], ...]) -> None:
        """Let the sectors of a mast compete."""
        asked, study = self.asked, self.asked.session.study
        for index, sector in sectors:
            layer = layer_of(study, sector)
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
                    asked.session.inputs,
                    frozenset(asked.rivals.supplied),
                    name,
                    asked.losses.lattice,
                    self.tile,
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
    study = session.study
    asked = supplied_maps(study, network) if supplied is None else supplied
    rivals = competitors(study, network, own, asked)
    yield from Reduction(LossMaps(session, model), rivals, environments=environments).all()


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
