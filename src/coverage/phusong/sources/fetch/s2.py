"""Cells of the S2 geometry that cover a box, by their tokens: Open Buildings has a file for each.

S2 projects the globe on a cube, warps each of the six faces and halves its sides again and again;
a cell is numbered along a Hilbert curve. Level 4 has 256 cells a face, some 5° a side.
"""

from typing import Any

import numpy as np

from phusong.sources.fetch.ranges import Bounds, unbroken

LEVEL = 4
SIDE = 1 << LEVEL
BORDER_STEP_DEG, INNER_STEP_DEG = 0.002, 0.25
"""Steps at which a box is looked at: narrow at its border, where a cell may reach in a little."""
BESIDE_DEG = 1e-7
# Of the Hilbert curve, by the orientation of a square (1 swaps its axes, 2 turns it round):
# number of each of its four parts, and by number what the part's orientation differs in.
_NUMBER = np.array([[0, 1, 3, 2], [0, 3, 1, 2], [2, 3, 1, 0], [2, 1, 3, 0]])
_TURNS = np.array([1, 0, 0, 3])

Array = np.ndarray[Any, Any]


def s2_tokens(bounds: Bounds) -> tuple[str, ...]:
    """Tokens of the level-4 cells that a box touches.

    Parameters
    ----------
    bounds
        West, south, east and north [degrees]; east is below west across the antimeridian.

    Returns
    -------
    tuple of str
        Three hexadecimal digits each, sorted.
    """
    found: set[str] = set()
    for part in unbroken(bounds):
        found.update(tokens_at(*_looked_at(part)))
    return tuple(sorted(found))


def _looked_at(bounds: Bounds) -> tuple[Array, Array]:
    """Points of a box: its border, its inside, and every corner of a cell that lies in it."""
    west, south, east, north = bounds

    def steps(low: float, high: float, step: float) -> Array:
        return np.linspace(low, high, max(2, int(np.ceil((high - low) / step)) + 1))

    lon, lat = steps(west, east, BORDER_STEP_DEG), steps(south, north, BORDER_STEP_DEG)
    inner = np.meshgrid(steps(west, east, INNER_STEP_DEG), steps(south, north, INNER_STEP_DEG))
    corner_lon, corner_lat = _corners()
    here = (corner_lon >= west) & (corner_lon <= east) & (corner_lat >= south)
    here &= corner_lat <= north
    around = BESIDE_DEG * np.array([(a, b) for a in (-1, 1) for b in (-1, 1)]).T
    return (
        np.concatenate([
            lon, lon, np.full_like(lat, west), np.full_like(lat, east), inner[0].ravel(),
            (corner_lon[here, None] + around[0]).ravel(),
        ]),
        np.concatenate([
            np.full_like(lon, south), np.full_like(lon, north), lat, lat, inner[1].ravel(),
            (corner_lat[here, None] + around[1]).ravel(),
        ]),
    )  # fmt: skip


def _corners() -> tuple[Array, Array]:
    """Longitude and latitude of every corner of a cell [degrees]."""
    s = np.linspace(0.0, 1.0, SIDE + 1)
    u = np.where(s >= 0.5, (4 * s * s - 1) / 3, (1 - 4 * (1 - s) ** 2) / 3)
    u, v = (axis.ravel() for axis in np.meshgrid(u, u))
    one = np.ones_like(u)
    x = np.concatenate([one, -u, -u, -one, v, v])
    y = np.concatenate([u, one, -v, -v, -one, u])
    z = np.concatenate([v, v, one, -u, -u, -one])
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def tokens_at(longitude: Array, latitude: Array) -> tuple[str, ...]:
    """Tokens of the level-4 cells that hold some points.

    Parameters
    ----------
    longitude, latitude
        Of each point [degrees].

    Returns
    -------
    tuple of str
        Sorted, each once.
    """
    face, s, t = _on_the_cube(np.radians(longitude), np.radians(latitude))
    i, j = (np.clip(np.floor(v * SIDE), 0, SIDE - 1).astype(np.int64) for v in (s, t))
    number, orientation = np.zeros_like(i), face & 1
    for bit in range(LEVEL - 1, -1, -1):
        quarter = _NUMBER[orientation, ((i >> bit & 1) << 1) | (j >> bit & 1)]
        number = number << 2 | quarter
        orientation = orientation ^ _TURNS[quarter]
    # Three bits of the face, two for each level, and a one that ends the number.
    return tuple(f"{cell:03x}" for cell in np.unique(face << 9 | number << 1 | 1))


def _on_the_cube(longitude: Array, latitude: Array) -> tuple[Array, Array, Array]:
    """Face of the cube that a direction meets, and where, from 0 to 1 along both its sides."""
    x, y = np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude)
    z = np.sin(latitude)
    axis = np.argmax(np.abs([x, y, z]), axis=0)
    largest = np.choose(axis, [x, y, z])
    face = axis + 3 * (largest < 0)
    u = np.choose(face, [y, -x, -x, z, z, -y]) / np.choose(face, [x, y, z, x, y, z])
    v = np.choose(face, [z, z, -y, y, -x, -x]) / np.choose(face, [x, y, z, x, y, z])
    s, t = (
        np.where(w >= 0, np.sqrt(1 + 3 * np.abs(w)) / 2, 1 - np.sqrt(1 + 3 * np.abs(w)) / 2)
        for w in (u, v)
    )
    return face, s, t
