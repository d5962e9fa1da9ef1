"""Fill ``reporting/assets`` with third-party scripts and styles from pinned npm packages.

Run it from anywhere when a version changes, then commit what it wrote:

    python scripts/vendor_assets.py

It needs npm and a network; nothing else in the project does. Every package is checked
against the integrity hash below before a file is taken from it.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "src/coverage/phusong/reporting/assets"

HEADER = """\
# Scripts and styles that products carry inside

Written by `scripts/vendor_assets.py`; do not edit the files of the table, change the pins in the
script and run it again. `map.css`, the scripts in `map/` and `page.css` beside this file are
Phusong's own.

| file | package | version | licence | bytes | SHA-256 |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Package:
    """One npm package and the files taken from it, as (path inside, name here)."""

    name: str
    version: str
    integrity: str
    licence: str
    files: tuple[tuple[str, str], ...]


PACKAGES = (
    Package(
        name="leaflet",
        version="1.9.4",
        integrity=(
            "sha512-nxS1ynzJOmOlHp+iL3FyWqK89GtNL8U8rvlMOsQdTTssxZwCXh8N2NB3GDQOL+YR3XnWyZAxwQixURb+FA74PA=="
        ),
        licence="BSD-2-Clause",
        files=(
            ("package/LICENSE", "LICENSE"),
            ("package/dist/leaflet.js", "leaflet.js"),
            ("package/dist/leaflet.css", "leaflet.css"),
            ("package/dist/images/layers.png", "images/layers.png"),
            ("package/dist/images/layers-2x.png", "images/layers-2x.png"),
            ("package/dist/images/marker-icon.png", "images/marker-icon.png"),
        ),
    ),
)


def download(package: Package, folder: Path) -> Path:
    """The package's archive, its integrity checked."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed; install Node.js 20 or later and run this script again")
    subprocess.run(
        [npm, "pack", "--silent", "--pack-destination", str(folder), _spec(package)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob(f"{package.name}-*.tgz")
    digest = hashlib.sha512(archive.read_bytes()).digest()
    found = "sha512-" + base64.b64encode(digest).decode("ascii")
    if found != package.integrity:
        sys.exit(f"{_spec(package)} has integrity {found}, {package.integrity} is pinned")
    return archive


def unpack(package: Package, archive: Path) -> list[str]:
    """Copy the wanted files to their place and describe each in one table row."""
    rows = []
    with tarfile.open(archive) as tar:
        for inside, name in package.files:
            member = tar.extractfile(inside)
            if member is None:
                sys.exit(f"{_spec(package)} has no file {inside}; correct the list in this script")
            content = member.read()
            target = ASSETS / package.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            rows.append(
                f"| {package.name}/{name} | {package.name} | {package.version} "
                f"| {package.licence} | {len(content)} | {digest} |\n"
            )
    return rows


def _spec(package: Package) -> str:
    return f"{package.name}@{package.version}"


def main() -> None:
    """Download, check, unpack, and write the table."""
    rows: list[str] = []
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            rows += unpack(package, download(package, Path(folder)))
    (ASSETS / "README.md").write_text(HEADER + "".join(rows), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
