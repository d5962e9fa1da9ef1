"""Ranking in which an option comes with the links and relays that it still needs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from phusong.analysis.reach import ANY
from phusong.planning.choose_greedy import Progress
from phusong.planning.choose_inputs import read_question
from phusong.planning.demand import Columns, Demand
from phusong.planning.hops import Link
from phusong.planning.option_regret import chain_to
from phusong.planning.priorities import Option, Priority
from phusong.planning.rank_intervals import Candidates
from phusong.units import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Built:
    """An option with all that is built with it and not before.

    Parameters
    ----------
    option
        The option; its cost has the links and relays in it.
    rows
        What is built, itself last.
    path
        Links from the option to what stands already, its own first.
    people
        People newly covered for its operator.
    white_zone
        Those of them without any operator.
    """

    option: Option = field(repr=False)
    rows: tuple[int, ...]
    path: tuple[Link, ...] = field(repr=False)
    people: float
    white_zone: float


def built_in_order(
    candidates: Candidates, columns: Columns, order: Sequence[int]
) -> tuple[Built, ...]:
    """Options of an order of rows, each with what is built before it and after the last one.

    Parameters
    ----------
    candidates
        Options, relays and links.
    columns
        Whom each row covers.
    order
        Rows in the order in which they are built; whatever needs another one comes after it.

    Returns
    -------
    tuple of Built
        Relays and links after the last option are left out.
    """
    left: FloatArray = columns.people.copy()
    there: set[int] = set()
    pending: list[int] = []
    found = []
    for row in order:
        there.add(row)
        pending.append(row)
        if row >= len(candidates.options):
            continue
        reached = columns.cover[row].indices
        white = columns.white_zone[reached]
        people = float(left[reached][~white].sum()), float(left[reached][white].sum())
        left[reached] = 0.0
        path = path_of(candidates, row, there)
        found.append(
            Built(with_what_it_needs(candidates, pending, path), tuple(pending), path, *people)
        )
        pending = []
    return tuple(found)


def with_what_it_needs(
    candidates: Candidates, rows: Sequence[int], path: tuple[Link, ...]
) -> Option:
    """An option with the price of all that is built with it.

    Parameters
    ----------
    candidates
        Options, relays and links.
    rows
        What is built, the option last.
    path
        Links from the option to what stands already, its own first.

    Returns
    -------
    Option
        Unchanged when it needs nothing else.
    """
    option, count = candidates.options[rows[-1]], len(candidates.options)
    extra = [candidates.extra[row - count] for row in rows[:-1]]
    if not path and not extra:
        return option
    cost = replace(
        option.cost,
        capex=option.cost.capex + sum(price.capex for price in extra),
        opex_per_year=option.cost.opex_per_year + sum(price.opex_per_year for price in extra),
        present_value=option.cost.present_value + sum(price.base for price in extra),
        wear=sum((price.wear for price in extra), option.cost.wear),
        backhaul_hops=sum(link.kind == "microwave" for link in path),
    )
    return replace(option, cost=cost, backhaul_m=path[0].length_m if path else option.backhaul_m)


def path_of(candidates: Candidates, row: int, there: set[int]) -> tuple[Link, ...]:
    """Links from a row to what stands already, of those that are there.

    Parameters
    ----------
    candidates
        Options, relays and links.
    row
        An option or a relay.
    there
        Rows that are built.

    Returns
    -------
    tuple of Link
        Its own first; empty when it needs none.
    """
    found = candidates.connections
    if found is None:
        return ()
    first = len(found.own) + len(found.relays)
    links: list[Link] = []
    seen: set[int] = set()
    while row not in seen:
        seen.add(row)
        own = found.own[row] if row < len(found.own) else None
        if own is not None:
            links.append(own)
        up = [r for r in found.requires.get(row, ()) if r in there and r >= first]
        if not up:
            break
        uplink = found.uplinks[up[0] - first]
        links.append(uplink.link)
        parents = [parent for parent in uplink.parents if parent in there and parent not in seen]
        if not parents:
            break
        row = parents[0]
    return tuple(links)


def ranked_steps(
    candidates: Candidates, demand: Demand, not_covered: Mapping[str, BoolArray], *, count: int
) -> tuple[Priority, ...]:
    """Take again and again what newly covers most people for its present value.

    A step is an option with the relays and links that it still needs; those that an earlier step
    paid for are there already. An option is worth the people it newly covers for its operator plus
    ``white_zone_weight`` times those of them who had no operator at all. People are counted once
    per operator, and in a white zone once for all. A place is used once.

    Parameters
    ----------
    candidates
        Options, relays and links.
    demand
        Whom to reach.
    not_covered
        Cells not covered today, by operator key, and for ``any`` the white zone.
    count
        How many options to rank.

    Returns
    -------
    tuple of Priority
        At most ``count``, the best first. Of equal worth for the money the smaller option_id
        comes first.
    """
    columns = candidates.columns(demand)
    question = read_question(
        columns.cover, weight=columns.weight, cost=candidates.price, budget=None, count=None,
        fixed=(), groups=candidates.groups, requires=candidates.requires or None, target=None,
    )  # fmt: skip
    progress = Progress(question)
    order: list[int] = []
    rivals: dict[int, tuple[str, float]] = {}
    while len(rivals) < count and (step := progress.best_step(per_cost=True)) is not None:
        rows = question.free[step].tolist()
        found = _second(candidates, progress, int(step[-1]))
        rivals |= {row: found for row in rows if row < len(candidates.options)}
        progress.add(step)
        order += rows
    built = built_in_order(candidates, columns, order)[:count]
    open_cells = {key: cells.ravel().copy() for key, cells in not_covered.items()}
    left = columns.people.copy()
    ranked = []
    for number, one in enumerate(built, 1):
        option, row = one.option, one.rows[-1]
        newly = option.covers[open_cells[option.operator][option.covers]]
        ranked.append(
            Priority(
                number, option, one.people, one.white_zone, np.asarray(newly), *rivals[row],
                _heights(candidates, columns, left, row), one.path, one.rows,
            )
        )  # fmt: skip
        open_cells[option.operator][option.covers] = False
        open_cells[ANY][option.covers] = False
        left[columns.cover[row].indices] = 0.0
    return tuple(ranked)


def _second(candidates: Candidates, progress: Progress, best: int) -> tuple[str, float]:
    """The same operator's best option at another place, and by how much it is behind [%].

    Each with what it still needs, and people whom several of a chain cover counted once.
    """
    question, count = progress.question, len(candidates.options)
    free = question.free
    gain, price, _, before = progress.outlook()
    bound = np.where(
        progress.chosen | progress.blocked, 0.0, gain / np.maximum(price, progress.free_price)
    )

    def worth(option: int) -> float:
        chain = chain_to(progress, option, before)
        newly = np.unique(question.rows.by_option[chain].indices)
        weight = float(progress.left[newly[progress.ready[newly]]].sum())
        return weight / max(float(price[option]), progress.free_price)

    row = int(free[best])
    is_option = free < count
    known = np.where(is_option, free, 0)
    rival = is_option & (candidates.operator[known] == candidates.operator[row])
    rival &= candidates.site[known] != candidates.site[row]
    of_rivals = np.where(rival, bound, 0.0)
    second, most = -1, 0.0
    for option in np.argsort(-of_rivals, kind="stable").tolist():
        if of_rivals[option] <= most:  # the bound of a chain adds up gains that may overlap
            break
        if (found := worth(option)) > most:
            second, most = option, found
    if second < 0:
        return "", math.nan
    lead = 100.0 * max(0.0, worth(best) / most - 1.0)
    return candidates.options[int(free[second])].option_id, float(lead)


def _heights(
    candidates: Candidates, columns: Columns, left: FloatArray, row: int
) -> tuple[tuple[float, float, float], ...]:
    """Height, people and present value of its siblings, itself among them."""
    one = candidates.options[row]
    kin = np.flatnonzero(
        (candidates.site == candidates.site[row])
        & (candidates.operator == candidates.operator[row])
    )
    found = []
    for sibling in kin.tolist():
        option = candidates.options[sibling]
        if option.kind == one.kind:
            reached = columns.cover[sibling].indices
            own = reached[~columns.white_zone[reached]]
            people = float(left[own].sum())
            found.append((option.antenna_height_m, people, option.cost.present_value))
    return tuple(sorted(found))
