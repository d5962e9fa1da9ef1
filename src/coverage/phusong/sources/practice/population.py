"""People per cell: villages, towns and hamlets spread over the ground around them."""

import math

import numpy as np
from scipy import ndimage

from phusong.sources.practice.lattice import Lattice
from phusong.sources.practice.outlines import Outline
from phusong.sources.practice.settlements import (
    METRES_PER_CELL,
    Hamlets,
    Town,
    Village,
    cells_inside,
    shared_out,
)
from phusong.units import Float32Array, FloatArray

SPREAD_CELLS = 1.6
PARTS_PER_PERSON = 100
"""Cells hold whole hundredths of a person, so that sums are exact."""
FEWEST_PEOPLE = 0.3
COMMUNE_EDGE_DEG = 0.0022


def practice_population(
    lattice: Lattice,
    outlines: tuple[Outline, ...],
    villages: tuple[Village, ...],
    towns: tuple[Town, ...],
    hamlets: Hamlets,
) -> Float32Array:
    """People per cell of the lattice.

    Parameters
    ----------
    lattice
        The cells and how well they suit people.
    outlines
        The communes; in each of them the cells add up to its villages.
    villages, towns, hamlets
        Who lives where.

    Returns
    -------
    numpy.ndarray
        Whole hundredths of a person, float32; 0 where nobody lives.
    """
    elsewhere = lattice.comfort.astype(np.float64)
    for outline in outlines:
        window, inside = cells_inside(lattice, outline.geographic.buffer(COMMUNE_EDGE_DEG))
        elsewhere[window][inside] = 0.0
    seeds = np.zeros(lattice.shape)
    np.add.at(seeds, (hamlets.rows, hamlets.cols), hamlets.people)
    people = _spread(seeds, elsewhere)
    for town in towns:
        _add_town(people, town, elsewhere)
    people[people < FEWEST_PEOPLE] = 0.0
    people = np.round(people * PARTS_PER_PERSON) / PARTS_PER_PERSON
    for outline in outlines:
        window, inside = cells_inside(lattice, outline.geographic.buffer(-COMMUNE_EDGE_DEG))
        own = [village for village in villages if village.commune is outline.fact]
        people[window] += _commune(own, np.where(inside, lattice.comfort[window], 0.0), window)
    return people.astype(np.float32)


def _spread(seeds: FloatArray, comfort: FloatArray) -> FloatArray:
    """People of each seed shared among the cells around it by distance and comfort."""
    around = ndimage.gaussian_filter(comfort, SPREAD_CELLS, truncate=3.0)
    lit = seeds > 0.0
    ratio = np.zeros_like(seeds)
    ratio[lit] = seeds[lit] / around[lit]
    return np.asarray(comfort * ndimage.gaussian_filter(ratio, SPREAD_CELLS, truncate=3.0))


def _add_town(people: FloatArray, town: Town, comfort: FloatArray) -> None:
    """Add the people of a town, thinning out from its middle (in place)."""
    radius = town.fact.radius_m / METRES_PER_CELL
    reach = math.ceil(3.0 * radius)
    steps = np.arange(-reach, reach + 1)
    away = np.hypot(steps[:, None], steps[None, :])
    window = (
        slice(town.row - reach, town.row + reach + 1),
        slice(town.col - reach, town.col + reach + 1),
    )
    weight = np.where(away < reach, np.exp(-0.5 * (away / radius) ** 2), 0.0)
    weight *= comfort[window] + 0.05 * (comfort[window] > 0.0)
    people[window] += town.fact.population * weight / weight.sum()


def _commune(
    villages: list[Village], comfort: FloatArray, window: tuple[slice, slice]
) -> FloatArray:
    """People of a commune's villages in its own cells, exact to the person."""
    seeds = np.zeros(comfort.shape)
    for village in villages:
        seeds[village.row - window[0].start, village.col - window[1].start] += village.population
    people = _spread(seeds, comfort)
    people[people < FEWEST_PEOPLE] = 0.0
    total = sum(village.population for village in villages)
    parts = shared_out(total * PARTS_PER_PERSON, people.ravel())
    return np.asarray(parts.reshape(people.shape) / PARTS_PER_PERSON)
