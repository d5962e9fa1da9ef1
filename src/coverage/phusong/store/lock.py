"""One run at a time in an output folder: a lock that the system lets go of when a process dies."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from phusong.errors import StoreError
from phusong.store.files import make_folder, parsed_json


def lock_of(folder: Path) -> Path:
    """Where the lock of an output folder lies: beside it, so that only results are in it.

    Parameters
    ----------
    folder
        The output folder.

    Returns
    -------
    pathlib.Path
        The lock file.
    """
    return folder.parent / f".{folder.name}.lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold an output folder for this process; another run in it is refused at once.

    Parameters
    ----------
    folder
        The output folder; the one above it is made when missing.

    Yields
    ------
    None
        While the folder is held. A killed process holds nothing.

    Raises
    ------
    StoreError
        Another process holds it; the message says which, and since when.
    """
    make_folder(folder.parent)
    lock = lock_of(folder)
    while True:
        with _opened(lock) as stream:
            if not _taken(stream):
                raise StoreError(
                    f"another run is writing to {folder}{_holder(stream)}; wait until it has "
                    "ended, or give the study another study.output"
                )
            if not _is_still(lock, stream):
                continue  # who held it before has removed this very file
            _tell(stream)
            try:
                yield
            finally:
                with suppress(OSError):  # Windows keeps an open file; the next run takes it
                    lock.unlink(missing_ok=True)
                _let_go(stream)
            return


def _opened(lock: Path) -> IO[str]:
    try:
        return lock.open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write to {lock.parent}: {error}; choose another output") from None


def _is_still(lock: Path, stream: IO[str]) -> bool:
    """Whether the file that is held is the one that others would find."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _tell(stream: IO[str]) -> None:
    """Write who holds the lock, for the message that others get."""
    stream.seek(0)
    stream.truncate()
    since = datetime.now(tz=UTC).isoformat(timespec="seconds")
    holder = {"process": os.getpid(), "machine": socket.gethostname(), "since": since}
    with suppress(OSError):  # a full disk: the lock holds all the same
        stream.write(json.dumps(holder))
        stream.flush()


if sys.platform == "win32":
    import msvcrt

    FAR_AWAY = 1 << 30
    """Locked byte: beyond the text, which others may read."""

    def _taken(stream: IO[str]) -> bool:
        stream.seek(FAR_AWAY)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _let_go(stream: IO[str]) -> None:
        stream.seek(FAR_AWAY)
        with suppress(OSError):
            msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _taken(stream: IO[str]) -> bool:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _let_go(stream: IO[str]) -> None:
        with suppress(OSError):
            fcntl.flock(stream.fileno(), fcntl.LOCK_UN)


def _holder(stream: IO[str]) -> str:
    """Who holds the lock, as far as the file says."""
    stream.seek(0)
    with suppress(ValueError, KeyError, TypeError, OSError):
        told = parsed_json(stream.read())
        return f" (process {told['process']} on {told['machine']}, since {told['since']})"
    return ""
