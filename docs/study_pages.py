"""The study file as a page: every table with its keys, units, ranges and defaults."""

import inspect
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from command_pages import cell
from phusong.study import Quantity, Study


def parts(annotation: Any) -> list[Any]:
    """Alternatives of a type, without None and without what is annotated to them.

    Parameters
    ----------
    annotation
        A type.

    Returns
    -------
    list
        The types that a value may have.
    """
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return parts(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [p for a in typing.get_args(annotation) if a is not type(None) for p in parts(a)]
    return [annotation]


def is_section(kind: Any) -> bool:
    """Whether a type is a table of the study file with keys of its own.

    Parameters
    ----------
    kind
        A type.

    Returns
    -------
    bool
        False for a quantity, which is written on one line.
    """
    return inspect.isclass(kind) and issubclass(kind, BaseModel) and kind is not Quantity


def origin_is_literal(kind: Any) -> bool:
    """Whether a type is a list of allowed words.

    Parameters
    ----------
    kind
        A type.

    Returns
    -------
    bool
        True for the keys of models.
    """
    return typing.get_origin(kind) is typing.Literal


def inner(annotation: Any, name: str) -> Iterator[tuple[str, bool, Any]]:
    """Tables below a key.

    Parameters
    ----------
    annotation
        Type of the key.
    name
        Its path.

    Yields
    ------
    tuple
        Path of the table, whether it may stand several times, and its class.
    """
    for kind in parts(annotation):
        if is_section(kind):
            yield name, False, kind
        arguments = [a for a in typing.get_args(kind) if a is not Ellipsis]
        if typing.get_origin(kind) is tuple:
            yield from ((name, True, p) for a in arguments for p in parts(a) if is_section(p))
        elif typing.get_origin(kind) is dict:
            key = "MODEL" if origin_is_literal(arguments[0]) else "KEY"
            yield from inner(arguments[1], f"{name}.{key}")


def tables(kind: Any, path: str, *, many: bool, above: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Walk the tables of a study file, from the outside in.

    Parameters
    ----------
    kind
        Class of a table.
    path
        Its path; empty for the whole file.
    many
        Whether it may stand several times.
    above
        Classes on the way, so that what holds itself is not followed forever.

    Yields
    ------
    tuple
        Path, whether it may stand several times, and class.
    """
    yield path, many, kind
    for name, field in kind.model_fields.items():
        for below, several, section in inner(field.annotation, f"{path}.{name}".lstrip(".")):
            if section not in (*above, kind):
                yield from tables(section, below, many=several, above=(*above, kind))


def metadata(annotation: Any, field: FieldInfo) -> list[Any]:
    """What is said of a field beside its type.

    Parameters
    ----------
    annotation
        Type of the field.
    field
        The field.

    Returns
    -------
    list
        Validators and bounds, those of optional values included.
    """
    found = list(field.metadata)
    pending = [annotation]
    while pending:
        one = pending.pop()
        if typing.get_origin(one) is typing.Annotated:
            found += typing.get_args(one)[1:]
        if typing.get_origin(one) in (typing.Annotated, typing.Union, types.UnionType):
            pending += typing.get_args(one)
    return found


def bounds(annotation: Any, field: FieldInfo) -> str:
    """Unit and range of a field.

    Parameters
    ----------
    annotation
        Type of the field.
    field
        The field.

    Returns
    -------
    str
        For example ``0 to 100 km``; empty where nothing is said.
    """
    low = high = None
    for item in metadata(annotation, field):
        check = getattr(item, "func", None)
        if inspect.isfunction(check) and "unit" in check.__code__.co_freevars:
            given = inspect.getclosurevars(check).nonlocals
            return f"{given['low']:g} to {given['high']:g} {given['unit']}".removesuffix(" 1")
        low = next((getattr(item, n) for n in ("ge", "gt") if hasattr(item, n)), low)
        high = next((getattr(item, n) for n in ("le", "lt") if hasattr(item, n)), high)
    if low is None or high is None:
        return "" if low is None else f"{low:g} or more"
    return f"{low:g} to {high:g}"


SIMPLE = {str: "text", float: "number", int: "whole number", bool: "true or false"}


def written(annotation: Any) -> str:
    """What a value looks like.

    Parameters
    ----------
    annotation
        Type of a field.

    Returns
    -------
    str
        In words, with allowed values as code.
    """
    says = []
    for kind in parts(annotation):
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Literal:
            says += [f"`{a}`" if not isinstance(a, str) else f'`"{a}"`' for a in arguments]
        elif origin is tuple:
            inside = written(arguments[0])
            says.append("any number of tables" if inside == "a table" else f"list of {inside}")
        elif origin is dict:
            inside = written(arguments[1])
            each = "a table for each" if inside == "a table" else f"{inside} for each"
            says.append(f"{each} {'model' if origin_is_literal(arguments[0]) else 'key'}")
        elif kind is Quantity:
            says.append("quantity")
        elif is_section(kind):
            says.append("a table")
        else:
            says.append(SIMPLE.get(kind, getattr(kind, "__name__", str(kind))))
    return ", ".join(dict.fromkeys(says))


def start(field: FieldInfo) -> str:  # noqa: PLR0911 — one for each kind of value
    """Value of a field that the study file leaves out.

    Parameters
    ----------
    field
        The field.

    Returns
    -------
    str
        The value with its unit, "needed", or nothing.
    """
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined or value is None or value in ((), {}, ""):
        return ""
    if isinstance(value, Quantity):
        return f"{value.value:g} {value.unit}".removesuffix(" 1")
    if isinstance(value, BaseModel):
        return "as below"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} = {item}" for key, item in value.items())
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def prose(kind: Any) -> str:
    """Docstring of a table as Markdown.

    Parameters
    ----------
    kind
        Class of the table.

    Returns
    -------
    str
        Its paragraphs.
    """
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", inspect.getdoc(kind) or "")
    return text.replace("``", "`")


def title(path: str, *, many: bool) -> str:
    """Head of a table as it stands in the file.

    Parameters
    ----------
    path
        Path of the table; empty for the whole file.
    many
        Whether it may stand several times.

    Returns
    -------
    str
        For example ``[inputs.towers]``.
    """
    if not path:
        return "The whole file"
    return f"[[{path}]]" if many else f"[{path}]"


def rows(kind: Any) -> Iterator[str]:
    """Rows of one table, a key each.

    Parameters
    ----------
    kind
        Class of the table.

    Yields
    ------
    str
        A row of Markdown.
    """
    hints = typing.get_type_hints(kind, include_extras=True)
    for name, field in kind.model_fields.items():
        says = (f"`{name}`", written(hints[name]), bounds(hints[name], field), start(field))
        yield "| " + " | ".join(cell(word) for word in says) + " |"


def sections() -> str:
    """Every kind of table of the study file, a section each.

    Returns
    -------
    str
        Markdown.
    """
    places: dict[Any, list[str]] = {}
    for path, many, kind in tables(Study, "", many=False):
        places.setdefault(kind, []).append(title(path, many=many))
    made = []
    for kind, named in places.items():
        head = named[0] if len(named) == 1 else f"{named[0]} and others alike"
        escaped = re.sub(r"([][])", r"\\\1", head)
        also = ", ".join(f"`{name}`" for name in named)
        made += [f"## {escaped}", prose(kind)]
        made += [f"Written as {also}."] if len(named) > 1 else []
        made.append(
            "| key | what | unit and range | default |\n|---|---|---|---|\n" + "\n".join(rows(kind))
        )
    return "\n\n".join(made)
