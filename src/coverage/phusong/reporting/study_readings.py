"""What a click on the map of a study tells, within what its reader may know."""

from phusong.geo.local_crs import is_transverse_mercator
from phusong.geo.network import Sector
from phusong.reporting.readings import Reading, Readings, near_places
from phusong.reporting.study_facts import StudyFacts

NEAR_M = 3000.0
"""How far from the communes a page keeps numbers when it cannot keep all; an assumption."""


def study_readings(facts: StudyFacts) -> Readings:
    """Level, probability, service and best server of each operator that the reader may know of.

    Parameters
    ----------
    facts
        Results, cut down to their reader.

    Returns
    -------
    Readings
        All operators together first.
    """
    layers = []
    for key, name in facts.operators():
        classes = facts.gaps.classes.get((key, facts.technology))
        if classes is None:
            continue
        layer = facts.layers.get((key, facts.technology))
        if layer is None:
            layers.append(Reading(name, classes))
            continue
        layers.append(
            Reading(name, classes, layer.level_dbm, layer.probability_percent, layer.server)
        )
    communes = facts.places.communes.frame.geometry.values
    return Readings(
        tuple(layers),
        servers=tuple(server_name(sector) for sector in facts.sectors),
        near=near_places(facts.grid, NEAR_M, communes),
    )


def server_name(sector: Sector) -> str:
    """A sector as a click names it.

    Parameters
    ----------
    sector
        One antenna.

    Returns
    -------
    str
        Site, sector and carrier.
    """
    return f"{sector.site_id} / {sector.sector_id}, {sector.frequency_mhz:g} MHz"


def local_crs(facts: StudyFacts) -> str:
    """Projection in which maps of a study show coordinates beside WGS 84.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    str
        The study's ``grid.local_crs``, else its grid's where that is a transverse Mercator
        projection, else empty.
    """
    if facts.study.grid.local_crs:
        return facts.study.grid.local_crs
    return facts.grid.crs if is_transverse_mercator(facts.grid.crs) else ""
