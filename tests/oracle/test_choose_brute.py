"""The exact choice equals trying every set, ties and all, in 500 small questions."""

import itertools
import math

import numpy as np
import pytest
from scipy import sparse

from oracle.choose_brute import Case, best, is_allowed, random_case, value, with_terms
from phusong.planning import choose_master, choose_rows
from phusong.planning.choose import best_set, greedy_set
from phusong.planning.choose_floors import Floor
from phusong.planning.choose_links import Links

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


def test_connection_by_cuts_alone_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # What dense networks of relays use: no flow in the model, cuts wherever it is broken.
    monkeypatch.setattr(choose_master, "FLOWS_UP_TO", 0)
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


def test_flow_sends_one_unit_to_everyone_who_is_connected() -> None:
    for number in range(40):
        rng = np.random.default_rng([SEED, 44, number])
        count = int(rng.integers(2, 9))
        feeds = sparse.csr_matrix((rng.random((count, count)) < 0.4).astype(np.int8))
        feeds.setdiag(0)
        feeds.eliminate_zeros()
        links = Links(feeds, rng.random(count) < 0.4)
        chosen = links.connected(rng.random(count) < 0.8)
        tails, heads = links.arcs
        flow = links.flow(chosen)
        into = np.bincount(heads, weights=flow, minlength=count)
        out = np.bincount(tails, weights=flow, minlength=count)
        assert (flow >= 0).all()
        assert (into - out)[~links.root].tolist() == chosen[~links.root].astype(float).tolist()
        assert (out[~chosen] == 0).all()


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
