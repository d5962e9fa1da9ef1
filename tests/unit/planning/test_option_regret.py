"""Regret by option: by hand, and against every possible set."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError
from phusong.planning.scenarios import Scenario
from phusong.planning.stability import Stability, stability
from phusong.planning.stability_cases import covered_weight

BY = ("exact", "greedy")


def look(base: list[float], *draws: list[float], **rules: Any) -> Stability:
    eye, ones = np.eye(len(base)), np.ones(len(base))
    scenarios = [Scenario(eye, np.array(weight), ones) for weight in draws]
    return stability(eye, weight=np.array(base), cost=ones, scenarios=scenarios, **rules)


@pytest.mark.parametrize("by", BY)
def test_each_decision_has_its_own_part(by: str) -> None:
    # Two are paid for: A and B in the base case. In the draw A and C reach 19 people, A and B 15.
    # Without C there is D (A and D, 18); with B there is nothing better than A and B.
    base, draw = [10.0, 5.0, 4.0, 3.0], [10.0, 5.0, 9.0, 8.0]
    found = look(base, draw, budget=2.0, best_by=by)
    assert found.plan == (0, 1)
    assert found.regret == 4.0
    assert found.option_regret.tolist() == [0.0, 4.0, 1.0, 0.0]
    half = look(base, draw, base, budget=2.0, best_by=by)
    assert half.option_regret.tolist() == [0.0, 2.0, 0.5, 0.0]
    first = look(base, draw, base, budget=2.0, best_by=by, regret_draws=1)
    assert first.option_regret.tolist() == [0.0, 4.0, 1.0, 0.0]


def test_without_a_budget_there_is_none_and_fixed_rows_have_none() -> None:
    assert np.isnan(look([2.0, 1.0], [1.0, 2.0]).option_regret).all()
    found = look([9.0, 2.0, 1.0], [9.0, 1.0, 2.0], budget=1.0, fixed=[0])
    assert np.isnan(found.option_regret[0])
    assert found.option_regret[1:].tolist() == [1.0, 1.0]
    with pytest.raises(DomainError, match="regret_draws=0"):
        look([1.0], [1.0], budget=1.0, regret_draws=0)


def _case(seed: int) -> tuple[Scenario, list[Scenario], dict[str, Any]]:
    rng = np.random.default_rng(seed)
    cases = [
        Scenario(rng.random((7, 16)) < 0.3, rng.integers(1, 9, 16).astype(float),
                 rng.integers(2, 7, 7).astype(float))
        for _ in range(3)
    ]  # fmt: skip
    rules = {"groups": ["here", "here", None, None, None, None, None],
             "requires": {3: (4,), 5: (3, 6)}, "budget": 12.0}  # fmt: skip
    return cases[0], cases[1:], rules


def _best(scenario: Scenario, plan: tuple[int, ...], row: int | None) -> float:
    """Most weight of all sets that keep the rules and decide about a row as a plan does."""
    most = 0.0
    for size in range(8):
        for chosen in combinations(range(7), size):
            alike = row is None or (row in chosen) == (row in plan)
            fed = (3 not in chosen or 4 in chosen) and (
                5 not in chosen or 6 in chosen or 3 in chosen
            )
            paid = sum(scenario.cost[list(chosen)]) <= 12.0
            if alike and fed and paid and not {0, 1} <= set(chosen):
                most = max(most, covered_weight(scenario, chosen))
    return most


@pytest.mark.parametrize("seed", range(6))
def test_exact_ones_are_those_of_every_possible_set(seed: int) -> None:
    base, draws, rules = _case(seed)
    for draw in draws:
        found = stability(base.cover, weight=base.weight, cost=base.cost, scenarios=[draw], **rules)
        built, spent = [], 0.0
        for row in found.plan:
            spent += draw.cost[row]
            if spent > 12.0:
                break
            built.append(row)
        value = covered_weight(draw, built)
        best = _best(draw, (), None)
        assert found.regret == pytest.approx(best - value)
        wanted = [best - max(value, _best(draw, tuple(built), row)) for row in range(7)]
        assert found.option_regret.tolist() == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(6))
def test_greedy_ones_are_at_most_the_regret_of_the_plan(seed: int) -> None:
    base, draws, rules = _case(seed)
    for draw in draws:
        found = stability(
            base.cover, weight=base.weight, cost=base.cost, scenarios=[draw], **rules,
            best_by="greedy",
        )  # fmt: skip
        assert (found.option_regret >= 0).all()
        assert (found.option_regret <= found.regret + 1e-9).all()
        if found.regret > 0:
            assert found.option_regret.max() > 0, "some decision is otherwise in the best set"
