"""Archives from elsewhere, unpacked with suspicion: named members, bounded, nothing else."""

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import IO

from phusong.sources.archives import points_outside
from phusong.sources.fetch.errors import FetchError
from phusong.store.files import write_whole

MOST_TIMES_LARGER = 200
"""A member that grows by more than this is a bomb."""
GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 1 << 20


class TextAnswerError(FetchError):
    """A provider answered with a text, and status 200, in place of a file.

    Parameters
    ----------
    said
        The text.
    """

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(
            f"the provider answers with a text in place of the file: {said!r}; "
            "check the token and how many downloads a day it allows"
        )


def unzip_one(archive: Path, target: Path, *, suffix: str, most_bytes: int) -> str:
    """Take the only file of a kind out of a zip archive.

    Parameters
    ----------
    archive
        The archive.
    target
        File to write it to, whatever its name in the archive is.
    suffix
        How the member's name ends, such as ``.tif``.
    most_bytes
        A larger member is refused.

    Returns
    -------
    str
        Name of the member.

    Raises
    ------
    FetchError
        It is no archive, it is damaged, it holds a member with a path out of its folder or a
        link, none or several files of the kind, or a member that is too large.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _refuse_outside(members, archive)
            named = [m for m in members if m.filename.lower().endswith(suffix)]
            if len(named) != 1:
                raise FetchError(
                    f"{archive.name} holds {len(named)} files that end in {suffix}, one was "
                    "expected; put the right file there by hand"
                )
            member = named[0]
            packed = max(member.compress_size, 1)
            if member.file_size > most_bytes or member.file_size > MOST_TIMES_LARGER * packed:
                raise FetchError(
                    f"{archive.name}: {member.filename} would become {member.file_size:,} bytes, "
                    f"{member.file_size / packed:.0f} times what it is; nothing was unpacked"
                )
            with opened.open(member) as source:
                write_whole(
                    target, lambda aside: _copied_bounded(source, aside, member.file_size, archive)
                )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FetchError(
            f"{archive.name} is no whole zip archive ({error}); run the same command again"
        ) from None
    return member.filename


def _refuse_outside(members: list[zipfile.ZipInfo], archive: Path) -> None:
    for member in members:
        if points_outside(member):
            raise FetchError(
                f"{archive.name} holds {member.filename!r}, which points out of its folder; "
                "nothing was unpacked"
            )


def _copied_bounded(source: IO[bytes], target: Path, said: int, archive: Path) -> None:
    left = said
    with target.open("wb") as written:
        while piece := source.read(PIECE_BYTES):
            left -= len(piece)
            if left < 0:
                raise FetchError(f"{archive.name} holds more than it says; nothing was unpacked")
            written.write(piece)


def refuse_no_gzip(file: Path, most_bytes: int) -> None:
    """Refuse a file that is no whole gzip file, or that would become too large.

    Parameters
    ----------
    file
        The file.
    most_bytes
        Bytes that it may hold unpacked.

    Raises
    ------
    FetchError
        It starts otherwise (then what a provider wrote instead is quoted), or it is damaged.
    """
    with file.open("rb") as stream:
        start = stream.read(300)
    if not start.startswith(GZIP_MAGIC):
        raise TextAnswerError(start.decode("utf-8", errors="replace").strip()[:200])
    held = 0
    try:
        with gzip.open(file) as unpacked:
            while piece := unpacked.read(PIECE_BYTES):
                held += len(piece)
                if held > most_bytes:
                    raise FetchError(
                        f"{file.name} would become more than {most_bytes:,} bytes; nothing was kept"
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise FetchError(f"{file.name} is no whole gzip file ({error}); run it again") from None
