"""The sweep against exact profiles, within the bars of the map, on random cells of whole discs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.kernels.exact_disc import DiscTask, exact_rows
from phusong.models.loss_map import LossMap, p1812_loss_map
from relief import Kind, relief

SIDE = 30.0
SIZE = 1160
RADIUS_M = 15_000.0
CELLS = 1500
TX_HEIGHT_M, RX_HEIGHT_M, FREQUENCY_MHZ, LATITUDE = 30.0, 1.5, 800.0, 22.0
THRESHOLDS_DB = (130.0, 140.0, 150.0, 160.0)

# What the map promises over 30 km: the benchmark shows 0.11 dB, 0.42 dB and 0.2 %.
MEAN_DB, P95_DB, FLIPS = 0.2, 0.7, 0.006


def swept(ground: NDArray[np.float32], row: float, col: float) -> LossMap:
    side = SIZE * SIDE
    return p1812_loss_map(
        Terrain(Grid.from_bounds(0, 0, side, side, crs="EPSG:32648", resolution_m=SIDE), ground),
        easting=col * SIDE,
        northing=side - row * SIDE,
        tx_height_m=TX_HEIGHT_M,
        rx_height_m=RX_HEIGHT_M,
        frequencies_mhz=(FREQUENCY_MHZ,),
        radius_m=RADIUS_M,
        latitude_deg=LATITUDE,
    )


def exact(
    ground: NDArray[np.float32], row: float, col: float, loss: LossMap, sample: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Loss and elevation of the sampled cells, each on its own profile."""
    task = DiscTask(
        row, col, SIDE / 1000.0, TX_HEIGHT_M, RX_HEIGHT_M, LATITUDE, 45.0, 325.0, 50.0, 2
    )
    path_loss = np.full((1, *sample.shape), np.nan, np.float32)
    elevation = np.full(sample.shape, np.nan, np.float32)
    none = np.empty((0, 0), np.float32)
    none.setflags(write=False)
    exact_rows(
        ground, none, task, np.array([FREQUENCY_MHZ / 1000.0]), loss.row0, loss.col0,
        0, sample.shape[0], sample, path_loss, elevation,
    )  # fmt: skip
    return path_loss[0], elevation


@pytest.mark.parametrize("kind", ["gentle", "hills", "alpine"])
def test_error_against_exact_profiles(kind: Kind) -> None:
    ground = relief(kind, cells=SIZE, seed=6)
    middle = ground[530:630, 530:630]
    rng = np.random.default_rng(5)
    errors, flips, turns = [], [], []
    for score in (middle, -middle):
        at = np.unravel_index(np.argmax(score), middle.shape)
        row, col = 530 + at[0] + 0.8, 530 + at[1] + 0.3
        loss = swept(ground, row, col)
        rows, cols = np.indices(loss.inside.shape)
        apart = np.hypot(rows + loss.row0 + 0.5 - row, cols + loss.col0 + 0.5 - col) * SIDE
        sample = np.zeros(loss.inside.shape, np.bool_)
        sample.flat[rng.choice(np.flatnonzero(loss.inside & (apart > 600.0)), CELLS)] = True
        near = apart < 13.0 * SIDE
        want, angles = exact(ground, row, col, loss, sample | near)
        np.testing.assert_array_equal(loss.path_loss_db[0][near], want[near])
        got = loss.path_loss_db[0][sample]
        errors.append(np.abs(got - want[sample]))
        turns.append(np.abs(loss.tx_elevation_mrad - angles)[sample])
        flips.extend(np.mean((got > t) != (want[sample] > t)) for t in THRESHOLDS_DB)
    error = np.concatenate(errors)
    assert error.mean() <= MEAN_DB
    assert np.percentile(error, 95) <= P95_DB
    assert np.mean(flips) < FLIPS
    assert np.mean(np.concatenate(turns)) < 1.0  # mrad; a twentieth of a degree
