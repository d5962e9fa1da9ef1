"""How a study is named, and where its paths start, from any folder and in any locale."""

import shutil
from pathlib import Path

import pytest

from phusong.cli.speech import command_line
from runs import finished, in_one_line, invoke, phusong, started, write_project
from synthetic import Region, write_region

FIRST_LINE = "study synthetic: Synthetic region"


@pytest.fixture
def project(tmp_path: Path) -> Region:
    return write_project(tmp_path / "Dự án sóng" / "xã & bản; #1!")


def test_by_argument_by_option_by_environment_and_by_default(
    project: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "nơi khác"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.delenv("PHUSONG_STUDY", raising=False)
    for arguments in ([project.study], ["--study", project.study]):
        result = invoke("check", *arguments)
        assert (result.exit_code, result.stdout.splitlines()[0]) == (0, FIRST_LINE)
    monkeypatch.setenv("PHUSONG_STUDY", str(project.study))
    assert invoke("check").stdout.startswith(FIRST_LINE)
    monkeypatch.setenv("PHUSONG_STUDY", "nowhere.toml")
    assert invoke("check", project.study).stdout.startswith(FIRST_LINE), "an argument goes first"
    assert "nowhere.toml does not exist" in invoke("check").stderr
    monkeypatch.setenv("PHUSONG_STUDY", "")
    monkeypatch.chdir(project.folder)
    assert invoke("check").stdout.startswith(FIRST_LINE), "configs/demo.toml is the default"


def test_two_names_must_agree(project: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder)
    result = invoke("check", "configs/demo.toml", "--study", "configs/other.toml")
    assert result.exit_code == 2
    assert "differ; name one study" in in_one_line(result.stderr)
    assert invoke("check", "configs/demo.toml", "--study", "./configs/demo.toml").exit_code == 0


@pytest.mark.parametrize("inside", [".", "notebooks", "configs", "đầu vào"])
def test_a_relative_name_is_found_from_any_folder_of_the_project(
    project: Region, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    monkeypatch.chdir(project.folder / inside)
    result = invoke("check", "configs/demo.toml")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, FIRST_LINE)


def test_a_study_outside_configs_starts_from_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = write_region(tmp_path / "một mình")
    assert invoke("check", region.study).exit_code == 0
    named = write_region(tmp_path / "b", study={"study.root": "../một mình"})
    shutil.rmtree(named.folder / "đầu vào")
    assert invoke("check", named.study).exit_code == 2  # beside the study file, not above it
    monkeypatch.setenv("PHUSONG_ALLOW_OUTSIDE", "1")
    assert invoke("check", named.study).exit_code == 0


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_vietnamese_is_printed_in_any_locale(project: Region, tmp_path: Path, locale: str) -> None:
    result = phusong(
        "check", project.study, cwd=tmp_path,
        variables={"LC_ALL": locale, "LANG": "", "PYTHONIOENCODING": ""},
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert "Practice data / Dữ liệu mô phỏng" in result.stdout
    assert "Nhà mạng B: 3 sites, 3 sectors" in result.stdout


def test_demo_writes_where_it_is_told(tmp_path: Path) -> None:
    """The practice study in a folder with spaces and marks, as the README has it."""
    folder = tmp_path / "Dự án sóng" / "data" / "raw" / "demo"
    process = started("demo", folder, cwd=tmp_path)
    result = finished(process)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"next: {command_line('phusong', 'run', folder / 'demo.toml')}" in result.stdout
    assert f"'{folder}" in result.stdout or f'"{folder}' in result.stdout
    checked = phusong("check", folder / "demo.toml", cwd=tmp_path)
    # Its lists hold on purpose what real ones do, so that there are warnings, and no error.
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "errors: 0" in checked.stdout
    assert "communes: 10 (Hoàng Thu Phố" in checked.stdout


def test_help_keeps_units() -> None:
    said = invoke("map", "--help").stdout
    for unit in ("[m]", "[km]", "[dBm]", "[MHz]", "[%]"):
        assert unit in said, unit


def test_help_names_every_command() -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    for name in ("demo", "check", "run", "report", "path", "map", "verify", "models"):
        assert name in result.stdout
