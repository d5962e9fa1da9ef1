"""How every option can be connected, as rows that the choice pays for once.

An option needs a link; a link ends at a site with room for it, at fibre, at a satellite, or at
another place that needs a link itself. Links to what stands already are compared beforehand, since
nothing else depends on them: of each place the cheapest remains. A link to another place is kept
only where it is cheaper than that, and a mast that only relays only where those whom it could feed
save more than it costs. A place without any such link has its one link in its own price.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from phusong.planning.hops import End, Link, Links
from phusong.planning.price import Price

MOST_ROOTS = 8
"""Existing sites, the nearest first, that a hop from a place is tried to."""
FREE = Price()
MOST_PARENTS = 4
"""Links to other places that a place keeps, the cheapest first."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs a link.

    Parameters
    ----------
    place, operator
        Numbers of its place and of who builds it.
    end
        Where its link begins.
    price
        What it costs without a link; used for relays.
    relay
        Whether it only passes links on.
    """

    place: int
    operator: int
    end: End
    price: Price = FREE
    relay: bool = False

    @property
    def key(self) -> tuple[int, int, float, bool]:
        """What shares its links: the same place, builder and mast."""
        return self.place, self.operator, self.end.mast_m, self.relay


@dataclass(frozen=True, slots=True)
class Uplink:
    """A link that the choice pays for by itself.

    Parameters
    ----------
    link
        The link.
    place, operator
        Numbers of the place where it begins and of who builds it.
    parents
        Rows that it can end at, one of which must be there; empty when it ends at what stands.
    """

    link: Link
    place: int
    operator: int
    parents: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Connections:
    """What the choice knows of links.

    Parameters
    ----------
    own
        Link that is part of the price of each need, None where it has rows of its own or none.
    relays
        Masts that only relay; they are rows after the needs.
    uplinks
        Links with rows of their own, after the relays.
    requires
        Rows of which one must be there, by row.
    unconnected
        Needs, by number, that nothing can connect.
    """

    own: tuple[Link | None, ...]
    relays: tuple[Need, ...] = ()
    uplinks: tuple[Uplink, ...] = ()
    requires: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    unconnected: tuple[int, ...] = ()


def connect(
    needs: Sequence[Need | None],
    roots: Mapping[int, Sequence[End]],
    links: Links,
    *,
    relays: Sequence[Need] = (),
    fibre: Mapping[tuple[int, int], Sequence[tuple[End, float]]] | None = None,
) -> Connections:
    """Find how everything can be connected.

    Parameters
    ----------
    needs
        What needs a link; None for what needs none.
    roots
        Ends with room for another link, by operator.
    links
        Prices links.
    relays
        Masts that could be built to relay; those that cannot pay are left out.
    fibre
        Ends of fibre with the length of the way to them, by place and operator [m].

    Returns
    -------
    Connections
        Rows and what they need, in an order that depends on the needs alone.
    """
    net = _Net(needs, roots, links, relays, fibre or {})
    return net.connections()


class _Net:
    """Nodes, the best link of each to what stands, and links between them that may pay."""

    def __init__(
        self,
        needs: Sequence[Need | None],
        roots: Mapping[int, Sequence[End]],
        links: Links,
        relays: Sequence[Need],
        fibre: Mapping[tuple[int, int], Sequence[tuple[End, float]]],
    ) -> None:
        self.needs, self.roots, self.links, self.fibre = needs, roots, links, fibre
        self.nodes = {need.key: need for need in [*needs, *relays] if need is not None}
        self.best = {key: self._best_root(node) for key, node in self.nodes.items()}
        self.hosts: dict[tuple[int, int], list[Need]] = defaultdict(list)
        for node in self.nodes.values():
            self.hosts[node.place, node.operator].append(node)
        self.between = {key: self._to_others(node) for key, node in self.nodes.items()}
        self._drop_poor_relays()
        self._drop_dead_ends()

    def _best_root(self, node: Need) -> Link | None:
        """Cheapest link to what stands already."""
        near = sorted(
            self.roots.get(node.operator, ()),
            key=lambda end: (node.end.distance_m(end), end.name),
        )
        found = [self.links.microwave(node.end, end) for end in near[:MOST_ROOTS]]
        found += [
            self.links.fibre(node.end, end, length)
            for end, length in self.fibre.get((node.place, node.operator), ())
        ]
        found.append(self.links.satellite(node.end))
        return min((link for link in found if link is not None), key=_order, default=None)

    def _to_others(self, node: Need) -> list[tuple[Link, tuple[int, int]]]:
        """Links to other places of the same operator that cost less than the best root."""
        best = self.best[node.key]
        limit = math.inf if best is None else best.price.base * (1.0 - 1e-9)
        if self.links.plain_hop.base >= limit:
            return []
        found = []
        for (place, operator), hosts in self.hosts.items():
            if operator != node.operator or place == node.place:
                continue
            # The hop must be clear whatever is built there, so to the lowest mast.
            host = min(hosts, key=lambda other: other.end.mast_m)
            link = self.links.microwave(node.end, host.end)
            if link is not None and link.price.base < limit:
                found.append((link, (place, operator)))
        return sorted(found, key=lambda pair: _order(pair[0]))[:MOST_PARENTS]

    def _drop_poor_relays(self) -> None:
        """Leave out relays that cost more than all whom they could feed would save."""
        wanted: set[tuple[int, int]] = set()
        front = [key for key, node in self.nodes.items() if not node.relay]
        while front:
            saved: dict[tuple[int, int], float] = defaultdict(float)
            for key in front:
                best = self.best[key]
                for link, host in self.between[key]:
                    saved[host] += math.inf if best is None else best.price.base - link.price.base
            front = []
            for (place, operator), money in saved.items():
                for node in self.hosts[place, operator]:
                    root = self.best[node.key]
                    price = node.price.base + (0.0 if root is None else root.price.base)
                    if node.relay and money > price and (place, operator) not in wanted:
                        front.append(node.key)
            wanted |= {(key[0], key[1]) for key in front}
        for key, node in list(self.nodes.items()):
            if node.relay and (node.place, node.operator) not in wanted:
                self._forget(key)

    def _drop_dead_ends(self) -> None:
        """Leave out what no chain of links connects to anything that stands."""
        fed = {key for key in self.nodes if self.best[key] is not None}
        while True:
            hosts = {(self.nodes[key].place, self.nodes[key].operator) for key in fed}
            more = {
                key
                for key in self.nodes
                if key not in fed and any(host in hosts for _, host in self.between[key])
            }
            if not more:
                break
            fed |= more
        for key, pairs in self.between.items():
            self.between[key] = [pair for pair in pairs if pair[1] in hosts]
        for key in [key for key, node in self.nodes.items() if node.relay and key not in fed]:
            self._forget(key)

    def _is_fed(self, node: Need) -> bool:
        return self.best[node.key] is not None or bool(self.between[node.key])

    def _forget(self, key: tuple[int, int, float, bool]) -> None:
        node = self.nodes.pop(key)
        self.hosts[node.place, node.operator].remove(node)
        del self.best[key], self.between[key]
        if not self.hosts[node.place, node.operator]:
            del self.hosts[node.place, node.operator]
            for pairs in self.between.values():
                pairs[:] = [p for p in pairs if p[1] != (node.place, node.operator)]

    def connections(self) -> Connections:
        """Rows in order: needs, relays, links."""
        own: list[Link | None] = []
        unconnected: list[int] = []
        with_rows = []
        for number, need in enumerate(self.needs):
            if need is None:
                own.append(None)
                continue
            own.append(None if self.between[need.key] else self.best[need.key])
            if not self._is_fed(need):
                unconnected.append(number)
            elif self.between[need.key]:
                with_rows.append(need.key)
        relays = tuple(node for node in self.nodes.values() if node.relay)
        keys = list(dict.fromkeys([*with_rows, *(relay.key for relay in relays)]))
        rows_at = self._rows_at(relays, set(unconnected))
        uplinks: list[Uplink] = []
        link_rows: dict[tuple[int, int, float, bool], tuple[int, ...]] = {}
        first = len(self.needs) + len(relays)
        for key in keys:
            start = first + len(uplinks)
            uplinks += self._uplinks(key, rows_at)
            link_rows[key] = tuple(range(start, first + len(uplinks)))
        requires: dict[int, tuple[int, ...]] = dict.fromkeys(unconnected, ())
        everyone = [*self.needs, *relays]
        requires.update(
            {
                number: link_rows[need.key]
                for number, need in enumerate(everyone)
                if need is not None and need.key in link_rows
            }
        )
        requires.update(
            {first + k: uplink.parents for k, uplink in enumerate(uplinks) if uplink.parents}
        )
        return Connections(tuple(own), relays, tuple(uplinks), requires, tuple(unconnected))

    def _rows_at(
        self, relays: Sequence[Need], unconnected: set[int]
    ) -> dict[tuple[int, int], tuple[int, ...]]:
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row, need in enumerate([*self.needs, *relays]):
            if need is not None and row not in unconnected:
                found[need.place, need.operator].append(row)
        return {host: tuple(rows) for host, rows in found.items()}

    def _uplinks(
        self,
        key: tuple[int, int, float, bool],
        rows_at: Mapping[tuple[int, int], tuple[int, ...]],
    ) -> Iterator[Uplink]:
        place, operator, best = key[0], key[1], self.best[key]
        if best is not None:
            yield Uplink(best, place, operator, ())
        for link, host in self.between[key]:
            yield Uplink(link, place, operator, rows_at[host])


def _order(link: Link) -> tuple[float, float, str]:
    return link.order
