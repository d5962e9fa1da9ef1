"""Traps that plans of others fell into: each has its test, here or where the list says."""

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import sparse

from conftest import ROOT
from phusong.planning.choose import best_set
from phusong.planning.demand import people_in_need
from phusong.planning.finance import Account, gap_of
from phusong.study import CostsSection
from synthetic import price, study_facts

TRAPS = {
    "revenue and opex over other years": (
        "unit/planning/test_finance", "test_revenue_and_opex_run_over_the_same_years"),
    "an uplift on top of the discount": ("unit/planning/test_cost", "test_a_site_by_hand"),
    "missing columns filled with zeros": (
        "unit/sources/test_boundaries", "test_a_missing_column_lists_those_of_the_file"),
    "yearly costs as a share of the whole horizon": (
        "unit/planning/test_finance", "test_a_longer_horizon_leaves_yearly_amounts_alone"),
    "an item that is silently free": (
        "unit/planning/test_finance", "test_every_item_is_priced_and_summed"),
    "sectors that are not counted": ("unit/planning/test_option_cost", "test_every_kind_by_hand"),
    "capex of today discounted": (
        "unit/planning/test_finance", "test_what_is_paid_today_is_not_discounted"),
    "a purchase in the last year": (
        "unit/planning/test_finance", "test_nothing_is_bought_when_the_horizon_ends"),
    "a budget that changes the goal": (
        "properties/test_choose", "test_a_budget_for_everything_is_no_budget"),
    "a larger budget that reaches fewer": (
        "properties/test_choose", "test_a_larger_budget_never_covers_fewer"),
    "people counted twice": (
        "unit/planning/test_traps", "test_two_sites_over_the_same_people_count_them_once"),
    "a share of the market read as years": (
        "unit/planning/test_finance", "test_market_share_leaves_costs_alone"),
    "one price read for another": (
        "unit/planning/test_power", "test_each_price_moves_its_own_way_only"),
    "costs that are not discounted": (
        "unit/planning/test_finance", "test_a_higher_rate_lowers_both_sides"),
    "metres taken for kilometres": ("unit/planning/test_microwave", "test_impossible_hops"),
    "prices in another unit": ("unit/planning/test_traps", "test_a_price_in_another_unit"),
    "no curvature of the Earth": (
        "unit/planning/test_microwave", "test_flat_forty_kilometres_are_blocked_by_the_earth"),
    "unknown ground taken as clear": (
        "unit/planning/test_microwave", "test_unknown_ground_is_neither_clear_nor_blocked"),
    "ground at 0 m skipped": ("unit/planning/test_microwave", "test_sea_level_is_ground"),
    "the first tile only": ("unit/sources/test_terrain", "test_two_tiles_equal_the_joined_tile"),
    "noise without a seed": ("unit/planning/test_study_plan", "test_the_seed_decides"),
    "stopping at what does not fit": (
        "unit/planning/test_traps", "test_what_does_not_fit_is_passed_over_not_the_end"),
    "an order fixed whatever the price": (
        "unit/planning/test_traps",
        "test_a_dearer_option_is_never_chosen_where_the_cheaper_was_not"),
    "steeper or farther that is cheaper": (
        "unit/planning/test_cost", "test_access_never_falls_with_distance_or_slope"),
    "harder places that are cheaper": (
        "unit/planning/test_option_cost", "test_harder_taller_and_dearer_is_never_cheaper"),
    "prices of zero that cost something": (
        "unit/planning/test_option_cost", "test_zero_prices_cost_nothing"),
    "a shared mast dearer than one's own": (
        "unit/planning/test_finance", "test_shared_is_never_dearer_than_alone"),
    "as many sites as allowed": ("unit/planning/test_choose", "test_san_francisco_by_number"),
    "one possible server taken for two": (
        "unit/planning/test_traps", "test_a_single_server_is_no_second_one"),
    "useless sites up to the budget": (
        "unit/planning/test_choose", "test_san_francisco_by_budget"),
    "relays that feed each other": (
        "unit/planning/test_choose", "test_relay_loop_without_a_root_gives_nothing"),
    "small villages dropped": (
        "unit/planning/test_traps", "test_nobody_is_too_few_to_be_planned_for"),
    "paths of one's own machine": (
        "integration/test_naming", "test_a_relative_name_is_found_from_any_folder_of_the_project"),
    "grants filled by smallest need": (
        "unit/planning/test_traps",
        "test_grants_are_shared_out_optimally_whatever_the_order_of_rows"),
}  # fmt: skip
"""Where each trap has its test: file below ``tests`` and name."""


def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / f"{file}.py").read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_has_its_test(trap: str) -> None:
    file, name = TRAPS[trap]
    assert name in names_in(file)


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z0-9_/]+)::(test_[a-z0-9_]+)`", page)
    assert len(named) > 40
    assert [f"{file}::{name}" for file, name in named if name not in names_in(file)] == []


@pytest.mark.parametrize(
    ("item", "unit"),
    [
        ("fibre", "USD/m"), ("power_line", "USD/m"), ("site_opex", "USD/month"),
        ("mast_step", "USD/m"), ("microwave_hop", "USD/km"), ("passive_site", "USD"),
        ("access_per_road_km", "%/km"), ("roaming_fee", "USD/subscriber/month"),
    ],
)  # fmt: skip
def test_a_price_in_another_unit(item: str, unit: str) -> None:
    with pytest.raises(ValidationError, match=rf"{item}\.unit = '{unit}'"):
        CostsSection.model_validate({**study_facts()["costs"], item: price(1.0, unit)})


def test_nobody_is_too_few_to_be_planned_for() -> None:
    people = np.array([[3.0, 0.0], [0.4, 900.0]])
    lacking = {"a": people > 0, "any": people > 0}
    demand = people_in_need(people, lacking, white_zone_weight=1.0)
    assert demand.people[0].sum() == people.sum()
    # A few people far from all others are worth a site of their own where money is left.
    cover = np.array([[1, 0], [0, 1]])
    found = best_set(cover, weight=[900.0, 3.0], cost=[1.0, 1.0], budget=2.0)
    assert (found.objective, list(found.chosen)) == (903, [0, 1])


def test_a_single_server_is_no_second_one(shared_dir: Path) -> None:
    # Eight of San Francisco's 16 sites that serve all 205 tracts serve 145 twice at most; of the
    # 22 tracts with one possible server none ever counts.
    folder = shared_dir / "vectors" / "spopt_sf"
    pairs = pd.read_csv(
        folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv",
        dtype={"DestinationName": str},
    )
    distance = pairs.pivot_table(index="name", columns="DestinationName", values="distance")
    sites = [int(str(name).removeprefix("Store_")) for name in distance.index]
    cover = distance.to_numpy() <= 5000.0
    tracts = cover.shape[1]
    assert int((cover.sum(axis=0) == 1).sum()) == 22
    found = best_set(
        np.hstack([cover, cover]), weight=np.repeat([1000.0, 1.0], tracts), count=8,
        twice=np.repeat([False, True], tracts),
    )  # fmt: skip
    assert (found.status, found.objective) == ("optimal", 1000 * tracts + 145)
    assert sorted(sites[row] for row in found.chosen) == [2, 3, 6, 7, 11, 12, 14, 16]


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
