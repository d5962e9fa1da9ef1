"""Damaged inputs of every kind: read, or refused by an error of Phusong's own, never otherwise.

Each case is a good file with bytes changed, cut, doubled or swapped for what is known to hurt.
``make fuzz`` tries 10,000 of them for each reader, by other chances each time.
"""

import json
import os
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phusong.cli.path import _answers
from phusong.errors import DataWarning, ModelRangeWarning, PhusongError
from phusong.geo.grid import Grid
from phusong.sources.antennas import parse_planet_pattern
from phusong.sources.boundaries import read_communes
from phusong.sources.links import parse_links
from phusong.sources.study_file import read_study
from phusong.sources.terrain import read_terrain
from phusong.sources.towers import read_towers
from synthetic import CRS, EAST, NORTH, SOUTH, WEST, write_region

CASES = int(os.environ.get("PHUSONG_FUZZ", "500"))
HOW = settings(
    max_examples=CASES,
    deadline=None,
    derandomize="PHUSONG_FUZZ" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
HURTS = (
    b"", b"\0", b"\xff", b"nan", b"1e999", b"-1", b"0", b"99999999999999999999", b'"', b"[", b"{",
    b"]" * 50, b"[" * 5000, b"null", b"true", b",", b";", b"\n", b"\r", b"\xef\xbb\xbf", b"=1+1",
    b"<!ENTITY a 'b'>", b"/vsicurl/http://127.0.0.1:9/a", "Đ".encode(), b"\x00\x00\x00\x00", b"'",
)  # fmt: skip
CHANGE = st.tuples(
    st.floats(0.0, 1.0, exclude_max=True),
    st.integers(0, 60),
    st.sampled_from(HURTS) | st.binary(max_size=4),
)
CHANGES = st.lists(CHANGE, min_size=1, max_size=6)
ANTENNA = (
    b"NAME a\nGAIN 17 dBi\nHORIZONTAL 360\n"
    + b"".join(b"%d %d\n" % (i, min(i, 360 - i) // 8) for i in range(360))
    + b"VERTICAL 360\n"
    + b"".join(b"%d %d\n" % (i, min(i, 360 - i) // 4) for i in range(360))
)
LINK = json.dumps(
    {
        "model": "p1812", "frequency_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 1.5,
        "distance_km": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "height_amsl_m": [5, 9, 30, 20, 8, 2],
    }
).encode()  # fmt: skip


def changed(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for where, length, put in changes:
        start = int(where * len(content))
        content = content[:start] + put + content[start + length :]
    return content


class Good:
    """A good file of each kind; its bytes are not printed with every case."""

    def __init__(self, folder: Path) -> None:
        region = write_region(folder)
        names = ("towers.csv", "dem.tif", "communes.geojson")
        self.files = {name: region.input(name).read_bytes() for name in names}
        self.files["study.toml"] = region.study.read_bytes()
        self.study = read_study(region.study)

    def __repr__(self) -> str:
        return "Good()"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    return Good(tmp_path_factory.mktemp("good") / "r")


def read_or_refused(read: Callable[[], object]) -> None:
    """Any other exception fails the test, and so does a warning that is none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # What GDAL says while it reads or refuses.
        warnings.filterwarnings("ignore", message=r".*(OGR|Geo|ring|coord|JSON)")
        warnings.simplefilter("ignore", DataWarning)
        warnings.simplefilter("ignore", ModelRangeWarning)
        with suppress(PhusongError):
            read()


def in_file(name: str, content: bytes, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        read_or_refused(lambda: read(file))


@given(changes=CHANGES)
@HOW
def test_study_files(good: Good, changes: list[tuple[float, int, bytes]]) -> None:
    in_file("study.toml", changed(good.files["study.toml"], changes), read_study)


@given(changes=CHANGES)
@HOW
def test_antennas(changes: list[tuple[float, int, bytes]]) -> None:
    text = changed(ANTENNA, changes).decode("utf-8", "replace")
    read_or_refused(lambda: parse_planet_pattern(text, where="a.msi"))


@given(changes=CHANGES)
@HOW
def test_links(changes: list[tuple[float, int, bytes]]) -> None:
    text = changed(LINK, changes).decode("utf-8", "replace")
    read_or_refused(lambda: list(_answers(parse_links(text), intermediate=False, compare=None)))


@given(changes=CHANGES)
@settings(HOW, max_examples=CASES if CASES > 500 else CASES // 10)  # and tests/properties
def test_towers(good: Good, changes: list[tuple[float, int, bytes]]) -> None:
    content = changed(good.files["towers.csv"], changes)
    in_file("towers.csv", content, lambda file: read_towers(file, good.study, GRID))


@given(changes=CHANGES)
@HOW
def test_boundaries(good: Good, changes: list[tuple[float, int, bytes]]) -> None:
    content = changed(good.files["communes.geojson"], changes)
    in_file("communes.geojson", content, lambda file: read_communes(file, good.study))


@given(changes=CHANGES)
@HOW
def test_terrain(good: Good, changes: list[tuple[float, int, bytes]]) -> None:
    in_file(
        "dem.tif", changed(good.files["dem.tif"], changes), lambda file: read_terrain([file], GRID)
    )
