"""Thousands of spots swept quickly, and those kept that are computed in full."""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from rasterio.features import rasterize
from scipy import sparse
from scipy.special import ndtri

from phusong.engine import in_order
from phusong.geo.lattice import Lattice
from phusong.geo.network import Sector
from phusong.geo.terrain import Terrain, thinned
from phusong.kernels.exact_disc import bilinear
from phusong.models.loss_map import LossMap
from phusong.models.sector_level import sector_map_dbm
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.corrections import calibrated_dbm
from phusong.pipeline.gaps import confidence
from phusong.pipeline.loss_models import LossRequest, Mast, loss_map
from phusong.pipeline.plan_options import name_of
from phusong.pipeline.plan_prices import Surroundings
from phusong.pipeline.session import Session
from phusong.planning.candidates import Spot, candidate_spots, points_along
from phusong.planning.demand import Demand
from phusong.planning.kinds import NEW_MAST, kinds_in_use
from phusong.planning.layouts import Ground, Layout, layouts
from phusong.planning.screening import ALL, NO_ROOM, Reached, Screened, screen
from phusong.units import BoolArray, FloatArray, IntArray

TABLE = "candidates"
COLUMNS = (
    "longitude", "latitude", "ground_amsl_m", "slope_deg", "commune_code", "people_near",
    "people_reached", "kept", "rule",
)  # fmt: skip
LOWEST_M = 1.0
"""A mast is never lower over the thinned ground than this [m]."""


@dataclass(frozen=True, eq=False)
class Spots:
    """Spots for new masts.

    Parameters
    ----------
    kept
        Those that are computed in full.
    table
        Every spot found, and why it is kept or not; the columns of ``plan/candidates.csv``.
    facts
        How many were found and kept, and by which rule.
    """

    kept: tuple[Spot, ...]
    table: pd.DataFrame = field(repr=False)
    facts: dict[str, object] = field(default_factory=dict)


def screened_spots(session: Session, demand: Demand, ground: Ground, allowed: BoolArray) -> Spots:
    """Find spots for new masts, and say which are computed in full.

    Parameters
    ----------
    session
        The study in use.
    demand
        Whom to reach.
    ground
        Heights and people in need.
    allowed
        Cells where a mast may stand.

    Returns
    -------
    Spots
        All spots where there are no more than ``planning.candidates_kept``; else those that the
        screening keeps, at most so many.
    """
    study = session.study
    found = _found(session, ground, allowed)
    most = study.planning.candidates_kept
    if len(found) <= most or NEW_MAST not in kinds_in_use(study)[0]:
        kept = found[:most]
        rules = [ALL] * len(kept) + [NO_ROOM] * (len(found) - len(kept))
        people = np.full(len(found), np.nan)
        return Spots(kept, _table(session, found, people, rules, len(kept)), _facts(found, rules))
    masts = _Masts(session, found, ground)
    reached, villages = _reached(session, masts, demand)
    done = screen(
        reached, study.planning.screening,
        villages=villages, communes=_communes(session, found), answered=masts.answered(),
    )  # fmt: skip
    order = done.order[:most]
    rules = list(done.rule)
    for spot in done.order[most:].tolist():
        rules[spot] = NO_ROOM
    _tell(session, found, done, most)
    chosen = set(order.tolist())
    first = [*order.tolist(), *(spot for spot in range(len(found)) if spot not in chosen)]
    table = _table(
        session, tuple(found[k] for k in first), done.people[first], [rules[k] for k in first],
        len(order),
    )  # fmt: skip
    return Spots(tuple(found[k] for k in order), table, _facts(found, rules))


def _found(session: Session, ground: Ground, allowed: BoolArray) -> tuple[Spot, ...]:
    planning, places = session.study.planning, session.inputs.places
    step_m = planning.candidate_spacing.value
    things = {
        "villages": places.villages, "roads": places.roads, "power-lines": places.power_lines,
    }  # fmt: skip
    return candidate_spots(
        ground.terrain, ground.people, allowed, spacing_m=step_m, kept=allowed.size,
        places=[p for key in planning.candidates_near if key in things
                for p in points_along(things[key].geometry, step_m)],
        squares="squares" in planning.candidates_near,
    )  # fmt: skip


def _tell(session: Session, found: tuple[Spot, ...], done: Screened, most: int) -> None:
    kept = len(done.order)
    session.study.note(
        f"plan: {len(found)} spots for new masts swept on thinned ground, {min(kept, most)} kept"
    )
    if kept > most:
        session.study.note(
            f"plan: {kept - most} spots that the screening would keep are not computed; "
            f"planning.candidates_kept = {kept} computes them all"
        )


def _facts(found: tuple[Spot, ...], rules: list[str]) -> dict[str, object]:
    counted = {rule: rules.count(rule) for rule in sorted(set(rules))}
    return {"spots_found": len(found), "spots_by_rule": counted}


class _Masts:
    """One mast of the study's new site at each spot, on thinned ground."""

    def __init__(self, session: Session, found: tuple[Spot, ...], ground: Ground) -> None:
        study = session.study
        self.session = session
        height = study.planning.new_site.antenna_height.value
        every = layouts(study, session.inputs.network, ground, spots=found, villages=(),
                        kinds=(NEW_MAST,))  # fmt: skip
        self.every = every
        self.layouts = [layout for layout in every if layout.height_m == height]
        cell = session.inputs.grid.resolution_m
        self.step = max(1, round(study.planning.screening.resolution.value / cell))
        self.terrain: Terrain = thinned(ground.terrain, self.step)
        budget = sector_budget(study, self.layouts[0].sectors[0], study.environment)
        sure = float(np.clip(confidence(study).covered_percent / 100.0, 1e-11, 1.0 - 1e-11))
        self.eirp_dbm, self.entry_loss_db = budget.measured_dbm, budget.entry_loss_db
        self.needed_dbm = float(
            budget.threshold.level_dbm + ndtri(sure) * budget.threshold.standard_deviation_db
        )

    def block(self, easting: float, northing: float) -> int:
        """Block of a place, -1 outside."""
        grid = self.terrain.grid
        if not bool(grid.contains(easting, northing)):
            return -1
        row, col = (int(np.floor(v)) for v in grid.pixel_of(easting, northing))
        return row * grid.shape[1] + col

    def villages(self) -> list[int]:
        """Blocks of the village centres, in their order."""
        points = [p for p in self.session.inputs.places.villages.geometry if p and not p.is_empty]
        return [block for p in points if (block := self.block(p.x, p.y)) >= 0]

    def answered(self) -> list[int]:
        """Spots of new masts that an operator has answered about."""
        names = {answer.option_id for answer in self.session.inputs.answers}
        if not names:
            return []
        there = {
            (layout.spot.easting, layout.spot.northing)
            for layout in self.every
            if any(name_of(self.session, layout, key) in names for key in layout.builders)
        }
        return [
            number
            for number, layout in enumerate(self.layouts)
            if (layout.spot.easting, layout.spot.northing) in there
        ]

    def reached(self, layout: Layout) -> IntArray | None:
        """Blocks that a mast covers; None where the thinned ground below it is unknown."""
        spot, height = layout.spot, self._height_m(layout)
        if math.isnan(height):
            return None
        propagation = self.session.study.propagation
        loss = loss_map(
            propagation.models[0],
            LossRequest(
                terrain=self.terrain,
                lattice=Lattice(self.terrain.grid, 1),
                mast=Mast(spot.easting, spot.northing, height,
                          (layout.sectors[0].frequency_mhz,), layout.radius_m),
                receiver_height_m=self.session.study.environment.receiver_height.value,
                propagation=propagation,
            ),
        )  # fmt: skip
        best = self._level(layout.sectors[0], loss)
        for sector in layout.sectors[1:]:
            best = np.fmax(best, self._level(sector, loss))
        rows, cols = np.nonzero(best >= self.needed_dbm)
        return np.asarray((rows + loss.row0) * self.terrain.grid.shape[1] + cols + loss.col0)

    def _level(self, sector: Sector, loss: LossMap) -> FloatArray:
        propagation = self.session.study.propagation
        level = sector_map_dbm(
            loss, sector, eirp_dbm=self.eirp_dbm, entry_loss_db=self.entry_loss_db
        )
        corrections = propagation.calibration.get(propagation.models[0], {})
        return np.asarray(calibrated_dbm(level, loss, sector, corrections))

    def _height_m(self, layout: Layout) -> float:
        """Antenna over the thinned ground, as high above the sea as over the true ground."""
        top, spot = layout.sectors[0].antenna_height_m, layout.spot
        if self.step == 1:
            return top
        row, col = (float(v) for v in self.terrain.grid.pixel_of(spot.easting, spot.northing))
        below = float(bilinear(self.terrain.height_amsl_m, row, col))
        return max(LOWEST_M, top + spot.ground_amsl_m - below) if not math.isnan(below) else below


def _reached(session: Session, masts: _Masts, demand: Demand) -> tuple[Reached, list[int]]:
    """Sweep every spot once; the blocks of ground where people are in need are the columns.

    Also the columns of villages' centres, where anybody near them is in need.
    """
    wanted, people = _in_need(session, masts, demand)
    indices, starts, unknown = [], [0], []
    swept = in_order(masts.reached, masts.layouts, workers=session.workers)
    for number, reached in enumerate(swept):
        if reached is None:
            unknown.append(number)
        else:
            indices.append(_columns(reached, wanted))
        starts.append(starts[-1] + (0 if reached is None else len(indices[-1])))
        session.progress(TABLE, number + 1, len(masts.layouts))
    data = np.concatenate(indices) if indices else np.empty(0, dtype=np.int64)
    cover = sparse.csr_matrix(
        (np.ones(len(data)), data, starts), shape=(len(masts.layouts), len(wanted))
    )
    surroundings = Surroundings(session, masts.layouts)
    price = [
        [
            surroundings.prices(layout, surroundings.facts(k, op.key), op.key, 0.0)[1].present_value
            for k, layout in enumerate(masts.layouts)
        ]
        for op in session.study.operators
    ]
    there = Reached(cover, people, demand.white_zone_weight, np.array(price), unknown)
    return there, _columns(np.array(masts.villages(), dtype=np.int64), wanted).tolist()


def _in_need(session: Session, masts: _Masts, demand: Demand) -> tuple[IntArray, FloatArray]:
    """Blocks where anybody is in need, ascending, and how many by row of the demand.

    Most ground has nobody in need: only these blocks are held.
    """
    grid, step = masts.terrain.grid, masts.step
    rows, cols = np.divmod(demand.cells, session.inputs.grid.shape[1])
    rows //= step
    cols //= step
    rows *= grid.shape[1]
    rows += cols
    needed = np.zeros(grid.shape[0] * grid.shape[1], dtype=np.bool_)
    needed[rows] = True
    wanted = np.flatnonzero(needed)
    column = np.searchsorted(wanted, rows)
    people = np.empty((len(demand.people), len(wanted)), dtype=np.float64)
    for row, each in zip(people, demand.people, strict=True):
        row[:] = np.bincount(column, weights=each, minlength=len(wanted))
    return wanted, people


def _columns(blocks: IntArray, wanted: IntArray) -> IntArray:
    """Columns of those blocks that are among the wanted ones, in the order of the blocks."""
    found = np.searchsorted(wanted, blocks)
    found = np.minimum(found, max(len(wanted) - 1, 0))
    return found[wanted[found] == blocks] if len(wanted) else found[:0]


def _communes(session: Session, found: tuple[Spot, ...]) -> IntArray:
    """Number of the commune that each spot stands in, by the centre of its cell."""
    grid, frame = session.inputs.grid, session.inputs.communes.frame
    shapes = [(shape, number + 1) for number, shape in enumerate(frame.geometry)]
    label = rasterize(shapes, out_shape=grid.shape, transform=grid.affine, dtype="int32")
    row, col = grid.pixel_of(
        np.array([spot.easting for spot in found]), np.array([spot.northing for spot in found])
    )
    return np.asarray(label[np.floor(row).astype(int), np.floor(col).astype(int)], dtype=np.int64)


def _table(
    session: Session, found: tuple[Spot, ...], people: FloatArray, rules: list[str], kept: int
) -> pd.DataFrame:
    """Every spot, those kept first."""
    codes = ["", *session.inputs.communes.frame["code"].astype(str)]
    numbers = _communes(session, found) if found else ()
    rows = []
    for number, (spot, commune) in enumerate(zip(found, numbers, strict=True)):
        longitude, latitude = session.inputs.grid.longitude_latitude(spot.easting, spot.northing)
        rows.append((
            longitude, latitude, spot.ground_amsl_m, spot.slope_deg, codes[commune],
            spot.people_near, float(people[number]), "yes" if number < kept else "no",
            rules[number],
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
