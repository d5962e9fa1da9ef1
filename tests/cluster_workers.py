"""What tests send to the workers of a cluster: they import it by name."""

import os
import signal
import time
from pathlib import Path


def squared(number: int) -> int:
    """A task without a fault."""
    return number * number


def dies_at_seven(number: int) -> int:
    """A task that takes its worker with it, every time."""
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dies_once(task: tuple[int, str]) -> int:
    """A task whose worker is killed the first time."""
    number, folder = task
    mark = Path(folder) / "killed"
    if number == 5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fails_once(task: tuple[int, str]) -> int:
    """A task whose disk is away for a moment."""
    number, folder = task
    mark = Path(folder) / "failed"
    if number == 3 and not mark.exists():
        mark.touch()
        raise OSError("the disk is away for a moment")
    return number


def waits(number: int) -> int:
    """A task that takes its time."""
    time.sleep(0.3)
    return number
