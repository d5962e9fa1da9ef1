"""The compiled best server against the same in plain NumPy, to the bit."""

import numpy as np
import pytest

from phusong.analysis.reach import BestServer, Threshold
from phusong.geo.grid import Grid
from phusong.models.loss_map import LossMap

GRID = Grid.from_bounds(
    400_000.0, 2_500_000.0, 404_000.0, 2_503_000.0, crs="EPSG:32648", resolution_m=50.0
)


def add_plainly(
    best: BestServer, loss: LossMap, level: np.ndarray, index: int, threshold: Threshold
) -> None:
    """The same in whole-array steps."""
    rows, cols = level.shape
    window = np.s_[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols]
    unknown = np.isnan(level)
    best.unknown[window] |= unknown & loss.inside
    known = np.where(unknown, np.float32(-np.inf), level)
    strongest, server = best.level[window], best.server[window]
    wins = (known > strongest) | ((known == strongest) & (index < server) & ~unknown)
    np.copyto(strongest, known, where=wins)
    np.copyto(server, np.int32(index), where=wins)
    needed, spread = np.float32(threshold.level_dbm), np.float32(threshold.standard_deviation_db)
    margin = ((known - needed) / spread).astype(np.float32)
    np.maximum(best.margin[window], margin, out=best.margin[window])


@pytest.mark.parametrize("seed", range(6))
def test_any_sectors_in_any_order_give_the_same_bits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    compiled, plain = BestServer(GRID), BestServer(GRID)
    for index in rng.permutation(25).tolist():
        rows, cols = rng.integers(1, 40, 2).tolist()
        row0 = int(rng.integers(0, GRID.shape[0] - rows + 1))
        col0 = int(rng.integers(0, GRID.shape[1] - cols + 1))
        # Whole decibels, so that levels tie; some unknown, inside and outside of the disc.
        level = np.round(rng.normal(-105.0, 5.0, (rows, cols))).astype(np.float32)
        level[rng.random((rows, cols)) < 0.2] = np.nan
        inside = rng.random((rows, cols)) < 0.7
        loss = LossMap(GRID, row0, col0, (900.0,), level[np.newaxis], level, inside)
        threshold = Threshold(-115.0 + index / 7.0, 8.1 + index / 30.0)
        lowered = float(rng.integers(0, 3)) * 5.1
        kept = level.copy()
        compiled.add(loss, level, index, threshold, lowered_db=lowered)
        np.testing.assert_array_equal(level, kept)
        add_plainly(plain, loss, level - np.float32(lowered), index, threshold)
    for name in ("level", "margin", "server", "unknown"):
        assert getattr(compiled, name).tobytes() == getattr(plain, name).tobytes(), name
    assert compiled.unknown.any()
    assert (compiled.server >= 0).any()
