"""Parts of rasters on one lattice, joined into one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from affine import Affine

from phusong.sources.fetch.errors import FetchError
from phusong.sources.fetch.ranges import Bounds, unbroken

SAME = 0.01
"""Cells of two rasters are on one lattice when they lie apart by less than this part of a cell."""


@dataclass(frozen=True)
class Part:
    """Some cells of a raster.

    Parameters
    ----------
    values
        First band, shape (rows, columns).
    profile
        As rasterio has it.
    name
        What the cells are of, for messages.
    """

    values: np.ndarray[Any, Any]
    profile: dict[str, Any] = field(repr=False)
    name: str = ""


def sides(bounds: Bounds) -> tuple[tuple[Bounds, float], ...]:
    """Parts of a box on either side of the antimeridian, and how far each is moved to meet.

    Parameters
    ----------
    bounds
        West, south, east and north [degrees].

    Returns
    -------
    tuple
        Box and degrees of longitude to add; the eastern part goes on beyond 180°.
    """
    return tuple(zip(unbroken(bounds), (0.0, 360.0), strict=False))


def moved(profile: dict[str, Any], degrees: float) -> dict[str, Any]:
    """A raster's profile, moved along its parallels.

    Parameters
    ----------
    profile
        As rasterio has it, geographic.
    degrees
        Longitude to add [degrees].

    Returns
    -------
    dict
        Another profile.
    """
    return {**profile, "transform": Affine.translation(degrees, 0.0) * profile["transform"]}


def joined(parts: Sequence[Part], what: str) -> tuple[Part, int]:
    """Put parts together; where two of them know a cell, the first one counts.

    Parameters
    ----------
    parts
        At least one.
    what
        What messages call them.

    Returns
    -------
    part, twice
        One raster that spans them all, and how many cells several of them know.

    Raises
    ------
    FetchError
        They are not on one lattice, or say nothing of what an empty cell holds.
    """
    if len(parts) == 1:
        return parts[0], 0
    first = parts[0].profile
    nodata = first["nodata"]
    if nodata is None:
        nodata = np.nan if np.issubdtype(np.dtype(first["dtype"]), np.floating) else None
    if nodata is None:
        raise FetchError(f"{what}: the raster has no value for unknown cells; join it by hand")
    places = [_place(part, parts[0], what) for part in parts]
    top, left = min(r for r, _ in places), min(c for _, c in places)
    bottom = max(r + p.values.shape[0] for (r, _), p in zip(places, parts, strict=True))
    right = max(c + p.values.shape[1] for (_, c), p in zip(places, parts, strict=True))
    together = np.full((bottom - top, right - left), nodata, dtype=first["dtype"])
    known = np.zeros(together.shape, dtype=bool)
    twice = 0
    for (row, col), part in zip(places, parts, strict=True):
        rows, cols = part.values.shape
        here = np.s_[row - top : row - top + rows, col - left : col - left + cols]
        holds = _known(part.values, part.profile["nodata"])
        twice += int((holds & known[here]).sum())
        new = holds & ~known[here]
        together[here][new] = part.values[new]
        known[here] |= holds
    profile = {
        **first, "nodata": nodata, "width": right - left, "height": bottom - top,
        "transform": first["transform"] * Affine.translation(left, top),
    }  # fmt: skip
    return Part(together, profile, what), twice


def _place(part: Part, first: Part, what: str) -> tuple[int, int]:
    """Row and column of a part's first cell, counted from those of the first part."""
    own, base = part.profile["transform"], first.profile["transform"]
    col, row = ~base * (own.c, own.f)
    alike = abs(own.a / base.a - 1) + abs(own.e / base.e - 1) < SAME / max(
        *part.values.shape, *first.values.shape
    )
    on_lattice = abs(col - round(col)) < SAME and abs(row - round(row)) < SAME
    same_kind = (part.profile["crs"], part.profile["dtype"]) == (
        first.profile["crs"],
        first.profile["dtype"],
    )
    if not (alike and on_lattice and same_kind):
        raise FetchError(
            f"{what}: {part.name} and {first.name} are not on one lattice and cannot be joined; "
            "join them by hand, for example with `rio merge`, and name that file"
        )
    return round(row), round(col)


def _known(values: np.ndarray[Any, Any], nodata: float | None) -> np.ndarray[Any, Any]:
    if nodata is None:
        return np.ones(values.shape, dtype=bool)
    known: np.ndarray[Any, Any] = ~np.isnan(values) & (values != nodata)
    return known


def names_of(urls: Iterable[str]) -> str:
    """Several addresses as one text.

    Parameters
    ----------
    urls
        Addresses.

    Returns
    -------
    str
        With a comma between them.
    """
    return ", ".join(dict.fromkeys(urls))
