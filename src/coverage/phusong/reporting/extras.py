"""What maps show beyond coverage and level: environments, throughput, resilience, lists."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from phusong.analysis.reach import ANY
from phusong.reporting.relief import UInt8Array
from phusong.units import Float32Array


@dataclass(frozen=True, eq=False)
class Extras:
    """Further results of a study's first technology; whatever it does not have is empty.

    Parameters
    ----------
    environments
        Service class by environment and operator key: 0 no signal, 1 marginal, 2 covered,
        255 unknown.
    rate_mbps
        Throughput in the busy hour by operator key; NaN unknown [Mbit/s].
    spare_percent
        Probability of service without the best site, by operator key; 255 unknown [%].
    direction
        Weaker direction by operator key: 0 nobody serves, 1 downlink, 2 uplink, 255 unknown.
    resilience
        What is lost when a site fails, the columns of ``reach/resilience.csv``.
    reported
        Reported villages beside the model, the columns of ``gaps/reported.csv``.
    criterion8
        Indicators by commune, the columns of ``gaps/criterion8.csv``.
    stability, variance_split, measure_next
        How sure the ranking of all operators is, the columns of the files of ``plan/``.
    strategies
        Who pays what for new masts, the columns of ``plan/strategies.csv``.
    choices, frontier
        Best sets, and people against money, the columns of the files of ``plan/``.
    hop_profiles
        Ground and ray of microwave hops, the columns of ``plan/hop-profiles.csv``.
    operator_frontier, operator_build_order
        People against money and steps of each operator's own options, the columns of the files of
        ``plan/``.
    """

    environments: Mapping[tuple[str, str], UInt8Array] = field(default_factory=dict, repr=False)
    rate_mbps: Mapping[str, Float32Array] = field(default_factory=dict, repr=False)
    spare_percent: Mapping[str, UInt8Array] = field(default_factory=dict, repr=False)
    direction: Mapping[str, UInt8Array] = field(default_factory=dict, repr=False)
    resilience: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    reported: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    criterion8: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    stability: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    variance_split: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    measure_next: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    strategies: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    choices: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    frontier: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    hop_profiles: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    operator_frontier: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    operator_build_order: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def of_operator(self, key: str, options: Sequence[str] = (), *, name: str = "") -> "Extras":
        """What one operator may see of them.

        Parameters
        ----------
        key
            The operator's key.
        options
            The option_ids that it may read of.
        name
            Its name.

        Returns
        -------
        Extras
            Its own rasters, sites and hops, reports about it or about all operators; of all
            operators together the service class in each environment, which tells no level.
        """
        return Extras(
            environments={k: v for k, v in self.environments.items() if k[1] in {key, ANY}},
            rate_mbps={k: v for k, v in self.rate_mbps.items() if k == key},
            spare_percent={k: v for k, v in self.spare_percent.items() if k == key},
            direction={k: v for k, v in self.direction.items() if k == key},
            resilience=_own_rows(self.resilience, {key}),
            reported=_own_rows(self.reported, {key, ANY}),
            hop_profiles=_of_options(self.hop_profiles, options),
            choices=_named_rows(self.choices, name),
            operator_frontier=_named_rows(self.operator_frontier, name),
            operator_build_order=_named_rows(self.operator_build_order, name),
        )

    def of_public(self) -> "Extras":
        """What everybody may see of them.

        Returns
        -------
        Extras
            The service class of all operators together in each environment.
        """
        together = {k: v for k, v in self.environments.items() if k[1] == ANY}
        return dataclasses.replace(Extras(), environments=together)


def _of_options(table: pd.DataFrame, options: Sequence[str]) -> pd.DataFrame:
    if "option_id" not in table:
        return table
    kept: pd.DataFrame = table[table["option_id"].isin(options)].reset_index(drop=True)
    return kept


def _named_rows(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows of one operator; none of a table that does not say whose they are."""
    if not name or "operator" not in table:
        return pd.DataFrame()
    kept: pd.DataFrame = table[table["operator"] == name].reset_index(drop=True)
    return kept if len(kept) else pd.DataFrame()


def _own_rows(table: pd.DataFrame, keys: set[str]) -> pd.DataFrame:
    if "operator" not in table:
        return table
    kept: pd.DataFrame = table[table["operator"].isin(keys)].reset_index(drop=True)
    return kept
