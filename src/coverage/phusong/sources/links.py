"""Links from JSON: reading them, and errors that name the link and the key."""

import difflib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from phusong.errors import DataError
from phusong.sources.link_objects import LinkObject

Links = list[dict[str, Any]]


@dataclass(frozen=True)
class LinkFile:
    """What a file of links holds.

    Parameters
    ----------
    links
        The objects as they were written.
    places
        How to name each of them in a message.
    is_array
        Whether they stood in an array; else there is one object.
    """

    links: Links
    places: Sequence[str]
    is_array: bool


def read_text(file: str | Path, standard_input: bytes | None = None) -> str:
    """Text of a file of links, UTF-8 with or without a byte order mark.

    Parameters
    ----------
    file
        Path of the file; only names it when ``standard_input`` is given.
    standard_input
        Bytes to take instead of the file.

    Returns
    -------
    str
        The text.

    Raises
    ------
    DataError
        The file cannot be read or is not UTF-8.
    """
    try:
        data = Path(file).read_bytes() if standard_input is None else standard_input
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file}: byte {error.start} is not UTF-8 text; save the file as UTF-8"
        ) from error
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read ({error.strerror or error}); check the path"
        ) from error


def parse_links(text: str, name: str = "the input") -> LinkFile:
    """Links of a JSON text: one object or an array of objects.

    Parameters
    ----------
    text
        The JSON text.
    name
        What an error calls it, for example its file.

    Returns
    -------
    LinkFile
        The objects, unchecked but for their shape.

    Raises
    ------
    DataError
        The text is not JSON, repeats a key, or holds something else than objects.
    """
    content = _json(text, name)
    is_array = isinstance(content, list)
    links = content if is_array else [content]
    places = [f"link[{i}]" for i in range(len(links))]
    for link, place in zip(links, places, strict=True):
        _require_object(link, place)
    return LinkFile(links, places, is_array)


def parse_link_lines(text: str) -> LinkFile:
    """Links of JSON lines: one object on each line; blank lines do not count.

    Parameters
    ----------
    text
        The lines.

    Returns
    -------
    LinkFile
        The objects, unchecked but for their shape.

    Raises
    ------
    DataError
        A line is not one JSON object.
    """
    links: Links = []
    places = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"link[{len(links)}] (line {number})"
            link = _json(line, place)
            _require_object(link, place)
            links.append(link)
            places.append(place)
    return LinkFile(links, places, is_array=False)


Schema = TypeVar("Schema", bound=LinkObject)


def check_link(link: dict[str, Any], schema: type[Schema], place: str) -> Schema:
    """Check one link object against its model's schema.

    Parameters
    ----------
    link
        The object.
    schema
        What it must look like.
    place
        How to name it in a message.

    Returns
    -------
    LinkObject
        The link, typed.

    Raises
    ------
    DataError
        A key is unknown, missing or of the wrong kind; every fault is listed, one on a line.
    """
    try:
        return schema.model_validate(link)
    except ValidationError as error:
        faults = [_fault(details, schema) for details in error.errors(include_url=False)]
        raise DataError("\n".join(f"{place}: {fault}" for fault in faults)) from error


def _fault(details: ErrorDetails, schema: type[LinkObject]) -> str:
    """One line about one fault: the key, the value, what is allowed, what to do."""
    first, *rest = details["loc"]
    key = f"{first}" + "".join(f"[{part}]" for part in rest)
    if details["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first), schema.model_fields, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "remove it"
        return f"{key} is an unknown key; {hint} (known: {', '.join(schema.model_fields)})"
    if details["type"] == "missing":
        return f"{key} is missing; give {schema.model_fields[str(first)].description or 'it'}"
    value = repr(details["input"])
    shown = value if len(value) <= 60 else f"{value[:57]}..."
    message = details["msg"]
    return f"{key}={shown} is wrong; {message[:1].lower()}{message[1:]}"


def _json(text: str, place: str) -> Any:
    """Parse strict JSON: no NaN or Infinity, no repeated keys."""

    def refuse(constant: str) -> NoReturn:
        raise DataError(f"{place}: {constant} is not JSON and not a number; leave out the value")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            times = Counter(key for key, _ in pairs)
            repeated = next(key for key, count in times.items() if count > 1)
            raise DataError(f"{place}: key {repeated!r} stands twice; keep one of them")
        return members

    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    except DataError:
        raise
    except json.JSONDecodeError as error:
        raise DataError(
            f"{place}: not JSON at line {error.lineno}, column {error.colno} ({error.msg}); "
            "give one object, an array of objects, or with --batch one object on each line"
        ) from error
    except RecursionError:
        raise DataError(f"{place}: nested too deeply; a link is one flat object") from None
    except ValueError:  # Python reads no number of thousands of digits
        raise DataError(f"{place}: a number has too many digits; no value of a link has") from None


def _require_object(link: object, place: str) -> None:
    """Refuse anything that is not a JSON object."""
    if not isinstance(link, dict):
        raise DataError(f"{place} is {json.dumps(link)[:60]}, a JSON object is needed")
