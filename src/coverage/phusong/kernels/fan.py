"""A fan of straight radials from one mast, and which radial owns which cell of a raster.

The plane around the mast is cut into eight half sectors. In each of them a cell has a main
offset X (columns, counted outwards) and a cross offset y (0 <= y <= X, about) from the mast's
own node; west, north and south are the same arithmetic with other steps through the raster.
Radial j of M + 1 has the slope v = j/M and passes the columns at ``cross = g + v (i - f)``;
(f, g) is where the mast stands in its cell, in multiples of 1/256 cell and within 127 of them,
so that every column distance is exact in float32 and y never exceeds X.

A radial is sampled at the columns, but its first points, like the last ones before a receiver,
lie one cell apart along the path: there a profile decides most, and the profile of a single
link is sampled so. Lengths are cells or column widths; heights metres above the mast's foot.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from phusong.kernels.sweep_layout import BORROWING

F32 = np.float32
_ONE = F32(1.0)


FIRST_POINTS = 8
"""Points of a radial one cell apart at the mast."""

OWN_POINTS = 4
"""Points before a receiver one cell apart on the cell's own line."""

NEAREST_COLUMN = FIRST_POINTS + OWN_POINTS + 2
"""Nearest column of a receiver: at least one column lies between the points of both ends."""


class Fan(NamedTuple):
    """What all half sectors of one sweep share.

    ``M`` radials of slope below 1 plus the diagonal; ``rho`` the radius in cells; cells with
    both offsets within ``near`` are not the fan's; ``cell_km`` is the side of a cell.
    """

    M: int
    rho: float
    near: int
    cell_km: float


class HalfSector(NamedTuple):
    """One eighth of the plane as steps through flat rasters.

    ``base`` is the flat index of the mast's node in the padded raster, ``main`` and ``cross``
    the steps outwards and sideways; ``out``, ``out_main`` and ``out_cross`` the same in the
    output. ``x_max`` and ``y_max`` are the last offsets inside the raster; ``f`` and ``g`` the
    mast's place in its cell. ``takes_axis``: the axis y = g is this half's, not its mirror's;
    ``takes_diagonal``: likewise for X - f = y - g.
    """

    base: int
    main: int
    cross: int
    out: int
    out_main: int
    out_cross: int
    x_max: int
    y_max: int
    f: float
    g: float
    takes_axis: bool
    takes_diagonal: bool


class Radial(NamedTuple):
    """Where the points of one radial lie.

    Slope ``v``; ``pitch``, a cell along the path in columns; ``first_column`` after the first
    points, column i being point i + ``shift``; the last point before the own points of a
    receiver in column X is X - ``back``, ``gap`` columns from the farthest of them.
    """

    v: float
    pitch: float
    first_column: int
    shift: int
    back: int
    gap: float


@njit(**BORROWING)
def radial(j: int, fan: Fan, half: HalfSector) -> Radial:
    """Points of radial j; the column next to an end's points is half a column away or more."""
    v = np.float64(j) / np.float64(fan.M)
    pitch = 1.0 / np.sqrt(1.0 + v * v)
    first_column = np.int64(np.ceil(FIRST_POINTS * pitch + 0.5 + half.f))
    shift = FIRST_POINTS + 1 - first_column
    reach = OWN_POINTS * pitch
    columns_back = np.int64(np.ceil(reach + 0.5))
    return Radial(v, pitch, first_column, shift, columns_back - shift, columns_back - reach)


@njit(**BORROWING)
def cell_boundaries(beyond: np.ndarray, j: int, i_max: int, fan: Fan, half: HalfSector) -> None:
    """First cross offset beyond radial j's share of every column; -1 bounds the first radial.

    A cell belongs to the nearest radial, ties outwards. The expression for one j is the lower
    bound of the next and the upper bound of the last, so every cell has exactly one owner.
    """
    if j < 0:
        first = np.int32(np.ceil(half.g))
        if not half.takes_axis:
            first = np.int32(np.floor(half.g) + 1.0)
        for i in range(i_max + 1):
            beyond[i] = first
    elif j >= fan.M:
        rise = half.g - half.f
        last = np.int32(np.floor(rise) + 1.0) if half.takes_diagonal else np.int32(np.ceil(rise))
        for i in range(i_max + 1):
            beyond[i] = np.int32(i) + last
    else:
        between = np.float64(2 * j + 1)
        width = np.float64(2 * fan.M)
        for i in range(i_max + 1):
            y = half.g + (np.float64(i) - half.f) * between / width
            whole = np.int32(y)  # towards zero, and y > -1: with the next line, the ceiling
            beyond[i] = np.int32(whole + 1) if y > np.float64(whole) else whole


@njit(**BORROWING)
def column_limits(j: int, fan: Fan, half: HalfSector) -> tuple[int, int]:
    """Columns up to which every owned cell surely is, and up to which one may be, a receiver."""
    outer = min((2.0 * j + 1.0) / (2.0 * fan.M), 1.0)
    inner = max((2.0 * j - 1.0) / (2.0 * fan.M), 0.0)
    sure = half.f + (fan.rho - 1e-6) / np.sqrt(1.0 + outer * outer)
    if outer > 0.0:
        sure = min(sure, half.f + (half.y_max - 1.0 - half.g) / outer)
    i_sure = min(np.int64(np.floor(sure)), half.x_max)
    i_may = np.int64(np.floor(half.f + fan.rho / np.sqrt(1.0 + inner * inner))) + 1
    return max(i_sure, 0), min(i_may, half.x_max)


@njit(**BORROWING)
def receivers(
    column: np.ndarray,
    offset: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    j: int,
    fan: Fan,
    half: HalfSector,
) -> int:
    """Columns and cross offsets of the cells that radial j owns, from the mast outwards.

    With M above the radius a radial owns at most one cell of a column.
    """
    i_sure, i_may = column_limits(j, fan, half)
    rho2 = fan.rho * fan.rho
    n = 0
    for i in range(fan.near + 1, i_sure + 1):
        column[n] = i
        offset[n] = lower[i]
        n += 1 if upper[i] > lower[i] else 0
    for i in range(max(i_sure, fan.near) + 1, i_may + 1):
        y = np.int64(lower[i])
        wanted = upper[i] > y and y <= half.y_max
        wanted = wanted and (i - half.f) ** 2 + (y - half.g) ** 2 <= rho2
        column[n] = i
        offset[n] = y
        n += 1 if wanted else 0
    return n


@njit(**BORROWING)
def distances(x: np.ndarray, inverse_x: np.ndarray, n: int, ray: Radial, half: HalfSector) -> None:
    """Distances of points 1..n from the mast in columns, and their reciprocals."""
    f = F32(half.f)
    for k in range(1, FIRST_POINTS + 1):
        x[k] = F32(np.float64(k) * ray.pitch)
    for k in range(FIRST_POINTS + 1, n + 1):
        x[k] = F32(k - ray.shift) - f
    for k in range(1, n + 1):
        inverse_x[k] = _ONE / x[k]


@njit(**BORROWING)
def sample_radial(
    heights: np.ndarray, ground: np.ndarray, n: int, ray: Radial, half: HalfSector
) -> None:
    """Ground on a radial: bilinear at its first points, then between the nodes of columns."""
    for k in range(1, FIRST_POINTS + 1):
        along = np.float64(k) * ray.pitch
        heights[k] = _ground_at(ground, half.f + along, half.g + along * ray.v, half)
    v = F32(ray.v)
    f = F32(half.f)
    g = F32(half.g)
    for i in range(ray.first_column, n - ray.shift + 1):
        cross = g + v * (F32(i) - f)
        k = np.int32(cross + _ONE) - np.int32(1)  # floor, as cross > -1
        weight = cross - F32(k)
        node = np.uint64(half.base + i * half.main + k * half.cross)
        low = ground[node]
        point = np.uint64(i + ray.shift)
        heights[point] = low + weight * (ground[node + np.uint64(half.cross)] - low)


@njit(**BORROWING)
def _ground_at(ground: np.ndarray, main: float, cross: float, half: HalfSector) -> float:
    """Bilinear ground at offsets above -1 from the mast's node."""
    i = np.int64(np.floor(main))
    k = np.int64(np.floor(cross))
    right = F32(main - i)
    up = F32(cross - k)
    node = half.base + i * half.main + k * half.cross
    near = ground[node] + up * (ground[node + half.cross] - ground[node])
    node += half.main
    far = ground[node] + up * (ground[node + half.cross] - ground[node])
    return near + right * (far - near)


@njit(**BORROWING)
def sample_clutter(
    obstacle: np.ndarray,
    height: np.ndarray,
    clutter: np.ndarray,
    n: int,
    ray: Radial,
    half: HalfSector,
) -> None:
    """Ground plus the clutter of the nearest node on a radial; none in the mast's own cell."""
    for k in range(1, FIRST_POINTS + 1):
        along = np.float64(k) * ray.pitch
        i = np.int64(np.floor(half.f + along + 0.5))
        nearest = np.int64(np.floor(half.g + along * ray.v + 0.5))
        obstacle[k] = height[k]
        if i > 0 or nearest > 0:
            obstacle[k] += clutter[half.base + i * half.main + nearest * half.cross]
    for i in range(ray.first_column, n - ray.shift + 1):
        cross = half.g + ray.v * (np.float64(i) - half.f)
        nearest = np.int64(np.floor(cross + 0.5))
        node = np.uint64(half.base + i * half.main + nearest * half.cross)
        point = np.uint64(i + ray.shift)
        obstacle[point] = height[point] + clutter[node]


@njit(**BORROWING)
def sample_receivers(
    fields: np.ndarray,
    height: np.uint64,
    distance: np.uint64,
    ground: np.ndarray,
    first: int,
    count: int,
    column: np.ndarray,
    offset: np.ndarray,
    half: HalfSector,
) -> None:
    """Receivers' own ground and their distances in columns into two fields."""
    f = F32(half.f)
    for r in range(np.uint64(count)):
        X = np.int64(column[np.uint64(first) + r])
        y = np.int64(offset[np.uint64(first) + r])
        node = np.uint64(half.base + X * half.main + y * half.cross)
        fields[r + height] = ground[node]
        fields[r + distance] = F32(X) - f


@njit(**BORROWING)
def sample_own_point(
    heights: np.ndarray,
    start: int,
    ground: np.ndarray,
    back: float,
    first: int,
    count: int,
    column: np.ndarray,
    offset: np.ndarray,
    half: HalfSector,
) -> None:
    """Ground ``back`` columns before each receiver, on the straight line from the mast to it."""
    behind = np.int64(np.ceil(back))
    ahead = F32(np.float64(behind) - back)
    by = F32(back)
    f = F32(half.f)
    g = F32(half.g)
    for r in range(count):
        X = np.int64(column[first + r])
        y = F32(offset[first + r])
        cross = y - by * (y - g) / (F32(X) - f)
        k = np.int32(cross + _ONE) - np.int32(1)  # floor, as cross > -1
        weight = cross - F32(k)
        node = np.uint64(half.base + (X - behind) * half.main + k * half.cross)
        low = ground[node]
        near = low + weight * (ground[node + np.uint64(half.cross)] - low)
        node += np.uint64(half.main)
        low = ground[node]
        far = low + weight * (ground[node + np.uint64(half.cross)] - low)
        heights[np.uint64(start + r)] = near + ahead * (far - near)


@njit(**BORROWING)
def sample_own_clutter(
    obstacles: np.ndarray,
    start: int,
    heights: np.ndarray,
    clutter: np.ndarray,
    back: float,
    first: int,
    count: int,
    column: np.ndarray,
    offset: np.ndarray,
    half: HalfSector,
) -> None:
    """As :func:`sample_own_point` with the clutter of the nearest node on top."""
    behind = np.int64(np.ceil(back - 0.5))
    for r in range(count):
        X = np.int64(column[first + r])
        y = np.float64(offset[first + r])
        cross = y - (y - half.g) / (np.float64(X) - half.f) * back
        nearest = np.int64(np.floor(cross + 0.5))
        node = np.uint64(half.base + (X - behind) * half.main + nearest * half.cross)
        at = np.uint64(start + r)
        obstacles[at] = heights[at] + clutter[node]
