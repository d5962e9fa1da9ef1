"""Ranking: people newly covered for the money, one choice after the other."""

import hashlib
import math
from dataclasses import dataclass, field

import numpy as np

from phusong.geo.grid import Grid
from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.hops import Link
from phusong.planning.kinds import KindFacts
from phusong.planning.layouts import Layout

SMALLEST_PRICE = 1e-6
"""What counts as the price of an option that costs nothing, so that people decide."""


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


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune in a sentence.

    Parameters
    ----------
    name
        Its name.
    is_inside
        Whether what is spoken of stands in it, and not near it outside of every commune.
    """

    name: str
    is_inside: bool = True


@dataclass(frozen=True, slots=True)
class Rival:
    """An option that was nearly taken instead, as a reader finds it again.

    Parameters
    ----------
    rank
        Its own rank; 0 where it has none.
    kind
        What it is.
    commune
        Where it stands, or near which.
    """

    rank: int
    kind: KindFacts
    commune: Commune


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
    rival
        The runner-up as a reader finds it again; None where it is not looked up.
    served_by_others
        Who serves today the people newly covered, with their number; empty where nobody does.
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
    rival: Rival | None = None
    served_by_others: str = ""


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
