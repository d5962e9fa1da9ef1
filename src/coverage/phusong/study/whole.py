"""A whole study file: its sections together, and what must fit between them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, cast

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from phusong.errors import nearest
from phusong.study.cost_items import CostItem
from phusong.study.inputs import AreaSection, GridSection, InputsSection, StudySection
from phusong.study.measured import MeasurementInput
from phusong.study.named import by_name
from phusong.study.planning import CostsSection, PlanningSection
from phusong.study.radio import OperatorSection, ScenarioSection, TechnologySection, TowerDefaults
from phusong.study.service import (
    CausesSection,
    CriterionSection,
    EnvironmentSection,
    OfficesSection,
    PropagationSection,
    ServiceSection,
    VerdictsSection,
)
from phusong.study.values import CHOICE, Assumption, FileKey, Quantity, Section, TechnologyKey

Kept = TypeVar("Kept")


class Study(Section):
    """A whole study file.

    Made by :func:`phusong.open_study`; two studies with equal fields give equal results.
    """

    schema_version: Literal[1]
    study: StudySection
    area: AreaSection
    grid: GridSection
    inputs: InputsSection
    operators: tuple[OperatorSection, ...] = Field(min_length=1)
    technologies: dict[TechnologyKey, TechnologySection] = Field(min_length=1)
    environments: dict[FileKey, EnvironmentSection] = Field(min_length=1)
    propagation: PropagationSection
    service: ServiceSection
    measurements: tuple[MeasurementInput, ...] = ()
    scenarios: dict[FileKey, ScenarioSection] = Field(default_factory=dict)
    verdicts: VerdictsSection = VerdictsSection()
    causes: CausesSection = CausesSection()
    offices: OfficesSection = OfficesSection()
    criterion8: CriterionSection | None = None
    towers: TowerDefaults
    costs: CostsSection
    planning: PlanningSection

    _root: Path = PrivateAttr(default=Path())
    _file: Path = PrivateAttr(default=Path())
    _history: list[str] = PrivateAttr(default_factory=list)
    _kept: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _operators_by_name(cls, given: Any) -> Any:
        """Operators may be named by their keys, too; within a study they go by name."""
        return by_name(given) if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for what in ("name", "key"):
            values = [getattr(op, what) for op in self.operators]
            twins = sorted({v for v in values if values.count(v) > 1})
            if twins:
                raise ValueError(f"operators have the same {what}: {', '.join(twins)}")
        if any(op.key == "any" for op in self.operators):
            raise ValueError("operators.key = 'any' is reserved for all operators together")
        if any(op.key == "province" for op in self.operators):
            raise ValueError("operators.key = 'province' is reserved for the province's brief")
        files = [key.lower() for key in self.technologies]
        if len(set(files)) < len(files):
            raise ValueError(
                f"technologies {', '.join(self.technologies)} differ in capitals only; "
                "their files would have the same names"
            )
        return self

    @model_validator(mode="after")
    def _scenarios_name_what_exists(self) -> Self:
        operators = {op.key for op in self.operators}
        for key, scenario in self.scenarios.items():
            bands = [] if scenario.new_band is None else [scenario.new_band]
            named = {*scenario.off, *(band.technology for band in bands)}
            for what, unknown in (
                ("operators", sorted(set(scenario.operators) - operators)),
                ("technologies", sorted(named - set(self.technologies))),
            ):
                if unknown:
                    raise ValueError(
                        f"scenarios.{key} names {what} that the study does not have: "
                        f"{', '.join(unknown)}"
                    )
            for band in bands:
                technology = self.technologies[band.technology]
                if not technology.knows(band.bandwidth.value):
                    raise ValueError(
                        f"scenarios.{key}.new_band.bandwidth = {band.bandwidth.value:g} MHz is "
                        f"not a {band.technology} bandwidth; {', '.join(technology.bandwidths)} "
                        "MHz is allowed"
                    )
        return self

    @model_validator(mode="after")
    def _own_coverage_names_what_exists(self) -> Self:
        known = [name for op in self.operators for name in (op.name, op.key)]
        seen = set()
        for number, given in enumerate(self.inputs.operator_coverage, 1):
            where = f"inputs.operator_coverage number {number}"
            for what, value, allowed in (
                ("operator", given.operator, known),
                ("technology", given.technology, self.technologies),
                ("environment", given.environment, (None, *self.environments)),
            ):
                if value not in allowed:
                    names = [str(name) for name in allowed if name]
                    raise ValueError(
                        f"{where}: {what} = {value!r} is none of the study"
                        f"{nearest(str(value), names)}; it has {', '.join(names)}"
                    )
            layer = (self.operator_key(given.operator), given.technology)
            if layer in seen:
                raise ValueError(
                    f"{where}: {given.operator} has two coverage maps of {given.technology}; "
                    "keep one"
                )
            seen.add(layer)
        return self

    @model_validator(mode="after")
    def _ground_classes_are_known(self) -> Self:
        for model, technologies in self.propagation.calibration.items():
            for technology, section in technologies.items():
                if section.ground and self.inputs.clutter is None:
                    raise ValueError(
                        f"propagation.calibration.{model}.{technology}.ground corrects classes of "
                        "land cover, and the study has none; give inputs.clutter"
                    )
        return self

    @model_validator(mode="after")
    def _measurements_name_what_exists(self) -> Self:
        names = {name for op in self.operators for name in (op.name, op.key)}
        for number, given in enumerate(self.measurements, 1):
            for what, value, known in (
                ("operator", given.operator, names),
                ("technology", given.technology, set(self.technologies)),
                ("environment", given.environment, set(self.environments)),
            ):
                if value is not None and value not in known:
                    raise ValueError(
                        f"measurements[{number}].{what} = {value!r} is not in the study"
                        f"{nearest(value, known)}; allowed: {', '.join(sorted(known))}"
                    )
        return self

    @model_validator(mode="after")
    def _revenue_fits(self) -> Self:
        revenue = self.planning.revenue
        if revenue is None:
            return self
        if revenue.arpu.unit != (unit := f"{self.costs.currency}/month"):
            raise ValueError(
                f"planning.revenue.arpu.unit is '{revenue.arpu.unit}', '{unit}' is needed"
            )
        unknown = sorted(set(revenue.market_share) - {op.key for op in self.operators})
        if unknown:
            raise ValueError(
                "planning.revenue.market_share names operators that the study does not have: "
                f"{', '.join(unknown)}"
            )
        return self

    @model_validator(mode="after")
    def _budget_in_known_money(self) -> Self:
        choice, costs = self.planning.choice, self.costs
        known = dict.fromkeys((costs.currency, costs.shown_currency))
        for name, budget in choice.budgets.items():
            if budget.unit not in known:
                raise ValueError(
                    f"planning.choice.{name}.unit is '{budget.unit}', {' or '.join(known)} is "
                    "needed; convert it, or give a rate as costs.exchange"
                )
        unknown = sorted(set(choice.operators) - {op.key for op in self.operators})
        if unknown:
            raise ValueError(
                "planning.choice.operators names operators that the study does not have: "
                f"{', '.join(unknown)}; known are "
                f"{', '.join(sorted(op.key for op in self.operators))}"
            )
        return self

    @model_validator(mode="after")
    def _consent_is_of_operators(self) -> Self:
        known = {op.key for op in self.operators}
        unknown = sorted(set(self.planning.sharing_consent) - known)
        if unknown:
            raise ValueError(
                "planning.sharing_consent names operators that the study does not have: "
                f"{', '.join(unknown)}; known are {', '.join(sorted(known))}"
            )
        return self

    @model_validator(mode="after")
    def _one_receiver_height(self) -> Self:
        heights = {e.receiver_height.value for e in self.environments.values()}
        if len(heights) > 1:
            raise ValueError(
                "environments have different receiver_height, "
                f"{', '.join(f'{h:g}' for h in sorted(heights))} m; path loss is computed for one: "
                "give each the same, and what differs as entry_loss or building"
            )
        return self

    @model_validator(mode="after")
    def _blocks_within_reach(self) -> Self:
        if len(self.propagation.models) == 1:
            return self
        step = self.propagation.second_model_step
        block_km = step * self.grid.resolution_m / 1000.0
        for key, radius_km in (
            ("propagation.radius_km", self.propagation.radius_km),
            ("planning.candidate_radius_km", self.planning.candidate_radius_km),
        ):
            if radius_km < block_km:
                raise ValueError(
                    f"{key} = {radius_km:g} km is smaller than a block of the second model, "
                    f"{block_km:g} km; lower propagation.second_model_step"
                )
        return self

    @model_validator(mode="after")
    def _one_gazetteer(self) -> Self:
        if self.area.gazetteer is not None and self.inputs.gazetteer is not None:
            raise ValueError("area.gazetteer and inputs.gazetteer are both given; keep one")
        return self

    @model_validator(mode="after")
    def _bandwidths_known(self) -> Self:
        planned = next(iter(self.technologies))
        new_site = self.planning.new_site.bandwidth
        for key, technology in self.technologies.items():
            uses = {"towers.bandwidth": self.towers.bandwidth}
            if technology.bandwidth is not None:
                uses = {f"technologies.{key}.bandwidth": technology.bandwidth}
            if key == planned:
                uses["planning.new_site.bandwidth"] = new_site
            for where, given in uses.items():
                if not technology.knows(given.value):
                    raise ValueError(
                        f"{where} = {given.value:g} MHz is not a {key} bandwidth; "
                        f"{', '.join(technology.bandwidths)} MHz is allowed"
                    )
        return self

    @property
    def root(self) -> Path:
        """Folder that the paths of the study start from."""
        return self._root

    @property
    def file(self) -> Path:
        """The study file itself."""
        return self._file

    @property
    def output(self) -> Path:
        """Folder that results are written to."""
        return self.path(self.study.output)

    def path(self, relative: str) -> Path:
        """Absolute path of a file that the study names.

        Parameters
        ----------
        relative
            Path as written in the study file.

        Returns
        -------
        pathlib.Path
            The path under the study's root.
        """
        return (self._root / relative).resolve()

    def located(self, file: Path, root: Path) -> Self:
        """Return the same study, knowing where its file and its root are.

        Parameters
        ----------
        file
            The study file.
        root
            Folder that relative paths start from.

        Returns
        -------
        Study
            A copy.
        """
        copy = self.model_copy()
        copy._file, copy._root, copy._history, copy._kept = file, root, [], {}
        return copy

    @property
    def history(self) -> tuple[str, ...]:
        """What was computed and what reused since the study was opened, one line each."""
        return tuple(self._history)

    def note(self, line: str) -> None:
        """Add a line to the history.

        Parameters
        ----------
        line
            For example ``reach: reused``.
        """
        self._history.append(line)

    def keep(self, key: str, make: Callable[[], Kept]) -> Kept:
        """What was read for this study before, or what is read now; the last key alone is kept.

        Parameters
        ----------
        key
            Key of all that it depends on.
        make
            Reads it.

        Returns
        -------
        Any
            What ``make`` gave for this key.
        """
        if key not in self._kept:
            made = make()
            self._kept.clear()
            self._kept[key] = made
        return cast("Kept", self._kept[key])

    def __getstate__(self) -> dict[Any, Any]:
        """State without what was read: processes that are sent a study read for themselves."""
        state = super().__getstate__()
        private = state["__pydantic_private__"]
        return {**state, "__pydantic_private__": {**private, "_kept": {}}}

    def operator_key(self, name: str) -> str:
        """Key of an operator that is named by its name or its key.

        Parameters
        ----------
        name
            Name or key.

        Returns
        -------
        str
            The key.

        Raises
        ------
        KeyError
            The study has no such operator.
        """
        return {n: op.key for op in self.operators for n in (op.key, op.name)}[name]

    @property
    def environment(self) -> EnvironmentSection:
        """The first service environment, which coverage is decided for."""
        return next(iter(self.environments.values()))

    def assumptions(self) -> tuple[Assumption, ...]:
        """Every assumed value, in the order of the study file.

        Returns
        -------
        tuple of Assumption
            Key, value, unit, source, and whether it was verified.
        """
        chosen: tuple[Assumption, ...] = ()
        if self.planning.rank_incomplete:
            chosen = (
                Assumption(
                    key="planning.rank_incomplete",
                    value=1.0,
                    unit=CHOICE,
                    source="choice of the study: operators are ranked although their lists of "
                    "sites are incomplete",
                    verified=False,
                ),
            )
        return (*_walk_assumptions("", self), *chosen)


def _walk_assumptions(prefix: str, node: Any) -> Iterator[Assumption]:
    if isinstance(node, Quantity):
        yield Assumption(key=prefix, **node.model_dump())
    elif isinstance(node, CostItem):
        yield Assumption(
            key=prefix,
            value=node.base,
            unit=node.unit,
            source=f"{node.source} ({node.year}; {node.low:g} to {node.high:g}; {node.tag})",
            verified=False,
        )
    elif isinstance(node, BaseModel):
        for key in type(node).model_fields:
            yield from _walk_assumptions(f"{prefix}.{key}" if prefix else key, getattr(node, key))
    elif isinstance(node, tuple) and any(isinstance(item, Quantity) for item in node):
        for number, item in enumerate(node):
            yield from _walk_assumptions(f"{prefix}.{number}", item)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk_assumptions(f"{prefix}.{key}", value)
    elif prefix == "inputs.exclusions":
        for number, value in enumerate(node, 1):
            yield from _walk_assumptions(f"{prefix}.{number}", value)
