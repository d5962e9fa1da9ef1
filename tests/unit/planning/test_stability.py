"""Stability: intervals, probabilities, regret and draws, by hand and by what must hold."""

import numpy as np
import pytest
from scipy import sparse

from phusong.errors import DataError, DomainError
from phusong.planning.scenarios import (
    Scenario,
    cover_draws,
    level_draws,
    people_draws,
    price_draws,
)
from phusong.planning.stability import Stability, stability

EYE = np.eye(3)
WEIGHT, COST = np.array([9.0, 5.0, 2.0]), np.array([1.0, 1.0, 1.0])


def look(*draws: tuple[list[float], list[float]], **rules: object) -> Stability:
    scenarios = [Scenario(EYE, np.array(w), np.array(c)) for w, c in draws]
    return stability(EYE, weight=WEIGHT, cost=COST, scenarios=scenarios, **rules)


SAME = (WEIGHT.tolist(), COST.tolist())


def test_no_spread_no_width() -> None:
    found = look(SAME, SAME, SAME, budget=2, top=1)
    assert found.rank.tolist() == found.rank_p10.tolist() == found.rank_p90.tolist() == [1, 2, 3]
    assert found.probability_in_top.tolist() == [1, 0, 0]
    assert found.probability_in_best_set.tolist() == [1, 1, 0]
    assert (found.regret, found.regret_p90, found.kendall_tau, found.proven) == (0, 0, 1, 1)
    assert (found.top, found.draws) == (1, 3)


def test_two_worlds_by_hand() -> None:
    # In the second world the order is reversed: 1, 5, 30.
    found = look(SAME, ([1.0, 5.0, 30.0], COST.tolist()), budget=1, top=2)
    assert found.rank.tolist() == [1, 2, 3]
    assert found.rank_p10.tolist() == [1, 2, 1]
    assert found.rank_p90.tolist() == [3, 2, 3]
    assert found.probability_in_top.tolist() == [0.5, 1, 0.5]
    assert found.probability_in_best_set.tolist() == [0.5, 0, 0.5]
    assert found.kendall_tau == pytest.approx(0.0)  # (1 − 1) / 2
    assert found.regret == pytest.approx(29 / 2)  # the base plan covers 1 where 30 was possible
    assert found.regret_p90 == 29


def test_a_place_has_the_rank_of_its_best_option() -> None:
    # Options 0 and 1 share a place. In the second world 1 is the better one of the two.
    found = look(SAME, ([5.0, 9.0, 2.0], COST.tolist()), groups=["here", "here", None])
    assert found.rank_p90.tolist() == [2, 2, 3]
    assert found.place_rank_p10.tolist() == found.place_rank_p90.tolist() == [1, 1, 3]


def test_draws_may_have_other_points() -> None:
    wider = Scenario(np.array([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]), np.ones(4), COST)
    found = stability(EYE, weight=WEIGHT, cost=COST, scenarios=[wider], budget=1)
    assert found.rank_p90.tolist() == [1, 2, 3]
    assert found.regret == 0


def test_base_plan_is_built_until_the_money_ends() -> None:
    # At twice the price the base plan of two pays for its first step only; so does the best set.
    found = look((WEIGHT.tolist(), [2.0, 2.0, 2.0]), budget=2)
    assert found.regret == 0
    # Here the first step alone is beyond the budget, and nothing of the plan is built.
    assert look((WEIGHT.tolist(), [3.0, 2.0, 2.0]), budget=2).regret == 5


def test_rank_by_steps_looks_at_what_is_left() -> None:
    cover = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    same = [Scenario(cover, WEIGHT, COST)]
    rules = {"weight": WEIGHT, "cost": COST, "scenarios": same, "top": 2}
    assert stability(cover, **rules).rank.tolist() == [1, 2, 3]
    assert stability(cover, **rules, rank_by="steps").rank.tolist() == [1, 3, 2]


def test_without_limits_there_is_no_best_set() -> None:
    found = look(SAME)
    assert np.isnan(found.probability_in_best_set).all()
    assert np.isnan(found.regret)


def test_fixed_rows_have_no_rank() -> None:
    found = look(SAME, budget=1, fixed=[0])
    assert np.isnan(found.rank[0])
    assert np.isnan(found.probability_in_top[0])
    assert found.rank[1:].tolist() == [1, 2]
    assert found.kendall_tau == 1


def test_worse_in_every_draw_is_never_more_often_first() -> None:
    rng = np.random.default_rng(4)
    cover = (rng.random((12, 200)) < 0.1).astype(float)
    weight, cost = rng.integers(1, 20, 200).astype(float), rng.uniform(5, 20, 12)
    scenarios = [
        Scenario(cover, w, c)
        for w, c in zip(
            people_draws(weight, standard_deviation_share=0.3, draws=80, seed=1),
            price_draws(0.8 * cost, cost, 1.2 * cost, draws=80, seed=1, shared=0.8),
            strict=True,
        )
    ]
    found = stability(cover, weight=weight, cost=cost, scenarios=scenarios, top=4)
    people = np.array([cover @ s.weight for s in scenarios])
    prices = np.array([s.cost for s in scenarios])
    pairs = 0
    for one in range(12):
        for other in range(12):
            worse = (people[:, one] < people[:, other]) & (prices[:, one] > prices[:, other])
            if worse.all():
                pairs += 1
                assert found.probability_in_top[one] <= found.probability_in_top[other]
    assert pairs > 0


def test_bad_questions() -> None:
    with pytest.raises(DomainError, match="0 scenarios"):
        look()
    with pytest.raises(DomainError, match="top=0"):
        look(SAME, top=0)
    with pytest.raises(DataError, match=r"scenarios\[1\]"):
        look(SAME, ([1.0], COST.tolist()))


# Draws


def test_prices_stay_within_the_table_and_around_its_base() -> None:
    low, base, high = np.array([10.0, 3.0]), np.array([20.0, 3.0]), np.array([60.0, 3.0])
    drawn = price_draws(low, base, high, draws=4000, seed=7, shared=0.5)
    assert drawn.shape == (4000, 2)
    assert (drawn >= low).all()
    assert (drawn <= high).all()
    assert (drawn[:, 1] == 3.0).all()
    # A triangle's top parts it by the widths beside it: 10 of 50 lie below 20, and a quarter of
    # that below 15. 4,000 draws, five standard deviations; the shared half of the spread counts
    # for nothing within one option.
    for price, share in ((20.0, 0.2), (15.0, 0.05)):
        deviation = np.sqrt(share * (1 - share) / 4000)
        assert abs((drawn[:, 0] < price).mean() - share) < 5 * deviation
    assert (price_draws(low, base, high, draws=4000, seed=7) == drawn).all()
    assert (price_draws(low, base, high, draws=4000, seed=8) != drawn).any()


def test_what_all_share_moves_together() -> None:
    ends = (np.full(2, 1.0), np.full(2, 2.0), np.full(2, 3.0))
    together = price_draws(*ends, draws=50, seed=1, shared=1.0)
    apart = price_draws(*ends, draws=50, seed=1, shared=0.0)
    assert (together[:, 0] == together[:, 1]).all()
    assert (apart[:, 0] != apart[:, 1]).all()


def test_options_of_one_place_have_one_spread() -> None:
    ends = (np.full(3, 1.0), np.full(3, 2.0), np.full(3, 3.0))
    drawn = price_draws(*ends, draws=50, seed=1, shared=0.0, site=[0, 1, 0])
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert (drawn[:, 0] != drawn[:, 1]).all()


def test_levels_err_together_and_apart() -> None:
    drawn = level_draws(2, common_error_db=3.0, site_error_db=4.0, draws=20_000, seed=1)
    assert drawn.shape == (20_000, 2)
    # Standard deviation 5 dB, of which 9/25 of the variance is shared: within 5 standard errors.
    assert np.allclose(drawn.std(axis=0), 5.0, atol=0.13)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(9 / 25, abs=0.035)
    assert (level_draws(3, common_error_db=0.0, site_error_db=0.0, draws=2, seed=1) == 0).all()
    with pytest.raises(DomainError, match="common_error_db=-1"):
        level_draws(1, common_error_db=-1.0, site_error_db=0.0, draws=1, seed=1)


def test_people_keep_their_mean() -> None:
    drawn = people_draws([100.0], standard_deviation_share=0.3, draws=20_000, seed=3)
    # Standard error of the mean: 30 / √20,000 = 0.21; five of them.
    assert drawn.mean() == pytest.approx(100.0, abs=1.1)
    assert drawn.std() == pytest.approx(30.0, abs=1.5)
    assert (people_draws([7.0], standard_deviation_share=0.0, draws=3, seed=3) == 7.0).all()


def test_cover_under_model_error() -> None:
    margin = sparse.csr_matrix(np.array([[12.0, 0.5, -3.0], [-40.0, 2.0, 6.0]]))
    sure = cover_draws([margin], model_error_db=0.0, site_error_db=0.0, draws=2, seed=1)
    assert [m.toarray().tolist() for m in sure] == [[[1, 1, 0], [0, 1, 1]]] * 2
    drawn = cover_draws([margin], model_error_db=3.0, site_error_db=4.0, draws=4000, seed=1)
    often = np.mean([m.toarray() for m in drawn], axis=0)
    # P(margin + 5 dB · Z >= 0); 4,000 draws, five standard errors at most 0.04.
    expected = [[0.9918, 0.5398, 0.2743], [0.0, 0.6554, 0.8849]]
    assert np.allclose(often, expected, atol=0.04)


def test_each_model_is_drawn_equally_often() -> None:
    one, two = sparse.csr_matrix(np.eye(2)), sparse.csr_matrix(np.ones((2, 2)))
    drawn = cover_draws([one, two], model_error_db=0.0, site_error_db=0.0, draws=10, seed=2)
    assert sorted(m.nnz for m in drawn) == [2] * 5 + [4] * 5


def test_bad_draws() -> None:
    with pytest.raises(DomainError, match="low <= base <= high"):
        price_draws([2.0], [1.0], [3.0], draws=1, seed=1)
    with pytest.raises(DomainError, match=r"shared=1\.5"):
        price_draws([1.0], [1.0], [1.0], draws=1, seed=1, shared=1.5)
    with pytest.raises(DomainError, match="standard_deviation_share"):
        people_draws([1.0], standard_deviation_share=-0.1, draws=1, seed=1)
    with pytest.raises(DomainError, match="model_error_db=-1"):
        cover_draws(
            [sparse.csr_matrix(EYE)], model_error_db=-1.0, site_error_db=0.0, draws=1, seed=1
        )
    with pytest.raises(DataError, match="different shapes"):
        cover_draws([], model_error_db=0.0, site_error_db=0.0, draws=1, seed=1)
