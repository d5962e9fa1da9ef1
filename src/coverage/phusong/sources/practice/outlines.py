"""Illustrative outlines of the communes: grown from their points, bounded by ridges."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage
from shapely.geometry import Polygon
from shapely.geometry.polygon import orient

from phusong.sources.practice import facts
from phusong.sources.practice.curves import chained, softened
from phusong.sources.practice.facts import COMMUNES, CommuneFact
from phusong.sources.practice.fields import generator, spectral_noise, to_geographic
from phusong.sources.practice.ground import PLAN_CELL_M, Ground, cheapest_ways
from phusong.units import FloatArray, IntArray

SMOOTHING_PASSES = 3
SIMPLIFIED_TO_M = 25.0


@dataclass(frozen=True, eq=False)
class Outline:
    """A commune with its illustrative outline.

    Parameters
    ----------
    fact
        The commune.
    polygon
        Outline in the metric CRS.
    geographic
        The same outline in WGS 84, coordinates rounded to 6 decimals, exterior anticlockwise.
    """

    fact: CommuneFact
    polygon: Polygon
    geographic: Polygon


def practice_outlines(ground: Ground, seed: int) -> tuple[Outline, ...]:
    """Outlines of the ten communes; neighbours share their border exactly.

    Parameters
    ----------
    ground
        The ground that shapes them.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    tuple of Outline
        In the order of the communes' facts.
    """
    labels = _smoothed(_grown(ground, seed))
    arcs = [_softened(arc) for arc in _arcs(labels)]
    faces = shapely.get_parts(shapely.polygonize(arcs))
    return tuple(_outline(fact, faces, labels, ground, k) for k, fact in enumerate(COMMUNES, 1))


def _grown(ground: Ground, seed: int) -> IntArray:
    """Number of the commune that each cell belongs to, 0 for none."""
    noise = spectral_noise(
        generator(seed, "outlines"), ground.grid.shape, cell_m=PLAN_CELL_M, exponent=2.4,
        shortest_m=500.0, longest_m=4000.0,
    )  # fmt: skip
    ridge = np.clip(ground.relative_height_m / 250.0, -1.0, 2.0)
    weight = np.exp(0.45 * noise + 0.6 * ridge).astype(np.float32)
    graph = ground.graph(np.where(ground.allowed, weight, np.inf).astype(np.float32), 1.0)
    reach = np.full((len(COMMUNES), ground.height_m.size), np.inf)
    for k, fact in enumerate(COMMUNES):
        start = ground.cell_at(fact.latitude, fact.longitude)
        limit = 5.0 * np.sqrt(fact.area_km2) * 1000.0
        reach[k], _ = cheapest_ways(graph, [start], limit=limit)
    nearest = reach.argmin(axis=0)
    labels = np.zeros(ground.height_m.size, dtype=np.int64)
    for k, fact in enumerate(COMMUNES):
        own = np.flatnonzero((nearest == k) & np.isfinite(reach[k]))
        wanted = round(fact.area_km2 * 1e6 / PLAN_CELL_M**2)
        closest = own[np.argsort(reach[k][own], kind="stable")[:wanted]]
        labels[closest] = k + 1
    return labels.reshape(ground.grid.shape)


def _smoothed(labels: IntArray) -> IntArray:
    """Labels without single cells, thin arms and holes."""
    weight = np.stack(
        [
            ndimage.gaussian_filter((labels == k).astype(np.float64), 1.2)
            for k in range(len(COMMUNES) + 1)
        ]
    )
    smooth = weight.argmax(axis=0)
    kept = np.zeros_like(labels)
    for k, window in enumerate(ndimage.find_objects(smooth), 1):
        parts, _ = ndimage.label(smooth[window] == k)
        sizes = np.bincount(parts.ravel())
        sizes[0] = 0
        whole = ndimage.binary_fill_holes(parts == sizes.argmax())
        kept[window][whole & (smooth[window] * (smooth[window] != k) == 0)] = k
    return kept


def _arcs(labels: IntArray) -> list[FloatArray]:
    """Borders between labels along cell edges, as chains of cell corners (row, column)."""
    arcs: list[FloatArray] = []
    row, col = np.nonzero(labels[:, :-1] != labels[:, 1:])
    upright = np.stack([row, col + 1, row + 1, col + 1], axis=1)
    sides = np.stack([labels[row, col], labels[row, col + 1]], axis=1)
    row, col = np.nonzero(labels[:-1, :] != labels[1:, :])
    level = np.stack([row + 1, col, row + 1, col + 1], axis=1)
    sides = np.concatenate([sides, np.stack([labels[row, col], labels[row + 1, col]], axis=1)])
    edges = np.concatenate([upright, level])
    sides.sort(axis=1)
    for pair in np.unique(sides, axis=0):
        arcs.extend(chained(edges[(sides == pair).all(axis=1)]))
    return arcs


def _softened(arc: FloatArray) -> shapely.LineString:
    line = shapely.LineString(softened(arc, passes=SMOOTHING_PASSES))
    return shapely.simplify(line, SIMPLIFIED_TO_M / PLAN_CELL_M)


def _outline(
    fact: CommuneFact, faces: FloatArray, labels: IntArray, ground: Ground, number: int
) -> Outline:
    """The face that covers the middle of the commune's cells."""
    window = ndimage.find_objects(labels)[number - 1]
    inside = ndimage.distance_transform_edt(np.pad(labels[window] == number, 1))
    row, col = np.unravel_index(int(inside.argmax()), inside.shape)
    heart = shapely.Point(window[0].start + row - 0.5, window[1].start + col - 0.5)
    face = next(face for face in faces if face.contains(heart))
    west, _, _, north = ground.grid.bounds
    corners = shapely.get_coordinates(face.exterior)
    easting, northing = west + corners[:, 1] * PLAN_CELL_M, north - corners[:, 0] * PLAN_CELL_M
    latitude, longitude = to_geographic(easting, northing, crs=facts.CRS)
    polygon = orient(Polygon(np.column_stack([easting, northing])))
    geographic = orient(Polygon(np.column_stack([longitude, latitude])))
    return Outline(fact, polygon, geographic)
