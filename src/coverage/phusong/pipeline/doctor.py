"""Is this machine ready? Versions, drivers, cores, memory, fonts, places to write to."""

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import numba
import pyproj
import rasterio
from packaging.requirements import Requirement
from rasterio.drivers import raster_driver_extensions

from phusong.engine import KERNELS, available_cores
from phusong.language import template
from phusong.sources.fetch.wire import MIRROR_VARIABLE, OFFLINE_VARIABLE
from phusong.version import __version__

GOOD, WARNING, FAULT = template("ok"), template("warning"), template("error")
LEAST_FREE_GB = 2.0
OLDEST, NEWEST = (3, 11), (3, 14)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    state
        ``ok``, ``warning`` or ``error``.
    what
        What was looked at.
    found
        What was found, and what to do where it is not good.
    """

    state: str
    what: str
    found: str


def examine(folder: Path) -> list[Finding]:
    """Look at everything that a run needs.

    Parameters
    ----------
    folder
        Where results would be written.

    Returns
    -------
    list of Finding
        One for each thing.
    """
    return [
        _python(),
        *_packages(),
        _gdal(),
        _proj(),
        _threads(),
        _kernels(),
        _place(template("results"), folder),
        _place(template("temporary files"), Path(tempfile.gettempdir())),
        _space(folder),
        _network(),
    ]


def _python() -> Finding:
    here = sys.version_info[:2]
    good = OLDEST <= here <= NEWEST
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    remedy = "" if good else "; 3.11 to 3.14 are supported"
    return Finding(GOOD if good else WARNING, "Python", found + remedy)


def _packages() -> list[Finding]:
    """Phusong itself, and each package that it needs and that is missing or too old."""
    findings = []
    for line in requires("phusong") or ():
        needed = Requirement(line)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(needed.name)
        except PackageNotFoundError:
            findings.append(
                Finding(FAULT, needed.name, f"is missing; install {needed}, or run make again")
            )
            continue
        if not needed.specifier.contains(found, prereleases=True):
            findings.append(
                Finding(FAULT, needed.name, f"is {found}, {needed.specifier} is needed")
            )
    count = len(requires("phusong") or ())
    whole = Finding(GOOD, "Phusong", f"{__version__}; {count} requirements looked at")
    return [whole, *findings]


def _gdal() -> Finding:
    known = set(raster_driver_extensions().values())
    missing = sorted({"GTiff", "SRTMHGT", "EHdr"} - known)
    found = f"GDAL {rasterio.__gdal_version__}, rasterio {version('rasterio')}"
    if missing:
        return Finding(WARNING, "GDAL", f"{found}; cannot read {', '.join(missing)}")
    return Finding(GOOD, "GDAL", found)


def _proj() -> Finding:
    try:
        pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32648")
    except pyproj.exceptions.ProjError as error:
        return Finding(
            FAULT, "PROJ", f"cannot use its database ({error}); unset PROJ_DATA and PROJ_LIB"
        )
    return Finding(GOOD, "PROJ", f"{pyproj.proj_version_str}, EPSG database found")


def _threads() -> Finding:
    cores = available_cores()
    layer = os.environ.get("NUMBA_NUM_THREADS", "")
    limit = f", NUMBA_NUM_THREADS={layer}" if layer else ""
    found = f"{cores} may be used{limit}; numba {numba.__version__}"
    return Finding(GOOD, template("cores"), found)


def _kernels() -> Finding:
    made = KERNELS / "__pycache__"
    place = made if made.is_dir() else KERNELS
    if not os.access(place, os.W_OK):
        return Finding(
            WARNING,
            template("compiled kernels"),
            f"{place} cannot be written: every run compiles again, about a minute; set "
            "NUMBA_CACHE_DIR to a folder of yours",
        )
    count = len(list(made.glob("*.nbc"))) if made.is_dir() else 0
    return Finding(GOOD, "compiled kernels", f"{count} kept in {place}")


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    whole = folder.absolute()
    return next(place for place in (whole, *whole.parents) if place.exists())


def _place(what: str, folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)):
            pass
    except OSError as error:
        return Finding(FAULT, what, f"{folder} cannot be written ({error.strerror})")
    return Finding(GOOD, what, f"{folder} can be written")


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free / 1e9
    good = free >= LEAST_FREE_GB
    remedy = "" if good else f"; a study of a district needs about {LEAST_FREE_GB:.0f} GB"
    return Finding(GOOD if good else WARNING, template("disk"), f"{free:.1f} GB free{remedy}")


def _network() -> Finding:
    set_ = [
        f"{name}={os.environ[name]}"
        for name in (MIRROR_VARIABLE, OFFLINE_VARIABLE)
        if os.environ.get(name)
    ]
    proxied = [name for name in ("HTTPS_PROXY", "https_proxy") if os.environ.get(name)]
    said = ", ".join([*set_, *(f"{name} is set" for name in proxied)])
    needed = "only `phusong fetch` and `phusong new --area` use it"
    return Finding(GOOD, template("network"), f"{said}; {needed}" if said else needed)
