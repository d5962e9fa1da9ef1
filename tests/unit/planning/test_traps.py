"""Traps that plans of others fell into and no other test names: each has its test here."""

import itertools

import numpy as np
import pytest
from scipy import sparse

from phusong.planning.choose import best_set
from phusong.planning.finance import Account, gap_of


def test_two_sites_over_the_same_people_count_them_once() -> None:
    both = best_set(sparse.csr_matrix([[1], [1]]), weight=[100.0], cost=[1.0, 1.0], budget=2.0)
    assert both.objective == 100


def test_what_does_not_fit_is_passed_over_not_the_end() -> None:
    # Costs 6, 7, 4 and values 10, 9, 3 within 10: the first and the last.
    found = best_set(np.eye(3), weight=[10.0, 9.0, 3.0], cost=[6.0, 7.0, 4.0], budget=10.0)
    assert list(found.chosen) == [0, 2]
    assert found.objective == 13


@pytest.mark.parametrize("seed", range(20))
def test_a_dearer_option_is_never_chosen_where_the_cheaper_was_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cover = rng.random((6, 15)) < 0.35
    weight = rng.integers(1, 50, 15).astype(float)
    cost = rng.integers(2, 12, 6).astype(float)
    before = best_set(cover, weight=weight, cost=cost, budget=16.0)
    for row in set(range(6)) - set(before.chosen):
        dearer = cost + 5.0 * (np.arange(6) == row)
        after = best_set(cover, weight=weight, cost=dearer, budget=16.0)
        assert row not in after.chosen


@pytest.mark.parametrize("seed", range(20))
def test_grants_are_shared_out_optimally_whatever_the_order_of_rows(seed: int) -> None:
    # A pot of grants, filled by smallest need first, would leave people out: it is a choice with
    # the grants as its costs.
    rng = np.random.default_rng(seed)
    people = rng.integers(1, 200, 8).astype(float)
    capex, revenue = rng.integers(20, 90, 8), rng.integers(50, 100, 8)
    sites = [Account(float(c), 50.0, float(r), 10.0) for c, r in zip(capex, revenue, strict=True)]
    grants = np.array([gap_of(site).grant for site in sites])
    pot = float(grants.sum() / 2)
    found = best_set(np.eye(8), weight=people, cost=grants, budget=pot)
    subsets = (list(rows) for k in range(9) for rows in itertools.combinations(range(8), k))
    best = max(people[rows].sum() for rows in subsets if grants[rows].sum() <= pot)
    assert found.objective == best
    turned = rng.permutation(8)
    other = best_set(np.eye(8), weight=people[turned], cost=grants[turned], budget=pot)
    assert other.objective == best
    ascending = np.argsort(grants)
    taken = ascending[np.cumsum(grants[ascending]) <= pot]
    assert people[taken].sum() <= best
