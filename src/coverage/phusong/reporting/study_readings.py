"""What a click on the map of a study tells, within what its reader may know."""

import numpy as np

from phusong.analysis.gaps import NO_SIGNAL, UNKNOWN
from phusong.analysis.reach import ANY, NO_SERVER, UNKNOWN_PERCENT, ReachLayer
from phusong.geo.local_crs import is_transverse_mercator
from phusong.geo.network import Sector
from phusong.reporting.basis_words import titled
from phusong.reporting.facts import Bilingual
from phusong.reporting.readings import Reading, Readings, near_places
from phusong.reporting.relief import UInt8Array
from phusong.reporting.study_facts import StudyFacts

NEAR_M = 1500.0
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
    for key, plain in facts.operators():
        classes = facts.gaps.classes.get((key, facts.technology))
        if classes is None:
            continue
        layer = facts.layers.get((key, facts.technology))
        name = titled(plain, facts.gaps.basis, (key, facts.technology))
        if layer is None:
            layers.append(Reading(name, classes))
        elif (key, facts.technology) not in facts.gaps.basis.told_layers:
            layers.append(
                Reading(name, classes, layer.level_dbm, layer.probability_percent, layer.server)
            )
        elif key == ANY:
            layers.append(_partly_told(facts, name, classes, layer))
        else:  # a map states neither a probability nor who serves
            known = None if np.isnan(layer.level_dbm).all() else layer.level_dbm
            layers.append(Reading(name, classes, known))
    lines = facts.study.service
    communes = facts.places.communes.frame.geometry.values
    return Readings(
        tuple(layers),
        lines_percent=(round(100 * lines.marginal.value), round(100 * lines.covered.value)),
        servers=tuple(server_name(sector) for sector in facts.sectors),
        near=near_places(facts.grid, NEAR_M, communes),
    )


def _partly_told(
    facts: StudyFacts, name: Bilingual, classes: UInt8Array, layer: ReachLayer
) -> Reading:
    """All operators together: no server and no level where it is a map that says covered."""
    told = facts.gaps.basis.told_layers
    own = [
        np.where(found == UNKNOWN, NO_SIGNAL, found)
        for who, found in facts.gaps.classes.items()
        if who[1] == facts.technology and who[0] != ANY and who not in told
    ]
    computed = np.maximum.reduce(own) if own else np.zeros_like(classes)
    by_map = (classes != UNKNOWN) & (classes > computed)
    return Reading(
        name,
        classes,
        np.where(by_map, np.float32(np.nan), layer.level_dbm),
        np.where(by_map, np.uint8(UNKNOWN_PERCENT), layer.probability_percent),
        np.where(by_map, np.int32(NO_SERVER), layer.server),
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
    name = " / ".join(part for part in (sector.site_id, sector.sector_id) if part)
    return f"{name}, {sector.frequency_mhz:g} MHz"


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
