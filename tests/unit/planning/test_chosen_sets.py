"""Best sets of small questions whose answers are known: budgets, targets, terms, and no answer."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from phusong.planning.asked import Asked, Communities, Money, Offer, Points
from phusong.planning.budget_tables import choices_table
from phusong.planning.chosen_sets import ChosenSet, chosen_sets, in_order
from phusong.planning.demand import Columns
from phusong.planning.money_words import amount_text
from phusong.planning.set_words import answer

COST = [4.0, 3.0, 5.0, 2.0]
CAPEX = [2.0, 1.5, 2.5, 1.0]
WHITE = [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]]
PEOPLE = [100.0, 40.0, 60.0, 30.0]
COMMUNE = [0, 0, 1, 1]


class Few:
    """Candidates without radio: names, prices, places and what needs what."""

    def __init__(self, requires: dict[int, tuple[int, ...]] | None = None) -> None:
        self.options = [option(name, cost) for name, cost in zip("abcd", COST, strict=True)]
        self.price = np.array(COST)
        self.capex = np.array(CAPEX)
        self.extra: tuple[Any, ...] = ()
        self.groups = [0, 1, 2, 3]
        self.requires = requires or {}
        self.connections = None


def option(name: str, cost: float) -> Any:
    price = SimpleNamespace(
        capex=cost / 2, opex_per_year=0.1, present_value=cost, currency="VND", backhaul_hops=0
    )
    return SimpleNamespace(option_id=name, cost=price, operator="x", layout=None, backhaul_m=0.0)


def offer(**changes: Any) -> Offer:
    columns = Columns(
        sparse.csr_matrix(np.array(WHITE, dtype=np.int8)), np.array(PEOPLE),
        np.ones(4, dtype=np.bool_), 1.0, np.array(COMMUNE),
    )  # fmt: skip
    usual = Offer(
        Few(), columns,
        Communities(
            ("North", "South"), np.array([200.0, 100.0]), np.array([140.0, 90.0]),
            np.array([0.0, 1.0]),
        ),
        Points(
            ("v1", "v2"), sparse.csr_matrix(np.array([[1, 0], [0, 1], [0, 1], [0, 0]])),
            np.zeros(2, dtype=np.int64),
        ),
        Points(
            ("clinic",), sparse.csr_matrix(np.array([[0], [0], [1], [1]])),
            np.zeros(1, dtype=np.int64),
        ),
    )  # fmt: skip
    return replace(usual, **changes)


def sets(asked: Asked, **changes: Any) -> dict[str, ChosenSet]:
    return {found.key: found for found in chosen_sets(offer(**changes), asked)}


def names(found: ChosenSet) -> str:
    return "".join(sorted(one.option.option_id for one in found.built))


def test_the_best_set_of_a_budget_and_the_greedy_one() -> None:
    found = sets(Asked(budget=7.0))
    assert set(found) == {"budget", "budget-greedy"}
    best = found["budget"]
    assert (names(best), best.cost, best.white_zone) == ("ab", 7.0, 200.0)
    assert (best.status, best.gap, best.bound) == ("optimal", 0.0, 200.0)
    assert best.commune_shares.tolist() == pytest.approx([1.0, 0.7])
    assert best.villages == 2
    quick = found["budget-greedy"]
    assert quick.bound == best.bound
    assert quick.gap == pytest.approx(1 - quick.white_zone / 200)


def test_a_budget_is_never_passed() -> None:
    assert names(sets(Asked(budget=6.999))["budget"]) != "ab"
    assert names(sets(Asked(budget=0.0))["budget"]) == ""


def test_poverty_moves_the_set_and_tells_what_it_costs() -> None:
    found = sets(Asked(budget=5.0, poverty_weight=4.0))
    assert names(found["budget"]) == "a"
    poor = found["poverty"]
    assert names(poor) == "bd"  # 40 + 5 · (60 + 30) against 140
    assert poor.poor == 90.0
    table = choices_table(list(found.values()), ("North", "South"), currency="VND")
    row = table.set_index("choice").loc["poverty"]
    assert (row["options_added"], row["options_dropped"]) == ("b; d", "a")
    assert row["people_less_percent"] == pytest.approx(100 * (1 - 130 / 140))
    assert "\N{MINUS SIGN}10 people without any operator" in row["answer_en"]
    assert "\N{MINUS SIGN}10 người" in row["answer_vi"]


def test_a_floor_for_every_commune() -> None:
    # 50 % of 100 people in the south: 10 have a signal, 40 are missing.
    found = sets(Asked(budget=5.0, commune_floor=0.5))["commune-floor"]
    assert (found.status, found.commune_shares[1] >= 0.5) == ("optimal", True)
    assert names(found) == "bd"


def test_a_floor_that_the_budget_cannot_pay_says_what_it_takes() -> None:
    found = sets(Asked(budget=4.0, commune_floor=0.65))["commune-floor"]
    assert (found.status, found.lacking) == ("infeasible", ("North", "South"))
    assert found.needed == pytest.approx(7.0)
    assert "at least 7 VND are needed for the floor of North, South" in answer(
        found, None, "VND", "en"
    )
    assert "cần ít nhất 7 VND" in answer(found, None, "VND", "vi")


def test_a_floor_beyond_all_options_names_the_commune() -> None:
    far = Communities(
        ("North", "South"), np.array([200.0, 500.0]), np.array([140.0, 490.0]), np.zeros(2)
    )
    found = sets(Asked(budget=99.0, commune_floor=0.5), communities=far)["commune-floor"]
    assert (found.status, found.lacking) == ("infeasible", ("South",))
    assert "at any price" in answer(found, None, "VND", "en")
    assert "South" in answer(found, None, "VND", "vi")


def test_a_second_server_for_a_clinic() -> None:
    found = sets(Asked(budget=7.0, second_server_worth=500.0))
    assert found["budget"].facilities == 0
    assert (names(found["second-server"]), found["second-server"].facilities) == ("cd", 1)
    one = Points(
        ("clinic",), sparse.csr_matrix(np.array([[0], [0], [1], [1]])), np.ones(1, dtype=np.int64)
    )
    more = sets(Asked(budget=7.0, second_server_worth=500.0), facilities=one)["second-server"]
    assert (names(more), more.facilities) == ("ad", 1)  # one more is enough


def test_all_terms_together() -> None:
    asked = Asked(budget=9.0, poverty_weight=1.0, commune_floor=0.3, second_server_worth=50.0)
    assert list(sets(asked)) == [
        "budget", "budget-greedy", "poverty", "commune-floor", "second-server", "all-terms",
    ]  # fmt: skip


def test_least_money_for_a_target() -> None:
    found = sets(Asked(target_people=150.0))["target"]
    assert (names(found), found.cost, found.objective) == ("ad", 6.0, pytest.approx(6.0))
    beyond = sets(Asked(target_people=231.0))["target"]
    assert beyond.status == "infeasible"
    assert "fewer people" in answer(beyond, None, "VND", "en")


def test_every_village_or_all_but_those_out_of_reach() -> None:
    found = sets(Asked(every_village=True))
    assert list(found) == ["every-village"]
    assert (names(found["every-village"]), found["every-village"].villages) == ("ab", 2)
    lost = Points(
        ("v1", "v2", "v3"), sparse.csr_matrix(np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0], [0] * 3])),
        np.zeros(3, dtype=np.int64),
    )  # fmt: skip
    some = sets(Asked(every_village=True), villages=lost)
    assert some["every-village"].lacking == ("v3",)
    assert "no option reaches v3" in answer(some["every-village"], None, "VND", "en")
    assert names(some["every-village-within-reach"]) == "ab"


def test_rows_come_after_what_they_need() -> None:
    made = Few({0: (2,), 2: (3,)})
    order = in_order(made, offer().columns, np.array([0, 2, 3]))
    assert order == [3, 2, 0]


def test_large_amounts_are_said_in_millions() -> None:
    assert amount_text(24_936_689_924.0, "en") == "24,937 million"
    assert amount_text(24_936_689_924.0, "vi") == "24.937 triệu"
    assert (amount_text(7.0, "en"), amount_text(1200.0, "vi")) == ("7", "1.200")


def test_capex_is_a_limit_of_its_own() -> None:
    # a and b cover 200 for a present value of 7 and a capex of 3.5; b, d cover 130 + 0 for 2.5.
    free = sets(Asked(budget=7.0))["budget"]
    tight = sets(Asked(budget=7.0, capex_budget=3.4))["budget"]
    alone = sets(Asked(capex_budget=3.4))
    assert (names(free), free.capex) == ("ab", 3.5)
    assert tight.capex <= 3.4
    assert tight.white_zone < free.white_zone
    assert names(alone["budget"]) == names(tight)
    assert alone["budget-greedy"].capex <= 3.4


def test_operators_with_budgets_of_their_own() -> None:
    asked = Asked(operators={"x": Money(4.0), "y": Money(None, 1.0), "z": Money()})
    rows = {"x": np.array([0, 1]), "y": np.array([2, 3]), "z": np.array([], dtype=np.int64)}
    found = chosen_sets(offer(own_rows=rows, built_by=rows), asked)
    assert [(one.key, one.operator) for one in found] == [
        ("own-budget", "x"), ("own-budget", "y"), ("each-own-budget", ""),
    ]  # fmt: skip
    assert [names(one) for one in found] == ["a", "d", "ad"]
    assert [one.white_zone for one in found] == [140.0, 30.0, 170.0]
    assert all(one.status == "optimal" for one in found)
    table = choices_table(found, ("North", "South"), currency="VND", operators={"x": "X"})
    assert table["operator"].tolist() == ["X", "y", ""]
    assert table["people_less_percent"].isna().all()


def test_a_target_out_of_reach_names_the_villages() -> None:
    cover = sparse.csr_matrix(np.array([[1, 0], [0, 0], [1, 0], [0, 0]]))
    villages = Points(("v1", "v2"), cover, np.zeros(2, dtype=np.int64))
    found = sets(Asked(target_people=400.0), villages=villages)["target"]
    assert (found.status, found.lacking) == ("infeasible", ("v2",))
    assert "No option reaches the centre of v2." in answer(found, None, "VND", "en")
    assert "Không phương án nào phủ được trung tâm v2." in answer(found, None, "VND", "vi")
    assert sets(Asked(target_people=100.0), villages=villages)["target"].lacking == ()
