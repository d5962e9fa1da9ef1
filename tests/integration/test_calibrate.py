"""``phusong calibrate``: from a drive test to the study file and back."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from phusong.errors import DataError, DomainError
from phusong.pipeline import show_validation
from phusong.pipeline.api import open_study
from phusong.pipeline.begin import start
from phusong.pipeline.calibrate import compare
from phusong.pipeline.calibration_files import CalibrationTables
from phusong.pipeline.reach import load_reach
from phusong.study import Study
from runs import copied, in_one_line, invoke, run_here, table
from synthetic import CRS, Region, write_region

OFFSET_DB = -7.0


def drive_test(made: Region, *, offset_db: float, count: int = 4000, seed: int = 1) -> str:
    """What a receiver would have found if the model were wrong by an offset."""
    session = start(open_study(made.study), workers=1)
    reached = load_reach(session)
    layer = reached.layers["mang-a", "LTE"]
    draw = np.random.default_rng(seed)
    known = np.argwhere(np.isfinite(layer.level_dbm))
    count = min(count, len(known))
    picked = known[draw.permutation(len(known))[:count]]
    x, y = reached.grid.affine * (picked[:, 1] + 0.5, picked[:, 0] + 0.5)
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(x, y)
    level = layer.level_dbm[picked[:, 0], picked[:, 1]] + offset_db + draw.normal(0, 5, count)
    lines = ["latitude,longitude,time,operator,technology,level_dbm,cell_id"]
    for n in range(count):
        heard = level[n] >= -118
        sector = reached.network.sectors[layer.server[picked[n, 0], picked[n, 1]]]
        name = f"{sector.site_id}-{sector.sector_id}" if n % 40 else "S9-1"
        lines.append(
            f"{lat[n]:.7f},{lon[n]:.7f},{1_700_000_000 + 3600 * n},Nhà mạng A,"
            f"{'LTE' if heard else 'No service'},{f'{level[n]:.1f},{name}' if heard else ','}"
        )
    return "\n".join(lines) + "\n"


def compared(made: Region) -> tuple[Study, CalibrationTables | None]:
    """A study, and what a notebook reads of its measurements."""
    study = open_study(made.study)
    return study, show_validation.compared(study)


def named(made: Region) -> None:
    with made.study.open("a", encoding="utf-8") as stream:
        stream.write(
            '\n[[measurements]]\nfile = "drive.csv"\nsource = "invented"\n'
            'sensitivity = { value = -118.0, unit = "dBm", source = "invented" }\n'
        )


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Region:
    made = write_region(tmp_path_factory.mktemp("calibrate"))
    run_here(made)
    text = drive_test(made, offset_db=OFFSET_DB)
    (made.folder / "drive.csv").write_text(text, encoding="utf-8")
    named(made)
    result = invoke("calibrate", made.study, "--workers", "1")
    assert result.exit_code == 0, result.output + result.stderr
    return made


def test_offset_is_found(calibrated: Region) -> None:
    fitted = table(calibrated.output / "calibration" / "fit.csv").set_index("correction")
    row = fitted.loc["offset_db"].astype(str)
    assert float(row["low_db"]) <= OFFSET_DB <= float(row["high_db"])
    assert float(fitted.loc["sigma_db", "value_db"]) == pytest.approx(5.0, abs=0.6)


def test_every_table_is_there_and_whole(calibrated: Region) -> None:
    folder = calibrated.output / "calibration"
    assert sorted(file.name for file in folder.iterdir()) == [
        "cells.csv", "confusion.csv", "fit.csv", "held-out.csv", "left-out.csv", "reliability.csv",
        "residuals.gpkg", "settings.toml", "where-next.csv",
    ]  # fmt: skip
    held = table(folder / "held-out.csv").iloc[0]
    assert float(held["rms_error_after_db"]) < float(held["rms_error_before_db"])
    assert int(held["cells_without_network"]) > 0
    confusion = table(folder / "confusion.csv").set_index("levels")
    parts = ["true_positive", "false_positive", "false_negative", "true_negative"]
    for levels in confusion.index:
        assert confusion.loc[levels, parts].astype(int).sum() == int(held["measured_cells"])
    assert invoke("verify", calibrated.output).exit_code == 0


def test_cells_that_were_heard_are_those_of_the_list(calibrated: Region) -> None:
    cells = table(calibrated.output / "calibration" / "cells.csv").set_index("cell_id")
    assert cells.loc["S9-1", "match"] == "not in the list"
    listed = cells[cells["match"] == "listed"]
    assert sorted(listed.index) == ["S1-1", "S1-2", "S2-1"]
    assert (listed["same_site_share"].astype(float) == 1.0).all()
    words = str(show_validation.measured(*compared(calibrated))[-1])
    assert "1: S9-1" in words


def test_settings_move_the_levels(calibrated: Region, tmp_path: Path) -> None:
    settings = (calibrated.output / "calibration" / "settings.toml").read_text(encoding="utf-8")
    text = calibrated.study.read_text(encoding="utf-8")
    made = write_region(tmp_path)
    made.study.write_text(f"{text}\n{settings}", encoding="utf-8")
    (tmp_path / "drive.csv").write_bytes((calibrated.folder / "drive.csv").read_bytes())
    run_here(made)
    before = load_reach(start(open_study(calibrated.study))).layers["mang-a", "LTE"].level_dbm
    after = load_reach(start(open_study(made.study))).layers["mang-a", "LTE"].level_dbm
    moved = after - before
    assert np.nanmedian(moved) == pytest.approx(OFFSET_DB, abs=1.0)
    assert invoke("calibrate", made.study, "--workers", "1").exit_code == 0
    again = table(made.output / "calibration" / "fit.csv").set_index("correction")
    if "offset_db" in again.index:  # nothing is left to correct
        assert abs(float(again.loc["offset_db", "value_db"])) < 1.0


def test_measurements_do_not_make_the_reach_stale(calibrated: Region) -> None:
    result = run_here(calibrated)
    assert "reach: reused" in result.output


def test_without_measurements(tmp_path: Path) -> None:
    made = write_region(tmp_path)
    result = invoke("calibrate", made.study)
    assert result.exit_code == 2
    assert "names no measurements; add for example" in in_one_line(result.stderr)


def test_too_few_say_how_many_are_needed(calibrated: Region, tmp_path: Path) -> None:
    made = write_region(tmp_path)
    named(made)
    lines = (calibrated.folder / "drive.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "drive.csv").write_text("\n".join(lines[:8]) + "\n", encoding="utf-8")
    result = invoke("calibrate", made.study, "--workers", "1")
    assert result.exit_code == 2
    assert "too few measurements to calibrate" in in_one_line(result.stderr)
    assert "are needed" in in_one_line(result.stderr)


def test_operator_that_the_study_does_not_have(tmp_path: Path) -> None:
    made = write_region(tmp_path)
    with made.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[[measurements]]\nfile = "x"\nsource = "y"\noperator = "Ai Đó"\n')
    result = invoke("calibrate", made.study)
    assert "measurements[1].operator = 'Ai Đó' is not in the study" in in_one_line(result.stderr)


# As a step of a run, and as a notebook shows it


@pytest.fixture(scope="module")
def shown(calibrated: Region, tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A run of two models with measurements, made in one go."""
    made = write_region(
        tmp_path_factory.mktemp("shown"),
        study={"propagation.models": ["p1812", "itm"], "propagation.second_model_step": 3},
    )
    (made.folder / "drive.csv").write_bytes((calibrated.folder / "drive.csv").read_bytes())
    named(made)
    run_here(made)
    return made


def test_a_run_compares_with_measurements_by_itself(shown: Region, calibrated: Region) -> None:
    fitted = table(shown.output / "calibration" / "fit.csv")
    assert set(fitted["model"]) == {"p1812", "itm"}
    first = fitted[fitted["model"] == "p1812"].reset_index(drop=True)
    alone = table(calibrated.output / "calibration" / "fit.csv")
    assert first.equals(alone)
    assert "calibration/fit.csv" in (shown.output / "index.html").read_text(encoding="utf-8")
    assert "calibration: reused" in run_here(shown).output


def test_a_changed_measurement_changes_the_comparison_alone(shown: Region, tmp_path: Path) -> None:
    made = copied(shown, tmp_path / "r")
    lines = (made.folder / "drive.csv").read_text(encoding="utf-8").splitlines()
    (made.folder / "drive.csv").write_text("\n".join(lines[:2000]) + "\n", encoding="utf-8")
    told = run_here(made).output
    for step in ("reach", "gaps", "plan"):
        assert f"{step}: reused" in told
    assert "calibration: computed" in told


def test_measurements_taken_out_leave_no_old_results(shown: Region, tmp_path: Path) -> None:
    made = copied(shown, tmp_path / "r")
    text = made.study.read_text(encoding="utf-8")
    made.study.write_text(text[: text.index("\n[[measurements]]")] + "\n", encoding="utf-8")
    session = start(open_study(made.study), workers=1)
    assert (made.output / "calibration" / "fit.csv").is_file()
    assert not compare(session)
    assert not (made.output / "calibration").exists()
    assert session.manifest.step("calibration") is None
    assert session.manifest.step("reach") is not None


def test_too_few_measurements_do_not_stop_a_run(shown: Region, tmp_path: Path) -> None:
    made = copied(shown, tmp_path / "r")
    lines = (made.folder / "drive.csv").read_text(encoding="utf-8").splitlines()
    (made.folder / "drive.csv").write_text("\n".join(lines[:8]) + "\n", encoding="utf-8")
    run_here(made)
    assert {f.name for f in (made.output / "calibration").iterdir()} <= {
        "left-out.csv",
        "cells.csv",
    }
    words = str(show_validation.measured(*compared(made))[0])
    assert "too few measurements to calibrate" in words
    assert show_validation.pictures(*compared(made)) == ()


def test_a_notebook_tells_how_far_off_the_model_is(shown: Region) -> None:
    study, found = compared(shown)
    errors, fits, counts = map(str, show_validation.measured(study, found)[:3])
    assert "Longley–Rice ITM" in errors
    assert "95 % from" in fits
    assert "only the model" in counts
    assert found is not None
    told, drawn = repr(found), found.plot(model="itm")  # type: ignore[attr-defined]
    assert re.search(r"Longley–Rice ITM, Outdoors, LTE: .*cells, mean error −?\d", told)
    assert "ITM" in drawn.get_title(loc="left")
    assert len(drawn.collections[0].get_offsets()) > 100
    with pytest.raises(DomainError, match=r"model='hata'.*itm"):
        found.plot(model="hata")  # type: ignore[attr-defined]
    page = found.explore(model="itm", operator="mang-a").page  # type: ignore[attr-defined]
    assert "Measured cells, Longley–Rice ITM" in page
    assert "No network in the field" in page
    with pytest.raises(DomainError, match=r"technology='NR'.*LTE"):
        found.explore(technology="NR")  # type: ignore[attr-defined]
    nothing = dataclasses.replace(found, cells=found.cells.iloc[:0])
    with pytest.raises(DataError, match="no measured cell could be compared"):
        nothing.explore()  # type: ignore[attr-defined]
    first, second, third = show_validation.pictures(study, found)
    assert first.alt.en.startswith("Measured against modelled: LTE")
    assert second.alt.en.startswith("What the corrected model leaves")
    assert third.alt.en.endswith("Longley–Rice ITM")
    answer = str(show_validation.answer_validation(study, found))
    assert "weaker than modelled ones on average" in answer
    assert "calibration/settings.toml holds the lines" in answer
    unknown = str(show_validation.unknown(study, found))
    assert "Operators without measurements: Nhà mạng B." in unknown
    assert "Where to measure next" in str(show_validation.where_next(found))
    models = str(show_validation.models(study))
    assert models.count("ITU-R P.1812-8") == models.count("Longley–Rice ITM") == 3


def test_a_study_without_measurements_says_so(tmp_path: Path) -> None:
    study, found = compared(write_region(tmp_path))
    assert "has no measurements" in str(show_validation.measured(study, found)[0])
    assert "has no measurements" in str(show_validation.answer_validation(study, found))
