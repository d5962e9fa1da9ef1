"""Where the work runs: the cores of this machine."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def available_cores() -> int:
    """Cores that this process may use.

    Returns
    -------
    int
        At least 1.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int
) -> Iterator[Result]:
    """Do tasks on several threads, and hand their results over in the order of the tasks.

    Kernels release the interpreter, so threads use the cores. At most twice as many tasks as
    workers are under way or waiting to be taken: memory stays bounded.

    Parameters
    ----------
    work
        Does one task.
    tasks
        The tasks.
    workers
        Threads, at least 1.

    Yields
    ------
    Result
        One for each task, in the order of the tasks whatever the number of workers.
    """
    if workers <= 1:
        yield from map(work, tasks)
        return
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="phusong") as pool:
        under_way: deque[Future[Result]] = deque()
        try:
            for task in tasks:
                under_way.append(pool.submit(work, task))
                if len(under_way) >= 2 * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
