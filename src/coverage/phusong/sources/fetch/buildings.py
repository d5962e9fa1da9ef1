"""Recipe for buildings: Google's Open Buildings, a packed table for each cell of a lattice."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from phusong.sources.fetch.download import Fetched, download
from phusong.sources.fetch.errors import AbsentError, FetchError
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.joined import names_of
from phusong.sources.fetch.ranges import holds
from phusong.sources.fetch.s2 import s2_tokens
from phusong.sources.fetch.unpack import refuse_no_gzip
from phusong.sources.open_buildings import NEEDED, POSITION
from phusong.store.files import sha256_of, write_whole

GROWTH = 20
"""A table of buildings grows less than this when it is unpacked."""


def open_buildings(job: Job) -> Iterator[Artefact]:
    """Take the buildings of the frame from the tables of the cells that it touches.

    Parameters
    ----------
    job
        What to fetch; the target is a CSV file.

    Yields
    ------
    Artefact
        Rows of the frame, in the provider's columns and order.

    Raises
    ------
    FetchError
        The provider has no such cell, it is damaged, or no building lies in the frame.
    """
    named = s2_tokens(job.bounds)
    job.refuse_offline(job.address(tile=tile) for tile in named)
    packed = {tile: job.target.with_name(f".{job.target.stem}-{tile}.csv.gz") for tile in named}
    had: dict[str, Fetched] = {}
    try:
        for tile, file in packed.items():
            url = job.address(tile=tile)
            try:
                had[url] = _table(job, url, file)
            except AbsentError:
                continue
        kept = _rows_inside([file for file in packed.values() if file.is_file()], job)
    finally:
        for file in packed.values():
            file.unlink(missing_ok=True)
    if not kept:
        raise FetchError(
            f"{job.source.key} has no building in the study's frame (cells {', '.join(named)}); it "
            "knows Africa, Latin America, South and South-East Asia only: take another source, or "
            "leave out inputs.buildings"
        )
    made = f"{kept} buildings in the frame, of cells {', '.join(named)}"
    yield Artefact(
        job.target, names_of(had), sha256_of(job.target), job.target.stat().st_size,
        names_of(f.etag for f in had.values()), names_of(f.modified for f in had.values()), made,
    )  # fmt: skip


def _table(job: Job, url: str, file: Path) -> Fetched:
    most = job.source.most_bytes
    return download(
        job.wire, url, file, most_bytes=most,
        check=lambda part: refuse_no_gzip(part, GROWTH * most), progress=job.progress,
    )  # fmt: skip


def _rows_inside(packed: list[Path], job: Job) -> int:
    """Write the rows of the frame; say how many there are."""
    kept = 0

    def write(aside: Path) -> None:
        nonlocal kept
        with aside.open("w", encoding="utf-8", newline="") as stream:
            out = csv.writer(stream, lineterminator="\n")
            titles: list[str] = []
            for file in packed:
                with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
                    kept += _copied(rows, out, titles, job)

    if packed:
        write_whole(job.target, write)
    if not kept:
        job.target.unlink(missing_ok=True)
    return kept


def _copied(rows: TextIO, out: Any, titles: list[str], job: Job) -> int:
    reader = csv.reader(rows)
    header = next(reader, [])
    if not set(NEEDED) <= set(header) or (titles and titles != header):
        raise FetchError(
            f"{job.source.key}: the table has the columns {', '.join(header)[:120]}, "
            f"{', '.join(NEEDED)} were expected; put the file there by hand"
        )
    if not titles:
        titles += header
        out.writerow(header)
    at = [header.index(column) for column in POSITION]
    kept = 0
    for number, row in enumerate(reader, start=2):
        try:
            latitude, longitude = float(row[at[0]]), float(row[at[1]])
        except (IndexError, ValueError):
            raise FetchError(
                f"{job.source.key}: row {number} of the table has no position ({row[:3]}); it is "
                "damaged at the provider: try later"
            ) from None
        if holds(job.bounds, longitude, latitude):
            out.writerow(row)
            kept += 1
    return kept
