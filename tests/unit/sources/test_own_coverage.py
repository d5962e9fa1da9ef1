"""An operator's own coverage: each kind of file, what its values mean, and what is refused."""

import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import from_origin

import phusong
from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.own_coverage import OwnCoverage
from phusong.sources.own_coverage import read_own_coverage
from synthetic import CRS, EAST, NORTH, SOUTH, WEST, Region, assumed, degrees, write_region

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90.0)
BLOCK = shapely.box(WEST + 900, SOUTH + 1800, WEST + 2700, SOUTH + 4500)
"""Twenty by thirty cells."""
COMMON = {
    "operator": "Nhà mạng B", "technology": "LTE", "source": "B's planning tool",
    "date": "2026-03", "threshold": assumed(-110.0, "dBm"),
}  # fmt: skip


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return write_region(tmp_path / "vùng")


def read(region: Region, file: Path, **said: Any) -> OwnCoverage:
    """Read one map; what it warns of is asked about elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        (found,) = read_own_coverage(study_with(region, file, **said), GRID)
    return found


def study_with(region: Region, file: Path, **said: Any) -> phusong.study.Study:
    given = {**COMMON, "file": str(file), **said}
    facts = phusong.open_study(region.study).model_dump(mode="json")
    facts["inputs"]["operator_coverage"] = [{k: v for k, v in given.items() if v is not None}]
    study = phusong.study.Study.model_validate(facts)
    return study.located(region.study, region.folder)


def centres() -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of every cell."""
    rows, cols = np.indices(GRID.shape)
    east, north = GRID.affine * (cols + 0.5, rows + 0.5)
    flat = [degrees(e - WEST, n - SOUTH) for e, n in zip(east.ravel(), north.ravel(), strict=True)]
    longitude, latitude = np.array(flat).T
    return longitude.reshape(GRID.shape), latitude.reshape(GRID.shape)


def level_raster(file: Path, **profile: Any) -> np.ndarray:
    """Levels that fall eastwards, -80.0 to -139.5 dBm in tenths, over the west of the region."""
    step = 3.0 / 3600.0
    (west, south), (east, north) = degrees(-500, -500), degrees(4000, 7000)
    cols, rows = int((east - west) / step), int((north - south) / step)
    values = np.broadcast_to(-800 - 5 * np.arange(cols) // 2, (rows, cols)).astype(np.int16)
    values = values.copy()
    values[: rows // 4] = -32768
    with rasterio.open(
        file, "w", height=rows, width=cols, count=1, dtype="int16", nodata=-32768,
        transform=from_origin(west, north, step, step), **{"crs": "EPSG:4326", **profile},
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
        if profile.get("driver", "GTiff") == "GTiff":
            dataset.scales = (0.1,)
    longitude, latitude = centres()
    col, row = np.floor((longitude - west) / step), np.floor((north - latitude) / step)
    inside = (col >= 0) & (col < cols) & (row >= 0) & (row < rows)
    at = values[np.where(inside, row, 0).astype(int), np.where(inside, col, 0).astype(int)]
    return np.where(inside & (at != -32768), at / 10.0, np.nan)


def test_levels_are_sampled_scaled_and_compared_with_the_operators_threshold(
    region: Region, tmp_path: Path
) -> None:
    wanted = level_raster(tmp_path / "b.tif", driver="GTiff")
    found = read(region, tmp_path / "b.tif", holds="levels")
    assert found.level_dbm is not None
    np.testing.assert_allclose(found.level_dbm, wanted, atol=1e-4)  # tenths in float32
    assert np.array_equal(found.covered, wanted >= -110.0)
    assert np.array_equal(found.known, ~np.isnan(wanted))
    assert not found.marginal.any()
    assert found.operator == "mang-b"
    assert 0 < found.outside_cells < found.unknown_cells
    assert found.empty_cells == found.unknown_cells - found.outside_cells


def test_a_cell_without_a_value_is_no_signal_only_where_the_study_says_so(
    region: Region, tmp_path: Path
) -> None:
    wanted = level_raster(tmp_path / "b.tif", driver="GTiff")
    found = read(region, tmp_path / "b.tif", holds="levels", empty="no_signal")
    assert found.unknown_cells == found.outside_cells > 0
    assert found.empty_cells == 0
    assert (found.known & ~found.covered & np.isnan(wanted)).any()


def test_bil_with_its_header(region: Region, tmp_path: Path) -> None:
    step = 0.001
    values = np.where(np.arange(200)[:, None] < 60, 1, 2) * np.ones((1, 200))
    west, north = degrees(-1000, 7000)
    with rasterio.open(
        tmp_path / "b.bil", "w", driver="EHdr", height=200, width=200, count=1, dtype="uint8",
        transform=from_origin(west, north, step, step), crs="EPSG:4326",
    ) as dataset:  # fmt: skip
        dataset.write(values.astype(np.uint8), 1)
    said = {"holds": "classes", "classes": {"1": "covered", "2": "marginal"}}
    found = read(region, tmp_path / "b.bil", **said)
    _, latitude = centres()
    assert np.array_equal(found.covered, latitude > north - 60 * step)
    assert np.array_equal(found.marginal, ~found.covered)
    (tmp_path / "b.prj").unlink()
    with pytest.raises(DataError, match=r"has no CRS.*inputs\.operator_coverage\.crs"):
        read(region, tmp_path / "b.bil", **said)
    again = read(region, tmp_path / "b.bil", crs="EPSG:4326", **said)
    assert np.array_equal(again.covered, found.covered)
    with pytest.raises(DataError, match="is not a known CRS"):
        read(region, tmp_path / "b.bil", crs="EPSG:0", **said)


def test_classes_of_another_crs_stay_classes(region: Region, tmp_path: Path) -> None:
    """Between class 1 and class 9 no class 5 comes up, whatever the angle between the grids."""
    east, north = Transformer.from_crs(CRS, "EPSG:32647").transform(WEST, NORTH)
    chosen = np.random.default_rng(5).choice([1, 9], size=(400, 400)).astype(np.uint8)
    with rasterio.open(
        tmp_path / "b.tif", "w", driver="GTiff", height=400, width=400, count=1, dtype="uint8",
        transform=from_origin(east - 4000, north + 4000, 37.0, 41.0), crs="EPSG:32647",
    ) as dataset:  # fmt: skip
        dataset.write(chosen, 1)
    meaning = {"1": "covered", "9": "no_signal"}
    found = read(region, tmp_path / "b.tif", holds="classes", classes=meaning)
    assert found.known.any()
    assert 0.4 < found.covered[found.known].mean() < 0.6
    assert not found.marginal.any()
    with pytest.raises(DataError, match=r"holds the value\(s\) '9'.*has '1'"):
        read(region, tmp_path / "b.tif", holds="classes", classes={"1": "covered"})


@pytest.mark.parametrize("suffix", [".gpkg", ".tab", ".mif", ".kml", ".kmz", ".geojson", ".shp"])
def test_polygons_of_each_make_cover_the_same_cells(
    region: Region, tmp_path: Path, suffix: str
) -> None:
    found = read(region, areas(tmp_path / f"vùng phủ{suffix}", [BLOCK]), holds="covered")
    assert found.covered.sum() == pytest.approx(600, abs=2)  # a corner in degrees to 7 digits
    rows, cols = np.nonzero(found.covered)
    assert (cols.min(), cols.max()) == (10, 29)
    assert (rows.min(), rows.max()) == (64 - 50, 64 - 21)
    outside = GRID.shape[0] * GRID.shape[1] - found.known.sum()
    assert found.outside_cells == found.unknown_cells == outside > 3000
    assert found.level_dbm is None


def areas(file: Path, shapes: list[Any], **columns: Any) -> Path:
    """Polygons as a file of the make that its name says."""
    frame = gpd.GeoDataFrame({"id": range(len(shapes)), **columns}, geometry=shapes, crs=CRS)
    drivers = {
        ".gpkg": "GPKG", ".tab": "MapInfo File", ".mif": "MapInfo File", ".geojson": "GeoJSON",
        ".shp": "ESRI Shapefile", ".kml": "KML",
    }  # fmt: skip
    if file.suffix == ".kmz":
        text = areas(file.with_suffix(".kml"), shapes, **columns)
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(text, "doc.kml")
        return file
    if file.suffix in {".kml", ".geojson"}:
        frame = frame.to_crs("EPSG:4326")
    layer = "areas" if file.suffix == ".kml" else None
    pyogrio.write_dataframe(frame, file, driver=drivers[file.suffix], layer=layer)
    return file


def test_an_extent_says_how_far_nothing_means_no_signal(region: Region, tmp_path: Path) -> None:
    (west, south), (east, north) = degrees(-500, -500), degrees(3000, 9000)
    file = areas(tmp_path / "b.gpkg", [BLOCK])
    found = read(region, file, holds="covered", extent=[west, south, east, north])
    longitude, _ = centres()
    assert np.array_equal(found.known, longitude <= east)
    alone = read(region, file, holds="covered", extent=[west, south, east, north], empty="unknown")
    assert np.array_equal(alone.known, found.covered)


def test_where_polygons_overlap_the_better_class_counts(region: Region, tmp_path: Path) -> None:
    east, west = BLOCK, shapely.box(WEST + 1800, SOUTH + 1800, WEST + 3600, SOUTH + 4500)
    meaning = {"Tốt": "covered", "Yếu": "marginal"}
    counts = set()
    for order in ([east, west], [west, east]):
        names = ["Tốt", "Yếu"] if order[0] is east else ["Yếu", "Tốt"]
        file = areas(tmp_path / f"{names[0]}.gpkg", order, loại=names)
        found = read(region, file, holds="classes", column="loại", classes=meaning)
        counts.add((int(found.covered.sum()), int(found.marginal.sum())))
    assert counts == {(600, 300)}


def test_levels_of_polygons(region: Region, tmp_path: Path) -> None:
    inner = shapely.box(WEST + 1350, SOUTH + 2700, WEST + 1800, SOUTH + 3150)
    file = areas(tmp_path / "b.tab", [inner, BLOCK], muc=[-95, -112])
    found = read(region, file, holds="levels", column="muc")
    assert found.covered.sum() == 25
    assert found.level_dbm is not None
    assert sorted(np.unique(found.level_dbm[~np.isnan(found.level_dbm)])) == [-112.0, -95.0]
    assert (found.known & ~found.covered).sum() == 575


def test_what_is_not_known_is_said(region: Region, tmp_path: Path) -> None:
    study = study_with(region, areas(tmp_path / "b.gpkg", [BLOCK]), holds="covered", threshold=None)
    with pytest.warns(DataWarning) as caught:
        (found,) = read_own_coverage(study, GRID)
    said = " ".join(str(w.message) for w in caught)
    assert f"says nothing of {found.unknown_cells} of 4096 cells" in said
    assert "does not say which level counts as covered" in said
    assert np.isnan(found.threshold_dbm)


def damaged(tmp_path: Path, kind: str) -> Path:
    """A file that must not be read."""
    texts = {
        "virtual.tif": '<VRTDataset rasterXSize="1" rasterYSize="1"><SRS>EPSG:4326</SRS>',
        "virtual.geojson": '{"a": "<OGRVRTDataSource>"}',
        "virtual.kml": "<!-- <OGRVRTDataSource> --><kml/>",
        "sqlite.gpkg": "SQLite format 3\0" + 100 * " ",
        "view.tab": '!table\n!version 100\nDefinition Table\n  Type "LINKED"\n',
        "entities.kml": '<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>',
        "link.kml": "<kml><NetworkLink><Link><href>http://a</href></Link></NetworkLink></kml>",
        "picture.kml": "<kml><GroundOverlay/></kml>",
        "points.kml": "<kml><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>"
        "</kml>",
        "metres.kml": "<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        "400000,2490000 400900,2490000 400900,2490900 400000,2490000</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark></kml>",
        "cut.kml": "<kml><Placemark>",
        "table.csv": "a,b\n1,2\n",
        "text.kmz": "no archive",
    }
    file = tmp_path / kind
    if kind in texts:
        file.write_text(texts[kind], encoding="utf-8")
    elif kind == "bomb.kmz":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("doc.kml", b"<kml>" + bytes(300_000_000))
    elif kind == "outside.kmz":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("../../doc.kml", "<kml/>")
    elif kind == "empty.kmz":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("overlay.png", b"")
    return file


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("virtual.tif", "is not a GeoTIFF"),
        ("virtual.geojson", "virtual data set"),
        ("virtual.kml", "virtual data set"),
        ("sqlite.gpkg", "is not a GeoPackage"),
        ("view.tab", "is not a MapInfo table of the type NATIVE"),
        ("entities.kml", "declares a document type"),
        ("link.kml", "never followed"),
        ("picture.kml", "holds no polygon; a picture over the ground"),
        ("points.kml", "placemark 1 is a point or a line"),
        ("metres.kml", "placemark 1: its outline is not longitude,latitude"),
        ("cut.kml", "is not KML"),
        ("table.csv", "is read from .bil, .tif, .tiff"),
        ("text.kmz", "is not a KMZ"),
        ("bomb.kmz", "unpacks to more than 200 MB"),
        ("outside.kmz", "holds a file outside of itself"),
        ("empty.kmz", "holds no KML"),
        ("missing.gpkg", "does not exist"),
    ],
)
def test_what_is_refused(region: Region, tmp_path: Path, kind: str, words: str) -> None:
    said: dict[str, Any] = {"holds": "covered"}
    if kind.endswith(".tif"):
        said = {"holds": "levels"}
    with pytest.raises(DataError, match=re.escape(words)):
        read(region, damaged(tmp_path, kind), **said)


def test_shapes_without_a_crs_or_of_another_kind(region: Region, tmp_path: Path) -> None:
    file = areas(tmp_path / "b.shp", [BLOCK])
    (tmp_path / "b.prj").unlink()
    with pytest.raises(DataError, match="has no CRS, so nobody knows where it lies"):
        read(region, file, holds="covered")
    assert read(region, file, holds="covered", crs=CRS).covered.sum() == 600
    line = areas(tmp_path / "line.gpkg", [shapely.LineString(BLOCK.exterior.coords)])
    with pytest.raises(DataError, match=r"line\.gpkg row 1 is a LineString"):
        read(region, line, holds="covered")
    far = areas(tmp_path / "far.gpkg", [shapely.box(0, 0, 1000, 1000)])
    with pytest.raises(DataError, match="does not touch the study area"):
        read(region, far, holds="covered")


def test_several_layers_need_a_name(region: Region, tmp_path: Path) -> None:
    file = areas(tmp_path / "b.gpkg", [BLOCK])
    frame = pyogrio.read_dataframe(file)
    pyogrio.write_dataframe(frame, file, layer="other", append=True)
    with pytest.raises(DataError, match="has several layers, b, other"):
        read(region, file, holds="covered")
    assert read(region, file, holds="covered", layer="b").covered.sum() == 600
    with pytest.raises(DataError, match="has no layer 'c'"):
        read(region, file, holds="covered", layer="c")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"holds": "levels", "threshold": None}, "needs a threshold"),
        ({"holds": "classes"}, "needs the meaning of each value"),
        ({"holds": "covered", "classes": {"1": "covered"}}, "other maps have none"),
        ({"holds": "covered", "operator": "Nhà mạng Z"}, "it has Nhà mạng A|it has mang"),
        ({"holds": "covered", "technology": "UMTS"}, "technology = 'UMTS' is none of the study"),
        ({"holds": "covered", "environment": "indoor"}, "environment = 'indoor' is none"),
        ({"holds": "covered", "extent": [104, 22, 103, 23]}, "in this order"),
        ({"holds": "covered", "date": None}, "date"),
    ],
)
def test_a_study_that_does_not_say_enough(
    region: Region, tmp_path: Path, said: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        study_with(region, tmp_path / "b.gpkg", **said)


def test_numbers_that_are_no_levels(region: Region, tmp_path: Path) -> None:
    file = areas(tmp_path / "b.gpkg", [BLOCK], level=[110], word=["good"])
    with pytest.raises(DataError, match=r"run from 110 to 110.*are they classes"):
        read(region, file, holds="levels", column="level")
    with pytest.raises(DataError, match=r"b\.gpkg row 1, column word = 'good' is no level"):
        read(region, file, holds="levels", column="word")
    with pytest.raises(DataError, match="column height is missing; the layer has id, level, word"):
        read(region, file, holds="levels", column="height")
    with pytest.raises(DataError, match=r"holds the value\(s\) '110'"):
        read(region, file, holds="classes", column="level", classes={"1": "covered"})
