"""The exact choice equals trying every set, ties and all, in 500 small questions."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from oracle.choose_brute import (
    Case,
    best,
    is_allowed,
    random_case,
    tangled_case,
    value,
    with_limits,
    with_terms,
)
from phusong.planning import choose_relax, choose_rows
from phusong.planning.choose import best_set, greedy_set
from phusong.planning.choose_floors import Floor
from phusong.planning.choose_goal import Goal
from phusong.planning.choose_inputs import read_question
from phusong.planning.choose_limits import Limit
from phusong.planning.choose_links import Links
from phusong.planning.choose_master import Master
from phusong.planning.choose_relax import relax
from phusong.planning.choose_trees import Trees, at_one_feeder, parts_of, tree

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


@pytest.mark.parametrize("block", range(3))
def test_the_best_of_every_set_where_feeders_stand_in_rings(block: int) -> None:
    # 243 is the one that once spent more than the least cost, to cover more.
    for number in range(200 + 40 * block, 240 + 40 * block):
        case = tangled_case(np.random.default_rng([4242, number]))
        rules = {**with_floors(case), "limits": [Limit(*limit) for limit in case.limits]}
        found = best_set(case.cover, **rules)
        expected = best(case)
        if expected is None:
            assert found.status == "infeasible", case
        else:
            assert (found.chosen, found.objective, found.cost) == expected, case
            assert found.status == "optimal"


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


def test_connection_by_cuts_alone_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # What dense networks of relays use: no flow in the model, cuts wherever it is broken.
    monkeypatch.setattr(choose_relax, "MOST_LINKS", 0)
    for number in range(100):
        case = random_case(np.random.default_rng([SEED, 55, number]))
        found = best_set(case.cover, **case.arguments())
        expected = best(case)
        if expected is None:
            assert found.status == "infeasible"
        else:
            assert (found.chosen, found.objective, found.cost) == expected, case


def test_cuts_hold_for_every_connected_set_and_break_what_lacks_a_root() -> None:
    broken = 0
    for number in range(60):
        rng = np.random.default_rng([SEED, 33, number])
        count = int(rng.integers(3, 9))
        feeds = sparse.csr_matrix(np.triu(rng.random((count, count)) < 0.4, 1).astype(np.int8))
        feeds = (feeds + feeds.T).tocsr()
        links = Links(feeds, rng.random(count) < 0.25)
        sets = [np.array(bits, dtype=np.bool_) for bits in itertools.product([0, 1], repeat=count)]
        connected = [chosen for chosen in sets if (links.connected(chosen) == chosen).all()]
        for share in [rng.random(count), *(s.astype(float) for s in sets[:: len(sets) // 8])]:
            for option, others in links.cuts(share):
                assert share[option] > share[others].sum()
                assert all(not chosen[option] or chosen[others].any() for chosen in connected)
        for chosen in sets:
            whole = bool((links.connected(chosen) == chosen).all())
            assert whole == (links.cuts(chosen.astype(float)) == [])
            broken += not whole
    assert broken > 100


def network(rng: np.random.Generator) -> Links:
    count = int(rng.integers(3, 8))
    feeds = sparse.csr_matrix((rng.random((count, count)) < 0.4).astype(np.int8))
    feeds.setdiag(0)
    feeds.eliminate_zeros()
    return Links(feeds, rng.random(count) < 0.3)


def test_a_tree_feeds_everyone_once_and_keeps_the_rows_of_the_model() -> None:
    fed = 0
    for number in range(60):
        rng = np.random.default_rng([SEED, 44, number])
        links = network(rng)
        chosen = links.connected(rng.random(len(links.root)) < 0.8)
        tails, heads = links.arcs
        kept = tree(links, chosen)
        into = np.bincount(heads, weights=kept, minlength=len(chosen))
        assert into[~links.root].tolist() == chosen[~links.root].astype(float).tolist()
        assert (kept[~chosen[tails]] == 0).all()
        point = np.concatenate([chosen.astype(float), kept])
        for low, high, columns, factors in at_one_feeder(Trees(links, len(chosen))):
            assert low <= factors @ point[columns] <= high
        fed += int(into.sum())
    assert fed > 60


def test_walls_hold_for_every_connected_set_and_are_exact_where_it_matters() -> None:
    found = 0
    for number in range(60):
        rng = np.random.default_rng([SEED, 66, number])
        links = network(rng)
        count = len(links.root)
        weight = rng.integers(1, 9, 6).astype(float)
        cover = sparse.csc_matrix((rng.random((count, 6)) < 0.4).astype(np.int8))
        rows = choose_rows.merged_rows(
            cover, weight, there=np.empty(0, dtype=np.int64), free=np.arange(count),
            twice=np.zeros(6, dtype=np.bool_), counts=np.ones(6, dtype=np.bool_),
        )  # fmt: skip
        size = len(rows.weight)
        bundle = rng.integers(0, 2, size)
        full = np.bincount(bundle, weights=rows.weight, minlength=2)
        parts = parts_of(np.arange(size), rows.weight, bundle, full, rows.twice)
        trees = Trees(links, count)
        sets = [np.array(bits, dtype=np.bool_) for bits in itertools.product([0, 1], repeat=count)]
        whole = [s for s in sets if (links.connected(s) == s).all()]
        points = [np.concatenate([s.astype(float), tree(links, s)]) for s in whole]
        point = rng.random(count + len(links.arcs[0]))
        for where in [point, *points[:: max(1, len(points) // 6)]]:
            bounds = trees.broken(rows, parts, where, point, full + 1.0)
            for place, one in enumerate(bounds.bundle.tolist()):
                own = slice(bounds.start[place], bounds.start[place + 1])
                for chosen, values in zip(whole, points, strict=True):
                    served = rows.covered(chosen.astype(float)) * (bundle == one)
                    most = bounds.constant[place] + bounds.slope[own] @ values[bounds.column[own]]
                    assert served @ rows.weight <= most + 1e-9
                    found += 1
                    if where is values:
                        assert served @ rows.weight == pytest.approx(most)
    assert found > 1000


def test_half_a_ring_of_relays_covers_half() -> None:
    # Root 0 feeds a ring; neighbours share most of what they cover, so halves of both ways round
    # would cover it all for half the money if a link were not counted once.
    count = 8
    cover = np.zeros((count + 1, 2 * count), dtype=np.int8)
    for option in range(1, count + 1):
        cover[option, [2 * option - 2, (2 * option - 1), (2 * option) % (2 * count)]] = 1
    ring = list(range(1, count + 1))
    needs = {
        option: [ring[place - 1], ring[(place + 1) % count], *([0] if option in {1} else [])]
        for place, option in enumerate(ring)
    }
    asked = {"weight": np.full(2 * count, 10), "cost": [0, *[2] * count], "budget": 8}
    question = read_question(
        cover, **asked, count=None, fixed=(), groups=None, requires=needs, target=None
    )
    hoped = []
    for most in (0, choose_relax.MOST_LINKS):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(choose_relax, "MOST_LINKS", most)
            master = Master(question, deadline=None)
            goal = Goal(np.zeros(len(question.free)), 1.0, maximise=True, step=1.0)
            relax(master, goal, np.zeros(len(question.free), dtype=np.bool_))
            hoped.append(master.hoped * master.weight_unit)
    assert best_set(cover, **asked, requires=needs).objective == 90
    assert hoped[1] == pytest.approx(90)
    assert hoped[0] > 100


def test_many_rows_give_the_same_with_and_without_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(SEED)
    place, site = rng.uniform(0, 10, (2000, 2)), rng.uniform(0, 10, (25, 2))
    cover = np.hypot(*(site[:, None] - place[None]).transpose(2, 0, 1)) < 2.5
    weight, cost = rng.integers(0, 30, 2000), rng.integers(5, 15, 25)
    monkeypatch.setattr(choose_rows, "ROWS_OF_THEIR_OWN", 0)
    bundled = best_set(cover, weight=weight, cost=cost, budget=60)
    monkeypatch.setattr(choose_rows, "ROWS_OF_THEIR_OWN", 10**9)
    assert best_set(cover, weight=weight, cost=cost, budget=60) == bundled
    assert bundled.status == "optimal"


def test_limits_beside_the_budget() -> None:
    tight = 0
    for number in range(150):
        rng = np.random.default_rng([SEED, 22, number])
        case = with_limits(random_case(rng), rng)
        limits = [Limit(name, amount, most) for name, amount, most in case.limits]
        found = best_set(case.cover, **case.arguments(), limits=limits)
        expected = best(case)
        if expected is None:
            assert found.status == "infeasible", case
            continue
        assert (found.chosen, found.objective, found.cost) == expected, case
        tight += expected != best(replace(case, limits=()))
        quick = greedy_set(case.cover, **case.arguments(), limits=limits)
        assert quick.status == "infeasible" or is_allowed(quick.chosen, case), case
    assert tight > 20


def test_a_start_out_of_a_part_and_settled_options_change_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What large questions do, on small ones: a part is solved first, and what cannot be in a
    # better set is settled before whole numbers are looked for.
    monkeypatch.setattr(choose_rows, "ROWS_OF_THEIR_OWN", 0)
    monkeypatch.setattr(choose_relax, "PART", 3)
    monkeypatch.setattr(choose_relax, "PART_OF", 1)
    parts = []
    whole = choose_relax.part_of
    monkeypatch.setattr(
        choose_relax, "part_of", lambda *given: parts.append(given[1]) or whole(*given)
    )
    for number in range(150):
        rng = np.random.default_rng([SEED, 88, number])
        case = with_limits(random_case(rng), rng) if number % 2 else random_case(rng)
        limits = [Limit(name, amount, most) for name, amount, most in case.limits]
        found = best_set(case.cover, **case.arguments(), limits=limits)
        expected = best(case)
        if expected is None:
            assert found.status == "infeasible"
        else:
            assert (found.chosen, found.objective, found.cost) == expected, case
    assert len(parts) > 10


def with_floors(case: Case) -> dict[str, object]:
    floors = [Floor(name, np.array(weight), least) for name, weight, least in case.floors]
    return {**case.arguments(), "floors": floors, "twice": case.twice}


@pytest.mark.parametrize("own_rows", [2_000, 0])
def test_floors_and_second_servers(monkeypatch: pytest.MonkeyPatch, own_rows: int) -> None:
    monkeypatch.setattr(choose_rows, "ROWS_OF_THEIR_OWN", own_rows)
    impossible = answered = 0
    for number in range(150):
        rng = np.random.default_rng([SEED, 11, number])
        case = with_terms(random_case(rng), rng)
        found = best_set(case.cover, **with_floors(case))
        expected = best(case)
        if expected is None:
            impossible += 1
            assert found.status == "infeasible", case
            assert "target=" in found.reason or "floor" in found.reason
            continue
        answered += bool(case.floors)
        assert (found.chosen, found.objective, found.cost) == expected, case
        assert (found.status, found.gap) == ("optimal", 0.0)
    assert impossible > 10
    assert answered > 30
