"""Roads and power lines: cheapest ways over the ground between towns and villages."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage, sparse
from shapely.geometry import LineString

from phusong.sources.practice import facts
from phusong.sources.practice.curves import chained, softened
from phusong.sources.practice.fields import to_geographic
from phusong.sources.practice.ground import PLAN_CELL_M, Ground, cheapest_ways
from phusong.sources.practice.lattice import CELLS_PER_DEGREE, Lattice
from phusong.sources.practice.settlements import Town, Village, is_hub
from phusong.units import BoolArray, Float32Array, FloatArray, IntArray

ROAD_GRADIENT, POWER_GRADIENT = 0.08, 0.40
VILLAGES_WITH_ROAD, VILLAGES_WITH_POWER = 0.72, 0.60
SMOOTHING_PASSES = 2
SIMPLIFIED_TO_CELLS = 0.12


@dataclass(frozen=True, eq=False)
class Lines:
    """One kind of network: lines by class, most important first.

    Parameters
    ----------
    geographic
        Class and line in WGS 84, rounded to 6 decimals.
    distance_m
        Distance of each cell of the ground to the nearest line [m].
    main_distance_m
        The same to the nearest line of a class above the last one [m].
    """

    geographic: tuple[tuple[str, LineString], ...]
    distance_m: FloatArray
    main_distance_m: FloatArray


def practice_roads(
    ground: Ground, lattice: Lattice, towns: tuple[Town, ...], villages: tuple[Village, ...]
) -> Lines:
    """Roads from the hub to the towns, on to the communes' seats and to most villages.

    Parameters
    ----------
    ground
        The ground they cross.
    lattice
        Cells that towns and villages stand on.
    towns, villages
        Where they lead; the villages that are hardest to reach get none.

    Returns
    -------
    Lines
        Classes national, provincial and commune.
    """
    places = _Places.of(ground, lattice, towns, villages)
    graph = ground.graph(_open_ground(ground), ROAD_GRADIENT)
    _, previous = cheapest_ways(graph, [places.hub])
    national = _traced(previous, places.towns)
    provincial = _traced(previous, places.seats) - national
    commune = _reached(graph, national | provincial, places.villages, VILLAGES_WITH_ROAD)
    return _lines(ground, {"national": national, "provincial": provincial, "commune": commune})


def practice_power_lines(
    ground: Ground, lattice: Lattice, towns: tuple[Town, ...], villages: tuple[Village, ...]
) -> Lines:
    """Power lines from the hub to the towns, and from there to the seats and nearer villages.

    Parameters
    ----------
    ground
        The ground they cross.
    lattice
        Cells that towns and villages stand on.
    towns, villages
        Where they lead.

    Returns
    -------
    Lines
        Classes 35 kV and 22 kV.
    """
    places = _Places.of(ground, lattice, towns, villages)
    graph = ground.graph(_open_ground(ground), POWER_GRADIENT)
    _, previous = cheapest_ways(graph, [places.hub])
    trunk = _traced(previous, places.towns)
    branches = _reached(graph, trunk, places.seats, 1.0)
    branches |= _reached(graph, trunk | branches, places.villages, VILLAGES_WITH_POWER)
    return _lines(ground, {"35 kV": trunk, "22 kV": branches})


@dataclass(frozen=True, slots=True)
class _Places:
    """Cells of the ground that lines lead to."""

    hub: int
    towns: tuple[int, ...]
    seats: tuple[int, ...]
    villages: tuple[int, ...]

    @classmethod
    def of(
        cls, ground: Ground, lattice: Lattice, towns: tuple[Town, ...],
        villages: tuple[Village, ...],
    ) -> "_Places":  # fmt: skip
        def cell(row: int, col: int) -> int:
            latitude = (lattice.north - row - 0.5) / CELLS_PER_DEGREE
            longitude = (lattice.west + col + 0.5) / CELLS_PER_DEGREE
            return ground.cell_at(latitude, longitude)

        town_cells = tuple(cell(town.row, town.col) for town in towns)
        village_cells = tuple(cell(village.row, village.col) for village in villages)
        codes = [village.commune.code for village in villages]
        seats = tuple(village_cells[codes.index(code)] for code in dict.fromkeys(codes))
        hub = next(c for c, town in zip(town_cells, towns, strict=True) if is_hub(town))
        return cls(hub, town_cells, seats, village_cells)


def _open_ground(ground: Ground) -> Float32Array:
    """Cost per metre of a level way: hillsides cost more, beyond the limit there is none."""
    cost = np.where(ground.allowed, 1.0 + (ground.slope / 0.35) ** 2, np.inf)
    return np.asarray(cost, dtype=np.float32)


def _traced(previous: IntArray, targets: Iterable[int]) -> frozenset[tuple[int, int]]:
    """Steps of the ways back from some cells."""
    steps: set[tuple[int, int]] = set()
    for target in targets:
        here, before = target, int(previous[target])
        while before >= 0 and (before, here) not in steps:
            steps.add((before, here))
            here, before = before, int(previous[before])
    return frozenset(steps)


def _reached(
    graph: sparse.csr_matrix, network: frozenset[tuple[int, int]], targets: tuple[int, ...],
    share: float,
) -> frozenset[tuple[int, int]]:  # fmt: skip
    """Branches from a network to the share of the cells that is nearest to it."""
    cost, previous = cheapest_ways(graph, {cell for step in network for cell in step})
    nearest = sorted(targets, key=lambda cell: (float(cost[cell]), cell))
    return _traced(previous, nearest[: round(share * len(targets))]) - network


def _lines(ground: Ground, classes: dict[str, frozenset[tuple[int, int]]]) -> Lines:
    """Steps as lines that meet in common ends, and how far away each cell is."""
    rows, cols = ground.grid.shape
    every = np.array(sorted(step for steps in classes.values() for step in steps), dtype=np.int64)
    fork = (np.bincount(every.ravel(), minlength=rows * cols) > 2).reshape(rows, cols)
    lines: list[tuple[str, LineString]] = []
    away: list[FloatArray] = []
    free = np.ones((rows, cols), dtype=bool)
    for kind, steps in classes.items():
        cells = np.array(sorted(steps), dtype=np.int64)
        free.ravel()[cells.ravel()] = False
        away.append(ndimage.distance_transform_edt(free) * PLAN_CELL_M)
        row, col = np.divmod(cells, cols)
        for chain in chained(np.stack([row[:, 0], col[:, 0], row[:, 1], col[:, 1]], axis=1)):
            lines.extend((kind, _natural(part, ground)) for part in _parted(chain, fork))
    return Lines(tuple(lines), away[-1], away[-2])


def _parted(chain: FloatArray, fork: BoolArray) -> list[FloatArray]:
    """Chain cut where lines of any class fork from it."""
    row, col = chain.astype(np.int64).T
    cuts = [0, *(np.flatnonzero(fork[row, col][1:-1]) + 1).tolist(), len(chain) - 1]
    return [chain[start : end + 1] for start, end in itertools.pairwise(cuts)]


def _natural(chain: FloatArray, ground: Ground) -> LineString:
    """Chain of cells as a smooth line in WGS 84."""
    smooth = LineString(softened(chain, passes=SMOOTHING_PASSES))
    vertices = shapely.get_coordinates(shapely.simplify(smooth, SIMPLIFIED_TO_CELLS))
    west, _, _, north = ground.grid.bounds
    easting = west + (vertices[:, 1] + 0.5) * PLAN_CELL_M
    northing = north - (vertices[:, 0] + 0.5) * PLAN_CELL_M
    latitude, longitude = to_geographic(easting, northing, crs=facts.CRS)
    return LineString(np.column_stack([longitude, latitude]))
