"""From steps between cells to natural lines."""

import numpy as np
import shapely

from phusong.units import FloatArray, IntArray


def chained(edges: IntArray) -> list[FloatArray]:
    """Edges joined end to end into the longest chains between forks.

    Parameters
    ----------
    edges
        One row per edge: row and column of its start, row and column of its end.

    Returns
    -------
    list of numpy.ndarray
        Vertices of each chain, row and column; the first equals the last where it is closed.
    """
    segments = shapely.linestrings(edges.reshape(-1, 2, 2).astype(np.float64))
    merged = shapely.line_merge(shapely.multilinestrings(segments))
    return [shapely.get_coordinates(part) for part in shapely.get_parts(merged)]


def softened(vertices: FloatArray, *, passes: int) -> FloatArray:
    """Chain with its corners rounded; the ends of an open one stay where they are.

    Parameters
    ----------
    vertices
        One row per vertex; the first equals the last where the chain is closed.
    passes
        How often each vertex is moved half-way to the mean of its neighbours.

    Returns
    -------
    numpy.ndarray
        As many vertices.
    """
    closed = bool((vertices[0] == vertices[-1]).all())
    for _ in range(passes):
        if closed:
            ring = vertices[:-1]
            ring = 0.5 * ring + 0.25 * (np.roll(ring, 1, axis=0) + np.roll(ring, -1, axis=0))
            vertices = np.concatenate([ring, ring[:1]])
        else:
            inner = 0.5 * vertices[1:-1] + 0.25 * (vertices[:-2] + vertices[2:])
            vertices = np.concatenate([vertices[:1], inner, vertices[-1:]])
    return vertices
