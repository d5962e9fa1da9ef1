"""Land cover in a study: trees stand in the way, and measurements correct what stands on them."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.warp
from numpy.typing import NDArray
from rasterio.transform import from_origin

from phusong.analysis.reach import Reach
from phusong.pipeline.api import open_study
from phusong.pipeline.begin import start
from phusong.pipeline.reach import reach
from phusong.pipeline.reach_files import load_reach
from runs import in_one_line, invoke, run_here, table
from synthetic import CRS, FOLDER, Region, write_raster, write_region

TREES, OPEN = 10, 30
CELL_M = 30.0


def land_cover(region: Region, name: str = "cover.tif", *, unknown: bool = False) -> None:
    """Classes over the region: trees in the northern half, or nothing known in its middle."""
    grid = start(open_study(region.study)).inputs.grid
    west, south, east, north = grid.bounds
    rows, cols = (int(np.ceil((b - a) / CELL_M)) for a, b in ((south, north), (west, east)))
    classes = np.full((rows, cols), OPEN, dtype=np.uint8)
    classes[: rows // 2] = TREES
    if unknown:
        classes[rows // 3 : rows // 3 + 4] = 0
    file = region.folder / name
    write_raster(file, classes, crs=CRS, transform=from_origin(west, north, CELL_M, CELL_M))


def named(region: Region, text: str = 'files = ["cover.tif"]') -> Region:
    with region.study.open("a", encoding="utf-8") as stream:
        stream.write(f'\n[inputs.clutter]\n{text}\nsource = "invented"\n')
    return region


def levels(region: Region, model: str | None = None) -> tuple[NDArray[np.float32], Reach]:
    session = start(open_study(region.study), workers=1)
    reach(session)
    found = load_reach(session, model=model)  # type: ignore[arg-type]
    return found.layers["mang-a", "LTE"].level_dbm, found


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float32]:
    return levels(write_region(tmp_path_factory.mktemp("bare")))[0]


def test_trees_take_signal_where_they_stand(tmp_path: Path, bare: NDArray[np.float32]) -> None:
    region = write_region(tmp_path)
    land_cover(region)
    with_trees, _ = levels(named(region))
    lost = bare - with_trees
    north, south = np.array_split(lost, 2)
    assert np.nanmedian(north[3:]) > 1.5
    assert np.nanmin(lost) > -0.5  # trees never help by more than rounding of the sweep
    assert np.nanmedian(np.abs(south)) < np.nanmedian(north)


def test_a_class_may_have_another_height(tmp_path: Path, bare: NDArray[np.float32]) -> None:
    region = write_region(tmp_path)
    land_cover(region)
    named(
        region,
        'files = ["cover.tif"]\nheights.10 = { value = 0.0, unit = "m", source = "felled" }',
    )
    assert np.array_equal(levels(region)[0], bare, equal_nan=True)


def test_longley_rice_knows_no_trees(tmp_path: Path) -> None:
    two = {"propagation.models": ["itm"]}
    region = write_region(tmp_path / "a", study=two)
    before, _ = levels(region)
    other = write_region(tmp_path / "b", study=two)
    land_cover(other)
    assert np.array_equal(levels(named(other))[0], before, equal_nan=True)


def test_what_no_land_cover_knows_is_unknown_and_told(tmp_path: Path) -> None:
    region = write_region(tmp_path)
    land_cover(region, unknown=True)
    level, _ = levels(named(region))
    assert np.isnan(level).any()
    told = run_here(region).output
    assert "clutter is unknown in" in told
    source = (region.output / "index.html").read_text(encoding="utf-8")
    assert "Land cover" in source


def test_a_surface_with_trees_in_it_is_told(tmp_path: Path) -> None:
    region = write_region(tmp_path, study={"inputs.terrain.kind": "surface"})
    land_cover(region)
    result = invoke("check", named(region).study)
    assert "count twice in part" in in_one_line(result.output)


def test_heights_of_classes_need_classes(tmp_path: Path) -> None:
    region = write_region(tmp_path)
    named(region, 'files = ["x.tif"]\nholds = "heights"\n'
          'heights.10 = { value = 9.0, unit = "m", source = "x" }')  # fmt: skip
    result = invoke("check", region.study)
    assert result.exit_code == 2
    assert "heights are those of classes" in in_one_line(result.output + result.stderr)


def test_a_file_that_holds_no_classes_is_refused(tmp_path: Path) -> None:
    region = write_region(tmp_path)
    result = invoke("check", named(region, f'files = ["{FOLDER}/dem.tif"]').study)
    assert result.exit_code == 2
    assert "is it a raster of heights?" in in_one_line(result.output + result.stderr)


# Corrections of classes


def test_corrections_of_a_class_need_land_cover(tmp_path: Path) -> None:
    region = write_region(tmp_path)
    with region.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[propagation.calibration.p1812.LTE]\n'
                     'offset = { value = 0.0, unit = "dB", source = "x" }\n'
                     'ground.10 = { value = -8.0, unit = "dB", source = "x" }\n')  # fmt: skip
    result = invoke("check", region.study)
    assert result.exit_code == 2
    assert "the study has none; give inputs.clutter" in in_one_line(result.output + result.stderr)


def test_a_correction_moves_the_cells_of_its_class_alone(tmp_path: Path) -> None:
    region = write_region(tmp_path / "a")
    land_cover(region)
    before, _ = levels(named(region))
    other = write_region(tmp_path / "b")
    land_cover(other)
    named(other)
    with other.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[propagation.calibration.p1812.LTE]\n'
                     'offset = { value = -2.0, unit = "dB", source = "x" }\n'
                     'ground.10 = { value = -8.0, unit = "dB", source = "x" }\n')  # fmt: skip
    after, _ = levels(other)
    clutter = start(open_study(region.study)).inputs.clutter
    assert clutter is not None
    moved = after - before
    trees = (clutter.ground_class == TREES) & ~np.isnan(moved)
    others = (clutter.ground_class == OPEN) & ~np.isnan(moved)
    assert trees.any()
    assert others.any()
    # Stored levels are tenths of a decibel, and the best server may be another one.
    assert np.abs(moved[trees] + 10.0).max() < 0.11
    assert np.abs(moved[others] + 2.0).max() < 0.11


def test_measurements_find_what_trees_do(tmp_path: Path) -> None:
    region = write_region(tmp_path)
    land_cover(region)
    level, found = levels(named(region))
    draw = np.random.default_rng(3)
    rows, cols = np.nonzero(np.isfinite(level) & (level > -105))
    picked = draw.permutation(len(rows))[:5000]
    clutter = start(open_study(region.study)).inputs.clutter
    assert clutter is not None
    lines = ["latitude,longitude,time,operator,technology,level_dbm"]
    for number, k in enumerate(picked):
        x, y = found.grid.affine * (cols[k] + 0.5, rows[k] + 0.5)
        (lon,), (lat,) = rasterio.warp.transform(CRS, "EPSG:4326", [x], [y])
        trees = clutter.ground_class[rows[k], cols[k]] == TREES
        measured = level[rows[k], cols[k]] - 3.0 - 6.0 * trees + draw.normal(0.0, 3.0)
        lines.append(f"{lat:.7f},{lon:.7f},{1_700_000_000 + 3600 * number},Nhà mạng A,LTE,"
                     f"{measured:.1f}")  # fmt: skip
    (region.folder / "drive.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with region.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[[measurements]]\nfile = "drive.csv"\nsource = "invented"\n')
    result = invoke("calibrate", region.study, "--workers", "1")
    assert result.exit_code == 0, result.output
    fitted = table(region.output / "calibration" / "fit.csv").set_index("correction")
    value = fitted["value_db"].astype(float)
    (name,) = (n for n in value.index if n.startswith("ground_"))
    sign = 1.0 if name == f"ground_{TREES}_db" else -1.0  # relative to the commoner class
    assert sign * value[name] == pytest.approx(-6.0, abs=0.7)
    text = (region.output / "calibration" / "settings.toml").read_text(encoding="utf-8")
    assert f"ground.{name.split('_')[1]} = {{ value = " in text


# Options are measured with the same rule as the network that is there


def test_a_correction_is_worth_as_much_as_a_threshold(tmp_path: Path) -> None:
    corrected = write_region(tmp_path / "corrected")
    with corrected.study.open("a", encoding="utf-8") as stream:
        stream.write("\n[propagation.calibration.p1812.LTE]\n"
                     'offset = { value = -12.0, unit = "dB", source = "x" }\n')  # fmt: skip
    before = open_study(corrected.study).technologies["LTE"].threshold.value
    stricter = write_region(
        tmp_path / "stricter", study={"technologies.LTE.threshold.value": before + 12.0}
    )
    columns = ["option_id", "people_newly_covered", "people_white_zone", "villages"]
    found = []
    for region in (corrected, stricter):
        run_here(region)
        found.append(table(region.output / "plan" / "priorities.csv")[columns])
    assert len(found[0]) > 0
    assert found[0].equals(found[1])
