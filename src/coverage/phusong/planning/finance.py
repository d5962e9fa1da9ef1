"""Money over time: what a site costs and brings in its horizon, and which gap is left.

All amounts are of one currency and price year. Building is paid at the start, running costs and
revenue at the end of each year; one real discount rate, one horizon for everything.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from phusong.errors import DomainError
from phusong.planning.present_value import NO_WEAR, WHOLE, Asset, Wear, annuity_factor, wear_of

MONTHS = 12

GapType = Literal["commercial", "capex_grant", "running_support"]


@dataclass(frozen=True, slots=True)
class Account:
    """A site's money over the horizon.

    Parameters
    ----------
    capex
        Building, at the start.
    running
        Present value of opex and repurchases, less salvage.
    revenue
        Present value of the revenue.
    annuity
        Annuity factor of rate and horizon [year].
    wear
        What of the running is bought again, and what is left at the end.
    """

    capex: float
    running: float
    revenue: float
    annuity: float
    wear: Wear = NO_WEAR

    @property
    def total_cost(self) -> float:
        """Total cost of ownership, as present value."""
        return self.capex + self.running

    @property
    def cost_per_year(self) -> float:
        """The total cost as equal yearly payments (equivalent annual cost)."""
        return self.total_cost / self.annuity

    @property
    def net_present_value(self) -> float:
        """Revenue less total cost."""
        return self.revenue - self.total_cost

    @property
    def benefit_cost_ratio(self) -> float:
        """Revenue by total cost; NaN when nothing costs anything."""
        return self.revenue / self.total_cost if self.total_cost > 0 else math.nan


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing until an operator would build.

    Parameters
    ----------
    gap_type
        ``commercial`` (pays for itself), ``capex_grant`` (pays its running, not its building)
        or ``running_support`` (does not pay its running).
    grant
        Money at the start that closes the gap, at most the capex.
    support_per_year
        Money each year on top.
    """

    gap_type: GapType
    grant: float
    support_per_year: float


@dataclass(frozen=True)
class Bill:
    """Priced items with their sum.

    Parameters
    ----------
    items
        Amount of each item.
    """

    items: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Sum of the items."""
        return math.fsum(self.items.values())


def bill(quantities: Mapping[str, float], prices: Mapping[str, float]) -> Bill:
    """Quantities times prices, item by item.

    Parameters
    ----------
    quantities
        How much of each item, >= 0; what there is once per sector has the number of sectors.
    prices
        Price of one unit of each item, >= 0.

    Returns
    -------
    Bill
        Every item, those that cost nothing too.

    Raises
    ------
    DomainError
        An item has no price, or a quantity or price is negative or NaN.

    Examples
    --------
    >>> bill({"mast": 1, "antenna": 3}, {"mast": 35_000.0, "antenna": 500.0}).total
    36500.0
    """
    unpriced = sorted(set(quantities) - set(prices))
    if unpriced:
        raise DomainError(
            f"{', '.join(unpriced)}: no price is given; nothing is free by being forgotten"
        )
    for name, quantity in quantities.items():
        if not (quantity >= 0 and prices[name] >= 0):
            raise DomainError(
                f"{name}: {quantity} at {prices[name]}; at least 0 is allowed for both"
            )
    return Bill({name: quantity * prices[name] for name, quantity in quantities.items()})


def account(
    *,
    capex: float,
    opex_per_year: float,
    rate: float,
    horizon_years: float,
    revenue_per_year: float = 0.0,
    assets: Sequence[Asset] = (),
    wear: Wear = NO_WEAR,
) -> Account:
    """Put a site's money together.

    Parameters
    ----------
    capex
        All that is paid at the start, the first purchase of ``assets`` included, >= 0.
    opex_per_year
        Running costs, >= 0.
    rate
        Real discount rate, >= 0 [fraction/year].
    horizon_years
        Horizon, > 0 [year].
    revenue_per_year
        Revenue of people newly served, >= 0.
    assets
        What of the capex wears out: its repurchases and what is left of it at the end count as
        running.
    wear
        Of what is not among ``assets``, where it is known already.

    Returns
    -------
    Account
        Present values.

    Raises
    ------
    DomainError
        An amount is negative or NaN.

    Examples
    --------
    >>> site = account(capex=95_000.0, opex_per_year=12_000.0, rate=0.08, horizon_years=10.0)
    >>> round(site.total_cost, 2), round(site.cost_per_year, 2)
    (175520.98, 26157.8)
    """
    for name, amount in (
        ("capex", capex), ("opex_per_year", opex_per_year), ("revenue_per_year", revenue_per_year)
    ):  # fmt: skip
        if not amount >= 0:
            raise DomainError(f"{name}={amount} is impossible, at least 0 is allowed")
    annuity = annuity_factor(rate, horizon_years)
    whole = wear + wear_of(assets, rate=rate, horizon_years=horizon_years)
    running = opex_per_year * annuity + whole.net
    return Account(capex, running, revenue_per_year * annuity, annuity, whole)


def revenue_per_year(
    people_newly_served: float, *, penetration: float, market_share: float, arpu_per_month: float
) -> float:
    """Yearly revenue from people whom the operator did not serve before.

    Parameters
    ----------
    people_newly_served
        People, >= 0; those whom the same operator serves already bring nothing new.
    penetration
        Share of people who subscribe to any operator, 0 to 1.
    market_share
        Share of these who take this operator, 0 to 1.
    arpu_per_month
        Revenue per subscriber and month, >= 0.

    Returns
    -------
    float
        Revenue per year in the currency of ``arpu_per_month``.

    Raises
    ------
    DomainError
        A value is outside its range.

    Examples
    --------
    >>> revenue_per_year(1000.0, penetration=0.6, market_share=0.5, arpu_per_month=3.0)
    10800.0
    """
    if not (people_newly_served >= 0 and arpu_per_month >= 0):
        raise DomainError(
            f"people_newly_served={people_newly_served} and arpu_per_month={arpu_per_month}: at "
            "least 0 is allowed"
        )
    for name, share in (("penetration", penetration), ("market_share", market_share)):
        if not 0.0 <= share <= 1.0:
            raise DomainError(f"{name}={share} is impossible, 0 to 1 is allowed; 60 % is 0.6")
    return MONTHS * arpu_per_month * people_newly_served * penetration * market_share


def break_even_subscribers(total_cost: float, *, arpu_per_month: float, annuity: float) -> int:
    """Fewest new subscribers that pay for a site over the horizon.

    Parameters
    ----------
    total_cost
        Present value of everything, >= 0.
    arpu_per_month
        Revenue per subscriber and month, > 0, in the same currency.
    annuity
        Annuity factor, > 0 [year].

    Returns
    -------
    int
        Subscribers, rounded up.

    Raises
    ------
    DomainError
        A value is outside its range.

    Examples
    --------
    >>> break_even_subscribers(175_520.98, arpu_per_month=3.0, annuity=annuity_factor(0.08, 10))
    727
    """
    if not (total_cost >= 0 and arpu_per_month > 0 and annuity > 0):
        raise DomainError(
            f"total_cost={total_cost}, arpu_per_month={arpu_per_month}, annuity={annuity}: at "
            "least 0 and two numbers above 0 are needed"
        )
    return math.ceil(total_cost / (MONTHS * arpu_per_month * annuity) - WHOLE)


def gap_of(site: Account) -> Gap:
    """Which of three gaps a site has, and what closes it.

    Parameters
    ----------
    site
        Its money.

    Returns
    -------
    Gap
        Every site has exactly one of the three labels.

    Notes
    -----
    The net present value is at least 0: commercial. Otherwise the revenue pays the running: a
    grant of what is missing, at most the capex. Otherwise the whole capex and, each year, what
    the running lacks.

    Examples
    --------
    >>> gap_of(Account(capex=95.0, running=80.0, revenue=100.0, annuity=10.0))
    Gap(gap_type='capex_grant', grant=75.0, support_per_year=0.0)
    """
    if site.net_present_value >= 0:
        return Gap("commercial", 0.0, 0.0)
    if site.revenue >= site.running:
        return Gap("capex_grant", -site.net_present_value, 0.0)
    return Gap("running_support", site.capex, (site.running - site.revenue) / site.annuity)
