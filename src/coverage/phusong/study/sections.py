"""The sections of a study file, each right by itself."""

from typing import Any, Literal

from pydantic import Field, model_validator

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
from phusong.study.values import FileKey, Section, TechnologyKey


class Sections(Section):
    """What a study file says, section by section."""

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

    @model_validator(mode="before")
    @classmethod
    def _operators_by_name(cls, given: Any) -> Any:
        """Operators may be named by their keys, too; within a study they go by name."""
        return by_name(given) if isinstance(given, dict) else given

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
