"""What is implausible in a network, and how much of the picture rests on guesses."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from phusong.analysis.basis import incomplete_lists
from phusong.geo.network import Network
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.geo.terrain import Terrain

Severity = Literal["error", "warning", "note"]

NEAR_SITES_M = 20.0
"""Two sites of one operator nearer than this are one site with two names."""
WIDE_SITE_M = 100.0
"""Rows of one site further apart than this: one of them has the wrong place or name."""
TALL_MAST_M = 100.0
"""Masts in Việt Nam: self-supporting up to 45 m, guyed up to 60 m; above this is a slip."""
STRONG_EIRP_DBM = 75.0
"""A 40 W carrier into 21 dBi gives 67 dBm; above this is a slip."""
FOURTH_GENERATION = "LTE"
CASES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader of the inputs should know.

    Parameters
    ----------
    severity
        ``error``: cannot be used; ``warning``: somebody should look at it; ``note``: was done.
    kind
        What it is, as a key, for example ``near-sites``.
    subject
        Input that it is about, for example ``towers``.
    text
        The finding in one sentence.
    count
        Rows, sites or cells that it concerns.
    cases
        The first of them.
    line
        Row of the file, where it is about one row.
    column, value
        Where in the row, and what stands there.
    """

    severity: Severity
    kind: str
    subject: str
    text: str
    count: int = 1
    cases: tuple[str, ...] = ()
    line: int | None = None
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class GuessShare:
    """How much rests on one column that was filled from the defaults.

    Parameters
    ----------
    column
        Column of the tower list; ``any`` for all of them together.
    sectors, sites
        Sectors that had the gap, and their sites.
    people
        People in the communes whose nearest site that radiates has the gap.
    area_km2
        Their area [km²].
    """

    column: str
    sectors: int
    sites: int
    people: float
    area_km2: float


def network_findings(
    network: Network,
    terrain: Terrain,
    communes: Communes,
    *,
    margin_m: float,
    operators: Sequence[str],
    technologies: Sequence[str],
    stations: Mapping[str, float] | None = None,
    mapped: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Look for what cannot well be true of a network.

    Parameters
    ----------
    network
        The sectors inside the frame.
    terrain
        Ground heights; NaN is the sea or a hole in the data.
    communes
        The communes asked about.
    margin_m
        How far outside the communes sites are expected [m].
    operators, technologies
        Names and keys that the study has.
    stations
        Number of sites that an operator has in the communes, by name, where it is known.
    mapped
        Operators that gave a coverage map instead of a list.

    Returns
    -------
    tuple of Finding
        Warnings and notes, the same for any order of the sectors.
    """
    frame = pd.DataFrame(
        {
            name: [getattr(sector, name) for sector in network.sectors]
            for name in ("site_id", "operator", "technology", "easting", "northing",
                         "mast_height_m", "antenna_height_m", "eirp_dbm", "status")
        }
    )  # fmt: skip
    sites = frame.drop_duplicates(["operator", "site_id"]).reset_index(drop=True)
    return tuple(
        finding
        for found in (
            _on_unknown_ground(sites, terrain),
            _far_away(sites, communes, margin_m),
            _near_each_other(sites),
            _shared(sites),
            _scattered(frame),
            _above_the_mast(frame),
            _too_much(frame),
            _silent_operators(frame, [o for o in operators if o not in mapped], technologies),
            _incomplete(
                network,
                communes,
                [o for o in operators if o not in mapped or o in set(frame["operator"])],
                stations or {},
            ),
            _not_on_air(frame),
        )
        for finding in found
    )


def _finding(kind: str, severity: Severity, text: str, cases: Iterable[str]) -> Iterator[Finding]:
    """One finding for all cases, or none without cases."""
    cases = sorted(cases)
    if cases:
        yield Finding(severity, kind, "towers", f"{len(cases)} {text}", len(cases),
                      tuple(cases[:CASES_SHOWN]))  # fmt: skip


def _label(row: pd.Series) -> str:
    return f"{row['site_id']} ({row['operator']})"


def _on_unknown_ground(sites: pd.DataFrame, terrain: Terrain) -> Iterator[Finding]:
    rows, cols = terrain.grid.pixel_of(sites["easting"].to_numpy(), sites["northing"].to_numpy())
    height = terrain.height_amsl_m[np.floor(rows).astype(int), np.floor(cols).astype(int)]
    yield from _finding(
        "unknown-ground", "warning",
        "site(s) stand where the terrain is unknown: in the sea, or in a hole of the terrain; "
        "correct the position or add terrain",
        (_label(row) for _, row in sites[np.isnan(height)].iterrows()),
    )  # fmt: skip


def _far_away(sites: pd.DataFrame, communes: Communes, margin_m: float) -> Iterator[Finding]:
    area = shapely.union_all(communes.frame.geometry.to_numpy())
    points = shapely.points(sites["easting"].to_numpy(), sites["northing"].to_numpy())
    shapely.prepare(area)
    far = ~shapely.dwithin(area, points, margin_m)
    yield from _finding(
        "far-from-communes", "note",
        f"site(s) are further than {margin_m / 1000:g} km from every commune",
        (_label(row) for _, row in sites[far].iterrows()),
    )  # fmt: skip


def _pairs(sites: pd.DataFrame) -> list[tuple[int, int]]:
    tree = cKDTree(sites[["easting", "northing"]].to_numpy())
    return sorted(tree.query_pairs(NEAR_SITES_M))


def _near_each_other(sites: pd.DataFrame) -> Iterator[Finding]:
    cases = []
    for operator, own in sites.groupby("operator", sort=True):
        names = own["site_id"].to_numpy()
        cases += [f"{names[one]} + {names[other]} ({operator})" for one, other in _pairs(own)]
    yield from _finding(
        "near-sites", "warning",
        f"pair(s) of sites of one operator are nearer than {NEAR_SITES_M:g} m: one site under "
        "two names? Merge them",
        cases,
    )  # fmt: skip


def _shared(sites: pd.DataFrame) -> Iterator[Finding]:
    operators, names = sites["operator"].to_numpy(), sites["site_id"].to_numpy()
    cases = [
        f"{names[one]} ({operators[one]}) + {names[other]} ({operators[other]})"
        for one, other in _pairs(sites)
        if operators[one] != operators[other]
    ]
    yield from _finding(
        "shared-sites", "note", "pair(s) of sites of two operators stand at one place", cases
    )


def _scattered(frame: pd.DataFrame) -> Iterator[Finding]:
    places = frame.groupby(["operator", "site_id"])[["easting", "northing"]]
    spread = places.max() - places.min()
    wide = np.hypot(spread["easting"], spread["northing"])
    yield from _finding(
        "scattered-site", "warning",
        f"site(s) have rows more than {WIDE_SITE_M:g} m apart: one has the wrong place or name",
        (f"{site} ({operator}), {wide[operator, site]:.0f} m"
         for operator, site in wide.index[wide > WIDE_SITE_M]),
    )  # fmt: skip


def _above_the_mast(frame: pd.DataFrame) -> Iterator[Finding]:
    high = frame[frame["antenna_height_m"] > frame["mast_height_m"]]
    yield from _finding(
        "antenna-above-mast", "warning",
        "sector(s) have an antenna above the top of their mast; correct one of the heights",
        (f"{_label(row)}, {row['antenna_height_m']:g} m > {row['mast_height_m']:g} m"
         for _, row in high.iterrows()),
    )  # fmt: skip


def _too_much(frame: pd.DataFrame) -> Iterator[Finding]:
    masts = frame[frame["mast_height_m"] > TALL_MAST_M].drop_duplicates(["operator", "site_id"])
    yield from _finding(
        "tall-mast", "warning", f"site(s) have a mast above {TALL_MAST_M:g} m",
        (f"{_label(row)}, {row['mast_height_m']:g} m" for _, row in masts.iterrows()),
    )  # fmt: skip
    strong = frame[frame["eirp_dbm"] > STRONG_EIRP_DBM]
    yield from _finding(
        "strong-eirp", "warning", f"sector(s) radiate more than {STRONG_EIRP_DBM:g} dBm",
        (f"{_label(row)}, {row['eirp_dbm']:g} dBm" for _, row in strong.iterrows()),
    )  # fmt: skip


def _silent_operators(
    frame: pd.DataFrame, operators: Sequence[str], technologies: Sequence[str]
) -> Iterator[Finding]:
    has: Mapping[str, set[str]] = {
        str(name): set(own["technology"]) for name, own in frame.groupby("operator")
    }
    yield from _finding(
        "operator-without-sites", "warning",
        "operator(s) of the study have no site in the frame: no coverage, or no list?",
        (name for name in operators if name not in has),
    )  # fmt: skip
    if FOURTH_GENERATION in technologies:
        yield from _finding(
            "operator-without-4g", "warning",
            f"operator(s) have sites but none with {FOURTH_GENERATION}: is the list complete?",
            (name for name in operators if name in has and FOURTH_GENERATION not in has[name]),
        )  # fmt: skip


def _incomplete(
    network: Network, communes: Communes, operators: Sequence[str], stations: Mapping[str, float]
) -> Iterator[Finding]:
    """A list that lacks sites makes false gaps."""
    lacking = incomplete_lists(
        network, communes,
        keys={name: name for name in operators},
        stations={name: (count, "") for name, count in stations.items()},
    )  # fmt: skip
    yield from _finding(
        "incomplete-list", "warning",
        "operator(s) have more stations in the communes than the list holds on the air: every gap "
        "is a gap of the known sites, and no ranking is made for them",
        (f"{known.operator}, {known.listed} of {known.stations:g}"
         for known in lacking if known.listed < known.stations),
    )  # fmt: skip
    yield from _finding(
        "crowd-sourced", "warning",
        "operator(s) are known from reports of phones alone, which are never complete: every gap "
        "is a gap of the known sites, and no ranking is made for them",
        (known.operator for known in lacking if known.crowd_sourced),
    )  # fmt: skip


def _not_on_air(frame: pd.DataFrame) -> Iterator[Finding]:
    for status in ("planned", "broken"):
        silent = frame[frame["status"] == status]
        yield from _finding(
            f"{status}-sectors", "note", f"sector(s) are {status} and do not radiate",
            (_label(row) for _, row in silent.iterrows()),
        )  # fmt: skip


def guess_shares(network: Network, people: People, communes: Communes) -> tuple[GuessShare, ...]:
    """How many people and how much area are nearest to a site with filled values.

    Parameters
    ----------
    network
        All sectors; those that radiate count.
    people
        People per cell.
    communes
        The communes asked about; only cells whose centre lies in one count.

    Returns
    -------
    tuple of GuessShare
        ``any`` first, then by column.

    Notes
    -----
    The nearest site is a stand-in for the best server, which is known only after the reach was
    computed. Not modelled: terrain between a place and its nearest site.
    """
    sectors = [sector for sector in network.sectors if sector.status == "existing"]
    places = sorted({(s.easting, s.northing) for s in sectors})
    if not places:
        return ()
    numbers = {place: number for number, place in enumerate(places)}
    site = np.array([numbers[s.easting, s.northing] for s in sectors])
    nearest, weight = _nearest(np.array(places), people, communes)
    count = np.bincount(nearest, weights=weight, minlength=len(places))
    area = np.bincount(nearest, minlength=len(places)) * people.grid.cell_area_km2
    columns = sorted({column for s in sectors for column in s.filled})
    shares = []
    for column in ("any", *columns):
        gap = [bool(s.filled) if column == "any" else column in s.filled for s in sectors]
        touched = np.unique(site[np.array(gap, dtype=bool)])
        shares.append(
            GuessShare(
                column, sum(gap), len(touched),
                float(count[touched].sum()), float(area[touched].sum()),
            )
        )  # fmt: skip
    return tuple(shares)


def _nearest(
    places: np.ndarray, people: People, communes: Communes
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest place of each cell of the communes, and its people."""
    grid = people.grid
    rows, cols = np.indices(grid.shape)
    east, north = grid.affine * (cols.ravel() + 0.5, rows.ravel() + 0.5)
    area = shapely.union_all(communes.frame.geometry.to_numpy())
    shapely.prepare(area)
    inside = shapely.contains_xy(area, east, north)
    cells = np.column_stack([east[inside], north[inside]])
    _, nearest = cKDTree(places).query(cells)
    return nearest, np.nan_to_num(people.count.ravel()[inside])
