"""What the choice of sites knows of backhaul, power, money to spend, and fairness."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from phusong.study.values import Quantity, Section, Share, assumed, positive, within

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


class PowerSection(Section):
    """Load of a site and the sun of the place, beside the unit prices of ``[costs.power]``."""

    load: Annotated[Quantity, within("W", 1.0, 100_000.0)] = assumed(
        500.0, "W", "assumption: mean load of a small rural macro site with its link"
    )
    relay_load: Annotated[Quantity, within("W", 1.0, 100_000.0)] = assumed(
        100.0, "W", "assumption: two microwave radios"
    )
    sun: Annotated[Quantity, within("h/day", 0.1, 12.0)] = assumed(
        2.5, "h/day", "assumption: kWh/m2 of the mean day of the darkest month; ask for the place's"
    )
    performance: Annotated[Quantity, within("fraction", 0.05, 1.0)] = assumed(
        0.75, "fraction", "assumption: dust, heat, cables, charging"
    )
    autonomy: Annotated[Quantity, within("day", 0.0, 30.0)] = assumed(
        2.0, "day", "assumption: days without sun"
    )
    depth_of_discharge: Annotated[Quantity, within("fraction", 0.05, 1.0)] = assumed(
        0.8, "fraction", "assumption: lithium batteries"
    )
    battery_efficiency: Annotated[Quantity, within("fraction", 0.05, 1.0)] = assumed(
        0.9, "fraction", "assumption"
    )


class ChoiceSection(Section):
    """How much may be spent, or what must be reached.

    ``budget`` is in the currency of the cost table and limits what ``budget_of`` says: building
    and running over the horizon as present value, or building alone. ``people`` is the share of
    the people of the communes whom each operator must cover, ``every_village`` asks that each
    village centre has a signal of somebody; both are answered for least money.
    """

    budget: Annotated[Quantity, AfterValidator(positive)] | None = None
    budget_of: Literal["present_value", "capex"] = "present_value"
    people: Share | None = None
    every_village: bool = False
    frontier: int = Field(default=8, ge=2, le=50)


class EquitySection(Section):
    """What else counts than people; each is shown beside the plain plan, none is in it.

    ``poverty_weight`` counts a person of a commune with poverty rate p as 1 + weight times p.
    ``commune_floor`` asks for each commune that somebody builds an option that alone newly covers
    so many of its people. ``second_server`` is what a commune office, school or clinic with one
    serving site is worth in people when a second site serves it.
    """

    poverty_weight: Annotated[Quantity, within("1", 0.0, 100.0)] = assumed(
        1.0, "1", "assumption: theta of the weighted plan"
    )
    commune_floor: Annotated[Quantity, within("person", 1.0, 1e6)] = assumed(
        100.0, "person", "assumption: newly covered in each commune by one option"
    )
    second_server: Annotated[Quantity, within("person", 0.0, 1e6)] = assumed(
        100.0, "person", "assumption: what a second server of an office, school or clinic is worth"
    )


class Lives(Section):
    """How long the parts of a power supply last."""

    panel: Annotated[Quantity, within("year", 0.5, 60.0)] = assumed(25.0, "year", "OnSSET")
    battery: Annotated[Quantity, within("year", 0.5, 60.0)] = assumed(8.0, "year", "assumption")
    inverter: Annotated[Quantity, within("year", 0.5, 60.0)] = assumed(8.0, "year", "OnSSET")
    diesel_set: Annotated[Quantity, within("year", 0.5, 60.0)] = assumed(
        7.0, "year", "assumption: runs all the time"
    )
