"""Why there is no signal in a part of the grid: its sectors asked again under other conditions."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from phusong.analysis.gap_causes import AskedPlace, CauseRules, SectorNeeds, WhatIf, cause_table
from phusong.analysis.gaps import NO_SIGNAL, ClassArray, cell_shares
from phusong.analysis.reach import ANY
from phusong.geo.grid import Grid
from phusong.geo.network import Sector
from phusong.geo.tiles import Tile, tiles_of, together, whole
from phusong.models.loss_map import LossMap
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.competitors import Competitors, layer_of
from phusong.pipeline.corrections import calibrated_dbm
from phusong.pipeline.flat_ground import FlatGround
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.reach_files import Layer
from phusong.pipeline.session import Session
from phusong.study import CalibrationSection
from phusong.units import BoolArray, Float32Array, FloatArray

CELLS_TOGETHER = 400_000
"""Cells around communes that are asked about together, unless one alone has more: 300 bytes each,
and a mast's losses are opened once for all of them."""
STRAY_CELLS = 512
"""Rows and columns within which villages far from every gap are asked about together."""
Found = dict[Layer, tuple[pd.DataFrame, pd.DataFrame]]
"""Causes of gaps and of villages' centres by layer, each with the numbers they were asked by."""


@dataclass(frozen=True, eq=False)
class CausePart:
    """Places that are asked about together, and the part of the grid around them.

    Parameters
    ----------
    tile
        The part.
    gaps
        Outlines of gaps by layer, with their index in the table of gaps.
    centres
        Cells of villages' centres without signal by layer, flat in the whole grid, with the
        villages' numbers.
    """

    tile: Tile
    gaps: Mapping[Layer, gpd.GeoSeries] = field(repr=False)
    centres: Mapping[Layer, pd.Series] = field(repr=False)


def cause_parts(
    gaps: gpd.GeoDataFrame, centres: Mapping[Layer, pd.Series], grid: Grid
) -> list[CausePart]:
    """Cut what is asked about into parts: communes, few of them together, each in one part.

    Parameters
    ----------
    gaps
        With ``operator``, ``technology``, ``commune_code``.
    centres
        Cells without signal of villages' centres, by layer.
    grid
        The frame.

    Returns
    -------
    list of CausePart
        Every gap and centre is in exactly one; none without any.
    """
    left = dict(centres)
    parts = []
    communes = [(code, own) for code, own in gaps.groupby("commune_code", sort=True)]
    tiles = (grid.tile_around(tuple(own.total_bounds)) or whole(grid.shape) for _, own in communes)
    for tile, numbers in together(tiles, cells=CELLS_TOGETHER):
        own = gaps[gaps["commune_code"].isin([communes[number][0] for number in numbers])]
        near, left = _split(left, tile, grid)
        parts.append(CausePart(tile, _by_layer(own), near))
    for block in tiles_of(grid.shape, cells=STRAY_CELLS):
        near, left = _split(left, block, grid)
        if near:
            cells = np.concatenate([cell.to_numpy() for cell in near.values()])
            parts.append(CausePart(_around(cells, grid), {}, near))
    return parts


def _by_layer(gaps: gpd.GeoDataFrame) -> dict[Layer, gpd.GeoSeries]:
    return {
        (str(operator), str(technology)): own.geometry
        for (operator, technology), own in gaps.groupby(["operator", "technology"], sort=True)
    }


def _split(
    centres: Mapping[Layer, pd.Series], tile: Tile, grid: Grid
) -> tuple[dict[Layer, pd.Series], dict[Layer, pd.Series]]:
    """Those that lie in a tile, and the others."""
    here, left = {}, {}
    for layer, cell in centres.items():
        row, col = np.divmod(cell.to_numpy(), grid.shape[1])
        down = (row >= tile.row0) & (row < tile.row0 + tile.rows)
        inside = down & (col >= tile.col0) & (col < tile.col0 + tile.cols)
        if inside.any():
            here[layer] = cell[inside]
        if not inside.all():
            left[layer] = cell[~inside]
    return here, left


def _around(cells: NDArray[np.int64], grid: Grid) -> Tile:
    row, col = np.divmod(cells, grid.shape[1])
    top, left = int(row.min()), int(col.min())
    return Tile(top, left, int(row.max()) + 1 - top, int(col.max()) + 1 - left)


@dataclass(frozen=True, eq=False)
class CauseTools:
    """What any process needs to ask about a part.

    Parameters
    ----------
    losses
        Stored path losses of the study's first model.
    flat
        Path loss over flat ground.
    rules
        Where the lines between causes are drawn.
    """

    losses: LossMaps
    flat: FlatGround
    rules: CauseRules

    @classmethod
    def of(cls, session: Session) -> "CauseTools":
        """Take what a study says.

        Parameters
        ----------
        session
            The study in use.

        Returns
        -------
        CauseTools
            For all of its parts.
        """
        return cls(LossMaps(session), FlatGround(session), cause_rules(session))


def cause_rules(session: Session) -> CauseRules:
    """Where the study draws the lines between causes.

    Parameters
    ----------
    session
        The study in use.

    Returns
    -------
    CauseRules
        From the study's causes.
    """
    section = session.study.causes
    return CauseRules(section.more_power.value, 1000.0 * section.site_distance.value)


def causes_of(
    part: CausePart,
    tools: CauseTools,
    rivals: Competitors,
    *,
    classes: Callable[[Layer, Tile], ClassArray],
    people: Callable[[Tile], FloatArray],
) -> Found:
    """Say why the places of a part have no signal.

    Parameters
    ----------
    part
        The places.
    tools
        What the study says, and stored path losses.
    rivals
        Sectors that may reach the part; others have no answer about it.
    classes
        Class of each cell of a tile in a layer.
    people
        People per cell of a tile.

    Returns
    -------
    dict
        Tables of :func:`phusong.analysis.gap_causes.cause_table` by layer: of gaps and of centres,
        indexed as these are. What an operator's map stands for is left out.
    """
    tile, cols = part.tile, tools.losses.grid.shape[1]
    frame, living = tools.losses.grid.part(tile), np.nan_to_num(people(tile)).ravel()
    gaps, centres = {}, {}
    for layer, outlines in part.gaps.items():
        silent = classes(layer, tile).ravel() == NO_SIGNAL
        gaps[layer] = _cells_of(outlines, silent, living, frame)
    for layer, cell in part.centres.items():
        row, col = np.divmod(cell.to_numpy(), cols)
        here = (row - tile.row0) * tile.cols + col - tile.col0
        centres[layer] = tuple(AskedPlace(np.array([c]), np.ones(1)) for c in here)
    asked = {
        layer: _marked((*gaps.get(layer, ()), *centres.get(layer, ())), tile)
        for layer in {*gaps, *centres}
    }
    found: Found = {}
    sectors = {index: sector for _, group in rivals.groups for index, sector in group}
    for layer, answers in _answers(tools, rivals, asked, tile):
        tables = (
            cause_table(answers, places.get(layer, ()), tools.rules, sectors)
            for places in (gaps, centres)
        )
        of_gaps, of_centres = tables
        if layer in gaps:
            of_gaps.index = part.gaps[layer].index
        if layer in centres:
            of_centres.index = part.centres[layer].index
        found[layer] = of_gaps, of_centres
    return found


def _cells_of(
    outlines: gpd.GeoSeries, silent: BoolArray, living: FloatArray, frame: Grid
) -> tuple[AskedPlace, ...]:
    """Cells without signal of each gap, by people, or by area where nobody lives."""
    shares = cell_shares(frame, outlines)
    found = []
    for start, end in zip(shares.indptr[:-1], shares.indptr[1:], strict=True):
        cells, share = shares.indices[start:end], shares.data[start:end]
        share = np.where(silent[cells], share, 0.0)
        people = share * living[cells]
        found.append(AskedPlace(cells, people if people.sum() > 0 else share))
    return tuple(found)


def _marked(places: Iterable[AskedPlace], tile: Tile) -> BoolArray:
    """Cells that belong to any of some places."""
    marked = np.zeros(tile.shape, dtype=bool)
    for place in places:
        marked.ravel()[place.cells] = True
    return marked


def _answers(
    tools: CauseTools, rivals: Competitors, asked: Mapping[Layer, BoolArray], tile: Tile
) -> Iterator[tuple[Layer, WhatIf]]:
    """Answers of every layer; those of all operators follow the layers they are made of."""
    nowhere = np.zeros(tile.shape, dtype=bool)
    own = sorted({*rivals.own, *rivals.supplied})
    technologies = sorted({technology for _, technology in own})
    at_all = asked.get((ANY, ANY), nowhere)
    whole_answers = WhatIf(tile, at_all) if len(technologies) > 1 else None
    for technology in technologies:
        everybody = asked.get((ANY, technology), nowhere)
        if whole_answers is not None:
            everybody = everybody | at_all
        of_all = WhatIf(tile, everybody)
        for layer in (layer for layer in rivals.own if layer[1] == technology):
            answers = WhatIf(tile, asked.get(layer, nowhere) | everybody)
            _ask(answers, tools, rivals, layer)
            of_all.merge(answers)
            yield layer, answers
            del answers  # before the next layer's, as large, are found
        if whole_answers is not None:
            whole_answers.merge(of_all)
        yield (ANY, technology), of_all
    if whole_answers is not None:
        yield (ANY, ANY), whole_answers


def _ask(answers: WhatIf, tools: CauseTools, rivals: Competitors, layer: Layer) -> None:
    """Ask every sector of one operator and technology about some cells."""
    losses, asked = tools.losses, answers.number >= 0
    if not answers.cells.size:
        return
    session = losses.session
    study, tile = session.study, answers.tile
    groups = []
    for place, sectors in rivals.groups:
        chosen = tuple((i, sector) for i, sector in sectors if layer_of(study, sector) == layer)
        if chosen:
            bands = tuple(sorted({sector.frequency_mhz for _, sector in chosen}))
            groups.append((Mast(*place, bands, rivals.radius_m), chosen))
    corrections = study.propagation.calibration.get(losses.model, {})
    parts = losses.parts([mast for mast, _ in groups], _narrowed(asked, tile))
    for (mast, own), over in zip(groups, parts, strict=True):
        loss = None if over is None else over.cropped(asked, tile)
        if loss is None:
            continue
        distance_m = _distance_m(loss, mast)
        on_flat = tools.flat.map(loss, mast, distance_m)
        for index, sector in own:
            needs = sector_needs(session, sector)
            ground = losses.ground_class
            here, flatly = (
                _as_measured(way, sector, corrections, ground) for way in (loss, on_flat)
            )
            answers.add(here, flatly, sector, index, needs, distance_m=distance_m)


def _narrowed(asked: BoolArray, tile: Tile) -> Tile:
    """Smallest part of a tile that holds all cells asked about."""
    down, across = np.flatnonzero(asked.any(axis=1)), np.flatnonzero(asked.any(axis=0))
    return Tile(
        tile.row0 + int(down[0]), tile.col0 + int(across[0]),
        int(down[-1] - down[0]) + 1, int(across[-1] - across[0]) + 1,
    )  # fmt: skip


def _as_measured(
    loss: LossMap,
    sector: Sector,
    corrections: Mapping[str, CalibrationSection],
    ground: NDArray[np.uint8] | None,
) -> LossMap:
    """Path loss with what measurements have taught the model about a sector's technology."""
    if sector.technology not in corrections:
        return loss
    nothing = np.zeros(loss.inside.shape, dtype=np.float32)
    added = calibrated_dbm(nothing, loss, sector, corrections, ground)
    return dataclasses.replace(loss, path_loss_db=loss.path_loss_db - added)


def sector_needs(session: Session, sector: Sector) -> SectorNeeds:
    """What a sector sends and needs, for a signal of the least probability that counts as one.

    Parameters
    ----------
    session
        The study in use.
    sector
        The sector.

    Returns
    -------
    SectorNeeds
        In the study's first environment.
    """
    study = session.study
    budget = sector_budget(study, sector, study.environment)
    safety = budget.threshold.standard_deviation_db * float(
        ndtri(round(100 * study.service.marginal.value) / 100)
    )
    uplink = budget.uplink_dbm + safety if study.service.both_directions else -np.inf
    down = study.technologies[sector.technology].threshold.value + safety
    return SectorNeeds(budget.measured_dbm - budget.entry_loss_db, down, uplink)


def _distance_m(loss: LossMap, mast: Mast) -> Float32Array:
    row, col = loss.grid.pixel_of(mast.easting, mast.northing)
    rows, cols = loss.inside.shape
    down = np.arange(rows)[:, np.newaxis] + loss.row0 + 0.5 - float(row)
    across = np.arange(cols)[np.newaxis, :] + loss.col0 + 0.5 - float(col)
    return np.asarray(loss.grid.resolution_m * np.hypot(down, across), dtype=np.float32)
