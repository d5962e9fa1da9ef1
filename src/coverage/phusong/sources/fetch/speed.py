"""Recipe for speed tests: the study's squares of one quarter, out of the provider's file."""

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from phusong.errors import DataError
from phusong.sources.fetch.errors import FetchError
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.ranges import RangeFile, reader_of
from phusong.sources.speed_tiles import tiles_of_box
from phusong.store.files import sha256_of, write_text

QUARTERS = 4


def speed_tiles(job: Job) -> Iterator[Artefact]:
    """Take the squares of the frame, of the quarter that the study names.

    Parameters
    ----------
    job
        What to fetch; the target is a CSV file.

    Yields
    ------
    Artefact
        The provider's columns for the squares of the frame.

    Raises
    ------
    FetchError
        The provider does not have the quarter, or nobody tested in the frame.
    """
    year, quarter = job.quarter.split("-Q")
    month = 1 + 12 // QUARTERS * (int(quarter) - 1)
    url = job.address(year=year, quarter=quarter, month=f"{month:02d}")
    file = RangeFile(job.wire, url)
    faults: list[Exception] = []
    source = pa.PythonFile(io.BufferedReader(reader_of(file, faults)), mode="r")
    try:
        table = tiles_of_box(source, job.bounds, Path(url).name)
    except DataError as error:
        raise (faults[0] if faults else FetchError(str(error))) from None
    if faults:
        raise faults[0]
    if table.empty:
        raise FetchError(
            f"{job.source.key} has no test in the study's frame in {job.quarter}; that does not "
            "mean that there is no signal: take another quarter, or leave out inputs.speed_tiles"
        )
    write_text(job.target, table.to_csv(index=False, lineterminator="\n"))
    yield Artefact(
        job.target, url, sha256_of(job.target), job.target.stat().st_size, file.etag,
        file.modified, f"{len(table)} squares that lie in the study's frame, {job.quarter}",
        vintage=job.quarter,
    )  # fmt: skip
