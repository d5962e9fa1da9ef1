"""Tables of the step that finds gaps: by commune, successor, village and facility."""

import math
import re
from collections.abc import Mapping

import pandas as pd

from phusong.analysis.basis import COMPUTED, Basis
from phusong.analysis.criterion8 import criterion8_table
from phusong.analysis.crosswalk import by_successor, with_successors
from phusong.analysis.gaps import (
    CLASS_NAMES,
    COVERED,
    MARGINAL,
    UNKNOWN,
    ClassArray,
    Confidence,
    point_table,
)
from phusong.analysis.infrastructure import (
    infrastructure_summary,
    infrastructure_table,
    village_answers,
)
from phusong.analysis.loudspeakers import KIND as LOUDSPEAKER
from phusong.analysis.loudspeakers import loudspeaker_table, nearest_village
from phusong.analysis.offices import office_goal, office_table
from phusong.analysis.official import official_columns
from phusong.analysis.outreach import information_table, information_ways, support_table
from phusong.analysis.postal import address_codes
from phusong.analysis.reach import ANY, Reach
from phusong.analysis.reported import beside_modelled, confusion, field_checks
from phusong.analysis.verdicts import VerdictRules, village_verdicts
from phusong.geo.gazetteer import Gazetteer
from phusong.geo.network import Network
from phusong.geo.places import Places
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.count_intervals import Uncertainty
from phusong.pipeline.gap_tasks import counted
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import study_basis
from phusong.study import Study

UNKNOWN_CLASS = CLASS_NAMES[UNKNOWN]
ENDS = "_p(10|90)(_|$)"
"""Columns that are an end of an interval: those of several communes do not add up."""


def gap_tables(
    session: Session,
    reach: Reach,
    classes: Mapping[tuple[str, str], ClassArray],
    unsure: Uncertainty,
) -> dict[str, pd.DataFrame]:
    """Every table of the step, by the name of its file.

    Parameters
    ----------
    session
        The study in use.
    reach
        Received levels.
    classes
        Service class per cell, by operator key and technology.
    unsure
        How far the counts may be otherwise, and where the lines between the classes are drawn.

    Returns
    -------
    dict
        ``communes``, ``totals``, ``villages`` and ``facilities``; and where the study has what
        they need ``village-counts``, ``support``, ``information``, ``successors``, ``reported``,
        ``reported-confusion``, ``field-checks``, ``loudspeakers``, ``criterion8``,
        ``villages-to-place``, ``infrastructure`` and its summary by commune, ``offices`` with
        their target, and ``address-codes``.
    """
    study, inputs = session.study, session.inputs
    technology, confidence = next(iter(study.technologies)), unsure.confidence
    plain = counted(session, reach, classes, confidence)
    found = {
        "communes": _communes(session, unsure.communes(plain)),
        "totals": unsure.totals(plain),
        "villages": _villages(session, reach, confidence),
        "facilities": _facilities(inputs.places, reach, confidence),
    }
    found["villages"]["information_by"] = information_ways(
        found["villages"], found["facilities"], technology
    )
    everyone = _with_unplaced(found["villages"], inputs.places)
    if len(everyone):
        found |= unsure.outreach(
            support_table(everyone, inputs.communes, technology),
            information_table(everyone, inputs.communes),
            everyone,
            found["facilities"],
        )
        if not (found["facilities"]["kind"] == LOUDSPEAKER).any():
            del found["information"]  # nobody told where they are: that is not "none"
    if len(found["villages"]):
        found |= unsure.villages(found["villages"], verdict_rules(study, reach.network))
    found |= _by_successor(found["communes"], inputs.gazetteer, unsure)
    found |= _reported(inputs.reported, found["villages"], technology)
    operators = {op.key: op.name for op in study.operators}
    answers = village_answers(everyone, inputs.infrastructure)
    fibre = dict(zip(everyone["village_id"], answers["fibre"], strict=True))
    speakers = loudspeaker_table(found["facilities"], operators, technology, fibre)
    if len(speakers):
        found["loudspeakers"] = speakers
    if inputs.criteria is not None:
        found["criterion8"] = criterion8_table(
            inputs.criteria, inputs.communes,
            everyone.assign(fixed_broadband=answers["fixed_broadband"]),
            found["facilities"], technology, inputs.appraisals,
        )  # fmt: skip
    if inputs.places.unplaced is not None and len(inputs.places.unplaced):
        found["villages-to-place"] = _to_place(inputs.places)
    found |= _what_there_is(session, reach, everyone, found["facilities"])
    points = _address_points(inputs.places)
    if len(points):
        found["address-codes"] = address_codes(points)
    return found


def _with_unplaced(villages: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Villages, and after them those without coordinates: of them no signal is known."""
    if places.unplaced is None or places.unplaced.empty:
        return villages
    classes = {c: UNKNOWN_CLASS for c in villages if c.endswith("_class")}
    nowhere = places.unplaced.drop(columns="geometry", errors="ignore")
    nowhere = nowhere.assign(**classes, information_by=UNKNOWN_CLASS)
    return pd.concat([villages, nowhere.astype({"village_id": "object"})], ignore_index=True)


def _what_there_is(
    session: Session, reach: Reach, villages: pd.DataFrame, facilities: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Infrastructure of villages, and networks of commune offices where somebody told of them."""
    study, inputs = session.study, session.inputs
    found: dict[str, pd.DataFrame] = {}
    if len(villages):
        keys = {op.name: op.key for op in study.operators}
        rows = [
            (s.site_id, keys[s.operator], s.technology, s.easting, s.northing)
            for s in reach.network.sectors
        ]
        columns = ["site_id", "operator", "technology", "easting", "northing"]
        basis = study_basis(inputs, tuple(reach.layers))
        table = infrastructure_table(
            villages,
            inputs.places.villages.geometry.reindex(villages.index),
            pd.DataFrame(rows, columns=columns),
            inputs.infrastructure,
            operators={op.key: op.name for op in study.operators},
            site_distance_m=1000.0 * study.causes.site_distance.value,
            unknown_sites=frozenset(w for w, _ in basis.told_layers | basis.known_only) - {ANY},
        )
        summary = infrastructure_summary(table, inputs.communes)
        found |= {"infrastructure": table, "infrastructure-communes": summary}
    if inputs.offices is not None:
        technology = next(iter(study.technologies))
        found["offices"] = office_table(inputs.offices, inputs.communes, facilities, technology)
        target = study.offices.target
        found["offices-target"] = office_goal(
            found["offices"], target=target.value, target_source=target.source
        )
    return found


def verdict_rules(study: Study, network: Network, basis: Basis = COMPUTED) -> VerdictRules:
    """When a village of the study is without signal, as a whole or in part.

    Parameters
    ----------
    study
        The study.
    network
        The sectors that servers are counted in.
    basis
        What each layer rests on.

    Returns
    -------
    VerdictRules
        From the study's verdicts, technologies and link budgets.
    """
    classes = {"marginal": MARGINAL, "covered": COVERED}
    said = study.verdicts
    return VerdictRules(
        centre_class=classes[said.centre_signal],
        settlement_class=classes[said.settlement_signal],
        settlement_radius_m=said.settlement_radius.value,
        smallest_part=said.smallest_part.value,
        thresholds_dbm={
            **{key: t.threshold.value for key, t in study.technologies.items()},
            ANY: math.nan,  # levels of different technologies have no threshold in common
        },
        sector_needs_dbm=tuple(
            sector_budget(study, sector, study.environment).threshold.level_dbm
            for sector in network.sectors
        ),
        told_dbm={(m.operator, m.technology): m.threshold_dbm for m in basis.supplied},
    )


def _communes(session: Session, table: pd.DataFrame) -> pd.DataFrame:
    """Area and people by class, and the official figures where they are given."""
    inputs = session.inputs
    if inputs.official is None:
        return table
    beside = official_columns(inputs.communes, inputs.raster_people, inputs.official)
    beside["population_raster_source"] = session.study.inputs.population.source
    beside["population_raster_date"] = session.study.inputs.population.date
    return table.merge(beside, left_on="commune_code", right_index=True, how="left")


def _villages(session: Session, reach: Reach, confidence: Confidence) -> pd.DataFrame:
    """Class of each village centre, and the verdict on the village."""
    places = session.inputs.places
    verdicts = village_verdicts(
        places.villages,
        reach,
        session.inputs.people,
        confidence,
        verdict_rules(
            session.study, reach.network, study_basis(session.inputs, tuple(reach.layers))
        ),
        places.settlements,
    )
    centres = point_table(places.villages, reach, confidence)
    return pd.concat([centres, verdicts], axis="columns")


def _facilities(places: Places, reach: Reach, confidence: Confidence) -> pd.DataFrame:
    """Class at each facility, and the village that is nearest to it."""
    table = point_table(places.facilities, reach, confidence)
    nearest = nearest_village(places.facilities, places.villages)
    return pd.concat([table, nearest], axis="columns")


def _by_successor(
    communes: pd.DataFrame, gazetteer: Gazetteer | None, unsure: Uncertainty
) -> dict[str, pd.DataFrame]:
    """The same figures by the units that the communes went into, where a gazetteer knows."""
    if gazetteer is None:
        return {}
    walk = gazetteer.crosswalk_from(communes["vintage"].iloc[0])
    if walk is None:
        return {}
    ends = [name for name in communes if re.search(ENDS, name)]
    summed = by_successor(communes.drop(columns=ends), gazetteer, walk)
    went = pd.DataFrame(
        [(c.from_code, c.to_code, c.share) for c in walk.changes],
        columns=["commune_code", "successor_code", "share"],
    )
    return {
        "communes": with_successors(communes, gazetteer, walk),
        "successors": unsure.successors(summed, went),
    }


def _reported(
    reported: pd.DataFrame | None, villages: pd.DataFrame, technology: str
) -> dict[str, pd.DataFrame]:
    """A reported list beside the modelled verdicts, and who should be visited."""
    if reported is None:
        return {}
    return {
        "reported": beside_modelled(reported, villages, technology),
        "reported-confusion": confusion(reported, villages, technology),
        "field-checks": field_checks(reported, villages, technology),
    }


def _to_place(places: Places) -> pd.DataFrame:
    """Villages without coordinates, with a point in their commune to start from."""
    communes = places.communes.frame
    middle = communes.geometry.representative_point().to_crs("EPSG:4326")
    start = pd.DataFrame({"latitude": middle.y, "longitude": middle.x}).set_index(communes["code"])
    columns = ["village_id", "name", "commune_code", "households", "population", "latitude",
               "longitude"]  # fmt: skip
    table = pd.DataFrame(places.unplaced)[columns]
    codes = table["commune_code"]
    table.insert(3, "commune", codes.map(places.communes.names).fillna(""))
    table["near_latitude"] = codes.map(start["latitude"])
    table["near_longitude"] = codes.map(start["longitude"])
    return table


def _address_points(places: Places) -> pd.DataFrame:
    """Villages and households as points that get an address code."""
    columns = ["point_id", "point_kind", "name", "village_id", "commune_code", "latitude",
               "longitude", "postcode"]  # fmt: skip
    villages = pd.DataFrame(places.villages.drop(columns="geometry"))
    villages = villages.assign(point_id=villages["village_id"], point_kind="village")
    parts = [villages]
    if places.households is not None:
        households = pd.DataFrame(places.households.drop(columns="geometry"))
        parts.append(households.assign(point_id=households["household_id"], point_kind="household"))
    whole = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    texts = ["name", "village_id", "commune_code", "postcode"]
    return whole.assign(
        **{name: whole[name].astype("string").fillna("").astype(str) for name in texts}
    )
