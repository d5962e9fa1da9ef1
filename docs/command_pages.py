"""The command line as a page: every command with its arguments, options and defaults."""

import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

import typer.core
import typer.main
import typer.models

from phusong.cli.app import app

WORDS = {"Path": "file or folder", "int": "whole number", "float": "number", "str": "text"}


def cell(text: object) -> str:
    """Text for a cell of a Markdown table.

    Parameters
    ----------
    text
        What the cell says.

    Returns
    -------
    str
        On one line, with its bars escaped.
    """
    return " ".join(str(text).split()).replace("|", "\\|")


def alternatives(annotation: Any) -> list[Any]:
    """Types that a value may have, without None, lists taken apart.

    Parameters
    ----------
    annotation
        A type.

    Returns
    -------
    list
        The types.
    """
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return alternatives(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType, list, tuple):
        given = [a for a in typing.get_args(annotation) if a not in (type(None), Ellipsis)]
        return [kind for one in given for kind in alternatives(one)]
    return [annotation]


def what(annotation: Any, low: float | None, high: float | None) -> str:
    """What may be given for a parameter.

    Parameters
    ----------
    annotation
        Its type.
    low, high
        Bounds, where there are any.

    Returns
    -------
    str
        Choices, or the kind of value with its range; nothing for a flag.
    """
    says = []
    for kind in alternatives(annotation):
        if typing.get_origin(kind) is typing.Literal:
            says += [f"`{choice}`" for choice in typing.get_args(kind)]
        elif inspect.isclass(kind) and issubclass(kind, enum.Enum):
            says += [f"`{choice.value}`" for choice in kind]
        elif kind is not bool:
            says.append(WORDS.get(kind.__name__, kind.__name__))
    if low is not None and high is not None:
        says.append(f"{low:g} to {high:g}")
    elif low is not None:
        says.append(f"{low:g} or more")
    return ", ".join(says)


def start(value: Any, *, required: bool) -> str:
    """Value of a parameter that is not given.

    Parameters
    ----------
    value
        Its default.
    required
        Whether it must be given.

    Returns
    -------
    str
        The value, "needed", or nothing.
    """
    if required:
        return "needed"
    value = getattr(value, "value", value)
    if value in (None, False, "", (), []) or callable(value):
        return ""
    return "yes" if value is True else f"`{value}`"


def rows(command: Any, function: Callable[..., Any]) -> Iterator[str]:
    """Rows of the table of a command, one for each argument and option.

    Parameters
    ----------
    command
        The command as it is run.
    function
        What it calls.

    Yields
    ------
    str
        A row of Markdown.
    """
    hints = typing.get_type_hints(function, include_extras=True)
    for param in command.params:
        if param.name not in hints or param.hidden:
            continue
        option = isinstance(param, typer.core.TyperOption)
        names = [*param.opts, *param.secondary_opts] if option else [param.name.upper()]
        says = (
            ", ".join(f"`{name}`" for name in names),
            what(hints[param.name], param.min, param.max),
            start(param.default, required=param.required),
            param.help or "",
        )
        yield "| " + " | ".join(cell(word) for word in says) + " |"


def commands() -> str:
    """Every command, a section each.

    Returns
    -------
    str
        Markdown.
    """
    group: Any = typer.main.get_command(app)
    functions = {known.name: known.callback for known in app.registered_commands}
    made = []
    for name, command in group.commands.items():
        arguments = [p for p in command.params if isinstance(p, typer.core.TyperArgument)]
        usage = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments]
        line = " ".join(["phusong", name, "[OPTIONS]", *usage])
        table = "\n".join(rows(command, functions[name]))
        made.append(f"## phusong {name}\n\n{(command.help or '').strip()}\n\n```\n{line}\n```\n")
        if table:
            made.append(f"| | what | default | meaning |\n|---|---|---|---|\n{table}")
    return "\n\n".join(made)
