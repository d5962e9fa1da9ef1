"""Draws over models, levels, heights, people and prices, and what each of them opens."""

import numpy as np
import pytest

from phusong.analysis.reach import ANY
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.demand import Demand, people_in_need
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import Candidates
from phusong.planning.scenarios import Scenario
from phusong.planning.stability import stability
from phusong.planning.study_draws import FACTORS, Draws, World, rank_intervals
from phusong.planning.variance_split import ALL, variance_split, where_to_measure
from phusong.study import Quantity, StabilitySection

GRID = Grid.from_bounds(400_000, 2_500_000, 401_000, 2_500_600, crs="EPSG:32648", resolution_m=100)
UNITS = {"common_error": "dB", "site_error": "dB", "height_error": "m", "people_square": "m"}
NOTHING = dict.fromkeys(("common_error", "site_error", "height_error", "people_error"), 0.0)


def spread(draws: int = 60, seed: int = 1, **given: float) -> StabilitySection:
    """Nothing is open but what is given."""
    parts = {
        key: Quantity(value=value, unit=UNITS.get(key, "fraction"), source="test")
        for key, value in {**NOTHING, "people_square": 100.0, **given}.items()
    }
    return StabilitySection(draws=draws, seed=seed, **parts)


def demand_of(*people: float) -> Demand:
    """One operator's people in need, in the first cells of the grid."""
    count = np.zeros(GRID.shape)
    count[0, : len(people)] = people
    none = np.zeros(GRID.shape, dtype=np.bool_)
    return people_in_need(count, {"a": count > 0, ANY: none}, white_zone_weight=1.0)


def options_of(
    margin_db: list[list[float]], price: list[float], *, wide: float = 1.0
) -> Candidates:
    """One option per place; prices between price / wide and price × wide."""
    options = tuple(
        Option(
            f"s{n}", "a", Spot(400_050.0 + 100 * n, 2_500_050.0, 900.0, 5.0, 12.0), 40.0,
            np.empty(0, dtype=np.int64), SiteCost(one, 0.0, one, "solar", 1, "VND"), 1.0, 1.0, 1.0,
        )
        for n, one in enumerate(price)
    )  # fmt: skip
    margin = np.array(margin_db, dtype=np.float32)
    base, count = np.array(price), len(price)
    return Candidates(
        options, np.arange(count), np.zeros(count, dtype=np.int64), margin >= 0, margin,
        base / wide, base * wide,
    )  # fmt: skip


def test_an_option_that_dominates_is_in_every_best_set_and_first() -> None:
    """More people, less money, far above any error."""
    found = options_of([[90, 90, -90], [-90, -90, 1]], [50.0, 100.0], wide=1.2)
    sure = rank_intervals(
        [World(found, demand_of(30, 30, 5))], grid=GRID, budget=100.0, local_error_db=4.0,
        spread=spread(common_error=4.0, site_error=4.0, height_error=4.0, people_error=0.1),
    )  # fmt: skip
    assert sure.probability_in_best_set[0] == 1.0
    assert (sure.rank_p10[0], sure.rank_p90[0]) == (1, 1)
    assert sure.probability_in_best_set[1] < 1.0


def test_two_alike_share_the_best_set_evenly() -> None:
    """The same people, prices that are drawn alike, money for one: about half each."""
    found = options_of([[90, -90], [-90, 90]], [100.0, 100.0], wide=1.5)
    sure = rank_intervals(
        [World(found, demand_of(20, 20))], grid=GRID, budget=110.0,
        spread=spread(draws=400, people_error=0.3),
    )  # fmt: skip
    both = sure.probability_in_best_set
    affordable = both.sum()
    assert 0.7 < affordable <= 1.2, "seldom none, seldom both"
    assert both[0] / affordable == pytest.approx(0.5, abs=0.08)
    assert (sure.rank_p10 == 1).all()
    assert (sure.rank_p90 == 2).all()


def test_nothing_open_nothing_doubted() -> None:
    found = options_of([[3, -3, 1], [-3, 3, -1]], [100.0, 90.0])
    worlds = [World(found, demand_of(20, 10, 4))]
    sure = rank_intervals(worlds, spread=spread(), grid=GRID, budget=100.0)
    assert (sure.rank_p10 == sure.rank).all()
    assert (sure.rank_p90 == sure.rank).all()
    assert set(sure.probability_in_best_set) == {0.0, 1.0}
    assert (sure.regret, sure.regret_p90, sure.kendall_tau) == (0.0, 0.0, 1.0)
    parts = variance_split(worlds, sure, spread=spread(), grid=GRID)
    assert {(one.people_sd, one.first_ten_open) for one in parts} == {(0.0, 0.0)}
    assert all(np.isnan(one.ranks_alone_percent) for one in parts)
    assert where_to_measure(worlds, sure, spread=spread(), grid=GRID) == ()


@pytest.mark.parametrize(("weight", "share"), [(0.0, 0.0), (0.25, 0.25), (0.5, 0.5), (1.0, 1.0)])
def test_each_draw_takes_one_of_both_models(weight: float, share: float) -> None:
    """The first model gives the ten people to s0, the second one to s1; nothing else is open."""
    demand = demand_of(10, 4)
    first = World(options_of([[9, -9], [-9, 9]], [100.0, 100.0]), demand)
    second = World(options_of([[-9, 9], [9, -9]], [100.0, 100.0]), demand)
    tried = spread(second_model_weight=weight)
    sure = rank_intervals([first, second], spread=tried, grid=GRID, budget=100.0)
    assert sure.probability_in_best_set.tolist() == [1.0 - share, share]
    assert sure.regret == pytest.approx(6.0 * share), "ten people instead of four"
    assert (sure.ranks[:, 0] == 2).mean() == share


def test_regret_by_hand() -> None:
    """Base plan s0 (10 people). In the second world s1 has 25 and s0 still 10: 15 are missed."""
    base = Scenario(np.eye(2), np.array([10.0, 4.0]), np.ones(2))
    other = Scenario(np.eye(2), np.array([10.0, 25.0]), np.ones(2))
    for by in ("exact", "greedy"):
        sure = stability(
            base.cover, weight=base.weight, cost=base.cost, budget=1.0, best_by=by,
            scenarios=[base, base, base, other],
        )  # fmt: skip
        assert sure.regret == 15.0 / 4
        assert sure.regret_p90 == 15.0
        assert sure.probability_in_best_set.tolist() == [0.75, 0.25]
        assert sure.plan == (0,)


@pytest.mark.parametrize("seed", range(20))
def test_greedy_sets_never_find_more_than_exact_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cases = [
        Scenario(rng.random((8, 20)) < 0.3, rng.integers(1, 9, 20).astype(float),
                 rng.integers(2, 9, 8).astype(float))
        for _ in range(4)
    ]  # fmt: skip
    base, *draws = cases
    exact, greedy = (
        stability(
            base.cover, weight=base.weight, cost=base.cost, budget=15.0, scenarios=draws, best_by=by
        )
        for by in ("exact", "greedy")
    )
    assert exact.proven == 1.0
    assert greedy.proven == 0.0
    if greedy.plan == exact.plan:
        assert greedy.regret <= exact.regret + 1e-9
    assert greedy.regret >= 0.0


def test_more_draws_narrow_the_error_of_a_probability() -> None:
    """Over many seeds the spread of a probability falls with the root of the draws."""
    found = options_of([[90, -90], [-90, 90]], [100.0, 100.0])
    worlds = [World(found, demand_of(20, 20))]

    def chances(draws: int) -> list[float]:
        tried = [spread(draws=draws, seed=seed, people_error=0.3) for seed in range(24)]
        return [
            float((rank_intervals(worlds, spread=one, grid=GRID).ranks[:, 0] == 1).mean())
            for one in tried
        ]

    few, many = np.std(chances(8)), np.std(chances(128))
    assert many < 0.5 * few
    assert few == pytest.approx(np.sqrt(0.25 / 8), rel=0.5)


def test_heights_move_levels_by_the_height_gain() -> None:
    """A cell that lies 3 dB below is covered when the antenna is 1.41 times as high, or more."""
    found = options_of([[-3.0]], [100.0])
    draws = Draws(
        [World(found, demand_of(10))], spread=spread(draws=4000, height_error=20.0), grid=GRID
    )
    covered = np.mean([draws[number].cover.nnz for number in range(len(draws))])
    # P(δ >= 40 m · (10^(3/20) − 1)) of a normal with 20 m.
    assert covered == pytest.approx(0.2046, abs=0.02)


def test_a_share_of_the_draws_has_people_of_the_raster() -> None:
    world = World(options_of([[9, 9]], [100.0]), demand_of(10, 20), np.array([2.0, 0.5]))
    draws = Draws([world], spread=spread(draws=10, raster_people_weight=0.3), grid=GRID)
    totals = sorted(round(float(draws[number].weight.sum()), 6) for number in range(10))
    assert totals == [30.0] * 10, "2 × 10 + 0.5 × 20 is 30 too"
    world = World(world.candidates, world.demand, np.array([3.0, 0.5]))
    draws = Draws([world], spread=spread(draws=10, raster_people_weight=0.3), grid=GRID)
    totals = sorted(round(float(draws[number].weight.sum()), 6) for number in range(10))
    assert totals == [30.0] * 7 + [40.0] * 3


def test_what_is_local_is_the_same_for_all_options_of_a_square() -> None:
    found = options_of([[0.0, 0.0], [0.0, 0.0]], [100.0, 100.0])
    draws = Draws([World(found, demand_of(10, 20))], spread=spread(), grid=GRID, local_error_db=5.0)
    made = [draws[number] for number in range(60)]
    assert all((one.cover.toarray() == 1).all() for one in made), "both gain a cell together"
    assert {one.weight.sum() for one in made} == {0.0, 10.0, 20.0, 30.0}, "squares do so apart"


@pytest.mark.parametrize(
    ("factor", "given", "local"),
    [
        ("common_error", {"common_error": 6.0}, 0.0),
        ("site_error", {"site_error": 6.0}, 0.0),
        ("heights", {"height_error": 15.0}, 0.0),
        ("people", {"people_error": 0.5}, 0.0),
        ("ground_cover", {}, 6.0),
    ],
)
def test_holding_the_only_thing_that_is_open_settles_all(
    factor: str, given: dict[str, float], local: float
) -> None:
    found = options_of([[2, 1, -1, -90], [-90, 1, -1, 2]], [100.0, 90.0])
    worlds, tried = [World(found, demand_of(20, 9, 14, 17))], spread(**given)
    more = {"spread": tried, "grid": GRID, "local_error_db": local}
    sure = rank_intervals(worlds, budget=200.0, **more)
    parts = {one.factor: one for one in variance_split(worlds, sure, **more)}
    assert list(parts) == [ALL, *FACTORS]
    assert parts[ALL].people_sd > 0
    assert parts[factor].people_settled_percent == 100.0
    assert parts[factor].people_alone_percent == 100.0
    others = [name for name in FACTORS if name != factor]
    assert {parts[name].people_settled_percent for name in others} == {0.0}
    assert {parts[name].people_alone_percent for name in others} == {0.0}


def test_measure_where_it_is_open_whether_an_option_reaches_people() -> None:
    """Cell 0 is sure, cell 5 stands on the line: the square of cell 5 comes first, and alone."""
    people = np.zeros(GRID.shape)
    people[0, 0], people[0, 5] = 30.0, 30.0
    none = np.zeros(GRID.shape, dtype=np.bool_)
    demand = people_in_need(people, {"a": people > 0, ANY: none}, white_zone_weight=1.0)
    margins = [[90.0, -90.0]] * 10 + [[-90.0, 0.0]]
    worlds = [World(options_of(margins, [*range(10, 20), 12.0]), demand)]
    tried = spread(site_error=4.0)
    sure = rank_intervals(worlds, spread=tried, grid=GRID, budget=50.0)
    assert 0.0 < sure.probability_in_top[10] < 1.0
    (place,) = where_to_measure(worlds, sure, spread=tried, grid=GRID)
    assert (place.easting, place.northing) == (400_550.0, 2_500_550.0)
    assert place.options == (10,)
    chance = float(sure.probability_in_top[10])
    assert place.open_people == pytest.approx(30.0 * 4 * chance * (1 - chance))
    assert place.models_differ_people == 0.0
    assert where_to_measure(worlds, sure, spread=tried, grid=GRID, most=0) == ()


def test_bad_draws() -> None:
    world = World(options_of([[1.0]], [100.0]), demand_of(10))
    with pytest.raises(DomainError, match="weather"):
        Draws([world], spread=spread(), grid=GRID, held=("weather",))
    with pytest.raises(DomainError, match="0 worlds"):
        Draws([], spread=spread(), grid=GRID)
