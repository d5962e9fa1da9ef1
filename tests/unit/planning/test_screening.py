"""The rule that keeps spots: nothing a choice would take is lost, each rule does what it says."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from phusong.planning.choose import best_set
from phusong.planning.screening import Reached, screen
from phusong.study import Quantity, ScreeningSection


def section(**changes: float) -> ScreeningSection:
    shares = {"near_best", "last_step"}
    return ScreeningSection(**{
        key: Quantity(value=value, unit="fraction", source="test") if key in shares else value
        for key, value in changes.items()
    })  # fmt: skip


BARE = {"rounds": 1, "near_best": 0.0, "near_best_kept": 0, "village_kept": 0, "commune_kept": 0}


def reached(
    cover: list[list[int]], people: list[float], price: list[float] | None = None, **more: object
) -> Reached:
    """One operator, nobody in the white zone."""
    rows = np.array(cover)
    return Reached(
        sparse.csr_matrix(rows.astype(float)), np.array([people, [0.0] * len(people)]), 1.0,
        np.array([price or [1.0] * len(rows)]), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def clusters(seed: int) -> tuple[Reached, NDArray[np.bool_]]:
    """Spots on a line over people in clumps: what they truly cover, and as seen in a hurry."""
    rng = np.random.default_rng(seed)
    spots, blocks = 120, 120
    middle, width = rng.uniform(0, blocks, spots), rng.uniform(5, 25, spots)
    at = np.arange(blocks)
    true = np.abs(at - middle[:, None]) < width[:, None]
    true &= rng.random(true.shape) < 0.9
    seen = np.abs(at - middle[:, None]) < width[:, None] * rng.uniform(0.9, 1.2, (spots, 1))
    people = np.round(rng.gamma(0.3, 40.0, blocks))
    amounts = np.stack([people * (rng.random(blocks) < 0.8) for _ in range(2)])
    amounts = np.vstack([amounts, amounts.min(axis=0)])
    price = rng.uniform(80, 120, spots)
    return Reached(sparse.csr_matrix(seen.astype(float)), amounts, 1.0, np.stack([price] * 2)), true


@pytest.mark.parametrize("seed", range(3))
def test_no_spot_is_lost_that_an_exact_choice_takes(seed: int) -> None:
    quick, true = clusters(seed)
    kept = screen(quick, section()).order
    assert len(set(kept.tolist())) == len(kept) < 0.8 * len(true)
    for operator in range(2):
        worth = quick.worth[operator]
        for budget in (110.0, 220.0):
            price = quick.price[operator]
            every = best_set(true, weight=worth, cost=price, budget=budget)
            some = best_set(true[kept], weight=worth, cost=price[kept], budget=budget)
            assert some.objective == every.objective


def test_steps_take_most_people_for_money_and_then_what_is_left() -> None:
    quick = reached([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]], [50, 50, 30, 9], [2.0, 1.0, 1.0])
    done = screen(quick, section(**BARE))
    assert done.order.tolist() == [1, 2]
    assert done.rule == ("behind", "best", "best")
    assert done.people.tolist() == [100, 100, 30]


def test_near_twins_stay_beside_the_best() -> None:
    quick = reached([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]], [50, 45, 5, 0])
    for near, rules in (
        (0.0, "behind behind"),
        (0.06, "near-best behind"),
        (0.6, "near-best " * 2),
    ):
        done = screen(quick, section(**{**BARE, "near_best": near, "near_best_kept": 5}))
        assert done.rule == ("best", *rules.split())


def test_more_rounds_keep_who_stands_behind_those_kept() -> None:
    quick = reached([[1, 1], [1, 1], [1, 1]], [50, 50])
    for rounds, kept in ((1, [0]), (2, [0, 1]), (3, [0, 1, 2])):
        assert screen(quick, section(**{**BARE, "rounds": rounds})).order.tolist() == kept


def test_the_best_of_each_village_without_any_operator_and_of_each_commune() -> None:
    cover = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    people = np.array([[90.0, 90.0, 20.0], [90.0, 0.0, 0.0]])
    quick = Reached(sparse.csr_matrix(cover), people, 0.0, np.ones((1, 4)))
    rules = {**BARE, "last_step": 0.5}
    assert screen(quick, section(**rules)).rule == ("best", "behind", "behind", "behind")
    village = screen(quick, section(**{**rules, "village_kept": 2}), villages=[0, 1])
    assert village.rule == ("best", "village", "behind", "behind"), "block 1 has an operator"
    commune = screen(
        quick, section(**{**rules, "commune_kept": 1}), communes=np.array([1, 1, 1, 2])
    )
    assert commune.rule == ("best", "behind", "behind", "commune")


def test_answers_and_what_cannot_be_judged_are_kept() -> None:
    quick = reached([[1, 1], [0, 0], [0, 0], [1, 0]], [50, 50], unknown=[2])
    done = screen(quick, section(**BARE), answered=[3])
    assert done.rule == ("best", "nobody", "unknown", "answered")
    assert done.order.tolist() == [3, 0, 2]


def test_free_masts_nobody_in_need_and_no_spots() -> None:
    free = screen(reached([[1, 0], [1, 1]], [5, 5], [0.0, 0.0]), section(**BARE))
    assert free.rule == ("behind", "best")
    assert screen(reached([[1], [1]], [0.0]), section()).rule == ("nobody", "nobody")
    none = Reached(sparse.csr_matrix((0, 3)), np.ones((2, 3)), 1.0, np.ones((1, 0)))
    assert screen(none, section()).order.size == 0


def test_money_and_people_have_no_unit_here() -> None:
    quick, _ = clusters(7)
    dear = Reached(quick.cover, quick.people * 2, 1.0, quick.price * 25_000)
    assert screen(dear, section()).order.tolist() == screen(quick, section()).order.tolist()
