"""Further results that a study's map and pages show: its plan, and what is read back from files."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from phusong.analysis.gaps import service_class
from phusong.analysis.reach import Reach, ReachLayer
from phusong.pipeline.gaps import confidence
from phusong.pipeline.plan import Plan
from phusong.pipeline.reach_files import layer_file
from phusong.pipeline.session import Session
from phusong.reporting.extras import Extras
from phusong.reporting.relief import UInt8Array
from phusong.store.rasters import read_raster, read_scaled
from phusong.store.tables import read_csv
from phusong.study import Study

TEXTS = (
    "operator", "technology", "site_id", "village_id", "village", "commune_code", "commune",
    "reported", "modelled", "agrees", "date", "indicator", "status", "appraised_status", "match",
    "candidates",
)  # fmt: skip


def study_extras(session: Session, reached: Reach, ranked: Plan) -> Extras:
    """Environments, throughput, resilience, lists and the plan of a study's first technology.

    Parameters
    ----------
    session
        The study in use; the steps ``service`` and ``gaps`` must be done.
    reached
        Received levels of the first environment.
    ranked
        What to build first, and how sure that is.

    Returns
    -------
    Extras
        Whatever the study has.
    """
    study = session.study
    technology = next(iter(study.technologies))
    keys = [key for key, which in reached.layers if which == technology]
    folder = study.output

    def rasters(what: str) -> Iterator[tuple[str, Path]]:
        for key in keys:
            file = layer_file(study, reached.model, reached.environment, key, technology, what)
            if file.exists():
                yield key, file

    return Extras(
        environments=dict(_environments(study, reached, keys, technology)),
        rate_mbps={key: read_scaled(file) for key, file in rasters("rate")},
        spare_percent={key: read_raster(file) for key, file in rasters("spare")},
        direction={key: read_raster(file) for key, file in rasters("direction")},
        resilience=_table(folder / "reach" / "resilience.csv"),
        reported=_table(folder / "gaps" / "reported.csv"),
        criterion8=_table(folder / "gaps" / "criterion8.csv"),
        stability=ranked.stability,
        variance_split=ranked.variance_split,
        measure_next=ranked.measure_next,
        strategies=ranked.strategies,
        choices=ranked.choices,
        frontier=ranked.frontier,
        hop_profiles=ranked.hop_profiles,
        operator_frontier=ranked.operator_frontier,
        operator_build_order=ranked.operator_build_order,
    )


def _environments(
    study: Study, reached: Reach, keys: list[str], technology: str
) -> Iterator[tuple[tuple[str, str], UInt8Array]]:
    sure = confidence(study)
    for environment in study.environments:
        for key in keys:
            layer = reached.layers[key, technology]
            if environment != reached.environment:
                file = layer_file(study, reached.model, environment, key, technology, "probability")
                layer = ReachLayer(layer.level_dbm, layer.server, read_raster(file))
            yield (environment, key), service_class(layer, sure)


def _table(file: Path) -> pd.DataFrame:
    return read_csv(file, text=TEXTS) if file.exists() else pd.DataFrame()
