"""Input files are read, never followed: no virtual rasters, no other drivers, no paths outside."""

import ast
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from phusong.errors import DataError, StudyError
from phusong.sources.gdal_files import RASTER_DRIVERS, open_raster
from phusong.sources.kml import PlacemarkReader
from phusong.sources.study_file import OUTSIDE_VARIABLE, read_study
from phusong.sources.vector_files import read_layer
from synthetic import write_region

SOURCES = Path(__file__).parents[3] / "src" / "coverage" / "phusong"


def secret(folder: Path) -> Path:
    """A raster that a virtual one could lead to."""
    file = folder / "secret.tif"
    with rasterio.open(
        file, "w", driver="GTiff", width=8, height=8, count=1, dtype="float32",
        crs="EPSG:32648", transform=from_origin(400_000, 2_500_000, 90, 90),
    ) as dataset:  # fmt: skip
        dataset.write(np.full((8, 8), 42.0, np.float32), 1)
    return file


def vrt(of: str) -> str:
    """A virtual raster that shows another file."""
    return (
        '<VRTDataset rasterXSize="8" rasterYSize="8"><SRS>EPSG:32648</SRS>'
        "<GeoTransform>400000, 90, 0, 2500000, 0, -90</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="0">{of}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )


@pytest.mark.parametrize("suffix", [*sorted(RASTER_DRIVERS), ".vrt", ".xml", ".txt", ""])
@pytest.mark.parametrize("of", ["SECRET", "/vsicurl/http://127.0.0.1:9/x.tif"])
def test_a_virtual_raster_by_any_name(tmp_path: Path, suffix: str, of: str) -> None:
    text = vrt(of.replace("SECRET", str(secret(tmp_path))))
    file = tmp_path / f"dem{suffix}"
    file.write_text(text, encoding="utf-8")
    with rasterio.open(file) as opened:  # GDAL by itself would follow it
        assert opened.driver == "VRT"
    with pytest.raises(DataError, match="cannot be read as a raster"):
        open_raster(file, "terrain file")


@pytest.mark.parametrize("beside", [".ovr", ".msk"])
def test_a_virtual_raster_beside_a_real_one(tmp_path: Path, beside: str) -> None:
    file = secret(tmp_path)
    (tmp_path / f"secret.tif{beside}").write_text(vrt("/etc/hostname"), encoding="utf-8")
    with pytest.raises(DataError, match=rf"secret\.tif{beside} is no TIFF"):
        open_raster(file, "terrain file")


@pytest.mark.parametrize(
    "name",
    ["/vsicurl/http://127.0.0.1:9/x.tif", "/vsizip/a.zip/x.tif", "//server/share/x.tif",
     "http://127.0.0.1:9/x.tif", "/vsistdin/", "GTIFF_DIR:1:x.tif", "s3://bucket/x.tif"],
)  # fmt: skip
def test_paths_beyond_this_machine(name: str) -> None:
    with pytest.raises(DataError, match="does not exist; name a file on this machine"):
        open_raster(Path(name), "terrain file")


@pytest.mark.parametrize(
    "text",
    ['<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/x.shp</SrcDataSource>'
     "</OGRVRTLayer></OGRVRTDataSource>",
     "<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>",
     "PG:host=127.0.0.1", '{"type": "FeatureCollection", "x": "/vsicurl/http://a/"}'],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".vrt", ".xml"])
def test_virtual_layers(tmp_path: Path, text: str, suffix: str) -> None:
    file = tmp_path / f"communes{suffix}"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"as its name says|no format|reads other files"):
        read_layer(file, key="inputs.boundaries")


def test_entities_in_xml() -> None:
    text = (
        '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">'
        '<!ENTITY c SYSTEM "file:///etc/hostname">]><kml>&b;&c;</kml>'
    )
    with pytest.raises(DataError, match="declares a document type or entities"):
        PlacemarkReader(Path("a.kml"), "towers").read(text.encode())


# A study file from somebody else


@pytest.mark.parametrize(
    "change",
    [
        {"inputs.towers.file": "../outside.csv"},
        {"inputs.towers.file": "/etc/hostname"},
        {"inputs.terrain.files": ["đầu vào/dem.tif", "/vsicurl/http://127.0.0.1:9/x.tif"]},
        {"study.output": "../results"},
        {"study.output": "/results"},
        {"study.root": "/"},
        {"study.root": "elsewhere"},
    ],
    ids=str,
)  # fmt: skip
def test_paths_of_a_study_stay_in_its_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    region = write_region(tmp_path / "project", study=change)
    with pytest.raises(StudyError, match=f"set {OUTSIDE_VARIABLE}=1 where you trust"):
        read_study(region.study)
    monkeypatch.setenv(OUTSIDE_VARIABLE, "1")
    read_study(region.study)


def test_a_link_out_of_the_project_is_outside(tmp_path: Path) -> None:
    region = write_region(tmp_path / "project")
    towers = region.input("towers.csv")
    towers.rename(tmp_path / "towers.csv")
    towers.symlink_to(tmp_path / "towers.csv")
    with pytest.raises(StudyError, match="lies outside of the project's folder"):
        read_study(region.study)


# The code itself


def modules() -> list[tuple[str, ast.Module]]:
    return [
        (file.relative_to(SOURCES).as_posix(), ast.parse(file.read_text(encoding="utf-8")))
        for file in sorted(SOURCES.rglob("*.py"))
    ]


def test_nothing_is_unpickled_or_evaluated() -> None:
    forbidden = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "joblib"}
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{name}: {n}" for n in names if n.split(".")[0] in forbidden]
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in {"eval", "exec", "np.load", "pd.read_pickle", "numpy.load"}:
                    found.append(f"{name}:{node.lineno} {called}")
    assert found == []


def test_rasters_are_opened_by_a_named_driver_everywhere() -> None:
    found, seen = [], 0
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "rasterio.open":
                seen += 1
                if not any(k.arg in {"driver", None} for k in node.keywords):
                    found.append(f"{name}:{node.lineno}")
    assert seen > 5
    assert found == []
