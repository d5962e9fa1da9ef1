"""Runs in processes of their own that start at once: forks of one that has imported everything.

Faults are injected into real processes, hundreds of them; starting an interpreter for each takes
longer than the run of a small study. The parent of all does nothing but fork, so it has no
threads, and a fork is as good as a new process.

As a program it reads one order a line, JSON, and answers one line: the process it has started,
or how one ended.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

_OVERRIDES = 1 << 1 | 1 << 2
"""What lets the superuser of Linux write where nobody may: CAP_DAC_OVERRIDE, _READ_SEARCH."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its status (negative for a signal), and what it printed."""

    status: int
    stdout: str
    stderr: str


class Fork:
    """A run under way."""

    def __init__(self, nursery: "Nursery", pid: int, printed: Path) -> None:
        self.nursery, self.pid, self.printed = nursery, pid, printed

    def wait(self) -> Ended:
        """Wait for its end."""
        status = self.nursery.ask({"wait": self.pid})["status"]
        texts = (self.printed / name for name in (f"{self.pid}.out", f"{self.pid}.err"))
        return Ended(status, *(text.read_text(encoding="utf-8") for text in texts))


class Nursery:
    """The process that forks.

    Parameters
    ----------
    folder
        For what runs print.
    environment
        Variables of every run.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment,
        )  # fmt: skip

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream(self.process.stdin).close()
        self.process.wait(timeout=60)
        self._stream(self.process.stdout).close()

    def run(self, *arguments: str | Path, **changes: Any) -> Ended:
        """Run the command line to its end."""
        return self.start(*arguments, **changes).wait()

    def start(self, *arguments: str | Path, **changes: Any) -> Fork:
        """Start the command line.

        ``most_bytes`` limits the size of any file it writes, ``obeys`` makes the superuser heed
        the modes of files as everybody else does, ``clock_s`` moves its wall clock, ``fault``
        names a function ``module:name`` that is called first, ``cwd`` is its folder.
        """
        order = {"run": [str(argument) for argument in arguments], **changes}
        return Fork(self, self.ask(order)["pid"], self.folder)

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give an order, and take the answer."""
        stdin, stdout = self._stream(self.process.stdin), self._stream(self.process.stdout)
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    def _stream(self, stream: IO[str] | None) -> IO[str]:
        assert stream is not None
        return stream


def serve(folder: Path) -> None:
    """Take orders until there are no more."""
    import phusong.__main__
    import phusong.cli.app
    import phusong.pipeline.audience
    import phusong.pipeline.run
    import phusong.store.lock  # noqa: F401 — whatever a run needs is there before it starts

    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            _answer(status=os.waitstatus_to_exitcode(status))
            continue
        pid = os.fork()
        if pid == 0:
            _become(folder, order)
        _answer(pid=pid)


def _answer(**facts: int) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _become(folder: Path, order: dict[str, Any]) -> None:
    """The child: take on the faults that it was told, run, and end without going back."""
    status = 1
    try:
        for name, stream in (("out", 1), ("err", 2)):
            handle = os.open(folder / f"{os.getpid()}.{name}", os.O_CREAT | os.O_WRONLY, 0o644)
            os.dup2(handle, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for name, stream in (("stdout", 1), ("stderr", 2)):
            setattr(sys, name, open(stream, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _take_on(order)
        status = _run(order["run"])
    except BaseException:  # noqa: BLE001 — a fork must not go on as its parent
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _take_on(order: dict[str, Any]) -> None:
    if "cwd" in order:
        os.chdir(order["cwd"])
    if "most_bytes" in order:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_bytes"], resource.RLIM_INFINITY))
    if "clock_s" in order:
        _move_clock(order["clock_s"])
    if "fault" in order:
        import importlib

        module, name = order["fault"].split(":")
        getattr(importlib.import_module(module), name)()
    if order.get("obeys") and os.geteuid() == 0:
        _obey_modes()


def _obey_modes() -> None:
    import ctypes

    system = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()
    if system.capget(header, held) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    for number in (0, 1):  # effective, permitted
        held[number] &= ~_OVERRIDES
    if system.capset(header, held) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _move_clock(seconds: float) -> None:
    """What reads the time of day reads another one; intervals stay what they are."""
    import time

    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + seconds
    time.time_ns = lambda: now_ns() + int(seconds * 1e9)


def _run(arguments: Sequence[str]) -> int:
    """As a shell runs ``phusong``: with the end of the interpreter, which waits for threads."""
    import threading

    from phusong.__main__ import main

    sys.argv = ["phusong", *arguments]
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    threading._shutdown()  # type: ignore[attr-defined]  # what the interpreter does at its end
    return status


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
