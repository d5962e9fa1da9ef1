"""Clutter for a single map, and what rasters say of themselves."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.sources.clutter import read_clutter
from phusong.sources.map_rasters import is_practice

GRID = Grid.from_bounds(400_000, 2_480_000, 400_400, 2_480_300, crs="EPSG:32648", resolution_m=50)


def write(
    file: Path, values: np.ndarray, *, nodata: float | None = None, crs: str | None = "EPSG:32648"
) -> Path:
    """Raster of 10 m cells over the grid, or whatever it covers."""
    with rasterio.open(
        file, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs=crs, nodata=nodata,
        transform=Affine(10.0, 0.0, 400_000.0, 0.0, -10.0, 2_480_300.0),
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
    return file


def test_heights_are_those_of_the_nearest_cell(tmp_path: Path) -> None:
    heights = np.arange(30 * 40, dtype=np.float32).reshape(30, 40) / 100.0
    found = read_clutter([write(tmp_path / "c.tif", heights)], GRID, kind="heights").height_m
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, heights[2::5, 2::5])


def test_worldcover_classes_become_heights(tmp_path: Path) -> None:
    classes = np.full((30, 40), 40, np.uint8)
    classes[:, 10:20] = 10
    classes[:, 20:30] = 50
    classes[:, 30:] = 80
    found = read_clutter([write(tmp_path / "w.tif", classes)], GRID, kind="worldcover").height_m
    np.testing.assert_array_equal(found[0], [0, 0, 15, 15, 10, 10, 0, 0])


def test_what_the_raster_does_not_know_is_unknown_and_counted(tmp_path: Path) -> None:
    heights = np.full((30, 20), 3.0, np.float32)  # the western half
    heights[:5, :5] = -1.0
    file = write(tmp_path / "c.tif", heights, nodata=-1.0)
    with pytest.warns(DataWarning, match="clutter is unknown in 25 of 48 cells"):
        found = read_clutter([file], GRID, kind="heights").height_m
    assert np.isnan(found[:, 4:]).all()
    assert np.isnan(found[0, 0])
    assert (found[1:, :4] == 3.0).all()


def test_class_zero_is_unknown(tmp_path: Path) -> None:
    classes = np.zeros((30, 40), np.uint8)
    with pytest.warns(DataWarning, match="clutter is unknown in 48 of 48"):
        found = read_clutter([write(tmp_path / "w.tif", classes)], GRID, kind="worldcover").height_m
    assert np.isnan(found).all()


def test_what_is_no_clutter(tmp_path: Path) -> None:
    terrain = write(tmp_path / "dem.tif", np.full((30, 40), 900.0, np.float32))
    with pytest.raises(DataError, match="from 900 to 900 m, 0 to 150 m above ground"):
        read_clutter([terrain], GRID, kind="heights")
    with pytest.raises(DataError, match=r"holds the values \[900\.0\], WorldCover has 10"):
        read_clutter([terrain], GRID, kind="worldcover")
    below = write(tmp_path / "b.tif", np.full((30, 40), -3.0, np.float32))
    with pytest.raises(DataError, match="from -3 to -3 m"):
        read_clutter([below], GRID, kind="heights")
    text = tmp_path / "text.tif"
    text.write_text("no raster", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        read_clutter([text], GRID, kind="heights")
    homeless = write(tmp_path / "h.tif", np.zeros((30, 40), np.float32), crs=None)
    with pytest.raises(DataError, match="has no CRS"):
        read_clutter([homeless], GRID, kind="heights")


def test_practice_data_is_recognised_by_its_tag(tmp_path: Path, practice_folder: Path) -> None:
    plain = write(tmp_path / "c.tif", np.zeros((30, 40), np.float32))
    assert not is_practice([plain])
    assert is_practice([plain, practice_folder / "dem.tif"])
