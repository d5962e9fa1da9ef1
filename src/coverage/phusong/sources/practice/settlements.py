"""Where people live: towns, the villages of the communes, and hamlets elsewhere."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage
from shapely.geometry import Polygon

from phusong.sources.practice.facts import HUB, INVENTED, TOWNS, CommuneFact, TownFact
from phusong.sources.practice.fields import generator
from phusong.sources.practice.lattice import CELLS_PER_DEGREE, Lattice
from phusong.sources.practice.outlines import Outline
from phusong.units import BoolArray, Float32Array, FloatArray, IntArray

PEOPLE_PER_HOUSEHOLD = 4.9
VILLAGE_EDGE_DEG = 0.0028
"""Villages keep about 300 m from the outline."""
HAMLETS = 900
HAMLET_PEOPLE = 228.0
ROAD_REACH_M = 2500.0
METRES_PER_CELL = 90.0


@dataclass(frozen=True, slots=True)
class Village:
    """A village of one of the communes.

    Parameters
    ----------
    village_id, name
        Identity; the name says that it is only a number.
    commune
        The commune.
    row, col
        Cell of the lattice.
    latitude, longitude
        WGS 84, rounded to 6 decimals [deg].
    households, population, poor_households
        Counts.
    note
        Where the numbers come from.
    """

    village_id: str
    name: str
    commune: CommuneFact
    row: int
    col: int
    latitude: float
    longitude: float
    households: int
    population: int
    poor_households: int
    note: str


@dataclass(frozen=True, slots=True)
class Town:
    """A town, moved to the best ground near its real position.

    Parameters
    ----------
    fact
        The town.
    row, col
        Cell of the lattice.
    """

    fact: TownFact
    row: int
    col: int


@dataclass(frozen=True, eq=False)
class Hamlets:
    """People outside the communes and the towns.

    Parameters
    ----------
    rows, cols
        Cells of the lattice, flat.
    people
        People in each of them.
    """

    rows: IntArray
    cols: IntArray
    people: FloatArray


def practice_towns(lattice: Lattice) -> tuple[Town, ...]:
    """Towns on the best ground within two kilometres of their position.

    Parameters
    ----------
    lattice
        The cells.

    Returns
    -------
    tuple of Town
        In the order of the facts.
    """
    reach = round(2000.0 / METRES_PER_CELL)
    towns = []
    for fact in TOWNS:
        row, col = lattice.cell_at(fact.latitude, fact.longitude)
        window = (slice(row - reach, row + reach + 1), slice(col - reach, col + reach + 1))
        mean = ndimage.uniform_filter(lattice.comfort[window], 2 * round(fact.radius_m / 200.0) + 1)
        down, right = np.unravel_index(int(mean.argmax()), mean.shape)
        towns.append(Town(fact, row - reach + int(down), col - reach + int(right)))
    return tuple(towns)


def cells_inside(lattice: Lattice, polygon: Polygon) -> tuple[tuple[slice, slice], BoolArray]:
    """Cells whose centre lies inside a geographic polygon.

    Parameters
    ----------
    lattice
        The cells.
    polygon
        WGS 84.

    Returns
    -------
    window
        Rows and columns of the lattice around the polygon.
    inside
        True inside, shape of the window.
    """
    west, south, east, north = polygon.bounds
    top, left = lattice.cell_at(north, west)
    bottom, right = lattice.cell_at(south, east)
    window = (slice(top, bottom + 1), slice(left, right + 1))
    latitude, longitude = lattice.geographic
    inside = shapely.contains_xy(polygon, *np.meshgrid(longitude[window[1]], latitude[window[0]]))
    return window, np.asarray(inside, dtype=bool)


def practice_villages(
    lattice: Lattice, outlines: tuple[Outline, ...], seed: int
) -> tuple[Village, ...]:
    """Villages of all communes, the commune's seat first.

    Parameters
    ----------
    lattice
        The cells and how well they suit people.
    outlines
        The communes.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    tuple of Village
        Commune by commune, numbered outwards from the seat.
    """
    villages: list[Village] = []
    for outline in outlines:
        rng = generator(seed, f"villages {outline.fact.code}")
        rows, cols = _village_cells(lattice, outline, rng)
        villages.extend(_counted(lattice, outline.fact, rows, cols, rng))
    return tuple(villages)


def _village_cells(
    lattice: Lattice, outline: Outline, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Cells of a commune's villages: apart from each other, on ground that suits people."""
    fact = outline.fact
    window, inside = cells_inside(lattice, outline.geographic.buffer(-VILLAGE_EDGE_DEG))
    comfort = np.where(inside, ndimage.uniform_filter(lattice.comfort, 3)[window], 0.0)
    comfort = np.where(lattice.comfort[window] > 0.0, comfort, 0.0)
    down, right = np.nonzero(comfort)
    weight = comfort[down, right].astype(np.float64) ** 1.5
    easting, northing = (axis[window][down, right] for axis in lattice.metric)
    row, col = lattice.cell_at(fact.latitude, fact.longitude)
    from_seat = np.hypot(down + window[0].start - row, right + window[1].start - col)
    seat = int((weight * np.exp(-((from_seat * METRES_PER_CELL / 700.0) ** 2))).argmax())
    chosen = [seat]
    spacing_m = 0.75 * np.sqrt(fact.area_km2 * 1e6 / fact.villages)
    nearest = np.hypot(easting - easting[seat], northing - northing[seat])
    while len(chosen) < fact.villages:
        free = np.where(nearest >= spacing_m, weight, 0.0)
        if free.sum() == 0.0:
            spacing_m *= 0.9
            continue
        pick = int(rng.choice(free.size, p=free / free.sum()))
        chosen.append(pick)
        nearest = np.minimum(nearest, np.hypot(easting - easting[pick], northing - northing[pick]))
    apart = np.hypot(easting[chosen] - easting[seat], northing[chosen] - northing[seat])
    order = np.array(chosen)[np.argsort(apart, kind="stable")]
    return down[order] + window[0].start, right[order] + window[1].start


def _counted(
    lattice: Lattice, fact: CommuneFact, rows: IntArray, cols: IntArray, rng: np.random.Generator
) -> list[Village]:
    """Villages with people, households and poor households that add up to the commune's."""
    weight = rng.lognormal(0.0, 0.35, rows.size)
    weight[0] *= 1.4
    population = shared_out(fact.population, weight)
    households_total = fact.households or round(fact.population / PEOPLE_PER_HOUSEHOLD)
    households = shared_out(households_total, population.astype(np.float64))
    poverty = households * rng.uniform(0.85, 1.15, rows.size)
    poor = np.minimum(shared_out(round(fact.poor_percent / 100.0 * households_total), poverty),
                      households)  # fmt: skip
    shift = rng.uniform(-0.3, 0.3, (2, rows.size)) / CELLS_PER_DEGREE
    latitude, longitude = lattice.geographic
    return [
        Village(
            village_id=f"{fact.code}-{number:02d}",
            name=f"Thôn {number} {fact.name}",
            commune=fact,
            row=int(row),
            col=int(col),
            latitude=round(float(latitude[row] + shift[0, k]), 6),
            longitude=round(float(longitude[col] + shift[1, k]), 6),
            households=int(households[k]),
            population=int(population[k]),
            poor_households=int(poor[k]),
            note=fact.note or INVENTED,
        )
        for k, (number, row, col) in enumerate(
            zip(range(1, rows.size + 1), rows, cols, strict=True)
        )
    ]


def shared_out(total: int, weight: FloatArray) -> IntArray:
    """Whole numbers that add up to a total, in proportion to weights (largest remainder).

    Parameters
    ----------
    total
        Sum of the shares, >= 0.
    weight
        Weights, >= 0, not all zero.

    Returns
    -------
    numpy.ndarray
        Shares, int64.
    """
    ideal = total * weight / weight.sum()
    share: IntArray = np.floor(ideal).astype(np.int64)
    largest = np.argsort(share - ideal, kind="stable")
    share[largest[: total - int(share.sum())]] += 1
    return share


def practice_hamlets(
    lattice: Lattice, outlines: tuple[Outline, ...], road_distance_m: Float32Array, seed: int
) -> Hamlets:
    """Scattered hamlets outside the communes, denser near roads and in valleys.

    Parameters
    ----------
    lattice
        The cells and how well they suit people.
    outlines
        The communes; their people live in their villages.
    road_distance_m
        Distance of each cell of the lattice to the nearest main road [m].
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    Hamlets
        About 200 thousand people.
    """
    rng = generator(seed, "hamlets")
    weight = lattice.comfort.astype(np.float64) ** 1.3
    weight *= np.exp(-road_distance_m / ROAD_REACH_M) + 0.10
    for outline in outlines:
        window, inside = cells_inside(lattice, outline.geographic.buffer(2 * VILLAGE_EDGE_DEG))
        weight[window][inside] = 0.0
    flat = weight.ravel()
    # the largest of exponential races: a weighted draw without replacement, in one pass
    possible = np.flatnonzero(flat)
    race = rng.standard_exponential(possible.size) / flat[possible]
    cells = possible[np.argsort(race, kind="stable")[:HAMLETS]]
    people = HAMLET_PEOPLE * rng.lognormal(-0.125, 0.5, HAMLETS)
    return Hamlets(cells // lattice.shape[1], cells % lattice.shape[1], people)


def is_hub(town: Town) -> bool:
    """Whether a town is the one that every road leads to.

    Parameters
    ----------
    town
        The town.

    Returns
    -------
    bool
        True for the province's seat.
    """
    return town.fact is HUB
