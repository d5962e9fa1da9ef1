"""``phusong path``: the loss of links that a JSON file describes."""

import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from phusong.cli.link_models import LINK_MODELS, Results
from phusong.cli.speech import say, spoken, warn_of
from phusong.errors import DataError, DomainError, PhusongError
from phusong.language import retold, spoken_language
from phusong.sources.link_objects import DEFAULT_MODEL
from phusong.sources.links import LinkFile, check_link, parse_link_lines, parse_links, read_text

BAD_INPUT = 2
"""Exit status when the input is refused."""


def path_command(
    file: Annotated[
        str,
        typer.Argument(help="JSON file with a link or an array of links; - is standard input."),
    ],
    *,
    intermediate: Annotated[
        bool,
        typer.Option("--intermediate", help="Add every intermediate quantity by its symbol."),
    ] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Read and print JSON lines, one link on each line.")
    ] = False,
    compare: Annotated[
        Path | None,
        typer.Option(help="Draw one link with every model's loss to this .png or .html file."),
    ] = None,
) -> None:
    """Print the basic transmission loss of links, with their inputs, as JSON."""
    try:
        standard_input = sys.stdin.buffer.read() if file == "-" else None
        name = "standard input" if file == "-" else file
        text = read_text(name, standard_input)
        links = parse_link_lines(text) if batch else parse_links(text, name)
        answers = list(_answers(links, intermediate=intermediate, compare=compare))
    except PhusongError as error:
        words = retold(str(error), spoken_language())
        say(spoken("error: {what}", what=words), trouble=True)
        raise typer.Exit(BAD_INPUT) from error
    if batch:
        typer.echo("".join(f"{_strict_json(answer)}\n" for answer in answers), nl=False)
    elif links.is_array:
        typer.echo("[" + ",\n".join(map(_readable, answers)) + "]")
    else:
        typer.echo(_readable(answers[0]))


def _answers(links: LinkFile, *, intermediate: bool, compare: Path | None) -> Iterator[Results]:
    """Each link with its results; a warning of the model goes to standard error."""
    if compare is not None and len(links.links) != 1:
        raise DataError(f"--compare draws one link, the input holds {len(links.links)}; give one")
    said: dict[str, list[str]] = {}
    for link, place in zip(links.links, links.places, strict=True):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results = _results(link, place, compare=compare)
        if not intermediate:
            del results["intermediate"]
        for warning in caught:
            said.setdefault(str(warning.message), []).append(place)
        yield {**link, **results}
    for message, places in said.items():
        others = len(places) - 1
        more = f" {spoken('and {count} more', count=others)}" if others else ""
        warn_of(f"{places[0]}{more}: {message}")


def _results(link: dict[str, Any], place: str, *, compare: Path | None) -> Results:
    """Results of one link, or an error that names it; draws it where that is asked."""
    word = link.get("model", DEFAULT_MODEL)
    model = LINK_MODELS.get(word) if isinstance(word, str) else None
    if model is None:
        *most, last = (f"'{name}'" for name in LINK_MODELS)
        known = f"{', '.join(most)} or {last}"
        raise DataError(f"{place}: model={json.dumps(word)} is unknown; use {known}")
    if compare is not None:
        from phusong.cli.path_compare import own_keys, write_comparison  # noqa: PLC0415

        checked = check_link(own_keys(link, word), model.schema, place)
    else:
        checked = check_link(link, model.schema, place)
    try:
        results = model.results(checked)
    except DomainError as error:
        raise DataError(f"{place}: {error}") from error
    if compare is not None:
        write_comparison(link, place, compare)
    return results


def _strict_json(value: object) -> str:
    """JSON on one line, without NaN or Infinity."""
    return json.dumps(value, allow_nan=False)


def _readable(members: Mapping[str, Any], indent: str = "") -> str:
    """JSON object with one member on each line, arrays on one line."""
    inner = indent + "  "
    lines = [
        f"{inner}{_strict_json(key)}: "
        + (_readable(value, inner) if isinstance(value, dict) else _strict_json(value))
        for key, value in members.items()
    ]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
