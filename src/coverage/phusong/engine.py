"""Where the work runs: the cores of this machine, and machine code that fits the sources."""

import contextlib
import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from phusong.stopping import stop_if_asked

KERNELS = Path(__file__).parent / "kernels"
Task = TypeVar("Task")
Result = TypeVar("Result")


def forget_stale_kernels(folder: Path = KERNELS) -> bool:
    """Remove machine code that was compiled from other sources than those that are there now.

    Numba keeps a compiled function for as long as its own file stays the same. Functions that it
    calls are compiled into it, and when only their file changes, it goes on computing with what
    they were. After an update, results would be a mixture that no version ever gave.

    Parameters
    ----------
    folder
        The kernels' sources; machine code lies in its ``__pycache__``.

    Returns
    -------
    bool
        Whether anything may have been stale.
    """
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    made = folder / "__pycache__"
    stamp = made / "kernels.sha256"
    with contextlib.suppress(OSError):
        if stamp.read_text(encoding="ascii") == digest.hexdigest():
            return False
    with contextlib.suppress(OSError):  # where nothing can be written, Numba keeps nothing either
        for file in (*made.glob("*.nbi"), *made.glob("*.nbc")):
            file.unlink(missing_ok=True)
        made.mkdir(exist_ok=True)
        stamp.write_text(digest.hexdigest(), encoding="ascii")
    return True


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
        for task in tasks:
            stop_if_asked()
            yield work(task)
        return
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="phusong")
    under_way: deque[Future[Result]] = deque()
    wait = True
    try:
        for task in tasks:
            stop_if_asked()
            under_way.append(pool.submit(work, task))
            if len(under_way) >= 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except KeyboardInterrupt:
        wait = False  # whoever stops the run is told at once; what is under way ends by itself
        raise
    finally:
        pool.shutdown(wait=wait, cancel_futures=True)
