"""Every fault of a network, for every way in which ``phusong fetch`` has something.

After each of them no wrong byte is used, the message says what to do, and the same command again
completes what is missing.
"""

import errno
import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from phusong.pipeline import fetch as fetch_module
from phusong.sources.fetch.wire import MIRROR_VARIABLE, Patience, Wire
from phusong.store import files as store_files
from phusong.store.files import sha256_of
from provided import COPERNICUS, OVERPASS, TILE, WORLDPOP, copernicus_tile, people
from provider import Provider, provider
from runs import in_one_line, invoke, started
from synthetic import COMMUNES, Region, geojson, write_region

GADM = "geodata.ucdavis.edu/gadm/gadm4.1/json/gadm41_VNM_3.json.zip"
LIST, HEIGHTS = f"{COPERNICUS}/tileList.txt", f"{COPERNICUS}/{TILE}/{TILE}.tif"
RAW = "data/raw/thử"
HASTY = Patience(
    connect_s=30.0, read_s=30.0, tries=3, pause_s=0.001, window_s=0.2, slowest_bytes_s=200.0
)
WAYS = (GADM, HEIGHTS, WORLDPOP, OVERPASS)
"""A whole file in an archive, a tile, part of a raster, and an answer to a question."""
PLACES = {
    GADM: f"{RAW}/outlines.geojson", HEIGHTS: f"{RAW}/dem/{TILE}.tif",
    WORLDPOP: f"{RAW}/people.tif", OVERPASS: f"{RAW}/villages.csv",
}  # fmt: skip


def archive() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as packed:
        padding = " " * 300_000  # long enough to be cut off in the middle
        packed.writestr("gadm41_VNM_3.json", geojson(COMMUNES) + padding)
    return memory.getvalue()


def villages(_: dict[str, str]) -> bytes:
    tags = {"name": "Bản Trên"}
    found = [{"type": "node", "id": 5, "lat": 22.575, "lon": 104.05, "tags": tags}]
    return json.dumps({"elements": found, "padding": "x" * 30_000}).encode()


@pytest.fixture(scope="module")
def bodies() -> dict[str, bytes]:
    return {
        GADM: archive(), LIST: f"{TILE}\n".encode(), HEIGHTS: copernicus_tile(104),
        WORLDPOP: people(),
    }  # fmt: skip


@pytest.fixture
def served(bodies: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider() as one:
        one.files.update(bodies)
        one.answers[OVERPASS] = villages
        monkeypatch.setenv(MIRROR_VARIABLE, one.url)
        monkeypatch.setattr(Wire, "wait", lambda *_: None)
        monkeypatch.setattr(
            fetch_module,
            "wire_from_environment",
            lambda hosts, **_: Wire(hosts, mirror=one.url, patience=HASTY),
        )
        yield one


def region(folder: Path) -> Region:
    return write_region(
        folder,
        study={
            "area.country": "VNM",
            "inputs.boundaries.file": PLACES[GADM],
            "inputs.boundaries.fetch": "gadm41-3",
            "inputs.terrain.files": [f"{RAW}/dem"],
            "inputs.terrain.fetch": "copernicus-dem-30",
            "inputs.population.file": PLACES[WORLDPOP],
            "inputs.population.fetch": "worldpop-2020-100m",
            "inputs.villages.file": PLACES[OVERPASS],
            "inputs.villages.fetch": "osm-places",
        },
    )


def fetched(made: Region) -> Result:
    return invoke("fetch", made.study, "--accept", "gadm41-3")


def had(made: Region) -> dict[str, str]:
    """SHA-256 of every file that is there, by its place, without what is known of them."""
    found = sorted((made.folder / RAW).rglob("*"))
    return {
        file.relative_to(made.folder).as_posix(): sha256_of(file)
        for file in found
        if file.is_file() and file.name != "provenance.json"
    }


@pytest.fixture(scope="module")
def right(bodies: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What comes when nothing goes wrong."""
    with provider() as one, pytest.MonkeyPatch.context() as patch:
        one.files.update(bodies)
        one.answers[OVERPASS] = villages
        patch.setenv(MIRROR_VARIABLE, one.url)
        made = region(tmp_path_factory.mktemp("right"))
        assert fetched(made).exit_code == 0
        assert sorted(had(made)) == sorted(PLACES.values())
        return had(made)


def completes(made: Region, right: dict[str, str]) -> None:
    """The same command again has everything, nothing is left over, and every byte is right."""
    result = fetched(made)
    assert result.exit_code == 0, result.output + result.stderr
    assert had(made) == right
    assert not list((made.folder / RAW).rglob(".*"))
    assert invoke("verify", made.folder / RAW).exit_code == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", ["drop", "truncate", "429", "500", "503", "drip"])
def test_passing_fault_is_overcome(
    tmp_path: Path, served: Provider, right: dict[str, str], way: str, fault: str
) -> None:
    served.faults[way] = [fault, None]
    completes(region(tmp_path), right)
    assert len([path for path, _ in served.asked if path == way]) > 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("drop", "3 times in a row; check the network"),
        ("truncate", "3 times in a row; check the network"),
        ("drip", "3 times in a row; check the network"),
        ("500", "status 500, 3 times in a row; check the network"),
        ("429", "status 429, 3 times in a row; check the network"),
        ("403", "is refused (status 403); check the token or the terms of the provider"),
        ("404", "does not exist at the provider (status 404)"),
        ("redirect https://evil.example/x", "evil.example is not a host of the catalogue"),
        ('text {"status":"error","message":"LIMIT"}', "LIMIT|does not serve parts of a file"),
    ],
)
def test_lasting_fault_is_explained_and_uses_nothing(
    tmp_path: Path, served: Provider, right: dict[str, str], way: str, fault: str, words: str
) -> None:
    served.faults[way] = [fault]
    made = region(tmp_path)
    result = fetched(made)
    assert result.exit_code == 2
    said = in_one_line(result.stderr)
    assert any(word in said for word in words.split("|")), said
    there = {place: digest for place, digest in had(made).items() if "/." not in place}
    assert PLACES[way] not in there
    assert there.items() <= right.items()
    served.faults.clear()
    completes(made, right)


@pytest.mark.parametrize("way", WAYS)
def test_other_bytes_than_pinned_are_named(
    tmp_path: Path, served: Provider, right: dict[str, str], way: str
) -> None:
    made = region(tmp_path)
    completes(made, right)
    lock = made.study.with_suffix(".lock.json")
    text = lock.read_text(encoding="utf-8")
    lock.write_text(text.replace(right[PLACES[way]], "0" * 64), encoding="utf-8")
    (made.folder / PLACES[way]).unlink()
    result = fetched(made)
    assert result.exit_code == 2
    said = in_one_line(result.stderr)
    assert "is not what it was when study.lock.json was written" in said
    assert "--update" in said
    assert PLACES[way] not in had(made)


@pytest.mark.parametrize("way", WAYS)
def test_full_disk_is_said_and_a_rerun_completes(
    tmp_path: Path, served: Provider, right: dict[str, str], way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The disk is full from the moment on that the file's last bytes are to be kept."""
    made = region(tmp_path)
    whole = store_files.os.fsync
    stem = Path(PLACES[way]).stem

    def full(handle: int) -> None:
        if stem in Path(f"/proc/self/fd/{handle}").readlink().name:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(handle)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("names of open files are of Linux")
    monkeypatch.setattr(store_files.os, "fsync", full)
    result = fetched(made)
    assert result.exit_code != 0
    assert "free some space and run" in in_one_line(result.stderr)
    assert PLACES[way] not in {p: d for p, d in had(made).items() if "/." not in p}
    monkeypatch.setattr(store_files.os, "fsync", whole)
    completes(made, right)


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Unix")
@pytest.mark.parametrize("way", [GADM, HEIGHTS, OVERPASS])
def test_killed_fetch_completes(
    tmp_path: Path, served: Provider, right: dict[str, str], way: str
) -> None:
    made = region(tmp_path)
    served.faults[way] = ["drip"]
    process = started(
        "fetch", made.study, "--accept", "gadm41-3", cwd=tmp_path,
        variables={MIRROR_VARIABLE: served.url},
    )  # fmt: skip
    while not any(path == way for path, _ in served.asked):
        assert process.poll() is None, "it ended before it asked"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert PLACES[way] not in had(made)
    served.faults.clear()
    completes(made, right)
