"""Recipes for rasters: windows of tiles, a window of one file, a file out of an archive."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from phusong.sources.fetch.archive import out_of_archive
from phusong.sources.fetch.errors import AbsentError, FetchError
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.joined import Part, joined, moved, names_of, sides
from phusong.sources.fetch.ranges import (
    RangeFile,
    profile_of,
    read_remote_window,
    unbroken,
    window_of,
)
from phusong.sources.fetch.tiles import square_of, tiles_of
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
    missing = [job.address(tile=tile) for tile in named if f"{tile}.tif" not in job.have]
    if missing:
        job.refuse_offline(missing, " (a tile that is all sea does not exist)")
    there = _listed(job, named) if missing else frozenset(named)
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
    squares = [square for tile in named if tile not in there and (square := square_of(tile))]
    if written and squares:
        job.notes.append(
            f"the provider has no {', '.join(squares)}: heights are unknown there; where it is "
            f"the sea, write inputs.terrain.sea = {json.dumps(squares)} into the study file"
        )
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
    """Take the study's part of one large raster, or of one for each country.

    Parameters
    ----------
    job
        What to fetch; the target is a file.

    Yields
    ------
    Artefact
        The file; several countries are joined on their common lattice.

    Raises
    ------
    FetchError
        It cannot be had, or has no cell in the frame.
    """
    urls = job.addresses()
    job.refuse_offline(urls)
    found = [(url, *_parts(job, url)) for url in urls]
    had = [(url, file) for url, file, parts in found if parts]
    if not had:
        raise FetchError(
            f"{job.source.key} has no cell in the study's frame; check area.country and "
            "area.neighbours"
        )
    part, twice = joined([part for *_, parts in found for part in parts], job.source.key)
    write_raster(job.target, part.values, part.profile)
    made = WINDOW
    if len(had) > 1:
        made += f"; {len(had)} rasters joined, {twice} cells are in several: the first one counts"
    yield Artefact(
        job.target, names_of(url for url, _ in had), sha256_of(job.target),
        job.target.stat().st_size, names_of(file.etag for _, file in had),
        names_of(file.modified for _, file in had), made,
    )  # fmt: skip


def _parts(job: Job, url: str) -> tuple[RangeFile, list[Part]]:
    """Cells of a remote raster in the frame, those beyond the antimeridian moved to meet."""
    file = RangeFile(job.wire, url)
    found = []
    for bounds, degrees in sides(job.bounds):
        values, profile = read_remote_window(file, bounds)
        if values.size:
            found.append(Part(values, moved(profile, degrees), Path(url).name))
    return file, found


def _window(job: Job, url: str, target: Path) -> Artefact | None:
    """Write the part of a tile that lies in the frame; None when there is none."""
    file = RangeFile(job.wire, url)
    for bounds in unbroken(job.bounds):  # a tile ends at the antimeridian
        values, profile = read_remote_window(file, bounds)
        if values.size:
            write_raster(target, values, profile)
            size = target.stat().st_size
            return Artefact(
                target, url, sha256_of(target), size, file.etag, file.modified, WINDOW
            )  # fmt: skip
    return None


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
    """Take rasters out of archives, one for each tile of a lattice, cut to the frame and joined.

    Parameters
    ----------
    job
        What to fetch; the target is a file.

    Yields
    ------
    Artefact
        The file. Of a tile that the provider does not have (sea) no cell is known.

    Raises
    ------
    FetchError
        The provider has no tile of the frame, or an archive cannot be had.
    """
    named = tiles_of(job.source.lattice, job.bounds)
    job.refuse_offline(job.address(tile=tile) for tile in named)
    parts: list[Part] = []
    had, etags, dates = [], [], []
    for tile in named:
        url = job.address(tile=tile)
        try:
            with out_of_archive(job, url, suffix=".tif") as (inside, fetched):
                parts += _cut(inside, job, tile)
                had.append(url)
                etags.append(fetched.etag)
                dates.append(fetched.modified)
        except AbsentError:
            continue
    if not parts:
        raise FetchError(
            f"{job.source.key} has no tile of the study's frame ({', '.join(named)}): it is sea, "
            "or the address has changed; put a raster there by hand"
        )
    part, _ = joined(parts, job.source.key)
    write_raster(job.target, part.values, part.profile)
    made = f"out of the archive; {WINDOW}"
    if len(named) > 1:
        made += f"; {len(had)} of {len(named)} tiles joined ({', '.join(named)})"
    yield Artefact(
        job.target, names_of(had), sha256_of(job.target), job.target.stat().st_size,
        names_of(etags), names_of(dates), made,
    )  # fmt: skip


def _cut(inside: Path, job: Job, tile: str) -> list[Part]:
    """Cells of a raster in the frame; none where it only touches it."""
    found = []
    try:
        with rasterio.open(inside, driver="GTiff") as dataset:
            for bounds, degrees in sides(job.bounds):
                window = window_of(dataset.transform, dataset.width, dataset.height, bounds)
                if not (window.width and window.height):
                    continue
                profile = profile_of(dataset, window)
                values = dataset.read(1, window=window)
                found.append(Part(values, moved(profile, degrees), tile))
    except (RasterioError, ValueError) as error:
        raise FetchError(f"{job.source.key}: the raster cannot be read ({error})") from None
    return found
