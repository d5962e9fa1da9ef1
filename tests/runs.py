"""Whole runs of the small invented region, started as a user starts them, and what they left."""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
from typer.testing import CliRunner, Result

from conftest import ROOT
from phusong.cli.app import app
from synthetic import Region, write_region

NOTEBOOKS = ROOT / "notebooks"
PRACTICE_WORDS = re.compile(
    r"practice data.*dữ liệu mô phỏng|dữ liệu mô phỏng.*practice data", re.IGNORECASE | re.DOTALL
)
"""How products say in both languages that they are made from invented input."""
SECRETS = {
    "OPENCELLID_TOKEN": "pk.hunter2-of-a-dump",
    "HTTPS_PROXY": "http://me:hunter2-of-a-proxy@127.0.0.1:9",
    "DATABASE_URL": "postgres://me:hunter2-of-a-database@127.0.0.1/towers",
    "AWS_SECRET_ACCESS_KEY": "hunter2-of-a-cloud",
}
"""What a user's environment holds, and no product may: every value has ``SECRET_PART`` in it."""
SECRET_PART = b"hunter2"
LONGEST_S = 570
"""A run that hangs is stopped; nothing is concluded from times."""


def clean_environment(**variables: str) -> dict[str, str]:
    """This process's environment without what would choose a study, and with more variables.

    Nothing is printed as PDF, as in this process: tests of printing name the browser themselves.
    Nor does a slow machine make the lines of progress that it would make for a user.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PHUSONG_")}
    sources = str(ROOT / "src" / "coverage")
    fixed = {
        "PYTHONPATH": sources, "PYTHONIOENCODING": "utf-8", "PHUSONG_BROWSER": "",
        "PHUSONG_PROGRESS": "0",
    }  # fmt: skip
    return {**kept, **fixed, **variables}


def command(*arguments: str | Path) -> list[str]:
    """The command line as this interpreter runs it."""
    return [sys.executable, "-m", "phusong", *map(str, arguments)]


def started(
    *arguments: str | Path, cwd: Path, variables: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    return subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=clean_environment(**(variables or {})),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def finished(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for a process, and take its status and what it printed."""
    try:
        stdout, stderr = process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def phusong(
    *arguments: str | Path, cwd: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, and wait for it."""
    return finished(started(*arguments, cwd=cwd, variables=variables))


def invoke(*arguments: str | Path) -> Result:
    """Run the command line within this process: quicker, with the same status and streams."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def in_one_line(message: str) -> str:
    """A message of the command line without the frame that it is drawn in."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", message).split())


def run_here(region: Region, *options: str) -> Result:
    """Run a region's study within this process, without notebooks; it must succeed."""
    result = invoke("run", region.study, "--no-notebooks", "--workers", "1", *options)
    assert result.exit_code == 0, result.output
    return result


def write_project(folder: Path, **changes: Any) -> Region:
    """A project folder: the region, its study under ``configs/``, and the notebooks."""
    region = write_region(folder, **changes)
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=lambda *_: {".ipynb_checkpoints"})
    study = folder / "configs" / "demo.toml"
    study.parent.mkdir()
    region.study.rename(study)
    return Region(folder, study, region.output)


def copied(region: Region, folder: Path) -> Region:
    """The same project elsewhere, results and all."""
    shutil.copytree(region.folder, folder)
    study = folder / region.study.relative_to(region.folder)
    return Region(folder, study, folder / region.output.relative_to(region.folder))


def outputs(folder: Path) -> dict[str, Path]:
    """Files of an output folder by their relative names, without cache and log."""
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    named = {file.relative_to(folder).as_posix(): file for file in found}
    return {name: file for name, file in named.items() if not name.startswith(("cache/", "log/"))}


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each output; of a GeoPackage, whose bytes may differ, that of its content."""
    return {name: digest(file) for name, file in outputs(folder).items() if name != "manifest.json"}


def digest(file: Path) -> str:
    """SHA-256 of a file, or of all that a GeoPackage holds."""
    content = geopackage_text(file) if file.suffix == ".gpkg" else file.read_bytes()
    return hashlib.sha256(content).hexdigest()


def geopackage_text(file: Path) -> bytes:
    """Everything that a GeoPackage holds, as SQL."""
    database = sqlite3.connect(file)
    try:
        return "\n".join(database.iterdump()).encode("utf-8")
    finally:
        database.close()


def table(file: Path) -> pd.DataFrame:
    """A CSV table as it stands in the file: all text."""
    return pd.read_csv(file, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def sheet(file: Path, number: int = 1) -> list[dict[str, tuple[str, str]]]:
    """Rows of a sheet: type and content of each cell by its column's letters."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(file) as book:
        strings = [
            "".join(part.text or "" for part in item.iterfind(".//s:t", space))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    rows = []
    for row in root.iterfind(".//s:row", space):
        cells = {}
        for cell in row.iterfind("s:c", space):
            assert cell.find("s:f", space) is None, "a formula in a workbook"
            kind = cell.get("t", "n")
            value = cell.findtext("s:v", default="", namespaces=space)
            letters = re.sub(r"\d", "", cell.get("r", ""))
            cells[letters] = (kind, strings[int(value)] if kind == "s" else value)
        rows.append(cells)
    return rows
