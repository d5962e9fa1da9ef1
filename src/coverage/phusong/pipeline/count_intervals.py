"""Intervals of a study's counts: its errors put into draws, its tables given their ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from phusong.analysis.centre_intervals import (
    centre_draws,
    with_information_intervals,
    with_support_intervals,
)
from phusong.analysis.counts import Counts, in_turn, interval_table
from phusong.analysis.gaps import UNKNOWN, Confidence
from phusong.analysis.intervals import Areas, commune_counts, gap_intervals
from phusong.analysis.level_errors import (
    ErrorDraws,
    SectorLines,
    Spread,
    masts_of,
    spread_out,
)
from phusong.analysis.reach import ANY, Reach, ReachLayer
from phusong.analysis.verdict_intervals import verdict_draws, verdict_shares, village_counts
from phusong.analysis.verdicts import VerdictRules, settlements
from phusong.models.location import location_variability_db
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.study import Study

ALL = "all"
"""Stands for the code of a commune where all of them are counted together."""


def spread_of(study: Study) -> Spread:
    """How far levels and people of a study may be otherwise.

    Parameters
    ----------
    study
        Its service and the stability of its planning.

    Returns
    -------
    Spread
        With the draws and the seed of the ranking's own trials.
    """
    tried = study.planning.stability
    return Spread(
        whole_error_db=study.service.model_error.value,
        common_error_db=tried.common_error.value,
        site_error_db=tried.site_error.value,
        people_error=tried.people_error.value,
        square_m=tried.people_square.value,
        draws=tried.draws,
        seed=tried.seed,
    )


def sector_lines(study: Study, reach: Reach) -> SectorLines:
    """What each sector needs to serve in the environment of a reach.

    Parameters
    ----------
    study
        Thresholds and errors.
    reach
        Its network and environment.

    Returns
    -------
    SectorLines
        In the order of the network.
    """
    environment = study.environments[reach.environment]
    sectors = reach.network.sectors
    needs = [sector_budget(study, sector, environment).threshold for sector in sectors]
    location = [
        location_variability_db(
            frequency_mhz=sector.frequency_mhz,
            cell_width_m=study.grid.resolution_m,
            rx_height_m=environment.receiver_height.value,
        )
        for sector in sectors
    ]
    return SectorLines(
        np.array([need.level_dbm for need in needs], dtype=np.float64),
        np.array([need.standard_deviation_db for need in needs], dtype=np.float64),
        np.array(location, dtype=np.float64),
        masts_of({k: (s.easting, s.northing) for k, s in enumerate(sectors)}),
    )


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Draws of a study's errors, and what its tables get from them.

    Parameters
    ----------
    session
        The study in use.
    reach
        Received levels of the first environment.
    confidence
        Where the lines between the classes are drawn.
    """

    session: Session
    reach: Reach
    confidence: Confidence

    @cached_property
    def _counted(self) -> dict[str, list[dict[tuple[str, str], Counts]]]:
        """Counts by environment, once they were asked for: by each model."""
        return {}

    @cached_property
    def draws(self) -> ErrorDraws:
        """Errors of all levels and people."""
        masts = {(s.easting, s.northing) for s in self.reach.network.sectors}
        return ErrorDraws(self.session.inputs.grid, spread_of(self.session.study), sites=len(masts))

    @cached_property
    def areas(self) -> Areas:
        """The communes; those with an official population keep it in every draw."""
        inputs = self.session.inputs
        frame = inputs.communes.frame
        held = None
        if inputs.official is not None:
            population = inputs.official.latest("population")["population"]
            held = frame["code"].isin(population.index).to_list()
        return Areas.from_outlines(frame.geometry, inputs.people, held=held)

    def counts(self, reach: Reach) -> dict[tuple[str, str], Counts]:
        """Counts of every commune and layer in each draw.

        Parameters
        ----------
        reach
            Received levels of one environment.

        Returns
        -------
        dict
            By operator key and technology.
        """
        parts = self._by_each(reach)
        return {key: Counts.mixed([part[key] for part in parts]) for key in parts[0]}

    def _by_each(self, reach: Reach) -> list[dict[tuple[str, str], Counts]]:
        """Counts in each draw by every model of the study, the first one first."""
        if reach.environment not in self._counted:
            lines = sector_lines(self.session.study, reach)
            self._counted[reach.environment] = [
                commune_counts(
                    layers, self.areas, lines=lines, draws=self.draws, confidence=self.confidence
                )
                for layers in self.by_model(reach)
            ]
        return self._counted[reach.environment]

    def by_model(self, reach: Reach) -> Iterator[Mapping[tuple[str, str], ReachLayer]]:
        """Layers of an environment by each model of the study, the first one first.

        Parameters
        ----------
        reach
            Received levels by the first model.

        Yields
        ------
        Mapping
            By operator key and technology; a receiver of another model stands for its block.
        """
        yield reach.layers
        session = self.session
        for model in session.study.propagation.models[1:]:
            other = load_reach(session, reach.environment, model=model)
            step = lattice_of(session, model).step
            yield {
                key: spread_out(layer, step, reach.grid.shape)
                for key, layer in other.layers.items()
            }

    @property
    def first(self) -> dict[tuple[str, str], Counts]:
        """Counts of the first environment."""
        return self.counts(self.reach)

    def communes(self, table: pd.DataFrame, reach: Reach | None = None) -> pd.DataFrame:
        """Put intervals beside the counts of a table by commune.

        Parameters
        ----------
        table
            One row per commune, operator and technology.
        reach
            Received levels of its environment; the first one when left out.

        Returns
        -------
        pandas.DataFrame
            The table with ``_p10`` and ``_p90`` at its end.
        """
        counts = self.first if reach is None else self.counts(reach)
        ends = interval_table(counts, self.session.inputs.communes.codes)
        return table.merge(ends, on=["commune_code", "operator", "technology"], how="left")

    def models(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put intervals beside the counts by each model: what it would count, were it the only one.

        Parameters
        ----------
        table
            One row per commune, operator, technology, ``model`` and ``receiver_step``.

        Returns
        -------
        pandas.DataFrame
            The table with ``_p10`` and ``_p90`` at its end; none for the first model at another
            one's receivers, which are there to be compared.
        """
        session, parts = self.session, []
        names = session.study.propagation.models
        for model, counts in zip(names, self._by_each(self.reach), strict=True):
            step = 1 if model == names[0] else lattice_of(session, model).step
            ends = interval_table(counts, session.inputs.communes.codes)
            parts.append(ends.assign(model=model, receiver_step=step))
        keys = ["commune_code", "operator", "technology", "model", "receiver_step"]
        return table.merge(pd.concat(parts), on=keys, how="left")

    def successors(self, table: pd.DataFrame, went: pd.DataFrame) -> pd.DataFrame:
        """Put intervals beside the sums over communes that went into the same unit.

        Parameters
        ----------
        table
            One row per successor, operator and technology.
        went
            ``commune_code``, ``successor_code`` and ``share`` of every change.

        Returns
        -------
        pandas.DataFrame
            The table with ``_p10`` and ``_p90`` at its end.
        """
        codes = list(self.session.inputs.communes.codes)
        successors = list(dict.fromkeys(table["successor_code"]))
        known = went[went["commune_code"].isin(codes)]
        groups = csr_array(
            (
                known["share"].to_numpy(dtype=np.float64),
                (
                    [successors.index(code) for code in known["successor_code"]],
                    [codes.index(code) for code in known["commune_code"]],
                ),
            ),
            shape=(len(successors), len(codes)),
        )
        sums = {key: counts.of(groups) for key, counts in self.first.items()}
        ends = interval_table(sums, successors)
        ends = ends.rename(columns={"commune_code": "successor_code"})
        return table.merge(ends, on=["successor_code", "operator", "technology"], how="left")

    def totals(self, table: pd.DataFrame, reach: Reach | None = None) -> pd.DataFrame:
        """Counts of all communes together, with intervals.

        Parameters
        ----------
        table
            One row per commune, operator and technology.
        reach
            Received levels of its environment; the first one when left out.

        Returns
        -------
        pandas.DataFrame
            ``environment``, and one row per operator and technology; outlines that overlap count
            twice.
        """
        there = reach or self.reach
        names = [
            name for name in table
            if name.startswith(("area_", "people")) and not name.endswith("_percent")
        ]  # fmt: skip
        sums = table.groupby(["operator", "technology"], sort=False)[names].sum().reset_index()
        sums.insert(0, "environment", there.environment)
        sums.insert(3, "communes", table["commune_code"].nunique())
        people = sums["people"].where(sums["people"] > 0)
        sums["people_no_signal_percent"] = 100.0 * sums["people_no_signal"] / people
        count = len(self.session.inputs.communes.codes)
        groups = csr_array(np.ones((1, count)))
        whole = {key: counts.of(groups) for key, counts in self.counts(there).items()}
        ends = interval_table(whole, [ALL]).drop(columns="commune_code")
        return sums.merge(ends, on=["operator", "technology"], how="left")

    def villages(self, table: pd.DataFrame, rules: VerdictRules) -> dict[str, pd.DataFrame]:
        """Say how sure the verdicts are, and count villages by verdict.

        Parameters
        ----------
        table
            Villages with the verdicts as modelled.
        rules
            When a village is without signal.

        Returns
        -------
        dict
            ``villages``, the table with the shares of draws at its end, and
            ``village-counts``.
        """
        inputs = self.session.inputs
        places = inputs.places
        where = settlements(
            places.villages, inputs.people,
            radius_m=rules.settlement_radius_m, outlines=places.settlements,
        )  # fmt: skip
        lines = sector_lines(self.session.study, self.reach)
        parts = [
            {
                key: verdict_draws(
                    places.villages, where, layer, lines=lines, draws=self.draws,
                    confidence=self.confidence, rules=rules,
                )
                for key, layer in layers.items()
            }
            for layers in self.by_model(self.reach)
        ]  # fmt: skip
        drawn = {key: in_turn([part[key] for part in parts]) for key in parts[0]}
        columns = {
            name: values
            for (operator, technology), each in drawn.items()
            for name, values in verdict_shares(each, f"{operator}_{technology.lower()}").items()
        }
        counted = village_counts(drawn, table, inputs.communes.codes)
        return {"villages": table.assign(**columns), "village-counts": counted}

    def outreach(
        self, support: pd.DataFrame, information: pd.DataFrame, villages: pd.DataFrame,
        facilities: pd.DataFrame,
    ) -> dict[str, pd.DataFrame]:  # fmt: skip
        """Say how sure it is what households can use, and how villages can be told something.

        Parameters
        ----------
        support, information
            The tables without intervals.
        villages
            The villages that they count, those without coordinates last.
        facilities
            Facilities with the nearest village.

        Returns
        -------
        dict
            ``support`` and ``information``.
        """
        inputs, study = self.session.inputs, self.session.study
        technology = next(iter(study.technologies))
        lines = sector_lines(study, self.reach)
        drawn = in_turn([
            centre_draws(
                inputs.places.villages, layers[ANY, technology], lines=lines, draws=self.draws,
                confidence=self.confidence,
            )
            for layers in self.by_model(self.reach)
        ])  # fmt: skip
        nowhere = np.full((len(drawn), len(villages) - drawn.shape[1]), UNKNOWN, dtype=np.uint8)
        drawn = np.concatenate([drawn, nowhere], axis=1)
        communes = inputs.communes
        return {
            "support": with_support_intervals(support, drawn, villages, communes),
            "information": with_information_intervals(
                information, drawn, villages, facilities, communes
            ),
        }

    def gaps(self, polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Put intervals beside area and people of each gap.

        Parameters
        ----------
        polygons
            The gaps.

        Returns
        -------
        geopandas.GeoDataFrame
            With ``_p10`` and ``_p90`` after the counts.
        """
        ends = gap_intervals(
            polygons, list(self.by_model(self.reach)), self.session.inputs.people,
            lines=sector_lines(self.session.study, self.reach),
            draws=self.draws, confidence=self.confidence,
        )  # fmt: skip
        found = polygons.copy()
        place = list(found.columns).index("people") + 1
        for shift, name in enumerate(ends.columns):
            found.insert(place + shift, name, ends[name].to_numpy())
        return found
