"""Receivers on every n-th cell: where they stand, and how values come and go."""

import numpy as np
import pytest
from affine import Affine

from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.lattice import Lattice

ROWS, COLS = 10, 8
LEFT, BOTTOM = 399_990.0, 2_499_990.0
GRID = Grid.from_bounds(
    LEFT, BOTTOM, LEFT + 30.0 * COLS, BOTTOM + 30.0 * ROWS,
    crs="EPSG:32648", resolution_m=30.0,
)  # fmt: skip
VALUES = np.arange(ROWS * COLS).reshape(ROWS, COLS)


def test_receivers_stand_in_the_middle_of_their_blocks() -> None:
    lattice = Lattice(GRID, 3)
    # 10 rows are blocks of 3, 3, 3 and 1, 8 columns 3, 3 and 2; the row left over is its own.
    assert lattice.rows.tolist() == [1, 4, 7, 9]
    assert lattice.cols.tolist() == [1, 4, 7]
    assert lattice.grid.shape == (4, 3)
    assert lattice.grid.affine == Affine(90.0, 0.0, LEFT, 0.0, -90.0, GRID.affine.f)
    assert lattice.grid.crs == GRID.crs
    middle = lattice.grid.affine * (1.5, 2.5)
    assert GRID.pixel_of(*middle) == pytest.approx((7.5, 4.5))  # row 7, column 4
    assert sorted(zip(*np.nonzero(lattice.receivers), strict=True)) == [
        (row, col) for row in (1, 4, 7, 9) for col in (1, 4, 7)
    ]


def test_values_are_taken_at_receivers_and_given_to_their_blocks() -> None:
    lattice = Lattice(GRID, 3)
    taken = lattice.sampled(VALUES)
    assert taken.tolist() == [[9, 12, 15], [33, 36, 39], [57, 60, 63], [73, 76, 79]]
    spread = lattice.spread(taken)
    assert spread.shape == VALUES.shape
    for row in range(ROWS):
        for col in range(COLS):
            assert spread[row, col] == taken[row // 3, col // 3]
    np.testing.assert_array_equal(lattice.sampled(spread), taken)
    cells = np.array([0, 2, 3, 7, 79, 24])
    np.testing.assert_array_equal(taken.ravel()[lattice.blocks(cells)], spread.ravel()[cells])


def test_a_lattice_of_every_cell_changes_nothing() -> None:
    lattice = Lattice(GRID, 1)
    assert lattice.grid is GRID
    assert lattice.sampled(VALUES) is VALUES
    assert lattice.spread(VALUES) is VALUES
    assert lattice.receivers.all()
    assert lattice.blocks(np.array([5, 17])).tolist() == [5, 17]


def test_a_block_larger_than_the_grid_has_its_receiver_inside() -> None:
    lattice = Lattice(GRID, 21)
    assert (lattice.rows.tolist(), lattice.cols.tolist()) == ([ROWS - 1], [COLS - 1])
    assert lattice.grid.shape == (1, 1)


@pytest.mark.parametrize("step", [0, -3, 2, 4])
def test_a_step_without_a_middle_is_refused(step: int) -> None:
    with pytest.raises(DomainError, match=rf"step={step} is impossible, an odd number from 1"):
        Lattice(GRID, step)
