"""What could be built: every kind of option, what each would cover, and what it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from phusong.analysis.gaps import COVERED, service_class
from phusong.analysis.reach import BestServer, Threshold
from phusong.geo.network import Sector
from phusong.language import told
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.corrections import sector_dbm
from phusong.pipeline.gaps import confidence
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.plan_prices import Surroundings, grid_unknown
from phusong.pipeline.session import Session
from phusong.planning.demand import Demand
from phusong.planning.kinds import NEW_MAST
from phusong.planning.layouts import Layout
from phusong.planning.priorities import Option, option_id
from phusong.planning.rank_intervals import Candidates
from phusong.study import ModelKey
from phusong.units import BoolArray, FloatArray, IntArray

MOST_SURE = 1e-11
"""Probabilities nearer to 0 or 1 than this are as good as these."""
HOPELESS_DB = -12.0
"""An upgrade that is further than this from covering anybody in need is no option [dB]."""


def candidates(
    session: Session, layouts: Sequence[Layout], demand: Demand, *, step: str
) -> Candidates:
    """Price every layout for everyone who could build it, and see what it would cover.

    Parameters
    ----------
    session
        The study in use.
    layouts
        What could be built.
    demand
        Whom to reach.
    step
        Whose progress is told.

    Returns
    -------
    Candidates
        One option per layout and builder, sorted by option_id. Layouts that radiate the same
        are computed once. Of upgrades, shared sites and small sites those stay that cover
        somebody in need, or would with 12 dB more.
    """
    radios = _Radios(session, layouts, demand, step)
    surroundings = Surroundings(session, layouts)
    rows: list[_Row] = []
    for number, layout in enumerate(layouts):
        radio = radios.of(layout)
        if layout.kind != NEW_MAST and not radios.is_of_use(radio):
            continue
        rows += [
            _row(session, surroundings, radios, demand, (number, layout), builder)
            for builder in layout.builders
        ]
    rows.sort(key=lambda row: row.option.option_id)
    if unknown := grid_unknown([row.option for row in rows]):
        session.study.note(
            f"plan: no point of the grid is known (inputs.power_lines, grid of villages, "
            f"power_source of sites); {unknown} options are priced with solar power"
        )
    places = {spot: k for k, spot in enumerate(dict.fromkeys(_place(x) for x in layouts))}
    keys = [op.key for op in session.study.operators]
    used = sorted({row.radio for row in rows})
    new = {radio: k for k, radio in enumerate(used)}
    return Candidates(
        tuple(row.option for row in rows),
        np.array([places[_place(layouts[row.layout])] for row in rows], dtype=np.int64),
        np.array([keys.index(row.option.operator) for row in rows], dtype=np.int64),
        radios.covered[used],
        radios.margins[used],
        np.array([row.low for row in rows], dtype=np.float64),
        np.array([row.high for row in rows], dtype=np.float64),
        np.array([new[row.radio] for row in rows], dtype=np.int64),
    )


def by_model(
    session: Session, found: Candidates, demand: Demand, *,
    model: ModelKey, built: Sequence[Option] = (), step: str,
) -> tuple[Candidates, Demand]:  # fmt: skip
    """Cover the same options by another propagation model.

    Parameters
    ----------
    session
        The study in use.
    found
        Options by the study's first model, with prices and links.
    demand
        Whom to reach by the other model.
    model
        Which one.
    built
        Options that count as built.
    step
        Whose progress is told.

    Returns
    -------
    tuple
        The options with the other model's coverage, each cell's from the receiver of its block;
        and the demand without whom ``built`` ones cover by that model.
    """
    layouts = [op.layout for op in (*found.options, *built) if op.layout is not None]
    radios = _Radios(session, layouts, demand, step, model=model)
    rows = np.array([radios.of(layout) for layout in layouts], dtype=np.int64)
    people = demand.people.copy()
    for option, row in zip(built, rows[len(found.options) :], strict=True):
        for layer in (demand.operators.index(option.operator), len(demand.operators)):
            people[layer, radios.covered[row]] = 0.0
    other = replace(
        found, covered=radios.covered, margin_db=radios.margins, radio=rows[: len(found.options)]
    )
    return other, replace(demand, people=people)


def covered_by(
    session: Session, layouts: Sequence[Layout], demand: Demand, *, step: str
) -> tuple[IntArray, ...]:
    """Cover the ground by layouts, whatever they cost.

    Parameters
    ----------
    session
        The study in use.
    layouts
        What radiates.
    demand
        Whom to reach.
    step
        Whose progress is told.

    Returns
    -------
    tuple of numpy.ndarray
        Flat indices of the cells that each layout alone covers.
    """
    radios = _Radios(session, layouts, demand, step)
    return tuple(radios.covers[radios.of(layout)] for layout in layouts)


@dataclass(frozen=True, eq=False)
class _Row:
    """An option with its layout's number, its row of coverage, and the ends of its price."""

    option: Option
    layout: int
    radio: int
    low: float
    high: float


def _row(
    session: Session, surroundings: "Surroundings", radios: "_Radios", demand: Demand,
    numbered: tuple[int, Layout], builder: str,
) -> _Row:  # fmt: skip
    number, layout = numbered
    radio = radios.of(layout)
    spot = layout.spot
    people = demand.people[demand.operators.index(builder)][radios.covered[radio]].sum()
    facts = surroundings.facts(number, builder)
    low, base, high = surroundings.prices(layout, facts, builder, float(people))
    height = max(sector.antenna_height_m for sector in layout.sectors)
    name = name_of(session, layout, builder)
    option = Option(
        name, builder, spot, height, radios.covers[radio], base,
        facts.road_m, facts.power_line_m, facts.backhaul_m, layout,
        decision="moved" if layout.moved_from else "",
    )  # fmt: skip
    return _Row(option, number, radio, low, high)


def name_of(session: Session, layout: Layout, builder: str) -> str:
    """Name of the option that one operator has at a layout.

    Parameters
    ----------
    session
        Frame of the positions.
    layout
        What could be built.
    builder
        Operator's key.

    Returns
    -------
    str
        option_id.
    """
    height = max(sector.antenna_height_m for sector in layout.sectors)
    grid = session.inputs.grid
    return option_id(layout.kind, builder, layout.spot, height, grid, detail=layout.detail)


def _place(layout: Layout) -> tuple[int, int]:
    """Place of a layout, to the metre: at most one option is built there."""
    return round(layout.spot.easting), round(layout.spot.northing)


Radio = tuple[object, ...]
"""What coverage depends on: where antennas stand, and what they radiate."""


class _Radios:
    """Coverage of everything that layouts would radiate, each once."""

    def __init__(
        self, session: Session, layouts: Sequence[Layout], demand: Demand, step: str,
        *, model: ModelKey | None = None,
    ) -> None:  # fmt: skip
        self.session = session
        self.losses = LossMaps(session, model)
        firsts: dict[Radio, Layout] = {}
        for layout in layouts:
            firsts.setdefault(_radio(layout), layout)
        self._number = {radio: number for number, radio in enumerate(firsts)}
        self.covers: list[IntArray] = []
        self.margins = np.empty((len(firsts), len(demand.cells)), dtype=np.float32)
        self.covered = np.zeros(self.margins.shape, dtype=np.bool_)
        lattice = self.losses.lattice
        unknown = np.isnan(session.inputs.terrain.height_amsl_m)
        at = lattice.blocks(demand.cells)
        for number, (best, threshold) in enumerate(self._computed(list(firsts.values()), step)):
            self.covers.append(_covered_cells(session, best, lattice.sampled(unknown)))
            self.covered[number] = np.isin(at, self.covers[-1])
            margin = _margin_db(session, best, threshold, at)
            self.margins[number] = np.where(unknown.ravel()[demand.cells], -np.inf, margin)

    def of(self, layout: Layout) -> int:
        """Number of what a layout radiates."""
        return self._number[_radio(layout)]

    def is_of_use(self, radio: int) -> bool:
        """Whether it covers somebody in need, or would with a little more signal."""
        return bool((self.margins[radio] >= HOPELESS_DB).any())

    def _computed(self, layouts: list[Layout], step: str) -> Iterator[tuple[BestServer, Threshold]]:
        """Level of each layout and what a handset needs of it."""
        study = self.session.study
        losses = self.losses
        groups = [list(_by_mast(layout)) for layout in layouts]
        maps = losses.maps([mast for group in groups for mast, _ in group])
        for number, group in enumerate(groups):
            best = BestServer(losses.grid)
            thresholds: list[Threshold] = []
            for _, sectors in group:
                loss = next(maps)
                for sector in sectors:
                    budget = sector_budget(study, sector, study.environment)
                    level = sector_dbm(
                        losses, loss, sector,
                        eirp_dbm=budget.measured_dbm, entry_loss_db=budget.entry_loss_db,
                    )  # fmt: skip
                    best.add(loss, level, len(thresholds), budget.threshold)
                    thresholds.append(budget.threshold)
            yield best, thresholds[0]
            self.session.progress(step, number + 1, len(groups))
        first = losses.model == study.propagation.models[0]
        by = "" if first else told(f" by the model {losses.model}")
        study.note(f"candidate path loss{by}: {losses.computed} computed, {losses.reused} reused")


def _radio(layout: Layout) -> Radio:
    """The same for layouts of the same antennas, whoever builds them and why."""
    sectors = (
        replace(s, site_id="", sector_id="", operator="", status="", backhaul="",
                power_source="", owner="", filled=(), samples=None, mast_height_m=0.0)
        for s in layout.sectors
    )  # fmt: skip
    return (layout.radius_m, *sectors)


def _by_mast(layout: Layout) -> Iterator[tuple[Mast, list[Sector]]]:
    """Sectors by antenna height, each with the path loss that they need."""
    groups: dict[tuple[float, float, float], list[Sector]] = {}
    for sector in layout.sectors:
        groups.setdefault(sector.mast, []).append(sector)
    for (easting, northing, height), sectors in sorted(groups.items()):
        bands = tuple(sorted({sector.frequency_mhz for sector in sectors}))
        yield Mast(easting, northing, height, bands, layout.radius_m), sectors


def _covered_cells(session: Session, best: BestServer, unknown: BoolArray) -> IntArray:
    """Flat indices of the receivers that a new site would cover by itself."""
    sure = confidence(session.study)
    layer = best.layer(unknown, covered_percent=sure.covered_percent)
    return np.flatnonzero(service_class(layer, sure) == COVERED)


def _margin_db(
    session: Session, best: BestServer, threshold: Threshold, receivers: IntArray
) -> FloatArray:
    """Level above what coverage needs at each receiver; -inf where it is unknown."""
    share = np.clip(confidence(session.study).covered_percent / 100.0, MOST_SURE, 1.0 - MOST_SURE)
    deviations = best.margin.ravel()[receivers].astype(np.float64) - ndtri(share)
    unknown = best.unknown.ravel()[receivers] & (deviations < 0)
    margin = np.where(unknown, -np.inf, deviations * threshold.standard_deviation_db)
    return np.asarray(margin)
