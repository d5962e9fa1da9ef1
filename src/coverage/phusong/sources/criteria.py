"""Reading sets of criterion 8, and what people found about its indicators."""

import tomllib
from importlib.resources import files
from typing import Annotated, Literal

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from phusong.errors import DataError
from phusong.geo.criteria import CriterionSet, Indicator, Threshold
from phusong.geo.places import Communes
from phusong.sources.lists import read_text_table
from phusong.sources.tables import Columns, Text, checked
from phusong.study import CriterionSection, Name, Study, TableInput
from phusong.texts import plain_text

SHIPPED = "criterion8.toml"
STATUSES = ("met", "not_met", "unknown")
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Known = Annotated[str, AfterValidator(plain_text)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Threshold(_Table):
    value: Annotated[float, Field(ge=0)]
    unit: Literal["1", "fraction"]
    source: Name
    verified: bool = False


class _Indicator(_Table):
    key: Known
    text_vi: Name
    text_en: Name
    required: Name
    test: Known
    facility: Known = ""
    needs: Known = ""
    threshold: _Threshold | None = None


class _Set(_Table):
    key: Name
    valid_from: Day
    valid_to: Day
    source: Name
    note: Known = ""
    indicators: tuple[_Indicator, ...] = Field(min_length=1)


class _File(_Table):
    sets: tuple[_Set, ...] = Field(min_length=1)


_APPRAISALS: Columns = {
    "commune_code": Text(required=True, remedy="give the official code, with its zeros"),
    "vintage": Text(),
    "indicator": Text(required=True, remedy="give its number, for example 8.1"),
    "status": Text(required=True, allowed=STATUSES),
    "evidence": Text(required=True, remedy="say what it rests on"),
    "appraiser": Text(required=True, remedy="say who found it"),
    "date": Text(required=True, remedy="say when, as 2025-07-30"),
}


def read_criteria(study: Study, section: CriterionSection) -> CriterionSet:
    """Read the set of indicators that a study asks about.

    Parameters
    ----------
    study
        Names a file of sets as ``inputs.criteria``, or takes those that come with Phusong.
    section
        Which set, thresholds of the study's own, and which lists of facilities are complete.

    Returns
    -------
    CriterionSet
        The set, with the study's thresholds.

    Raises
    ------
    DataError
        The file is wrong, has no such set, or the study names an indicator that it lacks.
    """
    text, name = _text(study.inputs.criteria, study)
    try:
        read = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name} is not valid TOML: {error}") from None
    except RecursionError:
        raise DataError(
            f"{name}: brackets are nested too deeply; close each where it ends"
        ) from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()]
        raise DataError(f"{name}: {'; '.join(faults)}") from None
    found = {one.key: one for one in read.sets}
    if section.set not in found:
        raise DataError(
            f"criterion8.set = {section.set!r} is not in {name}; allowed are {', '.join(found)}"
        )
    chosen = found[section.set]
    keys = [indicator.key for indicator in chosen.indicators]
    strangers = sorted(set(section.thresholds) - set(keys))
    if strangers or len(set(keys)) < len(keys):
        raise DataError(
            f"criterion8.thresholds names {', '.join(strangers)}, which the set {chosen.key} does "
            f"not have; allowed are {', '.join(keys)}"
            if strangers
            else f"{name}: an indicator of the set {chosen.key} stands twice"
        )
    indicators = tuple(_indicator(one, section) for one in chosen.indicators)
    return CriterionSet(
        chosen.key, chosen.valid_from, chosen.valid_to, chosen.source, indicators,
        section.complete,
    )  # fmt: skip


def _text(section: TableInput | None, study: Study) -> tuple[str, str]:
    if section is None:
        shipped = files("phusong.sources").joinpath("facts", SHIPPED)
        return shipped.read_text(encoding="utf-8"), SHIPPED
    file = study.path(section.file)
    if not file.is_file():
        raise DataError(f"{file} does not exist; check inputs.criteria.file in the study file")
    try:
        return file.read_bytes().decode("utf-8-sig"), file.name
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8") from None


def _indicator(read: _Indicator, section: CriterionSection) -> Indicator:
    own = section.thresholds.get(read.key)
    threshold = read.threshold
    if own is not None:
        threshold = _Threshold(
            value=own.value, unit="fraction", source=own.source, verified=own.verified
        )
    return Indicator(
        read.key, read.text_vi, read.text_en, read.required, read.test,
        Threshold(threshold.value, threshold.unit, threshold.source, threshold.verified)
        if threshold
        else None,
        read.facility, read.needs,
    )  # fmt: skip


def read_appraisals(section: TableInput, study: Study, communes: Communes) -> pd.DataFrame:
    """Read what people found about indicators.

    Parameters
    ----------
    section
        A table with ``commune_code``, ``indicator``, ``status`` (met, not_met, unknown),
        ``evidence``, ``appraiser`` and ``date`` (ISO).
    study
        The vintage of the codes.
    communes
        The communes.

    Returns
    -------
    pandas.DataFrame
        The rows of the study's communes.

    Raises
    ------
    DataError
        A column or value is missing or not known, or the vintage is another one.
    """
    file = study.path(section.file)
    table = read_text_table(file, encoding=section.encoding, key="inputs.indicators")
    frame = checked(table, _APPRAISALS, file=file)
    others = ~frame["vintage"].isin(["", study.area.vintage])
    if others.any():
        line = frame.index[others][0]
        raise DataError(
            f"{file.name} row {line}: vintage = {frame['vintage'][line]!r}, the study's is "
            f"{study.area.vintage}; the same code may mean another commune"
        )
    dated = frame["date"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")
    if not dated.all():
        line = frame.index[~dated][0]
        raise DataError(
            f"{file.name} row {line}: date = {frame['date'][line]!r}; write it as 2025-07-30"
        )
    return frame[frame["commune_code"].isin(communes.codes)].drop(columns="vintage")
