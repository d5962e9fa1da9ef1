"""Random fields and smooth resampling: the raw material of the practice terrain."""

import itertools

import numpy as np
from pyproj import Transformer
from scipy import fft, sparse

from phusong.units import Float32Array, FloatArray

FFT_MARGIN = 0.12
"""Share of a frame that is generated beyond it, so that opposite edges do not match."""

FFT_WORKERS = 2


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Random generator of one purpose.

    Parameters
    ----------
    seed
        Seed of the practice study, >= 0.
    purpose
        Name of what is drawn; every purpose has its own stream, so that changing how much
        one of them draws leaves the others as they were.

    Returns
    -------
    numpy.random.Generator
        The stream.
    """
    return np.random.default_rng(np.random.SeedSequence([seed, *purpose.encode("ascii")]))


def spectral_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    cell_m: float,
    exponent: float,
    shortest_m: float,
    longest_m: float,
) -> Float32Array:
    """Gaussian noise with a power-law spectrum between two wavelengths.

    Parameters
    ----------
    rng
        Source of randomness.
    shape
        Rows and columns.
    cell_m
        Side of a cell, > 0 [m].
    exponent
        Fall of the power spectrum with wave number, 2 (rough) to 3 (smooth).
    shortest_m, longest_m
        Scales beyond which the spectrum falls off, ``shortest_m`` < ``longest_m`` [m].

    Returns
    -------
    numpy.ndarray
        Values of mean 0, standard deviation 1, float32.
    """
    rows, cols = (fft.next_fast_len(n + int(FFT_MARGIN * n), real=True) for n in shape)
    spectrum = fft.rfft2(rng.standard_normal((rows, cols), dtype=np.float32), workers=FFT_WORKERS)
    wave_y = fft.fftfreq(rows, cell_m)[:, None].astype(np.float32)
    wave_x = fft.rfftfreq(cols, cell_m)[None, :].astype(np.float32)
    square = wave_y * wave_y + wave_x * wave_x
    square[0, 0] = 1.0
    gain = square ** np.float32(-exponent / 4.0)
    gain *= np.exp(square * np.float32(-(shortest_m**2)))
    gain *= np.float32(1.0) - np.exp(square * np.float32(-(longest_m**2)))
    gain[0, 0] = 0.0
    field = fft.irfft2(spectrum * gain, s=(rows, cols), workers=FFT_WORKERS)
    field = field[: shape[0], : shape[1]]
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def refined(field: FloatArray | Float32Array, factor: int, *, softness: float) -> Float32Array:
    """Field on cells that are smaller by a whole factor, by separable cubic interpolation.

    Parameters
    ----------
    field
        Values at cell centres.
    factor
        Number of new cells along the side of an old one, >= 1.
    softness
        0: Catmull-Rom, through the values; 1: cubic B-spline, smoother than them.

    Returns
    -------
    numpy.ndarray
        Values on ``factor`` times the rows and columns, float32.
    """
    tall = _refinement(field.shape[0], factor, softness) @ np.asarray(field, dtype=np.float32)
    wide = _refinement(field.shape[1], factor, softness) @ np.ascontiguousarray(tall.T)
    return np.ascontiguousarray(wide.T)


def _refinement(cells: int, factor: int, softness: float) -> sparse.csr_matrix:
    """Interpolation matrix from cell centres to the centres of their parts."""
    position = (np.arange(cells * factor) + 0.5) / factor - 0.5
    left = np.floor(position).astype(np.int64)
    t = position - left
    spline = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    )
    through = np.stack(
        [
            -(t**3) + 2 * t**2 - t,
            3 * t**3 - 5 * t**2 + 2,
            -3 * t**3 + 4 * t**2 + t,
            t**3 - t**2,
        ],
        axis=1,
    )
    weights = (softness * spline / 6.0 + (1.0 - softness) * through / 2.0).astype(np.float32)
    columns = np.clip(left[:, None] + np.arange(-1, 3), 0, cells - 1)
    rows = np.repeat(np.arange(cells * factor), 4)
    return sparse.csr_matrix(
        (weights.ravel(), (rows, columns.ravel())), shape=(cells * factor, cells)
    )


def steepness(height_m: Float32Array, cell_m: float) -> Float32Array:
    """Magnitude of the gradient of a surface.

    Parameters
    ----------
    height_m
        Heights at cell centres [m].
    cell_m
        Side of a cell, > 0 [m].

    Returns
    -------
    numpy.ndarray
        Rise over run, float32, shape of ``height_m``.
    """
    north, east = np.gradient(height_m, np.float32(cell_m))
    return np.asarray(np.hypot(north, east), dtype=np.float32)


def distance_to_line(
    easting: FloatArray, northing: FloatArray, vertices: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Distance of points to a polyline and the line's own value there.

    Parameters
    ----------
    easting, northing
        Points, any shape [m].
    vertices
        One row per vertex: easting [m], northing [m], value.

    Returns
    -------
    distance_m
        Distance to the nearest point of the line [m].
    value
        Value interpolated along the line at that nearest point.
    """
    nearest = np.full(easting.shape, np.inf)
    value = np.zeros(easting.shape)
    for (x0, y0, v0), (x1, y1, v1) in itertools.pairwise(vertices):
        dx, dy = x1 - x0, y1 - y0
        t = np.clip(((easting - x0) * dx + (northing - y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
        square = (easting - x0 - t * dx) ** 2 + (northing - y0 - t * dy) ** 2
        closer = square < nearest
        nearest = np.where(closer, square, nearest)
        value = np.where(closer, v0 + t * (v1 - v0), value)
    return np.sqrt(nearest), value


def to_metric(
    latitude: FloatArray | float, longitude: FloatArray | float, *, crs: str
) -> tuple[FloatArray, FloatArray]:
    """Metric coordinates of WGS 84 points.

    Parameters
    ----------
    latitude, longitude
        WGS 84, any shape [deg].
    crs
        Metric CRS, for example ``EPSG:32648``.

    Returns
    -------
    easting, northing
        Coordinates in the CRS [m].
    """
    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    easting, northing = transformer.transform(np.asarray(longitude), np.asarray(latitude))
    return np.asarray(easting), np.asarray(northing)


def to_geographic(
    easting: FloatArray | float, northing: FloatArray | float, *, crs: str
) -> tuple[FloatArray, FloatArray]:
    """WGS 84 coordinates of metric points.

    Parameters
    ----------
    easting, northing
        Coordinates in the CRS, any shape [m].
    crs
        Metric CRS, for example ``EPSG:32648``.

    Returns
    -------
    latitude, longitude
        WGS 84, rounded to 6 decimals [deg].
    """
    transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    longitude, latitude = transformer.transform(np.asarray(easting), np.asarray(northing))
    return np.round(latitude, 6), np.round(longitude, 6)
