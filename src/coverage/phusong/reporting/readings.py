"""What a click on a map tells: rasters at full value inside the page, and where their cells lie.

Pictures hold classes and are warped for the screen. These hold the numbers of the GeoTIFFs on
the study's own grid, in whole dB and whole percent, so that a page answers for every cell.
"""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.features import rasterize

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual
from phusong.reporting.overlays import mercator_frame
from phusong.reporting.relief import UInt8Array
from phusong.units import BoolArray, Float32Array, FloatArray

NO_VALUE = 255
WEAKEST_DBM = -254
"""Levels are kept down to this; what is weaker is kept as this."""
MOST_CELLS = 1_500_000
"""Larger frames carry numbers near the communes alone, since a page must stay small."""
_MOST_SERVERS = 65_535
_MESH_ERROR_CELLS = 0.02
_FEWEST_NODES, _MOST_NODES = 9, 129


@dataclass(frozen=True, eq=False)
class Reading:
    """Numbers of one operator, or of all together.

    Parameters
    ----------
    name
        The operator.
    classes
        Service class per cell: 0 no signal, 1 marginal, 2 covered, 255 unknown. A page carries
        them where it has no probability to tell them from.
    level_dbm
        Received level, NaN without a site in reach; None where the reader may not know it [dBm].
    probability_percent
        Probability of service, 255 unknown; None where the reader may not know it [%].
    server
        Index of the best server among the names, -1 for none; None where the reader may not
        know it.
    """

    name: Bilingual
    classes: UInt8Array = field(repr=False)
    level_dbm: Float32Array | None = field(default=None, repr=False)
    probability_percent: UInt8Array | None = field(default=None, repr=False)
    server: NDArray[np.int32] | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Readings:
    """What a click tells.

    Parameters
    ----------
    layers
        One for each operator.
    servers
        Name of each server.
    lines_percent
        Probabilities from which a cell is marginal, and covered [%].
    near
        The places asked about: what a large frame carries numbers of, and what pictures of
        further rasters show; None for all.
    """

    layers: tuple[Reading, ...]
    servers: tuple[str, ...] = ()
    lines_percent: tuple[int, int] = (50, 95)
    near: BoolArray | None = field(default=None, repr=False)

    @property
    def kept(self) -> BoolArray | None:
        """Cells whose numbers a page carries; None for all."""
        return None if self.near is None or self.near.size <= MOST_CELLS else self.near


def embedded_readings(readings: Readings, grid: Grid) -> dict[str, Any]:
    """Readings as a page carries them.

    Parameters
    ----------
    readings
        The numbers.
    grid
        Their frame.

    Returns
    -------
    dict
        ``shape``; ``lines``; ``mesh`` from Web Mercator to rows and columns; ``near``,
        ``layers`` and ``servers``, names encoded; a layer ``follows`` where its value is that of
        the first later layer with the same server. A plane is ``{"filter", "data"}``: bytes row
        after row, compressed with deflate, in base64; see :func:`plane`.

    Raises
    ------
    DataError
        A raster does not fit the grid, or there are too many servers.
    """
    rows, cols = grid.shape
    keep = readings.kept
    used = _used_servers(readings)
    number = np.zeros(len(readings.servers) + 1, dtype=np.int64)
    number[used] = np.arange(1, used.size + 1)
    return {
        "shape": [rows, cols],
        "mesh": mesh(grid),
        "lines": list(readings.lines_percent),
        "near": None if keep is None else plane(keep.astype(np.uint8)),
        "servers": [text(readings.servers[index]) for index in used],
        "layers": [
            _layer(layer, readings.layers[place + 1 :], readings.lines_percent, grid, number, keep)
            for place, layer in enumerate(readings.layers)
        ],
    }


def plane(values: UInt8Array) -> dict[str, str]:
    """Bytes of a raster, compressed as the page unpacks them.

    Parameters
    ----------
    values
        Raster of uint8.

    Returns
    -------
    dict
        ``filter``: ``none``, or ``plane`` when each byte is the difference from what its
        neighbours to the west, north and north-west foretell; ``data``: base64 of deflate. The
        shorter of the two.
    """
    kinds = {"none": values, "plane": _foretold(values)}
    packed = {kind: zlib.compress(v.tobytes(), 9) for kind, v in kinds.items()}
    kind = min(packed, key=lambda k: len(packed[k]))
    return {"filter": kind, "data": base64.b64encode(packed[kind]).decode("ascii")}


def mesh(grid: Grid) -> dict[str, Any]:
    """Rows and columns of the grid at nodes that lie evenly in Web Mercator.

    Parameters
    ----------
    grid
        The frame.

    Returns
    -------
    dict
        ``left``, ``right``, ``top``, ``bottom`` [m]; ``nodes`` along each axis; ``row`` and
        ``col`` at each node, row after row. As many nodes as keep what is interpolated between
        them within a fiftieth of a cell.
    """
    frame = mercator_frame(grid.affine, grid.crs, grid.shape)
    rows, cols = frame.shape
    (left, top), (right, bottom) = frame.affine * (0, 0), frame.affine * (cols, rows)
    to_grid = Transformer.from_crs("EPSG:3857", grid.crs, always_xy=True)

    def pixels(nodes: int) -> tuple[FloatArray, FloatArray]:
        x, y = np.meshgrid(np.linspace(left, right, nodes), np.linspace(top, bottom, nodes))
        return grid.pixel_of(*to_grid.transform(x, y))

    nodes, coarse = _FEWEST_NODES, pixels(_FEWEST_NODES)
    while nodes < _MOST_NODES:
        fine = pixels(2 * nodes - 1)
        error = max(_worst(c, f) for c, f in zip(coarse, fine, strict=True))
        if error < _MESH_ERROR_CELLS:
            break
        nodes, coarse = 2 * nodes - 1, fine
    return {
        "left": left, "right": right, "top": top, "bottom": bottom, "nodes": nodes,
        "row": np.round(coarse[0], 3).ravel().tolist(),
        "col": np.round(coarse[1], 3).ravel().tolist(),
    }  # fmt: skip


def _worst(coarse: FloatArray, fine: FloatArray) -> float:
    """Largest difference between nodes and what the coarser nodes around them give."""
    across = (coarse[:, 1:] + coarse[:, :-1]) / 2
    down = (coarse[1:] + coarse[:-1]) / 2
    middle = (across[1:] + across[:-1]) / 2
    pairs = ((across, fine[::2, 1::2]), (down, fine[1::2, ::2]), (middle, fine[1::2, 1::2]))
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def _used_servers(readings: Readings) -> NDArray[np.int64]:
    """Servers that appear on some cell, so that no other name reaches the page."""
    found = [np.unique(r.server) for r in readings.layers if r.server is not None]
    used = np.unique(np.concatenate([np.empty(0, dtype=np.int32), *found]))
    used = used[used >= 0].astype(np.int64)
    if used.size > _MOST_SERVERS or (used.size and used[-1] >= len(readings.servers)):
        raise DataError(
            f"{used.size} servers up to number {used.max()}, {len(readings.servers)} names; "
            f"give a name to each, {_MOST_SERVERS} at most"
        )
    return used


def _layer(
    layer: Reading,
    later: Sequence[Reading],
    lines: tuple[int, int],
    grid: Grid,
    number: NDArray[np.int64],
    keep: BoolArray | None,
) -> dict[str, Any]:
    """Planes of one operator; what the page can take from a later one is left out."""
    planes: dict[str, UInt8Array | None] = {
        "classes": None if _told_by_probability(layer, lines) else layer.classes,
        "level": None if layer.level_dbm is None else _whole_decibels(layer.level_dbm),
        "probability": layer.probability_percent,
    }
    if layer.server is not None:
        numbers = number[np.where(layer.server < 0, number.size - 1, layer.server)]
        planes["server"] = (numbers & 255).astype(np.uint8)
        if int(number.max()) > NO_VALUE:
            planes["server_high"] = (numbers >> 8).astype(np.uint8)
    follows = [what for what in ("level", "probability") if _follows(layer, later, what)]
    packed: dict[str, Any] = {"name": layer.name.html(), "follows": follows}
    for what, values in planes.items():
        if values is None or what in follows:
            continue
        if values.shape != grid.shape:
            raise DataError(
                f"{what} of {layer.name.en!r} has shape {values.shape}, the grid {grid.shape}; "
                "warp it to the grid first"
            )
        packed[what] = plane(values if keep is None else np.where(keep, values, np.uint8(0)))
    return packed


def _follows(layer: Reading, later: Sequence[Reading], what: str) -> bool:
    """Whether values are everywhere those of the first later operator with the same server."""
    field_name = {"level": "level_dbm", "probability": "probability_percent"}[what]
    own = getattr(layer, field_name)
    if own is None or layer.server is None:
        return False
    open_cells = np.ones(own.shape, dtype=np.bool_)
    for other in later:
        theirs = getattr(other, field_name)
        if theirs is None or other.server is None or theirs.shape != own.shape:
            return False
        same = open_cells & (other.server == layer.server)
        if not np.array_equal(own[same], theirs[same], equal_nan=what == "level"):
            return False
        open_cells &= ~same
    return not bool(open_cells.any())


def _told_by_probability(layer: Reading, lines: tuple[int, int]) -> bool:
    """Whether the classes are those that the page works out from the probability."""
    percent = layer.probability_percent
    if percent is None:
        return False
    classes = sum((percent >= line).astype(np.uint8) for line in lines)
    return np.array_equal(np.where(percent == NO_VALUE, NO_VALUE, classes), layer.classes)


def _whole_decibels(level_dbm: Float32Array) -> UInt8Array:
    """Whole dB below 0 dBm; 255 unknown. No handset receives more than a milliwatt."""
    known = np.nan_to_num(level_dbm.astype(np.float64), nan=0.0)
    below = np.clip(np.rint(-known), 0, -WEAKEST_DBM)
    return np.where(np.isnan(level_dbm), np.uint8(NO_VALUE), below.astype(np.uint8))


def _foretold(values: UInt8Array) -> UInt8Array:
    """Differences from the median of west, north and west + north - north-west, modulo 256."""
    wide = np.zeros((values.shape[0] + 1, values.shape[1] + 1), dtype=np.int16)
    wide[1:, 1:] = values
    west, north, corner = wide[1:, :-1], wide[:-1, 1:], wide[:-1, :-1]
    low, high = np.minimum(west, north), np.maximum(west, north)
    guess = np.clip(west + north - corner, low, high)
    left_over: UInt8Array = ((values.astype(np.int16) - guess) & 255).astype(np.uint8)
    return left_over


def near_places(grid: Grid, distance_m: float, areas: Sequence[Any]) -> BoolArray:
    """Cells within a distance of areas.

    Parameters
    ----------
    grid
        The frame.
    distance_m
        How far, >= 0 [m].
    areas
        Polygons in the grid's CRS.

    Returns
    -------
    numpy.ndarray
        True near them; everywhere when there are none.
    """
    if len(areas) == 0:
        return np.ones(grid.shape, dtype=np.bool_)
    around = shapely.union_all(shapely.buffer(np.asarray(areas), distance_m))
    burned = rasterize([around], out_shape=grid.shape, transform=grid.affine, dtype="uint8")
    return np.asarray(burned, dtype=np.bool_)
