"""Faults that a run takes on before it starts: tests name them to ``Nursery.start``."""

import os
import signal


def at_once() -> None:
    """Ctrl-C at the first thing that a command does."""
    from phusong.cli import app

    def interrupted(*_: object) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return False

    app.forget_stale_kernels = interrupted


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
