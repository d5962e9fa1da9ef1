"""Work on threads: the order of tasks, bounded memory, faults that come through."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from phusong.engine import available_cores, in_order

WORKERS = [1, 2, 5]


@pytest.mark.parametrize("workers", WORKERS)
def test_results_come_in_the_order_of_tasks(workers: int) -> None:
    def work(number: int) -> int:
        time.sleep(0.004 * ((7 * number) % 3))  # later tasks often finish first
        return number * number

    assert list(in_order(work, range(25), workers=workers)) == [n * n for n in range(25)]


@pytest.mark.parametrize("workers", WORKERS)
def test_no_tasks_no_results(workers: int) -> None:
    assert list(in_order(lambda n: n, [], workers=workers)) == []


@pytest.mark.parametrize("workers", WORKERS)
def test_memory_stays_bounded(workers: int) -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(60):
            taken += 1
            yield number

    for done, _ in enumerate(in_order(lambda n: n, tasks(), workers=workers), 1):
        assert taken <= done + 2 * workers


@pytest.mark.parametrize("workers", WORKERS)
def test_a_fault_comes_through_and_stops_the_rest(workers: int) -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 4:
            raise ZeroDivisionError(f"task {number}")
        return number

    got: list[int] = []
    with pytest.raises(ZeroDivisionError, match="task 4"):
        got.extend(in_order(work, range(500), workers=workers))
    assert got == [0, 1, 2, 3]
    assert len(begun) <= 5 + 2 * workers


def test_more_workers_are_more_threads() -> None:
    both = threading.Barrier(2, timeout=10)  # breaks unless two tasks run at once
    assert list(in_order(lambda _: both.wait() >= 0, range(2), workers=2)) == [True, True]


def test_one_worker_uses_the_caller() -> None:
    here = threading.get_ident()
    assert list(in_order(lambda _: threading.get_ident(), range(3), workers=1)) == [here] * 3


def test_available_cores() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
