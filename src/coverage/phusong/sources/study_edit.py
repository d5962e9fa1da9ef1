"""Writing an input into a study file: its text is edited line by line, comments stay."""

import json
import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from phusong.errors import StudyError
from phusong.language import told

_ONE_LINE = re.compile(
    r"""\s*["']?\w+["']?\s*=\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|\[[^\[\]#]*\])\s*(#.*)?$"""
)
"""A value on one line, and the comment behind it."""
_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_UNSEEN = re.compile(
    r"[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
"""Signs that are not seen, or turn what stands behind them."""
Value = str | bool | float | list[str] | dict[str, Any]
Entry = Mapping[str, Value]
"""Keys of an input and their values, as they are written."""


def with_input(text: str, key: str, entry: Entry) -> str:
    """Text of a study file whose input has other values, or is new.

    Parameters
    ----------
    text
        The study file.
    key
        Input, for example ``towers``.
    entry
        Values to set; an empty text takes a key away, others of the input stay.

    Returns
    -------
    str
        The new text.

    Raises
    ------
    StudyError
        The file is written in a way that is not understood; the message says what to write.
    """
    wanted = tomllib.loads(text)
    section = wanted.setdefault("inputs", {}).setdefault(key, {})
    for name, value in entry.items():
        section.pop(name, None)
        if value != "":
            section[name] = value
    lines = _lines(text)
    start = _header(lines, f"inputs.{key}")
    if start is None:
        changed = _inserted(lines, f"[inputs.{key}]", entry)
    else:
        changed = [*lines[: start + 1], *_set(lines[start + 1 :], entry)]
    return _verified(changed, wanted, f"[inputs.{key}]", entry)


def with_table(text: str, name: str, entry: Entry) -> str:
    """Text of a study file whose table has other values, or is new.

    Parameters
    ----------
    text
        The study file.
    name
        The table, for example ``costs.fibre``.
    entry
        Values to set; others of the table stay.

    Returns
    -------
    str
        The new text.

    Raises
    ------
    StudyError
        The file is written in a way that is not understood; the message says what to write.
    """
    wanted = deepcopy(tomllib.loads(text))
    place = wanted
    for part in name.split("."):
        place = place.setdefault(part, {})
    place.update(entry)
    lines = _lines(text)
    start = _header(lines, name)
    if start is None:
        changed = _inserted(lines, f"[{name}]", entry)
    else:
        changed = [*lines[: start + 1], *_set(lines[start + 1 :], entry)]
    return _verified(changed, wanted, f"[{name}]", entry)


def with_one_more(text: str, header: str, entry: Entry) -> str:
    """Text of a study file with one more entry in a list of tables.

    Parameters
    ----------
    text
        The study file.
    header
        The list, for example ``inputs.towers.also`` or ``measurements``.
    entry
        Values of the new entry.

    Returns
    -------
    str
        The new text.

    Raises
    ------
    StudyError
        The file is written in a way that is not understood; the message says what to write.
    """
    wanted = deepcopy(tomllib.loads(text))
    given = {name: value for name, value in entry.items() if value != ""}
    *path, last = header.split(".")
    place = wanted
    for name in path:
        place = place.setdefault(name, {})
    place.setdefault(last, []).append(given)
    changed = _inserted(_lines(text), f"[[{header}]]", entry)
    return _verified(changed, wanted, f"[[{header}]]", entry)


def _lines(text: str) -> list[str]:
    """Lines as TOML counts them: a name may hold what else begins a line elsewhere."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def _verified(lines: list[str], wanted: Mapping[str, Any], header: str, entry: Entry) -> str:
    """The text, if it says exactly what was wanted."""
    text = "\n".join(lines) + "\n"
    try:
        found: Mapping[str, Any] | None = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = None
    if found != wanted:
        raise StudyError(
            told(
                "the study file is written in a way that cannot be edited safely; write this into "
                "it yourself:"
            )
            + "\n"
            + "\n".join([header, *_written(entry)])
        )
    return text


def _written(entry: Entry) -> list[str]:
    return [f"{name} = {toml_of(value)}" for name, value in entry.items() if value != ""]


def toml_of(value: Value) -> str:
    r"""Write a value as TOML on one line, whatever stands in its text.

    Parameters
    ----------
    value
        Text, number, flag, list of texts, or table.

    Returns
    -------
    str
        The value; what is not seen in a text is written by its number.

    Examples
    --------
    >>> print(toml_of('Bản "Xèo"\x7f'))
    "Bản \"Xèo\"\u007f"
    """
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml_of(v)}" for k, v in value.items()) + " }"
    # Text of JSON is a basic string of TOML, but for the delete character.
    return _UNSEEN.sub(_numbered, json.dumps(value, ensure_ascii=False))


def _numbered(sign: re.Match[str]) -> str:
    number = ord(sign[0])
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _table(line: str) -> str:
    """Name of the table whose header a line is; empty for another line."""
    found = _HEADER.match(line)
    return "" if found is None else re.sub(r"[\s\"']", "", found[1])


def _key(name: str) -> re.Pattern[str]:
    return re.compile(rf"\s*[\"']?{name}[\"']?\s*=")


def _header(lines: list[str], name: str) -> int | None:
    """Line of a table's header."""
    for number, line in enumerate(lines):
        if _table(line) == name and not line.lstrip().startswith("[["):
            return number
    return None


def _set(lines: list[str], entry: Entry) -> list[str]:
    """Lines after a header, with values of its table set."""
    end = next((k for k, line in enumerate(lines) if _HEADER.match(line)), len(lines))
    body, rest = lines[:end], lines[end:]
    missing = []
    for name, value in entry.items():
        place = next((k for k, x in enumerate(body) if _key(name).match(x)), None)
        written = _written({name: value})
        if place is not None:
            end = place + _lines_of_value(body[place:])
            body[place:end] = _commented(written, body[place])
        else:
            missing += written
    first = next((k for k, x in enumerate(body) if _key("files?").match(x)), -1)
    return [*body[: first + 1], *missing, *body[first + 1 :], *rest]


def _lines_of_value(lines: list[str]) -> int:
    """Lines that a key and its value take: a list may go on over several."""
    is_list = lines[0].partition("=")[2].lstrip().startswith("[")
    for count in range(1, len(lines) + 1 if is_list else 1):
        try:
            tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        return count
    return 1


def _commented(written: list[str], before: str) -> list[str]:
    """A line that takes the place of another, with the comment that stood behind that.

    What goes takes its comment along: that spoke of it, and the file as it was is kept.
    """
    if not written:
        return []
    found = _ONE_LINE.match(before)
    comment = found[1] if found and found[1] else ""
    if not comment:
        return written
    return [f"{written[0]}  {comment}"]


def _inserted(lines: list[str], header: str, entry: Entry) -> list[str]:
    """A new table behind others of its list or the last input, before what follows them."""
    name = _table(header)
    behind = [k for k, line in enumerate(lines) if _belongs(_table(line), name)]
    behind = behind or [k for k, line in enumerate(lines) if _belongs(_table(line), "inputs")]
    place = len(lines)
    if behind:
        after = (k for k in range(behind[-1] + 1, len(lines)) if _HEADER.match(lines[k]))
        place = next(after, len(lines))
        while not lines[place - 1].strip() or lines[place - 1].lstrip().startswith("#"):
            place -= 1
    return [*lines[:place], "", header, *_written(entry), *lines[place:]]


def _belongs(table: str, to: str) -> bool:
    """Whether a table is another one or lies in it."""
    return table == to or table.startswith(f"{to}.")
