"""What the choice of sites knows of backhaul and power, and what it is made for."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from phusong.study.values import FileKey, Quantity, Section, Share, assumed, positive, within

Watts = Annotated[Quantity, within("W", 0.0, 100_000.0)]
Years = Annotated[Quantity, within("year", 0.5, 60.0)]
Factor = Annotated[Quantity, within("1", 0.01, 10.0)]


class BackhaulSection(Section):
    """How new sites are connected.

    With ``[planning.rain]`` the fade by rain decides which carrier a hop takes and how long it may
    be; without it ``rain``, a class with a benchmark of other countries, does. ``longest_hop`` of
    ``[planning]`` holds in either case. ``roots`` says
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


FacilityKind = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
SHARE, PEOPLE = "fraction", "person"


def _not_negative(given: Quantity) -> Quantity:
    if given.value < 0:
        raise ValueError(f"value is {given.value:g}, at least 0 {given.unit} is needed")
    return given


class OperatorBudget(Section):
    """What one operator has to spend: as present value, as capex alone, or both."""

    budget: Annotated[Quantity, AfterValidator(_not_negative)] | None = None
    capex_budget: Annotated[Quantity, AfterValidator(_not_negative)] | None = None


class ChoiceSection(Section):
    """What the best set is asked for, beside the ranking.

    ``budget`` is the most that a set may cost, as present value, in the currency of the cost
    table or of its exchange rate; ``capex_budget`` is the most that building it may cost, and
    where both are given a set keeps within both. ``operators`` gives operators budgets of their
    own, by key: each gets the best set, the frontier and the build order of its own options, and
    stands beside a shared set in which everyone keeps within its own. ``target`` asks for the
    cheapest set that newly covers so many of the people without any operator, as a ``fraction``
    of them or in ``person``; ``every_village`` for the cheapest one after which no village is
    without signal at its centre.

    The other three make further sets for the same budget, each shown beside the plain one with
    what it costs: ``poverty_weight`` counts people ``1 + weight x poor share of the commune``
    times; ``commune_floor`` is the least share of the people of every commune with a signal of
    anybody; ``second_server`` names kinds of facilities, each of which counts like
    ``second_server_worth`` people once it is served from two places.
    """

    budget: Annotated[Quantity, AfterValidator(_not_negative)] | None = None
    capex_budget: Annotated[Quantity, AfterValidator(_not_negative)] | None = None
    operators: dict[FileKey, OperatorBudget] = Field(default_factory=dict)
    target: Annotated[Quantity, AfterValidator(positive)] | None = None
    every_village: bool = False
    poverty_weight: Annotated[Quantity, within("1", 0.0, 100.0)] = assumed(
        0.0, "1", "a poor person counts like any other"
    )
    commune_floor: Share | None = None
    second_server: tuple[FacilityKind, ...] = ()
    second_server_worth: Annotated[Quantity, within("person", 0.0, 1e6)] = assumed(
        200.0, "person", "assumption: a facility that keeps a signal counts like so many people"
    )
    most_nodes: int = Field(default=200, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _target_is_of_people(self) -> Self:
        target = self.target
        if target is None:
            return self
        if target.unit not in {SHARE, PEOPLE}:
            raise ValueError(f"target.unit is '{target.unit}', '{SHARE}' or '{PEOPLE}' is needed")
        if target.unit == SHARE and target.value > 1.0:
            raise ValueError(f"target.value is {target.value:g}, 0 to 1 {SHARE} is allowed")
        return self

    @model_validator(mode="after")
    def _terms_have_a_budget(self) -> Self:
        if not self.has_budget and (terms := self.terms):
            raise ValueError(
                f"{', '.join(terms)} is shown beside the best set for a budget; give budget too"
            )
        return self

    @property
    def is_asked(self) -> bool:
        """Whether any best set is asked for."""
        return (
            self.has_budget or self.target is not None or self.every_village or bool(self.operators)
        )

    @property
    def has_budget(self) -> bool:
        """Whether all operators together have a budget."""
        return self.budget is not None or self.capex_budget is not None

    @property
    def budgets(self) -> dict[str, Quantity]:
        """Every budget by the name of its setting."""
        given = {"budget": self.budget, "capex_budget": self.capex_budget}
        for key, own in self.operators.items():
            given[f"operators.{key}.budget"] = own.budget
            given[f"operators.{key}.capex_budget"] = own.capex_budget
        return {name: budget for name, budget in given.items() if budget is not None}

    @property
    def terms(self) -> tuple[str, ...]:
        """Keys of the terms that are asked for."""
        asked = {
            "poverty_weight": self.poverty_weight.value > 0,
            "commune_floor": self.commune_floor is not None,
            "second_server": bool(self.second_server),
        }
        return tuple(key for key, is_asked in asked.items() if is_asked)


class PowerSection(Section):
    """Load of a site, and the sun of the place, beside the unit prices of ``[costs.power]``.

    A mast with three sectors of one band and its link draws 1.2 kW as these are; other numbers of
    sectors draw more or less. A small site, and a mast that only relays, draw ``small_load``.
    ``sun`` (the darkest month) or ``sun_by_month`` (twelve values) stand for what is otherwise
    taken from the latitude: ``clearness`` of the sun above the atmosphere by FAO-56.
    """

    site_load: Watts = assumed(
        500.0, "W", "assumption: baseband, rectifier, cooling; 1.2 kW with three sectors and a link"
    )
    sector_load: Watts = assumed(200.0, "W", "assumption: mean of one sector of one band")
    hop_load: Watts = assumed(100.0, "W", "assumption: one end of a microwave link")
    small_load: Watts = assumed(
        300.0,
        "W",
        "assumption: a small site by satellite, or a mast that only relays",
    )
    sun: Annotated[Quantity, within("h/day", 0.1, 12.0)] | None = None
    sun_by_month: tuple[Annotated[Quantity, within("h/day", 0.1, 12.0)], ...] = ()
    clearness: Annotated[Quantity, within("fraction", 0.05, 0.9)] = assumed(
        0.4, "fraction", "assumption: clouded winter of the northern mountains; ask for the place's"
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

    @model_validator(mode="after")
    def _whole_year(self) -> Self:
        if len(self.sun_by_month) not in {0, 12}:
            raise ValueError(
                f"sun_by_month has {len(self.sun_by_month)} values, 12 are needed, from January on"
            )
        if self.sun_by_month and self.sun is not None:
            raise ValueError("sun and sun_by_month are both given; leave one out")
        return self


class Lives(Section):
    """How long the parts of a power supply last."""

    panel: Years = assumed(25.0, "year", "OnSSET")
    battery: Years = assumed(8.0, "year", "assumption")
    inverter: Years = assumed(8.0, "year", "OnSSET")
    diesel_set: Years = assumed(7.0, "year", "assumption: runs all the time")
