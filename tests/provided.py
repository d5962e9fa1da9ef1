"""What the provider of the tests serves: files in the layouts of the real ones."""

from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin

from synthetic import SOUTH, TO_METRES, WEST, height_m

COPERNICUS = "copernicus-dem-30m.s3.amazonaws.com"
TILE = "Copernicus_DSM_COG_10_N22_00_E104_00_DEM"
WORLDPOP = "data.worldpop.org/GIS/Population/Global_2000_2020/2020/VNM/vnm_ppp_2020_UNadj.tif"
OVERPASS = "overpass-api.de/api/interpreter"
NO_ROUND = {"compress": "deflate", "tiled": True, "blockxsize": 256, "blockysize": 256}


def geotiff(values: Any, transform: Any, **profile: Any) -> bytes:
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=values.shape[1], height=values.shape[0], count=1,
            dtype=values.dtype, crs="EPSG:4326", transform=transform, **NO_ROUND, **profile,
        ) as dataset:  # fmt: skip
            dataset.write(values, 1)
        return bytes(memory.read())


def copernicus_tile(west: int, *, step: int = 4) -> bytes:
    """A tile in the provider's layout: cells centred on whole steps of 4″."""
    size, cell = 3600 // step, step / 3600
    lon = west + cell * np.arange(size)
    lat = 23.0 - cell * np.arange(size)
    x, y = TO_METRES.transform(*np.meshgrid(lon, lat))
    values = height_m(np.clip(x - WEST, 0, 6000), np.clip(y - SOUTH, 0, 6000)).astype(np.float32)
    return geotiff(values, from_origin(west - cell / 2, 23.0 + cell / 2, cell, cell))


def people() -> bytes:
    rng = np.random.default_rng(3)
    values = rng.gamma(1.0, 2.0, (1200, 1200)).astype(np.float32)
    return geotiff(values, from_origin(103.5, 23.0, 1 / 1200, 1 / 1200), nodata=-99999.0)
