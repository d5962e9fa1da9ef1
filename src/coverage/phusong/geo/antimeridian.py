"""Shapes and frames on both sides of the antimeridian.

A web map draws longitudes beyond 180 degrees where they are; files for other programs are cut at
180 degrees, as GeoJSON (RFC 7946, section 3.1.9) asks.
"""

import shapely
import shapely.affinity
from pyproj import Transformer

from phusong.geo.grid import Grid
from phusong.units import FloatArray

ROUND_DEG = 360.0
HALF_DEG = 180.0
_AREA = 2
_SEAM_DEG = 1e-8
"""Corners nearer than this are one [deg]; a millimetre."""


def crosses_antimeridian(grid: Grid) -> bool:
    """Whether a frame lies on both sides of 180 degrees.

    Parameters
    ----------
    grid
        The frame.

    Returns
    -------
    bool
        By its curved edges in WGS 84.
    """
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    west, _, east, _ = to_degrees.transform_bounds(*grid.bounds, densify_pts=21)
    return bool(east < west)


def gone_on(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape near the antimeridian whose eastern part goes on beyond 180 degrees.

    Parameters
    ----------
    shape
        Longitude and latitude [deg, WGS 84]; corners on both sides, or on one.

    Returns
    -------
    shapely.Geometry
        The same corners, longitudes from 0 to 360 degrees; areas that were cut at 180 degrees
        are in one piece again.
    """

    def moved(corners: FloatArray) -> FloatArray:
        changed = corners.copy()
        changed[changed[:, 0] < 0.0, 0] += ROUND_DEG
        return changed

    whole = shapely.transform(shape, moved)
    if shapely.get_dimensions(whole) < _AREA:
        return whole
    return shapely.union_all([shapely.set_precision(whole, _SEAM_DEG)])


def cut_where_it_crosses(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape as files for other programs have it, whichever side its corners are on.

    Parameters
    ----------
    shape
        Longitude and latitude [deg, WGS 84], narrower than half the Earth.

    Returns
    -------
    shapely.Geometry
        The same one, in two parts where the antimeridian runs through it.
    """
    west, _, east, _ = shape.bounds
    return cut(gone_on(shape)) if east - west > HALF_DEG else shape


def cut(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape in two parts, one on each side, where the antimeridian runs through it.

    Parameters
    ----------
    shape
        Longitudes that go on beyond 180 degrees, as :func:`gone_on` gives them.

    Returns
    -------
    shapely.Geometry
        Longitudes from -180 to 180 degrees; a shape on one side stays in one part.
    """
    _, south, _, north = shape.bounds
    halves = []
    for west in (0.0, HALF_DEG):
        half = shapely.box(west, south - 1.0, west + HALF_DEG, north + 1.0)
        part = shapely.intersection(shape, half)
        if shapely.get_dimensions(part) == shapely.get_dimensions(shape):
            halves.append(shapely.affinity.translate(part, -2.0 * west))
    return halves[0] if len(halves) == 1 else shapely.union_all(halves)
