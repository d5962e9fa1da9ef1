"""The exact choice equals trying every set, ties and all, in 500 small questions."""

import math

import numpy as np
import pytest

from oracle.choose_brute import best, is_allowed, random_case, value
from phusong.planning import choose_rows
from phusong.planning.choose import best_set, greedy_set

SEED = 20260701


@pytest.mark.parametrize("block", range(10))
def test_the_best_of_every_set(block: int) -> None:
    for number in range(50):
        case = random_case(np.random.default_rng([SEED, block, number]))
        found = best_set(case.cover, **case.arguments())
        expected = best(case)
        if expected is None:
            assert found.status == "infeasible", case
            assert f"target={case.target}" in found.reason
            assert math.isnan(found.bound)
            assert math.isnan(found.gap)
            continue
        assert (found.chosen, found.objective, found.cost) == expected, case
        assert (found.status, found.gap) == ("optimal", 0.0)
        assert found.bound == (expected[1] if case.target is None else expected[2])


def test_bundled_bounds_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # What large questions use: rows that share a bound, made exact by cuts.
    monkeypatch.setattr(choose_rows, "ROWS_OF_THEIR_OWN", 0)
    for number in range(100):
        case = random_case(np.random.default_rng([SEED, 77, number]))
        found = best_set(case.cover, **case.arguments())
        expected = best(case)
        if expected is None:
            assert found.status == "infeasible"
        else:
            assert (found.chosen, found.objective, found.cost) == expected, case


def test_greedy_keeps_the_rules_and_never_wins() -> None:
    for number in range(200):
        case = random_case(np.random.default_rng([SEED, 99, number]))
        exact = best_set(case.cover, **case.arguments())
        for by in ("weight_per_cost", "weight"):
            quick = greedy_set(case.cover, **case.arguments(), by=by)
            if quick.status == "infeasible":
                continue
            assert is_allowed(quick.chosen, case), case
            assert quick.objective == value(quick.chosen, case)
            assert quick.cost == sum(case.cost[row] for row in quick.chosen)
            if case.target is None:
                assert quick.objective <= exact.objective <= quick.bound
            else:
                assert quick.objective >= case.target
                assert quick.cost >= exact.cost
