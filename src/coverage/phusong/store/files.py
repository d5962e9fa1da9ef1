"""Files on disk: written aside, flushed, renamed, so that a killed run leaves all or nothing."""

import contextlib
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phusong.errors import PhusongError, StoreError
from phusong.stopping import stop_if_asked


def parsed_json(text: str | bytes) -> Any:
    """Read JSON of anywhere.

    Parameters
    ----------
    text
        JSON.

    Returns
    -------
    object
        What it says.

    Raises
    ------
    ValueError
        It is no JSON, or its brackets are nested too deeply.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def key_of(facts: Any) -> str:
    """Stable key of plain facts: the same facts give the same key on any machine.

    Parameters
    ----------
    facts
        Anything that JSON can write.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()


def is_below(name: str) -> bool:
    """Whether a relative path, as a file has it, stays in the folder that it is relative to.

    Parameters
    ----------
    name
        Path with ``/`` between its parts.

    Returns
    -------
    bool
        False for absolute paths, drives, backslashes and whatever climbs up.
    """
    parts = name.split("/")
    return not ({"", ".", ".."} & set(parts) or any(c in name for c in "\\:\0"))


def make_folder(folder: Path) -> None:
    """Make a folder that files can be written to, before work is done for them.

    Parameters
    ----------
    folder
        The folder, with its parents.

    Raises
    ------
    StoreError
        It cannot be made, or nothing can be written to it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise cannot_write(folder, error) from None


def cannot_write(folder: Path, error: OSError) -> StoreError:
    """Say why nothing can be written to a folder, and what to do.

    Parameters
    ----------
    folder
        The folder.
    error
        What the system says.

    Returns
    -------
    StoreError
        It names the link or the file that is in the way.
    """
    for place in (folder, *folder.parents):
        if place.is_symlink() and not place.exists():
            return StoreError(
                f"cannot write to {folder}: {place} is a link to {place.readlink()}, which is not "
                "there; make that folder, remove the link, or choose another output"
            )
        if place.is_file():
            return StoreError(
                f"cannot write to {folder}: {place} is a file where a folder is needed; move it "
                "away or choose another output"
            )
    return StoreError(f"cannot write to {folder}: {error}; choose another output")


class _Counter:
    """Adds up over threads."""

    def __init__(self) -> None:
        self._lock, self.total = threading.Lock(), 0

    def add(self, number: int) -> None:
        with self._lock:
            self.total += number


_WRITTEN = _Counter()


def bytes_written() -> int:
    """Size of all files that this process has written whole since it began.

    Returns
    -------
    int
        Sum of their sizes.
    """
    return _WRITTEN.total


def write_whole(file: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is never seen half-written.

    Parameters
    ----------
    file
        The file to end up with.
    write
        Writes its content to the path that it is given; the path has the same suffix.

    Raises
    ------
    StoreError
        The folder cannot be written, or the disk is full.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{file.stem[:40]}-", suffix=f".part{file.suffix}", dir=file.parent
        )
        os.close(handle)
    except OSError as error:
        raise cannot_write(file.parent, error) from None
    aside = Path(name)
    try:
        write(aside)
        with aside.open("rb+") as stream:
            os.fsync(stream.fileno())
        aside.chmod(0o644)
        size = aside.stat().st_size
        stop_if_asked()  # what it interrupted may have left something out
        aside.replace(file)
        _WRITTEN.add(size)
    except PhusongError:
        raise
    except (OSError, RuntimeError) as error:  # GDAL tells of a full disk in its own kinds
        raise StoreError(f"cannot write {file}: {error}; free some space and run again") from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def write_bytes(file: Path, content: bytes | memoryview) -> None:
    """Write bytes, whole or not at all.

    What other libraries make is made in memory first: several do not tell of a disk that is
    full when they write the last of a file.

    Parameters
    ----------
    file
        The file.
    content
        Its content.
    """
    write_whole(file, lambda aside: aside.write_bytes(content))


def write_text(file: Path, text: str) -> None:
    r"""Write text as UTF-8 with ``\n`` line ends, whole or not at all.

    Parameters
    ----------
    file
        The file.
    text
        Its content.
    """
    write_bytes(file, text.encode("utf-8"))


def remove_leftovers(folder: Path) -> int:
    """Remove what killed runs left under temporary names.

    Parameters
    ----------
    folder
        Folder to clean, with everything below it.

    Returns
    -------
    int
        How many files were removed.
    """
    leftovers = [p for p in folder.rglob(".*.part*") if p.is_file()]
    for file in leftovers:
        file.unlink(missing_ok=True)
    return len(leftovers)
