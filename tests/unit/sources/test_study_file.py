"""The study file: where its paths start, and faults that name key, value and remedy."""

from pathlib import Path
from typing import Any

import pytest

from phusong.errors import StudyError
from phusong.sources.study_file import read_study
from synthetic import assumed, replace, study_facts, toml


def write(folder: Path, changes: dict[str, Any] | None = None, name: str = "study.toml") -> Path:
    facts = study_facts()
    for key, value in (changes or {}).items():
        replace(facts, key, value)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(toml(facts), encoding="utf-8")
    return file


def fault(file: Path) -> str:
    with pytest.raises(StudyError) as error:
        read_study(file)
    return str(error.value)


def test_the_root_is_the_files_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / "nghiên cứu 1"
    study = read_study(write(folder))
    assert study.root == folder
    assert study.output == folder / "kết quả"


def test_the_root_is_the_folder_above_configs(tmp_path: Path) -> None:
    assert read_study(write(tmp_path / "configs")).root == tmp_path


def test_the_root_may_be_named(tmp_path: Path) -> None:
    study = read_study(write(tmp_path / "a" / "b", {"study.root": "../.."}))
    assert study.root == tmp_path


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_study(file).study.name == "synthetic"


def test_two_readings_are_equal(tmp_path: Path) -> None:
    file = write(tmp_path)
    assert read_study(file) == read_study(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    said = fault(tmp_path / "none.toml")
    assert "none.toml does not exist" in said
    assert "phusong demo" in said


def test_a_folder_is_no_study(tmp_path: Path) -> None:
    assert "cannot be read" in fault(tmp_path)


def test_another_encoding(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(file.read_text(encoding="utf-8").encode("utf-16"))
    assert "study.toml is not UTF-8 (byte 0); save it as UTF-8" in fault(file)


def test_toml_syntax_names_the_line(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_text('schema_version = 1\n[grid]\ncrs = "EPSG:32648\n', encoding="utf-8")
    said = fault(file)
    assert "study.toml is not valid TOML" in said
    assert "line 3" in said


@pytest.mark.parametrize("version", [None, 2, "1"])
def test_schema_version(tmp_path: Path, version: Any) -> None:
    said = fault(write(tmp_path, {"schema_version": version}))
    assert f"schema_version = {version!r} is not understood" in said
    assert "reads schema_version = 1" in said


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("grid.resolution", "grid.resolution is not a known key; did you mean 'resolution_m'?"),
        ("inputs.tower", "inputs.tower is not a known key; did you mean 'towers'?"),
        ("technologies.LTE.treshold", "did you mean 'threshold'?"),
        ("operators.0.color", "operators.0.color is not a known key; did you mean 'colour'?"),
        ("costs.site_opex.basis", "did you mean 'base'?"),
        ("propagation.delta_n.verifed", "did you mean 'verified'?"),
        ("planning.new_site.eirp_dbm", "did you mean 'eirp'?"),
        ("grid.zzz", "grid.zzz is not a known key; allowed here: crs, resolution_m"),
    ],
)
def test_unknown_keys_suggest_the_right_one(tmp_path: Path, key: str, said: str) -> None:
    assert said in fault(write(tmp_path, {key: "x"}))


def test_missing_keys(tmp_path: Path) -> None:
    said = fault(write(tmp_path, {"grid.crs": None, "costs.exchange.rate": None}))
    assert said.splitlines() == [
        "study.toml: 2 fault(s) in the study file",
        "  grid.crs is missing; add it as in configs/demo.toml",
        "  costs.exchange.rate is missing; add it as in configs/demo.toml",
    ]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "technologies.LTE.threshold", assumed(-100, "dB"),
            "technologies.LTE.threshold: unit is 'dB', 'dBm' is needed",
        ),
        (
            "towers.mast_height", assumed(-5, "m"),
            "towers.mast_height: value is -5, 0 to 3000 m is allowed",
        ),
        ("towers.mast_height", 42.0, "towers.mast_height = 42.0: input should be a valid"),
        ("grid.resolution_m", "90 m", "grid.resolution_m = '90 m': input should be a valid number"),
        ("grid.resolution_m", 0, "grid.resolution_m = 0: input should be greater than or equal"),
        (
            "propagation.method", "fast",
            "propagation.method = 'fast': input should be",
        ),
        ("service.covered", assumed(95, "%"), "service.covered: unit is '%', 'fraction' is needed"),
    ],
)  # fmt: skip
def test_wrong_units_and_values(tmp_path: Path, key: str, value: Any, said: str) -> None:
    assert said in fault(write(tmp_path, {key: value}))


def test_faults_of_the_whole_file_have_no_empty_key(tmp_path: Path) -> None:
    twin = study_facts()["operators"][0]
    said = fault(write(tmp_path, {"operators": [twin, {**twin, "key": "mang-b"}]}))
    assert said.splitlines()[1] == "  operators have the same name: Nhà mạng A"


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, {"grid.crs": None, "grid.colour": "red", "area.communes": []})
    said = fault(file)
    assert said.startswith("study.toml: 3 fault(s)")
    assert all(key in said for key in ("grid.crs", "grid.colour", "area.communes"))


def test_nothing_but_numbers_are_numbers(tmp_path: Path) -> None:
    file = write(tmp_path)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"resolution_m" = 90.0', '"resolution_m" = nan'), encoding="utf-8")
    assert "grid.resolution_m = nan" in fault(file)


@pytest.mark.parametrize("key", ["inputs.villages", "inputs.exclusions"])
def test_no_input_lies_among_the_results(tmp_path: Path, key: str) -> None:
    """One input, or one of several: results are safe to delete, inputs are not."""
    given: dict[str, Any] = {"file": "kết quả/tệp.gpkg", "source": "s"}
    several = [{**given, "title_en": "Forest"}]
    said = fault(write(tmp_path, {key: several if key == "inputs.exclusions" else given}))
    assert f"holds kết quả/tệp.gpkg ({key}.file); results need a folder of their own" in said
