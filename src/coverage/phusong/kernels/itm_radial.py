"""Longley-Rice over a disc along shared radials: sampled once, never rescanned.

The profile of a cell is the beginning of the radial nearest to it, except for the last points
before the receiver (``own``) and the receiver itself, which lie on the cell's own line. A
radial is sampled every ``unit`` cells; a profile of n steps is taken as equally spaced between
the mast and the cell, which moves no point by more than half a step.

Of a profile the model wants its mean, two fits, two horizons and the irregularity. Mean and
fits come from sums along the radial, horizons from a list of records and one hull; the
irregularity alone is computed anew. The effective Earth differs from path to path, because
each has its own mean height. With the curvature K = xi²/(2a) in metres per step²:

- the transmitter's horizon for any K in K_min..K_max is a record for K_min;
- the receiver's is a vertex of the upper hull of (i, z - K_max i²), and no point before a
  record for K_max can be it on a path that is cut short.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phusong.kernels.exact_disc import bilinear
from phusong.kernels.itm import Link
from phusong.kernels.itm_map import ItmDisc, Result, write_losses
from phusong.kernels.itm_terrain import (
    Geometry,
    dim,
    effective_earth_curvature,
    smooth_geometry,
    straight_fit,
    surface_refractivity,
    terrain_irregularity,
)

LOWEST = -1e300
SHORT_FIT = 24
"""Fits over fewer steps are summed directly: exact, and as fast."""


class Radials(NamedTuple):
    """The fan: 2M + 1 slopes in each of four sectors (east, south, west, north)."""

    M: int
    own: int  # points before the receiver that come from its own line
    gamma_min: float  # least and greatest curvature of the effective Earth [1/m]
    gamma_max: float


class Running(NamedTuple):
    """One radial: heights, sums, records for K_min; hull for K_max on a stack."""

    z: np.ndarray
    sum_0: np.ndarray  # of z - z_0 up to a point
    sum_1: np.ndarray  # of i (z - z_0) up to a point
    record_i: np.ndarray
    record_s: np.ndarray
    records: np.ndarray  # how many there are up to a point
    hull_i: np.ndarray
    hull_G: np.ndarray
    kept: np.ndarray  # the radial's own heights, while a cell's last points stand in z


@njit(cache=True, nogil=True, error_model="numpy")
def new_running(size: int, own: int) -> Running:
    """Scratch for radials of up to ``size`` points."""
    return Running(
        np.empty(size),
        np.empty(size),
        np.empty(size),
        np.empty(size, np.int64),
        np.empty(size),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size),
        np.empty(own + 1),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def radial_of(down: float, right: float, M: int) -> int:
    """Number of the radial nearest to a cell; in the middle the one with the higher slope."""
    if abs(right) >= abs(down):
        sector = 0 if right >= 0.0 else 2
        main = abs(right)
        cross = down
    else:
        sector = 1 if down >= 0.0 else 3
        main = abs(down)
        cross = right
    return sector * (2 * M + 1) + M + math.floor(M * cross / main + 0.5)


@njit(cache=True, nogil=True, error_model="numpy")
def direction(radial: int, M: int) -> tuple[float, float]:
    """Unit vector (down, right) of a radial."""
    sector = radial // (2 * M + 1)
    v = (radial % (2 * M + 1) - M) / M
    unit = 1.0 / math.sqrt(1.0 + v * v)
    ahead = unit if sector < 2 else -unit
    if sector % 2 == 0:
        return v * unit, ahead
    return ahead, v * unit


@njit(cache=True, nogil=True, error_model="numpy")
def steps_to(down: float, right: float) -> int:
    """Steps of about one cell to a cell's centre."""
    return max(1, math.floor(math.sqrt(down * down + right * right) + 0.5))


@njit(cache=True, nogil=True, error_model="numpy")
def share_out(
    wanted: np.ndarray, row0: int, col0: int, disc: ItmDisc, M: int
) -> tuple[np.ndarray, np.ndarray]:
    """Flat indices of the wanted cells by radial, and where each radial's begin."""
    rows, cols = wanted.shape
    begin = np.zeros(4 * (2 * M + 1) + 1, np.int64)
    for i in range(rows):
        for j in range(cols):
            if wanted[i, j]:
                down = row0 + i + 0.5 - disc.tx_row
                begin[radial_of(down, col0 + j + 0.5 - disc.tx_col, M) + 1] += 1
    for r in range(1, begin.size):
        begin[r] += begin[r - 1]
    at = begin.copy()
    cells = np.empty(begin[-1], np.int32)
    for i in range(rows):
        for j in range(cols):
            if wanted[i, j]:
                down = row0 + i + 0.5 - disc.tx_row
                r = radial_of(down, col0 + j + 0.5 - disc.tx_col, M)
                cells[at[r]] = i * cols + j
                at[r] += 1
    return cells, begin


@njit(cache=True, nogil=True, error_model="numpy")
def sample_radial(
    height: np.ndarray, disc: ItmDisc, line: tuple[float, float], n: int, z: np.ndarray
) -> int:
    """Fill z[0..n] along a radial; the number of points up to the first unknown one."""
    for i in range(n + 1):
        z[i] = bilinear(height, disc.tx_row + i * line[0], disc.tx_col + i * line[1])
        if math.isnan(z[i]):
            return i
    return n + 1


@njit(cache=True, nogil=True, error_model="numpy")
def prepare(run: Running, n: int, h_1_m: float, K_min: float) -> None:
    """Sums up to, and records for K_min among, the points 1..n of a radial."""
    z_0 = run.z[0]
    run.sum_0[0] = 0.0
    run.sum_1[0] = 0.0
    run.records[0] = 0
    best = LOWEST
    count = 0
    for i in range(1, n + 1):
        a = run.z[i] - z_0
        run.sum_0[i] = run.sum_0[i - 1] + a
        run.sum_1[i] = run.sum_1[i - 1] + i * a
        s = (a - h_1_m) / i
        if s - K_min * i > best:
            best = s - K_min * i
            run.record_i[count] = i
            run.record_s[count] = s
            count += 1
        run.records[i] = count


@njit(cache=True, nogil=True, error_model="numpy")
def insert(
    run: Running, i: int, top: int, best: float, h_1_m: float, K_max: float
) -> tuple[int, float]:
    """Put point i on the hull for K_max; the new top of the stack and the steepest slope."""
    a = run.z[i] - run.z[0]
    S = (a - h_1_m) / i - K_max * i
    if S > best:  # a record for every K: nothing before it is a receiver's horizon
        best = S
        top = -1
    G = a - K_max * i * i
    while top >= 1:
        rise = (run.hull_G[top - 1] - G) * (i - run.hull_i[top])
        if rise < (run.hull_G[top] - G) * (i - run.hull_i[top - 1]):
            break
        top -= 1
    top += 1
    run.hull_i[top] = i
    run.hull_G[top] = G
    return top, best


@njit(cache=True, nogil=True, error_model="numpy")
def tx_horizon(run: Running, last: int, K: float, K_min: float) -> int:
    """First point of 1..last with the steepest slope from the transmitter; 0 where none."""
    best = LOWEST
    where = 0
    r = run.records[last] - 1
    while r >= 0:
        i = run.record_i[r]
        s = run.record_s[r]
        if s - K_min * i - (K - K_min) < best:  # no earlier record can be steeper for K
            break
        if s - K * i >= best:
            best = s - K * i
            where = i
        r -= 1
    return where


@njit(cache=True, nogil=True, error_model="numpy")
def rx_horizon(run: Running, top: int, n: int, a_2_m: float, K: float, K_max: float) -> int:
    """First hull point with the steepest slope from the receiver at a_2_m, for K; 0 where none."""
    if top < 0:
        return 0
    H = a_2_m - K_max * n * n
    k = top
    u = (run.hull_G[k] - H) / (n - run.hull_i[k])
    while k >= 1:
        left = (run.hull_G[k - 1] - H) / (n - run.hull_i[k - 1])
        if left < u:
            break
        u = left
        k -= 1
    where = run.hull_i[k]
    best = u - (K_max - K) * (n + where)
    nearest = n + run.hull_i[0]
    while k >= 1:
        k -= 1
        i = run.hull_i[k]
        u = (run.hull_G[k] - H) / (n - i)
        if u - (K_max - K) * nearest < best:  # u falls from here on
            break
        if u - (K_max - K) * (n + i) >= best:
            best = u - (K_max - K) * (n + i)
            where = i
    return where


@njit(cache=True, nogil=True, error_model="numpy")
def seen_horizons(
    run: Running,
    n: int,
    xi_m: float,
    disc: ItmDisc,
    a_m: float,
    own: int,
    candidates: tuple[int, int],
) -> tuple[float, float, float, float]:
    """Horizon distances and angles from one candidate each and the own points (step 2)."""
    z = run.z
    d_m = n * xi_m
    z_1 = z[0] + disc.h_1_m
    z_2 = z[n] + disc.h_2_m
    theta_1 = (z_2 - z_1) / d_m - d_m / (2.0 * a_m)
    theta_2 = (z_1 - z_2) / d_m - d_m / (2.0 * a_m)
    d_L1 = d_m
    d_L2 = d_m
    i, k = candidates
    if i > 0:
        x = i * xi_m
        theta = (z[i] - z_1) / x - x / (2.0 * a_m)
        if theta > theta_1:
            theta_1 = theta
            d_L1 = x
    if k > 0:
        rest = d_m - k * xi_m
        theta = (z[k] - z_2) / rest - rest / (2.0 * a_m)
        if theta > theta_2:
            theta_2 = theta
            d_L2 = rest
    for i in range(n - own, n):
        x = i * xi_m
        rest = d_m - x
        theta = (z[i] - z_1) / x - x / (2.0 * a_m)
        if theta > theta_1:
            theta_1 = theta
            d_L1 = x
        theta = (z[i] - z_2) / rest - rest / (2.0 * a_m)
        if theta > theta_2:
            theta_2 = theta
            d_L2 = rest
    return d_L1, d_L2, theta_1, theta_2


@njit(cache=True, nogil=True, error_model="numpy")
def sums_between(run: Running, first: int, last: int, shared: int) -> tuple[float, float]:
    """Sums of z - z_0 and of i (z - z_0) over first..last; points beyond ``shared`` are own."""
    S_0 = 0.0
    S_1 = 0.0
    end = min(last, shared)
    if end >= first:
        S_0 = run.sum_0[end] - run.sum_0[first - 1]
        S_1 = run.sum_1[end] - run.sum_1[first - 1]
    for i in range(max(first, shared + 1), last + 1):
        a = run.z[i] - run.z[0]
        S_0 += a
        S_1 += i * a
    return S_0, S_1


@njit(cache=True, nogil=True, error_model="numpy")
def mean_so_far(run: Running, n: int, shared: int) -> float:
    """Mean of the inner 80 % of the profile, h_sys (step 1)."""
    p_10 = int(0.1 * n)
    total, _ = sums_between(run, max(p_10, 1), n - p_10, shared)  # z_0 itself adds nothing
    return run.z[0] + total / (n - 2 * p_10 + 1)


@njit(cache=True, nogil=True, error_model="numpy")
def fit_so_far(
    run: Running, n: int, xi_m: float, start_m: float, end_m: float, shared: int
) -> tuple[float, float]:
    """Least-squares line over part of the profile, as its heights at both ends (step 4)."""
    i = int(dim(start_m / xi_m, 0.0))
    j = n - int(dim(n, end_m / xi_m))
    if j - i <= SHORT_FIT:
        return straight_fit(run.z, n, xi_m, start_m, end_m)
    L = j - i
    c = -0.5 * L
    z_0 = run.z[0]
    between_0, between_1 = sums_between(run, i + 1, j - 1, shared)
    S = 0.5 * (run.z[i] + run.z[j] - 2.0 * z_0) + between_0
    M = 0.5 * (run.z[i] - run.z[j]) * c + between_1 + (c - i) * between_0
    S /= L
    M *= 12.0 / ((L * L + 2.0) * L)
    # A constant height H adds H to S only where the weights of S add up to L, which they do.
    return z_0 + S - M * (j + c), z_0 + S + M * (n - j - c)


@njit(cache=True, nogil=True, error_model="numpy")
def geometry_so_far(
    run: Running,
    n: int,
    xi_m: float,
    disc: ItmDisc,
    a_m: float,
    seen: tuple[float, float, float, float],
    shared: int,
) -> Geometry:
    """Irregularity and effective heights (steps 3 and 5), with fits from running sums."""
    d_L1, d_L2, theta_1, theta_2 = seen
    h_1, h_2 = disc.h_1_m, disc.h_2_m
    d_m = n * xi_m
    x_s = min(15.0 * h_1, 0.1 * d_L1)
    x_e = d_m - min(15.0 * h_2, 0.1 * d_L2)
    delta_h = terrain_irregularity(run.z, n, xi_m, x_s, x_e)
    if d_L1 + d_L2 > 1.5 * d_m:
        fit_0, fit_n = fit_so_far(run, n, xi_m, x_s, x_e, shared)
        h_e1 = h_1 + dim(run.z[0], fit_0)
        h_e2 = h_2 + dim(run.z[n], fit_n)
        return smooth_geometry(d_m, h_1, h_2, h_e1, h_e2, a_m, delta_h)
    fit_0, _ = fit_so_far(run, n, xi_m, x_s, 0.9 * d_L1, shared)
    _, fit_n = fit_so_far(run, n, xi_m, d_m - 0.9 * d_L2, x_e, shared)
    h_e1 = h_1 + dim(run.z[0], fit_0)
    h_e2 = h_2 + dim(run.z[n], fit_n)
    return Geometry(d_m, h_1, h_2, h_e1, h_e2, d_L1, d_L2, theta_1, theta_2, delta_h)


@njit(cache=True, nogil=True, error_model="numpy")
def own_points(
    height: np.ndarray, disc: ItmDisc, down: float, right: float, n: int, own: int, z: np.ndarray
) -> bool:
    """Put the last points of the cell's own line into z; False where one is unknown."""
    for k in range(n - own, n + 1):
        share = k / n
        z[k] = bilinear(height, disc.tx_row + share * down, disc.tx_col + share * right)
        if math.isnan(z[k]):
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def one_radial(
    height: np.ndarray,
    disc: ItmDisc,
    link: Link,
    f: np.ndarray,
    row0: int,
    col0: int,
    cells: np.ndarray,
    radial: int,
    fan: Radials,
    run: Running,
    out: Result,
) -> None:
    """Fill the cells of one radial, from the mast outwards."""
    cols = out.elevation_mrad.shape[1]
    steps = np.empty(cells.size, np.int64)
    for c in range(cells.size):
        down = row0 + cells[c] // cols + 0.5 - disc.tx_row
        steps[c] = steps_to(down, col0 + cells[c] % cols + 0.5 - disc.tx_col)
    order = np.argsort(steps, kind="mergesort")
    farthest = steps[order[-1]]
    known = sample_radial(height, disc, direction(radial, fan.M), farthest, run.z)
    # A step is stretched by no more than half a step over the shortest profile of the radial.
    slack = 0.5 / steps[order[0]] + 1e-9
    K_min = 0.5 * fan.gamma_min * (disc.cell_m * (1.0 - slack)) ** 2
    K_max = 0.5 * fan.gamma_max * (disc.cell_m * (1.0 + slack)) ** 2
    prepare(run, known - 1, disc.h_1_m, K_min)
    top = -1
    inserted = 0
    steepest = LOWEST
    for c in order:
        n = steps[c]
        shared = n - fan.own - 1
        if shared >= known:
            return
        i = cells[c] // cols
        j = cells[c] % cols
        while inserted < shared:
            inserted += 1
            top, steepest = insert(run, inserted, top, steepest, disc.h_1_m, K_max)
        down = row0 + i + 0.5 - disc.tx_row
        right = col0 + j + 0.5 - disc.tx_col
        run.kept[:] = run.z[n - fan.own : n + 1]
        if own_points(height, disc, down, right, n, fan.own, run.z):
            xi_m = math.sqrt(down * down + right * right) * disc.cell_m / n
            N_s = surface_refractivity(link.N_0, mean_so_far(run, n, shared))
            gamma = effective_earth_curvature(N_s)
            a_m = 1.0 / gamma
            K = 0.5 * gamma * xi_m * xi_m
            a_2 = run.z[n] + disc.h_2_m - run.z[0]
            candidates = (
                tx_horizon(run, shared, K, K_min),
                rx_horizon(run, top, n, a_2, K, K_max),
            )
            seen = seen_horizons(run, n, xi_m, disc, a_m, fan.own, candidates)
            g = geometry_so_far(run, n, xi_m, disc, a_m, seen, shared)
            write_losses(out, i, j, g, link, f, N_s, a_m)
            out.elevation_mrad[i, j] = 1000.0 * math.atan(seen[2])
        run.z[n - fan.own : n + 1] = run.kept


@njit(cache=True, nogil=True, error_model="numpy")
def radial_cells(
    height: np.ndarray,
    disc: ItmDisc,
    link: Link,
    f: np.ndarray,
    row0: int,
    col0: int,
    cells: np.ndarray,
    begin: np.ndarray,
    first: int,
    last: int,
    fan: Radials,
    out: Result,
) -> None:
    """Fill the cells of the radials first..last-1 of a window at (row0, col0)."""
    rows, cols = out.elevation_mrad.shape
    run = new_running(int(math.sqrt(float(rows * rows + cols * cols))) + 12, fan.own)
    for radial in range(first, last):
        mine = cells[begin[radial] : begin[radial + 1]]
        if mine.size > 0:
            one_radial(height, disc, link, f, row0, col0, mine, radial, fan, run, out)
