"""Results and intermediate files that were damaged: found by checksum, and computed again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from forked import Nursery
from phusong.store.manifest import _seal
from synthetic import Region
from wholeness import small_region


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def one_bit_flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def overwritten(file: Path) -> None:
    file.write_bytes(b"\xff\xfe something else \x00" * 20)


DAMAGES: tuple[Callable[[Path], object], ...] = (
    truncated, emptied, one_bit_flipped, overwritten, Path.unlink,
)  # fmt: skip


@pytest.fixture
def damaged(tmp_path: Path, undisturbed: Region) -> Region:
    """A copy of whole results, to damage."""
    region = small_region(tmp_path / "r")
    shutil.copytree(undisturbed.output, region.output)
    return region


def test_path_losses(damaged: Region, rerun: Callable[[Region], None]) -> None:
    """Rasters and their seals, damaged in every way; the steps must read them again."""
    rasters = sorted((damaged.output / "cache").rglob("*.tif"))
    assert len(rasters) > 4
    for number, raster in enumerate(rasters):
        damage = DAMAGES[number % len(DAMAGES)]
        damage(raster if number % 4 else raster.with_name(raster.name + ".sha256"))
    shutil.rmtree(damaged.output / "reach")
    shutil.rmtree(damaged.output / "plan")
    rerun(damaged)


@pytest.mark.parametrize("first", [0, 1])
def test_every_second_product(
    damaged: Region, nursery: Nursery, rerun: Callable[[Region], None], first: int
) -> None:
    """Each product is damaged in one of two runs, and named by ``verify``."""
    products = sorted(
        file
        for file in damaged.output.rglob("*")
        if file.is_file()
        and file.name != "manifest.json"
        and file.relative_to(damaged.output).parts[0] not in {"cache", "log"}
    )
    chosen = products[first::2]
    for number, file in enumerate(chosen):
        DAMAGES[number % len(DAMAGES)](file)
    checked = nursery.run("verify", damaged.study)
    assert checked.status == 1
    assert {line.split(": ")[0] for line in checked.stderr.splitlines()} == set(map(str, chosen))
    rerun(damaged)


def _without(data: dict[str, object], *path: str) -> str:
    inner = data
    for key in path[:-1]:
        inner = inner[key]  # type: ignore[assignment]
    inner.pop(path[-1])
    return json.dumps(data)


MANIFESTS: dict[str, Callable[[str], str | bytes]] = {
    "cut in half": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "no text": lambda _: b"\xff\xfe\x00\x00",
    "a list": lambda _: "[]",
    "a number": lambda _: "17",
    "deep": lambda _: "[" * 100_000,
    "steps are a list": lambda _: '{"schema_version": 1, "steps": []}',
    "a step is a word": lambda _: '{"schema_version": 1, "steps": {"reach": "done"}}',
    "a step lacks its key": lambda text: _without(json.loads(text), "steps", "reach", "key"),
    "outputs are a list": lambda text: text.replace('"outputs": {', '"outputs": [], "was": {'),
    "outputs are numbers": lambda text: text.replace('.csv": "', '.csv": 5, "was": "'),
    "facts are nothing": lambda text: text.replace('"facts": {', '"facts": null, "was": {'),
    "facts are empty": lambda text: text.replace('"facts": {', '"facts": {}, "was": {'),
    "of another version": lambda text: text.replace('"schema_version": 1', '"schema_version": 99'),
}


@pytest.mark.parametrize("change", MANIFESTS.values(), ids=list(MANIFESTS))
def test_the_manifest_itself(
    damaged: Region, rerun: Callable[[Region], None], change: Callable[[str], str | bytes]
) -> None:
    file = damaged.output / "manifest.json"
    made = change(file.read_text(encoding="utf-8"))
    file.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
    rerun(damaged)


def test_a_changed_record_is_told(damaged: Region, nursery: Nursery) -> None:
    file = damaged.output / "manifest.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"cells": ', '"cells": 1', 1), encoding="utf-8")
    checked = nursery.run("verify", damaged.output)
    assert checked.status == 1
    assert checked.stderr == (
        f"{file}: its record of step reach was changed; run the study again\n"
    )


def test_a_manifest_that_points_outside_removes_nothing_there(
    damaged: Region, rerun: Callable[[Region], None]
) -> None:
    """What a stale entry names is removed; only below the output folder."""
    precious = damaged.folder / "precious.txt"
    precious.write_text("keep", encoding="utf-8")
    file = damaged.output / "manifest.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    for step in data["steps"].values():
        step["outputs"]["../precious.txt"] = "0" * 64
        step["outputs"][str(precious)] = "0" * 64
        step["seal"] = _seal(step)
    file.write_text(json.dumps(data), encoding="utf-8")
    rerun(damaged)
    assert precious.read_text(encoding="utf-8") == "keep"


def test_folders_in_the_place_of_files(damaged: Region, nursery: Nursery) -> None:
    """Not mended by force: somebody may have put them there. Told by name, without a traceback."""
    for file in (
        next(iter(sorted((damaged.output / "cache").rglob("*.tif")))),
        damaged.output / "gaps" / "communes.csv",
    ):
        file.unlink()
        (file / "inner").mkdir(parents=True)
    shutil.rmtree(damaged.output / "reach")
    ended = nursery.run("run", damaged.study, "--no-notebooks")
    assert ended.status == 2
    assert ended.stderr.splitlines()[-1].startswith("error: cannot write "), ended.stderr
