"""Faults that a run takes on before it starts: tests name them to ``Nursery.start``."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import Any


def at_once() -> None:
    """Ctrl-C at the first thing that a command does."""
    from phusong.cli import app

    def interrupted(*_: object) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return False

    app.forget_stale_kernels = interrupted


def lost() -> None:
    """Ctrl-C while the third mast is computed, in code that drops what is raised in it."""
    _at_the_third_mast(lambda: None)


def renamed() -> None:
    """Ctrl-C while the third mast is computed, in code that raises something else for it."""

    def fault() -> None:
        raise RuntimeError("KeyboardInterrupt: while something was validated")

    _at_the_third_mast(fault)


def called_bad_input() -> None:
    """Ctrl-C while the third mast is computed, taken for a fault of what the study gives."""
    from phusong.errors import DataError

    def fault() -> None:
        raise DataError("towers.csv: cannot be read")

    _at_the_third_mast(fault)


def _at_the_third_mast(then: Callable[[], None]) -> None:
    from phusong.pipeline import loss_maker

    compute, count = loss_maker.loss_map, iter(range(1000))

    def computed(*arguments: Any) -> Any:
        if next(count) == 2:
            with contextlib.suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(1.0)  # the signal may come a moment later
            then()
        return compute(*arguments)

    loss_maker.loss_map = computed


def clock_runs_back() -> None:
    """The time of day is an hour earlier at each look."""
    import time

    now, looks = time.time, iter(range(1, 1 << 40))
    time.time = lambda: now() - 3600.0 * next(looks)


def third_mast_too_big() -> None:
    """The third mast asks for more memory than the system gives."""
    import numpy as np

    from phusong.pipeline import loss_maker

    compute, count = loss_maker.loss_map, iter(range(1000))

    def computed(*arguments: object) -> object:
        if next(count) == 2:
            return np.empty(1 << 62, dtype=np.uint8)
        return compute(*arguments)  # type: ignore[arg-type]

    loss_maker.loss_map = computed  # type: ignore[assignment]


def no_memory_left() -> None:
    """The step after the reach asks for more memory than the system gives."""
    import numpy as np

    from phusong.pipeline import gaps

    def drawn(*_: object, **__: object) -> object:
        return np.empty(1 << 62, dtype=np.uint8)

    gaps._compute = drawn  # type: ignore[assignment]
