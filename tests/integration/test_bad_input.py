"""Input that cannot be used: a clear message, status 2, and nothing begun in the output folder."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from rasterio.transform import from_origin

from runs import invoke, outputs, phusong, run_here
from synthetic import (
    COMMUNES,
    Region,
    assumed,
    facility_rows,
    geojson,
    replace,
    study_facts,
    toml,
    tower_rows,
    village_rows,
    write_csv,
    write_dem,
    write_population,
    write_raster,
    write_region,
    write_text,
)

Spoil = Callable[[Region], object]
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Case:
    """How a region is spoilt, and what the message must hold: place, value, what is allowed."""

    spoil: Spoil
    said: tuple[str, ...]


def case(spoil: Spoil, *said: str) -> Case:
    return Case(spoil, said)


def study(key: str, value: object) -> Spoil:
    """The study file with another value of a key; None removes it."""

    def spoil(region: Region) -> None:
        facts = study_facts()
        replace(facts, key, value)
        write_text(region.study, toml(facts))

    return spoil


def spoilt_twice(one: Spoil, other: Spoil) -> Spoil:
    return lambda region: (one(region), other(region))


def study_text(text: str | bytes) -> Spoil:
    content = text.encode("utf-8") if isinstance(text, str) else text
    return lambda region: region.study.write_bytes(content)


def tower(number: int, column: str, value: str) -> Spoil:
    """One cell of the tower list; the header is row 1."""
    return towers(lambda rows: [rows[number - 2].update({column: value})] and rows)


def towers(change: Callable[[Rows], Iterable[dict[str, str]]]) -> Spoil:
    return lambda region: write_csv(region.input("towers.csv"), list(change(tower_rows())))


def gone(name: str) -> Spoil:
    return lambda region: region.input(name).unlink()


def content(name: str, new: bytes) -> Spoil:
    return lambda region: region.input(name).write_bytes(new)


def cut(name: str, share: float) -> Spoil:
    def spoil(region: Region) -> None:
        whole = region.input(name).read_bytes()
        region.input(name).write_bytes(whole[: int(share * len(whole))])

    return spoil


def raster(name: str, transform: Affine, value: float = 100.0, **profile: object) -> Spoil:
    """A raster of one value in another place, position or unit."""
    values = np.full((180, 180), value, dtype=np.float32)
    return lambda region: write_raster(
        region.input(name), values, transform=transform, crs="EPSG:4326", **profile
    )


def swapped(rows: Rows) -> Rows:
    return [{**r, "latitude": r["longitude"], "longitude": r["latitude"]} for r in rows]


HERE = from_origin(103.9, 22.75, 0.0025, 0.0025)
FAR = from_origin(10.0, 50.0, 0.01, 0.01)
TURNED = HERE * Affine.rotation(20.0)
UPSIDE_DOWN = Affine(0.0025, 0, 103.9, 0, 0.0025, 22.3)

CASES = {
    # the study file
    "study missing": case(lambda r: r.study.unlink(), "study.toml does not exist", "phusong demo"),
    "study not TOML": case(study_text("[study\n"), "study.toml is not valid TOML", "line 1"),
    "study not UTF-8": case(study_text(b'name = "x\xe3"'), "not UTF-8 (byte 9)", "save it as"),
    "study empty": case(study_text(""), "study.toml: schema_version = None", "schema_version = 1"),
    "key twice": case(
        lambda r: write_text(r.study, r.study.read_text("utf-8") + '[grid]\n"crs" = ""\n'),
        "study.toml is not valid TOML", "grid",
    ),
    "unknown key": case(study("grid.resolution", 90), "grid.resolution is not a known key",
                        "did you mean 'resolution_m'?"),
    "missing key": case(study("grid.crs", None), "grid.crs is missing", "configs/demo.toml"),
    "wrong unit": case(study("service.model_error", assumed(8, "dBm")), "service.model_error",
                       "unit is 'dBm', 'dB' is needed"),
    "impossible value": case(study("service.covered", assumed(95, "fraction")), "service.covered",
                             "value is 95, 0 to 1 fraction is allowed"),
    "code as number": case(study("area.communes", [101]), "1 fault(s)", "area.communes.0 = 101"),
    "geographic CRS": case(study("grid.crs", "EPSG:4326"), "study.toml: grid.crs = EPSG:4326",
                           "(degrees), a metric CRS is needed", "for example EPSG:32648"),
    "unknown CRS": case(study("grid.crs", "EPSG:999999"), "grid.crs = EPSG:999999 is not a known"),
    "local CRS in degrees": case(study("grid.local_crs", "EPSG:4756"),
                                 "study.toml: grid: local_crs='EPSG:4756' (VN-2000) is no trans"),
    "CRS of elsewhere": case(study("grid.crs", "EPSG:32630"), "grid.crs = EPSG:32630 stretches",
                             "at most 1 % is allowed", "its UTM zone"),
    "output over inputs": case(study("study.output", "."), "study.output = '.' holds", "towers.csv",
                               "a folder of their own"),
    "output is a file": case(lambda r: r.output.write_bytes(b"x"), "cannot write to", "kết quả",
                             "choose another output"),
    # terrain
    "terrain missing": case(gone("dem.tif"), "dem.tif does not exist", "inputs.terrain"),
    "terrain no raster": case(content("dem.tif", b"heights\n"), "dem.tif cannot be read",
                              "allowed here: GeoTIFF"),
    "terrain truncated": case(cut("dem.tif", 0.6), "dem.tif cannot be read", "get it again"),
    "terrain without CRS": case(lambda r: write_dem(r.input("dem.tif"), crs=None),
                                "dem.tif has no CRS", "rio edit-info --crs EPSG:4326"),
    "terrain elsewhere": case(raster("dem.tif", FAR), "terrain (dem.tif) does not overlap",
                              "22.559 to 22.611° N, 104.028 to 104.084° E"),
    "terrain of nothing": case(raster("dem.tif", HERE, -9999.0, nodata=-9999.0), "not overlap"),
    "terrain in feet": case(raster("dem.tif", HERE, 29_000.0), "dem.tif", "29000 m",
                            "-500 to 9000 m is possible", "check the unit"),
    "terrain turned": case(raster("dem.tif", TURNED), "dem.tif is rotated", "rio warp"),
    "terrain upside down": case(raster("dem.tif", UPSIDE_DOWN), "dem.tif is rotated or flipped"),
    "no tiles": case(
        lambda r: ((r.folder / "tiles").mkdir(), study("inputs.terrain.files", ["tiles"])(r)),
        "tiles holds no raster", ".hgt",
    ),
    # people
    "people missing": case(gone("population.tif"), "population.tif does not exist",
                           "inputs.population"),
    "people no raster": case(content("population.tif", b""), "population.tif cannot be read",
                             "GeoTIFF"),
    "people truncated": case(cut("population.tif", 0.6), "population.tif cannot be read", "again"),
    "people without CRS": case(lambda r: write_population(r.input("population.tif"), crs=None),
                               "population.tif has no CRS", "rio edit-info"),
    "people elsewhere": case(raster("population.tif", FAR), "population.tif does not overlap"),
    "people turned": case(raster("population.tif", TURNED), "population.tif is rotated"),
    "negative people": case(lambda r: write_population(r.input("population.tif"), sign=-1.0),
                            "population.tif holds -", "0 to 100,000,000 is allowed", "nodata"),
    # towers
    "towers missing": case(gone("towers.csv"), "towers.csv does not exist", "inputs.towers"),
    "towers empty": case(content("towers.csv", b""), "towers.csv is empty", "at least one row"),
    "towers without rows": case(content("towers.csv", b"site_id,operator\n"), "but no rows"),
    "towers without a column": case(
        towers(lambda rows: [{k: v for k, v in r.items() if k != "technology"} for r in rows]),
        "towers.csv: column technology is missing",
    ),
    "towers in UTF-16 named UTF-8": case(
        spoilt_twice(study("inputs.towers.encoding", "utf-8"),
                     content("towers.csv", "site_id,Trạm".encode("utf-16"))),
        "towers.csv cannot be read as utf-8", "inputs.towers.encoding"),
    "towers in some letters": case(content("towers.csv", "site_id,Nhà\n".encode("cp1252")),
                                   "towers.csv is not UTF-8 (byte 10)", "save it as UTF-8"),
    "coordinates swapped": case(towers(swapped), "towers.csv row 2", "latitude = 104.0421906",
                                "look swapped", "-90 to 90"),
    "latitude 91": case(tower(3, "latitude", "91"), "towers.csv row 3, column latitude = 91",
                        "-90 to 90 deg is allowed"),
    "latitude not a number": case(tower(3, "latitude", "north"), "row 3, column latitude = north"),
    "negative mast": case(tower(4, "mast_height_m", "-5"), "row 4, column mast_height_m = -5",
                          "1 to 400 m is allowed", "leave it empty"),
    "unknown technology": case(tower(2, "technology", "6G"), "row 2, column technology = '6G'",
                               "allowed are LTE"),
    "unknown operator": case(tower(2, "operator", "Nhà mạng Z"), "operator = 'Nhà mạng Z'",
                             "allowed are Nhà mạng A, Nhà mạng B"),
    "frequency in GHz": case(tower(5, "frequency_mhz", "1.8"), "row 5, column frequency_mhz = 1.8",
                             "30 to 6000 MHz is allowed", "GHz"),
    "sector twice": case(towers(lambda rows: [*rows, rows[0]]), "towers.csv rows 2, 8",
                         "site_id, technology, frequency_mhz, azimuth_deg = S1, LTE, 1800 MHz",
                         "keep one row"),
    "towers of elsewhere": case(towers(lambda rows: [{**r, "latitude": "10"} for r in rows]),
                                "towers.csv: no site lies in the study area"),
    "nothing on air": case(towers(lambda rows: [{**r, "status": "planned"} for r in rows]),
                           "no sector of the network is on air", "column status"),
    # places
    "outlines missing": case(gone("communes.geojson"), "communes.geojson does not exist",
                             "inputs.boundaries"),
    "outlines truncated": case(cut("communes.geojson", 0.6), "communes.geojson cannot be read"),
    "commune missing": case(study("area.communes", ["00101", "88888"]), "no outline for", "88888",
                            "leading zeros"),
    "other vintage": case(
        lambda r: write_text(r.input("communes.geojson"), geojson(COMMUNES, vintage="2025-07-01")),
        "vintage is 2025-07-01, the study asks for 2025-06-30",
    ),
    "villages missing": case(gone("villages.csv"), "villages.csv does not exist"),
    "villages empty": case(content("villages.csv", b"\n"), "villages.csv is empty"),
    "village twice": case(
        lambda r: write_csv(r.input("villages.csv"), village_rows() + village_rows()[:1]),
        "villages.csv rows 2, 8", "village_id = 'V01'",
    ),
    "unknown facility": case(
        lambda r: write_csv(
            r.input("facilities.csv"), [{**f, "kind": "pub"} for f in facility_rows()]
        ),
        "facilities.csv row 2, column kind = 'pub'", "school",
    ),
    "roads no layer": case(content("roads.geojson", b"roads\n"), "roads.geojson is not GeoJSON"),
    "power lines missing": case(gone("power.geojson"), "power.geojson does not exist"),
}  # fmt: skip


def spoilt(folder: Path, name: str) -> Region:
    region = write_region(folder / "Dự án sóng")
    CASES[name].spoil(region)
    return region


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    region = spoilt(tmp_path, name)
    before = {file: file.stat().st_mtime_ns for file in region.folder.rglob("*")}
    result = invoke("run", region.study, "--workers", "1", "--no-notebooks")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert [part for part in CASES[name].said if part not in result.stderr] == [], result.stderr
    assert {file: file.stat().st_mtime_ns for file in region.folder.rglob("*")} == before


# A check writes nothing, so it does not look where it could not.
@pytest.mark.parametrize("name", sorted(CASES.keys() - {"output is a file"}))
def test_check_refuses_what_run_refuses(tmp_path: Path, name: str) -> None:
    result = invoke("check", spoilt(tmp_path, name).study)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [part for part in CASES[name].said if part not in result.stderr] == [], result.stderr


def test_all_missing_files_are_named_at_once(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r")
    names = ("dem.tif", "population.tif", "roads.geojson")
    for name in names:
        gone(name)(region)
    for command in ("check", "run", "report"):
        result = invoke(command, region.study)
        assert result.exit_code == 2
        assert all(f"{region.input(name)} does not exist" in result.stderr for name in names)


def test_a_process_ends_with_status_2_and_one_message(tmp_path: Path) -> None:
    region = write_region(tmp_path / "Dự án sóng", towers={(3, "latitude"): "91"})
    result = phusong("run", region.study, cwd=tmp_path, variables={"LC_ALL": "C"})
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: towers.csv row 3, column latitude = 91")
    assert len(result.stderr.splitlines()) == 1
    assert not region.output.exists()


def test_a_fault_leaves_finished_results_alone(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r")
    run_here(region)
    before = {name: file.read_bytes() for name, file in outputs(region.output).items()}
    gone("population.tif")(region)
    result = invoke("run", region.study)
    assert result.exit_code == 2
    assert {name: file.read_bytes() for name, file in outputs(region.output).items()} == before
