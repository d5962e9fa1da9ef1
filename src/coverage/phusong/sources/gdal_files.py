"""Rasters: opened by named GDAL drivers only, and never what lies beyond this machine's files."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import rasterio
from pyproj import Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from phusong.errors import DataError
from phusong.language import template

RASTER_DRIVERS: Mapping[str, str] = {
    ".tif": "GTiff", ".tiff": "GTiff", ".hgt": "SRTMHGT", ".bil": "EHdr", ".flt": "EHdr",
    ".asc": "AAIGrid", ".img": "HFA", ".dt0": "DTED", ".dt1": "DTED", ".dt2": "DTED",
}  # fmt: skip
"""GDAL driver by suffix; no other one is ever asked."""
_ALLOWED = "allowed here: GeoTIFF (.tif), SRTM .hgt, BIL, ERDAS .img, ASCII grid (.asc), DTED"
WHAT = (template("terrain file"), template("population file"))
"""What callers name a raster, beside the word itself."""
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_ATTACHED = (".ovr", ".msk")
"""What GDAL opens beside a raster, by any driver, when it is there."""


def refuse_pointer(file: Path, what: str) -> None:
    """Refuse a path that is no plain file of this machine.

    Parameters
    ----------
    file
        What a study names.
    what
        What messages call it.

    Raises
    ------
    DataError
        It is missing, or GDAL would take it for something beyond the disk.
    """
    if str(file).replace("\\", "/").startswith("/vsi") or not file.is_file():
        raise DataError(f"{what} {file} does not exist; name a file on this machine")


def open_raster(file: Path, what: str) -> DatasetReader:
    """Open a raster by one of the named drivers.

    Parameters
    ----------
    file
        The raster.
    what
        What messages call it.

    Returns
    -------
    rasterio.io.DatasetReader
        To be closed by the caller.

    Raises
    ------
    DataError
        It is missing, of no named format, or points to other files.
    """
    refuse_pointer(file, what)
    for suffix in _ATTACHED:
        beside = file.with_name(file.name + suffix)
        if beside.is_file() and not _begins_as_tiff(beside):
            raise DataError(f"{beside} is no TIFF, as its name says; remove it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(file, driver=_driver(file, what))
    except DataError:
        raise
    except (RasterioError, ValueError) as error:
        raise DataError(
            f"{what}: {file} cannot be read as a raster ({error}); {_ALLOWED}"
        ) from None
    try:
        refuse_nowhere(dataset, what, file)
    except DataError:
        dataset.close()
        raise
    return dataset


def refuse_nowhere(dataset: DatasetReader, what: str, file: Path) -> None:
    """Refuse a raster whose CRS leads nowhere on the Earth, as that of a building site.

    Parameters
    ----------
    dataset
        The open raster; one without a CRS passes.
    what
        What messages call it.
    file
        Where it is from.

    Raises
    ------
    DataError
        Nothing turns its coordinates into degrees.
    """
    if dataset.crs is None:
        return
    try:
        Transformer.from_crs(dataset.crs.to_wkt(), "EPSG:4326")
    except (ProjError, ValueError):
        raise DataError(
            f"{what} {file} has a CRS that lies nowhere on the Earth ({dataset.crs.to_string()}); "
            "write the right one into it, for example with `rio edit-info --crs EPSG:4326`"
        ) from None


def _driver(file: Path, what: str) -> str:
    suffix = file.suffix.lower()
    if suffix not in RASTER_DRIVERS:
        raise DataError(f"{what}: {file} cannot be read as a raster of this suffix; {_ALLOWED}")
    header = file.with_suffix(".hdr")
    if suffix in {".bil", ".img"} and header.is_file():
        with header.open("rb") as stream:
            if stream.read(4) == b"ENVI":
                return "ENVI"
    return RASTER_DRIVERS[suffix]


def _begins_as_tiff(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) in _TIFF
