"""What the doubt about a ranking comes from, and where a measurement would settle most of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from scipy.special import ndtr

from phusong.geo.grid import Grid
from phusong.planning.rank_intervals import TOP
from phusong.planning.scenarios import Scenario
from phusong.planning.stability import Stability, stability
from phusong.planning.stability_cases import covered_weight
from phusong.planning.study_draws import FACTORS, Draws, World, squares
from phusong.study import StabilitySection
from phusong.units import FloatArray, IntArray

SPLIT_DRAWS = 20
"""Draws that are looked at once more for each factor."""
MOST_PLACES = 20
SURE = 1e-3
"""Probabilities nearer to 0 or 1 than this are certain."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class FactorShare:
    """What one factor opens, and what knowing it settles.

    Two variances are looked at: of what the base plan covers, and of who is among the first ten,
    the sum of p (1 − p) over all options.

    Parameters
    ----------
    factor
        One of :data:`phusong.planning.study_draws.FACTORS`, or ``all`` for everything together.
    people_sd
        Standard deviation of what the base plan covers when this alone is open [people].
    people_alone_percent
        Its variance as a share of that with everything open [%].
    people_settled_percent
        By how much less that variance is when this one is known and all others are open; below 0
        where it is more [%].
    first_ten_open
        Sum of p (1 − p) when this alone is open; 2.5 where ten options are in or out like coins.
    ranks_alone_percent, ranks_settled_percent
        Shares of that sum, as for the people [%].
    draws
        How many there were.
    """

    factor: str
    people_sd: float
    people_alone_percent: float
    people_settled_percent: float
    first_ten_open: float
    ranks_alone_percent: float
    ranks_settled_percent: float
    draws: int


def variance_split(
    worlds: Sequence[World], base: Stability, *, spread: StabilitySection, grid: Grid,
    local_error_db: float = 0.0,
) -> tuple[FactorShare, ...]:  # fmt: skip
    """Open one factor alone, then hold it alone, and see what that opens and settles.

    Parameters
    ----------
    worlds
        By each propagation model, the first one being the base case.
    base
        Ranks and plan of the base case, with draws for a budget.
    spread
        How far things may be otherwise; no more than 20 draws are made.
    grid
        Frame of the demand's cells.
    local_error_db
        What is left of the model's error, by squares of the ground, >= 0 [dB].

    Returns
    -------
    tuple of FactorShare
        First ``all``, then each factor. All draw the same numbers. Shares need not add up to
        100 %: factors act together. Where nothing is open they are NaN.
    """
    fewer = spread.model_copy(update={"draws": min(spread.draws, SPLIT_DRAWS)})

    def variances(held: Collection[str]) -> tuple[float, float]:
        draws = Draws(worlds, spread=fewer, grid=grid, local_error_db=local_error_db, held=held)
        return _variances(worlds[0], base.plan, draws)

    people, ranks = variances(())
    found = [_share(ALL, (people, ranks), (0.0, 0.0), (people, ranks), fewer.draws)]
    for factor in FACTORS:
        alone = variances([other for other in FACTORS if other != factor])
        found.append(_share(factor, alone, variances([factor]), (people, ranks), fewer.draws))
    return tuple(found)


def _share(
    factor: str, alone: tuple[float, float], held: tuple[float, float],
    whole: tuple[float, float], draws: int,
) -> FactorShare:  # fmt: skip
    opened, settled = (
        [100.0 * part / all_of_it if all_of_it > 0 else np.nan
         for part, all_of_it in zip(parts, whole, strict=True)]
        for parts in (alone, [w - h for w, h in zip(whole, held, strict=True)])
    )  # fmt: skip
    return FactorShare(
        factor, alone[0] ** 0.5, opened[0], settled[0], alone[1], opened[1], settled[1], draws
    )


def _variances(world: World, plan: Sequence[int], draws: Draws) -> tuple[float, float]:
    """Variance of what a plan covers, and how open it is who is among the first ten."""
    candidates, options = world.candidates, len(world.candidates.options)
    columns = candidates.columns(world.demand)
    made = _Kept(draws, plan)
    found = stability(
        columns.cover, weight=columns.weight, cost=candidates.price, scenarios=made,
        groups=candidates.groups, requires=candidates.requires or None, ranked=range(options),
        top=TOP, rank_by="steps",
    )  # fmt: skip
    chance = np.nan_to_num(found.probability_in_top)
    return float(np.var(made.weight)), float((chance * (1.0 - chance)).sum())


class _Kept(Sequence[Scenario]):
    """Draws that note what a plan covers in each when they are made."""

    def __init__(self, draws: Draws, plan: Sequence[int]) -> None:
        self._draws, self._plan = draws, plan
        self.weight: FloatArray = np.zeros(len(draws))

    def __len__(self) -> int:
        return len(self._draws)

    @overload
    def __getitem__(self, number: int) -> Scenario: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Scenario]: ...

    def __getitem__(self, number: int | slice) -> Scenario | Sequence[Scenario]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        made = self._draws[number]
        self.weight[number] = covered_weight(made, self._plan)
        return made


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A square of the ground where a measurement would settle much.

    Parameters
    ----------
    easting, northing
        Middle of those whom it is open about, in the grid's CRS [m].
    people
        People in need there whom options whose place is open may cover.
    open_people
        Those of them of whom it is open whether the options cover them: each counts by 4 q (1 − q)
        of the probability q, and by 4 p (1 − p) of the option's probability p to be among the
        first ten.
    models_differ_people
        People of whom the propagation models say different things.
    options
        Rows of the options that are open there, those with most open people first.
    """

    easting: float
    northing: float
    people: float
    open_people: float
    models_differ_people: float
    options: tuple[int, ...] = field(repr=False)


def where_to_measure(
    worlds: Sequence[World], base: Stability, *, spread: StabilitySection, grid: Grid,
    local_error_db: float = 0.0, most: int = MOST_PLACES,
) -> tuple[Unsettled, ...]:  # fmt: skip
    """Squares of the ground where a drive test would settle most of what is open.

    Parameters
    ----------
    worlds
        By each propagation model.
    base
        How often each option was among the first ten.
    spread
        Errors of levels, weight of the second model, and the side of a square.
    grid
        Frame of the demand's cells.
    local_error_db
        What is left of the model's error, by squares of the ground, >= 0 [dB].
    most
        How many squares, >= 0.

    Returns
    -------
    tuple of Unsettled
        Those with most open people first; none where nothing is open.
    """
    first = worlds[0].candidates
    chance = np.nan_to_num(base.probability_in_top)
    undecided = 4.0 * chance * (1.0 - chance)
    cells = np.unique(np.concatenate([world.demand.cells for world in worlds]))
    error_db = float(np.sqrt(
        spread.common_error.value**2 + spread.site_error.value**2 + local_error_db**2
    ))  # fmt: skip
    shares = [1.0]
    if len(worlds) > 1:
        shares = [1.0 - spread.second_model_weight.value, spread.second_model_weight.value]
    opened, differ = np.zeros(len(cells)), np.zeros(len(cells))
    number = squares(cells, grid, side_m=spread.people_square.value)
    by_option = np.zeros((len(first.options), int(number.max(initial=-1)) + 1))
    most_people = np.zeros(len(cells))
    for row in np.flatnonzero(undecided > 0).tolist():
        parts = [_chances(world, row, cells, error_db) for world in worlds]
        mean = np.sum([share * part[0] for share, part in zip(shares, parts, strict=True)], axis=0)
        mean = np.where(mean < SURE, 0.0, np.where(mean > 1.0 - SURE, 1.0, mean))
        people = np.max([part[1] for part in parts], axis=0)
        open_here = undecided[row] * people * 4.0 * mean * (1.0 - mean)
        opened += open_here
        by_option[row] = np.bincount(number, weights=open_here, minlength=by_option.shape[1])
        touched = open_here > 0
        most_people = np.where(touched, np.maximum(most_people, people), most_people)
        if len(parts) > 1:
            apart = (parts[0][0] >= 0.5) != (parts[1][0] >= 0.5)
            differ = np.maximum(differ, np.where(apart, people, 0.0))
    return _places(number, cells, grid, opened, (most_people, differ), by_option, most=most)


def _chances(
    world: World, row: int, cells: IntArray, error_db: float
) -> tuple[FloatArray, FloatArray]:
    """Probability that an option covers each cell, and the people in need there."""
    candidates, demand = world.candidates, world.demand
    margin = candidates.margin_db[candidates.row[row]].astype(np.float64)
    chance = ndtr(margin / error_db) if error_db > 0 else (margin >= 0).astype(np.float64)
    at = np.searchsorted(cells, demand.cells)
    covered, people = np.zeros(len(cells)), np.zeros(len(cells))
    covered[at] = chance
    people[at] = demand.people[int(candidates.operator[row])]
    return covered, people


def _places(
    number: IntArray, cells: IntArray, grid: Grid, opened: FloatArray,
    people: tuple[FloatArray, FloatArray], by_option: FloatArray, *, most: int,
) -> tuple[Unsettled, ...]:  # fmt: skip
    total = np.bincount(number, weights=opened, minlength=by_option.shape[1])
    rows, cols = cells // grid.shape[1], cells % grid.shape[1]
    east, north = grid.affine * (cols + 0.5, rows + 0.5)
    found = []
    for square in np.lexsort((np.arange(len(total)), -total))[:most].tolist():
        if not total[square] > 0:
            break
        here = number == square
        weight = opened[here]
        order = np.lexsort((np.arange(len(by_option)), -by_option[:, square]))
        found.append(
            Unsettled(
                float(np.average(east[here], weights=weight)),
                float(np.average(north[here], weights=weight)),
                float(people[0][here].sum()), float(total[square]), float(people[1][here].sum()),
                tuple(row for row in order.tolist() if by_option[row, square] > 0),
            )
        )  # fmt: skip
    return tuple(found)
