"""What a priority stands beside: who serves its people already, and which option it beats."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from phusong.analysis.reach import ANY
from phusong.geo.places import Places, commune_at
from phusong.planning.kinds import KINDS, NEW_MAST, KindFacts
from phusong.planning.priorities import Commune, Option, Priority, Rival
from phusong.units import BoolArray, FloatArray


def kind_name(option: Option) -> KindFacts:
    """What an option's kind is called.

    Parameters
    ----------
    option
        The option.

    Returns
    -------
    KindFacts
        Names and how it is connected.
    """
    return KINDS[NEW_MAST if option.layout is None else option.layout.kind]


def with_neighbours(
    ranked: Sequence[Priority],
    options: Iterable[Option],
    *,
    places: Places,
    people: FloatArray,
    not_covered: Mapping[str, BoolArray],
    operators: Mapping[str, str],
    consent: Collection[str] = (),
) -> tuple[Priority, ...]:
    """Priorities with the option that each beats, and who serves its people already.

    Parameters
    ----------
    ranked
        Priorities with the names of their runners-up.
    options
        All options.
    places
        Communes that they stand in.
    people
        People of each cell.
    not_covered
        Cells not covered today, by operator's key.
    operators
        Operator's name by key.
    consent
        Keys of operators on whose sites others may read of options; a rival on another one's
        site is not named.

    Returns
    -------
    tuple of Priority
        In the same order.
    """
    wanted = {priority.runner_up for priority in ranked}
    ranks = {priority.option.option_id: priority.rank for priority in ranked}
    rivals = {
        option.option_id: Rival(
            ranks.get(option.option_id, 0), kind_name(option), _commune(option, places)
        )
        for option in options
        if option.option_id in wanted and _may_be_told(option, consent)
    }
    return tuple(
        replace(
            priority,
            rival=rivals.get(priority.runner_up),
            served_by_others=served_by_others(priority, people, not_covered, operators),
        )
        for priority in ranked
    )


def _commune(option: Option, places: Places) -> Commune:
    there = commune_at(option.spot.easting, option.spot.northing, places)
    return Commune(there.name, there.is_inside)


def _may_be_told(option: Option, consent: Collection[str]) -> bool:
    """Whether everybody who reads of an option may know where its site is."""
    host = "" if option.layout is None else option.layout.host
    return host in {"", option.operator} or host in consent


def served_by_others(
    priority: Priority,
    people: FloatArray,
    not_covered: Mapping[str, BoolArray],
    operators: Mapping[str, str],
) -> str:
    """Who serves today the people whom a priority newly covers for its operator.

    Parameters
    ----------
    priority
        The priority.
    people
        People of each cell.
    not_covered
        Cells not covered today, by operator's key.
    operators
        Operator's name by key.

    Returns
    -------
    str
        Other operators with the number of people, most first; empty where nobody does. One person
        may be counted for several.
    """
    cells = priority.newly_covered
    found = []
    for key, name in operators.items():
        if key in {ANY, priority.option.operator} or key not in not_covered:
            continue
        served = ~not_covered[key].ravel()[cells]
        count = float(np.sum(people.ravel()[cells][served]))
        if count >= 1.0:
            found.append((-count, name))
    return "; ".join(f"{name} {-count:.0f}" for count, name in sorted(found))
