"""What something costs at the low, usual and high end of the cost table, as present value."""

from collections.abc import Sequence
from dataclasses import dataclass

from phusong.planning.cost import PriceLevel
from phusong.planning.finance import account
from phusong.planning.lives import assets_of
from phusong.planning.present_value import NO_WEAR, Wear
from phusong.study import CostsSection

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
        Present value of both, with every price at that end of the table, and of what wears out.
    wear
        What of ``base`` is bought again within the horizon, and what is left at its end.
    """

    capex: float = 0.0
    opex_per_year: float = 0.0
    low: float = 0.0
    base: float = 0.0
    high: float = 0.0
    wear: Wear = NO_WEAR

    def __add__(self, other: "Price") -> "Price":
        """Price of both."""
        return Price(
            self.capex + other.capex,
            self.opex_per_year + other.opex_per_year,
            self.low + other.low,
            self.base + other.base,
            self.high + other.high,
            self.wear + other.wear,
        )

    def __sub__(self, other: "Price") -> "Price":
        """Price without a part of it, which is not below 0 at any end."""
        return Price(
            max(0.0, self.capex - other.capex),
            max(0.0, self.opex_per_year - other.opex_per_year),
            max(0.0, self.low - other.low),
            max(0.0, self.base - other.base),
            max(0.0, self.high - other.high),
            self.wear - other.wear,
        )


Amounts = Sequence[tuple[float, str]]
"""How much of which line of the cost table, by its name there."""


def price_of(costs: CostsSection, *, capex: Amounts = (), opex: Amounts = ()) -> Price:
    """Price of some lines of the cost table.

    Parameters
    ----------
    costs
        The table, with rate, horizon and lives; the lines must be there.
    capex
        What is bought at the start, and again when it is worn out.
    opex
        What is paid each year.

    Returns
    -------
    Price
        In the currency that results are shown in.
    """
    rate = costs.shown_rate
    found = []
    for level in LEVELS:
        bought = [(line, _paid(costs, amount, line, level)) for amount, line in capex]
        yearly = sum(_paid(costs, amount, line, level) for amount, line in opex)
        money = account(
            capex=sum(paid for _, paid in bought), opex_per_year=yearly,
            rate=costs.discount_rate.value, horizon_years=costs.horizon.value,
            assets=assets_of(costs, bought, level),
        )  # fmt: skip
        found.append((money, yearly))
    money, yearly = found[1]
    low, base, high = (one.total_cost * rate for one, _ in found)
    return Price(money.capex * rate, yearly * rate, low, base, high, money.wear * rate)


def _paid(costs: CostsSection, amount: float, line: str, level: PriceLevel) -> float:
    return amount * float(getattr(getattr(costs, line), level))
