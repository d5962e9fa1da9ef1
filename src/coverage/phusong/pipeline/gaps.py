"""Step 2: where there is no signal, and who lives there."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from phusong.analysis.crosswalk import by_successor, with_successors
from phusong.analysis.gaps import (
    COVERED,
    MARGINAL,
    ClassArray,
    Confidence,
    Gaps,
    commune_table,
    gap_polygons,
    point_table,
    service_class,
)
from phusong.analysis.official import official_columns
from phusong.analysis.reach import Reach
from phusong.analysis.reported import beside_modelled, confusion, field_checks
from phusong.analysis.verdicts import VerdictRules, village_verdicts
from phusong.geo.gazetteer import Gazetteer
from phusong.pipeline.session import Session
from phusong.reporting.tables import tidy
from phusong.store.tables import read_csv, write_csv, write_geopackage, write_geoparquet
from phusong.study import PRACTICE_LABEL, Study

STEP = "gaps"
TEXT_COLUMNS = (
    "commune_code", "commune", "vintage", "operator", "technology", "village_id", "facility_id",
    "name", "kind", "data_status", "successor_code", "successor", "successor_vintage", "clause",
    "settlement_basis", "postcode", "fixed_broadband", "population_official_source",
    "population_official_year_status", "households_official_source",
    "households_official_year_status", "poor_rate_relation", "poverty_standard",
    "poverty_source", "population_raster_source", "population_raster_date",
)  # fmt: skip


def confidence(study: Study) -> Confidence:
    """Probabilities from which a cell is covered, or marginal.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Confidence
        In whole percent.
    """
    service = study.service
    return Confidence(round(100 * service.covered.value), round(100 * service.marginal.value))


def verdict_rules(study: Study) -> VerdictRules:
    """When a village of the study is without signal, as a whole or in part.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    VerdictRules
        From the study's verdicts and technologies.
    """
    classes = {"marginal": MARGINAL, "covered": COVERED}
    said = study.verdicts
    return VerdictRules(
        centre_class=classes[said.centre_signal],
        settlement_class=classes[said.settlement_signal],
        settlement_radius_m=said.settlement_radius.value,
        smallest_part=said.smallest_part.value,
        thresholds_dbm={key: t.threshold.value for key, t in study.technologies.items()},
    )


def gaps(session: Session, reach: Reach) -> Gaps:
    """Find the areas and people without signal, or take them from the last run.

    Parameters
    ----------
    session
        The study in use.
    reach
        Received levels.

    Returns
    -------
    Gaps
        Classes, polygons and tables.
    """
    if not session.is_done(STEP):
        _compute(session, reach)
    return _load(session, reach)


def _compute(session: Session, reach: Reach) -> None:
    study, inputs = session.study, session.inputs
    sure = confidence(study)
    classes = {key: service_class(layer, sure) for key, layer in reach.layers.items()}
    session.progress(STEP, 1, 4)
    polygons = gap_polygons(
        classes, inputs.communes, inputs.people, smallest_km2=study.service.smallest_gap.value
    )
    session.progress(STEP, 2, 4)
    tables = {
        "communes": _communes(session, classes),
        "villages": _villages(session, reach),
        "facilities": point_table(inputs.places.facilities, reach, sure),
    }
    tables |= _by_successor(tables["communes"], inputs.gazetteer)
    tables |= _reported(inputs.reported, tables["villages"], next(iter(study.technologies)))
    session.progress(STEP, 3, 4)
    practice = study.study.practice_data
    folder = study.output / "gaps"
    if practice:
        polygons["data_status"] = PRACTICE_LABEL
    outputs = [folder / "no-signal.gpkg", folder / "no-signal.parquet"]
    write_geopackage(outputs[0], polygons, name="no-signal")
    write_geoparquet(outputs[1], polygons)
    for name, table in tables.items():
        outputs.append(folder / f"{name}.csv")
        write_csv(outputs[-1], tidy(table, practice=practice))
    people = inputs.people
    facts = {
        "people_on_grid": round(people.total, 3),
        "people_in_raster": round(inputs.raster_people.total, 3),
        "cells_without_population_data": people.unknown_cells,
        "gap_polygons": len(polygons),
        "outline_overlap_km2": round(_overlap_km2(inputs.communes.frame), 6),
        "verdict_wording": study.verdicts.model_dump(
            include={"trang_song", "lom_song", "wording_source", "centre_signal",
                     "settlement_signal"}
        ),
    }  # fmt: skip
    session.record(STEP, facts, outputs)
    session.progress(STEP, 4, 4)


def _communes(session: Session, classes: Mapping[tuple[str, str], ClassArray]) -> pd.DataFrame:
    """Area and people by class, and the official figures where they are given."""
    inputs = session.inputs
    table = commune_table(classes, inputs.communes, inputs.people)
    if inputs.official is None:
        return table
    beside = official_columns(inputs.communes, inputs.raster_people, inputs.official)
    beside["population_raster_source"] = session.study.inputs.population.source
    beside["population_raster_date"] = session.study.inputs.population.date
    return table.merge(beside, left_on="commune_code", right_index=True, how="left")


def _villages(session: Session, reach: Reach) -> pd.DataFrame:
    """Class of each village centre, and the verdict on the village."""
    study, places = session.study, session.inputs.places
    sure = confidence(study)
    verdicts = village_verdicts(
        places.villages,
        reach,
        session.inputs.people,
        sure,
        verdict_rules(study),
        places.settlements,
    )
    return pd.concat([point_table(places.villages, reach, sure), verdicts], axis="columns")


def _by_successor(communes: pd.DataFrame, gazetteer: Gazetteer | None) -> dict[str, pd.DataFrame]:
    """The same figures by the units that the communes went into, where a gazetteer knows."""
    if gazetteer is None:
        return {}
    walk = gazetteer.crosswalk_from(communes["vintage"].iloc[0])
    if walk is None:
        return {}
    return {
        "communes": with_successors(communes, gazetteer, walk),
        "successors": by_successor(communes, gazetteer, walk),
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


def _overlap_km2(outlines: gpd.GeoDataFrame) -> float:
    """Area that more than one commune claims: sums over communes count it twice."""
    return float((outlines.area.sum() - outlines.union_all().area) / 1e6)


def _load(session: Session, reach: Reach) -> Gaps:
    folder = session.study.output / "gaps"
    sure = confidence(session.study)

    def table(name: str) -> pd.DataFrame:
        return read_csv(folder / f"{name}.csv", text=TEXT_COLUMNS)

    return Gaps(
        grid=reach.grid,
        classes={key: service_class(layer, sure) for key, layer in reach.layers.items()},
        polygons=gpd.read_parquet(folder / "no-signal.parquet"),
        communes=table("communes"),
        villages=table("villages"),
        facilities=table("facilities"),
    )
