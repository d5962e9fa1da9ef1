"""Masts of one task of a cluster: each once and in order, and no core waits long at the end."""

import pytest

from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import MASTS_TOGETHER, groups_of


@pytest.mark.parametrize("cores", [1, 2, 7, 64])
@pytest.mark.parametrize("count", [0, 1, 5, 134, 1000])
def test_every_mast_is_in_one_task_and_tasks_get_smaller(count: int, cores: int) -> None:
    masts = [Mast(float(n), 0.0, 30.0, (900.0,), 15_000.0) for n in range(count)]
    groups = list(groups_of(masts, cores))
    assert [mast for group in groups for mast in group] == masts
    sizes = [len(group) for group in groups]
    assert sizes == sorted(sizes, reverse=True)
    assert all(size <= MASTS_TOGETHER for size in sizes)


@pytest.mark.parametrize("cores", [1, 2, 7, 64])
def test_cores_end_within_two_masts_of_each_other(cores: int) -> None:
    masts = [Mast(float(n), 0.0, 30.0, (900.0,), 15_000.0) for n in range(20 * cores + 3)]
    done = [0] * cores
    for group in groups_of(masts, cores):  # whoever is free takes the next task
        done[done.index(min(done))] += len(group)
    assert max(done) - min(done) <= 2
