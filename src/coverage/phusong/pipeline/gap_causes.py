"""Why there is no signal: the same sectors asked again under other conditions."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from phusong.analysis.cause_words import cause_words
from phusong.analysis.gap_causes import (
    AskedPlace,
    CauseRules,
    SectorNeeds,
    WhatIf,
    cause_table,
    unknown_causes,
)
from phusong.analysis.gaps import NO_SIGNAL, ClassArray, cell_shares
from phusong.analysis.reach import ANY, Reach
from phusong.geo.grid import Grid
from phusong.geo.lattice import Lattice
from phusong.geo.network import Sector
from phusong.geo.people import People
from phusong.geo.terrain import Terrain
from phusong.models.loss_map import LossMap
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.corrections import calibrated_dbm
from phusong.pipeline.loss_models import LossRequest, Mast, loss_map
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.reach_files import Layer, own_layers
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import supplied_maps
from phusong.study import CalibrationSection
from phusong.units import BoolArray, Float32Array, FloatArray

STRIP_ROWS = 3
"""Rows of the strip of flat ground; the mast stands in the middle one."""


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


def with_causes(
    session: Session,
    reach: Reach,
    classes: Mapping[Layer, ClassArray],
    polygons: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Add its cause to each gap, and make the table of villages without signal.

    Parameters
    ----------
    session
        The study in use.
    reach
        Received levels of the first environment.
    classes
        Service class per cell, by operator key and technology.
    polygons
        Gaps.

    Returns
    -------
    polygons, villages
        The gaps with columns ``cause`` and ``cause_…`` before their geometry; one row per village
        without signal at its centre, operator and technology, with the same columns.
    """
    rules, sectors = cause_rules(session), reach.network.sectors
    people, villages = session.inputs.people, session.inputs.places.villages
    of_gaps, of_villages = [], []
    maps_only = supplied_maps(session.study, reach.network)
    gaps = {
        layer: polygons[(polygons["operator"] == layer[0]) & (polygons["technology"] == layer[1])]
        for layer in classes
    }
    cells = {layer: _cells_of(own, classes[layer], people) for layer, own in gaps.items()}
    silences = {
        layer: _silent_centres(villages, layer_classes, reach.grid)
        for layer, layer_classes in classes.items()
    }
    asked = {
        layer: _marked((*places, *silences[layer][1]), reach.grid)
        for layer, places in cells.items()
    }
    for layer, answers in _answers(session, reach, asked):
        own, places = gaps[layer], cells[layer]
        ask = _asker(answers, rules, sectors, known=layer not in maps_only)
        found = ask(places).set_index(own.index)
        of_gaps.append(pd.concat([found, cause_words(found, rules)], axis="columns"))
        silent, centres = silences[layer]
        found = ask(centres).set_index(silent.index)
        parts = [_named(silent, layer), found, cause_words(found, rules)]
        of_villages.append(pd.concat(parts, axis="columns"))
        del answers, ask, places, cells[layer]  # before the next layer's, as large, are found
    causes = pd.concat(of_gaps).reindex(polygons.index)
    columns = [c for c in polygons.columns if c != "geometry"]
    whole = pd.concat([polygons[columns], causes], axis="columns")
    order = ["village_id", "operator", "technology"]
    table = pd.concat(of_villages).sort_values(order, kind="stable").reset_index(drop=True)
    return gpd.GeoDataFrame(whole, geometry=polygons.geometry, crs=polygons.crs), table


def cause_columns(
    villages: pd.DataFrame, causes: pd.DataFrame, layers: Mapping[Layer, ClassArray]
) -> pd.DataFrame:
    """Cause of each village in every layer, empty where its centre has a signal.

    Parameters
    ----------
    villages
        Villages by ``village_id``.
    causes
        One row per village without signal, operator and technology.
    layers
        Operator keys and technologies.

    Returns
    -------
    pandas.DataFrame
        Indexed like the villages: a column ``<operator>_<technology>_cause`` for each layer.
    """
    found = {}
    for operator, technology in layers:
        own = causes[(causes["operator"] == operator) & (causes["technology"] == technology)]
        by_id = dict(zip(own["village_id"], own["cause"], strict=True))
        found[f"{operator}_{technology.lower()}_cause"] = [
            by_id.get(village, "") for village in villages["village_id"]
        ]
    return pd.DataFrame(found, index=villages.index, dtype="object")


def _asker(
    answers: WhatIf, rules: CauseRules, sectors: Sequence[Sector], *, known: bool
) -> Callable[[Sequence[AskedPlace]], pd.DataFrame]:
    """Makes the table of causes of places; nobody can be asked where no site is known."""
    if not known:
        return lambda places: unknown_causes(len(places))
    return lambda places: cause_table(answers, places, rules, sectors)


def _named(villages: gpd.GeoDataFrame, layer: Layer) -> pd.DataFrame:
    named = pd.DataFrame(villages[["village_id", "name", "commune_code"]])
    return named.assign(operator=layer[0], technology=layer[1])


def _marked(places: Iterable[AskedPlace], grid: Grid) -> BoolArray:
    """Cells that belong to any of some places."""
    marked = np.zeros(grid.shape, dtype=bool)
    for place in places:
        marked.ravel()[place.cells] = True
    return marked


def _answers(
    session: Session, reach: Reach, asked: Mapping[Layer, BoolArray]
) -> Iterator[tuple[Layer, WhatIf]]:
    """Answers of every layer; those of all operators follow the layers they are made of."""
    grid = session.inputs.grid
    own = own_layers(session.study, reach.network)
    technologies = sorted({technology for _, technology in own})
    flat = _FlatGround(session)
    whole = WhatIf(grid, asked[ANY, ANY]) if len(technologies) > 1 else None
    for technology in technologies:
        everybody = asked[ANY, technology]
        if whole is not None:
            everybody = everybody | asked[ANY, ANY]
        together = WhatIf(grid, everybody)
        for layer in (layer for layer in own if layer[1] == technology):
            answers = _layer_answers(session, reach, layer, flat, asked[layer] | everybody)
            together.merge(answers)
            yield layer, answers
            del answers
        if whole is not None:
            whole.merge(together)
        yield (ANY, technology), together
    if whole is not None:
        yield (ANY, ANY), whole


def _layer_answers(
    session: Session, reach: Reach, layer: Layer, flat: "_FlatGround", asked: BoolArray
) -> WhatIf:
    """Ask every sector of one operator and technology about some cells."""
    study, network = session.study, reach.network
    keys = {op.name: op.key for op in study.operators}
    chosen = {
        index
        for index, sector in enumerate(network.sectors)
        if (keys[sector.operator], sector.technology) == layer
        and layer not in supplied_maps(study, network)
    }
    groups = [
        (mast, [i for i in indices if i in chosen])
        for mast, indices in network.masts()
        if chosen.intersection(indices)
    ]
    radius_m = 1000.0 * study.propagation.radius_km
    masts = [
        Mast(*mast, tuple(sorted({network.sectors[i].frequency_mhz for i in indices})), radius_m)
        for mast, indices in groups
    ]
    corrections = study.propagation.calibration.get(study.propagation.models[0], {})
    answers = WhatIf(session.inputs.grid, asked)
    losses = LossMaps(session)
    for mast, (_, indices), whole in zip(masts, groups, losses.maps(masts), strict=True):
        loss = whole.cropped(asked)
        if loss is None:
            continue
        distance_m = _distance_m(loss, mast)
        on_flat = flat.map(loss, mast, distance_m)
        for index in indices:
            sector = network.sectors[index]
            needs = sector_needs(session, sector)
            ground = losses.ground_class
            here, flatly = (
                _as_measured(way, sector, corrections, ground) for way in (loss, on_flat)
            )
            answers.add(here, flatly, sector, index, needs, distance_m=distance_m)
    return answers


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


class _FlatGround:
    """Path loss over flat ground by distance: the study's model over a strip without relief."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.curves: dict[tuple[float, float], tuple[FloatArray, FloatArray, FloatArray]] = {}

    def map(self, loss: LossMap, mast: Mast, distance_m: Float32Array) -> LossMap:
        """Window of a mast as it would be over flat ground; unknown where it is unknown."""
        asked = np.log(np.maximum(distance_m, 1.0))
        losses, elevation = np.empty_like(loss.path_loss_db), np.empty_like(loss.tx_elevation_mrad)
        for band, frequency in enumerate(loss.frequencies_mhz):
            log_m, loss_db, mrad = self._curve(mast.antenna_height_m, frequency)
            losses[band] = np.interp(asked, log_m, loss_db)
            elevation[:] = np.interp(asked, log_m, mrad)
        losses[np.isnan(loss.path_loss_db)] = np.nan
        return dataclasses.replace(loss, path_loss_db=losses, tx_elevation_mrad=elevation)

    def _curve(
        self, antenna_height_m: float, frequency_mhz: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Logarithm of the distance, loss and elevation of the ray at the mast."""
        key = (antenna_height_m, frequency_mhz)
        if key not in self.curves:
            self.curves[key] = self._strip(*key)
        return self.curves[key]

    def _strip(
        self, antenna_height_m: float, frequency_mhz: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        study, grid = self.session.study, self.session.inputs.grid
        propagation, step_m = study.propagation, grid.resolution_m
        bounds = grid.bounds
        west, south = (
            float(np.floor((low + high) / 2 / step_m) * step_m)
            for low, high in zip(bounds[:2], bounds[2:], strict=True)
        )
        radius_m = 1000.0 * propagation.radius_km
        cols = int(np.ceil(radius_m / step_m)) + 3
        strip = Grid.from_bounds(
            west, south, west + cols * step_m, south + STRIP_ROWS * step_m,
            crs=grid.crs, resolution_m=step_m,
        )  # fmt: skip
        mast = Mast(
            west + step_m / 2, south + STRIP_ROWS * step_m / 2, antenna_height_m,
            (frequency_mhz,), radius_m + 2 * step_m,
        )  # fmt: skip
        asked = LossRequest(
            terrain=Terrain(strip, np.zeros(strip.shape, dtype=np.float32)),
            lattice=Lattice(strip, 1),
            mast=mast,
            receiver_height_m=study.environment.receiver_height.value,
            propagation=propagation.model_copy(update={"method": "exact"}),
        )
        loss = loss_map(propagation.models[0], asked)
        middle = np.s_[STRIP_ROWS // 2, 1:]
        values = loss.path_loss_db[0][middle].astype(np.float64)
        away_m = step_m * np.arange(1, values.size + 1)
        return np.log(away_m), values, loss.tx_elevation_mrad[middle].astype(np.float64)


def _cells_of(
    gaps: gpd.GeoDataFrame, classes: ClassArray, people: People
) -> tuple[AskedPlace, ...]:
    """Cells without signal of each gap, by people, or by area where nobody lives."""
    if gaps.empty:
        return ()
    shares = cell_shares(people.grid, gaps.geometry)
    count, silent = np.nan_to_num(people.count).ravel(), classes.ravel() == NO_SIGNAL
    found = []
    for start, end in zip(shares.indptr[:-1], shares.indptr[1:], strict=True):
        cells, share = shares.indices[start:end], shares.data[start:end]
        share = np.where(silent[cells], share, 0.0)
        living = share * count[cells]
        found.append(AskedPlace(cells, living if living.sum() > 0 else share))
    return tuple(found)


def _silent_centres(
    villages: gpd.GeoDataFrame, classes: ClassArray, grid: Grid
) -> tuple[gpd.GeoDataFrame, tuple[AskedPlace, ...]]:
    """Villages whose centre has no signal, and the cell of each centre."""
    row, col = grid.pixel_of(villages.geometry.x.to_numpy(), villages.geometry.y.to_numpy())
    rows, cols = grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    cell = np.where(inside, np.floor(row) * cols + np.floor(col), 0).astype(np.int64)
    silent = inside & (classes.ravel()[cell] == NO_SIGNAL)
    places = tuple(AskedPlace(np.array([c]), np.ones(1)) for c in cell[silent])
    return villages[silent], places
