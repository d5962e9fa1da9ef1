"""Light and shadow of terrain, for the base layer of maps and figures."""

import math

import numpy as np
from numpy.typing import NDArray

from phusong.errors import DataError
from phusong.units import Float32Array

UInt8Array = NDArray[np.uint8]

LIGHTS = ((315.0, 45.0, 0.62), (270.0, 50.0, 0.14), (0.0, 50.0, 0.14), (225.0, 60.0, 0.10))
"""Azimuth [deg], elevation [deg] and weight of each light: a north-western sun, softened from
three sides so that slopes in its shadow keep their shape."""

_SHADOW, _GROUND, _SUNLIT = (70, 78, 92), (203, 205, 203), (252, 250, 244)


def hillshade(
    height_m: Float32Array, *, resolution_m: float, exaggeration: float = 1.4
) -> Float32Array:
    """Brightness of terrain lit from several sides.

    Parameters
    ----------
    height_m
        Heights on a north-up grid of square cells; NaN is unknown [m].
    resolution_m
        Side of a cell, > 0 [m].
    exaggeration
        Factor on heights, for looks only.

    Returns
    -------
    numpy.ndarray
        0 (shadow) to 1 (fully lit), level ground about 0.73; NaN where the height is unknown.

    Raises
    ------
    DataError
        The heights are not a two-dimensional array, or the resolution is not positive.

    Notes
    -----
    Lambert's cosine law for each light, summed by weight; slopes by central differences, at the
    rim of the known terrain by one-sided ones.
    """
    if height_m.ndim != 2:
        raise DataError(f"height_m has {height_m.ndim} axes, a raster with two is needed")
    if not resolution_m > 0.0:
        raise DataError(f"resolution_m={resolution_m} must be positive [m]")
    eastward = _slope(height_m, axis=1) * (exaggeration / resolution_m)
    northward = -_slope(height_m, axis=0) * (exaggeration / resolution_m)
    steepness = np.sqrt(eastward**2 + northward**2 + 1.0)
    brightness = np.zeros(height_m.shape, dtype=np.float32)
    for azimuth_deg, elevation_deg, weight in LIGHTS:
        azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
        flat = math.cos(elevation)
        east, north, up = flat * math.sin(azimuth), flat * math.cos(azimuth), math.sin(elevation)
        cosine = (up - east * eastward - north * northward) / steepness
        brightness += np.float32(weight) * np.maximum(cosine, 0.0).astype(np.float32)
    brightness[np.isnan(height_m)] = np.nan
    return brightness


def relief_colours(brightness: Float32Array) -> UInt8Array:
    """Quiet grey colours for a brightness, cool in shadow and warm in light.

    Parameters
    ----------
    brightness
        As from ``hillshade``; NaN becomes transparent.

    Returns
    -------
    numpy.ndarray
        Red, green, blue and alpha, uint8, one more axis than the input.
    """
    known = ~np.isnan(brightness)
    level = np.where(known, np.clip(brightness, 0.0, 1.0), 0.0)
    stops = (0.05, 0.72, 1.0)
    colours = np.empty((*brightness.shape, 4), dtype=np.uint8)
    for band in range(3):
        values = (_SHADOW[band], _GROUND[band], _SUNLIT[band])
        colours[..., band] = np.rint(np.interp(level, stops, values)).astype(np.uint8)
    colours[..., 3] = np.where(known, 255, 0)
    colours[~known] = 0
    return colours


def _slope(height_m: Float32Array, *, axis: int) -> Float32Array:
    """Rise per cell along an axis; NaN neighbours and the frame's edge count as absent."""
    rows = np.moveaxis(height_m, axis, 0)
    before, after = np.roll(rows, 1, axis=0), np.roll(rows, -1, axis=0)
    before[0], after[-1] = np.nan, np.nan
    no_before, no_after = np.isnan(before), np.isnan(after)
    rise = np.where(no_after, rows, after) - np.where(no_before, rows, before)
    steps = np.maximum(2 - no_before.astype(np.int8) - no_after.astype(np.int8), 1)
    slope: Float32Array = np.moveaxis((rise / steps).astype(np.float32), 0, axis)
    return slope
