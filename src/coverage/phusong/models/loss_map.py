"""ITU-R P.1812-8 over a map: one mast to every cell of a disc, several bands at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from phusong.errors import DataError, DomainError
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.geo.tiles import Tile
from phusong.kernels.exact_disc import DiscTask, exact_rows
from phusong.models.disc_window import DiscWindow, asked_for, disc_window, radius_cells
from phusong.models.p1812_ranges import Polarization, check_scalars, polarization_number
from phusong.models.side_by_side import side_by_side
from phusong.models.sweep_map import DiscRasters, sweep_disc
from phusong.units import BoolArray, Float32Array

Method = Literal["sweep", "exact"]


@dataclass(frozen=True, eq=False)
class LossMap:
    """Basic transmission loss from one mast to the cells of a disc.

    Parameters
    ----------
    grid
        The terrain's grid.
    row0, col0
        First row and column of the window in the grid.
    frequencies_mhz
        Carrier frequency of each band [MHz].
    path_loss_db
        Loss between isotropic antennas, float32, bands x rows x columns; NaN where terrain on
        the path is unknown, or outside the radius [dB].
    tx_elevation_mrad
        Elevation of the ray at the mast, float32, rows x columns: the direct ray in line of
        sight, the horizon ray otherwise (theta_t of P.1812) [mrad].
    inside
        Whether a cell's centre lies within the radius (and the cell in the grid).
    """

    grid: Grid
    row0: int
    col0: int
    frequencies_mhz: tuple[float, ...]
    path_loss_db: Float32Array
    tx_elevation_mrad: Float32Array
    inside: BoolArray

    def cropped(self, wanted: BoolArray, tile: Tile) -> "LossMap | None":
        """Smallest window that holds all cells wanted.

        Parameters
        ----------
        wanted
            Cells of a tile, its shape.
        tile
            The tile, which the window lies in.

        Returns
        -------
        LossMap or None
            The same losses over fewer cells; None where none within the radius is wanted.
        """
        rows, cols = self.inside.shape
        place = Tile(self.row0, self.col0, rows, cols).inside(tile.row0, tile.col0)
        here = self.inside & wanted[place]
        down, across = np.flatnonzero(here.any(axis=1)), np.flatnonzero(here.any(axis=0))
        if down.size == 0:
            return None
        part = np.s_[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
        return replace(
            self,
            row0=self.row0 + int(down[0]),
            col0=self.col0 + int(across[0]),
            path_loss_db=self.path_loss_db[:, part[0], part[1]],
            tx_elevation_mrad=self.tx_elevation_mrad[part],
            inside=self.inside[part],
        )

    def within(self, tile: Tile) -> "LossMap | None":
        """The same losses over a tile alone.

        Parameters
        ----------
        tile
            A part of the grid.

        Returns
        -------
        LossMap or None
            None where the window does not touch the tile.
        """
        shared = tile.common(self.row0, self.col0, self.inside.shape)
        if shared is None:
            return None
        down, across = shared.inside(self.row0, self.col0)
        return replace(
            self,
            row0=shared.row0,
            col0=shared.col0,
            path_loss_db=self.path_loss_db[:, down, across],
            tx_elevation_mrad=self.tx_elevation_mrad[down, across],
            inside=self.inside[down, across],
        )

    @property
    def unknown_cells(self) -> int:
        """Number of cells within the radius whose loss is unknown."""
        return int(np.isnan(self.path_loss_db[0][self.inside]).sum())


@dataclass(frozen=True, eq=False)
class _Job:
    """Everything a method needs, checked."""

    height_m: Float32Array
    clutter_height_m: Float32Array
    task: DiscTask
    frequencies_mhz: tuple[float, ...]
    window: DiscWindow
    radius_cells: float
    threads: int


Solver = Callable[[_Job], tuple[Float32Array, Float32Array]]


def p1812_loss_map(  # noqa: PLR0913 — one call holds every condition of a map
    terrain: Terrain,
    *,
    easting: float,
    northing: float,
    tx_height_m: float,
    rx_height_m: float,
    frequencies_mhz: tuple[float, ...],
    radius_m: float,
    latitude_deg: float,
    delta_n: float = 45.0,
    surface_refractivity_n0: float = 325.0,
    time_percent: float = 50.0,
    polarization: Polarization = "vertical",
    clutter_height_m: Float32Array | None = None,
    within: BoolArray | None = None,
    method: Method = "sweep",
    threads: int = 1,
) -> LossMap:
    """Basic transmission loss by ITU-R P.1812-8 from one mast to every cell of a disc.

    Parameters
    ----------
    terrain
        Bare ground heights; NaN is unknown.
    easting, northing
        Mast, anywhere inside a cell of the terrain [m].
    tx_height_m, rx_height_m
        Antenna heights above ground, 1 to 3000 [m].
    frequencies_mhz
        Carrier frequencies; they share all work that does not depend on them. Possible 10 to
        100 000, recommended 30 to 6000 [MHz].
    radius_m
        Radius of the disc, above 0 to 3 000 000 [m].
    latitude_deg
        Latitude of the mast, which stands for every path, -80 to 80 [deg].
    delta_n
        Mean lapse rate of refractivity in the lowest kilometre, 0 to 156 [N-units/km].
    surface_refractivity_n0
        Refractivity at sea level, 150 to 500 [N-units].
    time_percent
        Share of an average year for which the loss is not exceeded, 1 to 50 [%].
    polarization
        ``"horizontal"`` or ``"vertical"``.
    clutter_height_m
        Representative clutter height, >= 0, shape of the terrain; NaN is unknown. The cells of
        both antennas never carry their own [m].
    within
        Cells that are asked for, for example those of a commune's polygon, shape of the terrain;
        every cell of the disc by default. Others are NaN and not counted.
    method
        ``"sweep"``: along radials that cells share, in time proportional to the area;
        ``"exact"``: each cell on its own profile, for checking and for short radii.
    threads
        Threads to work on, >= 1; the result is the same to the bit for any number.

    Returns
    -------
    LossMap
        Median over locations. NaN where terrain (or clutter) on the path is unknown, outside
        the radius, and outside the terrain.

    Raises
    ------
    DomainError
        A value is impossible, the method is unknown, or no frequency is given.
    DataError
        The mast stands outside the terrain, or ``within`` or the clutter has another shape.

    Warns
    -----
    ModelRangeWarning
        A frequency is outside the recommended range.

    Notes
    -----
    Source: ITU-R P.1812-8. Each cell is the link of the Recommendation over the straight line
    to its centre, sampled by bilinear interpolation between cell centres in max(8, distance in
    cells) equal intervals. Departures: cells nearer than 0.25 km, where the Recommendation
    ends, are computed with the same formulas, which fall to free space; the mast's own cell is
    free space over flat ground at 0.3826 of its side, the mean distance over a square; in the
    outer half of the terrain's edge cells the ground is level.
    Not modelled: sea and coastal zones (all paths are inland), location variability.
    """
    conditions = {
        "tx_height_m": tx_height_m,
        "rx_height_m": rx_height_m,
        "radius_m": radius_m,
        "latitude_deg": latitude_deg,
        "delta_n": delta_n,
        "surface_refractivity_n0": surface_refractivity_n0,
        "time_percent": time_percent,
    }
    check_scalars(conditions)
    _check_frequencies(frequencies_mhz)
    if method not in _METHODS:
        raise DomainError(f"method={method!r} is unknown; use {' or '.join(map(repr, _METHODS))}")
    if threads < 1:
        raise DomainError(f"threads={threads} is impossible, at least 1 is needed")
    grid = terrain.grid
    window = asked_for(
        disc_window(grid, easting=easting, northing=northing, radius_m=radius_m), within, grid
    )
    row, col = grid.pixel_of(easting, northing)
    task = DiscTask(
        float(row),
        float(col),
        grid.resolution_m / 1000.0,
        float(tx_height_m),
        float(rx_height_m),
        float(latitude_deg),
        float(delta_n),
        float(surface_refractivity_n0),
        float(time_percent),
        polarization_number(polarization),
    )
    job = _Job(
        _raster(terrain.height_amsl_m),
        _clutter(clutter_height_m, window, grid),
        task,
        tuple(frequencies_mhz),
        window,
        radius_cells(radius_m, grid),
        threads,
    )
    path_loss_db, tx_elevation_mrad = _METHODS[method](job)
    return LossMap(
        grid=grid,
        row0=window.row0,
        col0=window.col0,
        frequencies_mhz=job.frequencies_mhz,
        path_loss_db=path_loss_db,
        tx_elevation_mrad=tx_elevation_mrad,
        inside=window.inside,
    )


def _check_frequencies(frequencies_mhz: tuple[float, ...]) -> None:
    """Refuse an empty list and impossible frequencies."""
    if not frequencies_mhz:
        raise DomainError("frequencies_mhz is empty; give at least one frequency in MHz")
    for frequency_mhz in frequencies_mhz:
        check_scalars({"frequency_mhz": frequency_mhz})


def _raster(values: Float32Array) -> Float32Array:
    """Read-only, contiguous float32: the one kind of raster that the kernels are compiled for."""
    raster = np.ascontiguousarray(values, dtype=np.float32)
    if raster.flags.writeable:
        raster = raster.view()
        raster.setflags(write=False)
    return raster


def _clutter(clutter_height_m: Float32Array | None, window: DiscWindow, grid: Grid) -> Float32Array:
    """Clutter for the kernels: an empty raster where there is none; checked where it is used."""
    if clutter_height_m is None:
        return _raster(np.empty((0, 0), dtype=np.float32))
    if clutter_height_m.shape != grid.shape:
        raise DataError(
            f"clutter_height_m has shape {clutter_height_m.shape}, the terrain has {grid.shape}; "
            "warp the clutter to the terrain's grid first"
        )
    rows, cols = window.inside.shape
    down = slice(max(window.row0 - 1, 0), window.row0 + rows + 1)  # paths look one cell further
    here = clutter_height_m[down, max(window.col0 - 1, 0) : window.col0 + cols + 1]
    if (here < 0.0).any():
        raise DomainError(
            f"clutter_height_m={float(np.nanmin(here)):g} is impossible, at least 0 m "
            "is allowed; mark unknown clutter with NaN"
        )
    return _raster(clutter_height_m)


def _exact(job: _Job) -> tuple[Float32Array, Float32Array]:
    """Every cell on its own profile, blocks of rows side by side on several threads."""
    window = job.window
    rows, cols = window.inside.shape
    path_loss = np.full((len(job.frequencies_mhz), rows, cols), np.nan, dtype=np.float32)
    elevation = np.full((rows, cols), np.nan, dtype=np.float32)
    f = np.array(job.frequencies_mhz, dtype=np.float64) / 1000.0

    def block(first: int) -> None:
        exact_rows(
            job.height_m,
            job.clutter_height_m,
            job.task,
            f,
            window.row0,
            window.col0,
            first,
            min(first + size, rows),
            window.inside,
            path_loss,
            elevation,
        )

    size = max(1, rows // (8 * job.threads))  # small blocks: rows near the mast hold more cells
    side_by_side(block, ((first,) for first in range(0, rows, size)), threads=job.threads)
    return path_loss, elevation


def _sweep(job: _Job) -> tuple[Float32Array, Float32Array]:
    """Every cell along shared radials."""
    window = job.window
    return sweep_disc(
        DiscRasters(job.height_m, job.clutter_height_m, window.row0, window.col0, window.inside),
        job.task,
        [frequency_mhz / 1000.0 for frequency_mhz in job.frequencies_mhz],
        radius_cells=job.radius_cells,
        threads=job.threads,
    )


_METHODS: Mapping[str, Solver] = {"sweep": _sweep, "exact": _exact}
