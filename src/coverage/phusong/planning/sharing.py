"""Who pays what: a site of one's own, a shared mast, shared radio, or roaming."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from phusong.errors import DomainError
from phusong.planning.finance import Account, account
from phusong.planning.present_value import NO_WEAR, Wear

Strategy = Literal["stand_alone", "passive", "passive_and_backhaul", "moran", "roaming"]

PASSIVE = frozenset({"mast", "civils", "installation", "rent"})
CLASSES = PASSIVE | {"backhaul", "radio", "power", "energy", "operation"}
SHARED: dict[Strategy, frozenset[str]] = {
    "stand_alone": frozenset(),
    "passive": PASSIVE,
    "passive_and_backhaul": PASSIVE | {"backhaul"},
    "moran": CLASSES,
}
"""Classes that operators share, by strategy; roaming builds nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """One class of a site's cost.

    Parameters
    ----------
    capex
        Building.
    opex_per_year
        Running.
    wear
        What is bought again within the horizon, and what is left at its end, as present values.
    """

    capex: float = 0.0
    opex_per_year: float = 0.0
    wear: Wear = NO_WEAR


def operator_account(
    parts: Mapping[str, Part],
    *,
    strategy: Strategy,
    operators: int,
    rate: float,
    horizon_years: float,
    roaming_fee_per_year: float = 0.0,
) -> Account:
    """What one of several operators pays for a site that all of them use.

    Parameters
    ----------
    parts
        Cost of the site by class: mast, civils, installation, rent, backhaul, radio, power,
        energy, operation.
    strategy
        ``stand_alone`` (each builds its own), ``passive`` (mast, civils, installation and rent
        are shared), ``passive_and_backhaul``, ``moran`` (everything is shared, each with its own
        carrier) or ``roaming`` (somebody else built it).
    operators
        How many share, >= 1.
    rate
        Real discount rate, >= 0 [fraction/year].
    horizon_years
        Horizon, > 0 [year].
    roaming_fee_per_year
        Fee to the host when roaming, >= 0.

    Returns
    -------
    Account
        Of one operator: a class shared by n costs each of them an n-th, others in full.

    Raises
    ------
    DomainError
        A class or strategy is unknown, or a number is outside its range.

    Examples
    --------
    >>> parts = {"mast": Part(60_000.0), "radio": Part(40_000.0)}
    >>> operator_account(
    ...     parts, strategy="passive", operators=3, rate=0.05, horizon_years=10.0
    ... ).capex
    60000.0
    """
    unknown = sorted(set(parts) - CLASSES)
    if unknown:
        raise DomainError(f"{', '.join(unknown)}: unknown class; {', '.join(sorted(CLASSES))} are")
    if operators < 1:
        raise DomainError(f"operators={operators} is impossible, at least 1 is allowed")
    if strategy == "roaming":
        return account(
            capex=0.0, opex_per_year=roaming_fee_per_year, rate=rate, horizon_years=horizon_years
        )
    if strategy not in SHARED:
        raise DomainError(
            f"strategy={strategy!r} is unknown; {', '.join([*SHARED, 'roaming'])} are"
        )
    shared = SHARED[strategy]
    share = {name: 1.0 / operators if name in shared else 1.0 for name in parts}
    return account(
        capex=sum(part.capex * share[name] for name, part in parts.items()),
        opex_per_year=sum(part.opex_per_year * share[name] for name, part in parts.items()),
        rate=rate,
        horizon_years=horizon_years,
        wear=sum((part.wear * share[name] for name, part in parts.items()), NO_WEAR),
    )
