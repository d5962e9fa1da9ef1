"""What must hold for every question: metamorphic checks of the best set."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.choose_brute import Case, random_case
from phusong.planning.choose import BestSet, best_set

cases = st.integers(0, 2**32 - 1).map(lambda seed: random_case(np.random.default_rng(seed)))
few = settings(max_examples=40)


def solve(case: Case, **changes: object) -> BestSet:
    changed = dataclasses.replace(case, target=None, **changes)  # type: ignore[arg-type]
    return best_set(changed.cover, **changed.arguments())


@few
@given(case=cases, more=st.integers(1, 9))
def test_a_larger_budget_never_covers_fewer(case: Case, more: int) -> None:
    budget = case.budget or 0
    assert (
        solve(case, budget=budget).objective
        <= solve(case, budget=budget + more).objective
        <= solve(case, budget=None).objective
    )


@few
@given(case=cases)
def test_a_budget_for_everything_is_no_budget(case: Case) -> None:
    assert solve(case, budget=sum(case.cost)) == solve(case, budget=None)


@few
@given(case=cases)
def test_doubling_weights_or_money_changes_no_set(case: Case) -> None:
    plain = solve(case)
    heavier = solve(case, weight=[2 * w for w in case.weight])
    assert heavier.chosen == plain.chosen
    assert heavier.objective == 2 * plain.objective
    budget = None if case.budget is None else 2 * case.budget
    dearer = solve(case, cost=[2 * c for c in case.cost], budget=budget)
    assert (dearer.chosen, dearer.cost) == (plain.chosen, 2 * plain.cost)


@few
@given(case=cases, seed=st.integers(0, 99))
def test_order_of_the_demand_changes_nothing(case: Case, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(case.weight))
    shuffled = solve(case, cover=case.cover[:, order], weight=[case.weight[g] for g in order])
    assert shuffled == solve(case)


@few
@given(case=cases, seed=st.integers(0, 99))
def test_order_of_the_options_changes_no_amount(case: Case, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(case.cost))
    place = {int(old): new for new, old in enumerate(order)}
    needs = case.requires
    shuffled = solve(
        case,
        cover=case.cover[order],
        cost=[case.cost[row] for row in order],
        fixed=tuple(place[row] for row in case.fixed),
        groups=None if case.groups is None else [case.groups[row] for row in order],
        requires=needs and {place[r]: [place[p] for p in ps] for r, ps in needs.items()},
    )
    plain = solve(case)
    assert (shuffled.objective, shuffled.cost) == (plain.objective, plain.cost)


@few
@given(case=cases)
def test_a_point_split_in_two_changes_nothing(case: Case) -> None:
    first = case.weight[0]
    halves = [first // 2, *case.weight[1:], first - first // 2]
    split = solve(case, cover=np.hstack([case.cover, case.cover[:, :1]]), weight=halves)
    assert split == solve(case)


@few
@given(case=cases)
def test_one_more_option_never_lowers_the_optimum(case: Case) -> None:
    free_of_rules = dataclasses.replace(case, groups=None, requires=None)
    fewer = dataclasses.replace(
        free_of_rules,
        cover=case.cover[:-1],
        cost=case.cost[:-1],
        fixed=tuple(row for row in case.fixed if row < len(case.cost) - 1),
    )
    assert solve(fewer).objective <= solve(free_of_rules).objective


@few
@given(case=cases, row=st.integers(0, 7))
def test_an_existing_site_never_raises_the_gain(case: Case, row: int) -> None:
    plain = dataclasses.replace(case, requires=None, groups=None)
    standing = tuple(sorted({*case.fixed, row % len(case.cost)}))

    def gain(fixed: tuple[int, ...]) -> float:
        found = solve(plain, fixed=fixed)
        return found.objective - solve(plain, fixed=fixed, count=0, budget=None).objective

    assert gain(standing) <= gain(case.fixed)


@few
@given(case=cases)
def test_zero_prices_cost_nothing(case: Case) -> None:
    assert solve(case, cost=[0] * len(case.cost)).cost == 0


@few
@given(case=cases)
def test_the_same_question_has_the_same_answer(case: Case) -> None:
    assert solve(case) == solve(case)


@few
@given(case=cases)
def test_the_cheapest_way_to_the_optimum_is_the_optimum(case: Case) -> None:
    best = solve(case)
    unlimited = dataclasses.replace(case, budget=None, target=int(best.objective))
    cheapest = best_set(unlimited.cover, **unlimited.arguments())
    assert cheapest.cost <= best.cost
    assert cheapest.objective >= best.objective


@pytest.mark.parametrize("budget", [3, 6, 9])
def test_twin_changes_nothing(budget: int) -> None:
    rng = np.random.default_rng(8)
    cover = rng.random((5, 20)) < 0.3
    weight, cost = rng.integers(1, 9, 20).tolist(), [3, 2, 4, 1, 3]
    twin = best_set(np.vstack([cover, cover[:1]]), weight=weight, cost=[*cost, 3], budget=budget)
    plain = best_set(cover, weight=weight, cost=cost, budget=budget)
    assert (twin.chosen, twin.objective, twin.cost) == (plain.chosen, plain.objective, plain.cost)
