"""Recipes for rasters: windows of tiles, a window of one file, a file out of an archive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from phusong.sources.fetch.archive import out_of_archive
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.ranges import RangeFile, read_remote_window, unbroken
from phusong.sources.fetch.tiles import tiles_of
from phusong.sources.fetch.wire import AbsentError, FetchError
from phusong.store.files import sha256_of, write_whole

MOST_LIST_BYTES = 20_000_000
WINDOW = "the part inside the study's frame, on the provider's own lattice"


def tile_windows(job: Job) -> Iterator[Artefact]:
    """Take the study's part of every tile of a lattice.

    Parameters
    ----------
    job
        What to fetch; the target is a folder, one file per tile.

    Yields
    ------
    Artefact
        One file per tile that the provider has and that has a cell in the frame.

    Raises
    ------
    FetchError
        No tile of the frame exists, or one cannot be had.
    """
    named = tiles_of(job.source.lattice, job.bounds)
    there = _listed(job, named)
    written = 0
    for done, tile in enumerate(named):
        job.progress(done, len(named))
        target = job.target / f"{tile}.tif"
        if target.name in job.have:
            written += 1
        if tile not in there or target.name in job.have:
            continue
        try:
            artefact = _window(job, job.address(tile=tile), target)
        except AbsentError:
            if job.source.list is not None:
                raise
            continue
        if artefact is not None:
            written += 1
            yield artefact
    job.progress(len(named), len(named))
    if not written:
        raise FetchError(
            f"{job.source.key} has no tile of the study's frame ({', '.join(named)}): it is sea, "
            "or not released; put heights there by hand"
        )


def _listed(job: Job, named: tuple[str, ...]) -> frozenset[str]:
    """Tiles that the provider says it has; all, where it has no list."""
    if job.source.list is None:
        return frozenset(named)
    lines = job.wire.text(job.source.list, most_bytes=MOST_LIST_BYTES).decode("ascii", "replace")
    there = frozenset(line.strip().strip("/") for line in lines.splitlines())
    if not any(line.startswith("Copernicus_DSM_COG_10_") for line in there):
        raise FetchError(
            f"{job.source.list} is no list of tiles (it begins {lines[:80]!r}); try later"
        )
    return there & frozenset(named)


def raster_window(job: Job) -> Iterator[Artefact]:
    """Take the study's part of one large raster.

    Parameters
    ----------
    job
        What to fetch; the target is a file.

    Yields
    ------
    Artefact
        The file.

    Raises
    ------
    FetchError
        It cannot be had, or has no cell in the frame.
    """
    artefact = _window(job, job.address(), job.target)
    if artefact is None:
        raise FetchError(f"{job.source.key} has no cell in the study's frame; check area.country")
    yield artefact


def _window(job: Job, url: str, target: Path) -> Artefact | None:
    """Write the part of a remote raster that lies in the frame; None when there is none."""
    file = RangeFile(job.wire, url)
    parts = [
        (values, profile)
        for bounds in unbroken(job.bounds)
        for values, profile in [read_remote_window(file, bounds)]
        if values.size
    ]
    if not parts:
        return None
    if len(parts) > 1:
        raise FetchError(
            f"{job.source.key}: the study's frame crosses the antimeridian and one raster holds "
            "both sides; put the file there by hand"
        )
    values, profile = parts[0]
    write_raster(target, values, profile)
    return Artefact(
        target, url, sha256_of(target), target.stat().st_size, file.etag, file.modified, WINDOW
    )


def write_raster(target: Path, values: np.ndarray[Any, Any], profile: dict[str, Any]) -> None:
    """Write a GeoTIFF whole or not at all.

    Parameters
    ----------
    target
        The file.
    values
        First band, shape (rows, columns).
    profile
        As rasterio has it.
    """

    def write(aside: Path) -> None:
        with rasterio.open(aside, "w", **profile) as dataset:
            dataset.write(values, 1)

    write_whole(target, write)


def zipped_raster(job: Job) -> Iterator[Artefact]:
    """Take rasters out of archives, one for each tile of a lattice, cut to the frame.

    Parameters
    ----------
    job
        What to fetch; the target is a file, which holds one tile.

    Yields
    ------
    Artefact
        The file.

    Raises
    ------
    FetchError
        The frame lies in several tiles, or an archive cannot be had.
    """
    named = tiles_of(job.source.lattice, job.bounds)
    if len(named) != 1:
        raise FetchError(
            f"{job.source.key}: the study's frame lies in {len(named)} tiles "
            f"({', '.join(named)}) and population is read from one file; join them by hand, or "
            "take worldpop-2020-100m"
        )
    url = job.address(tile=named[0])
    with out_of_archive(job, url, suffix=".tif") as (inside, fetched):
        _cut(inside, job)
    yield Artefact(
        job.target, url, sha256_of(job.target), job.target.stat().st_size, fetched.etag,
        fetched.modified, f"out of the archive; {WINDOW}",
    )  # fmt: skip


def _cut(inside: Path, job: Job) -> None:
    try:
        with rasterio.open(inside, driver="GTiff") as dataset:
            window = dataset.window(*job.bounds).round_offsets("floor").round_lengths("ceil")
            window = window.intersection(
                rasterio.windows.Window(0, 0, dataset.width, dataset.height)
            )
            profile = {
                **{
                    key: dataset.profile[key]
                    for key in ("driver", "count", "dtype", "crs", "nodata")
                },
                "width": window.width,
                "height": window.height,
                "transform": dataset.window_transform(window),
                "compress": "deflate",
            }
            values = dataset.read(1, window=window)
    except (RasterioError, ValueError) as error:
        raise FetchError(f"{job.source.key}: the raster cannot be read ({error})") from None
    write_raster(job.target, values, profile)
