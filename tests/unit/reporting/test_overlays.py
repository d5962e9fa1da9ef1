"""Pictures: right place, right colours, words burned in."""

import base64
import io
import math

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer

from phusong.errors import DataError
from phusong.reporting import overlays
from phusong.reporting.facts import PRACTICE, Bilingual
from phusong.reporting.overlays import (
    MAX_SIDE_PX,
    Overlay,
    class_colours,
    class_overlay,
    hillshade_overlay,
    mercator_frame,
    thinned,
)
from phusong.reporting.palette import service_classes
from phusong.reporting.watermark import inked, watermark_mask
from unit.reporting.cases import AFFINE, CRS, SHAPE, SPOT_LON_LAT, heights, service

LEGEND = service_classes()


def pixels(overlay: Overlay) -> np.ndarray:
    head, _, body = overlay.url.partition(",")
    assert head == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
        return np.asarray(picture.convert("RGBA"))


def mercator_y(latitude_deg: float) -> float:
    """Spherical Mercator ordinate, in radians: how a web map stretches a picture."""
    return math.asinh(math.tan(math.radians(latitude_deg)))


def place_in(overlay: Overlay, longitude: float, latitude: float) -> tuple[float, float]:
    """Fractional row and column where a web map draws a point over a picture."""
    (south, west), (north, east) = overlay.bounds
    rows, cols = overlay.shape
    top, bottom = mercator_y(north), mercator_y(south)
    row = (top - mercator_y(latitude)) / (top - bottom) * rows
    return row, (longitude - west) / (east - west) * cols


def test_no_class_is_invented() -> None:
    picture = pixels(class_overlay(service(), LEGEND, affine=AFFINE, crs=CRS))
    found = {tuple(colour) for colour in np.unique(picture.reshape(-1, 4), axis=0).tolist()}
    plain = {(*style.colour, 255) for style in LEGEND}
    hatch = tuple(round(band * 0.56) for band in LEGEND[-1].colour)
    assert found == plain | {(*hatch, 255), (0, 0, 0, 0)}


def test_watermark_doubles_the_colours_and_no_more() -> None:
    dry = pixels(class_overlay(service(), LEGEND, affine=AFFINE, crs=CRS))
    wet = pixels(class_overlay(service(), LEGEND, affine=AFFINE, crs=CRS, practice=PRACTICE))
    mask = watermark_mask(PRACTICE.plain.upper(), wet.shape[:2]) & (dry[..., 3] == 255)
    assert (wet[~mask] == dry[~mask]).all()
    assert (wet[mask] == inked(dry[mask])).all()
    assert (wet[mask] != dry[mask]).any(axis=1).all()


@pytest.mark.parametrize("shape", [(1000, 940), (180, 240), (700, 2000)])
def test_every_sixth_of_a_picture_carries_the_words(shape: tuple[int, int]) -> None:
    mask = watermark_mask(PRACTICE.plain.upper(), shape)
    rows, cols = shape
    for top in range(0, rows, -(-rows // 3)):
        for left in range(0, cols, -(-cols // 2)):
            part = mask[top : top + -(-rows // 3), left : left + -(-cols // 2)]
            assert part.mean() > 0.01


def test_watermark_lies_at_the_same_places_at_every_size() -> None:
    small = watermark_mask("DỮ LIỆU", (300, 200))
    large = watermark_mask("DỮ LIỆU", (1200, 800))
    assert (large[::4, ::4] == small).mean() > 0.97


def test_unknown_is_transparent() -> None:
    picture = pixels(class_overlay(service(), LEGEND, affine=AFFINE, crs=CRS, practice=PRACTICE))
    assert (picture[4:12, 4:16, 3] == 0).all()
    everything_unknown = np.full(SHAPE, 255, dtype=np.uint8)
    assert not pixels(class_overlay(everything_unknown, LEGEND, affine=AFFINE, crs=CRS)).any()


def test_lone_cell_lies_where_it_is() -> None:
    """The cell's centre falls on its colour, and the cell's middle is there to half a pixel."""
    overlay = class_overlay(service(), LEGEND, affine=AFFINE, crs=CRS)
    picture = pixels(overlay)
    row, col = place_in(overlay, *SPOT_LON_LAT)
    marginal = (*LEGEND[1].colour, 255)
    assert tuple(picture[math.floor(row), math.floor(col)]) == marginal
    around = picture[round(row) - 8 : round(row) + 8, round(col) - 8 : round(col) + 8]
    found = np.argwhere((around == marginal).all(axis=2)) + 0.5
    middle = found.mean(axis=0) + np.array([round(row) - 8, round(col) - 8])
    assert np.abs(middle - (row, col)).max() <= 0.51


def test_corners_are_the_outer_edges() -> None:
    overlay = hillshade_overlay(heights(), affine=AFFINE, crs=CRS)
    (south, west), (north, east) = overlay.bounds
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    left, top = AFFINE.c, AFFINE.f
    right, bottom = left + 400.0 * SHAPE[1], top - 400.0 * SHAPE[0]
    rim = [(x, y) for x in np.linspace(left, right, 41) for y in (top, bottom)]
    rim += [(x, y) for y in np.linspace(bottom, top, 41) for x in (left, right)]
    longitude, latitude = to_degrees.transform(*np.transpose(rim))
    # A metre is 1e-5 degrees; the frame holds the whole rim and no more than that.
    assert (west, east) == pytest.approx((longitude.min(), longitude.max()), abs=2e-5)
    assert (south, north) == pytest.approx((latitude.min(), latitude.max()), abs=2e-5)


def test_large_rasters_are_capped() -> None:
    frame = mercator_frame(AFFINE, CRS, (9000, 4500), oversampling=2)
    assert frame.shape == (MAX_SIDE_PX, MAX_SIDE_PX // 2)
    assert mercator_frame(AFFINE, CRS, (900, 450), oversampling=2).shape == (1800, 900)


def test_same_input_same_bytes_and_input_untouched() -> None:
    classes, height = service(), heights()
    classes.setflags(write=False)
    height.setflags(write=False)
    twice = [
        (
            class_overlay(classes, LEGEND, affine=AFFINE, crs=CRS, practice=PRACTICE).url,
            hillshade_overlay(height, affine=AFFINE, crs=CRS, practice=PRACTICE).url,
        )
        for _ in range(2)
    ]
    assert twice[0] == twice[1]


def test_hillshade_carries_the_words() -> None:
    dry = pixels(hillshade_overlay(heights(), affine=AFFINE, crs=CRS)).astype(int)
    wet = pixels(hillshade_overlay(heights(), affine=AFFINE, crs=CRS, practice=PRACTICE)).astype(
        int
    )
    mask = watermark_mask(PRACTICE.plain.upper(), wet.shape[:2])
    known = dry[..., 3] == 255
    change = np.abs(wet - dry)[..., :3].mean(axis=2)
    assert change[mask & known].mean() > 30
    assert change[~mask & known].mean() < 10


def test_hatching_is_on_no_signal_alone() -> None:
    classes = np.repeat(np.array([0, 1, 2], dtype=np.uint8), 40)[None, :].repeat(60, axis=0)
    picture = class_colours(classes, LEGEND)
    colours = [len(np.unique(picture[classes == code], axis=0)) for code in (0, 1, 2)]
    assert colours == [2, 1, 1]


@pytest.mark.parametrize(
    ("classes", "legend", "message"),
    [
        (np.zeros((3, 3), dtype=np.int16), LEGEND, "classes has 2 axes of int16"),
        (np.zeros(3, dtype=np.uint8), LEGEND, "classes has 1 axes of uint8"),
        (np.full((3, 3), 9, dtype=np.uint8), LEGEND, r"classes holds \[9\], the legend explains"),
        (np.zeros((3, 3), dtype=np.uint8), LEGEND * 2, "legend names a class twice"),
    ],
)
def test_rasters_that_the_legend_does_not_explain(
    classes: np.ndarray, legend: tuple[object, ...], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        class_overlay(classes, legend, affine=AFFINE, crs=CRS, practice=Bilingual("x", "y"))  # type: ignore[arg-type]


def test_large_rasters_are_thinned_where_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    classes = np.arange(90 * 120, dtype=np.int64).reshape(90, 120) % 7
    classes = classes.astype(np.uint8)
    keep = np.zeros(classes.shape, dtype=bool)
    keep[40:50, 60:80] = True
    assert thinned(classes, keep=keep) is classes
    monkeypatch.setattr(overlays, "MOST_BLOCKS", 90 * 120 // 9)
    found = thinned(classes, keep=keep)
    assert (found[keep] == classes[keep]).all()
    blocks = found[:39, :60].reshape(13, 3, 20, 3)
    assert (blocks == classes[1:39:3, 1:60:3][:, None, :, None]).all()


def test_pictures_magnify_by_whole_numbers_alone() -> None:
    assert mercator_frame(AFFINE, CRS, (3000, 100), oversampling=2).shape == (3000, 100)


def test_relief_is_capped_lower() -> None:
    drawn = hillshade_overlay(np.zeros((2500, 40), np.float32), affine=AFFINE, crs=CRS)
    assert drawn.shape == (overlays.MAX_RELIEF_PX, 33)
