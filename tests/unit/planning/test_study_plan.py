"""A study's build order and rank intervals on invented demand: against brute force, and by hand."""

import numpy as np
import pytest

from oracle.rank_plain import rank_options
from phusong.analysis.reach import ANY
from phusong.geo.grid import Grid
from phusong.pipeline.plan_models import what_stays
from phusong.planning.build_steps import build_steps
from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.demand import Demand, cover_columns, people_in_need
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import (
    Candidates,
    SecondRanking,
    intervals_by_option,
    ranks,
)
from phusong.planning.reasons import sure_en, sure_vi
from phusong.planning.study_draws import Draws, World, rank_intervals, squares
from phusong.study import Quantity, StabilitySection

GRID = Grid.from_bounds(400_000, 2_500_000, 401_000, 2_500_600, crs="EPSG:32648", resolution_m=100)
OPERATORS = ("a", "b")


def needs(seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 30, GRID.shape).astype(float)
    people[0, 0] = np.nan
    lacking = {key: rng.random(GRID.shape) < 0.7 for key in OPERATORS}
    return people, {**lacking, ANY: lacking["a"] & lacking["b"]}


def candidates(demand: Demand, seed: int, spots: int = 5) -> Candidates:
    rng = np.random.default_rng([seed, 1])
    margin = rng.normal(-2.0, 6.0, (spots, len(demand.cells))).astype(np.float32)
    covered = margin >= 0
    options, place, low = [], [], []
    for number in range(spots):
        spot = Spot(400_050.0 + 100 * number, 2_500_050.0, 900.0, 5.0, 12.0)
        for key, operator in enumerate(OPERATORS):
            price = float(rng.integers(80, 200))
            cost = SiteCost(0.6 * price, 0.05 * price, price, "solar", 1, "VND")
            cells = demand.cells[covered[number]]
            name = f"s{number}-{operator}"
            options.append(Option(name, operator, spot, 40.0, cells, cost, 1.0, 1.0, 1.0))
            place.append((number, key))
            low.append(0.6 * price)
    site, operator = np.array(place).T
    ends = np.array(low)
    return Candidates(tuple(options), site, operator, covered, margin, ends, ends * 3)


def study(seed: int, weight: float = 1.0) -> tuple[Demand, Candidates, tuple[Option, ...]]:
    people, lacking = needs(seed)
    demand = people_in_need(people, lacking, white_zone_weight=weight)
    found = candidates(demand, seed)
    ranked = rank_options(
        found.options, people=people, not_covered=lacking, white_zone_weight=weight, count=5
    )
    return demand, found, tuple(priority.option for priority in ranked)


def spread(**changes: float) -> StabilitySection:
    units = {"people_square": "m", "common_error": "dB", "site_error": "dB", "height_error": "m"}
    given = {
        key: Quantity(value=value, unit=units.get(key, "fraction"), source="test")
        for key, value in changes.items()
    }
    return StabilitySection(draws=30, **given)


def test_nobody_is_in_need_where_all_are_covered_or_nobody_lives() -> None:
    people, lacking = needs(1)
    demand = people_in_need(people, lacking, white_zone_weight=1.0)
    flat = np.nan_to_num(people).ravel()
    assert set(demand.cells) == set(
        np.flatnonzero((lacking["a"] | lacking["b"]).ravel() & (flat > 0))
    )
    for row, key in enumerate((*OPERATORS, ANY)):
        assert demand.people[row].sum() == flat[lacking[key].ravel()].sum()


def test_columns_say_what_cells_say() -> None:
    demand, found, _ = study(2, weight=0.5)
    columns = found.columns(demand)
    assert columns.cover.shape[1] < 3 * len(demand.cells)
    for row, option in enumerate(found.options):
        reached = found.covered[found.site[row]]
        own = demand.people[OPERATORS.index(option.operator)][reached].sum()
        white = demand.people[2][reached].sum()
        assert (columns.cover[row] @ columns.weight)[0] == pytest.approx(own + 0.5 * white)
        assert (columns.cover[row] @ columns.people)[0] == pytest.approx(own + white)


def test_no_spots_no_columns() -> None:
    demand, _, _ = study(2)
    none = np.empty(0, dtype=np.int64)
    columns = cover_columns(
        demand, np.empty((0, len(demand.cells)), dtype=np.bool_), site=none, operator=none
    )
    assert columns.cover.shape == (0, 0)


@pytest.mark.parametrize("seed", range(4))
def test_steps_are_the_best_nested_order_or_say_what_they_miss(seed: int) -> None:
    demand, found, ranked = study(seed)
    order = build_steps(found, demand, ranked=ranked)
    steps = order.steps
    columns = found.columns(demand)
    spots = [step.option.spot for step in steps]
    assert len(set(spots)) == len(spots) > 0, "a spot is used once"
    rows = [found.options.index(step.option) for step in steps]
    left, spent = columns.people.copy(), 0.0
    for number, (step, row) in enumerate(zip(steps, rows, strict=True)):
        reached = columns.cover[row].indices
        own = ~columns.white_zone[reached]
        assert step.people_newly_covered == left[reached][own].sum()
        assert step.people_white_zone == left[reached][~own].sum()
        left[reached] = 0.0
        spent += step.option.cost.present_value
        assert step.step == number + 1
        assert step.cumulative_present_value == pytest.approx(spent)
        together = columns.cover[rows[: number + 1]].getnnz(axis=0) > 0
        assert step.cumulative_worth == columns.weight[together].sum()  # whole people here
    budgets = np.cumsum([option.cost.present_value for option in ranked])
    assert [point.budget for point in order.points] == pytest.approx(budgets.tolist())
    for point in order.points:
        within = [step for step in steps if step.cumulative_present_value <= point.budget + 1e-6]
        assert point.steps == len(within)
        assert point.order_worth == (within[-1].cumulative_worth if within else 0.0)
        assert point.best.status == "optimal"
        assert point.best_worth == best_worth(found, columns, point.budget)
        assert point.greedy_worth <= point.best_worth
        lost = 100 * (1 - point.order_worth / point.best_worth)
        assert point.loss_percent == pytest.approx(lost)


def best_worth(found: Candidates, columns: object, budget: float) -> float:
    """Most worth of any set within the budget, one option per spot: each choice is tried."""
    best = 0.0
    for number in range(3**5):
        picks = [(number // 3**k) % 3 for k in range(5)]
        rows = [2 * k + pick - 1 for k, pick in enumerate(picks) if pick]
        if sum(found.price[rows]) <= budget and rows:
            reached = columns.cover[rows].getnnz(axis=0) > 0
            best = max(best, float(columns.weight[reached].sum()))
    return best


def test_nothing_ranked_nothing_built() -> None:
    demand, found, _ = study(1)
    order = build_steps(found, demand, ranked=())
    assert (order.steps, order.points) == ((), ())


@pytest.mark.parametrize("seed", range(4))
def test_the_base_case_is_the_ranking_itself(seed: int) -> None:
    demand, found, ranked = study(seed)
    sure = rank_intervals([World(found, demand)], spread=spread(), grid=GRID)
    order = np.argsort(sure.rank)
    assert [found.options[row].option_id for row in order[: len(ranked)]] == [
        option.option_id for option in ranked
    ]


def test_another_model_ranks_the_same_options_by_its_own_cover() -> None:
    # Two spots, two cells with 10 and 4 people; prices are equal. The first model gives spot 0
    # the cell of ten, the second one gives it to spot 1.
    people = np.zeros(GRID.shape)
    people[0, :2] = 10.0, 4.0
    nowhere = {"a": people > 0, ANY: np.zeros(GRID.shape, dtype=np.bool_)}
    demand = people_in_need(people, nowhere, white_zone_weight=1.0)
    cost = SiteCost(60.0, 4.0, 100.0, "solar", 1, "VND")
    spots = [Spot(400_050.0 + 100 * n, 2_500_050.0, 900.0, 5.0, 12.0) for n in range(2)]
    options = tuple(
        Option(f"s{n}", "a", spot, 40.0, demand.cells, cost, 1.0, 1.0, 1.0)
        for n, spot in enumerate(spots)
    )
    ends = np.array([100.0, 100.0])

    def by(cover: list[list[int]]) -> Candidates:
        covered = np.array(cover, dtype=np.bool_)
        margin = np.where(covered, 3.0, -3.0).astype(np.float32)
        return Candidates(
            options, np.arange(2), np.zeros(2, dtype=np.int64), covered, margin, ends, ends
        )

    first = by([[1, 0], [0, 1]])
    assert ranks(first, demand).tolist() == [1, 2]
    second = SecondRanking("itm", ranks(by([[0, 1], [1, 0]]), demand))
    assert second.rank.tolist() == [2, 1]
    none = spread(common_error=0.0, site_error=0.0, people_error=0.0, height_error=0.0)
    sure = rank_intervals([World(first, demand)], spread=none, grid=GRID)
    told = intervals_by_option(first, sure, second)
    assert [told[name].rank_second_model for name in ("s0", "s1")] == [2, 1]
    assert told["s0"].is_by_model
    assert sure_en(told["s0"]).endswith(" By the model ITM its rank is 2: it depends on the model.")
    assert sure_vi(told["s0"]).endswith(" Theo mô hình ITM hạng là 2: phụ thuộc vào mô hình.")
    kept = intervals_by_option(first, sure, SecondRanking("itm", ranks(first, demand)))["s0"]
    assert not kept.is_by_model
    assert sure_en(kept) == sure_en(intervals_by_option(first, sure)["s0"])


@pytest.mark.parametrize(
    ("rank", "stay", "tau"), [([1, 2, 3], 3, 1.0), ([3, 2, 1], 3, -1.0), ([12, 2, 1], 2, -1.0)]
)
def test_what_stays_is_counted(rank: list[int], stay: int, tau: float) -> None:
    told = what_stays(np.array([1.0, 2, 3]), SecondRanking("itm", np.array(rank, dtype=float)))
    assert told == {"model": "itm", "first_10_that_stay": stay, "kendall_tau": tau}
    one = what_stays(np.array([1.0]), SecondRanking("itm", np.array([1.0])))
    assert one["kendall_tau"] == 1.0


def test_no_spread_no_interval() -> None:
    demand, found, _ = study(3)
    flat = Candidates(
        found.options, found.site, found.operator, found.covered, found.margin_db,
        found.price, found.price,
    )  # fmt: skip
    none = spread(common_error=0.0, site_error=0.0, people_error=0.0, height_error=0.0)
    sure = rank_intervals([World(flat, demand)], spread=none, grid=GRID)
    assert (sure.rank_p10 == sure.rank).all()
    assert (sure.rank_p90 == sure.rank).all()
    assert sure.kendall_tau == pytest.approx(1.0)


def test_the_seed_decides() -> None:
    demand, found, _ = study(3)
    draws = [rank_intervals([World(found, demand)], spread=spread(), grid=GRID) for _ in range(2)]
    assert (draws[0].rank_p90 == draws[1].rank_p90).all()
    other = StabilitySection(draws=30, seed=2)
    changed = rank_intervals([World(found, demand)], spread=other, grid=GRID)
    assert (changed.rank_p90 != draws[0].rank_p90).any()


def test_draws_are_made_when_asked_for_and_the_same_again() -> None:
    demand, found, _ = study(3)
    draws = Draws([World(found, demand)], spread=spread(people_square=300.0), grid=GRID)
    assert len(draws) == 30
    again = draws[4]
    assert (draws[3:5][1].cost == again.cost).all()
    assert (draws[4].weight == again.weight).all()
    assert (draws[4].cover != again.cover).nnz == 0


def test_squares_hold_the_cells_they_should() -> None:
    number = squares(np.arange(60), GRID, side_m=300.0).reshape(GRID.shape)
    assert number.max() == 7  # four across, the last one narrower, and two down
    assert len(np.unique(number[:3, :3])) == 1
    assert number[0, 2] != number[0, 3]
    assert number[2, 0] != number[3, 0]
