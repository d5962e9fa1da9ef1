"""Patches stitched across tiles against GDAL's sieve of the whole raster."""

import numpy as np
import pytest
from numpy.typing import NDArray
from rasterio.features import sieve
from scipy.ndimage import uniform_filter

from phusong.analysis.stitched import Patches
from phusong.geo.tiles import whole


def blobs(seed: int, shape: tuple[int, int], smooth: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(size=shape)
    return (uniform_filter(noise, smooth) > 0.02 / smooth).astype(np.uint8)


@pytest.mark.parametrize("tile_cells", [5, 16, 23, 100])
@pytest.mark.parametrize("smooth", [1, 2, 5])
@pytest.mark.parametrize("seed", range(4))
def test_sieving_by_tiles_is_gdals_sieve(seed: int, smooth: int, tile_cells: int) -> None:
    raster = blobs(seed, (61, 83), smooth)
    patches = Patches(raster.shape, lambda t: t.part(raster), tile_cells=tile_cells)
    changed = 0
    for least in (1, 2, 3, 4, 6, 10, 25, 80, 5000):
        wanted = sieve(raster, least, connectivity=4) if least > 1 else raster
        found = patches.sieved(least).over(whole(raster.shape))
        np.testing.assert_array_equal(found, wanted, err_msg=f"{least}")
        changed += int((wanted != raster).any())
    assert changed > 3


def test_a_raster_of_one_value_stays() -> None:
    for value in (0, 1):
        raster = np.full((9, 7), value, dtype=np.uint8)
        patches = Patches(raster.shape, lambda t, r=raster: t.part(r), tile_cells=4)
        assert patches.size.tolist() == [63]
        assert (patches.sieved(100).over(whole(raster.shape)) == value).all()
