"""The best set: the worked example, hand cases, San Francisco, and what bad input is told."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import sparse

from oracle.choose_brute import Case, is_connected, random_case
from phusong.errors import DataError, DomainError
from phusong.planning.choose import BestSet, best_set, greedy_set

# Hand cases: every optimum below was found by trying all sets on paper or by enumeration.

NOT_NESTED = [[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]]
LINE = np.eye(3)


@pytest.mark.parametrize(
    ("budget", "chosen", "objective", "cost"),
    [(0, (), 0, 0), (1, (0,), 10, 1), (2, (1, 2), 18, 2), (3, (1, 2), 18, 2)],
)
def test_best_sets_are_not_nested(
    budget: int, chosen: tuple[int, ...], objective: int, cost: int
) -> None:
    found = best_set(NOT_NESTED, weight=[4, 5, 5, 4], cost=[1, 1, 1], budget=budget)
    assert (found.chosen, found.objective, found.cost) == (chosen, objective, cost)
    assert (found.bound, found.gap, found.status) == (objective, 0.0, "optimal")


@pytest.mark.parametrize(
    ("budget", "chosen", "objective"), [(1, (2,), 30), (2, (0, 1), 110), (3, (0, 1, 2), 140)]
)
def test_relay_chain(budget: int, chosen: tuple[int, ...], objective: int) -> None:
    # R1 stands at the fibre, R2 behind R1, S on its own fibre.
    found = best_set(LINE, weight=[10, 100, 30], cost=[1, 1, 1], budget=budget, requires={1: [0]})
    assert (found.chosen, found.objective) == (chosen, objective)


def test_worked_example_of_the_contract(shared_dir: Path) -> None:
    example = json.loads(
        (shared_dir / "contracts" / "best_set_example.json").read_text(encoding="utf-8")
    )
    relays = example["relays"]
    for case in (example, relays):
        requires = {int(row): parents for row, parents in case.get("requires", {}).items()}
        for answer in case["answers"]:
            found = best_set(
                sparse.csr_matrix(case["cover"]),
                weight=case["weight"],
                cost=case["cost"],
                budget=answer["budget"],
                requires=requires or None,
            )
            for name, value in answer.items():
                if name == "chosen":
                    assert list(found.chosen) == value
                elif name != "budget":
                    assert getattr(found, name) == value


def test_ratio_greedy_fails() -> None:
    cover, weight, cost = np.eye(2), [1.01, 100.0], [1, 100]
    assert best_set(cover, weight=weight, cost=cost, budget=100).objective == 100.0
    assert greedy_set(cover, weight=weight, cost=cost, budget=100).objective == 1.01
    by_weight = greedy_set(cover, weight=weight, cost=cost, budget=100, by="weight")
    assert by_weight.objective == 100.0


@pytest.mark.parametrize("budget", [0, 1, 2, 100])
def test_relay_loop_without_a_root_gives_nothing(budget: int) -> None:
    found = best_set(
        np.eye(2), weight=[50, 50], cost=[1, 1], budget=budget, requires={0: [1], 1: [0]}
    )
    assert (found.chosen, found.objective, found.cost) == ((), 0, 0)
    assert (found.status, found.gap) == ("optimal", 0.0)
    assert found.reason


def test_loop_that_a_root_can_feed() -> None:
    # P and Q feed each other, and F feeds Q: P needs F and Q.
    feeds = {0: [1], 1: [0, 2]}
    cover, weight, cost = [[1, 0], [0, 1], [0, 0]], [50, 50], [1, 1, 5]
    assert best_set(cover, weight=weight, cost=cost, budget=6, requires=feeds).objective == 50
    every = best_set(cover, weight=weight, cost=cost, budget=7, requires=feeds)
    assert (every.chosen, every.objective) == ((0, 1, 2), 100)
    there = best_set(cover, weight=weight, cost=cost, budget=2, requires=feeds, fixed=[2])
    assert (there.chosen, there.objective) == ((0, 1), 100)


def test_shared_relay_is_paid_once() -> None:
    # R costs 4 and covers none; S1 and S2 cost 3 behind it; S3 costs 6 with its own fibre.
    cover = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    found = best_set(
        cover, weight=[40, 40, 45], cost=[4, 3, 3, 6], budget=10, requires={1: [0], 2: [0]}
    )
    assert (found.chosen, found.objective, found.cost) == ((0, 1, 2), 80, 10)
    quick = greedy_set(
        cover, weight=[40, 40, 45], cost=[4, 3, 3, 6], budget=10, requires={1: [0], 2: [0]}
    )
    assert quick.objective in {45, 80}


@pytest.mark.parametrize(("budget", "chosen", "objective"), [(10, (1, 2), 110), (17, (0, 2), 150)])
def test_alternatives_at_one_place(budget: int, chosen: tuple[int, ...], objective: int) -> None:
    cover = [[1, 1, 0], [1, 0, 0], [0, 0, 1]]  # N, U at one place, T elsewhere
    found = best_set(
        cover, weight=[60, 40, 50], cost=[10, 3, 7], budget=budget, groups=["p", "p", None]
    )
    assert (found.chosen, found.objective) == (chosen, objective)


def test_a_place_that_is_taken_stays_taken() -> None:
    cover = [[1, 0], [1, 1], [0, 1]]
    found = best_set(cover, weight=[5, 7], groups=[0, 0, 1], fixed=[0])
    assert (found.chosen, found.objective) == ((2,), 12)
    assert best_set(cover, weight=[5, 7], groups={0: "a", 1: "a"}, fixed=[0]).chosen == (2,)


@pytest.mark.parametrize("label", [None, -1, math.nan])
def test_no_label_is_no_group(label: float | None) -> None:
    found = best_set(np.eye(3), weight=[1, 1, 1], groups=[label, label, "x"])
    assert found.chosen == (0, 1, 2)


def test_equal_cover_takes_the_cheaper_then_the_smaller_row() -> None:
    both = [[1, 1], [1, 1]]
    assert best_set(both, weight=[3, 4], cost=[2, 1]).chosen == (1,)
    assert best_set(both, weight=[3, 4], cost=[2, 2]).chosen == (0,)
    assert best_set([[1, 1]], weight=[3, 4], cost=[2]).objective == 7


def test_nothing_useless_is_built() -> None:
    found = best_set([[1, 0], [1, 0], [0, 0]], weight=[5, 9], cost=[0, 3, 0])
    assert (found.chosen, found.cost) == ((0,), 0)


# Valid questions with little to answer: an empty plan that says why, no error.


def is_empty(found: BestSet) -> bool:
    return (found.chosen, found.cost, found.gap, found.status) == ((), 0.0, 0.0, "optimal")


def test_zero_budget() -> None:
    assert is_empty(best_set(LINE, weight=[1, 2, 3], cost=[1, 1, 1], budget=0))
    free = best_set(LINE, weight=[1, 2, 3], cost=[1, 0, 1], budget=0)
    assert (free.chosen, free.objective, free.cost) == ((1,), 2, 0)
    assert is_empty(best_set(LINE, weight=[1, 2, 3], count=0))


@pytest.mark.parametrize(
    ("cover", "weight", "fixed", "words"),
    [
        (np.zeros((2, 3)), [1, 2, 3], (), "no option covers"),
        (np.zeros((0, 3)), [1, 2, 3], (), "no option to choose"),
        (np.zeros((2, 0)), [], (), "no demand point"),
        (np.ones((2, 3)), [0, 0, 0], (), "no demand point"),
        (np.ones((2, 3)), [1, 2, 3], (0,), "everything is covered already"),
    ],
)
def test_nothing_to_do_says_why(
    cover: NDArray[np.float64], weight: list[int], fixed: tuple[int, ...], words: str
) -> None:
    for found in (
        best_set(cover, weight=weight, fixed=fixed, budget=9),
        greedy_set(cover, weight=weight, fixed=fixed, budget=9),
    ):
        assert is_empty(found)
        assert words in found.reason
        assert found.objective == (sum(weight) if fixed else 0)


# Targets


def test_target_for_least_cost() -> None:
    cover = [[1, 1, 0], [0, 0, 1], [1, 1, 1]]
    found = best_set(cover, weight=[10, 20, 30], cost=[2, 2, 5], target=60)
    assert (found.chosen, found.objective, found.cost, found.bound) == ((0, 1), 60, 4, 4)
    assert best_set(cover, weight=[10, 20, 30], cost=[2, 2, 5], target=29.5).cost == 2
    assert best_set(cover, weight=[10, 20, 30], cost=[2, 2, 5], target=60, fixed=[2]).chosen == ()


def test_target_out_of_reach_names_the_demand() -> None:
    found = best_set([[1, 0, 0], [0, 0, 0]], weight=[10, 20, 0], target=30)
    assert found.status == "infeasible"
    assert "demand point 1 (weight 20)" in found.reason
    assert "point 2" not in found.reason
    dear = best_set(np.eye(2), weight=[10, 20], cost=[1, 1], budget=1, target=30)
    assert dear.status == "infeasible"
    assert "within the limits" in dear.reason
    assert greedy_set(np.eye(2), weight=[10, 20], cost=[1, 1], budget=1, target=30).status == (
        "infeasible"
    )


def test_fixed_rows_are_paid_and_count_as_connected() -> None:
    found = best_set(
        LINE, weight=[10, 100, 30], cost=[7, 1, 1], budget=1, requires={1: [0]}, fixed=[0]
    )
    assert (found.chosen, found.objective, found.cost) == ((1,), 110, 1)


# Bad input: what is wrong, where, what is allowed.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": [1, 2]}, "weight has shape"),
        ({"weight": [1, -2, 3]}, r"weight\[1\]=-2 is impossible"),
        ({"weight": [1, math.nan, 3]}, r"weight\[1\]=nan"),
        ({"cost": [1, 2]}, "cost has shape"),
        ({"cost": [1, 2, -3]}, r"cost\[2\]=-3"),
        ({"cost": [math.inf, 2, 3]}, r"cost\[0\]=inf"),
        ({"budget": -1}, "budget=-1"),
        ({"budget": math.nan}, "budget=nan"),
        ({"count": -1}, "count=-1"),
        ({"count": 1.5}, "count=1.5 is no whole number"),
        ({"target": -1}, "target=-1"),
        ({"time_limit_s": 0}, "time_limit_s=0"),
        ({"fixed": [3]}, "fixed names row 3"),
        ({"fixed": [0.5]}, "no row number"),
        ({"groups": [1, 2]}, "groups has 2 labels"),
        ({"groups": {5: 1}}, "groups names row 5"),
        ({"requires": {0: [7]}}, r"requires\[0\] names row 7"),
        ({"requires": {-1: [0]}}, "requires names row -1"),
    ],
)
def test_bad_input_is_named(change: dict[str, object], words: str) -> None:
    arguments = {"weight": [1, 2, 3], "cost": [1, 1, 1], **change}
    with pytest.raises((DataError, DomainError), match=words):
        best_set(LINE, **arguments)


def test_cover_must_be_a_matrix_without_nan() -> None:
    with pytest.raises(DataError, match="options × demand points"):
        best_set([1, 0], weight=[1, 1])
    with pytest.raises(DomainError, match="NaN"):
        best_set([[1.0, math.nan]], weight=[1, 1])
    with pytest.raises(DomainError, match="by='luck'"):
        greedy_set(LINE, weight=[1, 1, 1], by="luck")  # type: ignore[arg-type]


def test_inputs_are_not_written_to() -> None:
    cover = sparse.csr_matrix(np.array(NOT_NESTED, dtype=float))
    weight, cost = np.array([4.0, 5.0, 5.0, 4.0]), np.ones(3)
    before = cover.copy()
    for array in (cover.data, cover.indices, cover.indptr, weight, cost):
        array.setflags(write=False)
    best_set(cover, weight=weight, cost=cost, budget=2)
    assert (cover != before).nnz == 0


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil", "dok", "bsr"])
def test_every_kind_of_matrix(kind: str) -> None:
    cover = sparse.csr_matrix(np.array(NOT_NESTED)).asformat(kind)
    assert best_set(cover, weight=[4, 5, 5, 4], budget=2).chosen == (1, 2)
    array = sparse.csr_array(np.array(NOT_NESTED) * 0.25)  # any entry but 0 covers
    assert best_set(array, weight=[4, 5, 5, 4], budget=2).chosen == (1, 2)


def test_the_weight_alone_is_the_same_weight() -> None:
    for seed in range(40):
        case = random_case(np.random.default_rng([7, seed]))
        whole = best_set(case.cover, **case.arguments())
        quick = best_set(case.cover, **case.arguments(), settle_ties=False, start=whole.chosen)
        assert quick.status == whole.status
        if whole.status == "optimal":
            assert quick.bound == whole.bound
        if case.target is None:
            assert quick.objective == whole.objective
        elif whole.status == "optimal":
            assert quick.cost == whole.cost


def test_a_start_that_breaks_a_rule_is_left_aside() -> None:
    rules = {"weight": [4, 5, 5, 4], "cost": [1, 1, 1], "budget": 2}
    assert best_set(NOT_NESTED, **rules, start=(0, 1, 2)) == best_set(NOT_NESTED, **rules)


def test_few_nodes_keep_the_gap_honest() -> None:
    rng = np.random.default_rng(9)
    cover = rng.random((30, 400)) < 0.06
    people, cost = rng.integers(1, 100, 400), rng.integers(20, 60, 30)
    first = best_set(cover, weight=people, cost=cost, budget=300, most_nodes=1)
    whole = best_set(cover, weight=people, cost=cost, budget=300)
    assert first.status == "feasible"
    assert first.objective < whole.objective <= first.bound
    assert 0 < first.gap < 0.2
    with pytest.raises(DomainError, match="most_nodes=0"):
        best_set(cover, weight=people, cost=cost, budget=300, most_nodes=0)


def test_limit_on_the_clock_keeps_the_gap_honest() -> None:
    rng = np.random.default_rng(5)
    cover = rng.random((60, 4000)) < 0.06
    weight, cost = rng.integers(1, 50, 4000), rng.integers(5, 20, 60)
    budget = int(cost.sum()) // 4
    found = best_set(cover, weight=weight, cost=cost, budget=budget, time_limit_s=1.0)
    quick = greedy_set(cover, weight=weight, cost=cost, budget=budget)
    assert found.objective >= quick.objective
    assert found.bound >= found.objective
    assert found.gap == pytest.approx((found.bound - found.objective) / found.bound)
    assert (found.status == "optimal") == (found.gap == 0.0)
    assert found.cost <= budget


# San Francisco: 16 store sites, 205 census tracts (pysal/spopt, BSD-3), served within 5 km.


@pytest.fixture(scope="module")
def san_francisco(shared_dir: Path) -> tuple[NDArray[np.bool_], NDArray[np.int64], list[int]]:
    folder = shared_dir / "vectors" / "spopt_sf"
    pairs = pd.read_csv(
        folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv",
        dtype={"DestinationName": str},
    )
    people = pd.read_csv(
        folder / "SF_demand_205_centroid_uniform_weight.csv", dtype={"NAME": str}
    ).set_index("NAME")["POP2000"]
    pairs["site"] = pairs["name"].str.removeprefix("Store_").astype(int)
    distance = pairs.pivot_table(index="site", columns="DestinationName", values="distance")
    weight = people.loc[distance.columns].to_numpy()
    assert weight.sum() == 955_113
    return distance.to_numpy() <= 5000.0, weight, [int(site) for site in distance.index]


SAN_FRANCISCO = {
    1: (448_255, 448_255, 98, [16]),
    2: (671_938, 671_938, 55, [12, 16]),
    3: (791_499, 788_863, 36, [2, 12, 15]),
    4: (875_247, 872_611, 21, [2, 11, 12, 15]),
    5: (927_402, 910_944, 8, [2, 7, 11, 14, 15]),
    6: (941_462, 928_898, 4, [2, 7, 11, 12, 14, 15]),
    7: (950_428, 946_147, 2, [2, 6, 7, 11, 12, 14, 15]),
    8: (955_113, 955_113, 0, None),  # eight sets are best
}


@pytest.mark.parametrize("count", SAN_FRANCISCO)
def test_san_francisco_by_number(
    san_francisco: tuple[NDArray[np.bool_], NDArray[np.int64], list[int]], count: int
) -> None:
    cover, weight, sites = san_francisco
    objective, by_steps, left, expected = SAN_FRANCISCO[count]
    found = best_set(cover, weight=weight, count=count)
    assert (found.objective, found.bound, found.gap) == (objective, objective, 0.0)
    assert found.status == "optimal"
    if expected is not None:
        assert [sites[row] for row in found.chosen] == expected
    assert int((~cover[list(found.chosen)].any(axis=0)).sum()) == left
    assert greedy_set(cover, weight=weight, count=count).objective == by_steps


@pytest.mark.parametrize(
    ("budget", "objective", "expected", "cost", "by_cost", "by_people"),
    [
        (200, 330_537, [3], 130, 330_537, 330_537),
        (250, 412_563, [15], 250, 378_271, 412_563),
        (400, 658_063, [5, 15], 400, 608_244, 627_565),
        (500, 672_597, [3, 5, 11], 490, 656_240, 671_938),
        (750, 858_890, [2, 6, 12, 15], 750, 807_350, 806_112),
        (900, 905_358, [1, 5, 7, 11, 16], 900, 849_651, 872_611),
        (1000, 927_402, [2, 7, 11, 14, 15], 990, 869_046, 910_944),
        (3230, 955_113, [2, 3, 6, 7, 11, 12, 14, 15], 1500, 955_113, 955_113),
    ],
)
def test_san_francisco_by_budget(
    san_francisco: tuple[NDArray[np.bool_], NDArray[np.int64], list[int]],
    budget: int, objective: int, expected: list[int], cost: int, by_cost: int, by_people: int,
) -> None:  # fmt: skip
    cover, weight, sites = san_francisco
    price = 100 + 10 * np.array(sites)
    found = best_set(cover, weight=weight, cost=price, budget=budget)
    assert (found.objective, found.cost, found.gap) == (objective, cost, 0.0)
    assert [sites[row] for row in found.chosen] == expected
    quick = greedy_set(cover, weight=weight, cost=price, budget=budget)
    assert quick.objective == by_cost
    simple = greedy_set(cover, weight=weight, cost=price, budget=budget, by="weight")
    assert simple.objective == by_people


def test_san_francisco_target_and_existing(
    san_francisco: tuple[NDArray[np.bool_], NDArray[np.int64], list[int]],
) -> None:
    cover, weight, sites = san_francisco
    everyone = best_set(cover, weight=weight, target=955_113)
    assert (everyone.cost, everyone.bound, everyone.objective) == (8, 8, 955_113)
    assert best_set(cover, weight=weight, target=955_114).status == "infeasible"
    fixed = [sites.index(18), sites.index(19)]
    assert best_set(cover, weight=weight, fixed=fixed, count=0).objective == 242_009
    additions = {1: ([5], 567_180), 2: ([3, 12], 746_596), 3: ([3, 11, 12], 830_344),
                 4: ([3, 7, 11, 14], 905_196)}  # fmt: skip
    for count, (expected, objective) in additions.items():
        found = best_set(cover, weight=weight, fixed=fixed, count=count)
        assert ([sites[row] for row in found.chosen], found.objective) == (expected, objective)


def test_without_settled_ties_nothing_useless_is_left_in_a_set() -> None:
    for seed in range(60):
        rng = np.random.default_rng([11, seed])
        case = random_case(rng)
        cost = np.asarray(case.cost, dtype=float) * (rng.random(len(case.cost)) < 0.6)
        rules = {**case.arguments(), "cost": cost}
        found = best_set(case.cover, **rules, settle_ties=False)
        if found.status == "infeasible":
            continue
        there = set(found.chosen) | set(case.fixed)
        weight = np.asarray(case.weight, dtype=float)

        def covered(
            rows: set[int], case: Case = case, weight: NDArray[np.float64] = weight
        ) -> float:
            reached = (np.asarray(case.cover)[sorted(rows)] != 0).any(axis=0)
            return float(weight[reached].sum())

        for row in found.chosen:
            rest = there - {row}
            still = is_connected(rest, case)
            assert not still or covered(rest) < found.objective, (seed, row)


def test_more_than_200_options_lose_what_adds_nothing() -> None:
    # 260 options, each the only one for its point, and 40 that cover what these cover already.
    own = sparse.eye(260, format="csr")
    useless = sparse.csr_matrix(np.ones((40, 1)) @ (np.arange(260) < 3)[None, :].astype(float))
    cover = sparse.vstack([own, useless], format="csr")
    cost = np.concatenate([np.ones(260), np.zeros(20), np.full(20, 2.0)])
    rules = {"weight": np.arange(1.0, 261.0), "cost": cost, "settle_ties": False}
    everyone = best_set(cover, budget=400.0, **rules)
    assert everyone.objective == np.arange(1.0, 261.0).sum()
    for found in (everyone, best_set(cover, target=everyone.objective, **rules)):
        assert found.status == "optimal"
        kept = cover[list(found.chosen)].toarray()
        alone = (kept.sum(axis=0) == 1) & (kept == 1)
        assert alone.any(axis=1).all()  # each is the only one for somebody
