"""Sites across the border, in water or at sea, and communes outside the country."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from phusong.analysis.audit import CASES_SHOWN, Finding
from phusong.geo.limits import Limits
from phusong.geo.network import Network
from phusong.geo.places import Communes
from phusong.geo.terrain import Terrain

SMALLEST_PART_KM2 = 0.01
"""Less of a commune outside the country than this is drawing."""
AROUND = 1
"""Cells on each side that are sea as well where a site stands in the sea."""


def limit_findings(
    network: Network, terrain: Terrain, communes: Communes, limits: Limits
) -> tuple[Finding, ...]:
    """Look for sites where no site of the country can stand.

    Parameters
    ----------
    network
        The sectors inside the frame.
    terrain
        Ground heights.
    communes
        The communes asked about.
    limits
        Country and water, as far as the study has them.

    Returns
    -------
    tuple of Finding
        Warnings, each case with the row of the tower list and a distance.
    """
    sites = pd.DataFrame(
        {
            name: [getattr(sector, name) for sector in network.sectors]
            for name in ("site_id", "operator", "easting", "northing")
        }
    ).drop_duplicates(["operator", "site_id"])
    points = shapely.points(sites["easting"].to_numpy(), sites["northing"].to_numpy())
    labels = [_label(network, *pair) for pair in zip(sites["operator"], sites["site_id"],
                                                     strict=True)]  # fmt: skip
    return (
        *_abroad(labels, points, limits),
        *_in_water(labels, points, limits),
        *_at_sea_level(labels, sites, terrain),
        *_communes_abroad(communes, limits),
    )


def _label(network: Network, operator: str, site: str) -> str:
    row = network.rows.get((operator, site), "")
    return ", ".join(filter(None, (f"{site} ({operator})", row)))


def _finding(kind: str, subject: str, text: str, cases: list[str]) -> Iterator[Finding]:
    cases = sorted(cases)
    if cases:
        yield Finding(
            "warning", kind, subject, f"{len(cases)} {text}", len(cases), tuple(cases[:CASES_SHOWN])
        )


def _abroad(labels: list[str], points: np.ndarray, limits: Limits) -> Iterator[Finding]:
    if limits.country is None:
        return
    away_m = shapely.distance(limits.country, points)
    yield from _finding(
        "across-the-border", "towers",
        "site(s) stand outside the national boundary; correct the position, or leave them out if "
        "they are another country's",
        [f"{label}, {away / 1000:.2f} km beyond it"
         for label, away in zip(labels, away_m, strict=True) if away > 0],
    )  # fmt: skip


def _in_water(labels: list[str], points: np.ndarray, limits: Limits) -> Iterator[Finding]:
    if limits.water is None:
        return
    inside = shapely.intersects(limits.water, points)
    shore_m = shapely.distance(shapely.boundary(limits.water), points)
    yield from _finding(
        "in-water", "towers",
        "site(s) stand in the water; correct the position",
        [f"{label}, {away / 1000:.2f} km from the shore"
         for label, away, wet in zip(labels, shore_m, inside, strict=True) if wet],
    )  # fmt: skip


def _at_sea_level(labels: list[str], sites: pd.DataFrame, terrain: Terrain) -> Iterator[Finding]:
    """Elevation models have the sea as ground of exactly 0 m."""
    height = np.pad(terrain.height_amsl_m, AROUND, constant_values=np.nan)
    rows, cols = terrain.grid.pixel_of(sites["easting"].to_numpy(), sites["northing"].to_numpy())
    found = []
    for label, row, col in zip(labels, rows, cols, strict=True):
        first, last = int(np.floor(row)), int(np.floor(col))
        around = height[first : first + 2 * AROUND + 1, last : last + 2 * AROUND + 1]
        if (around == 0.0).all():
            found.append(label)
    yield from _finding(
        "at-sea", "towers",
        "site(s) stand where the ground is 0 m all around, as the sea is in elevation models; "
        "correct the position",
        found,
    )  # fmt: skip


def _communes_abroad(communes: Communes, limits: Limits) -> Iterator[Finding]:
    if limits.country is None:
        return
    outside = communes.frame.geometry.difference(limits.country).area / 1e6
    names = zip(communes.frame["name"], communes.frame["code"], outside, strict=True)
    yield from _finding(
        "commune-abroad", "boundaries",
        "commune(s) reach beyond the national boundary; one of the outlines is coarse, and no new "
        "site will stand on that ground",
        [f"{name} ({code}), {km2:.2f} km2" for name, code, km2 in names
         if km2 >= SMALLEST_PART_KM2],
    )  # fmt: skip
