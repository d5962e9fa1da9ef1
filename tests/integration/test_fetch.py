"""``phusong fetch``: open data into data/raw, from a provider on this machine, with faults."""

import gzip
import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from click.testing import Result
from rasterio.transform import from_origin
from rasterio.windows import from_bounds

from phusong.pipeline.api import open_study
from phusong.pipeline.inputs import Inputs
from phusong.sources.fetch import wire as wire_module
from phusong.sources.fetch.wire import MIRROR_VARIABLE
from phusong.store.files import sha256_of
from provided import COPERNICUS, OVERPASS, TILE, WORLDPOP, copernicus_tile, geotiff, people
from provider import Provider, provider
from runs import in_one_line, invoke, started, table
from synthetic import COMMUNES, Region, geojson, write_region

WESTERN = TILE.replace("E104", "E103")
RAW = "data/raw/thử"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider() as one:
        one.files[f"{COPERNICUS}/tileList.txt"] = f"{TILE}\n{WESTERN}\n".encode()
        one.files[f"{COPERNICUS}/{TILE}/{TILE}.tif"] = copernicus_tile(104)
        one.files[f"{COPERNICUS}/{WESTERN}/{WESTERN}.tif"] = copernicus_tile(103)
        one.files[WORLDPOP] = people()
        one.answers[OVERPASS] = answer_of_overpass
        monkeypatch.setenv(MIRROR_VARIABLE, one.url)
        monkeypatch.setattr(wire_module.Wire, "wait", lambda *_: None)
        yield one


def answer_of_overpass(form: dict[str, str]) -> bytes:
    asked = form["data"]
    tags = {"name": "Bản {{7*7}}"}
    if '"place"' in asked:
        found = [
            {"type": "node", "id": 5, "lat": 22.575, "lon": 104.05, "tags": tags},
            {
                "type": "node",
                "id": 4,
                "lat": 22.565,
                "lon": 104.04,
                "tags": {"name": "\u200b=+Thôn Bốn"},
            },
            {"type": "node", "id": 6, "lat": 22.565, "lon": 104.04, "tags": {"name": "=-@"}},
            {"type": "node", "id": 9, "lat": 22.565, "lon": 104.04, "tags": {}},
        ]
    elif '"amenity"' in asked:
        found = [
            {"type": "node", "id": 1, "lat": 22.57, "lon": 104.05, "tags": {"amenity": "school"}},
            {"type": "way", "id": 2, "tags": {"amenity": "townhall", "name": "UBND xã"},
             "bounds": {"minlat": 22.57, "maxlat": 22.572, "minlon": 104.05, "maxlon": 104.052}},
            {"type": "node", "id": 3, "lat": 22.57, "lon": 104.05,
             "tags": {"office": "government"}},
        ]  # fmt: skip
    elif '"man_made"' in asked:
        told = {"operator": " @Nhà mạng A", "communication:lte": "yes", "height": "42 m"}
        place = {"type": "node", "lat": 22.57, "lon": 104.05}
        found = [
            {**place, "id": 21, "tags": {**told, "communication:gsm": "yes"}},
            {**place, "id": 22, "tags": {"communication:lte": "yes"}},
        ]
    else:
        line = [{"lat": 22.56, "lon": 104.03}, {"lat": 22.58, "lon": 104.06}]
        found = [
            {"type": "way", "id": 7, "tags": {"highway": "tertiary", "power": "line"},
             "geometry": line}
        ]  # fmt: skip
    return json.dumps({"elements": found}).encode()


def region(tmp_path: Path, **changes: Any) -> Region:
    facts = {
        "area.country": "VNM",
        "inputs.terrain.files": [f"{RAW}/dem"],
        "inputs.terrain.fetch": "copernicus-dem-30",
        "inputs.population.file": f"{RAW}/people.tif",
        "inputs.population.fetch": "worldpop-2020-100m",
        "inputs.villages.file": f"{RAW}/villages.csv",
        "inputs.villages.fetch": "osm-places",
        "inputs.facilities.file": f"{RAW}/facilities.csv",
        "inputs.facilities.fetch": "osm-facilities",
        "inputs.roads.file": f"{RAW}/roads.geojson",
        "inputs.roads.fetch": "osm-roads",
        "inputs.power_lines.file": f"{RAW}/power.geojson",
        "inputs.power_lines.fetch": "osm-power-lines",
        **changes,
    }
    return write_region(tmp_path, study=facts)


def fetched(made: Region, *options: str) -> Result:
    return invoke("fetch", made.study, *options)


def lock_of(made: Region) -> dict[str, dict[str, Any]]:
    text = made.study.with_suffix(".lock.json").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = json.loads(text)["files"]
    return entries


def test_fetched_study_can_be_computed(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    result = fetched(made)
    assert result.exit_code == 0, result.output
    raw = tmp_path / RAW
    assert sorted(p.relative_to(raw).as_posix() for p in raw.rglob("*") if p.is_file()) == [
        f"dem/{TILE}.tif", "dem/provenance.json", "facilities.csv", "people.tif", "power.geojson",
        "provenance.json", "roads.geojson", "villages.csv",
    ]  # fmt: skip
    assert list(table(raw / "villages.csv")["name"]) == ["Thôn Bốn", "Bản {{7*7}}"]
    assert list(table(raw / "facilities.csv")["kind"]) == ["school", "commune_office"]
    for file in lock_of(made):
        assert lock_of(made)[file]["sha256"] == sha256_of(tmp_path / file)
    inputs = Inputs(open_study(made.study))
    assert inputs.terrain.unknown_cells == 0
    assert inputs.people.total > 0
    assert len(inputs.places.roads) == 1
    assert invoke("verify", raw).exit_code == 0


def test_window_is_the_providers_own_cells(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    fetched(made)
    with (
        rasterio.open(tmp_path / RAW / "people.tif") as part,
        rasterio.MemoryFile(served.files[WORLDPOP]) as memory,
        memory.open() as whole,
    ):
        same = whole.read(1, window=from_bounds(*part.bounds, whole.transform).round())
        np.testing.assert_array_equal(part.read(1), same)
        assert part.nodata == whole.nodata
        assert part.width < whole.width / 5
    assert served.served_bytes < sum(map(len, served.files.values())) / 2  # windows only


def test_second_time_nothing_is_asked(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    fetched(made)
    before, asked = lock_of(made), len(served.asked)
    result = fetched(made)
    assert result.exit_code == 0
    assert result.output.count("there already") == 6
    assert len(served.asked) == asked
    assert lock_of(made) == before


def test_change_at_the_provider_is_said_and_taken_only_on_request(
    tmp_path: Path, served: Provider
) -> None:
    made = region(tmp_path)
    fetched(made)
    file = tmp_path / RAW / "people.tif"
    file.unlink()
    rng = np.random.default_rng(4)
    other = rng.gamma(1.0, 2.0, (1200, 1200)).astype(np.float32)
    served.files[WORLDPOP] = geotiff(other, from_origin(103.5, 23.0, 1 / 1200, 1 / 1200))
    result = fetched(made)
    assert result.exit_code == 2
    assert "is not what it was when study.lock.json was written" in in_one_line(result.stderr)
    assert not file.exists()
    assert fetched(made, "--update").exit_code == 0
    assert lock_of(made)[f"{RAW}/people.tif"]["sha256"] == sha256_of(file)


def test_changed_file_is_not_used_in_silence(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    fetched(made)
    with (tmp_path / RAW / "villages.csv").open("a", encoding="utf-8") as stream:
        stream.write("x,Y,22.5,104\n")
    result = fetched(made)
    assert result.exit_code == 2
    assert "was changed since it was had" in in_one_line(result.stderr)
    result = invoke("verify", tmp_path / RAW)
    assert result.exit_code == 1
    assert "villages.csv: changed since it was had" in in_one_line(result.output + result.stderr)


def test_own_file_is_never_overwritten(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    own = tmp_path / RAW / "villages.csv"
    own.parent.mkdir(parents=True)
    own.write_text("village_id,name,latitude,longitude\nV1,Của tôi,22.57,104.05\n", "utf-8")
    result = fetched(made)
    assert "villages.csv is a file of your own; it is kept" in in_one_line(result.output)
    assert "Của tôi" in own.read_text("utf-8")
    result = fetched(made, "--update")
    assert "villages.csv is a file of your own; it is kept" in in_one_line(result.output)
    assert "Của tôi" in own.read_text("utf-8")


def test_update_renews_fetched_tiles_and_keeps_own_ones(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    fetched(made)
    dem = tmp_path / RAW / "dem"
    own = geotiff(np.zeros((4, 4), np.float32), from_origin(104.0, 22.6, 0.001, 0.001))
    (dem / "own.tif").write_bytes(own)
    served.files[f"{COPERNICUS}/{TILE}/{TILE}.tif"] = other = copernicus_tile(104, step=8)
    assert fetched(made, "--update").exit_code == 0
    with (
        rasterio.open(dem / f"{TILE}.tif") as part,
        rasterio.MemoryFile(other) as memory,
        memory.open() as whole,
    ):
        assert part.res == whole.res
    assert (dem / "own.tif").read_bytes() == own


def test_offline_says_what_is_missing_and_where_to_put_it(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    result = fetched(made, "--offline")
    said = in_one_line(result.stderr)
    assert result.exit_code == 2
    assert served.asked == []
    for name in ("dem", "people.tif", "villages.csv", "facilities.csv", "roads.geojson"):
        assert f"{RAW}/{name}" in said.replace(" ", "") or f"/{name}" in said
    assert said.count("put it by hand into the") == 6
    assert f"{TILE}.tif is needed (a tile that is all sea does not exist)" in said
    assert "a table with the columns village_id, name, latitude, longitude" in said
    for key in ("terrain", "population", "villages", "roads"):
        assert f"phusong add study.toml FILE --as {key}" in said


def test_offline_names_the_place_of_what_needs_a_token_or_a_word_too(
    tmp_path: Path, served: Provider
) -> None:
    changes = {
        "inputs.towers.fetch": "opencellid", "inputs.towers.file": f"{RAW}/cells.csv",
        "inputs.boundaries.fetch": "gadm41-3", "inputs.boundaries.file": f"{RAW}/outlines.json",
    }  # fmt: skip
    said = in_one_line(fetched(region(tmp_path, **changes), "--offline").stderr)
    assert "phusong add study.toml FILE --as towers" in said
    assert "phusong add study.toml FILE --as boundaries" in said


def test_offline_is_content_with_tiles_that_are_there(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    assert fetched(made).exit_code == 0
    asked = len(served.asked)
    result = fetched(made, "--offline")
    assert result.exit_code == 0, result.output + result.stderr
    assert "all 1 tiles are there already" in in_one_line(result.output)
    assert len(served.asked) == asked


def test_one_fault_keeps_the_rest(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    served.faults[WORLDPOP] = ["403"]
    result = fetched(made)
    assert result.exit_code == 2
    assert "inputs.population: " in in_one_line(result.stderr)
    assert (tmp_path / RAW / "villages.csv").is_file()
    served.faults.clear()
    assert fetched(made).exit_code == 0


@pytest.mark.parametrize("fault", ["drop", "truncate", "503", "429"])
def test_window_survives_passing_faults(tmp_path: Path, served: Provider, fault: str) -> None:
    made = region(tmp_path)
    served.faults[WORLDPOP] = [None, fault, None]
    served.faults[f"{COPERNICUS}/{TILE}/{TILE}.tif"] = [fault, None]
    assert fetched(made).exit_code == 0
    with (
        rasterio.open(tmp_path / RAW / "people.tif") as part,
        rasterio.MemoryFile(served.files[WORLDPOP]) as memory,
        memory.open() as whole,
    ):
        same = whole.read(1, window=from_bounds(*part.bounds, whole.transform).round())
        np.testing.assert_array_equal(part.read(1), same)


@pytest.mark.parametrize(
    ("path", "fault", "words"),
    [
        (WORLDPOP, "no ranges", "does not serve parts of a file"),
        (WORLDPOP, "text <html>busy</html>", "does not serve parts of a file"),
        (WORLDPOP, "404", "does not exist at the provider"),
        (f"{COPERNICUS}/tileList.txt", "text <html>no</html>", "is no list of tiles"),
        (OVERPASS, "text <html>busy</html>", "answers with something else than JSON"),
        pytest.param(
            OVERPASS, "text " + "[" * 100_000, "answers with something else than JSON", id="nested"
        ),
        (OVERPASS, 'text {"elements": [], "remark": "runtime error: timed out"}', "timed out"),
        (OVERPASS, 'text {"elements": []}', "has nothing for inputs.villages"),
    ],
)
def test_fault_is_explained(
    tmp_path: Path, served: Provider, path: str, fault: str, words: str
) -> None:
    served.faults[path] = [fault]
    result = fetched(region(tmp_path))
    assert result.exit_code == 2
    assert words in in_one_line(result.stderr)


def test_damaged_raster_is_explained(tmp_path: Path, served: Provider) -> None:
    served.files[WORLDPOP] = served.files[WORLDPOP][:5000]
    result = fetched(region(tmp_path))
    assert "people.tif" not in [p.name for p in (tmp_path / RAW).iterdir()]
    assert "cannot be read as a GeoTIFF" in in_one_line(result.stderr)


def test_tile_that_the_provider_does_not_have_is_unknown_until_declared_sea(
    tmp_path: Path, served: Provider
) -> None:
    served.files[f"{COPERNICUS}/tileList.txt"] = f"{WESTERN}\n".encode()
    made = region(tmp_path)
    result = fetched(made)
    assert "has no tile of the study's frame" in in_one_line(result.stderr)
    # Once a neighbouring tile is there, the missing one stays unknown, or is the declared sea.
    dem = tmp_path / RAW / "dem"
    dem.mkdir(parents=True, exist_ok=True)
    values = np.full((40, 40), 77.0, dtype=np.float32)
    (dem / "west.tif").write_bytes(geotiff(values, from_origin(104.0, 22.60, 0.001, 0.001)))
    partly = Inputs(open_study(made.study))
    assert 0 < partly.terrain.unknown_cells < partly.terrain.height_amsl_m.size
    text = made.study.read_text(encoding="utf-8")
    made.study.write_text(
        text.replace('["inputs"."terrain"]', '["inputs"."terrain"]\nsea = ["N22E104"]'),
        encoding="utf-8",
    )
    whole = Inputs(open_study(made.study))
    assert whole.terrain.unknown_cells == 0
    assert set(np.unique(whole.terrain.height_amsl_m[np.isnan(partly.terrain.height_amsl_m)])) == {
        0.0
    }


def test_boundaries_of_geoboundaries_come_with_their_own_licence(
    tmp_path: Path, served: Provider
) -> None:
    place = "github.com/wmgeolab/geoBoundaries/raw/1/VNM.geojson"
    api = "www.geoboundaries.org/api/current/gbOpen/VNM/ADM2/"
    served.files[place] = geojson(COMMUNES).encode()
    record = {
        "gjDownloadURL": f"https://{place}", "boundaryLicense": "ODbL 1.0",
        "boundarySource": "A survey", "boundaryYearRepresented": "2019",
    }  # fmt: skip
    served.files[api] = json.dumps(record).encode()
    changes = {
        "inputs.boundaries.file": f"{RAW}/outlines.geojson",
        "inputs.boundaries.fetch": "geoboundaries-adm2",
    }
    result = fetched(region(tmp_path, **changes))
    assert result.exit_code == 0, result.output
    note = json.loads((tmp_path / RAW / "provenance.json").read_text("utf-8"))["files"]
    assert note["outlines.geojson"]["licence"] == "ODbL 1.0"
    assert "A survey" in note["outlines.geojson"]["attribution"]
    served.files[api] = json.dumps({**record, "gjDownloadURL": "https://evil.example/x"}).encode()
    (tmp_path / RAW / "outlines.geojson").unlink()
    assert "is not a host of the catalogue" in in_one_line(
        invoke("fetch", tmp_path / "study.toml").stderr
    )


def test_masts_of_the_map_are_a_tower_list(tmp_path: Path, served: Provider) -> None:
    changes = {
        "inputs.towers.fetch": "osm-masts", "inputs.towers.file": f"{RAW}/masts.csv",
        "towers.frequency": {"LTE": {"value": 1800.0, "unit": "MHz", "source": "assumed"}},
        "inputs.towers.bad_rows": "leave-out",
    }  # fmt: skip
    made = region(tmp_path, **changes)
    assert fetched(made).exit_code == 0
    masts = table(tmp_path / RAW / "masts.csv")  # one that does not say whose it is is no tower
    assert masts[["site_id", "technology"]].to_numpy().tolist() == [
        ["osm-n21", "GSM"], ["osm-n21", "LTE"],
    ]  # fmt: skip
    (sector,) = Inputs(open_study(made.study)).network.sectors
    assert (sector.operator, sector.mast_height_m) == ("Nhà mạng A", 42.0)


def test_outlines_of_hdx_are_of_the_level_that_was_asked(tmp_path: Path, served: Provider) -> None:
    place = "data.humdata.org/dataset/x/resource/y/download/vnm_admin_boundaries.geojson.zip"
    api = "data.humdata.org/api/3/action/package_show"
    layer, country = geojson(COMMUNES).encode(), geojson(dict([*COMMUNES.items()][:1])).encode()
    served.files[place] = zipped({"vnm_admin0.geojson": country, "vnm_admin2.geojson": layer})
    listed = [
        {"format": "SHP", "download_url": "https://data.humdata.org/x.zip"},
        {"format": "GeoJSON", "download_url": f"https://{place}"},
    ]
    result = {
        "resources": listed, "license_title": "CC BY-IGO", "dataset_source": "A ministry",
        "dataset_date": "[2025-07-01 TO 2025-07-01]",
    }  # fmt: skip
    served.files[api] = json.dumps({"success": True, "result": result}).encode()
    changes = {
        "inputs.boundaries.file": f"{RAW}/outlines.geojson",
        "inputs.boundaries.fetch": "hdx-adm2",
    }
    made = region(tmp_path, **changes)
    assert fetched(made).exit_code == 0
    assert (tmp_path / RAW / "outlines.geojson").read_bytes() == layer
    note = json.loads((tmp_path / RAW / "provenance.json").read_text("utf-8"))["files"]
    assert note["outlines.geojson"]["licence"] == "CC BY-IGO"
    assert "A ministry" in note["outlines.geojson"]["attribution"]
    (tmp_path / RAW / "outlines.geojson").unlink()
    served.files[api] = json.dumps({"success": False, "error": "Not found"}).encode()
    assert "is no record of a dataset with a GeoJSON" in in_one_line(fetched(made).stderr)


def zipped(members: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


def test_gadm_needs_the_users_word_and_archives_are_suspected(
    tmp_path: Path, served: Provider
) -> None:
    path = "geodata.ucdavis.edu/gadm/gadm4.1/json/gadm41_VNM_3.json.zip"
    layer = geojson(COMMUNES).encode()
    served.files[path] = zipped({"gadm41_VNM_3.json": layer})
    made = region(
        tmp_path,
        **{
            "inputs.boundaries.file": f"{RAW}/outlines.geojson",
            "inputs.boundaries.fetch": "gadm41-3",
        },
    )
    assert "If you agree, add --accept gadm41-3" in in_one_line(fetched(made).stderr)
    for content, words in (
        (zipped({"../out.json": layer}), "points out of its folder"),
        (zipped({"a.json": layer, "b.json": layer}), "holds 2 files that end in .json"),
        (zipped({"a.json": bytes(50_000_000)}), "times what it is; nothing was unpacked"),
        (zipped({"a.json": b'{"type": "Topology"}'}), "answers with no GeoJSON layer"),
        (served.files[path][:-30], "is no whole zip archive"),
        (b"<html>", "something else than an archive"),
    ):
        served.files[path] = content
        result = fetched(made, "--accept", "gadm41-3")
        assert words in in_one_line(result.stderr), in_one_line(result.stderr)
        assert not (tmp_path / RAW / "outlines.geojson").exists()
    served.files[path] = zipped({"gadm41_VNM_3.json": layer})
    assert fetched(made, "--accept", "gadm41-3").exit_code == 0


DUMP = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal"
CELL = "LTE,452,4,101,{cell},,{lon},22.57,1000,9,1,1500000000,1600000000,0"


def cells() -> bytes:
    rows = [DUMP, *(CELL.format(cell=256 * n + 1, lon=104.04 + 0.001 * n) for n in range(4))]
    rows += [
        CELL.format(cell=77, lon=108.0),
        CELL.replace("452", "460", 1).format(cell=8, lon=104.05),
    ]
    return gzip.compress("\n".join(rows).encode())


def test_opencellid_with_the_users_token(
    tmp_path: Path, served: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = region(
        tmp_path,
        **{
            "inputs.towers.file": f"{RAW}/cells.csv",
            "inputs.towers.fetch": "opencellid",
            "inputs.towers.operators": {"452-04": "Nhà mạng A"},
        },
    )
    path = "opencellid.org/ocid/downloads"
    assert "needs your own token" in in_one_line(fetched(made).stderr)
    monkeypatch.setenv("OPENCELLID_TOKEN", "pk.SECRET")
    served.faults[path] = ['text {"status":"error","message":"INVALID_TOKEN"}']
    assert "INVALID_TOKEN" in in_one_line(fetched(made).stderr)
    served.faults.clear()

    def refuses_countries(form: dict[str, str]) -> bytes:
        assert form["token"] == "pk.SECRET"
        return cells() if form["type"] == "full" else b'{"status":"error","message":"NO_FILE"}'

    served.answers[path] = refuses_countries
    result = fetched(made)
    assert result.exit_code == 0, result.output + result.stderr
    assert len(table(tmp_path / RAW / "cells.csv")) == 4  # not the other country, not far away
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"SECRET" not in file.read_bytes(), file
    assert "SECRET" not in result.output + result.stderr


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Unix")
def test_killed_fetch_completes_at_the_next_try(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path)
    served.faults[WORLDPOP] = ["drip"]
    process = started("fetch", made.study, cwd=tmp_path, variables={MIRROR_VARIABLE: served.url})
    while not any(path == WORLDPOP for path, _ in served.asked):
        assert process.poll() is None, "it ended before it asked"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    served.faults.clear()
    assert fetched(made).exit_code == 0
    assert not list((tmp_path / RAW).rglob(".fetch"))
    assert invoke("verify", tmp_path / RAW).exit_code == 0


def test_a_word_for_an_unknown_source_is_refused(tmp_path: Path, served: Provider) -> None:
    result = fetched(region(tmp_path), "--accept", "gadm-41-3")
    assert result.exit_code == 2
    assert "is not a source of the catalogue (did you mean 'gadm41-3'?)" in in_one_line(
        result.stderr
    )
    assert served.asked == []


def test_wrong_source_for_an_input(tmp_path: Path, served: Provider) -> None:
    made = region(tmp_path, **{"inputs.terrain.fetch": "worldpop-2020-100m"})
    assert "fills inputs.population" in in_one_line(fetched(made).stderr)
    made = write_region(tmp_path / "second")
    assert "names no open data" in in_one_line(fetched(made).stderr)


def test_sources_are_listed() -> None:
    result = invoke("sources")
    assert result.exit_code == 0
    assert "copernicus-dem-30" in result.output


def test_real_layouts(tmp_path: Path, served: Provider, shared_dir: Path) -> None:
    """The real tiles' names and layout, and the real population raster."""
    folder = shared_dir / "data" / "lao-cai"
    for tile in (TILE, WESTERN):
        served.files[f"{COPERNICUS}/{tile}/{tile}.tif"] = (
            folder / "dem" / f"{tile}.tif"
        ).read_bytes()
    served.files[WORLDPOP] = (folder / "worldpop_2020_1km.tif").read_bytes()
    made = region(tmp_path)
    result = fetched(made)
    assert result.exit_code == 0, result.output + result.stderr
    with (
        rasterio.open(tmp_path / RAW / "dem" / f"{TILE}.tif") as part,
        rasterio.open(folder / "dem" / f"{TILE}.tif") as whole,
    ):
        same = whole.read(1, window=from_bounds(*part.bounds, whole.transform).round())
        np.testing.assert_array_equal(part.read(1), same)
        assert part.width < 400
