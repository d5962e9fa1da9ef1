"""A whole file over the network: resumed where it broke off, checked, and there or not there."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from phusong.errors import StoreError
from phusong.sources.fetch.errors import FetchError, PassingError
from phusong.sources.fetch.wire import Wire, check_length, hidden
from phusong.store.files import parsed_json, sha256_of, write_text

PARTIAL = 206
UNSATISFIABLE = 416
SPARE_BYTES = 64 << 20
"""Space that is left free on the disk."""


@dataclass(frozen=True)
class Fetched:
    """What came, and how it is known again.

    Parameters
    ----------
    sha256
        Of the file, in hexadecimal.
    size_bytes
        Its length.
    etag
        The provider's mark of this version; empty when it gives none.
    modified
        When the provider changed it last, in its own words; empty when it does not say.
    """

    sha256: str
    size_bytes: int
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Told:
    """What a server said of a file when its download began.

    Parameters
    ----------
    url
        Address as the catalogue has it.
    etag
        The provider's mark of this version; empty when it gives none.
    modified
        When the provider changed it last; empty when it does not say.
    """

    url: str
    etag: str
    modified: str

    @property
    def validator(self) -> str:
        """What ``If-Range`` can hold: a weak mark does not tell bytes apart."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


def download(
    wire: Wire,
    url: str,
    target: Path,
    *,
    most_bytes: int,
    check: Callable[[Path], None],
    sha256: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Fetched:
    """Download a file; it appears under its name only when it is whole and what it should be.

    What is there already of an earlier try, even of a killed one, is kept beside the target and
    gone on with, as long as the provider still has the same version.

    Parameters
    ----------
    wire
        The way to the hosts of the catalogue.
    url
        Address as the catalogue has it.
    target
        File to end up with.
    most_bytes
        A longer file is refused.
    check
        Raises :class:`FetchError` when the file at a path is not of the expected kind.
    sha256
        What the file must have, when it was had before; in hexadecimal.
    progress
        Is told the bytes that are there and those expected (0 when unknown).

    Returns
    -------
    Fetched
        Checksum, length and the provider's marks.

    Raises
    ------
    FetchError
        It cannot be had, or is not what it should be; nothing is kept then.
    StoreError
        The disk is full, or the folder cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    note = target.with_name(f".{target.name}.part.json")
    try:
        told: Told = wire.tried(
            hidden(url),
            lambda: _append(wire, url, part, note, most_bytes=most_bytes, progress=progress),
        )
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        fetched = Fetched(sha256_of(part), part.stat().st_size, told.etag, told.modified)
        _refuse_other(fetched, sha256, url, part, note)
        try:
            check(part)
        except FetchError:
            _forget(part, note)
            raise
        part.chmod(0o644)
        part.replace(target)
        note.unlink(missing_ok=True)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise StoreError(
            f"cannot write {target}: {error.strerror or error}; "
            f"{'free some space' if full else 'check the folder'} and run the same command again: "
            "it goes on where it stopped"
        ) from error
    return fetched


def _append(
    wire: Wire,
    url: str,
    part: Path,
    note: Path,
    *,
    most_bytes: int,
    progress: Callable[[int, int], None],
) -> Told:
    """Ask for what is missing of a file, and add it to what is there."""
    before = _told(note, url)
    have = part.stat().st_size if before is not None and part.is_file() else 0
    headers = {}
    if have and before is not None:
        headers = {"Range": f"bytes={have}-", "If-Range": before.validator}
    with wire.answer(url, headers=headers) as response:
        told = Told(
            url, response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        )
        if response.status_code == UNSATISFIABLE:
            _forget(part, note)
            raise PassingError("the provider has another version now")
        start = have if response.status_code == PARTIAL else 0
        if start and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            _forget(part, note)
            raise PassingError("the provider answers with another part than was asked for")
        length = _announced(response)
        _refuse_size(start + length, most_bytes, part, url)
        if not start:
            note.unlink(missing_ok=True)
        with part.open("ab" if start else "wb", buffering=0) as stream:
            if not start and told.validator:
                write_text(note, json.dumps(told.__dict__))
            read = 0
            for piece in wire.pieces(response, most_bytes=most_bytes - start, what=hidden(url)):
                stream.write(piece)
                read += len(piece)
                progress(start + read, start + length if length else 0)
        check_length(response, read)
    return told


def _told(note: Path, url: str) -> Told | None:
    """What was said of a file that is there in part; None when it cannot be gone on with."""
    try:
        told = Told(**parsed_json(note.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return told if told.url == url and told.validator else None


def _announced(response: requests.Response) -> int:
    said = response.headers.get("Content-Length", "")
    return int(said) if said.isdigit() else 0


def _refuse_size(total: int, most_bytes: int, part: Path, url: str) -> None:
    if total > most_bytes:
        raise FetchError(
            f"{hidden(url)} is {total:,} bytes long, at most {most_bytes:,} were expected; "
            "nothing was kept"
        )
    have = part.stat().st_size if part.is_file() else 0
    free = shutil.disk_usage(part.parent).free
    if total - have + SPARE_BYTES > free:
        raise StoreError(
            f"{hidden(url)} needs {total - have:,} bytes more and the disk of {part.parent} has "
            f"{free:,} free; free some space and run the same command again"
        )


def _refuse_other(fetched: Fetched, sha256: str | None, url: str, part: Path, note: Path) -> None:
    if sha256 is None or fetched.sha256 == sha256:
        return
    _forget(part, note)
    raise FetchError(
        f"{hidden(url)} is not the file that it was: SHA-256 {fetched.sha256} instead of {sha256} "
        f"({fetched.size_bytes:,} bytes, changed {fetched.modified or 'at an unknown time'}); "
        "run `phusong fetch --update` to take the new one and pin it, or put the old file there "
        "by hand"
    )


def _forget(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)
