"""What comes with the package is what its table says."""

import hashlib
import re
from importlib import resources

import pytest

ASSETS = resources.files("phusong.reporting") / "assets"
ROW = re.compile(r"^\| (\S+) \| \S+ \| [\d.]+ \| [\w.-]+ \| (\d+) \| ([0-9a-f]{64}) \|$", re.M)
TABLE = ROW.findall((ASSETS / "README.md").read_text(encoding="utf-8"))


def test_table_lists_every_vendored_file() -> None:
    folder = ASSETS / "leaflet"
    listed = {name for name, _, _ in TABLE}
    files = {f"leaflet/{f.name}" for f in folder.iterdir() if f.is_file()}
    files |= {f"leaflet/images/{f.name}" for f in (folder / "images").iterdir()}
    assert listed == files


@pytest.mark.parametrize(("name", "size", "digest"), TABLE)
def test_vendored_files_are_the_published_ones(name: str, size: str, digest: str) -> None:
    data = ASSETS.joinpath(*name.split("/")).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (int(size), digest)
