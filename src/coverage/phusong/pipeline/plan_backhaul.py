"""Links of a study's options over its terrain, roads and existing sites."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from phusong.pipeline.session import Session
from phusong.planning.backhaul import Connections, Need, connect
from phusong.planning.cost import SiteCost
from phusong.planning.hops import End, Link, Links
from phusong.planning.kinds import NEW_MAST, SATELLITE
from phusong.planning.present_value import annuity_factor
from phusong.planning.price import LEVELS, Price, price_of
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import Candidates
from phusong.planning.roads import Roads
from phusong.planning.supply import load_w, sun_of, supply
from phusong.study import CostsSection, OptionKind

FIBRE_WORDS = ("fibre", "fiber", "quang")
"""Words of a tower list's column ``backhaul`` that mean fibre."""
MOST_FIBRE_ENDS = 3


def connected(
    session: Session,
    found: Candidates,
    *,
    relays: Candidates | None = None,
    built: Mapping[int, Sequence[End]] | None = None,
) -> Candidates:
    """Give every option that needs it a way to what stands already.

    Parameters
    ----------
    session
        The study in use.
    found
        Options whose price holds so many hops, whatever lies between.
    relays
        Options at whose places a mast could be built that only relays; ``found`` when left out.
    built
        Ends of links of what will be built anyway, by operator's number.

    Returns
    -------
    Candidates
        The same options with their own link in the price instead of those hops, or with rows of
        relays and links after them.
    """
    study = session.study
    section, costs, links = study.planning.backhaul, study.costs, links_of(session)
    bare = [_bare(option, low, high, costs) for option, low, high in _priced(found)]
    needs = [
        Need(int(place), int(operator), _end(option)) if option.cost.backhaul_hops else None
        for option, place, operator in zip(found.options, found.site, found.operator, strict=True)
    ]
    ends = _existing(session)
    roots = {
        key: [end for end in there if section.roots == "any" or end.fibre]
        for key, there in ends.items()
    }
    for key, more in (built or {}).items():  # as in the choice, what has a link may feed others
        roots[key] = [*roots.get(key, ()), *more]
        ends[key] = [*ends.get(key, ()), *more]
    if relays is None:
        masts = _relays(session, found, bare)
    else:
        masts = _relays(session, relays, [_bare(*one, costs) for one in _priced(relays)])
    connections = connect(
        needs, roots, links,
        relays=masts if section.relays else (),
        fibre=_fibre(session, needs, ends),
    )  # fmt: skip
    return _with_links(found, bare, connections, needs)


def links_of(session: Session) -> Links:
    """Prices links by a study's rules over its terrain.

    Parameters
    ----------
    session
        The study in use.

    Returns
    -------
    Links
        For hops, cables and satellite links.
    """
    study = session.study
    return Links(
        session.inputs.terrain, study.planning.backhaul, study.costs,
        longest_m=1000.0 * study.planning.longest_hop.value,
        surface=study.inputs.terrain.kind == "surface", rain=study.planning.rain,
    )  # fmt: skip


def _priced(found: Candidates) -> list[tuple[Option, float, float]]:
    return list(zip(found.options, found.low.tolist(), found.high.tolist(), strict=True))


def _bare(option: Option, low: float, high: float, costs: CostsSection) -> Price:
    """Price of an option without its hops."""
    cost = option.cost
    whole = Price(cost.capex, cost.opex_per_year, low, cost.present_value, high, cost.wear)
    return whole - price_of(costs, capex=[(float(cost.backhaul_hops), "microwave_hop")])


def _end(option: Option) -> End:
    spot = option.spot
    name = f"{spot.easting:.0f} {spot.northing:.0f}"
    return End(name, spot.easting, spot.northing, option.antenna_height_m)


def _existing(session: Session) -> dict[int, list[End]]:
    """Sites on air by operator, each with its mast and whether fibre ends there.

    Planned ones are among them where the study takes them as built.
    """
    keys = {op.name: number for number, op in enumerate(session.study.operators)}
    sites: dict[tuple[int, str], list[End]] = defaultdict(list)
    network = session.inputs.network
    stands = list(network.on_air().sectors)
    if session.study.planning.planned_sites == "fixed":
        stands += [sector for sector in network.sectors if sector.status == "planned"]
    for sector in stands:
        if sector.operator in keys:
            words = unicodedata.normalize("NFC", sector.backhaul).casefold()
            fibre = any(word in words for word in FIBRE_WORDS)
            end = End(sector.site_id, sector.easting, sector.northing, sector.mast_height_m, fibre)
            sites[keys[sector.operator], sector.site_id].append(end)
    found: dict[int, list[End]] = defaultdict(list)
    for (operator, _), ends in sorted(sites.items()):
        highest = max(ends, key=lambda end: end.mast_m)
        found[operator].append(replace(highest, fibre=any(end.fibre for end in ends)))
    return dict(found)


def _relays(session: Session, found: Candidates, bare: Sequence[Price]) -> list[Need]:
    """A mast without radio at each place where an operator could build one with."""
    costs = session.study.costs
    radio = price_of(costs, capex=[(1.0, "radio_site")])
    relays: dict[tuple[int, int], Need] = {}
    for row, option in enumerate(found.options):
        if option.kind == NEW_MAST:
            key = int(found.site[row]), int(found.operator[row])
            power = _power(session, option, NEW_MAST), _power(session, option, SATELLITE)
            price = bare[row] - radio - power[0] + power[1]
            relay = Need(*key, _end(option), price, relay=True)
            known = relays.get(key)
            if known is None or relay.price.base < known.price.base:
                relays[key] = relay
    return list(relays.values())


def _power(session: Session, option: Option, kind: OptionKind) -> Price:
    """Price of feeding a place with the load of a site of some kind; nothing for lump sums."""
    study = session.study
    section, costs = study.planning.power, study.costs
    if costs.power is None or option.layout is None:
        return Price()
    load = load_w(section, sectors=len(option.layout.sectors), hops=1, kind=kind)
    sun = sun_of(section, session.inputs.grid.middle[1])
    years = annuity_factor(costs.discount_rate.value, costs.horizon.value)
    fed = [supply(load, option.power_line_m, sun, costs, level) for level in LEVELS]
    shown = costs.shown_rate
    low, base, high = (
        shown * (one.capex + one.opex_per_year * years + one.wear.net) for one in fed
    )
    usual = fed[1]
    return Price(
        shown * usual.capex, shown * usual.opex_per_year, low, base, high, usual.wear * shown
    )


def _fibre(
    session: Session, needs: Sequence[Need | None], ends: Mapping[int, Sequence[End]]
) -> dict[tuple[int, int], list[tuple[End, float]]]:
    """Nearest ends of fibre along roads, by place and operator."""
    if session.study.costs.fibre is None:
        return {}
    roads = Roads(session.inputs.places.roads.geometry)
    starts = {(need.place, need.operator): need.end for need in needs if need is not None}
    found = {}
    for operator, there in ends.items():
        fibre = [end for end in there if end.fibre]
        keys = [key for key in starts if key[1] == operator]
        lengths = roads.lengths_m([starts[key] for key in keys], fibre)
        for key, row in zip(keys, lengths, strict=True):
            nearest = np.argsort(row, kind="stable")[:MOST_FIBRE_ENDS].tolist()
            found[key] = [(fibre[k], float(row[k])) for k in nearest]
    return found


def _with_links(
    found: Candidates, bare: Sequence[Price], connections: Connections, needs: Sequence[Need | None]
) -> Candidates:
    options, low, high = [], [], []
    for option, price, own, need in zip(found.options, bare, connections.own, needs, strict=True):
        whole = price if own is None else price + own.price
        options.append(
            option if need is None else replace(option, cost=_cost(option.cost, whole, own),
                                                backhaul_m=_length(own, option))
        )  # fmt: skip
        low.append(whole.low)
        high.append(whole.high)
    return replace(
        found, options=tuple(options), low=np.array(low), high=np.array(high),
        connections=connections,
    )  # fmt: skip


def _cost(cost: SiteCost, whole: Price, own: Link | None) -> SiteCost:
    return replace(
        cost, capex=whole.capex, opex_per_year=whole.opex_per_year, present_value=whole.base,
        wear=whole.wear,
        backhaul_hops=int(own is not None and own.kind == "microwave"),
    )  # fmt: skip


def _length(own: Link | None, option: Option) -> float:
    return option.backhaul_m if own is None else own.length_m
