"""Numbers with a unit and an origin, and the kinds of name that a study file has."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from phusong.texts import plain_text

SCHEMA_VERSION = 1
CHOICE = "choice"
"""Unit of an assumption that is no number: made, or not made."""
PRACTICE_LABEL = "Practice data / Dữ liệu mô phỏng"
"""Stands on every table, map and figure that is made from practice data."""

CommuneCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,20}$")]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, strip_whitespace=True),
    AfterValidator(plain_text),
]
Note = Annotated[str, AfterValidator(plain_text)]
"""Words that may be left out."""
TechnologyKey = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,20}$")]
Bandwidth = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?$")]
FileKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]


class Section(BaseModel):
    """A table of the study file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Quantity(Section):
    """A number with its unit, its origin and whether the origin was verified."""

    value: float
    unit: str
    source: Name
    verified: bool = False


def quantity(unit: str, low: float, high: float) -> Callable[[Quantity], Quantity]:
    """Make the check that a quantity has this unit and lies in a closed range.

    Parameters
    ----------
    unit
        The only unit that is accepted.
    low, high
        Closed range of possible values, in that unit.

    Returns
    -------
    Callable
        A validator for pydantic.
    """

    def check(given: Quantity) -> Quantity:
        if given.unit != unit:
            raise ValueError(f"unit is '{given.unit}', '{unit}' is needed")
        if not low <= given.value <= high:
            raise ValueError(f"value is {given.value:g}, {low:g} to {high:g} {unit} is allowed")
        return given

    return check


def within(unit: str, low: float, high: float) -> AfterValidator:
    """Say of a field that its quantity has this unit and lies in a closed range.

    Parameters
    ----------
    unit
        The only unit that is accepted.
    low, high
        Closed range of possible values, in that unit.

    Returns
    -------
    pydantic.AfterValidator
        For ``Annotated[Quantity, within(...)]``.
    """
    return AfterValidator(quantity(unit, low, high))


Metres = Annotated[Quantity, within("m", 0.0, 3000.0)]
Decibels = Annotated[Quantity, within("dB", 0.0, 100.0)]
Dbm = Annotated[Quantity, within("dBm", -200.0, 100.0)]
Degrees = Annotated[Quantity, within("deg", -90.0, 360.0)]
Share = Annotated[Quantity, within("fraction", 0.0, 1.0)]


class TitledSection(Section):
    """What has a title in two languages; without the Vietnamese one the English stands for both."""

    title_en: Name
    title_vi: Name = ""

    @model_validator(mode="before")
    @classmethod
    def _one_title_is_enough(cls, given: Any) -> Any:
        if isinstance(given, dict) and "title_en" in given:
            return {"title_vi": given["title_en"], **given}
        return given


def assumed(value: float, unit: str, source: str) -> Quantity:
    """Starting value of a field, with its origin.

    Parameters
    ----------
    value
        The number, in ``unit``.
    unit
        Its unit.
    source
        Where it comes from.

    Returns
    -------
    Quantity
        The value, not verified.
    """
    return Quantity(value=value, unit=unit, source=source)


class Assumption(Section):
    """One assumed value of a study, as it is printed with every product."""

    key: str
    value: float
    unit: str
    source: str
    verified: bool


def positive(given: Quantity) -> Quantity:
    """Check that a rate or a price is above zero.

    Parameters
    ----------
    given
        What the study file says.

    Returns
    -------
    Quantity
        The same.

    Raises
    ------
    ValueError
        If it is zero or below.
    """
    if given.value <= 0:
        raise ValueError(f"value is {given.value:g}, more than 0 {given.unit} is needed")
    return given
