"""``phusong fetch`` where one file is not enough: countries, tiles, both hemispheres."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin

from phusong.pipeline.api import open_study
from phusong.pipeline.inputs import Inputs
from phusong.sources.fetch import wire as wire_module
from phusong.sources.fetch.wire import MIRROR_VARIABLE
from provider import Provider, provider
from runs import in_one_line, invoke, table

COPERNICUS = "copernicus-dem-30m.s3.amazonaws.com"
WORLDPOP = "data.worldpop.org/GIS/Population/Global_2000_2020/2020/{ISO}/{iso}_ppp_2020_UNadj.tif"
GHSL = (
    "jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_POP_GLOBE_R2023A/"
    "GHS_POP_E2020_GLOBE_R2023A_4326_3ss/V1-0/tiles/"
    "GHS_POP_E2020_GLOBE_R2023A_4326_3ss_V1_0_{tile}.zip"
)
STEP = 1 / 1200


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider() as one:
        monkeypatch.setenv(MIRROR_VARIABLE, one.url)
        monkeypatch.setattr(wire_module.Wire, "wait", lambda *_: None)
        yield one


def geotiff(values: Any, transform: Any, **profile: Any) -> bytes:
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=values.shape[1], height=values.shape[0], count=1,
            dtype=values.dtype, crs="EPSG:4326", transform=transform, compress="deflate",
            tiled=True, blockxsize=256, blockysize=256, **profile,
        ) as dataset:  # fmt: skip
            dataset.write(values, 1)
        return bytes(memory.read())


def worldpop(country: str) -> str:
    return WORLDPOP.format(ISO=country, iso=country.lower())


def people_of(
    west: float, north: float, shape: tuple[int, int], known: Callable[..., Any]
) -> bytes:
    """One person in each cell that a country holds, at −99999 elsewhere."""
    rows, cols = np.mgrid[0 : shape[0], 0 : shape[1]]
    inside = known(west + (cols + 0.5) * STEP, north - (rows + 0.5) * STEP)
    values = np.where(inside, np.float32(1.0), np.float32(-99999.0)).astype(np.float32)
    return geotiff(values, from_origin(west, north, STEP, STEP), nodata=-99999.0)


def new_study(folder: Path, box: tuple[float, ...], country: str, **changes: str) -> Path:
    file = folder / "configs" / "place.toml"
    result = invoke("new", file, "--bbox", *map(str, box), "--country", country)
    assert result.exit_code == 0, result.output + result.stderr
    text = file.read_text(encoding="utf-8").replace("margin_km = 10.0", "margin_km = 1.0")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


def tile_name(south: int, west: int) -> str:
    lat = f"{'NS'[south < 0]}{abs(south):02d}"
    return f"Copernicus_DSM_COG_10_{lat}_00_{'EW'[west < 0]}{abs(west):03d}_00_DEM"


def serve_heights(
    served: Provider,
    tiles: list[tuple[int, int]],
    height: Callable[..., Any],
    *,
    arc_s: float = 4.0,
) -> None:
    """Tiles in the provider's layout, cells centred on whole steps, with heights by a formula."""
    names = []
    for south, west in tiles:
        size, cell = round(3600 / arc_s), arc_s / 3600
        lon, lat = west + cell * np.arange(size), south + 1 - cell * np.arange(size)
        values = height(*np.meshgrid(lon, lat)).astype(np.float32)
        body = geotiff(values, from_origin(west - cell / 2, south + 1 + cell / 2, cell, cell))
        names.append(tile_name(south, west))
        served.files[f"{COPERNICUS}/{names[-1]}/{names[-1]}.tif"] = body
    served.files[f"{COPERNICUS}/tileList.txt"] = "\n".join(names).encode()


def record(file: Path) -> dict[str, Any]:
    notes = json.loads((file.parent / "provenance.json").read_text("utf-8"))["files"]
    found: dict[str, Any] = notes[file.name]
    return found


def test_people_of_an_area_across_two_countries(tmp_path: Path, served: Provider) -> None:
    border = 104.05
    served.files[worldpop("VNM")] = people_of(
        104.0, 22.65, (120, 120), lambda lon, lat: (lon < border) & (lat < 22.65)
    )
    served.files[worldpop("CHN")] = people_of(
        104.02, 22.70, (180, 120), lambda lon, lat: (lon > border - 1.5 * STEP) & (lat < 22.70)
    )
    box = (104.03, 22.57, 104.07, 22.61)
    file = new_study(
        tmp_path, box, "VNM", **{'country = "VNM"': 'country = "VNM"\nneighbours = ["CHN"]'}
    )
    invoke("fetch", file)
    raster = tmp_path / "data/raw/place/people.tif"
    with rasterio.open(raster) as dataset:
        assert (dataset.read(1) == 1.0).all()  # one person a cell, on either side of the border
    made = record(raster)
    assert "2 rasters joined, " in made["made"]
    assert "VNM/vnm_ppp" in made["url"]
    assert "CHN/chn_ppp" in made["url"]
    people = Inputs(open_study(file)).raster_people
    assert not np.isnan(people.count).any()


def test_a_neighbour_without_a_country_is_refused(tmp_path: Path) -> None:
    file = new_study(tmp_path, (104.03, 22.57, 104.07, 22.61), "VNM")
    text = file.read_text("utf-8").replace('country = "VNM"', 'neighbours = ["CHN"]')
    file.write_text(text, "utf-8")
    assert "write country as well" in in_one_line(invoke("check", file).stderr)


def ghsl_tile(served: Provider, tile: str, west: float, north: float, value: float) -> None:
    values = np.full((1200, 1200), value, dtype=np.float32)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        # Three arc-seconds, ten degrees a side in reality; one degree is enough here.
        body = geotiff(values, from_origin(west, north, STEP, STEP), nodata=-200.0)
        archive.writestr(f"GHS_POP_{tile}.tif", body)
        archive.writestr("readme.pdf", b"%PDF")
    served.files[GHSL.format(tile=tile)] = memory.getvalue()


def ghsl_study(folder: Path, box: tuple[float, ...]) -> Path:
    return new_study(
        folder, box, "VNM", **{'fetch = "worldpop-2020-100m"': 'fetch = "ghs-pop-2020"'}
    )


def test_ghsl_of_several_tiles_is_joined(tmp_path: Path, served: Provider) -> None:
    # Tiles meet at 110° E and 19.1° N; the fourth one is sea, the provider does not have it.
    ghsl_tile(served, "R7_C29", 109.0, 20.1, 1.0)
    ghsl_tile(served, "R7_C30", 110.0, 20.1, 2.0)
    ghsl_tile(served, "R8_C29", 109.0, 19.1, 3.0)
    file = ghsl_study(tmp_path, (109.98, 19.08, 110.02, 19.12))
    invoke("fetch", file)
    raster = tmp_path / "data/raw/place/people.tif"
    with rasterio.open(raster) as dataset:
        values = dataset.read(1)
        for lon, lat, people in (
            (109.99, 19.11, 1.0), (110.01, 19.11, 2.0), (109.99, 19.09, 3.0), (110.01, 19.09, -200),
        ):  # fmt: skip
            assert values[dataset.index(lon, lat)] == people
        for value in (1.0, 2.0, 3.0, -200.0):
            assert (values == value).any()
    assert "3 of 4 tiles joined (R7_C29, R7_C30, R8_C29, R8_C30)" in record(raster)["made"]
    assert not list((tmp_path / "data/raw/place").glob("*.zip"))


def test_ghsl_that_lacks_every_tile_says_so(tmp_path: Path, served: Provider) -> None:
    file = ghsl_study(tmp_path, (109.98, 19.08, 110.02, 19.12))
    said = in_one_line(invoke("fetch", file).stderr)
    assert "ghs-pop-2020 has no tile of the study's frame (R7_C29, R7_C30, R8_C29, R8_C30)" in said


BUILDINGS = (
    "storage.googleapis.com/open-buildings-data/v3/polygons_s2_level_4_gzip/{tile}_buildings.csv.gz"
)
COLUMNS = "latitude,longitude,area_in_meters,confidence,geometry,full_plus_code"


def buildings(*places: tuple[float, float, float]) -> bytes:
    """A packed table in Google's columns: longitude, latitude and confidence of small squares."""
    lines = [COLUMNS]
    for lon, lat, confidence in places:
        corners = [(lon, lat), (lon + 1e-4, lat), (lon + 1e-4, lat + 1e-4), (lon, lat)]
        ring = ", ".join(f"{x:.6f} {y:.6f}" for x, y in corners)
        lines.append(f'{lat},{lon},60.5,{confidence},"POLYGON(({ring}))",7P+X')
    return gzip.compress(("\n".join(lines) + "\n").encode())


def buildings_study(folder: Path, box: tuple[float, ...], country: str) -> Path:
    """A new study whose block of buildings has its comment signs taken off."""
    file = new_study(folder, box, country)
    text = file.read_text("utf-8")
    block = text[text.index("# [inputs.buildings]") :].split("\n\n")[0]
    bare = "\n".join(line.removeprefix("# ") for line in block.splitlines())
    file.write_text(text.replace(block, bare), "utf-8")
    return file


def test_buildings_of_every_cell_that_the_frame_touches(tmp_path: Path, served: Provider) -> None:
    # Four cells meet here; Google has nothing in one of them.
    lon, lat = 100.61965527615513, 16.266726490119485
    served.files[BUILDINGS.format(tile="30d")] = buildings((lon - 0.01, lat - 0.01, 0.9))
    served.files[BUILDINGS.format(tile="311")] = buildings(
        (lon + 0.01, lat + 0.01, 0.66), (lon + 2.0, lat + 0.01, 0.9)
    )
    served.files[BUILDINGS.format(tile="313")] = buildings((lon - 0.01, lat + 0.01, 0.8))
    served.files[worldpop("THA")] = people_of(
        lon - 0.1, lat + 0.1, (240, 240), lambda x, _: x < 200
    )
    box = (lon - 0.02, lat - 0.02, lon + 0.02, lat + 0.02)
    file = buildings_study(tmp_path, box, "THA")
    invoke("fetch", file)
    raw = tmp_path / "data/raw/place/buildings.csv"
    assert list(table(raw)["confidence"]) == ["0.9", "0.66", "0.8"]  # in the order of the cells
    made = record(raw)
    assert made["licence"] == "CC BY 4.0"
    assert made["made"] == "3 buildings in the frame, of cells 30d, 30f, 311, 313"
    inputs = Inputs(open_study(file))
    assert inputs.raster_people.total > 0
    assert "1 of 3 buildings are left out, confidence is below 0.7" in str(inputs.noticed)


def test_both_sides_of_the_antimeridian_have_their_buildings(
    tmp_path: Path, served: Provider
) -> None:
    served.files[BUILDINGS.format(tile="6e1")] = buildings((179.99, -16.96, 0.9))
    served.files[BUILDINGS.format(tile="71f")] = buildings((-179.99, -16.96, 0.9), (0, -16.96, 0.9))
    file = buildings_study(tmp_path, (179.98, -16.98, -179.98, -16.95), "FJI")
    invoke("fetch", file)
    raw = tmp_path / "data/raw/place/buildings.csv"
    assert list(table(raw)["longitude"]) == ["179.99", "-179.99"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "it knows Africa, Latin America, South and South-East Asia only"),
        (b"<html>busy</html>", "answers with a text in place of the file"),
        (buildings((104.05, 22.58, 0.9))[:-9], "no whole gzip file"),
        (gzip.compress(b"a,b\n1,2\n"), "the table has the columns a, b"),
        (gzip.compress((COLUMNS + "\nx,104,1,1,,\n").encode()), "row 2 of the table has no"),
        (buildings((120.0, 22.58, 0.9)), "has no building in the study's frame (cells 36d)"),
    ],
    ids=["no tile", "no file", "cut", "other columns", "no latitude", "none in frame"],
)
def test_faults_of_buildings_are_explained_and_leave_nothing(
    tmp_path: Path, served: Provider, content: bytes | None, words: str
) -> None:
    if content is not None:
        served.files[BUILDINGS.format(tile="36d")] = content
    file = buildings_study(tmp_path, (104.03, 22.57, 104.07, 22.61), "VNM")
    assert words in in_one_line(invoke("fetch", file).stderr)
    assert not list((tmp_path / "data/raw/place").rglob("*buildings*"))
    served.files[BUILDINGS.format(tile="36d")] = buildings((104.05, 22.58, 0.9))
    invoke("fetch", file)
    assert len(table(tmp_path / "data/raw/place/buildings.csv")) == 1


def test_google_s_own_file_can_be_added(tmp_path: Path) -> None:
    file = new_study(tmp_path, (104.03, 22.57, 104.07, 22.61), "VNM")
    brought = tmp_path / "36d_buildings.csv.gz"
    brought.write_bytes(buildings((104.05, 22.58, 0.9), (100.0, 20.0, 0.9)))
    raster = tmp_path / "data/raw/place/people.tif"
    raster.write_bytes(people_of(104.0, 22.7, (240, 120), lambda x, _: x < 200))
    told = ("--source", "Google", "--set", "least_confidence=0.75 fraction")
    result = invoke("add", file, brought, *told)
    assert result.exit_code == 0, result.output + result.stderr
    section = open_study(file).inputs.buildings
    assert section is not None
    assert section.file == "data/raw/place/36d_buildings.csv.gz"
    assert section.least_confidence is not None
    assert section.least_confidence.value == 0.75


def unwrapped(longitude: Any) -> Any:
    return np.where(longitude < 0, longitude + 360, longitude)


def fiji_height(longitude: Any, latitude: Any) -> Any:
    """Rises to the east through the antimeridian, and to the north."""
    return 500 + 2000 * (unwrapped(longitude) - 180) + 1000 * (latitude + 17)


def test_heights_and_people_go_on_across_the_antimeridian(tmp_path: Path, served: Provider) -> None:
    serve_heights(served, [(-17, 179), (-17, -180), (-18, 179), (-18, -180)], fiji_height)
    step = 1 / 100  # coarser than the real one: the raster goes round the globe
    served.files[worldpop("FJI")] = geotiff(
        np.ones((40, 36_000), dtype=np.float32), from_origin(-180, -16.8, step, step), nodata=-9.0
    )
    file = new_study(tmp_path, (179.98, -16.98, -179.98, -16.95), "FJI")
    said = in_one_line(invoke("fetch", file).output)
    assert "inputs.terrain: data/raw/place/dem had from copernicus-dem-30 (2 files)" in said
    with rasterio.open(tmp_path / "data/raw/place/people.tif") as raster:
        assert raster.bounds.left < 180 < raster.bounds.right
        assert raster.width == 8
        assert (raster.read(1) == 1.0).all()
    inputs = Inputs(open_study(file))
    assert inputs.terrain.unknown_cells == 0  # no seam
    assert not any(inputs.noticed.values())
    rows, cols = inputs.grid.shape
    x, y = inputs.grid.affine * np.meshgrid(np.arange(cols) + 0.5, np.arange(rows) + 0.5)
    back = Transformer.from_crs(inputs.grid.crs, "EPSG:4326", always_xy=True)
    wanted = fiji_height(*back.transform(x, y))
    assert np.abs(inputs.terrain.height_amsl_m - wanted).max() < 0.5
    assert not np.isnan(inputs.raster_people.count).any()


def test_heights_above_60_degrees_north_have_no_seam(tmp_path: Path, served: Provider) -> None:
    """Columns of tile N59 are 1.5 arc-seconds wide, those of N60 two."""

    def height(lon: Any, lat: Any) -> Any:
        return 300 + 500 * (lon - 10) + 800 * (lat - 60)

    names = []
    for south, wide in ((60, 8.0), (59, 6.0)):  # four times as coarse as the real ones
        cols, rows, cell_x, cell_y = round(3600 / wide), 900, wide / 3600, 4 / 3600
        lon, lat = 10 + cell_x * np.arange(cols), south + 1 - cell_y * np.arange(rows)
        values = height(*np.meshgrid(lon, lat)).astype(np.float32)
        corner = (10 - cell_x / 2, south + 1 + cell_y / 2)
        names.append(tile_name(south, 10))
        served.files[f"{COPERNICUS}/{names[-1]}/{names[-1]}.tif"] = geotiff(
            values, from_origin(*corner, cell_x, cell_y)
        )
    served.files[f"{COPERNICUS}/tileList.txt"] = "\n".join(names).encode()
    file = new_study(tmp_path, (10.3, 59.98, 10.36, 60.02), "NOR")
    invoke("fetch", file)
    inputs = Inputs(open_study(file))
    assert inputs.grid.crs == "EPSG:32632"
    assert inputs.terrain.unknown_cells == 0
    rows, cols = inputs.grid.shape
    x, y = inputs.grid.affine * np.meshgrid(np.arange(cols) + 0.5, np.arange(rows) + 0.5)
    back = Transformer.from_crs(inputs.grid.crs, "EPSG:4326", always_xy=True)
    assert np.abs(inputs.terrain.height_amsl_m - height(*back.transform(x, y))).max() < 0.5


def test_newcomer_is_told_what_is_sea_and_what_is_his_to_bring(
    tmp_path: Path, served: Provider
) -> None:
    """Lofoten: the sea has no tiles, and nobody gives away lists of towers."""

    def height(lon: Any, lat: Any) -> Any:
        return 100 + 900 * (lon - 13) + 400 * (lat - 67)

    serve_heights(served, [(67, 13)], height)
    file = new_study(tmp_path, (12.98, 67.99, 13.04, 68.01), "NOR")
    said = in_one_line(invoke("fetch", file).output)
    assert "the provider has no N68E012, N68E013, N67E012: heights are unknown there" in said
    assert 'write inputs.terrain.sea = ["N68E012", "N68E013", "N67E012"] into the study' in said
    assert "inputs.towers: data/raw/place/towers.csv is yours to bring: phusong add" in said
    assert "configs/place.toml FILE --as towers" in said
    partly = Inputs(open_study(file)).terrain
    assert 0 < partly.unknown_cells < partly.height_amsl_m.size
    text = file.read_text("utf-8")
    sea = '[inputs.terrain]\nsea = ["N68E012", "N68E013", "N67E012"]'
    file.write_text(text.replace("[inputs.terrain]", sea), "utf-8")
    assert Inputs(open_study(file)).terrain.unknown_cells == 0


def test_frame_on_the_equator_takes_four_tiles(tmp_path: Path, served: Provider) -> None:
    def height(lon: Any, lat: Any) -> Any:
        return 700 + 900 * lon + 400 * lat

    serve_heights(served, [(0, 0), (0, -1), (-1, 0), (-1, -1)], height)
    file = new_study(tmp_path, (-0.02, -0.02, 0.02, 0.02), "GAB")
    invoke("fetch", file)
    folder = tmp_path / "data/raw/place/dem"
    assert sorted(p.stem.split("_")[4] + p.stem.split("_")[6] for p in folder.glob("*.tif")) == [
        "N00E000", "N00W001", "S01E000", "S01W001",
    ]  # fmt: skip
    assert Inputs(open_study(file)).terrain.unknown_cells == 0
