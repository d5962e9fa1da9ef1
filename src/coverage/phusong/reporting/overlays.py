"""Rasters of a study as pictures that lie at the right place on a web map.

A web map stretches a picture linearly in Web Mercator, so that every raster is warped to it
first, and its bounds are those of the outer edges.
"""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from affine import Affine
from PIL import Image
from rasterio.enums import Resampling
from rasterio.transform import array_bounds, from_bounds
from rasterio.warp import reproject, transform_bounds

from phusong.errors import DataError
from phusong.reporting.facts import Bilingual
from phusong.reporting.palette import NODATA, ClassStyle
from phusong.reporting.relief import UInt8Array, hillshade, relief_colours
from phusong.reporting.watermark import inked, watermark_mask
from phusong.units import BoolArray, Float32Array

MAX_SIDE_PX = 4096
"""Largest side of a picture: browsers unpack it to four bytes a pixel."""

MOST_BLOCKS = 1_200_000
"""Blocks to which a large raster is thinned where nobody asked."""

MAX_RELIEF_PX = 2048
"""Largest side of shaded relief, which is drawn smoothly."""

_WEB_MERCATOR = "EPSG:3857"
_EARTH_M = 6_378_137.0
"""Radius of the sphere that Web Mercator takes the Earth for [m]."""
_HALF_ROUND_M = math.pi * _EARTH_M
_PACIFIC_MERCATOR = (
    f"+proj=merc +a={_EARTH_M} +b={_EARTH_M} +lon_0=180 +units=m +nadgrids=@null +no_defs"
)
"""Web Mercator with the antimeridian in its middle."""
_WEBP_METHOD = 4
_HILLSHADE_QUALITY = 50
_HATCH_LINES = 110
_HATCH_SHADE = 0.56


@dataclass(frozen=True)
class Overlay:
    """A picture and where its outer edges lie.

    Parameters
    ----------
    url
        The picture as a data address.
    bounds
        South-west and north-east corner as (latitude, longitude) [deg].
    shape
        Rows and columns of the picture.
    """

    url: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    shape: tuple[int, int]


@dataclass(frozen=True)
class MercatorFrame:
    """A raster's outer edges in Web Mercator, cut into pixels.

    Parameters
    ----------
    affine
        From pixel (col, row) to Web Mercator [m].
    shape
        Rows and columns.
    bounds
        South-west and north-east corner as (latitude, longitude) [deg]; the longitude goes on
        beyond 180 where the antimeridian runs through the raster.
    """

    affine: Affine
    shape: tuple[int, int]
    bounds: tuple[tuple[float, float], tuple[float, float]]


def mercator_frame(
    affine: Affine,
    crs: str,
    shape: tuple[int, int],
    *,
    oversampling: int = 1,
    most_px: int = MAX_SIDE_PX,
) -> MercatorFrame:
    """The frame in Web Mercator that holds a raster.

    Parameters
    ----------
    affine
        From pixel (col, row) to the raster's CRS.
    crs
        The raster's CRS.
    shape
        Rows and columns of the raster.
    oversampling
        Pixels of the picture per cell along each axis, as far as ``most_px`` allows.
    most_px
        Largest side of the picture, > 0.

    Returns
    -------
    MercatorFrame
        The frame.
    """
    edges = array_bounds(*shape, affine)
    left, bottom, right, top = _mercator_bounds(crs, edges)
    scale = min(float(oversampling), most_px / max(shape))
    scale = math.floor(scale) if scale > 1 else scale  # cells of one size cost fewer bytes
    rows, cols = (max(1, round(side * scale)) for side in shape)
    beyond = max(0.0, right - _HALF_ROUND_M)
    west, south, east, north = transform_bounds(
        _WEB_MERCATOR, "EPSG:4326", left, bottom, right - beyond, top
    )
    east += math.degrees(beyond / _EARTH_M)
    return MercatorFrame(
        affine=from_bounds(left, bottom, right, top, cols, rows),
        shape=(rows, cols),
        bounds=((south, west), (north, east)),
    )


def _mercator_bounds(
    crs: str, edges: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Bounds in Web Mercator, which go on beyond 180 degrees where the antimeridian is inside."""
    west, _, east, _ = transform_bounds(crs, "EPSG:4326", *edges)
    if west <= east:
        left, bottom, right, top = transform_bounds(crs, _WEB_MERCATOR, *edges)
        return left, bottom, right, top
    left, bottom, right, top = transform_bounds(crs, _PACIFIC_MERCATOR, *edges)
    return left + _HALF_ROUND_M, bottom, right + _HALF_ROUND_M, top


def class_overlay(
    classes: UInt8Array,
    legend: Sequence[ClassStyle],
    *,
    affine: Affine,
    crs: str,
    practice: Bilingual | None = None,
) -> Overlay:
    """A raster of classes as a picture, without a class that was not there.

    Parameters
    ----------
    classes
        Class codes, uint8; 255 is unknown and becomes transparent.
    legend
        How each class is drawn.
    affine, crs
        Where the raster lies.
    practice
        Words to burn in when the data is practice data.

    Returns
    -------
    Overlay
        Lossless WebP, nearest neighbours; every pixel has the colour of its class, that colour
        under the hatching, or either under the watermark.

    Raises
    ------
    DataError
        The raster is not uint8 or holds a class without a style.
    """
    check_classes(classes, legend)
    frame = mercator_frame(affine, crs, _two(classes.shape), oversampling=2)
    warped = np.full(frame.shape, NODATA, dtype=np.uint8)
    reproject(
        classes,
        warped,
        src_transform=affine,
        src_crs=crs,
        dst_transform=frame.affine,
        dst_crs=_WEB_MERCATOR,
        resampling=Resampling.nearest,
        src_nodata=NODATA,
        dst_nodata=NODATA,
    )
    picture = class_colours(warped, legend)
    if practice is not None:
        _burn_in(picture, practice)
    return Overlay(_webp_url(picture, lossless=True), frame.bounds, frame.shape)


def hillshade_overlay(
    height_m: Float32Array, *, affine: Affine, crs: str, practice: Bilingual | None = None
) -> Overlay:
    """Shaded relief of terrain as a picture.

    Parameters
    ----------
    height_m
        Heights; NaN is unknown and becomes transparent [m].
    affine, crs
        Where the raster lies.
    practice
        Words to burn in when the data is practice data.

    Returns
    -------
    Overlay
        WebP of quality 50: shades lie under everything else.
    """
    frame = mercator_frame(affine, crs, _two(height_m.shape), most_px=MAX_RELIEF_PX)
    brightness = hillshade(height_m, resolution_m=abs(affine.a))
    warped = np.full(frame.shape, np.nan, dtype=np.float32)
    reproject(
        brightness,
        warped,
        src_transform=affine,
        src_crs=crs,
        dst_transform=frame.affine,
        dst_crs=_WEB_MERCATOR,
        resampling=Resampling.bilinear,
        src_nodata=np.nan,
        dst_nodata=np.nan,
    )
    picture = relief_colours(warped)
    if practice is not None:
        _burn_in(picture, practice)
    return Overlay(_webp_url(picture, lossless=False), frame.bounds, frame.shape)


def thinned(classes: UInt8Array, *, keep: BoolArray) -> UInt8Array:
    """Classes of a large raster in blocks, so that its picture stays small, but where it counts.

    Parameters
    ----------
    classes
        Class codes.
    keep
        Cells that stay as they are.

    Returns
    -------
    numpy.ndarray
        Elsewhere each block holds the class of its middle; as many cells along its side as
        leave ``MOST_BLOCKS`` in all. A small raster comes back as it is.
    """
    side = block_side(_two(classes.shape))
    if side == 1:
        return classes
    rows, cols = (
        np.minimum(np.arange(length) // side * side + side // 2, length - 1)
        for length in classes.shape
    )
    return np.where(keep, classes, classes[np.ix_(rows, cols)])


def block_side(shape: tuple[int, int]) -> int:
    """Cells along the side of a block in which a large raster is drawn where nobody asked.

    Parameters
    ----------
    shape
        Rows and columns of the raster.

    Returns
    -------
    int
        1 where every cell is drawn.
    """
    return max(1, math.ceil(math.sqrt(shape[0] * shape[1] / MOST_BLOCKS)))


def class_colours(classes: UInt8Array, legend: Sequence[ClassStyle]) -> UInt8Array:
    """Colours of a raster of classes, hatching included.

    Parameters
    ----------
    classes
        Class codes, uint8; 255 is unknown.
    legend
        How each class is drawn.

    Returns
    -------
    numpy.ndarray
        Red, green, blue and alpha, uint8, one more axis than the input.
    """
    plain = np.zeros((256, 4), dtype=np.uint8)
    lines = np.zeros((256, 4), dtype=np.uint8)
    for style in legend:
        plain[style.code] = (*style.colour, 255)
        darker = tuple(round(band * _HATCH_SHADE) for band in style.colour)
        lines[style.code] = (*darker, 255) if style.hatched else plain[style.code]
    picture: UInt8Array = plain[classes]
    hatch = _hatch(_two(classes.shape))
    picture[hatch] = lines[classes[hatch]]
    return picture


def check_classes(classes: UInt8Array, legend: Sequence[ClassStyle]) -> None:
    """Refuse a raster that its legend does not explain.

    Parameters
    ----------
    classes
        Class codes.
    legend
        How each class is drawn.

    Raises
    ------
    DataError
        The raster is not a two-dimensional array of uint8, holds a class without a style, or
        the legend names a class twice.
    """
    if classes.ndim != 2 or classes.dtype != np.uint8:
        raise DataError(
            f"classes has {classes.ndim} axes of {classes.dtype}, a raster of uint8 is needed"
        )
    codes = [style.code for style in legend]
    if len(set(codes)) != len(codes):
        raise DataError(f"legend names a class twice: {sorted(codes)}; give each code one style")
    present = np.flatnonzero(np.bincount(classes.ravel(), minlength=256)).tolist()
    strangers = sorted(set(present) - set(codes) - {NODATA})
    if strangers:
        raise DataError(
            f"classes holds {strangers}, the legend explains {sorted(codes)} and {NODATA} "
            "(unknown); add the missing classes to the legend"
        )


def _hatch(shape: tuple[int, int]) -> BoolArray:
    """Thin diagonal lines, about as many at every size of picture."""
    period = max(5, round(max(shape) / _HATCH_LINES))
    width = max(1, round(period * 0.24))
    rows, cols = np.ogrid[: shape[0], : shape[1]]
    lines: BoolArray = (rows + cols) % period < width
    return lines


def _burn_in(picture: UInt8Array, practice: Bilingual) -> None:
    """Draw the words into a picture, where it is not transparent."""
    mask = watermark_mask(practice.plain.upper(), _two(picture.shape[:2])) & (picture[..., 3] > 0)
    picture[mask] = inked(picture[mask])


def _webp_url(picture: UInt8Array, *, lossless: bool) -> str:
    out = io.BytesIO()
    quality = 80 if lossless else _HILLSHADE_QUALITY
    Image.fromarray(picture, mode="RGBA").save(
        out, format="WEBP", lossless=lossless, quality=quality, method=_WEBP_METHOD
    )
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def _two(shape: tuple[int, ...]) -> tuple[int, int]:
    rows, cols = shape
    return rows, cols
