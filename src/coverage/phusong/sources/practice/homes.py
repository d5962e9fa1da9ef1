"""Buildings and households of the communes, where the population lives."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from phusong.sources.practice.facts import CommuneFact
from phusong.sources.practice.fields import generator
from phusong.sources.practice.lattice import CELLS_PER_DEGREE, Lattice
from phusong.sources.practice.outlines import Outline
from phusong.sources.practice.settlements import Village, cells_inside, shared_out
from phusong.units import BoolArray, Float32Array, FloatArray

POSTCODES = {"02764": "31999", "02722": ""}
"""Communes whose households are listed, with an invented postcode or none; one lies west of the
meridian of 104 degrees east, the other east of it."""
SHARED_HOUSES = 0.04
"""Share of households that live in the house of the one before."""


@dataclass(frozen=True, slots=True)
class Household:
    """A household and its house.

    Parameters
    ----------
    household_id
        Identity: its village and a number.
    village
        Where it belongs.
    latitude, longitude
        WGS 84 of the house, rounded to 6 decimals [deg].
    has_house
        False where it lives in the house of the household before it.
    """

    household_id: str
    village: Village
    latitude: float
    longitude: float
    has_house: bool


def practice_households(
    lattice: Lattice,
    outlines: tuple[Outline, ...],
    villages: tuple[Village, ...],
    population: Float32Array,
    seed: int,
) -> tuple[Household, ...]:
    """Households of every village, in the cells where its people live.

    Parameters
    ----------
    lattice
        The cells.
    outlines
        The communes.
    villages
        All villages; each gets as many households as it counts.
    population
        People per cell of the lattice.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    tuple of Household
        Village by village.
    """
    return tuple(
        household
        for outline in outlines
        for household in _of_commune(
            lattice,
            outline,
            [village for village in villages if village.commune is outline.fact],
            population,
            generator(seed, f"households {outline.fact.code}"),
        )
    )


def has_list(commune: CommuneFact) -> bool:
    """Whether the households of a commune are listed for their address codes.

    Parameters
    ----------
    commune
        The commune.

    Returns
    -------
    bool
        True for a few communes: the list stays short.
    """
    return commune.code in POSTCODES


def _of_commune(
    lattice: Lattice,
    outline: Outline,
    villages: list[Village],
    population: Float32Array,
    rng: np.random.Generator,
) -> Iterator[Household]:
    window, inside = cells_inside(lattice, outline.geographic)
    people = np.where(inside, population[window], 0.0)
    nearest = _nearest(people > 0.0, window, villages)
    for index, village in enumerate(villages):
        own = np.where(nearest == index, people, 0.0).astype(np.float64)
        rows, cols = np.nonzero(own)
        count = shared_out(village.households, own[rows, cols])
        yield from _houses(
            lattice, village, np.repeat(rows + window[0].start, count),
            np.repeat(cols + window[1].start, count), rng,
        )  # fmt: skip


def _nearest(
    lived_in: BoolArray, window: tuple[slice, slice], villages: list[Village]
) -> FloatArray:
    """Index of the nearest village for each cell where people live, -1 elsewhere."""
    rows, cols = np.nonzero(lived_in)
    down = np.array([village.row - window[0].start for village in villages])
    right = np.array([village.col - window[1].start for village in villages])
    away = np.hypot(rows[:, None] - down[None, :], cols[:, None] - right[None, :])
    nearest = np.full(lived_in.shape, -1.0)
    nearest[rows, cols] = away.argmin(axis=1)
    return nearest


def _houses(
    lattice: Lattice,
    village: Village,
    rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    cols: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    rng: np.random.Generator,
) -> Iterator[Household]:
    """One household in each cell named, some of them with the one before."""
    shift = rng.uniform(-0.45, 0.45, (2, rows.size)) / CELLS_PER_DEGREE
    shared = rng.random(rows.size) < SHARED_HOUSES
    latitude, longitude = lattice.geographic
    north = np.round(latitude[rows] + shift[0], 6)
    east = np.round(longitude[cols] + shift[1], 6)
    for k in range(rows.size):
        with_another = bool(
            k > 0 and shared[k] and rows[k] == rows[k - 1] and cols[k] == cols[k - 1]
        )
        if with_another:
            north[k], east[k] = north[k - 1], east[k - 1]
        yield Household(
            household_id=f"{village.village_id}-{k + 1:03d}",
            village=village,
            latitude=float(north[k]),
            longitude=float(east[k]),
            has_house=not with_another,
        )
