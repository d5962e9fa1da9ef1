"""One budget over several studies, against every division of it."""

import itertools

import numpy as np
import pytest

from phusong.planning.shared_budget import Frontier, shared_out


def frontier(rng: np.random.Generator, name: str) -> Frontier:
    count = int(rng.integers(0, 5))
    budget = np.cumsum(rng.integers(1, 40, count)).astype(float)
    worth = np.sort(rng.integers(1, 100, count)).astype(float)
    return Frontier(name, budget, worth, worth + rng.integers(0, 3, count))


@pytest.mark.parametrize("seed", range(40))
def test_it_is_the_best_of_all_divisions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frontiers = [frontier(rng, str(n)) for n in range(4)]
    budget = float(rng.integers(0, 200))
    divisions = [
        (sum(f.worth[k] for f, k in zip(frontiers, steps, strict=True) if k >= 0), -cost)
        for steps in itertools.product(*(range(-1, f.budget.size) for f in frontiers))
        if (cost := sum(f.budget[k] for f, k in zip(frontiers, steps, strict=True) if k >= 0))
        <= budget
    ]
    found = shared_out(frontiers, budget)
    assert (found.worth, -found.spent) == max(divisions)
    pairs = list(zip(frontiers, found.steps, strict=True))
    assert sum(f.worth[k] for f, k in pairs if k >= 0) == found.worth
    assert sum(f.budget[k] for f, k in pairs if k >= 0) == found.spent <= budget
    assert found.worth <= found.bound


def test_no_division_between_the_budgets_passes_the_bound() -> None:
    # What each study can reach by whole options of 7 and of 5, told at a few budgets alone.
    def reached(money: float, price: float) -> float:
        return 10.0 * np.floor(money / price)

    told = np.array([10.0, 20.0, 35.0])
    frontiers = [
        Frontier(str(price), told, reached(told, price), reached(told, price))
        for price in (7.0, 5.0)
    ]
    for budget in np.arange(0.0, 71.0):
        best = max(
            reached(share, 7.0) + reached(budget - share, 5.0)
            for share in np.arange(0.0, budget + 1.0)
            if share <= 35.0 and budget - share <= 35.0
        )
        found = shared_out(frontiers, budget)
        assert found.worth <= best <= found.bound


def test_thirty_four_provinces_are_divided_exactly() -> None:
    rng = np.random.default_rng(1)
    frontiers = []
    for number in range(34):
        budget = np.cumsum(rng.uniform(2e9, 8e9, 8)).round()
        worth = np.cumsum(np.sort(rng.integers(500, 9000, 8))[::-1]).astype(float)
        frontiers.append(Frontier(str(number), budget, worth, worth))
    found = shared_out(frontiers, 4e11)
    assert 0.0 < found.worth <= found.bound
    assert found.spent <= 4e11
