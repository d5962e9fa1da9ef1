"""What the choice of sites knows of backhaul."""

from typing import Annotated, Literal

from phusong.study.values import Quantity, Section, assumed, within

Factor = Annotated[Quantity, within("1", 0.01, 10.0)]


class BackhaulSection(Section):
    """How new sites are connected.

    ``rain`` decides how long a hop may be, ``longest_hop`` of ``[planning]`` too. ``roots`` says
    which existing sites have room for another link: ``any`` of the operator's own on air, or
    those whose ``backhaul`` in the tower list is ``fibre``. ``relays`` lets masts be built that
    only pass links on.
    """

    rain: Literal["high", "moderate", "low"] = "moderate"
    roots: Literal["any", "fibre"] = "any"
    relays: bool = True
    k_low: Factor = assumed(
        0.6, "1", "assumption: strong sub-refraction; ITU-R P.530 gives it by path length"
    )
    fresnel_low: Annotated[Quantity, within("1", 0.0, 2.0)] = assumed(
        0.6, "1", "share of the first Fresnel zone at k_low; at k = 4/3 the whole zone is needed"
    )
    obstacle: Annotated[Quantity, within("m", 0.0, 60.0)] = assumed(
        10.0, "m", "assumption: trees and houses everywhere on a path but at its ends"
    )
    tallest_mast: Annotated[Quantity, within("m", 5.0, 200.0)] = assumed(
        60.0, "m", "assumption: a mast is made so tall at most to clear a hop"
    )
    fibre_detour: Annotated[Quantity, within("1", 1.0, 5.0)] = assumed(
        1.15, "1", "CPP 1.1, giga 1.2: length of a cable by the length of the road or line"
    )
