"""What operators agreed to build has a cheapest tree of links of its own, which feeds others."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from phusong.analysis.reach import ANY
from phusong.geo.answers import Answer, AnswerWord
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.planning.agreed import Agreed, agreed_rows, cheapest_tree, pinned_options
from phusong.planning.backhaul import Need, connect
from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.decisions import follow
from phusong.planning.demand import people_in_need
from phusong.planning.hops import End, Links
from phusong.planning.price import Price
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import Candidates
from phusong.study import BackhaulSection, CostsSection, Quantity
from synthetic import lives, study_facts

WEST, SOUTH, CELL = 400_000.0, 2_500_000.0, 100.0
GRID = Grid.from_bounds(
    WEST, SOUTH, WEST + 30_000, SOUTH + 2000, crs="EPSG:32648", resolution_m=CELL
)
HOP = 20_000.0
"""Base price of a hop in the cost table of the synthetic study."""
RADIO = 100_000.0


def links() -> Links:
    """Flat ground: every hop of up to 10 km is clear."""
    facts = {k: v for k, v in study_facts()["costs"].items() if k != "exchange"}
    facts["lives"] = lives(10)
    flat = BackhaulSection(obstacle=Quantity(value=0.0, unit="m", source="test"))
    ground = Terrain(GRID, np.full(GRID.shape, 500.0, dtype=np.float32))
    return Links(ground, flat, CostsSection.model_validate(facts), longest_m=10_000.0)


def end(km: float, name: str = "") -> End:
    return End(name or f"{WEST + 1000 * km:.0f} {SOUTH + 1000:.0f}", WEST + 1000 * km,
               SOUTH + 1000.0, 40.0)  # fmt: skip


def candidates(kms: Sequence[float]) -> Candidates:
    """One option of the operator ``a`` at each distance from the west; each covers its cell."""
    options = tuple(
        Option(
            f"at-{km:g}", "a", Spot(end(km).easting, end(km).northing, 500.0, 0.0, 10.0), 40.0,
            np.array([number]), SiteCost(RADIO, 0.0, RADIO, "grid", 1, "USD"), 0.0, 0.0, 0.0,
        )
        for number, km in enumerate(kms)
    )  # fmt: skip
    count = len(kms)
    amounts = np.full(count, RADIO)
    return Candidates(
        options, np.arange(count), np.zeros(count, dtype=np.int64), np.eye(count, dtype=np.bool_),
        np.zeros((count, count), dtype=np.float32), amounts, amounts,
    )  # fmt: skip


def linked(found: Candidates, roots: Sequence[End], relays: Sequence[Need] = ()) -> Candidates:
    """The options with links; what ends at a root is in the price."""
    needs = [Need(int(place), 0, end_of(op)) for op, place in zip(found.options, found.site,
                                                                  strict=True)]  # fmt: skip
    net = connect(needs, {0: list(roots)}, links(), relays=relays)
    options = tuple(
        op if own is None else replace(
            op, cost=replace(op.cost, present_value=op.cost.present_value + own.price.base)
        )
        for op, own in zip(found.options, net.own, strict=True)
    )  # fmt: skip
    return replace(found, options=options, connections=net)


def end_of(option: Option) -> End:
    return end((option.spot.easting - WEST) / 1000.0)


def said(option_id: str, answer: AnswerWord) -> Answer:
    return Answer(option_id, answer, "no ground", math.nan, math.nan, "", "A")


def pinned(found: Candidates, rows: Sequence[int], roots: Sequence[End],
           relays: Sequence[Need] = ()) -> Agreed:  # fmt: skip
    kept = np.array(rows)
    alone = linked(found.only(kept), roots, relays)
    return pinned_options(found, kept, alone, cheapest_tree(alone))


def test_open_is_what_is_neither_declined_nor_at_an_agreed_place() -> None:
    found = candidates([1, 2, 3, 4])
    found = replace(found, site=np.array([0, 0, 1, 2]))  # two options at one place
    rows, still_open = agreed_rows(found, [said("at-1", "agree"), said("at-3", "decline")])
    assert rows.tolist() == [0]
    assert still_open.tolist() == [3]


def test_a_chain_is_built_from_what_stands_and_paid_hop_by_hop() -> None:
    # S1 stands at 1 km; 17 km is reached through 9 km alone, hops of 10 km at most.
    found = candidates([17, 9])
    got = pinned(found, [0, 1], [end(1, "S1")])
    assert [pin.option.option_id for pin in got.pinned] == ["at-9", "at-17"]
    assert [pin.row for pin in got.pinned] == [1, 0]
    assert [pin.option.cost.present_value for pin in got.pinned] == [RADIO + HOP, RADIO + HOP]
    assert [[link.end and link.end.name for link in pin.path] for pin in got.pinned] == [
        ["S1"], [end(9).name, "S1"],
    ]  # fmt: skip
    assert [e.name for e in got.ends[0]] == [end(9).name, end(17).name]
    assert got.unconnected == ()


def test_an_agreed_site_feeds_what_nothing_else_could() -> None:
    found = candidates([9, 17])
    alone = linked(found.only(np.array([1])), [end(1, "S1")])
    assert alone.connections is not None
    assert alone.connections.unconnected == (0,)
    got = pinned(found, [0], [end(1, "S1")])
    fed = linked(found.only(np.array([1])), [end(1, "S1"), *got.ends[0]])
    assert fed.connections is not None
    assert fed.connections.unconnected == ()
    assert fed.options[0].cost.present_value == RADIO + HOP


def test_a_relay_is_built_with_it_takes_its_place_and_feeds_others() -> None:
    found = candidates([17, 9])
    relay = Need(1, 0, end(9), Price(1000.0, 0.0, 500.0, 1000.0, 2000.0), relay=True)
    got = pinned(found, [0], [end(1, "S1")], relays=[relay])
    assert got.places == frozenset({0, 1})
    assert got.pinned[0].option.cost.present_value == RADIO + 1000.0 + 2 * HOP
    assert {e.name for e in got.ends[0]} == {end(9).name, end(17).name}
    people = np.full((1, 2), 10.0)
    lack = {"a": np.full((1, 2), True), ANY: np.full((1, 2), True)}
    decided = follow(
        found, people_in_need(people, lack, white_zone_weight=1.0), lack,
        [said("at-17", "agree")], people=people, agreed=got,
    )  # fmt: skip
    assert decided.candidates.options == ()  # a mast stands at 9 km already
    assert [p.people_newly_covered for p in decided.agreed] == [10.0]
    assert decided.agreed[0].path == got.pinned[0].path


def test_what_nothing_connects_stays_with_the_price_of_the_table_and_feeds_nobody() -> None:
    found = candidates([29, 2])
    got = pinned(found, [0, 1], [end(1, "S1")])
    assert [pin.option.option_id for pin in got.pinned] == ["at-2", "at-29"]
    assert got.unconnected == ("at-29",)
    assert got.pinned[1].option is found.options[0]
    assert [e.name for e in got.ends[0]] == [end(2).name]


@pytest.mark.parametrize("order", [[17, 9, 25], [25, 17, 9], [9, 25, 17]])
def test_the_tree_is_the_same_in_any_order_of_the_options(order: list[float]) -> None:
    got = pinned(candidates(order), [0, 1, 2], [end(1, "S1")])
    assert [pin.option.option_id for pin in got.pinned] == ["at-9", "at-17", "at-25"]
    assert sum(pin.option.cost.present_value for pin in got.pinned) == 3 * (RADIO + HOP)
