"""Ranking: people newly covered for the money, one choice after the other."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from phusong.analysis.reach import ANY
from phusong.geo.grid import Grid
from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.hops import Link
from phusong.planning.layouts import Layout
from phusong.units import BoolArray, FloatArray

SMALLEST_PRICE = 1e-6
"""What counts as the price of an option that costs nothing, so that people decide."""
SAME_WORTH = 1e-12


@dataclass(frozen=True, eq=False)
class Option:
    """Something that an operator could build.

    Parameters
    ----------
    option_id
        Name that survives reruns: made of kind, operator, position and height.
    operator
        Operator's key.
    spot
        Where.
    antenna_height_m
        Above ground [m].
    covers
        Flat indices of the grid cells that the site alone would cover.
    cost
        Its price.
    road_m, power_line_m, backhaul_m
        Distances that the price rests on, NaN when unknown [m].
    layout
        What would radiate; None where an option was made without.
    decision
        ``agreed`` or ``moved`` where its operator has answered, else empty.
    """

    option_id: str
    operator: str
    spot: Spot
    antenna_height_m: float
    covers: np.ndarray[tuple[int], np.dtype[np.int64]] = field(repr=False)
    cost: SiteCost
    road_m: float
    power_line_m: float
    backhaul_m: float
    layout: Layout | None = field(default=None, repr=False)
    decision: str = ""

    @property
    def kind(self) -> str:
        """Kind of option, for example ``new-mast``."""
        if self.layout is not None:
            return self.layout.kind
        return self.option_id.removesuffix(self.option_id[-9:]).removesuffix(f"-{self.operator}")


@dataclass(frozen=True, eq=False)
class Priority:
    """An option at its place in the ranking.

    Parameters
    ----------
    rank
        From 1.
    option
        What to build.
    people_newly_covered
        People of the study's communes whom the operator did not cover before, those that
        earlier priorities of the same operator reach left out.
    people_white_zone
        Those of them who had no operator at all, earlier priorities of any operator left out.
    newly_covered
        Flat indices of the grid cells newly covered for the operator.
    runner_up
        Option of the same operator at another place that came next at this step; empty without.
    lead_percent
        By how much more people for the money it came before that one; NaN without [%].
    heights
        Antenna height, people newly covered and present value of the same kind at this place,
        for each height that was tried.
    path
        Links from the option to what stands already, its own first; empty when it needs none.
    paid
        Rows that are built with it and not before, itself last: relays and links too.
    """

    rank: int
    option: Option
    people_newly_covered: float
    people_white_zone: float
    newly_covered: np.ndarray[tuple[int], np.dtype[np.int64]] = field(repr=False)
    runner_up: str = ""
    lead_percent: float = math.nan
    heights: tuple[tuple[float, float, float], ...] = ()
    path: tuple[Link, ...] = field(default=(), repr=False)
    paid: tuple[int, ...] = ()


def option_id(
    kind: str, operator: str, spot: Spot, antenna_height_m: float, grid: Grid, *, detail: str = ""
) -> str:
    """Name of an option, the same in every run and on every machine.

    Parameters
    ----------
    kind
        For example ``new-mast``.
    operator
        Operator's key.
    spot
        Where.
    antenna_height_m
        Above ground [m].
    grid
        Frame of the position.
    detail
        What else tells it from others at its place: site, bands, azimuths.

    Returns
    -------
    str
        Kind, operator and a hash of the position rounded to 1 m, the height and the detail.
    """
    facts = f"{grid.crs}|{spot.easting:.0f}|{spot.northing:.0f}|{antenna_height_m:.1f}|{kind}"
    facts += f"|{detail}" if detail else ""
    digest = hashlib.blake2b(facts.encode("utf-8"), digest_size=4).hexdigest()
    return f"{kind}-{operator}-{digest}"


def place_of(option: Option) -> tuple[int, int]:
    """Place of an option to the metre; at most one option is built there.

    Parameters
    ----------
    option
        The option.

    Returns
    -------
    tuple of int
        Easting and northing [m].
    """
    return round(option.spot.easting), round(option.spot.northing)


def rank_options(
    options: Sequence[Option],
    *,
    people: FloatArray,
    not_covered: Mapping[str, BoolArray],
    white_zone_weight: float,
    count: int,
) -> tuple[Priority, ...]:
    """Take again and again the option that newly covers most people for its present value.

    An option is worth the people it newly covers for its operator plus ``white_zone_weight``
    times those of them who had no operator at all. People are counted once per operator, and
    in a white zone once for all. A spot is used once.

    Parameters
    ----------
    options
        What could be built.
    people
        People per cell, only those that the study asks about; NaN counts as nobody.
    not_covered
        Cells not covered today, by operator key, and for ``any`` the white zone.
    white_zone_weight
        Extra worth of people without any operator, >= 0.
    count
        How many to rank.

    Returns
    -------
    tuple of Priority
        At most ``count``, the best first; options that reach nobody new are left out. Of
        equal worth for the money the smaller option_id comes first.
    """
    weight = np.nan_to_num(people).ravel()
    open_cells = {key: cells.ravel().copy() for key, cells in not_covered.items()}
    left = sorted(options, key=lambda option: option.option_id)

    def gains(option: Option) -> tuple[float, float]:
        reached = weight[option.covers]
        newly = float(reached[open_cells[option.operator][option.covers]].sum())
        return newly, float(reached[open_cells[ANY][option.covers]].sum())

    def value(option: Option, newly: float, white: float) -> float:
        price = max(option.cost.present_value, SMALLEST_PRICE)
        return (newly + white_zone_weight * white) / price if newly > 0 else 0.0

    bound = np.array([value(option, *gains(option)) for option in left])
    chosen: list[Priority] = []
    while len(chosen) < count:
        best = next_best(bound, lambda row: value(left[row], *gains(left[row])))
        if best is None:
            break
        option = left[best]
        newly_cells = option.covers[open_cells[option.operator][option.covers]]
        second = _second(bound, left, best, lambda row: value(left[row], *gains(left[row])))
        chosen.append(
            Priority(
                len(chosen) + 1, option, *gains(option), newly_cells,
                *second, _heights(option, left, lambda other: gains(other)[0]),
            )
        )  # fmt: skip
        open_cells[option.operator][option.covers] = False
        open_cells[ANY][option.covers] = False
        bound[[place_of(other) == place_of(option) for other in left]] = 0.0
    return tuple(chosen)


def next_best(bound: FloatArray, worth: Callable[[int], float]) -> int | None:
    """Row of most worth, with as few looked at as possible.

    Nobody's worth grows while others are built, so what a row was worth bounds what it is: only
    rows at the top are looked at again (lazy greedy; M. Minoux, *Accelerated greedy algorithms for
    maximizing submodular set functions*, 1978).

    Parameters
    ----------
    bound
        What each row was worth when it was last looked at; brought up to date in place.
    worth
        What a row is worth now.

    Returns
    -------
    int or None
        Of rows of equal worth the first one; None when none is worth anything.
    """
    looked_at: set[int] = set()
    while (top := float(bound.max(initial=0.0))) > 0:
        near = np.flatnonzero(bound >= top * (1.0 - SAME_WORTH)).tolist()
        stale = [row for row in near if row not in looked_at]
        if not stale:
            return int(near[0])
        for row in stale:
            bound[row] = worth(row)
        looked_at.update(stale)
    return None


def _second(
    bound: FloatArray, options: Sequence[Option], best: int, worth: Callable[[int], float]
) -> tuple[str, float]:
    """The same operator's best option at another place, and by how much it is behind [%]."""
    one = options[best]
    rivals = [o.operator == one.operator and place_of(o) != place_of(one) for o in options]
    second = next_best(np.where(rivals, bound, 0.0), worth)
    if second is None:
        return "", math.nan
    return options[second].option_id, 100.0 * (worth(best) / worth(second) - 1.0)


def _heights(
    one: Option, options: Sequence[Option], newly: Callable[[Option], float]
) -> tuple[tuple[float, float, float], ...]:
    """Height, people and present value of its siblings, itself among them."""
    kin = [
        (other.antenna_height_m, newly(other), other.cost.present_value)
        for other in options
        if (other.kind, other.operator) == (one.kind, one.operator)
        and place_of(other) == place_of(one)
    ]
    return tuple(sorted(kin))
