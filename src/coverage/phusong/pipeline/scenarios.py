"""What would change: the study's scenarios, as differences from the network of today."""

import numpy as np
import pandas as pd

from phusong.analysis.gaps import commune_table, service_class
from phusong.analysis.reach import ANY, Reach
from phusong.analysis.service_scenarios import changed_network, difference_table
from phusong.geo.network import Network
from phusong.pipeline.best_servers import best_servers
from phusong.pipeline.gaps import confidence
from phusong.pipeline.reach_files import Layer, own_layers
from phusong.pipeline.session import Session
from phusong.pipeline.supplied import study_basis, supplied_maps
from phusong.reporting.basis_words import with_basis
from phusong.reporting.tables import tidy
from phusong.store.tables import write_csv
from phusong.study import ScenarioSection, Study

STEP = "scenarios"


def scenarios(session: Session, reached: Reach) -> None:
    """Compute every scenario of the study, unless nothing changed since the last run.

    Path loss is computed only for masts, heights and bands that the network of today lacks.

    Parameters
    ----------
    session
        The study in use.
    reached
        Received levels of the first environment.
    """
    if not session.study.scenarios:
        session.manifest.forget(STEP)
    elif not session.is_done(STEP):
        _compute(session, reached)


def _compute(session: Session, reached: Reach) -> None:
    study, network = session.study, reached.network
    names = {op.key: op.name for op in study.operators}
    sure, inputs = confidence(study), session.inputs
    classes = {layer: service_class(found, sure) for layer, found in reached.layers.items()}
    parts = {}
    for key, scenario in study.scenarios.items():
        changed = changed_network(network, scenario, operators=names)
        found = _classes(session, reached, changed, _off(study, scenario))
        before = dict(classes)
        if (ANY, ANY) in found and (ANY, ANY) not in before:  # a second technology comes
            before[ANY, ANY] = next(c for (operator, _), c in classes.items() if operator == ANY)
        parts[key] = difference_table(
            *(commune_table(c, inputs.communes, inputs.people) for c in (before, found))
        )
    table = pd.concat(parts, names=["scenario"]).reset_index("scenario").reset_index(drop=True)
    layers = tuple(dict.fromkeys(zip(table["operator"], table["technology"], strict=True)))
    table = with_basis(table, study_basis(inputs, layers), next(iter(study.technologies)))
    file = study.output / "scenarios" / "communes.csv"
    write_csv(file, tidy(table, practice=study.study.practice_data))
    titles = {key: scenario.title_en for key, scenario in study.scenarios.items()}
    session.record(STEP, {"scenarios": titles}, [file])


def _off(study: Study, scenario: ScenarioSection) -> frozenset[Layer]:
    """Layers that a scenario switches off, an operator's own map among them."""
    operators = scenario.operators or tuple(op.key for op in study.operators)
    return frozenset(
        (operator, technology) for operator in operators for technology in scenario.off
    )


def _classes(
    session: Session, reached: Reach, changed: Network, off: frozenset[Layer]
) -> dict[tuple[str, str], np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Service classes of the layers of today and of those that are new."""
    study = session.study
    own = {*own_layers(study, reached.network), *own_layers(study, changed)}
    ((_, layers),) = best_servers(
        session, changed, tuple(sorted(own)), environments=(reached.environment,),
        supplied=frozenset(supplied_maps(study, reached.network)) - off,
    )  # fmt: skip
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    sure = confidence(study)
    return {
        layer: service_class(server.layer(unknown, covered_percent=sure.covered_percent), sure)
        for layer, server in layers.items()
    }
