"""Longley-Rice ITM over a map: one mast to every cell of a disc, the second opinion."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from phusong.errors import DomainError
from phusong.geo.terrain import Terrain
from phusong.kernels.itm import ERROR_NONE, Link, input_error
from phusong.kernels.itm_map import ItmDisc, Result, exact_cells
from phusong.kernels.itm_radial import Radials, radial_cells, share_out
from phusong.kernels.itm_terrain import (
    effective_earth_curvature,
    ground_impedance,
    surface_refractivity,
)
from phusong.models.disc_window import DiscWindow, asked_for, disc_window
from phusong.models.itm import ItmConditions, check_ends, kernel_link
from phusong.models.loss_map import LossMap
from phusong.models.ranges import Range, possible, warn_outside
from phusong.units import BoolArray, Float32Array

ItmMethod = Literal["radial", "exact"]
Progress = Callable[[int, int], None]

OWN_POINTS = 16
"""Profile points before the receiver that come from the cell's own line."""

NEAR_CELLS = OWN_POINTS + 2
"""Cells nearer than this along both axes have a profile of their own in every method."""

_RADIUS = Range(0.0, 1_000_000.0, "m", open_low=True)
_METHODS: tuple[ItmMethod, ...] = ("radial", "exact")
_BATCHES = 64
_TYPICAL_N_S = 301.0


@dataclass(frozen=True, eq=False)
class _Job:
    """Everything a method needs, checked."""

    height_m: Float32Array
    disc: ItmDisc
    link: Link
    f_mhz: NDArray[np.float64]
    window: DiscWindow
    out: Result


def itm_loss_map(  # noqa: PLR0913 — one call holds every condition of a map
    terrain: Terrain,
    *,
    easting: float,
    northing: float,
    tx_height_m: float,
    rx_height_m: float,
    frequencies_mhz: tuple[float, ...],
    radius_m: float,
    conditions: ItmConditions | None = None,
    method: ItmMethod = "radial",
    step: int = 1,
    within: BoolArray | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> LossMap:
    """Basic transmission loss by Longley-Rice from one mast to every cell of a disc.

    Parameters
    ----------
    terrain
        Bare ground heights; NaN is unknown.
    easting, northing
        Mast, anywhere inside a cell of the terrain [m].
    tx_height_m, rx_height_m
        Antenna heights above ground. Possible 0.5 to 3000, recommended 1 to 1000 [m].
    frequencies_mhz
        Carrier frequencies; they share profile, horizons and irregularity. Possible 20 to
        20 000, recommended 40 to 10 000 [MHz].
    radius_m
        Radius of the disc, above 0 to 1 000 000 [m].
    conditions
        Climate, ground and statistics; the defaults of :class:`ItmConditions` when None.
    method
        ``"radial"``: profiles are beginnings of shared radials; ``"exact"``: each cell on its
        own profile, for checking and for short radii.
    step
        Compute only the middle cell of each block of this many rows and columns of the
        terrain, and give its loss to the other cells of the block; 1 computes every cell.
    within
        Cells that are asked for, for example the receivers of a lattice, shape of the terrain;
        every cell of the disc by default. Others are NaN and not counted.
    threads
        Threads to work on, >= 1; the result is the same to the bit for any number.
    progress
        Called with the parts done and their number as the work goes on, from this thread.

    Returns
    -------
    LossMap
        Loss for the percentages of ``conditions``. NaN where terrain on the path is unknown,
        outside the radius, outside the terrain, and where the surface refractivity that
        follows from the terrain is outside 150 to 400 N-units.

    Raises
    ------
    DomainError
        A value is impossible, the method is unknown, or no frequency is given.
    DataError
        The mast stands outside the terrain, or ``within`` has another shape.

    Warns
    -----
    ModelRangeWarning
        A frequency or an antenna height is outside the recommended range.

    Notes
    -----
    Source: as :func:`phusong.models.itm.itm_point_to_point`, which every cell is on its
    profile. ``"exact"`` samples the straight line to the cell's centre bilinearly in max(8,
    distance in cells) equal intervals. ``"radial"`` takes all but the last 16 points from the
    nearest of 8 R radials, R the radius in cells, sampled every cell; the effective Earth
    follows each path's own mean height. Departures: the mast's own cell is free space over
    flat ground at 0.3826 of its side; cells nearer than 1 km, where ITM warns, are computed
    with the same formulas. In both methods a path that reaches an unknown cell is unknown.
    Not modelled: clutter, location variability apart from ITM's own, gases, antenna pattern.
    """
    conditions = conditions or ItmConditions()
    _check(frequencies_mhz, tx_height_m, rx_height_m, radius_m, conditions)
    if method not in _METHODS:
        raise DomainError(f"method={method!r} is unknown; use {' or '.join(map(repr, _METHODS))}")
    for name, count in (("step", step), ("threads", threads)):
        if count < 1:
            raise DomainError(f"{name}={count} is impossible, at least 1 is needed")
    grid = terrain.grid
    window = asked_for(
        disc_window(grid, easting=easting, northing=northing, radius_m=radius_m), within, grid
    )
    row, col = grid.pixel_of(easting, northing)
    height_m = np.ascontiguousarray(terrain.height_amsl_m, dtype=np.float32)
    height_m.setflags(write=False)
    shape = window.inside.shape
    job = _Job(
        height_m,
        ItmDisc(float(row), float(col), grid.resolution_m, float(tx_height_m), float(rx_height_m)),
        kernel_link(frequencies_mhz[0], conditions),
        np.array(frequencies_mhz, dtype=np.float64),
        window,
        Result(
            np.full((len(frequencies_mhz), *shape), np.nan, dtype=np.float32),
            np.full(shape, np.nan, dtype=np.float32),
        ),
    )
    near = _near_cells(job) if method == "radial" else window.inside
    if step == 1:
        _run(job, window.inside, near, threads, progress)
    else:
        middle = _middle_cells(job, step)
        computed = window.inside & (near | (middle == np.arange(middle.size).reshape(shape)))
        _run(job, computed, near, threads, progress)
        _spread(job, computed, middle)
    return LossMap(
        grid=grid,
        row0=window.row0,
        col0=window.col0,
        frequencies_mhz=tuple(frequencies_mhz),
        path_loss_db=job.out.path_loss,
        tx_elevation_mrad=job.out.elevation_mrad,
        inside=window.inside,
    )


def _check(
    frequencies_mhz: tuple[float, ...],
    tx_height_m: float,
    rx_height_m: float,
    radius_m: float,
    conditions: ItmConditions,
) -> None:
    """Both tiers of ranges, and whether ground and frequency go together."""
    if not frequencies_mhz:
        raise DomainError("frequencies_mhz is empty; give at least one frequency in MHz")
    for frequency_mhz in frequencies_mhz:
        check_ends(frequency_mhz, tx_height_m, rx_height_m)
        link = kernel_link(frequency_mhz, conditions)
        Z = ground_impedance(link.epsilon, link.sigma_s_per_m, link.f_mhz, link.pol)
        if input_error(_TYPICAL_N_S, Z) != ERROR_NONE:
            raise DomainError(
                f"ground_permittivity={link.epsilon:g} and ground_conductivity_s_per_m="
                f"{link.sigma_s_per_m:g} do not go together at frequency_mhz={frequency_mhz:g}; "
                "average ground has 15 and 0.005 S/m"
            )
    if math.isnan(possible("radius_m", radius_m, _RADIUS, hint="give metres")):
        raise DomainError(f"radius_m=nan is unknown, {_RADIUS} is needed; give metres")
    warn_outside(
        "ITM",
        frequency_mhz=(np.asarray(frequencies_mhz, np.float64), Range(40.0, 10_000.0, "MHz")),
        tx_height_m=(np.asarray(tx_height_m, np.float64), Range(1.0, 1000.0, "m")),
        rx_height_m=(np.asarray(rx_height_m, np.float64), Range(1.0, 1000.0, "m")),
    )


def _middle_cells(job: _Job, step: int) -> NDArray[np.int64]:
    """Flat index of the cell that stands for each cell's block; its own where that is outside.

    Blocks are those of the terrain's grid, so that maps of several masts fit together.
    """
    rows, cols = job.window.inside.shape
    i, j = np.indices((rows, cols))
    own = i * cols + j
    middle_i, middle_j = (
        (at + start) // step * step + step // 2 - start
        for at, start in ((i, job.window.row0), (j, job.window.col0))
    )
    there = (middle_i >= 0) & (middle_i < rows) & (middle_j >= 0) & (middle_j < cols)
    middle = np.where(there, middle_i * cols + middle_j, own)
    taken = job.window.inside.ravel()[middle] & ~_near_cells(job)
    return np.asarray(np.where(taken, middle, own))


def _near_cells(job: _Job) -> BoolArray:
    """Cells of the window that always have their own profile."""
    rows, cols = job.window.inside.shape
    down = np.abs(np.arange(rows) + job.window.row0 + 0.5 - job.disc.tx_row)
    right = np.abs(np.arange(cols) + job.window.col0 + 0.5 - job.disc.tx_col)
    near = np.maximum(down[:, np.newaxis], right[np.newaxis, :]) < NEAR_CELLS
    return np.asarray(near & job.window.inside)


def _run(
    job: _Job, computed: BoolArray, near: BoolArray, threads: int, progress: Progress | None
) -> None:
    """Fill the computed cells: near ones from their own profile, the others along radials."""
    shared = (job.height_m, job.disc, job.link, job.f_mhz, job.window.row0, job.window.col0)
    own = np.flatnonzero(computed & near)
    work = [
        partial(exact_cells, *shared, batch, job.out)
        for batch in np.array_split(own, min(_BATCHES, max(1, own.size // 64)))
    ]
    far = computed & ~near
    if far.any():
        fan = _fan(job)
        cells, begin = share_out(far, job.window.row0, job.window.col0, job.disc, fan.M)
        edges = np.searchsorted(begin, np.linspace(0, cells.size, _BATCHES + 1))
        work += [
            partial(radial_cells, *shared, cells, begin, int(first), int(last), fan, job.out)
            for first, last in pairwise(edges)
        ]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done, part in enumerate([pool.submit(task) for task in work], start=1):
            part.result()
            if progress:
                progress(done, len(work))


def _fan(job: _Job) -> Radials:
    """As many radials as the radius has cells, per half sector; bounds of the curvature."""
    rows, cols = job.window.inside.shape
    row, col = job.disc.tx_row - job.window.row0, job.disc.tx_col - job.window.col0
    reach = math.ceil(max(row, rows - row, col, cols - col))
    top, left = job.window.row0, job.window.col0
    beside = job.height_m[max(top - 1, 0) : top + rows + 1, max(left - 1, 0) : left + cols + 1]
    known = beside[np.isfinite(beside)].astype(np.float64)
    lowest, highest = (known.min(), known.max()) if known.size else (0.0, 0.0)
    least, greatest = (
        effective_earth_curvature(surface_refractivity(job.link.N_0, float(height)))
        for height in (lowest, highest)
    )
    return Radials(reach, OWN_POINTS, (1.0 - 1e-9) * least, (1.0 + 1e-9) * greatest)


def _spread(job: _Job, computed: BoolArray, middle: NDArray[np.int64]) -> None:
    """Give the loss of each block's middle to its other cells, except to unknown ground."""
    rows, cols = computed.shape
    top, left = job.window.row0, job.window.col0
    ground = job.height_m[top : top + rows, left : left + cols]
    empty = job.window.inside & ~computed
    source = middle[empty]
    unknown = np.isnan(ground[empty])
    for values in (*job.out.path_loss, job.out.elevation_mrad):
        values[empty] = np.where(unknown, np.float32(np.nan), values.ravel()[source])
