"""What an option costs and which gap is left, in words of both languages."""

from dataclasses import replace

import pytest

from phusong.planning.cost import OptionMoney, SiteCost
from phusong.planning.finance import account, gap_of
from phusong.planning.money_words import money_text
from phusong.planning.present_value import Wear
from phusong.planning.reasons import village_vi

COST = SiteCost(2.5e9, 2.4e8, 4.11e9, "grid", 1, "VND")


def money(revenue: float) -> OptionMoney:
    site = account(
        capex=2.5e9, opex_per_year=2.4e8, rate=0.0, horizon_years=10.0, revenue_per_year=revenue
    )
    return OptionMoney(site, gap_of(site))


@pytest.mark.parametrize(
    ("revenue", "en", "vi"),
    [
        (5e8, "Revenue pays for all of it.", "Doanh thu đủ trả mọi chi phí."),
        (
            3e8,  # 2.5 + 2.4 of cost, 3.0 of revenue [billion]
            "Revenue pays the running; a grant of 1,900 million VND closes the gap.",
            "Doanh thu đủ trả chi phí vận hành; cần hỗ trợ vốn 1.900 triệu VND để bù phần còn "
            "thiếu.",
        ),
        (
            1e8,
            "Revenue does not pay the running: a grant of 2,500 million VND and 140 million VND a "
            "year close the gap.",
            "Doanh thu chưa đủ trả chi phí vận hành: cần hỗ trợ vốn 2.500 triệu VND và 140 triệu "
            "VND mỗi năm.",
        ),
    ],
)
def test_each_gap(revenue: float, en: str, vi: str) -> None:
    assert money_text(COST, money(revenue), "en", told=True) == (
        " Cost: 2,500 million VND to build and 240 million VND a year, 4,110 million VND as "
        f"present value. {en}"
    )
    assert money_text(COST, money(revenue), "vi", told=True) == (
        " Chi phí: xây dựng 2.500 triệu VND, vận hành 240 triệu VND mỗi năm, giá trị hiện tại "
        f"4.110 triệu VND. {vi}"
    )


def test_what_wears_out_is_told() -> None:
    worn = replace(COST, wear=Wear(3e8, 1.2e8))
    assert money_text(worn, None, "en", told=False).endswith(
        "as present value. Of this, 300 million VND is for equipment that wears out and is bought "
        "again; 120 million VND, what is left of it at the end, is taken off."
    )
    assert money_text(worn, None, "vi", told=False).endswith(
        "Trong đó 300 triệu VND để mua lại thiết bị hết tuổi thọ; đã trừ 120 triệu VND giá trị còn "
        "lại cuối kỳ."
    )
    left = replace(COST, wear=Wear(0.0, 1.2e8))
    assert money_text(left, None, "en", told=False).endswith(
        "What is left at the end, 120 million VND, is taken off."
    )


def test_what_is_not_known_is_said_or_left_out() -> None:
    assert money_text(COST, None, "en", told=True).endswith(
        "no market share of the operator is given."
    )
    assert money_text(COST, None, "vi", told=True).endswith("chưa có thị phần của nhà mạng.")
    assert "evenue" not in money_text(COST, None, "en", told=False)
    small = SiteCost(95_000.0, 0.0, 95_000.0, "existing", 0, "USD")
    assert money_text(small, None, "en", told=False) == (
        " Cost: 95,000 USD to build, 95,000 USD as present value."
    )
    assert "95.000 USD, giá trị" in money_text(small, None, "vi", told=False)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Thôn 1 Dền Thàng", "thôn 1 Dền Thàng"),
        ("Bản Phùng", "bản Phùng"),
        ("Lùng Cải", "thôn Lùng Cải"),
    ],
)
def test_the_word_for_a_village_stands_once(name: str, said: str) -> None:
    assert village_vi(name) == said
