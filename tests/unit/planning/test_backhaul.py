"""Links over invented ground: clear or taller, along roads, through relays; each paid once."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.planning.backhaul import Connections, Need, connect
from phusong.planning.choose import best_set
from phusong.planning.hops import End, Links
from phusong.planning.price import Price, price_of
from phusong.planning.roads import Roads
from phusong.study import BackhaulSection, CostsSection, Quantity, RainSection
from synthetic import lives, price, study_facts

WEST, SOUTH, CELL = 400_000.0, 2_500_000.0, 100.0
GRID = Grid.from_bounds(
    WEST, SOUTH, WEST + 20_000, SOUTH + 2000, crs="EPSG:32648", resolution_m=CELL
)


def costs(**changes: Any) -> CostsSection:
    facts = {**study_facts()["costs"], "mast_step": price(10_000, "USD/10m"), "lives": lives(10),
             **changes}  # fmt: skip
    facts.pop("exchange")
    return CostsSection.model_validate({k: v for k, v in facts.items() if v is not None})


def quantity(value: float, unit: str) -> Quantity:
    return Quantity(value=value, unit=unit, source="test")


def links(height: np.ndarray | None = None, **changes: Any) -> Links:
    ground = np.full(GRID.shape, 500.0, dtype=np.float32) if height is None else height
    section = {"obstacle": quantity(0.0, "m"), **changes.pop("section", {})}
    surface, rain = changes.pop("surface", False), changes.pop("rain", None)
    longest_m = changes.pop("longest_m", 10_000.0)
    return Links(
        Terrain(GRID, ground), BackhaulSection(**section), costs(**changes), longest_m=longest_m,
        surface=surface, rain=rain,
    )  # fmt: skip


def end(km: float, mast_m: float = 40.0, name: str = "", north: float = 1000.0) -> End:
    return End(name or f"at {km:g}", WEST + 1000 * km, SOUTH + north, mast_m)


def wall(km: float, height_m: float) -> np.ndarray:
    """Flat ground with one wall across it."""
    ground = np.full(GRID.shape, 500.0, dtype=np.float32)
    column = int(10 * km)
    ground[:, column - 1 : column + 1] = height_m
    return ground


# Single links


def test_a_clear_hop_costs_a_hop() -> None:
    link = links().microwave(end(1), end(6))
    assert link is not None
    assert (link.length_m, link.frequency_mhz, link.extra_mast_m) == (5000.0, 18_000.0, 0.0)
    assert link.price == price_of(costs(), capex=[(1, "microwave_hop")])
    assert link.price.base == 20_000.0
    # 40 m over flat ground, less the whole zone (4.56 m) and the bulge of 0.37 m at k = 4/3,
    # or 0.6 of it and 0.82 m at k = 0.6: the first needs more.
    radius, bulge = math.sqrt(299_792_458 / 18e9 * 2500 * 2500 / 5000), 2500**2 / (2 * 6_371_000)
    assert link.clearance_m == pytest.approx(40 - radius - bulge / (4 / 3), abs=1e-6)


def test_a_wall_becomes_metres_of_mast_and_so_money() -> None:
    link = links(wall(3, 540.0)).microwave(end(1, 20.0), end(6, 60.0))
    assert link is not None
    assert link.extra_mast_m > 0
    assert link.extra_mast_m == int(link.extra_mast_m)
    assert link.mast_m == 20.0 + link.extra_mast_m
    assert 0 <= link.clearance_m < 1.0
    steps = math.ceil(link.mast_m / 10) - 2
    assert link.price.capex == 20_000 + 10_000 * steps
    assert (link.price.low, link.price.high) == (link.price.base / 2, link.price.base * 2)


def test_too_tall_too_far_unknown_or_unpriced_is_no_hop() -> None:
    assert links(wall(3, 900.0)).microwave(end(1), end(6)) is None
    assert links().microwave(end(1), end(12)) is None
    unknown = wall(3, np.nan)
    assert links(unknown).microwave(end(1), end(6)) is None
    assert links(wall(3, 540.0), mast_step=None).microwave(end(1, 20.0), end(6, 60.0)) is None
    beyond = End("beyond the frame", WEST - 3000, SOUTH + 1000, 40.0)
    assert links().microwave(end(1), beyond) is None


def test_settings_decide_what_is_clear() -> None:
    def clearance(**changes: Any) -> float:
        link = links(**changes).microwave(end(1), end(9))
        assert link is not None
        return link.clearance_m

    plain = clearance()
    assert clearance(section={"obstacle": quantity(5.0, "m")}) == pytest.approx(plain - 5)
    assert clearance(section={"obstacle": quantity(5.0, "m")}, surface=True) == plain
    assert clearance(section={"k_low": quantity(0.2, "1")}) < plain
    assert clearance(section={"fresnel_low": quantity(2.0, "1")}) < plain
    assert links(section={"rain": "high"}).longest_m == 10_000.0


def test_rain_of_the_place_decides_carrier_and_reach() -> None:
    def hop(rate: float | None, km: float, mast_m: float = 60.0) -> Any:
        rain = None if rate is None else RainSection(rate=quantity(rate, "mm/h"))
        found = links(rain=rain, longest_m=19_000.0, section={"rain": "high"})
        return found.microwave(end(0.5, mast_m), end(0.5 + km, mast_m))

    # Of the class alone: 15 km at most, and the carrier by length.
    assert hop(None, 16) is None
    dry, plain, wet = hop(20.0, 13), hop(None, 13), hop(120.0, 13)
    assert plain.frequency_mhz == dry.frequency_mhz == 15_000.0
    assert math.isnan(plain.rain_fade_db)
    assert wet.frequency_mhz == 8000.0
    assert dry.rain_fade_db < dry.fade_margin_db
    assert wet.rain_fade_db < wet.fade_margin_db
    assert wet.clearance_m < dry.clearance_m  # a lower carrier has a wider zone
    assert hop(20.0, 16) is not None
    small = RainSection(rate=quantity(250.0, "mm/h"), dish_diameter=quantity(0.3, "m"))
    assert links(rain=small, longest_m=19_000.0).microwave(end(0.5, 60), end(19, 60)) is None


def test_a_profile_says_what_the_clearance_is() -> None:
    for made in (links(wall(3, 540.0)), links(section={"obstacle": quantity(12.0, "m")})):
        link = made.microwave(end(1, 20.0), end(6, 60.0))
        assert link is not None
        points = made.hop_profile(link)
        least = (points["ray_amsl_m"] - points["needed_amsl_m"])[1:-1].min()
        assert least == pytest.approx(link.clearance_m)
        assert points["ray_amsl_m"].iloc[0] == 500.0 + link.mast_m
        assert points["fresnel_radius_m"].iloc[[0, -1]].tolist() == [0.0, 0.0]
        middle = points.iloc[len(points) // 2]
        share = middle["distance_m"] * (5000 - middle["distance_m"]) / (2 * 6_371_000)
        assert middle["bulge_m"] == pytest.approx(share / (4 / 3))
        assert middle["bulge_low_m"] == pytest.approx(share / 0.6)


def test_farther_or_behind_a_higher_wall_is_never_cheaper() -> None:
    before = 0.0
    for height in range(500, 540, 10):
        link = links(wall(3, float(height))).microwave(end(1, 20.0), end(6))
        assert link is not None
        assert link.price.base >= before
        before = link.price.base


def test_fibre_and_satellite_need_prices() -> None:
    assert links().fibre(end(1), end(2), 1000.0) is None
    assert links().satellite(end(1)) is None
    cable = links(fibre=price(8000, "USD/km"), fibre_opex=price(100, "USD/km/year"))
    link = cable.fibre(end(1), end(2), 2000.0)
    assert link is not None
    assert (link.length_m, link.price.capex) == (pytest.approx(2300), pytest.approx(18_400))
    assert link.price.opex_per_year == pytest.approx(230)
    sky = links(
        satellite_terminal=price(5000, "USD/site"), satellite_capacity=price(900, "USD/year")
    )
    link = sky.satellite(end(1))
    assert link is not None
    assert link.price.base == pytest.approx(5000 + 900 * 6.710081, abs=0.01)


def test_the_way_along_roads() -> None:
    bent = LineString([(WEST, SOUTH), (WEST, SOUTH + 1000), (WEST + 3000, SOUTH + 1000)])
    crossing = LineString([(WEST + 2000, SOUTH + 500), (WEST + 2000, SOUTH + 1500)])
    roads = Roads(gpd.GeoSeries([bent, crossing]))
    starts = [End("a", WEST + 100, SOUTH, 0), End("b", WEST + 2000, SOUTH + 1600, 0)]
    ends = [End("c", WEST + 3000, SOUTH + 1000, 0)]
    assert roads.lengths_m(starts, ends).ravel() == pytest.approx([100 + 4000, 100 + 500 + 1000])
    apart = Roads(gpd.GeoSeries([crossing, LineString([(WEST, SOUTH), (WEST + 1, SOUTH)])]))
    straight = math.hypot(2900, 1000)
    assert apart.lengths_m(starts[:1], ends).ravel() == pytest.approx([straight])
    none = Roads(gpd.GeoSeries([], dtype=object))
    assert none.lengths_m(starts[:1], ends).ravel() == pytest.approx([straight])


# Connections


def need(km: float, place: int, operator: int = 0, **changes: Any) -> Need:
    return Need(place, operator, end(km, name=f"spot {place}"), **changes)


def paid(found: Connections, chosen: tuple[int, ...], needs: int) -> float:
    """Price of the links among chosen rows, and of those in the price of a need."""
    folded = sum(link.price.base for row in chosen if row < needs and (link := found.own[row]))
    first = needs + len(found.relays)
    rows = [found.uplinks[row - first].link.price.base for row in chosen if row >= first]
    relays = [found.relays[row - needs].price.base for row in chosen if needs <= row < first]
    return folded + sum(rows) + sum(relays)


def choose(found: Connections, needs: int, weight: list[float]) -> tuple[tuple[int, ...], float]:
    """Cheapest rows that serve everybody, and what their links cost; sites cost nothing here."""
    first = needs + len(found.relays)
    rows = first + len(found.uplinks)
    cover = np.zeros((rows, needs))
    cover[:needs] = np.eye(needs)
    cost = [link.price.base if (link := found.own[row]) else 0.0 for row in range(needs)]
    cost += [relay.price.base for relay in found.relays]
    cost += [uplink.link.price.base for uplink in found.uplinks]
    best = best_set(cover, weight=weight, cost=cost, target=sum(weight), requires=found.requires)
    assert best.status == "optimal"
    assert best.cost == pytest.approx(paid(found, best.chosen, needs))
    return best.chosen, best.cost


def test_a_hop_to_what_stands_is_part_of_the_price() -> None:
    found = connect([need(2, 0), None, need(5, 1)], {0: [end(4, name="S1")]}, links())
    assert [link and link.end and link.end.name for link in found.own] == ["S1", None, "S1"]
    assert (found.uplinks, found.relays, found.requires, found.unconnected) == ((), (), {}, ())


def test_a_place_beyond_one_hop_goes_through_another() -> None:
    # S1 at 1 km, places at 9 and 17 km, hops of 10 km: the second one needs the first.
    needs = [need(9, 0), need(17, 1)]
    found = connect(needs, {0: [end(1, name="S1")]}, links())
    assert found.own[0] is not None
    assert found.own[1] is None
    assert [uplink.parents for uplink in found.uplinks] == [(0,)]
    assert found.requires == {1: (2,), 2: (0,)}
    chosen, cost = choose(found, 2, [1.0, 1.0])
    assert (chosen, cost) == ((0, 1, 2), 40_000.0)


def test_a_hop_that_two_share_is_paid_once() -> None:
    # Both places lie behind a relay: one relay, one hop to it each, one hop from it.
    relay = need(9, 2, price=Price(1.0, 0.0, 500.0, 1000.0, 2000.0), relay=True)
    needs = [need(17, 0), Need(1, 0, end(16, name="spot 1", north=300.0))]
    found = connect(needs, {0: [end(1, name="S1")]}, links(), relays=[relay])
    assert found.relays == (relay,)
    chosen, cost = choose(found, 2, [1.0, 1.0])
    assert cost == 1000.0 + 3 * 20_000.0
    assert {0, 1, 2} < set(chosen)


def test_a_relay_that_saves_nothing_is_left_out() -> None:
    relay = need(3, 1, price=Price(1.0, 0.0, 500.0, 1000.0, 2000.0), relay=True)
    found = connect([need(4, 0)], {0: [end(1, name="S1")]}, links(), relays=[relay])
    assert (found.relays, found.uplinks) == ((), ())


def test_a_relay_beats_the_mast_that_a_wall_would_need() -> None:
    # 20 + 40 metres of mast at 4 steps of 10,000, against a second hop over the wall's top.
    ground = wall(3, 538.0)
    relay = Need(
        1, 0, End("top", WEST + 3000, SOUTH + 1000, 20.0), Price(0, 0, 500, 1000, 2000), relay=True
    )
    alone = connect([need(1, 0)], {0: [end(6, 20.0, name="S1")]}, links(ground))
    assert alone.own[0] is not None
    found = connect([need(1, 0)], {0: [end(6, 20.0, name="S1")]}, links(ground), relays=[relay])
    price_alone = alone.own[0].price.base
    _, cost = choose(found, 1, [1.0])
    assert cost == min(price_alone, 41_000.0)


def test_nothing_to_connect_to() -> None:
    found = connect([need(2, 0), need(9, 1)], {}, links())
    # They see each other, and neither leads anywhere.
    assert found.unconnected == (0, 1)
    assert found.requires == {0: (), 1: ()}
    best = best_set(np.eye(2), weight=[1, 1], cost=[1, 1], budget=9, requires=found.requires)
    assert best.chosen == ()


def test_operators_do_not_carry_each_other() -> None:
    found = connect([need(9, 0, 0), need(17, 1, 1)], {0: [end(1, name="S1")]}, links())
    assert found.unconnected == (1,)


def test_the_cheapest_way_to_what_stands_is_taken() -> None:
    cable = links(fibre=price(1000, "USD/km"))
    near = end(3, name="F1")
    found = connect([need(2, 0)], {0: [end(4, name="S1")]}, cable, fibre={(0, 0): [(near, 1000.0)]})
    assert found.own[0] is not None
    assert (found.own[0].kind, found.own[0].price.base) == ("fibre", pytest.approx(1150.0))
