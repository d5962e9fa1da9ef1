"""What a map accepts."""

import dataclasses

import numpy as np
import pytest
from shapely.geometry import Point

from phusong.errors import DataError
from phusong.reporting.facts import Column, same
from phusong.reporting.layers import (
    Category,
    Feature,
    RasterLayer,
    VectorLayer,
    rounded_geometry,
    without_unknown,
)
from phusong.reporting.palette import service_classes
from unit.reporting.cases import content, heights, service

POINT = {"type": "Point", "coordinates": [104.123456789, 22.5]}


def layer(kind: str = "point", geometry: object = POINT, **changes: object) -> VectorLayer:
    options = {
        "values": ("x",), "category": 0, "columns": (Column(same("Tên")),),
        "categories": (Category(same("x"), "#112233"),), **changes,
    }  # fmt: skip
    feature = Feature(geometry, options["values"], options["category"])  # type: ignore[arg-type]
    return VectorLayer(
        same("Trạm"), same("A"), kind, options["columns"], (feature,), options["categories"]  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "cloud"}, "kind='cloud' must be one of outline, veil, area, line, point, rank"),
        ({"values": ("x", "y")}, "feature 0: 2 values for 1 columns"),
        ({"category": 1}, "category=1 must be 0 to 0"),
        ({"category": -1}, "category=-1 must be 0 to 0"),
        ({"kind": "line"}, "geometry is Point, kind 'line' needs LineString or MultiLineString"),
        ({"geometry": {"type": "Point"}}, "cannot be read as a GeoJSON geometry"),
        ({"geometry": None}, "cannot be read as a GeoJSON geometry"),
        ({"geometry": "Point"}, "cannot be read as a GeoJSON geometry"),
        ({"geometry": {"type": "Point", "coordinates": ["{{1}}", 2]}}, "GeoJSON geometry"),
        ({"geometry": Point()}, "geometry is empty"),
        ({"geometry": {"type": "Point", "coordinates": [22.5, 104.1]}}, "longitude .* comes first"),
        ({"geometry": {"type": "Point", "coordinates": [np.nan, 2.0]}}, "not numbers"),
        ({"columns": (), "values": ()}, "at least one category and one column"),
        ({"categories": ()}, "at least one category and one column"),
    ],
)
def test_bad_layers(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        layer(**changes)  # type: ignore[arg-type]


def test_colours_are_colours() -> None:
    with pytest.raises(DataError, match="must look like #1f4e9c"):
        Category(same("x"), "red;}body{display:none")


def test_geometry_is_rounded_numbers() -> None:
    shape = rounded_geometry(
        {"type": "Point", "coordinates": [104.123456789, 22.5, 900.0]}, place=""
    )
    assert shape.wkt == "POINT (104.123457 22.5)"


def test_frames_must_agree() -> None:
    with pytest.raises(DataError, match=r"height_amsl_m has shape \(89, 120\), the grid has"):
        content(height_amsl_m=heights()[1:])
    raster = RasterLayer(same("x"), same("y"), service()[:, 1:], service_classes())
    with pytest.raises(DataError, match=r"raster 'x' has shape \(90, 119\)"):
        content(rasters=(raster,))


def test_one_raster_at_the_start() -> None:
    raster = RasterLayer(same("x"), same("y"), service(), service_classes(), shown=True)
    with pytest.raises(DataError, match="one at most may be on"):
        content(rasters=(raster, raster))


def test_columns_without_any_value_are_left_out() -> None:
    layer = content().vectors[3]
    some = [dataclasses.replace(layer.features[0], values=("a", value)) for value in (None, 1.0)]
    kept = dataclasses.replace(layer, features=tuple(some))
    assert without_unknown(kept) is kept
    bare = without_unknown(dataclasses.replace(layer, features=(some[0],), tooltip_columns=2))
    assert len(bare.columns) == 1
    assert bare.features[0].values == ("a",)
    assert bare.tooltip_columns == 1
    nothing = dataclasses.replace(layer, features=())
    assert without_unknown(nothing) is nothing
