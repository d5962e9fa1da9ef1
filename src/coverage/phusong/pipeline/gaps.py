"""Step 2: where there is no signal, and who lives there."""

import geopandas as gpd
import pandas as pd

from phusong.analysis.gap_areas import Nearby, gap_polygons
from phusong.analysis.gaps import Confidence, Gaps, service_class
from phusong.analysis.reach import ANY, Reach
from phusong.pipeline.count_intervals import Uncertainty
from phusong.pipeline.gap_causes import cause_columns, with_causes
from phusong.pipeline.gap_tables import gap_tables
from phusong.pipeline.gap_tasks import counted, drawn, living
from phusong.pipeline.model_choice import model_choice
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.pipeline.stored_reach import forget_people
from phusong.pipeline.supplied import study_basis
from phusong.reporting.basis_words import BASIS_COLUMN, with_basis
from phusong.reporting.tables import tidy
from phusong.store.tables import read_csv, write_csv, write_geopackage, write_geoparquet
from phusong.study import PRACTICE_LABEL, Study

STEP, COUNTS, CRITERION, MODELS = "gaps", "village-counts", "criterion8", "models"
TEXT_COLUMNS = (
    "environment", "commune_code", "commune", "vintage", "operator", "technology", "village_id",
    "facility_id", "name", "kind", "data_status", "successor_code", "successor",
    "successor_vintage", "clause", "settlement_basis", "postcode", "fixed_broadband",
    "fibre", "grid", "road",
    "population_official_source", "population_official_year_status", "households_official_source",
    "households_official_year_status", "poor_rate_relation", "poverty_standard", "poverty_source",
    "population_raster_source", "population_raster_date", BASIS_COLUMN, "criterion_set",
    "indicator", "text_vi", "text_en", "required", "status", "evidence", "missing",
    "threshold_unit", "threshold_source", "appraised_status", "appraised_evidence", "appraiser",
    "appraised_on",
    "cause", "cause_en", "cause_vi", "cause_detail_en", "cause_detail_vi", "cause_site",
    "cause_site_operator", "model", "language", "languages", "lan", "connection", "date",
    "mobile_signal", "runs_on_mobile", "fibre_in_village", "runs", "operators", "needs",
    "status_en", "status_vi", "target_source",
)  # fmt: skip
BESIDE = ("support", "information", "infrastructure-communes", "loudspeakers", "offices",
          "offices-target", "villages-to-place")  # fmt: skip
"""Tables that pages and notebooks show beside the gaps, where they are written."""
WITHOUT_COVERAGE = frozenset({"villages-to-place", "address-codes"})
"""Tables that say nothing of signal."""


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
    session.progress(STEP, 1, 5)
    polygons = gap_polygons(
        classes,
        inputs.communes,
        inputs.people,
        smallest_km2=study.service.smallest_gap.value,
        nearby=Nearby(inputs.places, _sites(study, reach)),
        silent=drawn(session, reach, sure),
        living=living(session, reach, sure),
    )
    unsure = Uncertainty(session, reach, sure)
    polygons = unsure.gaps(polygons)
    session.progress(STEP, 2, 5)
    polygons, causes = with_causes(session, reach, classes, polygons, sure)
    session.progress(STEP, 3, 5)
    tables = gap_tables(session, reach, classes, unsure)
    tables["causes"] = causes
    beside = cause_columns(tables["villages"], causes, classes)
    tables["villages"] = pd.concat([tables["villages"], beside], axis="columns")
    choice = model_choice(session, reach, sure, tables["villages"])
    if choice is not None:
        tables[MODELS] = unsure.models(choice.table)
        tables["villages"] = pd.concat([tables["villages"], choice.villages], axis="columns")
    tables |= _environments(session, unsure, tables)
    session.progress(STEP, 4, 5)
    practice = study.study.practice_data
    folder = study.output / "gaps"
    basis, technology = study_basis(inputs, tuple(reach.layers)), next(iter(study.technologies))
    polygons = gpd.GeoDataFrame(with_basis(polygons, basis, technology))
    if practice:
        polygons["data_status"] = PRACTICE_LABEL
    outputs = [folder / "no-signal.gpkg", folder / "no-signal.parquet"]
    write_geopackage(outputs[0], polygons, name="no-signal")
    write_geoparquet(outputs[1], polygons)
    outputs.append(folder / "no-signal.csv")
    write_csv(outputs[-1], tidy(polygons, practice=practice))
    for name, table in tables.items():
        outputs.append(folder / f"{name}.csv")
        told = table if name in WITHOUT_COVERAGE else with_basis(table, basis, technology)
        write_csv(outputs[-1], tidy(told, practice=practice))
    if choice is not None:
        outputs += choice.files
    people = inputs.people
    facts = {
        **({} if choice is None else {"models": choice.facts}),
        "people_on_grid": round(people.total, 3),
        "people_in_raster": round(inputs.raster_people.total, 3),
        **({} if inputs.study.inputs.buildings is None else {
            "people_without_building": round(inputs.raster_people.spread_people, 3)
        }),
        "cells_without_population_data": people.unknown_cells,
        "villages_without_coordinates": len(tables.get("villages-to-place", ())),
        "gap_polygons": len(polygons),
        "gap_area_changed_percent": {
            "by_sieving": _largest(polygons["sieve_change_percent"]),
            "by_drawing": _largest(polygons["outline_change_percent"]),
        },
        "outline_overlap_km2": round(_overlap_km2(inputs.communes.frame), 6),
        "verdict_wording": study.verdicts.model_dump(
            include={"trang_song", "lom_song", "wording_source", "centre_signal",
                     "settlement_signal"}
        ),
    }  # fmt: skip
    session.record(STEP, facts, outputs)
    forget_people(session)
    session.progress(STEP, 5, 5)


def _environments(
    session: Session, unsure: Uncertainty, found: dict[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Area and people by class in every service environment, by commune and together."""
    sure, reach = unsure.confidence, unsure.reach
    tables, totals, first = {}, [found["totals"]], found["communes"]
    for name in session.study.environments:
        if name == reach.environment:
            continue
        there = load_reach(session, name)
        classes = {key: service_class(layer, sure) for key, layer in there.layers.items()}
        plain = counted(session, there, classes, sure)
        tables[name] = unsure.communes(plain, there)
        totals.append(unsure.totals(plain, there))
    columns = list(next(iter(tables.values()), first).columns)
    tables = {reach.environment: first[columns], **tables}
    whole = pd.concat(tables, names=["environment"]).reset_index("environment")
    return {
        "environments": whole.reset_index(drop=True),
        "totals": pd.concat(totals, ignore_index=True),
    }


def _sites(study: Study, reach: Reach) -> pd.DataFrame:
    """Sectors on the air, by the operator's key; each also as one of any technology."""
    keys = {op.name: op.key for op in study.operators}
    return pd.DataFrame(
        [
            (s.site_id, keys[s.operator], technology, s.easting, s.northing)
            for s in reach.network.sectors
            for technology in (s.technology, ANY)
        ],
        columns=["site_id", "operator", "technology", "easting", "northing"],
    )


def _largest(percent: pd.Series) -> float:
    """Largest change of any layer or gap, without its sign."""
    return round(float(percent.abs().max()), 3) if len(percent) else 0.0


def _overlap_km2(outlines: gpd.GeoDataFrame) -> float:
    """Area that more than one commune claims: sums over communes count it twice."""
    return float((outlines.area.sum() - outlines.union_all().area) / 1e6)


def _load(session: Session, reach: Reach) -> Gaps:
    folder = session.study.output / "gaps"
    sure = confidence(session.study)

    texts = (*TEXT_COLUMNS, *(f"{who}_{t.lower()}_cause" for who, t in reach.layers))

    def table(name: str) -> pd.DataFrame:
        return read_csv(folder / f"{name}.csv", text=texts)

    def asked(name: str) -> pd.DataFrame:
        written = session.manifest.step(STEP)
        there = written is not None and f"gaps/{name}.csv" in written.outputs
        return table(name) if there else pd.DataFrame()

    return Gaps(
        grid=reach.grid,
        classes={key: service_class(layer, sure) for key, layer in reach.layers.items()},
        polygons=gpd.read_parquet(folder / "no-signal.parquet"),
        communes=table("communes"),
        villages=table("villages"),
        facilities=table("facilities"),
        environments=table("environments"),
        basis=study_basis(session.inputs, tuple(reach.layers)),
        totals=table("totals"),
        village_counts=asked(COUNTS),
        criterion8=asked(CRITERION),
        models=asked(MODELS),
        causes=table("causes"),
        beside={name: found for name in BESIDE if len((found := asked(name)).columns)},
    )
