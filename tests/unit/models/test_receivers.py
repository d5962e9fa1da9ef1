"""Path loss at the receivers of a lattice."""

import numpy as np
import pytest

from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.lattice import Lattice
from phusong.models.disc_window import DiscWindow
from phusong.models.loss_map import LossMap
from phusong.models.receivers import at_receivers, receiver_window

GRID = Grid.from_bounds(
    399_990.0, 2_499_990.0, 399_990.0 + 30.0 * 23, 2_499_990.0 + 30.0 * 19,
    crs="EPSG:32648", resolution_m=30.0,
)  # fmt: skip


def window_map(row0: int, col0: int, rows: int, cols: int) -> LossMap:
    """A map whose loss tells row and column, and whose second band a thousand more."""
    at = np.add.outer(100.0 * (row0 + np.arange(rows)), col0 + np.arange(cols))
    inside = np.random.default_rng(4).random((rows, cols)) < 0.8
    return LossMap(
        GRID, row0, col0, (900.0, 1800.0), np.stack([at, at + 1000.0]).astype(np.float32),
        (-at).astype(np.float32), inside,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row0", "col0", "rows", "cols"), [(0, 0, 19, 23), (2, 3, 9, 14), (5, 6, 14, 17), (3, 4, 2, 1)]
)
def test_every_receiver_in_the_window_keeps_its_loss(
    row0: int, col0: int, rows: int, cols: int
) -> None:
    lattice = Lattice(GRID, 3)
    loss = window_map(row0, col0, rows, cols)
    found = at_receivers(loss, lattice)
    assert found.grid == lattice.grid
    assert found.frequencies_mhz == loss.frequencies_mhz
    seen = 0
    for block_row, row in enumerate(lattice.rows):
        for block_col, col in enumerate(lattice.cols):
            if not (row0 <= row < row0 + rows and col0 <= col < col0 + cols):
                continue
            at = (block_row - found.row0, block_col - found.col0)
            assert found.path_loss_db[0][at] == 100 * row + col
            assert found.path_loss_db[1][at] == 100 * row + col + 1000
            assert found.tx_elevation_mrad[at] == -(100 * row + col)
            assert found.inside[at] == loss.inside[row - row0, col - col0]
            seen += 1
    assert seen == found.inside.size
    window = receiver_window(DiscWindow(row0, col0, loss.inside), lattice)
    assert (window.row0, window.col0) == (found.row0, found.col0)
    np.testing.assert_array_equal(window.inside, found.inside)


def test_every_cell_is_the_map_itself() -> None:
    loss = window_map(2, 3, 9, 14)
    assert at_receivers(loss, Lattice(GRID, 1)) is loss
    window = DiscWindow(2, 3, loss.inside)
    assert receiver_window(window, Lattice(GRID, 1)) is window


def test_a_disc_without_a_receiver_is_refused() -> None:
    lattice = Lattice(GRID, 9)
    with pytest.raises(DomainError, match=r"step=9 puts no receiver into a window of 3 x 5 cells"):
        at_receivers(window_map(0, 6, 3, 5), lattice)
