"""What money of later years is worth today, and things that wear out within the horizon."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from phusong.errors import DomainError

WHOLE = 1e-9
"""Purchases and subscribers within this of a whole number are that number."""


@dataclass(frozen=True, slots=True)
class Wear:
    """Present value of what wears out within the horizon.

    Parameters
    ----------
    repurchases
        Of buying again what is worn out.
    salvage
        Of the life that is left at the end.
    """

    repurchases: float = 0.0
    salvage: float = 0.0

    @property
    def net(self) -> float:
        """What wear adds to the cost; below 0 where more is left than is bought again."""
        return self.repurchases - self.salvage

    def __add__(self, other: "Wear") -> "Wear":
        """Wear of both."""
        return Wear(self.repurchases + other.repurchases, self.salvage + other.salvage)

    def __sub__(self, other: "Wear") -> "Wear":
        """Wear without a part of it, neither of the two below 0."""
        return Wear(
            max(0.0, self.repurchases - other.repurchases), max(0.0, self.salvage - other.salvage)
        )

    def __mul__(self, factor: float) -> "Wear":
        """As many times as much, or in another currency."""
        return Wear(self.repurchases * factor, self.salvage * factor)


NO_WEAR = Wear()


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that is bought, wears out and is bought again.

    Parameters
    ----------
    price
        Of one purchase.
    life_years
        How long it lasts [year].
    """

    price: float
    life_years: float


@dataclass(frozen=True, slots=True)
class AssetValue:
    """Present value of an asset over the horizon.

    Parameters
    ----------
    purchases
        How often it is bought, the first time included.
    purchase
        The first price.
    repurchases
        Present value of the later ones.
    salvage
        Present value of the life that is left at the end.
    """

    purchases: int
    purchase: float
    repurchases: float
    salvage: float

    @property
    def present_value(self) -> float:
        """First and later purchases less what is left."""
        return self.purchase + self.repurchases - self.salvage


def annuity_factor(rate: float, years: float) -> float:
    r"""Present value of one unit of money paid at the end of each year.

    Parameters
    ----------
    rate
        Real discount rate, 0 to 1 [fraction/year].
    years
        Horizon, > 0 [year].

    Returns
    -------
    float
        Factor [year].

    Raises
    ------
    DomainError
        The rate is below 0 or the horizon is not above 0.

    Notes
    -----
    .. math:: AF = (1 - (1 + r)^{-N}) / r, \quad AF(0, N) = N

    Examples
    --------
    >>> round(annuity_factor(0.08, 10), 6)
    6.710081
    """
    if not (rate >= 0 and years > 0):
        raise DomainError(
            f"rate={rate} and years={years}: a rate of at least 0 and years above 0 are needed"
        )
    return years if rate == 0 else -math.expm1(-years * math.log1p(rate)) / rate


def asset_value(asset: Asset, *, rate: float, horizon_years: float) -> AssetValue:
    r"""Present value of buying an asset as often as the horizon needs.

    Parameters
    ----------
    asset
        Price and life.
    rate
        Real discount rate, >= 0 [fraction/year].
    horizon_years
        Horizon :math:`N`, > 0 [year].

    Returns
    -------
    AssetValue
        Purchases at 0, L, 2L, … before the end, and what the last one is still worth.

    Raises
    ------
    DomainError
        The price is negative, or the life or horizon is not above 0.

    Notes
    -----
    .. math:: n = \lceil N / L \rceil, \quad salvage = c (n L - N) / L

    Examples
    --------
    >>> value = asset_value(Asset(10_000.0, 8.0), rate=0.08, horizon_years=10.0)
    >>> round(value.repurchases, 2), round(value.salvage, 2), round(value.present_value, 2)
    (5402.69, 3473.95, 11928.74)
    """
    annuity_factor(rate, horizon_years)
    price, life = asset.price, asset.life_years
    if not (price >= 0 and life > 0):
        raise DomainError(
            f"price={price} and life_years={life}: a price of at least 0 and a life above 0 years "
            "are needed"
        )
    purchases = max(1, math.ceil(horizon_years / life - WHOLE))
    later = math.fsum(price * (1.0 + rate) ** (-life * k) for k in range(1, purchases))
    left = price * max(0.0, purchases * life - horizon_years) / life
    return AssetValue(purchases, price, later, left * (1.0 + rate) ** -horizon_years)


def wear_of(assets: Sequence[Asset], *, rate: float, horizon_years: float) -> Wear:
    """Present value of what several assets cost again, and of what is left of them.

    Parameters
    ----------
    assets
        Prices and lives.
    rate
        Real discount rate, >= 0 [fraction/year].
    horizon_years
        Horizon, > 0 [year].

    Returns
    -------
    Wear
        Sums over the assets.

    Examples
    --------
    >>> wear_of([Asset(10_000.0, 20.0)], rate=0.0, horizon_years=10.0)
    Wear(repurchases=0.0, salvage=5000.0)
    """
    values = [asset_value(asset, rate=rate, horizon_years=horizon_years) for asset in assets]
    return Wear(
        math.fsum(value.repurchases for value in values),
        math.fsum(value.salvage for value in values),
    )
