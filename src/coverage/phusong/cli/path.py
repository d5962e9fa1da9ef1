"""``phusong path``: the loss of links that a JSON file describes."""

import json
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from phusong.errors import DataError, DataWarning, DomainError, PhusongError
from phusong.sources.links import (
    DEFAULT_MODEL,
    ItmLinkObject,
    LinkFile,
    LinkObject,
    P1812LinkObject,
    check_link,
    parse_link_lines,
    parse_links,
    read_text,
)

Results = dict[str, Any]

BAD_INPUT = 2
"""Exit status when the input is refused."""


@dataclass(frozen=True)
class LinkModel:
    """A model that ``phusong path`` knows.

    Parameters
    ----------
    schema
        What its link objects look like.
    results
        From a checked link, and whether intermediates are wanted, to the keys that are added.
    """

    schema: type[LinkObject]
    results: Callable[[Any, bool], Results]


def _p1812_results(link: P1812LinkObject, intermediate: bool) -> Results:  # noqa: FBT001
    """Loss and field strength by ITU-R P.1812."""
    from phusong.models.p1812 import P1812Link, P1812Profile, p1812_loss  # noqa: PLC0415

    values = link.model_dump(exclude={"model"})
    profile = {key: values.pop(key) for key in P1812Profile.__dataclass_fields__}
    result = p1812_loss(P1812Profile(**profile), link=P1812Link(**values))
    results: Results = {
        "basic_transmission_loss_db": result.basic_transmission_loss_db,
        "field_strength_dbuvm_1kw": result.field_strength_dbuvm_1kw,
    }
    if intermediate:
        # NaN stands for a step that this path does not take; JSON has null for it
        results["intermediate"] = {
            symbol: None if value != value else value  # noqa: PLR0124 — true for NaN alone
            for symbol, value in result.intermediates.items()
        }
    return results


def _itm_results(link: ItmLinkObject, intermediate: bool) -> Results:  # noqa: FBT001
    """Loss by Longley-Rice ITM, with its warning bits."""
    from phusong.models.itm import ItmConditions, itm_point_to_point  # noqa: PLC0415

    _check_equal_steps(link)
    for key in ("clutter_height_m", "zone"):
        if getattr(link, key) is not None:
            warnings.warn(f"{key} does not enter ITM; it was left out", DataWarning, stacklevel=2)
    names = ItmConditions.__dataclass_fields__
    result = itm_point_to_point(
        link.height_m,
        step_m=link.step_m,
        frequency_mhz=link.frequency_mhz,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        conditions=ItmConditions(**{name: getattr(link, name) for name in names}),
    )
    results: Results = {
        "basic_transmission_loss_db": result.basic_transmission_loss_db,
        "warnings": result.warnings,
    }
    if intermediate:
        results["intermediate"] = result.by_symbol
    return results


def _check_equal_steps(link: ItmLinkObject) -> None:
    """Refuse distances that do not fit the heights; say so where the steps are not equal."""
    distance_km, points = link.distance_km, len(link.distance_km)
    if len(link.height_m) != points:
        raise DomainError(
            f"height_m has {len(link.height_m)} values, distance_km has {points}; "
            "give one per point"
        )
    if points < 3:
        raise DomainError(
            f"distance_km has {points} values, a profile needs at least 3 points; "
            "sample the terrain more finely"
        )
    if distance_km[0] != 0.0:
        raise DomainError(
            f"distance_km[0]={distance_km[0]:g} is not 0; distances count from the transmitter"
        )
    for i in range(1, points):
        if not distance_km[i] > distance_km[i - 1]:
            raise DomainError(
                f"distance_km[{i}]={distance_km[i]:g} is not above distance_km[{i - 1}]="
                f"{distance_km[i - 1]:g}; distances must be strictly ascending"
            )
    step_km = link.step_m / 1000.0
    if any(abs(distance - i * step_km) > 0.01 * step_km for i, distance in enumerate(distance_km)):
        warnings.warn(
            f"distance_km has unequal steps, ITM takes equal ones of {link.step_m:g} m; "
            "resample the profile",
            DataWarning,
            stacklevel=2,
        )


LINK_MODELS: Mapping[str, LinkModel] = {
    "p1812": LinkModel(P1812LinkObject, _p1812_results),
    "itm": LinkModel(ItmLinkObject, _itm_results),
}
"""Every model by the word that stands under ``model``."""


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
) -> None:
    """Print the basic transmission loss of links, with their inputs, as JSON."""
    try:
        standard_input = sys.stdin.buffer.read() if file == "-" else None
        text = read_text("standard input" if file == "-" else file, standard_input)
        links = parse_link_lines(text) if batch else parse_links(text)
        answers = list(_answers(links, intermediate=intermediate))
    except PhusongError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(BAD_INPUT) from error
    if batch:
        typer.echo("".join(f"{_strict_json(answer)}\n" for answer in answers), nl=False)
    elif links.is_array:
        typer.echo("[" + ",\n".join(map(_readable, answers)) + "]")
    else:
        typer.echo(_readable(answers[0]))


def _answers(links: LinkFile, *, intermediate: bool) -> Iterator[Results]:
    """Each link with its results; a warning of the model goes to standard error."""
    for link, place in zip(links.links, links.places, strict=True):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results = _results(link, place, intermediate=intermediate)
        for warning in caught:
            typer.echo(f"warning: {place}: {warning.message}", err=True)
        yield {**link, **results}


def _results(link: dict[str, Any], place: str, *, intermediate: bool) -> Results:
    """Results of one link, or an error that names it."""
    word = link.get("model", DEFAULT_MODEL)
    model = LINK_MODELS.get(word) if isinstance(word, str) else None
    if model is None:
        known = " or ".join(f"'{name}'" for name in LINK_MODELS)
        raise DataError(f"{place}: model={json.dumps(word)} is unknown; use {known}")
    checked = check_link(link, model.schema, place)
    try:
        return model.results(checked, intermediate)
    except DomainError as error:
        raise DataError(f"{place}: {error}") from error


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
