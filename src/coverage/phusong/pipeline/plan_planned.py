"""Sites with status planned, where the study takes them as built."""

import math
from collections.abc import Mapping

from phusong.analysis.reach import ANY
from phusong.geo.network import Sector
from phusong.pipeline.plan_options import covered_by
from phusong.pipeline.session import Session
from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.demand import people_in_need
from phusong.planning.kinds import REPAIR
from phusong.planning.layouts import Layout
from phusong.planning.priorities import Option
from phusong.units import BoolArray, FloatArray


def with_planned(
    session: Session, not_covered: Mapping[str, BoolArray], people: FloatArray, *, step: str
) -> tuple[dict[str, BoolArray], tuple[Option, ...]]:
    """Who still lacks signal once the planned sites stand, where the study fixes them.

    Parameters
    ----------
    session
        The study in use.
    not_covered
        Cells not covered today, by operator key, and for ``any`` the white zone.
    people
        People per cell that the study asks about.
    step
        Whose progress is told.

    Returns
    -------
    tuple
        The cells that are left, and the planned sites, each an option that costs nothing; the
        cells as they were and no site where the study ignores them or lists none.
    """
    left = {key: cells.copy() for key, cells in not_covered.items()}
    study = session.study
    layouts = _layouts(session) if study.planning.planned_sites == "fixed" else ()
    if not layouts:
        return left, ()
    demand = people_in_need(
        people, not_covered, white_zone_weight=study.planning.white_zone_weight.value
    )
    covers = covered_by(session, layouts, demand, step=step)
    free = SiteCost(0.0, 0.0, 0.0, "", 0, study.costs.shown_currency)
    nothing = math.nan
    built = tuple(
        Option(
            layout.site_id, layout.builders[0], layout.spot, layout.height_m, cells, free,
            nothing, nothing, nothing, layout,
        )
        for layout, cells in zip(layouts, covers, strict=True)
    )  # fmt: skip
    before = {key: float(people[cells].sum()) for key, cells in left.items()}
    for option in built:
        for key in (option.operator, ANY):
            left[key].ravel()[option.covers] = False
    white = before[ANY] - float(people[left[ANY]].sum())
    session.study.note(
        f"plan: {len(built)} planned sites count as built; {white:.0f} people without any "
        "operator will be covered by them and are not planned for again"
    )
    return left, built


def _layouts(session: Session) -> tuple[Layout, ...]:
    """Planned sites of the study's operators in the technology that is planned."""
    study, grid = session.study, session.inputs.grid
    keys = {op.name: op.key for op in study.operators}
    technology = next(iter(study.technologies))

    def counts(sector: Sector) -> bool:
        known = sector.operator in keys and sector.technology == technology
        inside = bool(grid.contains(sector.easting, sector.northing))
        return sector.status == "planned" and known and inside

    kept = [sector for sector in session.inputs.network.sectors if counts(sector)]
    names = sorted({(keys[sector.operator], sector.site_id) for sector in kept})
    sites = [(name, [s for s in kept if (keys[s.operator], s.site_id) == name]) for name in names]
    return tuple(
        Layout(
            REPAIR, Spot(group[0].easting, group[0].northing, math.nan, math.nan, math.nan),
            tuple(group), (operator,), 1000.0 * study.planning.candidate_radius_km,
            max(s.antenna_height_m for s in group), max(s.mast_height_m for s in group),
            bought=0, site_id=site_id,
        )
        for (operator, site_id), group in sites
    )  # fmt: skip
