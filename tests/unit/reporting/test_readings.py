"""Numbers inside a page: unpacked here as its script unpacks them."""

import base64
import dataclasses
import zlib

import numpy as np
import pytest
import shapely
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.reporting import readings as module
from phusong.reporting.facts import same
from phusong.reporting.readings import (
    Reading,
    Readings,
    embedded_readings,
    mesh,
    near_places,
    plane,
)
from unit.reporting.cases import SHAPE, grid


def unpacked(packed: dict[str, str], shape: tuple[int, int]) -> np.ndarray:
    """The raster of a plane, cell by cell."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), dtype=np.uint8)
    given = raw.reshape(shape).astype(int)
    if packed["filter"] == "none":
        return given
    out = np.zeros((shape[0] + 1, shape[1] + 1), dtype=int)
    for row in range(1, shape[0] + 1):
        for col in range(1, shape[1] + 1):
            west, north, corner = out[row, col - 1], out[row - 1, col], out[row - 1, col - 1]
            guess = sorted((west, north, west + north - corner))[1]
            out[row, col] = (given[row - 1, col - 1] + guess) % 256
    return out[1:, 1:]


def ramp() -> np.ndarray:
    row, col = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return (-60.0 - 0.7 * row - 0.31 * col).astype(np.float32)


def one(**planes: np.ndarray) -> Reading:
    return Reading(same("A"), np.full(SHAPE, 2, dtype=np.uint8), **planes)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["smooth", "noise", "constant"])
def test_planes_come_back(kind: str) -> None:
    rng = np.random.default_rng(5)
    values = {
        "smooth": (np.add.outer(np.arange(40), np.arange(33)) * 5 % 256).astype(np.uint8),
        "noise": rng.integers(0, 256, (40, 33), dtype=np.uint8),
        "constant": np.full((40, 33), 255, dtype=np.uint8),
    }[kind]
    assert (unpacked(plane(values), values.shape) == values).all()


def test_the_shorter_filter_is_taken() -> None:
    rng = np.random.default_rng(5)
    assert plane(rng.choice(np.array([0, 100], np.uint8), (64, 64)))["filter"] == "none"
    row, col = np.mgrid[:64, :64]
    wavy = (120 + 60 * np.sin(row / 9.1) + 50 * np.cos(col / 7.3)).astype(np.uint8)
    assert plane(wavy)["filter"] == "plane"


def test_levels_are_within_half_a_decibel_and_unknown_stays_unknown() -> None:
    level = ramp()
    level[3, 4], level[5, 6] = np.nan, -400.0
    packed = embedded_readings(Readings((one(level_dbm=level),)), grid())["layers"][0]
    told = unpacked(packed["level"], SHAPE)
    assert told[3, 4] == 255
    assert told[5, 6] == 254
    known = ~np.isnan(level) & (level > -254)
    assert np.abs(-told[known] - level[known]).max() <= 0.5
    assert "probability" not in packed
    assert "server" not in packed


def test_only_servers_that_serve_are_named() -> None:
    server = np.full(SHAPE, -1, dtype=np.int32)
    server[0, :3] = (4, 1, 4)
    names = tuple(f"s{i} {{{{7*7}}}}" for i in range(6))
    packed = embedded_readings(Readings((one(server=server),), names), grid())
    assert [name[:2] for name in packed["servers"]] == ["s1", "s4"]
    assert "{{" not in packed["servers"][0]
    assert unpacked(packed["layers"][0]["server"], SHAPE)[0, :4].tolist() == [2, 1, 2, 0]
    assert "server_high" not in packed["layers"][0]


def test_many_servers_take_two_planes() -> None:
    server = np.arange(SHAPE[0] * SHAPE[1], dtype=np.int32).reshape(SHAPE) % 1000
    names = tuple(map(str, range(1000)))
    layer = embedded_readings(Readings((one(server=server),), names), grid())["layers"][0]
    low, high = (unpacked(layer[key], SHAPE) for key in ("server", "server_high"))
    assert (low + 256 * high - 1 == server).all()


def test_all_together_is_taken_from_the_operator_that_serves() -> None:
    """Left out of the page only where it is the same to the last decibel."""
    odd = np.add.outer(np.arange(SHAPE[0]), np.arange(SHAPE[1])) % 2 == 1
    servers = [np.where(odd, 1, 0), np.where(odd, 3, 2)]
    a, b = (one(level_dbm=ramp() - 5 * i, server=s.astype(np.int32)) for i, s in enumerate(servers))
    west = np.arange(SHAPE[1]) < 40
    together = one(
        level_dbm=np.where(west, a.level_dbm, b.level_dbm),
        server=np.where(west, a.server, b.server).astype(np.int32),
    )
    names = tuple("abcd")
    packed = embedded_readings(Readings((together, a, b), names), grid())["layers"]
    assert [layer["follows"] for layer in packed] == [["level"], [], []]
    assert ["level" in layer for layer in packed] == [False, True, True]
    changed = together.level_dbm.copy()  # type: ignore[union-attr]
    changed[50, 50] += 2
    other = dataclasses.replace(together, level_dbm=changed)
    packed = embedded_readings(Readings((other, a, b), names), grid())["layers"]
    assert packed[0]["follows"] == []
    assert "level" in packed[0]


def test_a_server_without_a_name_is_refused() -> None:
    server = np.full(SHAPE, 3, dtype=np.int32)
    with pytest.raises(DataError, match="give a name to each"):
        embedded_readings(Readings((one(server=server),), ("a", "b")), grid())


def test_another_shape_is_refused() -> None:
    wrong = Reading(same("A"), np.zeros((3, 3), dtype=np.uint8))
    with pytest.raises(DataError, match=r"shape \(3, 3\)"):
        embedded_readings(Readings((wrong,)), grid())


def test_a_large_frame_keeps_the_places_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    near = np.zeros(SHAPE, dtype=bool)
    near[10:20, 10:30] = True
    readings = Readings((one(level_dbm=ramp()),), near=near)
    assert embedded_readings(readings, grid())["near"] is None
    monkeypatch.setattr(module, "MOST_CELLS", SHAPE[0] * SHAPE[1] - 1)
    packed = embedded_readings(readings, grid())
    assert (unpacked(packed["near"], SHAPE) == near).all()
    told = unpacked(packed["layers"][0]["level"], SHAPE)
    assert np.abs(-told[near] - ramp()[near]).max() <= 0.5
    assert not told[~near].any()


def test_same_numbers_same_text() -> None:
    readings = Readings((one(level_dbm=ramp()),))
    assert embedded_readings(readings, grid()) == embedded_readings(readings, grid())


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:9208", "EPSG:3405", "EPSG:32647"])
def test_the_mesh_finds_cells_over_a_province(crs: str) -> None:
    """Two degrees wide, also in a zone that is not its own, far from the central meridian."""
    to_metres = Transformer.from_crs(4326, crs, always_xy=True)
    east, north = to_metres.transform(104.0, 22.5)
    wide = Grid(GeoBox((2000, 2200), Affine(90.0, 0, east - 99_000, 0, -90.0, north + 90_000), crs))
    found = mesh(wide)
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(103.2, 104.8, 500), rng.uniform(21.9, 23.2, 500)
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    n = found["nodes"]
    u = (x - found["left"]) / (found["right"] - found["left"]) * (n - 1)
    v = (found["top"] - y) / (found["top"] - found["bottom"]) * (n - 1)
    i, j = np.floor(v).astype(int), np.floor(u).astype(int)
    row, col = wide.pixel_of(*to_metres.transform(lon, lat))
    for key, exact in (("row", row), ("col", col)):
        table = np.array(found[key]).reshape(n, n)
        a, b = u - j, v - i
        told = (1 - b) * ((1 - a) * table[i, j] + a * table[i, j + 1]) + b * (
            (1 - a) * table[i + 1, j] + a * table[i + 1, j + 1]
        )
        assert np.abs(told - exact).max() < 0.05


def test_near_places() -> None:
    frame = grid()
    west, _, _, north = frame.bounds
    spot = shapely.box(west + 4000, north - 6000, west + 4400, north - 5600)
    near = near_places(frame, 900.0, [spot])
    rows, cols = np.nonzero(near)
    assert rows.min() == 12
    assert cols.max() == 12
    assert near_places(frame, 900.0, []).all()
