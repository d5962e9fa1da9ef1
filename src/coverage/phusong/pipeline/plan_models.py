"""The ranking of a study's options by its second propagation model."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import kendalltau

from phusong.analysis.gaps import MARGINAL, NO_SIGNAL, ClassArray
from phusong.analysis.model_choice import at_every_cell, classes_of
from phusong.analysis.reach import ANY
from phusong.pipeline.gaps import confidence
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.plan_options import by_model
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.planning.demand import Demand, people_in_need
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import TOP, Candidates, SecondRanking, ranks
from phusong.planning.study_draws import World
from phusong.study import Study
from phusong.units import BoolArray, FloatArray


def lacking(
    study: Study, classes: Mapping[tuple[str, str], ClassArray], asked: BoolArray
) -> dict[str, BoolArray]:
    """Cells not covered today.

    Parameters
    ----------
    study
        Whose operators and first technology are meant.
    classes
        Service classes by operator key and technology.
    asked
        Cells that the study asks about.

    Returns
    -------
    dict
        By operator key, and for ``any`` the white zone. Unknown cells are not in need.
    """
    technology = next(iter(study.technologies))
    found: dict[str, BoolArray] = {}
    for operator in study.operators:
        own = classes.get((operator.key, technology))
        if own is None:
            found[operator.key] = asked.copy()
        else:
            found[operator.key] = np.asarray(((own == NO_SIGNAL) | (own == MARGINAL)) & asked)
    return {**found, ANY: np.asarray((classes[ANY, technology] == NO_SIGNAL) & asked)}


def second_world(
    session: Session, found: Candidates, agreed: Sequence[Option], *,
    people: FloatArray, asked: BoolArray, step: str,
) -> World | None:  # fmt: skip
    """Cover the same options by the study's second model.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    found
        Options by the first model, connected.
    agreed
        Options that count as built.
    people
        People per cell that the study asks about.
    asked
        Cells that it asks about.
    step
        Whose progress is told.

    Returns
    -------
    World or None
        None in a study of one model, or without an option. Who is in need and what an option
        covers are both by the second model; each cell has what the receiver of its block has.
    """
    models = session.study.propagation.models
    if len(models) == 1 or not found.options:
        return None
    study, model = session.study, models[1]
    lattice = lattice_of(session, model)
    unknown = np.isnan(session.inputs.terrain.height_amsl_m)
    reach = at_every_cell(load_reach(session, model=model), lattice, unknown)
    classes = classes_of(reach, lattice.step, confidence(study)).classes
    demand = people_in_need(
        people, lacking(study, classes, asked),
        white_zone_weight=study.planning.white_zone_weight.value,
    )  # fmt: skip
    other, demand = by_model(session, found, demand, model=model, built=agreed, step=step)
    return World(other, demand, raster_share(session, demand))


def raster_share(session: Session, demand: Demand) -> FloatArray | None:
    """People by the population raster as it is, as a share of those who are counted.

    Parameters
    ----------
    session
        The study in use.
    demand
        Cells that are asked about.

    Returns
    -------
    numpy.ndarray or None
        One share per cell, 1 where nobody is counted; None where the raster is taken as it is.
    """
    inputs = session.inputs
    if inputs.official is None:
        return None
    counted = np.nan_to_num(inputs.people.count).ravel()[demand.cells]
    plain = np.nan_to_num(inputs.raster_people.count).ravel()[demand.cells]
    return np.asarray(np.where(counted > 0, plain / np.where(counted > 0, counted, 1.0), 1.0))


def second_ranking(session: Session, world: World | None) -> SecondRanking | None:
    """Rank the same options at the same prices by the study's second model.

    Parameters
    ----------
    session
        The study in use.
    world
        Options and demand by that model.

    Returns
    -------
    SecondRanking or None
        None without such a world.
    """
    if world is None:
        return None
    model = session.study.propagation.models[1]
    return SecondRanking(model, ranks(world.candidates, world.demand))


def what_stays(rank: FloatArray, second: SecondRanking) -> dict[str, object]:
    """How much of a ranking another model leaves.

    Parameters
    ----------
    rank
        Rank of each option by the first model.
    second
        Ranks by the other one.

    Returns
    -------
    dict
        For the manifest: the model, how many of the first ten stay among the first ten, and
        Kendall's tau of both rankings (1 with a single option).
    """
    both = (rank <= TOP) & (second.rank <= TOP)
    tau = 1.0 if len(rank) < 2 else float(kendalltau(rank, second.rank, variant="b").statistic)
    return {
        "model": second.model,
        "first_10_that_stay": int(both.sum()),
        "kendall_tau": round(tau, 6),
    }
