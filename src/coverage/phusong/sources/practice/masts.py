"""Where the three invented operators have their masts: towns, road-side hills, some communes."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage

from phusong.geo.terrain import Terrain
from phusong.sources.practice import facts
from phusong.sources.practice.fields import generator, to_geographic, to_metric
from phusong.sources.practice.ground import PLAN_CELL_M, Ground
from phusong.sources.practice.lattice import Lattice
from phusong.sources.practice.lines import Lines
from phusong.sources.practice.outlines import Outline
from phusong.sources.practice.settlements import Hamlets, Town, Village
from phusong.units import BoolArray, FloatArray, IntArray

SERVED_M = 2300.0
SPACING_M = 3000.0
ROAD_NEAR_M, COMMUNE_ROAD_NEAR_M = 800.0, 1500.0
TOWN_SPACING_M = 900.0
FRAME_EDGE_M = 2500.0
SUMMIT_REACH_M = 180.0


@dataclass(frozen=True, slots=True)
class OperatorFact:
    """How an invented operator has built.

    Parameters
    ----------
    name, letter
        Name, and the letter that begins its site identities.
    towns
        Sites in each town, by the town's name.
    communes
        Codes of the communes in which it has a site.
    roadside
        Sites on hills beside main roads.
    """

    name: str
    letter: str
    towns: dict[str, int]
    communes: tuple[str, ...]
    roadside: int


OPERATORS = (
    OperatorFact(
        "Nhà mạng A",
        "A",
        {"Lào Cai": 4, "Sa Pa": 1, "Bắc Hà": 1, "Mường Khương": 1, "Bát Xát": 1, "Phố Lu": 1,
         "Khánh Yên": 1, "Si Ma Cai": 1},
        ("02863", "02737", "03076", "02791", "02764", "02776"),
        9,
    ),
    OperatorFact(
        "Nhà mạng B",
        "B",
        {"Lào Cai": 3, "Sa Pa": 1, "Bắc Hà": 1, "Mường Khương": 1, "Bát Xát": 1, "Phố Lu": 1,
         "Khánh Yên": 1},
        ("02791", "02755", "02737"),
        8,
    ),
    OperatorFact(
        "Nhà mạng C",
        "C",
        {"Lào Cai": 3, "Sa Pa": 1, "Bắc Hà": 1, "Mường Khương": 1, "Phố Lu": 1},
        ("02764",),
        6,
    ),
)  # fmt: skip
"""All invented: no real operator has built like this."""


@dataclass(frozen=True, slots=True)
class Mast:
    """A place where an operator has a site.

    Parameters
    ----------
    operator
        Whose site it is.
    number
        Number among the operator's sites, from 1.
    place
        Kind of place: town, commune or roadside.
    code
        Code of the commune, or the name of the town; empty on road-sides.
    easting, northing
        Position in the metric CRS [m].
    latitude, longitude
        The same in WGS 84, rounded to 6 decimals [deg].
    people_azimuth_deg
        Direction from true north in which most people nearby live [deg].
    road_distance_m, power_distance_m
        Distance to the nearest main road and to the nearest power line [m].
    """

    operator: OperatorFact
    number: int
    place: str
    code: str
    easting: float
    northing: float
    latitude: float
    longitude: float
    people_azimuth_deg: float
    road_distance_m: float
    power_distance_m: float


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What operators look at when they choose a place.

    Parameters
    ----------
    terrain, ground, lattice
        The ground, and the cells that towns stand on.
    outlines
        The communes.
    towns, villages, hamlets
        Who lives where.
    roads, power
        The lines.
    """

    terrain: Terrain
    ground: Ground
    lattice: Lattice
    outlines: tuple[Outline, ...]
    towns: tuple[Town, ...]
    villages: tuple[Village, ...]
    hamlets: Hamlets
    roads: Lines
    power: Lines

    def people(self) -> FloatArray:
        """Villages and hamlets.

        Returns
        -------
        numpy.ndarray
            One row per settlement: easting [m], northing [m], people.
        """
        easting, northing = self.lattice.metric
        rows = np.concatenate([[village.row for village in self.villages], self.hamlets.rows])
        cols = np.concatenate([[village.col for village in self.villages], self.hamlets.cols])
        count = [float(village.population) for village in self.villages]
        people = np.concatenate([count, self.hamlets.people])
        return np.column_stack([easting[rows, cols], northing[rows, cols], people])

    def communes(self) -> IntArray:
        """Number of the commune, from 1, that each cell of the ground lies in; 0 for none.

        Returns
        -------
        numpy.ndarray
            Numbers of the shape of the ground.
        """
        label = np.zeros(self.ground.grid.shape, dtype=np.int64)
        easting, northing = self.ground.centres
        for number, outline in enumerate(self.outlines, 1):
            west, south, east, north = outline.polygon.bounds
            box = (easting > west) & (easting < east) & (northing > south) & (northing < north)
            label[box] = np.where(
                shapely.contains_xy(outline.polygon, easting[box], northing[box]),
                number,
                label[box],
            )
        return label


def practice_masts(around: Surroundings, seed: int) -> tuple[Mast, ...]:
    """Masts of all operators.

    Parameters
    ----------
    around
        What operators look at.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    tuple of Mast
        Operator by operator: towns, communes, road-sides.
    """
    people, communes = around.people(), around.communes()
    masts: list[Mast] = []
    for operator in OPERATORS:
        rng = generator(seed, f"masts {operator.letter}")
        cells = [
            *_in_towns(around, operator, rng),
            *_in_communes(around, operator, communes, people, rng),
            *_beside_roads(around, operator, communes, people, rng),
        ]
        masts.extend(
            _mast(around, operator, number, place, code, cell, people)
            for number, (place, code, cell) in enumerate(cells, 1)
        )
    return tuple(masts)


Spot = tuple[str, str, int]
"""Kind of place, commune or town, flat cell of the ground."""


def _positions(ground: Ground, cells: IntArray) -> FloatArray:
    easting, northing = ground.centres
    return np.column_stack([easting.ravel()[cells], northing.ravel()[cells]])


def _in_towns(around: Surroundings, operator: OperatorFact, rng: np.random.Generator) -> list[Spot]:
    """Sites spread over the towns, on open ground."""
    easting, northing = around.ground.centres
    spots: list[Spot] = []
    for town in around.towns:
        wanted = operator.towns.get(town.fact.name, 0)
        middle = [axis[town.row, town.col] for axis in around.lattice.metric]
        away = np.hypot(easting - middle[0], northing - middle[1]).ravel()
        reach = 1.1 * town.fact.radius_m
        near = np.flatnonzero((away < reach) & (around.ground.slope.ravel() < 0.5))
        taken: list[int] = []
        for cell in rng.permutation(near):
            if len(taken) == wanted:
                break
            here = _positions(around.ground, np.array([cell]))
            others = _positions(around.ground, np.array(taken, dtype=np.int64))
            if taken and np.hypot(*(others - here).T).min() < TOWN_SPACING_M:
                continue
            taken.append(int(cell))
        spots.extend(("town", town.fact.name, cell) for cell in taken)
    return spots


def _hilltops(around: Surroundings, size: int, road_near_m: float) -> BoolArray:
    """Cells higher than those around them, near a road and well inside the frame."""
    ground = around.ground
    top = ground.height_m == ndimage.maximum_filter(ground.height_m, size)
    edge = round(FRAME_EDGE_M / PLAN_CELL_M)
    inner = np.zeros_like(top)
    inner[edge:-edge, edge:-edge] = True
    near = around.roads.distance_m < road_near_m
    return np.asarray(top & inner & near & ground.allowed)


def _served(candidates: FloatArray, people: FloatArray) -> FloatArray:
    """Weight of each settlement at each candidate, by distance."""
    east = candidates[:, 0, None] - people[None, :, 0]
    north = candidates[:, 1, None] - people[None, :, 1]
    return np.asarray(np.exp(-((east**2 + north**2) / SERVED_M**2)))


def _in_communes(
    around: Surroundings, operator: OperatorFact, communes: IntArray, people: FloatArray,
    rng: np.random.Generator,
) -> list[Spot]:  # fmt: skip
    """One spur or hill in each commune that the operator has come to."""
    spots: list[Spot] = []
    codes = [outline.fact.code for outline in around.outlines]
    for code in operator.communes:
        own = communes == codes.index(code) + 1
        allowed = own & _hilltops(around, 3, COMMUNE_ROAD_NEAR_M)
        cells = np.flatnonzero(allowed if allowed.any() else own)
        score = _served(_positions(around.ground, cells), people) @ people[:, 2]
        score *= rng.uniform(0.5, 1.0, cells.size)
        spots.append(("commune", code, int(cells[score.argmax()])))
    return spots


def _beside_roads(
    around: Surroundings, operator: OperatorFact, communes: IntArray, people: FloatArray,
    rng: np.random.Generator,
) -> list[Spot]:  # fmt: skip
    """Hills beside main roads, each time where most people are not served yet."""
    hilltop = _hilltops(around, 5, ROAD_NEAR_M) & (communes == 0)
    hilltop &= around.roads.main_distance_m < ROAD_NEAR_M
    cells = np.flatnonzero(hilltop)
    position = _positions(around.ground, cells)
    served = _served(position, people)
    waiting = people[:, 2].copy()
    luck = rng.uniform(0.55, 1.0, cells.size)
    free = np.ones(cells.size, dtype=bool)
    spots: list[Spot] = []
    for _ in range(operator.roadside):
        best = int(np.where(free, (served @ waiting) * luck, -1.0).argmax())
        spots.append(("roadside", "", int(cells[best])))
        waiting *= 1.0 - 0.9 * served[best]
        free &= np.hypot(*(position - position[best]).T) >= SPACING_M
    return spots


def _mast(
    around: Surroundings, operator: OperatorFact, number: int, place: str, code: str, cell: int,
    people: FloatArray,
) -> Mast:  # fmt: skip
    """A mast on the highest 30 m cell near a spot; in towns, in its middle."""
    easting, northing = (float(axis.ravel()[cell]) for axis in around.ground.centres)
    if place != "town":
        easting, northing = _summit(around.terrain, easting, northing)
    latitude, longitude = to_geographic(easting, northing, crs=facts.CRS)
    exact_east, exact_north = to_metric(float(latitude), float(longitude), crs=facts.CRS)
    weight = _served(np.array([[easting, northing]]), people)[0] * people[:, 2]
    east = float((weight * (people[:, 0] - easting)).sum())
    north = float((weight * (people[:, 1] - northing)).sum())
    return Mast(
        operator, number, place, code, float(exact_east), float(exact_north),
        float(latitude), float(longitude), float(np.degrees(np.arctan2(east, north))) % 360.0,
        float(around.roads.main_distance_m.ravel()[cell]),
        float(around.power.distance_m.ravel()[cell]),
    )  # fmt: skip


def _summit(terrain: Terrain, easting: float, northing: float) -> tuple[float, float]:
    """Centre of the highest cell around a point."""
    grid = terrain.grid
    row, col = (int(value) for value in grid.pixel_of(easting, northing))
    reach = round(SUMMIT_REACH_M / grid.resolution_m)
    window = terrain.height_amsl_m[row - reach : row + reach + 1, col - reach : col + reach + 1]
    down, right = np.unravel_index(int(window.argmax()), window.shape)
    west, _, _, north = grid.bounds
    return (
        west + (col - reach + int(right) + 0.5) * grid.resolution_m,
        north - (row - reach + int(down) + 0.5) * grid.resolution_m,
    )
