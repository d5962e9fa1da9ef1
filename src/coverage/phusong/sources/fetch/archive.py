"""A file that a provider serves inside a zip archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phusong.sources.fetch.download import Fetched, download
from phusong.sources.fetch.errors import FetchError
from phusong.sources.fetch.job import Job
from phusong.sources.fetch.unpack import unzip_one

GROWTH = 8
"""How many times larger than the longest archive its member may be."""


@contextmanager
def out_of_archive(job: Job, url: str, *, suffix: str) -> Iterator[tuple[Path, Fetched]]:
    """Hold the only file of a kind of an archive for as long as it is needed.

    Parameters
    ----------
    job
        What is fetched.
    url
        Address of the archive.
    suffix
        How the file's name ends, such as ``.tif``.

    Yields
    ------
    file, fetched
        The unpacked file, which is gone afterwards; marks of the archive.

    Raises
    ------
    FetchError
        The archive cannot be had, is none, or is suspicious.
    """
    archive = job.target.with_name(f".{job.target.stem}.zip")
    inside = job.target.with_name(f".{job.target.stem}.unpacked{suffix}")
    most = job.source.most_bytes
    try:
        fetched = download(
            job.wire, url, archive, most_bytes=most, check=refuse_no_zip, progress=job.progress
        )
        unzip_one(archive, inside, suffix=suffix, most_bytes=GROWTH * most)
        yield inside, fetched
    finally:
        archive.unlink(missing_ok=True)
        inside.unlink(missing_ok=True)


def refuse_no_zip(file: Path) -> None:
    """Refuse a file that does not begin as a zip archive does.

    Parameters
    ----------
    file
        The file.

    Raises
    ------
    FetchError
        It begins otherwise; what it begins with is quoted.
    """
    with file.open("rb") as stream:
        start = stream.read(200)
    if not start.startswith(b"PK\x03\x04"):
        raise FetchError(
            "the provider answers with something else than an archive: "
            f"{start.decode('utf-8', 'replace')[:120]!r}; try later"
        )
