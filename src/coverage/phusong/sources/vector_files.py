"""Vector files, looked at before GDAL is: they are what their names say, and no virtual files."""

import re
from collections.abc import Mapping
from pathlib import Path

from phusong.errors import DataError

_HEAD_BYTES = 65_536
_GEOPACKAGE = re.compile(rb"SQLite format 3\x00.{52}(GPKG|GP10|GP11)", re.DOTALL)
BEGINNINGS: Mapping[str, tuple[re.Pattern[bytes], str]] = {
    ".gpkg": (_GEOPACKAGE, "a GeoPackage"),
    ".geojson": (re.compile(rb"(\xef\xbb\xbf)?\s*\{"), "GeoJSON"),
    ".json": (re.compile(rb"(\xef\xbb\xbf)?\s*\{"), "GeoJSON"),
    ".shp": (re.compile(rb"\x00\x00\x27\x0a"), "a shapefile"),
    ".tab": (
        re.compile(rb"\s*!table.{0,2000}?type\s+\"?native", re.DOTALL | re.IGNORECASE),
        "a MapInfo table of the type NATIVE",
    ),
    ".mif": (re.compile(rb"\s*version\s+\"?\d", re.IGNORECASE), "a MapInfo exchange file"),
}
_ELSEWHERE = re.compile(rb"VRTDataset|OGRVRTDataSource|OGRVRTLayer|/vsi[a-z0-9_]+/", re.IGNORECASE)
"""What a virtual file that reads other files says of itself."""


def refuse_unsafe(
    file: Path,
    *,
    key: str,
    beginnings: Mapping[str, tuple[re.Pattern[bytes], str]],
    others: frozenset[str] = frozenset(),
) -> None:
    """Refuse a file that is not, byte for byte at its beginning, what its name says.

    Parameters
    ----------
    file
        The file.
    key
        Key of the study file that names it; errors mention it.
    beginnings
        By suffix: what such a file begins with, and what it is called.
    others
        Suffixes that are looked at elsewhere.

    Raises
    ------
    DataError
        It does not exist, or is something else.
    """
    if not file.is_file() or str(file).startswith("/vsi"):
        raise DataError(f"{file} does not exist; check {key}.file in the study file")
    suffix = file.suffix.lower()
    if suffix not in beginnings and suffix not in others:
        raise DataError(
            f"{file} is of no format that {key} is read from; allowed: "
            f"{', '.join(sorted({*beginnings, *others}))}"
        )
    with file.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if suffix in beginnings:
        begins, name = beginnings[suffix]
        if not begins.match(head):
            raise DataError(f"{file} is not {name}, as its name says; export it again")
    if _ELSEWHERE.search(head):
        raise DataError(
            f"{file} reads other files (a virtual data set), which {key} does not allow; export "
            "the data themselves"
        )
