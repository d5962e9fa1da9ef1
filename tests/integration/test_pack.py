"""A study packed here, unpacked, verified and run again elsewhere; nothing else gets through."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from phusong.errors import StoreError
from phusong.pipeline.pack import environment_lock, may_be_passed_on
from phusong.store import archive as archives
from phusong.store.archive import CONTENTS, check_archive, unpack_archive, write_archive
from phusong.store.raw import note_provenance
from runs import digests, invoke, run_here
from synthetic import Region
from wholeness import small_region


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A whole run, with an input whose licence is not stated."""
    region = small_region(tmp_path_factory.mktemp("đóng gói") / "dự án")
    text = region.study.read_text(encoding="utf-8")
    head, tail = text.split('"file" = "đầu vào/villages.csv"')
    region.study.write_text(
        f'{head}"file" = "đầu vào/villages.csv"{tail.replace("MIT", "nội bộ", 1)}', encoding="utf-8"
    )
    note_provenance(
        region.input("towers.csv"),
        {"had": "2026-03-01T00:00:00+00:00", "source": "Sở", "by": "phusong add", "sha256": "x"},
    )
    run_here(region)
    return region


@pytest.fixture(scope="module")
def packed(finished: Region, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """An archive, its seal, and what was said."""
    file = tmp_path_factory.mktemp("giao") / "bàn giao.phusong.zip"
    result = invoke("pack", finished.study, "--to", file)
    assert result.exit_code == 0, result.output
    (seal,) = (line[6:] for line in result.stdout.splitlines() if line.startswith("seal: "))
    return file, seal, result.output


def contents_of(file: Path) -> dict[str, object]:
    with zipfile.ZipFile(file) as archive:
        return dict(json.loads(archive.read(CONTENTS)))


def test_what_is_in_it(finished: Region, packed: tuple[Path, str, str]) -> None:
    file, _, said = packed
    contents = contents_of(file)
    files = contents["files"]
    assert {"study.toml", "environment.lock", "changes.json", "kết quả/manifest.json"} < set(files)
    assert {"đầu vào/towers.csv", "đầu vào/provenance.json", "đầu vào/dem.tif"} < set(files)
    products = {f"kết quả/{name}" for name in digests(finished.output)}
    assert products <= set(files)
    assert not any("cache" in name or ".lock." in name for name in files)
    (left,) = contents["left_out"]
    assert left["path"] == "đầu vào/villages.csv"
    assert "đầu vào/villages.csv" not in files
    assert "left out: đầu vào/villages.csv: licence is 'nội bộ'; --with-input villages" in said
    with zipfile.ZipFile(file) as archive:
        (change,) = json.loads(archive.read("changes.json"))
    assert (change["what"], change["source"]) == ("input", "Sở")


def test_the_same_bytes_each_time_and_anywhere(
    finished: Region, packed: tuple[Path, str, str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(finished.folder, elsewhere)
    for file in elsewhere.rglob("*"):
        os.utime(file, (0, 0))
    result = invoke("pack", elsewhere / "study.toml", "--to", tmp_path / "again.zip")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "again.zip").read_bytes() == packed[0].read_bytes()


def test_unpacked_verified_and_run_again(
    finished: Region, tmp_path: Path, packed: tuple[Path, str, str]
) -> None:
    folder = tmp_path / "máy khác"
    result = invoke("unpack", packed[0], folder)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"every file is what was packed; study: {folder / 'study.toml'}\n"
    unpacked = Region(folder, folder / "study.toml", folder / "kết quả")
    assert digests(unpacked.output) == digests(finished.output)
    assert invoke("verify", unpacked.output).exit_code == 0
    shutil.copy(finished.input("villages.csv"), unpacked.input("villages.csv"))
    again = run_here(unpacked)
    assert again.stdout.count(": reused\n") == 5
    assert invoke("unpack", packed[0], folder).exit_code == 2


def test_verified_without_unpacking(packed: tuple[Path, str, str]) -> None:
    file, seal, _ = packed
    result = invoke("verify", file, "--seal", seal.upper())
    assert (result.exit_code, result.stdout) == (
        0, f"every file is what was packed\nseal: {seal}, as told\n",
    )  # fmt: skip
    other = invoke("verify", file, "--seal", "0" * 64)
    assert other.exit_code == 1
    assert "another archive was packed" in other.stderr


def test_an_input_may_be_passed_on_by_word(finished: Region, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    assert invoke("pack", finished.study, "--to", file, "--with-input", "villages").exit_code == 0
    assert contents_of(file)["left_out"] == []
    wrong = invoke("pack", finished.study, "--to", file, "--with-input", "vilages")
    assert wrong.exit_code == 2
    assert "the study names no input vilages" in wrong.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("kết quả/gaps/communes.csv", "changed since step gaps wrote it"),
        ("đầu vào/towers.csv", "changed since the study was run"),
        ("study.toml", "changed since the study was run"),
    ],
)
def test_what_was_changed_since_is_not_packed(
    finished: Region, tmp_path: Path, name: str, said: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished.folder, folder)
    with (folder / name).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    result = invoke("pack", folder / "study.toml", "--to", tmp_path / "a.zip")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "a.zip").exists()


def test_an_unfinished_study_is_not_packed(tmp_path: Path) -> None:
    region = small_region(tmp_path / "r")
    result = invoke("pack", region.study)
    assert result.exit_code == 2
    assert "is not finished; run `phusong run` first" in result.stderr


# Archives that somebody has changed


def rewritten(file: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with members changed, or left out."""
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as archive:
        for member in source.infolist():
            content = change(member.filename, source.read(member))
            if content is not None:
                archive.writestr(member, content)
    return target


def test_every_changed_byte_is_found(packed: tuple[Path, str, str], tmp_path: Path) -> None:
    """Anywhere in the file; what is outside of any content cannot matter to what is unpacked."""
    content = bytearray(packed[0].read_bytes())
    file = tmp_path / "changed.phusong.zip"
    for place in range(100, len(content), len(content) // 40):
        content[place] ^= 0x10
        file.write_bytes(bytes(content))
        checked = invoke("verify", file, "--seal", packed[1])
        assert checked.exit_code == 1, place
        content[place] ^= 0x10


@pytest.mark.parametrize("left", [0, 10, 1000, 100_000])
def test_a_truncated_archive(packed: tuple[Path, str, str], tmp_path: Path, left: int) -> None:
    file = tmp_path / "half.phusong.zip"
    file.write_bytes(packed[0].read_bytes()[:left])
    assert "is no whole archive" in invoke("verify", file).stderr
    result = invoke("unpack", file, tmp_path / "out")
    assert result.exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["half.phusong.zip"]


def test_a_changed_or_missing_member(packed: tuple[Path, str, str], tmp_path: Path) -> None:
    name = "kết quả/gaps/communes.csv"
    changed = rewritten(
        packed[0], tmp_path / "a.zip", lambda n, c: c.replace(b"0", b"1") if n == name else c
    )
    assert f"{name} is not what was packed" in invoke("verify", changed).stderr
    result = invoke("unpack", changed, tmp_path / "out")
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()
    fewer = rewritten(packed[0], tmp_path / "b.zip", lambda n, c: None if n == name else c)
    assert "holds other files than its list says" in invoke("verify", fewer).stderr


def test_products_that_no_run_has_written(packed: tuple[Path, str, str], tmp_path: Path) -> None:
    """Whoever makes the list of contents anew still does not get past the manifest."""
    name = "kết quả/gaps/communes.csv"
    with zipfile.ZipFile(packed[0]) as archive:
        files = {n: archive.read(n) for n in archive.namelist() if n != CONTENTS}
    facts = {k: v for k, v in contents_of(packed[0]).items() if k != "files"}
    files[name] = files[name].replace(b"0", b"1")
    write_archive(tmp_path / "forged.zip", files, facts)
    assert check_archive(tmp_path / "forged.zip").files
    result = invoke("unpack", tmp_path / "forged.zip", tmp_path / "out")
    assert result.exit_code == 2
    assert "holds products that its run did not write" in result.stderr


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt", "a/../../outside.txt", "/etc/outside", "C:/outside", "a\\..\\outside",
        "CON", "a/nul.txt", "a/b. ", "a//b", "a/./b", "a\nb",
    ],
)  # fmt: skip
def test_paths_that_lead_away(tmp_path: Path, name: str) -> None:
    file = tmp_path / "in" / "a.zip"
    write_archive(file, {name: b"x"}, {})
    with pytest.raises(StoreError, match=r"is no path inside of it|holds other files"):
        unpack_archive(file, tmp_path / "in" / "out")
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "a.zip"]


def raw_archive(file: Path, members: dict[str, bytes], contents: object) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONTENTS, json.dumps(contents))
        for name, content in members.items():
            archive.writestr(name, content)
    return file


@pytest.mark.parametrize(
    "contents",
    [
        [], 7, None, {"files": {}}, {"schema_version": 2, "files": {}},
        {"schema_version": 1, "files": {"a": 5}}, {"schema_version": 1, "files": ["a"]},
        {"schema_version": 1, "files": {"a": {"bytes": -1, "sha256": "0" * 64}}},
        {"schema_version": 1, "files": {"a": {"bytes": "1", "sha256": "0" * 64}}},
    ],
)  # fmt: skip
def test_contents_that_make_no_sense(tmp_path: Path, contents: object) -> None:
    file = raw_archive(tmp_path / "a.zip", {"a": b"x"}, contents)
    with pytest.raises(StoreError, match="cannot be understood"):
        check_archive(file)


def test_a_bomb_stops_at_what_was_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"schema_version": 1, "files": {"a": {"bytes": 10, "sha256": "0" * 64}}}
    file = raw_archive(tmp_path / "a.zip", {"a": b"\0" * 50_000_000}, declared)
    with pytest.raises(StoreError, match="is not what was packed"):
        check_archive(file)
    honest = tmp_path / "b.zip"
    write_archive(honest, {"a": b"\0" * 2000}, {})
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    with pytest.raises(StoreError, match="would unpack to 2,000 bytes"):
        check_archive(honest)
    monkeypatch.setattr(archives, "MOST_LISTED_BYTES", 10)
    with pytest.raises(StoreError, match="list of contents is too large"):
        check_archive(honest)


def test_a_link_is_unpacked_as_a_plain_file(tmp_path: Path) -> None:
    """Nothing in an archive becomes a link, whatever its mode says."""
    made = io.BytesIO()
    write_archive(tmp_path / "a.zip", {"a": b"/etc/passwd"}, {})
    with zipfile.ZipFile(tmp_path / "a.zip") as source, zipfile.ZipFile(made, "w") as archive:
        for member in source.infolist():
            content = source.read(member)
            member.external_attr = 0o120777 << 16
            archive.writestr(member, content)
    (tmp_path / "b.zip").write_bytes(made.getvalue())
    unpack_archive(tmp_path / "b.zip", tmp_path / "out")
    assert not (tmp_path / "out" / "a").is_symlink()
    assert (tmp_path / "out" / "a").read_bytes() == b"/etc/passwd"


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("MIT", True), ("CC BY 4.0", True), ("CC-BY-SA-4.0", True), ("CC BY 3.0 IGO", True),
        ("ODbL 1.0", True), ("Copernicus GLO-30 licence", True), ("CC0", True),
        ("CC BY-NC 4.0", False), ("not stated", False), ("", False), ("internal", False),
        ("academic, non-commercial, no redistribution", False), ("Submitted to us", False),
        ("MIT, nội bộ", False),
    ],
)  # fmt: skip
def test_which_licences_let_pass_on(licence: str, may: bool) -> None:
    assert may_be_passed_on(licence) is may


def test_the_environment_is_named_as_pip_reads_it() -> None:
    lines = environment_lock().splitlines()
    assert lines[0].startswith("# Python 3.")
    names = [line.split("==")[0] for line in lines[1:]]
    assert names == sorted(names)
    assert {"numpy", "rasterio", "pydantic-core", "phusong"} <= set(names)
