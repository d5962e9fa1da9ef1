"""A study's ranking under other models, levels, heights, people and prices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np

from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.planning.demand import Demand, cover_columns
from phusong.planning.rank_intervals import TOP, Candidates
from phusong.planning.scenarios import Scenario, level_draws, people_draws, price_draws
from phusong.planning.stability import Stability, stability
from phusong.study import StabilitySection
from phusong.units import BoolArray, Float32Array, FloatArray, IntArray

FACTORS = (
    "propagation_model", "common_error", "site_error", "ground_cover", "heights",
    "population_source", "people", "prices",
)  # fmt: skip
"""What a draw may find otherwise."""
REGRET_DRAWS = 40
"""Draws that regret by option is looked for in; each takes some twenty sets more."""
LEAST_HEIGHT = 0.25
"""An antenna is never taken to be lower than this share of its height."""


@dataclass(frozen=True, eq=False)
class World:
    """Options and demand by one propagation model.

    Parameters
    ----------
    candidates
        Options with margins and prices; the same ones by every model.
    demand
        Whom to reach.
    raster_share
        People of each cell of the demand by the population raster as it is, as a share of those
        counted, >= 0; None where the study takes the raster as it is.
    """

    candidates: Candidates = field(repr=False)
    demand: Demand = field(repr=False)
    raster_share: FloatArray | None = field(default=None, repr=False)


class Draws(Sequence[Scenario]):
    r"""Scenarios of a study, each made when it is asked for, so that one is in memory at a time.

    Parameters
    ----------
    worlds
        By the study's first propagation model, and by its second one where it has two.
    spread
        How far things may be otherwise.
    grid
        Frame of the demand's cells.
    local_error_db
        Standard deviation of what is left of the model's error, by squares of the ground: trees,
        houses, whatever is local, >= 0 [dB].
    held
        Factors that stay as in the base case; the others draw the same numbers.

    Raises
    ------
    DomainError
        A factor has another name, or there are more than two worlds, or none.

    Notes
    -----
    An error :math:`\delta` of the height :math:`h` of an antenna above the ground around moves
    levels by :math:`20 \log_{10}((h + \delta) / h)`, the height gain over flat ground.
    """

    def __init__(
        self, worlds: Sequence[World], *, spread: StabilitySection, grid: Grid,
        local_error_db: float = 0.0, held: Collection[str] = (),
    ) -> None:  # fmt: skip
        unknown = sorted(set(held) - set(FACTORS))
        if unknown or not 1 <= len(worlds) <= 2:
            raise DomainError(
                f"held={unknown} and {len(worlds)} worlds: factors are {', '.join(FACTORS)}, and "
                "one or two worlds are allowed"
            )
        self._worlds, self._spread, self._held = worlds, spread, frozenset(held)
        self._block = _blocks(worlds, grid, side_m=spread.people_square.value)
        self._draw_errors(local_error_db)
        self._draw_sources()

    def _size(self, factor: str, value: float) -> float:
        return 0.0 if factor in self._held else value

    def _draw_errors(self, local_error_db: float) -> None:
        spread, first = self._spread, self._worlds[0].candidates
        draws, seed = spread.draws, spread.seed
        places = int(first.site.max(initial=-1)) + 1
        squares_count = max((int(block.max(initial=-1)) for block in self._block), default=-1) + 1
        self._error_db = level_draws(
            places, common_error_db=self._size("common_error", spread.common_error.value),
            site_error_db=self._size("site_error", spread.site_error.value),
            draws=draws, seed=seed,
        )  # fmt: skip
        rng = np.random.default_rng([seed, 8])
        noise = rng.standard_normal((draws, squares_count))
        self._local_db = self._size("ground_cover", local_error_db) * noise
        rng = np.random.default_rng([seed, 9])
        self._height_m = self._size("heights", spread.height_error.value) * rng.standard_normal(
            (draws, places)
        )
        self._factor = people_draws(
            np.ones(squares_count), draws=draws, seed=seed,
            standard_deviation_share=self._size("people", spread.people_error.value),
        )  # fmt: skip
        base = first.price
        low, high = (base, base) if "prices" in self._held else first.ends
        self._price = price_draws(
            low, base, high, draws=draws, seed=seed,
            shared=spread.shared_prices.value, site=first.price_places,
        )  # fmt: skip

    def _draw_sources(self) -> None:
        spread = self._spread
        two = len(self._worlds) > 1 and "propagation_model" not in self._held
        share = spread.second_model_weight.value if two else 0.0
        self.second: BoolArray = _some(share, spread.draws, [spread.seed, 10])
        share = self._size("population_source", spread.raster_people_weight.value)
        self.raster: BoolArray = _some(share, spread.draws, [spread.seed, 11])

    def __len__(self) -> int:
        """Return the number of draws."""
        return len(self._price)

    @overload
    def __getitem__(self, number: int) -> Scenario: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Scenario]: ...

    def __getitem__(self, number: int | slice) -> Scenario | Sequence[Scenario]:
        """Make one scenario, or several."""
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        which = int(self.second[number])
        world, block = self._worlds[which], self._block[which]
        candidates = world.candidates
        error = self._row_error_db(number, candidates)[:, np.newaxis]
        local = self._local_db[number].astype(np.float32)[block]
        factor = self._factor[number][block]
        if world.raster_share is not None and self.raster[number]:
            factor = factor * world.raster_share
        found = cover_columns(
            world.demand, candidates.margin_db + error + local >= 0.0,
            site=candidates.row, operator=candidates.operator, factor=factor,
        )  # fmt: skip
        return Scenario(candidates.padded(found).cover, found.weight, self._price[number])

    def _row_error_db(self, number: int, candidates: Candidates) -> Float32Array:
        """Error of the levels of each row of coverage, but for what is local."""
        place = candidates.place_of_row
        height = np.full(len(place), np.inf)
        height[candidates.row] = [option.antenna_height_m for option in candidates.options]
        share = np.maximum(1.0 + self._height_m[number, place] / height, LEAST_HEIGHT)
        error = self._error_db[number, place] + 20.0 * np.log10(share)
        return np.asarray(error, dtype=np.float32)


def _some(share: float, draws: int, seed: list[int]) -> BoolArray:
    """A share of the draws, in seeded order."""
    order = np.random.default_rng(seed).permutation(draws)
    return np.asarray(order < round(share * draws))


def _blocks(worlds: Sequence[World], grid: Grid, *, side_m: float) -> list[IntArray]:
    """Square of each cell of each world's demand; a square has one number in all of them."""
    cells = [world.demand.cells for world in worlds]
    number = squares(np.concatenate(cells), grid, side_m=side_m)
    return np.split(number, np.cumsum([len(part) for part in cells])[:-1])


def squares(cells: IntArray, grid: Grid, *, side_m: float) -> IntArray:
    """Number of the square that each cell lies in.

    Parameters
    ----------
    cells
        Flat indices of cells.
    grid
        The frame.
    side_m
        Side of a square, > 0; whole cells, at least one [m].

    Returns
    -------
    numpy.ndarray
        From 0, only squares that hold a cell.
    """
    across = max(1, round(side_m / grid.resolution_m))
    rows, cols = cells // grid.shape[1] // across, cells % grid.shape[1] // across
    _, number = np.unique(rows * grid.shape[1] + cols, return_inverse=True)
    return np.asarray(number, dtype=np.int64).ravel()


def rank_intervals(
    worlds: Sequence[World], *, spread: StabilitySection, grid: Grid,
    local_error_db: float = 0.0, budget: float | None = None,
) -> Stability:  # fmt: skip
    """Ranks of a study's options under other models, levels, heights, people and prices.

    Parameters
    ----------
    worlds
        By each propagation model, the first one being the base case; at least one option.
    spread
        How far things may be otherwise, how often they are drawn, and the seed.
    grid
        Frame of the demand's cells.
    local_error_db
        What is left of the model's error, by squares of the ground, >= 0 [dB].
    budget
        Money of the best sets, present value; without it there are none.

    Returns
    -------
    Stability
        In each draw the options are ranked as the study ranks them: by steps, by people newly
        covered for the money, one option per spot. Options that add nothing come after those.
        Best sets are greedy.
    """
    candidates, demand = worlds[0].candidates, worlds[0].demand
    base, options = candidates.columns(demand), len(candidates.options)
    found = stability(
        base.cover, weight=base.weight, cost=candidates.price,
        scenarios=Draws(worlds, spread=spread, grid=grid, local_error_db=local_error_db),
        groups=candidates.groups, requires=candidates.requires or None, ranked=range(options),
        top=TOP, rank_by="steps", best_by="greedy", budget=budget, regret_draws=REGRET_DRAWS,
    )  # fmt: skip
    return found.of_first(options)
