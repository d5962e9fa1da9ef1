"""A study's options as the exact choice sees them: whole people, whole prices of few digits."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from phusong.planning.choose import BestSet, best_set, greedy_set
from phusong.planning.choose_floors import Floor
from phusong.planning.choose_limits import Limit
from phusong.planning.demand import Columns
from phusong.planning.rank_intervals import Candidates
from phusong.units import BoolArray, FloatArray, IntArray

MOST_NODES = 60
"""Nodes of the search behind each best set."""
PRICE_DIGITS = 3
"""Digits of the median price that the exact choice sees."""


@dataclass(frozen=True, eq=False)
class ExactChoice:
    """Whole worth and whole prices, one option per place, links.

    Parameters
    ----------
    cover
        Rows × columns of people.
    weight
        Worth of each column, whole people.
    price
        Price of each row, in whole units.
    groups
        Place of each row, −1 for links.
    requires
        Rows of which one must be there, by row.
    unit
        What one unit of price is in the currency that results are shown in.
    """

    cover: sparse.csr_matrix = field(repr=False)
    weight: FloatArray = field(repr=False)
    price: FloatArray = field(repr=False)
    groups: list[int] = field(repr=False)
    requires: dict[int, list[int]] = field(repr=False)
    unit: float

    def in_unit(self, amount: float) -> float:
        """Money in whole units.

        Parameters
        ----------
        amount
            In the currency that results are shown in.

        Returns
        -------
        float
            Rounded.
        """
        return float(np.round(amount / self.unit))

    def among(self, rows: IntArray) -> "ExactChoice":
        """The same question about some of the rows.

        Parameters
        ----------
        rows
            Which, ascending.

        Returns
        -------
        ExactChoice
            Rows are counted among these.
        """
        return replace(
            self,
            cover=self.cover[rows],
            price=self.price[rows],
            groups=[self.groups[row] for row in rows.tolist()],
            requires=_among(self.requires, rows),
        )

    def worth(self, built: IntArray) -> float:
        """Worth of a set.

        Parameters
        ----------
        built
            Its rows.

        Returns
        -------
        float
            Whole people.
        """
        reached = self.cover[built].getnnz(axis=0) > 0
        return float(self.weight[reached].sum())

    def greedy(self, *, budget: float | None, limits: Sequence[Limit] = ()) -> BestSet:
        """Set that greedy steps make.

        Parameters
        ----------
        budget
            In units.
        limits
            As for :func:`phusong.planning.choose.best_set`.

        Returns
        -------
        BestSet
            By worth for the money.
        """
        return greedy_set(
            self.cover, weight=self.weight, cost=self.price, groups=self.groups,
            requires=self.requires or None, budget=budget, limits=limits,
        )  # fmt: skip

    def best(
        self,
        *,
        budget: float | None = None,
        target: float | None = None,
        starts: Sequence[Iterable[int]] = (),
        floors: Sequence[Floor] = (),
        twice: BoolArray | None = None,
        limits: Sequence[Limit] = (),
        most_nodes: int = MOST_NODES,
    ) -> BestSet:
        """Best set.

        Parameters
        ----------
        budget, target
            As for :func:`phusong.planning.choose.best_set`, in units.
        starts
            Good sets from elsewhere; the search begins with the best of them that fits.
        floors, twice, limits, most_nodes
            As there.

        Returns
        -------
        BestSet
            Ties are not settled.
        """
        lists = [np.fromiter(rows, dtype=np.int64) for rows in starts]
        fitting = [
            rows for rows in lists
            if budget is None or self.price[rows].sum() <= budget
        ]  # fmt: skip
        start = max(fitting, key=self.worth, default=np.empty(0, dtype=np.int64))
        return best_set(
            self.cover, weight=self.weight, cost=self.price, groups=self.groups,
            requires=self.requires or None, budget=budget, target=target, start=start.tolist(),
            settle_ties=False, most_nodes=most_nodes, floors=floors, twice=twice,
            limits=limits,
        )  # fmt: skip


def exact_choice(
    candidates: Candidates,
    columns: Columns,
    rows: IntArray | None = None,
    *,
    digits: int = PRICE_DIGITS,
    above: bool = False,
) -> ExactChoice:
    """The question of a study's options.

    Parameters
    ----------
    candidates
        Options, relays and links.
    columns
        Whom each row covers.
    rows
        Which rows are asked about, ascending; all of them when left out.
    digits
        Digits of the median price that are kept.
    above
        Round prices up, so that no set costs more than it seems to.

    Returns
    -------
    ExactChoice
        Rows are counted among those asked about.
    """
    price = candidates.price
    kept = np.arange(len(price)) if rows is None else rows
    usual = float(np.median(price[price > 0])) if (price > 0).any() else 0.0
    unit = 10.0 ** (math.floor(math.log10(usual)) + 1 - digits) if usual > 0 else 1.0
    return ExactChoice(
        columns.cover[kept], np.round(columns.weight),
        (np.ceil if above else np.round)(price / unit)[kept],
        [candidates.groups[row] for row in kept.tolist()],
        _among(candidates.requires, kept),
        unit,
    )  # fmt: skip


def _among(requires: Mapping[int, Sequence[int]], kept: IntArray) -> dict[int, list[int]]:
    """What rows need, counted among those that are kept."""
    new = {row: number for number, row in enumerate(kept.tolist())}
    return {
        new[row]: [new[parent] for parent in parents if parent in new]
        for row, parents in requires.items()
        if row in new
    }
