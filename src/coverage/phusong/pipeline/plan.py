"""Step 3: where to build first."""

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from rasterio.features import rasterize

from phusong.analysis.basis import not_to_rank
from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY
from phusong.errors import DataError
from phusong.pipeline.gaps import TEXT_COLUMNS
from phusong.pipeline.plan_agreed import agreed
from phusong.pipeline.plan_backhaul import connected, links_of
from phusong.pipeline.plan_budget import budget_tables
from phusong.pipeline.plan_files import write_plan
from phusong.pipeline.plan_models import lacking, second_world
from phusong.pipeline.plan_options import candidates, name_of
from phusong.pipeline.plan_planned import with_planned
from phusong.pipeline.plan_prices import grid_unknown
from phusong.pipeline.plan_screening import TABLE as CANDIDATES
from phusong.pipeline.plan_screening import screened_spots
from phusong.pipeline.plan_stability import Sureness, sureness
from phusong.pipeline.session import Session
from phusong.planning.agreed import Agreed
from phusong.planning.backhaul_table import backhaul_table, profiles_table
from phusong.planning.budget_tables import (
    CHOICE_COLUMNS,
    CHOICE_TEXT,
    OPERATOR_FRONTIER,
    OPERATOR_ORDER,
)
from phusong.planning.build_steps import BuildPlan, build_steps
from phusong.planning.candidates import Spot, candidate_spots, sum_within
from phusong.planning.cost import OptionMoney, option_money
from phusong.planning.decisions import decisions_table, follow, moved_layouts
from phusong.planning.demand import people_in_need
from phusong.planning.explain import TEXT, Survey, priorities_table
from phusong.planning.export_tables import export_tables
from phusong.planning.kinds import kinds_in_use
from phusong.planning.layouts import Ground, Layout, layouts
from phusong.planning.neighbours import with_neighbours
from phusong.planning.plan_tables import build_order_table, stability_table
from phusong.planning.priorities import Priority
from phusong.planning.rank_intervals import Candidates, intervals_by_option
from phusong.planning.ranking import ranked_steps
from phusong.planning.sharing_table import STRATEGY_TEXT, strategies_table
from phusong.planning.standing import Removed, Standing, removed_by, standing_ground
from phusong.planning.supply_table import power_table
from phusong.reporting.basis_words import with_plan_basis
from phusong.store.tables import read_csv
from phusong.study import Study
from phusong.units import BoolArray, FloatArray

STEP = "plan"
PLAN_TEXT = tuple(
    dict.fromkeys((
        *TEXT_COLUMNS, "option_id", "villages", "currency", "backhaul", "power", "gap_type",
        "why_vi", "why_en", "best_set_proven", "factor", "village",
        "option_ids", "from", "to", "in_base_plan", "exchange_date", *TEXT, *CHOICE_TEXT,
        *STRATEGY_TEXT,
    ))
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Plan:
    """What to build first, and why.

    Parameters
    ----------
    priorities
        One row per ranked option; the columns of ``plan/priorities.csv``.
    build_order
        One row per step; the columns of ``plan/build-order.csv``.
    stability
        One row per option; the columns of ``plan/stability.csv``.
    variance_split
        One row per factor; the columns of ``plan/variance-split.csv``.
    measure_next
        One row per square of the ground; the columns of ``plan/measure-next.csv``.
    frontier
        People against money; the columns of ``plan/frontier.csv``.
    choices
        Best sets that the study asks for; the columns of ``plan/choices.csv``, without rows when
        it asks for none.
    strategies
        Who pays what for new masts; the columns of ``plan/strategies.csv``.
    hop_profiles
        Ground and ray of microwave hops; the columns of ``plan/hop-profiles.csv``.
    operator_frontier, operator_build_order
        The same of each operator's own options; without columns when none has a budget of its own.
    """

    priorities: pd.DataFrame = field(repr=False)
    build_order: pd.DataFrame = field(repr=False)
    stability: pd.DataFrame = field(repr=False)
    variance_split: pd.DataFrame = field(repr=False)
    measure_next: pd.DataFrame = field(repr=False)
    frontier: pd.DataFrame = field(repr=False)
    choices: pd.DataFrame = field(repr=False)
    strategies: pd.DataFrame = field(repr=False)
    hop_profiles: pd.DataFrame = field(repr=False)
    operator_frontier: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    operator_build_order: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


def plan(session: Session, gaps: Gaps) -> Plan:
    """Rank where to build, or take the ranking from the last run.

    Parameters
    ----------
    session
        The study in use.
    gaps
        Who has no signal.

    Returns
    -------
    Plan
        The ranking, the build order, and how sure the ranking is.
    """
    if not session.is_done(STEP):
        _compute(session, gaps)
    folder = session.study.output / "plan"
    names = ("priorities", "build-order", "stability", "variance-split", "measure-next", "frontier")
    tables = [read_csv(folder / f"{name}.csv", text=PLAN_TEXT) for name in names]
    choices = pd.DataFrame(columns=list(CHOICE_COLUMNS))
    if session.study.planning.choice.is_asked:
        choices = read_csv(folder / "choices.csv", text=PLAN_TEXT)
    strategies = read_csv(folder / "strategies.csv", text=PLAN_TEXT)
    hops = read_csv(folder / "hop-profiles.csv", text=PLAN_TEXT)
    own = [pd.DataFrame(), pd.DataFrame()]
    if session.study.planning.choice.operators:
        own = [
            read_csv(folder / f"{name}.csv", text=PLAN_TEXT)
            for name in (OPERATOR_FRONTIER, OPERATOR_ORDER)
        ]
    return Plan(*(*tables, choices, strategies, hops, *own))


def _compute(session: Session, gaps: Gaps) -> None:
    study, inputs = session.study, session.inputs
    _refuse_unknown_crs(study)
    technology = next(iter(study.technologies))
    asked = _inside_communes(session)
    people = np.where(asked, np.nan_to_num(inputs.people.count), 0.0)
    not_covered, planned = with_planned(
        session, lacking(study, gaps.classes, asked), people, step=STEP
    )
    white = not_covered[ANY]
    needy = {key: cells for key, cells in not_covered.items() if key != ANY}
    somebody = np.logical_or.reduce(list(needy.values()))
    standing = standing_ground(inputs.limits, inputs.grid, asked)
    in_need = np.where(somebody, people, 0.0)
    removed = _removed(session, standing, in_need, asked)
    worth = study.planning.white_zone_weight.value
    demand = people_in_need(people, not_covered, white_zone_weight=worth)
    kinds, left_out = kinds_in_use(study)
    ground = Ground(inputs.terrain, in_need)
    spots = screened_spots(session, demand, ground, standing.allowed)
    offered = layouts(
        study, inputs.network, ground,
        spots=spots.kept, kinds=kinds,
        villages=_villages(session, np.where(white, people, 0.0), standing.allowed),
    )  # fmt: skip
    offered = _moved(session, offered, ground, standing.allowed)
    found = candidates(session, offered, demand, step=STEP)
    refused = not_to_rank(gaps.basis, technology, rank_incomplete=study.planning.rank_incomplete)
    names = {op.name: op.key for op in study.operators}
    numbers = {key: number for number, key in enumerate(names.values())}
    found = found.without({numbers[key] for key in refused})
    decisions = decisions_table(
        inputs.answers, found.options, {op.key: op.name for op in study.operators}
    )
    pinned = agreed(session, found)
    decided = follow(
        found, demand, not_covered, inputs.answers, people=people, agreed=pinned
    )  # fmt: skip
    found = connected(session, decided.candidates, built=pinned.ends)
    demand = decided.demand
    ranked = ranked_steps(found, demand, decided.not_covered, count=study.planning.priorities)
    built = (*planned, *(priority.option for priority in decided.agreed))
    second = second_world(session, found, built, people=people, asked=asked, step=STEP)
    prices = [priority.option.cost.present_value for priority in ranked]
    sure = sureness(session, found, demand, second, prices=prices)
    facts: dict[str, object] = {
        **spots.facts,
        "spots": len(spots.kept),
        "planned_sites_fixed": len(planned),
        "kinds_left_out": list(left_out),
        "priorities": len(decided.agreed) + len(ranked),
        "operators_not_ranked": list(refused),
        "removed": [asdict(part) for part in removed],
        "people_asked_about": round(float(people.sum()), 3),
        "people_white_zone": round(float(people[white].sum()), 3),
        "not_computed": [] if study.planning.revenue else ["gap_type"],
        **_facts(session, found, pinned),
    }
    for line in left_out:
        study.note(line)
    for key in refused:
        study.note(f"plan: {key} is not ranked, its list of sites is incomplete")
    facts |= sure.facts
    order = build_steps(found, demand, ranked=[priority.option for priority in ranked])
    money = budget_tables(
        session, gaps, found, demand, order, people=people, white=decided.not_covered[ANY],
        ranked=[priority.option for priority in ranked], built=built,
    )  # fmt: skip
    first = (*decided.agreed, *(replace(p, rank=p.rank + len(decided.agreed)) for p in ranked))
    first = with_neighbours(
        first, found.options, places=inputs.places, people=people, not_covered=not_covered,
        operators={op.key: op.name for op in study.operators},
        consent=study.planning.sharing_consent,
    )  # fmt: skip
    made = _tables(session, found, first, sure, order) | money
    tables = {CANDIDATES: spots.table} | {
        name: with_plan_basis(table, gaps.basis, technology, names) for name, table in made.items()
    }
    tables |= sure.tables(session, found)
    if len(decisions):
        tables["decisions"] = decisions
    chosen = [priority.option for priority in first]
    write_plan(session, STEP, tables, export_tables(tables["priorities"], chosen), facts)


def _facts(session: Session, found: Candidates, pinned: Agreed) -> dict[str, object]:
    """What the manifest says of the options, and of those without a link."""
    facts: dict[str, object] = {
        "options": len(found.options),
        "kinds": dict(sorted(Counter(option.kind for option in found.options).items())),
        "options_of_unknown_grid": grid_unknown(found.options),
    }
    if pinned.unconnected:
        facts["agreed_without_backhaul"] = list(pinned.unconnected)
    if found.connections is not None and found.connections.unconnected:
        lost = [found.options[row].option_id for row in found.connections.unconnected]
        facts["options_without_backhaul"] = lost
        session.study.note(
            f"plan: {len(lost)} options cannot be connected to anything and are not ranked"
        )
    return facts


def _moved(
    session: Session, offered: tuple[Layout, ...], ground: Ground, allowed: BoolArray
) -> tuple[Layout, ...]:
    """Layouts where their operators want them; never on excluded ground."""
    grid, answers = session.inputs.grid, session.inputs.answers
    to_metres = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        easting, northing = to_metres.transform(longitude, latitude)
        return float(easting), float(northing)

    for answer in answers:
        if not answer.is_moved:
            continue
        easting, northing = place(answer.longitude, answer.latitude)
        row, col = (int(np.floor(v)) for v in grid.pixel_of(easting, northing))
        if not bool(grid.contains(easting, northing)) or not allowed[row, col]:
            raise DataError(
                f"option_id {answer.option_id}: corrected_latitude {answer.latitude:g} and "
                f"corrected_longitude {answer.longitude:g} lie outside the communes or on excluded "
                "ground; give another position, or remove the form from data/raw"
            )
    return moved_layouts(
        offered, answers, name=partial(name_of, session), place=place, ground=ground
    )


def removed_ground(session: Session) -> tuple[Removed, ...]:
    """What limits took away when the plan was made.

    Parameters
    ----------
    session
        The study in use; its plan must have been made.

    Returns
    -------
    tuple of Removed
        One for each limit; none where the study has no limits.
    """
    step = session.manifest.step(STEP)
    return tuple(Removed(**part) for part in step.facts.get("removed", ())) if step else ()


def _removed(
    session: Session, standing: Standing, people: FloatArray, asked: BoolArray
) -> tuple[Removed, ...]:
    """What the limits take away, and how many spots that would have been looked at."""
    study, inputs = session.study, session.inputs
    taken = asked & ~standing.allowed
    lost: tuple[Spot, ...] = ()
    if taken.any():
        lost = candidate_spots(
            inputs.terrain, people, taken,
            spacing_m=study.planning.candidate_spacing.value, kept=taken.size,
            squares="squares" in study.planning.candidates_near,
        )  # fmt: skip
    removed = removed_by(standing, inputs.grid, spots=lost)
    for part in removed:
        study.note(
            f"plan: {part.title_en}: {part.spots} spots and {part.area_km2:.2f} km2 of the "
            "communes left out"
        )
    return removed


def _tables(
    session: Session,
    found: Candidates,
    ranked: tuple[Priority, ...],
    sure: Sureness,
    order: BuildPlan,
) -> dict[str, pd.DataFrame]:
    study, places, grid = session.study, session.inputs.places, session.inputs.grid
    names = {op.key: op.name for op in study.operators}
    return {
        "priorities": priorities_table(
            ranked, places, grid, names,
            frequency_mhz=study.planning.new_site.frequency.value,
            intervals=intervals_by_option(found, sure.ranks, sure.second) if sure.ranks else None,
            money=_money(study, ranked),
            survey=Survey(study.planning.local_crs, study.planning.search_ring.value),
        ),
        "build-order": build_order_table(order, places, grid, names),
        "backhaul": backhaul_table(ranked, grid, names),
        "hop-profiles": profiles_table(ranked, links_of(session), names),
        "power": power_table(ranked, study, grid, names),
        "strategies": strategies_table(ranked, study, names),
        "stability": sure.measured(
            stability_table(
                found.options, sure.ranks, places, grid, names,
                seed=study.planning.stability.seed, second=sure.second, budget=sure.budget,
            ), found,
        ),
    }  # fmt: skip


def _villages(
    session: Session, people: FloatArray, allowed: BoolArray
) -> list[tuple[str, float, float]]:
    """Villages with people of the white zone around, those with most first; on allowed ground."""
    grid, frame = session.inputs.grid, session.inputs.places.villages
    reach_m = session.study.verdicts.settlement_radius.value
    near = sum_within(people, max(1.0, reach_m / grid.resolution_m))
    found = []
    for name, point in zip(frame["name"], frame.geometry, strict=True):
        if point is None or point.is_empty or not bool(grid.contains(point.x, point.y)):
            continue
        row, col = (int(np.floor(v)) for v in grid.pixel_of(point.x, point.y))
        if allowed[row, col] and near[row, col] >= 1.0:
            found.append((-round(float(near[row, col]), 6), str(name), point.x, point.y))
    kept = sorted(found)[: session.study.planning.villages_kept]
    return [(name, easting, northing) for _, name, easting, northing in kept]


def _inside_communes(session: Session) -> BoolArray:
    grid = session.inputs.grid
    shapes = session.inputs.communes.frame.geometry
    mask = rasterize(shapes, out_shape=grid.shape, transform=grid.affine, dtype="uint8")
    return np.asarray(mask == 1)


def _money(study: Study, ranked: tuple[Priority, ...]) -> dict[str, OptionMoney | None] | None:
    """Revenue and gap by option; None when the study does not say what people bring."""
    revenue = study.planning.revenue
    if revenue is None:
        return None
    return {
        priority.option.option_id: option_money(
            priority.option.cost,
            study.costs,
            revenue,
            people_newly_covered=priority.people_newly_covered,
            operator=priority.option.operator,
        )
        for priority in ranked
    }


def _refuse_unknown_crs(study: Study) -> None:
    """Say early, and by the name of the key, that positions cannot be given in this CRS."""
    name = study.planning.local_crs
    if not name:
        return
    try:
        metric = CRS.from_user_input(name).is_projected
    except CRSError as error:
        raise DataError(
            f"{study.file.name}: planning.local_crs = {name} is not a known CRS ({error}); "
            "give one in metres, for example EPSG:9208 (VN-2000 / TM-3 104-45)"
        ) from None
    if not metric:
        raise DataError(
            f"{study.file.name}: planning.local_crs = {name} is in degrees; positions in WGS 84 "
            "are given anyway; name a CRS in metres, for example EPSG:9208 (VN-2000 / TM-3 104-45)"
        )
