"""``phusong doctor`` says what is well and what is not."""

from pathlib import Path

import pytest

from phusong.pipeline import doctor
from runs import in_one_line, invoke


def test_all_is_well_here(tmp_path: Path) -> None:
    result = invoke("doctor", tmp_path)
    assert result.exit_code in {0, 1}, result.output
    said = in_one_line(result.output)
    for word in ("Python", "GDAL", "PROJ", "cores", "compiled kernels", "GB free"):
        assert word in said
    assert "error" not in said


def test_package_that_is_missing_or_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        doctor, "requires", lambda _: ["nicht-da>=1", "numpy>=99", 'nur-windows; extra == "test"']
    )
    result = invoke("doctor", tmp_path)
    said = in_one_line(result.output)
    assert result.exit_code == 2
    assert "nicht-da is missing; install nicht-da>=1" in said
    assert "numpy is 2" in said
    assert "nur-windows" not in said


def test_full_disk_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = doctor.shutil.disk_usage(tmp_path)._replace(free=10**8)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    result = invoke("doctor", tmp_path)
    assert result.exit_code == 1
    assert "0.1 GB free; a study of a district needs about 2 GB" in in_one_line(result.output)


def test_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    result = invoke("doctor", tmp_path / "not" / "yet")
    assert result.exit_code == 2
    assert "cannot be written (Read-only file system)" in in_one_line(result.output)
