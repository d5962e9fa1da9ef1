"""Reading a country's outline, water, and areas where nothing may be built."""

import geopandas as gpd
import shapely
from pyproj import Transformer

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.geo.limits import Exclusion, Limits
from phusong.sources.areas import read_areas
from phusong.study import AreaInput, Study
from phusong.texts import plain_text

_EDGE_POINTS = 21
"""Points along each side of the frame when it is taken to a file's CRS."""


def read_limits(study: Study, grid: Grid) -> Limits:
    """Read what limits where sites are and may be.

    Parameters
    ----------
    study
        Its country, water and exclusions.
    grid
        Frame of the study; what lies further away than the widest buffer is left out.

    Returns
    -------
    Limits
        Shapes in the study's CRS.

    Raises
    ------
    DataError
        A file cannot be used, or the country does not reach the study area.
    """
    given = study.inputs
    country: shapely.Geometry | None = None
    belt: tuple[Exclusion, ...] = ()
    if given.country is not None:
        belt_m = 0.0 if given.country.belt is None else 1000.0 * given.country.belt.value
        whole = _shape(given.country, study, grid, key="inputs.country", margin_m=belt_m)
        frame = shapely.box(*grid.bounds)
        country = shapely.intersection(whole, frame)
        if country.is_empty or country.area == 0.0:
            raise DataError(
                f"{given.country.file} holds no part of the study area; check inputs.country.file "
                "and its CRS"
            )
        if belt_m:
            belt = (_belt(whole, frame, belt_m),)
    water = None
    if given.water is not None:
        water = _shape(given.water, study, grid, key="inputs.water")
    return Limits(country, water, (*belt, *_exclusions(study, grid)))


def _belt(country: shapely.Geometry, frame: shapely.Geometry, belt_m: float) -> Exclusion:
    """Ground of the country near its border; sides of the cut-out are no border."""
    wide = frame.buffer(belt_m, join_style="mitre")
    border = shapely.difference(country.boundary, wide.boundary.buffer(1.0))
    return Exclusion(
        f"Vành đai biên giới {belt_m / 1000:g} km",
        f"Border belt of {belt_m / 1000:g} km",
        shapely.intersection(border.buffer(belt_m), country),
    )


def _exclusions(study: Study, grid: Grid) -> list[Exclusion]:
    found = []
    for number, given in enumerate(study.inputs.exclusions, 1):
        key = f"inputs.exclusions (number {number})"
        buffer_m = 0.0 if given.buffer is None else 1000.0 * given.buffer.value
        near = _near(given, study, grid, key=key, margin_m=buffer_m, lines=buffer_m > 0)
        names: tuple[str, ...] = ()
        if given.name_column:
            if given.name_column not in near.columns:
                raise DataError(
                    f"{given.file}: column {given.name_column} is missing; the layer has "
                    f"{', '.join(c for c in near.columns if c != 'geometry')}; correct {key}"
                )
            named = near[given.name_column].dropna().astype(str).map(plain_text)
            names = tuple(sorted({*named} - {""}))
        shape = shapely.union_all(near.geometry.to_numpy())
        if buffer_m:
            shape = shape.buffer(buffer_m)
        found.append(Exclusion(given.title_vi, given.title_en, shape, names))
    return found


def _shape(
    given: AreaInput, study: Study, grid: Grid, *, key: str, margin_m: float = 0.0
) -> shapely.Geometry:
    near = _near(given, study, grid, key=key, margin_m=margin_m)
    return shapely.union_all(near.geometry.to_numpy())


def _near(
    given: AreaInput,
    study: Study,
    grid: Grid,
    *,
    key: str,
    margin_m: float,
    lines: bool = False,
) -> gpd.GeoDataFrame:
    """Features of a file near the frame, cut to it before they are moved to the study's CRS."""
    more = ("LineString", "MultiLineString") if lines else ()
    features = read_areas(
        study.path(given.file), key=key, layer=given.layer, crs=given.crs, also=more
    )
    frame = shapely.box(*grid.bounds).buffer(margin_m, join_style="mitre")
    box = _box_in(frame, grid.crs, str(features.crs.to_wkt()))
    near = features[features.intersects(box)]
    return near.set_geometry(near.geometry.intersection(box)).to_crs(grid.crs).clip(frame)


def _box_in(frame: shapely.Geometry, crs: str, other: str) -> shapely.Geometry:
    """Box in another CRS that holds a frame, with a little around it."""
    west, south, east, north = frame.bounds
    to_other = Transformer.from_crs(crs, other, always_xy=True)
    box = to_other.transform_bounds(west, south, east, north, densify_pts=_EDGE_POINTS)
    margin = 0.01 * max(box[2] - box[0], box[3] - box[1])
    return shapely.box(box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
