"""What options cost: distances to roads, the grid and sites, and prices that rest on them."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from phusong.pipeline.session import Session
from phusong.planning.candidates import distances_m
from phusong.planning.cost import SiteCost, SiteFacts
from phusong.planning.kinds import ROAMING, SATELLITE
from phusong.planning.layouts import Layout
from phusong.planning.option_cost import Build, option_cost
from phusong.planning.priorities import Option
from phusong.planning.supply import FED_KINDS


class Surroundings:
    """Distances that prices of the places rest on.

    Parameters
    ----------
    session
        The study in use.
    layouts
        What could be built.
    """

    def __init__(self, session: Session, layouts: Sequence[Layout]) -> None:
        study, lines = session.study, session.inputs.places
        self.study = study
        spots = tuple(layout.spot for layout in layouts)
        self.latitude_deg = session.inputs.grid.middle[1]
        self.slope_deg = [spot.slope_deg for spot in spots]
        self.road_m = distances_m(spots, lines.roads.geometry)
        self.power_line_m = distances_m(spots, known_grid(session))
        self.backhaul_m = {
            op.key: distances_m(spots, _sites_of(session, op.name)) for op in study.operators
        }

    def facts(self, number: int, operator: str) -> SiteFacts:
        """What a site's price depends on.

        Parameters
        ----------
        number
            Of the layout.
        operator
            Key of who builds.

        Returns
        -------
        SiteFacts
            Distances and slope.
        """
        radius_m = 1000.0 * self.study.planning.candidate_radius_km
        return SiteFacts(
            road_m=float(self.road_m[number]),
            power_line_m=float(self.power_line_m[number]),
            slope_deg=self.slope_deg[number],
            backhaul_m=_known(self.backhaul_m[operator][number], radius_m),
            latitude_deg=self.latitude_deg,
        )

    def prices(
        self, layout: Layout, facts: SiteFacts, operator: str, people: float
    ) -> tuple[float, SiteCost, float]:
        """Price of a layout.

        Parameters
        ----------
        layout
            What is built.
        facts
            Where.
        operator
            Key of who builds.
        people
            Whom it newly covers.

        Returns
        -------
        tuple
            Present value at the low end, the price itself, and present value at the high end.
        """
        build = Build(
            layout.kind, facts, layout.height_m, layout.standing_m, layout.bought,
            self._subscribers(operator, people) if layout.kind == ROAMING else 0.0,
            carriers=len(layout.sectors), power=self.study.planning.power,
        )  # fmt: skip
        costs, hop_m = self.study.costs, 1000.0 * self.study.planning.longest_hop.value
        low = option_cost(build, costs, longest_hop_m=hop_m, level="low").present_value
        high = option_cost(build, costs, longest_hop_m=hop_m, level="high").present_value
        return low, option_cost(build, costs, longest_hop_m=hop_m), high

    def _subscribers(self, operator: str, people: float) -> float:
        """People who would roam and pay: all who are newly covered where no share is given."""
        revenue = self.study.planning.revenue
        if revenue is None:
            return people
        share = revenue.market_share.get(operator)
        return people * revenue.penetration.value * (1.0 if share is None else share.value)


def grid_unknown(options: Sequence[Option]) -> int:
    """Count options that need power and whose distance to the grid nobody knows.

    Parameters
    ----------
    options
        Every option.

    Returns
    -------
    int
        They are priced with solar power.
    """
    needing = [option for option in options if option.kind in FED_KINDS]
    sized = [o for o in needing if o.kind != SATELLITE or o.cost.power_capex > 0]
    return sum(bool(np.isnan(option.power_line_m)) for option in sized)


def known_grid(session: Session) -> gpd.GeoSeries:
    """Where there is electricity of the grid, as far as the study knows.

    Parameters
    ----------
    session
        The study in use.

    Returns
    -------
    geopandas.GeoSeries
        Power lines, villages whose ``grid`` is yes, and sites on air that are fed by it.
    """
    places = session.inputs.places
    villages = places.villages
    fed = villages.geometry[villages["grid"].eq("yes")] if "grid" in villages else []
    sectors = session.inputs.network.on_air().sectors
    sites = sorted({(s.easting, s.northing) for s in sectors if s.power_source.startswith("grid")})
    points = gpd.points_from_xy([e for e, _ in sites], [n for _, n in sites])
    every = [*places.power_lines.geometry, *fed, *points]
    return gpd.GeoSeries([thing for thing in every if thing is not None and not thing.is_empty])


def _known(distance_m: float, fallback_m: float) -> float:
    """Distance to the operator's nearest site; one full radius when it has none here."""
    return fallback_m if np.isnan(distance_m) else float(distance_m)


def _sites_of(session: Session, operator: str) -> gpd.GeoSeries:
    sectors = [s for s in session.inputs.network.on_air().sectors if s.operator == operator]
    points = sorted({(s.easting, s.northing) for s in sectors})
    return gpd.GeoSeries(gpd.points_from_xy([e for e, _ in points], [n for _, n in points]))
