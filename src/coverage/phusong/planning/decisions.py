"""What operators answered, put into the plan: options pinned, forbidden or moved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from phusong.analysis.reach import ANY
from phusong.geo.answers import Answer
from phusong.planning.agreed import Agreed, agreed_rows
from phusong.planning.candidates import Spot
from phusong.planning.demand import Demand
from phusong.planning.layouts import Ground, Layout
from phusong.planning.priorities import Option, Priority
from phusong.planning.rank_intervals import Candidates
from phusong.units import BoolArray, FloatArray

COLUMNS = (
    "option_id", "operator", "answer", "effect", "moved_to", "reason", "planned_quarter", "signer",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Decided:
    """A plan's inputs once answers have been followed.

    Parameters
    ----------
    candidates
        Options that are still to be ranked.
    agreed
        Options that their operators will build, as the first priorities.
    demand
        People whom those do not reach.
    not_covered
        Cells that those do not cover, by operator key and for ``any``.
    """

    candidates: Candidates
    agreed: tuple[Priority, ...]
    demand: Demand
    not_covered: Mapping[str, BoolArray]


def moved_layouts(
    layouts: Sequence[Layout],
    answers: Sequence[Answer],
    *,
    name: Callable[[Layout, str], str],
    place: Callable[[float, float], tuple[float, float]],
    ground: Ground,
) -> tuple[Layout, ...]:
    """Layouts with those moved whose operators gave another position.

    Parameters
    ----------
    layouts
        What could be built.
    answers
        What operators answered.
    name
        option_id of a layout and a builder.
    place
        Easting and northing of a longitude and latitude [m].
    ground
        Heights and people in need.

    Returns
    -------
    tuple of Layout
        A moved layout is offered to the operator that moved it alone, and no longer where it was;
        one that would leave the known ground stays where it is.
    """
    wanted = {answer.option_id: answer for answer in answers if answer.is_moved}
    found = []
    for layout in layouts:
        stay = []
        for builder in layout.builders:
            answer = wanted.get(name(layout, builder))
            spot = None
            if answer is not None:
                spot = ground.spot(*place(answer.longitude, answer.latitude))
            if answer is None or spot is None:
                stay.append(builder)
            else:
                found.append(_moved(layout, builder, spot, answer))
        if stay:
            found.append(replace(layout, builders=tuple(stay)))
    return tuple(found)


def _moved(layout: Layout, builder: str, spot: Spot, answer: Answer) -> Layout:
    sectors = tuple(
        replace(
            sector, easting=spot.easting, northing=spot.northing,
            latitude=answer.latitude, longitude=answer.longitude,
        )
        for sector in layout.sectors
    )  # fmt: skip
    return replace(
        layout, spot=spot, sectors=sectors, builders=(builder,), moved_from=answer.option_id
    )


def follow(
    candidates: Candidates,
    demand: Demand,
    not_covered: Mapping[str, BoolArray],
    answers: Sequence[Answer],
    *,
    people: FloatArray,
    agreed: Agreed,
) -> Decided:
    """Take options out that were declined, and count those that were agreed to as built.

    Parameters
    ----------
    candidates
        Options.
    demand
        Whom to reach.
    not_covered
        Cells not covered today, by operator key, and for ``any`` the white zone.
    answers
        What operators answered.
    people
        People per cell.
    agreed
        What was agreed to, with its links.

    Returns
    -------
    Decided
        Options at the place of an agreed one or of its relay are taken out as well: one is built
        there.
    """
    weight = np.nan_to_num(people).ravel()
    left = {key: cells.copy() for key, cells in not_covered.items()}
    amounts = demand.people.copy()
    first: list[Priority] = []
    for pin in agreed.pinned:
        option = pin.option
        newly = option.covers[left[option.operator].ravel()[option.covers]]
        white = option.covers[left[ANY].ravel()[option.covers]]
        first.append(
            Priority(
                len(first) + 1, replace(option, decision="agreed"), float(weight[newly].sum()),
                float(weight[white].sum()), newly, path=pin.path,
            )
        )  # fmt: skip
        for key, layer in (
            (option.operator, demand.operators.index(option.operator)),
            (ANY, len(demand.operators)),
        ):
            left[key].ravel()[option.covers] = False
            amounts[layer, candidates.covered[candidates.row[pin.row]]] = 0.0
    _, still_open = agreed_rows(candidates, answers)
    kept = ~np.isin(candidates.site[still_open], sorted(agreed.places))
    rest = candidates.only(still_open[kept])
    return Decided(rest, tuple(first), replace(demand, people=amounts), left)


def decisions_table(
    answers: Sequence[Answer], options: Sequence[Option], operators: Mapping[str, str]
) -> pd.DataFrame:
    """What became of each answer.

    Parameters
    ----------
    answers
        What operators answered.
    options
        Options with the answers followed: moved, none taken out.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        One row per answer; ``effect`` is ``pinned``, ``forbidden``, ``moved``, ``noted`` (a
        change without another position) or ``not offered`` (no such option any more).
    """
    known = {option.option_id: option for option in options}
    moved = {
        option.layout.moved_from: option
        for option in options
        if option.layout is not None and option.layout.moved_from
    }
    rows = []
    for answer in answers:
        to = moved.get(answer.option_id)
        option = known.get(answer.option_id) or to
        effects = {"agree": "pinned", "decline": "forbidden", "modify": "noted"}
        effect = "moved" if to is not None else effects[answer.answer]
        rows.append(
            {
                "option_id": answer.option_id,
                "operator": "" if option is None else operators[option.operator],
                "answer": answer.answer,
                "effect": "not offered" if option is None else effect,
                "moved_to": "" if to is None else to.option_id,
                "reason": answer.reason,
                "planned_quarter": answer.quarter,
                "signer": answer.signer,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))
