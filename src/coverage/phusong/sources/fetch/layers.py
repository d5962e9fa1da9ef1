"""Recipes for outlines and tables: geoBoundaries, an archive with a layer, OpenCelliD."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from phusong.sources.fetch.archive import out_of_archive
from phusong.sources.fetch.download import download
from phusong.sources.fetch.errors import FetchError
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.ranges import Bounds, holds
from phusong.sources.fetch.unpack import TextAnswerError, refuse_no_gzip
from phusong.sources.fetch.wire import hidden
from phusong.store.files import parsed_json, sha256_of, write_whole

MOST_RECORD_BYTES = 1_000_000
GROWTH = 20
"""A table of cells grows less than this when it is unpacked."""
DUMP = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples",
    "changeable", "created", "updated", "averageSignal",
)  # fmt: skip


def geoboundaries(job: Job) -> Iterator[Artefact]:
    """Take the outlines of a country, with the licence that the provider records for the layer.

    Parameters
    ----------
    job
        What to fetch; the target is a GeoJSON file.

    Yields
    ------
    Artefact
        The file.

    Raises
    ------
    FetchError
        The provider has no such layer, or its record cannot be understood.
    """
    url = job.address()
    body = job.wire.text(url, most_bytes=MOST_RECORD_BYTES)
    try:
        record = parsed_json(body)
        place, licence = str(record["gjDownloadURL"]), str(record["boundaryLicense"])
        origin, year = str(record["boundarySource"]), str(record["boundaryYearRepresented"])
    except (ValueError, KeyError, TypeError) as error:
        raise FetchError(
            f"{url} is no record of a layer ({error!r}; it begins {body[:80]!r}); the provider "
            "may not have this level for the country"
        ) from None
    fetched = download(
        job.wire, place, job.target,
        most_bytes=job.source.most_bytes, check=refuse_no_features,
        progress=job.progress,
    )  # fmt: skip
    yield replace(
        Artefact.of(job.target, place, fetched),
        licence=licence,
        attribution=f"geoBoundaries (www.geoboundaries.org), from {origin}",
        vintage=year,
    )


def hdx(job: Job) -> Iterator[Artefact]:
    """Take one level of a country's common operational dataset from HDX.

    Parameters
    ----------
    job
        What to fetch; the target is a GeoJSON file.

    Yields
    ------
    Artefact
        The file, with the licence and the origin that the provider's record names.

    Raises
    ------
    FetchError
        The provider has no such dataset, or its record names no GeoJSON.
    """
    url = job.address()
    body = job.wire.text(url, most_bytes=MOST_RECORD_BYTES)
    try:
        record = parsed_json(body)["result"]
        listed = [r for r in record["resources"] if str(r["format"]).upper() == "GEOJSON"]
        place, licence = str(listed[0]["download_url"]), str(record["license_title"])
        origin, date = str(record["dataset_source"]), str(record.get("dataset_date", ""))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise FetchError(
            f"{url} is no record of a dataset with a GeoJSON ({error!r}; it begins "
            f"{body[:80]!r}); look at https://{job.source.hosts[0]} for the country, and put the "
            "outlines there by hand"
        ) from None
    yield replace(
        _out_of_archive(job, place, job.source.member, f"{job.source.member} out of the archive"),
        url=place, licence=licence, vintage=date,
        attribution=f"HDX ({job.source.hosts[0]}), from {origin}",
    )  # fmt: skip


def zipped_layer(job: Job) -> Iterator[Artefact]:
    """Take the GeoJSON layer out of an archive.

    Parameters
    ----------
    job
        What to fetch; the target is a GeoJSON file.

    Yields
    ------
    Artefact
        The file.
    """
    yield _out_of_archive(job, job.address(), ".json", "out of the archive")


def _out_of_archive(job: Job, url: str, suffix: str, how: str) -> Artefact:
    """Take the only GeoJSON layer of an archive, and tell how it was had."""
    with out_of_archive(job, url, suffix=suffix) as (inside, fetched):
        refuse_no_features(inside)
        inside.replace(job.target)
    return Artefact(
        job.target, hidden(url), sha256_of(job.target), job.target.stat().st_size, fetched.etag,
        fetched.modified, how,
    )  # fmt: skip


def refuse_no_features(file: Path) -> None:
    """Refuse a file that is no GeoJSON collection of features.

    Parameters
    ----------
    file
        The file.

    Raises
    ------
    FetchError
        It is something else.
    """
    try:
        held = parsed_json(file.read_bytes())
        good = held["type"] == "FeatureCollection" and isinstance(held["features"], list)
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        with file.open("rb") as stream:
            start = stream.read(120)
        raise FetchError(
            f"the provider answers with no GeoJSON layer; it begins {start!r}; try later, or put "
            "the file there by hand"
        )


def opencellid(job: Job) -> Iterator[Artefact]:
    """Take the cells of the study's frame from OpenCelliD, with the user's own token.

    Cells of a whole country are asked for first; where that is refused, the whole world's dump is
    had and the country's mobile codes are kept.

    Parameters
    ----------
    job
        What to fetch; the target is a CSV file.

    Yields
    ------
    Artefact
        Cells inside the frame, in OpenCelliD's columns.

    Raises
    ------
    FetchError
        There is no token, it is refused, or no cell lies in the frame.
    """
    if not job.token:
        raise FetchError(
            f"{job.source.key} needs your own token (free at {job.source.hosts[0]}); set it in the "
            f"environment as {job.source.token}, it is never written anywhere"
        )
    if not job.country_codes:
        raise FetchError(
            "no operator of the study has a mobile country code; write operators.mcc_mnc, for "
            'example ["452-04"]'
        )
    parts = [
        job.target.with_name(f".{job.target.stem}-{code}.csv.gz") for code in job.country_codes
    ]
    whole = job.target.with_name(f".{job.target.stem}-all.csv.gz")
    try:
        kept = _cells_inside(_dumps(job, parts, whole), job)
    finally:
        for file in (*parts, whole):
            file.unlink(missing_ok=True)
    if not kept:
        raise FetchError(
            f"{job.source.key} has no cell in the study's frame; that is no data, not no towers: "
            "ask the operators for their lists"
        )
    host = urlsplit(job.source.url).hostname
    yield Artefact(
        job.target, f"https://{host}/ocid/downloads", sha256_of(job.target),
        job.target.stat().st_size,
        made=f"{kept} cells of mobile country code {', '.join(job.country_codes)} in the frame",
    )  # fmt: skip


def _dumps(job: Job, parts: list[Path], whole: Path) -> list[Path]:
    """Dumps of the countries, or of the world where the provider refuses single countries."""
    try:
        for code, part in zip(job.country_codes, parts, strict=True):
            _dump(job, job.address(mcc=code), part)
    except FetchError as refused:
        said = refused.said.upper() if isinstance(refused, TextAnswerError) else ""
        if job.source.whole is None or any(word in said for word in ("TOKEN", "LIMIT")):
            raise
        _dump(job, job.address(job.source.whole), whole)
        return [whole]
    return parts


def _dump(job: Job, url: str, target: Path) -> None:
    most = job.source.most_bytes
    download(
        job.wire, url, target,
        most_bytes=most, check=lambda file: refuse_no_gzip(file, GROWTH * most),
        progress=job.progress,
    )  # fmt: skip


def _cells_inside(packed: list[Path], job: Job) -> int:
    """Write the rows of the country that lie in the frame; say how many there are."""
    kept = 0

    def write(aside: Path) -> None:
        nonlocal kept
        with aside.open("w", encoding="utf-8", newline="") as stream:
            out = csv.writer(stream, lineterminator="\n")
            out.writerow(DUMP)
            for file in packed:
                with gzip.open(file, "rt", encoding="utf-8", newline="") as rows:
                    for row in csv.reader(rows):
                        cell = dict(zip(DUMP, row, strict=False))
                        if cell.get("mcc") in job.country_codes and _inside(cell, job.bounds):
                            out.writerow(row[: len(DUMP)])
                            kept += 1

    write_whole(job.target, write)
    if not kept:
        job.target.unlink(missing_ok=True)
    return kept


def _inside(cell: dict[str, str], bounds: Bounds) -> bool:
    try:
        return holds(bounds, float(cell["lon"]), float(cell["lat"]))
    except (KeyError, ValueError):
        return False
