"""Ctrl-C that is not lost, whatever it interrupts.

Python raises Ctrl-C as an exception in whatever runs at that moment. Some libraries drop what is
raised inside of them, or raise something else instead: a validator of pydantic, an error handler
of GDAL. The work would go on, with a part of it undone, or end with a fault that is none. So it
is remembered that a stop was asked for; whoever tells progress or writes a file looks.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """What Ctrl-C does once :func:`listen` was called: it raises, and remembers.

    Attributes
    ----------
    asked
        Whether it was pressed.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal.

        Raises
        ------
        KeyboardInterrupt
            Always.
        """
        self.asked = True
        raise KeyboardInterrupt


def listen() -> None:
    """Remember Ctrl-C from now on; a process that was told to ignore it still does."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, Stop())


def stop_is_asked() -> bool:
    """Whether Ctrl-C was pressed, and nobody has ended the work yet.

    Returns
    -------
    bool
        False where nobody listens, as in a notebook.
    """
    heard = signal.getsignal(signal.SIGINT)
    return isinstance(heard, Stop) and heard.asked


def stop_if_asked() -> None:
    """Go no further once Ctrl-C was pressed.

    Raises
    ------
    KeyboardInterrupt
        It was pressed.
    """
    if stop_is_asked():
        raise KeyboardInterrupt


@contextmanager
def faults_of_stops() -> Iterator[None]:
    """Take faults for what they are: after Ctrl-C, whatever is raised comes from it.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    KeyboardInterrupt
        Something was raised after it was pressed, other than the exit of work that is done.
    """
    try:
        yield
    except BaseException as fault:
        if not isinstance(fault, SystemExit) or fault.code:
            stop_if_asked()
        raise
