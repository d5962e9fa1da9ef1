"""Work on threads: the order of tasks, bounded memory, faults that come through."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from phusong.engine import available_cores, forget_stale_kernels, in_order

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
    both = threading.Barrier(2, timeout=120)  # breaks unless two tasks run at once
    assert list(in_order(lambda _: both.wait() >= 0, range(2), workers=2)) == [True, True]


def test_one_worker_uses_the_caller() -> None:
    here = threading.get_ident()
    assert list(in_order(lambda _: threading.get_ident(), range(3), workers=1)) == [here] * 3


def test_available_cores() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def test_machine_code_of_other_sources_is_forgotten(tmp_path: Path) -> None:
    made = tmp_path / "__pycache__"
    made.mkdir()
    (tmp_path / "a.py").write_text("from b import f", encoding="utf-8")
    callee = tmp_path / "b.py"
    callee.write_text("def f(): return 1", encoding="utf-8")
    compiled = [made / "a.g-3.py311.nbi", made / "a.g-3.py311.1.nbc"]
    bytecode = made / "a.cpython-311.pyc"

    def compile_all() -> None:
        for file in (*compiled, bytecode):
            file.write_bytes(b"code")

    compile_all()
    assert forget_stale_kernels(tmp_path), "nobody knows what it was compiled from"
    assert not any(file.exists() for file in compiled)
    compile_all()
    assert not forget_stale_kernels(tmp_path)
    assert all(file.exists() for file in compiled)
    callee.write_text("def f(): return 2", encoding="utf-8")
    assert forget_stale_kernels(tmp_path)
    assert not any(file.exists() for file in compiled)
    assert bytecode.exists()


def test_sources_that_were_never_compiled_are_no_fault(tmp_path: Path) -> None:
    assert forget_stale_kernels(tmp_path)
    assert not forget_stale_kernels(tmp_path)
