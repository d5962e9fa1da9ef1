"""Fitting corrections: known parameters come back, with intervals that hold what they promise."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from phusong.analysis.calibration import Fit, Samples, Terms, _Likelihood, fit
from phusong.analysis.calibration_checks import (
    candidate_terms,
    choose_terms,
    confusion,
    held_out,
    reliability,
    where_next,
)
from phusong.analysis.measured import binned
from phusong.errors import DataError
from phusong.geo.grid import Grid

OFFSET, SLOPE, GROUND = -6.0, 4.0, (0.0, -5.0, 3.0)
SIGMA, SHARED = 7.0, 2.0
SENSITIVITY = -112.0
TRIALS = 200


def invented(seed: int, *, count: int = 1500, blocks: int = 75, outliers: float = 0.04) -> Samples:
    """Measurements with noise, neighbours that are wrong together, outliers and silence."""
    draw = np.random.default_rng(seed)
    block = draw.integers(0, blocks, count)
    distance = 10 ** draw.uniform(2.3, 4.2, count)
    ground = draw.integers(0, 3, count)
    decades = np.log10(distance / 1000)
    modelled = -70 - 35 * decades + draw.normal(0, 6, count)
    measured = modelled + OFFSET + SLOPE * decades + np.array(GROUND)[ground]
    measured += draw.normal(0, SHARED, blocks)[block] + draw.normal(0, SIGMA, count)
    wild = draw.random(count) < outliers
    measured[wild] += draw.normal(0, 30, wild.sum())
    heard = np.where(measured < SENSITIVITY, np.nan, measured)
    return Samples(heard, modelled, distance, block, ground, SENSITIVITY)


def test_known_parameters_lie_in_their_intervals_as_often_as_promised() -> None:
    """Between 181 and 197 of 200: what 95 % intervals do with a chance of 99 %."""
    truth = np.array([OFFSET, SLOPE, *GROUND[1:]])
    inside = np.zeros(5, dtype=int)
    for seed in range(TRIALS):
        found = fit(invented(seed), Terms(slope=True, ground_classes=(1, 2)))
        inside[:4] += (found.low <= truth) & (truth <= found.high)
        inside[4] += found.sigma_low_db <= np.hypot(SIGMA, SHARED) <= found.sigma_high_db
    assert inside.min() >= 181, inside
    assert inside.max() <= 197, inside


def test_silence_is_information() -> None:
    """Leaving out what was not heard makes a model look too pessimistic by decibels."""
    samples = invented(1, count=6000, outliers=0.0)
    far = samples.take(samples.modelled_dbm < -100)
    heard = far.take(~far.silent)
    assert far.silent.mean() > 0.3
    with_silence, without = fit(far, Terms()), fit(heard, Terms())
    assert without.value[0] > with_silence.value[0] + 2.0


def test_outliers_hardly_matter() -> None:
    clean = invented(2, outliers=0.0)
    spoilt = Samples(
        np.where(np.arange(len(clean.ground)) % 20 == 0, -30.0, clean.observed_dbm),
        clean.modelled_dbm, clean.distance_m, clean.block, clean.ground, SENSITIVITY,
    )  # fmt: skip
    terms = Terms(slope=True, ground_classes=(1, 2))
    a, b = fit(clean, terms), fit(spoilt, terms)
    assert np.abs(a.value - b.value).max() < 1.5
    assert np.nanmean(spoilt.observed_dbm - clean.observed_dbm) > 2.0  # a plain mean would move
    assert b.outliers > 0.03
    assert a.outliers < 0.01


def test_without_noise_the_truth_comes_back() -> None:
    draw = np.random.default_rng(4)
    distance = 10 ** draw.uniform(2.5, 4.0, 400)
    modelled = draw.uniform(-100, -60, 400)
    measured = modelled + 3.0 - 2.5 * np.log10(distance / 1000) + draw.normal(0, 0.2, 400)
    samples = Samples(
        measured, modelled, distance, np.arange(400) % 40, np.zeros(400, dtype=int), -150.0
    )
    found = fit(samples, Terms(slope=True))
    assert found.value == pytest.approx([3.0, -2.5], abs=0.05)
    assert found.sigma_db == pytest.approx(0.2, abs=0.03)


def test_gradient_is_that_of_the_likelihood() -> None:
    likelihood = _Likelihood(invented(5, count=300), Terms(slope=True, ground_classes=(1,)))
    x = np.array([-3.0, 2.0, 1.0, np.log(6.0), -1.0])
    _, slopes = likelihood.terms_of(x)
    for index in range(len(x)):
        step = np.zeros(len(x))
        step[index] = 1e-6
        rise = (likelihood.terms_of(x + step)[0] - likelihood.terms_of(x - step)[0]) / 2e-6
        np.testing.assert_allclose(slopes[:, index], rise, atol=1e-5)


def test_likelihood_of_a_silent_place_is_that_of_being_below() -> None:
    one = Samples(
        np.array([np.nan]), np.array([-110.0]), np.array([1000.0]), np.array([0]), np.array([0]),
        -115.0,
    )  # fmt: skip
    likelihood = _Likelihood(one, Terms())
    value, _ = likelihood.terms_of(np.array([2.0, np.log(5.0), -30.0]))
    assert value[0] == pytest.approx(norm.logcdf((-115 + 110 - 2) / 5), abs=1e-9)


@pytest.mark.parametrize(
    ("count", "blocks", "words"),
    [(12, 12, "at least 20 cells"), (500, 4, "in 10 squares"), (0, 0, "0 measured cells")],
)
def test_too_few_are_refused_with_what_is_needed(count: int, blocks: int, words: str) -> None:
    parts: Any = [np.full(count, -90.0), np.full(count, -85.0), np.full(count, 900.0)]
    block = np.arange(count) % max(blocks, 1)
    samples = Samples(*parts, block, np.zeros(count, dtype=int), -120.0)
    with pytest.raises(DataError, match=words):
        fit(samples, Terms())


def test_impossible_samples() -> None:
    ones = np.ones(3)
    with pytest.raises(DataError, match="different lengths"):
        Samples(ones, ones, np.ones(2), ones, ones, -120.0)
    with pytest.raises(DataError, match="a distance above 0"):
        Samples(ones, ones, np.zeros(3), ones, ones, -120.0)


def test_the_kind_of_correction_that_is_there_is_chosen() -> None:
    samples = invented(6, count=4000, blocks=200)
    tried = [held_out(samples, terms, seed=1) for terms in candidate_terms(samples)]
    chosen = choose_terms(tried)
    assert chosen.terms.slope
    assert set(chosen.terms.ground_classes) | {int(np.bincount(samples.ground).argmax())} == {
        0,
        1,
        2,
    }
    assert chosen.rms_error_db < tried[0].rms_error_db - 1.0


def test_nothing_is_corrected_where_nothing_is_wrong() -> None:
    draw = np.random.default_rng(7)
    modelled = draw.uniform(-105, -60, 800)
    samples = Samples(
        modelled + draw.normal(0, 6, 800), modelled, 10 ** draw.uniform(2.5, 4, 800),
        draw.integers(0, 60, 800), draw.integers(0, 3, 800), -130.0,
    )  # fmt: skip
    tried = [held_out(samples, terms, seed=1) for terms in candidate_terms(samples)]
    assert choose_terms(tried).terms.names == ()


def test_held_out_squares_do_not_help_to_predict_themselves() -> None:
    """A square that is wrong alone stays wrong when it is left out."""
    draw = np.random.default_rng(8)
    block = np.repeat(np.arange(40), 25)
    lone = np.where(block == 0, 40.0, 0.0)
    modelled = np.full(1000, -80.0)
    samples = Samples(
        modelled + lone + draw.normal(0, 1, 1000), modelled, np.full(1000, 1000.0), block,
        np.zeros(1000, dtype=int), -130.0,
    )  # fmt: skip
    out = held_out(samples, Terms(), seed=1)
    error = samples.observed_dbm - out.predicted_dbm
    assert error[block == 0].mean() == pytest.approx(40.0, abs=1.0)
    assert np.abs(error[block != 0]).mean() < 1.5


def test_confusion_by_hand() -> None:
    measured = np.array([-90.0, -90.0, -120.0, np.nan, -90.0, -118.0])
    modelled = np.array([-80.0, -85.0, -80.0, -80.0, -130.0, -130.0])
    ones = np.ones(6)
    samples = Samples(measured, modelled, 1000 * ones, ones, ones, -121.0)
    counts = confusion(samples, modelled, -115.0)
    assert counts["true_positive"] == 2
    assert counts["false_positive"] == 2  # one of them silent
    assert counts["false_negative"] == 1
    assert counts["true_negative"] == 1
    assert counts["reliability"] == 0.5
    assert counts["recall"] == pytest.approx(2 / 3)
    assert counts["white_zone_reliability"] == 0.5


def test_reliability_of_a_true_model() -> None:
    draw = np.random.default_rng(9)
    predicted = draw.uniform(-135, -95, 20_000)
    measured = predicted + draw.normal(0, 8, 20_000)
    ones = np.ones(20_000)
    samples = Samples(measured, predicted, 1000 * ones, ones, ones, -160.0)
    table = reliability(samples, predicted, np.full(20_000, 8.0), -115.0)
    assert table["samples"].sum() == 20_000
    low, high, mean = table["share_low"], table["share_high"], table["mean_chance"]
    assert ((low <= mean) & (mean <= high)).sum() >= 8
    assert (table["share_covered"] - table["mean_chance"]).abs().max() < 0.05


def test_next_places_are_where_people_are_undecided_and_nobody_has_been() -> None:
    chance = np.full((6, 6), 1.0)
    people = np.zeros((6, 6))
    chance[0, 1], people[0, 1] = 0.5, 10.0
    chance[4, 4], people[4, 4] = 0.5, 30.0
    chance[3, 0], people[3, 0] = 0.5, 500.0
    measured = np.zeros((6, 6))
    measured[3:, :3] = 2
    chance[2, 2] = np.nan
    table = where_next(chance, people, measured, cells_per_square=3, most=5)
    assert table[["row", "col"]].to_numpy().tolist() == [[4, 4], [0, 1]]
    assert table["people_undecided"].tolist() == [30.0, 10.0]


def test_fit_is_the_same_for_any_order() -> None:
    samples = invented(10)
    turn = np.random.default_rng(0).permutation(len(samples.ground))
    shuffled = Samples(
        samples.observed_dbm[turn], samples.modelled_dbm[turn], samples.distance_m[turn],
        samples.block[turn], samples.ground[turn], SENSITIVITY,
    )  # fmt: skip
    a: Fit = fit(samples, Terms(slope=True))
    b: Fit = fit(shuffled, Terms(slope=True))
    np.testing.assert_allclose(a.value, b.value, atol=1e-5)


def test_cells_by_hand() -> None:
    grid = Grid.from_bounds(
        400_000, 2_490_000, 400_300, 2_490_300, crs="EPSG:32648", resolution_m=100
    )
    samples = [
        (50, 250, "A", -90.0), (60, 260, "A", -80.0), (70, 240, "A", -70.0),  # row 0, col 0
        (50, 250, "B", np.nan), (60, 250, "B", -110.0),  # half of them silent
        (250, 50, "A", np.nan), (251, 51, "A", np.nan), (252, 52, "A", -100.0),  # most are silent
        (999, 50, "A", -50.0),  # outside
    ]  # fmt: skip
    x, y, operator, level = zip(*samples, strict=True)
    frame = pd.DataFrame({"operator": operator, "technology": "LTE", "level_dbm": level})
    cells = binned(grid, 400_000 + np.array(x), 2_490_000 + np.array(y), frame)
    assert cells[["operator", "row", "col", "samples", "silent"]].to_numpy().tolist() == [
        ["A", 0, 0, 3, 0], ["A", 2, 2, 3, 2], ["B", 0, 0, 2, 1],
    ]  # fmt: skip
    assert cells["level_dbm"].tolist()[0] == -80.0
    assert np.isnan(cells["level_dbm"][1])
    assert cells["level_dbm"][2] == -110.0
    assert cells["spread_db"][0] == pytest.approx(1.4826 * 5)
