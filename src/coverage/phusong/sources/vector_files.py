"""Vector files, looked at before GDAL reads them: what their names say, and no virtual files."""

import re
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from phusong.errors import DataError
from phusong.store.plain_paths import plainly_named

VECTOR_SUFFIXES = frozenset({".gpkg", ".geojson", ".json", ".shp", ".fgb", ".kml"})
"""Of lists that may come as layers, too."""
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


def read_layer(
    file: Path, *, key: str, layer: str | None = None, crs: str = ""
) -> gpd.GeoDataFrame:
    """Read a vector layer that has a CRS and at least one feature.

    Parameters
    ----------
    file
        GeoPackage, GeoJSON, shapefile or another vector file.
    key
        Key of the study file that names it; errors mention it.
    layer
        Name of the layer; the first one by default.
    crs
        CRS of a file that does not say its own.

    Returns
    -------
    geopandas.GeoDataFrame
        The features, in the file's CRS.

    Raises
    ------
    DataError
        The file is missing, unreadable, empty or without a CRS.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist; check {key}.file in the study file")
    refuse_unsafe(file, key=key, beginnings=BEGINNINGS)
    try:
        with plainly_named(file) as place:
            features = gpd.read_file(place, layer=layer)
    except (DataSourceError, DataLayerError, ShapelyError, ValueError) as error:
        raise DataError(
            f"{file} cannot be read as a vector layer ({error}); "
            "allowed: GeoPackage, GeoJSON, shapefile"
        ) from None
    if not isinstance(features, gpd.GeoDataFrame) or features.empty:
        raise DataError(f"{file} has no features; at least one is needed")
    if features.crs is None and crs:
        features = features.set_crs(crs)
    if features.crs is None:
        raise DataError(f"{file} has no CRS; write one into it, for example EPSG:4326")
    return features
