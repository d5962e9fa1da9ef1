"""Coordinates that readers know: what a page needs to show places in a projection of their own."""

from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from phusong.errors import DataError

_METHOD = "Transverse Mercator"
_PARAMETERS = {
    "Latitude of natural origin": "lat0",
    "Longitude of natural origin": "lon0",
    "Scale factor at natural origin": "k0",
    "False easting": "x0",
    "False northing": "y0",
}
_SHIFT = (
    "X-axis translation", "Y-axis translation", "Z-axis translation",
    "X-axis rotation", "Y-axis rotation", "Z-axis rotation", "Scale difference",
)  # fmt: skip
_TO_SECONDS = {"arc-second": 1.0, "radian": 206_264.806_247_096_36, "degree": 3600.0}
_TO_PPM = {"parts per million": 1.0, "unity": 1e6, "parts per billion": 1e-3}
_EXAMPLE = "for example EPSG:9208 (VN-2000 / TM-3 104-45, Lào Cai)"


def local_projection(crs: str, *, longitude: float, latitude: float) -> dict[str, Any]:
    """Parameters of a transverse Mercator projection and of the shift to it from WGS 84.

    Parameters
    ----------
    crs
        Authority code, for example ``EPSG:9208``.
    longitude, latitude
        Where it is used, since shifts between datums differ by region [deg].

    Returns
    -------
    dict
        ``name``; ``a`` [m] and ``f`` of the ellipsoid; ``lat0``, ``lon0`` [deg], ``k0``, ``x0``,
        ``y0`` [m]; ``shift``: seven parameters from the projection's datum to WGS 84, position
        vector convention: three translations [m], three rotations [arc-second], scale [ppm].

    Raises
    ------
    DataError
        There is no such CRS, it is no transverse Mercator projection in metres, or seven
        parameters cannot bring WGS 84 to its datum.

    Examples
    --------
    >>> found = local_projection("EPSG:9208", longitude=104.0, latitude=22.6)
    >>> found["lon0"], found["k0"], round(found["shift"][0], 3)
    (104.75, 0.9999, -191.904)
    """
    try:
        known = CRS.from_user_input(crs)
    except CRSError as error:
        raise DataError(f"local_crs={crs!r} is not known ({error}); give one, {_EXAMPLE}") from None
    operation, ellipsoid = known.coordinate_operation, known.ellipsoid
    if operation is None or ellipsoid is None or not is_transverse_mercator(crs):
        raise DataError(
            f"local_crs={crs!r} ({known.name}) is no transverse Mercator projection in metres; "
            f"give one, {_EXAMPLE}, or leave the key out"
        )
    named = {parameter.name: parameter.value for parameter in operation.params}
    return {
        "name": known.name,
        "a": ellipsoid.semi_major_metre,
        "f": 1.0 / ellipsoid.inverse_flattening if ellipsoid.inverse_flattening else 0.0,
        **{key: named[name] for name, key in _PARAMETERS.items()},
        "shift": _shift(known, crs, AreaOfInterest(*(2 * (longitude, latitude)))),
    }


def is_transverse_mercator(crs: str) -> bool:
    """Whether :func:`local_projection` takes a CRS, but for its datum.

    Parameters
    ----------
    crs
        Authority code of a known CRS, for example ``EPSG:32648``.

    Returns
    -------
    bool
        True for a transverse Mercator projection in metres.
    """
    known = CRS.from_user_input(crs)
    operation = known.coordinate_operation
    metres = {axis.unit_name for axis in known.axis_info} <= {"metre"}
    return operation is not None and operation.method_name == _METHOD and metres


def _shift(known: CRS, crs: str, place: AreaOfInterest) -> list[float]:
    """Seven parameters from a projection's datum to WGS 84; zeros where the datum is WGS 84."""
    base = known.geodetic_crs
    if base is None or base.equals(CRS("EPSG:4326")):
        return [0.0] * 7
    group = TransformerGroup(base, "EPSG:4326", always_xy=True, area_of_interest=place)
    operations = [o for best in group.transformers[:1] for o in best.operations or ()]
    for operation in operations:
        given = {p.name: (float(p.value), p.unit_name) for p in getattr(operation, "params", ())}
        if not set(_SHIFT[:3]) <= given.keys() or "ransformation" not in operation.type_name:
            continue
        turn = -1.0 if "Coordinate Frame" in operation.method_name else 1.0
        moved = [given[name][0] for name in _SHIFT[:3]]
        turned = [_in(given.get(name), _TO_SECONDS) * turn for name in _SHIFT[3:6]]
        return [*moved, *turned, _in(given.get(_SHIFT[6]), _TO_PPM)]
    raise DataError(
        f"local_crs={crs!r} ({known.name}): no seven parameters bring WGS 84 to its datum; "
        f"give another one, {_EXAMPLE}, or leave the key out"
    )


def _in(given: tuple[float, str] | None, units: dict[str, float]) -> float:
    return 0.0 if given is None else given[0] * units[given[1]]
