"""Intervals of a study's counts: its errors put into draws, its tables given their ends."""

from collections.abc import Iterator, Mapping, Sequence
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
from phusong.analysis.level_errors import ErrorDraws, spread_out, spread_over
from phusong.analysis.reach import ANY, Reach, ReachLayer
from phusong.analysis.verdict_intervals import verdict_draws, verdict_shares, village_counts
from phusong.analysis.verdicts import VerdictRules, settlements
from phusong.geo.tiles import Tile
from phusong.pipeline.interval_tasks import (
    ByLayer,
    CommunesTask,
    Errors,
    GapsTask,
    Near,
    communes_on_worker,
    count_communes,
    ends_of_gaps,
    gaps_on_worker,
    in_groups,
    stored_models,
)
from phusong.pipeline.loss_maker import lattice_of
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.pipeline.spread import sector_lines, spread_of

ALL = "all"
"""Stands for the code of a commune where all of them are counted together."""


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
    def held(self) -> tuple[bool, ...]:
        """Whether each commune has an official population, which it keeps in every draw."""
        inputs = self.session.inputs
        codes = inputs.communes.frame["code"]
        if inputs.official is None:
            return (False,) * len(codes)
        population = inputs.official.latest("population")["population"]
        return tuple(codes.isin(population.index).to_list())

    def errors(self, reach: Reach) -> Errors:
        """Say what may be otherwise in an environment.

        Parameters
        ----------
        reach
            Received levels of it.

        Returns
        -------
        Errors
            The same draws in every one.
        """
        lines = sector_lines(self.session.study, reach)
        return Errors(lines, self.draws, self.confidence)

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
            parts = list(self._communes(reach))
            self._counted[reach.environment] = [
                {key: Counts.beside([part[number][key] for part in parts]) for key in first}
                for number, first in enumerate(parts[0])
            ]
        return self._counted[reach.environment]

    def _communes(self, reach: Reach) -> Iterator[list[ByLayer]]:
        """Counts of some communes after the others, here or on the workers of a cluster."""
        session, errors = self.session, self.errors(reach)
        outlines, grid = session.inputs.communes.frame.geometry, session.inputs.grid
        groups = in_groups([outlines.iloc[[n]] for n in range(len(outlines))], grid)
        held = [tuple(self.held[n] for n in group) for group in groups]
        if session.cluster is not None:
            stored = stored_models(session, reach, errors, self._steps)
            tasks = [CommunesTask(stored, *each) for each in zip(groups, held, strict=True)]
            yield from session.cluster.in_order(communes_on_worker, tasks)
            return
        near, layers = self._near(reach), tuple(reach.layers)
        for group, own in zip(groups, held, strict=True):
            yield count_communes(outlines.iloc[list(group)], own, near, errors, layers)

    @cached_property
    def _steps(self) -> dict[str, int]:
        """Side of the block that a receiver of each model stands for."""
        models = self.session.study.propagation.models
        return {model: lattice_of(self.session, model).step for model in models}

    def _near(self, reach: Reach) -> Near:
        """Look into the rasters and the people that this process has."""
        session, steps = self.session, list(self._steps.items())
        by_model = [reach.layers] + [
            load_reach(session, reach.environment, model=model).layers for model, _ in steps[1:]
        ]

        def over(layer: tuple[str, str], tile: Tile) -> list[ReachLayer]:
            return [
                spread_over(layers[layer].part, step, tile)
                for layers, (_, step) in zip(by_model, steps, strict=True)
            ]

        return Near(session.inputs.grid, over, lambda tile: tile.part(session.inputs.people.count))

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
        parts = [own for _, own in polygons.groupby("commune_code", sort=True)]
        groups = in_groups([own.geometry for own in parts], self.session.inputs.grid)
        some = [gpd.GeoDataFrame(pd.concat([parts[n] for n in group])) for group in groups]
        ends = pd.concat([_no_ends(polygons), *self._ends(some)]).reindex(polygons.index)
        found = polygons.copy()
        place = list(found.columns).index("people") + 1
        for shift, name in enumerate(ends.columns):
            found.insert(place + shift, name, ends[name].to_numpy())
        return found

    def _ends(self, some: Sequence[gpd.GeoDataFrame]) -> Iterator[pd.DataFrame]:
        """Intervals of some gaps after the others, here or on the workers of a cluster."""
        session, reach, errors = self.session, self.reach, self.errors(self.reach)
        if session.cluster is not None:
            stored = stored_models(session, reach, errors, self._steps)
            tasks = [GapsTask(stored, gaps) for gaps in some]
            yield from session.cluster.in_order(gaps_on_worker, tasks)
            return
        near = self._near(reach)
        for gaps in some:
            yield ends_of_gaps(gaps, near, errors)


def _no_ends(polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """No rows of what :func:`ends_of_gaps` gives."""
    names = ["area_p10_km2", "area_p90_km2", "people_p10", "people_p90"]
    return pd.DataFrame(np.nan, index=polygons.index[:0], columns=names)
