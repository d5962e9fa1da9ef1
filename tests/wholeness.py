"""What must hold of an output folder whatever happened to the run, and a study to try it on."""

import json
import time
from pathlib import Path

import psutil

from forked import Fork
from phusong.store.files import sha256_of
from phusong.store.manifest import Manifest
from runs import digests
from synthetic import Region, study_facts, write_region

STEPS = ("reach", "service", "gaps", "plan", "report")


def small_region(folder: Path) -> Region:
    """The invented region with one commune and one operator: every step, in seconds."""
    operator = study_facts()["operators"][0]
    theirs = {(row, "operator"): operator["name"] for row in (5, 6, 7)}
    changes = {"area.communes": ["00101"], "operators": [operator]}
    return write_region(folder, study=changes, towers=theirs)


def work_of(run: Fork) -> float:
    """What a run works until its end [s of CPU]."""
    process, used = psutil.Process(run.pid), 0.0
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        times = process.cpu_times()
        used = times.user + times.system
        time.sleep(0.01)
    ended = run.wait()
    assert ended.status == 0, ended.stderr
    return used


def results(region: Region) -> dict[str, str]:
    """Digests of all products, and the manifest without those of GeoPackages."""
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    for step in manifest["steps"].values():
        step["outputs"] = {n: d for n, d in step["outputs"].items() if not n.endswith(".gpkg")}
    return {**digests(region.output), "manifest.json": json.dumps(manifest, sort_keys=True)}


def leftovers(region: Region) -> list[Path]:
    """What a write that did not end has left."""
    return [file for file in region.output.rglob("*") if ".part" in file.name]


def assert_nothing_half_is_taken_for_whole(region: Region) -> None:
    """Every file that the manifest or a seal vouches for is what they say."""
    manifest = Manifest(region.output)
    for step in STEPS:
        found = manifest.step(step)
        for name, sha in found.outputs.items() if found else ():
            assert sha256_of(region.output / name) == sha, name
    for seal in (region.output / "cache").rglob("*.sha256"):
        if not seal.name.startswith("."):
            assert sha256_of(seal.with_suffix("")) == seal.read_text(encoding="ascii"), seal
