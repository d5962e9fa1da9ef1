"""What operators agreed to build: with which links and relays, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from phusong.geo.answers import Answer
from phusong.planning.choose import best_set
from phusong.planning.hops import End, Link
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import Candidates
from phusong.planning.ranking import path_of, with_what_it_needs
from phusong.units import IntArray


@dataclass(frozen=True, eq=False)
class Pinned:
    """An option that its operator will build.

    Parameters
    ----------
    row
        Its row among the options that were offered.
    option
        The option, links and relays in its price.
    path
        Links from it to what stands, its own first; empty when it needs none.
    """

    row: int
    option: Option = field(repr=False)
    path: tuple[Link, ...] = field(default=(), repr=False)


@dataclass(frozen=True, eq=False)
class Agreed:
    """Everything that is built because operators agreed to it.

    Parameters
    ----------
    pinned
        Options in the order in which they are built.
    places
        Places that are taken, those of masts that only relay too.
    ends
        Where further links may end, by operator's number.
    unconnected
        option_id of those that nothing can connect.
    """

    pinned: tuple[Pinned, ...] = ()
    places: frozenset[int] = frozenset()
    ends: Mapping[int, tuple[End, ...]] = field(default_factory=dict)
    unconnected: tuple[str, ...] = ()


def agreed_rows(candidates: Candidates, answers: Sequence[Answer]) -> tuple[IntArray, IntArray]:
    """Options that were agreed to, and those that are still open.

    Parameters
    ----------
    candidates
        Options that are offered.
    answers
        What operators answered.

    Returns
    -------
    tuple of numpy.ndarray
        Rows, ascending. Open is what was neither declined nor stands at a place of the first.
    """
    said = {answer.option_id: answer.answer for answer in answers}
    given = [said.get(option.option_id, "") for option in candidates.options]
    agreed = np.array([answer == "agree" for answer in given], dtype=np.bool_)
    declined = np.array([answer == "decline" for answer in given], dtype=np.bool_)
    taken = np.isin(candidates.site, candidates.site[agreed])
    return np.flatnonzero(agreed), np.flatnonzero(~declined & ~taken)


def cheapest_tree(candidates: Candidates) -> tuple[int, ...]:
    """Rows of the cheapest set that connects every option that can be connected.

    Parameters
    ----------
    candidates
        Options with their links and relays; all options are built.

    Returns
    -------
    tuple of int
        Options, relays and links, each after one that it needs. An option that needs no other
        comes in its order; what it needs stands right before it.
    """
    options, total = len(candidates.options), len(candidates.price)
    found = candidates.connections
    lost = () if found is None else found.unconnected
    wanted = np.ones(options)
    wanted[list(lost)] = 0.0
    cover = sparse.eye(total, options, format="csr")
    # Whatever was agreed to is built, two at one place too; of a place's relays one is enough.
    groups = [-1] * options + list(candidates.groups[options:])
    best = best_set(
        cover, weight=wanted, cost=candidates.price, groups=groups,
        requires=candidates.requires or None, target=float(wanted.sum()),
    )  # fmt: skip
    return _in_order(candidates, best.chosen)


def _in_order(candidates: Candidates, chosen: Sequence[int]) -> tuple[int, ...]:
    """Rows of a connected set, each after what it needs; rows that nobody needs are left out."""
    needs = candidates.requires
    level: dict[int, int] = {}
    front = [row for row in chosen if row not in needs]
    depth = 0
    while front:
        level |= dict.fromkeys(front, depth)
        depth += 1
        front = [
            row for row in chosen
            if row not in level and any(up in level for up in needs[row])
        ]  # fmt: skip
    order: list[int] = []

    def build(row: int) -> None:
        if row in order:
            return
        ups = [up for up in needs.get(row, ()) if up in level]
        if ups:
            build(min(ups, key=lambda up: (level[up], up)))
        order.append(row)

    for row in range(len(candidates.options)):
        if row in level:
            build(row)
    return tuple(order)


def pinned_options(
    offered: Candidates, rows: IntArray, connected: Candidates, order: Sequence[int]
) -> Agreed:
    """Agreed options with their links, where others may link to them, and what they take.

    Parameters
    ----------
    offered
        All options, before links were looked for.
    rows
        Those that were agreed to.
    connected
        These alone, with links and relays.
    order
        Rows of ``connected`` in the order in which they are built.

    Returns
    -------
    Agreed
        An option that nothing connects keeps its price with the hops of the cost table, comes
        last and feeds nobody.
    """
    count = len(connected.options)
    there: set[int] = set()
    pending: list[int] = []
    pinned, places = [], {int(place) for place in connected.site}
    ends: dict[int, list[End]] = {}
    for row in order:
        there.add(row)
        pending.append(row)
        found = connected.connections
        if row < count:
            path = path_of(connected, row, there)
            pinned.append(
                Pinned(int(rows[row]), with_what_it_needs(connected, pending, path), path)
            )
            if path:
                ends.setdefault(int(connected.operator[row]), []).append(_end(path))
            pending = []
        elif found is not None and row < count + len(found.relays):
            relay = found.relays[row - count]
            places.add(relay.place)
            ends.setdefault(relay.operator, []).append(_end(path_of(connected, row, there)))
    lost = [row for row in range(count) if row not in there]
    pinned += [Pinned(int(rows[row]), offered.options[int(rows[row])]) for row in lost]
    names = tuple(connected.options[row].option_id for row in lost)
    return Agreed(
        tuple(pinned), frozenset(places), {key: tuple(many) for key, many in ends.items()}, names
    )


def _end(path: Sequence[Link]) -> End:
    """Where others can link to what has these links, at the mast that is built for them."""
    return replace(path[0].start, mast_m=path[0].mast_m, fibre=path[0].kind == "fibre")
