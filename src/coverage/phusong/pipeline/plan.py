"""Step 3: where to build first."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from rasterio.features import rasterize

from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, Gaps, service_class
from phusong.analysis.reach import ANY, BestServer, sector_level_dbm
from phusong.geo.network import Sector
from phusong.models.loss_map import LossMap
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.gaps import TEXT_COLUMNS, confidence
from phusong.pipeline.losses import LossMaps, Mast
from phusong.pipeline.session import Session
from phusong.planning.candidates import Spot, candidate_spots, distances_m
from phusong.planning.cost import SiteFacts, site_cost
from phusong.planning.explain import priorities_table
from phusong.planning.priorities import Option, option_id, rank_options
from phusong.reporting.tables import tidy
from phusong.store.tables import read_csv, write_csv, write_geopackage, write_xlsx
from phusong.units import BoolArray

STEP = "plan"
KIND = "new-mast"
PLAN_TEXT = (
    *TEXT_COLUMNS, "option_id", "villages", "currency", "backhaul", "power", "gap_type",
    "why_vi", "why_en",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Plan:
    """What to build first, and why.

    Parameters
    ----------
    priorities
        One row per ranked option; the columns of ``plan/priorities.csv``.
    """

    priorities: pd.DataFrame = field(repr=False)


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
        The ranking.
    """
    if not session.is_done(STEP):
        _compute(session, gaps)
    file = session.study.output / "plan" / "priorities.csv"
    return Plan(read_csv(file, text=PLAN_TEXT))


def _compute(session: Session, gaps: Gaps) -> None:
    study, inputs = session.study, session.inputs
    technology = next(iter(study.technologies))
    asked = _inside_communes(session)
    people = np.where(asked, np.nan_to_num(inputs.people.count), 0.0)
    needy = {op.key: _in_need(gaps.classes, op.key, technology, asked) for op in study.operators}
    white = (gaps.classes[ANY, technology] == NO_SIGNAL) & asked
    somebody = np.logical_or.reduce(list(needy.values()))
    spots = candidate_spots(
        inputs.terrain,
        np.where(somebody, people, 0.0),
        asked,
        spacing_m=study.planning.candidate_spacing.value,
        kept=study.planning.candidates_kept,
    )
    options = _options(session, spots, technology)
    ranked = rank_options(
        options,
        people=people,
        not_covered={**needy, ANY: white},
        white_zone_weight=study.planning.white_zone_weight.value,
        count=study.planning.priorities,
    )
    table = priorities_table(
        ranked, inputs.places, inputs.grid, {op.key: op.name for op in study.operators},
        frequency_mhz=study.planning.new_site.frequency.value,
    )  # fmt: skip
    facts = {
        "spots": len(spots),
        "options": len(options),
        "priorities": len(ranked),
        "people_asked_about": round(float(people.sum()), 3),
        "people_white_zone": round(float(people[white].sum()), 3),
        "not_computed": ["gap_type", "rank_p10", "rank_p90", "probability_in_top_10"],
    }
    _write(session, table, facts)


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


def _options(session: Session, spots: tuple[Spot, ...], technology: str) -> list[Option]:
    study, inputs = session.study, session.inputs
    site = study.planning.new_site
    height = site.antenna_height.value
    distances = {
        "road_m": distances_m(spots, inputs.places.roads.geometry),
        "power_line_m": distances_m(spots, inputs.places.power_lines.geometry),
    }
    backhaul = {op.key: distances_m(spots, _sites_of(session, op.name)) for op in study.operators}
    losses = LossMaps(session, study.environment.receiver_height.value)
    radius_m = 1000.0 * study.planning.candidate_radius_km
    masts = [Mast(s.easting, s.northing, height, (site.frequency.value,), radius_m) for s in spots]
    options = []
    for number, loss in enumerate(losses.maps(masts)):
        spot = spots[number]
        covers = _covered_cells(session, loss, spot, technology)
        for op in study.operators:
            facts = SiteFacts(
                **{name: float(values[number]) for name, values in distances.items()},
                slope_deg=spot.slope_deg,
                backhaul_m=_known(backhaul[op.key][number], radius_m),
            )
            cost = site_cost(
                facts, study.costs, longest_hop_m=1000.0 * study.planning.longest_hop.value
            )
            name = option_id(KIND, op.key, spot, height, inputs.grid)
            options.append(
                Option(
                    name,
                    op.key,
                    spot,
                    height,
                    covers,
                    cost,
                    facts.road_m,
                    facts.power_line_m,
                    facts.backhaul_m,
                )
            )
        session.progress(STEP, number + 1, len(masts))
    study.note(f"candidate path loss: {losses.computed} computed, {losses.reused} reused")
    return options


def _known(distance_m: float, fallback_m: float) -> float:
    """Distance to the operator's nearest site; one full radius when it has none here."""
    return fallback_m if np.isnan(distance_m) else float(distance_m)


def _sites_of(session: Session, operator: str) -> gpd.GeoSeries:
    sectors = [s for s in session.inputs.network.on_air().sectors if s.operator == operator]
    points = sorted({(s.easting, s.northing) for s in sectors})
    return gpd.GeoSeries(gpd.points_from_xy([e for e, _ in points], [n for _, n in points]))


def _covered_cells(
    session: Session, loss: LossMap, spot: Spot, technology: str
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Flat indices of the cells that a new site at a spot would cover by itself."""
    study, grid = session.study, session.inputs.grid
    best = BestServer(grid)
    for number, sector in enumerate(_new_sectors(session, spot, technology)):
        budget = sector_budget(study, sector, study.environment)
        level = sector_level_dbm(
            loss, sector, eirp_dbm=budget.measured_dbm, entry_loss_db=budget.entry_loss_db
        )
        best.add(loss, level, number, budget.threshold)
    sure = confidence(study)
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    layer = best.layer(unknown, covered_percent=sure.covered_percent)
    return np.flatnonzero(service_class(layer, sure) == COVERED)


def _new_sectors(session: Session, spot: Spot, technology: str) -> list[Sector]:
    study = session.study
    site, defaults = study.planning.new_site, study.towers
    longitude, latitude = session.inputs.grid.longitude_latitude(spot.easting, spot.northing)
    first = Sector(
        site_id="new", sector_id="1", operator="", technology=technology,
        latitude=latitude, longitude=longitude, easting=spot.easting, northing=spot.northing,
        mast_height_m=site.antenna_height.value, antenna_height_m=site.antenna_height.value,
        frequency_mhz=site.frequency.value, bandwidth_mhz=site.bandwidth.value,
        eirp_dbm=site.eirp.value, azimuth_deg=0.0,
        electrical_tilt_deg=defaults.electrical_tilt.value,
        mechanical_tilt_deg=defaults.mechanical_tilt.value,
        horizontal_beamwidth_deg=defaults.horizontal_beamwidth.value,
        vertical_beamwidth_deg=defaults.vertical_beamwidth.value,
        status="planned",
    )  # fmt: skip
    turns = range(site.sectors)
    return [
        replace(first, sector_id=str(k + 1), azimuth_deg=360.0 * k / site.sectors) for k in turns
    ]


def _write(session: Session, table: pd.DataFrame, facts: dict[str, object]) -> None:
    study = session.study
    folder = study.output / "plan"
    ready = tidy(table, practice=study.study.practice_data)
    files = [folder / name for name in ("priorities.csv", "priorities.xlsx", "options.gpkg")]
    write_csv(files[0], ready)
    assumptions = pd.DataFrame([a.model_dump() for a in study.assumptions()])
    write_xlsx(files[1], {"priorities": ready, "assumptions": tidy(assumptions, practice=False)})
    layer = gpd.GeoDataFrame(
        ready,
        geometry=gpd.points_from_xy(table["longitude"], table["latitude"]),
        crs="EPSG:4326",
    )
    write_geopackage(files[2], layer, name="options")
    session.record(STEP, facts, files)
