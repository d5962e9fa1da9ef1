"""The practice terrain looks like mountains: steep, dendritic, without traces of a grid."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from phusong.geo.terrain import Terrain
from phusong.sources.practice.drainage import flow_over
from phusong.sources.practice.facts import CRS, RED_RIVER
from phusong.sources.practice.fields import generator, to_metric
from phusong.sources.practice.relief import practice_grid


@pytest.fixture(scope="module")
def terrain(practice_folder: Path) -> Terrain:
    with rasterio.open(practice_folder / "dem.tif") as dataset:
        return Terrain(practice_grid(), dataset.read(1))


def slope_degrees(height_m: np.ndarray, cell_m: float) -> np.ndarray:
    return np.degrees(np.arctan(np.hypot(*np.gradient(height_m.astype(np.float64), cell_m))))


def block_means(terrain: Terrain, factor: int) -> np.ndarray:
    rows, cols = (n // factor for n in terrain.grid.shape)
    blocks = terrain.height_amsl_m[: rows * factor, : cols * factor]
    return blocks.reshape(rows, factor, cols, factor).mean(axis=(1, 3), dtype=np.float64)


def test_every_height_is_known_and_in_steps_of_a_decimetre(terrain: Terrain) -> None:
    height = terrain.height_amsl_m
    assert height.dtype == np.float32
    assert np.isfinite(height).all()
    assert np.abs(height * 10.0 - np.rint(height * 10.0)).max() < 2e-3


def test_relief_and_slopes_are_those_of_mountains(terrain: Terrain) -> None:
    height = terrain.height_amsl_m
    assert 60.0 <= height.min() < 110.0
    assert 2600.0 < height.max() < 3200.0
    slope = slope_degrees(height, 30.0)
    assert 15.0 < slope.mean() < 23.0
    assert np.quantile(slope, 0.10) < 10.0, "there is flat ground too"
    assert 30.0 < np.quantile(slope, 0.95) < 45.0


def test_the_main_river_runs_low_and_the_high_range_stands_in_the_south_west(
    terrain: Terrain,
) -> None:
    vertices = np.array(RED_RIVER[3:11])
    east, north = to_metric(vertices[:, 0], vertices[:, 1], crs=CRS)
    row, col = (axis.astype(int) for axis in terrain.grid.pixel_of(east, north))
    reach = 60
    lowest = [
        terrain.height_amsl_m[r - reach : r + reach, c - reach : c + reach].min()
        for r, c in zip(row, col, strict=True)
    ]
    assert max(lowest) < 130.0
    rows, cols = terrain.grid.shape
    corner = terrain.height_amsl_m[rows // 2 :, : cols // 2]
    middle = terrain.height_amsl_m[rows // 2 :, cols // 2 :]
    assert corner.max() > 2500.0
    assert corner.mean() > 2.0 * middle.mean()


def test_valleys_branch(terrain: Terrain) -> None:
    height = block_means(terrain, 8)
    edge = np.ones(height.shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    flow = flow_over(height, cell_m=240.0, taste=np.ones_like(height, np.float32), outlets=edge)
    area_km2 = flow.upstream_cells() * 0.24**2
    sizes = np.array([1.0, 4.0, 16.0, 64.0, 256.0])
    share = np.array([(area_km2 >= size).mean() for size in sizes])
    # Hack: the share of cells with a catchment above A falls about as A**-0.43 in river networks
    exponent = np.polyfit(np.log(sizes), np.log(share), 1)[0]
    assert -0.60 < exponent < -0.35
    pits = flow_over(height, cell_m=240.0, taste=np.ones_like(height, np.float32))
    own = np.arange(height.size)
    inner = ~edge.ravel()
    assert (pits.receiver == own)[inner].mean() < 0.01, "hardly any closed hollows"


def test_slopes_face_every_way_alike(terrain: Terrain) -> None:
    north, east = np.gradient(terrain.height_amsl_m[:1600, :1500].astype(np.float64), 30.0)
    steep = np.hypot(north, east) > 0.1
    aspect = np.degrees(np.arctan2(east[steep], -north[steep])) % 45.0
    near_grid = np.minimum(aspect, 45.0 - aspect) < 2.5
    # five of every 45 degrees lie that near to one of the grid's eight directions: 11 %
    assert near_grid.mean() == pytest.approx(5.0 / 45.0, rel=0.10)


def test_there_are_no_terraces(terrain: Terrain) -> None:
    height = terrain.height_amsl_m
    level = np.abs(np.diff(height, axis=1)) < 0.05
    assert level.mean() < 0.03
    part = np.histogram(height[height > 200.0] % 10.0, bins=20, range=(0.0, 10.0))[0]
    assert part.max() / part.min() < 1.1


def test_nothing_repeats(terrain: Terrain) -> None:
    height = block_means(terrain, 24)
    detail = height - np.mean(height)
    rows, cols = (n // 2 for n in detail.shape)
    quarters = [detail[:rows, :cols], detail[:rows, -cols:], detail[-rows:, :cols]]
    relief = [q - np.polyval(np.polyfit(np.arange(cols), q.mean(axis=0), 2), np.arange(cols))
              for q in quarters]  # fmt: skip
    for k, one in enumerate(relief):
        for other in relief[:k]:
            assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.5


def test_every_seed_and_purpose_has_its_own_stream() -> None:
    first = generator(7, "relief start").standard_normal(4)
    again = generator(7, "relief start").standard_normal(4)
    other_seed = generator(8, "relief start").standard_normal(4)
    other_purpose = generator(7, "relief rock").standard_normal(4)
    assert np.array_equal(first, again)
    assert not np.isclose(first, other_seed).any()
    assert not np.isclose(first, other_purpose).any()
