"""The practice drive test: its levels differ from the model by what calibration must find."""

import numpy as np
import pytest

from phusong.sources.practice import measurements
from phusong.sources.practice.measurements import (
    LOWEST_DBM,
    MEASURED,
    OFFSET_DB,
    PLACE_SIGMA_DB,
    SQUARE_SIGMA_DB,
    practice_drive_test,
)
from phusong.sources.practice.writer import _World, _world

SEED = 20230224
STRONG_DBM = -90.0
"""So far above the sensitivity that no level is missing for being low."""


@pytest.fixture(scope="module")
def world() -> _World:
    return _world(SEED)


def test_errors_are_those_that_are_stated(world: _World) -> None:
    latitude, longitude, _ = measurements._way(world.roads)
    easting, northing = measurements.to_metric(latitude, longitude, crs="EPSG:32648")
    row, col = (np.floor(v).astype(int) for v in world.terrain.grid.pixel_of(easting, northing))
    own = [s for s in world.sectors if s.operator == MEASURED[0] and s.status == "existing"]
    best, _ = measurements._best(world.terrain, own, row, col)
    place = {(a, b): level for a, b, level in zip(latitude, longitude, best, strict=True)}
    error = np.array([
        sample.level_dbm - place[sample.latitude, sample.longitude]
        for sample in world.drive_test
        if sample.operator == MEASURED[0]
        and sample.level_dbm is not None
        and place.get((sample.latitude, sample.longitude), -np.inf) > STRONG_DBM
    ])  # fmt: skip
    assert len(error) > 150
    sigma = np.hypot(PLACE_SIGMA_DB, SQUARE_SIGMA_DB)
    middle = np.median(error)  # one sample is +40 dBm on purpose
    assert middle == pytest.approx(OFFSET_DB, abs=3.0 * sigma / np.sqrt(len(error) / 3))
    spread = np.percentile(error, 84) - middle
    assert spread == pytest.approx(sigma, rel=0.2)


def test_a_sample_has_a_level_or_says_that_there_was_none(world: _World) -> None:
    for sample in world.drive_test:
        if sample.level_dbm is None:
            assert (sample.technology, sample.cell_id) == ("no service", "")
        else:
            assert sample.level_dbm >= LOWEST_DBM
            assert sample.technology == "LTE"
    silent = sum(sample.level_dbm is None for sample in world.drive_test)
    assert 0.3 < silent / len(world.drive_test) < 0.9


def test_another_seed_measures_otherwise(world: _World) -> None:
    other = practice_drive_test(world.terrain, world.roads, world.sectors, SEED + 1)
    assert [s.latitude for s in other] == [s.latitude for s in world.drive_test]
    assert [s.level_dbm for s in other] != [s.level_dbm for s in world.drive_test]
