"""Files, cache and manifest: all or nothing, and never taken for what they are not."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from phusong.errors import StoreError
from phusong.store.cache import Cache
from phusong.store.files import (
    key_of,
    parsed_json,
    remove_leftovers,
    sha256_of,
    write_text,
    write_whole,
)
from phusong.store.manifest import Manifest


def everything(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


# Files


def test_sha256_of_known_texts(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    assert sha256_of(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    file.write_bytes(b"")
    assert sha256_of(file) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_keys_depend_on_facts_and_not_on_their_order() -> None:
    assert key_of({"a": 1, "b": [1, 2]}) == key_of({"b": [1, 2], "a": 1})
    different = [{"a": 1}, {"a": 1.5}, {"a": "1"}, {"a": [1]}, {"b": 1}, {}, "", None, [[]]]
    assert len({key_of(facts) for facts in different}) == len(different)
    assert len(key_of("Lào Cai")) == 32


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "thư mục mới" / "a.txt"
    write_text(file, "Lùng Cải\nhai\n")
    assert file.read_bytes() == "Lùng Cải\nhai\n".encode()
    assert everything(tmp_path) == ["thư mục mới/a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_files_can_be_read_by_others(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "x")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_text(file, "old")

    def half(aside: Path) -> None:
        aside.write_text("ne", encoding="utf-8")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        write_whole(file, half)
    assert file.read_text(encoding="utf-8") == "old"
    assert everything(tmp_path) == ["a.txt"]


def test_a_full_disk_is_a_store_error(tmp_path: Path) -> None:
    def full(aside: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match=r"cannot write .*a\.txt: .*free some space and run again"):
        write_whole(tmp_path / "a.txt", full)
    assert everything(tmp_path) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="choose another output"):
        write_text(tmp_path / "in the way" / "a.txt", "x")


def test_the_writer_works_beside_the_file_under_the_same_suffix(tmp_path: Path) -> None:
    seen: list[Path] = []

    def write(aside: Path) -> None:
        seen.append(aside)
        assert not (tmp_path / "a.tif").exists()
        aside.write_bytes(b"x")

    write_whole(tmp_path / "a.tif", write)
    assert seen[0].parent == tmp_path
    assert seen[0].suffix == ".tif"
    assert seen[0].name.startswith(".")


def test_leftovers_of_a_killed_run_are_removed_and_nothing_else(tmp_path: Path) -> None:
    keep = ["a.tif", "sub/b.part.tif", ".hidden", "sub/.gitignore"]
    gone = [".a-x81k.part.tif", "sub/.b-77.part.gpkg", "sub/.b-77.part.gpkg-journal"]
    for name in keep + gone:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert remove_leftovers(tmp_path) == len(gone)
    assert everything(tmp_path) == sorted(keep)


# Cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "kho")


def put(cache: Cache, key: str = "ab12", content: bytes = b"content") -> Path:
    return cache.put(key, ".bin", lambda aside: aside.write_bytes(content))


def test_what_was_put_is_there(cache: Cache) -> None:
    assert not cache.has("ab12", ".bin")
    file = put(cache)
    assert file == cache.path("ab12", ".bin")
    assert file.read_bytes() == b"content"
    assert cache.has("ab12", ".bin")
    assert not cache.has("ab12", ".tif")
    assert not cache.has("ab13", ".bin")


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "unsealed", "seal cut", "gone"])
def test_a_damaged_entry_is_noticed_and_replaced(cache: Cache, damage: str) -> None:
    file = put(cache)
    seal = file.with_name(file.name + ".sha256")
    if damage == "gone":
        file.unlink()
    elif damage == "unsealed":
        seal.unlink()
    elif damage == "seal cut":
        seal.write_bytes(seal.read_bytes()[:20])
    else:
        file.write_bytes({"cut": b"conte", "changed": b"Content", "emptied": b""}[damage])
    left = everything(cache.folder)
    assert not cache.has("ab12", ".bin")
    assert everything(cache.folder) == left
    put(cache)
    assert cache.has("ab12", ".bin")
    assert file.read_bytes() == b"content"
    assert everything(cache.folder) == ["ab/ab12.bin", "ab/ab12.bin.sha256"]


def test_a_file_whose_checksum_is_not_there_yet_stays(cache: Cache) -> None:
    """Another run asks between the file and its checksum: whoever has written it reads it next."""
    file = put(cache)
    seal = file.with_name(file.name + ".sha256")
    seal.unlink()
    other = Cache(cache.folder)
    assert not other.has("ab12", ".bin")
    assert file.read_bytes() == b"content"
    assert put(other) == file
    assert cache.has("ab12", ".bin")


def test_an_entry_may_be_put_again(cache: Cache) -> None:
    put(cache)
    put(cache, content=b"other")
    assert cache.has("ab12", ".bin")
    assert cache.path("ab12", ".bin").read_bytes() == b"other"


# Manifest


def record(folder: Path, *names: str, step: str = "reach", key: str = "k1") -> Manifest:
    manifest = Manifest(folder)
    files = [folder / name for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(file.name, encoding="utf-8")
    manifest.record(step, key, {"cells": 4}, files)
    return manifest


def test_a_recorded_step_is_done_until_something_changes(tmp_path: Path) -> None:
    record(tmp_path, "reach/a.tif", "reach/b.tif")
    again = Manifest(tmp_path)
    assert again.is_done("reach", "k1")
    assert not again.is_done("reach", "k2")
    assert not again.is_done("gaps", "k1")
    step = again.step("reach")
    assert step is not None
    assert dict(step.facts) == {"cells": 4}
    assert list(step.outputs) == ["reach/a.tif", "reach/b.tif"]
    (tmp_path / "reach/b.tif").write_text("b.ti", encoding="utf-8")
    assert not again.is_done("reach", "k1")
    (tmp_path / "reach/b.tif").unlink()
    assert not again.is_done("reach", "k1")


def test_files_that_a_step_no_longer_makes_are_removed(tmp_path: Path) -> None:
    record(tmp_path, "reach/a.tif", "reach/b.tif")
    record(tmp_path, "gaps/c.csv", step="gaps")
    record(tmp_path, "reach/b.tif", "reach/d.tif", key="k2")
    names = ["gaps/c.csv", "manifest.json", "reach/b.tif", "reach/d.tif"]
    assert everything(tmp_path) == names


def test_the_manifest_is_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    record(tmp_path / "1", "a.tif", "b.tif")
    record(tmp_path / "2", "b.tif", "a.tif")
    texts = [(tmp_path / n / "manifest.json").read_bytes() for n in "12"]
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["schema_version"] == 1


def test_results_key_is_of_the_results_alone(tmp_path: Path) -> None:
    first = record(tmp_path / "1", "a.tif")
    key = first.results_key()
    other = record(tmp_path / "2", "a.tif", key="another input")
    assert other.results_key() == key
    assert record(tmp_path / "2", "index.html", step="report").results_key() == key
    assert record(tmp_path / "2", "gaps.csv", step="gaps").results_key() != key


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "7", '"x"', "{}", '{"schema_version": 1}',
        '{"schema_version": 2, "steps": {}}', '{"schema_version": 1, "steps": []}',
        '{"schema_version": 1, "steps": {"reach": {}}}',
        '{"schema_version": 1, "steps": {"reach": {"key": "k1"}}}', "\x00\xff",
    ],
)  # fmt: skip
def test_a_damaged_manifest_means_that_nothing_is_done(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_bytes(content.encode("latin-1"))
    manifest = Manifest(tmp_path)
    assert manifest.step("reach") is None
    assert not manifest.is_done("reach", "k1")
    record(tmp_path, "a.tif")
    assert Manifest(tmp_path).is_done("reach", "k1")


def test_vietnamese_stays_readable(tmp_path: Path) -> None:
    manifest = record(tmp_path, "a.tif")
    manifest.data["study"] = {"title_vi": "Lùng Khấu Nhin"}
    manifest.save()
    assert "Lùng Khấu Nhin" in (tmp_path / "manifest.json").read_text(encoding="utf-8")
    assert os.linesep == "\n" or b"\r" not in (tmp_path / "manifest.json").read_bytes()


def test_json_that_is_nested_too_deeply_is_no_json() -> None:
    assert parsed_json(b'{"a": [1]}') == {"a": [1]}
    for text in ("[" * 100_000, "{"):
        with pytest.raises(ValueError):  # noqa: PT011 — what every reader catches
            parsed_json(text)
