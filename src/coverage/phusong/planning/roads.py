"""Distances along roads, which cables follow."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from phusong.planning.hops import End
from phusong.units import FloatArray

ROAD_PIECE_M = 100.0
"""Roads are cut into pieces no longer than this to find the nearest point of one [m]."""


class Roads:
    """Distances along roads.

    Parameters
    ----------
    lines
        Roads in the study's CRS; they join where they cross or touch.
    """

    def __init__(self, lines: gpd.GeoSeries) -> None:
        whole = shapely.segmentize(shapely.unary_union(list(lines)), ROAD_PIECE_M)
        parts = [part for part in shapely.get_parts(whole) if part.geom_type == "LineString"]
        points = [np.round(shapely.get_coordinates(part), 1) for part in parts]
        every = np.concatenate(points) if points else np.empty((0, 2))
        self.place, number = np.unique(every, axis=0, return_inverse=True)
        number = np.asarray(number).ravel()
        ends = np.cumsum([len(part) for part in points], dtype=np.int64)[:-1]
        pairs = [
            np.stack([part[:-1], part[1:]]) for part in np.split(number, ends) if len(part) > 1
        ]
        tail, head = np.concatenate(pairs, axis=1) if pairs else np.empty((2, 0), dtype=np.int64)
        count = len(self.place)
        either = np.sort(np.stack([tail, head]), axis=0)
        tail, head = np.unique(either[:, either[0] != either[1]], axis=1)
        length = np.hypot(*(self.place[head] - self.place[tail]).T)
        self.graph = sparse.csr_matrix((length, (tail, head)), shape=(count, count))
        self.tree = cKDTree(self.place) if count else None

    def lengths_m(self, starts: Sequence[End], ends: Sequence[End]) -> FloatArray:
        """Length of the way between each start and each end.

        Parameters
        ----------
        starts, ends
            Places anywhere; each goes straight to the nearest point of a road.

        Returns
        -------
        numpy.ndarray
            Starts × ends; the straight line where no road leads [m].
        """
        straight = np.array([[start.distance_m(end) for end in ends] for start in starts])
        straight = straight.reshape(len(starts), len(ends))
        if self.tree is None or not straight.size:
            return straight
        access = [
            self.tree.query([(end.easting, end.northing) for end in group])
            for group in (starts, ends)
        ]
        (to_start, at_start), (to_end, at_end) = access
        along = dijkstra(self.graph, directed=False, indices=at_end)[:, at_start].T
        way = to_start[:, np.newaxis] + along + to_end[np.newaxis, :]
        return np.where(np.isfinite(way), np.maximum(way, straight), straight)
