"""``phusong map``: terrain and a transmitter in, a GeoTIFF or a KMZ out."""

import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.transform
from affine import Affine
from pyproj import Geod, Transformer
from rasterio.warp import transform
from typer.testing import CliRunner, Result

from phusong.cli.app import app

LATITUDE, LONGITUDE = 22.43, 104.03
CELL_DEG = 0.0005
SIDE = 340
MSI = "\n".join(
    [
        "NAME square",
        "FREQUENCY 900",
        "GAIN 15 dBi",
        "HORIZONTAL 4",
        "0 0",
        "90 12",
        "180 30",
        "270 12",
        "VERTICAL 4",
        "0 0",
        "90 20",
        "180 30",
        "270 20",
    ]
)


def write_raster(
    file: Path, values: np.ndarray, *, tags: dict[str, str] | None = None, nodata: float = -9999.0
) -> Path:
    west, north = LONGITUDE - SIDE / 2 * CELL_DEG, LATITUDE + SIDE / 2 * CELL_DEG
    with rasterio.open(
        file, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs="EPSG:4326", nodata=nodata,
        transform=Affine(CELL_DEG, 0.0, west, 0.0, -CELL_DEG, north),
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
        dataset.update_tags(**(tags or {}))
    return file


def relief() -> np.ndarray:
    rows, cols = np.indices((SIDE, SIDE))
    waves = 90.0 * np.sin(rows / 17.0) * np.cos(cols / 23.0) + 0.4 * rows - 0.2 * cols
    return (waves + 500.0).astype(np.float32)


@pytest.fixture(scope="module")
def dem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_raster(tmp_path_factory.mktemp("dem") / "dem.tif", relief())


def run(dem: Path, out: Path, *options: str) -> Result:
    place = ["--latitude", str(LATITUDE), "--longitude", str(LONGITUDE)]
    sizes = ["--radius-km", "3", "--resolution-m", "60"]
    command = ["map", "--dem", str(dem), *place, *sizes, "--out", str(out), *options]
    return CliRunner().invoke(app, command)


def made(dem: Path, out: Path, *options: str) -> np.ndarray:
    outcome = run(dem, out, *options)
    assert outcome.exit_code == 0, outcome.output
    with rasterio.open(out) as dataset:
        return np.asarray(dataset.read(1))


def distances(out: Path) -> np.ndarray:
    """Distance of every cell from the mast [m]."""
    with rasterio.open(out) as dataset:
        to_metric = Transformer.from_crs("EPSG:4326", dataset.crs, always_xy=True)
        easting, northing = to_metric.transform(LONGITUDE, LATITUDE)
        rows, cols = np.indices(dataset.shape)
        x = dataset.transform.c + 60.0 * (cols + 0.5)
        y = dataset.transform.f - 60.0 * (rows + 0.5)
    return np.asarray(np.hypot(x - easting, y - northing))


@pytest.mark.parametrize("model", ["p1812", "itm", "free_space"])
def test_a_geotiff_on_the_metric_grid(dem: Path, tmp_path: Path, model: str) -> None:
    out = tmp_path / "map.tif"
    values = made(dem, out, "--model", model)
    with rasterio.open(out) as dataset:
        assert dataset.crs.to_string() == "EPSG:32648"
        assert dataset.res == (60.0, 60.0)
        assert dataset.dtypes == ("float32",)
        assert math.isnan(dataset.nodata)
        assert dataset.units == ("dB",)
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        tags = dataset.tags()
        assert (tags["MODEL"], tags["QUANTITY"]) == (model, "path-loss")
        assert (float(tags["LATITUDE"]), float(tags["LONGITUDE"])) == (LATITUDE, LONGITUDE)
        assert (tags["RADIUS_KM"], tags["FREQUENCY_MHZ"]) == ("3.0", "800.0")
        assert ("CLIMATE" in tags) == (model == "itm")
    far = distances(out)
    np.testing.assert_array_equal(np.isfinite(values), far <= 3000.0)
    free_space = 32.44 + 20 * math.log10(800.0) + 20 * np.log10(far / 1000.0)
    known = np.isfinite(values) & (far > 60.0)
    assert (values[known] > free_space[known] - 0.1).all()


def test_quantities_are_one_loss(dem: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.tif"
    loss = made(dem, out, "--frequency-mhz", "900")
    level = made(
        dem, out, "--frequency-mhz", "900", "--quantity", "received-level", "--eirp-dbm", "57"
    )
    field = made(dem, out, "--frequency-mhz", "900", "--quantity", "field-strength")
    np.testing.assert_allclose(level, 57.0 - loss, atol=1e-4)
    np.testing.assert_allclose(field, 199.36 + 20 * math.log10(0.9) - loss, atol=1e-4)


def test_timing_is_one_json_line(dem: Path, tmp_path: Path) -> None:
    outcome = run(dem, tmp_path / "map.tif", "--timing", "--model", "itm")
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(outcome.stdout)
    assert set(told) == {"pixels", "cpu_seconds", "wall_seconds"}
    assert told["pixels"] == (distances(tmp_path / "map.tif") <= 3000.0).sum()
    assert told["cpu_seconds"] > 0.0


@pytest.mark.parametrize("model", ["p1812", "itm"])
def test_any_number_of_threads_writes_the_same_bytes(dem: Path, tmp_path: Path, model: str) -> None:
    files = [tmp_path / f"{threads}.tif" for threads in (1, 3)]
    for file, threads in zip(files, ("1", "3"), strict=True):
        made(dem, file, "--model", model, "--threads", threads)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("model", ["p1812", "itm"])
def test_exact_is_near_the_fast_way(dem: Path, tmp_path: Path, model: str) -> None:
    fast = made(dem, tmp_path / "map.tif", "--model", model)
    exact = made(dem, tmp_path / "map.tif", "--model", model, "--exact")
    assert np.nanmean(np.abs(fast - exact)) < 0.3  # the terrain is smooth


def test_conditions_reach_the_models(dem: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.tif"
    p1812, itm = made(dem, out), made(dem, out, "--model", "itm")
    changed = {
        ("--location-percent", "90"): p1812,
        ("--time-percent", "5"): p1812,
        ("--delta-n", "80"): p1812,
        ("--rx-height-m", "4"): p1812,
        ("--model", "itm", "--n0", "360"): itm,
        ("--model", "itm", "--climate", "7", "--time-percent", "10"): itm,
        ("--model", "itm", "--ground-permittivity", "80"): itm,
        ("--model", "itm", "--ground-conductivity", "5"): itm,
        ("--model", "itm", "--situation-percent", "90"): itm,
        ("--model", "itm", "--mode-of-variability", "3", "--location-percent", "80"): itm,
        ("--model", "itm", "--polarization", "horizontal"): itm,
    }
    for options, plain in changed.items():
        assert np.nanmax(np.abs(made(dem, out, *options) - plain)) > 1e-3, options


def test_clutter_from_heights_and_from_classes(dem: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.tif"
    bare = made(dem, out)
    heights = write_raster(tmp_path / "h.tif", np.full((SIDE, SIDE), 15.0, np.float32))
    classes = write_raster(tmp_path / "w.tif", np.full((SIDE, SIDE), 10, np.uint8), nodata=0)
    tall = made(dem, out, "--clutter", str(heights))
    trees = made(dem, out, "--clutter", str(classes), "--clutter-kind", "worldcover")
    np.testing.assert_array_equal(tall, trees)
    assert np.nanmean(tall - bare) > 5.0


def test_an_antenna_points_where_it_should(dem: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.tif"
    file = tmp_path / "square.msi"
    file.write_text(MSI, encoding="utf-8")
    options = ("--model", "free_space", "--quantity", "received-level", "--frequency-mhz", "900")
    omni = made(dem, out, *options)
    measured = made(dem, out, *options, "--antenna", str(file), "--azimuth-deg", "60")
    loss = omni - measured
    with rasterio.open(out) as dataset:
        bearings = np.radians([60.0, 150.0, 240.0, 330.0])  # front, right, back, left
        longitudes = LONGITUDE + 0.02 * np.sin(bearings) / math.cos(math.radians(LATITUDE))
        latitudes = LATITUDE + 0.02 * np.cos(bearings)
        xs, ys = transform("EPSG:4326", dataset.crs, longitudes.tolist(), latitudes.tolist())
        cells = [dataset.index(x, y) for x, y in zip(xs, ys, strict=True)]
    found = [float(loss[row, col]) for row, col in cells]
    # within a degree of bearing and a few of elevation, at 12 dB / 90 deg and 20 dB / 90 deg
    assert found == pytest.approx([0.0, 12.0, 30.0, 12.0], abs=1.3)
    sector = made(dem, out, *options, "--antenna", "3gpp", "--azimuth-deg", "60")
    assert float((omni - sector)[cells[2]]) == pytest.approx(30.0, abs=0.1)
    tilted = made(
        dem, out, *options, "--antenna", "3gpp", "--azimuth-deg", "60", "--tilt-deg", "10"
    )
    assert float((omni - tilted)[cells[0]]) > 5.0


def test_an_antenna_does_not_enter_the_path_loss(dem: Path, tmp_path: Path) -> None:
    outcome = run(dem, tmp_path / "map.tif", "--antenna", "3gpp")
    assert outcome.exit_code == 0
    assert "antenna does not enter the path loss" in outcome.stderr


def test_an_antenna_of_another_band_is_noticed(dem: Path, tmp_path: Path) -> None:
    file = tmp_path / "square.msi"
    file.write_text(MSI, encoding="utf-8")
    options = ("--antenna", str(file), "--quantity", "received-level", "--frequency-mhz", "1800")
    outcome = run(dem, tmp_path / "map.tif", *options)
    assert "measured at 900 MHz, the carrier is at 1800 MHz" in outcome.stderr


def test_kmz_for_google_earth(dem: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.kmz", tmp_path / "b.kmz"
    for file in (first, second):
        outcome = run(dem, file, "--quantity", "received-level")
        assert outcome.exit_code == 0, outcome.output
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == ["doc.kml", "map.png", "legend.png"]
        assert b"Practice" not in archive.read("doc.kml")


def test_practice_terrain_marks_what_is_made_from_it(tmp_path: Path) -> None:
    statement = {"data_status": "Practice data / Dữ liệu mô phỏng"}
    practice = write_raster(tmp_path / "dem.tif", relief(), tags=statement)
    assert run(practice, tmp_path / "map.kmz").exit_code == 0
    with zipfile.ZipFile(tmp_path / "map.kmz") as archive:
        assert "Practice data" in archive.read("doc.kml").decode("utf-8")
    made(practice, tmp_path / "map.tif")
    with rasterio.open(tmp_path / "map.tif") as dataset:
        assert "Practice data" in dataset.tags()["DATA_STATUS"]


def test_several_tiles_are_one_terrain(dem: Path, tmp_path: Path) -> None:
    height = relief()
    folder = tmp_path / "tiles"
    folder.mkdir()
    with rasterio.open(dem) as dataset:
        for name, cols in (("w", slice(0, 150)), ("e", slice(150, SIDE))):
            shift = dataset.transform * Affine.translation(cols.start, 0)
            with rasterio.open(
                folder / f"{name}.tif", "w", driver="GTiff", height=SIDE,
                width=cols.stop - cols.start, count=1, dtype="float32", crs="EPSG:4326",
                nodata=-9999.0, transform=shift,
            ) as tile:  # fmt: skip
                tile.write(height[:, cols], 1)
    whole = made(dem, tmp_path / "a.tif")
    np.testing.assert_allclose(made(folder, tmp_path / "b.tif"), whole, atol=1e-2)


@pytest.mark.parametrize("model", ["p1812", "itm"])
def test_a_radius_beyond_the_terrain_is_unknown_and_counted(
    dem: Path, tmp_path: Path, model: str
) -> None:
    out = tmp_path / "map.tif"
    outcome = run(dem, out, "--radius-km", "12", "--model", model)
    assert outcome.exit_code == 0
    with rasterio.open(out) as dataset:
        values = dataset.read(1)
    inside = distances(out) <= 12_000.0
    unknown = int(np.isnan(values[inside]).sum())
    assert 0 < unknown < inside.sum()
    told = f"terrain is unknown on the way to {unknown:,} of {int(inside.sum()):,} cells"
    assert told in outcome.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--frequency-mhz", "0.9"), "frequency_mhz=0.9 is impossible"),
        (("--frequency-mhz", "0.9"), "did you pass GHz?"),
        (("--frequency-mhz", "0.9", "--model", "itm"), "did you pass GHz"),
        (("--tx-height-m", "-3"), "tx_height_m=-3 is impossible"),
        (("--rx-height-m", "-1", "--model", "itm"), "rx_height_m=-1 is impossible"),
        (("--time-percent", "70"), "time_percent=70 is impossible"),
        (("--time-percent", "100", "--model", "itm"), "time_percent=100 is impossible"),
        (("--location-percent", "0"), "location_percent=0 is impossible"),
        (("--polarization", "slant"), "polarization='slant' is unknown"),
        (("--latitude", "22.53"), "is outside the terrain"),
        (("--latitude", "40"), "does not overlap"),
        (("--out", "map.png"), "suffix of the output='.png' is unknown; use .tif, .tiff, .kmz"),
        (("--azimuth-deg", "30"), "needs an antenna that has a direction"),
        (("--antenna", "no-such-file.msi"), "there is no such antenna file"),
        (("--resolution-m", "1", "--radius-km", "100"), "take larger cells"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    dem: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    outcome = run(dem, tmp_path / "map.tif", *options)
    assert outcome.exit_code == 2
    assert message in outcome.stderr
    assert "Traceback" not in outcome.output
    assert not (tmp_path / "map.tif").exists()


def test_clutter_for_a_model_without_it(dem: Path, tmp_path: Path) -> None:
    outcome = run(dem, tmp_path / "map.tif", "--model", "itm", "--clutter", str(dem))
    assert outcome.exit_code == 2
    assert "model=itm takes no clutter" in outcome.stderr


def test_a_pattern_with_missing_angles(dem: Path, tmp_path: Path) -> None:
    file = tmp_path / "holes.msi"
    holes = MSI.replace("HORIZONTAL 4", "HORIZONTAL 3").replace("180 30\n270 12", "270 12")
    file.write_text(holes, encoding="utf-8")
    outcome = run(dem, tmp_path / "map.tif", "--antenna", str(file))
    assert outcome.exit_code == 2
    assert "HORIZONTAL block has 3 angles" in outcome.stderr
    assert "missing" in outcome.stderr


def test_azimuth_is_true_and_counts_the_convergence(tmp_path: Path) -> None:
    # A pattern that loses 1 dB per degree tells the azimuth of every cell. At 64° N near the
    # edge of a UTM zone grid north is 2.6° off.
    latitude, longitude = 64.0, 107.9
    cut = "\n".join(f"{angle} {min(angle, 360 - angle)}" for angle in range(360))
    level = "\n".join(
        f"{angle} {0 if min(angle, 360 - angle) < 90 else 180}" for angle in range(360)
    )
    file = tmp_path / "degrees.msi"
    file.write_text(
        f"FREQUENCY 800\nGAIN 0 dBi\nHORIZONTAL 360\n{cut}\nVERTICAL 360\n{level}\n",
        encoding="utf-8",
    )
    with rasterio.open(
        tmp_path / "flat.tif", "w", driver="GTiff", height=200, width=400, count=1,
        dtype="float32", crs="EPSG:4326",
        transform=Affine(0.0005, 0.0, longitude - 0.1, 0.0, -0.0005, latitude + 0.05),
    ) as dataset:  # fmt: skip
        dataset.write(np.full((200, 400), 7.0, np.float32), 1)
    options = [
        "map", "--dem", str(tmp_path / "flat.tif"), "--latitude", str(latitude),
        "--longitude", str(longitude), "--radius-km", "3", "--resolution-m", "60",
        "--model", "free_space", "--quantity", "received-level", "--out", str(tmp_path / "a.tif"),
    ]  # fmt: skip
    assert CliRunner().invoke(app, options).exit_code == 0
    with rasterio.open(tmp_path / "a.tif") as dataset:
        omni = dataset.read(1)
        rows, cols = np.nonzero(np.isfinite(omni))
        x, y = rasterio.transform.xy(dataset.transform, rows, cols)
        xs, ys = transform(dataset.crs, "EPSG:4326", np.asarray(x).tolist(), np.asarray(y).tolist())
    outcome = CliRunner().invoke(app, [*options, "--antenna", str(file), "--azimuth-deg", "77"])
    assert outcome.exit_code == 0, outcome.output
    with rasterio.open(tmp_path / "a.tif") as dataset:
        loss = (omni - dataset.read(1))[rows, cols]
    start = np.full(rows.size, longitude), np.full(rows.size, latitude)
    azimuth, _, distance = Geod(ellps="WGS84").inv(*start, xs, ys)
    expected = np.abs((azimuth - 77.0 + 180.0) % 360.0 - 180.0)
    away = np.asarray(distance) > 500.0
    np.testing.assert_allclose(loss[away], expected[away], atol=0.02)  # dB, that is degrees
