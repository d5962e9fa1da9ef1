"""What could be built: spots for masts, what each would cover, and what it costs."""

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
from scipy.special import ndtri

from phusong.analysis.gaps import COVERED, service_class
from phusong.analysis.reach import BestServer, Threshold
from phusong.geo.network import Sector
from phusong.models.loss_map import LossMap
from phusong.models.sector_level import sector_map_dbm
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.gaps import confidence
from phusong.pipeline.losses import LossMaps, Mast
from phusong.pipeline.session import Session
from phusong.planning.candidates import Spot, distances_m
from phusong.planning.cost import SiteCost, SiteFacts, site_cost
from phusong.planning.demand import Demand
from phusong.planning.priorities import Option, option_id
from phusong.planning.rank_intervals import Candidates
from phusong.units import FloatArray, IntArray

KIND = "new-mast"
MOST_SURE = 1e-11
"""Probabilities nearer to 0 or 1 than this are as good as these."""


def candidates(
    session: Session, spots: tuple[Spot, ...], demand: Demand, *, technology: str, step: str
) -> Candidates:
    """Price every spot for every operator, and see what a site there would cover.

    Parameters
    ----------
    session
        The study in use.
    spots
        Where a mast could stand.
    demand
        Whom to reach.
    technology
        What a new site radiates.
    step
        Whose progress is told.

    Returns
    -------
    Candidates
        One option per spot and operator, sorted by option_id.
    """
    study = session.study
    surroundings = _Surroundings(session, spots)
    options: list[Option] = []
    margins = np.empty((len(spots), len(demand.cells)), dtype=np.float32)
    covered = np.zeros(margins.shape, dtype=np.bool_)
    places: list[tuple[int, int]] = []
    ends: list[tuple[float, float]] = []
    for number, (covers, margin) in enumerate(_reached(session, spots, demand, technology, step)):
        margins[number] = margin
        covered[number] = np.isin(demand.cells, covers)
        for key, operator in enumerate(study.operators):
            facts = surroundings.facts(number, operator.key)
            low, base, high = surroundings.prices(facts)
            height = study.planning.new_site.antenna_height.value
            name = option_id(KIND, operator.key, spots[number], height, session.inputs.grid)
            options.append(
                Option(
                    name, operator.key, spots[number], height, covers, base,
                    facts.road_m, facts.power_line_m, facts.backhaul_m,
                )
            )  # fmt: skip
            places.append((number, key))
            ends.append((low, high))
    order = sorted(range(len(options)), key=lambda row: options[row].option_id)
    site, operators = np.array(places, dtype=np.int64).reshape(-1, 2)[order].T
    low_end, high_end = np.array(ends, dtype=np.float64).reshape(-1, 2)[order].T
    return Candidates(
        tuple(options[row] for row in order), site, operators, covered, margins, low_end, high_end
    )


class _Surroundings:
    """Distances that prices of the spots rest on."""

    def __init__(self, session: Session, spots: tuple[Spot, ...]) -> None:
        study, lines = session.study, session.inputs.places
        self.study = study
        self.spots = spots
        self.road_m = distances_m(spots, lines.roads.geometry)
        self.power_line_m = distances_m(spots, lines.power_lines.geometry)
        self.backhaul_m = {
            op.key: distances_m(spots, _sites_of(session, op.name)) for op in study.operators
        }

    def facts(self, number: int, operator: str) -> SiteFacts:
        """What a site's price depends on."""
        radius_m = 1000.0 * self.study.planning.candidate_radius_km
        return SiteFacts(
            road_m=float(self.road_m[number]),
            power_line_m=float(self.power_line_m[number]),
            slope_deg=self.spots[number].slope_deg,
            backhaul_m=_known(self.backhaul_m[operator][number], radius_m),
        )

    def prices(self, facts: SiteFacts) -> tuple[float, SiteCost, float]:
        """Present value at the low end, the price itself, and present value at the high end."""
        costs, hop_m = self.study.costs, 1000.0 * self.study.planning.longest_hop.value
        low = site_cost(facts, costs, longest_hop_m=hop_m, level="low").present_value
        high = site_cost(facts, costs, longest_hop_m=hop_m, level="high").present_value
        return low, site_cost(facts, costs, longest_hop_m=hop_m), high


def _reached(
    session: Session, spots: tuple[Spot, ...], demand: Demand, technology: str, step: str
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Cells that a site at each spot would cover, and its margins at the demand [dB]."""
    study = session.study
    site = study.planning.new_site
    radius_m = 1000.0 * study.planning.candidate_radius_km
    bands = (site.frequency.value,)
    losses = LossMaps(session, study.environment.receiver_height.value)
    masts = [Mast(s.easting, s.northing, site.antenna_height.value, bands, radius_m) for s in spots]
    for number, loss in enumerate(losses.maps(masts)):
        best, threshold = _new_site(session, loss, spots[number], technology)
        yield _covered_cells(session, best), _margin_db(session, best, threshold, demand)
        session.progress(step, number + 1, len(masts))
    study.note(f"candidate path loss: {losses.computed} computed, {losses.reused} reused")


def _known(distance_m: float, fallback_m: float) -> float:
    """Distance to the operator's nearest site; one full radius when it has none here."""
    return fallback_m if np.isnan(distance_m) else float(distance_m)


def _sites_of(session: Session, operator: str) -> gpd.GeoSeries:
    sectors = [s for s in session.inputs.network.on_air().sectors if s.operator == operator]
    points = sorted({(s.easting, s.northing) for s in sectors})
    return gpd.GeoSeries(gpd.points_from_xy([e for e, _ in points], [n for _, n in points]))


def _new_site(
    session: Session, loss: LossMap, spot: Spot, technology: str
) -> tuple[BestServer, Threshold]:
    """Level of a new site at a spot, and what a handset needs of it."""
    study = session.study
    best = BestServer(session.inputs.grid)
    sectors = _new_sectors(session, spot, technology)
    budget = sector_budget(study, sectors[0], study.environment)  # its sectors differ in azimuth
    for number, sector in enumerate(sectors):
        level = sector_map_dbm(
            loss, sector, eirp_dbm=budget.measured_dbm, entry_loss_db=budget.entry_loss_db
        )
        best.add(loss, level, number, budget.threshold)
    return best, budget.threshold


def _covered_cells(session: Session, best: BestServer) -> IntArray:
    """Flat indices of the cells that a new site would cover by itself."""
    sure = confidence(session.study)
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    layer = best.layer(unknown, covered_percent=sure.covered_percent)
    return np.flatnonzero(service_class(layer, sure) == COVERED)


def _margin_db(
    session: Session, best: BestServer, threshold: Threshold, demand: Demand
) -> FloatArray:
    """Level above what coverage needs at each cell of the demand; -inf where it is unknown."""
    share = np.clip(confidence(session.study).covered_percent / 100.0, MOST_SURE, 1.0 - MOST_SURE)
    deviations = best.margin.ravel()[demand.cells].astype(np.float64) - ndtri(share)
    terrain = session.inputs.terrain.height_amsl_m.ravel()[demand.cells]
    unknown = np.isnan(terrain) | (best.unknown.ravel()[demand.cells] & (deviations < 0))
    margin = np.where(unknown, -np.inf, deviations * threshold.standard_deviation_db)
    return np.asarray(margin)


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
