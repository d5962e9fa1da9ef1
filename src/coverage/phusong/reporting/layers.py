"""What a map shows, as plain facts: rasters of classes and features in WGS 84."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry import shape as shapely_shape

from phusong.errors import DataError
from phusong.geo.antimeridian import crosses_antimeridian, gone_on
from phusong.geo.grid import Grid
from phusong.reporting.facts import Assumption, Bilingual, Column, Source
from phusong.reporting.overlays import check_classes
from phusong.reporting.palette import ClassStyle
from phusong.reporting.readings import Readings
from phusong.reporting.relief import UInt8Array
from phusong.units import BoolArray, Float32Array

Kind = Literal["outline", "veil", "area", "line", "point", "rank"]
Shape = Literal["circle", "square", "triangle", "diamond"]

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_COORDINATE_DIGITS = 6
_SLACK_DEG = 1e-9
_GEOMETRIES: Mapping[str, frozenset[str]] = {
    "outline": frozenset({"Polygon", "MultiPolygon"}),
    "veil": frozenset({"Polygon", "MultiPolygon"}),
    "area": frozenset({"Polygon", "MultiPolygon"}),
    "line": frozenset({"LineString", "MultiLineString"}),
    "point": frozenset({"Point"}),
    "rank": frozenset({"Point"}),
}


@dataclass(frozen=True)
class Category:
    """One kind of feature within a layer, and its sign.

    Parameters
    ----------
    name
        Words of the legend.
    colour
        ``#rrggbb``.
    shape
        Sign of a point, so that colour is not its only mark.
    hatched
        Whether an area is hatched.
    """

    name: Bilingual
    colour: str
    shape: Shape = "circle"
    hatched: bool = False

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.colour):
            raise DataError(f"colour={self.colour!r} must look like #1f4e9c")


@dataclass(frozen=True)
class Feature:
    """One thing on the map.

    Parameters
    ----------
    geometry
        GeoJSON geometry (or anything with ``__geo_interface__``), longitude and latitude of
        WGS 84 [deg].
    values
        One value per column of the layer, as data; they are encoded when drawn.
    category
        Index into the layer's categories.
    label
        Text drawn on the map: the name inside an outline, the number in a rank's badge.
    """

    geometry: Any
    values: tuple[object, ...]
    category: int = 0
    label: str = ""


@dataclass(frozen=True)
class VectorLayer:
    """Features that are switched on and off together.

    Parameters
    ----------
    name, group
        Words of the layer control; layers of one group (an operator, say) stand together.
    kind
        ``outline`` (labelled polygons without fill), ``veil`` (dims what lies under it and
        answers to no click), ``area`` (filled polygons), ``line``, ``point``, or ``rank`` (points
        as numbered badges).
    columns
        What a reader sees of each feature; nothing else reaches the page.
    features
        The features, in drawing order. None at all is allowed and said so.
    categories
        At least one.
    shown
        Whether the layer is on when the map opens.
    tooltip_columns
        How many of the first columns appear under the pointer; all of them on a click.
    further
        Whether the layer stands among the further ones of its group, folded at first.
    """

    name: Bilingual
    group: Bilingual
    kind: Kind
    columns: tuple[Column, ...]
    features: tuple[Feature, ...]
    categories: tuple[Category, ...]
    shown: bool = True
    tooltip_columns: int = 2
    further: bool = False

    def __post_init__(self) -> None:
        if self.kind not in _GEOMETRIES:
            raise DataError(f"kind={self.kind!r} must be one of {', '.join(_GEOMETRIES)}")
        if not self.categories or not self.columns:
            raise DataError(f"layer {self.name.en!r} needs at least one category and one column")
        for index, feature in enumerate(self.features):
            self._check(index, feature)

    def _check(self, index: int, feature: Feature) -> None:
        place = f"layer {self.name.en!r}, feature {index}"
        if len(feature.values) != len(self.columns):
            raise DataError(
                f"{place}: {len(feature.values)} values for {len(self.columns)} columns; "
                "give one value per column, None where unknown"
            )
        if not 0 <= feature.category < len(self.categories):
            raise DataError(
                f"{place}: category={feature.category} must be 0 to {len(self.categories) - 1}"
            )
        geometry = rounded_geometry(feature.geometry, place=place)
        if geometry.geom_type not in _GEOMETRIES[self.kind]:
            raise DataError(
                f"{place}: geometry is {geometry.geom_type}, kind {self.kind!r} needs "
                f"{' or '.join(sorted(_GEOMETRIES[self.kind]))}"
            )


def without_unknown(layer: VectorLayer) -> VectorLayer:
    """A layer without the columns of which nothing is known for any feature.

    Parameters
    ----------
    layer
        For example of a reader who may know fewer things.

    Returns
    -------
    VectorLayer
        The same features; the first column stays, and a layer without features as it is.
    """
    kept = [
        place
        for place in range(len(layer.columns))
        if place == 0 or any(not _is_unknown(feature.values[place]) for feature in layer.features)
    ]
    if not layer.features or len(kept) == len(layer.columns):
        return layer
    return replace(
        layer,
        columns=tuple(layer.columns[place] for place in kept),
        features=tuple(
            replace(feature, values=tuple(feature.values[place] for place in kept))
            for feature in layer.features
        ),
        tooltip_columns=sum(place < layer.tooltip_columns for place in kept),
    )


def _is_unknown(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


@dataclass(frozen=True, eq=False)
class RasterLayer:
    """Coverage as classes on the map's grid; one is shown at a time.

    Parameters
    ----------
    name, group
        Words of the layer control; layers of one group (an operator, say) stand together.
    classes
        Class codes, uint8, shape of the grid; 255 is unknown.
    legend
        How each class is drawn, in the order of the legend.
    shown
        Whether this layer is the one that is on when the map opens.
    note
        What the classes mean, printed under the legend; None for nothing.
    further
        Whether the layer stands among the further ones of its group, folded at first. Its
        picture shows the places asked about alone, see :attr:`MapContent.near`.
    operator, column
        Key of the operator and what is shown of it, by which a map can be asked to open with this
        layer; empty where it cannot.
    """

    name: Bilingual
    group: Bilingual
    classes: UInt8Array
    legend: tuple[ClassStyle, ...]
    shown: bool = False
    note: Bilingual | None = None
    further: bool = False
    operator: str = ""
    column: str = ""

    def __post_init__(self) -> None:
        check_classes(self.classes, self.legend)


@dataclass(frozen=True, eq=False)
class MapContent:
    """Everything that one map shows.

    Parameters
    ----------
    title
        Title of the map.
    practice
        ``facts.PRACTICE`` (or other words) when practice data went in: a banner that stays, and
        words burned into every picture. None otherwise.
    grid
        Frame of the terrain and of every raster.
    height_amsl_m
        Terrain, shape of the grid; NaN is unknown [m].
    rasters
        Coverage layers; at most one has ``shown``.
    vectors
        Feature layers, from the lowest to the topmost within each kind.
    assumptions, sources
        Printed in the panel; the attributions also stand on the map itself.
    summary
        A few sentences under the title: what was found.
    groups
        Order of the groups in the layer control; those not named follow as they first appear.
    version
        What made the map, for example ``Phusong 0.1.0``.
    focus
        West, south, east and north of the first view [deg]; the outlines' extent, or the
        grid's, when None.
    marking
        Words that stand above the map, on paper too; empty for none.
    readings
        What a click tells; None for nothing.
    local_crs
        Transverse Mercator projection in which coordinates are shown beside WGS 84, for example
        ``EPSG:9208``; empty for none.
    language
        What the page shows first: ``vi``, ``en`` or ``both``.
    """

    title: Bilingual
    practice: Bilingual | None
    grid: Grid
    height_amsl_m: Float32Array
    rasters: tuple[RasterLayer, ...] = ()
    vectors: tuple[VectorLayer, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    sources: tuple[Source, ...] = ()
    summary: tuple[Bilingual, ...] = ()
    groups: tuple[Bilingual, ...] = ()
    version: str = ""
    focus: tuple[float, float, float, float] | None = None
    marking: str = ""
    readings: Readings | None = None
    local_crs: str = ""
    language: str = "vi"

    def __post_init__(self) -> None:
        frames = [("height_amsl_m", self.height_amsl_m.shape)]
        frames += [(f"raster {r.name.en!r}", r.classes.shape) for r in self.rasters]
        for name, shape in frames:
            if shape != self.grid.shape:
                raise DataError(
                    f"{name} has shape {shape}, the grid has {self.grid.shape}; "
                    "warp it to the grid first"
                )
        if sum(raster.shown for raster in self.rasters) > 1:
            raise DataError("several rasters have shown=True, one at most may be on at the start")

    def gone_on(self) -> "MapContent":
        """Go on with longitudes beyond 180 degrees where the frame crosses the antimeridian.

        Returns
        -------
        MapContent
            Its features where its pictures are; the same elsewhere.
        """
        if not crosses_antimeridian(self.grid):
            return self
        vectors = tuple(replace(v, features=_gone_on(v.features)) for v in self.vectors)
        west, south, east, north = self.focus or (0.0, 0.0, 0.0, 0.0)
        focus = shapely.box(west, south, east + 360.0 * (east < west), north)
        return replace(self, vectors=vectors, focus=gone_on(focus).bounds if self.focus else None)

    @property
    def near(self) -> BoolArray | None:
        """Cells that the pictures of further rasters show; None for all."""
        return None if self.readings is None else self.readings.near


def _gone_on(features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    return tuple(
        replace(one, geometry=gone_on(shapely.force_2d(shapely_shape(one.geometry))))
        for one in features
    )


def rounded_geometry(geometry: Any, *, place: str) -> shapely.Geometry:
    """A feature's geometry as numbers only, to a tenth of a metre.

    Parameters
    ----------
    geometry
        GeoJSON geometry or anything with ``__geo_interface__``, longitude and latitude [deg];
        longitudes may go on beyond 180.
    place
        Where it stands, for the message of an error.

    Returns
    -------
    shapely.Geometry
        The same geometry in two dimensions, six decimals.

    Raises
    ------
    DataError
        It is no geometry, is empty, or lies outside the range of longitude and latitude.
    """
    try:
        shape = shapely.force_2d(shapely_shape(geometry))
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise DataError(
            f"{place}: cannot be read as a GeoJSON geometry ({error}); "
            "give for example {'type': 'Point', 'coordinates': [104.2, 22.6]}"
        ) from error
    coordinates = shapely.get_coordinates(shape)
    if not coordinates.size or not np.isfinite(coordinates).all():
        raise DataError(f"{place}: geometry is empty or has coordinates that are not numbers")
    longitude, latitude = coordinates.T
    if longitude.min() < -180 - _SLACK_DEG or longitude.max() > 360 or np.abs(latitude).max() > 90:
        raise DataError(
            f"{place}: coordinates reach {coordinates.max():g}; longitude (-180 to 180) comes "
            "first, then latitude (-90 to 90), in degrees of WGS 84"
        )
    return shapely.transform(shape, lambda c: np.round(c, _COORDINATE_DIGITS))
