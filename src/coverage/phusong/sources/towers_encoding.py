"""Text of a table whose encoding nobody named: certain, or an error that says what to do."""

import gzip
import re
import unicodedata
import zlib
from pathlib import Path

from phusong.errors import DataError

LARGEST_BYTES = 1_000_000_000
"""Largest text that is unpacked from a compressed file."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OLD_FONTS = re.compile(r"[A-Za-z][µ¶·¸¹¾»¼½Æ©®§]|[µ¶·¸¹¾»¼½©®§][A-Za-z]")
"""TCVN3 letters as other encodings show them: symbols inside words."""
_ON_VOWELS = re.compile("[aăâeêioôơuưy][\u0300-\u0323]", re.IGNORECASE)
"""A vowel and its tone mark, which Windows-1258 keeps apart."""
_READ_TWICE = re.compile(r"á[»º]|Æ[°¡]|Ä[\x90‘]|Ã[¡-³]|Â°")
"""UTF-8 that a program took for Windows-1252 and saved again."""


def decoded(file: Path, encoding: str, key: str) -> tuple[str, str]:
    """Text of a file.

    Parameters
    ----------
    file
        The file, compressed with gzip if its name ends in ``.gz``.
    encoding
        Name of an encoding, or ``auto``.
    key
        Key of the study file that names the table; errors mention it.

    Returns
    -------
    text, encoding
        Without a byte order mark, and the encoding that was used.

    Raises
    ------
    DataError
        The encoding is wrong, or cannot be told.
    """
    content = _bytes_of(file)
    if encoding == "auto":
        encoding = _guessed(content, file, key)
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError(
            f"{file} cannot be read as {encoding} ({error}); save it as UTF-8, or name its "
            f"encoding as {key}.encoding in the study file (for example 'cp1258')"
        ) from None
    if "\0" in text:
        raise DataError(
            f"{file} holds zero bytes and is no text in {encoding}; is it a workbook under "
            f"another name? Name its encoding as {key}.encoding, or give the file its own ending"
        )
    twice = _READ_TWICE.findall(text)
    if len(twice) > 1:
        raise DataError(
            f"{file} holds {twice[0]!r} and the like: UTF-8 that a program read as Windows-1252 "
            "and saved again; export it once more from its source as UTF-8"
        )
    return text, encoding


def _bytes_of(file: Path) -> bytes:
    if file.suffix.lower() != ".gz":
        return file.read_bytes()
    try:
        with gzip.open(file, "rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        start = file.read_bytes()[:120].decode("utf-8", "replace")
        answer = f"; it begins with {start!r}, an answer of the server" if start[:1] in "{<" else ""
        raise DataError(f"{file} cannot be unpacked ({error}){answer}; fetch it again") from None
    if len(content) > LARGEST_BYTES:
        raise DataError(
            f"{file} unpacks to more than {LARGEST_BYTES / 1e9:g} GB; cut it to the study area"
        )
    return content


def _guessed(content: bytes, file: Path, key: str) -> str:
    """Encoding that the bytes themselves prove."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    head = content[:4096]
    if b"\0" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_vietnamese(content):
            return "cp1258"
        raise DataError(
            f"{file} is not UTF-8 (byte {error.start}) and its encoding cannot be told: "
            f"{_suspects(content)}; save it as UTF-8, or name its encoding as {key}.encoding"
        ) from None
    return "utf-8"


def _is_vietnamese(content: bytes) -> bool:
    """Whether bytes make Vietnamese in Windows-1258: its marks join letters, and it has some."""
    try:
        text = content.decode("cp1258")
    except UnicodeDecodeError:
        return False
    marks = sum(unicodedata.combining(c) > 0 for c in text)
    return marks == len(_ON_VOWELS.findall(text)) > 0 and not _OLD_FONTS.search(text)


def _suspects(content: bytes) -> str:
    text = content.decode("latin-1")
    if len(_OLD_FONTS.findall(text)) > 1:
        return "it looks like the TCVN3 (ABC) or VNI fonts, which convert to Unicode with UniKey"
    return "it may be Windows-1258 ('cp1258'), Windows-1252 ('cp1252') or another one"
