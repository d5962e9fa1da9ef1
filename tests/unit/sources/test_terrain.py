"""Terrain files: positions, joints, nodata, scale, and what is refused."""

import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.transform import from_origin

import synthetic
from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.tiles import tiles_of
from phusong.pipeline.mapped_terrain import mapped_terrain
from phusong.sources.terrain import read_terrain, terrain_files
from synthetic import CRS, SOUTH, TO_DEGREES, TO_METRES, WEST, write_raster

FloatArray = NDArray[Any]
Field = Callable[[FloatArray, FloatArray], FloatArray]


def grid(resolution_m: float = 90.0, side_m: float = 3600.0) -> Grid:
    return Grid.from_bounds(
        WEST, SOUTH, WEST + side_m, SOUTH + side_m, crs=CRS, resolution_m=resolution_m
    )


def centres(frame: Grid) -> tuple[FloatArray, FloatArray]:
    """Easting and northing of every cell, from the affine alone."""
    row, col = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]] + 0.5
    return frame.affine.c + col * frame.affine.a, frame.affine.f + row * frame.affine.e


def plane(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
    """Heights that bilinear interpolation must give back: 4 % up to the east, 8 % to the north."""
    return 1500 + 4000 * (longitude - 104.03) + 9000 * (latitude - 22.58)


def geographic(
    file: Path, field: Field, *, seconds: float = 3.0, shift: float = 0.0, **profile: Any
) -> Path:
    """A field on a lattice of degrees around the grid, moved by a share of a cell."""
    step = seconds / 3600
    west, north, count = 104.01 + shift * step, 22.62 + shift * step, int(0.08 / step)
    longitude = west + (np.arange(count) + 0.5) * step
    latitude = north - (np.arange(count) + 0.5) * step
    values = field(*np.meshgrid(longitude, latitude)).astype(np.float32)
    write_raster(file, values, transform=from_origin(west, north, step, step), crs="EPSG:4326")
    return file


def metric(file: Path, values: FloatArray, frame: Grid, **profile: Any) -> Path:
    """Values on the lattice of a grid, from its north-west corner."""
    write_raster(file, values, **{"transform": frame.affine, "crs": str(frame.crs), **profile})
    return file


def asymmetric(frame: Grid) -> NDArray[np.float32]:
    rows, cols = frame.shape
    row, col = np.mgrid[0:rows, 0:cols]
    return (300 + 7 * row + 13 * col + (row * col) % 11).astype(np.float32)


@pytest.mark.parametrize("shift", [0.0, 0.31, 0.5])
@pytest.mark.parametrize(("seconds", "resolution_m"), [(1, 30), (3, 30), (1, 90), (3, 90)])
def test_geographic_heights_land_where_they_belong(
    tmp_path: Path, seconds: float, resolution_m: float, shift: float
) -> None:
    frame = grid(resolution_m)
    file = geographic(tmp_path / "dem.tif", plane, seconds=seconds, shift=shift)
    height = read_terrain([file], frame).height_amsl_m
    easting, northing = centres(frame)
    away = height - plane(*TO_DEGREES.transform(easting, northing))
    # Half a 1″ cell to the north is 1.25 m of height here, a whole 3″ cell 7.5 m: a shift of
    # 1/30 of the file's cell would show.
    assert abs(float(away.mean())) < 9000 * seconds / 3600 / 30
    # Averaging over a wider cell of another shape leaves a little per cell.
    assert float(np.abs(away).max()) < 0.25


def test_an_image_is_neither_flipped_nor_turned(tmp_path: Path) -> None:
    frame = grid(30)

    def field(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
        easting, northing = TO_METRES.transform(longitude, latitude)
        return synthetic.height_m(easting - WEST, northing - SOUTH)

    height = read_terrain([geographic(tmp_path / "dem.tif", field, seconds=1)], frame)
    easting, northing = centres(frame)
    truth = synthetic.height_m(easting - WEST, northing - SOUTH)
    # Interpolation over 30 m of terrain whose curvature reaches 0.01 per metre: up to 2 m.
    assert float(np.abs(height.height_amsl_m - truth).max()) < 2.0
    for wrong in (truth[::-1], truth[:, ::-1], truth.T):
        assert float(np.abs(height.height_amsl_m - wrong).mean()) > 50.0


def test_a_file_on_the_grid_comes_through_unchanged(tmp_path: Path) -> None:
    frame = grid()
    values = asymmetric(frame)
    height = read_terrain([metric(tmp_path / "dem.tif", values, frame)], frame).height_amsl_m
    np.testing.assert_array_equal(height, values)
    assert height.dtype == np.float32


@pytest.mark.parametrize("overlap", [0, 1])
def test_two_tiles_equal_the_joined_tile(tmp_path: Path, overlap: int) -> None:
    frame = grid(60)
    whole = geographic(tmp_path / "whole.tif", plane)
    with rasterio.open(whole) as dataset:
        values, affine = dataset.read(1), dataset.transform
    cut = values.shape[1] // 2 + 1  # inside the grid
    west, east = tmp_path / "west.tif", tmp_path / "east.tif"
    write_raster(west, values[:, : cut + overlap], transform=affine, crs="EPSG:4326")
    moved = affine * Affine.translation(cut, 0)
    write_raster(east, values[:, cut:], transform=moved, crs="EPSG:4326")
    joined = read_terrain([whole], frame).height_amsl_m
    assert not np.isnan(joined).any()
    for tiles in ([west, east], [east, west]):
        np.testing.assert_array_equal(read_terrain(tiles, frame).height_amsl_m, joined)


def test_a_folder_of_tiles_is_its_files(tmp_path: Path) -> None:
    frame = grid()
    folder = tmp_path / "ô lưới"
    folder.mkdir()
    for name in ("b.tif", "a.tif"):
        geographic(folder / name, plane)
    (folder / "readme.txt").write_text("not terrain", encoding="utf-8")
    assert [f.name for f in terrain_files([folder])] == ["a.tif", "b.tif"]
    assert not read_terrain(terrain_files([folder]), frame).unknown_cells


def test_the_first_file_that_knows_wins(tmp_path: Path) -> None:
    frame = grid()
    first = asymmetric(frame)
    first[5:9, 3:20] = np.nan
    second = np.full(frame.shape, 77, dtype=np.float32)
    files = [
        metric(tmp_path / "1.tif", first, frame, nodata=np.nan),
        metric(tmp_path / "2.tif", second, frame),
    ]
    height = read_terrain(files, frame).height_amsl_m
    np.testing.assert_array_equal(height, np.where(np.isnan(first), 77, first))


def test_a_file_on_another_lattice_fills_in_without_moving(tmp_path: Path) -> None:
    frame = grid(60)
    east_half = tmp_path / "half.tif"
    with rasterio.open(geographic(tmp_path / "whole.tif", plane)) as dataset:
        values, affine = dataset.read(1), dataset.transform
    cut = values.shape[1] // 2 + 1
    write_raster(
        east_half, values[:, cut:], transform=affine * Affine.translation(cut, 0), crs="EPSG:4326"
    )
    moved = geographic(tmp_path / "moved.tif", plane, shift=0.5)  # same cells, half a cell away
    height = read_terrain([east_half, moved], frame).height_amsl_m
    easting, northing = centres(frame)
    away = height - plane(*TO_DEGREES.transform(easting, northing))
    # Joined as one lattice, the second file would be 3.75 m too high or low. The outermost
    # half cell of the first file is level.
    assert float(np.quantile(np.abs(away), 0.9)) < 0.2


@pytest.mark.parametrize("kind", ["declared", "nan", "mask"])
def test_missing_terrain_is_never_sea_level(tmp_path: Path, kind: str) -> None:
    frame = grid()
    values = asymmetric(frame)
    hole = np.zeros(frame.shape, dtype=bool)
    hole[10:14, 20:30] = True
    file = tmp_path / "dem.tif"
    if kind == "declared":
        stored = np.where(hole, -32768, values).astype(np.int16)
        metric(file, stored, frame, nodata=-32768)
    elif kind == "nan":
        metric(file, np.where(hole, np.nan, values).astype(np.float32), frame)
    else:
        metric(file, values, frame)
        with rasterio.open(file, "r+") as dataset:
            dataset.write_mask(~hole)
    with pytest.warns(DataWarning, match=r"unknown in 40 of 1600 cells \(2.5%\)"):
        terrain = read_terrain([file], frame)
    np.testing.assert_array_equal(np.isnan(terrain.height_amsl_m), hole)
    np.testing.assert_array_equal(terrain.height_amsl_m[~hole], values[~hole])


def test_sea_level_is_not_missing(tmp_path: Path) -> None:
    frame = grid()
    file = metric(tmp_path / "dem.tif", np.zeros(frame.shape, dtype=np.int16), frame)
    terrain = read_terrain([file], frame)
    assert (terrain.height_amsl_m == 0).all()


def test_partial_cover_is_warned_of_and_counted(tmp_path: Path) -> None:
    frame = grid()
    file = metric(tmp_path / "dem.tif", asymmetric(frame)[:, :30], frame)
    with pytest.warns(DataWarning, match=r"terrain is unknown in 400 of 1600 cells \(25.0%\)"):
        terrain = read_terrain([file], frame)
    assert np.isnan(terrain.height_amsl_m[:, 30:]).all()
    assert not np.isnan(terrain.height_amsl_m[:, :30]).any()


def test_scale_and_offset_are_applied(tmp_path: Path) -> None:
    frame = grid()
    metres = asymmetric(frame).astype(np.float64)
    file = metric(tmp_path / "dem.tif", np.rint((metres + 100) * 10).astype(np.int32), frame)
    with rasterio.open(file, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-100.0,)
    height = read_terrain([file], frame).height_amsl_m
    np.testing.assert_allclose(height, metres, atol=1e-3)


def test_the_cells_of_an_hgt_tile_are_its_posts(tmp_path: Path) -> None:
    # SRTM: 1201 posts from degree to degree, the first on the north-west corner itself.
    posts = 1201
    latitude = 23 - np.arange(posts) / 1200
    longitude = 104 + np.arange(posts) / 1200
    heights = np.rint(plane(*np.meshgrid(longitude, latitude))).astype(">i2")
    file = tmp_path / "N22E104.hgt"
    file.write_bytes(heights.tobytes())
    frame = grid(90)
    height = read_terrain([file], frame).height_amsl_m
    easting, northing = centres(frame)
    away = height - plane(*TO_DEGREES.transform(easting, northing))
    # Heights are whole metres, so single cells are off by up to half a metre; a shift of half a
    # post would move the mean by 2 to 4 m.
    assert abs(float(away.mean())) < 0.1
    assert float(np.abs(away).max()) < 0.8


@pytest.mark.parametrize(("bad", "said"), [(-9999, "-9999 to"), (32767, "to 32767 m")])
@pytest.mark.parametrize("resolution_m", [90, 1200])
def test_impossible_heights_are_not_averaged_away(
    tmp_path: Path, bad: float, said: str, resolution_m: float
) -> None:
    values = asymmetric(grid())
    values[17, 23] = bad
    file = metric(tmp_path / "dem.tif", values, grid())
    with pytest.raises(DataError, match=r"check the unit and the nodata value") as error:
        read_terrain([file], grid(resolution_m))
    assert said in str(error.value)
    assert "dem.tif" in str(error.value)
    assert "-500 to 9000 m is possible" in str(error.value)


def test_terrain_elsewhere_is_an_error(tmp_path: Path) -> None:
    frame = grid()
    away = from_origin(WEST + 50_000, SOUTH, 90, 90)
    file = metric(tmp_path / "dem.tif", asymmetric(frame), frame, transform=away)
    with pytest.raises(DataError, match=r"does not overlap the study area 22\.\d+ to 22\.\d+° N"):
        read_terrain([file], frame)


def test_terrain_without_crs_is_an_error(tmp_path: Path) -> None:
    frame = grid()
    file = metric(tmp_path / "dem.tif", asymmetric(frame), frame, crs=None)
    with pytest.raises(DataError, match=r"dem\.tif has no CRS; write one into it"):
        read_terrain([file], frame)


def test_picture_without_any_reference_is_an_error_without_noise(tmp_path: Path) -> None:
    file = tmp_path / "photo.tif"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write_raster(file, np.zeros((4, 4), dtype=np.uint8))
    with pytest.raises(DataError, match="has no CRS"):
        read_terrain([file], grid())


@pytest.mark.parametrize("content", [b"", b"height\n1\n", b"II*\0\x08\0\0\0"])
def test_unreadable_files_are_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "dem.tif"
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"dem\.tif .*cannot be read"):
        read_terrain([file], grid())


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    file = metric(tmp_path / "dem.tif", asymmetric(grid()), grid())
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"dem\.tif cannot be read"):
        read_terrain([file], grid())


def test_missing_files_and_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.tif does not exist; check inputs\.terrain\.files"):
        terrain_files([tmp_path / "none.tif"])
    with pytest.raises(DataError, match=r"holds no raster; allowed: \.asc"):
        terrain_files([tmp_path])


def test_blocks_leave_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = grid(90.0)
    file = geographic(tmp_path / "dem.tif", plane)
    whole = read_terrain([file], frame).height_amsl_m
    monkeypatch.setattr("phusong.sources.terrain.BLOCK_CELLS", 7)
    blocks = read_terrain([file], frame).height_amsl_m
    assert len(tiles_of(frame.shape, cells=7)) > 4
    # GDAL takes the ratio of cell sizes from the block: 1 cm here, less in blocks of 2048.
    np.testing.assert_allclose(blocks, whole, atol=0.02)


def test_heights_that_are_mapped_are_those_that_are_read(tmp_path: Path) -> None:
    frame, folder = grid(90.0), tmp_path / "cache"
    file = geographic(tmp_path / "dem.tif", plane)
    plain, mapped = read_terrain([file], frame), mapped_terrain(folder, [file], frame)
    assert isinstance(mapped.height_amsl_m, np.memmap)
    np.testing.assert_array_equal(mapped.height_amsl_m, plain.height_amsl_m)
    assert mapped.digest == plain.digest
    (kept,) = folder.rglob("*.f32")
    before = kept.stat().st_mtime_ns
    mapped_terrain(folder, [file], frame)
    assert kept.stat().st_mtime_ns == before
    content = bytearray(kept.read_bytes())
    content[100] ^= 1
    kept.write_bytes(content)
    assert mapped_terrain(folder, [file], frame).digest == plain.digest


@pytest.mark.parametrize("part", [0.4, 0.9, 0.999])
@pytest.mark.parametrize("is_mapped", [False, True])
def test_a_cloud_optimized_file_that_is_cut_is_named(
    tmp_path: Path, part: float, is_mapped: bool
) -> None:
    """Its overviews stand first and can be read; what is cut off is not taken for unknown."""
    plain, file = geographic(tmp_path / "plain.tif", plane), tmp_path / "dem.tif"
    with rasterio.open(plain) as dataset:
        rasterio.shutil.copy(dataset, file, driver="COG", compress="DEFLATE", blocksize=128)
    file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])
    read = partial(mapped_terrain, tmp_path / "cache") if is_mapped else read_terrain
    with pytest.raises(DataError, match=r"dem\.tif cannot be read: .*; get it again"):
        read([file], grid())
