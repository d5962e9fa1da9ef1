"""Reading a study file: TOML in, a checked study out, every fault named."""

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from phusong.errors import StudyError
from phusong.language import template, told
from phusong.study import SCHEMA_VERSION, Study

OUTSIDE_VARIABLE = "PHUSONG_ALLOW_OUTSIDE"
"""Environment variable: 1 lets study files name files outside of their project's folder."""
_LONGEST_QUOTE = 120
OF_PYDANTIC = (
    template("input should be a valid {kind}"),
    template("input should be a valid {kind}, {why}"),
    template("input should be greater than {bound}"),
    template("input should be greater than or equal to {bound}"),
    template("input should be less than {bound}"),
    template("input should be less than or equal to {bound}"),
    template("input should be {allowed}"),
    template("input should be a finite number"),
    template("string should match pattern {pattern}"),
    template("string should have at least {count} character"),
    template("string should have at least {count} characters"),
    template("{kind} should have at least {count} item after validation, not {found}"),
    template("{kind} should have at least {count} items after validation, not {found}"),
    template("field required"),
)
"""What pydantic says of a value, with a small letter at its beginning."""
OF_TOML = (
    template("{problem} (at line {line}, column {column})"),
    template("{problem} (at end of document)"),
    template("Invalid statement"),
    template("Expected newline or end of document after a statement"),
    template("Cannot declare {key} twice"),
    template("Cannot overwrite a value"),
    template("Expected ']' at the end of a table declaration"),
    template("Expected ']]' at the end of an array declaration"),
    template("Expected '=' after a key in a key/value pair"),
    template("Unclosed array"),
    template("Unclosed inline table"),
    template("Unescaped '\\' in a string"),
    template("Unterminated string"),
    template("Invalid date or datetime"),
    template("Invalid value"),
)
"""What tomllib says of a text that is not TOML."""


def read_study(file: Path) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    file
        TOML file in UTF-8.

    Returns
    -------
    Study
        The study; its paths start from ``study.root``, from the folder above a folder named
        ``configs``, or else from the file's own folder.

    Raises
    ------
    StudyError
        The file is missing, not UTF-8, not TOML, or holds an unknown key, a wrong unit or an
        impossible value; every fault is named at once.
    """
    file = file.resolve()
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise StudyError(
            f"study file {file} does not exist; name one with `phusong run FILE`, or write the "
            "practice study with `phusong demo FOLDER`"
        ) from None
    except OSError as error:
        raise StudyError(
            f"study file {file} cannot be read ({error.strerror}); name a TOML file"
        ) from None
    except UnicodeDecodeError as error:
        raise StudyError(
            f"study file {file} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from None
    study = study_of_text(text, file)
    _refuse_outside(study)
    return study


def study_of_text(text: str, file: Path) -> Study:
    """Check the text of a study file.

    Parameters
    ----------
    text
        The text.
    file
        The study file that it is of, or will be of.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    StudyError
        The text is not TOML, or holds an unknown key, a wrong unit or an impossible value.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(
            f"study file {file} is not valid TOML: {error}{_line_of(text, str(error))}; numbers "
            "have a decimal point, texts stand in quotes, paths have / in them"
        ) from None
    except RecursionError:
        raise StudyError(
            f"study file {file}: brackets are nested too deeply; close each where its list ends"
        ) from None
    if data.get("schema_version") != SCHEMA_VERSION:
        raise StudyError(
            f"{file.name}: schema_version = {data.get('schema_version')!r} is not understood; "
            f"this version of Phusong reads schema_version = {SCHEMA_VERSION}"
        )
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        raise StudyError(_explain(file, error)) from None
    study = study.located(file, _root_of(file, study.study.root))
    _refuse_output_over_inputs(study)
    return study


def _line_of(text: str, error: str) -> str:
    """The line that an error of TOML names, as the file has it."""
    named = re.search(r"at line (\d+)", error)
    lines = text.split("\n")
    if named is None or int(named[1]) > len(lines):
        return ""
    return f": {lines[int(named[1]) - 1].strip()[:_LONGEST_QUOTE]}"


def _named_files(study: Study) -> list[tuple[str, str]]:
    """Every path that a study names, by its key."""
    found: list[tuple[str, str]] = [("study.output", study.study.output)]

    def look(key: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                look(f"{key}.{name}" if key else str(name), inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                look(key, inner)
        elif isinstance(value, str) and value and key.rpartition(".")[2] in {"file", "files"}:
            found.append((key, value))

    look("", study.model_dump())
    return found


def _refuse_outside(study: Study) -> None:
    """A study file from somebody else reads and writes in its own project alone."""
    if os.environ.get(OUTSIDE_VARIABLE) == "1":
        return
    above = study.file.parent
    if not above.is_relative_to(study.root) or study.root.parent == study.root:
        raise StudyError(
            f"{study.file.name}: study.root = {study.study.root!r} is not a folder above the study "
            f"file; name one, or set {OUTSIDE_VARIABLE}=1 where you trust the study file"
        )
    for key, name in _named_files(study):
        if not study.path(name).is_relative_to(study.root.resolve()):
            raise StudyError(
                f"{study.file.name}: {key} = {name!r} lies outside of the project's folder "
                f"{study.root}; move it there, or set {OUTSIDE_VARIABLE}=1 where you trust the "
                "study file"
            )


def _refuse_output_over_inputs(study: Study) -> None:
    """Results are safe to delete, so nothing else may lie among them."""
    inputs = study.inputs.model_dump()
    named = [
        (f"inputs.{key}.file", part["file"])
        for key, given in inputs.items()
        for part in (given if isinstance(given, tuple | list) else [given])
        if part and "file" in part
    ]
    named += [("inputs.terrain.files", name) for name in study.inputs.terrain.files]
    named += [("the study file", str(study.file))]
    for key, name in named:
        if study.path(name).is_relative_to(study.output):
            raise StudyError(
                f"{study.file.name}: study.output = {study.study.output!r} holds {name} ({key}); "
                "results need a folder of their own, for example data/processed/"
                f"{study.study.name}"
            )


def _root_of(file: Path, named: str | None) -> Path:
    if named is not None:
        return (file.parent / named).resolve()
    return file.parent.parent if file.parent.name == "configs" else file.parent


def _explain(file: Path, error: ValidationError) -> str:
    faults = [fault for fault in error.errors() if not _is_echo(fault, error.errors())]
    lines = [told(f"{file.name}: {len(faults)} fault(s) in the study file")]
    for fault in faults:
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            lines.append(told(f"  {key} is not a known key; {_suggest(fault['loc'])}"))
        elif fault["type"] == "missing":
            lines.append(told(f"  {key} is missing; add it as in configs/demo.toml"))
        else:
            message = fault["msg"].removeprefix("Value error, ")
            given = fault.get("input")
            shown = "" if isinstance(given, dict | BaseModel) else f" = {given!r}"
            place = f"{key}{shown}: " if key else ""
            lines.append(f"  {place}{message[:1].lower()}{message[1:]}")
    return "\n".join(lines)


def _is_echo(fault: ErrorDetails, faults: list[ErrorDetails]) -> bool:
    """Whether a list is only called too short because its parts are faulty."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in faults
    )


def _suggest(location: tuple[int | str, ...]) -> str:
    known = _known_keys(Study, location[:-1])
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    if close:
        return told(f"did you mean '{close[0]}'?")
    return told(f"allowed here: {', '.join(known)}" if known else "remove it")


def _known_keys(model: Any, location: tuple[int | str, ...]) -> list[str]:
    """Keys that the schema knows at a place in the file."""
    for part in location:
        fields = getattr(model, "model_fields", None)
        if fields and part in fields:
            model = fields[part].annotation
        inner = [t for t in _models_in(model) if isinstance(t, type)]
        model = inner[0] if inner else model
    return list(getattr(model, "model_fields", {}))


def _models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in get_args(annotation) for model in _models_in(arg)]
