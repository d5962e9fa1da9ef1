"""What must hold for any network, any people and any prices: metamorphic checks of the chain."""

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon, box
from shapely.ops import split

from oracle.rank_plain import rank_options
from phusong.analysis.gap_areas import gap_polygons
from phusong.analysis.gaps import (
    COVERED,
    NO_SIGNAL,
    Confidence,
    commune_table,
    service_class,
)
from phusong.analysis.reach import ANY, BestServer, Threshold, combine
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.models.loss_map import LossMap
from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.priorities import Option, Priority

CRS = "EPSG:32648"
GRID = Grid.from_bounds(0, 0, 800, 600, crs=CRS, resolution_m=100)  # 6 rows, 8 columns
SHAPE = GRID.shape
KNOWN = np.zeros(SHAPE, dtype=np.bool_)
SURE = Confidence(covered_percent=95, marginal_percent=50)
THRESHOLD = Threshold(-100.0, 8.0)
SEEDS = st.integers(0, 2**32 - 1)

Levels = NDArray[np.float32]


def loss_map() -> LossMap:
    nothing = np.zeros(SHAPE, dtype=np.float32)
    return LossMap(GRID, 0, 0, (900.0,), nothing[np.newaxis], nothing, ~KNOWN)


def random_levels(seed: int, count: int) -> list[Levels]:
    """Levels of some sectors; whole numbers, so that ties are many, and some unknown."""
    rng = np.random.default_rng(seed)
    levels = np.rint(rng.uniform(-130, -80, (count, *SHAPE))).astype(np.float32)
    levels[rng.random(levels.shape) < 0.05] = np.nan
    return list(levels)


def server(levels: Sequence[Levels], threshold: Threshold = THRESHOLD) -> BestServer:
    best = BestServer(GRID)
    for index, level in enumerate(levels):
        best.add(loss_map(), level, index, threshold)
    return best


def classes(best: BestServer) -> NDArray[np.uint8]:
    return service_class(best.layer(KNOWN, covered_percent=95), SURE)


def crowd(seed: int) -> People:
    count = np.random.default_rng(seed).poisson(3.0, SHAPE).astype(np.float64)
    return People(GRID, count, source_total=float(count.sum()))


@given(seed=SEEDS, count=st.integers(2, 6))
def test_one_more_site_never_shrinks_reach(seed: int, count: int) -> None:
    levels = random_levels(seed, count)
    fewer = server(levels[:-1]).layer(KNOWN, covered_percent=95)
    more = server(levels).layer(KNOWN, covered_percent=95)
    assert (
        np.nan_to_num(more.level_dbm, nan=-999) >= np.nan_to_num(fewer.level_dbm, nan=-999)
    ).all()
    # What was covered stays covered, whatever is unknown about the new site.
    assert (more.probability_percent[fewer.probability_percent >= 95] >= 95).all()
    both = (more.probability_percent != 255) & (fewer.probability_percent != 255)
    assert (more.probability_percent[both] >= fewer.probability_percent[both]).all()


@given(seed=SEEDS, count=st.integers(1, 5), easier_db=st.floats(0.0, 30.0))
def test_a_lower_threshold_never_adds_people_without_signal(
    seed: int, count: int, easier_db: float
) -> None:
    levels = random_levels(seed, count)
    people = crowd(seed).count
    strict = classes(server(levels))
    lenient = classes(server(levels, replace(THRESHOLD, level_dbm=-100.0 - easier_db)))
    assert people[lenient == NO_SIGNAL].sum() <= people[strict == NO_SIGNAL].sum()
    assert people[lenient == COVERED].sum() >= people[strict == COVERED].sum()


@given(seed=SEEDS, order=st.permutations(range(5)), cut=st.integers(0, 5))
def test_order_and_grouping_of_sites_change_nothing(seed: int, order: list[int], cut: int) -> None:
    levels = random_levels(seed, 5)
    straight = server(levels)
    parts = [BestServer(GRID), BestServer(GRID)]
    for place, index in enumerate(order):
        parts[place < cut].add(loss_map(), levels[index], index, THRESHOLD)
    merged = combine(parts, GRID)
    for name in ("level", "server", "margin", "unknown"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(straight, name))


@given(seed=SEEDS)
def test_any_operator_is_at_least_as_good_as_each(seed: int) -> None:
    levels = random_levels(seed, 4)
    for level in levels:  # with every path known, "any" can only be better
        np.nan_to_num(level, copy=False, nan=-125.0)
    own = [server(levels[:2]), server(levels[2:])]
    everyone = combine(own, GRID).layer(KNOWN, covered_percent=95)
    for part in own:
        layer = part.layer(KNOWN, covered_percent=95)
        assert (everyone.level_dbm >= layer.level_dbm).all()
        assert (everyone.probability_percent >= layer.probability_percent).all()


# Communes

OUTLINE = Polygon([(30, 40), (770, 10), (720, 330), (560, 590), (90, 550), (150, 260)])


def tally(
    outlines: Sequence[Polygon], people: People, found: NDArray[np.uint8]
) -> dict[str, float]:
    """Sums over all communes of everything that the table counts."""
    frame = gpd.GeoDataFrame(
        {"code": [f"{i:05d}" for i in range(len(outlines))], "name": "x"},
        geometry=list(outlines), crs=CRS,
    )  # fmt: skip
    table = commune_table({(ANY, "LTE"): found}, Communes(frame, "2025"), people)
    numbers = table.drop(columns=["commune_code", "commune", "vintage", "operator", "technology"])
    sums = numbers[[c for c in numbers.columns if not c.endswith("_percent")]].sum()
    return {str(name): float(value) for name, value in sums.items()}


@settings(max_examples=15)
@given(seed=SEEDS, west=st.floats(0, 800), east=st.floats(0, 800))
def test_splitting_a_commune_changes_no_sum(seed: int, west: float, east: float) -> None:
    parts = list(split(OUTLINE, LineString([(west, -100), (east, 700)])).geoms)
    people, found = crowd(seed), classes(server(random_levels(seed, 3)))
    whole, divided = tally([OUTLINE], people, found), tally(parts, people, found)
    for name, value in whole.items():
        assert abs(divided[name] - value) <= 1e-6 * max(1.0, abs(value)), name


@settings(max_examples=15)
@given(seed=SEEDS)
def test_classes_share_out_everyone(seed: int) -> None:
    people, found = crowd(seed), classes(server(random_levels(seed, 2)))
    found[0, 0] = 255
    sums = tally([box(0, 0, 800, 600)], people, found)
    parts = ("no_signal", "marginal", "covered", "unknown")
    assert abs(sums["people"] - people.total) < 1e-6
    assert abs(sum(sums[f"people_{p}"] for p in parts) - people.total) < 1e-6
    assert abs(sum(sums[f"area_{p}_km2"] for p in parts) - 0.48) < 1e-9


@settings(max_examples=15)
@given(seed=SEEDS, share=st.floats(0.05, 0.95))
def test_polygons_hold_what_the_table_counts(seed: int, share: float) -> None:
    found = np.where(np.random.default_rng(seed).random(SHAPE) < share, NO_SIGNAL, COVERED)
    found = found.astype(np.uint8)
    people = crowd(seed)
    frame = gpd.GeoDataFrame(
        {"code": ["1"], "name": ["x"]}, geometry=[box(0, 0, 800, 600)], crs=CRS
    )
    made = gap_polygons({(ANY, "LTE"): found}, Communes(frame, "2025"), people, smallest_km2=0.0)
    sums = tally([box(0, 0, 800, 600)], people, found)
    assert abs(float(made["area_km2"].sum()) - sums["area_no_signal_km2"]) < 1e-9
    assert abs(float(made["people"].sum()) - sums["people_no_signal"]) < 1e-6


# Ranking


def random_options(seed: int, count: int) -> tuple[list[Option], dict[str, NDArray[np.bool_]]]:
    rng = np.random.default_rng(seed)
    options = []
    for number in range(count):
        operator = "ab"[int(rng.integers(2))]
        place = Spot(float(number // 2), 0.0, 900.0, 5.0, 1.0)  # neighbours share a spot
        covers = np.flatnonzero(rng.random(SHAPE[0] * SHAPE[1]) < 0.2)
        price = float(rng.integers(50, 500))
        cost = SiteCost(price / 2, price / 20, price, "solar", 1, "VND")
        name = f"new-{operator}-{number:03d}"
        options.append(Option(name, operator, place, 40.0, covers, cost, 1.0, 2.0, 3.0))
    open_cells = {key: rng.random(SHAPE) < 0.7 for key in ("a", "b")}
    return options, {**open_cells, ANY: open_cells["a"] & open_cells["b"]}


def ranked(
    options: Sequence[Option],
    open_cells: dict[str, NDArray[np.bool_]],
    people: NDArray[np.float64],
    *,
    weight: float = 0.5,
    count: int = 8,
) -> tuple[Priority, ...]:
    return rank_options(
        options, people=people, not_covered=open_cells, white_zone_weight=weight, count=count
    )


def outcome(priorities: Sequence[Priority]) -> list[tuple[str, float, float]]:
    return [(p.option.option_id, p.people_newly_covered, p.people_white_zone) for p in priorities]


@given(seed=SEEDS, count=st.integers(1, 12), data=st.data())
def test_permuting_options_changes_nothing(seed: int, count: int, data: st.DataObject) -> None:
    options, open_cells = random_options(seed, count)
    people = crowd(seed).count
    shuffled = data.draw(st.permutations(options))
    assert outcome(ranked(options, open_cells, people)) == outcome(
        ranked(shuffled, open_cells, people)
    )


@given(seed=SEEDS, count=st.integers(1, 12), factor=st.sampled_from([0.25, 2.0, 1024.0]))
def test_prices_in_another_currency_keep_the_order(seed: int, count: int, factor: float) -> None:
    options, open_cells = random_options(seed, count)
    people = crowd(seed).count
    dearer = [
        replace(o, cost=replace(o.cost, present_value=factor * o.cost.present_value))
        for o in options
    ]
    assert outcome(ranked(options, open_cells, people)) == outcome(
        ranked(dearer, open_cells, people)
    )


@given(seed=SEEDS, count=st.integers(1, 12))
def test_twice_the_people_keep_the_order(seed: int, count: int) -> None:
    options, open_cells = random_options(seed, count)
    people = crowd(seed).count
    once = outcome(ranked(options, open_cells, people))
    twice = outcome(ranked(options, open_cells, 2 * people))
    assert twice == [(name, 2 * newly, 2 * white) for name, newly, white in once]


@given(seed=SEEDS, count=st.integers(2, 12), rise=st.floats(1.1, 10.0))
def test_a_dearer_option_never_rises(seed: int, count: int, rise: float) -> None:
    options, open_cells = random_options(seed, count)
    people = crowd(seed).count
    before = [p.option.option_id for p in ranked(options, open_cells, people, count=count)]
    if not before:
        return
    name = before[-1]
    dearer = [
        replace(o, cost=replace(o.cost, present_value=rise * o.cost.present_value))
        if o.option_id == name
        else o
        for o in options
    ]
    after = [p.option.option_id for p in ranked(dearer, open_cells, people, count=count)]
    assert after[: len(before) - 1] == before[:-1]


@given(seed=SEEDS, count=st.integers(1, 12))
def test_nobody_is_counted_twice(seed: int, count: int) -> None:
    options, open_cells = random_options(seed, count)
    people = crowd(seed).count
    priorities = ranked(options, open_cells, people, count=count)
    for operator in ("a", "b"):
        mine = [p for p in priorities if p.option.operator == operator]
        cells = np.concatenate([p.newly_covered for p in mine]) if mine else np.array([], int)
        assert len(set(cells.tolist())) == len(cells)
        reachable = np.zeros(SHAPE, dtype=np.bool_)
        for p in mine:
            reachable.ravel()[p.option.covers] = True
        gained = people[reachable & open_cells[operator]].sum()
        assert abs(sum(p.people_newly_covered for p in mine) - gained) < 1e-9
    white = people[open_cells[ANY]].sum()
    assert sum(p.people_white_zone for p in priorities) <= white + 1e-9
    assert len({p.option.spot for p in priorities}) == len(priorities)


@given(seed=SEEDS, count=st.integers(1, 10))
def test_each_step_is_the_best_left(seed: int, count: int) -> None:
    options, open_cells = random_options(seed, count)
    people, weight = crowd(seed).count.ravel(), 0.5
    priorities = ranked(options, open_cells, people.reshape(SHAPE), weight=weight, count=count)
    left = list(options)
    state = {key: set(np.flatnonzero(cells)) for key, cells in open_cells.items()}

    def worth(option: Option) -> float:
        """The rule in plain words and sets."""
        covers = set(option.covers.tolist())
        newly = sum(people[i] for i in covers & state[option.operator])
        white = sum(people[i] for i in covers & state[ANY])
        return float(newly + weight * white) / option.cost.present_value if newly > 0 else 0.0

    for priority in priorities:
        best = max(map(worth, left))
        assert abs(worth(priority.option) - best) <= 1e-9 * best
        covers = set(priority.option.covers.tolist())
        state[priority.option.operator] -= covers
        state[ANY] -= covers
        left = [o for o in left if o.spot != priority.option.spot]
    assert len(priorities) == count or not left or max(map(worth, left)) == 0.0
