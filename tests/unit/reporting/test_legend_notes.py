"""What a legend says about levels and classes."""

import numpy as np
import pytest
from odc.geo.geobox import GeoBox

from conftest import ROOT
from phusong.geo.grid import Grid
from phusong.reporting.facts import same
from phusong.reporting.layers import RasterLayer
from phusong.reporting.legend_notes import coverage_note, level_note, with_picture_notes
from phusong.reporting.palette import service_classes
from phusong.reporting.readings import Readings
from phusong.reporting.wording import said
from phusong.sources.study_file import read_study
from phusong.study import Study
from phusong.units import BoolArray
from unit.reporting.cases import AFFINE, CRS, content


@pytest.fixture(scope="module")
def study() -> Study:
    """Threshold -115 dBm, 95 and 50 %, model error 8 dB, both directions."""
    return read_study(ROOT / "configs" / "demo.toml")


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_classes_are_said_with_threshold_and_probabilities(study: Study) -> None:
    note = coverage_note(study, "LTE")
    for words in (note.vi, note.en):
        for part in ("−115 dBm", "95 %", "50 %"):
            assert part in plain(words)


def test_level_says_what_median_covered_needs(study: Study) -> None:
    """8 dB at 95 % is 1.645 x 8 = 13.2 dB: -115 + 13.2 = -102 dBm."""
    note = level_note(study, "LTE")
    for words in (note.vi, note.en):
        for part in ("−115 dBm", "95 %", "8 dB", "−102 dBm"):
            assert part in plain(words)
    assert "uplink" in note.en


def test_level_follows_the_study(study: Study) -> None:
    """One median cannot be named where several sites serve together; one direction is silent."""
    changed = study.service.model_copy(update={"sites": "independent", "both_directions": False})
    note = level_note(study.model_copy(update={"service": changed}), "LTE")
    assert "−102" not in note.plain
    assert "uplink" not in note.plain
    assert "95" in note.plain


def test_a_large_map_says_what_its_pictures_leave_out() -> None:
    """1100 × 1100 cells of 400 m: blocks of 2 where nobody asked; none in a small frame."""
    readings = Readings(layers=(), near=near((1100, 1100)))
    first, further = noted((1100, 1100), readings)
    assert first.note is not None
    assert plain(first.note.en).startswith("As told. Away from the places asked about")
    assert "2 × 2 cells (800 m)" in plain(first.note.en)
    assert "2 × 2 ô (800 m)" in plain(first.note.vi)
    assert further.note == said("Drawn at the places asked about and near them alone.")
    assert noted((1000, 1000), Readings(layers=(), near=near((1000, 1000))))[0].note == AS_TOLD
    assert noted((1100, 1100), None)[0].note == AS_TOLD


def test_a_wide_map_says_that_its_pixels_stand_for_several_cells() -> None:
    """8192 cells in 4096 pixels, wherever it is."""
    note = noted((4, 8192), None)[0].note
    assert note is not None
    for words in (note.vi, note.en):
        assert "800 m × 800 m" in plain(words)
    assert "4 × 8 192" in plain(note.en) or "4 × 8,192" in plain(note.en)


AS_TOLD = same("As told.")


def near(shape: tuple[int, int]) -> BoolArray:
    here = np.zeros(shape, dtype=np.bool_)
    here[:5] = True
    return here


def noted(shape: tuple[int, int], readings: Readings | None) -> tuple[RasterLayer, ...]:
    classes, legend = np.zeros(shape, dtype=np.uint8), service_classes()
    group = same("x")
    rasters = (
        RasterLayer(group, group, classes, legend, note=AS_TOLD),
        RasterLayer(group, group, classes, legend, further=True),
    )
    whole = content(
        grid=Grid(GeoBox(shape, AFFINE, CRS)), height_amsl_m=np.zeros(shape, dtype=np.float32),
        rasters=rasters, readings=readings,
    )  # fmt: skip
    return with_picture_notes(whole).rasters
