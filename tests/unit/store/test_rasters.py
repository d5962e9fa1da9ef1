"""Rasters on disk: tenths of a decibel, unknown stays unknown, the same bytes each time."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from phusong.errors import StoreError
from phusong.geo.grid import Grid
from phusong.store.rasters import read_raster, read_scaled, write_decibels, write_raster

GRID = Grid.from_bounds(400_050, 2_494_980, 400_590, 2_495_340, crs="EPSG:32648", resolution_m=90)
LEVEL = np.array(
    [
        [-100.04, -100.06, np.nan, 0.0, 3.25, -0.04],
        [-85.0, -121.57, -60.33, np.nan, np.nan, -99.96],
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        [-200.0, 99.9, -0.05, 0.05, 1e-3, -1e-3],
    ],
    dtype=np.float32,
)


def test_levels_come_back_within_half_a_tenth(tmp_path: Path) -> None:
    file = tmp_path / "mức thu.tif"
    write_decibels(file, LEVEL, GRID, unit="dBm")
    back = read_scaled(file)
    assert back.dtype == np.float32
    np.testing.assert_array_equal(np.isnan(back), np.isnan(LEVEL))
    known = ~np.isnan(LEVEL)
    assert float(np.abs(back - LEVEL)[known].max()) <= 0.05 + 1e-5
    assert back[0, 0] == np.float32(-100.0)
    assert back[0, 1] == np.float32(-100.1)
    assert not np.signbit(back[0, 3])


def test_what_is_stored(tmp_path: Path) -> None:
    file = tmp_path / "a.tif"
    write_decibels(file, LEVEL, GRID, unit="dBm", tags={"DATA_STATUS": "Dữ liệu mô phỏng"})
    stored = read_raster(file)
    assert stored.dtype == np.int16
    assert stored[1].tolist() == [-850, -1216, -603, -32768, -32768, -1000]
    with rasterio.open(file) as dataset:
        assert dataset.crs == "EPSG:32648"
        assert dataset.transform == GRID.affine
        assert dataset.nodata == -32768
        assert dataset.scales == (0.1,)
        assert dataset.units == ("dBm",)
        assert dataset.tags()["DATA_STATUS"] == "Dữ liệu mô phỏng"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        masked = dataset.read(1, masked=True)
    np.testing.assert_array_equal(masked.mask, np.isnan(LEVEL))


def test_levels_beyond_16_bits_do_not_wrap_around(tmp_path: Path) -> None:
    level = np.full(GRID.shape, -5000.0, dtype=np.float32)
    level[0, 0] = 5000.0
    write_decibels(tmp_path / "a.tif", level, GRID, unit="dB")
    back = read_scaled(tmp_path / "a.tif")
    assert back[0, 0] == pytest.approx(3276.7)
    assert back[1, 1] == pytest.approx(-3276.7)  # the lowest stored number means unknown


def test_servers_and_percent_keep_their_numbers(tmp_path: Path) -> None:
    server = np.arange(24, dtype=np.int32).reshape(4, 6) - 1
    write_raster(tmp_path / "s.tif", server, GRID, nodata=-1)
    np.testing.assert_array_equal(read_raster(tmp_path / "s.tif"), server)
    percent = (np.arange(24, dtype=np.uint8) * 4).reshape(4, 6)
    percent[0, 0] = 255
    write_raster(tmp_path / "p.tif", percent, GRID, nodata=255, unit="percent")
    back = read_scaled(tmp_path / "p.tif")
    assert np.isnan(back[0, 0])
    np.testing.assert_array_equal(back.ravel()[1:], percent.ravel()[1:])


def test_float_rasters_keep_nan(tmp_path: Path) -> None:
    write_raster(tmp_path / "f.tif", LEVEL, GRID, nodata=np.nan)
    np.testing.assert_array_equal(read_scaled(tmp_path / "f.tif"), LEVEL)


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / "một.tif", tmp_path / "hai thư mục" / "b.tif"]
    for file in files:
        write_decibels(file, LEVEL, GRID, unit="dBm", tags={"b": "2", "a": "1"})
    assert files[0].read_bytes() == files[1].read_bytes()
    write_decibels(files[0], LEVEL + np.float32(0.2), GRID, unit="dBm")
    assert files[0].read_bytes() != files[1].read_bytes()


def test_values_are_not_written_to(tmp_path: Path) -> None:
    level = LEVEL.copy()
    level.setflags(write=False)
    write_decibels(tmp_path / "a.tif", level, GRID, unit="dBm")
    np.testing.assert_array_equal(level, LEVEL)


@pytest.mark.parametrize("content", [b"", b"not a raster"])
def test_unreadable_files_say_what_to_do(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.tif"
    file.write_bytes(content)
    for read in (read_raster, read_scaled):
        with pytest.raises(StoreError, match=r"cannot read .*a\.tif.*remove it and run again"):
            read(file)
    with pytest.raises(StoreError, match=r"none\.tif"):
        read_scaled(tmp_path / "none.tif")
