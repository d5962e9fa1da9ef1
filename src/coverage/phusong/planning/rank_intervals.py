"""How sure a study's ranking is: the same ranking under other coverage, prices and people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from scipy import sparse

from phusong.planning.backhaul import Connections
from phusong.planning.demand import Columns, Demand, cover_columns
from phusong.planning.price import Price
from phusong.planning.priorities import Option
from phusong.planning.scenarios import Scenario
from phusong.planning.stability import Stability, stability
from phusong.units import BoolArray, Float32Array, FloatArray, IntArray

TOP = 10


@dataclass(frozen=True, eq=False)
class Candidates:
    """Options of a study with what they may cover and cost.

    Parameters
    ----------
    options
        Sorted by option_id.
    site, operator
        Place and operator of each option, as numbers; one option of a place can be built.
    covered
        Antenna layouts × cells of the demand: whether one covers the cell.
    margin_db
        By how much its level is above what coverage needs, of the same shape; −infinity where
        it is unknown [dB].
    low, high
        Present value of each option at the low and at the high end of the cost table.
    radio
        Row of each option in ``covered`` and ``margin_db``; its ``site`` when left out.
    connections
        How the options are connected: relays and links are rows after them; None when what an
        option needs is in its price.
    """

    options: tuple[Option, ...]
    site: IntArray = field(repr=False)
    operator: IntArray = field(repr=False)
    covered: BoolArray = field(repr=False)
    margin_db: Float32Array = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    radio: IntArray | None = field(default=None, repr=False)

    @property
    def row(self) -> IntArray:
        """Row of each option in ``covered`` and ``margin_db``."""
        return self.site if self.radio is None else self.radio

    @property
    def place_of_row(self) -> IntArray:
        """Place of each row; rows of one place err together."""
        place = np.zeros(len(self.covered), dtype=np.int64)
        place[self.row] = self.site
        return place

    connections: Connections | None = field(default=None, repr=False)

    @property
    def extra(self) -> tuple[Price, ...]:
        """Prices of the rows after the options: relays, then links."""
        found = self.connections
        if found is None:
            return ()
        return (
            *(relay.price for relay in found.relays),
            *(uplink.link.price for uplink in found.uplinks),
        )

    def without(self, operators: Collection[int]) -> "Candidates":
        """The options of all but some operators.

        Parameters
        ----------
        operators
            Their numbers.

        Returns
        -------
        Candidates
            The others, in the same order; spots stay as they are. Links are found afterwards.
        """
        if not operators:
            return self
        return self.only(np.flatnonzero(~np.isin(self.operator, list(operators))))

    def only(self, rows: IntArray) -> "Candidates":
        """Some of the options.

        Parameters
        ----------
        rows
            Which, ascending.

        Returns
        -------
        Candidates
            These, in the same order; spots stay as they are.
        """
        parts: dict[str, Any] = {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if f.name not in {"options", "covered", "margin_db", "connections"}
        }
        options = tuple(self.options[row] for row in rows)
        kept = {name: part[rows] for name, part in parts.items() if part is not None}
        return replace(self, options=options, **kept)

    @property
    def price(self) -> FloatArray:
        """Present value of each row at the base of the cost table."""
        options = [option.cost.present_value for option in self.options]
        return np.array([*options, *(price.base for price in self.extra)])

    @property
    def capex(self) -> FloatArray:
        """What building each row costs."""
        options = [option.cost.capex for option in self.options]
        return np.array([*options, *(price.capex for price in self.extra)])

    @property
    def builder(self) -> IntArray:
        """Operator of each row, as a number."""
        found = self.connections
        if found is None:
            return self.operator
        extra = [relay.operator for relay in found.relays]
        extra += [uplink.operator for uplink in found.uplinks]
        return np.array([*self.operator.tolist(), *extra], dtype=np.int64)

    @property
    def ends(self) -> tuple[FloatArray, FloatArray]:
        """Present value of each row at the low and at the high end of the cost table."""
        extra = self.extra
        return (
            np.append(self.low, [price.low for price in extra]),
            np.append(self.high, [price.high for price in extra]),
        )

    @property
    def groups(self) -> list[int]:
        """Place of each row, of which one can be there; −1 for links."""
        found = self.connections
        if found is None:
            return [int(place) for place in self.site]
        relays = [relay.place for relay in found.relays]
        return [*self.site.tolist(), *relays, *[-1] * len(found.uplinks)]

    @property
    def price_places(self) -> IntArray:
        """Place whose hard ground each row's price shares; that of its start for a link."""
        found = self.connections
        if found is None:
            return self.site
        relays = [relay.place for relay in found.relays]
        return np.array([*self.site.tolist(), *relays, *(u.place for u in found.uplinks)])

    @property
    def requires(self) -> Mapping[int, tuple[int, ...]]:
        """Rows of which one must be there, by row."""
        return {} if self.connections is None else self.connections.requires

    def padded(self, columns: Columns) -> Columns:
        """The same matrix with empty rows for relays and links.

        Parameters
        ----------
        columns
            Options × people.

        Returns
        -------
        Columns
            All rows × people.
        """
        extra = len(self.extra)
        if not extra:
            return columns
        none = sparse.csr_matrix((extra, columns.cover.shape[1]), dtype=columns.cover.dtype)
        return replace(columns, cover=sparse.csr_matrix(sparse.vstack([columns.cover, none])))

    def columns(self, demand: Demand) -> Columns:
        """Whom each option covers in the base case.

        Parameters
        ----------
        demand
            Whom to reach.

        Returns
        -------
        Columns
            All rows × people.
        """
        return self.padded(
            cover_columns(demand, self.covered, site=self.row, operator=self.operator)
        )


@dataclass(frozen=True, slots=True)
class RankInterval:
    """How sure the rank of one option is.

    Parameters
    ----------
    rank_p10, rank_p90
        Ranks that are not passed in 10 % and in 90 % of the draws.
    place_rank_p10, place_rank_p90
        The same for its place, whoever builds there.
    probability_in_top
        Share of the draws in which the option is among the first ten.
    draws
        How many there were.
    rank_second_model
        Rank by the study's second propagation model; None without one.
    second_model
        Its word in the study.
    """

    rank_p10: int
    rank_p90: int
    place_rank_p10: int
    place_rank_p90: int
    probability_in_top: float
    draws: int
    rank_second_model: int | None = None
    second_model: str = ""

    @property
    def is_by_model(self) -> bool:
        """Whether the second model ranks the option outside of what the draws leave open."""
        rank = self.rank_second_model
        return rank is not None and not self.rank_p10 <= rank <= self.rank_p90


def ranks(candidates: Candidates, demand: Demand) -> FloatArray:
    """Rank options as the study ranks them, without any draw.

    Parameters
    ----------
    candidates
        Options with their coverage and prices; at least one.
    demand
        Whom to reach.

    Returns
    -------
    numpy.ndarray
        Rank of each option from 1, by steps; options that add nothing come last.
    """
    base, options = candidates.columns(demand), len(candidates.options)
    case = Scenario(base.cover, base.weight, candidates.price)
    found = stability(
        case.cover, weight=case.weight, cost=case.cost, scenarios=[case],
        groups=candidates.groups, requires=candidates.requires or None, ranked=range(options),
        top=TOP, rank_by="steps",
    )  # fmt: skip
    return found.of_first(options).rank


@dataclass(frozen=True, eq=False)
class SecondRanking:
    """The ranking of the same options by another propagation model.

    Parameters
    ----------
    model
        Its word in the study.
    rank
        Rank of each option, from 1.
    """

    model: str
    rank: FloatArray = field(repr=False)


def intervals_by_option(
    candidates: Candidates, found: Stability, second: SecondRanking | None = None
) -> dict[str, RankInterval]:
    """How sure each rank is, by option_id.

    Parameters
    ----------
    candidates
        The options.
    found
        Their ranks in the draws.
    second
        Their ranks by another model; None in a study of one.

    Returns
    -------
    dict
        One interval per option.
    """
    return {
        option.option_id: RankInterval(
            int(found.rank_p10[row]),
            int(found.rank_p90[row]),
            int(found.place_rank_p10[row]),
            int(found.place_rank_p90[row]),
            float(found.probability_in_top[row]),
            found.draws,
            None if second is None else int(second.rank[row]),
            "" if second is None else second.model,
        )
        for row, option in enumerate(candidates.options)
    }
