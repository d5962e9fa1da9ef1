"""The ranking: people counted once, spots used once, and the table that explains it."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pytest
from numpy.typing import NDArray
from shapely.geometry import Point, box

from oracle.order_plain import ranked_plainly
from oracle.rank_plain import rank_options
from phusong.analysis.reach import ANY
from phusong.geo.grid import Grid
from phusong.geo.places import Communes, Places
from phusong.planning.candidates import Spot
from phusong.planning.cost import OptionMoney, SiteCost
from phusong.planning.explain import COLUMNS, priorities_table
from phusong.planning.finance import account, gap_of
from phusong.planning.priorities import Option, Priority, option_id
from phusong.planning.rank_intervals import RankInterval

GRID = Grid.from_bounds(400_000, 2_500_000, 400_500, 2_500_200, crs="EPSG:32648", resolution_m=100)
# Two rows of five cells; people in cells 0 to 9.
PEOPLE = np.array([[10.0, 20, 0, 40, 7], [np.nan, 5, 100, 3, 1]])
NOBODY_COVERED = np.ones(GRID.shape, dtype=np.bool_)


def spot(number: int) -> Spot:
    return Spot(400_050.0 + 100 * number, 2_500_050.0, 900.0 + number, 5.0, 12.0)


def option(
    name: str,
    covers: Sequence[int],
    price: float = 100.0,
    *,
    operator: str = "a",
    at: int | None = None,
) -> Option:
    place = spot(ord(name[0]) % 50 if at is None else at)
    cost = SiteCost(price * 0.7, price * 0.05, price, "solar", 1, "VND")
    cells = np.array(sorted(covers), dtype=np.int64)
    return Option(f"{name}-{operator}", operator, place, 40.0, cells, cost, 100.0, 200.0, 300.0)


def rank(
    *options: Option,
    count: int = 10,
    weight: float = 0.0,
    open_cells: Mapping[str, NDArray[np.bool_]] | None = None,
    people: NDArray[np.float64] = PEOPLE,
) -> tuple[Priority, ...]:
    cells = {"a": NOBODY_COVERED, "b": NOBODY_COVERED, ANY: NOBODY_COVERED, **(open_cells or {})}
    return rank_options(
        options, people=people, not_covered=cells, white_zone_weight=weight, count=count
    )


def names(ranked: Sequence[Priority]) -> list[str]:
    return [p.option.option_id for p in ranked]


def test_most_people_for_the_money_first() -> None:
    # 110 people for 200 is 0.55 each, 40 for 50 is 0.8, 30 for 100 is 0.3.
    ranked = rank(option("x", [0, 7], 200), option("y", [3], 50), option("z", [0, 1], 100))
    assert names(ranked) == ["y-a", "x-a", "z-a"]
    assert [p.rank for p in ranked] == [1, 2, 3]
    # z keeps only cell 1: cell 0 was taken by x.
    assert [p.people_newly_covered for p in ranked] == [40, 110, 20]
    assert ranked[2].newly_covered.tolist() == [1]


def test_people_are_counted_once() -> None:
    ranked = rank(option("x", [7]), option("y", [7]))
    assert names(ranked) == ["x-a"]
    assert sum(p.people_newly_covered for p in ranked) == 100


def test_the_unknown_and_the_empty_count_as_nobody() -> None:
    assert rank(option("x", [5]), option("y", [2]), option("z", [])) == ()


def test_no_people_no_options_no_count() -> None:
    assert rank(option("x", [0, 7]), people=np.zeros(GRID.shape)) == ()
    assert rank() == ()
    assert rank(option("x", [7]), count=0) == ()


def test_the_covered_are_not_won_again() -> None:
    open_cells = NOBODY_COVERED.copy()
    open_cells[1, 2] = False  # cell 7 with 100 people
    ranked = rank(option("x", [6, 7]), open_cells={"a": open_cells})
    assert ranked[0].people_newly_covered == 5
    assert ranked[0].newly_covered.tolist() == [6]


def test_a_spot_is_used_once() -> None:
    ranked = rank(
        option("x", [7], at=1), option("x", [3], at=1, operator="b"), option("y", [0], at=2)
    )
    assert names(ranked) == ["x-a", "y-a"]


def test_operators_win_their_own_people_and_white_zones_once() -> None:
    white = np.zeros(GRID.shape, dtype=np.bool_)
    white[1, 2] = True
    ranked = rank(
        option("x", [7], 100), option("y", [7], 100, operator="b"), open_cells={ANY: white}
    )
    assert names(ranked) == ["x-a", "y-b"]
    assert [p.people_newly_covered for p in ranked] == [100, 100]  # each its own subscribers
    assert [p.people_white_zone for p in ranked] == [100, 0]  # but connected once


@pytest.mark.parametrize(("weight", "first"), [(0.0, "x-a"), (1.0, "y-a")])
def test_white_zones_weigh_what_the_study_says(weight: float, first: str) -> None:
    # x wins 37 people who have another operator, for 100: 0.37. y wins 40 who have none, for
    # 120: 0.33, or 0.67 when they count once more.
    white = np.zeros(GRID.shape, dtype=np.bool_)
    white[0, 3] = True
    ranked = rank(
        option("x", [0, 1, 4], 100), option("y", [3], 120), weight=weight, open_cells={ANY: white}
    )
    assert names(ranked)[0] == first


def test_ties_go_to_the_smaller_id() -> None:
    twins = [option("y", [3]), option("x", [3]), option("z", [3])]
    for order in (twins, twins[::-1]):
        assert names(rank(*order)) == ["x-a"]


def test_rounding_noise_decides_nothing() -> None:
    people = np.zeros(GRID.shape)
    people[0, :3] = [0.1, 0.2, 0.3]
    # 0.1 + 0.2 is 0.30000000000000004: not more than 0.3.
    assert names(rank(option("y", [0, 1]), option("x", [2]), people=people))[0] == "x-a"


def test_only_so_many() -> None:
    options = [option(name, [k]) for k, name in enumerate("pqrstuvwxyz"[:10])]
    assert len(rank(*options, count=3)) == 3
    assert names(rank(*options, count=3)) == names(rank(*options))[:3]


def test_options_that_cost_nothing_come_first_and_by_people() -> None:
    ranked = rank(option("x", [7], 100), option("y", [6], 0), option("z", [3], 0))
    assert names(ranked) == ["z-a", "y-a", "x-a"]


@pytest.mark.parametrize("seed", range(10))
def test_looking_at_few_finds_what_looking_at_all_finds(seed: int) -> None:
    rng = np.random.default_rng([3, seed])
    options = [
        option(
            f"{chr(97 + k)}", rng.choice(10, rng.integers(0, 6), replace=False).tolist(),
            float(rng.integers(1, 4)), operator=str(rng.choice(["a", "b"])), at=k // 2,
        )
        for k in range(12)
    ]  # fmt: skip
    white = rng.random(GRID.shape) < 0.5
    cells = {"a": NOBODY_COVERED, "b": NOBODY_COVERED, ANY: white}
    for weight in (0.0, 1.0):
        plain = ranked_plainly(
            options, people=PEOPLE, not_covered=cells, white_zone_weight=weight, count=10
        )
        assert names(rank(*options, weight=weight, open_cells={ANY: white})) == plain


def test_inputs_are_not_written_to() -> None:
    open_cells = NOBODY_COVERED.copy()
    open_cells.setflags(write=False)
    rank(option("x", [7]), open_cells={"a": open_cells, ANY: open_cells})
    assert NOBODY_COVERED.all()


def test_ids_survive_reruns_and_tell_options_apart() -> None:
    base = option_id("new-mast", "mang-a", spot(1), 40.0, GRID)
    # Made of UTF-8 text by BLAKE2b, so the same on every machine and in every version.
    assert base == "new-mast-mang-a-" + base[-8:]
    assert len(base) == len("new-mast-mang-a-") + 8
    assert option_id("new-mast", "mang-a", spot(1), 40.0, GRID) == base
    others = {
        option_id("new-mast", "mang-b", spot(1), 40.0, GRID),
        option_id("new-mast", "mang-a", spot(2), 40.0, GRID),
        option_id("new-mast", "mang-a", spot(1), 30.0, GRID),
        option_id("taller", "mang-a", spot(1), 40.0, GRID),
    }
    assert base not in others
    assert len(others) == 4


# The table


def places(villages: list[str]) -> Places:
    communes = gpd.GeoDataFrame(
        {"code": ["00101", "00203"], "name": ["Thử Một", "Đèo Gió"]},
        geometry=[box(400_000, 2_500_000, 400_250, 2_500_200), box(400_250, 2e6, 400_400, 3e6)],
        crs="EPSG:32648",
    )
    points = gpd.GeoDataFrame(
        {"name": villages},
        geometry=[Point(400_050 + 100 * i, 2_500_150) for i in range(len(villages))],
        crs="EPSG:32648",
    )
    none = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs="EPSG:32648"))
    return Places(Communes(communes, vintage="2025"), points, none, none, none)


def table(ranked: Sequence[Priority], villages: list[str] | None = None) -> gpd.GeoDataFrame:
    return priorities_table(
        ranked, places(villages or ["Bản A", "Bản B", "Bản C", "Bản D", "Bản E"]), GRID,
        {"a": "Nhà mạng A", "b": "Nhà mạng B"}, frequency_mhz=900.0,
    )  # fmt: skip


def priority(covers: Sequence[int], *, at: int = 1, operator: str = "a") -> Priority:
    place = spot(at)
    name = option_id("new-mast", operator, place, 40.0, GRID)
    cost = SiteCost(2_780_374_735.0, 3e8, 4_000.0, "grid", 2, "VND")
    cells = np.array(covers, dtype=np.int64)
    chosen = Option(name, operator, place, 40.0, cells, cost, 1837.0, 90.0, 41_234.0)
    return Priority(1, chosen, 1234.6, 7.0, newly_covered=cells)


def test_columns_begin_as_promised() -> None:
    made = table([priority([0, 3])])
    assert tuple(made.columns) == COLUMNS
    assert COLUMNS[:12] == (
        "rank", "option_id", "kind", "operator", "latitude", "longitude", "commune_code",
        "commune", "villages", "people_newly_covered", "people_white_zone", "capex",
    )  # fmt: skip
    assert tuple(table([]).columns) == COLUMNS


def test_a_row_by_hand() -> None:
    row = table([priority([0, 3])]).iloc[0]
    assert row["kind"] == "new-mast"
    assert row["operator"] == "Nhà mạng A"
    # Cell 0 holds Bản A, cell 3 Bản D; the others are not newly covered.
    assert row["villages"] == "Bản A; Bản D"
    assert row["cost_per_person"] == pytest.approx(4000 / 1234.6)
    assert (row["capex"], row["opex_per_year"], row["currency"]) == (2_780_374_735, 3e8, "VND")
    assert (row["power"], row["backhaul"], row["backhaul_hops"]) == ("grid", "microwave", 2)
    assert (row["commune_code"], row["commune"]) == ("00101", "Thử Một")
    longitude, latitude = GRID.longitude_latitude(400_150, 2_500_050)
    assert (row["longitude"], row["latitude"]) == pytest.approx((longitude, latitude))
    assert 22.5 < row["latitude"] < 22.7
    # What is not told is empty, not zero.
    assert row["gap_type"] == ""
    assert np.isnan([row["rank_p10"], row["rank_p90"], row["probability_in_top_10"]]).all()


def test_a_spot_between_communes_belongs_to_the_nearest() -> None:
    assert table([priority([0], at=4)]).iloc[0]["commune"] == "Đèo Gió"


def test_the_kind_is_read_off_any_operators_id() -> None:
    for operator in ("a", "b"):
        assert table([priority([0], operator=operator)]).iloc[0]["kind"] == "new-mast"


def test_reasons_in_two_languages() -> None:
    row = table([priority([0, 3])]).iloc[0]
    assert row["why_en"] == (
        "About 1,235 people newly covered for Nhà mạng A, 7 of them without any operator today, "
        "from high ground at 901 m in Thử Một. Village centres reached: Bản A, Bản D. "
        "1.8 km from a road. Power: grid (90 m from the grid), cheaper than solar over the "
        "horizon. "
        "Backhaul: 2 microwave hops over 41.2 km, line of sight not checked. "
        "Cost: 2,780 million VND to build and 300 million VND a year, 4,000 VND as present value."
    )
    assert row["why_vi"] == (
        "Khoảng 1.235 người được phủ sóng mới của Nhà mạng A, trong đó 7 người hiện chưa có sóng "
        "của nhà mạng nào; dựng cột trên điểm cao 901 m ở xã Thử Một. Trung tâm thôn được phủ: "
        "Bản A, Bản D. Cách đường 1,8 km. Nguồn điện: điện lưới (cách lưới điện 90 m), rẻ hơn "
        "năng lượng mặt trời trong cả thời hạn tính. Truyền dẫn: 2 chặng vi ba, "
        "41,2 km, chưa kiểm tra tầm nhìn thẳng. Chi phí: xây dựng 2.780 triệu VND, vận hành "
        "300 triệu VND mỗi năm, giá trị hiện tại 4.000 VND."
    )


def test_how_sure_a_rank_is() -> None:
    one = priority([0, 3])
    sure = {one.option.option_id: RankInterval(1, 5, 1, 1, 0.975, 200)}
    site = account(
        capex=1000.0, opex_per_year=10.0, rate=0.0, horizon_years=10.0, revenue_per_year=30.0
    )
    money = OptionMoney(site, gap_of(site))
    row = priorities_table(
        [one], places(["Bản A"]), GRID, {"a": "Nhà mạng A"}, frequency_mhz=900.0,
        intervals=sure, money={one.option.option_id: money},
    ).iloc[0]  # fmt: skip
    assert (row["rank_p10"], row["rank_p90"], row["probability_in_top_10"]) == (1, 5, 0.975)
    # 1,000 to build and 100 to run, 300 come back.
    assert (row["gap_type"], row["grant"], row["support_per_year"]) == ("capex_grant", 800, 0)
    assert row["net_present_value"] == -800
    assert "Revenue pays the running; a grant of 800 VND closes the gap." in row["why_en"]
    assert (
        "Doanh thu đủ trả chi phí vận hành; cần hỗ trợ vốn 800 VND để bù phần còn thiếu."
        in row["why_vi"]
    )
    assert row["why_en"].endswith(
        " With other levels, prices and people (200 trials) this rank is 1 to 5 in 80 % of them, "
        "that of the place whoever builds 1."
    )
    assert row["why_vi"].endswith(
        " Khi thử đổi mức thu, giá và số dân (200 lần), trong 80 % số lần hạng này là 1 đến 5, "
        "hạng của địa điểm bất kể ai xây là 1."
    )


def test_many_villages_are_counted_not_listed() -> None:
    crowd = [f"Bản {k}" for k in range(9)]
    grid_cells = list(range(5))
    made = table([priority(grid_cells)], crowd[:5]).iloc[0]
    assert "and" not in made["why_en"].split("reached: ")[1].split(".")[0]
    points = places(crowd)
    points.villages.geometry = [Point(400_050, 2_500_150)] * 9
    row = priorities_table(
        [priority([0])], points, GRID, {"a": "Nhà mạng A"}, frequency_mhz=900.0
    ).iloc[0]
    assert "Bản 5 and 3 more." in row["why_en"]
    assert "Bản 5 và 3 thôn khác." in row["why_vi"]
    assert row["villages"].count(";") == 8  # the table itself names all
