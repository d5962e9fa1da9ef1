"""Reading polygons of many makes by named formats only: no virtual files, no paths in archives."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from phusong.errors import DataError, DataWarning
from phusong.sources.areas_kml import read_kml_areas
from phusong.sources.vector_files import BEGINNINGS, refuse_unsafe
from phusong.store.plain_paths import plainly_named

_KML = frozenset({".kml", ".kmz"})
AREA_SUFFIXES = frozenset({*BEGINNINGS, *_KML})
"""Files that polygons are read from."""


def read_areas(
    file: Path, *, key: str, layer: str = "", crs: str = "", also: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """Read polygons, whatever usual make the file is of.

    Parameters
    ----------
    file
        GeoPackage, GeoJSON, shapefile, MapInfo TAB or MIF, KML or KMZ.
    key
        Key of the study file that names it; errors mention it.
    layer
        Name of the layer; the only one by default.
    crs
        CRS of a file that does not say its own.
    also
        Kinds of shapes that are taken beside polygons, for example ``LineString``.

    Returns
    -------
    geopandas.GeoDataFrame
        Polygons with their attributes in the file's CRS, indexed by row from 1.

    Raises
    ------
    DataError
        The file is missing, of no such format or not what its name says, has no CRS, several
        layers, no feature, or a feature that is no polygon.

    Warns
    -----
    DataWarning
        A polygon crossed itself and was repaired.
    """
    refuse_unsafe(file, key=key, beginnings=BEGINNINGS, others=_KML)
    if file.suffix.lower() in _KML:
        features = read_kml_areas(file)
    else:
        features = _features(file, key, layer)
        features = placed(features, file, key, crs)
    if features.empty:
        raise DataError(f"{file} has no features; at least one polygon is needed")
    features.index = range(1, len(features) + 1)
    return features.set_geometry(_polygons(features.geometry, file, also))


def _features(file: Path, key: str, layer: str) -> gpd.GeoDataFrame:
    try:
        with plainly_named(file) as place:
            names = [str(name) for name, _ in pyogrio.list_layers(place)]
            if layer and layer not in names:
                raise DataError(
                    f"{file} has no layer {layer!r}; it has {', '.join(names)}: correct {key}.layer"
                )
            if not layer and len(names) > 1:
                raise DataError(
                    f"{file} has several layers, {', '.join(names)}; name one as {key}.layer"
                )
            found = pyogrio.read_dataframe(place, layer=layer or None, force_2d=True)
    except (DataSourceError, DataLayerError, ShapelyError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}); export it again") from None
    if not isinstance(found, gpd.GeoDataFrame):
        raise DataError(f"{file} holds no shapes; polygons are needed")
    return found


def placed(features: gpd.GeoDataFrame, file: Path, key: str, crs: str) -> gpd.GeoDataFrame:
    """Features that know where on Earth they are.

    Parameters
    ----------
    features
        As read.
    file
        Where they are from, for messages.
    key
        Key of the study file that names it; errors mention it.
    crs
        CRS of a file that does not say its own.

    Returns
    -------
    geopandas.GeoDataFrame
        The same features with a CRS.

    Raises
    ------
    DataError
        No CRS is known.
    """
    own = features.crs
    if own is not None and (own.is_geographic or own.is_projected):
        return features
    return features.set_crs(known_crs(file, key, crs), allow_override=True)


def known_crs(file: Path, key: str, crs: str) -> CRS:
    """The CRS that the study gives for a file without one.

    Parameters
    ----------
    file
        The file, for messages.
    key
        Key of the study file that names it; errors mention it.
    crs
        As the study has it; may be empty.

    Returns
    -------
    pyproj.CRS
        The CRS.

    Raises
    ------
    DataError
        The study gives none, or none that is known.
    """
    if not crs:
        raise DataError(
            f"{file} has no CRS, so nobody knows where it lies; ask whoever made it and give it "
            f"as {key}.crs, for example 'EPSG:4326' or a VN-2000 zone"
        )
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise DataError(f"{key}.crs = {crs!r} is not a known CRS ({error})") from None


def _polygons(shapes: gpd.GeoSeries, file: Path, also: Sequence[str]) -> gpd.GeoSeries:
    kinds = shapes.geom_type.isin(["Polygon", "MultiPolygon", *also])
    if not kinds.all():
        row, kind = kinds.index[~kinds][0], shapes[~kinds].iloc[0]
        raise DataError(
            f"{file.name} row {row} {'has no shape' if kind is None else f'is a {kind.geom_type}'},"
            " a polygon is needed; export the areas alone"
        )
    broken = ~shapes.is_valid
    if broken.any():
        rows = ", ".join(map(str, shapes.index[broken][:10]))
        warnings.warn(
            f"{file.name}: {int(broken.sum())} polygon(s) cross themselves and were repaired, "
            f"row(s) {rows}",
            DataWarning,
            stacklevel=3,
        )
        shapes = shapes.make_valid(method="structure", keep_collapsed=False)
    return shapes
