"""Shapes and frames on both sides of 180 degrees: drawn in one piece, written in two."""

import dataclasses

import numpy as np
import pytest
import shapely
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from rasterio.transform import from_origin

from phusong.geo.antimeridian import crosses_antimeridian, cut, gone_on
from phusong.geo.grid import Grid
from phusong.reporting.kmz import KMZ_SCALES, KmzPlace, transmitter_kmz
from phusong.reporting.layers import Feature, MapContent
from phusong.reporting.overlays import mercator_frame
from phusong.reporting.readings import mesh
from unit.reporting.cases import content
from unit.reporting.test_kmz import boxes

CRS = "EPSG:32701"
SHAPE = (40, 90)


def fiji(middle: float = 180.0) -> Grid:
    """A frame of 36 by 16 km around a place at 17 degrees south."""
    to_metres = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    x, y = to_metres.transform(middle, -17.0)
    affine = from_origin(round(x) - 18_000.0, round(y) + 8_000.0, 400.0, 400.0)
    return Grid(GeoBox(SHAPE, affine, CRS))


@pytest.mark.parametrize(
    ("middle", "crosses"), [(180.0, True), (-179.9, True), (-179.7, False), (178.0, False)]
)
def test_frames(middle: float, crosses: bool) -> None:
    assert crosses_antimeridian(fiji(middle)) is crosses


def test_shapes_go_on_in_one_piece_and_are_cut_in_two() -> None:
    square = shapely.Polygon([(179.9, -17.1), (-179.9, -17.1), (-179.9, -16.9), (179.9, -16.9)])
    whole = gone_on(square)
    assert whole.bounds == pytest.approx((179.9, -17.1, 180.1, -16.9))
    assert whole.area == pytest.approx(0.04)
    parts = cut(whole)
    assert [round(p.bounds[0], 3) for p in parts.geoms] == [-180.0, 179.9]
    assert parts.area == pytest.approx(0.04)
    # Already cut, as GeoJSON asks, and with the noise of a transformation: one piece again.
    assert gone_on(shapely.transform(parts, lambda c: c + 1e-12)).geom_type == "Polygon"
    line = cut(gone_on(shapely.LineString([(179.9, -17.0), (-179.9, -16.9)])))
    assert line.geom_type == "MultiLineString"
    assert gone_on(shapely.Point(-179.9, -17.0)).x == pytest.approx(180.1)
    assert cut(shapely.Point(180.1, -17.0)).x == pytest.approx(-179.9)


def test_a_picture_holds_both_sides_and_no_more() -> None:
    grid = fiji()
    frame = mercator_frame(grid.affine, grid.crs, grid.shape)
    (_, west), (_, east) = frame.bounds
    rows, cols = grid.shape
    rim = [(0, 0), (cols, 0), (0, rows), (cols, rows)]
    longitudes = [grid.longitude_latitude(*(grid.affine * place))[0] % 360.0 for place in rim]
    assert west == pytest.approx(min(longitudes), abs=1e-3)
    assert east == pytest.approx(max(longitudes), abs=1e-3)
    middle = frame.affine * (frame.shape[1] / 2, frame.shape[0] / 2)
    assert middle[0] == pytest.approx(20_037_508.34, abs=5e-3 * 36_000)
    nodes = mesh(grid)
    side = nodes["nodes"]
    assert np.diff(np.reshape(nodes["col"], (side, side)), axis=1).min() > 0.0


def test_a_map_has_its_features_where_its_pictures_are() -> None:
    grid, base = fiji(), content()
    place = shapely.Point(-179.95, -17.0)
    layer = base.vectors[-1]
    point = dataclasses.replace(layer, kind="point", features=(
        Feature(place, layer.features[0].values, layer.features[0].category),
    ))  # fmt: skip
    near = MapContent(
        **{f.name: getattr(base, f.name) for f in dataclasses.fields(base)}
        | {"grid": grid, "rasters": (), "readings": None, "vectors": (point,),
           "height_amsl_m": np.zeros(SHAPE, np.float32),
           "focus": (179.95, -17.1, -179.95, -16.9)}
    )  # fmt: skip
    moved = near.gone_on()
    assert shapely.geometry.shape(moved.vectors[0].features[0].geometry).x == pytest.approx(180.05)
    assert moved.focus == pytest.approx((179.95, -17.1, 180.05, -16.9))
    assert base.gone_on() is base


def test_google_earth_gets_a_picture_for_each_side() -> None:
    place = KmzPlace("A mast", -17.0, 179.99, ())
    level = np.full(SHAPE, -80.0, np.float32)
    made = transmitter_kmz(level, fiji(), scale=KMZ_SCALES["received-level"], place=place)
    first, second = boxes(made)
    assert first["west"] < 179.9 < first["east"] <= 180.0
    assert second["west"] == -180.0
    assert -180.0 < second["east"] < -179.8
