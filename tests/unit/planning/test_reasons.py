"""Reasons in words: as somebody reads them who knows neither cells nor names of options."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from phusong.planning.candidates import Spot
from phusong.planning.cost import SiteCost
from phusong.planning.distance_words import away_en, away_vi, length
from phusong.planning.kinds import KINDS, NEW_MAST
from phusong.planning.layouts import Layout
from phusong.planning.priorities import Commune, Option, Priority, Rival
from phusong.planning.rank_intervals import RankInterval
from phusong.planning.reasons import Told, sure_en, sure_vi, why_en, why_vi

NAME = "satellite-a-b04d031c"
SPOT = Spot(400_000.0, 2_500_000.0, 900.0, 3.0, 100.0)
LAYOUT = Layout("satellite", SPOT, (), ("a",), 5000.0, 12.0, 12.0, 1, village="Thôn 1 Bản Hồ")
COST = SiteCost(2e9, 3e8, 4e9, "grid", 0, "VND", power_capex=1e8)
CELLS = np.array([0], dtype=np.int64)
TOLD = Told("Nhà mạng A", "", Commune("Thử Một"), (), ())
ID = re.compile(r"\b[a-z-]+-[0-9a-f]{8}\b")


def reasons(
    people: float, white: float, *, commune: Commune | None = None, **changes: Any
) -> tuple[str, str]:
    option = Option(NAME, "a", SPOT, 12.0, CELLS, COST, 20.0, 300.0, np.nan, layout=LAYOUT)
    told = TOLD if commune is None else replace(TOLD, commune=commune)
    one = Priority(2, option, people, white, newly_covered=CELLS, **changes)
    return why_en(one, told), why_vi(one, told)


@pytest.mark.parametrize(
    ("people", "white", "en", "vi"),
    [
        (1010.2, 1010.0, ", all of them without", "; tất cả hiện chưa có"),
        (267.0, 0.0, "All of them have another operator's signal", "Tất cả đã có sóng của nhà"),
        (900.0, 300.0, "The other 600 have another", "600 người còn lại đã có sóng"),
    ],
)
def test_whom_it_covers(people: float, white: float, en: str, vi: str) -> None:
    found = reasons(people, white)
    assert en in found[0]
    assert vi.strip("; ") in found[1]
    for text in found:
        assert " 0 of them" not in text
        assert "trong đó 0" not in text


def test_where_it_stands_is_said_once() -> None:
    inside = reasons(9.0, 9.0)
    assert "at the village Thôn 1 Bản Hồ in Thử Một." in inside[0]
    assert "tại thôn 1 Bản Hồ, xã Thử Một." in inside[1]
    near = reasons(9.0, 9.0, commune=Commune("Phường Mới", is_inside=False))
    assert "Thôn 1 Bản Hồ near Phường Mới." in near[0]
    assert "tại thôn 1 Bản Hồ, gần phường Mới." in near[1]


def test_what_is_beside_it_is_not_nought_kilometres_away() -> None:
    found = reasons(9.0, 9.0)
    assert "Beside a road. Power: grid (300 m from the grid), cheaper than solar" in found[0]
    assert "Ngay cạnh đường. Nguồn điện: điện lưới (cách lưới điện 300 m), rẻ hơn" in found[1]
    assert away_vi(49.0, "đường") == "ngay cạnh đường"
    assert away_en(996.0, "a road") == "1.0 km from a road"
    assert (length(994.0, "vi"), length(1249.0, "vi")) == ("990 m", "1,2 km")


@pytest.mark.parametrize("rank", [0, 3])
def test_a_rival_is_told_in_words(rank: int) -> None:
    rival = Rival(rank, KINDS[NEW_MAST], Commune("Tả Thàng"))
    found = reasons(9.0, 9.0, rival=rival, lead_percent=3.14, runner_up="new-mast-a-01234567")
    wanted = ("rank 3, new mast in", "hạng 3, trạm mới ở xã Tả Thàng: nhiều hơn 3,1 %")
    if not rank:
        wanted = ("an option beyond this list, new mast in", "một phương án ngoài danh sách này")
    for text, words in zip(found, wanted, strict=True):
        assert words in text
        assert not ID.search(text)


@pytest.mark.parametrize(("rank", "moved"), [(1, -1), (2, 0), (5, 0), (6, 1), (0, 0)])
def test_a_rank_outside_its_interval_is_said_to_be_so(rank: int, moved: int) -> None:
    sure = RankInterval(2, 5, 1, 1, 0.9, 200)
    en, vi = sure_en(sure, rank), sure_vi(sure, rank)
    assert ("ranks lower" in en, "ranks higher" in en) == (moved < 0, moved > 0)
    assert ("xếp thấp hơn" in vi, "xếp cao hơn" in vi) == (moved < 0, moved > 0)
