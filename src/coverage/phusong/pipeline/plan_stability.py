"""How sure a study's ranking is, and what would make it surer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from phusong.pipeline.plan_models import raster_share, second_ranking, what_stays
from phusong.pipeline.session import Session
from phusong.pipeline.spread import spread_of
from phusong.planning.demand import Demand
from phusong.planning.doubt_tables import measure_table, split_table
from phusong.planning.rank_intervals import Candidates, SecondRanking
from phusong.planning.stability import Stability
from phusong.planning.study_draws import World, rank_intervals
from phusong.planning.variance_split import (
    FactorShare,
    Unsettled,
    variance_split,
    where_to_measure,
)


@dataclass(frozen=True, eq=False)
class Sureness:
    """How sure a ranking is.

    Parameters
    ----------
    ranks
        Ranks and best sets in the draws; None without an option.
    second
        Ranks by the second model; None in a study of one.
    budget
        Money of the best sets: present value of the whole ranking.
    split
        What the doubt comes from.
    places
        Where a measurement would settle most.
    """

    ranks: Stability | None = field(default=None, repr=False)
    second: SecondRanking | None = field(default=None, repr=False)
    budget: float = 0.0
    split: tuple[FactorShare, ...] = ()
    places: tuple[Unsettled, ...] = ()

    @property
    def facts(self) -> dict[str, object]:
        """What the manifest tells."""
        if self.ranks is None:
            return {}
        told: dict[str, object] = {
            "kendall_tau": round(self.ranks.kendall_tau, 6),
            "regret_worth_people": round(self.ranks.regret, 3),
            "regret_p90_worth_people": round(self.ranks.regret_p90, 3),
        }
        if self.second is not None:
            told["second_model"] = what_stays(self.ranks.rank, self.second)
        return told

    def measured(self, table: pd.DataFrame, found: Candidates) -> pd.DataFrame:
        """The table of stability with the first place to measure for each option.

        Parameters
        ----------
        table
            One row per option, with ``option_id`` and ``measure_rank``.
        found
            The options.

        Returns
        -------
        pandas.DataFrame
            ``measure_rank`` is the row of ``plan/measure-next.csv``, from 1; empty where none
            concerns the option.
        """
        first: dict[str, int] = {}
        for number, place in enumerate(self.places, 1):
            for row in place.options:
                first.setdefault(found.options[row].option_id, number)
        return table.assign(measure_rank=table["option_id"].map(first).astype("Int64"))

    def tables(self, session: Session, found: Candidates) -> dict[str, pd.DataFrame]:
        """What the doubt comes from and where to measure, by the name of the file.

        Parameters
        ----------
        session
            The study in use.
        found
            Its options.

        Returns
        -------
        dict
            Two tables.
        """
        inputs, seed = session.inputs, session.study.planning.stability.seed
        return {
            "variance-split": split_table(self.split, seed=seed),
            "measure-next": measure_table(self.places, found.options, inputs.places, inputs.grid),
        }


def sureness(
    session: Session, found: Candidates, demand: Demand, second: World | None, *,
    prices: Sequence[float],
) -> Sureness:  # fmt: skip
    """Try a ranking against what may be otherwise.

    Parameters
    ----------
    session
        The study in use.
    found
        Options by the first model, connected.
    demand
        Whom to reach.
    second
        Options and demand by the second model; None in a study of one.
    prices
        Present value of each priority of the ranking, with all that is built with it.

    Returns
    -------
    Sureness
        The same for the same seed, on any machine and any number of workers.
    """
    if not found.options:
        return Sureness()
    spread, grid = session.study.planning.stability, session.inputs.grid
    local_db = spread_of(session.study).local_error_db
    first = World(found, demand, raster_share(session, demand))
    worlds = (first,) if second is None else (first, second)
    budget = float(sum(prices))
    ranks = rank_intervals(worlds, spread=spread, grid=grid, local_error_db=local_db, budget=budget)
    return Sureness(
        ranks,
        second_ranking(session, second),
        budget,
        variance_split(worlds, ranks, spread=spread, grid=grid, local_error_db=local_db),
        where_to_measure(worlds, ranks, spread=spread, grid=grid, local_error_db=local_db),
    )
