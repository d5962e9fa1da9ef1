"""Where a new site may stand: in the country, not in water, not on ground that is excluded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from phusong.geo.grid import Grid
from phusong.geo.limits import Limits
from phusong.planning.candidates import Spot
from phusong.units import BoolArray

ABROAD_VI, ABROAD_EN = "Ngoài biên giới quốc gia", "Outside the national boundary"


@dataclass(frozen=True, slots=True)
class Removed:
    """What one limit takes away.

    Parameters
    ----------
    title_vi, title_en
        The limit.
    area_km2
        Ground of the communes that it takes; several limits may take the same ground [km²].
    spots
        Spots that would have been looked at.
    """

    title_vi: str
    title_en: str
    area_km2: float
    spots: int


@dataclass(frozen=True, eq=False)
class Standing:
    """Cells where a new site may stand.

    Parameters
    ----------
    allowed
        True where nothing forbids it.
    reasons
        Title in Vietnamese and English, and the cells that each limit takes.
    """

    allowed: BoolArray = field(repr=False)
    reasons: tuple[tuple[str, str, BoolArray], ...] = field(repr=False)


def standing_ground(limits: Limits, grid: Grid, asked: BoolArray) -> Standing:
    """Cells asked about where a new site may stand, by the centre of the cell.

    Parameters
    ----------
    limits
        Country, water, exclusions.
    grid
        The frame.
    asked
        Cells of the communes.

    Returns
    -------
    Standing
        A part of ``asked``.
    """
    rows, cols = np.nonzero(asked)
    east, north = grid.affine * (cols + 0.5, rows + 0.5)

    def cells(taken: BoolArray) -> BoolArray:
        found = np.zeros(grid.shape, dtype=np.bool_)
        found[rows[taken], cols[taken]] = True
        return found

    reasons = []
    if limits.country is not None:
        home = _inside(limits.country, east, north)
        reasons.append((ABROAD_VI, ABROAD_EN, cells(~home)))
    reasons += [
        (limit.title_vi, limit.title_en, cells(_inside(limit.shape, east, north)))
        for limit in limits.forbidden
    ]
    allowed = asked.copy()
    for _, _, taken in reasons:
        allowed &= ~taken
    return Standing(allowed, tuple(reasons))


def removed_by(standing: Standing, grid: Grid, *, spots: Sequence[Spot]) -> tuple[Removed, ...]:
    """How much each limit takes away.

    Parameters
    ----------
    standing
        Where a site may stand, and why not elsewhere.
    grid
        The frame.
    spots
        Spots on ground that is taken, which would have been looked at.

    Returns
    -------
    tuple of Removed
        One for each limit, in the order of the study file; also those that take nothing.
    """
    cells = [
        tuple(int(np.floor(v)) for v in grid.pixel_of(spot.easting, spot.northing))
        for spot in spots
    ]
    return tuple(
        Removed(
            vi, en,
            float(np.count_nonzero(taken) * grid.cell_area_km2),
            sum(bool(taken[cell]) for cell in cells),
        )
        for vi, en, taken in standing.reasons
    )  # fmt: skip


def _inside(shape: shapely.Geometry, east: Iterable[float], north: Iterable[float]) -> BoolArray:
    shapely.prepare(shape)
    return np.asarray(shapely.intersects_xy(shape, east, north), dtype=np.bool_)
