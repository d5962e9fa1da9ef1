"""The parts that the practice study is made of, against hand arithmetic."""

from pathlib import Path

import numpy as np
import pytest

from phusong.errors import StoreError
from phusong.sources.practice import write_practice_data
from phusong.sources.practice.curves import chained, softened
from phusong.sources.practice.drainage import Incision, flow_over
from phusong.sources.practice.fields import (
    distance_to_line,
    refined,
    spectral_noise,
    steepness,
)
from phusong.sources.practice.settlements import shared_out


def even(shape: tuple[int, int]) -> np.ndarray:
    return np.ones(shape, dtype=np.float32)


def test_water_runs_down_and_gathers() -> None:
    height = np.array([[9.0, 8.0, 7.0], [9.0, 5.0, 4.0], [9.0, 6.0, 1.0]])
    flow = flow_over(height, cell_m=10.0, taste=even((3, 3)))
    # the middle cell (4) falls 4 m over the diagonal, more than 1 m to its right
    assert flow.receiver.tolist() == [4, 4, 5, 4, 8, 8, 7, 8, 8]
    assert flow.upstream_cells().tolist() == [1, 1, 1, 1, 4, 2, 1, 2, 9]
    assert flow.distance_m[4] == pytest.approx(10.0 * np.sqrt(2.0))
    assert flow.upstream_cells(doublings=1).tolist() == [1, 1, 1, 1, 4, 2, 1, 2, 4]


def test_a_closed_basin_drains_over_its_lowest_pass() -> None:
    height = np.array([[0.0, 9.0, 9.0, 9.0], [9.0, 6.0, 3.0, 9.0], [9.0, 9.0, 9.0, 9.0]])
    outlets = np.zeros((3, 4), dtype=bool)
    outlets[0, 0] = True
    stays = flow_over(height, cell_m=30.0, taste=even((3, 4)))
    assert stays.receiver[6] == 6
    drained = flow_over(height, cell_m=30.0, taste=even((3, 4)), outlets=outlets)
    assert drained.receiver[6] != 6
    assert drained.upstream_cells()[0] == 12, "all water reaches the outlet"


def test_incision_reaches_the_balance_of_uplift_and_slope() -> None:
    # one row of cells: in balance, slope = uplift / (erodibility * 1000 * area_km2**exponent)
    height = np.linspace(0.0, 9.0, 10)[None, :]
    outlets = np.zeros((1, 10), dtype=bool)
    outlets[0, 0] = True
    uplift, erodibility = np.full((1, 10), 2.0), np.full((1, 10), 0.05)
    for _ in range(400):
        flow = flow_over(height, cell_m=1000.0, taste=even((1, 10)), outlets=outlets)
        height, area = Incision(uplift, erodibility, 0.5, 0.0, 1.0).applied(height, flow)
    assert area[0].tolist() == [1e6 * n for n in range(10, 0, -1)]
    slope = np.diff(height[0]) / 1000.0
    assert slope == pytest.approx(2.0 / (0.05 * 1000.0 * np.sqrt(np.arange(9.0, 0.0, -1.0))))


def test_incision_holds_the_steepest_slope() -> None:
    height = np.array([[0.0, 500.0, 1000.0]])
    outlets = np.array([[True, False, False]])
    flow = flow_over(height, cell_m=100.0, taste=even((1, 3)), outlets=outlets)
    still = Incision(np.zeros((1, 3)), np.zeros((1, 3)), 0.5, 0.0, 0.5)
    assert still.applied(height, flow)[0].tolist() == [[0.0, 50.0, 100.0]]


def test_refined_keeps_planes_and_values() -> None:
    rows, cols = np.indices((8, 9))
    plane = (3.0 * rows - 2.0 * cols).astype(np.float32)
    for softness in (0.0, 0.4, 1.0):
        fine = refined(plane, 3, softness=softness)
        assert fine.shape == (24, 27)
        centre = fine[1::3, 1::3]
        assert centre[2:-2, 2:-2] == pytest.approx(plane[2:-2, 2:-2], abs=1e-4)
    bumpy = np.random.default_rng(1).standard_normal((6, 6)).astype(np.float32)
    assert refined(bumpy, 3, softness=0.0)[1::3, 1::3] == pytest.approx(bumpy, abs=1e-5)


def test_noise_has_its_scale() -> None:
    rng = np.random.default_rng(3)
    fine = spectral_noise(
        rng, (256, 200), cell_m=10.0, exponent=2.0, shortest_m=40.0, longest_m=100.0
    )
    broad = spectral_noise(
        rng, (256, 200), cell_m=10.0, exponent=2.0, shortest_m=200.0, longest_m=800.0
    )
    for noise in (fine, broad):
        assert noise.dtype == np.float32
        assert noise.mean() == pytest.approx(0.0, abs=1e-4)
        assert noise.std() == pytest.approx(1.0, abs=1e-3)
    assert steepness(fine, 10.0).mean() > 3.0 * steepness(broad, 10.0).mean()
    assert not np.allclose(fine[:20], fine[-20:][::-1])


def test_distance_to_line_and_its_value() -> None:
    line = np.array([[0.0, 0.0, 100.0], [10.0, 0.0, 200.0], [10.0, 10.0, 400.0]])
    east, north = np.array([5.0, 13.0, -3.0]), np.array([2.0, 5.0, -4.0])
    distance, value = distance_to_line(east, north, line)
    assert distance.tolist() == [2.0, 3.0, 5.0]
    assert value.tolist() == [150.0, 300.0, 100.0]


def test_edges_are_chained_between_forks() -> None:
    edges = np.array([[0, 0, 0, 1], [0, 1, 0, 2], [0, 2, 1, 2], [0, 2, 0, 3]])
    chains = chained(edges)
    ends = sorted(sorted(map(tuple, chain[[0, -1]].tolist())) for chain in chains)
    assert ends == [[(0, 0), (0, 2)], [(0, 2), (0, 3)], [(0, 2), (1, 2)]]


def test_softened_keeps_ends_and_closed_rings_closed() -> None:
    bent = np.array([[0.0, 0.0], [0.0, 4.0], [4.0, 4.0]])
    assert softened(bent, passes=1).tolist() == [[0.0, 0.0], [1.0, 3.0], [4.0, 4.0]]
    ring = np.array([[0.0, 0.0], [0.0, 4.0], [4.0, 4.0], [4.0, 0.0], [0.0, 0.0]])
    assert softened(ring, passes=1).tolist() == [[1, 1], [1, 3], [3, 3], [3, 1], [1, 1]]


@pytest.mark.parametrize("total", [0, 1, 7, 1000])
def test_shares_add_up_and_follow_the_weights(total: int) -> None:
    weight = np.array([1.0, 2.0, 0.0, 5.0])
    share = shared_out(total, weight)
    assert share.sum() == total
    assert share[2] == 0
    assert np.abs(share - total * weight / 8.0).max() < 1.0


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="taken"):
        write_practice_data(tmp_path / "taken")
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file"
