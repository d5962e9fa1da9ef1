"""Who pays what for a new mast: alone, with a shared mast, with shared radio, or by roaming."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from phusong.planning.kinds import NEW_MAST
from phusong.planning.option_cost import FULL_SITE_SECTORS
from phusong.planning.present_value import NO_WEAR, Wear, annuity_factor
from phusong.planning.price import Price, price_of
from phusong.planning.priorities import Priority
from phusong.planning.sharing import SHARED, Part, Strategy, operator_account
from phusong.study import Study

COLUMNS = (
    "rank", "option_id", "operator", "strategy", "pays", "operators", "capex", "opex_per_year",
    "repurchases", "salvage", "present_value", "present_value_all", "saved_percent", "currency",
)  # fmt: skip
STRATEGY_TEXT = ("strategy", "pays")
EACH, HOST, GUEST = "each", "host", "guest"


@dataclass(frozen=True, slots=True)
class _Bill:
    """What one of the operators pays."""

    pays: str
    capex: float
    opex_per_year: float
    present_value: float
    wear: Wear = NO_WEAR


def strategies_table(
    ranked: Sequence[Priority], study: Study, operators: Mapping[str, str]
) -> pd.DataFrame:
    """What every ranked new mast costs each operator, by how it is shared.

    Parameters
    ----------
    ranked
        Priorities.
    study
        Operators, prices, what people bring.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        Rows as if all operators of the study served from there: ``stand_alone`` (each builds its
        own), ``passive``, ``passive_and_backhaul`` and ``moran``, what ``each`` pays; and, with a
        roaming fee and what people bring, ``roaming``: what the ``host`` pays less the fees, and
        each ``guest``. ``saved_percent`` is of all operators against each building its own. No
        row in a study of one operator.
    """
    count = len(study.operators)
    rows: list[dict[str, object]] = []
    seen: set[object] = set()
    for priority in ranked if count > 1 else ():
        parts = _parts(priority, study, seen)
        if priority.option.kind != NEW_MAST:
            continue
        alone = count * _bill(parts, "stand_alone", study).present_value
        for strategy, bills, together in _strategies(priority, parts, study):
            saved = 100.0 * (1.0 - together / alone) if alone > 0 else 0.0
            rows += [
                dict(zip(COLUMNS, (
                    priority.rank, priority.option.option_id, operators[priority.option.operator],
                    strategy, bill.pays, count, bill.capex, bill.opex_per_year,
                    bill.wear.repurchases, bill.wear.salvage, bill.present_value,
                    together, saved, priority.option.cost.currency,
                ), strict=True))
                for bill in bills
            ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _strategies(
    priority: Priority, parts: Mapping[str, Part], study: Study
) -> Iterator[tuple[str, tuple[_Bill, ...], float]]:
    """Strategy, who pays what, and what all of them pay together."""
    count = len(study.operators)
    for strategy in SHARED:
        bill = _bill(parts, strategy, study)
        yield strategy, (bill,), count * bill.present_value
    guests = _fees(priority, study)
    if guests:
        own = _bill(parts, "stand_alone", study)
        annuity = _annuity(study)
        fees = math.fsum(guests.values())
        host = replace(
            own, pays=HOST, opex_per_year=own.opex_per_year - fees,
            present_value=own.present_value - fees * annuity,
        )  # fmt: skip
        paying = [_Bill(f"{GUEST}:{key}", 0.0, fee, fee * annuity) for key, fee in guests.items()]
        yield "roaming", (host, *paying), own.present_value


def _parts(priority: Priority, study: Study, seen: set[object]) -> dict[str, Part]:
    """An option's price by class; links that an earlier option paid for are left out."""
    option, costs = priority.option, study.costs
    cost = option.cost
    links = Price()
    for link in priority.path:
        key = option.operator, link.kind, link.start, link.end
        if key not in seen:
            seen.add(key)
            links += link.price
    if not priority.path:
        links = price_of(costs, capex=[(float(cost.backhaul_hops), "microwave_hop")])
    sectors = FULL_SITE_SECTORS if option.layout is None else len(option.layout.sectors)
    radio = price_of(costs, capex=[(sectors / FULL_SITE_SECTORS, "radio_site")])
    return {
        # Masts that only relay are among the masts; rent is not told apart from operation.
        "mast": Part(
            max(0.0, cost.capex - cost.power_capex - links.capex - radio.capex),
            wear=cost.wear - cost.power_wear - links.wear - radio.wear,
        ),
        "radio": Part(radio.capex, wear=radio.wear),
        "backhaul": Part(links.capex, links.opex_per_year, links.wear),
        "power": Part(cost.power_capex, cost.power_opex_per_year, cost.power_wear),
        "operation": Part(
            0.0, max(0.0, cost.opex_per_year - cost.power_opex_per_year - links.opex_per_year)
        ),
    }  # fmt: skip


def _bill(parts: Mapping[str, Part], strategy: Strategy, study: Study) -> _Bill:
    costs, count = study.costs, len(study.operators)
    found = operator_account(
        parts, strategy=strategy, operators=count,
        rate=costs.discount_rate.value, horizon_years=costs.horizon.value,
    )  # fmt: skip
    yearly = (found.running - found.wear.net) / found.annuity
    return _Bill(EACH, found.capex, yearly, found.total_cost, found.wear)


def _fees(priority: Priority, study: Study) -> dict[str, float]:
    """Roaming fee a year of each other operator for its subscribers among those newly covered."""
    revenue, fee = study.planning.revenue, study.costs.roaming_fee
    if revenue is None or fee is None:
        return {}
    people = priority.people_newly_covered * revenue.penetration.value
    return {
        key: people * share.value * fee.base * study.costs.shown_rate
        for key, share in sorted(revenue.market_share.items())
        if key != priority.option.operator
    }


def _annuity(study: Study) -> float:
    return annuity_factor(study.costs.discount_rate.value, study.costs.horizon.value)
