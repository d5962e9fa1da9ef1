"""What something costs at the low, usual and high end of the cost table, as present value."""

from collections.abc import Sequence
from dataclasses import dataclass

from phusong.planning.cost import PriceLevel
from phusong.planning.finance import account
from phusong.study import CostItem, CostsSection

LEVELS: tuple[PriceLevel, ...] = ("low", "base", "high")


@dataclass(frozen=True, slots=True)
class Price:
    """Price in the currency that results are shown in.

    Parameters
    ----------
    capex
        Building, at the start.
    opex_per_year
        Running, at the end of each year.
    low, base, high
        Present value of both, with every price at that end of the table.
    """

    capex: float = 0.0
    opex_per_year: float = 0.0
    low: float = 0.0
    base: float = 0.0
    high: float = 0.0

    def __add__(self, other: "Price") -> "Price":
        """Price of both."""
        return Price(
            self.capex + other.capex,
            self.opex_per_year + other.opex_per_year,
            self.low + other.low,
            self.base + other.base,
            self.high + other.high,
        )

    def __sub__(self, other: "Price") -> "Price":
        """Price without a part of it, which is not below 0 at any end."""
        return Price(
            max(0.0, self.capex - other.capex),
            max(0.0, self.opex_per_year - other.opex_per_year),
            max(0.0, self.low - other.low),
            max(0.0, self.base - other.base),
            max(0.0, self.high - other.high),
        )


Amounts = Sequence[tuple[float, CostItem]]
"""How much of which line of the cost table."""


def price_of(costs: CostsSection, *, capex: Amounts = (), opex: Amounts = ()) -> Price:
    """Price of some lines of the cost table.

    Parameters
    ----------
    costs
        The table, with rate and horizon.
    capex
        What is bought at the start.
    opex
        What is paid each year.

    Returns
    -------
    Price
        Nothing of it wears out within the horizon.
    """
    rate = costs.shown_rate
    sums = []
    for level in LEVELS:
        start = sum(amount * float(getattr(item, level)) for amount, item in capex)
        yearly = sum(amount * float(getattr(item, level)) for amount, item in opex)
        money = account(
            capex=start, opex_per_year=yearly, rate=costs.discount_rate.value,
            horizon_years=costs.horizon.value,
        )  # fmt: skip
        sums.append((start * rate, yearly * rate, money.total_cost * rate))
    return Price(sums[1][0], sums[1][1], *(total for _, _, total in sums))
