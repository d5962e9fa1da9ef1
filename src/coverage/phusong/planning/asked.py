"""What best sets of a study are chosen from, and what is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from phusong.planning.demand import Columns
from phusong.planning.rank_intervals import Candidates
from phusong.units import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Money:
    """Most that may be spent, in the currency that results are shown in.

    Parameters
    ----------
    present_value
        Of all that is built; None for no limit.
    capex
        Of building it; None for no limit.
    """

    present_value: float | None = None
    capex: float | None = None

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.present_value is not None or self.capex is not None


@dataclass(frozen=True, eq=False)
class Communities:
    """Whom the terms look at.

    Parameters
    ----------
    communes
        Names, in the order of the columns' labels.
    people
        People of each commune.
    white_zone
        Those of them without any operator today.
    poor_rate
        Share of poor households, NaN where it is not known.
    """

    communes: tuple[str, ...]
    people: FloatArray = field(repr=False)
    white_zone: FloatArray = field(repr=False)
    poor_rate: FloatArray = field(repr=False)


@dataclass(frozen=True, eq=False)
class Points:
    """Places that are covered or not, as a whole.

    Parameters
    ----------
    names
        What they are called.
    cover
        Rows of the candidates × places, 1 where an option covers one and counts there.
    servers
        How many of up to two servers stand already.
    """

    names: tuple[str, ...]
    cover: sparse.csr_matrix = field(repr=False)
    servers: IntArray = field(repr=False)

    def served(self, chosen: IntArray) -> IntArray:
        """Servers of each place once some rows are built.

        Parameters
        ----------
        chosen
            Rows.

        Returns
        -------
        numpy.ndarray
            At least 0.
        """
        return np.asarray(self.servers + self.cover[chosen].getnnz(axis=0))

    @property
    def out_of_reach(self) -> tuple[str, ...]:
        """Places without a server that no option covers."""
        lost = (self.servers == 0) & (self.cover.getnnz(axis=0) == 0)
        return tuple(name for name, is_lost in zip(self.names, lost, strict=True) if is_lost)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, money in the currency that results are shown in.

    Parameters
    ----------
    budget
        Most that a set may cost, as present value; None for no limit.
    target_people
        Least people of the white zone; None for no such set.
    every_village
        Whether every village is to have a signal.
    poverty_weight
        What a poor person counts more; 0 for no such set.
    commune_floor
        Least share of the people of every commune with a signal; None for no such set.
    second_server_worth
        People that a facility with two servers counts like; 0 for no such set.
    most_nodes
        Of each search.
    capex_budget
        Most that building a set may cost; None for no limit.
    operators
        What single operators may spend, by key.
    """

    budget: float | None = None
    target_people: float | None = None
    every_village: bool = False
    poverty_weight: float = 0.0
    commune_floor: float | None = None
    second_server_worth: float = 0.0
    most_nodes: int = 200
    capex_budget: float | None = None
    operators: Mapping[str, Money] = field(default_factory=dict)

    @property
    def money(self) -> Money:
        """What all operators may spend together."""
        return Money(self.budget, self.capex_budget)


@dataclass(frozen=True, eq=False)
class Offer:
    """What the sets are chosen from.

    Parameters
    ----------
    candidates
        Options, relays and links.
    columns
        Whom each covers, labelled by commune.
    communities
        Communes and their people.
    villages
        Villages without signal today.
    facilities
        Facilities that are to have two servers.
    own_rows
        Rows that each operator with a budget of its own may build and read of, by key.
    built_by
        Rows that it pays for whoever may read of them, by key.
    """

    candidates: Candidates
    columns: Columns
    communities: Communities
    villages: Points
    facilities: Points
    own_rows: Mapping[str, IntArray] = field(default_factory=dict)
    built_by: Mapping[str, IntArray] = field(default_factory=dict)

    @property
    def label(self) -> IntArray:
        """Commune of each column."""
        assert self.columns.label is not None
        return self.columns.label
