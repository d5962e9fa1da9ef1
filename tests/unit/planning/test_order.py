"""Build order: nested, connected, and its loss against each best set by hand."""

import math
from pathlib import Path

import numpy as np
import pytest

from oracle.choose_brute import random_case
from oracle.order_plain import improved_plainly
from phusong.errors import DomainError
from phusong.planning.choose import best_set
from phusong.planning.order import BuildOrder, build_order

NOT_NESTED = [[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]]


def test_the_order_that_loses_least_is_taken() -> None:
    # X first loses 22.2 % at two, Y first 10 % at one; tie of Y, Z and Z, Y: the smaller row.
    found = build_order(NOT_NESTED, weight=[4, 5, 5, 4], cost=[1, 1, 1], budgets=[2, 1])
    assert found.order == (1, 2)
    assert found.budgets == (1.0, 2.0)
    assert found.loss == pytest.approx((0.1, 0.0))
    assert (found.worst_loss, found.mean_loss) == pytest.approx((0.1, 0.05))
    assert [best.objective for best in found.best] == [10, 18]
    assert (found.reached, found.cumulative_weight) == ((9.0, 18.0), (9.0, 18.0))
    assert found.cumulative_cost == (1.0, 2.0)


def test_san_francisco(shared_dir: Path) -> None:
    pd = pytest.importorskip("pandas")
    file = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    pairs = pd.read_csv(shared_dir / "vectors" / "spopt_sf" / file, dtype={"DestinationName": str})
    pairs["site"] = pairs["name"].str.removeprefix("Store_").astype(int)
    wide = pairs.pivot_table(index="site", columns="DestinationName", values="distance")
    people = pairs.groupby("DestinationName")["demand"].first().loc[wide.columns].to_numpy()
    found = build_order(wide.to_numpy() <= 5000.0, weight=people, budgets=range(1, 9))
    assert [int(wide.index[row]) for row in found.order] == [16, 12, 2, 11, 7, 14, 3, 6]
    assert sum(found.reached) == 6_522_769
    assert found.worst_loss == pytest.approx(0.01775, abs=5e-6)  # printed with three decimals
    assert found.loss.index(found.worst_loss) == 4


def check(found: BuildOrder, case_cost: list[int]) -> None:
    assert len(set(found.order)) == len(found.order)
    costs = np.cumsum([case_cost[row] for row in found.order])
    assert found.cumulative_cost == pytest.approx(tuple(costs))
    assert all(-1e-12 <= loss <= 1.0 for loss in found.loss)
    assert list(found.cumulative_weight) == sorted(found.cumulative_weight)


def test_every_prefix_of_a_random_order_is_allowed() -> None:
    for seed in range(25):
        case = random_case(np.random.default_rng([5, seed]))
        rules = {"fixed": case.fixed, "groups": case.groups, "requires": case.requires}
        budgets = [1, 3, 6, sum(case.cost)]
        found = build_order(
            case.cover, weight=case.weight, cost=case.cost, budgets=budgets, **rules
        )
        check(found, case.cost)
        for length in range(len(found.order) + 1):
            # A prefix that is taken as standing is allowed when each of its rows was chosen.
            prefix = found.order[:length]
            there = set(prefix) | set(case.fixed)
            needs = case.requires or {}
            for place, row in enumerate(prefix):
                before = {*prefix[:place], *case.fixed}
                assert row not in needs or before & set(needs[row])
            labels = [case.groups[row] for row in there if case.groups and row in prefix]
            labels = [label for label in labels if label is not None]
            assert len(labels) == len(set(labels))
        for budget, best in zip(found.budgets, found.best, strict=True):
            assert best == best_set(
                case.cover, weight=case.weight, cost=case.cost, budget=budget, **rules
            )


def test_relay_is_built_before_what_it_feeds() -> None:
    found = build_order(
        np.eye(3), weight=[10, 100, 30], cost=[1, 1, 1], budgets=[1, 2, 3], requires={1: [0]}
    )
    assert found.order.index(0) < found.order.index(1)
    assert found.reached[-1] == 140


def test_budgets_of_its_own() -> None:
    found = build_order(np.eye(4), weight=[1, 2, 3, 4], cost=[5, 5, 5, 5])
    assert found.budgets == tuple(2.5 * k for k in range(1, 9))
    assert found.loss == (0.0,) * 8
    by_number = build_order(np.eye(4), weight=[1, 2, 3, 4])
    assert by_number.budgets == (1.0, 2.0, 3.0, 4.0)
    assert by_number.order == (3, 2, 1, 0)


def test_fixed_weight_does_not_dilute_the_loss() -> None:
    cover = np.vstack([np.hstack([NOT_NESTED, np.zeros((3, 1))]), [[0, 0, 0, 0, 1]]])
    found = build_order(cover, weight=[4, 5, 5, 4, 1000], budgets=[1, 2], fixed=[3])
    assert found.loss == pytest.approx((0.1, 0.0))
    assert found.reached == (1009.0, 1018.0)


def test_nothing_to_build() -> None:
    found = build_order(np.zeros((2, 3)), weight=[1, 2, 3])
    assert (found.order, found.worst_loss, found.mean_loss) == ((), 0.0, 0.0)
    assert build_order(np.eye(2), weight=[1, 1], budgets=[]).order == ()


@pytest.mark.parametrize("budgets", [[-1], [1, math.nan]])
def test_bad_budget(budgets: list[float]) -> None:
    with pytest.raises(DomainError, match="budgets="):
        build_order(np.eye(2), weight=[1, 1], budgets=budgets)


def test_no_single_step_can_be_moved_to_lose_less() -> None:
    # The plain twin makes every sum anew; the order's own search counts only what a move changes.
    for seed in range(20):
        case = random_case(np.random.default_rng([11, seed]))
        budgets = [2, 4, sum(case.cost)]
        found = build_order(
            case.cover, weight=case.weight, cost=case.cost, budgets=budgets, requires=case.requires
        )
        loss, order = improved_plainly(
            found.order, cover=case.cover, weight=case.weight, cost=case.cost, budgets=budgets,
            best=[best.objective for best in found.best], requires=case.requires or {},
        )  # fmt: skip
        assert tuple(order) == found.order
        assert loss == pytest.approx(sum(found.loss), abs=1e-9)
