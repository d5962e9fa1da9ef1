"""Step 3: where to build first."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from rasterio.features import rasterize

from phusong.analysis.basis import not_to_rank
from phusong.analysis.gaps import MARGINAL, NO_SIGNAL, Gaps
from phusong.analysis.reach import ANY
from phusong.pipeline.gaps import TEXT_COLUMNS
from phusong.pipeline.plan_options import candidates
from phusong.pipeline.session import Session
from phusong.planning.build_steps import BuildStep, build_steps
from phusong.planning.candidates import Spot, candidate_spots
from phusong.planning.cost import gap_type
from phusong.planning.demand import Demand, people_in_need
from phusong.planning.explain import priorities_table
from phusong.planning.plan_tables import build_order_table, stability_table
from phusong.planning.priorities import Priority, rank_options
from phusong.planning.rank_intervals import Candidates, intervals_by_option, rank_intervals
from phusong.planning.stability import Stability
from phusong.planning.standing import Removed, Standing, removed_by, standing_ground
from phusong.reporting.basis_words import with_plan_basis
from phusong.reporting.tables import tidy
from phusong.store.tables import read_csv, write_csv, write_geopackage, write_xlsx
from phusong.study import Study
from phusong.units import BoolArray, FloatArray

STEP = "plan"
PLAN_TEXT = (
    *TEXT_COLUMNS, "option_id", "villages", "currency", "backhaul", "power", "gap_type",
    "why_vi", "why_en", "best_set_proven",
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
    """

    priorities: pd.DataFrame = field(repr=False)
    build_order: pd.DataFrame = field(repr=False)
    stability: pd.DataFrame = field(repr=False)


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
    names = ("priorities", "build-order", "stability")
    return Plan(*(read_csv(folder / f"{name}.csv", text=PLAN_TEXT) for name in names))


def _compute(session: Session, gaps: Gaps) -> None:
    study, inputs = session.study, session.inputs
    technology = next(iter(study.technologies))
    asked = _inside_communes(session)
    people = np.where(asked, np.nan_to_num(inputs.people.count), 0.0)
    needy = {op.key: _in_need(gaps.classes, op.key, technology, asked) for op in study.operators}
    white = (gaps.classes[ANY, technology] == NO_SIGNAL) & asked
    somebody = np.logical_or.reduce(list(needy.values()))
    standing = standing_ground(inputs.limits, inputs.grid, asked)
    spots = candidate_spots(
        inputs.terrain,
        np.where(somebody, people, 0.0),
        standing.allowed,
        spacing_m=study.planning.candidate_spacing.value,
        kept=study.planning.candidates_kept,
    )
    removed = _removed(session, standing, np.where(somebody, people, 0.0), asked)
    not_covered = {**needy, ANY: white}
    worth = study.planning.white_zone_weight.value
    demand = people_in_need(people, not_covered, white_zone_weight=worth)
    found = candidates(session, spots, demand, technology=technology, step=STEP)
    refused = not_to_rank(gaps.basis, technology, rank_incomplete=study.planning.rank_incomplete)
    names = {op.name: op.key for op in study.operators}
    numbers = {key: number for number, key in enumerate(names.values())}
    found = found.without({numbers[key] for key in refused})
    ranked = rank_options(
        found.options, people=people, not_covered=not_covered, white_zone_weight=worth,
        count=study.planning.priorities,
    )  # fmt: skip
    sure = _stability(session, found, demand)
    facts: dict[str, object] = {
        "spots": len(spots),
        "options": len(found.options),
        "priorities": len(ranked),
        "operators_not_ranked": list(refused),
        "removed": [asdict(part) for part in removed],
        "people_asked_about": round(float(people.sum()), 3),
        "people_white_zone": round(float(people[white].sum()), 3),
        "not_computed": [] if study.planning.revenue else ["gap_type"],
    }
    for key in refused:
        study.note(f"plan: {key} is not ranked, its list of sites is incomplete")
    if sure is not None:
        facts["kendall_tau"] = round(sure.kendall_tau, 6)
    steps = build_steps(found, demand, ranked=[priority.option for priority in ranked])
    tables = {
        name: with_plan_basis(table, gaps.basis, technology, names)
        for name, table in _tables(session, found, ranked, sure, steps).items()
    }
    _write(session, tables, facts)


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
        )  # fmt: skip
    removed = removed_by(standing, inputs.grid, spots=lost)
    for part in removed:
        study.note(
            f"plan: {part.title_en}: {part.spots} spots and {part.area_km2:.2f} km2 of the "
            "communes left out"
        )
    return removed


def _stability(session: Session, found: Candidates, demand: Demand) -> Stability | None:
    if not found.options:
        return None
    spread = session.study.planning.stability
    return rank_intervals(found, demand, spread=spread, grid=session.inputs.grid)


def _tables(
    session: Session,
    found: Candidates,
    ranked: tuple[Priority, ...],
    sure: Stability | None,
    steps: tuple[BuildStep, ...],
) -> dict[str, pd.DataFrame]:
    study, places, grid = session.study, session.inputs.places, session.inputs.grid
    names = {op.key: op.name for op in study.operators}
    return {
        "priorities": priorities_table(
            ranked, places, grid, names,
            frequency_mhz=study.planning.new_site.frequency.value,
            intervals=intervals_by_option(found, sure) if sure else None,
            gap_types=_gap_types(study, ranked),
        ),
        "build-order": build_order_table(steps, places, grid, names),
        "stability": stability_table(
            found.options, sure, places, grid, names, seed=study.planning.stability.seed
        ),
    }  # fmt: skip


def _inside_communes(session: Session) -> BoolArray:
    grid = session.inputs.grid
    shapes = session.inputs.communes.frame.geometry
    mask = rasterize(shapes, out_shape=grid.shape, transform=grid.affine, dtype="uint8")
    return np.asarray(mask == 1)


def _in_need(
    classes: Mapping[tuple[str, str], np.ndarray], operator: str, technology: str, asked: BoolArray
) -> BoolArray:
    """Cells asked about that an operator does not cover; unknown cells are not in need."""
    found = classes.get((operator, technology))
    if found is None:
        return asked.copy()
    return np.asarray(((found == NO_SIGNAL) | (found == MARGINAL)) & asked)


def _gap_types(study: Study, ranked: tuple[Priority, ...]) -> dict[str, str]:
    """Gap of money by option; nothing when the study does not say what people bring."""
    revenue = study.planning.revenue
    if revenue is None:
        return {}
    return {
        priority.option.option_id: gap_type(
            priority.option.cost,
            study.costs,
            revenue,
            people_newly_covered=priority.people_newly_covered,
            operator=priority.option.operator,
        )
        for priority in ranked
    }


def _write(
    session: Session, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, object]
) -> None:
    study = session.study
    folder = study.output / "plan"
    ready = {n: tidy(table, practice=study.study.practice_data) for n, table in tables.items()}
    files = []
    for name, table in ready.items():
        files.append(folder / f"{name}.csv")
        write_csv(files[-1], table)
    assumptions = pd.DataFrame([a.model_dump() for a in study.assumptions()])
    sheets = {"priorities": ready["priorities"], "assumptions": tidy(assumptions, practice=False)}
    files += [folder / "priorities.xlsx", folder / "options.gpkg"]
    write_xlsx(files[-2], sheets)
    first = tables["priorities"]
    points = gpd.points_from_xy(first["longitude"], first["latitude"])
    layer = gpd.GeoDataFrame(ready["priorities"], geometry=points, crs="EPSG:4326")
    write_geopackage(files[-1], layer, name="options")
    session.record(STEP, facts, files)
