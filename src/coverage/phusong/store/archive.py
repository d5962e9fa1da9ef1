"""Sealed archives: the same bytes for the same files, and nothing believed before it is checked."""

import errno
import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from phusong.errors import StoreError
from phusong.store.files import is_below, make_folder, parsed_json, sha256_of, write_whole

CONTENTS = "contents.json"
SCHEMA_VERSION = 1
MOST_FILES = 200_000
MOST_BYTES = 200 * 10**9
"""Largest archive that is unpacked, as its list of contents declares it."""
MOST_LISTED_BYTES = 100 * 10**6
"""Largest list of contents."""
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError)
"""What reading a ZIP file raises that is none, or no whole one."""
_COMPRESSED = frozenset({".tif", ".xlsx", ".parquet", ".pdf", ".zip", ".gz", ".png", ".webp"})
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
)


@dataclass(frozen=True)
class Contents:
    """What a sealed archive says that it holds.

    Parameters
    ----------
    files
        Size [bytes] and SHA-256 of each file, by its path.
    facts
        What else is said of it.
    """

    files: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Any]


def write_archive(file: Path, files: Mapping[str, Path | bytes], facts: Mapping[str, Any]) -> str:
    """Write files into an archive, the same bytes for the same files.

    Parameters
    ----------
    file
        Where to.
    files
        Each file on disk, or its content, by its path in the archive.
    facts
        What else to say of it, in JSON.

    Returns
    -------
    str
        SHA-256 of the archive: its seal.

    Raises
    ------
    StoreError
        It cannot be written.
    """
    listed = {name: _described(files[name]) for name in sorted(files)}
    contents = {**facts, "schema_version": SCHEMA_VERSION, "files": listed}
    text = json.dumps(contents, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def write(aside: Path) -> None:
        with zipfile.ZipFile(aside, "w") as archive:
            _add(archive, CONTENTS, text.encode("utf-8"))
            for name in listed:
                _add(archive, name, files[name])

    write_whole(file, write)
    return sha256_of(file)


def _described(given: Path | bytes) -> dict[str, Any]:
    if isinstance(given, bytes):
        return {"bytes": len(given), "sha256": hashlib.sha256(given).hexdigest()}
    return {"bytes": given.stat().st_size, "sha256": sha256_of(given)}


def _add(archive: zipfile.ZipFile, name: str, given: Path | bytes) -> None:
    member = zipfile.ZipInfo(name, _FIXED_DATE)
    member.create_system = 3
    member.external_attr = 0o100644 << 16
    squeezed = PurePosixPath(name).suffix.lower() in _COMPRESSED
    member.compress_type = zipfile.ZIP_STORED if squeezed else zipfile.ZIP_DEFLATED
    with archive.open(member, "w", force_zip64=True) as target:
        if isinstance(given, bytes):
            target.write(given)
        else:
            with given.open("rb") as source:
                shutil.copyfileobj(source, target, _PIECE)


def check_archive(file: Path) -> Contents:
    """Read a sealed archive from end to end: every file is what the list says, and no other.

    Parameters
    ----------
    file
        The archive.

    Returns
    -------
    Contents
        What it holds.

    Raises
    ------
    StoreError
        It is no sealed archive, was changed, names a path outside of itself, or is too large.
    """
    with _opened(file) as (archive, contents):
        for name in contents.files:
            for _ in _pieces(archive, file, name, contents):
                pass
    return contents


def unpack_archive(file: Path, folder: Path) -> Contents:
    """Unpack a sealed archive, all of it or nothing.

    Parameters
    ----------
    file
        The archive.
    folder
        Where to; it must not be there yet.

    Returns
    -------
    Contents
        What it held.

    Raises
    ------
    StoreError
        As :func:`check_archive`, or the folder is there already or cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        raise StoreError(f"{folder} is there already; name a new folder to unpack to")
    make_folder(folder.absolute().parent)
    with (
        _opened(file) as (archive, contents),
        tempfile.TemporaryDirectory(
            prefix=f".{folder.name}-", suffix=".part", dir=folder.absolute().parent
        ) as name,
    ):
        aside = Path(name) / "whole"
        try:
            aside.mkdir()
            for path in contents.files:
                target = aside / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as stream:
                    stream.writelines(_pieces(archive, file, path, contents))
            aside.replace(folder)
        except OSError as error:
            raise StoreError(
                f"cannot unpack to {folder}: {error}; free some space or choose another folder"
            ) from error
    return contents


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive, _contents(archive, file)
    except FileNotFoundError:
        raise StoreError(f"{file} does not exist; name an archive of `phusong pack`") from None
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # the disk's own trouble; a place before the file's beginning is the archive's
        raise StoreError(
            f"{file} is no whole archive of `phusong pack` ({error}); get it again"
        ) from None


def _contents(archive: zipfile.ZipFile, file: Path) -> Contents:
    members = archive.infolist()
    names = [member.filename for member in members]
    if names[:1] != [CONTENTS] or len(names) > MOST_FILES:
        raise StoreError(f"{file} is no archive of `phusong pack`; name another file")
    if members[0].file_size > MOST_LISTED_BYTES:
        raise StoreError(f"{file}: its list of contents is too large; get it again")
    with archive.open(members[0]) as stream:
        said = _list_of(_first(stream, MOST_LISTED_BYTES), file)
    files = said.pop("files")
    for name in names[1:]:
        if not _is_safe(name):
            raise StoreError(f"{file} names {name!r}, which is no path inside of it; refuse it")
    twice = {name.casefold() for name in names}
    if len(twice) != len(names) or set(names[1:]) != set(files):
        raise StoreError(f"{file} holds other files than its list says; get it again")
    total = sum(entry["bytes"] for entry in files.values())
    if total > MOST_BYTES:
        raise StoreError(f"{file} would unpack to {total:,} bytes, at most {MOST_BYTES:,} are")
    return Contents(files, said)


def _first(stream: IO[bytes], most: int) -> bytes:
    return stream.read(most + 1)[:most]


def _list_of(content: bytes, file: Path) -> dict[str, Any]:
    try:
        said = parsed_json(content)
        good = said["schema_version"] == SCHEMA_VERSION and all(
            isinstance(entry["bytes"], int) and entry["bytes"] >= 0 and len(entry["sha256"]) == 64
            for entry in said["files"].values()
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise StoreError(f"{file}: its list of contents cannot be understood; get it again")
    return dict(said)


def _is_safe(name: str) -> bool:
    """Whether a name leads to a file below the folder on every system."""
    parts = name.split("/")
    return (
        is_below(name)
        and not any(ord(letter) < 32 for letter in name)
        and not any(part.endswith((".", " ")) for part in parts)
        and not any(part.split(".")[0].casefold() in _RESERVED for part in parts)
    )


def _pieces(archive: zipfile.ZipFile, file: Path, name: str, contents: Contents) -> Iterator[bytes]:
    """Content of a file, no byte more than the list says; an error where it is another one."""
    entry = contents.files[name]
    changed = StoreError(f"{file}: {name} is not what was packed; get the archive again")
    if archive.getinfo(name).file_size != entry["bytes"]:
        raise changed
    digest, left = hashlib.sha256(), int(entry["bytes"])
    with archive.open(name) as stream:
        while piece := stream.read(min(_PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise changed
            digest.update(piece)
            yield piece
    if left or digest.hexdigest() != entry["sha256"]:
        raise changed
